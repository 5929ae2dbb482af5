//! A client that knows what was true when, and believes nothing.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::machine::{Machine, Seen, Weather};
use super::prompt::{LIFETIME, PATIENCE, Shown, THINGS, Thing, shown, variables};
use super::wire::{Cut, Far, Sent, Wire};
use crate::daemon::session::converse;
use crate::daemon::state::DaemonState;
use crate::exec::Priority;
use crate::exec::time::TimedOut;
use crate::ipc::frame::Frame;
use crate::ipc::message::{
    Draw, Drawn, Event, Freshness, Held, Hello, Reply, ReplyMode, State, Tool, ToolKind, Wanted,
};
use crate::request::Request;
use crate::shell::Shell;
use crate::source::Policy;

/// Where shells are.
pub(super) const PLACES: [&str; 2] = ["/a", "/b"];

/// What their environment says.
pub(super) const PROFILES: [&str; 2] = ["", "work"];

/// A source that failed rests for so long.
const REST: Duration = Duration::from_secs(60);

/// How much later than that an answer may come: others are served on the same thread.
const SLACK: Duration = Duration::from_millis(20);

/// The longest until a prompt is final where nothing hangs: readings that were going on, those that are begun after
/// them, the frames in between, and as much again for what changes meanwhile.
const CALM_LIMIT: Duration = Duration::from_millis(400);

/// The same where they do.
const ROUGH_LIMIT: Duration = Duration::from_secs(100);

/// How a shell talks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Zsh,
    Bash,
    Fish,
    Once,
}

impl Kind {
    pub(super) const ALL: [Kind; 4] = [Kind::Zsh, Kind::Bash, Kind::Fish, Kind::Once];

    pub(super) fn hello(self, pid: u32) -> Hello<'static> {
        let (shell, answer) = match self {
            Kind::Zsh => (Shell::Zsh, ReplyMode::Stream),
            Kind::Bash => (Shell::Bash, ReplyMode::File),
            Kind::Fish => (Shell::Fish, ReplyMode::Stream),
            Kind::Once => (Shell::Plain, ReplyMode::Once),
        };
        let redraw = matches!(self, Kind::Zsh | Kind::Fish);
        Hello { version: Some(1), build: "b1".into(), shell, pid: Some(pid), answer, redraw }
    }
}

/// What clients have in common.
#[derive(Clone, Debug)]
pub(super) struct Around {
    pub(super) machine: Arc<Machine>,
    pub(super) daemon: Arc<DaemonState<Seen>>,
}

impl Around {
    /// Connects over the socket.
    pub(super) fn connect(&self) -> Far {
        self.connect_as(None)
    }

    fn connect_as(&self, owner: Option<(Shell, u32)>) -> Far {
        self.connect_with_cut(owner).0
    }

    /// Connects, and says how to end the line.
    pub(super) fn connect_with_cut(&self, owner: Option<(Shell, u32)>) -> (Far, Cut) {
        let (wire, far) = Wire::pair(&self.machine, owner);
        let cut = wire.to_cut();
        self.daemon.exec.spawn(Priority::Critical, converse(self.daemon.clone(), wire)).detach();
        (far, cut)
    }

    pub(super) fn now(&self) -> Sent {
        Sent { step: self.machine.step(), at: self.machine.sim.clock().now() }
    }
}

/// One request, as the client remembers it.
#[derive(Debug)]
pub(super) struct Ask {
    pub(super) seq: u64,
    pub(super) place: PathBuf,
    pub(super) profile: String,
    pub(super) token: String,
    pub(super) at: Sent,
    /// What the shell shows already.
    pub(super) shows: Option<Shows>,
}

/// The parts of a prompt but the prelude.
pub(super) type Shows = [Vec<u8>; 4];

pub(super) fn shows(held: &Held<'_>) -> Shows {
    [held.left, held.right, held.transient_left, held.transient_right].map(<[u8]>::to_vec)
}

