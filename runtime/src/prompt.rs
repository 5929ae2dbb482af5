//! The prompt: what generated code provides, and how one is drawn.

use std::time::Duration;

use crate::gather::{Gather, Parts};
use crate::pen::{Pen, Profile, Terminal};
use crate::prelude::{self, Extras};
use crate::request::Request;
use crate::shell::Shell;
use crate::source::Manifest;
use crate::store::BackendChoice;

/// What separates the parts of a reply (unit separator): no data and no literal can contain it.
pub const PART_END: u8 = 0x1f;

/// A compiled prompt. Generated code implements it; people do not.
pub trait Prompt: 'static {
    /// All facts that any part draws.
    type Facts: Send + 'static;

    /// Which build this is.
    const BUILD: Build;
    /// What the configuration says about the prompt as a whole.
    const SETTINGS: Settings;
    /// What it says about remembering facts.
    const CACHE: CacheSettings = CacheSettings::DEFAULT;
    /// What it says about the background mode; `None` if there is none.
    const BACKGROUND: Option<Background> = None;
    /// The variables of the environment that it depends on, sorted, where it has a background mode: what a shell sends.
    /// See [`variables`](crate::variables).
    const VARIABLES: &'static [&'static str] = &[];
    /// What it wants sent to the terminal besides the prompt.
    const EXTRAS: Extras = Extras::NONE;
    /// All modules of the plan, in the order in which they are drawn.
    const MODULES: &'static [Module<Self::Facts>];

    /// Gathers the facts.
    fn gather<G: Gather>(gather: &G) -> Self::Facts;

    // A part that the configuration does not have draws nothing.

    /// Draws the left prompt.
    fn left(_facts: &Self::Facts, _pen: &mut Pen<'_>) {}

    /// Draws the right prompt.
    fn right(_facts: &Self::Facts, _pen: &mut Pen<'_>) {}

    /// Draws the prompt of a continued line.
    fn continuation(_pen: &mut Pen<'_>) {}

    /// Draws what stays of the left prompt once a command runs.
    fn transient_left(_facts: &Self::Facts, _pen: &mut Pen<'_>) {}

    /// Draws what stays of the right prompt once a command runs.
    fn transient_right(_facts: &Self::Facts, _pen: &mut Pen<'_>) {}

    /// Draws the mark that the configuration has changed since this was built.
    fn outdated(_pen: &mut Pen<'_>) {}

    /// Draws what the terminal's window is called, without styles.
    fn title(_facts: &Self::Facts, _pen: &mut Pen<'_>) {}

    /// Draws what is said about the finished command above the next prompt.
    fn footer(_facts: &Self::Facts, _pen: &mut Pen<'_>) {}

    /// The sources of the plan with what they read and cost.
    fn sources() -> Vec<(&'static str, Manifest)>;

    /// What a daemon remembers of each source, in the order of [`Prompt::sources`].
    #[cfg(feature = "background")]
    fn caches() -> Vec<CachedSource> {
        Vec::new()
    }
}

/// Which build a program is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Build {
    /// Ziron's version.
    pub version: &'static str,
    /// The configuration's file.
    pub config: &'static str,
    /// A hash of the configuration.
    pub config_hash: &'static str,
    /// A hash of all that the program was built from.
    pub build_hash: &'static str,
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

/// What a configuration says about remembering facts.
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

/// The cache of a source, and the events that make what is on it old besides those that its manifest names.
#[cfg(feature = "background")]
#[derive(Clone, Copy)]
pub struct CachedSource {
    /// The cache.
    pub cache: &'static dyn crate::store::source_cache::AnyCache,
    /// The names of the events.
    pub events: &'static [&'static str],
    /// After how long facts that are shown are read again, if they are at all.
    pub refresh: Option<Duration>,
}

#[cfg(feature = "background")]
impl std::fmt::Debug for CachedSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CachedSource")
            .field("cache", &self.cache.name())
            .field("events", &self.events)
            .field("refresh", &self.refresh)
            .finish()
    }
}

/// One module of a plan.
#[derive(Debug)]
pub struct Module<F: 'static> {
    /// Its name in the configuration.
    pub name: &'static str,
    /// What it shows.
    pub doc: &'static str,
    /// The sources of what it shows, by their places in [`Prompt::sources`].
    pub sources: &'static [usize],
    /// Draws it.
    pub draw: Draw<F>,
}

/// A function that draws facts.
pub type Draw<F> = fn(&F, &mut Pen<'_>);

/// The side of the terminal that a part is shown on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Left,
    Right,
}

/// Draws parts of a prompt into a buffer, as a shell expects them: several parts are each followed by [`PART_END`].
pub fn draw<P: Prompt>(
    facts: &P::Facts,
    request: &Request,
    parts: Parts,
    terminal: &Terminal,
    out: &mut Vec<u8>,
) {
    let all: [(Parts, Side, Draw<P::Facts>); 4] = [
        (Parts::LEFT, Side::Left, P::left),
        (Parts::RIGHT, Side::Right, P::right),
        (Parts::TRANSIENT, Side::Left, P::transient_left),
        (Parts::TRANSIENT, Side::Right, P::transient_right),
    ];
    for (part, side, draw) in all {
        if !part.meets(parts) {
            continue;
        }
        let mut pen = Pen::new(out, request.shell, request.terminal_columns).on(terminal);
        match side {
            Side::Left => {
                if part == Parts::LEFT && P::SETTINGS.add_newline {
                    pen.newline();
                }
                let mark = P::EXTRAS.marks.then(|| prelude::prompt_begins(request.shell));
                draw_marked(&mut pen, mark, |pen| {
                    draw(facts, pen);
                    if part == Parts::LEFT && terminal.is_outdated {
                        pen.before_last_line(P::outdated);
                    }
                });
            }
            // It would be read in the middle of the line that the user types.
            Side::Right if terminal.profile == Profile::ScreenReader => {}
            Side::Right => {
                pen = pen.on_one_line();
                draw(facts, &mut pen);
            }
        }
        pen.finish();
        if parts == Parts::ALL {
            out.push(PART_END);
        }
    }
    if Parts::PRELUDE.meets(parts) {
        prelude::draw::<P>(facts, request, terminal, out);
        if parts == Parts::ALL {
            out.push(PART_END);
        }
    }
}

/// Draws the prompt of a continued line.
pub fn draw_continuation<P: Prompt>(shell: Shell, terminal: &Terminal, out: &mut Vec<u8>) {
    let mut pen = Pen::new(out, shell, 80).on(terminal);
    draw_marked(&mut pen, P::EXTRAS.marks.then_some("133;P;k=s"), P::continuation);
    pen.finish();
}

/// Draws with a mark before, and one after it where the user's input begins. What is empty stays empty: it means
/// something to a shell.
fn draw_marked<'b>(pen: &mut Pen<'b>, mark: Option<&str>, draw: impl FnOnce(&mut Pen<'b>)) {
    match mark {
        Some(mark) => pen.between(mark, "133;B", draw),
        None => draw(pen),
    }
}
