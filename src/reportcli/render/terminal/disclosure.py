"""Who says what, as a bar of three parts for each field, or as a matrix of fields and groups."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from rich.cells import cell_len
from rich.console import Group
from rich.table import Table
from rich.text import Text

from reportcli.answer.disclosure import Disclosure, Share
from reportcli.render.terminal.screen import (
    GAP,
    LABEL,
    QUIET,
    RULE,
    Picture,
    hidden_columns_note,
    legend,
    render_to_text,
    wrap,
)
from reportcli.render.value import NOT_DISCLOSED, escape_controls

_PARTS = (("█", LABEL, "stated"), ("▒", "", NOT_DISCLOSED), ("·", QUIET, "nobody has read for it"))
_MIN_BAR, _MAX_BAR = 10, 60  # columns
_MAX_FIELD = 28  # columns
_COUNT = 6  # columns of a number of reports
_HEADING = "stated / read"


def draw(answer: Disclosure, width: int, color: bool) -> Picture:
    """Draw a bar for each field; of several groups, in how many of the reports that were read it is stated."""
    if not answer.shares:
        return Picture("", ())
    return _bars(answer, width, color) if answer.groups == ("",) else _matrix(answer, width, color)


def _bars(answer: Disclosure, width: int, color: bool) -> Picture:
    label_width = min(_MAX_FIELD, max(len(field.label) for field in answer.fields))
    free = width - label_width - 2 * (_COUNT + GAP) - GAP
    bar_width = min(free, _MAX_BAR) if free >= _MIN_BAR else 0
    table = _table()
    table.add_column("field", width=label_width)
    for heading in ("stated", "of"):
        table.add_column(heading, width=_COUNT, justify="right")
    if bar_width:
        table.add_column("", width=bar_width, no_wrap=True)
    for share in answer.shares:
        bar = [_bar(share, bar_width)] if bar_width else []
        table.add_row(wrap(share.field.label, label_width), f"{share.stated:,}", f"{share.total:,}", *bar)
    meanings = (Text.assemble((sign, style), f" {meaning}") for sign, style, meaning in _PARTS)
    content = Group(table, Text(), legend(meanings, width)) if bar_width else table
    return Picture(render_to_text(content, width, color), ())


def _bar(share: Share, width: int) -> Text:
    """Return the three parts of a bar as long as the width; a part that is not empty is at least one sign long."""
    counts = (share.stated, share.undisclosed, share.unknown)
    lengths = [max(round(width * count / share.total), 1) if count else 0 for count in counts]
    lengths[lengths.index(max(lengths))] += (width if share.total else 0) - sum(lengths)
    return Text.assemble(*((sign * length, style) for (sign, style, _), length in zip(_PARTS, lengths, strict=True)))


def _matrix(answer: Disclosure, width: int, color: bool) -> Picture:
    """Draw for each field and group how many reports state it, of those that were read for it.

    Groups are columns, or rows where there is no room for all of them but for the fields.
    """
    cells = {(share.field.path, share.group): _fraction(share) for share in answer.shares}
    rows = [(field.path, field.label) for field in answer.fields]
    columns = [(group, escape_controls(group)) for group in answer.groups]
    turned = {(group, path): cell for (path, group), cell in cells.items()}
    by_field, by_group = _Grid(rows, columns, cells), _Grid(columns, rows, turned)
    grid = by_group if by_field.fitting(width) < len(columns) and by_group.fitting(width) == len(rows) else by_field
    hidden = [name for _, name in grid.columns[grid.fitting(width) :]]
    return Picture(render_to_text(grid.table(width), width, color), hidden_columns_note(hidden))


class _Grid(NamedTuple):
    """Rows and columns, each with its key and its name, and the text of each cell by the keys of both."""

    rows: Sequence[tuple[str, str]]
    columns: Sequence[tuple[str, str]]
    cells: Mapping[tuple[str, str], str]

    @property
    def label_width(self) -> int:
        return min(_MAX_FIELD, max(len(_HEADING), *(cell_len(name) for _, name in self.rows)))

    def fitting(self, width: int) -> int:
        """Return how many columns fit beside the names of the rows; at least one."""
        free, count = width - self.label_width, 0
        for column, name in self.columns:
            free -= GAP + max(cell_len(name), *(len(self.cells[row, column]) for row, _ in self.rows))
            count += free >= 0
        return max(count, 1)

    def table(self, width: int) -> Table:
        """Return the table of the columns that fit."""
        shown = self.columns[: self.fitting(width)]
        table = _table()
        table.add_column(_HEADING, width=self.label_width)
        for _, name in shown:
            table.add_column(name, justify="right", no_wrap=len(shown) > 1)
        for row, name in self.rows:
            texts = [self.cells[row, column] for column, _ in shown]
            table.add_row(
                wrap(name, self.label_width), *(Text(text, QUIET if text == _NOBODY else "") for text in texts)
            )
        return table


def _fraction(share: Share) -> str:
    return f"{share.stated:,}/{share.read:,}" if share.read else _NOBODY


_NOBODY = "·"


def _table() -> Table:
    return Table(box=RULE, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0), header_style=LABEL)
