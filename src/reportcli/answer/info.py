"""Which folders and files are in use, as one record."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from reportcli.answer import Record, record_paths


class Info(NamedTuple):
    """The version, and the folders and files in use: one record."""

    facts: Record
    notes: tuple[str, ...] = ()
    header: tuple[str, ...] = ("key", "value")
    single: bool = True  # JSON is this one object, no array

    def rows(self) -> Iterator[tuple[Any, ...]]:
        return record_paths(self.facts)

    def records(self) -> Iterator[Record]:
        return iter((self.facts,))

    def ids(self) -> Iterator[str]:
        return iter((str(self.facts["version"]),))
