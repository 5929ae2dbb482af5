//! Daemons that die at any moment, others that know nothing of what was shown, and shells that go on: what an empty
//! line shows beforehand stays nowhere unless it is true.
//!
//! A daemon is killed: its lines end, what it was told and has not read is lost, and so is all that it remembers. The
//! next one begins before or after the shells ask again. Meanwhile the machine changes. The shells do what their
//! scripts do, or less carefully: fish's script would ask another daemon before it shows anything.
//!
//! One thing is excused: fish, whose daemon is killed between a question that follows an empty line and its answer, is
//! told of nothing until it asks again.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::client::{Around, Ask, Kind, PLACES, PROFILES, Shows, shows};
use super::machine::{Machine, Seen, Weather};
use super::prompt::{Six, variables};
use super::wire::{Cut, Far, Sent};
use crate::daemon::state::DaemonState;
use crate::exec::simulate::{World, for_seeds};
use crate::exec::{Priority, Task};
use crate::ipc::frame::Frame;
use crate::ipc::message::{Draw, Drawn, Freshness, Reply, State, Wanted};
use crate::request::Request;
use crate::shell::Shell as Language;

/// How long shells wait for an answer.
const PATIENCE: Duration = Duration::from_millis(100);

/// After so long nothing is on its way any more.
const QUIET: Duration = Duration::from_secs(1);

/// The daemons of one machine, one after the other.
#[derive(Debug)]
struct Lives {
    machine: Arc<Machine>,
    now: Mutex<Option<Life>>,
    /// How many shells still enter lines.
    busy: AtomicUsize,
    /// Whether the last daemon lives on, and nothing changes any more.
    is_quiet: AtomicBool,
}

#[derive(Debug)]
struct Life {
    /// The how manieth it is.
    number: u64,
    around: Around,
    lines: Vec<Cut>,
}

impl Lives {
    fn lock(&self) -> MutexGuard<'_, Option<Life>> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A daemon begins, without any memory.
    fn begin(&self) {
        let daemon = Arc::new(DaemonState::new(
            Six::fresh().prompt,
            Seen(self.machine.clone()),
            self.machine.sim.handle().clone(),
        ));
        let (number, around) = (self.machine.step(), Around { machine: self.machine.clone(), daemon });
        *self.lock() = Some(Life { number, around, lines: Vec::new() });
    }

    /// It is killed.
    fn kill(&self) {
        if let Some(life) = self.lock().take() {
            life.lines.iter().for_each(Cut::cut);
        }
    }

    /// Which one there is; `None` if there is none.
    fn number(&self) -> Option<u64> {
        self.lock().as_ref().map(|life| life.number)
    }

    fn connect(&self, owner: Option<(Language, u32)>) -> Option<Far> {
        let mut now = self.lock();
        let life = now.as_mut()?;
        let (far, line) = life.around.connect_with_cut(owner);
        life.lines.push(line);
        Some(far)
    }

    fn moment(&self) -> Sent {
        Sent { step: self.machine.step(), at: self.machine.sim.clock().now() }
    }

    fn around(&self) -> Option<Around> {
        self.lock().as_ref().map(|life| life.around.clone())
    }
}

/// A shell that does what its script does.
struct Shell {
    lives: Arc<Lives>,
    kind: Kind,
    pid: u32,
    seq: u64,
    /// The line to a daemon, and which one that is.
    far: Option<(u64, Far)>,
    ask: Option<Ask>,
    /// The number of the last question that was answered.
    answered: u64,
    freshness: Freshness,
    /// What it shows if the next line is empty.
    held: Option<Shows>,
    /// Whether a question has gone to a daemon that died, and fish, which is told of nothing, shows what it held.
    is_left_alone: bool,
}

impl Shell {
    fn new(lives: &Arc<Lives>, kind: Kind, pid: u32) -> Shell {
        Shell {
            lives: lives.clone(),
            kind,
            pid,
            seq: 0,
            far: None,
            ask: None,
            answered: 0,
            freshness: Freshness::Fresh,
            held: None,
            is_left_alone: false,
        }
    }

