//! Ignore rules.

use std::fs;
use std::os::unix::fs::symlink;

use crate::world::{World, sample};

#[test]
fn ignored_files() {
    let world = World::new();
    let repo = world.init("r", &[]);
    sample(&repo);
    repo.commit("1");
    repo.write("x.o", "");
    repo.write("a/x.o", "");
    repo.write("build/x", "");
    repo.write("a/build/x", "");
    repo.write("logs/drop", "");
    repo.check("patterns");
    repo.write("logs/keep", "");
    repo.check("negated");
    repo.write("a/.gitignore", "!*.o\nb\n");
    repo.write("a/b/new", "");
    repo.write("only/ignored.o", "");
    repo.write("deep/er/ignored.o", "");
    repo.write("deep/er/.gitignore", "*\n");
    repo.write("sp ace/tr\u{e4}", "");
    repo.check("deeper");
    repo.write(".git/info/exclude", "sp*\n/d*/\n");
    repo.check("info/exclude");
    let users = repo.path.parent().unwrap().join("ignore");
    fs::write(&users, "only\r\n# c\n\\!x\ntrail  \n").unwrap();
    repo.git(&["config", "core.excludesFile", users.to_str().unwrap()]);
    repo.write("!x", "");
    repo.write("trail", "");
    repo.check("core.excludesFile");
    repo.git(&["add", "-f", "build/x"]);
    repo.write("build/y", "");
    repo.check("tracked in an excluded directory");
    repo.write("build/x", "changed");
    repo.check("changed in an excluded directory");
    repo.write("mid/a/b/c", "");
    repo.write("mid/foo/bar", "");
    repo.write(".gitignore", "**/foo\nmid/*/b\na/**/new\n[ab]*.tmp\n*.tm?\n");
    repo.write("abc.tmp", "");
    repo.write("xyz.tmp", "");
    repo.check("wild patterns");
    repo.remove(".gitignore");
    symlink("a/.gitignore", repo.path.join(".gitignore")).unwrap();
    repo.check("a linked .gitignore is not followed");
}
