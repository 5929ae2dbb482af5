//! The scripts that connect a shell to the generated binary.
//!
//! The scripts are data (`templates/shells/`); this file only fills in their placeholders. What belongs to the background mode is in a
//! file of its own for each shell that can ask the daemon without a process, in sections that begin with a line `@@name`. Where the
//! shell's script says `@@name`, that section goes in; without the background mode, nothing.

use super::Shell;
use crate::source::Manifest;
use crate::variables::{EVERYTHING, family};

/// How a shell writes a string that stands for itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quoting {
    /// `'…'`, with `'\''` for a quote: zsh and bash.
    Posix,
    /// `'…'`, with `\'` and `\\`: fish.
    Fish,
    /// `'…'`, with `''` for a quote: elvish.
    Doubled,
    /// `"…"`, with backslashes: Python, nushell and Lua.
    Escaped,
    /// `'…'`, with `''` for a quote, and numbers for all that is not printable ASCII: `PowerShell`, which takes typographic quotes for quotes, and
    /// on Windows reads what a program prints in the console's code page.
    PowerShell,
}

impl Quoting {
    /// Quotes a text as one word.
    pub fn quote(self, text: &str) -> String {
        match self {
            Quoting::Posix => format!("'{}'", text.replace('\'', "'\\''")),
            Quoting::Fish => format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'")),
            Quoting::Doubled => format!("'{}'", text.replace('\'', "''")),
            Quoting::Escaped => {
                let text = text.replace('\\', "\\\\").replace('"', "\\\"");
                format!("\"{}\"", text.replace('\n', "\\n").replace('\r', "\\r"))
            }
            Quoting::PowerShell => powershell(text),
        }
    }
}

/// A string in `'…'`, or several and numbers of characters, put together in parentheses.
fn powershell(text: &str) -> String {
    let mut word = String::from("'");
    let mut is_sum = false;
    for c in text.chars() {
        match c {
            '\'' => word.push_str("''"),
            ' '..='~' => word.push(c),
            _ => {
                is_sum = true;
                word.push_str("' + [char]::ConvertFromUtf32(");
                word.push_str(&u32::from(c).to_string());
                word.push_str(") + '");
            }
        }
    }
    word.push('\'');
    if is_sum { format!("({word})") } else { word }
}

/// What a script is told about the prompt.
#[derive(Clone, Copy, Debug)]
pub struct Script<'s> {
    /// The absolute path of the program to run.
    pub binary: &'s str,
    /// The continuation prompt, drawn for this shell.
    pub continuation: &'s str,
    /// Whether the prompt is replaced once a command runs.
    pub transient: bool,
    /// Whether the beginning of a command's output is marked (OSC 133;C).
    pub marks: bool,
    /// Whether the prompt names the window, so that the shell must not.
    pub title: bool,
    /// Which build it is.
    pub build: &'s str,
    /// Variables that keep others from changing the prompt, with what they are set to unless they are set: see [`unprompted`].
    pub environment: &'s [(&'static str, &'static str)],
    /// How the shell talks to the daemon; `None` if there is no background mode.
    pub client: Option<Client<'s>>,
}

/// How a shell talks to the daemon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Client<'s> {
    /// The daemon's folder.
    pub folder: &'s str,
    /// Folders on its path that others could make if they went: a shell looks whether they are the user's.
    pub anchors: &'s [String],
    /// The environment variables that the prompt depends on; they are sent where they are exported.
    pub variables: &'s [&'s str],
    /// Whether something in the prompt depends on when commands start.
    pub events: bool,
}

/// What reads a variable to show an environment of a tool, and the variable which keeps that tool from showing it in the prompt as well.
///
/// Sources: the `activate` scripts of `CPython`'s `venv`; `changeps1` in conda's and micromamba's configurations, with the names that their variables have.
const UNPROMPTED: [(&str, &str, &str); 3] = [
    ("VIRTUAL_ENV", "VIRTUAL_ENV_DISABLE_PROMPT", "1"),
    ("CONDA_DEFAULT_ENV", "CONDA_CHANGEPS1", "false"),
    ("CONDA_DEFAULT_ENV", "MAMBA_CHANGEPS1", "false"),
];

