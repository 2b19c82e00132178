//! An operator's operands and results, as the stages before lowering see them.

use std::fmt::Debug;

use super::Returned;
use crate::error::OpError;
use crate::ir::{DType, Dim, Graph, OpId, Shape, Term, Value, ValueId};

/// An operator's operands and results, as the stages before lowering see them.
#[derive(Debug)]
pub struct Operands<'a> {
    pub(super) graph: &'a Graph,
    operands: Vec<Option<ValueId>>,
    results: Vec<ValueId>,
    /// How many of the last results are what its memories hold after the run.
    carried: usize,
    returned: Vec<Returned>,
}

impl<'a> Operands<'a> {
    pub(crate) fn new(graph: &'a Graph, op: OpId) -> Self {
        Operands {
            graph,
            operands: graph.operands(op),
            results: graph.results(op),
            carried: graph.carried(op),
            returned: Vec::new(),
        }
    }

    /// The same, of an operator whose subgraphs give these results.
    pub(crate) fn returning(graph: &'a Graph, op: OpId, returned: Vec<Returned>) -> Self {
        Operands {
            returned,
            ..Self::new(graph, op)
        }
    }

    /// Shapes of the results of a subgraph, by its place among [`Operator::subgraphs`](super::Operator::subgraphs).
    /// Refuses results that are not as many as the operator's, of its types.
    pub(crate) fn returned(&self, subgraph: usize) -> Result<Vec<Shape>, OpError> {
        let found = self.returned.get(subgraph).map_or(&[][..], Vec::as_slice);
        if found.len() != self.results() {
            return Err(OpError::inconsistent(format!(
                "its subgraph has {} results for its {}",
                found.len(),
                self.results()
            )));
        }
        for (slot, (stored, quant, _)) in found.iter().enumerate() {
            let result = self.result(slot);
            if (*stored, quant) != (result.stored, &result.quant) {
                let what = format!("{stored} as its subgraph gives it, with its quantisation");
                return Err(OpError::result(slot, what, result.stored));
            }
        }
        Ok(found.iter().map(|(_, _, shape)| shape.clone()).collect())
    }

    /// Refuses a subgraph, by its place among [`Operator::subgraphs`](super::Operator::subgraphs), that does not
    /// give one BOOL.
    pub(crate) fn expect_condition(&self, subgraph: usize) -> Result<(), OpError> {
        let found = self.returned.get(subgraph).map_or(&[][..], Vec::as_slice);
        match found {
            [(DType::Bool, _, shape)] if shape.count() == Some(1) => Ok(()),
            _ => Err(OpError::inconsistent(
                "its condition does not give one BOOL",
            )),
        }
    }

    /// Number of operands, omitted ones counted.
    pub fn len(&self) -> usize {
        self.operands.len()
    }

    /// Has it no operands at all?
    pub fn is_empty(&self) -> bool {
        self.operands.is_empty()
    }

    /// Does an operator read a result? Graph outputs are not counted.
    pub fn is_result_read(&self, slot: usize) -> bool {
        self.results
            .get(slot)
            .is_some_and(|&id| self.graph.is_read(id))
    }

    /// Does the model give a result out, and no operator compute anything of it?
    pub fn is_final(&self, slot: usize) -> bool {
        self.graph.entered && !self.is_result_read(slot)
    }

