//! ONNX nodes that many operators write: one method a form, with the result's shape worked out.

use bytes::Bytes;
use half::f16;

use super::{LowerCx, Wire, int64s};
use crate::error::OpError;
use crate::ir::{DType, Dim, Literal, Shape};
use crate::op::broadcast;

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

    /// A scalar initialiser of any numeric type. Values that the type does not hold are an error.
    pub fn scalar(&mut self, dtype: DType, x: f64) -> Result<Wire, OpError> {
        let data = scalar_bytes(dtype, x)
            .ok_or_else(|| OpError::inconsistent(format!("{x} is not a value of {dtype}")))?;
        Ok(self.literal(Literal {
            dtype,
            shape: Vec::new(),
            data,
        }))
    }

    /// `Reshape`. At most one dimension may be symbolic. Folded when the wire is an initialiser.
    pub fn reshape(&mut self, wire: &Wire, shape: &Shape) -> Result<Wire, OpError> {
        if wire.shape == *shape {
            return Ok(wire.clone());
        }
        if let (Some(literal), Some(dims)) = (self.known(wire), shape.fixed()) {
            let literal = Literal {
                shape: dims,
                ..literal.clone()
            };
            return Ok(self.literal(literal));
        }
        let symbols = shape
            .dims()
            .iter()
            .filter(|dim| dim.fixed().is_none())
            .count();
        if symbols > 1 {
            return Err(OpError::unsupported(format!(
                "a reshape to {shape}, which has several dynamic dimensions"
            )));
        }
        let ints: Vec<i64> = shape
            .dims()
            .iter()
            .map(|dim| dim.fixed().map_or(-1, |n| n as i64))
            .collect();
        let target = self.int64s(&ints);
        let zero = ints.contains(&0);
        if zero {
            // A zero means "copy" unless `allowzero` says otherwise.
            self.require_opset(14)?;
        }
        let node = self.node("Reshape").input(wire).input(&target);
        let node = if zero {
            node.attr("allowzero", 1i64)
        } else {
            node
        };
        Ok(node.out(wire.dtype, shape.clone()))
    }

    /// `Reshape` to plain numbers.
    pub fn reshape_to(&mut self, wire: &Wire, dims: &[usize]) -> Result<Wire, OpError> {
        self.reshape(wire, &Shape::new(dims.iter().copied()))
    }

    /// `Cast`; nothing where the type is already right.
    pub fn cast(&mut self, wire: &Wire, dtype: DType) -> Result<Wire, OpError> {
        if wire.dtype == dtype {
            return Ok(wire.clone());
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
    pub fn binary(&mut self, op_type: &'static str, a: &Wire, b: &Wire) -> Result<Wire, OpError> {
        self.binary_as(op_type, a, b, a.dtype)
    }

    /// A comparison: two inputs that broadcast, BOOL output.
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

    /// `Where`: three inputs that broadcast.
    pub fn select(&mut self, condition: &Wire, yes: &Wire, no: &Wire) -> Result<Wire, OpError> {
        let shape = broadcast([&condition.shape, &yes.shape, &no.shape]).ok_or_else(|| {
            OpError::inconsistent(format!(
                "shapes {}, {} and {} do not broadcast",
                condition.shape, yes.shape, no.shape
            ))
        })?;
        let node = self.node("Where").inputs([condition, yes, no]);
        Ok(node.out(yes.dtype, shape))
    }

    /// `Clip` to bounds of the wire's own type.
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

    /// `Concat` along a physical axis.
    pub fn concat(&mut self, wires: &[Wire], axis: usize) -> Result<Wire, OpError> {
        let [first, rest @ ..] = wires else {
            return Err(OpError::inconsistent("nothing to concatenate"));
        };
        if rest.is_empty() {
            return Ok(first.clone());
        }
        let total: Option<usize> = wires.iter().map(|wire| wire.shape[axis].fixed()).sum();
        let total =
            total.ok_or_else(|| OpError::unsupported("concatenation along a dynamic dimension"))?;
        let shape: Shape = (0..first.rank())
            .map(|a| match a == axis {
                true => Dim::Fixed(total),
                false => first.shape[a].clone(),
            })
            .collect();
        let node = self.node("Concat").inputs(wires).attr("axis", axis as i64);
        Ok(node.out(first.dtype, shape))
    }

    /// `Slice` along physical axes. `extents` are the results' extents on those axes.
    pub fn slice(&mut self, wire: &Wire, cuts: &[Cut]) -> Wire {
        let moving: Vec<&Cut> = cuts
            .iter()
            .filter(|cut| {
                let whole = wire.shape[cut.axis] == Dim::Fixed(cut.extent);
                !(whole && cut.start == 0 && cut.step == 1)
            })
            .collect();
        if moving.is_empty() {
            return wire.clone();
        }
        let list = |f: fn(&Cut) -> i64| moving.iter().map(|cut| f(cut)).collect::<Vec<i64>>();
        let starts = self.int64s(&list(|cut| cut.start));
        let ends = self.int64s(&list(Cut::end));
        let axes = self.int64s(&list(|cut| cut.axis as i64));
        let steps = list(|cut| cut.step);
        let steps = steps
            .iter()
            .any(|&step| step != 1)
            .then(|| self.int64s(&steps));
        let shape: Shape = (0..wire.rank())
            .map(|axis| match moving.iter().find(|cut| cut.axis == axis) {
                Some(cut) => Dim::Fixed(cut.extent),
                None => wire.shape[axis].clone(),
            })
            .collect();
        let node = self
            .node("Slice")
            .input(wire)
            .inputs([&starts, &ends, &axes]);
        node.maybe(steps.as_ref()).out(wire.dtype, shape)
    }

    /// `Pad` with a constant, by physical axis: elements before and after each.
    pub fn pad(
        &mut self,
        wire: &Wire,
        pads: &[(usize, usize)],
        value: Option<&Wire>,
    ) -> Result<Wire, OpError> {
        if pads.iter().all(|&pad| pad == (0, 0)) {
            return Ok(wire.clone());
        }
        let shape: Option<Shape> = pads
            .iter()
            .enumerate()
            .map(
                |(axis, &(before, after))| match (&wire.shape[axis], before + after) {
                    (dim, 0) => Some(dim.clone()),
                    (dim, more) => dim.fixed().map(|n| Dim::Fixed(n + more)),
                },
            )
            .collect();
        let shape = shape.ok_or_else(|| OpError::unsupported("padding a dynamic dimension"))?;
        let before = pads.iter().map(|&(before, _)| before as i64);
        let ints: Vec<i64> = before
            .chain(pads.iter().map(|&(_, after)| after as i64))
            .collect();
        let ints = self.int64s(&ints);
        let node = self.node("Pad").input(wire).input(&ints).maybe(value);
        Ok(node.attr("mode", "constant").out(wire.dtype, shape))
    }

    /// `Gather` along a physical axis.
    pub fn gather(&mut self, data: &Wire, indices: &Wire, axis: usize) -> Wire {
        let dims = data.shape.dims();
        let before = dims[..axis].iter().cloned();
        let shape: Shape = before
            .chain(indices.shape.dims().iter().cloned())
            .chain(dims[axis + 1..].iter().cloned())
            .collect();
        let node = self.node("Gather").input(data).input(indices);
        node.attr("axis", axis as i64).out(data.dtype, shape)
    }

    /// `Expand` to a static shape; nothing where the shape is already right.
    pub fn expand(&mut self, wire: &Wire, dims: &[usize]) -> Wire {
        let shape = Shape::new(dims.iter().copied());
        if wire.shape == shape {
            return wire.clone();
        }
        let target = self.extents(dims);
        let node = self.node("Expand").input(wire).input(&target);
        node.out(wire.dtype, shape)
    }
}

/// One axis of a `Slice`: `extent` elements from `start` on, `step` apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// Physical axis.
    pub axis: usize,
    /// First element, from 0.
    pub start: i64,
    /// Distance between elements; may be negative, never 0.
    pub step: i64,
    /// Number of elements taken.
    pub extent: usize,
}

impl Cut {
    /// ONNX's end: exclusive, and below every index when a negative step runs to the front.
    fn end(&self) -> i64 {
        let end = self.start + self.extent as i64 * self.step;
        if end < 0 { i64::MIN + 1 } else { end }
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