/// The variables that keep tools from showing in the prompt what it shows itself, for sources with these manifests: a source that reads one variable
/// and no other is there to show it.
pub fn unprompted<'m>(
    manifests: impl IntoIterator<Item = &'m Manifest>,
) -> Vec<(&'static str, &'static str)> {
    let shown: Vec<&str> = manifests
        .into_iter()
        .filter_map(|manifest| <[_; 1]>::try_from(&*manifest.env).ok())
        .flatten()
        .collect();
    let is_shown = |(name, ..): &(&str, &str, &str)| shown.contains(name);
    UNPROMPTED.into_iter().filter(is_shown).map(|(_, variable, value)| (variable, value)).collect()
}

/// The step that sets a variable which is not set, for this process and its children; empty where none is known.
fn set_unless_set(shell: Shell, variable: &str, value: &str) -> String {
    match shell {
        Shell::Zsh | Shell::Bash => format!("\\builtin export {variable}=\"${{{variable}-{value}}}\"\n"),
        Shell::Fish => format!("set -q {variable}; or set -gx {variable} {value}\n"),
        Shell::Tcsh => format!("if (! $?{variable}) setenv {variable} {value}\n"),
        Shell::Elvish => format!("if (not (has-env {variable})) {{ set-env {variable} {value} }}\n"),
        Shell::Xonsh => format!("${{...}}.setdefault('{variable}', '{value}')\n"),
        Shell::Nu => format!("$env.{variable} = ($env.{variable}? | default \"{value}\")\n"),
        Shell::Pwsh | Shell::PowerShell => {
            format!("if (-not (Test-Path Env:{variable})) {{ $Env:{variable} = '{value}' }}\n")
        }
        Shell::Cmd => format!("os.setenv(\"{variable}\", os.getenv(\"{variable}\") or \"{value}\")\n"),
        Shell::Ion | Shell::Plain => String::new(),
    }
}

/// The script of a shell with its placeholders, and how the shell quotes what they stand for.
fn template(shell: Shell) -> Option<(&'static str, Quoting)> {
    let found = match shell {
        Shell::Zsh => (include_str!("../../../templates/shells/ziron.zsh"), Quoting::Posix),
        Shell::Bash => (include_str!("../../../templates/shells/ziron.bash"), Quoting::Posix),
        Shell::Fish => (include_str!("../../../templates/shells/ziron.fish"), Quoting::Fish),
        Shell::Tcsh => (include_str!("../../../templates/shells/ziron.tcsh"), Quoting::Posix),
        Shell::Elvish => (include_str!("../../../templates/shells/ziron.elv"), Quoting::Doubled),
        Shell::Xonsh => (include_str!("../../../templates/shells/ziron.xsh"), Quoting::Escaped),
        Shell::Nu => (include_str!("../../../templates/shells/ziron.nu"), Quoting::Escaped),
        Shell::Pwsh | Shell::PowerShell => {
            (include_str!("../../../templates/shells/ziron.ps1"), Quoting::PowerShell)
        }
        Shell::Ion => (include_str!("../../../templates/shells/ziron.ion"), Quoting::Posix),
        Shell::Cmd => (include_str!("../../../templates/shells/ziron.lua"), Quoting::Escaped),
        Shell::Plain => return None,
    };
    Some(found)
}

/// The sections of the background mode, for the shells that ask without a process.
fn background(shell: Shell) -> &'static str {
    match shell {
        Shell::Zsh => include_str!("../../../templates/shells/background.zsh"),
        Shell::Bash => include_str!("../../../templates/shells/background.bash"),
        Shell::Fish => include_str!("../../../templates/shells/background.fish"),
        _ => "",
    }
}

