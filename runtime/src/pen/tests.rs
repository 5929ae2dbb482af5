use super::*;

const RED: Style = Style::new().fg(Color::Ansi(1));
const ON_BLUE: Style = Style::new().bg(Color::Ansi(4));

fn draw(shell: Shell, columns: u16, with: impl FnOnce(&mut Pen<'_>)) -> String {
    let mut out = Vec::new();
    let mut pen = Pen::new(&mut out, shell, columns);
    with(&mut pen);
    pen.finish();
    String::from_utf8(out).unwrap().replace('\x1b', "␛")
}

#[test]
fn styles_are_wrapped_for_the_shell() {
    let piece = |pen: &mut Pen<'_>| {
        pen.set_style(RED);
        pen.put("x");
        pen.reset_style();
        pen.text(" ");
    };
    assert_eq!(draw(Shell::Fish, 80, piece), "␛[31mx␛[0m ");
    assert_eq!(draw(Shell::Zsh, 80, piece), "%{␛[31m%}x%{␛[0m%} ");
    assert_eq!(draw(Shell::Bash, 80, piece), "\\[␛[31m\\]x\\[␛[0m\\] ");
}

#[test]
fn data_cannot_steer_anything() {
    let hostile = "a\x1b[31m%{`id`$(id)\u{202e}\u{9b}2J\n!\\b";
    let put = |pen: &mut Pen<'_>| pen.put(hostile);
    assert_eq!(draw(Shell::Plain, 80, put), "a[31m%{`id`$(id)2J !\\b");
    assert_eq!(draw(Shell::Zsh, 80, put), "a[31m%%{`id`$(id)2J !\\b");
    assert_eq!(draw(Shell::Bash, 80, put), "a[31m%{\\\\`id\\\\`\\\\$(id)2J !\\\\\\\\b");
}

#[test]
fn fills_share_what_is_free() {
    let line = |pen: &mut Pen<'_>| {
        pen.text("ab");
        pen.fill("-");
        pen.text("cd");
        pen.fill("=");
        pen.text("e");
    };
    assert_eq!(draw(Shell::Plain, 11, line), "ab---cd===e");
    assert_eq!(draw(Shell::Plain, 3, line), "ab-cd=e", "a full line shows the symbol once");
}

#[test]
fn fills_are_cut_to_fit_and_escaped() {
    let line = |symbol| {
        move |pen: &mut Pen<'_>| {
            pen.text("<");
            pen.fill(symbol);
            pen.text(">");
        }
    };
    assert_eq!(draw(Shell::Plain, 9, line("-=家")), "<-=家-=>");
    assert_eq!(draw(Shell::Plain, 3, line("家")), "<>");
    assert_eq!(draw(Shell::Plain, 2, line("-=")), "<-=>", "a full line");
    assert_eq!(draw(Shell::Zsh, 5, line("%-")), "<%%-%%>");
}

#[test]
fn a_conditional_without_text_is_taken_back() {
    let with = |text: &'static str| {
        draw(Shell::Plain, 80, |pen| {
            pen.text("<");
            let mark = pen.mark();
            pen.set_style(RED);
            pen.text("(");
            pen.reset_style();
            pen.begin_module(Health::GOOD);
            pen.put(text);
            pen.end_module();
            pen.keep_if_drawn(mark);
            pen.text(">");
        })
    };
    assert_eq!(with(""), "<>");
    assert_eq!(with("x"), "<␛[31m(␛[0mx>");
}

#[test]
fn previous_colours_follow_the_line() {
    let line = |pen: &mut Pen<'_>| {
        pen.set_style(ON_BLUE);
        pen.put("a");
        pen.set_style(Style::new().fg(Color::PrevBg));
        pen.text(">");
        pen.newline();
        pen.text("<");
    };
    assert_eq!(draw(Shell::Plain, 80, line), "␛[44ma␛[0m␛[34m>␛[0m\n<");
}

#[test]
fn old_facts_are_dimmed() {
    let text = draw(Shell::Plain, 80, |pen| {
        pen.begin_module(Health::STALE);
        pen.set_style(RED);
        pen.put("x");
        pen.end_module();
    });
    assert_eq!(text, "␛[2;31mx␛[0m");
}

#[test]
fn drawing_without_colours_writes_no_escape() {
    let mut out = Vec::new();
    let mut pen = Pen::new(&mut out, Shell::Zsh, 80).colored(false);
    pen.set_style(RED);
    pen.put("x");
    pen.finish();
    assert_eq!(out, b"x");
}

#[test]
fn a_right_prompt_has_one_line() {
    let mut out = Vec::new();
    let mut pen = Pen::new(&mut out, Shell::Plain, 80).on_one_line();
    pen.text("a");
    pen.newline();
    pen.text("b");
    pen.finish();
    assert_eq!(out, b"ab");
}

#[test]
fn links_take_no_room_and_cannot_be_broken() {
    let link = |shell, terminal: &Terminal| {
        let mut out = Vec::new();
        let mut pen = Pen::new(&mut out, shell, 8).on(terminal);
        pen.set_style(RED);
        pen.put(&Linked { text: "a%", url: "file://h/%20$`\\\x1b\x07\u{9c} é" });
        pen.fill(".");
        pen.finish();
        String::from_utf8(out).unwrap().replace('\x1b', "␛").replace('\x07', "␇")
    };
    let can = Terminal::default();
    let plain = "␛]8;;file://h/%20$`\\␇␛[31ma%␛]8;;␇......␛[0m";
    assert_eq!(link(Shell::Plain, &can), plain);
    assert_eq!(link(Shell::Fish, &can), plain);
    let zsh = "%{␛]8;;file://h/%%20$`\\␇%}%{␛[31m%}a%%%{␛]8;;␇%}......%{␛[0m%}";
    assert_eq!(link(Shell::Zsh, &can), zsh);
    let bash = r"\[␛]8;;file://h/%20\\$\\`\\\\␇\]\[␛[31m\]a%\[␛]8;;␇\]......\[␛[0m\]";
    assert_eq!(link(Shell::Bash, &can), bash);
    assert_eq!(link(Shell::Plain, &Terminal { sequences: false, ..can.clone() }), "␛[31ma%......␛[0m");
    assert_eq!(link(Shell::Xonsh, &can), "␛[31ma%......␛[0m", "nobody knows how it measures");
}
