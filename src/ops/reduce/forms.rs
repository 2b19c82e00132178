//! Reductions as ONNX nodes, with axes that are known or computed.

use crate::op::{DType, LowerCx, OpError, Shape, Wire};

/// What to compute of the elements along the axes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Mean,
    Sum,
    Max,
    Min,
    Prod,
    Any,
    All,
}

/// What to reduce over.
pub(super) enum Axes {
    /// Physical axes.
    Known(Vec<usize>),
    /// A vector of axes in the file's order; the operator is behind a barrier.
    Computed(Wire),
}

/// A reduction whose result is the operator's, in another element type perhaps.
pub(super) struct Reduction {
    pub kind: Kind,
    pub axes: Axes,
    pub keep_dims: bool,
}

impl Reduction {
    /// Writes it. onnxruntime reduces integers in FLOAT64 and saturates: INT64 keeps the products of narrow
    /// ones that wrap, and the sums of INT32.
    pub fn lower(&self, cx: &mut LowerCx<'_>, x: &Wire) -> Result<Wire, OpError> {
        let wide = match (self.kind, x.dtype) {
            (Kind::Mean, DType::Int32) => DType::Int64,
            (Kind::Prod, DType::Int8 | DType::Int16 | DType::UInt8) => DType::Int64,
            (_, DType::Int16 | DType::Bool) => DType::Int32,
            (_, own) => own,
        };
        let x_wide = cx.cast(x, wide)?;
        let y = match self.kind {
            Kind::Mean if wide == DType::Int64 => {
                let sum = self.node(cx, "ReduceSum", &x_wide)?;
                let count = self.count(cx, &x_wide, &sum)?;
                cx.binary("Div", &sum, &count)?
            }
            Kind::Mean => self.node(cx, "ReduceMean", &x_wide)?,
            Kind::Sum => self.node(cx, "ReduceSum", &x_wide)?,
            Kind::Max | Kind::Any => self.node(cx, "ReduceMax", &x_wide)?,
            Kind::Min | Kind::All => self.node(cx, "ReduceMin", &x_wide)?,
            Kind::Prod => self.node(cx, "ReduceProd", &x_wide)?,
        };
        cx.cast(&y, x.dtype)
    }

    fn node(&self, cx: &mut LowerCx<'_>, onnx: &'static str, x: &Wire) -> Result<Wire, OpError> {
        let axes = match &self.axes {
            Axes::Known(axes) => return Ok(cx.reduce(onnx, x, axes, self.keep_dims)),
            Axes::Computed(axes) => axes,
        };
        if onnx != "ReduceSum" {
            // The others have axes as an operand from here on.
            cx.require_opset(18)?;
        }
        let shape = cx.result_shape(0);
        let node = cx.node(onnx).input(x).input(axes);
        let node = node.attr("keepdims", self.keep_dims);
        Ok(node.attr("noop_with_empty_axes", true).out(x.dtype, shape))
    }

    /// How many elements go into each of the results.
    fn count(&self, cx: &mut LowerCx<'_>, x: &Wire, y: &Wire) -> Result<Wire, OpError> {
        if let Axes::Known(axes) = &self.axes {
            let count: Option<usize> = axes.iter().map(|&axis| x.shape[axis].fixed()).product();
            if let Some(count) = count {
                return cx.scalar(DType::Int64, count as f64);
            }
        }
        let before = cx.node("Size").input(x).out(DType::Int64, Shape::scalar());
        let after = cx.node("Size").input(y).out(DType::Int64, Shape::scalar());
        cx.binary("Div", &before, &after)
    }
}
