"""Reports along time, month by month: the colour tells the organization, the mark the size; both are written too."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple
from zlib import crc32

from rich.cells import cell_len, set_cell_size
from rich.console import Group
from rich.text import Text

from reportcli.answer.listing import parse_columns
from reportcli.answer.timeline import Timeline
from reportcli.query.period import parse_period, periods_between
from reportcli.render.terminal.screen import GAP, QUIET, Picture, legend, render_to_text, wrap
from reportcli.render.value import escape_controls, format_value
from reportcli.report.fields import Field, Report
from reportcli.text import fold_name

# Of the 256 colours of a terminal, twelve that stand out from black and from white by at least 3.6 to 1.
COLORS = (196, 166, 94, 100, 28, 30, 32, 63, 99, 134, 164, 162)
_START = 547  # of the checksum: from it, few organizations of the shipped catalogue come to the same colour
SIZES = ((10**11, "◉", "100B.."), (10**10, "●", "10B..100B"), (10**9, "•", "1B..10B"), (0, "·", "..1B"))
UNKNOWN = "○"
_MONTH, _DAY = 9, 5  # columns before the reports of a month, and before a name
_APART = 4  # columns between reports that stand beside one another
_FEW = 2  # months without a report that are shown one by one
(_PARAMETERS,) = parse_columns(["parameters"])


class _Entry(NamedTuple):
    """A report of a timeline, in the words that are shown."""

    month: str
    day: str
    mark: str
    name: str
    size: str
    organizations: tuple[str, ...]

    def head(self) -> Text:
        return Text.assemble((self.day, QUIET), " ", (self.mark, _color(self.organizations[:1])), " ")

    def who(self) -> Text:
        return Text(", ").join(Text(escape_controls(name), style=_color([name])) for name in self.organizations)


class _Layout(NamedTuple):
    """How many columns there are for the parts of an entry, and how many entries stand beside one another."""

    room: int
    name: int
    size: int  # 0: not shown
    who: int  # 0: on lines of their own
    beside: int = 1


def draw(answer: Timeline, width: int, color: bool) -> Picture:
    """Draw reports month by month. On a wide screen several stand beside one another, on a narrow one in two lines.

    Months without a report keep their place, so that the distance is seen.
    """
    entries = [_entry(report, answer.date_field) for report in answer.reports]
    if not entries:
        return Picture("", ())
    layout = _layout(entries, width - _MONTH)
    lines: list[Text] = []
    before = entries[0].month
    for month, inside in groupby(entries, key=lambda entry: entry.month):
        lines += _silence(before, month)
        for place, line in enumerate(_lines(list(inside), layout)):
            lines.append(Text.assemble(("" if place else month).ljust(_MONTH), line))
        before = month
    return Picture(render_to_text(Group(*lines, Text(), _legend(width)), width, color, many_colours=True), ())


def _entry(report: Report, date_field: Field) -> _Entry:
    day = date_field.get(report).isoformat()
    parameters = _PARAMETERS.get(report)
    mark = UNKNOWN if parameters is None else next(mark for least, mark, _ in SIZES if parameters >= least)
    return _Entry(
        day[:7],
        day[8:],
        mark,
        escape_controls(report.name),
        format_value(_PARAMETERS, parameters),
        report.organizations,
    )


def _color(organizations: Sequence[str]) -> str:
    """Return the colour of the organization, if there is one: the same at every call, whatever else is shown."""
    return "".join(f"color({COLORS[crc32(fold_name(one).encode(), _START) % len(COLORS)]})" for one in organizations)


def _layout(entries: Sequence[_Entry], room: int) -> _Layout:
    name = max(cell_len(entry.name) for entry in entries)
    who = max(entry.who().cell_len for entry in entries)
    size = max(len(entry.size) for entry in entries)
    short = _DAY + name + GAP + who
    if room < short:
        return _Layout(room, name, 0, 0)
    if room < short + size + GAP:
        return _Layout(room, name, 0, who)
    return _Layout(room, name, size, who, (room + _APART) // (short + size + GAP + _APART))


def _lines(entries: Sequence[_Entry], layout: _Layout) -> Iterator[Text]:
    if not layout.who:
        for entry in entries:
            yield from _stacked(entry, layout.room - _DAY)
        return
    for place in range(0, len(entries), layout.beside):
        parts = [_line(entry, layout) for entry in entries[place : place + layout.beside]]
        yield Text(" " * _APART).join(parts)


def _line(entry: _Entry, layout: _Layout) -> Text:
    size = entry.size.rjust(layout.size) + " " * GAP if layout.size else ""
    who = entry.who()
    who.pad_right(layout.who - who.cell_len)
    return Text.assemble(entry.head(), set_cell_size(entry.name, layout.name + GAP), size, who)


def _stacked(entry: _Entry, room: int) -> Iterator[Text]:
    first, *rest = wrap(entry.name, room).split("\n")
    yield entry.head().append_text(first)
    below = [
        part for name in entry.organizations for part in wrap(escape_controls(name), room, _color([name])).split("\n")
    ]
    yield from (Text(" " * _DAY).append_text(part) for part in (*rest, *below))


def _silence(before: str, month: str) -> Iterator[Text]:
    """Yield what stands for the months without a report between two months."""
    first, last = sorted(parse_period(text).span()[0] for text in (before, month))
    between = list(periods_between(first, last, "month"))[1:-1]
    if len(between) > _FEW:
        yield Text(f"{'…':^{_MONTH - GAP}}{' ' * GAP}{len(between)} months without a report", style=QUIET)
    else:
        yield from (Text(text, style=QUIET) for text in (between if before < month else reversed(between)))


def _legend(width: int) -> Text:
    signs = [*(f"{mark} {range}" for _, mark, range in reversed(SIZES)), f"{UNKNOWN} unknown"]
    return legend((Text(part, style=QUIET) for part in (_PARAMETERS.label, *signs)), width)
