//! Repositories that name programs of their own: a prompt runs none of them.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests make files and start programs")]

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use ziron_tests::world::{self, World};

/// Everything that reads a repository.
const CONFIG: &str = r#"
format = "$git_branch$git_commit$git_state$git_metrics$git_status"
add_newline = false
command_timeout = 20000

[git_commit]
only_detached = false
tag_disabled = false

[git_metrics]
disabled = false

[git_status]
format = "$modified$untracked$unknown$ahead_behind"
modified = "m${count} "
untracked = "u${count} "
unknown = "~${count} "
"#;

/// Settings whose values are programs.
const PROGRAMS: [&str; 16] = [
    "core.fsmonitor",
    "core.pager",
    "core.editor",
    "core.askPass",
    "core.sshCommand",
    "core.gitProxy",
    "core.alternateRefsCommand",
    "diff.external",
    "diff.evil.textconv",
    "diff.evil.command",
    "filter.evil.clean",
    "filter.evil.smudge",
    "filter.evil.process",
    "gpg.program",
    "merge.evil.driver",
    "credential.helper",
];

const HOOKS: [&str; 6] = [
    "fsmonitor-watchman",
    "post-checkout",
    "post-index-change",
    "pre-auto-gc",
    "query-watchman",
    "reference-transaction",
];

/// A repository that would run a program at every turn, and the file that the program would leave behind.
fn armed(world: &World) -> (PathBuf, PathBuf) {
    let folder = world.repository("home/armed", "ahead");
    let trace = world.path("trace");
    let program =
        world.write("evil", &format!("#!/bin/sh\necho \"$0 $*\" >> '{}'\nexec /bin/cat\n", trace.display()));
    executable(&program);
    let program = program.display().to_string();
    world.write("home/armed/.gitattributes", "README filter=evil diff=evil merge=evil\nsrc/* diff=evil\n");
    world.commit(&folder, "attributes");
    for setting in PROGRAMS {
        world.git(&folder, &["config", setting, &program]);
    }
    world.git(&folder, &["config", "filter.evil.required", "true"]);
    for hook in HOOKS {
        fs::copy(world.path("evil"), folder.join(".git/hooks").join(hook)).unwrap();
    }
    // Other times, so that contents have to be compared; and other contents.
    let past = SystemTime::now() - Duration::from_secs(3600);
    for file in ["README", "src/main.c", "src/old.txt", ".git/index"] {
        File::options().append(true).open(folder.join(file)).unwrap().set_modified(past).unwrap();
    }
    let same_length = fs::read_to_string(folder.join("README")).unwrap().replace("one", "eno");
    fs::write(folder.join("README"), same_length).unwrap();
    fs::write(folder.join("notes/a"), "b\n").unwrap();
    let _ = fs::remove_file(&trace);
    (folder, trace)
}

fn executable(path: &Path) {
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn a_prompt_runs_nothing_that_a_repository_names() {
    let world = World::new();
    let (folder, trace) = armed(&world);
    let prompt = world::prompt(CONFIG);
    for command in ["prompt", "refresh", "explain", "doctor", "timings"] {
        let out = world.command(&prompt, &folder).arg(command).output().unwrap();
        assert!(out.status.success(), "{command}: {out:?}");
        assert!(!trace.exists(), "{command} has run {}", fs::read_to_string(&trace).unwrap());
    }
    let out = world.command(&prompt, &folder).arg("prompt").env("NO_COLOR", "1").output().unwrap();
    let text = String::from_utf8(out.stdout).unwrap();
    // Whether the filtered file changed is for the filter to say; the other one has.
    assert!(text.contains("m1 ~1 "), "{text:?}");
}

#[test]
fn the_trap_works() {
    // The same repository with the real git: programs run.
    let world = World::new();
    let (folder, trace) = armed(&world);
    world.try_git(&folder, &["status"]);
    assert!(trace.exists());
}
