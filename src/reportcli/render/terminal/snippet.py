"""Where a report matches a query: on one line where the width allows it, the words marked and text around them."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from rich.cells import cell_len
from rich.text import Text

from reportcli.query.explain import Match
from reportcli.query.subject import FIELDS_BY_PATH
from reportcli.render.terminal.screen import LABEL, highlighted
from reportcli.render.value import escape_controls, format_value
from reportcli.text import fold_name

MIN_SNIPPET = 24  # columns; a narrower one says little
_MIN_PART = 14  # of several beside one another
_SEPARATOR = " · "
_ELLIPSIS = "…"
_PIECE = r"[^\s/-]+[/-]*|[/-]+"  # what is not cut
_IN_NAME = ("name", "id")  # these are in the row already


def draw_matches(matches: Sequence[Match], width: int) -> Text:
    """Return a part for each condition, beside one another as far as they fit; `--explain` has the rest."""
    lines: list[list[_Part]] = []
    for part in map(_part, _most_telling(matches)):
        if lines and sum(each.least + len(_SEPARATOR) for each in lines[-1]) + part.least <= width:
            lines[-1].append(part)
        else:
            lines.append([part])
    return Text("\n").join(_draw_line(line, width) for line in lines)


class _Part(NamedTuple):
    """The name of a field, and its text; a text with words in it may be shortened."""

    label: str
    text: Text
    is_shortened: bool

    @property
    def length(self) -> int:
        return cell_len(self.label) + self.text.cell_len

    @property
    def least(self) -> int:
        return min(self.length, _MIN_PART) if self.is_shortened else self.length

    def draw(self, width: int) -> Text:
        label = self.label if width - cell_len(self.label) >= min(_MIN_PART // 2, self.text.cell_len) else ""
        return Text.assemble((label, LABEL), snippet(self.text, width - cell_len(label)))


def _part(match: Match) -> _Part:
    label = match.label if match.words else FIELDS_BY_PATH[match.field].heading
    return _Part(f"{label}: ", _match_text(match), bool(match.words))


def _draw_line(parts: Sequence[_Part], width: int) -> Text:
    """Return parts beside one another; what is left of the width is shared by those that need it."""
    free = width - sum(part.least for part in parts) - len(_SEPARATOR) * (len(parts) - 1)
    drawn = []
    for index, part in enumerate(parts):
        more = min(part.length - part.least, max(free, 0) // (len(parts) - index))
        free -= more
        drawn.append(part.draw(min(part.least + more, width)))
    return Text(_SEPARATOR).join(drawn)


def _match_text(match: Match) -> Text:
    if match.words:
        return highlighted(escape_controls(match.text), match.words)
    return Text(format_value(FIELDS_BY_PATH[match.field], match.values) or escape_controls(match.text))


def _most_telling(matches: Sequence[Match]) -> Iterator[Match]:
    """Yield as few places as hold all conditions; of several the weightiest that says more than the words and the name.

    A place that fits several conditions has the words of all.
    """
    places: dict[tuple[str, str], dict[str, Match]] = {}
    for match in matches:
        places.setdefault((match.field, match.text), {})[match.condition] = match
    missing = {condition for fitting in places.values() for condition in fitting}
    while missing:
        fitting = max(places.values(), key=lambda each: (len(missing & each.keys()), _says_more(each.values())))
        words = (word for match in fitting.values() for word in match.words)
        yield next(iter(fitting.values()))._replace(words=tuple(dict.fromkeys(words)))
        missing -= fitting.keys()


def _says_more(matches: Iterable[Match]) -> bool:
    field, text, words, *_ = next(iter(matches))
    return not words or (field not in _IN_NAME and fold_name(text) not in map(fold_name, words))


def snippet(text: Text, width: int) -> Text:
    """Return as many words of a text as fit around the marked ones; … stands for what is left out."""
    if text.cell_len <= width:
        return text
    words = [match.span() for match in re.finditer(_PIECE, text.plain)]
    marked = [max(0, sum(start <= span.start for start, _ in words) - 1) for span in text.spans] or [0]
    part = max((_around(text, words, index, width) for index in marked), key=lambda part: len(part.spans))
    part.truncate(width, overflow="ellipsis")
    return part


def _around(text: Text, words: Sequence[tuple[int, int]], index: int, width: int) -> Text:
    """Return the words around one of them: a third of the width before it, if there are as many, the rest after it."""
    first = last = index

    def cells(start: int, end: int) -> int:
        ends = (start > 0) + (end < len(words) - 1)
        return cell_len(text.plain[words[start][0] : words[end][1]]) + ends

    while first > 0 and cells(first - 1, last) <= width // 3:
        first -= 1
    while last < len(words) - 1 and cells(first, last + 1) <= width:
        last += 1
    while first > 0 and cells(first - 1, last) <= width:
        first -= 1
    before, after = _ELLIPSIS * (first > 0), _ELLIPSIS * (last < len(words) - 1)
    return Text.assemble(before, text[words[first][0] : words[last][1]], after)
