//! Where the time of one prompt goes: as folded stacks, which flame graph programs read, and as a picture.
//!
//! Source of the format: Brendan Gregg's `stackcollapse` programs: names joined by `;`, a space, a number.

use std::fmt::Write;
use std::time::Duration;

/// A stack of names, and the time spent in the last of them alone.
pub(super) type Stack = (Vec<&'static str>, Duration);

/// Width of the picture (pixels).
const WIDTH: f64 = 1200.0;

/// Height of a row (pixels).
const ROW: f64 = 22.0;

/// About the width of a character in the picture (pixels).
const CHARACTER: f64 = 7.0;

/// Writes stacks as lines, with their times in nanoseconds.
pub(super) fn folded(stacks: &[Stack]) -> String {
    let mut text = String::new();
    for (names, time) in stacks {
        let names: Vec<String> = names.iter().map(|name| name.replace([';', ' '], "_")).collect();
        let _ = writeln!(text, "{} {}", names.join(";"), time.as_nanos());
    }
    text
}

/// Draws stacks as a flame graph: what is wide took long, what stands on something was part of it.
pub(super) fn svg(stacks: &[Stack]) -> String {
    let whole: Duration = stacks.iter().map(|(_, time)| *time).sum();
    let rows = stacks.iter().map(|(names, _)| names.len()).max().unwrap_or_default();
    let height = ROW * (rows as f64 + 1.0);
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" font-family=\"monospace\" font-size=\"12\">\n"
    );
    for depth in 0..rows {
        let mut left = Duration::ZERO;
        let mut at = 0;
        while at < stacks.len() {
            let name = stacks[at].0.get(depth);
            // Neighbours with the same beginning are one box.
            let same = |stack: &&Stack| stack.0.get(..=depth) == stacks[at].0.get(..=depth);
            let count = stacks[at..].iter().take_while(same).count().max(1);
            let time: Duration = stacks[at..at + count].iter().map(|(_, time)| *time).sum();
            if let Some(name) = name {
                let y = height - ROW * (depth as f64 + 1.5);
                frame(&mut text, name, (left, time, whole), y);
            }
            left += time;
            at += count;
        }
    }
    text.push_str("</svg>\n");
    text
}

/// Draws one box: where it begins, how long it took, and of how much.
fn frame(text: &mut String, name: &str, (left, time, whole): (Duration, Duration, Duration), y: f64) {
    let part = |span: Duration| WIDTH * span.as_secs_f64() / whole.as_secs_f64().max(f64::MIN_POSITIVE);
    let (x, width) = (part(left), part(time));
    let name = name.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let micros = time.as_nanos() as f64 / 1000.0;
    let percent = 100.0 * width / WIDTH;
    // Neighbours differ, and the same name looks the same in every picture.
    let hue = name.bytes().fold(7_u32, |hue, byte| hue.wrapping_mul(31).wrapping_add(u32::from(byte))) % 50;
    let _ = writeln!(
        text,
        "<g><title>{name}: {micros:.1} µs, {percent:.1} %</title><rect x=\"{x:.2}\" y=\"{y:.1}\" width=\"{width:.2}\" height=\"{:.1}\" fill=\"hsl({hue},80%,65%)\" stroke=\"white\"/>",
        ROW - 1.0
    );
    if name.chars().count() as f64 * CHARACTER < width {
        let _ = writeln!(text, "<text x=\"{:.2}\" y=\"{:.1}\">{name}</text>", x + 3.0, y + 15.0);
    }
    text.push_str("</g>\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stacks() -> Vec<Stack> {
        let micros = Duration::from_micros;
        vec![
            (vec!["prompt", "facts", "git_status"], micros(60)),
            (vec!["prompt", "facts", "a;b c<"], micros(20)),
            (vec!["prompt", "draw", "directory"], micros(15)),
            (vec!["prompt"], micros(5)),
        ]
    }

    #[test]
    fn a_line_for_each_stack() {
        assert_eq!(
            folded(&stacks()),
            "prompt;facts;git_status 60000\nprompt;facts;a_b_c< 20000\nprompt;draw;directory 15000\nprompt 5000\n"
        );
    }

    #[test]
    fn boxes_are_as_wide_as_their_time_and_stand_on_what_they_are_part_of() {
        let text = svg(&stacks());
        let row = |name: &str| text.lines().find(|line| line.contains(&format!("<title>{name}:"))).unwrap();
        for (name, x, y, width) in [
            ("prompt", "0.00", "55.0", "1200.00"),
            ("facts", "0.00", "33.0", "960.00"),
            ("draw", "960.00", "33.0", "180.00"),
            ("git_status", "0.00", "11.0", "720.00"),
            ("a;b c&lt;", "720.00", "11.0", "240.00"),
            ("directory", "960.00", "11.0", "180.00"),
        ] {
            let expected = format!("x=\"{x}\" y=\"{y}\" width=\"{width}\"");
            assert!(row(name).contains(&expected), "{name}: {}", row(name));
        }
        assert_eq!(text.matches("<g>").count(), text.matches("</g>").count());
        assert_eq!(text.matches("<rect").count(), 6, "{text}");
    }

    #[test]
    fn nothing_makes_an_empty_picture() {
        assert!(svg(&[]).ends_with("</svg>\n"));
        assert!(!svg(&[(vec!["prompt"], Duration::ZERO)]).contains("NaN"));
    }
}
