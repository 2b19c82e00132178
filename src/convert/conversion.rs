//! A conversion in memory.

use super::Trace;
use crate::report::Report;

/// A converted model in memory.
#[derive(Clone, Debug)]
pub struct Conversion {
    pub(super) bytes: Vec<u8>,
    pub(super) report: Report,
    #[cfg_attr(
        not(feature = "validate"),
        allow(dead_code, reason = "read by validation")
    )]
    pub(crate) trace: Trace,
}

impl Conversion {
    /// The ONNX file.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The ONNX file.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// What was converted into what.
    pub fn report(&self) -> &Report {
        &self.report
    }
}
