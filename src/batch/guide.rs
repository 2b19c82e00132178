//! The walk: operator by operator in the order of execution, beside the same model at its own size.

use std::collections::HashMap;

use super::{Batch, Holds, Span};
use crate::error::OpError;
use crate::ir::{Dim, Graph, OpId, Shape, Symbol, Term, Value, ValueId};
use crate::op::Operands;

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
    pub(super) from: usize,
    pub(super) to: Dim,
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

    /// What a tensor holds.
    pub(super) fn of(&self, id: ValueId) -> Holds {
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
    pub(super) fn scaled(&self, shape: &Shape, span: Span) -> Result<Shape, OpError> {
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
