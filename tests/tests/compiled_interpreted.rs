//! The same plan, drawn by compiled code and by the interpreter, is the same to the byte.
//!
//! `build.rs` compiles random configurations; here they are interpreted and compared, over scenarios, shells and widths.

use ziron_build::interpret::{Interpreter, Part};
use ziron_build::scenario;
use ziron_compiler::plan_of;
use ziron_runtime::gather::Gather;
use ziron_runtime::pen::Pen;
use ziron_runtime::prompt::Prompt;
use ziron_runtime::scenario::{Canned, FactSet};
use ziron_runtime::shell::Shell;

#[path = "../src/random_prompts.rs"]
mod random_prompts;

#[allow(clippy::all, clippy::pedantic, missing_docs, unreachable_pub, unused, reason = "generated")]
mod generated {
    use super::{FactSet, both, run};
    include!(concat!(env!("OUT_DIR"), "/random_prompts.rs"));
}

const PARTS: [Part; 5] =
    [Part::Left, Part::Right, Part::Continuation, Part::TransientLeft, Part::TransientRight];

/// Draws all parts of a compiled prompt, in the order of [`PARTS`].
fn run<P: Prompt>(set: &FactSet, colors: bool) -> [Vec<u8>; 5] {
    let canned = Canned(set);
    let facts = P::gather(&canned);
    PARTS.map(|part| {
        let mut out = Vec::new();
        let request = canned.request();
        let mut pen = Pen::new(&mut out, request.shell, request.terminal_columns).colored(colors);
        if matches!(part, Part::Right | Part::TransientRight) {
            pen = pen.on_one_line();
        }
        match part {
            Part::Left => {
                if P::SETTINGS.add_newline {
                    pen.newline();
                }
                P::left(&facts, &mut pen);
            }
            Part::Right => P::right(&facts, &mut pen),
            Part::Continuation => P::continuation(&mut pen),
            Part::TransientLeft => P::transient_left(&facts, &mut pen),
            Part::TransientRight => P::transient_right(&facts, &mut pen),
        }
        pen.finish();
        out
    })
}

/// The variables that the compiler has written down, and those that the sources read.
fn both<P: Prompt>() -> [Vec<&'static str>; 2] {
    [P::VARIABLES.to_vec(), ziron_runtime::variables::of_manifests::<P>()]
}

const SCENARIOS: &[&str] = &[
    "",
    r#"
    [request]
    status = "130"
    pipe_status = "0 130 1"
    duration_ms = 93012
    jobs = 3
    shlvl = 4
    keymap = "vicmd"
    [facts]
    git_head = { branch = "feature/a`$(id)`%n", is_detached = false, is_bare = false }
    git_upstream = { remote = "origin", branch = "main", reference = "refs/remotes/origin/main", exists = true }
    git_stash = 2
    git_distance = { ahead = 2, behind = 1 }
    git_operation = { kind = "Rebase", progress = [2, 5] }
    git_commit = { hash = "abc1234", tag = "v1.0" }
    git_metrics = { added = 12, deleted = 0 }
    zig = { raw = "0.13.0-dev.1" }
    python = { raw = "3.11" }
    nodejs = { raw = "20.1.0" }
    hostname = { name = "bo\u001b[31mx", by_ssh = true }
    username = { name = "me", is_root = true }
    [facts.git_status]
    conflicted = 1
    index_added = 0
    index_deleted = 0
    index_modified = 3
    index_typechanged = 0
    renamed = 0
    worktree_added = 0
    worktree_deleted = 1
    worktree_modified = 12
    worktree_typechanged = 0
    untracked = 7
    unknown = 1
    "#,
    r#"
    [facts]
    git_head = { branch = "main", is_detached = false, is_bare = false }
    git_commit = { hash = "abc1234" }
    python = { raw = "3.11" }
    nodejs = { raw = "20.1.0" }
    hostname = { name = "box", by_ssh = true }
    [health]
    git_head = "stale"
    git_status = "failed"
    git_stash = "failed"
    git_metrics = "awaited"
    git_commit = "failed"
    directory = "awaited"
    python = "failed"
    nodejs = "stale"
    rust = "failed"
    zig = "failed"
    hostname = "stale"
    username = "failed"
    package = "failed"
    time = "failed"
    "#,
];

#[test]
fn compiled_and_interpreted_prompts_are_the_same() {
    let mut drawn = 0;
    for seed in 0..random_prompts::COUNT {
        let text = random_prompts::config(seed);
        let (plan, _) = plan_of(&text);
        let interpreter = Interpreter::new(&plan);
        for scenario in SCENARIOS {
            let mut facts = scenario::read(scenario).expect("the scenario is right");
            for (shell, columns) in [
                (Shell::Plain, 80),
                (Shell::Bash, 120),
                (Shell::Zsh, 40),
                (Shell::Tcsh, 10),
                (Shell::Fish, 200),
            ] {
                facts.request.shell = shell;
                facts.request.terminal_columns = columns;
                for colors in [true, false] {
                    let compiled = generated::compiled(seed, &facts, colors);
                    for (part, compiled) in PARTS.into_iter().zip(compiled) {
                        let interpreted = interpreter.draw(part, &facts, colors);
                        drawn += compiled.len();
                        assert_eq!(
                            String::from_utf8_lossy(&compiled),
                            String::from_utf8_lossy(&interpreted),
                            "seed {seed}, {part:?}, {shell:?}\n{text}"
                        );
                    }
                }
            }
            assert_eq!(facts.mistakes(), [], "a fact of the scenario has the wrong shape");
        }
    }
    assert!(drawn > 10_000, "the random prompts draw something: {drawn} bytes");
}

#[test]
fn the_compiler_knows_the_variables_that_the_sources_read() {
    let mut several = 0;
    for seed in 0..random_prompts::COUNT {
        let [written, read] = generated::variables(seed);
        assert_eq!(written, read, "seed {seed}\n{}", random_prompts::config(seed));
        several += usize::from(read.contains(&"SSH_CONNECTION"));
    }
    assert!(several > 5, "the random prompts ask for variables: {several}");
}
