ziron::prompt!(file = 1);

fn main() {}
