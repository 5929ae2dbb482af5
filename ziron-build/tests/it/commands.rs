//! The commands that compile nothing.

use std::fs;

use crate::world::{GOOD, World};

#[test]
fn init_writes_a_configuration_that_is_fine_and_never_writes_over_one() {
    let world = World::new(GOOD);
    world.run(&["check"]).says(0, &["Using the built-in defaults", "the built-in defaults have no errors"]);
    world.run(&["init"]).says(0, &["Wrote ~/.config/ziron/ziron.toml"]);
    world.run(&["check"]).says(0, &["Using ~/.config/ziron/ziron.toml", "has no errors"]);
    world.write("home/.config/ziron/ziron.toml", "mine");
    world.run(&["init"]).says(2, &["exists already", "hint:"]);
    assert_eq!(fs::read_to_string(world.path("home/.config/ziron/ziron.toml")).unwrap(), "mine");
}

#[test]
fn init_says_what_it_takes_the_place_of() {
    let world = World::new(GOOD);
    world.write("home/.config/starship.toml", "");
    world.run(&["init"]).says(0, &["in place of ~/.config/starship.toml"]);
}

#[test]
fn check_underlines_what_is_wrong() {
    let world = World::new(GOOD).with_old_prompt();
    world.write("bad.toml", "format = '$charcter'\n");
    let ran = world.run(&["check", "--config", "bad.toml"]);
    ran.says(1, &["--> bad.toml:1:11", "^^^^^^^^^", "`$character`", "error: `bad.toml` has an error"]);
    let ran = world.run(&["--config", "bad.toml"]);
    ran.says(1, &["nothing was built"]);
    world.old_prompt_untouched(&ran);
    assert!(!world.path("home/.cache").exists());
}

#[test]
fn expand_and_explain_print_to_standard_output() {
    let world = World::new(GOOD);
    let expanded = world.run(&["expand"]);
    expanded.says(0, &[]);
    assert!(expanded.out.contains("::ziron::start!(PROMPT)"), "{expanded:?}");
    let explained = world.run(&["explain"]);
    explained.says(0, &[]);
    assert!(explained.out.contains("(not built yet)"), "{explained:?}");
}

#[test]
fn rollback_needs_something_to_go_back_to() {
    World::new(GOOD).run(&["rollback"]).says(2, &["there is no earlier prompt"]);
}

#[test]
fn a_wrong_command_line_says_so() {
    World::new(GOOD).run(&["--profile", "fast"]).says(2, &["invalid value 'fast'", "default, small"]);
}
