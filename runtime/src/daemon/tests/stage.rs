//! A prompt whose facts a test sets, and shells over lines in memory.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_channel::{Receiver, Sender};

use super::super::background;
use super::super::host::Host;
use super::super::services;
use super::super::session::converse;
use super::super::state::DaemonState;
use super::super::transport::{BackupSender, Transport, TransportError};
use crate::build::Build;
use crate::exec::Priority;
use crate::exec::simulate;
use crate::gather::PlannedSource;
use crate::gather::{Facts, Parts};
use crate::io::{Io, Sent, Simulated};
use crate::ipc::frame::Frame;
use crate::pen::Pen;
use crate::place::Place;
use crate::prompt::{Background, Module, Prompt, Settings};
use crate::source::{Cost, Describe, Manifest, Policy, ReadError, Source, Trigger};
use crate::store::CacheLimits;
use crate::store::Store;
use crate::store::eviction::Lru;
use crate::store::source_cache::{AnyCache, SourceCache};

/// The world that sources read: what stands in it is the fact.
pub(super) static READ: [AtomicU64; 2] = [AtomicU64::new(0), AtomicU64::new(0)];

/// Caches are the program's, so that tests have their turns.
pub(super) static TURN: Mutex<()> = Mutex::new(());

/// Reads one of the numbers, in every directory anew.
#[derive(Debug)]
pub(super) struct Number(usize);

pub(super) static DEPLOYS: Number = Number(0);
pub(super) static COMMITS: Number = Number(1);
pub(super) static DEPLOYS_CACHE: SourceCache<Lru> = SourceCache::new("deploys", CacheLimits::DEFAULT);
pub(super) static COMMITS_CACHE: SourceCache<Lru> = SourceCache::new("commits", CacheLimits::DEFAULT);

impl Describe for Number {
    fn name(&self) -> &'static str {
        ["deploys", "commits"][self.0]
    }

    fn cost(&self) -> Cost {
        Cost::Process
    }

    fn policy(&self) -> Policy {
        Policy::Keyed
    }
}

impl Source for Number {
    type Key = PathBuf;
    type Fact = u64;

    fn manifest(&self) -> Manifest {
        let events: &[Trigger] = [&[Trigger::Custom("deploy")][..], &[Trigger::CommandEnd]][self.0];
        self.base_manifest().events(events)
    }

    async fn key<I: Io>(&self, place: &Place, _: &I) -> Option<PathBuf> {
        LOOKS.fetch_add(1, Ordering::SeqCst);
        // Nothing is deployed from below /plain.
        (self.0 == 1 || !place.physical.starts_with("/plain")).then(|| place.physical.clone())
    }

    async fn read<I: Io>(&self, _: &PathBuf, _: &Place, _: &I) -> Result<u64, ReadError> {
        READS.fetch_add(1, Ordering::SeqCst);
        while HANGS[self.0].load(Ordering::SeqCst) {
            RELEASED.listen().await;
        }
        Ok(READ[self.0].load(Ordering::SeqCst))
    }
}

/// Whose readings hang.
static HANGS: [AtomicBool; 2] = [AtomicBool::new(false), AtomicBool::new(false)];

/// Notified when a reading does not hang any more.
static RELEASED: event_listener::Event = event_listener::Event::new();

/// How often anything was read.
pub(super) static READS: AtomicU64 = AtomicU64::new(0);

/// How often anybody looked for anything.
pub(super) static LOOKS: AtomicU64 = AtomicU64::new(0);

/// A prompt of both numbers, and of what the request says.
pub(super) static SAMPLE: Prompt<Simulated> = Prompt {
    background: Some(Background { patience: Duration::from_millis(30), idle_exit: Duration::from_secs(60) }),
    variables: &["HOME", "LANG", "LC_ALL", "LC_CTYPE", "NO_COLOR", "PATH", "TERM", "ZIRON_PROFILE"],
    sources: &[
        PlannedSource { cache: &DEPLOYS_CACHE, ..PlannedSource::new(&DEPLOYS, Parts::LEFT) },
        PlannedSource { cache: &COMMITS_CACHE, ..PlannedSource::new(&COMMITS, Parts::LEFT) },
    ],
    modules: &[Module { name: "numbers", doc: "Both numbers", sources: &[0, 1], draw: &numbers }],
    left: Some(&numbers),
    right: Some(&|facts, pen| {
        let request = facts.request();
        pen.put(&format!("{:?}{:?}{}", request.status, request.duration, request.jobs));
    }),
    ..Prompt::new(
        Build { version: "0", config: "ziron.toml", config_hash: "0", build_hash: "0" },
        Settings {
            add_newline: false,
            budget: Duration::from_millis(500),
            command_timeout: Duration::from_millis(500),
            scan_timeout: Duration::from_millis(30),
            follow_symlinks: true,
            transient: false,
        },
    )
};

fn numbers(facts: &Facts<'_>, pen: &mut Pen<'_>) {
    for number in [0, 1] {
        if let Some(number) = facts.get::<u64>(number) {
            pen.put(number);
        }
        pen.text(",");
    }
}

