//! Shapes as nodes, and `Reshape` to shapes that are known in part.

use crate::error::OpError;
use crate::ir::{DType, Dim, Literal, Shape};
use crate::lower::{LowerCx, Wire};

impl LowerCx<'_> {
    /// `Reshape`. Symbolic dimensions must be those of the wire, except one, which takes what is left.
    /// Folded when the wire is an initialiser.
    ///
    /// # Errors
    /// Several dimensions known only at run time that are not the wire's.
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
        let symbols = shape.dims().iter().filter(|dim| dim.fixed().is_none());
        if symbols.count() > 1 && others(&wire.shape) == others(shape) {
            return Ok(self.with_units(wire, shape));
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

    /// A reshape that only takes away and puts in axes of extent 1.
    fn with_units(&mut self, wire: &Wire, shape: &Shape) -> Wire {
        let units = |shape: &Shape| -> Vec<i64> {
            let dims = shape.dims().iter().enumerate();
            let units = dims.filter(|(_, dim)| **dim == Dim::Fixed(1));
            units.map(|(axis, _)| axis as i64).collect()
        };
        let (less, more) = (units(&wire.shape), units(shape));
        let mut y = wire.clone();
        if !less.is_empty() {
            let axes = self.int64s(&less);
            let rest = others(&wire.shape).into_iter().cloned().collect();
            let node = self.node("Squeeze").input(&y).input(&axes);
            y = node.out(wire.dtype, rest);
        }
        if more.is_empty() {
            return y;
        }
        let axes = self.int64s(&more);
        let node = self.node("Unsqueeze").input(&y).input(&axes);
        node.out(wire.dtype, shape.clone())
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

    /// `Reshape` to plain numbers.
    ///
    /// # Errors
    /// As [`LowerCx::reshape`].
    pub fn reshape_to(&mut self, wire: &Wire, dims: &[usize]) -> Result<Wire, OpError> {
        self.reshape(wire, &Shape::new(dims.iter().copied()))
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
}

/// The extents that are not 1.
fn others(shape: &Shape) -> Vec<&Dim> {
    let dims = shape.dims().iter();
    dims.filter(|dim| **dim != Dim::Fixed(1)).collect()
}
