//! What an operator's `reference` sees.

use std::sync::Arc;

use tract_core::prelude::Tensor;

use super::{Tensors, datum_type, quant};
use crate::error::OpError;
use crate::ir::{DType, Graph, GraphId, OpId, Value};
use crate::op::{Operands, QuantRule};
use crate::passes::stored::Bounds;

type Call<'a> = &'a mut dyn FnMut(GraphId, Vec<Arc<Tensor>>) -> Result<Vec<Arc<Tensor>>, OpError>;

/// The execution of one operator on concrete tensors, in TFLite's own axis order.
pub struct ReferenceCx<'a> {
    io: Operands<'a>,
    operands: Vec<Option<Arc<Tensor>>>,
    /// The operands as they are stored.
    raw: Vec<Option<Arc<Tensor>>>,
    results: Vec<Option<Arc<Tensor>>>,
    /// Are quantised tensors handled as the integers they are stored as?
    stored: bool,
    /// Are they steps from their zero points?
    steps: bool,
    /// The bounds of the activation that result 0's range stood for, where quantised values have become real.
    pub(super) implied: Bounds,
    call: Call<'a>,
}

impl std::fmt::Debug for ReferenceCx<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ReferenceCx")
            .field("io", &self.io)
            .field("operands", &self.operands)
            .finish_non_exhaustive()
    }
}

impl<'a> ReferenceCx<'a> {
    pub(super) fn new(
        graph: &'a Graph,
        op: OpId,
        tensors: &mut Tensors,
        call: Call<'a>,
    ) -> Result<Self, OpError> {
        let rule = graph.op(op).op.quant();
        let stored = matches!(rule, QuantRule::Carries | QuantRule::Stored);
        let io = Operands::new(graph, op);
        let raw = graph
            .operands(op)
            .into_iter()
            .map(|id| id.map(|id| tensors.get(graph, id)).transpose())
            .collect::<Result<Vec<_>, OpError>>()?;
        let operands = raw.iter().enumerate().map(|(slot, tensor)| {
            let quantized = io.get(slot).filter(|value| value.is_quantized() && !stored);
            Ok(match (tensor, quantized) {
                (Some(tensor), Some(value)) => Some(Arc::new(quant::dequantize(tensor, value)?)),
                (tensor, _) => tensor.clone(),
            })
        });
        let operands = operands.collect::<Result<Vec<_>, OpError>>()?;
        Ok(ReferenceCx {
            results: vec![None; io.results()],
            io,
            operands,
            raw,
            stored,
            steps: false,
            implied: (None, None),
            call,
        })
    }

    pub(super) fn end(self) -> Result<Vec<Arc<Tensor>>, OpError> {
        let results = self.results.into_iter().enumerate();
        results
            .map(|(slot, tensor)| {
                tensor.ok_or_else(|| OpError::result(slot, "a tensor from the reference", "none"))
            })
            .collect()
    }

    /// The bounds of the activation that result 0's range stood for.
    pub(crate) fn implied_activation(&self) -> Bounds {
        self.implied
    }

