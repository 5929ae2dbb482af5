//! Which build a program is.

/// Which build a program is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Build {
    /// Ziron's version.
    pub version: &'static str,
    /// The configuration's file.
    pub config: &'static str,
    /// A hash of the configuration.
    pub config_hash: &'static str,
    /// A hash of all that the program was built from.
    pub build_hash: &'static str,
}
