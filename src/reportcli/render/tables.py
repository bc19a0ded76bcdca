"""Listings and comparisons as rich tables that fit a width. Trailing columns go before a cell is cut."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from reportcli.answer import Record
from reportcli.answer.comparison import Comparison, Row
from reportcli.answer.listing import Listing, columns
from reportcli.answer.outcome import PROBLEM, Checkup, Done, Info
from reportcli.answer.table import Table as Plain
from reportcli.query import BY_PATH, Hit, Match
from reportcli.render.cells import cell, is_number, visible, visible_path
from reportcli.render.screen import (
    BULLET,
    DIFFERENT,
    GAP,
    LABEL,
    NAME,
    NARROW,
    QUIET,
    RULE,
    TYPES,
    Picture,
    draw,
    linked,
    marked,
    wrapped,
)
from reportcli.report import TEXTS, Field, Report
from reportcli.words import fold_name

SCREEN = columns(
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
SEARCH_SCREEN = columns(("name", "date", "organizations", "parameters"))
_WRAPPED = ("summary", "title", "license")  # and every list: these may take several lines
_LEAST_TEXT = 36
_LEAST_REASON = 24  # beside columns that the user chose


def listing(answer: Listing, width: int, colour: bool) -> Picture:
    """Draw reports one under another: a table where it fits, blocks on a narrow screen."""
    if not answer.hits:
        return Picture("", ())
    wanted = answer.columns if answer.chosen else SEARCH_SCREEN if answer.query else SCREEN
    widths = _widths(answer.hits, wanted)
    shown = _fitting(answer, wanted, widths, width) if width >= NARROW else []
    dropped = [column.heading for column in wanted if column not in shown] if shown else []
    notes = (f"no room for {', '.join(dropped)}",) if dropped else ()
    content = _table(answer, shown, widths) if shown else _blocks(answer, wanted)
    return Picture(draw(content, width, colour), notes)


def plain(answer: Plain, width: int, colour: bool) -> Picture:
    """Draw a plain list of records: the first column whole, numbers to the right, the last one takes what is left."""
    keys = list(answer.screen or answer.keys)
    taken = {
        key: max([cell_len(key), *(cell_len(_plain(entry[key])) for entry in answer.entries)]) + GAP for key in keys
    }
    dropped: list[str] = []
    while len(keys) > 2 and width - sum(taken[key] for key in keys[:-1]) < min(_LEAST_TEXT, taken[keys[-1]]):
        dropped.insert(0, keys.pop(-2))
    table = Table(box=RULE, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0), header_style=LABEL)
    for place, key in enumerate(keys):
        right = all(isinstance(entry[key], (int, float)) for entry in answer.entries)
        table.add_column(key, justify="right" if right else "left", no_wrap=place == 0 or right, overflow="fold")
    for entry in answer.entries:
        table.add_row(*(Text(_plain(entry[key])) for key in keys))
    notes = (f"no room for {', '.join(dropped)}",) if dropped and answer.entries else ()
    return Picture(draw(table, width, colour) if answer.entries else "", notes)


def _plain(value: object) -> str:
    if isinstance(value, list):
        return visible(", ".join(value))
    return visible(f"{value:g}" if isinstance(value, float) else str(value))


def checkup(answer: Checkup, width: int, colour: bool) -> Picture:
    """Draw what a check found under the name of each file, with the lines; remarks after problems."""
    parts: list[RenderableType] = []
    for file, findings in groupby(answer.findings, key=lambda finding: finding.file):
        grid = Table(box=None, show_header=False, pad_edge=False, padding=(0, GAP, 0, 0))
        grid.add_column(justify="right", no_wrap=True, style=LABEL)
        grid.add_column(overflow="fold")
        for one in findings:
            mark = "" if one.severity == PROBLEM else f"{one.severity}: "
            key = f"{visible(one.key)}: " if one.key else ""
            place = ":".join(str(part) for part in (one.line, one.column) if part)
            grid.add_row(place, Text.assemble((mark, QUIET), (key, LABEL), visible(one.problem)))
        parts += [Text(visible_path(file), style=NAME), Padding(grid, (0, 0, 0, 2))]
    return Picture(draw(Group(*parts), width, colour) if parts else "", ())


def _fitting(answer: Listing, wanted: Sequence[Field], widths: Mapping[str, int], width: int) -> list[Field]:
    """Return the columns that fit: of chosen ones the last go first, of the usual ones those that matter least."""
    shown = list(wanted)
    reason = _LEAST_REASON if answer.chosen else _LEAST_TEXT
    room = width - (reason + GAP if answer.query else 0)
    while shown and sum(widths[column.path] + GAP for column in shown) - 1 > room:
        shown.remove(shown[-1] if answer.chosen else max(shown, key=lambda column: column.about.rank))
    return shown


def _widths(hits: Iterable[Hit], columns: Sequence[Field]) -> dict[str, int]:
    """Return how much of the screen each column needs at least; each report is looked at once."""
    widths = {column.path: cell_len(column.heading) for column in columns}
    for report in (hit.report for hit in hits):
        for column in columns:
            widths[column.path] = max(widths[column.path], cell_len(cell(column, column.get(report))))
    most = {column.path: _LEAST_TEXT for column in columns if _wraps(column)}
    return {path: min(width, most.get(path, width)) for path, width in widths.items()}


def _wraps(column: Field) -> bool:
    return column.path in _WRAPPED or (column.kind == TEXTS and column.path != "organizations") or column.many


def _table(answer: Listing, shown: Sequence[Field], widths: Mapping[str, int]) -> Table:
    table = Table(box=RULE, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0), header_style=LABEL)
    for column in shown:
        width = widths[column.path]
        grows = _wraps(column) and width == _LEAST_TEXT
        table.add_column(
            column.heading,
            justify="right" if is_number(column) else "left",
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
    text = cell(column, column.get(report))
    if column.path == "name":
        return linked(text, report.links.front, NAME)
    return Text(text, TYPES.get(text, "") if column.key == "type" else "")


def _why(matches: Sequence[Match]) -> Text:
    """Show the weightiest place for each word, the word marked, and the other conditions on one line."""
    said = [(match, Text.assemble((f"{match.label}: ", LABEL), _matched(match))) for match in _telling(matches)]
    texts = [text for match, text in said if match.words]
    facts = [text for match, text in said if not match.words]
    return Text("\n").join([*texts, Text(" · ").join(facts)] if facts else texts)


def _matched(match: Match) -> Text:
    if match.words:
        return marked(visible(match.text), match.words)
    return Text(cell(BY_PATH[match.field], match.values) or visible(match.text))


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
        said = [(column.heading, cell(column, column.get(hit.report))) for column in wanted[1:]]
        facts = [Text.assemble((heading, LABEL), " ", value) for heading, value in said if value]
        parts.append(Padding(Text(" · ").join(facts), (0, 0, 0, 2)))
        if answer.query:
            parts.append(Padding(_why(answer.why(hit)), (0, 0, 0, 2)))
    return Group(*parts)


def comparison(answer: Comparison, width: int, colour: bool) -> Picture:
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
        parts.append(Text.assemble(("techniques of all: ", LABEL), visible(", ".join(shared))))
    if any(line.differs for line in answer.lines):
        parts.append(Text.assemble((_DIFFERS, DIFFERENT), "differs"))
    return Picture(draw(Group(*parts), width, colour), ())


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
        table.add_column(wrapped(visible(answer.titles[place]), side), width=side, header_style=NAME, overflow="fold")
    shared, group = _shared(answer), ""
    for line in answer.lines:
        if line.field.group != group and not answer.chosen:
            group = line.field.group
            table.add_row(Text(_TITLES.get(group, group), style=f"{NAME} {LABEL}"))
        label = Text.assemble(
            (_DIFFERS if line.differs else "  ", DIFFERENT), wrapped(line.field.label, labels - 2, LABEL, "  ")
        )
        table.add_row(label, *(wrapped(_side(line, place, shared), side) for place in places))
    return table


def _side(line: Row, place: int, shared: Sequence[str]) -> str:
    value = line.values[place]
    if not isinstance(value, tuple):
        return cell(line.field, value)
    items = [visible(str(item)) for item in value if line.field.path != "techniques" or item not in shared]
    if line.field.about.vocabulary or line.field.about.closed or len(items) < 2:
        return ", ".join(items)
    return "\n".join(BULLET + item for item in items)


def done(answer: Done, width: int, colour: bool) -> Picture:
    """Return the lines as they are, so that a path or an address can be copied whole."""
    return Picture("".join(f"{visible(line)}\n" for line in answer.lines), ())


def info(answer: Info, width: int, colour: bool) -> Picture:
    """Draw what is read from where: one line a key, one more for each folder and each hidden entry."""
    known = answer.about
    vocabulary, index = known["vocabulary"], known["index"]
    lines = {
        **{key: [known[key]] for key in ("version", "python", "system")},
        "catalogue": [_folder(one) for one in known["catalogue"]],
        "hidden": [f"{one['hides']}, by {one['shown']}" for one in known["hidden"]],
        "vocabulary": [*vocabulary["files"], f"{vocabulary['techniques']} techniques"],
        "index": [index["file"] + (f": {index['bytes']:,} bytes" if index["bytes"] else ": not there")],
        "cache": [known["cache"]],
        "new entries": [known["new_entries"]],
    }
    grid = Table(box=None, show_header=False, pad_edge=False, padding=(0, GAP, 0, 0))
    grid.add_column(style=LABEL, no_wrap=True)
    grid.add_column(overflow="fold")
    for label, texts in lines.items():
        for place, text in enumerate(texts):
            grid.add_row("" if place else label, Text(visible(text)))
    return Picture(draw(grid, width, colour), ())


def _folder(one: Record) -> str:
    if one["problem"]:
        return f"{one['folder']}: cannot be read ({one['problem']})"
    unreadable = f", {one['unreadable']} unreadable" if one["unreadable"] else ""
    return f"{one['folder']}: {one['entries']} {'entry' if one['entries'] == 1 else 'entries'}{unreadable}"
