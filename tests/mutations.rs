//! Damaged models: whatever is done to the bytes or the fields of a fixture, the conversion ends in an error or in
//! a file that a second decoder reads, without a panic and within bounds of time and memory.
//!
//! Every damage is seeded. `TFL2ONNX_FLIPS` sets how many flipped bytes each fixture gets; the default keeps this
//! suite within a minute or two, and some thousands are for the patient.

#![cfg(feature = "validate")]

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use flatbuffers::FlatBufferBuilder;
use onnx_protobuf::Message;
use peak_alloc::PeakAlloc;
use tfl2onnx::Converter;
use tfl2onnx::testing::schema::{
    BufferT, BuiltinOperator, BuiltinOptions2T, Model, ModelT, OperatorCodeT, OperatorT,
    QuantizationParametersT, SparseIndexVectorT, StableHLOCompositeOptionsT, SubGraphT, TensorT,
    TensorType, finish_model_buffer, root_as_model,
};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// The peak is the process's: one conversion at a time.
static ALONE: Mutex<()> = Mutex::new(());

/// What the last panic said, and where.
static PANIC: Mutex<String> = Mutex::new(String::new());

/// What a conversion may allocate beyond `FACTOR` times the file: folding, sparse constants and tables made of
/// extents have 64 MiB each, and a table is copied a few times while it is made.
const ALLOWED: usize = 256 << 20;
const FACTOR: usize = 64;

/// A conversion of a few kilobytes takes milliseconds; this is for what never ends.
const PATIENCE: Duration = Duration::from_secs(20);

/// SplitMix64 (Steele, Lea, Flood 2014).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Below `end`, which is not 0.
    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    fn pick<'a, T>(&mut self, list: &'a mut [T]) -> Option<&'a mut T> {
        (!list.is_empty()).then(|| self.below(list.len()))?;
        let at = self.below(list.len());
        list.get_mut(at)
    }
}

fn fixtures() -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("the fixtures are there") {
            let path = entry.expect("readable").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|suffix| suffix == "tflite") {
                let data = fs::read(&path).expect("readable");
                found.push((path, data));
            }
        }
    }
    found.sort();
    assert!(found.len() > 1000, "{} fixtures", found.len());
    found
}

#[derive(Default)]
struct Tally {
    refused: usize,
    converted: usize,
    faults: Vec<String>,
    /// The greatest allocation, and whose it was.
    peak: (usize, String),
    slowest: (Duration, String),
}

impl Tally {
    /// Converts damaged bytes and notes what came of it; `what` says how to make them again.
    fn convert(&mut self, data: Vec<u8>, what: impl Fn() -> String) {
        let data = Bytes::from(data);
        MEMORY.reset_peak_usage();
        let (before, start) = (MEMORY.current_usage(), Instant::now());
        let outcome = catch_unwind(AssertUnwindSafe(|| Converter::new().convert_bytes(&data)));
        let took = start.elapsed();
        let used = MEMORY.peak_usage().saturating_sub(before);
        let mut fault = |why: String| self.faults.push(format!("{}: {why}", what()));
        match outcome {
            Err(_) => {
                let panic = PANIC.lock().unwrap_or_else(PoisonError::into_inner);
                fault(format!("panic: {panic}"));
            }
            Ok(Err(error)) if error.to_string().is_empty() => {
                fault("an error without words".into())
            }
            Ok(Err(_)) => self.refused += 1,
            Ok(Ok(conversion)) => {
                let read = onnx_protobuf::ModelProto::parse_from_bytes(conversion.bytes());
                if let Err(error) = read {
                    fault(format!("what was written cannot be decoded: {error}"));
                }
                self.converted += 1;
            }
        }
        let mut fault = |why: String| self.faults.push(format!("{}: {why}", what()));
        if used > ALLOWED + FACTOR * data.len() {
            fault(format!("{used} bytes were allocated for {}", data.len()));
        }
        if took > PATIENCE {
            fault(format!("took {took:?}"));
        }
        if used > self.peak.0 {
            self.peak = (used, what());
        }
        if took > self.slowest.0 {
            self.slowest = (took, what());
        }
    }

