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
    assert_eq!(repo.open().state(), None);
    for (args, kind, abort) in [
        (&["merge", "side"][..], StateKind::Merge, &["merge", "--abort"][..]),
        (&["cherry-pick", "side"], StateKind::CherryPick, &["cherry-pick", "--abort"]),
        (&["revert", "--no-edit", "HEAD~1"], StateKind::Revert, &["revert", "--abort"]),
    ] {
        repo.try_git(args);
        if repo.open().state().is_none() {
            continue;
        }
        repo.check(&format!("{args:?}"));
        assert_eq!(repo.open().state(), state(kind, None));
        repo.git(abort);
    }
    repo.try_git(&["rebase", "side"]);
    repo.check("rebase");
    assert_eq!(repo.open().state(), state(StateKind::Rebase, Some((1, 1))));
    repo.remove("one.txt");
    repo.check("rebase, file gone");
    repo.git(&["rebase", "--abort"]);
    repo.try_git(&["rebase", "--apply", "side"]);
    assert_eq!(repo.open().state(), state(StateKind::Rebase, Some((1, 1))));
    repo.git(&["rebase", "--abort"]);
    repo.git(&["bisect", "start"]);
    assert_eq!(repo.open().state(), state(StateKind::Bisect, None));
    repo.git(&["bisect", "reset"]);
    let patch = repo.git(&["format-patch", "--stdout", "side~1..side"]);
    repo.write("../patch", &patch);
    repo.try_git(&["am", "../patch"]);
    assert_eq!(repo.open().state(), state(StateKind::Am, Some((1, 1))));
}
