//! One order per operator, by an exact minimum cut.
//!
//! The source side of the cut is channels-first, the sink side channels-last. A value of weight *w* from
//! producer *p* to consumers *c* adds two nodes: *a* with edges p→a of *w* and a→c without bound, *b* with
//! c→b without bound and b→p of *w*. Cutting p→a pays for turning the value from channels-first to
//! channels-last, cutting b→p for the other way, each once however many consumers share it.

use petgraph::algo::dinics;
use petgraph::graph::{DiGraph, EdgeIndex, NodeIndex};
use petgraph::visit::EdgeRef;

use super::roles::space;
use crate::ir::{Graph, OpId, Order, Perm, Role, Shape, ValueId};
use crate::op::Placement;

struct Network {
    graph: DiGraph<(), u64>,
    /// Channels first.
    source: NodeIndex,
    /// Channels last.
    sink: NodeIndex,
}

impl Network {
    fn pinned(&self, order: Order) -> NodeIndex {
        match order {
            Order::ChannelsFirst => self.source,
            Order::ChannelsLast => self.sink,
        }
    }
}

/// The order of every operator that has one, by node index.
pub(super) fn cut(
    graph: &Graph,
    placements: &[Option<Placement>],
    roles: &[Vec<Role>],
    face: Option<Order>,
) -> Vec<Option<Order>> {
    let mut network = Network {
        graph: DiGraph::new(),
        source: NodeIndex::default(),
        sink: NodeIndex::default(),
    };
    network.source = network.graph.add_node(());
    network.sink = network.graph.add_node(());
    let mut ends: Vec<Option<NodeIndex>> = vec![None; graph.node_bound()];
    for op in graph.ops() {
        ends[op.index()] = match &placements[op.index()] {
            Some(Placement::Fixed(order, _)) => Some(network.pinned(*order)),
            Some(Placement::Free(map)) => {
                let space = space(graph, op, map, roles);
                let placeable = Order::ChannelsFirst.perm(&space).is_some();
                placeable.then(|| network.graph.add_node(()))
            }
            _ => None,
        };
    }
    let costs: Vec<_> = graph
        .values()
        .filter_map(|value| Some((value, Cost::of(graph, value, roles)?)))
        .collect();
    let unbounded = costs.iter().map(|(_, cost)| cost.weight * 2).sum::<u64>() + 1;
    for (value, cost) in &costs {
        connect(graph, &mut network, &ends, *value, cost, face, unbounded);
    }
    let first = channels_first_side(&network);
    let mut orders = vec![None; graph.node_bound()];
    for op in graph.ops() {
        orders[op.index()] = ends[op.index()].map(|end| match first[end.index()] {
            true => Order::ChannelsFirst,
            false => Order::ChannelsLast,
        });
    }
    orders
}

/// What turning a value costs, and the order it has in the file.
struct Cost {
    weight: u64,
    own: Order,
    /// Would the graph's face turn it, were it an input or output?
    image: bool,
}

impl Cost {
    /// `None` for values that are never turned: constants, and those whose axes do not say.
    fn of(graph: &Graph, value: ValueId, roles: &[Vec<Role>]) -> Option<Cost> {
        let fact = graph.value(value);
        if fact.constant().is_some() {
            return None;
        }
        let (own, perm) = own_order(&roles[value.index()])?;
        let weight = if perm.only_moves_units(&fact.shape) {
            0
        } else {
            bytes(&fact.shape, fact.stored.bits().unwrap_or(64))
        };
        let image = roles[value.index()].len() >= super::IMAGE_RANK;
        Some(Cost { weight, own, image })
    }
}

/// The order a value has in the file, with the permutation to the other one.
fn own_order(roles: &[Role]) -> Option<(Order, Perm)> {
    let first = Order::ChannelsFirst.perm(roles)?;
    let last = Order::ChannelsLast.perm(roles)?;
    match (last.is_identity(), first.is_identity()) {
        (true, false) => Some((Order::ChannelsLast, first)),
        (false, true) => Some((Order::ChannelsFirst, last)),
        _ => None,
    }
}

/// Symbols count as 1: they are the batch, as a rule, and common to all values.
fn bytes(shape: &Shape, bits: usize) -> u64 {
    let count = shape
        .dims()
        .iter()
        .map(|dim| dim.fixed().unwrap_or(1) as u64)
        .fold(1u64, u64::saturating_mul);
    // Bounded so that sums stay far from overflow in graphs of any size.
    count.saturating_mul(bits as u64).div_ceil(8).min(1 << 40)
}

fn connect(
    graph: &Graph,
    network: &mut Network,
    ends: &[Option<NodeIndex>],
    value: ValueId,
    cost: &Cost,
    face: Option<Order>,
    unbounded: u64,
) {
    // Operators without an order, and graph inputs and outputs, hold a value in the file's order.
    let end = |op: OpId| ends[op.index()].unwrap_or(network.pinned(cost.own));
    let outside = network.pinned(match face {
        Some(face) if cost.image => face,
        _ => cost.own,
    });
    let producer = graph.producer(value).map_or(outside, end);
    let mut consumers: Vec<NodeIndex> = graph.consumers(value).map(|(op, _)| end(op)).collect();
    if graph.outputs.contains(&value) {
        consumers.push(outside);
    }
    consumers.sort_unstable();
    consumers.dedup();
    consumers.retain(|&consumer| consumer != producer);
    if consumers.is_empty() {
        return;
    }
    let to_last = network.graph.add_node(());
    let to_first = network.graph.add_node(());
    network.graph.add_edge(producer, to_last, cost.weight);
    network.graph.add_edge(to_first, producer, cost.weight);
    for consumer in consumers {
        network.graph.add_edge(to_last, consumer, unbounded);
        network.graph.add_edge(consumer, to_first, unbounded);
    }
}

/// Everything that cannot reach the sink in the residual network. Of all minimum cuts this is the one
/// with the most operators in channels-first, which moves transposes outwards, to the graph's inputs and
/// outputs.
fn channels_first_side(network: &Network) -> Vec<bool> {
    let graph = &network.graph;
    let (_, flows) = dinics(graph, network.source, network.sink);
    let residual_forward = |edge: EdgeIndex| graph[edge] > flows[edge.index()];
    let residual_backward = |edge: EdgeIndex| flows[edge.index()] > 0;
    let mut first = vec![true; graph.node_count()];
    let mut stack = vec![network.sink];
    first[network.sink.index()] = false;
    while let Some(node) = stack.pop() {
        let into = graph
            .edges_directed(node, petgraph::Incoming)
            .filter(|edge| residual_forward(edge.id()))
            .map(|edge| edge.source());
        let back = graph
            .edges(node)
            .filter(|edge| residual_backward(edge.id()))
            .map(|edge| edge.target());
        for next in into.chain(back) {
            if std::mem::replace(&mut first[next.index()], false) {
                stack.push(next);
            }
        }
    }
    first
}
