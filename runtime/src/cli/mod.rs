//! The command line of a generated binary.

mod arguments;
#[cfg_attr(not(feature = "background"), path = "background_off.rs")]
mod background;
mod cache;
mod doctor;
mod draw;
mod failure;
mod flame;
mod guarded;
mod keep;
#[cfg_attr(not(feature = "otlp"), path = "otlp_off.rs")]
mod otlp;
mod output;
#[cfg_attr(not(all(feature = "background", target_os = "linux")), path = "quick_off.rs")]
pub(crate) mod quick;
mod report;
mod world;

use std::io::Write;
use std::process::ExitCode;

use arguments::{Arguments, Command, Script, Way};
use failure::Failure;

use crate::prompt::Prompt;
use quick::Outcome;
use report::Form;

/// What `--help` begins with, and so a text that every generated binary contains: `ziron-build` replaces no file that
/// does not.
pub const MADE_BY: &str = "A prompt made by ziron-build.\n";

const HELP: &str = "
Usage: COMMAND [OPTIONS]

  prompt              draw the prompt; --right, --continuation, or --all for every part in one run
  module NAME         draw one module
  timings             say what every source and module took; --folded as stacks, --svg as a flame graph, --otlp as a trace
  explain             say what the prompt is made of
  init SHELL          print the script that connects a shell; a name that is none says which there are;
                      --instant for zsh's instant prompt; --keep FILE to keep it in a file as well
  doctor              look for what keeps the prompt from being right
  paths               say where it keeps what, a line each: a name, a tab, a path
  cache               what is remembered: stats, list, inspect SOURCE [KEY], clear [SOURCE], warm [DIR], invalidate SOURCE

With the daemon:
  daemon WHAT         start, stop, restart, status (--full with its tasks), health, run, logs, trace
  why SEGMENT         which facts a module shows here, and what would make them old; all of them with --full
  event send NAME     tell of an event, with data if you like
  events              print events as they happen; --filter NAME… for some
  metrics             counters and histograms, as Prometheus reads them; --otlp for OpenTelemetry

Drawing:
  --shell NAME        the shell that shows the prompt
  --status N          exit status of the last command
  --pipestatus LIST   exit statuses of the last pipeline, separated by spaces
  --cmd-duration MS   how long the last command ran
  --jobs N            jobs in the background
  --shlvl N           nesting of shells
  --keymap NAME       the active key map
  --terminal-width N  columns of the terminal
  --path DIR          the directory; --logical-path DIR as the shell calls it

  --version           version, build and configuration
  --help              this text
";

/// Runs a generated binary: its whole `main`.
pub fn main(prompt: &'static Prompt) -> ExitCode {
    ExitCode::from(run_with(prompt, lexopt::Parser::from_env(), Outcome::NotMine))
}

/// Runs a generated binary with the arguments after the program's name, and returns its exit status. The daemon may
/// have been asked already.
pub(crate) fn run_with(prompt: &'static Prompt, arguments: lexopt::Parser, asked: Outcome) -> u8 {
    let arguments = match Arguments::parse(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            let failure = Failure::usage(format!("{error}\n\nTry --help."));
            say_error(&format!("error: {}\n", failure.message));
            return failure.status;
        }
    };
    match run(prompt, arguments, asked) {
        Ok(()) => 0,
        Err(failure) => {
            say_error(&format!("error: {}\n", failure.message));
            failure.status
        }
    }
}

fn run(prompt: &'static Prompt, arguments: Arguments, asked: Outcome) -> Result<(), Failure> {
    let Arguments { command, request, folder } = arguments;
    if let Some(folder) = folder {
        background::mean(folder);
    }
    match command {
        Command::Prompt(parts, Way::Asking) if asked == Outcome::Silent => {
            draw::prompt(prompt, &request, parts, Way::Direct);
        }
        Command::Prompt(parts, way) => draw::prompt(prompt, &request, parts, way),
        Command::Background(words) if words.first().is_some_and(|word| word == "cache") => {
            return cache::run(prompt, &words[1..], &request);
        }
        Command::Background(words) => return background::run(prompt, &words, &request),
        Command::Continuation => draw::continuation(prompt, &request),
        Command::Module(name) => return draw::module(prompt, &request, &name).map_err(Failure::usage),
        Command::Refresh => draw::refresh(prompt, &request),
        Command::Timings(Form::Trace) => say(&otlp::trace(prompt, &request)?),
        Command::Timings(form) => say(&report::timings(prompt, &request, form)),
        Command::Explain => say(&report::explain(prompt, &request)),
        Command::Doctor => say(&doctor::report(prompt, &request)),
        Command::Paths => say(&report::paths(prompt)),
        Command::Init(shell, which, file) => {
            let script = draw::init(prompt, shell, which).map_err(Failure::usage)?;
            // Whoever reads it has a prompt, whether it can be kept or not.
            say(&script);
            match file {
                Some(file) => keep::keep(prompt, shell, which, &script, &file)?,
                None if which == Script::Prompt => background::prepare(prompt),
                None => {}
            }
        }
        Command::Version => say(&format!(
            "ziron {}\nbuild  {}\nconfig {} ({})\n",
            prompt.build.version, prompt.build.build_hash, prompt.build.config_hash, prompt.build.config
        )),
        Command::Help => {
            say(MADE_BY);
            say(HELP);
        }
    }
    Ok(())
}

/// Writes text to standard output.
fn say(text: &str) {
    output::write(text.as_bytes());
}

fn say_error(text: &str) {
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}
