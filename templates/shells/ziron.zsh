# Ziron for zsh. Build @BUILD@.
#
# One process a prompt: precmd asks the binary for all parts at once and keeps them in variables, and the prompt shows
# those variables. zsh does not expand what a variable holds a second time, so text from the world is never run.

\builtin typeset -g _ziron_path=@ZIRON@
\builtin typeset -g _ziron_continuation=@CONTINUATION@
\builtin typeset -g _ziron_transient=@TRANSIENT@
\builtin typeset -g _ziron_marks=@MARKS@
@@values

# The quoted text is read without aliases and as plain zsh, whatever options the user likes; and its functions run so
# too (zsh calls this a sticky emulation). It must therefore hold no single quote.
\builtin emulate zsh -o no_aliases -o no_xtrace -c '
builtin zmodload zsh/datetime 2>/dev/null
builtin typeset -g _ziron_status=0 _ziron_pipestatus=0 _ziron_start= _ziron_duration= _ziron_keymap=main _ziron_look= _ziron_traps=
builtin typeset -g _ziron_jobs=0 _ziron_counts= # how many jobs the prompt shows, and whether the end of one is waited for
builtin typeset -g _ziron_left= _ziron_right= _ziron_transient_left= _ziron_transient_right= _ziron_prelude=
builtin typeset -gi _ziron_doubt # a descriptor, while it is not known whether the line goes on
builtin typeset -gi _ziron_recount # another, while the prompt has not been shown whose jobs may have ended meanwhile
builtin typeset -ga _ziron_whole # its prompt
builtin typeset -g _ziron_waits= _ziron_hidden= # whether a whole prompt waits for a line, and whether it has not been shown yet

@@functions
function _ziron_preexec {
  [[ $1$3 != *trap* ]] || _ziron_look=1
  [[ $_ziron_marks != 1 ]] || builtin print -n "\e]133;C\a" # The output of the command begins.
  _ziron_start=${EPOCHREALTIME-}
  @@event
}

