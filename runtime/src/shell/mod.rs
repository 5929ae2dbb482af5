//! Shells: their names, and the scripts that connect them.

mod init;
mod instant;
mod kept;
mod startup;

pub use init::{Client, Quoting, Script, names_with_script, script, unprompted};
pub use instant::{SavedPrompts, instant};
pub use kept::{Fitness, Kept, guard, is_worth_keeping};
pub use startup::{Call, connects, kept_file, kept_folder};

macro_rules! shells {
    ($($variant:ident $name:literal $doc:literal),* $(,)?) => {
        /// A shell that a prompt can be drawn for.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
        pub enum Shell {
            $(#[doc = $doc] $variant,)*
            /// No shell, or one that shows a prompt as it is.
            #[default]
            Plain,
        }

        impl Shell {
            /// Every shell with a name.
            pub const ALL: &'static [Shell] = &[$(Shell::$variant),*];

            /// The name as it is given to `--shell`.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Shell::$variant => $name,)*
                    Shell::Plain => "plain",
                }
            }
        }
    };
}

shells! {
    Bash "bash" "GNU bash.",
    Zsh "zsh" "The Z shell.",
    Fish "fish" "The friendly interactive shell.",
    Tcsh "tcsh" "The TENEX C shell.",
    Nu "nu" "Nushell.",
    Pwsh "pwsh" "`PowerShell` 7.",
    PowerShell "powershell" "Windows `PowerShell` 5.",
    Elvish "elvish" "Elvish.",
    Xonsh "xonsh" "Xonsh.",
    Ion "ion" "Ion.",
    Cmd "cmd" "cmd.exe with Clink.",
}

/// What gives cmd.exe a prompt of its own.
const CLINK: &str = "clink";

impl Shell {
    /// The name by which `init` knows its script: cmd.exe has a prompt to speak of with Clink only.
    pub fn script_name(self) -> &'static str {
        if self == Shell::Cmd { CLINK } else { self.name() }
    }

    /// Finds a shell by its name; anything unknown is [`Shell::Plain`]. `clink` is a name of [`Shell::Cmd`], which has
    /// no prompt to speak of without it.
    ///
    /// ```
    /// use ziron_runtime::shell::Shell;
    /// assert_eq!(Shell::from_name("zsh"), Shell::Zsh);
    /// assert_eq!(Shell::from_name("clink"), Shell::Cmd);
    /// assert_eq!(Shell::from_name("rc"), Shell::Plain);
    /// ```
    pub fn from_name(name: &str) -> Shell {
        let name = if name == CLINK { Shell::Cmd.name() } else { name };
        Shell::ALL.iter().copied().find(|shell| shell.name() == name).unwrap_or_default()
    }
}
