"""The standard streams as they are: closed ones, encodings that lack a letter, a pager. Knows no answers."""

import codecs
import os
import shutil
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from io import TextIOWrapper

PLAIN, JSON, TOML, XML = "reportcli.plain", "reportcli.json", "reportcli.toml", "xmlcharrefreplace"

_HYPERLINK = r"\x1b\]8;[^\x1b]*\x1b\\"
_COLOR = r"\x1b\[[\d;]*m"
_SIGNS = {
    **dict.fromkeys("─–—", "-"), **dict.fromkeys("│▏▎▍", "|"), **dict.fromkeys("┌┐└┘├┤┬┴┼╭╮╯╰", "+"),
    **dict.fromkeys("█▉▊▋▌", "#"), **dict.fromkeys("‘’", "'"), **dict.fromkeys("“”", '"'), "…": ".", "•": "*",
    "·": "-", "≈": "~", "≠": "!", "×": "x", "−": "-", "→": "->", "←": "<-", "≤": "<=", "≥": ">=",
    "●": "o", "◉": "@", "○": "?", "◆": "#", "▲": "^", "■": "=",
    **dict.fromkeys(map(chr, range(0x2801, 0x2900)), "."),
}  # fmt: skip


def prepare_streams() -> None:
    """Make the standard streams usable: a closed one holds nothing and swallows all, no letter is too much for one."""
    sys.stdin = sys.stdin or open(os.devnull)  # noqa: SIM115  (a closed stream is None; it lasts to the end)
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        _set_errors(stream, PLAIN)


def escape(way: str) -> None:
    """Choose what standard output writes for a letter that its encoding lacks, unless the user chose."""
    _set_errors(sys.stdout, way)


def _set_errors(stream: object, way: str) -> None:
    chosen = os.environ.get("PYTHONIOENCODING", "").partition(":")[2]
    if isinstance(stream, TextIOWrapper) and chosen in ("", "strict", "surrogateescape"):
        stream.reconfigure(errors=way)


def _plain(letter: str) -> str:
    """Return the nearest thing in ASCII; a sign of a frame keeps its width."""
    if letter in _SIGNS:
        return _SIGNS[letter]
    import unicodedata

    bare = "".join(one for one in unicodedata.normalize("NFKD", letter) if one.isascii())
    unknown = "" if unicodedata.combining(letter) else "??" if unicodedata.east_asian_width(letter) in "WF" else "?"
    return bare or unknown


def _json(letter: str) -> str:
    import json

    return json.dumps(letter)[1:-1]


def _toml(letter: str) -> str:
    return f"\\U{ord(letter):08X}"


def _replaced(spelled: Callable[[str], str], error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(spelled, error.object[error.start : error.end])), error.end


for _way, _spelled in ((PLAIN, _plain), (JSON, _json), (TOML, _toml)):
    codecs.register_error(_way, partial(_replaced, _spelled))


def without_links(text: str) -> str:
    """Return the text without hyperlinks."""
    import re

    return re.sub(_HYPERLINK, "", text)


def shows_links() -> bool:
    """Return whether standard output is a terminal that may be sent hyperlinks: others pass over what they lack."""
    return sys.stdout.isatty() and os.environ.get("TERM") not in ("dumb", "linux")


def pager_command() -> list[str]:
    """Return the user's pager as arguments; none where it is turned off or cannot be found."""
    import shlex

    wanted = next((os.environ[name] for name in ("REPORTCLI_PAGER", "PAGER") if name in os.environ), "less")
    try:
        command = shlex.split(wanted)
    except ValueError:
        return []
    return command if command and command != ["cat"] and shutil.which(command[0]) else []


def exceeds_screen(text: str) -> bool:
    """Return whether a text does not fit on the terminal together with the prompt."""
    return sys.stdout.isatty() and text.count("\n") >= shutil.get_terminal_size().lines


def show_in_pager(text: str, command: Sequence[str]) -> bool:
    """Show a text in a pager, and wait for its end; return whether it could be started."""
    import re
    import signal
    import subprocess

    options = os.environ.get("LESS")
    environment = os.environ if options is not None else {**os.environ, "LESS": "FRX"}
    text = without_links(text)
    if os.path.basename(command[0]) == "less" and not (options is None or "r" in options.lower()):
        text = re.sub(_COLOR, "", text)
    encoding = sys.stdout.encoding
    try:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, env=environment, encoding=encoding, errors=PLAIN)
    except OSError:
        return False
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt is meant for the pager
    try:
        assert process.stdin
        with suppress(BrokenPipeError), process.stdin:
            process.stdin.write(text)
        process.wait()
    finally:
        signal.signal(signal.SIGINT, before)
    return True
