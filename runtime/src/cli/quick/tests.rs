use std::collections::HashMap;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use proptest::prelude::*;

use super::super::arguments::{Arguments, Command, Way};
use super::*;
use crate::gather::Parts;
use crate::ipc::address::{Address, Surroundings};
use crate::ipc::message::{
    Drawn, Fault, Freshness, Hello, Reply, ReplyMode as How, State, Wanted, Welcome, write_draw,
};
use crate::ipc::version::VERSION;

const NAMES: &[&str] = &["EDITOR", "HOME", "PATH", "TERM"];

/// What the ordinary way would say for a call that it draws with the daemon's help; `None` if it would not.
fn ordinary(arguments: &[&[u8]], environment: &HashMap<Vec<u8>, Vec<u8>>) -> Option<Vec<u8>> {
    let words = arguments.iter().map(|word| OsStr::from_bytes(word));
    let Arguments { command, request, .. } = Arguments::parse(lexopt::Parser::from_args(words)).ok()?;
    let wanted = match command {
        Command::Prompt(Parts::ALL, Way::Asking) => Wanted::All,
        Command::Prompt(Parts::LEFT, Way::Asking) => Wanted::Left,
        Command::Prompt(Parts::RIGHT, Way::Asking) => Wanted::Right,
        _ => return None,
    };
    let mut request = super::super::world::complete(&request);
    if request.logical_path.is_none() {
        request.logical_path = environment.get(&b"PWD"[..]).map(|path| OsStr::from_bytes(path).into());
    }
    if request.path.is_none() {
        request.path = Some(std::env::current_dir().unwrap());
    }
    let mut out = Vec::new();
    let hello = Hello {
        version: Some(VERSION),
        build: "the build".into(),
        shell: request.shell,
        answer: How::Once,
        ..Hello::default()
    };
    hello.write(&mut out);
    let variables = NAMES
        .iter()
        .filter_map(|name| Some((OsStr::new(name), OsStr::from_bytes(environment.get(name.as_bytes())?))));
    write_draw(1, &request, &wanted, variables, &mut out);
    Some(out)
}

fn quick(arguments: &[&[u8]], environment: &HashMap<Vec<u8>, Vec<u8>>) -> Option<Vec<u8>> {
    let mut room = vec![0; ROOM_BYTES];
    let variables = |name: &[u8]| environment.get(name).map(Vec::as_slice);
    let length = Call::read(arguments)?.write("the build", NAMES, &variables, &mut room)?;
    room.truncate(length);
    Some(room)
}

/// What may stand behind an option.
fn value() -> impl Strategy<Value = Vec<u8>> {
    let numbers =
        prop_oneof!["[0-9]{0,6}", "0[0-9]{1,3}", "[+-]?[0-9]{1,20}", "[0-9]{1,3}( {1,2}[0-9]{1,3}){0,3} ?"];
    prop_oneof![
        4 => numbers.prop_map(String::into_bytes),
        1 => "(zsh|fish|tcsh|nothing|vicmd|--all)".prop_map(String::into_bytes),
        1 => "/[a-z/\u{1d}-\u{1f} é]{0,12}".prop_map(String::into_bytes),
        1 => prop::collection::vec(1..=255_u8, 0..8),
    ]
}

fn option() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let with_value = prop::sample::select(vec![
        "--shell",
        "--status",
        "--pipestatus",
        "--cmd-duration",
        "--jobs",
        "--shlvl",
        "--keymap",
        "--terminal-width",
        "--path",
        "--logical-path",
    ]);
    let alone =
        prop::sample::select(vec!["--all", "--right", "--direct", "--continuation", "-V", "more", "prompt"]);
    prop_oneof![
        6 => (with_value.clone(), value()).prop_map(|(name, value)| vec![name.as_bytes().to_vec(), value]),
        3 => (with_value, value()).prop_map(|(name, value)| vec![[name.as_bytes(), b"=", &value].concat()]),
        1 => alone.prop_map(|word| vec![word.as_bytes().to_vec()]),
    ]
}

