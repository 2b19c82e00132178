//! The table of supported operators.

use std::fmt::Write;

use tfl2onnx::Registry;
use tfl2onnx::op::OpDef;

/// One row, as text.
struct Row {
    code: String,
    name: String,
    versions: String,
    onnx: String,
    note: String,
}

impl Row {
    fn of(def: &OpDef) -> Self {
        let versions = def.known_versions();
        Row {
            code: def
                .code()
                .map_or_else(|| "custom".into(), |code| code.to_string()),
            name: def.name().into_owned(),
            versions: match versions.end() {
                1 => "1".into(),
                last => format!("1–{last}"),
            },
            onnx: def.onnx().join(", "),
            note: def.limits().to_owned(),
        }
    }
}

/// All operators, as a text table or as Markdown.
pub(crate) fn table(markdown: bool) -> String {
    let registry = Registry::builtin();
    let rows: Vec<Row> = registry.rows().into_iter().map(Row::of).collect();
    match markdown {
        true => markdown_table(&rows),
        false => plain_table(&rows),
    }
}

fn plain_table(rows: &[Row]) -> String {
    let name = rows.iter().map(|row| row.name.len()).max().unwrap_or(0);
    let mut text = String::new();
    for row in rows {
        let note = match row.note.as_str() {
            "" => String::new(),
            note => format!("  ({note})"),
        };
        // Writing into a String does not fail.
        let _ = writeln!(
            text,
            "{:>6}  {:name$}  versions {:5} {}{note}",
            row.code, row.name, row.versions, row.onnx
        );
    }
    text
}

fn markdown_table(rows: &[Row]) -> String {
    let mut text = String::from(
        "# Supported operators\n\n\
         Written by `tfl2onnx ops --markdown`; `tests/docs.rs` holds this page to it.\n\n\
         *Versions* are those of the TFLite operator; *ONNX* lists the operators that express it, some of them\n\
         only where its options or operands ask for it.\n\n",
    );
    let _ = writeln!(text, "{} operators.\n", rows.len());
    text.push_str(
        "| code | TFLite | versions | ONNX | limits |\n| ---: | --- | --- | --- | --- |\n",
    );
    for row in rows {
        let note = row.note.replace('|', "\\|");
        let line = format!(
            "| {} | {} | {} | {} | {note} |",
            row.code, row.name, row.versions, row.onnx
        );
        text.push_str(line.replace("|  |", "| |").trim_end());
        text.push('\n');
    }
    text
}
