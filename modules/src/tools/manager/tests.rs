use futures_lite::future::block_on;
use ziron_runtime::io::Simulated;

use super::*;
use crate::testing::{HERE, place};

const HOME: &str = "/home/me";

/// A machine on whose `PATH` a manager's folder is first.
fn machine(folder: &str) -> Simulated {
    Simulated::new()
        .folder(HERE)
        .env_var("HOME", HOME)
        .env_var("PATH", format!("{folder}:/usr/bin"))
        .file("/usr/bin/python", "system")
        .file("/usr/bin/node", "system")
        .file("/usr/bin/terraform", "system")
}

/// What a program stands for, in a word.
fn of(name: &str, io: &Simulated) -> String {
    match block_on(resolve(name, &place(io, HERE), io)) {
        Resolved::Program(file, _) => file.display().to_string(),
        Resolved::NotInstalled(manager) => format!("{manager} has it not"),
        Resolved::Unknown(manager) => format!("{manager}?"),
        Resolved::Absent => String::from("nothing"),
    }
}

fn here(io: Simulated, name: &str, text: &str) -> Simulated {
    io.file(format!("{HERE}/{name}"), text)
}

fn pyenv() -> Simulated {
    let shims = format!("{HOME}/.pyenv/shims");
    let mut io = machine(&shims).file(format!("{shims}/python"), "#!/bin/sh\nshim");
    for version in ["3.9.1", "3.10.2", "3.10.10", "3.11.0-rc1", "mine"] {
        io = io.file(format!("{HOME}/.pyenv/versions/{version}/bin/python"), version);
    }
    io
}

fn of_pyenv(version: &str) -> String {
    format!("{HOME}/.pyenv/versions/{version}/bin/python")
}

#[test]
fn pyenv_and_its_kin() {
    let file = |text| of("python", &here(pyenv(), ".python-version", text));
    assert_eq!(file("3.9.1\n"), of_pyenv("3.9.1"));
    assert_eq!(file("# x\n  python-3.9.1 # y\n"), of_pyenv("3.9.1"));
    assert_eq!(file("3.10\n"), of_pyenv("3.10.10"), "the newest release that begins so");
    assert_eq!(file("3\n"), of_pyenv("3.10.10"));
    assert_eq!(file("mine\n3.9.1\n"), of_pyenv("mine"));
    assert_eq!(file("system\n"), "/usr/bin/python");
    assert_eq!(file("3.8.0\n3.9.1\n"), of_pyenv("3.9.1"), "what is not installed is passed over");
    assert_eq!(file("3.8.0\n"), "/usr/bin/python");
    let ruby =
        machine("/home/me/.rbenv/shims").file("/home/me/.rbenv/shims/ruby", "").file("/usr/bin/ruby", "");
    assert_eq!(of("ruby", &here(ruby, ".ruby-version", "3.2.1")), "rbenv has it not");
    assert_eq!(of("python", &pyenv()), "/usr/bin/python", "nothing is chosen");
    assert_eq!(of("python", &pyenv().file(format!("{HOME}/.pyenv/version"), "3.9.1\n")), of_pyenv("3.9.1"));
    let above = pyenv().file(format!("{HOME}/.python-version"), "3.9.1");
    assert_eq!(of("python", &above), of_pyenv("3.9.1"));
    let variable = here(pyenv(), ".python-version", "3.9.1").env_var("PYENV_VERSION", "mine:3.9.1");
    assert_eq!(of("python", &variable), of_pyenv("mine"));

    for (manager, name, text, version) in [
        ("rbenv", "ruby", "ruby-3.2.1", "3.2.1"),
        ("nodenv", "node", "v20.1.0", "20.1.0"),
        ("goenv", "go", "1.21", "1.21.3"),
        ("jenv", "java", "17", "17"),
        ("luaenv", "lua", "5.4.6", "5.4.6"),
        ("plenv", "perl", "5.38.0", "5.38.0"),
        ("phpenv", "php", "8.2.1", "8.2.1"),
    ] {
        let file = match name {
            "node" => ".node-version".to_owned(),
            name => format!(".{name}-version"),
        };
        // The folder need not have the manager's name.
        for root in [format!("{HOME}/.{manager}"), String::from("/opt/versions")] {
            let io = machine(&format!("{root}/shims"))
                .file(format!("{root}/shims/{name}"), "#!/bin/sh\nshim")
                .file(format!("{root}/libexec/{manager}"), "")
                .file(format!("{root}/versions/{version}/bin/{name}"), "");
            let program = format!("{root}/versions/{version}/bin/{name}");
            assert_eq!(of(name, &here(io, &file, text)), program, "{manager}");
        }
    }
}

