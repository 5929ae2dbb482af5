use ziron_macros::{Choice, Vars};

#[derive(Vars)]
struct NoDoc<'v> {
    name: &'v str,
}

#[derive(Vars)]
struct UnknownParameter<'v> {
    /// The name.
    #[var(chioce)]
    name: &'v str,
}

#[derive(Vars)]
struct Tuple<'v>(&'v str);

#[derive(Vars)]
enum NoStruct {
    One,
}

#[derive(Choice)]
struct NoEnum;

#[derive(Choice)]
enum NoOption {
    #[choice("one_symbol")]
    One,
    Two,
}

fn main() {}
