//! That a refresh is running: late facts are being read for the next prompt, by one process at a time.

use std::time::{Duration, SystemTime};

use super::{Store, files};

/// How long a refresh may take that a late prompt left behind.
pub(crate) const REFRESH_BUDGET: Duration = Duration::from_secs(30);

/// The file that stands for a running refresh.
const REFRESH: &str = "refresh.lock";

impl Store {
    /// Whether a refresh is running.
    pub fn is_refreshing(&self, now: SystemTime) -> bool {
        let began = std::fs::metadata(self.folder.join(REFRESH)).and_then(|meta| meta.modified());
        // A refresh that was killed has left its file behind, and the clock may have been set since.
        began.is_ok_and(|began| {
            let age = now.duration_since(began).or_else(|_| began.duration_since(now));
            age.is_ok_and(|age| age < REFRESH_BUDGET)
        })
    }

    /// Notes that a refresh begins; false if one is running, or nothing can be stored anyway.
    pub(crate) fn begin_refresh(&self, now: SystemTime) -> bool {
        !self.is_refreshing(now)
            && files::make_folder(&self.folder).is_ok()
            && files::touch(&self.folder.join(REFRESH)).is_ok()
    }

    /// Notes that the refresh has ended.
    pub(crate) fn end_refresh(&self) {
        // Somebody may have cleared the folder meanwhile.
        let _ = std::fs::remove_file(self.folder.join(REFRESH));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_refresh_runs_at_a_time() {
        let folder = crate::safe_path::private_folder().unwrap();
        let store = Store::new(folder.path().join("facts"));
        // The file system has a clock of its own.
        let now = SystemTime::now();
        assert!(store.begin_refresh(now) && store.is_refreshing(now) && !store.begin_refresh(now));
        assert!(
            !store.is_refreshing(now + 2 * REFRESH_BUDGET),
            "one that was killed does not count for ever"
        );
        assert!(!store.is_refreshing(now - 2 * REFRESH_BUDGET), "nor if the clock was set back");
        store.end_refresh();
        assert!(store.begin_refresh(now));
    }
}
