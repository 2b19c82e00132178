//! One operator's entry in the file.

use super::Flex;
use super::schema::{self, BuiltinOperator};
use crate::error::OpError;
use crate::ir::{GraphId, Value};

/// What the file says of one operator besides its tensors.
#[derive(Debug)]
pub struct RawOp<'a> {
    pub(crate) operator: schema::Operator<'a>,
    pub(crate) version: i32,
    pub(crate) custom: &'a [u8],
    pub(crate) graphs: usize,
    pub(crate) file: schema::Model<'a>,
    /// Tensors that the file names for their types and parameters alone; nothing reads or writes them.
    pub(crate) intermediates: Vec<Option<Value>>,
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
    pub(crate) fn subgraph(&self, index: i32) -> Result<GraphId, OpError> {
        usize::try_from(index)
            .ok()
            .filter(|&index| index < self.graphs)
            .map(GraphId)
            .ok_or_else(|| OpError::option("subgraph", format!("below {}", self.graphs), index))
    }

    /// A subgraph that the options name, for operators that read a meaning from it rather than run it.
    pub(crate) fn body(&self, index: i32) -> Result<schema::SubGraph<'a>, OpError> {
        let GraphId(index) = self.subgraph(index)?;
        let subgraphs = self.file.subgraphs().filter(|list| index < list.len());
        let found = subgraphs.map(|list| list.get(index));
        found.ok_or_else(|| OpError::option("subgraph", format!("below {}", self.graphs), index))
    }

    /// The operators of such a subgraph, by code.
    pub(crate) fn subgraph_codes(&self, index: i32) -> Result<Vec<BuiltinOperator>, OpError> {
        let codes = self.file.operator_codes();
        let operators = self.body(index)?.operators().into_iter().flatten();
        let code = |operator: schema::Operator<'_>| {
            let index = operator.opcode_index() as usize;
            let code = codes.filter(|list| index < list.len())?.get(index);
            Some(builtin_code(&code))
        };
        let found: Option<Vec<_>> = operators.map(code).collect();
        found.ok_or_else(|| OpError::inconsistent("its subgraph has an unknown operator code"))
    }
}

/// Codes above 126 are only in the wider field; old files have only the narrow one.
pub(super) fn builtin_code(code: &schema::OperatorCode<'_>) -> BuiltinOperator {
    let narrow = i32::from(code.deprecated_builtin_code());
    BuiltinOperator(code.builtin_code().0.max(narrow))
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
