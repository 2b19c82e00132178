//! Shapes whose dimensions are numbers or names.

use std::fmt;
use std::sync::Arc;

/// A dimension that is known only when the model runs; ONNX's `dim_param`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Symbol(pub(crate) Arc<str>);

impl Symbol {
    /// A symbol of this name; equal names are equal dimensions.
    pub fn new(name: impl Into<Arc<str>>) -> Self {
        Symbol(name.into())
    }

    /// The name as ONNX shows it.
    pub fn name(&self) -> &str {
        &self.0
    }
}

/// One dimension of a shape.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Dim {
    /// Known at conversion.
    Fixed(usize),
    /// Known when the model runs.
    Symbol(Symbol),
}

impl Dim {
    /// The number, where it is one.
    pub fn fixed(&self) -> Option<usize> {
        match self {
            Dim::Fixed(n) => Some(*n),
            Dim::Symbol(_) => None,
        }
    }

    /// Is it the number 1?
    pub fn is_one(&self) -> bool {
        *self == Dim::Fixed(1)
    }
}

impl From<usize> for Dim {
    fn from(n: usize) -> Self {
        Dim::Fixed(n)
    }
}

impl fmt::Display for Dim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Dim::Fixed(n) => write!(f, "{n}"),
            Dim::Symbol(s) => f.write_str(&s.0),
        }
    }
}

/// The dimensions of a value, outermost first. A scalar has none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Shape(Vec<Dim>);

impl Shape {
    /// A shape of these dimensions.
    pub fn new(dims: impl IntoIterator<Item = impl Into<Dim>>) -> Self {
        Shape(dims.into_iter().map(Into::into).collect())
    }

    /// The scalar's shape.
    pub fn scalar() -> Self {
        Shape(Vec::new())
    }

    /// Number of dimensions.
    pub fn rank(&self) -> usize {
        self.0.len()
    }

    /// The dimensions, outermost first.
    pub fn dims(&self) -> &[Dim] {
        &self.0
    }

    /// The dimensions as numbers, where all are.
    pub fn fixed(&self) -> Option<Vec<usize>> {
        self.0.iter().map(Dim::fixed).collect()
    }

    /// Number of elements, where it is known and fits.
    pub fn count(&self) -> Option<usize> {
        self.0
            .iter()
            .try_fold(1usize, |n, dim| n.checked_mul(dim.fixed()?))
    }

    /// How many dimensions are something other than the number 1.
    pub fn extents(&self) -> usize {
        self.0.iter().filter(|dim| !dim.is_one()).count()
    }
}

impl FromIterator<Dim> for Shape {
    fn from_iter<I: IntoIterator<Item = Dim>>(dims: I) -> Self {
        Shape(dims.into_iter().collect())
    }
}

impl std::ops::Index<usize> for Shape {
    type Output = Dim;
    fn index(&self, axis: usize) -> &Dim {
        &self.0[axis]
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[")?;
        for (i, dim) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str(", ")?;
            }
            write!(f, "{dim}")?;
        }
        f.write_str("]")
    }
}
