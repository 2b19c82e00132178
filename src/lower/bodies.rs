//! Subgraphs in ONNX: in place of the operator that runs them, or as the bodies of `If` and `Loop`; and the steps of
//! a sequence as that of `Scan`.
//!
//! Bodies name no inputs of `If` and only what changes of `Loop`: everything else they read from around them, as
//! ONNX has it.

use std::sync::Arc;

use super::{LowerCx, MAX_DEPTH, Wire};
use crate::error::OpError;
use crate::ir::{DType, GraphId, Shape};
use crate::onnx::{Body, Source, WireId};

impl LowerCx<'_> {
    /// Runs a subgraph in place of this operator: wires in and out are in the file's axis order.
    ///
    /// # Errors
    /// Operands that do not fit the subgraph, and what its operators cannot express.
    pub fn inline(&mut self, subgraph: GraphId, operands: &[Wire]) -> Result<Vec<Wire>, OpError> {
        let ids: Vec<WireId> = operands.iter().map(|wire| wire.id).collect();
        let results = self.lowering.inline(subgraph, &ids)?;
        Ok(results.into_iter().map(|id| self.wire(id)).collect())
    }

    /// Which inputs of a subgraph it hands back as they are, in their own places.
    pub fn handed_back(&self, subgraph: GraphId) -> Vec<bool> {
        let graph = self.placed.graph(subgraph);
        let both = graph.inputs.iter().zip(&graph.outputs);
        both.map(|(input, output)| input == output).collect()
    }

    /// `If`: what one of two functions writes, of these types and shapes. The functions must not read operands
    /// for the first time.
    ///
    /// # Errors
    /// Those of the functions, and graphs nested too deep.
    pub fn choose(
        &mut self,
        condition: &Wire,
        outs: Vec<(DType, Shape)>,
        then: impl FnOnce(&mut Self) -> Result<Vec<Wire>, OpError>,
        otherwise: impl FnOnce(&mut Self) -> Result<Vec<Wire>, OpError>,
    ) -> Result<Vec<Wire>, OpError> {
        let then = self.body("then", &[], then)?;
        let otherwise = self.body("else", &[], otherwise)?;
        let node = self.node("If").input(condition);
        let node = node
            .body("then_branch", then)
            .body("else_branch", otherwise);
        Ok(node.outs(outs))
    }

    /// `Loop`: while the condition holds, the function makes of the state the next one, and of that the
    /// condition. The state keeps its types and shapes.
    ///
    /// # Errors
    /// Those of the function, and graphs nested too deep.
    pub fn repeat(
        &mut self,
        condition: &Wire,
        state: &[Wire],
        step: impl FnOnce(&mut Self, &[Wire]) -> Result<(Wire, Vec<Wire>), OpError>,
    ) -> Result<Vec<Wire>, OpError> {
        let outs: Vec<_> = state
            .iter()
            .map(|wire| (wire.dtype, wire.shape.clone()))
            .collect();
        let scalars = [DType::Int64, DType::Bool].map(|dtype| (dtype, Shape::new([0; 0])));
        let inputs = self.inputs(scalars.into_iter().chain(outs.clone()));
        let body = self.body("step", &inputs, |cx| {
            let (condition, mut results) = step(cx, inputs.get(2..).unwrap_or_default())?;
            results.insert(0, condition);
            Ok(results)
        })?;
        // No limit on the number of steps.
        let node = self.node("Loop").maybe(None).input(condition);
        Ok(node.inputs(state).body("body", body).outs(outs))
    }

    /// `Scan`: one after the other, the function makes of the state, and of what the sequence has for a step, the next
    /// state and what that step gives; all of that together, along the sequence's axis. The state keeps its types
    /// and shapes. The function must not read operands for the first time.
    ///
    /// # Errors
    /// Those of the function, and graphs nested too deep.
    pub fn steps(
        &mut self,
        state: &[Wire],
        sequence: &Wire,
        (axis, backward): (usize, bool),
        step: impl FnOnce(&mut Self, &[Wire], &Wire) -> Result<(Vec<Wire>, Wire), OpError>,
    ) -> Result<(Vec<Wire>, Wire), OpError> {
        let mut dims = sequence.shape.dims().to_vec();
        let count = dims.remove(axis);
        let part = (sequence.dtype, Shape::new(dims));
        let own = state.iter().map(|wire| (wire.dtype, wire.shape.clone()));
        let mut outs: Vec<_> = own.collect();
        let inputs = self.inputs(outs.iter().cloned().chain([part]));
        let mut given = None;
        let body = self.body("step", &inputs, |cx| {
            let (state, part) = inputs.split_at(state.len());
            let (mut results, mut result) = step(cx, state, &part[0])?;
            // tract hands whatever else reads it the result as one of several.
            let mut nodes = cx.lowering.build.nodes.iter();
            if nodes.any(|node| node.inputs.contains(&Some(result.id))) {
                result = cx.unary("Identity", &result);
            }
            given = Some((result.dtype, result.shape.clone()));
            results.push(result);
            Ok(results)
        })?;
        let none = || OpError::inconsistent("a step that gives nothing");
        let (dtype, shape) = given.ok_or_else(none)?;
        let mut dims = shape.dims().to_vec();
        dims.insert(axis, count);
        outs.push((dtype, Shape::new(dims)));
        let mut node = self.node("Scan").inputs(state).input(sequence);
        node = node.attr("num_scan_inputs", 1i64);
        let ways = [
            ("scan_input_axes", "scan_output_axes", axis as i64),
            (
                "scan_input_directions",
                "scan_output_directions",
                i64::from(backward),
            ),
        ];
        for (input, output, way) in ways.into_iter().filter(|(_, _, way)| *way != 0) {
            node = node.attr(input, vec![way]).attr(output, vec![way]);
        }
        let mut outs = node.body("body", body).outs(outs);
        let given = outs.pop().ok_or_else(none)?;
        Ok((outs, given))
    }

    /// Wires that a body is given.
    fn inputs(&mut self, facts: impl IntoIterator<Item = (DType, Shape)>) -> Vec<Wire> {
        let input = |(dtype, shape)| {
            let id = self.lowering.build.wire(dtype, shape, Source::Input);
            self.wire(id)
        };
        facts.into_iter().map(input).collect()
    }

    /// A graph for a node to run. Its outputs are its own: what comes from elsewhere, or twice, is copied.
    fn body(
        &mut self,
        what: &str,
        inputs: &[Wire],
        write: impl FnOnce(&mut Self) -> Result<Vec<Wire>, OpError>,
    ) -> Result<Body, OpError> {
        if self.lowering.depth == MAX_DEPTH {
            let what = format!("graphs nested more than {MAX_DEPTH} deep, which no runtime reads");
            return Err(OpError::too_large(what));
        }
        let outside = self.lowering.build.enter();
        self.lowering.depth += 1;
        let written = write(self).map(|results| self.own(results));
        self.lowering.depth -= 1;
        let nodes = self.lowering.build.leave(outside);
        Ok(Body {
            name: Arc::from(format!("{}/{what}", self.origin.name)),
            inputs: inputs.iter().map(|wire| wire.id).collect(),
            outputs: written?.iter().map(|wire| wire.id).collect(),
            nodes,
        })
    }

    fn own(&mut self, results: Vec<Wire>) -> Vec<Wire> {
        let mut taken: Vec<WireId> = Vec::new();
        let own = |wire: Wire| {
            let nodes = self.lowering.build.nodes.iter();
            let written = nodes
                .flat_map(|node| &node.outputs)
                .any(|&id| id == wire.id);
            let wire = match written && !taken.contains(&wire.id) {
                true => wire,
                false => self.unary("Identity", &wire),
            };
            taken.push(wire.id);
            wire
        };
        results.into_iter().map(own).collect()
    }
}
