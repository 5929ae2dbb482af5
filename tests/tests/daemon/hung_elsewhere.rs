//! A file system that does not answer keeps nobody waiting who is somewhere else: with a home directory, a cache or programs on it.

use std::path::Path;
use std::process::Command;

use crate::common::Home;
use crate::hung::{Shell, is_marked, stand_in};

/// What `PATH` is with one more folder.
fn path_with(folder: &Path) -> String {
    format!("{}:/usr/bin:/bin", folder.display())
}

#[test]
fn a_direct_prompt_does_not_wait_for_what_variables_name() {
    let home = Home::new();
    let Some(far) = stand_in(&home) else { return };
    // Git's settings are in the home directory, and programs that are asked for their versions on the path.
    let place = home.place();
    std::fs::write(place.join("package.json"), "{}").unwrap();
    assert!(Command::new("git").args(["init", "--quiet"]).current_dir(&place).status().unwrap().success());
    let point = home.path("far");
    let path = path_with(&point.join("bin"));
    // The link is not on it, and leads to it.
    let link = home.path("link");
    std::os::unix::fs::symlink(&point, &link).unwrap();
    for (name, value) in [
        ("HOME", point.clone()),
        ("HOME", link.join("me")),
        ("PATH", path.into()),
        ("ZIRON_CACHE", point.join("cache")),
        ("XDG_CONFIG_HOME", point.join("config")),
    ] {
        let ready = || Shell::with(&home, &place, "--direct", &[(name, &value)]);
        let (prompt, _) = ready().prompt();
        assert!(prompt.contains("place") && !is_marked(&prompt), "{name}: {prompt:?}");
        let shell = ready();
        far.hang();
        let (prompt, took) = shell.prompt();
        eprintln!("a prompt with {name} on a file system that does not answer: {took:?}");
        // That it is marked says that the process which looked there had no answer.
        assert!(prompt.contains("place") && prompt.contains("ok"), "{name}: {prompt:?}");
        assert!(is_marked(&prompt), "{name}: {prompt:?}");
        far.go_on();
    }
}
