//! NON_MAX_SUPPRESSION_V4, …_V5: boxes in the order of their scores, without those that overlap an earlier one.
//!
//! Source: LiteRT kernels/non_max_suppression.cc: an overlap that equals the threshold suppresses, the results are
//! padded with zeros, and boxes of equal score come in the order of a heap, which is no order to speak of. V5 also
//! gives the scores, and lets overlaps lower scores where sigma is above 0. ONNX: NonMaxSuppression, where only an
//! overlap above the threshold suppresses, so that it is given the number below.

#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{DType, Dim, LowerCx, OpDef, OpError, Operands, Operator, Shape, Tolerance, Wire};
#[cfg(feature = "validate")]
use crate::reference::kernels::suppress::{Limits, suppress};
use crate::tflite::schema::BuiltinOperator as Code;

pub(super) static DEFS: &[OpDef] = &[
    OpDef::new(Code::NON_MAX_SUPPRESSION_V4, |_| {
        Ok(Box::new(Suppression { scores: false }))
    })
    .arity(5..=5, 2..=2)
    .emits(&["NonMaxSuppression", "Gather", "Concat", "Slice"])
    .note("constant overlap threshold; boxes of equal score in the order of the file, 8-bit scores refused"),
    OpDef::new(Code::NON_MAX_SUPPRESSION_V5, |_| {
        Ok(Box::new(Suppression { scores: true }))
    })
    .arity(6..=6, 3..=3)
    .emits(&["NonMaxSuppression", "Gather", "Concat", "Slice"])
    .note("like V4; sigma 0"),
];

const BOXES: usize = 0;
const SCORES: usize = 1;
const COUNT: usize = 2;
const OVERLAP: usize = 3;
const LEAST: usize = 4;
const SIGMA: usize = 5;

#[derive(Debug)]
struct Suppression {
    /// Are the scores of the chosen boxes a result?
    scores: bool,
}

/// The one element of a constant FLOAT32 operand.
fn constant(io: &Operands<'_>, slot: usize) -> Result<f32, OpError> {
    let known = io
        .operand(slot)?
        .literal()
        .and_then(|literal| literal.floats());
    match known.as_deref() {
        Some([x]) => Ok(*x),
        _ => Err(OpError::unsupported_operand(
            slot,
            "a number that is computed",
        )),
    }
}

impl Suppression {
    /// What an overlap has to exceed.
    fn overlap(io: &Operands<'_>) -> Result<f32, OpError> {
        let threshold = constant(io, OVERLAP)?;
        // At 0 boxes that do not touch suppress each other, above 1 the kernel takes one box again and again.
        match threshold > 0.0 && threshold <= 1.0 {
            true => Ok(threshold.next_down()),
            false => Err(OpError::operand(
                OVERLAP,
                "a number above 0, up to 1",
                threshold,
            )),
        }
    }

    /// The extent of what is chosen.
    fn most(io: &Operands<'_>) -> Result<Dim, OpError> {
        match io.known_ints(COUNT).as_deref() {
            None => Ok(io.unknown_dim(0, 0)),
            Some(&[n]) if n >= 0 => Ok(Dim::Fixed(n as usize)),
            Some(other) => Err(OpError::operand(
                COUNT,
                "one number from 0",
                format!("{other:?}"),
            )),
        }
    }
}

/// A vector, then zeros, up to an extent that is also given as a vector of one INT64.
fn padded(cx: &mut LowerCx<'_>, x: &Wire, most: &Dim, extent: &Wire) -> Result<Wire, OpError> {
    let zero = cx.scalar(x.dtype, 0.0)?;
    let shape = Shape::new([most.clone()]);
    let node = cx.node("Expand").inputs([&zero, extent]);
    let zeros = node.out(x.dtype, shape.clone());
    let longer = Shape::new([cx.io().unknown_dim(0, 1)]);
    let node = cx.node("Concat").inputs([x, &zeros]).attr("axis", 0i64);
    let longer = node.out(x.dtype, longer);
    let start = cx.int64s(&[0]);
    let node = cx.node("Slice").inputs([&longer, &start, extent, &start]);
    Ok(node.out(x.dtype, shape))
}

