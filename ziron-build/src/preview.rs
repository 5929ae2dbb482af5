//! Previews: one part of a prompt, drawn from canned facts.

use ziron_runtime::pen::{Pen, Profile};
use ziron_runtime::prompt::Prompt;
use ziron_runtime::scenario::FactSet;

/// One part of a prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The left prompt, with the empty line before it if there is one.
    Left,
    /// The right prompt.
    Right,
    /// The prompt of a continued line.
    Continuation,
    /// What stays of the left prompt.
    TransientLeft,
    /// What stays of the right prompt.
    TransientRight,
}

/// Draws a part with these facts, for the shell and the width that their request names.
pub fn draw(prompt: &Prompt, part: Part, facts: &FactSet, colors: bool) -> Vec<u8> {
    draw_in(Profile::Unicode, prompt, part, facts, colors)
}

/// Draws a part for a terminal that may have ASCII only, or for a screen reader.
pub fn draw_in(profile: Profile, prompt: &Prompt, part: Part, facts: &FactSet, colors: bool) -> Vec<u8> {
    let mut out = Vec::new();
    let request = &facts.request;
    let pen = Pen::new(&mut out, request.shell, request.terminal_columns);
    let mut pen = pen.colored(colors).in_profile(profile);
    if matches!(part, Part::Right | Part::TransientRight) {
        pen = pen.on_one_line();
    }
    if part == Part::Left && prompt.settings.add_newline {
        pen.newline();
    }
    let draw = match part {
        Part::Left => prompt.left,
        Part::Right => prompt.right,
        Part::TransientLeft => prompt.transient_left,
        Part::TransientRight => prompt.transient_right,
        Part::Continuation => {
            prompt.continuation.into_iter().for_each(|draw| draw(&mut pen));
            None
        }
    };
    if let Some(draw) = draw {
        draw(&facts.facts(prompt), &mut pen);
    }
    pen.finish();
    out
}
