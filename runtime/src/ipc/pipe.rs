//! Named pipes: where a daemon listens on Windows, and who may connect.

use std::io;
use std::path::Path;

use interprocess::ConnectWaitMode;
use interprocess::os::windows::ToWtf16;
use interprocess::os::windows::named_pipe::{
    DuplexPipeStream, PipeListener, PipeListenerOptions, WaitTimeout, pipe_mode,
};
use interprocess::os::windows::security_descriptor::SecurityDescriptor;

/// Lets the owner do everything and nobody else anything. Source: Microsoft's "Security Descriptor String Format".
const OWNER_ONLY: &str = "D:P(A;;GA;;;OW)";
/// How much is kept for a reader that has not read yet (bytes).
const BUFFER_BYTES: u32 = 64 << 10;

/// The name of the pipe of a binary's daemon: `\\.\pipe\ziron-<user>-<id>`, where `<id>` is what it is on Unix. Other
/// users can see it.
pub fn name(binary: &Path, user: &str) -> String {
    // A name has no folders.
    let user = user.replace('\\', "-");
    format!(r"\\.\pipe\ziron-{user}-{:016x}", fnv1a(binary.as_os_str().as_encoded_bytes()))
}

/// Listens on a pipe that nobody else may connect to, from this machine only. It fails if the name is taken.
pub fn listen(name: &str) -> io::Result<PipeListener<pipe_mode::Bytes, pipe_mode::Bytes>> {
    let descriptor = OWNER_ONLY.to_wtf_16().map_err(io::Error::other)?;
    let mut options = PipeListenerOptions::new();
    options.path = name.to_wtf_16().map_err(io::Error::other)?;
    options.security_descriptor = Some(SecurityDescriptor::deserialize(&descriptor)?);
    options.accept_remote = false;
    options.input_buffer_size_hint = BUFFER_BYTES;
    options.output_buffer_size_hint = BUFFER_BYTES;
    options.wait_timeout = WaitTimeout::MIN;
    options.create_duplex::<pipe_mode::Bytes>()
}

/// Connects to a pipe.
pub(super) fn connect(
    name: &str,
    wait: std::time::Duration,
) -> io::Result<DuplexPipeStream<pipe_mode::Bytes>> {
    DuplexPipeStream::connect_by_path_with_wait_mode(name, ConnectWaitMode::Timeout(wait))
}

/// The 64-bit FNV-1a hash. Source: RFC 9923.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}