impl Operator for Suppression {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        for slot in [BOXES, SCORES, OVERLAP, LEAST] {
            io.expect_dtype(slot, &[DType::Float32])?;
        }
        io.expect_dtype(COUNT, &[DType::Int32])?;
        io.expect_rank(BOXES, 2..=2)?;
        io.expect_rank(SCORES, 1..=1)?;
        if io.shape(BOXES)?[1] != Dim::Fixed(4) || io.shape(BOXES)?[0] != io.shape(SCORES)?[0] {
            let expected = format!("shape [{}, 4]", io.shape(SCORES)?[0]);
            return Err(OpError::operand(BOXES, expected, io.shape(BOXES)?));
        }
        for slot in [COUNT, OVERLAP, LEAST] {
            io.expect_rank(slot, 0..=0)?;
        }
        if [BOXES, SCORES]
            .iter()
            .any(|&slot| io.get(slot).is_some_and(|x| x.is_quantized()))
        {
            return Err(OpError::operand(
                SCORES,
                DType::Float32,
                "quantised numbers",
            ));
        }
        if io.descends_from_bytes(SCORES) {
            return Err(OpError::unsupported_operand(
                SCORES,
                "8-bit scores, of which several are equal: the kernel's order among those is that of a heap",
            ));
        }
        Self::most(io)?;
        Self::overlap(io)?;
        if self.scores && constant(io, SIGMA)? != 0.0 {
            return Err(OpError::unsupported_operand(
                SIGMA,
                "overlaps that lower scores",
            ));
        }
        io.expect_result_dtype(0, DType::Int32)?;
        io.expect_result_dtype(io.results() - 1, DType::Int32)
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        let chosen = Shape::new([Self::most(io)?]);
        let one = Shape::new([0; 0]);
        Ok(Some(match self.scores {
            true => vec![chosen.clone(), chosen, one],
            false => vec![chosen, one],
        }))
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let (boxes, scores) = (cx.source(BOXES)?, cx.source(SCORES)?);
        let count = boxes.shape[0].clone();
        let one = Dim::Fixed(1);
        let cells = Shape::new([one.clone(), count.clone(), Dim::Fixed(4)]);
        let of_class = Shape::new([one.clone(), one, count]);
        let (boxes, of_class) = (cx.reshape(&boxes, &cells)?, cx.reshape(&scores, &of_class)?);
        let most = cx.source(COUNT)?;
        let most = cx.cast(&most, DType::Int64)?;
        let most = cx.reshape_to(&most, &[1])?;
        let overlap = Self::overlap(cx.io())?;
        let overlap = cx.floats(&[1], &[overlap]);
        let least = cx.source(LEAST)?;
        let least = cx.reshape_to(&least, &[1])?;
        let found = Dim::clone(&cx.io().unknown_dim(cx.io().results() - 1, 0));
        let node = cx.node("NonMaxSuppression");
        let node = node.inputs([&boxes, &of_class, &most, &overlap, &least]);
        let triples = node.out(DType::Int64, Shape::new([found, Dim::Fixed(3)]));
        let chosen = cx.pick(&triples, 1, 2);
        let extent = Self::most(cx.io())?;
        let indices = padded(cx, &chosen, &extent, &most)?;
        let indices = cx.cast(&indices, DType::Int32)?;
        cx.finish(0, indices)?;
        if self.scores {
            let kept = cx.gather(&scores, &chosen, 0);
            let kept = padded(cx, &kept, &extent, &most)?;
            cx.finish(1, kept)?;
        }
        let number = cx.shape_of(&chosen);
        let number = cx.reshape_to(&number, &[])?;
        let number = cx.cast(&number, DType::Int32)?;
        cx.finish(usize::from(self.scores) + 1, number)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let number = |slot: usize| -> Result<f32, OpError> {
            cx.tensor(slot)?
                .cast_to_scalar::<f32>()
                .map_err(OpError::from_tract)
        };
        let most = cx.ints(COUNT)?.first().copied().unwrap_or(0);
        let limits = Limits {
            most: usize::try_from(most).unwrap_or(0),
            overlap: number(OVERLAP)?,
            least: number(LEAST)?,
        };
        let chosen = suppress(&*cx.tensor(BOXES)?, &*cx.tensor(SCORES)?, limits)?;
        cx.finish(0, chosen.indices)?;
        if self.scores {
            cx.finish(1, chosen.scores)?;
        }
        cx.finish(usize::from(self.scores) + 1, chosen.count)
    }

    /// The choice itself hangs on comparisons.
    fn tolerance(&self) -> Tolerance {
        Tolerance::ROUNDING
    }
}
