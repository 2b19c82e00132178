//! What a file says, to be read.

use std::fmt::Write;

use tfl2onnx::bundle::{Bundle, Kind};
use tfl2onnx::inspect::{Inspection, Quantization, Sparsity, Subgraph, Tensor};

use super::table::Table;
use super::{Found, Model, told};
use tfl2onnx::{Error, Signature};

use crate::cli::summary::{bytes, line, plural};

/// Parts of a page begin with a line that is not indented.
pub(super) fn page(found: &Found, width: Option<usize>) -> String {
    let mut text = format!("{}\n", printable(&found.name));
    if let Some(bundle) = &found.bundle {
        line(&mut text, "size", &bytes(found.bytes as u64));
        line(&mut text, "bundle", &plural(bundle.files().len(), "file"));
        files(&mut text, bundle, width);
    }
    for one in &found.models {
        if let Some(path) = &one.path {
            // Writing into a String does not fail.
            let _ = writeln!(text, "\n== {}", printable(path));
        }
        model(&mut text, one, width);
    }
    text
}

fn model(text: &mut String, model: &Model, width: Option<usize>) {
    let file = match &model.file {
        Ok(file) => file,
        Err(error) => return reasons(text, "damaged", error),
    };
    head(text, file);
    conversion(text, model);
    operator_codes(text, file, width);
    for index in 0..file.subgraphs.len() {
        subgraph(text, file, index, width);
    }
    signatures(text, &file.signatures);
    buffers(text, file, width);
    match &model.metadata {
        Ok(None) => {}
        Ok(Some(metadata)) => told::page(text, metadata),
        Err(error) => reasons(text, "metadata", error),
    }
    match &model.associated {
        Ok(bundle) if bundle.files().is_empty() => {}
        Ok(bundle) => {
            text.push_str("\nassociated files\n");
            files(text, bundle, width);
        }
        Err(error) => reasons(text, "files", error),
    }
}

fn files(text: &mut String, bundle: &Bundle, width: Option<usize>) {
    let mut table = Table::new(&["bytes", "kind", "file"], &[0], 2);
    for file in bundle.files() {
        let size = file.size().to_string();
        table.row([size, kind(file.kind()).into(), printable(file.path())]);
    }
    table.write(text, 2, width);
}

pub(super) fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Model => "model",
        Kind::Bundle => "bundle",
        _ => "other",
    }
}

/// Every finding in a line of its own behind the label.
fn reasons(text: &mut String, mut label: &str, error: &Error) {
    for reason in error.to_string().lines() {
        line(text, std::mem::take(&mut label), reason);
    }
}

fn head(text: &mut String, file: &Inspection) {
    line(text, "size", &bytes(file.bytes));
    line(text, "schema", &format!("version {}", file.version));
    if let Some(description) = &file.description {
        line(text, "description", &printable(description));
    }
    if let Some(version) = &file.min_runtime_version {
        line(
            text,
            "runtime",
            &format!("TFLite {} or newer", printable(version)),
        );
    }
    let graphs = &file.subgraphs;
    let operators = graphs.iter().map(|graph| graph.operators.len()).sum();
    let tensors = graphs.iter().map(|graph| graph.tensors.len()).sum();
    let counts = [
        plural(graphs.len(), "subgraph"),
        plural(operators, "operator"),
        plural(tensors, "tensor"),
        plural(file.buffers, "buffer"),
    ];
    line(text, "content", &counts.join(", "));
    line(text, "constants", &bytes(file.constant_bytes() as u64));
}

fn conversion(text: &mut String, model: &Model) {
    match &model.conversion {
        Ok(conversion) => {
            let report = conversion.report();
            let (nodes, transposes) = (
                plural(report.nodes, "node"),
                plural(report.transposes, "transpose"),
            );
            let what = format!("yes: {nodes}, {transposes}, opset {}", report.opset);
            line(text, "converts", &what);
            for reason in report.fixed_dims.iter().flat_map(|reason| reason.lines()) {
                line(text, "", &format!("open dimensions are fixed: {reason}"));
            }
        }
        Err(error) => {
            let several = error.all().count() > 1;
            line(
                text,
                "converts",
                if several {
                    "no, for several reasons"
                } else {
                    "no"
                },
            );
            reasons(text, "", error);
        }
    }
}

fn operator_codes(text: &mut String, file: &Inspection, width: Option<usize>) {
    if file.operator_codes.is_empty() {
        return;
    }
    text.push_str("\nkinds of operators\n");
    let mut codes: Vec<_> = file.operator_codes.iter().collect();
    codes.sort_by_key(|code| std::cmp::Reverse(code.count));
    let mut table = Table::new(&["count", "operator", "version", ""], &[0, 2], 1);
    for code in codes {
        table.row([
            code.count.to_string(),
            printable(&code.name),
            code.version.to_string(),
            if code.custom {
                "custom".into()
            } else {
                String::new()
            },
        ]);
    }
    table.write(text, 2, width);
}

fn subgraph(text: &mut String, file: &Inspection, index: usize, width: Option<usize>) {
    let graph = &file.subgraphs[index];
    let name = graph.name.as_deref().map(printable).unwrap_or_default();
    // Writing into a String does not fail.
    let _ = writeln!(text, "\n{}", format!("subgraph {index} {name}").trim_end());
    for (mut label, list) in [("inputs", &graph.inputs), ("outputs", &graph.outputs)] {
        for &tensor in list {
            line(text, std::mem::take(&mut label), &port(graph, tensor));
        }
    }
    tensors(text, graph, width);
    operators(text, graph, width);
}

