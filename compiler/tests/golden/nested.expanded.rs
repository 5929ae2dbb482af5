/// A prompt, compiled.
mod prompt {
    use ::ziron::generated::*;

    /// nested.toml:5 `[rust]`
    static RUST: modules::tools::rust::Rust = modules::tools::rust::Rust {
        format: Format(
            "([$symbol(\\(v $version\\) $numver)](italic $style)[ plain](none))($toolchain)",
        ),
        symbol: Format("[r](bold)[s](none)"),
        ..modules::tools::rust::Rust::DEFAULT
    };

    /// `([$symbol(\(v $version\) $numver)](italic $style)[ plain](none))($toolchain)`
    fn draw_rust(facts: &Facts, pen: &mut Pen<'_>) {
        let health = facts.rust.health();
        let Some(rust) = RUST.vars(facts.rust.get()) else {
            return pen.omit_module(health, "rust", Some(&draw_failed));
        };
        pen.begin_module(health);
        if rust.version.is_some() || !rust.numver.is_empty() {
            pen.set_style(style::BOLD);
            pen.text("r");
            pen.reset_style();
            pen.text("s");
            pen.set_style(style::BOLD_ITALIC_RED);
            if rust.version.is_some() || !rust.numver.is_empty() {
                pen.text("(v ");
                if let Some(version) = &rust.version {
                    pen.text("v");
                    pen.put(&version.raw);
                }
                pen.text(") ");
                pen.put(&rust.numver);
            }
            pen.reset_style();
            pen.text(" plain");
        }
        if !rust.toolchain.is_empty() {
            pen.put(&rust.toolchain);
        }
        pen.end_module_marked("rust", Some(&draw_failed));
    }

    /// nested.toml:9 `[zig]`
    static ZIG: modules::tools::Tool = modules::tools::Tool {
        format: Format("zig"),
        symbol: Format(""),
        ..modules::tools::ZIG
    };

    /// `zig`
    fn draw_zig(facts: &Facts, pen: &mut Pen<'_>) {
        let health = facts.zig.health();
        let Some(_zig) = ZIG.vars(facts.zig.get()) else {
            return pen.omit_module(health, "zig", Some(&draw_failed));
        };
        pen.begin_module(health);
        pen.text("zig");
        pen.end_module_marked("zig", Some(&draw_failed));
    }

    /// nested.toml:13 `[lua]`
    static LUA: modules::tools::lua::Lua = modules::tools::lua::Lua {
        format: Format("[$symbol](bg:$style)[($version)](bg:blue $style)"),
        style: StyleText("none"),
        ..modules::tools::lua::Lua::DEFAULT
    };

    /// `[$symbol](bg:$style)[($version)](bg:blue $style)`
    fn draw_lua(facts: &Facts, pen: &mut Pen<'_>) {
        let health = facts.lua.health();
        let Some(lua) = LUA.vars(facts.lua.get()) else {
            return pen.omit_module(health, "lua", Some(&draw_failed));
        };
        pen.begin_module(health);
        pen.set_style(Style::PLAIN);
        pen.text("🌙 ");
        pen.reset_style();
        if let Some(version) = &lua.version {
            pen.text("v");
            pen.put(&version.raw);
        }
        pen.end_module_marked("lua", Some(&draw_failed));
    }

    /// `[git_state]`, with its defaults.
    static GIT_STATE: modules::git::state::GitState = modules::git::state::GitState::DEFAULT;

    /// `\([$state( $progress_current/$progress_total)]($style)\) `
    fn draw_git_state(facts: &Facts, pen: &mut Pen<'_>) {
        use modules::git::state::Operation;
        let health = facts.git_operation.health();
        let Some(git_state) = GIT_STATE.vars(facts.git_operation.get()) else {
            return pen.omit_module(health, "git_state", Some(&draw_failed));
        };
        pen.begin_module(health);
        pen.text("(");
        pen.set_style(style::BOLD_YELLOW);
        match &git_state.state {
            Operation::Rebase => {
                pen.text("REBASING");
            }
            Operation::Merge => {
                pen.text("MERGING");
            }
            Operation::Revert => {
                pen.text("REVERTING");
            }
            Operation::CherryPick => {
                pen.text("CHERRY-PICKING");
            }
            Operation::Bisect => {
                pen.text("BISECTING");
            }
            Operation::Am => {
                pen.text("AM");
            }
            Operation::AmOrRebase => {
                pen.text("AM/REBASE");
            }
        }
        if !git_state.progress_current.is_empty() || !git_state.progress_total.is_empty()
        {
            pen.text(" ");
            pen.put(&git_state.progress_current);
            pen.text("/");
            pen.put(&git_state.progress_total);
        }
        pen.reset_style();
        pen.text(") ");
        pen.end_module_marked("git_state", Some(&draw_failed));
    }

