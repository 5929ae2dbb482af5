//! The table of tools that show nothing but their version.

use super::version::{Tool, trimmed, word};
use ziron_runtime::spec::{Format, StyleText};

/// Declares rows: constants of type [`Tool`], and the list of them.
macro_rules! tools {
    ($($(#[doc = $doc:literal])* $constant:ident $name:literal at $position:literal {
        $(files: $files:expr,)? $(folders: $folders:expr,)? $(extensions: $extensions:expr,)?
        run: $run:expr, parse: $parse:expr, symbol: $symbol:literal, style: $style:literal
        $(, format: $format:literal)? $(, version_format: $version_format:literal)? $(,)?
    })*) => {
        $(
            $(#[doc = $doc])*
            pub const $constant: Tool = Tool {
                name: $name,
                $(detect_files: &$files,)?
                $(detect_folders: &$folders,)?
                $(detect_extensions: &$extensions,)?
                run: &$run,
                parse: $parse,
                symbol: Format($symbol),
                style: StyleText($style),
                $(format: Format($format),)?
                $(version_format: Format($version_format),)?
                ..Tool::DEFAULT
            };
        )*

        /// A row: the name of its constant, its documentation, its place in `$all`, and the row itself.
        pub(crate) type Row = (&'static str, &'static str, u32, Tool);

        /// All rows.
        pub(crate) const ROWS: &[Row] =
            &[$((stringify!($constant), concat!($($doc, "\n"),*), $position, $constant)),*];
    };
}

tools! {
    /// Shows the version of Bun in a directory that uses it.
    BUN "bun" at 22 {
        files: ["bun.lock", "bun.lockb", "bunfig.toml"],
        run: [&["bun", "--version"]], parse: trimmed, symbol: "🥟 ", style: "bold red",
    }
    /// Shows the version of CMake in a directory that uses it.
    CMAKE "cmake" at 24 {
        files: ["CMakeLists.txt", "CMakeCache.txt"],
        run: [&["cmake", "--version"]], parse: word::<2>, symbol: "△ ", style: "bold blue",
    }
    /// Shows the version of Zig in a directory that uses it.
    ZIG "zig" at 72 {
        extensions: ["zig"],
        run: [&["zig", "version"]], parse: trimmed, symbol: "↯ ", style: "bold yellow",
    }
}
