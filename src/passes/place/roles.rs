//! What the axes of values mean: seeds from operators that fix it, carried both ways through operators
//! whose axes correspond, to the least fixed point.

use std::collections::VecDeque;

use crate::ir::{Graph, OpId, Role, ValueId};
use crate::op::{AxisMap, Operands, Placement};

/// The role of every axis of every computed value, by node index. Constants have none: each reader may
/// take them in another order at no cost.
pub(super) fn infer(graph: &Graph, placements: &[Option<Placement>]) -> Vec<Vec<Role>> {
    let mut roles: Vec<Vec<Role>> = vec![Vec::new(); graph.node_bound()];
    for value in graph.values() {
        let fact = graph.value(value);
        if fact.constant().is_none() {
            roles[value.index()] = vec![Role::Unknown; fact.shape.rank()];
        }
    }
    let mut queue: VecDeque<OpId> = graph.ops().collect();
    let mut queued = vec![true; graph.node_bound()];
    while let Some(op) = queue.pop_front() {
        queued[op.index()] = false;
        let Some(Placement::Free(map) | Placement::Fixed(_, map)) = &placements[op.index()] else {
            continue;
        };
        let space = space(graph, op, map, &roles);
        for value in spread(graph, op, map, &space, &mut roles) {
            let neighbours = graph.consumers(value).map(|(op, _)| op);
            for next in neighbours.chain(graph.producer(value)) {
                if !std::mem::replace(&mut queued[next.index()], true) {
                    queue.push_back(next);
                }
            }
        }
    }
    roles
}

/// The roles of an operator's space: its own, joined with those of the values it touches.
pub(super) fn space(graph: &Graph, op: OpId, map: &AxisMap, roles: &[Vec<Role>]) -> Vec<Role> {
    let mut space = map.roles.clone();
    for (value, axes) in touched(graph, op, map) {
        for (&role, &axis) in roles[value.index()].iter().zip(axes) {
            // What an operator itself says of an axis stands, whatever its neighbours make of it.
            if map.roles[axis] == Role::Unknown {
                space[axis] = space[axis].join(role);
            }
        }
    }
    space
}

/// Joins the space's roles into the values; returns those that changed.
fn spread(
    graph: &Graph,
    op: OpId,
    map: &AxisMap,
    space: &[Role],
    roles: &mut [Vec<Role>],
) -> Vec<ValueId> {
    let mut changed = Vec::new();
    for (value, axes) in touched(graph, op, map) {
        let mut grew = false;
        for (role, &axis) in roles[value.index()].iter_mut().zip(axes) {
            let joined = role.join(space[axis]);
            grew |= std::mem::replace(role, joined) != joined;
        }
        if grew {
            changed.push(value);
        }
    }
    changed
}

/// The values an operator's map speaks of, with the axes of the space they have.
fn touched<'m>(graph: &Graph, op: OpId, map: &'m AxisMap) -> Vec<(ValueId, &'m [usize])> {
    let io = Operands::new(graph, op);
    let operands = map.operands.iter().filter_map(|(slot, axes)| {
        let value = io.operand_id(*slot)?;
        Some((value, axes.as_slice()))
    });
    let results = map
        .results
        .iter()
        .map(|(slot, axes)| (io.result_id(*slot), axes.as_slice()));
    operands.chain(results).collect()
}