    /// `[git_commit]`, with its defaults.
    static GIT_COMMIT: modules::git::commit::GitCommit = modules::git::commit::GitCommit::DEFAULT;

    /// `[\($hash$tag\)]($style) `
    fn draw_git_commit(facts: &Facts, pen: &mut Pen<'_>) {
        let health = facts.git_commit.health();
        let Some(git_commit) = GIT_COMMIT.vars(facts.git_commit.get()) else {
            return pen.omit_module(health, "git_commit", Some(&draw_failed));
        };
        pen.begin_module(health);
        pen.set_style(style::BOLD_GREEN);
        pen.text("(");
        pen.put(&git_commit.hash);
        pen.put(&git_commit.tag);
        pen.text(")");
        pen.reset_style();
        pen.text(" ");
        pen.end_module_marked("git_commit", Some(&draw_failed));
    }

    /// nested.toml:17 `[git_metrics]`
    static GIT_METRICS: modules::git::metrics::GitMetrics = modules::git::metrics::GitMetrics {
        format: Format("([+$added]($added_style))([-$deleted](none) )"),
        only_nonzero_diffs: false,
        ..modules::git::metrics::GitMetrics::DEFAULT
    };

    /// `([+$added]($added_style))([-$deleted](none) )`
    fn draw_git_metrics(facts: &Facts, pen: &mut Pen<'_>) {
        let health = facts.git_metrics.health();
        let Some(git_metrics) = GIT_METRICS.vars(facts.git_metrics.get()) else {
            return pen.omit_module(health, "git_metrics", Some(&draw_failed));
        };
        pen.begin_module(health);
        pen.set_style(style::BOLD_GREEN);
        if !git_metrics.added.is_empty() {
            pen.text("+");
            pen.put(&git_metrics.added);
        }
        pen.reset_style();
        if !git_metrics.deleted.is_empty() {
            pen.text("-");
            pen.put(&git_metrics.deleted);
            pen.text(" ");
        }
        pen.end_module_marked("git_metrics", Some(&draw_failed));
    }

    /// Stands for what could not be read.
    fn draw_failed(pen: &mut Pen<'_>) {
        pen.set_style(style::BOLD_RED_ON_PREV_BG);
        pen.text("⚠ ");
    }

    /// A source that modules share.
    static GIT_OPERATION: modules::git::state::GitOperation = modules::git::state::GitOperation;

    /// All that this prompt knows.
    #[derive(Debug)]
    pub struct Facts {
        rust: FactOf<modules::tools::rust::Rust>,
        zig: FactOf<modules::tools::Tool>,
        lua: FactOf<modules::tools::lua::Lua>,
        git_operation: FactOf<modules::git::state::GitOperation>,
        git_commit: FactOf<modules::git::commit::GitCommit>,
        git_metrics: FactOf<modules::git::metrics::GitMetrics>,
    }

    /// The prompt.
    #[derive(Clone, Copy, Debug)]
    pub struct Prompt;

    impl ::ziron::Prompt for Prompt {
        type Facts = Facts;

        const BUILD: Build = Build {
            version: ::ziron::VERSION,
            config: "nested.toml",
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

        const MODULES: &'static [Module<Facts>] = &[
            Module {
                name: "rust",
                doc: "Shows the version of Rust in a directory that uses it.",
                sources: &[0],
                draw: draw_rust,
            },
            Module {
                name: "zig",
                doc: "Shows the version of Zig in a directory that uses it.",
                sources: &[1],
                draw: draw_zig,
            },
            Module {
                name: "lua",
                doc: "Shows the version of Lua in a directory that uses it.",
                sources: &[2],
                draw: draw_lua,
            },
            Module {
                name: "git_state",
                doc: "Shows a merge, rebase or the like that is under way.",
                sources: &[3],
                draw: draw_git_state,
            },
            Module {
                name: "git_commit",
                doc: "Shows the commit that is checked out.",
                sources: &[4],
                draw: draw_git_commit,
            },
            Module {
                name: "git_metrics",
                doc: "Shows how many lines were added and deleted.",
                sources: &[5],
                draw: draw_git_metrics,
            },
        ];

