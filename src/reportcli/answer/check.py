"""TODO reportcli.answer.check."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from reportcli.answer import Record
from reportcli.errors import ExitCode

PROBLEM, REMARK = "problem", "remark"


class Finding(NamedTuple):
    """What a check found in a file; ``line`` and ``column`` count from 1. A remark does not fail."""

    file: str
    line: int | None
    column: int | None
    key: str
    problem: str
    severity: str


class CheckReport(NamedTuple):
    """All that a check found, problems before remarks."""

    findings: tuple[Finding, ...]
    notes: tuple[str, ...] = ()
    header: tuple[str, ...] = Finding._fields

    def rows(self) -> Iterator[tuple[Any, ...]]:
        return iter(self.findings)

    def records(self) -> Iterator[Record]:
        return (finding._asdict() for finding in self.findings)

    def ids(self) -> Iterator[str]:
        """Yield each file of which there is something to say."""
        return iter(dict.fromkeys(finding.file for finding in self.findings))

    @property
    def exit_code(self) -> int:
        return ExitCode.NOTHING_FOUND if any(finding.severity == PROBLEM for finding in self.findings) else 0
