//! STABLEHLO_SCATTER: updates brought to where index vectors say, folded with what is there. What falls outside
//! is dropped, element by element.
//!
//! Source: LiteRT kernels/stablehlo_scatter.cc, which tells the fold from a subgraph of one operator, or of
//! none, which takes the update. ONNX: arithmetic on the indices, then ScatterElements into the tensor written
//! as one row (onnxruntime's ScatterND loses updates where it meets an index twice).

#[cfg(feature = "validate")]
use crate::op::ReferenceCx;
use crate::op::{
    Cut, DType, LowerCx, OpDef, OpError, Operands, Operator, QuantRule, RawOp, Shape, Tolerance,
    Wire,
};
use crate::ops::movers::expect_movable;
#[cfg(feature = "validate")]
use crate::reference::kernels::slices;
use crate::tflite::schema::{BuiltinOperator as Code, StablehloScatterOptionsT};

use super::slices::{Starts, axes, coordinates, steps};

pub(super) static DEFS: &[OpDef] = &[OpDef::new(Code::STABLEHLO_SCATTER, Scatter::parse)
    .arity(3..=3, 1..=1)
    .emits(&["ScatterElements", "Mul", "Where"])
    .note("static shapes; the computation is one operator or takes the update")];

/// What becomes of an element that is updated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fold {
    Update,
    Add,
    Multiply,
    Maximum,
    Minimum,
}

impl Fold {
    fn of_body(raw: &RawOp<'_>, subgraph: i32) -> Result<Self, OpError> {
        let codes = raw.subgraph_codes(subgraph)?;
        match codes.as_slice() {
            [] => {
                let body = raw.body(subgraph)?;
                let (inputs, outputs) = (body.inputs(), body.outputs());
                let second = inputs
                    .filter(|list| list.len() == 2)
                    .map(|list| list.get(1));
                let result = outputs
                    .filter(|list| list.len() == 1)
                    .map(|list| list.get(0));
                match second.is_some() && second == result {
                    true => Ok(Fold::Update),
                    false => Err(OpError::unsupported(
                        "a computation that does not take the update",
                    )),
                }
            }
            [Code::STABLEHLO_ADD] => Ok(Fold::Add),
            [Code::STABLEHLO_MULTIPLY] => Ok(Fold::Multiply),
            [Code::STABLEHLO_MAXIMUM] => Ok(Fold::Maximum),
            [Code::STABLEHLO_MINIMUM] => Ok(Fold::Minimum),
            _ => {
                let names = codes.iter().map(|code| code.variant_name().unwrap_or("?"));
                Err(OpError::unsupported(format!(
                    "a computation with [{}]: expected one of STABLEHLO_ADD, …_MULTIPLY, …_MAXIMUM, …_MINIMUM, or none",
                    names.collect::<Vec<_>>().join(", ")
                )))
            }
        }
    }

    /// ONNX's `reduction`, and the opset that has it.
    fn reduction(self) -> Option<(&'static str, i64)> {
        match self {
            Fold::Update => None,
            Fold::Add => Some(("add", 16)),
            Fold::Multiply => Some(("mul", 16)),
            Fold::Maximum => Some(("max", 18)),
            Fold::Minimum => Some(("min", 18)),
        }
    }
}

#[derive(Debug)]
struct Scatter {
    starts: Starts,
    /// Axes of the updates along which a slice lies.
    window_axes: Vec<usize>,
    /// Axes of the tensor that slices do not have.
    inserted: Vec<usize>,
    fold: Fold,
}

impl Scatter {
    fn parse(raw: &RawOp<'_>) -> Result<Box<dyn Operator>, OpError> {
        let options = raw
            .operator
            .builtin_options_2_as_stablehlo_scatter_options();
        let options = options.ok_or_else(|| OpError::inconsistent("it has no options"))?;
        let StablehloScatterOptionsT {
            indices_are_sorted: _, // A hint.
            update_window_dims,
            inserted_window_dims,
            scatter_dims_to_operand_dims,
            index_vector_dim,
            unique_indices: _, // A promise that nothing here needs.
            update_computation_subgraph_index,
        } = options.unpack();
        let vector_axis = usize::try_from(index_vector_dim)
            .map_err(|_| OpError::option("index_vector_dim", "an axis", index_vector_dim))?;
        Ok(Box::new(Scatter {
            starts: Starts {
                slot: 1,
                vector_axis,
                axes: axes("scatter_dims_to_operand_dims", scatter_dims_to_operand_dims)?,
            },
            window_axes: axes("update_window_dims", update_window_dims)?,
            inserted: axes("inserted_window_dims", inserted_window_dims)?,
            fold: Fold::of_body(raw, update_computation_subgraph_index)?,
        }))
    }

