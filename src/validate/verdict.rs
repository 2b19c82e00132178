//! What a validation found.

use crate::error::{Error, ErrorKind};

/// What a validation found.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Verdict {
    /// The finding.
    pub status: Status,
    /// Each output, the worst of all samples.
    pub outputs: Vec<OutputDifference>,
    /// The first tensor, in execution order, that differs by more than its tolerance; looked for after a
    /// mismatch, or where layers were asked for.
    pub divergence: Option<Divergence>,
    /// Samples that both sides ran.
    pub samples: usize,
    /// Tensors compared in each sample, outputs included.
    pub tensors: usize,
    /// Were the operators of a quantised model judged one by one, each on the operands that the reference has?
    /// The outputs' differences are then those of the whole, in which single steps have grown.
    pub apart: bool,
}

/// The finding of a validation.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Status {
    /// Both graphs ran and agree.
    Verified,
    /// One of them did not run; nothing is known.
    Unverified(String),
    /// Both ran and differ.
    Mismatch,
}

/// How far one output is from the reference.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct OutputDifference {
    /// Tensor name.
    pub name: String,
    /// Largest absolute difference; of a quantised output, between the integers that it is stored as.
    pub max_abs: f64,
    /// Largest absolute difference over the largest magnitude of the reference.
    pub max_rel: f64,
    /// What `max_rel` may be.
    pub tolerance: f64,
    /// The same in steps, of a quantised output; `None` of others.
    pub steps: Option<Steps>,
    /// Elements compared, of all samples.
    pub elements: usize,
    /// Elements that are the same on both sides, of all samples.
    pub equal: usize,
    /// Elements beyond the tolerance.
    pub mismatched: usize,
    /// Does the output match?
    pub matches: bool,
}

/// How far a quantised output is from the reference, in steps: what its integers count.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Steps {
    /// Largest difference.
    pub max: f64,
    /// What it may be.
    pub allowed: f64,
}

/// Where the two graphs part.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Divergence {
    /// `CONV_2D at main[17]`
    pub operator: String,
    /// Tensor name.
    pub tensor: String,
    /// Largest absolute difference.
    pub max_abs: f64,
    /// Largest absolute difference over the largest magnitude of the reference.
    pub max_rel: f64,
    /// The same in steps, of a quantised tensor; `None` of others.
    pub steps: Option<Steps>,
}

pub(super) fn unverified(reason: String) -> Verdict {
    Verdict {
        status: Status::Unverified(reason),
        outputs: Vec::new(),
        divergence: None,
        samples: 0,
        tensors: 0,
        apart: false,
    }
}

/// Keeps the worst of each output.
pub(super) fn note(verdict: &mut Verdict, slot: usize, found: OutputDifference) {
    match verdict.outputs.get_mut(slot) {
        None => verdict.outputs.push(found),
        Some(known) => {
            known.max_abs = known.max_abs.max(found.max_abs);
            known.max_rel = known.max_rel.max(found.max_rel);
            known.steps = match (known.steps, found.steps) {
                (Some(one), Some(other)) => Some(Steps {
                    max: one.max.max(other.max),
                    allowed: one.allowed.max(other.allowed),
                }),
                (one, other) => one.or(other),
            };
            known.elements += found.elements;
            known.equal += found.equal;
            known.mismatched = known.mismatched.max(found.mismatched);
            known.matches &= found.matches;
        }
    }
}

impl Verdict {
    /// Both verdicts as one: the worst of each output.
    pub(super) fn and(mut self, other: &Verdict) -> Self {
        for (slot, output) in other.outputs.iter().enumerate() {
            note(&mut self, slot, output.clone());
        }
        if other.status == Status::Mismatch {
            self.status = Status::Mismatch;
        }
        self.divergence = self.divergence.or_else(|| other.divergence.clone());
        self.apart |= other.apart;
        self.samples += other.samples;
        self.tensors = self.tensors.max(other.tensors);
        self
    }

    /// The error a mismatch amounts to; `None` for the other findings.
    pub fn error(&self) -> Option<Error> {
        if self.status != Status::Mismatch {
            return None;
        }
        let worst = self.outputs.iter().filter(|output| !output.matches);
        let mut what: Vec<String> = worst.map(OutputDifference::words).collect();
        if let Some(first) = &self.divergence {
            let by = match first.steps {
                Some(steps) => steps.words(),
                None => format!("{:.3e}", first.max_abs),
            };
            what.push(format!(
                "the first tensor to differ is {:?} of {}, by {by}",
                first.tensor, first.operator
            ));
        }
        Some(Error::new(ErrorKind::Mismatch, what.join("; ")))
    }
}

impl Steps {
    /// The largest difference in words.
    fn words(self) -> String {
        match self.max {
            1.0 => "1 step".into(),
            max => format!("{max} steps"),
        }
    }
}

impl OutputDifference {
    fn words(&self) -> String {
        let name = &self.name;
        match self.steps {
            Some(steps) => format!(
                "output {name:?} differs by up to {}, {:.1} allowed, in {} of {} elements",
                steps.words(),
                steps.allowed,
                self.elements - self.equal,
                self.elements
            ),
            None => format!(
                "output {name:?} differs by {:.3e} ({:.3e} of its largest magnitude, {:.1e} allowed)",
                self.max_abs, self.max_rel, self.tolerance
            ),
        }
    }
}
