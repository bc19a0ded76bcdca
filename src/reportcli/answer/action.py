"""What a command found wrong, what it did with a report, and what is read from where."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from reportcli.answer import Record
from reportcli.errors import LinkNotFound, UnsafeLink, UsageError
from reportcli.report.fields import Report

LINKS = ("arxiv", "pdf", "page", "huggingface", "code")  # the first that a report has is the one to open
_ON_THE_WEB = r"https?://[^/?#@\s\\]+([/?#]\S*)?"


class ActionResult(NamedTuple):
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


def link_addresses(report: Report, kind: str | None = None) -> ActionResult:
    """Answer with where a report can be read, or with its links of one kind. Raises BadUse, NoLink or BadAddress."""
    if kind not in (None, *LINKS):
        raise UsageError(f"there is no link {kind!r}", f"write one of: {', '.join(LINKS)}")
    known = {link: found for link in LINKS if (found := getattr(report.links, link))}
    wanted = kind or next(iter(known), "")
    if wanted not in known:
        raise LinkNotFound(report.name, wanted, tuple(known))
    found = known[wanted] if isinstance(known[wanted], tuple) else (known[wanted],)
    if wanted == "arxiv":
        found = (f"https://arxiv.org/abs/{found[0]}{report.arxiv_version or ''}",)
    for address in found:
        if not address.isprintable() or not re.fullmatch(_ON_THE_WEB, address, re.I):
            raise UnsafeLink(report.name, address)
    return ActionResult(report.id, "address", found)
