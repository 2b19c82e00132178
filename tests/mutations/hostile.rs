//! Models that ask for more than they hold, by running the same subgraph or reading the same bytes again and again.

use tfl2onnx::testing::schema::{
    BufferT, BuiltinOperator, BuiltinOptions2T, BuiltinOptionsT, DimensionMetadataT, DimensionType,
    IfOptionsT, Int32VectorT, ModelT, OperatorCodeT, OperatorT, SparseIndexVectorT,
    SparsityParametersT, StableHLOCompositeOptionsT, StablehloCaseOptionsT, SubGraphT, TensorT,
    TensorType, WhileOptionsT,
};

/// Makes a call of a subgraph.
type Caller = fn(i32) -> Call;

/// Each must be refused.
pub fn models() -> Vec<(String, ModelT)> {
    let calls: [(&str, Caller); 4] = [
        ("compositions", composition),
        ("conditions", |callee| branch(callee, callee)),
        ("cases", |callee| cases(vec![callee; 2])),
        ("loops", |callee| repetition(callee, callee)),
    ];
    let mut models = Vec::new();
    for (what, call) in calls {
        models.push((format!("10,000 nested {what}"), nested(10_000, 1, call)));
        models.push((
            format!("{what} that double at each of 60 levels"),
            nested(60, 2, call),
        ));
        models.push((
            format!("{what} of the subgraph that they are in"),
            model(vec![calling(1, &call(0))]),
        ));
    }
    let many = || cases(vec![1; 200_000]);
    models.push(("200,000 cases".into(), nested(1, 1, |_| many())));
    models.push(("a RESHAPE to 2^40".into(), reshape(1 << 20, 1 << 20)));
    models.push(("a RESHAPE to 2^62".into(), reshape(i32::MAX, i32::MAX)));
    models.push(("a RESHAPE to less than nothing".into(), reshape(-2, 1)));
    models
}

/// Each may be converted, within the bounds that all have.
pub fn sharing() -> Vec<(String, ModelT)> {
    let named = |_| tensor("x", TensorType::FLOAT32, vec![1], 0);
    let packed = |_| tensor("packed", TensorType::INT4, vec![1 << 16], 1);
    let constant = || tensor("constant", TensorType::FLOAT32, vec![1 << 18], 1);
    let mut negated = reading((0..2000).map(|_| constant()).collect(), vec![1; 1 << 20]);
    negate(&mut negated);
    vec![
        (
            "100,000 tensors of one name".into(),
            reading((0..100_000).map(named).collect(), vec![]),
        ),
        (
            "20,000 packed constants in one buffer".into(),
            reading((0..20_000).map(packed).collect(), vec![1; 1 << 15]),
        ),
        (
            "200 sparse constants in one buffer".into(),
            reading((0..200).map(|_| sparse()).collect(), vec![1]),
        ),
        ("2,000 foldable operators on one buffer".into(), negated),
    ]
}

/// Besides an operator these tensors, which are in this buffer where they are constant.
fn reading(more: Vec<TensorT>, data: Vec<u8>) -> ModelT {
    let mut tensors = vec![
        tensor("from", TensorType::FLOAT32, vec![1], 0),
        tensor("to", TensorType::FLOAT32, vec![1], 0),
    ];
    tensors.extend(more);
    let relu = operator(BuiltinOperator::RELU, vec![0], vec![1]);
    let mut model = model(vec![graph(tensors, vec![0], vec![1], vec![relu])]);
    let buffer = made(|buffer: &mut BufferT| buffer.data = Some(data));
    model.buffers = Some(vec![BufferT::default(), buffer]);
    model
}

/// Gives each constant of the first subgraph an operator that reads it.
fn negate(model: &mut ModelT) {
    let graph = model.subgraphs.iter_mut().flatten().next();
    let graph = graph.expect("there is one");
    let (tensors, operators) = (graph.tensors.as_mut(), graph.operators.as_mut());
    let (tensors, operators) = tensors.zip(operators).expect("there are some");
    for index in 2..tensors.len() {
        let mut result = tensors[index].clone();
        result.buffer = 0;
        let inputs = vec![index as i32];
        let outputs = vec![tensors.len() as i32];
        operators.push(operator(BuiltinOperator::NEG, inputs, outputs));
        tensors.push(result);
    }
}

