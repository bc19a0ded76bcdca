"""Reports as points between two axes, each with its name where there is room for it."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rich.cells import cell_len
from rich.console import Group
from rich.text import Text

from reportcli.answer.plot import Plot, ReferenceRatio
from reportcli.render.terminal.axis import Scale, Tick, choose_ticks, make_scale, spans_decades
from reportcli.render.terminal.screen import LABEL, TYPE_STYLES, Picture, legend, render_to_text
from reportcli.render.value import escape_controls

MARKS = {
    type: (mark, TYPE_STYLES[type]) for type, mark in (("dense", "●"), ("moe", "◆"), ("diffusion", "▲"), ("other", "■"))
}
UNKNOWN = ("○", "")
_LINE, _LINE_STYLE = "⠤⠤", "yellow"
_AXIS = 1  # column or line
_TICKS_APART = 3  # lines, on the upright axis
_MOST_ROWS = 100  # of the canvas, however wide the terminal is
_MOST_NAMED = 5  # points without room for a name that a note names

Spot = tuple[int, int]  # line and column of the canvas, from 0


class Canvas(NamedTuple):
    """The room between the axes; ``left`` is how many columns stand before it."""

    x: Scale
    y: Scale
    left: int
    x_ticks: list[Tick]
    y_ticks: list[Tick]

    def spot(self, x: object, y: object) -> Spot:
        """Return where a point lies."""
        return self.y.cells - 1 - round(self.y.place(y)), round(self.x.place(x))


class Label(NamedTuple):
    """A text on the canvas, and the cell where it begins."""

    row: int
    column: int
    text: str
    style: str = ""

    @property
    def end(self) -> int:
        return self.column + cell_len(self.text)


def draw(answer: Plot, width: int, color: bool) -> Picture:
    """Draw reports as points, the type of the model as mark and colour, with their names where there is room.

    An axis is logarithmic where its values span more than two powers of ten, or where a ratio is drawn.
    """
    if not answer.points:
        return Picture("", ())
    canvas = _canvas(answer, width)
    drawn = _drawn(answer, canvas)
    line = {
        (row, column - canvas.left)
        for row, text in enumerate(drawn[: canvas.y.cells])
        for column, letter in enumerate(text)
        if _is_line(letter)
    }
    points = [(canvas.spot(point.x, point.y), escape_controls(point.name)) for point in answer.points]
    labels, without = _labels(points, canvas, line)
    if answer.ratio and line:
        labels += _name_of_line(answer.ratio, {spot for spot, _ in points}, labels, canvas, line)
    body = [_colored(text, canvas.left, [one for one in labels if one.row == row]) for row, text in enumerate(drawn)]
    head, foot = Text(_title(canvas.y), style=LABEL), Text(_title(canvas.x).rjust(width), style=LABEL)
    content = Group(head, *body, foot, Text(), legend(_signs(answer, bool(line)), width))
    return Picture(render_to_text(content, width, color), (*_hidden(points), *_unnamed(without)))


def _canvas(answer: Plot, width: int) -> Canvas:
    across, upwards = [point.x for point in answer.points], [point.y for point in answer.points]
    both = answer.ratio is not None and min(*across, *upwards) > 0
    rows = min(8 + width // 8, _MOST_ROWS)
    y = make_scale(answer.y, upwards, rows, both or spans_decades(answer.y, upwards))
    y_ticks = choose_ticks(y, rows // _TICKS_APART, beside=False)
    left = max((len(tick.label) for tick in y_ticks), default=0) + _AXIS
    x = make_scale(answer.x, across, width - left, both or spans_decades(answer.x, across))
    return Canvas(x, y, left, choose_ticks(x, width, beside=True), y_ticks)


def _drawn(answer: Plot, canvas: Canvas) -> list[str]:
    """Return the lines of the plot without colour: the canvas, its axes and the labels of their ticks."""
    cells = [[" "] * canvas.x.cells for _ in range(canvas.y.cells)]
    for (row, column), dots in (_dots(answer.ratio, canvas) if answer.ratio else {}).items():
        cells[row][column] = chr(_NO_DOTS + dots)
    for point in answer.points:
        row, column = canvas.spot(point.x, point.y)
        cells[row][column] = MARKS.get(point.type or "", UNKNOWN)[0]
    beside = {canvas.y.cells - 1 - tick.place: tick.label for tick in canvas.y_ticks}
    width, places = canvas.left - _AXIS, {tick.place for tick in canvas.x_ticks}
    upright = [
        f"{beside.get(row, ''):>{width}}{'┤' if row in beside else '│'}{''.join(line)}"
        for row, line in enumerate(cells)
    ]
    lying = "".join("┬" if column in places else "─" for column in range(canvas.x.cells))
    return [*upright, f"{'':{width}}└{lying}", _below(canvas)]


def _below(canvas: Canvas) -> str:
    """Return the labels of the lying axis, each centred below its tick as far as the edges allow."""
    line = ""
    for tick in canvas.x_ticks:
        start = min(
            canvas.left + tick.place - (len(tick.label) - 1) // 2, canvas.left + canvas.x.cells - len(tick.label)
        )
        line = line.ljust(max(start, 0)) + tick.label
    return line


_NO_DOTS = 0x2800  # of the braille letters, which have four rows of two dots; each dot is a bit
_DOTS = ((0x40, 0x04, 0x02, 0x01), (0x80, 0x20, 0x10, 0x08))


def _dots(ratio: ReferenceRatio, canvas: Canvas) -> dict[Spot, int]:
    """Return the dots of the line of a ratio in each cell, as far as the canvas shows it."""
    found: dict[Spot, int] = {}
    for across in range(2 * canvas.x.cells):
        y = ratio.value * canvas.x.value((across - 0.5) / 2)
        if canvas.y.logarithmic and y <= 0:  # in the margin of an axis that begins at 0
            continue
        place = canvas.y.place(y)
        up = round(4 * place + 1.5)  # dots from the bottom; the middle of a cell lies between its second and third
        if 0 <= up < 4 * canvas.y.cells:
            spot = canvas.y.cells - 1 - up // 4, across // 2
            found[spot] = found.get(spot, 0) | _DOTS[across % 2][up % 4]
    return found


def _is_line(letter: str) -> bool:
    return "\u2800" < letter <= "\u28ff"


def _labels(points: Sequence[tuple[Spot, str]], canvas: Canvas, line: set[Spot]) -> tuple[list[Label], list[str]]:
    """Return the names that find room beside their points, and those that do not; the line gives way to a name."""
    taken = {spot for spot, _ in points}
    labels, waiting = [], list(points)
    for avoided in (line, set[Spot]()):
        without = []
        for spot, name in waiting:
            places = (
                one for one in _around(spot, name) if _is_free(one, canvas, taken) and _is_free(one, canvas, avoided)
            )
            if label := next(places, None):
                labels.append(label)
                taken |= {(label.row, column) for column in range(label.column, label.end)}
            else:
                without.append((spot, name))
        waiting = without
    return labels, [name for _, name in waiting]


def _around(spot: Spot, name: str) -> Iterator[Label]:
    """Yield the places for a name beside, above and below its point."""
    (row, column), length = spot, cell_len(name)
    yield Label(row, column + 2, name)
    yield Label(row, column - 1 - length, name)
    for other in (row - 1, row + 1):
        yield Label(other, column - length // 2, name)
        yield Label(other, column + 1, name)
        yield Label(other, column - length, name)


def _is_free(label: Label, canvas: Canvas, taken: set[Spot]) -> bool:
    if not (0 <= label.row < canvas.y.cells and label.column > 0 and label.end <= canvas.x.cells):
        return False
    return not any((label.row, column) in taken for column in range(label.column - 1, label.end + 1))


def _name_of_line(
    ratio: ReferenceRatio, points: set[Spot], labels: Sequence[Label], canvas: Canvas, line: set[Spot]
) -> list[Label]:
    """Return the name of the line below its right end, where there is room."""
    taken = points | line | {(one.row, column) for one in labels for column in range(one.column, one.end)}
    places = (
        Label(row + 1, column + 1, ratio.name, _LINE_STYLE) for row, column in sorted(line, key=lambda spot: -spot[1])
    )
    return [one for one in places if _is_free(one, canvas, taken)][:1]


def _colored(text: str, left: int, labels: Sequence[Label]) -> Text:
    """Return a line of the plot with its labels in place, and in colour."""
    parts, place = [], 0
    for label in sorted(labels):
        parts += [_painted(text[place : left + label.column]), Text(label.text, style=label.style)]
        place = left + label.end
    return Text.assemble(*parts, _painted(text[place:]))


def _painted(text: str) -> Text:
    result = Text(text)
    for mark, style in (*MARKS.values(), UNKNOWN):
        result.highlight_words([mark], style)
    result.highlight_regex("[\u2801-\u28ff]+", _LINE_STYLE)
    return result


def _title(scale: Scale) -> str:
    return scale.field.label + (" (logarithmic)" if scale.logarithmic else "")


def _signs(answer: Plot, line: bool) -> Iterator[Text]:
    """Yield what the legend explains: the marks that are seen, and the line."""
    seen = {point.type for point in answer.points}
    for type, (mark, style) in MARKS.items():
        if type in seen:
            yield Text.assemble((mark, style), f" {type}")
    if seen - MARKS.keys():
        yield Text.assemble(UNKNOWN, " unknown")
    if answer.ratio and line:
        yield Text.assemble((_LINE, _LINE_STYLE), f" {answer.ratio.name} ({answer.ratio.source})")


def _hidden(points: Sequence[tuple[Spot, str]]) -> tuple[str, ...]:
    hidden = len(points) - len({spot for spot, _ in points})
    return (f"{hidden:,} {'point lies' if hidden == 1 else 'points lie'} under another",) if hidden else ()


def _unnamed(names: Sequence[str]) -> tuple[str, ...]:
    if not names:
        return ()
    named = ", ".join(names) if len(names) <= _MOST_NAMED else f"{len(names):,} points"
    return (f"no room for the {'name' if len(names) == 1 else 'names'} of {named}",)
