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

    /// layout.toml:17 `[time]`
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

    /// `[jobs]`, with its defaults.
    static JOBS: modules::core::jobs::Jobs = modules::core::jobs::Jobs::DEFAULT;

    /// `[$symbol$number]($style) `
    fn draw_jobs(facts: &Facts<'_>, pen: &mut Pen<'_>) {
        use modules::core::jobs::Symbol;
        let Some(jobs) = JOBS.vars(facts.request()) else { return };
        pen.begin_module(Health::GOOD);
        pen.set_style(style::BOLD_BLUE);
        match &jobs.symbol {
            Some(Symbol::Shown) => {
                pen.text("✦");
            }
            None => {}
        }
        pen.put(&jobs.number);
        pen.reset_style();
        pen.text(" ");
        pen.end_module();
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
        pen.set_style(style::DIMMED);
        pen.fill("-");
        draw_time(facts, pen);
        pen.newline();
        pen.escaped(
            &Literal {
                plain: "100% $HOME `x` ",
                zsh: "100%% $HOME `x` ",
                bash: "100% \\\\$HOME \\\\`x\\\\` ",
                tcsh: "100%% $HOME `x` ",
            },
        );
        draw_character(facts, pen);
    }

    fn right(facts: &Facts<'_>, pen: &mut Pen<'_>) {
        draw_cmd_duration(facts, pen);
        draw_jobs(facts, pen);
    }

    fn continuation(pen: &mut Pen<'_>) {
        pen.set_style(style::DIMMED);
        pen.text("..");
        pen.reset_style();
        pen.text(" ");
    }

    fn transient_left(facts: &Facts<'_>, pen: &mut Pen<'_>) {
        pen.set_base_style(style::DIMMED);
        draw_time(facts, pen);
        pen.set_base_style(Style::PLAIN);
        pen.text(" ");
        draw_character(facts, pen);
    }

    /// The prompt.
    pub static PROMPT: Prompt = Prompt {
        sources: &[
            PlannedSource::new(&DIRECTORY, Parts::MODULES.and(Parts::LEFT)),
            PlannedSource::new(
                &TIME,
                Parts::MODULES.and(Parts::LEFT).and(Parts::TRANSIENT),
            ),
        ],
        modules: &[
            Module {
                name: "directory",
                doc: "Shows the path of the directory, shortened.",
                sources: &[source::DIRECTORY],
                draw: &draw_directory,
            },
            Module {
                name: "time",
                doc: "Shows the time of day.",
                sources: &[source::TIME],
                draw: &draw_time,
            },
            Module {
                name: "character",
                doc: "Shows a character, usually an arrow, beside which the command is typed; its look tells whether the last command succeeded.",
                sources: &[],
                draw: &draw_character,
            },
            Module {
                name: "cmd_duration",
                doc: "Shows how long the last command ran.",
                sources: &[],
                draw: &draw_cmd_duration,
            },
            Module {
                name: "jobs",
                doc: "Shows how many jobs the shell has in the background.",
                sources: &[],
                draw: &draw_jobs,
            },
        ],
        left: Some(&left),
        right: Some(&right),
        continuation: Some(&continuation),
        transient_left: Some(&transient_left),
        ..Prompt::new(
            Build {
                version: ::ziron::VERSION,
                config: "layout.toml",
                config_hash: "0",
                build_hash: "0",
            },
            Settings {
                add_newline: true,
                budget: ::core::time::Duration::from_millis(120),
                command_timeout: ::core::time::Duration::from_millis(500),
                scan_timeout: ::core::time::Duration::from_millis(30),
                follow_symlinks: true,
                transient: true,
            },
        )
    };

    /// The styles that this prompt uses.
    mod style {
        use ::ziron::{Color, Style};

        pub const BOLD_BLUE: Style = Style::new().bold().fg(Color::Ansi(4));
        pub const BOLD_CYAN: Style = Style::new().bold().fg(Color::Ansi(6));
        pub const BOLD_GREEN: Style = Style::new().bold().fg(Color::Ansi(2));
        pub const BOLD_PURPLE: Style = Style::new().bold().fg(Color::Ansi(5));
        pub const BOLD_RED: Style = Style::new().bold().fg(Color::Ansi(1));
        pub const BOLD_RED_ON_PREV_BG: Style = Style::new()
            .bold()
            .fg(Color::Ansi(1))
            .bg(Color::PrevBg);
        pub const BOLD_YELLOW: Style = Style::new().bold().fg(Color::Ansi(3));
        pub const DIMMED: Style = Style::new().dimmed();
        pub const RED: Style = Style::new().fg(Color::Ansi(1));
    }
}

pub use self::prompt::PROMPT;
