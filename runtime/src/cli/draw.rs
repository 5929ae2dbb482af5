//! The commands that draw.

use std::ffi::OsStr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::arguments::{self, Way};
use super::guarded::Danger;
use super::{background, detach, guarded, output, world};
use crate::gather::{Direct, Parts, ReadContext};
use crate::io::far::Far;
use crate::io::{self, Io};
use crate::pen::Pen;
use crate::place::Place;
use crate::prompt::{self, Prompt};
use crate::request::Request;
use crate::shell::{self, Script, Shell};
use crate::store::{REFRESH_BUDGET, Store};

/// Room for a long prompt in all its parts (bytes), so that drawing does not allocate.
pub(super) const BUFFER_BYTES: usize = 8192;

/// Draws parts of the prompt with the daemon's help; without it, here. Then it leaves behind what the next prompt is
/// better with: the daemon, and where there is none, a refresh if something was too late.
pub(super) fn prompt<P: Prompt>(request: &Request, parts: Parts, way: Way) {
    if way == Way::Asking && background::draw::<P>(request, parts) {
        return;
    }
    let request = world::complete(request);
    let budget = P::SETTINGS.budget;
    if way == Way::Alone {
        // What is late is drawn without, and that takes time too.
        directly::<P>(&request, parts, budget / 8 * 7, None);
        return;
    }
    match guarded::danger::<P>(&request) {
        Danger::None => directly::<P>(&request, parts, budget, None),
        Danger::Links(mounts) => {
            directly::<P>(&request, parts, budget, Some(Far::leaving(Arc::new(mounts))));
        }
        Danger::Certain => {
            let text = guarded::draw(&request, parts, budget);
            output::write(&text.unwrap_or_else(|| guarded::at_hand::<P>(&request, parts)));
        }
    }
    background::leave_daemon_behind::<P>();
}

/// Draws in this process. If something in the place leads to a file system that may not answer, all is drawn by another
/// one as well, which is waited for.
fn directly<P: Prompt>(request: &Request, parts: Parts, budget: Duration, far: Option<Far>) {
    let mut read_context = world::read_context::<P>(request);
    read_context.io = read_context.io.minding(far.map(Arc::new));
    let gather = Direct::new(read_context, request, parts, budget);
    let facts = P::gather(&gather);
    let was_left = gather.read_context().io.was_left();
    if was_left && let Some(text) = guarded::draw(request, parts, budget) {
        output::write(&text);
        io::kill_all();
        return;
    }
    let mut out = Vec::with_capacity(BUFFER_BYTES);
    prompt::draw::<P>(&facts, request, parts, &world::terminal::<P>(), &mut out);
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
pub(super) fn continuation<P: Prompt>(request: &Request) {
    let mut out = Vec::new();
    continuation_into::<P>(request.shell, &mut out);
    output::write(&out);
}

fn continuation_into<P: Prompt>(shell: Shell, out: &mut Vec<u8>) {
    prompt::draw_continuation::<P>(shell, &world::terminal::<P>(), out);
}

/// Draws one module.
pub(super) fn module<P: Prompt>(request: &Request, name: &str) -> Result<(), String> {
    let Some(module) = P::MODULES.iter().find(|module| module.name == name) else {
        let names: Vec<&str> = P::MODULES.iter().map(|module| module.name).collect();
        return Err(format!("there is no module `{name}` in this prompt, which has: {}", names.join(", ")));
    };
    let request = world::complete(request);
    let gather =
        Direct::new(world::read_context::<P>(&request), &request, Parts::MODULES, P::SETTINGS.budget);
    let facts = P::gather(&gather);
    let mut out = Vec::with_capacity(BUFFER_BYTES);
    let mut pen = Pen::new(&mut out, request.shell, request.terminal_columns).on(&world::terminal::<P>());
    (module.draw)(&facts, &mut pen);
    pen.finish();
    output::write(&out);
    io::kill_all();
    Ok(())
}

/// Reads everything again, patiently, so that the next prompt finds it in the store.
pub(super) fn refresh<P: Prompt>(request: &Request) {
    detach::leave();
    let mut read_context = world::read_context::<P>(request).patient();
    read_context.place = read_context.place.patient(REFRESH_BUDGET);
    let gather = Direct::new(read_context, request, Parts::ALL, REFRESH_BUDGET);
    P::gather(&gather);
    if let Some(store) = &gather.read_context().store {
        store.end_refresh();
    }
    io::kill_all();
}

/// A script for a shell.
pub(super) fn init<P: Prompt>(shell: Shell, which: arguments::Script) -> Result<String, String> {
    let binary = own_path()?;
    if which == arguments::Script::Instant {
        let pictures = world::cache("instant").and_then(Result::ok);
        let own = pictures.filter(|safe| safe.owner() == rustix::process::geteuid().as_raw());
        let text = |path: &Path| path.to_str().map(str::to_owned);
        let named = own.and_then(|safe| {
            Some((text(safe.path())?, safe.anchors().iter().map(|path| text(path)).collect::<Option<_>>()?))
        });
        let (folder, anchors): (String, Vec<String>) = named.unwrap_or_default();
        let pictures = shell::Pictures { folder: &folder, anchors: &anchors };
        return shell::instant(shell, &binary, P::BUILD.build_hash, pictures)
            .ok_or_else(|| String::from("there is an instant prompt for zsh only"));
    }
    let mut continuation = Vec::new();
    continuation_into::<P>(shell, &mut continuation);
    let continuation = String::from_utf8_lossy(&continuation);
    let sends = world::terminal::<P>().sequences;
    let reach = background::reach::<P>();
    let client = reach.as_ref().map(|reach| shell::Client {
        folder: &reach.folder,
        anchors: &reach.anchors,
        variables: reach.variables,
        events: reach.events,
    });
    let sources = P::sources();
    let environment = shell::unprompted(sources.iter().map(|(_, manifest)| manifest));
    let script = Script {
        binary: &binary,
        continuation: &continuation,
        transient: P::SETTINGS.transient,
        marks: P::EXTRAS.marks && sends,
        title: P::EXTRAS.title && sends,
        build: P::BUILD.build_hash,
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
