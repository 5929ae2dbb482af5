//! What a shell's environment says to git.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use gix::open::Permissions;
use gix::sec::Permission;
use serde::{Deserialize, Serialize};

use super::error::OpenError;

/// What the user's environment says about the repository, in place of the search.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    /// The value of `GIT_DIR`: the repository's own directory, no search.
    pub git_dir: Option<PathBuf>,
    /// The value of `GIT_WORK_TREE`: the top of the work tree.
    pub work_tree: Option<PathBuf>,
    /// The value of `GIT_INDEX_FILE`: the index; if relative, to the top of the work tree.
    pub index_file: Option<PathBuf>,
    /// The directories of `GIT_CEILING_DIRECTORIES`, at which an upward search stops.
    pub ceilings: Vec<PathBuf>,
    /// Whether `GIT_DISCOVERY_ACROSS_FILESYSTEM` lets the search leave the file system it began on.
    pub across_file_systems: bool,
    /// Where git's configuration is; that of this process's environment if nothing is said.
    pub configuration: Option<Configuration>,
}

/// Where an environment says that git's configuration is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Configuration {
    home: Option<PathBuf>,
    xdg: Option<PathBuf>,
    global: Option<PathBuf>,
    system: Option<PathBuf>,
    without_system: Option<String>,
    /// How many settings are in variables of their own.
    count: Option<String>,
}

impl Configuration {
    /// The variables that say it. Source: git-config(1), "Files" and "Environment".
    pub const VARIABLES: [&str; 6] = [
        "HOME",
        "XDG_CONFIG_HOME",
        "GIT_CONFIG_GLOBAL",
        "GIT_CONFIG_SYSTEM",
        "GIT_CONFIG_NOSYSTEM",
        "GIT_CONFIG_COUNT",
    ];

    /// Takes it from variables.
    pub fn new(variable: impl Fn(&str) -> Option<OsString>) -> Configuration {
        let path = |name| variable(name).map(PathBuf::from);
        let text = |name| variable(name).map(|value| value.to_string_lossy().into_owned());
        let [home, xdg, global, system, without_system, count] = Configuration::VARIABLES;
        Configuration {
            home: path(home),
            xdg: path(xdg).filter(|folder| !folder.as_os_str().is_empty()),
            global: path(global),
            system: path(system),
            without_system: text(without_system),
            count: text(count),
        }
    }

    /// Whether this process's environment says the same, so that gitoxide finds it by itself.
    fn is_of_this_process(&self) -> bool {
        *self == Configuration::new(|name| std::env::var_os(name))
    }

    /// The files, from the least important to the most.
    fn files(&self) -> Vec<PathBuf> {
        let says_no = self.without_system.as_deref().is_some_and(is_true);
        let system = || self.system.clone().unwrap_or_else(|| PathBuf::from("/etc/gitconfig"));
        let own = match &self.global {
            Some(global) => vec![global.clone()],
            None => self.in_folder("config").into_iter().chain(self.in_home(".gitconfig")).collect(),
        };
        (!says_no).then(system).into_iter().chain(own).filter(|file| file.is_file()).collect()
    }

    fn in_home(&self, name: &str) -> Option<PathBuf> {
        Some(self.home.as_ref()?.join(name))
    }

    /// A file in the user's folder for git.
    pub(super) fn in_folder(&self, name: &str) -> Option<PathBuf> {
        let folder = self.xdg.clone().or_else(|| self.in_home(".config"))?;
        Some(folder.join("git").join(name))
    }

    /// A path of a setting, with the user's home directory for `~/`.
    pub(super) fn path(&self, text: &Path) -> Option<PathBuf> {
        match text.strip_prefix("~") {
            Ok(below) => Some(self.home.as_ref()?.join(below)),
            Err(_) => Some(text.to_owned()),
        }
    }
}

/// Whether git reads a variable as a yes. Source: git-config(1), "Values".
fn is_true(value: &str) -> bool {
    ["true", "yes", "on"].iter().any(|yes| value.eq_ignore_ascii_case(yes))
        || value.parse::<i64>().is_ok_and(|number| number != 0)
}

impl Environment {
    /// The configuration that gitoxide would not find by itself.
    pub(super) fn foreign(&self) -> Option<&Configuration> {
        self.configuration.as_ref().filter(|configuration| !configuration.is_of_this_process())
    }

    /// The options of every opening: as git reads a repository, and as git refuses it.
    ///
    /// Gitoxide takes git's configuration from this process's environment. Of another one it can be told two files, which nearly always are all
    /// there are. Where that does not do, nothing is read, since it would be wrong without a sign of it.
    pub(super) fn options(&self) -> Result<gix::open::Options, OpenError> {
        let options = gix::open::Options::default().bail_if_untrusted(true).lossy_config(true);
        let Some(foreign) = self.foreign() else { return Ok(options) };
        if foreign.count.as_deref().is_some_and(|count| !matches!(count, "" | "0")) {
            return Err(OpenError::ConfiguredElsewhere);
        }
        let mut files = foreign.files().into_iter();
        let (first, second) = (files.next(), files.next());
        if files.next().is_some() {
            return Err(OpenError::ConfiguredElsewhere);
        }
        let mut permissions = Permissions::all();
        permissions.config.env = false;
        permissions.config.git = false;
        permissions.config.user = false;
        permissions.config.git_binary = first.is_some();
        permissions.config.system = second.is_some();
        permissions.env.git_prefix = Permission::Deny;
        permissions.env.xdg_config_home = Permission::Deny;
        if foreign.home != std::env::var_os("HOME").map(PathBuf::from) {
            permissions.env.home = Permission::Deny;
        }
        let mut options = options.permissions(permissions);
        if let Some(file) = first {
            options = options.git_installation_config_path(file);
        }
        if let Some(file) = second {
            options = options.system_config_path(file);
        }
        Ok(options)
    }
}
