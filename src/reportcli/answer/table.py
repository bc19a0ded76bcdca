"""Plain tables of records, such as the list of fields."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from reportcli.answer import Record
from reportcli.report.derived import DERIVED
from reportcli.report.fields import FIELDS


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


def field_table() -> Table:
    """Answer with the fields for columns, sorting and queries."""
    entries = tuple(
        {"field": field.path, "kind": field.kind, "also": list(field.info.short_names), "meaning": field.info.help}
        for field in FIELDS + DERIVED
    )
    return Table(("field", "kind", "also", "meaning"), entries, terminal_keys=("field", "also", "meaning"))
