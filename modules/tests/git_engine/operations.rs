//! Conflicts, and operations under way.

use ziron_modules::git::engine::{State, StateKind};

use crate::world::{World, sample};

#[test]
fn conflicts_and_operations() {
    let world = World::new();
    let repo = world.init("r", &[]);
    sample(&repo);
    repo.commit("base");
    repo.git(&["checkout", "-q", "-b", "side"]);
    repo.write("one.txt", "side\n");
    repo.write("two.txt", "side\n");
    repo.remove("three");
    repo.commit("side");
    repo.git(&["checkout", "-q", "main"]);
    repo.write("one.txt", "main\n");
    repo.write("three", "main\n");
    repo.commit("main");
    let state = |kind, progress| Some(State { kind, progress });
    assert_eq!(repo.open().state().unwrap(), None);
    for (args, kind, abort) in [
        (&["merge", "side"][..], StateKind::Merge, &["merge", "--abort"][..]),
        (&["cherry-pick", "side"], StateKind::CherryPick, &["cherry-pick", "--abort"]),
        (&["revert", "--no-edit", "HEAD~1"], StateKind::Revert, &["revert", "--abort"]),
    ] {
        repo.try_git(args);
        if repo.open().state().unwrap().is_none() {
            continue;
        }
        repo.check(&format!("{args:?}"));
        assert_eq!(repo.open().state().unwrap(), state(kind, None));
        repo.git(abort);
    }
    repo.try_git(&["rebase", "side"]);
    repo.check("rebase");
    assert_eq!(repo.open().state().unwrap(), state(StateKind::Rebase, Some((1, 1))));
    repo.remove("one.txt");
    repo.check("rebase, file gone");
    repo.git(&["rebase", "--abort"]);
    repo.try_git(&["rebase", "--apply", "side"]);
    assert_eq!(repo.open().state().unwrap(), state(StateKind::Rebase, Some((1, 1))));
    repo.git(&["rebase", "--abort"]);
    repo.git(&["bisect", "start"]);
    assert_eq!(repo.open().state().unwrap(), state(StateKind::Bisect, None));
    repo.git(&["bisect", "reset"]);
    let patch = repo.git(&["format-patch", "--stdout", "side~1..side"]);
    repo.write("../patch", &patch);
    repo.try_git(&["am", "../patch"]);
    assert_eq!(repo.open().state().unwrap(), state(StateKind::Am, Some((1, 1))));
}

#[test]
fn the_middle_of_a_sequence() {
    for format in ["--ref-format=files", "--ref-format=reftable"] {
        let world = World::new();
        let repo = world.init("r", &[format]);
        sample(&repo);
        repo.commit("base");
        repo.git(&["checkout", "-q", "-b", "side"]);
        for text in ["1\n", "2\n", "3\n"] {
            repo.write("one.txt", text);
            repo.commit("side");
        }
        repo.git(&["checkout", "-q", "main"]);
        repo.write("one.txt", "main\n");
        repo.commit("main");
        for (start, kind, name) in [
            (&["cherry-pick", "side~3..side"][..], StateKind::CherryPick, "cherry-pick"),
            (&["revert", "--no-edit", "side~3..side"], StateKind::Revert, "revert"),
        ] {
            assert!(repo.try_git(start).is_none(), "a conflict");
            let state = || repo.open().state().unwrap();
            let expected = Some(State { kind, progress: None });
            assert_eq!(state(), expected, "{format} {name}: a conflict");
            let text = repo.git(&["status"]);
            assert!(text.contains(&format!("currently {name}ing")), "{text}");
            repo.write("one.txt", name);
            repo.git(&["add", "-A"]);
            repo.git(&["commit", "-q", "-m", "solved"]);
            let text = repo.git(&["status"]);
            assert!(text.to_lowercase().contains(&format!("{name} currently in progress")), "{text}");
            assert_eq!(state(), expected, "{format} {name}: the first conflict was committed");
            repo.check(name);
            repo.git(&[name, "--quit"]);
            assert_eq!(state(), None);
            repo.git(&["reset", "-q", "--hard"]);
        }
    }
}
