"""Reports as points between two axes, each with its name where it fits."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rich.cells import cell_len
from rich.console import Group
from rich.text import Text

from reportcli.answer.plot import Plot, ReferenceRatio
from reportcli.render.terminal.axis import Scale, Tick, choose_ticks, make_scale, spans_decades
from reportcli.render.terminal.screen import BROWN, LABEL, TYPE_STYLES, Picture, legend, render_to_text
from reportcli.render.value import escape_controls

MARKS = {
    model_type: (mark, TYPE_STYLES[model_type])
    for model_type, mark in (("dense", "●"), ("moe", "◆"), ("diffusion", "▲"), ("other", "■"))
}
UNKNOWN = ("○", "")
_LINE, _LINE_STYLE = "⠤⠤", BROWN
_AXIS = 1  # column or line
_TICKS_APART = 3  # lines, on the vertical axis
_MAX_ROWS = 100  # of the canvas, however wide the terminal is
_MAX_NAMED = 5  # points without a name in the picture that a note names

Cell = tuple[int, int]  # line and column of the canvas, from 0


class Canvas(NamedTuple):
    """The area between the axes; ``left`` is the number of columns before it."""

    x: Scale
    y: Scale
    left: int
    x_ticks: list[Tick]
    y_ticks: list[Tick]

    def cell(self, x: object, y: object) -> Cell:
        """Return where a point lies."""
        return self.y.cells - 1 - round(self.y.position(y)), round(self.x.position(x))


class Label(NamedTuple):
    """A text on the canvas, and the cell where it starts."""

    row: int
    column: int
    text: str
    style: str = ""

    @property
    def end(self) -> int:
        return self.column + cell_len(self.text)


def draw(answer: Plot, width: int, color: bool) -> Picture:
    """Draw reports as points: mark and color are the type of the model, and names stand beside where they fit.

    An axis is logarithmic where its values span more than two powers of ten, or where a ratio is drawn.
    """
    if not answer.points:
        return Picture("", ())
    canvas = _canvas(answer, width)
    lines = _draw_lines(answer, canvas)
    ratio_cells = {
        (row, column - canvas.left)
        for row, text in enumerate(lines[: canvas.y.cells])
        for column, char in enumerate(text)
        if _is_braille(char)
    }
    points = [(canvas.cell(point.x, point.y), escape_controls(point.label)) for point in answer.points]
    labels, unnamed = _place_names(points, canvas, ratio_cells)
    if answer.ratio and ratio_cells:
        labels += _ratio_label(answer.ratio, {cell for cell, _ in points}, labels, canvas, ratio_cells)
    body = [
        _with_labels(text, canvas.left, [label for label in labels if label.row == row])
        for row, text in enumerate(lines)
    ]
    head, foot = Text(_title(canvas.y), style=LABEL), Text(_title(canvas.x).rjust(width), style=LABEL)
    content = Group(head, *body, foot, Text(), legend(_legend_parts(answer, bool(ratio_cells)), width))
    return Picture(render_to_text(content, width, color), (*_covered_note(points), *_unnamed_note(unnamed)))


def _canvas(answer: Plot, width: int) -> Canvas:
    x_values, y_values = [point.x for point in answer.points], [point.y for point in answer.points]
    is_ratio_drawn = answer.ratio is not None and min(*x_values, *y_values) > 0
    rows = min(8 + width // 8, _MAX_ROWS)
    y = make_scale(answer.y, y_values, rows, is_ratio_drawn or spans_decades(answer.y, y_values))
    y_ticks = choose_ticks(y, rows // _TICKS_APART, beside=False)
    left = max((len(tick.label) for tick in y_ticks), default=0) + _AXIS
    x = make_scale(answer.x, x_values, width - left, is_ratio_drawn or spans_decades(answer.x, x_values))
    return Canvas(x, y, left, choose_ticks(x, width, beside=True), y_ticks)


def _draw_lines(answer: Plot, canvas: Canvas) -> list[str]:
    """Return the lines of the plot without color and names: the canvas, its axes and the labels of their ticks."""
    cells = [[" "] * canvas.x.cells for _ in range(canvas.y.cells)]
    for (row, column), dots in (_ratio_dots(answer.ratio, canvas) if answer.ratio else {}).items():
        cells[row][column] = chr(_NO_DOTS + dots)
    for point in answer.points:
        row, column = canvas.cell(point.x, point.y)
        cells[row][column] = MARKS.get(point.type or "", UNKNOWN)[0]
    y_labels = {canvas.y.cells - 1 - tick.position: tick.label for tick in canvas.y_ticks}
    label_width, x_positions = canvas.left - _AXIS, {tick.position for tick in canvas.x_ticks}
    body = [
        f"{y_labels.get(row, ''):>{label_width}}{'┤' if row in y_labels else '│'}{''.join(line)}"
        for row, line in enumerate(cells)
    ]
    x_axis = "".join("┬" if column in x_positions else "─" for column in range(canvas.x.cells))
    return [*body, f"{'':{label_width}}└{x_axis}", _x_labels(canvas)]


def _x_labels(canvas: Canvas) -> str:
    """Return the labels of the horizontal axis, each centered below its tick as far as the edges allow."""
    line = ""
    for tick in canvas.x_ticks:
        centered = canvas.left + tick.position - (len(tick.label) - 1) // 2
        rightmost = canvas.left + canvas.x.cells - len(tick.label)
        line = line.ljust(max(min(centered, rightmost), 0)) + tick.label
    return line


_NO_DOTS = 0x2800  # of the braille characters, which have four rows of two dots; each dot is a bit
_DOTS = ((0x40, 0x04, 0x02, 0x01), (0x80, 0x20, 0x10, 0x08))


def _ratio_dots(ratio: ReferenceRatio, canvas: Canvas) -> dict[Cell, int]:
    """Return the dots of the line of a ratio in each cell of the canvas."""
    dots: dict[Cell, int] = {}
    for dot_column in range(2 * canvas.x.cells):
        y = ratio.value * canvas.x.value((dot_column - 0.5) / 2)
        if canvas.y.logarithmic and y <= 0:  # in the margin of an axis that begins at 0
            continue
        dot_row = round(4 * canvas.y.position(y) + 1.5)  # from the bottom; a cell's middle is between dots 2 and 3
        if 0 <= dot_row < 4 * canvas.y.cells:
            cell = canvas.y.cells - 1 - dot_row // 4, dot_column // 2
            dots[cell] = dots.get(cell, 0) | _DOTS[dot_column % 2][dot_row % 4]
    return dots


def _is_braille(char: str) -> bool:
    return "\u2800" < char <= "\u28ff"


def _place_names(
    points: Sequence[tuple[Cell, str]], canvas: Canvas, ratio_cells: set[Cell]
) -> tuple[list[Label], list[str]]:
    """Return the names that fit beside their points, and those that do not; only the latter may cover the ratio."""
    taken = {cell for cell, _ in points}
    labels, waiting = [], list(points)
    for avoided in (ratio_cells, set[Cell]()):
        unplaced = []
        for cell, name in waiting:
            candidates = (
                label
                for label in _around(cell, name)
                if _is_free(label, canvas, taken) and _is_free(label, canvas, avoided)
            )
            if label := next(candidates, None):
                labels.append(label)
                taken |= _cells_of(label)
            else:
                unplaced.append((cell, name))
        waiting = unplaced
    return labels, [name for _, name in waiting]


def _cells_of(label: Label) -> set[Cell]:
    return {(label.row, column) for column in range(label.column, label.end)}


def _around(cell: Cell, name: str) -> Iterator[Label]:
    """Yield the positions for a name beside, above and below its point."""
    (row, column), length = cell, cell_len(name)
    yield Label(row, column + 2, name)
    yield Label(row, column - 1 - length, name)
    for other_row in (row - 1, row + 1):
        yield Label(other_row, column - length // 2, name)
        yield Label(other_row, column + 1, name)
        yield Label(other_row, column - length, name)


def _is_free(label: Label, canvas: Canvas, taken: set[Cell]) -> bool:
    if not (0 <= label.row < canvas.y.cells and label.column > 0 and label.end <= canvas.x.cells):
        return False
    return not any((label.row, column) in taken for column in range(label.column - 1, label.end + 1))


def _ratio_label(
    ratio: ReferenceRatio, point_cells: set[Cell], labels: Sequence[Label], canvas: Canvas, ratio_cells: set[Cell]
) -> list[Label]:
    """Return the name of the line below its right end, if it fits."""
    taken = point_cells.union(ratio_cells, *map(_cells_of, labels))
    candidates = (
        Label(row + 1, column + 1, ratio.name, _LINE_STYLE)
        for row, column in sorted(ratio_cells, key=lambda cell: -cell[1])
    )
    return [label for label in candidates if _is_free(label, canvas, taken)][:1]


def _with_labels(line: str, left: int, labels: Sequence[Label]) -> Text:
    """Return a line of the plot in color, with its labels."""
    parts, position = [], 0
    for label in sorted(labels):
        parts += [_colored(line[position : left + label.column]), Text(label.text, style=label.style)]
        position = left + label.end
    return Text.assemble(*parts, _colored(line[position:]))


def _colored(text: str) -> Text:
    result = Text(text)
    for mark, style in (*MARKS.values(), UNKNOWN):
        result.highlight_words([mark], style)
    result.highlight_regex("[\u2801-\u28ff]+", _LINE_STYLE)
    return result


def _title(scale: Scale) -> str:
    return scale.field.label + (" (logarithmic)" if scale.logarithmic else "")


def _legend_parts(answer: Plot, has_line: bool) -> Iterator[Text]:
    """Yield what the legend explains: the marks in the picture, and the line."""
    types = {point.type for point in answer.points}
    for model_type, (mark, style) in MARKS.items():
        if model_type in types:
            yield Text.assemble((mark, style), f" {model_type}")
    if types - MARKS.keys():
        yield Text.assemble(UNKNOWN, " unknown")
    if answer.ratio and has_line:
        yield Text.assemble((_LINE, _LINE_STYLE), f" {answer.ratio.name} ({answer.ratio.source})")


def _covered_note(points: Sequence[tuple[Cell, str]]) -> tuple[str, ...]:
    count = len(points) - len({cell for cell, _ in points})
    if not count:
        return ()
    return ("1 point hidden behind another" if count == 1 else f"{count:,} points hidden behind others",)


def _unnamed_note(names: Sequence[str]) -> tuple[str, ...]:
    if not names:
        return ()
    listed = ", ".join(names) if len(names) <= _MAX_NAMED else f"{len(names):,} points"
    return (f"no space for the {'name' if len(names) == 1 else 'names'} of {listed}",)
