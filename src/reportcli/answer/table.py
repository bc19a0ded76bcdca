"""Plain tables of records, such as the list of fields; a technique with the reports that use it."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from reportcli.answer import Record
from reportcli.derived import DERIVED
from reportcli.report import FIELDS, Report
from reportcli.vocabulary import Technique


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


class Term(NamedTuple):
    """A technique, and the reports that use it, oldest first."""

    technique: Technique
    reports: tuple[Report, ...]
    notes: tuple[str, ...] = ()
    header: tuple[str, ...] = ("id", "date")

    def rows(self) -> Iterator[tuple[Any, ...]]:
        return ((report.id, report.date) for report in self.reports)

    def records(self) -> Iterator[Record]:
        reports = [{"id": report.id, "date": report.date.isoformat()} for report in self.reports]
        yield about(self.technique) | {"reports": reports}

    def ids(self) -> Iterator[str]:
        return (report.id for report in self.reports)


def about(technique: Technique) -> Record:
    """Return a technique as a JSON record."""
    return {**technique._asdict(), "also": list(technique.also)}


def vocabulary(counted: Iterable[tuple[Technique, int]]) -> Table:
    """Answer with every technique and the number of reports that use it."""
    entries = tuple(about(technique) | {"reports": count} for technique, count in counted)
    return Table(("id", "name", "kind", "reports"), entries, screen=("name", "reports", "kind", "definition"))


def field_list() -> Table:
    """Answer with the fields that columns, sorting and queries know."""
    entries = tuple(
        {"field": one.path, "kind": one.kind, "also": list(one.about.short), "meaning": one.about.help}
        for one in FIELDS + DERIVED
    )
    return Table(("field", "kind", "also", "meaning"), entries, screen=("field", "also", "meaning"))
