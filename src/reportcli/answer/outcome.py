"""What a command found wrong, what it did with a report, and what is read from where."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from reportcli.answer import Record, paths
from reportcli.errors import FOUND_PROBLEMS, BadAddress, BadUse, NoLink
from reportcli.report import Report

PROBLEM, REMARK = "problem", "remark"
LINKS = ("arxiv", "pdf", "page", "huggingface", "code")  # the first that a report has is the one to open
_ON_THE_WEB = r"https?://[^/?#@\s\\]+([/?#]\S*)?"


class Finding(NamedTuple):
    """What a check found in a file; ``line`` and ``column`` count from 1. A remark does not fail."""

    file: str
    line: int | None
    column: int | None
    key: str
    problem: str
    severity: str


class Checkup(NamedTuple):
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
        return FOUND_PROBLEMS if any(finding.severity == PROBLEM for finding in self.findings) else 0


class Done(NamedTuple):
    """What a command did with a report: a line to print for each file or address."""

    report: str
    kind: str  # of the lines: path, address
    lines: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @property
    def header(self) -> tuple[str, ...]:
        return (self.kind,)

    def rows(self) -> Iterator[tuple[Any, ...]]:
        return ((line,) for line in self.lines)

    def records(self) -> Iterator[Record]:
        return ({"id": self.report, self.kind: line} for line in self.lines)

    def ids(self) -> Iterator[str]:
        return iter((self.report,))


class Info(NamedTuple):
    """What is read from where: one record."""

    about: Record
    notes: tuple[str, ...] = ()
    header: tuple[str, ...] = ("key", "value")
    single: bool = True  # JSON is this one object, no array

    def rows(self) -> Iterator[tuple[Any, ...]]:
        return paths(self.about)

    def records(self) -> Iterator[Record]:
        return iter((self.about,))

    def ids(self) -> Iterator[str]:
        return iter((str(self.about["version"]),))


def addresses(report: Report, kind: str | None = None) -> Done:
    """Answer with where a report can be read, or with its links of one kind. Raises BadUse, NoLink or BadAddress."""
    if kind not in (None, *LINKS):
        raise BadUse(f"there is no link {kind!r}", f"write one of: {', '.join(LINKS)}")
    known = {link: found for link in LINKS if (found := getattr(report.links, link))}
    wanted = kind or next(iter(known), "")
    if wanted not in known:
        raise NoLink(report.name, wanted, tuple(known))
    found = known[wanted] if isinstance(known[wanted], tuple) else (known[wanted],)
    if wanted == "arxiv":
        found = (f"https://arxiv.org/abs/{found[0]}{report.arxiv_version or ''}",)
    for address in found:
        if not address.isprintable() or not re.fullmatch(_ON_THE_WEB, address, re.I):
            raise BadAddress(report.name, address)
    return Done(report.id, "address", found)
