"""Lines of descent as trees: who builds on whom, with years, and who taught whom."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rich.console import Console
from rich.text import Text

from reportcli.answer.lineage import BUILDS_ON, TAUGHT_BY, Branch, Lineage, LineageGraph, LineageNode, walk_trees
from reportcli.render.terminal.screen import LABEL, NAME, QUIET, Picture, render_to_text, wrap
from reportcli.render.value import escape_controls

_BLANK, _PAST, _FORK, _LAST = "    ", "│   ", "├── ", "└── "
_STEP = len(_BLANK)
_SECTIONS = (
    ("builds on", BUILDS_ON, LineageGraph.upward),
    ("base of", BUILDS_ON, LineageGraph.downward),
    ("taught by", TAUGHT_BY, LineageGraph.upward),
    ("taught", TAUGHT_BY, LineageGraph.downward),
)
_CONSOLE = Console()  # breaking a text asks for one
_UNDER = "each stands under what it builds on"
_OUTSIDE = "without a year: not in the catalogue"


class _Line(NamedTuple):
    """One line of a tree: how deep it stands, and the pieces of what it says, which are broken only in need."""

    depth: int
    pieces: Sequence[Text]


def draw(answer: Lineage, width: int, color: bool) -> Picture:
    """Draw the family of a report as one tree, or all families; what would be too deep goes on further down."""
    family = answer.graph
    if not family.relations:
        return Picture("", ())
    deepest = max(2, width // 2 // _STEP)
    lines = _around(family, answer.focus, deepest) if answer.focus else _forest(family, deepest)
    outside = any(relation.other.id is None for relation in family.relations)
    legend = "; ".join([*([] if answer.focus else [_UNDER]), *([_OUTSIDE] if outside else [])])
    drawn = [*_drawn(list(lines), width), *([Text(""), wrap(legend, width, QUIET)] if legend else [])]
    return Picture(render_to_text(Text("\n").join(drawn), width, color), ())


def _around(family: LineageGraph, asked: LineageNode, deepest: int) -> Iterator[_Line]:
    further: list[_Line] = []
    yield _Line(0, [_label(asked, NAME)])
    for title, kind, direction in _SECTIONS:
        links = direction(family, kind)
        if asked not in links:
            continue
        yield _Line(1, [Text(title, LABEL)])
        tree = list(walk_trees([asked], links if kind == BUILDS_ON else {asked: links[asked]}))
        inside = True
        for branch, mark in _marked(_cut(tree, deepest - 1))[1:]:
            inside = inside and branch.depth > 0
            if inside:
                yield _Line(branch.depth + 1, [Text.assemble(_label(branch.node), mark)])
            else:
                goes_on = [] if branch.depth else [Text.assemble("· ", (title, LABEL))]
                further.append(_Line(branch.depth, [Text.assemble(_label(branch.node), mark), *goes_on]))
    yield from further


def _forest(family: LineageGraph, deepest: int) -> Iterator[_Line]:
    teachers = family.upward(TAUGHT_BY)
    for branch, mark in _marked(_cut(list(family.forest()), deepest)):
        said = [Text.assemble(_label(branch.node, "" if branch.depth else NAME), mark)]
        if branch.node in teachers and not branch.is_repeat:
            said += _taught_by(teachers[branch.node])
        yield _Line(branch.depth, said)


def _taught_by(teachers: Sequence[LineageNode]) -> list[Text]:
    first, *more = [_label(teacher, gap=" ") for teacher in teachers]
    texts = [Text.assemble("· ", ("taught by ", LABEL), first), *more]
    return [*(Text.assemble(text, ",") for text in texts[:-1]), texts[-1]]


def _label(member: LineageNode, style: str = "", gap: str = "  ") -> Text:
    if member.date is None:
        return Text(escape_controls(member.name), QUIET)
    return Text.assemble((escape_controls(member.name), style), (f"{gap}{member.date.year}", QUIET))


def _cut(branches: Sequence[Branch], deepest: int) -> list[Branch]:
    """Cut off what stands deeper than the screen allows, and let it follow as a tree of its own."""
    pieces: list[list[Branch]] = []
    open: list[list[Branch]] = []
    for branch, below in zip(branches, [*(branch.depth for branch in branches[1:]), 0], strict=True):
        level = max(0, branch.depth - 1) // deepest
        depth = branch.depth - level * deepest
        goes_on = depth == deepest and below > branch.depth
        if depth == 0:
            open = [[]]
            pieces += open
        open[level].append(Branch(branch.node, depth, branch.is_repeat or goes_on))
        if goes_on:
            open[level + 1 :] = [[Branch(branch.node, 0)]]
            pieces.append(open[-1])
    return [branch for piece in pieces for branch in piece]


def _marked(branches: Sequence[Branch]) -> list[tuple[Branch, Text]]:
    """Say of each branch that stands in full elsewhere whether that is above or below."""
    full = {branch.node: place for place, branch in enumerate(branches) if not branch.is_repeat}
    marks = (
        ("" if not branch.is_repeat else " (above)" if full[branch.node] < place else " (below)")
        for place, branch in enumerate(branches)
    )
    return [(branch, Text(mark, QUIET)) for branch, mark in zip(branches, marks, strict=True)]


def _drawn(lines: Sequence[_Line], width: int) -> list[Text]:
    """Draw the guides before each line; what is too long goes on under its beginning."""
    drawn: list[Text] = []
    open: set[int] = set()  # depths at which another line follows
    below = 0
    for depth, pieces in reversed(lines):
        before = "".join(_PAST if level in open else _BLANK for level in range(1, depth))
        fork, past = ("", "") if depth == 0 else (_FORK, _PAST) if depth in open else (_LAST, _BLANK)
        inner = _PAST if below > depth else _BLANK
        said = _broken(pieces, width - _STEP * depth)
        guides = [fork, *[past + inner] * (len(said) - 1)]
        drawn += reversed(
            [Text.assemble((before + guide, QUIET), part) for guide, part in zip(guides, said, strict=True)]
        )
        open = {level for level in open if level < depth} | {depth}
        below = depth
    return drawn[::-1]


def _broken(pieces: Sequence[Text], room: int) -> list[Text]:
    """Break a line between its pieces, and within one only where it is longer than a line by itself."""
    said: list[Text] = []
    for piece in pieces:
        longer = Text(" ").join([*said[-1:], piece])
        if longer.cell_len <= (room if len(said) < 2 else room - _STEP):
            said[-1:] = [longer]
        else:
            lines = piece.wrap(_CONSOLE, room - _STEP, overflow="fold")
            for line in lines:
                line.rstrip()
            said += lines
    return said
