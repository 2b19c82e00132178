//! TFLite_Detection_PostProcess: boxes from their encodings, and the best of them without overlap.
//!
//! Source: LiteRT kernels/detection_postprocess.cc. Boxes are decoded in double precision. *Regular*: suppression
//! for each class apart, then the best of all classes, equal scores by class. *Fast*: suppression once, by the best
//! score of each box; each box that is left is given with its best classes. Scores that equal the threshold count,
//! boxes whose overlap equals the threshold stay, and of equal scores the earlier box comes first. Results are filled
//! up with zeros; the fast kernel leaves what was in memory there, `num_detections` tells.
//!
//! ONNX: NonMaxSuppression, whose threshold is exclusive; a row of zeros behind the boxes is what fills up.

use super::structs::positive;
#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    Cut, DType, Dim, LowerCx, OpDef, OpError, Operands, Operator, RawOp, Shape, Tolerance, Wire,
};

pub(super) static DEFS: &[OpDef] = &[OpDef::named("TFLite_Detection_PostProcess", parse)
    .arity(3..=3, 4..=4)
    .emits(&[
        "Exp",
        "NonMaxSuppression",
        "TopK",
        "ArgMax",
        "Gather",
        "Concat",
        "Slice",
    ])];

/// Operands: encodings `[1, N, 4…]`, scores `[1, N, classes]`, anchors `[N, 4]`.
pub(super) const ENCODINGS: usize = 0;
pub(super) const SCORES: usize = 1;
pub(super) const ANCHORS: usize = 2;

#[derive(Debug)]
pub(super) struct DetectionPostProcess {
    /// Boxes that are given at most; the fast way gives each with `classes_per_detection` classes.
    pub detections: usize,
    pub classes_per_detection: usize,
    /// Boxes that the regular way keeps of a class.
    pub per_class: usize,
    pub regular: bool,
    pub score_threshold: f32,
    pub overlap_threshold: f32,
    pub classes: usize,
    /// What y, x, height and width are divided by.
    pub scales: [f32; 4],
}

fn parse(raw: &RawOp<'_>) -> Result<Box<dyn Operator>, OpError> {
    let options = raw.flex()?;
    let count = |name| positive(name, options.int(name)?);
    let per_class = options.get("detections_per_class").and_then(|n| n.as_int());
    let regular = options.get("use_regular_nms").and_then(|yes| yes.as_bool());
    let scale = |name| match options.float(name)? as f32 {
        scale if scale.is_finite() && scale != 0.0 => Ok(scale),
        other => Err(OpError::option(name, "a number other than 0", other)),
    };
    let op = DetectionPostProcess {
        detections: count("max_detections")?,
        classes_per_detection: count("max_classes_per_detection")?,
        per_class: positive("detections_per_class", per_class.unwrap_or(100))?,
        regular: regular.unwrap_or(false),
        score_threshold: options.float("nms_score_threshold")? as f32,
        overlap_threshold: options.float("nms_iou_threshold")? as f32,
        classes: count("num_classes")?,
        scales: [
            scale("y_scale")?,
            scale("x_scale")?,
            scale("h_scale")?,
            scale("w_scale")?,
        ],
    };
    if !(op.overlap_threshold > 0.0 && op.overlap_threshold <= 1.0) {
        let found = op.overlap_threshold;
        return Err(OpError::option(
            "nms_iou_threshold",
            "above 0 and at most 1",
            found,
        ));
    }
    if op.score_threshold.is_nan() {
        return Err(OpError::option("nms_score_threshold", "a number", "NaN"));
    }
    if !op.regular && op.classes_per_detection > op.classes {
        let expected = format!("at most {} classes", op.classes);
        let found = op.classes_per_detection;
        return Err(OpError::option(
            "max_classes_per_detection",
            expected,
            found,
        ));
    }
    Ok(Box::new(op))
}

