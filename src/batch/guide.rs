//! The walk: operator by operator in the order of execution, beside the same model at its own size.

use std::collections::HashMap;

use super::{Batch, Holds, Rewrite, Span};
use crate::error::OpError;
use crate::ir::{Content, Dim, Graph, Literal, OpId, Shape, Symbol, Term, Value, ValueId};
use crate::op::{DType, Operands};

/// Bytes that a repeated constant may have.
const MAX_REPEATED: usize = 1 << 28;

/// Where the outputs and other tensors hold the examples, by tensor name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stack {
    /// Examples that the file's shapes are for.
    #[cfg_attr(
        not(feature = "validate"),
        allow(dead_code, reason = "read by validation")
    )]
    pub from: usize,
    /// How many there are now.
    #[cfg_attr(
        not(feature = "validate"),
        allow(dead_code, reason = "read by validation")
    )]
    pub to: Option<Dim>,
    /// Tensors that hold the examples.
    #[cfg_attr(
        not(feature = "validate"),
        allow(dead_code, reason = "read by validation")
    )]
    pub spans: HashMap<String, Span>,
}

/// Knows what each tensor has to do with the examples.
#[derive(Debug)]
pub(crate) struct Guide<'b> {
    /// The main graph at the file's own size, checked, with its folded operators.
    base: &'b Graph,
    from: usize,
    to: Dim,
    holds: HashMap<ValueId, Holds>,
}

/// What an operator's results will hold, and whether the operator itself says so.
#[derive(Debug)]
pub(crate) struct Expected {
    results: Vec<Holds>,
    ruled: bool,
}

impl Expected {
    fn of(results: Vec<Holds>, ruled: bool) -> Self {
        Expected { results, ruled }
    }
}

impl<'b> Guide<'b> {
    /// `inputs` are those that have the examples along their first axis.
    pub fn new(base: &'b Graph, from: usize, to: Dim, inputs: &[ValueId]) -> Self {
        let examples = Holds::Examples(Span::new(0));
        Guide {
            base,
            from,
            to,
            holds: inputs.iter().map(|&id| (id, examples)).collect(),
        }
    }

    fn of(&self, id: ValueId) -> Holds {
        self.holds.get(&id).copied().unwrap_or(Holds::Same)
    }

    /// What an operator's results will hold; its constants are rewritten. Before it is checked.
    pub fn before(&self, graph: &mut Graph, op: OpId) -> Result<Expected, OpError> {
        let io = Operands::new(self.base, op);
        let operands = self.base.operands(op);
        let holds: Vec<Holds> = operands
            .iter()
            .map(|id| id.map_or(Holds::Same, |id| self.of(id)))
            .collect();
        let count = io.results();
        if holds.iter().all(|holds| *holds == Holds::Same) {
            return Ok(Expected::of(vec![Holds::Same; count], false));
        }
        let changed: Vec<Vec<usize>> = operands
            .iter()
            .map(|id| {
                id.map_or(Vec::new(), |id| {
                    changed(self.base.value(id), graph.value(id))
                })
            })
            .collect();
        let batch = Batch {
            holds: &holds,
            changed: &changed,
            size: self.from,
        };
        let found = self.base.op(op).op.batch(&io, &batch);
        // Arithmetic with extents: what comes of it is seen afterwards.
        let counts = !holds.iter().any(|one| matches!(one, Holds::Examples(_)));
        let batched = match found {
            Err(_) if counts => return Ok(Expected::of(vec![Holds::Extents; count], false)),
            found => found?,
        };
        let goal = batched.results.first().copied();
        for rewrite in &batched.rewrites {
            self.rewrite(graph, op, &io, goal, *rewrite)?;
        }
        Ok(Expected::of(batched.results, true))
    }

    /// Compares what an operator gives with what it gave at the file's own size. After it is inferred.
    pub fn after(
        &mut self,
        graph: &mut Graph,
        results: &[ValueId],
        expected: &Expected,
    ) -> Result<(), OpError> {
        for (slot, (&id, &holds)) in results.iter().zip(&expected.results).enumerate() {
            let (was, is) = (self.base.value(id), graph.value(id));
            let holds = match holds {
                Holds::Extents if expected.ruled && !alike(&was.shape, &is.shape) => {
                    Holds::Examples(grown(&was.shape, &is.shape).ok_or_else(unknown)?)
                }
                Holds::Extents => extents(was, is).ok_or_else(unknown)?,
                other => other,
            };
            let shape = match holds {
                Holds::Examples(span) => self.scaled(&was.shape, span)?,
                _ => was.shape.clone(),
            };
            if !alike(&is.shape, &shape) {
                return Err(OpError::result(slot, shape, &is.shape)
                    .advice("the operator does not keep to the size of the batch"));
            }
            if holds != Holds::Same {
                graph.value_mut(id).shape = shape;
            }
            self.holds.insert(id, holds);
        }
        Ok(())
    }

