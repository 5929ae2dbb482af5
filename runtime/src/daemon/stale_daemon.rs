//! Another daemon of the same program, which does not answer any more: which process it is, so that it can be ended.

#[cfg(any(target_os = "linux", target_os = "android"))]
mod linux;
#[cfg(any(test, not(any(target_os = "linux", target_os = "android"))))]
mod portable;

#[cfg(any(target_os = "linux", target_os = "android"))]
pub(super) use linux::StaleDaemon;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(super) use portable::StaleDaemon;

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{linux, portable};
    use crate::ipc::address::{Address, Surroundings};
    use crate::ipc::peer;

    #[test]
    fn it_is_found_where_it_listens_and_no_other_is_taken_for_it() {
        let runtime = crate::safe_path::private_folder().unwrap();
        let world = Surroundings::with_runtime_dir(runtime.path());
        let address = Address::of_canonical(Path::new("/bin/ziron-prompt"), &world).unwrap();
        let folder = address.prepare().unwrap();
        assert!(linux::StaleDaemon::find(&address, &folder).is_err());
        assert!(portable::StaleDaemon::find(&address, &folder).is_err());
        let _listener = peer::listen(&address, &folder).unwrap();
        folder.replace("pid", format!("{} abc\n", std::process::id()).as_bytes()).unwrap();
        assert!(linux::StaleDaemon::find(&address, &folder).unwrap().is_some());
        folder.replace("pid", b"1 abc\n").unwrap();
        assert!(linux::StaleDaemon::find(&address, &folder).unwrap().is_none(), "it runs another program");
        let found = portable::StaleDaemon::find(&address, &folder).unwrap().unwrap();
        assert_eq!(found.pid().as_raw_nonzero().get().cast_unsigned(), std::process::id());
    }
}
