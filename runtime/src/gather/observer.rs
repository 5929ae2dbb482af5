//! Who is told of readings, and can forbid them.

use std::fmt;

/// What came of a reading that was waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// It found a fact.
    Well,
    /// It failed.
    Badly,
    /// It failed within a moment and without a program, so that it costs little to try it for every prompt: it need not
    /// rest.
    BadlySoon,
}

/// Is told of readings that take their time.
pub(crate) trait Observer: fmt::Debug + Send + Sync {
    /// A reading of a source is to begin, for a key with this hash; `None` if that rests, because it has failed too
    /// often.
    fn begin<'o>(&'o self, source: &'static str, key: u64) -> Option<Box<dyn Observation + 'o>>;
}

/// A reading that goes on. If it is dropped without an end, nobody waited for it.
pub(crate) trait Observation: Send {
    /// It has ended.
    fn end(self: Box<Self>, ended: Ended);
}
