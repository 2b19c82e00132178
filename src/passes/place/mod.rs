//! Layout: which operators run with channels first, so that the fewest bytes are transposed.
//!
//! 1. [`roles`]: what each axis of each value means, to a fixed point.
//! 2. [`cut`]: one order per operator, by an exact minimum cut over the bytes that would be transposed.
//!
//! Nothing is rewritten here. Lowering asks the [`Plan`] for the order an operator works in and for the
//! axes of each of its operands in that order, and reads every value in the order it needs: a transpose
//! comes into being where a value is read in an order it does not yet exist in, once per value.

mod cut;
#[cfg(test)]
mod laws;
mod roles;

use crate::ir::{Graph, OpId, Order, Perm, Role, ValueId};
use crate::op::{AxisMap, Operands, Placement};

/// Decisions about one subgraph.
#[derive(Debug)]
pub(crate) struct Plan {
    /// By operator's node index.
    ops: Vec<Option<OpPlan>>,
    /// Roles of each value's axes, by value's node index.
    roles: Vec<Vec<Role>>,
    /// The order in which the graph's inputs and outputs are declared, image-like ones alone.
    face: Option<Order>,
}

/// How one operator works: its space of axes, and the physical order of them.
#[derive(Debug)]
pub(crate) struct OpPlan {
    map: AxisMap,
    /// Physical order of the space.
    perm: Perm,
}

/// Places a subgraph. With `face` the graph's image-like inputs and outputs are in that order; without,
/// they stay as the file has them.
pub(crate) fn place(graph: &Graph, face: Option<Order>) -> Plan {
    let mut placements: Vec<Option<Placement>> = vec![];
    placements.resize_with(graph.node_bound(), || None);
    for op in graph.ops() {
        let io = Operands::new(graph, op);
        placements[op.index()] = Some(graph.op(op).op.placement(&io));
    }
    let roles = roles::infer(graph, &placements);
    let orders = cut::cut(graph, &placements, &roles, face);
    let mut ops = vec![];
    ops.resize_with(graph.node_bound(), || None);
    for op in graph.ops() {
        let order = orders[op.index()];
        if let (Some(placement), Some(order)) = (placements[op.index()].take(), order) {
            ops[op.index()] = plan_op(graph, op, placement, order, &roles);
        }
    }
    Plan { ops, roles, face }
}

fn plan_op(
    graph: &Graph,
    op: OpId,
    placement: Placement,
    order: Order,
    roles: &[Vec<Role>],
) -> Option<OpPlan> {
    let (Placement::Free(map) | Placement::Fixed(_, map)) = placement else {
        return None;
    };
    let perm = order.perm(&roles::space(graph, op, &map, roles))?;
    Some(OpPlan { map, perm })
}

impl Plan {
    /// The operator's physical order of its space; `None` for one that works in the file's order.
    pub fn space(&self, op: OpId) -> Option<&Perm> {
        self.op(op).map(|plan| &plan.perm)
    }

    fn op(&self, op: OpId) -> Option<&OpPlan> {
        self.ops.get(op.index())?.as_ref()
    }

    /// The physical order in which an operator reads an operand of this rank.
    pub fn operand(&self, op: OpId, slot: usize, rank: usize) -> Perm {
        self.op(op)
            .and_then(|plan| plan.natural(&plan.map.operands, slot, rank))
            .unwrap_or_else(|| Perm::identity(rank))
    }

    /// The physical order in which an operator gives a result of this rank.
    pub fn result(&self, op: OpId, slot: usize, rank: usize) -> Perm {
        self.op(op)
            .and_then(|plan| plan.natural(&plan.map.results, slot, rank))
            .unwrap_or_else(|| Perm::identity(rank))
    }

    /// Which axis of the operator's space each axis of an operand is.
    pub fn operand_axes(&self, op: OpId, slot: usize) -> Option<&[usize]> {
        find(&self.op(op)?.map.operands, slot)
    }

    /// The physical order in which a graph input or output is declared.
    pub fn face(&self, value: ValueId, rank: usize) -> Perm {
        let identity = Perm::identity(rank);
        let Some(face) = self.face else {
            return identity;
        };
        image_order(&self.roles[value.index()], face).unwrap_or(identity)
    }

    /// Which order a permutation brings a value into, where its axes say.
    pub fn layout(&self, value: ValueId, perm: &Perm) -> Option<Order> {
        let roles = &self.roles[value.index()];
        [Order::ChannelsLast, Order::ChannelsFirst]
            .into_iter()
            .find(|&order| image_order(roles, order).as_ref() == Some(perm))
    }
}

/// The least rank of an image-like value: batch, height, width, channels.
const IMAGE_RANK: usize = 4;

/// The permutation that brings an image-like value into an order.
fn image_order(roles: &[Role], order: Order) -> Option<Perm> {
    if roles.len() < IMAGE_RANK {
        return None;
    }
    order.perm(roles)
}

fn find(list: &[(usize, Vec<usize>)], slot: usize) -> Option<&[usize]> {
    list.iter()
        .find(|(of, _)| *of == slot)
        .map(|(_, axes)| axes.as_slice())
}

impl OpPlan {
    /// A value's axes sorted by where their counterparts stand in the space.
    fn natural(&self, list: &[(usize, Vec<usize>)], slot: usize, rank: usize) -> Option<Perm> {
        let axes = find(list, slot)?;
        debug_assert_eq!(axes.len(), rank, "an axis map lists every axis");
        (axes.len() == rank).then(|| Perm::sorting(rank, |&axis| self.perm.position(axes[axis])))
    }
}
