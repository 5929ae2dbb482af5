//! Messages come back as they were written, and what is not understood does no harm.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;
use std::time::Duration;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::super::frame::{Decoder, Limits};
use super::*;
use crate::request::Request;

/// Bytes that an environment can hold, many of them such as mean something in a frame.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    vec(prop_oneof![1 => 0x1d_u8..0x20, 1 => Just(b'\n'), 1 => Just(b'='), 3 => 1_u8..=255], 0..30)
}

fn request() -> impl Strategy<Value = Request> {
    let numbers = (any::<u64>(), option::of(any::<i64>()), 1_u16.., option::of(any::<u64>()));
    let texts = (option::of("[0-9]{1,3}"), vec("[0-9]{1,3}", 0..4), "[a-z\x1d-\x1f]{1,8}");
    let paths = (option::of(bytes()), option::of(bytes()));
    (numbers, texts, paths).prop_map(|(numbers, texts, (path, logical))| {
        let path_of =
            |bytes: Vec<u8>| std::path::PathBuf::from(OsString::from_vec([b"/".to_vec(), bytes].concat()));
        let logical_path = logical.or_else(|| path.clone()).map(path_of);
        Request {
            shell: Shell::Fish,
            status: texts.0,
            pipe_status: texts.1,
            duration: numbers.3.map(Duration::from_millis),
            jobs: numbers.0,
            shlvl: numbers.1,
            keymap: texts.2,
            terminal_columns: numbers.2,
            path: path.map(path_of).or_else(|| logical_path.clone()),
            logical_path,
        }
    })
}

fn wanted() -> impl Strategy<Value = Wanted<'static>> {
    prop_oneof![
        Just(Wanted::All),
        Just(Wanted::Left),
        Just(Wanted::Right),
        "[a-z_.\x1d-\x1f]{0,8}".prop_map(|name| Wanted::Module(name.into())),
    ]
}

/// Has one frame read by a closure, as it comes out of a decoder.
fn reread(bytes: &[u8], look: impl FnOnce(Frame<'_>)) {
    let mut decoder = Decoder::new(Limits::REPLY);
    decoder.push(bytes);
    look(decoder.pull().unwrap().expect("one frame"));
    assert!(decoder.pull().unwrap().is_none(), "and no other");
}

proptest! {
    #[test]
    fn draws_come_back(
        seq in any::<u64>(),
        request in request(),
        wanted in wanted(),
        values in vec(bytes(), 0..6),
    ) {
        let names: Vec<String> = (0..values.len()).map(|index| format!("NAME_{index}")).collect();
        let environment = names.iter().zip(&values);
        let environment: Vec<Variable<'_>> =
            environment.map(|(name, value)| (OsStr::new(name), OsStr::from_bytes(value).into())).collect();
        let draw = Draw { seq, request, wanted, is_held: seq % 2 == 1, environment, is_environment_in_file: seq % 3 == 1 };
        let mut out = Vec::new();
        draw.write(&mut out);
        reread(&out, |frame| {
            assert_eq!(Message::read(frame), Ok(Message::Draw(frame)));
            assert_eq!(Draw::read(frame, Shell::Fish).unwrap(), draw);
        });
    }

    #[test]
    fn what_clients_say_comes_back(text in "\\PC{0,9}[\x1d-\x1f]?", data in bytes(), pid in any::<u32>()) {
        let mut out = Vec::new();
        let hello = Hello {
            version: Some(1),
            build: text.as_str().into(),
            shell: Shell::Bash,
            pid: Some(pid),
            answer: ReplyMode::File,
            redraw: true,
        };
        hello.write(&mut out);
        reread(&out, |frame| assert_eq!(Message::read(frame), Ok(Message::Hello(hello.clone()))));
        out.clear();
        let event = Event { name: text.as_str().into(), data: data.as_slice().into() };
        event.write(&mut out);
        reread(&out, |frame| assert_eq!(Message::read(frame), Ok(Message::Event(event.clone()))));
        out.clear();
        let name = text.replace('=', "");
        let tool = Tool::new(ToolKind::Why).with("segment", text.as_bytes()).with(&name, &data);
        tool.write(&mut out);
        reread(&out, |frame| assert_eq!(Message::read(frame), Ok(Message::Tool(tool.clone()))));
    }

    #[test]
    fn replies_come_back(text in "\\PC{0,9}[\x1d-\x1f]?", data in bytes(), number in any::<u32>()) {
        let part: Vec<u8> = data.iter().copied().filter(|byte| !(0x1d..0x20).contains(byte)).collect();
        let drawn = Drawn {
            seq: number.into(),
            freshness: Freshness::Fresh,
            left: &part,
            right: b"right",
            transient_left: b"",
            transient_right: &part,
            prelude: b"",
            held: None,
        };
        let same = Held { left: &part, right: b"right", transient_right: &part, ..Held::default() };
        let other = Held { prelude: &part, ..same };
        let welcome = Welcome {
            version: Some(number),
            build: text.as_str().into(),
            pid: Some(number),
            state: State::OtherBuild,
            why: text.as_str().into(),
        };
        let fault = Fault { version: Some(number), ..Fault::new(Code::Version, text.as_str()) };
        for reply in [
            Reply::Drawn(drawn),
            Reply::Redraw(drawn),
            Reply::Drawn(Drawn { held: Some(same), ..drawn }),
            Reply::Redraw(Drawn { held: Some(other), ..drawn }),
            Reply::Welcome(welcome),
            Reply::Text(data.as_slice().into()),
            Reply::End(number as u8),
            Reply::Fault(fault),
        ] {
            let mut out = Vec::new();
            reply.write(&mut out);
            reread(&out, |frame| assert_eq!(Reply::read(frame).unwrap(), reply));
        }
    }
}

fn draw(frame: &str) -> Draw<'static> {
    let bytes = frame.replace('|', "\x1f").into_bytes();
    Draw::read(Frame::new(bytes.leak()), Shell::Zsh).unwrap()
}

