ziron::prompt!("ui/config_warning.toml");

fn main() {
    let _ = PROMPT.build;
}
