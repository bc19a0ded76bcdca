"""The comments of a TOML text, carried over to a new text of the same entry. It reads and writes no files."""

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from reportcli.report.toml_lines import comments, statement_lines


def keep_comments(before: str, after: str) -> str:
    """Return a TOML text without comments with those of the text before it, each beside the line that it stood by.

    A line is the same one wherever its key stands, whatever its value; an item of a list is known by its value. The
    comments of a line that is gone come before the line that followed it, so that none is lost.
    """
    new = list(_lines(after))
    places = {line.place for line in new}
    above, behind, waiting = defaultdict[_Place, list[str]](list), dict[_Place, str](), list[str]()
    for line in _lines(before if before.endswith("\n") else f"{before}\n"):
        waiting += line.above
        if line.place in places and line.place not in behind:
            behind[line.place] = line.comment
        elif line.comment:
            waiting.append(line.comment)
        if line.place in places:
            above[line.place] += waiting
            waiting = []
    return "\n".join(
        text
        for line in new
        for text in (*above.pop(line.place, ()), "  ".join(filter(None, (line.code, behind.pop(line.place, "")))))
    )


_Place = tuple[str, str]


class _Line(NamedTuple):
    """A line of code, or an empty one: what it is, and its comments: on the lines above it, and behind it."""

    place: _Place
    code: str
    above: tuple[str, ...]
    comment: str


def _lines(text: str) -> Iterator[_Line]:
    comment_of, key_of = comments(text), statement_lines(text)
    key, above, empty = "", list[str](), list[_Line]()
    for number, line in enumerate(text.split("\n"), 1):
        comment = comment_of.get(number, "")
        code = line.removesuffix(comment).rstrip() if comment else line
        if not code and comment:
            above.append(line)
            continue
        if number in key_of:
            key = key_of[number]
            yield from (line._replace(place=(key, "empty")) for line in empty)
            empty.clear()
        place = (key, "") if number in key_of else (key, code.strip().rstrip(","))
        read = _Line(place, code, tuple(above), comment)
        above.clear()
        if code.strip():
            yield read
        else:
            empty.append(read)
    yield from (line._replace(place=("", "end")) for line in empty)
