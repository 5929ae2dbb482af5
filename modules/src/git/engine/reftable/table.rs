//! One table.
//!
//! ```text
//! header   "REFT" version:1 block_size:3 min_update:8 max_update:8 [hash:4 in version 2]
//! blocks   'r' length:3 records… restarts:3×n n:2     references, sorted
//!          'o' …                                      by object, not used here
//!          'i' …                                      by first name, not used here
//!          'g' length:3 deflated(records… restarts n) logs
//! footer   the header again, positions:8×5, crc:4
//! ```
//!
//! The first block counts its offsets from the start of the file. A record repeats as many bytes of the name before it as it says.

use std::cmp::Ordering;
use std::sync::Arc;

use gix::ObjectId;

/// What a table says of a reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    /// That it is gone.
    Deleted,
    /// The object it names.
    Id(ObjectId),
    /// The tag it names, and what that is a tag of.
    Tag {
        /// The tag's own object.
        id: ObjectId,
        /// The object that was tagged.
        peeled: ObjectId,
    },
    /// Another reference.
    Symbolic(Vec<u8>),
}

/// A table's bytes, and where its parts are.
#[derive(Clone, Debug)]
pub(super) struct Table {
    bytes: Arc<[u8]>,
    header: usize,
    block_size: usize,
    hash: usize,
    /// Where the blocks of references end.
    refs_end: usize,
    /// Where the blocks of logs begin and end, if there are any.
    logs: Option<(usize, usize)>,
}

/// A log record's update number, and whether it says that there is no entry.
pub(super) type LogRecord = (u64, bool);

/// Names are no longer than git allows a path to be; a block of logs is not larger than this when inflated.
const MAX_BLOCK: usize = 1 << 24;

impl Table {
    /// Reads header and footer. `None` from this and all other methods means that the table is broken.
    pub(super) fn new(bytes: Arc<[u8]>) -> Option<Self> {
        let version = *bytes.get(4)?;
        if bytes.get(..4)? != b"REFT" {
            return None;
        }
        let (header, hash) = match version {
            1 => (24, 20),
            2 if bytes.get(24..28)? == b"s256" => (28, 32),
            2 => (28, 20),
            _ => return None,
        };
        let footer = bytes.len().checked_sub(header + 44)?;
        let position = |number: usize| -> Option<usize> {
            let at = footer + header + number * 8;
            usize::try_from(u64::from_be_bytes(bytes.get(at..at + 8)?.try_into().ok()?)).ok()
        };
        let (ref_index, objects) = (position(0)?, position(1)? >> 5);
        let (logs, log_index) = (position(3)?, position(4)?);
        let first = |kinds: &[usize]| kinds.iter().copied().filter(|&at| at > 0).min().unwrap_or(footer);
        let starts_with_logs = bytes.get(header) == Some(&b'g');
        let has_logs = logs > 0 || starts_with_logs;
        Some(Self {
            header,
            block_size: number(bytes.get(5..8)?),
            hash,
            refs_end: if starts_with_logs { 0 } else { first(&[ref_index, objects, logs]).min(footer) },
            logs: has_logs.then_some((logs, first(&[log_index]).min(footer))),
            bytes,
        })
    }

    /// Looks a reference up and puts what it says into `found`, if it is here.
    pub(super) fn find(&self, name: &[u8], found: &mut Option<Value>) -> Option<()> {
        let mut start = 0;
        if self.block_size > 0 {
            // Blocks are aligned, and each begins with a whole name.
            let (mut low, mut high) = (0, self.refs_end.div_ceil(self.block_size));
            while low + 1 < high {
                let middle = usize::midpoint(low, high);
                if self.first_name(middle * self.block_size)? <= name {
                    low = middle;
                } else {
                    high = middle;
                }
            }
            start = low * self.block_size;
        }
        self.each(start, |other, value| {
            match other.cmp(name) {
                Ordering::Less => return true,
                Ordering::Equal => *found = Some(value),
                Ordering::Greater => {}
            }
            false
        })
    }

    /// All references whose name begins with `prefix`.
    pub(super) fn below(&self, prefix: &[u8]) -> Option<Vec<(Vec<u8>, Value)>> {
        let mut found = Vec::new();
        self.each(0, |name, value| {
            if name.starts_with(prefix) {
                found.push((name.to_vec(), value));
            }
            name < prefix || name.starts_with(prefix)
        })?;
        Some(found)
    }

    /// The log of a reference.
    pub(super) fn log(&self, name: &[u8]) -> Option<Vec<LogRecord>> {
        let mut found = Vec::new();
        let Some((start, end)) = self.logs else { return Some(found) };
        let mut at = start;
        while at < end {
            let head = if at == 0 { self.header } else { at };
            if self.bytes.get(head) != Some(&b'g') {
                break;
            }
            // The length counts what goes before the deflated part as well.
            let before = head + 4 - at;
            let length = number(self.bytes.get(head + 1..head + 4)?).checked_sub(before)?;
            let (records, used) = inflate(self.bytes.get(head + 4..end)?, length)?;
            let mut cursor = Cursor::new(&records, records_end(&records, records.len())?);
            while cursor.at < cursor.end {
                let kind = cursor.name()?;
                let record = log_key(&cursor.name, name);
                let is_entry = kind != 0 && self.log_entry(&mut cursor)?;
                match record {
                    Ordering::Less => {}
                    Ordering::Equal => {
                        let update = cursor.name.get(name.len() + 1..)?.try_into().ok()?;
                        found.push((u64::MAX - u64::from_be_bytes(update), !is_entry));
                    }
                    Ordering::Greater => return Some(found),
                }
            }
            at = head + 4 + used;
        }
        Some(found)
    }

