//! Mixed load: shells in terminals over one daemon, which ends now and then; changes by commands and by other
//! processes. What a shell shows some time after each Enter is compared with what git and the file system say.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use portable_pty::CommandBuilder;
use vt100::Screen;
use ziron_runtime::shell::Shell;
use ziron_runtime::testing::Random;

use crate::terminal::{Size, Terminal};
use crate::world::{self, World};
use crate::{dump, shells};

/// What is checked: the folder, the branch, and whether there are changes.
const CONFIG: &str = r#"
format = "$directory$git_branch$git_status$character"
add_newline = false
[directory]
format = "<$path> "
truncation_length = 1
truncate_to_repo = false
[git_branch]
format = "on $branch, "
[git_status]
format = "$all_status;"
[character]
success_symbol = "%"
error_symbol = "%"
"#;

/// So long after Enter everything has to be true: a person would have looked away.
const PATIENCE: Duration = Duration::from_millis(2500);

/// How long one truth is looked for before git is asked again.
const LOOK: Duration = Duration::from_millis(200);

/// So many descriptors more than after its first minute are no leak of a daemon's: connections that are being made,
/// files that are being read.
const MORE_DESCRIPTORS: usize = 8;

/// So many steps before a wrong prompt are told.
const STORY: usize = 8;

const BRANCHES: [&str; 4] = ["main", "one", "two", "three"];

/// What a soak has found.
#[derive(Debug, Default)]
pub struct Found {
    /// So many prompts were compared.
    pub checks: usize,
    /// So many were marked as old, in a shell that cannot draw them again.
    pub marked: usize,
    /// What was wrong, and what happened before.
    pub wrong: Vec<String>,
}

struct Window {
    shell: Shell,
    terminal: Terminal,
    folder: PathBuf,
}

/// Runs for so many minutes.
///
/// # Panics
/// When the machine gives no terminal, no folder or no git.
pub fn run(minutes: u64, seed: u64, out: &mut impl Write) -> Found {
    let program = world::prompt(CONFIG);
    let world = World::new();
    let random = Random::new(seed);
    let places: Vec<PathBuf> =
        ["alpha", "beta", "gamma"].iter().map(|name| repository(&world, name)).collect();
    let mut windows: Vec<Window> = [Shell::Zsh, Shell::Fish, Shell::Bash, Shell::Zsh]
        .into_iter()
        .filter_map(|shell| open(shell, &program, &world, &places[0]))
        .collect();
    let is_steady = std::env::var_os("SOAK_STEADY").is_some();
    let mut found = Found::default();
    let mut story: VecDeque<String> = VecDeque::new();
    let (begin, mut told) = (Instant::now(), Instant::now());
    let mut count = 0;
    // A daemon, and its descriptors when it was first looked at.
    let mut first: Option<(u32, usize)> = None;
    while begin.elapsed() < Duration::from_secs(minutes * 60) {
        let at = random.below(windows.len());
        count += 1;
        let what = step(&mut windows[at], &places, &random, &world, &program, is_steady, count);
        if story.len() >= STORY {
            story.pop_front();
        }
        story.push_back(format!("{count}: {at} ({}) {what}", windows[at].shell.name()));
        let window = &windows[at];
        found.checks += 1;
        // What was typed may still be running: the truth is looked for as long as the prompt is.
        let asked = Instant::now();
        let (mut expected, mut is_right) = (String::new(), false);
        while !is_right && asked.elapsed() < PATIENCE {
            expected = truth(&window.folder, &world);
            is_right = window.terminal.wait_for(LOOK, |screen| shown(screen) == expected);
        }
        let screen = window.terminal.screen();
        // Bash cannot draw again, and fish does not hear that the daemon has gone.
        let stays = match window.shell {
            Shell::Bash => true,
            Shell::Fish => what.contains("killed"),
            _ => false,
        };
        if !is_right && stays && is_marked(&screen) {
            found.marked += 1;
        } else if !is_right {
            let mut report = format!("expected {expected:?}, shown {:?}", shown(&screen));
            for line in &story {
                let _ = write!(report, "\n  {line}");
            }
            let _ = write!(report, "\n{}", dump::styled(&screen));
            let _ = writeln!(out, "wrong: {report}");
            found.wrong.push(report);
        }
        if told.elapsed() > Duration::from_secs(60) {
            told = Instant::now();
            let _ = writeln!(out, "{} s, {}: {}", begin.elapsed().as_secs(), found.checks, of_daemon(&world));
            if let Some(pid) = daemon(&world) {
                let now = descriptors(pid);
                let (_, before) = first.filter(|(known, _)| *known == pid).unwrap_or((pid, now));
                first = Some((pid, before));
                if now > before + MORE_DESCRIPTORS {
                    found.wrong.push(format!("daemon {pid} has {now} descriptors, and had {before}"));
                }
            }
        }
    }
    found
}

