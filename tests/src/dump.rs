//! Screens as text, to compare and to read.

use vt100::{Cell, Color, Screen};

/// The lines of the screen without their styles and trailing spaces, down to the last that holds anything.
pub fn plain(screen: &Screen) -> String {
    draw(screen, |_| String::new())
}

/// The lines of the screen with their styles, as `[bold red]text[/]`.
pub fn styled(screen: &Screen) -> String {
    draw(screen, style)
}

/// The text between the start of the line and the cursor.
pub fn before_cursor(screen: &Screen) -> String {
    let (row, column) = screen.cursor_position();
    (0..column).filter_map(|column| screen.cell(row, column)).map(shown).collect()
}

fn draw(screen: &Screen, style: impl Fn(&Cell) -> String) -> String {
    let (rows, columns) = screen.size();
    let mut out = String::new();
    for row in 0..rows.get() {
        let cells: Vec<&Cell> = (0..columns.get()).filter_map(|column| screen.cell(row, column)).collect();
        let is_blank = |cell: &&Cell| shown(cell) == " " && style(cell).is_empty();
        let used = cells.iter().rposition(|cell| !is_blank(cell)).map_or(0, |last| last + 1);
        let mut current = String::new();
        for cell in &cells[..used] {
            let next = style(cell);
            if next != current {
                close(&mut out, &current);
                if !next.is_empty() {
                    out.extend(["[", &next, "]"]);
                }
                current = next;
            }
            out.push_str(shown(cell));
        }
        close(&mut out, &current);
        out.push('\n');
    }
    out.truncate(out.trim_end_matches('\n').len());
    out
}

fn close(out: &mut String, style: &str) {
    if !style.is_empty() {
        out.push_str("[/]");
    }
}

fn shown(cell: &Cell) -> &str {
    match cell.contents() {
        "" if cell.is_wide_continuation() => "",
        "" => " ",
        contents => contents,
    }
}

/// The style of a cell in the words of a style string; empty for none.
fn style(cell: &Cell) -> String {
    let mut words: Vec<String> = Vec::new();
    let attributes = [
        (cell.bold(), "bold"),
        (cell.dim(), "dimmed"),
        (cell.italic(), "italic"),
        (cell.underline(), "underline"),
        (cell.inverse(), "inverted"),
    ];
    words.extend(attributes.iter().filter(|(is_set, _)| *is_set).map(|(_, word)| (*word).to_owned()));
    words.extend(color(cell.fgcolor()));
    words.extend(color(cell.bgcolor()).map(|color| format!("bg:{color}")));
    words.join(" ")
}

fn color(color: Color) -> Option<String> {
    const NAMES: [&str; 8] = ["black", "red", "green", "yellow", "blue", "purple", "cyan", "white"];
    match color {
        Color::Default => None,
        Color::Idx(index @ 0..8) => Some(NAMES[usize::from(index)].to_owned()),
        Color::Idx(index @ 8..16) => Some(format!("bright-{}", NAMES[usize::from(index - 8)])),
        Color::Idx(index) => Some(index.to_string()),
        Color::Rgb(red, green, blue) => Some(format!("#{red:02x}{green:02x}{blue:02x}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn styles_become_words() {
        let mut parser = vt100::Parser::new(4.try_into().unwrap(), 20.try_into().unwrap(), 0);
        parser.process(b"\x1b[1;31ma b\x1b[0m c  \r\n\x1b[48;5;202m \x1b[0;92;4mx\x1b[0m\r\n\xe5\xae\xb6> ");
        assert_eq!(
            styled(parser.screen()),
            "[bold red]a b[/] c\n[bg:202] [/][underline bright-green]x[/]\n家>"
        );
        assert_eq!(plain(parser.screen()), "a b c\n x\n家>");
        assert_eq!(before_cursor(parser.screen()), "家> ");
    }
}
