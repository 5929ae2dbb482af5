//! The SQLite back end: one database in the store's folder, in WAL mode, so that readers wait for nobody.
//!
//! It is opened when the first entry is asked for. A database that is damaged is dropped and made anew, by one process
//! at a time.

use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, params};
use rustix::fs::FlockOperation;

use super::backend::{Back, BackendChoice, OptionalBack};
use super::entry::SCHEMA;
use super::files;
use super::limits::{Limits, Tally};
use crate::io::open::{self, Begin};

/// The longest that a prompt waits for another process to finish writing.
const BUSY: Duration = Duration::from_millis(50);

/// The rows are numbered in the order in which they were written.
const TABLE: &str = "CREATE TABLE IF NOT EXISTS entries \
     (id INTEGER PRIMARY KEY, name TEXT UNIQUE NOT NULL, bytes BLOB NOT NULL)";

/// The newest rows that together take no more than so many entries and bytes.
const NEWEST: &str = "SELECT id FROM (SELECT id, row_number() OVER newest AS entries, \
     sum(length(bytes)) OVER newest AS bytes FROM entries WINDOW newest AS (ORDER BY id DESC)) \
     WHERE entries <= ?1 AND bytes <= ?2";

/// A database, open or not.
#[derive(Clone, Debug)]
pub(super) struct Sqlite(Arc<Database>);

#[derive(Debug)]
struct Database {
    folder: PathBuf,
    connection: Mutex<Option<Connection>>,
}

impl Sqlite {
    /// Asks the database, which is opened where it is not, and made anew where it is damaged.
    fn ask<R>(&self, ask: impl Fn(&Connection) -> rusqlite::Result<R>) -> io::Result<R> {
        let mut open = self.lock();
        for is_last in [false, true] {
            let result = match &*open {
                Some(connection) => ask(connection),
                None => self.open().and_then(|connection| {
                    let result = ask(&connection);
                    *open = Some(connection);
                    result
                }),
            };
            match result {
                Err(error) if !is_last && is_damage(&error) => {
                    *open = None;
                    self.drop_damaged();
                }
                result => return result.map_err(io::Error::other),
            }
        }
        Err(io::ErrorKind::InvalidData.into())
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Option<Connection>> {
        self.0.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn file(&self) -> PathBuf {
        self.0.folder.join("facts.sqlite")
    }

    fn open(&self) -> rusqlite::Result<Connection> {
        let file = self.file();
        // SQLite would make a file that others may read; an empty one is an empty database to it.
        let make = || open::for_writing(&file, Begin::AtEnd);
        if !file.exists() && make().is_err() {
            // Whatever is wrong, opening says it.
            let _ = files::make_folder(&self.0.folder).and_then(|()| make());
        }
        let is_ours = std::fs::symlink_metadata(&file)
            .is_ok_and(|meta| meta.is_file() && meta.uid() == rustix::process::geteuid().as_raw());
        if !is_ours {
            return Err(rusqlite::Error::InvalidPath(file));
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&file, flags)?;
        connection.busy_timeout(BUSY)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        // What is lost when the machine loses its power is read again.
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        let version: u16 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
        if version != SCHEMA {
            connection.execute_batch(&format!(
                "BEGIN IMMEDIATE; DROP TABLE IF EXISTS entries; {TABLE}; PRAGMA user_version = {SCHEMA}; COMMIT"
            ))?;
        }
        Ok(connection)
    }

    /// Removes a database that is damaged, unless another process has done so already.
    fn drop_damaged(&self) {
        let lock = open::for_writing(self.0.folder.join("sqlite.lock"), Begin::AtEnd);
        let Ok(lock) = lock else { return };
        if rustix::fs::flock(&lock, FlockOperation::LockExclusive).is_err() {
            return;
        }
        let check = |connection: Connection| {
            connection.prepare("SELECT id, name, bytes FROM entries")?;
            connection.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0))
        };
        let is_damaged = match self.open().and_then(check) {
            Ok(answer) => answer != "ok",
            Err(error) => is_damage(&error),
        };
        if is_damaged {
            Tally::Damaged.add(&self.0.folder, 1);
            for end in ["-wal", "-shm", ""] {
                // What is not there need not be removed.
                let _ = std::fs::remove_file(self.0.folder.join(format!("facts.sqlite{end}")));
            }
        }
    }
}

/// Whether a database is damaged, or has a table that calls itself ours and has another shape.
fn is_damage(error: &rusqlite::Error) -> bool {
    use ErrorCode::{DatabaseCorrupt, NotADatabase};
    matches!(error.sqlite_error_code(), Some(DatabaseCorrupt | NotADatabase))
        || matches!(error, rusqlite::Error::SqlInputError { .. })
}

impl OptionalBack for Sqlite {
    fn open(_choice: BackendChoice, folder: &Path) -> Option<Sqlite> {
        let folder = folder.to_owned();
        Some(Sqlite(Arc::new(Database { folder, connection: Mutex::default() })))
    }
}

impl Back for Sqlite {
    fn read(&self, name: &str) -> Option<Vec<u8>> {
        let select = "SELECT bytes FROM entries WHERE name = ?1";
        self.ask(|connection| connection.query_row(select, [name], |row| row.get(0)).optional()).ok()?
    }

    fn write(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let insert = "INSERT OR REPLACE INTO entries (name, bytes) VALUES (?1, ?2)";
        self.ask(|connection| connection.execute(insert, params![name, bytes])).map(|_| ())
    }

    fn has(&self, name: &str) -> bool {
        let select = "SELECT 1 FROM entries WHERE name = ?1";
        self.ask(|connection| connection.query_row(select, [name], |_| Ok(())).optional())
            .is_ok_and(|found| found.is_some())
    }

    fn remove(&self, name: &str) -> bool {
        let delete = "DELETE FROM entries WHERE name = ?1";
        self.ask(|connection| connection.execute(delete, [name])).is_ok_and(|count| count > 0)
    }

    fn each(&self, visit: &mut dyn FnMut(&str, &[u8])) {
        let entries = self.ask(|connection| {
            let mut select = connection.prepare("SELECT name, bytes FROM entries ORDER BY name")?;
            let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
            select.query_map([], row)?.collect::<rusqlite::Result<Vec<(String, Vec<u8>)>>>()
        });
        for (name, bytes) in entries.unwrap_or_default() {
            visit(&name, &bytes);
        }
    }

    fn make_room(&self, limits: Limits) -> usize {
        let select = "SELECT count(*), coalesce(sum(length(bytes)), 0) FROM entries";
        let delete = format!("DELETE FROM entries WHERE id NOT IN ({NEWEST})");
        let removed = self.ask(|connection| {
            let size: (i64, i64) = connection.query_row(select, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
            let [entries, bytes] = [limits.entries as u64, limits.bytes].map(u64::cast_signed);
            if size.0 <= entries && size.1 <= bytes {
                return Ok(0);
            }
            connection.execute(&delete, [entries / 2, bytes / 2])
        });
        removed.unwrap_or_default()
    }

    fn probe(&self) -> io::Result<()> {
        self.ask(|connection| connection.execute_batch("BEGIN IMMEDIATE; ROLLBACK"))
    }
}
