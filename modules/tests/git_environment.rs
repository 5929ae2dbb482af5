//! What a shell's environment says to git, against the real git in the same environment; and that the environment of this process says nothing.
#![cfg(all(feature = "git", unix))]
#![allow(clippy::unwrap_used, clippy::disallowed_methods)] // Tests run git on purpose.

use std::fs;
use std::os::unix::fs::lchown;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, SystemTime};

use futures_lite::future::block_on;
use ziron_modules::git::engine::Configuration;
use ziron_modules::git::status::GitStatus;
use ziron_runtime::io::Simulated;
use ziron_runtime::place::Place;
use ziron_runtime::source::{ReadError, Source};

/// A folder with a repository, in which a file has changed, one is new, and one has line ends that some settings undo.
struct World {
    _guard: tempfile::TempDir,
    folder: PathBuf,
}

type Variables<'v> = &'v [(&'v str, &'v str)];

impl World {
    fn new() -> World {
        let guard = tempfile::tempdir().unwrap();
        let world = World { folder: guard.path().canonicalize().unwrap(), _guard: guard };
        for folder in ["home/.config/git", "xdg/git", "repo/below", "other"] {
            fs::create_dir_all(world.folder.join(folder)).unwrap();
        }
        let git = |arguments: &[&str]| {
            assert!(world.command("repo", &[]).args(arguments).status().unwrap().success());
        };
        git(&["init", "-q", "-b", "main"]);
        for (name, text) in [("changed", "1"), ("ends", "1\r\n"), ("below/file", "1")] {
            world.write(&format!("repo/{name}"), text);
        }
        git(&["-c", "core.autocrlf=input", "-c", "core.safecrlf=false", "add", "."]);
        git(&["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "1"]);
        for (name, text) in [("changed", "22"), ("new.a", ""), ("new.b", "")] {
            world.write(&format!("repo/{name}"), text);
        }
        // Its size is that of the index, so that its content has to tell.
        let ends = fs::File::options().write(true).open(world.folder.join("repo/ends")).unwrap();
        ends.set_modified(SystemTime::UNIX_EPOCH).unwrap();
        world
    }

    fn write(&self, path: &str, text: &str) {
        fs::write(self.folder.join(path), text).unwrap();
    }

    /// Git with these variables and no others.
    fn command(&self, folder: &str, variables: Variables<'_>) -> Command {
        let mut command = Command::new("git");
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).env("GIT_CONFIG_NOSYSTEM", "1");
        command.current_dir(self.folder.join(folder));
        for (name, value) in variables {
            command.env(name, self.fill_in(value));
        }
        command
    }

    fn fill_in(&self, value: &str) -> String {
        value.replace('@', self.folder.to_str().unwrap())
    }

    /// How many files are new and how many have changed, as git says; `None` if it says nothing.
    fn expected(&self, folder: &str, variables: Variables<'_>) -> Option<(u32, u32)> {
        let output = self
            .command(folder, variables)
            .args(["--no-optional-locks", "status", "--porcelain"])
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let count = |begin: &str| text.lines().filter(|line| line.starts_with(begin)).count() as u32;
        output.status.success().then(|| (count("??"), count(" M")))
    }

    /// The same as the source of `git_status` says.
    fn actual(&self, folder: &str, variables: Variables<'_>) -> Result<(u32, u32), ReadError> {
        let here = self.folder.join(folder);
        let mut io =
            Simulated::new().file(self.folder.join("repo/.git/HEAD"), "").env_var("GIT_CONFIG_NOSYSTEM", "1");
        for (name, value) in variables {
            io = io.env_var(name, self.fill_in(value));
        }
        let place = Place::new(here.clone(), here, None, Duration::MAX);
        block_on(async {
            let Some(key) = GitStatus::DEFAULT.key(&place, &io).await else {
                return Err(ReadError::unexpected("there is no repository"));
            };
            let status = GitStatus::DEFAULT.read(&key, &place, &io).await?;
            Ok((status.untracked, status.modified()))
        })
    }

    fn check(&self, folder: &str, variables: Variables<'_>) -> Option<(u32, u32)> {
        let (expected, actual) = (self.expected(folder, variables), self.actual(folder, variables));
        assert_eq!(actual.as_ref().ok(), expected.as_ref(), "{folder} {variables:?}: {actual:?}");
        expected
    }
}

#[test]
fn settings_in_variables() {
    let world = World::new();
    assert_eq!(world.check("repo", &[]), Some((2, 2)));
    let one =
        |key, value| [("GIT_CONFIG_COUNT", "1"), ("GIT_CONFIG_KEY_0", key), ("GIT_CONFIG_VALUE_0", value)];
    assert_eq!(world.check("repo", &one("status.showUntrackedFiles", "no")), Some((0, 2)));
    assert_eq!(world.check("repo", &one("core.autocrlf", "input")), Some((2, 1)));
    world.write("other/ignore", "*.a\n");
    assert_eq!(world.check("repo/below", &one("core.excludesFile", "@/other/ignore")), Some((1, 2)));
    world.write("other/config", "[core]\nautocrlf = input\n");
    assert_eq!(world.check("repo", &one("include.path", "@/other/config")), Some((2, 1)));
    for parameters in [
        "'status.showUntrackedFiles'='no'",
        "'status.showUntrackedFiles=no'",
        "'core.autocrlf'='input' 'status.showuntrackedfiles'='no'",
    ] {
        let found = world.check("repo", &[("GIT_CONFIG_PARAMETERS", parameters)]);
        assert_eq!(found.unwrap().0, 0, "{parameters}");
    }
    let both = [&one("core.autocrlf", "input")[..], &[("GIT_CONFIG_PARAMETERS", "'core.autocrlf'='false'")]]
        .concat();
    assert_eq!(world.check("repo", &both), Some((2, 2)), "the latter counts");
    // Where git gives up.
    for variables in [
        &[("GIT_CONFIG_COUNT", "1")][..],
        &[("GIT_CONFIG_COUNT", "x")],
        &one("novalue", "1"),
        &[("GIT_CONFIG_PARAMETERS", "a.b=c")],
        &[("GIT_CONFIG_GLOBAL", "@/other/ignore")],
    ] {
        assert_eq!(world.check("repo", variables), None);
    }
}

#[test]
fn files_of_settings() {
    let world = World::new();
    // As many as there can be, each with something of its own.
    world.write("other/system", "[core]\nexcludesFile = ~/ignore\nautocrlf = input\n");
    world.write("xdg/git/config", "[core]\nautocrlf = false\n");
    world.write("home/.gitconfig", "[status]\nshowUntrackedFiles = normal\n");
    world.write("home/ignore", "*.a\n");
    let system = [("GIT_CONFIG_NOSYSTEM", "0"), ("GIT_CONFIG_SYSTEM", "@/other/system")];
    let all = [&system[..], &[("HOME", "@/home"), ("XDG_CONFIG_HOME", "@/xdg")]].concat();
    assert_eq!(world.check("repo", &all), Some((1, 2)));
    assert_eq!(world.check("repo", &all[..3]), Some((1, 1)), "without one's own folder");
    assert_eq!(world.check("repo", &all[2..]), Some((2, 2)), "without that for all");
    for global in ["@/other/system", ""] {
        world.check("repo", &[("GIT_CONFIG_GLOBAL", global), ("HOME", "@/home")]);
    }
    // The files that are taken if no setting names another, and those that are named relative to something.
    world.write("xdg/git/ignore", "*.b\n*.a\n");
    world.write("xdg/git/attributes", "ends text\n");
    let xdg = [("XDG_CONFIG_HOME", "@/xdg")];
    assert_eq!(world.check("repo/below", &xdg), Some((0, 1)));
    world.write("home/.config/git/ignore", "*.b\n");
    assert_eq!(world.check("repo", &[("HOME", "@/home"), ("XDG_CONFIG_HOME", "")]), Some((1, 2)));
    for (ignore, attributes) in
        [("~/ignore", "~/attributes"), ("../home/ignore", "../home/attributes"), ("", "")]
    {
        world.write("home/attributes", "ends text\n");
        world.write(
            "home/.gitconfig",
            &format!("[core]\nexcludesFile = {ignore}\nattributesFile = {attributes}\n"),
        );
        let expected = if ignore.is_empty() { (2, 2) } else { (1, 1) };
        let variables = [("HOME", "@/home"), ("XDG_CONFIG_HOME", "@/xdg")];
        assert_eq!(world.check("repo/below", &variables), Some(expected), "{ignore}");
    }
}

#[test]
fn inclusions() {
    let world = World::new();
    world.write("home/included", "[core]\nautocrlf = input\n");
    for (condition, holds) in [
        ("include", true),
        ("includeIf \"gitdir:~/../repo/\"", false),
        ("includeIf \"gitdir:@/repo/\"", true),
        ("includeIf \"gitdir:repo/.git\"", true),
        ("includeIf \"gitdir:other/\"", false),
        ("includeIf \"onbranch:main\"", true),
        ("includeIf \"onbranch:ma*\"", true),
        ("includeIf \"onbranch:other\"", false),
    ] {
        let condition = world.fill_in(condition);
        world.write("home/.gitconfig", &format!("[{condition}]\npath = ~/included\n"));
        let expected = if holds { (2, 1) } else { (2, 2) };
        assert_eq!(world.check("repo/below", &[("HOME", "@/home")]), Some(expected), "{condition}");
        // In the repository's own.
        world.write("home/.gitconfig", "");
        let own = fs::read_to_string(world.folder.join("repo/.git/config")).unwrap();
        world.write("repo/.git/config", &format!("{own}[{condition}]\npath = ~/included\n"));
        assert_eq!(world.check("repo", &[("HOME", "@/home")]), Some(expected), "{condition}");
        world.write("repo/.git/config", &own);
    }
}

#[test]
fn repositories_of_others() {
    let world = World::new();
    // Only root can give a file away.
    if lchown(world.folder.join("repo"), Some(12345), None).is_err() {
        return;
    }
    let by_count = |value| {
        [("GIT_CONFIG_COUNT", "1"), ("GIT_CONFIG_KEY_0", "safe.directory"), ("GIT_CONFIG_VALUE_0", value)]
    };
    assert_eq!(world.check("repo", &[]), None);
    for (value, is_safe) in [
        ("*", true),
        ("@/repo", true),
        ("@/repo/", true),
        ("@/other/../repo", true),
        ("@/*", true),
        ("@/repo/*", false),
        ("/*", true),
        (".", true),
        ("repo", false),
        ("~/../repo", true),
        ("", false),
    ] {
        let variables = [&by_count(value)[..], &[("HOME", "@/home")]].concat();
        assert_eq!(world.check("repo", &variables).is_some(), is_safe, "{value}");
        assert_eq!(world.check("repo/below", &variables).is_some(), is_safe && value != ".", "{value}");
        let text = format!("[safe]\ndirectory = {}\n", world.fill_in(value));
        world.write("home/.gitconfig", &text);
        assert_eq!(world.check("repo", &[("HOME", "@/home")]).is_some(), is_safe, "{value}");
        // The repository cannot say it of itself.
        world.write("home/.gitconfig", "");
        let own = fs::read_to_string(world.folder.join("repo/.git/config")).unwrap();
        world.write("repo/.git/config", &format!("{own}{text}"));
        assert_eq!(world.check("repo", &[("HOME", "@/home")]), None);
        world.write("repo/.git/config", &own);
    }
    let quoted = [("GIT_CONFIG_PARAMETERS", "'safe.directory'='*'")];
    assert!(world.check("repo", &quoted).is_some());
    assert!(world.check("repo", &[("SUDO_UID", "12345")]).is_some());
    assert!(world.check("repo", &[("SUDO_UID", "12346")]).is_none());
    // Whoever names it takes it as it is.
    assert!(world.check("other", &[("GIT_DIR", "@/repo/.git"), ("GIT_WORK_TREE", "@/repo")]).is_some());
    lchown(world.folder.join("repo"), Some(0), None).unwrap();
    lchown(world.folder.join("repo/.git"), Some(12345), None).unwrap();
    assert_eq!(world.check("repo/below", &[]), None);
    assert!(world.check("repo/below", &by_count("@/repo")).is_some());
}

#[test]
fn a_clean_submodule_stays_clean_whatever_names_the_repository_above() {
    let world = World::new();
    let git = |folder: &str, arguments: &[&str]| {
        let mut command = world.command(folder, &[]);
        command.args(["-c", "user.name=a", "-c", "user.email=a@b", "-c", "protocol.file.allow=always"]);
        assert!(command.args(arguments).status().unwrap().success());
    };
    git("other", &["init", "-q"]);
    git("other", &["commit", "-q", "--allow-empty", "-m", "1"]);
    git("repo", &["submodule", "--quiet", "add", "../other", "sub"]);
    git("repo", &["add", "-A"]);
    git("repo", &["commit", "-q", "-m", "2"]);
    for variables in [
        &[("GIT_DIR", "@/repo/.git"), ("GIT_WORK_TREE", "@/repo")][..],
        &[("GIT_DIR", "@/repo/.git"), ("GIT_WORK_TREE", "@/repo"), ("GIT_INDEX_FILE", "@/repo/.git/index")],
        &[("GIT_DIR", ".git")],
        &[("GIT_NAMESPACE", "x")],
    ] {
        assert_eq!(world.check("repo", variables), Some((0, 0)), "{variables:?}");
    }
    world.write("repo/sub/new", "");
    assert_eq!(world.check("repo", &[("GIT_DIR", "@/repo/.git"), ("GIT_WORK_TREE", "@/repo")]), Some((0, 1)));
}

#[test]
fn replaced_objects() {
    let world = World::new();
    let git = |arguments: &[&str]| {
        let output = world.command("repo", &[]).args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    git(&["add", "-A"]);
    let (old, new) = (git(&["rev-parse", "HEAD^{tree}"]), git(&["write-tree"]));
    git(&["replace", &old, &new]);
    git(&["update-ref", &format!("refs/other/{old}"), &new]);
    world.write("repo/new.c", "");
    for variables in [
        &[][..],
        &[("GIT_NO_REPLACE_OBJECTS", "1")],
        &[
            ("GIT_CONFIG_COUNT", "1"),
            ("GIT_CONFIG_KEY_0", "core.useReplaceRefs"),
            ("GIT_CONFIG_VALUE_0", "false"),
        ],
    ] {
        let lines = world
            .command("repo", variables)
            .args(["--no-optional-locks", "status", "--porcelain"])
            .output()
            .unwrap()
            .stdout;
        let staged = lines.split(|byte| *byte == b'\n').filter(|line| line.starts_with(b"A ")).count() as u32;
        let here = world.folder.join("repo");
        let mut io = Simulated::new().file(here.join(".git/HEAD"), "").env_var("GIT_CONFIG_NOSYSTEM", "1");
        for (name, value) in variables {
            io = io.env_var(name, *value);
        }
        let place = Place::new(here.clone(), here, None, Duration::MAX);
        let status = block_on(async {
            let key = GitStatus::DEFAULT.key(&place, &io).await.unwrap();
            GitStatus::DEFAULT.read(&key, &place, &io).await.unwrap()
        });
        assert_eq!(status.index_added, staged, "{variables:?}");
    }
}

/// Says that this process is the one whose environment is full of traps.
const TRAPPED: &str = "ZIRON_TEST_TRAPPED";

#[test]
fn the_environment_of_this_process_says_nothing() {
    if std::env::var_os(TRAPPED).is_some() {
        let world = World::new();
        assert_eq!(world.check("repo", &[]), Some((2, 2)));
        assert_eq!(world.check("repo/below", &[("HOME", "@/home")]), Some((2, 2)));
        assert!(world.actual("other", &[]).is_err());
        return;
    }
    let traps = World::new();
    traps.write(
        "home/.gitconfig",
        "[core]\nautocrlf = input\nexcludesFile = ~/ignore\nattributesFile = ~/ignore\n",
    );
    traps.write("home/ignore", "*\n");
    fs::create_dir_all(traps.folder.join("xdg/git")).unwrap();
    traps.write("xdg/git/ignore", "*\n");
    traps.write("xdg/git/attributes", "ends text\n");
    traps.write("xdg/git/config", "[status]\nshowUntrackedFiles = no\n");
    let mut own = Command::new(std::env::current_exe().unwrap());
    own.args(["--exact", "the_environment_of_this_process_says_nothing", "--nocapture"]);
    let others = ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY"];
    for (name, value) in [
        ("HOME", "@/home"),
        ("XDG_CONFIG_HOME", "@/xdg"),
        ("GIT_CONFIG_GLOBAL", "@/home/.gitconfig"),
        ("GIT_CONFIG_SYSTEM", "@/home/.gitconfig"),
        ("GIT_CONFIG_COUNT", "1"),
        ("GIT_CONFIG_KEY_0", "core.autocrlf"),
        ("GIT_CONFIG_VALUE_0", "input"),
        ("GIT_CONFIG_PARAMETERS", "'status.showUntrackedFiles'='no'"),
        ("GIT_CEILING_DIRECTORIES", "/"),
        ("GIT_NAMESPACE", "trap"),
        ("GIT_REPLACE_REF_BASE", "refs/trap"),
        ("GIT_NO_REPLACE_OBJECTS", "1"),
        ("GIT_SHALLOW_FILE", "@/home/ignore"),
        ("GIT_ALTERNATE_OBJECT_DIRECTORIES", "@/home"),
        ("GIT_DEFAULT_HASH", "sha256"),
    ]
    .into_iter()
    .chain(others.map(|name| (name, "@/other")))
    {
        own.env(name, traps.fill_in(value));
    }
    let trapped = own.env(TRAPPED, "1").output().unwrap();
    assert!(trapped.status.success(), "{}", String::from_utf8_lossy(&trapped.stdout));
    assert!(Configuration::VARIABLES.contains(&"HOME"));
}
