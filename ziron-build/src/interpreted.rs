//! An interpreted prompt: a copy of this program that is a prompt, since there is a configuration beside it.
//!
//! ```text
//! ziron-prompt                     the copy, with the command line of a prompt
//! ziron-prompt.interpreted.toml    what it shows
//! ```
//!
//! Only configurations that can be interpreted are written there, so that the copy always has a prompt.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::{env, fs};

use ziron_compiler::plan::Plan;
use ziron_compiler::specs;
use ziron_runtime::build::Build;
use ziron_runtime::prelude;
use ziron_runtime::prompt::Prompt;
use ziron_runtime::spec::FactSpec;

use crate::interpret::{self, NeedsCompiler};
use crate::sources;

/// The prompt that this program is, if it is one.
pub fn prompt_of_this_program() -> Option<&'static Prompt> {
    let file = configuration_of(&env::current_exe().ok()?);
    let text = fs::read_to_string(&file).ok()?;
    specs::provide(ziron_modules::specs);
    let build = Build {
        version: env!("CARGO_PKG_VERSION"),
        config: String::leak(file.into_os_string().into_string().ok()?),
        config_hash: String::leak(ziron_compiler::hash(&text)),
        build_hash: sources::HASH,
    };
    // Whatever somebody has put there, a shell has a prompt.
    let defaults = || interpret::prompt(ziron_compiler::plan_of("").0, build);
    let prompt =
        plan(&text).map_or_else(defaults, |plan| interpret::prompt(plan, build).or_else(|_| defaults()));
    let prompt = Prompt { is_interpreted: true, ..*prompt.ok()? };
    let variables = all_variables(&prompt);
    Some(Box::leak(Box::new(Prompt { variables, ..prompt })))
}

/// The plan of a configuration without errors.
fn plan(text: &str) -> Option<Plan> {
    let (plan, diagnostics) = ziron_compiler::plan_of(text);
    (!diagnostics.has_errors()).then_some(plan)
}

/// What any configuration may depend on: shells are told once which variables to send, and the configuration changes
/// while they run.
fn all_variables(prompt: &Prompt) -> &'static [&'static str] {
    let of_modules = specs::specs().iter().flat_map(|spec| &spec.facts).flat_map(|fact| match fact {
        FactSpec::Own(manifest) | FactSpec::Unit { manifest, .. } => manifest.env.as_slice(),
        FactSpec::Request | FactSpec::Module(_) => &[],
    });
    let of_modules = of_modules.map(String::as_str);
    if prompt.background.is_none() {
        return &[];
    }
    Vec::leak(prelude::variables(of_modules.chain(prompt.variables.iter().copied()), prompt.extras.notify))
}

/// Makes a copy of this program that shows a configuration, at a path in a folder of the user's own.
///
/// # Errors
/// If it cannot be written.
pub(crate) fn install(program: &Path, text: &str) -> io::Result<()> {
    write(program, text)?;
    let own = env::current_exe()?;
    // A second name for the same file costs nothing, but there may be none: on another file system, or of a file that
    // belongs to somebody else.
    fs::hard_link(&own, program).or_else(|_| fs::copy(&own, program).map(drop))
}

/// Makes such a copy show another configuration from now on.
///
/// # Errors
/// If it cannot be written.
pub(crate) fn write(program: &Path, text: &str) -> io::Result<()> {
    let file = configuration_of(program);
    let folder = file.parent().unwrap_or(Path::new("/"));
    let mut new = tempfile::NamedTempFile::new_in(folder)?;
    new.write_all(text.as_bytes())?;
    new.persist(&file)?;
    Ok(())
}

/// Whether a plan can be interpreted.
///
/// # Errors
/// What has to be compiled.
pub(crate) fn check(plan: Plan) -> Result<(), NeedsCompiler> {
    let build = Build { version: "", config: "", config_hash: "", build_hash: "" };
    interpret::prompt(plan, build).map(drop)
}

fn configuration_of(program: &Path) -> PathBuf {
    let mut file = OsString::from(program);
    file.push(".interpreted.toml");
    PathBuf::from(file)
}
