//! Settings at which git gives up: a format of the repository that it does not know, and values that are none.
//!
//! Source: `verify_repository_format` in git's `setup.c`; `git_default_config` in its `config.c`, and what `git status` of 2.47 said to each setting.

use gix::bstr::{BStr, ByteSlice};
use gix::config::file::Metadata;
use gix::config::{File, Source};

use super::environment::{number, yes_or_no};
use super::error::OpenError;
use super::open::Repository;

/// The newest format that git reads.
const NEWEST: i64 = 1;
/// Extensions of every format.
const ANY: [&str; 4] = ["noop", "preciousobjects", "partialclone", "worktreeconfig"];
/// Extensions of format 1 only. `relativeworktrees` came with git 2.48.
const NEW: [&str; 5] = ["noop-v1", "objectformat", "compatobjectformat", "refstorage", "relativeworktrees"];

/// What a value has to be.
#[derive(Clone, Copy)]
enum Kind {
    /// A yes, a no, or one of these words.
    Bool(&'static [&'static str]),
    /// A number, or one of these words.
    Number(&'static [&'static str]),
    /// One of these words.
    Word(&'static [&'static str]),
    /// Anything, but not nothing at all.
    Text,
}
use Kind::{Bool, Number, Text, Word};

/// Settings that `git status` reads, by section. Source: git-config(1).
const VALUES: [(&str, &[(&str, Kind)]); 7] = [
    (
        "core",
        &[
            ("abbrev", Number(&["auto", "no", "false", "off"])),
            ("attributesfile", Text),
            ("autocrlf", Bool(&["input"])),
            ("bare", Bool(&[])),
            ("bigfilethreshold", Number(&[])),
            ("checkstat", Word(&["default", "minimal"])),
            ("commitgraph", Bool(&[])),
            ("compression", Number(&[])),
            ("deltabasecachelimit", Number(&[])),
            ("excludesfile", Text),
            ("filemode", Bool(&[])),
            ("hookspath", Text),
            ("ignorecase", Bool(&[])),
            ("ignorestat", Bool(&[])),
            ("logallrefupdates", Bool(&["always"])),
            ("loosecompression", Number(&[])),
            ("maxtreedepth", Number(&[])),
            ("multipackindex", Bool(&[])),
            ("packedgitlimit", Number(&[])),
            ("packedgitwindowsize", Number(&[])),
            ("precomposeunicode", Bool(&[])),
            ("prefersymlinkrefs", Bool(&[])),
            ("preloadindex", Bool(&[])),
            ("protecthfs", Bool(&[])),
            ("protectntfs", Bool(&[])),
            ("quotepath", Bool(&[])),
            ("safecrlf", Bool(&["warn"])),
            ("sparsecheckout", Bool(&[])),
            ("sparsecheckoutcone", Bool(&[])),
            ("symlinks", Bool(&[])),
            ("trustctime", Bool(&[])),
            ("usereplacerefs", Bool(&[])),
            ("warnambiguousrefs", Bool(&[])),
            ("worktree", Text),
        ],
    ),
    (
        "status",
        &[
            ("aheadbehind", Bool(&[])),
            ("branch", Bool(&[])),
            ("displaycommentprefix", Bool(&[])),
            ("relativepaths", Bool(&[])),
            ("renamelimit", Number(&[])),
            ("renames", Bool(&["copies", "copy"])),
            ("short", Bool(&[])),
            ("showstash", Bool(&[])),
            ("showuntrackedfiles", Bool(&["no", "normal", "all"])),
            ("submodulesummary", Number(&["true", "yes", "on", "false", "no", "off", ""])),
        ],
    ),
    (
        "diff",
        &[
            ("algorithm", Word(&["myers", "default", "minimal", "patience", "histogram"])),
            ("autorefreshindex", Bool(&[])),
            ("context", Number(&[])),
            ("ignoresubmodules", Word(&["all", "untracked", "dirty", "none"])),
            ("indentheuristic", Bool(&[])),
            ("interhunkcontext", Number(&[])),
            ("mnemonicprefix", Bool(&[])),
            ("noprefix", Bool(&[])),
            ("orderfile", Text),
            ("relative", Bool(&[])),
            ("renamelimit", Number(&[])),
            ("renames", Bool(&["copies", "copy"])),
            ("statgraphwidth", Number(&[])),
            ("suppressblankempty", Bool(&[])),
        ],
    ),
    (
        "color",
        &[
            ("advice", Bool(&["never", "always", "auto"])),
            ("diff", Bool(&["never", "always", "auto"])),
            ("status", Bool(&["never", "always", "auto"])),
            ("ui", Bool(&["never", "always", "auto"])),
        ],
    ),
    (
        "index",
        &[
            ("skiphash", Bool(&[])),
            ("sparse", Bool(&[])),
            ("threads", Number(&["true", "yes", "on", "false", "no", "off", ""])),
            ("version", Number(&[])),
        ],
    ),
    ("feature", &[("experimental", Bool(&[])), ("manyfiles", Bool(&[]))]),
    ("user", &[("email", Text), ("name", Text), ("useconfigonly", Bool(&[]))]),
];

