"""Plain tables of records, such as the list of fields; a technique with the reports that use it."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from reportcli.answer import Record
from reportcli.report.derived import DERIVED
from reportcli.report.fields import FIELDS


class Table(NamedTuple):
    """A plain list of records: fields, techniques, explanations. ``keys`` are the columns of a pipe."""

    keys: tuple[str, ...]
    entries: tuple[Record, ...]
    notes: tuple[str, ...] = ()
    screen: tuple[str, ...] = ()  # the columns of a terminal, where they are others

    @property
    def header(self) -> tuple[str, ...]:
        return self.keys

    def rows(self) -> Iterator[tuple[Any, ...]]:
        return (tuple(entry[key] for key in self.keys) for entry in self.entries)

    def records(self) -> Iterator[Record]:
        return iter(self.entries)

    def ids(self) -> Iterator[str]:
        return (str(entry[self.keys[0]]) for entry in self.entries)


def field_table() -> Table:
    """Answer with the fields that columns, sorting and queries know."""
    entries = tuple(
        {"field": one.path, "kind": one.kind, "also": list(one.info.short_names), "meaning": one.info.help}
        for one in FIELDS + DERIVED
    )
    return Table(("field", "kind", "also", "meaning"), entries, screen=("field", "also", "meaning"))
