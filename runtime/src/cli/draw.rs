//! The commands that draw.

use std::ffi::OsStr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::arguments::{self, Way};
use super::guarded::Danger;
use super::{background, guarded, output, world};
use crate::detach;
use crate::gather::{Direct, Parts, ReadContext};
use crate::io::far::Far;
use crate::io::{self, Io};
use crate::pen::{Pen, Terminal};
use crate::place::Place;
use crate::prompt::Prompt;
use crate::request::Request;
use crate::shell::{self, Script, Shell};
use crate::store::{REFRESH_BUDGET, Store};

/// Room for a long prompt in all its parts (bytes), so that drawing does not allocate.
pub(super) const BUFFER_BYTES: usize = 8192;

/// Draws parts of the prompt with the daemon's help; without it, here. Then it leaves behind what the next prompt is
/// better with: the daemon, and where there is none, a refresh if something was too late.
pub(super) fn prompt(prompt: &'static Prompt, request: &Request, parts: Parts, way: Way) {
    if way == Way::Asking && background::draw(prompt, request, parts) {
        return;
    }
    let request = world::complete(request);
    let budget = prompt.settings.budget;
    if way == Way::Alone {
        // What is late is drawn without, and that takes time too.
        directly(prompt, &request, parts, budget / 8 * 7, None);
        return;
    }
    match guarded::danger(prompt, &request) {
        Danger::None => directly(prompt, &request, parts, budget, None),
        Danger::Links(mounts) => {
            directly(prompt, &request, parts, budget, Some(Far::leaving(Arc::new(mounts))));
        }
        Danger::Certain => {
            let text = guarded::draw(&request, parts, budget);
            output::write(&text.unwrap_or_else(|| guarded::at_hand(prompt, &request, parts)));
        }
    }
    background::leave_daemon_behind(prompt);
}

/// Draws in this process. If something in the place leads to a file system that may not answer, all is drawn by another
/// one as well, which is waited for.
fn directly(prompt: &'static Prompt, request: &Request, parts: Parts, budget: Duration, far: Option<Far>) {
    let mut read_context = world::read_context(prompt, request);
    read_context.io = read_context.io.minding(far.map(Arc::new));
    let gather = Direct::new(read_context, request, parts, budget);
    let facts = prompt.gather(&gather);
    let was_left = gather.read_context().io.was_left();
    if was_left && let Some(text) = guarded::draw(request, parts, budget) {
        output::write(&text);
        io::kill_all();
        return;
    }
    let mut out = Vec::with_capacity(BUFFER_BYTES);
    prompt.draw(&facts, request, parts, &world::terminal(prompt), &mut out);
    output::write(&out);
    let ReadContext { place, store, .. } = gather.read_context();
    if !gather.is_late() {
        return;
    }
    if let Some(store) = store.as_ref().filter(|_| !was_left) {
        leave_refresh_behind(store, place);
    }
    // Nobody is left who would kill them at their timeout.
    io::kill_all();
}

/// Draws the continuation prompt.
pub(super) fn continuation(prompt: &'static Prompt, request: &Request) {
    let mut out = Vec::new();
    continuation_into(prompt, request.shell, &mut out);
    output::write(&out);
}

fn continuation_into(prompt: &'static Prompt, shell: Shell, out: &mut Vec<u8>) {
    prompt.draw_continuation(shell, &world::terminal(prompt), out);
}

/// Draws one module.
pub(super) fn module(prompt: &'static Prompt, request: &Request, name: &str) -> Result<(), String> {
    let Some(module) = prompt.module(name) else {
        let names: Vec<&str> = prompt.modules.iter().map(|module| module.name).collect();
        return Err(format!("there is no module `{name}` in this prompt, which has: {}", names.join(", ")));
    };
    let request = world::complete(request);
    let gather =
        Direct::new(world::read_context(prompt, &request), &request, Parts::MODULES, prompt.settings.budget);
    let facts = prompt.gather(&gather);
    let mut out = Vec::with_capacity(BUFFER_BYTES);
    let mut pen = Pen::new(&mut out, request.shell, request.terminal_columns).on(&world::terminal(prompt));
    (module.draw)(&facts, &mut pen);
    pen.finish();
    output::write(&out);
    io::kill_all();
    Ok(())
}