    /// A line has been entered: an empty one, or one that may have changed where the shell is.
    async fn enter(&mut self) {
        let machine = self.lives.machine.clone();
        let random = machine.sim.random();
        let is_empty = self.ask.is_some() && random.chance(0.7);
        if !is_empty {
            self.held = None;
        }
        if self.answered != self.seq {
            // What has not been answered says nothing of the next line.
            self.held = None;
        }
        self.seq += 1;
        let at = self.lives.moment();
        let (place, profile, token) = match &self.ask {
            Some(ask) if is_empty => (ask.place.clone(), ask.profile.clone(), ask.token.clone()),
            _ => {
                let (place, profile) = (PLACES[random.below(2)], PROFILES[random.below(2)]);
                (PathBuf::from(place), profile.to_owned(), format!("{:x}", random.below(3)))
            }
        };
        self.is_left_alone = false;
        self.reach().await;
        // zsh has lost what it held together with its line, and fish draws directly where the daemon is gone.
        let shows = if self.far.is_some() { self.held.clone() } else { None };
        self.ask = Some(Ask { seq: self.seq, place, profile, token, at, shows });
        self.put().await;
    }

    /// Finds a daemon to ask, if there is one.
    async fn reach(&mut self) {
        let number = self.lives.number();
        if self.kind == Kind::Fish && self.far.as_ref().map(|(of, _)| *of) != number {
            // It goes by the daemon's process.
            self.far = None;
        }
        if self.far.is_some() {
            return;
        }
        let owner = (self.kind == Kind::Fish).then_some((Language::Fish, self.pid));
        let (Some(number), Some(mut far)) = (number, self.lives.connect(owner)) else { return };
        if self.kind == Kind::Zsh {
            let mut bytes = Vec::new();
            self.kind.hello(self.pid).write(&mut bytes);
            far.send(&self.lives.machine, &bytes).await;
            let Some((frame, _)) = far.frame().await else { return };
            let reply = Reply::read(Frame::new(&frame));
            assert!(matches!(reply, Ok(Reply::Welcome(welcome)) if welcome.state == State::Ok));
        }
        self.far = Some((number, far));
    }

    /// Asks, and waits for the answer unless it shows something already.
    async fn put(&mut self) {
        let machine = self.lives.machine.clone();
        let ask = self.ask.as_ref().expect("there is something to ask");
        let Some((_, far)) = &self.far else { return self.draw_directly() };
        let (seq, wanted, is_held) = (ask.seq, Wanted::All, ask.shows.is_some());
        let request = Request { logical_path: Some(ask.place.clone()), ..Request::default() };
        let mut bytes = Vec::new();
        let variables = variables(&ask.profile, &ask.token);
        let environment = variables.map(|(name, value)| (name, value.into())).into();
        Draw { seq, request, wanted, is_held, environment, is_environment_in_file: false }.write(&mut bytes);
        far.send(&machine, &bytes).await;
        if is_held {
            return;
        }
        let clock = machine.sim.clock();
        let end = clock.now() + PATIENCE;
        while self.answered != self.seq {
            match clock.timeout(end.saturating_duration_since(clock.now()), self.take()).await {
                Ok(true) => {}
                // It has died, or is late.
                Ok(false) | Err(_) => {
                    self.far = None;
                    return self.draw_directly();
                }
            }
        }
    }

    /// The program looks at everything.
    fn draw_directly(&mut self) {
        (self.answered, self.freshness, self.held) = (self.seq, Freshness::Fresh, None);
    }

    /// Looks at what comes for a while.
    async fn idle(&mut self, span: Duration) {
        let clock = self.lives.machine.sim.clock().clone();
        let end = clock.now() + span;
        loop {
            let left = end.saturating_duration_since(clock.now());
            match clock.timeout(left, self.take()).await {
                Ok(true) => {}
                Ok(false) if self.kind == Kind::Zsh => {
                    // The editor sees that the line has ended.
                    self.far = None;
                    self.held = None;
                    if self.answered != self.seq || self.freshness == Freshness::Stale {
                        self.reach().await;
                        if let Some(ask) = &mut self.ask {
                            (ask.shows, ask.at) = (None, self.lives.moment());
                        }
                        self.answered = 0;
                        self.put().await;
                    }
                }
                // fish sees nothing of it until it asks again.
                Ok(false) => {
                    self.is_left_alone = true;
                    clock.sleep(end.saturating_duration_since(clock.now())).await;
                    return;
                }
                Err(_) => return,
            }
        }
    }

