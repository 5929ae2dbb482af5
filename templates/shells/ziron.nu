# Ziron for nushell. Build @BUILD@.
#
# One process a prompt: before each prompt the binary is asked for all parts at once. They are kept in a record, which nushell does not
# hand to programs, and shown as they are.

$env.config.hooks.pre_prompt = ($env.config.hooks.pre_prompt? | default [] | append {||
  let duration = if $env.CMD_DURATION_MS == "0823" or not ($env.ZIRON?.ran? | default false) { "" } else { $env.CMD_DURATION_MS }
  let jobs = try { job list | length } catch { 0 }
  let parts = try {
    (^@ZIRON@ prompt --all --shell nu --status $env.LAST_EXIT_CODE --pipestatus $env.LAST_EXIT_CODE
      --cmd-duration $duration --jobs $jobs --shlvl ($env.SHLVL? | default "") --keymap ""
      --terminal-width (term size).columns --logical-path $env.PWD | complete | get stdout | split row "\u{1f}")
  } catch { [] }
  $env.ZIRON = if ($parts | length) >= 6 {
    print --no-newline ($parts | get 4)
    { left: ($parts | get 0), right: ($parts | get 1), small: ($parts | get 2), small_right: ($parts | get 3), ran: false }
  } else { # The binary is gone or broken: a plain prompt, without a word.
    { left: "> ", right: "", small: "", small_right: "", ran: false }
  }
})
$env.config.hooks.pre_execution = ($env.config.hooks.pre_execution? | default [] | append {||
  if (commandline | str trim | is-not-empty) { $env.ZIRON = ($env.ZIRON? | default {} | upsert ran true) } # else an empty line
})

$env.PROMPT_COMMAND = {|| $env.ZIRON.left }
$env.PROMPT_COMMAND_RIGHT = {|| $env.ZIRON.right }
$env.PROMPT_INDICATOR = ""
$env.PROMPT_INDICATOR_VI_INSERT = ""
$env.PROMPT_INDICATOR_VI_NORMAL = ""
if @CONTINUATION@ != "" { $env.PROMPT_MULTILINE_INDICATOR = @CONTINUATION@ }
if @TRANSIENT@ == 1 {
  $env.TRANSIENT_PROMPT_COMMAND = {|| if ($env.ZIRON.small | is-empty) { $env.ZIRON.left } else { $env.ZIRON.small } }
  $env.TRANSIENT_PROMPT_COMMAND_RIGHT = {|| if ($env.ZIRON.small | is-empty) { $env.ZIRON.right } else { $env.ZIRON.small_right } }
}