    /// Is ordinary arithmetic to make this result of integers, so that no runtime makes an operator of 8 bits of what
    /// reads it: does a reader read constant real numbers too, or quantise it again at once, or is it wrong in 8 bits
    /// ([`Operator::is_wrong_in_bytes`](crate::op::Operator::is_wrong_in_bytes)) and its result quantised again?
    /// Of two pairs of QuantizeLinear and DequantizeLinear in a row onnxruntime makes one, with a scale between theirs.
    pub fn wants_plain(&self, slot: usize) -> bool {
        let Some(&result) = self.results.get(slot) else {
            return false;
        };
        let constant = |value: &Value| {
            value.constant().is_some() && value.stored.is_float() && !value.is_quantized()
        };
        let meets_constants = self.graph.consumers(result).any(|(op, _)| {
            let operands = self.graph.operands(op).into_iter().flatten();
            let mut values = operands.map(|id| self.graph.value(id));
            values.any(constant)
        });
        let is_quantized = |op: OpId| {
            let mut results = self.graph.results(op).into_iter();
            results.any(|id| self.graph.value(id).is_quantized())
        };
        let mut readers = self.readers(vec![result]).into_iter();
        meets_constants
            || readers.any(|op| {
                is_quantized(op)
                    || self.graph.op(op).op.is_wrong_in_bytes()
                        && self
                            .readers(self.graph.results(op))
                            .into_iter()
                            .any(is_quantized)
            })
    }

    /// The operators that read any of these values, as they are or moved.
    fn readers(&self, mut values: Vec<ValueId>) -> Vec<OpId> {
        let mut readers = Vec::new();
        while let Some(value) = values.pop() {
            for (op, slot) in self.graph.consumers(value) {
                if readers.contains(&op) {
                    continue;
                }
                readers.push(op);
                if self.graph.op(op).op.moves(slot) {
                    values.extend(self.graph.results(op));
                }
            }
        }
        readers
    }

    /// The results of the operators that read this result.
    pub fn made_of(&self, slot: usize) -> impl Iterator<Item = &'a Value> + '_ {
        let result = self.results.get(slot).copied();
        let readers = result.into_iter().flat_map(|id| self.graph.consumers(id));
        let results = readers.flat_map(|(op, _)| self.graph.results(op));
        results.map(|id| self.graph.value(id))
    }

    /// Is any operand or result quantised?
    pub fn is_quantized(&self) -> bool {
        let mut values = self.operand_ids().chain(self.results.iter().copied());
        values.any(|id| self.graph.value(id).is_quantized())
    }

    /// Number of results.
    pub fn results(&self) -> usize {
        self.results.len()
    }

    /// Number of results that the file knows: those that come first.
    pub fn own_results(&self) -> usize {
        self.results.len().saturating_sub(self.carried)
    }

    /// Is what the operator's memories hold ([`Operator::memories`](super::Operator::memories)) carried from run to
    /// run?
    pub fn carries(&self) -> bool {
        self.carried > 0
    }

    /// Does anything that an operand is computed from hold quantised integers of 8 bits? Equal numbers are then
    /// common in it.
    pub(crate) fn descends_from_bytes(&self, slot: usize) -> bool {
        let mut seen = std::collections::HashSet::new();
        let mut left: Vec<ValueId> = self.operand_id(slot).into_iter().collect();
        while let Some(id) = left.pop() {
            let value = self.graph.value(id);
            if value.constant().is_some() || !seen.insert(id) {
                continue;
            }
            if value.is_quantized() && value.stored.bits().is_some_and(|bits| bits <= 8) {
                return true;
            }
            let producer = self.graph.producer(id);
            let operands = producer.map(|op| self.graph.operands(op));
            left.extend(operands.into_iter().flatten().flatten());
        }
        false
    }

    pub(crate) fn operand_id(&self, slot: usize) -> Option<ValueId> {
        self.operands.get(slot).copied().flatten()
    }

    pub(crate) fn result_id(&self, slot: usize) -> ValueId {
        self.results[slot]
    }

