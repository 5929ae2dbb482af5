//! The process's environment as a value, and the user's directories found through it.

use std::collections::BTreeMap;
use std::env;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// Environment variables: the process's own, or a test's.
#[derive(Clone, Debug, Default)]
pub struct Env {
    vars: BTreeMap<OsString, OsString>,
}

impl Env {
    /// The environment of this process.
    pub fn real() -> Self {
        Self { vars: env::vars_os().collect() }
    }

    /// A made-up environment.
    pub fn of<const N: usize>(vars: [(&str, &str); N]) -> Self {
        Self {
            vars: vars.iter().map(|(name, value)| (OsString::from(name), OsString::from(value))).collect(),
        }
    }

    /// The same with another value for one variable.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.vars.insert(name.into(), value.into());
        self
    }

    /// A variable that is set and not empty.
    pub fn var(&self, name: &str) -> Option<&OsStr> {
        self.vars.get(OsStr::new(name)).map(OsString::as_os_str).filter(|value| !value.is_empty())
    }

    /// The names of all variables.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.vars.keys().filter_map(|name| name.to_str())
    }

    /// A variable that names a path.
    pub fn path(&self, name: &str) -> Option<PathBuf> {
        self.var(name).map(PathBuf::from)
    }

    /// The home directory; `/` where there is none, so that what follows fails with a path in its message.
    pub fn home(&self) -> PathBuf {
        self.path("HOME").unwrap_or_else(|| PathBuf::from("/"))
    }

    /// `$XDG_CONFIG_HOME`, else `~/.config`.
    pub fn config_home(&self) -> PathBuf {
        self.base("XDG_CONFIG_HOME", ".config")
    }

    /// `$XDG_CACHE_HOME`, else `~/.cache`.
    pub fn cache_home(&self) -> PathBuf {
        self.base("XDG_CACHE_HOME", ".cache")
    }

    /// `$XDG_DATA_HOME`, else `~/.local/share`.
    pub fn data_home(&self) -> PathBuf {
        self.base("XDG_DATA_HOME", ".local/share")
    }

    /// `$XDG_STATE_HOME`, else `~/.local/state`.
    pub fn state_home(&self) -> PathBuf {
        self.base("XDG_STATE_HOME", ".local/state")
    }

    /// `$XDG_BIN_HOME`, else `~/.local/bin`.
    pub fn bin_home(&self) -> PathBuf {
        self.base("XDG_BIN_HOME", ".local/bin")
    }

    /// The folders of `$PATH`.
    pub fn search_path(&self) -> Vec<PathBuf> {
        self.var("PATH").map(|path| env::split_paths(path).collect()).unwrap_or_default()
    }

    /// The specification says that a relative path in one of its variables is to be ignored.
    /// Source: XDG Base Directory Specification 0.8.
    fn base(&self, variable: &str, under_home: &str) -> PathBuf {
        self.path(variable).filter(|path| path.is_absolute()).unwrap_or_else(|| self.home().join(under_home))
    }

    /// A path as people write it: `~` for the home directory.
    pub fn tilde(&self, path: &Path) -> String {
        match path.strip_prefix(self.home()) {
            Ok(rest) if self.var("HOME").is_some() => format!("~/{}", rest.display()),
            _ => path.display().to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directories_follow_the_specification() {
        let env = Env::of([
            ("HOME", "/h"),
            ("XDG_CACHE_HOME", "/c"),
            ("XDG_CONFIG_HOME", "relative"),
            ("XDG_BIN_HOME", ""),
        ]);
        assert_eq!(env.cache_home(), Path::new("/c"));
        assert_eq!(env.config_home(), Path::new("/h/.config"));
        assert_eq!(env.data_home(), Path::new("/h/.local/share"));
        assert_eq!(env.bin_home(), Path::new("/h/.local/bin"));
        assert_eq!(env.tilde(Path::new("/h/a/b")), "~/a/b");
        assert_eq!(env.tilde(Path::new("/other")), "/other");
    }
}
