//! The directory.
//!
//! Shows: the end of its path, from the repository's root or the home directory on, and a lock where it cannot be
//! written to. Hidden when: never.
//! Costs: one system call, and some for each folder above where a repository's root is looked for.

mod path;
#[cfg_attr(feature = "regex", path = "directory/pattern.rs")]
#[cfg_attr(not(feature = "regex"), path = "directory/no_pattern.rs")]
mod pattern;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use ziron_macros::{Choice, Options, Vars};
use ziron_runtime::io::Io;
use ziron_runtime::pen::Linked;
use ziron_runtime::place::Place;
use ziron_runtime::prelude::file_url;
use ziron_runtime::segment::Segment;
use ziron_runtime::source::{ReadError, Source};
use ziron_runtime::spec::{Format, StyleText, Substitution};

/// Shows the path of the directory, shortened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Options)]
#[module(
    name = "directory", position = 8, facts(self), root = "$layout",
    cost = File, policy = Never,
    env = ["HOME", "PWD", "GIT_DIR", "GIT_WORK_TREE", "GIT_CEILING_DIRECTORIES"],
    files = [".git"]
)]
pub struct Directory {
    /// The format of the module.
    #[option(default = "[$path]($style)[$read_only]($read_only_style) ")]
    pub format: Format,
    /// The style of the module.
    #[option(default = "cyan bold")]
    pub style: StyleText,
    /// How many folders are shown at most; 0 for all.
    #[option(default = 3, unit = "folders")]
    pub truncation_length: i64,
    /// Shows nothing above the root of a repository.
    #[option(default = true)]
    pub truncate_to_repo: bool,
    /// What stands for the folders that are not shown.
    #[option(default = "")]
    pub truncation_symbol: &'static str,
    /// Shows the first letters of the folders that would not be shown, so many of each; 0 for none.
    /// Has no effect together with `substitutions`.
    #[option(default = 0, unit = "letters")]
    pub fish_style_pwd_dir_length: i64,
    /// What stands for the home directory.
    #[option(default = "~")]
    pub home_symbol: &'static str,
    /// What is replaced in the path, one after the other: a table of texts, or a list of `{ from, to, regex }`.
    #[option(default = &[])]
    pub substitutions: &'static [Substitution],
    /// Shows the path as the shell has it, not with symbolic links resolved.
    #[option(default = true)]
    pub use_logical_path: bool,
    /// What is shown where the directory cannot be written to.
    #[option(default = "🔒")]
    pub read_only: &'static str,
    /// The style of `read_only`.
    #[option(default = "red")]
    pub read_only_style: StyleText,
    /// The format of the module where the root of a repository is shown and `repo_root_style` is set.
    #[option(
        default = "[$before_root_path]($before_repo_root_style)[$repo_root]($repo_root_style)[$path]($style)[$read_only]($read_only_style) "
    )]
    pub repo_root_format: Format,
    /// The style of the root of a repository; the same as `style` if nothing is said.
    #[option(default = None, fallback = "style")]
    pub repo_root_style: Option<StyleText>,
    /// The style of what is above the root of a repository; the same as `style` if nothing is said.
    #[option(default = None, fallback = "style")]
    pub before_repo_root_style: Option<StyleText>,
    /// Writes paths as the system does. Has an effect on Windows only.
    #[option(default = true)]
    pub use_os_path_sep: bool,
    /// Makes the path a link to the directory, in terminals that have links.
    #[option(default = false)]
    pub hyperlink: bool,
    /// Leaves the module out.
    #[option(default = false)]
    pub disabled: bool,
}

/// All that the shown path depends on.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Position {
    /// The directory.
    path: PathBuf,
    home: Option<PathBuf>,
    /// The root of the repository, as a folder above or at `path`.
    root: Option<PathBuf>,
    root_is_home: bool,
    is_writable: bool,
    /// The name of this machine, where the path is a link.
    host: Option<String>,
}

/// The path as it is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// What is shown above the root of the repository.
    before_root: String,
    /// The name of the repository's root; empty where it is not shown by itself.
    root: String,
    /// The rest of the path, or all of it.
    path: String,
    is_writable: bool,
    /// The address of the directory; empty where the path is no link.
    #[serde(default)]
    url: String,
}

impl Source for Directory {
    type Key = Position;
    type Fact = Shown;

    async fn key<I: Io>(&self, place: &Place, io: &I) -> Option<Position> {
        let path = if self.use_logical_path { &place.logical } else { &place.physical };
        // Without a slash at the end.
        let path = path.components().as_path();
        let needs_root = self.truncate_to_repo || self.repo_root_style.is_some();
        let root = if needs_root { work_tree(place, io).await } else { None };
        let root = root.as_deref();
        Some(Position {
            path: path.to_owned(),
            home: place.home.clone(),
            root: match root {
                Some(root) => at_or_above(path, root, place, io).await,
                None => None,
            },
            root_is_home: root.is_some() && root == place.home.as_deref(),
            is_writable: io.is_writable(&place.physical).await,
            host: self.hyperlink.then(|| io.hostname()),
        })
    }

    async fn read<I: Io>(&self, position: &Position, _place: &Place, _io: &I) -> Result<Shown, ReadError> {
        let url = position.host.as_ref().map(|host| file_url(host, &position.path)).unwrap_or_default();
        Ok(Shown { url, ..self.arrange(position) })
    }

