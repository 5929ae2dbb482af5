//! The Redis back end against a real server, and against what only looks like one.

use std::io::Read;
use std::net::TcpListener;
use std::os::unix::net::UnixListener;
use std::process::{Child, Command, Stdio};

use super::*;
use crate::store::tests::{as_child, contract, hammer, in_processes};
use crate::store::{BackendChoice, Store};

/// A server of the test's own, on a Unix socket in a folder that goes with it.
struct RealServer {
    folder: tempfile::TempDir,
    process: Child,
}

impl RealServer {
    #[allow(clippy::print_stdout, reason = "who reads the tests' output should know what was not tested")]
    /// Starts a server and waits until it answers; `None`, with a word, if there is none on this machine and none is
    /// required.
    fn start(test: &str, more: &[&str]) -> Option<RealServer> {
        let folder = crate::safe_path::private_folder().unwrap();
        let process = Command::new("redis-server")
            .args(["--port", "0", "--save", "", "--appendonly", "no", "--unixsocket"])
            .arg(folder.path().join("socket"))
            .arg("--dir")
            .arg(folder.path())
            .args(more)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let Ok(mut process) = process else {
            assert!(
                std::env::var_os("ZIRON_REQUIRE_REDIS").is_none(),
                "redis-server is required and not installed"
            );
            println!("skipped: {test}: redis-server is not installed");
            return None;
        };
        // It says so when it is ready.
        let (mut said, mut byte) = (Vec::new(), [0]);
        let out = process.stdout.as_mut().unwrap();
        while !said.ends_with(b"eady to accept connections") {
            assert_eq!(out.read(&mut byte).unwrap(), 1, "{}", String::from_utf8_lossy(&said));
            said.push(byte[0]);
        }
        Some(RealServer { folder, process })
    }

    fn choice(&self) -> RedisChoice {
        choice(format!("unix://{}/socket", self.folder.path().display()))
    }

    fn store(&self, prefix: &'static str) -> Store {
        Store::open(
            BackendChoice::Redis(RedisChoice { prefix, ..self.choice() }),
            self.folder.path().join("facts"),
        )
    }
}

impl Drop for RealServer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A configuration's text lives as long as the program; so does a test's.
fn choice(url: String) -> RedisChoice {
    // A busy machine may take its time; nothing here waits so long unless something is wrong.
    RedisChoice { url: url.leak(), timeout: Duration::from_secs(20), ..RedisChoice::DEFAULT }
}

fn at_zero() -> SystemTime {
    SystemTime::UNIX_EPOCH
}

fn save(store: &Store, text: &str) {
    store.save("tool", &1_u32, &text.to_owned(), at_zero());
}

fn load(store: &Store) -> Option<String> {
    store.load::<u32, String>("tool", &1, at_zero()).map(|stored| stored.fact)
}

#[test]
fn redis_does_as_every_back_end() {
    let Some(server) = RealServer::start("redis_does_as_every_back_end", &[]) else { return };
    let other = server.store("other[*]");
    save(&other, "another's");
    contract(&server.store("ziron"));
    assert_eq!(load(&other).as_deref(), Some("another's"), "prefixes keep apart what is not the same");
    assert_eq!((other.backend(), other.size().0), ("Redis", 1));
}

/// What each process does that the next test starts; it does nothing by itself.
#[test]
fn hammering_redis_child() {
    if let Some((folder, number)) = as_child() {
        let url = format!("unix://{}/socket", folder.display());
        let store = Store::open(BackendChoice::Redis(choice(url)), folder.join("facts"));
        assert!(hammer(&store, number) > 0);
        assert!(!folder.join("facts").join(DOWN).exists());
    }
}

#[test]
fn many_processes_use_one_server() {
    let Some(server) = RealServer::start("many_processes_use_one_server", &[]) else { return };
    in_processes(4, "store::redis::tests::hammering_redis_child", server.folder.path());
    let store = server.store("ziron");
    assert_eq!((store.size().0, store.statistics(at_zero()).damaged), (12, 0));
}

#[test]
fn the_server_forgets_by_itself() {
    let Some(server) = RealServer::start("the_server_forgets_by_itself", &[]) else { return };
    let redis =
        Redis::new(RedisChoice { expire: Duration::from_secs(77), ..server.choice() }, server.folder.path());
    let redis = redis.unwrap();
    redis.write("tool-0000000000000001", b"x").unwrap();
    let left = redis.ask(&[b"PTTL", &redis.key("tool-0000000000000001")]).unwrap();
    assert!(matches!(left, RedisReply::Number(70_000..=77_000)), "{left:?}");
}

