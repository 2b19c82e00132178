//! Fields changed at random, to what means something.

use tfl2onnx::testing::schema::{
    BuiltinOperator, ModelT, QuantizationParametersT, SparseIndexVectorT, SubGraphT, TensorT,
    TensorType,
};

use super::random::Random;

const WILD: &[i32] = &[-1, -2, 0, 1, 2, 7, 1 << 16, 1 << 30, i32::MAX, i32::MIN];

/// One change to one field that means something.
pub fn alter(model: &mut ModelT, random: &mut Random) {
    match random.below(8) {
        0 => buffer(model, random),
        1 => operator_code(model, random),
        2..=4 => {
            if let Some(tensor) =
                graph(model, random).and_then(|graph| random.pick(graph.tensors.as_mut()?))
            {
                self::tensor(tensor, random);
            }
        }
        _ => {
            if let Some(graph) = graph(model, random) {
                wiring(graph, random);
            }
        }
    }
}

fn graph<'a>(model: &'a mut ModelT, random: &mut Random) -> Option<&'a mut SubGraphT> {
    random.pick(model.subgraphs.as_mut()?)
}

fn buffer(model: &mut ModelT, random: &mut Random) {
    let Some(buffer) = model
        .buffers
        .as_mut()
        .and_then(|buffers| random.pick(buffers))
    else {
        return;
    };
    match (random.below(5), &mut buffer.data) {
        (0, data) => *data = None,
        (1, Some(data)) => data.truncate(random.below(data.len() + 1)),
        (2, Some(data)) => data.extend(std::iter::repeat_n(0x55, 1 + random.below(9))),
        (3, Some(data)) => {
            // Extents, axes and indices, as INT32 or as INT64.
            let wild = i64::from(random.of(WILD)) << random.of(&[0, 10, 31]);
            let width = random.of(&[4, 8]);
            let elements = data.len() / width;
            if elements > 0 {
                let at = random.below(elements) * width;
                data[at..at + width].copy_from_slice(&wild.to_le_bytes()[..width]);
            }
        }
        _ => {
            buffer.offset = random.of(&[1, 2, 40, 1 << 20, u64::MAX]);
            buffer.size_ = random.of(&[0, 1, 16, 1 << 40, u64::MAX]);
        }
    }
}

fn operator_code(model: &mut ModelT, random: &mut Random) {
    let Some(code) = model
        .operator_codes
        .as_mut()
        .and_then(|codes| random.pick(codes))
    else {
        return;
    };
    match random.below(3) {
        0 => code.version = random.of(WILD),
        1 => {
            let number = random.below(215) as i32;
            code.builtin_code = BuiltinOperator(number);
            code.deprecated_builtin_code = number.min(127) as i8;
        }
        _ => {
            code.custom_code = Some(
                random
                    .of(&["", "Resampler", "TFLite_Detection_PostProcess"])
                    .into(),
            )
        }
    }
}

fn tensor(tensor: &mut TensorT, random: &mut Random) {
    match random.below(8) {
        0 | 1 => {
            let shape = tensor.shape.get_or_insert_default();
            match random.below(3) {
                0 => shape.push(random.of(WILD)),
                1 => drop(shape.pop()),
                _ => {
                    if let Some(extent) = random.pick(shape) {
                        *extent = random.of(WILD);
                    }
                }
            }
        }
        2 => tensor.shape_signature = Some(vec![random.of(WILD); random.below(6)]),
        3 => tensor.type_ = TensorType(random.below(24) as i8),
        4 => tensor.buffer = random.below(6) as u32 * random.of(&[1, 1, 1 << 20]),
        5 => tensor.is_variable = !tensor.is_variable,
        6 => quantization(tensor.quantization.get_or_insert_default(), random),
        _ => {
            let Some(sparsity) = tensor.sparsity.as_mut() else {
                return;
            };
            if let Some(level) = sparsity
                .dim_metadata
                .as_mut()
                .and_then(|levels| random.pick(levels))
            {
                level.dense_size = random.of(WILD);
                if let SparseIndexVectorT::Int32Vector(vector) = &mut level.array_segments
                    && let Some(segment) = vector.values.as_mut().and_then(|all| random.pick(all))
                {
                    *segment = random.of(WILD);
                }
            }
        }
    }
}

fn quantization(quantization: &mut QuantizationParametersT, random: &mut Random) {
    let scale = random.of(&[0.0, -1.0, 1e-30, 0.5, 1e38, f32::NAN, f32::INFINITY]);
    match random.below(4) {
        0 => quantization.scale = Some(vec![scale; random.below(5)]),
        1 => quantization.zero_point = Some(vec![i64::from(random.of(WILD)); random.below(5)]),
        2 => quantization.quantized_dimension = random.of(WILD),
        _ => {
            quantization.scale = Some(vec![scale]);
            quantization.zero_point = Some(vec![random.of(&[0, 3, 1 << 40, i64::MIN])]);
        }
    }
}

fn wiring(graph: &mut SubGraphT, random: &mut Random) {
    let tensors = graph.tensors.as_ref().map_or(0, Vec::len);
    let index = |random: &mut Random| match random.below(3) {
        0 => random.of(WILD),
        _ => random.below(tensors + 1) as i32,
    };
    if random.below(4) == 0 {
        let list = if random.below(2) == 0 {
            &mut graph.inputs
        } else {
            &mut graph.outputs
        };
        let list = list.get_or_insert_default();
        match random.pick(list) {
            Some(entry) => *entry = index(random),
            None => list.push(index(random)),
        }
        return;
    }
    let Some(operators) = graph.operators.as_mut() else {
        return;
    };
    if random.below(6) == 0 && operators.len() > 1 {
        let (a, b) = (random.below(operators.len()), random.below(operators.len()));
        operators.swap(a, b);
        return;
    }
    let Some(operator) = random.pick(operators) else {
        return;
    };
    match random.below(5) {
        0 => operator.opcode_index = random.of(WILD) as u32,
        1 => {
            if let Some(entry) = random.pick(operator.outputs.get_or_insert_default()) {
                *entry = index(random);
            }
        }
        2 => drop(operator.inputs.get_or_insert_default().pop()),
        3 => operator.inputs.get_or_insert_default().push(index(random)),
        _ => {
            if let Some(entry) = random.pick(operator.inputs.get_or_insert_default()) {
                *entry = index(random);
            }
        }
    }
}
