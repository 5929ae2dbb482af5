ziron::prompt!("ui/config_error.toml");

fn main() {
    let _ = PROMPT.build;
}
