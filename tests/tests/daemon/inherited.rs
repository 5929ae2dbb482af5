//! A daemon serves all shells, and has nothing of the one that happened to start it.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use portable_pty::CommandBuilder;
use rustix::process::Signal;
use ziron_runtime::shell::{Quoting, Shell};
use ziron_tests::shells::{self, TESTED};
use ziron_tests::terminal::{Size, Terminal};
use ziron_tests::{dump, world};

use crate::common::{Home, finish, kill, left, wait};

/// A prompt whose script says what it sees, and who has run it.
const SEEING: &str = r#"
command_timeout = 20000
format = "$git_branch$git_status${custom.seen}$character"
[ziron]
budget = 20000
[git_branch]
format = "on $branch "
[git_status]
format = "($all_status )"
[character]
success_symbol = "ok "
error_symbol = "bad "
[custom.seen]
command = '''
by=direct
grep -qa 'daemon.run' /proc/$PPID/cmdline && by=daemon
echo "other=$(printenv ZIRON_OTHER) lines=$(printenv ZIRON_LINES | tr -d '\n') trap=$(printenv ZIRON_TRAP) umask=$(umask) by=$by"
'''
when = true
shell = ["/bin/sh"]
format = "$output "
"#;

fn home() -> Home {
    Home::with(world::prompt(SEEING))
}

