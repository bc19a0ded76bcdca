"""Reports as points between two axes. The only room that loads the plotting library, and only when it draws."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rich.cells import cell_len
from rich.console import Group
from rich.text import Text

from reportcli.answer import Plot, Table
from reportcli.derived import Ratio
from reportcli.render.cells import cell, visible
from reportcli.render.scales import Scale, Tick, scale, spans_decades, ticks
from reportcli.render.screen import LABEL, Picture, draw, legend
from reportcli.render.tables import plain

MARKS = {"dense": ("●", "cyan"), "moe": ("◆", "magenta"), "diffusion": ("▲", "green"), "other": ("■", "red")}
UNKNOWN = ("○", "")
_LINE, _LINE_STYLE = "⠤⠤", "yellow"
_AXIS = 1  # column or line
_TICKS_APART = 3  # lines, on the upright axis
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


def plot(answer: Plot, width: int, colour: bool) -> Picture:
    """Draw reports as points, the type of the model as mark and colour, with their names where there is room.

    An axis is logarithmic where its values span more than two powers of ten, or where a ratio is drawn.
    """
    if not answer.points:
        return Picture("", ())
    canvas = _canvas(answer, width)
    try:
        drawn = _drawn(answer, canvas)
    except ImportError as error:  # its drawing part is compiled, and not for every machine
        return _listed(answer, width, colour, str(error).partition("\n")[0])
    line = {
        (row, column - canvas.left)
        for row, text in enumerate(drawn[: canvas.y.cells])
        for column, letter in enumerate(text)
        if _is_line(letter)
    }
    points = [(canvas.spot(point.x, point.y), visible(point.name)) for point in answer.points]
    labels, without = _labels(points, canvas, line)
    if answer.ratio and line:
        labels += _name_of_line(answer.ratio, {spot for spot, _ in points}, labels, canvas, line)
    body = [_coloured(text, canvas.left, [one for one in labels if one.row == row]) for row, text in enumerate(drawn)]
    head, foot = Text(_title(canvas.y), style=LABEL), Text(_title(canvas.x).rjust(width), style=LABEL)
    content = Group(head, *body, foot, Text(), legend(_signs(answer, bool(line)), width))
    return Picture(draw(content, width, colour), (*_hidden(points), *_unnamed(without)))


def _canvas(answer: Plot, width: int) -> Canvas:
    across, upwards = [point.x for point in answer.points], [point.y for point in answer.points]
    both = answer.ratio is not None and min(*across, *upwards) > 0
    rows = 8 + width // 8
    y = scale(answer.y, upwards, rows, both or spans_decades(answer.y, upwards))
    y_ticks = ticks(y, rows // _TICKS_APART, beside=False)
    left = max((len(tick.label) for tick in y_ticks), default=0) + _AXIS
    x = scale(answer.x, across, width - left, both or spans_decades(answer.x, across))
    return Canvas(x, y, left, ticks(x, width, beside=True), y_ticks)


def _drawn(answer: Plot, canvas: Canvas) -> list[str]:
    """Return the lines of the plot without colour: canvas, axis and the labels of its ticks."""
    import plotext

    figure = plotext.figure
    plotext.terminal.limit(False, False)
    figure.clear()
    figure.plot_size(canvas.left + canvas.x.cells, canvas.y.cells + 2 * _AXIS)
    for axis, one, marks in (("x", canvas.x, canvas.x_ticks), ("y", canvas.y, canvas.y_ticks)):
        figure.axes(False, axis=axis, side=1)
        ruler = figure.ruler(axis).lim(0, one.cells - 1)
        ruler.ticks([tick.place for tick in marks], [tick.label for tick in marks])
    if answer.ratio:
        figure.draw(figure.signal(*_line(answer.ratio, canvas), marker="braille"))
    for point in answer.points:
        row, column = canvas.spot(point.x, point.y)
        figure.draw(figure.signal([column], [canvas.y.cells - 1 - row], marker=MARKS.get(point.type or "", UNKNOWN)[0]))
    lines: list[str] = figure.build().string(True).splitlines()
    figure.clear()
    plotext.terminal.limit()
    return lines


def _line(ratio: Ratio, canvas: Canvas) -> tuple[list[float], list[float]]:
    """Return the places of points on the line of a ratio, two in each column, as far as the canvas shows it."""
    across = [half / 2 for half in range(2 * canvas.x.cells - 1)]
    points = [(place, canvas.y.place(ratio.value * canvas.x.value(place))) for place in across]
    inside = [point for point in points if 0 <= point[1] <= canvas.y.cells - 1]
    return [place for place, _ in inside], [place for _, place in inside]


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
    ratio: Ratio, points: set[Spot], labels: Sequence[Label], canvas: Canvas, line: set[Spot]
) -> list[Label]:
    """Return the name of the line below its right end, where there is room."""
    taken = points | line | {(one.row, column) for one in labels for column in range(one.column, one.end)}
    places = (
        Label(row + 1, column + 1, ratio.name, _LINE_STYLE) for row, column in sorted(line, key=lambda spot: -spot[1])
    )
    return [one for one in places if _is_free(one, canvas, taken)][:1]


def _coloured(text: str, left: int, labels: Sequence[Label]) -> Text:
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


def _listed(answer: Plot, width: int, colour: bool, problem: str) -> Picture:
    """Return the points as a table, where they cannot be drawn."""
    keys = ("name", "type", f"x: {answer.x.label}", f"y: {answer.y.label}")
    rows = ((point.name, point.type or "", cell(answer.x, point.x), cell(answer.y, point.y)) for point in answer.points)
    listed = plain(Table(keys, tuple(dict(zip(keys, row, strict=True)) for row in rows)), width, colour)
    return listed._replace(notes=(f"no picture, since the plotting library does not load: {problem}", *listed.notes))
