# Ziron for zsh, the instant prompt. Build @BUILD@.
#
# For the very top of .zshrc. It shows at once what a shell has shown in this folder before, dimmed, since nobody has looked whether it is
# still so; then the rest of .zshrc is read. The first real prompt takes its place if nothing else has been printed meanwhile; if something
# has, all of it stays, and the prompt comes below. Nobody's input or output is redirected: the terminal is asked where the cursor is.

\builtin typeset -g _ziron_instant= _ziron_instant_sp= _ziron_instant_program=@ZIRON@ _ziron_instant_world="@BUILD@@WORLD@"
# The folder of the pictures, and those on its path that others could make if they went; the program has checked all of it. Empty: there is none.
\builtin typeset -g _ziron_instant_folder=@FOLDER@
\builtin typeset -ga _ziron_instant_own
_ziron_instant_own=(@ANCHORS@)
\builtin typeset -g _ziron_instant_esc=$'\e' _ziron_instant_bel=$'\a' _ziron_instant_nul=$'\0'
\builtin typeset -gF _ziron_instant_patience=0.1 # how long the terminal may take to answer, in seconds
\builtin typeset -ga _ziron_instant_shown

# As in the main script: as plain zsh, without a single quote.
\builtin emulate zsh -o extended_glob -o no_aliases -o no_xtrace -c '
# Where the picture of this folder is kept at this width: in one of 64 files, so that there are never more.
function _ziron_instant_find {
  builtin local last="$PWD[-1]" second="$PWD[-2]" fifth="$PWD[-5]" own
  folder=$_ziron_instant_folder
  [[ -n $folder ]] || builtin return 1
  for own in "$_ziron_instant_own[@]"; do
    [[ -O $own && ! -h $own ]] || builtin return 1
  done
  file=$folder/$(( ($#PWD * 7 + #last * 13 + #second * 31 + #fifth * 17 + COLUMNS) % 64 ))
}

function _ziron_instant_show {
  _ziron_instant_shown=()
  [[ -o interactive && -o zle && -t 0 && -t 1 && -z ${ZSH_EXECUTION_STRING-} && -x $_ziron_instant_program ]] || builtin return 0
  # Over a network, a terminal that answers late would have its answer taken for keys.
  [[ -n ${TERM-} && $TERM != (dumb|eterm*) && -z ${SSH_CONNECTION-}${SSH_TTY-} ]] || builtin return 0
  _ziron_instant=1
  builtin local folder file text
  builtin local -a parts
  _ziron_instant_find && [[ -O $folder && ! -h $folder && -f $file && -O $file && ! -h $file ]] || builtin return 0
  # It is read, and never run. What was not written to its end, or by two at once, has another number of parts.
  text=$(<$file)
  parts=("${(@ps:\0:)text}")
  [[ $#parts == 10 && $parts[1] == instant-1 && $parts[10] == . && $parts[2] == "$_ziron_instant_world" ]] || builtin return 0
  [[ $parts[3] == $COLUMNS && $parts[4] == "$PWD" && $parts[5] == <1-50> && $parts[6] == <1-> ]] || builtin return 0
  (( LINES > parts[5] + 1 )) || builtin return 0
  # Into a line of its own, as zsh itself finds one, and with a line below, so that whatever is printed now moves the cursor.
  builtin print -rn -- "${(l:COLUMNS-1:)}${(pl:1::\r:)}${(pl:parts[5]::\n:)}${_ziron_instant_esc}[${parts[5]}A$parts[7]"
  _ziron_instant_shown=("$COLUMNS" "$LINES" "$parts[5]" "$parts[6]")
  # What it was made of, to see whether the next one is another.
  _ziron_instant_made="$file$_ziron_instant_nul$parts[8]$_ziron_instant_nul$parts[9]"
}
builtin typeset -g _ziron_instant_made=
_ziron_instant_show
'

# zsh would go to a new line before the first prompt, since the cursor is in the middle of one.
\builtin test ${#_ziron_instant_shown} = 0 || {
  [[ -o prompt_sp ]] && _ziron_instant_sp=1
  \builtin unsetopt prompt_sp
}

# In the editor, once, in front of a widget of the user.
_ziron_instant_type() {
  \builtin zle -D zle-line-init
  \builtin test -z "${widgets[_ziron_instant_user_init]-}" || {
    \builtin zle -A _ziron_instant_user_init zle-line-init
    \builtin zle -D _ziron_instant_user_init
    \builtin zle zle-line-init -- "$@"
  }
  \builtin zle -U -- "$_ziron_instant_keys"
}

# Before the first prompt.
_ziron_instant_end() {
  \builtin test -z "$_ziron_instant_sp" || \builtin setopt prompt_sp
  _ziron_instant_take
  \builtin return 0
}

\builtin emulate zsh -o extended_glob -o no_aliases -o no_xtrace -c '
# Takes the picture away, or leaves it and begins a new line.
function _ziron_instant_take {
  precmd_functions=("${(@)precmd_functions:#_ziron_instant_end}")
  _ziron_instant_sp=
  (( $#_ziron_instant_shown )) || builtin return 0
  builtin local columns=$_ziron_instant_shown[1] lines=$_ziron_instant_shown[2] height=$_ziron_instant_shown[3] width=$_ziron_instant_shown[4]
  builtin local esc=$_ziron_instant_esc typed= row= column=
  builtin local -a reply seen
  _ziron_instant_shown=()
  # A whole line that was typed ahead is for the next command to read, so nothing may be read here.
  if [[ $columns == $COLUMNS && $lines == $LINES ]] && builtin zmodload zsh/zselect zsh/datetime 2>/dev/null && ! builtin zselect -t 0 -r 0 &&
    _ziron_instant_ask ""
  then
    seen=($row $column)
    # The terminal remembers where the picture ended. If it is there still, but for the echo of keys, then nothing was printed.
    if _ziron_instant_ask "${esc}8" && (( row == seen[1] && column + ${(m)#typed} == seen[2] )) &&
      [[ $typed != *[[:cntrl:]]* ]] && (( column > 1 && column - width <= 3 && width - column <= 1 ))
    then
      builtin print -rn -- "${(pl:1::\r:)}${${${height:#1}:+${esc}[$((height - 1))A}}${esc}[J"
    else
      builtin print -rn -- "${esc}[${seen[1]};${seen[2]}H"
      (( seen[2] == 1 )) || builtin print
    fi
  else
    builtin print -rn -- "${(l:columns-1:)}${(pl:1::\r:)}"
  fi
  [[ -n $typed ]] || builtin return 0
  if [[ $typed != *[[:cntrl:]]* ]]; then
    builtin print -z -r -- "$typed"
  elif builtin zmodload zsh/zle zsh/parameter 2>/dev/null; then # Enter, just now, or keys that make no text: typed again, to the editor.
    _ziron_instant_keys=$typed
    [[ -z ${widgets[zle-line-init]-} ]] || builtin zle -A zle-line-init _ziron_instant_user_init
    builtin zle -N zle-line-init _ziron_instant_type
  fi
}

# Asks where the cursor is, after other things to be done by the terminal: sets row and column, adds keys that came before to typed. The
# question is asked as a prompt of read, when echo is off already.
function _ziron_instant_ask {
  builtin local key answer=
  builtin local -F until
  (( until = EPOCHREALTIME + _ziron_instant_patience ))
  builtin read -rs -t $_ziron_instant_patience -k 1 "key?$1${_ziron_instant_esc}[6n" || builtin return 1
  while answer+=$key; do
    if [[ $answer == (#b)(*)${_ziron_instant_esc}\[(<->)\;(<->)R ]]; then
      typed+=$match[1] row=$match[2] column=$match[3]
      builtin return 0
    fi
    (( EPOCHREALTIME < until )) && builtin read -rs -t $_ziron_instant_patience -k 1 key || builtin break
  done
  typed+=$answer
  builtin return 1
}

# The prompt has been connected: what takes the picture away comes last before it, and what keeps the next one after it.
function _ziron_instant_join {
  builtin local -i at
  precmd_functions=("${(@)precmd_functions:#_ziron_instant_*}")
  at=$precmd_functions[(I)_ziron_precmd]
  (( at )) || builtin return 0
  precmd_functions[at]=(_ziron_instant_end _ziron_precmd)
  precmd_functions+=(_ziron_instant_first)
  zshexit_functions=("${(@)zshexit_functions:#_ziron_instant_*}" _ziron_instant_keep)
}

function _ziron_instant_first {
  precmd_functions=("${(@)precmd_functions:#_ziron_instant_*}")
  _ziron_instant=
  _ziron_instant_keep
}

# Keeps the picture that is shown, if one like it could be the first of a shell: it tells of no failure, no long command, no job.
function _ziron_instant_keep {
  [[ $_ziron_status == 0 && $_ziron_keymap == main && $_ziron_jobs == 0 && ( -z $_ziron_duration || $_ziron_duration == <0-999> ) ]] || builtin return 0
  [[ -n $_ziron_left && $_ziron_left != "$_ziron_transient_left" ]] || builtin return 0
  builtin local folder file esc=$_ziron_instant_esc nul=$_ziron_instant_nul made text plain line right_plain
  builtin local -a match mbegin mend lines
  _ziron_instant_find || builtin return 0
  made="$file$nul$_ziron_left$nul$_ziron_right"
  [[ $made != "$_ziron_instant_made" ]] || builtin return 0
  _ziron_instant_made=$made

  # As the terminal gets it. Only what the program has escaped is expanded, and only here.
  builtin local left="${(%)_ziron_left}" right="${(%)_ziron_right}"
  # Without links and marks; then there may be nothing but styles.
  left=${left//${esc}\][^${esc}${_ziron_instant_bel}]#(${_ziron_instant_bel}|${esc}\\)/}
  right=${right//${esc}\][^${esc}${_ziron_instant_bel}]#(${_ziron_instant_bel}|${esc}\\)/}
  plain=${left//${esc}\[[0-9;:]#m/} right_plain=${right//${esc}\[[0-9;:]#m/}
  lines=("${(@f)plain}")
  for line in "$lines[@]"; do
    [[ $line != *[[:cntrl:]]* ]] && (( ${(m)#line} < COLUMNS )) || builtin return 0
  done
  builtin local -i width=${(m)#line} right_width=${(m)#right_plain}
  (( width )) || builtin return 0
  text="${esc}[2m${left//(#m)${esc}\[[0-9;:]#m/$MATCH${esc}[2m}${esc}[0m${esc}7"
  if [[ $right_plain != *[[:cntrl:]]* ]] && (( right_width && width + right_width + 2 < COLUMNS )); then
    text+="${esc}[$((COLUMNS - right_width))G${esc}[2m${right//(#m)${esc}\[[0-9;:]#m/$MATCH${esc}[2m}${esc}[0m${esc}8"
  fi
  text="instant-1$nul$_ziron_instant_world$nul$COLUMNS$nul$PWD$nul$#lines$nul$width$nul$text$nul$_ziron_left$nul$_ziron_right$nul."

  builtin zmodload zsh/system 2>/dev/null || builtin return 0
  if [[ ! -d $folder ]]; then
    builtin zmodload -F zsh/files b:zf_mkdir 2>/dev/null && zf_mkdir -p -m 700 -- $folder 2>/dev/null
  fi
  [[ -O $folder && ! -h $folder && ( ! -e $file || -f $file ) ]] || builtin return 0
  builtin local -i fd
  builtin sysopen -w -o creat,trunc,nofollow,cloexec -m 600 -u fd -- $file 2>/dev/null || builtin return 0
  builtin syswrite -o $fd -- "$text" 2>/dev/null
  builtin exec {fd}>&-
}
'
\builtin test -z "$_ziron_instant" || precmd_functions+=(_ziron_instant_end)
