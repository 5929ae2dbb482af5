//! Which of rustup's toolchains a place uses, found without starting rustup.
//!
//! Source: the rustup book, "Overrides" and "Environment variables". The order is starship's, which asks the settings' overrides before
//! toolchain files.

use std::env::consts::ARCH;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ziron_runtime::io::Io;
use ziron_runtime::place::Place;

use crate::files;

/// What rustup would choose.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Chosen {
    /// A toolchain that is there.
    Installed {
        /// Its name, without the machine it is for.
        name: String,
        /// Its compiler.
        rustc: PathBuf,
    },
    /// A toolchain that is not.
    Missing {
        /// Its name.
        name: String,
    },
    /// Nothing: there is no rustup.
    Unmanaged,
}

/// Finds what rustup would choose in a place.
pub(super) async fn chosen<I: Io>(place: &Place, io: &I) -> Chosen {
    let home =
        io.env("RUSTUP_HOME").map(PathBuf::from).or_else(|| Some(place.home.as_ref()?.join(".rustup")));
    let Some(home) = home else { return Chosen::Unmanaged };
    let Some(settings) = files::text(io, &home.join("settings.toml")).await else { return Chosen::Unmanaged };
    let name = match io.env_text("RUSTUP_TOOLCHAIN").filter(|name| !name.is_empty()) {
        Some(name) => Some(name),
        None => match override_for(&settings, &place.physical) {
            Some(name) => Some(name.to_owned()),
            None => from_files(place, io)
                .await
                .or_else(|| value(&settings, "", "default_toolchain").map(ToOwned::to_owned)),
        },
    };
    let Some(name) = name.filter(|name| is_name(name)) else { return Chosen::Unmanaged };
    installed(&home.join("toolchains"), name, io).await
}

/// Whether a toolchain has a name that is no path: a repository's files must not choose which program is run.
fn is_name(name: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '+');
    !name.is_empty() && !name.starts_with('.') && name.chars().all(allowed)
}

/// Finds the compiler of a toolchain. `stable` stands for `stable-x86_64-unknown-linux-gnu`.
async fn installed<I: Io>(toolchains: &Path, name: String, io: &I) -> Chosen {
    let compiler = |folder: &str| toolchains.join(folder).join("bin/rustc");
    let exact = compiler(&name);
    if io.kind(&exact).await.is_some() {
        return Chosen::Installed { name: without_machine(&name).to_owned(), rustc: exact };
    }
    let entries = io.list(toolchains, true, Duration::from_millis(50)).await.unwrap_or_default();
    let machine = format!("{name}-{ARCH}-");
    let mut folders: Vec<_> = entries.iter().filter_map(|entry| entry.name.to_str()).collect();
    folders.retain(|folder| folder.starts_with(&machine));
    folders.sort_unstable();
    match folders.first() {
        Some(folder) => Chosen::Installed { rustc: compiler(folder), name },
        None => Chosen::Missing { name },
    }
}

/// A toolchain's name without the machine that it is for.
fn without_machine(name: &str) -> &str {
    let architectures = [
        "x86_64",
        "aarch64",
        "i686",
        "i586",
        "armv7",
        "arm",
        "riscv64gc",
        "powerpc64le",
        "s390x",
        "loongarch64",
    ];
    architectures
        .iter()
        .find_map(|machine| name.find(&format!("-{machine}-")))
        .map_or(name, |end| &name[..end])
}

/// The toolchain that the settings give to the nearest folder above a path.
fn override_for<'s>(settings: &'s str, path: &Path) -> Option<&'s str> {
    let pairs = pairs(settings).filter(|(section, _, _)| *section == "overrides");
    let above = pairs.filter(|(_, folder, _)| path.starts_with(folder));
    above.max_by_key(|(_, folder, _)| folder.len()).map(|(_, _, toolchain)| toolchain)
}

/// The toolchain that the nearest `rust-toolchain` or `rust-toolchain.toml` asks for.
async fn from_files<I: Io>(place: &Place, io: &I) -> Option<String> {
    for folder in place.physical.ancestors() {
        for name in ["rust-toolchain", "rust-toolchain.toml"] {
            if let Some(text) = files::text(io, &folder.join(name)).await
                && let Some(channel) = channel(&text, name == "rust-toolchain")
            {
                return Some(channel.to_owned());
            }
        }
    }
    None
}

/// The channel in a toolchain file, which may be nothing but the name if the file is of the old kind.
fn channel(text: &str, may_be_plain: bool) -> Option<&str> {
    let plain = text.trim();
    if may_be_plain && is_name(plain) {
        return Some(plain);
    }
    value(text, "toolchain", "channel").or_else(|| value(text, "", "toolchain.channel"))
}

