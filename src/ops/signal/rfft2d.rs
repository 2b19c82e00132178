//! RFFT2D: the two-dimensional Fourier transform of real numbers over the last two axes, which are cut or
//! padded with zeros to the lengths that operand 1 gives; of the last axis only the first half and one.
//!
//! Source: LiteRT kernels/rfft2d.cc. ONNX: MatMul with constant matrices (few runtimes have DFT). Complex
//! numbers are pairs along an extra last axis.

#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{DType, Dim, LowerCx, OpDef, OpError, Operands, Operator, Shape, Tolerance, Wire};
#[cfg(feature = "validate")]
use crate::reference::kernels::spectrum;
use crate::tflite::schema::BuiltinOperator;

pub(super) static DEFS: &[OpDef] = &[
    OpDef::new(BuiltinOperator::RFFT2D, |_| Ok(Box::new(Rfft2D)))
        .arity(2..=2, 1..=1)
        .emits(&["MatMul", "Add", "Reshape"])
        .note("constant lengths; complex numbers are pairs along an extra last axis"),
];

/// The largest matrix that is written, in elements.
const LARGEST: usize = 1 << 24;

#[derive(Debug)]
struct Rfft2D;

/// Extents of the last two axes, and the lengths they are transformed at.
struct Plan {
    input: [usize; 2],
    length: [usize; 2],
}

impl Plan {
    fn of(io: &Operands<'_>) -> Result<Self, OpError> {
        let lengths = io.ints(1)?;
        let power = |n: &i64| usize::try_from(*n).ok().filter(|n| n.is_power_of_two());
        let length: Vec<usize> = lengths.iter().filter_map(power).collect();
        let [height, width] = length[..] else {
            let found = format!("{lengths:?}");
            return Err(OpError::operand(1, "two powers of 2", found));
        };
        let shape = io.shape(0)?;
        let last = Shape::new(shape.dims()[shape.rank() - 2..].iter().cloned());
        let Some(&[rows, columns]) = last.fixed().as_deref() else {
            let what = format!("needs static last axes, found {shape}");
            return Err(OpError::unsupported_operand(0, what));
        };
        let plan = Plan {
            input: [rows, columns],
            length: [height, width],
        };
        let sizes = [
            columns.saturating_mul(2 * plan.bins()),
            rows.saturating_mul(2 * height),
        ];
        if sizes.into_iter().any(|size| size > LARGEST) {
            return Err(OpError::unsupported(format!(
                "a transform of {rows} × {columns} numbers at length {height} × {width}, whose matrix has more than {LARGEST} elements"
            )));
        }
        Ok(plan)
    }

    /// Result elements along the last axis.
    fn bins(&self) -> usize {
        self.length[1] / 2 + 1
    }

    /// Columns: for each bin the two parts of what a number adds to it, times `turn` quarters of a turn.
    fn along_rows(&self, turn: usize) -> Vec<f32> {
        let length = self.length[1];
        let mut matrix = Vec::with_capacity(self.input[1] * 2 * self.bins());
        for at in 0..self.input[1] {
            for bin in 0..self.bins() {
                let (cosine, sine) = match at < length {
                    true => turned(bin * at, length),
                    false => (0.0, 0.0),
                };
                // exp(−iφ) = cos φ − i sin φ, and i times that is sin φ + i cos φ.
                let (real, imaginary) = match turn {
                    0 => (cosine, -sine),
                    _ => (sine, cosine),
                };
                matrix.extend([real as f32, imaginary as f32]);
            }
        }
        matrix
    }

    /// Rows: for each bin the cosines, or the sines, of what a row adds to it.
    fn along_columns(&self, part: fn((f64, f64)) -> f64) -> Vec<f32> {
        let length = self.length[0];
        let mut matrix = Vec::with_capacity(self.input[0] * length);
        for bin in 0..length {
            for at in 0..self.input[0] {
                let x = match at < length {
                    true => part(turned(bin * at, length)),
                    false => 0.0,
                };
                matrix.push(x as f32);
            }
        }
        matrix
    }
}

/// Cosine and sine of `steps` of `length` to a turn.
fn turned(steps: usize, length: usize) -> (f64, f64) {
    let angle = std::f64::consts::TAU * (steps % length) as f64 / length as f64;
    (angle.cos(), angle.sin())
}

impl Rfft2D {
    /// The transform along the last axis, its bins' pairs side by side.
    fn rows(cx: &mut LowerCx<'_>, x: &Wire, plan: &Plan, turn: usize) -> Wire {
        let shape = [plan.input[1], 2 * plan.bins()];
        let matrix = cx.floats(&shape, &plan.along_rows(turn));
        let mut dims = x.shape.dims().to_vec();
        dims[x.rank() - 1] = Dim::Fixed(shape[1]);
        let node = cx.node("MatMul").inputs([x, &matrix]);
        node.out(DType::Float32, Shape::new(dims))
    }

    /// A product with a matrix over the last axis but one.
    fn columns(cx: &mut LowerCx<'_>, x: &Wire, plan: &Plan, matrix: &[f32]) -> Wire {
        let shape = [plan.length[0], plan.input[0]];
        let matrix = cx.floats(&shape, matrix);
        let mut dims = x.shape.dims().to_vec();
        dims[x.rank() - 2] = Dim::Fixed(shape[0]);
        let node = cx.node("MatMul").inputs([&matrix, x]);
        node.out(DType::Float32, Shape::new(dims))
    }
}

impl Operator for Rfft2D {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        io.expect_dtype(0, &[DType::Float32])?;
        io.expect_rank(0, 2..=usize::MAX)?;
        io.expect_dtype(1, &[DType::Int32])?;
        if io.operand(0)?.complex || !io.result(0).complex {
            return Err(OpError::inconsistent(
                "it makes complex numbers of real ones",
            ));
        }
        io.expect_result_dtype(0, DType::Float32)?;
        Plan::of(io).map(drop)
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        let plan = Plan::of(io)?;
        let dims = io.shape(0)?.dims();
        let lead = dims[..dims.len() - 2].iter().cloned();
        let last = [plan.length[0], plan.bins(), 2].map(Dim::Fixed);
        Ok(Some(vec![lead.chain(last).collect()]))
    }

    fn takes_complex(&self) -> bool {
        true
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let plan = Plan::of(cx.io())?;
        let x = cx.real(0)?;
        let along_rows = plan.input[1].saturating_mul(2 * plan.bins());
        let along_columns = plan.input[0].saturating_mul(plan.length[0]);
        cx.make_room(along_rows.saturating_add(along_columns), 8)?;
        let rows = Self::rows(cx, &x, &plan, 0);
        // exp(−iφ) y = cos φ · y − sin φ · (i y).
        let y = match plan.length[0] {
            1 if plan.input[0] == 1 => rows,
            _ => {
                let turned = Self::rows(cx, &x, &plan, 1);
                let cosines = plan.along_columns(|(cosine, _)| cosine);
                let sines = plan.along_columns(|(_, sine)| -sine);
                let left = Self::columns(cx, &rows, &plan, &cosines);
                let right = Self::columns(cx, &turned, &plan, &sines);
                cx.binary("Add", &left, &right)?
            }
        };
        let y = cx.reshape(&y, &cx.result_shape(0))?;
        cx.finish(0, y)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        let length = Plan::of(cx.io())?.length;
        let y = spectrum::rfft2d(&*cx.tensor(0)?, length)?;
        cx.finish(0, y)
    }

    fn tolerance(&self) -> Tolerance {
        Tolerance::ROUNDING
    }
}