/// One byte of 2^24.
fn sparse() -> TensorT {
    let list = |values: Vec<i32>| {
        let vector = made(|vector: &mut Int32VectorT| vector.values = Some(values));
        SparseIndexVectorT::Int32Vector(Box::new(vector))
    };
    let axis = made(|axis: &mut DimensionMetadataT| {
        axis.format = DimensionType::SPARSE_CSR;
        axis.array_segments = list(vec![0, 1]);
        axis.array_indices = list(vec![5]);
    });
    let sparsity = made(|sparsity: &mut SparsityParametersT| {
        sparsity.traversal_order = Some(vec![0]);
        sparsity.dim_metadata = Some(vec![axis]);
    });
    let mut tensor = tensor("sparse", TensorType::INT8, vec![1 << 24], 1);
    tensor.sparsity = Some(Box::new(sparsity));
    tensor
}

/// The tables are non-exhaustive: they are made empty, then filled.
fn made<T: Default>(fill: impl FnOnce(&mut T)) -> T {
    let mut made = T::default();
    fill(&mut made);
    made
}

fn tensor(name: &str, dtype: TensorType, shape: Vec<i32>, buffer: u32) -> TensorT {
    made(|tensor: &mut TensorT| {
        tensor.name = Some(name.into());
        tensor.type_ = dtype;
        tensor.shape = Some(shape);
        tensor.buffer = buffer;
    })
}

const OPERATORS: [BuiltinOperator; 7] = [
    BuiltinOperator::RELU,
    BuiltinOperator::NEG,
    BuiltinOperator::RESHAPE,
    BuiltinOperator::STABLEHLO_COMPOSITE,
    BuiltinOperator::IF,
    BuiltinOperator::STABLEHLO_CASE,
    BuiltinOperator::WHILE,
];

fn code(builtin: BuiltinOperator) -> u32 {
    let place = OPERATORS.iter().position(|&one| one == builtin);
    place.expect("one of them") as u32
}

fn model(subgraphs: Vec<SubGraphT>) -> ModelT {
    let codes = OPERATORS.map(|builtin| {
        made(|code: &mut OperatorCodeT| {
            code.builtin_code = builtin;
            code.deprecated_builtin_code = builtin.0.min(127) as i8;
            code.version = 1;
        })
    });
    made(|model: &mut ModelT| {
        model.version = 3;
        model.operator_codes = Some(codes.to_vec());
        model.subgraphs = Some(subgraphs);
        model.buffers = Some(vec![BufferT::default()]);
    })
}

fn operator(builtin: BuiltinOperator, inputs: Vec<i32>, outputs: Vec<i32>) -> OperatorT {
    made(|operator: &mut OperatorT| {
        operator.opcode_index = code(builtin);
        operator.inputs = Some(inputs);
        operator.outputs = Some(outputs);
    })
}

fn graph(
    tensors: Vec<TensorT>,
    inputs: Vec<i32>,
    outputs: Vec<i32>,
    operators: Vec<OperatorT>,
) -> SubGraphT {
    made(|graph: &mut SubGraphT| {
        graph.tensors = Some(tensors);
        graph.inputs = Some(inputs);
        graph.outputs = Some(outputs);
        graph.operators = Some(operators);
    })
}

/// An operator that runs subgraphs.
struct Call {
    builtin: BuiltinOperator,
    options: BuiltinOptionsT,
    options_2: BuiltinOptions2T,
    /// Does an operand that it decides by stand before those that it passes on?
    decides: bool,
}

fn composition(callee: i32) -> Call {
    let composite = made(|options: &mut StableHLOCompositeOptionsT| {
        options.name = Some("acme.nothing".into());
        options.decomposition_subgraph_index = callee;
    });
    Call {
        builtin: BuiltinOperator::STABLEHLO_COMPOSITE,
        options: BuiltinOptionsT::NONE,
        options_2: BuiltinOptions2T::StableHLOCompositeOptions(Box::new(composite)),
        decides: false,
    }
}

