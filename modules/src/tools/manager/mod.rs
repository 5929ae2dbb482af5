//! Version managers: which program one of their shims stands for here.
//!
//! A shim decides at each call which program it runs, from files of the directory and of those above it: from what a
//! repository says. It is never run. The manager's own files are read instead, the program that it would choose is
//! looked for among those that it has installed, and that one is run, where no project reaches
//! ([`Scope::Isolated`](ziron_runtime::io::Scope)). A repository says which version, never which file: what it says is
//! the name of a folder below the manager's root, or nothing. What cannot be found out in this way has no version.
//!
//! Sources: the manuals of asdf, mise, proto, pyenv and its kin, rustup, swiftly, tfenv and volta, as far as each file
//! cites them.

mod asdf;
mod env;
mod juliaup;
mod listed;
mod mise;
mod proto;
mod swiftly;
mod tfenv;
mod volta;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use ziron_runtime::io::{FileKind, Identity, Io};
use ziron_runtime::place::Place;

pub(crate) use env::pyenv_versions;
#[cfg(test)]
pub(crate) use listed::name_with_mise;

/// What a program's name stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Resolved {
    /// This file, and what it is at the moment.
    Program(PathBuf, Identity),
    /// A shim's, which would run nothing: what is chosen here is not installed.
    NotInstalled(&'static str),
    /// A shim of this manager, whose choice cannot be read.
    Unknown(&'static str),
    /// Nothing.
    Absent,
}

/// What a manager chooses.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Choice {
    /// This program.
    Program(PathBuf),
    /// What the `PATH` has behind the shim.
    System,
    /// What is not installed.
    NotInstalled,
    /// Only the manager could tell.
    Unknown,
}

/// What is asked of a manager.
#[derive(Debug)]
struct Call<'c, I> {
    /// The program's name.
    name: &'c str,
    /// The shim.
    file: &'c Path,
    /// The folder in which the manager keeps its things.
    root: &'c Path,
    place: &'c Place,
    io: &'c I,
    effort: Effort,
}

/// What is left of what may be done for one answer.
///
/// A project says in how many folders something has to be looked for, and how much has to be read there: a list of half
/// a million versions, a thousand folders with a large file in each.
#[derive(Debug)]
struct Effort {
    /// So many paths may be looked at.
    looks: AtomicU64,
    /// So much may be read (bytes).
    bytes: AtomicU64,
}

impl Effort {
    /// Enough for mise's dozen files in each of a hundred folders, and a manifest or two; some milliseconds at most.
    const fn new() -> Effort {
        Effort { looks: AtomicU64::new(2000), bytes: AtomicU64::new(2 << 20) }
    }

    /// Whether there is so much left; what there is less of is used up.
    fn take(left: &AtomicU64, amount: u64) -> bool {
        let taken = left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(amount));
        if taken.is_err() {
            left.store(0, Ordering::Relaxed);
        }
        taken.is_ok()
    }

    /// Whether something was left undone, so that the answer is none.
    fn is_spent(&self) -> bool {
        [&self.looks, &self.bytes].iter().any(|left| left.load(Ordering::Relaxed) == 0)
    }
}

/// The managers, by what their shims look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Manager {
    /// Files in a folder `shims`, of which the manager's root is the parent.
    InShims,
    Juliaup,
    Mise,
    Swiftly,
    Tfenv,
    Volta,
    /// One that is known, and whose choice is not read here.
    Other(&'static str),
}

/// Finds the program that a name, or an absolute path, stands for in a place.
pub(crate) async fn resolve<I: Io>(name: &str, place: &Place, io: &I) -> Resolved {
    let mut found = io.find_program(name).await;
    let is_path = name.contains('/');
    let name = name.rsplit('/').next().unwrap_or(name);
    while let Some(file) = found {
        let Ok(identity) = io.identity(&file).await else { return Resolved::Absent };
        let mut manager = manager_of(&file, &identity);
        if manager.is_none() && !is_path {
            manager =
                beside(&file, &identity, io).await.map(|manager| (Manager::Other(manager), PathBuf::new()));
        }
        let Some((manager, root)) = manager else {
            return Resolved::Program(file, identity);
        };
        let call = Call { name, file: &file, root: &root, place, io, effort: Effort::new() };
        let (manager, choice) = choose(manager, &call).await;
        if call.effort.is_spent() {
            return Resolved::Unknown(manager);
        }
        match choice {
            Choice::Program(program) => {
                return match io.identity(&program).await {
                    Ok(identity) => Resolved::Program(program, identity),
                    Err(_) => Resolved::NotInstalled(manager),
                };
            }
            Choice::System => found = io.find_program_behind(name, Some(&file)).await,
            Choice::NotInstalled => return Resolved::NotInstalled(manager),
            Choice::Unknown => return Resolved::Unknown(manager),
        }
    }
    Resolved::Absent
}

