//! What is not this user's alone is not used.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Stdio};

use rustix::fs::{Uid, chown};
use ziron_tests::world::private_folder;

use crate::common::{Home, is_root, wait};

/// Somebody else.
const NOBODY: u32 = 65_534;

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// A folder of daemons that is refused, with a reason; prompts do without, and say nothing.
fn is_refused(home: &Home, reason: &str) {
    let said = home.complains(&["daemon", "start"]);
    assert!(said.contains(reason), "{reason}: {said}");
    for _ in 0..2 {
        assert!(home.prompt().contains("place"), "{reason}");
    }
    home.wait_for_end();
}

#[test]
fn nobody_else_can_ask() {
    let home = Home::new();
    home.says(&["daemon", "start"]);
    assert_eq!(mode(&home.path("run/ziron")), 0o700);
    assert_eq!(mode(&home.daemon()), 0o700);
    for entry in fs::read_dir(home.daemon()).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
}

#[test]
fn folders_that_others_can_use_are_refused() {
    let home = Home::new();
    home.says(&["daemon", "start"]);
    home.says(&["daemon", "stop"]);
    home.wait_for_end();
    let (all, own) = (home.path("run/ziron"), home.daemon());
    for folder in [&all, &own] {
        for open in [0o777, 0o750, 0o701, 0o1777] {
            set_mode(folder, open);
            is_refused(&home, "so that others may use it");
        }
        set_mode(folder, 0o700);
        let moved = folder.with_extension("moved");
        fs::rename(folder, &moved).unwrap();
        symlink(&moved, folder).unwrap();
        is_refused(&home, "is not a folder");
        fs::remove_file(folder).unwrap();
        fs::write(folder, "a file").unwrap();
        is_refused(&home, "is not a folder");
        fs::remove_file(folder).unwrap();
        fs::rename(&moved, folder).unwrap();
        if is_root() {
            chown(folder, Some(Uid::from_raw(NOBODY)), None).unwrap();
            is_refused(&home, "belongs to user 65534");
            chown(folder, Some(Uid::ROOT), None).unwrap();
        }
    }
    home.says(&["daemon", "start"]);
}

/// In a folder of temporary files that everybody can write to, somebody may have been quicker.
#[test]
fn somebody_elses_socket_is_not_asked() {
    if !is_root() {
        eprintln!("skipped: only root can become somebody else");
        return;
    }
    let home = Home::new();
    home.says(&["daemon", "start"]);
    home.says(&["daemon", "stop"]);
    home.wait_for_end();
    let socket = home.daemon().join("socket");
    // Root can put another user's socket there; that user would answer whatever is asked.
    let listener = private_folder("zd-");
    let listener = listener.path();
    chown(listener, Some(Uid::from_raw(NOBODY)), None).unwrap();
    let script = "import socket,sys\ns=socket.socket(socket.AF_UNIX)\ns.bind(sys.argv[1])\ns.listen(8)\nprint('ready',flush=True)\n\
        c=s.accept()[0]\nprint(len(c.recv(9)),flush=True)";
    let python = Command::new("setpriv")
        .args(["--reuid=65534", "--clear-groups", "/usr/bin/python3", "-c", script])
        .arg(listener.join("socket"))
        .stdout(Stdio::piped())
        .spawn();
    let Ok(mut stranger) = python else {
        eprintln!("skipped: there is no setpriv");
        return;
    };
    let mut said = std::io::BufReader::new(stranger.stdout.take().unwrap());
    let mut line = String::new();
    std::io::BufRead::read_line(&mut said, &mut line).unwrap();
    if line != "ready\n" {
        eprintln!("skipped: there is no python3");
        return;
    }
    fs::rename(listener.join("socket"), &socket).unwrap();
    assert!(home.prompt().contains("place"));
    line.clear();
    std::io::BufRead::read_line(&mut said, &mut line).unwrap();
    assert_eq!(line, "0\n", "the stranger is told nothing");
    stranger.wait().unwrap();
    let logs = wait("the daemon has tried", || {
        home.processes().is_empty().then(|| home.complains(&["daemon", "start"]))
    });
    assert!(
        logs.contains("belongs to user") || logs.contains("user 65534") || logs.contains("did not begin"),
        "{logs}"
    );
    assert_eq!(
        fs::symlink_metadata(&socket).map(|meta| std::os::unix::fs::MetadataExt::uid(&meta)).unwrap(),
        NOBODY
    );
}
