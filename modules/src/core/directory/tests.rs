use ziron_runtime::io::Simulated;

use super::*;
use crate::testing::place;

const PLAIN: Directory = Directory::DEFAULT;
const DOTS: Directory = Directory { truncation_symbol: "…/", ..PLAIN };
const STYLED: Directory = Directory { repo_root_style: Some(StyleText("red")), ..PLAIN };
const FROM_HOME: Directory = Directory { truncate_to_repo: false, ..STYLED };

/// What is shown of a directory in `/home/me`, where `repo` is a repository: the pieces around the root, then the rest.
fn shown(module: Directory, path: &str) -> String {
    let io = Simulated::new()
        .env_var("HOME", "/home/me")
        .file("/home/me/repo/.git/HEAD", "ref: refs/heads/main\n")
        .folder(path);
    at(module, path, &io)
}

fn at(module: Directory, path: &str, io: &Simulated) -> String {
    let place = place(io, path);
    let shown = futures_lite::future::block_on(async {
        let key = module.key(&place, io).await.unwrap();
        module.read(&key, &place, io).await.unwrap()
    });
    let vars = module.vars(Some(&shown)).unwrap();
    match vars.layout {
        Layout::Plain => vars.path.text.to_owned(),
        Layout::Repository => {
            format!("{}[{}]{}", vars.before_root_path.text, vars.repo_root.text, vars.path.text)
        }
    }
}

#[test]
fn the_end_of_a_path() {
    let two = Directory { truncation_length: 2, ..DOTS };
    let all = Directory { truncation_length: 0, ..PLAIN };
    for (module, path, expected) in [
        (PLAIN, "/", "/"),
        (PLAIN, "/usr", "/usr"),
        (DOTS, "/usr/share/doc", "/usr/share/doc"),
        (two, "/usr/share/doc", "…/share/doc"),
        (PLAIN, "/home/me", "~"),
        (PLAIN, "/home/me/", "~"),
        (PLAIN, "/home/me/a", "~/a"),
        (PLAIN, "/home/me/a/b", "~/a/b"),
        (PLAIN, "/home/me/a/b/c", "a/b/c"),
        (DOTS, "/home/me/a/b/c", "…/a/b/c"),
        (all, "/home/me/a/b/c/d", "~/a/b/c/d"),
        (Directory { truncation_length: -1, ..PLAIN }, "/home/me/a/b/c/d", "~/a/b/c/d"),
        (PLAIN, "/home/menot", "/home/menot"),
        (Directory { home_symbol: "", ..PLAIN }, "/home/me/a", "/a"),
    ] {
        assert_eq!(shown(module, path), expected, "{path} {module:?}");
    }
}

#[test]
fn repositories() {
    for (module, path, expected) in [
        (PLAIN, "/home/me/repo", "repo"),
        (DOTS, "/home/me/repo", "…/repo"),
        (PLAIN, "/home/me/repo/src", "repo/src"),
        (PLAIN, "/home/me/repo/src/lib/deep", "src/lib/deep"),
        (Directory { truncate_to_repo: false, ..PLAIN }, "/home/me/repo/src", "~/repo/src"),
        (STYLED, "/home/me/repo", "[repo]"),
        (STYLED, "/home/me/repo/src/lib", "[repo]/src/lib"),
        (STYLED, "/home/me/repo/src/lib/deep", "src/lib/deep"),
        (STYLED, "/home/me/a", "~/a"),
        (FROM_HOME, "/home/me/repo/src", "~/[repo]/src"),
        (FROM_HOME, "/home/me/repo/src/lib", "[repo]/src/lib"),
        (FROM_HOME, "/home/me/repo/repo", "~/[repo]/repo"),
    ] {
        assert_eq!(shown(module, path), expected, "{path} {module:?}");
    }
}

