//! Nothing of a directory is run: all sources that run tools, with real scripts in the place of the tools, of the
//! managers and of what a repository brings. Each tool writes down where it was run and with which variables; whatever
//! is not to be run leaves a canary.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests make files and look at them")]

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::time::Duration;

use ziron_runtime::io::{Real, Sent};
use ziron_runtime::place::Place;
use ziron_runtime::source::Cost;

use super::samples::{TestSource, sources};
use crate::tools::manager::name_with_mise;
use crate::tools::rust::Rust;

/// Variables that make one tool or another load code, or run another program, in real life.
const STEERING: &[&str] = &[
    "BASH_ENV",
    "BUN_OPTIONS",
    "CDPATH",
    "DENO_DIR",
    "ELIXIR_ERL_OPTIONS",
    "ENV",
    "ERL_AFLAGS",
    "ERL_FLAGS",
    "ERL_LIBS",
    "GEM_HOME",
    "GOENV",
    "GOFLAGS",
    "GOROOT",
    "GRADLE_OPTS",
    "JAVA_TOOL_OPTIONS",
    "JDK_JAVA_OPTIONS",
    "JULIA_LOAD_PATH",
    "JULIA_PROJECT",
    "KOTLIN_HOME",
    "LD_LIBRARY_PATH",
    "LD_PRELOAD",
    "LUA_INIT",
    "LUA_PATH",
    "MAVEN_OPTS",
    "MIX_EXS",
    "NODE_OPTIONS",
    "NODE_PATH",
    "PERL5LIB",
    "PERL5OPT",
    "PHPRC",
    "PHP_INI_SCAN_DIR",
    "PYENV_DIR",
    "PYENV_HOOK_PATH",
    "PYTHONHOME",
    "PYTHONPATH",
    "PYTHONSTARTUP",
    "RBENV_DIR",
    "RUBYLIB",
    "RUBYOPT",
    "RUSTC_WRAPPER",
    "R_ENVIRON",
    "R_PROFILE",
    "SBT_OPTS",
    "TF_CLI_ARGS",
    "VOLTA_HOME",
    "_JAVA_OPTIONS",
    "npm_config_node_options",
];

/// Variables that a tool may see: its own, and what a shell that is a script's interpreter sets by itself.
const ALLOWED: &[&str] =
    &["HOME", "PATH", "JAVA_HOME", "GOTOOLCHAIN", "CHECKPOINT_DISABLE", "PWD", "OLDPWD", "SHLVL", "_"];

/// A machine in a temporary folder.
struct Machine(tempfile::TempDir);

impl Machine {
    fn new() -> Machine {
        let machine = Machine(tempfile::tempdir().unwrap());
        for folder in ["home/project", "canaries", "seen"] {
            fs::create_dir_all(machine.path(folder)).unwrap();
        }
        machine
    }

    fn path(&self, below: &str) -> PathBuf {
        self.0.path().join(below)
    }

