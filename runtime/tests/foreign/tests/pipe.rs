//! The client over a named pipe, against a stub of a daemon. CI only compiles it; under wine it has been run
//! (`docs/protocol.md` says how).
#![cfg(windows)]

use std::io::{Read, Write};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use interprocess::os::windows::named_pipe::{DuplexPipeStream, pipe_mode};
use ziron_foreign::ipc::client::{Client, ClientError};
use ziron_foreign::ipc::frame::{Decoder, Limits};
use ziron_foreign::ipc::message::{ReplyMode, Draw, Event, Freshness, Hello, Tool, ToolKind, Wanted};
use ziron_foreign::ipc::pipe;
use ziron_foreign::request::Request;
use ziron_foreign::shell::Shell;

/// Listens at a pipe of its own, and serves one connection.
fn serve(test: &str, serve: impl FnOnce(Line) + Send + 'static) -> (String, JoinHandle<()>) {
    let name = pipe::name(format!("C:\\{test}.exe").as_ref(), "us\\er");
    let listener = pipe::listen(&name).unwrap();
    let thread = std::thread::spawn(move || {
        serve(Line { stream: listener.accept().unwrap(), decoder: Decoder::new(Limits::REQUEST) });
    });
    (name, thread)
}

/// The daemon's end of a connection; `|` stands for the end of a field and `;` for that of a frame.
struct Line {
    stream: DuplexPipeStream<pipe_mode::Bytes>,
    decoder: Decoder,
}

impl Line {
    /// The next frame; empty at the end.
    fn read(&mut self) -> String {
        loop {
            if let Some(frame) = self.decoder.pull().unwrap() {
                return String::from_utf8_lossy(frame.bytes()).replace('\x1f', "|");
            }
            let mut bytes = [0; 4096];
            match self.stream.read(&mut bytes) {
                Ok(0) | Err(_) => return String::new(),
                Ok(count) => self.decoder.push(&bytes[..count]),
            }
        }
    }

    fn write(&mut self, frames: &str) {
        let bytes = frames.replace('|', "\x1f").replace(';', "\x1e");
        self.stream.write_all(bytes.as_bytes()).unwrap();
    }
}

fn far() -> Instant {
    Instant::now() + Duration::from_secs(60)
}

fn hello() -> Hello<'static> {
    Hello { build: "b1".into(), shell: Shell::Pwsh, answer: ReplyMode::Once, ..Hello::default() }
}

#[test]
fn hello_drawing_tool_and_event() {
    let (name, thread) = serve("all", |mut line| {
        assert_eq!(line.read(), "hello|v=1|build=b1|shell=pwsh|answer=once|redraw=0");
        assert!(line.read().starts_with("draw|seq=4"));
        line.write("hello|v=1|build=b1|pid=7|state=ok;dra");
        line.write("wn|4|fresh|left|right|tl|tr|prelude;");
        assert_eq!(line.read(), "cache|do=stats");
        line.write("text|one;text|two;end|status=3;");
        assert_eq!(line.read(), "event|name=build|data=done");
        assert_eq!(line.read(), "", "the client has left");
    });
    let mut client = Client::connect(&name, far()).unwrap();
    let draw = Draw {
        seq: 4,
        request: Request::default(),
        wanted: Wanted::All,
        is_held: false,
        is_environment_in_file: false,
        environment: Vec::new(),
    };
    let drawn = client.greet_and_draw(&hello(), &draw, far()).unwrap();
    assert_eq!(
        (drawn.freshness, drawn.left, drawn.prelude),
        (Freshness::Fresh, &b"left"[..], &b"prelude"[..])
    );
    let mut text = Vec::new();
    let tool = Tool::new(ToolKind::Cache).with("do", b"stats");
    assert_eq!(client.ask(&tool, far(), |piece| text.extend_from_slice(piece)).unwrap(), 3);
    assert_eq!(text, b"onetwo");
    client.tell(&Event { name: "build".into(), data: b"done"[..].into() }, far()).unwrap();
    drop(client);
    thread.join().unwrap();
}

#[test]
fn what_goes_wrong_is_told_apart() {
    let nowhere = pipe::name(r"C:\nowhere.exe".as_ref(), "user");
    assert!(matches!(Client::connect(&nowhere, far()), Err(ClientError::Absent)));
    let (name, thread) = serve("leaves", |mut line| drop(line.read()));
    let mut client = Client::connect(&name, far()).unwrap();
    let error = client.greet(&hello(), far()).unwrap_err();
    assert!(matches!(error, ClientError::Closed | ClientError::Io(_)), "{error:?}");
    thread.join().unwrap();
    let (leave, stay) = std::sync::mpsc::channel::<()>();
    let (name, thread) = serve("silent", move |mut line| {
        line.read();
        let _ = stay.recv();
    });
    let mut client = Client::connect(&name, far()).unwrap();
    let error = client.greet(&hello(), Instant::now()).unwrap_err();
    assert!(matches!(error, ClientError::TimedOut), "{error:?}");
    drop((client, leave));
    thread.join().unwrap();
}

#[test]
fn a_name_that_is_taken_is_not_listened_at() {
    let name = pipe::name(r"C:\taken.exe".as_ref(), "user");
    let _listener = pipe::listen(&name).unwrap();
    // Wine 8 does not know the flag for it.
    assert!(pipe::listen(&name).is_err() || std::env::var_os("WINEPREFIX").is_some());
}
