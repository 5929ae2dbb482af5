//! Building and installing.

use std::fs;

use crate::world::{GOOD, Ran, World, names};

fn prompt(world: &World) -> String {
    let output = std::process::Command::new(world.installed()).arg("prompt").output().unwrap();
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

#[test]
fn a_build_installs_and_says_what_to_do_next() {
    let world = World::new(GOOD);
    let ran = world.run(&[]);
    ran.says(
        0,
        &["Using the built-in defaults", "Compiling the prompt", "Installed ~/.local/bin/ziron-prompt in"],
    );
    ran.says(0, &["at the end of ~/.bashrc:", "/.local/bin/ziron-prompt init bash)\""]);
    assert_eq!(ran.out, "");
    assert!(prompt(&world).starts_with("prompt config_hash: "));

    world.write("home/.bashrc", "eval \"$(ziron-prompt init bash)\"\n");
    let ran = world.run(&["build", "--quiet"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
}

/// A prompt that keeps its scripts where it is told.
fn keeps() -> String {
    let keep = r#"init) for file; do :; done; mkdir -p "$(dirname "$file")"; echo "$2 kept" >"$file";;"#;
    GOOD.replace("init) echo ZIRON_SEEN=yes;;", keep)
}

#[test]
fn scripts_are_kept_for_every_shell() {
    let world = World::new(&keeps());
    world.run(&[]).says(0, &["at the end of ~/.bashrc:\n\n    source ~/.local/share/ziron/init.bash\n"]);
    let folder = world.path("home/.local/share/ziron");
    assert_eq!(names(&folder), ["init.bash", "init.fish", "init.zsh", "instant.zsh"]);
    // Whatever became of them, the next build and the way back write them again.
    for arguments in [&["build"][..], &["rollback"], &["rollback"]] {
        world.write("home/.config/ziron/ziron.toml", "add_newline = false\n");
        fs::write(folder.join("init.zsh"), "").unwrap();
        world.run(arguments).says(0, &[]);
        assert!(fs::read_to_string(folder.join("init.zsh")).unwrap().starts_with("zsh "), "{arguments:?}");
    }
    world.write("home/.bashrc", "source ~/.local/share/ziron/init.bash\n");
    world.run(&[]).says(0, &["Unchanged"]);
    assert!(!world.run(&[]).err.contains("To use it"));
    // One with another name, and one for which nobody has a place.
    world.run(&["--name", "p"]).says(0, &["source ~/.local/share/ziron/p/init.bash\n"]);
    world.run(&["-o", "there/"]).says(0, &["init bash)\""]);
    assert_eq!(names(&folder), ["init.bash", "init.fish", "init.zsh", "instant.zsh", "p"]);
}

#[test]
fn the_prompt_before_comes_back() {
    let world = World::new(GOOD);
    world.run(&[]).says(0, &[]);
    let first = prompt(&world);
    world.write("home/.config/ziron/ziron.toml", "add_newline = false\n");
    world.run(&[]).says(0, &["Using ~/.config/ziron/ziron.toml", "Installed"]);
    let second = prompt(&world);
    assert_ne!(first, second);
    world.run(&[]).says(0, &["Unchanged"]);
    world.run(&["rollback"]).says(0, &["Rolled back"]);
    assert_eq!(prompt(&world), first);
    world.run(&["rollback"]).says(0, &[]);
    assert_eq!(prompt(&world), second);
    assert_eq!(names(world.installed().parent().unwrap()), ["ziron-prompt", "ziron-prompt.previous"]);
}

#[test]
fn a_starship_configuration_is_found_and_named() {
    let world = World::new(GOOD);
    world.write("home/.config/starship.toml", "");
    world.run(&[]).says(0, &["Using ~/.config/starship.toml: there is no ~/.config/ziron/ziron.toml"]);
}

#[test]
fn the_output_and_the_name_are_the_users() {
    let world = World::new(GOOD);
    world.run(&["--output", "there/", "--name", "p"]).says(0, &["Installed"]);
    assert_eq!(names(&world.path("there")), ["p"]);
    world.run(&["-o", "here/q"]).says(0, &["Installed"]);
    assert_eq!(names(&world.path("here")), ["q"]);
}

#[test]
fn the_unpacked_workspace_is_one_that_cargo_understands() {
    let world = World::new(GOOD);
    world.run(&[]).says(0, &[]);
    let cache = world.path("home/.cache/ziron/build");
    let folder = names(&cache).into_iter().find(|name| !name.contains('.')).unwrap();
    let cargo = ziron_build::Env::real().path("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = std::process::Command::new(cargo);
    command
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(cache.join(folder));
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(text.contains("\"name\":\"ziron-prompt\"") && text.contains("\"name\":\"ziron-runtime\""));
    assert!(!text.contains("\"kind\":\"dev\""), "development dependencies are left out");
}

#[test]
fn two_builds_at_once_take_turns() {
    let world = World::new(&format!(
        "mkdir \"$WORLD/busy\" || exit 9\n/bin/sleep 0.3\n{GOOD}\nrmdir \"$WORLD/busy\"\n"
    ));
    let runs = [world.start(&["--name", "a"]), world.start(&["--name", "b"])];
    for run in runs {
        Ran::of(run.wait_with_output().unwrap()).says(0, &["Installed"]);
    }
    assert_eq!(names(world.installed().parent().unwrap()), ["a", "b"]);
}

#[test]
fn the_second_build_neither_unpacks_nor_fetches() {
    let world = World::new(GOOD);
    world.cargo("echo fetch >> \"$WORLD/fetches\"", GOOD);
    world.run(&[]).says(0, &[]);
    let cache = world.path("home/.cache/ziron/build");
    let folder = names(&cache).into_iter().find(|name| !name.contains('.')).unwrap();
    let manifest = cache.join(folder).join("runtime/Cargo.toml");
    let before = fs::metadata(&manifest).unwrap().modified().unwrap();
    world.run(&[]).says(0, &[]);
    assert_eq!(fs::read_to_string(world.path("fetches")).unwrap(), "fetch\n");
    assert_eq!(fs::metadata(&manifest).unwrap().modified().unwrap(), before);
}
