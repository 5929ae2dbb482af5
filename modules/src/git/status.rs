//! The state of the work tree.
//!
//! Shows: how many files are changed, staged, untracked and so on, and how far the branch is from the one it follows.
//! Hidden when: there is nothing to tell; outside a work tree.
//! Costs: one look at every tracked file and one listing of every directory, on other threads.

use ziron_macros::{Choice, Describe, Options, Vars};
use ziron_runtime::io::Io;
use ziron_runtime::place::Place;
use ziron_runtime::segment::Segment;
use ziron_runtime::source::{ReadError, Source};
use ziron_runtime::spec::{Format, StyleText};

use super::engine::{AheadBehind, Renames, Repository, Status, StatusOptions, Untracked};
use super::shared::{self, EVENTS, RepositoryKey, VARIABLES};

/// Shows the state of the work tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Options)]
#[module(
    name = "git_status",
    position = 16,
    feature = "git",
    facts(self, git::status::GitStash, git::status::GitDistance),
    alias(all_status = "$conflicted$stashed$deleted$renamed$modified$typechanged$staged$untracked$unknown"),
    cost = Tree, policy = Last,
    env = VARIABLES, events = EVENTS, files = [".git/HEAD", ".git/index", "every tracked file"]
)]
pub struct GitStatus {
    /// The format of the module.
    #[option(default = "([\\[$all_status$ahead_behind\\]]($style) )")]
    pub format: Format,
    /// The style of the module.
    #[option(default = "red bold")]
    pub style: StyleText,
    /// Shown if something is stashed; `${count}` entries.
    #[option(default = "\\$")]
    pub stashed: Format,
    /// Shown if the branch has `${count}` commits that the one it follows has not.
    #[option(default = "⇡")]
    pub ahead: Format,
    /// Shown if the branch lacks `${count}` commits of the one it follows.
    #[option(default = "⇣")]
    pub behind: Format,
    /// Shown if the branch is where the one it follows is.
    #[option(default = "")]
    pub up_to_date: Format,
    /// Shown if the branch has `${ahead_count}` commits of its own and lacks `${behind_count}`.
    #[option(default = "⇕")]
    pub diverged: Format,
    /// Shown for `${count}` files in conflict.
    #[option(default = "=")]
    pub conflicted: Format,
    /// Shown for `${count}` deleted files.
    #[option(default = "✘")]
    pub deleted: Format,
    /// Shown for `${count}` renamed files; if empty, renames are not looked for.
    #[option(default = "»")]
    pub renamed: Format,
    /// Shown for `${count}` changed files.
    #[option(default = "!")]
    pub modified: Format,
    /// Shown for `${count}` staged files.
    #[option(default = "+")]
    pub staged: Format,
    /// Shown for `${count}` untracked files; if empty, they are not looked for.
    #[option(default = "?")]
    pub untracked: Format,
    /// Shown for `${count}` files that became something else, such as a symbolic link.
    #[option(default = "")]
    pub typechanged: Format,
    /// Shown for `${count}` files of which only a program that the repository configures could tell whether they
    /// changed; it is not run.
    #[option(default = "~")]
    pub unknown: Format,
    /// Shown for `${count}` files that are announced but not yet staged.
    #[option(default = "")]
    pub worktree_added: Format,
    /// Shown for `${count}` files that are gone from the work tree.
    #[option(default = "")]
    pub worktree_deleted: Format,
    /// Shown for `${count}` files that are changed in the work tree.
    #[option(default = "")]
    pub worktree_modified: Format,
    /// Shown for `${count}` files that became something else in the work tree.
    #[option(default = "")]
    pub worktree_typechanged: Format,
    /// Shown for `${count}` files that are new in the index.
    #[option(default = "")]
    pub index_added: Format,
    /// Shown for `${count}` files that are gone from the index.
    #[option(default = "")]
    pub index_deleted: Format,
    /// Shown for `${count}` files that are changed in the index.
    #[option(default = "")]
    pub index_modified: Format,
    /// Shown for `${count}` files that became something else in the index.
    #[option(default = "")]
    pub index_typechanged: Format,
    /// Leaves submodules out.
    #[option(default = false)]
    pub ignore_submodules: bool,
    /// Accepted for starship's sake; Ziron reads every repository itself.
    #[option(default = false)]
    pub use_git_executable: bool,
    /// Leaves the module out.
    #[option(default = false)]
    pub disabled: bool,
}

