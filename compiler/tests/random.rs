//! Random configurations: those made of valid pieces compile to Rust without a remark; any text at all is survived.

use proptest::prelude::*;
use proptest::sample::{Index, select};
use ziron_compiler::diagnostic::Paint;
use ziron_compiler::emit::Build;
use ziron_compiler::specs::specs;
use ziron_compiler::{Input, Output, compile};
use ziron_runtime::spec::{ModuleSpec, OptionKind, VarKind, VarSpec};

fn compiled(text: &str) -> Output {
    compile(Input { text, build: Build { config: "ziron.toml", config_hash: "0", build_hash: "0" } })
}

/// What formats of one option can use.
#[derive(Clone, Debug, Default)]
struct Names {
    variables: Vec<String>,
    styles: Vec<String>,
}

/// One format of a module, and what it can use. Formats that an option's variable leads to have only data in them, so that there are no cycles.
fn names(spec: &ModuleSpec, option: &str) -> Names {
    let is_datum = |var: &&VarSpec| matches!(var.kind, VarKind::Datum);
    let mut names = Names::default();
    let mut inner: Vec<&[VarSpec]> = Vec::new();
    for var in &spec.vars {
        match &var.kind {
            VarKind::Choice { arms, .. } => {
                inner.extend(arms.iter().filter(|arm| arm.option == option).map(|arm| arm.vars.as_slice()));
            }
            VarKind::Item { option: used, vars } | VarKind::Each { option: used, vars, .. }
                if used == option =>
            {
                inner.push(vars);
            }
            VarKind::Style { .. } => names.styles.push(var.name.clone()),
            _ => {}
        }
    }
    let is_style = |kind: OptionKind| matches!(kind, OptionKind::Style | OptionKind::OptionalStyle);
    names.styles.extend(spec.options.iter().filter(|it| is_style(it.kind)).map(|it| it.name.clone()));
    let own: Vec<&VarSpec> = spec.vars.iter().filter(is_datum).collect();
    if option == "format" && inner.is_empty() {
        let drawn =
            spec.vars.iter().filter(|var| !matches!(var.kind, VarKind::Style { .. }) && var.name != "layout");
        names.variables.extend(drawn.map(|var| var.name.clone()));
        names.variables.extend(spec.options.iter().filter(|it| it.var).map(|it| it.name.clone()));
        names.variables.extend(spec.aliases.iter().map(|it| it.name.clone()));
    } else {
        names.variables.extend(own.iter().map(|var| var.name.clone()));
        // What several choices share, all of them have to have.
        if let Some((first, others)) = inner.split_first() {
            let shared = first
                .iter()
                .filter(is_datum)
                .filter(|var| others.iter().all(|vars| vars.iter().any(|it| it.name == var.name)));
            names.variables.extend(shared.map(|var| var.name.clone()));
        }
    }
    names
}

fn style(names: &Names) -> BoxedStrategy<String> {
    let words = [
        "bold",
        "red",
        "bg:blue",
        "fg:#0a0B0c",
        "bg:240",
        "bright-green",
        "prev_fg",
        "bg:prev_bg",
        "none",
        "",
        "dimmed",
    ];
    let mut all: Vec<String> = words.map(str::to_owned).to_vec();
    all.extend(names.styles.iter().map(|name| format!("${name}")));
    prop::collection::vec(select(all), 0..3).prop_map(|words| words.join(" ")).boxed()
}

fn format(names: Names) -> BoxedStrategy<String> {
    let text = select(vec!["via ", "", " ", "\\[", "\\$5", "→", "%", "\n", "`!\\\\"]).prop_map(str::to_owned);
    let variable = if names.variables.is_empty() {
        text.clone().boxed()
    } else {
        select(names.variables.clone()).prop_map(|name| format!("${{{name}}}")).boxed()
    };
    let must = names.variables.first().map(|name| format!("${{{name}}}"));
    let leaf = prop_oneof![text, variable];
    leaf.prop_recursive(4, 24, 4, move |inner| {
        let inside = prop::collection::vec(inner, 0..4).prop_map(|pieces| pieces.concat());
        let conditional = match must.clone() {
            Some(must) => inside.clone().prop_map(move |inside| format!("({inside}{must})")).boxed(),
            None => inside.clone().boxed(),
        };
        prop_oneof![
            inside.clone(),
            (inside, style(&names)).prop_map(|(inside, style)| format!("[{inside}]({style})")),
            conditional,
        ]
    })
    .boxed()
}

