//! From the first prompt to the last.

use std::fs;
use std::io::Read;
use std::process::{Command, Stdio};

use rustix::process::Signal;
use ziron_tests::world;

use crate::common::{HELLO, Home, Nonblocking, ask, brief, draw, finish, kill, left, receive, wait};

#[test]
fn it_starts_on_first_use_and_nobody_waits_for_it() {
    let home = Home::new();
    // This returns when the prompt's pipes are closed, which a daemon that had them would keep open.
    assert!(home.prompt().contains("place"));
    let pid = home.wait_for_daemon();
    assert!(home.processes().contains(&pid), "it goes on");
    assert!(home.prompt().contains("place"));
    let status = home.says(&["daemon", "status"]);
    assert!(status.contains("requests     1\n"), "the second prompt is the daemon's: {status}");
}

#[test]
fn its_commands_say_what_is_so() {
    let home = Home::new();
    assert_eq!(
        home.complains(&["daemon", "status"]),
        "error: no daemon is running; `daemon start` starts it\n"
    );
    assert_eq!(home.says(&["daemon", "start"]), "the daemon runs\n");
    assert_eq!(home.says(&["daemon", "start"]), "the daemon is running already\n");
    assert_eq!(home.says(&["daemon", "health"]), "well\n");
    assert!(home.complains(&["daemon", "run"]).contains("running already"));
    let before = home.pid().unwrap();
    home.says(&["daemon", "restart"]);
    let after = home.wait_for_daemon();
    assert_ne!(before, after);
    assert_eq!(home.pid(), Some(after));
    home.says(&["daemon", "stop"]);
    home.wait_for_end();
    assert_eq!(home.says(&["daemon", "stop"]), "no daemon is running\n");
    let logs = home.says(&["daemon", "logs"]);
    assert_eq!(logs.matches("begins").count(), 2, "{logs}");
    assert_eq!(logs.matches("is stopped").count(), 2, "{logs}");
    let left = fs::read_dir(home.daemon()).unwrap().map(|entry| entry.unwrap().file_name());
    let left: Vec<_> = left.filter(|name| name != "log" && name != "lock").collect();
    assert!(left.is_empty(), "it leaves only its log: {left:?}");
}

#[test]
fn of_many_that_start_at_once_one_stays() {
    let home = Home::new();
    let run = || home.command(&["daemon", "run", "--detached"]).stdout(Stdio::null()).spawn().unwrap();
    let mut started: Vec<_> = (0..8).map(|_| run()).collect();
    let pid = home.wait_for_daemon();
    wait("the others leave", || {
        let running =
            started.iter_mut().filter_map(|child| child.try_wait().unwrap().is_none().then(|| child.id()));
        (running.collect::<Vec<_>>() == [pid]).then_some(())
    });
    home.says(&["daemon", "stop"]);
    for mut child in started {
        child.wait().unwrap();
    }
}

