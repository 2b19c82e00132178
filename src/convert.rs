//! The pipeline, written once, top to bottom.

mod conversion;
mod trace;
mod unwritten;

use std::ops::RangeInclusive;
use std::sync::Arc;

use bytes::Bytes;

use crate::error::{Error, ErrorKind};
use crate::ir::{Dim, Graph, Model, Shape, dot};
use crate::lift::Dims;
use crate::lower::{self, Kept, Options, Wishes};
use crate::metadata::{Description, Whole};
use crate::onnx::proto::ModelProto;
use crate::onnx::{self, MAX_OPSET, MIN_OPSET};
use crate::passes::stored::{self, Activations, Quantized, Weights};
use crate::registry::Registry;
use crate::report::{Clock, Counts, Port, Report};
use crate::resize::{Request, Resized};
use crate::signature::Entry;
use crate::source::Source;
use crate::state::{self, States};
use crate::work::Work;

pub use conversion::Conversion;
#[cfg(feature = "validate")]
pub(crate) use trace::Held;
pub(crate) use trace::Trace;
pub use unwritten::Unwritten;

/// Converts a TFLite model with default options.
///
/// # Errors
/// When the input is no TFLite model, or means something that ONNX or this converter does not express.
pub fn convert(tflite: &[u8]) -> Result<Vec<u8>, Error> {
    Ok(Converter::new().convert(tflite)?.into_bytes())
}

/// A conversion with options.
#[derive(Clone, Debug)]
#[must_use = "nothing is converted before `convert` or one of its kin is called"]
pub struct Converter {
    registry: Registry,
    channels_first: bool,
    opset: Option<i64>,
    metadata: bool,
    entry: Entry,
    quantized: Quantized,
    activations: Activations,
    weights: Weights,
    float_io: bool,
}

impl Default for Converter {
    fn default() -> Self {
        Converter {
            registry: Registry::default(),
            channels_first: false,
            opset: None,
            metadata: true,
            entry: Entry::default(),
            quantized: Quantized::default(),
            activations: Activations::default(),
            weights: Weights::default(),
            float_io: false,
        }
    }
}

impl Converter {
    /// The ONNX opsets that can be written.
    pub const OPSETS: RangeInclusive<i64> = MIN_OPSET..=MAX_OPSET;

    /// Default options: the builtin operators, the file's own signature, opset 15 or what is needed, the
    /// file's metadata.
    pub fn new() -> Self {
        Self::default()
    }

    /// The operators to know.
    pub fn registry(mut self, registry: Registry) -> Self {
        self.registry = registry;
        self
    }

    /// Declare every image-like graph input and output channels-first (NCHW) instead of as in the file.
    pub fn channels_first(mut self, yes: bool) -> Self {
        self.channels_first = yes;
        self
    }

    /// Write this ONNX opset, one of [`Converter::OPSETS`], or refuse.
    pub fn opset(mut self, opset: i64) -> Self {
        self.opset = Some(opset);
        self
    }

    /// Carry the file's description, versions and signature keys over, as ONNX metadata under `tflite.…`.
    pub fn metadata(mut self, yes: bool) -> Self {
        self.metadata = yes;
        self
    }

    /// Convert the subgraph that this signature enters, instead of the first one; [`signatures`](crate::signatures)
    /// lists those of a file.
    pub fn signature(mut self, key: impl Into<String>) -> Self {
        self.entry.signature = Some(key.into());
        self
    }

    /// Call inputs and outputs as the signature does, which is the chosen one or else the first that enters the
    /// first subgraph, instead of by the tensors' names. Their order stays that of the subgraph.
    pub fn signature_names(mut self, yes: bool) -> Self {
        self.entry.names = yes;
        self
    }

    /// Cut the model: take these tensors for the inputs, in this order. Each is a tensor's name, or `#` and
    /// its index in the main subgraph, and keeps its type, shape and quantisation. What computed them goes.
    pub fn inputs(mut self, tensors: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.entry.inputs = tensors.into_iter().map(Into::into).collect();
        self
    }

    /// Cut the model: take these tensors for the outputs, in this order. What none of them needs goes,
    /// inputs too.
    pub fn outputs(mut self, tensors: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.entry.outputs = tensors.into_iter().map(Into::into).collect();
        self
    }

