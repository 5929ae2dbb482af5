//! `try`, in the real shells that this machine has.

use std::io::Write;
use std::path::Path;
use std::process::Stdio;

use crate::world::{GOOD, Ran, World, names};

/// Opens `shell` as the user has it, with a prompt that was compiled, and types one line.
fn typed(world: &World, shell: &str, line: &str) -> Option<Ran> {
    let path = ["/bin", "/usr/bin"]
        .map(|folder| Path::new(folder).join(shell))
        .into_iter()
        .find(|path| path.exists())?;
    let mut command = world.command(&["try", "--compiled"]);
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

/// Opens `shell` in a terminal, with a prompt that nothing was compiled for, and types lines. Returns what the terminal
/// was sent.
fn at_once(world: &World, shell: &str, lines: &str) -> Option<String> {
    let path = ["/bin", "/usr/bin"]
        .map(|folder| Path::new(folder).join(shell))
        .into_iter()
        .find(|path| path.exists())?;
    for tool in ["cargo", "rustc"] {
        world.remove_tool(tool);
    }
    let program = world.command(&["try"]).get_program().to_owned();
    let mut command = world.command(&[]);
    let mut terminal = std::process::Command::new("script");
    terminal.env_clear().envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command = terminal;
    let trial = format!("{} try", program.to_string_lossy());
    command
        .args(["-qec", &trial, "/dev/null"])
        .env("SHELL", path)
        .env("TERM", "xterm")
        .env("LANG", "C.UTF-8");
    command.current_dir(world.path("")).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(format!("{lines}\nexit\n").as_bytes()).unwrap();
    let ran = Ran::of(child.wait_with_output().unwrap());
    assert!(
        ran.out.contains("none of your files was changed") && ran.out.contains("The trial is over"),
        "{ran:?}"
    );
    assert!(names(&world.path("")).iter().all(|name| !name.starts_with("ziron-try-")));
    Some(ran.out)
}

fn world_that_shows(text: &str) -> World {
    let world = World::new(GOOD);
    world.write("home/.config/ziron/ziron.toml", &format!("format = '<{text}>'\nadd_newline = false\n"));
    world.write("home/.bashrc", "");
    world.write("home/.zshrc", "");
    world
}

#[test]
fn nothing_is_compiled() {
    for shell in ["bash", "zsh", "fish"] {
        let world = world_that_shows("at once");
        if let Some(shown) = at_once(&world, shell, "") {
            assert!(shown.contains("<at once>"), "{shell}: {shown}");
        }
    }
}

#[test]
fn a_trial_follows_the_configuration() {
    let world = world_that_shows("one");
    // What cannot be shown is not: the prompt before it stays.
    let lines = "p=$(echo ziron-try-*/ziron-prompt); c=$HOME/.config/ziron/ziron.toml
$p prompt; echo \" is first\"; echo format = > $c
echo \"format = '<two>'\" > $c; n=0
until [[ $($p prompt) == *two* || $n == 200 ]]; do n=$((n + 1)); sleep 0.05; done; [ $n = 200 ] || echo now 'two'";
    if let Some(shown) = at_once(&world, "bash", lines) {
        assert!(shown.contains("<one> is first") && shown.contains("now two"), "{shown}");
    }
}

#[test]
fn rust_of_the_users_own_is_compiled_first() {
    let world = World::new(GOOD);
    world.write(
        "home/.config/ziron/ziron.toml",
        "format = '$directory'\n[cache.directory]\npolicy = 'crate::Mine'\n",
    );
    let ran = world.run(&["try"]);
    ran.says(1, &["cannot be tried at once", "`crate::Mine` is Rust code", "ziron-build try --compiled"]);
}