impl Source for GitStatus {
    type Key = RepositoryKey;
    type Fact = Status;

    async fn key<I: Io>(&self, place: &Place, io: &I) -> Option<RepositoryKey> {
        shared::work_tree_key(place, io).await
    }

    async fn read<I: Io>(&self, _key: &RepositoryKey, place: &Place, io: &I) -> Result<Status, ReadError> {
        let options = StatusOptions {
            untracked: if self.untracked.0.is_empty() { Untracked::No } else { Untracked::Files },
            renames: if self.renamed.0.is_empty() { Renames::Never } else { Renames::Status },
            ignore_submodules: self.ignore_submodules,
            ..StatusOptions::default()
        };
        let status = move |repository: &Repository, stop: &_| repository.status(&options, stop);
        shared::open(place, io).read_aside(io, status).await
    }
}

/// Counts what is stashed.
#[derive(Clone, Copy, Debug, Describe)]
#[source(
    name = "git_stash", cost = File, policy = Never,
    env = VARIABLES, events = EVENTS, files = [".git/logs/refs/stash"]
)]
pub struct GitStash;

impl Source for GitStash {
    type Key = RepositoryKey;
    type Fact = u32;

    async fn key<I: Io>(&self, place: &Place, io: &I) -> Option<RepositoryKey> {
        shared::key(place, io).await
    }

    async fn read<I: Io>(&self, _key: &RepositoryKey, place: &Place, io: &I) -> Result<u32, ReadError> {
        shared::open(place, io).read(Repository::stash_count)
    }
}

/// Measures how far the branch is from the one it follows.
#[derive(Clone, Copy, Debug, Describe)]
#[source(
    name = "git_distance", cost = Tree, policy = Last,
    env = VARIABLES, events = EVENTS, files = [".git/HEAD", ".git/refs/", ".git/packed-refs", ".git/config"]
)]
pub struct GitDistance;

impl Source for GitDistance {
    type Key = RepositoryKey;
    type Fact = Option<AheadBehind>;

    async fn key<I: Io>(&self, place: &Place, io: &I) -> Option<RepositoryKey> {
        shared::key(place, io).await
    }

    async fn read<I: Io>(
        &self,
        _key: &RepositoryKey,
        place: &Place,
        io: &I,
    ) -> Result<Option<AheadBehind>, ReadError> {
        let distance = |repository: &Repository, stop: &_| {
            let head = repository.head()?;
            match repository.upstream(&head)?.filter(|upstream| upstream.exists) {
                Some(upstream) => repository.ahead_behind(&head, &upstream, stop),
                None => Ok(None),
            }
        };
        shared::open(place, io).read_aside(io, distance).await
    }
}

/// How many files there are of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Vars)]
pub struct Counted {
    /// How many.
    pub count: u32,
}

/// How far the branch is from the one it follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Choice)]
pub enum Distance {
    /// They are the same.
    #[choice("up_to_date")]
    UpToDate,
    /// It has commits of its own.
    #[choice("ahead")]
    Ahead {
        /// How many.
        count: u32,
    },
    /// It lacks some.
    #[choice("behind")]
    Behind {
        /// How many.
        count: u32,
    },
    /// Both.
    #[choice("diverged")]
    Diverged {
        /// How many it has of its own.
        ahead_count: u32,
        /// How many it lacks.
        behind_count: u32,
    },
}

