//! The modules that the compiler knows: `specs.toml`, written from the modules' derives.

use std::collections::HashMap;
use std::sync::OnceLock;

use ziron_runtime::spec::{ModuleSpec, OptionSpec, SpecsFile};

/// All modules, by name.
#[derive(Debug)]
pub struct Specs {
    modules: Vec<ModuleSpec>,
    by_name: HashMap<String, usize>,
}

/// The modules that this compiler was built with.
///
/// # Panics
/// If `specs.toml` is damaged, which a test excludes.
pub fn specs() -> &'static Specs {
    SPECS.get_or_init(|| {
        let file: SpecsFile =
            ::toml::from_str(include_str!("../specs.toml")).expect("specs.toml is written by a test");
        Specs::new(file.into_modules())
    })
}

static SPECS: OnceLock<Specs> = OnceLock::new();

/// Takes the specifications from a program that has the modules themselves, which is quicker than reading the file. A
/// test holds both together. Does nothing where they are known already.
pub fn provide(modules: impl FnOnce() -> Vec<ModuleSpec>) {
    SPECS.get_or_init(|| Specs::new(modules()));
}

impl Specs {
    fn new(modules: Vec<ModuleSpec>) -> Specs {
        let by_name = modules.iter().enumerate().map(|(index, spec)| (spec.name.clone(), index)).collect();
        Specs { modules, by_name }
    }

    /// Finds a module.
    pub fn get(&self, name: &str) -> Option<&ModuleSpec> {
        self.modules.get(*self.by_name.get(name)?)
    }

    /// All modules, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = &ModuleSpec> {
        self.modules.iter()
    }

    /// The modules of `$all` in their order.
    pub fn all(&self) -> Vec<&ModuleSpec> {
        let mut all: Vec<&ModuleSpec> = self.modules.iter().filter(|spec| spec.position.is_some()).collect();
        all.sort_by_key(|spec| spec.position);
        all
    }
}

/// Finds an option of a module by its name or another name that is accepted for it.
pub(crate) fn option<'s>(spec: &'s ModuleSpec, name: &str) -> Option<&'s OptionSpec> {
    spec.options.iter().find(|option| option.name == name || option.aliases.iter().any(|alias| alias == name))
}

/// Variables that starship's own presets use though there are none: a warning, so that every preset builds.
pub(crate) const FORGIVEN: &[(&str, &str)] = &[("buf", "buf_version")];

/// Whether starship has a module of this name and Ziron does not yet. Naming one is no mistake of the user's.
pub(crate) fn is_not_yet(name: &str) -> bool {
    STARSHIP.contains(&name) && specs().get(name).is_none()
}

/// The modules of starship 1.27.
#[rustfmt::skip]
const STARSHIP: &[&str] = &[
    "aws", "azure", "battery", "buf", "bun", "c", "character", "claude_context", "claude_cost", "claude_model",
    "cmake", "cmd_duration", "cobol", "conda", "container", "cpp", "crystal", "custom", "daml", "dart", "deno",
    "directory", "direnv", "docker_context", "dotnet", "elixir", "elm", "env_var", "erlang", "fennel", "fill",
    "fortran", "fossil_branch", "fossil_metrics", "gcloud", "git_branch", "git_commit", "git_metrics",
    "git_state", "git_status", "gleam", "golang", "gradle", "guix_shell", "haskell", "haxe", "helm",
    "hg_branch", "hg_state", "hostname", "java", "jj_bookmark", "jj_change", "jj_metrics", "jj_status", "jobs",
    "julia", "kotlin", "kubernetes", "line_break", "localip", "lua", "maven", "memory_usage", "meson", "mise",
    "mojo", "nats", "netns", "nim", "nix_shell", "nodejs", "ocaml", "odin", "opa", "openstack", "os", "package",
    "perl", "php", "pijul_channel", "pixi", "pulumi", "purescript", "python", "quarto", "raku", "red", "rlang",
    "ruby", "rust", "scala", "shell", "shlvl", "singularity", "solidity", "spack", "status", "sudo", "swift",
    "terraform", "time", "typst", "username", "vagrant", "vcs", "vcsh", "vlang", "xmake", "zig",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Diagnostics;

    #[test]
    fn what_starship_alone_has_is_not_yet_built() {
        assert!(is_not_yet("kubernetes"));
        assert!(!is_not_yet("directory"), "it is built");
        assert!(!is_not_yet("directoy"), "starship does not have it");
    }

    #[test]
    fn every_default_is_toml_of_its_kind() {
        for spec in specs().iter() {
            for option in &spec.options {
                let Some(default) = &option.default else { continue };
                let mut diagnostics = Diagnostics::new();
                let table = crate::syntax::toml::parse(&format!("x = {default}"), &mut diagnostics);
                assert!(diagnostics.is_empty() && table.get("x").is_some(), "{}.{}", spec.name, option.name);
            }
        }
    }
}
