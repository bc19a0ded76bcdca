"""Answers as GitHub's Markdown: a table, or the page of a report. No text of an entry becomes markup."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Any

from reportcli.answer import Answer
from reportcli.answer.comparison import Comparison
from reportcli.answer.details import ReportDetails, as_selected_model
from reportcli.answer.listing import Listing
from reportcli.answer.recipe import RUNS, Recipe, ReportRun
from reportcli.answer.recipe import heading as heading_of_run
from reportcli.render.caveats import MARK, caveat_lines, marked
from reportcli.render.outline import (
    CONTINUES_NOTE,
    SECTIONS,
    TECHNIQUES,
    by_topic,
    continues_training,
    dateline,
    head_fields,
    heading,
    model_table,
    outline_lines,
    run_table,
)
from reportcli.render.value import NOT_DISCLOSED, escape_controls, format_value, is_numeric
from reportcli.report.fields import Field, Note, Report

_MARKUP = re.compile(r"([\\`*_\[\]<>|~#&$])")  # a dollar: GitHub reads mathematics
_IN_ADDRESS = r"[\w!$%&'*+,./:;=?@#~-]"
_IN_BRACKETS = rf"\({_IN_ADDRESS}*\)"
_ADDRESS = re.compile(rf"(https?://(?:{_IN_ADDRESS}|{_IN_BRACKETS})*(?:[\w/=&%+#~-]|{_IN_BRACKETS}))", re.ASCII)
_BLOCK_START = re.compile(r"^(?=[-+=])|(?<=^\d)(?=[.)] )|(?<=^\d\d)(?=[.)] )")  # of a list, a rule or a heading


def table(answer: Answer) -> Iterator[str]:
    """Yield a table of any answer, with numbers aligned to the right."""
    rows = list(answer.rows())
    numeric = [all(isinstance(row[index], (int, float)) for row in rows) for index in range(len(answer.header))]
    yield from _head(answer.header, numeric)
    for row in rows:
        yield _row(map(_cell, row))


def listing(answer: Listing) -> Iterator[str]:
    """Yield a table of reports, with figures for a reader and names as links, and below it the caveats."""
    columns = answer.document_fields
    shown: list[tuple[str, Field, Report]] = []
    yield from _head([column.heading for column in columns], map(is_numeric, columns))
    for hit in answer.hits:
        values = [hit.name if column.path == "name" else answer.value(hit, column) for column in columns]
        texts = [(column, format_value(column, value)) for column, value in zip(columns, values, strict=True)]
        shown += [(f"{hit.name}, {column.label}", column, hit.report) for column, text in texts if text]
        cells = ((column, marked(text, column, hit.report)) for column, text in texts)
        yield _row(_linked(hit.report, text) if column.path == "name" else _escape(text) for column, text in cells)
    yield from _caveats(shown)


def comparison(answer: Comparison) -> Iterator[str]:
    """Yield a table with a row for each field and a column for each side, and below it the caveats."""
    shown: list[tuple[str, Field, Report]] = []
    yield _row(["", *map(_linked, answer.reports, answer.titles)])
    yield _row(["---"] * (1 + len(answer.titles)))
    for row in answer.field_rows:
        texts = [format_value(row.field, value) for value in row.values]
        sides = list(zip(answer.titles, answer.reports, texts, strict=True))
        shown += [(f"{title}, {row.label}", row.field, report) for title, report, text in sides if text]
        cells = (marked(text, row.field, report) for _, report, text in sides)
        withheld = (NOT_DISCLOSED * is_undisclosed for is_undisclosed in row.undisclosed)
        yield _row([_escape(row.label), *(_escape(cell or text) for cell, text in zip(cells, withheld, strict=True))])
    yield from _caveats(shown)


def recipe(answer: Recipe) -> Iterator[str]:
    """Yield a table with a row for each run, or, of named reports, a column; below it the caveats and the sources."""
    told = [field for field in answer.fields if any(map(partial(_run_text, field=field), answer.runs))]
    fields = answer.fields if answer.chosen else told
    texts = [[_escape(_run_text(each, field)) for field in fields] for each in answer.runs]
    names = [_linked(each.report, each.report.name) + _escape(_runs_mark(each.report)) for each in answer.runs]
    if answer.named:
        yield _row(["", *names])
        yield _row(["---"] * (1 + len(names)))
        for place, field in enumerate(fields):
            yield _row((_escape(field.label), *(cells[place] for cells in texts)))
    else:
        yield from _head(["report", *map(heading_of_run, fields)], [False, *map(is_numeric, fields)])
        yield from (_row((name, *cells)) for name, cells in zip(names, texts, strict=True))
    stated = ((each, field) for each in answer.runs for field in fields if each.value(field) not in (None, ()))
    shown = [(f"{each.report.name}, {field.label}", field, each.report) for each, field in stated]
    lines = [f"\\* {each.report.name}: {text}" for each in answer.runs if (text := each.report.confidence.get(RUNS))]
    yield from (f"\n{line[:2]}{_escape(line[2:])}\n" for line in dict.fromkeys(lines))
    yield from _caveats(shown)
    if answer.sources:
        sources = dict.fromkeys(f"{each.report.name}: {each.source(field)}" for each in answer.runs for field in fields)
        yield from _list("Sources", [text for text in sources if not text.endswith(": ")])


def _runs_mark(report: Report) -> str:
    return MARK if RUNS in report.confidence else ""


def _run_text(each: ReportRun, field: Field) -> str:
    value = each.distinct_stage if field.path == f"{RUNS}.stage" else each.value(field)
    text = marked(format_value(field, value), field, each.report)
    return text or (NOT_DISCLOSED if each.is_undisclosed(field) else "")


def _caveats(shown: Iterable[tuple[str, Field, Report]]) -> Iterator[str]:
    for line in caveat_lines(shown):
        yield f"\n{_escape(line)}\n"


def _head(titles: Sequence[str], right: Iterable[bool]) -> Iterator[str]:
    yield _row(map(_escape, titles))
    yield _row("---:" if is_right else "---" for is_right in right)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |\n"


def _cell(value: Any) -> str:
    if isinstance(value, (tuple, list)):
        return _escape(", ".join(map(str, value)))
    return "" if value is None else _escape(str(value))


def _escape(text: str) -> str:
    """Return a text without markup but for its addresses, which are links: escaped, they would lead nowhere."""
    texts_and_addresses = _ADDRESS.split(escape_controls(text))
    for place, part in enumerate(texts_and_addresses):
        texts_and_addresses[place] = f"<{part}>" if place % 2 else _MARKUP.sub(r"\\\1", part)
    return _BLOCK_START.sub(r"\\", "".join(texts_and_addresses))


def _linked(report: Report, text: str) -> str:
    address = report.links.front
    return f"[{_escape(text)}](<{address}>)" if address else _escape(text)


def pages(answer: ReportDetails) -> Iterator[str]:
    """Yield the page of each report, or only its notes under some topics."""
    for match in answer.with_contents:
        report = as_selected_model(match)
        yield f"# {_linked(report, report.name)}\n"
        if answer.topics:
            yield from _notes(filter(answer.is_selected, report.notes))
            continue
        if not answer.sections:
            head = (report.title, dateline(report), report.summary)
            yield "".join(f"\n{_escape(text)}\n" for text in head if text)
        for section in SECTIONS:
            if answer.shows(section):
                yield from _models(match.report) if section == "models" else _section(report, section)
            if section == "posttraining" and (answer.shows(section) or answer.shows("rl")):
                yield from _runs(report)
        names = marked(", ".join(report.techniques), TECHNIQUES, report)
        yield from _list("Techniques", [names] if names and answer.shows("techniques") else [])
        yield from _notes(report.notes if answer.shows("notes") else ())
        yield from _list("Corrections to the reading list", report.corrections if answer.shows("corrections") else ())
        if answer.sections:
            continue
        if answer.sources:
            yield from _list("Sources", [f"{key}: {text}" for key, text in report.sources.items()])
            yield from _list("Uncertain", [f"{key}: {text}" for key, text in report.confidence.items()])
        else:
            yield from _caveats(_page_values(match.report, report))


def _page_values(whole: Report, report: Report) -> Iterator[tuple[str, Field, Report]]:
    """Yield what may bear the mark on a page, with its name there."""
    tables = [
        ("", head_fields(report)),
        *((table, [each for each, _ in outline_lines(report, table)]) for table in SECTIONS),
    ]
    tables += [("models", model_table(whole)[0]), ("", [TECHNIQUES])]
    for table, fields in tables:
        for field in fields:
            if not field.derived:  # those of models have the caveats of the models
                yield ", ".join(filter(None, (SECTIONS[table], field.label))), field, report


def _section(report: Report, section: str) -> Iterator[str]:
    lines = list(outline_lines(report, section))
    title = heading(report, section)
    if lines:
        yield f"\n## {_escape(title)}\n\n" if title else "\n"
    if lines and continues_training(report, section):
        yield f"{CONTINUES_NOTE}\n\n"
    for field, texts in lines:
        mark = _escape(marked(" ", field, report).strip())
        if len(texts) == 1:
            yield f"- **{field.label}**: {_escape(texts[0])}{mark}\n"
        else:
            yield f"- **{field.label}**{mark}:\n" + "".join(f"  - {_escape(text)}\n" for text in texts)


def _models(report: Report) -> Iterator[str]:
    for title, of_sizes in (("Models", False), ("Sizes of the models", True)):
        columns, rows = model_table(report, of_sizes)
        if len(columns) > of_sizes:
            yield f"\n## {title}\n\n"
            yield from _head([marked(column.heading, column, report) for column in columns], map(is_numeric, columns))
            for row in rows:
                yield _row(map(_escape, row))


def _runs(report: Report) -> Iterator[str]:
    names, rows = run_table(report)
    if rows:
        yield "\n## Runs of RL\n\n"
        yield from _head(["", *names], [False] * (1 + len(names)))
        yield from (_row(map(_escape, (field.label, *texts))) for field, texts in rows)


def _notes(notes: Iterable[Note]) -> Iterator[str]:
    """Yield notes by topic."""
    for topic, group in by_topic(list(notes)):
        yield f"\n## Notes: {_escape(topic)}\n\n"
        for note in group:
            yield f"- {_escape(note.text)}\n" + "".join(f"  - {_escape(detail)}\n" for detail in note.detail)


def _list(title: str, items: Sequence[str]) -> Iterator[str]:
    if items:
        yield f"\n## {title}\n\n" + "".join(f"- {_escape(item)}\n" for item in items)