impl DetectionPostProcess {
    /// Number of boxes, and of the scores' leading columns that are background.
    pub fn boxes(&self, io: &Operands<'_>) -> Result<(usize, usize), OpError> {
        let (encodings, scores) = (io.dims(ENCODINGS)?, io.dims(SCORES)?);
        let found = match encodings.as_slice() {
            &[1, boxes, numbers] if numbers >= 4 => Some(boxes),
            _ => None,
        };
        let boxes = found.ok_or_else(|| {
            let shape = encodings.clone();
            OpError::operand(ENCODINGS, "shape [1, boxes, 4]", Shape::new(shape))
        })?;
        let found = match scores.as_slice() {
            &[1, rows, columns] if rows == boxes => columns.checked_sub(self.classes),
            _ => None,
        };
        let background = found.filter(|&background| background <= 1).ok_or_else(|| {
            let expected = format!("shape [1, {boxes}, {} or one more]", self.classes);
            OpError::operand(
                SCORES,
                expected,
                io.shape(SCORES).cloned().unwrap_or(Shape::scalar()),
            )
        })?;
        if io.dims(ANCHORS)? != [boxes, 4] || boxes == 0 {
            let expected = format!("shape [{boxes}, 4]");
            return Err(OpError::operand(ANCHORS, expected, io.shape(ANCHORS)?));
        }
        Ok((boxes, background))
    }

    /// Rows of the results.
    fn rows(&self) -> usize {
        self.detections * self.classes_per_detection
    }

    /// Corners of the boxes, `[1, N, 4]`: least y, least x, greatest y, greatest x.
    fn decode(&self, cx: &mut LowerCx<'_>, boxes: usize) -> Result<Wire, OpError> {
        let encodings = cx.real(ENCODINGS)?;
        let encodings = cx.slice(
            &encodings,
            &[Cut {
                axis: 2,
                start: 0,
                step: 1,
                extent: 4,
            }],
        );
        let encodings = cx.cast(&encodings, DType::Float64)?;
        let anchors = cx.real(ANCHORS)?;
        let anchors = cx.cast(&anchors, DType::Float64)?;
        let anchors = cx.reshape_to(&anchors, &[1, boxes, 4])?;
        let scales = cx.floats(&[4], &self.scales);
        let scales = cx.cast(&scales, DType::Float64)?;
        let encodings = cx.binary("Div", &encodings, &scales)?;
        let (encodings, anchors) = (
            cx.split(&encodings, 2, &[2, 2]),
            cx.split(&anchors, 2, &[2, 2]),
        );
        let ([place, growth], [center, extent]) = (&encodings[..], &anchors[..]) else {
            return Err(OpError::inconsistent("boxes without two halves"));
        };
        let place = cx.binary("Mul", place, extent)?;
        let place = cx.binary("Add", &place, center)?;
        let place = cx.cast(&place, DType::Float32)?;
        let half = cx.scalar(DType::Float64, 0.5)?;
        let growth = cx.unary("Exp", growth);
        let growth = cx.binary("Mul", &growth, &half)?;
        let reach = cx.binary("Mul", &growth, extent)?;
        let reach = cx.cast(&reach, DType::Float32)?;
        let (low, high) = (
            cx.binary("Sub", &place, &reach)?,
            cx.binary("Add", &place, &reach)?,
        );
        cx.concat(&[low, high], 2)
    }

    /// `NonMaxSuppression`: class and box of what it selects, of `limit` at most in each class.
    fn suppress(
        &self,
        cx: &mut LowerCx<'_>,
        [boxes, scores]: [&Wire; 2],
        limit: usize,
    ) -> Result<[Wire; 2], OpError> {
        let limit = cx.extents(&[limit]);
        let overlap = cx.floats(&[1], &[self.overlap_threshold]);
        // Only scores above it count in ONNX.
        let score = cx.floats(&[1], &[self.score_threshold.next_down()]);
        let shape = Shape::new([cx.io().unknown_dim(0, 0), Dim::Fixed(3)]);
        let node = cx
            .node("NonMaxSuppression")
            .inputs([boxes, scores, &limit, &overlap, &score]);
        let selected = node.out(DType::Int64, shape);
        let (class, place) = (cx.scalar(DType::Int64, 1.0)?, cx.scalar(DType::Int64, 2.0)?);
        Ok([
            cx.gather(&selected, &class, 1),
            cx.gather(&selected, &place, 1),
        ])
    }

