"""All that is known of some reports, as the models that were asked for see them."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

from reportcli.answer import Record, paths
from reportcli.derived import derive, speak_as
from reportcli.names import Found
from reportcli.record import record
from reportcli.report import Report


class Sheets(NamedTuple):
    """All that is known of some reports."""

    found: tuple[Found, ...]
    sources: bool = False
    topic: str = ""
    notes: tuple[str, ...] = ()
    header: tuple[str, ...] = ("id", "field", "value")

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """Yield each known value; the field is its path in the JSON record, as jq writes it."""
        for report in self.reports:
            for path, value in paths(whole(report)):
                if path != "id" and self._wanted(path):
                    yield report.id, path, value

    def _wanted(self, path: str) -> bool:
        if self.topic:
            return path.startswith("notes[")
        return self.sources or not path.startswith(("sources.", "confidence."))

    def records(self) -> Iterator[Record]:
        return map(whole, self.reports)

    @property
    def reports(self) -> Iterator[Report]:
        """The reports as the named models see them, with the notes that are wanted."""
        for report in map(spoken, self.found):
            yield replace(report, notes=tuple(note for note in report.notes if self.topic in ("", note.topic)))

    def ids(self) -> Iterator[str]:
        return (one.report.id for one in self.found)


def whole(report: Report) -> Record:
    """Return a report as a JSON record: every key, with the figures of the model that speaks under ``derived``."""
    shape: Record = record(report)
    return shape | {"derived": record(derive(report))}


def spoken(found: Found) -> Report:
    """Return the report as the model that was asked for sees it."""
    return speak_as(found.report, found.model) if found.model else found.report
