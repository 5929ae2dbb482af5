//! What stands in the place of a file keeps nobody waiting: pipes, sockets and devices at every path that a prompt opens.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::common::{Home, fifo, finish, left};

/// A prompt has its budget, 0.4 s, and this machine may be busy. What waits for somebody at the other end of a pipe waits for ever.
const LIMIT: Duration = Duration::from_secs(8);

/// What is put in the place of a file.
#[derive(Clone, Copy, Debug)]
enum Strange {
    Pipe,
    Socket,
    /// A device without an end.
    Device,
}

impl Strange {
    fn put(self, path: &Path) {
        let _ = fs::remove_file(path).or_else(|_| fs::remove_dir_all(path));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        match self {
            Strange::Pipe => fifo(path),
            Strange::Socket => {
                // The name of a socket has room for a hundred bytes.
                let short = tempfile::tempdir().unwrap();
                let listener = UnixListener::bind(short.path().join("s")).unwrap();
                let moved = fs::rename(short.path().join("s"), path);
                drop((moved.unwrap(), listener));
            }
            Strange::Device => symlink("/dev/zero", path).unwrap(),
        }
    }
}

/// A repository with something of everything: a stash, a rebase that stopped, attributes, exclusions, an upstream, a submodule, alternates, tags.
fn rich(home: &Home, place: &Path) {
    fs::create_dir_all(place).unwrap();
    let script = r#"
        set -e
        git init -q -b main other; cd other; echo 1 >a; git add a; git commit -qm one; cd ..
        git clone -q --shared other repo; cd repo
        printf 'include\n' >.gitattributes; mkdir -p deep/down
        echo '*.log' >.gitignore; echo 1 >deep/down/b; echo '*.txt text' >deep/.gitattributes
        echo '{"version": "1.2.3"}' >package.json
        git -c protocol.file.allow=always submodule add -q ../other sub
        git add .; git commit -qm two; git tag one
        echo 2 >>a; git stash -q
        printf '[include]\n\tpath = included\n' >>.git/config; printf '[status]\n\tbranch = true\n' >.git/included
        echo '*.tmp' >.git/info/exclude; echo '*.bin -text' >.git/info/attributes
        git checkout -q -b side HEAD~1; echo 3 >a; git commit -qam three
        git rebase main >/dev/null 2>&1 || true
        echo 4 >deep/down/b; touch new
        git checkout -q --detach 2>/dev/null || true
    "#;
    let mut git = Command::new("/bin/sh");
    git.args(["-c", script]).current_dir(place).env_clear().env("PATH", "/usr/bin:/bin");
    git.env("HOME", home.path("home")).stdout(Stdio::null()).stderr(Stdio::null());
    for role in ["AUTHOR", "COMMITTER"] {
        git.env(format!("GIT_{role}_NAME"), "Tester").env(format!("GIT_{role}_EMAIL"), "t@example.invalid");
    }
    assert!(git.status().unwrap().success());
}

fn copy(from: &Path, to: &Path) {
    let _ = fs::remove_dir_all(to);
    assert!(Command::new("cp").arg("-a").args([from, to]).status().unwrap().success());
}

/// A direct prompt, which ends in time.
fn prompt(home: &Home, place: &Path) -> String {
    let begin = Instant::now();
    let mut command = home.command(&["prompt", "--all", "--alone"]);
    command.current_dir(place).env("PWD", place).stdout(Stdio::piped()).stderr(Stdio::piped());
    let text = left(&finish(command.spawn().unwrap()));
    assert!(begin.elapsed() < LIMIT, "it took {:?}", begin.elapsed());
    text
}

/// The paths below a folder that a direct prompt opens, or would if they were there.
fn opened(home: &Home, place: &Path, below: &Path) -> Option<BTreeSet<PathBuf>> {
    let list = home.path("trace");
    let own = home.command(&[]);
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-e", "trace=open,openat,openat2", "-s", "4096", "-o"]).arg(&list);
    strace.arg(&home.binary).args(["prompt", "--all", "--alone"]).current_dir(place).env_clear();
    strace.envs(own.get_envs().filter_map(|(name, value)| Some((name, value?)))).env("PWD", place);
    strace.stdout(Stdio::null()).stdin(Stdio::null());
    if !strace.status().is_ok_and(|status| status.success()) {
        eprintln!("skipped: there is no strace, or it may not trace");
        return None;
    }
    let text = fs::read_to_string(&list).unwrap();
    let path = |line: &str| Some(PathBuf::from(line.split('"').nth(1)?));
    let absolute = |path: PathBuf| if path.is_absolute() { path } else { place.join(path) };
    let paths = text.lines().filter_map(path).map(absolute);
    let paths = paths.filter_map(|path| Some(path.strip_prefix(below).ok()?.to_owned()));
    Some(paths.filter(|path| !path.as_os_str().is_empty()).collect())
}

#[test]
fn what_stands_in_the_place_of_any_file_that_is_opened_keeps_nobody_waiting() {
    let home = Home::new();
    let (model, world) = (home.path("model"), home.path("place/world"));
    rich(&home, &model);
    copy(&model, &world);
    let place = world.join("repo");
    let whole = prompt(&home, &place);
    assert!(whole.contains("1.2.3"), "{whole:?}");
    let Some(mut paths) = opened(&home, &place, &world) else { return };
    for known in ["objects/info/alternates", "logs/refs/stash", "rebase-merge/msgnum", "info/exclude", "HEAD"]
    {
        paths.insert(Path::new("repo/.git").join(known));
    }
    eprintln!("{} paths are opened", paths.len());
    assert!(paths.len() > 30, "{paths:?}");
    let mut slow = Vec::new();
    for path in paths.iter().filter(|path| *path != Path::new("repo")) {
        for strange in [Strange::Pipe, Strange::Socket, Strange::Device] {
            copy(&model, &world);
            strange.put(&world.join(path));
            // And the next time.
            for _ in 0..2 {
                let begin = Instant::now();
                let shown = prompt(&home, &place);
                assert!(shown.contains("repo"), "{path:?} {strange:?}: {shown:?}");
                if begin.elapsed() > Duration::from_millis(300) {
                    slow.push((path.clone(), strange, begin.elapsed()));
                }
            }
        }
    }
    eprintln!("those that cost about the budget: {slow:#?}");
}
