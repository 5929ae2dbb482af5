//! What formats mean, one case a line: a configuration, and the plan it becomes, in a compact notation.
//!
//! Text is in quotes, `$x` draws a variable, `<style: …>` has a style (`-`: none of its own), `{test? …}` is a
//! conditional in a module and
//! `(…)` one around modules, `@rust` draws a module and `@rust/style` one inside a group, `~` is a line break.

use std::fmt::Write;

use ziron_compiler::plan::{Access, Look, Node, PartSet, Plan, Test};
use ziron_compiler::plan_of;
use ziron_compiler::syntax::style::Style;

fn style(style: Style) -> String {
    let mut words = Vec::new();
    if style.attributes.bits() != 0 {
        words.push(format!("{:?}", style.attributes).replace(['{', '}', '"'], ""));
    }
    words.extend(style.fg.map(|color| format!("{color:?}")));
    words.extend(style.bg.map(|color| format!("on {color:?}")));
    if words.is_empty() { String::from("plain") } else { words.join(" ") }
}

fn look(it: &Look) -> String {
    match it {
        Look::Absent => String::from("-"),
        Look::Fixed(it) => style(*it),
        Look::Choice { access, arms, .. } => {
            let arms: Vec<String> = arms.iter().map(|(name, it)| format!("{name}={}", look(it))).collect();
            format!("{}[{}]", variable(access), arms.join(", "))
        }
    }
}

fn variable(access: &Access) -> String {
    format!("{}{}", "^".repeat(access.depth), access.name)
}

fn test(it: &Test) -> String {
    match it {
        Test::Always => String::from("always"),
        Test::Any(tests) => tests.iter().map(test).collect::<Vec<_>>().join("|"),
        Test::Datum(access) | Test::Each(access) => variable(access),
        Test::Item(access, inner) => format!("{}.{}", variable(access), test(inner)),
        Test::Choice { access, arms, .. } => {
            let arms: Vec<String> = arms.iter().map(|(name, _, it)| format!("{name}={}", test(it))).collect();
            format!("{}[{}]", variable(access), arms.join(", "))
        }
    }
}

fn show(nodes: &[Node]) -> String {
    let mut out = String::new();
    for (index, node) in nodes.iter().enumerate() {
        if index > 0 {
            out.push(' ');
        }
        let written = match node {
            Node::Text { text, look: Look::Absent } => write!(out, "{text:?}"),
            Node::Text { text, look: it } => write!(out, "<{}: {text:?}>", look(it)),
            Node::Newline => write!(out, "~"),
            Node::Datum { access, look: Look::Absent } => write!(out, "${}", variable(access)),
            Node::Datum { access, look: it } => write!(out, "<{}: ${}>", look(it), variable(access)),
            Node::Choice { access, arms, .. } => {
                let arms: Vec<String> =
                    arms.iter().map(|arm| format!("{}: {}", arm.variant, show(&arm.body))).collect();
                write!(out, "{}[{}]", variable(access), arms.join(", "))
            }
            Node::Spoken { body, .. } => write!(out, "{}", show(body)),
            Node::Item { access, body } => write!(out, "{}.({})", variable(access), show(body)),
            Node::Each { access, separator, body } => {
                write!(out, "{}*({} / {})", variable(access), show(body), show(separator))
            }
            Node::If { test: it, body } => write!(out, "{{{}? {}}}", test(it), show(body)),
            Node::Module { ident, base: None } => write!(out, "@{ident}"),
            Node::Module { ident, base: Some(base) } => write!(out, "@{ident}/{}", style(*base)),
            Node::Fill { symbol, look: it } => write!(out, "fill <{}: {symbol:?}>", look(it)),
            Node::WhenDrawn { body } => write!(out, "({})", show(body)),
        };
        written.expect("text can be written");
    }
    out
}

fn plan(config: &str) -> Plan {
    let (plan, diagnostics) = plan_of(config);
    assert!(!diagnostics.has_errors(), "{config}: {diagnostics:?}");
    plan
}

/// What a module of a plan draws.
fn module(plan: &Plan, name: &str) -> String {
    let module =
        plan.modules.iter().find(|module| module.name == name).unwrap_or_else(|| panic!("no {name}"));
    show(module.draw.as_ref().expect("it is drawn"))
}

#[track_caller]
fn left(config: &str, expected: &str) {
    assert_eq!(show(&plan(config).parts.left), expected, "{config}");
}

#[track_caller]
fn right(config: &str, expected: &str) {
    assert_eq!(show(&plan(config).parts.right), expected, "{config}");
}

/// The format of a module, and what it becomes.
#[track_caller]
fn drawn(name: &str, options: &str, expected: &str) {
    let config = format!("format = '${{{name}}}'\n[{name}]\n{options}");
    assert_eq!(module(&plan(&config), name), expected, "{config}");
}

