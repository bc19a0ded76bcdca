"""Reports along time, month by month: the mark is the size, the color the organization; both are written too."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.console import Group
from rich.text import Text

from reportcli.answer.listing import parse_columns
from reportcli.answer.timeline import Timeline
from reportcli.query.period import parse_period, periods_between
from reportcli.query.subject import Hit
from reportcli.render.terminal.screen import (
    BLUE,
    BROWN,
    GAP,
    GREEN,
    PINK,
    QUIET,
    VIOLET,
    Picture,
    legend,
    render_to_text,
    wrap,
)
from reportcli.render.value import escape_controls, format_value
from reportcli.report.fields import Field, Report

COLORS = (BLUE, PINK, GREEN, VIOLET, BROWN)  # of the organizations with the most reports in the picture
SIZES = ((10**11, "◉", "100B.."), (10**10, "●", "10B..100B"), (10**9, "•", "1B..10B"), (0, "·", "..1B"))
UNKNOWN = "○"
_MONTH, _DAY = 9, 5  # columns of a month, and of a day with its mark
_COLUMN_GAP = 4  # between reports that stand beside one another
_MAX_EMPTY = 2  # months without a report that are shown one by one
(_PARAMETERS,) = parse_columns(["parameters"])


class _Entry(NamedTuple):
    """A report of a timeline, as texts."""

    month: str
    day: str
    mark: str
    name: str
    size: str
    organizations: tuple[Text, ...]

    def head(self) -> Text:
        first = next(iter(self.organizations), Text(""))
        return Text.assemble((self.day, QUIET), " ", (self.mark, first.style), " ")

    def organization_text(self) -> Text:
        return Text(", ").join(self.organizations)


class _Layout(NamedTuple):
    """The width of each part of an entry, in columns, and how many entries stand beside one another."""

    entry: int
    name: int
    size: int  # 0: not shown
    organizations: int  # 0: on lines of their own
    beside: int = 1


def draw(answer: Timeline, width: int, color: bool) -> Picture:
    """Draw reports month by month: several beside one another on a wide terminal, in two lines on a narrow one.

    Months without a report keep their place, so that distances are seen.
    """
    styles = _organization_styles([hit.report for hit in answer.hits])
    entries = [_entry(hit, answer.date_field, styles) for hit in answer.hits]
    if not entries:
        return Picture("", ())
    layout = _layout(entries, width - _MONTH)
    lines: list[Text] = []
    previous = entries[0].month
    for month, month_entries in groupby(entries, key=lambda entry: entry.month):
        lines += _empty_months(previous, month)
        for index, line in enumerate(_lines(list(month_entries), layout)):
            lines.append(Text.assemble(("" if index else month).ljust(_MONTH), line))
        previous = month
    return Picture(render_to_text(Group(*lines, Text(), _legend(width)), width, color), ())


def _entry(hit: Hit, date_field: Field, styles: Mapping[str, str]) -> _Entry:
    day = hit.value(date_field).isoformat()
    parameters = hit.value(_PARAMETERS)
    mark = UNKNOWN if parameters is None else next(mark for least, mark, _ in SIZES if parameters >= least)
    size = format_value(_PARAMETERS, parameters)
    organizations = tuple(Text(escape_controls(name), styles.get(name, "")) for name in hit.report.organizations)
    return _Entry(day[:7], day[8:], mark, escape_controls(hit.name), size, organizations)


def _organization_styles(reports: Sequence[Report]) -> Mapping[str, str]:
    """Return a color for each organization with several reports, as far as the colors go: those with the most first."""
    counts = Counter(name for report in reports for name in report.organizations)
    several = (name for name, count in counts.items() if count > 1)
    return dict(zip(sorted(several, key=lambda name: (-counts[name], name)), COLORS, strict=False))


def _layout(entries: Sequence[_Entry], width: int) -> _Layout:
    name = max(cell_len(entry.name) for entry in entries)
    organizations = max(entry.organization_text().cell_len for entry in entries)
    size = max(len(entry.size) for entry in entries)
    without_size = _DAY + name + GAP + organizations
    if width < without_size:
        return _Layout(width, name, 0, 0)
    if width < without_size + size + GAP:
        return _Layout(width, name, 0, organizations)
    beside = (width + _COLUMN_GAP) // (without_size + size + GAP + _COLUMN_GAP)
    return _Layout(width, name, size, organizations, beside)


def _lines(entries: Sequence[_Entry], layout: _Layout) -> Iterator[Text]:
    if not layout.organizations:
        for entry in entries:
            yield from _stacked(entry, layout.entry - _DAY)
        return
    for start in range(0, len(entries), layout.beside):
        parts = [_line(entry, layout) for entry in entries[start : start + layout.beside]]
        yield Text(" " * _COLUMN_GAP).join(parts)


def _line(entry: _Entry, layout: _Layout) -> Text:
    size = entry.size.rjust(layout.size) + " " * GAP if layout.size else ""
    organizations = entry.organization_text()
    organizations.pad_right(layout.organizations - organizations.cell_len)
    return Text.assemble(entry.head(), set_cell_size(entry.name, layout.name + GAP), size, organizations)


def _stacked(entry: _Entry, width: int) -> Iterator[Text]:
    """Yield an entry with its organizations below its name."""
    first, *rest = wrap(entry.name, width).split("\n")
    yield entry.head().append_text(first)
    for name in entry.organizations:
        rest += wrap(name.plain, width, str(name.style)).split("\n")
    yield from (Text(" " * _DAY).append_text(line) for line in rest)


def _empty_months(previous: str, month: str) -> Iterator[Text]:
    """Yield the months without a report between two months, or a line that counts them."""
    first, last = sorted(parse_period(text).span()[0] for text in (previous, month))
    between = list(periods_between(first, last, "month"))[1:-1]
    if len(between) > _MAX_EMPTY:
        yield Text(f"{'…':^{_MONTH - GAP}}{' ' * GAP}{len(between)} months without a report", style=QUIET)
    else:
        yield from (Text(text, style=QUIET) for text in (between if previous < month else reversed(between)))


def _legend(width: int) -> Text:
    marks = [*(f"{mark} {sizes}" for _, mark, sizes in reversed(SIZES)), f"{UNKNOWN} unknown"]
    return legend((Text(part, style=QUIET) for part in (_PARAMETERS.label, *marks)), width)
