//! Finding the version in what a tool says.

use ziron_runtime::io::Output;

/// The standard output; `None` if either output is no text.
pub(crate) fn stdout(output: &Output) -> Option<&str> {
    str::from_utf8(&output.stderr).ok()?;
    str::from_utf8(&output.stdout).ok()
}

/// The standard output, or the standard error if there is none.
pub(crate) fn either(output: &Output) -> Option<&str> {
    stdout(output).filter(|text| !text.is_empty()).or_else(|| str::from_utf8(&output.stderr).ok())
}

/// A version that is there.
pub(crate) fn some(version: &str) -> Option<String> {
    (!version.is_empty()).then(|| version.to_owned())
}

/// A version that is all that a tool says.
pub fn trimmed(output: &Output) -> Option<String> {
    some(stdout(output)?.trim())
}

/// The same for tools that may say it on their standard error.
pub fn trimmed_of_either(output: &Output) -> Option<String> {
    some(either(output)?.trim())
}

/// A version that is one word of what a tool says: the word `N`, counted from 0.
pub fn word<const N: usize>(output: &Output) -> Option<String> {
    stdout(output)?.split_whitespace().nth(N).map(ToOwned::to_owned)
}

/// The same for tools that may say it on their standard error.
pub fn word_of_either<const N: usize>(output: &Output) -> Option<String> {
    either(output)?.split_whitespace().nth(N).map(ToOwned::to_owned)
}

/// A version that is the last word of what a tool says.
pub fn last_word(output: &Output) -> Option<String> {
    stdout(output)?.split_whitespace().last().map(ToOwned::to_owned)
}

/// A version that is the first word, without a leading `v` and what a `+` begins: `v3.14.2+gc309b6f`.
pub fn first_release(output: &Output) -> Option<String> {
    release(stdout(output)?.split_whitespace().next()?)
}

/// The same for the second word: `xmake v2.9.5+HEAD.b2b2b2`.
pub fn second_release(output: &Output) -> Option<String> {
    release(stdout(output)?.split_whitespace().nth(1)?)
}

/// A version without a leading `v` and what a `+` begins.
fn release(word: &str) -> Option<String> {
    some(word.strip_prefix('v').unwrap_or(word).split('+').next().unwrap_or_default())
}

/// The word after the first word `version`: `Swift version 5.9.2 (…)`.
pub fn word_after_version(output: &Output) -> Option<String> {
    stdout(output)?.split_whitespace().skip_while(|word| *word != "version").nth(1).map(ToOwned::to_owned)
}

/// The first word of the first line that has nothing but digits and dots: `Nim Compiler Version 2.0.2 [Linux: amd64]`.
pub fn numeric_word(output: &Output) -> Option<String> {
    let numeric = |word: &&str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    stdout(output)?.lines().next()?.split(' ').find(numeric).map(ToOwned::to_owned)
}

/// Scala's version: all that `scala-cli` says, or the fourth word of what `scalac` says.
pub fn scala(output: &Output) -> Option<String> {
    word_of_either::<3>(output).or_else(|| trimmed(output))
}

