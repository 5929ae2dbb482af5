//! Against a stub of a daemon, over a real socket.

use super::super::frame::{FrameError, Limits};
use super::super::message::{Code, Freshness, ReplyMode, ToolKind, Wanted};
use super::super::stub::{Stub, far, now};
use super::super::version::Versions;
use super::*;
use crate::request::Request;
use crate::shell::Shell;

fn hello() -> Hello<'static> {
    Hello { build: "b1".into(), shell: Shell::Zsh, answer: ReplyMode::Once, ..Hello::default() }
}

fn draw(seq: u64) -> Draw<'static> {
    Draw {
        seq,
        request: Request::default(),
        wanted: Wanted::All,
        is_held: false,
        environment: Vec::new(),
        is_environment_in_file: false,
    }
}

const HELLO: &str = "hello|v=1|build=b1|shell=zsh|answer=once|redraw=0";
const WELCOME: &str = "hello|v=1|build=b1|pid=7|state=ok;";

#[test]
fn hello_and_draw_in_one_write() {
    let stub = Stub::once(|mut line| {
        assert_eq!(line.read(), HELLO);
        assert_eq!(line.read(), "draw|seq=4|jobs=0|keymap=viins|columns=80");
        line.write(WELCOME);
        line.write("drawn|4|fresh|left|right|tl|tr|prelude;");
    });
    let mut client = Client::connect(&stub.socket(), far()).unwrap();
    let drawn = client.greet_and_draw(&hello(), &draw(4), far()).unwrap();
    assert_eq!(
        (drawn.freshness, drawn.left, drawn.prelude),
        (Freshness::Fresh, &b"left"[..], &b"prelude"[..])
    );
    assert_eq!(client.version(), Some(1));
    stub.finish();
    assert!(!client.is_usable(), "the daemon has left");
}

#[test]
fn answers_may_come_in_pieces_with_other_things_between() {
    let stub = Stub::once(|mut line| {
        line.read();
        line.write("hello|v=1|sta");
        line.write("te=other-build|mood=good;");
        line.read();
        line.write("redraw|1|fresh|old;news|of=tomorrow;drawn|1|fresh|old;");
        line.write("drawn|2|stale|new|||||more than today;redraw|2|fresh|newer|||||;");
        assert_eq!(line.read(), "", "the client has left");
    });
    let mut client = Client::connect(&stub.socket(), far()).unwrap();
    assert_eq!(client.greet(&hello(), far()).unwrap(), State::OtherBuild);
    let drawn = client.draw(&draw(2), far()).unwrap();
    assert_eq!((drawn.seq, drawn.freshness, drawn.left), (2, Freshness::Stale, &b"new"[..]));
    let again = client.redrawn(far()).unwrap();
    assert_eq!((again.seq, again.freshness, again.left), (2, Freshness::Fresh, &b"newer"[..]));
    drop(client);
    stub.finish();
}

#[test]
fn tools_are_answered_in_pieces() {
    let stub = Stub::once(|mut line| {
        line.read();
        line.write(WELCOME);
        assert_eq!(line.read(), "cache|do=stats");
        line.write("text|one;text|tw\u{1d}_o;end|status=0;");
        assert_eq!(line.read(), "event|name=build|data=done");
        assert_eq!(line.read(), "why|segment=x");
        line.write("error|code=unknown|message=what is that?;");
        assert_eq!(line.read(), "");
    });
    let mut client = Client::connect(&stub.socket(), far()).unwrap();
    client.greet(&hello(), far()).unwrap();
    let mut got = Vec::new();
    let cache = Tool::new(ToolKind::Cache).with("do", b"stats");
    let status = client.ask(&cache, far(), |text| got.push(text.to_vec())).unwrap();
    assert_eq!((status, got), (0, vec![b"one".to_vec(), b"tw\x1fo".to_vec()]));
    assert!(client.is_usable());
    client.tell(&Event { name: "build".into(), data: b"done"[..].into() }, far()).unwrap();
    let why = Tool::new(ToolKind::Why).with("segment", b"x");
    let error = client.ask(&why, far(), |_| {}).unwrap_err();
    assert_eq!(error.to_string(), "the daemon reports `unknown`: what is that?");
    drop(client);
    stub.finish();
}

#[test]
fn what_goes_wrong_is_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let nowhere = folder.path().join("socket");
    assert!(matches!(Client::connect(&nowhere, far()), Err(ClientError::Absent)));
    drop(std::os::unix::net::UnixListener::bind(&nowhere).unwrap());
    assert!(matches!(Client::connect(&nowhere, far()), Err(ClientError::Absent)), "nobody listens any more");
    #[allow(clippy::disallowed_methods, reason = "a file in place of a socket")]
    std::fs::write(folder.path().join("file"), b"").unwrap();
    assert!(matches!(Client::connect(&folder.path().join("file"), far()), Err(ClientError::Absent)));

    type Expected = fn(&ClientError) -> bool;
    let answers: [(&'static str, Expected); 6] = [
        ("", |error| matches!(error, ClientError::Closed)),
        ("hello|v=1|state=o", |error| matches!(error, ClientError::Closed)),
        (
            "hello|v=1|state=refused|why=full;",
            |error| matches!(error, ClientError::Refused { why } if why == "full"),
        ),
        ("hello|v=1|build=\u{1d}x;", |error| matches!(error, ClientError::Frame(FrameError::Escape))),
        ("error|code=busy|message=later;", |error| error.is_passing() && error.is_before_sending()),
        ("error|code=version|message=no|v=9;", |error| {
            matches!(error, ClientError::Version { proposed: Some(9) })
        }),
    ];
    for (answer, expected) in answers {
        let stub = Stub::once(move |mut line| {
            line.read();
            line.write(answer);
        });
        let mut client = Client::connect(&stub.socket(), far()).unwrap();
        let error = client.greet(&hello(), far()).unwrap_err();
        assert!(expected(&error), "{answer}: {error:?}");
        assert!(!client.is_usable(), "{answer}");
        stub.finish();
    }
}

