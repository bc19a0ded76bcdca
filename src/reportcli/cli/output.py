"""The last hand-over: an answer goes to a terminal or a pipe, notes to standard error. No other room writes."""

import os
import shutil
import sys
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from reportcli.answer import Answer, HasExitCode
from reportcli.catalog.files import Progress, UnreadableFile
from reportcli.cli import streams
from reportcli.errors import EntryUnreadable, ExitCode, UnsupportedFormat, UsageError
from reportcli.render import formats
from reportcli.render.formats import SVG, TABLE, formats_for
from reportcli.render.value import escape_controls, escape_path

if TYPE_CHECKING:
    from reportcli.render.terminal.screen import Picture


COLOR = ("auto", "always", "never")
TEXT = "text"
_NARROWEST, _WIDEST = 20, 10_000
_PATIENCE = 1.0  # seconds before a progress bar appears
_BAR = 30


class OutputSettings(NamedTuple):
    """How an answer is to be written."""

    format: str
    header: bool | None = None
    quiet: bool = False
    color: bool = False
    width: int = 0  # of a picture; 0 is that of the terminal
    pager: bool = True


def output_settings(
    kinds: Sequence[type],
    *,
    format: str | None,
    json: bool,
    header: bool | None,
    quiet: bool,
    color: str | None,
    width: int | None,
    no_pager: bool,
) -> OutputSettings:
    """Decide how to write: whether standard output is a terminal decides table or tsv, nothing else does."""
    if json and format not in (None, "json"):
        raise UsageError(f"--json and --format {format} contradict one another", "give one of them")
    known = formats_for(kinds)
    usual = TEXT if TEXT in known else TABLE if sys.stdout.isatty() else "tsv"
    chosen = "json" if json else format or usual
    if chosen not in known:
        raise UnsupportedFormat(chosen, known)
    return OutputSettings(chosen, header, quiet, use_color(color), width or 0, not no_pager)


def use_color(color: str | None = None) -> bool:
    """Return whether to write colour: --color > NO_COLOR > FORCE_COLOR > TERM=dumb > terminal."""
    if color not in (None, *COLOR):
        raise UsageError(f"--color cannot be {color!r}", "write auto, always or never")
    if color in ("always", "never"):
        return color == "always"
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (os.environ.get("TERM") != "dumb" and sys.stdout.isatty())


def write(answer: Answer, unreadable: Sequence[UnreadableFile], how: OutputSettings) -> int:
    """Write an answer and its notes; return the exit code. Raises BrokenPipeError where the reader has gone away."""
    if how.format not in formats_for([type(answer)]):  # of the kinds that the command may answer with, it is another
        raise UnsupportedFormat(how.format, formats_for([type(answer)]))
    notes = [f"warning: {_unreadable(*one)} (skipped)" for one in unreadable]
    pieces: Iterable[str]
    if how.format in (TABLE, SVG):
        picture = _picture(answer, how)
        pieces = [picture.text]
        notes += [f"note: {note}" for note in picture.notes]
    else:
        pieces = formats.write(answer, how.format, how.header)
    found = isinstance(answer, HasExitCode) or any(True for _ in answer.ids())
    notes += [f"note: {note}" for note in answer.notes] + ([] if found else ["nothing found"])
    write_text(pieces, how)
    for note in () if how.quiet else notes:
        write_note(_folded(escape_controls(note)))  # on lines of ours, whatever an entry holds
    return answer.exit_code if isinstance(answer, HasExitCode) else 0 if found else ExitCode.NOTHING_FOUND


def _unreadable(path: str, line: int, problem: str) -> EntryUnreadable:
    return EntryUnreadable(escape_path(path), line, problem)


def write_text(pieces: Iterable[str], how: OutputSettings) -> None:
    """Write text to standard output; a picture that is longer than the screen goes through the pager."""
    streams.escape(_ESCAPES.get(how.format, streams.PLAIN))
    if how.format == TABLE and how.pager:
        pieces = ["".join(pieces)]
        if (
            streams.exceeds_screen(pieces[0])
            and (command := streams.pager_command())
            and streams.show_in_pager(pieces[0], command)
        ):
            return
    for piece in pieces:
        sys.stdout.write(piece)
    sys.stdout.flush()


_ESCAPES = {"json": streams.JSON, "jsonl": streams.JSON, "toml": streams.TOML, SVG: streams.XML}


def write_note(sentence: str) -> None:
    """Write a sentence to standard error; where that is full or gone, the rest goes on."""
    with suppress(OSError):
        print("\n".join(map(escape_controls, sentence.split("\n"))), file=sys.stderr)


def _folded(note: str) -> str:
    """Return a note in lines that fit on a terminal, broken between words."""
    width = shutil.get_terminal_size().columns
    if len(note) <= width or not sys.stderr.isatty():
        return note
    from textwrap import fill

    return fill(note, max(width, _NARROWEST), subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)


def _picture(answer: Answer, how: OutputSettings) -> "Picture":
    width = how.width or min(max(shutil.get_terminal_size().columns, _NARROWEST), _WIDEST)
    picture = formats.draw(answer, width, how.color or how.format == SVG)
    if how.format == SVG:
        from reportcli.render.terminal.screen import as_svg

        return picture._replace(text=as_svg(streams.without_links(picture.text), width))
    return picture if streams.shows_links() else picture._replace(text=streams.without_links(picture.text))


def progress(how: OutputSettings) -> Progress | None:
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
