/// A prompt, compiled.
mod prompt {
    use ::core::prelude::rust_2024::*;
    use ::ziron::{
        modules, Build, Extras, FactOf, Forget, Gather, Health, Manifest, Module,
        Notification, Notify, Parts, Pen, Profile, Request, Settings, Style,
        Segment as _, Source as _,
    };

    /// `[directory]`, with its defaults.
    static DIRECTORY: modules::core::directory::Directory = modules::core::directory::Directory::DEFAULT;

    /// `[$path]($style)[$read_only]($read_only_style) `
    fn draw_directory(facts: &Facts, pen: &mut Pen<'_>) {
        let health = facts.directory.health();
        let Some(directory) = DIRECTORY.vars(facts.directory.get()) else {
            return pen.leave_out(health, "directory", Some(&draw_failed));
        };
        pen.enter(health);
        match &directory.layout {
            modules::core::directory::Layout::Plain => {
                pen.begin(style::BOLD_CYAN);
                pen.put(&directory.path);
                pen.begin(style::RED);
                pen.put(&directory.read_only);
                pen.end();
                pen.text(" ");
            }
            modules::core::directory::Layout::Repository => {
                pen.begin(style::BOLD_CYAN);
                pen.put(&directory.before_root_path);
                pen.put(&directory.repo_root);
                pen.put(&directory.path);
                pen.begin(style::RED);
                pen.put(&directory.read_only);
                pen.end();
                pen.text(" ");
            }
        }
        pen.leave_marked("directory", Some(&draw_failed));
    }

    /// `[character]`, with its defaults.
    static CHARACTER: modules::core::character::Character = modules::core::character::Character::DEFAULT;

    /// `$symbol `
    fn draw_character(facts: &Facts, pen: &mut Pen<'_>) {
        let Some(character) = CHARACTER.vars(&facts.request) else { return };
        pen.enter(Health::GOOD);
        match &character.symbol {
            modules::core::character::Symbol::Success => {
                pen.begin(style::BOLD_GREEN);
                pen.text("❯");
            }
            modules::core::character::Symbol::Error => {
                pen.begin(style::BOLD_RED);
                pen.begin_spoken("error");
                pen.text("❯");
                pen.end_spoken();
            }
            modules::core::character::Symbol::Command => {
                pen.begin(style::BOLD_GREEN);
                pen.begin_spoken("command mode");
                pen.text("❮");
                pen.end_spoken();
            }
            modules::core::character::Symbol::Visual => {
                pen.begin(style::BOLD_YELLOW);
                pen.begin_spoken("visual mode");
                pen.text("❮");
                pen.end_spoken();
            }
            modules::core::character::Symbol::Replace => {
                pen.begin(style::BOLD_PURPLE);
                pen.begin_spoken("replace mode");
                pen.text("❮");
                pen.end_spoken();
            }
            modules::core::character::Symbol::ReplaceOne => {
                pen.begin(style::BOLD_PURPLE);
                pen.begin_spoken("replace mode");
                pen.text("❮");
                pen.end_spoken();
            }
        }
        pen.end();
        pen.text(" ");
        pen.leave();
    }

    /// extras.toml:13 `[status]`
    static STATUS: modules::core::status::Status = modules::core::status::Status::DEFAULT;

