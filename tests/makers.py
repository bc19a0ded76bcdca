"""Small entries and reports for tests: a test states what it is about, everything else has a usual value."""

import datetime
import os
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from reportcli.catalog.files import read_report, shipped_folder
from reportcli.query.names import ANY_LENGTH, ARXIV_SPELLING, NAME_SPELLING, Spelling, spellings_of
from reportcli.query.subject import Hit, Subject
from reportcli.report.fields import Report
from reportcli.report.techniques import Vocabulary

CANONICAL = """\
name = "{name}"
title = "A title"
organizations = [
    "Someone",
]
date = 2025-01-02
summary = "One sentence."
tags = [
    "language-model",
]

[links]
page = [
    "https://example.org/x",
]
"""
ODD_FILES = (
    pytest.param(lambda path: os.mkfifo(path), "not a regular file", id="FIFO"),
    pytest.param(lambda path: path.mkdir(), "not a regular file", id="folder"),
    pytest.param(lambda path: path.symlink_to("nowhere"), "No such file or directory", id="broken link"),
    pytest.param(lambda path: path.symlink_to(path.name), "Too many levels of symbolic links", id="circular link"),
    pytest.param(lambda path: path.symlink_to("/dev/zero"), "not a regular file", id="link to a device"),
)


def canonical(name: str = "X", more: str = "") -> str:
    """Return the text of a complete entry in canonical layout, with more keys before its links, and tables after."""
    header = re.search(r"^\[", more, re.M)
    start = header.start() if header else len(more)
    keys, tables = more[:start].strip("\n"), more[start:]
    text = CANONICAL.format(name=name)
    return text.replace("\n[links]", f"{keys}\n\n[links]" if keys else "\n[links]") + (tables and f"\n{tables}")


def entry(name: str = "X", date: str = "2025-01-02") -> str:
    """Return the text of an entry with one key a line."""
    return f"""\
name = "{name}"
title = "A title"
organizations = ["Someone"]
date = {date}
summary = "One sentence."
tags = ["language-model"]
"""


def write(folder: Path, report_id: str, name: str, more: str = "", date: str = "2025-01-02") -> Path:
    """Write an entry with more text at its end into a folder, which is made if needed."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{report_id}.toml"
    path.write_text(entry(name, date) + more, encoding="utf-8")
    return path


def a_report(report_id: str = "a", day: str = "2025-01-02", **values: Any) -> Report:
    usual: dict[str, Any] = {
        "name": report_id.upper(), "title": "T", "organizations": ("O",), "date": datetime.date.fromisoformat(day),
        "summary": "S.", "tags": ("math",),
    }  # fmt: skip
    return Report(id=report_id, **(usual | values))


def hits(*reports: Report, score: float = 0.0) -> tuple[Hit, ...]:
    return tuple(Hit(Subject(report, Vocabulary), score) for report in reports)


@cache
def shipped_reports() -> dict[str, Report]:
    """Return the shipped reports by id, read without an index."""
    return {path.stem: read_report(str(path)) for path in sorted(shipped_folder().glob("*.toml"))}


class MemoryRegister:
    """A register of the names of some reports."""

    def __init__(self, reports: Iterable[Report]) -> None:
        self._reports = {report.id: report for report in reports}
        self._spellings = [spelling for report in self._reports.values() for spelling in spellings_of(report)]

    def spelled_as(self, folded: str) -> list[Spelling]:
        return [spelling for spelling in self._spellings if spelling.folded == folded]

    def starting_with(self, folded: str, kind: int = 0) -> list[Spelling]:
        kinds = (kind,) if kind else range(1, 5)
        spellings = (spelling for spelling in self._spellings if spelling.kind in kinds)
        return [spelling for spelling in spellings if spelling.folded.startswith(folded)]

    def ending_with(self, folded: str) -> list[Spelling]:
        return [spelling for spelling in self._spellings if spelling.folded.endswith(folded)]

    def names(self, least: int = 1, most: int = ANY_LENGTH) -> dict[str, str]:
        spellings = (spelling for spelling in self._spellings if spelling.kind != ARXIV_SPELLING)
        ordered = sorted(spellings, key=lambda spelling: spelling.kind == NAME_SPELLING)
        return {each.folded: each.written for each in ordered if least <= len(each.folded) <= most}

    def report(self, report_id: str) -> Report:
        return self._reports[report_id]
