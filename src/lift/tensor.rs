//! One tensor of the file: its element type, shape and quantisation checked, its constant elements decoded.

use std::sync::Arc;

use super::room::Room;
use crate::error::{Error, ErrorKind};
use crate::ir::{Content, DType, Data, Quant, Shape, Value};
use crate::names::Names;
use crate::source::Source;
use crate::tflite::{self, schema};

/// Reads the tensors of a file.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'a> {
    pub source: &'a Source,
    pub file: schema::Model<'a>,
    pub room: &'a Room,
}

impl<'a> Reader<'a> {
    /// What the file says of a tensor of a subgraph, under this name. Everything that is wrong with it goes to `fault`.
    pub fn value(
        &self,
        subgraph: &schema::SubGraph<'a>,
        index: usize,
        tensor: &schema::Tensor<'a>,
        name: Arc<str>,
        fault: &mut dyn FnMut(Error),
    ) -> Value {
        let (dtype, shape, complex) = declared(index, tensor, fault);
        let content = match self.content(index, tensor, dtype, &shape) {
            Ok(content) => content,
            Err(error) => {
                fault(error);
                // A constant all the same: nobody is to look for what computes it.
                Content::Constant(Data::default())
            }
        };
        // Packed integers are unpacked once, here: few runtimes have them, and int8 holds them exactly.
        let unpacked = match (&content, shape.count()) {
            (Content::Constant(data), Some(count)) => tflite::packed::unpack(dtype, count, data),
            _ => None,
        };
        let (stored, packed, content) = match unpacked {
            Some(data) => (DType::Int8, Some(dtype), Content::Constant(data)),
            None => (dtype, None, content),
        };
        let mut value = Value {
            name,
            complex,
            dtype: stored,
            stored,
            raised: false,
            packed,
            quant: None,
            grid: None,
            shape,
            content,
            terms: None,
        };
        self.quantize(subgraph, index, tensor, &mut value, fault);
        value
    }

    /// Gives a tensor the quantisation parameters that the file has for it, and with them the type of what it means.
    fn quantize(
        &self,
        subgraph: &schema::SubGraph<'a>,
        index: usize,
        tensor: &schema::Tensor<'a>,
        value: &mut Value,
        fault: &mut dyn FnMut(Error),
    ) {
        let stored = value.stored;
        let params = tensor.quantization();
        let details = params.map(|params| params.details_type());
        let blocks = params.and_then(|params| params.details_as_blockwise_quantization());
        (value.quant, value.grid) = match (blocks, quant(tensor)) {
            (Some(blocks), _) if stored.is_integer() => {
                let found = self.blocks(subgraph, index, &value.shape, &blocks);
                (found.map_err(&mut *fault).ok(), None)
            }
            (_, Some(quant)) if quantizes(&quant, stored, &value.content) => (Some(quant), None),
            (_, grid) => (None, grid.filter(|_| stored.is_integer())),
        };
        if details == Some(schema::QuantizationDetails::MultiAxisQuantization) {
            let what = "quantisation along several axes is not supported";
            fault(Error::new(ErrorKind::Unsupported, what));
        }
        if value.quant.is_none() {
            return;
        }
        value.dtype = DType::Float32;
        if let Some(error) = misfit(index, tensor, stored) {
            fault(error);
        }
    }

    /// A tensor is constant when its buffer holds bytes.
    fn content(
        &self,
        index: usize,
        tensor: &schema::Tensor<'a>,
        dtype: DType,
        shape: &Shape,
    ) -> Result<Content, Error> {
        let Some(data) = self.stored(index, tensor)? else {
            return Ok(Content::Computed);
        };
        let expected = shape.count().and_then(|count| dtype.bytes_of(count));
        if let Some(sparsity) = tensor.sparsity() {
            self.room.take(index, expected.unwrap_or(usize::MAX))?;
            return dense(&sparsity, index, dtype, shape, &data).map(Content::Constant);
        }
        if expected.is_some_and(|expected| expected != data.len()) {
            return Err(Error::new(
                ErrorKind::Inconsistent,
                format!(
                    "tensor {index} of type {dtype} and shape {shape} takes {} bytes, and its buffer {} has {}",
                    expected.unwrap_or_default(),
                    tensor.buffer(),
                    data.len()
                ),
            ));
        }
        if tflite::packed::is_packed(dtype) {
            self.room.take(index, shape.count().unwrap_or(usize::MAX))?;
        }
        Ok(Content::Constant(data))
    }

