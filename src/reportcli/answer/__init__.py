"""What we tell the user: frozen values, each with its notes. Every answer says itself in the same four ways.

``header`` and ``rows``, ``records`` and ``ids`` are all that a format needs to know. No answer fetches anything, and
none knows a screen.
"""

from collections.abc import Iterator
from typing import Any, Protocol, runtime_checkable

Record = dict[str, Any]


class Answer(Protocol):
    """What every answer can do; ``notes`` are sentences for standard error."""

    @property
    def notes(self) -> tuple[str, ...]: ...
    @property
    def header(self) -> tuple[str, ...]: ...
    def rows(self) -> Iterator[tuple[Any, ...]]: ...
    def records(self) -> Iterator[Record]: ...
    def ids(self) -> Iterator[str]: ...


@runtime_checkable
class HasExitCode(Answer, Protocol):
    """An answer that says itself how the program ends; of the others, this depends on whether there is an id."""

    @property
    def exit_code(self) -> int: ...


def record_paths(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every known value of a record with its path, as jq writes it."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from record_paths(item, f"{path}.{key}" if path else key)
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        for place, item in enumerate(value):
            yield from record_paths(item, f"{path}[{place}]")
    elif value is not None and value != []:
        yield path, value


def unknown_note(count: int) -> str:
    """Return the note that counts reports which may fit, but do not say."""
    who = "report doesn't" if count == 1 else "reports don't"
    return f"{count:,} more {who} record this"


def left_out_note(count: int, what: str) -> str:
    """Return the note that counts reports which an answer cannot show, and says why."""
    return f"left out: {count:,} {'report' if count == 1 else 'reports'} {what}"
