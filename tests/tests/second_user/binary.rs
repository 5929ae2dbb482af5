//! The attacker against the program and the daemon that it starts.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use crate::attack::{Attack, Layout, is_drawn};
use crate::town::{Town, wait};
use crate::{ATTACKER, VICTIM, by, folder, set_mode};

/// The prompt is drawn a few times, by the program and by the daemon that it may leave behind.
fn draw(town: &Town, variables: &[(&str, &Path)]) {
    for arguments in
        [&["prompt", "--all"][..], &["prompt", "--all", "--shell", "tcsh"], &["prompt", "--all", "--direct"]]
    {
        for _ in 0..3 {
            let text = town.says(arguments, variables);
            assert!(text.contains("place") && !is_drawn(&text), "{text:?}");
        }
    }
}

#[test]
fn a_run_time_folder_that_is_not_the_victims_alone() {
    let Some(town) = Town::new() else { return };
    set_mode(&town.path("lair"), 0o777);
    // What the variable names.
    for name in ["shared/his", "shared/loose", "shared/readable", "lair/own", "shared/link"] {
        let run = town.path(name);
        let attack = match name {
            "shared/his" => Some(Attack::plant(&town, &run, &[], Layout::Open)),
            "shared/loose" => {
                by(VICTIM, || folder(&run, 0o777));
                Some(Attack::plant_levels(&town, &[run.join("ziron")], &[], Layout::Open))
            }
            "shared/link" => {
                by(ATTACKER, || symlink(town.path("home"), &run).unwrap());
                None
            }
            _ => {
                by(VICTIM, || folder(&run, if name == "lair/own" { 0o700 } else { 0o755 }));
                None
            }
        };
        draw(&town, &[("XDG_RUNTIME_DIR", &run)]);
        if let Some(attack) = attack {
            attack.has_failed();
        } else {
            assert!(!run.join("ziron").exists(), "{name}");
        }
    }
    // There is one all the same, in the victim's own folder, and it is asked.
    wait("the victim's daemon", || town.path("home/.local/state/ziron").is_dir());
    let folders: Vec<PathBuf> = fs::read_dir(town.path("home/.local/state/ziron"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert!(folders.iter().any(|folder| folder.join(town.id()).join("lock").exists()), "{folders:?}");
}

/// A script that was written by somebody else, or for somebody else, means a folder of the attacker's.
#[test]
fn a_folder_that_is_meant() {
    let Some(town) = Town::new() else { return };
    let run = town.path("shared/run");
    let attack = Attack::plant(&town, &run, &[], Layout::Open);
    let meant = run.join("ziron").join(town.id()).display().to_string();
    for _ in 0..3 {
        let text = town.says(&["prompt", "--all", "--direct", "--folder", &meant], &[]);
        assert!(text.contains("place") && !is_drawn(&text), "{text:?}");
        let words = ["session", "bash", "1", "--folder", &meant].map(AsRef::as_ref);
        town.run(&words, &[]);
        town.run(&["daemon".as_ref(), "status".as_ref(), "--folder".as_ref(), meant.as_ref()], &[]);
    }
    attack.has_failed();
}

/// Without a folder of his own the victim has no background mode, and nothing is left anywhere.
#[test]
fn no_folder_at_all() {
    let Some(town) = Town::new() else { return };
    let state = town.path("shared/state");
    by(ATTACKER, || folder(&state, 0o777));
    let variables = [("ZIRON_STATE", &*state), ("ZIRON_CACHE", &*state)];
    draw(&town, &variables);
    for shell in ["zsh", "bash", "fish"] {
        let script = town.says(&["init", shell], &variables);
        assert!(!script.contains("socket"), "a script without the background mode: {script}");
    }
    let said = town.run(&["daemon".as_ref(), "start".as_ref()], &variables);
    let said = String::from_utf8_lossy(&said.stderr).into_owned();
    assert!(said.contains("no folder for a daemon") && said.contains("belongs to user 12002"), "{said}");
    assert!(town.says(&["doctor"], &variables).contains("belongs to user 12002"));
    assert_eq!(fs::read_dir(&state).unwrap().count(), 0);
    assert!(town.processes("prompt").is_empty());
}

/// Facts are stored in the victim's own folder, or not at all.
#[test]
fn caches() {
    let Some(town) = Town::new() else { return };
    let off = |folder: &Path, name: &'static str| {
        let variables = [("ZIRON_DAEMON", Path::new("off")), (name, folder)];
        for _ in 0..2 {
            let text = town.says(&["prompt", "--all"], &variables);
            assert!(text.contains("place") && !text.contains("66.6.6"), "{text:?}");
        }
    };
    // The victim's own is used: what is asserted below could not fail otherwise.
    let own = town.path("home/cache");
    off(&own, "ZIRON_CACHE");
    wait("a fact", || fs::read_dir(own.join("facts")).is_ok_and(|entries| entries.count() > 0));
    let count = |folder: &Path| -> usize {
        fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| 1 + count_in(&entry.path())).sum()
    };
    for (name, mode) in [("shared/his", 0o777), ("shared/sticky", 0o1777)] {
        let folder_of = town.path(name);
        by(ATTACKER, || {
            folder(&folder_of, mode);
            folder(&folder_of.join("ziron"), 0o777);
        });
        off(&folder_of, "ZIRON_CACHE");
        off(&folder_of, "XDG_CACHE_HOME");
        assert_eq!(count(&folder_of), 1, "{name}");
    }
    // A link of his to a folder of the victim's: nothing comes to lie there.
    let precious = town.path("home/precious");
    by(VICTIM, || folder(&precious, 0o700));
    by(ATTACKER, || {
        symlink(&precious, town.path("shared/link")).unwrap();
        symlink(&precious, town.path("lair/link")).unwrap();
    });
    for name in ["shared/link", "lair/link"] {
        off(&town.path(name), "ZIRON_CACHE");
    }
    assert_eq!(count(&precious), 0);
    // The victim's own, which others may write to, and one in the attacker's.
    let loose = town.path("home/loose");
    by(VICTIM, || folder(&loose, 0o777));
    off(&loose, "ZIRON_CACHE");
    assert_eq!(count(&loose), 0);
}

fn count_in(path: &Path) -> usize {
    fs::read_dir(path).into_iter().flatten().flatten().map(|entry| 1 + count_in(&entry.path())).sum()
}
