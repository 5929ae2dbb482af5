//! Any bytes survive, however the stream is cut; nothing panics.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

/// Values with many of the bytes that mean something.
fn value() -> impl Strategy<Value = Vec<u8>> {
    vec(
        prop_oneof![2 => 0x1c_u8..0x20, 1 => Just(b'='), 1 => Just(b']'), 1 => Just(b'_'), 3 => any::<u8>()],
        0..40,
    )
}

type Pairs = Vec<(String, Vec<u8>)>;

fn message() -> impl Strategy<Value = (String, Pairs)> {
    ("[a-z]{1,8}", vec(("[a-z.A-Z_]{1,12}", value()), 0..12))
}

fn encode(messages: &[(String, Pairs)]) -> Vec<u8> {
    let mut out = Vec::new();
    for (kind, pairs) in messages {
        let begin = Encoder::begin(&mut out, kind);
        pairs.iter().fold(begin, |frame, (name, value)| frame.pair(name, value)).end();
    }
    out
}

fn decode(decoder: &mut Decoder, into: &mut Vec<(String, Pairs)>) -> Result<(), FrameError> {
    while let Some(frame) = decoder.pull()? {
        let mut pairs = Pairs::new();
        for pair in frame.pairs() {
            let (name, value) = pair?;
            pairs.push((String::from_utf8_lossy(name).into_owned(), value.into_owned()));
        }
        into.push((String::from_utf8_lossy(frame.kind()).into_owned(), pairs));
    }
    Ok(())
}

proptest! {
    #[test]
    fn any_bytes_survive_any_cutting(messages in vec(message(), 0..6), cuts in vec(1_usize..50, 1..20)) {
        let bytes = encode(&messages);
        let mut decoder = Decoder::new(Limits::REQUEST);
        let mut got = Vec::new();
        let mut rest = &bytes[..];
        for length in cuts.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (now, later) = rest.split_at((*length).min(rest.len()));
            decoder.push(now);
            decode(&mut decoder, &mut got).unwrap();
            rest = later;
        }
        prop_assert_eq!(got, messages);
        prop_assert!(!decoder.is_within_frame());
    }

    #[test]
    fn escaping_comes_back(value in value()) {
        let mut out = Vec::new();
        escape_into(&value, &mut out);
        prop_assert!(!out.contains(&FIELD_END) && !out.contains(&FRAME_END));
        prop_assert_eq!(&*unescape(&out).unwrap(), &value[..]);
    }

    #[test]
    fn garbage_is_read_or_refused(garbage in vec(prop_oneof![0x1c_u8..0x20, any::<u8>()], 0..600)) {
        let mut decoder = Decoder::new(Limits { bytes: 200, fields: 8 });
        decoder.push(&garbage);
        let _ = decode(&mut decoder, &mut Vec::new());
    }

    #[test]
    fn drawn_parts_cannot_break_a_frame(part in value()) {
        let mut out = Vec::new();
        Encoder::begin(&mut out, "drawn").drawn(&part).drawn(b"next").end();
        let fields: Vec<_> = Frame::new(&out[..out.len() - 1]).fields().collect();
        prop_assert_eq!(fields.len(), 2);
        prop_assert_eq!(fields[1], b"next");
    }

    #[test]
    fn numbers_are_written_as_usual(number in any::<i64>()) {
        let mut out = Vec::new();
        Encoder::begin(&mut out, "n").plain_number(number).end();
        prop_assert_eq!(out, format!("n\u{1f}{number}\u{1e}").into_bytes());
    }
}

#[test]
fn fields_of_a_frame() {
    let fields = |bytes| Frame::new(bytes).fields().collect::<Vec<_>>();
    assert_eq!(fields(b"kind"), Vec::<&[u8]>::new());
    assert_eq!(fields(b"kind\x1f"), [b""]);
    assert_eq!(fields(b"kind\x1fa\x1f\x1fb"), [&b"a"[..], b"", b"b"]);
    assert_eq!(Frame::new(b"").kind(), b"");
    assert_eq!(fields(b""), Vec::<&[u8]>::new());
}

#[test]
fn escapes_that_are_none_are_refused() {
    for bad in [&b"\x1d"[..], b"a\x1d", b"\x1da", b"\x1d\x1d", b"\x1d\x00"] {
        assert_eq!(unescape(bad), Err(FrameError::Escape), "{bad:?}");
    }
    assert!(matches!(unescape(b"plain"), Ok(std::borrow::Cow::Borrowed(_))), "nothing is copied");
}