fn repository(world: &World, name: &str) -> PathBuf {
    let folder = world.folder(&format!("home/{name}"));
    world.git(&folder, &["init", "--quiet"]);
    fs::write(folder.join("file"), "text\n").expect("a file");
    world.git(&folder, &["add", "file"]);
    world.git(&folder, &["commit", "--quiet", "--message", "first"]);
    for branch in &BRANCHES[1..] {
        world.git(&folder, &["branch", branch]);
    }
    folder
}

fn variables(world: &World) -> Vec<(&'static str, String)> {
    let mut all = world.environment();
    all.retain(|(name, _)| !matches!(*name, "PATH" | "XDG_CONFIG_HOME"));
    all.push(("PATH", String::from("/usr/bin:/bin")));
    all.push(("XDG_RUNTIME_DIR", world.path("run").display().to_string()));
    all.push(("GIT_CONFIG_COUNT", String::from("0")));
    all
}

fn open(shell: Shell, program: &Path, world: &World, folder: &Path) -> Option<Window> {
    let path = shells::find_or_skip(shell)?;
    let run = world.folder("run");
    fs::set_permissions(&run, std::os::unix::fs::PermissionsExt::from_mode(0o700)).expect("it is ours");
    let (rc, line) = match shell {
        Shell::Zsh => (".zshrc", format!("eval \"$({} init zsh)\"", program.display())),
        Shell::Bash => (".bashrc", format!("eval \"$({} init bash)\"", program.display())),
        _ => (
            ".config/fish/config.fish",
            format!(
                "set -g fish_greeting\nset -g fish_autosuggestion_enabled 0\n{} init fish | source",
                program.display()
            ),
        ),
    };
    world.write(&format!("home/{rc}"), &line);
    shells::move_in(shell, &world.path("home"));
    let mut command = CommandBuilder::new(path);
    command.args(match shell {
        Shell::Zsh => ["-d", "-i"].as_slice(),
        Shell::Bash => ["--noprofile", "-i"].as_slice(),
        _ => ["-i"].as_slice(),
    });
    command.env_clear();
    for (name, value) in variables(world) {
        command.env(name, value);
    }
    command.cwd(folder);
    let terminal = Terminal::start(command, Size { rows: 24, columns: 100 }).expect("a terminal");
    terminal.wait_for(Duration::from_secs(30), |screen| shown(screen).ends_with('%'));
    Some(Window { shell, terminal, folder: folder.to_owned() })
}

