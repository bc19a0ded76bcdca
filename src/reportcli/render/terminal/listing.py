"""Listings and comparisons as rich tables that fit a width. Trailing columns go before a cell is cut."""

from collections.abc import Iterable, Mapping, Sequence

from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from reportcli.answer.listing import Listing, parse_columns
from reportcli.query.explain import Match
from reportcli.query.subject import FIELDS_BY_PATH, Hit
from reportcli.render.terminal.screen import (
    GAP,
    LABEL,
    NAME,
    NARROW,
    RULE,
    TYPE_STYLES,
    Picture,
    highlighted,
    linked_text,
    render_to_text,
)
from reportcli.render.value import escape_controls, format_value, is_numeric
from reportcli.report.fields import TEXTS, Field, Report
from reportcli.text import fold_name

SCREEN = parse_columns(
    (
        "name",
        "date",
        "organizations",
        "type",
        "parameters",
        "active_parameters",
        "tokens",
        "context_length",
        "rl",
        "license",
    )
)
SEARCH_SCREEN = parse_columns(("name", "date", "organizations", "parameters"))
_WRAPPED = ("summary", "title", "license")  # and every list: these may take several lines
_LEAST_TEXT = 36
_LEAST_REASON = 24  # beside columns that the user chose


def draw(answer: Listing, width: int, color: bool) -> Picture:
    """Draw reports one under another: a table where it fits, blocks on a narrow screen."""
    if not answer.hits:
        return Picture("", ())
    wanted = answer.columns if answer.chosen else SEARCH_SCREEN if answer.query else SCREEN
    widths = _widths(answer.hits, wanted)
    shown = _fitting(answer, wanted, widths, width) if width >= NARROW else []
    dropped = [column.heading for column in wanted if column not in shown] if shown else []
    notes = (f"columns hidden (terminal too narrow): {', '.join(dropped)}",) if dropped else ()
    content = _table(answer, shown, widths) if shown else _blocks(answer, wanted)
    return Picture(render_to_text(content, width, color), notes)


def _fitting(answer: Listing, wanted: Sequence[Field], widths: Mapping[str, int], width: int) -> list[Field]:
    """Return the columns that fit: of chosen ones the last go first, of the usual ones those that matter least."""
    shown = list(wanted)
    reason = _LEAST_REASON if answer.chosen else _LEAST_TEXT
    room = width - (reason + GAP if answer.query else 0)
    while shown and sum(widths[column.path] + GAP for column in shown) - 1 > room:
        shown.remove(shown[-1] if answer.chosen else max(shown, key=lambda column: column.info.rank))
    return shown


def _widths(hits: Iterable[Hit], columns: Sequence[Field]) -> dict[str, int]:
    """Return how much of the screen each column needs at least; each report is looked at once."""
    widths = {column.path: cell_len(column.heading) for column in columns}
    for report in (hit.report for hit in hits):
        for column in columns:
            widths[column.path] = max(widths[column.path], cell_len(format_value(column, column.get(report))))
    most = {column.path: _LEAST_TEXT for column in columns if _wraps(column)}
    return {path: min(width, most.get(path, width)) for path, width in widths.items()}


def _wraps(column: Field) -> bool:
    return column.path in _WRAPPED or (column.kind == TEXTS and column.path != "organizations") or column.in_array


def _table(answer: Listing, shown: Sequence[Field], widths: Mapping[str, int]) -> Table:
    table = Table(box=RULE, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0), header_style=LABEL)
    for column in shown:
        width = widths[column.path]
        grows = _wraps(column) and width == _LEAST_TEXT
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
        cells: list[RenderableType] = [_cell(column, hit.report) for column in shown]
        if answer.query:
            cells.append(_why(answer.why(hit)))
        table.add_row(*cells)
    return table


def _cell(column: Field, report: Report) -> Text:
    text = format_value(column, column.get(report))
    if column.path == "name":
        return linked_text(text, report.links.front, NAME)
    return Text(text, TYPE_STYLES.get(text, "") if column.key == "type" else "")


def _why(matches: Sequence[Match]) -> Text:
    """Show the weightiest place for each word, the word marked, and the other conditions on one line."""
    said = [(match, Text.assemble((f"{match.label}: ", LABEL), _matched(match))) for match in _telling(matches)]
    texts = [text for match, text in said if match.words]
    facts = [text for match, text in said if not match.words]
    return Text("\n").join([*texts, Text(" · ").join(facts)] if facts else texts)


def _matched(match: Match) -> Text:
    if match.words:
        return highlighted(escape_controls(match.text), match.words)
    return Text(format_value(FIELDS_BY_PATH[match.field], match.values) or escape_controls(match.text))


def _telling(matches: Sequence[Match]) -> list[Match]:
    """Return the first place of each condition, and a second one where there is only one condition."""
    first: dict[object, Match] = {}
    for match in matches:
        first.setdefault(match.words or match.field, match)
    if len(first) > 1:
        return list(first.values())
    said = {fold_name(match.text) for match in first.values()}
    return [*first.values(), *[match for match in matches if fold_name(match.text) not in said][:1]]


def _blocks(answer: Listing, wanted: Sequence[Field]) -> Group:
    parts: list[RenderableType] = []
    for hit in answer.hits:
        parts.append(_cell(wanted[0], hit.report))
        said = [(column.heading, format_value(column, column.get(hit.report))) for column in wanted[1:]]
        facts = [Text.assemble((heading, LABEL), " ", value) for heading, value in said if value]
        parts.append(Padding(Text(" · ").join(facts), (0, 0, 0, 2)))
        if answer.query:
            parts.append(Padding(_why(answer.why(hit)), (0, 0, 0, 2)))
    return Group(*parts)