proptest! {
    #[test]
    fn it_says_what_the_ordinary_way_says_or_nothing(
        options in prop::collection::vec(option(), 0..6),
        values in prop::collection::hash_map(
            prop::sample::select(vec!["EDITOR", "HOME", "PATH", "PWD", "OTHER"]).prop_map(|name| name.as_bytes().to_vec()),
            prop::collection::vec(1..=255_u8, 0..20),
            0..5,
        ),
    ) {
        let words: Vec<Vec<u8>> = std::iter::once(b"prompt".to_vec()).chain(options.into_iter().flatten()).collect();
        let words: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
        if let Some(said) = quick(&words, &values) {
            let ordinary = ordinary(&words, &values);
            prop_assert_eq!(Some(String::from_utf8_lossy(&said).into_owned()), ordinary.map(|text| String::from_utf8_lossy(&text).into_owned()));
        }
    }

    #[test]
    fn an_answer_is_shown_as_the_ordinary_way_shows_it(
        parts in prop::array::uniform5("[a-z\n]{0,9}"),
        is_all: bool,
        cut in any::<prop::sample::Index>(),
    ) {
        let [left, right, transient_left, transient_right, prelude] = parts.each_ref().map(String::as_bytes);
        let drawn = Drawn { seq: 1, freshness: Freshness::Fresh, left, right, transient_left, transient_right, prelude, held: None };
        let mut received = Vec::new();
        Reply::Welcome(Welcome { version: Some(VERSION), ..Welcome::default() }).write(&mut received);
        Reply::Drawn(drawn).write(&mut received);
        let Answer::Parts(range) = answer(&received, is_all) else { panic!("it is complete") };
        let mut shown = received[range].to_vec();
        let expected = if is_all {
            *shown.last_mut().unwrap() = FIELD_END;
            parts.map(|part| part + "\u{1f}").concat()
        } else {
            parts[0].clone()
        };
        prop_assert_eq!(String::from_utf8(shown).unwrap(), expected);
        let part = cut.index(received.len());
        prop_assert_eq!(answer(&received[..part], is_all), Answer::Incomplete);
    }
}

#[test]
fn the_calls_of_scripts_are_quick() {
    let calls = [
        "prompt",
        "prompt --right",
        "prompt --status=0 --jobs=0 --terminal-width=120",
        "prompt --all --shell tcsh --status 1 --pipestatus 1 --cmd-duration 1500 --jobs _ --shlvl 2 --keymap _ --terminal-width 80 --logical-path /tmp",
        "prompt --all --shell elvish --status 0 --pipestatus 0 1 --cmd-duration _ --jobs _ --shlvl _ --keymap _ --terminal-width _",
    ];
    let environment =
        HashMap::from([(b"HOME".to_vec(), b"/root".to_vec()), (b"PWD".to_vec(), b"/tmp".to_vec())]);
    for call in calls {
        let words: Vec<&[u8]> =
            call.split(' ').map(|word| if word == "_" { b"" } else { word.as_bytes() }).collect();
        let said = quick(&words, &environment);
        if call.contains("0 1") {
            // Those words are two here.
            assert_eq!(said, None);
        } else {
            assert_eq!(said, ordinary(&words, &environment), "{call}");
            assert!(said.is_some(), "{call}");
        }
    }
}

#[test]
fn a_request_that_has_no_room_goes_the_ordinary_way() {
    let environment = HashMap::from([(b"PATH".to_vec(), vec![b'x'; ROOM_BYTES])]);
    assert_eq!(quick(&[b"prompt"], &environment), None);
}

