//! What a shell's environment says to git.
//!
//! All that the engine knows of an environment is in an [`Environment`], which the caller fills from the variables that
//! came with the request. Neither it nor gitoxide looks at the environment of this process, which may be a daemon that
//! another shell has started.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gix::config::Source;
use gix::open::Permissions;
use gix::open::permissions::Attributes;
use serde::{Deserialize, Serialize};

use super::error::OpenError;
use super::settings::{self, Setting};

/// What the user's environment says about the repository, in place of the search.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    /// The value of `GIT_DIR`: the repository's own directory, no search.
    pub git_dir: Option<PathBuf>,
    /// The value of `GIT_WORK_TREE`: the top of the work tree.
    pub work_tree: Option<PathBuf>,
    /// The value of `GIT_INDEX_FILE`: the index; if relative, to the top of the work tree.
    pub index_file: Option<PathBuf>,
    /// The value of `GIT_COMMON_DIR`: the directory with what all work trees share.
    pub common_dir: Option<PathBuf>,
    /// The value of `GIT_OBJECT_DIRECTORY`: where objects are.
    pub objects: Option<PathBuf>,
    /// The directories of `GIT_ALTERNATE_OBJECT_DIRECTORIES`, where more objects are.
    pub alternates: Vec<PathBuf>,
    /// The value of `GIT_GRAFT_FILE`, in place of `info/grafts`; if relative, to the top of the work tree.
    pub grafts: Option<PathBuf>,
    /// The value of `GIT_SHALLOW_FILE`, in place of `shallow`; likewise.
    pub shallow: Option<PathBuf>,
    /// The directories of `GIT_CEILING_DIRECTORIES`, at which an upward search stops.
    pub ceilings: Vec<PathBuf>,
    /// Whether `GIT_DISCOVERY_ACROSS_FILESYSTEM` lets the search leave the file system it began on.
    pub across_file_systems: bool,
    /// How git is configured besides the repository's own files.
    pub configuration: Arc<Configuration>,
}

impl Environment {
    /// The variables that say it, besides [`Configuration::VARIABLES`]. Source: git(1), "The Git Repository"; git's
    /// `environment.h`.
    pub const VARIABLES: [&str; 10] = [
        "GIT_DIR",
        "GIT_WORK_TREE",
        "GIT_INDEX_FILE",
        "GIT_COMMON_DIR",
        "GIT_OBJECT_DIRECTORY",
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_GRAFT_FILE",
        "GIT_SHALLOW_FILE",
        "GIT_CEILING_DIRECTORIES",
        "GIT_DISCOVERY_ACROSS_FILESYSTEM",
    ];

    /// Takes it from the variables of a shell whose directory is `physical_dir`, to which paths are relative.
    ///
    /// # Errors
    ///
    /// Where git gives up: a directory without a name, or an answer that is neither yes nor no.
    pub fn new(
        physical_dir: &Path,
        variable: impl Fn(&str) -> Option<OsString>,
        configuration: Arc<Configuration>,
    ) -> Result<Environment, OpenError> {
        let [
            git_dir,
            work_tree,
            index_file,
            common_dir,
            objects,
            alternates,
            grafts,
            shallow,
            ceilings,
            across,
        ] = Environment::VARIABLES;
        let refuse = |name: &str| OpenError::Settings { variable: name.to_owned() };
        let folder = |name: &'static str| match variable(name) {
            Some(value) if value.is_empty() => Err(refuse(name)),
            Some(value) => Ok(Some(physical_dir.join(value))),
            None => Ok(None),
        };
        let list =
            |name| variable(name).map(|list| std::env::split_paths(&list).collect()).unwrap_or_default();
        let across_file_systems = match variable(across) {
            Some(value) => value.to_str().and_then(yes_or_no).ok_or_else(|| refuse(across))?,
            None => false,
        };
        Ok(Environment {
            git_dir: folder(git_dir)?,
            work_tree: folder(work_tree)?,
            index_file: variable(index_file).map(PathBuf::from),
            common_dir: folder(common_dir)?,
            objects: folder(objects)?,
            alternates: list(alternates),
            grafts: variable(grafts).map(PathBuf::from),
            shallow: variable(shallow).map(PathBuf::from),
            ceilings: list(ceilings),
            across_file_systems,
            configuration,
        })
    }
}

/// What an environment says of git's configuration: where its files are, and settings of its own. It holds for
/// submodules as well.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Configuration {
    home: Option<PathBuf>,
    xdg: Option<PathBuf>,
    global: Option<PathBuf>,
    /// The file for all users; `None` if it is not to be read.
    system: Option<PathBuf>,
    /// Whether the attributes for all users are left out.
    without_system_attributes: bool,
    /// Settings in variables, or the name of the variable with which git gives up.
    settings: Result<Vec<Setting>, String>,
    /// Whether replacements of objects are left out.
    without_replacements: bool,
    /// Where replacements are, if not in `refs/replace/`.
    replacements: Option<Vec<u8>>,
    /// Who has become root, and is as good an owner of a repository.
    sudo_user: Option<u32>,
}

impl Default for Configuration {
    /// That of an empty environment, without the file for all users.
    fn default() -> Configuration {
        Configuration { system: None, ..Configuration::new(|_| None) }
    }
}

