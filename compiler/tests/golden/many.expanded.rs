/// A prompt, compiled.
mod prompt {
    use ::ziron::generated::*;

    /// many.toml:12 `[custom.todo]`
    static CUSTOM_TODO: modules::core::custom::Custom = modules::core::custom::Custom {
        instance: "custom.todo",
        command: "wc -l < TODO",
        when: Condition::Constant(true),
        shell: Words(&["sh", "-e"]),
        detect_files: &["TODO"],
        ..modules::core::custom::Custom::DEFAULT
    };

    /// `[$symbol($output )]($style)`
    fn draw_custom_todo(facts: &Facts<'_>, pen: &mut Pen<'_>) {
        let health = facts.health(source::CUSTOM_TODO);
        let Some(custom_todo) = CUSTOM_TODO.vars(facts.get(source::CUSTOM_TODO)) else {
            return pen.omit_module(health, "custom.todo", Some(&draw_failed));
        };
        pen.begin_module(health);
        pen.set_style(style::BOLD_GREEN);
        if !custom_todo.output.is_empty() {
            pen.put(&custom_todo.output);
            pen.text(" ");
        }
        pen.end_module_marked("custom.todo", Some(&draw_failed));
    }

    /// many.toml:18 `[custom.load]`
    static CUSTOM_LOAD: modules::core::custom::Custom = modules::core::custom::Custom {
        instance: "custom.load",
        command: "uptime",
        when: Condition::Command("test -e /proc"),
        ..modules::core::custom::Custom::DEFAULT
    };

    /// `[$symbol($output )]($style)`
    fn draw_custom_load(facts: &Facts<'_>, pen: &mut Pen<'_>) {
        let health = facts.health(source::CUSTOM_LOAD);
        let Some(custom_load) = CUSTOM_LOAD.vars(facts.get(source::CUSTOM_LOAD)) else {
            return pen.omit_module(health, "custom.load", Some(&draw_failed));
        };
        pen.begin_module(health);
        pen.set_style(style::BOLD_GREEN);
        if !custom_load.output.is_empty() {
            pen.put(&custom_load.output);
            pen.text(" ");
        }
        pen.end_module_marked("custom.load", Some(&draw_failed));
    }

    /// many.toml:27 `[custom.LOAD]`
    static CUSTOM_LOAD_2: modules::core::custom::Custom = modules::core::custom::Custom {
        instance: "custom.LOAD",
        command: "id",
        when: Condition::Constant(true),
        ..modules::core::custom::Custom::DEFAULT
    };

    /// `[$symbol($output )]($style)`
    fn draw_custom_load_2(facts: &Facts<'_>, pen: &mut Pen<'_>) {
        let health = facts.health(source::CUSTOM_LOAD_2);
        let Some(custom_load_2) = CUSTOM_LOAD_2.vars(facts.get(source::CUSTOM_LOAD_2))
        else {
            return pen.omit_module(health, "custom.LOAD", Some(&draw_failed));
        };
        pen.begin_module(health);
        pen.set_style(style::BOLD_GREEN);
        if !custom_load_2.output.is_empty() {
            pen.put(&custom_load_2.output);
            pen.text(" ");
        }
        pen.end_module_marked("custom.LOAD", Some(&draw_failed));
    }

    /// many.toml:3 `[env_var]`
    static ENV_VAR: modules::core::env_var::EnvVar = modules::core::env_var::EnvVar {
        instance: "env_var",
        variable: Some("LANG"),
        ..modules::core::env_var::EnvVar::DEFAULT
    };

    /// `with [$symbol$env_value]($style) `
    fn draw_env_var(facts: &Facts<'_>, pen: &mut Pen<'_>) {
        let health = facts.health(source::ENV_VAR);
        let Some(env_var) = ENV_VAR.vars(facts.get(source::ENV_VAR)) else {
            return pen.omit_module(health, "env_var", Some(&draw_failed));
        };
        pen.begin_module(health);
        pen.text("with ");
        pen.set_style(style::BOLD_DIMMED_BLACK);
        pen.put(&env_var.env_value);
        pen.reset_style();
        pen.text(" ");
        pen.end_module_marked("env_var", Some(&draw_failed));
    }

