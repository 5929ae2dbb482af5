//! Segments: facts in, variables out.

use std::fmt;

use crate::gather::Facts;
use crate::pen::{Datum, Pen};
use crate::request::Request;
use crate::source::Fact;
use crate::spec::VarSpec;

/// A function that draws facts.
pub type Draw = dyn Fn(&Facts<'_>, &mut Pen<'_>) + Sync;

/// A function that draws what needs no facts.
pub type DrawFixed = dyn Fn(&mut Pen<'_>) + Sync;

/// Draws facts. Pure and total: no I/O, no clock, no allocation.
pub trait Segment: Sized {
    /// The facts it draws: a `&Request`, an `Option<&Fact>`, or a tuple of those.
    type Facts<'a>: FactsFrom<'a>
    where
        Self: 'a;
    /// Its variables: a struct that derives [`Vars`].
    type Vars<'a>: Vars
    where
        Self: 'a;

    /// Turns facts into variables; `None` hides the segment.
    fn vars<'a>(&'a self, facts: Self::Facts<'a>) -> Option<Self::Vars<'a>>;
}

/// The variables of a segment, by name. Derived; generated code uses the fields directly, the interpreter this.
pub trait Vars {
    /// Describes all variables, in the order of the fields.
    fn specs() -> Vec<VarSpec>
    where
        Self: Sized;

    /// Looks a variable up.
    fn get(&self, name: &str) -> Option<VarValue<'_>>;
}

/// An enum each of whose variants stands for an option of the module. Derived.
pub trait Choice {
    /// The index of the variant.
    fn arm(&self) -> usize;

    /// Looks up a variable that the variant holds.
    fn get(&self, name: &str) -> Option<VarValue<'_>>;
}

/// The value of a variable, for the interpreter.
#[derive(Clone, Copy)]
pub enum VarValue<'v> {
    /// Data.
    Datum(&'v dyn Datum),
    /// A choice among options; `None` is hidden.
    Choice(Option<&'v dyn Choice>),
    /// Something drawn with one option's format; `None` is hidden.
    Item(Option<&'v dyn Vars>),
    /// Several of those.
    Each(&'v dyn Each),
}

impl fmt::Debug for VarValue<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            VarValue::Datum(_) => "Datum",
            VarValue::Choice(_) => "Choice",
            VarValue::Item(_) => "Item",
            VarValue::Each(_) => "Each",
        })
    }
}

/// A list of things that are drawn with the same format.
pub trait Each {
    /// How many there are.
    fn count(&self) -> usize;

    /// The one at an index below [`Each::count`].
    fn nth(&self, index: usize) -> Option<&dyn Vars>;
}

/// A few things of one kind, in place: a list that costs no allocation. What does not fit is left out.
#[derive(Clone, Copy, Debug)]
pub struct Few<T, const N: usize> {
    items: [T; N],
    count: usize,
}

impl<T: Copy + Default, const N: usize> FromIterator<T> for Few<T, N> {
    fn from_iter<I: IntoIterator<Item = T>>(iterator: I) -> Self {
        let mut few = Few { items: [T::default(); N], count: 0 };
        for (place, item) in few.items.iter_mut().zip(iterator) {
            *place = item;
            few.count += 1;
        }
        few
    }
}

impl<T, const N: usize> Few<T, N> {
    /// Goes through the things.
    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.items[..self.count].iter()
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }
}

impl<'f, T, const N: usize> IntoIterator for &'f Few<T, N> {
    type Item = &'f T;
    type IntoIter = std::slice::Iter<'f, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// A list whose items have a type; lets a derive name it.
pub trait Items {
    /// The type of the items.
    type Item;
}

impl<T, const N: usize> Items for Few<T, N> {
    type Item = T;
}

impl<V: Vars, const N: usize> Each for Few<V, N> {
    fn count(&self) -> usize {
        self.count
    }

    fn nth(&self, index: usize) -> Option<&dyn Vars> {
        self.items[..self.count].get(index).map(|item| item as &dyn Vars)
    }
}

/// The facts of a segment, taken from those of a drawing.
pub trait FactsFrom<'a> {
    /// Takes the facts; `sources` are the places of their sources in the prompt's table, in the order of the tuple.
    /// Behind the last place there is no fact.
    fn take(facts: &'a Facts<'_>, sources: &[usize]) -> Self;
}

impl<'a> FactsFrom<'a> for &'a Request {
    fn take(facts: &'a Facts<'_>, _sources: &[usize]) -> Self {
        facts.request()
    }
}

impl<'a, F: Fact> FactsFrom<'a> for Option<&'a F> {
    fn take(facts: &'a Facts<'_>, sources: &[usize]) -> Self {
        facts.get(*sources.first()?)
    }
}

impl FactsFrom<'_> for () {
    fn take(_facts: &Facts<'_>, _sources: &[usize]) -> Self {}
}

macro_rules! tuples {
    ($($name:ident $index:tt),*) => {
        impl<'a, $($name: FactsFrom<'a>),*> FactsFrom<'a> for ($($name,)*) {
            fn take(facts: &'a Facts<'_>, sources: &[usize]) -> Self {
                ($($name::take(facts, sources.get($index..).unwrap_or_default()),)*)
            }
        }
    };
}
tuples!(A 0, B 1);
tuples!(A 0, B 1, C 2);
tuples!(A 0, B 1, C 2, D 3);