#[test]
fn it_has_nothing_of_whoever_started_it() {
    let home = Home::new();
    let mut shell = Command::new("/bin/sh");
    // Both numbers are this pipe: it ends when nobody has it any more.
    shell.args(["-c", r#""$0" daemon start 7>&1 9>&1 >/dev/null 2>&1"#]).arg(&home.binary);
    let own = home.command(&[]);
    shell.env_clear().envs(own.get_envs().filter_map(|(name, value)| Some((name, value?))));
    shell.current_dir(home.place()).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    assert!(finish(shell.spawn().unwrap()).status.success());
    let pid = home.wait_for_daemon();
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let fields: Vec<&str> = stat.rsplit(") ").next().unwrap().split(' ').collect();
    assert_eq!(fields[3], pid.to_string(), "a session of its own");
    assert_eq!(fields[4], "0", "no terminal");
    assert_eq!(fs::read_link(format!("/proc/{pid}/cwd")).unwrap().to_str(), Some("/"));
    for entry in fs::read_dir(format!("/proc/{pid}/fd")).unwrap() {
        let entry = entry.unwrap();
        let Ok(open) = fs::read_link(entry.path()) else { continue };
        let (number, open) = (entry.file_name().into_string().unwrap(), open.to_string_lossy().into_owned());
        match &*number {
            "0" | "1" | "2" => assert_eq!(open, "/dev/null"),
            _ => assert!(!open.starts_with("pipe:"), "{number} is {open}"),
        }
    }
}

#[test]
fn it_goes_when_nobody_needs_it() {
    let home = Home::with(world::prompt(&brief()));
    // A session keeps it, if it comes in time.
    let mut stream = wait("a session", || {
        home.prompt();
        let mut stream = home.try_connect()?;
        std::io::Write::write_all(&mut stream, HELLO).ok()?;
        receive(&mut stream, "hello").ok().map(|_| stream)
    });
    assert!(ask(&mut stream, 1, &home.place(), "").unwrap().contains("place"));
    drop(stream);
    home.wait_for_end();
    assert!(home.says(&["daemon", "logs"]).contains("was not needed for long"));
    assert!(home.prompt().contains("place"), "and comes back");
    wait("it comes back", || (home.says(&["daemon", "logs"]).matches("begins").count() > 1).then_some(()));
}

#[test]
fn it_goes_with_its_folder_its_socket_or_its_program() {
    let home = Home::with_copy();
    for lost in ["folder", "socket", "moved", "program"] {
        home.says(&["daemon", "start"]);
        let socket = home.daemon().join("socket");
        match lost {
            "folder" => {
                let folder = home.daemon();
                // The daemon may be writing there.
                wait("its folder is gone", || {
                    (fs::remove_dir_all(&folder).is_ok() || !folder.exists()).then_some(())
                });
            }
            "socket" => fs::remove_file(socket).unwrap(),
            "moved" => fs::rename(&socket, socket.with_extension("moved")).unwrap(),
            _ => fs::remove_file(&home.binary).unwrap(),
        }
        home.wait_for_end();
    }
}

#[test]
fn it_makes_way_for_a_new_build_and_shells_go_over() {
    let home = Home::with_copy();
    home.says(&["daemon", "start"]);
    let old = home.pid().unwrap();
    // This process is the shell.
    let own = std::process::id();
    home.says(&["session", "bash", &own.to_string()]);
    let request = |seq: u64| {
        let fifo = home.daemon().join(format!("s.{own}.request"));
        // The shell has both ends open, too.
        let both = fs::File::options().read(true).write(true).open(fifo).unwrap();
        let token = home.daemon().join(format!("s.{own}.token"));
        let mut token = fs::File::options().read(true).write(true).custom_nonblocking().open(token).unwrap();
        std::io::Write::write_all(&mut &both, &draw(seq, &home.place(), "")).unwrap();
        let mut said = String::new();
        wait("the answer is there", || {
            let mut bytes = [0; 64];
            let count = token.read(&mut bytes).unwrap_or_default();
            said.push_str(&String::from_utf8_lossy(&bytes[..count]));
            said.ends_with(&format!("{seq}\x1e")).then_some(())
        });
        let reply = fs::read_to_string(home.daemon().join(format!("s.{own}.reply"))).unwrap();
        assert!(reply.starts_with(&format!("drawn\x1f{seq}\x1f")) && reply.contains("place"), "{reply:?}");
    };
    request(1);
    let new = home.binary.with_extension("new");
    let mut build = fs::read(&home.binary).unwrap();
    build.push(0);
    fs::write(&new, build).unwrap();
    fs::set_permissions(&new, fs::metadata(&home.binary).unwrap().permissions()).unwrap();
    fs::rename(&new, &home.binary).unwrap();
    let next = wait("another daemon has taken its place", || home.pid().filter(|pid| *pid != old));
    assert_eq!(home.wait_for_daemon(), next);
    // It lets go of its place before it ends.
    wait("the one before has gone", || (!home.processes().contains(&old)).then_some(()));
    request(2);
    assert!(home.says(&["daemon", "logs"]).contains("makes way for a new build"));
    assert!(home.prompt().contains("place"));
}

#[test]
fn one_that_crashes_again_and_again_waits() {
    let home = Home::new();
    for _ in 0..5 {
        home.says(&["daemon", "start"]);
        kill(home.pid().unwrap(), Signal::KILL);
        home.wait_for_end();
    }
    assert!(home.complains(&["daemon", "start"]).contains("`daemon logs` may say why"));
    assert!(home.says(&["daemon", "logs"]).contains("it has not ended well five times within a minute"));
    for _ in 0..3 {
        assert!(home.prompt().contains("place"), "prompts do without it");
    }
    home.wait_for_end();
    // Those starts are long ago once the clock was set forward; were it set back, they would be in the future, and
    // count neither.
    let crash = home.daemon().join("crash");
    let times = fs::read_to_string(&crash).unwrap();
    for shift in [-100_000, 100_000] {
        let shifted = times.split(' ').map(|time| (time.trim().parse::<i64>().unwrap() + shift).to_string());
        fs::write(&crash, shifted.collect::<Vec<_>>().join(" ")).unwrap();
        home.says(&["daemon", "start"]);
        home.says(&["daemon", "stop"]);
        home.wait_for_end();
    }
}

#[test]
fn one_that_hangs_is_replaced() {
    let home = Home::new();
    home.says(&["daemon", "start"]);
    let hung = home.pid().unwrap();
    kill(hung, Signal::STOP);
    let output = finish(
        home.command(&["prompt", "--all"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap(),
    );
    assert!(left(&output).contains("place"), "this prompt is drawn without it");
    let next = wait("another daemon has taken its place", || home.pid().filter(|pid| *pid != hung));
    assert_eq!(home.wait_for_daemon(), next);
    assert!(!home.processes().contains(&hung));
    assert!(home.says(&["daemon", "logs"]).contains("did not answer and was ended"));
    assert!(home.prompt().contains("place"));
}

/// One thread serves and one is the watchdog's; all that is waited for is in one epoll.
#[test]
fn an_idle_daemon_has_one_reactor_and_two_threads() {
    let home = Home::new();
    home.says(&["daemon", "start"]);
    assert!(home.prompt().contains("place"));
    let pid = home.pid().unwrap();
    let threads = || fs::read_dir(format!("/proc/{pid}/task")).unwrap().count();
    wait("threads that have read something have ended", || (threads() == 2).then_some(()));
    let descriptors = fs::read_dir(format!("/proc/{pid}/fd")).unwrap();
    let leads_to = descriptors.filter_map(|entry| fs::read_link(entry.unwrap().path()).ok());
    let epolls = leads_to.filter(|file| file.as_os_str() == "anon_inode:[eventpoll]").count();
    assert_eq!(epolls, 1);
}
