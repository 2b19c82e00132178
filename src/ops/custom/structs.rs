//! Options that are C structures as they lie in memory on a little-endian machine: a list of `int`s.
//!
//! Source: LiteRT core/c/builtin_op_data.h (`TfLitePoolParams`, `TfLiteTransposeConvParams`, `TfLitePadding`).

use crate::op::{OpError, Operands, RawOp};
use crate::ops::activation::Activation;
use crate::ops::window::Window;
use crate::tflite::schema::{ActivationFunctionType, Padding};

/// `TfLitePoolParams`, without the paddings computed from it that follow.
#[derive(Debug)]
pub(super) struct Pool {
    pub window: Window,
    /// Height and width of the window.
    pub kernel: [usize; 2],
    pub activation: Activation,
}

/// The first `N` numbers of a structure.
fn ints<const N: usize>(raw: &RawOp<'_>) -> Result<[i32; N], OpError> {
    let (words, _) = raw.custom_options().as_chunks::<4>();
    let mut ints = [0; N];
    let Some(words) = words.get(..N) else {
        let found = format!("{} bytes", raw.custom_options().len());
        let expected = format!("a structure of {} bytes or more", 4 * N);
        return Err(OpError::option("custom_options", expected, found));
    };
    for (int, word) in ints.iter_mut().zip(words) {
        *int = i32::from_le_bytes(*word);
    }
    Ok(ints)
}

/// `TfLitePadding` has 0 for unknown.
fn padding(code: i32) -> Result<Padding, OpError> {
    match code {
        1 => Ok(Padding::SAME),
        2 => Ok(Padding::VALID),
        other => Err(OpError::option("padding", "1 (SAME) or 2 (VALID)", other)),
    }
}

/// A positive extent.
pub(super) fn positive(name: &str, n: i64) -> Result<usize, OpError> {
    let extent = usize::try_from(n)
        .ok()
        .filter(|n| (1..=1 << 24).contains(n));
    extent.ok_or_else(|| OpError::option(name, "a positive number", n))
}

/// Height and width of an operand `[N, H, W, C]`, whose rank was checked.
pub(super) fn spatial(io: &Operands<'_>, slot: usize) -> Result<[usize; 2], OpError> {
    let dims = io.shape(slot)?.dims();
    let extent = |axis: usize| {
        dims[axis].fixed().filter(|&n| n > 0).ok_or_else(|| {
            let what = format!("an image whose height or width is {}", dims[axis]);
            OpError::unsupported_operand(slot, what)
        })
    };
    Ok([extent(1)?, extent(2)?])
}

impl Pool {
    pub fn parse(raw: &RawOp<'_>) -> Result<Self, OpError> {
        let [pads, stride_w, stride_h, width, height, activation] = ints(raw)?;
        let unknown = || OpError::option("activation", "0 to 5", activation);
        let activation = i8::try_from(activation).map_err(|_| unknown())?;
        Ok(Pool {
            window: Window::new(padding(pads)?, &[stride_h, stride_w], &[1, 1])?,
            kernel: [
                positive("filter_height", height.into())?,
                positive("filter_width", width.into())?,
            ],
            activation: Activation::parse(ActivationFunctionType(activation))?,
        })
    }
}

/// The padding and strides of `TfLiteTransposeConvParams`; older files end there.
pub(super) fn transpose_conv(raw: &RawOp<'_>) -> Result<Window, OpError> {
    let [pads, stride_w, stride_h] = ints(raw)?;
    Window::new(padding(pads)?, &[stride_h, stride_w], &[1, 1])
}
