//! The same as JSON, for programs. The keys are documented in `docs/errors-and-exit-codes.md`.

use serde_json::{Map, Value, json};
use tfl2onnx::op::Dim;
use tfl2onnx::{Counts, Error, Place, Port, Report, Signature, SignatureTensor, Site};
#[cfg(feature = "validate")]
use tfl2onnx::{OutputDifference, Scope, Status, Steps, Validation, Verdict};

use super::figures;
use super::job::{Fault, Outcome, Proof};
use super::parts::{Listing, Row};
use super::summary::{kind, layout, status};

/// All outcomes as one document.
pub(crate) fn json(outcomes: &[Outcome], listings: &[Listing]) -> String {
    let models: Vec<Value> = outcomes.iter().map(model).collect();
    let mut document = json!({ "tfl2onnx": env!("CARGO_PKG_VERSION"), "models": models });
    if let Some(document) = document.as_object_mut().filter(|_| !listings.is_empty()) {
        let bundles = listings.iter().map(bundle).collect();
        document.insert("bundles".into(), Value::Array(bundles));
    }
    format!("{document:#}\n")
}

fn bundle(listing: &Listing) -> Value {
    let file = |row: &Row| {
        json!({
            "path": row.path,
            "kind": kind(row.kind),
            "bytes": row.bytes,
            "input": row.label,
        })
    };
    json!({
        "input": listing.input,
        "input_bytes": listing.input_bytes,
        "files": listing.rows.iter().map(file).collect::<Vec<_>>(),
    })
}

fn model(outcome: &Outcome) -> Value {
    let said = outcome.report.iter().flat_map(|report| &report.warnings);
    let warnings = said.chain(&outcome.warnings);
    let mut model = json!({
        "input": outcome.input,
        "input_bytes": outcome.input_bytes,
        "output": outcome.output,
        "output_bytes": outcome.output_bytes,
        "external_data": outcome.external_data,
        "status": status(outcome).replace(' ', "_"),
        "seconds": outcome.took.as_secs_f64(),
        "signature": outcome.signature,
        "warnings": warnings.collect::<Vec<_>>(),
        "errors": errors(outcome.fault.as_ref()),
        "validation": proof(&outcome.proof),
    });
    if let (Some(report), Some(model)) = (&outcome.report, model.as_object_mut()) {
        model.extend(conversion(report));
    }
    model
}

fn conversion(report: &Report) -> Map<String, Value> {
    let stages = report
        .stages
        .iter()
        .map(|(name, took)| ((*name).to_owned(), json!(took.as_secs_f64())));
    let value = json!({
        "opset": report.opset,
        "operators": report.operators,
        "operator_counts": counts(&report.operator_counts),
        "nodes": report.nodes,
        "node_counts": counts(&report.node_counts),
        "transposes": report.transposes,
        "fixed_dims": report.fixed_dims,
        "float_form": report.float_form,
        "int8_weights": report.int8_weights,
        "subgraph": report.subgraph,
        "signature": report.signature,
        "signatures": report.signatures.iter().map(signature).collect::<Vec<_>>(),
        "inputs": report.inputs.iter().map(port).collect::<Vec<_>>(),
        "outputs": report.outputs.iter().map(port).collect::<Vec<_>>(),
        "reset_states": report.reset_states,
        "states": figures::states(report).map(state).collect::<Vec<_>>(),
        "stages": stages.collect::<Map<_, _>>(),
    });
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

fn counts(counts: &Counts) -> Map<String, Value> {
    counts
        .iter()
        .map(|(name, count)| (name.to_owned(), count.into()))
        .collect()
}

fn signature(one: &Signature) -> Value {
    let names = |list: &[SignatureTensor]| -> Vec<String> {
        list.iter().map(|tensor| tensor.name.clone()).collect()
    };
    json!({
        "key": one.key,
        "subgraph": one.subgraph,
        "inputs": names(&one.inputs),
        "outputs": names(&one.outputs),
    })
}

fn state((input, output): (&Port, &Port)) -> Value {
    json!({ "input": input.name, "output": output.name })
}

fn port(port: &Port) -> Value {
    let dim = |dim: &Dim| match dim {
        Dim::Fixed(n) => json!(n),
        Dim::Symbol(symbol) => json!(symbol.name()),
    };
    json!({
        "name": port.name,
        "dtype": port.dtype.to_string(),
        "shape": port.shape.dims().iter().map(dim).collect::<Vec<_>>(),
        "layout": port.layout.map(layout),
    })
}

fn errors(fault: Option<&Fault>) -> Vec<Value> {
    match fault {
        None => Vec::new(),
        Some(Fault::Refused(error)) => error.all().map(finding).collect(),
        Some(fault @ Fault::Asked(_)) => {
            vec![
                json!({ "kind": "Usage", "message": fault.to_string(), "advice": null, "site": null }),
            ]
        }
        Some(fault @ Fault::Io { .. }) => {
            vec![
                json!({ "kind": "Io", "message": fault.to_string(), "advice": null, "site": null }),
            ]
        }
    }
}

pub(crate) fn finding(error: &Error) -> Value {
    json!({
        "kind": format!("{:?}", error.kind()),
        "message": error.message(),
        "advice": error.remedy(),
        "site": error.site().map(site),
    })
}

fn site(site: &Site) -> Value {
    let (operand, result) = match site.place {
        Some(Place::Operand(slot)) => (Some(slot), None),
        Some(Place::Result(slot)) => (None, Some(slot)),
        None => (None, None),
    };
    json!({
        "subgraph": site.subgraph.as_ref(),
        "op": site.op,
        "code": site.code.as_deref(),
        "operand": operand,
        "result": result,
        "tensor": site.tensor.as_deref(),
    })
}

fn proof(proof: &Proof) -> Value {
    match proof {
        Proof::None => Value::Null,
        #[cfg(feature = "validate")]
        Proof::Found(found, options) => verdict(found, options),
    }
}

#[cfg(feature = "validate")]
fn verdict(verdict: &Verdict, options: &Validation) -> Value {
    let (status, reason) = match &verdict.status {
        Status::Verified => ("verified", None),
        Status::Mismatch => ("mismatch", None),
        Status::Unverified(reason) => ("unverified", Some(reason)),
        _ => ("unverified", None),
    };
    let divergence = verdict.divergence.as_ref().map(|found| {
        json!({
            "operator": found.operator,
            "tensor": found.tensor,
            "max_abs": found.max_abs,
            "max_rel": found.max_rel,
            "steps": found.steps.map(steps),
        })
    });
    json!({
        "status": status,
        "reason": reason,
        "seed": options.seed,
        "samples": verdict.samples,
        "scope": match options.scope { Scope::Layers => "layers", _ => "outputs" },
        "tensors": verdict.tensors,
        "operator_by_operator": verdict.apart,
        "outputs": verdict.outputs.iter().map(output).collect::<Vec<_>>(),
        "divergence": divergence,
    })
}

#[cfg(feature = "validate")]
fn output(one: &OutputDifference) -> Value {
    json!({
        "name": one.name,
        "max_abs": one.max_abs,
        "max_rel": one.max_rel,
        "tolerance": one.tolerance,
        "steps": one.steps.map(steps),
        "elements": one.elements,
        "equal": one.equal,
        "mismatched": one.mismatched,
        "matches": one.matches,
    })
}

#[cfg(feature = "validate")]
fn steps(steps: Steps) -> Value {
    json!({ "max": steps.max, "allowed": steps.allowed })
}
