"""An answer as a small HTML table, for notebooks: figures for a reader, notes below, every text escaped."""

from collections.abc import Iterator
from html import escape
from itertools import islice
from typing import Any

from reportcli.answer import Answer
from reportcli.answer.comparison import Comparison
from reportcli.answer.listing import Listing
from reportcli.answer.recipe import Recipe, heading
from reportcli.render.caveats import MARK, RUNS, caveat
from reportcli.render.value import escape_controls, format_value, is_numeric
from reportcli.report.fields import Field, Report

MOST_ROWS = 60
_Rows = Iterator[list[str]]  # the cells of each row


def table(answer: Answer) -> str:
    """Return an answer as a table; where it has more than ``MOST_ROWS`` rows, a note counts the others.

    The sentence of a value with a caveat is shown under the mouse.
    """
    match answer:
        case Listing():
            titles, rows = _listing(answer)
        case Comparison():
            titles, rows = ["", *answer.titles], _comparison(answer)
        case Recipe():
            titles, rows = _recipe(answer)
        case _:
            titles, rows = list(answer.header), ([_plain(value) for value in row] for row in answer.rows())
    shown = [f"<tr>{''.join(cells)}</tr>" for cells in islice(rows, MOST_ROWS)]
    more = sum(1 for _ in rows)
    notes = [*answer.notes, *[f"{more:,} more rows"] * bool(more), *["nothing found"] * (not shown)]
    head = "".join(f"<th>{_text(title)}</th>" for title in titles)
    below = [f"<p>{_text(note)}</p>" for note in notes]
    return "\n".join(["<table>", f"<thead><tr>{head}</tr></thead>", "<tbody>", *shown, "</tbody>", "</table>", *below])


def _listing(answer: Listing) -> tuple[list[str], _Rows]:
    """Return a row for each report."""
    fields = [field for field in answer.fields() if answer.chosen or field.path != "id"]
    rows = (
        [
            _cell(hit.name) if field.path == "name" else _figure(answer.value(hit, field), field, hit.report)
            for field in fields
        ]
        for hit in answer.hits
    )
    return [field.heading for field in fields], rows


def _comparison(answer: Comparison) -> _Rows:
    """Yield a row for each field, with a cell for each side."""
    for row in answer.field_rows:
        sides = zip(row.values, answer.reports, strict=True)
        yield [_cell(row.label), *(_figure(value, row.field, report) for value, report in sides)]


def _recipe(answer: Recipe) -> tuple[list[str], _Rows]:
    """Return a row for each run of RL, without the columns that no run has a value for."""
    known = [field for field in answer.fields if any(each.value(field) not in (None, ()) for each in answer.runs)]
    rows = (
        [
            _cell(each.report.name, sentence=caveat(RUNS, each.report)),
            *(
                _cell("not disclosed") if each.is_undisclosed(field) else _figure(each.value(field), field, each.report)
                for field in known
            ),
        ]
        for each in answer.runs
    )
    return ["report", *map(heading, known)], rows


def _figure(value: Any, field: Field, report: Report) -> str:
    text = format_value(field, value)
    return _cell(text, is_numeric(field), caveat(field, report) if text else "")


def _plain(value: Any) -> str:
    if isinstance(value, (tuple, list)):
        return _cell(", ".join(map(str, value)))
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return _cell("" if value is None else f"{value:,}" if is_number else str(value), is_number)


def _cell(text: str, is_number: bool = False, sentence: str = "") -> str:
    title = f' title="{_text(sentence)}"' if sentence else ""
    return f'<td style="text-align:{"right" if is_number else "left"}"{title}>{_text(text)}{MARK * bool(sentence)}</td>'


def _text(text: str) -> str:
    return escape(escape_controls(text))
