//! The compiler, as the commands use it. A thin adapter: nothing else names the compiler's types.
//!
//! STUB until `ziron_compiler::compile` lands: the program says its versions and draws `$ `.

use std::collections::BTreeSet;

use crate::config::Config;
use crate::error::{CommandError, Kind};
use crate::hash::Hash;
use crate::sources;
use crate::ui::{self, Ui};

/// What identifies a build; the program prints it for `--version`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BuildId {
    /// Our version.
    pub(crate) version: &'static str,
    /// The hash of the sources and the configuration.
    pub(crate) build: String,
    /// The hash of the configuration.
    pub(crate) config: String,
}

impl BuildId {
    /// Of this program and this configuration.
    pub(crate) fn of(text: &str) -> Self {
        let config = Hash::new().part(text.as_bytes()).hex();
        let build = Hash::new().part(sources::HASH.as_bytes()).part(text.as_bytes()).hex();
        Self { version: env!("CARGO_PKG_VERSION"), build, config }
    }
}

/// A configuration turned into a program.
#[derive(Debug)]
pub(crate) struct Compiled {
    /// The generated `main.rs`.
    pub(crate) source: String,
    /// The features of the `ziron` crate it needs.
    pub(crate) features: BTreeSet<&'static str>,
    /// What is wired, for people.
    pub(crate) explanation: String,
}

/// Compiles a configuration. Diagnostics are printed; errors among them end the command.
pub(crate) fn compile(config: &Config, _ui: Ui) -> Result<Compiled, CommandError> {
    let id = BuildId::of(&config.text);
    if config.text.contains("STUB ERROR") {
        ui::diagnostics("error[Z0000]: stub");
        return Err(CommandError::new(Kind::Config, format!("`{}` has errors", config.shown)));
    }
    let version = format!("ziron {} build {} config {}", id.version, id.build, id.config);
    let source = format!(
        "use ::ziron as _;\nfn main() {{\n    let argument = std::env::args().nth(1);\n    \
         match argument.as_deref() {{\n        Some(\"--version\") => println!({version:?}),\n        \
         _ => print!(\"$ \"),\n    }}\n}}\n"
    );
    Ok(Compiled { source, features: BTreeSet::new(), explanation: "stub\n".into() })
}
