//! What may be in a work tree besides files and folders as git left them.

use std::fmt::Write;
use std::fs;
use std::os::unix::fs::symlink;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rustix::fs::{CWD, Mode, OFlags, mkdirat, mkfifoat, openat};
use ziron_modules::git::engine::{StatusError, StatusOptions, Untracked};

use crate::world::{Repo, World, counts, parse, sample};

fn pipe(repo: &Repo, path: &str) {
    mkfifoat(CWD, repo.path.join(path), Mode::RUSR | Mode::WUSR).unwrap();
}

#[test]
fn ignored_submodules_that_are_gone_or_replaced() {
    let world = World::new();
    let library = world.init("library", &[]);
    sample(&library);
    library.commit("1");
    let repo = world.init("r", &[]);
    repo.git(&["submodule", "add", "-q", library.path.to_str().unwrap(), "sub"]);
    repo.commit("1");
    for key in ["submodule.sub.ignore", "diff.ignoreSubmodules"] {
        repo.git(&["config", key, "all"]);
        let sub = Repo { path: repo.path.join("sub") };
        sub.commit("2");
        repo.check("another commit");
        repo.git(&[
            "update-index",
            "--cacheinfo",
            &format!("160000,{},sub", sub.git(&["rev-parse", "HEAD"]).trim()),
        ]);
        repo.check("staged");
        repo.git(&["reset", "-q"]);
        repo.git(&["rm", "-q", "--cached", "sub"]);
        repo.check("removed from the index");
        repo.git(&["reset", "-q"]);
        repo.remove("sub");
        repo.check("gone");
        repo.write("sub", "a file");
        repo.check("a file in its place");
        repo.remove("sub");
        symlink("nowhere", repo.path.join("sub")).unwrap();
        repo.check("a link in its place");
        repo.remove("sub");
        repo.git(&["submodule", "update", "-q", "--init"]);
        repo.git(&["config", "--unset", key]);
    }
}

#[test]
fn lines_of_big_files_and_links() {
    let world = World::new();
    let repo = world.init("r", &[]);
    repo.git(&["config", "core.bigFileThreshold", "1k"]);
    repo.write(".gitattributes", "*.bin binary\n*.txt diff\nlink* binary\n");
    let long = "line\n".repeat(300);
    for name in ["long", "long.txt", "long.bin", "short"] {
        repo.write(name, if name == "short" { "line\n" } else { &long });
    }
    symlink("short", repo.path.join("link")).unwrap();
    symlink("short", repo.path.join("linked")).unwrap();
    repo.commit("1");
    repo.check("clean");
    for name in ["long", "long.txt", "long.bin", "short"] {
        repo.write(name, &format!("{long}one more\n"));
    }
    repo.remove("link");
    symlink("long", repo.path.join("link")).unwrap();
    repo.remove("linked");
    repo.write("linked", "a file\n");
    repo.check("longer");
    repo.write("long", "short now\n");
    repo.check("shorter");
    repo.git(&["add", "-A"]);
    repo.check("staged");
    repo.git(&["reset", "-q", "--hard"]);
    repo.git(&["config", "core.symlinks", "false"]);
    repo.remove("link");
    repo.write("link", "elsewhere");
    repo.check("a file stands for a link");
    repo.git(&["add", "-A"]);
    repo.check("staged without links");
}

#[test]
fn folders_whose_git_folder_is_none() {
    let world = World::new();
    let repo = world.init("r", &[]);
    sample(&repo);
    repo.commit("1");
    let other = world.init("other", &[]);
    other.commit("1");
    let place = |name: &str, text: &str| {
        repo.write(&format!("{name}/.git"), text);
        repo.write(&format!("{name}/file"), "");
        repo.write(&format!("{name}/folder/file"), "");
        repo.check(name);
    };
    place("own", "gitdir: ../.git\n");
    place("nowhere", "gitdir: ../.gone\n");
    place("invalid", "not a gitfile\n");
    place("empty", "");
    place("nothing", "gitdir: \n");
    place("elsewhere", &format!("gitdir: {}/.git\r\n", other.path.display()));
    place("spaces", &format!("gitdir:  {}/.git\n", other.path.display()));
    repo.write("half/.git/HEAD", "ref: refs/heads/main\n");
    repo.write("half/file", "");
    repo.check("half a repository");
    fs::create_dir_all(repo.path.join("half/.git/objects")).unwrap();
    fs::create_dir_all(repo.path.join("half/.git/refs")).unwrap();
    repo.check("a whole one");
    for head in ["ref:   refs/heads/x", "ref: elsewhere", "0123456789", &"a".repeat(40), ""] {
        repo.write("half/.git/HEAD", head);
        repo.check(head);
    }
    repo.write("linked/file", "");
    symlink("../.git", repo.path.join("linked/.git")).unwrap();
    repo.check("a link to the repository around");
    repo.write("linked2/file", "");
    symlink(other.path.join(".git"), repo.path.join("linked2/.git")).unwrap();
    repo.check("a link to another repository");
    repo.remove("a/one.txt");
    repo.write("a/one.txt/.git", "gitdir: ../../.gone\n");
    repo.write("a/one.txt/file", "");
    repo.check("in the place of a file");
}