    /// `[$symbol$status]($style) `
    fn draw_status(facts: &Facts, pen: &mut Pen<'_>) {
        let Some(status) = STATUS.vars(&facts.request) else { return };
        pen.enter(Health::GOOD);
        match &status.layout {
            modules::core::status::Layout::One => {
                pen.begin(style::BOLD_RED);
                match &status.symbol {
                    modules::core::status::Symbol::Success => {}
                    modules::core::status::Symbol::Failure => {
                        pen.text("❌");
                    }
                    modules::core::status::Symbol::NotExecutable => {
                        pen.begin_spoken("not executable");
                        pen.text("🚫");
                        pen.end_spoken();
                    }
                    modules::core::status::Symbol::NotFound => {
                        pen.begin_spoken("not found");
                        pen.text("🔍");
                        pen.end_spoken();
                    }
                    modules::core::status::Symbol::Interrupt => {
                        pen.begin_spoken("sigint");
                        pen.text("🧱");
                        pen.end_spoken();
                    }
                    modules::core::status::Symbol::Signal => {
                        pen.begin_spoken("signal");
                        pen.text("⚡");
                        pen.end_spoken();
                    }
                }
                pen.put(&status.status);
                pen.end();
                pen.text(" ");
            }
            modules::core::status::Layout::Pipeline => {
                pen.text("[");
                for (index, one_pipestatus) in status.pipestatus.iter().enumerate() {
                    if index > 0 {
                        pen.text("|");
                    }
                    pen.begin(style::BOLD_RED);
                    match &one_pipestatus.symbol {
                        modules::core::status::Symbol::Success => {}
                        modules::core::status::Symbol::Failure => {
                            pen.text("❌");
                        }
                        modules::core::status::Symbol::NotExecutable => {
                            pen.begin_spoken("not executable");
                            pen.text("🚫");
                            pen.end_spoken();
                        }
                        modules::core::status::Symbol::NotFound => {
                            pen.begin_spoken("not found");
                            pen.text("🔍");
                            pen.end_spoken();
                        }
                        modules::core::status::Symbol::Interrupt => {
                            pen.begin_spoken("sigint");
                            pen.text("🧱");
                            pen.end_spoken();
                        }
                        modules::core::status::Symbol::Signal => {
                            pen.begin_spoken("signal");
                            pen.text("⚡");
                            pen.end_spoken();
                        }
                    }
                    pen.put(&one_pipestatus.status);
                    pen.end();
                    pen.text(" ");
                }
                pen.text("] => ");
                pen.begin(style::BOLD_RED);
                match &status.symbol {
                    modules::core::status::Symbol::Success => {}
                    modules::core::status::Symbol::Failure => {
                        pen.text("❌");
                    }
                    modules::core::status::Symbol::NotExecutable => {
                        pen.begin_spoken("not executable");
                        pen.text("🚫");
                        pen.end_spoken();
                    }
                    modules::core::status::Symbol::NotFound => {
                        pen.begin_spoken("not found");
                        pen.text("🔍");
                        pen.end_spoken();
                    }
                    modules::core::status::Symbol::Interrupt => {
                        pen.begin_spoken("sigint");
                        pen.text("🧱");
                        pen.end_spoken();
                    }
                    modules::core::status::Symbol::Signal => {
                        pen.begin_spoken("signal");
                        pen.text("⚡");
                        pen.end_spoken();
                    }
                }
                pen.put(&status.common_meaning);
                pen.put(&status.signal_name);
                pen.put(&status.maybe_int);
                pen.end();
                pen.text(" ");
            }
        }
        pen.leave();
    }

    /// `[cmd_duration]`, with its defaults.
    static CMD_DURATION: modules::core::cmd_duration::CmdDuration = modules::core::cmd_duration::CmdDuration::DEFAULT;

    /// `took [$duration]($style) `
    fn draw_cmd_duration(facts: &Facts, pen: &mut Pen<'_>) {
        let Some(cmd_duration) = CMD_DURATION.vars(&facts.request) else { return };
        pen.enter(Health::GOOD);
        pen.text("took ");
        pen.begin(style::BOLD_YELLOW);
        pen.put(&cmd_duration.duration);
        pen.end();
        pen.text(" ");
        pen.leave();
    }

    /// extras.toml:16 `[time]`
    static TIME: modules::core::time::Time = modules::core::time::Time::DEFAULT;

