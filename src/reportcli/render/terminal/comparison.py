"""Reports side by side, a row for each field."""

from collections.abc import Iterator, Sequence

from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from reportcli.answer.comparison import RL_RUNS, Comparison, ComparisonRow
from reportcli.render.caveats import RUNS, caveat_lines, marked
from reportcli.render.terminal.screen import (
    BULLET,
    DIFFERENT,
    GAP,
    LABEL,
    NAME,
    QUIET,
    RULE,
    Picture,
    legend,
    render_to_text,
    wrap,
)
from reportcli.render.value import NOT_DISCLOSED, SHORT_NOT_DISCLOSED, escape_controls, format_value, is_numeric
from reportcli.report.fields import Field, Report

_MIN_SIDE, _GOOD_SIDE = 14, 24  # columns; few words are longer than the former
_MAX_LABEL = 16  # columns of KL coefficient, with its mark
_SAME, _DIFFERS, _UNKNOWN = "  ", "≠ ", "? "
_MARKS = {_DIFFERS: ("differs", DIFFERENT), _UNKNOWN: ("unknown on a side", QUIET)}


def draw(answer: Comparison, width: int, color: bool) -> Picture:
    """Draw reports side by side; if they do not fit, a row for each, or in several blocks one under another."""
    if not answer.field_rows:
        return Picture("", ())
    turned = _turned(answer, width)
    parts = turned or list(_blocks(answer, width))
    if shared := _shared_techniques(answer):
        parts.append(Text.assemble(("techniques of all: ", LABEL), escape_controls(", ".join(shared))))
    marks = {_mark(answer, row) for row in answer.field_rows}
    meanings = [Text.assemble((mark, style), text) for mark, (text, style) in _MARKS.items() if mark in marks]
    if turned and any(any(row.undisclosed) for row in answer.field_rows):
        meanings.append(Text.assemble((SHORT_NOT_DISCLOSED, QUIET), f" {NOT_DISCLOSED}"))
    parts.append(legend(meanings, width))
    parts += [wrap(line, width, QUIET, "  ") for line in caveat_lines(_known_values(answer))]
    return Picture(render_to_text(Group(*parts), width, color), ())


def _known_values(answer: Comparison) -> Iterator[tuple[str, Field, Report]]:
    for row in answer.field_rows:
        for title, report, value in zip(answer.titles, answer.reports, row.values, strict=True):
            if value is not None and value != ():
                if row.group == RL_RUNS and not answer.chosen:
                    yield f"{title}, {RL_RUNS}", RUNS, report
                yield f"{title}, {row.label}", row.field, report


def _mark(answer: Comparison, row: ComparisonRow) -> str:
    if len(answer.names) < 2:
        return _SAME
    return {True: _DIFFERS, False: _SAME, None: _UNKNOWN}[row.differs]


