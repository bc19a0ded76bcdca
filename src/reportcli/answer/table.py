"""Plain tables of records, such as the list of techniques."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from reportcli.answer import Record


class Table(NamedTuple):
    """A plain list of records with the same keys; ``keys`` are the columns in a pipe."""

    keys: tuple[str, ...]
    entries: tuple[Record, ...]
    notes: tuple[str, ...] = ()
    terminal_keys: tuple[str, ...] = ()  # the columns on a terminal; () is ``keys``

    @property
    def header(self) -> tuple[str, ...]:
        return self.keys

    def rows(self) -> Iterator[tuple[Any, ...]]:
        return (tuple(entry[key] for key in self.keys) for entry in self.entries)

    def records(self) -> Iterator[Record]:
        return iter(self.entries)

    def ids(self) -> Iterator[str]:
        """Yield the first column."""
        return (str(entry[self.keys[0]]) for entry in self.entries)
