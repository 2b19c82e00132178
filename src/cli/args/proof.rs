//! Options that say how the result is proved.

use clap::{ArgAction, Args};

/// How the result is proved.
#[derive(Args, Debug)]
pub(crate) struct Validate {
    /// Write the file without executing anything
    #[arg(long, action = ArgAction::SetTrue)]
    pub no_validate: bool,

    /// Compare graph outputs, or every tensor that both graphs have
    #[cfg(feature = "validate")]
    #[arg(
        long,
        value_name = "WHAT",
        value_enum,
        default_value = "outputs",
        conflicts_with = "no_validate"
    )]
    pub validate: Depth,

    /// Seed of the inputs
    #[cfg(feature = "validate")]
    #[arg(
        long,
        value_name = "N",
        default_value_t = 0,
        conflicts_with = "no_validate"
    )]
    pub seed: u64,

    /// How many inputs to try
    #[cfg(feature = "validate")]
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = samples, conflicts_with = "no_validate")]
    pub samples: usize,

    /// Allowed difference, relative to the largest magnitude of an output [default: by element type and depth]
    #[cfg(feature = "validate")]
    #[arg(long, value_name = "X", value_parser = tolerance, conflicts_with = "no_validate")]
    pub tolerance: Option<f64>,

    /// Execute the model however large it is; otherwise large ones are tried on fewer inputs, or are unverified
    #[cfg(feature = "validate")]
    #[arg(long, conflicts_with = "no_validate")]
    pub validate_anyway: bool,

    /// Write the file even when its outputs differ; the exit code is still 3
    #[cfg(feature = "validate")]
    #[arg(long, conflicts_with = "no_validate")]
    pub keep_mismatch: bool,
}

#[cfg(feature = "validate")]
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(crate) enum Depth {
    Outputs,
    Layers,
}

#[cfg(feature = "validate")]
fn samples(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) => Err("at least one input must be tried".into()),
        Ok(n) => Ok(n),
        Err(error) => Err(format!("{error}")),
    }
}

#[cfg(feature = "validate")]
fn tolerance(text: &str) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|error| format!("{error}"))?;
    if number.is_finite() && number >= 0.0 {
        return Ok(number);
    }
    Err("a finite number that is not negative is needed".into())
}
