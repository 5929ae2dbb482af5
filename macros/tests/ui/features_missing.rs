ziron::prompt!("ui/features_missing.toml");

fn main() {
    let _ = <Prompt as ziron::Prompt>::BUILD;
}
