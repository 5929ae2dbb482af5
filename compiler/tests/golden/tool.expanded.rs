/// A prompt, compiled.
mod prompt {
    use ::ziron::generated::*;

    /// tool.toml:5 `[rust]`
    static RUST: modules::tools::rust::Rust = modules::tools::rust::Rust {
        format: Format("[$symbol$version ]($style)"),
        version_format: Format("${major}.${minor}"),
        symbol: Format("rs "),
        style: StyleText("bold #ff8800"),
        detect_files: &["Cargo.toml", "!no-rust"],
        ..modules::tools::rust::Rust::DEFAULT
    };

    /// `[$symbol$version ]($style)`
    fn draw_rust(facts: &Facts<'_>, pen: &mut Pen<'_>) {
        let health = facts.health(source::RUST);
        let Some(rust) = RUST.vars(facts.get(source::RUST)) else {
            return pen.omit_module(health, "rust", Some(&draw_failed));
        };
        pen.begin_module(health);
        pen.set_style(style::BOLD_RGB_FF8800);
        pen.text("rs ");
        if let Some(version) = &rust.version {
            pen.put(&version.major);
            pen.text(".");
            pen.put(&version.minor);
        }
        pen.text(" ");
        pen.end_module_marked("rust", Some(&draw_failed));
    }

    /// `[zig]`, with its defaults.
    static ZIG: modules::tools::Tool = modules::tools::ZIG;

    /// `via [$symbol($version )]($style)`
    fn draw_zig(facts: &Facts<'_>, pen: &mut Pen<'_>) {
        let health = facts.health(source::ZIG);
        let Some(zig) = ZIG.vars(facts.get(source::ZIG)) else {
            return pen.omit_module(health, "zig", Some(&draw_failed));
        };
        pen.begin_module(health);
        pen.text("via ");
        pen.set_style(style::BOLD_YELLOW);
        pen.text("↯ ");
        if let Some(version) = &zig.version {
            pen.text("v");
            pen.put(&version.raw);
            pen.text(" ");
        }
        pen.end_module_marked("zig", Some(&draw_failed));
    }

    /// Stands for what could not be read.
    fn draw_failed(pen: &mut Pen<'_>) {
        pen.set_style(style::BOLD_RED_ON_PREV_BG);
        pen.text("⚠ ");
    }

    /// The places of the sources in the table.
    mod source {
        pub const RUST: usize = 0;
        pub const ZIG: usize = 1;
    }

    fn left(facts: &Facts<'_>, pen: &mut Pen<'_>) {
        draw_rust(facts, pen);
        draw_zig(facts, pen);
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
        ],
        left: Some(&left),
        continuation: Some(&continuation),
        ..Prompt::new(
            Build {
                version: ::ziron::VERSION,
                config: "tool.toml",
                config_hash: "0",
                build_hash: "0",
            },
            Settings {
                add_newline: false,
                budget: ::core::time::Duration::from_millis(800),
                command_timeout: ::core::time::Duration::from_millis(800),
                scan_timeout: ::core::time::Duration::from_millis(30),
                follow_symlinks: true,
                transient: false,
            },
        )
    };

    /// The styles that this prompt uses.
    mod style {
        use ::ziron::{Color, Style};

        pub const BOLD_RED_ON_PREV_BG: Style = Style::new()
            .bold()
            .fg(Color::Ansi(1))
            .bg(Color::PrevBg);
        pub const BOLD_RGB_FF8800: Style = Style::new()
            .bold()
            .fg(Color::Rgb(255, 136, 0));
        pub const BOLD_YELLOW: Style = Style::new().bold().fg(Color::Ansi(3));
        pub const BRIGHT_BLACK: Style = Style::new().fg(Color::Ansi(8));
    }
}

pub use self::prompt::PROMPT;
