//! Repositories that somebody else made: nothing is run, and damage is an error.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc;
use std::time::Duration;

use ziron_modules::git::engine::{OpenError, Repository, StatusOptions, Untracked};

use crate::random::Random;
use crate::world::{Repo, World, sample};

#[test]
fn nothing_configured_is_run() {
    let world = World::new();
    let repo = world.init("r", &[]);
    sample(&repo);
    repo.write("x.lfs", "content\n");
    repo.write("y.proc", "content\n");
    repo.write("z.txt", "content\n");
    repo.commit("1");
    let canary = repo.path.with_file_name("canary");
    let touch = format!("sh -c 'touch {}; cat' #", canary.display());
    for (key, value) in [
        ("core.fsmonitor", &*touch),
        ("core.hooksPath", "hooks"),
        ("filter.lfs.clean", &touch),
        ("filter.lfs.smudge", &touch),
        ("filter.lfs.required", "true"),
        ("filter.proc.process", &touch),
        ("diff.x.textconv", &touch),
        ("diff.x.command", &touch),
        ("diff.external", &touch),
        ("core.pager", &touch),
        ("core.sshCommand", &touch),
        ("core.askPass", &touch),
        ("core.alternateRefsCommand", &touch),
        ("credential.helper", &touch),
        ("gpg.program", &touch),
        ("submodule.recurse", "true"),
    ] {
        repo.git(&["-c", "core.fsmonitor=false", "config", key, value]);
    }
    for hook in ["post-index-change", "fsmonitor-watchman", "query-watchman"] {
        repo.write(&format!("hooks/{hook}"), &format!("#!/bin/sh\ntouch {}\n", canary.display()));
        fs::set_permissions(repo.path.join("hooks").join(hook), fs::Permissions::from_mode(0o755)).unwrap();
    }
    repo.write(".git/info/attributes", "*.lfs filter=lfs diff=x\n*.proc filter=proc diff=x\n*.txt diff=x\n");
    let _ = fs::remove_file(&canary);
    for name in ["x.lfs", "y.proc", "z.txt", "one.txt"] {
        // The same size, so that only the content can tell.
        let text = fs::read(repo.path.join(name)).unwrap();
        fs::write(repo.path.join(name), text).unwrap();
    }
    let status = repo.status(Untracked::Files);
    let repository = repo.open();
    let stop = AtomicBool::new(false);
    repository.metrics(&status, &stop).unwrap();
    repository.nearest_tag(&repository.head().unwrap(), 5).unwrap();
    assert!(!canary.exists(), "something was run");
    assert_eq!((status.unknown, status.worktree_modified), (2, 0));
    repo.write("x.lfs", "another size");
    repo.write("z.txt", "Content\n");
    let status = repo.status(Untracked::Files);
    repository.metrics(&status, &stop).unwrap();
    assert!(!canary.exists(), "something was run");
    assert_eq!((status.unknown, status.worktree_modified), (1, 2));
    // The trap works: git itself does run them.
    repo.try_git(&["status"]);
    assert!(canary.exists());
}

#[test]
fn hostile_repositories() {
    fn is_send<T: Send>(_: &T) {}
    let world = World::new();
    let repo = world.init("r", &[]);
    repo.write("one", "1");
    repo.commit("1");
    is_send(&repo.open());
    // A submodule whose `.git` leads back to the superproject.
    let head = repo.git(&["rev-parse", "HEAD"]);
    repo.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{},sub", head.trim())]);
    repo.write("sub/.git", "gitdir: ../.git\n");
    repo.git(&["config", "core.worktree", repo.path.to_str().unwrap()]);
    assert_eq!(repo.status(Untracked::Files).unknown, 1);
    repo.git(&["config", "--unset", "core.worktree"]);
    // Names that lead out of the work tree or in a circle, put into the index by hand.
    for name in ["../x/y/z/1", "/etc/passwd", "a//b/c/d", "./a/b/cc/d", ".git/x/y/z"] {
        let repo = world.init(&name.replace(['/', '.'], "_"), &[]);
        let honest = "h".repeat(name.len() - 2) + "/f";
        repo.write(&honest, "1");
        repo.git(&["add", "-A"]);
        let index = repo.path.join(".git/index");
        let mut bytes = fs::read(&index).unwrap();
        let at = bytes.windows(honest.len()).position(|part| part == honest.as_bytes()).unwrap();
        bytes[at..at + name.len()].copy_from_slice(name.as_bytes());
        let tree = bytes.windows(4).position(|part| part == b"TREE");
        if let Some(tree) = tree {
            bytes.truncate(tree);
            bytes.extend([0; 20]);
        }
        fs::write(&index, bytes).unwrap();
        // Any answer will do, as long as there is one.
        let _ = repo.open().status(&StatusOptions::default(), &AtomicBool::new(false));
    }
}

