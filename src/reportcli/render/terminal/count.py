"""Counts for a terminal: bars, or a matrix of values and periods. Bars and the oldest periods give way before names."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from rich.cells import cell_len, chop_cells, set_cell_size
from rich.console import Group
from rich.table import Table
from rich.text import Text

from reportcli.answer.count import CountTable, ValueCount
from reportcli.render.terminal.screen import GAP, LABEL, NAME, QUIET, RULE, Picture, render_to_text, wrap
from reportcli.render.value import escape_controls

BLOCKS = " ▏▎▍▌▋▊▉█"  # eighths of a bar
NONE = "·"
_REPORTS, _TOTAL = "reports", "total"
_LEAST_BAR, _LONGEST_BAR = 8, 60
_LONGEST_LABEL = 40  # of a value that stands on one line, where half the screen is less
_YEAR = 4  # letters
_HIGH, _HIGHEST = 1 / 3, 2 / 3  # of the greatest count: where a cell is made to stand out


def draw(answer: CountTable, width: int, color: bool) -> Picture:
    """Draw a bar for each value, or a row of a matrix where periods are told apart."""
    if not answer.lines or answer.periods == ():
        return Picture("", ())
    return _bars(answer, width, color) if answer.periods is None else _matrix(answer, answer.periods, width, color)


def _bars(answer: CountTable, width: int, color: bool) -> Picture:
    numbers = _figures(answer, _REPORTS)
    labels = _label_width(answer, width, GAP + numbers)
    longest, most = _room(width - labels - GAP - numbers), _most(line.total for line in answer.lines)
    table = Table(box=RULE, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0), header_style=LABEL)
    table.add_column("\n".join(_broken(answer.field.heading, labels)), width=labels)
    table.add_column(_REPORTS, width=numbers, justify="right", no_wrap=True)
    if longest:
        table.add_column("", width=longest, no_wrap=True)
    for line in answer.lines:
        bar = [Text(_bar(line.total, most, longest), style=LABEL)] if longest else []
        label = "\n".join(_broken(escape_controls(line.text), labels))
        table.add_row(Text(label), f"{line.total:,}", *bar, style=_style(line))
    return Picture(render_to_text(table, width, color), ())


def _room(left: int) -> int:
    """Return how long the longest bar may be where so many columns are left; 0 where a bar would say little."""
    return min(left - GAP, _LONGEST_BAR) if left - GAP >= _LEAST_BAR else 0


def _bar(count: int, most: int, max_length: int) -> str:
    eighths = max(round(8 * max_length * count / most), min(count, 1))
    return BLOCKS[-1] * (eighths // 8) + BLOCKS[eighths % 8].strip()


def _most(counts: Iterable[int]) -> int:
    return max(counts, default=0) or 1


def _label_width(answer: CountTable, width: int, beside: int) -> int:
    """Return how wide the column of values is; a longer value is broken into lines."""
    widest = max(cell_len(answer.field.heading), *(cell_len(escape_controls(line.text)) for line in answer.lines))
    return max(min(widest, max(_LONGEST_LABEL, width // 2), width - beside), 1)


def _broken(text: str, width: int) -> list[str]:
    """Break a text into lines, inside a word where the word is too long."""
    return [part for line in wrap(text, width).plain.split("\n") for part in chop_cells(line, width)] or [""]


def _figures(answer: CountTable, heading: str) -> int:
    return max(len(heading), *(len(f"{line.total:,}") for line in answer.lines))


def _style(line: ValueCount) -> str:
    return QUIET if line.value is None else ""


def _matrix(answer: CountTable, periods: Sequence[str], width: int, color: bool) -> Picture:
    grid = _Grid(answer, periods, width)
    content = Group(*grid.heading(), *(text for line in answer.lines for text in grid.row(line)))
    ends = dict.fromkeys([*grid.dropped[:1], *grid.dropped[-1:]])
    notes = (f"no room for {' to '.join(ends)}",) if ends else ()
    return Picture(render_to_text(content, width, color), notes)


class _Grid:
    """The places of a matrix: a value, as many of the newest periods as there is room for, the total of all."""

    def __init__(self, answer: CountTable, periods: Sequence[str], width: int) -> None:
        self.name = answer.field.heading
        self.most = _most(count for line in answer.lines for count in line.counts)
        self.most_in_all = _most(line.total for line in answer.lines)
        self.total = GAP + _figures(answer, _TOTAL)
        self.cell = max(len(_in_year(periods[0])), len(f"{self.most:,}"))
        self.pitch = self.cell + GAP
        self.label = _label_width(answer, width, self.pitch + self.total)
        fitting = max((width - self.label - self.total) // self.pitch, 1)
        self.shown, self.dropped = periods[-fitting:], periods[:-fitting]
        self.width = self.label + self.pitch * len(self.shown) + self.total
        self.bar = _room(width - self.width)

    def heading(self) -> Iterator[Text]:
        """Yield the names of the columns, with years above their quarters or months, and the rule below them."""
        if _in_year(self.shown[0]) != self.shown[0]:
            yield Text(self._years(), style=LABEL)
        *above, name = _broken(self.name, self.label)
        yield from (Text(text, style=LABEL) for text in above)
        inner = (_in_year(period).rjust(self.pitch) for period in self.shown)
        yield Text.assemble(set_cell_size(name, self.label), *inner, _TOTAL.rjust(self.total), style=LABEL)
        yield Text("─" * (self.width + (self.bar and GAP + self.bar)))

    def row(self, line: ValueCount) -> Iterator[Text]:
        """Yield the counts of a value, and what its label needs of further lines."""
        first, *rest = _broken(escape_controls(line.text), self.label)
        cells = map(self._cell, line.counts[-len(self.shown) :])
        total = f"{line.total:,}".rjust(self.total)
        bar = " " * GAP + _bar(line.total, self.most_in_all, self.bar) if self.bar else ""
        yield Text.assemble(set_cell_size(first, self.label), *cells, total, (bar.rstrip(), LABEL), style=_style(line))
        yield from (Text(text, style=_style(line)) for text in rest)

    def _years(self) -> str:
        """Return the years, each above its first period; one of a single period ends where that ends."""
        years = [list(inside) for _, inside in groupby(self.shown, key=lambda period: period[:_YEAR])]
        names = [inside[0][:_YEAR].ljust(self.pitch * len(inside)) for inside in years]
        early = max(_YEAR - self.cell, 0) if len(years[0]) == 1 else 0
        names[0] += " " * early
        return (" " * (self.label + GAP - early) + "".join(names)).rstrip()

    def _cell(self, count: int) -> tuple[str, str]:
        if not count:
            return NONE.rjust(self.pitch), QUIET
        share = count / self.most
        style = "" if share < _HIGH else LABEL if share < _HIGHEST else f"{NAME} {LABEL}"
        return f"{count:,}".rjust(self.pitch), style


def _in_year(period: str) -> str:
    """Return what tells a period from the others of its year; of a year, itself."""
    return period.rpartition("-")[2]
