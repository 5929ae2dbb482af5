//! A working day: two thousand prompts of somebody with some shells, each drawn by the daemon and by the same program
//! without it.
//!
//! Not one may differ. And the daemon must hardly ever have to read before it can show something: of all questions to
//! its memory, more than 99 in 100 are answered from it, as they are or, for what must be read again each time, as the
//! last value, marked, until it was verified. (A question is one source of one prompt. What is cheap is read each time
//! and asks no memory. `CacheOutcome` in `runtime/src/gather/fact_cache.rs` says how they are counted.)
//!
//! A day with seed 1 asks 11,123 questions; 53 are misses: the first look at each of five repositories by each of four
//! sources, the first run of the command in each folder and environment, and one run for each new version of a tool.
//!
//! `ZIRON_DAY=SEED` lives another day.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "tests make files and start programs, and say what they found"
)]

use ziron_runtime::shell::Shell;
use ziron_tests::day::{Counted, Daemon, Person};
use ziron_tests::world::{self, World};

const PROMPTS: usize = 2000;

/// What is remembered in all ways there are: git, tools, packages, variables, a command of one's own.
const CONFIG: &str = r#"
format = """
$username$directory$git_branch$git_commit$git_state$git_status$package$nodejs$rust$python$golang\
${env_var.AWS_PROFILE}${env_var.LEVEL}${custom.level}$cmd_duration$jobs$status
$character"""
right_format = "$git_metrics"
scan_timeout = 20000
command_timeout = 20000

[ziron]
transient = true
budget = 20000

[git_commit]
only_detached = false
tag_disabled = false

[git_metrics]
disabled = false

[status]
disabled = false

[env_var.AWS_PROFILE]
format = "[$env_value]($style) "

# A command of one's own sees the variables that somebody asks for, and no others.
[env_var.LEVEL]
format = "[$env_value]($style) "

[custom.level]
command = "echo level $LEVEL"
when = true
shell = ["/bin/sh"]
format = "[$output]($style) "
"#;

#[test]
fn a_day_without_a_wrong_prompt() {
    let program = world::prompt(CONFIG);
    let world = World::new();
    let daemon = Daemon::start(&world, &program);
    let seed = std::env::var("ZIRON_DAY").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1);
    let mut person = Person::new(&world, &daemon, &[Shell::Zsh, Shell::Fish, Shell::Zsh], seed);
    let mut story = Vec::new();
    let mut pictures = 0;
    for number in 0..PROMPTS {
        let (at, what) = person.act(&world);
        story.push(what);
        let shell = &mut person.shells[at];
        let (shown, count) = shell.prompt();
        pictures += count;
        let drawn = shell.direct(&program, &world.path(&format!("cache/{number}")));
        let before = &story[story.len().saturating_sub(12)..];
        assert_eq!(shown, drawn, "prompt {number} of day {seed}, after {before:#?}\n{shell:?}");
    }
    let counted = daemon.counted();
    let sum = |part: fn(&Counted) -> u64| counted.values().map(part).sum::<u64>();
    let (misses, all) = (sum(|of| of.misses), sum(|of| of.hits + of.old + of.misses));
    let rate = 1.0 - misses as f64 / all as f64;
    let report =
        format!("{PROMPTS} prompts, {pictures} pictures, {all} questions, {rate:.4} answered: {counted:#?}");
    assert!(all > PROMPTS as u64 && rate > 0.99, "{report}");
    println!("{report}");
}