/// A client that does everything right.
#[derive(Debug)]
pub(super) struct Client {
    around: Around,
    far: Far,
    kind: Kind,
    pid: u32,
    seq: u64,
    /// Requests that have not been answered.
    asks: VecDeque<Ask>,
    /// The one that was answered last, and whether its last prompt is final.
    answered: Option<(Ask, Freshness)>,
    /// What it shows if the next line is empty.
    prefetched: Option<Shows>,
}

/// What has come.
#[derive(Debug, PartialEq, Eq)]
enum Came {
    Drawn(Instant),
    Redraw,
    Text,
    End,
    Unknown,
}

impl Client {
    /// Connects and says hello; `None` if the daemon has no way for it.
    pub(super) async fn open(around: Around, kind: Kind, pid: u32) -> Option<Client> {
        let far = match kind {
            Kind::Fish => around.connect_as(Some((Shell::Fish, pid))),
            _ => around.connect(),
        };
        let mut client = Client {
            around,
            far,
            kind,
            pid,
            seq: 0,
            asks: VecDeque::new(),
            answered: None,
            prefetched: None,
        };
        if kind == Kind::Fish {
            return Some(client);
        }
        let mut bytes = Vec::new();
        kind.hello(pid).write(&mut bytes);
        client.far.send(&client.around.machine, &bytes).await;
        let (frame, _) = client.far.frame().await.expect("a hello is answered");
        let Ok(Reply::Welcome(welcome)) = Reply::read(Frame::new(&frame)) else {
            panic!("no welcome: {frame:?}")
        };
        if kind == Kind::Bash {
            if welcome.state == State::Refused {
                return None;
            }
            client.far = client.around.machine.take_fifo(pid).expect("its FIFOs were made");
        }
        assert_eq!(welcome.state, State::Ok);
        Some(client)
    }

    /// A day at the prompt.
    pub(super) async fn work(&mut self) {
        let machine = self.around.machine.clone();
        let random = machine.sim.random();
        for _ in 0..=random.below(6) {
            self.think(random.up_to(Duration::from_millis([0, 20, 100, 700][random.below(4)]))).await;
            self.chat().await;
            // Somebody may hold the key down.
            let burst = if random.chance(0.2) { 1 + random.below(4) } else { 1 };
            for _ in 0..burst {
                self.ask().await;
            }
            let asked_at = self.around.now().at;
            while !self.asks.is_empty() {
                let came = self.take().await.expect("a request is answered");
                if let (Came::Drawn(at), 1) = (came, burst) {
                    let late = at.saturating_duration_since(asked_at);
                    assert!(late <= PATIENCE + SLACK, "{:?} was answered after {late:?}", self.kind);
                }
            }
            if self.redraws() && random.chance(0.3) {
                self.until_final().await;
            }
        }
        if self.redraws() {
            self.until_final().await;
        }
    }

    fn redraws(&self) -> bool {
        matches!(self.kind, Kind::Zsh | Kind::Fish)
    }

    /// Asks for a prompt.
    async fn ask(&mut self) {
        let machine = self.around.machine.clone();
        let random = machine.sim.random();
        self.seq += 1;
        // Somebody may press Enter on an empty line.
        let before = self.answered.as_ref().filter(|(ask, _)| ask.seq + 1 == self.seq && random.chance(0.5));
        let shows = before.and_then(|_| self.prefetched.clone());
        let (place, profile, token) = match before {
            Some((ask, _)) if shows.is_some() => (ask.place.clone(), ask.profile.clone(), ask.token.clone()),
            _ => {
                let (place, profile) = (PLACES[random.below(2)].into(), PROFILES[random.below(2)].to_owned());
                // Often a prompt looks like the one before.
                let number = if random.chance(0.5) { u64::from(self.pid) } else { random.next() };
                (place, profile, format!("{number:x}"))
            }
        };
        let (seq, wanted, is_held) = (self.seq, Wanted::All, shows.is_some());
        let request = Request { logical_path: Some(place.clone()), ..Request::default() };
        let mut bytes = Vec::new();
        {
            let environment = variables(&profile, &token).map(|(name, value)| (name, value.into())).into();
            Draw { seq, request, wanted, is_held, environment, is_environment_in_file: false }
                .write(&mut bytes);
        }
        let at = self.around.now();
        self.asks.push_back(Ask { seq, place, profile, token, at, shows });
        self.far.send(&machine, &bytes).await;
    }