/// A table of a module with random formats and styles.
fn table(spec: &'static ModuleSpec) -> BoxedStrategy<String> {
    let name = if spec.many { format!("{}.some-name", spec.name) } else { spec.name.clone() };
    let options: Vec<_> = spec
        .options
        .iter()
        .filter_map(|option| {
            let value = match option.kind {
                OptionKind::Format => format(names(spec, &option.name)),
                OptionKind::Style | OptionKind::OptionalStyle => style(&Names::default()),
                OptionKind::Bool if option.name != "disabled" => {
                    any::<bool>().prop_map(|it| it.to_string()).boxed()
                }
                OptionKind::Unsigned => (0..1000u32).prop_map(|it| it.to_string()).boxed(),
                _ => return None,
            };
            let quoted =
                matches!(option.kind, OptionKind::Format | OptionKind::Style | OptionKind::OptionalStyle);
            let name = option.name.clone();
            let line = value.prop_map(move |value| {
                if quoted { format!("{name} = '''\n{value}'''\n") } else { format!("{name} = {value}\n") }
            });
            Some(prop::option::weighted(0.4, line))
        })
        .collect();
    options
        .prop_map(move |lines| {
            format!("[{name}]\ndisabled = false\n{}", lines.into_iter().flatten().collect::<String>())
        })
        .boxed()
}

/// A configuration of a few modules.
fn configuration() -> impl Strategy<Value = String> {
    let all: Vec<&'static ModuleSpec> = specs().iter().filter(|spec| spec.name != "line_break").collect();
    prop::collection::vec(any::<Index>(), 1..4).prop_flat_map(move |indices| {
        let mut chosen: Vec<&'static ModuleSpec> = indices.iter().map(|index| *index.get(&all)).collect();
        chosen.sort_by(|a, b| a.name.cmp(&b.name));
        chosen.dedup_by(|a, b| a.name == b.name);
        let mut variables: Vec<String> = chosen
            .iter()
            .map(|spec| if spec.many { format!("{}.some-name", spec.name) } else { spec.name.clone() })
            .collect();
        variables.extend(["all", "fill", "line_break"].map(str::to_owned));
        let part = || format(Names { variables: variables.clone(), styles: Vec::new() });
        let tables: Vec<_> = chosen.into_iter().map(table).collect();
        (part(), part(), part(), tables).prop_map(|(left, right, transient, tables)| {
            let root = format!("format = '''\n{left}$character'''\nright_format = '''\n{right}'''\n");
            let ziron = format!("[ziron]\ntransient = true\ntransient_format = '''\n{transient}'''\n");
            format!("{root}{ziron}{}", tables.concat())
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn valid_pieces_make_programs(text in configuration()) {
        let output = compiled(&text);
        let remarks = output.diagnostics.render("ziron.toml", &text, Paint::Plain);
        prop_assert!(output.diagnostics.is_empty(), "{text}\n{remarks}");
        let source = output.program.unwrap().source;
        if let Err(error) = syn::parse_file(&source) {
            prop_assert!(false, "{text}\n{source}\n{error}");
        }
    }

    #[test]
    fn any_text_is_survived(text in "([a-z_]{1,5}|\\PC|\n|format = '|[\\[\\]()$\\\\{}'\"=.#, ]|\\$symbol|\\$all|\\[rust\\]\n|style = ){0,60}") {
        let output = compiled(&text);
        prop_assert_eq!(output.program.is_none(), output.diagnostics.has_errors());
        output.diagnostics.render("ziron.toml", &text, Paint::Ansi);
    }

    #[test]
    fn any_formats_are_survived(
        module in select(specs().iter().map(|spec| spec.name.clone()).collect::<Vec<_>>()),
        option in any::<Index>(),
        format in "([a-z_]{1,5}|\\PC|\n|[\\[\\]()$\\\\{}]|\\$symbol|\\$version|\\$all|\\]\\(bold\\)|\\$\\{count\\}){0,30}",
    ) {
        let spec = specs().get(&module).unwrap();
        let option = &option.get(&spec.options).name;
        let value = format.replace('\'', "");
        let text = format!("format = '''{value}${module}'''\n[{module}]\n{option} = '''{value}'''\n[{module}.x]\n");
        let output = compiled(&text);
        if let Some(program) = output.program {
            prop_assert!(syn::parse_file(&program.source).is_ok(), "{text}\n{}", program.source);
        }
    }
}
