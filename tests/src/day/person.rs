//! Somebody who works: what they do between one prompt and the next.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use ziron_runtime::shell;
use ziron_runtime::testing::Random;

use super::daemon::Daemon;
use super::projects::{KINDS, any_file};
use super::shell::Shell;
use crate::world::World;

/// Variables that get exported now and then, and to what.
const EXPORTS: [(&str, &[&str]); 3] = [
    ("AWS_PROFILE", &["", "work", "home"]),
    ("VIRTUAL_ENV", &["/nowhere/one", "/nowhere/two"]),
    ("LEVEL", &["3", "4"]),
];

/// Somebody with some shells.
#[derive(Debug)]
pub struct Person {
    random: Random,
    /// Their shells.
    pub shells: Vec<Shell>,
    /// Folders of projects, by the place in the list of their kinds.
    folders: Vec<PathBuf>,
    /// Counts up, for what must be new each time.
    count: usize,
}

/// What somebody does.
#[derive(Clone, Copy, Debug)]
enum Act {
    Look,
    Fail,
    Go,
    Edit,
    Swap,
    Add,
    Delete,
    Move,
    Stage,
    Commit,
    Switch,
    Branch,
    Stash,
    Unstash,
    Tag,
    Rest,
    Upgrade,
    Downgrade,
    Release,
    Export,
    Vanish,
}

impl Act {
    /// Each with how often it happens in a thousand prompts.
    const ALL: [(Act, usize); 21] = [
        (Act::Look, 380),
        (Act::Fail, 80),
        (Act::Go, 140),
        (Act::Edit, 120),
        (Act::Swap, 20),
        (Act::Add, 40),
        (Act::Delete, 20),
        (Act::Move, 10),
        (Act::Stage, 50),
        (Act::Commit, 40),
        (Act::Switch, 20),
        (Act::Branch, 8),
        (Act::Stash, 8),
        (Act::Unstash, 8),
        (Act::Tag, 4),
        (Act::Rest, 20),
        (Act::Upgrade, 4),
        (Act::Downgrade, 2),
        (Act::Release, 10),
        (Act::Export, 12),
        (Act::Vanish, 4),
    ];
}

impl Person {
    /// Makes the projects and starts the shells: one of each of `kinds`.
    pub fn new(world: &World, daemon: &Daemon, kinds: &[shell::Shell], seed: u64) -> Person {
        let folders: Vec<_> = KINDS.iter().map(|kind| kind.make(world)).collect();
        let environment: BTreeMap<_, _> =
            world.environment().into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let home = world.path("home");
        let start = |kind: &shell::Shell| Shell::start(daemon, *kind, &home, environment.clone());
        Person { random: Random::new(seed), shells: kinds.iter().map(start).collect(), folders, count: 0 }
    }

    /// Does something in one of the shells. Says which, and what.
    pub fn act(&mut self, world: &World) -> (usize, String) {
        let at = self.random.below(self.shells.len());
        let mut number = self.random.below(Act::ALL.iter().map(|(_, weight)| weight).sum());
        let act = Act::ALL.iter().find(|(_, weight)| {
            let is_it = number < *weight;
            number = number.saturating_sub(*weight);
            is_it
        });
        let act = act.map_or(Act::Look, |(act, _)| *act);
        self.count += 1;
        let shell = &mut self.shells[at];
        shell.status = 0;
        shell.duration_ms = [3, 40, 900, 4_000, 65_000][self.random.below(5)];
        shell.jobs = u32::from(self.random.chance(0.05));
        let folder = shell.folder.clone();
        let project = self.folders.iter().position(|project| folder.starts_with(project));
        match project.map(|project| (project, self.folders[project].clone())) {
            Some((project, root)) => self.work(world, act, at, project, &root),
            None if matches!(act, Act::Look | Act::Fail | Act::Export | Act::Rest) => {
                self.work(world, act, at, 0, &folder);
            }
            None => self.go(world, at),
        }
        (at, format!("{act:?} in {}", folder.display()))
    }

