//! readline, as bash uses it.

use ziron_runtime::shell::Shell::Bash;
use ziron_tests::session::Setup;

use super::Outcome::{Ends, EndsWhole, GoesOn, Reads};
use super::states;

/// Something to complete.
const CONFIG: &str = "mkdir -p many; touch many/file-{1..120}";

// bash hears no news.
states! {
    Bash, Setup::default().after(CONFIG);

    text: "", [("abc def", "> abc def")], [GoesOn, GoesOn, Ends, GoesOn, Ends];
    incremental_search: "", [("\x12", "reverse-i-search"), ("mark", "`mark'")], [GoesOn, Reads, EndsWhole, Reads, Ends];
    vi_command: "set -o vi", [("abc", "> abc"), ("\x1b", "> abc")], [GoesOn, GoesOn, Ends, Ends, Ends];
    vi_search: "set -o vi", [("abc", "> abc"), ("\x1b/", "/")], [GoesOn, Reads, Ends, Reads, Reads];
    question_whether_to_list: "", [("ls many/file-\t\t", "possibilities? (y or n)")], [GoesOn, Reads, Ends, Reads, Reads];
    list_that_scrolls: "touch many/file-{1..999}", [("ls many/file-\t\t", "possibilities? (y or n)"), ("y", "--More--")],
        [GoesOn, Reads, EndsWhole, Reads, Reads];
    quoted_insert: "", [("abc", "> abc"), ("\x16", "> abc")], [GoesOn, GoesOn, GoesOn, GoesOn, GoesOn];
    argument: "", [("abc", "> abc"), ("\x1b3", "(arg: 3)")], [GoesOn, Reads, EndsWhole, Reads, Ends];
    prefix: "", [("abc", "> abc"), ("\x18", "> abc")], [GoesOn, GoesOn, Ends, GoesOn, GoesOn];
    pasted: "", [("\x1b[200~true \\\r def\x1b[201~", "def")], [GoesOn, GoesOn, Ends, GoesOn, Ends];
    several_lines: "IGNOREEOF=100", [("for x in 1; do\r", ":>")], [GoesOn, Reads, Ends, Ends, Reads];
    select_reads: "", [("select x in a b; do break; done\r", "#?")], [GoesOn, Reads, Ends, Ends, Reads];
    read_reads: "", [("read -e -p 'new: ' y\r", "\nnew:")], [GoesOn, Reads, Ends, Ends, Ends];
    suspended: "", [("sh -c 'kill -STOP $$; sleep 9'\r", "Stopped"), ("", "\n>"), ("abc", "\n> abc")], [GoesOn, Reads, Ends, Reads, Ends];
}
