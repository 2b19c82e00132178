//! Constants that hold the size of a batch, or something for each of its examples: what takes their place for another
//! size.

use super::guide::Guide;
use super::{Holds, Rewrite, Span};
use crate::error::OpError;
use crate::ir::{Content, Dim, Graph, Literal, OpId, Shape, Term, Value};
use crate::op::{DType, Operands};

/// Bytes that a repeated constant may have.
const MAX_REPEATED: usize = 1 << 28;

impl Guide<'_> {
    /// Rewrites a constant operand as the operator asks. `goal` is what result 0 will hold.
    pub(super) fn rewrite(
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
        self.replace_operand(graph, op, slot, &terms)
    }

    /// Gives an operator a vector of these integers for an operand, of its own: other readers keep theirs.
    fn replace_operand(
        &self,
        graph: &mut Graph,
        op: OpId,
        slot: usize,
        terms: &[Term],
    ) -> Result<(), OpError> {
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
