//! Nodes that put pieces together, cut them out or move them: `Concat`, `Slice`, `Pad`, `Gather`, `Split`, `Expand`.

use crate::error::OpError;
use crate::ir::{DType, Dim, Literal, Shape};
use crate::lower::{LowerCx, Wire};

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

impl LowerCx<'_> {
    /// `Concat` along a physical axis. Folded for vectors of INT64 that are initialisers.
    ///
    /// # Errors
    /// No wires at all.
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
    ///
    /// # Errors
    /// Padding along a dimension that is known only at run time.
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
