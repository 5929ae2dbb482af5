//! The shell.
//!
//! Shows: a short name for the shell that shows the prompt.
//! Hidden when: never.
//! Costs: nothing.

use ziron_macros::{Choice, Options, Vars};
use ziron_runtime::request::Request;
use ziron_runtime::segment::Segment;
use ziron_runtime::shell;
use ziron_runtime::spec::{Format, StyleText};

/// Shows which shell this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Options)]
#[module(name = "shell", position = 100, facts(request))]
pub struct Shell {
    /// The format of the module.
    #[option(default = "[$indicator]($style) ")]
    pub format: Format,
    /// The style of the module.
    #[option(default = "white bold")]
    pub style: StyleText,
    /// What stands for bash.
    #[option(default = "bsh", var)]
    pub bash_indicator: Format,
    /// What stands for fish.
    #[option(default = "fsh", var)]
    pub fish_indicator: Format,
    /// What stands for zsh.
    #[option(default = "zsh", var)]
    pub zsh_indicator: Format,
    /// What stands for Windows `PowerShell`.
    #[option(default = "psh", var)]
    pub powershell_indicator: Format,
    /// What stands for `PowerShell` 7; the same as for Windows `PowerShell` if nothing is said.
    #[option(default = "psh", fallback = "powershell_indicator", var)]
    pub pwsh_indicator: Format,
    /// What stands for Ion.
    #[option(default = "ion", var)]
    pub ion_indicator: Format,
    /// What stands for Elvish.
    #[option(default = "esh", var)]
    pub elvish_indicator: Format,
    /// What stands for tcsh.
    #[option(default = "tsh", var)]
    pub tcsh_indicator: Format,
    /// What stands for Nushell.
    #[option(default = "nu", var)]
    pub nu_indicator: Format,
    /// What stands for Xonsh.
    #[option(default = "xsh", var)]
    pub xonsh_indicator: Format,
    /// What stands for `cmd.exe`.
    #[option(default = "cmd", var)]
    pub cmd_indicator: Format,
    /// What stands for any other shell.
    #[option(default = "", var)]
    pub unknown_indicator: Format,
    /// Leaves the module out.
    #[option(default = true)]
    pub disabled: bool,
}

/// Which indicator is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Choice)]
pub enum Indicator {
    /// GNU bash.
    #[choice("bash_indicator")]
    Bash,
    /// Fish.
    #[choice("fish_indicator")]
    Fish,
    /// The Z shell.
    #[choice("zsh_indicator")]
    Zsh,
    /// Windows `PowerShell`.
    #[choice("powershell_indicator")]
    PowerShell,
    /// `PowerShell` 7.
    #[choice("pwsh_indicator")]
    Pwsh,
    /// Ion.
    #[choice("ion_indicator")]
    Ion,
    /// Elvish.
    #[choice("elvish_indicator")]
    Elvish,
    /// tcsh.
    #[choice("tcsh_indicator")]
    Tcsh,
    /// Nushell.
    #[choice("nu_indicator")]
    Nu,
    /// Xonsh.
    #[choice("xonsh_indicator")]
    Xonsh,
    /// `cmd.exe`.
    #[choice("cmd_indicator")]
    Cmd,
    /// Any other shell.
    #[choice("unknown_indicator")]
    Unknown,
}

/// The variables of the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Vars)]
pub struct ShellVars {
    /// What stands for the shell.
    #[var(choice)]
    pub indicator: Indicator,
}

impl Segment for Shell {
    type Facts<'a> = &'a Request;
    type Vars<'a> = ShellVars;

    fn vars<'a>(&'a self, request: &'a Request) -> Option<ShellVars> {
        let indicator = match request.shell {
            shell::Shell::Bash => Indicator::Bash,
            shell::Shell::Zsh => Indicator::Zsh,
            shell::Shell::Fish => Indicator::Fish,
            shell::Shell::Tcsh => Indicator::Tcsh,
            shell::Shell::Nu => Indicator::Nu,
            shell::Shell::Pwsh => Indicator::Pwsh,
            shell::Shell::PowerShell => Indicator::PowerShell,
            shell::Shell::Elvish => Indicator::Elvish,
            shell::Shell::Xonsh => Indicator::Xonsh,
            shell::Shell::Ion => Indicator::Ion,
            shell::Shell::Cmd => Indicator::Cmd,
            shell::Shell::Plain => Indicator::Unknown,
        };
        Some(ShellVars { indicator })
    }
}

#[cfg(test)]
mod tests {
    use ziron_runtime::segment::Choice;

    use super::*;

    #[test]
    fn every_shell_has_an_indicator_of_its_own_name() {
        for &shell in shell::Shell::ALL {
            let indicator = Shell::DEFAULT.vars(&Request { shell, ..Request::default() }).unwrap().indicator;
            assert_eq!(Indicator::arms()[indicator.arm()].option, format!("{}_indicator", shell.name()));
        }
    }
}
