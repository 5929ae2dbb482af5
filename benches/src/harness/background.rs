//! The background mode: the program as a client, and what a daemon costs while nothing happens.

use std::fs;
use std::io;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::fixtures::Fixtures;
use super::processes::{self, Subject};
use super::report::{Report, Target};

/// A program that does nothing but start, linked as prompts are.
const NOTHING: &str = "fn main() {}";

/// How long an idle daemon is watched.
const WATCH: Duration = Duration::from_secs(60);

/// Measures a program with a daemon.
pub(crate) fn measure(
    report: &mut Report,
    program: &Path,
    fixtures: &Fixtures,
    runs: usize,
    watch: bool,
) -> io::Result<()> {
    let client = fixtures.client("client", program, &fixtures.empty);
    let daemon = |word: &str| -> io::Result<()> {
        let arguments = ["daemon", word].map(Into::into).to_vec();
        Subject { arguments, ..client.clone() }.run()
    };
    daemon("start")?;
    let mut subjects = vec![client.clone()];
    if let Some(nothing) = nothing(fixtures)? {
        subjects.push(nothing);
    }
    let medians = processes::medians(&subjects, runs)?;
    let row = report.row("`prompt`, empty folder, daemon running", super::super::millis(medians[0].1));
    if let Some((name, floor)) = medians.get(1) {
        let ratio = super::super::ratio(medians[0].1, *floor);
        row.beside(name, &super::super::millis(*floor), ratio).target(Target::at_most(
            ratio,
            1.3,
            "1.3 × a static program that only starts",
        ));
    }
    if watch {
        idle(report, fixtures)?;
    }
    daemon("stop")
}

/// Memory and wake-ups of a daemon that nobody asks.
fn idle(report: &mut Report, fixtures: &Fixtures) -> io::Result<()> {
    let Some(pid) = daemon_of(fixtures)? else { return Ok(()) };
    std::thread::sleep(Duration::from_secs(5));
    let before = switches(pid)?;
    std::thread::sleep(WATCH);
    let wakes = switches(pid)? - before;
    let resident = field(&fs::read_to_string(format!("/proc/{pid}/status"))?, "VmRSS:") as f64 / 1024.0;
    report
        .row("daemon, idle: resident memory", format!("{resident:.1} MB"))
        .target(Target::at_most(resident, 6.0, "6 MB"));
    report
        .row(format!("daemon, idle: wake-ups in {} s", WATCH.as_secs()), wakes.to_string())
        .target(Target::at_most(wakes as f64, 0.0, "none"));
    Ok(())
}

/// The process of the daemon that the fixtures' shells talk to.
fn daemon_of(fixtures: &Fixtures) -> io::Result<Option<u32>> {
    let folder = fixtures.runtime().join("ziron");
    for entry in fs::read_dir(folder)? {
        if let Ok(text) = fs::read_to_string(entry?.path().join("pid")) {
            return Ok(text.split(' ').next().and_then(|pid| pid.parse().ok()));
        }
    }
    Ok(None)
}

/// How often the threads of a process have gone to sleep so far.
fn switches(pid: u32) -> io::Result<u64> {
    let mut sum = 0;
    for thread in fs::read_dir(format!("/proc/{pid}/task"))? {
        let status = fs::read_to_string(thread?.path().join("status"))?;
        sum += field(&status, "voluntary_ctxt_switches:") + field(&status, "nonvoluntary_ctxt_switches:");
    }
    Ok(sum)
}

/// A number in `/proc/PID/status`.
fn field(status: &str, name: &str) -> u64 {
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    line.and_then(|rest| rest.split_whitespace().next()?.parse().ok()).unwrap_or_default()
}

/// Builds the program that does nothing; `None` where it cannot be linked statically.
fn nothing(fixtures: &Fixtures) -> io::Result<Option<Subject>> {
    let (source, program) = (fixtures.home().join("nothing.rs"), fixtures.home().join("nothing"));
    fs::write(&source, NOTHING)?;
    let mut rustc = Command::new("rustc");
    rustc.args(["-O", "-Cpanic=abort", "-Cstrip=symbols", "-Ctarget-feature=+crt-static"]);
    rustc.args(["-Crelocation-model=static", "-o"]).arg(&program).arg(&source);
    let built = rustc.status().is_ok_and(|status| status.success());
    Ok(built.then(|| Subject {
        name: String::from("nothing"),
        program,
        arguments: Vec::new(),
        folder: fixtures.empty.clone(),
        environment: fixtures.environment(),
    }))
}