    /// Passes over what follows the name of a log record. Without objects it is no entry: it says that there is a log, which is empty.
    fn log_entry(&self, cursor: &mut Cursor<'_>) -> Option<bool> {
        let is_entry = cursor.take(2 * self.hash)?.iter().any(|&byte| byte != 0);
        for _ in ["name", "email"] {
            let length = cursor.varint()?;
            cursor.take(length)?;
        }
        cursor.varint()?;
        cursor.take(2)?;
        let message = cursor.varint()?;
        cursor.take(message)?;
        Some(is_entry)
    }

    /// The name of the first record of the block of references at `start`.
    fn first_name(&self, start: usize) -> Option<&[u8]> {
        let head = if start == 0 { self.header } else { start };
        if *self.bytes.get(head)? != b'r' {
            return None;
        }
        let mut cursor = Cursor::new(&self.bytes, self.refs_end);
        cursor.at = head + 4;
        cursor.varint()?;
        let length = cursor.varint()? >> 3;
        cursor.take(length)
    }

    /// Calls `read` with each reference from the block at `start` on, until it returns false.
    fn each(&self, start: usize, mut read: impl FnMut(&[u8], Value) -> bool) -> Option<()> {
        let mut block = start;
        while block < self.refs_end {
            let head = if block == 0 { self.header } else { block };
            if *self.bytes.get(head)? != b'r' {
                return Some(());
            }
            let length = number(self.bytes.get(head + 1..head + 4)?);
            let end = block.checked_add(length)?;
            let mut cursor = Cursor::new(&self.bytes, records_end(&self.bytes, end)?);
            cursor.at = head + 4;
            while cursor.at < cursor.end {
                let kind = cursor.name()?;
                cursor.varint()?;
                let value = self.value(kind, &mut cursor)?;
                if !read(&cursor.name, value) {
                    return Some(());
                }
            }
            let next = if self.block_size > 0 { block + self.block_size.max(length) } else { end };
            if next <= block {
                return None;
            }
            block = next;
        }
        Some(())
    }

    fn value(&self, kind: usize, cursor: &mut Cursor<'_>) -> Option<Value> {
        let mut id = || ObjectId::try_from(cursor.take(self.hash)?).ok();
        Some(match kind {
            0 => Value::Deleted,
            1 => Value::Id(id()?),
            2 => Value::Tag { id: id()?, peeled: id()? },
            3 => {
                let length = cursor.varint()?;
                Value::Symbolic(cursor.take(length)?.to_vec())
            }
            _ => return None,
        })
    }
}

/// Where the records of a block that ends at `end` end: before the restarts and their number.
fn records_end(bytes: &[u8], end: usize) -> Option<usize> {
    let count = number(bytes.get(end.checked_sub(2)?..end)?);
    end.checked_sub(2 + 3 * count)
}

/// Compares a log record's key, a name, NUL and eight bytes, with a name.
fn log_key(key: &[u8], name: &[u8]) -> Ordering {
    let length = key.len().saturating_sub(9);
    key[..length].cmp(name)
}

fn inflate(bytes: &[u8], length: usize) -> Option<(Vec<u8>, usize)> {
    if length > MAX_BLOCK {
        return None;
    }
    let mut out = vec![0; length];
    let (_, used, written) = gix::zlib::Inflate::default().once(bytes, &mut out).ok()?;
    (written == length).then_some((out, used))
}

/// A number of two or three bytes.
fn number(bytes: &[u8]) -> usize {
    bytes.iter().fold(0, |number, &byte| number << 8 | usize::from(byte))
}

/// A place among records, with the name of the one before.
struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
    end: usize,
    name: Vec<u8>,
}

impl<'a> Cursor<'a> {
    fn new(bytes: &'a [u8], end: usize) -> Self {
        Self { bytes, at: 0, end, name: Vec::new() }
    }

    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let end = self.at.checked_add(length).filter(|&end| end <= self.end)?;
        let taken = self.bytes.get(self.at..end)?;
        self.at = end;
        Some(taken)
    }

    fn varint(&mut self) -> Option<usize> {
        let mut byte = self.take(1)?[0];
        let mut value = usize::from(byte & 0x7f);
        while byte & 0x80 != 0 {
            byte = self.take(1)?[0];
            value = (value.checked_add(1)?.checked_mul(128)?) | usize::from(byte & 0x7f);
        }
        Some(value)
    }

    /// Reads the name of the next record; returns its kind.
    fn name(&mut self) -> Option<usize> {
        let shared = self.varint()?;
        let rest = self.varint()?;
        if shared > self.name.len() {
            return None;
        }
        self.name.truncate(shared);
        let suffix = self.take(rest >> 3)?;
        self.name.extend_from_slice(suffix);
        Some(rest & 7)
    }
}
