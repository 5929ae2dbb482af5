//! Against a stub of a daemon, over a real socket.

use futures_lite::future::{block_on, poll_once};

use super::*;
use crate::ipc::message::{ReplyMode, ToolKind, Wanted};
use crate::ipc::stub::{Stub, far, now};
use crate::request::Request;

fn hello() -> Hello<'static> {
    Hello { answer: ReplyMode::Stream, ..Hello::default() }
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

#[test]
fn a_session_from_hello_to_redraw() {
    let stub = Stub::once(|mut line| {
        assert!(line.read().starts_with("hello|v=1|"));
        line.write("hello|v=1|state=ok;");
        assert!(line.read().starts_with("draw|seq=5|"));
        line.write("drawn|5|stale|old|||||;redraw|5|fresh|new|||||;");
        assert_eq!(line.read(), "event|name=build|data=");
        assert_eq!(line.read(), "status");
        line.write("text|all ");
        line.write("is;text| well;end|status=0;");
        assert_eq!(line.read(), "");
    });
    block_on(async {
        let mut client = AsyncClient::connect(&stub.socket(), far()).await.unwrap();
        assert_eq!(client.greet(&hello(), far()).await.unwrap(), State::Ok);
        assert_eq!(client.draw(&draw(5), far()).await.unwrap().left, b"old");
        assert_eq!(client.redrawn(far()).await.unwrap().left, b"new");
        client.tell(&Event { name: "build".into(), ..Event::default() }, far()).await.unwrap();
        let mut text = Vec::new();
        let status = Tool::new(ToolKind::Status);
        let status = client.ask(&status, far(), |piece| text.extend_from_slice(piece)).await.unwrap();
        assert_eq!((status, text.as_slice(), client.version()), (0, &b"all is well"[..], Some(1)));
        assert!(client.is_usable());
    });
    stub.finish();
}

#[test]
fn every_call_ends_at_its_deadline() {
    let (done, until) = std::sync::mpsc::channel::<()>();
    let stub = Stub::once(move |line| {
        let _ = until.recv();
        drop(line);
    });
    block_on(async {
        let mut client = AsyncClient::connect(&stub.socket(), far()).await.unwrap();
        assert!(matches!(client.greet(&hello(), now()).await, Err(ClientError::TimedOut)));
        assert!(!client.is_usable());
        let data = vec![b'x'; 4 << 20].into();
        let error = client.tell(&Event { name: "big".into(), data }, now()).await.unwrap_err();
        assert!(matches!(error, ClientError::TimedOut), "{error:?}");
    });
    drop(done);
    stub.finish();
}

#[test]
fn a_call_that_is_dropped_spoils_the_connection_and_waiting_for_text_does_not() {
    let (go, waits) = std::sync::mpsc::channel::<()>();
    let stub = Stub::once(move |mut line| {
        line.read();
        line.write("hello|v=1|state=ok;");
        assert_eq!(line.read(), "trace");
        let _ = waits.recv();
        line.write("text|one;end|status=0;");
        assert_eq!(line.read(), "status");
        assert_eq!(line.read(), "", "it is not asked again");
    });
    block_on(async {
        let mut client = AsyncClient::connect(&stub.socket(), far()).await.unwrap();
        client.greet(&hello(), far()).await.unwrap();
        client.follow(&Tool::new(ToolKind::Trace), far()).await.unwrap();
        assert!(poll_once(client.next_text()).await.is_none(), "nothing has happened yet");
        go.send(()).unwrap();
        assert_eq!(client.next_text().await.unwrap().as_deref(), Some(&b"one"[..]));
        assert_eq!(client.next_text().await.unwrap(), None);
        assert!(client.is_usable());
        let status = Tool::new(ToolKind::Status);
        assert!(poll_once(client.ask(&status, far(), |_| {})).await.is_none());
        assert!(!client.is_usable());
    });
    stub.finish();
}

#[test]
fn nobody_there_is_told_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let error = block_on(AsyncClient::connect(&folder.path().join("socket"), far())).unwrap_err();
    assert!(matches!(error, ClientError::Absent), "{error:?}");
}