    /// many.toml:6 `[env_var.EDITOR]`
    static ENV_VAR_EDITOR: modules::core::env_var::EnvVar = modules::core::env_var::EnvVar {
        instance: "env_var.EDITOR",
        default: Some("vi"),
        ..modules::core::env_var::EnvVar::DEFAULT
    };

    /// `with [$symbol$env_value]($style) `
    fn draw_env_var_editor(facts: &Facts<'_>, pen: &mut Pen<'_>) {
        let health = facts.health(source::ENV_VAR_EDITOR);
        let Some(env_var_editor) = ENV_VAR_EDITOR.vars(facts.get(source::ENV_VAR_EDITOR))
        else {
            return pen.omit_module(health, "env_var.EDITOR", Some(&draw_failed));
        };
        pen.begin_module(health);
        pen.text("with ");
        pen.set_style(style::BOLD_DIMMED_BLACK);
        pen.put(&env_var_editor.env_value);
        pen.reset_style();
        pen.text(" ");
        pen.end_module_marked("env_var.EDITOR", Some(&draw_failed));
    }

    /// many.toml:9 `[env_var.PAGER-2]`
    static ENV_VAR_PAGER_2: modules::core::env_var::EnvVar = modules::core::env_var::EnvVar {
        instance: "env_var.PAGER-2",
        format: Format("less $env_value"),
        ..modules::core::env_var::EnvVar::DEFAULT
    };

    /// `less $env_value`
    fn draw_env_var_pager_2(facts: &Facts<'_>, pen: &mut Pen<'_>) {
        let health = facts.health(source::ENV_VAR_PAGER_2);
        let Some(env_var_pager_2) = ENV_VAR_PAGER_2
            .vars(facts.get(source::ENV_VAR_PAGER_2)) else {
            return pen.omit_module(health, "env_var.PAGER-2", Some(&draw_failed));
        };
        pen.begin_module(health);
        pen.text("less ");
        pen.put(&env_var_pager_2.env_value);
        pen.end_module_marked("env_var.PAGER-2", Some(&draw_failed));
    }

    /// `[hostname]`, with its defaults.
    static HOSTNAME: modules::core::hostname::Hostname = modules::core::hostname::Hostname::DEFAULT;

    /// `[$ssh_symbol$hostname]($style) in `
    fn draw_hostname(facts: &Facts<'_>, pen: &mut Pen<'_>) {
        let health = facts.health(source::HOSTNAME);
        let Some(hostname) = HOSTNAME.vars(facts.get(source::HOSTNAME)) else {
            return pen.omit_module(health, "hostname", Some(&draw_failed));
        };
        pen.begin_module(health);
        pen.set_style(style::BOLD_DIMMED_GREEN);
        pen.put(&hostname.ssh_symbol);
        pen.put(&hostname.hostname);
        pen.reset_style();
        pen.text(" in ");
        pen.end_module_marked("hostname", Some(&draw_failed));
    }

    /// Stands for what could not be read.
    fn draw_failed(pen: &mut Pen<'_>) {
        pen.set_style(style::BOLD_RED_ON_PREV_BG);
        pen.text("⚠ ");
    }

    /// The places of the sources in the table.
    mod source {
        pub const CUSTOM_TODO: usize = 0;
        pub const CUSTOM_LOAD: usize = 1;
        pub const CUSTOM_LOAD_2: usize = 2;
        pub const ENV_VAR: usize = 3;
        pub const ENV_VAR_EDITOR: usize = 4;
        pub const ENV_VAR_PAGER_2: usize = 5;
        pub const HOSTNAME: usize = 6;
    }

    fn left(facts: &Facts<'_>, pen: &mut Pen<'_>) {
        draw_custom_todo(facts, pen);
        draw_custom_load(facts, pen);
        draw_custom_load_2(facts, pen);
        draw_env_var(facts, pen);
        draw_env_var_editor(facts, pen);
        draw_env_var_pager_2(facts, pen);
        draw_hostname(facts, pen);
    }