/// What a manager chooses, and its name.
async fn choose<I: Io>(manager: Manager, call: &Call<'_, I>) -> (&'static str, Choice) {
    match manager {
        Manager::Juliaup => ("juliaup", juliaup::choose(call).await),
        Manager::Mise => ("mise", mise::choose(call).await),
        Manager::Swiftly => ("swiftly", swiftly::choose(call).await),
        Manager::Tfenv => ("tfenv", tfenv::choose(call).await),
        Manager::Volta => ("volta", volta::choose(call).await),
        Manager::Other(name) => (name, Choice::Unknown),
        Manager::InShims => {
            if let Some(family) = env::family_of(call).await {
                return (family.manager, env::choose(family, call).await);
            }
            if call.io.kind(&call.root.join("installs")).await == Some(FileKind::Folder) {
                return ("asdf", asdf::choose(call).await);
            }
            if call.io.kind(&call.root.join("tools")).await == Some(FileKind::Folder) {
                return ("proto", proto::choose(call).await);
            }
            ("a version manager", Choice::Unknown)
        }
    }
}

/// The manager that a file is a shim of, and its root; `None` if it is a program.
///
/// Shims are in a folder of that name, or are a manager under another name.
fn manager_of(file: &Path, identity: &Identity) -> Option<(Manager, PathBuf)> {
    let target = &*identity.path;
    let above = |path: &Path, levels: usize| path.ancestors().nth(levels).unwrap_or(path).to_owned();
    let is = |name: &str| target.file_name() == Some(OsStr::new(name));
    let in_folder = |path: &Path, names: &[&str]| {
        path.ancestors()
            .skip(1)
            .find(|above| names.iter().any(|name| above.file_name() == Some(OsStr::new(name))))
            .map(Path::to_owned)
    };
    let shims = in_folder(file, &["shims"]).or_else(|| in_folder(target, &["shims"]));
    let shims_root = || shims.as_deref().map_or_else(|| above(file, 2), |shims| above(shims, 1));
    if is("mise") && file.file_name() != target.file_name() {
        return Some((Manager::Mise, shims_root()));
    }
    if is("volta-shim") {
        return Some((Manager::Volta, above(file, 2)));
    }
    if is("julialauncher") {
        return Some((Manager::Juliaup, above(target, 1)));
    }
    if is("swiftly") && file.file_name() != target.file_name() {
        return Some((Manager::Swiftly, above(target, 2)));
    }
    for (program, manager) in
        [("rustup", "rustup"), ("proto-shim", "proto"), ("rye", "rye"), ("vfox", "vfox")]
    {
        if is(program) && file.file_name() != target.file_name() {
            return Some((Manager::Other(manager), PathBuf::new()));
        }
    }
    if let Some(root) = in_folder(target, &[".tfenv", "tfenv"]) {
        // Homebrew has a folder for each version of it.
        let root = if target.starts_with(root.join("bin")) { root } else { above(target, 2) };
        return Some((Manager::Tfenv, root));
    }
    if in_folder(target, &[".tofuenv", "tofuenv"]).is_some() {
        return Some((Manager::Other("tofuenv"), PathBuf::new()));
    }
    shims.is_some().then(|| (Manager::InShims, shims_root()))
}

/// The manager that a file is a copy of, or a proxy for, because it stands beside it.
async fn beside<I: Io>(file: &Path, identity: &Identity, io: &I) -> Option<&'static str> {
    let name = file.file_name()?.to_str()?;
    if matches!(name, "rustc" | "cargo") {
        // Where links are not to be had, rustup is there under several names.
        let rustup = io.identity(&file.with_file_name("rustup")).await.ok()?;
        let is_same = rustup.inode == identity.inode && rustup.size_bytes == identity.size_bytes;
        return is_same.then_some("rustup");
    }
    if matches!(name, "terraform" | "tofu") && io.kind(&file.with_file_name("tenv")).await.is_some() {
        return Some("tenv");
    }
    None
}

