"""Answers as Markdown (GitHub's): a table for a reader, or the page of a report. No text of an entry becomes markup."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from reportcli.answer import Answer
from reportcli.answer.comparison import Comparison
from reportcli.answer.details import ReportDetails, as_selected_model
from reportcli.answer.listing import Listing
from reportcli.render.outline import (
    CONTINUES_NOTE,
    SECTIONS,
    by_topic,
    continues_training,
    dateline,
    heading,
    model_table,
    outline_lines,
)
from reportcli.render.value import escape_controls, format_value, is_numeric
from reportcli.report.fields import Report

_MARKUP = re.compile(r"([\\`*_\[\]<>|~#&])")
_START = re.compile(r"^(?=[-+=])|(?<=^\d)(?=[.)] )|(?<=^\d\d)(?=[.)] )")  # of a list, a rule or a heading


def table(answer: Answer) -> Iterator[str]:
    """Yield a table of any answer: numbers to the right."""
    rows = list(answer.rows())
    numeric = [all(isinstance(row[place], (int, float)) for row in rows) for place in range(len(answer.header))]
    yield from _head(answer.header, numeric)
    for row in rows:
        yield _row(map(_value, row))


def listing(answer: Listing) -> Iterator[str]:
    """Yield a table of reports: figures as they are read, names as links."""
    shown = [column for column in answer.columns if answer.chosen or column.path != "id"]
    yield from _head([column.heading for column in shown], map(is_numeric, shown))
    for hit in answer.hits:
        cells = ((column, format_value(column, column.get(hit.report))) for column in shown)
        yield _row(_linked(hit.report, text) if column.path == "name" else _plain(text) for column, text in cells)


def comparison(answer: Comparison) -> Iterator[str]:
    """Yield a table with a row a field and a column a side."""
    yield from _head(["", *answer.titles], [False] * (1 + len(answer.names)))
    for line in answer.lines:
        yield _row(map(_plain, (line.field.label, *(format_value(line.field, value) for value in line.values))))


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
    return _START.sub(r"\\", _MARKUP.sub(r"\\\1", escape_controls(text)))


def _linked(report: Report, text: str) -> str:
    address = report.links.front
    return f"[{_plain(text)}](<{address}>)" if address else _plain(text)


def pages(answer: ReportDetails) -> Iterator[str]:
    """Yield the page of each report, or only its notes under one topic."""
    for found in answer.with_notes:
        report = as_selected_model(found)
        yield f"# {_linked(report, report.name)}\n"
        if answer.topic:
            yield from _notes(report, answer.topic)
            continue
        yield f"\n{_plain(report.title)}\n\n{_plain(dateline(report))}\n\n{_plain(report.summary)}\n"
        for section in SECTIONS:
            yield from _models(found.report) if section == "models" else _section(report, section, answer.sources)
        yield from _list("Techniques", [", ".join(report.techniques)] if report.techniques else [])
        yield from _notes(report, "")
        yield from _list("Corrections to the reading list", report.corrections)
        yield from _list("Sources", [f"{key}: {text}" for key, text in report.sources.items()] * answer.sources)
        yield from _list("Uncertain", [f"{key}: {text}" for key, text in report.confidence.items()] * answer.sources)


def _section(report: Report, section: str, sources: bool) -> Iterator[str]:
    known = list(outline_lines(report, section))
    title = heading(report, section)
    if known:
        yield f"\n## {_plain(title)}\n\n" if title else "\n"
    if known and continues_training(report, section):
        yield f"{CONTINUES_NOTE}\n\n"
    for field, texts in known:
        if len(texts) == 1:
            yield f"- **{field.label}**: {_plain(texts[0])}\n"
        else:
            yield f"- **{field.label}**:\n" + "".join(f"  - {_plain(text)}\n" for text in texts)


def _models(report: Report) -> Iterator[str]:
    if report.models:
        columns, rows = model_table(report)
        yield "\n## Models\n\n"
        yield from _head([column.heading for column in columns], map(is_numeric, columns))
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