    /// Extents of the updates' slices along the axes of the tensor, after the axes of the updates that are
    /// not theirs.
    fn extents(&self, io: &Operands<'_>) -> Result<(Vec<usize>, Vec<usize>), OpError> {
        let (dims, updates) = (io.dims(0)?, io.dims(2)?);
        let batch = self.starts.check(io, dims.len())?;
        let others = (0..updates.len()).filter(|axis| !self.window_axes.contains(axis));
        let others: Vec<usize> = others.collect();
        let sorted = self.window_axes.windows(2).all(|pair| pair[0] < pair[1]);
        let fits = self.window_axes.len() + self.inserted.len() == dims.len()
            && self.window_axes.iter().all(|&axis| axis < updates.len())
            && self.inserted.iter().all(|&axis| axis < dims.len())
            && others
                .iter()
                .map(|&axis| updates[axis])
                .eq(batch.iter().copied());
        if !sorted || !fits || updates.contains(&0) {
            let found = format!("{:?}, {:?}", self.window_axes, self.inserted);
            return Err(OpError::option(
                "update_window_dims and inserted_window_dims",
                format!("the axes of slices of {dims:?} in {updates:?}"),
                found,
            ));
        }
        let mut windows = self.window_axes.iter().map(|&axis| updates[axis]);
        let extent = |axis: usize| match self.inserted.contains(&axis) {
            true => Some(1),
            false => windows.next(),
        };
        Ok(((0..dims.len()).filter_map(extent).collect(), others))
    }

    /// Where every element of every update goes: one row each, `beyond` where that is outside.
    fn lower_places(
        &self,
        cx: &mut LowerCx<'_>,
        extents: &[usize],
        beyond: usize,
    ) -> Result<Wire, OpError> {
        let dims = cx.io().dims(0)?;
        let steps = steps(&dims);
        let rows = self.starts.lower(cx)?;
        let starts = self.starts.flat(cx, &rows, &steps)?;
        let places = coordinates(extents)?;
        let offsets = places
            .iter()
            .map(|place| place.iter().zip(&steps).map(|(at, step)| at * step).sum());
        let offsets: Vec<usize> = offsets.collect();
        let offsets = cx.extents(&offsets);
        let at = cx.binary("Add", &starts, &offsets)?;
        let mut inside: Option<Wire> = None;
        for (i, &axis) in self.starts.axes.iter().enumerate() {
            let start = cx.slice(
                &rows,
                &[Cut {
                    axis: 1,
                    start: i as i64,
                    step: 1,
                    extent: 1,
                }],
            );
            let along: Vec<usize> = places.iter().map(|place| place[axis]).collect();
            let along = cx.extents(&along);
            let place = cx.binary("Add", &start, &along)?;
            let (least, end) = (cx.int64s(&[-1]), cx.extents(&[dims[axis]]));
            for test in [
                cx.compare("Greater", &place, &least)?,
                cx.compare("Less", &place, &end)?,
            ] {
                inside = Some(match inside {
                    None => test,
                    Some(others) => cx.binary("And", &others, &test)?,
                });
            }
        }
        let Some(inside) = inside else { return Ok(at) };
        let beyond = cx.extents(&[beyond]);
        cx.select(&inside, &at, &beyond)
    }
}