    fn continuation(pen: &mut Pen<'_>) {
        pen.set_style(style::BRIGHT_BLACK);
        pen.text("∙");
        pen.reset_style();
        pen.text(" ");
    }

    /// The prompt.
    pub static PROMPT: Prompt = Prompt {
        sources: &[
            PlannedSource::new(&CUSTOM_TODO, Parts::MODULES.and(Parts::LEFT)),
            PlannedSource::new(&CUSTOM_LOAD, Parts::MODULES.and(Parts::LEFT)),
            PlannedSource::new(&CUSTOM_LOAD_2, Parts::MODULES.and(Parts::LEFT)),
            PlannedSource::new(&ENV_VAR, Parts::MODULES.and(Parts::LEFT)),
            PlannedSource::new(&ENV_VAR_EDITOR, Parts::MODULES.and(Parts::LEFT)),
            PlannedSource::new(&ENV_VAR_PAGER_2, Parts::MODULES.and(Parts::LEFT)),
            PlannedSource::new(&HOSTNAME, Parts::MODULES.and(Parts::LEFT)),
        ],
        modules: &[
            Module {
                name: "custom.todo",
                doc: "Shows what a command of your own writes.",
                sources: &[source::CUSTOM_TODO],
                draw: &draw_custom_todo,
            },
            Module {
                name: "custom.load",
                doc: "Shows what a command of your own writes.",
                sources: &[source::CUSTOM_LOAD],
                draw: &draw_custom_load,
            },
            Module {
                name: "custom.LOAD",
                doc: "Shows what a command of your own writes.",
                sources: &[source::CUSTOM_LOAD_2],
                draw: &draw_custom_load_2,
            },
            Module {
                name: "env_var",
                doc: "Shows the value of a variable of the environment: `[env_var.NAME]` that of `NAME`.",
                sources: &[source::ENV_VAR],
                draw: &draw_env_var,
            },
            Module {
                name: "env_var.EDITOR",
                doc: "Shows the value of a variable of the environment: `[env_var.NAME]` that of `NAME`.",
                sources: &[source::ENV_VAR_EDITOR],
                draw: &draw_env_var_editor,
            },
            Module {
                name: "env_var.PAGER-2",
                doc: "Shows the value of a variable of the environment: `[env_var.NAME]` that of `NAME`.",
                sources: &[source::ENV_VAR_PAGER_2],
                draw: &draw_env_var_pager_2,
            },
            Module {
                name: "hostname",
                doc: "Shows the name of the machine.",
                sources: &[source::HOSTNAME],
                draw: &draw_hostname,
            },
        ],
        left: Some(&left),
        continuation: Some(&continuation),
        ..Prompt::new(
            Build {
                version: ::ziron::VERSION,
                config: "many.toml",
                config_hash: "0",
                build_hash: "0",
            },
            Settings {
                add_newline: true,
                budget: ::core::time::Duration::from_millis(500),
                command_timeout: ::core::time::Duration::from_millis(500),
                scan_timeout: ::core::time::Duration::from_millis(30),
                follow_symlinks: true,
                transient: false,
            },
        )
    };

    /// The styles that this prompt uses.
    mod style {
        use ::ziron::{Color, Style};

        pub const BOLD_DIMMED_BLACK: Style = Style::new()
            .bold()
            .dimmed()
            .fg(Color::Ansi(0));
        pub const BOLD_DIMMED_GREEN: Style = Style::new()
            .bold()
            .dimmed()
            .fg(Color::Ansi(2));
        pub const BOLD_GREEN: Style = Style::new().bold().fg(Color::Ansi(2));
        pub const BOLD_RED_ON_PREV_BG: Style = Style::new()
            .bold()
            .fg(Color::Ansi(1))
            .bg(Color::PrevBg);
        pub const BRIGHT_BLACK: Style = Style::new().fg(Color::Ansi(8));
    }
}

pub use self::prompt::PROMPT;
