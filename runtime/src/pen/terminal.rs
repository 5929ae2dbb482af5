//! What is known about the terminal that shows a prompt.

use std::ffi::OsString;

/// What text may consist of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Profile {
    /// Anything.
    #[default]
    Unicode,
    /// ASCII: symbols are replaced by similar characters or left out, letters of other scripts become `?`.
    Ascii,
    /// ASCII too, with words for symbols, without fills and right prompts: what a screen reader can read aloud.
    ScreenReader,
}

impl Profile {
    /// All profiles by their names in a configuration and in `ZIRON_PROFILE`.
    pub const ALL: [(&'static str, Profile); 3] =
        [("unicode", Profile::Unicode), ("ascii", Profile::Ascii), ("screen-reader", Profile::ScreenReader)];

    /// Finds a profile by its name.
    ///
    /// ```
    /// use ziron_runtime::pen::Profile;
    /// assert_eq!(Profile::from_name("screen-reader"), Some(Profile::ScreenReader));
    /// assert_eq!(Profile::from_name("klingon"), None);
    /// ```
    pub fn from_name(name: &str) -> Option<Profile> {
        Profile::ALL.iter().find(|(known, _)| *known == name).map(|(_, profile)| *profile)
    }
}

/// How a terminal is told to notify its user.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Notification {
    /// It rings: all terminals can, and most mark their window.
    #[default]
    Bell,
    /// `OSC 9`, of iTerm2: a text.
    Osc9,
    /// `OSC 777;notify`, of rxvt-unicode: a title and a text.
    Osc777,
    /// `OSC 99`, of kitty: a title and a text, only while the window is not looked at.
    Osc99,
}

/// What is known about the terminal that shows a prompt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terminal {
    /// Whether it shows styles, and is to: `NO_COLOR` and `TERM=dumb` say no.
    pub colors: bool,
    /// Whether it understands operating system commands (OSC), or at least knows where they end.
    pub sequences: bool,
    /// What text may consist of.
    pub profile: Profile,
    /// How it notifies best.
    pub notification: Notification,
    /// The name of this machine, for links to its files; empty if nothing is linked.
    pub host: String,
    /// Whether the prompt shows that the configuration has changed since it was built.
    pub is_outdated: bool,
}

impl Default for Terminal {
    /// One that can do everything.
    fn default() -> Terminal {
        let (notification, host) = (Notification::Bell, String::new());
        let is_outdated = false;
        Terminal { colors: true, sequences: true, profile: Profile::Unicode, notification, host, is_outdated }
    }
}

impl Terminal {
    /// The environment variables that say what a terminal can do.
    pub const VARIABLES: &'static [&'static str] =
        &["TERM", "NO_COLOR", "ZIRON_PROFILE", "LC_ALL", "LC_CTYPE", "LANG"];

    /// Those that say besides how it notifies.
    pub const NOTIFICATION_VARIABLES: &'static [&'static str] =
        &["TERM_PROGRAM", "LC_TERMINAL", "KITTY_WINDOW_ID", "VTE_VERSION"];

    /// Learns about a terminal from environment variables; `configured` is the profile that the configuration chooses.
    ///
    /// `ZIRON_PROFILE` comes first, then the configuration, then what can be seen: a locale that is set and is not UTF-8, and the console of
    /// Linux, whose fonts have at most 512 characters, get ASCII. Sources: no-color.org; terminfo's `dumb`; locale(7); `console_codes(4)`.
    ///
    /// ```
    /// use ziron_runtime::pen::{Profile, Terminal};
    /// let terminal = Terminal::from_environment(None, |name| (name == "LANG").then(|| "C".into()));
    /// assert_eq!(terminal.profile, Profile::Ascii);
    /// ```
    pub fn from_environment(
        configured: Option<Profile>,
        variable: impl Fn(&str) -> Option<OsString>,
    ) -> Terminal {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        let term = set("TERM");
        let is = |name: &str| term.as_ref().is_some_and(|term| term == name);
        let (is_dumb, is_console) = (is("dumb"), is("linux"));
        let asked = set("ZIRON_PROFILE").and_then(|name| Profile::from_name(name.to_str()?));
        let profile = asked.or(configured).unwrap_or_else(|| {
            let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(set);
            let is_ascii = is_console || locale.is_some_and(|locale| !is_utf8(&locale.to_string_lossy()));
            if is_ascii { Profile::Ascii } else { Profile::Unicode }
        });
        Terminal {
            colors: !is_dumb && set("NO_COLOR").is_none(),
            sequences: !is_dumb && !is_console,
            profile,
            ..Terminal::default()
        }
    }

    /// Finds out how a terminal notifies best.
    ///
    /// `TERM` comes first, since it is what arrives over SSH; inside tmux and screen a bell is all that gets through. Sources: the
    /// manuals of kitty, foot, `WezTerm`, Ghostty, iTerm2 and rxvt-unicode.
    #[must_use]
    pub fn notifying(self, variable: impl Fn(&str) -> Option<OsString>) -> Terminal {
        let value = |name: &str| variable(name).unwrap_or_default().to_string_lossy().into_owned();
        let term = value("TERM");
        let begins = |names: &[&str]| names.iter().any(|name| term.starts_with(name));
        let notification = if begins(&["tmux", "screen"]) {
            Notification::Bell
        } else if begins(&["xterm-kitty"]) || !value("KITTY_WINDOW_ID").is_empty() {
            Notification::Osc99
        } else if begins(&["foot", "rxvt-unicode"]) {
            Notification::Osc777
        } else if begins(&["wezterm", "xterm-ghostty"])
            || ["iTerm.app", "WezTerm", "ghostty"].contains(&value("TERM_PROGRAM").as_str())
            || value("LC_TERMINAL") == "iTerm2"
        {
            Notification::Osc9
        } else if !value("VTE_VERSION").is_empty() {
            Notification::Osc777
        } else {
            Notification::Bell
        };
        Terminal { notification, ..self }
    }
}

