"""Runs of RL: a column a run where reports were named, else a row a run, as papers print them."""

from collections.abc import Iterator, Sequence

from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from reportcli.answer.recipe import HEADINGS, Recipe, ReportRun
from reportcli.render.terminal.screen import (
    GAP,
    LABEL,
    NAME,
    QUIET,
    RULE,
    Picture,
    hidden_columns_note,
    linked_text,
    render_to_text,
    wrap,
)
from reportcli.render.value import escape_controls, format_value, is_numeric
from reportcli.report.fields import Field

_MARK = "*"
_NOT_DISCLOSED, _SHORT = "not disclosed", "n.d."
_LEGEND = "n.d. not disclosed: the report was read, and does not state it"
_MIN_RUN, _MAX_RUN = 20, 34  # columns of a run beside others
_MAX_LABEL = 22  # columns
_MAX_NAME, _MAX_TEXT = 24, 20  # columns, of rows
_BY_IMPORTANCE = (
    "kl_coefficient", "rollouts", "learning_rate", "stage", "clip_high", "max_response_tokens", "prompts_per_step",
    "algorithm", "temperature", "clip_low", "steps", "top_p", "updates_per_batch", "prompts", "model", "loss",
    "rewards",
)  # fmt: skip
_USUAL = _BY_IMPORTANCE[:11]


def draw(answer: Recipe, width: int, color: bool) -> Picture:
    """Draw runs beside one another, or below one another with the columns that fit."""
    if not answer.runs:
        return Picture("", ())
    if not answer.named:
        return _rows(answer, width, color)
    content = Group(*_blocks(answer, width), *_remarks(answer, width))
    return Picture(render_to_text(content, width, color), ())


def _blocks(answer: Recipe, width: int) -> Iterator[RenderableType]:
    """Yield a table for as many runs as fit beside one another, each with the rows that one of them has."""
    label_width = min(_MAX_LABEL, width // 3)
    count = max((width - label_width - GAP) // (_MIN_RUN + GAP), 1)
    for start in range(0, len(answer.runs), count):
        runs = answer.runs[start : start + count]
        table = _table()
        table.add_column("", width=label_width, overflow="fold")
        run_width = min((width - label_width) // len(runs) - GAP, _MAX_RUN)
        for each in runs:
            name = linked_text(escape_controls(each.name), each.report.links.front, NAME)
            table.add_column(Text.assemble(name, "\n", wrap(escape_controls(each.stage), run_width)), width=run_width)
        for field in answer.fields:
            texts = [_text(each, field, _NOT_DISCLOSED) for each in runs]
            if field.key != "stage" and any(texts):
                cells = (wrap(text, run_width, _style(text)) for text in texts)
                table.add_row(wrap(field.label, label_width, LABEL), *cells)
        yield table
        if start + count < len(answer.runs):
            yield Text("")


def _rows(answer: Recipe, width: int, color: bool) -> Picture:
    """Draw a row for each run; the columns that matter least are hidden where they do not fit."""
    usual = [field for field in answer.fields if len(answer.fields) < len(_BY_IMPORTANCE) or field.key in _USUAL]
    texts = {field.key: [_text(each, field, _SHORT) for each in answer.runs] for field in usual}
    widths = {key: _column_width(key, column) for key, column in texts.items() if any(column)}
    longest_name = max(len("report"), *(cell_len(escape_controls(each.report.name)) for each in answer.runs))
    name_width = min(longest_name, _MAX_NAME, width // 2)
    shown = list(widths)
    while len(shown) > 1 and name_width + sum(GAP + widths[key] for key in shown) > width:
        shown.remove(max(shown, key=_BY_IMPORTANCE.index))
    table = _table()
    table.add_column("report", width=name_width, overflow="fold")
    fields = [field for field in usual if field.key in shown]
    for field in fields:
        justify = "right" if is_numeric(field) else "left"
        table.add_column(HEADINGS[field.key], width=widths[field.key], justify=justify, overflow="fold")  # type: ignore[arg-type]
    for index, each in enumerate(answer.runs):
        cells = [wrap(texts[field.key][index], widths[field.key], _style(texts[field.key][index])) for field in fields]
        is_first = index == 0 or answer.runs[index - 1].report != each.report
        name = escape_controls(each.report.name) if is_first else ""
        table.add_row(linked_text(name, each.report.links.front, NAME), *cells)
    marks = [wrap(_LEGEND, width, QUIET, "  ")] if any(_SHORT in texts[key] for key in shown) else []
    hidden = [HEADINGS[key] for key in widths if key not in shown]
    return Picture(render_to_text(Group(table, *marks), width, color), hidden_columns_note(hidden))


def _column_width(key: str, column: Sequence[str]) -> int:
    longest = max(len(HEADINGS[key]), *map(cell_len, column))
    return min(longest, _MAX_TEXT) if key in ("stage", "algorithm", "model", "loss", "rewards") else longest


def _text(each: ReportRun, field: Field, undisclosed: str) -> str:
    """Return a value with the mark of its caveat, or what is not disclosed; "" for what nobody has read."""
    value = each.value(field)
    if value in (None, ()):
        return undisclosed if each.is_undisclosed(field) else ""
    return format_value(field, value) + (_MARK if each.caveat(field) else "")


def _style(text: str) -> str:
    return QUIET if text in (_SHORT, _NOT_DISCLOSED) else ""


def _remarks(answer: Recipe, width: int) -> Iterator[RenderableType]:
    """Yield what is uncertain about the runs of each report, and where they were read if that is asked for."""
    lines: dict[str, None] = {}
    for each in answer.runs:
        confidence, sources = each.report.confidence, each.report.sources
        for name, path in (("runs", "posttraining.rl"), *((field.label, field.path) for field in answer.fields)):
            if path in confidence:
                lines[f"{_MARK} {each.report.name}, {name}: {confidence[path]}"] = None
            if answer.sources and path in sources:
                lines[f"source of {each.report.name}, {name}: {sources[path]}"] = None
    if lines:
        yield Text("")
    yield from (wrap(escape_controls(line), width, QUIET, "  ") for line in lines)


def _table() -> Table:
    return Table(box=RULE, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0), header_style=LABEL)
