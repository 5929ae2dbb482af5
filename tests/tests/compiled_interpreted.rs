//! The same plan, drawn by compiled code and by the interpreter, is the same to the byte.
//!
//! `build.rs` compiles random configurations; here they are interpreted and compared, over scenarios, shells and widths.

use ziron_build::preview::{Part, draw};
use ziron_build::{interpret, scenario};
use ziron_compiler::plan_of;
use ziron_runtime::gather::PlannedSource;
use ziron_runtime::prompt::Prompt;
use ziron_runtime::shell::Shell;

#[path = "../src/random_prompts.rs"]
mod random_prompts;

#[allow(clippy::all, clippy::pedantic, missing_docs, unreachable_pub, unused, reason = "generated")]
mod generated {
    use super::Prompt;
    include!(concat!(env!("OUT_DIR"), "/random_prompts.rs"));
}

const PARTS: [Part; 5] =
    [Part::Left, Part::Right, Part::Continuation, Part::TransientLeft, Part::TransientRight];

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

/// The prompt that the interpreter makes of a configuration.
fn interpreted(text: &str) -> &'static Prompt {
    let (mut plan, _) = plan_of(text);
    plan.background.enabled = Some(true);
    interpret::prompt(plan, generated::compiled(0).build).expect("it can be interpreted")
}

#[test]
fn compiled_and_interpreted_prompts_are_the_same() {
    let mut drawn = 0;
    for seed in 0..random_prompts::COUNT {
        let text = random_prompts::config(seed);
        let (compiled, interpreted) = (generated::compiled(seed), interpreted(&text));
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
                for (colors, part) in
                    [true, false].into_iter().flat_map(|colors| PARTS.map(|part| (colors, part)))
                {
                    let of =
                        |prompt| String::from_utf8_lossy(&draw(prompt, part, &facts, colors)).into_owned();
                    let (compiled, interpreted) = (of(compiled), of(interpreted));
                    drawn += compiled.len();
                    assert_eq!(compiled, interpreted, "seed {seed}, {part:?}, {shell:?}\n{text}");
                }
            }
            assert_eq!(facts.mistakes(), [], "a fact of the scenario has the wrong shape");
        }
    }
    assert!(drawn > 10_000, "the random prompts draw something: {drawn} bytes");
}

/// Everything in a table but its functions.
fn table(prompt: &Prompt) -> String {
    let Prompt { settings, cache, background, extras, variables, .. } = prompt;
    let source = |planned: &PlannedSource| {
        let (limits, manifest) = (planned.cache.keeping(), planned.source.manifest());
        format!("{planned:?} {} {limits:?} {manifest:?}", planned.cache.policy())
    };
    let sources: Vec<String> = prompt.sources.iter().map(source).collect();
    let modules = prompt.modules.iter().map(|module| format!("{module:?} {}", module.doc));
    let modules: Vec<String> = modules.collect();
    format!("{settings:?}\n{cache:?}\n{background:?}\n{extras:?}\n{variables:?}\n{sources:#?}\n{modules:#?}")
}

#[test]
fn compiled_and_interpreted_tables_are_the_same() {
    for seed in 0..random_prompts::COUNT {
        let text = random_prompts::config(seed);
        let [compiled, interpreted] = [generated::compiled(seed), interpreted(&text)].map(table);
        assert_eq!(compiled, interpreted, "seed {seed}\n{text}");
    }
}

#[test]
fn the_compiler_knows_the_variables_that_the_sources_read() {
    let mut several = 0;
    for seed in 0..random_prompts::COUNT {
        let prompt = generated::compiled(seed);
        let read = prompt.variables_of_manifests();
        assert_eq!(prompt.variables, read, "seed {seed}\n{}", random_prompts::config(seed));
        several += usize::from(read.contains(&"SSH_CONNECTION"));
    }
    assert!(several > 5, "the random prompts ask for variables: {several}");
}