/// Whether a locale's name says UTF-8: `de_DE.UTF-8`, `C.utf8`, `UTF-8`.
fn is_utf8(locale: &str) -> bool {
    let locale = locale.to_ascii_lowercase();
    locale.contains("utf-8") || locale.contains("utf8")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment<'e>(pairs: &'e [(&str, &str)]) -> impl Fn(&str) -> Option<OsString> + 'e {
        |name| pairs.iter().find(|(other, _)| *other == name).map(|(_, value)| OsString::from(value))
    }

    fn profile(configured: Option<Profile>, pairs: &[(&str, &str)]) -> Profile {
        Terminal::from_environment(configured, environment(pairs)).profile
    }

    #[test]
    fn the_profile_that_is_asked_for_comes_first() {
        let c = ("LANG", "C");
        assert_eq!(profile(None, &[]), Profile::Unicode);
        assert_eq!(profile(None, &[c]), Profile::Ascii);
        assert_eq!(profile(Some(Profile::Unicode), &[c]), Profile::Unicode);
        assert_eq!(profile(Some(Profile::Unicode), &[("ZIRON_PROFILE", "ascii")]), Profile::Ascii);
        assert_eq!(profile(Some(Profile::Ascii), &[("ZIRON_PROFILE", "nonsense")]), Profile::Ascii);
    }

    #[test]
    fn the_locale_is_the_first_that_is_set() {
        let lang = ("LANG", "de_DE.UTF-8");
        assert_eq!(profile(None, &[lang]), Profile::Unicode);
        assert_eq!(profile(None, &[lang, ("LC_ALL", "")]), Profile::Unicode);
        assert_eq!(profile(None, &[lang, ("LC_ALL", "POSIX")]), Profile::Ascii);
        assert_eq!(profile(None, &[("LC_CTYPE", "UTF-8"), ("LANG", "C")]), Profile::Unicode);
        assert_eq!(profile(None, &[lang, ("TERM", "linux")]), Profile::Ascii);
    }

    #[test]
    fn what_a_terminal_takes() {
        let takes = |pairs: &[(&str, &str)]| {
            let Terminal { colors, sequences, .. } = Terminal::from_environment(None, environment(pairs));
            (colors, sequences)
        };
        assert_eq!(takes(&[]), (true, true));
        assert_eq!(takes(&[("TERM", "dumb")]), (false, false));
        assert_eq!(takes(&[("TERM", "linux")]), (true, false));
        assert_eq!(takes(&[("NO_COLOR", "1")]), (false, true));
        assert_eq!(takes(&[("NO_COLOR", "")]), (true, true));
    }

    #[test]
    fn how_a_terminal_notifies() {
        for (pairs, expected) in [
            (&[("TERM", "xterm-256color")][..], Notification::Bell),
            (&[("TERM", "xterm-kitty")], Notification::Osc99),
            (&[("TERM", "tmux-256color"), ("KITTY_WINDOW_ID", "1")], Notification::Bell),
            (&[("TERM", "foot-extra")], Notification::Osc777),
            (&[("TERM", "xterm-256color"), ("TERM_PROGRAM", "iTerm.app")], Notification::Osc9),
            (&[("TERM", "xterm-256color"), ("LC_TERMINAL", "iTerm2")], Notification::Osc9),
            (&[("TERM", "xterm-256color"), ("VTE_VERSION", "7600")], Notification::Osc777),
        ] {
            let terminal = Terminal::default().notifying(environment(pairs));
            assert_eq!(terminal.notification, expected, "{pairs:?}");
        }
    }
}
