ziron::prompt!("ui/no_such_file.toml");

fn main() {
    let _ = PROMPT.build;
}
