# Ziron for bash, background mode: the sections go where ziron.bash names them.

@@values
_ziron_files=@FOLDER@/s.$$. # .request and .token are FIFOs, .reply is a file
_ziron_socket=@FOLDER@/socket
_ziron_session= # whether the daemon knows this shell
_ziron_rest=0   # until when it is left alone, since it did not answer in time; seconds of the clock
_ziron_patience=0.1 # how long to wait for an answer, in seconds
_ziron_seq=0 _ziron_world= _ziron_escaped=

@@functions
# The background mode: no process. The question goes into one FIFO; through the other one comes word that the answer is in the file. bash
# reads FIFOs byte by byte, but files at once. All are opened anew each time, in a way that waits for nobody, so that nothing is inherited.
# Whatever goes wrong is left to the program, without a word.
_ziron_ask() {
  [[ $BASH_SUBSHELL == 0 ]] || builtin return 1
  [[ -n $_ziron_session ]] || _ziron_introduce || builtin return 1
  [[ -p ${_ziron_files}request && -p ${_ziron_files}token ]] || { _ziron_session=''; builtin return 1; }
  # What the prompt depends on: where this is, and each variable of the plan that is exported. It is seldom another than last time.
  builtin local token='' pipe="${_ziron_codes[*]:1}" kind='' seq='' state='' left='' right='' small='' small_right='' prelude='' rest=''
  builtin local IFS=$'\x1f' world
  world=("$PWD")
  @ENVIRONMENT@
  builtin test "${#world[@]} ${world[*]}" = "$_ziron_world" || _ziron_world_changed
  _ziron_seq=$((_ziron_seq + 1))
  kind="draw"$'\x1f'"seq=$_ziron_seq"$'\x1f'"status=${_ziron_codes[0]}"$'\x1f'"pipe=$pipe"$'\x1f'"duration=$duration"$'\x1f'"jobs=$jobs"$'\x1f'"shlvl=${SHLVL-}"$'\x1f'"columns=${COLUMNS-}"$'\x1f'"path=$_ziron_escaped"$'\x1e'
  [[ ${#kind} -lt 15000 ]] || builtin return 1 # More might not go in at once, and then this would wait.
  builtin printf %s "$kind" 1<>"${_ziron_files}request" || builtin return 1
  # Word of earlier answers can come first.
  while [[ $token != "$_ziron_seq" ]]; do
    if ! builtin read -r -t "$_ziron_patience" -d $'\x1e' token <>"${_ziron_files}token"; then
      _ziron_session='' # Also when it has died.
      builtin printf -v _ziron_rest '%(%s)T' -1
      _ziron_rest=$((_ziron_rest + 5))
      builtin return 1
    fi
  done
  builtin read -r -d $'\x1e' kind seq state left right small small_right prelude rest <"${_ziron_files}reply" || kind=''
  if [[ $kind != drawn || $seq != "$_ziron_seq" ]]; then
    _ziron_session=''
    builtin return 1
  fi
  _ziron_left=$left _ziron_right=$right _ziron_transient_left=$small _ziron_transient_right=$small_right
  [[ -z $prelude ]] || builtin printf %s "$prelude" >&2
}

_ziron_world_changed() {
  _ziron_world="${#world[@]} ${world[*]}"
  world=("${world[@]//$'\x1d'/$'\x1d]'}")
  world=("${world[@]//$'\x1e'/$'\x1d^'}")
  world=("${world[@]//$'\x1f'/$'\x1d_'}")
  _ziron_escaped="${world[*]}"
}

# One process, which makes the FIFOs and tells the daemon of this shell: when the shell starts, and after something went wrong.
_ziron_introduce() {
  builtin local now
  builtin printf -v now '%(%s)T' -1
  [[ now -ge _ziron_rest && -S $_ziron_socket && -O $_ziron_socket ]] || builtin return 1
  "$_ziron_path" session bash "$$" </dev/null >/dev/null 2>&1 || builtin return 1
  _ziron_session=1
  # Another than that of a shell that was here before (exec), whose answers may still lie about; short, since it is read byte by byte.
  [[ $_ziron_seq != 0 ]] || _ziron_seq=$((now % 900 + 100))
}

@@ask
  if [[ $_ziron_version -ge 404 ]] && _ziron_ask; then
    _ziron_show
    builtin return 0
  fi
