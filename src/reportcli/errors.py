"""Every way a request can fail: one parent, one class a kind, one exit code each.

The sentences are built here, not where the error is raised. This module never prints.
"""

from collections.abc import Iterable, Sequence
from enum import IntEnum


class ExitCode(IntEnum):
    """How the program ends; ``meaning`` says it in one line."""

    meaning: str

    def __new__(cls, code: int, meaning: str) -> "ExitCode":
        """Return the member for a code, with its meaning."""
        member = int.__new__(cls, code)
        member._value_ = code
        member.meaning = meaning
        return member

    SUCCESS = 0, "found, or done"
    NOTHING_FOUND = 1, "nothing found; of check, that there are problems"
    BAD_REQUEST = 2, "the request is wrong: an unknown name, a bad query or period, a wrong option"
    UNAVAILABLE = 3, "the catalogue or arXiv cannot be read, or something cannot be written"
    INTERRUPTED = 130, "interrupted"


class ReportcliError(Exception):
    """The parent of all errors of reportcli; its text is one sentence for the user, ``hint`` says what to do."""

    exit_code: int = ExitCode.BAD_REQUEST

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class UnknownName(ReportcliError):
    """No report, model or technique goes by this name."""

    def __init__(self, name: str, nearest: Sequence[str], what: str = "report") -> None:
        super().__init__(f"no {what} named {name!r}", did_you_mean(nearest))
        self.nearest = tuple(nearest)


class AmbiguousName(ReportcliError):
    """A name fits several reports; nothing is guessed."""

    def __init__(self, name: str, candidates: Sequence[str]) -> None:
        super().__init__(f"{name!r} is ambiguous", f"write one of: {', '.join(candidates)}")
        self.candidates = tuple(candidates)


class UnknownField(ReportcliError):
    """No field goes by this name."""

    def __init__(self, name: str, nearest: Sequence[str]) -> None:
        super().__init__(f"unknown field {name!r}", did_you_mean(nearest) or "`--columns help` lists the fields")


class UnsuitableField(ReportcliError):
    """The field exists, but not for this purpose."""

    def __init__(self, name: str, purpose: str, fitting: Iterable[str]) -> None:
        super().__init__(f"the field {name!r} cannot be used {purpose}", f"use one of: {', '.join(fitting)}")


class InvalidPeriod(ReportcliError):
    """A text that is not a period, or a date that does not exist."""

    def __init__(self, text: str, problem: str) -> None:
        super().__init__(
            f"{text!r} is not a period: {problem}",
            "write 2025, 2025-06, 2025-Q2, 2025-W20, 2025-06-18, 2025-01..2025-06, 2025-05.. or 'last 90 days'",
        )
        self.problem = problem


class InvalidQuery(ReportcliError):
    """A query that cannot be read; ``position`` is the place of the mark, counted from 0."""

    def __init__(self, query: str, position: int, problem: str, advice: str) -> None:
        line = query.replace("\n", " ").replace("\t", " ")
        start = max(0, position - 50)
        mark = " " * (position - start) + "^"
        super().__init__(f"{problem}\n  {line[start : start + 76]}\n  {mark}", advice)
        self.problem = problem
        self.position = position


class UnsupportedFormat(ReportcliError):
    """The command cannot answer in this format."""

    def __init__(self, name: str, formats: Iterable[str]) -> None:
        super().__init__(f"there is no format {name!r} for this command", f"use one of: {', '.join(formats)}")


class NoNamesGiven(ReportcliError):
    """``-`` was given and standard input held no name."""

    def __init__(self) -> None:
        super().__init__("no names on standard input", "give one per line")


class UsageError(ReportcliError):
    """The command line itself is wrong."""


class PathNotFound(ReportcliError):
    """A file or folder was named that is not there."""

    def __init__(self, path: object) -> None:
        super().__init__(f"there is no file or folder {path}", "give TOML files, or folders containing them")


class LinkNotFound(ReportcliError):
    """A report has no link of this kind; ``others`` are the kinds that it has."""

    exit_code = ExitCode.NOTHING_FOUND

    def __init__(self, report: str, kind: str, others: Sequence[str]) -> None:
        super().__init__(
            f"{_on_one_line(report)} has no link to {kind}" if kind else f"{_on_one_line(report)} has no links",
            f"it has: {', '.join(others)}" if others else "",
        )


class UnsafeLink(ReportcliError):
    """A link of the catalogue is not an address on the web, and is not given to a browser."""

    exit_code = ExitCode.UNAVAILABLE

    def __init__(self, report: str, address: str) -> None:
        super().__init__(
            f"{_on_one_line(report)} has a link that is not an address on the web: {_on_one_line(address)}"
        )


