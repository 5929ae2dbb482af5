//! Measures what `docs/performance.md` claims, side by side, and says which promises are kept.
//!
//! `cargo run --release -p ziron-benches -- [--write] [--quick]`. `--quick` runs fewer times and does not measure the first build;
//! `--write` writes the table into `docs/performance.md`; `--program PATH` measures the background mode of a prompt that is there already, `--program PATH --shells` the shells
//! alone. `STARSHIP` names a starship; else the one on the `PATH`, or in `/opt/starship/bin`.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "it measures programs and prints figures"
)]

mod harness {
    pub(crate) mod background;
    pub(crate) mod builds;
    pub(crate) mod crowd;
    pub(crate) mod fixtures;
    pub(crate) mod machine;
    pub(crate) mod processes;
    pub(crate) mod report;
    pub(crate) mod shells;
    pub(crate) mod start;
    pub(crate) mod terminal;
}

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use harness::background;
use harness::builds::Builds;
use harness::crowd;
use harness::fixtures::Fixtures;
use harness::machine::{self, Peers};
use harness::processes;
use harness::report::{Report, Target};
use harness::shells;
use harness::start;
use ziron::Parts;
use ziron_benches::{Counting, DEFAULT_PROMPT, Sample, allocations};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

impl Effort {
    fn of(quick: bool) -> Effort {
        if quick {
            Effort { small: 100, large: 15, sessions: 1 }
        } else {
            Effort { small: 1000, large: 60, sessions: 5 }
        }
    }

    /// How often a daemon is started.
    fn starts(&self) -> usize {
        self.large / 2
    }
}

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().collect();
    if arguments.get(1).is_some_and(|word| word == "ziron-build") {
        return ziron_build::run(arguments.into_iter().skip(1), &ziron_build::Env::real());
    }
    let has = |name: &str| arguments.iter().any(|argument| argument == name);
    let program = arguments.iter().skip_while(|argument| *argument != "--program").nth(1);
    let result = match program {
        Some(program) if has("--shells") => measure_shells(has("--quick"), Path::new(program)),
        Some(program) => measure_program(has("--quick"), Path::new(program)),
        None => measure(has("--quick"), has("--write")),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// How often things are run.
#[derive(Clone, Copy)]
struct Effort {
    small: usize,
    large: usize,
    sessions: usize,
}

/// The background mode of a prompt that is there already.
fn measure_program(quick: bool, program: &Path) -> Result<(), Box<dyn Error>> {
    let effort = Effort::of(quick);
    let mut report = Report::default();
    let peers = Peers::find();
    let fixtures = Fixtures::make()?;
    background::measure(&mut report, program, &fixtures, effort.small, !quick)?;
    start::measure(&mut report, program, &fixtures, effort.starts())?;
    crowd::measure(&mut report, program, &fixtures, quick)?;
    shells::measure(&mut report, program, &fixtures, &peers, effort.sessions)?;
    println!("{}", report.text(&machine::describe(&peers)));
    Ok(())
}

fn measure_shells(quick: bool, program: &Path) -> Result<(), Box<dyn Error>> {
    let mut report = Report::default();
    let peers = Peers::find();
    shells::measure(&mut report, program, &Fixtures::make()?, &peers, Effort::of(quick).sessions)?;
    println!("{}", report.text(&machine::describe(&peers)));
    Ok(())
}

fn measure(quick: bool, write: bool) -> Result<(), Box<dyn Error>> {
    let effort = Effort::of(quick);
    let mut report = Report::default();
    let peers = Peers::find();
    let fixtures = Fixtures::make()?;
    let builds = Builds::make(&fixtures, quick)?;
    crowd::measure(&mut report, &builds.default, &fixtures, quick)?;
    in_process(&mut report)?;
    whole_processes(&mut report, &builds, &fixtures, &peers, effort)?;
    five_tools(&mut report, &builds, &fixtures, &peers, effort)?;
    builds.report(&mut report)?;
    background::measure(&mut report, &builds.default, &fixtures, effort.small, !quick)?;
    start::measure(&mut report, &builds.default, &fixtures, effort.starts())?;
    shells::measure(&mut report, &builds.default, &fixtures, &peers, effort.sessions)?;
    let text = report.text(&machine::describe(&peers));
    println!("{text}");
    if write {
        machine::write_figures(&text)?;
    }
    Ok(())
}

/// Drawing from facts.
fn in_process(report: &mut Report) -> Result<(), Box<dyn Error>> {
    const ROUNDS: u32 = 20;
    const DRAWINGS: u32 = 2000;
    let sample = Sample::new()?;
    let facts = sample.facts();
    let mut out = Vec::with_capacity(8192);
    let mut draw = || {
        out.clear();
        DEFAULT_PROMPT.draw(
            &facts,
            sample.request(),
            Parts::LEFT,
            &ziron_runtime::pen::Terminal::default(),
            &mut out,
        );
        std::hint::black_box(&mut out);
    };
    draw();
    let count = allocations(&mut draw);
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        let start = Instant::now();
        for _ in 0..DRAWINGS {
            draw();
        }
        times.push(start.elapsed() / DRAWINGS);
    }
    let median = processes::median(&mut times);
    report.row("draw the default prompt from facts", micros(median)).target(Target::at_most(
        median.as_secs_f64() * 1e6,
        5.0,
        "5 µs",
    ));
    report.row("allocations while drawing", count.to_string()).target(Target::at_most(
        count as f64,
        0.0,
        "none",
    ));
    Ok(())
}

