//! RFFT2D: the two-dimensional Fourier transform of real numbers over the last two axes, which are cut or
//! padded with zeros to the lengths that operand 1 gives; of the last axis only the first half and one.
//!
//! Source: LiteRT kernels/rfft2d.cc. ONNX: MatMul with constant matrices (few runtimes have DFT), of which the file has the
//! few numbers that they consist of, and where each is used. Complex numbers are pairs along an extra last axis.

#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    Cut, DType, Dim, Listed, Literal, LowerCx, OpDef, OpError, Operands, Operator, Shape,
    Tolerance, Wire,
};
#[cfg(feature = "validate")]
use crate::reference::kernels::spectrum;
use crate::tflite::schema::BuiltinOperator;

pub(super) static DEFS: &[OpDef] = &[
    OpDef::new(BuiltinOperator::RFFT2D, |_| Ok(Box::new(Rfft2D)))
        .arity(2..=2, 1..=1)
        .emits(&["MatMul", "Add", "Reshape", "Mul", "Mod", "Gather"])
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
            return Err(OpError::operand(1, "two powers of 2", Listed(&lengths)));
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

    /// How many rows and columns are read: what lies beyond the lengths is cut off.
    fn read(&self) -> [usize; 2] {
        [0, 1].map(|axis| self.input[axis].min(self.length[axis]))
    }

    /// For each part of a turn the two parts of what a number adds to a bin, times `turn` quarters of a turn.
    fn pairs(&self, turn: usize) -> Vec<f32> {
        let length = self.length[1];
        let pair = |steps: usize| {
            let (cosine, sine) = turned(steps, length);
            // exp(−iφ) = cos φ − i sin φ, and i times that is sin φ + i cos φ.
            match turn {
                0 => [cosine as f32, -sine as f32],
                _ => [sine as f32, cosine as f32],
            }
        };
        (0..length).flat_map(pair).collect()
    }

    /// For each part of a turn the cosine or the sine.
    fn parts(&self, part: fn((f64, f64)) -> f64) -> Vec<f32> {
        let length = self.length[0];
        let steps = 0..length;
        steps
            .map(|steps| part(turned(steps, length)) as f32)
            .collect()
    }
}

/// Cosine and sine of `steps` of `length` to a turn.
fn turned(steps: usize, length: usize) -> (f64, f64) {
    let angle = std::f64::consts::TAU * (steps % length) as f64 / length as f64;
    (angle.cos(), angle.sin())
}

impl Rfft2D {
    /// A table's entries for all pairs of a row and a bin, whose turns are their product's. Runtimes have the whole
    /// matrix made when they load the file, which need not have it.
    fn matrix(
        cx: &mut LowerCx<'_>,
        table: &Wire,
        length: usize,
        [first, second]: [usize; 2],
    ) -> Result<Wire, OpError> {
        let mut counted = |shape: [usize; 2]| {
            let ints: Vec<i64> = (0..shape[0] * shape[1]).map(|n| n as i64).collect();
            let literal = Literal::from_ints(DType::Int32, shape.to_vec(), &ints);
            literal.map(|literal| cx.literal(literal))
        };
        let both = counted([first, 1]).zip(counted([1, second]));
        let (down, across) = both.ok_or_else(|| OpError::unsupported("so long a transform"))?;
        let steps = cx.binary("Mul", &down, &across)?;
        let turn = cx.scalar(DType::Int32, length as f64)?;
        let steps = cx.binary("Mod", &steps, &turn)?;
        Ok(cx.gather(table, &steps, 0))
    }

    /// The transform along the last axis, its bins' pairs side by side.
    fn rows(cx: &mut LowerCx<'_>, x: &Wire, plan: &Plan, turn: usize) -> Result<Wire, OpError> {
        let ([_, columns], length) = (plan.read(), plan.length[1]);
        let table = cx.floats(&[length, 2], &plan.pairs(turn));
        let matrix = Self::matrix(cx, &table, length, [columns, plan.bins()])?;
        let shape = [columns, 2 * plan.bins()];
        let matrix = cx.reshape(&matrix, &Shape::new(shape))?;
        let mut dims = x.shape.dims().to_vec();
        dims[x.rank() - 1] = Dim::Fixed(shape[1]);
        let node = cx.node("MatMul").inputs([x, &matrix]);
        Ok(node.out(DType::Float32, Shape::new(dims)))
    }

    /// A product over the last axis but one with a matrix of a table's entries.
    fn columns(
        cx: &mut LowerCx<'_>,
        x: &Wire,
        plan: &Plan,
        table: &[f32],
    ) -> Result<Wire, OpError> {
        let ([rows, _], length) = (plan.read(), plan.length[0]);
        let table = cx.floats(&[length], table);
        let matrix = Self::matrix(cx, &table, length, [length, rows])?;
        let mut dims = x.shape.dims().to_vec();
        dims[x.rank() - 2] = Dim::Fixed(length);
        let node = cx.node("MatMul").inputs([&matrix, x]);
        Ok(node.out(DType::Float32, Shape::new(dims)))
    }

    /// The input without what the transform does not read.
    fn input(cx: &mut LowerCx<'_>, plan: &Plan) -> Result<Wire, OpError> {
        let x = cx.real(0)?;
        let cut = |axis: usize| Cut {
            axis: x.rank() - 2 + axis,
            start: 0,
            step: 1,
            extent: plan.read()[axis],
        };
        Ok(cx.slice(&x, &[cut(0), cut(1)]))
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
        let x = Self::input(cx, &plan)?;
        cx.make_room(plan.length[0].saturating_add(plan.length[1]), 32)?;
        let rows = Self::rows(cx, &x, &plan, 0)?;
        // exp(−iφ) y = cos φ · y − sin φ · (i y).
        let y = match plan.length[0] {
            1 if plan.input[0] == 1 => rows,
            _ => {
                let turned = Self::rows(cx, &x, &plan, 1)?;
                let cosines = plan.parts(|(cosine, _)| cosine);
                let sines = plan.parts(|(_, sine)| -sine);
                let left = Self::columns(cx, &rows, &plan, &cosines)?;
                let right = Self::columns(cx, &turned, &plan, &sines)?;
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
