"""Reports side by side, a row for each field."""

from collections.abc import Sequence

from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from reportcli.answer.comparison import Comparison, ComparisonRow
from reportcli.render.terminal.screen import BULLET, DIFFERENT, GAP, LABEL, NAME, RULE, Picture, render_to_text, wrap
from reportcli.render.value import escape_controls, format_value

_MIN_SIDE, _GOOD_SIDE = 14, 24  # columns; few words are longer than the former
_MAX_LABEL = 15  # columns of normalization, with its mark
_DIFFERS = "≠ "
_GROUP_TITLES = {"pretraining": "pre-training", "posttraining": "post-training"}


def draw(answer: Comparison, width: int, color: bool) -> Picture:
    """Draw reports side by side; if they do not fit, in several blocks one under another."""
    count = len(answer.names)
    longest = max((cell_len(_DIFFERS + row.field.label) for row in answer.field_rows), default=0)
    is_roomy = width - longest - 1 >= count * (_GOOD_SIDE + GAP)
    label_width = longest if is_roomy else min(longest, max(_MAX_LABEL, width // 6))
    fitting = max(1, (width - label_width - 1) // (_MIN_SIDE + GAP))
    block_size = -(-count // -(-count // fitting))  # blocks of like size
    parts: list[RenderableType] = []
    for start in range(0, count, block_size):
        sides = range(start, min(start + block_size, count))
        parts += [_side_by_side(answer, sides, label_width, width), Text("")]
    if shared := _shared_techniques(answer):
        parts.append(Text.assemble(("techniques of all: ", LABEL), escape_controls(", ".join(shared))))
    if any(row.differs for row in answer.field_rows):
        parts.append(Text.assemble((_DIFFERS, DIFFERENT), "differs"))
    return Picture(render_to_text(Group(*parts), width, color), ())


def _shared_techniques(answer: Comparison) -> list[str]:
    """Return the techniques that all of several sides use, if techniques are compared."""
    if all(row.field.path != "techniques" for row in answer.field_rows):
        return []
    sides = [report.techniques for report in answer.reports]
    return [name for name in sides[0] if all(name in side for side in sides)] if len(sides) > 1 else []


def _side_by_side(answer: Comparison, sides: range, label_width: int, width: int) -> Table:
    side_width = (width - label_width - 1) // len(sides) - GAP
    table = Table(box=RULE, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("", width=label_width, overflow="fold")
    for side in sides:
        title = wrap(escape_controls(answer.titles[side]), side_width)
        table.add_column(title, width=side_width, header_style=NAME, overflow="fold")
    shared, group = _shared_techniques(answer), ""
    for row in answer.field_rows:
        if row.field.group != group and not answer.chosen:
            group = row.field.group
            table.add_row(Text(_GROUP_TITLES.get(group, group), style=f"{NAME} {LABEL}"))
        label = wrap(row.field.label, label_width - 2, LABEL, "  ")
        marked = Text.assemble((_DIFFERS if row.differs else "  ", DIFFERENT), label)
        table.add_row(marked, *(wrap(_side_text(row, side, shared), side_width) for side in sides))
    return table


def _side_text(row: ComparisonRow, side: int, shared: Sequence[str]) -> str:
    """Return the value of a field on one side; techniques without those that all sides share."""
    value = row.values[side]
    if not isinstance(value, tuple):
        return format_value(row.field, value)
    items = [escape_controls(str(item)) for item in value if row.field.path != "techniques" or item not in shared]
    if row.field.info.vocabulary or row.field.info.choices or len(items) < 2:
        return ", ".join(items)
    return "\n".join(BULLET + item for item in items)