#[test]
fn asdf() {
    let root = format!("{HOME}/.asdf");
    let io = || {
        machine(&format!("{root}/shims"))
            .file(
                format!("{root}/shims/node"),
                "#!/usr/bin/env bash\n# asdf-plugin: nodejs 18.1.0\n# asdf-plugin: nodejs 20.1.0\nexec asdf exec \"node\" \"$@\"\n",
            )
            .file(format!("{root}/installs/nodejs/18.1.0/bin/node"), "")
            .file(format!("{root}/installs/nodejs/20.1.0/bin/node"), "")
            .file(format!("{root}/installs/nodejs/ref-abc/bin/node"), "")
    };
    let program = |version: &str| format!("{root}/installs/nodejs/{version}/bin/node");
    let file = |text| of("node", &here(io(), ".tool-versions", text));
    assert_eq!(file("ruby 3\nnodejs 20.1.0 # x\n"), program("20.1.0"));
    assert_eq!(file("nodejs 19.0.0 18.1.0\n"), program("18.1.0"));
    assert_eq!(file("nodejs system\n"), "/usr/bin/node");
    assert_eq!(file("nodejs ref:abc\n"), program("ref-abc"));
    assert_eq!(file("nodejs 19.0.0\n"), "asdf has it not");
    assert_eq!(of("node", &io()), "asdf has it not");
    assert_eq!(of("node", &io().file(format!("{HOME}/.tool-versions"), "nodejs 18.1.0")), program("18.1.0"));
    let variable = here(io(), ".tool-versions", "nodejs 18.1.0").env_var("ASDF_NODEJS_VERSION", "20.1.0");
    assert_eq!(of("node", &variable), program("20.1.0"));
    let other =
        here(io(), ".versions", "nodejs 18.1.0").env_var("ASDF_DEFAULT_TOOL_VERSIONS_FILENAME", ".versions");
    assert_eq!(of("node", &other), program("18.1.0"));
    let legacy = io().file(format!("{HOME}/.asdfrc"), "legacy_version_file = yes\n");
    assert_eq!(of("node", &here(legacy, ".nvmrc", "20")), "asdf?");
}

#[test]
fn mise() {
    let root = format!("{HOME}/.local/share/mise");
    let io = || {
        machine(&format!("{root}/shims"))
            .file(format!("{HOME}/.local/bin/mise"), "mise")
            .link(format!("{root}/shims/node"), format!("{HOME}/.local/bin/mise"))
            .link(format!("{root}/shims/zig"), format!("{HOME}/.local/bin/mise"))
            .file(format!("{root}/installs/node/20.1.0/bin/node"), "")
            .file(format!("{root}/installs/node/20/bin/node"), "a link of mise's own")
            .file(format!("{root}/installs/zig/0.13.0/zig"), "")
    };
    let program = |version: &str| format!("{root}/installs/node/{version}/bin/node");
    let file = |text| of("node", &here(io(), "mise.toml", text));
    assert_eq!(file("[tools]\nnode = '20.1.0'\n"), program("20.1.0"));
    assert_eq!(file("[tools]\nnodejs = ['20', '18']\n"), program("20"));
    assert_eq!(file("tools.node = { version = '20.1.0' }\n"), program("20.1.0"));
    assert_eq!(file("[tools]\nnode = '19'\n"), "mise has it not");
    assert_eq!(file("[tools]\nnode = 'system'\n"), "/usr/bin/node");
    assert_eq!(file("[tools]\npython = '3'\n"), "/usr/bin/node", "it is not mise's then");
    assert_eq!(file("[tools]\nnode = \"{{ env.X }}\"\n"), "mise?");
    assert_eq!(file("[tools]\nnode = { path = './evil' }\n"), "mise?");
    assert_eq!(file("tools\n"), "mise?");
    assert_eq!(file("x = '''\n[tools]\nnode = '20'\n'''\n[tools]\nnode = '20.1.0'\n"), program("20.1.0"));
    assert_eq!(of("node", &here(io(), ".tool-versions", "nodejs 20.1.0\n")), program("20.1.0"));
    let own = || {
        io().file(format!("{HOME}/.config/mise/config.toml"), "[tools]\nnode = '20.1.0'\nzig = '0.13.0'\n")
    };
    assert_eq!(of("node", &own()), program("20.1.0"));
    assert_eq!(of("zig", &own()), format!("{root}/installs/zig/0.13.0/zig"));
    assert_eq!(of("node", &own().env_var("MISE_ENV", "ci")), "mise?");
    assert_eq!(of("node", &own().env_var("MISE_NODE_VERSION", "20")), program("20"));
    let locked = here(io(), "mise.toml", "[tools]\nnode = '20'\n");
    assert_eq!(of("node", &here(locked, "mise.lock", "x")), "mise?");
    let follows = "[settings]\nidiomatic_version_file_enable_tools = ['node']\n[tools]\nnode = '20.1.0'\n";
    let follows = io().file(format!("{HOME}/.config/mise/config.toml"), follows);
    assert_eq!(of("node", &here(follows, ".nvmrc", "18")), "mise?");
}

