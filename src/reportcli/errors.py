"""Every way a request can fail: one parent class, one class per kind, one exit code each.

The messages are built here, not where the error is raised. This module never prints.
"""

from collections.abc import Iterable, Sequence
from enum import IntEnum
from typing import Any

FIELDS_HINT = "`reportcli fields` lists them"


class ExitCode(IntEnum):
    """The exit codes of the program, each with its ``meaning`` in one line."""

    meaning: str

    def __new__(cls, code: int, meaning: str) -> "ExitCode":
        """Return the member for a code, with its meaning."""
        member = int.__new__(cls, code)
        member._value_ = code
        member.meaning = meaning
        return member

    SUCCESS = 0, "success"
    NOTHING_FOUND = 1, "nothing found, or check found problems"
    BAD_REQUEST = 2, "invalid request: unknown name, bad query or period, wrong option"
    UNAVAILABLE = 3, "cannot read the catalogue, reach a server, or write a file"
    INTERRUPTED = 130, "interrupted"


class ReportcliError(Exception):
    """The parent of all errors of reportcli: ``message`` says what is wrong, ``hint`` what to do; its text is both.

    ``did_you_mean`` are names or values that would be right, the likeliest first.
    """

    exit_code: int = ExitCode.BAD_REQUEST

    def __init__(self, message: str, hint: str = "", nearest: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.did_you_mean = tuple(nearest)

    def __str__(self) -> str:
        return f"{self.message}\n  {self.hint}" if self.hint else self.message

    def __reduce__(self) -> Any:
        """Return how to copy it: from its text and attributes, since each class takes other arguments."""
        return _new_error, (type(self), self.message), self.__dict__


def _new_error(kind: type[ReportcliError], message: str) -> ReportcliError:
    return kind.__new__(kind, message)


_LISTED_BY = {"report": "list", "technique": "term", "command": "--help"}


class UnknownName(ReportcliError, KeyError):
    """No report, model or technique has this name."""

    def __init__(self, name: str, nearest: Sequence[str], what: str = "report", hint: str = "") -> None:
        listed = f"`reportcli {_LISTED_BY[what]}` lists them" if what in _LISTED_BY else ""
        super().__init__(f"no {what} named {name!r}", hint or did_you_mean(nearest) or listed, nearest)


class AmbiguousName(ReportcliError, KeyError):
    """A name fits several reports, and none is preferred; ``did_you_mean`` are all of them."""

    def __init__(self, name: str, candidates: Sequence[str]) -> None:
        super().__init__(f"{name!r} is ambiguous", f"use one of: {', '.join(candidates)}", candidates)


class UnknownField(ReportcliError):
    """No field has this name."""

    def __init__(self, name: str, nearest: Sequence[str]) -> None:
        super().__init__(f"unknown field {name!r}", did_you_mean(nearest) or FIELDS_HINT, nearest)


class UnsuitableField(ReportcliError):
    """The field exists, but not for this purpose."""

    def __init__(self, name: str, purpose: str, fitting: Iterable[str]) -> None:
        super().__init__(f"the field {name!r} cannot be used {purpose}", f"use one of: {', '.join(fitting)}")


class InvalidPeriod(ReportcliError):
    """A text is not a period, or names a date that does not exist; ``meant`` is the period that was probably meant."""

    def __init__(self, text: str, problem: str, meant: str = "") -> None:
        nearest = [meant] if meant else []
        hint = "write 2025, 2025-06, 2025-Q2, 2025-W20, 2025-06-18, 2025-01..2025-06, 2025-05.. or 'last 90 days'"
        super().__init__(f"{text!r} is not a period: {problem}", did_you_mean(nearest) or hint, nearest)
        self.problem = problem
        self.meant = meant


class InvalidNumber(ReportcliError):
    """A text is not a number or a range; ``meant`` is the one that was probably meant."""

    def __init__(self, problem: str, meant: str = "") -> None:
        super().__init__(problem, f"write {meant or '10B or 10B..'}", [meant] if meant else [])
        self.problem = problem
        self.meant = meant


class InvalidQuery(ReportcliError):
    """A query cannot be parsed; ``position`` is where the problem is, in characters from 0."""

    def __init__(self, query: str, position: int, problem: str, hint: str, nearest: Sequence[str] = ()) -> None:
        line = query.replace("\n", " ").replace("\t", " ")
        start = max(0, position - 50)
        mark = " " * (position - start) + "^"
        super().__init__(f"{problem}\n  {line[start : start + 76]}\n  {mark}", hint, nearest)
        self.problem = problem
        self.position = position


class UnsupportedFormat(ReportcliError):
    """The command has no output in this format."""

    def __init__(self, name: str, formats: Iterable[str]) -> None:
        super().__init__(f"this command does not support the format {name!r}", f"use one of: {', '.join(formats)}")


class NoNamesGiven(ReportcliError):
    """``-`` was given, but there are no names on standard input."""

    def __init__(self) -> None:
        super().__init__("no names on standard input", "give one per line")


class UsageError(ReportcliError):
    """The command line is wrong: an option, or a combination of options."""


class SystemFailure(ReportcliError):
    """The system could not read or write something, or has no memory left."""

    exit_code = ExitCode.UNAVAILABLE

    def __init__(self, error: OSError | MemoryError) -> None:
        problem = f"I/O error: {error.strerror or error}" if isinstance(error, OSError) else "not enough memory"
        super().__init__(problem)


class PathNotFound(ReportcliError):
    """A file or folder that was named does not exist."""

    def __init__(self, path: object, wanted: str = "TOML files, or folders containing them") -> None:
        super().__init__(f"no such file or folder: {path}", f"give {wanted}")


class LinkNotFound(ReportcliError):
    """A report has no link of this kind; ``others`` are the kinds it has."""

    exit_code = ExitCode.NOTHING_FOUND

    def __init__(self, report: str, kind: str, others: Sequence[str]) -> None:
        message = f"{_on_one_line(report)} has no {f'{kind} link' if kind else 'links'}"
        super().__init__(message, f"available: {', '.join(others)}" if others else "")


class UnsafeLink(ReportcliError):
    """A link of the catalogue is not a web address, and is not given to a browser."""

    exit_code = ExitCode.UNAVAILABLE

    def __init__(self, report: str, address: str) -> None:
        super().__init__(f"{_on_one_line(report)} has a link that is not a web address: {_on_one_line(address)}")


class BrowserUnavailable(ReportcliError):
    """No browser opened the address."""

    def __init__(self, address: str) -> None:
        super().__init__(f"no browser could open {address}", "--print prints the URL instead")


class PaperNotFound(ReportcliError):
    """arXiv has no paper with this number."""

    def __init__(self, number: str, reason: str = "") -> None:
        message = f"no arXiv paper {number}" + (f": {reason}" if reason else "")
        super().__init__(message, "give an arXiv ID such as 2505.09388 or 2505.09388v1")


class ServerUnavailable(ReportcliError):
    """A server did not answer, or not in the format that its manual describes; ``task`` is what it was needed for."""

    exit_code = ExitCode.UNAVAILABLE

    def __init__(self, task: str, problem: str, hint: str) -> None:
        super().__init__(f"cannot {task}: {problem}", hint)


class CatalogUnreadable(ReportcliError):
    """A catalogue folder cannot be read."""

    exit_code = ExitCode.UNAVAILABLE

    def __init__(self, folder: object, problem: str) -> None:
        super().__init__(f"cannot read the catalogue folder {folder}: {problem}", "choose another with --catalog DIR")
        self.problem = problem


class OutputIncomplete(ReportcliError):
    """The index could not be read when a part of the answer was written already."""

    exit_code = ExitCode.UNAVAILABLE

    def __init__(self) -> None:
        super().__init__("the index was damaged; output is incomplete", "run the command again")


class HomeUnknown(ReportcliError):
    """There is no folder for what the user writes: neither HOME nor the system says where."""

    exit_code = ExitCode.UNAVAILABLE

    def __init__(self) -> None:
        super().__init__("there is no home folder to write to", "set HOME, or name a folder with --catalog DIR")


class IndexDamaged(ReportcliError):
    """The index could not be read; the next opening makes a new one."""

    exit_code = ExitCode.UNAVAILABLE

    def __init__(self) -> None:
        super().__init__("the index was damaged", "try again: it has been discarded")


class SearchUnavailable(ReportcliError):
    """This Python has no SQLite, or one without FTS5, which the index needs."""

    exit_code = ExitCode.UNAVAILABLE

    def __init__(self) -> None:
        super().__init__("this Python lacks SQLite with FTS5 (full-text search)", "use a Python that has it")


class EntryUnreadable(ReportcliError):
    """One file cannot be read as a report; the others are read all the same.

    ``line`` and ``column`` count from 1; 0 means unknown.
    """

    exit_code = ExitCode.UNAVAILABLE

    def __init__(self, path: object, line: int, problem: str, column: int = 0) -> None:
        super().__init__(f"{path}:{line}: {problem}" if line else f"{path}: {problem}")
        self.line = line
        self.column = column
        self.problem = problem


class CompletionNotInstalled(ReportcliError):
    """The completion script cannot be written where the shell looks for it."""

    exit_code = ExitCode.UNAVAILABLE

    def __init__(self, error: OSError, shell: str) -> None:
        hint = f"`reportcli --show-completion {shell}` prints the script; save it where {shell} loads completions"
        super().__init__(f"cannot write {error.filename}: {error.strerror}", hint)


class EntryUnwritable(ReportcliError):
    """A file cannot be written, or removed; what was there before is unchanged."""

    exit_code = ExitCode.UNAVAILABLE

    def __init__(self, path: object, problem: str, hint: str = "", verb: str = "write") -> None:
        super().__init__(f"cannot {verb} {path}: {problem}", hint or _WAYS_OUT.get(problem, ""))
        self.problem = problem


_WAYS_OUT = {
    "Permission denied": "make its folder writable, or work on a copy in another folder",
    "Read-only file system": "work on a copy in another folder",
    "No space left on device": "free some space, and try again",
    "Is a directory": "an entry is a file: remove this folder yourself",
}


class EntryChanged(EntryUnwritable):
    """Another program created, changed or removed a file after it was read."""

    def __init__(self, path: object, problem: str, verb: str = "write") -> None:
        done = {"write": "written", "remove": "removed"}[verb]
        super().__init__(path, problem, f"nothing was {done}; review the file and try again", verb)


class EntryRejected(ReportcliError):
    """A text cannot be saved as an entry; every problem is named, or none where they have been shown already."""

    def __init__(self, entry_id: str, problems: Sequence[str] = ()) -> None:
        count = f": {len(problems)} problem{'s' * (len(problems) > 1)}" if problems else ""
        super().__init__("\n  ".join([f"{entry_id} was not saved{count}", *problems]))
        self.problems = tuple(problems)


class DraftExists(ReportcliError):
    """An entry has a draft, and nobody can be asked what to do with it."""

    def __init__(self, draft: object) -> None:
        hint = "close the editor that has it open, continue with it by running the command on a terminal, or delete it"
        super().__init__(f"there is a draft of this entry: {draft}", hint)


class NameInUse(ReportcliError):
    """An id, name or alias already belongs to another entry."""

    def __init__(self, name: str, other: str) -> None:
        super().__init__(f"{name!r} is already used by {other}", f"to change that entry, run `reportcli edit {other}`")


EDITOR_MUST_WAIT = "a graphical editor must be told to wait, such as EDITOR='code --wait'"


class NothingToAdd(ReportcliError):
    """The template was saved unchanged or empty."""

    exit_code = ExitCode.NOTHING_FOUND

    def __init__(self) -> None:
        super().__init__("nothing added: the template is unchanged", EDITOR_MUST_WAIT)


class EditorUnavailable(ReportcliError):
    """The user's editor cannot be found or started, or it failed."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem, "set VISUAL or EDITOR to a command that waits until the file is closed")


def did_you_mean(nearest: Sequence[str]) -> str:
    """Return the question that follows something unknown; "" without suggestions."""
    *others, last = [_on_one_line(text) for text in nearest] or [""]
    names = f"{', '.join(others)} or {last}" if others else last
    return f"did you mean {names}?" if names else ""


def _on_one_line(text: str) -> str:
    """Return a text of an entry without line breaks, so that it cannot look like a line of the program."""
    return text.replace("\n", " ")