impl Operator for Scatter {
    fn check(&self, io: &Operands<'_>) -> Result<(), OpError> {
        expect_movable(io, 0)?;
        let stored = io.operand(0)?.stored;
        let computed = [
            DType::Float32,
            DType::Int8,
            DType::Int16,
            DType::Int32,
            DType::Int64,
            DType::UInt8,
        ];
        if self.fold != Fold::Update && !computed.contains(&stored) {
            return Err(OpError::unsupported_operand(
                0,
                format!("{:?} of {stored}", self.fold),
            ));
        }
        let (updates, result) = (io.operand(2)?.stored, io.result(0).stored);
        if updates != stored {
            return Err(OpError::operand(2, stored, updates));
        }
        if result != stored {
            return Err(OpError::result(0, stored, result));
        }
        self.extents(io).map(drop)
    }

    fn infer(&self, io: &Operands<'_>) -> Result<Option<Vec<Shape>>, OpError> {
        Ok(Some(vec![io.shape(0)?.clone()]))
    }

    fn quant(&self) -> QuantRule {
        QuantRule::Stored
    }

    fn lower(&self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let (extents, others) = self.extents(cx.io())?;
        let dims = cx.io().dims(0)?;
        let count: usize = dims.iter().product();
        let own = cx.io().operand(0)?.stored;
        let wide = match own {
            DType::Bool | DType::Int8 | DType::Int16 | DType::UInt8 | DType::UInt16 => DType::Int32,
            other => other,
        };
        let at = self.lower_places(cx, &extents, count)?;
        // Where several updates meet, the kernel takes them in the order in which the tensor of updates holds
        // them, and ScatterElements in the order given: so the places are turned, not the updates.
        let held = cx.io().dims(2)?;
        let written = [others, self.window_axes.clone()].concat();
        let turned: Vec<usize> = written.iter().map(|&axis| held[axis]).collect();
        let back = (0..held.len()).filter_map(|axis| written.iter().position(|&own| own == axis));
        let back: Vec<usize> = back.collect();
        let at = cx.reshape_to(&at, &turned)?;
        let at = cx.transpose(&at, &back)?;
        let updates = cx.source(2)?;
        let total = held.iter().product();
        let updates = cx.reshape_to(&updates, &[total])?;
        let updates = cx.cast(&updates, wide)?;
        let at = cx.reshape_to(&at, &[total])?;
        let x = cx.source(0)?;
        let x = cx.reshape_to(&x, &[count])?;
        let x = cx.cast(&x, wide)?;
        // One element more, where updates go that go nowhere.
        let nowhere = cx.scalar(wide, 0.0)?;
        let x = cx.pad(&x, &[(0, 1)], Some(&nowhere))?;
        if let Some((_, opset)) = self.fold.reduction() {
            cx.require_opset(opset)?;
        }
        let node = cx
            .node("ScatterElements")
            .inputs([&x, &at, &updates])
            .attr("axis", 0i64);
        let node = match self.fold.reduction() {
            Some((reduction, _)) => node.attr("reduction", reduction),
            None => node,
        };
        let y = node.out_like(&x);
        let y = cx.slice(
            &y,
            &[Cut {
                axis: 0,
                start: 0,
                step: 1,
                extent: count,
            }],
        );
        let y = cx.reshape_to(&y, &dims)?;
        let y = cx.cast(&y, own)?;
        cx.finish(0, y)
    }

    #[cfg(feature = "validate")]
    fn reference(&self, cx: &mut ReferenceCx<'_>) -> Result<(), OpError> {
        use slices::Fold as Of;
        let options = slices::Scatter {
            vector_axis: self.starts.vector_axis,
            start_axes: &self.starts.axes,
            window_axes: &self.window_axes,
            inserted: &self.inserted,
            fold: match self.fold {
                Fold::Update => Of::Update,
                Fold::Add => Of::Add,
                Fold::Multiply => Of::Multiply,
                Fold::Maximum => Of::Maximum,
                Fold::Minimum => Of::Minimum,
            },
        };
        let y = slices::scatter(&*cx.tensor(0)?, &*cx.tensor(1)?, &*cx.tensor(2)?, &options)?;
        cx.finish(0, y)
    }

    fn tolerance(&self) -> Tolerance {
        match self.fold {
            Fold::Update => Tolerance::EXACT,
            _ => Tolerance::ROUNDING,
        }
    }
}
