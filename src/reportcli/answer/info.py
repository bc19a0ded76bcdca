"""TODO reportcli.answer.info."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from reportcli.answer import Record, record_paths


class Info(NamedTuple):
    """What is read from where: one record."""

    info: Record
    notes: tuple[str, ...] = ()
    header: tuple[str, ...] = ("key", "value")
    single: bool = True  # JSON is this one object, no array

    def rows(self) -> Iterator[tuple[Any, ...]]:
        return record_paths(self.info)

    def records(self) -> Iterator[Record]:
        return iter((self.info,))

    def ids(self) -> Iterator[str]:
        return iter((str(self.info["version"]),))
