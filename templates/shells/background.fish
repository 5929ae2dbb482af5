# Ziron for fish, background mode: the sections go where ziron.fish names them.

@@values
set -g _ziron_folder @FOLDER@
set -g _ziron_socket $_ziron_folder/socket
set -g _ziron_files $_ziron_folder/s.$fish_pid # .ask is the question, .reply the answer
set -g _ziron_pid $_ziron_folder/pid
set -g _ziron_process '' # the daemon, as the system shows it
set -g _ziron_seq 0
set -g _ziron_seq_high (builtin random) # Else answers to a shell that was here before (exec) could be taken for ours.
set -g _ziron_seq_low
set -g _ziron_rest # prompts for which the daemon is left alone, since it did not answer in time twice in a row
set -g _ziron_late # something if it did not answer in time when it was last asked
set -g _ziron_looks 1 2 3 4 5 6 7 8 9 10 # how often to look for an answer, a hundred times each; some 30 ms
set -g _ziron_question # what was asked last, without its number
set -g _ziron_seen '' # what .reply began with when it was last looked at
set -g _ziron_is_new 0 # a newer picture has come, which fish_prompt need not ask for: 1 when fish has taken note of that, 2 when it may not have
set -g _ziron_told 0 # the daemon has said so since it was last asked
set -g _ziron_asks 0 # the prompt is being drawn, and looks for news itself when that is done

@@functions
# The background mode: no process. The question is one file, the answer another. fish cannot wait for a file with a
# deadline, so that it looks again and again, for some 30 ms at most; as a rule it takes a few looks, and after an empty
# line none. Whatever goes wrong is left to the program. Every step costs some microseconds, the copy of a long list
# many.
function _ziron_ask
    if set -q _ziron_rest[1]
        set -e _ziron_rest[1]
        return 1
    end
    if not builtin test -e "$_ziron_process"
        set _ziron_question # What the one before had for an empty line is not kept up to date any more.
        # Another one may have begun meanwhile. Where none has, nobody would say that what an empty line shows is old.
        builtin test -e $_ziron_pid -a -O $_ziron_folder -a ! -L $_ziron_folder@PROOF@; and builtin read --delimiter ' ' process rest <$_ziron_pid; or return 1
        set -g _ziron_process /proc/$process/exe # One that has ended, and that nobody has taken note of, has none.
        builtin test -d /proc/self; or set _ziron_process / # Here it cannot be told.
        builtin test -e $_ziron_process; or return 1
    end
    # The folder is the proof of who is at the other end: only root and this user can put anything there. The program
    # has checked its whole path.
    if not builtin test -e $_ziron_files.reply -a -S $_ziron_socket@PROOF@
        builtin test -S $_ziron_socket -a -O $_ziron_folder -a ! -L $_ziron_folder@PROOF@; or return 1
        builtin printf '' >$_ziron_files.reply
    end
    set -l jobs 0
    builtin jobs --query; and set jobs (builtin jobs --group 2>/dev/null | builtin count)
    set -l keymap insert
    if not set -q _ziron_vi
        _ziron_is_vi; and set -g _ziron_vi 1; or set -g _ziron_vi 0
    end
    builtin test $_ziron_vi = 1; and set keymap $fish_bind_mode
    set -l pipe $_ziron_codes[2..-1]
    # Here and no sooner: a variable of the plan may be called as one of these, and fish tells of local ones too.
    @MORE@
    set -q _ziron_world; or _ziron_find_world
    set -l question status=$_ziron_codes[1]\x1fpipe="$pipe"\x1fjobs=$jobs\x1fshlvl="$SHLVL"\x1fkeymap=$keymap\x1fcolumns="$COLUMNS$_ziron_world"
    set -l kind
    set -l seq
    set -l state
    set -l left
    set -l right
    set -l small
    set -l small_right
    set -l prelude
    set -l held # what an empty line shows: the left part, or = for the same
    set -l held_right
    set -l held_small
    set -l held_small_right
    set -l held_prelude
    set -l rest
    set -l before $_ziron_seq
    # One more: the last two digits come from a list, since counting takes many times longer.
    if not set -q _ziron_seq_low[1]
        set _ziron_seq_high (builtin math $_ziron_seq_high + 1)
        set -l digit 0 1 2 3 4 5 6 7 8 9
        set _ziron_seq_low 0$digit 1$digit 2$digit 3$digit 4$digit 5$digit 6$digit 7$digit 8$digit 9$digit
    end
    set _ziron_seq $_ziron_seq_high$_ziron_seq_low[1]
    set -e _ziron_seq_low[1]
    set -l how duration="$_ziron_duration"
    # Nothing has run, and nothing is different here: what was drawn for that is shown at once. Should anything else be,
    # the daemon says so.
    if builtin test "$_ziron_new$_ziron_ran$question" = "10$_ziron_question"
        builtin read --null --delimiter \x1f kind seq state left right small small_right prelude held held_right held_small held_small_right held_prelude rest <$_ziron_files.reply
        if builtin test "$seq" = $before
            if builtin test "$held" = =\x1e
                set how held=1
            else if builtin string match --quiet --regex '^(?<prelude>[^\x1e]*)\x1e$' -- "$held_prelude"
                set how held=1
                set left $held
                set right $held_right
                set small $held_small
                set small_right $held_small_right
            end
        end
    end
    set _ziron_question $question
    set _ziron_told 0
    set _ziron_asks 1
    @PROVE@
    builtin printf 'draw\x1fv=1\x1fbuild=@BUILD@\x1fshell=fish\x1fpid=%s\x1fanswer=file\x1fredraw=1\x1fseq=%s\x1f%s\x1f%s\x1e' \
        $fish_pid $_ziron_seq $how $question >$_ziron_files.ask
    if not builtin test $how = held=1
        for round in $_ziron_looks
            for look in 0 1 2 3 4 5 6 7 8 9 {1,2,3,4,5,6,7,8,9}{0,1,2,3,4,5,6,7,8,9}
                builtin read --null --delimiter \x1f kind seq state left right small small_right prelude held rest <$_ziron_files.reply
                builtin test "$kind$seq" = "$_ziron_seen"; and continue
                set _ziron_seen $kind$seq
                builtin test "$seq" = $_ziron_seq; and break
                builtin contains -- "$kind" '' drawn redraw; or break # Not one to talk to.
            end
            builtin test "$seq" = $_ziron_seq; and break
            builtin contains -- "$kind" '' drawn redraw; or break
        end
        if not builtin test "$seq" = $_ziron_seq
            set -q _ziron_late[1]; and set _ziron_rest 1 2 3 4 5
            set _ziron_late 1
            return 1
        end
        set _ziron_late
        # Whole it is only with its end; what later versions append is left alone.
        builtin test "$kind" = drawn -o "$kind" = redraw
        and builtin string match --quiet --regex '^(?<prelude>[^\x1e\x1f]*)(?s:.*)\x1e\x1f*$' -- "$prelude"\x1f"$held"\x1f"$rest"
        or return 1
    end
    set _ziron_left $left
    set _ziron_right $right
    set _ziron_transient_left $small
    set _ziron_transient_right $small_right
    set _ziron_prelude $prelude
    set _ziron_asks 0
    builtin test $_ziron_told = 0; or _ziron_find_news # They came before what they are news to.
    return 0
