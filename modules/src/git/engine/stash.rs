//! Stashed changes.

use std::io::ErrorKind;

use ziron_runtime::io::open;

use super::error::ReadError;
use super::open::Repository;

impl Repository {
    /// Counts the entries of the stash.
    ///
    /// # Cost
    ///
    /// One small file.
    pub fn stash_count(&self) -> Result<u32, ReadError> {
        if let Some(tables) = &self.tables {
            return tables.count_log("refs/stash");
        }
        match open::read(self.common_dir().join("logs/refs/stash")) {
            Ok(log) => Ok(log.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()).count() as u32),
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(0),
            Err(error) => Err(ReadError::at("the stash")(error)),
        }
    }
}
