"""Installs the completions as the README says, for an account without any settings, and asks each real shell at its
prompt to complete a word."""

import os
import pty
import re
import select
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SECONDS = 60
# What moves the cursor and sets colours (ECMA-48).
STEERING = re.compile(rb"\x1b\[[0-9;?]*[A-Za-z]|\x1b\([A-Z]|\r")
HERE = Path(__file__).resolve().parent.parent


def lines_for(shell):
    """What the README says to type in this shell."""
    block = re.search(rf"^```{shell}\n(.*?)^```$", (HERE / "README.md").read_text(), re.DOTALL | re.MULTILINE)
    return block[1] if block else sys.exit(f"the README does not say how {shell} gets its completions")


def typed(shell, environment, keys, wanted):
    """What the shell shows of these keys, read until it has shown what is wanted."""
    process, terminal = pty.fork()
    if process == 0:
        os.execvpe(shell, [shell, "-i"], environment)
    deadline, shown, is_typed = time.monotonic() + SECONDS, b"", False
    while wanted not in STEERING.sub(b"", shown) and time.monotonic() < deadline:
        # The keys are for the prompt, which is there when the shell has no more to say.
        if select.select([terminal], [], [], 1)[0]:
            shown += os.read(terminal, 65536)
        elif shown and not is_typed:
            os.write(terminal, keys)
            is_typed = True
    os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)
    os.close(terminal)
    return STEERING.sub(b"", shown)


for shell in ["bash", "zsh", "fish"]:
    # What fish has started in the background may still write there when it is removed.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        # fish looks only for completions of commands that are there.
        command = Path(home, "useradm")
        command.touch(mode=0o755)
        environment = {"HOME": home, "PATH": f"{home}:{os.environ['PATH']}", "TERM": "xterm"}
        subprocess.run([shell, "-c", lines_for(shell)], cwd=HERE, env=environment, check=True)
        shown = typed(shell, environment, b"useradm li\t", b"useradm list")
        if b"useradm list" not in shown:
            sys.exit(f"{shell} does not complete `useradm li`: {shown!r}")

print("bash, zsh and fish complete")
