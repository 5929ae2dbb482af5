/// A prompt, compiled.
mod prompt {
    use ::ziron::generated::*;

    /// `[git_status]`, with its defaults.
    static GIT_STATUS: modules::git::status::GitStatus = modules::git::status::GitStatus::DEFAULT;

    /// `([\[$all_status$ahead_behind\]]($style) )`
    fn draw_git_status(facts: &Facts<'_>, pen: &mut Pen<'_>) {
        use modules::git::status::Distance;
        let health = facts
            .health(source::GIT_STATUS)
            .and(facts.health(source::GIT_STASH))
            .and(facts.health(source::GIT_DISTANCE));
        let Some(git_status) = GIT_STATUS
            .vars((
                facts.get(source::GIT_STATUS),
                facts.get(source::GIT_STASH),
                facts.get(source::GIT_DISTANCE),
            )) else {
            return pen.omit_module(health, "git_status", Some(&draw_failed));
        };
        pen.begin_module(health);
        if git_status.conflicted.is_some() || git_status.stashed.is_some()
            || git_status.deleted.is_some() || git_status.renamed.is_some()
            || git_status.modified.is_some() || git_status.staged.is_some()
            || git_status.untracked.is_some() || git_status.unknown.is_some()
            || matches!(
                & git_status.ahead_behind, Some(Distance::Ahead { .. }) |
                Some(Distance::Behind { .. }) | Some(Distance::Diverged { .. })
            )
        {
            pen.set_style(style::BOLD_RED);
            pen.text("[");
            if git_status.conflicted.is_some() {
                pen.begin_spoken("conflicted");
                pen.text("=");
                pen.end_spoken();
            }
            if git_status.stashed.is_some() {
                pen.begin_spoken("stashed");
                pen.escaped(
                    &Literal {
                        plain: "$",
                        zsh: "$",
                        bash: "\\\\$",
                        tcsh: "$",
                    },
                );
                pen.end_spoken();
            }
            if git_status.deleted.is_some() {
                pen.begin_spoken("deleted");
                pen.text("✘");
                pen.end_spoken();
            }
            if git_status.renamed.is_some() {
                pen.begin_spoken("renamed");
                pen.text("»");
                pen.end_spoken();
            }
            if git_status.modified.is_some() {
                pen.begin_spoken("modified");
                pen.escaped(
                    &Literal {
                        plain: "!",
                        zsh: "!",
                        bash: "!",
                        tcsh: "\\!",
                    },
                );
                pen.end_spoken();
            }
            if git_status.staged.is_some() {
                pen.begin_spoken("staged");
                pen.text("+");
                pen.end_spoken();
            }
            if git_status.untracked.is_some() {
                pen.begin_spoken("untracked");
                pen.text("?");
                pen.end_spoken();
            }
            if git_status.unknown.is_some() {
                pen.begin_spoken("unknown");
                pen.text("~");
                pen.end_spoken();
            }
            match &git_status.ahead_behind {
                Some(Distance::UpToDate) => {}
                Some(Distance::Ahead { .. }) => {
                    pen.begin_spoken("ahead");
                    pen.text("⇡");
                    pen.end_spoken();
                }
                Some(Distance::Behind { .. }) => {
                    pen.begin_spoken("behind");
                    pen.text("⇣");
                    pen.end_spoken();
                }
                Some(Distance::Diverged { .. }) => {
                    pen.begin_spoken("diverged");
                    pen.text("⇕");
                    pen.end_spoken();
                }
                None => {}
            }
            pen.text("]");
            pen.reset_style();
            pen.text(" ");
        }
        pen.end_module_marked("git_status", Some(&draw_failed));
    }

    /// `[rust]`, with its defaults.
    static RUST: modules::tools::rust::Rust = modules::tools::rust::Rust::DEFAULT;

