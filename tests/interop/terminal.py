"""A person at a terminal: one run of the tool on a pseudo-terminal of its own."""

import os
import pty
import select
import signal
import time

from peers import Mismatch

TERMINAL_SECONDS = 30
QUIET_SECONDS = 0.3


class Terminal:
    def __init__(self, command, environment):
        self.deadline = time.monotonic() + TERMINAL_SECONDS
        self.shown = b""
        self.process_id, self.master = pty.fork()
        if self.process_id == 0:
            try:
                os.execve(command[0], command, environment)
            finally:
                os._exit(127)

    def read(self, seconds):
        """What is shown within this time; None at the end."""
        ready, _, _ = select.select([self.master], [], [], seconds)
        if not ready:
            return b""
        try:
            return os.read(self.master, 65536) or None
        except OSError:
            # Linux answers EIO, not an end of file, when the other side is closed.
            return None

    def wait_for_prompt(self):
        """Reads until something was shown and nothing more follows: only then is the tool ready for an answer."""
        shown = b""
        while time.monotonic() < self.deadline:
            part = self.read(QUIET_SECONDS)
            if part is None:
                break
            shown += part
            if shown and not part:
                self.shown += shown
                return
        self.stop()
        raise Mismatch(f"no prompt: {self.shown + shown!r}")

    def type(self, line):
        os.write(self.master, line.encode() + b"\n")

    def finish(self):
        """Reads to the end and returns the exit code."""
        while time.monotonic() < self.deadline:
            part = self.read(QUIET_SECONDS)
            if part is None:
                os.close(self.master)
                return os.waitstatus_to_exitcode(os.waitpid(self.process_id, 0)[1])
            self.shown += part
        self.stop()
        raise Mismatch(f"it did not end: {self.shown!r}")

    def stop(self):
        os.kill(self.process_id, signal.SIGKILL)
        os.waitpid(self.process_id, 0)
        os.close(self.master)
