//! Finding and opening a repository.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::fs::{lchown, symlink};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use ziron_modules::git::engine::{
    Configuration, Environment, OpenError, Repository, StatusError, StatusOptions,
};

use crate::world::{Repo, World, counts, parse, sample};

#[test]
fn sha256_and_bare() {
    let world = World::new();
    let repo = world.init("r", &["--object-format=sha256"]);
    repo.check("unborn");
    sample(&repo);
    repo.commit("1");
    repo.write("one.txt", "changed");
    repo.write("new", "");
    repo.git(&["mv", "two.txt", "zwei.txt"]);
    repo.check("sha256");
    let bare = world.init("bare.git", &["--bare"]);
    let repository = bare.open();
    assert!(repository.is_bare());
    assert_eq!(repository.head().unwrap().branch().as_deref(), Some("main"));
    let status = repository.status(&StatusOptions::default(), &AtomicBool::new(false));
    assert!(matches!(status, Err(StatusError::Bare)));
}

#[test]
fn work_tree_elsewhere() {
    let world = World::new();
    let repo = world.init("r", &[]);
    sample(&repo);
    repo.commit("1");
    let other = repo.path.with_file_name("other");
    fs::create_dir(&other).unwrap();
    fs::write(other.join("one.txt"), "x").unwrap();
    let environment = Environment {
        git_dir: Some(repo.path.join(".git")),
        work_tree: Some(other.clone()),
        ..Environment::default()
    };
    let repository = Repository::discover_with(&other, &environment).unwrap().unwrap();
    let text = repo
        .command(&["--no-optional-locks", "status", "--porcelain=v2", "--branch", "-z"])
        .current_dir(&other)
        .env("GIT_DIR", repo.path.join(".git"))
        .env("GIT_WORK_TREE", &other)
        .output()
        .unwrap();
    let expected = parse(&String::from_utf8(text.stdout).unwrap()).0;
    let status = repository.status(&StatusOptions::default(), &AtomicBool::new(false)).unwrap();
    assert_eq!(counts(&status), expected);
    repo.git(&["config", "core.worktree", other.to_str().unwrap()]);
    assert_eq!(repo.open().root(), Some(&*other));
    assert!(Repository::discover(Path::new("/")).unwrap().is_none());
}

#[test]
fn trust() {
    let world = World::new();
    let repo = world.init("r", &[]);
    repo.commit("1");
    let bare = world.init("bare.git", &["--bare"]);
    assert!(Repository::discover(&bare.path).is_ok());
    // Only root can give a directory away.
    if std::os::unix::fs::chown(&repo.path, Some(12345), None).is_err() {
        return;
    }
    assert!(repo.try_git(&["status"]).is_none());
    assert!(matches!(Repository::discover(&repo.path), Err(OpenError::NotTrusted { .. })));
    std::os::unix::fs::chown(&repo.path, Some(0), None).unwrap();
    std::os::unix::fs::chown(repo.path.join(".git"), Some(12345), None).unwrap();
    assert!(repo.try_git(&["status"]).is_none());
    assert!(matches!(Repository::discover(&repo.path), Err(OpenError::NotTrusted { .. })));
    // Nothing in it is opened before that is known: its owner could exchange a file for a pipe just then.
    let config = repo.path.join(".git/config");
    fs::write(&config, "[core\n").unwrap();
    assert!(matches!(Repository::discover(&repo.path), Err(OpenError::NotTrusted { .. })));
    fs::remove_file(&config).unwrap();
    rustix::fs::mkfifoat(rustix::fs::CWD, &config, rustix::fs::Mode::RUSR).unwrap();
    assert!(matches!(Repository::discover(&repo.path), Err(OpenError::NotTrusted { .. })));
}

