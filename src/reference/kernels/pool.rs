//! MAX_POOL_2D, AVERAGE_POOL_2D and L2_POOL_2D of NHWC tensors.

use tract_core::prelude::Tensor;

use super::conv::Window;
use super::number::Number;
use super::{KernelError, Result, build, by_type, elements};

/// MAX_POOL_2D; padding never wins, however small the elements.
pub fn max_pool(x: &Tensor, kernel: [usize; 2], window: &Window) -> Result {
    by_type!("MAX_POOL_2D", x.datum_type(), [f32, i8, u8, i16], T =>
        pool(x, kernel, window, T::LOWEST, |max, x: T| x.greater(max), |max, _| max))
}

/// AVERAGE_POOL_2D: the mean of the elements under the window, padding not counted
/// (`reference/pooling.h`).
pub fn average_pool(x: &Tensor, kernel: [usize; 2], window: &Window) -> Result {
    pool(
        x,
        kernel,
        window,
        0.0,
        |sum, x: f32| sum + x,
        |sum, count| sum / count,
    )
}

/// L2_POOL_2D: the root of the mean square, padding not counted.
pub fn l2_pool(x: &Tensor, kernel: [usize; 2], window: &Window) -> Result {
    pool(
        x,
        kernel,
        window,
        0.0,
        |sum, x: f32| sum + x * x,
        |sum, count| (sum / count).sqrt(),
    )
}

/// Folds the elements under each window, channel by channel; `finish` also gets their number.
fn pool<T: Number>(
    x: &Tensor,
    kernel: [usize; 2],
    window: &Window,
    empty: T,
    step: impl Fn(T, T) -> T,
    finish: impl Fn(T, f32) -> T,
) -> Result {
    let &[n, h, w, c] = x.shape() else {
        return Err(KernelError::invalid(format!(
            "pooling shape {:?}",
            x.shape()
        )));
    };
    let spatial = window.output(&[h, w], &kernel)?;
    let (oh, ow) = (spatial[0], spatial[1]);
    let data = elements::<T>(x)?;
    build(&[n, oh, ow, c], |out: &mut [T]| {
        if c == 0 {
            return;
        }
        for (pixel, out) in out.chunks_exact_mut(c).enumerate() {
            let (image, y, x) = (pixel / (oh * ow), pixel / ow % oh, pixel % ow);
            out.fill(empty);
            let mut count = 0.0;
            for (_, sy) in window.taps(0, y, kernel[0], h) {
                for (_, sx) in window.taps(1, x, kernel[1], w) {
                    let source = &data[((image * h + sy) * w + sx) * c..][..c];
                    out.iter_mut()
                        .zip(source)
                        .for_each(|(out, x)| *out = step(*out, *x));
                    count += 1.0;
                }
            }
            out.iter_mut().for_each(|out| *out = finish(*out, count));
        }
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{close, ramp, tensor};
    use super::*;

    fn same(stride: usize) -> Window {
        Window {
            strides: vec![stride; 2],
            dilations: vec![1; 2],
            before: vec![0; 2],
            after: vec![1; 2],
        }
    }

    #[test]
    fn padding_is_neither_counted_nor_compared() {
        let x = ramp(&[1, 3, 3, 1], -1.0);
        close(
            &average_pool(&x, [2, 2], &same(2)).unwrap(),
            &[1, 2, 2, 1],
            &[-2.0, -3.5, -6.5, -8.0],
        );
        close(
            &max_pool(&x, [2, 2], &same(2)).unwrap(),
            &[1, 2, 2, 1],
            &[0.0, -2.0, -6.0, -8.0],
        );
        close(
            &l2_pool(&x, [2, 2], &same(2)).unwrap(),
            &[1, 2, 2, 1],
            &[6.5_f32.sqrt(), 14.5_f32.sqrt(), 42.5_f32.sqrt(), 8.0],
        );
    }

    #[test]
    fn integers_have_maxima() {
        let x = tensor(&[1, 1, 3, 1], &[-128_i8, -3, 4]);
        let y = max_pool(
            &x,
            [1, 2],
            &Window {
                after: vec![0, 1],
                ..same(1)
            },
        )
        .unwrap();
        assert_eq!(super::super::elements::<i8>(&y).unwrap(), [-3, 4, 4]);
    }
}