    /// Does something in a project.
    fn work(&mut self, world: &World, act: Act, at: usize, project: usize, root: &Path) {
        let count = self.count;
        let file = any_file(&self.random, root);
        match act {
            Act::Look => {}
            Act::Fail => self.shells[at].status = [1, 2, 127, 130][self.random.below(4)],
            Act::Go => self.go(world, at),
            Act::Edit => write(&file, &format!("changed {count}\n")),
            // As long as before, and a moment later.
            Act::Swap => {
                if let Ok(text) = fs::read_to_string(&file) {
                    write(&file, &text.chars().rev().collect::<String>());
                }
            }
            Act::Add => write(&root.join(format!("new{}.txt", count % 7)), &count.to_string()),
            // Whoever was here first has deleted it already.
            Act::Delete => _ = fs::remove_file(&file),
            Act::Move => self.git(world, at, root, &["mv", "-f", "README.old", "README.new"], &file),
            Act::Stage => self.git(world, at, root, &["add", "--all"], &file),
            Act::Commit => {
                self.git(
                    world,
                    at,
                    root,
                    &["commit", "--quiet", "--all", "--message", &format!("work {count}")],
                    &file,
                );
            }
            Act::Switch => {
                let branch = ["main", "feature"][self.random.below(2)];
                self.git(world, at, root, &["checkout", "--quiet", branch], &file);
            }
            Act::Branch => {
                self.git(world, at, root, &["checkout", "--quiet", "-b", &format!("topic{count}")], &file);
            }
            Act::Stash => self.git(world, at, root, &["stash", "push", "--quiet"], &file),
            Act::Unstash => self.git(world, at, root, &["stash", "pop", "--quiet"], &file),
            Act::Tag => self.git(world, at, root, &["tag", &format!("v{count}")], &file),
            // Time passes: what was written is no longer new.
            Act::Rest => rest(&file, &root.join(".git/index")),
            Act::Upgrade => KINDS[project].install(world, count),
            Act::Downgrade => KINDS[project].install(world, 1),
            Act::Release => KINDS[project].set_version(world, count),
            Act::Export => {
                let (name, values) = EXPORTS[self.random.below(EXPORTS.len())];
                let environment = &mut self.shells[at].environment;
                match values.get(self.random.below(values.len() + 1)) {
                    Some(value) => _ = environment.insert(name.to_owned(), (*value).to_owned()),
                    None => _ = environment.remove(name),
                }
            }
            Act::Vanish => {
                let gone = world.folder(&format!("home/gone{count}"));
                fs::remove_dir(&gone).expect("it is empty");
                // No program can be run where there is no directory: what it would say, only the daemon can know.
                self.shells[at].environment.remove("VIRTUAL_ENV");
                self.shells[at].folder = gone;
            }
        }
    }

    /// Goes somewhere else.
    fn go(&mut self, world: &World, at: usize) {
        let project = &self.folders[self.random.below(self.folders.len())];
        self.shells[at].folder = match self.random.below(10) {
            0 => world.path("home"),
            1 => world.path("home/work"),
            2 | 3 => project.join("src"),
            _ => project.clone(),
        };
    }

    /// Runs git. It may fail, as it does for people.
    fn git(&mut self, world: &World, at: usize, root: &Path, arguments: &[&str], file: &Path) {
        let arguments: Vec<&str> = match arguments {
            ["mv", ..] => vec!["mv", "-f", file.to_str().unwrap_or_default(), "moved.txt"],
            other => other.to_vec(),
        };
        let (success, _) = world.try_git(root, &arguments);
        if !success {
            self.shells[at].status = 1;
            if arguments.contains(&"pop") {
                // What cannot be merged is thrown away.
                let _ = world.try_git(root, &["checkout", "--quiet", "--force", "HEAD"]);
                let _ = world.try_git(root, &["reset", "--quiet", "--hard"]);
            }
        }
    }
}

fn write(file: &Path, text: &str) {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).expect("a folder");
    }
    fs::write(file, text).expect("a file");
}

/// Makes files an hour older.
fn rest(file: &Path, index: &Path) {
    for path in [file, index] {
        if let Ok(file) = fs::File::options().append(true).open(path) {
            let then = SystemTime::now() - Duration::from_secs(3600);
            file.set_modified(then).expect("it is ours");
        }
    }
}
