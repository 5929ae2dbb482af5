//! What a source looks at is in its manifest, and what its facts depend on is in its key: of all sources, in worlds that differ in one thing.
//!
//! The daemon asks shells for the variables of manifests and for no others, and shells share a fact if their keys are equal.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use futures_lite::future::block_on;
use ziron_runtime::io::{Real, Sent, Simulated};
use ziron_runtime::place::Place;
use ziron_runtime::source::{Manifest, Source};
use ziron_runtime::spec::{Condition, FactSpec};
use ziron_runtime::variables::{family, is_named};

use super::*;
use crate::testing::{Seen, Watched};

/// Calls a function with every source: those of the tables, and those named here, of which a test says whether they are all.
macro_rules! for_each_source {
    ($check:ident) => {{
        for (.., source) in tools::table::ROWS {
            $check!(source);
        }
        for (.., source) in tools::compiler::ROWS {
            $check!(source);
        }
        for (.., source) in tools::wrapper::ROWS {
            $check!(source);
        }
        $check!(&core::custom::Custom {
            command: "echo $GREETING",
            when: Condition::Constant(true),
            instance: "custom",
            ..core::custom::Custom::DEFAULT
        });
        $check!(&core::directory::Directory::DEFAULT);
        $check!(&core::env_var::EnvVar {
            instance: "env_var",
            variable: Some("ANY"),
            ..core::env_var::EnvVar::DEFAULT
        });
        $check!(&core::hostname::Hostname { ssh_only: false, ..core::hostname::Hostname::DEFAULT });
        $check!(&core::shlvl::Shlvl::DEFAULT);
        $check!(&core::time::Time::DEFAULT);
        $check!(&core::username::Username { show_always: true, ..core::username::Username::DEFAULT });
        $check!(&git::commit::GitCommit::DEFAULT);
        $check!(&git::head::GitHead);
        $check!(&git::head::GitUpstream);
        $check!(&git::metrics::GitMetrics::DEFAULT);
        $check!(&git::state::GitOperation);
        $check!(&git::status::GitStatus::DEFAULT);
        $check!(&git::status::GitStash);
        $check!(&git::status::GitDistance);
        $check!(&package::Package::DEFAULT);
        $check!(&tools::elixir::Elixir::DEFAULT);
        $check!(&tools::golang::Golang::DEFAULT);
        $check!(&tools::golang::GoMod);
        $check!(&tools::haskell::Haskell::DEFAULT);
        $check!(&tools::haskell::Snapshot);
        $check!(&tools::java::Java::DEFAULT);
        $check!(&tools::kotlin::Kotlin::DEFAULT);
        $check!(&tools::lua::Lua::DEFAULT);
        $check!(&tools::nodejs::Nodejs::DEFAULT);
        $check!(&tools::nodejs::Engines);
        $check!(&tools::python::Python::DEFAULT);
        $check!(&tools::python::Python { pyenv_version_name: true, ..tools::python::Python::DEFAULT });
        $check!(&tools::python::Virtualenv);
        $check!(&tools::ruby::Ruby::DEFAULT);
        $check!(&tools::ruby::Gemset);
        $check!(&tools::rust::Rust::DEFAULT);
        $check!(&tools::terraform::Terraform::DEFAULT);
        $check!(&tools::terraform::TerraformVersion);
    }};
}

/// Two places with different projects in them.
const PLACES: [&str; 2] = ["/home/me/1", "/home/me/2"];

/// A source's key, and its fact if it can be read.
type Found<S> = Option<(<S as Source>::Key, Option<<S as Source>::Fact>)>;

