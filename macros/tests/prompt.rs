//! `prompt!` in a crate of someone's: it compiles, and draws.

ziron::prompt!("tests/prompt.toml");

#[test]
fn the_prompt_knows_its_configuration() {
    assert_eq!(PROMPT.build.config, "tests/prompt.toml");
    let settings = PROMPT.settings;
    assert!(!settings.add_newline);
    let names: Vec<&str> = PROMPT.modules.iter().map(|module| module.name).collect();
    assert_eq!(names, ["directory", "character"]);
    let sources = PROMPT.sources.iter().map(|planned| planned.source.name());
    assert_eq!(sources.collect::<Vec<_>>(), ["directory"]);
}
