"""Reports along the days of a date field."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from reportcli.answer import Record
from reportcli.query.subject import Hit
from reportcli.report.fields import Field, Report
from reportcli.report.json import to_record


class Timeline(NamedTuple):
    """Reports along the days of a date field, newest first; a record has the row, and the parameters of the model."""

    hits: Sequence[Hit]
    date_field: Field
    notes: tuple[str, ...] = ()
    header: tuple[str, ...] = ("id", "date", "organizations", "name")

    def rows(self) -> Iterator[tuple[Any, ...]]:
        return map(self._row, self.reports)

    def _row(self, report: Report) -> tuple[Any, ...]:
        return report.id, self.date_field.get(report), report.organizations, report.name

    def records(self) -> Iterator[Record]:
        for hit in self.hits:
            row = dict(zip(self.header, map(to_record, self._row(hit.report)), strict=True))
            yield row | {"parameters": hit.subject.derived.parameters}

    @property
    def reports(self) -> Iterator[Report]:
        """The reports, each read when it is reached."""
        return (hit.report for hit in self.hits)

    def ids(self) -> Iterator[str]:
        return (report.id for report in self.reports)