/// The names of the shells that have a script, for people.
///
/// ```
/// assert!(ziron_runtime::shell::names_with_script().starts_with("bash, zsh, fish"));
/// ```
pub fn names_with_script() -> String {
    let names: Vec<_> = Shell::ALL
        .iter()
        .filter(|shell| template(**shell).is_some())
        .map(|shell| shell.script_name())
        .collect();
    names.join(", ")
}

/// The script that `init` prints, or `None` for what is no shell.
pub fn script(shell: Shell, what: &Script<'_>) -> Option<String> {
    let Script { binary, continuation, transient, marks, title, build, environment, client } = *what;
    let flag = |is_on| if is_on { "1" } else { "0" };
    let (template, quoting) = template(shell)?;
    // tcsh reads a script as one line, of which a comment would hide the rest.
    let uncommented: String;
    let template = if shell == Shell::Tcsh {
        uncommented = template
            .lines()
            .filter(|line| !line.starts_with('#'))
            .fold(String::new(), |all, line| all + line + "\n");
        &uncommented
    } else {
        template
    };
    let mut script = put_together(template, client.map(|_| background(shell)));
    if matches!(shell, Shell::Zsh | Shell::Bash | Shell::Fish) {
        script = without_comments(&script);
    }
    if !environment.is_empty() && !script.ends_with('\n') {
        script.push('\n');
    }
    script.extend(environment.iter().map(|(variable, value)| set_unless_set(shell, variable, value)));
    if shell == Shell::Zsh {
        script.push_str(JOIN_INSTANT);
    }
    if let Some(client) = client {
        // The names first: a folder may be called anything.
        script = script
            .replace("@ENVIRONMENT@", &sent(shell, client.variables))
            .replace("@TYPES@", &types(client.variables))
            .replace("@MORE@", &more(shell, client.variables))
            .replace("@VARIABLES@", &all_names(shell, client.variables))
            .replace("@EVENTS@", flag(client.events))
            .replace("@PROOF@", &proof(shell, client.anchors))
            .replace("@PROVE@", &prove(client.anchors))
            .replace("@ANCHORS@", &words(client.anchors, quoting))
            .replace("@FOLDER@", &quoting.quote(client.folder));
    }
    Some(
        script
            // The script has asked the daemon by then.
            .replace(
                "@DIRECT@",
                match (client.is_some(), shell) {
                    (true, Shell::Zsh | Shell::Bash) => "--direct --folder \"$_ziron_folder\" ",
                    (true, Shell::Fish) => "--direct --folder $_ziron_folder ",
                    _ => "",
                },
            )
            .replace("@ZIRON@", &quoting.quote(binary))
            .replace("@CONTINUATION@", &quoting.quote(continuation))
            .replace("@TRANSIENT@", flag(transient))
            .replace("@MARKS@", flag(marks))
            .replace("@TITLE@", flag(title))
            .replace("@BUILD@", build),
    )
}

/// The template with the sections of the background mode where it names them.
fn put_together(template: &str, background: Option<&str>) -> String {
    let mut script = String::with_capacity(template.len() + background.map_or(0, str::len));
    for line in template.split_inclusive('\n') {
        match (line.trim().strip_prefix("@@"), background) {
            (None, _) => script.push_str(line),
            (Some(name), Some(background)) => script.push_str(section(background, name)),
            (Some(_), None) => {}
        }
    }
    script
}

/// A script without its comments and empty lines, but for the first, which says what it is: a shell reads line by line, with some system
/// calls for each. A line of these scripts that begins with `#` is a comment, since no text in them spans lines so.
pub(super) fn without_comments(script: &str) -> String {
    let says = |(number, line): &(usize, &str)| {
        let line = line.trim();
        *number == 0 || !(line.is_empty() || line.starts_with('#'))
    };
    script.split_inclusive('\n').enumerate().filter(says).map(|(_, line)| line).collect()
}

