//! What STABLEHLO_GATHER and STABLEHLO_SCATTER share: slices of a tensor, each from where an index vector says,
//! in elements counted through the whole tensor.

use crate::op::{DType, LowerCx, OpError, Operands, Wire};

/// Where the vectors are, and which axis of the tensor each of their elements indexes.
#[derive(Clone, Debug)]
pub(super) struct Starts {
    /// The operand of indices.
    pub slot: usize,
    /// Which axis of the indices a vector runs along.
    pub vector_axis: usize,
    /// Axes of the tensor, one for each element of a vector.
    pub axes: Vec<usize>,
}

/// A list of axes as options have it; `name` for errors.
pub(super) fn axes(name: &str, list: Option<Vec<i64>>) -> Result<Vec<usize>, OpError> {
    let list = list.unwrap_or_default();
    let axes = list
        .iter()
        .map(|&axis| u16::try_from(axis).map(usize::from));
    axes.collect::<Result<_, _>>()
        .map_err(|_| OpError::option(name, "axes", format!("{list:?}")))
}

/// How far one step along each axis is, in elements.
pub(super) fn steps(dims: &[usize]) -> Vec<usize> {
    let mut steps = vec![1usize; dims.len()];
    for axis in (1..dims.len()).rev() {
        steps[axis - 1] = steps[axis].saturating_mul(dims[axis]);
    }
    steps
}

/// Elements of a slice whose places are written out as constants.
const MAX_SLICE: usize = 1 << 20;

/// Every coordinate of a box of these extents, row by row.
pub(super) fn coordinates(extents: &[usize]) -> Result<Vec<Vec<usize>>, OpError> {
    let count = extents
        .iter()
        .try_fold(1usize, |n, &extent| n.checked_mul(extent));
    if count.is_none_or(|count| count > MAX_SLICE) {
        return Err(OpError::unsupported(format!(
            "slices of {extents:?} elements"
        )));
    }
    let mut all = vec![Vec::new()];
    for &extent in extents {
        let longer =
            |place: Vec<usize>| (0..extent).map(move |at| [place.as_slice(), &[at]].concat());
        all = all.into_iter().flat_map(longer).collect();
    }
    Ok(all)
}

impl Starts {
    /// Refuses vectors that do not fit a tensor of this rank; gives the extents of all other axes.
    pub fn check(&self, io: &Operands<'_>, rank: usize) -> Result<Vec<usize>, OpError> {
        io.expect_dtype(self.slot, &[DType::Int32, DType::Int64])?;
        let mut dims = io.dims(self.slot)?;
        // The kernel reads a missing axis beyond the shape.
        if self.vector_axis >= dims.len() {
            let expected = format!("an axis of rank {}", dims.len());
            return Err(OpError::option(
                "index_vector_dim",
                expected,
                self.vector_axis,
            ));
        }
        if dims.remove(self.vector_axis) != self.axes.len()
            || self.axes.iter().any(|&axis| axis >= rank)
        {
            return Err(OpError::option(
                "index map",
                format!("as many axes of rank {rank} as a vector has elements"),
                format!("{:?}", self.axes),
            ));
        }
        Ok(dims)
    }

    /// The vectors as rows of a matrix of INT64.
    pub fn lower(&self, cx: &mut LowerCx<'_>) -> Result<Wire, OpError> {
        let rank = cx.io().rank(self.slot)?;
        let mut perm: Vec<usize> = (0..rank).filter(|&axis| axis != self.vector_axis).collect();
        perm.push(self.vector_axis);
        let indices = cx.permuted(self.slot, &perm)?;
        let indices = cx.cast(&indices, DType::Int64)?;
        let width = self.axes.len();
        let rows = indices.shape.count().unwrap_or(0) / width.max(1);
        cx.reshape_to(&indices, &[rows, width])
    }

    /// Where each row starts, as a column: its elements, each times the step of its axis, added up.
    pub fn flat(
        &self,
        cx: &mut LowerCx<'_>,
        rows: &Wire,
        steps: &[usize],
    ) -> Result<Wire, OpError> {
        let steps: Vec<usize> = self.axes.iter().map(|&axis| steps[axis]).collect();
        let steps = cx.extents(&steps);
        let scaled = cx.binary("Mul", rows, &steps)?;
        Ok(cx.reduce("ReduceSum", &scaled, &[1], true))
    }
}
