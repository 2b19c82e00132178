//! Graphviz's language: operators are boxes, inputs and outputs ellipses, turned values red.

use std::fmt::{self, Write};

use super::{Drawing, Group, Kind};

pub(super) fn write(drawing: &Drawing) -> String {
    let mut text = String::new();
    // Writing into a String does not fail.
    let _ = document(&mut text, drawing);
    text
}

fn document(text: &mut String, drawing: &Drawing) -> fmt::Result {
    writeln!(text, "digraph tfl2onnx {{")?;
    writeln!(text, "  node [shape=box, fontname=\"sans-serif\"];")?;
    writeln!(text, "  edge [fontname=\"sans-serif\", fontsize=10];")?;
    for (index, group) in drawing.groups.iter().enumerate() {
        writeln!(text, "  subgraph cluster_{index} {{")?;
        writeln!(text, "    label={};", quoted(&group.label))?;
        contents(text, group)?;
        writeln!(text, "  }}")?;
    }
    writeln!(text, "}}")
}

fn contents(text: &mut String, group: &Group) -> fmt::Result {
    for node in &group.nodes {
        let style = match node.kind {
            Kind::Port => "shape=ellipse, ",
            Kind::Plain => "",
            Kind::Marked => "color=blue, ",
            Kind::Custom => "color=orange, ",
        };
        let label = quoted(&node.lines.join("\n"));
        writeln!(text, "    {} [{style}label={label}];", node.id)?;
    }
    for edge in &group.edges {
        let (Some(from), Some(to)) = (group.nodes.get(edge.from), group.nodes.get(edge.to)) else {
            continue;
        };
        let style = if edge.turned { ", color=red" } else { "" };
        let label = quoted(&edge.label);
        writeln!(text, "    {} -> {} [label={label}{style}];", from.id, to.id)?;
    }
    Ok(())
}

/// A string in Graphviz's language; a line break centres the line before it.
fn quoted(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{}\"", escaped.replace('\n', "\\n"))
}