/// What tells the instant prompt, where the user has one, that the prompt has been connected.
const JOIN_INSTANT: &str = "\\builtin test -z \"${_ziron_instant-}\" || _ziron_instant_join\n";

/// The lines below `@@name`.
fn section<'a>(background: &'a str, name: &str) -> &'a str {
    let Some((_, rest)) = background.split_once(&format!("@@{name}\n")) else { return "" };
    rest.split_once("@@").map_or(rest, |(section, _)| section)
}

/// The variables that a shell can have: what is no name cannot be asked for, and must not be read as something else.
fn names<'a>(variables: &'a [&'a str]) -> impl Iterator<Item = &'a str> {
    let is_name = |name: &&str| {
        let mut bytes = name.bytes();
        bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_')
            && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    variables.iter().copied().filter(is_name)
}

/// Whether all that the shell exports is handed over.
fn is_everything(variables: &[&str]) -> bool {
    variables.contains(&EVERYTHING)
}

/// What the names of the variables' families begin with.
fn families<'a>(variables: &'a [&'a str]) -> impl Iterator<Item = &'a str> {
    variables.iter().filter_map(|entry| family(entry)).filter(|begin| names(&[begin]).next().is_some())
}

/// The first variable of each family, written so.
fn firsts(variables: &[&str], write: impl Fn(&str) -> String) -> Vec<String> {
    families(variables).map(|begin| write(&format!("{begin}0"))).collect()
}

/// What makes a shell say which of the variables are exported, and what they hold: one step for each, without a loop.
fn sent(shell: Shell, variables: &[&str]) -> String {
    if is_everything(variables) && shell == Shell::Bash {
        // In a file: it says all in one step, and the daemon takes it apart.
        return String::from(concat!(
            "builtin export -p >|\"${_ziron_files}exported\" 2>/dev/null || builtin return 1\n",
            "  _ziron_sent+=(\"exported=file\")\n"
        ));
    }
    let step = |name: &str| match shell {
        // Within double quotes: what they hold. What is exported is another look.
        Shell::Zsh => format!("|${name}"),
        Shell::Bash => {
            format!(
                "[[ -z ${{{name}+x}} || ${{{name}@a}} != *x* ]] || _ziron_sent+=(\"e.{name}=${name}\")\n  "
            )
        }
        _ => format!(" --on-variable {name}"),
    };
    if shell != Shell::Bash {
        return names(variables).map(step).collect();
    }
    // Those of git are many, and as a rule none is set.
    let is_of_git = |name: &&str| name.starts_with(GIT);
    let usual: String = names(variables).filter(|name| !is_of_git(name)).map(step).collect();
    let of_git: String = names(variables).filter(is_of_git).map(step).collect();
    let numbered: String = families(variables).map(numbered).collect();
    if of_git.is_empty() && numbered.is_empty() {
        return usual;
    }
    format!("{usual}if [[ -n \"${{!{GIT}*}}\" ]]; then\n  {of_git}{numbered}fi\n  ")
}

/// What the names of git's variables begin with. Families have no others.
const GIT: &str = "GIT_";

/// What makes bash say which variables of a family are exported.
fn numbered(begin: &str) -> String {
    format!(
        "builtin local _ziron_name; for _ziron_name in ${{!{begin}*}}; do [[ ${{!_ziron_name@a}} != *x* ]] || _ziron_sent+=(\"e.$_ziron_name=${{!_ziron_name}}\"); done\n  "
    )
}

/// What makes a shell look again at what it sends, besides a variable that it knows to watch: where scripts are given everything, after each command;
/// where a family is set, too.
fn more(shell: Shell, variables: &[&str]) -> String {
    match (shell, is_everything(variables)) {
        (Shell::Zsh, true) => String::from(" && 0 == 1"),
        (Shell::Zsh, false) => firsts(variables, |name| format!(" && -z ${{{name}-}}")).concat(),
        (Shell::Fish, true) => String::from("builtin test $_ziron_ran = 0; or set -e _ziron_world"),
        (Shell::Fish, false) => {
            firsts(variables, |name| format!("set -q {name}; and set -e _ziron_world; ")).concat()
        }
        _ => String::new(),
    }
}

/// The names of the variables as a shell lists them, those of families as far as they are set.
fn all_names(shell: Shell, variables: &[&str]) -> String {
    match (shell, is_everything(variables)) {
        (Shell::Zsh, true) => String::from("${(k)parameters[(R)*export*]}"),
        (Shell::Fish, true) => String::from("(builtin set --names --export)"),
        _ => {
            let more = families(variables).map(|begin| match shell {
                Shell::Zsh => format!("${{(k)parameters[(I){begin}<->]}}"),
                Shell::Fish => {
                    format!("(set -q {begin}0; and builtin set --names --export | builtin string match --regex '^{begin}\\d+$')")
                }
                _ => String::new(),
            });
            names(variables).map(ToOwned::to_owned).chain(more).collect::<Vec<_>>().join(" ")
        }
    }
}

/// Paths as words of a shell.
pub(super) fn words(paths: &[String], quoting: Quoting) -> String {
    let words: Vec<String> = paths.iter().map(|path| quoting.quote(path)).collect();
    words.join(" ")
}

/// How often it is asked in turn whose a folder is and whether it is a link. Somebody who exchanges a folder of theirs and a link to the user's, which a
/// shell's `-O` follows, is believed only if they exchange the two between every two questions.
const ROUNDS: usize = 8;

/// What must hold of folders for the files below them to be the user's alone, behind other conditions: as a rule, nothing.
fn proof(shell: Shell, anchors: &[String]) -> String {
    let proof = |folder: &String| match shell {
        Shell::Fish => {
            let folder = Quoting::Fish.quote(folder);
            format!(" -a -O {folder} -a ! -L {folder}")
        }
        _ => {
            let folder = Quoting::Posix.quote(folder);
            format!(" && -O {folder} && ! -h {folder}")
        }
    };
    (0..ROUNDS).flat_map(|_| anchors.iter().map(proof)).collect()
}

/// A line of fish that gives up where the folders are not the user's any more, right before something is written: as a rule, nothing.
fn prove(anchors: &[String]) -> String {
    if anchors.is_empty() {
        return String::new();
    }
    format!("builtin test -e $_ziron_folder{}; or return 1", proof(Shell::Fish, anchors))
}

/// What makes zsh say of which type the variables are, within double quotes: whether they are exported, and whether they are set at all.
fn types(variables: &[&str]) -> String {
    let steps = names(variables).map(|name| format!("|${{(t){name}}}"));
    steps.collect()
}

#[cfg(test)]
mod tests {
    use super::{Client, Quoting, Script, put_together, script, unprompted, without_comments};
    use crate::shell::Shell;
    use crate::source::Manifest;

    const SCRIPT: Script<'_> = Script {
        binary: "/b",
        build: "abc",
        continuation: "",
        transient: false,
        marks: false,
        title: false,
        environment: &[],
        client: Some(Client {
            folder: "/f",
            anchors: &[],
            variables: &["A", "B_2", "no name", "2"],
            events: false,
        }),
    };
    const WITH_CLIENT: [Shell; 3] = [Shell::Zsh, Shell::Bash, Shell::Fish];

    #[test]
    fn what_the_prompt_shows_itself_is_not_shown_by_others() {
        use crate::source::{Cost, Policy};
        let nothing = || Manifest::new(Cost::Free, Policy::Never);
        let reads = |env: &[&'static str]| Manifest { env: env.to_vec(), ..nothing() };
        let all = [reads(&["PATH", "VIRTUAL_ENV"]), reads(&["HOME"]), reads(&[])];
        assert_eq!(unprompted(&all), []);
        assert_eq!(unprompted(&[reads(&["VIRTUAL_ENV"])]), [("VIRTUAL_ENV_DISABLE_PROMPT", "1")]);
        let conda = unprompted(&[reads(&["CONDA_DEFAULT_ENV"])]);
        assert_eq!(conda, [("CONDA_CHANGEPS1", "false"), ("MAMBA_CHANGEPS1", "false")]);
        for shell in
            [Shell::Zsh, Shell::Bash, Shell::Fish, Shell::Tcsh, Shell::Elvish, Shell::Xonsh, Shell::Nu]
        {
            let script = script(shell, &Script { environment: &conda, ..SCRIPT }).unwrap();
            assert!(script.contains("CONDA_CHANGEPS1"), "{script}");
        }
    }

    #[test]
    fn quotes_survive() {
        assert_eq!(Quoting::Posix.quote("it's"), r"'it'\''s'");
        assert_eq!(Quoting::Fish.quote(r"a\'b"), r"'a\\\'b'");
        assert_eq!(Quoting::Doubled.quote("it's"), "'it''s'");
        assert_eq!(Quoting::Escaped.quote("a\"b\\c\n"), r#""a\"b\\c\n""#);
        assert_eq!(Quoting::PowerShell.quote("$it's `a` \\"), "'$it''s `a` \\'");
        let sum = "('a''' + [char]::ConvertFromUtf32(8217) + 'b' + [char]::ConvertFromUtf32(27) + '')";
        assert_eq!(Quoting::PowerShell.quote("a'\u{2019}b\u{1b}"), sum);
    }

    #[test]
    fn sections_go_where_they_are_named() {
        let background = "about\n@@one\n1\n@@two\n2\n2\n";
        let template = "a\n  @@two\nb\n@@one\n@@none\nc\n";
        assert_eq!(put_together(template, Some(background)), "a\n2\n2\nb\n1\nc\n");
        assert_eq!(put_together(template, None), "a\nb\nc\n");
    }

    #[test]
    fn comments_stay_at_home() {
        assert_eq!(without_comments("# about\n\n# more\na # b\n  # c\n  d\n\n"), "# about\na # b\n  d\n");
        // What is filled in is not touched.
        let script = script(Shell::Zsh, &Script { continuation: "a\n\n# b", ..SCRIPT }).unwrap();
        assert!(script.contains("'a\n\n# b'"), "{script}");
    }

    #[test]
    fn nothing_is_left_to_fill_in() {
        for shell in WITH_CLIENT {
            for client in [SCRIPT.client, None] {
                let script = script(shell, &Script { client, ..SCRIPT }).unwrap();
                let word = script
                    .split('@')
                    .skip(1)
                    .find(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_uppercase()));
                assert_eq!((word, script.contains("@@")), (None, false), "{}", shell.name());
                assert_eq!(script.contains("e.B_2") || script.contains(" B_2"), client.is_some());
                assert!(!script.contains("no name"));
            }
        }
    }

    #[test]
    fn a_shell_with_the_binary_as_client_gets_the_whole_script() {
        for shell in Shell::ALL {
            let script = script(*shell, &SCRIPT).unwrap();
            for word in ["@ZIRON@", "@BUILD@", "@CONTINUATION@", "@TRANSIENT@", "@DIRECT@"] {
                assert!(!script.contains(word), "{word} in {}", shell.name());
            }
            assert!(script.contains("/b") && script.contains("--all"), "{}", shell.name());
        }
    }

    #[test]
    fn without_background_there_is_no_trace_of_it() {
        for shell in WITH_CLIENT {
            let script = script(shell, &Script { client: None, ..SCRIPT }).unwrap();
            for word in ["daemon", "socket", "seq", "_ziron_ask", "_ziron_folder"] {
                assert!(!script.contains(word), "{word} in {}", shell.name());
            }
        }
    }
}