    /// What the outputs hold.
    ///
    /// # Errors
    /// Where an output does not have the examples one after the other.
    pub fn finish(self) -> Result<Stack, OpError> {
        for &id in &self.base.outputs {
            let what = match self.of(id) {
                Holds::Examples(span) if span.outer > 1 => "has the examples interleaved",
                Holds::Extents => "depends on the size of the batch",
                _ => continue,
            };
            let name = &self.base.value(id).name;
            return Err(OpError::unsupported(format!("output {name:?} {what}")));
        }
        let spans = self.holds.iter().filter_map(|(&id, holds)| match holds {
            Holds::Examples(span) => Some((self.base.value(id).name.to_string(), *span)),
            _ => None,
        });
        Ok(Stack {
            from: self.from,
            spans: spans.collect(),
            to: Some(self.to),
        })
    }

    /// A shape with the examples that are asked for instead of its own.
    fn scaled(&self, shape: &Shape, span: Span) -> Result<Shape, OpError> {
        let extent = shape[span.axis].fixed().filter(|n| n % self.from == 0);
        let each = extent.map(|n| n / self.from);
        let each = each.ok_or_else(|| {
            OpError::unsupported(format!("the batch on axis {} of {shape}", span.axis))
        })?;
        let mut dims = shape.dims().to_vec();
        dims[span.axis] = match (&self.to, each) {
            (Dim::Fixed(n), _) => Dim::Fixed(n.checked_mul(each).unwrap_or(usize::MAX)),
            (Dim::Symbol(_), 1) => self.to.clone(),
            (Dim::Symbol(batch), _) => Dim::Symbol(Symbol::new(format!("{}*{each}", batch.name()))),
        };
        Ok(dims.into_iter().collect())
    }

    fn rewrite(
        &self,
        graph: &mut Graph,
        op: OpId,
        io: &Operands<'_>,
        goal: Option<Holds>,
        rewrite: Rewrite,
    ) -> Result<(), OpError> {
        let (Rewrite::Shape { slot, .. }
        | Rewrite::Extent { slot, .. }
        | Rewrite::All { slot, .. }
        | Rewrite::Repeat { slot, .. }) = rewrite;
        // What is computed follows, or is found out not to.
        let id = io.operand_id(slot);
        if id.is_some_and(|id| self.of(id) == Holds::Extents) {
            return Ok(());
        }
        if let Rewrite::Repeat { span, .. } = rewrite {
            return self.repeat(graph, op, slot, span);
        }
        let (Some(Holds::Examples(span)), result) = (goal, io.result(0)) else {
            return Ok(());
        };
        let known = match id {
            Some(_) => io.known_ints(slot),
            None => result
                .shape
                .fixed()
                .map(|dims| dims.iter().map(|&n| n as i64).collect()),
        };
        let Some(mut ints) = known else {
            return Ok(());
        };
        let scaled = self.scaled(&result.shape, span)?;
        let terms = match (rewrite, scaled[span.axis].fixed()) {
            (Rewrite::All { element, all, .. }, _) => {
                set(&mut ints, element, all);
                ints.into_iter().map(Term::Number).collect()
            }
            (Rewrite::Extent { element, .. }, Some(n)) => {
                set(&mut ints, element, i64::try_from(n).unwrap_or(i64::MAX));
                ints.into_iter().map(Term::Number).collect()
            }
            (Rewrite::Extent { .. }, None) => return Ok(()),
            (Rewrite::Shape { rest: false, .. }, None) => {
                let mut terms: Vec<Term> = ints.into_iter().map(Term::Number).collect();
                if let (Some(term), Dim::Symbol(symbol)) =
                    (terms.get_mut(span.axis), &scaled[span.axis])
                {
                    *term = Term::Extent(symbol.clone());
                }
                terms
            }
            _ => shape_terms(&ints, &result.shape, &scaled, span.axis),
        };
        self.put(graph, op, slot, &terms)
    }

    /// Gives an operator an operand of its own.
    fn put(&self, graph: &mut Graph, op: OpId, slot: usize, terms: &[Term]) -> Result<(), OpError> {
        let index = graph.op(op).origin.index;
        let own = graph.operands(op).get(slot).copied().flatten();
        let (name, dtype) = match own {
            Some(id) => (graph.value(id).name.clone(), graph.value(id).stored),
            None => ("shape".into(), DType::Int32),
        };
        let ints = terms.iter().map(|term| match term {
            Term::Number(n) => Some(*n),
            Term::Extent(_) => None,
        });
        let ints: Option<Vec<i64>> = ints.collect();
        let content = match ints {
            None => Content::Computed,
            Some(ints) => {
                let literal = Literal::from_ints(dtype, vec![ints.len()], &ints);
                let literal = literal
                    .ok_or_else(|| OpError::unsupported("a batch this large in its constants"))?;
                Content::Constant(literal.data)
            }
        };
        let value = Value {
            name: format!("{name}/batch_{index}").into(),
            dtype,
            stored: dtype,
            packed: None,
            raised: false,
            shape: Shape::new([terms.len()]),
            complex: false,
            grid: None,
            quant: None,
            terms: matches!(content, Content::Computed).then(|| terms.into()),
            content,
        };
        let value = graph.add_value(value);
        graph.set_operand(op, slot, value);
        Ok(())
    }

