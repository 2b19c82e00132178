//! Slicing, gathering, scattering, sorting.

mod dynamic_update_slice;
mod gather;
mod gather_nd;
mod matrix_diag;
mod one_hot;
mod reverse_sequence;
mod scatter_nd;
mod sparse_to_dense;
mod top_k;
mod unique;
mod where_true;

use crate::op::OpDef;

pub(super) static DEFS: &[&[OpDef]] = &[
    dynamic_update_slice::DEFS,
    gather::DEFS,
    gather_nd::DEFS,
    matrix_diag::DEFS,
    one_hot::DEFS,
    reverse_sequence::DEFS,
    scatter_nd::DEFS,
    sparse_to_dense::DEFS,
    top_k::DEFS,
    unique::DEFS,
    where_true::DEFS,
];