    /// `at [$time]($style) `
    fn draw_time(facts: &Facts, pen: &mut Pen<'_>) {
        let health = facts.time.health();
        let Some(time) = TIME.vars(facts.time.get()) else {
            return pen.leave_out(health, "time", Some(&draw_failed));
        };
        pen.enter(health);
        pen.text("at ");
        pen.begin(style::BOLD_YELLOW);
        pen.put(&time.time);
        pen.end();
        pen.text(" ");
        pen.leave_marked("time", Some(&draw_failed));
    }

    /// Stands for what could not be read.
    fn draw_failed(pen: &mut Pen<'_>) {
        pen.begin(style::BOLD_RED_ON_PREV_BG);
        pen.text("⚠ ");
    }

    /// All that this prompt knows.
    #[derive(Debug)]
    pub struct Facts {
        request: Request,
        directory: FactOf<modules::core::directory::Directory>,
        time: FactOf<modules::core::time::Time>,
    }

    /// The prompt.
    #[derive(Clone, Copy, Debug)]
    pub struct Prompt;

    impl ::ziron::Prompt for Prompt {
        type Facts = Facts;

        const BUILD: Build = Build {
            version: ::ziron::VERSION,
            config: "extras.toml",
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

        const EXTRAS: Extras = Extras {
            profile: Some(Profile::Ascii),
            title: true,
            report_directory: true,
            marks: true,
            footer: true,
            notify: Some(Notify {
                after: ::core::time::Duration::from_millis(10000),
                with: Some(Notification::Osc777),
            }),
        };

        const MODULES: &'static [Module<Facts>] = &[
            Module {
                name: "directory",
                doc: "Shows the path of the directory, shortened.",
                sources: &[0],
                draw: draw_directory,
            },
            Module {
                name: "character",
                doc: "Shows a character, usually an arrow, beside which the command is typed; its look tells whether the last command succeeded.",
                sources: &[],
                draw: draw_character,
            },
            Module {
                name: "status",
                doc: "Shows the exit status of the last command.",
                sources: &[],
                draw: draw_status,
            },
            Module {
                name: "cmd_duration",
                doc: "Shows how long the last command ran.",
                sources: &[],
                draw: draw_cmd_duration,
            },
            Module {
                name: "time",
                doc: "Shows the time of day.",
                sources: &[1],
                draw: draw_time,
            },
        ];

        fn gather<G: Gather>(gather: &G) -> Facts {
            let directory = gather
                .begin(
                    Parts::MODULES.and(Parts::LEFT).and(Parts::PRELUDE),
                    &DIRECTORY,
                    &Forget,
                );
            let time = gather.begin(Parts::MODULES.and(Parts::PRELUDE), &TIME, &Forget);
            Facts {
                request: gather.request().clone(),
                directory: gather.finish(directory),
                time: gather.finish(time),
            }
        }

        fn left(facts: &Facts, pen: &mut Pen<'_>) {
            draw_directory(facts, pen);
            draw_character(facts, pen);
        }

        fn right(_facts: &Facts, _pen: &mut Pen<'_>) {}

        fn continuation(pen: &mut Pen<'_>) {
            pen.begin(style::BRIGHT_BLACK);
            pen.text("∙");
            pen.end();
            pen.text(" ");
        }

        fn transient_left(_facts: &Facts, _pen: &mut Pen<'_>) {}

        fn transient_right(_facts: &Facts, _pen: &mut Pen<'_>) {}

        fn title(facts: &Facts, pen: &mut Pen<'_>) {
            draw_directory(facts, pen);
        }

        fn footer(facts: &Facts, pen: &mut Pen<'_>) {
            pen.base(style::DIMMED);
            draw_status(facts, pen);
            draw_cmd_duration(facts, pen);
            pen.base(Style::PLAIN);
            pen.text(" ");
            draw_time(facts, pen);
        }

        fn sources() -> ::std::vec::Vec<(&'static str, Manifest)> {
            ::std::vec::Vec::from([
                (DIRECTORY.name(), DIRECTORY.manifest()),
                (TIME.name(), TIME.manifest()),
            ])
        }
    }

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

pub use self::prompt::Prompt;
