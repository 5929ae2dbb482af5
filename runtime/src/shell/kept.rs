//! A shell's script in a file that the shell reads by itself, without a process.
//!
//! What `init` prints depends on the process that printed it: its environment, its user, its program. A kept script therefore begins with a
//! guard in the shell's own words: if something is not as it was, the shell asks the program after all, which keeps its answer for next time.
//! So there is one file for each shell, and not one for each environment: people seldom go to and fro between two that differ in what
//! the guard looks at.

use super::Shell;
use super::init::Quoting;

/// What a kept script was printed by and for.
#[derive(Clone, Copy, Debug)]
pub struct Kept<'k> {
    /// The file that it is kept in.
    pub file: &'k str,
    /// The absolute path of the program that prints it.
    pub binary: &'k str,
    /// Which of its texts: the words after the program.
    pub call: &'k str,
    /// The value of `TERM`, if it depends on that.
    pub term: Option<&'k str>,
    /// The other variables that it depends on, and their values; empty where one is not set.
    pub variables: &'k [(&'k str, String)],
    /// A variable that has this value or none, which is the same to it.
    pub usual: Option<(&'k str, &'k str)>,
    /// The folders that were looked at for the daemon's, and whether they were found fit.
    pub folders: &'k [(String, Fitness)],
}

/// Whether a folder can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fitness {
    /// It is the user's own.
    Fit,
    /// It is not there, or somebody else's.
    Unfit,
}

/// Terminals that get a text of their own: what a value of `TERM` means, as far as scripts depend on it.
const SPECIAL_TERMS: [&str; 2] = ["dumb", "linux"];

/// The guard that stands before a kept script; `None` for a shell whose script is not kept.
///
/// ```
/// use ziron_runtime::shell::{Kept, Shell, guard};
/// let variables = [("LANG", String::from("C"))];
/// let kept = Kept { file: "/f", binary: "/b", call: "init zsh", term: Some("xterm"), variables: &variables, usual: None, folders: &[] };
/// assert!(guard(Shell::Zsh, &kept).unwrap().contains(r#"test "|${LANG-}" = '|C'"#));
/// assert_eq!(guard(Shell::Elvish, &kept), None);
/// ```
pub fn guard(shell: Shell, kept: &Kept<'_>) -> Option<String> {
    let Kept { file, binary, call, .. } = *kept;
    let quoting = match shell {
        Shell::Zsh | Shell::Bash => Quoting::Posix,
        Shell::Fish => Quoting::Fish,
        _ => return None,
    };
    let (file, binary) = (quoting.quote(file), quoting.quote(binary));
    // Aliases of the user's could stand in for any word but these.
    let [test, end] = if shell == Shell::Fish {
        ["builtin test", "return 0"]
    } else {
        [r"\builtin test", r"\builtin return 0"]
    };
    let tests: Vec<String> = conditions(shell, kept, &file, &binary, quoting)
        .map(|condition| format!("{test} {condition}"))
        .collect();
    let same = tests.join(" && ");
    let about = format!(
        "# What `{call}` printed, kept by it. If that would be another text now, it is asked, and keeps what it says.\n"
    );
    // Without the program there is no prompt of ours, and the shell keeps its own.
    Some(if shell == Shell::Fish {
        format!(
            "{about}{test} -x {binary}; or {end}\nif not begin; {same}; end\n  {binary} {call} --keep {file} 2>/dev/null | source\n  {end}\nend\n"
        )
    } else {
        format!(
            "{about}{test} -x {binary} || {end}\n{same} || {{\n  \\builtin eval \"$({binary} {call} --keep {file} 2>/dev/null)\"\n  {end}\n}}\n"
        )
    })
}

