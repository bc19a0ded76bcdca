"""Write an answer to a terminal or a pipe, through the pager where it is long, and notes to standard error."""

import os
import shutil
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from reportcli.answer import Answer, HasExitCode
from reportcli.catalog.files import Progress, UnreadableFile
from reportcli.cli import COLOR, THEMES, GlobalOptions, streams
from reportcli.errors import (
    EntryUnreadable,
    ExitCode,
    IndexDamaged,
    OutputIncomplete,
    ReportcliError,
    UnsupportedFormat,
    UsageError,
)
from reportcli.render import formats
from reportcli.render.formats import LATEX, SVG, TABLE, formats_for
from reportcli.render.value import escape_controls, escape_path

if TYPE_CHECKING:
    from reportcli.render.terminal.screen import Picture


TEXT = "text"
_NARROWEST, _WIDEST = 20, 10_000  # columns
_READ_FIRST = 1_000  # pieces of an answer
_HIGHEST_HEADING = 6  # lines of a table
_LESS_WITH_HEADER = 600  # the first release of less that knows --header
_BAR_DELAY = 1.0  # seconds before a progress bar appears
_BAR_WIDTH = 30


class OutputSettings(NamedTuple):
    """How an answer is written."""

    format: str
    header: bool | None = None
    quiet: bool = False
    color: bool = False
    width: int = 0  # of a picture, in columns; 0 is that of the terminal
    pager: bool = True
    theme: str = THEMES[0]  # of a picture in SVG
    plain: bool = False  # without a window around a picture, and notes below a table in LaTeX
    bom: bool = False  # before csv
    excel: bool = False  # guards cells of csv that begin like a formula
    folders: Sequence[Path] = ()  # that --catalog named: commands in notes repeat them


def output_settings(
    before_command: GlobalOptions,
    format_names: Sequence[str],
    format_name: str | None,
    json: bool,
    header: bool | None,
    width: int | None,
    no_pager: bool,
    quiet: bool,
    color: str | None,
    theme: str | None = None,
    plain: bool = False,
    bom: bool = False,
    excel: bool = False,
) -> OutputSettings:
    """Return how to write, as the options say; ``format_names`` are those that the command supports.

    Only the kind of standard output decides between table and tsv. Raises UsageError, UnsupportedFormat.
    """
    if json and format_name not in (None, "json"):
        raise UsageError(f"--json and --format {format_name} contradict one another", "give one of them")
    default = TEXT if TEXT in format_names else TABLE if sys.stdout.isatty() else "tsv"
    chosen = "json" if json else _SHORT_FORMATS.get(format_name or default, format_name or default)
    if chosen not in format_names:
        raise UnsupportedFormat(chosen, format_names)
    if theme not in (None, *THEMES):
        raise UsageError(f"invalid value for --theme: {theme!r}", f"choose from {', '.join(THEMES)}")
    if chosen != SVG and theme:
        raise UsageError("--theme is for pictures", f"add --format {SVG}, or drop it")
    if plain and chosen not in (SVG, LATEX):
        raise UsageError("--plain is for pictures and LaTeX", f"add --format {SVG} or {LATEX}, or drop it")
    if chosen != "csv" and (bom or excel):
        raise UsageError(f"{'--bom' if bom else '--excel'} is for CSV", "add --format csv, or drop it")
    if bom and not streams.is_unicode():
        raise UsageError(f"--bom is for UTF-8, not {sys.stdout.encoding}", "set PYTHONIOENCODING=utf-8, or drop it")
    quiet, color = quiet or before_command.quiet, color or before_command.color
    settings = OutputSettings(chosen, header, quiet, use_color(color), width or 0, not no_pager)
    return settings._replace(theme=theme or THEMES[0], plain=plain, bom=bom, excel=excel)


_SHORT_FORMATS = {"md": "markdown"}


def use_color(color: str | None = None) -> bool:
    """Return whether to write color: --color > NO_COLOR > FORCE_COLOR > TERM=dumb or unset > terminal."""
    if color not in (None, *COLOR):
        raise UsageError(f"invalid value for --color: {color!r}", f"choose from {', '.join(COLOR)}")
    if color in ("always", "never"):
        return color == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if force := os.environ.get("FORCE_COLOR"):
        return force != "0"
    return os.environ.get("TERM", "dumb") != "dumb" and sys.stdout.isatty()