    /// Another batch size than the file's, a number or a symbol: the first axis of every input that has two at
    /// least. Constants that hold it are rewritten; a model that does not compute each example alone is
    /// refused.
    pub fn batch(mut self, size: impl Into<Dim>) -> Self {
        self.entry.batch = Some(size.into());
        self
    }

    /// Give an input another shape, as LiteRT's `resize_tensor_input` does. A symbol is a dimension known
    /// when the model runs. Where only a first axis differs, or also, and it is a batch, constants follow as with
    /// [`Converter::batch`].
    pub fn shape(mut self, input: impl Into<String>, shape: Shape) -> Self {
        self.entry.shapes.push((input.into(), shape));
        self
    }

    /// What becomes of what the model holds after a run.
    pub fn states(mut self, states: States) -> Self {
        self.entry.states = states;
        self
    }

    /// What becomes of quantised values.
    pub fn quantized(mut self, quantized: Quantized) -> Self {
        self.quantized = quantized;
        self
    }

    /// How quantised values of type INT8 are kept.
    pub fn activations(mut self, activations: Activations) -> Self {
        self.activations = activations;
        self
    }

    /// How quantised weights of type INT8 are kept.
    pub fn weights(mut self, weights: Weights) -> Self {
        self.weights = weights;
        self
    }

    /// Declare quantised graph inputs and outputs as the real numbers they mean.
    pub fn float_io(mut self, yes: bool) -> Self {
        self.float_io = yes;
        self
    }

    /// Converts a model. The bytes are copied; use [`Converter::convert_bytes`] where they are shared.
    ///
    /// # Errors
    /// See [`convert`].
    pub fn convert(&self, tflite: &[u8]) -> Result<Conversion, Error> {
        self.convert_bytes(&Bytes::copy_from_slice(tflite))
    }

    /// Converts a model. Constants that need no rewriting are slices of `tflite` until they are written.
    ///
    /// # Errors
    /// See [`convert`].
    pub fn convert_bytes(&self, tflite: &Bytes) -> Result<Conversion, Error> {
        self.convert_source(&tflite.into())?.load()
    }

    /// Converts a model that may be larger than memory: its constants stay where they are until the result
    /// is written.
    ///
    /// # Errors
    /// See [`convert`]; and when the file of the source cannot be read, or has changed.
    pub fn convert_source(&self, tflite: &Source) -> Result<Unwritten, Error> {
        let done = self.attempts(tflite);
        // What follows from a failed read is no finding of its own.
        tflite.check().and(done)
    }

    fn attempts(&self, tflite: &Source) -> Result<Unwritten, Error> {
        if let Some(opset) = self.opset.filter(|opset| !Self::OPSETS.contains(opset)) {
            let what = format!("ONNX opset {opset}: {MIN_OPSET} to {MAX_OPSET} can be written");
            return Err(Error::new(ErrorKind::Unsupported, what));
        }
        let refused = match self.at_any_size(tflite, self.kept()) {
            Err(error) if self.quantized == Quantized::Auto => error,
            done => return done,
        };
        // What has no quantised form may have one in real numbers.
        let Ok(mut conversion) = self.at_any_size(tflite, Kept::RealInside) else {
            return Err(refused);
        };
        if !conversion.trace.real {
            return Err(refused);
        }
        conversion.report.float_form = Some(refused.to_string());
        Ok(conversion)
    }

    fn at_any_size(&self, tflite: &Source, kept: Kept) -> Result<Unwritten, Error> {
        let open = match self.attempt(tflite, &Dims::Open, kept) {
            Ok(conversion) => return Ok(conversion),
            Err(error) => error,
        };
        if self.entry.asks_open() {
            return Err(open);
        }
        // What cannot be said of every size may still be said of the sizes that the file declares, where
        // it declares any in place of the open ones.
        let mut conversion = self.attempt(tflite, &Dims::Declared, kept)?;
        conversion.report.fixed_dims = Some(open.to_string());
        Ok(conversion)
    }

    /// What is tried first.
    fn kept(&self) -> Kept {
        match self.quantized {
            Quantized::Float => Kept::Real,
            Quantized::Qdq | Quantized::Auto => Kept::Integers,
        }
    }

    fn wishes(&self, kept: Kept) -> Wishes {
        Wishes {
            channels_first: self.channels_first,
            kept,
            activations: self.activations,
            weights: self.weights,
            float_io: self.float_io,
        }
    }

