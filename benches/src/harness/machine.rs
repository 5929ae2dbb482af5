//! The machine, what else is installed on it, and the page that has the figures.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The programs beside which ours is measured.
#[derive(Debug)]
pub(crate) struct Peers {
    pub(crate) starship: Option<PathBuf>,
    pub(crate) oh_my_posh: Option<PathBuf>,
    pub(crate) git: Option<PathBuf>,
}

impl Peers {
    pub(crate) fn find() -> Peers {
        let named = std::env::var_os("STARSHIP").map(PathBuf::from);
        let installed = || Some(PathBuf::from("/opt/starship/bin/starship")).filter(|path| path.exists());
        Peers {
            starship: named.or_else(|| find("starship")).or_else(installed),
            oh_my_posh: find("oh-my-posh"),
            git: find("git"),
        }
    }
}

/// Finds a program on the `PATH`.
pub(crate) fn find(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
}

/// The first line that a program says.
pub(crate) fn line_of(program: impl AsRef<Path>, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program.as_ref()).args(arguments).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.lines().next().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty())
}

/// When, on what, and with which versions it was measured.
pub(crate) fn describe(peers: &Peers) -> String {
    let date = line_of("date", &["-u", "+%Y-%m-%d"]).unwrap_or_default();
    let cpu = fs::read_to_string("/proc/cpuinfo").ok().and_then(|text| {
        let line = text.lines().find(|line| line.starts_with("model name"))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    });
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let kernel = line_of("uname", &["-sr"]).unwrap_or_default();
    let is_virtual = fs::read_to_string("/proc/cpuinfo").is_ok_and(|text| text.contains(" hypervisor"));
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or("?").to_owned();
    let mut text = format!(
        "Measured {date} on {cores} cores of {}{}, {kernel}, {}",
        cpu.as_deref().unwrap_or("an unknown processor"),
        if is_virtual { " (a virtual machine)" } else { "" },
        line_of("rustc", &["--version"]).unwrap_or_default(),
    );
    for (program, arguments) in
        [(&peers.starship, "--version"), (&peers.git, "--version"), (&peers.oh_my_posh, "--version")]
    {
        if let Some(version) = program.as_ref().and_then(|program| line_of(program, &[arguments])) {
            // Writing to a String cannot fail.
            let _ = write!(text, ", {version}");
        }
    }
    let _ = write!(text, "; load at the end {load}. ");
    text.push_str(
        "Medians, from a warm cache; programs that are compared take turns. \
         Times of processes are from fork to reaping, those of shells from Enter to the next prompt.",
    );
    text
}

/// Writes the figures into the page about performance.
pub(crate) fn write_figures(figures: &str) -> io::Result<()> {
    const BEGIN: &str = "<!-- figures:begin -->";
    const END: &str = "<!-- figures:end -->";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/performance.md");
    let text = fs::read_to_string(&path)?;
    let marks = text.find(BEGIN).zip(text.find(END)).filter(|(begin, end)| begin < end);
    let (begin, end) =
        marks.ok_or_else(|| io::Error::other("docs/performance.md has no place for figures"))?;
    fs::write(path, format!("{}{BEGIN}\n\n{}\n\n{}", &text[..begin], figures.trim(), &text[end..]))
}
