//! A source that is asked for one key, without its types: what learning needs of it.
//!
//! Learning ([`learn`](super::learn)) is compiled once and not for each type of source.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use postcard::experimental::serialized_size;

use crate::io::Io;
use crate::place::Place;
use crate::source::{Cost, Key, Policy, ReadError, Source};
use crate::store::{AnyFact, Show};

/// A source that is asked for one key.
pub(crate) trait DynSource<I>: Send + Sync {
    fn name(&self) -> &'static str;
    fn cost(&self) -> Cost;
    fn policy(&self) -> Policy;
    /// The key, as it is stored.
    fn key(&self) -> Vec<u8>;
    /// Reads the fact.
    fn read<'a>(&'a self, place: &'a Place, io: &'a I) -> Later<'a, Result<AnyFact, ReadError>>;
    /// Whether the key is still what the source would be asked for.
    fn is_still_asked<'a>(&'a self, place: &'a Place, io: &'a I) -> Later<'a, bool>;
    /// What the key alone tells.
    fn without_reading(&self) -> Option<AnyFact>;
    /// A fact as it is stored.
    fn store(&self, fact: &AnyFact) -> Option<Vec<u8>>;
    /// A fact that was stored.
    fn restore(&self, bytes: &[u8]) -> Option<AnyFact>;
    /// About what a fact takes (bytes): what it has on the heap nobody knows, but its bytes in a file come close.
    fn size(&self, fact: &AnyFact) -> usize;
    /// Writes a fact for people.
    fn show(&self) -> Show;
}

/// What is there later.
pub(crate) type Later<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A source and a key of it.
pub(super) struct Of<S: Source> {
    pub(super) source: &'static S,
    pub(super) key: S::Key,
}

impl<S: Source, I: Io> DynSource<I> for Of<S> {
    fn name(&self) -> &'static str {
        self.source.name()
    }

    fn cost(&self) -> Cost {
        self.source.cost()
    }

    fn policy(&self) -> Policy {
        self.source.policy()
    }

    fn key(&self) -> Vec<u8> {
        postcard::to_stdvec(&self.key).unwrap_or_default()
    }

    fn read<'a>(&'a self, place: &'a Place, io: &'a I) -> Later<'a, Result<AnyFact, ReadError>> {
        Box::pin(async move {
            let fact = self.source.read(&self.key, place, io).await?;
            Ok(Arc::new(fact) as AnyFact)
        })
    }

    fn is_still_asked<'a>(&'a self, place: &'a Place, io: &'a I) -> Later<'a, bool> {
        Box::pin(async move { self.source.key(place, io).await.as_ref() == Some(&self.key) })
    }

    fn without_reading(&self) -> Option<AnyFact> {
        self.source.without_reading(&self.key).map(|fact| Arc::new(fact) as AnyFact)
    }

    fn store(&self, fact: &AnyFact) -> Option<Vec<u8>> {
        postcard::to_stdvec(fact.downcast_ref::<S::Fact>()?).ok()
    }

    fn restore(&self, bytes: &[u8]) -> Option<AnyFact> {
        postcard::from_bytes::<S::Fact>(bytes).ok().map(|fact| Arc::new(fact) as AnyFact)
    }

    fn size(&self, fact: &AnyFact) -> usize {
        let inside = fact.downcast_ref::<S::Fact>().and_then(|fact| serialized_size(fact).ok());
        size_of::<S::Fact>() + inside.unwrap_or_default()
    }

    fn show(&self) -> Show {
        |any, text| match any.downcast_ref::<S::Fact>() {
            Some(fact) => write!(text, "{fact:?}"),
            None => Ok(()),
        }
    }
}

/// The hash of a key as it is stored, without making its bytes.
pub(super) fn hash_of<K: Key>(key: &K) -> u64 {
    postcard::serialize_with_flavor(key, Hash::default()).unwrap_or_default()
}

/// Takes the bytes that a key is stored as, and hashes them.
#[derive(Default)]
struct Hash(crate::store::entry::Fnv1a);

impl postcard::ser_flavors::Flavor for Hash {
    type Output = u64;

    fn try_push(&mut self, byte: u8) -> postcard::Result<()> {
        self.0.add(&[byte]);
        Ok(())
    }

    fn try_extend(&mut self, bytes: &[u8]) -> postcard::Result<()> {
        self.0.add(bytes);
        Ok(())
    }

    fn finalize(self) -> postcard::Result<u64> {
        Ok(self.0.finish())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::entry::fnv1a;

    #[test]
    fn a_key_has_the_hash_of_its_bytes() {
        for key in [(String::from("folder"), vec![1_u64, 1 << 40], Some(true)), (String::new(), vec![], None)]
        {
            assert_eq!(hash_of(&key), fnv1a(&postcard::to_stdvec(&key).unwrap()));
        }
    }
}
