"""A real terminal of a given width for one command: what a person would see, escapes and all."""

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
from io import StringIO
from pathlib import Path

BIN = str(Path(sys.executable).parent)


class TerminalText(StringIO):
    """Text that is written to what says that it is a terminal, in this process."""

    def isatty(self) -> bool:
        return True


def on_terminal(
    command: str, columns: int = 80, lines: int = 50, stdin: bool | bytes = False, **environment: str
) -> tuple[str, int]:
    """Run a shell command with standard output and error on a terminal; return what it wrote and its exit code.

    Standard input is the terminal too where ``stdin`` is true, or holds what is typed.
    """
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
    path = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    with subprocess.Popen(
        ["bash", "-c", command], stdin=theirs if stdin else subprocess.DEVNULL, stdout=theirs, stderr=theirs,
        env={**os.environ, "PATH": path, **environment},
    ) as process:  # fmt: skip
        os.close(theirs)
        if isinstance(stdin, bytes):
            os.write(ours, stdin)
        written = b""
        while chunk := _read(ours):
            written += chunk
        os.close(ours)
    return written.decode().replace("\r\n", "\n"), process.returncode


def _read(file: int) -> bytes:
    try:
        return os.read(file, 65536)
    except OSError:  # Linux says EIO where the other side has gone
        return b""