#[test]
fn what_a_shell_does_not_know_is_unknown() {
    let expected = Request { shell: Shell::Zsh, ..Request::default() };
    for nothing in [
        "draw",
        "draw|",
        "draw|seq=|status=|pipe=|duration=|jobs=|shlvl=|keymap=|columns=|path=|parts=",
        "draw|seq=x|duration=soon|jobs=-1|shlvl=?|columns=0|mood=good|path=relative|parts=tomorrow",
    ] {
        let frame = nothing.trim_end_matches('|');
        let got = draw(frame);
        assert_eq!((got.request, got.seq, got.wanted), (expected.clone(), 0, Wanted::All), "{nothing}");
    }
}

#[test]
fn numbers_may_have_spaces_around_them() {
    let got = draw("draw|seq= 7 |columns=120\n|pipe= 0  1 ");
    assert_eq!((got.seq, got.request.terminal_columns), (7, 120));
    assert_eq!(got.request.pipe_status, ["0", "1"]);
}

#[test]
fn the_shells_path_stands_for_the_physical_one_where_that_is_not_said() {
    let got = draw("draw|path=/home/me/link").request;
    assert_eq!(got.path.as_deref(), Some(Path::new("/home/me/link")));
    let got = draw("draw|path=/home/me/link|physical=/srv/files").request;
    assert_eq!(got.path.as_deref(), Some(Path::new("/srv/files")));
    assert_eq!(got.logical_path.as_deref(), Some(Path::new("/home/me/link")));
}

#[test]
fn variables_that_no_environment_can_hold_are_left_out() {
    let got = draw("draw|e.A=1|e.=2|e.B=\0|e.C==x=|A=3|e.D\u{1d}_=4");
    let names: Vec<_> = got.environment.iter().map(|(name, _)| name.to_str().unwrap()).collect();
    assert_eq!(names, ["A", "C"]);
    assert_eq!(
        (got.variable("A").unwrap(), got.variable("C").unwrap()),
        (OsStr::new("1"), OsStr::new("=x="))
    );
    assert_eq!(got.variable("B"), None);
}

#[test]
fn malformed_frames_are_told_from_unknown_ones() {
    let read = |bytes| Message::read(Frame::new(bytes));
    assert_eq!(read(b"event\x1fname"), Err(FrameError::Field));
    assert_eq!(read(b"event\x1fname=\x1d"), Err(FrameError::Escape));
    assert_eq!(read(b""), Ok(Message::Unknown(b"")));
    assert_eq!(read(b"Hello"), Ok(Message::Unknown(b"Hello")));
    assert_eq!(Draw::read(Frame::new(b"draw\x1fe.A"), Shell::Zsh), Err(FrameError::Field));
}

#[test]
fn what_later_versions_say_is_taken_with_care() {
    let reply = |bytes: &'static [u8]| Reply::read(Frame::new(bytes)).unwrap();
    let Reply::Welcome(welcome) = reply(b"hello\x1fstate=perhaps") else { panic!("a welcome") };
    assert_eq!(welcome.state, State::Refused, "what is not known to be well is not");
    let Reply::Fault(fault) = reply(b"error\x1fcode=tired") else { panic!("a fault") };
    assert_eq!(fault.code, Code::Other);
    let Reply::Drawn(drawn) = reply(b"drawn\x1f1\x1fripe") else { panic!("a drawing") };
    assert_eq!((drawn.freshness, drawn.prelude), (Freshness::Stale, &b""[..]));
    for (tail, held) in [
        ("|l|r|||p", None),
        ("|l|r|||p|=", Some(b"l")),
        ("|l|r|||p|a|||", None),
        ("|l|r|||p|a|||||x", Some(b"a")),
    ] {
        let frame = format!("drawn|1|fresh{tail}").replace('|', "\x1f").into_bytes();
        let Reply::Drawn(drawn) = reply(frame.leak()) else { panic!("a drawing") };
        assert_eq!(drawn.held.map(|held| held.left), held.map(|left| &left[..]), "{tail}");
    }
    assert_eq!(Hello::read(Frame::new(b"hello\x1fanswer=pigeon")).unwrap().answer, ReplyMode::Stream);
}

#[test]
fn questions_may_be_repeated_and_commands_not() {
    let cache = |what: &'static [u8]| Tool::new(ToolKind::Cache).with("do", what).is_idempotent();
    assert!(Tool::new(ToolKind::Status).is_idempotent() && cache(b"stats") && cache(b"clear"));
    assert!(!Tool::new(ToolKind::Stop).is_idempotent() && !cache(b"warm") && !cache(b"what comes later"));
}
