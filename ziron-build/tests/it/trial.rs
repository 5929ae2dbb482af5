//! `try`, in the real shells that this machine has.

use std::io::Write;
use std::path::Path;
use std::process::Stdio;

use crate::world::{GOOD, Ran, World, names};

/// Opens `shell` as the user has it and types one line.
fn typed(world: &World, shell: &str, line: &str) -> Option<Ran> {
    let path = ["/bin", "/usr/bin"]
        .map(|folder| Path::new(folder).join(shell))
        .into_iter()
        .find(|path| path.exists())?;
    let mut command = world.command(&["try"]);
    command
        .env("SHELL", path)
        .env("TERM", "dumb")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(format!("{line}\nexit\n").as_bytes()).unwrap();
    Some(Ran::of(child.wait_with_output().unwrap()))
}

fn check(world: &World, shell: &str, line: &str) {
    let Some(ran) = typed(world, shell, line) else { return };
    ran.says(0, &["none of your files was changed", "The trial is over"]);
    assert!(ran.out.contains("user=theirs ziron=yes"), "{ran:?}");
    assert!(!world.installed().exists());
    assert!(names(&world.path("")).iter().all(|name| !name.starts_with("ziron-try-")));
}

#[test]
fn bash() {
    let world = World::new(GOOD);
    world.write("home/.bashrc", "THEIRS=theirs\n");
    check(&world, "bash", "echo user=$THEIRS ziron=$ZIRON_SEEN");
}

#[test]
fn zsh() {
    let world = World::new(GOOD);
    world.write("home/.zshrc", "THEIRS=theirs\n");
    check(&world, "zsh", "echo user=$THEIRS ziron=$ZIRON_SEEN${ZDOTDIR-}${ZIRON_TRY-}");
}

#[test]
fn zsh_whose_files_are_elsewhere() {
    let world = World::new(GOOD);
    world.write("home/.zshenv", "ZDOTDIR=$HOME/zsh\n");
    world.write("home/zsh/.zshrc", "THEIRS=theirs\n");
    check(&world, "zsh", "[[ $ZDOTDIR == $HOME/zsh ]] && echo user=$THEIRS ziron=$ZIRON_SEEN");
}

#[test]
fn fish() {
    let world = World::new(&GOOD.replace("ZIRON_SEEN=yes", "set -g ZIRON_SEEN yes"));
    world.write("home/.config/fish/config.fish", "set -g THEIRS theirs\n");
    check(&world, "fish", "echo user=$THEIRS ziron=$ZIRON_SEEN");
}

#[test]
fn a_shell_we_do_not_know() {
    let world = World::new(GOOD);
    let ran = Ran::of(world.command(&["try"]).env("SHELL", "/bin/ksh").output().unwrap());
    ran.says(2, &["knows bash, zsh and fish"]);
}