    fn at_hand(&self, place: &Place) -> Option<Shown> {
        let path = if self.use_logical_path { &place.logical } else { &place.physical };
        Some(self.arrange(&Position {
            path: path.components().as_path().to_owned(),
            home: place.home.clone(),
            root: None,
            root_is_home: false,
            is_writable: true,
            host: None,
        }))
    }
}

/// The top of the work tree around the place: the one that the shell's variables name, as for git, or else the nearest
/// folder with a repository.
async fn work_tree<I: Io>(place: &Place, io: &I) -> Option<PathBuf> {
    let found = place.repository_root(io).await;
    let Some(named) = io.env("GIT_WORK_TREE").filter(|named| !named.is_empty()) else {
        return found.map(Path::to_owned);
    };
    if found.is_none() && !io.has_env("GIT_DIR") {
        return None;
    }
    let named = place.physical.join(named);
    let named = io.identity(&named).await.map_or(named, |identity| identity.path);
    place.physical.starts_with(&named).then_some(named)
}

/// The length at which a path is too long for the system (bytes). Source: `PATH_MAX` in linux/limits.h.
const PATH_BYTES: usize = 4096;

/// Finds the folder at or above `path` that is `root` once symbolic links are resolved; `None` if a link has led into
/// the repository from beside.
async fn at_or_above<I: Io>(path: &Path, root: &Path, place: &Place, io: &I) -> Option<PathBuf> {
    if path == place.physical {
        return Some(root.to_owned());
    }
    // The system takes no longer path.
    for folder in path.ancestors().skip_while(|folder| folder.as_os_str().len() >= PATH_BYTES) {
        if io.identity(folder).await.is_ok_and(|identity| identity.path == root) {
            return Some(folder.to_owned());
        }
    }
    None
}

impl Directory {
    /// Shortens the path.
    fn arrange(&self, position: &Position) -> Shown {
        let from_home = path::from_home(&position.path, position.home.as_deref(), self.home_symbol);
        let from_root = position.root.as_deref().and_then(|root| path::from_root(&position.path, root));
        let begins_at_root = self.truncate_to_repo && !position.root_is_home;
        let (whole, mut is_shortened) = match &from_root {
            Some(from_root) if begins_at_root => (from_root, true),
            _ => (&from_home, false),
        };
        let mut text = substitute(whole.clone(), self.substitutions);
        if let Some(end) = path::last_folders(&text, count(self.truncation_length)) {
            text = end.to_owned();
            is_shortened = true;
        }
        let letters = count(self.fish_style_pwd_dir_length);
        let prefix = match is_shortened {
            true if letters > 0 && self.substitutions.is_empty() => {
                path::abbreviate(from_home.strip_suffix(&text).unwrap_or_default(), letters)
            }
            true => self.truncation_symbol.to_owned(),
            false => String::new(),
        };
        let is_writable = position.is_writable;
        // The root has a style of its own only where it is still to be seen after all that.
        if self.repo_root_style.is_some()
            && let Some(from_root) = &from_root
            && let Some(before) = text.strip_suffix(from_root)
            && (before.is_empty() || before.ends_with('/'))
        {
            let (root, below) = from_root.split_at(from_root.find('/').unwrap_or(from_root.len()));
            return Shown {
                before_root: prefix + before,
                root: root.to_owned(),
                path: below.to_owned(),
                is_writable,
                ..Shown::default()
            };
        }
        Shown { path: prefix + &text, is_writable, ..Shown::default() }
    }
}

/// A number of folders or letters; negative is none.
fn count(option: i64) -> usize {
    usize::try_from(option).unwrap_or_default()
}

/// Replaces what the options ask for: a text wherever it stands, a pattern where it matches first.
fn substitute(text: String, substitutions: &[Substitution]) -> String {
    substitutions.iter().fold(text, |text, Substitution { from, to, regex }| match regex {
        true => pattern::replace_first(text, from, to),
        false if from.is_empty() => text,
        false => text.replace(from, to),
    })
}

/// The format of the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Choice)]
pub enum Layout {
    /// The path is in one piece.
    #[choice("format")]
    Plain,
    /// The root of the repository is shown by itself.
    #[choice("repo_root_format")]
    Repository,
}

/// The variables of the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Vars)]
pub struct DirectoryVars<'a> {
    /// The format, which depends on whether the root of a repository is shown by itself.
    #[var(choice)]
    pub layout: Layout,
    /// The path, or what is below the root of the repository.
    pub path: Linked<'a>,
    /// What is above the root of the repository.
    pub before_root_path: Linked<'a>,
    /// The name of the repository's root.
    pub repo_root: Linked<'a>,
    /// The text `read_only`, where the directory cannot be written to.
    pub read_only: &'a str,
}

impl Segment for Directory {
    type Facts<'a> = Option<&'a Shown>;
    type Vars<'a> = DirectoryVars<'a>;

    fn vars<'a>(&'a self, shown: Option<&'a Shown>) -> Option<DirectoryVars<'a>> {
        let Shown { before_root, root, path, is_writable, url } = shown?;
        Some(DirectoryVars {
            layout: if root.is_empty() { Layout::Plain } else { Layout::Repository },
            path: Linked { text: path, url },
            before_root_path: Linked { text: before_root, url },
            repo_root: Linked { text: root, url },
            read_only: if *is_writable { "" } else { self.read_only },
        })
    }
}

#[cfg(test)]
mod tests;
