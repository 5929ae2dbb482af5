//! One reading at a time for each key: who comes second waits for the first.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use event_listener::{Event, EventListener};

/// The readings that are going on.
#[derive(Debug, Default)]
pub(crate) struct SingleFlight {
    keys: Mutex<HashSet<FlightKey>>,
    landed: Event,
}

/// What is read: a source, and its key.
type FlightKey = (&'static str, Vec<u8>);

/// The right to read; dropping it lets the next one in.
#[derive(Debug)]
pub(crate) struct Flight<'f> {
    single_flight: &'f SingleFlight,
    key: FlightKey,
}

impl SingleFlight {
    /// Begins a reading, or says how to wait for the one that is going on.
    ///
    /// # Cancel safety
    /// Dropping the listener, or the flight, leaves nothing behind.
    pub(crate) fn begin(&self, source: &'static str, key: &[u8]) -> Result<Flight<'_>, EventListener> {
        // Listening comes first: a flight that lands between the two would not be noticed.
        let listener = self.landed.listen();
        let key = (source, key.to_vec());
        if self.keys().insert(key.clone()) { Ok(Flight { single_flight: self, key }) } else { Err(listener) }
    }

    /// How to wait for the end of any of them.
    pub(crate) fn landing(&self) -> EventListener {
        self.landed.listen()
    }

    /// How many are going on.
    pub(crate) fn count(&self) -> usize {
        self.keys().len()
    }

    fn keys(&self) -> MutexGuard<'_, HashSet<FlightKey>> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        self.single_flight.keys().remove(&self.key);
        self.single_flight.landed.notify(usize::MAX);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_flies_and_the_other_waits() {
        let single_flight = SingleFlight::default();
        let first = single_flight.begin("tool", b"key").unwrap();
        let listener = single_flight.begin("tool", b"key").unwrap_err();
        assert!(single_flight.begin("tool", b"other").is_ok() && single_flight.begin("fool", b"key").is_ok());
        drop(first);
        futures_lite::future::block_on(listener);
        assert!(single_flight.begin("tool", b"key").is_ok());
        assert_eq!(single_flight.count(), 0);
    }
}
