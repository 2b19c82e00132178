//! Text in columns.

use std::fmt::Write;

/// Least width to which a name is cut.
const LEAST: usize = 12;

/// A table; one of its columns may be cut where there is no room.
pub(super) struct Table {
    header: Vec<&'static str>,
    /// Columns of numbers, set to the right.
    numbers: Vec<usize>,
    flexible: usize,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub fn new(header: &[&'static str], numbers: &[usize], flexible: usize) -> Self {
        Table {
            header: header.to_vec(),
            numbers: numbers.to_vec(),
            flexible,
            rows: Vec::new(),
        }
    }

    /// Adds a row, which has as many cells as the header.
    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// The lines, indented; columns without content are left out. Nothing is cut unless there is a width.
    pub fn write(&self, text: &mut String, indent: usize, width: Option<usize>) {
        let mut widths: Vec<usize> = (0..self.header.len()).map(|at| self.width(at)).collect();
        let shown: Vec<usize> = (0..widths.len()).filter(|&at| widths[at] > 0).collect();
        let whole: usize = indent + shown.iter().map(|&at| widths[at] + 2).sum::<usize>() - 2;
        let excess = width.map_or(0, |width| whole.saturating_sub(width));
        if let Some(name) = widths.get_mut(self.flexible) {
            *name = (*name).min(name.saturating_sub(excess).max(LEAST));
        }
        let header: Vec<String> = self.header.iter().map(|&cell| cell.to_owned()).collect();
        for row in std::iter::once(&header).chain(&self.rows) {
            let mut line = " ".repeat(indent);
            for &at in &shown {
                let cell = row.get(at).map_or("", String::as_str);
                let cell = cut(cell, widths[at]);
                // Writing into a String does not fail.
                let _ = match self.numbers.contains(&at) {
                    true => write!(line, "{cell:>0$}  ", widths[at]),
                    false => write!(line, "{cell:<0$}  ", widths[at]),
                };
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
    }

    /// Zero where no row has anything.
    fn width(&self, at: usize) -> usize {
        let cells = self.rows.iter().filter_map(|row| row.get(at));
        let widest = cells.map(|cell| cell.chars().count()).max().unwrap_or(0);
        match widest {
            0 => 0,
            widest => widest.max(self.header[at].chars().count()),
        }
    }
}

/// A name is told by its ends.
pub(crate) fn cut(text: &str, width: usize) -> String {
    let count = text.chars().count();
    if count <= width {
        return text.to_owned();
    }
    let head = (width - 1) / 2;
    let tail = count - (width - 1 - head);
    let (front, back) = (text.chars().take(head), text.chars().skip(tail));
    front.chain(['…']).chain(back).collect()
}

/// Columns of the terminal that the standard output is; `None` where it is none, or does not say.
#[cfg(unix)]
pub(super) fn terminal_width() -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(std::io::stdout()).ok()?;
    (size.ws_col > 0).then(|| size.ws_col.into())
}

#[cfg(not(unix))]
pub(super) fn terminal_width() -> Option<usize> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_narrow_terminal_cuts_names() {
        let mut table = Table::new(&["name", "bytes", "none"], &[1], 0);
        table.row([
            "a/rather/long/name/of/a/tensor".into(),
            "7".into(),
            String::new(),
        ]);
        let written = |width| {
            let mut text = String::new();
            table.write(&mut text, 2, width);
            text
        };
        let whole =
            "  name                            bytes\n  a/rather/long/name/of/a/tensor      7\n";
        assert_eq!(written(None), whole);
        assert_eq!(written(Some(39)), whole);
        assert_eq!(
            written(Some(25)),
            "  name              bytes\n  a/rathe…a/tensor      7\n"
        );
        assert!(written(Some(3)).contains("a/rat…tensor"));
    }
}
