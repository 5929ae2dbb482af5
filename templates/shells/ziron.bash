# Ziron for bash. Build @BUILD@.
#
# One process a prompt: after each command the binary is asked for all parts at once. What it says is escaped for two readers: bash's
# own prompt escapes, and the expansion that follows (promptvars).

\builtin shopt -q expand_aliases && _ziron_aliases=1 || _ziron_aliases=
\builtin shopt -u expand_aliases # Until the end of this text, the user's aliases do not change it.

_ziron_path=@ZIRON@
_ziron_continuation=@CONTINUATION@
_ziron_transient=@TRANSIENT@
_ziron_version=$((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1]))
_ziron_codes=(0 0) # the status, then that of each command in the pipe
_ziron_start=      # when the command began, in microseconds, or seconds before bash 5
_ziron_zero=('')   # lets PS0 calculate and show nothing
_ziron_jobs='\j'
_ziron_left= _ziron_right= _ziron_transient_left= _ziron_transient_right=
_ziron_fixed= # which of the variables of the shell cannot be changed, as on a hardened host
[[ $- != *u* ]] || { _ziron_fixed=nounset; \builtin set +u; }
if [[ $_ziron_version -ge 404 ]]; then
  [[ ${PROMPT_COMMAND@a} != *r* ]] || _ziron_fixed+=' PROMPT_COMMAND'
  [[ ${PS0@a} != *r* ]] || _ziron_fixed+=' PS0'
  [[ ${PS1@a} != *r* ]] || _ziron_fixed+=' PS1'
  [[ ${PS2@a} != *r* ]] || _ziron_fixed+=' PS2'
fi
[[ $_ziron_fixed != nounset* ]] || \builtin set -u
@@values

