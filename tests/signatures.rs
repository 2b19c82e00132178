//! Each signature, converted, gives what the interpreter's signature runner recorded, under its names.

#![cfg(feature = "validate")]

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use bytes::Bytes;
use safetensors::SafeTensors;
use tfl2onnx::op::{DType, Literal};
use tfl2onnx::{Converter, Registry, Status, Validation, metadata, signatures, testing, validate};

fn fixture(name: &str) -> Bytes {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/signatures");
    fs::read(folder.join(name))
        .expect("the fixture is there")
        .into()
}

/// What was fed and what came out, by the signature's names; all is float32.
fn recorded(key: &str) -> HashMap<String, Literal> {
    let bytes = fixture(&format!("two.{key}.safetensors"));
    let tensors = SafeTensors::deserialize(&bytes).expect("safetensors");
    let literal = |(name, view): (String, safetensors::tensor::TensorView<'_>)| {
        let data = Bytes::copy_from_slice(view.data()).into();
        let shape = view.shape().to_vec();
        let dtype = DType::Float32;
        (name, Literal { dtype, shape, data })
    };
    tensors.tensors().into_iter().map(literal).collect()
}

/// Every reader takes files whose 8-byte numbers are off by 4; what such a file computes is tested with the other odd ones.
#[test]
fn those_of_an_unaligned_file_are_read() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/odd/off_by_four.tflite");
    let bytes = Bytes::from(fs::read(file).expect("the fixture is there"));
    assert_eq!(signatures(&bytes).expect("sound").len(), 0);
    assert!(metadata::read(&bytes).expect("sound").is_none());
    let told = tfl2onnx::inspect::Inspection::read(&bytes).expect("sound");
    let tensors = &told.subgraphs[0].tensors;
    let channels = tensors
        .iter()
        .filter_map(|tensor| tensor.quantization.as_ref());
    let points: Vec<_> = channels.map(|one| one.zero_point.clone()).collect();
    assert_eq!(points, [vec![-3], vec![0; 4], vec![0; 4], vec![5]]);
}

#[test]
fn all_are_listed() {
    let found = signatures(&fixture("two.tflite")).expect("sound");
    let names = |list: &[tfl2onnx::SignatureTensor]| -> Vec<String> {
        list.iter().map(|one| one.name.clone()).collect()
    };
    let found: Vec<_> = found
        .iter()
        .map(|one| {
            (
                one.key.as_str(),
                one.subgraph,
                names(&one.inputs),
                names(&one.outputs),
            )
        })
        .collect();
    let strings = |list: &[&str]| -> Vec<String> { list.iter().map(|&name| name.into()).collect() };
    let expected = [
        ("encode", 0, strings(&["image"]), strings(&["code"])),
        ("decode", 1, strings(&["b", "a"]), strings(&["difference"])),
    ];
    assert_eq!(found, expected);
}

#[test]
fn each_gives_what_its_runner_gave() {
    let tflite = fixture("two.tflite");
    for key in ["encode", "decode"] {
        let golden = recorded(key);
        let converter = Converter::new().signature(key).signature_names(true);
        let conversion = converter.convert_bytes(&tflite).expect(key);
        let report = conversion.report();
        assert_eq!(report.signature.as_deref(), Some(key));
        let inputs: Vec<Literal> = report
            .inputs
            .iter()
            .map(|port| golden[&format!("in:{}", port.name)].clone())
            .collect();
        let outputs = testing::execute_onnx(&conversion, &inputs).expect("runs");
        for (port, output) in report.outputs.iter().zip(&outputs) {
            let wanted = &golden[&format!("out:{}", port.name)];
            assert_eq!(output.shape, wanted.shape);
            // One multiplication or subtraction, exact in both.
            assert_eq!(output.data, wanted.data, "{key} {}", port.name);
        }
        let registry = Registry::builtin();
        let verdict = validate(&tflite, &conversion, &registry, &Validation::default());
        assert_eq!(verdict.expect(key).status, Status::Verified);
    }
}

#[test]
fn without_a_key_it_is_the_first_subgraph_by_its_tensors_names() {
    let tflite = fixture("two.tflite");
    let conversion = Converter::new().convert_bytes(&tflite).expect("sound");
    let report = conversion.report();
    assert_eq!(report.inputs[0].name, "encode_image:0");
    assert_eq!(
        (report.subgraph, report.signature.as_deref()),
        (0, Some("encode"))
    );
    let decode = Converter::new()
        .signature("decode")
        .convert_bytes(&tflite)
        .expect("sound");
    let names: Vec<&str> = decode
        .report()
        .inputs
        .iter()
        .map(|port| &*port.name)
        .collect();
    assert_eq!(names, ["decode_left:0", "decode_right:0"]);
}

#[test]
fn a_miss_suggests_the_nearest() {
    let refused = |key: &str| {
        let converter = Converter::new().signature(key);
        converter
            .convert_bytes(&fixture("two.tflite"))
            .expect_err("no such key")
            .to_string()
    };
    assert!(
        refused("Decod").contains("did you mean \"decode\""),
        "{}",
        refused("Decod")
    );
    assert!(
        refused("quantise").contains("\"encode\", \"decode\""),
        "{}",
        refused("quantise")
    );
}
