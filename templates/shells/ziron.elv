# Ziron for elvish (0.18 and later). Build @BUILD@.
#
# One process a prompt: before each line the binary is asked for all parts at once, and the prompts show what it said. elvish shows a
# prompt as it is. The binary reads nothing; it is given the terminal because elvish does not know its width.

use str

var ziron-path = @ZIRON@
var ziron-status = 0
var ziron-pipestatus = 0
var ziron-duration = ''
var ziron-left = ''
var ziron-right = ''

# The status of a command from what it threw: of an external command its own, of all else 1.
fn ziron-status-of {|error|
  if (eq $error $nil) {
    put 0
    return
  }
  var code = 1
  try {
    var reason = $error[reason]
    if (eq $reason[type] external-cmd/exited) {
      set code = $reason[exit-status]
    } elif (eq $reason[type] external-cmd/signaled) {
      set code = (+ 128 $reason[signal-number])
    }
  } catch {
    # An exception without a type.
  }
  put $code
}

fn ziron-command-ended {|command|
  if $command[src][is-file] { # rc.elv
    return
  }
  set ziron-duration = ''
  try {
    set ziron-duration = (str:split . (to-string (* 1000 $command[duration])) | take 1)
    if (str:contains $ziron-duration e) { # A tiny number is written as 1e-05.
      set ziron-duration = 0
    }
  } catch {
    # No duration: unknown.
  }
  set ziron-status = (ziron-status-of $command[error])
  set ziron-pipestatus = $ziron-status
  try {
    if (eq $command[error][reason][type] pipeline) {
      var codes = [(each $ziron-status-of~ $command[error][reason][exceptions])]
      set ziron-pipestatus = (str:join ' ' $codes)
      set ziron-status = $codes[-1]
    }
  } catch {
    # Not a pipeline.
  }
}

fn ziron-draw {
  set ziron-right = ''
  set ziron-left = '> '
  try {
    var reply = ((external $ziron-path) prompt --all --shell elvish --status $ziron-status --pipestatus $ziron-pipestatus ^
      --cmd-duration $ziron-duration --jobs $num-bg-jobs --shlvl $E:SHLVL --keymap '' ^
      --terminal-width '' --logical-path $pwd </dev/tty 2>/dev/null | slurp)
    var parts = [(str:split "\x1f" $reply)]
    if (>= (count $parts) 6) {
      print $parts[4] >/dev/tty
      set ziron-left = $parts[0]
      set ziron-right = $parts[1]
    }
  } catch {
    # The binary is gone or broken: a plain prompt, without a word.
  }
  set ziron-duration = ''
}

set edit:after-command = [$@edit:after-command $ziron-command-ended~]
set edit:before-readline = [$@edit:before-readline $ziron-draw~]
set edit:prompt = { print $ziron-left }
set edit:rprompt = { print $ziron-right }
