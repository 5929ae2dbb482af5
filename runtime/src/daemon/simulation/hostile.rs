//! Clients that do things wrong, some of them on purpose.

use std::ffi::OsStr;
use std::time::Duration;

use super::client::Around;
use super::wire::Far;
use crate::ipc::frame::Frame;
use crate::ipc::message::{Code, Freshness, Reply, State, Wanted, write_draw};
use crate::request::Request;

/// What a client does wrong.
#[derive(Clone, Copy, Debug)]
pub(super) enum Vice {
    /// It says things that are no frames.
    Babbles,
    /// It asks and does not listen.
    IsDeaf,
    /// It asks as fast as it can.
    Floods,
    /// It leaves in the middle.
    Leaves,
    /// It speaks another version, or none.
    IsForeign,
}

impl Vice {
    pub(super) const ALL: [Vice; 5] =
        [Vice::Babbles, Vice::IsDeaf, Vice::Floods, Vice::Leaves, Vice::IsForeign];

    /// Lives it out.
    pub(super) async fn live(self, around: &Around) {
        match self {
            Vice::Babbles => babble(around).await,
            Vice::IsDeaf => be_deaf(around).await,
            Vice::Floods => flood(around).await,
            Vice::Leaves => leave(around).await,
            Vice::IsForeign => be_foreign(around).await,
        }
    }
}

fn draw(seq: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    let request = Request { logical_path: Some("/a".into()), ..Request::default() };
    write_draw(seq, &request, &Wanted::All, None::<(&OsStr, &OsStr)>, &mut bytes);
    bytes
}

/// Connects, and says hello without waiting for the answer.
async fn greeted(around: &Around) -> Far {
    let far = around.connect();
    far.send(&around.machine, b"hello\x1fv=1\x1e").await;
    far
}

async fn babble(around: &Around) {
    let random = around.machine.sim.random();
    let mut far = around.connect();
    for _ in 0..random.below(30) {
        let words: [&[u8]; 9] =
            [b"\x1e", b"\x1f", b"\x1d", b"draw", b"hello", b"=", b"\x1fseq=", b"\x1fpath=/", &[b'x'; 3000]];
        far.send(&around.machine, words[random.below(words.len())]).await;
    }
    if random.chance(0.2) {
        // More than a request may be.
        far.send(&around.machine, &vec![b'x'; 300 << 10]).await;
        while let Some((frame, _)) = far.frame().await {
            let reply = Reply::read(Frame::new(&frame));
            assert!(!matches!(reply, Ok(Reply::Fault(fault)) if fault.code == Code::Internal));
        }
    }
}

async fn be_deaf(around: &Around) {
    let far = greeted(around).await;
    for seq in 0..20 {
        far.send(&around.machine, &draw(seq)).await;
    }
    let span = around.machine.sim.random().up_to(Duration::from_secs(3));
    around.machine.sim.clock().sleep(span).await;
}

async fn flood(around: &Around) {
    const REQUESTS: u64 = 40;
    let mut far = greeted(around).await;
    for seq in 1..=REQUESTS {
        far.send(&around.machine, &draw(seq)).await;
    }
    let (frame, _) = far.frame().await.expect("a hello is answered");
    assert!(matches!(Reply::read(Frame::new(&frame)), Ok(Reply::Welcome(_))));
    for seq in 1..=REQUESTS {
        let (frame, _) = far.frame().await.expect("even a flood is answered");
        assert!(matches!(Reply::read(Frame::new(&frame)), Ok(Reply::Drawn(drawn)) if drawn.seq == seq));
    }
}

async fn leave(around: &Around) {
    let random = around.machine.sim.random();
    let far = greeted(around).await;
    let mut bytes = draw(1);
    bytes.extend_from_slice(&draw(2));
    far.send(&around.machine, &bytes[..random.below(bytes.len())]).await;
    around.machine.sim.clock().sleep(random.up_to(Duration::from_millis(100))).await;
}

/// Says something and reads the answer, which is handed to `check`.
async fn exchange(around: &Around, far: &mut Far, words: &[u8], check: impl FnOnce(Reply<'_>) -> bool) {
    far.send(&around.machine, words).await;
    let (frame, _) = far.frame().await.expect("an answer");
    let reply = Reply::read(Frame::new(&frame)).expect("a frame");
    assert!(check(reply.clone()), "{reply:?}");
}

async fn be_foreign(around: &Around) {
    let mut far = around.connect();
    let is_proposal = |reply: Reply<'_>| matches!(reply, Reply::Fault(fault) if (fault.code, fault.version) == (Code::Version, Some(1)));
    // A newer client says things that this daemon has never heard of; an old one of another build says no more than it
    // must.
    let newer = b"hello\x1fv=2\x1fbuild=b2\x1fshell=zsh\x1fanswer=teleport\x1fredraw=1\x1fmood=good\x1e";
    exchange(around, &mut far, newer, is_proposal).await;
    // Nothing is drawn for somebody who has not been understood.
    exchange(around, &mut far, &draw(1), is_proposal).await;
    for hello in [&b"hello\x1fv=0\x1e"[..], b"hello\x1e", b"hello\x1fv=99999999999999999999\x1e"] {
        exchange(around, &mut far, hello, is_proposal).await;
    }
    let older = b"hello\x1fv=1\x1fbuild=b0\x1e";
    exchange(
        around,
        &mut far,
        older,
        |reply| matches!(reply, Reply::Welcome(welcome) if welcome.state == State::OtherBuild),
    )
    .await;
    let asks = b"draw\x1fseq=9\x1fpath=/a\x1fcolour=octarine\x1fe.TOKEN=1\x1fparts=middle\x1e";
    exchange(
        around,
        &mut far,
        asks,
        |reply| matches!(reply, Reply::Drawn(drawn) if drawn.seq == 9 && drawn.right == b"1"),
    )
    .await;
    let module = b"draw\x1fseq=10\x1fpath=/a\x1fparts=module:status\x1e";
    exchange(around, &mut far, module, |reply| {
        let Reply::Drawn(drawn) = reply else { return false };
        drawn.seq == 10 && (drawn.freshness == Freshness::Stale || !drawn.left.is_empty())
    })
    .await;
}
