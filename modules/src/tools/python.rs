//! Python.
//!
//! Shows: the version, and the virtual environment.
//! Hidden when: the directory has none of its files and no virtual environment is active.
//! Costs: a look at the `PATH` and at `pyvenv.cfg`; one process for each version of the program, ever.
//! Source: python(1); PEP 405; pyenv's README.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use ziron_macros::{Choice, Describe, Vars};
use ziron_runtime::io::{Io, Output};
use ziron_runtime::place::Place;
use ziron_runtime::segment::Segment;
use ziron_runtime::source::{Describe, Manifest, ReadError, Source};
use ziron_runtime::spec::Format;

use super::manager;
use super::options::tool;
use super::parse::{either, some};
use super::run::{Needs, ToolKey, tool_key};
use super::version::{Version, VersionVars};
use crate::env::found;
use crate::files;

tool! {
    /// Shows the version of Python in a directory that uses it, and the virtual environment.
    #[module(
        name = "python", position = 57, feature = "managers", facts(self, tools::python::Virtualenv),
        cost = Process, policy = Keyed
    )]
    pub struct Python {
        files: ["requirements.txt", ".python-version", "pyproject.toml", "Pipfile", "tox.ini", "setup.py", "__init__.py"],
        folders: [],
        extensions: ["py", "ipynb"],
        symbol: "🐍 ",
        style: "yellow bold",
        format: "via [${symbol}${pyenv_prefix}(${version} )(\\($virtualenv\\) )]($style)",
        version_format: "v${raw}",
    } with {
        /// The command lines that are tried for the version, without `--version`.
        #[option(default = &[&["python"], &["python3"], &["python2"]])]
        pub python_binary: &'static [&'static [&'static str]],
        /// Shows pyenv's name of the version in place of Python's own.
        #[option(default = false)]
        pub pyenv_version_name: bool,
        /// What stands before the version if pyenv names it.
        #[option(default = "pyenv ")]
        pub pyenv_prefix: &'static str,
        /// The format of the version if pyenv names it.
        #[option(default = "${raw}")]
        pub pyenv_version_format: Format,
        /// Variables that show the module when they are set.
        #[option(default = &["VIRTUAL_ENV"], names = "variables")]
        pub detect_env_vars: &'static [&'static str],
        /// Names of virtual environments that say nothing: the folder above is shown in their place.
        #[option(default = &[])]
        pub generic_venv_names: &'static [&'static str],
    }
}

/// What the version depends on.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum PythonKey {
    /// A program.
    Program(ToolKey),
    /// What pyenv calls the version; `None` if it has none here.
    Name(Option<String>),
}

impl Python {
    /// The command lines that tell the version.
    fn run(&self) -> Vec<Vec<&'static str>> {
        if self.pyenv_version_name {
            return vec![vec!["pyenv", "version-name"]];
        }
        self.python_binary.iter().map(|words| words.iter().copied().chain(["--version"]).collect()).collect()
    }
}

impl Source for Python {
    type Key = PythonKey;
    type Fact = Version;

    fn manifest(&self) -> Manifest {
        let run = self.run();
        let run: Vec<&[&str]> = run.iter().map(Vec::as_slice).collect();
        self.detection()
            .manifest_of_tool(self.base_manifest(), &run, Needs::NOTHING)
            .env(self.detect_env_vars)
            .env(&["PYENV_ROOT"])
    }

    async fn key<I: Io>(&self, place: &Place, io: &I) -> Option<PythonKey> {
        let by_variable = found(io, self.detect_env_vars) == Some(true);
        if !by_variable && !self.detection().matches(place, io).await {
            return None;
        }
        if self.pyenv_version_name {
            return Some(PythonKey::Name(pyenv_name(place, io).await));
        }
        let run = self.run();
        let run: Vec<&[&str]> = run.iter().map(Vec::as_slice).collect();
        Some(PythonKey::Program(tool_key(&run, Needs::NOTHING, place, io).await))
    }

    async fn read<I: Io>(&self, key: &PythonKey, place: &Place, io: &I) -> Result<Version, ReadError> {
        Ok(Version {
            raw: match key {
                PythonKey::Name(Some(name)) => name.clone(),
                PythonKey::Name(None) => return Err(ReadError::nothing("pyenv has no version here")),
                PythonKey::Program(program) => program.version(second_word, place, io).await?,
            },
        })
    }

