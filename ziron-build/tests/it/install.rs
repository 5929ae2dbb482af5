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
    ran.says(
        0,
        &[
            "at the end of ~/.bashrc:",
            "/.local/bin/ziron-prompt init bash)\"",
            "~/.local/bin is not on your PATH",
        ],
    );
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
    world.run(&[]).says(0, &["at the end of ~/.bashrc:\n\n    if [ -r ~/.local/share/ziron/init.bash ]; then source ~/.local/share/ziron/init.bash; fi\n"]);
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
    world.run(&["--name", "p"]).says(0, &["source ~/.local/share/ziron/p/init.bash; fi\n"]);
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

/// Waits until the installed prompt says something else.
#[track_caller]
fn prompt_other_than(world: &World, before: &str) -> String {
    let began = std::time::Instant::now();
    loop {
        let now = if world.installed().exists() { prompt(world) } else { String::new() };
        if !now.is_empty() && now != before {
            return now;
        }
        assert!(began.elapsed() < std::time::Duration::from_secs(60), "nothing was built");
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
}

#[test]
fn watch_builds_what_has_changed_however_it_was_changed() {
    let world = World::new(GOOD);
    world.write("home/dots/ziron.toml", "add_newline = true\n");
    fs::create_dir_all(world.path("home/.config/ziron")).unwrap();
    std::os::unix::fs::symlink("../../dots/ziron.toml", world.path("home/.config/ziron/ziron.toml")).unwrap();
    let mut watch = world.command(&["watch"]).stderr(std::process::Stdio::null()).spawn().unwrap();
    let first = prompt_other_than(&world, "");
    // Written in place, where a link leads to.
    world.write("home/dots/ziron.toml", "add_newline = false\n");
    let second = prompt_other_than(&world, &first);
    // Replaced, as most editors do.
    world.write("home/dots/new", "scan_timeout = 31\n");
    fs::rename(world.path("home/dots/new"), world.path("home/dots/ziron.toml")).unwrap();
    let third = prompt_other_than(&world, &second);
    // The link leads to another file.
    world.write("home/other/ziron.toml", "scan_timeout = 32\n");
    std::os::unix::fs::symlink("../../other/ziron.toml", world.path("home/link")).unwrap();
    fs::rename(world.path("home/link"), world.path("home/.config/ziron/ziron.toml")).unwrap();
    let fourth = prompt_other_than(&world, &third);
    world.write("home/other/ziron.toml", "scan_timeout = 33\n");
    prompt_other_than(&world, &fourth);
    let sent =
        std::process::Command::new("/bin/sh").args(["-c", &format!("kill -INT {}", watch.id())]).status();
    assert!(sent.unwrap().success());
    assert_eq!(watch.wait().unwrap().code(), Some(0));
}

#[test]
fn watch_waits_for_a_configuration_that_is_not_there_yet() {
    let world = World::new(GOOD);
    let mut watch = world.command(&["watch"]).stderr(std::process::Stdio::null()).spawn().unwrap();
    let defaults = prompt_other_than(&world, "");
    world.write("home/.config/ziron/ziron.toml", "add_newline = false\n");
    prompt_other_than(&world, &defaults);
    watch.kill().unwrap();
    watch.wait().unwrap();
}

#[test]
fn a_file_that_is_no_prompt_is_not_replaced() {
    let world = World::new(GOOD);
    world.write("mine.toml", "add_newline = false\n");
    world.write("sub/keep", "");
    for output in ["mine.toml", "sub/../mine.toml"] {
        let ran = world.run(&["-c", "mine.toml", "-o", output]);
        ran.says(
            2,
            &["is not a prompt made by ziron-build, so it is not replaced", "hint: Name another place"],
        );
        assert!(!ran.err.contains("Compiling"), "{ran:?}");
        assert_eq!(fs::read_to_string(world.path("mine.toml")).unwrap(), "add_newline = false\n");
    }
}

#[test]
fn a_relative_place_is_told_as_an_absolute_one() {
    let world = World::new(GOOD);
    let ran = world.run(&["-o", "here/q"]);
    let absolute = world.path("here/q").display().to_string();
    ran.says(
        0,
        &[
            "Installed",
            &format!("$({absolute} init bash)"),
            &format!("{} is not on your PATH", world.path("here").display()),
        ],
    );
}

#[test]
fn what_cannot_be_written_is_known_before_anything_is_compiled() {
    let world = World::new(GOOD);
    world.write("home/.local/bin", "a file");
    let ran = world.run(&[]);
    ran.says(5, &["could not make the folder", "`--output PATH` chooses another place"]);
    assert!(!ran.err.contains("Compiling") && !world.path("home/.cache").exists(), "{ran:?}");
}

#[test]
fn uninstall_removes_what_is_ours_and_nothing_else() {
    // The prompt says where it keeps what.
    let said = "paths) echo \"daemon\t$WORLD/run/ziron\";;";
    let world = World::new(&keeps().replace("*) echo", &format!("{said} *) echo")));
    world.write("home/.config/ziron/ziron.toml", "add_newline = false\n");
    world.run(&[]).says(0, &[]);
    world.write("home/.config/ziron/ziron.toml", "add_newline = true\n");
    world.run(&[]).says(0, &[]);
    world.write("run/ziron/socket", "");
    world.write("home/.cache/other", "");
    world.write(
        "home/.zshrc",
        "# mine\nsource ~/.local/share/ziron/instant.zsh\nalias a=b\nsource ~/.local/share/ziron/init.zsh\n",
    );
    fs::create_dir_all(world.path("home/dots")).unwrap();
    fs::write(world.path("home/dots/bashrc"), "eval \"$(ziron-prompt init bash)\"\nlast").unwrap();
    std::os::unix::fs::symlink("dots/bashrc", world.path("home/.bashrc")).unwrap();

    let ran = world.run(&["uninstall", "--dry-run"]);
    ran.says(
        0,
        &[
            "Would remove ~/.local/bin/ziron-prompt\n",
            "ziron-prompt.previous",
            "~/.local/share/ziron",
            "~/.cache/ziron",
            "run/ziron",
            "2: source ~/.local",
            "4: source ~/.local",
            "~/.bashrc",
        ],
    );
    assert!(world.installed().exists() && world.path("run/ziron/socket").exists());

    let ran = world.run(&["uninstall"]);
    ran.says(
        0,
        &[
            "Removed ~/.local/bin/ziron-prompt",
            "Still in ~/.zshrc",
            "Your configuration stays: ~/.config/ziron/ziron.toml",
        ],
    );
    assert_eq!(names(&world.path("home/.local/bin")), [""; 0]);
    assert_eq!(names(&world.path("home/.cache")), ["other"]);
    assert!(!world.path("run/ziron").exists() && !world.path("home/.local/share/ziron").exists());
    assert!(world.path("home/.config/ziron/ziron.toml").exists());

    world.run(&["uninstall", "--startup-files", "--purge"]).says(0, &["Removed from ~/.zshrc"]);
    assert_eq!(fs::read_to_string(world.path("home/.zshrc")).unwrap(), "# mine\nalias a=b\n");
    assert_eq!(fs::read_to_string(world.path("home/dots/bashrc")).unwrap(), "last");
    assert!(world.path("home/.bashrc").is_symlink() && !world.path("home/.config/ziron/ziron.toml").exists());

    world.run(&["uninstall"]).says(0, &["There is nothing to remove"]);
}

#[test]
fn uninstall_leaves_a_program_alone_that_is_not_ours() {
    let world = World::new(GOOD);
    world.write("home/.local/bin/ziron-prompt", "foreign");
    world.run(&["uninstall"]).says(0, &["There is nothing to remove"]);
    assert!(world.installed().exists());
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

/// A prompt that says what a compiled one does for `--version`, with both hashes.
const VERSIONED: &str = r#"
program=$CARGO_TARGET_DIR/ziron-prompt
mkdir -p "$CARGO_TARGET_DIR"
hash_of() { sed -n "s/.*$1: \"\([0-9a-f]*\)\".*/\1/p" prompt/src/main.rs; }
printf '#!/bin/sh\n# A prompt made by ziron-build.\nprintf "build  %s\\nconfig %s (somewhere)\\n"\n' "$(hash_of build_hash)" "$(hash_of config_hash)" > "$program"
chmod +x "$program"
echo built >> "$WORLD/builds"
echo '{"reason":"compiler-artifact","package_id":"p","executable":"'$program'"}'
"#;

#[test]
fn what_changes_nothing_compiles_nothing() {
    let world = World::new(VERSIONED);
    let builds = || fs::read_to_string(world.path("builds")).unwrap_or_default().lines().count();
    let version =
        || String::from_utf8(std::process::Command::new(world.installed()).output().unwrap().stdout).unwrap();
    let config = |text: &str| world.write("home/.config/ziron/ziron.toml", text);
    config("format = '$character'\n[directory]\ntruncation_length = 2\n[character]\nsuccess_symbol = 'x'\n");
    world.run(&[]).says(0, &["Installed"]);
    let first = version();
    world.run(&[]).says(0, &["Unchanged"]);
    // A comment, an empty line, and another order of the tables.
    config(
        "# Mine.\n\nformat = '$character'\n[character]\nsuccess_symbol = 'x'\n[directory]\ntruncation_length = 2\n",
    );
    world.run(&[]).says(0, &["Up to date", "nothing had to be compiled"]);
    assert_eq!(builds(), 1);
    let [[build, config_hash], [build_before, hash_before]] = [version(), first].map(|text| {
        let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        [words[1].clone(), words[3].clone()]
    });
    assert_eq!(build, build_before);
    assert_ne!(config_hash, hash_before);
    assert_eq!(
        names(world.installed().parent().unwrap()),
        ["ziron-prompt"],
        "there is nothing to go back to"
    );
    world.run(&[]).says(0, &["Unchanged"]);
    config("format = '$character'\n[character]\nsuccess_symbol = 'y'\n");
    world.run(&[]).says(0, &["Installed"]);
    assert_eq!(builds(), 2);
    world.run(&["--profile", "small"]).says(0, &["Installed"]);
    assert_eq!(builds(), 3, "another profile is another program");
}

#[test]
fn a_file_that_others_can_exchange_is_not_asked() {
    let world = World::new(VERSIONED);
    fs::create_dir(world.path("shared")).unwrap();
    fs::set_permissions(world.path("shared"), std::os::unix::fs::PermissionsExt::from_mode(0o777)).unwrap();
    let asked = world.path("asked");
    world.write(
        "shared/ziron-prompt",
        &format!("#!/bin/sh\n# A prompt made by ziron-build.\necho \"$*\" >> {}\n", asked.display()),
    );
    let file = world.path("shared/ziron-prompt");
    fs::set_permissions(file, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    world.run(&["-o", "shared/"]).says(0, &["Installed"]);
    assert!(!asked.exists(), "{:?}", fs::read_to_string(asked));
}
