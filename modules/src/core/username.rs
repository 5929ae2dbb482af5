//! The user.
//!
//! Shows: the user's name. Hidden when: the user is neither root nor someone else than who logged in, and this is no
//! SSH session; see `show_always`. Costs: one look into the password file; variables of the environment.

use serde::{Deserialize, Serialize};
use ziron_macros::{Choice, Options, Vars};
use ziron_runtime::io::Io;
use ziron_runtime::place::Place;
use ziron_runtime::segment::Segment;
use ziron_runtime::source::{Describe, Manifest, ReadError, Source};
use ziron_runtime::spec::{Format, StyleText};

use crate::env::{vetoed, wanted};

/// Shows the user's name: root's, in an SSH session, or if it is not the one that was logged in with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Options)]
#[module(
    name = "username", position = 1, facts(self),
    cost = File, policy = Never,
    env = ["LOGNAME", "USER"],
    env = SSH,
    files = ["/etc/passwd"]
)]
pub struct Username {
    /// The format of the module.
    #[option(default = "[$user]($style) in ")]
    pub format: Format,
    /// The style of root's name.
    #[option(default = "red bold")]
    pub style_root: StyleText,
    /// The style of any other name.
    #[option(default = "yellow bold")]
    pub style_user: StyleText,
    /// Variables that show the module when they are set, or hide it if written with a leading `!`.
    #[option(default = &[], names = "variables")]
    pub detect_env_vars: &'static [&'static str],
    /// Shows the name everywhere.
    #[option(default = false)]
    pub show_always: bool,
    /// What is shown in place of a name.
    #[option(default = &[])]
    pub aliases: &'static [(&'static str, &'static str)],
    /// Leaves the module out.
    #[option(default = false)]
    pub disabled: bool,
}

/// The user, where the name is to be shown.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Someone {
    name: String,
    is_root: bool,
}

/// The variables that a session over SSH has.
const SSH: [&str; 3] = ["SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY"];

impl Source for Username {
    type Key = Someone;
    type Fact = Someone;

    fn manifest(&self) -> Manifest {
        self.base_manifest().env(self.detect_env_vars)
    }

    async fn key<I: Io>(&self, _place: &Place, io: &I) -> Option<Someone> {
        if vetoed(io, self.detect_env_vars) {
            return None;
        }
        let user = io.user();
        let name = user.name.or_else(|| io.env_text("USER"))?;
        let is_shown = self.show_always
            || user.is_root
            || io.env_text("LOGNAME").is_some_and(|login| login != name)
            || SSH.iter().any(|variable| io.has_env(variable))
            || wanted(io, self.detect_env_vars);
        is_shown.then_some(Someone { name, is_root: user.is_root })
    }

    async fn read<I: Io>(&self, key: &Someone, _place: &Place, _io: &I) -> Result<Someone, ReadError> {
        let alias = self.aliases.iter().find(|(from, _)| *from == key.name);
        let name = alias.map_or_else(|| key.name.clone(), |(_, to)| (*to).to_owned());
        Ok(Someone { name, ..*key })
    }
}

/// Which style the name has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Choice)]
pub enum UserStyle {
    /// It is root's.
    #[choice("style_root")]
    Root,
    /// It is someone else's.
    #[choice("style_user")]
    User,
}

/// The variables of the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Vars)]
pub struct UsernameVars<'a> {
    /// The name of the user.
    pub user: &'a str,
    /// `style_root` for root, else `style_user`.
    #[var(style)]
    pub style: UserStyle,
}

impl Segment for Username {
    type Facts<'a> = Option<&'a Someone>;
    type Vars<'a> = UsernameVars<'a>;

    fn vars<'a>(&'a self, someone: Option<&'a Someone>) -> Option<UsernameVars<'a>> {
        let Someone { name, is_root } = someone?;
        Some(UsernameVars { user: name, style: if *is_root { UserStyle::Root } else { UserStyle::User } })
    }
}

#[cfg(test)]
mod tests {
    use ziron_runtime::io::Simulated;

    use super::*;
    use crate::testing::read;

    #[test]
    fn shown_for_a_reason() {
        let plain = Username::DEFAULT;
        let detecting = Username { detect_env_vars: &["!XX", "YY"], ..plain };
        let insisting = Username { show_always: true, ..detecting };
        for (module, variables, expected) in [
            (plain, &[][..], false),
            (plain, &["LOGNAME=me"], false),
            (plain, &["LOGNAME=you"], true),
            (plain, &["SSH_CLIENT="], true),
            (detecting, &[], false),
            (detecting, &["YY=1"], true),
            (detecting, &["XX=1", "YY=1", "SSH_TTY=1"], false),
            (detecting, &["SSH_TTY=1"], true),
            (insisting, &[], true),
            (insisting, &["XX=1"], false),
        ] {
            let io = variables.iter().fold(Simulated::new().user_named("me", false), |io, pair| {
                let (name, value) = pair.split_once('=').unwrap();
                io.env_var(name, value)
            });
            assert_eq!(read(&module, &io).is_some(), expected, "{module:?} {variables:?}");
        }
    }

    #[test]
    fn root_has_a_style_and_names_have_aliases() {
        let module = Username { aliases: &[("root", "#")], ..Username::DEFAULT };
        let someone = read(&module, &Simulated::new().user_named("root", true));
        let vars = module.vars(someone.as_ref()).unwrap();
        assert_eq!(vars, UsernameVars { user: "#", style: UserStyle::Root });
    }
}