#[test]
fn volta() {
    let root = format!("{HOME}/.volta");
    let io = || {
        machine(&format!("{root}/bin"))
            .file(format!("{root}/bin/volta-shim"), "volta")
            .link(format!("{root}/bin/node"), format!("{root}/bin/volta-shim"))
            .file(format!("{root}/tools/image/node/20.1.0/bin/node"), "")
            .file(format!("{root}/tools/image/node/18.1.0/bin/node"), "")
    };
    let program = |version: &str| format!("{root}/tools/image/node/{version}/bin/node");
    let own = || {
        io().file(
            format!("{root}/tools/user/platform.json"),
            r#"{"node": {"runtime": "18.1.0", "npm": null}}"#,
        )
    };
    assert_eq!(of("node", &own()), program("18.1.0"));
    assert_eq!(of("node", &io()), "/usr/bin/node", "there is no default");
    let pinned = |text| of("node", &here(own(), "package.json", text));
    assert_eq!(pinned(r#"{"volta": {"node": "20.1.0"}}"#), program("20.1.0"));
    assert_eq!(pinned(r#"{"volta": {"node": "19.0.0"}}"#), "volta has it not");
    assert_eq!(pinned(r#"{"name": "x"}"#), program("18.1.0"));
    assert_eq!(pinned(r#"{"volta": {"extends": "/etc/x.json"}}"#), "volta?");
    assert_eq!(pinned(r#"{"volta": {"extends": "./package.json"}}"#), "volta?", "it extends itself");
    assert_eq!(pinned("{"), "volta?");
    let above = here(own(), "package.json", r#"{"volta": {"extends": "../all.json"}}"#);
    // A path with `..` in it is no other file to a simulated machine.
    let above = above.file(format!("{HERE}/../all.json"), r#"{"volta": {"node": "20.1.0"}}"#);
    assert_eq!(of("node", &above), program("20.1.0"));
}

#[test]
fn proto_swiftly_tfenv_and_juliaup() {
    let root = format!("{HOME}/.proto");
    let proto = || {
        machine(&format!("{root}/shims"))
            .file(format!("{root}/shims/node"), "binary")
            .file(format!("{root}/tools/node/20.1.0/bin/node"), "")
    };
    let program = format!("{root}/tools/node/20.1.0/bin/node");
    assert_eq!(of("node", &here(proto(), ".prototools", "node = '20.1.0'\n")), program);
    assert_eq!(of("node", &here(proto(), ".prototools", "node = '~20'\n")), "proto?");
    assert_eq!(of("node", &proto().file(format!("{root}/.prototools"), "node = '20.1.0'\n")), program);
    let package = proto().file(format!("{root}/.prototools"), "node = '20.1.0'\n");
    assert_eq!(of("node", &here(package, "package.json", "{}")), "proto?", "it may ask for another one");
    assert_eq!(of("node", &proto()), "proto has it not");

    let root = format!("{HOME}/.local/share/swiftly");
    let swiftly = || {
        machine(&format!("{root}/bin"))
            .file(format!("{root}/bin/swiftly"), "swiftly")
            .link(format!("{root}/bin/swift"), format!("{root}/bin/swiftly"))
            .file(format!("{root}/config.json"), r#"{"inUse": "5.10.1"}"#)
            .file(format!("{root}/toolchains/5.10.1/usr/bin/swift"), "")
            .file(format!("{root}/toolchains/6.0.3/usr/bin/swift"), "")
    };
    assert_eq!(of("swift", &swiftly()), format!("{root}/toolchains/5.10.1/usr/bin/swift"));
    assert_eq!(
        of("swift", &here(swiftly(), ".swift-version", "6.0.3\n")),
        format!("{root}/toolchains/6.0.3/usr/bin/swift")
    );
    assert_eq!(of("swift", &here(swiftly(), ".swift-version", "6\n")), "swiftly?");

    let root = format!("{HOME}/.tfenv");
    let tfenv = || {
        machine(&format!("{root}/bin"))
            .file(format!("{root}/bin/terraform"), "#!/bin/sh\nshim")
            .file(format!("{root}/version"), "1.5.0\n")
            .file(format!("{root}/versions/1.5.0/terraform"), "")
            .file(format!("{root}/versions/1.7.3/terraform"), "")
    };
    assert_eq!(of("terraform", &tfenv()), format!("{root}/versions/1.5.0/terraform"));
    assert_eq!(
        of("terraform", &here(tfenv(), ".terraform-version", "1.7.3\n")),
        format!("{root}/versions/1.7.3/terraform")
    );
    assert_eq!(of("terraform", &here(tfenv(), ".terraform-version", "latest:^1.7\n")), "tfenv?");
    assert_eq!(of("terraform", &here(tfenv(), ".terraform-version", "1.6.0\n")), "tfenv has it not");

    let root = format!("{HOME}/.julia/juliaup");
    let julia = |settings: &str| {
        machine("/opt/juliaup/bin")
            .file("/opt/juliaup/bin/julialauncher", "x")
            .link("/opt/juliaup/bin/julia", "/opt/juliaup/bin/julialauncher")
            .file(format!("{root}/julia-1.10.4/bin/julia"), "")
            .file(
                format!("{root}/juliaup.json"),
                format!(
                    r#"{{"Default": "release", "InstalledChannels": {{"release": {{"Version": "1.10.4+0"}}}},
                    "InstalledVersions": {{"1.10.4+0": {{"Path": "./julia-1.10.4"}}}}{settings}}}"#
                ),
            )
    };
    assert_eq!(of("julia", &julia("")), format!("{root}/./julia-1.10.4/bin/julia"));
    assert_eq!(of("julia", &julia(r#", "Overrides": [{"Path": "/", "Channel": "x"}]"#)), "juliaup?");
}

#[test]
fn what_cannot_be_read_is_not_run() {
    let link = |path: &str, target: &str| {
        let folder = Path::new(path).parent().unwrap();
        machine(&folder.display().to_string()).file(target, "x").link(path, target)
    };
    assert_eq!(of("rustc", &link("/home/me/.cargo/bin/rustc", "/home/me/.cargo/bin/rustup")), "rustup?");
    assert_eq!(of("python", &link("/home/me/.rye/shims/python", "/home/me/.rye/shims/rye")), "rye?");
    let beside = machine("/opt/bin").file("/opt/bin/terraform", "x").file("/opt/bin/tenv", "x");
    assert_eq!(of("terraform", &beside), "tenv?");
    let unknown = machine("/opt/new/shims").file("/opt/new/shims/node", "x");
    assert_eq!(of("node", &unknown), "a version manager?");
    assert_eq!(of("node", &machine("")), "/usr/bin/node");
    assert_eq!(of("go", &machine("")), "nothing");
}

#[test]
fn a_repository_names_no_file() {
    let evil = [
        "../../../here/evil",
        "/home/me/here/evil",
        "..",
        ".",
        "evil/../../../here",
        "a\0b",
        "./evil",
        "path:./evil",
        "-rf",
        "~/evil",
    ];
    for text in evil {
        let files = [
            (".python-version", text.to_owned()),
            (".tool-versions", format!("nodejs {text}\npython {text}\n")),
            ("mise.toml", format!("[tools]\nnode = '{text}'\n")),
            ("package.json", format!(r#"{{"volta": {{"node": "{text}"}}}}"#)),
            (".prototools", format!("node = '{text}'\n")),
            (".swift-version", text.to_owned()),
            (".terraform-version", text.to_owned()),
        ];
        let shims = "/home/me/.asdf/shims:/home/me/.local/share/mise/shims:/home/me/.volta/bin:/home/me/.proto/shims:/home/me/.tfenv/bin";
        let managers = [
            ("/home/me/.pyenv/shims/python", "/home/me/.pyenv/shims/python", "python"),
            ("/home/me/.asdf/shims/node", "/home/me/.asdf/shims/node", "node"),
            ("/home/me/.local/share/mise/shims/node", "/home/me/.local/bin/mise", "node"),
            ("/home/me/.volta/bin/node", "/home/me/.volta/bin/volta-shim", "node"),
            ("/home/me/.proto/shims/node", "/home/me/.proto/shims/node", "node"),
            ("/home/me/.local/share/swiftly/bin/swift", "/home/me/.local/share/swiftly/bin/swiftly", "swift"),
            ("/home/me/.tfenv/bin/terraform", "/home/me/.tfenv/bin/terraform", "terraform"),
        ];
        for (shim, target, name) in managers {
            let folder = Path::new(shim).parent().unwrap().display();
            let mut io = Simulated::new().env_var("HOME", HOME).env_var("PATH", format!("{folder}:{shims}"));
            io = io.file(target, "# asdf-plugin: nodejs 1\n");
            if shim != target {
                io = io.link(shim, target);
            }
            for folder in [".asdf/installs", ".proto/tools", ".pyenv/versions"] {
                io = io.folder(format!("{HOME}/{folder}"));
            }
            for (file, text) in &files {
                io = here(io, file, text);
            }
            for program in ["python", "node", "swift", "terraform"] {
                for below in ["evil", "evil/bin", "bin", "", "evil/usr/bin"] {
                    io = io.file(format!("{HERE}/{below}/{program}"), "evil");
                }
            }
            let found = of(name, &io);
            assert!(found.ends_with('?') || found.ends_with("has it not"), "{shim}, {text}: {found}");
        }
    }
}

#[test]
fn scripts_that_hand_over_are_known_by_what_they_say() {
    let is = |text: &str| {
        let io = Simulated::new().file("/opt/bin/python", text);
        block_on(async {
            let identity = io.identity("/opt/bin/python".as_ref()).await.unwrap();
            is_script_of_manager("/opt/bin/python".as_ref(), &identity, &io).await
        })
    };
    assert!(is(
        "#!/usr/bin/env bash\nset -e\nexec \"/home/me/.pyenv/libexec/pyenv\" exec \"$program\" \"$@\"\n"
    ));
    assert!(is("#!/usr/bin/env bash\n# asdf-plugin: x 1\nexec /opt/asdf/bin/asdf exec \"x\" \"$@\"\n"));
    assert!(!is("#!/bin/sh\nexec /usr/bin/real \"$@\"\n"));
    assert!(!is("\x7fELF asdf exec"));
}

/// What a real manager says, if it is on this machine: it and we are asked in the same folders.
#[test]
#[allow(clippy::disallowed_methods, reason = "tests make files and start programs")]
#[allow(clippy::print_stderr, reason = "a test that is skipped says so")]
fn real_managers_say_the_same() {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::process::Command;

    use ziron_runtime::io::{Real, Sent};

    const NAMES: &[&str] = &["HOME", "PATH", "PYENV_VERSION", "RBENV_VERSION"];
    for (manager, name, file, root_variable) in [
        ("rbenv", "ruby", ".ruby-version", "RBENV_ROOT"),
        ("pyenv", "python", ".python-version", "PYENV_ROOT"),
    ] {
        let real = Path::new("/usr/bin").join(manager);
        let own =
            std::env::var_os("HOME").map(|home| Path::new(&home).join(format!(".{manager}/bin/{manager}")));
        let Some(real) = [Some(real), own].into_iter().flatten().find(|path| path.exists()) else {
            eprintln!("skipped: there is no {manager}");
            continue;
        };
        let folder = tempfile::tempdir().unwrap();
        let [home, here] = ["home", "home/here"].map(|below| folder.path().join(below));
        let root = home.join(format!(".{manager}"));
        fs::create_dir_all(&here).unwrap();
        let program = |path: &Path| {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "#!/bin/sh\n").unwrap();
            fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
        };
        for version in ["3.1.4", "3.9.1", "3.10.2", "3.10.12", "mine"] {
            program(&root.join("versions").join(version).join("bin").join(name));
        }
        fs::create_dir_all(root.join("versions/empty/bin")).unwrap();
        program(&root.join("shims").join(name));
        let system = folder.path().join("system");
        program(&system.join(name));
        let path = format!("{}:{}:/usr/bin:/bin", root.join("shims").display(), system.display());
        let prefix = if manager == "rbenv" { "ruby-3.1.4" } else { "python-3.1.4" };
        for (chosen, variable, global) in [
            (None, None, None),
            (None, None, Some("3.9.1")),
            (Some("3.10.2\n"), None, Some("3.9.1")),
            (Some("3.10\n"), None, None),
            (Some("3\n"), None, None),
            (Some(prefix), None, None),
            (Some("mine\n3.9.1\n"), None, None),
            (Some("system\n"), None, Some("3.9.1")),
            (Some("empty\n"), None, None),
            (Some("2.0.0\n"), None, None),
            (Some("../../here\n"), None, None),
            (Some("  3.9.1  \n"), None, None),
            (Some("3.9.1"), Some("mine"), None),
        ] {
            let _ = (fs::remove_file(here.join(file)), fs::remove_file(root.join("version")));
            if let Some(text) = chosen {
                fs::write(here.join(file), text).unwrap();
            }
            if let Some(text) = global {
                fs::write(root.join("version"), text).unwrap();
            }
            let mut values = vec![("HOME", home.display().to_string()), ("PATH", path.clone())];
            let version_variable = if manager == "rbenv" { NAMES[3] } else { NAMES[2] };
            values.extend(variable.map(|value| (version_variable, value.to_owned())));
            let said = Command::new(&real)
                .args(["which", name])
                .current_dir(&here)
                .env_clear()
                .envs(values.iter().map(|(name, value)| (name, value)))
                .env(root_variable, &root)
                .output()
                .unwrap();
            let theirs = String::from_utf8(said.stdout).unwrap().trim().to_owned();
            let theirs = if said.status.success() { theirs } else { String::new() };
            let values = values.into_iter().map(|(name, value)| (name.into(), value.into()));
            let place = Place::new(here.clone(), here.clone(), Some(home.clone()), std::time::Duration::MAX);
            let ours = match block_on(resolve(name, &place, &Real::with(Sent::new(NAMES, values)))) {
                Resolved::Program(file, _) => file.display().to_string(),
                _ => String::new(),
            };
            // What is no name of a version has none with us, whatever the manager makes of it.
            let theirs = if chosen.is_some_and(|text| text.contains('/')) { String::new() } else { theirs };
            assert_eq!(ours, theirs, "{manager}: {chosen:?}, {variable:?}, {global:?}");
        }
    }
}

/// A list that nobody could look through, and folders that nobody could read, are left to the manager: 24 s became some
/// milliseconds.
#[test]
fn what_a_project_asks_for_is_bounded() {
    let many = "1.0 ".repeat(100_000);
    let lines = many.replace(' ', "\n");
    assert_eq!(of("python", &here(pyenv(), ".python-version", &lines)), "pyenv?");
    assert_eq!(of("python", &here(pyenv(), ".python-version", "9\n3.9.1\n")), of_pyenv("3.9.1"));
    let shims = format!("{HOME}/.asdf/shims");
    let asdf = || {
        machine(&shims)
            .file(format!("{shims}/node"), "#!/bin/sh\n# asdf-plugin: nodejs 20.1.0\n")
            .file(format!("{HOME}/.asdf/installs/nodejs/20.1.0/bin/node"), "")
    };
    assert_eq!(of("node", &here(asdf(), ".tool-versions", &format!("nodejs {many}20.1.0"))), "asdf?");
    let few = format!("nodejs {}20.1.0", &many[..80]);
    let installed = format!("{HOME}/.asdf/installs/nodejs/20.1.0/bin/node");
    assert_eq!(of("node", &here(asdf(), ".tool-versions", &few)), installed);
    // Large files in many folders.
    let large = format!("# {}\n", "x".repeat(1 << 19));
    let deep = |levels: usize| {
        let mut io = asdf();
        let mut folder = String::from(HERE);
        for _ in 0..levels {
            folder.push_str("/d");
            io = io.file(format!("{folder}/.tool-versions"), &*large);
        }
        let io = io.file(format!("{HERE}/.tool-versions"), "nodejs 20.1.0").folder(&folder);
        match block_on(resolve("node", &place(&io, &folder), &io)) {
            Resolved::Program(file, _) => file.display().to_string(),
            other => format!("{other:?}"),
        }
    };
    assert_eq!(deep(3), installed);
    assert_eq!(deep(5), "Unknown(\"asdf\")");
}