    /// `via [$symbol($version )]($style)`
    fn draw_rust(facts: &Facts<'_>, pen: &mut Pen<'_>) {
        let health = facts.health(source::RUST);
        let Some(rust) = RUST.vars(facts.get(source::RUST)) else {
            return pen.omit_module(health, "rust", Some(&draw_failed));
        };
        pen.begin_module(health);
        pen.text("via ");
        pen.set_style(style::BOLD_RED);
        pen.text("🦀 ");
        if let Some(version) = &rust.version {
            pen.text("v");
            pen.put(&version.raw);
            pen.text(" ");
        }
        pen.end_module_marked("rust", Some(&draw_failed));
    }

    /// `[character]`, with its defaults.
    static CHARACTER: modules::core::character::Character = modules::core::character::Character::DEFAULT;

    /// `$symbol `
    fn draw_character(facts: &Facts<'_>, pen: &mut Pen<'_>) {
        use modules::core::character::Symbol;
        let Some(character) = CHARACTER.vars(facts.request()) else { return };
        pen.begin_module(Health::GOOD);
        match &character.symbol {
            Symbol::Success => {
                pen.set_style(style::BOLD_GREEN);
                pen.text("❯");
            }
            Symbol::Error => {
                pen.set_style(style::BOLD_RED);
                pen.begin_spoken("error");
                pen.text("❯");
                pen.end_spoken();
            }
            Symbol::Command => {
                pen.set_style(style::BOLD_GREEN);
                pen.begin_spoken("command mode");
                pen.text("❮");
                pen.end_spoken();
            }
            Symbol::Visual => {
                pen.set_style(style::BOLD_YELLOW);
                pen.begin_spoken("visual mode");
                pen.text("❮");
                pen.end_spoken();
            }
            Symbol::Replace => {
                pen.set_style(style::BOLD_PURPLE);
                pen.begin_spoken("replace mode");
                pen.text("❮");
                pen.end_spoken();
            }
            Symbol::ReplaceOne => {
                pen.set_style(style::BOLD_PURPLE);
                pen.begin_spoken("replace mode");
                pen.text("❮");
                pen.end_spoken();
            }
        }
        pen.reset_style();
        pen.text(" ");
        pen.end_module();
    }

    /// Stands for what could not be read.
    fn draw_failed(pen: &mut Pen<'_>) {
        pen.set_style(style::BOLD_RED_ON_PREV_BG);
        pen.text("⚠ ");
    }

    /// A source that modules share.
    static GIT_STASH: modules::git::status::GitStash = modules::git::status::GitStash;

    /// A source that modules share.
    static GIT_DISTANCE: modules::git::status::GitDistance = modules::git::status::GitDistance;

    /// What is remembered of `git_status`.
    static CACHE_GIT_STATUS: SourceCache<Lfu> = SourceCache::new(
        "git_status",
        CacheLimits {
            entries: 64,
            ..CacheLimits::DEFAULT
        },
    );

    /// What is remembered of `git_stash`.
    static CACHE_GIT_STASH: SourceCache<Lru> = SourceCache::new(
        "git_stash",
        CacheLimits::DEFAULT,
    );

    /// What is remembered of `git_distance`.
    static CACHE_GIT_DISTANCE: SourceCache<Lru> = SourceCache::new(
        "git_distance",
        CacheLimits::DEFAULT,
    );

    /// What is remembered of `rust`.
    static CACHE_RUST: SourceCache<crate::policies::Mine> = SourceCache::new(
        "rust",
        CacheLimits {
            ttl: Some(::core::time::Duration::from_millis(60000)),
            ..CacheLimits::DEFAULT
        },
    );

    /// The places of the sources in the table.
    mod source {
        pub const GIT_STATUS: usize = 0;
        pub const GIT_STASH: usize = 1;
        pub const GIT_DISTANCE: usize = 2;
        pub const RUST: usize = 3;
    }