impl Kind {
    /// Whether git takes a value; `None` is a key without one.
    fn takes(self, value: Option<&BStr>) -> bool {
        let Some(value) = value else {
            return match self {
                Bool(words) => words != ["always"],
                Number(words) => words.contains(&"true"),
                Word(_) | Text => false,
            };
        };
        let Ok(text) = value.to_str() else { return matches!(self, Text) };
        let is = |words: &[&str]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
        match self {
            Bool(words) => yes_or_no(text).is_some() || is(words),
            Number(words) => number(text).is_some() || is(words),
            Word(words) => is(words),
            Text => true,
        }
    }
}

impl Repository {
    /// Looks at the format, which the repository's own file says.
    pub(super) fn check_format(&self) -> Result<(), OpenError> {
        let config = self.inner.config_snapshot();
        let file = config.plumbing();
        let own = |section: &Metadata| section.source == Source::Local;
        let key = "core.repositoryFormatVersion";
        let Some(version) = file.string_filter(key, own) else { return Ok(()) };
        let format = version.to_str().ok().and_then(number).filter(|format| *format <= NEWEST);
        let format = format.ok_or_else(|| self.refusal(key, version.as_bstr()))?;
        for section in file.sections_by_name("extensions").into_iter().flatten() {
            if !own(section.meta()) || section.header().subsection_name().is_some() {
                continue;
            }
            for name in section.value_names() {
                let lower = name.to_ascii_lowercase();
                let is_known = match () {
                    () if ANY.contains(&&*lower) => true,
                    () if NEW.contains(&&*lower) => format >= 1,
                    () => format < 1,
                };
                let value = section.value(&name).unwrap_or_default();
                let takes = match &*lower {
                    "objectformat" | "compatobjectformat" => Word(&["sha1", "sha256"]),
                    "refstorage" => Word(&["files", "reftable"]),
                    "preciousobjects" | "worktreeconfig" => Bool(&[]),
                    _ => Text,
                };
                if !is_known || !takes.takes(Some(value.as_bstr())) {
                    return Err(self.refusal(&format!("extensions.{name}"), value.as_bstr()));
                }
            }
        }
        Ok(())
    }

    /// Looks at the values of the whole configuration.
    pub(super) fn check_values(&self) -> Result<(), OpenError> {
        let config = self.inner.config_snapshot();
        match wrong(config.plumbing()) {
            Some((key, value)) => Err(self.refusal(&key, value.as_bytes().as_bstr())),
            None => Ok(()),
        }
    }

    fn refusal(&self, key: &str, value: &BStr) -> OpenError {
        OpenError::Refused {
            path: self.git_dir.clone(),
            key: key.to_owned(),
            value: value.to_str_lossy().into_owned(),
        }
    }
}

/// The first setting with a value that is none.
fn wrong(file: &File) -> Option<(String, String)> {
    for (section, keys) in VALUES {
        for found in file.sections_by_name(section).into_iter().flatten() {
            if found.header().subsection_name().is_some() {
                continue;
            }
            for name in found.value_names() {
                let Some((_, kind)) = keys.iter().find(|(key, _)| key.eq_ignore_ascii_case(&name)) else {
                    continue;
                };
                let values = found.values(&name);
                let bad = match found.body().value_implicit(&name) {
                    Some(None) if !kind.takes(None) => Some(String::new()),
                    _ => values
                        .iter()
                        .find(|value| !kind.takes(Some(value.as_bstr())))
                        .map(ToString::to_string),
                };
                if let Some(value) = bad {
                    return Some((format!("{section}.{name}"), value));
                }
            }
        }
    }
    None
}
