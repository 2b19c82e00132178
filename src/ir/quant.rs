//! Affine quantisation of a value: `real = scale · (stored − zero_point)`.

use std::sync::Arc;

/// Quantisation parameters of a value (schema: `QuantizationParameters`).
#[derive(Clone, Debug, PartialEq)]
pub struct Quant {
    /// One scale, or one for every index along `axis`.
    pub scale: Arc<[f32]>,
    /// As many zero points as scales.
    pub zero_point: Arc<[i64]>,
    /// The axis that several scales run along, numbered as the file numbers axes.
    pub axis: Option<usize>,
    /// Where the scales are not one for every index of the axis, which is the last one: how many neighbours
    /// along it share one. The scales then lie as the value does, with so many fewer elements in a row.
    pub block: Option<usize>,
}

impl Quant {
    /// Which of the scales is that of an element, by its place among the elements of a tensor of this shape.
    /// `None` where scales and shape do not go together.
    pub(crate) fn channels(&self, shape: &[usize]) -> Option<impl Fn(usize) -> usize + use<>> {
        let count = self.scale.len();
        let (inner, fits) = match (self.axis, self.block) {
            (None, _) => (usize::MAX, count > 0),
            (Some(axis), None) => {
                let inner = shape.get(axis + 1..)?.iter().product();
                (inner, shape[axis] == count)
            }
            (Some(axis), Some(block)) => {
                let row = shape.get(axis)?.checked_rem(block)?;
                let elements: usize = shape.iter().product();
                let last = axis + 1 == shape.len();
                (block, last && row == 0 && elements == count * block)
            }
        };
        fits.then_some(move |index: usize| index / inner.max(1) % count.max(1))
    }

    /// The scale and zero point, where there is one for all elements.
    pub fn parameters(&self) -> Option<(f32, i64)> {
        match (&*self.scale, &*self.zero_point) {
            (&[scale], &[zero_point]) => Some((scale, zero_point)),
            _ => None,
        }
    }
}
