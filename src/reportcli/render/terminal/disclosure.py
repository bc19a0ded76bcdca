"""Who says what, as a bar of three parts for each field, or as a matrix of fields and groups."""

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
from reportcli.render.value import escape_controls

_PARTS = (("█", LABEL, "stated"), ("▒", "", "not disclosed"), ("·", QUIET, "nobody has read for it"))
_MIN_BAR, _MAX_BAR = 10, 60  # columns
_MAX_FIELD = 28  # columns
_COUNT = 6  # columns of a number of reports


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
    """Draw for each field and group how many reports state it, of those that were read for it."""
    label_width = min(_MAX_FIELD, max(len(field.label) for field in answer.fields))
    texts = {(share.field.path, share.group): _fraction(share) for share in answer.shares}
    widths = {
        group: max(len(group), *(len(texts[field.path, group]) for field in answer.fields)) + GAP
        for group in answer.groups
    }
    shown = list(answer.groups)
    while len(shown) > 1 and label_width + GAP + sum(widths[group] for group in shown) > width:
        shown.pop()
    table = _table()
    table.add_column("stated / read", width=label_width)
    for group in shown:
        table.add_column(escape_controls(group), justify="right", no_wrap=len(shown) > 1)
    for field in answer.fields:
        cells = (
            Text(texts[field.path, group], QUIET if texts[field.path, group] == _NOBODY else "") for group in shown
        )
        table.add_row(wrap(field.label, label_width), *cells)
    hidden = [escape_controls(group) for group in answer.groups if group not in shown]
    return Picture(render_to_text(table, width, color), hidden_columns_note(hidden))


def _fraction(share: Share) -> str:
    return f"{share.stated:,}/{share.read:,}" if share.read else _NOBODY


_NOBODY = "·"


def _table() -> Table:
    return Table(box=RULE, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0), header_style=LABEL)