    fn without_reading(&self, _key: &PythonKey) -> Option<Version> {
        Some(Version::default())
    }
}

/// What `pyenv version-name` would say. pyenv itself is not run: it is a script that looks for its version, and for
/// scripts of plug-ins, in the place.
async fn pyenv_name<I: Io>(place: &Place, io: &I) -> Option<String> {
    if let Some(name) = io.env_text("PYENV_VERSION").filter(|name| !name.is_empty()) {
        return Some(name);
    }
    io.find_program("pyenv").await?;
    let set = io.env("PYENV_ROOT").map(PathBuf::from).filter(|root| root.is_absolute());
    let root = set.or_else(|| Some(place.home.as_ref()?.join(".pyenv")))?;
    manager::pyenv_versions(&root, place, io).await
}

/// The version in `Python 3.11.4`, which old ones say on their standard error.
fn second_word(output: &Output) -> Option<String> {
    some(either(output)?.split_whitespace().nth(1)?)
}

/// The virtual environment that is active.
#[derive(Clone, Copy, Debug, Describe)]
#[source(name = "python_virtualenv", cost = File, policy = Never, env = ["VIRTUAL_ENV"], files = ["$VIRTUAL_ENV/pyvenv.cfg"])]
pub struct Virtualenv;

/// A virtual environment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Environment {
    /// What it calls itself, or else the name of its folder.
    name: String,
    /// The name of the folder above.
    parent: String,
}

impl Source for Virtualenv {
    type Key = String;
    type Fact = Environment;

    async fn key<I: Io>(&self, _place: &Place, io: &I) -> Option<String> {
        io.env_text("VIRTUAL_ENV")
    }

    async fn read<I: Io>(&self, folder: &String, _place: &Place, io: &I) -> Result<Environment, ReadError> {
        let folder = Path::new(folder);
        let name = |path: Option<&Path>| {
            path.and_then(Path::file_name).unwrap_or_default().to_string_lossy().into_owned()
        };
        let settings =
            if folder.is_absolute() { files::text(io, &folder.join("pyvenv.cfg")).await } else { None };
        let settings = settings.unwrap_or_default();
        let own_name = prompt(&settings).map_or_else(|| name(Some(folder)), ToOwned::to_owned);
        Ok(Environment { name: own_name, parent: name(folder.parent()) })
    }
}

/// What a `pyvenv.cfg` calls its environment, without quotes and parentheses.
fn prompt(settings: &str) -> Option<&str> {
    let value = settings.lines().find_map(|line| {
        let (key, value) = line.split_once('=')?;
        (key.trim() == "prompt").then_some(value.trim())
    })?;
    let bare = value.trim_matches(['"', '\'']).trim_matches(['(', ')']).trim();
    (!bare.is_empty()).then_some(bare)
}

/// The version in one of two forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Choice)]
pub enum PythonVersion<'a> {
    /// Python's own.
    #[choice("version_format")]
    Python {
        /// The version as Python writes it.
        raw: &'a str,
        /// Its first number.
        major: &'a str,
        /// Its second number.
        minor: &'a str,
        /// Its third number.
        patch: &'a str,
    },
    /// Pyenv's name of it.
    #[choice("pyenv_version_format")]
    Pyenv {
        /// The name.
        raw: &'a str,
    },
}

/// The variables of the module.
#[derive(Clone, Copy, Debug, Vars)]
pub struct PythonVars<'a> {
    /// The version, in the form of `version_format`, or of `pyenv_version_format` if pyenv names it.
    #[var(choice)]
    pub version: Option<PythonVersion<'a>>,
    /// The option `pyenv_prefix`, if pyenv names the version.
    pub pyenv_prefix: &'a str,
    /// The virtual environment, if one is active.
    #[var(fact = 1)]
    pub virtualenv: Option<&'a str>,
}

impl Segment for Python {
    type Facts<'a> = (Option<&'a Version>, Option<&'a Environment>);
    type Vars<'a> = PythonVars<'a>;

    fn vars<'a>(&'a self, (version, environment): Self::Facts<'a>) -> Option<PythonVars<'a>> {
        let version = version?.vars().map(|VersionVars { raw, major, minor, patch }| {
            if self.pyenv_version_name {
                PythonVersion::Pyenv { raw }
            } else {
                PythonVersion::Python { raw, major, minor, patch }
            }
        });
        let pyenv_prefix = if self.pyenv_version_name { self.pyenv_prefix } else { "" };
        let virtualenv = environment.map(|Environment { name, parent }| {
            if self.generic_venv_names.contains(&name.as_str()) { parent.as_str() } else { name }
        });
        Some(PythonVars { version, pyenv_prefix, virtualenv })
    }
}

