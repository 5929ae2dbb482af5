//! The table.

use std::fmt::Write as _;

/// What was measured, row by row.
#[derive(Debug, Default)]
pub(crate) struct Report {
    rows: Vec<Row>,
    notes: Vec<String>,
}

/// One figure.
#[derive(Debug)]
pub(crate) struct Row {
    what: String,
    ours: String,
    beside: Vec<String>,
    targets: Vec<Target>,
}

/// What a figure must reach.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    text: String,
    is_met: bool,
}

impl Target {
    /// The figure may be as large as `limit`, which reads `text`.
    pub(crate) fn at_most(figure: f64, limit: f64, text: &str) -> Target {
        Target { text: format!("at most {text}").replace("at most none", "none"), is_met: figure <= limit }
    }
}

impl Report {
    /// Adds a row.
    pub(crate) fn row(&mut self, what: impl Into<String>, ours: impl Into<String>) -> &mut Row {
        self.rows.push(Row { what: what.into(), ours: ours.into(), beside: Vec::new(), targets: Vec::new() });
        let last = self.rows.len() - 1;
        &mut self.rows[last]
    }

    /// Adds a remark below the table.
    pub(crate) fn note(&mut self, text: impl Into<String>) {
        self.notes.push(text.into());
    }

    /// The table in Markdown.
    pub(crate) fn text(&self, preface: &str) -> String {
        let mut text = format!(
            "{preface}\n\n| what | ziron | beside | must reach | |\n| --- | --- | --- | --- | --- |\n"
        );
        for Row { what, ours, beside, targets } in &self.rows {
            let promises: Vec<_> = targets.iter().map(|target| target.text.as_str()).collect();
            let kept: Vec<_> =
                targets.iter().map(|target| if target.is_met { "met" } else { "**missed**" }).collect();
            // Writing to a String cannot fail.
            let _ = writeln!(
                text,
                "| {what} | {ours} | {} | {} | {} |",
                beside.join("; "),
                promises.join("; "),
                kept.join("; ")
            );
        }
        for note in &self.notes {
            let _ = write!(text, "\n{note}\n");
        }
        text
    }
}

impl Row {
    /// Adds what somebody else takes, and our share of it.
    pub(crate) fn beside(&mut self, who: &str, theirs: &str, ratio: f64) -> &mut Row {
        let ratio = if ratio < 0.5 { format!("1/{:.1}", 1.0 / ratio) } else { format!("{ratio:.2} ×") };
        self.beside.push(format!("{who} {theirs} ({ratio})"));
        self
    }

    /// Adds what it must reach.
    pub(crate) fn target(&mut self, target: Target) -> &mut Row {
        self.targets.push(target);
        self
    }
}
