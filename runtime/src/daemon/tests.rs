//! Sessions over lines in memory, on the simulated clock.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_channel::{Receiver, Sender};

use super::feeds;
use super::hub::Hub;
use super::line::{Line, LineError, Spare};
use super::session::converse;
use super::warm;
use super::world::World;
use crate::exec::Priority;
use crate::exec::simulate::{self, for_seeds};
use crate::gather::{Gather, Parts};
use crate::io::{Io, Sent, Simulated};
use crate::ipc::frame::Frame;
use crate::pen::Pen;
use crate::place::Place;
use crate::prompt::{Background, Build, Module, Prompt, Settings, Shelved};
use crate::source::{Cost, Known, Manifest, Policy, ReadError, Source, Trigger};
use crate::store::Keeping;
use crate::store::Store;
use crate::store::eviction::Lru;
use crate::store::shelf::{Kept, Shelf};

/// The world that sources read: what stands in it is the fact.
static READ: [AtomicU64; 2] = [AtomicU64::new(0), AtomicU64::new(0)];

/// Shelves are the program's, so that tests have their turns.
static TURN: Mutex<()> = Mutex::new(());

/// Reads one of the numbers, in every directory anew.
#[derive(Debug)]
struct Number(usize);

static DEPLOYS: Number = Number(0);
static COMMITS: Number = Number(1);
static DEPLOYS_SHELF: Shelf<Lru> = Shelf::new("deploys", Keeping::DEFAULT);
static COMMITS_SHELF: Shelf<Lru> = Shelf::new("commits", Keeping::DEFAULT);

impl Source for Number {
    type Key = PathBuf;
    type Fact = u64;

    fn name(&self) -> &'static str {
        ["deploys", "commits"][self.0]
    }

    fn cost(&self) -> Cost {
        Cost::Process
    }

    fn policy(&self) -> Policy {
        Policy::Keyed
    }

    fn manifest(&self) -> Manifest {
        let events: &[Trigger] = [&[Trigger::Custom("deploy")][..], &[Trigger::CommandEnd]][self.0];
        Manifest::of(self).events(events)
    }

    async fn key<I: Io>(&self, place: &Place, _: &I) -> Option<PathBuf> {
        LOOKS.fetch_add(1, Ordering::SeqCst);
        // Nothing is deployed from below /plain.
        (self.0 == 1 || !place.physical.starts_with("/plain")).then(|| place.physical.clone())
    }

    async fn read<I: Io>(&self, _: &PathBuf, _: &Place, _: &I) -> Result<u64, ReadError> {
        READS.fetch_add(1, Ordering::SeqCst);
        Ok(READ[self.0].load(Ordering::SeqCst))
    }
}

/// How often anything was read.
static READS: AtomicU64 = AtomicU64::new(0);

/// How often anybody looked for anything.
static LOOKS: AtomicU64 = AtomicU64::new(0);

struct Facts {
    deploys: Known<u64>,
    commits: Known<u64>,
    /// What the request says.
    said: String,
}

struct Sample;

