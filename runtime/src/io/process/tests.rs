use std::os::unix::fs::PermissionsExt;

use super::*;

/// So long that a loaded machine does not matter.
const PATIENCE: Duration = Duration::from_secs(20);

fn shell(script: &str, timeout: Duration) -> io::Result<Output> {
    run(&Command::new("/bin/sh", "/", timeout).args(["-c", script]), &Sent::of_process())
}

fn text(output: &io::Result<Output>) -> String {
    String::from_utf8_lossy(&output.as_ref().unwrap().stdout).into_owned()
}

/// Whether a process runs: one that has ended and was not reaped does not.
fn lives(pid: &str) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    status.rsplit(") ").next().is_some_and(|rest| !rest.is_empty() && !rest.starts_with(['Z', 'X']))
}

fn wait_for(mut condition: impl FnMut() -> bool) -> bool {
    let end = Instant::now() + PATIENCE;
    while Instant::now() < end {
        if condition() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    false
}

#[test]
fn both_outputs_and_the_status_arrive() {
    let output = shell("echo out; echo err >&2; exit 3", PATIENCE).unwrap();
    assert_eq!((output.status, &*output.stdout, &*output.stderr), (Some(3), &b"out\n"[..], &b"err\n"[..]));
}

#[test]
fn a_program_that_hangs_is_killed_at_its_timeout() {
    let start = Instant::now();
    let error = shell("exec sleep 30", Duration::from_millis(30)).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    assert!(start.elapsed() < Duration::from_secs(10));
}

#[test]
#[cfg(target_os = "linux")]
fn nothing_outlives_the_timeout() {
    for script in [
        "trap '' PIPE TERM HUP; echo $$ > pid; exec >&- 2>&-; while :; do sleep 0.1; done",
        "trap '' PIPE TERM HUP; echo $$ > pid; while :; do echo x; sleep 0.01; done",
        "(trap '' PIPE TERM HUP; sh -c 'echo $PPID' > pid; while :; do sleep 0.1; done) & exit 0",
        "(trap '' PIPE; sh -c 'echo $PPID' > pid; while :; do sleep 0.1; done) >/dev/null 2>&1 & sleep 30",
    ] {
        let folder = tempfile::tempdir().unwrap();
        let command = Command::new("/bin/sh", folder.path(), Duration::from_millis(300));
        let start = Instant::now();
        let error = run(&command.args(["-c", script]), &Sent::of_process()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut, "{script}");
        assert!(start.elapsed() < Duration::from_secs(10), "{script}");
        let pid = std::fs::read_to_string(folder.path().join("pid")).unwrap();
        assert!(!pid.trim().is_empty(), "{script}");
        assert!(wait_for(|| !lives(pid.trim())), "{script}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn interactive_shells_have_no_terminal_that_they_would_wait_for() {
    // The user's own start-up files are not read: they may do anything.
    let home = tempfile::tempdir().unwrap();
    let sent = Sent::new(&["HOME"], [("HOME".into(), home.path().into())]);
    let ids = "read -r pid _ _ _ _ session _ < /proc/$$/stat; echo $(( pid == session ))";
    for (options, is_leader) in [("-c", "0\n"), ("-ic", "1\n")] {
        let said = run(&Command::new("/bin/bash", "/", PATIENCE).args([options, ids]), &sent);
        assert_eq!(text(&said), is_leader, "{options}");
    }
    let error =
        run(&Command::new("/bin/bash", "/", Duration::from_millis(300)).args(["-ic", "sleep 30"]), &sent);
    assert_eq!(error.unwrap_err().kind(), io::ErrorKind::TimedOut);
}

#[test]
fn a_program_that_closes_its_outputs_is_waited_for() {
    let output = shell("exec >&- 2>&-; sleep 0.1; exit 4", PATIENCE);
    assert_eq!(output.unwrap().status, Some(4));
}

#[test]
fn scripts_have_the_variables_of_the_shell() {
    let sent = Sent::new(&["PATH", "ZIRON_A"], [("ZIRON_A".into(), "a".into())]);
    let command = Command::new("/bin/sh", "/", PATIENCE)
        .args(["-c", "/usr/bin/env | /bin/grep -E '^(PATH|ZIRON_A)=' | /usr/bin/sort"]);
    assert_eq!(text(&run(&command, &sent)), "PATH=/usr/bin:/bin\nZIRON_A=a\n");
}

#[test]
fn scripts_do_not_run_programs_of_their_directory() {
    let folder = tempfile::tempdir().unwrap();
    let fake = folder.path().join("cat");
    std::fs::write(&fake, "#!/bin/sh\necho fake\n").unwrap();
    std::fs::set_permissions(&fake, PermissionsExt::from_mode(0o755)).unwrap();
    for path in [".:/usr/bin:/bin", ":/usr/bin:/bin", "/usr/bin::/bin", "/usr/bin:/bin:", "", ".", ":"] {
        let sent = Sent::new(&["PATH"], [("PATH".into(), path.into())]);
        let mut command = Command::new("/bin/sh", folder.path(), PATIENCE);
        command.input = b"echo real | cat".to_vec();
        assert_eq!(text(&run(&command, &sent)), "real\n", "{path:?}");
    }
}

#[test]
fn tools_see_no_directory_and_no_variable_but_theirs() {
    let sent =
        Sent::new(&["PATH", "SECRET"], [("SECRET".into(), "s".into()), ("PATH".into(), "/bin".into())]);
    let mut command = Command::isolated("/bin/sh", PATIENCE).args(["-c", "/bin/pwd; exec /usr/bin/env"]);
    command.environment = vec![("MINE".into(), "m".into())];
    let said = text(&run(&command, &sent));
    // What a shell sets by itself.
    let lines: Vec<_> =
        said.lines().filter(|l| !["PWD=", "SHLVL=", "_="].iter().any(|own| l.starts_with(own))).collect();
    assert_eq!(lines, ["/", "MINE=m"]);
}

#[test]
fn input_is_given_however_long_it_is() {
    let mut command = Command::new("/bin/cat", "/", PATIENCE);
    command.input = b"hello".to_vec();
    assert_eq!(run(&command, &Sent::of_process()).unwrap().stdout, b"hello");
    command.input = vec![b'x'; 300_000];
    assert_eq!(run(&command, &Sent::of_process()).unwrap().stdout.len(), 300_000);
    let mut deaf = Command::new("/bin/sh", "/", PATIENCE).args(["-c", "echo ok"]);
    deaf.input = vec![b'x'; 300_000];
    assert_eq!(run(&deaf, &Sent::of_process()).unwrap().stdout, b"ok\n", "nobody reads it");
}

#[test]
fn a_name_with_a_slash_is_absolute_or_nothing() {
    let find = |name: &str, search: &str| find_program(OsStr::new(name), OsStr::new(search), None);
    assert_eq!(find("/bin/sh", ""), Some(PathBuf::from("/bin/sh")));
    for name in ["./sh", "bin/sh", "../bin/sh", "sh/", ""] {
        assert_eq!(find(name, "/bin"), None, "{name}");
    }
}

#[test]
fn relative_directories_of_the_path_are_not_searched() {
    let find = |search: &str| find_program(OsStr::new("sh"), OsStr::new(search), None);
    assert_eq!(find(".:bin:/bin"), Some(PathBuf::from("/bin/sh")));
    assert_eq!(find("bin:"), None);
    assert_eq!(clean_path(OsStr::new(".::/bin:bin:/usr/bin:")), "/bin:/usr/bin");
    assert_eq!(clean_path(OsStr::new("")), DEFAULT_PATH);
}

#[test]
fn the_search_goes_on_behind_a_file() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a", "b"] {
        std::fs::create_dir(folder.path().join(name)).unwrap();
        std::os::unix::fs::symlink("/bin/sh", folder.path().join(name).join("sh")).unwrap();
    }
    let [a, b] = ["a", "b"].map(|name| folder.path().join(name));
    let search = std::env::join_paths([&a, &a, &b]).unwrap();
    let find = |after: Option<&Path>| find_program(OsStr::new("sh"), &search, after);
    assert_eq!(find(None), Some(a.join("sh")));
    assert_eq!(find(Some(&a.join("sh"))), Some(b.join("sh")));
    assert_eq!(find(Some(&b.join("sh"))), None);
    assert_eq!(find(Some("/elsewhere/sh".as_ref())), None);
}
