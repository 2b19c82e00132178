//! TFLite → ONNX.
//!
//! ```text
//! .tflite ──tflite──▶ view ──lift──▶ Model ──check──▶ Checked ──place──▶ Placed ──lower──▶ ONNX bytes
//!                                                        │                                  │
//!                                       reference: NHWC, tract-core     tract-onnx ◀── decoded again
//!                                                        └────────────▶ compare ◀───────────┘
//! ```

mod batch;
pub mod bundle;
mod check;
mod convert;
mod draw;
mod error;
mod extents;
#[cfg(fuzzing)]
#[doc(hidden)]
pub mod fuzzing;
pub mod inspect;
mod ir;
mod lift;
mod lower;
pub mod metadata;
mod names;
mod nearest;
mod onnx;
pub mod op;
mod ops;
mod passes;
#[cfg(feature = "validate")]
mod reference;
mod registry;
mod report;
mod resize;
mod signature;
mod sink;
mod source;
mod state;
#[cfg(feature = "validate")]
#[doc(hidden)]
pub mod testing;
mod tflite;
#[cfg(feature = "validate")]
mod validate;
pub mod weights;
mod work;

pub use convert::{Conversion, Converter, Unwritten, convert};
pub use error::{Error, ErrorKind, Place, Site};
pub use passes::stored::{Activations, Quantized, Weights};
pub use registry::Registry;
pub use report::{Counts, Port, Report};
pub use signature::{Signature, SignatureTensor, signatures};
pub use sink::Sink;
pub use source::Source;
pub use state::States;
#[cfg(feature = "validate")]
pub use validate::{
    Divergence, OutputDifference, Scope, Status, Steps, Validation, Verdict, validate,
};
pub use work::Work;
