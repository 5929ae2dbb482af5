//! Real prompts: what `ziron-build` makes of a configuration.

use std::ffi::OsString;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use ziron_build::Env;

/// Builds the prompt of a configuration, unless that was done before, and returns its path.
///
/// All of them are built in one folder inside cargo's target directory, so that each but the first takes a few seconds.
/// One is built at a time: who builds it a second time replaces it, and a daemon of the first makes way.
///
/// # Panics
/// When the configuration does not build.
pub fn prompt(config: &str) -> PathBuf {
    let folder = target().join("prompts");
    let name = format!("{}-{}", ziron_build::SOURCES, ziron_compiler::hash(config));
    let binary = folder.join("bin").join(&name);
    if binary.is_file() {
        return binary;
    }
    let file = folder.join("configs").join(&name).with_extension("toml");
    for folder in [&file, &binary].map(|file| file.parent().expect("it is in a folder")) {
        std::fs::create_dir_all(folder).expect("a folder in the target directory");
    }
    let lock = File::create(folder.join("lock")).expect("a file in the target directory");
    lock.lock().expect("a lock that somebody lets go of");
    if binary.is_file() {
        return binary;
    }
    std::fs::write(&file, config).expect("a file in the target directory");
    let arguments: [OsString; 8] = [
        "ziron-build".into(),
        "build".into(),
        "--quiet".into(),
        "--config".into(),
        file.into(),
        "--output".into(),
        folder.join("bin").into(),
        format!("--name={name}").into(),
    ];
    let env = Env::real().with("XDG_CACHE_HOME", &folder);
    let built = ziron_build::run(arguments, &env);
    assert!(built == ExitCode::SUCCESS, "this configuration does not build:\n{config}");
    binary
}

/// Cargo's target directory.
///
/// # Panics
/// When this program is in none.
pub fn target() -> PathBuf {
    let own = std::env::current_exe().expect("this program is somewhere");
    let is_target = |folder: &&Path| folder.join("CACHEDIR.TAG").is_file();
    own.ancestors().find(is_target).expect("cargo has built this program").to_owned()
}
