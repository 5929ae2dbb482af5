//! Any bytes, cut anywhere: a decoder gives the same frames as for the whole, within the limits, and whatever can be
//! read as a message comes back as it is when it is written.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ziron_runtime::client::{Decoder, ESCAPE, Frame, Limits, escape_into, unescape};
use ziron_runtime::client::{Draw, Message, Reply};
use ziron_runtime::shell::Shell;

const LIMITS: Limits = Limits { bytes: 256, fields: 16 };

fuzz_target!(|bytes: &[u8]| {
    let Some((cut, stream)) = bytes.split_first() else { return };
    let mut whole = Decoder::new(LIMITS);
    whole.push(stream);
    let mut pieces = stream.chunks(usize::from(*cut).max(1));
    let mut cut = Decoder::new(LIMITS);
    loop {
        let expected = whole.pull();
        let got = loop {
            match cut.advance() {
                Ok(true) => break Ok(Some(cut.frame())),
                Err(error) => break Err(error),
                Ok(false) => match pieces.next() {
                    Some(piece) => cut.push(piece),
                    None => break Ok(None),
                },
            }
        };
        match (expected, got) {
            (Ok(Some(frame)), Ok(Some(same))) => {
                assert_eq!(frame, same);
                check(frame);
            }
            (Ok(None), Ok(None)) | (Err(_), Err(_)) => break,
            (expected, got) => panic!("{expected:?} for the whole, {got:?} for the pieces"),
        }
    }
    let mut escaped = Vec::new();
    escape_into(stream, &mut escaped);
    assert_eq!(&*unescape(&escaped).unwrap(), stream);
});

fn check(frame: Frame<'_>) {
    assert!(frame.bytes().len() <= LIMITS.bytes && frame.fields().count() <= LIMITS.fields);
    let mut out = Vec::new();
    match Message::read(frame) {
        Ok(Message::Hello(hello)) => hello.write(&mut out),
        Ok(Message::Event(event)) => event.write(&mut out),
        Ok(Message::Tool(tool)) => tool.write(&mut out),
        Ok(Message::Draw(frame)) => {
            if let Ok(draw) = Draw::read(frame, Shell::Zsh) {
                draw.write(&mut out);
                again(&out, |frame| assert_eq!(Draw::read(frame, Shell::Zsh).unwrap(), draw));
            }
            out.clear();
        }
        _ => {}
    }
    if let Ok(message) = Message::read(frame)
        && !out.is_empty()
    {
        again(&out, |frame| assert_eq!(Message::read(frame).unwrap(), message));
    }
    // Drawn parts are not escaped, and what would need it is left out of them.
    let is_drawn = frame.kind().ends_with(b"draw") || frame.kind() == b"drawn";
    if let Ok(reply) = Reply::read(frame)
        && !(is_drawn && frame.bytes().contains(&ESCAPE))
    {
        out.clear();
        reply.write(&mut out);
        if !out.is_empty() {
            again(&out, |frame| assert_eq!(Reply::read(frame).unwrap(), reply));
        }
    }
}

/// Has what was written read again.
fn again(bytes: &[u8], look: impl FnOnce(Frame<'_>)) {
    let mut decoder = Decoder::new(Limits::REPLY);
    decoder.push(bytes);
    look(decoder.pull().unwrap().expect("a whole frame was written"));
}
