/// A prompt, compiled.
mod prompt {
    use ::ziron::generated::*;

    /// variables.toml:10 `[env_var]`
    static ENV_VAR: modules::core::env_var::EnvVar = modules::core::env_var::EnvVar {
        instance: "env_var",
        variable: Some("SHELL_NAME"),
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

    /// variables.toml:13 `[env_var.EDITOR]`
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

    /// variables.toml:16 `[custom.todo]`
    static CUSTOM_TODO: modules::core::custom::Custom = modules::core::custom::Custom {
        instance: "custom.todo",
        command: "wc -l < \"${TODO_FILE:-TODO}\"",
        when: Condition::Command("test -n \"$TODO\""),
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

    /// variables.toml:20 `[hostname]`
    static HOSTNAME: modules::core::hostname::Hostname = modules::core::hostname::Hostname {
        detect_env_vars: &["!TMUX", "PWD"],
        ..modules::core::hostname::Hostname::DEFAULT
    };

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

    /// variables.toml:23 `[ruby]`
    static RUBY: modules::tools::ruby::Ruby = modules::tools::ruby::Ruby {
        detect_variables: &[],
        ..modules::tools::ruby::Ruby::DEFAULT
    };

    /// `via [$symbol($version )]($style)`
    fn draw_ruby(facts: &Facts<'_>, pen: &mut Pen<'_>) {
        let health = facts.health(source::RUBY);
        let Some(ruby) = RUBY.vars((facts.get(source::RUBY), None)) else {
            return pen.omit_module(health, "ruby", Some(&draw_failed));
        };
        pen.begin_module(health);
        pen.text("via ");
        pen.set_style(style::BOLD_RED);
        pen.text("💎 ");
        if let Some(version) = &ruby.version {
            pen.text("v");
            pen.put(&version.raw);
            pen.text(" ");
        }
        pen.end_module_marked("ruby", Some(&draw_failed));
    }

    /// variables.toml:26 `[python]`
    static PYTHON: modules::tools::python::Python = modules::tools::python::Python {
        format: Format("[$symbol$version]($style) "),
        detect_env_vars: &["CONDA"],
        ..modules::tools::python::Python::DEFAULT
    };

    /// `[$symbol$version]($style) `
    fn draw_python(facts: &Facts<'_>, pen: &mut Pen<'_>) {
        use modules::tools::python::PythonVersion;
        let health = facts.health(source::PYTHON);
        let Some(python) = PYTHON.vars((facts.get(source::PYTHON), None)) else {
            return pen.omit_module(health, "python", Some(&draw_failed));
        };
        pen.begin_module(health);
        pen.set_style(style::BOLD_YELLOW);
        pen.text("🐍 ");
        match &python.version {
            Some(PythonVersion::Python { raw, .. }) => {
                pen.text("v");
                pen.put(raw);
            }
            Some(PythonVersion::Pyenv { raw }) => {
                pen.put(raw);
            }
            None => {}
        }
        pen.reset_style();
        pen.text(" ");
        pen.end_module_marked("python", Some(&draw_failed));
    }

    /// `[username]`, with its defaults.
    static USERNAME: modules::core::username::Username = modules::core::username::Username::DEFAULT;

    /// `[$user]($style) in `
    fn draw_username(facts: &Facts<'_>, pen: &mut Pen<'_>) {
        use modules::core::username::UserStyle;
        let health = facts.health(source::USERNAME);
        let Some(username) = USERNAME.vars(facts.get(source::USERNAME)) else {
            return pen.omit_module(health, "username", Some(&draw_failed));
        };
        pen.begin_module(health);
        match &username.style {
            UserStyle::Root => {
                pen.set_style(style::BOLD_RED);
            }
            UserStyle::User => {
                pen.set_style(style::BOLD_YELLOW);
            }
        }
        pen.put(&username.user);
        pen.reset_style();
        pen.text(" in ");
        pen.end_module_marked("username", Some(&draw_failed));
    }

    /// Stands for what could not be read.
    fn draw_failed(pen: &mut Pen<'_>) {
        pen.set_style(style::BOLD_RED_ON_PREV_BG);
        pen.text("⚠ ");
    }

    /// What is remembered of `env_var`.
    static CACHE_ENV_VAR: SourceCache<Lru> = SourceCache::new(
        "env_var",
        CacheLimits::DEFAULT,
    );

    /// What is remembered of `env_var_editor`.
    static CACHE_ENV_VAR_EDITOR: SourceCache<Lru> = SourceCache::new(
        "env_var_editor",
        CacheLimits::DEFAULT,
    );

    /// What is remembered of `custom_todo`.
    static CACHE_CUSTOM_TODO: SourceCache<Lru> = SourceCache::new(
        "custom_todo",
        CacheLimits::DEFAULT,
    );

    /// What is remembered of `hostname`.
    static CACHE_HOSTNAME: SourceCache<Lru> = SourceCache::new(
        "hostname",
        CacheLimits::DEFAULT,
    );

    /// What is remembered of `ruby`.
    static CACHE_RUBY: SourceCache<Lru> = SourceCache::new("ruby", CacheLimits::DEFAULT);

    /// What is remembered of `python`.
    static CACHE_PYTHON: SourceCache<Lru> = SourceCache::new(
        "python",
        CacheLimits::DEFAULT,
    );

    /// What is remembered of `username`.
    static CACHE_USERNAME: SourceCache<Lru> = SourceCache::new(
        "username",
        CacheLimits::DEFAULT,
    );

    /// The places of the sources in the table.
    mod source {
        pub const ENV_VAR: usize = 0;
        pub const ENV_VAR_EDITOR: usize = 1;
        pub const CUSTOM_TODO: usize = 2;
        pub const HOSTNAME: usize = 3;
        pub const RUBY: usize = 4;
        pub const PYTHON: usize = 5;
        pub const USERNAME: usize = 6;
    }

    fn left(facts: &Facts<'_>, pen: &mut Pen<'_>) {
        draw_env_var(facts, pen);
        draw_env_var_editor(facts, pen);
        draw_custom_todo(facts, pen);
        draw_hostname(facts, pen);
        draw_ruby(facts, pen);
        draw_python(facts, pen);
        draw_username(facts, pen);
    }

    fn continuation(pen: &mut Pen<'_>) {
        pen.set_style(style::BRIGHT_BLACK);
        pen.text("∙");
        pen.reset_style();
        pen.text(" ");
    }

    fn outdated(pen: &mut Pen<'_>) {
        pen.set_style(style::DIMMED);
        pen.text("↻ ");
    }

    /// The prompt.
    pub static PROMPT: Prompt = Prompt {
        background: Some(Background {
            patience: ::core::time::Duration::from_millis(30),
            idle_exit: ::core::time::Duration::from_millis(600000),
        }),
        variables: &[
            "*",
            "ASDF_DEFAULT_TOOL_VERSIONS_FILENAME",
            "ASDF_PYTHON_VERSION",
            "ASDF_RUBY_VERSION",
            "CONDA",
            "EDITOR",
            "GIT_CEILING_DIRECTORIES",
            "GOENV_VERSION",
            "HOME",
            "JENV_VERSION",
            "KITTY_WINDOW_ID",
            "LANG",
            "LC_ALL",
            "LC_CTYPE",
            "LC_TERMINAL",
            "LOGNAME",
            "LUAENV_VERSION",
            "MISE_ENV",
            "MISE_PYTHON_VERSION",
            "MISE_RUBY_VERSION",
            "NODENV_VERSION",
            "NO_COLOR",
            "PATH",
            "PHPENV_VERSION",
            "PLENV_VERSION",
            "PYENV_ROOT",
            "PYENV_VERSION",
            "RBENV_VERSION",
            "SHELL_NAME",
            "SSH_CLIENT",
            "SSH_CONNECTION",
            "SSH_TTY",
            "STARSHIP_SHELL",
            "TERM",
            "TERM_PROGRAM",
            "TMUX",
            "TODO",
            "TODO_FILE",
            "USER",
            "VTE_VERSION",
            "ZIRON_PROFILE",
        ],
        extras: Extras {
            notify: Some(Notify {
                after: ::core::time::Duration::from_millis(10000),
                with: None,
            }),
            ..Extras::NONE
        },
        sources: &[
            PlannedSource {
                cache: &CACHE_ENV_VAR,
                ..PlannedSource::new(&ENV_VAR, Parts::MODULES.and(Parts::LEFT))
            },
            PlannedSource {
                cache: &CACHE_ENV_VAR_EDITOR,
                ..PlannedSource::new(&ENV_VAR_EDITOR, Parts::MODULES.and(Parts::LEFT))
            },
            PlannedSource {
                cache: &CACHE_CUSTOM_TODO,
                ..PlannedSource::new(&CUSTOM_TODO, Parts::MODULES.and(Parts::LEFT))
            },
            PlannedSource {
                cache: &CACHE_HOSTNAME,
                ..PlannedSource::new(&HOSTNAME, Parts::MODULES.and(Parts::LEFT))
            },
            PlannedSource {
                cache: &CACHE_RUBY,
                ..PlannedSource::new(&RUBY, Parts::MODULES.and(Parts::LEFT))
            },
            PlannedSource {
                cache: &CACHE_PYTHON,
                ..PlannedSource::new(&PYTHON, Parts::MODULES.and(Parts::LEFT))
            },
            PlannedSource {
                cache: &CACHE_USERNAME,
                ..PlannedSource::new(&USERNAME, Parts::MODULES.and(Parts::LEFT))
            },
        ],
        modules: &[
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
                name: "custom.todo",
                doc: "Shows what a command of your own writes.",
                sources: &[source::CUSTOM_TODO],
                draw: &draw_custom_todo,
            },
            Module {
                name: "hostname",
                doc: "Shows the name of the machine.",
                sources: &[source::HOSTNAME],
                draw: &draw_hostname,
            },
            Module {
                name: "ruby",
                doc: "Shows the version of Ruby in a directory that uses it.",
                sources: &[source::RUBY],
                draw: &draw_ruby,
            },
            Module {
                name: "python",
                doc: "Shows the version of Python in a directory that uses it, and the virtual environment.",
                sources: &[source::PYTHON],
                draw: &draw_python,
            },
            Module {
                name: "username",
                doc: "Shows the user's name: root's, in an SSH session, or if it is not the one that was logged in with.",
                sources: &[source::USERNAME],
                draw: &draw_username,
            },
        ],
        left: Some(&left),
        continuation: Some(&continuation),
        outdated: Some(&outdated),
        ..Prompt::new(
            Build {
                version: ::ziron::VERSION,
                config: "variables.toml",
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
        pub const BOLD_RED: Style = Style::new().bold().fg(Color::Ansi(1));
        pub const BOLD_RED_ON_PREV_BG: Style = Style::new()
            .bold()
            .fg(Color::Ansi(1))
            .bg(Color::PrevBg);
        pub const BOLD_YELLOW: Style = Style::new().bold().fg(Color::Ansi(3));
        pub const BRIGHT_BLACK: Style = Style::new().fg(Color::Ansi(8));
        pub const DIMMED: Style = Style::new().dimmed();
    }
}

pub use self::prompt::PROMPT;