/// What git says under these variables, in a folder; `None` if it gives up.
fn expected(repo: &Repo, folder: &Path, variables: &[(&str, &OsStr)]) -> Option<String> {
    let mut command = repo.command(&["--no-optional-locks", "status", "--porcelain=v2", "--branch", "-z"]);
    let output = command.current_dir(folder).envs(variables.iter().copied()).output().unwrap();
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

fn discover(folder: &Path, variables: &[(&str, &OsStr)]) -> Result<Option<Repository>, OpenError> {
    let variable = |name: &str| {
        let known = variables.iter().rev().find(|(known, _)| *known == name);
        known
            .map(|(_, value)| OsString::from(value))
            .or_else(|| std::env::var_os(name).filter(|_| name == "HOME"))
    };
    let configuration = Arc::new(Configuration::new(variable));
    Repository::discover_with(folder, &Environment::new(folder, variable, configuration)?)
}

/// Compares with git under variables, from a folder; says whether git takes them.
fn check_from(repo: &Repo, folder: &Path, variables: &[(&str, &OsStr)]) -> bool {
    let what = format!("{} {variables:?}", folder.display());
    let found = discover(folder, variables);
    let Some(text) = expected(repo, folder, variables) else {
        let status =
            found.map(|found| found.map(|it| it.status(&StatusOptions::default(), &AtomicBool::new(false))));
        assert!(!matches!(status, Ok(Some(Ok(_)))), "{what}: git gives up: {status:?}");
        return false;
    };
    let repository = found.unwrap().unwrap_or_else(|| panic!("{what}: none was found"));
    let (counted, branch) = parse(&text);
    let status = repository.status(&StatusOptions::default(), &AtomicBool::new(false)).unwrap();
    assert_eq!(counts(&status), counted, "{what}");
    let head = repository.head().unwrap();
    assert_eq!(head.branch().unwrap_or("(detached)".into()), branch.head, "{what}");
    let upstream = repository.upstream(&head).unwrap();
    let distance = upstream
        .and_then(|upstream| repository.ahead_behind(&head, &upstream, &AtomicBool::new(false)).unwrap());
    assert_eq!(distance.map(|it| (it.ahead, it.behind)), branch.distance, "{what}");
    true
}

#[test]
fn ceilings() {
    let world = World::new();
    let repo = world.init("a/r", &[]);
    sample(&repo);
    repo.commit("1");
    let (root, above) = (repo.path.clone(), repo.path.parent().unwrap().to_owned());
    symlink(&root, above.join("link")).unwrap();
    let below = root.join("a/b");
    let text = |path: &Path| path.to_str().unwrap().to_owned();
    for (folder, ceilings, is_found) in [
        (&root, text(&root), true),
        (&below, text(&root), false),
        (&below, text(&root.join("a")), false),
        (&below, text(&root.join("a/b")), true),
        (&below, text(&root.join("c")), true),
        (&below, text(&above), true),
        (&root, text(&above), true),
        (&below, format!("{}/", text(&root)), false),
        (&below, text(&above.join("link")), false),
        (&below, format!(":{}", text(&above.join("link"))), true),
        (&below, format!(":{}", text(&root)), false),
        (&below, format!("{}:{}", text(&above), text(&root)), false),
        (&below, format!("{}:{}", text(&root), text(&above)), false),
        (&below, "a/r:/none".into(), true),
        (&below, String::new(), true),
        (&below, "/".into(), true),
    ] {
        let variables = [("GIT_CEILING_DIRECTORIES", OsStr::new(&ceilings))];
        assert_eq!(check_from(&repo, folder, &variables), is_found, "{} {ceilings}", folder.display());
    }
}

#[test]
fn variables_that_name_parts_of_a_repository() {
    let world = World::new();
    let repo = world.init("r", &[]);
    sample(&repo);
    repo.commit("1");
    repo.write("one.txt", "changed");
    let at = |name: &str| repo.path.join(name).into_os_string();
    let (git_dir, objects) = (at(".git"), at(".git/objects"));
    let other = world.init("other", &[]);
    let git_dir_of_other = other.path.join(".git").into_os_string();
    let below = repo.path.join("a");
    let one = OsStr::new;
    for (variables, is_taken) in [
        (&[("GIT_DIR", one(""))][..], false),
        (&[("GIT_DIR", one("/none"))], false),
        (&[("GIT_DIR", &*git_dir)], true),
        (&[("GIT_WORK_TREE", one(""))], false),
        (&[("GIT_WORK_TREE", one("a"))], true),
        (&[("GIT_DIR", &git_dir), ("GIT_WORK_TREE", one("."))], true),
        (&[("GIT_INDEX_FILE", one(""))], true),
        (&[("GIT_INDEX_FILE", one("none"))], true),
        (&[("GIT_OBJECT_DIRECTORY", &objects)], true),
        (&[("GIT_OBJECT_DIRECTORY", one(""))], false),
        (&[("GIT_OBJECT_DIRECTORY", one("/none"))], false),
        (&[("GIT_DIR", &git_dir_of_other), ("GIT_OBJECT_DIRECTORY", &objects)], true),
        (&[("GIT_COMMON_DIR", &git_dir)], true),
        (&[("GIT_COMMON_DIR", one(""))], false),
        (&[("GIT_DIR", &git_dir_of_other), ("GIT_COMMON_DIR", &git_dir)], true),
        (&[("GIT_NAMESPACE", one("space"))], true),
        (&[("GIT_DISCOVERY_ACROSS_FILESYSTEM", one("true"))], true),
        (&[("GIT_DISCOVERY_ACROSS_FILESYSTEM", one(""))], true),
        (&[("GIT_DISCOVERY_ACROSS_FILESYSTEM", one("2k"))], true),
        (&[("GIT_DISCOVERY_ACROSS_FILESYSTEM", one("perhaps"))], false),
    ] {
        assert_eq!(check_from(&repo, &repo.path, variables), is_taken, "{variables:?}");
    }
    for variables in [&[][..], &[("GIT_DIR", &*git_dir)], &[("GIT_WORK_TREE", one(".."))]] {
        check_from(&repo, &below, variables);
    }
    // Objects that are elsewhere.
    let away = repo.path.with_file_name("away");
    fs::rename(repo.path.join(".git/objects"), &away).unwrap();
    fs::create_dir(repo.path.join(".git/objects")).unwrap();
    assert!(!check_from(&repo, &repo.path, &[]));
    for name in ["GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES"] {
        assert!(check_from(&repo, &repo.path, &[(name, away.as_os_str())]), "{name}");
    }
    assert!(check_from(
        &repo,
        &repo.path,
        &[("GIT_ALTERNATE_OBJECT_DIRECTORIES", one(&format!("/none:{}", away.display())))]
    ));
}

/// Whether git gives up (`false`), or finds no work tree (`None`).
fn outcome(repo: &Repo, folder: &Path, variables: &[(&str, &OsStr)]) -> Option<bool> {
    let mut command = repo.command(&["--no-optional-locks", "status", "--porcelain=v2"]);
    let output = command.current_dir(folder).envs(variables.iter().copied()).output().unwrap();
    let is_nowhere = String::from_utf8_lossy(&output.stderr).contains("must be run in a work tree");
    (!is_nowhere).then_some(output.status.success())
}

#[test]
fn work_trees_that_configuration_or_environment_name() {
    let world = World::new();
    let repo = world.init("r", &[]);
    sample(&repo);
    repo.commit("1");
    repo.write("one.txt", "changed");
    repo.git(&["worktree", "add", "-q", "../linked"]);
    let (git_dir, linked) = (repo.path.join(".git"), repo.path.with_file_name("linked"));
    let inside = git_dir.join("hooks");
    let absolute = format!("bare = false\nworktree = {}\n", repo.path.join("a").display());
    let no_such = format!("worktree = {}\n", repo.path.join("none").display());
    let bare_each = "bare = true\n[extensions]\nworktreeConfig = true\n";
    let one = OsStr::new;
    let config = fs::read_to_string(git_dir.join("config")).unwrap();
    for (more, folder, variables) in [
        ("worktree = ..\n", &repo.path, &[][..]),
        ("worktree = ../a\n", &repo.path, &[]),
        ("worktree = ../none\n", &repo.path, &[]),
        (&absolute, &repo.path, &[]),
        (&no_such, &repo.path, &[]),
        ("worktree = /none/none\n", &repo.path, &[]),
        ("worktree = .\n", &inside, &[("GIT_DIR", one(".."))]),
        ("worktree = ../a\n", &inside, &[("GIT_DIR", one("../hooks/.."))]),
        ("bare = true\n", &repo.path, &[]),
        ("bare = true\n", &linked, &[]),
        (bare_each, &linked, &[]),
        ("bare = true\nworktree = ..\n", &repo.path, &[]),
        ("bare = true\nworktree = ..\n", &repo.path, &[("GIT_WORK_TREE", one("."))]),
        ("", &repo.path, &[("GIT_WORK_TREE", one("none"))]),
        ("", &repo.path, &[("GIT_WORK_TREE", one("none/none"))]),
        ("", &repo.path, &[("GIT_DIR", one(".git")), ("GIT_WORK_TREE", one("one.txt"))]),
    ] {
        repo.write(".git/config", &config.replace("\tbare = false\n", more));
        let what = format!("{more:?} {} {variables:?}", folder.display());
        // That there is no work tree is no failure, and a failure is not the same as none.
        let is_without = || match discover(folder, variables) {
            Ok(found) => {
                let status = found.unwrap().status(&StatusOptions::default(), &AtomicBool::new(false));
                assert!(status.is_err(), "{what}: {status:?}");
                matches!(status, Err(StatusError::Bare))
            }
            Err(_) => false,
        };
        match outcome(&repo, folder, variables) {
            Some(true) => assert!(check_from(&repo, folder, variables), "{what}"),
            Some(false) => assert!(!is_without(), "{what}"),
            None => assert!(is_without(), "{what}"),
        }
    }
}

#[test]
fn files_that_give_commits_other_parents() {
    let world = World::new();
    let repo = world.init("r", &[]);
    for number in 0..5 {
        repo.write("one.txt", &number.to_string());
        repo.commit("main");
    }
    repo.git(&["checkout", "-q", "-b", "side", "main~3"]);
    repo.write("side.txt", "side");
    repo.commit("side");
    repo.git(&["branch", "-q", "--set-upstream-to=main"]);
    let id = |name: &str| repo.git(&["rev-parse", name]).trim().to_owned();
    repo.write("grafts", &format!("{} {}\n", id("side"), id("main~1")));
    repo.write("cut", &format!("{}\n{}\n", id("main~1"), id("side")));
    let at = |name: &str| repo.path.join(name).into_os_string();
    let (grafts, cut) = (at("grafts"), at("cut"));
    let one = OsStr::new;
    let check = |variables: &[(&str, &OsStr)]| {
        assert!(check_from(&repo, &repo.path, variables), "{variables:?}");
    };
    for round in 0..2 {
        check(&[]);
        for (name, value) in [("GIT_GRAFT_FILE", &grafts), ("GIT_SHALLOW_FILE", &cut)] {
            for value in [value, one(""), one("none"), one("/none")] {
                check(&[(name, value)]);
            }
        }
        check(&[("GIT_GRAFT_FILE", one("grafts")), ("GIT_SHALLOW_FILE", one("cut"))]);
        // Now the repository has some of its own.
        if round == 0 {
            fs::copy(repo.path.join("grafts"), repo.path.join(".git/info/grafts")).unwrap();
            fs::copy(repo.path.join("cut"), repo.path.join(".git/shallow")).unwrap();
        }
    }
}

#[test]
fn a_directory_that_shares_another_ones_objects() {
    let world = World::new();
    let repo = world.init("r", &[]);
    sample(&repo);
    repo.commit("1");
    for file in ["HEAD", "index"] {
        repo.write(&format!(".git/parts/one/{file}"), "");
        fs::copy(repo.path.join(".git").join(file), repo.path.join(".git/parts/one").join(file)).unwrap();
    }
    repo.write(".git/parts/one/commondir", "../..\n");
    repo.write("a/.git", "gitdir: ../.git/parts/one\n");
    assert!(check_from(&repo, &repo.path.join("a"), &[]));
    let variables = [("GIT_DIR", OsStr::new("a/.git"))];
    assert!(check_from(&repo, &repo.path, &variables));
}

#[test]
fn bare_repositories_that_only_the_environment_may_name() {
    let world = World::new();
    let library = world.init("library", &[]);
    library.commit("1");
    let repo = world.init("r", &[]);
    repo.git(&["submodule", "add", "-q", library.path.to_str().unwrap(), "sub"]);
    repo.commit("1");
    repo.git(&["worktree", "add", "-q", "../linked"]);
    let bare = world.init("bare.git", &["--bare"]);
    let parameters = [("GIT_CONFIG_PARAMETERS", OsStr::new("'safe.bareRepository'='explicit'"))];
    for (folder, is_taken) in [
        (repo.path.join(".git"), true),
        (repo.path.join(".git/worktrees/linked"), true),
        (repo.path.join(".git/modules/sub"), true),
        (bare.path.clone(), false),
    ] {
        let arguments = ["rev-parse", "--git-dir"];
        let output = repo.command(&arguments).current_dir(&folder).envs(parameters).output().unwrap();
        assert_eq!(output.status.success(), is_taken, "{}", folder.display());
        assert_eq!(discover(&folder, &parameters).is_ok(), is_taken, "{}", folder.display());
    }
}

#[test]
fn a_split_index_elsewhere() {
    let world = World::new();
    let repo = world.init("r", &[]);
    sample(&repo);
    repo.commit("1");
    repo.git(&["update-index", "--split-index"]);
    repo.write("a/one.txt", "split");
    repo.git(&["add", "a/one.txt"]);
    let elsewhere = repo.path.with_file_name("index");
    fs::copy(repo.path.join(".git/index"), &elsewhere).unwrap();
    let variables = [("GIT_INDEX_FILE", elsewhere.as_os_str())];
    assert!(check_from(&repo, &repo.path, &variables));
    assert!(check_from(&repo, &repo.path.join("a"), &variables));
    // One that belongs to another repository has its shared part beside it.
    let other = world.init("other", &[]);
    other.write("one.txt", "other");
    other.commit("1");
    other.git(&["update-index", "--split-index"]);
    let of_other = other.path.join(".git/index");
    assert!(check_from(&repo, &repo.path, &[("GIT_INDEX_FILE", of_other.as_os_str())]));
    assert!(check_from(&repo, &repo.path, &[("GIT_INDEX_FILE", OsStr::new("../other/.git/index"))]));
    // Without the shared one it cannot be read.
    for entry in fs::read_dir(repo.path.join(".git")).unwrap().flatten() {
        if entry.file_name().to_string_lossy().starts_with("sharedindex.") {
            fs::remove_file(entry.path()).unwrap();
        }
    }
    assert!(!check_from(&repo, &repo.path, &[]));
    assert!(!check_from(&repo, &repo.path, &variables));
}

#[test]
fn damaged_parts_are_errors() {
    let world = World::new();
    let repo = world.init("r", &[]);
    sample(&repo);
    repo.commit("1");
    let index = repo.path.join(".git/index");
    let whole = fs::read(&index).unwrap();
    for length in [0, 1, 11, 12, 60, whole.len() / 2, whole.len() - 21, whole.len() - 1] {
        fs::write(&index, &whole[..length]).unwrap();
        let status = repo.open().status(&StatusOptions::default(), &AtomicBool::new(false));
        // Where extensions are cut git may answer.
        if let Ok(status) = status {
            let text = expected(&repo, &repo.path, &[]);
            assert_eq!(text.map(|text| parse(&text).0), Some(counts(&status)), "{length} bytes");
        }
    }
    fs::write(&index, &whole).unwrap();
    let tree = repo.git(&["rev-parse", "HEAD^{tree}"]);
    let (folder, name) = tree.trim().split_at(2);
    let tree = repo.path.join(".git/objects").join(folder).join(name);
    fs::rename(&tree, repo.path.join("tree")).unwrap();
    assert!(!check_from(&repo, &repo.path, &[]), "a tree that is nowhere, and that the index remembers");
    fs::rename(repo.path.join("tree"), &tree).unwrap();
    assert!(check_from(&repo, &repo.path, &[]));
    repo.write(".git/objects/info/alternates", "/none/at/all\n");
    assert!(check_from(&repo, &repo.path, &[]), "git warns, and has all that it needs");
    let head = repo.git(&["rev-parse", "HEAD"]);
    let (folder, name) = head.trim().split_at(2);
    repo.remove(&format!(".git/objects/{folder}/{name}"));
    assert!(!check_from(&repo, &repo.path, &[]), "an object that is nowhere");
}

#[test]
fn where_git_gives_up() {
    let world = World::new();
    let repo = world.init("r", &[]);
    sample(&repo);
    repo.commit("1");
    let config = fs::read_to_string(repo.path.join(".git/config")).unwrap();
    for (more, is_taken) in [
        ("", true),
        ("[core]\nrepositoryformatversion = 1\n", true),
        ("[core]\nrepositoryformatversion = 1\n[extensions]\nnoop = 1\nnoop-v1 = 1\n", true),
        ("[core]\nrepositoryformatversion = 1\n[extensions]\nsomething = 1\n", false),
        ("[core]\nrepositoryformatversion = 1\n[extensions]\nobjectFormat = md5\n", false),
        ("[core]\nrepositoryformatversion = 2\n", false),
        ("[core]\nrepositoryformatversion = x\n", false),
        ("[extensions]\nsomething = 1\n", true),
        ("[extensions]\nobjectFormat = sha1\n", false),
        ("[core]\nbare = perhaps\n", false),
        ("[core]\nbare =\n", true),
        ("[core]\nfileMode = perhaps\n", false),
        ("[core]\nfileMode\n", true),
        ("[core]\nautocrlf = input\n", true),
        ("[core]\nautocrlf = inputs\n", false),
        ("[core]\nbigFileThreshold = 1g\n", true),
        ("[core]\nbigFileThreshold = 1x\n", false),
        ("[core]\ncheckStat = all\n", false),
        ("[core]\nexcludesFile\n", false),
        ("[core]\nabbrev = no\n", true),
        ("[core]\nabbrev = perhaps\n", false),
        ("[status]\nrenameLimit = -1\n", true),
        ("[status]\nrenameLimit = many\n", false),
        ("[status]\nrenames = copies\n", true),
        ("[status]\nrenames = perhaps\n", false),
        ("[status]\nshowUntrackedFiles = perhaps\n", false),
        ("[status]\nshowUntrackedFiles\n", true),
        ("[diff]\nrenames = perhaps\n", false),
        ("[diff]\nignoreSubmodules = perhaps\n", false),
        ("[diff]\nalgorithm = perhaps\n", false),
        ("[index]\nthreads = true\n", true),
        ("[index]\nthreads = perhaps\n", false),
        ("[color]\nui = perhaps\n", false),
        ("[color \"x\"]\nui = perhaps\n", true),
        ("[core \"x\"]\nbare = perhaps\n", true),
        ("[core\n", false),
        ("[core]\nbare = \"\n", false),
    ] {
        repo.write(".git/config", &format!("{config}{more}"));
        assert_eq!(expected(&repo, &repo.path, &[]).is_some(), is_taken, "{more:?}");
        assert_eq!(check_from(&repo, &repo.path, &[]), is_taken, "{more:?}");
    }
    repo.write(".git/config", &config);
    repo.write("sub/.git", "gitdir: nowhere\n");
    assert!(!check_from(&repo, &repo.path.join("sub"), &[]), "a file that leads to nowhere");
    repo.write("sub/.git", "text");
    assert!(!check_from(&repo, &repo.path.join("sub"), &[]), "a file that is none");
    repo.remove("sub/.git");
    fs::create_dir(repo.path.join("sub/.git")).unwrap();
    assert!(check_from(&repo, &repo.path.join("sub"), &[]), "an empty folder");
    repo.write("sub/.git/HEAD", "ref: elsewhere\n");
    for folder in ["refs", "objects"] {
        fs::create_dir(repo.path.join("sub/.git").join(folder)).unwrap();
    }
    let found = discover(&repo.path.join("sub"), &[]).unwrap().unwrap();
    assert_eq!(found.root(), Some(&*repo.path), "a `HEAD` that is none");
}

#[test]
fn somebody_elses_repository() {
    let world = World::new();
    let repo = world.init("r", &[]);
    sample(&repo);
    repo.git(&["config", "core.autocrlf", "true"]);
    repo.commit("1");
    repo.write("one.txt", "changed");
    // Only root can give a directory away.
    for path in ["", ".git", ".git/config", ".git/HEAD", ".git/index"] {
        if lchown(repo.path.join(path), Some(12345), None).is_err() {
            return;
        }
    }
    let git_dir = repo.path.join(".git").into_os_string();
    assert!(!check_from(&repo, &repo.path, &[]));
    for variables in
        [&[("GIT_DIR", &*git_dir)][..], &[("GIT_DIR", &git_dir), ("GIT_WORK_TREE", repo.path.as_os_str())]]
    {
        assert!(check_from(&repo, &repo.path, variables), "{variables:?}");
    }
    let count = [("GIT_CONFIG_COUNT", OsStr::new("1")), ("GIT_CONFIG_KEY_0", OsStr::new("safe.directory"))];
    for (value, folder, is_taken) in [
        (".", "", true),
        (".", "a", false),
        ("*", "a", true),
        (repo.path.to_str().unwrap(), "a", true),
        ("r", "", false),
    ] {
        let variables = [&count[..], &[("GIT_CONFIG_VALUE_0", OsStr::new(value))]].concat();
        assert_eq!(check_from(&repo, &repo.path.join(folder), &variables), is_taken, "{value} {folder}");
    }
    let parameters = format!("'safe.directory'='{}'", repo.path.display());
    assert!(check_from(&repo, &repo.path, &[("GIT_CONFIG_PARAMETERS", OsStr::new(&parameters))]));
}
