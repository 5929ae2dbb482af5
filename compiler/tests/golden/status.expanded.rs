/// A prompt, compiled.
mod prompt {
    use ::ziron::generated::*;

    /// status.toml:3 `[status]`
    static STATUS: modules::core::status::Status = modules::core::status::Status {
        format: Format("[$symbol$status( $signal_name)]($style) "),
        success_symbol: Format("[ok](green)"),
        map_symbol: true,
        pipestatus: true,
        pipestatus_separator: Format(" | "),
        pipestatus_format: Format("\\[$pipestatus\\] => [$common_meaning]($style)"),
        pipestatus_segment_format: Format("[$status]($style)"),
        ..modules::core::status::Status::DEFAULT
    };

    /// `[$symbol$status( $signal_name)]($style) `
    fn draw_status(facts: &Facts<'_>, pen: &mut Pen<'_>) {
        use modules::core::status::{Layout, Symbol};
        let Some(status) = STATUS.vars(facts.request()) else { return };
        pen.begin_module(Health::GOOD);
        match &status.layout {
            Layout::One => {
                match &status.symbol {
                    Symbol::Success => {
                        pen.set_style(style::GREEN);
                        pen.text("ok");
                    }
                    Symbol::Failure => {
                        pen.set_style(style::BOLD_RED);
                        pen.text("❌");
                    }
                    Symbol::NotExecutable => {
                        pen.set_style(style::BOLD_RED);
                        pen.begin_spoken("not executable");
                        pen.text("🚫");
                        pen.end_spoken();
                    }
                    Symbol::NotFound => {
                        pen.set_style(style::BOLD_RED);
                        pen.begin_spoken("not found");
                        pen.text("🔍");
                        pen.end_spoken();
                    }
                    Symbol::Interrupt => {
                        pen.set_style(style::BOLD_RED);
                        pen.begin_spoken("sigint");
                        pen.text("🧱");
                        pen.end_spoken();
                    }
                    Symbol::Signal => {
                        pen.set_style(style::BOLD_RED);
                        pen.begin_spoken("signal");
                        pen.text("⚡");
                        pen.end_spoken();
                    }
                }
                pen.set_style(style::BOLD_RED);
                pen.put(&status.status);
                if !status.signal_name.is_empty() {
                    pen.text(" ");
                    pen.put(&status.signal_name);
                }
                pen.reset_style();
                pen.text(" ");
            }
            Layout::Pipeline => {
                pen.text("[");
                for (index, one_pipestatus) in status.pipestatus.iter().enumerate() {
                    if index > 0 {
                        pen.reset_style();
                        pen.text(" | ");
                    }
                    pen.set_style(style::BOLD_RED);
                    pen.put(&one_pipestatus.status);
                }
                pen.reset_style();
                pen.text("] => ");
                pen.set_style(style::BOLD_RED);
                pen.put(&status.common_meaning);
            }
        }
        pen.end_module();
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

    fn left(facts: &Facts<'_>, pen: &mut Pen<'_>) {
        draw_status(facts, pen);
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
        modules: &[
            Module {
                name: "status",
                doc: "Shows the exit status of the last command.",
                sources: &[],
                draw: &draw_status,
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
                config: "status.toml",
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
        pub const BOLD_YELLOW: Style = Style::new().bold().fg(Color::Ansi(3));
        pub const BRIGHT_BLACK: Style = Style::new().fg(Color::Ansi(8));
        pub const GREEN: Style = Style::new().fg(Color::Ansi(2));
    }
}

pub use self::prompt::PROMPT;
