# Ziron for zsh, background mode: the sections go where ziron.zsh names them, and are read as what stands around them
# there.

@@values
\builtin typeset -g _ziron_folder=@FOLDER@
\builtin typeset -ga _ziron_own
_ziron_own=(@ANCHORS@ "$_ziron_folder")
# What ends a field, a frame, and what stands before these two in a value. NUL is in no variable that can be exported.
\builtin typeset -g _ziron_us=$'\x1f' _ziron_rs=$'\x1e' _ziron_gs=$'\x1d' _ziron_nul=$'\0'

@@ask
  _ziron_told=
  if (( _ziron_can_ask && ! ZSH_SUBSHELL )) && { (( _ziron_fd )) || _ziron_connect }; then
    # What the prompt depends on: where this is, and each variable of the plan that is exported. It is seldom another
    # than last time. Values first, since they are cheap to look at; what is exported can only differ when a command has
    # run.
    _ziron_reply="$PWD@ENVIRONMENT@"
    [[ $_ziron_reply == "$_ziron_values" ]] && { [[ -z $_ziron_ran ]] || [[ "@TYPES@" == "$_ziron_types"@MORE@ ]] } || _ziron_world_changed
    _ziron_reply="${_ziron_us}status=$_ziron_status${_ziron_us}pipe=$_ziron_pipestatus${_ziron_us}jobs=$_ziron_jobs${_ziron_us}shlvl=$SHLVL${_ziron_us}keymap=$_ziron_keymap${_ziron_us}columns=$COLUMNS${_ziron_us}path=$_ziron_escaped$_ziron_rs"
    if [[ -z $_ziron_ran && $_ziron_reply == "$_ziron_question" ]] && (( _ziron_answered == _ziron_seq && $#_ziron_held )); then
      # Nothing has run, and nothing is different here: this is shown at once. The question follows when the editor has
      # shown it, as the daemon would take a processor from it; should anything be different, the editor hears of it.
      _ziron_left=$_ziron_held[1] _ziron_right=$_ziron_held[2] _ziron_transient_left=$_ziron_held[3] _ziron_transient_right=$_ziron_held[4]
      _ziron_prelude=$_ziron_held[5]
      (( _ziron_owed = ++_ziron_seq ))
      builtin zle -F $_ziron_idle _ziron_ask_later
    else
      (( ++_ziron_seq ))
      _ziron_question=$_ziron_reply
      # There are never more than two unread questions and two events in the connection, so that writing does not wait
      # for anybody.
      builtin syswrite -o $_ziron_fd -- "${_ziron_hello}draw${_ziron_us}seq=$_ziron_seq${_ziron_us}duration=$_ziron_duration$_ziron_reply"
      builtin sysread -i $_ziron_fd -t $_ziron_patience _ziron_reply || _ziron_failure=$?
      # As a rule that is one answer, and the right one.
      _ziron_parts=()
      [[ -n $_ziron_failure$_ziron_heard || $_ziron_reply != "drawn$_ziron_us$_ziron_seq$_ziron_us"*"$_ziron_rs" ]] ||
        _ziron_parts=("${(@ps:\x1f:)${_ziron_reply%$_ziron_rs}}")
      if [[ $#_ziron_parts == (8|9|13) ]]; then
        _ziron_left=$_ziron_parts[4] _ziron_right=$_ziron_parts[5] _ziron_transient_left=$_ziron_parts[6] _ziron_transient_right=$_ziron_parts[7] _ziron_prelude=$_ziron_parts[8]
        _ziron_answered=$_ziron_seq _ziron_state=$_ziron_parts[3] _ziron_late=0
        case $#_ziron_parts in
          13) _ziron_held=("${(@)_ziron_parts[9,13]}") ;;
          9) _ziron_held=("${(@)_ziron_parts[4,8]}") ;; # the same
          *) _ziron_held=() ;;
        esac
      else
        _ziron_hear || _ziron_failure=1
      fi
    fi
    if [[ -z $_ziron_failure ]]; then
      [[ -z $_ziron_prelude ]] || (( $# )) || builtin print -rn -- "$_ziron_prelude"
      builtin return 0
    fi
  fi

@@functions
# The background mode: no process, but one message to the daemon and one back, over a connection that stays. Whatever
# goes wrong is left to the program, without a word, and the next prompt asks again. Every step that a prompt takes is
# felt, so there are few.
(( ! ${_ziron_fd-0} )) || _ziron_hang_up # when this text is read again
builtin typeset -gi _ziron_can_ask=0 _ziron_fd=0 _ziron_seq _ziron_answered _ziron_owed _ziron_idle
builtin typeset -gF _ziron_patience=0.1 # how long to wait for an answer, in seconds
builtin typeset -g _ziron_state=fresh # of what is shown
builtin typeset -gF _ziron_rest=0 # until when the daemon is left alone, since it did not answer in time twice in a row
builtin typeset -gi _ziron_late=0 # how often it has not answered in time since it last did
builtin typeset -g _ziron_hello= _ziron_heard= _ziron_values= _ziron_types= _ziron_escaped= _ziron_question= _ziron_renew= _ziron_told=
builtin typeset -ga _ziron_held # the parts that are shown when the next line is empty; none if that is not known

function _ziron_world_changed {
  builtin local _ziron_name
  _ziron_values=$_ziron_reply _ziron_types="@TYPES@"
  _ziron_reply=$PWD
  for _ziron_name in @VARIABLES@; do
    [[ ${(Pt)_ziron_name} != *export* ]] || _ziron_reply+="${_ziron_nul}e.$_ziron_name=${(P)_ziron_name}"
  done
  (( $#_ziron_reply < 100000 )) || _ziron_reply=${${_ziron_reply[1,100000]}%$_ziron_nul*} # More might not go in at once, and then this would wait.
  _ziron_reply=${_ziron_reply//$_ziron_gs/$_ziron_gs]}
  _ziron_reply=${_ziron_reply//$_ziron_rs/$_ziron_gs^}
  _ziron_reply=${_ziron_reply//$_ziron_us/${_ziron_gs}_}
  _ziron_escaped=${_ziron_reply//$_ziron_nul/$_ziron_us}
}

# Goes on listening, after the first piece of an answer: it can begin with answers to earlier questions and with news of
# earlier drawings, or be anything. Fails when there is no answer by the deadline.
function _ziron_hear {
  builtin local -F _ziron_until
  (( _ziron_until = EPOCHREALTIME + _ziron_patience ))
  _ziron_hello=
  while [[ -z $_ziron_failure ]] && _ziron_take; do
    (( _ziron_until )) || builtin return 0
    (( EPOCHREALTIME < _ziron_until )) || { _ziron_failure=4; builtin break }
    builtin sysread -i $_ziron_fd -t $_ziron_patience _ziron_reply || _ziron_failure=$?
  done
  _ziron_hang_up
  [[ $_ziron_failure != 4 ]] || (( _ziron_late++ == 0 )) || (( _ziron_rest = EPOCHREALTIME + 5 )) # Nothing came in time.
  builtin return 1
}

# Takes in what has been heard, frame by frame. Fails when the other side is none to talk to.
function _ziron_take {
  builtin local frame
  builtin local -a frames
  frames=("${(@ps:\x1e:):-$_ziron_heard$_ziron_reply}")
  _ziron_heard=$frames[-1]
  frames[-1]=()
  for frame in "$frames[@]"; do
    _ziron_parts=("${(@ps:\x1f:)frame}")
    case $_ziron_parts[1] in
      drawn|redraw)
        if [[ $_ziron_parts[2] == $_ziron_seq && $#_ziron_parts -ge 8 ]]; then
          _ziron_left=$_ziron_parts[4] _ziron_right=$_ziron_parts[5] _ziron_transient_left=$_ziron_parts[6] _ziron_transient_right=$_ziron_parts[7]
          _ziron_answered=$_ziron_seq _ziron_state=$_ziron_parts[3] _ziron_late=0 _ziron_held=()
          [[ $_ziron_parts[9] != "=" ]] || _ziron_held=("${(@)_ziron_parts[4,8]}")
          (( $#_ziron_parts < 13 )) || _ziron_held=("${(@)_ziron_parts[9,13]}")
          [[ $_ziron_parts[1] == redraw ]] || _ziron_prelude=$_ziron_parts[8] _ziron_until=0
        fi ;;
      hello)
        (( ! $_ziron_parts[(I)state=refused] )) || builtin return 1
        (( ! $_ziron_parts[(I)state=other-build] )) || _ziron_renew=1 ;;
      *) builtin return 1 ;;
    esac
  done
}

# The editor has shown the picture, and has nothing to do.
function _ziron_ask_later {
  builtin zle -F $1
  (( _ziron_fd && _ziron_owed == _ziron_seq )) || builtin return 0
  builtin syswrite -o $_ziron_fd -- "draw${_ziron_us}seq=$_ziron_seq${_ziron_us}held=1$_ziron_question" || _ziron_lost
}

# zsh cannot ask who is at the other end, so that the folder is the proof: only root and this user can put anything
# there. The program has checked the whole path; here it is checked again where somebody else can have taken the name of
# a folder that went.
function _ziron_reach {
  (( EPOCHREALTIME >= _ziron_rest )) && [[ -S $_ziron_folder/socket && ! -h $_ziron_folder/socket ]] || builtin return 1
  builtin local folder
  for folder in "$_ziron_own[@]"; do
    [[ -O $folder && ! -h $folder ]] || builtin return 1
  done
  builtin zsocket $_ziron_folder/socket 2>/dev/null
}

function _ziron_connect {
  builtin local REPLY
  _ziron_reach || builtin return 1
  (( _ziron_idle )) || builtin sysopen -r -o cloexec -u _ziron_idle /dev/null || { builtin exec {REPLY}>&-; builtin return 1 } # It always has something to say.
  # Away from the numbers that people use.
  builtin exec {_ziron_fd}>&$REPLY {REPLY}>&-
  builtin zle -F $_ziron_fd _ziron_listen
  _ziron_hello="hello${_ziron_us}v=1${_ziron_us}build=@BUILD@${_ziron_us}shell=zsh${_ziron_us}pid=$$${_ziron_us}answer=stream${_ziron_us}redraw=1$_ziron_rs"
}

function _ziron_hang_up {
  (( _ziron_fd )) || builtin return 0
  builtin zle -F $_ziron_fd 2>/dev/null
  builtin exec {_ziron_fd}>&-
  _ziron_fd=0 _ziron_heard= _ziron_hello= _ziron_held=()
}

# Says where this is when nobody waits for a prompt: when a shell begins, whose start-up files go on, and when a command
# goes somewhere. The daemon reads ahead what the prompt there shows. Once for each prompt and nothing long, so that
# writing does not wait for anybody.
function _ziron_tell_place {
  (( _ziron_can_ask && ! ZSH_SUBSHELL )) && [[ -z $_ziron_told ]] || builtin return 0
  builtin local REPLY _ziron_reply="$PWD@ENVIRONMENT@"
  _ziron_told=1
  [[ $_ziron_reply == "$_ziron_values" ]] || _ziron_world_changed
  (( $#_ziron_escaped < 20000 )) || builtin return 0
  if (( _ziron_fd )); then
    [[ -n $_ziron_hello ]] || builtin syswrite -o $_ziron_fd -- "event${_ziron_us}name=directory${_ziron_us}path=$_ziron_escaped$_ziron_rs"
  elif (( $# )) && _ziron_reach; then
    # What start-up files leave running does not inherit it.
    builtin syswrite -o $REPLY -- "event${_ziron_us}name=directory${_ziron_us}path=$_ziron_escaped$_ziron_rs"
    builtin exec {REPLY}>&-
  fi
}

# The editor has seen that there is news, or that the daemon has gone. Shows what is newer than what is shown.
function _ziron_listen {
  builtin local _ziron_reply _ziron_until _ziron_before="$_ziron_left$_ziron_right"
  builtin local -a _ziron_parts
  if (( $1 != _ziron_fd )); then
    builtin zle -F $1
  elif builtin sysread -i $_ziron_fd -t 0 _ziron_reply && (( $#_ziron_heard < 1048576 )) && _ziron_take; then
    [[ $_ziron_left$_ziron_right == "$_ziron_before" ]] || builtin zle _ziron_news
  else
    _ziron_lost
  fi
}

# The daemon has gone while the editor waits for keys. If it still owed a picture, that is asked for anew: of the next
# daemon, or of the program.
function _ziron_lost {
  builtin local _ziron_before="$_ziron_left$_ziron_right"
  _ziron_hang_up
  if (( _ziron_answered != _ziron_seq )) || [[ $_ziron_state != fresh ]]; then
    _ziron_precmd again
    [[ $_ziron_left$_ziron_right == "$_ziron_before" ]] || builtin zle _ziron_news
  fi
}

@@event
  if [[ @EVENTS@ == 1 ]] && (( _ziron_fd )); then
    builtin syswrite -o $_ziron_fd -- "event${_ziron_us}name=command-start$_ziron_rs"
  fi

@@renew
  # The daemon is of another build than this text: the next prompt is of that.
  \builtin test -z "$_ziron_renew" || _ziron_begin_again

@@begin_again
_ziron_begin_again() {
  _ziron_renew=
  # What is shown has been drawn for this prompt already, and goes on being shown.
  \builtin local start="$_ziron_start" last="$_ziron_status" _ziron_pipe="$_ziron_pipestatus" mode="$_ziron_keymap"
  \builtin local left="$_ziron_left" right="$_ziron_right" small="$_ziron_transient_left" small_right="$_ziron_transient_right"
  \builtin eval "$("$_ziron_path" init zsh --folder "$_ziron_folder" 2>/dev/null)"
  _ziron_start="$start" _ziron_status="$last" _ziron_pipestatus="$_ziron_pipe" _ziron_keymap="$mode"
  _ziron_left="$left" _ziron_right="$right" _ziron_transient_left="$small" _ziron_transient_right="$small_right"
}

@@connect
if [[ -o zle ]] && builtin zmodload zsh/net/socket zsh/system zsh/datetime zsh/zle 2>/dev/null; then
  _ziron_can_ask=1
  chpwd_functions=("${(@)chpwd_functions:#_ziron_tell_place}" _ziron_tell_place)
  _ziron_tell_place begins
fi
