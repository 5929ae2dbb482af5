ziron::prompt!("ui/config_warning.toml");

fn main() {
    let _ = <Prompt as ziron::Prompt>::BUILD;
}
