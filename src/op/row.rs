//! The static row of an operator: its code, what a file may say of it, and how to make it.

use std::borrow::Cow;
use std::fmt::{self, Debug};
use std::ops::RangeInclusive;
use std::sync::Arc;

use super::Operator;
use crate::error::OpError;
use crate::tflite::RawOp;
use crate::tflite::schema::BuiltinOperator;

/// A TFLite operator's row: its code, what the file may say of it, and how to make it.
#[derive(Clone)]
pub struct OpDef {
    pub(crate) code: Code,
    pub(crate) versions: RangeInclusive<i32>,
    pub(crate) operands: RangeInclusive<usize>,
    pub(crate) results: RangeInclusive<usize>,
    pub(crate) emits: &'static [&'static str],
    pub(crate) note: &'static str,
    pub(crate) kernel: Option<Kernel>,
    pub(crate) hands_on: bool,
    pub(crate) parse: Parse,
}

/// An operand of weights whose axes TFLite and PyTorch order differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kernel {
    /// The operand.
    pub(crate) slot: usize,
    /// A letter for each axis in the file's order: O(ut), I(n), C(hannels, each by itself), D, H, W.
    pub file: &'static str,
    /// The same in PyTorch's order, which is ONNX's.
    pub torch: &'static str,
    /// The file's axes in PyTorch's order.
    pub axes: &'static [usize],
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Code {
    Builtin(BuiltinOperator),
    Custom(Cow<'static, str>),
}

#[derive(Clone)]
pub(crate) enum Parse {
    Static(fn(&RawOp<'_>) -> Result<Box<dyn Operator>, OpError>),
    Custom(Arc<ParseFn>),
}

type ParseFn = dyn Fn(&RawOp<'_>) -> Result<Box<dyn Operator>, OpError> + Send + Sync;

impl OpDef {
    /// A builtin operator. Without further words: version 1, one operand, one result.
    pub(crate) const fn new(
        code: BuiltinOperator,
        parse: fn(&RawOp<'_>) -> Result<Box<dyn Operator>, OpError>,
    ) -> Self {
        Self::plain(Code::Builtin(code), parse)
    }

    /// A custom operator of this crate's own. Without further words: version 1, one operand, one result.
    pub(crate) const fn named(
        name: &'static str,
        parse: fn(&RawOp<'_>) -> Result<Box<dyn Operator>, OpError>,
    ) -> Self {
        Self::plain(Code::Custom(Cow::Borrowed(name)), parse)
    }

    const fn plain(
        code: Code,
        parse: fn(&RawOp<'_>) -> Result<Box<dyn Operator>, OpError>,
    ) -> Self {
        OpDef {
            code,
            versions: 1..=1,
            operands: 1..=1,
            results: 1..=1,
            emits: &[],
            note: "",
            kernel: None,
            hands_on: false,
            parse: Parse::Static(parse),
        }
    }

    pub(crate) fn custom(
        name: &str,
        parse: impl Fn(&RawOp<'_>) -> Result<Box<dyn Operator>, OpError> + Send + Sync + 'static,
    ) -> Self {
        OpDef {
            code: Code::Custom(Cow::Owned(name.to_owned())),
            versions: 0..=i32::MAX,
            operands: 0..=MANY,
            results: 0..=MANY,
            emits: &[],
            note: "",
            kernel: None,
            hands_on: false,
            parse: Parse::Custom(Arc::new(parse)),
        }
    }

    /// The versions whose meaning is known; LiteRT's register.cc has the same upper bounds.
    pub(crate) const fn versions(mut self, versions: RangeInclusive<i32>) -> Self {
        self.versions = versions;
        self
    }

    /// How many operands and results there may be, omitted ones counted.
    pub(crate) const fn arity(
        mut self,
        operands: RangeInclusive<usize>,
        results: RangeInclusive<usize>,
    ) -> Self {
        self.operands = operands;
        self.results = results;
        self
    }

    /// The ONNX operators that express it, for the documentation.
    pub(crate) const fn emits(mut self, emits: &'static [&'static str]) -> Self {
        self.emits = emits;
        self
    }

    /// What the documentation's table says of its limits.
    pub(crate) const fn note(mut self, note: &'static str) -> Self {
        self.note = note;
        self
    }

    /// The operand that holds its weights, and how PyTorch orders their axes.
    pub(crate) const fn kernel(
        mut self,
        slot: usize,
        file: &'static str,
        torch: &'static str,
        axes: &'static [usize],
    ) -> Self {
        self.kernel = Some(Kernel {
            slot,
            file,
            torch,
            axes,
        });
        self
    }

    /// Its result is its first operand in another element type or encoding: what is said of the one holds of
    /// the other.
    pub(crate) const fn hands_on(mut self) -> Self {
        self.hands_on = true;
        self
    }

    /// TFLite's name of the operator.
    pub fn name(&self) -> Cow<'_, str> {
        match &self.code {
            Code::Builtin(code) => match code.variant_name() {
                Some(name) => Cow::Borrowed(name),
                None => Cow::Owned(format!("builtin operator {}", code.0)),
            },
            Code::Custom(name) => Cow::Borrowed(&**name),
        }
    }

    /// Its number in the TFLite schema; a custom operator has none.
    pub fn code(&self) -> Option<i32> {
        match &self.code {
            Code::Builtin(code) => Some(code.0),
            Code::Custom(_) => None,
        }
    }

    /// The versions of it that are known.
    pub fn known_versions(&self) -> &RangeInclusive<i32> {
        &self.versions
    }

    /// The ONNX operators that express it.
    pub fn onnx(&self) -> &'static [&'static str] {
        self.emits
    }

    /// What it is limited to, where it is.
    pub fn limits(&self) -> &'static str {
        self.note
    }

    pub(crate) fn make(&self, raw: &RawOp<'_>) -> Result<Box<dyn Operator>, OpError> {
        match &self.parse {
            Parse::Static(parse) => parse(raw),
            Parse::Custom(parse) => parse(raw),
        }
    }
}

/// An arity without a bound; the file's own size bounds it.
pub(crate) const MANY: usize = u16::MAX as usize;

impl Debug for OpDef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OpDef({})", self.name())
    }
}
