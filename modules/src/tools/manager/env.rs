//! pyenv and its kin: the version is a folder below `versions`, named by a variable, by a file in the place or above,
//! or by the file `version`.
//!
//! Sources: pyenv's `COMMANDS.md` (`version-name`, `latest`, `which`), rbenv's README ("Choosing the Ruby version"),
//! and those of the others, which began as copies of rbenv.

use std::path::Path;
use std::time::Duration;

use ziron_runtime::io::{FileKind, Io};

use super::{Call, Choice, Effort, is_version};

/// One of the kin.
#[derive(Debug)]
pub(super) struct Family {
    pub(super) manager: &'static str,
    /// The variable that chooses.
    variable: &'static str,
    /// The file that chooses for a folder and those below.
    file: &'static str,
    /// What may stand before the version.
    prefixes: &'static [&'static str],
    /// Whether several versions may be named, of which the first that has the program is meant.
    many: bool,
    /// Whether the first numbers of a version stand for the newest that begins so.
    completes: bool,
    /// Whether the `PATH` counts where no version has the program.
    falls_back: bool,
}

const fn family(
    manager: &'static str,
    variable: &'static str,
    file: &'static str,
    prefixes: &'static [&'static str],
) -> Family {
    Family { manager, variable, file, prefixes, many: false, completes: false, falls_back: false }
}

const PYENV: Family = Family {
    many: true,
    completes: true,
    falls_back: true,
    ..family("pyenv", "PYENV_VERSION", ".python-version", &["python-"])
};

static FAMILIES: [Family; 8] = [
    PYENV,
    family("rbenv", "RBENV_VERSION", ".ruby-version", &["ruby-"]),
    family("nodenv", "NODENV_VERSION", ".node-version", &["node-", "v"]),
    Family { many: true, completes: true, ..family("goenv", "GOENV_VERSION", ".go-version", &["go-", "go"]) },
    family("jenv", "JENV_VERSION", ".java-version", &[]),
    family("luaenv", "LUAENV_VERSION", ".lua-version", &["lua-"]),
    family("plenv", "PLENV_VERSION", ".perl-version", &["perl-"]),
    family("phpenv", "PHPENV_VERSION", ".php-version", &["php-"]),
];

/// The variables that choose for one of them: any has shims of programs that came with a version.
pub(super) fn variables() -> impl Iterator<Item = &'static str> {
    FAMILIES.iter().map(|family| family.variable)
}

/// How long the installed versions are looked for.
const PATIENCE: Duration = Duration::from_millis(50);

/// What it counts for (looks).
const LISTING: u64 = 100;

/// Which of the kin a shim belongs to: the root has its name, or its program.
pub(super) async fn family_of<I: Io>(call: &Call<'_, I>) -> Option<&'static Family> {
    let folder = call.root.file_name()?.to_str()?.trim_start_matches('.');
    if let Some(known) = FAMILIES.iter().find(|family| family.manager == folder) {
        return Some(known);
    }
    if call.kind(&call.root.join("versions")).await != Some(FileKind::Folder) {
        return None;
    }
    for family in &FAMILIES {
        if call.kind(&call.root.join("libexec").join(family.manager)).await.is_some() {
            return Some(family);
        }
    }
    None
}

/// The program that a shim stands for.
pub(super) async fn choose<I: Io>(family: &Family, call: &Call<'_, I>) -> Choice {
    let versions = match versions(family, call).await {
        Ok(versions) => versions,
        Err(choice) => return choice,
    };
    for version in versions {
        let version = match version {
            Some(version) if version == SYSTEM => return Choice::System,
            Some(version) => version,
            None if family.falls_back => continue,
            None => return Choice::NotInstalled,
        };
        let program = call.root.join("versions").join(version).join("bin").join(call.name);
        if call.kind(&program).await == Some(FileKind::File) {
            return Choice::Program(program);
        }
    }
    if family.falls_back { Choice::System } else { Choice::NotInstalled }
}

/// The version that stands for what the `PATH` has.
const SYSTEM: &str = "system";

/// The names of the versions that are chosen here; `None` for one that is not installed.
async fn versions<I: Io>(family: &Family, call: &Call<'_, I>) -> Result<Vec<Option<String>>, Choice> {
    let text = match call.variable(family.variable) {
        Some(text) => text.replace(':', "\n"),
        None => match call.nearest(&[family.file]).await {
            Some((_, _, text)) => text,
            None => call.text(&call.root.join("version")).await.unwrap_or_default(),
        },
    };
    let words = text.lines().filter_map(|line| line.split('#').next()).flat_map(str::split_whitespace);
    let mut chosen = Vec::new();
    for word in words.take(if family.many { usize::MAX } else { 1 }) {
        if call.effort.is_spent() {
            return Err(Choice::Unknown);
        }
        if word == SYSTEM {
            chosen.push(Some(SYSTEM.to_owned()));
        } else if is_version(word) {
            chosen.push(installed(family, word, call).await);
        } else {
            return Err(Choice::Unknown);
        }
    }
    if chosen.is_empty() {
        chosen.push(Some(SYSTEM.to_owned()));
    }
    Ok(chosen)
}

/// The name of the installed version that a word stands for.
async fn installed<I: Io>(family: &Family, word: &str, call: &Call<'_, I>) -> Option<String> {
    let folder = call.root.join("versions");
    let bare = family.prefixes.iter().find_map(|prefix| word.strip_prefix(prefix));
    for name in [Some(word), bare.filter(|bare| is_version(bare))].into_iter().flatten() {
        if call.kind(&folder.join(name)).await == Some(FileKind::Folder) {
            return Some(name.to_owned());
        }
    }
    if !family.completes {
        return None;
    }
    // Listing costs as much as looking at many paths.
    if !Effort::take(&call.effort.looks, LISTING) {
        return None;
    }
    let entries = call.io.list(&folder, true, PATIENCE).await.ok()?;
    let names = entries.iter().filter(|entry| entry.is_folder).filter_map(|entry| entry.name.to_str());
    newest(names, bare.unwrap_or(word)).map(ToOwned::to_owned)
}

/// The newest release that begins with some numbers.
fn newest<'n>(names: impl Iterator<Item = &'n str>, first: &str) -> Option<&'n str> {
    let numbers =
        |name: &str| name.split('.').map(|number| number.parse::<u32>().ok()).collect::<Option<Vec<_>>>();
    let wanted = numbers(first)?;
    let found = names.filter_map(|name| Some((numbers(name)?, name)));
    found.filter(|(numbers, _)| numbers.starts_with(&wanted)).max().map(|(_, name)| name)
}

/// What `pyenv version-name` would say: the names of the versions, with colons between.
pub(crate) async fn pyenv_versions<I: Io>(
    root: &Path,
    place: &ziron_runtime::place::Place,
    io: &I,
) -> Option<String> {
    let call = Call { name: "python", file: root, root, place, io, effort: Effort::new() };
    let versions: Option<Vec<String>> = versions(&PYENV, &call).await.ok()?.into_iter().collect();
    Some(versions?.join(":"))
}
