//! Which of rustup's toolchains a place uses, found without starting rustup.
//!
//! A repository names a toolchain, and never a file: the name is that of a folder below rustup's own. A toolchain file with `path` names a file, and
//! counts as unknown.
//!
//! Source: the rustup book, "Overrides" and "Environment variables". The order is starship's, which asks the settings' overrides before
//! toolchain files.

use std::env::consts::ARCH;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ziron_runtime::io::Io;
use ziron_runtime::place::Place;

use crate::document::Document;
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
    /// A file that somebody has named, or what rustup would not accept.
    Unknown,
    /// Nothing: there is no rustup.
    Unmanaged,
}

/// What a toolchain file asks for.
#[derive(Debug, PartialEq, Eq)]
enum Asked {
    /// A toolchain of this name.
    Name(String),
    /// What rustup would choose without the file: it asks for parts of it.
    Default,
    /// A file, or nothing that makes sense.
    Unknown,
}

/// Finds what rustup would choose in a place.
pub(super) async fn chosen<I: Io>(place: &Place, io: &I) -> Chosen {
    // A relative folder would be one of the place.
    let set = io.env("RUSTUP_HOME").map(PathBuf::from).filter(|home| home.is_absolute());
    let Some(home) = set.or_else(|| Some(place.home.as_ref()?.join(".rustup"))) else {
        return Chosen::Unmanaged;
    };
    let Some(text) = files::text(io, &home.join("settings.toml")).await else { return Chosen::Unmanaged };
    let Some(settings) = Document::parse(&text) else { return Chosen::Unknown };
    let by_default = || settings.text(&["default_toolchain"]).map(ToOwned::to_owned);
    let name = match io.env_text("RUSTUP_TOOLCHAIN").filter(|name| !name.is_empty()) {
        Some(name) => Some(name),
        None => match override_for(&settings, &place.physical) {
            Some(name) => Some(name.to_owned()),
            None => match from_files(place, io).await {
                Asked::Name(name) => Some(name),
                Asked::Default => by_default(),
                Asked::Unknown => return Chosen::Unknown,
            },
        },
    };
    match name {
        None => Chosen::Unmanaged,
        Some(name) if is_name(&name) => installed(&home.join("toolchains"), name, io).await,
        // By its variable, the user may name a file: rustup's proxy would run it, and nobody else.
        Some(_) => Chosen::Unknown,
    }
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
fn override_for<'s>(settings: &'s Document<'_>, path: &Path) -> Option<&'s str> {
    let above = settings.texts(&["overrides"]).filter(|(folder, _)| path.starts_with(folder));
    above.max_by_key(|(folder, _)| folder.len()).map(|(_, toolchain)| toolchain)
}

/// What the nearest `rust-toolchain` or `rust-toolchain.toml` asks for.
async fn from_files<I: Io>(place: &Place, io: &I) -> Asked {
    for folder in place.physical.ancestors() {
        for name in ["rust-toolchain", "rust-toolchain.toml"] {
            if let Some(text) = files::text(io, &folder.join(name)).await {
                return asked(&text, name == "rust-toolchain");
            }
        }
    }
    Asked::Default
}

/// What a toolchain file asks for, which may hold nothing but a name if it is of the old kind.
fn asked(text: &str, may_be_plain: bool) -> Asked {
    let plain = text.trim();
    if may_be_plain && is_name(plain) {
        return Asked::Name(plain.to_owned());
    }
    let Some(document) = Document::parse(text) else { return Asked::Unknown };
    if document.has(&["toolchain", "path"]) || !document.has(&["toolchain"]) {
        return Asked::Unknown;
    }
    match document.text(&["toolchain", "channel"]) {
        Some(channel) if is_name(channel) => Asked::Name(channel.to_owned()),
        None if !document.has(&["toolchain", "channel"]) => Asked::Default,
        _ => Asked::Unknown,
    }
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
            Chosen::Unknown => String::from("unknown"),
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
        assert_eq!(toml("toolchain = { channel = 'mine' }"), "mine");
        assert_eq!(toml("mine"), "unknown");
        assert_eq!(
            name(&machine("").file("/home/me/rust-toolchain", "[toolchain]\nchannel = \"mine\"")),
            "mine"
        );
        let settings = "default_toolchain = \"stable\"\n";
        let parts = "[toolchain]\ncomponents = [\"rustfmt\"]\n";
        assert_eq!(name(&machine(settings).file("/home/me/rust-toolchain.toml", parts)), "stable");
    }

    #[test]
    fn a_repository_does_not_choose_what_is_run() {
        for text in ["../../../here/evil", "/home/me/here/evil", "..", "channel = 'stable'", "[toolchain"] {
            assert_eq!(name(&machine("").file(format!("{HERE}/rust-toolchain"), text)), "unknown", "{text}");
        }
        for text in [
            "[toolchain]\npath = \"/home/me/here/evil\"\n",
            "[toolchain]\nchannel = \"stable\"\npath = \"/home/me/here/evil\"\n",
            "[toolchain]\nchannel = \"../../here/evil\"\n",
            "[toolchain]\nchannel = \"/home/me/here/evil\"\n",
            "[toolchain]\nchannel = 3\n",
            // A line in a text is no line of the file.
            "x = \"\"\"\ntoolchain.channel = \"stable\"\n\"\"\"\n[toolchain]\npath = \"/home/me/here/evil\"\n",
            "x = \"\"\"\ntoolchain.channel = \"a/b\"\n\"\"\"\n[toolchain]\npath = \"/home/me/here/evil\"\n",
        ] {
            let io =
                machine("default_toolchain = \"stable\"\n").file(format!("{HERE}/rust-toolchain.toml"), text);
            assert_eq!(name(&io), "unknown", "{text}");
        }
        // What stands in a text does not count, even where it would be harmless.
        let text = "x = \"\"\"\ntoolchain.channel = \"evil\"\n\"\"\"\n[toolchain]\nchannel = \"mine\"\n";
        assert_eq!(name(&machine("").file(format!("{HERE}/rust-toolchain.toml"), text)), "mine");
    }

    #[test]
    fn a_relative_folder_is_not_rustups() {
        let io = machine("default_toolchain = \"mine\"\n");
        assert_eq!(name(&io.env_var("RUSTUP_HOME", ".rustup")), "mine");
        let io = Simulated::new().file(".rustup/settings.toml", "default_toolchain = \"evil\"\n");
        assert_eq!(name(&io.env_var("RUSTUP_HOME", ".rustup").env_var("HOME", ".")), "none");
        let io = machine("").env_var("RUSTUP_TOOLCHAIN", "./evil");
        assert_eq!(name(&io), "unknown");
    }

    #[test]
    fn machines_are_left_out_of_names() {
        assert_eq!(without_machine("nightly-2024-01-01-x86_64-unknown-linux-gnu"), "nightly-2024-01-01");
        assert_eq!(without_machine("my-own"), "my-own");
    }

    proptest! {
        #[test]
        fn no_text_is_too_much(text in r#"(\[|\]|=|"|'|\n| |[a-zé.]){0,40}"#) {
            let _ = asked(&text, true);
            let _ = Document::parse(&text).map(|settings| override_for(&settings, Path::new("/a")).is_some());
        }
    }
}