pub(super) struct Nowhere {
    store: Option<Arc<Store>>,
    pub(super) is_replaced: AtomicBool,
}

impl Host for Nowhere {
    type Io = Simulated;
    type Fifos = Wire;

    fn io(&self, _: Sent) -> Simulated {
        Simulated::new()
    }

    fn resolve(&self, logical: &Path) -> PathBuf {
        logical.to_owned()
    }

    fn fifos(&self, _: u32) -> io::Result<Wire> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn is_replaced(&self) -> bool {
        self.is_replaced.load(Ordering::SeqCst)
    }

    fn store(&self) -> Option<Arc<Store>> {
        self.store.clone()
    }
}

/// A line in memory.
pub(super) struct Wire {
    heard: Receiver<Vec<u8>>,
    frame: Vec<u8>,
    said: Sender<String>,
}

impl Transport for Wire {
    type BackupSender = Mute;

    async fn receive(&mut self) -> Result<bool, TransportError> {
        let frame = self.heard.recv().await;
        frame.map_or(Ok(false), |frame| {
            self.frame = frame;
            Ok(true)
        })
    }

    fn frame(&self) -> Frame<'_> {
        Frame::new(&self.frame)
    }

    fn backup(&self) -> Mute {
        Mute
    }

    async fn send(&mut self, frame: &[u8]) -> io::Result<()> {
        let text = String::from_utf8_lossy(frame).replace('\x1f', "|").replace('\x1e', "");
        self.said.send(text).await.map_err(io::Error::other)
    }
}

pub(super) struct Mute;

impl BackupSender for Mute {
    fn send_now(&self, _: &[u8]) {}
}

/// A shell at the other end of a line.
pub(super) struct Shell {
    pub(super) says: Sender<Vec<u8>>,
    pub(super) hears: Receiver<String>,
}

impl Shell {
    pub(super) async fn say(&self, text: &str) {
        self.says.send(text.replace('|', "\x1f").into_bytes()).await.unwrap();
    }

    pub(super) async fn hear(&self) -> String {
        self.hears.recv().await.unwrap()
    }

    /// Asks for a prompt, and gives the left one.
    pub(super) async fn draw(&self, seq: u32, path: &str) -> String {
        self.say(&format!("draw|seq={seq}|path={path}")).await;
        let text = self.hear().await;
        let fields: Vec<&str> = text.split('|').collect();
        assert_eq!(fields[..3], ["drawn", &seq.to_string(), "fresh"], "{text}");
        fields[3].to_owned()
    }

    /// What came unasked so far.
    pub(super) fn redraws(&self) -> Vec<String> {
        std::iter::from_fn(|| self.hears.try_recv().ok())
            .map(|text| {
                let fields: Vec<&str> = text.split('|').collect();
                assert_eq!((fields[0], fields[2]), ("redraw", "fresh"), "{text}");
                format!("{} {}", fields[1], fields[3])
            })
            .collect()
    }
}

/// Lets readings hang, or go on.
pub(super) fn hang(hangs: [bool; 2]) {
    for (known, hangs) in HANGS.iter().zip(hangs) {
        known.store(hangs, Ordering::SeqCst);
    }
    RELEASED.notify(usize::MAX);
}

/// Changes the world.
pub(super) fn set(numbers: [u64; 2]) {
    for (place, number) in READ.iter().zip(numbers) {
        place.store(number, Ordering::SeqCst);
    }
}

pub(super) type Sampler = Arc<DaemonState<Nowhere>>;

pub(super) fn daemon(world: &simulate::World) -> Sampler {
    hub_with(world, None)
}

pub(super) fn hub_with(world: &simulate::World, store: Option<Arc<Store>>) -> Sampler {
    let daemon = still(world, store);
    services::begin(&daemon, background::services(&daemon));
    daemon
}

/// A daemon whose services have not begun.
pub(super) fn still(world: &simulate::World, store: Option<Arc<Store>>) -> Sampler {
    hang([false, false]);
    DEPLOYS_CACHE.clear();
    COMMITS_CACHE.clear();
    set([1, 1]);
    Arc::new(DaemonState::new(
        &SAMPLE,
        Nowhere { store, is_replaced: AtomicBool::default() },
        world.handle().clone(),
    ))
}

/// Somebody who has connected, and said nothing.
pub(super) fn connect(daemon: &Sampler) -> Shell {
    let (says, heard) = async_channel::unbounded();
    let (said, hears) = async_channel::unbounded();
    let wire = Wire { heard, frame: Vec::new(), said };
    daemon.exec.spawn(Priority::Critical, converse(daemon.clone(), wire)).detach();
    Shell { says, hears }
}

pub(super) async fn shell(daemon: &Sampler, name: &str, redraw: u8) -> Shell {
    let shell = connect(daemon);
    shell.say(&format!("hello|v=1|shell={name}|answer=stream|redraw={redraw}")).await;
    assert!(shell.hear().await.starts_with("hello|"));
    shell
}

/// Longer than anything here takes.
pub(super) const LONG: Duration = Duration::from_secs(2);

pub(super) fn in_turn(test: impl FnOnce()) {
    let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    test();
    drop(turn);
}
