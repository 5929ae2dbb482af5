//! Tables for people: columns as wide as they must be.

use std::fmt::Write;

/// Rows of cells under a head. A column whose name begins with a space is aligned to the right.
#[derive(Debug)]
pub(super) struct Table<const N: usize> {
    head: [&'static str; N],
    rows: Vec<[String; N]>,
}

impl<const N: usize> Table<N> {
    pub(super) const fn new(head: [&'static str; N]) -> Table<N> {
        Table { head, rows: Vec::new() }
    }

    pub(super) fn row(&mut self, cells: [String; N]) {
        self.rows.push(cells);
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The table as lines, each of them indented.
    pub(super) fn write(&self, text: &mut String) {
        let width = |column: usize| {
            let cells = self.rows.iter().map(|row| row[column].chars().count());
            cells.chain([self.head[column].trim().len()]).max().unwrap_or(0)
        };
        let mut line = |cells: [&str; N]| {
            let mut written = String::new();
            for (column, cell) in cells.into_iter().enumerate() {
                let width = width(column);
                // Writing into a text does not fail.
                if self.head[column].starts_with(' ') {
                    let _ = write!(written, "  {cell:>width$}");
                } else {
                    let _ = write!(written, "  {cell:<width$}");
                }
            }
            text.push_str(written.trim_end());
            text.push('\n');
        };
        line(self.head.map(str::trim));
        for row in &self.rows {
            line(row.each_ref().map(String::as_str));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned() {
        let mut table = Table::new(["source", " bytes", "state"]);
        table.row(["git_status".into(), "12".into(), "fresh".into()]);
        table.row(["x".into(), "1234567".into(), String::new()]);
        let mut text = String::new();
        table.write(&mut text);
        assert_eq!(
            text,
            "  source        bytes  state\n  git_status       12  fresh\n  x           1234567\n"
        );
    }
}
