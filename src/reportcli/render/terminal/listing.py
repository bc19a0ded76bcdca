"""Reports one under another: a table that fits the width, or blocks on a narrow terminal."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from reportcli.answer.listing import WHY, Listing, parse_columns
from reportcli.query.explain import Match
from reportcli.query.subject import Hit
from reportcli.render.caveats import MARK, caveat_lines, marked
from reportcli.render.outline import INCOMPLETE
from reportcli.render.terminal.screen import (
    GAP,
    LABEL,
    MIN_TEXT,
    NAME,
    QUIET,
    RULE,
    TYPE_STYLES,
    Picture,
    hidden_columns_note,
    highlighted,
    in_two_lines,
    linked_text,
    render_to_text,
    wrap,
)
from reportcli.render.terminal.snippet import MIN_SNIPPET, draw_matches
from reportcli.render.value import escape_controls, format_value, is_numeric
from reportcli.report.field_names import short_name
from reportcli.report.fields import DATE, NUMBERS, TEXT, TEXTS, Field

LIST_COLUMNS = parse_columns(
    (
        "name", "date", "organizations", "type", "parameters", "active_parameters", "tokens", "context_length", "rl",
        "license",
    )
)  # fmt: skip
SEARCH_COLUMNS = parse_columns(("name", "date", "parameters"))
_BLOCKS = 45  # columns; below it a table becomes blocks
_MIN_LIST, _MAX_LIST = 12, 30  # columns of a list that is shortened, or of a text where many columns are shown
_DATE = 10  # columns
_MOST_CAVEATS = 6  # whose sentences stand below a list


class _Column(NamedTuple):
    """A column, its texts, and how wide it must be and may become, in columns of the terminal."""

    field: Field
    heading: str
    texts: Sequence[str]
    least: int
    most: int
    has_marks: bool = False  # a number without one has a space there, so that digits stand below one another


def draw(answer: Listing, width: int, color: bool) -> Picture:
    """Draw a table of reports; columns that do not fit are hidden, and a note names them."""
    if not answer.hits:
        return Picture("", ())
    usual = SEARCH_COLUMNS if answer.query else LIST_COLUMNS
    fields = [field for field in answer.fields(usual) if field is not WHY] or usual[:1]  # every search has why, last
    fitting = _fitting(answer, fields, width) if width >= _BLOCKS else []
    if not fitting:
        content = Group(_blocks(answer, fields, width), *_caveats(answer, fields, width))
        return Picture(render_to_text(content, width, color), _order_note(answer))
    shown = [column.field for column in fitting]
    hidden = [_heading(field, answer) for field in fields if field not in shown]
    content = Group(_table(answer, fitting, width), *_caveats(answer, shown, width))
    return Picture(render_to_text(content, width, color), (*hidden_columns_note(hidden), *_order_note(answer)))


def _order_note(answer: Listing) -> tuple[str, ...]:
    """Return the note on numbers and days that ascend: most who sort by them want the other end first."""
    first = answer.sorted_by[0] if answer.ascending and len(answer.hits) > 1 and answer.sorted_by else None
    if first is None or first.kind not in (*NUMBERS, DATE):
        return ()
    end = "newest" if first.kind == DATE else "largest"
    return (f"in ascending order; write --sort -{short_name(first)} for the {end} first",)


def _caveats(answer: Listing, fields: Sequence[Field], width: int) -> list[RenderableType]:
    """Return the sentences below a list if they are few; a search is short, and has neither marks nor sentences."""
    if answer.query:
        return []
    shown = (
        (f"{hit.name}, {_heading(field, answer)}", field, hit.report)
        for hit in answer.hits
        for field in fields
        if _cell_text(field, hit, answer).endswith(MARK)
    )
    lines = list(caveat_lines(shown))
    if len(lines) > _MOST_CAVEATS:
        lines = [f"{MARK} {len(lines)} values with a caveat; `reportcli show NAME` tells it"]
    return [Text(""), *(wrap(line, width, QUIET, "  ") for line in lines)] if lines else []


def _fitting(answer: Listing, fields: Sequence[Field], width: int) -> list[_Column]:
    """Return the columns that fit: of chosen ones the last go first, of the usual ones those that matter least.

    The name stays, and so does what the reports are sorted by. Before one of the chosen goes, headings are broken and
    texts become narrow.
    """
    free = width - (MIN_SNIPPET + 1 if answer.query else 0)
    rows = [[_cell_text(field, hit, answer) for field in fields] for hit in answer.hits]  # each report is read once
    fitting = [
        _measure(field, texts, answer, width) for field, texts in zip(fields, zip(*rows, strict=True), strict=True)
    ]
    if answer.chosen and _width(fitting) > free:
        fitting = [_narrowed(column) for column in fitting]
    while fitting and _width(fitting) > free:
        fitting.remove(fitting[-1] if answer.chosen else max(fitting, key=lambda column: _dispensable(column, answer)))
    room = free - _width(fitting)
    for bound in (MIN_TEXT, width):  # what may grow takes what is left, from the left
        for index, column in enumerate(fitting):
            grown = max(0, min(column.most, bound) - column.least)
            fitting[index] = column._replace(least=column.least + min(grown, room))
            room -= min(grown, room)
    return fitting


def _dispensable(column: _Column, answer: Listing) -> tuple[bool, int]:
    """Return how little a usual column matters."""
    return column.field not in answer.sorted_by and column.field.path != "name", column.field.info.rank


def _width(columns: Sequence[_Column]) -> int:
    return sum(column.least + GAP for column in columns) - 1


def _measure(field: Field, texts: Sequence[str], answer: Listing, width: int) -> _Column:
    """Return a column as wide as its longest text, or with what wraps or is shortened, as is good to read."""
    heading = _heading(field, answer)
    longest, heading_width = max(map(cell_len, texts)), cell_len(heading)
    if field.path == "name":
        longest = min(longest, max(min(MIN_TEXT, width - _DATE - 2 * GAP), width // 3))
    elif _is_shortened(field, answer):
        least, most = min(longest, _MIN_LIST), min(longest, _MAX_LIST)
        return _Column(field, heading, texts, max(heading_width, least), max(heading_width, most))
    elif _wraps(field):
        least = max(heading_width, min(longest, MIN_TEXT))
        return _Column(field, heading, texts, least, max(heading_width, longest))
    has_marks = is_numeric(field) and any(text.endswith(MARK) for text in texts)
    widest = max(heading_width + has_marks, longest)
    return _Column(field, heading, texts, widest, widest, has_marks)


def _narrowed(column: _Column) -> _Column:
    """Return a column with its heading in two lines, as narrow as its values, or as its text may become."""
    if column.field.path == "name":
        return column
    heading = in_two_lines(column.heading)
    if _wraps(column.field):
        longest = max((cell_len(word) for text in column.texts for word in text.split()), default=0)
        narrowest = min(max(_MIN_LIST, longest), _MAX_LIST)
    else:
        narrowest = max(map(cell_len, column.texts))
    least = max(narrowest, *(cell_len(line) + column.has_marks for line in heading.split("\n")))
    most = column.most if _wraps(column.field) else least
    return column._replace(heading=heading, least=min(least, column.least), most=most)


def _heading(field: Field, answer: Listing) -> str:
    """Return the name above a column: a short one for parameters, where the user did not ask for them by name."""
    return "size" if field.key == "parameters" and not answer.chosen else field.heading


def _wraps(field: Field) -> bool:
    """Return whether a value may take several lines: a text or a list, but no id, date or number."""
    return field.path != "id" and (field.kind in (TEXT, TEXTS) or field.in_array)


def _is_shortened(field: Field, answer: Listing) -> bool:
    return field.path == "organizations" and not answer.chosen


def _table(answer: Listing, columns: Sequence[_Column], width: int) -> Table:
    table = Table(box=RULE, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0), header_style=LABEL)
    for column in columns:
        table.add_column(
            "\n".join(line + " " * column.has_marks for line in column.heading.split("\n")),
            justify="right" if is_numeric(column.field) else "left",
            width=column.least,
            no_wrap=not _wraps(column.field),
            overflow="fold",
        )
    if answer.query:
        table.add_column("why", ratio=1, overflow="fold")
        table.expand = True
    why_width = width - _width(columns) - 1
    shown = [column.field.path for column in columns]
    for row, hit in enumerate(answer.hits):
        matches = answer.why(hit)
        cells = [_cell(column, column.texts[row], hit, answer, matches) for column in columns]
        table.add_row(*cells, *([_why(matches, shown, why_width)] if answer.query else []))
    return table


def _why(matches: Sequence[Match], shown: Sequence[str], width: int) -> Text:
    """Return where a hit matches, without the conditions on values that are shown beside it."""
    return draw_matches([match for match in matches if match.words or match.field not in shown], width)


def _name(hit: Hit) -> str:
    return f"{hit.name} ({INCOMPLETE})" if hit.report.is_incomplete else hit.name


def _cell_text(field: Field, hit: Hit, answer: Listing) -> str:
    text = format_value(field, _name(hit) if field.path == "name" else hit.value(field))
    return text if answer.query else marked(text, field, hit.report)


def _cell(column: _Column, text: str, hit: Hit, answer: Listing, matches: Sequence[Match]) -> Text:
    field = column.field
    if field.path == "name":
        words = [word for match in matches if match.field == "name" for word in match.words]
        name = linked_text(text, hit.report.links.front, NAME)
        name.spans += highlighted(text, words).spans
        return name
    if _is_shortened(field, answer):
        items = [escape_controls(item) for item in hit.value(field)]
        return Text(marked(_shorten(items, column.least), field, hit.report))
    if column.has_marks and not text.endswith(MARK):
        text += " "
    return Text(text, TYPE_STYLES.get(text.removesuffix(MARK), "") if field.key == "type" else "")


def _shorten(items: Sequence[str], width: int) -> str:
    """Return the items as far as they fit, and how many more there are: ``Ai2, Stanford +18``; one of them always."""
    for count in range(len(items), 0, -1):
        text = ", ".join(items[:count]) + (f" +{len(items) - count}" if count < len(items) else "")
        if cell_len(text) <= width:
            return text
    return items[0] + (f" +{len(items) - 1}" if len(items) > 1 else "") if items else ""


def _blocks(answer: Listing, fields: Iterable[Field], width: int) -> Group:
    """Return a block for each report: the first column, and indented below it the others."""
    first, *others = fields
    parts: list[RenderableType] = []
    for hit in answer.hits:
        name, matches = _cell_text(first, hit, answer), answer.why(hit)
        parts.append(_cell(_Column(first, "", [name], width, width), name, hit, answer, matches))
        values = [(_heading(field, answer), _cell_text(field, hit, answer)) for field in others]
        facts = [Text.assemble((heading, LABEL), " ", value) for heading, value in values if value]
        parts.append(Padding(Text(" · ").join(facts), (0, 0, 0, 2)))
        if answer.query:
            parts.append(Padding(_why(matches, [field.path for field in others], width - 2), (0, 0, 0, 2)))
    return Group(*parts)
