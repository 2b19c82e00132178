//! RESHAPE: the same elements under another shape.
//!
//! Source: LiteRT kernels/reshape.cc: a shape operand of rank 1 wins over the option; one dimension may be
//! −1; `[0]` in old files means a scalar. ONNX: Reshape.

#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    AxisMap, DType, Dim, Literal, LowerCx, OpDef, OpError, Operands, Operator, Placement,
    QuantRule, RawOp, Shape,
};
#[cfg(feature = "validate")]
use crate::reference::kernels::arrange;
use crate::tflite::options;
use crate::tflite::schema::{BuiltinOperator, ReshapeOptionsT};

pub(super) static DEFS: &[OpDef] = &[OpDef::new(BuiltinOperator::RESHAPE, Reshape::parse)
    .arity(1..=2, 1..=1)
    .emits(&["Reshape"])];

#[derive(Debug)]
struct Reshape {
    new_shape: Vec<i64>,
}

impl Reshape {
    fn parse(raw: &RawOp<'_>) -> Result<Box<dyn Operator>, OpError> {
        let ReshapeOptionsT { new_shape } = options!(raw, builtin_options_as_reshape_options);
        let new_shape = new_shape.unwrap_or_default();
        Ok(Box::new(Reshape {
            new_shape: new_shape.into_iter().map(i64::from).collect(),
        }))
    }

    /// The shape asked for; `None` where it is computed at run time.
    fn target(&self, io: &Operands<'_>) -> Result<Option<Vec<i64>>, OpError> {
        let by_operand = io.get(1).filter(|shape| shape.shape.rank() == 1);
        match by_operand {
            Some(_) => Ok(io.known_ints(1)),
            None if self.new_shape == [0] => Ok(Some(Vec::new())),
            None => Ok(Some(self.new_shape.clone())),
        }
    }

    fn resolve(&self, io: &Operands<'_>) -> Result<Option<Shape>, OpError> {
        let Some(mut target) = self.target(io)? else {
            return Ok(None);
        };
        target.extend(io.operand(0)?.complex.then_some(2));
        let from = io.shape(0)?;
        let negative = target.iter().filter(|&&n| n < 0).count();
        if negative > 1 || target.iter().any(|&n| n < -1) {
            return Err(OpError::option(
                "new_shape",
                "at most one −1",
                format!("{target:?}"),
            ));
        }
        let total = from.count().ok_or_else(|| {
            OpError::unsupported_operand(0, format!("reshaping {from}, whose size is dynamic"))
        })?;
        let known: i64 = target.iter().filter(|&&n| n >= 0).product();
        let known = usize::try_from(known).unwrap_or(usize::MAX);
        let missing = total.checked_div(known).unwrap_or(0);
        let dims: Vec<usize> = target
            .iter()
            .map(|&n| usize::try_from(n).unwrap_or(missing))
            .collect();
        if dims.iter().try_fold(1usize, |n, &dim| n.checked_mul(dim)) != Some(total) {
            return Err(OpError::operand(
                0,
                format!("as many elements as {target:?}"),
                from,
            ));
        }
        Ok(Some(Shape::new(dims)))
    }
}

impl Operator for Reshape {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        if io.get(1).is_some() {
            io.expect_dtype(1, &[DType::Int32])?;
        }
        io.expect_result_dtype(0, io.operand(0)?.dtype)
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        Ok(self.resolve(io)?.map(|shape| vec![shape]))
    }

    fn fold(&self, io: &Operands<'_>) -> Result<Option<Vec<Literal>>, OpError> {
        let literal = io.operand(0)?.literal();
        let shape = io.result(0).shape.fixed();
        Ok(literal
            .zip(shape)
            .map(|(literal, shape)| vec![Literal { shape, ..literal }]))
    }

    /// Where only axes of extent 1 come and go, the others keep their meaning.
    fn placement(&self, io: &Operands<'_>) -> Placement {
        let (Ok(from), to) = (io.shape(0), &io.result(0).shape) else {
            return Placement::Barrier;
        };
        match correspondence(from, to) {
            Some((rank, a, b)) => Placement::Free(AxisMap::new(rank).operand(0, a).result(0, b)),
            None => Placement::Barrier,
        }
    }

    fn takes_complex(&self) -> bool {
        true
    }

    fn quant(&self) -> QuantRule {
        QuantRule::Moves
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let x = cx.real(0)?;
        let y = cx.reshape(&x, &cx.result_shape(0))?;
        cx.finish(0, y)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let y = arrange::reshape(&*cx.tensor(0)?, &cx.result_dims(0)?)?;
        cx.finish(0, y)
    }
}

/// A space in which both shapes have their axes, where they differ in axes of extent 1 alone: its rank,
/// and the axes of each.
fn correspondence(from: &Shape, to: &Shape) -> Option<(usize, Vec<usize>, Vec<usize>)> {
    let (mut a, mut b) = (Vec::new(), Vec::new());
    let (mut i, mut j, mut next) = (0, 0, 0usize);
    while i < from.rank() || j < to.rank() {
        let left = from.dims().get(i);
        let right = to.dims().get(j);
        let same = left.is_some() && left == right;
        let skip_left = !same && left.is_some_and(Dim::is_one);
        if same || skip_left {
            a.push(next);
            i += 1;
        }
        if same || (!skip_left && right.is_some_and(Dim::is_one)) {
            b.push(next);
            j += 1;
        } else if !skip_left {
            return None;
        }
        next += 1;
    }
    Some((next, a, b))
}
