/// A prompt, compiled.
mod prompt {
    use ::ziron::generated::*;

    /// powerline.toml:10 `[username]`
    static USERNAME: modules::core::username::Username = modules::core::username::Username {
        format: Format("[ $user ]($style)"),
        style_root: StyleText("bg:accent bold red"),
        style_user: StyleText("bg:accent fg:230"),
        show_always: true,
        ..modules::core::username::Username::DEFAULT
    };

    /// `[ $user ]($style)`
    fn draw_username(facts: &Facts<'_>, pen: &mut Pen<'_>) {
        use modules::core::username::UserStyle;
        let health = facts.health(source::USERNAME);
        let Some(username) = USERNAME.vars(facts.get(source::USERNAME)) else {
            return pen.omit_module(health, "username", Some(&draw_failed));
        };
        pen.begin_module(health);
        match &username.style {
            UserStyle::Root => {
                pen.set_style(style::BOLD_RED_ON_RGB_D65D0E);
            }
            UserStyle::User => {
                pen.set_style(style::COLOR_230_ON_RGB_D65D0E);
            }
        }
        pen.text(" ");
        pen.put(&username.user);
        pen.text(" ");
        pen.end_module_marked("username", Some(&draw_failed));
    }

    /// powerline.toml:16 `[directory]`
    static DIRECTORY: modules::core::directory::Directory = modules::core::directory::Directory {
        format: Format(
            "[ ([$path](italic fg:grey)[$read_only]($read_only_style)) ]($style)",
        ),
        style: StyleText("bold bg:sky"),
        truncation_length: 2,
        substitutions: &[
            Substitution {
                from: "Documents",
                to: "D",
                regex: false,
            },
        ],
        ..modules::core::directory::Directory::DEFAULT
    };

