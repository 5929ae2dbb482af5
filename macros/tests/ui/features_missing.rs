ziron::prompt!("ui/features_missing.toml");

fn main() {
    let _ = PROMPT.build;
}
