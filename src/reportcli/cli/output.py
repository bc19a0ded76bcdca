"""The last hand-over: an answer goes to a terminal or a pipe, notes to standard error. No other room writes."""

import os
import shutil
import sys
import time
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from reportcli.answer import Answer
from reportcli.errors import NOTHING_FOUND, BadFormat, BadUse, UnreadableEntry
from reportcli.index import Progress, Unreadable
from reportcli.render.cells import visible
from reportcli.render.machine import FORMATS

if TYPE_CHECKING:
    from reportcli.render.screen import Picture

TABLE = "table"
_NARROWEST, _WIDEST = 20, 10_000
_PATIENCE = 0.5  # seconds before a progress bar appears
_BAR = 30


class Printing(NamedTuple):
    """How an answer is to be written."""

    format: str
    header: bool | None
    quiet: bool
    colour: bool


def printing(format: str | None, json: bool, header: bool | None, quiet: bool, color: str | None) -> Printing:
    """Decide how to write: whether standard output is a terminal decides table or tsv, nothing else does."""
    if json and format not in (None, "json"):
        raise BadUse(f"--json and --format {format} contradict one another", "give one of them")
    chosen = "json" if json else format or (TABLE if sys.stdout.isatty() else "tsv")
    if chosen not in (TABLE, *FORMATS):
        raise BadFormat(chosen, (TABLE, *FORMATS))
    return Printing(chosen, header, quiet, _colour(color))


def _colour(color: str | None) -> bool:
    """Return whether to write colour: --color > NO_COLOR > FORCE_COLOR > TERM=dumb > terminal."""
    if color not in (None, "auto", "always", "never"):
        raise BadUse(f"--color cannot be {color!r}", "write auto, always or never")
    if color in ("always", "never"):
        return color == "always"
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (os.environ.get("TERM") != "dumb" and sys.stdout.isatty())


def write(answer: Answer, unreadable: Sequence[Unreadable], how: Printing) -> int:
    """Write an answer and its notes; return the exit code. A reader that has gone away ends it silently."""
    notes = [f"warning: {UnreadableEntry(*one)} (skipped)" for one in unreadable]
    pieces: Iterable[str]
    if how.format == TABLE:
        picture = _picture(answer, how.colour)
        pieces = [picture.text]
        notes += [f"note: {note}" for note in picture.notes]
    else:
        pieces = FORMATS[how.format](answer, how.header)
    found = any(True for _ in answer.ids())
    notes += [f"note: {note}" for note in answer.notes] + ([] if found else ["nothing found"])
    try:
        put(pieces)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    for note in () if how.quiet else notes:
        say(note)
    return 0 if found else NOTHING_FOUND


def put(pieces: Iterable[str]) -> None:
    """Write text to standard output."""
    for piece in pieces:
        sys.stdout.write(piece)
    sys.stdout.flush()


def say(sentence: str) -> None:
    """Write a sentence to standard error."""
    print("\n".join(map(visible, sentence.split("\n"))), file=sys.stderr)


def _picture(answer: Answer, colour: bool) -> "Picture":
    from reportcli.render.pictures import PICTURES

    width = min(max(shutil.get_terminal_size().columns, _NARROWEST), _WIDEST)
    return PICTURES[type(answer)](answer, width, colour)


def progress(how: Printing) -> Progress | None:
    """Return what draws the progress of indexing on standard error: on a terminal only, and only when it takes long."""
    if how.quiet or not sys.stderr.isatty():
        return None
    patience = time.monotonic() + _PATIENCE

    def draw(done: int, total: int) -> None:
        if time.monotonic() > patience and (done % 50 == 0 or done == total):
            filled = _BAR * done // max(total, 1)
            sys.stderr.write(f"\r[{'#' * filled}{'.' * (_BAR - filled)}] {done:,} of {total:,} files indexed")
            sys.stderr.write("\r\x1b[K" if done == total else "")
            sys.stderr.flush()

    return draw
