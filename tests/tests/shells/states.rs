//! Special states of the line editors × what can happen in them, in real terminals.
//!
//! One session for each state goes through all events. Before each, a marker is printed, the state is entered, and what
//! stands below the marker afterwards says what became of the prompt: nothing above it may be touched, nothing may be
//! left behind, and the shell goes on.

mod bash;
mod fish;
mod zsh;

use std::time::Duration;

use ziron_runtime::shell::Shell;
use ziron_tests::dump;
use ziron_tests::session::{Background, Session, Setup};
use ziron_tests::stub;
use ziron_tests::terminal::Size;

use crate::start;

/// A test for each state of an editor: the state's start-up lines, the keys that lead to it, and what comes of news,
/// another width, Ctrl-C, Ctrl-D and Enter.
macro_rules! states {
    ($shell:ident, $setup:expr; $($name:ident: $config:expr, $enter:expr, $outcomes:expr;)*) => { $(
        #[test]
        fn $name() {
            super::check($shell, &$setup, &super::State { config: $config, enter: &$enter, outcomes: $outcomes });
        }
    )* };
}
use states;

/// What happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Event {
    /// The daemon has another prompt for the prompt that is shown.
    News,
    /// The terminal gets another width, and back.
    Resize,
    /// Ctrl-C.
    Interrupt,
    /// Ctrl-D.
    EndOfFile,
    /// Enter.
    Enter,
}

const EVENTS: [Event; 5] = [Event::News, Event::Resize, Event::Interrupt, Event::EndOfFile, Event::Enter];

/// What becomes of the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// It goes on, and its prompt is whole.
    GoesOn,
    /// It goes on, and its prompt is whole, but not the newest: the editor was asking something.
    GoesOnOld,
    /// It is given up or accepted, its prompt is small where the transient prompt is on, and there is a new prompt.
    Ends,
    /// It is given up or accepted, with whatever prompt: what was shown was not the prompt of the shell, or the editor
    /// shows no other one there.
    EndsWhole,
    /// A command reads a line, and goes on doing so.
    Reads,
}

/// A state of a line editor.
struct State {
    /// Lines of the shell's configuration.
    config: &'static str,
    /// Keys to get there, and what the screen then shows.
    enter: &'static [(&'static str, &'static str)],
    /// What comes of each of [`EVENTS`].
    outcomes: [Outcome; 5],
}

/// Shown by a state whose keys make the shell ask for another prompt.
const ANOTHER_PROMPT: &str = "another prompt";

/// Columns and lines; all that a session prints has room.
const SIZE: Size = Size { rows: 60, columns: 80 };

/// Drives a shell through all events in one state.
fn check(shell: Shell, base: &Setup, state: &State) {
    let after = format!("{}\n{}", base.after, state.config);
    let setup = Setup { size: SIZE, after, ..base.clone() };
    let Some((mut session, _)) = start(shell, &setup) else { return };
    for (number, (event, outcome)) in EVENTS.into_iter().zip(state.outcomes).enumerate() {
        if event == Event::News {
            if setup.background == Background::Off || shell == Shell::Bash {
                continue;
            }
            session.daemon().tell(&["draw=stale"]);
        }
        let marker = format!("mark-{number}");
        session.run(&format!("echo {marker}"));
        for (keys, shown) in state.enter {
            session.send(keys);
            if *shown == ANOTHER_PROMPT {
                session.prompt();
                continue;
            }
            session.terminal().wait(&format!("{shown} below {marker}"), |screen| {
                below(&dump::plain(screen), &marker).is_some_and(|rest| rest.contains(shown)).then_some(())
            });
        }
        let asked = session.calls().len();
        happen(&mut session, event, outcome);
        settle(&mut session, &marker, outcome, asked, setup.is_transient);
    }
    let screen = session.plain();
    assert!(!screen.contains("_ziron"), "{screen}");
}

/// What the screen shows below the output of a marker; all of it if a long list has taken its place.
fn below(screen: &str, marker: &str) -> Option<String> {
    match screen.split_once(&format!("\n{marker}\n")) {
        Some((_, rest)) => Some(rest.to_owned()),
        None => screen.contains("file-10").then(|| screen.to_owned()),
    }
}

/// Whether there is a new prompt, and nothing but it in its line.
fn has_new_prompt(session: &mut Session, asked: usize, limit: Duration) -> bool {
    let log = session.home().join("log");
    session
        .terminal()
        .wait_for(limit, |screen| dump::before_cursor(screen) == "> " && stub::read_log(&log).len() > asked)
}

/// Waits until the screen stays as it is. zsh 5.9 by itself may exit when a signal comes while it completes a name of
/// M-x.
fn quiet(session: &Session) {
    let mut last = String::new();
    while last != session.styled() {
        last = session.styled();
        std::thread::sleep(Duration::from_millis(100));
    }
}

fn happen(session: &mut Session, event: Event, outcome: Outcome) {
    match event {
        Event::News => session.daemon().tell(&["do=push"]),
        Event::Resize => {
            // What a shell draws for one width may not arrive at another.
            quiet(session);
            for columns in [SIZE.columns - 3, SIZE.columns] {
                session.terminal().resize(Size { columns, ..SIZE });
                // The shell is to see both.
                std::thread::sleep(Duration::from_millis(100));
            }
        }
        Event::Interrupt => {
            quiet(session);
            let asked = session.calls().len();
            // Once is not always enough, see `Session::interrupt`.
            while {
                session.send("\x03");
                let is_over = has_new_prompt(session, asked, Duration::from_secs(2));
                matches!(outcome, Outcome::Ends | Outcome::EndsWhole) && !is_over
            } {}
        }
        Event::EndOfFile => session.send("\x04"),
        Event::Enter => session.send("\r"),
    }
}

/// Waits for what should come of an event, and leaves the state.
fn settle(session: &mut Session, marker: &str, outcome: Outcome, asked: usize, is_transient: bool) {
    let is_whole = |rest: &str, data: &str| {
        let number = rest.strip_prefix('#').and_then(|rest| rest.split_once(' '));
        number.is_some_and(|(number, rest)| {
            number.parse::<usize>().is_ok() && rest.starts_with(&format!("{data}\n> "))
        })
    };
    let is_right = |rest: &str| match outcome {
        Outcome::Ends if is_transient => rest.starts_with("T> "),
        Outcome::GoesOn | Outcome::Ends => is_whole(rest, "data"),
        Outcome::GoesOnOld => is_whole(rest, "old"),
        Outcome::EndsWhole | Outcome::Reads => true,
    };
    let is_over = matches!(outcome, Outcome::Ends | Outcome::EndsWhole);
    if is_over {
        session.prompt();
    } else {
        // Whatever a line that goes on was drawn with is complete when the next key has been seen to.
        session.send("x");
    }
    let is_right = session.terminal().wait_for(Duration::from_secs(8), |screen| {
        below(&dump::plain(screen), marker).is_some_and(|rest| is_right(&rest))
    });
    assert!(is_right, "{marker}: {outcome:?} is not what came of it; the screen:\n{}", session.plain());
    if !is_over {
        quiet(session);
        // Out of whatever it is: a question, a command that reads, a line.
        let is_out = (0..20).any(|_| {
            session.send("\x03");
            has_new_prompt(session, asked, Duration::from_secs(1))
        });
        assert!(is_out, "{marker}: no way out; the screen:\n{}", session.plain());
        session.prompt();
    }
}