#[test]
fn damaged_files_are_errors_not_panics() {
    let rounds = std::env::var("TEST_DAMAGE").ok().and_then(|it| it.parse().ok()).unwrap_or(150);
    let world = World::new();
    let repo = world.init("r", &[]);
    sample(&repo);
    repo.commit("1");
    repo.git(&["update-index", "--untracked-cache"]);
    repo.git(&["status"]);
    let tables = world.init("t", &["--ref-format=reftable"]);
    sample(&tables);
    tables.commit("1");
    tables.write("one.txt", "x");
    tables.git(&["stash", "-q"]);
    let list = fs::read_to_string(tables.path.join(".git/reftable/tables.list")).unwrap();
    let table = format!(".git/reftable/{}", list.lines().last().unwrap());
    let targets = [
        (&repo, ".git/index"),
        (&repo, ".git/config"),
        (&repo, ".git/HEAD"),
        (&repo, ".gitignore"),
        (&tables, &*table),
        (&tables, ".git/reftable/tables.list"),
    ];
    let mut random = Random(99);
    for (repo, file) in targets {
        let path = repo.path.join(file);
        let whole = fs::read(&path).unwrap();
        let _ = fs::set_permissions(&path, fs::Permissions::from_mode(0o644));
        for _ in 0..rounds {
            let mut bytes = whole.clone();
            for _ in 0..=random.next(3) {
                let at = random.next(bytes.len());
                bytes[at] = random.next(256) as u8;
            }
            if random.next(10) == 0 {
                bytes.truncate(random.next(bytes.len()));
            }
            fs::write(&path, bytes).unwrap();
            let Ok(Some(repository)) = Repository::discover(&repo.path) else { continue };
            let stop = AtomicBool::new(false);
            if let Ok(status) = repository.status(&StatusOptions::default(), &stop) {
                let _ = repository.metrics(&status, &stop);
            }
            if let Ok(head) = repository.head() {
                let _ = repository.upstream(&head);
                let _ = repository.nearest_tag(&head, 3);
            }
            let _ = repository.stash_count();
        }
        fs::write(&path, whole).unwrap();
    }
}

/// What opening a repository and reading its state say; what never says anything fails the test.
fn opened(repo: &Repo) -> Result<(), String> {
    let (say, hear) = mpsc::channel();
    let path = repo.path.clone();
    std::thread::spawn(move || {
        let read = || {
            let repository = Repository::discover(&path).map_err(|error| match error {
                OpenError::TooMuch { .. } | OpenError::NotAFile { .. } => String::from("refused"),
                error => error.to_string(),
            })?;
            let repository = repository.ok_or("nothing")?;
            repository.head().map_err(|error| error.to_string())?;
            let status = repository.status(&StatusOptions::default(), &AtomicBool::new(false));
            status.map(drop).map_err(|error| error.to_string())
        };
        let _ = say.send(read());
    });
    hear.recv_timeout(Duration::from_secs(60)).unwrap_or_else(|_| Err(String::from("it does not answer")))
}

fn git_dir(repo: &Repo, name: &str) -> std::path::PathBuf {
    repo.path.join(".git").join(name)
}

fn append(path: &Path, text: &str) {
    let before = fs::read_to_string(path).unwrap_or_default();
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, before + text).unwrap();
}

/// A repository with one commit.
fn plain(world: &World, name: &str) -> Repo {
    let repo = world.init(name, &[]);
    repo.write("one", "1\n");
    repo.commit("1");
    assert_eq!(opened(&repo), Ok(()), "{name}");
    repo
}

