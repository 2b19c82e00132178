//! Constants with a scale for every few neighbours in a row.
//!
//! ONNX: DequantizeLinear has `block_size` from opset 21 on; a product of pieces of rows and their scales is the
//! same thing.

use super::packed::packed;
use super::quant::parameters;
use super::values::turned;
use super::{LowerCx, Lowering, Origin, Wire};
use crate::error::OpError;
use crate::ir::{DType, Dim, Literal, Perm, Quant, Shape};
use crate::onnx::{Attr, WireId};

impl Lowering {
    /// Scales and zero points, which are 0, for DequantizeLinear of a wire of this shape.
    pub(super) fn block_wires(
        &mut self,
        quant: &Quant,
        dtype: DType,
        shape: &Shape,
        perm: &Perm,
    ) -> Result<(WireId, WireId), OpError> {
        let scales = scales(quant, shape, perm)?;
        let zeros = Literal {
            dtype: DType::Int8,
            shape: scales.shape.clone(),
            data: vec![0; quant.scale.len()].into(),
        };
        let zeros = match dtype {
            DType::Int4 => packed(zeros),
            _ => zeros,
        };
        Ok((self.build.shared(scales), self.build.shared(zeros)))
    }

    /// What a stored wire means: each piece of a row, an axis of its own, times its scale.
    pub(super) fn dequantize_blocks(
        &mut self,
        wire: WireId,
        quant: &Quant,
        perm: &Perm,
        origin: &Origin,
    ) -> Result<WireId, OpError> {
        let shape = self.build.fact(wire).shape.clone();
        let mut scales = scales(quant, &shape, perm)?;
        let axis = quant.axis.and_then(|axis| perm.position(axis));
        let (axis, block) = axis.zip(quant.block).ok_or_else(|| unfit(quant, &shape))?;
        let mut pieces = shape.dims().to_vec();
        pieces[axis] = Dim::Fixed(scales.shape[axis]);
        pieces.insert(axis + 1, Dim::Fixed(block));
        scales.shape.insert(axis + 1, 1);
        let real = self.arithmetic("Cast", wire, None, vec![("to", Attr::Int(1))], origin);
        let real = self.reshape(real, Shape::new(pieces), origin);
        let real = self.arithmetic("Mul", real, Some(scales), vec![], origin);
        Ok(self.reshape(real, shape, origin))
    }
}

impl LowerCx<'_> {
    /// What rows of an operand mean that were gathered by their indices as they are stored.
    pub(crate) fn rows_of(
        &mut self,
        slot: usize,
        rows: &Wire,
        indices: &Wire,
    ) -> Result<Wire, OpError> {
        let value = self.io().operand(slot)?;
        let quant = parameters(value)?;
        let Some(axis) = quant.axis else {
            return self.real_of(rows, value);
        };
        let several = axis != 0 && quant.block.is_none();
        if several
            || quant
                .zero_point
                .iter()
                .any(|&zero| zero != value.code_zero())
        {
            let what =
                "rows with scales of their own that are not along axis 0, or with zero points";
            return Err(OpError::unsupported_operand(slot, what));
        }
        let (scales, mut split) = match quant.block {
            None => {
                let scales = self.floats(&[quant.scale.len()], &quant.scale);
                (self.gather(&scales, indices, 0), rows.shape.dims().to_vec())
            }
            Some(block) => {
                let scales = scales(quant, &value.shape, &Perm::identity(value.shape.rank()))?;
                let scales = self.literal(scales);
                let scales = self.gather(&scales, indices, 0);
                let mut split = scales.shape.dims().to_vec();
                split.push(Dim::Fixed(block));
                (scales, split)
            }
        };
        let steps = self.cast(rows, DType::Float32)?;
        let steps = self.reshape(&steps, &Shape::new(split.clone()))?;
        split
            .iter_mut()
            .skip(scales.rank())
            .for_each(|dim| *dim = Dim::Fixed(1));
        let scales = self.reshape(&scales, &Shape::new(split))?;
        let real = self.binary("Mul", &steps, &scales)?;
        self.reshape(&real, &rows.shape)
    }
}

/// The scales, as the value lies whose axes are in the order `perm`.
fn scales(quant: &Quant, shape: &Shape, perm: &Perm) -> Result<Literal, OpError> {
    let own = perm.inverse().shape(shape).fixed();
    let mut own = own.ok_or_else(|| unfit(quant, shape))?;
    let (Some(row), Some(block)) = (own.last_mut(), quant.block) else {
        return Err(unfit(quant, shape));
    };
    *row /= block.max(1);
    if own.iter().product::<usize>() != quant.scale.len() {
        return Err(unfit(quant, shape));
    }
    turned(&Literal::from_floats(own, &quant.scale), perm)
}

fn unfit(quant: &Quant, shape: &Shape) -> OpError {
    OpError::inconsistent(format!(
        "{} scales in blocks of {:?} on shape {shape}",
        quant.scale.len(),
        quant.block
    ))
}
