//! `ziron-build init`: a configuration to start from.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use crate::cli::InitArgs;
use crate::config::{self, Origin};
use crate::env::Env;
use crate::error::{CommandError, IoContext, Kind};
use crate::ui::Ui;

/// What is written.
pub(crate) const STARTER: &str = include_str!("../starter.toml");

/// Writes the configuration; never over another.
pub(super) fn run(args: &InitArgs, env: &Env, ui: Ui) -> Result<(), CommandError> {
    let path = args
        .config
        .config
        .clone()
        .or_else(|| env.path("ZIRON_CONFIG"))
        .unwrap_or_else(|| config::own_path(env));
    let in_use = config::find(None, env, Path::is_file);
    match write_new(&path, STARTER) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let error = CommandError::new(Kind::Usage, format!("`{}` exists already", path.display()));
            return Err(error.hint("Edit it, move it away, or name another file with `--config FILE`."));
        }
        result => result.doing(|| format!("could not write `{}`", path.display()))?,
    }
    ui.done("Wrote", &env.tilde(&path));
    if let (Origin::Starship | Origin::Variable("STARSHIP_CONFIG"), Some(starship)) =
        (in_use.origin, in_use.path)
    {
        let shown = env.tilde(&starship);
        ui.note(&format!("It is used from now on in place of {shown}, which is a valid configuration too: copy it over to keep it."));
    }
    ui.note("Edit it, then run `ziron-build`.");
    Ok(())
}

fn write_new(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(text.as_bytes()).inspect_err(|_| {
        // Half a configuration is worse than none.
        let _ = fs::remove_file(path);
    })
}
