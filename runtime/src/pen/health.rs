//! What cannot be relied on, as a person sees it: old values, and the mark in the place of what could not be read.

use super::{Pen, Profile};
use crate::source::Health;

/// Draws a mark, as the configuration says.
pub type DrawMark<'m> = &'m dyn Fn(&mut Pen<'_>);

impl Pen<'_> {
    /// Begins the drawing of a module. Where its facts are stale, it is dimmed.
    pub fn begin_module(&mut self, health: Health) {
        self.in_module = true;
        self.health = health;
        self.module_start = self.out.len();
        self.chosen = None;
    }

    /// Ends the drawing of a module.
    pub fn end_module(&mut self) {
        self.in_module = false;
        self.health = Health::GOOD;
        self.chosen = None;
    }

    /// Ends the drawing of a module whose facts are read somewhere. What is stale is marked where nothing can be
    /// dimmed, and what could not be read in any case, unless the configuration has no mark.
    pub fn end_module_marked(&mut self, module: &str, mark: Option<DrawMark<'_>>) {
        if self.health != Health::GOOD {
            self.put_health(module, mark);
        }
        self.end_module();
    }

    /// Draws no more of a module than the mark, if it shows nothing because its facts could not be read.
    pub fn omit_module(&mut self, health: Health, module: &str, mark: Option<DrawMark<'_>>) {
        if health != Health::GOOD {
            self.begin_module(health);
            self.end_module_marked(module, mark);
        }
    }

    #[cold]
    fn put_health(&mut self, module: &str, mark: Option<DrawMark<'_>>) {
        let health = self.health;
        self.chosen = None;
        let has_drawn = self.out.len() > self.module_start;
        if health.has(Health::STALE) && has_drawn && !self.colors {
            if self.out.last() != Some(&b' ') {
                self.text(" ");
            }
            self.text(match self.profile {
                Profile::Unicode => "◌ ",
                Profile::Ascii => "(old) ",
                Profile::ScreenReader => "old ",
            });
        }
        let Some(mark) = mark.filter(|_| health.has(Health::FAILED.and(Health::AWAITED))) else { return };
        // One cause often fails several modules in a row: one mark is enough.
        if self.mark_end == self.out.len() {
            return;
        }
        // What may still arrive is dimmed.
        self.health = if health.has(Health::FAILED) { Health::GOOD } else { Health::STALE };
        if self.profile == Profile::ScreenReader {
            if has_drawn && self.out.last() != Some(&b' ') {
                self.text(" ");
            }
            for word in module.split('_') {
                self.put_str(word);
                self.text(" ");
            }
            self.text(if health.has(Health::FAILED) { "could not be read " } else { "is not known yet " });
        } else {
            mark(self);
        }
        self.mark_end = self.out.len();
    }

    /// Draws something in front of the last line, for the first time: the rest of the line is there already.
    #[cold]
    pub(crate) fn before_last_line(&mut self, draw: impl FnOnce(&mut Self)) {
        self.change_to(super::Style::PLAIN);
        let (start, end) = (self.line_start, self.out.len());
        self.previous = None;
        draw(self);
        self.change_to(super::Style::PLAIN);
        let added = self.out.len() - end;
        self.out[start..].rotate_right(added);
        for fill in &mut self.fills[..self.fill_count] {
            fill.at += added;
        }
    }
}

#[cfg(test)]
mod tests;
