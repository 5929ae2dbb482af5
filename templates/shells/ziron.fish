# Ziron for fish. Build @BUILD@.
#
# One process a prompt: fish_prompt asks the binary for all parts at once, and fish_right_prompt, which fish calls next, shows what is left.

set -g _ziron_path @ZIRON@
set -g _ziron_transient @TRANSIENT@
set -g _ziron_codes 0 0 # the status, then that of each command in the pipe
set -g _ziron_duration ''
set -g _ziron_ran 0 # a command has run since the last prompt
set -g _ziron_new 0 # the prompt is a new one, and what comes before it has not been printed yet
set -g _ziron_shrink 0 # the next drawing of the prompt is that of an accepted line
set -g _ziron_left ''
set -g _ziron_right ''
set -g _ziron_transient_left ''
set -g _ziron_transient_right ''
set -g _ziron_prelude ''
@@values

# Once for each new prompt, unlike fish_prompt, which is called for repaints too. Also, others may wrap fish_prompt and change the status.
function _ziron_new_prompt --on-event fish_prompt
    set -g _ziron_codes $status $pipestatus
    set -g _ziron_duration ''
    test $_ziron_ran = 1; and set _ziron_duration $CMD_DURATION # else an empty line
    set -g _ziron_new 1
    set -g _ziron_shrink 0
end

function _ziron_command_ended --on-event fish_postexec
    set -g _ziron_ran 1
end

# Only vi-mode's own bindings have this one.
function _ziron_is_vi
    builtin bind --preset --mode insert \e >/dev/null 2>&1
end

# Without vi-mode there is one mode, and its name is that of vi's normal mode.
function _ziron_keymap
    if _ziron_is_vi
        builtin echo $fish_bind_mode
    else
        builtin echo insert
    end
end

# fish marks the output of a command from 4.0 on.
if test @MARKS@ = 1; and string match -qr '^[0-3]\.' -- $version
    function _ziron_output_begins --on-event fish_preexec
        builtin printf '\e]133;C\a' >&2
    end
end

# The prompt names the window: the shell must not, right after it.
if test @TITLE@ = 1
    function fish_title
    end
end

# Shows what has been drawn.
function _ziron_show
    if test $_ziron_new = 1
        test -z "$_ziron_prelude"
        or builtin printf '%s' $_ziron_prelude >&2 # Standard output is the prompt, which fish shows again at each repaint.
        set _ziron_new 0
        set _ziron_ran 0
    end
    builtin printf '\e[J%s' $_ziron_left
end

@@functions
function fish_prompt --description 'Ziron: left prompt'
    if test "$_ziron_shrink" = 1; or builtin contains -- --final-rendering $argv
        if test -n "$_ziron_transient_left"
            builtin printf '\e[J%s' $_ziron_transient_left # A repaint leaves the lines below as they were.
            return
        end
    end
    @@ask
    set -l end
    set _ziron_left ''
    set _ziron_right ''
    set _ziron_transient_left ''
    set _ziron_transient_right ''
    set _ziron_prelude ''
    if test -x "$_ziron_path"
        command $_ziron_path prompt --all @DIRECT@--shell fish --status $_ziron_codes[1] --pipestatus "$_ziron_codes[2..-1]" \
            --cmd-duration "$_ziron_duration" --jobs (builtin jobs --group 2>/dev/null | builtin count) --shlvl "$SHLVL" \
            --keymap (_ziron_keymap) --terminal-width "$COLUMNS" --logical-path "$PWD" </dev/null 2>/dev/null \
            | read --null --delimiter \x1f _ziron_left _ziron_right _ziron_transient_left _ziron_transient_right _ziron_prelude end
    end
    if test -z "$_ziron_left$_ziron_right" # The binary is gone or broken: a plain prompt, without a word.
        set _ziron_left (prompt_pwd)'> '
    end
    _ziron_show
end

function fish_right_prompt --description 'Ziron: right prompt'
    if test "$_ziron_shrink" = 1; or builtin contains -- --final-rendering $argv
        if test -n "$_ziron_transient_left"
            builtin printf '%s' $_ziron_transient_right
            return
        end
    end
    builtin printf '%s' $_ziron_right
end

# The prompt shows the mode itself.
builtin functions --erase fish_mode_prompt

if test "$_ziron_transient" = 1
    if string match -qr '^(?:[0-3]\.|4\.0)' -- $version
        function _ziron_shrink_now
            set -g _ziron_shrink 1
            # What fish suggests was not typed, and a line that was typed ahead is accepted before fish takes the suggestion away.
            builtin commandline -f suppress-autosuggestion 2>/dev/null
            builtin commandline -f repaint
        end

        function _ziron_accept
            if not builtin commandline --paging-mode # where Enter picks
                # Not an incomplete line, which goes on below, nor a wrong one, which stays.
                set -l line (builtin commandline)
                if not string match -qr '\S' -- "$line"; or builtin commandline --is-valid
                    _ziron_shrink_now
                end
            end
            _ziron_is_vi; and set fish_bind_mode insert
            builtin commandline -f execute
        end

        function _ziron_cancel
            set -l line (builtin commandline)
            test -z "$line"; or _ziron_shrink_now
            _ziron_is_vi; and set fish_bind_mode insert
            builtin commandline -f cancel-commandline
        end

        # Ctrl-D in an empty line ends the shell.
        function _ziron_end
            test -n (builtin commandline | string collect); or _ziron_shrink_now
            builtin commandline -f delete-or-exit
        end

        # After a cancelled line fish shows the same prompt again, and that is not a new prompt to it.
        function _ziron_cancelled --on-event fish_cancel
            set -g _ziron_shrink 0
            builtin commandline -f repaint
        end

        for mode in default insert replace
            builtin bind --mode $mode \r _ziron_accept
            builtin bind --mode $mode \n _ziron_accept
            builtin bind --mode $mode \cc _ziron_cancel
            builtin bind --user --mode $mode \cd >/dev/null 2>&1; or builtin bind --mode $mode \cd _ziron_end
        end
    else
        set -g fish_transient_prompt 1
    end
end