    pub(crate) fn operand_ids(&self) -> impl Iterator<Item = ValueId> + '_ {
        self.operands.iter().copied().flatten()
    }

    pub(crate) fn result_ids(&self) -> &[ValueId] {
        &self.results
    }

    /// An operand, where it is given.
    pub fn get(&self, slot: usize) -> Option<&'a Value> {
        self.operand_id(slot).map(|id| self.graph.value(id))
    }

    /// An operand that must be given.
    ///
    /// # Errors
    /// When it is omitted.
    pub fn operand(&self, slot: usize) -> Result<&'a Value, OpError> {
        self.get(slot)
            .ok_or_else(|| OpError::operand(slot, "a tensor", "none"))
    }

    /// A result. Arity is checked before any operator code runs.
    ///
    /// # Panics
    /// When `slot` is not below [`Operands::results`].
    pub fn result(&self, slot: usize) -> &'a Value {
        self.graph.value(self.results[slot])
    }

    /// Shape of an operand.
    ///
    /// # Errors
    /// When it is omitted.
    pub fn shape(&self, slot: usize) -> Result<&'a Shape, OpError> {
        Ok(&self.operand(slot)?.shape)
    }

    /// Shape of an operand as numbers.
    ///
    /// # Errors
    /// When it is omitted, or an extent is known only at run time.
    pub fn dims(&self, slot: usize) -> Result<Vec<usize>, OpError> {
        let shape = self.shape(slot)?;
        shape.fixed().ok_or_else(|| {
            OpError::unsupported_operand(slot, format!("needs a static shape, found {shape}"))
        })
    }

    /// Number of dimensions of an operand.
    ///
    /// # Errors
    /// When it is omitted.
    pub fn rank(&self, slot: usize) -> Result<usize, OpError> {
        Ok(self.shape(slot)?.rank())
    }

    /// The elements of an INT32 or INT64 operand, where it is constant.
    pub fn known_ints(&self, slot: usize) -> Option<Vec<i64>> {
        self.get(slot)?.literal()?.ints()
    }

    /// The elements of an INT32 or INT64 operand that must be constant.
    ///
    /// # Errors
    /// When it is computed, or of another type.
    pub fn ints(&self, slot: usize) -> Result<Vec<i64>, OpError> {
        self.known_ints(slot).ok_or_else(|| {
            let value = self.get(slot);
            let found = value.map_or("none".into(), |v| match v.constant() {
                Some(_) => v.dtype.to_string(),
                None => format!("computed {}", v.dtype),
            });
            OpError::unsupported_operand(
                slot,
                format!("expected constant INT32 or INT64, found {found}"),
            )
        })
    }

    /// The elements of an INT32 or INT64 operand, where each is a number or an extent of some value.
    pub fn terms(&self, slot: usize) -> Option<Vec<Term>> {
        let known = self.known_ints(slot);
        match known {
            Some(ints) => Some(ints.into_iter().map(Term::Number).collect()),
            None => Some(self.get(slot)?.terms.as_ref()?.to_vec()),
        }
    }

    /// The shape that a vector operand asks for as that of result 0: what is computed is a symbol.
    ///
    /// # Errors
    /// Negative extents, an operand that is no vector, and ranks that no runtime has.
    pub fn asked_shape(&self, slot: usize) -> Result<Shape, OpError> {
        self.expect_rank(slot, 1..=1)?;
        let rank = self.dims(slot)?.first().copied().unwrap_or(0);
        let Some(terms) = self.terms(slot) else {
            return self.unknown_shape(rank);
        };
        let dim = |term: &Term| match term {
            Term::Extent(symbol) => Ok(Dim::Symbol(symbol.clone())),
            Term::Number(n) => match usize::try_from(*n) {
                Ok(n) => Ok(Dim::Fixed(n)),
                Err(_) => Err(OpError::operand(slot, "no negative extents", n)),
            },
        };
        terms.iter().map(dim).collect()
    }

    /// The one element of a constant INT32 or INT64 operand.
    ///
    /// # Errors
    /// When it is computed, of another type, or has another number of elements.
    pub fn int(&self, slot: usize) -> Result<i64, OpError> {
        match self.ints(slot)?.as_slice() {
            [n] => Ok(*n),
            many => Err(OpError::operand(
                slot,
                "one element",
                format!("{} elements", many.len()),
            )),
        }
    }
}
