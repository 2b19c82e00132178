//! What a conversion has to tell: the program's summary and the JSON report are both made of this.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::ir::{DType, Order, Shape};
use crate::signature::Signature;
use crate::work::Work;

/// What was converted into what.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Report {
    /// TFLite operators in the main subgraph of the file.
    pub operators: usize,
    /// The same by TFLite's name of the operator.
    pub operator_counts: Counts,
    /// ONNX nodes written.
    pub nodes: usize,
    /// The same by ONNX's name of the operator.
    pub node_counts: Counts,
    /// `Transpose` nodes among them.
    pub transposes: usize,
    /// The opset written.
    pub opset: i64,
    /// Graph inputs, in order.
    pub inputs: Vec<Port>,
    /// Graph outputs, in order.
    pub outputs: Vec<Port>,
    /// How many of the last inputs and, in the same order, of the last outputs are variables, which hold something from
    /// run to run. What a run gives is to be fed to the next; a run without starts from the first values.
    pub states: usize,
    /// How many variable tensors of recurrent operators hold zeros at the start of every run, where the interpreter keeps
    /// what the run before left: [`States::All`](crate::States::All) carries them.
    pub reset_states: usize,
    /// Why dimensions that the file leaves open are fixed at what it declares; `None` where they are not.
    pub fixed_dims: Option<String>,
    /// What of the file's metadata could not be carried over, and why.
    pub warnings: Vec<String>,
    /// Index of the subgraph that was converted.
    pub subgraph: usize,
    /// Key of the signature that enters it: the chosen one, or else the first.
    pub signature: Option<String>,
    /// All signatures of the file.
    pub signatures: Vec<Signature>,
    /// Why quantised values became the real numbers they mean without having been asked to; `None` where
    /// they did not.
    pub float_form: Option<String>,
    /// How many operators multiply quantised values of 8 bits by INT8 weights; their sums need care on x86 processors
    /// without VNNI, see [`Weights`](crate::Weights).
    pub int8_weights: usize,
    /// What one execution takes.
    pub work: Work,
    /// What each stage of the pipeline took, in order.
    pub stages: Vec<(&'static str, Duration)>,
}

/// A graph input or output as the ONNX file declares it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Port {
    /// Tensor name.
    pub name: String,
    /// Element type.
    pub dtype: DType,
    /// Shape as declared.
    pub shape: Shape,
    /// Order of its axes, where they are known to be image-like.
    pub layout: Option<Order>,
}

/// How often each name occurs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts(BTreeMap<String, usize>);

impl Counts {
    /// Names with their counts, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, usize)> {
        self.0.iter().map(|(name, count)| (name.as_str(), *count))
    }

    /// How often a name occurs.
    pub fn get(&self, name: &str) -> usize {
        self.0.get(name).copied().unwrap_or(0)
    }

    /// All of them together.
    pub fn total(&self) -> usize {
        self.0.values().sum()
    }
}

impl<'n> FromIterator<&'n str> for Counts {
    fn from_iter<I: IntoIterator<Item = &'n str>>(names: I) -> Self {
        let mut counts = BTreeMap::new();
        for name in names {
            // Names repeat; most of them must not be copied to be counted.
            match counts.get_mut(name) {
                Some(count) => *count += 1,
                None => {
                    counts.insert(name.to_owned(), 1);
                }
            }
        }
        Counts(counts)
    }
}

/// Takes the time of one stage after the other.
#[derive(Debug)]
pub(crate) struct Clock {
    last: Instant,
    laps: Vec<(&'static str, Duration)>,
}

impl Clock {
    pub fn start() -> Self {
        Clock {
            last: Instant::now(),
            laps: Vec::new(),
        }
    }

    /// Ends a stage and begins the next.
    pub fn lap(&mut self, stage: &'static str) {
        let now = Instant::now();
        self.laps.push((stage, now - self.last));
        self.last = now;
    }

    pub fn laps(self) -> Vec<(&'static str, Duration)> {
        self.laps
    }
}