fn branch(then: i32, otherwise: i32) -> Call {
    let options = made(|options: &mut IfOptionsT| {
        options.then_subgraph_index = then;
        options.else_subgraph_index = otherwise;
    });
    Call {
        builtin: BuiltinOperator::IF,
        options: BuiltinOptionsT::IfOptions(Box::new(options)),
        options_2: BuiltinOptions2T::NONE,
        decides: true,
    }
}

fn cases(callees: Vec<i32>) -> Call {
    let options = made(|options: &mut StablehloCaseOptionsT| {
        options.branch_subgraph_indices = Some(callees);
    });
    Call {
        builtin: BuiltinOperator::STABLEHLO_CASE,
        options: BuiltinOptionsT::NONE,
        options_2: BuiltinOptions2T::StablehloCaseOptions(Box::new(options)),
        decides: true,
    }
}

fn repetition(condition: i32, body: i32) -> Call {
    let options = made(|options: &mut WhileOptionsT| {
        options.cond_subgraph_index = condition;
        options.body_subgraph_index = body;
    });
    Call {
        builtin: BuiltinOperator::WHILE,
        options: BuiltinOptionsT::WhileOptions(Box::new(options)),
        options_2: BuiltinOptions2T::NONE,
        decides: false,
    }
}

/// Takes and gives a flag, an index and a vector; so many calls, each of what the one before it gave.
fn calling(calls: usize, call: &Call) -> SubGraphT {
    let mut tensors = state(0);
    let mut operators = Vec::new();
    for step in 0..calls as i32 {
        tensors.extend(state(step + 1));
        let mut inputs: Vec<i32> = (3 * step..3 * step + 3).collect();
        if call.decides {
            // By the flag, or by the index.
            let by = i32::from(call.builtin == BuiltinOperator::STABLEHLO_CASE);
            inputs.insert(0, 3 * step + by);
        }
        let outputs = (3 * step + 3..3 * step + 6).collect();
        let mut operator = operator(call.builtin, inputs, outputs);
        operator.builtin_options = call.options.clone();
        operator.builtin_options_2 = call.options_2.clone();
        operators.push(operator);
    }
    let last = 3 * calls as i32;
    graph(
        tensors,
        vec![0, 1, 2],
        (last..last + 3).collect(),
        operators,
    )
}

fn state(number: i32) -> Vec<TensorT> {
    vec![
        tensor(&format!("flag_{number}"), TensorType::BOOL, vec![], 0),
        tensor(&format!("index_{number}"), TensorType::INT32, vec![], 0),
        tensor(&format!("x_{number}"), TensorType::FLOAT32, vec![1], 0),
    ]
}

/// Subgraphs each of which runs the next, several times.
fn nested(depth: usize, calls: usize, call: impl Fn(i32) -> Call) -> ModelT {
    let mut graphs: Vec<SubGraphT> = (1..=depth as i32)
        .map(|callee| calling(calls, &call(callee)))
        .collect();
    let mut tensors = state(0);
    tensors.push(tensor("y", TensorType::FLOAT32, vec![1], 0));
    let last = operator(BuiltinOperator::RELU, vec![2], vec![3]);
    graphs.push(graph(tensors, vec![0, 1, 2], vec![0, 1, 3], vec![last]));
    model(graphs)
}

fn reshape(rows: i32, columns: i32) -> ModelT {
    let data = [rows.to_le_bytes(), columns.to_le_bytes()].concat();
    let sizes = made(|buffer: &mut BufferT| buffer.data = Some(data));
    let tensors = vec![
        tensor("x", TensorType::FLOAT32, vec![1], 0),
        tensor("shape", TensorType::INT32, vec![2], 1),
        tensor("y", TensorType::FLOAT32, vec![rows, columns], 0),
    ];
    let reshape = operator(BuiltinOperator::RESHAPE, vec![0, 1], vec![2]);
    let mut model = model(vec![graph(tensors, vec![0], vec![2], vec![reshape])]);
    model.buffers = Some(vec![BufferT::default(), sizes]);
    model
}
