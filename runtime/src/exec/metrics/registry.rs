//! Metrics under names.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::{Histogram, Snapshot};

/// Counts what happens; it never goes back.
///
/// # Examples
/// ```
/// use ziron_runtime::exec::metrics::Counter;
///
/// let drawn = Counter::default();
/// drawn.add(2);
/// assert_eq!(drawn.get(), 2);
/// ```
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// Counts so many more.
    ///
    /// # Examples
    /// ```
    /// # use ziron_runtime::exec::metrics::Counter;
    /// Counter::default().add(1);
    /// ```
    pub fn add(&self, count: u64) {
        self.0.fetch_add(count, Ordering::Relaxed);
    }

    /// How many so far.
    ///
    /// # Examples
    /// ```
    /// # use ziron_runtime::exec::metrics::Counter;
    /// assert_eq!(Counter::default().get(), 0);
    /// ```
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// How many there are now.
///
/// # Examples
/// ```
/// use ziron_runtime::exec::metrics::Gauge;
///
/// let sessions = Gauge::default();
/// sessions.add(3);
/// sessions.add(-1);
/// assert_eq!(sessions.get(), 2);
/// ```
#[derive(Debug, Default)]
pub struct Gauge(AtomicI64);

impl Gauge {
    /// Changes it by so many.
    ///
    /// # Examples
    /// ```
    /// # use ziron_runtime::exec::metrics::Gauge;
    /// Gauge::default().add(-1);
    /// ```
    pub fn add(&self, count: i64) {
        self.0.fetch_add(count, Ordering::Relaxed);
    }

    /// Sets it.
    ///
    /// # Examples
    /// ```
    /// # use ziron_runtime::exec::metrics::Gauge;
    /// let gauge = Gauge::default();
    /// gauge.set(7);
    /// assert_eq!(gauge.get(), 7);
    /// ```
    pub fn set(&self, count: i64) {
        self.0.store(count, Ordering::Relaxed);
    }

    /// What it is now.
    ///
    /// # Examples
    /// ```
    /// # use ziron_runtime::exec::metrics::Gauge;
    /// assert_eq!(Gauge::default().get(), 0);
    /// ```
    pub fn get(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// The name of a metric: a family, and a label that tells its members apart.
///
/// # Examples
/// ```
/// use ziron_runtime::exec::metrics::Name;
///
/// let name = Name::new("ziron_requests_total").with("kind", "draw");
/// assert_eq!((name.family, name.label), ("ziron_requests_total", Some(("kind", "draw".into()))));
/// ```
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Name {
    /// The family.
    pub family: &'static str,
    /// The label's name and value.
    pub label: Option<(&'static str, Cow<'static, str>)>,
}

impl Name {
    /// The only member of its family.
    ///
    /// # Examples
    /// ```
    /// # use ziron_runtime::exec::metrics::Name;
    /// assert_eq!(Name::new("ziron_sessions").label, None);
    /// ```
    pub const fn new(family: &'static str) -> Self {
        Name { family, label: None }
    }

    /// The member with this label.
    ///
    /// # Examples
    /// ```
    /// # use ziron_runtime::exec::metrics::Name;
    /// assert_ne!(Name::new("x").with("kind", "a"), Name::new("x").with("kind", "b"));
    /// ```
    #[must_use]
    pub fn with(self, label: &'static str, value: impl Into<Cow<'static, str>>) -> Self {
        Name { label: Some((label, value.into())), ..self }
    }
}

/// What a metric is at one moment.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Value {
    /// Of a counter.
    Counter(u64),
    /// Of a gauge.
    Gauge(i64),
    /// Of a histogram.
    Histogram(Box<Snapshot>),
}

/// A metric that a registry holds.
#[derive(Clone, Debug)]
enum Metric {
    Counter(Arc<Counter>),
    Gauge(Arc<Gauge>),
    Histogram(Arc<Histogram>),
}

/// All metrics by name. Cheap to clone; whoever records keeps the metric and does not look it up again.
///
/// # Examples
/// ```
/// use ziron_runtime::exec::metrics::{Name, Registry, Value};
///
/// let registry = Registry::new();
/// let draws = registry.counter(Name::new("ziron_requests_total").with("kind", "draw"), "Requests by kind.");
/// draws.add(3);
/// let mut seen = Vec::new();
/// registry.for_each(|name, help, value| seen.push((name.family, help, value)));
/// assert_eq!(seen, [("ziron_requests_total", "Requests by kind.", Value::Counter(3))]);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Registry(Arc<Mutex<BTreeMap<Name, (&'static str, Metric)>>>);

impl Registry {
    /// A registry without metrics.
    ///
    /// # Examples
    /// ```
    /// # use ziron_runtime::exec::metrics::Registry;
    /// Registry::new().for_each(|name, _, _| unreachable!("{name:?}"));
    /// ```
    pub fn new() -> Self {
        Registry::default()
    }