def write(answer: Answer, unreadable: Sequence[UnreadableFile], settings: OutputSettings) -> int:
    """Write an answer and its notes; return the exit code. Raises BrokenPipeError where the reader has gone away."""
    if settings.format not in formats_for(type(answer).__name__):  # a command may answer with one of several kinds
        raise UnsupportedFormat(settings.format, formats_for(type(answer).__name__))
    notes = warnings(unreadable)
    pieces: Iterable[str]
    if settings.format in (TABLE, SVG):
        picture = _picture(answer, settings)
        pieces = [picture.text]
        notes += [f"note: {note}" for note in picture.notes]
    else:
        pieces = formats.write(
            answer, settings.format, settings.header, bom=settings.bom, excel=settings.excel, plain=settings.plain
        )
    has_results = isinstance(answer, HasExitCode) or any(True for _ in answer.ids())
    notes += [f"note: {note}" for note in answer.notes] + ([] if has_results else ["nothing found"])
    write_text(pieces, settings)
    write_notes(notes, settings)
    if isinstance(answer, HasExitCode):
        return answer.exit_code
    return ExitCode.SUCCESS if has_results else ExitCode.NOTHING_FOUND


def warnings(unreadable: Iterable[UnreadableFile]) -> list[str]:
    """Return what to say of files that cannot be read."""
    return [
        f"warning: {EntryUnreadable(escape_path(path), line, problem)} (skipped)" for path, line, problem in unreadable
    ]


def write_text(pieces: Iterable[str], settings: OutputSettings) -> None:
    """Write text to standard output; a table that is longer than the screen goes through the pager."""
    if settings.format == TABLE and settings.pager and sys.stdout.isatty():
        pieces = ["".join(pieces)]
        if pieces[0].count("\n") >= shutil.get_terminal_size().lines and _show_in_pager(pieces[0]):
            return
    encodable = iter(streams.encodable(pieces, settings.format))
    first = list(islice(encodable, _READ_FIRST))  # a damaged index shows before anything is written, as a rule
    try:
        for piece in chain(first, encodable):
            sys.stdout.write(piece)
    except IndexDamaged as error:
        raise OutputIncomplete() from error
    sys.stdout.flush()


def _show_in_pager(text: str) -> bool:
    """Show a text in the user's pager, a shell command; return False where there is none or it did not read the text.

    The text is handed over as a file, whose position tells whether any of it was read.
    """
    command = _pager_command()
    if not command:
        return False
    import signal
    import subprocess
    import tempfile

    text = streams.without_links(text)
    less_options = os.environ["LESS"] if "LESS" in os.environ else _less_options(command, text)
    if "less" in command and "r" not in less_options.lower():  # less would show the escapes as text
        text = streams.without_color(text)
    try:
        with tempfile.TemporaryFile("w+", encoding=sys.stdout.encoding, errors="backslashreplace") as file:
            file.write(text)
            file.seek(0)
            before = signal.signal(signal.SIGINT, lambda *_: None)  # an interrupt is for the pager
            try:
                shell = ["sh", "-c", f"trap : INT\n{command}"]  # and not for the shell that waits for it
                code = subprocess.run(
                    shell, stdin=file, env={**os.environ, "LESS": less_options}, check=False
                ).returncode
            finally:
                signal.signal(signal.SIGINT, before)
            return code not in (126, 127) and os.lseek(file.fileno(), 0, os.SEEK_CUR) > 0
    except OSError:  # no room for the file, or no shell
        return False


def _pager_command() -> str:
    """Return the user's pager; "" where it is turned off, or none is set and less is not installed."""
    for name in ("REPORTCLI_PAGER", "PAGER"):
        if name in os.environ:
            command = os.environ[name].strip()
            return "" if command == "cat" else command
    return "less" if shutil.which("less") else ""


def _another_program_draws() -> bool:
    """Return whether standard error is a terminal that a program, such as a pager we write to, has for its own picture.

    Such a program takes keys one by one, and notes would be scribbled over what it shows.
    """
    if not sys.stderr.isatty() or sys.stdout.isatty():
        return False
    import termios

    with suppress(OSError, ValueError, termios.error):
        return not termios.tcgetattr(sys.stderr)[_LOCAL_FLAGS] & termios.ICANON
    return False


