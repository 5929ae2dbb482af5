//! Segments and pen ask for no memory.

use ziron::{Parts, Prompt};
use ziron_benches::{Counting, DEFAULT_PROMPT, Sample, allocations};
use ziron_runtime::pen::{Pen, Terminal};
use ziron_runtime::shell::Shell;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const SHELLS: [Shell; 4] = [Shell::Plain, Shell::Zsh, Shell::Bash, Shell::Tcsh];

#[test]
fn drawing_the_default_prompt_asks_for_no_memory() {
    let sample = Sample::new().expect("facts");
    let facts = sample.facts();
    let mut out = Vec::with_capacity(8192);
    for shell in SHELLS {
        let Prompt { left, right, transient_left, transient_right, .. } = DEFAULT_PROMPT;
        let parts = [
            ("left", left),
            ("right", right),
            ("transient", transient_left),
            ("right transient", transient_right),
        ];
        for (name, part) in parts {
            let Some(part) = part else { continue };
            out.clear();
            let count = allocations(|| {
                let mut pen = Pen::new(&mut out, shell, 80);
                part(&facts, &mut pen);
                pen.finish();
            });
            assert_eq!(count, 0, "{name} for {shell:?}");
        }
    }
}

#[test]
fn a_whole_reply_asks_for_no_memory() {
    let sample = Sample::new().expect("facts");
    let facts = sample.facts();
    let mut out = Vec::with_capacity(8192);
    let count = allocations(|| {
        DEFAULT_PROMPT.draw(&facts, sample.request(), Parts::ALL, &Terminal::default(), &mut out);
    });
    assert_eq!(count, 0);
    let text = String::from_utf8(out).expect("UTF-8");
    for shown in ["main", "[!?", "v1.2.3", "v20.1.0", "v1.95.0", "v3.13.1", "v1.25.0", "1m1s", "❯"] {
        assert!(text.contains(shown), "{shown} is not in {text:?}");
    }
}

#[test]
fn the_counter_counts() {
    assert_eq!(allocations(|| drop(std::hint::black_box(Vec::<u8>::with_capacity(1)))), 1);
}