    /// The bytes of a constant tensor as they lie in the file; `None` of tensors that are fed or computed.
    ///
    /// # Errors
    /// When its buffer is not in the file.
    pub fn stored(&self, index: usize, tensor: &schema::Tensor<'a>) -> Result<Option<Data>, Error> {
        let buffer = tensor.buffer() as usize;
        let buffers = self.file.buffers();
        let count = buffers.map_or(0, |list| list.len());
        // Buffer 0 is the empty one, and may be left out of a file without constants.
        if buffer == 0 {
            return Ok(None);
        }
        let Some(entry) = buffers
            .filter(|_| buffer < count)
            .map(|list| list.get(buffer))
        else {
            return Err(Error::malformed(format!(
                "tensor {index} is in buffer {buffer}, and there are {count} buffers"
            )));
        };
        let filled = entry.data().is_some_and(|data| !data.is_empty()) || entry.offset() > 1;
        if tensor.is_variable() && filled {
            return Err(Error::malformed(format!(
                "tensor {index} is a variable, which is zero at first, and buffer {buffer} gives it a content"
            )));
        }
        match entry.data() {
            Some(data) if !data.is_empty() => Ok(Some(self.source.resolve(data.bytes()))),
            _ if entry.offset() > 1 => self.outside(buffer, entry).map(Some),
            _ => Ok(None),
        }
    }

    /// A buffer behind the flatbuffer, as files above 2 GB have them.
    fn outside(&self, buffer: usize, entry: schema::Buffer<'a>) -> Result<Data, Error> {
        let found = self.source.slice(entry.offset(), entry.size_());
        found.ok_or_else(|| {
            Error::malformed(format!(
                "buffer {buffer} lies at bytes {} + {}, and the file has {} bytes",
                entry.offset(),
                entry.size_(),
                self.source.len()
            ))
        })
    }
}

/// The element type and shape that the file declares. The last is true of complex numbers, whose two parts are a
/// further axis here.
fn declared(
    index: usize,
    tensor: &schema::Tensor<'_>,
    fault: &mut dyn FnMut(Error),
) -> (DType, Shape, bool) {
    let dtype = tflite::dtype(tensor.type_()).unwrap_or_else(|| {
        fault(Error::malformed(format!(
            "tensor {index} has the unknown element type {}",
            tensor.type_().0
        )));
        DType::Float32
    });
    let mut dims = Vec::new();
    for dim in tensor.shape().into_iter().flatten() {
        match usize::try_from(dim) {
            Ok(dim) => dims.push(dim),
            Err(_) => fault(Error::malformed(format!(
                "tensor {index} has the negative dimension {dim}"
            ))),
        }
    }
    let parts = dtype.parts();
    dims.extend(parts.map(|_| 2));
    let shape = Shape::new(dims);
    if shape.count().and_then(|n| n.checked_mul(16)).is_none() {
        fault(Error::new(
            ErrorKind::TooLarge,
            format!("tensor {index} of shape {shape} has more elements than memory can address"),
        ));
    }
    (parts.unwrap_or(dtype), shape, parts.is_some())
}

/// A sparse constant, written out.
fn dense(
    sparsity: &schema::SparsityParameters<'_>,
    index: usize,
    dtype: DType,
    shape: &Shape,
    data: &[u8],
) -> Result<Data, Error> {
    let width = dtype.bits().filter(|bits| bits % 8 == 0);
    let width = width.map(|bits| bits / 8).ok_or_else(|| {
        let what = format!("tensor {index} has sparse constants of type {dtype}");
        Error::new(ErrorKind::Unsupported, what)
    })?;
    let shape = shape.fixed().unwrap_or_default();
    tflite::sparse::decode(sparsity, &shape, width, data).map(Data::from)
}

