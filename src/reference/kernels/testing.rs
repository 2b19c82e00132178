//! Short ways to write tensors in the kernels' tests.

use tract_core::prelude::{Datum, Tensor};

pub(super) fn tensor<T: Datum + Copy>(shape: &[usize], data: &[T]) -> Tensor {
    Tensor::from_shape(shape, data).expect("as many values as the shape holds")
}

pub(super) fn i32s(tensor: &Tensor) -> Vec<i32> {
    super::elements::<i32>(tensor).expect("i32").to_vec()
}

pub(super) fn f32s(tensor: &Tensor) -> Vec<f32> {
    super::elements::<f32>(tensor).expect("f32").to_vec()
}

/// 0, 1, 2, … in this shape, scaled.
pub(super) fn ramp(shape: &[usize], scale: f32) -> Tensor {
    let data: Vec<f32> = (0..shape.iter().product::<usize>())
        .map(|k| k as f32 * scale)
        .collect();
    tensor(shape, &data)
}

/// Asserts equality up to rounding.
pub(super) fn close(got: &Tensor, shape: &[usize], want: &[f32]) {
    assert_eq!(got.shape(), shape);
    for (k, (got, want)) in f32s(got).iter().zip(want).enumerate() {
        assert!(
            (got - want).abs() <= 1e-5 * want.abs().max(1.0),
            "element {k}: {got} for {want}"
        );
    }
}
