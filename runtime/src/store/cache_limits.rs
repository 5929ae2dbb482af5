//! What a cache is told when it is made.

use std::time::Duration;

/// How much a cache keeps, and for how long a fact on it holds.
///
/// # Examples
/// ```
/// use std::time::Duration;
/// use ziron_runtime::store::CacheLimits;
///
/// const KEEPING: CacheLimits = CacheLimits { ttl: Some(Duration::from_secs(30)), ..CacheLimits::DEFAULT };
/// assert_eq!(KEEPING.entries, 256);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CacheLimits {
    /// The most entries.
    pub entries: usize,
    /// The most bytes, of keys and facts together.
    pub bytes: usize,
    /// How long a fact holds, where the configuration says otherwise than the source.
    pub ttl: Option<Duration>,
}

impl CacheLimits {
    /// 256 entries, 1 MiB, and as long as the source says.
    pub const DEFAULT: CacheLimits = CacheLimits { entries: 256, bytes: 1 << 20, ttl: None };
}

impl Default for CacheLimits {
    fn default() -> CacheLimits {
        CacheLimits::DEFAULT
    }
}