def _blocks(answer: Comparison, width: int) -> Iterator[RenderableType]:
    count = len(answer.names)
    longest = max(cell_len(_DIFFERS + row.label) for row in answer.field_rows)
    is_roomy = width - longest - 1 >= count * (_GOOD_SIDE + GAP)
    label_width = longest if is_roomy else min(longest, max(_MAX_LABEL, width // 6))
    fitting = max(1, (width - label_width - 1) // (_MIN_SIDE + GAP))
    block_size = -(-count // -(-count // fitting))  # blocks of like size
    for start in range(0, count, block_size):
        sides = range(start, min(start + block_size, count))
        yield _side_by_side(answer, sides, label_width, width)
        yield Text("")


def _turned(answer: Comparison, width: int) -> list[RenderableType]:
    """Return few fields of many sides as a table with a row for each side; [] where that is no better."""
    rows = answer.field_rows
    columns = [[_mark(answer, row).strip() + " " + row.label, *_cells(answer, row)] for row in rows]
    widths = [max(map(cell_len, texts)) for texts in columns]
    name_width = max(map(cell_len, map(escape_controls, answer.titles)))
    fits_beside = len(answer.names) * (_MIN_SIDE + GAP) < width - _MAX_LABEL
    if fits_beside or not answer.chosen or name_width + GAP + sum(each + GAP for each in widths) - 1 > width:
        return []
    table = Table(box=RULE, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("", style=NAME, no_wrap=True)
    for row in rows:
        mark, style = _mark(answer, row).strip(), _MARKS.get(_mark(answer, row), ("", ""))[1]
        heading = Text.assemble((mark, style), " " if mark else "", (row.label, LABEL))
        table.add_column(heading, justify="right" if is_numeric(row.field) else "left", no_wrap=True)
    for title, *cells in zip(map(escape_controls, answer.titles), *(texts[1:] for texts in columns), strict=True):
        table.add_row(Text(title), *(Text(cell, QUIET if cell == SHORT_NOT_DISCLOSED else "") for cell in cells))
    return [table, Text("")]


def _cells(answer: Comparison, row: ComparisonRow) -> Iterator[str]:
    """Yield the value of each side on one line."""
    for value, report, is_undisclosed in zip(row.values, answer.reports, row.undisclosed, strict=True):
        yield SHORT_NOT_DISCLOSED if is_undisclosed else marked(format_value(row.field, value), row.field, report)


def _shared_techniques(answer: Comparison) -> list[str]:
    """Return the techniques that all of several sides use, if techniques are compared."""
    if all(row.field.path != "techniques" for row in answer.field_rows):
        return []
    sides = [report.techniques for report in answer.reports]
    return [name for name in sides[0] if all(name in side for side in sides)] if len(sides) > 1 else []


def _side_by_side(answer: Comparison, sides: range, label_width: int, width: int) -> Table:
    side_width = (width - label_width - 1) // len(sides) - GAP
    table = Table(box=RULE, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("", width=label_width, overflow="fold")
    for side in sides:
        title = wrap(escape_controls(answer.titles[side]), side_width)
        table.add_column(title, width=side_width, header_style=NAME, overflow="fold")
    shared, group = _shared_techniques(answer), ""
    for row in answer.field_rows:
        if row.group != group and not answer.chosen:
            group = row.group
            counts = [_run_count(answer.reports[side]) if group == RL_RUNS else "" for side in sides]
            table.add_row(Text(group, style=f"{NAME} {LABEL}"), *(Text(count, style=LABEL) for count in counts))
        mark = _mark(answer, row)
        style = _MARKS[mark][1] if mark in _MARKS else ""
        label = Text.assemble((mark, style), wrap(_label(row, label_width - 2), label_width - 2, LABEL, "  "))
        texts = (_side_text(row, side, answer.reports[side], shared) for side in sides)
        table.add_row(label, *(wrap(text, side_width, QUIET if text == NOT_DISCLOSED else "") for text in texts))
    return table


def _label(row: ComparisonRow, width: int) -> str:
    """Return the name of a row; where that is too long, the shorter one that its field has as a column."""
    is_own = row.label == row.field.label
    return row.field.heading if is_own and cell_len(row.label) > width else row.label


def _run_count(report: Report) -> str:
    """Return how many runs of RL the rows below have values of, with a mark if something is uncertain about them."""
    count = len(report.posttraining.rl)
    return marked(f"{count} run{'s' if count > 1 else ''}", RUNS, report) if count else ""


def _side_text(row: ComparisonRow, side: int, report: Report, shared: Sequence[str]) -> str:
    """Return the value of a field on one side; techniques without those that all sides share."""
    value = row.values[side]
    if row.undisclosed[side]:
        return NOT_DISCLOSED
    if not isinstance(value, tuple) or is_numeric(row.field):
        return marked(format_value(row.field, value), row.field, report)
    known = dict.fromkeys(item for item in value if item is not None)
    items = [escape_controls(str(item)) for item in known if row.field.path != "techniques" or item not in shared]
    if row.field.info.vocabulary or row.field.info.choices or len(items) < 2:
        return marked(", ".join(items), row.field, report)
    return marked("\n".join(BULLET + item for item in items), row.field, report)
