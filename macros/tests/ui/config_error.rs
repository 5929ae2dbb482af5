ziron::prompt!("ui/config_error.toml");

fn main() {
    let _ = <Prompt as ziron::Prompt>::BUILD;
}
