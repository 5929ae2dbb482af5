//! The options that every tool has, written once.

use ziron_runtime::io::Io;
use ziron_runtime::place::Place;
use ziron_runtime::source::Manifest;

use super::manager;
use super::run::Needs;

/// What shows a module: names looked for in the place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Detection {
    pub(crate) files: &'static [&'static str],
    pub(crate) folders: &'static [&'static str],
    pub(crate) extensions: &'static [&'static str],
}

impl Detection {
    /// Whether the place has one of the names, and none of those that hide the module.
    pub(crate) async fn matches<I: Io>(self, place: &Place, io: &I) -> bool {
        place.matches(io, self.files, self.folders, self.extensions).await
    }

    /// The manifest of a source that looks for these names, and reads what its base names.
    pub(crate) fn manifest(self, base: Manifest) -> Manifest {
        let extension = |name: &&str| match name.strip_prefix('!') {
            Some(name) => format!("!*.{name}"),
            None => format!("*.{name}"),
        };
        Manifest::new(base.cost, base.policy)
            .files(self.files.iter().copied())
            .files(self.folders.iter().map(|name| format!("{name}/")))
            .files(self.extensions.iter().map(extension))
            .and(base)
    }

    /// The manifest of a source that looks for these names, and runs one of some command lines.
    pub(crate) fn manifest_of_tool(self, base: Manifest, run: &[&[&str]], needs: Needs) -> Manifest {
        of_tool(self.manifest(base), run, needs)
    }
}

/// The manifest of a source that runs one of some command lines, and reads what its base names.
pub(crate) fn of_tool(base: Manifest, run: &[&[&str]], needs: Needs) -> Manifest {
    let variables: Vec<&'static str> = manager::variables(run).collect();
    Manifest::new(base.cost, base.policy)
        .env(&["HOME", "PATH"])
        .env(&variables)
        .env(needs.variables)
        .programs(run.iter().map(|words| words.join(" ")))
        .programs(needs.programs.iter().copied())
        .and(base)
}

/// Declares a tool's struct of options: those that every tool has, with the defaults given, and after `with` its own.
///
/// The struct derives `Options`; `detection()` puts together what shows the module.
macro_rules! tool {
    (
        $(#[$attribute:meta])*
        pub struct $name:ident {
            files: $files:expr,
            folders: $folders:expr,
            extensions: $extensions:expr,
            symbol: $symbol:literal,
            style: $style:literal,
            format: $format:literal,
            $(version_format: $version_format:literal,)?
        }
        $(with { $($own:tt)* })?
    ) => {
        #[derive(Clone, Copy, Debug, ziron_macros::Options)]
        #[allow(clippy::struct_field_names, reason = "users know the options by these names")]
        $(#[$attribute])*
        pub struct $name {
            /// The format of the module.
            #[option(default = $format)]
            pub format: ziron_runtime::spec::Format,
            $(
                /// The format of the version.
                #[option(default = $version_format)]
                pub version_format: ziron_runtime::spec::Format,
            )?
            /// The symbol of the tool.
            #[option(default = $symbol, var)]
            pub symbol: ziron_runtime::spec::Format,
            /// The style of the module.
            #[option(default = $style)]
            pub style: ziron_runtime::spec::StyleText,
            $($($own)*)?
            /// Extensions of files that show the module; one with a leading `!` hides it.
            #[option(default = &$extensions)]
            pub detect_extensions: &'static [&'static str],
            /// Files that show the module; one with a leading `!` hides it.
            #[option(default = &$files)]
            pub detect_files: &'static [&'static str],
            /// Folders that show the module; one with a leading `!` hides it.
            #[option(default = &$folders)]
            pub detect_folders: &'static [&'static str],
            /// Leaves the module out.
            #[option(default = false)]
            pub disabled: bool,
        }

        impl $name {
            /// What shows the module.
            pub(crate) const fn detection(&self) -> $crate::tools::options::Detection {
                $crate::tools::options::Detection {
                    files: self.detect_files,
                    folders: self.detect_folders,
                    extensions: self.detect_extensions,
                }
            }
        }
    };
}
pub(crate) use tool;

/// Implements `Source` and `Segment` for a tool that shows nothing but its version: the command line that tells it,
/// what that needs, and how the version is found in what it says.
macro_rules! version_of {
    ($type:ident, |$tool:ident| $run:expr, $needs:expr, $parse:expr) => {
        impl ziron_runtime::source::Source for $type {
            type Key = $crate::tools::run::ToolKey;
            type Fact = $crate::tools::version::Version;

            fn manifest(&self) -> ziron_runtime::source::Manifest {
                let $tool = self;
                let base = ziron_runtime::source::Describe::base_manifest(self);
                self.detection().manifest_of_tool(base, &[&$run], $needs)
            }

            async fn key<I: ziron_runtime::io::Io>(
                &self,
                place: &ziron_runtime::place::Place,
                io: &I,
            ) -> Option<Self::Key> {
                let $tool = self;
                if !self.detection().matches(place, io).await {
                    return None;
                }
                Some($crate::tools::run::tool_key(&[&$run], $needs, place, io).await)
            }

            async fn read<I: ziron_runtime::io::Io>(
                &self,
                key: &Self::Key,
                place: &ziron_runtime::place::Place,
                io: &I,
            ) -> Result<Self::Fact, ziron_runtime::source::ReadError> {
                Ok(Self::Fact { raw: key.version($parse, place, io).await? })
            }

            fn without_reading(&self, _key: &Self::Key) -> Option<Self::Fact> {
                Some(Self::Fact::default())
            }
        }

        impl ziron_runtime::segment::Segment for $type {
            type Facts<'a> = Option<&'a $crate::tools::version::Version>;
            type Vars<'a> = $crate::tools::version::ToolVars<'a>;

            fn vars<'a>(&'a self, version: Self::Facts<'a>) -> Option<Self::Vars<'a>> {
                Some(Self::Vars { version: version?.vars() })
            }
        }
    };
}
pub(crate) use version_of;