fn port(graph: &Subgraph, index: i32) -> String {
    let tensor = usize::try_from(index)
        .ok()
        .and_then(|index| graph.tensors.get(index));
    let Some(tensor) = tensor else {
        return format!("{index}, which is no tensor of the subgraph");
    };
    let name = tensor.name.as_deref().map(printable).unwrap_or_default();
    format!("{index}  {}  {}  {name}", tensor.dtype, shape(tensor))
}

fn tensors(text: &mut String, graph: &Subgraph, width: Option<usize>) {
    if graph.tensors.is_empty() {
        return;
    }
    text.push_str("\n  tensors\n");
    // Names may be very long: what follows them would be out of sight.
    let header = [
        "index",
        "type",
        "shape",
        "signature",
        "role",
        "buffer",
        "bytes",
        "details",
        "name",
    ];
    let mut table = Table::new(&header, &[0, 5, 6], 8);
    for (index, tensor) in graph.tensors.iter().enumerate() {
        table.row([
            index.to_string(),
            tensor.dtype.clone(),
            shape(tensor),
            tensor
                .shape_signature
                .as_ref()
                .map_or_else(String::new, |shape| format!("{shape:?}")),
            graph.role(index).to_owned(),
            tensor.buffer.to_string(),
            tensor
                .bytes
                .map_or_else(String::new, |bytes| bytes.to_string()),
            details(tensor),
            tensor.name.as_deref().map(printable).unwrap_or_default(),
        ]);
    }
    table.write(text, 2, width);
}

fn shape(tensor: &Tensor) -> String {
    tensor
        .shape
        .as_ref()
        .map_or_else(|| "-".into(), |shape| format!("{shape:?}"))
}

fn details(tensor: &Tensor) -> String {
    let parts = [
        tensor.variable.then(|| "variable".to_owned()),
        tensor.quantization.as_ref().map(quantization),
        tensor.sparsity.as_ref().map(sparsity),
        tensor.fault.clone(),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

fn quantization(found: &Quantization) -> String {
    let mut parts = Vec::new();
    match found.scale.as_slice() {
        [] => {}
        [scale] => parts.push(format!("scale {scale}")),
        scales => {
            let [least, greatest] =
                [f32::min, f32::max].map(|f| scales.iter().copied().reduce(f).unwrap_or_default());
            parts.push(format!(
                "{} scales {least} to {greatest} along axis {}",
                scales.len(),
                found.axis
            ));
        }
    }
    match found.zero_point.as_slice() {
        [] => {}
        [first, rest @ ..] if rest.iter().all(|zero| zero == first) => {
            parts.push(format!("zero point {first}"))
        }
        zeros => parts.push(format!("{} zero points", zeros.len())),
    }
    if let (&[min], &[max]) = (found.min.as_slice(), found.max.as_slice()) {
        parts.push(format!("range {min} to {max}"));
    }
    parts.extend(match found.blocks {
        Some(blocks) => Some(format!(
            "a scale for every {} in a row, in tensor {}",
            blocks.size, blocks.scales
        )),
        None => found.details.clone(),
    });
    parts.join(", ")
}

fn sparsity(found: &Sparsity) -> String {
    let level = |level: &tfl2onnx::inspect::SparseDimension| match level.format.as_str() {
        "DENSE" => format!("dense {}", level.dense_size),
        format => format!("{format} {} indices", level.indices),
    };
    let levels: Vec<String> = found.dimensions.iter().map(level).collect();
    let blocks = match found.block_map.as_slice() {
        [] => String::new(),
        blocks => format!(" blocks along {blocks:?}"),
    };
    format!("sparse{blocks}: {}", levels.join(", "))
}

fn operators(text: &mut String, graph: &Subgraph, width: Option<usize>) {
    if graph.operators.is_empty() {
        return;
    }
    text.push_str("\n  operators\n");
    let mut table = Table::new(
        &["index", "operator", "version", "inputs → outputs"],
        &[0, 2],
        1,
    );
    for (index, operator) in graph.operators.iter().enumerate() {
        let (inputs, outputs) = (indices(&operator.inputs), indices(&operator.outputs));
        table.row([
            index.to_string(),
            printable(&operator.name),
            operator
                .version
                .map_or_else(|| "?".into(), |version| version.to_string()),
            format!("{inputs} → {outputs}"),
        ]);
    }
    table.write(text, 2, width);
}

/// Omitted operands are shown as a dash.
fn indices(list: &[i32]) -> String {
    let one = |index: &i32| match index {
        -1 => "-".to_owned(),
        index => index.to_string(),
    };
    list.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn signatures(text: &mut String, signatures: &[Signature]) {
    if signatures.is_empty() {
        return;
    }
    text.push_str("\nsignatures\n");
    for signature in signatures {
        let _ = writeln!(
            text,
            "  {} runs subgraph {}",
            printable(&signature.key),
            signature.subgraph
        );
        for (mut label, list) in [
            ("inputs", &signature.inputs),
            ("outputs", &signature.outputs),
        ] {
            for one in list {
                let what = format!("{} is tensor {}", printable(&one.name), one.tensor);
                line(text, std::mem::take(&mut label), &format!("  {what}"));
            }
        }
    }
}

fn buffers(text: &mut String, file: &Inspection, width: Option<usize>) {
    if file.metadata.is_empty() {
        return;
    }
    text.push_str("\nmetadata buffers\n");
    let mut table = Table::new(&["name", "buffer", "bytes"], &[1, 2], 0);
    for entry in &file.metadata {
        let size = entry
            .bytes
            .map_or_else(|| "-".into(), |bytes| bytes.to_string());
        table.row([printable(&entry.name), entry.buffer.to_string(), size]);
    }
    table.write(text, 2, width);
}

/// Names are the file's; what would move the cursor or break the line is shown as its code.
pub(super) fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c.is_control() {
            true => out.extend(c.escape_default()),
            false => out.push(c),
        }
    }
    out
}
