//! A crowd: two hundred shells that ask one daemon at once, and a million prompts.

use std::error::Error;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Barrier};
use std::time::{Duration, Instant};

use ziron_runtime::client::{Address, Surroundings};
use ziron_runtime::client::{Client, ClientError};
use ziron_runtime::client::{Draw, Hello, ReplyMode, Wanted};
use ziron_runtime::request::Request;
use ziron_runtime::shell::Shell;

use super::fixtures::Fixtures;
use super::report::{Report, Target};

const SHELLS: usize = 200;
const REQUESTS: usize = 100_000;
const DRAWINGS: usize = 1_000_000;

/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// A daemon that ends with this.
struct Daemon {
    process: Child,
    socket: PathBuf,
}

impl Daemon {
    fn start(program: &Path, fixtures: &Fixtures) -> Result<Daemon, Box<dyn Error>> {
        let runtime = fixtures.root().join("run");
        fs::create_dir_all(&runtime)?;
        fs::set_permissions(&runtime, fs::Permissions::from_mode(0o700))?;
        let mut command = Command::new(program);
        command.env_clear().envs(fixtures.environment()).env("XDG_RUNTIME_DIR", &runtime);
        let process = command.args(["daemon", "run"]).stdin(Stdio::null()).spawn()?;
        let world = Surroundings::with_runtime_dir(runtime);
        let daemon = Daemon { process, socket: Address::of(program, &world)?.socket() };
        let deadline = Instant::now() + PATIENCE;
        while let Err(error) = Client::connect(&daemon.socket, deadline) {
            if Instant::now() > deadline {
                return Err(error.into());
            }
            std::thread::yield_now();
        }
        Ok(daemon)
    }

    /// What it keeps in memory (bytes). Source: proc(5), `VmRSS`.
    fn resident(&self) -> Result<f64, Box<dyn Error>> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
        Ok(line.trim().trim_end_matches(" kB").parse::<f64>()? * 1024.0)
    }

    /// The same when the shells have left, and it has had time to give memory back.
    fn resting(&self) -> Result<f64, Box<dyn Error>> {
        std::thread::sleep(Duration::from_secs(3));
        self.resident()
    }

    fn connect(&self) -> Result<Client, ClientError> {
        let deadline = Instant::now() + PATIENCE;
        let mut client = Client::connect(&self.socket, deadline)?;
        let hello = Hello {
            version: Some(1),
            shell: Shell::Zsh,
            answer: ReplyMode::Stream,
            redraw: true,
            ..Hello::default()
        };
        client.greet(&hello, deadline)?;
        Ok(client)
    }

    /// Has so many shells ask, round by round all at once, and brings how long each answer took.
    fn ask(&self, shells: usize, rounds: usize, folder: &Path) -> Result<Vec<Duration>, Box<dyn Error>> {
        let barrier = Arc::new(Barrier::new(shells));
        let mut threads = Vec::new();
        for _ in 0..shells {
            let (mut client, barrier, folder) = (self.connect()?, barrier.clone(), folder.to_owned());
            threads.push(std::thread::spawn(move || {
                let mut times = Vec::with_capacity(rounds);
                for round in 0..rounds {
                    let draw = request(round as u64, &folder);
                    barrier.wait();
                    let start = Instant::now();
                    let drawn = client.draw(&draw, start + PATIENCE).map(|drawn| drawn.left.len());
                    times.push(drawn.map(|_| start.elapsed()));
                }
                times
            }));
        }
        let mut all = Vec::with_capacity(shells * rounds);
        for thread in threads {
            for time in thread.join().map_err(|_| "a shell has panicked")? {
                all.push(time?);
            }
        }
        all.sort_unstable();
        Ok(all)
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn request(seq: u64, folder: &Path) -> Draw<'static> {
    let request = Request {
        shell: Shell::Zsh,
        status: Some("0".into()),
        logical_path: Some(folder.to_owned()),
        path: Some(folder.to_owned()),
        terminal_columns: 120,
        ..Request::default()
    };
    let environment = vec![(OsStr::new("PATH"), OsStr::new("/usr/bin:/bin").into())];
    Draw { seq, request, wanted: Wanted::All, is_held: false, environment, is_environment_in_file: false }
}

/// Measures it.
pub(crate) fn measure(
    report: &mut Report,
    program: &Path,
    fixtures: &Fixtures,
    quick: bool,
) -> Result<(), Box<dyn Error>> {
    let daemon = Daemon::start(program, fixtures)?;
    let folder = &fixtures.empty;
    // What is made once for each shell and place is there.
    daemon.ask(SHELLS, 5, folder)?;
    let before = daemon.resting()?;
    let times = daemon.ask(SHELLS, REQUESTS / SHELLS, folder)?;
    let at = |percent: usize| times[(times.len() - 1) * percent / 100].as_secs_f64() * 1e3;
    let after = daemon.resting()?;
    eprintln!("{SHELLS} shells: {:.2} ms, {:.2} ms, {before} and {after} bytes", at(50), at(99));
    report
        .row(
            format!("{SHELLS} shells at once, {REQUESTS} requests: 99 of 100 answered in"),
            format!("{:.2} ms", at(99)),
        )
        .target(Target::at_most(at(99), 5.0, "5 ms"));
    report.row("the same: half answered in", format!("{:.2} ms", at(50)));
    memory(report, "memory of the daemon after that", before, after);
    if !quick {
        daemon.ask(SHELLS, DRAWINGS / SHELLS, folder)?;
        let last = daemon.resting()?;
        eprintln!("a million prompts: {after} and {last} bytes");
        memory(report, "memory of the daemon after a million prompts", after, last);
    }
    Ok(())
}

fn memory(report: &mut Report, what: &str, before: f64, after: f64) {
    let text = format!("{:.2} MB, before {:.2} MB", after / 1e6, before / 1e6);
    report.row(what, text).target(Target::at_most(after / before, 1.1, "10 % more than before"));
}
