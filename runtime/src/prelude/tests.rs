use std::path::PathBuf;

use proptest::prelude::*;

use super::*;
use crate::build::Build;
use crate::gather::{Facts, Parts};
use crate::io::Simulated;
use crate::pen::{DATUM_COLUMNS, Style};
use crate::prompt::{PART_END, Prompt, Settings};

/// A prompt that shows what a request has in the place of a keymap, and asks for some extras.
const fn prompt(extras: Extras) -> Prompt {
    let settings = Settings {
        add_newline: true,
        budget: Duration::ZERO,
        command_timeout: Duration::ZERO,
        scan_timeout: Duration::ZERO,
        follow_symlinks: true,
        transient: true,
    };
    Prompt {
        extras,
        left: Some(&|facts, pen| {
            pen.set_style(Style::new().bold());
            pen.put(&facts.request().keymap);
        }),
        right: Some(&|facts, pen| pen.put(&facts.request().keymap)),
        continuation: Some(&|pen| pen.text("∙ ")),
        transient_left: Some(&|_, pen| pen.text("❯ ")),
        ..Prompt::new(Build { version: "", config: "", config_hash: "", build_hash: "" }, settings)
    }
}

fn title(facts: &Facts<'_>, pen: &mut Pen<'_>) {
    pen.set_style(Style::new().bold());
    pen.put(&facts.request().keymap);
    pen.newline();
    pen.text(" ");
}

fn footer(facts: &Facts<'_>, pen: &mut Pen<'_>) {
    pen.set_style(Style::new().dimmed());
    pen.put(&facts.request().keymap);
}

const SECOND: Duration = Duration::from_secs(1);

const fn notifying(with: Option<Notification>) -> Prompt {
    prompt(Extras { notify: Some(Notify { after: SECOND, with }), ..Extras::NONE })
}

static BARE: Prompt = prompt(Extras::NONE);
static MARKED: Prompt = prompt(Extras { marks: true, ..Extras::NONE });
static TITLED: Prompt = Prompt { title: Some(&title), ..prompt(Extras::NONE) };
static REPORTING: Prompt = prompt(Extras { report_directory: true, ..Extras::NONE });
static FOOTED: Prompt = Prompt { footer: Some(&footer), ..prompt(Extras::NONE) };
static RINGS: Prompt = notifying(None);
static SAYS9: Prompt = notifying(Some(Notification::Osc9));
static SAYS777: Prompt = notifying(Some(Notification::Osc777));
static SAYS99: Prompt = notifying(Some(Notification::Osc99));
static EVERYTHING: Prompt = Prompt {
    title: Some(&title),
    footer: Some(&footer),
    ..prompt(Extras {
        profile: None,
        report_directory: true,
        marks: true,
        notify: Some(Notify { after: SECOND, with: Some(Notification::Osc777) }),
    })
};

fn after(duration: Duration, status: &str) -> Request {
    Request {
        shell: Shell::Zsh,
        duration: Some(duration),
        status: Some(status.to_owned()),
        logical_path: Some(PathBuf::from("/home/me/a;b")),
        ..Request::default()
    }
}

fn terminal() -> Terminal {
    Terminal { host: String::from("box"), ..Terminal::default() }
}

fn dumb() -> Terminal {
    Terminal { colors: false, sequences: false, ..terminal() }
}

fn visible(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap().replace('\x1b', "␛").replace('\x07', "␇")
}

fn prelude_of(prompt: &Prompt) -> Prelude {
    Prelude { extras: prompt.extras, title: prompt.title, footer: prompt.footer }
}

fn prelude(prompt: &Prompt, text: &str, request: &Request, terminal: &Terminal) -> String {
    let mut out = Vec::new();
    let request = Request { keymap: text.to_owned(), ..request.clone() };
    draw(prelude_of(prompt), &Facts::new(&request, Vec::new()), &request, terminal, &mut out);
    visible(&out)
}

#[test]
fn nothing_is_sent_that_nobody_asked_for() {
    assert_eq!(prelude(&BARE, "x", &after(90 * SECOND, "1"), &terminal()), "");
}

