//! Directories that bring programs, and variables that lead to them: a prompt runs none of them, and leaves nothing
//! behind that runs.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests make files and start programs")]
#![allow(clippy::print_stderr, reason = "a test that is skipped says so")]

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use ziron_tests::world::{self, World};

const CONFIG: &str = r#"
format = "$rust$python$nodejs$java${custom.said}${custom.stays}end"
add_newline = false
command_timeout = 20000

[ziron]
budget = 15000

[daemon]
enabled = false

[rust]
format = "rust $version "

[python]
format = "python $version "
python_binary = [["./python"], ["bin/python"], ["python"]]

[nodejs]
format = "node $version "

[java]
format = "java $version "

[custom.said]
command = "printf said | cat"
when = true
format = "$output "

[custom.stays]
command = "trap '' PIPE TERM HUP; echo $$ > stays.pid; exec >&- 2>&-; while :; do sleep 0.1; done"
detect_files = ["stays"]
"#;

/// So long that a loaded machine does not matter.
const PATIENCE: Duration = Duration::from_secs(30);

fn executable(path: &Path) {
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// A folder that shows all modules and brings a program of every name, each of which leaves something behind.
fn armed(world: &World) -> (PathBuf, PathBuf) {
    let trace = world.path("trace");
    for name in ["rustc", "python", "node", "java", "sh", "cat", "printf"] {
        for folder in ["", "bin/", ".rustup/toolchains/evil/bin/", "evil/bin/", ".pyenv/shims/"] {
            let text = format!("#!/bin/sh\necho \"$0 $*\" >> '{}'\necho 'Python 6.6.6'\n", trace.display());
            executable(&world.write(&format!("home/armed/{folder}{name}"), &text));
        }
    }
    let folder = world.folder("home/armed");
    for file in ["Cargo.toml", "a.py", "package.json", "pom.xml"] {
        world.write(&format!("home/armed/{file}"), "");
    }
    world.write("home/armed/.rustup/settings.toml", "default_toolchain = \"evil\"\n");
    let evil = folder.join("evil").display().to_string();
    let toolchain = format!("x = '''\ntoolchain.channel = \"a/b\"\n'''\n[toolchain]\npath = \"{evil}\"\n");
    world.write("home/armed/rust-toolchain.toml", &toolchain);
    world.tool("python", "echo Python 3.1.1");
    world.tool("node", "echo v20.1.1");
    world.tool("java", "echo 'OpenJDK VM (21+35) for linux-amd64 JRE (21+35), built on 2023'");
    (folder, trace)
}

/// What a prompt shows, without colours.
fn drawn(world: &World, folder: &Path, variables: &[(&str, &str)]) -> String {
    let mut command = world.command(&world::prompt(CONFIG), folder);
    command.args(["prompt", "--shell", "plain"]).env("NO_COLOR", "1").envs(variables.iter().copied());
    String::from_utf8(command.output().unwrap().stdout).unwrap()
}

#[test]
fn a_directory_names_no_program() {
    let world = World::new();
    let (folder, trace) = armed(&world);
    // rustup's proxy does what a toolchain file says.
    let home = world.path("home");
    let proxy = format!("#!/bin/sh\necho proxy >> '{}'\n", trace.display());
    executable(&world.write("tools/rustup", &proxy));
    symlink("rustup", world.path("tools/rustc")).unwrap();
    world.write("home/.rustup/settings.toml", "default_toolchain = \"good\"\n");
    executable(&world.write("home/.rustup/toolchains/good/bin/rustc", "#!/bin/sh\necho rustc 1.90.0\n"));

    let tools = world.path("tools").display().to_string();
    let path = format!(".::bin:evil/bin:{tools}:/usr/bin:/bin:");
    let home = home.display().to_string();
    let usual = [("PATH", &*path), ("RUSTUP_HOME", ""), ("HOME", &*home)];
    let shown = "rust  python v3.1.1 node v20.1.1 java v21 said end";
    for (name, value) in [
        ("LANG", "C"),
        ("JAVA_HOME", "."),
        ("JAVA_HOME", "./evil"),
        ("RUSTUP_HOME", ".rustup"),
        ("HOME", "."),
        ("STARSHIP_SHELL", "./sh"),
        ("STARSHIP_SHELL", "bin/sh"),
        ("PYENV_ROOT", "."),
        ("VIRTUAL_ENV", "."),
        ("BASH_ENV", "./sh"),
        ("NODE_OPTIONS", "--require=./node"),
    ] {
        let text = drawn(&world, &folder, &[&usual[..], &[(name, value)]].concat());
        assert!(!trace.exists(), "{name}={value} has run {}", fs::read_to_string(&trace).unwrap());
        match name {
            "STARSHIP_SHELL" => assert!(!text.contains("said"), "{name}={value}: {text}"),
            "VIRTUAL_ENV" | "HOME" => {}
            _ => assert_eq!(text, shown, "{name}={value}"),
        }
    }
    // What the file names as a toolchain is run, and nothing else.
    world.write("home/armed/rust-toolchain.toml", "[toolchain]\nchannel = 'good'\n");
    assert!(drawn(&world, &folder, &usual).starts_with("rust v1.90.0 "));
    assert!(!trace.exists());
}

#[test]
fn the_trap_works() {
    let world = World::new();
    let (folder, trace) = armed(&world);
    let mut command = world.command("/bin/sh".as_ref(), &folder);
    command.env("PATH", ".:/usr/bin:/bin").args(["-c", "cat /dev/null"]).status().unwrap();
    assert!(trace.exists());
}

/// What is stored cannot be written, and the system sends a signal that ends whoever does not ignore it.
#[test]
fn files_that_may_not_grow_end_no_prompt() {
    let world = World::new();
    let folder = world.folder("home/here");
    world.write("home/here/package.json", "{}");
    world.tool("node", "echo v20.1.1");
    for limit in ["unlimited", "0"] {
        let mut command = world.command("/bin/sh".as_ref(), &folder);
        let script = format!("ulimit -f {limit}; exec \"$0\" prompt --shell plain");
        command.args(["-c", &script]).arg(world::prompt(CONFIG)).env("NO_COLOR", "1");
        let path = format!("{}:/usr/bin:/bin", world.path("tools").display());
        let output = command.env("PATH", path).env("XDG_CACHE_HOME", world.path(limit)).output().unwrap();
        assert!(output.status.success(), "{limit}: {output:?}");
        let drawn = String::from_utf8(output.stdout).unwrap();
        assert!(drawn.contains("node v20.1.1"), "{limit}: {drawn}");
        // Otherwise it would have something to store.
        let is_stored = fs::read_dir(world.path(limit)).is_ok_and(|mut entries| entries.next().is_some());
        assert!(limit == "0" || is_stored);
    }
}

#[test]
#[cfg(target_os = "linux")]
fn nothing_outlives_a_prompt_that_does_not_wait_for_it() {
    let world = World::new();
    let folder = world.folder("home/here");
    world.write("home/here/stays", "");
    // The prompt does not wait for as long as the program may run.
    let config = CONFIG.replace("budget = 15000", "budget = 400");
    let mut command = world.command(&world::prompt(&config), &folder);
    command
        .args(["prompt", "--shell", "plain"])
        .env("PATH", "/usr/bin:/bin")
        .env("XDG_CACHE_HOME", "/dev/null");
    let start = Instant::now();
    command.output().unwrap();
    assert!(start.elapsed() < PATIENCE);
    let pid = fs::read_to_string(folder.join("stays.pid")).unwrap_or_default();
    let lives = || {
        let status = fs::read_to_string(format!("/proc/{}/stat", pid.trim())).unwrap_or_default();
        status.rsplit(") ").next().is_some_and(|rest| !rest.is_empty() && !rest.starts_with(['Z', 'X']))
    };
    // On a very slow machine it may not even have begun.
    while !pid.trim().is_empty() && lives() {
        assert!(start.elapsed() < PATIENCE, "{pid} lives");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// A user without processes. Source: Debian's `nobody`.
const NOBODY: u32 = 65534;

#[test]
#[cfg(target_os = "linux")]
fn without_threads_there_is_a_prompt() {
    let world = World::new();
    let (folder, _) = armed(&world);
    if chown(&folder, Some(NOBODY), None).is_err() {
        eprintln!("skipped: it takes root to be another user");
        return;
    }
    // That user has to come to the folder and to the program.
    let program = folder.join("prompt");
    fs::copy(world::prompt(CONFIG), &program).unwrap();
    let mut above = Some(&*folder);
    while let Some(folder) = above.filter(|folder| folder.starts_with(std::env::temp_dir())) {
        if folder != std::env::temp_dir() {
            fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).unwrap();
        }
        above = folder.parent();
    }
    let script = "ulimit -u 1 && exec \"$0\" prompt --shell plain";
    let mut command = world.command("/usr/bin/setpriv".as_ref(), &folder);
    command.args(["--reuid=65534", "--clear-groups", "/bin/bash", "-c", script]).arg(&program);
    command.env("PATH", format!("{}:/usr/bin:/bin", world.path("tools").display())).env("HOME", &folder);
    let start = Instant::now();
    let mut child = command.stdout(std::process::Stdio::piped()).spawn().unwrap();
    while child.try_wait().unwrap().is_none() {
        if start.elapsed() > PATIENCE {
            child.kill().unwrap();
            panic!("it spins");
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    let out = child.wait_with_output().unwrap();
    let text = String::from_utf8(out.stdout).unwrap();
    assert!(text.contains("end"), "{text:?}");
}
