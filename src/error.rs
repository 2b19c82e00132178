//! One error type outside, located where it happened; a bare one inside.
//!
//! Operator code returns [`OpError`]: what is wrong, with no idea where. The drivers that call operators
//! (`lift`, `check`, `lower`, `reference`) turn it into an [`Error`] by attaching a [`Site`]. Nothing else
//! builds sites, so every message reads the same way:
//!
//! ```text
//! CONV_2D at main[17], operand 1 "block3/kernel": expected rank 4, found [32, 9]
//! ```

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

/// What went wrong with a conversion, and where.
///
/// An error may stand for several findings: [`Error::all`] walks them, and `Display` prints one a line.
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    site: Option<Site>,
    what: Cow<'static, str>,
    advice: Option<Cow<'static, str>>,
    more: Vec<Error>,
}

/// The sort of fault, for callers that act on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The input is not a TFLite model, or breaks the format's rules.
    Malformed,
    /// The input means something that this converter does not express.
    Unsupported,
    /// Parts of the input contradict each other: shapes, types, counts.
    Inconsistent,
    /// The input or the result is beyond a stated limit.
    TooLarge,
    /// The result could not be executed, so it is not known to be right.
    Unverified,
    /// The result was executed and its outputs differ from the source's.
    Mismatch,
    /// Reading or writing failed.
    Io,
}

/// Where in the TFLite model an error lies.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Site {
    /// Path of subgraph names, outermost first, such as `main` or `main/while_body`.
    pub subgraph: Arc<str>,
    /// Index of the operator in its subgraph.
    pub op: Option<usize>,
    /// TFLite's name of the operator (`CONV_2D`), or the custom operator's own.
    pub code: Option<Arc<str>>,
    /// The operand or result at fault.
    pub place: Option<Place>,
    /// Name of the tensor at fault.
    pub tensor: Option<Arc<str>>,
}

/// A position in an operator's signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The n-th input tensor of the operator.
    Operand(usize),
    /// The n-th output tensor of the operator.
    Result(usize),
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, what: impl Into<Cow<'static, str>>) -> Self {
        Error(Box::new(Inner {
            kind,
            site: None,
            what: what.into(),
            advice: None,
            more: Vec::new(),
        }))
    }

    pub(crate) fn malformed(what: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Malformed, what)
    }

    pub(crate) fn at(mut self, site: Site) -> Self {
        self.0.site = Some(site);
        self
    }

    pub(crate) fn advice(mut self, advice: impl Into<Cow<'static, str>>) -> Self {
        self.0.advice = Some(advice.into());
        self
    }

    /// One error out of several findings; `None` when there are none.
    pub(crate) fn gather(findings: Vec<Error>) -> Option<Self> {
        let mut findings = findings.into_iter();
        let mut first = findings.next()?;
        first.0.more.extend(findings);
        Some(first)
    }

    /// The sort of fault (of the first finding).
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Where the fault lies (of the first finding), where it lies in one place.
    pub fn site(&self) -> Option<&Site> {
        self.0.site.as_ref()
    }

    /// This finding alone, without its place.
    pub fn message(&self) -> &str {
        &self.0.what
    }

    /// What may be done about this finding.
    pub fn remedy(&self) -> Option<&str> {
        self.0.advice.as_deref()
    }

    /// Every finding, in the order of the model.
    pub fn all(&self) -> impl Iterator<Item = &Error> {
        std::iter::once(self).chain(self.0.more.iter())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(site) = &self.0.site {
            write!(f, "{site}: ")?;
        }
        f.write_str(&self.0.what)?;
        if let Some(advice) = &self.0.advice {
            write!(f, " ({advice})")?;
        }
        for other in &self.0.more {
            write!(f, "\n{other}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {self}", self.0.kind)
    }
}

impl std::error::Error for Error {}

impl fmt::Display for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(code) = &self.code {
            write!(f, "{code} at ")?;
        }
        f.write_str(&self.subgraph)?;
        if let Some(op) = self.op {
            write!(f, "[{op}]")?;
        }
        match self.place {
            Some(Place::Operand(slot)) => write!(f, ", operand {slot}")?,
            Some(Place::Result(slot)) => write!(f, ", result {slot}")?,
            None => {}
        }
        match (&self.tensor, self.place) {
            (Some(name), Some(_)) => write!(f, " {name:?}"),
            (Some(name), None) => write!(f, ", tensor {name:?}"),
            (None, _) => Ok(()),
        }
    }
}

