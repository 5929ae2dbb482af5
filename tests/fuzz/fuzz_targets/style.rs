//! Any text as a style, in a configuration with a palette.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| {
    let text = text.replace(['\'', '\n', '\r'], " ");
    let config = format!(
        "palette = 'p'\nformat = '[x]({text})$character'\n[palettes.p]\nred = '#123456'\n[directory]\nstyle = '{text}'\n"
    );
    ziron_compiler::plan_of(&config);
});
