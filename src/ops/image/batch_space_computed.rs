//! SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND with blocks, paddings or crops that are computed when the model
//! runs: the same nodes as with constant ones, their operands by INT64 arithmetic. In the file's axis order.

use crate::op::{Cut, DType, Dim, LowerCx, OpError, Shape, Symbol, Wire};

/// The operands as INT64.
struct Operands {
    /// `[count]`
    blocks: Wire,
    before: Wire,
    after: Wire,
    count: usize,
}

impl Operands {
    fn read(cx: &mut LowerCx<'_>) -> Result<Self, OpError> {
        let count = cx.io().rank(0)? - 2;
        let blocks = cx.source(1)?;
        let blocks = cx.cast(&blocks, DType::Int64)?;
        let margins = cx.source(2)?;
        let margins = cx.cast(&margins, DType::Int64)?;
        Ok(Operands {
            blocks,
            before: cx.pick(&margins, 1, 0),
            after: cx.pick(&margins, 1, 1),
            count,
        })
    }

    /// The extents of the axes between the first and the last.
    fn space(&self, cx: &mut LowerCx<'_>, x: &Wire) -> Wire {
        let shape = cx.shape_of(x);
        let space = Cut {
            axis: 0,
            start: 1,
            step: 1,
            extent: self.count,
        };
        cx.slice(&shape, &[space])
    }
}

/// Extents that are known only when the model runs.
fn unknown(cx: &LowerCx<'_>, what: &str, rank: usize) -> Vec<Dim> {
    let name = &cx.io().result(0).name;
    let dim = |axis| Dim::Symbol(Symbol::new(format!("{name}.{what}.{axis}")));
    (0..rank).map(dim).collect()
}

pub(super) fn to_batch(cx: &mut LowerCx<'_>, x: &Wire) -> Result<Wire, OpError> {
    let operands = Operands::read(cx)?;
    let count = operands.count;
    let none = cx.int64s(&[0]);
    let (before, after) = (operands.before.clone(), operands.after.clone());
    let pads = [
        none.clone(),
        before,
        none.clone(),
        none.clone(),
        after,
        none,
    ];
    let pads = cx.concat(&pads, 0)?;
    let mut dims = unknown(cx, "padded", count + 2);
    dims[0] = x.shape[0].clone();
    dims[count + 1] = x.shape[count + 1].clone();
    let zero = cx.zero(x.dtype)?;
    let node = cx.node("Pad").inputs([x, &pads]).maybe(zero.as_ref());
    let node = node.attr("mode", "constant");
    let padded = node.out(x.dtype, Shape::new(dims));
    let space = operands.space(cx, &padded);
    let small = cx.binary("Div", &space, &operands.blocks)?;
    // Batch; rows of blocks, rows in a block; the same of columns; channels.
    let column = [count, 1];
    let pairs = [
        cx.reshape_to(&small, &column)?,
        cx.reshape_to(&operands.blocks, &column)?,
    ];
    let pairs = cx.concat(&pairs, 1)?;
    let pairs = cx.reshape_to(&pairs, &[2 * count])?;
    let (batch, channels) = (cx.extent(x, 0), cx.extent(x, count + 1));
    let split = cx.concat(&[batch, pairs, channels.clone()], 0)?;
    let split = reshaped(cx, &padded, &split, "split", 2 * count + 2);
    let mut order: Vec<usize> = (1..=count).map(|axis| 2 * axis).collect();
    order.push(0);
    order.extend((1..=count).map(|axis| 2 * axis - 1));
    order.push(2 * count + 1);
    let turned = cx.transpose(&split, &order)?;
    let rest = cx.int64s(&[-1]);
    let target = cx.concat(&[rest, small, channels], 0)?;
    let node = cx.node("Reshape").inputs([&turned, &target]);
    Ok(node.out_result(0))
}

pub(super) fn to_space(cx: &mut LowerCx<'_>, x: &Wire) -> Result<Wire, OpError> {
    let operands = Operands::read(cx)?;
    let count = operands.count;
    let space = operands.space(cx, x);
    let rest = cx.int64s(&[-1]);
    let channels = cx.extent(x, count + 1);
    // Rows and columns in a block; batch; rows and columns of blocks; channels.
    let parts = [
        operands.blocks.clone(),
        rest.clone(),
        space.clone(),
        channels.clone(),
    ];
    let split = cx.concat(&parts, 0)?;
    let split = reshaped(cx, x, &split, "split", 2 * count + 2);
    let mut order = vec![count];
    order.extend((0..count).flat_map(|axis| [count + 1 + axis, axis]));
    order.push(2 * count + 1);
    let turned = cx.transpose(&split, &order)?;
    let full = cx.binary("Mul", &space, &operands.blocks)?;
    let target = cx.concat(&[rest, full.clone(), channels], 0)?;
    let whole = reshaped(cx, &turned, &target, "whole", count + 2);
    let ends = cx.binary("Sub", &full, &operands.after)?;
    let axes: Vec<usize> = (1..=count).collect();
    let axes = cx.extents(&axes);
    let node = cx.node("Slice");
    let node = node.inputs([&whole, &operands.before, &ends, &axes]);
    Ok(node.out_result(0))
}

fn reshaped(cx: &mut LowerCx<'_>, x: &Wire, target: &Wire, what: &str, rank: usize) -> Wire {
    let dims = unknown(cx, what, rank);
    let node = cx.node("Reshape").inputs([x, target]);
    node.out(x.dtype, Shape::new(dims))
}
