//! Real numbers rounded to steps that are known only when the model runs.

use super::{LowerCx, Wire};
use crate::ir::DType;

/// Scale and zero point of an 8-bit grid: one for all numbers, or one for each place along an axis.
#[derive(Clone, Debug)]
pub(crate) struct Grid {
    pub scale: Wire,
    /// INT8; `None` for UINT8 that begins at 0.
    pub zero_point: Option<Wire>,
    pub axis: Option<usize>,
}

/// What leaves the sign of numbers as it is.
const MOVERS: [&str; 10] = [
    "AveragePool",
    "DepthToSpace",
    "Flatten",
    "GlobalAveragePool",
    "MaxPool",
    "Reshape",
    "Slice",
    "Squeeze",
    "Transpose",
    "Unsqueeze",
];

impl LowerCx<'_> {
    /// What is left of numbers once they were stored on a grid of 8 bits: `QuantizeLinear`, `DequantizeLinear`.
    ///
    /// Numbers that are all 0 may have a scale of 0: whatever their quotients are stored as, it means 0.
    pub(crate) fn on_grid(&mut self, x: &Wire, grid: &Grid) -> Wire {
        let stored = match grid.zero_point {
            Some(_) => DType::Int8,
            None => DType::UInt8,
        };
        let codes = self.grid_node("QuantizeLinear", x, grid, stored);
        self.grid_node("DequantizeLinear", &codes, grid, DType::Float32)
    }

    fn grid_node(&mut self, op_type: &'static str, x: &Wire, grid: &Grid, to: DType) -> Wire {
        let node = self.node(op_type).input(x).input(&grid.scale);
        let node = node.maybe(grid.zero_point.as_ref());
        let node = match grid.axis {
            Some(axis) => node.attr("axis", axis as i64),
            None => node,
        };
        node.out(to, x.shape.clone())
    }

    /// Is it plain from the nodes before it that a wire holds no number below 0?
    pub(crate) fn is_never_negative(&self, wire: &Wire) -> bool {
        let build = &self.lowering.build;
        let mut id = wire.id;
        // Each node is written behind those that it reads.
        for node in build.nodes.iter().rev() {
            if node.outputs.first() != Some(&id) {
                continue;
            }
            let input = |slot: usize| node.inputs.get(slot).copied().flatten();
            match (node.op_type, input(0)) {
                ("Abs" | "Exp" | "Relu" | "Sigmoid" | "Softmax" | "Sqrt", _) => return true,
                ("Clip", _) => {
                    let low = input(1).and_then(|low| build.literal(low));
                    let low = low.and_then(|low| low.floats()?.first().copied());
                    return low.is_some_and(|low| low >= 0.0);
                }
                (mover, Some(first)) if MOVERS.contains(&mover) => id = first,
                _ => return false,
            }
        }
        false
    }
}
