"""Reports one under another: a table that fits the width, or blocks on a narrow terminal."""

from collections.abc import Iterable, Mapping, Sequence

from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from reportcli.answer.listing import WHY, Listing, parse_columns
from reportcli.query.explain import Match
from reportcli.query.subject import FIELDS_BY_PATH, Hit
from reportcli.render.terminal.screen import (
    GAP,
    LABEL,
    MIN_TEXT,
    NAME,
    NARROW,
    RULE,
    TYPE_STYLES,
    Picture,
    hidden_columns_note,
    highlighted,
    linked_text,
    render_to_text,
)
from reportcli.render.value import escape_controls, format_value, is_numeric
from reportcli.report.fields import TEXTS, Field
from reportcli.text import fold_name

LIST_COLUMNS = parse_columns(
    (
        "name", "date", "organizations", "type", "parameters", "active_parameters", "tokens", "context_length", "rl",
        "license",
    )
)  # fmt: skip
SEARCH_COLUMNS = parse_columns(("name", "date", "organizations", "parameters"))
_WRAPPED = ("summary", "title", "license")  # and every list: these may take several lines
_MIN_WHY = 24  # columns for where a report matches, beside columns that the user chose


def draw(answer: Listing, width: int, color: bool) -> Picture:
    """Draw a table of reports; columns that do not fit are hidden, and a note names them."""
    if not answer.hits:
        return Picture("", ())
    usual = SEARCH_COLUMNS if answer.query else LIST_COLUMNS
    columns = [column for column in answer.fields(usual) if column is not WHY]  # which every search has, at the end
    columns = columns or [usual[0]]
    widths = _widths(answer.hits, columns)
    fitting = _fitting(answer, columns, widths, width) if width >= NARROW else []
    if not fitting:
        return Picture(render_to_text(_blocks(answer, columns), width, color), ())
    hidden = [column.heading for column in columns if column not in fitting]
    return Picture(render_to_text(_table(answer, fitting, widths), width, color), hidden_columns_note(hidden))


def _fitting(answer: Listing, columns: Sequence[Field], widths: Mapping[str, int], width: int) -> list[Field]:
    """Return the columns that fit: of chosen ones the last go first, of the usual ones those that matter least."""
    fitting = list(columns)
    why_width = (_MIN_WHY if answer.chosen else MIN_TEXT) + GAP if answer.query else 0
    while fitting and sum(widths[column.path] + GAP for column in fitting) - 1 > width - why_width:
        fitting.remove(fitting[-1] if answer.chosen else max(fitting, key=lambda column: column.info.rank))
    return fitting


def _widths(hits: Iterable[Hit], columns: Sequence[Field]) -> dict[str, int]:
    """Return how wide each column must be at least; each report is read once."""
    widths = {column.path: cell_len(column.heading) for column in columns}
    for hit in hits:
        for column in columns:
            widths[column.path] = max(widths[column.path], cell_len(_cell_text(column, hit)))
    limits = {column.path: MIN_TEXT for column in columns if _wraps(column)}
    return {path: min(width, limits.get(path, width)) for path, width in widths.items()}


def _wraps(column: Field) -> bool:
    return column.path in _WRAPPED or (column.kind == TEXTS and column.path != "organizations") or column.in_array


def _table(answer: Listing, columns: Sequence[Field], widths: Mapping[str, int]) -> Table:
    table = Table(box=RULE, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0), header_style=LABEL)
    for column in columns:
        width = widths[column.path]
        grows = _wraps(column) and width == MIN_TEXT
        table.add_column(
            column.heading,
            justify="right" if is_numeric(column) else "left",
            width=None if grows else width,
            no_wrap=not _wraps(column),
            min_width=width if grows else None,
            overflow="fold",
        )
    if answer.query:
        table.add_column("why", ratio=1, overflow="fold")
        table.expand = True
    for hit in answer.hits:
        why = [_why(answer.why(hit))] if answer.query else []
        table.add_row(*(_cell(column, hit) for column in columns), *why)
    return table


def _cell_text(column: Field, hit: Hit) -> str:
    """Return the text of a cell; the name is that of the model too, if another than the flagship is shown."""
    return format_value(column, hit.name if column.path == "name" else hit.value(column))


def _cell(column: Field, hit: Hit) -> Text:
    text = _cell_text(column, hit)
    if column.path == "name":
        return linked_text(text, hit.report.links.front, NAME)
    return Text(text, TYPE_STYLES.get(text, "") if column.key == "type" else "")


def _why(matches: Sequence[Match]) -> Text:
    """Return the weightiest place of each word, the word marked, and the other conditions on one line."""
    lines, facts = list[Text](), list[Text]()
    for match in _most_telling(matches):
        labeled = Text.assemble((f"{match.label}: ", LABEL), _match_text(match))
        (lines if match.words else facts).append(labeled)
    return Text("\n").join([*lines, Text(" · ").join(facts)] if facts else lines)


def _match_text(match: Match) -> Text:
    if match.words:
        return highlighted(escape_controls(match.text), match.words)
    return Text(format_value(FIELDS_BY_PATH[match.field], match.values) or escape_controls(match.text))


def _most_telling(matches: Sequence[Match]) -> list[Match]:
    """Return the first place of each condition, and a second one if there is only one condition."""
    first: dict[object, Match] = {}
    for match in matches:
        first.setdefault(match.words or match.field, match)
    if len(first) > 1:
        return list(first.values())
    texts = {fold_name(match.text) for match in first.values()}
    return [*first.values(), *[match for match in matches if fold_name(match.text) not in texts][:1]]


def _blocks(answer: Listing, columns: Sequence[Field]) -> Group:
    """Return a block for each report: the first column, and indented below it the others."""
    parts: list[RenderableType] = []
    for hit in answer.hits:
        parts.append(_cell(columns[0], hit))
        values = [(column.heading, _cell_text(column, hit)) for column in columns[1:]]
        facts = [Text.assemble((heading, LABEL), " ", value) for heading, value in values if value]
        parts.append(Padding(Text(" · ").join(facts), (0, 0, 0, 2)))
        if answer.query:
            parts.append(Padding(_why(answer.why(hit)), (0, 0, 0, 2)))
    return Group(*parts)
