//! Stashed changes.

use std::io::ErrorKind;

use gix::bstr::ByteSlice;
use gix::hash::Kind;
use ziron_runtime::io::open;

use super::error::ReadError;
use super::open::Repository;
use super::refs;

impl Repository {
    /// Counts the entries of the stash: those of its log, as `git status --show-stash` does, whether the reference is there or not.
    ///
    /// # Cost
    ///
    /// One small file.
    pub fn stash_count(&self) -> Result<u32, ReadError> {
        if let Some(tables) = &self.tables {
            return tables.count_log(b"refs/stash");
        }
        let kind = self.inner.object_hash();
        match open::read(self.refs_dir.join("logs/refs/stash")) {
            Ok(log) => Ok(log.lines_with_terminator().filter(|line| is_entry(line, kind)).count() as u32),
            Err(error)
                if matches!(
                    error.kind(),
                    ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::IsADirectory
                ) =>
            {
                Ok(0)
            }
            Err(error) => Err(ReadError::at("the stash")(error)),
        }
    }
}

/// Whether a line of a log is an entry: `OLD SP NEW SP NAME SP <EMAIL> SP SECONDS SP ±ZONE …`, and ended. Source: `show_one_reflog_ent` in git's
/// `refs/files-backend.c`.
fn is_entry(line: &[u8], kind: Kind) -> bool {
    let parse = || {
        let (_, rest) = refs::object_id(line.strip_suffix(b"\n")?, kind)?;
        let (_, rest) = refs::object_id(rest.strip_prefix(b" ")?, kind)?;
        let rest = rest.strip_prefix(b" ")?;
        let rest = rest[rest.find_byte(b'>')? + 1..].strip_prefix(b" ")?;
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let is_zero = rest[..digits].iter().all(|&digit| digit == b'0');
        let zone = rest[digits..].strip_prefix(b" ")?.get(..5)?;
        let is_zone = matches!(zone[0], b'+' | b'-') && zone[1..].iter().all(u8::is_ascii_digit);
        (is_zone && !is_zero).then_some(())
    };
    parse().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_git_passes_over_do_not_count() {
        let id = "0123456789012345678901234567890123456789";
        let entry = format!("{id} {id} a <a@b> 1700000000 +0100\tWIP on main\n");
        for (line, counts) in [
            (entry.clone(), true),
            (entry.replace("\tWIP on main", ""), true),
            (entry.replace(" a <a@b>", " <>"), true),
            (entry.replace('\n', ""), false),
            (entry.replace("1700000000", "0"), false),
            (entry.replace("+0100", "0100"), false),
            (entry.replace("+0100", "+01"), false),
            (entry.replacen('0', "x", 1), false),
            (entry.replace('>', ""), false),
            ("\n".into(), false),
        ] {
            assert_eq!(is_entry(line.as_bytes(), Kind::Sha1), counts, "{line:?}");
        }
    }
}
