//! readline, as bash uses it.

use ziron_runtime::shell::Shell::Bash;
use ziron_tests::session::Setup;

use super::Event::{EndOfFile, Enter, Interrupt, News, Resize};
use super::Outcome::{Ends, EndsWhole, GoesOn, Reads};
use super::{Outcome, State, check};

/// Something to complete.
const CONFIG: &str = "mkdir -p many; touch many/file-{1..120}";

/// What comes of another width, Ctrl-C, Ctrl-D and Enter. bash hears no news.
const fn outcomes(all: [Outcome; 4]) -> [(super::Event, Outcome); 5] {
    [(News, GoesOn), (Resize, all[0]), (Interrupt, all[1]), (EndOfFile, all[2]), (Enter, all[3])]
}

macro_rules! states {
    ($($name:ident: $config:expr, $enter:expr, $outcomes:expr;)*) => { $(
        #[test]
        fn $name() {
            let setup = Setup::default().after(CONFIG);
            check(Bash, &setup, &State { config: $config, enter: &$enter, outcomes: outcomes($outcomes) });
        }
    )* };
}

states! {
    text: "", [("abc def", "> abc def")], [GoesOn, Ends, GoesOn, Ends];
    incremental_search: "", [("\x12", "reverse-i-search"), ("mark", "`mark'")], [Reads, EndsWhole, Reads, Ends];
    vi_command: "set -o vi", [("abc", "> abc"), ("\x1b", "> abc")], [GoesOn, Ends, Ends, Ends];
    vi_search: "set -o vi", [("abc", "> abc"), ("\x1b/", "/")], [Reads, Ends, Reads, Reads];
    question_whether_to_list: "", [("ls many/file-\t\t", "possibilities? (y or n)")], [Reads, Ends, Reads, Reads];
    list_that_scrolls: "touch many/file-{1..999}", [("ls many/file-\t\t", "possibilities? (y or n)"), ("y", "--More--")],
        [Reads, EndsWhole, Reads, Reads];
    quoted_insert: "", [("abc", "> abc"), ("\x16", "> abc")], [GoesOn, GoesOn, GoesOn, GoesOn];
    argument: "", [("abc", "> abc"), ("\x1b3", "(arg: 3)")], [Reads, EndsWhole, Reads, Ends];
    prefix: "", [("abc", "> abc"), ("\x18", "> abc")], [GoesOn, Ends, GoesOn, GoesOn];
    pasted: "", [("\x1b[200~true \\\r def\x1b[201~", "def")], [GoesOn, Ends, GoesOn, Ends];
    several_lines: "IGNOREEOF=100", [("for x in 1; do\r", ":>")], [Reads, Ends, Ends, Reads];
    select_reads: "", [("select x in a b; do break; done\r", "#?")], [Reads, Ends, Ends, Reads];
    read_reads: "", [("read -e -p 'new: ' y\r", "\nnew:")], [Reads, Ends, Ends, Ends];
    suspended: "", [("sh -c 'kill -STOP $$; sleep 9'\r", "Stopped"), ("", "\n>"), ("abc", "\n> abc")], [Reads, Ends, Reads, Ends];
}
