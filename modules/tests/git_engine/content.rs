//! What attributes make of a file's content.

use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration, SystemTime};

use ziron_modules::git::engine::Untracked;

use crate::world::World;

#[test]
fn line_endings_and_encodings() {
    let world = World::new();
    let repo = world.init("r", &[]);
    repo.write(
        ".gitattributes",
        "*.txt text\n*.crlf text eol=crlf\n*.id ident\n*.u16 working-tree-encoding=UTF-16LE\n",
    );
    repo.write("a.txt", "1\n2\n");
    repo.write("b.crlf", "1\n2\n");
    repo.write("c.id", "$Id$\n");
    fs::write(
        repo.path.join("d.u16"),
        "x\ny\n".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>(),
    )
    .unwrap();
    repo.commit("1");
    repo.git(&["rm", "-q", "-r", "--cached", "."]);
    repo.git(&["reset", "-q", "--hard"]);
    let touch = || {
        for entry in fs::read_dir(&repo.path).unwrap().flatten().filter(|entry| entry.path().is_file()) {
            let bytes = fs::read(entry.path()).unwrap();
            fs::write(entry.path(), bytes).unwrap();
        }
    };
    touch();
    repo.check("attributes");
    for value in ["true", "input", "false"] {
        repo.git(&["config", "core.autocrlf", value]);
        touch();
        repo.check(value);
        repo.git(&["rm", "-q", "-r", "--cached", "."]);
        repo.git(&["reset", "-q", "--hard"]);
        touch();
        repo.check(value);
    }
}

#[test]
fn files_of_the_second_in_which_the_index_was_written() {
    // A second that is long over, so that only its parts differ.
    let at =
        |milliseconds: u64| SystemTime::UNIX_EPOCH + Duration::from_millis(1_700_000_000_000 + milliseconds);
    let set = |path: &Path, milliseconds| {
        File::options().write(true).open(path).unwrap().set_modified(at(milliseconds)).unwrap();
    };
    let world = World::new();
    let repo = world.init("r", &[]);
    let index = repo.path.join(".git/index");
    repo.write("a.txt", "1\r\n2\r\n");
    set(&repo.path.join("a.txt"), 100);
    repo.git(&["-c", "core.autocrlf=input", "add", "a.txt"]);
    set(&index, 600);
    // Nothing says that files are converted, and nanoseconds that this one is the same.
    assert_eq!(repo.status(Untracked::No).worktree_modified, 0);
    repo.git(&["config", "core.autocrlf", "false"]);
    repo.check("as `core.autocrlf` was");
    assert_eq!(repo.status(Untracked::No).worktree_modified, 1);
    repo.git(&["config", "--unset", "core.autocrlf"]);
    repo.write(".gitattributes", "*.txt -text\n");
    repo.check("attributes");
    assert_eq!(repo.status(Untracked::No).worktree_modified, 1);
    // A file too large to be read again, of which the index has another size.
    repo.write("b.txt", &"1\r\n".repeat(500_000));
    set(&repo.path.join("b.txt"), 100);
    repo.remove(".gitattributes");
    repo.git(&["-c", "core.autocrlf=input", "add", "b.txt"]);
    repo.write(".gitattributes", "*.txt -text\n");
    set(&index, 600);
    repo.check("a large file");
    assert_eq!(repo.status(Untracked::No).worktree_modified, 2);
    // Another second, and git does not look either.
    set(&index, 1100);
    repo.check("a second later");
    assert_eq!(repo.status(Untracked::No).worktree_modified, 0);
}

#[test]
fn an_empty_file_that_the_index_has_with_content() {
    let world = World::new();
    let repo = world.init("r", &[]);
    repo.write(".gitattributes", "f filter=fill\n");
    repo.write("f", "");
    repo.git(&["-c", "filter.fill.clean=echo filled", "add", "f", ".gitattributes"]);
    // To git size 0 in the index says that it was not sure, whatever times say.
    let later = SystemTime::now() + Duration::from_secs(5);
    File::options().write(true).open(repo.path.join(".git/index")).unwrap().set_modified(later).unwrap();
    repo.check("without its filter");
    assert_eq!(repo.status(Untracked::No).worktree_modified, 1);
}
