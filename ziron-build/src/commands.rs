//! One file per subcommand.

use std::path::{Path, PathBuf};

use crate::cli::{BuildArgs, Cli, Command, ConfigArgs, PlaceArgs};
use crate::config::{self, Config};
use crate::env::Env;
use crate::error::{CommandError, IoContext};
use crate::ui::Ui;

mod build;
mod check;
mod expand;
mod explain;
mod init;
mod rollback;
mod trial;
mod uninstall;
mod watch;

/// Does what the command line says.
pub(crate) fn run(cli: Cli, env: &Env) -> Result<(), (Ui, CommandError)> {
    let command = cli.command.unwrap_or(Command::Build(cli.build));
    let ui = Ui::new(env, command.quiet());
    let result = match command {
        Command::Build(args) => build::run(&args, env, ui),
        Command::Watch(args) => watch::run(&args, env, ui),
        Command::Check(args) => check::run(&args, env, ui),
        Command::Expand(args) => expand::run(&args, env, ui),
        Command::Explain(args) => explain::run(&args, env, ui),
        Command::Init(args) => init::run(&args, env, ui),
        Command::Try(args) => trial::run(&args, env, ui),
        Command::Rollback(args) => rollback::run(&args, env, ui),
        Command::Uninstall(args) => uninstall::run(&args, env, ui),
    };
    result.map_err(|error| (ui, error))
}

impl Command {
    fn quiet(&self) -> bool {
        match self {
            Self::Build(BuildArgs { config, .. })
            | Self::Watch(BuildArgs { config, .. })
            | Self::Check(config)
            | Self::Expand(config) => config.quiet,
            Self::Explain(args) => args.config.quiet,
            Self::Init(args) => args.config.quiet,
            Self::Try(args) => args.config.quiet,
            Self::Rollback(args) => args.quiet,
            Self::Uninstall(args) => args.quiet,
        }
    }
}

/// Reads the configuration and says which it is.
fn load(args: &ConfigArgs, env: &Env, ui: Ui) -> Result<Config, CommandError> {
    let config = config::load(args.config.as_deref(), env)?;
    ui.note(&config.announcement(env));
    Ok(config)
}

/// The absolute path of the installed binary: what a start-up file says must not depend on the folder that a shell starts in.
fn place(args: &PlaceArgs, env: &Env) -> Result<PathBuf, CommandError> {
    let place = match &args.output {
        Some(output) if is_folder(output) => output.join(&args.name),
        Some(output) => output.clone(),
        None => env.bin_home().join(&args.name),
    };
    std::path::absolute(&place).doing(|| format!("could not tell where `{}` is", place.display()))
}

/// Whether a path is meant as a folder: it is one, or it ends with a slash.
fn is_folder(path: &Path) -> bool {
    path.is_dir() || path.as_os_str().to_string_lossy().ends_with('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_binary_goes_where_it_is_told() {
        let env = Env::of([("HOME", "/h")]);
        let to = |output: Option<&str>| {
            place(&PlaceArgs { output: output.map(PathBuf::from), name: "p".into() }, &env)
                .expect("there is a current folder")
        };
        assert_eq!(to(None), Path::new("/h/.local/bin/p"));
        assert_eq!(to(Some("/")), Path::new("/p"));
        assert_eq!(to(Some("/nowhere/")), Path::new("/nowhere/p"));
        assert_eq!(to(Some("/nowhere/q")), Path::new("/nowhere/q"));
        assert!(to(Some("q")).is_absolute() && to(Some("./q/")).is_absolute());
    }
}