    /// `[ ([$path](italic fg:grey)[$read_only]($read_only_style)) ]($style)`
    fn draw_directory(facts: &Facts<'_>, pen: &mut Pen<'_>) {
        use modules::core::directory::Layout;
        let health = facts.health(source::DIRECTORY);
        let Some(directory) = DIRECTORY.vars(facts.get(source::DIRECTORY)) else {
            return pen.omit_module(health, "directory", Some(&draw_failed));
        };
        pen.begin_module(health);
        match &directory.layout {
            Layout::Plain => {
                pen.set_style(style::BOLD_ON_BRIGHT_BLUE);
                pen.text(" ");
                if !directory.path.is_empty() || !directory.read_only.is_empty() {
                    pen.set_style(style::ITALIC_COLOR_240);
                    pen.put(&directory.path);
                    pen.set_style(style::RED);
                    pen.put(&directory.read_only);
                }
                pen.set_style(style::BOLD_ON_BRIGHT_BLUE);
                pen.text(" ");
            }
            Layout::Repository => {
                pen.set_style(style::BOLD_ON_BRIGHT_BLUE);
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

    /// powerline.toml:24 `[rust]`
    static RUST: modules::tools::rust::Rust = modules::tools::rust::Rust {
        format: Format("($symbol( $version))"),
        ..modules::tools::rust::Rust::DEFAULT
    };

    /// `($symbol( $version))`
    fn draw_rust(facts: &Facts<'_>, pen: &mut Pen<'_>) {
        let health = facts.health(source::RUST);
        let Some(rust) = RUST.vars(facts.get(source::RUST)) else {
            return pen.omit_module(health, "rust", Some(&draw_failed));
        };
        pen.begin_module(health);
        if let Some(version) = &rust.version {
            pen.text("🦀 ");
            pen.text(" ");
            pen.text("v");
            pen.put(&version.raw);
        }
        pen.end_module_marked("rust", Some(&draw_failed));
    }

    /// powerline.toml:27 `[nodejs]`
    static NODEJS: modules::tools::nodejs::Nodejs = modules::tools::nodejs::Nodejs {
        format: Format("(text [$symbol$version]($style))"),
        ..modules::tools::nodejs::Nodejs::DEFAULT
    };

    /// `(text [$symbol$version]($style))`
    fn draw_nodejs(facts: &Facts<'_>, pen: &mut Pen<'_>) {
        use modules::tools::capable::Capability;
        let health = facts
            .health(source::NODEJS)
            .and(facts.health(source::NODEJS_ENGINES));
        let Some(nodejs) = NODEJS
            .vars((facts.get(source::NODEJS), facts.get(source::NODEJS_ENGINES))) else {
            return pen.omit_module(health, "nodejs", Some(&draw_failed));
        };
        pen.begin_module(health);
        if let Some(version) = &nodejs.version {
            pen.text("text ");
            match &nodejs.style {
                Capability::Capable => {
                    pen.set_style(style::BOLD_GREEN);
                }
                Capability::NotCapable => {
                    pen.set_style(style::BOLD_RED);
                }
            }
            pen.text("\u{e718} ");
            pen.text("v");
            pen.put(&version.raw);
        }
        pen.end_module_marked("nodejs", Some(&draw_failed));
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
    static NODEJS_ENGINES: modules::tools::nodejs::Engines = modules::tools::nodejs::Engines;

    /// The places of the sources in the table.
    mod source {
        pub const USERNAME: usize = 0;
        pub const DIRECTORY: usize = 1;
        pub const RUST: usize = 2;
        pub const NODEJS: usize = 3;
        pub const NODEJS_ENGINES: usize = 4;
    }

    fn left(facts: &Facts<'_>, pen: &mut Pen<'_>) {
        pen.set_style(style::RGB_D65D0E);
        pen.text("");
        pen.set_base_style(style::ON_RGB_D65D0E);
        draw_username(facts, pen);
        pen.set_style(style::PREV_BG_ON_BRIGHT_BLUE);
        pen.text("");
        let mark = pen.mark();
        pen.set_base_style(Style::PLAIN);
        draw_directory(facts, pen);
        pen.keep_if_drawn(mark);
        pen.set_style(style::PREV_BG);
        pen.text("");
        let mark = pen.mark();
        pen.reset_style();
        pen.text(" via ");
        draw_rust(facts, pen);
        draw_nodejs(facts, pen);
        pen.keep_if_drawn(mark);
        pen.text(" ");
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
            PlannedSource::new(&USERNAME, Parts::MODULES.and(Parts::LEFT)),
            PlannedSource::new(&DIRECTORY, Parts::MODULES.and(Parts::LEFT)),
            PlannedSource::new(&RUST, Parts::MODULES.and(Parts::LEFT)),
            PlannedSource::new(&NODEJS, Parts::MODULES.and(Parts::LEFT)),
            PlannedSource::new(&NODEJS_ENGINES, Parts::MODULES.and(Parts::LEFT)),
        ],
        modules: &[
            Module {
                name: "username",
                doc: "Shows the user's name: root's, in an SSH session, or if it is not the one that was logged in with.",
                sources: &[source::USERNAME],
                draw: &draw_username,
            },
            Module {
                name: "directory",
                doc: "Shows the path of the directory, shortened.",
                sources: &[source::DIRECTORY],
                draw: &draw_directory,
            },
            Module {
                name: "rust",
                doc: "Shows the version of Rust in a directory that uses it.",
                sources: &[source::RUST],
                draw: &draw_rust,
            },
            Module {
                name: "nodejs",
                doc: "Shows the version of Node.js in a directory that uses it.",
                sources: &[source::NODEJS, source::NODEJS_ENGINES],
                draw: &draw_nodejs,
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
                config: "powerline.toml",
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
        pub const BOLD_ON_BRIGHT_BLUE: Style = Style::new().bold().bg(Color::Ansi(12));
        pub const BOLD_PURPLE: Style = Style::new().bold().fg(Color::Ansi(5));
        pub const BOLD_RED: Style = Style::new().bold().fg(Color::Ansi(1));
        pub const BOLD_RED_ON_PREV_BG: Style = Style::new()
            .bold()
            .fg(Color::Ansi(1))
            .bg(Color::PrevBg);
        pub const BOLD_RED_ON_RGB_D65D0E: Style = Style::new()
            .bold()
            .fg(Color::Ansi(1))
            .bg(Color::Rgb(214, 93, 14));
        pub const BOLD_YELLOW: Style = Style::new().bold().fg(Color::Ansi(3));
        pub const BRIGHT_BLACK: Style = Style::new().fg(Color::Ansi(8));
        pub const COLOR_230_ON_RGB_D65D0E: Style = Style::new()
            .fg(Color::Fixed(230))
            .bg(Color::Rgb(214, 93, 14));
        pub const ITALIC_COLOR_240: Style = Style::new().italic().fg(Color::Fixed(240));
        pub const ON_RGB_D65D0E: Style = Style::new().bg(Color::Rgb(214, 93, 14));
        pub const PREV_BG: Style = Style::new().fg(Color::PrevBg);
        pub const PREV_BG_ON_BRIGHT_BLUE: Style = Style::new()
            .fg(Color::PrevBg)
            .bg(Color::Ansi(12));
        pub const RED: Style = Style::new().fg(Color::Ansi(1));
        pub const RGB_D65D0E: Style = Style::new().fg(Color::Rgb(214, 93, 14));
    }
}

pub use self::prompt::PROMPT;
