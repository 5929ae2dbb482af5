//! fish's line editor.

use ziron_runtime::shell::Shell::Fish;

use super::Outcome::{Ends, EndsWhole, GoesOn, Reads};
use super::{ANOTHER_PROMPT, states};
use crate::served;

/// Keys for what has none, and something to complete.
const CONFIG: &str = r"
bind \cxj forward-jump
bind \cxt 'commandline -f backward-word kill-word yank'
mkdir -p few many
touch few/{one,two,three} many/file-(seq 999)
set -g fish_escape_delay_ms 10";

const VI: &str = "fish_vi_key_bindings";

states! {
    Fish, served().transient().after(CONFIG);

    text: "", [("abc def", "> abc def")], [GoesOn, GoesOn, Ends, GoesOn, Ends];
    suggestion: "set -g fish_autosuggestion_enabled 1", [("echo m", "> echo mark-")], [GoesOn, GoesOn, Ends, GoesOn, Ends];
    // Enter where nothing is chosen: see what is known not to work.
    pager: "", [("ls few/", "few/"), ("\t", "three")], [GoesOn, GoesOn, Ends, GoesOn, EndsWhole];
    pager_selection: "", [("ls few/", "few/"), ("\t", "three"), ("\t", "> ls few/one")], [GoesOn, GoesOn, Ends, GoesOn, GoesOn];
    pager_search: "", [("ls few/", "few/"), ("\t", "three"), ("\x13", "search:")], [GoesOn, GoesOn, Ends, GoesOn, GoesOn];
    pager_of_many: "", [("ls many/file-", "file-"), ("\t", "rows")], [GoesOn, GoesOn, Ends, GoesOn, EndsWhole];
    complete_and_search: "", [("ls few/", "few/"), ("\x1b[Z", "search:")], [GoesOn, GoesOn, Ends, GoesOn, GoesOn];
    history_pager: "", [("mark", "> mark"), ("\x12", "search:")], [GoesOn, GoesOn, Ends, GoesOn, GoesOn];
    history_prefix: "", [("echo", "> echo"), ("\x1b[A", "> echo mark-")], [GoesOn, GoesOn, Ends, GoesOn, Ends];
    history_token: "", [("mar", "> mar"), ("\x1b\x1b[A", "> mark-")], [GoesOn, GoesOn, Ends, GoesOn, Ends];
    vi_normal: VI, [("abc def", "> abc def"), ("\x1b", ANOTHER_PROMPT)], [GoesOn, GoesOn, Ends, GoesOn, Ends];
    vi_operator: VI, [("abc def", "> abc def"), ("\x1b", ANOTHER_PROMPT), ("d", "> abc def")], [GoesOn, GoesOn, Ends, GoesOn, Ends];
    vi_visual: VI, [("abc def", "> abc def"), ("\x1b", ANOTHER_PROMPT), ("v", ANOTHER_PROMPT)], [GoesOn, GoesOn, GoesOn, GoesOn, GoesOn];
    vi_replace: VI, [("abc def", "> abc def"), ("\x1b", ANOTHER_PROMPT), ("R", ANOTHER_PROMPT)], [GoesOn, GoesOn, Ends, GoesOn, Ends];
    vi_replace_one: VI, [("abc def", "> abc def"), ("\x1b", ANOTHER_PROMPT), ("r", ANOTHER_PROMPT)], [GoesOn, GoesOn, Ends, GoesOn, GoesOn];
    // fish 3.6 itself ends when the size of the window changes twice in a jump.
    jump: "function user_prompt --on-event fish_prompt; functions --erase __fish_winch_handler; end", [("abc def", "> abc def"), ("\x01\x18j", "> abc def")], [GoesOn, GoesOn, Ends, GoesOn, GoesOn];
    queued_functions: "", [("abc def", "> abc def"), ("\x18t", "> abc def")], [GoesOn, GoesOn, Ends, GoesOn, Ends];
    pasted: "", [("\x1b[200~true \\\r def\x1b[201~", "def")], [GoesOn, GoesOn, Ends, GoesOn, Ends];
    several_lines: "", [("for x in 1\r", "> for x in 1")], [GoesOn, GoesOn, Ends, GoesOn, GoesOn];
    read_reads: "", [("read -P 'new: ' y\r", "\nnew:")], [Reads, Reads, EndsWhole, EndsWhole, EndsWhole];
    suspended: "", [("sh -c 'kill -STOP $$; sleep 9'\r", "stopped"), ("", "\n>"), ("abc", "\n> abc")], [Reads, Reads, Ends, Reads, Ends];
}