    /// Repeats a constant for each example.
    fn repeat(&self, graph: &mut Graph, op: OpId, slot: usize, span: Span) -> Result<(), OpError> {
        let refused = |what: &'static str| OpError::unsupported_operand(slot, what);
        let id = graph.operands(op).get(slot).copied().flatten();
        let id = id.ok_or_else(|| refused("missing"))?;
        let value = graph.value(id).clone();
        let Some(count) = self.to.fixed() else {
            return Err(refused(
                "it is the same for every example, and would be needed once for each of an unknown number",
            ));
        };
        let Some(literal) = value.literal() else {
            return Err(refused(
                "it is the same for every example, and would be needed once for each",
            ));
        };
        let shape = self.scaled(&value.shape, span)?;
        let size = shape.count().and_then(|n| value.stored.bytes_of(n));
        let size = size
            .filter(|&size| size <= MAX_REPEATED && value.stored.bytes().is_some())
            .ok_or_else(|| refused("it is too large to be repeated for each example"))?;
        let blocks: usize = literal.shape[..span.axis].iter().product::<usize>() * span.outer;
        let block = literal.data.len().checked_div(blocks).unwrap_or(0);
        let each = block / self.from * count;
        let mut data = Vec::with_capacity(size);
        for block in literal.data.chunks_exact(block.max(1)) {
            data.extend(block.iter().cycle().take(each));
        }
        if data.len() != size {
            return Err(refused("it does not divide into examples"));
        }
        let index = graph.op(op).origin.index;
        let repeated = graph.add_value(Value {
            name: format!("{}/batch_{index}_{slot}", value.name).into(),
            shape,
            content: Content::Constant(data.into()),
            ..value
        });
        graph.set_operand(op, slot, repeated);
        Ok(())
    }
}

fn set(ints: &mut [i64], element: usize, n: i64) {
    if let Some(int) = ints.get_mut(element) {
        *int = n;
    }
}

/// A constant shape with the examples on `axis`: as a number, as a symbol of the operand's, or as what is
/// left.
fn shape_terms(ints: &[i64], was: &Shape, scaled: &Shape, axis: usize) -> Vec<Term> {
    let mut terms: Vec<Term> = ints.iter().map(|&n| Term::Number(n)).collect();
    if ints.get(axis).is_none_or(|&n| n == -1) {
        return terms;
    }
    match &scaled[axis] {
        Dim::Fixed(n) => terms[axis] = Term::Number(i64::try_from(*n).unwrap_or(i64::MAX)),
        Dim::Symbol(_) => {
            for (term, dim) in terms.iter_mut().zip(was.dims()) {
                if *term == Term::Number(-1) {
                    *term = match dim {
                        Dim::Fixed(n) => Term::Number(i64::try_from(*n).unwrap_or(i64::MAX)),
                        Dim::Symbol(symbol) => Term::Extent(symbol.clone()),
                    };
                }
            }
            terms[axis] = Term::Number(-1);
        }
    }
    terms
}

/// Does an inferred shape agree with the expected one? A symbol stands for any that is not a number.
fn alike(is: &Shape, expected: &Shape) -> bool {
    let pairs = is.dims().iter().zip(expected.dims());
    let mut pairs = pairs.map(|(is, expected)| is.fixed() == expected.fixed());
    is.rank() == expected.rank() && pairs.all(|fits| fits)
}

fn unknown() -> OpError {
    OpError::unsupported("it computes with the size of the batch")
}

/// The axis along which a shape has grown, if it is one.
fn grown(was: &Shape, is: &Shape) -> Option<Span> {
    let pairs = was.dims().iter().zip(is.dims());
    let mut other = pairs
        .enumerate()
        .filter(|(_, (was, is))| was.fixed() != is.fixed());
    let (axis, _) = other.next()?;
    (was.rank() == is.rank() && other.next().is_none()).then_some(Span::new(axis))
}

fn terms(value: &Value) -> Option<Vec<Term>> {
    match value.literal() {
        Some(literal) => Some(literal.ints()?.into_iter().map(Term::Number).collect()),
        None => Some(value.terms.as_ref()?.to_vec()),
    }
}

/// Which elements of a vector of integers are others than they were; all, where that is not known.
fn changed(was: &Value, is: &Value) -> Vec<usize> {
    let count = was.shape.count().unwrap_or(0);
    match (terms(was), terms(is)) {
        (Some(was), Some(is)) if was.len() == is.len() => {
            (0..was.len()).filter(|&i| was[i] != is[i]).collect()
        }
        _ => (0..count).collect(),
    }
}

/// What a vector of extents has become: the same, or others that are known.
fn extents(was: &Value, is: &Value) -> Option<Holds> {
    let (was, is) = (terms(was)?, terms(is)?);
    Some(if was == is {
        Holds::Same
    } else {
        Holds::Extents
    })
}
