"""Answers as Markdown (GitHub's): a table for a reader, or the page of a report. No text of an entry becomes markup."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from reportcli.answer import Answer
from reportcli.answer.comparison import Comparison
from reportcli.answer.listing import Listing
from reportcli.answer.sheet import Sheets, spoken
from reportcli.render.cells import cell, is_number, visible
from reportcli.render.outline import CONTINUES, SECTIONS, by_topic, continues, dateline, heading, lines, models
from reportcli.report import Report

_MARKUP = re.compile(r"([\\`*_\[\]<>|~#&])")
_START = re.compile(r"^(?=[-+=])|(?<=^\d)(?=[.)] )|(?<=^\d\d)(?=[.)] )")  # of a list, a rule or a heading


def table(answer: Answer) -> Iterator[str]:
    """Yield a table: numbers as they are read, to the right; reports and models by their names."""
    if isinstance(answer, Listing):
        shown = [column for column in answer.columns if answer.chosen or column.path != "id"]
        yield from _head([column.heading for column in shown], [is_number(column) for column in shown])
        for hit in answer.hits:
            yield _row(_linked(hit.report, text) if column.path == "name" else _plain(text) for column, text in (
                (column, cell(column, column.get(hit.report))) for column in shown))  # fmt: skip
    elif isinstance(answer, Comparison):
        yield from _head(["", *answer.titles], [False] * (1 + len(answer.names)))
        for line in answer.lines:
            yield _row(map(_plain, (line.field.label, *(cell(line.field, value) for value in line.values))))
    else:
        rows = list(answer.rows())
        yield from _head(answer.header, [all(isinstance(row[place], (int, float)) for row in rows)
                                         for place in range(len(answer.header))])  # fmt: skip
        for row in rows:
            yield _row(map(_value, row))


def _head(titles: Sequence[str], right: Iterable[bool]) -> Iterator[str]:
    yield _row(map(_plain, titles))
    yield _row("---:" if numbers else "---" for numbers in right)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |\n"


def _value(value: Any) -> str:
    return _plain(
        ", ".join(map(str, value)) if isinstance(value, (tuple, list)) else "" if value is None else str(value)
    )


def _plain(text: str) -> str:
    return _START.sub(r"\\", _MARKUP.sub(r"\\\1", visible(text)))


def _linked(report: Report, text: str) -> str:
    address = report.links.front
    return f"[{_plain(text)}](<{address}>)" if address else _plain(text)


def pages(answer: Sheets) -> Iterator[str]:
    """Yield the page of each report, or only its notes under one topic."""
    for found in answer.told:
        report = spoken(found)
        yield f"# {_linked(report, report.name)}\n"
        if answer.topic:
            yield from _notes(report, answer.topic)
            continue
        yield f"\n{_plain(report.title)}\n\n{_plain(dateline(report))}\n\n{_plain(report.summary)}\n"
        for section in SECTIONS:
            yield from _models(found.report) if section == "models" else _section(report, section, answer.sources)
        yield from _list("Techniques", [", ".join(report.techniques)] if report.techniques else [])
        yield from _notes(report, "")
        yield from _list("Corrections of the reading list", report.corrections)
        yield from _list("Sources", [f"{key}: {text}" for key, text in report.sources.items()] * answer.sources)
        yield from _list("Uncertain", [f"{key}: {text}" for key, text in report.confidence.items()] * answer.sources)


def _section(report: Report, section: str, sources: bool) -> Iterator[str]:
    known = list(lines(report, section))
    title = heading(report, section)
    if known:
        yield f"\n## {_plain(title)}\n\n" if title else "\n"
    if known and continues(report, section):
        yield f"{CONTINUES}\n\n"
    for field, texts in known:
        if len(texts) == 1:
            yield f"- **{field.label}**: {_plain(texts[0])}\n"
        else:
            yield f"- **{field.label}**:\n" + "".join(f"  - {_plain(text)}\n" for text in texts)


def _models(report: Report) -> Iterator[str]:
    if report.models:
        columns, rows = models(report)
        yield "\n## Models\n\n"
        yield from _head([column.heading for column in columns], map(is_number, columns))
        for row in rows:
            yield _row(map(_plain, row))


def _notes(report: Report, wanted: str) -> Iterator[str]:
    for topic, notes in by_topic([note for note in report.notes if wanted in ("", note.topic)]):
        yield f"\n## Notes: {_plain(topic)}\n\n"
        for note in notes:
            yield f"- {_plain(note.text)}\n" + "".join(f"  - {_plain(detail)}\n" for detail in note.detail)


def _list(title: str, items: Sequence[str]) -> Iterator[str]:
    if items:
        yield f"\n## {title}\n\n" + "".join(f"- {_plain(item)}\n" for item in items)
