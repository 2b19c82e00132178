//! RESHAPE: the same elements under another shape.
//!
//! Source: LiteRT kernels/reshape.cc: a shape operand of rank 1 wins over the option; one dimension may be
//! −1; `[0]` in old files means a scalar. ONNX: Reshape.

#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    AxisMap, Batch, Batched, DType, Dim, Literal, LowerCx, OpDef, OpError, Operands, Operator,
    Placement, QuantRule, RawOp, Shape, Term,
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

    /// The shape asked for; `None` where it is computed from more than shapes.
    fn target(&self, io: &Operands<'_>) -> Option<Vec<Term>> {
        let by_operand = io.get(1).filter(|shape| shape.shape.rank() == 1);
        let by_option = match self.new_shape[..] {
            [0] => &[],
            _ => self.new_shape.as_slice(),
        };
        match by_operand {
            Some(_) => io.terms(1),
            None => Some(by_option.iter().map(|&n| Term::Number(n)).collect()),
        }
    }

    /// Does the operand's shape alone decide the result's?
    fn is_told(&self, io: &Operands<'_>) -> bool {
        let own = io.get(0).map_or(&[][..], |value| value.shape.dims());
        self.target(io).is_some_and(|target| {
            target.iter().all(|term| match term {
                Term::Extent(symbol) => own.contains(&Dim::Symbol(symbol.clone())),
                Term::Number(_) => true,
            })
        })
    }

    fn resolve(&self, io: &Operands<'_>) -> Result<Shape, OpError> {
        let Some(mut target) = self.target(io) else {
            return computed(io);
        };
        let value = io.operand(0)?;
        target.extend(value.complex.then_some(Term::Number(2)));
        let asked: Vec<String> = target.iter().map(Term::to_string).collect();
        let asked = format!("[{}]", asked.join(", "));
        let mismatch = || {
            let expected = format!("as many elements as {asked}");
            OpError::operand(0, expected, &value.shape)
        };
        let negative = target
            .iter()
            .filter(|term| **term == Term::Number(-1))
            .count();
        let invalid = |term: &&Term| matches!(term, Term::Number(n) if *n < -1);
        if negative > 1 || target.iter().any(|term| invalid(&term)) {
            return Err(OpError::option("new_shape", "at most one −1", asked));
        }
        // An extent on both sides cancels out.
        let mut from = value.shape.dims().to_vec();
        let mut known = Some(1usize);
        let mut foreign = false;
        for term in &target {
            match term {
                Term::Extent(symbol) => {
                    let own = Dim::Symbol(symbol.clone());
                    match from.iter().position(|dim| *dim == own) {
                        Some(axis) => drop(from.remove(axis)),
                        None => foreign = true,
                    }
                }
                Term::Number(n) => {
                    let n = usize::try_from(*n).unwrap_or(1);
                    known = known.and_then(|known| known.checked_mul(n));
                }
            }
        }
        let from: Shape = from.into_iter().collect();
        let rest = match (rest(&from, known.unwrap_or(0)), negative) {
            _ if foreign => Some(io.unknown_dim(0, target.len())),
            (Some(rest), 1) => Some(rest),
            (Some(Dim::Fixed(1)), _) => None,
            // An empty tensor under an empty shape.
            _ if negative == 0 && from.count() == known && known.is_some() => None,
            (None, 1) if from.count().is_none() => Some(io.unknown_dim(0, target.len())),
            _ => return Err(mismatch()),
        };
        let dim = |term: &Term| match (term, &rest) {
            (Term::Extent(symbol), _) => Some(Dim::Symbol(symbol.clone())),
            (Term::Number(-1), rest) => rest.clone(),
            (Term::Number(n), _) => usize::try_from(*n).ok().map(Dim::Fixed),
        };
        let shape: Option<Shape> = target.iter().map(dim).collect();
        shape.ok_or_else(mismatch)
    }
}

