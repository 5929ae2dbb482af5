//! Versions of the protocol, and how two programs find the one they both speak.
//!
//! A version counts up only when an old program would misunderstand a new one. Names, kinds, codes, and fields at the
//! end of a drawn reply are added without: whoever does not know them ignores them.

/// The version that is described in `docs/protocol.md`.
pub const VERSION: u32 = 1;

/// The versions that a program speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Versions {
    /// The oldest.
    pub lowest: u32,
    /// The newest.
    pub highest: u32,
}

/// What this program speaks.
pub const SPOKEN: Versions = Versions { lowest: VERSION, highest: VERSION };

/// What comes of the version that the other side named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Agreement {
    /// Both speak this one.
    Speak(u32),
    /// This side does not speak what the other named. This is the nearest that it does speak.
    Propose(u32),
}

/// Decides about the version that the other side named.
///
/// The daemon does so with the version in a `hello`: it answers a `hello` with the version that is spoken, or
/// `error code=version` with the one it proposes. The client does so with the one that was proposed: it says `hello`
/// again with a version that it speaks, or gives up.
///
/// ```
/// use ziron_runtime::client::{Agreement, Versions, agree};
/// let new_client = Versions { lowest: 1, highest: 2 };
/// let old_daemon = Versions { lowest: 1, highest: 1 };
/// assert_eq!(agree(old_daemon, Some(new_client.highest)), Agreement::Propose(1));
/// assert_eq!(agree(new_client, Some(1)), Agreement::Speak(1));
/// ```
pub const fn agree(mine: Versions, named: Option<u32>) -> Agreement {
    match named {
        None => Agreement::Propose(mine.highest),
        Some(version) if version > mine.highest => Agreement::Propose(mine.highest),
        Some(version) if version < mine.lowest => Agreement::Propose(mine.lowest),
        Some(version) => Agreement::Speak(version),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn speaks(lowest: u32, highest: u32) -> Versions {
        Versions { lowest, highest }
    }

    /// What two programs come to speak: the client names its newest version, and what is proposed to it if it speaks
    /// that.
    fn talk(client: Versions, daemon: Versions) -> Option<u32> {
        match agree(daemon, Some(client.highest)) {
            Agreement::Speak(version) => Some(version),
            Agreement::Propose(version) => match agree(client, Some(version)) {
                Agreement::Speak(version) => match agree(daemon, Some(version)) {
                    Agreement::Speak(version) => Some(version),
                    Agreement::Propose(_) => None,
                },
                Agreement::Propose(_) => None,
            },
        }
    }

    #[test]
    fn two_programs_speak_the_newest_version_that_both_know() {
        for (client, daemon, expected) in [
            (speaks(1, 1), speaks(1, 1), Some(1)),
            (speaks(1, 1), speaks(1, 2), Some(1)),
            (speaks(1, 2), speaks(1, 1), Some(1)),
            (speaks(1, 3), speaks(2, 2), Some(2)),
            (speaks(2, 2), speaks(1, 3), Some(2)),
            (speaks(1, 1), speaks(2, 3), None),
            (speaks(2, 3), speaks(1, 1), None),
        ] {
            assert_eq!(talk(client, daemon), expected, "{client:?} with {daemon:?}");
        }
    }

    #[test]
    fn every_pair_of_ranges_agrees_where_it_can() {
        let ranges = || (1..5).flat_map(|lowest| (lowest..5).map(move |highest| speaks(lowest, highest)));
        for client in ranges() {
            for daemon in ranges() {
                let newest = client.highest.min(daemon.highest);
                let both = (newest >= client.lowest.max(daemon.lowest)).then_some(newest);
                assert_eq!(talk(client, daemon), both, "{client:?} with {daemon:?}");
            }
        }
    }

    #[test]
    fn who_names_no_version_is_told_one() {
        assert_eq!(agree(speaks(1, 2), None), Agreement::Propose(2));
        assert_eq!(agree(speaks(1, 2), Some(0)), Agreement::Propose(1));
        assert_eq!(agree(speaks(1, 2), Some(u32::MAX)), Agreement::Propose(2));
    }
}