impl Home {
    /// Starts the daemon by way of another program, which leaves it something.
    fn start_by(&self, program: &str, arguments: &[&str], variables: &[(&str, &str)]) -> u32 {
        let own = self.command(&[]);
        let mut command = Command::new(program);
        command.args(arguments).arg(&self.binary).args(["daemon", "start"]);
        command.env_clear().envs(own.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command.envs(variables.iter().copied()).current_dir(self.place());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let output = finish(command.spawn().unwrap());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        self.wait_for_daemon()
    }

    /// The left prompt, which the daemon draws, with these variables. What its script says comes too late for the first
    /// one that asks.
    fn prompt_with(&self, variables: &[(&str, &str)]) -> String {
        wait("the daemon has run the script", || {
            let mut command = self.command(&["prompt", "--all"]);
            command.env("PWD", self.place()).envs(variables.iter().copied());
            let drawn = left(&finish(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()));
            drawn.contains("by=daemon").then_some(drawn)
        })
    }
}

/// What the system says of a process under this name.
fn status(pid: u32, name: &str) -> String {
    let text = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    line.unwrap_or_else(|| panic!("{name} in {text}")).trim().to_owned()
}

#[test]
fn signals_limits_and_masks_are_its_own() {
    let home = home();
    let script = r#"umask 0; ulimit -S -n 100; ulimit -S -c 1000; ulimit -S -s 4096; ulimit -S -f 100; ulimit -S -v 4000000
        exec env --ignore-signal=CHLD,HUP,INT,TERM,USR1,URG,ALRM --block-signal=TERM,USR1,CHLD "$0" "$@""#;
    let pid = home.start_by("/bin/sh", &["-c", script], &[]);
    assert_eq!(status(pid, "SigBlk"), "0000000000000000");
    // The C library keeps the two before the first of real time for itself, and lets nobody change what it was given
    // for them.
    let ignored = u64::from_str_radix(&status(pid, "SigIgn"), 16).unwrap() & !(0b11 << 31);
    assert_eq!(ignored, 0x100_1000, "only those of pipes and of files that may not grow");
    assert_eq!(status(pid, "Umask"), "0077");
    let limits = fs::read_to_string(format!("/proc/{pid}/limits")).unwrap();
    let limit = |name: &str| {
        let line = limits.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        let [soft, hard] = [0, 1].map(|at| line.split_whitespace().nth(at).unwrap().to_owned());
        (soft, hard)
    };
    for name in ["Max file size", "Max address space", "Max processes", "Max cpu time", "Max data size"] {
        let (soft, hard) = limit(name);
        assert_eq!(soft, hard, "{name}");
    }
    assert_eq!(limit("Max core file size").0, "0");
    assert_eq!(limit("Max stack size").0, (8 << 20).to_string());
    let (soft, hard) = limit("Max open files");
    assert_eq!(soft.parse::<u64>().unwrap(), hard.parse::<u64>().unwrap_or(u64::MAX).min(4096));
    // And it ends as it is told to.
    kill(pid, Signal::TERM);
    home.wait_for_end();
}

#[test]
fn children_are_heard_of_where_the_shell_hears_of_none() {
    let home = home();
    let ignoring = ["--ignore-signal=CHLD"];
    let mut direct = Command::new("/usr/bin/env");
    let own = home.command(&[]);
    direct.args(ignoring).arg(&home.binary).args(["prompt", "--all"]).env_clear().env("ZIRON_DAEMON", "off");
    direct.envs(own.get_envs().filter_map(|(name, value)| Some((name, value?)))).current_dir(home.place());
    direct.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let drawn = left(&finish(direct.spawn().unwrap()));
    assert!(drawn.contains("by=direct"), "{drawn}");
    home.start_by("/usr/bin/env", &ignoring, &[]);
    let drawn = home.prompt_with(&[]);
    assert!(drawn.contains("by=daemon"), "{drawn}");
}

#[test]
fn what_was_in_its_environment_is_seen_by_nobody() {
    let home = home();
    let git = |arguments: &[&str]| {
        let mut git = Command::new("git");
        git.args(["-c", "user.name=a", "-c", "user.email=a@b"]).args(arguments).current_dir(home.place());
        assert!(git.env_clear().env("PATH", "/usr/bin:/bin").status().unwrap().success());
    };
    git(&["init", "-q", "-b", "main"]);
    git(&["commit", "-q", "--allow-empty", "-m", "1"]);
    fs::write(home.place().join("file"), "").unwrap();
    git(&["add", "file"]);
    git(&["commit", "-q", "-m", "2"]);
    let elsewhere = home.path("home");
    let elsewhere = elsewhere.to_str().unwrap();
    let traps = [
        ("ZIRON_TRAP", "caught"),
        ("GIT_INDEX_FILE", ".git/none"),
        ("GIT_WORK_TREE", elsewhere),
        ("GIT_NAMESPACE", "trap"),
        ("GIT_DIR", elsewhere),
        ("GIT_CONFIG_COUNT", "1"),
        ("GIT_CONFIG_KEY_0", "status.showUntrackedFiles"),
        ("GIT_CONFIG_VALUE_0", "no"),
        ("LD_PRELOAD_TRAP", "x"),
    ];
    home.start_by("/usr/bin/env", &[], &traps);
    let drawn = home.prompt_with(&[]);
    assert!(
        drawn.trim_start().starts_with("on main ") && !drawn.contains('?') && !drawn.contains("caught"),
        "{drawn}"
    );
    assert!(drawn.contains("umask=0077 by=daemon"), "{drawn}");
    fs::write(home.place().join("new"), "").unwrap();
    // What is verified too late for one prompt is in the next.
    let wait_for = |variables: &[(&str, &str)], text: &str| {
        wait(text, || home.prompt_with(variables).contains(text).then_some(()));
    };
    wait_for(&[], "? ");
    // What this shell says holds for it, and for no other.
    let hidden = home.prompt_with(&traps[5..8]);
    assert!(hidden.contains("by=daemon") && !hidden.contains('?'), "{hidden}");
    wait_for(&[("ZIRON_OTHER", "mine")], "? ");
    wait_for(&[("ZIRON_OTHER", "mine")], "other=mine ");
    wait_for(&[], "other= ");
}

/// An interactive shell whose prompts are this user's.
fn shell(home: &Home, shell: Shell) -> Option<Terminal> {
    let path = shells::find_or_skip(shell)?;
    let program = home.binary.to_str().unwrap();
    let rc = |name: &str, line: String| -> PathBuf {
        let file = home.path("home").join(name);
        fs::write(&file, line).unwrap();
        file
    };
    let eval = |name: &str| {
        format!("eval \"$({} init {name})\"\n_ziron_patience=20\n", Quoting::Posix.quote(program))
    };
    let mut argv: Vec<String> = vec![path.display().to_string()];
    match shell {
        Shell::Zsh => {
            rc(".zshrc", eval("zsh"));
            argv.extend(["-d", "-i"].map(ToOwned::to_owned));
        }
        Shell::Bash => {
            let rc = rc(".bashrc", eval("bash"));
            argv.extend(["--noprofile".into(), "--rcfile".into(), rc.display().to_string(), "-i".into()]);
        }
        _ => {
            let init = format!("{} init fish | source", Quoting::Fish.quote(program));
            let patience = "set -g _ziron_looks (string repeat --count 1500 x | string split '')";
            argv.extend(["-i".into(), "--no-config".into(), "-C".into(), format!("{init}; {patience}")]);
        }
    }
    let mut command = CommandBuilder::from_argv(argv.into_iter().map(Into::into).collect());
    command.env_clear();
    for (name, value) in home.command(&[]).get_envs() {
        command.env(name, value.unwrap());
    }
    command.env("ZIRON_OTHER", "first");
    command.env("LC_ALL", "C.UTF-8"); // for the editors that read the lines
    command.cwd(home.place());
    Some(Terminal::start(command, Size { rows: 24, columns: 200 }).unwrap())
}

#[test]
fn a_script_sees_what_its_shell_exports() {
    for kind in TESTED {
        let home = home();
        home.start_by("/usr/bin/env", &[], &[("ZIRON_TRAP", "caught"), ("ZIRON_OTHER", "of the daemon")]);
        let Some(terminal) = shell(&home, kind) else { continue };
        let fish = kind == Shell::Fish;
        let export = |name: &str, value: &str| {
            if fish { format!("set -gx {name} {value}\r") } else { format!("export {name}={value}\r") }
        };
        let unset = if fish { "set -e ZIRON_OTHER\r" } else { "unset ZIRON_OTHER\r" };
        let lines =
            if fish { r#""it's \$x" "#.to_owned() } else { r#"$'it\'s\n$x `y` "z" \\ é'"#.to_owned() };
        for (line, expected) in [
            (String::from("\r"), "other=first lines= trap= "),
            (export("ZIRON_OTHER", "second"), "other=second lines= trap= "),
            (
                export("ZIRON_LINES", &lines),
                if fish { "lines=it's $x trap= " } else { r#"lines=it's$x `y` "z" \ é trap= "# },
            ),
            (unset.to_owned(), "other= lines="),
            (export("ZIRON_OTHER", "third"), "other=third lines="),
        ] {
            terminal.send(&line);
            let is_shown = |screen: &vt100::Screen| {
                let plain = dump::plain(screen);
                let last = plain.lines().last().unwrap_or_default();
                last.contains(expected) && last.contains("by=daemon")
            };
            // bash draws no prompt again: what comes too late for one is in the next.
            let mut is_seen = false;
            for _ in 0..30 {
                is_seen = is_seen || terminal.wait_for(Duration::from_secs(2), is_shown);
                if !is_seen && kind == Shell::Bash {
                    terminal.send("\r");
                }
            }
            assert!(
                is_seen,
                "{expected} in {} after {line:?}:\n{}",
                kind.name(),
                dump::plain(&terminal.screen())
            );
        }
        drop(terminal);
        wait("the shell has gone", || {
            home.says(&["daemon", "status"]).contains("sessions     0").then_some(())
        });
    }
}
