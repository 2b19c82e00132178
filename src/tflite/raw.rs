//! One operator's entry in the file.

use super::{Flex, schema};
use crate::error::OpError;
use crate::ir::GraphId;

/// What the file says of one operator besides its tensors.
#[derive(Debug)]
pub struct RawOp<'a> {
    pub(crate) operator: schema::Operator<'a>,
    pub(crate) version: i32,
    pub(crate) custom: &'a [u8],
    pub(crate) graphs: usize,
}

impl<'a> RawOp<'a> {
    /// The operator's version.
    pub fn version(&self) -> i32 {
        self.version
    }

    /// The bytes of a custom operator's options; their format is the operator's own affair.
    pub fn custom_options(&self) -> &'a [u8] {
        self.custom
    }

    /// A custom operator's options, where they are a FlexBuffer, as most operators have them.
    ///
    /// # Errors
    /// When they are none.
    pub fn flex(&self) -> Result<Flex<'a>, OpError> {
        Flex::root(self.custom)
    }

    /// A subgraph that the options name.
    #[allow(dead_code)] // For operators that run subgraphs.
    pub(crate) fn subgraph(&self, index: i32) -> Result<GraphId, OpError> {
        usize::try_from(index)
            .ok()
            .filter(|&index| index < self.graphs)
            .map(GraphId)
            .ok_or_else(|| OpError::option("subgraph", format!("below {}", self.graphs), index))
    }
}

/// Reads an operator's builtin options as the named table, all defaults where the file has none: LiteRT
/// starts from zeroed parameters too (`core/api/flatbuffer_conversions.cc`).
macro_rules! options {
    ($raw:expr, $as:ident) => {
        $raw.operator
            .$as()
            .map(|options| options.unpack())
            .unwrap_or_default()
    };
}
pub(crate) use options;
