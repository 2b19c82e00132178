//! Zeros put around an image become the padding of the convolution that reads it: a `Pad`, and what
//! it copies, less. onnxruntime does so with real numbers by itself, and not with quantised ones.

use std::collections::HashMap;

use super::build::{Build, Node};
use super::{Attr, WireId};
use crate::ir::Literal;

/// Moves what `Pad` nodes add to `Conv` nodes, where nothing else reads it. The `Pad` is left unread.
pub(super) fn into_convolutions(build: &mut Build, outputs: &[WireId]) {
    let mut reads = HashMap::new();
    outputs.iter().for_each(|wire| count(*wire, &mut reads));
    count_reads(&build.nodes, &mut reads);
    let alone = |wire: WireId| reads.get(&wire) == Some(&1);
    let mut writers: HashMap<WireId, usize> = HashMap::new();
    for at in 0..build.nodes.len() {
        if let Some((reader, pad, pads)) = padded(build, at, &writers, alone) {
            let image = build.nodes[pad].inputs[0];
            if let Some(input) = build.nodes[reader].inputs.first_mut() {
                *input = image;
            }
            for attr in &mut build.nodes[at].attrs {
                if attr.0 == "pads" {
                    attr.1 = Attr::Ints(pads.clone());
                }
            }
            if let (Some(image), Some(wire)) = (image, build.nodes[reader].outputs.first())
                && reader != at
            {
                // What is dequantised has the shape of what it is read from.
                let shape = build.fact(image).shape.clone();
                build.wires[wire.index()].shape = shape;
            }
        }
        for &wire in &build.nodes[at].outputs {
            writers.insert(wire, at);
        }
    }
}

fn count(wire: WireId, reads: &mut HashMap<WireId, usize>) {
    *reads.entry(wire).or_insert(0) += 1;
}

fn count_reads(nodes: &[Node], reads: &mut HashMap<WireId, usize>) {
    for node in nodes {
        node.inputs
            .iter()
            .flatten()
            .for_each(|wire| count(*wire, reads));
        for (_, body) in &node.bodies {
            body.outputs.iter().for_each(|wire| count(*wire, reads));
            count_reads(&body.nodes, reads);
        }
    }
}

/// Is this node a convolution that alone reads zeros around an image? Gives the node that reads the `Pad` (itself, or
/// a `DequantizeLinear` before it), the `Pad`, and its own padding with that.
fn padded(
    build: &Build,
    at: usize,
    writers: &HashMap<WireId, usize>,
    alone: impl Fn(WireId) -> bool,
) -> Option<(usize, usize, Vec<i64>)> {
    let convolution = build.nodes.get(at).filter(|node| node.op_type == "Conv")?;
    let before = |node: &Node| {
        let wire = (*node.inputs.first()?)?;
        writers.get(&wire).copied().filter(|_| alone(wire))
    };
    let mut reader = at;
    let mut pad = before(convolution)?;
    let mut zero = None;
    if build.nodes[pad].op_type == "DequantizeLinear" {
        let quantized = &build.nodes[pad];
        let point = quantized.inputs.get(2).copied().flatten();
        zero = point.map(|wire| build.literal(wire)).unwrap_or_default();
        if point.is_some() != zero.is_some() {
            return None;
        }
        reader = pad;
        pad = before(quantized)?;
    }
    let constant = [("mode", Attr::Text("constant"))];
    let node = build
        .nodes
        .get(pad)
        .filter(|node| node.op_type == "Pad" && node.attrs == constant)?;
    let literal = |slot: usize| build.literal(node.inputs.get(slot).copied().flatten()?);
    let given = node.inputs.get(2).copied().flatten();
    let fits = match given {
        Some(_) => is_zero(literal(2)?, zero),
        None => zero.is_none_or(|zero| zero.data.iter().all(|byte| *byte == 0)),
    };
    if !fits || node.inputs.len() > 3 {
        return None;
    }
    let own = convolution.attrs.iter().find_map(|attr| match attr {
        ("pads", Attr::Ints(own)) => Some(own),
        _ => None,
    })?;
    let pads = sum(&literal(1)?.ints()?, own)?;
    Some((reader, pad, pads))
}

/// Is an element what a zero is stored as?
fn is_zero(value: &Literal, zero: Option<&Literal>) -> bool {
    match zero {
        Some(zero) => value.dtype == zero.dtype && value.data[..] == zero.data[..],
        None => value.data.iter().all(|byte| *byte == 0),
    }
}

/// A convolution's padding with that of a `Pad` before it, which leaves batch and channels alone.
fn sum(pads: &[i64], own: &[i64]) -> Option<Vec<i64>> {
    let (starts, ends) = pads.split_at_checked(pads.len() / 2)?;
    let fits = pads.iter().all(|&n| n >= 0) && 2 * (starts.len().checked_sub(2)?) == own.len();
    let (None, true) = (
        [starts, ends]
            .iter()
            .flat_map(|side| side.iter().take(2))
            .find(|n| **n != 0),
        fits,
    ) else {
        return None;
    };
    let given = starts.iter().skip(2).chain(ends.iter().skip(2));
    given.zip(own).map(|(a, b)| a.checked_add(*b)).collect()
}