#[test]
fn a_work_tree_that_variables_name() {
    for (variables, path, expected) in [
        (&[("GIT_DIR", "/x/.git"), ("GIT_WORK_TREE", "/home/me/a")][..], "/home/me/a/b", "a/b"),
        (&[("GIT_DIR", "/x/.git"), ("GIT_WORK_TREE", "/home/me/a")], "/home/me/b/c", "~/b/c"),
        (&[("GIT_DIR", "/x/.git"), ("GIT_WORK_TREE", "")], "/home/me/a/b", "~/a/b"),
        (&[("GIT_WORK_TREE", "/home/me/a")], "/home/me/a/b", "~/a/b"),
        (&[("GIT_WORK_TREE", "/home/me/repo/src")], "/home/me/repo/src/lib", "src/lib"),
        (&[("GIT_WORK_TREE", "/home/me/other")], "/home/me/repo/src", "~/repo/src"),
    ] {
        let mut io = Simulated::new()
            .env_var("HOME", "/home/me")
            .file("/home/me/repo/.git/HEAD", "ref: refs/heads/main\n")
            .folder(path);
        for (name, value) in variables {
            io = io.env_var(name, value);
        }
        assert_eq!(at(PLAIN, path, &io), expected, "{variables:?} {path}");
    }
}

#[test]
fn first_letters() {
    let letters = |letters, folders, module| Directory {
        fish_style_pwd_dir_length: letters,
        truncation_length: folders,
        ..module
    };
    for (module, path, expected) in [
        (letters(1, 3, PLAIN), "/work/tmp/x/y/z", "/w/t/x/y/z"),
        (letters(2, 1, PLAIN), "/home/me/.config/nvim/lua", "~/.co/nv/lua"),
        (letters(1, 1, PLAIN), "/usr/lib", "/u/lib"),
        (letters(1, 1, PLAIN), "/home/me/éa/日本/x", "~/é/日/x"),
        (letters(1, 1, PLAIN), "/home/me/a/a/a", "~/a/a/a"),
        (letters(1, 3, PLAIN), "/home/me/repo/src/lib", "~/repo/src/lib"),
        (letters(1, 3, PLAIN), "/home/me/repo/src/lib/deep/deeper", "~/r/s/lib/deep/deeper"),
        (letters(1, 3, STYLED), "/home/me/repo/src", "~/[repo]/src"),
        (letters(1, 1, STYLED), "/home/me/repo/src/lib", "~/r/s/lib"),
        (letters(1, 2, DOTS), "/home/me/b", "~/b"),
    ] {
        assert_eq!(shown(module, path), expected, "{path} {module:?}");
    }
}

#[test]
fn substitutions_come_before_the_cut() {
    for (module, substitutions, path, expected) in [
        (PLAIN, &[("~/a", "Q"), ("b", "BB")][..], "/home/me/a/b/c", "Q/BB/c"),
        (PLAIN, &[("a", "b"), ("b", "c")], "/home/me/a/b", "~/c/c"),
        (PLAIN, &[("", "x")], "/home/me/a", "~/a"),
        (FROM_HOME, &[("repo", "R")], "/home/me/repo/src", "~/R/src"),
        (Directory { fish_style_pwd_dir_length: 1, ..DOTS }, &[("zz", "Z")], "/home/me/a/b/c", "…/a/b/c"),
    ] {
        let all = substitutions.iter().map(|(from, to)| Substitution { from, to, regex: false });
        let module = Directory { substitutions: Vec::leak(all.collect()), ..module };
        assert_eq!(shown(module, path), expected, "{path} {module:?}");
    }
}

#[cfg(feature = "regex")]
#[test]
fn patterns_replace_their_first_match() {
    for (from, to, expected) in
        [("[bc]", "X", "~/a/X/c/d"), ("(b)/(c)", "$2-${1}x", "~/a/c-bx/d"), ("(", "X", "~/a/b/c/d")]
    {
        let substitutions = Vec::leak(vec![Substitution { from, to, regex: true }]);
        assert_eq!(
            shown(Directory { substitutions, truncation_length: 0, ..PLAIN }, "/home/me/a/b/c/d"),
            expected
        );
    }
}

