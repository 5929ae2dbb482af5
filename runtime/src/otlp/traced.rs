//! The operating system, noting what is asked of it.

use std::ffi::OsString;
use std::future::Future;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use super::{Attribute, Span};
use crate::io::{Command, DirEntry, FileKind, Identity, Io, Output, User};

/// Takes down spans.
#[derive(Clone, Debug)]
pub(crate) struct Recorder(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    spans: Vec<Span>,
    /// Whether each is to be told: of a source that has nothing to read here nothing is.
    is_told: Vec<bool>,
    /// The source that is being begun, else the prompt.
    current: usize,
}

impl Recorder {
    /// A recorder with its first span, which ends last.
    pub(crate) fn new(name: &str, begin: Instant) -> Recorder {
        let state = State { spans: Vec::new(), is_told: Vec::new(), current: 0 };
        let recorder = Recorder(Arc::new(Mutex::new(state)));
        recorder.add(Span {
            name: name.to_owned(),
            within: 0,
            begin,
            end: begin,
            attributes: Vec::new(),
            failure: None,
        });
        recorder
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a span that has ended.
    pub(crate) fn add(&self, span: Span) -> usize {
        let mut state = self.lock();
        state.spans.push(span);
        state.is_told.push(true);
        state.spans.len() - 1
    }

    /// Begins the span of a source. It is told once it has ended.
    pub(crate) fn begin(&self, source: &str, begin: Instant) -> usize {
        let attributes = vec![("ziron.source", source.to_owned())];
        let name = format!("source {source}");
        let span = self.add(Span { name, within: 0, begin, end: begin, attributes, failure: None });
        let mut state = self.lock();
        state.is_told[span] = false;
        state.current = span;
        span
    }

    /// What is asked from now on is no part of a source that is known.
    pub(crate) fn leave(&self) {
        self.lock().current = 0;
    }

    /// Ends the span of a source.
    pub(crate) fn end(&self, span: usize, end: Instant, attribute: Attribute, failure: Option<String>) {
        let mut state = self.lock();
        state.is_told[span] = true;
        let span = &mut state.spans[span];
        (span.end, span.failure) = (end, failure);
        span.attributes.push(attribute);
    }

    /// All spans that are told, and the first ends with this moment.
    pub(crate) fn into_spans(self, end: Instant) -> Vec<Span> {
        let state = self.lock();
        let mut place = 0;
        let places: Vec<usize> = (state.is_told.iter())
            .map(|told| {
                place += usize::from(*told);
                place.saturating_sub(1)
            })
            .collect();
        let told = state.spans.iter().zip(&state.is_told).filter(|(_, told)| **told);
        let mut spans: Vec<Span> = told
            .map(|(span, _)| {
                let within = if state.is_told[span.within] { places[span.within] } else { 0 };
                Span { within, ..span.clone() }
            })
            .collect();
        if let Some(first) = spans.first_mut() {
            first.end = end;
        }
        spans
    }
}

/// The operating system, noting what is asked of it.
#[derive(Debug)]
pub struct Traced<I> {
    io: I,
    recorder: Recorder,
}

impl<I: Io> Traced<I> {
    pub(crate) fn new(io: I, recorder: Recorder) -> Traced<I> {
        Traced { io, recorder }
    }

    /// Notes one thing that is asked.
    fn noted<T: Send>(
        &self,
        name: &'static str,
        of: (&'static str, String),
        failure: impl Fn(&T) -> Option<String> + Send,
        work: impl Future<Output = T> + Send,
    ) -> impl Future<Output = T> + Send {
        let (within, begin, recorder) =
            (self.recorder.lock().current, self.io.instant(), self.recorder.clone());
        async move {
            let result = work.await;
            let (failure, end) = (failure(&result), self.io.instant());
            recorder.add(Span { name: name.to_owned(), within, begin, end, attributes: vec![of], failure });
            result
        }
    }
}

fn path(path: &Path) -> Attribute {
    ("file.path", path.to_string_lossy().into_owned())
}

/// Why it failed, unless it is that nothing is there: that is an answer as well.
fn failure<T>(result: &io::Result<T>) -> Option<String> {
    let error = result.as_ref().err().filter(|error| error.kind() != io::ErrorKind::NotFound)?;
    Some(error.to_string())
}

impl<I: Io> Io for Traced<I> {
    fn env(&self, name: &str) -> Option<OsString> {
        self.io.env(name)
    }