    /// A vector of unknown length with `detections` fillers behind it.
    fn filled(&self, cx: &mut LowerCx<'_>, wire: &Wire, filler: f64) -> Result<Wire, OpError> {
        let filler = cx.scalar(wire.dtype, filler)?;
        let filler = cx.reshape_to(&filler, &[1])?;
        let filler = cx.expand(&filler, &[self.detections]);
        let shape = Shape::new([cx.io().unknown_dim(0, 1)]);
        let node = cx.node("Concat").inputs([wire, &filler]).attr("axis", 0i64);
        Ok(node.out(wire.dtype, shape))
    }

    /// How many of the places are boxes, as FLOAT32, and which.
    fn count(cx: &mut LowerCx<'_>, places: &Wire, boxes: usize) -> Result<(Wire, Wire), OpError> {
        let end = cx.scalar(DType::Int64, boxes as f64)?;
        let real = cx.compare("Less", places, &end)?;
        let ones = cx.cast(&real, DType::Float32)?;
        Ok((cx.reduce("ReduceSum", &ones, &[0], true), real))
    }

    fn lower_fast(
        &self,
        cx: &mut LowerCx<'_>,
        corners: &Wire,
        scores: &Wire,
    ) -> Result<(), OpError> {
        let (boxes, wide) = (
            corners.shape[1].fixed().unwrap_or_default(),
            self.classes_per_detection,
        );
        let outs = Shape::new([1, boxes, wide]);
        let (best, classes) = if wide == 1 {
            let best = cx.reduce("ReduceMax", scores, &[2], true);
            let node = cx.node("ArgMax").input(scores).attr("axis", 2i64);
            (best, node.attr("keepdims", true).out(DType::Int64, outs))
        } else {
            let k = cx.extents(&[wide]);
            let node = cx.node("TopK").inputs([scores, &k]).attr("axis", 2i64);
            let outs = vec![(DType::Float32, outs.clone()), (DType::Int64, outs)];
            let mut wires = node.outs(outs).into_iter();
            wires
                .next()
                .zip(wires.next())
                .ok_or_else(|| OpError::inconsistent("TopK"))?
        };
        let first = cx.slice(
            &best,
            &[Cut {
                axis: 2,
                start: 0,
                step: 1,
                extent: 1,
            }],
        );
        let first = cx.reshape_to(&first, &[1, 1, boxes])?;
        let [_, places] = self.suppress(cx, [corners, &first], self.detections)?;
        let places = self.filled(cx, &places, boxes as f64)?;
        let places = cx.slice(
            &places,
            &[Cut {
                axis: 0,
                start: 0,
                step: 1,
                extent: self.detections,
            }],
        );
        // One table of all that a box has, so that one Gather fetches it.
        let classes = cx.cast(&classes, DType::Float32)?;
        let table = cx.concat(&[corners.clone(), classes, best], 2)?;
        let table = cx.reshape_to(&table, &[boxes, 4 + 2 * wide])?;
        cx.make_room(4 + 2 * wide, 4)?;
        let nothing = cx.floats(&[1, 4 + 2 * wide], &vec![0.0; 4 + 2 * wide]);
        let table = cx.concat(&[table, nothing], 0)?;
        let rows = cx.gather(&table, &places, 0);
        let columns = cx.split(&rows, 1, &[4, wide, wide]);
        let [corners, classes, best] = &columns[..] else {
            return Err(OpError::inconsistent("a table without three parts"));
        };
        let mut corners = cx.reshape_to(corners, &[self.detections, 1, 4])?;
        corners = cx.expand(&corners, &[self.detections, wide, 4]);
        let (count, _) = Self::count(cx, &places, boxes)?;
        self.give(cx, [&corners, classes, best, &count])
    }

