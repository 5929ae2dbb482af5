//! Patterns of ignore rules where upper and lower case are the same.
//!
//! Git folds the text and the pattern's letters, but not those in brackets: there a range is as it is written, and a letter of the text is tried
//! in both cases. `[A-b]` has all letters, and `[A]` none. Gitoxide folds all, so that the two say different things of such patterns.
//! Source: gitignore(5) for what a pattern is, git's behaviour for the rest.

/// Whether `pattern` matches the whole of `text`, a path or a name. `*`, `?` and brackets match no slash; `**` does as a whole component.
///
/// Takes time proportional to the product of both lengths at most.
pub(super) fn matches(pattern: &[u8], text: &[u8]) -> bool {
    let (mut at, mut seen) = (0, 0);
    // Where to go on after a `*` or a `**/` that has taken the text so far.
    let (mut star, mut folders) = (None::<(usize, usize)>, None::<(usize, usize)>);
    loop {
        let here = text.get(seen).map(u8::to_ascii_lowercase);
        let next = match (pattern.get(at), here) {
            (None, None) => return true,
            (Some(b'*'), _) => {
                let stars = pattern[at..].iter().take_while(|&&byte| byte == b'*').count();
                let end = at + stars;
                let whole = stars > 1
                    && (at == 0 || pattern[at - 1] == b'/')
                    && matches!(pattern.get(end), None | Some(b'/'));
                match (whole, pattern.get(end)) {
                    (true, None) => return true,
                    (true, Some(_)) => {
                        (folders, star) = (Some((end + 1, seen)), None);
                        at = end + 1;
                    }
                    (false, _) => {
                        star = Some((end, seen));
                        at = end;
                    }
                }
                continue;
            }
            (Some(b'?'), Some(here)) => (here != b'/').then_some(at + 1),
            (Some(b'['), Some(here)) => match brackets(pattern, at, here) {
                Some((is_match, end)) => (is_match && here != b'/').then_some(end),
                None => return false,
            },
            (Some(b'\\'), Some(here)) => {
                pattern.get(at + 1).is_some_and(|byte| byte.to_ascii_lowercase() == here).then_some(at + 2)
            }
            (Some(byte), Some(here)) => (byte.to_ascii_lowercase() == here).then_some(at + 1),
            _ => None,
        };
        if let Some(next) = next {
            at = next;
            seen += 1;
        } else if let Some((after, taken)) =
            star.filter(|&(_, taken)| text.get(taken).is_some_and(|&byte| byte != b'/'))
        {
            star = Some((after, taken + 1));
            (at, seen) = (after, taken + 1);
        } else if let Some((after, taken)) = folders
            && let Some(slash) = text[taken..].iter().position(|&byte| byte == b'/')
        {
            (folders, star) = (Some((after, taken + slash + 1)), None);
            (at, seen) = (after, taken + slash + 1);
        } else {
            return false;
        }
    }
}

/// Whether the brackets that open at `at` have the folded byte `here`, and where they end; `None` if they do not close or a class is not known.
fn brackets(pattern: &[u8], at: usize, here: u8) -> Option<(bool, usize)> {
    let mut at = at + 1;
    let negated = matches!(pattern.get(at)?, b'!' | b'^');
    at += usize::from(negated);
    let (mut found, mut first, mut before) = (false, true, None::<u8>);
    loop {
        let byte = *pattern.get(at)?;
        let closes = pattern.get(at + 1);
        match byte {
            b']' if !first => return Some((found != negated, at + 1)),
            b'\\' => {
                at += 1;
                let byte = *pattern.get(at)?;
                found |= byte == here;
                before = Some(byte);
            }
            b'-' if before.is_some() && closes.is_some_and(|&byte| byte != b']') => {
                at += 1;
                let mut last = *pattern.get(at)?;
                if last == b'\\' {
                    at += 1;
                    last = *pattern.get(at)?;
                }
                let range = before?..=last;
                found |= range.contains(&here)
                    || here.is_ascii_lowercase() && range.contains(&here.to_ascii_uppercase());
                before = None;
            }
            b'[' if closes == Some(&b':') => {
                let name = &pattern[at + 2..];
                let end = name.iter().position(|&byte| byte == b']')?;
                if let Some(class) = name[..end].strip_suffix(b":") {
                    found |= class_has(class, here)?;
                    at += 2 + end;
                    before = None;
                } else {
                    found |= here == b'[';
                    before = Some(b'[');
                }
            }
            _ => {
                found |= byte == here;
                before = Some(byte);
            }
        }
        first = false;
        at += 1;
    }
}

fn class_has(class: &[u8], here: u8) -> Option<bool> {
    Some(match class {
        b"alnum" => here.is_ascii_alphanumeric(),
        // Letters are folded.
        b"alpha" | b"lower" | b"upper" => here.is_ascii_alphabetic(),
        b"blank" => matches!(here, b' ' | b'\t'),
        b"cntrl" => here.is_ascii_control(),
        b"digit" => here.is_ascii_digit(),
        b"graph" => here.is_ascii_graphic(),
        b"print" => here.is_ascii_graphic() || here == b' ',
        b"punct" => here.is_ascii_punctuation(),
        b"space" => here.is_ascii_whitespace(),
        b"xdigit" => here.is_ascii_hexdigit(),
        _ => return None,
    })
}