/// Reads everything again, patiently, so that the next prompt finds it in the store.
pub(super) fn refresh(prompt: &'static Prompt, request: &Request) {
    detach::leave();
    let mut read_context = world::read_context(prompt, request).patient();
    read_context.place = read_context.place.patient(REFRESH_BUDGET);
    let gather = Direct::new(read_context, request, Parts::ALL, REFRESH_BUDGET);
    prompt.gather(&gather);
    if let Some(store) = &gather.read_context().store {
        store.end_refresh();
    }
    io::kill_all();
}

/// A script for a shell.
pub(super) fn init(
    prompt: &'static Prompt,
    shell: Shell,
    which: arguments::Script,
) -> Result<String, String> {
    let binary = own_path()?;
    if which == arguments::Script::Instant {
        let saved = world::cache("instant").and_then(Result::ok);
        let own = saved.filter(|safe| safe.owner() == rustix::process::geteuid().as_raw());
        let text = |path: &Path| path.to_str().map(str::to_owned);
        let named = own.and_then(|safe| {
            Some((text(safe.path())?, safe.anchors().iter().map(|path| text(path)).collect::<Option<_>>()?))
        });
        let (folder, anchors): (String, Vec<String>) = named.unwrap_or_default();
        let saved = shell::SavedPrompts { folder: &folder, anchors: &anchors, terminal: Terminal::VARIABLES };
        return shell::instant(shell, &binary, prompt.build.build_hash, saved)
            .ok_or_else(|| String::from("there is an instant prompt for zsh only"));
    }
    let mut continuation = Vec::new();
    continuation_into(prompt, shell, &mut continuation);
    let continuation = String::from_utf8_lossy(&continuation);
    let sends = world::terminal(prompt).sequences;
    let reach = background::reach(prompt);
    let client = reach.as_ref().map(|reach| shell::Client {
        folder: &reach.folder,
        anchors: &reach.anchors,
        variables: reach.variables,
        events: reach.events,
    });
    let manifests: Vec<_> = prompt.sources.iter().map(|planned| planned.source.manifest()).collect();
    let environment = shell::unprompted(&manifests);
    let script = Script {
        binary: &binary,
        continuation: &continuation,
        transient: prompt.settings.transient,
        marks: prompt.extras.marks && sends,
        title: prompt.title.is_some() && sends,
        build: prompt.build.build_hash,
        environment: &environment,
        client,
    };
    shell::script(shell, &script)
        .ok_or_else(|| format!("`init` has scripts for {}", shell::names_with_script()))
}

/// The path of this program, as a shell's script can hold it.
pub(super) fn own_path() -> Result<String, String> {
    let binary = std::env::current_exe()
        .map_err(|error| format!("could not find this program's own path: {error}"))?;
    let text = binary.into_os_string().into_string();
    text.map_err(|_| String::from("this program's own path is not UTF-8, which shell scripts cannot hold"))
}

/// Starts this program once more, detached, to read what came too late. At most one runs for a user.
#[allow(clippy::disallowed_methods, reason = "this program, which no source is, starts itself")]
fn leave_refresh_behind(store: &Store, place: &Place) {
    let Ok(binary) = std::env::current_exe() else { return };
    if !store.begin_refresh(SystemTime::now()) {
        return;
    }
    let (path, logical) = (place.physical.as_os_str(), place.logical.as_os_str());
    let [refresh, path_is, logical_is] = ["refresh", "--path", "--logical-path"].map(OsStr::new);
    detach::end_output();
    detach::start(&binary, &[refresh, path_is, path, logical_is, logical]);
}
