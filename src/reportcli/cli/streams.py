"""The standard streams: closed ones, encodings that lack a character, hyperlinks, names. Knows no answers."""

import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from io import TextIOWrapper

from reportcli.errors import NoNamesGiven, UsageError

_HYPERLINK = r"\x1b\]8;[^\x1b]*\x1b\\"
_COLOR = r"\x1b\[[\d;]*m"


def prepare_streams() -> None:
    """Make the standard streams usable: a closed one is empty, and a character that the encoding lacks is escaped."""
    sys.stdin = sys.stdin or open(os.devnull)  # noqa: SIM115  (a closed stream is None; it lasts to the end)
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: SIM115
    if isinstance(sys.stdout, TextIOWrapper):
        is_strict = sys.stdout.errors in ("strict", "surrogateescape")
        sys.stdout.reconfigure(errors="backslashreplace" if is_strict else None, newline="\n")


def _json_escape(char: str) -> str:
    import json

    return json.dumps(char)[1:-1]


_ESCAPES: Mapping[str, Callable[[str], str]] = {
    "json": _json_escape,
    "jsonl": _json_escape,
    "csl": _json_escape,
    "toml": lambda char: f"\\U{ord(char):08X}",
    "svg": lambda char: f"&#{ord(char)};",
}


def is_unicode() -> bool:
    """Return whether standard output has every character."""
    return (sys.stdout.encoding or "utf-8").lower().startswith("utf")


def encodable(pieces: Iterable[str], format_name: str) -> Iterable[str]:
    """Return the text of a format that has escapes of its own in ASCII, where standard output is not in Unicode."""
    escape = _ESCAPES.get(format_name)
    if escape is None or is_unicode():
        return pieces
    return (re.sub(r"[^\x00-\x7f]", lambda match: escape(match[0]), piece) for piece in pieces)


def without_links(text: str) -> str:
    """Return the text without hyperlinks."""
    return re.sub(_HYPERLINK, "", text)


def without_color(text: str) -> str:
    """Return the text without colors and styles."""
    return re.sub(_COLOR, "", text)


def shows_links() -> bool:
    """Return whether standard output is a terminal that ignores hyperlinks where it does not know them."""
    return sys.stdout.isatty() and os.environ.get("TERM", "dumb") not in ("dumb", "linux")


def without_separators(names: list[str]) -> list[str]:
    """Return names without what stands between them in a sentence: a comma, "vs"."""
    stripped = [name.rstrip(",") for name in names if name.lower().rstrip(".") not in _SEPARATORS]
    return [name for name in stripped if name]


_SEPARATORS = ("vs", "versus")


def _lines() -> Iterator[str]:
    """Yield the lines of standard input. Raises UsageError where there is no end of them."""
    for _ in range(_MOST_NAMES):
        if not (line := sys.stdin.readline(_LONGEST_NAME)):
            return
        yield line
    raise UsageError(f"more than {_MOST_NAMES:,} names on standard input", "send fewer, such as with `| head -n 100`")


_MOST_NAMES, _LONGEST_NAME = 10_000, 4_096


def read_names(arguments: list[str]) -> Iterator[list[str]]:
    """Yield runs of words that may be one name or several; ``-`` stands for names on standard input, one a line.

    Raises NoNamesGiven or UsageError.
    """
    run: list[str] = []
    for argument in arguments:
        if argument != "-":
            run.append(argument)
            continue
        yield run
        run = []
        names = [line.split("\t")[0].strip().removeprefix("\ufeff") for line in _lines()]
        if not any(names):
            raise NoNamesGiven()
        yield from ([name] for name in names if name)
    yield run
