//! Comparison with a real starship: the same configuration, the same world, the same cells.
//!
//! `tests/oracle` runs it. A case is a configuration, a place and a request; what may differ, and why, is in `tests/oracle.d/allowed.toml`.

pub mod cells;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use ziron_compiler::specs::specs;
use ziron_runtime::prompt::PART_END;
use ziron_runtime::shell::Shell;

use crate::world::{self, PROJECTS, STATES, World};
use cells::{Whose, cells, markup, shown};

const SHELLS: [Shell; 4] = [Shell::Plain, Shell::Bash, Shell::Zsh, Shell::Fish];

/// Requests: the name, and the arguments in place of the usual ones.
const REQUESTS: [(&str, &[(&str, &str)]); 12] = [
    ("usual", &[]),
    ("failed", &[("status", "1"), ("pipestatus", "1"), ("cmd-duration", "2500"), ("jobs", "1")]),
    ("not-found", &[("status", "127"), ("pipestatus", "127"), ("terminal-width", "40")]),
    ("not-executable", &[("status", "126"), ("pipestatus", "126")]),
    ("interrupted", &[("status", "130"), ("pipestatus", "130"), ("cmd-duration", "93784005"), ("jobs", "3")]),
    ("killed", &[("status", "137"), ("pipestatus", "137"), ("shlvl", "3")]),
    ("usage", &[("status", "64"), ("pipestatus", "64"), ("cmd-duration", "61000")]),
    ("pipe", &[("status", "0"), ("pipestatus", "1 0 141 0")]),
    ("pipe-failed", &[("status", "2"), ("pipestatus", "0 2")]),
    ("high", &[("status", "255"), ("pipestatus", "255"), ("terminal-width", "200")]),
    ("vi", &[("keymap", "vicmd"), ("terminal-width", "61")]),
    ("vi-fish", &[("keymap", "visual"), ("status", "-1")]),
];

/// Variables: a place can have some of its own.
type Variables = Vec<(&'static str, String)>;

/// Where prompts are drawn.
struct Place {
    name: String,
    physical: PathBuf,
    logical: PathBuf,
    variables: Variables,
    /// Whether every request is made for it in every shell, not one in one.
    is_thorough: bool,
}

struct Config {
    name: String,
    text: String,
    binary: PathBuf,
    /// The same for the reference, with the modules that we do not have turned off.
    reference: PathBuf,
}

struct Case<'c> {
    config: &'c Config,
    place: &'c Place,
    shell: Shell,
    request: usize,
    right: bool,
}

impl Case<'_> {
    fn name(&self) -> String {
        let side = if self.right { "right" } else { "left" };
        let request = REQUESTS[self.request].0;
        format!("{} {} {} {request} {side}", self.config.name, self.place.name, self.shell.name())
    }
}

/// What came of a case.
struct Outcome {
    case: String,
    bytes: usize,
    reference_bytes: usize,
    /// Both renderings, where they differ.
    difference: Option<[String; 2]>,
    allowed: Option<usize>,
}

/// What may differ.
struct Allowed {
    pattern: Vec<String>,
    reason: String,
}

/// Compares all cases whose names contain each of `words`; returns the report, and whether all is as it should be.
///
/// # Panics
/// When the world cannot be made.
pub fn compare(starship: &Path, words: &[String]) -> (String, bool) {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("oracle.d");
    let world = World::new();
    let allowed = read_allowed(&data.join("allowed.toml"));
    let configs = configs(&world, starship, &data, words);
    let places = places(&world);
    let mut cases = Vec::new();
    for config in &configs {
        for place in &places {
            let all = |shell| (0..REQUESTS.len()).map(move |request| (shell, request));
            let pairs: Vec<(Shell, usize)> = if place.is_thorough {
                SHELLS.into_iter().flat_map(all).collect()
            } else {
                vec![(Shell::Plain, 0)]
            };
            for (shell, request) in pairs {
                for right in [false, true] {
                    if right && !config.text.contains("right_format") {
                        continue;
                    }
                    let case = Case { config, place, shell, request, right };
                    let name = case.name();
                    if words.iter().all(|word| name.split(' ').any(|part| part == word)) {
                        cases.push(case);
                    }
                }
            }
        }
    }
    let outcomes = run(&world, starship, &allowed, &cases);
    report(&outcomes, &allowed)
}

fn run(world: &World, starship: &Path, allowed: &[Allowed], cases: &[Case<'_>]) -> Vec<Outcome> {
    let next = AtomicUsize::new(0);
    let outcomes = Mutex::new(Vec::new());
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let outcome = one(world, starship, allowed, case);
                    outcomes.lock().expect("no thread panics with the lock").push(outcome);
                }
            });
        }
    });
    let mut outcomes = outcomes.into_inner().expect("no thread panics with the lock");
    outcomes.sort_by(|a, b| a.case.cmp(&b.case));
    outcomes
}