#[test]
fn all_leaves_out_what_either_format_names() {
    let all = |config: &str| show(&plan(config).parts.left);
    let names = |shown: &str| shown.split(' ').map(str::to_owned).collect::<Vec<String>>();
    let default = names(&all(""));
    assert!(default.contains(&String::from("@directory")) && default.contains(&String::from("~")));
    assert_eq!(default.last().unwrap(), "@character");
    for config in ["format = '$all'\nright_format = '$directory'", "format = '$directory$all'"] {
        let shown = names(&all(config));
        let count = shown.iter().filter(|name| *name == "@directory").count();
        assert_eq!(count, usize::from(config.contains("'$directory$all")), "{config}");
        assert_eq!(shown.len() + usize::from(count == 0), default.len(), "{config}");
    }
    // Also what is named in a group or a conditional, in either, and what is named after it; but not what the other
    // parts name.
    let shown =
        all("format = '$all[($directory)](red)'\nright_format = '(x[$rust]())'\n[ziron]\ntransient = true");
    assert!(
        !shown.contains("@rust") && shown.matches("@directory").count() == 1 && shown.contains("@character")
    );
    assert!(!all("format = '$all$line_break'").contains("~ @"));
    assert!(all("format = '[$all](bold)'").starts_with("@username/bold @hostname/bold"));
}

#[test]
fn modules_can_be_named_twice() {
    left("format = '$rust [$rust](red)$rust'", "@rust \" \" @rust/Ansi(1) @rust");
    assert_eq!(plan("format = '$rust$rust'\nright_format = '$rust'").modules.len(), 1);
}

#[test]
fn tables_below_custom_and_env_var() {
    let customs = "[custom.z]\nwhen = true\n[custom.a]\nwhen = true\n[custom.m]\ndisabled = true\n";
    left(&format!("format = '$custom'\n{customs}"), "@custom_z @custom_a");
    left(&format!("format = '$custom|${{custom.z}}'\n{customs}"), "@custom_a \"|\" @custom_z");
    left(&format!("format = '$custom'\nright_format = '${{custom.a}}'\n{customs}"), "@custom_z");
    left(&format!("format = '${{custom.z}}${{custom.z}}'\n{customs}"), "@custom_z @custom_z");
    assert!(show(&plan(&format!("format = '$all'\n{customs}")).parts.left).contains("@custom_z @custom_a"));
    // The table itself comes first; without an option of its own it is no module.
    let variables = "[env_var.X]\n[env_var.HOME]\n";
    left(&format!("format = '$env_var'\n{variables}"), "@env_var_x @env_var_home");
    left(
        &format!("format = '$env_var'\n{variables}[env_var]\nvariable = 'USER'"),
        "@env_var @env_var_x @env_var_home",
    );
    // Names that differ only in what an identifier cannot have.
    left(
        "format = '$custom'\n[custom.a-b]\n[custom.a_b]\n[custom.A-B]",
        "@custom_a_b @custom_a_b_2 @custom_a_b_3",
    );
}

#[test]
fn disabled_modules_are_left_out() {
    left("format = '$rust$time$zig'\n[rust]\ndisabled = true", "@zig");
    left("format = '$time'\n[time]\ndisabled = false", "@time");
    left("format = '(x$rust)|'\n[rust]\ndisabled = true", "\"|\"");
    left(
        "format = '[$fill](red)$line_break|'\n[fill]\ndisabled = true\n[line_break]\ndisabled = true",
        "\"|\"",
    );
}

#[test]
fn groups_of_the_root_format() {
    left(
        "format = '[a[b](red)[c](none)$rust](bold)[](blue)$zig'",
        "<bold: \"a\"> <Ansi(1): \"b\"> \"c\" @rust/bold <Ansi(4): \"\"> @zig",
    );
    left("format = '[$rust](none)[$zig]()'", "@rust @zig/plain");
    left(
        "format = \"[a\\nb\\n](red)[c\\n](bold)\"",
        "<Ansi(1): \"a\"> ~ <Ansi(1): \"b\"> ~ <Ansi(1): \"\"> <bold: \"c\"> ~",
    );
    left("format = '\\[\\$\\(x\\)\\\\\\]$rust'", "\"[$(x)\\\\]\" @rust");
    left(
        "palette = 'p'\nformat = '[a](sky)[b](bg:grey)[c](BOLD fg:Red)'\n[palettes.p]\nsky = '#010203'\ngrey = '240'",
        "<Rgb(1, 2, 3): \"a\"> <on Fixed(240): \"b\"> <bold Ansi(1): \"c\">",
    );
    left("palette = 'p'\nformat = '[a](red)'\n[palettes.p]\nred = 'bright-red'", "<Ansi(9): \"a\">");
    // An unknown palette: only the built-in colours.
    left("palette = 'q'\nformat = '[a](red)[b](sky)'\n[palettes.p]\nred = 'blue'", "<Ansi(1): \"a\"> \"b\"");
}