    fn close(self, what: &str) {
        println!(
            "{what}: {} refused, {} converted; at most {} KiB ({}) and {:?} ({})",
            self.refused,
            self.converted,
            self.peak.0 >> 10,
            self.peak.1,
            self.slowest.0,
            self.slowest.1
        );
        assert!(
            self.refused > 0,
            "nothing was refused: was anything damaged?"
        );
        // Printed, not left to the assertion: the next suite may have silenced panics already.
        for fault in self.faults.iter().take(40) {
            println!("    {fault}");
        }
        assert!(self.faults.is_empty(), "{} faults", self.faults.len());
    }
}

/// Panics are caught and told with the damage that led to them; their own message would be lost among thousands.
fn alone<T>(work: impl FnOnce() -> T) -> T {
    let _guard = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|panic| {
        *PANIC.lock().unwrap_or_else(PoisonError::into_inner) = panic.to_string();
    }));
    let result = work();
    std::panic::set_hook(hook);
    result
}

fn name(path: &Path) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    path.strip_prefix(root)
        .unwrap_or(path)
        .display()
        .to_string()
}

#[test]
fn truncated_files_end_in_words() {
    let tally = alone(|| {
        let mut tally = Tally::default();
        for (path, data) in fixtures() {
            for end in (0..data.len()).step_by(64).chain([data.len()]) {
                tally.convert(data[..end].to_vec(), || {
                    format!("{} cut at {end}", name(&path))
                });
            }
        }
        tally
    });
    tally.close("truncations");
}

#[test]
fn flipped_bytes_end_in_words_or_in_a_file() {
    let flips = std::env::var("TFL2ONNX_FLIPS").ok();
    let flips: usize = flips.map_or(300, |flips| flips.parse().expect("a number"));
    let tally = alone(|| {
        let mut tally = Tally::default();
        for (index, (path, data)) in fixtures().iter().enumerate() {
            for round in 0..flips {
                let seed = (index * 1_000_003 + round) as u64;
                let mut random = Random(seed);
                let mut damaged = data.clone();
                // One byte or several, of which some sit together.
                for _ in 0..=random.of(&[0, 0, 0, 1, 3, 15]) {
                    if let Some(byte) = random.pick(&mut damaged) {
                        *byte = random.of(&[*byte ^ 1, *byte ^ 0x80, !*byte, 0, 0xFF, 0x7F]);
                    }
                }
                tally.convert(damaged, || {
                    format!("{} flipped with seed {seed}", name(path))
                });
            }
        }
        tally
    });
    tally.close("flips");
}

#[test]
fn altered_fields_end_in_words_or_in_a_file() {
    let rounds = std::env::var("TFL2ONNX_FLIPS").ok();
    let rounds: usize = rounds.map_or(150, |rounds| rounds.parse().expect("a number"));
    let tally = alone(|| {
        let mut tally = Tally::default();
        for (index, (path, data)) in fixtures().iter().enumerate() {
            let Some(model) = unpacked(data) else {
                continue;
            };
            for round in 0..rounds {
                let seed = (index * 1_000_003 + round) as u64;
                let mut random = Random(seed);
                let mut model = model.clone();
                for _ in 0..=random.below(3) {
                    alter(&mut model, &mut random);
                }
                tally.convert(packed(&model), || {
                    format!("{} altered with seed {seed}", name(path))
                });
            }
        }
        tally
    });
    tally.close("altered fields");
}

fn unpacked(data: &[u8]) -> Option<ModelT> {
    let model: Model<'_> = root_as_model(data).ok()?;
    Some(model.unpack())
}

fn packed(model: &ModelT) -> Vec<u8> {
    let mut builder = FlatBufferBuilder::new();
    let root = model.pack(&mut builder);
    finish_model_buffer(&mut builder, root);
    builder.finished_data().to_vec()
}

const WILD: &[i32] = &[-1, -2, 0, 1, 2, 7, 1 << 16, 1 << 30, i32::MAX, i32::MIN];