/// One world that a source is read in.
#[derive(Clone, Debug)]
struct World {
    place: &'static str,
    /// Which contents the files of the first place have; those of the second have others.
    edition: u32,
    variables: Vec<(&'static str, String)>,
    /// Whether programs are those of a version manager.
    shims: bool,
}

impl World {
    /// What there is of a source here: its key, and its fact if it can be read.
    fn look<S: Source>(&self, source: &S) -> (Found<S>, Seen) {
        let mut io = Watched::new(self.machine(&source.manifest()));
        io.programs = self.shims.then(|| PathBuf::from("/home/me/.pyenv/shims"));
        let path = PathBuf::from(self.place);
        let home = self.variables.iter().find(|(name, _)| *name == "HOME").map(|(_, home)| home.into());
        let place = Place::new(path.clone(), path, home, std::time::Duration::MAX);
        let found = block_on(async {
            let key = source.key(&place, &io).await?;
            let fact = source.read(&key, &place, &io).await.ok();
            Some((key, fact))
        });
        (found, io.seen())
    }

    /// A machine with all that a manifest names.
    fn machine(&self, manifest: &Manifest) -> Simulated {
        let mut io = Simulated::new().at(1_000_000_000).user_named("me", false).host("here");
        for (name, value) in &self.variables {
            io = io.env_var(name, value);
        }
        for program in &manifest.programs {
            let name = program.split(' ').next().unwrap_or_default();
            io = io.program(name, "version 1.2.3");
            io = io.file(format!("/home/me/.pyenv/shims/{name}"), "shim");
        }
        for (number, place) in PLACES.iter().enumerate() {
            let edition = if number == 0 { self.edition } else { 99 };
            io = io.folder(place);
            for name in manifest.files.iter().filter(|name| !name.starts_with(['!', '/', '$', '~'])) {
                let path = format!("{place}/{}", name.replace("*.", "file."));
                io = if path.ends_with('/') {
                    io.folder(path.trim_end_matches('/'))
                } else {
                    io.file(path, contents(name, edition))
                };
            }
        }
        io
    }
}

/// What a file says of a project whose edition this is.
fn contents(name: &str, edition: u32) -> String {
    match name.rsplit('/').next().unwrap_or_default() {
        "package.json" => format!(r#"{{"version": "{edition}.0.0", "engines": {{"node": ">={edition}"}}}}"#),
        "go.mod" => format!("module x\n\ngo 1.{edition}\n"),
        "stack.yaml" => format!("resolver: lts-{edition}.0\n"),
        "Cargo.toml" => format!("[package]\nversion = \"{edition}.0.0\"\n"),
        name if name.ends_with(".properties") => {
            format!(
                "distributionUrl=https://host/apache-maven-{edition}.0-bin.zip\ndistributionUrl=https://host/gradle-{edition}.0-bin.zip\n"
            )
        }
        _ => format!("{edition}.0.0\n"),
    }
}

/// The name of a variable, which may be the first of a family.
fn numbered(entry: &'static str) -> &'static str {
    match family(entry) {
        Some(begin) => Box::leak(format!("{begin}0").into_boxed_str()),
        None => entry,
    }
}

/// The worlds that differ from this one in a variable.
fn varied<'w>(world: &'w World, manifest: &'w Manifest) -> impl Iterator<Item = World> + 'w {
    manifest.env.iter().flat_map(move |name| {
        ["", "1", "/home/you", "a@b"].map(|value| {
            let mut other = world.clone();
            other.variables.retain(|(known, _)| *known != numbered(name));
            other.variables.push((numbered(name), value.to_owned()));
            other
        })
    })
}

/// The worlds that a source is read in, before anything is varied.
fn worlds(manifest: &Manifest) -> Vec<World> {
    let always = [("HOME", "/home/me"), ("PATH", "/bin")];
    let unset: Vec<_> = always.map(|(name, value)| (name, value.to_owned())).into();
    let mut set = unset.clone();
    set.extend(
        manifest
            .env
            .iter()
            .filter(|name| always.iter().all(|(known, _)| known != *name))
            .map(|name| (numbered(name), "base".to_owned())),
    );
    let world = |variables: &Vec<_>, shims| World {
        place: PLACES[0],
        edition: 1,
        variables: variables.clone(),
        shims,
    };
    vec![world(&unset, false), world(&unset, true), world(&set, false), world(&set, true)]
}

/// Fails if two worlds have one key and two facts.
fn compare<S: Source>(source: &S, one: &World, other: &World) {
    let (Some((key, fact)), Some((same_key, other_fact))) = (one.look(source).0, other.look(source).0) else {
        return;
    };
    assert!(
        key != same_key || fact == other_fact,
        "`{}` has one key in two worlds, and two facts\n{key:?}\n{fact:?} in {one:?}\n{other_fact:?} in {other:?}",
        source.name()
    );
}

#[test]
fn equal_keys_mean_equal_facts() {
    fn check<S: Source + Debug>(source: &S) {
        let manifest = source.manifest();
        for world in worlds(&manifest) {
            for other in varied(&world, &manifest) {
                compare(source, &world, &other);
            }
            compare(source, &world, &World { place: PLACES[1], ..world.clone() });
        }
    }
    macro_rules! each {
        ($source:expr) => {
            check($source)
        };
    }
    for_each_source!(each);
}

#[test]
fn manifests_name_what_is_looked_at() {
    fn check<S: Source + Debug>(source: &S) {
        let manifest = source.manifest();
        let is_known = |name: &str| {
            manifest.env.iter().copied().chain(["HOME", "PATH"]).any(|entry| is_named(entry, name))
        };
        let programs: BTreeSet<&str> =
            manifest.programs.iter().filter_map(|line| line.split(' ').next()).collect();
        for world in
            worlds(&manifest).iter().flat_map(|world| varied(world, &manifest).chain([world.clone()]))
        {
            let seen = world.look(source).1;
            let unknown = seen.variables.iter().find(|name| !is_known(name));
            assert_eq!(unknown, None, "`{}` reads a variable that its manifest does not name", source.name());
            // A custom command's shell may be one that a variable names.
            let is_known = |name: &str| {
                programs.contains(name) || world.variables.iter().any(|(_, value)| value == name)
            };
            let unknown = seen.programs.iter().find(|name| !name.contains('/') && !is_known(name));
            assert_eq!(unknown, None, "`{}` runs a program that its manifest does not name", source.name());
            // A program's own file is looked into before it is run: it may be a manager's script.
            let mut files = seen.files.iter().filter(|file| !file.starts_with("/bin"));
            let unknown =
                files.find(|file| !manifest.files.iter().any(|name| is_file_named(file, name, &world)));
            assert_eq!(unknown, None, "`{}` reads a file that its manifest does not name", source.name());
        }
    }
    macro_rules! each {
        ($source:expr) => {
            check($source)
        };
    }
    for_each_source!(each);
}

/// Whether a file is one that a manifest names: by its path, its end or its extension, or by a variable's value.
fn is_file_named(file: &Path, name: &str, world: &World) -> bool {
    if let Some(extension) = name.strip_prefix("*.") {
        return file.extension().is_some_and(|found| found == extension);
    }
    if let Some(name) = name.strip_prefix('$') {
        let (variable, below) = name.split_once('/').unwrap_or((name, ""));
        let value = world.variables.iter().find(|(known, _)| *known == variable);
        return value.is_some_and(|(_, value)| file.starts_with(Path::new(value).join(below)));
    }
    file.starts_with(name) || file.ends_with(name.strip_prefix("~/").unwrap_or(name))
}

#[test]
fn every_source_is_looked_at() {
    let names = Mutex::new(BTreeSet::new());
    let note = |name: &str| _ = names.lock().unwrap().insert(name.to_owned());
    macro_rules! check {
        ($source:expr) => {
            note(Source::name($source))
        };
    }
    for_each_source!(check);
    let known = names.into_inner().unwrap();
    for spec in specs() {
        for fact in spec.facts {
            let name = match fact {
                FactSpec::Own(manifest) | FactSpec::Unit { manifest, .. } => manifest.name,
                FactSpec::Request | FactSpec::Module(_) => continue,
            };
            assert!(known.contains(&name), "`{name}` is missing");
        }
    }
}

/// Where a process that was started for it writes down what it has found.
const FOUND: &str = "ZIRON_TEST_FOUND";

/// What all sources find in a folder whose request brings a `PATH` and nothing else, line by line.
fn found_in(folder: &Path) -> String {
    fn check<S: Source + Debug>(source: &S, folder: &Path, lines: &Mutex<String>) {
        let io = Real::with(Sent::new(&["PATH"], [("PATH".into(), "/usr/bin:/bin".into())]));
        let place =
            Place::new(folder.to_owned(), folder.to_owned(), None, std::time::Duration::from_secs(60));
        let found = block_on(async {
            let key = source.key(&place, &io).await?;
            let fact = source.read(&key, &place, &io).await.map_err(|error| error.to_string());
            Some((key, fact))
        });
        // What the clock says is different each time.
        if source.name() != "time" {
            use std::fmt::Write;
            writeln!(lines.lock().expect("nobody panics"), "{} {found:?}", source.name())
                .expect("a text takes all");
        }
    }
    let lines = Mutex::new(String::new());
    macro_rules! each {
        ($source:expr) => {
            check($source, folder, &lines)
        };
    }
    for_each_source!(each);
    lines.into_inner().expect("nobody panics")
}

#[test]
#[allow(clippy::disallowed_methods, reason = "it is about this process")]
fn no_source_sees_the_environment_of_the_process() {
    use std::process::Command;
    if let Some(file) = std::env::var_os(FOUND).map(PathBuf::from) {
        return std::fs::write(&file, found_in(&file.with_file_name("place"))).unwrap();
    }
    let world = tempfile::tempdir().unwrap();
    let folder = world.path().canonicalize().unwrap();
    let place = folder.join("place");
    std::fs::create_dir_all(folder.join("traps/git")).unwrap();
    std::fs::write(folder.join("traps/.gitconfig"), "[status]\nshowUntrackedFiles = no\n").unwrap();
    let git = |arguments: &[&str]| {
        let mut git = Command::new("git");
        git.args(["-c", "user.name=a", "-c", "user.email=a@b"]).args(arguments);
        assert!(git.current_dir(&folder).status().unwrap().success());
    };
    git(&["init", "-q", "-b", "main", "place"]);
    git(&["-C", "place", "commit", "-q", "--allow-empty", "-m", "1"]);
    let mut names = BTreeSet::from(["HOME", "PATH", "TERM", "GIT_NAMESPACE", "GIT_OBJECT_DIRECTORY"]);
    macro_rules! each {
        ($source:expr) => {{
            let manifest = Source::manifest($source);
            let files = manifest.files.iter().filter(|name| !name.starts_with(['!', '/', '$', '~', '.']));
            for name in files.filter(|name| !name.contains('/')) {
                std::fs::write(place.join(name.replace("*.", "file.")), contents(name, 1)).unwrap();
            }
            names.extend(manifest.env.iter().map(|name| numbered(name)));
        }};
    }
    for_each_source!(each);
    let look = |name: &str, traps: &[(&str, &str)]| {
        let file = folder.join(name);
        let mut own = Command::new(std::env::current_exe().unwrap());
        own.args(["--exact", "list::keys::no_source_sees_the_environment_of_the_process"]);
        own.env_clear().envs(traps.iter().copied()).env(FOUND, &file);
        let output = own.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        std::fs::read_to_string(file).unwrap()
    };
    let expected = look("expected", &[]);
    assert!(expected.contains("git_status Some(") && expected.contains("package Some("), "{expected}");
    let traps = folder.join("traps");
    for value in [traps.to_str().unwrap(), "1", ""] {
        let all: Vec<_> = names.iter().map(|name| (*name, value)).collect();
        let found = look("found", &all);
        for (expected, found) in expected.lines().zip(found.lines()) {
            assert_eq!(expected, found, "with {value:?} in all variables of the process");
        }
        assert_eq!(expected, found);
    }
}
