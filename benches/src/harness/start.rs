//! How soon a daemon answers: from its process to the first answer on its socket.

use std::borrow::Cow;
use std::error::Error;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use ziron_runtime::client::{Address, Surroundings};
use ziron_runtime::client::{Client, ClientError};
use ziron_runtime::client::{Draw, Hello, ReplyMode, Tool, ToolKind, Wanted};
use ziron_runtime::request::Request;
use ziron_runtime::shell::Shell;

use super::fixtures::Fixtures;
use super::processes::median;
use super::report::{Report, Target};

/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Measures it where nothing is remembered, and with the facts of a project in the cache's files.
pub(crate) fn measure(
    report: &mut Report,
    program: &Path,
    fixtures: &Fixtures,
    rounds: usize,
) -> Result<(), Box<dyn Error>> {
    let runtime = fixtures.root().join("run-start");
    fs::create_dir_all(&runtime)?;
    fs::set_permissions(&runtime, fs::Permissions::from_mode(0o700))?;
    let starter = Starter { program, runtime, environment: fixtures.environment() };
    let cache = fixtures.home().join(".cache");
    let (mut cold, mut warm) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        match fs::remove_dir_all(&cache) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
        cold.push(starter.start(&fixtures.empty)?.0);
    }
    // A prompt that is drawn without a daemon leaves what it has read in the files.
    for _ in 0..3 {
        fixtures.ziron("fill the cache", program, &fixtures.project).run()?;
    }
    for _ in 0..rounds {
        let (time, prompt) = starter.start(&fixtures.project)?;
        if let Some(version) = fixtures.versions().find(|version| !prompt.contains(version)) {
            return Err(format!("{version} is not in the first answer: {prompt:?}").into());
        }
        warm.push(time);
    }
    for (what, times, limit, text) in [
        ("daemon: its start to its first answer, nothing remembered", cold, 10.0, "10 ms"),
        ("the same, five tools' versions in the cache's files", warm, 2.0, "2 ms"),
    ] {
        let time = median(&mut times.clone());
        report.row(what, format!("{:.2} ms", time.as_secs_f64() * 1e3)).target(Target::at_most(
            time.as_secs_f64() * 1e3,
            limit,
            text,
        ));
    }
    Ok(())
}

struct Starter<'p> {
    program: &'p Path,
    runtime: PathBuf,
    environment: Vec<(OsString, OsString)>,
}

impl Starter<'_> {
    /// Starts a daemon, asks it for one prompt, and stops it again. Brings how long the answer took, and what it is.
    fn start(&self, folder: &Path) -> Result<(Duration, String), Box<dyn Error>> {
        let world = Surroundings::with_runtime_dir(&self.runtime);
        let socket = Address::of(self.program, &world)?.socket();
        let mut command = Command::new(self.program);
        command.env_clear().envs(self.environment.iter().map(|(name, value)| (name, value)));
        command.env("XDG_RUNTIME_DIR", &self.runtime).args(["daemon", "run"]).stdin(Stdio::null());
        let (hello, draw) = (hello(), self.draw(folder));
        let start = Instant::now();
        let mut process = command.spawn()?;
        let answer = loop {
            let mut client = match Client::connect(&socket, start + PATIENCE) {
                Err(ClientError::Absent) if start.elapsed() < PATIENCE => {
                    std::thread::yield_now();
                    continue;
                }
                other => other?,
            };
            let drawn = client.greet_and_draw(&hello, &draw, start + PATIENCE)?;
            break (start.elapsed(), String::from_utf8_lossy(drawn.left).into_owned());
        };
        let deadline = Instant::now() + PATIENCE;
        let mut client = Client::connect(&socket, deadline)?;
        client.greet(&hello, deadline)?;
        client.ask(&Tool::new(ToolKind::Stop), deadline, |_| {})?;
        process.wait()?;
        Ok(answer)
    }

    fn draw(&self, folder: &Path) -> Draw<'_> {
        let request = Request {
            shell: Shell::Zsh,
            logical_path: Some(folder.to_owned()),
            path: Some(folder.to_owned()),
            ..Request::default()
        };
        let environment = self
            .environment
            .iter()
            .map(|(name, value)| (name.as_os_str(), Cow::Borrowed::<OsStr>(value)))
            .collect();
        Draw {
            seq: 1,
            request,
            wanted: Wanted::All,
            environment,
            is_held: false,
            is_environment_in_file: false,
        }
    }
}

fn hello() -> Hello<'static> {
    Hello { version: Some(1), shell: Shell::Zsh, answer: ReplyMode::Once, ..Hello::default() }
}