#[test]
fn the_home_directory_may_be_anywhere() {
    let io = Simulated::new().file("/home/me/repo/.git/HEAD", "").folder("/home/me/repo/src");
    assert_eq!(at(PLAIN, "/home/me/repo/src", &io), "repo/src", "nowhere");
    let at_root = Simulated::new().env_var("HOME", "/").folder("/usr/bin");
    assert_eq!(at(PLAIN, "/usr/bin", &at_root), "~/usr/bin");
    let in_repo = io.env_var("HOME", "/home/me/repo");
    assert_eq!(at(PLAIN, "/home/me/repo/src", &in_repo), "~/src");
    assert_eq!(at(STYLED, "/home/me/repo/src", &in_repo), "~/src");
}

#[test]
fn a_lock_where_nothing_can_be_written() {
    let io = Simulated::new().folder("/open").locked_folder("/locked");
    for (path, expected) in [("/open", ""), ("/locked", "🔒")] {
        let place = place(&io, path);
        let key = futures_lite::future::block_on(PLAIN.key(&place, &io)).unwrap();
        assert_eq!(PLAIN.vars(Some(&PLAIN.arrange(&key))).unwrap().read_only, expected);
    }
}

#[test]
#[allow(clippy::disallowed_methods, reason = "symbolic links are a matter of the real file system")]
fn symbolic_links_keep_their_names() {
    use std::os::unix::fs::symlink;
    use std::time::Duration;
    use ziron_runtime::io::{Real, Sent};

    let folder = tempfile::tempdir().unwrap();
    let top = std::fs::canonicalize(folder.path()).unwrap();
    std::fs::create_dir_all(top.join("repo/.git")).unwrap();
    std::fs::write(top.join("repo/.git/HEAD"), "").unwrap();
    std::fs::create_dir_all(top.join("repo/src/lib")).unwrap();
    symlink(top.join("repo/src/lib"), top.join("repo/inside")).unwrap();
    symlink(top.join("repo"), top.join("alias")).unwrap();
    symlink(top.join("repo/src"), top.join("beside")).unwrap();
    for (path, logical, physical) in [
        ("repo/inside", "repo/inside", "repo/src/lib"),
        ("alias/src", "alias/src", "repo/src"),
        ("beside/lib", "~/beside/lib", "repo/src/lib"),
    ] {
        let path = top.join(path);
        let real = std::fs::canonicalize(&path).unwrap();
        let place = Place::new(path, real, Some(top.clone()), Duration::from_secs(1));
        let shown = |module: Directory| {
            let key =
                futures_lite::future::block_on(module.key(&place, &Real::with(Sent::of_process()))).unwrap();
            module.arrange(&key).path
        };
        assert_eq!(shown(PLAIN), logical);
        assert_eq!(shown(Directory { use_logical_path: false, ..PLAIN }), physical);
    }
}

#[test]
fn a_path_can_be_a_link() {
    let io = Simulated::new().host("box").folder("/srv/50% off;\u{1b}");
    let url = |module: Directory| {
        let place = place(&io, "/srv/50% off;\u{1b}");
        let shown = futures_lite::future::block_on(async {
            let key = module.key(&place, &io).await.unwrap();
            module.read(&key, &place, &io).await.unwrap()
        });
        module.vars(Some(&shown)).unwrap().path.url.to_owned()
    };
    assert_eq!(url(PLAIN), "");
    assert_eq!(url(Directory { hyperlink: true, ..PLAIN }), "file://box/srv/50%25%20off%3B%1B");
}

#[test]
fn what_is_too_long_for_the_system_is_not_asked_for() {
    for (folders, is_asked) in [(100, true), (3000, false)] {
        let root = format!("/home/me{}", "/d".repeat(folders));
        let io = Simulated::new().folder("/other").file(&*root, "");
        let found = futures_lite::future::block_on(at_or_above(
            root.as_ref(),
            root.as_ref(),
            &place(&io, "/other"),
            &io,
        ));
        assert_eq!(found.is_some(), is_asked, "{folders}");
    }
}