#[test]
fn ignore_rules_that_are_not_on_disk() {
    let world = World::new();
    let repo = world.init("r", &[]);
    sample(&repo);
    repo.write("a/.gitignore", "*.log\n");
    repo.commit("1");
    repo.write("a/x.log", "");
    repo.write("x.o", "");
    repo.git(&["update-index", "--skip-worktree", "a/.gitignore", ".gitignore"]);
    repo.check("there");
    repo.remove("a/.gitignore");
    repo.remove(".gitignore");
    repo.check("gone");
    repo.git(&["update-index", "--no-skip-worktree", "a/.gitignore"]);
    repo.check("gone and missed");
}

#[test]
fn a_last_line_of_rules_that_ends_in_a_carriage_return() {
    let world = World::new();
    let repo = world.init("r", &[]);
    repo.write("one", "");
    repo.write("two", "");
    repo.write("three", "");
    for rules in ["one\r\ntwo\r", "one\r\r", "one \r", "one\\\r", "\r", "one\r\n\r\n#x\r"] {
        repo.write(".gitignore", rules);
        repo.check(&format!("{rules:?}"));
    }
}

#[test]
fn rules_without_case_on_a_disk_with_case() {
    let world = World::new();
    let repo = world.init("r", &[]);
    for name in
        ["aa", "aB", "ac", "aZ", "a_", "b1", "B2", "Build/x", "BUILD2/x", "z.OBJ", "y.obj", "k[x", "Ax"]
    {
        repo.write(name, "");
    }
    repo.git(&["config", "core.ignoreCase", "true"]);
    for rules in [
        "a[A-b]\n",
        "a[b-C]\n",
        "A[^A-b]\n",
        "a[[:upper:]]\n",
        "a[[:lower:]]\n",
        "[a-B][0-9]\n",
        "build/\n",
        "*.obj\n",
        "*.OBJ\n!Z.obj\n",
        "b*2/**/X\n",
        "K\\[?\n",
        "[!a]*\n",
        "a[\\A-\\b]\n",
        "[A-Z]x\n",
    ] {
        repo.write(".gitignore", rules);
        repo.check(rules);
    }
}

#[test]
fn names_that_differ_in_case_only() {
    let world = World::new();
    let repo = world.init("r", &[]);
    repo.write("File", "");
    repo.write("Folder/one", "");
    repo.commit("1");
    repo.git(&["config", "core.ignoreCase", "true"]);
    repo.write("FILE", "");
    repo.write("folder/two", "");
    repo.write("folder/ONE", "");
    repo.check("both");
    repo.remove("File");
    repo.check("the other only");
}

