//! What Gradle and Maven share: a wrapper's settings in the project tell the version.

use std::path::{Path, PathBuf};

use ziron_runtime::io::Io;
use ziron_runtime::place::Place;

use super::parse::some;
use crate::files;

/// The folders in which a wrapper is looked for: the place, and those above it if that is wanted.
pub(crate) fn folders(place: &Place, recursive: bool) -> impl Iterator<Item = &Path> {
    place.physical.ancestors().take(if recursive { usize::MAX } else { 1 })
}

/// The version of the distribution that a wrapper's settings name: the last part of its address, without a prefix and what the last `-` begins.
pub(crate) async fn version<I: Io>(settings: PathBuf, prefix: &str, io: &I) -> Option<String> {
    distribution(&files::text(io, &settings).await?, prefix)
}

fn distribution(settings: &str, prefix: &str) -> Option<String> {
    let address = settings.lines().find_map(|line| line.strip_prefix("distributionUrl="))?;
    let file = address.rsplit('/').next()?.strip_prefix(prefix)?;
    some(file.rsplit_once('-')?.0)
}

#[cfg(test)]
mod tests {
    use super::distribution;

    #[test]
    fn the_address_tells_the_version() {
        let gradle = "zipStorePath=x\ndistributionUrl=https\\://services.gradle.org/distributions/gradle-8.5-rc-1-bin.zip\n";
        assert_eq!(distribution(gradle, "gradle-").as_deref(), Some("8.5-rc-1"));
        let maven =
            "distributionUrl=https://repo/org/apache/maven/apache-maven/3.9.6/apache-maven-3.9.6-bin.zip";
        assert_eq!(distribution(maven, "apache-maven-").as_deref(), Some("3.9.6"));
        assert_eq!(distribution("distributionUrl=x", "gradle-"), None);
    }
}
