//! SVG: one file without references, white ground, text in the reader's sans-serif font.

use std::fmt::{self, Write};

use super::layers::{Laid, Task, lay};
use super::{Drawing, Group, Kind, Node};

const FONT_SIZE: f64 = 12.0;
/// Mean width of a sans-serif character at that size, generously; names of operators are bold capitals.
const CHARACTER: f64 = 7.0;
const CAPITAL: f64 = 8.8;
const LINE: f64 = 15.0;
const PADDING: (f64, f64) = (10.0, 6.0);
const GAPS: (f64, f64) = (18.0, 22.0);
/// Around and between groups, and for the label above each.
const MARGIN: f64 = 24.0;
const LABEL: f64 = 28.0;

pub(super) fn write(drawing: &Drawing) -> String {
    let mut text = String::new();
    // Writing into a String does not fail.
    let _ = document(&mut text, drawing);
    text
}

/// A group with the sizes and places of its boxes.
struct Part<'a> {
    group: &'a Group,
    sizes: Vec<(f64, f64)>,
    laid: Laid,
}

impl<'a> Part<'a> {
    fn new(group: &'a Group) -> Self {
        let sizes: Vec<_> = group.nodes.iter().map(size).collect();
        let edges: Vec<_> = group
            .edges
            .iter()
            .map(|edge| (edge.from, edge.to))
            .collect();
        let laid = lay(&Task {
            sizes: &sizes,
            edges: &edges,
            gaps: GAPS,
        });
        Part { group, sizes, laid }
    }

    fn width(&self) -> f64 {
        self.laid.size.0.max(extent(&self.group.label)) + MARGIN
    }
}

fn document(text: &mut String, drawing: &Drawing) -> fmt::Result {
    let parts: Vec<Part<'_>> = drawing.groups.iter().map(Part::new).collect();
    let whole: f64 = parts.iter().map(|part| part.width() + MARGIN).sum();
    let heights = parts.iter().map(|part| part.laid.size.1);
    let tallest = heights.fold(0.0, f64::max);
    let (whole, height) = (whole + MARGIN, tallest + LABEL + 3.0 * MARGIN);
    writeln!(
        text,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{whole:.0}\" height=\"{height:.0}\" viewBox=\"0 0 {whole:.0} {height:.0}\" font-family=\"Helvetica, Arial, sans-serif\" font-size=\"{FONT_SIZE}\">"
    )?;
    text.push_str(STYLE);
    writeln!(text, "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>")?;
    let mut left = MARGIN;
    for part in &parts {
        let (wide, tall) = (part.width(), part.laid.size.1 + LABEL + MARGIN);
        writeln!(text, "<g transform=\"translate({left:.1} {MARGIN})\">")?;
        writeln!(
            text,
            "<rect class=\"group\" width=\"{wide:.1}\" height=\"{tall:.1}\" rx=\"8\"/>"
        )?;
        writeln!(
            text,
            "<text class=\"title\" x=\"12\" y=\"20\">{}</text>",
            escaped(&part.group.label)
        )?;
        writeln!(
            text,
            "<g transform=\"translate({:.1} {LABEL})\">",
            MARGIN / 2.0
        )?;
        contents(text, part)?;
        writeln!(text, "</g>\n</g>")?;
        left += wide + MARGIN;
    }
    writeln!(text, "</svg>")
}

const STYLE: &str = "<style>
.group{fill:#fafafa;stroke:#d0d0d0}.title{font-weight:bold;fill:#444}
.node{stroke:#8a8a8a;fill:#fff}.port{fill:#eef3e6;stroke:#7d9650}.marked{fill:#e8f0fb;stroke:#4a78b5}.custom{fill:#fdf0dc;stroke:#c98a1b}
.edge{fill:none;stroke:#777}.turned{stroke:#c33}text{text-anchor:middle;fill:#222}text.title{text-anchor:start}.first{font-weight:bold}
</style>
<defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\"><path d=\"M0 0L8 4L0 8z\" fill=\"#777\"/></marker></defs>
";

fn extent(line: &str) -> f64 {
    let capital = |c: char| c.is_uppercase() || c == '_';
    let character = |c: char| if capital(c) { CAPITAL } else { CHARACTER };
    line.chars().map(character).sum::<f64>() + 2.0 * PADDING.0
}

fn size(node: &Node) -> (f64, f64) {
    let width = node
        .lines
        .iter()
        .map(|line| extent(line))
        .fold(0.0, f64::max);
    (width, node.lines.len() as f64 * LINE + 2.0 * PADDING.1)
}

fn contents(text: &mut String, part: &Part<'_>) -> fmt::Result {
    let Part { group, sizes, laid } = part;
    for (edge, route) in group.edges.iter().zip(&laid.routes) {
        let turned = if edge.turned { " turned" } else { "" };
        writeln!(
            text,
            "<path class=\"edge{turned}\" marker-end=\"url(#tip)\" d=\"{}\"/>",
            path(route)
        )?;
    }
    for ((node, &(width, height)), &(x, y)) in group.nodes.iter().zip(sizes).zip(&laid.boxes) {
        let (class, round) = match node.kind {
            Kind::Port => ("port", height / 2.0),
            Kind::Plain => ("", 4.0),
            Kind::Marked => ("marked", 4.0),
            Kind::Custom => ("custom", 4.0),
        };
        writeln!(text, "<g><title>{}</title>", escaped(&node.hint))?;
        writeln!(
            text,
            "<rect class=\"node {class}\" x=\"{:.1}\" y=\"{:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" rx=\"{round:.1}\"/>",
            x - width / 2.0,
            y - height / 2.0
        )?;
        let top = y - height / 2.0 + PADDING.1 + FONT_SIZE - 1.0;
        for (index, line) in node.lines.iter().enumerate() {
            let first = if index == 0 { " class=\"first\"" } else { "" };
            let at = top + index as f64 * LINE;
            writeln!(
                text,
                "<text{first} x=\"{x:.1}\" y=\"{at:.1}\">{}</text>",
                escaped(line)
            )?;
        }
        writeln!(text, "</g>")?;
    }
    Ok(())
}

/// A line that leaves and arrives upright, straight where it passes a layer.
fn path(route: &[(f64, f64)]) -> String {
    let mut text = String::new();
    for (index, &(x, y)) in route.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|index| route.get(index));
        // Writing into a String does not fail.
        let _ = match before {
            None => write!(text, "M{x:.1} {y:.1}"),
            Some(&(last, _)) if (last - x).abs() < 0.05 => write!(text, "L{x:.1} {y:.1}"),
            Some(&(last_x, last_y)) => {
                let middle = (last_y + y) / 2.0;
                write!(
                    text,
                    "C{last_x:.1} {middle:.1} {x:.1} {middle:.1} {x:.1} {y:.1}"
                )
            }
        };
    }
    text
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // XML has no other characters below the blank.
            '\n' | '\t' => out.push(c),
            c if c < ' ' || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}