    fn now(&self) -> SystemTime {
        self.io.now()
    }

    fn instant(&self) -> Instant {
        self.io.instant()
    }

    async fn wait_for(&self, file: &Path) {
        self.io.wait_for(file).await;
    }

    fn may_wait(&self) -> bool {
        self.io.may_wait()
    }

    fn was_left(&self) -> bool {
        self.io.was_left()
    }

    async fn identity(&self, file: &Path) -> io::Result<Identity> {
        self.noted("identity", path(file), failure, self.io.identity(file)).await
    }

    async fn kind(&self, file: &Path) -> Option<FileKind> {
        self.noted("kind", path(file), |_| None, self.io.kind(file)).await
    }

    async fn is_writable(&self, file: &Path) -> bool {
        self.noted("access", path(file), |_| None, self.io.is_writable(file)).await
    }

    async fn read(&self, file: &Path) -> io::Result<Vec<u8>> {
        self.noted("read", path(file), failure, self.io.read(file)).await
    }

    async fn list(&self, folder: &Path, follow_links: bool, patience: Duration) -> io::Result<Vec<DirEntry>> {
        self.noted("list", path(folder), failure, self.io.list(folder, follow_links, patience)).await
    }

    async fn find_program_behind(&self, name: &str, found: Option<&Path>) -> Option<PathBuf> {
        let of = ("process.executable.name", name.to_owned());
        self.noted("find program", of, |_| None, self.io.find_program_behind(name, found)).await
    }

    async fn run(&self, command: Command) -> io::Result<Output> {
        let of = ("process.executable.path", command.program.to_string_lossy().into_owned());
        self.noted("run", of, failure, self.io.run(command)).await
    }

    async fn unblock<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> T {
        let of = ("thread.name", String::from("aside"));
        self.noted("work", of, |_| None, self.io.unblock(work)).await
    }

    fn user(&self) -> User {
        self.io.user()
    }

    fn hostname(&self) -> String {
        self.io.hostname()
    }
}

#[cfg(test)]
mod tests {
    use futures_lite::future::block_on;

    use super::*;
    use crate::io::Simulated;

    #[test]
    fn what_a_source_asks_for_stands_below_it() {
        let io = Simulated::new().file("/here/file", "1");
        let begin = io.instant();
        let recorder = Recorder::new("prompt", begin);
        let io = Traced::new(io, recorder.clone());
        let source = recorder.begin("tool", begin);
        block_on(io.read(Path::new("/here/file"))).unwrap();
        block_on(io.read(Path::new("/nowhere"))).unwrap_err();
        recorder.end(source, begin + Duration::from_secs(1), ("ziron.outcome", "read".into()), None);
        // Of a source that has nothing to read here nothing is told, but of what it asked.
        recorder.begin("absent", begin);
        block_on(io.kind(Path::new("/here")));
        recorder.leave();
        block_on(io.run(Command::new("/bin/none", "/", Duration::MAX))).unwrap_err();
        let spans = recorder.into_spans(begin + Duration::from_secs(2));
        let shown: Vec<_> =
            spans.iter().map(|span| (&*span.name, span.within, span.failure.is_some())).collect();
        assert_eq!(
            shown,
            [
                ("prompt", 0, false),
                ("source tool", 0, false),
                ("read", 1, false),
                ("read", 1, false),
                ("kind", 0, false),
                ("run", 0, false),
            ]
        );
        assert_eq!(spans[0].end - spans[0].begin, Duration::from_secs(2));
        assert_eq!(spans[1].attributes, [("ziron.source", "tool".into()), ("ziron.outcome", "read".into())]);
    }
}
