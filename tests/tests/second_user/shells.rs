//! The attacker against the victim's shells, while they run.

use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};

use ziron_runtime::shell::{Quoting, Shell};
use ziron_tests::dump;
use ziron_tests::terminal::Terminal;

use crate::attack::{Attack, Layout, is_drawn};
use crate::town::{Town, say, wait};
use crate::{ATTACKER, VICTIM, by, folder};

macro_rules! in_each_shell {
    ($($test:ident),* $(,)?) => {
        mod zsh { $(#[test] fn $test() { super::$test(ziron_runtime::shell::Shell::Zsh); })* }
        mod bash { $(#[test] fn $test() { super::$test(ziron_runtime::shell::Shell::Bash); })* }
        mod fish { $(#[test] fn $test() { super::$test(ziron_runtime::shell::Shell::Fish); })* }
    };
}

in_each_shell! {
    a_folder_that_is_his_from_the_beginning, the_folder_that_was_chosen_once, a_folder_made_anew, a_link_made_anew,
    a_kept_script,
}

/// More prompts than an exchange needs to be seen at the wrong moment, if that is possible.
const PROMPTS: usize = 30;

/// The victim goes on working, and nothing that the attacker would draw is seen.
fn go_on(terminal: &Terminal, prompts: usize) {
    for prompt in 0..prompts {
        say(terminal, &format!("word{prompt}"));
        // An empty line as well.
        terminal.send("\r");
    }
    say(terminal, "end");
    let text = dump::plain(&terminal.screen());
    assert!(text.contains("in ~") && !is_drawn(&text), "{text}");
    let commands = terminal.commands();
    assert!(
        !commands.iter().any(|command| is_drawn(command) || command.contains("UFdORUQ=")),
        "{commands:?}"
    );
    // fish itself has something to say of its own folder in /tmp.
    for word in ["_ziron", "denied", "No such"] {
        assert!(!text.contains(word), "{text}");
    }
}

/// The numbers that the victim's next processes may get, as an attacker would take: those who make the files wait for
/// no race.
fn numbers_to_come() -> Vec<u32> {
    let now: u32 =
        fs::read_to_string("/proc/loadavg").unwrap().trim().rsplit(' ').next().unwrap().parse().unwrap();
    (now..now + 400).collect()
}

/// The attacker's folder is what `XDG_RUNTIME_DIR` says. The program looks before any script does: it writes one for
/// another folder, so that here no check of the script's can fail.
fn a_folder_that_is_his_from_the_beginning(shell: Shell) {
    let Some(town) = Town::new() else { return };
    for layout in [Layout::Open, Layout::Links] {
        let run = town.path(&format!("shared/{layout:?}"));
        let attack = Attack::plant(&town, &run, &numbers_to_come(), layout);
        let script = town.says(&["init", shell.name()], &[("XDG_RUNTIME_DIR", &run)]);
        assert!(script.contains("/socket") && !script.contains(run.to_str().unwrap()), "{script}");
        let Some(terminal) = town.open(shell, &town.connect(shell), &[("XDG_RUNTIME_DIR", &run)]) else {
            return;
        };
        go_on(&terminal, 8);
        attack.has_failed();
        town.is_intact();
    }
}

/// What was once taken without `XDG_RUNTIME_DIR` is a name in `/tmp` that everybody can take first.
fn the_folder_that_was_chosen_once(shell: Shell) {
    let Some(town) = Town::new() else { return };
    let once = Path::new("/tmp").join(format!("ziron-{VICTIM}"));
    // Each shell's test in its turn.
    wait("the folder is free", || by(ATTACKER, || fs::create_dir(&once).is_ok()));
    fs::remove_dir(&once).unwrap();
    let attack = Attack::plant_levels(&town, std::slice::from_ref(&once), &[], Layout::Open);
    let terminal = town.open(shell, &town.connect(shell), &[]);
    if let Some(terminal) = &terminal {
        go_on(terminal, 8);
    }
    attack.has_failed();
    fs::remove_dir_all(&once).unwrap();
    // There is a daemon all the same, in the victim's own folder.
    if terminal.is_some() {
        wait("the victim's daemon", || town.path("home/.local/state/ziron").is_dir());
    }
}

/// A shell that is served by the victim's daemon, in a folder of his in one that everybody writes to.
fn served(town: &Town, shell: Shell, run: &Path) -> Option<Terminal> {
    by(VICTIM, || folder(run, 0o700));
    let terminal = town.open(shell, &town.connect(shell), &[("XDG_RUNTIME_DIR", run)])?;
    say(&terminal, "begin");
    let own = run.join("ziron").join(town.id());
    wait("the victim's daemon", || own.join("socket").exists());
    say(&terminal, "served");
    say(&terminal, "again");
    let names: Vec<PathBuf> = fs::read_dir(&own).unwrap().map(|entry| entry.unwrap().path()).collect();
    let is_served = |name: &PathBuf| name.extension().is_some_and(|end| end == "request" || end == "reply");
    assert!(shell == Shell::Zsh || names.iter().any(is_served), "{names:?}");
    Some(terminal)
}

/// The victim removes a folder, into which a daemon may just be writing.
fn remove(folder: &Path) {
    wait("the folder's end", || {
        let _ = by(VICTIM, || fs::remove_dir_all(folder));
        !folder.exists()
    });
}

/// The victim's folder goes, as at a logout that leaves a shell behind, and the attacker takes its name.
fn a_folder_made_anew(shell: Shell) {
    let Some(town) = Town::new() else { return };
    for layout in [Layout::Open, Layout::Links] {
        let run = town.path(&format!("shared/{layout:?}"));
        let Some(terminal) = served(&town, shell, &run) else { return };
        let shells = town.processes(shell.name());
        remove(&run);
        let attack = Attack::plant(&town, &run, &shells, layout);
        go_on(&terminal, PROMPTS);
        attack.has_failed();
        town.is_intact();
    }
}

/// The attacker's folder is a link to the victim's own folder, now and then.
fn a_link_made_anew(shell: Shell) {
    let Some(town) = Town::new() else { return };
    let run = town.path("shared/run");
    let Some(terminal) = served(&town, shell, &run) else { return };
    let shells = town.processes(shell.name());
    let legal = town.path("home/legal");
    by(VICTIM, || fs::rename(&run, &legal).or_else(|_| fs::create_dir(&legal)).unwrap());
    remove(&run);
    // zsh looks only when it connects. What stands behind the link then looks as it should: a socket of the victim's.
    let _socket = (shell == Shell::Zsh).then(|| {
        town.kill_daemons();
        let own = legal.join("ziron").join(town.id());
        by(VICTIM, || {
            fs::create_dir_all(&own).unwrap();
            let _ = fs::remove_file(own.join("socket"));
            UnixDatagram::bind(own.join("socket")).unwrap()
        })
    });
    let trap = town.path("shared/trap");
    let mut attack = Attack::plant(&town, &trap, &shells, Layout::Open);
    by(ATTACKER, || symlink(&legal, &run).unwrap());
    attack.exchange_folder(&town, &run, &trap);
    go_on(&terminal, PROMPTS);
    attack.has_failed();
    town.is_intact();
}

/// A script is kept only where nobody else can write; what shells read beside it goes.
fn a_kept_script(shell: Shell) {
    let Some(town) = Town::new() else { return };
    let file = |folder: &str| town.path(folder).join(format!("init.{}", shell.name()));
    let keep = |file: &Path| {
        let words = ["init".as_ref(), shell.name().as_ref(), "--keep".as_ref(), file.as_os_str()];
        town.run(&words, &[])
    };
    by(ATTACKER, || {
        folder(&town.path("shared/open"), 0o777);
        folder(&town.path("lair/way"), 0o777);
        symlink(town.path("home"), town.path("shared/link")).unwrap();
        symlink(town.path("home"), town.path("lair/link")).unwrap();
    });
    by(VICTIM, || {
        folder(&town.path("home/loose"), 0o777);
        // His own, but the attacker can put another in its place.
        folder(&town.path("lair/way/own"), 0o700);
    });
    for unsafe_folder in [
        "shared/open",
        "shared/open/deep",
        "shared/link",
        "lair/link",
        "lair/way/own",
        "home/loose",
        "home/loose/deep",
    ] {
        let output = keep(&file(unsafe_folder));
        assert!(!output.status.success() && !output.stdout.is_empty(), "{unsafe_folder}: {output:?}");
        assert!(!file(unsafe_folder).exists(), "{unsafe_folder}");
    }
    // The attacker was here before the victim looked after it.
    let share = town.path("home/share");
    by(VICTIM, || folder(&share, 0o777));
    let compiled = share.join(format!("init.{}.zwc", shell.name()));
    by(ATTACKER, || {
        fs::write(&compiled, "what zsh would run").unwrap();
        symlink(town.path("home/private"), file("home/share")).unwrap();
    });
    by(VICTIM, || crate::set_mode(&share, 0o700));
    let output = keep(&file("home/share"));
    assert!(output.status.success(), "{output:?}");
    assert!(!compiled.exists() && fs::symlink_metadata(file("home/share")).unwrap().is_file());
    town.is_intact();
    let line = format!("source {}", Quoting::Posix.quote(&file("home/share").display().to_string()));
    let Some(terminal) = town.open(shell, &line, &[]) else { return };
    go_on(&terminal, 2);
}

/// Pictures of the instant prompt are kept in the victim's cache, or not at all.
#[test]
fn pictures() {
    let Some(town) = Town::new() else { return };
    let binary = Quoting::Posix.quote(&town.binary().display().to_string());
    let lines = format!("eval \"$({binary} init zsh --instant)\"\n{}", town.connect(Shell::Zsh));
    let cache = town.path("shared/cache");
    let count = |folder: &Path| fs::read_dir(folder).map_or(0, Iterator::count);
    let open = || {
        let terminal = town.open(Shell::Zsh, &lines, &[("ZIRON_CACHE", &cache)])?;
        say(&terminal, "begin");
        Some(terminal)
    };
    // His own, in a folder that everybody writes to.
    by(VICTIM, || folder(&cache, 0o700));
    let Some(terminal) = open() else { return };
    go_on(&terminal, 1);
    wait("a picture", || count(&cache.join("instant")) > 0);
    // It goes, and the attacker makes it anew, while the shell goes on and keeps another at its end.
    let plant = || {
        by(ATTACKER, || {
            folder(&cache, 0o777);
            folder(&cache.join("instant"), 0o777);
            for number in 0..64 {
                symlink(town.path("home/private"), cache.join(format!("instant/{number}"))).unwrap();
            }
        });
    };
    let open_files = || {
        for number in 0..64 {
            let file = cache.join(format!("instant/{number}"));
            by(ATTACKER, || {
                let _ = fs::remove_file(&file);
                fs::write(&file, "").unwrap();
                crate::set_mode(&file, 0o666);
            });
        }
    };
    let are_empty = || {
        for number in 0..64 {
            let file = cache.join(format!("instant/{number}"));
            assert_eq!(fs::read_to_string(file).unwrap(), "", "{number}");
        }
    };
    let second = open().unwrap();
    remove(&cache);
    plant();
    terminal.send("cd place\r");
    say(&terminal, "there");
    terminal.send("exit\r");
    wait("the shell's end", || town.processes("zsh").len() == 1);
    town.is_intact();
    // The same with files that he can read, and then from the beginning.
    open_files();
    second.send("cd place\r");
    say(&second, "there");
    second.send("exit\r");
    wait("the second shell's end", || town.processes("zsh").is_empty());
    are_empty();
    let Some(mut terminal) = open() else { return };
    terminal.send("exit\r");
    terminal.wait_exit();
    are_empty();
}