/// The empty folder and the repository.
fn whole_processes(
    report: &mut Report,
    builds: &Builds,
    fixtures: &Fixtures,
    peers: &Peers,
    effort: Effort,
) -> Result<(), Box<dyn Error>> {
    for (name, folder, runs, limit, text) in [
        ("`prompt`, empty folder", &fixtures.empty, effort.small, 1.0 / 7.0, "1/7 of starship"),
        ("`prompt`, repository of 5,000 files", &fixtures.repository, effort.large, 0.5, "1/2 of starship"),
    ] {
        let mut subjects = vec![fixtures.ziron("ziron", &builds.default, folder)];
        subjects.push(fixtures.ziron("ziron, small", &builds.small, folder));
        if let Some(starship) = &peers.starship {
            subjects.push(fixtures.starship(starship, folder));
        }
        if let Some(other) = &peers.oh_my_posh {
            subjects.push(fixtures.oh_my_posh(other, folder));
        }
        let is_repository = folder == &fixtures.repository;
        if let (true, Some(git)) = (is_repository, &peers.git) {
            subjects.push(fixtures.git_status(git, folder));
        }
        let medians = processes::medians(&subjects, runs)?;
        let of = |name: &str| medians.iter().find(|(subject, _)| subject == name).map(|(_, median)| *median);
        let Some(ours) = of("ziron") else { continue };
        let mut row = report.row(name, millis(ours));
        for (subject, median) in &medians[1..] {
            row = row.beside(subject, &millis(*median), ratio(ours, *median));
        }
        if let Some(starship) = of("starship") {
            row = row.target(Target::at_most(ratio(ours, starship), limit, text));
        }
        if let Some(git) = of("git status") {
            row.target(Target::at_most(ratio(ours, git), 1.2, "1.2 × git status"));
        }
    }
    Ok(())
}

/// The project with five tools: time, and processes started.
fn five_tools(
    report: &mut Report,
    builds: &Builds,
    fixtures: &Fixtures,
    peers: &Peers,
    effort: Effort,
) -> Result<(), Box<dyn Error>> {
    let project = fixtures.ziron("ziron", &builds.default, &fixtures.project);
    let empty = fixtures.ziron("empty folder", &builds.default, &fixtures.empty);
    let first = Instant::now();
    project.run()?;
    let first = first.elapsed();
    // What the first prompt was too early for is read in the background.
    std::thread::sleep(Duration::from_millis(500));
    let shown = project.output()?;
    let mut subjects = vec![project.clone(), empty];
    if let Some(starship) = &peers.starship {
        subjects.push(fixtures.starship(starship, &fixtures.project));
    }
    let medians =
        processes::medians(&subjects, effort.small.min(if effort.sessions == 1 { 20 } else { 200 }))?;
    let ours = medians[0].1;
    let mut row = report.row("`prompt`, project with five tools, second and later", millis(ours));
    for (subject, median) in &medians[1..] {
        row = row.beside(subject, &millis(*median), ratio(ours, *median));
    }
    row.target(Target::at_most(ratio(ours, medians[1].1), 1.5, "1.5 × empty folder"));
    report.row("the same, first prompt", millis(first));
    let missing: Vec<_> = fixtures.versions().filter(|version| !shown.contains(*version)).collect();
    if !missing.is_empty() {
        report.note(format!("the project's prompt does not show {}", missing.join(", ")));
    }
    match processes::started(&project)? {
        Some(count) => report.row("processes it starts", count.to_string()).target(Target::at_most(
            count as f64,
            0.0,
            "none",
        )),
        None => report.row("processes it starts", "no strace here"),
    };
    Ok(())
}

fn ratio(ours: Duration, theirs: Duration) -> f64 {
    ours.as_secs_f64() / theirs.as_secs_f64()
}

fn millis(duration: Duration) -> String {
    format!("{:.2} ms", duration.as_secs_f64() * 1e3)
}

fn micros(duration: Duration) -> String {
    format!("{:.2} µs", duration.as_secs_f64() * 1e6)
}
