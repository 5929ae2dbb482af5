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
    fn draw_env_var(facts: &Facts, pen: &mut Pen<'_>) {
        let health = facts.env_var.health();
        let Some(env_var) = ENV_VAR.vars(facts.env_var.get()) else {
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
    fn draw_env_var_editor(facts: &Facts, pen: &mut Pen<'_>) {
        let health = facts.env_var_editor.health();
        let Some(env_var_editor) = ENV_VAR_EDITOR.vars(facts.env_var_editor.get()) else {
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
    fn draw_custom_todo(facts: &Facts, pen: &mut Pen<'_>) {
        let health = facts.custom_todo.health();
        let Some(custom_todo) = CUSTOM_TODO.vars(facts.custom_todo.get()) else {
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
    fn draw_hostname(facts: &Facts, pen: &mut Pen<'_>) {
        let health = facts.hostname.health();
        let Some(hostname) = HOSTNAME.vars(facts.hostname.get()) else {
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
    fn draw_ruby(facts: &Facts, pen: &mut Pen<'_>) {
        let health = facts.ruby.health();
        let Some(ruby) = RUBY.vars((facts.ruby.get(), None)) else {
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
    fn draw_python(facts: &Facts, pen: &mut Pen<'_>) {
        use modules::tools::python::PythonVersion;
        let health = facts.python.health();
        let Some(python) = PYTHON.vars((facts.python.get(), None)) else {
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
    fn draw_username(facts: &Facts, pen: &mut Pen<'_>) {
        use modules::core::username::UserStyle;
        let health = facts.username.health();
        let Some(username) = USERNAME.vars(facts.username.get()) else {
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

    /// All that this prompt knows.
    #[derive(Debug)]
    pub struct Facts {
        env_var: FactOf<modules::core::env_var::EnvVar>,
        env_var_editor: FactOf<modules::core::env_var::EnvVar>,
        custom_todo: FactOf<modules::core::custom::Custom>,
        hostname: FactOf<modules::core::hostname::Hostname>,
        ruby: FactOf<modules::tools::ruby::Ruby>,
        python: FactOf<modules::tools::python::Python>,
        username: FactOf<modules::core::username::Username>,
    }

    /// The prompt.
    #[derive(Clone, Copy, Debug)]
    pub struct Prompt;

    impl ::ziron::Prompt for Prompt {
        type Facts = Facts;

        const BUILD: Build = Build {
            version: ::ziron::VERSION,
            config: "variables.toml",
            config_hash: "0",
            build_hash: "0",
        };

        const SETTINGS: Settings = Settings {
            add_newline: true,
            budget: ::core::time::Duration::from_millis(500),
            command_timeout: ::core::time::Duration::from_millis(500),
            scan_timeout: ::core::time::Duration::from_millis(30),
            follow_symlinks: true,
            transient: false,
        };

        const BACKGROUND: Option<Background> = Some(Background {
            patience: ::core::time::Duration::from_millis(30),
            idle_exit: ::core::time::Duration::from_millis(600000),
        });

        const VARIABLES: &'static [&'static str] = &[
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
        ];

        const EXTRAS: Extras = Extras {
            notify: Some(Notify {
                after: ::core::time::Duration::from_millis(10000),
                with: None,
            }),
            ..Extras::NONE
        };

        const MODULES: &'static [Module<Facts>] = &[
            Module {
                name: "env_var",
                doc: "Shows the value of a variable of the environment: `[env_var.NAME]` that of `NAME`.",
                sources: &[0],
                draw: draw_env_var,
            },
            Module {
                name: "env_var.EDITOR",
                doc: "Shows the value of a variable of the environment: `[env_var.NAME]` that of `NAME`.",
                sources: &[1],
                draw: draw_env_var_editor,
            },
            Module {
                name: "custom.todo",
                doc: "Shows what a command of your own writes.",
                sources: &[2],
                draw: draw_custom_todo,
            },
            Module {
                name: "hostname",
                doc: "Shows the name of the machine.",
                sources: &[3],
                draw: draw_hostname,
            },
            Module {
                name: "ruby",
                doc: "Shows the version of Ruby in a directory that uses it.",
                sources: &[4],
                draw: draw_ruby,
            },
            Module {
                name: "python",
                doc: "Shows the version of Python in a directory that uses it, and the virtual environment.",
                sources: &[5],
                draw: draw_python,
            },
            Module {
                name: "username",
                doc: "Shows the user's name: root's, in an SSH session, or if it is not the one that was logged in with.",
                sources: &[6],
                draw: draw_username,
            },
        ];

        fn gather<G: Gather>(gather: &G) -> Facts {
            let env_var = gather
                .begin(Parts::MODULES.and(Parts::LEFT), &ENV_VAR, &CACHE_ENV_VAR);
            let env_var_editor = gather
                .begin(
                    Parts::MODULES.and(Parts::LEFT),
                    &ENV_VAR_EDITOR,
                    &CACHE_ENV_VAR_EDITOR,
                );
            let custom_todo = gather
                .begin(
                    Parts::MODULES.and(Parts::LEFT),
                    &CUSTOM_TODO,
                    &CACHE_CUSTOM_TODO,
                );
            let hostname = gather
                .begin(Parts::MODULES.and(Parts::LEFT), &HOSTNAME, &CACHE_HOSTNAME);
            let ruby = gather.begin(Parts::MODULES.and(Parts::LEFT), &RUBY, &CACHE_RUBY);
            let python = gather
                .begin(Parts::MODULES.and(Parts::LEFT), &PYTHON, &CACHE_PYTHON);
            let username = gather
                .begin(Parts::MODULES.and(Parts::LEFT), &USERNAME, &CACHE_USERNAME);
            Facts {
                env_var: gather.finish(env_var),
                env_var_editor: gather.finish(env_var_editor),
                custom_todo: gather.finish(custom_todo),
                hostname: gather.finish(hostname),
                ruby: gather.finish(ruby),
                python: gather.finish(python),
                username: gather.finish(username),
            }
        }

        fn left(facts: &Facts, pen: &mut Pen<'_>) {
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

        fn sources() -> ::std::vec::Vec<(&'static str, Manifest)> {
            ::std::vec::Vec::from([
                (ENV_VAR.name(), ENV_VAR.manifest()),
                (ENV_VAR_EDITOR.name(), ENV_VAR_EDITOR.manifest()),
                (CUSTOM_TODO.name(), CUSTOM_TODO.manifest()),
                (HOSTNAME.name(), HOSTNAME.manifest()),
                (RUBY.name(), RUBY.manifest()),
                (PYTHON.name(), PYTHON.manifest()),
                (USERNAME.name(), USERNAME.manifest()),
            ])
        }

        fn caches() -> ::std::vec::Vec<::ziron::CachedSource> {
            ::std::vec::Vec::from([
                ::ziron::CachedSource {
                    cache: &CACHE_ENV_VAR,
                    events: &[],
                    refresh: None,
                },
                ::ziron::CachedSource {
                    cache: &CACHE_ENV_VAR_EDITOR,
                    events: &[],
                    refresh: None,
                },
                ::ziron::CachedSource {
                    cache: &CACHE_CUSTOM_TODO,
                    events: &[],
                    refresh: None,
                },
                ::ziron::CachedSource {
                    cache: &CACHE_HOSTNAME,
                    events: &[],
                    refresh: None,
                },
                ::ziron::CachedSource {
                    cache: &CACHE_RUBY,
                    events: &[],
                    refresh: None,
                },
                ::ziron::CachedSource {
                    cache: &CACHE_PYTHON,
                    events: &[],
                    refresh: None,
                },
                ::ziron::CachedSource {
                    cache: &CACHE_USERNAME,
                    events: &[],
                    refresh: None,
                },
            ])
        }
    }

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

pub use self::prompt::Prompt;
