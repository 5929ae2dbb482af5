//! Random operations.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use crate::world::{Repo, World};

/// A small generator: the same seed, the same run.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) as usize % below
    }

    pub(crate) fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.next(items.len())]
    }
}

const NAMES: &[&str] = &[
    "a",
    "b.txt",
    "c.o",
    "d-e",
    "d",
    "d.f",
    "lib",
    "src",
    "src/a",
    "src/b.txt",
    "src/x.o",
    "src/in/a",
    "src/in/c",
    "lib/a",
    "lib/b/c/d",
    "build/out",
    "e e/f",
    "\u{e4}/\u{f6}",
    "src/in/er/most",
    "lib/d.txt",
    "deep/a/b/c/d/e",
];

fn step(repo: &Repo, random: &mut Random) -> String {
    let name = random.pick(NAMES);
    let path = repo.path.join(name);
    let is_free = {
        // A parent may be a file.
        let mut parent = path.parent();
        let mut free = true;
        while let Some(dir) = parent.filter(|dir| dir.starts_with(&repo.path)) {
            free &= !fs::symlink_metadata(dir).is_ok_and(|facts| !facts.is_dir());
            parent = dir.parent();
        }
        free
    };
    let operation = random.next(26);
    match operation {
        0..=4 if is_free && !path.is_dir() => {
            if path.is_symlink() {
                fs::remove_file(&path).unwrap();
            }
            let line = ["x\n", "yy\n", "a longer line\n"][random.next(3)];
            repo.write(name, &line.repeat(random.next(30)));
        }
        5 => drop(repo.try_git(&["add", "-A"])),
        6..=7 => drop(repo.try_git(&["add", name])),
        8 if path.exists() => {
            repo.remove(name);
        }
        9 => drop(repo.try_git(&["rm", "-q", "-r", "-f", name])),
        10 => drop(repo.try_git(&["mv", name, random.pick(NAMES)])),
        11 if path.is_file() => {
            let mode = if random.next(2) == 0 { 0o755 } else { 0o644 };
            let _ = fs::set_permissions(&path, fs::Permissions::from_mode(mode));
        }
        12 if is_free && !path.is_dir() => {
            let _ = fs::remove_file(&path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            symlink(random.pick(NAMES), &path).unwrap();
        }
        13 => drop(repo.try_git(&["stash", "-q", "-u"])),
        14 => drop(repo.try_git(&["stash", "pop", "-q"])),
        15..=16 => drop(repo.try_git(&["commit", "-q", "-m", "x"])),
        17 => drop(repo.try_git(&["commit", "-q", "-a", "-m", "x"])),
        18 => drop(repo.try_git(&["checkout", "-q", random.pick(&["main", "side", "third"])])),
        19 => drop(repo.try_git(&["merge", "-q", "--no-edit", random.pick(&["main", "side", "third"])])),
        20 => {
            let rules = ["*.o\n", "build/\n", "/lib\n!lib/b\n", "src/*\n!src/in\n", "d*\n!d.f\n", ""];
            let rules: String = (0..2).map(|_| random.pick(&rules)).collect();
            let folder = random.pick(&["", "src/", "lib/"]);
            if folder.is_empty() || repo.path.join(folder).is_dir() {
                let file = repo.path.join(format!("{folder}.gitignore"));
                let _ = fs::remove_file(&file);
                let _ = fs::write(file, rules);
            }
        }
        21 if is_free && !path.exists() && !path.is_symlink() => {
            fs::create_dir_all(&path).unwrap();
            let inner = Repo { path };
            inner.git(&["init", "-q"]);
            if random.next(2) == 0 {
                inner.write("f", "x");
                inner.commit("x");
            }
        }
        22 => drop(repo.try_git(&["add", "-N", name])),
        23 => drop(repo.try_git(&[
            "reset",
            "-q",
            random.pick(&["--mixed", "--soft", "--hard"]),
            random.pick(&["HEAD", "HEAD~1"]),
        ])),
        24 => drop(repo.try_git(&["rm", "-q", "--cached", "-r", name])),
        25 => drop(repo.try_git(&[
            "update-index",
            random.pick(&[
                "--assume-unchanged",
                "--skip-worktree",
                "--no-assume-unchanged",
                "--no-skip-worktree",
            ]),
            name,
        ])),
        _ => {}
    }
    format!("{operation} {name}")
}

#[test]
fn random_operations() {
    let seeds: u64 = std::env::var("TEST_SEEDS").ok().and_then(|it| it.parse().ok()).unwrap_or(6);
    let first: u64 = std::env::var("TEST_SEED").ok().and_then(|it| it.parse().ok()).unwrap_or(1);
    let steps: usize = std::env::var("TEST_STEPS").ok().and_then(|it| it.parse().ok()).unwrap_or(60);
    for seed in first..first + seeds {
        let world = World::new();
        let repo = world.init("r", &[]);
        for name in NAMES.iter().step_by(2) {
            if !repo.path.join(name).exists() {
                let parent = repo.path.join(name);
                if parent.ancestors().skip(1).any(Path::is_file) {
                    continue;
                }
                repo.write(name, &format!("{name}\n").repeat(9));
            }
        }
        repo.commit("first");
        repo.git(&["branch", "side"]);
        repo.git(&["branch", "third"]);
        repo.git(&["branch", "-q", "--set-upstream-to=side", "main"]);
        repo.git(&["branch", "-q", "--set-upstream-to=main", "side"]);
        let mut random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        for number in 0..steps {
            let done = step(&repo, &mut random);
            repo.check(&format!("seed {seed} step {number}: {done}"));
        }
    }
}
