//! References, whichever way they are stored. Their names are bytes.

pub(super) mod files;
mod packed;

use std::borrow::Cow;
use std::fmt;

use gix::ObjectId;
use gix::bstr::ByteSlice;
use serde::{Deserialize, Deserializer, Serialize};

use super::error::ReadError;
use super::open::Repository;

/// The full name of a reference, such as `refs/heads/main`: any bytes but those that git forbids, in no particular encoding.
#[derive(Clone, PartialEq, Eq, Hash, Serialize)]
pub struct RefName(Vec<u8>);

/// What people write, as in a scenario, is text.
impl<'de> Deserialize<'de> for RefName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Text(String),
            Bytes(Vec<u8>),
        }
        if !deserializer.is_human_readable() {
            return Vec::deserialize(deserializer).map(Self);
        }
        Ok(Self(match Written::deserialize(deserializer)? {
            Written::Text(text) => text.into_bytes(),
            Written::Bytes(bytes) => bytes,
        }))
    }
}

impl RefName {
    /// Takes a name as it is.
    pub fn new(name: impl Into<Vec<u8>>) -> Self {
        Self(name.into())
    }

    /// The name.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The name of a branch without `refs/heads/`; `None` for what is no branch.
    pub(super) fn branch(&self) -> Option<&[u8]> {
        self.0.strip_prefix(b"refs/heads/")
    }

    /// The name as git shows it in a status: without `refs/heads/`, or `refs/` where it is no branch. What is not UTF-8 is replaced by U+FFFD.
    pub fn shown(&self) -> Cow<'_, str> {
        self.branch().or_else(|| self.0.strip_prefix(b"refs/")).unwrap_or(&self.0).to_str_lossy()
    }
}

impl fmt::Debug for RefName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_bstr().fmt(out)
    }
}

/// What a reference says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// Another reference.
    Symbolic(RefName),
    /// An object.
    Object(ObjectId),
}

/// Where a reference leads in the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Resolved {
    /// The last reference, which names an object or is not there.
    pub name: RefName,
    pub id: Option<ObjectId>,
}

/// How many references are read one after the other. Source: `SYMREF_MAXDEPTH` in git's `refs/refs-internal.h`.
const MAX_DEPTH: usize = 5;

const WHAT: &str = "a reference";

const NOWHERE: &str = "a reference that leads nowhere";

/// How git completes a short name. Source: gitrevisions(7), `<refname>`.
const COMPLETIONS: [(&str, &str); 6] = [
    ("", ""),
    ("refs/", ""),
    ("refs/tags/", ""),
    ("refs/heads/", ""),
    ("refs/remotes/", ""),
    ("refs/remotes/", "/HEAD"),
];

impl Repository {
    /// Reads one reference by its full name, without following it. There is none of what is no name, such as
    /// `refs/heads/../x`, and one that leads to such is an error: nothing outside of the references is read.
    pub(super) fn read_ref(&self, name: &[u8]) -> Result<Option<Target>, ReadError> {
        if !is_valid(name) {
            return Ok(None);
        }
        let found = match &self.tables {
            Some(tables) => tables.find(name),
            None => files::find(self, name),
        };
        match found? {
            Some(Target::Symbolic(to)) if !is_valid(to.as_bytes()) => Err(ReadError::new(NOWHERE)),
            found => Ok(found),
        }
    }

    /// Follows a reference to its end; what leads to itself is an error.
    pub(super) fn resolve(&self, name: &[u8]) -> Result<Resolved, ReadError> {
        let mut name = RefName::new(name);
        for _ in 0..MAX_DEPTH {
            match self.read_ref(name.as_bytes())? {
                None => return Ok(Resolved { name, id: None }),
                Some(Target::Object(id)) => return Ok(Resolved { name, id: Some(id) }),
                Some(Target::Symbolic(next)) => name = next,
            }
        }
        Err(ReadError::new(NOWHERE))
    }

    /// The object that a reference leads to.
    pub(super) fn object_of(&self, name: &[u8]) -> Result<Option<ObjectId>, ReadError> {
        Ok(self.resolve(name)?.id)
    }

    /// Whether some object is read in another one's place.
    pub(super) fn has_replacements(&self) -> bool {
        let objects = &self.inner.objects;
        !objects.ignore_replacements && objects.store_ref().replacements().next().is_some()
    }

    /// Whether another object is read in the place of this one.
    pub(super) fn is_replaced(&self, id: &ObjectId) -> bool {
        let objects = &self.inner.objects;
        !objects.ignore_replacements && objects.store_ref().replacements().any(|(from, _)| from == *id)
    }

    /// Finds the reference that a short name means; `None` if there is none, or more than one and git minds.
    pub(super) fn complete(&self, name: &[u8]) -> Option<RefName> {
        let minds = self.flag("core.warnAmbiguousRefs", true);
        let mut found = None;
        for (before, after) in COMPLETIONS {
            let full = [before.as_bytes(), name, after.as_bytes()].concat();
            // What cannot be read is none for git here.
            let Some(resolved) = self.resolve(&full).ok().filter(|resolved| resolved.id.is_some()) else {
                continue;
            };
            if found.is_some() {
                return None;
            }
            found = Some(resolved.name);
            if !minds {
                break;
            }
        }
        found
    }
}

/// Whether a name may be that of a reference; so nothing leads out of the repository.
fn is_valid(name: &[u8]) -> bool {
    gix::validate::reference::name_partial(name.as_bstr()).is_ok()
}

/// Whether each work tree has a reference of this name for itself. Source: gitglossary(7), "per-worktree ref".
pub(super) fn is_own(name: &[u8]) -> bool {
    let own: [&[u8]; 3] = [b"refs/bisect/", b"refs/worktree/", b"refs/rewritten/"];
    own.iter().any(|prefix| name.starts_with(prefix))
        || name.iter().all(|byte| matches!(byte, b'A'..=b'Z' | b'-' | b'_'))
}

/// Reads an object's name at the beginning of a text; returns the rest.
pub(super) fn object_id(text: &[u8], kind: gix::hash::Kind) -> Option<(ObjectId, &[u8])> {
    let (hex, rest) = text.split_at_checked(kind.len_in_hex())?;
    Some((ObjectId::from_hex(hex).ok()?, rest))
}