    /// Operands and results as the checked model has them.
    pub fn io(&self) -> &Operands<'a> {
        &self.io
    }

    /// An operand's tensor: what it means, unless the operator works on stored integers.
    ///
    /// # Errors
    /// When it is omitted.
    pub fn tensor(&self, slot: usize) -> Result<Arc<Tensor>, OpError> {
        self.tensor_opt(slot)
            .ok_or_else(|| OpError::operand(slot, "a tensor", "none"))
    }

    /// An operand's tensor, where it is given.
    pub fn tensor_opt(&self, slot: usize) -> Option<Arc<Tensor>> {
        self.operands.get(slot).cloned().flatten()
    }

    /// An operand's tensor as it is stored, whatever the operator's rule.
    ///
    /// # Errors
    /// When it is omitted.
    pub fn stored(&self, slot: usize) -> Result<Arc<Tensor>, OpError> {
        let tensor = self.raw.get(slot).cloned().flatten();
        tensor.ok_or_else(|| OpError::operand(slot, "a tensor", "none"))
    }

    /// Makes quantised operands' tensors FLOAT32 steps from their zero points, in place of what they mean.
    pub(crate) fn read_steps(&mut self) -> Result<(), OpError> {
        self.steps = true;
        for (slot, tensor) in self.raw.iter().enumerate() {
            let value = self.io.get(slot).filter(|value| value.is_quantized());
            if let (Some(tensor), Some(value)) = (tensor, value) {
                let steps = quant::dequantize(tensor, &value.at_scale(1.0))?;
                self.operands[slot] = Some(Arc::new(steps));
            }
        }
        Ok(())
    }

    /// What an operand's tensor means, its zero point taken for 0.
    ///
    /// # Errors
    /// As [`ReferenceCx::tensor`].
    pub fn symmetric(&self, slot: usize) -> Result<Arc<Tensor>, OpError> {
        let mut value = self.io.operand(slot)?.centred();
        if self.steps {
            value = value.at_scale(1.0);
        }
        Ok(Arc::new(quant::dequantize(&*self.stored(slot)?, &value)?))
    }

    /// All operands' tensors; an omitted one is an error.
    ///
    /// # Errors
    /// When one is omitted.
    pub fn tensors(&self) -> Result<Vec<Arc<Tensor>>, OpError> {
        (0..self.operands.len())
            .map(|slot| self.tensor(slot))
            .collect()
    }

    /// The elements of an INT32 or INT64 operand.
    ///
    /// # Errors
    /// When it is omitted, or has no integers.
    pub fn ints(&self, slot: usize) -> Result<Vec<i64>, OpError> {
        let tensor = self.tensor(slot)?;
        let wide = tensor.cast_to::<i64>().map_err(OpError::from_tract)?;
        Ok(wide
            .try_as_plain_ram()
            .map_err(OpError::from_tract)?
            .as_slice::<i64>()
            .map_err(OpError::from_tract)?
            .to_vec())
    }

    /// Element type in which a result is to be given.
    pub fn result_dtype(&self, slot: usize) -> DType {
        let value = self.io.result(slot);
        match self.stored {
            true => value.stored,
            false => value.dtype,
        }
    }

    /// The zero of result 0 as it is to be given: its zero point where the operator works on stored integers. `None`
    /// for the zero of numbers.
    pub(crate) fn zero(&self) -> Result<Option<Arc<Tensor>>, OpError> {
        let value = self.io.result(0);
        let Some((_, zero)) = value
            .parameters()
            .filter(|_| self.stored && value.is_quantized())
        else {
            return Ok(None);
        };
        let stored = datum_type(value.stored)
            .ok_or_else(|| OpError::result(0, "an integer type", value.stored))?;
        let zero = Tensor::from(zero);
        let zero = zero.cast_to_dt(stored).map_err(OpError::from_tract)?;
        Ok(Some(Arc::new(zero.into_owned())))
    }

    /// Shape of a result as inferred.
    ///
    /// # Errors
    /// Where it is known only now.
    pub fn result_dims(&self, slot: usize) -> Result<Vec<usize>, OpError> {
        let shape = &self.io.result(slot).shape;
        shape
            .fixed()
            .ok_or_else(|| OpError::result(slot, "a static shape", shape))
    }

    /// Gives a result. Its type, and its shape where one was inferred, must be as declared.
    ///
    /// # Errors
    /// A tensor of another type or shape than the result.
    pub fn finish(&mut self, slot: usize, tensor: impl Into<Arc<Tensor>>) -> Result<(), OpError> {
        let tensor = tensor.into();
        self.fits(slot, &tensor, self.result_dtype(slot))?;
        let value = self.io.result(slot);
        self.results[slot] = Some(match datum_type(value.stored) {
            Some(stored) if value.is_quantized() && !self.stored => {
                Arc::new(quant::quantize(&tensor, value, stored)?)
            }
            _ => tensor,
        });
        Ok(())
    }

    /// Gives a result as it is stored.
    ///
    /// # Errors
    /// A tensor of another type or shape than the result.
    pub fn finish_stored(
        &mut self,
        slot: usize,
        tensor: impl Into<Arc<Tensor>>,
    ) -> Result<(), OpError> {
        let tensor = tensor.into();
        self.fits(slot, &tensor, self.io.result(slot).stored)?;
        self.results[slot] = Some(tensor);
        Ok(())
    }

    /// Gives a quantised result as FLOAT32 steps from its zero point, which are rounded half to even, and held
    /// to the type's range.
    ///
    /// # Errors
    /// A tensor of another type or shape, and results that are not quantised.
    pub fn finish_steps(&mut self, slot: usize, steps: &Tensor) -> Result<(), OpError> {
        self.store_steps(slot, steps, self.io.result(slot))
    }

    /// Gives a quantised result as FLOAT32 codes, which are rounded half to even, and held to the type's range.
    ///
    /// # Errors
    /// A tensor of another type or shape, and results that are not quantised.
    pub fn finish_codes(&mut self, slot: usize, codes: &Tensor) -> Result<(), OpError> {
        self.store_steps(slot, codes, &self.io.result(slot).centred())
    }

    /// Gives a result as FLOAT32 steps from the zero point of a value of its type.
    fn store_steps(&mut self, slot: usize, steps: &Tensor, value: &Value) -> Result<(), OpError> {
        self.fits(slot, steps, DType::Float32)?;
        let stored = datum_type(value.stored)
            .ok_or_else(|| OpError::result(slot, "an integer type", value.stored))?;
        self.results[slot] = Some(Arc::new(quant::store_steps(steps, value, stored)?));
        Ok(())
    }

    fn fits(&self, slot: usize, tensor: &Tensor, dtype: DType) -> Result<(), OpError> {
        let value = self.io.result(slot);
        let fits = value.shape.rank() == tensor.rank()
            && (value.shape.dims().iter().zip(tensor.shape()))
                .all(|(dim, &n)| dim.fixed().is_none_or(|want| want == n));
        if !fits {
            let found = format!("{:?} from the reference", tensor.shape());
            return Err(OpError::result(slot, &value.shape, found));
        }
        if datum_type(dtype) != Some(tensor.datum_type()) {
            let found = format!("{:?} from the reference", tensor.datum_type());
            return Err(OpError::result(slot, dtype, found));
        }
        Ok(())
    }

    /// Gives an INT32 or INT64 result.
    ///
    /// # Errors
    /// Results of no integer type, and elements that are not as many as the shape has.
    pub fn finish_ints(
        &mut self,
        slot: usize,
        shape: &[usize],
        ints: &[i64],
    ) -> Result<(), OpError> {
        let tensor = Tensor::from_shape(shape, ints).map_err(OpError::from_tract)?;
        let dtype = datum_type(self.result_dtype(slot));
        let dtype = dtype.ok_or_else(|| OpError::result(slot, "INT32 or INT64", "another type"))?;
        let narrow = tensor.cast_to_dt(dtype).map_err(OpError::from_tract)?;
        self.finish(slot, narrow.into_owned())
    }

    /// Runs a subgraph.
    ///
    /// # Errors
    /// Those of the subgraph.
    pub fn call(
        &mut self,
        subgraph: GraphId,
        inputs: Vec<Arc<Tensor>>,
    ) -> Result<Vec<Arc<Tensor>>, OpError> {
        (self.call)(subgraph, inputs)
    }
}

impl OpError {
    /// tract refused to execute something.
    pub fn from_tract(error: impl std::fmt::Display) -> Self {
        OpError::unsupported(format!("tract: {error:#}"))
    }
}
