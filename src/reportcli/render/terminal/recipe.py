"""Runs of RL: a column a run where reports were named, else a row a run, as papers print them."""

from collections.abc import Iterator, Sequence

from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from reportcli.answer.recipe import RUNS, Recipe, ReportRun, heading
from reportcli.render.caveats import MARK
from reportcli.render.terminal.screen import (
    GAP,
    LABEL,
    NAME,
    NARROW,
    QUIET,
    RULE,
    Picture,
    hidden_columns_note,
    linked_text,
    render_to_text,
    wrap,
)
from reportcli.render.value import NOT_DISCLOSED, SHORT_NOT_DISCLOSED, escape_controls, format_value, is_numeric
from reportcli.report.fields import DATE, Field

_LEGEND = f"{SHORT_NOT_DISCLOSED} {NOT_DISCLOSED}: the report was read, and does not state it"
_MIN_RUN, _MAX_RUN = 20, 34  # columns of a run beside others
_MAX_LABEL = 22  # columns
_MAX_NAME, _MAX_TEXT = 24, 20  # columns, of rows
_MOST_CAVEATS = 4  # whose sentences stand below rows
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
    parts: list[RenderableType]
    if answer.named:
        parts, fields, hidden = [*_blocks(answer, width)], list(answer.fields), list[str]()
    else:
        parts, fields, hidden = _rows(answer, width) if width >= NARROW else _paragraphs(answer, width)
    content = Group(*parts, *_remarks(answer, fields, width))
    return Picture(render_to_text(content, width, color), hidden_columns_note(hidden))


