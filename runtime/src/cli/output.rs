//! Standard output, without a buffer that looks for line ends: a reply is one call of the system.
#![allow(unsafe_code, reason = "standard output has a number, and rustix wants a promise that it is open")]

use std::os::fd::BorrowedFd;

/// Writes all bytes, in as few calls as it takes. Whoever closed it did not want more.
pub(super) fn write(bytes: &[u8]) {
    // Nobody is left to be told.
    let _ = try_write(bytes);
}

/// The same, and says if nobody reads it.
pub(super) fn try_write(mut bytes: &[u8]) -> rustix::io::Result<()> {
    // SAFETY: nothing in this program closes the number 1, and where it was closed before, writing to it is an error and no more.
    let stdout = unsafe { BorrowedFd::borrow_raw(1) };
    while !bytes.is_empty() {
        match rustix::io::write(stdout, bytes) {
            Ok(count) => bytes = &bytes[count..],
            Err(rustix::io::Errno::INTR | rustix::io::Errno::AGAIN) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
