//! Other batch sizes, and models cut in two: what the interpreter recorded for one example must come out
//! among others, and of two halves.

#![cfg(feature = "validate")]

mod golden;

use bytes::Bytes;
use golden::{allowed_steps, differs, fixtures, golden};
use tfl2onnx::op::{Dim, Literal, Symbol};
use tfl2onnx::{Conversion, Converter, testing};

/// The elements from last to first: as valid as the recorded ones, and another example.
fn reversed(literal: &Literal) -> Literal {
    let width = literal.data.len() / literal.shape.iter().product::<usize>().max(1);
    let chunks: Vec<&[u8]> = literal.data.chunks(width.max(1)).rev().collect();
    Literal {
        data: Bytes::from(chunks.concat()).into(),
        ..literal.clone()
    }
}

/// Two tensors one after the other along an axis.
fn stacked(first: &Literal, second: &Literal, axis: usize) -> Literal {
    let mut shape = first.shape.clone();
    shape[axis] *= 2;
    let blocks: usize = first.shape[..axis].iter().product();
    let block = first.data.len() / blocks.max(1);
    let mut data = Vec::new();
    for at in 0..blocks {
        for part in [first, second] {
            data.extend_from_slice(&part.data[at * block..(at + 1) * block]);
        }
    }
    Literal {
        dtype: first.dtype,
        shape,
        data: data.into(),
    }
}

/// The second half along an axis.
fn second_half(literal: &Literal, axis: usize) -> Literal {
    let mut shape = literal.shape.clone();
    shape[axis] /= 2;
    let blocks: usize = shape[..axis].iter().product();
    let block = literal.data.len() / blocks.max(1);
    let data = (0..blocks).flat_map(|at| &literal.data[at * block + block / 2..(at + 1) * block]);
    Literal {
        dtype: literal.dtype,
        shape,
        data: data.copied().collect(),
    }
}

/// The one axis along which `more` is twice `once`.
fn doubled(once: &[usize], more: &[usize]) -> Option<usize> {
    if once.len() != more.len() {
        return None;
    }
    (0..once.len()).find(|&axis| once[axis] != more[axis])
}

/// Runs the recorded example behind another one, and compares what comes out for it.
fn fault(
    conversion: &Conversion,
    inputs: &[Literal],
    wanted: &[Literal],
    steps: i64,
) -> Option<String> {
    let mut fed = Vec::new();
    for (input, port) in inputs.iter().zip(&conversion.report().inputs) {
        let first = port.shape.dims().first();
        let grown = first.is_some_and(|dim| dim.fixed() != Some(input.shape[0]));
        fed.push(match grown {
            true => stacked(&reversed(input), input, 0),
            false => input.clone(),
        });
    }
    let outputs = match testing::execute_onnx(conversion, &fed) {
        Ok(outputs) => outputs,
        Err(why) => return Some(why),
    };
    let mut found = Vec::new();
    for (output, want) in outputs.iter().zip(wanted) {
        found.push(match doubled(&want.shape, &output.shape) {
            Some(axis) => second_half(output, axis),
            None => output.clone(),
        });
    }
    differs(wanted, &found, steps)
}

/// What `--batch` makes of every fixture: a right model, or none.
fn every_fixture(size: impl Fn(usize) -> Dim) -> (usize, Vec<String>) {
    let (mut converted, mut faults) = (0, Vec::new());
    for path in fixtures("ops").into_iter().chain(fixtures("models")) {
        let inputs = golden(&path, "in");
        let Some(own) = inputs.iter().find(|input| input.shape.len() > 1) else {
            continue;
        };
        let tflite = Bytes::from(std::fs::read(&path).expect("readable"));
        let converter = Converter::new().batch(size(own.shape[0]));
        let Ok(conversion) = converter.convert_bytes(&tflite) else {
            continue;
        };
        converted += 1;
        if let Some(why) = fault(
            &conversion,
            &inputs,
            &golden(&path, "out"),
            allowed_steps(&path),
        ) {
            faults.push(format!("{}: {why}", path.display()));
        }
    }
    (converted, faults)
}

#[test]
fn an_example_comes_out_of_twice_the_batch_as_it_does_alone() {
    let (converted, faults) = every_fixture(|own| Dim::Fixed(2 * own));
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(converted > 250, "{converted} converted");
}

#[test]
fn and_out_of_a_dynamic_batch() {
    let (converted, faults) = every_fixture(|_| Dim::Symbol(Symbol::new("batch")));
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(converted > 250, "{converted} converted");
}

/// A net cut at each of its tensors in turn: the second half, fed with what the first one gives, must give
/// what was recorded for the whole.
#[test]
fn two_halves_make_the_whole() {
    let path = fixtures("models")
        .into_iter()
        .find(|path| path.ends_with("inverted_residual.tflite"))
        .expect("the fixture is there");
    let tflite = Bytes::from(std::fs::read(&path).expect("readable"));
    let (inputs, wanted) = (golden(&path, "in"), golden(&path, "out"));
    let mut cuts = 0;
    for index in 0..200 {
        let tensor = format!("#{index}");
        let first = Converter::new().outputs([&tensor]).convert_bytes(&tflite);
        let second = Converter::new().inputs([&tensor]).convert_bytes(&tflite);
        let (Ok(first), Ok(second)) = (first, second) else {
            continue;
        };
        let middle = testing::execute_onnx(&first, &inputs).expect("the first half runs");
        let found = testing::execute_onnx(&second, &middle).expect("the second half runs");
        assert_eq!(differs(&wanted, &found, 0), None, "cut at {tensor}");
        cuts += 1;
    }
    assert!(cuts > 5, "{cuts} cuts");
}
