//! What a source looks at is in its manifest, and what its facts depend on is in its key: of all sources, in worlds
//! that differ in one thing.
//!
//! The daemon asks shells for the variables of manifests and for no others, and shells share a fact if their keys are
//! equal.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use ziron_runtime::io::{Real, Sent, Simulated};
use ziron_runtime::place::Place;
use ziron_runtime::source::Manifest;
use ziron_runtime::variables::{family, is_named};

use super::samples::{Found, TestSource, sources};
use crate::testing::{Seen, Watched};

/// Two places with different projects in them.
const PLACES: [&str; 2] = ["/home/me/1", "/home/me/2"];

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
    /// What a source finds here, and what it looked at.
    fn look(&self, source: &dyn TestSource) -> (Option<Found>, Seen) {
        let mut io = Watched::new(self.machine(&source.manifest()));
        io.programs = self.shims.then(|| PathBuf::from("/home/me/.pyenv/shims"));
        let path = PathBuf::from(self.place);
        let home = self.variables.iter().find(|(name, _)| *name == "HOME").map(|(_, home)| home.into());
        let place = Place::new(path.clone(), path, home, std::time::Duration::MAX);
        (source.look(&place, &io), io.seen())
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
fn compare(source: &dyn TestSource, one: &World, other: &World) {
    let (Some(found), Some(other_found)) = (one.look(source).0, other.look(source).0) else { return };
    assert!(
        found.key != other_found.key || found.fact.ok() == other_found.fact.ok(),
        "`{}` has one key in two worlds, and two facts\n{}\n{one:?}\n{other:?}",
        source.name(),
        found.key,
    );
}

#[test]
fn equal_keys_mean_equal_facts() {
    for source in sources() {
        let manifest = source.manifest();
        for world in worlds(&manifest) {
            for other in varied(&world, &manifest) {
                compare(source, &world, &other);
            }
            compare(source, &world, &World { place: PLACES[1], ..world.clone() });
        }
    }
}

#[test]
fn manifests_name_what_is_looked_at() {
    for source in sources() {
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

/// A source without a key in any world is not checked by the tests above. Git's read repositories, of which a simulated
/// machine has none.
#[test]
fn every_source_has_a_key() {
    let has_key = |source: &dyn TestSource| {
        let manifest = source.manifest();
        let is_key = |world: &World| world.look(source).0.is_some();
        worlds(&manifest)
            .iter()
            .any(|world| is_key(world) || varied(world, &manifest).any(|other| is_key(&other)))
    };
    let is_simulated = |source: &&dyn TestSource| !source.name().starts_with("git_");
    let all: Vec<_> = sources().into_iter().filter(is_simulated).collect();
    let keyed: BTreeSet<&str> =
        all.iter().filter(|source| has_key(**source)).map(|source| source.name()).collect();
    for source in all {
        assert!(keyed.contains(source.name()), "`{}` has no key anywhere", source.name());
    }
}

/// Where a process that was started for it writes down what it has found.
const FOUND: &str = "ZIRON_TEST_FOUND";

/// What all sources find in a folder whose request brings a `PATH` and nothing else, line by line.
fn found_in(folder: &Path) -> String {
    use std::fmt::Write;
    let mut lines = String::new();
    // What the clock says is different each time.
    for source in sources().into_iter().filter(|source| source.name() != "time") {
        let io = Real::with(Sent::new(&["PATH"], [("PATH".into(), "/usr/bin:/bin".into())]));
        let place =
            Place::new(folder.to_owned(), folder.to_owned(), None, std::time::Duration::from_secs(60));
        let found = source.look_for_real(&place, &io);
        let found = found.map(|found| (found.key, found.fact.map_err(|error| error.to_string())));
        writeln!(lines, "{} {found:?}", source.name()).expect("a text takes all");
    }
    lines
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
    for source in sources() {
        let manifest = source.manifest();
        let files = manifest.files.iter().filter(|name| !name.starts_with(['!', '/', '$', '~', '.']));
        for name in files.filter(|name| !name.contains('/')) {
            std::fs::write(place.join(name.replace("*.", "file.")), contents(name, 1)).unwrap();
        }
        names.extend(manifest.env.iter().map(|name| numbered(name)));
    }
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