end

# Where something in the prompt depends on when commands begin. A question that has not been read is of a prompt that
# nobody looks at any more.
if test @EVENTS@ = 1
    function _ziron_tell_start --on-event fish_preexec
        builtin test -e $_ziron_files.reply -a -S $_ziron_socket@PROOF@; or return 0
        builtin printf 'event\x1fname=command-start\x1e' >$_ziron_files.ask
    end
end

# What the prompt depends on has changed: where this is, or a variable of the plan.
function _ziron_world_changed --on-variable PWD@ENVIRONMENT@
    set -e _ziron_world
end

function _ziron_keys_changed --on-variable fish_key_bindings
    set -e _ziron_vi
end

function _ziron_find_world
    set -g _ziron_world ''
    _ziron_add_field path "$PWD"
    for _ziron_name in @VARIABLES@
        set -q --export $_ziron_name; and _ziron_add_field e.$_ziron_name "$$_ziron_name"
    end
end

function _ziron_add_field --argument-names name value
    if builtin string match --quiet --regex '[\x1d-\x1f]' -- $value
        # The dot keeps line ends that the value may end with.
        set value (builtin string replace --all \x1d \x1d']' -- $value. | builtin string collect)
        set value (builtin string replace --all \x1e \x1d'^' -- $value | builtin string collect)
        set value (builtin string replace --all \x1f \x1d'_' -- $value | builtin string collect)
        builtin string match --quiet --regex '^(?s:(?<value>.*))\.$' -- $value
    end
    set -g _ziron_world $_ziron_world\x1f$name=$value
end

# Reads the newest picture; true if it is another one than what is to be shown.
function _ziron_find_news
    set -l kind
    set -l seq
    set -l state
    set -l left
    set -l right
    set -l small
    set -l small_right
    set -l rest
    builtin test -e $_ziron_files.reply@PROOF@; or return 1
    builtin read --null --delimiter \x1f kind seq state left right small small_right rest <$_ziron_files.reply
    builtin test "$seq" = $_ziron_seq -a \( "$kind" = redraw -o "$kind" = drawn \); or return 1
    set -g _ziron_transient_left $small
    set -g _ziron_transient_right $small_right
    builtin test "$left$right" = "$_ziron_left$_ziron_right"; and return 1
    set -g _ziron_left $left
    set -g _ziron_right $right
    return 0
end

# The daemon says that there is a newer picture, with a signal that does nothing in shells that do not listen. It says
# so again some time later: fish forgets a signal that comes just before it waits for keys, and draws nothing again
# while it does so already, in a command substitution. It must not be told twice: while it waits for the character of a
# jump, fish 3 would end.
function _ziron_listen --on-signal URG
    set -g _ziron_told 1
    builtin test $_ziron_asks = 0; or return 0
    _ziron_find_news; and builtin test $_ziron_is_new = 0; or builtin test $_ziron_is_new = 2; or return 0
    set -g _ziron_is_new 1
    builtin status is-command-substitution; and set -g _ziron_is_new 2
    builtin commandline -f repaint
end

@@ask
    set -l known 0
    if builtin test $_ziron_is_new != 0
        # A repaint that shows news asks for nothing. It may come only after the next prompt, to which they are none.
        if builtin test $_ziron_new = 0
            set known 1
            set _ziron_is_new 0
        else
            set _ziron_is_new 2
        end
    end
    if builtin test $known = 1; or _ziron_ask
        _ziron_show
        return
    end
    set _ziron_asks 0