    /// Says what is no request, and asks what has nothing to do with prompts.
    async fn chat(&mut self) {
        let machine = self.around.machine.clone();
        let random = machine.sim.random();
        if random.chance(0.3) {
            self.tell().await;
        }
        if self.kind == Kind::Zsh && random.chance(0.1) {
            let mut bytes = Vec::new();
            Tool::new(ToolKind::Status).write(&mut bytes);
            bytes.extend_from_slice(b"dance\x1fwith=me\x1e");
            self.far.send(&machine, &bytes).await;
            for wanted in [Came::Text, Came::End, Came::Unknown] {
                let came = loop {
                    match self.take().await.expect("a tool is answered") {
                        Came::Redraw => {}
                        came => break came,
                    }
                };
                assert_eq!(came, wanted);
            }
        }
    }

    /// Tells of what must not matter: something has happened, or it has gone somewhere.
    async fn tell(&mut self) {
        let mut bytes = Vec::new();
        let random = self.around.machine.sim.random();
        if random.chance(0.5) {
            let (place, profile) = (PLACES[random.below(2)], PROFILES[random.below(2)]);
            let text =
                format!("event\x1fname=directory\x1fpath={place}\x1fe.PROFILE={profile}\x1fe.TOKEN=gone\x1e");
            bytes.extend_from_slice(text.as_bytes());
        } else {
            Event { name: "noise".into(), data: b""[..].into() }.write(&mut bytes);
        }
        self.far.send(&self.around.machine.clone(), &bytes).await;
    }

    /// Takes what comes unasked for a while.
    async fn think(&mut self, span: Duration) {
        let clock = self.around.machine.sim.clock().clone();
        let end = clock.now() + span;
        while let Ok(came) = clock.timeout(end.saturating_duration_since(clock.now()), self.take()).await {
            assert_eq!(came, Some(Came::Redraw), "{self:?}");
        }
    }

    /// Waits for the last prompt, and says things meanwhile that must not matter.
    async fn until_final(&mut self) {
        let machine = self.around.machine.clone();
        let clock = machine.sim.clock();
        let limit = if machine.weather == Weather::Calm { CALM_LIMIT } else { ROUGH_LIMIT };
        let end = clock.now() + limit;
        while let Some((_, Freshness::Stale)) = self.answered {
            let span = machine.sim.random().up_to(Duration::from_millis(60));
            match clock.timeout(span, self.take()).await {
                Ok(came) => assert_eq!(came, Some(Came::Redraw)),
                Err(TimedOut) if clock.now() > end => {
                    panic!("the last prompt is still not final: {:?}", self.answered)
                }
                Err(TimedOut) => self.tell().await,
            }
        }
    }

    /// Takes what comes next, and checks it.
    async fn take(&mut self) -> Option<Came> {
        let (frame, sent) = self.far.frame().await?;
        Some(match Reply::read(Frame::new(&frame)).expect("a frame") {
            Reply::Drawn(drawn) => {
                let ask = self.asks.pop_front().expect("nobody asked");
                if let Some(shows) = &ask.shows {
                    let Drawn { left, right, transient_left, transient_right, .. } = drawn;
                    assert!(
                        shows.iter().eq([left, right, transient_left, transient_right]),
                        "it is not told to look"
                    );
                }
                self.is_answered(ask, &drawn, sent)
            }
            Reply::Redraw(drawn) if self.asks.front().is_some_and(|ask| ask.seq == drawn.seq) => {
                let ask = self.asks.pop_front().expect("one was there");
                assert!(ask.shows.is_some(), "it shows nothing, and is told to look again");
                self.is_answered(ask, &drawn, sent)
            }
            Reply::Redraw(drawn) => {
                assert!(self.redraws(), "{:?} cannot draw again", self.kind);
                let (ask, freshness) = self.answered.as_mut().expect("a redraw before any answer");
                assert_eq!(drawn.seq, ask.seq);
                assert_eq!(*freshness, Freshness::Stale, "what was final is drawn again");
                self.around.check(ask, &drawn, sent);
                *freshness = drawn.freshness;
                self.prefetched = self.around.prefetched(ask, &drawn, sent);
                Came::Redraw
            }
            Reply::Text(_) => Came::Text,
            Reply::End(0) => Came::End,
            Reply::Fault(fault) if fault.code == crate::ipc::message::Code::Unknown => Came::Unknown,
            other => panic!("unexpected: {other:?}"),
        })
    }
}

