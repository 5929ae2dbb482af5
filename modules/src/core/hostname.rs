//! The name of the machine.
//!
//! Shows: the name, with a symbol in an SSH session.
//! Hidden when: outside an SSH session, unless `ssh_only = false`.
//! Costs: one system call; variables of the environment.

use serde::{Deserialize, Serialize};
use ziron_macros::{Options, Vars};
use ziron_runtime::io::Io;
use ziron_runtime::place::Place;
use ziron_runtime::segment::Segment;
use ziron_runtime::source::{Describe, Manifest, ReadError, Source};
use ziron_runtime::spec::{Format, StyleText};

use crate::env::found;

/// Shows the name of the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Options)]
#[module(name = "hostname", position = 2, facts(self), cost = Free, policy = Never, env = ["SSH_CONNECTION"])]
pub struct Hostname {
    /// The format of the module.
    #[option(default = "[$ssh_symbol$hostname]($style) in ")]
    pub format: Format,
    /// The style of the module.
    #[option(default = "green dimmed bold")]
    pub style: StyleText,
    /// Shows the module in SSH sessions only.
    #[option(default = true)]
    pub ssh_only: bool,
    /// The symbol in SSH sessions.
    #[option(default = "🌐 ")]
    pub ssh_symbol: &'static str,
    /// The name is cut at the first place where this stands; empty for no cut.
    #[option(default = ".")]
    pub trim_at: &'static str,
    /// Variables that show the module when they are set, or hide it if written with a leading `!`.
    #[option(default = &[], names = "variables")]
    pub detect_env_vars: &'static [&'static str],
    /// What is shown in place of a name.
    #[option(default = &[])]
    pub aliases: &'static [(&'static str, &'static str)],
    /// Leaves the module out.
    #[option(default = false)]
    pub disabled: bool,
}

/// The name of the machine and how it was reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Host {
    name: String,
    by_ssh: bool,
}

impl Source for Hostname {
    type Key = bool;
    type Fact = Host;

    fn manifest(&self) -> Manifest {
        self.base_manifest().env(self.detect_env_vars)
    }

    async fn key<I: Io>(&self, _place: &Place, io: &I) -> Option<bool> {
        let by_ssh = io.has_env("SSH_CONNECTION");
        (found(io, self.detect_env_vars).unwrap_or(true) && (by_ssh || !self.ssh_only)).then_some(by_ssh)
    }

    async fn read<I: Io>(&self, by_ssh: &bool, _place: &Place, io: &I) -> Result<Host, ReadError> {
        let full = io.hostname();
        let name = match full.split_once(self.trim_at) {
            Some((name, _)) if !self.trim_at.is_empty() => name,
            _ => &full,
        };
        let name = self.aliases.iter().find(|(from, _)| *from == name).map_or(name, |(_, to)| to);
        Ok(Host { name: name.to_owned(), by_ssh: *by_ssh })
    }
}

/// The variables of the module.
#[derive(Clone, Copy, Debug, Vars)]
pub struct HostnameVars<'a> {
    /// The name of the machine.
    pub hostname: &'a str,
    /// The symbol of an SSH session, if this is one.
    pub ssh_symbol: &'a str,
}

impl Segment for Hostname {
    type Facts<'a> = Option<&'a Host>;
    type Vars<'a> = HostnameVars<'a>;

    fn vars<'a>(&'a self, host: Option<&'a Host>) -> Option<HostnameVars<'a>> {
        let host = host?;
        Some(HostnameVars {
            hostname: &host.name,
            ssh_symbol: if host.by_ssh { self.ssh_symbol } else { "" },
        })
    }
}

#[cfg(test)]
mod tests {
    use ziron_runtime::io::Simulated;

    use super::*;
    use crate::testing::read;

    #[test]
    fn only_by_ssh_unless_told() {
        let local = Simulated::new().host("box.example.org");
        assert_eq!(read(&Hostname::DEFAULT, &local), None);
        let always = Hostname { ssh_only: false, ..Hostname::DEFAULT };
        assert_eq!(read(&always, &local).unwrap().name, "box");
        let remote = Simulated::new().host("box.example.org").env_var("SSH_CONNECTION", "1");
        assert_eq!(read(&Hostname::DEFAULT, &remote), Some(Host { name: "box".into(), by_ssh: true }));
    }

    #[test]
    fn aliases_apply_after_the_cut() {
        let aliased = Hostname { ssh_only: false, aliases: &[("box", "home")], ..Hostname::DEFAULT };
        assert_eq!(read(&aliased, &Simulated::new().host("box.example.org")).unwrap().name, "home");
    }
}