fn one(world: &World, starship: &Path, allowed: &[Allowed], case: &Case<'_>) -> Outcome {
    let shell = case.shell;
    let mut ours = prepare(world, case, &case.config.binary);
    ours.args(["--all", "--shell", shell.name()]);
    let ours = output(&mut ours);
    let ours = ours.split(|byte| *byte == PART_END).nth(usize::from(case.right)).unwrap_or_default();
    let mut reference = prepare(world, case, starship);
    reference.env("STARSHIP_SHELL", if shell == Shell::Plain { "" } else { shell.name() });
    reference
        .env("STARSHIP_CONFIG", &case.config.reference)
        .env("STARSHIP_CACHE", world.path("cache/starship"));
    reference.env("STARSHIP_LOG", "error").env("STARSHIP_NUM_THREADS", "1");
    if case.right {
        reference.arg("--right");
    }
    let reference = output(&mut reference);
    let [left, right] = [(Whose::Ours, ours), (Whose::Reference, &reference)]
        .map(|(whose, prompt)| cells(&shown(shell, whose, prompt)));
    let name = case.name();
    let is_allowed = |allowed: &Allowed| {
        let mut parts = allowed.pattern.iter().zip(name.split(' '));
        parts.all(|(pattern, part)| pattern.split('|').any(|pattern| pattern == "*" || pattern == part))
    };
    let differs = left != right;
    Outcome {
        bytes: ours.len(),
        reference_bytes: reference.len(),
        difference: differs.then(|| [markup(&left), markup(&right)]),
        allowed: if differs { allowed.iter().position(is_allowed) } else { None },
        case: name,
    }
}

/// The invocation that both understand.
fn prepare(world: &World, case: &Case<'_>, program: &Path) -> Command {
    let mut command = world.command(program, &case.place.physical);
    command.env("PWD", &case.place.logical).envs(case.place.variables.iter().cloned());
    command.arg("prompt").arg("--path").arg(&case.place.physical);
    command.arg("--logical-path").arg(&case.place.logical);
    let mut values = BTreeMap::from([
        ("status", "0"),
        ("pipestatus", "0"),
        ("cmd-duration", "0"),
        ("jobs", "0"),
        ("keymap", "viins"),
        ("shlvl", "1"),
        ("terminal-width", "120"),
    ]);
    values.extend(REQUESTS[case.request].1.iter().copied());
    for (name, value) in values {
        command.arg(format!("--{name}={value}"));
    }
    command
}

fn output(command: &mut Command) -> Vec<u8> {
    command.output().unwrap_or_else(|error| panic!("{command:?} does not start: {error}")).stdout
}

/// Reads the configurations of `oracle.d` and our presets, and builds the prompts that are asked for.
fn configs(world: &World, starship: &Path, data: &Path, words: &[String]) -> Vec<Config> {
    let presets = data.parent().expect("it is in the crate").join("../templates/presets");
    let named = |path: PathBuf| {
        let name = path.file_stem()?.to_str()?.to_owned();
        Some((name, path)).filter(|(_, path)| path.extension().is_some_and(|extension| extension == "toml"))
    };
    let mut files: Vec<(String, PathBuf)> =
        list(&data.join("configs")).into_iter().filter_map(named).collect();
    for folder in list(&presets) {
        let name = folder.file_name().map(|name| format!("preset-{}", name.to_string_lossy()));
        files.extend(name.map(|name| (name, folder.join("ziron.toml"))).filter(|(_, path)| path.is_file()));
    }
    // A word that names a configuration leaves the others out before they are built.
    if files.iter().any(|(name, _)| words.contains(name)) {
        files.retain(|(name, _)| words.contains(name));
    }
    let missing = missing(starship);
    let config = |(name, path): (String, PathBuf)| {
        let written = fs::read_to_string(&path).expect("it was listed");
        // Both are to wait for everything.
        let text = format!("scan_timeout = 10000\ncommand_timeout = 10000\n{written}");
        let mut reference = text.clone();
        for module in missing.iter().filter(|module| !written.contains(&format!("[{module}]"))) {
            // Writing to a String cannot fail.
            let _ = write!(reference, "\n[{module}]\ndisabled = true\n");
        }
        let reference = world.write(&format!("configs/{name}.toml"), &reference);
        Config { binary: world::prompt(&text), name, text, reference }
    };
    files.into_iter().map(config).collect()
}

/// The reference's modules that we do not have.
fn missing(starship: &Path) -> Vec<String> {
    let listed = output(Command::new(starship).args(["module", "--list"]));
    let listed = String::from_utf8_lossy(&listed).into_owned();
    let names = listed.lines().skip_while(|line| !line.starts_with('-')).skip(1);
    names.filter(|name| specs().get(name).is_none()).map(ToOwned::to_owned).collect()
}