/// One change to one field that means something.
fn alter(model: &mut ModelT, random: &mut Random) {
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

/// What no fixture comes near, each made for the purpose.
#[test]
fn made_to_hurt() {
    let tally = alone(|| {
        let mut tally = Tally::default();
        tally.convert(packed(&nested_calls(10_000)), || {
            "10,000 nested calls".into()
        });
        tally.convert(packed(&call_of_itself()), || {
            "a subgraph that calls itself".into()
        });
        tally.convert(packed(&reshape_to(1 << 20, 1 << 20)), || {
            "a RESHAPE to 2^40".into()
        });
        tally.convert(packed(&reshape_to(i32::MAX, i32::MAX)), || {
            "a RESHAPE to 2^62".into()
        });
        tally
    });
    assert_eq!(tally.converted, 0);
    tally.close("made to hurt");
}

/// The tables are non-exhaustive: they are made empty, then filled.
fn made<T: Default>(fill: impl FnOnce(&mut T)) -> T {
    let mut made = T::default();
    fill(&mut made);
    made
}

fn vector(name: &str, shape: Vec<i32>, buffer: u32) -> TensorT {
    made(|tensor: &mut TensorT| {
        tensor.name = Some(name.into());
        tensor.shape = Some(shape);
        tensor.buffer = buffer;
    })
}

fn model(builtin: BuiltinOperator, subgraphs: Vec<SubGraphT>, buffers: Vec<BufferT>) -> ModelT {
    let code = made(|code: &mut OperatorCodeT| {
        code.builtin_code = builtin;
        code.deprecated_builtin_code = builtin.0.min(127) as i8;
        code.version = 1;
    });
    made(|model: &mut ModelT| {
        model.version = 3;
        model.operator_codes = Some(vec![code]);
        model.subgraphs = Some(subgraphs);
        model.buffers = Some(buffers);
    })
}

/// A subgraph of one operator, from its first tensor (and the second, where it has three) to its last.
fn one_operator(tensors: Vec<TensorT>, fill: impl FnOnce(&mut OperatorT)) -> SubGraphT {
    let last = tensors.len() as i32 - 1;
    let operator = made(|operator: &mut OperatorT| {
        operator.inputs = Some((0..last).collect());
        operator.outputs = Some(vec![last]);
        fill(operator);
    });
    made(|graph: &mut SubGraphT| {
        graph.tensors = Some(tensors);
        graph.inputs = Some(vec![0]);
        graph.outputs = Some(vec![last]);
        graph.operators = Some(vec![operator]);
    })
}

fn calling(callee: i32) -> SubGraphT {
    let composite = made(|options: &mut StableHLOCompositeOptionsT| {
        options.name = Some("acme.nothing".into());
        options.decomposition_subgraph_index = callee;
    });
    let options = BuiltinOptions2T::StableHLOCompositeOptions(Box::new(composite));
    one_operator(
        vec![vector("x", vec![1], 0), vector("y", vec![1], 0)],
        |operator| operator.builtin_options_2 = options,
    )
}

fn nested_calls(depth: usize) -> ModelT {
    let graphs = (1..=depth).map(|callee| calling(callee as i32)).collect();
    let none = vec![BufferT::default()];
    model(BuiltinOperator::STABLEHLO_COMPOSITE, graphs, none)
}

fn call_of_itself() -> ModelT {
    let none = vec![BufferT::default()];
    model(BuiltinOperator::STABLEHLO_COMPOSITE, vec![calling(0)], none)
}

fn reshape_to(rows: i32, columns: i32) -> ModelT {
    let data = [rows.to_le_bytes(), columns.to_le_bytes()].concat();
    let shape = made(|buffer: &mut BufferT| buffer.data = Some(data));
    let mut sizes = vector("shape", vec![2], 1);
    sizes.type_ = TensorType::INT32;
    let tensors = vec![
        vector("x", vec![1], 0),
        sizes,
        vector("y", vec![rows, columns], 0),
    ];
    let graph = one_operator(tensors, |_| {});
    model(
        BuiltinOperator::RESHAPE,
        vec![graph],
        vec![BufferT::default(), shape],
    )
}
