//! BITCAST: the same bytes as elements of another type. Where the widths differ, the last axis is what one
//! wide element holds of narrow ones.
//!
//! Source: LiteRT kernels/bitcast.cc. ONNX: Cast between the signed and the unsigned integer of one width;
//! BitCast came with opset 26, so the rest is for constants alone.

#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    AxisMap, DType, Dim, Literal, LowerCx, OpDef, OpError, Operands, Operator, Placement, Shape,
};
#[cfg(feature = "validate")]
use crate::reference::tensor;
use crate::tflite::schema::BuiltinOperator;

pub(super) static DEFS: &[OpDef] =
    &[
        OpDef::new(BuiltinOperator::BITCAST, |_| Ok(Box::new(Bitcast)))
            .emits(&["Cast"])
            .note("constants; computed integers to the other sign"),
    ];

#[derive(Debug)]
struct Bitcast;

/// Bytes of an element of the operand and of the result.
fn widths(io: &Operands<'_>) -> Result<(usize, usize), OpError> {
    let (from, to) = (io.operand(0)?.dtype, io.result(0).dtype);
    let plain = |dtype: DType| dtype.bytes().filter(|_| dtype != DType::Bool);
    plain(from)
        .zip(plain(to))
        .ok_or_else(|| OpError::unsupported(format!("the bits of {from} as {to}")))
}

impl Operator for Bitcast {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        let (from, to) = widths(io)?;
        let operand = io.operand(0)?;
        let result = io.result(0).dtype;
        let same = operand.dtype == result
            || (from == to && operand.dtype.is_integer() && result.is_integer());
        if operand.constant().is_none() && !same {
            let what = format!("the bits of a computed {} as {result}", operand.dtype);
            return Err(OpError::unsupported_operand(0, what));
        }
        if from < to && operand.shape.dims().last() != Some(&Dim::Fixed(to / from)) {
            let expected = format!("a last dimension of {}", to / from);
            return Err(OpError::operand(0, expected, &operand.shape));
        }
        Ok(())
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        let (from, to) = widths(io)?;
        let mut dims = io.shape(0)?.dims().to_vec();
        if from > to {
            dims.push(Dim::Fixed(from / to));
        } else if from < to {
            dims.pop();
        }
        Ok(Some(vec![Shape::new(dims)]))
    }

    fn fold(&self, io: &Operands<'_>) -> Result<Option<Vec<Literal>>, OpError> {
        let result = io.result(0);
        let bytes = io.operand(0)?.constant().zip(result.shape.fixed());
        Ok(bytes.map(|(data, shape)| {
            vec![Literal {
                dtype: result.dtype,
                shape,
                data: data.clone(),
            }]
        }))
    }

    fn placement(&self, io: &Operands<'_>) -> Placement {
        match widths(io) {
            Ok((from, to)) if from == to => Placement::Free(AxisMap::elementwise(io)),
            _ => Placement::Barrier,
        }
    }

    /// A cast between integers of one width drops no bit.
    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let x = cx.real(0)?;
        let y = cx.cast(&x, cx.result_dtype(0))?;
        cx.finish(0, y)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let literal = Literal {
            dtype: cx.result_dtype(0),
            shape: cx.result_dims(0)?,
            data: cx.tensor(0)?.as_bytes().to_vec().into(),
        };
        let y = tensor(&literal)?;
        cx.finish(0, y)
    }
}