_LOCAL_FLAGS = 3  # the place of these in what tcgetattr returns


def _less_options(command: str, text: str) -> str:
    """Return how less shows a text in color, where its user has not said how; the heading of a table stays in sight."""
    import re
    import subprocess

    if command != "less" or not shutil.which(command):
        return "FRX"
    lines = streams.without_color(text).splitlines()
    rules = [number for number, line in enumerate(lines, 1) if set(line) == {"─"}]
    if len(rules) != 1 or rules[0] > _HIGHEST_HEADING:
        return "FRX"  # it would stay above the rows of another table
    shown = subprocess.run([command, "--version"], capture_output=True, text=True, check=False).stdout
    version = re.match(r"less (\d+)", shown)
    return f"-FRX --header={rules[0]}" if version and int(version[1]) >= _LESS_WITH_HEADER else "FRX"


def write_notes(notes: Iterable[str], settings: OutputSettings) -> None:
    """Write notes and warnings to standard error, unless they are not wanted."""
    for note in () if settings.quiet or _another_program_draws() else notes:
        write_note(_wrap_for_terminal(escape_controls(_with_folders(note, settings.folders))))


@contextmanager
def repeating_folders(folders: Sequence[Path]) -> Iterator[None]:
    """Let the commands in the hint of an error that is raised in the block name the folders that --catalog named."""
    try:
        yield
    except ReportcliError as error:
        error.hint = _with_folders(error.hint, folders)
        raise


def _with_folders(text: str, folders: Sequence[Path]) -> str:
    """Return a text whose commands, such as `reportcli edit qwen3`, work when typed where --catalog named folders."""
    if not folders or "`reportcli " not in text:
        return text
    import re
    import shlex

    given = "".join(f" --catalog {shlex.quote(str(folder))}" for folder in folders)
    return re.sub(
        r"`(reportcli (?!help )(?![^`]*(?:--catalog |--help))[^`|]+)`", lambda command: f"`{command[1]}{given}`", text
    )


def write_error(error: ReportcliError, as_json: bool) -> None:
    """Write an error to standard error; its last line is a JSON object where the answer would have been JSON."""
    write_note(f"error: {error}")
    if as_json:
        import json

        names = ("message", "hint", "did_you_mean", "exit_code")
        write_note(json.dumps({"error": {name: getattr(error, name) for name in names}}))


def write_note(text: str) -> None:
    """Write lines to standard error; where that is full or gone, the program goes on."""
    with suppress(OSError):
        print("\n".join(map(escape_controls, text.split("\n"))), file=sys.stderr)


def _wrap_for_terminal(note: str) -> str:
    """Return a note in lines that fit on a terminal, broken between words."""
    width = shutil.get_terminal_size().columns
    if len(note) <= width or not sys.stderr.isatty():
        return note
    from textwrap import fill

    return fill(note, max(width, _NARROWEST), subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)


def _picture(answer: Answer, settings: OutputSettings) -> "Picture":
    width = settings.width or min(max(shutil.get_terminal_size().columns, _NARROWEST), _WIDEST)
    picture = formats.draw(answer, width, settings.color or settings.format == SVG)
    if settings.format == SVG:
        from reportcli.render.terminal import svg

        text = svg.draw(streams.without_links(picture.text), width, settings.theme, settings.plain)
        return picture._replace(text=text)
    return picture if streams.shows_links() else picture._replace(text=streams.without_links(picture.text))


def progress(settings: OutputSettings, doing: str = "files indexed") -> Progress | None:
    """Return what draws how far work is on standard error: on a terminal only, and only when it takes long."""
    if settings.quiet or not sys.stderr.isatty():
        return None
    start = time.monotonic() + _BAR_DELAY

    def draw(done: int, total: int) -> None:
        if time.monotonic() > start and (done % 50 == 0 or done == total) and not _another_program_draws():
            told = f"{done:,} of {total:,} {doing}"
            width = max(0, min(_BAR_WIDTH, shutil.get_terminal_size().columns - len(told) - 4))
            filled = width * done // max(total, 1)
            sys.stderr.write(f"\r[{'#' * filled}{'.' * (width - filled)}] {told}")
            sys.stderr.write("\r\x1b[K" if done == total else "")
            sys.stderr.flush()

    return draw
