//! Small ONNX graphs, made here: symbols are bound, values watched and cut, and what cannot run is refused.

use tract_onnx::pb::tensor_shape_proto::{Dimension, dimension};
use tract_onnx::pb::{
    GraphProto, NodeProto, OperatorSetIdProto, TensorShapeProto, TypeProto, ValueInfoProto,
    type_proto,
};

use super::*;

fn node(op: &str, input: &[&str], output: &str) -> NodeProto {
    let input = input.iter().map(|name| (*name).to_owned()).collect();
    NodeProto {
        op_type: op.into(),
        input,
        output: vec![output.into()],
        ..Default::default()
    }
}

fn value(name: &str, dims: &[dimension::Value]) -> ValueInfoProto {
    let dim = dims
        .iter()
        .map(|dim| Dimension {
            value: Some(dim.clone()),
            ..Default::default()
        })
        .collect();
    let tensor = type_proto::Tensor {
        elem_type: 1,
        shape: Some(TensorShapeProto { dim }),
    };
    let r#type = TypeProto {
        value: Some(type_proto::Value::TensorType(tensor)),
        ..Default::default()
    };
    ValueInfoProto {
        name: name.into(),
        r#type: Some(r#type),
        ..Default::default()
    }
}

/// x of shape [N, 2] → Relu → Neg, and its Shape.
fn model(last: &str) -> Vec<u8> {
    let graph = GraphProto {
        input: vec![value(
            "x",
            &[
                dimension::Value::DimParam("N".into()),
                dimension::Value::DimValue(2),
            ],
        )],
        node: vec![
            node("Relu", &["x"], "r"),
            node(last, &["r"], "y"),
            node("Shape", &["y"], "s"),
        ],
        output: vec![value("y", &[]), value("s", &[])],
        value_info: vec![value("r", &[])],
        ..Default::default()
    };
    let opset_import = vec![OperatorSetIdProto {
        version: 15,
        ..Default::default()
    }];
    let model = tract_onnx::pb::ModelProto {
        ir_version: 8,
        opset_import,
        graph: Some(graph),
        ..Default::default()
    };
    model.encode_to_vec()
}

fn input() -> [(String, Arc<Tensor>); 1] {
    [(
        "x".into(),
        tensor2(&[[1.0_f32, -2.0], [-3.0, 4.0], [5.0, 0.0]]).into_arc_tensor(),
    )]
}

#[test]
fn symbols_are_bound_and_shapes_are_integers() {
    let runner = OnnxRunner::load(
        &model("Neg"),
        &[("x".into(), vec![3, 2])],
        &[],
        Watch::Outputs,
    )
    .unwrap();
    let results = runner.run(&input()).unwrap();
    assert_eq!(
        *results[0].1,
        tensor2(&[[-1.0_f32, 0.0], [0.0, -4.0], [-5.0, 0.0]])
    );
    assert_eq!(
        (results[1].0.as_str(), &*results[1].1),
        ("s", &tensor1(&[3_i64, 2]))
    );
}

#[test]
fn inner_values_can_be_watched() {
    let names = ["r".to_owned(), "no such value".to_owned(), "y".to_owned()];
    let runner = OnnxRunner::load(
        &model("Neg"),
        &[("x".into(), vec![3, 2])],
        &[],
        Watch::Also(&names),
    )
    .unwrap();
    let results = runner.run(&input()).unwrap();
    assert_eq!(
        results
            .iter()
            .map(|(name, _)| name.as_str())
            .collect::<Vec<_>>(),
        ["y", "s", "r", "y"]
    );
    assert_eq!(
        *results[2].1,
        tensor2(&[[1.0_f32, 0.0], [0.0, 4.0], [5.0, 0.0]])
    );
    assert_eq!(results[0].1, results[3].1);
}

#[test]
fn what_reads_a_cut_value_reads_what_is_fed() {
    let cuts = ["r", "no such value", "x", "r"].map(|name| (name.to_owned(), vec![3, 2]));
    let shapes = [("x".into(), vec![3, 2])];
    let runner = OnnxRunner::load(&model("Neg"), &shapes, &[], Watch::Apart(&cuts)).unwrap();
    assert_eq!(runner.input_type(&fed("r")), Some(f32::datum_type()));
    assert_eq!(runner.input_type(&fed("x")), None);
    let other = tensor2(&[[9.0_f32, 8.0], [7.0, 6.0], [5.0, 4.0]]).into_arc_tensor();
    let [x] = input();
    let results = runner.run(&[x, (fed("r"), other)]).unwrap();
    let result = |name: &str| &*results.iter().find(|(named, _)| named == name).unwrap().1;
    assert_eq!(
        *result("y"),
        tensor2(&[[-9.0_f32, -8.0], [-7.0, -6.0], [-5.0, -4.0]])
    );
    assert_eq!(
        *result("r"),
        tensor2(&[[1.0_f32, 0.0], [0.0, 4.0], [5.0, 0.0]])
    );
}

#[test]
fn what_cannot_run_is_refused() {
    let load = |bytes: &[u8], shape: Vec<usize>| {
        OnnxRunner::load(bytes, &[("x".into(), shape)], &[], Watch::Outputs)
    };
    assert!(matches!(
        load(&model("NoSuchOperator"), vec![3, 2]),
        Err(Unrunnable::Refused(_))
    ));
    assert!(matches!(
        load(b"not a model", vec![3, 2]),
        Err(Unrunnable::Refused(_))
    ));
    let runner = load(&model("Neg"), vec![2, 2]).unwrap();
    assert!(matches!(runner.run(&input()), Err(Unrunnable::Refused(_))));
    assert!(matches!(runner.run(&[]), Err(Unrunnable::Refused(_))));
}
