# Ziron for tcsh. Build @BUILD@.
#
# tcsh has no way to read a text of several lines but `eval`, which makes one line of them: a line that begins with # is left out when the
# script is printed, each other one is a whole command.
#
# Two processes a prompt: tcsh cannot split a text, so that awk makes a word of each part, and prints the prelude. The `%{%}` shows nothing;
# without it tcsh would drop an empty part. What a variable holds is not expanded again; the prompt's own % ! and \ are doubled by the binary.

set _ziron_path = @ZIRON@;
set _ziron_continuation = @CONTINUATION@;
set _ziron_awk = 'BEGIN { RS = "\037" } NR == 5 { printf "%s", $0 > "/dev/tty"; next } { print "%{%}" $0 }';
set _ziron_status = 0;
set _ziron_start = "";
set _ziron_ready = 0;
set _ziron_duration = "";
set _ziron_parts = ();
# A clock in milliseconds, or in seconds where `date` knows no better.
set _ziron_clock = "+%s%3N";
if ("`date +%3N |& cat`" !~ [0-9][0-9][0-9]) set _ziron_clock = "+%s000";

alias _ziron_capture 'set _ziron_status = $status';
alias _ziron_begin 'set _ziron_start = "`\date $_ziron_clock`"';
alias _ziron_end 'set _ziron_duration = ""; if ("$_ziron_start" != "" && $_ziron_ready) @ _ziron_duration = "`\date $_ziron_clock`" - $_ziron_start; set _ziron_start = ""; set _ziron_ready = 1';
# Between backquotes `$x:q` does not keep what quotes mean; in an alias that is called there it does.
alias _ziron_run '$_ziron_path:q prompt --all --shell tcsh --status $_ziron_status --pipestatus $_ziron_status --cmd-duration "$_ziron_duration" --jobs "" --shlvl "$_ziron_shlvl" --keymap "" --terminal-width "$_ziron_width" --logical-path $cwd:q < /dev/null |& \awk $_ziron_awk:q';
alias _ziron_level 'set _ziron_shlvl = "$SHLVL"';
alias _ziron_ask 'set _ziron_width = "`echotc co`"; set _ziron_shlvl = ""; if ($?SHLVL) eval _ziron_level; set _ziron_parts = ("`_ziron_run`")';
alias _ziron_plain 'set prompt = "%c %# "; set rprompt = ""';
alias _ziron_show 'set prompt = "$_ziron_parts[1]"; set rprompt = "$_ziron_parts[2]"';
alias _ziron_draw 'set _ziron_parts = (); if (-x $_ziron_path:q) eval _ziron_ask; if ($#_ziron_parts < 4) eval _ziron_plain; if ($#_ziron_parts >= 4) eval _ziron_show';

# The user's own aliases of these names go on being called.
if ("`alias precmd`" !~ *_ziron_*) alias _ziron_user_precmd "`alias precmd`";
if ("`alias postcmd`" !~ *_ziron_*) alias _ziron_user_postcmd "`alias postcmd`";
alias precmd '_ziron_capture; _ziron_end; _ziron_draw; _ziron_user_precmd';
alias postcmd '_ziron_user_postcmd; _ziron_begin';
if ("$_ziron_continuation" != "") set prompt2 = "$_ziron_continuation";