#[test]
fn a_daemon_that_hangs_is_left_at_the_deadline() {
    let (done, until) = std::sync::mpsc::channel::<()>();
    let stub = Stub::once(move |line| {
        // Neither reads nor writes until the client has given up.
        let _ = until.recv();
        drop(line);
    });
    let mut client = Client::connect(&stub.socket(), far()).unwrap();
    assert!(matches!(client.greet(&hello(), now()), Err(ClientError::TimedOut)));
    assert!(!client.is_usable(), "the answer may come later, and would be taken for another's");

    // More than the system keeps for a reader that does not read.
    let big = vec![b'x'; 4 << 20];
    let event = Event { name: "big".into(), data: big.into() };
    assert!(matches!(client.tell(&event, now()), Err(ClientError::TimedOut)));
    drop(done);
    stub.finish();
}

#[test]
fn a_full_queue_makes_nobody_wait() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("socket");
    let socket = socket::open().unwrap();
    rustix::net::bind(&socket, &SocketAddrUnix::new(&path).unwrap()).unwrap();
    rustix::net::listen(&socket, 0).unwrap();
    let mut waiting = Vec::new();
    let error = loop {
        match Client::connect(&path, now()) {
            Ok(client) => waiting.push(client),
            Err(error) => break error,
        }
        assert!(waiting.len() < 100, "the queue never fills");
    };
    assert!(matches!(error, ClientError::Busy | ClientError::Absent | ClientError::TimedOut), "{error:?}");
}

#[test]
fn a_large_request_and_a_large_answer_pass_each_other() {
    // Both sides write more than the system keeps: a client that only wrote would wait for ever.
    let stub = Stub::once(|mut line| {
        line.read();
        line.write(WELCOME);
        assert!(line.read().len() > 200 << 10);
        let left = "y".repeat(900 << 10);
        line.write(&format!("drawn|1|fresh|{left}||||;"));
    });
    let value = std::ffi::OsString::from("x".repeat(200 << 10));
    let environment = vec![(std::ffi::OsStr::new("BIG"), value.into())];
    let mut client = Client::connect(&stub.socket(), far()).unwrap();
    let drawn = client.greet_and_draw(&hello(), &Draw { environment, ..draw(1) }, far()).unwrap();
    assert_eq!(drawn.left.len(), 900 << 10);
    stub.finish();
}

#[test]
fn an_answer_beyond_the_limit_is_refused() {
    let stub = Stub::once(|mut line| {
        line.read();
        let bytes = "y".repeat(Limits::REPLY.bytes + 1);
        // The client leaves in the middle.
        let _ = io::Write::write_all(&mut line.stream, bytes.as_bytes());
    });
    let mut client = Client::connect(&stub.socket(), far()).unwrap();
    let error = client.greet(&hello(), far()).unwrap_err();
    assert!(matches!(error, ClientError::Frame(FrameError::TooLong { .. })), "{error:?}");
    drop(client);
    stub.finish();
}

#[test]
fn a_new_client_speaks_an_old_version_with_an_old_daemon() {
    // The daemon of version 1, as it is: it ignores names that it does not know, and answers each frame in order.
    let stub = Stub::once(|mut line| {
        assert_eq!(line.read(), HELLO.replace("v=1", "v=2"));
        assert!(line.read().starts_with("draw|seq=1|"));
        line.write("error|code=version|message=only version 1 is spoken|v=1;");
        line.write("error|code=version|message=say hello first|v=1;");
        assert_eq!(line.read(), HELLO);
        assert!(line.read().starts_with("draw|seq=1|"));
        line.write(WELCOME);
        line.write("drawn|1|fresh|left||||;");
    });
    let newer = Versions { lowest: 1, highest: 2 };
    let mut client = Client::connect(&stub.socket(), far()).unwrap().speaking(newer);
    assert_eq!(client.greet_and_draw(&hello(), &draw(1), far()).unwrap().left, b"left");
    assert_eq!(client.version(), Some(1));
    stub.finish();
}

#[test]
fn an_old_client_understands_a_new_daemon() {
    // A daemon of version 2 that still speaks 1: more names, more fields at the end, kinds nobody knew.
    let stub = Stub::once(|mut line| {
        assert_eq!(line.read(), HELLO);
        assert!(line.read().starts_with("draw|seq=1|"));
        line.write("weather|sun=shines;hello|v=1|highest=2|build=b1|pid=7|state=ok|mood=good;");
        line.write("drawn|1|fresh|left|right|tl|tr|prelude|what version 2 appends|and more;");
    });
    let mut client = Client::connect(&stub.socket(), far()).unwrap();
    let drawn = client.greet_and_draw(&hello(), &draw(1), far()).unwrap();
    assert_eq!((drawn.right, drawn.prelude), (&b"right"[..], &b"prelude"[..]));
    stub.finish();
}

#[test]
fn a_daemon_that_only_proposes_is_not_asked_for_ever() {
    let stub = Stub::once(|mut line| {
        line.read();
        line.write("error|code=version|v=1;");
        line.read();
        line.write("error|code=version|v=1;");
        assert_eq!(line.read(), "");
    });
    let mut client = Client::connect(&stub.socket(), far()).unwrap();
    let error = client.greet(&hello(), far()).unwrap_err();
    assert!(matches!(error, ClientError::Fault { code: Code::Version, .. }), "{error:?}");
    drop(client);
    stub.finish();
}