    fn attempt(&self, tflite: &Source, dims: &Dims, kept: Kept) -> Result<Unwritten, Error> {
        let mut clock = Clock::start();
        let mut operators = Counts::default();
        let request = self.request(tflite, dims);
        let Resized {
            checked,
            entry,
            stack,
        } = request.load(|model| {
            operators = count_operators(model.main());
            clock.lap("read");
        })?;
        clock.lap("check");
        let placed = Arc::new(lower::prepare(checked, self.wishes(kept))?);
        clock.lap("place");
        let options = Options { opset: self.opset };
        let mut lowered = lower::lower(&placed, options)?;
        let told = self.describe(tflite, placed.model());
        if self.metadata {
            let description = placed.model().description.clone();
            onnx::annotate(&mut lowered.emitted.model, description, &told.entries);
        }
        clock.lap("lower");
        let nodes = count_nodes(&lowered.emitted.model);
        let report = Report {
            operators: operators.total(),
            operator_counts: operators,
            nodes: nodes.total(),
            transposes: nodes.get("Transpose"),
            node_counts: nodes,
            opset: lowered.opset,
            inputs: ports(&placed, true),
            outputs: ports(&placed, false),
            states: placed.model().states.len(),
            reset_states: state::reset(placed.model()),
            fixed_dims: None,
            warnings: told.warnings,
            subgraph: placed.model().main.0,
            signature: placed.model().signature.clone(),
            signatures: placed.model().signatures.clone(),
            float_form: None,
            int8_weights: stored::int8_weights(placed.model()),
            work: Work::of(placed.model()),
            stages: clock.laps(),
        };
        let trace = Trace::of(&placed, &lowered, entry, stack);
        let onnx::Emitted {
            model, constants, ..
        } = lowered.emitted;
        Ok(Unwritten {
            file: onnx::File::new(model, constants),
            source: tflite.clone(),
            report,
            trace,
        })
    }

    fn request<'a>(&'a self, tflite: &'a Source, dims: &'a Dims) -> Request<'a> {
        Request {
            tflite,
            registry: &self.registry,
            entry: &self.entry,
            dims,
        }
    }

    /// What the file says of itself, where anybody wants to know.
    fn describe(&self, tflite: &Source, model: &Model) -> Description {
        if !self.metadata {
            return Description::default();
        }
        // Other outputs may need fewer inputs.
        let whole = Whole {
            inputs: !self.entry.is_cut(),
            outputs: self.entry.outputs.is_empty(),
        };
        Description::of(tflite, model, whole)
    }

    /// The TFLite graph as it is placed, in Graphviz's language: each operator with the axis order it works
    /// in, each value that is turned on its way marked as such.
    ///
    /// # Errors
    /// As [`convert`], but for what only the writing of ONNX would refuse.
    pub fn dot(&self, tflite: impl Into<Source>) -> Result<String, Error> {
        let tflite = &tflite.into();
        let checked = |dims| self.request(tflite, dims).load(|_| ());
        let resized = checked(&Dims::Open).or_else(|_| checked(&Dims::Declared))?;
        let placed = lower::prepare(resized.checked, self.wishes(self.kept()))?;
        Ok(dot::draw(&placed).dot())
    }
}

fn count_operators(graph: &Graph) -> Counts {
    graph
        .ops()
        .map(|op| graph.op(op).origin.code.as_ref())
        .collect()
}

fn count_nodes(model: &ModelProto) -> Counts {
    let nodes = model.graph.iter().flat_map(|graph| &graph.node);
    nodes.map(|node| node.op_type()).collect()
}

fn ports(placed: &lower::Placed, inputs: bool) -> Vec<Port> {
    let (main, names) = (placed.model().main, &placed.model().ports);
    let graph = placed.graph(main);
    let (list, names) = if inputs {
        (&graph.inputs, &names.inputs)
    } else {
        (&graph.outputs, &names.outputs)
    };
    list.iter()
        .zip(names)
        .map(|(&id, name)| {
            let value = graph.value(id);
            let (perm, layout) = placed.face(main, id);
            Port {
                name: name.to_string(),
                dtype: placed.declared(id).stored,
                shape: perm.shape(&value.shape),
                layout,
            }
        })
        .collect()
}