#[test]
fn conditionals_of_the_root_format() {
    left("format = '(a$rust)([ b](red)[($zig)](blue))'", "(\"a\" @rust) (<Ansi(1): \" b\"> (@zig/Ansi(4)))");
    left("format = '(text)(a [b](red))$rust'", "@rust");
    // Line breaks and fills are always there.
    left(
        "format = \"(a$line_break)(b[($fill)]())(c\\n)$rust\"",
        "\"a\" ~ \"b\" fill <bold Ansi(0): \".\"> @rust",
    );
    right("right_format = \"(a$rust$line_break)\\nb\"", "\"a\" @rust \"b\"");
    right("right_format = \"(a\\n$rust)\\n\"", "(\"a\" @rust)");
}

#[test]
fn fills_take_the_style_around_them() {
    left(
        "format = '[$fill](bold)x$fill'\n[fill]\nstyle = 'none'\nsymbol = '-'",
        "fill <bold: \"-\"> \"x\" fill <-: \"-\">",
    );
    left("format = '[$fill](bold)'\n[fill]\nstyle = 'red'", "fill <Ansi(1): \".\">");
}

#[test]
fn groups_of_modules() {
    drawn(
        "hostname",
        "format = '[a$hostname[b](red)[c](none)](bold)'",
        "<bold: \"a\"> <bold: $hostname> <Ansi(1): \"b\"> \"c\"",
    );
    drawn("hostname", "format = '[x](bg:$style $style)'\nstyle = 'blue'", "<Ansi(4) on Ansi(4): \"x\">");
    drawn("hostname", "format = '[x](bg:$style)[y](blue $style)'\nstyle = 'none'", "<plain: \"x\"> \"y\"");
    drawn(
        "username",
        "format = '[$user](italic $style)'\nstyle_root = 'none'",
        "<style[Root=-, User=bold, italic Ansi(3)]: $user>",
    );
    drawn(
        "username",
        "format = '[x](fg:$style)[y](red)'\nstyle_user = '12'",
        "<style[Root=bold Ansi(1), User=Fixed(12)]: \"x\"> <Ansi(1): \"y\">",
    );
    drawn("hostname", "format = \"a\\n[b\\n](red)\"", "\"a\" ~ <Ansi(1): \"b\"> ~ <Ansi(1): \"\">");
}

#[test]
fn conditionals_of_modules() {
    drawn(
        "hostname",
        "format = '(a$hostname)(b)([($ssh_symbol )c](red))'",
        "{hostname? \"a\" $hostname} {ssh_symbol? {ssh_symbol? <Ansi(1): $ssh_symbol> <Ansi(1): \" \">} <Ansi(1): \"c\">}",
    );
    // Variables of styles do not count.
    drawn("hostname", "format = '([x]($style))|'", "\"|\"");
    // A symbol counts only by the variables in it; text alone does not make it show.
    drawn("rust", "format = '($symbol )x'", "\"x\"");
    drawn("rust", "format = '($symbol$version)'", "{version.always? \"🦀 \" version.(\"v\" $^raw)}");
    drawn("zig", "format = '($version)'\nversion_format = '${major}'", "{version.^major? version.($^major)}");
    drawn("zig", "format = '(x$version)'\nversion_format = ''", "");
    drawn("character", "format = '($symbol )>'", "\">\"");
    drawn("jobs", "format = '($symbol )>'", "\">\"");
}

#[test]
fn options_that_are_variables() {
    // What is absent in a symbol is the style around the module, not that around the symbol.
    drawn(
        "rust",
        "format = '[$symbol](red)'\nsymbol = 'a[b](none)[c](bold)'",
        "<Ansi(1): \"a\"> \"b\" <bold: \"c\">",
    );
    // In what is drawn before it is put in its place, it is the style of that place.
    drawn(
        "git_status",
        "format = '[$conflicted](red)'\nconflicted = 'a[b](none)[c](bold)'",
        "conflicted.(<Ansi(1): \"ab\"> <bold: \"c\">)",
    );
    drawn(
        "git_status",
        "format = '([$ahead_behind](red))'\nahead = '[b](none)'\ndiverged = ''\nbehind = '${count}'",
        "{ahead_behind[UpToDate=, Ahead=always, Behind=^count, Diverged=]? \
         ahead_behind[UpToDate: , Ahead: <Ansi(1): \"b\">, Behind: <Ansi(1): $^count>, Diverged: ]}",
    );
    drawn(
        "status",
        "disabled = false\npipestatus = true\npipestatus_format = '[$pipestatus](red)'\n\
         pipestatus_separator = '[|](none)'\npipestatus_segment_format = '[a](none)$status'\nformat = ''",
        "layout[One: , Pipeline: pipestatus*(<Ansi(1): \"a\"> <Ansi(1): $^^status> / <Ansi(1): \"|\">)]",
    );
}

