"""What ``check`` found: problems and remarks, each with its file and line."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from reportcli.answer import Record
from reportcli.errors import ExitCode

PROBLEM, REMARK = "problem", "remark"


class Finding(NamedTuple):
    """A problem or a remark in a file; ``line`` and ``column`` count from 1. Only problems fail a check."""

    file: str
    line: int | None
    column: int | None
    key: str
    problem: str
    severity: str


class CheckReport(NamedTuple):
    """All findings of a check, problems before remarks."""

    findings: tuple[Finding, ...]
    notes: tuple[str, ...] = ()
    header: tuple[str, ...] = Finding._fields

    def rows(self) -> Iterator[tuple[Any, ...]]:
        return iter(self.findings)

    def records(self) -> Iterator[Record]:
        return (finding._asdict() for finding in self.findings)

    def ids(self) -> Iterator[str]:
        """Yield each file with a finding, once."""
        return iter(dict.fromkeys(finding.file for finding in self.findings))

    @property
    def exit_code(self) -> int:
        return ExitCode.NOTHING_FOUND if any(finding.severity == PROBLEM for finding in self.findings) else 0
