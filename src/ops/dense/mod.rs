//! Matrix products, and the look-up that a product with one-hot rows would be.

mod batch_matmul;
mod embedding_lookup;
mod fully_connected;

use crate::op::OpDef;

pub(super) static DEFS: &[&[OpDef]] = &[
    batch_matmul::DEFS,
    embedding_lookup::DEFS,
    fully_connected::DEFS,
];
