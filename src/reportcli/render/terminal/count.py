"""Counts as bars, or as a matrix of values and periods. On a narrow terminal bars go first, then the oldest periods."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from rich.cells import cell_len, chop_cells, set_cell_size
from rich.console import Group
from rich.table import Table
from rich.text import Text

from reportcli.answer.count import CountTable, ValueCount
from reportcli.render.terminal.screen import (
    GAP,
    LABEL,
    NAME,
    QUIET,
    RULE,
    Picture,
    hidden_columns_note,
    render_to_text,
    wrap,
)
from reportcli.render.value import escape_controls

BLOCKS = " ▏▎▍▌▋▊▉█"  # eighths of a bar
NONE = "·"
_REPORTS, _TOTAL = "reports", "total"
_MIN_BAR, _MAX_BAR = 8, 60  # columns; of the longest bar
_MAX_LABEL = 40  # columns of a value on one line, or half the terminal if that is more
_YEAR = 4  # characters
_HIGH, _HIGHEST = 1 / 3, 2 / 3  # of the greatest count: where a cell is made to stand out


def draw(answer: CountTable, width: int, color: bool) -> Picture:
    """Draw a bar for each value, or with periods a row of a matrix."""
    if not answer.value_counts or answer.periods == ():
        return Picture("", ())
    return _bars(answer, width, color) if answer.periods is None else _matrix(answer, answer.periods, width, color)


def _bars(answer: CountTable, width: int, color: bool) -> Picture:
    number_width = _number_width(answer, _REPORTS)
    label_width = _label_width(answer, width, GAP + number_width)
    bar_width = _bar_width(width - label_width - GAP - number_width)
    greatest = _greatest(counted.total for counted in _known(answer))
    table = Table(box=RULE, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0), header_style=LABEL)
    table.add_column("\n".join(_break(answer.field.heading, label_width)), width=label_width)
    table.add_column(_REPORTS, width=number_width, justify="right", no_wrap=True)
    if bar_width:
        table.add_column("", width=bar_width, no_wrap=True)
    for counted in answer.value_counts:
        bar = [Text(_bar(counted, greatest, bar_width), style=LABEL)] if bar_width else []
        label = "\n".join(_break(escape_controls(counted.text), label_width))
        table.add_row(Text(label), f"{counted.total:,}", *bar, style=_style(counted))
    return Picture(render_to_text(table, width, color), ())


def _bar_width(columns: int) -> int:
    """Return how long the longest bar may be in so many free columns; 0 where a bar would say little."""
    return min(columns - GAP, _MAX_BAR) if columns - GAP >= _MIN_BAR else 0


def _known(answer: CountTable) -> Iterator[ValueCount]:
    return (counted for counted in answer.value_counts if counted.value is not None)


def _bar(counted: ValueCount, greatest: int, width: int) -> str:
    """Return the bar of a value beside the greatest of the known ones; unknown is a number alone, however great."""
    count = 0 if counted.value is None else counted.total
    eighths = max(round(8 * width * count / greatest), min(count, 1))
    return BLOCKS[-1] * (eighths // 8) + BLOCKS[eighths % 8].strip()


def _greatest(counts: Iterable[int]) -> int:
    return max(counts, default=0) or 1


def _label_width(answer: CountTable, width: int, reserved: int) -> int:
    """Return how wide the column of values is beside the reserved columns; a longer value is broken into lines."""
    texts = (answer.field.heading, *(escape_controls(counted.text) for counted in answer.value_counts))
    return max(min(max(map(cell_len, texts)), max(_MAX_LABEL, width // 2), width - reserved), 1)


def _break(text: str, width: int) -> list[str]:
    """Break a text into lines, inside a word if the word is too long."""
    return [part for line in wrap(text, width).plain.split("\n") for part in chop_cells(line, width)] or [""]


def _number_width(answer: CountTable, heading: str) -> int:
    return max(len(heading), *(len(f"{counted.total:,}") for counted in answer.value_counts))


def _style(counted: ValueCount) -> str:
    return QUIET if counted.value is None else ""


def _matrix(answer: CountTable, periods: Sequence[str], width: int, color: bool) -> Picture:
    grid = _Grid(answer, periods, width)
    rows = (text for counted in answer.value_counts for text in grid.row(counted))
    ends = dict.fromkeys((grid.hidden[0], grid.hidden[-1])) if grid.hidden else ()
    notes = hidden_columns_note([" to ".join(ends)] if ends else [])
    return Picture(render_to_text(Group(*grid.heading(), *rows), width, color), notes)


class _Grid:
    """The columns of a matrix: the value, as many of the newest periods as fit, the total, and a bar if it fits."""

    def __init__(self, answer: CountTable, periods: Sequence[str], width: int) -> None:
        self.name = answer.field.heading
        self.greatest = _greatest(count for counted in _known(answer) for count in counted.counts)
        self.greatest_total = _greatest(counted.total for counted in _known(answer))
        self.total_width = GAP + _number_width(answer, _TOTAL)
        greatest = _greatest(count for counted in answer.value_counts for count in counted.counts)
        self.cell_width = max(len(_in_year(periods[0])), len(f"{greatest:,}"))
        self.pitch = self.cell_width + GAP
        self.label_width = _label_width(answer, width, self.pitch + self.total_width)
        fitting = max((width - self.label_width - self.total_width) // self.pitch, 1)
        self.periods, self.hidden = periods[-fitting:], periods[:-fitting]
        self.width = self.label_width + self.pitch * len(self.periods) + self.total_width
        self.bar_width = _bar_width(width - self.width)

    def heading(self) -> Iterator[Text]:
        """Yield the names of the columns, with years above their quarters or months, and a rule below them."""
        if _in_year(self.periods[0]) != self.periods[0]:
            yield Text(self._years(), style=LABEL)
        *above, name = _break(self.name, self.label_width)
        yield from (Text(text, style=LABEL) for text in above)
        names = (_in_year(period).rjust(self.pitch) for period in self.periods)
        yield Text.assemble(set_cell_size(name, self.label_width), *names, _TOTAL.rjust(self.total_width), style=LABEL)
        yield Text("─" * (self.width + (self.bar_width and GAP + self.bar_width)))

    def row(self, counted: ValueCount) -> Iterator[Text]:
        """Yield the counts of a value, and further lines if its label needs them."""
        first, *rest = _break(escape_controls(counted.text), self.label_width)
        cells = map(self._cell, counted.counts[-len(self.periods) :])
        total = f"{counted.total:,}".rjust(self.total_width)
        bar = " " * GAP + _bar(counted, self.greatest_total, self.bar_width) if self.bar_width else ""
        label, style = set_cell_size(first, self.label_width), _style(counted)
        yield Text.assemble(label, *cells, total, (bar.rstrip(), LABEL), style=style)
        yield from (Text(text, style=style) for text in rest)

    def _years(self) -> str:
        """Return the years, each above its first period; a first year with a single period ends where that ends."""
        years = [list(periods) for _, periods in groupby(self.periods, key=lambda period: period[:_YEAR])]
        names = [periods[0][:_YEAR].ljust(self.pitch * len(periods)) for periods in years]
        shift = max(_YEAR - self.cell_width, 0) if len(years[0]) == 1 else 0
        names[0] += " " * shift
        return (" " * (self.label_width + GAP - shift) + "".join(names)).rstrip()

    def _cell(self, count: int) -> tuple[str, str]:
        if not count:
            return NONE.rjust(self.pitch), QUIET
        share = count / self.greatest
        style = "" if share < _HIGH else LABEL if share < _HIGHEST else f"{NAME} {LABEL}"
        return f"{count:,}".rjust(self.pitch), style


def _in_year(period: str) -> str:
    """Return what tells a period from the others of its year: ``Q3``, ``06``; a year is itself."""
    return period.rpartition("-")[2]
