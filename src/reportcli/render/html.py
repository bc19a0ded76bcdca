"""An answer as a small HTML table, for notebooks: figures for a reader, notes below, every text escaped."""

from collections.abc import Iterator
from html import escape
from itertools import islice
from typing import Any, NamedTuple

from reportcli.answer import Answer
from reportcli.answer.comparison import Comparison
from reportcli.answer.listing import Listing
from reportcli.answer.recipe import Recipe, heading
from reportcli.render.caveats import MARK, RUNS, caveat
from reportcli.render.value import NOT_DISCLOSED, escape_controls, format_value, is_numeric
from reportcli.report.fields import Field, Report

MOST_ROWS = 60


class _Column(NamedTuple):
    title: str
    is_number: bool = False

    def cell(self, tag: str, content: str, attributes: str = "") -> str:
        """Return the markup of a cell; notebooks would align it in their own way."""
        align = "right" if self.is_number else "left"
        return f'<{tag} style="text-align:{align}"{attributes}>{content}</{tag}>'


class _Cell(NamedTuple):
    text: str
    caveat: str = ""


_Table = tuple[list[_Column], Iterator[list[_Cell]]]  # and the cells of each row


def table(answer: Answer) -> str:
    """Return an answer as a table; where it has more than ``MOST_ROWS`` rows, a note counts the others.

    The sentence of a value with a caveat is shown under the mouse.
    """
    match answer:
        case Listing():
            columns, rows = _listing(answer)
        case Comparison():
            columns, rows = _comparison(answer)
        case Recipe():
            columns, rows = _recipe(answer)
        case _:
            columns, rows = _rows(answer)
    head = "".join(column.cell("th", _text(column.title)) for column in columns)
    shown = [f"<tr>{''.join(map(_value, columns, row))}</tr>" for row in islice(rows, MOST_ROWS)]
    more = sum(1 for _ in rows)
    notes = [*answer.notes, *[f"{more:,} more rows"] * bool(more), *["nothing found"] * (not shown)]
    below = [f"<p>{_text(note)}</p>" for note in notes]
    return "\n".join(["<table>", f"<thead><tr>{head}</tr></thead>", "<tbody>", *shown, "</tbody>", "</table>", *below])


def _listing(answer: Listing) -> _Table:
    """Return a row for each report."""
    fields = answer.document_fields
    rows = (
        [
            _Cell(hit.name) if field.path == "name" else _figure(answer.value(hit, field), field, hit.report)
            for field in fields
        ]
        for hit in answer.hits
    )
    return [_column(field.heading, field) for field in fields], rows


def _comparison(answer: Comparison) -> _Table:
    """Return a row for each field, with a cell for each side."""
    rows = (
        [
            _Cell(row.label),
            *(
                _Cell(NOT_DISCLOSED) if is_undisclosed else _figure(value, row.field, report)
                for value, report, is_undisclosed in zip(row.values, answer.reports, row.undisclosed, strict=True)
            ),
        ]
        for row in answer.field_rows
    )
    return [_Column(title) for title in ("", *answer.titles)], rows


def _recipe(answer: Recipe) -> _Table:
    """Return a row for each run of RL, without the columns that nobody asked for and no run has a value for."""
    stated = [field for field in answer.fields if any(each.value(field) not in (None, ()) for each in answer.runs)]
    known = answer.fields if answer.chosen else stated
    rows = (
        [
            _Cell(each.report.name, caveat(RUNS, each.report)),
            *(
                _Cell(NOT_DISCLOSED) if each.is_undisclosed(field) else _figure(each.value(field), field, each.report)
                for field in known
            ),
        ]
        for each in answer.runs
    )
    return [_Column("report"), *(_column(heading(field), field) for field in known)], rows


def _rows(answer: Answer) -> _Table:
    """Return the rows of any other answer, without columns that have no value."""
    rows = list(answer.rows())
    named = [(title, [row[place] for row in rows]) for place, title in enumerate(answer.header)]
    known = [(title, values) for title, values in named if not rows or any(value not in (None, "") for value in values)]
    columns = [_Column(title, all(map(_is_number, values))) for title, values in known]
    return columns, (list(map(_plain, row)) for row in zip(*(values for _, values in known), strict=True))


def _column(title: str, field: Field) -> _Column:
    return _Column(title, is_numeric(field))


def _figure(value: Any, field: Field, report: Report) -> _Cell:
    text = format_value(field, value)
    return _Cell(text, caveat(field, report) if text else "")


def _is_number(value: Any) -> bool:
    return value is None or (isinstance(value, (int, float)) and not isinstance(value, bool))


def _plain(value: Any) -> _Cell:
    if isinstance(value, (tuple, list)):
        return _Cell(", ".join(map(str, value)))
    return _Cell("" if value is None else f"{value:,}" if _is_number(value) else str(value))


def _value(column: _Column, cell: _Cell) -> str:
    title = f' title="{_text(cell.caveat)}"' if cell.caveat else ""
    return column.cell("td", f"{_text(cell.text)}{MARK * bool(cell.caveat)}", title)


def _text(text: str) -> str:
    return escape(escape_controls(text))
