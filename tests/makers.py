"""The least that an entry or a report says, made for tests: what a test is about is given, the rest is usual."""

import datetime
import os
from pathlib import Path
from typing import Any

import pytest

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
"""
ODD_FILES = (
    pytest.param(lambda path: os.mkfifo(path), "not a regular file", id="FIFO"),
    pytest.param(lambda path: path.mkdir(), "not a regular file", id="folder"),
    pytest.param(lambda path: path.symlink_to("nowhere"), "No such file or directory", id="broken link"),
    pytest.param(lambda path: path.symlink_to(path.name), "Too many levels of symbolic links", id="circular link"),
    pytest.param(lambda path: path.symlink_to("/dev/zero"), "not a regular file", id="link to a device"),
)


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


def write(folder: Path, id: str, name: str, more: str = "", date: str = "2025-01-02") -> Path:
    """Write an entry, and what else it says, into a folder, which is made where needed."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{id}.toml"
    path.write_text(entry(name, date) + more, encoding="utf-8")
    return path


def a_report(id: str = "a", day: str = "2025-01-02", **known: Any) -> Report:
    usual: dict[str, Any] = {
        "name": id.upper(), "title": "T", "organizations": ("O",), "date": datetime.date.fromisoformat(day),
        "summary": "S.", "tags": ("math",),
    }  # fmt: skip
    return Report(id=id, **(usual | known))


def hits(*reports: Report, score: float = 0.0) -> tuple[Hit, ...]:
    return tuple(Hit(Subject(report, Vocabulary), score) for report in reports)
