//! Redis's protocol, as much of it as a cache needs. Source: redis.io, "Redis serialization protocol specification",
//! version 2.

/// No value comes near this (bytes).
const BULK_LIMIT: usize = 2 << 20;
/// No answer to a scan has so many elements.
const ARRAY_LIMIT: usize = 65_536;
/// The answer to a scan is an array in an array.
const DEPTH_LIMIT: usize = 3;

/// What a server answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum RedisReply {
    Status(String),
    Error(String),
    Number(i64),
    Bytes(Vec<u8>),
    Nothing,
    List(Vec<RedisReply>),
}

/// Why bytes are no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lack {
    /// More has to come.
    More,
    /// This is not Redis.
    Sense,
}

/// Appends a command.
pub(super) fn command(words: &[&[u8]], out: &mut Vec<u8>) {
    let head = |kind: char, number: usize, out: &mut Vec<u8>| {
        out.extend_from_slice(format!("{kind}{number}\r\n").as_bytes());
    };
    head('*', words.len(), out);
    for word in words {
        head('$', word.len(), out);
        out.extend_from_slice(word);
        out.extend_from_slice(b"\r\n");
    }
}

/// Reads an answer, and says how many bytes it takes.
pub(super) fn answer(bytes: &[u8]) -> Result<(RedisReply, usize), Lack> {
    let mut reader = Reader { bytes, at: 0 };
    let answer = reader.answer(DEPTH_LIMIT)?;
    Ok((answer, reader.at))
}

struct Reader<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl Reader<'_> {
    fn answer(&mut self, depth: usize) -> Result<RedisReply, Lack> {
        let line = self.line()?;
        let (kind, rest) = line.split_at_checked(1).ok_or(Lack::Sense)?;
        let number = || rest.parse::<i64>().map_err(|_| Lack::Sense);
        // -1 stands for something that is not there.
        let length = |limit: usize| match number()? {
            -1 => Ok(None),
            length => {
                usize::try_from(length).ok().filter(|length| *length <= limit).map(Some).ok_or(Lack::Sense)
            }
        };
        match kind {
            "+" => Ok(RedisReply::Status(rest.to_owned())),
            "-" => Ok(RedisReply::Error(rest.to_owned())),
            ":" => number().map(RedisReply::Number),
            "$" => match length(BULK_LIMIT)? {
                Some(length) => self.bulk(length).map(RedisReply::Bytes),
                None => Ok(RedisReply::Nothing),
            },
            "*" if depth > 0 => match length(ARRAY_LIMIT)? {
                Some(length) => (0..length)
                    .map(|_| self.answer(depth - 1))
                    .collect::<Result<_, _>>()
                    .map(RedisReply::List),
                None => Ok(RedisReply::Nothing),
            },
            _ => Err(Lack::Sense),
        }
    }

    fn line(&mut self) -> Result<String, Lack> {
        let rest = &self.bytes[self.at..];
        let Some(end) = rest.windows(2).take(4096).position(|pair| pair == b"\r\n") else {
            return Err(if rest.len() > 4096 { Lack::Sense } else { Lack::More });
        };
        self.at += end + 2;
        Ok(String::from_utf8_lossy(&rest[..end]).into_owned())
    }

    fn bulk(&mut self, length: usize) -> Result<Vec<u8>, Lack> {
        let rest = &self.bytes[self.at..];
        let (bytes, rest) = rest.split_at_checked(length).ok_or(Lack::More)?;
        match rest {
            [b'\r', b'\n', ..] => {
                self.at += length + 2;
                Ok(bytes.to_vec())
            }
            [] | [b'\r'] => Err(Lack::More),
            _ => Err(Lack::Sense),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_command_is_an_array_of_bulk_strings() {
        let mut out = Vec::new();
        command(&[b"GET", b"a\r\nb"], &mut out);
        assert_eq!(out, b"*2\r\n$3\r\nGET\r\n$4\r\na\r\nb\r\n");
    }

    #[test]
    fn answers() {
        let scan = RedisReply::List(vec![
            RedisReply::Bytes(b"17".to_vec()),
            RedisReply::List(vec![RedisReply::Bytes(b"a\r\n".to_vec()), RedisReply::Nothing]),
        ]);
        for (bytes, expected) in [
            (&b"+OK\r\n"[..], RedisReply::Status("OK".into())),
            (
                b"-NOAUTH Authentication required.\r\n",
                RedisReply::Error("NOAUTH Authentication required.".into()),
            ),
            (b":-42\r\n", RedisReply::Number(-42)),
            (b"$-1\r\n", RedisReply::Nothing),
            (b"$0\r\n\r\n", RedisReply::Bytes(Vec::new())),
            (b"*2\r\n$2\r\n17\r\n*2\r\n$3\r\na\r\n\r\n$-1\r\n", scan),
        ] {
            assert_eq!(answer(bytes), Ok((expected, bytes.len())));
            for end in 0..bytes.len() {
                assert_eq!(answer(&bytes[..end]), Err(Lack::More), "{bytes:?} cut at {end}");
            }
        }
    }

    #[test]
    fn what_is_too_much_is_refused_at_once() {
        for bytes in
            [&b"$99999999\r\n"[..], b"*9999999\r\n", b"$-2\r\n", b"HTTP/1.1 400\r\n", b"\r\n", b"$1\r\nabc"]
        {
            assert_eq!(answer(bytes), Err(Lack::Sense), "{bytes:?}");
        }
        assert_eq!(answer(&b"*1\r\n".repeat(1000)), Err(Lack::Sense), "too deep");
        assert_eq!(answer(&[b'+'; 5000]), Err(Lack::Sense), "too long a line");
    }

    proptest! {
        #[test]
        fn any_bytes_do_no_harm(bytes in "[-+:$*0-9\r\na]{0,60}") {
            if let Ok((_, length)) = answer(bytes.as_bytes()) {
                prop_assert!(length <= bytes.len());
            }
        }
    }
}
