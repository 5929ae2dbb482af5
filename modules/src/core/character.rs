//! The character before the cursor.
//!
//! Shows: whether the last command succeeded, and the vi mode.
//! Hidden when: never.
//! Costs: nothing.

use ziron_macros::{Choice, Options, Vars};
use ziron_runtime::request::Request;
use ziron_runtime::segment::Segment;
use ziron_runtime::shell::Shell;
use ziron_runtime::spec::Format;

/// Shows a character, usually an arrow, beside which the command is typed; its look tells whether the last command succeeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Options)]
#[module(name = "character", position = 101, facts(request))]
pub struct Character {
    /// The format of the module.
    #[option(default = "$symbol ")]
    pub format: Format,
    /// What is shown if the last command succeeded.
    #[option(default = "[❯](bold green)")]
    pub success_symbol: Format,
    /// What is shown if the last command failed.
    #[option(default = "[❯](bold red)")]
    pub error_symbol: Format,
    /// What is shown in vi's command mode.
    #[option(default = "[❮](bold green)", alias = "vicmd_symbol")]
    pub vimcmd_symbol: Format,
    /// What is shown in vi's visual mode.
    #[option(default = "[❮](bold yellow)")]
    pub vimcmd_visual_symbol: Format,
    /// What is shown in vi's replace mode.
    #[option(default = "[❮](bold purple)")]
    pub vimcmd_replace_symbol: Format,
    /// What is shown while vi replaces one character.
    #[option(default = "[❮](bold purple)")]
    pub vimcmd_replace_one_symbol: Format,
    /// Leaves the module out.
    #[option(default = false)]
    pub disabled: bool,
}

/// Which symbol is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Choice)]
pub enum Symbol {
    /// The last command succeeded.
    #[choice("success_symbol")]
    Success,
    /// The last command failed.
    #[choice("error_symbol")]
    Error,
    /// Vi's command mode.
    #[choice("vimcmd_symbol")]
    Command,
    /// Vi's visual mode.
    #[choice("vimcmd_visual_symbol")]
    Visual,
    /// Vi's replace mode.
    #[choice("vimcmd_replace_symbol")]
    Replace,
    /// Vi replaces one character.
    #[choice("vimcmd_replace_one_symbol")]
    ReplaceOne,
}

/// The variables of the module.
#[derive(Clone, Copy, Debug, Vars)]
pub struct CharacterVars {
    /// The symbol for the state of the shell.
    #[var(choice)]
    pub symbol: Symbol,
}

impl Segment for Character {
    type Facts<'a> = &'a Request;
    type Vars<'a> = CharacterVars;

    fn vars<'a>(&'a self, request: &'a Request) -> Option<CharacterVars> {
        let symbol = match vi_mode(request.shell, &request.keymap) {
            Some(mode) => mode,
            None if request.status.as_deref().unwrap_or("0") == "0" => Symbol::Success,
            None => Symbol::Error,
        };
        Some(CharacterVars { symbol })
    }
}

/// The vi mode that a key map stands for, in the names of each shell; `None` for inserting, or without vi.
fn vi_mode(shell: Shell, keymap: &str) -> Option<Symbol> {
    match (shell, keymap) {
        (Shell::Fish, "default")
        | (Shell::Zsh, "vicmd")
        | (Shell::Cmd | Shell::Pwsh | Shell::PowerShell, "vi") => Some(Symbol::Command),
        (Shell::Fish, "visual") => Some(Symbol::Visual),
        (Shell::Fish, "replace") => Some(Symbol::Replace),
        (Shell::Fish, "replace_one") => Some(Symbol::ReplaceOne),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols() {
        let symbol = |shell, status: &str, keymap: &str| {
            let request =
                Request { shell, status: Some(status.into()), keymap: keymap.into(), ..Request::default() };
            Character::DEFAULT.vars(&request).unwrap().symbol
        };
        assert_eq!(symbol(Shell::Bash, "0", "viins"), Symbol::Success);
        assert_eq!(symbol(Shell::Bash, "130", "vicmd"), Symbol::Error, "bash has no vi indicator");
        assert_eq!(symbol(Shell::Zsh, "1", "vicmd"), Symbol::Command);
        assert_eq!(symbol(Shell::Fish, "0", "replace_one"), Symbol::ReplaceOne);
    }
}
