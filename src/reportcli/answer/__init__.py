"""Answers: frozen values that say what was found, each with its notes.

Every answer has the same shapes, and a format needs no other: ``header`` and ``rows``, ``records``, ``ids``. No answer
reads files or the index, and none knows a terminal.
"""

from collections.abc import Iterator
from typing import Any, Protocol, runtime_checkable

Record = dict[str, Any]


class Answer(Protocol):
    """What every answer offers to the formats."""

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences for standard error."""

    @property
    def header(self) -> tuple[str, ...]:
        """The names of the columns of ``rows``."""

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """Yield the lines of tsv and csv: a value for each name of the header."""

    def records(self) -> Iterator[Record]:
        """Yield the objects of json and jsonl: values that JSON can hold; every key is present, None if unknown."""

    def ids(self) -> Iterator[str]:
        """Yield the lines of the format ``names``; an answer without any found nothing."""


@runtime_checkable
class HasExitCode(Answer, Protocol):
    """An answer with an exit code of its own; of any other, the code depends on whether it found something."""

    @property
    def exit_code(self) -> int:
        """The exit code of the program."""


def record_paths(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every known value of a record with its path, as jq writes it: ``("models[0].name", "Qwen3-8B")``."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from record_paths(item, f"{path}.{key}" if path else key)
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        for index, item in enumerate(value):
            yield from record_paths(item, f"{path}[{index}]")
    elif value is not None and value != []:
        yield path, value


def unknown_note(count: int, noun: str = "report", undisclosed: int = 0) -> str:
    """Return the note that counts reports, or models, which may fit, but of which what was asked is not known.

    Those that were read for it in vain are told from those that nobody has read for it.
    """
    subject = f"{noun} doesn't" if count == 1 else f"{noun}s don't"
    if not undisclosed:
        return f"{count:,} more {subject} record this"
    subject = f"{noun} doesn't" if undisclosed == 1 else f"{noun}s don't"
    unread = count - undisclosed
    others = f", {unread:,} {'has' if unread == 1 else 'have'}n't been read for it" if unread else ""
    return f"{undisclosed:,} more {subject} disclose this{others}"


def left_out_note(count: int, reason: str) -> str:
    """Return the note that counts reports which an answer cannot show; ``reason`` goes on after "3 reports"."""
    return f"left out: {count:,} {'report' if count == 1 else 'reports'} {reason}"
