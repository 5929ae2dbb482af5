//! Where a Redis server is, as a configuration writes it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

/// A server, and who asks it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Address {
    pub(super) place: Place,
    pub(super) user: Option<String>,
    pub(super) password: Option<String>,
    pub(super) database: u32,
}

/// Where a server listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Tcp(SocketAddr),
    Unix(PathBuf),
}

/// Redis's own port. Source: redis.conf.
const PORT: u16 = 6379;

/// Reads `redis://[[user:]password@]host[:port][/database]` or `[redis+]unix:///path[?db=N]`. The error says what is wrong, for people.
pub(super) fn parse(url: &str) -> Result<Address, &'static str> {
    if let Some(rest) = url.strip_prefix("redis+unix://").or_else(|| url.strip_prefix("unix://")) {
        let (path, database) = match rest.split_once("?db=") {
            Some((path, number)) => (path, number.parse().map_err(|_| NO_DATABASE)?),
            None => (rest, 0),
        };
        if !path.starts_with('/') {
            return Err("the path of a Unix socket begins with `/`: `unix:///run/redis.sock`");
        }
        return Ok(Address { place: Place::Unix(path.into()), user: None, password: None, database });
    }
    let rest = match url.strip_prefix("redis://") {
        Some(rest) => rest,
        None if url.starts_with("rediss://") => return Err("TLS is not supported: use a tunnel"),
        None => return Err("the address of a Redis server begins with `redis://` or `unix://`"),
    };
    let (credentials, rest) = match rest.rsplit_once('@') {
        Some((credentials, rest)) => (Some(credentials), rest),
        None => (None, rest),
    };
    let (host, database) = match rest.split_once('/') {
        Some((host, "")) => (host, 0),
        Some((host, number)) => (host, number.parse().map_err(|_| NO_DATABASE)?),
        None => (rest, 0),
    };
    let (user, password) = match credentials.map(|both| both.split_once(':').unwrap_or(("", both))) {
        Some((user, password)) => {
            (Some(user.to_owned()).filter(|user| !user.is_empty()), Some(password.to_owned()))
        }
        None => (None, None),
    };
    Ok(Address { place: Place::Tcp(socket(host)?), user, password, database })
}

const NO_DATABASE: &str = "the database of a Redis server is a number";

/// Names are not looked up, since a name server may take its seconds.
fn socket(host: &str) -> Result<SocketAddr, &'static str> {
    let named = |host: &str| if host == "localhost" { "127.0.0.1" } else { host }.parse::<Ipv4Addr>();
    if let Ok(address) = host.parse::<SocketAddr>() {
        return Ok(address);
    }
    if let Some(inside) = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        let address = inside.parse().map_err(|_| NO_HOST)?;
        return Ok(SocketAddr::new(IpAddr::V6(address), PORT));
    }
    let (host, port) = match host.split_once(':') {
        Some((host, port)) => (host, port.parse().map_err(|_| "a port is a number up to 65535")?),
        None => (host, PORT),
    };
    Ok(SocketAddr::new(IpAddr::V4(named(host).map_err(|_| NO_HOST)?), port))
}

const NO_HOST: &str =
    "the host of a Redis server is `localhost` or an address in numbers: looking a name up may take seconds";

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn addresses() {
        let tcp = |text: &str| Place::Tcp(text.parse().unwrap());
        for (url, place, user, password, database) in [
            ("redis://localhost", tcp("127.0.0.1:6379"), None, None, 0),
            ("redis://10.0.0.7:7000/3", tcp("10.0.0.7:7000"), None, None, 3),
            ("redis://[::1]", tcp("[::1]:6379"), None, None, 0),
            ("redis://[::1]:1/", tcp("[::1]:1"), None, None, 0),
            ("redis://:p@ss@127.0.0.1", tcp("127.0.0.1:6379"), None, Some("p@ss"), 0),
            ("redis://me:se:cret@127.0.0.1/1", tcp("127.0.0.1:6379"), Some("me"), Some("se:cret"), 1),
            ("unix:///run/redis.sock", Place::Unix("/run/redis.sock".into()), None, None, 0),
            ("redis+unix:///r?db=4", Place::Unix("/r".into()), None, None, 4),
        ] {
            let [user, password] = [user, password].map(|text: Option<&str>| text.map(ToOwned::to_owned));
            assert_eq!(parse(url), Ok(Address { place, user, password, database }), "{url}");
        }
    }

    #[test]
    fn mistakes_are_named() {
        for (url, what) in [
            ("http://localhost", "begins with"),
            ("rediss://localhost", "TLS"),
            ("redis://cache.example", "looking a name up"),
            ("redis://localhost:99999", "a port"),
            ("redis://localhost/two", "a number"),
            ("unix://run", "begins with `/`"),
        ] {
            let error = parse(url).unwrap_err();
            assert!(error.contains(what), "{url}: {error}");
        }
    }

    proptest! {
        #[test]
        fn any_text_does_no_harm(text in "(redis://|(redis\\+)?unix://)?[a-z0-9:@/\\[\\]?=.]{0,40}") {
            let _ = parse(&text);
        }
    }
}
