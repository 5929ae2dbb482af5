/// A prompt, compiled.
mod prompt {
    use ::ziron::generated::*;

    /// `[directory]`, with its defaults.
    static DIRECTORY: modules::core::directory::Directory = modules::core::directory::Directory::DEFAULT;

    /// `[$path]($style)[$read_only]($read_only_style) `
    fn draw_directory(facts: &Facts<'_>, pen: &mut Pen<'_>) {
        use modules::core::directory::Layout;
        let health = facts.health(source::DIRECTORY);
        let Some(directory) = DIRECTORY.vars(facts.get(source::DIRECTORY)) else {
            return pen.omit_module(health, "directory", Some(&draw_failed));
        };
        pen.begin_module(health);
        match &directory.layout {
            Layout::Plain => {
                pen.set_style(style::BOLD_CYAN);
                pen.put(&directory.path);
                pen.set_style(style::RED);
                pen.put(&directory.read_only);
                pen.reset_style();
                pen.text(" ");
            }
            Layout::Repository => {
                pen.set_style(style::BOLD_CYAN);
                pen.put(&directory.before_root_path);
                pen.put(&directory.repo_root);
                pen.put(&directory.path);
                pen.set_style(style::RED);
                pen.put(&directory.read_only);
                pen.reset_style();
                pen.text(" ");
            }
        }
        pen.end_module_marked("directory", Some(&draw_failed));
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

    /// extras.toml:13 `[status]`
    static STATUS: modules::core::status::Status = modules::core::status::Status::DEFAULT;

    /// `[$symbol$status]($style) `
    fn draw_status(facts: &Facts<'_>, pen: &mut Pen<'_>) {
        use modules::core::status::{Layout, Symbol};
        let Some(status) = STATUS.vars(facts.request()) else { return };
        pen.begin_module(Health::GOOD);
        match &status.layout {
            Layout::One => {
                pen.set_style(style::BOLD_RED);
                match &status.symbol {
                    Symbol::Success => {}
                    Symbol::Failure => {
                        pen.text("❌");
                    }
                    Symbol::NotExecutable => {
                        pen.begin_spoken("not executable");
                        pen.text("🚫");
                        pen.end_spoken();
                    }
                    Symbol::NotFound => {
                        pen.begin_spoken("not found");
                        pen.text("🔍");
                        pen.end_spoken();
                    }
                    Symbol::Interrupt => {
                        pen.begin_spoken("sigint");
                        pen.text("🧱");
                        pen.end_spoken();
                    }
                    Symbol::Signal => {
                        pen.begin_spoken("signal");
                        pen.text("⚡");
                        pen.end_spoken();
                    }
                }
                pen.put(&status.status);
                pen.reset_style();
                pen.text(" ");
            }
            Layout::Pipeline => {
                pen.text("[");
                for (index, one_pipestatus) in status.pipestatus.iter().enumerate() {
                    if index > 0 {
                        pen.text("|");
                    }
                    pen.set_style(style::BOLD_RED);
                    match &one_pipestatus.symbol {
                        Symbol::Success => {}
                        Symbol::Failure => {
                            pen.text("❌");
                        }
                        Symbol::NotExecutable => {
                            pen.begin_spoken("not executable");
                            pen.text("🚫");
                            pen.end_spoken();
                        }
                        Symbol::NotFound => {
                            pen.begin_spoken("not found");
                            pen.text("🔍");
                            pen.end_spoken();
                        }
                        Symbol::Interrupt => {
                            pen.begin_spoken("sigint");
                            pen.text("🧱");
                            pen.end_spoken();
                        }
                        Symbol::Signal => {
                            pen.begin_spoken("signal");
                            pen.text("⚡");
                            pen.end_spoken();
                        }
                    }
                    pen.put(&one_pipestatus.status);
                    pen.reset_style();
                    pen.text(" ");
                }
                pen.text("] => ");
                pen.set_style(style::BOLD_RED);
                match &status.symbol {
                    Symbol::Success => {}
                    Symbol::Failure => {
                        pen.text("❌");
                    }
                    Symbol::NotExecutable => {
                        pen.begin_spoken("not executable");
                        pen.text("🚫");
                        pen.end_spoken();
                    }
                    Symbol::NotFound => {
                        pen.begin_spoken("not found");
                        pen.text("🔍");
                        pen.end_spoken();
                    }
                    Symbol::Interrupt => {
                        pen.begin_spoken("sigint");
                        pen.text("🧱");
                        pen.end_spoken();
                    }
                    Symbol::Signal => {
                        pen.begin_spoken("signal");
                        pen.text("⚡");
                        pen.end_spoken();
                    }
                }
                pen.put(&status.common_meaning);
                pen.put(&status.signal_name);
                pen.put(&status.maybe_int);
                pen.reset_style();
                pen.text(" ");
            }
        }
        pen.end_module();
    }

    /// `[cmd_duration]`, with its defaults.
    static CMD_DURATION: modules::core::cmd_duration::CmdDuration = modules::core::cmd_duration::CmdDuration::DEFAULT;

    /// `took [$duration]($style) `
    fn draw_cmd_duration(facts: &Facts<'_>, pen: &mut Pen<'_>) {
        let Some(cmd_duration) = CMD_DURATION.vars(facts.request()) else { return };
        pen.begin_module(Health::GOOD);
        pen.text("took ");
        pen.set_style(style::BOLD_YELLOW);
        pen.put(&cmd_duration.duration);
        pen.reset_style();
        pen.text(" ");
        pen.end_module();
    }

    /// extras.toml:16 `[time]`
    static TIME: modules::core::time::Time = modules::core::time::Time::DEFAULT;

    /// `at [$time]($style) `
    fn draw_time(facts: &Facts<'_>, pen: &mut Pen<'_>) {
        let health = facts.health(source::TIME);
        let Some(time) = TIME.vars(facts.get(source::TIME)) else {
            return pen.omit_module(health, "time", Some(&draw_failed));
        };
        pen.begin_module(health);
        pen.text("at ");
        pen.set_style(style::BOLD_YELLOW);
        pen.put(&time.time);
        pen.reset_style();
        pen.text(" ");
        pen.end_module_marked("time", Some(&draw_failed));
    }

    /// Stands for what could not be read.
    fn draw_failed(pen: &mut Pen<'_>) {
        pen.set_style(style::BOLD_RED_ON_PREV_BG);
        pen.text("⚠ ");
    }

    /// The places of the sources in the table.
    mod source {
        pub const DIRECTORY: usize = 0;
        pub const TIME: usize = 1;
    }

    fn left(facts: &Facts<'_>, pen: &mut Pen<'_>) {
        draw_directory(facts, pen);
        draw_character(facts, pen);
    }

    fn continuation(pen: &mut Pen<'_>) {
        pen.set_style(style::BRIGHT_BLACK);
        pen.text("∙");
        pen.reset_style();
        pen.text(" ");
    }

    fn title(facts: &Facts<'_>, pen: &mut Pen<'_>) {
        draw_directory(facts, pen);
    }

    fn footer(facts: &Facts<'_>, pen: &mut Pen<'_>) {
        pen.set_base_style(style::DIMMED);
        draw_status(facts, pen);
        draw_cmd_duration(facts, pen);
        pen.set_base_style(Style::PLAIN);
        pen.text(" ");
        draw_time(facts, pen);
    }

    /// The prompt.
    pub static PROMPT: Prompt = Prompt {
        extras: Extras {
            profile: Some(Profile::Ascii),
            report_directory: true,
            marks: true,
            notify: Some(Notify {
                after: ::core::time::Duration::from_millis(10000),
                with: Some(Notification::Osc777),
            }),
        },
        sources: &[
            PlannedSource::new(
                &DIRECTORY,
                Parts::MODULES.and(Parts::LEFT).and(Parts::PRELUDE),
            ),
            PlannedSource::new(&TIME, Parts::MODULES.and(Parts::PRELUDE)),
        ],
        modules: &[
            Module {
                name: "directory",
                doc: "Shows the path of the directory, shortened.",
                sources: &[source::DIRECTORY],
                draw: &draw_directory,
            },
            Module {
                name: "character",
                doc: "Shows a character, usually an arrow, beside which the command is typed; its look tells whether the last command succeeded.",
                sources: &[],
                draw: &draw_character,
            },
            Module {
                name: "status",
                doc: "Shows the exit status of the last command.",
                sources: &[],
                draw: &draw_status,
            },
            Module {
                name: "cmd_duration",
                doc: "Shows how long the last command ran.",
                sources: &[],
                draw: &draw_cmd_duration,
            },
            Module {
                name: "time",
                doc: "Shows the time of day.",
                sources: &[source::TIME],
                draw: &draw_time,
            },
        ],
        left: Some(&left),
        continuation: Some(&continuation),
        title: Some(&title),
        footer: Some(&footer),
        ..Prompt::new(
            Build {
                version: ::ziron::VERSION,
                config: "extras.toml",
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

        pub const BOLD_CYAN: Style = Style::new().bold().fg(Color::Ansi(6));
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
        pub const RED: Style = Style::new().fg(Color::Ansi(1));
    }
}

pub use self::prompt::PROMPT;
