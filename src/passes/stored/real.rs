//! Quantised values as the real numbers they mean: no rounding, and no saturation but where it stands for an
//! activation.
//!
//! Converters drop a fused activation that the result's range implies (toco,
//! `RemoveTrivialQuantizedActivationFunc`): a convolution whose UINT8 result begins at 0 may well be one with
//! RELU6. Such a range is therefore kept as the activation it may stand for.

use std::collections::HashMap;

use crate::error::{Error, ErrorKind, OpError};
use crate::ir::{Content, Graph, GraphId, Model, OpId, Value, ValueId};
use crate::lower::{decoded, limits, works_on_stored};
use crate::op::{Operands, QuantRule};

/// For each value that was quantised, by subgraph, the least and greatest number it could mean, and its step.
pub(crate) type Ranges = HashMap<(GraphId, ValueId), Range>;

/// A least and a greatest number, where there is one.
pub(crate) type Bounds = (Option<f64>, Option<f64>);

/// What a quantised type could hold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Range {
    pub low: f64,
    pub high: f64,
    pub step: f64,
}

impl Range {
    pub fn of(value: &Value) -> Option<Range> {
        let quant = value.quant.as_ref().filter(|_| value.is_quantized())?;
        let ([scale], [zero_point]) = (&*quant.scale, &*quant.zero_point) else {
            return None;
        };
        let (least, greatest) = limits(value.stored)?;
        let step = f64::from(*scale);
        let real = |stored: i64| stored.saturating_sub(*zero_point) as f64 * step;
        Some(Range {
            low: real(least),
            high: real(greatest),
            step,
        })
    }

    /// The bounds of the activation that this range may stand for.
    fn activation(self) -> Bounds {
        let near = |x: f64, bound: f64| (x - bound).abs() <= self.step;
        if self.low == 0.0 {
            (Some(0.0), near(self.high, 6.0).then_some(6.0))
        } else if near(self.low, -1.0) && near(self.high, 1.0) {
            (Some(-1.0), Some(1.0))
        } else {
            (None, None)
        }
    }
}

/// The bounds of the activation that a result's range stood for; none where all operands had the same range.
pub(crate) fn implied_activation(
    ranges: &Ranges,
    graph: &Graph,
    id: GraphId,
    op: OpId,
    slot: usize,
) -> Bounds {
    let range = |value| ranges.get(&(id, value));
    let own = graph.results(op).get(slot).copied().and_then(range);
    let Some(own) = own else {
        return (None, None);
    };
    let mut operands = graph.operands(op).into_iter().flatten().map(range);
    match operands.all(|operand| operand == Some(own)) {
        true => (None, None),
        false => own.activation(),
    }
}

/// Makes every quantised value the real numbers it means; constants are decoded.
///
/// # Errors
/// Where an operator works on stored integers in a way that real numbers cannot have.
pub(crate) fn to_real(model: &mut Model) -> Result<Ranges, Error> {
    let mut ranges = Ranges::new();
    for (index, graph) in model.graphs.iter_mut().enumerate() {
        for op in graph.ops() {
            fits(graph, op)?;
        }
        let ids: Vec<_> = graph.values().collect();
        for id in ids {
            if !graph.value(id).is_quantized() {
                continue;
            }
            if let Some(range) = Range::of(graph.value(id)) {
                ranges.insert((GraphId(index), id), range);
            }
            let plain = plain(graph.value(id)).map_err(|error| {
                let what = format!("tensor {:?}: {error}", graph.value(id).name);
                Error::new(ErrorKind::Unsupported, what)
            })?;
            *graph.value_mut(id) = plain;
        }
    }
    Ok(ranges)
}

fn plain(value: &Value) -> Result<Value, OpError> {
    let mut plain = super::real(value);
    if let (Some(literal), Some(quant)) = (value.literal(), &value.quant) {
        plain.content = Content::Constant(decoded(&literal, quant)?.data);
    }
    Ok(plain)
}

/// Refuses what means another thing on real numbers.
fn fits(graph: &Graph, op: OpId) -> Result<(), Error> {
    let node = graph.op(op);
    let io = Operands::new(graph, op);
    let rule = node.op.quant();
    if !io.is_quantized() || !works_on_stored(rule, &io) || !node.op.subgraphs().is_empty() {
        return Ok(());
    }
    let operands = io.operand_ids().map(|id| graph.value(id));
    let results = io.result_ids().iter().map(|&id| graph.value(id));
    let quantized: Vec<_> = operands
        .chain(results)
        .filter(|v| v.is_quantized())
        .collect();
    let alike = quantized
        .windows(2)
        .all(|pair| pair[0].quant == pair[1].quant);
    if rule != QuantRule::Stored && alike {
        return Ok(());
    }
    let error = OpError::unsupported("a float form of what it does to stored integers");
    Err(error.at(node.origin.site(), |place| graph.tensor_name(op, place)))
}
