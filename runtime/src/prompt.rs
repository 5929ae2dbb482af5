//! The prompt: a table of constants, sources and functions that draw.
//!
//! The compiler writes one as a static, the interpreter makes one while the program runs. Everything in this crate that
//! draws is handed one, and is compiled once, not for each prompt.

use std::fmt;
use std::time::Duration;

use crate::build::Build;
use crate::gather::{Facts, Gather, Parts, PlannedSource};
use crate::io::Real;
use crate::pen::{Pen, Profile, Terminal};
use crate::prelude::{self, Extras, Prelude};
use crate::request::Request;
use crate::segment::{Draw, DrawFixed};
use crate::shell::Shell;
use crate::store::BackendChoice;

/// What separates the parts of a reply (unit separator): no data and no literal can contain it.
pub const PART_END: u8 = 0x1f;

/// A prompt, whose sources ask the operating system `I`.
///
/// A part that the configuration does not have is `None`.
#[derive(Clone, Copy)]
pub struct Prompt<I: 'static = Real> {
    /// Which build this is.
    pub build: Build,
    /// Whether the table was made from the configuration when the program began: then another configuration needs no
    /// build, but a new process.
    pub is_interpreted: bool,
    /// What the configuration says about the prompt as a whole.
    pub settings: Settings,
    /// What it says about caches and the store.
    pub cache: CacheSettings,
    /// What it says about the background mode; `None` if there is none.
    pub background: Option<Background>,
    /// The variables of the environment that the prompt depends on, sorted, where it has a background mode: what a
    /// shell sends. See [`Prompt::variables_of_manifests`].
    pub variables: &'static [&'static str],
    /// What is sent to the terminal besides the prompt.
    pub extras: Extras,
    /// The sources of all modules.
    pub sources: &'static [PlannedSource<I>],
    /// The modules, in the order in which they are drawn.
    pub modules: &'static [Module],
    /// Draws the left prompt.
    pub left: Option<&'static Draw>,
    /// Draws the right prompt.
    pub right: Option<&'static Draw>,
    /// Draws the prompt of a continued line.
    pub continuation: Option<&'static DrawFixed>,
    /// Draws what stays of the left prompt once a command runs.
    pub transient_left: Option<&'static Draw>,
    /// Draws what stays of the right prompt once a command runs.
    pub transient_right: Option<&'static Draw>,
    /// Draws the mark that the configuration has changed since this was built.
    pub outdated: Option<&'static DrawFixed>,
    /// Draws what the terminal's window is called, without styles.
    pub title: Option<&'static Draw>,
    /// Draws what is said about the finished command above the next prompt.
    pub footer: Option<&'static Draw>,
}

