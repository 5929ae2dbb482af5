//! `timings --otlp`: one prompt as a trace. A span for the prompt, below it one for each source, and below those what they read.
//!
//! A source that waits goes on beside others, and what it does then cannot be told from what they do: such spans stand
//! below the prompt.
#![allow(clippy::disallowed_methods, reason = "it measures real time, on the clock that others have as well")]

mod gather;

use std::time::{Instant, SystemTime};

use super::draw::BUFFER_BYTES;
use super::world;
use crate::gather::{Direct, Parts, ReadContext};
use crate::otlp::{Recorder, Span, Trace, Traced};
use crate::pen::Pen;
use crate::prompt::Prompt;
use crate::request::Request;
use crate::shell::Shell;
use gather::Observed;

/// Draws one prompt directly, and writes what was done for it as one object.
#[allow(clippy::unnecessary_wraps, reason = "a program that was built without it has none")]
pub(super) fn trace(prompt: &'static Prompt, request: &Request) -> Result<String, String> {
    let moment = (Instant::now(), SystemTime::now());
    let recorder = Recorder::new("prompt", moment.0);
    let request = world::complete(request);
    let io = Traced::new(world::system(), recorder.clone());
    let read_context =
        ReadContext::new(io, world::place(prompt, &request), world::store(prompt).map(std::sync::Arc::new));
    let wanted = Parts::ALL.and(Parts::MODULES);
    let direct = Direct::new(read_context, &request, wanted, prompt.settings.budget).recording();
    let observed = Observed::new(direct, recorder.clone());
    let facts = prompt.gather(&observed);
    observed.end();
    let mut out = Vec::with_capacity(BUFFER_BYTES);
    for module in prompt.modules {
        out.clear();
        let begin = Instant::now();
        let mut pen = Pen::new(&mut out, Shell::Plain, request.terminal_columns).colored(false);
        (module.draw)(&facts, &mut pen);
        pen.finish();
        if !out.is_empty() {
            let attributes = vec![("ziron.module", module.name.to_owned())];
            let name = format!("draw {}", module.name);
            let end = Instant::now();
            recorder.add(Span { name, within: 0, begin, end, attributes, failure: None });
        }
    }
    let spans = recorder.into_spans(Instant::now());
    Ok(format!("{}\n", Trace { moment, spans }.render(prompt.build)))
}