#[cfg(test)]
mod tests {
    use ziron_runtime::io::Simulated;

    use super::*;
    use crate::testing::{HERE, read, try_read};

    fn machine() -> Simulated {
        Simulated::new().program("python3", "Python 3.11.4\n")
    }

    #[test]
    fn files_or_an_environment_show_it() {
        let version = Some(Version { raw: "3.11.4".into() });
        assert_eq!(read(&Python::DEFAULT, &machine().file(format!("{HERE}/a.py"), "")), version);
        assert_eq!(read(&Python::DEFAULT, &machine().env_var("VIRTUAL_ENV", "/v")), version);
        assert_eq!(read(&Python::DEFAULT, &machine()), None);
    }

    #[test]
    fn a_version_that_is_not_installed_is_passed_over() {
        let io = machine()
            .file(format!("{HERE}/a.py"), "")
            .file(format!("{HERE}/.tool-versions"), "python 3.8\n")
            .file("/home/me/.asdf/shims/python", "# asdf-plugin: python 3.9\n")
            .folder("/home/me/.asdf/installs")
            .env_var("PATH", "/home/me/.asdf/shims:/bin");
        assert_eq!(read(&Python::DEFAULT, &io).unwrap().raw, "3.11.4");
        assert_eq!(io.ran(), ["python3 --version"]);
    }

    #[test]
    fn a_program_of_the_directory_is_none() {
        let io = machine().file(format!("{HERE}/a.py"), "").file(format!("{HERE}/venv/bin/python"), "");
        let here =
            Python { python_binary: &[&["./venv/bin/python"], &["venv/bin/python"]], ..Python::DEFAULT };
        assert!(try_read(&here, &io).unwrap().is_err());
        assert!(io.ran().is_empty());
    }

    #[test]
    fn pyenv_names_the_version() {
        let pyenv = Python { pyenv_version_name: true, ..Python::DEFAULT };
        let here = || machine().file(format!("{HERE}/a.py"), "");
        assert_eq!(read(&pyenv, &here().env_var("PYENV_VERSION", "3.9")).unwrap().raw, "3.9");
        let installed = |io: Simulated| {
            let io = io.env_var("HOME", "/home/me").program("pyenv", "not run");
            io.folder("/home/me/.pyenv/versions/3.8.1").folder("/home/me/.pyenv/versions/3.7.2")
        };
        let io = installed(here().file(format!("{HERE}/.python-version"), "3.8\n3.7.2\n"));
        assert_eq!(read(&pyenv, &io).unwrap().raw, "3.8.1:3.7.2");
        assert!(io.ran().is_empty());
        assert_eq!(read(&pyenv, &installed(here())).unwrap().raw, "system");
        let missing = installed(here().file(format!("{HERE}/.python-version"), "3.6\n"));
        assert!(try_read(&pyenv, &missing).unwrap().is_err());
        assert!(try_read(&pyenv, &here()).unwrap().is_err());
        let version = Version { raw: "3.9".into() };
        let vars = pyenv.vars((Some(&version), None)).unwrap();
        assert_eq!((vars.pyenv_prefix, vars.version), ("pyenv ", Some(PythonVersion::Pyenv { raw: "3.9" })));
    }

    #[test]
    fn environments_have_names() {
        let python = Python { generic_venv_names: &[".venv", "foo"], ..Python::DEFAULT };
        let shown = |settings: &str| {
            let io = Simulated::new()
                .file("/w/proj/.venv/pyvenv.cfg", settings)
                .env_var("VIRTUAL_ENV", "/w/proj/.venv");
            let environment = read(&Virtualenv, &io);
            python
                .vars((Some(&Version::default()), environment.as_ref()))
                .unwrap()
                .virtualenv
                .unwrap()
                .to_owned()
        };
        let cases = [
            ("", "proj"),
            ("home = /x", "proj"),
            ("prompt = foo", "proj"),
            ("prompt = '(foo)'", "proj"),
            ("prompt = (bar)", "bar"),
            ("prompt=qux", "qux"),
            ("prompt = \"(w x)\"", "w x"),
        ];
        for (settings, name) in cases {
            assert_eq!(shown(settings), name, "{settings}");
        }
    }
}