    /// The counter of this name, made if it is not there. A name that is taken by another kind of metric gets one that
    /// is not listed.
    ///
    /// # Examples
    /// ```
    /// # use ziron_runtime::exec::metrics::{Name, Registry};
    /// let registry = Registry::new();
    /// registry.counter(Name::new("hits"), "Hits.").add(1);
    /// assert_eq!(registry.counter(Name::new("hits"), "Hits.").get(), 1);
    /// ```
    pub fn counter(&self, name: Name, help: &'static str) -> Arc<Counter> {
        match self.get_or_add(name, help, || Metric::Counter(Arc::default())) {
            Metric::Counter(counter) => counter,
            Metric::Gauge(_) | Metric::Histogram(_) => Arc::default(),
        }
    }

    /// The gauge of this name, as for [`counter`](Registry::counter).
    ///
    /// # Examples
    /// ```
    /// # use ziron_runtime::exec::metrics::{Name, Registry};
    /// let registry = Registry::new();
    /// registry.gauge(Name::new("sessions"), "Connected shells.").set(2);
    /// assert_eq!(registry.gauge(Name::new("sessions"), "Connected shells.").get(), 2);
    /// ```
    pub fn gauge(&self, name: Name, help: &'static str) -> Arc<Gauge> {
        match self.get_or_add(name, help, || Metric::Gauge(Arc::default())) {
            Metric::Gauge(gauge) => gauge,
            Metric::Counter(_) | Metric::Histogram(_) => Arc::default(),
        }
    }

    /// The histogram of this name, as for [`counter`](Registry::counter).
    ///
    /// # Examples
    /// ```
    /// # use {std::time::Duration, ziron_runtime::exec::metrics::{Name, Registry}};
    /// let registry = Registry::new();
    /// registry.histogram(Name::new("draw_seconds"), "Drawings.").record(Duration::from_micros(80));
    /// assert_eq!(registry.histogram(Name::new("draw_seconds"), "Drawings.").snapshot().count(), 1);
    /// ```
    pub fn histogram(&self, name: Name, help: &'static str) -> Arc<Histogram> {
        match self.get_or_add(name, help, || Metric::Histogram(Arc::default())) {
            Metric::Histogram(histogram) => histogram,
            Metric::Counter(_) | Metric::Gauge(_) => Arc::default(),
        }
    }

    /// Hands over each name, its help and its value, by name: members of a family come together.
    ///
    /// # Examples
    /// ```
    /// # use ziron_runtime::exec::metrics::{Name, Registry};
    /// let registry = Registry::new();
    /// for family in ["b", "a"] {
    ///     registry.gauge(Name::new(family), "");
    /// }
    /// let mut families = Vec::new();
    /// registry.for_each(|name, _, _| families.push(name.family));
    /// assert_eq!(families, ["a", "b"]);
    /// ```
    pub fn for_each(&self, mut show: impl FnMut(&Name, &'static str, Value)) {
        // Copied first, so that the lock is not held while foreign code runs.
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for (name, (help, metric)) in &all {
            let value = match metric {
                Metric::Counter(counter) => Value::Counter(counter.get()),
                Metric::Gauge(gauge) => Value::Gauge(gauge.get()),
                Metric::Histogram(histogram) => Value::Histogram(Box::new(histogram.snapshot())),
            };
            show(name, help, value);
        }
    }

    fn get_or_add(&self, name: Name, help: &'static str, make: impl FnOnce() -> Metric) -> Metric {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.entry(name).or_insert_with(|| (help, make())).1.clone()
    }
}
