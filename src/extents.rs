//! Shape arithmetic over extents that are known only when the model runs.
//!
//! `SHAPE` of `[N, 18, 24, 6]`, cut, packed with numbers and given to `RESHAPE`, says more than "computed":
//! all its elements are known but one, and that one is the `N` of the operand. Operators that only move
//! elements carry such knowledge: extents are replaced by numbers that occur nowhere else, the operator folds,
//! and where a number comes out again, so does its extent.

use crate::ir::{Content, Graph, Literal, OpId, Symbol, Term, ValueId};
use crate::op::Operands;

/// The results of an operator whose operands hold such extents: constants, where none of them is left.
pub(crate) fn carry(graph: &mut Graph, op: OpId) -> Option<Vec<Literal>> {
    let held = held(graph, op)?;
    let mut marks = Marks::new(graph, op);
    for (value, terms) in &held {
        let fact = graph.value(*value);
        let ints: Vec<i64> = terms.iter().map(|term| marks.number(term)).collect();
        let literal = Literal::from_ints(fact.stored, fact.shape.fixed()?, &ints)?;
        graph.value_mut(*value).content = Content::Constant(literal.data);
    }
    let folded = graph.op(op).op.fold(&Operands::new(graph, op));
    for (value, _) in &held {
        graph.value_mut(*value).content = Content::Computed;
    }
    let literals = folded.ok()??;
    let mut constant = true;
    for (id, literal) in graph.results(op).into_iter().zip(&literals) {
        let terms: Vec<Term> = literal.ints()?.into_iter().map(|n| marks.term(n)).collect();
        constant &= terms.iter().all(|term| matches!(term, Term::Number(_)));
        graph.value_mut(id).terms = Some(terms.into());
    }
    constant.then_some(literals)
}

/// The operands that hold extents; `None` where there are none, or where one decides more than what moves.
fn held(graph: &Graph, op: OpId) -> Option<Vec<(ValueId, Vec<Term>)>> {
    let mut held: Vec<(ValueId, Vec<Term>)> = Vec::new();
    for (slot, value) in graph.operands(op).into_iter().enumerate() {
        let (Some(id), node) = (value, graph.op(op)) else {
            continue;
        };
        let value = graph.value(id);
        match &value.terms {
            _ if value.constant().is_some() => {}
            Some(terms) if node.op.moves(slot) => {
                if held.iter().all(|(other, _)| *other != id) {
                    held.push((id, terms.to_vec()));
                }
            }
            _ => return None,
        }
    }
    (!held.is_empty()).then_some(held)
}

/// Numbers that stand for extents.
struct Marks {
    symbols: Vec<(Symbol, i64)>,
    /// Numbers that occur already.
    taken: Vec<i64>,
    next: i64,
}

impl Marks {
    fn new(graph: &Graph, op: OpId) -> Self {
        let mut taken = Vec::new();
        for id in graph.operands(op).into_iter().flatten() {
            let value = graph.value(id);
            taken.extend(
                value
                    .literal()
                    .and_then(|literal| literal.ints())
                    .into_iter()
                    .flatten(),
            );
            taken.extend(
                value
                    .terms
                    .iter()
                    .flat_map(|terms| terms.iter())
                    .filter_map(|term| match term {
                        Term::Number(n) => Some(*n),
                        Term::Extent(_) => None,
                    }),
            );
        }
        Marks {
            symbols: Vec::new(),
            taken,
            next: i32::MAX.into(),
        }
    }

    fn number(&mut self, term: &Term) -> i64 {
        let symbol = match term {
            Term::Number(n) => return *n,
            Term::Extent(symbol) => symbol,
        };
        if let Some((_, mark)) = self.symbols.iter().find(|(known, _)| known == symbol) {
            return *mark;
        }
        while self.taken.contains(&self.next) {
            self.next -= 1;
        }
        self.symbols.push((symbol.clone(), self.next));
        self.next -= 1;
        self.next + 1
    }

    fn term(&self, number: i64) -> Term {
        let found = self.symbols.iter().find(|(_, mark)| *mark == number);
        match found {
            Some((symbol, _)) => Term::Extent(symbol.clone()),
            None => Term::Number(number),
        }
    }
}