/// The file's name for a tensor, made unique.
pub(crate) fn unique(name: &str, index: usize, names: &mut Names) -> Arc<str> {
    match name {
        "" => names.claim(&format!("tensor_{index}")),
        name => names.claim(name),
    }
}

/// Do the parameters say that the stored integers mean real numbers? Files put parameters on floats and on
/// indices as well, where they mean nothing; of the wide integers only constants, biases, are quantised. Weights of
/// several scales have 0 for that of a channel of zeros, where a quantiser searched for it (AI Edge Quantizer's octav
/// and mse).
fn quantizes(quant: &Quant, dtype: DType, content: &Content) -> bool {
    let narrow = dtype.bits().is_some_and(|bits| bits <= 16);
    let constant = matches!(content, Content::Constant(_));
    let several = constant && quant.scale.len() > 1;
    let meaningful = quant
        .scale
        .iter()
        .all(|&scale| scale.is_finite() && (scale > 0.0 || several && scale == 0.0));
    meaningful && dtype.is_integer() && (narrow || constant)
}

/// What is wrong with a quantised tensor's zero points, of which the interpreter wants one, or one for each scale
/// (`ParseQuantization`, core/interpreter_builder.cc), and which the type must hold.
fn misfit(index: usize, tensor: &schema::Tensor<'_>, stored: DType) -> Option<Error> {
    let params = tensor.quantization()?;
    let scales = params.scale()?.len();
    let inconsistent = |what| Some(Error::new(ErrorKind::Inconsistent, what));
    let rank = tensor.shape().map_or(0, |shape| shape.len());
    if scales > 1 && rank > 0 {
        let axis = axis(tensor, rank);
        let extent = axis.and_then(|axis| tensor.shape().map(|shape| shape.get(axis)));
        if extent.and_then(|extent| usize::try_from(extent).ok()) != Some(scales) {
            let dimension = params.quantized_dimension();
            return inconsistent(format!(
                "tensor {index} of rank {rank} is quantised with {scales} scales along its dimension {dimension}"
            ));
        }
    }
    let zeros = params.zero_point()?;
    if zeros.len() > 1 && zeros.len() != scales {
        let found = zeros.len();
        return inconsistent(format!(
            "tensor {index} is quantised with {scales} scales and {found} zero points"
        ));
    }
    let (least, greatest) = crate::lower::limits(stored)?;
    let zero = zeros
        .iter()
        .find(|zero| !(least..=greatest).contains(zero))?;
    inconsistent(format!(
        "tensor {index} of type {stored} is quantised with zero point {zero}, which that type does not hold"
    ))
}

/// The axis of a tensor's scales. Old converters have that of the weights in biases, which have only one.
fn axis(tensor: &schema::Tensor<'_>, rank: usize) -> Option<usize> {
    let axis = usize::try_from(tensor.quantization()?.quantized_dimension()).ok();
    match rank {
        1 => Some(0),
        _ => axis.filter(|&axis| axis < rank),
    }
}

fn quant(tensor: &schema::Tensor<'_>) -> Option<Quant> {
    let params = tensor.quantization()?;
    let scale: Arc<[f32]> = params.scale()?.iter().collect();
    if scale.is_empty() {
        return None;
    }
    let zero_point: Vec<i64> = params.zero_point().into_iter().flatten().collect();
    let rank = tensor.shape().map_or(0, |shape| shape.len());
    let axis = axis(tensor, rank);
    Some(Quant {
        axis: axis.filter(|_| scale.len() > 1),
        zero_point: match zero_point.len() {
            n if n == scale.len() => zero_point.into(),
            _ => vec![zero_point.first().copied().unwrap_or(0); scale.len()].into(),
        },
        block: None,
        scale,
    })
}
