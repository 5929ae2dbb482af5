//! Format strings from their parts.

use super::{Piece, SPECIAL, StylePart};

/// Writes pieces as a format string that is read as the same pieces.
///
/// Exactly the same as long as no two texts are neighbours and no text is empty, as is the case for what has been read.
pub fn print(pieces: &[Piece]) -> String {
    let mut out = String::new();
    print_into(pieces, &mut out);
    out
}

fn print_into(pieces: &[Piece], out: &mut String) {
    for piece in pieces {
        match piece {
            Piece::Text { text, .. } => {
                for character in text.chars() {
                    if SPECIAL.contains(&character) {
                        out.push('\\');
                    }
                    out.push(character);
                }
            }
            Piece::Variable { name, .. } => print_variable(name, out),
            Piece::Group { pieces, style, .. } => {
                out.push('[');
                print_into(pieces, out);
                out.push_str("](");
                for part in style {
                    match part {
                        StylePart::Raw { text, .. } => out.push_str(text),
                        StylePart::Variable { name, .. } => print_variable(name, out),
                    }
                }
                out.push(')');
            }
            Piece::Conditional { pieces, .. } => {
                out.push('(');
                print_into(pieces, out);
                out.push(')');
            }
        }
    }
}

/// Always with braces: what follows may be a letter.
fn print_variable(name: &str, out: &mut String) {
    out.push_str("${");
    out.push_str(name);
    out.push('}');
}
