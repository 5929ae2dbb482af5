//! Files that were moved in the work tree, and announced by `git add --intent-to-add`.

use std::sync::atomic::{AtomicBool, Ordering};

use gix::bstr::BStr;
use gix::index::{State, entry};

use super::super::content::{Answer, Reader};
use super::super::disk::{Kind, Tree};
use super::super::error::ReadError;
use super::super::open::Repository;
use super::super::rename::{self, Print, Renames};
use super::super::staged::{File, Pair};
use super::super::walk::Found;
use super::StatusOptions;

impl Repository {
    /// Takes what was moved out of the deleted and the announced files.
    pub(super) fn moved_on_disk(
        &self,
        tree: &Tree,
        index: &State,
        found: &mut Found,
        options: &StatusOptions,
        interrupt: &AtomicBool,
    ) -> Result<Vec<Pair>, ReadError> {
        let may_be = !found.deleted.is_empty() || !found.modified.is_empty() || !found.replaced.is_empty();
        if found.added.is_empty() || !may_be || options.renames == Renames::Never {
            return Ok(Vec::new());
        }
        let sorted = |list: &[usize]| {
            let mut list = list.to_vec();
            list.sort_unstable();
            list
        };
        let (added, deleted) = (sorted(&found.added), sorted(&found.deleted));
        let mut reader = Reader::new(self, tree, index, interrupt)?;
        let mut new = Vec::new();
        for &at in added.iter().take_while(|_| !interrupt.load(Ordering::Relaxed)) {
            let mut file = File::at(index, at);
            let Ok(Some(facts)) = tree.facts(&file.path) else { continue };
            file.mode = match facts.kind {
                Kind::Link => entry::Mode::SYMLINK,
                Kind::File if facts.executable => entry::Mode::FILE_EXECUTABLE,
                Kind::File => entry::Mode::FILE,
                Kind::Folder | Kind::Other => continue,
            };
            if u64::from(facts.size) > rename::MAX_BYTES
                || reader.read(file.path.as_ref(), facts.kind == Kind::Link) != Answer::Same
            {
                continue;
            }
            let id = gix::objs::compute_hash(file.id.kind(), gix::objs::Kind::Blob, &reader.clean);
            file.id = id.map_err(ReadError::at("the work tree"))?;
            new.push((file, Print::new(&reader.clean)));
        }
        let changed = found.modified.iter().chain(&found.replaced).map(|&at| File::at(index, at)).collect();
        let old = deleted.iter().map(|&at| File::at(index, at)).collect();
        let moved = rename::detect_on_disk(self, old, changed, new, options.renames, interrupt);
        let is = |path: &BStr, at: usize| index.entries()[at].path(index) == path;
        for Pair { old, new } in &moved {
            found.added.retain(|&at| !is(new.path.as_ref(), at));
            found.deleted.retain(|&at| !is(old.path.as_ref(), at));
        }
        Ok(moved)
    }
}