# Once before each prompt: asks for every part of it. With an argument: draws it again. One function, since each that is
# called costs some ten microseconds.
function _ziron_precmd {
  builtin local _ziron_now=$? _ziron_pipe="${(j: :)pipestatus}" _ziron_reply _ziron_parts _ziron_failure _ziron_ran=${1-$_ziron_start}
  _ziron_jobs="${(%):-%j}" # A subshell has none.
  if (( ! $# )); then
    (( ! _ziron_doubt )) || _ziron_end_doubt
    _ziron_duration=
    if [[ -z $_ziron_ran ]]; then
      [[ $_ziron_now == $_ziron_status ]] || _ziron_pipe=$_ziron_now # A line given up with Ctrl-C has a status but no pipe.
    elif (( EPOCHREALTIME >= _ziron_ran )); then # Else the clock was set back.
      _ziron_duration=$(( (EPOCHREALTIME - _ziron_ran) * 1000 ))
      _ziron_duration=${_ziron_duration%.*}
    fi
    _ziron_status=$_ziron_now _ziron_pipestatus=$_ziron_pipe _ziron_start= _ziron_keymap=main
  fi
  @@ask
  _ziron_reply=$(exec "$_ziron_path" prompt --all @DIRECT@--shell zsh --status "$_ziron_status" --pipestatus "$_ziron_pipestatus" \
    --cmd-duration "$_ziron_duration" --jobs "$_ziron_jobs" --shlvl "$SHLVL" --keymap "$_ziron_keymap" \
    --terminal-width "$COLUMNS" --logical-path "$PWD" </dev/null 2>/dev/null)
  _ziron_parts=("${(@ps:\x1f:)_ziron_reply}")
  if (( $#_ziron_parts >= 6 )); then
    _ziron_left=$_ziron_parts[1] _ziron_right=$_ziron_parts[2] _ziron_transient_left=$_ziron_parts[3] _ziron_transient_right=$_ziron_parts[4]
    _ziron_prelude=$_ziron_parts[5]
  else # The binary is gone or broken: a plain prompt, without a word.
    _ziron_left="%1~ %# " _ziron_right= _ziron_transient_left= _ziron_transient_right= _ziron_prelude=
  fi
  [[ -z $_ziron_prelude ]] || (( $# )) || builtin print -rn -- "$_ziron_prelude"
}

# vi-mode: draws again when the mode differs from the one that is shown.
function _ziron_mode {
  [[ $KEYMAP != "$_ziron_keymap" ]] || return 0
  _ziron_keymap=$KEYMAP
  builtin local _ziron_before=$_ziron_left$_ziron_right
  _ziron_precmd again
  [[ $_ziron_left$_ziron_right == "$_ziron_before" ]] || _ziron_redraw
}

# A widget: a child has ended. If it was a job, zsh has said so and shown the prompt again below, with the count that it
# had.
function _ziron_count_again {
  [[ ${(%):-%j} != "$_ziron_jobs" ]] && _ziron_can_draw || return 0
  builtin local _ziron_before=$_ziron_left$_ziron_right
  _ziron_precmd again
  [[ $_ziron_left$_ziron_right == "$_ziron_before" ]] || _ziron_redraw
}

# Shows what is to be shown now, in a widget. `reset-prompt` goes up to where the prompt begins, at once, and draws with
# the next refresh: a second one before that, ours or one of a plugin, would go up once more and take away lines of
# output. So what has been put off is done before and after; and the plugins that count them hear of ours.
function _ziron_redraw {
  builtin zle -R
  builtin zle reset-prompt
  builtin zle -R
}

# Whether the prompt can be drawn now, outside of the widgets of the editor. Not while zsh asks whether to go on with a
# long list: it draws the prompt anew itself afterwards, from another place. Then KEYS still holds the keys that brought
# the list, unless the question is that of LISTPROMPT.
function _ziron_can_draw {
  [[ -z $KEYS || $WIDGET == (|.)(self-insert|*quoted-insert|vi-*) ]] || return 1
  [[ -z ${LISTPROMPT-} || $WIDGET != *(complete|expand|list|menu)* ]]
}

# A widget: there is news.
function _ziron_news {
  ! _ziron_can_draw || _ziron_redraw
}

# The line has been accepted or given up: replaces its prompt with the small one.
function _ziron_shrink {
  [[ $_ziron_transient == 1 && ${CONTEXT-start} == start && -n $_ziron_transient_left ]] || return 0
  _ziron_left=$_ziron_transient_left _ziron_right=$_ziron_transient_right
  builtin zle -R
  builtin zle .reset-prompt
}

# A widget: Ctrl-C. As a rule that gives up the line, but where it only ends a question of the editor, the line goes on.
# Whether it does is seen when the editor next waits for a key: /dev/null always has something to say.
function _ziron_give_up {
  [[ $_ziron_transient == 1 && ${ZLE_RECURSIVE-0} == 0 && -n $_ziron_transient_left ]] && _ziron_can_draw || return 0
  (( _ziron_doubt )) || _ziron_whole=("$_ziron_left" "$_ziron_right")
  _ziron_shrink
  (( ! _ziron_doubt )) || _ziron_end_doubt # when another Ctrl-C came in between
  builtin exec {_ziron_doubt}</dev/null
  builtin zle -F $_ziron_doubt _ziron_go_on
}

# The shell ends. With Ctrl-D in an empty line its prompt is still whole, and the cursor in the line below it.
function _ziron_leave {
  [[ -n $_ziron_waits && -z $_ziron_hidden && -z $_ziron_start && -n $_ziron_transient_left && $TERM != dumb && -t 1 ]] && ! builtin zle || return 0
  builtin local line right
  builtin local -i rows=0 width
  for line in "${(@f)${(%)${(S)_ziron_left//\%\{*\%\}}}}"; do
    (( rows += ${(m)#line} <= COLUMNS ? 1 : (${(m)#line} + COLUMNS - 1) / COLUMNS ))
  done
  (( rows < LINES )) || return 0
  right=${(%)${(S)_ziron_transient_right//\%\{*\%\}}}
  (( width = ${(m)#right} ))
  builtin print -n "\r\e[${rows}A\e[J"
  builtin print -rn -- "${(%)_ziron_transient_left}"
  if (( width && width <= COLUMNS / 2 )); then
    builtin print -n "\e[$(( COLUMNS - width ))G"
    builtin print -rn -- "${(%)_ziron_transient_right}"
  fi
  builtin print
}

function _ziron_go_on {
  _ziron_end_doubt
  _ziron_left=$_ziron_whole[1] _ziron_right=$_ziron_whole[2]
  builtin zle _ziron_news
}

function _ziron_end_doubt {
  builtin local fd=$_ziron_doubt
  _ziron_doubt=0
  _ziron_leave_alone $fd
}

# A job can end after its prompt was drawn and before the editor hears of it. So the editor is called when it has shown
# the prompt: /dev/null always has something to say.
function _ziron_count_soon {
  [[ -o zle ]] || return 0
  builtin exec {_ziron_recount}</dev/null
  builtin zle -F $_ziron_recount _ziron_count_now
}

function _ziron_count_now {
  _ziron_end_recount
  builtin zle _ziron_count_again
}

function _ziron_end_recount {
  builtin local fd=$_ziron_recount
  _ziron_recount=0
  _ziron_leave_alone $fd
}

function _ziron_leave_alone {
  builtin local fd=$1
  builtin zle -F $fd 2>/dev/null
  builtin exec {fd}<&-
}
'

# What follows calls the user's own widgets and traps, or sets options and traps, so it runs with the user's options. It
# is read with the user's aliases too, hence the backslashes, and no reserved words. The guards stop a circle: ours
# calls theirs, which was made when ours was in place.
_ziron_keymap_select() {
  \builtin test -z "${_ziron_in_keymap-}" || \builtin return 0
  \builtin local _ziron_in_keymap=1
  _ziron_mode
  \builtin test -z "${widgets[_ziron_user_keymap_select]-}" || \builtin zle _ziron_user_keymap_select -- "$@"
}

_ziron_line_finish() {
  \builtin test -z "${_ziron_in_finish-}" || \builtin return 0
  \builtin local _ziron_in_finish=1
  \builtin test -z "${widgets[_ziron_user_line_finish]-}" || \builtin zle _ziron_user_line_finish -- "$@"
  _ziron_shrink
}

# With a TRAPINT of the user's: before it.
_ziron_interrupt() {
  \builtin test -z "${_ziron_in_interrupt-}" || \builtin return 0
  \builtin local _ziron_in_interrupt=1
  \builtin zle && \builtin zle _ziron_give_up
  _ziron_user_interrupt "$@"
}

# After all other hooks, before a prompt.
_ziron_arm() {
  # Others change these; and they can only be set out here, since a sticky emulation puts options back.
  \builtin setopt prompt_subst prompt_percent no_prompt_bang
  @@renew
  \builtin test "$_ziron_jobs$_ziron_counts" = 0 || _ziron_count_jobs
  # Ctrl-C is no way to finish a line, it is a signal. The trap is there for the line editor only, and breaks a line as
  # the editor does.
  \builtin test "$_ziron_transient" = 1 || \builtin return 0
  _ziron_waits=1 _ziron_hidden=1
  _ziron_trap_is_wanted INT || \builtin return 0
  TRAPINT() {
    \builtin zle && \builtin zle _ziron_give_up
    \builtin return $(( 128 + $1 ))
  }
}

# Before a command.
_ziron_disarm() {
  _ziron_waits=
  _ziron_is_armed && \builtin unfunction TRAPINT
  \builtin test -z "$_ziron_counts" || _ziron_stop_counting
  \builtin return 0
}

# While there are jobs and a line is edited: whoever ends may be one.
_ziron_count_jobs() {
  _ziron_stop_counting
  \builtin test "$_ziron_jobs" != 0 || \builtin return 0
  _ziron_counts=1
  _ziron_count_soon
  _ziron_trap_is_wanted CHLD || \builtin return 0
  TRAPCHLD() {
    \builtin zle && \builtin zle _ziron_count_again || \builtin true
  }
}

_ziron_stop_counting() {
  _ziron_counts=
  \builtin test "$_ziron_recount" = 0 || _ziron_end_recount
  _ziron_is_counting && \builtin unfunction TRAPCHLD
  \builtin return 0
}

@@begin_again
# Before all other hooks, where there are trap functions. In zsh 5.9, when one has returned a status, the first hook of
# the next prompt is not run: this one.
_ziron_yield() {
  \builtin return 0
}

\builtin emulate zsh -o no_aliases -o no_xtrace -c '
# Puts ours in front of a widget of the user, who goes on being called.
function _ziron_wrap {
  [[ ${widgets[zle-$1]-} != "user:$2" ]] || builtin return 0
  [[ -z ${widgets[zle-$1]-} ]] || builtin zle -A "zle-$1" "$3"
  builtin zle -N "zle-$1" "$2"
}
function _ziron_is_armed {
  [[ ${functions[TRAPINT]-} == *_ziron_give_up* ]]
}
function _ziron_is_counting {
  [[ ${functions[TRAPCHLD]-} == *_ziron_count_again* ]]
}
function _ziron_has_trap { # of the user
  [[ $_ziron_transient == 1 && -n ${functions[TRAPINT]-} && $functions[TRAPINT] != *_ziron_* ]]
}
function _ziron_trap_is_wanted { # for a signal
  [[ -o zle ]] && (( ! $+functions[TRAP$1] )) || builtin return 1
  if [[ -n $_ziron_look ]]; then # Has the user set a trap that is no function? A fork, so only after a command that says so.
    builtin local traps
    builtin trap | builtin read -rd "" traps
    _ziron_traps=" ${(ps:\n:)traps} " _ziron_look=
  fi
  [[ $_ziron_traps != *" $1 "* ]]
}

_ziron_look=1
@@connect
if [[ -o zle ]] && builtin zmodload zsh/zle zsh/parameter 2>/dev/null; then
  builtin zle -N _ziron_news
  builtin zle -N _ziron_give_up
  builtin zle -N _ziron_count_again
  _ziron_wrap keymap-select _ziron_keymap_select _ziron_user_keymap_select
  [[ $_ziron_transient != 1 ]] || _ziron_wrap line-finish _ziron_line_finish _ziron_user_line_finish
fi
precmd_functions=("${(@)precmd_functions:#_ziron_(yield|precmd|arm)}" _ziron_precmd _ziron_arm)
[[ $_ziron_transient != 1 ]] || zshexit_functions=(_ziron_leave "${(@)zshexit_functions:#_ziron_leave}")
[[ $_ziron_transient != 1 ]] && (( ! $+functions[TRAPINT] )) || precmd_functions=(_ziron_yield "$precmd_functions[@]")
preexec_functions=("${(@)preexec_functions:#_ziron_(preexec|disarm)}" _ziron_preexec _ziron_disarm)

PS1="\${_ziron_left}" RPS1="\${_ziron_right}"
[[ $_ziron_transient != 1 ]] || PS1+="\${_ziron_hidden::=}"
[[ -z $_ziron_continuation ]] || PS2="\${_ziron_continuation}"
'
_ziron_has_trap && {
  functions[_ziron_user_interrupt]="${functions[TRAPINT]}"
  TRAPINT() { _ziron_interrupt "$@"; \builtin return $?; }
}
\builtin setopt prompt_subst prompt_percent no_prompt_bang
