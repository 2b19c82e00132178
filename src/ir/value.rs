//! A TFLite tensor as the graph sees it.

use std::fmt;
use std::sync::Arc;

use super::{DType, Data, Quant, Shape, Symbol};

/// A TFLite tensor in a graph: fed, computed, or constant.
#[derive(Clone, Debug)]
pub struct Value {
    /// The file's name for it, unique within its subgraph.
    pub name: Arc<str>,
    /// Element type of what the value means: FLOAT32 for quantised integers.
    pub dtype: DType,
    /// Element type of what is stored.
    pub stored: DType,
    /// Element type in the file of integers that were unpacked into `stored`.
    pub packed: Option<DType>,
    /// Is it INT8 in the file, and UINT8 here, every code and the zero point 128 higher?
    pub raised: bool,
    /// Shape in the file's axis order.
    pub shape: Shape,
    /// Is it of complex numbers? ONNX runtimes have no kernels for them, so each is a pair of real numbers
    /// along an extra last axis, here as in the ONNX file: `dtype` and `shape` are those of the pairs.
    pub complex: bool,
    /// Quantisation parameters, where the file gives any.
    pub quant: Option<Quant>,
    /// Parameters that the file gives to integers which are not quantised, as computed INT32: they are numbers for
    /// all operators but QUANTIZE, which brings them to another scale.
    pub grid: Option<Quant>,
    /// Where its elements come from.
    pub content: Content,
    /// The elements of a computed vector of integers, as far as they are known before the model runs.
    pub terms: Option<Arc<[Term]>>,
}

/// An element of shape arithmetic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Term {
    /// Known now.
    Number(i64),
    /// An extent of some value, known when the model runs.
    Extent(Symbol),
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Term::Number(n) => write!(f, "{n}"),
            Term::Extent(symbol) => f.write_str(symbol.name()),
        }
    }
}

/// Where the elements of a value come from.
#[derive(Clone, Debug)]
pub enum Content {
    /// A graph input, or the result of an operator.
    Computed,
    /// Elements in the file's axis order, little-endian, as TFLite stores them; still in the source
    /// for as long as nothing rewrites them.
    Constant(Data),
}

impl Value {
    /// The elements, where they are constant.
    pub fn constant(&self) -> Option<&Data> {
        match &self.content {
            Content::Constant(data) => Some(data),
            Content::Computed => None,
        }
    }

    /// Does it mean real numbers, and is it stored as integers?
    pub fn is_quantized(&self) -> bool {
        self.dtype != self.stored
    }

    /// The scale and zero point, where there is one for all elements.
    pub fn parameters(&self) -> Option<(f32, i64)> {
        self.quant.as_ref()?.parameters()
    }

    /// Element type that LiteRT's kernels see.
    pub fn in_file(&self) -> DType {
        match self.raised {
            true => DType::Int8,
            false => self.stored,
        }
    }

    /// What is stored for a code that is 0 in the file.
    pub fn code_zero(&self) -> i64 {
        if self.raised { 128 } else { 0 }
    }

    /// The same value with its zero point where the file's code 0 is.
    pub(crate) fn centred(&self) -> Self {
        let mut value = self.clone();
        if let Some(quant) = &mut value.quant {
            quant.zero_point = vec![self.code_zero(); quant.zero_point.len()].into();
        }
        value
    }

    /// The same value, its integers multiples of another scale.
    pub(crate) fn at_scale(&self, scale: f32) -> Self {
        let mut value = self.clone();
        if let Some(quant) = &mut value.quant {
            quant.scale = vec![scale; quant.scale.len()].into();
        }
        value
    }

    /// What is stored, where it is constant.
    pub fn literal(&self) -> Option<Literal> {
        Some(Literal {
            dtype: self.stored,
            shape: self.shape.fixed()?,
            data: self.constant()?.clone(),
        })
    }
}

/// Constant elements with their type and shape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Literal {
    /// Element type.
    pub dtype: DType,
    /// Shape.
    pub shape: Vec<usize>,
    /// Elements, outermost axis first, little-endian.
    pub data: Data,
}

impl Literal {
    /// A literal of INT32 or INT64 elements; `None` when an element does not fit or the type is neither.
    pub fn from_ints(dtype: DType, shape: Vec<usize>, ints: &[i64]) -> Option<Self> {
        let data: Data = match dtype {
            DType::Int64 => ints.iter().flat_map(|n| n.to_le_bytes()).collect(),
            DType::Int32 => {
                let narrow: Result<Vec<i32>, _> = ints.iter().map(|&n| i32::try_from(n)).collect();
                narrow.ok()?.iter().flat_map(|n| n.to_le_bytes()).collect()
            }
            _ => return None,
        };
        Some(Literal { dtype, shape, data })
    }

    /// A FLOAT32 literal.
    pub fn from_floats(shape: Vec<usize>, floats: &[f32]) -> Self {
        Literal {
            dtype: DType::Float32,
            shape,
            data: floats.iter().flat_map(|x| x.to_le_bytes()).collect(),
        }
    }

    /// The elements of an INT32 or INT64 literal.
    pub fn ints(&self) -> Option<Vec<i64>> {
        ints(self.dtype, &self.data)
    }

    /// The elements of a FLOAT32 literal.
    pub fn floats(&self) -> Option<Vec<f32>> {
        if self.dtype != DType::Float32 {
            return None;
        }
        let (words, _) = self.data.as_chunks::<4>();
        Some(words.iter().map(|w| f32::from_le_bytes(*w)).collect())
    }
}

/// Reads little-endian INT32 or INT64 elements.
pub(crate) fn ints(dtype: DType, data: &[u8]) -> Option<Vec<i64>> {
    match dtype {
        DType::Int32 => {
            let (words, _) = data.as_chunks::<4>();
            Some(
                words
                    .iter()
                    .map(|w| i32::from_le_bytes(*w).into())
                    .collect(),
            )
        }
        DType::Int64 => {
            let (words, _) = data.as_chunks::<8>();
            Some(words.iter().map(|w| i64::from_le_bytes(*w)).collect())
        }
        _ => None,
    }
}
