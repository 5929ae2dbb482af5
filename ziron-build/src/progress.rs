//! Shows how far a build is: a bar on a terminal, plain lines elsewhere.

use std::collections::HashSet;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::build_dir::PACKAGE;
use crate::ui::Ui;

/// Progress through the packages of a build.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: ProgressBar,
    ui: Ui,
    seen: HashSet<String>,
    /// What plain lines are counted against; a rebuild of one crate is not counted.
    total: Option<u64>,
}

impl Progress {
    /// Starts to show progress towards `total` packages, where that is known; in plain lines only if `counted`.
    pub(crate) fn start(ui: Ui, total: Option<u64>, counted: bool) -> Self {
        let target = if ui.bar() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(total, target);
        let template = match total {
            Some(_) => "{prefix:>9} [{bar:30}] {pos}/{len} {wide_msg}",
            None => "{prefix:>9} {spinner} {wide_msg}",
        };
        // The templates are constants; were one wrong, the default style would be shown.
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.set_prefix("Building");
        bar.enable_steady_tick(Duration::from_millis(120));
        Self { bar, ui, seen: HashSet::new(), total: total.filter(|_| counted) }
    }

    /// Cargo said something on standard error, such as `Compiling gix v0.90.0`.
    pub(crate) fn said(&self, line: &str) {
        let mut words = line.split_whitespace();
        let (Some(verb @ ("Compiling" | "Downloading" | "Downloaded")), Some(name)) =
            (words.next(), words.next())
        else {
            return;
        };
        let name = if name == PACKAGE { "the prompt" } else { name };
        self.bar.set_message(name.to_owned());
        if !self.ui.bar() {
            match self.total {
                Some(total) => self.ui.note(&format!("{verb} {name} ({}/{total})", self.seen.len())),
                None => self.ui.note(&format!("{verb} {name}")),
            }
        }
    }

    /// A package is compiled, or was already.
    pub(crate) fn finished(&mut self, package: &str) {
        if self.seen.insert(package.to_owned()) {
            self.bar.set_position(self.count());
        }
    }

    /// How many packages are compiled.
    pub(crate) fn count(&self) -> u64 {
        self.seen.len() as u64
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