/// What must hold for the text to be right, as arguments of `test`.
fn conditions(
    shell: Shell,
    kept: &Kept<'_>,
    file: &str,
    binary: &str,
    quoting: Quoting,
) -> impl Iterator<Item = String> {
    let variable =
        |name: &str| if shell == Shell::Fish { format!("${name}") } else { format!("${{{name}-}}") };
    let term = variable("TERM");
    let mut conditions = match kept.term {
        Some(special) if SPECIAL_TERMS.contains(&special) => {
            vec![format!("\"{term}\" = {}", quoting.quote(special))]
        }
        Some(_) => SPECIAL_TERMS.map(|special| format!("\"{term}\" != {special}")).to_vec(),
        None => Vec::new(),
    };
    // One comparison costs less than many; and what begins with a bar is no operator.
    let (now, then): (Vec<String>, Vec<&str>) =
        kept.variables.iter().map(|(name, value)| (variable(name), value.as_str())).unzip();
    let [now, then] = [now.join("|"), then.join("|")];
    conditions.push(format!("\"|{now}\" = {}", quoting.quote(&format!("|{then}"))));
    if let Some((name, value)) = kept.usual {
        let (now, then) = (variable(name), quoting.quote(&format!("|{value}")));
        conditions.push(format!("\"|{now}\" = '|' -o \"|{now}\" = {then}"));
    }
    for (folder, fitness) in kept.folders {
        let not = if *fitness == Fitness::Fit { "" } else { "! " };
        conditions.push(format!("{not}-O {}", quoting.quote(folder)));
    }
    // It is this user's, and younger than the program.
    conditions.push(format!("-O {file}"));
    conditions.push(format!("! {binary} -nt {file}"));
    conditions.into_iter()
}

/// Whether a script for this terminal is worth keeping. In a dumb one, such as an editor's, people open a shell now and then, and the next
/// ordinary one would have to ask again.
pub fn is_worth_keeping(term: &str) -> bool {
    term != "dumb"
}

#[cfg(test)]
mod tests {
    use super::{Fitness, Kept, SPECIAL_TERMS, guard};
    use crate::pen::Terminal;
    use crate::shell::Shell;

    #[test]
    fn terminals_that_are_not_special_are_alike() {
        let terminal = |term: &str| {
            Terminal::from_environment(None, |name| (name == "TERM").then(|| term.to_owned().into()))
        };
        for term in ["", "xterm-256color", "tmux-256color", "screen", "vt100", "xterm-kitty", "foot"] {
            assert_eq!(terminal(term), Terminal::default(), "{term}");
        }
        for term in SPECIAL_TERMS {
            assert_ne!(terminal(term), Terminal::default(), "{term}");
        }
    }

    #[test]
    fn whatever_is_in_a_name_or_a_value_stays_one_word() {
        let variables = [("LANG", "it's $a \\ '".to_owned())];
        let kept = Kept {
            file: "/home/o'neill/init",
            binary: "/b b",
            call: "init zsh",
            term: Some("linux"),
            variables: &variables,
            usual: Some(("RUN", "/run/it's")),
            folders: &[("/run/user/1".to_owned(), Fitness::Unfit), ("/run/own".to_owned(), Fitness::Fit)],
        };
        let zsh = guard(Shell::Zsh, &kept).unwrap();
        assert!(zsh.contains(r#"test "${TERM-}" = 'linux' && "#), "{zsh}");
        assert!(zsh.contains(r#"test "|${LANG-}" = '|it'\''s $a \ '\''' && "#), "{zsh}");
        assert!(zsh.contains(r#"test "|${RUN-}" = '|' -o "|${RUN-}" = '|/run/it'\''s' && "#), "{zsh}");
        assert!(zsh.contains(r"test ! -O '/run/user/1' && \builtin test -O '/run/own' && "), "{zsh}");
        assert!(zsh.contains(r"test ! '/b b' -nt '/home/o'\''neill/init' || {"), "{zsh}");
        let fish = guard(Shell::Fish, &kept).unwrap();
        assert!(fish.contains(r#"test "|$LANG" = '|it\'s $a \\ \'' && "#), "{fish}");
    }
}
