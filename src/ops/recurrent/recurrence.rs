//! The steps of a sequence, each of which needs what the one before it left. A few are written out; more are the body
//! of a Scan, whatever their number, which may be known only at run time.
//!
//! ONNX: Scan. onnxruntime takes as long for it as for the steps one by one, and a tenth of the time to load them;
//! the file has one of them.

use super::lstm_cell::Sequence;
use crate::op::{DType, Dim, LowerCx, OpError, Shape, Wire};

/// Steps that are written out at most. Importers that have no graphs within graphs read those.
const FEW: usize = 3;

/// What a sequence gives: the outputs of all steps, and, where the operator carries it, what the last one leaves.
#[derive(Clone, Debug)]
pub(super) struct Run {
    pub outputs: Wire,
    pub left: Vec<Wire>,
}

impl Run {
    /// Gives the outputs as result 0, and behind the operator's own results what is left.
    pub fn finish(self, cx: &mut LowerCx<'_>) -> Result<(), OpError> {
        let shape = cx.result_shape(0);
        let y = cx.reshape(&self.outputs, &shape)?;
        cx.finish(0, y)?;
        finish_left(cx, &self.left)
    }
}

/// Gives what is left, where it is carried, behind the operator's own results.
pub(super) fn finish_left(cx: &mut LowerCx<'_>, left: &[Wire]) -> Result<(), OpError> {
    let own = cx.io().own_results();
    for (slot, wire) in (own..cx.io().results()).zip(left) {
        let shape = cx.result_shape(slot);
        let wire = cx.reshape(wire, &shape)?;
        cx.finish(slot, wire)?;
    }
    Ok(())
}

/// What a memory holds that is carried, `[batch, width]`.
pub(super) fn memory(cx: &mut LowerCx<'_>, slot: usize, width: usize) -> Result<Wire, OpError> {
    let memory = cx.real(slot)?;
    let count = memory.shape.count().unwrap_or(0);
    cx.reshape_to(&memory, &[count / width.max(1), width])
}

/// What a step is.
pub(super) trait Recurrence {
    /// The extents of what a step leaves to the next, of each row: its output's, and others'.
    fn state(&self) -> Vec<usize>;

    /// What the run before left, as a step reads it; without that it is zero.
    fn start(&self, cx: &mut LowerCx<'_>) -> Result<Option<Vec<Wire>>, OpError>;

    /// Output and further state, `[batch, …]`, from what is fed and from all of the state; without that it is zero.
    fn step(
        &self,
        cx: &mut LowerCx<'_>,
        fed: &Wire,
        before: Option<&[Wire]>,
    ) -> Result<(Wire, Vec<Wire>), OpError>;

    /// The output as the next step reads it.
    fn carried(&self, _cx: &mut LowerCx<'_>, output: &Wire) -> Result<Wire, OpError> {
        Ok(output.clone())
    }
}

/// All steps, one after the other; their outputs are in the order of the axes of what is fed.
pub(super) fn run(
    cx: &mut LowerCx<'_>,
    recurrence: &impl Recurrence,
    fed: &Wire,
    sequence: Sequence,
) -> Result<Run, OpError> {
    let axis = sequence.time_axis();
    let start = recurrence.start(cx)?;
    let few = fed.shape[axis].fixed().filter(|&steps| steps <= FEW);
    if let Some(steps) = few {
        return written_out(cx, recurrence, fed, (sequence, steps), start);
    }
    let start = match start {
        Some(start) => start,
        None => (recurrence.state().into_iter())
            .map(|width| zeros(cx, fed, 1 - axis, width))
            .collect::<Result<_, _>>()?,
    };
    let way = (axis, sequence.backward);
    let (left, outputs) = cx.steps(&start, fed, way, |cx, before, fed| {
        let (output, mut state) = recurrence.step(cx, fed, Some(before))?;
        state.insert(0, recurrence.carried(cx, &output)?);
        Ok((state, output))
    })?;
    Ok(Run { outputs, left })
}

fn written_out(
    cx: &mut LowerCx<'_>,
    recurrence: &impl Recurrence,
    fed: &Wire,
    (sequence, steps): (Sequence, usize),
    mut state: Option<Vec<Wire>>,
) -> Result<Run, OpError> {
    let axis = sequence.time_axis();
    let carries = cx.io().carries();
    let mut outputs = Vec::new();
    for step in 0..steps {
        let at = match sequence.backward {
            true => steps - 1 - step,
            false => step,
        };
        let fed = cx.pick(fed, axis, at);
        let (output, mut left) = recurrence.step(cx, &fed, state.as_deref())?;
        let mut dims = output.shape.dims().to_vec();
        dims.insert(axis, Dim::Fixed(1));
        outputs.push(cx.reshape(&output, &Shape::new(dims))?);
        if carries || step + 1 < steps {
            left.insert(0, recurrence.carried(cx, &output)?);
            state = Some(left);
        }
    }
    if sequence.backward {
        outputs.reverse();
    }
    Ok(Run {
        outputs: cx.concat(&outputs, axis)?,
        left: state.unwrap_or_default(),
    })
}

/// FLOAT32 zeros, a row for each of those of what is fed.
fn zeros(
    cx: &mut LowerCx<'_>,
    fed: &Wire,
    batch_axis: usize,
    width: usize,
) -> Result<Wire, OpError> {
    let batch = fed.shape[batch_axis].clone();
    let zero = cx.floats(&[1, 1], &[0.0]);
    if let Some(batch) = batch.fixed() {
        return Ok(cx.expand(&zero, &[batch, width]));
    }
    let target = [cx.extent(fed, batch_axis), cx.extents(&[width])];
    let target = cx.concat(&target, 0)?;
    let node = cx.node("Expand").input(&zero).input(&target);
    Ok(node.out(DType::Float32, Shape::new([batch, Dim::Fixed(width)])))
}
