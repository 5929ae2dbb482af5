//! Random configurations: the same for the same seed, so that `build.rs` can compile them and a test can interpret them.
#![allow(
    clippy::format_push_string,
    clippy::explicit_auto_deref,
    unreachable_pub,
    reason = "shared by a build script and a test"
)]

use ziron_compiler::plan_of;
use ziron_compiler::specs::specs;
use ziron_runtime::spec::{ModuleSpec, OptionKind, VarKind, toml_string};

/// How many configurations are compiled.
pub const COUNT: u64 = 48;

/// The modules that the scenarios have facts for.
const MODULES: &[&str] = &[
    "character",
    "cmd_duration",
    "directory",
    "git_branch",
    "git_commit",
    "git_metrics",
    "git_state",
    "git_status",
    "hostname",
    "jobs",
    "nodejs",
    "package",
    "python",
    "rust",
    "shell",
    "shlvl",
    "status",
    "time",
    "username",
    "zig",
];

const TEXTS: &[&str] = &[
    "a", " via ", "100%", "\\$", "\\[x\\]", "é", "🦀 ", "`id`", "!", "%{", "\\\\", "\n", "\u{200b}", "{}",
    "\"",
];

const STYLES: &[&str] = &[
    "bold red",
    "bg:blue fg:white",
    "fg:prev_bg",
    "none",
    "",
    "dimmed #ff0011",
    "208 underline",
    "fg:prev_fg bg:prev_bg",
    "italic bright-green bg:#102030",
    "inverted",
];

/// Writes the configuration of a seed.
pub fn config(seed: u64) -> String {
    let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let modules: Vec<&ModuleSpec> =
        MODULES.iter().filter(|_| random.one_in(3)).filter_map(|name| specs().get(name)).collect();
    let mut names: Vec<String> = modules.iter().map(|spec| format!("${}", spec.name)).collect();
    names.extend(["$fill", "$line_break"].map(String::from));
    let left = format(&mut random, &names, &[], 3);
    let right = format(&mut random, &names, &[], 2);
    let mut text = format!("format = {}\nright_format = {}\n", toml_string(&left), toml_string(&right));
    text.push_str(&format!("add_newline = {}\n[ziron]\ntransient = true\n", random.one_in(2)));
    for spec in modules {
        text.push_str(&module(spec, &mut random));
    }
    for source in &plan_of(&text).0.sources {
        text.push_str(&cache(&source.ident, &mut random));
    }
    text
}

/// What is said about keeping the facts of a source; nothing about most.
fn cache(source: &str, random: &mut Random) -> String {
    if !random.one_in(3) {
        return String::new();
    }
    let mut text = format!("[cache.{source}]\n");
    for line in
        ["policy = 'lfu'", "policy = 'fifo'", "entries = 7\nbytes = 4096", "ttl = 5000", "refresh = 60000"]
    {
        if !text.contains("policy") || !line.starts_with("policy") {
            text.push_str(&if random.one_in(2) { format!("{line}\n") } else { String::new() });
        }
    }
    text + "events = ['deploy', 'upgrade']\n"
}

fn module(spec: &ModuleSpec, random: &mut Random) -> String {
    let mut text = format!("[{}]\ndisabled = false\n", spec.name);
    let mut variables: Vec<String> = Vec::new();
    let visible =
        spec.vars.iter().filter(|var| !matches!(var.kind, VarKind::Style { .. }) && var.name != "layout");
    variables.extend(visible.map(|var| format!("${}", var.name)));
    variables.extend(spec.aliases.iter().map(|alias| format!("${{{}}}", alias.name)));
    variables
        .extend(spec.options.iter().filter(|option| option.var).map(|option| format!("${}", option.name)));
    let is_style = |kind| matches!(kind, OptionKind::Style | OptionKind::OptionalStyle);
    let mut styles: Vec<String> = spec
        .options
        .iter()
        .filter(|option| is_style(option.kind))
        .map(|option| format!("${}", option.name))
        .collect();
    let chosen = spec.vars.iter().filter(|var| matches!(var.kind, VarKind::Style { .. }));
    styles.extend(chosen.map(|var| format!("${}", var.name)));
    for option in &spec.options {
        if option.names.is_some() && random.one_in(2) {
            text.push_str(&format!("{} = [\"!AA\", \"BB\"]\n", option.name));
        }
        let value = match option.kind {
            OptionKind::Format if option.name == "format" => format(random, &variables, &styles, 3),
            OptionKind::Format if random.one_in(3) && !option.name.ends_with("format") => {
                format(random, &[], &[], 1)
            }
            kind if is_style(kind) && random.one_in(2) => (*random.pick(STYLES)).to_owned(),
            _ => continue,
        };
        text.push_str(&format!("{} = {}\n", option.name, toml_string(&value)));
    }
    text
}

/// A format of these variables, nested at most so deep.
fn format(random: &mut Random, variables: &[String], styles: &[String], depth: u32) -> String {
    let mut text = String::new();
    for _ in 0..=random.below(4) {
        match random.below(6) {
            0 if depth > 0 => {
                let inner = format(random, variables, styles, depth - 1);
                let style = match styles {
                    [_, ..] if random.one_in(2) => random.pick(styles).clone(),
                    _ => (*random.pick(STYLES)).to_owned(),
                };
                text.push_str(&format!("[{inner}]({style})"));
            }
            1 if depth > 0 && !variables.is_empty() => {
                // With at least one variable, or it could never be shown, which is worth a warning.
                let inner = format(random, variables, styles, depth - 1);
                text.push_str(&format!("({} {inner})", random.pick(variables)));
            }
            2 | 3 if !variables.is_empty() => text.push_str(random.pick(variables).as_str()),
            _ => text.push_str(*random.pick(TEXTS)),
        }
        // A name ends where a letter could follow it.
        text.push(' ');
    }
    text
}

/// A small generator of pseudo-random numbers: xorshift64. Source: G. Marsaglia, "Xorshift RNGs", 2003.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() >> 11) as usize % limit
    }

    fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    fn pick<'t, T>(&mut self, from: &'t [T]) -> &'t T {
        &from[self.below(from.len())]
    }
}
