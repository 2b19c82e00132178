//! Options that say which part of a model is converted, for which sizes, and how values are stored.

use clap::Args;
use tfl2onnx::op::{Dim, Shape, Symbol};

/// Which part of the model is converted, and for which sizes.
#[derive(Args, Debug)]
pub(crate) struct Face {
    /// Cut: take these tensors for the inputs, by name or as '#INDEX'
    #[arg(long, value_name = "TENSOR,...", value_delimiter = ',')]
    pub inputs: Vec<String>,

    /// Cut: take these tensors for the outputs
    #[arg(long, value_name = "TENSOR,...", value_delimiter = ',')]
    pub outputs: Vec<String>,

    /// Another batch size: the first axis of every input of rank 2 or more
    #[arg(long, value_name = "N|dynamic", value_parser = batch)]
    pub batch: Option<Dim>,

    /// Give an input another shape; a dimension is a number, a name, or -1 for one known at run time
    #[arg(long = "shape", value_name = "NAME=DIM,...", value_parser = shape)]
    pub shapes: Vec<(String, Shape)>,

    /// What the model keeps from run to run: outputs, to be fed to the next run, or lost
    #[arg(long, value_name = "HOW", value_enum, default_value = "carry")]
    pub state: State,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(crate) enum State {
    /// Each variable NAME is an input, which may be left out, and an output NAME_next
    Carry,
    /// So is each state tensor of SVDF, RNN and LSTM operators, which otherwise hold zeros when a run starts
    All,
    /// Every run starts with the first values
    Reset,
}

impl From<State> for tfl2onnx::States {
    fn from(state: State) -> Self {
        match state {
            State::Carry => tfl2onnx::States::Carried,
            State::All => tfl2onnx::States::All,
            State::Reset => tfl2onnx::States::Reset,
        }
    }
}

fn batch(text: &str) -> Result<Dim, String> {
    match text.parse::<usize>() {
        _ if text == "dynamic" => Ok(Dim::Symbol(Symbol::new("batch"))),
        Ok(n @ 1..) => Ok(Dim::Fixed(n)),
        _ => Err("a number above 0, or `dynamic`, is needed".into()),
    }
}

fn shape(text: &str) -> Result<(String, Shape), String> {
    let (name, dims) = text
        .rsplit_once('=')
        .filter(|(name, _)| !name.is_empty())
        .ok_or("a name, `=` and dimensions are needed, such as input=1,224,224,3")?;
    let dims = dims.split(',').map(str::trim).enumerate();
    let dims = dims.map(|(axis, dim)| match dim.parse::<i64>() {
        Ok(-1) => Ok(Dim::Symbol(Symbol::new(format!("{name}.{axis}")))),
        Ok(n @ 1..) => usize::try_from(n)
            .map(Dim::Fixed)
            .map_err(|error| error.to_string()),
        Err(_) if dim.starts_with(|c: char| c.is_alphabetic() || c == '_') => {
            Ok(Dim::Symbol(Symbol::new(dim)))
        }
        _ => Err(format!(
            "{dim:?} is neither a size above 0, nor a name, nor -1"
        )),
    });
    Ok((name.to_owned(), dims.collect::<Result<_, _>>()?))
}

/// What becomes of quantised values.
#[derive(Args, Debug)]
pub(crate) struct Stored {
    /// Keep quantised values as integers, or make a plain float model of it
    #[arg(long, value_name = "FORM", value_enum, default_value = "auto")]
    pub quantized: Form,

    /// Declare quantised inputs and outputs as the real numbers they mean
    #[arg(long)]
    pub float_io: bool,

    /// Keep INT8 values as the file has them, or as UINT8, which onnxruntime is faster with on x86
    #[arg(long, value_name = "TYPE", value_enum, default_value = "auto")]
    pub activations: Activations,

    /// Keep INT8 weights as the file has them, or as UINT8, whose products onnxruntime adds up exactly on x86
    /// processors without VNNI as well
    #[arg(long, value_name = "TYPE", value_enum, default_value = "keep")]
    pub weights: Weights,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(crate) enum Form {
    /// Integers between QuantizeLinear and DequantizeLinear
    Qdq,
    /// Real numbers everywhere, inputs and outputs included
    Float,
    /// Integers, or real numbers inside where an operator has no quantised form
    Auto,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(crate) enum Activations {
    /// As the file has them
    Keep,
    /// UINT8, each zero point 128 higher: the same numbers
    Uint8,
    /// UINT8 in models with quantised weights
    Auto,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(crate) enum Weights {
    /// As the file has them
    Keep,
    /// UINT8, each zero point 128 higher: the same numbers
    Uint8,
}

impl From<Form> for tfl2onnx::Quantized {
    fn from(form: Form) -> Self {
        match form {
            Form::Qdq => tfl2onnx::Quantized::Qdq,
            Form::Float => tfl2onnx::Quantized::Float,
            Form::Auto => tfl2onnx::Quantized::Auto,
        }
    }
}

impl From<Activations> for tfl2onnx::Activations {
    fn from(activations: Activations) -> Self {
        match activations {
            Activations::Keep => tfl2onnx::Activations::Keep,
            Activations::Uint8 => tfl2onnx::Activations::UInt8,
            Activations::Auto => tfl2onnx::Activations::Auto,
        }
    }
}

impl From<Weights> for tfl2onnx::Weights {
    fn from(weights: Weights) -> Self {
        match weights {
            Weights::Keep => tfl2onnx::Weights::Keep,
            Weights::Uint8 => tfl2onnx::Weights::UInt8,
        }
    }
}
