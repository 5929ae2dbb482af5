//! Which configuration is built, and its text.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::env::Env;
use crate::error::{CommandError, Kind};

/// How a configuration was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub(crate) enum Origin {
    /// It was named with `--config`.
    Option,
    /// `$ZIRON_CONFIG` names it.
    Variable(&'static str),
    /// It is where Ziron's configuration belongs.
    Ziron,
    /// It is where starship's configuration belongs, and there is none of Ziron's.
    Starship,
    /// There is none: the built-in defaults.
    Defaults,
}

/// Where to read the configuration, if anywhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// The file; none for the defaults.
    pub(crate) path: Option<PathBuf>,
    /// How it was found.
    pub(crate) origin: Origin,
}

/// A configuration that was read.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    /// The file's name as diagnostics show it.
    pub(crate) shown: String,
    /// Its text; empty for the defaults.
    pub(crate) text: String,
    /// Where it came from.
    pub(crate) found: Found,
}

/// Where Ziron's own configuration belongs.
pub(crate) fn own_path(env: &Env) -> PathBuf {
    env.config_home().join("ziron").join("ziron.toml")
}

/// Decides which configuration to use. A file that was named is used whether or not it exists, so that its absence is an
/// error; the others only where `exists` says so.
pub(crate) fn find(given: Option<&Path>, env: &Env, exists: impl Fn(&Path) -> bool) -> Found {
    if let Some(path) = given {
        return Found { path: Some(path.to_owned()), origin: Origin::Option };
    }
    if let Some(path) = env.path("ZIRON_CONFIG") {
        return Found { path: Some(path), origin: Origin::Variable("ZIRON_CONFIG") };
    }
    let own = own_path(env);
    if exists(&own) {
        return Found { path: Some(own), origin: Origin::Ziron };
    }
    if let Some(path) = env.path("STARSHIP_CONFIG") {
        return Found { path: Some(path), origin: Origin::Variable("STARSHIP_CONFIG") };
    }
    // Starship does not look at `$XDG_CONFIG_HOME`. Source: https://starship.rs/config/
    let starship = env.home().join(".config").join("starship.toml");
    if exists(&starship) {
        return Found { path: Some(starship), origin: Origin::Starship };
    }
    Found { path: None, origin: Origin::Defaults }
}

/// The files that may become the configuration, whether they are there or not, the first choice first.
pub(crate) fn candidates(given: Option<&Path>, env: &Env) -> Vec<PathBuf> {
    // Where nothing exists, `find` names the last choice; where everything does, the first.
    let mut missing = Vec::new();
    while let Some(path) = find(given, env, |path| !missing.contains(&path.to_owned())).path {
        if missing.contains(&path) {
            break;
        }
        missing.push(path);
    }
    missing
}

/// Finds and reads the configuration.
pub(crate) fn load(given: Option<&Path>, env: &Env) -> Result<Config, CommandError> {
    let found = find(given, env, Path::is_file);
    let Some(path) = &found.path else {
        return Ok(Config { shown: "built-in defaults".into(), text: String::new(), found });
    };
    let shown = path.display().to_string();
    match fs::read(path) {
        Ok(bytes) => match String::from_utf8(bytes) {
            Ok(text) => Ok(Config { shown, text, found }),
            Err(error) => Err(not_text(&shown, error)),
        },
        Err(error) => Err(unreadable(&shown, &found, error)),
    }
}

impl Config {
    /// The sentence that says which configuration is used.
    pub(crate) fn announcement(&self, env: &Env) -> String {
        let shown = self.found.path.as_deref().map_or_else(String::new, |path| env.tilde(path));
        match self.found.origin {
            Origin::Option | Origin::Ziron => format!("Using {shown}"),
            Origin::Variable(name) => format!("Using {shown} (${name})"),
            Origin::Starship => format!("Using {shown}: there is no {}", env.tilde(&own_path(env))),
            Origin::Defaults => {
                "Using the built-in defaults: there is no configuration (`ziron-build init` writes one)"
                    .into()
            }
        }
    }
}

fn unreadable(shown: &str, found: &Found, error: io::Error) -> CommandError {
    let missing = error.kind() == io::ErrorKind::NotFound;
    let kind = if missing { Kind::Usage } else { Kind::Io };
    let message =
        CommandError::new(kind, format!("could not read the configuration `{shown}`")).because(error);
    match found.origin {
        Origin::Variable(name) => message.hint(format!("`${name}` names this file; unset it or correct it.")),
        Origin::Option if missing => {
            message.hint("`ziron-build init --config FILE` writes a configuration to start from.")
        }
        _ => message,
    }
}

fn not_text(shown: &str, error: std::string::FromUtf8Error) -> CommandError {
    CommandError::new(Kind::Config, format!("the configuration `{shown}` is not UTF-8 text")).because(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(env: &[(&str, &str); 2], given: Option<&str>, files: &[&str]) -> (Option<String>, Origin) {
        let found = find(given.map(Path::new), &Env::of(*env), |path| {
            files.iter().any(|file| path == Path::new(file))
        });
        (found.path.map(|path| path.display().to_string()), found.origin)
    }

    #[test]
    fn the_order_is_option_variable_own_starship_defaults() {
        const OWN: &str = "/h/.config/ziron/ziron.toml";
        const STARSHIP: &str = "/h/.config/starship.toml";
        let home = ("HOME", "/h");
        let ziron = [home, ("ZIRON_CONFIG", "/z.toml")];
        let starship = [home, ("STARSHIP_CONFIG", "/s.toml")];
        let bare = [home, ("X", "")];
        let path = |path: &str| Some(path.to_owned());
        assert_eq!(found(&ziron, Some("a.toml"), &[OWN]), (path("a.toml"), Origin::Option));
        assert_eq!(found(&ziron, None, &[OWN]), (path("/z.toml"), Origin::Variable("ZIRON_CONFIG")));
        assert_eq!(found(&starship, None, &[OWN, STARSHIP]), (path(OWN), Origin::Ziron));
        assert_eq!(
            found(&starship, None, &[STARSHIP]),
            (path("/s.toml"), Origin::Variable("STARSHIP_CONFIG"))
        );
        assert_eq!(found(&bare, None, &[STARSHIP]), (path(STARSHIP), Origin::Starship));
        assert_eq!(found(&bare, None, &[]), (None, Origin::Defaults));
        let moved = [home, ("XDG_CONFIG_HOME", "/c")];
        assert_eq!(
            found(&moved, None, &["/c/ziron/ziron.toml"]),
            (path("/c/ziron/ziron.toml"), Origin::Ziron)
        );
    }

    #[test]
    fn every_file_that_may_be_used_is_a_candidate() {
        let env = Env::of([("HOME", "/h")]);
        let of = |given: Option<&str>, env: &Env| {
            let paths = candidates(given.map(Path::new), env);
            paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>()
        };
        assert_eq!(of(None, &env), ["/h/.config/ziron/ziron.toml", "/h/.config/starship.toml"]);
        assert_eq!(of(Some("a.toml"), &env), ["a.toml"]);
        let env = env.with("STARSHIP_CONFIG", "/s.toml");
        assert_eq!(of(None, &env), ["/h/.config/ziron/ziron.toml", "/s.toml"]);
    }

    #[test]
    fn a_named_file_that_is_missing_is_an_error() {
        let env = Env::of([("HOME", "/nowhere"), ("ZIRON_CONFIG", "/nowhere/z.toml")]);
        let error = load(None, &env).expect_err("there is no such file");
        assert_eq!(error.kind, Kind::Usage);
        assert!(error.hints[0].contains("$ZIRON_CONFIG"));
    }
}
