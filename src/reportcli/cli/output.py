"""The last hand-over: an answer goes to a terminal or a pipe, notes to standard error. No other room writes."""

import os
import shutil
import sys
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from reportcli.answer import Answer, Judgement
from reportcli.cli import streams
from reportcli.errors import NOTHING_FOUND, BadFormat, BadUse, UnreadableEntry
from reportcli.index import Unreadable
from reportcli.render.cells import visible, visible_path
from reportcli.render.machine import FORMATS, offered
from reportcli.upkeep import Progress

if TYPE_CHECKING:
    from reportcli.render.screen import Picture

COLOR = ("auto", "always", "never")
TABLE, TEXT, SVG = "table", "text", "svg"
_NARROWEST, _WIDEST = 20, 10_000
_PATIENCE = 1.0  # seconds before a progress bar appears
_BAR = 30


class Printing(NamedTuple):
    """How an answer is to be written."""

    format: str
    header: bool | None = None
    quiet: bool = False
    colour: bool = False
    width: int = 0  # of a picture; 0 is that of the terminal
    pager: bool = True


def formats(kinds: Sequence[type]) -> tuple[str, ...]:
    """Return the formats that a command with these kinds of answers takes."""
    return (TABLE, *offered(kinds), SVG)


def printing(
    kinds: Sequence[type],
    *,
    format: str | None,
    json: bool,
    header: bool | None,
    quiet: bool,
    color: str | None,
    width: int | None,
    no_pager: bool,
) -> Printing:
    """Decide how to write: whether standard output is a terminal decides table or tsv, nothing else does."""
    if json and format not in (None, "json"):
        raise BadUse(f"--json and --format {format} contradict one another", "give one of them")
    known = formats(kinds)
    usual = TEXT if TEXT in known else TABLE if sys.stdout.isatty() else "tsv"
    chosen = "json" if json else format or usual
    if chosen not in known:
        raise BadFormat(chosen, known)
    return Printing(chosen, header, quiet, is_coloured(color), width or 0, not no_pager)


def is_coloured(color: str | None = None) -> bool:
    """Return whether to write colour: --color > NO_COLOR > FORCE_COLOR > TERM=dumb > terminal."""
    if color not in (None, *COLOR):
        raise BadUse(f"--color cannot be {color!r}", "write auto, always or never")
    if color in ("always", "never"):
        return color == "always"
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (os.environ.get("TERM") != "dumb" and sys.stdout.isatty())


def write(answer: Answer, unreadable: Sequence[Unreadable], how: Printing) -> int:
    """Write an answer and its notes; return the exit code. Raises BrokenPipeError where the reader has gone away."""
    if how.format not in formats([type(answer)]):  # of the kinds that the command may answer with, it is another
        raise BadFormat(how.format, formats([type(answer)]))
    notes = [f"warning: {_unreadable(*one)} (skipped)" for one in unreadable]
    pieces: Iterable[str]
    if how.format in (TABLE, SVG):
        picture = _picture(answer, how)
        pieces = [picture.text]
        notes += [f"note: {note}" for note in picture.notes]
    else:
        pieces = FORMATS[how.format].write(answer, how.header)
    found = isinstance(answer, Judgement) or any(True for _ in answer.ids())
    notes += [f"note: {note}" for note in answer.notes] + ([] if found else ["nothing found"])
    put(pieces, how)
    for note in () if how.quiet else notes:
        say(_folded(visible(note)))  # on lines of ours, whatever an entry holds
    return answer.exit_code if isinstance(answer, Judgement) else 0 if found else NOTHING_FOUND


def _unreadable(path: str, line: int, problem: str) -> UnreadableEntry:
    return UnreadableEntry(visible_path(path), line, problem)


def put(pieces: Iterable[str], how: Printing) -> None:
    """Write text to standard output; a picture that is longer than the screen goes through the pager."""
    streams.escape(_ESCAPES.get(how.format, streams.PLAIN))
    if how.format == TABLE and how.pager:
        pieces = ["".join(pieces)]
        if streams.is_long(pieces[0]) and (command := streams.pager()) and streams.page(pieces[0], command):
            return
    for piece in pieces:
        sys.stdout.write(piece)
    sys.stdout.flush()


_ESCAPES = {"json": streams.JSON, "jsonl": streams.JSON, "toml": streams.TOML, SVG: streams.XML}


def say(sentence: str) -> None:
    """Write a sentence to standard error; where that is full or gone, the rest goes on."""
    with suppress(OSError):
        print("\n".join(map(visible, sentence.split("\n"))), file=sys.stderr)


def _folded(note: str) -> str:
    """Return a note in lines that fit on a terminal, broken between words."""
    width = shutil.get_terminal_size().columns
    if len(note) <= width or not sys.stderr.isatty():
        return note
    from textwrap import fill

    return fill(note, max(width, _NARROWEST), subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)


def _picture(answer: Answer, how: Printing) -> "Picture":
    from reportcli.render.pictures import PICTURES
    from reportcli.render.screen import as_svg

    width = how.width or min(max(shutil.get_terminal_size().columns, _NARROWEST), _WIDEST)
    picture = PICTURES[type(answer)](answer, width, how.colour or how.format == SVG)
    if how.format == SVG:
        return picture._replace(text=as_svg(streams.without_links(picture.text), width))
    return picture if streams.shows_links() else picture._replace(text=streams.without_links(picture.text))


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
