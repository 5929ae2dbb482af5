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
    fn draw_rust(facts: &Facts<'_>, pen: &mut Pen<'_>) {
        let health = facts.health(source::RUST);
        let Some(rust) = RUST.vars(facts.get(source::RUST)) else {
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
    fn draw_zig(facts: &Facts<'_>, pen: &mut Pen<'_>) {
        let health = facts.health(source::ZIG);
        let Some(_zig) = ZIG.vars(facts.get(source::ZIG)) else {
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
    fn draw_lua(facts: &Facts<'_>, pen: &mut Pen<'_>) {
        let health = facts.health(source::LUA);
        let Some(lua) = LUA.vars(facts.get(source::LUA)) else {
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
    fn draw_git_state(facts: &Facts<'_>, pen: &mut Pen<'_>) {
        use modules::git::state::Operation;
        let health = facts.health(source::GIT_OPERATION);
        let Some(git_state) = GIT_STATE.vars(facts.get(source::GIT_OPERATION)) else {
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
    fn draw_git_commit(facts: &Facts<'_>, pen: &mut Pen<'_>) {
        let health = facts.health(source::GIT_COMMIT);
        let Some(git_commit) = GIT_COMMIT.vars(facts.get(source::GIT_COMMIT)) else {
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
    fn draw_git_metrics(facts: &Facts<'_>, pen: &mut Pen<'_>) {
        let health = facts.health(source::GIT_METRICS);
        let Some(git_metrics) = GIT_METRICS.vars(facts.get(source::GIT_METRICS)) else {
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

    /// The places of the sources in the table.
    mod source {
        pub const RUST: usize = 0;
        pub const ZIG: usize = 1;
        pub const LUA: usize = 2;
        pub const GIT_OPERATION: usize = 3;
        pub const GIT_COMMIT: usize = 4;
        pub const GIT_METRICS: usize = 5;
    }

    fn left(facts: &Facts<'_>, pen: &mut Pen<'_>) {
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

    fn right(facts: &Facts<'_>, pen: &mut Pen<'_>) {
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

    /// The prompt.
    pub static PROMPT: Prompt = Prompt {
        sources: &[
            PlannedSource::new(&RUST, Parts::MODULES.and(Parts::LEFT)),
            PlannedSource::new(&ZIG, Parts::MODULES.and(Parts::LEFT)),
            PlannedSource::new(&LUA, Parts::MODULES.and(Parts::LEFT)),
            PlannedSource::new(&GIT_OPERATION, Parts::MODULES.and(Parts::LEFT)),
            PlannedSource::new(&GIT_COMMIT, Parts::MODULES.and(Parts::RIGHT)),
            PlannedSource::new(&GIT_METRICS, Parts::MODULES.and(Parts::RIGHT)),
        ],
        modules: &[
            Module {
                name: "rust",
                doc: "Shows the version of Rust in a directory that uses it.",
                sources: &[source::RUST],
                draw: &draw_rust,
            },
            Module {
                name: "zig",
                doc: "Shows the version of Zig in a directory that uses it.",
                sources: &[source::ZIG],
                draw: &draw_zig,
            },
            Module {
                name: "lua",
                doc: "Shows the version of Lua in a directory that uses it.",
                sources: &[source::LUA],
                draw: &draw_lua,
            },
            Module {
                name: "git_state",
                doc: "Shows a merge, rebase or the like that is under way.",
                sources: &[source::GIT_OPERATION],
                draw: &draw_git_state,
            },
            Module {
                name: "git_commit",
                doc: "Shows the commit that is checked out.",
                sources: &[source::GIT_COMMIT],
                draw: &draw_git_commit,
            },
            Module {
                name: "git_metrics",
                doc: "Shows how many lines were added and deleted.",
                sources: &[source::GIT_METRICS],
                draw: &draw_git_metrics,
            },
        ],
        left: Some(&left),
        right: Some(&right),
        continuation: Some(&continuation),
        ..Prompt::new(
            Build {
                version: ::ziron::VERSION,
                config: "nested.toml",
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

pub use self::prompt::PROMPT;
