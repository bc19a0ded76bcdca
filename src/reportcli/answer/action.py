"""What a command did with a report, as lines to print: paths of files, or addresses."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from reportcli.answer import Record
from reportcli.errors import LinkNotFound, UnsafeLink, UsageError
from reportcli.report.fields import Report

LINKS = ("arxiv", "pdf", "page", "huggingface", "code")  # the first that a report has is the one to open
_WEB_ADDRESS = r"https?://[^/?#@\s\\]+([/?#]\S*)?"


class ActionResult(NamedTuple):
    """What a command did with a report: a line to print for each file or address."""

    report: str
    kind: str  # of the lines: path, address
    lines: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @property
    def header(self) -> tuple[str, ...]:
        return (self.kind,)

    @property
    def touched(self) -> tuple[str, ...]:
        """The files that were changed or removed, or may have been."""
        return self.lines if self.kind == "path" else ()

    def rows(self) -> Iterator[tuple[Any, ...]]:
        return ((line,) for line in self.lines)

    def records(self) -> Iterator[Record]:
        return ({"id": self.report, self.kind: line} for line in self.lines)

    def ids(self) -> Iterator[str]:
        return iter((self.report,))


def link_addresses(report: Report, kind: str | None = None) -> ActionResult:
    """Answer with the links of one kind of a report, or of the first kind that it has.

    Raises UsageError for an unknown kind, LinkNotFound, or UnsafeLink for what is no address of the web.
    """
    if kind not in (None, *LINKS):
        raise UsageError(f"unknown link {kind!r}", f"choose from {', '.join(LINKS)}")
    links = {name: value for name in LINKS if (value := getattr(report.links, name))}
    chosen = kind or next(iter(links), "")
    if chosen not in links:
        raise LinkNotFound(report.name, chosen, tuple(links))
    addresses = links[chosen] if isinstance(links[chosen], tuple) else (links[chosen],)
    if chosen == "arxiv":
        addresses = (f"https://arxiv.org/abs/{addresses[0]}{report.arxiv_version or ''}",)
    for address in addresses:
        if not address.isprintable() or not re.fullmatch(_WEB_ADDRESS, address, re.I):
            raise UnsafeLink(report.name, address)
    return ActionResult(report.id, "address", addresses)
