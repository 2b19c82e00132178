//! ONNX nodes that many operators write: one method a form, with the result's shape worked out.

mod pieces;
mod shapes;

use bytes::Bytes;
use half::f16;

use super::{LowerCx, Wire, int64s};
use crate::error::OpError;
use crate::ir::{DType, Dim, Literal, Shape};
use crate::op::broadcast;

pub use pieces::Cut;

/// Beyond the rounding errors of FLOAT32, and below what 8-bit results show.
pub(crate) const AWAY_FROM_ZERO: f64 = 1.0 + 1.0 / (1 << 20) as f64;

fn onnx_axes(axes: &[usize]) -> Vec<i64> {
    axes.iter().map(|&axis| axis as i64).collect()
}

impl LowerCx<'_> {
    /// A rank-1 INT64 initialiser: axes, shapes, pads.
    pub fn int64s(&mut self, ints: &[i64]) -> Wire {
        self.literal(int64s(ints))
    }

    /// A rank-1 INT64 initialiser of extents.
    pub fn extents(&mut self, dims: &[usize]) -> Wire {
        self.int64s(&onnx_axes(dims))
    }

    /// A FLOAT32 initialiser.
    pub fn floats(&mut self, shape: &[usize], floats: &[f32]) -> Wire {
        self.literal(Literal::from_floats(shape.to_vec(), floats))
    }

    /// A scalar initialiser of any numeric type.
    ///
    /// # Errors
    /// Values that the type does not hold.
    pub fn scalar(&mut self, dtype: DType, x: f64) -> Result<Wire, OpError> {
        let data = scalar_bytes(dtype, x)
            .ok_or_else(|| OpError::inconsistent(format!("{x} is not a value of {dtype}")))?;
        Ok(self.literal(Literal {
            dtype,
            shape: Vec::new(),
            data: data.into(),
        }))
    }

    /// `Cast`; nothing where the type is already right, folded for initialisers.
    ///
    /// # Errors
    /// Types that ONNX lacks.
    pub fn cast(&mut self, wire: &Wire, dtype: DType) -> Result<Wire, OpError> {
        if wire.dtype == dtype {
            return Ok(wire.clone());
        }
        if let Some(literal) = self.known(wire).and_then(|known| known.cast(dtype)) {
            return Ok(self.literal(literal));
        }
        let code = dtype
            .onnx()
            .ok_or_else(|| OpError::unsupported(format!("ONNX has no type {dtype}")))?;
        Ok(self
            .node("Cast")
            .input(wire)
            .attr("to", i64::from(code))
            .out(dtype, wire.shape.clone()))
    }

    /// A node of one input whose output has the input's type and shape.
    pub fn unary(&mut self, op_type: &'static str, wire: &Wire) -> Wire {
        self.node(op_type).input(wire).out_like(wire)
    }

    /// A node of two inputs that broadcast; the output has the type of the first.
    ///
    /// # Errors
    /// Shapes that do not broadcast.
    pub fn binary(&mut self, op_type: &'static str, a: &Wire, b: &Wire) -> Result<Wire, OpError> {
        self.binary_as(op_type, a, b, a.dtype)
    }

    /// A comparison: two inputs that broadcast, BOOL output.
    ///
    /// # Errors
    /// Shapes that do not broadcast.
    pub fn compare(&mut self, op_type: &'static str, a: &Wire, b: &Wire) -> Result<Wire, OpError> {
        self.binary_as(op_type, a, b, DType::Bool)
    }

    fn binary_as(
        &mut self,
        op_type: &'static str,
        a: &Wire,
        b: &Wire,
        dtype: DType,
    ) -> Result<Wire, OpError> {
        let shape = broadcast([&a.shape, &b.shape]).ok_or_else(|| {
            OpError::inconsistent(format!(
                "shapes {} and {} do not broadcast",
                a.shape, b.shape
            ))
        })?;
        Ok(self.node(op_type).input(a).input(b).out(dtype, shape))
    }

    /// `Where`: three inputs that broadcast. Types that onnxruntime's `Where` lacks go through INT32, which
    /// holds them.
    ///
    /// # Errors
    /// Shapes that do not broadcast.
    pub fn select(&mut self, condition: &Wire, yes: &Wire, no: &Wire) -> Result<Wire, OpError> {
        let wide = match yes.dtype {
            DType::Bool | DType::Int8 | DType::Int16 | DType::UInt16 => DType::Int32,
            own => own,
        };
        let (yes_wide, no_wide) = (self.cast(yes, wide)?, self.cast(no, wide)?);
        let shape = broadcast([&condition.shape, &yes.shape, &no.shape]).ok_or_else(|| {
            OpError::inconsistent(format!(
                "shapes {}, {} and {} do not broadcast",
                condition.shape, yes.shape, no.shape
            ))
        })?;
        let node = self.node("Where").inputs([condition, &yes_wide, &no_wide]);
        let wire = node.out(wide, shape);
        self.cast(&wire, yes.dtype)
    }

    /// `Clip` to bounds of the wire's own type.
    ///
    /// # Errors
    /// Bounds that the type does not hold.
    pub fn clip(
        &mut self,
        wire: &Wire,
        low: Option<f64>,
        high: Option<f64>,
    ) -> Result<Wire, OpError> {
        let low = low.map(|x| self.scalar(wire.dtype, x)).transpose()?;
        let high = high.map(|x| self.scalar(wire.dtype, x)).transpose()?;
        let node = self.node("Clip").input(wire);
        Ok(node.maybe(low.as_ref()).maybe(high.as_ref()).out_like(wire))
    }

    /// A reduction (`ReduceMean`, …) over physical axes. No axes: nothing is reduced, as in TFLite.
    pub fn reduce(
        &mut self,
        op_type: &'static str,
        wire: &Wire,
        axes: &[usize],
        keep_dims: bool,
    ) -> Wire {
        if axes.is_empty() {
            return wire.clone();
        }
        let shape: Shape = (0..wire.rank())
            .filter_map(|axis| match (axes.contains(&axis), keep_dims) {
                (false, _) => Some(wire.shape[axis].clone()),
                (true, true) => Some(Dim::Fixed(1)),
                (true, false) => None,
            })
            .collect();
        // Axes became an input in opset 13 for ReduceSum and in 18 for the others.
        let as_input = op_type == "ReduceSum" || self.opset() >= 18;
        let axes = onnx_axes(axes);
        if as_input {
            let axes = self.int64s(&axes);
            let node = self.node(op_type).input(wire).input(&axes);
            return node.attr("keepdims", keep_dims).out(wire.dtype, shape);
        }
        let node = self.node(op_type).input(wire).attr("axes", axes);
        node.attr("keepdims", keep_dims).out(wire.dtype, shape)
    }
}

/// Little-endian bytes of one number; `None` where the type does not hold it.
fn scalar_bytes(dtype: DType, x: f64) -> Option<Bytes> {
    macro_rules! int {
        ($t:ty) => {{
            let n = x as $t;
            (n as f64 == x).then(|| Bytes::copy_from_slice(&n.to_le_bytes()))
        }};
    }
    match dtype {
        DType::Float32 => Some(Bytes::copy_from_slice(&(x as f32).to_le_bytes())),
        DType::Float64 => Some(Bytes::copy_from_slice(&x.to_le_bytes())),
        DType::Float16 => Some(Bytes::copy_from_slice(&f16::from_f64(x).to_le_bytes())),
        DType::Int8 => int!(i8),
        DType::Int16 => int!(i16),
        DType::Int32 => int!(i32),
        DType::Int64 => int!(i64),
        DType::UInt8 => int!(u8),
        DType::UInt16 => int!(u16),
        DType::UInt32 => int!(u32),
        DType::UInt64 => int!(u64),
        DType::Bool => Some(Bytes::copy_from_slice(&[u8::from(x != 0.0)])),
        _ => None,
    }
}
