//! What attributes make of a file's content.

use std::fs;

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
