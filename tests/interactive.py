"""A shell as a person sits before it: keys go in, and the screen says what came of them."""

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from types import TracebackType

import pyte

PROMPT = "> "
_PATIENCE = 30.0  # seconds for a slow machine; nothing waits longer than it must
_CONTROL_U = "\x15"


class Shell:
    """An interactive shell with this prompt, on a terminal of its own. Use it with ``with``."""

    def __init__(self, command: Sequence[str], columns: int = 160, lines: int = 60) -> None:
        self._screen = pyte.Screen(columns, lines)
        self._screen.write_process_input = self.keys  # type: ignore[method-assign]  # fish asks what the terminal is
        self._stream = pyte.ByteStream(self._screen)
        self._process, self._terminal = pty.fork()
        if not self._process:
            os.execvp(command[0], list(command))
        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        self.wait_until(lambda: self.line == PROMPT)

    def __enter__(self) -> "Shell":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.kill(self._process, signal.SIGKILL)
        os.waitpid(self._process, 0)
        os.close(self._terminal)

    @property
    def text(self) -> str:
        """All that is on the screen."""
        return "\n".join(line.rstrip() for line in self._screen.display).rstrip()

    @property
    def line(self) -> str:
        """The line of the cursor up to the cursor."""
        return self._screen.display[self._screen.cursor.y][: self._screen.cursor.x]

    def keys(self, text: str) -> None:
        """Press keys."""
        os.write(self._terminal, text.encode())

    def wait_until(self, seen: Callable[[], bool], patience: float = _PATIENCE) -> None:
        """Read what the shell writes until something is seen; fail with the screen where it does not come."""
        end = time.monotonic() + patience
        while not seen():
            ready, _, _ = select.select([self._terminal], [], [], max(end - time.monotonic(), 0))
            assert ready, f"waited for too long:\n{self.text}"
            self._stream.feed(os.read(self._terminal, 65536))

    def insist(self, keys: str, seen: Callable[[], bool]) -> None:
        """Press keys until something is seen; a program may drop what was typed before it looked."""
        for _ in range(int(_PATIENCE)):
            self.keys(keys)
            with suppress(AssertionError):
                return self.wait_until(seen, 1)
        raise AssertionError(f"pressed in vain:\n{self.text}")

    def run(self, command: str) -> str:
        """Run a command that is shorter than the screen, and return what it writes."""
        self.keys("\f")
        self.wait_until(lambda: self._screen.cursor.y == 0 and self.line == PROMPT)
        self.keys(command)
        self.wait_until(lambda: self.line == PROMPT + command)
        self.keys("\r")
        self.wait_until(lambda: self.line == PROMPT and self._screen.cursor.y > 0)
        return self.text.partition("\n")[2].removesuffix(PROMPT.rstrip()).rstrip()

    def completes(self, typed: str, completed: str) -> None:
        """Type, press TAB, wait until the line stands completed, and take it back."""
        self.keys(typed + "\t")
        self.wait_until(lambda: self.line == PROMPT + completed)
        self.take_back()

    def take_back(self) -> None:
        """Take back what is typed."""
        self.keys(_CONTROL_U)
        self.wait_until(lambda: self.line == PROMPT)
