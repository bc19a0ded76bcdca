"""A technique and the reports that use it; every technique as a table."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from reportcli.answer import Record
from reportcli.answer.table import Table
from reportcli.report.fields import Report
from reportcli.report.techniques import Technique
from reportcli.text import padded_words


class TechniqueDetails(NamedTuple):
    """A technique, and the reports that use it, oldest first; one record, with the reports' ids and dates."""

    technique: Technique
    reports: tuple[Report, ...]
    notes: tuple[str, ...] = ()
    header: tuple[str, ...] = ("id", "date")

    def rows(self) -> Iterator[tuple[Any, ...]]:
        return ((report.id, report.date) for report in self.reports)

    def stages(self, report: Report) -> list[str]:
        """Return the names of the runs of RL of a report whose algorithm is named after the technique."""
        names = [padded_words(name) for name in self.technique.names]
        runs = ((run.stage, padded_words(run.algorithm or "")) for run in report.posttraining.rl)
        return [stage for stage, algorithm in runs if stage and any(name in algorithm for name in names)]

    def records(self) -> Iterator[Record]:
        reports = [
            {"id": report.id, "date": report.date.isoformat(), "runs": self.stages(report)} for report in self.reports
        ]
        yield technique_record(self.technique) | {"reports": reports}

    def ids(self) -> Iterator[str]:
        return (report.id for report in self.reports)


def technique_record(technique: Technique) -> Record:
    """Return a technique as a JSON record."""
    return {**technique._asdict(), "also": list(technique.also)}


def technique_table(counted: Iterable[tuple[Technique, int]]) -> Table:
    """Answer with every technique and the number of reports that use it."""
    entries = tuple(technique_record(technique) | {"reports": count} for technique, count in counted)
    return Table(("id", "name", "kind", "reports"), entries, terminal_keys=("name", "reports", "kind", "definition"))
