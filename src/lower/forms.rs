//! ONNX nodes that many operators write: one method a form, with the result's shape worked out.

use bytes::Bytes;
use half::f16;

use super::{LowerCx, Wire, int64s};
use crate::error::OpError;
use crate::ir::{DType, Dim, Literal, Shape};
use crate::op::broadcast;

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

    /// A scalar initialiser of any numeric type. Values that the type does not hold are an error.
    pub fn scalar(&mut self, dtype: DType, x: f64) -> Result<Wire, OpError> {
        let data = scalar_bytes(dtype, x)
            .ok_or_else(|| OpError::inconsistent(format!("{x} is not a value of {dtype}")))?;
        Ok(self.literal(Literal {
            dtype,
            shape: Vec::new(),
            data: data.into(),
        }))
    }

    /// `Reshape`. Symbolic dimensions must be those of the wire, except one, which takes what is left.
    /// Folded when the wire is an initialiser.
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
        let (target, literal) = self.reshape_target(wire, shape)?;
        if literal {
            self.require_opset(14)?;
        }
        let node = self.node("Reshape").input(wire).input(&target);
        let node = match literal {
            true => node.attr("allowzero", 1i64),
            false => node,
        };
        Ok(node.out(wire.dtype, shape.clone()))
    }

    /// A shape as `Reshape` reads it, and whether a zero in it may be one: without `allowzero` it means
    /// "copy", and with it there must be no −1.
    fn reshape_target(&mut self, wire: &Wire, shape: &Shape) -> Result<(Wire, bool), OpError> {
        let dims = shape.dims();
        let zero = dims.contains(&Dim::Fixed(0));
        let symbols = dims.iter().filter(|dim| dim.fixed().is_none());
        let origin = |dim: &Dim| wire.shape.dims().iter().position(|have| have == dim);
        let rest = match symbols.clone().count() {
            _ if zero => None,
            1 => symbols.clone().next(),
            _ => symbols.clone().find(|dim| origin(dim).is_none()),
        };
        if symbols.clone().all(|dim| rest == Some(dim)) {
            let ints = dims.iter().map(|dim| dim.fixed().map_or(-1, |n| n as i64));
            let ints: Vec<i64> = ints.collect();
            return Ok((self.int64s(&ints), zero));
        }
        let mut parts = Vec::new();
        for dim in dims {
            parts.push(match (dim.fixed(), origin(dim)) {
                (Some(n), _) => self.extents(&[n]),
                (None, _) if rest == Some(dim) => self.int64s(&[-1]),
                (None, Some(axis)) => self.extent(wire, axis),
                (None, None) => {
                    return Err(OpError::unsupported(format!(
                        "a reshape of {} to {shape}: several dimensions are known only at run time",
                        wire.shape
                    )));
                }
            });
        }
        Ok((self.concat(&parts, 0)?, rest.is_none()))
    }

    /// One extent of a wire, as a vector of one INT64.
    pub fn extent(&mut self, wire: &Wire, axis: usize) -> Wire {
        if let Some(n) = wire.shape[axis].fixed() {
            return self.extents(&[n]);
        }
        let shape = self.shape_of(wire);
        let at = self.extents(&[axis]);
        self.gather(&shape, &at, 0)
    }

    /// The extents of a wire as INT64: a constant where all are known, else `Shape`.
    pub fn shape_of(&mut self, wire: &Wire) -> Wire {
        if let Some(dims) = wire.shape.fixed() {
            return self.extents(&dims);
        }
        let node = self.node("Shape").input(wire);
        node.out(DType::Int64, Shape::new([wire.rank()]))
    }

    /// `Reshape` to plain numbers.
    pub fn reshape_to(&mut self, wire: &Wire, dims: &[usize]) -> Result<Wire, OpError> {
        self.reshape(wire, &Shape::new(dims.iter().copied()))
    }

    /// `Cast`; nothing where the type is already right, folded for initialisers.
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
    pub fn binary(&mut self, op_type: &'static str, a: &Wire, b: &Wire) -> Result<Wire, OpError> {
        self.binary_as(op_type, a, b, a.dtype)
    }

    /// Numbers that a rounding of halves to even then rounds away from zero: a little more than they are.
    /// LiteRT's integer kernels round so.
    pub fn away_from_zero(&mut self, wire: &Wire) -> Result<Wire, OpError> {
        let more = self.scalar(wire.dtype, AWAY_FROM_ZERO)?;
        self.binary("Mul", wire, &more)
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

    /// `Where`: three inputs that broadcast. Types that onnxruntime's `Where` lacks go through INT32, which
    /// holds them.
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

    /// `Concat` along a physical axis. Folded for vectors of INT64 that are initialisers.
    pub fn concat(&mut self, wires: &[Wire], axis: usize) -> Result<Wire, OpError> {
        let [first, rest @ ..] = wires else {
            return Err(OpError::inconsistent("nothing to concatenate"));
        };
        if rest.is_empty() {
            return Ok(first.clone());
        }
        let ints = wires.iter().map(|wire| self.known(wire)?.ints());
        let vectors = first.rank() == 1 && first.dtype == DType::Int64;
        if let Some(ints) = ints.collect::<Option<Vec<_>>>().filter(|_| vectors) {
            return Ok(self.int64s(&ints.concat()));
        }
        let total: Option<usize> = wires.iter().map(|wire| wire.shape[axis].fixed()).sum();
        let total = match total {
            Some(total) => Dim::Fixed(total),
            None => self.io().unknown_dim(0, axis),
        };
        let shape: Shape = (0..first.rank())
            .map(|a| match a == axis {
                true => total.clone(),
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

    /// The elements along some physical axes in reverse: `Slice` with steps of −1.
    pub fn reversed(&mut self, wire: &Wire, axes: &[usize]) -> Wire {
        if axes.is_empty() {
            return wire.clone();
        }
        // Starts and ends behind every element, so that extents need not be known.
        let starts = self.int64s(&vec![i64::MAX; axes.len()]);
        let ends = self.int64s(&vec![i64::MIN + 1; axes.len()]);
        let steps = self.int64s(&vec![-1; axes.len()]);
        let axes = self.extents(axes);
        let node = self.node("Slice");
        let node = node.inputs([wire, &starts, &ends, &axes, &steps]);
        node.out_like(wire)
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

    /// `Split` along a physical axis into pieces of these extents.
    pub fn split(&mut self, wire: &Wire, axis: usize, extents: &[usize]) -> Vec<Wire> {
        if let [_] = extents {
            return vec![wire.clone()];
        }
        let pieces = extents.iter().map(|&extent| {
            let dims = wire.shape.dims().iter().enumerate();
            let shape = dims.map(|(a, dim)| match a == axis {
                true => Dim::Fixed(extent),
                false => dim.clone(),
            });
            (wire.dtype, shape.collect())
        });
        let pieces = pieces.collect();
        let sizes = self.extents(extents);
        let node = self.node("Split").input(wire).input(&sizes);
        node.attr("axis", axis as i64).outs(pieces)
    }

    /// One element along a physical axis, which goes: `Gather` with a scalar index.
    pub fn pick(&mut self, data: &Wire, axis: usize, index: usize) -> Wire {
        let index = self.literal(Literal {
            dtype: DType::Int64,
            shape: Vec::new(),
            data: (index as i64).to_le_bytes().into_iter().collect(),
        });
        self.gather(data, &index, axis)
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
