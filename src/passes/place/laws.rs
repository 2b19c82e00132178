//! Laws of the placement: the cut is optimal, and never costs more than transposing around every operator.

use super::{cut, roles};
use crate::ir::{Content, DType, Graph, OpId, Order, Origin, Shape, Value, ValueId};
use crate::op::{AxisMap, LowerCx, OpError, Operands, Operator, Placement};

/// An operator that does nothing but stand somewhere in the layout.
#[derive(Clone, Debug)]
struct Dummy(Placement);

impl Operator for Dummy {
    fn check(&self, _: &Operands<'_>) -> Result<(), OpError> {
        Ok(())
    }

    fn placement(&self, _: &Operands<'_>) -> Placement {
        self.0.clone()
    }

    fn lower(&self, _: &mut LowerCx<'_>) -> Result<(), OpError> {
        Err(OpError::unsupported("a dummy has no meaning"))
    }
}

/// A small generator of equally likely numbers (Vigna's SplitMix64).
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % n as u64).expect("below a usize")
    }
}

fn value(graph: &mut Graph, name: usize, channels: usize) -> ValueId {
    graph.add_value(Value {
        name: format!("v{name}").into(),
        dtype: DType::Float32,
        stored: DType::Float32,
        packed: None,
        raised: false,
        shape: Shape::new([1usize, 4, 4, channels]),
        complex: false,
        grid: None,
        quant: None,
        content: Content::Computed,
        terms: None,
    })
}

fn image() -> AxisMap {
    AxisMap::channels_last(4)
}

fn random_graph(random: &mut Random, operators: usize) -> Graph {
    let mut graph = Graph::new("main".into());
    let input = value(&mut graph, 0, 3);
    graph.inputs.push(input);
    let mut alive = vec![input];
    for index in 0..operators {
        let a = alive[random.below(alive.len())];
        let b = alive[random.below(alive.len())];
        let result = value(&mut graph, index + 1, 2 + random.below(9));
        let placement = match random.below(5) {
            0 => Placement::Barrier,
            1 => Placement::Fixed(
                Order::ChannelsFirst,
                image().operand(0, 0..4).operand(1, 0..4).result(0, 0..4),
            ),
            _ => Placement::Free(
                AxisMap::new(4)
                    .operand(0, 0..4)
                    .operand(1, 0..4)
                    .result(0, 0..4),
            ),
        };
        let origin = Origin {
            subgraph: "main".into(),
            index,
            code: "DUMMY".into(),
        };
        graph.add_op(
            Box::new(Dummy(placement)),
            origin,
            &[Some(a), Some(b)],
            &[result],
        );
        alive.push(result);
    }
    let last = alive[alive.len() - 1];
    graph.outputs.push(last);
    graph
}

struct Problem {
    graph: Graph,
    placements: Vec<Option<Placement>>,
    roles: Vec<Vec<crate::ir::Role>>,
}

impl Problem {
    fn new(graph: Graph) -> Self {
        let mut placements = vec![None; graph.node_bound()];
        for op in graph.ops() {
            let io = Operands::new(&graph, op);
            placements[op.index()] = Some(graph.op(op).op.placement(&io));
        }
        let roles = roles::infer(&graph, &placements);
        Problem {
            graph,
            placements,
            roles,
        }
    }

    fn free(&self) -> Vec<OpId> {
        let free = |op: &OpId| {
            let Some(Placement::Free(map)) = &self.placements[op.index()] else {
                return false;
            };
            let space = roles::space(&self.graph, *op, map, &self.roles);
            Order::ChannelsFirst.perm(&space).is_some()
        };
        self.graph.ops().filter(free).collect()
    }

    /// Bytes transposed under an assignment of orders, counted from the definition.
    fn cost(&self, first: impl Fn(OpId) -> bool) -> u64 {
        let end = |op: OpId| match &self.placements[op.index()] {
            Some(Placement::Fixed(order, _)) => *order == Order::ChannelsFirst,
            Some(Placement::Free(_)) => first(op),
            _ => false,
        };
        let mut total = 0;
        for value in self.graph.values() {
            let roles = &self.roles[value.index()];
            if Order::ChannelsFirst.perm(roles).is_none() {
                continue;
            }
            let made = self.graph.producer(value).is_some_and(end);
            let mut read: Vec<bool> = self.graph.consumers(value).map(|(op, _)| end(op)).collect();
            if self.graph.outputs.contains(&value) {
                read.push(false);
            }
            if read.iter().any(|&reader| reader != made) {
                let count = self.graph.value(value).shape.count().expect("static");
                total += 4 * count as u64;
            }
        }
        total
    }
}

/// Law: no assignment of orders transposes fewer bytes than the cut's.
#[test]
fn the_cut_is_optimal_on_small_graphs() {
    let mut random = Random(7);
    for _ in 0..600 {
        let operators = 2 + random.below(9);
        let problem = Problem::new(random_graph(&mut random, operators));
        let orders = cut::cut(&problem.graph, &problem.placements, &problem.roles, None);
        let found = problem.cost(|op| orders[op.index()] == Some(Order::ChannelsFirst));
        let free = problem.free();
        let best = (0u32..1 << free.len())
            .map(|mask| {
                problem.cost(|op| {
                    let bit = free.iter().position(|&candidate| candidate == op);
                    bit.is_some_and(|bit| mask >> bit & 1 == 1)
                })
            })
            .min();
        assert_eq!(Some(found), best);
    }
}

/// Law: the cut never costs more than leaving all free operators in the file's order.
#[test]
fn the_cut_beats_transposing_around_every_operator() {
    let mut random = Random(11);
    for _ in 0..50 {
        let problem = Problem::new(random_graph(&mut random, 200));
        let orders = cut::cut(&problem.graph, &problem.placements, &problem.roles, None);
        let found = problem.cost(|op| orders[op.index()] == Some(Order::ChannelsFirst));
        assert!(found <= problem.cost(|_| false));
    }
}