/// Does something, then presses Enter.
fn step(
    window: &mut Window,
    places: &[PathBuf],
    random: &Random,
    world: &World,
    program: &Path,
    is_steady: bool,
    count: usize,
) -> String {
    let place = places.iter().find(|place| window.folder.starts_with(place)).unwrap_or(&places[0]).clone();
    let branch = BRANCHES[random.below(BRANCHES.len())];
    let (line, what) = match random.below(if is_steady { 14 } else { 18 }) {
        0..=3 => (String::new(), String::from("an empty line")),
        4..=6 => {
            world.try_git(&place, &["checkout", "--quiet", "--force", branch]);
            (String::new(), format!("another process checks out {branch}, an empty line"))
        }
        7 => {
            let file = place.join("new");
            if fs::remove_file(&file).is_err() {
                fs::write(&file, "").expect("a file");
            }
            (String::new(), String::from("another process makes or removes a file, an empty line"))
        }
        8..=10 => (format!("git checkout --quiet --force {branch}"), format!("git checkout {branch}")),
        11 => (String::from("echo changed >>file"), String::from("a file changes")),
        12 => (String::from("false"), String::from("false")),
        13 => {
            window.folder.clone_from(&places[random.below(places.len())]);
            (format!("cd {}", window.folder.display()), String::from("cd"))
        }
        14 => {
            kill(world);
            (String::new(), String::from("the daemon is killed, an empty line"))
        }
        15 => {
            kill(world);
            world.try_git(&place, &["checkout", "--quiet", "--force", branch]);
            (
                String::new(),
                format!("the daemon is killed, another process checks out {branch}, an empty line"),
            )
        }
        16 => {
            // It dies while it has the question.
            window.terminal.send("\r");
            std::thread::yield_now();
            kill(world);
            return String::from("an empty line, and the daemon is killed");
        }
        _ => {
            let mut stop = Command::new(program);
            stop.args(["daemon", "stop"])
                .env_clear()
                .envs(variables(world))
                .stdout(std::process::Stdio::null());
            let _ = stop.status();
            (
                format!("git checkout --quiet --force {branch}"),
                format!("the daemon ends, git checkout {branch}"),
            )
        }
    };
    // A clean screen now and then: what is looked for is at its end.
    if count.is_multiple_of(20) && !line.is_empty() {
        window.terminal.send("\x0c");
    }
    if line.is_empty() {
        window.terminal.send("\r");
        return what;
    }
    // The next step comes when this command has ended: what was right before it was run is no answer.
    let end = world.path("ended");
    let _ = fs::remove_file(&end);
    window.terminal.send(&format!("{line}; echo >{}\r", end.display()));
    let sent = Instant::now();
    while !end.exists() && sent.elapsed() < PATIENCE {
        std::thread::park_timeout(Duration::from_millis(2));
    }
    what
}

/// Whether something in the last prompt is dimmed: it was marked as old when it was drawn.
fn is_marked(screen: &Screen) -> bool {
    let styled = dump::styled(screen);
    styled.lines().rev().find(|line| line.contains('<')).is_some_and(|line| line.contains("dimmed"))
}

/// The last line that is a prompt.
fn shown(screen: &Screen) -> String {
    dump::plain(screen)
        .lines()
        .rev()
        .find(|line| line.starts_with('<'))
        .unwrap_or_default()
        .trim_end()
        .to_owned()
}

/// What a prompt has to show.
fn truth(folder: &Path, world: &World) -> String {
    let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let branch = world.git(folder, &["symbolic-ref", "--short", "HEAD"]).trim().to_owned();
    let status = world.git(folder, &["status", "--porcelain"]);
    let mut signs = String::new();
    if status.lines().any(|line| line.starts_with(" M")) {
        signs.push('!');
    }
    if status.lines().any(|line| line.starts_with("??")) {
        signs.push('?');
    }
    format!("<{name}> on {branch}, {signs};%").replace(", ;", ", ;")
}

fn daemon(world: &World) -> Option<u32> {
    let folders = fs::read_dir(world.path("run/ziron")).ok()?;
    let pid = |folder: fs::DirEntry| {
        fs::read_to_string(folder.path().join("pid")).ok()?.split(' ').next()?.parse().ok()
    };
    folders.flatten().find_map(pid)
}

fn kill(world: &World) {
    let pid = daemon(world).and_then(|pid| i32::try_from(pid).ok()).and_then(rustix::process::Pid::from_raw);
    if let Some(pid) = pid {
        // It may have ended by itself.
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
    }
}

/// Memory, descriptors and threads of the daemon.
fn of_daemon(world: &World) -> String {
    let Some(pid) = daemon(world) else { return String::from("no daemon") };
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        line.map(|rest| rest.trim_matches([':', '\t', ' ']).to_owned()).unwrap_or_default()
    };
    let open = descriptors(pid);
    format!("daemon {pid}: {} resident, {open} descriptors, {} threads", field("VmRSS"), field("Threads"))
}

fn descriptors(pid: u32) -> usize {
    fs::read_dir(format!("/proc/{pid}/fd")).map_or(0, Iterator::count)
}