#[test]
fn what_a_configuration_includes_is_bounded() {
    let refused = Err(String::from("refused"));
    let world = World::new();
    // Each includes the next one many times: too many files, or too much in them.
    for (times, expected) in [(3, Ok(())), (5, refused.clone()), (300, refused.clone())] {
        let repo = plain(&world, &format!("tree-{times}"));
        for level in 0..4 {
            append(
                &git_dir(&repo, &format!("c{level}")),
                &format!("[include]\n\tpath = c{}\n", level + 1).repeat(times),
            );
        }
        append(&git_dir(&repo, "c4"), "[a]\n\tb = 1\n");
        append(&git_dir(&repo, "config"), "[include]\n\tpath = c0\n");
        assert_eq!(opened(&repo), expected, "{times}");
    }
    // Files without an end, some of which are none for git either.
    for condition in ["include", "includeIf \"gitdir:/no\"", "includeIf \"onbranch:no\""] {
        for (path, expected) in [
            ("/proc/self/pagemap", refused.clone()),
            ("/dev/zero", refused.clone()),
            ("/no/such/file", Ok(())),
            ("/dev/null/x", Ok(())),
        ] {
            let repo = plain(&world, &format!("{condition}{path}").replace(['/', ':', '"', ' '], "-"));
            append(&git_dir(&repo, "config"), &format!("[{condition}]\n\tpath = {path}\n"));
            assert_eq!(opened(&repo), expected, "{condition} {path}");
        }
    }
    // Many sections, or lines, of which gitoxide looks at all for each.
    for (name, text, is_refused) in [
        ("few", "[a]\n\tb = 1\n".repeat(9000), false),
        ("sections", "[a]\n".repeat(40_000), true),
        ("one-line", "[a]b=1".repeat(40_000), true),
        ("lines", format!("[a]\n{}", "b=1\n".repeat(100_000)), true),
    ] {
        for file in ["config", "more"] {
            let repo = plain(&world, &format!("many-{name}-{file}"));
            append(&git_dir(&repo, "config"), "[include]\n\tpath = more\n");
            append(&git_dir(&repo, file), &text);
            assert_eq!(opened(&repo), if is_refused { refused.clone() } else { Ok(()) }, "{name} {file}");
        }
    }
    // Patterns that take for ever.
    for (name, condition, is_refused) in [
        ("usual", String::from("gitdir:**/a/*/b/"), false),
        ("url", String::from("hasconfig:remote.*.url:https://*/**"), false),
        ("stars", format!("gitdir:{}", "*a".repeat(2000)), true),
        ("folders", format!("gitdir:{}b", "**/".repeat(500)), true),
        ("branch", format!("onbranch:{}x", "**/m*".repeat(900)), true),
        ("urls", format!("hasconfig:remote.*.url:{}", "**/*a*a*b".repeat(5)), true),
    ] {
        let repo = plain(&world, &format!("condition-{name}"));
        let url = format!("[remote \"o\"]\n\turl = https://{}\n", "a/".repeat(1000));
        append(&git_dir(&repo, "config"), &format!("{url}[includeIf \"{condition}\"]\n\tpath = x\n"));
        assert_eq!(opened(&repo), if is_refused { refused.clone() } else { Ok(()) }, "{name}");
    }
}

#[test]
fn files_without_an_end_are_not_read() {
    let refused = Err(String::from("refused"));
    let world = World::new();
    for name in ["config", "config.worktree", "shallow", "packed-refs", "objects/info/alternates"] {
        let repo = plain(&world, &name.replace('/', "-"));
        let path = git_dir(&repo, name);
        // It says that it is empty.
        let _ = fs::remove_file(&path);
        symlink("/proc/self/pagemap", &path).unwrap();
        assert_eq!(opened(&repo), refused, "{name}");
        fs::remove_file(&path).unwrap();
        // It is empty, however large.
        File::create(&path).unwrap().set_len(40 << 30).unwrap();
        let found = opened(&repo);
        assert!(
            found == refused || found.as_ref().is_err_and(|error| !error.contains("answer")),
            "{name}: {found:?}"
        );
    }
}

#[test]
fn lists_are_bounded() {
    let refused = Err(String::from("refused"));
    let world = World::new();
    for (name, list, expected) in [
        ("few", "/no/such/objects\n../../../one/.git/objects\n".repeat(3), Ok(())),
        (
            "dead",
            (0..5000).fold(String::new(), |mut list, at| {
                let _ = writeln!(list, "/no/{at}");
                list
            }),
            refused.clone(),
        ),
        ("spellings", (0..150).map(|at| "./".repeat(at) + "../objects\n").collect(), refused.clone()),
        ("long", "x".repeat(1 << 20), refused.clone()),
    ] {
        let repo = plain(&world, name);
        append(&git_dir(&repo, "objects/info/alternates"), &list);
        assert_eq!(opened(&repo), expected, "{name}");
    }
    let repo = plain(&world, "references");
    let head = repo.git(&["rev-parse", "HEAD"]);
    for (begin, count, expected) in [
        ("# pack-refs with: peeled fully-peeled sorted \n", 400_000, Ok(())),
        ("# pack-refs with: peeled \n", 1000, Ok(())),
        ("# pack-refs with: peeled \n", 400_000, refused),
    ] {
        let mut text = String::from(begin);
        for number in 0..count {
            let _ = writeln!(text, "{} refs/tags/{number:06}", head.trim());
        }
        repo.write(".git/packed-refs", &text);
        assert_eq!(opened(&repo), expected, "{begin} {count}");
    }
}

/// Gitoxide calls itself for each level: the process ended with a signal.
#[test]
fn an_index_has_no_more_levels_than_a_path() {
    let world = World::new();
    let repo = plain(&world, "levels");
    let index = git_dir(&repo, "index");
    for levels in [500, 200_000] {
        let body = [&b"\x00-1 1\n"[..], &b"a\0-1 1\n".repeat(levels), b"a\0-1 0\n"].concat();
        let size = u32::try_from(body.len()).unwrap();
        let bytes = [&b"DIRC\0\0\0\x02\0\0\0\0TREE"[..], &size.to_be_bytes(), &body, &[0; 20]].concat();
        fs::write(&index, bytes).unwrap();
        assert_eq!(opened(&repo).is_ok(), levels == 500, "{levels}");
    }
}
