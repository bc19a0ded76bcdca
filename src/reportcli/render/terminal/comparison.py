"""TODO reportcli.render.terminal.comparison."""

from collections.abc import Sequence

from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from reportcli.answer.comparison import Comparison, ComparisonRow
from reportcli.render.terminal.screen import BULLET, DIFFERENT, GAP, LABEL, NAME, RULE, Picture, render_to_text, wrap
from reportcli.render.value import escape_controls, format_value


def draw(answer: Comparison, width: int, color: bool) -> Picture:
    """Draw reports side by side; with more than fit, in several blocks one under another."""
    count = len(answer.names)
    longest = max((cell_len(_DIFFERS + line.field.label) for line in answer.lines), default=0)
    roomy = width - longest - 1 >= count * (_GOOD_SIDE + GAP)
    labels = longest if roomy else min(longest, max(_LONGEST_LABEL, width // 6))
    fitting = max(1, (width - labels - 1) // (_LEAST_SIDE + GAP))
    size = -(-count // -(-count // fitting))
    parts: list[RenderableType] = []
    for start in range(0, count, size):
        parts += [_side_by_side(answer, range(start, min(start + size, count)), labels, width), Text("")]
    if shared := _shared(answer):
        parts.append(Text.assemble(("techniques of all: ", LABEL), escape_controls(", ".join(shared))))
    if any(line.differs for line in answer.lines):
        parts.append(Text.assemble((_DIFFERS, DIFFERENT), "differs"))
    return Picture(render_to_text(Group(*parts), width, color), ())


_LEAST_SIDE, _GOOD_SIDE = 14, 24  # the former so that few words are longer
_LONGEST_LABEL = 15  # normalization, with its mark
_DIFFERS = "≠ "
_TITLES = {"pretraining": "pre-training", "posttraining": "post-training"}


def _shared(answer: Comparison) -> list[str]:
    """Return the techniques that all sides use, where there are several sides and techniques are compared."""
    if all(line.field.path != "techniques" for line in answer.lines):
        return []
    sides = [report.techniques for report in answer.reports]
    return [name for name in sides[0] if all(name in side for side in sides)] if len(sides) > 1 else []


def _side_by_side(answer: Comparison, places: range, labels: int, width: int) -> Table:
    side = (width - labels - 1) // len(places) - GAP
    table = Table(box=RULE, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("", width=labels, overflow="fold")
    for place in places:
        table.add_column(
            wrap(escape_controls(answer.titles[place]), side), width=side, header_style=NAME, overflow="fold"
        )
    shared, group = _shared(answer), ""
    for line in answer.lines:
        if line.field.group != group and not answer.chosen:
            group = line.field.group
            table.add_row(Text(_TITLES.get(group, group), style=f"{NAME} {LABEL}"))
        label = Text.assemble(
            (_DIFFERS if line.differs else "  ", DIFFERENT), wrap(line.field.label, labels - 2, LABEL, "  ")
        )
        table.add_row(label, *(wrap(_side(line, place, shared), side) for place in places))
    return table


def _side(line: ComparisonRow, place: int, shared: Sequence[str]) -> str:
    value = line.values[place]
    if not isinstance(value, tuple):
        return format_value(line.field, value)
    items = [escape_controls(str(item)) for item in value if line.field.path != "techniques" or item not in shared]
    if line.field.info.vocabulary or line.field.info.choices or len(items) < 2:
        return ", ".join(items)
    return "\n".join(BULLET + item for item in items)
