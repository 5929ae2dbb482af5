//! Reading from a descriptor into a decoder's buffer.

use std::io;
use std::os::fd::AsFd;

use rustix::buffer::spare_capacity;

use super::Decoder;

impl Decoder {
    /// Reads once from a descriptor into the buffer; 0 is the end of the stream.
    pub fn fill(&mut self, from: impl AsFd) -> io::Result<usize> {
        let Some(buffer) = self.room() else { return Err(io::ErrorKind::InvalidData.into()) };
        Ok(rustix::io::read(from, spare_capacity(buffer))?)
    }
}