/// The parts in a set, by their initials.
fn letters(set: PartSet) -> String {
    let all =
        [(PartSet::LEFT, 'l'), (PartSet::RIGHT, 'r'), (PartSet::TRANSIENT, 't'), (PartSet::PRELUDE, 'p')];
    all.into_iter().filter(|(part, _)| part.meets(set)).map(|(_, letter)| letter).collect()
}

#[test]
fn sources_are_those_of_the_variables_that_are_used() {
    let sources = |config: &str| {
        let plan = plan(config);
        plan.sources
            .iter()
            .map(|source| format!("{}:{}", source.ident, letters(source.parts)))
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(sources("format = '$rust$time'"), "rust:l");
    assert_eq!(sources("format = '$rust'\nright_format = '$rust$zig'"), "rust:lr zig:r");
    assert_eq!(
        sources("format = '$character'\n[ziron]\ntransient = true\ntransient_format = '$rust'"),
        "rust:t"
    );
    assert_eq!(sources("format = '$git_status'\n[git_status]\nformat = '$modified'"), "git_status:l");
    assert_eq!(sources("format = '$git_branch'\n[git_branch]\nformat = '$branch'"), "git_head:l");
}

#[test]
fn every_module_is_understood_with_its_defaults() {
    for spec in ziron_compiler::specs::specs().iter() {
        let name = if spec.many { format!("{}.x", spec.name) } else { spec.name.clone() };
        let config = format!("format = '${{{name}}}'\n[{name}]\ndisabled = false");
        let (plan, diagnostics) = plan_of(&config);
        assert!(diagnostics.is_empty(), "{name}: {diagnostics:?}");
        if let Some(module) = plan.modules.first() {
            assert!(!show(module.draw.as_ref().unwrap()).is_empty(), "{name} draws nothing");
        }
    }
}

/// Default formats are not in anyone's configuration, so mistakes in them would not be reported: here they are.
#[test]
fn every_default_format_is_right() {
    use ziron_runtime::spec::OptionKind;
    for spec in ziron_compiler::specs::specs().iter() {
        let name = if spec.many { format!("{}.x", spec.name) } else { spec.name.clone() };
        let mut config = format!("format = '${{{name}}}'\n[{name}]\ndisabled = false\n");
        for option in &spec.options {
            let is_text =
                matches!(option.kind, OptionKind::Format | OptionKind::Style | OptionKind::OptionalStyle);
            if let (true, Some(default)) = (is_text, &option.default) {
                writeln!(config, "{} = {default}", option.name).unwrap();
            }
        }
        let (_, diagnostics) = plan_of(&config);
        assert!(diagnostics.is_empty(), "{config}: {diagnostics:?}");
    }
}

/// The emitter names locals after the module and after the variables that are bound; a name inside must not hide one
/// outside.
#[test]
fn no_variable_hides_its_module() {
    use ziron_runtime::spec::{VarKind, VarSpec};
    fn check(vars: &[VarSpec], outside: &mut Vec<String>) {
        for var in vars {
            let inner: Vec<&[VarSpec]> = match &var.kind {
                VarKind::Item { vars, .. } => {
                    assert!(!outside.contains(&var.name), "{} of {}", var.name, outside[0]);
                    vec![vars.as_slice()]
                }
                VarKind::Each { vars, .. } => vec![vars.as_slice()],
                VarKind::Choice { arms, .. } => {
                    for name in arms.iter().flat_map(|arm| &arm.vars).map(|var| &var.name) {
                        assert!(!outside.contains(name), "{name} of {}", outside[0]);
                    }
                    arms.iter().map(|arm| arm.vars.as_slice()).collect()
                }
                VarKind::Datum | VarKind::Style { .. } => Vec::new(),
            };
            for vars in inner {
                outside.push(var.name.clone());
                check(vars, outside);
                outside.pop();
            }
        }
    }
    for spec in ziron_compiler::specs::specs().iter() {
        let taken = [spec.name.as_str(), "facts", "pen", "mark", "index", "modules", "style"];
        check(&spec.vars, &mut taken.map(str::to_owned).to_vec());
    }
}

#[test]
fn a_variable_that_only_starships_presets_have_is_forgiven() {
    let (_, diagnostics) = plan_of("[buf]\nformat = '[$buf_version]()'");
    assert!(!diagnostics.has_errors() && diagnostics.len() == 1);
}