#[test]
fn a_password_and_a_database() {
    let Some(server) = RealServer::start("a_password_and_a_database", &["--requirepass", "se:cr@t"]) else {
        return;
    };
    let file = server.folder.path().join("facts");
    let refused = Redis::new(server.choice(), &file).unwrap();
    assert_eq!(refused.probe().unwrap_err().to_string(), "NOAUTH Authentication required.");
    let address = Address {
        password: Some("se:cr@t".into()),
        database: 3,
        ..address::parse(server.choice().url).unwrap()
    };
    let deadline = Instant::now() + Duration::from_secs(20);
    let mut link = Link::open(&address, deadline).unwrap();
    link.ask(&[b"SET", b"a", b"b"], deadline).unwrap();
    assert_eq!(link.ask(&[b"GET", b"a"], deadline).unwrap(), RedisReply::Bytes(b"b".to_vec()));
    let wrong = Address { password: Some("guess".into()), ..address };
    assert_eq!(Link::open(&wrong, deadline).unwrap_err().kind(), io::ErrorKind::PermissionDenied);
}

#[test]
fn a_server_that_dies_is_replaced_by_files_and_left_alone() {
    let Some(mut server) = RealServer::start("a_server_that_dies", &[]) else { return };
    let store = server.store("ziron");
    save(&store, "on the server");
    assert_eq!(load(&store).as_deref(), Some("on the server"));
    server.process.kill().unwrap();
    server.process.wait().unwrap();
    assert_eq!(load(&store), None);
    save(&store, "in a file");
    assert_eq!(load(&store).as_deref(), Some("in a file"));
    let next = server.store("ziron");
    assert_eq!(load(&next).as_deref(), Some("in a file"), "another process does not ask at all");
    assert_eq!(next.clear(None), 1);
}

#[test]
fn who_never_answers_costs_one_time_out() {
    let folder = crate::safe_path::private_folder().unwrap();
    // Connections are made by the kernel; nobody ever takes them.
    let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
    let _unix = UnixListener::bind(folder.path().join("socket")).unwrap();
    let urls = [
        format!("redis://{}", tcp.local_addr().unwrap()),
        format!("unix://{}/socket", folder.path().display()),
    ];
    for (number, url) in urls.into_iter().enumerate() {
        let choice = RedisChoice { timeout: Duration::from_millis(20), ..choice(url) };
        let folder = folder.path().join(number.to_string());
        let store = Store::open(BackendChoice::Redis(choice), &folder);
        assert_eq!(load(&store), None);
        assert!(folder.join(DOWN).exists());
        save(&store, "in a file");
        assert_eq!(load(&store).as_deref(), Some("in a file"));
        assert_eq!(files::names(&folder).count(), 1);
    }
}

#[test]
fn who_answers_nonsense_is_no_server() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("redis://{}", listener.local_addr().unwrap());
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut question = [0; 64];
        let count = stream.read(&mut question).unwrap();
        io::Write::write_all(&mut stream, b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
        count
    });
    let folder = crate::safe_path::private_folder().unwrap();
    let redis = Redis::new(choice(url), folder.path()).unwrap();
    assert_eq!(redis.read("tool-0000000000000001"), None);
    assert!(server.join().unwrap() > 0);
    assert!(!redis.is_there());
}

#[test]
fn passwords_are_not_shown() {
    let choice = choice("redis://:secret@127.0.0.1:1".into());
    let store = Store::open(BackendChoice::Redis(choice), "/nowhere");
    assert!(!format!("{choice:?} {store:?}").contains("secret"));
}

#[test]
#[cfg(feature = "background")]
fn who_is_in_a_hurry_has_another_thread_try_a_server_that_was_gone() {
    let folder = crate::safe_path::private_folder().unwrap();
    let nobody = format!("unix://{}", folder.path().join("nobody.sock").display());
    let gone = || {
        let redis = Redis::new(choice(nobody.clone()), folder.path()).unwrap();
        assert!(redis.ask(&[b"PING"]).is_err());
        assert!(!redis.is_there(), "it rests");
        redis.lock().failed_at = Instant::now().checked_sub(REST);
        redis
    };
    if gone().lock().failed_at.is_none() {
        return; // This machine has not been on for so long.
    }
    assert!(gone().is_there(), "who is in no hurry asks it");
    let redis = gone();
    redis.hurry();
    assert!(!redis.is_there());
    // It was tried, and is left alone for as long again.
    while redis.0.is_tried.load(Ordering::Relaxed) {
        std::thread::yield_now();
    }
    assert!(redis.lock().failed_at.is_some_and(|failed_at| failed_at.elapsed() < REST));
    assert!(!redis.is_there());
}
