//! Services of the daemon that end, and are begun again.

use std::collections::BTreeMap;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_lite::future::{or, pending, poll_once};

use super::stage::{LONG, connect, in_turn, set, shell, still};
use crate::daemon::program::Program;
use crate::daemon::serve::{Home, ShutdownReason, accept_all, all_services};
use crate::daemon::services::{self, LIMITS, Service};
use crate::exec::Priority;
use crate::exec::simulate::{self, for_seeds};
use crate::ipc::address::{self, Address};
use crate::ipc::peer;

/// How often each service was begun.
type Begun = Arc<Mutex<BTreeMap<String, usize>>>;

/// The service, whose first life ends with an error, and whose second one panics.
fn unlucky(mut service: Service, begun: &Begun) -> Service {
    let (name, begun) = (service.name.to_string(), begun.clone());
    let begin = move || {
        let work = (service.begin)();
        let mut begun = begun.lock().unwrap();
        let lives = begun.entry(name.clone()).or_default();
        *lives += 1;
        let fate = *lives;
        let ends = async move {
            match fate {
                1 => Err(io::Error::other("on purpose")),
                2 => panic!("on purpose"),
                _ => pending().await,
            }
        };
        or(work, ends)
    };
    Service::vital(service.name.clone(), Priority::Normal, begin)
}

#[test]
fn each_service_that_ends_is_begun_again() {
    let test = |world: simulate::World| async move {
        let daemon = still(&world, None);
        let runtime = crate::safe_path::private_folder().unwrap();
        let here = address::Surroundings::with_runtime_dir(runtime.path());
        let address = Address::of_canonical(Path::new("/bin/ziron-prompt"), &here).unwrap();
        let folder = Arc::new(address.prepare().unwrap());
        let (listener, socket) = peer::listen(&address, &folder).unwrap();
        let home = Home { folder, socket, program: Arc::new(Program::own()) };
        let trace = connect(&daemon);
        trace.say("hello|v=1|answer=once").await;
        trace.hear().await;
        trace.say("trace|filter=service").await;
        world.clock().sleep(LONG).await;
        let begun = Begun::default();
        let all = all_services(&daemon, listener, home);
        services::begin(&daemon, all.into_iter().map(|service| unlucky(service, &begun)));
        world.clock().sleep(LONG).await;
        let lives: Vec<_> = begun.lock().unwrap().clone().into_iter().collect();
        let names = ["bus", "configuration", "home", "listener", "tidying"];
        assert_eq!(lives, names.map(|name| (name.to_owned(), 3)));
        let told: Vec<_> = std::iter::from_fn(|| trace.hears.try_recv().ok()).collect();
        for why in ["home has failed: on purpose", "listener has failed: it panicked: on purpose"] {
            assert!(told.iter().any(|text| text.contains(why)), "{why}: {told:?}");
        }
        assert_eq!(daemon.ending(), None);
        // Those that were begun again work: an event is told, and the prompt is drawn with what it invalidated.
        let shell = shell(&daemon, "zsh", 1).await;
        assert_eq!(shell.draw(1, "/one").await, "1,1,");
        set([2, 2]);
        connect(&daemon).say("hello|v=1|shell=zsh|answer=once").await;
        shell.say("event|name=deploy").await;
        world.clock().sleep(LONG).await;
        assert_eq!(shell.redraws(), ["1 2,1,"]);
    };
    in_turn(|| for_seeds(0..10, test));
}

/// How often a service is begun that always fails, and what becomes of the daemon.
async fn hopeless(
    world: &simulate::World,
    service: fn(Box<dyn FnMut() -> crate::exec::supervise::Work + Send>) -> Service,
    span: Duration,
) -> (usize, Option<ShutdownReason>, Vec<String>) {
    let daemon = still(world, None);
    let begun = Arc::new(AtomicUsize::new(0));
    let count = begun.clone();
    let begin = move || -> crate::exec::supervise::Work {
        count.fetch_add(1, Ordering::Relaxed);
        Box::pin(async { Err(io::Error::other("no room")) })
    };
    services::begin(&daemon, [service(Box::new(begin))]);
    world.clock().sleep(span).await;
    let failing = daemon.failing().values().cloned().collect();
    (begun.load(Ordering::Relaxed), daemon.ending().cloned(), failing)
}

#[test]
fn the_daemon_ends_without_a_service_that_it_needs() {
    let test = |world: simulate::World| async move {
        let service = |begin| Service::vital("bus", Priority::High, begin);
        let why = String::from("bus failed 6 times within 60s: no room");
        let end = Some(ShutdownReason::Failed(why));
        assert_eq!(hopeless(&world, service, Duration::from_secs(300)).await, (6, end, vec![]));
    };
    in_turn(|| for_seeds(0..3, test));
}

#[test]
fn it_goes_on_without_another_one_which_is_tried_again_later() {
    let test = |world: simulate::World| async move {
        let service = |begin| Service::useful("configuration", Priority::Low, begin);
        let why = vec![String::from("configuration failed 6 times within 60s: no room")];
        assert_eq!(hopeless(&world, service, LIMITS.window).await, (6, None, why.clone()));
        assert_eq!(hopeless(&world, service, LIMITS.window + Duration::from_secs(30)).await, (12, None, why));
    };
    in_turn(|| for_seeds(0..3, test));
}

#[test]
fn a_socket_that_does_not_listen_is_a_failure() {
    let test = |world: simulate::World| async move {
        let daemon = still(&world, None);
        let (here, _there) = UnixStream::pair().unwrap();
        let listener = Arc::new(UnixListener::from(OwnedFd::from(here)));
        let failed = poll_once(accept_all(daemon, listener)).await;
        assert_eq!(failed.unwrap().unwrap_err().kind(), io::ErrorKind::InvalidInput);
    };
    in_turn(|| for_seeds(0..1, test));
}
