//! zsh's line editor.

use ziron_runtime::shell::Shell::Zsh;

use super::Outcome::{Ends, GoesOn, GoesOnOld, Reads};
use super::{ANOTHER_PROMPT, states};
use crate::served;

/// Keys for what has none, and completions.
const CONFIG: &str = r"
autoload -Uz compinit && compinit -u -D
bindkey '^Xx' execute-named-cmd
bindkey '^Xc' vi-cmd-mode
bindkey '^Xv' visual-mode
recursive() { zle -M 'in it'; zle recursive-edit }
zle -N recursive
bindkey '^Xr' recursive
mkdir -p many few
touch few/{one,two,three} many/file-{1..40}
KEYTIMEOUT=1";

const MENU: &str = "zstyle ':completion:*' menu select";

states! {
    Zsh, served().transient().after(CONFIG);

    text: "", [("abc def", "> abc def")], [GoesOn, GoesOn, Ends, GoesOn, Ends];
    menu: MENU, [("ls few/", "few/"), ("\t", "three"), ("\t", "few/one")], [GoesOn, GoesOn, Ends, GoesOn, GoesOn];
    menu_interactive: "zstyle ':completion:*' menu select interactive", [("ls few/", "few/"), ("\t", "three"), ("\t", "interactive: few/[]")],
        [GoesOn, GoesOn, Ends, GoesOn, GoesOn];
    incremental_search: "", [("\x12", "bck-i-search:"), ("mark", "bck-i-search: mark")], [GoesOn, GoesOn, Ends, GoesOn, Ends];
    named_command: "", [("\x18x", "execute:"), ("tr", "execute: tr")], [GoesOn, GoesOn, GoesOn, GoesOn, GoesOn];
    question_whether_to_list: "LISTMAX=3", [("ls many/file-", "file-"), ("\t", "possibilities")],
        [GoesOnOld, GoesOn, GoesOn, GoesOn, GoesOn];
    list_that_scrolls: "zstyle ':completion:*' list-prompt 'more at %p'; LISTMAX=9999; touch many/file-{1..999}",
        [("ls many/file-", "file-"), ("\t", "more at")], [Reads, Reads, Reads, Reads, Reads];
    recursive_edit: "", [("abc", "abc"), ("\x18r", "in it"), ("d", "abcd")], [GoesOn, GoesOn, GoesOn, GoesOn, GoesOn];
    vi_command: "", [("abc def", "abc def"), ("\x18c", ANOTHER_PROMPT)], [GoesOn, GoesOn, Ends, GoesOn, Ends];
    vi_operator: "", [("abc def", "abc def"), ("\x18c", ANOTHER_PROMPT), ("d", "abc def")], [GoesOn, GoesOn, Ends, GoesOn, Reads];
    visual: "", [("abc def", "abc def"), ("\x18v\x02", "abc def")], [GoesOn, GoesOn, Ends, GoesOn, Ends];
    quoted_insert: "", [("abc", "abc"), ("\x16", "abc")], [GoesOn, GoesOn, Ends, GoesOn, GoesOn];
    argument: "", [("abc", "abc"), ("\x1b3", "abc")], [GoesOn, GoesOn, Ends, GoesOn, Ends];
    pasted: "", [("\x1b[200~true \\\r def\x1b[201~", "def")], [GoesOn, GoesOn, Ends, GoesOn, Ends];
    several_lines: "", [("for x in 1; do\r", ":>")], [Reads, Reads, Ends, Reads, Reads];
    select_reads: "", [("select x in a b; do break; done\r", "?#")], [Reads, Reads, Ends, Ends, Reads];
    vared_reads: "", [("y=1; vared -p 'new: ' y\r", "new: ")], [Reads, Reads, Ends, Reads, Ends];
    read_reads: "", [("read -e y\r", "read -e y")], [Reads, Reads, Ends, Ends, Ends];
    suspended: "", [("sh -c 'kill -STOP $$; sleep 9'\r", "suspended (signal)"), ("", "\n>"), ("abc", "\n> abc")],
        [Reads, Reads, Ends, Reads, Ends];
}
