//! Everything that can go wrong leaves the old prompt in place and says what to do.

use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::world::{GOOD, OLD, Ran, World, names};

#[test]
fn cargo_is_missing() {
    let world = World::new(GOOD).with_old_prompt();
    world.remove_tool("cargo");
    let ran = Ran::of(world.command(&[]).env("PATH", world.path("tools")).output().unwrap());
    ran.says(3, &["error: `cargo` was not found", "hint: Install Rust from https://rustup.rs"]);
    world.old_prompt_untouched(&ran);
}

#[test]
fn rustc_is_too_old() {
    let world = World::new(GOOD).with_old_prompt();
    world.rustc("1.70.0");
    let ran = world.run(&[]);
    ran.says(3, &["rustc 1.70.0 is too old", "rustup update stable"]);
    world.old_prompt_untouched(&ran);
}

#[test]
fn rustup_has_no_toolchain() {
    let world = World::new(GOOD).with_old_prompt();
    world.tool("rustc", "echo 'error: rustup could not choose a version of rustc to run' >&2; exit 1\n");
    let ran = world.run(&[]);
    ran.says(3, &["does not work", "caused by: error: rustup could not choose", "rustup default stable"]);
    world.old_prompt_untouched(&ran);
}

#[test]
fn the_generated_code_does_not_compile() {
    let pages = "for i in 1 2 3 4 5 6 7 8 9; do echo \"error[E042$i]: cannot find value\" >&2; echo '  | pages' >&2; done; exit 101";
    let world = World::new(pages).with_old_prompt();
    let ran = world.run(&[]);
    ran.says(
        70,
        &[
            "internal error: the generated prompt does not compile",
            "caused by: error[E0421]",
            "Please report it",
        ],
    );
    assert!(!ran.err.contains("pages") && ran.err.lines().count() < 8, "{}", ran.err);
    world.old_prompt_untouched(&ran);
    let log = ran
        .err
        .lines()
        .find_map(|line| line.strip_prefix("hint: Please report it, with the log attached: "))
        .unwrap();
    let log = fs::read_to_string(log).unwrap();
    assert!(
        log.contains("error[E0429]") && log.contains("prompt/src/main.rs") && log.contains("rustc 1.99.0"),
        "{log}"
    );

    world.cargo("exit 0", GOOD);
    world.run(&[]).says(0, &["Installed"]);
}

#[test]
fn there_is_no_network() {
    let world = World::new(GOOD).with_old_prompt();
    world.cargo("echo 'error: failed to download from `https://index`' >&2\nexit 101", GOOD);
    let ran = world.run(&[]);
    ran.says(4, &["could not be downloaded", "for the first build only"]);
    world.old_prompt_untouched(&ran);
}

#[test]
fn there_is_no_linker() {
    let world = World::new("echo 'error: linker `cc` not found' >&2; exit 101").with_old_prompt();
    let ran = world.run(&[]);
    ran.says(3, &["there is no C linker", "build-essential"]);
    world.old_prompt_untouched(&ran);
}

#[test]
fn the_disk_fills_up_under_cargo() {
    let world =
        World::new("echo 'error: x: No space left on device (os error 28)' >&2; exit 101").with_old_prompt();
    let ran = world.run(&[]);
    ran.says(5, &["the disk is full", "Free some space"]);
    world.old_prompt_untouched(&ran);
}

#[test]
fn the_disk_is_full_where_the_prompt_goes() {
    let world = World::new(&format!("{GOOD}\nhead -c 300000 /dev/zero >> \"$program\""));
    let place = world.path("full");
    fs::create_dir(&place).unwrap();
    let Some(_mounted) = Mounted::tiny(&place) else { return };
    fs::write(place.join("ziron-prompt"), OLD).unwrap();
    let ran = world.run(&["--output", place.to_str().unwrap()]);
    ran.says(5, &["could not write the new prompt", "Free some space", "The old prompt is still in place."]);
    assert_eq!(names(&place), ["ziron-prompt"]);
    assert_eq!(fs::read_to_string(place.join("ziron-prompt")).unwrap(), OLD);
}

#[test]
fn the_place_cannot_be_written_to() {
    let world = World::new(GOOD);
    world.write("file", "");
    let ran = world.run(&["--output", "file/prompt"]);
    ran.says(5, &["could not make the folder `", "/file`", "caused by:"]);
    let ran = Ran::of(world.command(&[]).env("XDG_CACHE_HOME", world.path("file")).output().unwrap());
    ran.says(5, &["could not make the folder", "XDG_CACHE_HOME"]);
}

#[test]
fn the_new_prompt_does_not_run() {
    let broken = GOOD.replace("echo \"prompt %s\"", "echo broken >&2; exit 3");
    let world = World::new(&broken).with_old_prompt();
    let ran = world.run(&[]);
    ran.says(70, &["the new prompt was built, but `--version` fails", "exit status: 3", "broken"]);
    world.old_prompt_untouched(&ran);
}

#[test]
fn ctrl_c_stops_cargo_and_its_compilers() {
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        let world = World::new(
            "/bin/sleep 60 &\necho $! > \"$WORLD/compiler\"\nmv \"$WORLD/compiler\" \"$WORLD/started\"\nwait",
        )
        .with_old_prompt();
        let run = world.start(&[]);
        let began = Instant::now();
        let compiler = loop {
            if let Ok(pid) = fs::read_to_string(world.path("started")) {
                break pid.trim().to_owned();
            }
            assert!(began.elapsed() < Duration::from_secs(20), "cargo was not started");
            std::thread::sleep(Duration::from_millis(5));
        };
        let sent =
            Command::new("/bin/sh").args(["-c", &format!("kill -{signal} {}", run.id())]).status().unwrap();
        assert!(sent.success());
        let ran = Ran::of(run.wait_with_output().unwrap());
        ran.says(code, &["error: interrupted"]);
        world.old_prompt_untouched(&ran);
        assert!(began.elapsed() < Duration::from_secs(20));
        let alive =
            fs::read_to_string(format!("/proc/{compiler}/stat")).is_ok_and(|stat| !stat.contains(") Z"));
        assert!(!alive, "the compiler is still running");
    }
}

#[test]
fn a_named_configuration_is_missing() {
    let world = World::new(GOOD).with_old_prompt();
    let ran = world.run(&["--config", "missing.toml"]);
    ran.says(
        2,
        &["could not read the configuration `missing.toml`", "caused by: No such file", "init --config"],
    );
    world.old_prompt_untouched(&ran);
}

/// A file system of 64 kB, where this user may mount one.
struct Mounted<'a>(&'a std::path::Path);

impl<'a> Mounted<'a> {
    fn tiny(place: &'a std::path::Path) -> Option<Self> {
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=64k", "ziron-test"]).arg(place);
        mount.output().is_ok_and(|output| output.status.success()).then_some(Self(place))
    }
}

impl Drop for Mounted<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0).output();
    }
}