@@functions
# Draws the prompt. Must not fail, since `set -e` would end the shell, and must not use what is not set, as with `set -u`. bash copies a
# function whenever it calls it: what each prompt calls is short.
_ziron_draw() {
  builtin local IFS=$' \t\n' _ziron_took='' _ziron_count=0 _ziron_idle=''
  if [[ -n $_ziron_start ]]; then
    if [[ -n ${EPOCHREALTIME-} ]]; then
      _ziron_took=$(((${EPOCHREALTIME//[^0-9]/} - _ziron_start) / 1000))
    else
      _ziron_took=$(((SECONDS - _ziron_start) * 1000))
    fi
    [[ $_ziron_took != -* ]] || _ziron_took='' # The clock was set back.
    _ziron_start=
  elif [[ ${PS0-} == *_ziron_start* && ${PROMPT_COMMAND[*]-} == ': _ziron_prompt' ]]; then
    _ziron_idle=1 # Nothing has run, neither a command nor somebody's hook.
  fi
  [[ $_ziron_version -lt 404 ]] || _ziron_count=${_ziron_jobs@P}
  if [[ -z ${PWD-} ]]; then # It has been unset.
    builtin local PWD
    PWD=$(builtin pwd 2>/dev/null) || PWD=''
  fi
  @@ask
  _ziron_draw_directly
  _ziron_show
}

_ziron_draw_directly() {
  builtin local _ziron_said=''
  _ziron_said=$(\builtin exec "$_ziron_path" prompt --all @DIRECT@--shell bash --status "${_ziron_codes[0]}" \
    --pipestatus "${_ziron_codes[*]:1}" --cmd-duration "$_ziron_took" --jobs "$_ziron_count" --shlvl "${SHLVL-}" --keymap '' \
    --terminal-width "${COLUMNS-}" --logical-path "$PWD" </dev/null 2>/dev/null) || _ziron_said=''
  if [[ $_ziron_said == *$'\x1f'*$'\x1f'*$'\x1f'*$'\x1f'*$'\x1f' ]]; then
    _ziron_left=${_ziron_said%%$'\x1f'*}
    _ziron_said=${_ziron_said:${#_ziron_left}+1}
    _ziron_right=${_ziron_said%%$'\x1f'*}
    _ziron_said=${_ziron_said:${#_ziron_right}+1}
    _ziron_transient_left=${_ziron_said%%$'\x1f'*}
    _ziron_said=${_ziron_said:${#_ziron_transient_left}+1}
    _ziron_transient_right=${_ziron_said%%$'\x1f'*}
    _ziron_said=${_ziron_said:${#_ziron_transient_right}+1}
    _ziron_said=${_ziron_said%$'\x1f'} # The prelude, for the terminal as it is; bash shows its prompt on standard error too.
    [[ -z $_ziron_said ]] || builtin printf %s "$_ziron_said" >&2
  else # The binary is gone or broken: a plain prompt, without a word.
    _ziron_left='\W \$ ' _ziron_right= _ziron_transient_left= _ziron_transient_right=
  fi
}

# PS1 stays the same from prompt to prompt, and says where the prompt is: what others put around it stays, and they do not do so again and again.
# What a variable holds is read as a prompt once (@P), and then no more.
_ziron_show() {
  [[ ! -o posix ]] || _ziron_left=${_ziron_left//'!'/'!!'} # There `!` is the history number.
  if [[ $_ziron_version -lt 404 || -n ${BLE_VERSION-} ]]; then
    PS1=$_ziron_left
    [[ -z ${BLE_VERSION-} ]] || _ziron_ble || builtin return 0
  elif [[ ${PS1-} != *'${_ziron_left@P}'* && $_ziron_fixed != *PS1* ]]; then
    PS1='${_ziron_left@P}'
  fi
}

# Where PROMPT_COMMAND cannot be changed, PS1 asks, in a process of its own.
_ziron_draw_apart() {
  _ziron_codes=("$?" "${PIPESTATUS[@]}")
  [[ $_ziron_start != 0 ]] || _ziron_start=''
  _ziron_draw
  builtin printf %s "${_ziron_left@P}"
}

# ble.sh can show a right prompt, and replace both once the line has been accepted. It begins in the first line of the prompt, and ours belongs to the
# last: empty lines lead there. A right prompt that is not replaced by another one has to be taken away.
_ziron_ble() {
  builtin local _ziron_lines=''
  _ziron_lines=${_ziron_left//'\\\\'/}
  _ziron_lines=${_ziron_lines//'\n'/$'\n'}
  _ziron_lines=${_ziron_lines//[!$'\n']/}
  bleopt prompt_rps1="${_ziron_right:+$_ziron_lines$_ziron_right}"
  [[ $_ziron_transient == 1 && -n $_ziron_transient_left ]] || builtin return 0
  bleopt prompt_rps1_transient=always prompt_ps1_transient=always prompt_ps1_final="$_ziron_transient_left" prompt_rps1_final="$_ziron_transient_right"
}

# An element of PROMPT_COMMAND (bash 5.1 and later), where every element sees the status of the user's command.
_ziron_prompt() {
  _ziron_codes=("$?" "${PIPESTATUS[@]}")
  [[ -z ${BLE_VERSION-} || -z ${BLE_PIPESTATUS[*]-} ]] || _ziron_codes=("${_ziron_codes[0]}" "${BLE_PIPESTATUS[@]}")
  _ziron_draw
}

# Before bash 5.1 PROMPT_COMMAND is one string: this goes to its front, and hands the status on to what follows.
_ziron_capture() {
  _ziron_codes=("$?" "${PIPESTATUS[@]}")
  [[ $- == *e* ]] || builtin return "${_ziron_codes[0]}"
}

# And this to its end. Whoever has put something in front since then is put behind, for the next time.
_ziron_finish() {
  [[ $PROMPT_COMMAND == _ziron_capture* ]] || _ziron_hook_string
  _ziron_draw
}

_ziron_hook_string() {
  builtin local ours rest="${PROMPT_COMMAND-}"
  for ours in _ziron_capture _ziron_finish; do
    rest=${rest//$'\n'$ours/}
    rest=${rest//$ours$'\n'/}
    rest=${rest//$ours/:}
  done
  PROMPT_COMMAND=_ziron_capture$'\n'${rest:+$rest$'\n'}_ziron_finish
}

# The first element is left to the user (a bare `:` when there is none): whatever is done later to PROMPT_COMMAND as if it were a
# string is done to that, and ours keeps a place of its own. bash-preexec takes what runs after its last element for a command, and until its first
# prompt that is the element which sets it up.
_ziron_hook_array() {
  builtin local element elements ours=
  elements=()
  for element in "${PROMPT_COMMAND[@]}"; do
    [[ $element != _ziron_prompt ]] || builtin continue
    if [[ -z $ours && $element == *__bp_@(install|interactive_mode)* ]]; then
      [[ ${#elements[@]} -gt 0 ]] || elements=(:)
      elements+=(_ziron_prompt)
      ours=1
    fi
    elements+=("$element")
  done
  [[ ${#elements[@]} -gt 0 ]] || elements=(:)
  [[ -n $ours ]] || elements+=(_ziron_prompt)
  PROMPT_COMMAND=("${elements[@]}")
}

if [[ $_ziron_fixed == *PROMPT_COMMAND* ]]; then
  [[ $_ziron_fixed == *PS1* ]] || PS1='$(_ziron_draw_apart)${_ziron_zero[_ziron_start=0,0]}'
else
  if [[ $_ziron_version -ge 501 ]]; then
    _ziron_hook_array
  else
    _ziron_hook_string
  fi
  # Before the first prompt, since others may put theirs around it before that.
  _ziron_show
fi

# PS0 is expanded, in this process, when a command has been read and is about to run; an empty line is none.
if [[ ${PS0-} != *_ziron_start* && $_ziron_fixed != *PS0* ]]; then
  if [[ -n ${EPOCHREALTIME-} ]]; then
    PS0='${_ziron_zero[_ziron_start=${EPOCHREALTIME//[^0-9]/},0]}'${PS0-}
  elif [[ $_ziron_version -ge 404 ]]; then
    PS0='${_ziron_zero[_ziron_start=SECONDS,0]}'${PS0-}
  fi
fi

@@event

# Where marks are on, the output of the command begins here.
[[ @MARKS@ != 1 || ${PS0-} == *'133;C'* || $_ziron_fixed == *PS0* ]] || PS0=${PS0-}'\e]133;C\a'

\builtin shopt -s promptvars checkwinsize
[[ -z $_ziron_continuation || $_ziron_fixed == *PS2* ]] || PS2=$_ziron_continuation
[[ -n ${COLUMNS-} ]] || (:) # With checkwinsize, a child that ends makes bash look up the width.
[[ -z $_ziron_aliases ]] || \builtin shopt -s expand_aliases
\builtin unset -v _ziron_aliases
