//! Recurrent networks.

mod lstm_node;
mod lstm_parts;
#[cfg(feature = "validate")]
mod lstm_reference;
mod lstm_steps;
mod sequence_lstm;

use crate::op::OpDef;

pub(super) static DEFS: &[&[OpDef]] = &[sequence_lstm::DEFS];
