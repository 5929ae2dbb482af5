# Ziron for bash, background mode: the sections go where ziron.bash names them.

@@values
_ziron_folder=@FOLDER@
_ziron_files=$_ziron_folder/s.$$. # .request and .token are FIFOs, .reply is a file
_ziron_misses=0 # how often a process has told the daemon of this shell, without an answer since
_ziron_session= # whether the daemon knows this shell
_ziron_rest=0   # since when it is left alone, as it did not answer in time twice in a row; seconds of the clock
_ziron_late=0   # how often it has not answered in time since it last did
_ziron_patience=0.1 # how long to wait for an answer, in seconds
_ziron_seq=0 _ziron_world= _ziron_escaped=
_ziron_seen= # where it was looked at what the prompt depends on
_ziron_reply=()

@@functions
# The background mode: no process. The question goes into one FIFO; through the other one comes word that the answer is
# in the file. bash reads FIFOs byte by byte, but files at once. All are opened anew each time, in a way that waits for
# nobody, so that nothing is inherited; as 3, which is free as a rule, so that nothing has to be put aside meanwhile.
# Whatever goes wrong is left to the program, without a word.
_ziron_ask() {
  [[ $BASH_SUBSHELL == 0 ]] || builtin return 1
  [[ -n $_ziron_session ]] || _ziron_introduce || builtin return 1
  [[ -p ${_ziron_files}request && -p ${_ziron_files}token@PROOF@ ]] || { _ziron_session=''; builtin return 1; }
  builtin local _ziron_pipe="${_ziron_codes[*]:1}" _ziron_token='' IFS=$'\x1f'
  # Nothing that has not run can have changed what the prompt depends on.
  [[ -n $_ziron_idle && $PWD == "$_ziron_seen" ]] || _ziron_look || builtin return 1
  _ziron_seq=$((_ziron_seq + 1))
  _ziron_token="draw"$'\x1f'"seq=$_ziron_seq"$'\x1f'"status=${_ziron_codes[0]}"$'\x1f'"pipe=$_ziron_pipe"$'\x1f'"duration=$_ziron_took"$'\x1f'"jobs=$_ziron_count"$'\x1f'"shlvl=${SHLVL-}"$'\x1f'"columns=${COLUMNS-}"$'\x1f'"path=$_ziron_escaped"$'\x1e'
  [[ ${#_ziron_token} -lt 15000 ]] || builtin return 1 # More might not go in at once, and then this would wait.
  builtin printf %s "$_ziron_token" 1<>"${_ziron_files}request" || builtin return 1
  # Word of earlier answers can come first.
  while builtin read -r -u 3 -t "$_ziron_patience" -d $'\x1e' _ziron_token 3<>"${_ziron_files}token"; do
    [[ $_ziron_token == "$_ziron_seq" ]] || builtin continue
    builtin read -r -u 3 -d $'\x1e' -a _ziron_reply 3<"${_ziron_files}reply" || builtin break
    [[ ${_ziron_reply[0]-} == drawn && ${_ziron_reply[1]-} == "$_ziron_seq" ]] || builtin break
    _ziron_left=${_ziron_reply[3]-} _ziron_right=${_ziron_reply[4]-} _ziron_transient_left=${_ziron_reply[5]-} _ziron_transient_right=${_ziron_reply[6]-}
    [[ -z ${_ziron_reply[7]-} ]] || builtin printf %s "${_ziron_reply[7]}" >&2
    _ziron_misses=0 _ziron_late=0
    builtin return 0
  done
  _ziron_session='' # Also when it has died.
  [[ $_ziron_token == "$_ziron_seq" ]] || _ziron_was_late
  builtin return 1
}

# It did not answer in time. It is asked again the next time, and left alone for a while if that is in vain, too.
_ziron_was_late() {
  [[ $_ziron_late == 0 ]] || builtin printf -v _ziron_rest '%(%s)T' -1
  _ziron_late=1
}

# What the prompt depends on: where this is, and each variable of the plan that is exported. It is seldom another than
# last time.
_ziron_look() {
  builtin local _ziron_sent
  _ziron_sent=("$PWD")
  @ENVIRONMENT@
  builtin test "${#_ziron_sent[@]} ${_ziron_sent[*]}" = "$_ziron_world" || _ziron_world_changed
  _ziron_seen=$PWD
}

_ziron_world_changed() {
  _ziron_world="${#_ziron_sent[@]} ${_ziron_sent[*]}"
  _ziron_sent=("${_ziron_sent[@]//$'\x1d'/$'\x1d]'}")
  _ziron_sent=("${_ziron_sent[@]//$'\x1e'/$'\x1d^'}")
  _ziron_sent=("${_ziron_sent[@]//$'\x1f'/$'\x1d_'}")
  _ziron_escaped="${_ziron_sent[*]}"
}

# One process, which makes the FIFOs and tells the daemon of this shell: when the shell starts, and after something went
# wrong. The folder is the proof of who is at the other end: only root and this user can put anything there. The program
# has checked its whole path.
_ziron_introduce() {
  builtin local now
  builtin printf -v now '%(%s)T' -1
  [[ now -ge _ziron_rest+5 && -S $_ziron_folder/socket && -O $_ziron_folder && ! -h $_ziron_folder@PROOF@ ]] || builtin return 1
  _ziron_misses=$((_ziron_misses + 1))
  [[ $_ziron_misses -lt 3 ]] || _ziron_rest=$now # It leads nowhere: not at each prompt.
  "$_ziron_path" session bash "$$" --folder "$_ziron_folder" </dev/null >/dev/null 2>&1 || {
    [[ $_ziron_misses -lt 3 ]] || builtin printf -v _ziron_rest '%(%s)T' -1 # It may have taken a while.
    builtin return 1
  }
  _ziron_session=1
  # Another than that of a shell that was here before (exec), whose answers may still lie about; short, since it is read
  # byte by byte.
  [[ $_ziron_seq != 0 ]] || _ziron_seq=$((now % 900 + 100))
}

@@ask
  if [[ $_ziron_version -ge 404 ]] && _ziron_ask; then
    _ziron_show
    builtin return 0
  fi

@@event
# What is told while a command begins: in a process of its own, since before bash 5.3 nothing can be run there without.
# Only where something in the prompt depends on it.
if [[ @EVENTS@ == 1 && ${PS0-} != *_ziron_tell_start* ]]; then
  _ziron_tell_start() {
    [[ -n $_ziron_session && -p ${_ziron_files}request ]] || builtin return 0
    builtin printf 'event\x1fname=command-start\x1e' 1<>"${_ziron_files}request" 2>/dev/null || :
  }
  if [[ $_ziron_version -ge 503 ]]; then
    PS0='${ _ziron_tell_start; }'${PS0-}
  elif [[ $_ziron_version -ge 404 ]]; then
    PS0='$(_ziron_tell_start)'${PS0-}
  fi
fi