    fn lower_regular(
        &self,
        cx: &mut LowerCx<'_>,
        corners: &Wire,
        scores: &Wire,
    ) -> Result<(), OpError> {
        let boxes = corners.shape[1].fixed().unwrap_or_default();
        let scores = cx.transpose(scores, &[0, 2, 1])?;
        let limit = self.per_class.min(self.detections);
        let [classes, places] = self.suppress(cx, [corners, &scores], limit)?;
        let row = cx.scalar(DType::Int64, boxes as f64)?;
        let at = cx.binary("Mul", &classes, &row)?;
        let at = cx.binary("Add", &at, &places)?;
        let scores = cx.reshape_to(&scores, &[self.classes * boxes])?;
        let found = cx.gather(&scores, &at, 0);
        // They come class by class; of equal ones the first stay first.
        let found = self.filled(cx, &found, f64::NEG_INFINITY)?;
        let k = cx.extents(&[self.detections]);
        let outs = Shape::new([self.detections]);
        let outs = vec![(DType::Float32, outs.clone()), (DType::Int64, outs)];
        let wires = cx
            .node("TopK")
            .inputs([&found, &k])
            .attr("axis", 0i64)
            .outs(outs);
        let [best, order] = &wires[..] else {
            return Err(OpError::inconsistent("TopK"));
        };
        let (places, classes) = (
            self.filled(cx, &places, boxes as f64)?,
            self.filled(cx, &classes, 0.0)?,
        );
        let (places, classes) = (cx.gather(&places, order, 0), cx.gather(&classes, order, 0));
        let classes = cx.cast(&classes, DType::Float32)?;
        let (count, real) = Self::count(cx, &places, boxes)?;
        let zero = cx.scalar(DType::Float32, 0.0)?;
        let best = cx.select(&real, best, &zero)?;
        let corners = cx.reshape_to(corners, &[boxes, 4])?;
        let nothing = cx.floats(&[1, 4], &[0.0; 4]);
        let corners = cx.concat(&[corners, nothing], 0)?;
        let corners = cx.gather(&corners, &places, 0);
        self.give(cx, [&corners, &classes, &best, &count])
    }

    fn give(&self, cx: &mut LowerCx<'_>, wires: [&Wire; 4]) -> Result<(), OpError> {
        let missing = self.rows() - self.detections;
        for (slot, wire) in wires.into_iter().enumerate() {
            let shape = cx.result_shape(slot);
            let mut wire = wire.clone();
            // The regular way gives each box with one class, and the results have room for several.
            if self.regular && slot < 3 {
                let mut pads = vec![(0, 0); wire.rank()];
                pads[0].1 = missing;
                wire = cx.pad(&wire, &pads, None)?;
            }
            let wire = cx.reshape(&wire, &shape)?;
            cx.finish(slot, wire)?;
        }
        Ok(())
    }
}

impl Operator for DetectionPostProcess {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        for slot in 0..3 {
            io.expect_dtype(slot, &[DType::Float32])?;
        }
        for slot in 0..4 {
            io.expect_result_dtype(slot, DType::Float32)?;
        }
        self.boxes(io).map(drop)
    }

    fn infer(&self, _: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        let rows = self.rows();
        let list = Shape::new([1, rows]);
        Ok(Some(vec![
            Shape::new([1, rows, 4]),
            list.clone(),
            list,
            Shape::new([1]),
        ]))
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let (boxes, background) = self.boxes(cx.io())?;
        let corners = self.decode(cx, boxes)?;
        let scores = cx.real(SCORES)?;
        let cut = Cut {
            axis: 2,
            start: background as i64,
            step: 1,
            extent: self.classes,
        };
        let scores = cx.slice(&scores, &[cut]);
        match self.regular {
            true => self.lower_regular(cx, &corners, &scores),
            false => self.lower_fast(cx, &corners, &scores),
        }
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        super::detection_reference::run(self, cx)
    }

    fn tolerance(&self) -> Tolerance {
        Tolerance::ROUNDING
    }
}
