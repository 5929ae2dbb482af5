//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

const CONFIG_HELP: &str =
    "The configuration [default: $ZIRON_CONFIG, ~/.config/ziron/ziron.toml, else starship's]";

const OUTPUT_HELP: &str =
    "The binary to write, or the folder to write it in [default: $XDG_BIN_HOME, else ~/.local/bin]";

/// Compiles a prompt configuration into a prompt.
#[derive(Debug, Parser)]
#[command(
    name = "ziron-build",
    version,
    args_conflicts_with_subcommands = true,
    disable_help_subcommand = true
)]
#[command(
    after_help = "Without a command, `build` is meant.\n\nExit codes: 1 configuration, 2 usage, 3 toolchain, 4 network, \
                        5 input and output, 70 internal error, 128 + N stopped by signal N."
)]
pub(crate) struct Cli {
    /// What to do; `build` where nothing is said.
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    /// The options of `build`.
    #[command(flatten)]
    pub(crate) build: BuildArgs,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Compile the configuration and install the prompt (the default)
    Build(BuildArgs),
    /// Build, and build again whenever the configuration changes
    Watch(BuildArgs),
    /// Check the configuration; compile nothing
    Check(ConfigArgs),
    /// Print the Rust program that the configuration becomes
    Expand(ConfigArgs),
    /// Say what the configuration wires: sources, what they read, features, size
    Explain(ExplainArgs),
    /// Write a configuration to start from
    Init(InitArgs),
    /// Open your shell with the prompt at once, changing none of your files
    Try(TryArgs),
    /// Put back the prompt that the last build replaced
    Rollback(RollbackArgs),
    /// Remove the prompt and all that it keeps; the configuration stays
    Uninstall(UninstallArgs),
}

/// Which configuration.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct ConfigArgs {
    #[arg(long, short, value_name = "FILE", help = CONFIG_HELP)]
    pub(crate) config: Option<PathBuf>,
    /// Say only what is wrong
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

/// Which binary.
#[derive(Args, Clone, Debug)]
pub(crate) struct PlaceArgs {
    #[arg(long, short, value_name = "PATH", help = OUTPUT_HELP)]
    pub(crate) output: Option<PathBuf>,
    /// The binary's name
    #[arg(long, value_name = "NAME", default_value = "ziron-prompt", value_parser = file_name)]
    pub(crate) name: String,
}

/// How to compile.
#[derive(Args, Clone, Copy, Debug, Default)]
pub(crate) struct CompileArgs {
    /// Quick to rebuild, or small
    #[arg(long, value_enum, default_value_t = Profile::Default)]
    pub(crate) profile: Profile,
    /// Link against musl instead of the system's C library; its Rust target must be installed
    #[arg(long)]
    pub(crate) musl: bool,
}

/// A trade between the time a build takes and what it makes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Profile {
    #[default]
    /// Quick to rebuild: only what the configuration changes is compiled
    Default,
    /// An eighth smaller; every rebuild takes as long as the first
    Small,
}

impl Profile {
    /// Cargo's name for it, see `profiles.toml`.
    pub(crate) fn cargo(self) -> &'static str {
        match self {
            Self::Default => "release",
            Self::Small => "small",
        }
    }
}

/// Options of `build`.
#[derive(Args, Clone, Debug)]
pub(crate) struct BuildArgs {
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
    #[command(flatten)]
    pub(crate) compile: CompileArgs,
}

/// Options of `explain`.
#[derive(Args, Clone, Debug)]
pub(crate) struct ExplainArgs {
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
}

/// Options of `init`.
#[derive(Args, Clone, Debug)]
pub(crate) struct InitArgs {
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
}

/// Options of `try`.
#[derive(Args, Clone, Debug)]
pub(crate) struct TryArgs {
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// Compile the prompt first, as an installed one is; so do `--profile small` and `--musl`
    #[arg(long)]
    pub(crate) compiled: bool,
    #[command(flatten)]
    pub(crate) compile: CompileArgs,
}

impl TryArgs {
    /// Whether the prompt is compiled first.
    pub(crate) fn is_compiled(&self) -> bool {
        self.compiled || self.compile.musl || self.compile.profile != Profile::Default
    }
}

/// Options of `rollback`.
#[derive(Args, Clone, Debug)]
pub(crate) struct RollbackArgs {
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
    /// Say only what is wrong
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

/// Options of `uninstall`.
#[derive(Args, Clone, Debug)]
pub(crate) struct UninstallArgs {
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
    /// Remove the lines of start-up files that connect the prompt
    #[arg(long)]
    pub(crate) startup_files: bool,
    /// Remove the configuration
    #[arg(long)]
    pub(crate) purge: bool,
    /// Say what would be removed, and remove nothing
    #[arg(long, short = 'n')]
    pub(crate) dry_run: bool,
    /// Say only what is wrong
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

/// A name is one component of a path.
fn file_name(text: &str) -> Result<String, String> {
    let plain = !text.is_empty() && text != "." && text != ".." && !text.contains(['/', '\\', '\0']);
    if plain { Ok(text.to_owned()) } else { Err("a name without `/`; `--output` takes a path".into()) }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn build_is_the_default() {
        let cli =
            Cli::try_parse_from(["ziron-build", "--profile", "small", "--name", "p"]).expect("it parses");
        assert!(cli.command.is_none());
        assert_eq!((cli.build.compile.profile, cli.build.place.name.as_str()), (Profile::Small, "p"));
        assert!(Cli::try_parse_from(["ziron-build", "--name", "a/b"]).is_err());
    }
}