class BrowserUnavailable(ReportcliError):
    """No browser opened the address."""

    def __init__(self, address: str) -> None:
        super().__init__(f"no browser could open {address}", "--print writes the address instead")


class PaperNotFound(ReportcliError):
    """arXiv has no paper under this number."""

    def __init__(self, number: str, reason: str = "") -> None:
        said = f": {reason}" if reason else ""
        super().__init__(f"no arXiv paper {number}{said}", "write a number such as 2505.09388 or 2505.09388v1")


class ArxivUnavailable(ReportcliError):
    """arXiv did not answer, or not in the shape that its manual describes."""

    exit_code = ExitCode.UNAVAILABLE

    def __init__(self, problem: str, hint: str = "try again later, or fill in an entry by hand") -> None:
        super().__init__(f"cannot ask arXiv: {problem}", hint)


class CatalogUnreadable(ReportcliError):
    """A catalogue folder cannot be read."""

    exit_code = ExitCode.UNAVAILABLE

    def __init__(self, folder: object, problem: str) -> None:
        super().__init__(f"cannot read the catalogue folder {folder}: {problem}", "name another with --catalog DIR")
        self.problem = problem


class IndexDamaged(ReportcliError):
    """The index could not be read in the middle of an answer; the next call makes a new one."""

    exit_code = ExitCode.UNAVAILABLE

    def __init__(self) -> None:
        super().__init__("the index was damaged; output is incomplete", "run the command again")


class SearchUnavailable(ReportcliError):
    """The SQLite of this Python lacks FTS5, which the index is made with."""

    exit_code = ExitCode.UNAVAILABLE

    def __init__(self) -> None:
        super().__init__("the SQLite of this Python lacks FTS5 (full-text search)", "use a Python whose SQLite has it")


class EntryUnreadable(ReportcliError):
    """One file cannot be read as a report; it never stops the others.

    ``line`` and ``column`` count from 1; 0 where the problem has no place.
    """

    exit_code = ExitCode.UNAVAILABLE

    def __init__(self, path: object, line: int, problem: str, column: int = 0) -> None:
        super().__init__(f"{path}:{line}: {problem}" if line else f"{path}: {problem}")
        self.line = line
        self.column = column
        self.problem = problem


class CompletionNotInstalled(ReportcliError):
    """Completion cannot be written where the shell looks for it."""

    exit_code = ExitCode.UNAVAILABLE

    def __init__(self, error: OSError, shell: str) -> None:
        super().__init__(
            f"cannot write {error.filename}: {error.strerror}",
            f"`reportcli --show-completion {shell}` prints the script, to be put where {shell} reads it",
        )


class EntryUnwritable(ReportcliError):
    """A file cannot be put in place; what was there before is there still."""

    exit_code = ExitCode.UNAVAILABLE

    def __init__(self, path: object, problem: str, hint: str = "") -> None:
        super().__init__(f"cannot write {path}: {problem}", hint)
        self.problem = problem


class EntryChanged(EntryUnwritable):
    """Someone else made, changed or removed a file between the reading and the writing."""

    def __init__(self, path: object, problem: str) -> None:
        super().__init__(path, problem, "nothing was written; look at the file, and try again")


class EntryRejected(ReportcliError):
    """A text cannot be saved as an entry; every problem is named."""

    def __init__(self, name: str, problems: Sequence[str]) -> None:
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        super().__init__("\n  ".join([f"{name} is not saved: {count}", *problems]))
        self.problems = tuple(problems)


class NameInUse(ReportcliError):
    """An id, name or alias that another entry goes by."""

    def __init__(self, name: str, other: str) -> None:
        super().__init__(f"{name!r} is already used by {other}", f"`reportcli edit {other}` changes that entry")


class NothingToAdd(ReportcliError):
    """The template was left as it was, or emptied."""

    exit_code = ExitCode.NOTHING_FOUND

    def __init__(self) -> None:
        super().__init__("nothing added: the template is unchanged")


class EditorUnavailable(ReportcliError):
    """The user's editor cannot be found or started, or it failed."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem, "set VISUAL or EDITOR to a command that waits until the file is closed")


class Terminated(ReportcliError):
    """A signal told us to end while there was something typed to keep; ``editor_runs`` where its editor goes on."""

    editor_runs = False

    def __init__(self, number: int) -> None:
        super().__init__(f"terminated by signal {number}; nothing was saved")
        self.exit_code = 128 + number  # as the shells say it


def did_you_mean(nearest: Sequence[str]) -> str:
    """Return the question after something unknown; "" where nothing is near."""
    return f"did you mean {' or '.join(map(_on_one_line, nearest))}?" if nearest else ""


def _on_one_line(text: str) -> str:
    """Return a text of an entry without line ends: it must not look like a line of ours."""
    return text.replace("\n", " ")
