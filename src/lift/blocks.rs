//! Blockwise quantisation: a scale for every few neighbours in a row, kept in a tensor of their own.
//!
//! Source: schema.fbs, `BlockwiseQuantization`; LiteRT kernels/fully_connected.cc (`EvalBlockwise4Bit`) and
//! embedding_lookup.cc (`EvalBlockwise`): element i of the constant has scale i / block_size. They read the scales
//! as half floats, and no zero points.

use std::sync::Arc;

use super::tensor::Reader;
use crate::error::Error;
use crate::ir::{DType, Literal, Quant, Shape};
use crate::tflite::{self, schema};

impl<'a> Reader<'a> {
    /// The parameters of a tensor of this shape that says it is quantised in blocks.
    pub(super) fn blocks(
        &self,
        subgraph: &schema::SubGraph<'a>,
        index: usize,
        shape: &Shape,
        details: &schema::BlockwiseQuantization<'a>,
    ) -> Result<Quant, Error> {
        let wrong = |what: String| Error::malformed(format!("tensor {index} {what}"));
        let elements = shape.count().unwrap_or_default();
        let shape = shape.fixed().unwrap_or_default();
        let row = shape.last().copied();
        let size = details.block_size();
        let block = usize::try_from(size).ok().filter(|&block| block > 0);
        let fits = |&block: &usize| row.is_some_and(|row| row.is_multiple_of(block));
        let block = block.filter(fits).ok_or_else(|| {
            wrong(format!(
                "of shape {shape:?} is quantised in blocks of {size} along its rows"
            ))
        })?;
        let own = |&n: &i32| n == size;
        let line = |list: Vec<i32>| {
            let (last, others) = list.split_last()?;
            Some(own(last) && others.iter().all(|&n| n == 1))
        };
        let given: Option<Vec<i32>> = details.block_shape().map(|list| list.iter().collect());
        if let Some(given) = given.filter(|list| !list.is_empty())
            && line(given.clone()) != Some(true)
        {
            return Err(wrong(format!(
                "is quantised in blocks of {given:?}, and only pieces of rows are supported"
            )));
        }
        let count = elements / block;
        let scale = self.numbers(subgraph, details.scales()).ok_or_else(|| {
            wrong(format!(
                "names tensor {} for its scales, which is no constant of half floats or floats",
                details.scales()
            ))
        })?;
        let scale = scale.floats().unwrap_or_default();
        if scale.len() != count {
            let found = scale.len();
            return Err(wrong(format!(
                "of shape {shape:?} in blocks of {block} takes {count} scales, and has {found}"
            )));
        }
        if !scale.iter().all(|&scale| scale >= 0.0 && scale.is_finite()) {
            return Err(wrong("has a scale that is no number from 0 on".into()));
        }
        self.expect_zeros(subgraph, details.zero_points(), count)
            .map_err(wrong)?;
        Ok(Quant {
            zero_point: vec![0; count].into(),
            scale: Arc::from(scale),
            axis: shape.len().checked_sub(1),
            block: Some(block),
        })
    }

    /// A constant of floating-point numbers, as FLOAT32.
    fn numbers(&self, subgraph: &schema::SubGraph<'a>, index: i32) -> Option<Literal> {
        self.other(subgraph, index)
            .filter(|literal| matches!(literal.dtype, DType::Float16 | DType::Float32))?
            .cast(DType::Float32)
    }

    /// LiteRT looks at no zero points, so others than 0 have no meaning to carry over. Files that have none name
    /// tensor −1, or 0, which is another tensor: only one that could be meant counts.
    fn expect_zeros(
        &self,
        subgraph: &schema::SubGraph<'a>,
        index: i32,
        count: usize,
    ) -> Result<(), String> {
        let zeros = self.other(subgraph, index).and_then(|literal| {
            let integers = literal.dtype.is_integer().then_some(&literal)?;
            integers.cast(DType::Int64)?.ints()
        });
        match zeros.filter(|zeros| zeros.len() == count) {
            Some(zeros) if zeros.iter().any(|&zero| zero != 0) => {
                Err("has zero points for its blocks, which TFLite's kernels do not look at".into())
            }
            _ => Ok(()),
        }
    }

    /// Another constant of the same subgraph.
    fn other(&self, subgraph: &schema::SubGraph<'a>, index: i32) -> Option<Literal> {
        let tensors = subgraph.tensors()?;
        let index = usize::try_from(index)
            .ok()
            .filter(|&index| index < tensors.len())?;
        let tensor = tensors.get(index);
        let dims = tensor.shape().into_iter().flatten();
        let shape: Vec<usize> = dims.map(usize::try_from).collect::<Result<_, _>>().ok()?;
        let dtype = tflite::dtype(tensor.type_())?;
        let data = self.stored(index, &tensor).ok().flatten()?;
        let count = shape
            .iter()
            .try_fold(1usize, |n, &dim| n.checked_mul(dim))?;
        (dtype.bytes_of(count) == Some(data.len())).then_some(Literal { dtype, shape, data })
    }
}