/// The variables of the module.
#[derive(Clone, Copy, Debug, Vars)]
pub struct GitStatusVars {
    /// What is stashed.
    #[var(item = "stashed", fact = 1)]
    pub stashed: Option<Counted>,
    /// The distance to the branch that is followed.
    #[var(drawn, fact = 2)]
    pub ahead_behind: Option<Distance>,
    /// Files in conflict.
    #[var(item = "conflicted")]
    pub conflicted: Option<Counted>,
    /// Files deleted from the work tree or the index.
    #[var(item = "deleted")]
    pub deleted: Option<Counted>,
    /// Files renamed in the index, or in the work tree and announced.
    #[var(item = "renamed")]
    pub renamed: Option<Counted>,
    /// Files changed in the work tree.
    #[var(item = "modified")]
    pub modified: Option<Counted>,
    /// Files changed in the index.
    #[var(item = "staged")]
    pub staged: Option<Counted>,
    /// Files that git does not know.
    #[var(item = "untracked")]
    pub untracked: Option<Counted>,
    /// Files that became something else in the work tree.
    #[var(item = "typechanged")]
    pub typechanged: Option<Counted>,
    /// Files that may have changed.
    #[var(item = "unknown")]
    pub unknown: Option<Counted>,
    /// Files announced but not staged.
    #[var(item = "worktree_added")]
    pub worktree_added: Option<Counted>,
    /// Files gone from the work tree.
    #[var(item = "worktree_deleted")]
    pub worktree_deleted: Option<Counted>,
    /// Files changed in the work tree.
    #[var(item = "worktree_modified")]
    pub worktree_modified: Option<Counted>,
    /// Files that became something else in the work tree.
    #[var(item = "worktree_typechanged")]
    pub worktree_typechanged: Option<Counted>,
    /// Files new in the index.
    #[var(item = "index_added")]
    pub index_added: Option<Counted>,
    /// Files gone from the index.
    #[var(item = "index_deleted")]
    pub index_deleted: Option<Counted>,
    /// Files changed in the index.
    #[var(item = "index_modified")]
    pub index_modified: Option<Counted>,
    /// Files that became something else in the index.
    #[var(item = "index_typechanged")]
    pub index_typechanged: Option<Counted>,
}

impl Segment for GitStatus {
    type Facts<'a> = (Option<&'a Status>, Option<&'a u32>, Option<&'a Option<AheadBehind>>);
    type Vars<'a> = GitStatusVars;

    fn vars<'a>(&'a self, (status, stashed, distance): Self::Facts<'a>) -> Option<GitStatusVars> {
        let status = status?;
        let counted = |count: u32| (count > 0).then_some(Counted { count });
        let distance =
            distance.copied().flatten().map(|AheadBehind { ahead, behind }| match (ahead, behind) {
                (0, 0) => Distance::UpToDate,
                (count, 0) => Distance::Ahead { count },
                (0, count) => Distance::Behind { count },
                (ahead_count, behind_count) => Distance::Diverged { ahead_count, behind_count },
            });
        Some(GitStatusVars {
            stashed: counted(stashed.copied().unwrap_or_default()),
            ahead_behind: distance,
            conflicted: counted(status.conflicted),
            deleted: counted(status.deleted()),
            renamed: counted(status.renamed),
            modified: counted(status.modified()),
            staged: counted(status.staged()),
            untracked: counted(status.untracked),
            typechanged: counted(status.typechanged()),
            unknown: counted(status.unknown),
            worktree_added: counted(status.worktree_added),
            worktree_deleted: counted(status.worktree_deleted),
            worktree_modified: counted(status.worktree_modified),
            worktree_typechanged: counted(status.worktree_typechanged),
            index_added: counted(status.index_added),
            index_deleted: counted(status.index_deleted),
            index_modified: counted(status.index_modified),
            index_typechanged: counted(status.index_typechanged),
        })
    }
}
