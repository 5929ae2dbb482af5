/// A prompt, compiled.
mod prompt {
    use ::ziron::generated::*;

    /// git.toml:3 `[git_branch]`
    static GIT_BRANCH: modules::git::branch::GitBranch = modules::git::branch::GitBranch {
        format: Format("[$branch(:$remote_branch)]($style) "),
        truncation_length: 20,
        ..modules::git::branch::GitBranch::DEFAULT
    };

    /// `[$branch(:$remote_branch)]($style) `
    fn draw_git_branch(facts: &Facts<'_>, pen: &mut Pen<'_>) {
        let health = facts
            .health(source::GIT_HEAD)
            .and(facts.health(source::GIT_UPSTREAM));
        let Some(git_branch) = GIT_BRANCH
            .vars((facts.get(source::GIT_HEAD), facts.get(source::GIT_UPSTREAM))) else {
            return pen.omit_module(health, "git_branch", Some(&draw_failed));
        };
        pen.begin_module(health);
        pen.set_style(style::BOLD_PURPLE);
        pen.put(&git_branch.branch);
        if !git_branch.remote_branch.is_empty() {
            pen.text(":");
            pen.put(&git_branch.remote_branch);
        }
        pen.reset_style();
        pen.text(" ");
        pen.end_module_marked("git_branch", Some(&draw_failed));
    }

    /// git.toml:7 `[git_status]`
    static GIT_STATUS: modules::git::status::GitStatus = modules::git::status::GitStatus {
        format: Format("([$all_status$ahead_behind]($style) )"),
        stashed: Format(""),
        ahead: Format("⇡${count}"),
        behind: Format("⇣${count}"),
        diverged: Format("⇕⇡${ahead_count}⇣${behind_count}"),
        conflicted: Format("[=${count}](red)"),
        modified: Format("!${count}"),
        ..modules::git::status::GitStatus::DEFAULT
    };

    /// `([$all_status$ahead_behind]($style) )`
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
        if git_status.conflicted.is_some() || git_status.deleted.is_some()
            || git_status.renamed.is_some() || git_status.modified.is_some()
            || git_status.staged.is_some() || git_status.untracked.is_some()
            || git_status.unknown.is_some()
            || matches!(
                & git_status.ahead_behind, Some(Distance::Ahead { .. }) |
                Some(Distance::Behind { .. }) | Some(Distance::Diverged { .. })
            )
        {
            pen.set_style(style::RED);
            if let Some(conflicted) = &git_status.conflicted {
                pen.begin_spoken("conflicted");
                pen.text("=");
                pen.put(&conflicted.count);
                pen.end_spoken();
            }
            pen.set_style(style::BOLD_RED);
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
            if let Some(modified) = &git_status.modified {
                pen.begin_spoken("modified");
                pen.escaped(
                    &Literal {
                        plain: "!",
                        zsh: "!",
                        bash: "!",
                        tcsh: "\\!",
                    },
                );
                pen.put(&modified.count);
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
                Some(Distance::Ahead { count }) => {
                    pen.begin_spoken("ahead");
                    pen.text("⇡");
                    pen.put(count);
                    pen.end_spoken();
                }
                Some(Distance::Behind { count }) => {
                    pen.begin_spoken("behind");
                    pen.text("⇣");
                    pen.put(count);
                    pen.end_spoken();
                }
                Some(Distance::Diverged { ahead_count, behind_count }) => {
                    pen.begin_spoken("diverged");
                    pen.text("⇕⇡");
                    pen.put(ahead_count);
                    pen.text("⇣");
                    pen.put(behind_count);
                    pen.end_spoken();
                }
                None => {}
            }
            pen.reset_style();
            pen.text(" ");
        }
        pen.end_module_marked("git_status", Some(&draw_failed));
    }

    /// git.toml:16 `[character]`
    static CHARACTER: modules::core::character::Character = modules::core::character::Character {
        success_symbol: Format("[❯](green)"),
        ..modules::core::character::Character::DEFAULT
    };

    /// `$symbol `
    fn draw_character(facts: &Facts<'_>, pen: &mut Pen<'_>) {
        use modules::core::character::Symbol;
        let Some(character) = CHARACTER.vars(facts.request()) else { return };
        pen.begin_module(Health::GOOD);
        match &character.symbol {
            Symbol::Success => {
                pen.set_style(style::GREEN);
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
    static GIT_HEAD: modules::git::head::GitHead = modules::git::head::GitHead;

    /// A source that modules share.
    static GIT_UPSTREAM: modules::git::head::GitUpstream = modules::git::head::GitUpstream;

    /// A source that modules share.
    static GIT_STASH: modules::git::status::GitStash = modules::git::status::GitStash;

    /// A source that modules share.
    static GIT_DISTANCE: modules::git::status::GitDistance = modules::git::status::GitDistance;

    /// The places of the sources in the table.
    mod source {
        pub const GIT_HEAD: usize = 0;
        pub const GIT_UPSTREAM: usize = 1;
        pub const GIT_STATUS: usize = 2;
        pub const GIT_STASH: usize = 3;
        pub const GIT_DISTANCE: usize = 4;
    }

    fn left(facts: &Facts<'_>, pen: &mut Pen<'_>) {
        draw_git_branch(facts, pen);
        draw_git_status(facts, pen);
        draw_character(facts, pen);
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
            PlannedSource::new(&GIT_HEAD, Parts::MODULES.and(Parts::LEFT)),
            PlannedSource::new(&GIT_UPSTREAM, Parts::MODULES.and(Parts::LEFT)),
            PlannedSource::new(&GIT_STATUS, Parts::MODULES.and(Parts::LEFT)),
            PlannedSource::new(&GIT_STASH, Parts::MODULES.and(Parts::LEFT)),
            PlannedSource::new(&GIT_DISTANCE, Parts::MODULES.and(Parts::LEFT)),
        ],
        modules: &[
            Module {
                name: "git_branch",
                doc: "Shows the branch that is checked out.",
                sources: &[source::GIT_HEAD, source::GIT_UPSTREAM],
                draw: &draw_git_branch,
            },
            Module {
                name: "git_status",
                doc: "Shows the state of the work tree.",
                sources: &[source::GIT_STATUS, source::GIT_STASH, source::GIT_DISTANCE],
                draw: &draw_git_status,
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
        ..Prompt::new(
            Build {
                version: ::ziron::VERSION,
                config: "git.toml",
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
        pub const GREEN: Style = Style::new().fg(Color::Ansi(2));
        pub const RED: Style = Style::new().fg(Color::Ansi(1));
    }
}

pub use self::prompt::PROMPT;
