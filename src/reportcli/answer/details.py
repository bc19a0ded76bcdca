"""All that is known of some reports; the figures under ``derived`` are those of the models that were asked for."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

from reportcli.answer import Record, record_paths
from reportcli.query.names import ReportMatch
from reportcli.report.derived import as_model, derive
from reportcli.report.fields import Model, Report
from reportcli.report.json import to_record


class ReportDetails(NamedTuple):
    """All that is known of some reports."""

    found: tuple[ReportMatch, ...]
    sources: bool = False
    topic: str = ""
    notes: tuple[str, ...] = ()
    header: tuple[str, ...] = ("id", "field", "value")

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """Yield each known value; the field is its path in the JSON record, as jq writes it."""
        for shape in self.records():
            for path, value in record_paths(shape):
                if path != "id" and self._wanted(path):
                    yield shape["id"], path, value

    def _wanted(self, path: str) -> bool:
        if self.topic:
            return path.startswith("notes[")
        return self.sources or not path.startswith(("sources.", "confidence."))

    def records(self) -> Iterator[Record]:
        for report, found in zip(self.reports, self.found, strict=True):
            yield full_record(report, found.model)

    @property
    def reports(self) -> Iterator[Report]:
        """The reports, with the notes that are wanted."""
        for report in (one.report for one in self.found):
            yield replace(report, notes=tuple(note for note in report.notes if self.topic in ("", note.topic)))

    @property
    def with_notes(self) -> Iterator[ReportMatch]:
        """What was found of which something is told: of a topic, what has notes on it."""
        return (
            one for one in self.found if not self.topic or any(note.topic == self.topic for note in one.report.notes)
        )

    def ids(self) -> Iterator[str]:
        return (one.report.id for one in self.with_notes)


def full_record(report: Report, model: Model | None = None) -> Record:
    """Return a report as a JSON record: every key, with the figures of a model under ``derived``.

    Without one, it is the model that speaks for the report.
    """
    shape: Record = to_record(report)
    return shape | {"derived": to_record(derive(as_selected_model(ReportMatch(report, model))))}


def as_selected_model(found: ReportMatch) -> Report:
    """Return the report as the model that was asked for sees it."""
    return as_model(found.report, found.model) if found.model else found.report
