//! Carries the sources that a generated prompt is built from inside `ziron-build`.
//!
//! Writes `embedded.rs` into `OUT_DIR`: every file of the sibling crates that a generated binary needs, a root manifest
//! made from the workspace's own, and its lock file. Development dependencies are taken out of the manifests, so that
//! a user's machine never fetches them.
//!
//! `cargo package` drops files outside this crate's folder. To publish, copy the folders in [`FOLDERS`] with the workspace's
//! `Cargo.toml` and `Cargo.lock` into `ziron-build/sources/`: where that folder exists, it is used instead of the siblings.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

#[path = "src/hash.rs"]
#[allow(dead_code, unreachable_pub, reason = "shared with the crate")]
mod hash;

/// Crates that are members of the unpacked workspace. `compiler` is there because `macros` names it, though behind a feature.
const MEMBERS: [&str; 5] = ["compiler", "macros", "modules", "runtime", "ziron"];

/// Everything copied; `runtime` includes the shell scripts.
const FOLDERS: [&str; 6] = ["compiler", "macros", "modules", "runtime", "templates/shells", "ziron"];

/// Folders of a crate that a dependent never compiles.
const LEFT_OUT: [&str; 6] = ["tests", "benches", "examples", "fuzz", "snapshots", "target"];

#[allow(clippy::disallowed_methods, reason = "cargo speaks through the environment")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let own = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let packaged = own.join("sources");
    let root = if packaged.is_dir() { packaged } else { own.join("..") };
    let root = fs::canonicalize(root)?;

    let mut files = Vec::new();
    for folder in FOLDERS {
        println!("cargo::rerun-if-changed={}", root.join(folder).display());
        collect(&root, Path::new(folder), &mut files)?;
    }
    for name in ["Cargo.toml", "Cargo.lock"] {
        println!("cargo::rerun-if-changed={}", root.join(name).display());
    }
    files.sort();

    let mut embedded = Vec::new();
    for file in files {
        let name = file.to_str().ok_or("a source file's name is not UTF-8")?.replace('\\', "/");
        let path = root.join(&file);
        let path = if MEMBERS.iter().any(|member| name == format!("{member}/Cargo.toml")) {
            write(&out, &name, &member_manifest(&fs::read_to_string(path)?)?)?
        } else {
            path
        };
        embedded.push((name, path));
    }
    let manifest = root_manifest(&fs::read_to_string(root.join("Cargo.toml"))?)?;
    embedded.push(("Cargo.toml".into(), write(&out, "Cargo.toml", &manifest)?));
    embedded.push(("Cargo.lock".into(), root.join("Cargo.lock")));

    let mut hash = hash::Hash::new();
    let mut list =
        String::from("/// Every embedded file: its path in the unpacked workspace, and its bytes.\n");
    list.push_str("pub(crate) static FILES: &[(&str, &[u8])] = &[\n");
    for (name, path) in &embedded {
        hash = hash.part(name.as_bytes()).part(&fs::read(path)?);
        let literal = path.to_str().ok_or("the checkout's path is not UTF-8")?;
        writeln!(list, "    ({name:?}, include_bytes!({literal:?})),")?;
    }
    list.push_str("];\n");
    writeln!(list, "/// The hash of all of them.\npub(crate) const HASH: &str = {:?};", hash.hex())?;
    fs::write(out.join("embedded.rs"), list)?;
    Ok(())
}

/// Lists the files under `folder`, relative to `root`.
fn collect(root: &Path, folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(root.join(folder))? {
        let entry = entry?;
        let name = entry.file_name();
        let Some(name) = name.to_str() else { continue };
        let is_folder = entry.file_type()?.is_dir();
        let crate_level = folder.components().count() == 1;
        let left_out = is_folder && (name == "snapshots" || crate_level && LEFT_OUT.contains(&name));
        if name.starts_with('.') || left_out || name.contains(".snap") {
            continue;
        }
        let path = folder.join(name);
        if is_folder {
            collect(root, &path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

/// Writes a manifest that was changed, and returns where.
fn write(out: &Path, name: &str, text: &str) -> io::Result<PathBuf> {
    let path = out.join("manifests").join(name);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(&path, text)?;
    Ok(path)
}

/// A member's manifest without what only we need: tests, benches, lints.
fn member_manifest(text: &str) -> Result<String, Box<dyn std::error::Error>> {
    let mut manifest: toml::Table = text.parse()?;
    for key in ["dev-dependencies", "test", "bench", "example", "lints"] {
        manifest.remove(key);
    }
    if let Some(targets) = manifest.get_mut("target").and_then(toml::Value::as_table_mut) {
        for (_, target) in targets.iter_mut() {
            target.as_table_mut().and_then(|target| target.remove("dev-dependencies"));
        }
    }
    Ok(toml::to_string(&manifest)?)
}

/// The unpacked workspace's manifest: our shared versions, the embedded members, and the generated crate.
fn root_manifest(text: &str) -> Result<String, Box<dyn std::error::Error>> {
    let ours: toml::Table = text.parse()?;
    let mut workspace =
        ours.get("workspace").and_then(toml::Value::as_table).cloned().ok_or("no [workspace]")?;
    workspace.remove("default-members");
    workspace.remove("lints");
    let members = MEMBERS.iter().chain(&["prompt"]).map(|name| toml::Value::from(*name)).collect::<Vec<_>>();
    workspace.insert("members".into(), members.into());
    let mut manifest = toml::Table::new();
    manifest.insert("workspace".into(), workspace.into());
    let profiles = include_str!("src/profiles.toml").parse::<toml::Table>()?;
    manifest.extend(profiles);
    Ok(toml::to_string(&manifest)?)
}