    fn file(&self, below: &str, text: &str) {
        let path = self.path(below);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn program(&self, below: &str, script: &str) {
        // Larger than what is taken for a manager's script, so that nothing but its place says what it is.
        self.file(below, &format!("#!/bin/sh\n{script}\n#{}\n", "-".repeat(4096)));
        fs::set_permissions(self.path(below), fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// What must not be run.
    fn trap(&self, below: &str, text: &str) {
        let canary = self.path("canaries").join(below.replace('/', "-"));
        self.program(below, &format!("{text}\n/bin/touch '{}'", canary.display()));
    }

    /// What may be run: it is steered by its directory and its variables, as tools are.
    fn tool(&self, below: &str) {
        let name = Path::new(below).file_name().unwrap().to_str().unwrap();
        let seen = self.path("seen").join(name);
        let script = "{ echo \"pwd $(/bin/pwd)\"; /usr/bin/env; } >> 'SEEN'\n\
            for file in ./*.steer ../*.steer; do if [ -e \"$file\" ]; then . \"$file\"; fi; done\n\
            echo 'version 1.2.3'";
        self.program(below, &script.replace("SEEN", &seen.display().to_string()));
    }

    /// Reads a source in the project; what is found does not matter.
    fn read(&self, source: &dyn TestSource, path: &str, more: &[(&'static str, &str)]) {
        let mut values: Vec<(OsString, OsString)> =
            STEERING.iter().map(|name| ((*name).into(), ". ./x.steer".into())).collect();
        values.push(("HOME".into(), self.path("home").into()));
        values.push(("PATH".into(), path.into()));
        values.extend(more.iter().map(|(name, value)| ((*name).into(), (*value).into())));
        let mut known: Vec<&'static str> = source.manifest().env;
        known.extend(STEERING.iter().chain(&["HOME", "PATH"]));
        known.extend(more.iter().map(|(name, _)| *name));
        known.sort_unstable();
        known.dedup();
        let io = Real::with(Sent::new(known.leak(), values));
        let project = self.path("home/project");
        let place = Place::new(project.clone(), project, Some(self.path("home")), Duration::from_secs(60));
        let _ = source.look_for_real(&place, &io);
    }

    /// Files that show the modules of a source in the project.
    fn show(&self, source: &dyn TestSource) {
        for name in source.manifest().files.iter().filter(|name| !name.starts_with(['!', '/', '$', '~'])) {
            let path = format!("home/project/{}", name.replace("*.", "file."));
            if path.ends_with('/') {
                fs::create_dir_all(self.path(&path)).unwrap();
            } else if !self.path(&path).exists() {
                self.file(&path, "");
            }
        }
    }

    /// The tools that were run. Fails if anything else was, or if a tool saw more than it may.
    fn seen(&self, what: &str) -> BTreeSet<String> {
        let canaries: Vec<_> =
            fs::read_dir(self.path("canaries")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert!(canaries.is_empty(), "{what}: {canaries:?} were run");
        let mut tools = BTreeSet::new();
        for entry in fs::read_dir(self.path("seen")).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            for line in fs::read_to_string(&path).unwrap().lines() {
                if let Some(folder) = line.strip_prefix("pwd ") {
                    assert_eq!(folder, "/", "{what}: {name}");
                    continue;
                }
                let (variable, value) = line.split_once('=').unwrap_or((line, ""));
                assert!(ALLOWED.contains(&variable), "{what}: {name} was given {line}");
                if variable == "PATH" {
                    let is_right = |folder: &Path| folder.is_absolute() && !folder.ends_with("shims");
                    assert!(
                        std::env::split_paths(value).all(|folder| is_right(&folder)),
                        "{what}: {name}: {line}"
                    );
                }
            }
            fs::remove_file(&path).unwrap();
            tools.insert(name);
        }
        tools
    }
}

/// The programs of a source that runs tools; none for others, and for custom modules, whose scripts the user has
/// written.
fn programs(source: &dyn TestSource) -> BTreeSet<String> {
    if source.cost() != Cost::Process || source.name().starts_with("custom") {
        return BTreeSet::new();
    }
    let name = |line: String| line.split(' ').next().unwrap_or_default().to_owned();
    source.manifest().programs.into_iter().map(name).filter(|name| name != "pyenv").collect()
}

/// The sources that run tools, and the names of their programs.
fn tools() -> impl Iterator<Item = (&'static dyn TestSource, BTreeSet<String>)> {
    let with_programs = sources().into_iter().map(|source| (source, programs(source)));
    with_programs.filter(|(_, programs)| !programs.is_empty())
}

/// A project that brings all that it may.
fn hostile(machine: &Machine, programs: &BTreeSet<String>) {
    for name in programs {
        for folder in ["", "bin/", "node_modules/.bin/", ".venv/bin/", "shims/"] {
            let path = format!("home/project/{folder}{name}");
            if !machine.path(&path).is_dir() {
                machine.trap(&path, "");
            }
        }
    }
    machine.trap("home/project/x.steer", "");
    machine.trap("home/x.steer", "");
}

#[test]
fn nothing_of_the_directory_is_run() {
    let mut count = 0;
    for (source, programs) in tools() {
        let machine = Machine::new();
        machine.show(source);
        hostile(&machine, &programs);
        for name in &programs {
            machine.tool(&format!("tools/{name}"));
        }
        let path = format!(".::bin:./shims:{}:", machine.path("tools").display());
        machine.read(source, &path, &[("JAVA_HOME", "."), ("RUSTUP_HOME", ".rustup"), ("PYENV_ROOT", ".")]);
        let seen = machine.seen(source.name());
        // The modules that read what pyenv has chosen run nothing.
        assert!(!seen.is_empty() || source.name() == "python", "`{}` has run nothing", source.name());
        // What is only in relative folders is not there at all.
        fs::remove_dir_all(machine.path("tools")).unwrap();
        machine.read(
            source,
            ".::bin:./shims",
            &[("JAVA_HOME", "."), ("RUSTUP_HOME", ".rustup"), ("PYENV_ROOT", ".")],
        );
        assert_eq!(machine.seen(source.name()), BTreeSet::new());
        count += 1;
    }
    assert!(count > 40, "only {count} sources run tools");
}

#[test]
fn no_manager_is_run() {
    for (source, programs) in tools() {
        for manager in ["pyenv", "asdf", "mise", "volta", "unknown"] {
            let machine = Machine::new();
            machine.show(source);
            hostile(&machine, &programs);
            let root = format!("home/.{manager}");
            let mut folder = format!("{root}/shims");
            let mut versions = String::new();
            for name in &programs {
                // What mise calls the tool, which is what asdf's plug-in is called here as well.
                let tools = name_with_mise(name);
                match manager {
                    "asdf" => {
                        machine.trap(&format!("{folder}/{name}"), &format!("# asdf-plugin: {tools} 1.0.0"));
                        machine.tool(&format!("{root}/installs/{tools}/1.0.0/bin/{name}"));
                        versions.extend([tools, " 1.0.0\n"]);
                    }
                    "mise" | "volta" => {
                        let (binary, shims) =
                            if manager == "mise" { ("bin/mise", "shims") } else { ("bin/volta-shim", "bin") };
                        folder = format!("{root}/{shims}");
                        machine.trap(&format!("{root}/{binary}"), "");
                        fs::create_dir_all(machine.path(&folder)).unwrap();
                        let shim = machine.path(&format!("{folder}/{name}"));
                        symlink(machine.path(&format!("{root}/{binary}")), shim).unwrap();
                        machine.tool(&format!("{root}/installs/{tools}/1.0.0/bin/{name}"));
                        machine.tool(&format!("{root}/tools/image/node/1.0.0/bin/{name}"));
                        versions.extend([tools, " 1.0.0\n"]);
                    }
                    _ => {
                        machine.trap(&format!("{folder}/{name}"), "");
                        machine.tool(&format!("{root}/versions/1.0.0/bin/{name}"));
                    }
                }
            }
            machine.file("home/project/.python-version", "1.0.0\n");
            machine.file("home/project/.tool-versions", &versions);
            machine.file("home/project/package.json", r#"{"volta": {"node": "1.0.0"}}"#);
            let path = format!("{}:/usr/bin:/bin", machine.path(&folder).display());
            machine.read(source, &path, &[]);
            let seen = machine.seen(&format!("{} of {manager}", source.name()));
            let is_read = match manager {
                "pyenv" | "asdf" | "mise" => true,
                "volta" => source.name() == "nodejs",
                _ => false,
            };
            assert!(
                !is_read || !seen.is_empty() || source.name() == "python",
                "`{}` of {manager} has run nothing",
                source.name()
            );
            assert!(is_read || seen.is_empty(), "`{}` of {manager} has run {seen:?}", source.name());
        }
    }
}

#[test]
fn a_toolchain_file_chooses_no_program() {
    let source = &Rust::DEFAULT;
    for (file, runs) in [
        ("[toolchain]\nchannel = \"good\"\n", true),
        ("[toolchain]\npath = \"HERE/evil\"\n", false),
        ("x = \"\"\"\ntoolchain.channel = \"a/b\"\n\"\"\"\n[toolchain]\npath = \"HERE/evil\"\n", false),
        ("x = \"\"\"\ntoolchain.channel = \"good\"\n\"\"\"\n[toolchain]\npath = \"HERE/evil\"\n", false),
        ("[toolchain]\nchannel = \"../../project/evil\"\n", false),
        ("[toolchain]\nchannel = \"HERE/evil\"\n", false),
    ] {
        for proxy in ["link", "copy"] {
            let machine = Machine::new();
            machine.show(source);
            let here = machine.path("home/project");
            machine
                .file("home/project/rust-toolchain.toml", &file.replace("HERE", &here.display().to_string()));
            machine.trap("home/project/evil/bin/rustc", "");
            machine.file("home/.rustup/settings.toml", "version = \"12\"\ndefault_toolchain = \"good\"\n");
            machine.tool("home/.rustup/toolchains/good/bin/rustc");
            // rustup's proxy does what the file says.
            machine.trap("home/.cargo/bin/rustup", "");
            let [rustup, rustc] = ["rustup", "rustc"].map(|name| machine.path("home/.cargo/bin").join(name));
            if proxy == "link" {
                symlink(&rustup, &rustc).unwrap();
            } else {
                fs::hard_link(&rustup, &rustc).unwrap();
            }
            let path = format!("{}:/usr/bin:/bin", machine.path("home/.cargo/bin").display());
            machine.read(source, &path, &[]);
            let seen = machine.seen(file);
            assert_eq!(seen.contains("rustc"), runs, "{file}");
            // Without its settings, rustup's proxy is still no compiler.
            fs::remove_file(machine.path("home/.rustup/settings.toml")).unwrap();
            machine.read(source, &path, &[]);
            assert_eq!(machine.seen(file), BTreeSet::new());
        }
    }
}