#[test]
fn every_form_of_unicode() {
    let world = World::new();
    let repo = world.init("r", &[]);
    let text = "x\u{e4}\n\u{20ac}\u{1f600}\n";
    let utf16 = |little: bool, mark: bool| -> Vec<u8> {
        let units = mark.then_some(0xfeff).into_iter().chain(text.encode_utf16());
        units.flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect()
    };
    let utf32 = |little: bool, mark: bool| -> Vec<u8> {
        let units = mark.then_some(0xfeff).into_iter().chain(text.chars().map(u32::from));
        units.flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect()
    };
    let files = [
        ("a", "UTF-16", utf16(true, true)),
        ("b", "utf16", utf16(false, true)),
        ("c", "UTF-16LE", utf16(true, false)),
        ("d", "utf-16be", utf16(false, false)),
        ("e", "UTF-16LE-BOM", utf16(true, true)),
        ("f", "UTF-32", utf32(true, true)),
        ("g", "UTF-32", utf32(false, true)),
        ("h", "UTF-32LE", utf32(true, false)),
        ("i", "UTF-32BE", utf32(false, false)),
        ("j", "latin-1", b"caf\xe9 \x80\x9f\n".to_vec()),
        ("k", "ISO-8859-1", b"\xe4\n".to_vec()),
        ("l", "UTF-8", text.into()),
    ];
    let mut attributes = String::from("* text\n");
    for (name, encoding, bytes) in &files {
        writeln!(attributes, "{name} working-tree-encoding={encoding}").unwrap();
        fs::write(repo.path.join(name), bytes).unwrap();
    }
    repo.write(".gitattributes", &attributes);
    repo.commit("1");
    for (name, _, bytes) in &files {
        fs::write(repo.path.join(name), bytes).unwrap();
    }
    repo.check("touched");
    assert_eq!(repo.status(Untracked::No).unknown, 0);
    for (name, _, bytes) in &files {
        let mut bytes = bytes.clone();
        let last = bytes.len() - 1;
        bytes.swap(0, last);
        fs::write(repo.path.join(name), bytes).unwrap();
    }
    repo.check("of the same length, and wrong");
    repo.write(".gitattributes", "l working-tree-encoding=SHIFT-JIS\n");
    repo.git(&["checkout", "-q", "-f", "l"]);
    repo.write("l", text);
    assert_eq!(repo.status(Untracked::No).unknown, 1);
}

#[test]
fn submodules_for_which_git_gives_up() {
    let world = World::new();
    let library = world.init("library", &[]);
    library.commit("1");
    let repo = world.init("r", &[]);
    repo.git(&["submodule", "add", "-q", library.path.to_str().unwrap(), "sub"]);
    repo.commit("1");
    let text = fs::read_to_string(repo.path.join(".gitmodules")).unwrap();
    for more in ["update = !false", "fetchRecurseSubmodules = perhaps", "[unclosed", "\tignore = perhaps"] {
        repo.write(".gitmodules", &format!("{text}{more}\n"));
        let status = repo.open().status(&StatusOptions::default(), &AtomicBool::new(false));
        assert_eq!(status.is_ok(), repo.try_git(&["status"]).is_some(), "{more}");
    }
    repo.git(&["checkout", "-q", "-b", "side"]);
    repo.write(".gitmodules", &format!("{text}\tignore = all\n"));
    repo.commit("side");
    repo.git(&["checkout", "-q", "main"]);
    repo.write(".gitmodules", &format!("{text}\tignore = none\n"));
    repo.commit("main");
    assert!(repo.try_git(&["merge", "side"]).is_none());
    repo.check("in conflict");
}

#[test]
fn nothing_of_the_work_tree_is_said_inside_the_repository() {
    let world = World::new();
    let repo = world.init("r", &[]);
    sample(&repo);
    repo.commit("1");
    repo.write("new", "");
    for folder in [".git", ".git/refs/heads"] {
        let inside = Repo { path: repo.path.join(folder) };
        assert!(inside.try_git(&["status"]).is_none());
        let status = inside.open().status(&StatusOptions::default(), &AtomicBool::new(false));
        assert!(matches!(status, Err(StatusError::Bare)), "{folder}");
        assert_eq!(inside.open().root(), Some(&*repo.path));
    }
    repo.git(&["config", "core.worktree", ".."]);
    let inside = Repo { path: repo.path.join(".git") };
    assert!(inside.try_git(&["status"]).is_some());
    assert_eq!(inside.status(Untracked::Collapsed).untracked, 1);
}

#[test]
fn pipes_in_the_place_of_files() {
    let world = World::new();
    let repo = world.init("r", &[]);
    sample(&repo);
    symlink("one.txt", repo.path.join("link")).unwrap();
    repo.commit("1");
    for path in ["one.txt", "link", "a/three"] {
        repo.remove(path);
        pipe(&repo, path);
    }
    pipe(&repo, "untracked");
    let text = repo.git(&["status", "--porcelain=v2", "--branch", "-z"]);
    let status = repo.status(Untracked::Collapsed);
    assert_eq!(counts(&status), parse(&text).0);
    assert_eq!((status.worktree_modified, status.worktree_typechanged), (2, 1));
    // `git diff` gives up here.
    repo.open().metrics(&status, &AtomicBool::new(false)).unwrap();
}

