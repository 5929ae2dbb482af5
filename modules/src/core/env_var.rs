//! A variable of the environment.
//!
//! Shows: the value of the variable.
//! Hidden when: it is not set and there is no `default`.
//! Costs: one variable of the environment.

use serde::{Deserialize, Serialize};
use ziron_macros::{Options, Vars};
use ziron_runtime::io::Io;
use ziron_runtime::place::Place;
use ziron_runtime::segment::Segment;
use ziron_runtime::source::{Describe, Manifest, ReadError, Source};
use ziron_runtime::spec::{Format, StyleText};

/// Shows the value of a variable of the environment: `[env_var.NAME]` that of `NAME`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Options)]
#[module(name = "env_var", position = 86, many, facts(self), cost = Free, policy = Never)]
pub struct EnvVar {
    /// The format of the module.
    #[option(default = "with [$symbol$env_value]($style) ")]
    pub format: Format,
    /// The style of the module.
    #[option(default = "black bold dimmed")]
    pub style: StyleText,
    /// The symbol before the value.
    #[option(default = "", var)]
    pub symbol: Format,
    /// The name of the variable, if it is not the name of the table.
    #[option(default = None, names = "variables")]
    pub variable: Option<&'static str>,
    /// What is shown where the variable is not set.
    #[option(default = None)]
    pub default: Option<&'static str>,
    /// What the module is for, in a few words.
    #[option(default = "<env_var module>")]
    pub description: &'static str,
    /// Leaves the module out.
    #[option(default = false)]
    pub disabled: bool,
    /// The full name of the table: `env_var`, or `env_var.NAME`.
    #[fixed("env_var")]
    pub instance: &'static str,
}

impl EnvVar {
    /// The name of the variable; `None` for a plain `[env_var]` that does not say.
    fn variable(&self) -> Option<&'static str> {
        self.variable.or_else(|| Some(self.instance.split_once('.')?.1))
    }
}

/// The value of the variable, or what stands for it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Value(String);

impl Source for EnvVar {
    type Key = Value;
    type Fact = Value;

    fn manifest(&self) -> Manifest {
        self.base_manifest().env(self.variable().as_slice())
    }

    async fn key<I: Io>(&self, _place: &Place, io: &I) -> Option<Value> {
        io.env_text(self.variable()?).or_else(|| self.default.map(ToOwned::to_owned)).map(Value)
    }

    async fn read<I: Io>(&self, value: &Value, _place: &Place, _io: &I) -> Result<Value, ReadError> {
        Ok(value.clone())
    }
}

/// The variables of the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Vars)]
pub struct EnvVarVars<'a> {
    /// The value.
    pub env_value: &'a str,
}

impl Segment for EnvVar {
    type Facts<'a> = Option<&'a Value>;
    type Vars<'a> = EnvVarVars<'a>;

    fn vars<'a>(&'a self, value: Option<&'a Value>) -> Option<EnvVarVars<'a>> {
        Some(EnvVarVars { env_value: &value?.0 })
    }
}

#[cfg(test)]
mod tests {
    use ziron_runtime::io::Simulated;

    use super::*;
    use crate::testing::read;

    #[test]
    fn values_and_what_stands_for_them() {
        let io = Simulated::new().env_var("SET", "yes").env_var("EMPTY", "");
        let named = |instance| EnvVar { instance, ..EnvVar::DEFAULT };
        for (module, expected) in [
            (named("env_var.SET"), Some("yes")),
            (named("env_var.EMPTY"), Some("")),
            (named("env_var.UNSET"), None),
            (named("env_var"), None),
            (EnvVar { variable: Some("SET"), ..named("env_var") }, Some("yes")),
            (EnvVar { variable: Some("SET"), ..named("env_var.UNSET") }, Some("yes")),
            (EnvVar { default: Some("no"), ..named("env_var.UNSET") }, Some("no")),
            (EnvVar { default: Some("no"), ..named("env_var.EMPTY") }, Some("")),
        ] {
            let value = read(&module, &io);
            assert_eq!(module.vars(value.as_ref()).map(|vars| vars.env_value), expected, "{module:?}");
        }
        assert_eq!(named("env_var.SET").manifest().env, ["SET"]);
    }
}
