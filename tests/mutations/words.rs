//! Damages that have a name: each of a kind by itself, to whatever part of a model it applies to.

use tfl2onnx::testing::schema::{
    BuiltinOptions2T, BuiltinOptionsT, ModelT, OperatorT, QuantizationParametersT, SubGraphT,
    TensorT,
};

use super::random::Random;

pub struct Word {
    pub name: &'static str,
    /// Does it; `None` where the model has nothing that it could be done to.
    pub damage: fn(&mut ModelT, &mut Random) -> Option<()>,
    /// Must no model be converted with it?
    pub fatal: bool,
    /// How many models have it done to them, at least.
    pub expected: usize,
}

const fn word(
    name: &'static str,
    expected: usize,
    damage: fn(&mut ModelT, &mut Random) -> Option<()>,
) -> Word {
    Word {
        name,
        damage,
        fatal: false,
        expected,
    }
}

const fn fatal(word: Word) -> Word {
    Word {
        fatal: true,
        ..word
    }
}

pub const WORDS: &[Word] = &[
    fatal(word("a negative extent", 1000, |model, random| {
        *extent(model, random)? = random.of(&[-2, -7, i32::MIN]);
        Some(())
    })),
    word("an extent of zero", 1000, |model, random| {
        *extent(model, random)? = 0;
        Some(())
    }),
    word("a huge extent", 1000, |model, random| {
        *extent(model, random)? = random.of(&[1 << 24, 1 << 30, i32::MAX]);
        Some(())
    }),
    word("extents that are huge together", 1000, |model, random| {
        let shape = tensor(model, random)?.shape.as_mut()?;
        shape.fill(random.of(&[1 << 13, 1 << 16, i32::MAX]));
        (shape.len() > 1).then_some(())
    }),
    fatal(word("an operand out of range", 1000, |model, random| {
        let graph = main(model)?;
        let count = graph.tensors.as_ref()?.len() as i32;
        let operator = random.pick(graph.operators.as_mut()?)?;
        *random.pick(operator.inputs.as_mut()?)? = random.of(&[count, i32::MAX, -2, i32::MIN]);
        Some(())
    })),
    fatal(word("a result out of range", 1000, |model, random| {
        let graph = main(model)?;
        let count = graph.tensors.as_ref()?.len() as i32;
        let operator = random.pick(graph.operators.as_mut()?)?;
        *random.pick(operator.outputs.as_mut()?)? = random.of(&[count, i32::MAX, -1, i32::MIN]);
        Some(())
    })),
    fatal(word(
        "an operator code out of range",
        1000,
        |model, random| {
            let count = model.operator_codes.as_ref().map_or(0, Vec::len) as u32;
            let operator = random.pick(main(model)?.operators.as_mut()?)?;
            operator.opcode_index = random.of(&[count, u32::MAX, 1 << 31]);
            Some(())
        },
    )),
    fatal(word("a buffer out of range", 1000, |model, random| {
        let count = model.buffers.as_ref().map_or(0, Vec::len) as u32;
        tensor(model, random)?.buffer = random.of(&[count, u32::MAX, 1 << 31]);
        Some(())
    })),
    fatal(word(
        "an input or output out of range",
        1000,
        |model, random| {
            let graph = main(model)?;
            let count = graph.tensors.as_ref()?.len() as i32;
            let list = match random.below(2) {
                0 => &mut graph.inputs,
                _ => &mut graph.outputs,
            };
            *random.pick(list.as_mut()?)? = random.of(&[count, i32::MAX, -1, i32::MIN]);
            Some(())
        },
    )),
    fatal(word("an input that is a constant", 500, |model, random| {
        let buffers = model.buffers.as_ref()?.iter();
        let filled =
            buffers.map(|buffer| buffer.data.as_ref().is_some_and(|data| !data.is_empty()));
        let filled: Vec<bool> = filled.collect();
        let graph = main(model)?;
        let tensors = graph.tensors.as_ref()?.iter();
        let constant = |tensor: &TensorT| {
            let filled = filled.get(tensor.buffer as usize);
            !tensor.is_variable && filled.is_some_and(|&filled| filled)
        };
        let constant = tensors.clone().position(constant)?;
        *random.pick(graph.inputs.as_mut()?)? = constant as i32;
        Some(())
    })),
    fatal(word("a subgraph out of range", 10, |model, random| {
        let count = model.subgraphs.as_ref()?.len() as i32;
        let wild = random.of(&[count, i32::MAX, -1, i32::MIN]);
        let operators = main(model)?.operators.as_mut()?;
        let mut callees = operators.iter_mut().filter_map(callee);
        *callees.next()? = wild;
        Some(())
    })),
    fatal(word(
        "an operator that reads its own result",
        1000,
        |model, random| {
            let operator = random.pick(main(model)?.operators.as_mut()?)?;
            let result = *random.pick(operator.outputs.as_mut()?)?;
            *random.pick(operator.inputs.as_mut()?)? = result;
            Some(())
        },
    )),
    fatal(word("a cycle of operators", 100, |model, random| {
        let operators = main(model)?.operators.as_mut()?;
        let late = 1 + random.below(operators.len().checked_sub(1).filter(|&n| n > 0)?);
        let result = *random.pick(operators[late].outputs.as_mut()?)?;
        let early = random.below(late);
        *random.pick(operators[early].inputs.as_mut()?)? = result;
        Some(())
    })),
    fatal(word(
        "a tensor that two operators write",
        100,
        |model, random| {
            let operators = main(model)?.operators.as_mut()?;
            let late = 1 + random.below(operators.len().checked_sub(1).filter(|&n| n > 0)?);
            let result = *random.pick(operators[late].outputs.as_mut()?)?;
            let early = random.below(late);
            *random.pick(operators[early].outputs.as_mut()?)? = result;
            Some(())
        },
    )),
    word("a buffer that tensors share", 1000, |model, random| {
        let other = tensor(model, random)?.buffer;
        tensor(model, random)?.buffer = other;
        Some(())
    }),
    word(
        "quantisation arrays of the wrong length",
        100,
        |model, random| {
            let found = quantization(model, random, 1)?;
            let count = found.scale.as_ref().map_or(0, Vec::len);
            let length = random.of(&[0, count - 1, count + 1, 2 * count, 1000]);
            match random.below(3) {
                0 => found.scale.as_mut()?.resize(length, 0.5),
                1 => found.zero_point.get_or_insert_default().resize(length, 0),
                _ => {
                    found.scale.as_mut()?.resize(length, 0.5);
                    found.zero_point.get_or_insert_default().resize(length, 0);
                }
            }
            Some(())
        },
    ),
    word("a quantised axis out of range", 20, |model, random| {
        let found = quantization(model, random, 2)?;
        found.quantized_dimension = random.of(&[-1, 9, i32::MAX, i32::MIN]);
        Some(())
    }),
    word("a signature out of range", 2, |model, random| {
        let signature = random.pick(model.signature_defs.as_mut()?)?;
        match random.below(3) {
            0 => signature.subgraph_index = random.of(&[1 << 20, u32::MAX]),
            1 => random.pick(signature.inputs.as_mut()?)?.tensor_index = u32::MAX,
            _ => random.pick(signature.outputs.as_mut()?)?.tensor_index = 1 << 20,
        }
        Some(())
    }),
];

