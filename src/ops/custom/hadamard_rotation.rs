//! aeq.hadamard_rotation: neighbours along the last axis, `hadamard_size` at a time, multiplied by the Hadamard matrix
//! of that size over the root of it. AI Edge Quantizer puts it in front of a FULLY_CONNECTED whose weights it has
//! turned the same way, and behind an EMBEDDING_LOOKUP.
//!
//! Source: LiteRT kernels/hadamard_rotation.cc, which takes matrices and pages of matrices as such and turns only the
//! beginning of what has more axes; `random_binary_vector` is not read. ONNX: MatMul. An element of the matrix is
//! −1 where the numbers of its row and column have an odd number of ones in common, so a great one is the Kronecker
//! product of two, by which the rows and then the columns of a rectangle are multiplied.

#[cfg(feature = "validate")]
use super::reference::{floats, tensor};
use super::structs::positive;
#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    Batch, Batched, DType, Dim, LowerCx, OpDef, OpError, Operands, Operator, RawOp, Shape,
    Tolerance, Wire,
};

/// The greatest matrix that is written out; that of twice its size is the product of two.
const WRITTEN: usize = 64;

pub(super) static DEFS: &[OpDef] = &[OpDef::named("aeq.hadamard_rotation", parse)
    .arity(1..=1, 1..=1)
    .emits(&["Reshape", "MatMul"])
    .note("LiteRT; rank 2 or 3")];

#[derive(Debug)]
struct HadamardRotation {
    /// How many elements are multiplied with each other: a power of two.
    size: usize,
}

fn parse(raw: &RawOp<'_>) -> Result<Box<dyn Operator>, OpError> {
    let size = positive("hadamard_size", raw.flex()?.int("hadamard_size")?)?;
    match size.is_power_of_two() {
        true => Ok(Box::new(HadamardRotation { size })),
        false => Err(OpError::option("hadamard_size", "a power of two", size)),
    }
}

impl HadamardRotation {
    /// The sizes of the matrices whose Kronecker product is written: of the columns and of the rows.
    fn factors(&self) -> [usize; 2] {
        match self.size <= WRITTEN {
            true => [1, self.size],
            false => {
                let rows = 1 << (self.size.ilog2() / 2);
                [self.size / rows, rows]
            }
        }
    }

    /// The Hadamard matrix of so many rows, times a factor.
    fn matrix(cx: &mut LowerCx<'_>, rows: usize, factor: f32) -> Wire {
        let element = |at: usize| match ((at / rows) & (at % rows)).count_ones() % 2 {
            0 => factor,
            _ => -factor,
        };
        let elements: Vec<f32> = (0..rows * rows).map(element).collect();
        cx.floats(&[rows, rows], &elements)
    }
}

impl Operator for HadamardRotation {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        io.expect_dtype(0, &[DType::Float32])?;
        io.expect_result_dtype(0, DType::Float32)?;
        io.expect_rank(0, 2..=3)?;
        let shape = io.shape(0)?;
        match shape.dims().last().and_then(Dim::fixed) {
            Some(last) if last % self.size == 0 => Ok(()),
            _ => Err(OpError::operand(
                0,
                format!("a last axis of a multiple of {}", self.size),
                shape,
            )),
        }
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        Ok(Some(vec![io.shape(0)?.clone()]))
    }

    fn batch(&self, io: &Operands<'_>, batch: &Batch<'_>) -> Result<Batched, OpError> {
        batch.same(io, 0..io.rank(0)?.saturating_sub(1))
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let x = cx.real(0)?;
        let whole = x.shape.clone();
        let last = whole.dims().last().and_then(Dim::fixed).unwrap_or(0);
        let [columns, rows] = self.factors();
        let lead = whole.dims().iter().take(whole.rank().saturating_sub(1));
        let mut parts: Vec<Dim> = lead.cloned().collect();
        parts.extend(
            [last / self.size, columns]
                .into_iter()
                .filter(|&extent| extent != 1)
                .chain([rows])
                .map(Dim::Fixed),
        );
        let x = cx.reshape(&x, &Shape::new(parts))?;
        let right = Self::matrix(cx, rows, 1.0 / (self.size as f32).sqrt());
        let mut y = cx.node("MatMul").inputs([&x, &right]).out_like(&x);
        if columns > 1 {
            let left = Self::matrix(cx, columns, 1.0);
            y = cx.node("MatMul").inputs([&left, &y]).out_like(&x);
        }
        let y = cx.reshape(&y, &whole)?;
        cx.finish(0, y)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let x = cx.tensor(0)?;
        let mut out = floats(&x)?.to_vec();
        let factor = 1.0 / (self.size as f32).sqrt();
        for chunk in out.chunks_exact_mut(self.size) {
            let mut half = 1;
            while half < self.size {
                for pair in chunk.chunks_exact_mut(2 * half) {
                    let (left, right) = pair.split_at_mut(half);
                    for (a, b) in left.iter_mut().zip(right) {
                        (*a, *b) = (*a + *b, *a - *b);
                    }
                }
                half *= 2;
            }
            chunk.iter_mut().for_each(|element| *element *= factor);
        }
        cx.finish(0, tensor(x.shape(), &out)?)
    }

    fn tolerance(&self) -> Tolerance {
        Tolerance::ROUNDING
    }
}