        fn gather<G: Gather>(gather: &G) -> Facts {
            let rust = gather.begin(Parts::MODULES.and(Parts::LEFT), &RUST, &NoCache);
            let zig = gather.begin(Parts::MODULES.and(Parts::LEFT), &ZIG, &NoCache);
            let lua = gather.begin(Parts::MODULES.and(Parts::LEFT), &LUA, &NoCache);
            let git_operation = gather
                .begin(Parts::MODULES.and(Parts::LEFT), &GIT_OPERATION, &NoCache);
            let git_commit = gather
                .begin(Parts::MODULES.and(Parts::RIGHT), &GIT_COMMIT, &NoCache);
            let git_metrics = gather
                .begin(Parts::MODULES.and(Parts::RIGHT), &GIT_METRICS, &NoCache);
            Facts {
                rust: gather.finish(rust),
                zig: gather.finish(zig),
                lua: gather.finish(lua),
                git_operation: gather.finish(git_operation),
                git_commit: gather.finish(git_commit),
                git_metrics: gather.finish(git_metrics),
            }
        }

        fn left(facts: &Facts, pen: &mut Pen<'_>) {
            pen.set_style(style::RED);
            pen.text("a ");
            pen.set_style(style::BLUE);
            pen.text("b ");
            let mark = pen.mark();
            pen.set_base_style(style::BLUE);
            draw_rust(facts, pen);
            {
                let mark = pen.mark();
                pen.set_style(style::BLUE);
                pen.text(", ");
                draw_zig(facts, pen);
                pen.keep_if_drawn(mark);
            }
            pen.keep_if_drawn(mark);
            pen.set_style(style::RED);
            pen.text(" c");
            pen.set_base_style(Style::PLAIN);
            draw_lua(facts, pen);
            draw_git_state(facts, pen);
        }

        fn right(facts: &Facts, pen: &mut Pen<'_>) {
            let mark = pen.mark();
            draw_git_commit(facts, pen);
            pen.set_style(style::RED);
            pen.text("x");
            pen.text("");
            draw_git_metrics(facts, pen);
            pen.keep_if_drawn(mark);
        }

        fn continuation(pen: &mut Pen<'_>) {
            pen.set_style(style::BRIGHT_BLACK);
            pen.text("∙");
            pen.reset_style();
            pen.text(" ");
        }

        fn sources() -> ::std::vec::Vec<(&'static str, Manifest)> {
            ::std::vec::Vec::from([
                (RUST.name(), RUST.manifest()),
                (ZIG.name(), ZIG.manifest()),
                (LUA.name(), LUA.manifest()),
                (GIT_OPERATION.name(), GIT_OPERATION.manifest()),
                (GIT_COMMIT.name(), GIT_COMMIT.manifest()),
                (GIT_METRICS.name(), GIT_METRICS.manifest()),
            ])
        }
    }

    /// The styles that this prompt uses.
    mod style {
        use ::ziron::{Color, Style};

        pub const BLUE: Style = Style::new().fg(Color::Ansi(4));
        pub const BOLD: Style = Style::new().bold();
        pub const BOLD_GREEN: Style = Style::new().bold().fg(Color::Ansi(2));
        pub const BOLD_ITALIC_RED: Style = Style::new()
            .bold()
            .italic()
            .fg(Color::Ansi(1));
        pub const BOLD_RED_ON_PREV_BG: Style = Style::new()
            .bold()
            .fg(Color::Ansi(1))
            .bg(Color::PrevBg);
        pub const BOLD_YELLOW: Style = Style::new().bold().fg(Color::Ansi(3));
        pub const BRIGHT_BLACK: Style = Style::new().fg(Color::Ansi(8));
        pub const RED: Style = Style::new().fg(Color::Ansi(1));
    }
}

pub use self::prompt::Prompt;