#[test]
fn a_frame_of_exactly_the_limit_is_read_and_one_byte_more_is_not() {
    let limits = Limits { bytes: 100, fields: 3 };
    let mut decoder = Decoder::new(limits);
    decoder.push(&[b'a'; 100]);
    assert_eq!(decoder.advance(), Ok(false), "it may still end");
    decoder.push(b"\x1e");
    assert_eq!(decoder.pull().unwrap().unwrap().kind().len(), 100);
    decoder.push(&[b'a'; 101]);
    let error = FrameError::TooLong { limit: 100 };
    assert_eq!(decoder.advance(), Err(error), "before its end has come");
    decoder.push(b"\x1ebye\x1e");
    assert_eq!(decoder.advance(), Err(error), "nothing is read after it");
    assert_eq!(decoder.frame().kind(), b"");

    let mut decoder = Decoder::new(limits);
    decoder.push(b"k\x1f1\x1f2\x1f3\x1ek\x1f\x1f\x1f\x1f");
    assert_eq!(decoder.advance(), Ok(true));
    assert_eq!(decoder.advance(), Err(FrameError::TooManyFields { limit: 3 }));
}

#[test]
fn many_small_frames_at_once_cost_as_much_as_one_by_one() {
    // Were what is left moved for each frame, this would move 180 GB.
    let mut decoder = Decoder::new(Limits::REQUEST);
    let frames = 300_000;
    decoder.push(&b"k\x1fa\x1e".repeat(frames));
    let mut count = 0;
    while decoder.advance().unwrap() {
        count += 1;
        decoder.push(b"");
    }
    assert_eq!(count, frames);
}

#[test]
fn one_byte_at_a_time_up_to_the_limit() {
    // Were the whole frame searched for each byte, this would look at 34 GB.
    let mut decoder = Decoder::new(Limits::REQUEST);
    for _ in 0..Limits::REQUEST.bytes {
        decoder.push(b"x");
        assert_eq!(decoder.advance(), Ok(false));
    }
    decoder.push(b"\x1e");
    assert_eq!(decoder.pull().unwrap().unwrap().bytes().len(), Limits::REQUEST.bytes);
}

/// Thousands of mutations of well-formed streams: what a fuzzer does, but the same each time.
#[test]
fn mutated_streams_never_panic_and_never_exceed_a_limit() {
    let mut random = Random(0x5eed);
    let kinds =
        ["hello", "draw", "event", "bye", "status", "cache", "drawn", "redraw", "text", "end", "error"];
    let names =
        ["v", "seq", "status", "pipe", "duration", "path", "e.HOME", "e.", "", "state", "code", "parts"];
    let values: [&[u8]; 8] =
        [b"", b"1", b"-1", b"99999999999999999999", b"/tmp", b"\xff\xfe", b"module:a", b"\x1d\x1e\x1f"];
    let limits = Limits { bytes: 300, fields: 8 };
    for round in 0..20_000 {
        let mut bytes = Vec::new();
        for _ in 0..=random.below(4) {
            let mut frame = Encoder::begin(&mut bytes, kinds[random.below(kinds.len())]);
            for _ in 0..random.below(9) {
                frame = frame.pair(names[random.below(names.len())], values[random.below(values.len())]);
            }
            frame.end();
        }
        for _ in 0..random.below(4) {
            let at = random.below(bytes.len());
            match random.below(4) {
                0 => bytes[at] ^= 1 << random.below(8),
                1 => bytes.insert(at, [ESCAPE, FRAME_END, FIELD_END, b'=', 0][random.below(5)]),
                2 => bytes.truncate(at + 1),
                _ => drop(bytes.remove(at)),
            }
            if bytes.is_empty() {
                break;
            }
        }
        let mut whole = Decoder::new(limits);
        whole.push(&bytes);
        let mut cut = Decoder::new(limits);
        let mut pieces = bytes.chunks(1 + random.below(40));
        loop {
            let expected = whole.pull();
            if let Ok(Some(frame)) = expected {
                assert!(frame.bytes().len() <= limits.bytes && frame.fields().count() <= limits.fields);
                let _ = super::super::message::Message::read(frame);
                let _ = super::super::message::Draw::read(frame, crate::shell::Shell::Zsh);
                let _ = super::super::message::Reply::read(frame);
            }
            let expected = expected.map(|frame| frame.map(|frame| frame.bytes().to_vec()));
            let got = loop {
                match cut.advance() {
                    Ok(true) => break Ok(Some(cut.frame().bytes().to_vec())),
                    Err(error) => break Err(error),
                    Ok(false) => match pieces.next() {
                        Some(piece) => cut.push(piece),
                        None => break Ok(None),
                    },
                }
            };
            // Which of two limits is passed first may depend on the cutting, but not whether one is.
            assert_eq!(got.is_err(), expected.is_err(), "round {round}");
            if got.is_err() {
                break;
            }
            assert_eq!(got, expected, "round {round}");
            if got == Ok(None) {
                break;
            }
        }
    }
}

/// Marsaglia's xorshift64.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit.max(1) as u64).unwrap()
    }
}
