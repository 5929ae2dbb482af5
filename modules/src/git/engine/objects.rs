//! Objects, wherever the environment says that they are.

use std::fmt;
use std::path::Path;

use gix::ObjectId;
use gix::objs::{Find, Write};
use gix::odb::{memory, store};

use super::environment::Environment;
use super::error::{OpenError, ReadError};
use super::open::Repository;

/// Where replacements of objects are. Source: git-replace(1).
const REPLACEMENTS: &[u8] = b"refs/replace/";

/// Where objects are besides the repository's own.
#[derive(Clone, Default)]
pub(super) struct Alternates(Vec<gix::OdbHandle>);

impl Alternates {
    /// Whether there are none, as nearly always.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Alternates {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_list().entries(self.0.iter().map(|objects| objects.store_ref().path())).finish()
    }
}

impl Repository {
    /// Opens the objects where they are not in the repository's own directory, and those besides them; and has replacements in tables of references
    /// read, of which gitoxide does not know.
    pub(super) fn look_for_objects(&mut self, environment: &Environment) -> Result<(), OpenError> {
        let replacements = self.replacements_in_tables();
        let base = self.root.as_deref().unwrap_or(&self.git_dir).to_owned();
        if environment.objects.is_some() || !replacements.is_empty() {
            let own = self.common_dir.join("objects");
            let dir = environment.objects.clone().unwrap_or(own);
            let known: Vec<_> = self.inner.objects.store_ref().replacements().collect();
            let ignore = self.inner.objects.ignore_replacements;
            self.inner.objects = self.objects_at(&dir, known.into_iter().chain(replacements))?;
            self.inner.objects.ignore_replacements = ignore;
        }
        for dir in environment.alternates.iter().filter(|dir| !dir.as_os_str().is_empty()) {
            // Git passes over one that is not there, and so misses objects later.
            if let Ok(objects) = self.objects_at(&base.join(dir), None) {
                self.alternates.0.push(objects);
            }
        }
        if !self.alternates.is_empty() {
            self.inner.objects.enable_object_memory();
        }
        Ok(())
    }

    fn objects_at(
        &self,
        dir: &Path,
        replacements: impl IntoIterator<Item = (ObjectId, ObjectId)>,
    ) -> Result<gix::OdbHandle, OpenError> {
        let kind = self.inner.object_hash();
        let unreadable =
            |error| OpenError::Unreadable { path: dir.to_owned(), source: gix::Error::from_error(error) };
        let objects = gix::odb::at_opts(dir, kind, replacements, store::init::Options::default());
        Ok(memory::Proxy::new(objects.map_err(unreadable)?, kind).with_write_passthrough())
    }

    /// The replacements in tables of references; what cannot be read there is told by who reads a reference.
    fn replacements_in_tables(&self) -> Vec<(ObjectId, ObjectId)> {
        let Some(tables) = &self.tables else { return Vec::new() };
        let base = self.setting("gitoxide.objects.replaceRefBase");
        let base = base.as_deref().unwrap_or(REPLACEMENTS);
        let found = tables.below(base).unwrap_or_default();
        let pair =
            |(name, id): (Vec<u8>, ObjectId)| Some((ObjectId::from_hex(name.strip_prefix(base)?).ok()?, id));
        found.into_iter().filter_map(pair).collect()
    }

    /// Finds an object.
    pub(super) fn object(&self, id: ObjectId, what: &'static str) -> Result<gix::Object<'_>, ReadError> {
        match self.inner.find_object(id) {
            Err(_) if self.fetch(id) => self.inner.find_object(id).map_err(ReadError::at(what)),
            found => found.map_err(ReadError::at(what)),
        }
    }

    /// Takes an object from where more of them are, so that all find it.
    pub(super) fn fetch(&self, id: ObjectId) -> bool {
        let mut bytes = Vec::new();
        self.alternates.0.iter().any(|objects| match objects.try_find(&id, &mut bytes) {
            Ok(Some(found)) => self.inner.objects.write_buf(found.kind, found.data).is_ok(),
            _ => false,
        })
    }
}