    /// Takes what comes next, and checks it; false at the end of the line.
    async fn take(&mut self) -> bool {
        let Some((_, far)) = &mut self.far else { return std::future::pending().await };
        let Some((frame, sent)) = far.frame().await else { return false };
        let (drawn, is_asked_for) = match Reply::read(Frame::new(&frame)).expect("a frame") {
            Reply::Drawn(drawn) => (drawn, true),
            Reply::Redraw(drawn) => (drawn, false),
            other => panic!("unexpected: {other:?}"),
        };
        let ask = self.ask.as_ref().expect("it has asked");
        if drawn.seq != ask.seq {
            return true;
        }
        if let (true, Some(shows)) = (is_asked_for, &ask.shows) {
            let Drawn { left, right, transient_left, transient_right, .. } = drawn;
            let parts = [left, right, transient_left, transient_right];
            assert!(shows.iter().eq(parts), "it shows something else, and is not told to look");
        }
        // Whoever has sent it may be dead by now; what is checked is the machine.
        if let Some(around) = self.lives.around() {
            around.check(ask, &drawn, sent);
            self.held = around.prefetched(ask, &drawn, sent);
        } else {
            self.held = drawn.held.as_ref().map(shows);
        }
        (self.answered, self.freshness) = (drawn.seq, drawn.freshness);
        true
    }

    /// Some lines, and then the question whether what is shown is true.
    async fn work(&mut self) {
        let machine = self.lives.machine.clone();
        let random = machine.sim.random();
        for _ in 0..=random.below(8) {
            self.enter().await;
            self.idle(random.up_to(Duration::from_millis([0, 5, 60, 300][random.below(4)]))).await;
        }
        self.lives.busy.fetch_sub(1, Ordering::Relaxed);
        while !self.lives.is_quiet.load(Ordering::Relaxed) {
            self.idle(Duration::from_millis(20)).await;
        }
        self.idle(QUIET).await;
        let is_answered = self.answered == self.seq;
        let is_true = is_answered && self.freshness == Freshness::Fresh;
        let is_held = self.ask.as_ref().is_some_and(|ask| ask.shows.is_some());
        assert!(
            // What is stale is marked.
            is_true || self.kind == Kind::Fish && self.is_left_alone && (is_answered || is_held),
            "{:?} shows what nobody has said to be true: {:?}, {} answered, {:?}",
            self.kind,
            self.ask,
            self.answered,
            self.freshness,
        );
    }
}

/// One world.
async fn live(sim: World) {
    let machine = Machine::new(sim.clone(), Weather::Calm, None);
    let count = 1 + sim.random().below(3);
    let (now, busy, is_quiet) = (Mutex::default(), AtomicUsize::new(count), AtomicBool::new(false));
    let lives = Arc::new(Lives { machine: machine.clone(), now, busy, is_quiet });
    lives.begin();
    let (stop, stopped) = async_channel::bounded::<()>(1);
    let change = sim.handle().spawn(Priority::Normal, super::change(machine.clone(), stopped));
    let reign = {
        let lives = lives.clone();
        sim.handle().spawn(Priority::Normal, async move {
            let random = lives.machine.sim.random();
            let clock = lives.machine.sim.clock();
            while lives.busy.load(Ordering::Relaxed) > 0 {
                clock.sleep(random.up_to(Duration::from_millis(400))).await;
                lives.kill();
                if random.chance(0.5) {
                    clock.sleep(random.up_to(Duration::from_millis(100))).await;
                }
                lives.begin();
            }
            drop(stop);
            change.await;
            lives.is_quiet.store(true, Ordering::Relaxed);
        })
    };
    let shells: Vec<Task<()>> = (0..count as u32)
        .map(|pid| {
            let mut shell = Shell::new(&lives, [Kind::Zsh, Kind::Fish][sim.random().below(2)], pid);
            sim.handle().spawn(Priority::Normal, async move { shell.work().await })
        })
        .collect();
    for shell in shells {
        shell.await;
    }
    reign.await;
    lives.kill();
    sim.clock().sleep(super::SETTLED).await;
    let tasks = sim.handle().tasks();
    assert!(tasks.is_empty(), "nobody is left, but this goes on: {tasks:#?}");
}

#[test]
fn nothing_that_a_dead_daemon_has_drawn_beforehand_stays() {
    for_seeds(0..super::worlds(), live);
}
