# Ziron for xonsh. Build @BUILD@.
#
# One process a prompt: before each prompt the binary is asked for all parts at once, and the prompt shows them through fields. xonsh does
# not look for fields in a field, but it looks for colors, so that braces are doubled.

def _ziron_connect():
    import re
    import subprocess
    import sys
    from xonsh.built_ins import XSH

    path = @ZIRON@
    continuation = @CONTINUATION@
    env = XSH.env
    state = {"status": 0, "duration": "", "shown": ""}
    escapes = re.compile("\x1b(?:\\[[0-9;:]*m|\\][^\x07\x1b]*(?:\x07|\x1b\\\\))")

    def for_shell(text):
        # GNU readline counts cells, and has to be told what shows nothing.
        shell = getattr(getattr(XSH.shell, "shell", XSH.shell), "__module__", "")
        if "readline" in shell:
            text = escapes.sub(lambda found: "\001" + found.group() + "\002", text)
        return text.replace("{", "{{").replace("}", "}}")

    def jobs():
        try:
            from xonsh.procs.jobs import get_jobs
        except ImportError:
            from xonsh.jobs import get_jobs
        try:
            return str(len(get_jobs()))
        except Exception:
            return ""

    def columns():
        import shutil
        return str(shutil.get_terminal_size((0, 0)).columns or "")

    def ask():
        command = [
            path, "prompt", "--all", "--shell", "xonsh", "--status", str(state["status"]), "--pipestatus", str(state["status"]),
            "--cmd-duration", state["duration"], "--jobs", jobs(), "--shlvl", str(env.get("SHLVL", "")), "--keymap", "",
            "--terminal-width", columns(), "--logical-path", str(env.get("PWD", "")),
        ]
        silent = subprocess.DEVNULL
        try:
            done = subprocess.run(command, stdin=silent, stdout=subprocess.PIPE, stderr=silent, env=env.detype())
            return done.stdout.decode("utf-8", "replace").split("\x1f")
        except Exception:
            return []

    # Asked once for each line that is edited; xonsh may format a prompt more often.
    @XSH.builtins.events.on_pre_prompt_format
    def _ziron_draw(**_):
        if getattr(getattr(XSH.shell, "shell", None), "need_more_lines", False):
            return  # The next line of a command.
        parts = ask()
        state["duration"] = ""
        fields = env["PROMPT_FIELDS"]
        if len(parts) >= 6:
            fields["_ziron_left"] = for_shell(parts[0])
            fields["_ziron_right"] = for_shell(parts[1])
            if parts[4]:
                sys.stdout.write(parts[4])
                sys.stdout.flush()
        else:  # The binary is gone or broken: a plain prompt, without a word.
            fields["_ziron_left"] = "> "
            fields["_ziron_right"] = ""

    @XSH.builtins.events.on_postcommand
    def _ziron_command_ended(cmd=None, rtn=0, out=None, ts=None, **_):
        state["status"] = rtn if isinstance(rtn, int) else 0
        if ts and len(ts) == 2 and None not in ts:
            state["duration"] = str(max(0, int((ts[1] - ts[0]) * 1000)))

    env["PROMPT_FIELDS"]["_ziron_left"] = ""
    env["PROMPT_FIELDS"]["_ziron_right"] = ""
    env["PROMPT"] = "{_ziron_left}"
    env["RIGHT_PROMPT"] = "{_ziron_right}"
    if "@TITLE@" == "1":  # The prompt names the window: xonsh must not, right after it.
        for forget in (env.deregister, env.__delitem__):
            try:
                forget("TITLE")
            except KeyError:
                pass  # It has none.
    if continuation:
        env["MULTILINE_PROMPT"] = lambda **_: for_shell(continuation)  # Now xonsh does not say yet which editor it has.

_ziron_connect()
del _ziron_connect
