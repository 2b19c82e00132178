//! NON_MAX_SUPPRESSION_V4 and V5 without sigma: the best box that no chosen one overlaps, again and again.

use tract_core::prelude::Tensor;

use super::{Result, check, elements};

/// When to stop, and what to leave out.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// As many boxes at most; what is chosen is padded with zeros to this extent.
    pub most: usize,
    /// Intersection over union from which on a box is left out.
    pub overlap: f32,
    /// Boxes that do not score more are left out.
    pub least: f32,
}

/// What was chosen.
#[derive(Debug)]
pub struct Chosen {
    pub indices: Tensor,
    pub scores: Tensor,
    /// How many, as a scalar.
    pub count: Tensor,
}

/// Chooses among boxes of two opposite corners.
pub fn suppress(boxes: &Tensor, scores: &Tensor, limits: Limits) -> Result<Chosen> {
    let (corners, scores) = (elements::<f32>(boxes)?, elements::<f32>(scores)?);
    let (corners, rest) = corners.as_chunks::<4>();
    check!(
        rest.is_empty() && corners.len() == scores.len(),
        "boxes of shape {:?} for {} scores",
        boxes.shape(),
        scores.len()
    );
    let mut left: Vec<usize> = (0..scores.len())
        .filter(|&i| scores[i] > limits.least)
        .collect();
    // Stable: boxes of equal score stay in the order of the file.
    left.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]));
    let mut chosen: Vec<usize> = Vec::new();
    for candidate in left {
        let covered =
            |&other: &usize| overlap(&corners[candidate], &corners[other]) >= limits.overlap;
        if chosen.len() < limits.most && !chosen.iter().any(covered) {
            chosen.push(candidate);
        }
    }
    let mut indices: Vec<i32> = chosen.iter().map(|&i| i as i32).collect();
    let mut kept: Vec<f32> = chosen.iter().map(|&i| scores[i]).collect();
    indices.resize(limits.most, 0);
    kept.resize(limits.most, 0.0);
    Ok(Chosen {
        indices: Tensor::from_shape(&[limits.most], &indices)?,
        scores: Tensor::from_shape(&[limits.most], &kept)?,
        count: Tensor::from_shape(&[], &[chosen.len() as i32])?,
    })
}

/// Intersection over union; 0 where a box has no area.
fn overlap(a: &[f32; 4], b: &[f32; 4]) -> f32 {
    let span = |c: &[f32; 4], axis: usize| (c[axis].min(c[axis + 2]), c[axis].max(c[axis + 2]));
    let (mut both, mut areas) = (1.0f32, [1.0f32; 2]);
    for axis in 0..2 {
        let (one, other) = (span(a, axis), span(b, axis));
        areas[0] *= one.1 - one.0;
        areas[1] *= other.1 - other.0;
        both *= (one.1.min(other.1) - one.0.max(other.0)).max(0.0);
    }
    if areas[0] <= 0.0 || areas[1] <= 0.0 {
        return 0.0;
    }
    both / (areas[0] + areas[1] - both)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{i32s, tensor};
    use super::*;

    #[test]
    fn an_overlap_of_the_threshold_suppresses() {
        let boxes = [
            0.0f32, 0.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.5, 3.0, 3.0, 4.0, 4.0,
        ];
        let boxes = tensor(&[3, 4], &boxes);
        let scores = tensor(&[3], &[0.5f32, 0.9, 0.7]);
        let limits = |overlap| Limits {
            most: 4,
            overlap,
            least: 0.1,
        };
        let half = suppress(&boxes, &scores, limits(0.5)).unwrap();
        assert_eq!(i32s(&half.indices), [1, 2, 0, 0]);
        assert_eq!(i32s(&half.count), [2]);
        let more = suppress(&boxes, &scores, limits(0.51)).unwrap();
        assert_eq!(
            (i32s(&more.indices), i32s(&more.count)),
            (vec![1, 2, 0, 0], vec![3])
        );
    }
}