fn list(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

fn read_allowed(path: &Path) -> Vec<Allowed> {
    let table: toml::Table = fs::read_to_string(path).expect("the list").parse().expect("TOML");
    let entries = table.get("allowed").and_then(toml::Value::as_array).into_iter().flatten();
    let text =
        |entry: &toml::Value, key| entry.get(key).and_then(toml::Value::as_str).expect("a text").to_owned();
    let allowed = |entry: &toml::Value| Allowed {
        pattern: text(entry, "case").split(' ').map(ToOwned::to_owned).collect(),
        reason: text(entry, "reason"),
    };
    entries.map(allowed).collect()
}

/// Makes every place.
fn places(world: &World) -> Vec<Place> {
    let mut places = Vec::new();
    let mut add = |name: &str, path: PathBuf, is_thorough| {
        let place = Place {
            name: name.to_owned(),
            logical: path.clone(),
            physical: path,
            variables: Vec::new(),
            is_thorough,
        };
        places.push(place);
    };
    add("plain", world.folder("home/a"), true);
    add("home", world.path("home"), false);
    add("deep", world.folder("home/one/two/three/four/.five/six"), false);
    add("outside", world.folder("srv/www/a b/ü-家"), false);
    add("root", PathBuf::from("/"), false);
    add("odd-name", world.folder("home/50%/$HOME/`id`/\\n"), true);
    for state in STATES {
        add(
            &format!("git-{state}"),
            world.repository(&format!("home/git/{state}"), state),
            *state == "dirty",
        );
    }
    let nested = world.repository("home/git/nested", "clean");
    add("git-deep", world.folder("home/git/nested/a/b/c/d/e"), false);
    drop(nested);
    for project in PROJECTS {
        add(
            project.name,
            world.project(&format!("home/code/{}", project.name), project),
            project.name == "many",
        );
    }
    let link = world.path("home/link");
    std::os::unix::fs::symlink(world.path("home/one/two"), &link).expect("a new link");
    places.push(Place {
        name: "linked".to_owned(),
        physical: world.path("home/one/two/three"),
        logical: link.join("three"),
        variables: Vec::new(),
        is_thorough: false,
    });
    let link = world.path("home/repository");
    std::os::unix::fs::symlink(world.path("home/git/clean"), &link).expect("a new link");
    places.push(Place {
        name: "linked-repository".to_owned(),
        physical: world.path("home/git/clean/src"),
        logical: link.join("src"),
        variables: Vec::new(),
        is_thorough: false,
    });
    let ssh =
        [("SSH_CONNECTION", "10.0.0.1 50000 10.0.0.2 22"), ("WHO", "me"), ("ODD", "50% $HOME `id` \\n !")];
    places.push(Place {
        name: "ssh".to_owned(),
        physical: world.path("home/a"),
        logical: world.path("home/a"),
        variables: ssh.map(|(name, value)| (name, value.to_owned())).to_vec(),
        is_thorough: false,
    });
    let virtual_env = world.write("home/code/python/.venv/pyvenv.cfg", "prompt = 'thing'\n");
    let folder = virtual_env.parent().expect("it is in a folder").display().to_string();
    places.push(Place {
        name: "virtual-env".to_owned(),
        physical: world.path("home/a"),
        logical: world.path("home/a"),
        variables: vec![("VIRTUAL_ENV", folder)],
        is_thorough: false,
    });
    places
}

fn report(outcomes: &[Outcome], allowed: &[Allowed]) -> (String, bool) {
    let mut out = String::new();
    let mut seen: BTreeMap<(&str, String, String), Vec<&str>> = BTreeMap::new();
    let mut table: BTreeMap<&str, [usize; 5]> = BTreeMap::new();
    for outcome in outcomes {
        let config = outcome.case.split(' ').next().unwrap_or_default();
        let row = table.entry(config).or_default();
        row[0] += 1;
        row[3] += outcome.bytes;
        row[4] += outcome.reference_bytes;
        if let Some([ours, theirs]) = &outcome.difference {
            row[if outcome.allowed.is_some() { 1 } else { 2 }] += 1;
            if outcome.allowed.is_none() {
                seen.entry((config, ours.clone(), theirs.clone())).or_default().push(&outcome.case);
            }
        }
    }
    // Writing to a String cannot fail.
    for ((_, ours, theirs), cases) in &seen {
        let more = if cases.len() > 1 { format!(" (and {} more)", cases.len() - 1) } else { String::new() };
        let _ = writeln!(out, "DIFFERS {}{more}\n   ours     {ours}\n   starship {theirs}", cases[0]);
    }
    let _ = writeln!(
        out,
        "{:28} {:>6} {:>8} {:>8} {:>10} {:>10}",
        "config", "cases", "allowed", "differ", "bytes", "starship's"
    );
    let mut failures = 0;
    let mut total = 0;
    for (config, [cases, allowed, differ, bytes, reference]) in &table {
        let _ = writeln!(out, "{config:28} {cases:>6} {allowed:>8} {differ:>8} {bytes:>10} {reference:>10}");
        failures += differ;
        total += cases;
    }
    for (index, allowed) in allowed.iter().enumerate() {
        let count = outcomes.iter().filter(|outcome| outcome.allowed == Some(index)).count();
        let _ = writeln!(out, "allowed {count:>5}: {}: {}", allowed.pattern.join(" "), allowed.reason);
    }
    let _ = writeln!(out, "{total} cases, {failures} differ");
    (out, failures == 0 && total > 0)
}