/// What is left of a shape's elements when `known` of them are spoken for; `None` where it does not divide
/// or is known only at run time as other than one of the shape's own symbols.
fn rest(from: &Shape, known: usize) -> Option<Dim> {
    let numbers = from.dims().iter().filter_map(Dim::fixed);
    let total = numbers.fold(1usize, usize::saturating_mul);
    let mut symbols = from.dims().iter().filter(|dim| dim.fixed().is_none());
    match (symbols.next(), symbols.next()) {
        (None, _) => (total.checked_rem(known) == Some(0)).then(|| Dim::Fixed(total / known)),
        (Some(symbol), None) => (total == known).then(|| symbol.clone()),
        _ => None,
    }
}

/// The shape that a shape operand computed at run time gives: its length is the rank.
fn computed(io: &Operands<'_>) -> Result<Shape, OpError> {
    let rank = io.dims(1)?.first().copied().unwrap_or(0);
    if io.operand(0)?.complex {
        return Err(OpError::unsupported_operand(
            1,
            "computed, for complex numbers",
        ));
    }
    io.unknown_shape(rank)
}

impl Operator for Reshape {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        if io.get(1).is_some() {
            io.expect_dtype(1, &[DType::Int32])?;
        }
        io.expect_result_like(0, 0)
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        Ok(Some(vec![self.resolve(io)?]))
    }

    fn fold(&self, io: &Operands<'_>) -> Result<Option<Vec<Literal>>, OpError> {
        let literal = io.operand(0)?.literal();
        let shape = io.result(0).shape.fixed();
        Ok(literal
            .zip(shape)
            .map(|(literal, shape)| vec![Literal { shape, ..literal }]))
    }

    fn moves(&self, slot: usize) -> bool {
        slot == 0
    }

    fn element(&self, _io: &Operands<'_>, index: usize) -> Option<(usize, usize, i64)> {
        Some((0, index, 0))
    }

    fn batch(&self, io: &Operands<'_>, batch: &Batch<'_>) -> Result<Batched, OpError> {
        if io.operand(0)?.complex {
            return Err(OpError::unsupported_operand(0, "complex numbers"));
        }
        let span = batch.regrouped(io, &io.result(0).shape)?;
        Ok(Batched::at(span).shape_in(1, true))
    }

    /// Where only axes of extent 1 come and go, the others keep their meaning.
    fn placement(&self, io: &Operands<'_>) -> Placement {
        let (Ok(from), to) = (io.shape(0), &io.result(0).shape) else {
            return Placement::Barrier;
        };
        if !self.is_told(io) {
            return Placement::Barrier;
        }
        match correspondence(from, to) {
            Some((rank, a, b)) => Placement::Free(AxisMap::new(rank).operand(0, a).result(0, b)),
            None => Placement::Barrier,
        }
    }

    fn takes_complex(&self) -> bool {
        true
    }

    fn quant(&self) -> QuantRule {
        QuantRule::Carries
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let x = cx.real(0)?;
        if !self.is_told(cx.io()) {
            // A zero is a size in TFLite; without `allowzero` it would mean "copy".
            cx.require_opset(14)?;
            let shape = cx.source(1)?;
            let shape = cx.cast(&shape, DType::Int64)?;
            let node = cx.node("Reshape").input(&x).input(&shape);
            let y = node.attr("allowzero", 1i64).out_result(0);
            return cx.finish(0, y);
        }
        let y = cx.reshape(&x, &cx.result_shape(0))?;
        cx.finish(0, y)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let x = cx.tensor(0)?;
        let dims = match cx.result_dims(0) {
            Ok(dims) => dims,
            Err(_) => sizes(&cx.ints(1)?, x.len()),
        };
        cx.finish(0, arrange::reshape(&x, &dims)?)
    }
}

/// A computed shape operand as sizes: −1 takes what is left.
#[cfg(feature = "validate")]
fn sizes(asked: &[i64], total: usize) -> Vec<usize> {
    let known = asked.iter().filter_map(|&n| usize::try_from(n).ok());
    let left = total.checked_div(known.product()).unwrap_or(0);
    asked
        .iter()
        .map(|&n| usize::try_from(n).unwrap_or(left))
        .collect()
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