    fn left(facts: &Facts<'_>, pen: &mut Pen<'_>) {
        draw_git_status(facts, pen);
        draw_rust(facts, pen);
        draw_character(facts, pen);
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
            patience: ::core::time::Duration::from_millis(20),
            idle_exit: ::core::time::Duration::from_millis(600000),
        }),
        variables: &[
            "ASDF_DEFAULT_TOOL_VERSIONS_FILENAME",
            "GIT_ALTERNATE_OBJECT_DIRECTORIES",
            "GIT_ATTR_NOSYSTEM",
            "GIT_CEILING_DIRECTORIES",
            "GIT_COMMON_DIR",
            "GIT_CONFIG_COUNT",
            "GIT_CONFIG_GLOBAL",
            "GIT_CONFIG_KEY_#",
            "GIT_CONFIG_NOSYSTEM",
            "GIT_CONFIG_PARAMETERS",
            "GIT_CONFIG_SYSTEM",
            "GIT_CONFIG_VALUE_#",
            "GIT_DIR",
            "GIT_DISCOVERY_ACROSS_FILESYSTEM",
            "GIT_GRAFT_FILE",
            "GIT_INDEX_FILE",
            "GIT_NO_REPLACE_OBJECTS",
            "GIT_OBJECT_DIRECTORY",
            "GIT_REPLACE_REF_BASE",
            "GIT_SHALLOW_FILE",
            "GIT_WORK_TREE",
            "GOENV_VERSION",
            "HOME",
            "JENV_VERSION",
            "LANG",
            "LC_ALL",
            "LC_CTYPE",
            "LUAENV_VERSION",
            "MISE_ENV",
            "NODENV_VERSION",
            "NO_COLOR",
            "PATH",
            "PHPENV_VERSION",
            "PLENV_VERSION",
            "PYENV_VERSION",
            "RBENV_VERSION",
            "RUSTUP_HOME",
            "RUSTUP_TOOLCHAIN",
            "SUDO_UID",
            "TERM",
            "XDG_CONFIG_HOME",
            "ZIRON_PROFILE",
        ],
        cache: ::ziron::CacheSettings {
            backend: ::ziron::BackendChoice::Files,
            bytes: 1000000,
            ..::ziron::CacheSettings::DEFAULT
        },
        sources: &[
            PlannedSource {
                cache: &CACHE_GIT_STATUS,
                events: &["deploy"],
                ..PlannedSource::new(&GIT_STATUS, Parts::MODULES.and(Parts::LEFT))
            },
            PlannedSource {
                cache: &CACHE_GIT_STASH,
                ..PlannedSource::new(&GIT_STASH, Parts::MODULES.and(Parts::LEFT))
            },
            PlannedSource {
                cache: &CACHE_GIT_DISTANCE,
                ..PlannedSource::new(&GIT_DISTANCE, Parts::MODULES.and(Parts::LEFT))
            },
            PlannedSource {
                cache: &CACHE_RUST,
                refresh: Some(::core::time::Duration::from_millis(60000)),
                ..PlannedSource::new(&RUST, Parts::MODULES.and(Parts::LEFT))
            },
        ],
        modules: &[
            Module {
                name: "git_status",
                doc: "Shows the state of the work tree.",
                sources: &[source::GIT_STATUS, source::GIT_STASH, source::GIT_DISTANCE],
                draw: &draw_git_status,
            },
            Module {
                name: "rust",
                doc: "Shows the version of Rust in a directory that uses it.",
                sources: &[source::RUST],
                draw: &draw_rust,
            },
            Module {
                name: "character",
                doc: "Shows a character, usually an arrow, beside which the command is typed; its look tells whether the last command succeeded.",
                sources: &[],
                draw: &draw_character,
            },
        ],
        left: Some(&left),
        continuation: Some(&continuation),
        outdated: Some(&outdated),
        ..Prompt::new(
            Build {
                version: ::ziron::VERSION,
                config: "daemon.toml",
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

        pub const BOLD_GREEN: Style = Style::new().bold().fg(Color::Ansi(2));
        pub const BOLD_PURPLE: Style = Style::new().bold().fg(Color::Ansi(5));
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