impl Prompt for Sample {
    type Facts = Facts;
    const BUILD: Build = Build { version: "0", config: "ziron.toml", config_hash: "0", build_hash: "0" };
    const SETTINGS: Settings = Settings {
        add_newline: false,
        budget: Duration::from_millis(500),
        command_timeout: Duration::from_millis(500),
        scan_timeout: Duration::from_millis(30),
        follow_symlinks: true,
        transient: false,
    };
    const BACKGROUND: Option<Background> =
        Some(Background { patience: Duration::from_millis(30), idle_exit: Duration::from_secs(60) });
    const VARIABLES: &'static [&'static str] =
        &["HOME", "LANG", "LC_ALL", "LC_CTYPE", "NO_COLOR", "PATH", "TERM", "ZIRON_PROFILE"];
    const MODULES: &'static [Module<Facts>] =
        &[Module { name: "numbers", doc: "Both numbers", sources: &[0, 1], draw: Self::left }];

    fn gather<G: Gather>(gather: &G) -> Facts {
        let deploys = gather.begin(Parts::LEFT, &DEPLOYS, &DEPLOYS_SHELF);
        let commits = gather.begin(Parts::LEFT, &COMMITS, &COMMITS_SHELF);
        let request = gather.request();
        let said = format!("{:?}{:?}{}", request.status, request.duration, request.jobs);
        Facts { deploys: gather.finish(deploys), commits: gather.finish(commits), said }
    }

    fn left(facts: &Facts, pen: &mut Pen<'_>) {
        for known in [&facts.deploys, &facts.commits] {
            if let Some(number) = known.get() {
                pen.put(number);
            }
            pen.text(",");
        }
    }

    fn right(facts: &Facts, pen: &mut Pen<'_>) {
        pen.put(&facts.said);
    }

    fn continuation(_: &mut Pen<'_>) {}
    fn transient_left(_: &Facts, _: &mut Pen<'_>) {}
    fn transient_right(_: &Facts, _: &mut Pen<'_>) {}

    fn sources() -> Vec<(&'static str, Manifest)> {
        vec![(DEPLOYS.name(), DEPLOYS.manifest()), (COMMITS.name(), COMMITS.manifest())]
    }

    fn shelves() -> Vec<Shelved> {
        let shelved = |shelf| Shelved { shelf, events: &[], refresh: None };
        vec![shelved(&DEPLOYS_SHELF), shelved(&COMMITS_SHELF)]
    }
}

struct Nowhere {
    store: Option<Arc<Store>>,
}

impl World for Nowhere {
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

    fn store(&self) -> Option<Arc<Store>> {
        self.store.clone()
    }
}

/// A line in memory.
struct Wire {
    heard: Receiver<Vec<u8>>,
    frame: Vec<u8>,
    said: Sender<String>,
}

impl Line for Wire {
    type Spare = Mute;

    async fn receive(&mut self) -> Result<bool, LineError> {
        let frame = self.heard.recv().await;
        frame.map_or(Ok(false), |frame| {
            self.frame = frame;
            Ok(true)
        })
    }

    fn frame(&self) -> Frame<'_> {
        Frame::new(&self.frame)
    }

    fn spare(&self) -> Mute {
        Mute
    }

    async fn send(&mut self, frame: &[u8]) -> io::Result<()> {
        let text = String::from_utf8_lossy(frame).replace('\x1f', "|").replace('\x1e', "");
        self.said.send(text).await.map_err(io::Error::other)
    }
}

struct Mute;

impl Spare for Mute {
    fn send_now(&self, _: &[u8]) {}
}

/// A shell at the other end of a line.
struct Shell {
    says: Sender<Vec<u8>>,
    hears: Receiver<String>,
}

impl Shell {
    async fn say(&self, text: &str) {
        self.says.send(text.replace('|', "\x1f").into_bytes()).await.unwrap();
    }

    async fn hear(&self) -> String {
        self.hears.recv().await.unwrap()
    }

    /// Asks for a prompt, and gives the left one.
    async fn draw(&self, seq: u32, path: &str) -> String {
        self.say(&format!("draw|seq={seq}|path={path}")).await;
        let text = self.hear().await;
        let fields: Vec<&str> = text.split('|').collect();
        assert_eq!(fields[..3], ["drawn", &seq.to_string(), "fresh"], "{text}");
        fields[3].to_owned()
    }

    /// What came unasked so far.
    fn redraws(&self) -> Vec<String> {
        std::iter::from_fn(|| self.hears.try_recv().ok())
            .map(|text| {
                let fields: Vec<&str> = text.split('|').collect();
                assert_eq!((fields[0], fields[2]), ("redraw", "fresh"), "{text}");
                format!("{} {}", fields[1], fields[3])
            })
            .collect()
    }
}

/// Changes the world.
fn set(numbers: [u64; 2]) {
    for (place, number) in READ.iter().zip(numbers) {
        place.store(number, Ordering::SeqCst);
    }
}

type Sampler = Arc<Hub<Sample, Nowhere>>;

fn hub(world: &simulate::World) -> Sampler {
    hub_with(world, None)
}

fn hub_with(world: &simulate::World, store: Option<Arc<Store>>) -> Sampler {
    DEPLOYS_SHELF.clear();
    COMMITS_SHELF.clear();
    set([1, 1]);
    let hub = Arc::new(Hub::new(Nowhere { store }, world.handle().clone()));
    feeds::begin(&hub);
    hub
}

async fn shell(hub: &Sampler, name: &str, redraw: u8) -> Shell {
    let (says, heard) = async_channel::unbounded();
    let (said, hears) = async_channel::unbounded();
    let wire = Wire { heard, frame: Vec::new(), said };
    hub.exec.spawn(Priority::Critical, converse(hub.clone(), wire)).detach();
    let shell = Shell { says, hears };
    shell.say(&format!("hello|v=1|shell={name}|answer=stream|redraw={redraw}")).await;
    assert!(shell.hear().await.starts_with("hello|"));
    shell
}

/// Longer than anything here takes.
const LONG: Duration = Duration::from_secs(2);

fn in_turn(test: impl FnOnce()) {
    let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    test();
    drop(turn);
}

#[test]
fn who_says_nothing_is_left_and_a_session_is_not() {
    let test = |world: simulate::World| async move {
        let hub = hub(&world);
        let session = shell(&hub, "zsh", 0).await;
        let (says, heard) = async_channel::unbounded();
        let (said, _hears) = async_channel::unbounded();
        let silent = Wire { heard, frame: Vec::new(), said };
        hub.exec.spawn(Priority::Critical, converse(hub.clone(), silent)).detach();
        world.clock().sleep(Duration::from_secs(9)).await;
        assert!(!says.is_closed(), "it has time to think");
        world.clock().sleep(Duration::from_secs(2)).await;
        assert!(says.is_closed(), "its place is free");
        world.clock().sleep(Duration::from_secs(3600)).await;
        assert_eq!(session.draw(1, "/one").await, "1,1,");
    };
    in_turn(|| for_seeds(0..20, test));
}

#[test]
fn an_event_redraws_exactly_the_sessions_that_show_the_source() {
    let test = |world: simulate::World| async move {
        let hub = hub(&world);
        let one = shell(&hub, "zsh", 1).await;
        let two = shell(&hub, "fish", 1).await;
        let plain = shell(&hub, "zsh", 1).await;
        let bash = shell(&hub, "bash", 0).await;
        assert_eq!(one.draw(1, "/one").await, "1,1,");
        assert_eq!(two.draw(1, "/two").await, "1,1,");
        assert_eq!(plain.draw(1, "/plain").await, ",1,");
        assert_eq!(bash.draw(1, "/one").await, "1,1,");
        let reads = READS.load(Ordering::SeqCst);
        set([2, 2]);
        // A tool that is no session tells of it, a hundred times.
        let tool = shell(&hub, "bash", 0).await;
        for _ in 0..100 {
            tool.say("event|name=deploy|data=staging").await;
        }
        world.clock().sleep(LONG).await;
        // The other source was not made old, and so is not read again.
        assert_eq!(one.redraws().last().map(String::as_str), Some("1 2,1,"));
        assert_eq!(two.redraws().last().map(String::as_str), Some("1 2,1,"));
        assert_eq!((plain.redraws(), bash.redraws()), (vec![], vec![]));
        assert!(
            READS.load(Ordering::SeqCst) <= reads + 4,
            "at most once a frame, and there were two at most"
        );
        // Who cannot be called sees it with the next prompt.
        assert_eq!(bash.draw(2, "/one").await, "2,1,");
    };
    in_turn(|| for_seeds(0..50, test));
}

#[test]
fn who_asks_at_the_same_time_shares_a_look_and_who_asks_later_does_not() {
    const SHELLS: u64 = 20;
    let all = AtomicU64::new(0);
    let test = |world: simulate::World| {
        let all = &all;
        async move {
            let hub = hub(&world);
            let mut shells = Vec::new();
            for _ in 0..SHELLS {
                shells.push(shell(&hub, "zsh", 1).await);
            }
            // What has to be read is nobody's to share.
            assert_eq!(shells[0].draw(1, "/one").await, "1,1,");
            let looks = || LOOKS.load(Ordering::SeqCst);
            let before = looks();
            assert_eq!(shells[0].draw(2, "/one").await, "1,1,");
            assert_eq!(shells[1].draw(2, "/one").await, "1,1,");
            assert_eq!(looks() - before, 4, "a look for each, of two sources");
            for shell in &shells {
                shell.say("draw|seq=3|status=7|path=/one").await;
            }
            let before = looks();
            for shell in &shells {
                assert!(shell.hear().await.starts_with("drawn|3|fresh|1,1,"));
            }
            all.fetch_add(looks() - before, Ordering::SeqCst);
            // It shows the same facts, and hears of the same events.
            set([2, 1]);
            shells[0].say("event|name=deploy").await;
            world.clock().sleep(LONG).await;
            for shell in &shells {
                assert_eq!(shell.redraws().last().map(String::as_str), Some("3 2,1,"));
            }
        }
    };
    const SEEDS: u64 = 50;
    in_turn(|| for_seeds(0..SEEDS, test));
    let looks = all.load(Ordering::SeqCst);
    assert!((SEEDS * 2..SEEDS * SHELLS).contains(&looks), "{looks} looks, of {}", SEEDS * SHELLS * 2);
}

#[test]
fn a_redraw_that_changes_nothing_is_not_sent() {
    in_turn(|| {
        for_seeds(0..20, |world| async move {
            let hub = hub(&world);
            let one = shell(&hub, "zsh", 1).await;
            assert_eq!(one.draw(1, "/one").await, "1,1,");
            let reads = READS.load(Ordering::SeqCst);
            one.say("event|name=deploy").await;
            world.clock().sleep(LONG).await;
            assert_eq!(READS.load(Ordering::SeqCst), reads + 1, "it was looked at");
            assert_eq!(one.redraws(), Vec::<String>::new());
            assert_eq!(hub.counts.redraws.load(Ordering::Relaxed), 0);
        });
    });
}

#[test]
fn a_command_concerns_those_who_show_the_same_place() {
    in_turn(|| {
        for_seeds(0..50, |world| async move {
            let hub = hub(&world);
            let here = shell(&hub, "zsh", 1).await;
            let same = shell(&hub, "zsh", 1).await;
            let elsewhere = shell(&hub, "zsh", 1).await;
            assert_eq!(here.draw(1, "/one").await, "1,1,");
            assert_eq!(same.draw(1, "/one").await, "1,1,");
            assert_eq!(elsewhere.draw(1, "/two").await, "1,1,");
            here.say("event|name=command-start").await;
            READ[1].store(2, Ordering::SeqCst);
            // The next request says by itself that the command has ended, and is answered with what is true now.
            assert_eq!(here.draw(2, "/one").await, "1,2,");
            world.clock().sleep(LONG).await;
            assert_eq!(same.redraws(), ["1 1,2,"]);
            assert_eq!((here.redraws(), elsewhere.redraws()), (vec![], vec![]));
            // While a command runs, nothing is drawn there.
            same.say("event|name=command-start").await;
            READ[0].store(7, Ordering::SeqCst);
            here.say("event|name=deploy").await;
            world.clock().sleep(LONG).await;
            assert_eq!(here.redraws(), ["2 7,2,"]);
            assert_eq!(same.redraws(), Vec::<String>::new());
        });
    });
}

#[test]
fn a_storm_is_drawn_at_most_once_in_a_frame() {
    in_turn(|| {
        for_seeds(0..10, |world| async move {
            let hub = hub(&world);
            let one = shell(&hub, "zsh", 1).await;
            one.draw(1, "/one").await;
            let tool = shell(&hub, "bash", 0).await;
            for number in 0..1000 {
                READ[0].store(number + 2, Ordering::SeqCst);
                tool.say("event|name=deploy").await;
                world.clock().sleep(Duration::from_millis(1)).await;
            }
            world.clock().sleep(LONG).await;
            let redraws = one.redraws();
            assert!(redraws.len() <= 1000 / 16 + 2, "{}", redraws.len());
            assert_eq!(redraws.last().map(String::as_str), Some("1 1001,1,"));
        });
    });
}

#[test]
fn events_and_traces_are_told_until_the_daemon_ends() {
    in_turn(|| {
        for_seeds(0..20, |world| async move {
            let hub = hub(&world);
            let (events, trace) = (shell(&hub, "bash", 0).await, shell(&hub, "bash", 0).await);
            events.say("events|filter=deploy session-*").await;
            trace.say("trace").await;
            world.clock().sleep(LONG).await;
            let one = shell(&hub, "zsh", 1).await;
            one.draw(1, "/one").await;
            // What is told at once is told by its urgency.
            world.clock().sleep(LONG).await;
            one.say("event|name=deploy|data=a b").await;
            one.say("event|name=other").await;
            world.clock().sleep(LONG).await;
            assert_eq!(events.hear().await, "text|session-began (session 3)\n");
            assert_eq!(events.hear().await, "text|deploy a b\n");
            let mut traced = Vec::new();
            while let Ok(text) = trace.hears.try_recv() {
                traced.push(text);
            }
            let has = |what: &str| traced.iter().any(|text| text.contains(what));
            for what in
                ["event session-began", "reads deploys", "has read commits in", "session 3 draws 1 in /one"]
            {
                assert!(has(what), "{what}: {traced:?}");
            }
            assert!(!has("again"), "nothing has changed: {traced:?}");
            hub.stop();
            assert_eq!(events.hear().await, "end|status=0");
        });
    });
}

/// What Rust writes for programmers is in no text for people.
fn are_words(text: &str) {
    for mark in
        ["{", "}", "[", "]", "\"", "::", "Some(", "None", "true", "false", "_ns", " 1 times", " 1 hits"]
    {
        assert!(!text.contains(mark), "{mark}: {text}");
    }
}

#[test]
fn what_the_daemon_does_is_said_in_words() {
    let labels = [
        "process",
        "build",
        "outdated",
        "running for",
        "connections",
        "requests",
        "redraws",
        "faults",
        "readings",
        "places",
        "hung",
        "silent",
        "shelf",
        "events",
        "rests",
        "tasks",
        "sessions",
    ];
    in_turn(|| {
        for_seeds(0..5, |world| async move {
            let hub = hub(&world);
            hub.rebuild.store(true, Ordering::Relaxed);
            let one = shell(&hub, "zsh", 1).await;
            one.draw(1, "/one").await;
            let tool = shell(&hub, "bash", 0).await;
            tool.say("status").await;
            let text = tool.hear().await;
            are_words(&text);
            let text = text.strip_prefix("text|").unwrap();
            for line in text.lines().filter(|line| !line.starts_with("end|")) {
                let label = line.get(..13).unwrap_or(line).trim();
                let is_session = line.starts_with("  ") && line.contains(" request");
                assert!(is_session || labels.contains(&label), "{label}: {text}");
            }
            assert!(text.contains("outdated     a rebuild is due: run ziron-build\n"), "{text}");
            assert!(text.contains("        1 request  /one\n"), "{text}");
            assert!(text.contains("       0 requests  \n"), "{text}");
        });
    });
}

#[test]
fn why_a_segment_shows_what_it_shows() {
    in_turn(|| {
        for_seeds(0..5, |world| async move {
            let hub = hub(&world);
            let one = shell(&hub, "zsh", 1).await;
            one.draw(1, "/one").await;
            let tool = shell(&hub, "bash", 0).await;
            tool.say("event|name=deploy").await;
            tool.say("why|segment=numbers|path=/one").await;
            let text = tool.hear().await;
            for line in [
                "numbers  Both numbers",
                "deploys  process · stored while its key is the same",
                "  key        /one",
                "  fact       1",
                "  old        an event has said that it may have changed",
                "  made old   by the event `deploy`, another key",
                "  made old   by the event `command-end`, another key",
                "  readings   it was read 0 s ago",
            ] {
                assert!(text.contains(line), "{line}: {text}");
            }
            assert!(text.ends_with("end|status=0"), "{text}");
            are_words(&text);
            tool.say("why|segment=numbers|path=/one|full=1").await;
            are_words(&tool.hear().await);
            tool.say("why|segment=number").await;
            let text = tool.hear().await;
            assert_eq!(
                text,
                "text|there is no module `number` in this prompt, which has: numbers\nend|status=1"
            );
            tool.say("metrics").await;
            let text = tool.hear().await;
            for line in ["ziron_requests_total 1", "ziron_reading_seconds_count{source=\"commits\"} 1"] {
                assert!(text.lines().any(|known| known == line), "{line}: {text}");
            }
        });
    });
}

#[test]
fn what_a_shell_says_of_where_it_goes_is_read_ahead() {
    let test = |world: simulate::World| async move {
        let hub = hub(&world);
        let one = shell(&hub, "zsh", 1).await;
        let reads = || READS.load(Ordering::SeqCst);
        let before = reads();
        one.say("event|name=directory|path=/one").await;
        world.clock().sleep(warm::PAUSE / 2).await;
        assert_eq!(reads(), before, "it may ask at once");
        world.clock().sleep(LONG).await;
        assert_eq!((reads(), one.hears.len()), (before + 2, 0), "both, and nothing is said of it");
        assert_eq!(one.draw(1, "/one").await, "1,1,");
        assert_eq!(reads(), before + 2, "what holds for its key is not read again");
        // A shell that begins says where, and goes.
        let begins = shell(&hub, "zsh", 0).await;
        begins.say("event|name=directory|path=/two").await;
        world.clock().sleep(warm::PAUSE / 2).await;
        drop(begins);
        world.clock().sleep(LONG).await;
        assert_eq!(reads(), before + 2, "a session that has ended wants nothing");
        let (says, heard) = async_channel::unbounded();
        let (said, hears) = async_channel::unbounded();
        let wire = Wire { heard, frame: Vec::new(), said };
        hub.exec.spawn(Priority::Critical, converse(hub.clone(), wire)).detach();
        let begins = Shell { says, hears };
        begins.say("event|name=directory|path=/two").await;
        drop(begins);
        world.clock().sleep(LONG).await;
        assert_eq!(reads(), before + 4);
        assert_eq!(one.draw(2, "/two").await, "1,1,");
        assert_eq!(reads(), before + 4);
    };
    in_turn(|| for_seeds(0..50, test));
}

#[test]
fn a_prompt_does_not_wait_for_what_is_read_ahead() {
    let test = |world: simulate::World| async move {
        let hub = hub(&world);
        let one = shell(&hub, "zsh", 1).await;
        let looks = || LOOKS.load(Ordering::SeqCst);
        let before = looks();
        // As `cd` does: both at once.
        one.say("event|name=directory|path=/one").await;
        assert_eq!(one.draw(1, "/one").await, "1,1,");
        world.clock().sleep(LONG).await;
        assert_eq!(looks(), before + 2, "the prompt has looked, and nobody else");
        // A script that goes through many folders: the last one counts.
        for folder in 0..100 {
            one.say(&format!("event|name=directory|path=/{folder}")).await;
        }
        world.clock().sleep(LONG).await;
        assert_eq!(looks(), before + 4);
        // What is said without a place is an event as any other.
        one.say("event|name=directory").await;
        world.clock().sleep(LONG).await;
        assert_eq!((looks(), hub.leftovers.load(Ordering::Relaxed)), (before + 4, 0));
    };
    in_turn(|| for_seeds(0..50, test));
}

#[test]
fn what_an_event_made_old_does_not_come_back_from_the_store() {
    in_turn(|| {
        for_seeds(0..5, |world| async move {
            let folder = crate::safe_path::private_folder().unwrap();
            let store = Arc::new(Store::new(folder.path()));
            let hub = hub_with(&world, Some(store.clone()));
            let one = shell(&hub, "bash", 0).await;
            one.draw(1, "/one").await;
            let key = PathBuf::from("/one");
            let stored = |source| store.load::<PathBuf, u64>(source, &key, Simulated::new().now());
            assert_eq!(
                [stored("deploys"), stored("commits")].map(|stored| stored.map(|it| it.fact)),
                [Some(1); 2]
            );
            one.say("event|name=deploy").await;
            world.clock().sleep(LONG).await;
            assert_eq!((stored("deploys"), stored("commits").map(|it| it.fact)), (None, Some(1)));
        });
    });
}

#[test]
fn the_variables_of_the_prompt_are_those_that_its_sources_read() {
    assert_eq!(Sample::VARIABLES, crate::variables::of_manifests::<Sample>());
}

/// What is held for an empty line is what an empty line is answered with, where nothing has changed; and where
/// something has, the shell is told so.
#[test]
fn a_held_picture_is_that_of_the_next_answer() {
    let test = |world: simulate::World| async move {
        let hub = hub(&world);
        let random = world.random();
        let one = shell(&hub, "zsh", 1).await;
        for seq in (1..20).step_by(2) {
            let said = format!("status={}|jobs={}|path=/one", random.below(3), random.below(3));
            let duration = if random.chance(0.5) { "|duration=830" } else { "" };
            one.say(&format!("draw|seq={seq}|{said}{duration}")).await;
            let text = one.hear().await;
            let fields: Vec<&str> = text.split('|').collect();
            let held = match fields[8..] {
                ["="] => fields[3..8].to_vec(),
                ref held => held.to_vec(),
            };
            assert_eq!(fields[8] == "=", duration.is_empty(), "{text}");
            let has_changed = random.chance(0.3);
            if has_changed {
                READ[1].fetch_add(1, Ordering::SeqCst);
                shell(&hub, "bash", 0).await.say("event|name=command-end").await;
                // The session is not called: it has asked already.
                one.say("event|name=command-start").await;
            }
            one.say(&format!("draw|seq={}|held=1|{said}", seq + 1)).await;
            let text = one.hear().await;
            let kind = if has_changed { "redraw" } else { "drawn" };
            let fields: Vec<&str> = text.split('|').collect();
            assert_eq!(fields[..3], [kind, &(seq + 1).to_string(), "fresh"], "{text}");
            assert_eq!(fields[3..7] == held[..4], !has_changed, "{text}: {held:?}");
        }
        // Who cannot draw again has no use for it.
        let bash = shell(&hub, "bash", 0).await;
        bash.say("draw|seq=1|held=1|path=/one").await;
        let text = bash.hear().await;
        assert!(text.starts_with("drawn|1|") && text.split('|').count() == 8, "{text}");
    };
    in_turn(|| for_seeds(0..50, test));
}