#[test]
fn output_ends_once_for_each_command() {
    assert_eq!(prelude(&MARKED, "", &after(SECOND, "3"), &terminal()), "␛]133;D;3␇");
    assert_eq!(prelude(&MARKED, "", &after(SECOND, "3\x1b]"), &terminal()), "␛]133;D␇");
    assert_eq!(prelude(&MARKED, "", &Request::default(), &terminal()), "", "an empty line");
}

#[test]
fn titles_are_plain() {
    let request = Request::default();
    assert_eq!(prelude(&TITLED, "~/a;b c", &request, &terminal()), "␛]0;~/a;b c␇");
    assert_eq!(prelude(&TITLED, "a\x07\x1b\\\u{9c}\nb", &request, &terminal()), "␛]0;a\\ b␇");
    let ascii = Terminal { profile: Profile::Ascii, ..terminal() };
    assert_eq!(prelude(&TITLED, "…/🦀 x", &request, &ascii), "␛]0;.../x␇");
}

#[test]
fn the_directory_is_an_address() {
    assert_eq!(prelude(&REPORTING, "", &after(SECOND, "0"), &terminal()), "␛]7;file://box/home/me/a%3Bb␇");
    let odd = Request { logical_path: Some(PathBuf::from("/é\n%\x07")), ..Request::default() };
    assert_eq!(prelude(&REPORTING, "", &odd, &terminal()), "␛]7;file://box/%C3%A9%0A%25%07␇");
    let host = Terminal { host: String::from("a\x07b/c"), ..terminal() };
    assert_eq!(prelude(&REPORTING, "", &after(SECOND, "0"), &host), "␛]7;file://abc/home/me/a%3Bb␇");
}

#[test]
fn the_footer_is_a_line_after_a_command() {
    assert_eq!(prelude(&FOOTED, "took 1s ", &after(SECOND, "0"), &terminal()), "␛[2mtook 1s ␛[0m\n");
    assert_eq!(prelude(&FOOTED, "took 1s ", &after(SECOND, "0"), &dumb()), "took 1s\n");
    assert_eq!(prelude(&FOOTED, "", &after(SECOND, "0"), &terminal()), "", "nothing to say");
    assert_eq!(prelude(&FOOTED, "took 1s ", &Request::default(), &terminal()), "", "an empty line");
}

#[test]
fn long_commands_are_announced() {
    let (long, failed) = (after(62 * SECOND, "0"), after(SECOND, "2"));
    assert_eq!(prelude(&RINGS, "", &long, &terminal()), "␇");
    assert_eq!(prelude(&SAYS9, "", &long, &terminal()), "␛]9;a,b: finished in 1m2s␇");
    let root = Request { logical_path: Some(PathBuf::from("/")), ..long.clone() };
    assert_eq!(prelude(&SAYS9, "", &root, &terminal()), "␛]9;/: finished in 1m2s␇");
    assert_eq!(prelude(&SAYS777, "", &failed, &terminal()), "␛]777;notify;a,b;failed with 2 after 1s␇");
    assert_eq!(
        prelude(&SAYS99, "", &failed, &terminal()),
        "␛]99;i=ziron:d=0:o=unfocused;a,b␇␛]99;i=ziron:p=body:o=unfocused;failed with 2 after 1s␇"
    );
}

#[test]
fn what_is_short_or_given_up_is_not_announced() {
    assert_eq!(prelude(&SAYS9, "", &after(SECOND / 2, "0"), &terminal()), "");
    assert_eq!(prelude(&SAYS9, "", &after(90 * SECOND, "130"), &terminal()), "");
    assert_eq!(prelude(&SAYS9, "", &Request::default(), &terminal()), "", "an empty line");
}

#[test]
fn a_dumb_terminal_is_sent_text_only() {
    assert_eq!(prelude(&EVERYTHING, "x", &after(90 * SECOND, "1"), &dumb()), "x\n");
    assert_eq!(prelude(&RINGS, "", &after(90 * SECOND, "1"), &dumb()), "");
}

