//! `prompt!` in a crate of someone's: it compiles, and draws.

use ziron::Prompt as _;

ziron::prompt!("tests/prompt.toml");

#[test]
fn the_prompt_knows_its_configuration() {
    assert_eq!(Prompt::BUILD.config, "tests/prompt.toml");
    let settings = Prompt::SETTINGS;
    assert!(!settings.add_newline);
    let names: Vec<&str> = Prompt::MODULES.iter().map(|module| module.name).collect();
    assert_eq!(names, ["directory", "character"]);
    let sources = Prompt::sources();
    assert_eq!(sources.iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["directory"]);
}