/// The text of one key in one section of a TOML file.
fn value<'t>(text: &'t str, section: &str, key: &str) -> Option<&'t str> {
    pairs(text).find(|(s, k, _)| *s == section && *k == key).map(|(_, _, value)| value)
}

/// The lines `key = "text"` of a TOML file, with their sections. Enough for what rustup writes and what people write for it.
fn pairs(text: &str) -> impl Iterator<Item = (&str, &str, &str)> {
    let mut section = "";
    text.lines().filter_map(move |line| {
        let line = line.trim();
        if let Some(header) = line.strip_prefix('[') {
            section = header.split(']').next().unwrap_or_default().trim();
            return None;
        }
        // A folder's name may hold any character: the last `=` before a quoted text is the one between.
        let (key, rest) = line.rsplit_once('=')?;
        let rest = rest.trim_start();
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        let value = rest[1..].split(quote).next()?;
        Some((section, key.trim().trim_matches(['"', '\'']), value))
    })
}

#[cfg(test)]
mod tests {
    use futures_lite::future::block_on;
    use proptest::prelude::*;
    use ziron_runtime::io::Simulated;

    use super::*;
    use crate::testing::{HERE, place};

    fn machine(settings: &str) -> Simulated {
        let stable = format!("/home/me/.rustup/toolchains/stable-{ARCH}-unknown-linux-gnu/bin/rustc");
        Simulated::new()
            .env_var("HOME", "/home/me")
            .file("/home/me/.rustup/settings.toml", format!("version = \"12\"\n{settings}"))
            .file(stable, "")
            .file("/home/me/.rustup/toolchains/mine/bin/rustc", "")
    }

    fn name(io: &Simulated) -> String {
        match block_on(chosen(&place(io, HERE), io)) {
            Chosen::Installed { name, .. } => name,
            Chosen::Missing { name } => format!("no {name}"),
            Chosen::Unmanaged => String::from("none"),
        }
    }

    #[test]
    fn the_order_of_choices() {
        let settings = "default_toolchain = \"stable-x86_64-unknown-linux-gnu\"\n[overrides]\n\"/home\" = \"stable\"\n\"/home/me\" = \"mine\"\n";
        let file = format!("{HERE}/rust-toolchain");
        assert_eq!(
            name(&machine(settings).env_var("RUSTUP_TOOLCHAIN", "1.75").file(&file, "beta")),
            "no 1.75"
        );
        assert_eq!(name(&machine(settings).file(&file, "beta")), "mine");
        assert_eq!(name(&machine("default_toolchain = \"stable\"\n").file(&file, "beta\n")), "no beta");
        assert_eq!(name(&machine("default_toolchain = \"stable\"\n")), "stable");
        assert_eq!(name(&machine("")), "none");
        assert_eq!(name(&Simulated::new()), "none");
    }

    #[test]
    fn toolchain_files_of_both_kinds() {
        let toml = |text: &str| name(&machine("").file("/home/me/rust-toolchain.toml", text));
        assert_eq!(toml("# x\n[toolchain]\nchannel = \"mine\" # mine\n"), "mine");
        assert_eq!(toml("toolchain.channel = 'mine'"), "mine");
        assert_eq!(toml("mine"), "none");
        assert_eq!(
            name(&machine("").file("/home/me/rust-toolchain", "[toolchain]\nchannel = \"mine\"")),
            "mine"
        );
    }

    #[test]
    fn a_repository_does_not_choose_what_is_run() {
        for text in ["../../../here/evil", "/home/me/here/evil", "..", ""] {
            assert_eq!(name(&machine("").file(format!("{HERE}/rust-toolchain"), text)), "none", "{text}");
        }
        let path = "[toolchain]\npath = \"/home/me/here/evil\"\n";
        assert_eq!(name(&machine("").file(format!("{HERE}/rust-toolchain.toml"), path)), "none");
    }

    #[test]
    fn machines_are_left_out_of_names() {
        assert_eq!(without_machine("nightly-2024-01-01-x86_64-unknown-linux-gnu"), "nightly-2024-01-01");
        assert_eq!(without_machine("my-own"), "my-own");
    }

    proptest! {
        #[test]
        fn no_text_is_too_much(text in r#"(\[|\]|=|"|'|\n| |[a-zé.]){0,40}"#) {
            let _ = channel(&text, true);
            let _ = override_for(&text, Path::new("/a"));
        }
    }
}
