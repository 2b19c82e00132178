//! COMPLEX_ABS, REAL, IMAG: a real number of each complex one.
//!
//! Source: LiteRT kernels/complex_support.cc. ONNX: ReduceL2 or Gather along the axis of the pairs.

#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{LowerCx, OpDef, OpError, Operands, Operator, Shape, Tolerance};
#[cfg(feature = "validate")]
use crate::reference::kernels::spectrum;
use crate::tflite::schema::BuiltinOperator;

pub(super) static DEFS: &[OpDef] = &[
    OpDef::new(BuiltinOperator::COMPLEX_ABS, |_| {
        Ok(Box::new(Part::Absolute))
    })
    .emits(&["ReduceL2"])
    .note("complex numbers are pairs along an extra last axis"),
    OpDef::new(BuiltinOperator::REAL, |_| Ok(Box::new(Part::Real)))
        .emits(&["Gather"])
        .note("complex numbers are pairs along an extra last axis"),
    OpDef::new(BuiltinOperator::IMAG, |_| Ok(Box::new(Part::Imaginary)))
        .emits(&["Gather"])
        .note("complex numbers are pairs along an extra last axis"),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Absolute,
    Real,
    Imaginary,
}

impl Operator for Part {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        let x = io.operand(0)?;
        if !x.complex || io.result(0).complex {
            return Err(OpError::inconsistent(
                "it makes real numbers of complex ones",
            ));
        }
        io.expect_result_dtype(0, x.dtype)
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        let dims = io.shape(0)?.dims();
        let shape = dims[..dims.len() - 1].iter().cloned().collect();
        Ok(Some(vec![shape]))
    }

    fn takes_complex(&self) -> bool {
        true
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let x = cx.real(0)?;
        let pairs = x.rank() - 1;
        let y = match self {
            Part::Absolute => cx.reduce("ReduceL2", &x, &[pairs], false),
            Part::Real => cx.pick(&x, pairs, 0),
            Part::Imaginary => cx.pick(&x, pairs, 1),
        };
        cx.finish(0, y)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let x = cx.tensor(0)?;
        let y = match self {
            Part::Absolute => spectrum::each(&x, f64::hypot)?,
            Part::Real => spectrum::each(&x, |real, _| real)?,
            Part::Imaginary => spectrum::each(&x, |_, imaginary| imaginary)?,
        };
        cx.finish(0, y)
    }

    fn tolerance(&self) -> Tolerance {
        match self {
            Part::Absolute => Tolerance::ROUNDING,
            Part::Real | Part::Imaginary => Tolerance::EXACT,
        }
    }
}