impl Client {
    fn is_answered(&mut self, ask: Ask, drawn: &Drawn<'_>, sent: Sent) -> Came {
        assert_eq!(drawn.seq, ask.seq);
        self.around.check(&ask, drawn, sent);
        self.prefetched = self.around.prefetched(&ask, drawn, sent);
        self.answered = Some((ask, drawn.freshness));
        Came::Drawn(sent.at)
    }
}

impl Around {
    /// What a shell shows if the next line is empty, which must be true or marked as well.
    pub(super) fn prefetched(&self, ask: &Ask, drawn: &Drawn<'_>, sent: Sent) -> Option<Shows> {
        let held = drawn.held?;
        let Held { left, right, transient_left, .. } = held;
        self.check(ask, &Drawn { left, right, transient_left, freshness: Freshness::Stale, ..*drawn }, sent);
        Some(shows(&held))
    }

    /// Checks that a prompt shows what was true between the request and the answer, or is marked and was true once.
    pub(super) fn check(&self, ask: &Ask, drawn: &Drawn<'_>, sent: Sent) {
        let text = |part| std::str::from_utf8(part).expect("text");
        let left = text(drawn.left);
        let parts: Vec<_> = shown(left).collect();
        assert_eq!(parts.len(), THINGS.len(), "{left}");
        assert_eq!((text(drawn.right), drawn.transient_left), (&ask.token[..], &b"then"[..]));
        for (thing, (name, shown)) in THINGS.into_iter().zip(parts) {
            assert_eq!(name, thing.name);
            let is_right = match shown {
                _ if name == "token" => shown == Shown::Fresh(&ask.token),
                Shown::Nothing | Shown::Fresh("?") => {
                    drawn.freshness == Freshness::Stale || self.failed(thing, ask, sent)
                }
                Shown::Stale("?") => drawn.freshness == Freshness::Stale,
                Shown::Fresh(value) => self.was(thing, ask, value, (ask.at.step, sent.step)),
                Shown::Stale(value) => {
                    drawn.freshness == Freshness::Stale && self.was_ever(thing, ask, value, sent)
                }
            };
            assert!(
                is_right,
                "{name} is wrong: {left}\n{ask:?}\n{:?}, {sent:?}\n{:#?}",
                drawn.freshness, self.machine
            );
        }
    }

    fn was(&self, thing: &Thing, ask: &Ask, value: &str, steps: (u64, u64)) -> bool {
        let since = matches!(thing.policy, Policy::Ttl(_)).then(|| {
            // It holds from the end of its reading.
            let span = LIFETIME + super::prompt::COMMAND_TIMEOUT;
            ask.at.at.checked_sub(span).unwrap_or(ask.at.at)
        });
        let value = value.parse().expect("a number");
        self.machine.had(&path_of(thing, ask), value, steps, since)
    }

    /// Whether something was true once. A placeholder shows what was known last of a place, whatever the environment
    /// was then.
    fn was_ever(&self, thing: &Thing, ask: &Ask, value: &str, sent: Sent) -> bool {
        let value = value.parse().expect("a number");
        PROFILES.into_iter().any(|profile| {
            let path = thing.at(&ask.place, profile);
            self.machine.had(&path.to_string_lossy(), value, (0, sent.step), None)
        })
    }

    fn failed(&self, thing: &Thing, ask: &Ask, sent: Sent) -> bool {
        let since = ask.at.at.checked_sub(REST).unwrap_or(ask.at.at);
        self.machine.failed(&path_of(thing, ask), sent.step, since)
    }
}

fn path_of(thing: &Thing, ask: &Ask) -> String {
    thing.at(&ask.place, &ask.profile).to_string_lossy().into_owned()
}