impl<I: 'static> Prompt<I> {
    /// A prompt that shows nothing.
    pub const fn new(build: Build, settings: Settings) -> Prompt<I> {
        Prompt {
            build,
            is_interpreted: false,
            settings,
            cache: CacheSettings::DEFAULT,
            background: None,
            variables: &[],
            extras: Extras::NONE,
            sources: &[],
            modules: &[],
            left: None,
            right: None,
            continuation: None,
            transient_left: None,
            transient_right: None,
            outdated: None,
            title: None,
            footer: None,
        }
    }

    /// Gathers the facts: begins every source, then finishes each.
    pub fn gather<'r>(&self, gather: &impl Gather<'r, I>) -> Facts<'r> {
        let begun: Vec<_> = self.sources.iter().map(|planned| gather.begin(planned)).collect();
        Facts::new(gather.request(), begun.into_iter().map(|pending| gather.finish(pending)).collect())
    }

    /// What [`Prompt::variables`] has to be, from the manifests of the sources.
    pub fn variables_of_manifests(&self) -> Vec<&'static str> {
        let of_sources = self.sources.iter().flat_map(|planned| planned.source.manifest().env);
        prelude::variables(of_sources, self.extras.notify)
    }

    /// The module with this name.
    pub fn module(&self, name: &str) -> Option<&'static Module> {
        self.modules.iter().find(|module| module.name == name)
    }

    /// Draws parts into a buffer, as a shell expects them: several parts are each followed by [`PART_END`].
    pub fn draw(
        &self,
        facts: &Facts<'_>,
        request: &Request,
        parts: Parts,
        terminal: &Terminal,
        out: &mut Vec<u8>,
    ) {
        let all = [
            (Parts::LEFT, Side::Left, self.left),
            (Parts::RIGHT, Side::Right, self.right),
            (Parts::TRANSIENT, Side::Left, self.transient_left),
            (Parts::TRANSIENT, Side::Right, self.transient_right),
        ];
        for (part, side, draw) in all {
            if !part.meets(parts) {
                continue;
            }
            let mut pen = Pen::new(out, request.shell, request.terminal_columns).on(terminal);
            match side {
                Side::Left => {
                    if part == Parts::LEFT && self.settings.add_newline {
                        pen.newline();
                    }
                    let mark = self.extras.marks.then(|| prelude::prompt_begins(request.shell));
                    draw_marked(&mut pen, mark, |pen| {
                        if let Some(draw) = draw {
                            draw(facts, pen);
                        }
                        if let Some(outdated) = self.outdated
                            && part == Parts::LEFT
                            && terminal.is_outdated
                        {
                            pen.before_last_line(outdated);
                        }
                    });
                }
                // It would be read in the middle of the line that the user types.
                Side::Right if terminal.profile == Profile::ScreenReader => {}
                Side::Right => {
                    pen = pen.on_one_line();
                    if let Some(draw) = draw {
                        draw(facts, &mut pen);
                    }
                }
            }
            pen.finish();
            if parts == Parts::ALL {
                out.push(PART_END);
            }
        }
        if Parts::PRELUDE.meets(parts) {
            let Prompt { extras, title, footer, .. } = *self;
            prelude::draw(Prelude { extras, title, footer }, facts, request, terminal, out);
            if parts == Parts::ALL {
                out.push(PART_END);
            }
        }
    }

    /// Draws the prompt of a continued line.
    pub fn draw_continuation(&self, shell: Shell, terminal: &Terminal, out: &mut Vec<u8>) {
        let mut pen = Pen::new(out, shell, 80).on(terminal);
        draw_marked(&mut pen, self.extras.marks.then_some("133;P;k=s"), |pen| {
            if let Some(draw) = self.continuation {
                draw(pen);
            }
        });
        pen.finish();
    }
}

impl<I> fmt::Debug for Prompt<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prompt").field("build", &self.build).finish_non_exhaustive()
    }
}

/// One module of a prompt.
#[derive(Clone, Copy)]
pub struct Module {
    /// Its name in the configuration.
    pub name: &'static str,
    /// What it shows.
    pub doc: &'static str,
    /// The sources of what it shows, by their places in [`Prompt::sources`].
    pub sources: &'static [usize],
    /// Draws it.
    pub draw: &'static Draw,
}

impl fmt::Debug for Module {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Module")
            .field("name", &self.name)
            .field("sources", &self.sources)
            .finish_non_exhaustive()
    }
}

/// What a configuration says about the prompt as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Whether an empty line comes before the prompt.
    pub add_newline: bool,
    /// The longest that a prompt waits for facts.
    pub budget: Duration,
    /// How long one program may run.
    pub command_timeout: Duration,
    /// How long the listing of the directory may take.
    pub scan_timeout: Duration,
    /// Whether a symbolic link to a folder is a folder.
    pub follow_symlinks: bool,
    /// Whether a shell replaces the prompt once a command runs.
    pub transient: bool,
}

/// What a configuration says about caches and the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CacheSettings {
    /// Where facts are kept between processes.
    pub backend: BackendChoice,
    /// What all sources together may take in the daemon's memory (bytes).
    pub bytes: usize,
}

impl CacheSettings {
    /// Files, and 2 MiB.
    pub const DEFAULT: CacheSettings = CacheSettings { backend: BackendChoice::Files, bytes: 2 << 20 };
}

/// What a configuration says about the background mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Background {
    /// How long a prompt that cannot be drawn again waits for what is being verified.
    pub patience: Duration,
    /// How long the daemon stays when no shell is connected.
    pub idle_exit: Duration,
}

/// The side of the terminal that a part is shown on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Left,
    Right,
}

/// Draws with a mark before, and one after it where the user's input begins. What is empty stays empty: it means
/// something to a shell.
fn draw_marked<'b>(pen: &mut Pen<'b>, mark: Option<&str>, draw: impl FnOnce(&mut Pen<'b>)) {
    match mark {
        Some(mark) => pen.between(mark, "133;B", draw),
        None => draw(pen),
    }
}
