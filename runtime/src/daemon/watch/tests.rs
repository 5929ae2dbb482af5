//! What is seen, with the eyes of each system.
#![allow(clippy::disallowed_methods, reason = "somebody has to change the files")]

use std::fs;
use std::path::{Path, PathBuf};

use super::*;
use crate::ipc::address::{Address, Surroundings};

/// A daemon's folder with a socket, and a program.
struct Here {
    runtime: tempfile::TempDir,
    folder: Arc<Folder>,
    program: PathBuf,
}

impl Here {
    fn new() -> Here {
        let runtime = crate::safe_path::private_folder().unwrap();
        let world = Surroundings::with_runtime_dir(runtime.path());
        let address = Address::of_canonical(Path::new("/bin/ziron-prompt"), &world).unwrap();
        let folder = Arc::new(address.prepare().unwrap());
        fs::write(folder.path().join("socket"), "").unwrap();
        let program = runtime.path().join("bin/prompt");
        fs::create_dir(runtime.path().join("bin")).unwrap();
        fs::write(&program, "1").unwrap();
        Here { runtime, folder, program }
    }

    /// The inode of what has the name of the socket.
    fn socket(&self) -> u64 {
        std::os::unix::fs::MetadataExt::ino(&fs::symlink_metadata(self.file("socket")).unwrap())
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

#[test]
fn only_requests_are_noticed() {
    assert_eq!(shell_of(b"s.17.ask"), Some(17));
    for other in [&b"s.17.reply"[..], b"s.17.ask.99", b"s..ask", b"log", b""] {
        assert_eq!(shell_of(other), None);
    }
}

macro_rules! systems {
    ($($module:ident)*) => {$(mod $module {
        use std::fs;

        use super::Here;
        use crate::daemon::watch::Seen;
        use crate::daemon::watch::$module::Eyes;
        use crate::exec::Single;

        /// Looks until something is seen, or one shell has asked.
        fn look(model: &Single, eyes: &mut Eyes) -> (Option<Seen>, Vec<u32>) {
            let mut asked = Vec::new();
            loop {
                let seen = model.run(eyes.look(&mut asked)).unwrap();
                if seen.is_some() || !asked.is_empty() {
                    asked.dedup();
                    return (seen, asked);
                }
            }
        }

        fn eyes(here: &Here) -> (Single, Eyes) {
            let model = Single::driven().unwrap();
            let eyes = Eyes::new(here.folder.clone(), here.socket(), &here.program, model.handle()).unwrap();
            (model, eyes)
        }

        #[test]
        fn requests_are_seen_when_they_are_written() {
            let here = Here::new();
            fs::write(here.file("s.3.ask"), "left behind").unwrap();
            let (model, mut eyes) = eyes(&here);
            fs::write(here.file("s.7.reply"), "not a request").unwrap();
            for n in 0..20 {
                // What is written has another length each time, so that one time stamp for two of them does not matter.
                fs::write(here.file("s.5.ask"), "x".repeat(n + 1)).unwrap();
                assert_eq!(look(&model, &mut eyes), (None, vec![5]));
            }
            fs::write(here.file("s.6.ask"), "x").unwrap();
            assert_eq!(look(&model, &mut eyes), (None, vec![6]));
        }

        #[test]
        fn another_program_is_seen() {
            let here = Here::new();
            let (model, mut eyes) = eyes(&here);
            fs::write(here.runtime.path().join("bin/other"), "22").unwrap();
            fs::rename(here.runtime.path().join("bin/other"), &here.program).unwrap();
            assert_eq!(look(&model, &mut eyes), (Some(Seen::Program), vec![]));
            fs::write(&here.program, "333").unwrap();
            assert_eq!(look(&model, &mut eyes), (Some(Seen::Program), vec![]));
        }

        #[test]
        fn its_end_is_seen() {
            let here = Here::new();
            let (model, mut eyes) = eyes(&here);
            fs::remove_file(&here.program).unwrap();
            assert_eq!(look(&model, &mut eyes), (Some(Seen::Program), vec![]));
        }

        #[test]
        fn a_socket_that_is_not_its_own_is_seen() {
            let here = Here::new();
            let (model, mut eyes) = eyes(&here);
            fs::write(here.file("n.1"), "").unwrap();
            fs::rename(here.file("n.1"), here.file("socket")).unwrap();
            assert_eq!(look(&model, &mut eyes), (Some(Seen::Homeless), vec![]));
        }

        #[test]
        fn what_was_gone_before_is_not_found() {
            for gone in ["socket", "folder", "replaced"] {
                let here = Here::new();
                let socket = here.socket();
                match gone {
                    "socket" => fs::remove_file(here.file("socket")).unwrap(),
                    "folder" => fs::remove_dir_all(here.folder.path()).unwrap(),
                    _ => {
                        fs::write(here.file("n.1"), "").unwrap();
                        fs::rename(here.file("n.1"), here.file("socket")).unwrap();
                    }
                }
                let model = Single::driven().unwrap();
                let eyes = Eyes::new(here.folder.clone(), socket, &here.program, model.handle());
                let error = eyes.unwrap_err();
                assert_eq!(error.kind(), std::io::ErrorKind::NotFound, "{gone}: {error}");
            }
        }

        #[test]
        fn a_folder_that_is_gone_is_seen() {
            let here = Here::new();
            let (model, mut eyes) = eyes(&here);
            fs::rename(here.folder.path(), here.runtime.path().join("elsewhere")).unwrap();
            assert_eq!(look(&model, &mut eyes), (Some(Seen::Homeless), vec![]));
        }
    })*};
}
systems! { linux portable }
