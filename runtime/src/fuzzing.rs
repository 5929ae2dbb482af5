//! Ways to parsers that are private otherwise, for the fuzz targets in `tests/fuzz`. No other build has them.

/// Takes bytes apart as an entry of the store, and puts it together again.
///
/// # Panics
/// Where the entry is another one then.
pub fn entry(bytes: &[u8]) {
    crate::store::entry::again(bytes);
}

/// Reads bytes as an answer of a Redis server.
///
/// # Panics
/// Where the answer is said to be longer than what there is.
#[cfg(feature = "redis")]
pub fn redis(bytes: &[u8]) {
    crate::store::read_redis_answer(bytes);
}