impl Configuration {
    /// The variables that say it. A `#` at the end stands for the numbers from 0 on.
    ///
    /// Source: git-config(1), "Files" and "Environment"; git(1), "Environment Variables"; gitattributes(5).
    pub const VARIABLES: [&str; 13] = [
        "HOME",
        "XDG_CONFIG_HOME",
        "GIT_CONFIG_GLOBAL",
        "GIT_CONFIG_SYSTEM",
        "GIT_CONFIG_NOSYSTEM",
        "GIT_CONFIG_COUNT",
        "GIT_CONFIG_KEY_#",
        "GIT_CONFIG_VALUE_#",
        "GIT_CONFIG_PARAMETERS",
        "GIT_ATTR_NOSYSTEM",
        "GIT_NO_REPLACE_OBJECTS",
        "GIT_REPLACE_REF_BASE",
        "SUDO_UID",
    ];

    /// Takes it from variables.
    pub fn new(variable: impl Fn(&str) -> Option<OsString>) -> Configuration {
        let path = |name| variable(name).map(PathBuf::from);
        let says_yes = |name| variable(name).is_some_and(|value| value.to_str().is_some_and(is_true));
        let system = || path("GIT_CONFIG_SYSTEM").unwrap_or_else(|| PathBuf::from("/etc/gitconfig"));
        Configuration {
            home: path("HOME").filter(|home| !home.as_os_str().is_empty()),
            xdg: path("XDG_CONFIG_HOME").filter(|folder| !folder.as_os_str().is_empty()),
            global: path("GIT_CONFIG_GLOBAL"),
            system: (!says_yes("GIT_CONFIG_NOSYSTEM")).then(system),
            without_system_attributes: says_yes("GIT_ATTR_NOSYSTEM"),
            settings: settings::read(&variable).map_err(str::to_owned),
            without_replacements: variable("GIT_NO_REPLACE_OBJECTS").is_some(),
            replacements: variable("GIT_REPLACE_REF_BASE").map(OsString::into_encoded_bytes),
            sudo_user: variable("SUDO_UID").and_then(|user| user.to_str()?.parse().ok()),
        }
    }

    /// The files outside the repository that may be there, from the least important to the most.
    pub(super) fn files(&self) -> impl Iterator<Item = (Source, PathBuf)> {
        let own = match &self.global {
            Some(global) => [None, Some((Source::User, global.clone()))],
            None => [
                self.in_folder("config").map(|path| (Source::Git, path)),
                self.home().map(|home| (Source::User, home.join(".gitconfig"))),
            ],
        };
        let system = self.system.clone().map(|path| (Source::System, path));
        system.into_iter().chain(own.into_iter().flatten())
    }

    /// The user's home directory.
    pub(super) fn home(&self) -> Option<&Path> {
        self.home.as_deref()
    }

    /// A file in the user's folder for git.
    pub(super) fn in_folder(&self, name: &str) -> Option<PathBuf> {
        let folder = self.xdg.clone().or_else(|| Some(self.home()?.join(".config")))?;
        Some(folder.join("git").join(name))
    }

    /// The settings in variables.
    pub(super) fn settings(&self) -> Result<&[Setting], OpenError> {
        match &self.settings {
            Ok(settings) => Ok(settings),
            Err(variable) => Err(OpenError::Settings { variable: variable.clone() }),
        }
    }

    /// Whether objects are read as they are, whatever should take their place.
    pub(super) fn is_without_replacements(&self) -> bool {
        self.without_replacements
    }

    /// Who has become root.
    pub(super) fn sudo_user(&self) -> Option<u32> {
        self.sudo_user
    }

    /// The options of every opening. Gitoxide is told of nothing outside the repository, and asks nobody whose it is:
    /// both is done here.
    pub(super) fn options(&self) -> gix::open::Options {
        let mut permissions = Permissions::isolated();
        permissions.attributes =
            Attributes { system: !self.without_system_attributes, ..Attributes::isolated() };
        let options = gix::open::Options::default().permissions(permissions).lossy_config(true);
        match &self.replacements {
            Some(base) => {
                options.config_overrides([[b"gitoxide.objects.replaceRefBase=", &base[..]].concat()])
            }
            None => options,
        }
    }
}

/// Whether git reads a variable as a yes.
fn is_true(value: &str) -> bool {
    yes_or_no(value) == Some(true)
}

/// What git takes a text for; `None` if for neither. Source: git-config(1), "Values".
pub(super) fn yes_or_no(value: &str) -> Option<bool> {
    let is = |words: [&str; 3]| words.iter().any(|word| value.eq_ignore_ascii_case(word));
    if is(["true", "yes", "on"]) {
        Some(true)
    } else if value.is_empty() || is(["false", "no", "off"]) {
        Some(false)
    } else {
        number(value).map(|number| number != 0)
    }
}

/// A number as git reads it, with a unit. Source: git-config(1), "Values".
pub(super) fn number(value: &str) -> Option<i64> {
    let value = value.trim_ascii_start();
    let (digits, unit) = match value.as_bytes().last()?.to_ascii_lowercase() {
        b'k' => (&value[..value.len() - 1], 1 << 10),
        b'm' => (&value[..value.len() - 1], 1 << 20),
        b'g' => (&value[..value.len() - 1], 1 << 30),
        _ => (value, 1),
    };
    let (sign, unsigned) = match digits.strip_prefix('-') {
        Some(unsigned) => (-1, unsigned),
        None => (1, digits.strip_prefix('+').unwrap_or(digits)),
    };
    let number = match unsigned.strip_prefix("0x").or_else(|| unsigned.strip_prefix("0X")) {
        Some(hexadecimal) => i64::from_str_radix(hexadecimal, 16).ok()?,
        None if unsigned.len() > 1 && unsigned.starts_with('0') => i64::from_str_radix(unsigned, 8).ok()?,
        None if unsigned.bytes().all(|byte| byte.is_ascii_digit()) => unsigned.parse().ok()?,
        None => return None,
    };
    number.checked_mul(unit * sign)
}
