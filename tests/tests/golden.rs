//! The compiler's golden expansions compile without a warning, where there is no prelude, and are prompts.
#![deny(warnings)]
#![allow(clippy::all, clippy::pedantic, reason = "clippy is for people's code")]
#![allow(unreachable_pub, missing_docs, reason = "a program has no outside")]

/// A policy of the user's own, as `daemon.toml` names one.
mod policies {
    #[derive(Debug, Default)]
    pub struct Mine(Vec<ziron::Slot>);

    /// The youngest goes first.
    impl ziron::Eviction for Mine {
        const NAME: &'static str = "mine";

        fn added(&mut self, slot: ziron::Slot, _weight: ziron::Weight) {
            self.0.push(slot);
        }

        fn used(&mut self, _slot: ziron::Slot) {}

        fn removed(&mut self, slot: ziron::Slot) {
            self.0.retain(|other| *other != slot);
        }

        fn victim(&mut self) -> Option<ziron::Slot> {
            self.0.last().copied()
        }
    }
}

macro_rules! golden {
    ($($name:ident)*) => {
        $(mod $name {
            #![no_implicit_prelude]
            ::core::include!(::core::concat!("../../compiler/tests/golden/", ::core::stringify!($name), ".expanded.rs"));
        })*

        const NAMES: &[&str] = &[$(stringify!($name)),*];

        #[test]
        fn each_knows_its_configuration() {
            $(assert_eq!($name::PROMPT.build.config, concat!(stringify!($name), ".toml"));)*
        }

        #[test]
        fn the_compiler_knows_the_variables_that_the_sources_read() {
            let mut count = 0;
            $(if $name::PROMPT.background.is_some() {
                count += 1;
                let read = $name::PROMPT.variables_of_manifests();
                assert_eq!($name::PROMPT.variables, read, stringify!($name));
            })*
            assert!(count >= 2);
        }
    };
}
golden! { daemon extras git layout many nested powerline status tool variables }

#[test]
fn every_expansion_is_here() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../compiler/tests/golden");
    let files =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> =
        files.filter_map(|file| Some(file.strip_suffix(".toml")?.to_owned())).collect();
    names.sort();
    assert_eq!(names, NAMES);
}

#[test]
fn nothing_is_sent_that_nobody_asked_for() {
    assert_eq!(layout::PROMPT.extras, ziron::Extras::NONE);
    let ziron::Prompt { title, footer, extras, .. } = extras::PROMPT;
    assert!(title.is_some() && footer.is_some() && extras.report_directory && extras.marks);
    assert_eq!(extras.notify.map(|notify| notify.after), Some(std::time::Duration::from_secs(10)));
}
