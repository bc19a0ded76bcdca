"""Everything known about some reports; the figures under ``derived`` are those of the models that were asked for."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

from reportcli.answer import Record, record_paths
from reportcli.query.names import ReportMatch
from reportcli.report.derived import as_model, derive, is_without_rl
from reportcli.report.fields import Model, Note, Report
from reportcli.report.json import to_record

SECTIONS = {  # of a page, with the paths of its values
    "links": ("links.",), "models": ("models[",), "architecture": ("architecture.",), "pretraining": ("pretraining.",),
    "posttraining": ("posttraining.",), "rl": ("posttraining.rl[",), "derived": ("derived.",),
    "techniques": ("techniques",), "notes": ("notes[",), "corrections": ("corrections",),
}  # fmt: skip


class ReportDetails(NamedTuple):
    """Everything known about some reports; a record is a whole report.

    With ``topics`` a reader sees only the notes under them, with ``sections`` only these parts of the page.
    """

    matches: tuple[ReportMatch, ...]
    sources: bool = False  # whether rows have sources and confidence
    topics: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()  # of SECTIONS
    header: tuple[str, ...] = ("id", "field", "value")

    @property
    def notes(self) -> tuple[str, ...]:
        """What these reports lack of the topics or sections that were asked for, and what they have."""
        return tuple(note for match in self.matches for note in (self._note_on(match), self._note_on_rl(match)) if note)

    def _note_on(self, match: ReportMatch) -> str:
        there = self._contents(match)
        lacking = [name for name in self.topics or self.sections if name not in there]
        what = "no notes" if self.topics else "nothing"
        others = f"; it has {', '.join(there)}" if there else ""
        return f"{match.report.name} has {what} on {' or '.join(lacking)}{others}" if lacking else ""

    def _note_on_rl(self, match: ReportMatch) -> str:
        is_asked = self.shows("rl") and not self.topics
        if not (match.model and is_asked and is_without_rl(match.report, match.model)):
            return ""
        return f"{match.model.name} never went through RL; figures of RL are those of other models"

    def _contents(self, match: ReportMatch) -> list[str]:
        """Return the topics of the notes of a report, or where sections were asked for, those of its page."""
        if self.topics or not self.sections:
            return list(dict.fromkeys(note.topic for note in match.report.notes))
        known = (path for path, _ in record_paths(full_record(match.report, match.model)))
        paths = [*known, *match.report.undisclosed]
        return [section for section, starts in SECTIONS.items() if any(path.startswith(starts) for path in paths)]

    def shows(self, section: str) -> bool:
        """Return whether a section of the page is shown: each where none was asked for."""
        return not self.sections or section in self.sections

    def is_selected(self, note: Note) -> bool:
        """Return whether a note is on one of the topics, or none was asked for."""
        return not self.topics or note.topic in self.topics

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """Yield each known value; the field is its path in the JSON record, as jq writes it."""
        for record in self.records():
            for path, value in record_paths(record):
                if path != "id" and self._is_selected(path):
                    yield record["id"], path, value

    def _is_selected(self, path: str) -> bool:
        if self.topics:
            return path.startswith("notes[")
        if self.sections:
            return path.startswith(tuple(start for section in self.sections for start in SECTIONS[section]))
        return self.sources or not path.startswith(("sources.", "confidence."))

    def records(self) -> Iterator[Record]:
        for report, match in zip(self.reports, self.matches, strict=True):
            yield full_record(report, match.model)

    @property
    def reports(self) -> Iterator[Report]:
        """The reports; with topics, only with their notes under them."""
        for report in (match.report for match in self.matches):
            yield replace(report, notes=tuple(filter(self.is_selected, report.notes)))

    @property
    def with_contents(self) -> Iterator[ReportMatch]:
        """The matches; with topics or sections, only those that have one of them."""
        asked = set(self.topics or self.sections)
        return (match for match in self.matches if not asked or not asked.isdisjoint(self._contents(match)))

    def ids(self) -> Iterator[str]:
        return (match.report.id for match in self.with_contents)


def full_record(report: Report, model: Model | None = None) -> Record:
    """Return a report as a JSON record: every key, and under ``derived`` the figures of a model, or of the flagship."""
    record: Record = to_record(report)
    return record | {"derived": to_record(derive(report, model))}


def as_selected_model(match: ReportMatch) -> Report:
    """Return the report with the figures of the model that was asked for."""
    return as_model(match.report, match.model) if match.model else match.report
