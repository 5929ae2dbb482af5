//! The table of tools that show nothing but their version.

use super::parse::{
    first_release, last_word, numeric_word, scala, second_release, trimmed, trimmed_of_either, word,
    word_after_version, word_of_either,
};
use super::run::Needs;
use super::version::Tool;
use crate::tools::rows::rows;
use ziron_runtime::spec::{Format, StyleText};

/// Declares rows of type [`Tool`], without what is the same in all of them.
macro_rules! tools {
    ($($(#[doc = $doc:literal])* $constant:ident $name:literal at $position:literal {
        $(files: $files:expr,)? $(folders: $folders:expr,)? $(extensions: $extensions:expr,)?
        run: $run:expr, $(needs: $needs:expr,)? parse: $parse:expr, symbol: $symbol:literal, style: $style:literal
        $(, format: $format:literal)? $(, version_format: $version_format:literal)? $(,)?
    })*) => {
        rows! {
            Tool:
            $(
                $(#[doc = $doc])*
                $constant $name at $position {
                    $(detect_files: &$files,)?
                    $(detect_folders: &$folders,)?
                    $(detect_extensions: &$extensions,)?
                    run: &$run,
                    $(needs: $needs,)?
                    parse: $parse,
                    symbol: Format($symbol),
                    style: StyleText($style),
                    $(format: Format($format),)?
                    $(version_format: Format($version_format),)?
                }
            )*
        }
    };
}

/// Makes Erlang print the exact version of its OTP, which no option of it does. Source: the OTP documentation, "System
/// Principles", "OTP version".
const ERLANG_RELEASE: &str = "Release = erlang:system_info(otp_release), \
    File = filename:join([code:root_dir(), \"releases\", Release, \"OTP_VERSION\"]), \
    {ok, Version} = file:read_file(File), io:fwrite(Version), halt(0).";

tools! {
    /// Shows the version of Buf in a directory that uses it.
    BUF "buf" at 73 {
        files: ["buf.yaml", "buf.gen.yaml", "buf.work.yaml"],
        run: [&["buf", "--version"]], parse: word::<0>,
        symbol: "🐃 ", style: "bold blue", format: "with [$symbol($version )]($style)",
    }
    /// Shows the version of Bun in a directory that uses it.
    BUN "bun" at 22 {
        files: ["bun.lock", "bun.lockb", "bunfig.toml"],
        run: [&["bun", "--version"]], parse: trimmed_of_either,
        symbol: "🥟 ", style: "bold red",
    }
    /// Shows the version of CMake in a directory that uses it.
    CMAKE "cmake" at 24 {
        files: ["CMakeLists.txt", "CMakeCache.txt"],
        run: [&["cmake", "--version"]], parse: word::<2>,
        symbol: "△ ", style: "bold blue",
    }
    /// Shows the version of COBOL in a directory that uses it.
    COBOL "cobol" at 25 {
        extensions: ["cbl", "cob", "CBL", "COB"],
        run: [&["cobc", "-version"]], parse: word::<2>,
        symbol: "⚙️ ", style: "bold blue",
    }
    /// Shows the version of Crystal in a directory that uses it.
    CRYSTAL "crystal" at 88 {
        files: ["shard.yml"],
        extensions: ["cr"],
        run: [&["crystal", "--version"]], parse: word::<1>,
        symbol: "🔮 ", style: "bold red",
    }
    /// Shows the version of Dart in a directory that uses it.
    DART "dart" at 28 {
        files: ["pubspec.yaml", "pubspec.yml", "pubspec.lock"],
        folders: [".dart_tool"],
        extensions: ["dart"],
        run: [&["dart", "--version"]], parse: word_of_either::<3>,
        symbol: "🎯 ", style: "bold blue",
    }
    /// Shows the version of Deno in a directory that uses it.
    DENO "deno" at 29 {
        files: ["deno.json", "deno.jsonc", "deno.lock", "mod.ts", "deps.ts", "mod.js", "deps.js"],
        run: [&["deno", "-V"]], parse: word::<1>,
        symbol: "🦕 ", style: "green bold",
    }
    /// Shows the version of Elm in a directory that uses it.
    ELM "elm" at 32 {
        files: ["elm.json", "elm-package.json", ".elm-version"],
        folders: ["elm-stuff"],
        extensions: ["elm"],
        run: [&["elm", "--version"]], parse: trimmed,
        symbol: "🌳 ", style: "cyan bold",
    }
    /// Shows the version of Erlang/OTP in a directory that uses it.
    ERLANG "erlang" at 33 {
        files: ["rebar.config", "erlang.mk"],
        run: [&["erl", "-noshell", "-eval", ERLANG_RELEASE]], parse: trimmed,
        symbol: "\u{e7b1} ", style: "bold red",
    }
    /// Shows the version of Fennel in a directory that uses it.
    // Starship declares it off, but shows it.
    FENNEL "fennel" at 34 {
        extensions: ["fnl"],
        run: [&["fennel", "--version"]], parse: word_of_either::<1>,
        symbol: "🧅 ", style: "bold green",
    }
    /// Shows the version of Gleam in a directory that uses it.
    GLEAM "gleam" at 36 {
        files: ["gleam.toml"],
        extensions: ["gleam"],
        run: [&["gleam", "--version"]], parse: last_word,
        symbol: "⭐ ", style: "bold #FFAFF3",
    }
    /// Shows the version of Helm in a directory that uses it.
    HELM "helm" at 41 {
        files: ["helmfile.yaml", "Chart.yaml"],
        run: [&["helm", "version", "--short"]], parse: first_release,
        symbol: "⎈ ", style: "bold white",
    }
    /// Shows the version of Julia in a directory that uses it.
    JULIA "julia" at 43 {
        files: ["Project.toml", "Manifest.toml"],
        extensions: ["jl"],
        run: [&["julia", "--version"]], parse: word::<2>,
        symbol: "ஃ ", style: "bold purple",
    }
    /// Shows the version of Nim in a directory that uses it.
    NIM "nim" at 48 {
        files: ["nim.cfg"],
        extensions: ["nim", "nims", "nimble"],
        run: [&["nim", "--version"]], parse: numeric_word,
        symbol: "👑 ", style: "yellow bold",
    }
    /// Shows the version of Open Policy Agent in a directory that uses it.
    OPA "opa" at 52 {
        extensions: ["rego"],
        run: [&["opa", "version"]], parse: word_of_either::<1>,
        symbol: "🪖 ", style: "bold blue",
    }
    /// Shows the version of Perl in a directory that uses it.
    PERL "perl" at 53 {
        files: ["Makefile.PL", "Build.PL", "cpanfile", "cpanfile.snapshot", "META.json", "META.yml", ".perl-version"],
        extensions: ["pl", "pm", "pod"],
        run: [&["perl", "-e", "printf q#%vd#,$^V;"]], parse: trimmed,
        symbol: "🐪 ", style: "149 bold",
    }
    /// Shows the version of PHP in a directory that uses it.
    PHP "php" at 54 {
        files: ["composer.json", ".php-version"],
        extensions: ["php"],
        run: [&["php", "-nr", "echo PHP_MAJOR_VERSION.\".\".PHP_MINOR_VERSION.\".\".PHP_RELEASE_VERSION;"]], parse: trimmed,
        symbol: "🐘 ", style: "147 bold",
    }
    /// Shows the version of PureScript in a directory that uses it.
    PURESCRIPT "purescript" at 56 {
        files: ["spago.dhall", "spago.yaml", "spago.lock"],
        extensions: ["purs"],
        run: [&["purs", "--version"]], parse: trimmed,
        symbol: "<=> ", style: "bold white",
    }
    /// Shows the version of Quarto in a directory that uses it.
    QUARTO "quarto" at 58 {
        files: ["_quarto.yml"],
        extensions: ["qmd"],
        run: [&["quarto", "--version"]], parse: trimmed,
        symbol: "⨁ ", style: "bold #75AADB",
    }
    /// Shows the version of Red in a directory that uses it.
    RED "red" at 61 {
        extensions: ["red", "reds"],
        run: [&["red", "--version"]], parse: trimmed,
        symbol: "🔺 ", style: "red bold",
    }
    /// Shows the version of R in a directory that uses it.
    RLANG "rlang" at 60 {
        files: ["DESCRIPTION"],
        folders: [".Rproj.user"],
        extensions: ["R", "Rd", "Rmd", "Rproj", "Rsx"],
        run: [&["R", "--version"]], parse: word_of_either::<2>,
        symbol: "📐 ", style: "blue bold",
    }
    /// Shows the version of Scala in a directory that uses it.
    SCALA "scala" at 64 {
        files: [".scalaenv", ".sbtenv", "build.sbt"],
        folders: [".metals"],
        extensions: ["sbt", "scala"],
        run: [&["scala-cli", "version", "--scala"], &["scalac", "-version"]], needs: Needs::JAVA, parse: scala,
        symbol: "🆂 ", style: "red bold",
    }
    /// Shows the version of Swift in a directory that uses it.
    SWIFT "swift" at 66 {
        files: ["Package.swift"],
        extensions: ["swift"],
        run: [&["swift", "--version"]], parse: word_after_version,
        symbol: "🐦 ", style: "bold 202",
    }
    /// Shows the version of Typst in a directory that uses it.
    TYPST "typst" at 68 {
        files: ["template.typ"],
        extensions: ["typ"],
        run: [&["typst", "--version"]], parse: word::<1>,
        symbol: "t ", style: "bold #0093A7",
    }
    /// Shows the version of Vagrant in a directory that uses it.
    VAGRANT "vagrant" at 70 {
        files: ["Vagrantfile"],
        run: [&["vagrant", "--version"]], parse: word::<1>,
        symbol: "⍱ ", style: "cyan bold",
    }
    /// Shows the version of V in a directory that uses it.
    VLANG "vlang" at 69 {
        files: ["v.mod", "vpkg.json", ".vpkg-lock.json"],
        extensions: ["v"],
        run: [&["v", "version"]], parse: word::<1>,
        symbol: "V ", style: "blue bold",
    }
    /// Shows the version of Xmake in a directory that uses it.
    XMAKE "xmake" at 71 {
        files: ["xmake.lua"],
        run: [&["xmake", "--version"]], parse: second_release,
        symbol: "△ ", style: "bold green",
    }
    /// Shows the version of Zig in a directory that uses it.
    ZIG "zig" at 72 {
        extensions: ["zig"],
        run: [&["zig", "version"]], parse: trimmed,
        symbol: "↯ ", style: "bold yellow",
    }
}