#[test]
fn very_long_paths() {
    let world = World::new();
    let repo = world.init("r", &[]);
    sample(&repo);
    repo.commit("1");
    // The index has 12 bits for the length of a path, and no disk can hold this one.
    let id = repo.git(&["rev-parse", "HEAD:one.txt"]);
    for length in [4094, 4095, 4096, 5000] {
        let folders = format!("{}/", "abcdefgh".repeat(12)).repeat(length / 97 - 1);
        let path = format!("{folders}{}", "x".repeat(length - folders.len()));
        repo.git(&["read-tree", "HEAD"]);
        repo.git(&["update-index", "--add", "--cacheinfo", &format!("100644,{},{path}", id.trim())]);
        let status = repo.status(Untracked::Files);
        assert_eq!(status.index_added, 1, "{length}");
        assert_eq!(status.worktree_deleted + status.unknown, 1, "{length}");
    }
}

#[test]
fn very_deep_folders_do_not_look_clean() {
    let world = World::new();
    let repo = world.init("r", &[]);
    sample(&repo);
    repo.commit("1");
    let id = repo.git(&["rev-parse", "HEAD:one.txt"]);
    let path = format!("{}f", "d/".repeat(600));
    repo.git(&["update-index", "--add", "--cacheinfo", &format!("100644,{},{path}", id.trim())]);
    repo.git(&["commit", "-q", "-m", "deep"]);
    let status = |untracked| {
        let options = StatusOptions { untracked, ..StatusOptions::default() };
        repo.open().status(&options, &AtomicBool::new(false))
    };
    assert!(status(Untracked::No).is_ok_and(|status| status.worktree_deleted == 1));
    repo.git(&["update-index", "--add", "--cacheinfo", &format!("100644,{},{path}g", id.trim())]);
    assert!(status(Untracked::No).is_err(), "a tree so deep is not compared");
    // Deeper than a path may be long, made step by step.
    let mut folder = rustix::fs::open(repo.path.join("a"), OFlags::DIRECTORY, Mode::empty()).unwrap();
    for _ in 0..30 {
        let name = "n".repeat(200);
        mkdirat(&folder, &name, Mode::RWXU).unwrap();
        folder = openat(&folder, &name, OFlags::DIRECTORY, Mode::empty()).unwrap();
    }
    openat(&folder, "file", OFlags::CREATE | OFlags::WRONLY, Mode::RUSR).unwrap();
    for untracked in [Untracked::Files, Untracked::Collapsed] {
        assert!(!status(untracked).is_ok_and(|status| status.is_clean()), "{untracked:?}");
    }
}

#[test]
fn a_huge_file_is_given_up() {
    let world = World::new();
    let repo = world.init("r", &[]);
    repo.write("huge", "");
    let file = fs::OpenOptions::new().write(true).open(repo.path.join("huge")).unwrap();
    file.set_len(400 * 1024 * 1024).unwrap();
    // What the index has does not matter here: the size is right, the time is not.
    repo.git(&["-c", "core.bigFileThreshold=1", "add", "huge"]);
    repo.git(&["commit", "-q", "-m", "1"]);
    for attributes in ["", "huge text=auto\n"] {
        repo.write(".git/info/attributes", attributes);
        file.set_modified(std::time::SystemTime::now() - Duration::from_secs(100)).unwrap();
        let stop = AtomicBool::new(false);
        let (repository, begun) = (repo.open(), Instant::now());
        std::thread::scope(|scope| {
            let interrupt = &stop;
            let status = scope.spawn(move || repository.status(&StatusOptions::default(), interrupt));
            std::thread::sleep(Duration::from_millis(30));
            stop.store(true, Ordering::Relaxed);
            let stopped = Instant::now();
            assert!(matches!(status.join().unwrap(), Err(StatusError::Interrupted)));
            // A whole comparison takes seconds in a debug build.
            assert!(
                stopped.elapsed() < Duration::from_millis(400),
                "{:?} of {:?}",
                stopped.elapsed(),
                begun.elapsed()
            );
        });
    }
}
