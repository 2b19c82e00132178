//! RANGE: numbers from a start, a step apart, short of a limit.
//!
//! Source: LiteRT kernels/range.cc, which adds the step again and again. ONNX: Range, which multiplies it;
//! in floats the two differ by rounding.

#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    DType, Dim, Literal, LowerCx, OpDef, OpError, Operands, Operator, Shape, Tolerance,
};
#[cfg(feature = "validate")]
use crate::reference::kernels::generate;
use crate::tflite::schema::BuiltinOperator;

pub(super) static DEFS: &[OpDef] = &[OpDef::new(BuiltinOperator::RANGE, |_| Ok(Box::new(Range)))
    .versions(1..=2)
    .arity(3..=3, 1..=1)
    .emits(&["Range"])];

#[derive(Debug)]
struct Range;

/// More elements than this are computed when the model runs.
const FOLDED: usize = 1 << 16;

/// The numbers, where all three operands are constant; of a long range only how many.
enum Known {
    Numbers(Literal),
    Count(usize),
}

fn known(io: &Operands<'_>) -> Result<Option<Known>, OpError> {
    let literals = (io.operand(0)?.literal())
        .zip(io.operand(1)?.literal())
        .zip(io.operand(2)?.literal());
    let Some(((start, limit), delta)) = literals else {
        return Ok(None);
    };
    let floats = |literal: &Literal| Some(*literal.floats()?.first()?);
    if let (Some(start), Some(limit), Some(delta)) =
        (floats(&start), floats(&limit), floats(&delta))
    {
        runs_forward(delta > 0.0 && start <= limit, delta < 0.0 && start >= limit)?;
        let count = ((limit - start) / delta).abs().ceil();
        if !(0.0..=FOLDED as f32).contains(&count) {
            return Ok(Some(Known::Count(count as usize)));
        }
        let numbers = std::iter::successors(Some(start), |x| Some(x + delta));
        let numbers: Vec<f32> = numbers.take(count as usize).collect();
        let literal = Literal::from_floats(vec![numbers.len()], &numbers);
        return Ok(Some(Known::Numbers(literal)));
    }
    let ints = |literal: &Literal| Some(*literal.ints()?.first()?);
    let (Some(from), Some(to), Some(by)) = (ints(&start), ints(&limit), ints(&delta)) else {
        return Ok(None);
    };
    runs_forward(by > 0 && from <= to, by < 0 && from >= to)?;
    let count =
        usize::try_from(to.abs_diff(from).div_ceil(by.unsigned_abs())).unwrap_or(usize::MAX);
    if count > FOLDED {
        return Ok(Some(Known::Count(count)));
    }
    let numbers: Vec<i64> = (0..count as i64).map(|i| from + i * by).collect();
    let literal = Literal::from_ints(start.dtype, vec![count], &numbers);
    Ok(literal.map(Known::Numbers))
}

fn runs_forward(rising: bool, falling: bool) -> Result<(), OpError> {
    match rising || falling {
        true => Ok(()),
        false => Err(OpError::inconsistent(
            "the steps never lead from start to limit",
        )),
    }
}

impl Operator for Range {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        io.expect_dtype(0, &[DType::Float32, DType::Int32, DType::Int64])?;
        for slot in 0..3 {
            io.expect_same_dtype(slot, 0)?;
            io.expect_rank(slot, 0..=0)?;
        }
        known(io)?;
        io.expect_result_dtype(0, io.operand(0)?.dtype)
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        let count = match known(io)? {
            Some(Known::Numbers(literal)) => Dim::Fixed(literal.shape[0]),
            Some(Known::Count(count)) => Dim::Fixed(count),
            None => io.unknown_dim(0, 0),
        };
        Ok(Some(vec![Shape::new([count])]))
    }

    fn fold(&self, io: &Operands<'_>) -> Result<Option<Vec<Literal>>, OpError> {
        Ok(match known(io)? {
            Some(Known::Numbers(literal)) => Some(vec![literal]),
            _ => None,
        })
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let operands = [cx.source(0)?, cx.source(1)?, cx.source(2)?];
        let y = cx.node("Range").inputs(&operands).out_result(0);
        cx.finish(0, y)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let (start, limit, delta) = (cx.tensor(0)?, cx.tensor(1)?, cx.tensor(2)?);
        cx.finish(0, generate::range(&start, &limit, &delta)?)
    }

    fn tolerance(&self) -> Tolerance {
        Tolerance::ROUNDING
    }
}
