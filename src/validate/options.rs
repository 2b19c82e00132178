//! How a conversion is to be validated, and how much of it is affordable.

use crate::work::Work;

/// How a conversion is to be validated.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Validation {
    /// Seed of the inputs.
    pub seed: u64,
    /// Number of inputs tried: noise, wider noise, smooth images, in turn.
    pub samples: usize,
    /// What is compared.
    pub scope: Scope,
    /// Largest difference of a floating-point output, relative to the output's largest magnitude, in place
    /// of the default for its type and depth.
    pub tolerance: Option<f64>,
    /// Execute it whatever it takes? Otherwise large models are tried on fewer inputs, and beyond
    /// [`Validation::LIMIT`] not at all.
    pub unlimited: bool,
}

impl Validation {
    /// What all samples together may take: some minutes, and a few times as many bytes of memory.
    pub const LIMIT: Work = Work {
        multiplications: 50_000_000_000,
        bytes: 2 << 30,
    };

    /// How many inputs to try, of a model that takes so much for each; or why none.
    pub(super) fn samples_of(&self, work: Work) -> Result<usize, String> {
        let asked = self.samples.max(1);
        if self.unlimited {
            return Ok(asked);
        }
        let limit = Self::LIMIT;
        if work.multiplications > limit.multiplications || work.bytes > limit.bytes {
            return Err(format!(
                "too large to be executed unasked: about {:.1} billion multiplications and {:.1} GB, where {:.0} \
                 billion and {:.1} GB are the limit; --validate-anyway lifts it",
                work.multiplications as f64 / 1e9,
                work.bytes as f64 / 1e9,
                limit.multiplications as f64 / 1e9,
                limit.bytes as f64 / 1e9,
            ));
        }
        let affordable = limit.multiplications / work.multiplications.max(1);
        Ok(asked
            .min(usize::try_from(affordable).unwrap_or(asked))
            .max(1))
    }
}

impl Default for Validation {
    fn default() -> Self {
        Validation {
            seed: 0,
            samples: 2,
            scope: Scope::Outputs,
            tolerance: None,
            unlimited: false,
        }
    }
}

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Scope {
    /// The graph's outputs.
    Outputs,
    /// Every tensor that both graphs have.
    Layers,
}
