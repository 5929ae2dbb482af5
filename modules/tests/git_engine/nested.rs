//! Repositories inside the work tree.

use std::fs;
use std::sync::atomic::AtomicBool;

use ziron_modules::git::engine::{StatusError, StatusOptions};

use crate::world::{Repo, World, sample};

#[test]
fn nested_repositories() {
    let world = World::new();
    let repo = world.init("r", &[]);
    sample(&repo);
    repo.commit("1");
    let inner = world.init("r/inner", &[]);
    repo.check("nested, empty");
    sample(&inner);
    inner.commit("1");
    repo.check("nested");
    let deep = world.init("r/x/y/deep", &[]);
    repo.check("nested below");
    deep.write("f", "");
    repo.write("x/file", "");
    repo.check("nested below, with files");
    repo.write("fake/.git", "not a gitfile");
    repo.write("fake/file", "");
    repo.check("not a repository after all");
    repo.git(&["-c", "advice.addEmbeddedRepo=false", "add", "inner"]);
    repo.check("embedded");
    inner.write("one.txt", "changed");
    repo.check("embedded, changed");
    inner.commit("2");
    repo.check("embedded, new commit");
}

#[test]
fn a_submodule_that_nothing_is_said_about() {
    for format in ["--ref-format=files", "--ref-format=reftable"] {
        let world = World::new();
        let repo = world.init("r", &[format]);
        sample(&repo);
        let sub = world.init("r/sub", &[]);
        sample(&sub);
        sub.commit("1");
        let entry = format!("160000,{},sub", sub.git(&["rev-parse", "HEAD"]).trim());
        repo.git(&["update-index", "--add", "--cacheinfo", &entry]);
        repo.check("before the first commit");
        repo.git(&["commit", "-q", "-m", "1"]);
        repo.check("committed");
        sub.write("one.txt", "changed");
        repo.check("changed");
    }
}

#[test]
fn submodules() {
    let world = World::new();
    let library = world.init("library", &[]);
    sample(&library);
    library.commit("1");
    let repo = world.init("r", &[]);
    sample(&repo);
    repo.commit("1");
    repo.git(&["submodule", "add", "-q", library.path.to_str().unwrap(), "sub"]);
    repo.check("added");
    repo.commit("2");
    repo.check("clean");
    let sub = Repo { path: repo.path.join("sub") };
    assert!(sub.open().is_submodule());
    sub.check("inside");
    sub.write("one.txt", "changed");
    repo.check("changed");
    sub.git(&["checkout", "-q", "."]);
    sub.write("new", "");
    repo.check("untracked");
    for value in ["untracked", "dirty", "all", "none"] {
        repo.git(&["config", "submodule.sub.ignore", value]);
        repo.check(value);
    }
    sub.commit("3");
    repo.check("new commit");
    let options = StatusOptions { ignore_submodules: true, ..StatusOptions::default() };
    assert!(repo.open().status(&options, &AtomicBool::new(false)).unwrap().is_clean());
    repo.git(&["add", "sub"]);
    repo.check("staged commit");
    repo.remove("sub");
    repo.check("gone");
    fs::create_dir(repo.path.join("sub")).unwrap();
    repo.check("empty");
    repo.remove("sub");
    repo.write("sub", "a file");
    repo.check("replaced");
}

#[test]
fn a_damaged_gitmodules_is_an_error_where_it_is_needed() {
    let world = World::new();
    let library = world.init("library", &[]);
    library.commit("1");
    let repo = world.init("r", &[]);
    sample(&repo);
    repo.commit("1");
    repo.write(".gitmodules", "[submodule\n");
    repo.check("without submodules nobody reads it");
    repo.remove(".gitmodules");
    repo.git(&["submodule", "add", "-q", library.path.to_str().unwrap(), "sub"]);
    repo.commit("2");
    let modules = fs::read_to_string(repo.path.join(".gitmodules")).unwrap();
    repo.git(&["config", "submodule.sub.update", "!true"]);
    repo.check("a command of the user's");
    repo.write(".gitmodules", &format!("{modules}update = !true\n"));
    assert!(repo.try_git(&["status"]).is_none());
    let status = repo.open().status(&StatusOptions::default(), &AtomicBool::new(false));
    assert!(matches!(status, Err(StatusError::Read(_))), "a command of the repository's: {status:?}");
    repo.write(".gitmodules", "[submodule\n");
    assert!(repo.try_git(&["status"]).is_none());
    let status = repo.open().status(&StatusOptions::default(), &AtomicBool::new(false));
    assert!(matches!(status, Err(StatusError::Read(_))), "{status:?}");
}
