//! The size that an image is resized to, and how Resize is told it.

use crate::op::{Cut, DType, Listed, LowerCx, OpError, Operands, Shape, Wire};

/// Height and width of the result, where they are constant.
pub(super) fn size(io: &Operands<'_>) -> Result<Option<[usize; 2]>, OpError> {
    let Some(ints) = io.known_ints(1) else {
        return Ok(None);
    };
    let size: Vec<usize> = ints
        .iter()
        .filter_map(|&n| usize::try_from(n).ok())
        .collect();
    match size[..] {
        [height, width] if ints.len() == 2 && height > 0 && width > 0 => Ok(Some([height, width])),
        _ => Err(OpError::operand(1, "two positive extents", Listed(&ints))),
    }
}

/// For the two axes: extents before and after, where all are known.
pub(super) fn extents(io: &Operands<'_>) -> Result<Option<[(usize, usize); 2]>, OpError> {
    let shape = io.shape(0)?;
    let (height, width) = (shape[1].fixed(), shape[2].fixed());
    Ok(match (height, width, size(io)?) {
        (Some(height), Some(width), Some(to)) => Some([(height, to[0]), (width, to[1])]),
        _ => None,
    })
}

/// The inputs `scales` or `sizes`: sizes where all are known, scales where batch or channels are not and
/// they say the same, and sizes computed at run time otherwise.
pub(super) fn target(
    cx: &mut LowerCx<'_>,
    x: &Wire,
) -> Result<(Option<Wire>, Option<Wire>), OpError> {
    if let Some(sizes) = cx.result_shape(0).fixed() {
        return Ok((None, Some(cx.extents(&sizes))));
    }
    if let Some(extents) = extents(cx.io())? {
        let scales = extents.map(|(from, to)| to as f32 / from as f32);
        let exact = (extents.iter().zip(scales))
            .all(|(&(from, to), scale)| (from as f32 * scale).floor() == to as f32);
        if exact {
            let scales = cx.floats(&[4], &[1.0, 1.0, scales[0], scales[1]]);
            return Ok((Some(scales), None));
        }
    }
    let front = match Shape::new(x.shape.dims()[..2].iter().cloned()).fixed() {
        Some(front) => cx.extents(&front),
        None => {
            let shape = cx.node("Shape").input(x).out(DType::Int64, Shape::new([4]));
            let cut = Cut {
                axis: 0,
                start: 0,
                step: 1,
                extent: 2,
            };
            cx.slice(&shape, &[cut])
        }
    };
    let size = match size(cx.io())? {
        Some(size) => cx.extents(&size),
        None => {
            let size = cx.source(1)?;
            cx.cast(&size, DType::Int64)?
        }
    };
    Ok((None, Some(cx.concat(&[front, size], 0)?)))
}
