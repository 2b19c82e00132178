//! Slicing, gathering, scattering, sorting.

use crate::op::OpDef;

pub(super) static DEFS: &[&[OpDef]] = &[];