def _blocks(answer: Recipe, width: int) -> Iterator[RenderableType]:
    """Yield a table for as many runs as fit beside one another, each with the rows that one has, or all asked for."""
    label_width = min(_MAX_LABEL, width // 3)
    count = max((width - label_width - GAP) // (_MIN_RUN + GAP), 1)
    for start in range(0, len(answer.runs), count):
        runs = answer.runs[start : start + count]
        table = _table()
        table.add_column("", width=label_width, overflow="fold")
        run_width = min((width - label_width) // len(runs) - GAP, _MAX_RUN)
        headings = [_heading(each, run_width) for each in runs]
        lines = max(text.plain.count("\n") for text in headings)
        for text in headings:  # filled up, so that the names stand on one line
            table.add_column(text + Text("\n" * (lines - text.plain.count("\n"))), width=run_width)
        for field in answer.fields:
            texts = [_text(each, field, NOT_DISCLOSED) for each in runs]
            if field.path != f"{RUNS}.stage" and (answer.chosen or any(texts)):
                cells = (wrap(text, run_width, _style(text)) for text in texts)
                table.add_row(wrap(field.label, label_width, LABEL), *cells)
        yield table
        if start + count < len(answer.runs):
            yield Text("")


def _heading(each: ReportRun, width: int) -> Text:
    name = linked_text(_name(each, each.name, width), each.report.links.front, NAME)
    return Text.assemble(name, "\n", wrap(escape_controls(each.stage), width))


def _name(each: ReportRun, name: str, width: int) -> str:
    """Return a name in lines, with the mark of what is uncertain about the runs as a whole."""
    return wrap(escape_controls(name) + (MARK if RUNS in each.report.confidence else ""), width).plain


def _shown(answer: Recipe) -> list[Field]:
    """Return the fields of rows: those that the user chose, or the usual ones that a run has or does not disclose."""
    if answer.chosen:
        return [field for field in answer.fields if field.path != "name"]
    usual = [field for field in answer.fields if field.key in _USUAL]
    return [field for field in usual if any(_text(each, field, SHORT_NOT_DISCLOSED) for each in answer.runs)]


def _rows(answer: Recipe, width: int) -> tuple[list[RenderableType], list[Field], list[str]]:
    """Return a table with a row for each run, its fields, and the columns that do not fit: what matters least."""
    shown = _shown(answer)
    texts = {field.path: [_text(each, field, SHORT_NOT_DISCLOSED) for each in answer.runs] for field in shown}
    widths = {field.path: _column_width(field, texts[field.path]) for field in shown}
    longest_name = max(cell_len(_name(each, each.report.name, width)) for each in answer.runs)
    name_width = max(len("report"), min(longest_name, _MAX_NAME, width // 2))
    hidden: list[str] = []
    while len(shown) > 1 and name_width + sum(GAP + widths[field.path] for field in shown) > width:
        last = shown[-1] if answer.chosen else max(shown, key=lambda field: _BY_IMPORTANCE.index(field.key))
        shown.remove(last)
        hidden.insert(0, heading(last))
    table = _table()
    table.add_column("report", width=name_width, overflow="fold")
    for field in shown:
        justify = "right" if is_numeric(field) else "left"
        table.add_column(heading(field), width=widths[field.path], justify=justify, overflow="fold")  # type: ignore[arg-type]
    for index, each in enumerate(answer.runs):
        cells = (
            wrap(texts[field.path][index], widths[field.path], _style(texts[field.path][index])) for field in shown
        )
        is_first = index == 0 or answer.runs[index - 1].report != each.report
        name = _name(each, each.report.name, name_width) if is_first else ""
        table.add_row(linked_text(name, each.report.links.front, NAME), *cells)
    is_withheld = any(SHORT_NOT_DISCLOSED in texts[field.path] for field in shown)
    marks = [wrap(_LEGEND, width, QUIET, "  ")] if is_withheld else []
    return [table, *marks], shown, hidden


def _paragraphs(answer: Recipe, width: int) -> tuple[list[RenderableType], list[Field], list[str]]:
    """Return a paragraph for each run: its name, and below it what it states, does not disclose, and lacks."""
    parts: list[RenderableType] = []
    shown = [field for field in _shown(answer) if field.path != f"{RUNS}.stage"]
    for each in answer.runs:
        name = _name(each, f"{each.report.name} · {each.distinct_stage}", width)
        parts.append(linked_text(name, each.report.links.front, NAME))
        texts = [(heading(field), _text(each, field, "")) for field in shown]
        facts = [Text.assemble((label, LABEL), " ", text) for label, text in texts if text]
        withheld = ", ".join(heading(field) for field in shown if each.is_undisclosed(field))
        facts += [Text(f"{NOT_DISCLOSED}: {withheld}", QUIET)] if withheld else []
        unread = ", ".join(
            heading(field) for field in shown if answer.chosen and not _text(each, field, SHORT_NOT_DISCLOSED)
        )
        facts += [Text(f"unknown: {unread}", QUIET)] if unread else []
        parts.append(Padding(Text(" · ").join(facts), (0, 0, 0, 2)))
    return parts, shown, []


def _column_width(field: Field, column: Sequence[str]) -> int:
    longest = max(cell_len(heading(field)), *map(cell_len, column))
    return longest if is_numeric(field) or field.kind == DATE else min(longest, _MAX_TEXT)


def _text(each: ReportRun, field: Field, undisclosed: str) -> str:
    """Return a value with the mark of its caveat, or what is not disclosed; "" for what nobody has read."""
    value = each.distinct_stage if field.path == f"{RUNS}.stage" else each.value(field)
    if value in (None, ()):
        return undisclosed if each.is_undisclosed(field) else ""
    return format_value(field, value) + (MARK if each.caveat(field) else "")


def _style(text: str) -> str:
    return QUIET if text in (SHORT_NOT_DISCLOSED, NOT_DISCLOSED) else ""


def _remarks(answer: Recipe, fields: Sequence[Field], width: int) -> Iterator[RenderableType]:
    """Yield what is uncertain about the runs of each report, and where they were read if that is asked for."""
    caveats: dict[str, None] = {}
    sources: dict[str, None] = {}
    for each in answer.runs:
        paths = [(field.label, field.path) for field in fields if each.value(field) not in (None, ())]
        for name, path in (("runs", RUNS), *paths):
            if path in each.report.confidence:
                caveats[f"{MARK} {each.report.name}, {name}: {each.report.confidence[path]}"] = None
            if path in each.report.sources:
                sources[f"source of {each.report.name}, {name}: {each.report.sources[path]}"] = None
    lines = list(caveats)
    if len(lines) > _MOST_CAVEATS and not answer.named:
        lines = [f"{MARK} {len(lines)} caveats; `reportcli recipe NAME` tells them"]
    lines += sources if answer.sources else []
    if lines:
        yield Text("")
    yield from (wrap(escape_controls(line), width, QUIET, "  ") for line in lines)


def _table() -> Table:
    return Table(box=RULE, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0), header_style=LABEL)