fn main(model: &mut ModelT) -> Option<&mut SubGraphT> {
    model.subgraphs.as_mut()?.first_mut()
}

fn tensor<'a>(model: &'a mut ModelT, random: &mut Random) -> Option<&'a mut TensorT> {
    random.pick(main(model)?.tensors.as_mut()?)
}

fn extent<'a>(model: &'a mut ModelT, random: &mut Random) -> Option<&'a mut i32> {
    let tensors = main(model)?.tensors.as_mut()?;
    let mut shapes: Vec<_> = tensors
        .iter_mut()
        .filter_map(|tensor| tensor.shape.as_mut())
        .filter(|shape| !shape.is_empty())
        .collect();
    let at = random.below(shapes.len().max(1));
    let shape = (at < shapes.len()).then(|| shapes.swap_remove(at))?;
    random.pick(shape)
}

/// The parameters of a tensor that has so many scales or more.
fn quantization<'a>(
    model: &'a mut ModelT,
    random: &mut Random,
    scales: usize,
) -> Option<&'a mut QuantizationParametersT> {
    let tensors = main(model)?.tensors.as_mut()?;
    let mut found: Vec<_> = tensors
        .iter_mut()
        .filter_map(|tensor| tensor.quantization.as_deref_mut())
        .filter(|found| found.scale.as_ref().map_or(0, Vec::len) >= scales)
        .collect();
    let at = random.below(found.len().max(1));
    (at < found.len()).then(|| found.swap_remove(at))
}

/// The subgraph that an operator names first.
fn callee(operator: &mut OperatorT) -> Option<&mut i32> {
    match &mut operator.builtin_options {
        BuiltinOptionsT::IfOptions(options) => return Some(&mut options.then_subgraph_index),
        BuiltinOptionsT::WhileOptions(options) => return Some(&mut options.body_subgraph_index),
        BuiltinOptionsT::CallOnceOptions(options) => return Some(&mut options.init_subgraph_index),
        _ => {}
    }
    match &mut operator.builtin_options_2 {
        BuiltinOptions2T::StableHLOCompositeOptions(options) => {
            Some(&mut options.decomposition_subgraph_index)
        }
        BuiltinOptions2T::StablehloCaseOptions(options) => {
            options.branch_subgraph_indices.as_mut()?.first_mut()
        }
        _ => None,
    }
}