#[test]
fn long_texts_are_cut_between_characters() {
    let text = prelude(&TITLED, &"é".repeat(2000), &Request::default(), &terminal());
    assert_eq!(text, format!("␛]0;{}…␇", "é".repeat(DATUM_COLUMNS - 1)));
    let long = |text: &str| {
        let mut out = text.as_bytes().to_vec();
        cut(&mut out, 0, "…");
        String::from_utf8(out).unwrap()
    };
    let room = LONGEST_COMMAND - "…".len();
    assert_eq!(long(&"é".repeat(2000)), format!("{}…", "é".repeat(room / 2)));
    assert_eq!(long(&format!("a{}", "é".repeat(2000))), format!("a{}…", "é".repeat((room - 1) / 2)));
    assert_eq!(long(&"x".repeat(LONGEST_COMMAND)), "x".repeat(LONGEST_COMMAND));
}

#[test]
fn a_directory_is_reported_whole_or_not_at_all() {
    let report = |name: &str| {
        let request = Request { logical_path: Some(format!("/{name}").into()), ..Request::default() };
        prelude(&EVERYTHING, "", &request, &terminal())
    };
    let fits = "d".repeat(1500);
    assert!(report(&fits).contains(&fits));
    assert!(!report(&"d".repeat(3000)).contains("]7;"));
}

#[test]
fn a_footer_has_the_limits_of_a_prompt() {
    let text = prelude(&EVERYTHING, &"x".repeat(300_000), &after(SECOND, "1"), &terminal());
    assert!(text.contains(&format!("{}…␛[0m\n", "x".repeat(DATUM_COLUMNS - 1))), "{text}");
    assert!(text.len() < 4 * DATUM_COLUMNS, "{} bytes", text.len());
}

fn parts(prompt: &Prompt, shell: Shell, terminal: &Terminal) -> Vec<String> {
    let request = Request { shell, keymap: String::from("x"), ..after(SECOND, "0") };
    let mut out = Vec::new();
    prompt.draw(&Facts::new(&request, Vec::new()), &request, Parts::ALL, terminal, &mut out);
    assert_eq!(out.pop(), Some(PART_END));
    out.split(|byte| *byte == PART_END).map(visible).collect()
}

#[test]
fn prompts_are_marked_without_taking_room() {
    let bold = |open: &str, close: &str, begins: &str| {
        format!("{open}␛]{begins}␇{close}{open}␛[1m{close}x{open}␛[0m{close}{open}␛]133;B␇{close}")
    };
    for (shell, open, close) in [(Shell::Zsh, "%{", "%}"), (Shell::Bash, "\\[", "\\]"), (Shell::Fish, "", "")]
    {
        let [left, right, transient, _, prelude]: [String; 5] =
            parts(&MARKED, shell, &terminal()).try_into().unwrap();
        let begins = if shell == Shell::Bash { "133;A;redraw=0" } else { "133;A" };
        assert_eq!(left, format!("\n{}", bold(open, close, begins)));
        assert_eq!(right, "x");
        assert_eq!(transient, format!("{open}␛]{begins}␇{close}❯ {open}␛]133;B␇{close}"));
        assert_eq!(prelude, "␛]133;D;0␇");
    }
    assert_eq!(parts(&MARKED, Shell::Fish, &dumb()), ["\nx", "x", "❯ ", "", ""]);
    // It writes marks of its own.
    assert_eq!(parts(&MARKED, Shell::Nu, &terminal())[2], "❯ ");
}

#[test]
fn what_is_empty_is_not_marked() {
    let (mut out, request) = (Vec::new(), Request { keymap: String::new(), ..Request::default() });
    MARKED.draw(&Facts::new(&request, Vec::new()), &request, Parts::LEFT, &terminal(), &mut out);
    assert_eq!(visible(&out), "\n");
}

