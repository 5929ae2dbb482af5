//! Ctrl-C and its relatives, noticed at points where stopping is tidy.

use std::io::{self, Read};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::error::{CommandError, IoContext};

/// The signals that ask us to stop.
const SIGNALS: [i32; 3] =
    [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM, signal_hook::consts::SIGHUP];

/// Remembers the last signal that asked us to stop.
#[derive(Clone, Debug, Default)]
pub(crate) struct Interrupt {
    signal: Arc<AtomicUsize>,
}

impl Interrupt {
    /// Installs handlers for SIGINT, SIGTERM and SIGHUP.
    pub(crate) fn install() -> Result<Self, CommandError> {
        let this = Self::default();
        this.register().doing(|| "could not install signal handlers".into())?;
        Ok(this)
    }

    #[cfg(unix)]
    fn register(&self) -> io::Result<()> {
        for signal in SIGNALS {
            let number = usize::try_from(signal).unwrap_or_default();
            signal_hook::flag::register_usize(signal, Arc::clone(&self.signal), number)?;
        }
        Ok(())
    }

    /// Calls `wake` on another thread each time a signal arrives, for one who waits for something else meanwhile.
    pub(crate) fn on_signal(mut wake: impl FnMut() + Send + 'static) -> Result<(), CommandError> {
        let arrive = || -> io::Result<UnixStream> {
            let (read, write) = UnixStream::pair()?;
            for signal in SIGNALS {
                signal_hook::low_level::pipe::register(signal, write.try_clone()?)?;
            }
            Ok(read)
        };
        let mut arrived = arrive().doing(|| "could not wait for signals".into())?;
        thread::spawn(move || {
            while arrived.read(&mut [0]).is_ok_and(|count| count > 0) {
                wake();
            }
        });
        Ok(())
    }

    /// The signal that arrived, if one did.
    pub(crate) fn signal(&self) -> Option<i32> {
        match self.signal.load(Ordering::SeqCst) {
            0 => None,
            signal => i32::try_from(signal).ok(),
        }
    }

    /// Fails where a signal has arrived.
    pub(crate) fn check(&self) -> Result<(), CommandError> {
        self.signal().map_or(Ok(()), |signal| Err(CommandError::interrupted(signal)))
    }

    /// Forgets what arrived: a shell that ran in between has dealt with it.
    pub(crate) fn clear(&self) {
        self.signal.store(0, Ordering::SeqCst);
    }
}
