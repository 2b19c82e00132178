//! Recurrent networks.

mod bidirectional_lstm;
mod lstm;
mod lstm_basic;
mod lstm_cell;
mod lstm_integer;
mod lstm_integer_steps;
mod lstm_node;
mod lstm_parts;
#[cfg(feature = "validate")]
mod lstm_reference;
mod lstm_steps;
mod rnn;
mod rnn_layer;
mod sequence_lstm;
mod svdf;

use crate::op::OpDef;

pub(super) static DEFS: &[&[OpDef]] = &[
    bidirectional_lstm::DEFS,
    lstm::DEFS,
    rnn::DEFS,
    sequence_lstm::DEFS,
    svdf::DEFS,
];