#[test]
fn continued_lines_are_marked_as_such() {
    let mut out = Vec::new();
    MARKED.draw_continuation(Shell::Bash, &terminal(), &mut out);
    assert_eq!(visible(&out), "\\[␛]133;P;k=s␇\\]∙ \\[␛]133;B␇\\]");
    out.clear();
    BARE.draw_continuation(Shell::Bash, &terminal(), &mut out);
    assert_eq!(visible(&out), "∙ ");
}

#[test]
fn a_screen_reader_has_no_right_prompt() {
    let reader = Terminal { profile: Profile::ScreenReader, ..terminal() };
    assert_eq!(parts(&BARE, Shell::Plain, &reader), ["\n␛[1mx␛[0m", "", "> ", "", ""]);
}

#[test]
fn the_terminal_is_asked_only_what_is_needed() {
    let io = Simulated::new();
    assert_eq!(super::terminal(BARE.extras, &io).host, "");
    let asks = |notify| variables([], notify).contains(&"TERM_PROGRAM");
    assert!(Terminal::VARIABLES.iter().all(|name| variables([], None).contains(name)));
    assert!(asks(RINGS.extras.notify));
    assert!(!asks(BARE.extras.notify) && !asks(SAYS9.extras.notify));
    assert_eq!(super::terminal(REPORTING.extras, &io).host, io.hostname());
}

/// Takes operating system commands and styles out of a text; what is left must be harmless.
fn without_sequences(mut bytes: &[u8]) -> Result<Vec<u8>, String> {
    let mut rest = Vec::new();
    while let Some((first, after)) = bytes.split_first() {
        bytes = after;
        if *first != b'\x1b' {
            rest.push(*first);
            continue;
        }
        let end = match bytes.split_first() {
            Some((b']', text)) => {
                let end = text.iter().position(u8::is_ascii_control);
                let end = end.filter(|end| text[*end] == COMMAND_END).ok_or("a command does not end")?;
                let text = std::str::from_utf8(&text[..end]).map_err(|error| error.to_string())?;
                if text.chars().any(char::is_control) {
                    return Err(format!("a control character in {text:?}"));
                }
                end + 2
            }
            Some((b'[', text)) => text.iter().position(|byte| *byte == b'm').ok_or("no style")? + 2,
            _ => return Err(String::from("another sequence")),
        };
        bytes = &bytes[end..];
    }
    Ok(rest)
}

proptest! {
    #[test]
    fn no_data_can_steer_a_terminal(
        text in any::<String>(),
        path in proptest::collection::vec(1..=255_u8, 0..40),
        status in any::<String>(),
        host in any::<String>(),
        millis in 0..100_000_u64,
        with in 0..3_usize,
    ) {
        let path = PathBuf::from(std::ffi::OsStr::from_bytes(&path));
        let request = Request {
            logical_path: Some(path),
            keymap: text,
            ..after(Duration::from_millis(millis), &status)
        };
        let terminal = Terminal { host, ..terminal() };
        let mut out = Vec::new();
        let prompt = [&EVERYTHING, &SAYS9, &SAYS99][with];
        draw(prelude_of(prompt), &Facts::new(&request, Vec::new()), &request, &terminal, &mut out);
        let rest = without_sequences(&out).map_err(TestCaseError::fail)?;
        let rest = String::from_utf8(rest).map_err(|error| TestCaseError::fail(error.to_string()))?;
        let mut lines = rest.split('\n');
        prop_assert!(!lines.next().unwrap_or_default().chars().any(char::is_control), "{:?}", rest);
        prop_assert!(lines.next().is_none_or(str::is_empty) && lines.next().is_none(), "{:?}", rest);
    }
}

#[test]
fn variables_are_there_once_and_sorted() {
    let names = variables(["ZZ", "PATH", "AA", "ZZ", "PWD"], None);
    assert_eq!(names.iter().filter(|name| ["ZZ", "PATH"].contains(name)).count(), 2);
    assert!(names.is_sorted());
    assert!(!names.contains(&"PWD") && names.contains(&"HOME") && names.contains(&"TERM"));
}