/// The first word that is a version of three numbers, perhaps with something behind: `gcc (Debian 12.2.0-14) 12.2.0`.
pub(crate) fn semantic_word(text: &str) -> Option<&str> {
    let number = |text: &str| {
        !text.is_empty()
            && text.bytes().all(|b| b.is_ascii_digit())
            && (text == "0" || !text.starts_with('0'))
    };
    let identifiers = |text: &str| {
        text.split('.')
            .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'))
    };
    let is_version = |word: &&str| {
        let (word, build) = word.split_once('+').map_or((*word, None), |(word, build)| (word, Some(build)));
        let (core, before) = word.split_once('-').map_or((word, None), |(core, before)| (core, Some(before)));
        core.split('.').count() == 3
            && core.split('.').all(number)
            && build.into_iter().chain(before).all(identifiers)
    };
    text.split_whitespace().find(is_version)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a tool says on its standard output.
    fn said(text: &str) -> Output {
        Output { status: Some(0), stdout: text.into(), stderr: Vec::new() }
    }

    #[test]
    fn versions_are_found_in_what_tools_say() {
        type Parse = fn(&Output) -> Option<String>;
        let cases: &[(&str, Parse, &str, Option<&str>)] = &[
            ("buf", word::<0>, "1.28.1\n", Some("1.28.1")),
            ("cobol", word::<2>, "cobc (GnuCOBOL) 3.1.2.0\nCopyright (C) 2020\n", Some("3.1.2.0")),
            (
                "crystal",
                word::<1>,
                "Crystal 1.10.1 [c6f3552f5] (2023-10-13)\n\nLLVM: 15.0.7\n",
                Some("1.10.1"),
            ),
            ("deno", word::<1>, "deno 1.39.4\n", Some("1.39.4")),
            ("gleam", last_word, "gleam 1.0.0\n", Some("1.0.0")),
            ("helm", first_release, "v3.14.2+gc309b6f\n", Some("3.14.2")),
            ("helm without a build", first_release, "v3.14.2\n", Some("3.14.2")),
            ("helm, silent", first_release, "\n", None),
            ("julia", word::<2>, "julia version 1.10.0\n", Some("1.10.0")),
            (
                "nim",
                numeric_word,
                "Nim Compiler Version 2.0.2 [Linux: amd64]\nCompiled at 2023\n",
                Some("2.0.2"),
            ),
            ("nim, odd", numeric_word, "Nim Compiler\n1.2.3\n", None),
            ("scala-cli", scala, "3.4.1\n", Some("3.4.1")),
            ("scalac", scala, "Scala compiler version 2.13.12 -- Copyright 2002-2023\n", Some("2.13.12")),
            (
                "swift on Linux",
                word_after_version,
                "Swift version 5.9.2 (swift-5.9.2-RELEASE)\nTarget: x86_64\n",
                Some("5.9.2"),
            ),
            (
                "swift on macOS",
                word_after_version,
                "swift-driver version: 1.87.1 Apple Swift version 5.9 (swiftlang-5.9.0.128.108)\n",
                Some("5.9"),
            ),
            ("typst", word::<1>, "typst 0.10.0 (70ca0d25)\n", Some("0.10.0")),
            ("vagrant", word::<1>, "Vagrant 2.4.0\n", Some("2.4.0")),
            ("vlang", word::<1>, "V 0.4.4 84d0c6a\n", Some("0.4.4")),
            (
                "xmake",
                second_release,
                "xmake v2.9.5+HEAD.0db4fe6, A cross-platform build utility\n",
                Some("2.9.5"),
            ),
            ("zig", trimmed, "0.13.0\n", Some("0.13.0")),
            ("nobody", trimmed, "", None),
        ];
        for (tool, parse, output, version) in cases {
            assert_eq!(parse(&said(output)).as_deref(), *version, "{tool}");
        }
    }

    #[test]
    fn some_tools_speak_on_their_standard_error() {
        let dart = "Dart SDK version: 3.2.3 (stable) (Tue Dec 5 17:58:33 2023) on \"linux_x64\"\n";
        let output = Output { status: Some(0), stdout: Vec::new(), stderr: dart.into() };
        assert_eq!(word_of_either::<3>(&output).as_deref(), Some("3.2.3"));
        assert_eq!(word::<3>(&output), None);
    }

    #[test]
    fn what_is_no_text_has_no_version() {
        let output = Output { status: Some(0), stdout: b"1.0".to_vec(), stderr: vec![0xff] };
        assert_eq!(trimmed(&output), None);
    }

    #[test]
    fn semantic_versions_are_strict() {
        assert_eq!(semantic_word("gcc (Debian 12.2.0-14+deb12u1) 12.2.0\n"), Some("12.2.0"));
        assert_eq!(semantic_word("Debian clang version 14.0.6\n"), Some("14.0.6"));
        assert_eq!(semantic_word("clang version 10.0.0-4ubuntu1"), Some("10.0.0-4ubuntu1"));
        assert_eq!(semantic_word("1.02.3 1.2 1.2.3.4 v1.2.3"), None);
    }
}
