//! What TFLite_Detection_PostProcess computes, step by step.

use super::detection_post_process::{ANCHORS, DetectionPostProcess, ENCODINGS, SCORES};
use super::reference::{floats, tensor};
use crate::op::{OpError, ReferenceCx};

/// Least y, least x, greatest y, greatest x.
type Corners = [f32; 4];

/// A box, a class and its score.
type Detection = (usize, usize, f32);

pub(super) fn run(op: &DetectionPostProcess, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
    let (count, background) = op.boxes(cx.io())?;
    let (encodings, scores, anchors) = (
        cx.tensor(ENCODINGS)?,
        cx.tensor(SCORES)?,
        cx.tensor(ANCHORS)?,
    );
    let width = encodings.len() / count;
    let rows = floats(&encodings)?.chunks_exact(width);
    let boxes = rows.zip(floats(&anchors)?.chunks_exact(4));
    let boxes: Vec<Corners> = boxes
        .map(|(code, anchor)| decode(code, anchor, op.scales))
        .collect();
    let columns = op.classes + background;
    let scores = floats(&scores)?;
    let score = |place: usize, class: usize| scores[place * columns + background + class];
    let mut rows: Vec<Detection> = Vec::new();
    let found = if op.regular {
        for class in 0..op.classes {
            let own: Vec<f32> = (0..count).map(|place| score(place, class)).collect();
            let kept = suppress(op, &boxes, &own, op.per_class.min(op.detections));
            rows.extend(kept.into_iter().map(|place| (place, class, own[place])));
            rows.sort_by(|a, b| b.2.total_cmp(&a.2));
            rows.truncate(op.detections);
        }
        rows.len()
    } else {
        let ranked = |place: usize| {
            let mut classes: Vec<usize> = (0..op.classes).collect();
            classes.sort_by(|&a, &b| score(place, b).total_cmp(&score(place, a)));
            classes
        };
        let best: Vec<f32> = (0..count)
            .map(|place| score(place, ranked(place)[0]))
            .collect();
        let kept = suppress(op, &boxes, &best, op.detections);
        for &place in &kept {
            let classes = ranked(place).into_iter().take(op.classes_per_detection);
            rows.extend(classes.map(|class| (place, class, score(place, class))));
        }
        kept.len()
    };
    let slots = op.detections * op.classes_per_detection;
    let (mut corners, mut classes, mut best) =
        (vec![0.0; 4 * slots], vec![0.0; slots], vec![0.0; slots]);
    for (slot, &(place, class, score)) in rows.iter().take(slots).enumerate() {
        corners[4 * slot..][..4].copy_from_slice(&boxes[place]);
        (classes[slot], best[slot]) = (class as f32, score);
    }
    cx.finish(0, tensor(&[1, slots, 4], &corners)?)?;
    cx.finish(1, tensor(&[1, slots], &classes)?)?;
    cx.finish(2, tensor(&[1, slots], &best)?)?;
    cx.finish(3, tensor(&[1], &[found as f32])?)
}

fn decode(code: &[f32], anchor: &[f32], scales: [f32; 4]) -> Corners {
    let part = |axis: usize| f64::from(code[axis]) / f64::from(scales[axis]);
    let side = |axis: usize| {
        let (at, extent) = (f64::from(anchor[axis]), f64::from(anchor[axis + 2]));
        let center = (part(axis) * extent + at) as f32;
        let half = (0.5 * part(axis + 2).exp() * extent) as f32;
        (center - half, center + half)
    };
    let ((top, bottom), (left, right)) = (side(0), side(1));
    [top, left, bottom, right]
}

/// The boxes that stay, best first.
fn suppress(
    op: &DetectionPostProcess,
    boxes: &[Corners],
    scores: &[f32],
    limit: usize,
) -> Vec<usize> {
    let mut order: Vec<usize> = (0..scores.len())
        .filter(|&place| scores[place] >= op.score_threshold)
        .collect();
    order.sort_by(|&a, &b| {
        scores[b]
            .partial_cmp(&scores[a])
            .unwrap_or(std::cmp::Ordering::Equal)
    });
    let mut kept: Vec<usize> = Vec::new();
    for place in order {
        if kept.len() == limit {
            break;
        }
        let apart = |&other: &usize| overlap(&boxes[other], &boxes[place]) <= op.overlap_threshold;
        if kept.iter().all(apart) {
            kept.push(place);
        }
    }
    kept
}

/// Intersection over union.
fn overlap(a: &Corners, b: &Corners) -> f32 {
    let area = |[top, left, bottom, right]: &Corners| (bottom - top) * (right - left);
    if area(a) <= 0.0 || area(b) <= 0.0 {
        return 0.0;
    }
    let along = |axis: usize| (a[axis + 2].min(b[axis + 2]) - a[axis].max(b[axis])).max(0.0);
    let common = along(0) * along(1);
    common / (area(a) + area(b) - common)
}
