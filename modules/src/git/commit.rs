//! The commit.
//!
//! Shows: the first digits of the commit's hash, and the nearest tag if asked.
//! Hidden when: outside a repository; on a branch, unless `only_detached = false`.
//! Costs: two small files; with tags, a walk through history.

use serde::{Deserialize, Serialize};
use ziron_macros::{Options, Vars};
use ziron_runtime::io::Io;
use ziron_runtime::pen::{Datum, Pen};
use ziron_runtime::place::Place;
use ziron_runtime::segment::Segment;
use ziron_runtime::source::{Cost, Policy, ReadError, Source};
use ziron_runtime::spec::{Format, StyleText};

use super::engine;
use super::shared::{self, EVENTS, RepositoryKey, VARIABLES};

/// Shows the commit that is checked out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Options)]
#[module(
    name = "git_commit", position = 13, feature = "git", facts(self),
    cost = if self.tag_disabled { Cost::File } else { Cost::Tree },
    policy = if self.tag_disabled { Policy::Never } else { Policy::Last },
    env = VARIABLES, events = EVENTS, files = [".git/HEAD", ".git/refs/", ".git/packed-refs"]
)]
pub struct GitCommit {
    /// The format of the module.
    #[option(default = "[\\($hash$tag\\)]($style) ")]
    pub format: Format,
    /// The style of the module.
    #[option(default = "green bold")]
    pub style: StyleText,
    /// How many digits of the hash are shown.
    #[option(default = 7, unit = "digits")]
    pub commit_hash_length: u64,
    /// Shows the module only where a commit is checked out rather than a branch.
    #[option(default = true)]
    pub only_detached: bool,
    /// The symbol before the tag.
    #[option(default = " 🏷  ")]
    pub tag_symbol: &'static str,
    /// Shows no tag.
    #[option(default = true)]
    pub tag_disabled: bool,
    /// How many tags are considered to find the nearest; 0 for those on the commit itself.
    #[option(default = 0)]
    pub tag_max_candidates: u64,
    /// Leaves the module out.
    #[option(default = false)]
    pub disabled: bool,
}

/// A commit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commit {
    hash: String,
    tag: Option<String>,
}

impl Source for GitCommit {
    type Key = RepositoryKey;
    type Fact = Option<Commit>;

    async fn key<I: Io>(&self, place: &Place, io: &I) -> Option<RepositoryKey> {
        shared::key(place, io).await
    }

    async fn read<I: Io>(
        &self,
        _key: &RepositoryKey,
        place: &Place,
        io: &I,
    ) -> Result<Option<Commit>, ReadError> {
        let options = *self;
        let find = move |repository: &engine::Repository| {
            let head = repository.head()?;
            if options.only_detached && !head.is_detached() {
                return Ok(None);
            }
            let Some(hash) = head.short_id(options.commit_hash_length as usize) else { return Ok(None) };
            let tag = if options.tag_disabled {
                None
            } else {
                repository.nearest_tag(&head, options.tag_max_candidates as usize)?
            };
            Ok::<_, engine::ReadError>(Some(Commit { hash: hash.to_owned(), tag }))
        };
        let shared = shared::open(place, io);
        if self.tag_disabled {
            shared.read(find)
        } else {
            shared.read_aside(io, move |repository, _| find(repository)).await
        }
    }
}

/// A tag with its symbol.
#[derive(Clone, Copy, Debug)]
pub struct Tag<'a> {
    symbol: &'a str,
    name: &'a str,
}

impl Datum for Tag<'_> {
    fn is_empty(&self) -> bool {
        self.name.is_empty()
    }

    fn draw(&self, pen: &mut Pen<'_>) {
        pen.put_str(self.symbol);
        pen.put_str(self.name);
    }
}

/// The variables of the module.
#[derive(Clone, Copy, Debug, Vars)]
pub struct GitCommitVars<'a> {
    /// The first digits of the commit's hash.
    pub hash: &'a str,
    /// The nearest tag, with its symbol.
    pub tag: Option<Tag<'a>>,
}

impl Segment for GitCommit {
    type Facts<'a> = Option<&'a Option<Commit>>;
    type Vars<'a> = GitCommitVars<'a>;

    fn vars<'a>(&'a self, commit: Self::Facts<'a>) -> Option<GitCommitVars<'a>> {
        let commit = commit?.as_ref()?;
        let tag = commit.tag.as_deref().map(|name| Tag { symbol: self.tag_symbol, name });
        Some(GitCommitVars { hash: &commit.hash, tag })
    }
}