/// The marks in the scripts of managers that stand where they are not known by their path: the words that hand over to
/// a manager.
const HANDS_OVER: [&str; 12] = [
    "pyenv\" exec",
    "rbenv\" exec",
    "nodenv\" exec",
    "goenv\" exec",
    "jenv\" exec",
    "luaenv\" exec",
    "plenv\" exec",
    "phpenv\" exec",
    "asdf exec",
    "asdf\" exec",
    "mise x ",
    "mise exec",
];

/// No shim's script is larger than this (bytes).
const SCRIPT_BYTES: u64 = 4096;

/// Whether a file is a script that hands over to a manager. Asked before a program is run, which is seldom.
pub(crate) async fn is_script_of_manager<I: Io>(file: &Path, identity: &Identity, io: &I) -> bool {
    if identity.size_bytes > SCRIPT_BYTES {
        return false;
    }
    let Ok(text) = io.read_text(file).await else { return false };
    text.starts_with("#!") && HANDS_OVER.iter().any(|words| text.contains(words))
}

/// Whether a text may be the name of a version, and so of a folder: never a path.
fn is_version(text: &str) -> bool {
    // Longer ones are none, and file systems know no names of more than 255 bytes.
    const LONGEST: usize = 128;
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '+' | '@');
    text.len() <= LONGEST
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.chars().all(allowed)
}

/// The variables by which managers choose a version of some command lines' programs, and of all.
pub(crate) fn variables(run: &[&[&str]]) -> impl Iterator<Item = &'static str> {
    const OF_ALL: &[&str] = &["ASDF_DEFAULT_TOOL_VERSIONS_FILENAME", "MISE_ENV"];
    let of_all = OF_ALL.iter().copied().chain(env::variables());
    let programs: Vec<&str> = run.iter().filter_map(|words| words.first().copied()).collect();
    let of_programs = listed::TOOLS
        .iter()
        .filter(move |tool| programs.iter().any(|program| tool.programs.contains(program)))
        .flat_map(|tool| tool.variables.iter().copied());
    of_all.chain(of_programs)
}

impl<I: Io> Call<'_, I> {
    /// Reads a text file, as [`files::text`](crate::files::text) does; nothing, if too much has been done already.
    async fn text(&self, path: &Path) -> Option<String> {
        if !Effort::take(&self.effort.looks, 1) {
            return None;
        }
        let text = crate::files::text(self.io, path).await?;
        Effort::take(&self.effort.bytes, text.len() as u64).then_some(text)
    }

    /// What is at a path; nothing, if too much has been done already.
    async fn kind(&self, path: &Path) -> Option<FileKind> {
        if Effort::take(&self.effort.looks, 1) { self.io.kind(path).await } else { None }
    }

    /// A text file of the nearest folder, from the place upwards, that has one of these names, which folder it is, and
    /// which name.
    async fn nearest<'n>(&self, names: &[&'n str]) -> Option<(PathBuf, &'n str, String)> {
        for folder in self.place.physical.ancestors() {
            for name in names {
                if let Some(text) = self.text(&folder.join(name)).await {
                    return Some((folder.to_owned(), name, text));
                }
            }
        }
        None
    }

    /// Whether one of these names is in a folder from the place upwards, up to `top` if that is said.
    async fn has_above(&self, names: &[&str], top: Option<&Path>) -> bool {
        for folder in self.place.physical.ancestors() {
            for name in names {
                if self.kind(&folder.join(name)).await.is_some() {
                    return true;
                }
            }
            if Some(folder) == top {
                break;
            }
        }
        false
    }

    /// The program in the folder of an installed version, in one of the usual places.
    async fn installed(&self, folder: &Path) -> Choice {
        for below in ["bin", "", "go/bin", "usr/bin"] {
            let program = folder.join(below).join(self.name);
            if self.kind(&program).await == Some(FileKind::File) {
                return Choice::Program(program);
            }
        }
        match self.kind(folder).await {
            // It has another layout.
            Some(FileKind::Folder) => Choice::Unknown,
            _ => Choice::NotInstalled,
        }
    }

    /// A variable, if it is set to something.
    fn variable(&self, name: &str) -> Option<String> {
        self.io.env_text(name).filter(|value| !value.is_empty())
    }
}

#[cfg(test)]
mod tests;