/// What is wrong with an operator, without its location.
#[derive(Debug)]
pub struct OpError {
    pub(crate) kind: OpErrorKind,
    pub(crate) what: Cow<'static, str>,
    pub(crate) place: Option<Place>,
    pub(crate) advice: Option<Cow<'static, str>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OpErrorKind {
    Plain(ErrorKind),
    /// Not a fault yet: the lowering starts again at this opset unless the user fixed a lower one.
    NeedsOpset(i64),
}

impl OpError {
    fn plain(kind: ErrorKind, what: impl Into<Cow<'static, str>>, place: Option<Place>) -> Self {
        OpError {
            kind: OpErrorKind::Plain(kind),
            what: what.into(),
            place,
            advice: None,
        }
    }

    /// The operator means something that cannot be expressed.
    pub fn unsupported(what: impl Into<Cow<'static, str>>) -> Self {
        Self::plain(ErrorKind::Unsupported, what, None)
    }

    /// The operator contradicts itself or its tensors.
    pub fn inconsistent(what: impl Into<Cow<'static, str>>) -> Self {
        Self::plain(ErrorKind::Inconsistent, what, None)
    }

    /// What the operator would need is beyond a stated limit.
    pub fn too_large(what: impl Into<Cow<'static, str>>) -> Self {
        Self::plain(ErrorKind::TooLarge, what, None)
    }

    /// An operand is not what the operator takes.
    pub fn operand(slot: usize, expected: impl fmt::Display, found: impl fmt::Display) -> Self {
        Self::plain(
            ErrorKind::Inconsistent,
            format!("expected {expected}, found {found}"),
            Some(Place::Operand(slot)),
        )
    }

    /// A result is not what the operator gives.
    pub fn result(slot: usize, expected: impl fmt::Display, found: impl fmt::Display) -> Self {
        Self::plain(
            ErrorKind::Inconsistent,
            format!("expected {expected}, found {found}"),
            Some(Place::Result(slot)),
        )
    }

    /// An operand is of a sort that TFLite allows and this converter does not express.
    pub fn unsupported_operand(slot: usize, what: impl Into<Cow<'static, str>>) -> Self {
        Self::plain(ErrorKind::Unsupported, what, Some(Place::Operand(slot)))
    }

    /// An option has a value outside the operator's meaning.
    pub fn option(name: &str, expected: impl fmt::Display, found: impl fmt::Display) -> Self {
        Self::plain(
            ErrorKind::Inconsistent,
            format!("option {name}: expected {expected}, found {found}"),
            None,
        )
    }

    /// What the user may do about it.
    pub fn advice(mut self, advice: impl Into<Cow<'static, str>>) -> Self {
        self.advice = Some(advice.into());
        self
    }

    pub(crate) fn needs_opset(opset: i64) -> Self {
        OpError {
            kind: OpErrorKind::NeedsOpset(opset),
            what: format!("needs ONNX opset {opset}").into(),
            place: None,
            advice: None,
        }
    }

    /// The located error; `site` knows the operator, this knows the operand.
    pub(crate) fn at(
        self,
        mut site: Site,
        tensor: impl FnOnce(Place) -> Option<Arc<str>>,
    ) -> Error {
        let kind = match self.kind {
            OpErrorKind::Plain(kind) => kind,
            OpErrorKind::NeedsOpset(_) => ErrorKind::Unsupported,
        };
        site.tensor = self.place.and_then(tensor);
        site.place = self.place;
        let error = Error::new(kind, self.what).at(site);
        match self.advice {
            Some(advice) => error.advice(advice),
            None => error,
        }
    }
}

/// A list in a message: its first numbers, since a file of 500 bytes can declare millions.
pub(crate) struct Listed<'a, T>(pub &'a [T]);

impl<T: fmt::Display> fmt::Display for Listed<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 16;
        f.write_str("[")?;
        for (index, item) in self.0.iter().take(SHOWN).enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            write!(f, "{comma}{item}")?;
        }
        match self.0.len() {
            0..=SHOWN => f.write_str("]"),
            len => write!(f, ", …] ({len} numbers)"),
        }
    }
}

impl fmt::Display for OpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for OpError {}