#[test]
fn what_is_unusual_in_an_answer_goes_the_ordinary_way() {
    let said = |replies: &[Reply<'_>]| {
        let mut received = Vec::new();
        for reply in replies {
            reply.write(&mut received);
        }
        answer(&received, true)
    };
    let welcome = |state| Reply::Welcome(Welcome { state, ..Welcome::default() });
    let drawn = |seq| Reply::Drawn(Drawn { seq, ..Drawn::default() });
    assert_eq!(said(&[welcome(State::Refused)]), Answer::Unusual);
    assert_eq!(said(&[Reply::Fault(Fault::default())]), Answer::Unusual);
    assert_eq!(said(&[welcome(State::Ok), drawn(2)]), Answer::Unusual);
    assert_eq!(said(&[drawn(1)]), Answer::Incomplete, "nobody has said hello");
    assert!(matches!(
        said(&[Reply::Text(b"x".into()), welcome(State::OtherBuild), drawn(1)]),
        Answer::Parts(_)
    ));
    assert_eq!(answer(b"hello\x1fstate=ok\x1edrawn\x1f1\x1ffresh\x1fleft\x1e", true), Answer::Unusual);
    let longer = b"hello\x1fstate=ok\x1edrawn\x1f1\x1ffresh\x1fl\x1fr\x1f\x1f\x1fp\x1fof later versions\x1e";
    let Answer::Parts(range) = answer(longer, true) else { panic!("later versions append") };
    assert_eq!(&longer[range], b"l\x1fr\x1f\x1f\x1fp\x1f");
}

#[test]
fn the_daemon_is_where_it_says_it_is() {
    let private = crate::safe_path::private_folder().unwrap();
    let mine = private.path().to_str().unwrap();
    let uid = rustix::process::geteuid().as_raw();
    std::os::unix::fs::symlink(mine, private.path().join("link")).unwrap();
    let link = format!("{mine}/link");
    let open = private.path().join("open");
    for folder in [&open, &private.path().join("plain")] {
        std::fs::create_dir(folder).unwrap();
    }
    std::fs::set_permissions(&open, std::os::unix::fs::PermissionsExt::from_mode(0o777)).unwrap();
    for (runtime, is_quick) in [
        (mine, true),
        (&*format!("{mine}/"), true),
        (&*format!("{mine}//"), true),
        (&*format!("{mine}/./"), false),
        (&*format!("{mine}/plain/.."), false),
        (&*link, false),
    ] {
        let world = Surroundings::with_runtime_dir(runtime);
        for program in ["/usr/bin/ziron-prompt", "/usr/bin/ziron-prompt (deleted)", "/"] {
            let address = Address::of_canonical(Path::new(program), &world).unwrap();
            let look = || {
                let mut room = [0; 108];
                reach::socket(program.as_bytes(), Some(runtime.as_bytes()), uid, &mut room)
                    .map(|length| room[..length].to_vec())
            };
            assert_eq!(look(), Err(if is_quick { Outcome::Silent } else { Outcome::NotMine }), "{runtime}");
            address.prepare().unwrap();
            if is_quick {
                assert_eq!(
                    Path::new(OsStr::from_bytes(&look().unwrap())).components().collect::<Vec<_>>(),
                    address.socket().components().collect::<Vec<_>>()
                );
            } else {
                assert_eq!(look(), Err(Outcome::NotMine));
            }
            std::fs::remove_dir_all(private.path().join("ziron")).unwrap();
        }
    }
    // What is not this user's alone is not looked at: as there is no folder of the session either, it is for the
    // ordinary way.
    let open = open.to_str().unwrap();
    for (runtime, uid) in
        [(open, uid), (mine, uid + 1), ("/nowhere", 7), ("relative", 7), ("", 7), ("/tmp", 7)]
    {
        let world = Surroundings { uid, ..Surroundings::with_runtime_dir(runtime) };
        assert!(Address::of_canonical(Path::new("/p"), &world).is_err(), "{runtime}");
        assert_eq!(
            reach::socket(b"/p", Some(runtime.as_bytes()), uid, &mut [0; 108]),
            Err(Outcome::NotMine),
            "{runtime}"
        );
    }
    assert_eq!(reach::socket(b"/p", Some(mine.as_bytes()), uid, &mut [0; 30]), Err(Outcome::NotMine));
}
