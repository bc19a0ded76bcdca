"""Lineage as trees: base models with years, teachers and students."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from rich.console import Console, Group
from rich.text import Text
from rich.tree import Tree

from reportcli.answer.lineage import (
    BUILDS_ON,
    FOLLOWS,
    TAUGHT_BY,
    Branch,
    Lineage,
    LineageGraph,
    LineageNode,
    walk_trees,
)
from reportcli.render.terminal.screen import LABEL, NAME, QUIET, Picture, render_to_text, wrap
from reportcli.render.value import escape_controls

_SECTIONS = (
    ("builds on", BUILDS_ON, LineageGraph.upward),
    ("earlier generations", FOLLOWS, LineageGraph.upward),
    ("later generations", FOLLOWS, LineageGraph.downward),
    ("basis of", BUILDS_ON, LineageGraph.downward),
    ("teachers", TAUGHT_BY, LineageGraph.upward),
    ("students", TAUGHT_BY, LineageGraph.downward),
)
_BLANK, _PASSING = Tree.TREE_GUIDES[0][:2]  # before a further line of a label, without and with branches below
_INDENT = len(_BLANK)  # columns of a level
_ORDER, _GENERATIONS = "each stands under what it builds on", " or the generation before"
_OUTSIDE = "no year = not in the catalogue"
_MOST_LINES = 5_000  # of a tree: a graph in which all name each other has no end that anybody would read
_TOO_LONG = f"a tree ends after {_MOST_LINES:,} lines; --format tsv has every relation"
_CONSOLE = Console()  # needed to wrap a text


class _Line(NamedTuple):
    """A line of a tree: its depth, and the parts of its label, which are kept whole where they fit."""

    depth: int
    parts: Sequence[Text]


def draw(answer: Lineage, width: int, color: bool) -> Picture:
    """Draw the relations of a report as one tree, or all trees; what is too deep for the width follows as a tree."""
    graph = answer.graph
    if not graph.relations:
        return Picture("", ())
    max_depth = max(2, width // 2 // _INDENT)
    lines = _around(graph, answer.focus, max_depth) if answer.focus else _forest(graph, max_depth)
    has_outside = any(relation.other.id is None for relation in graph.relations)
    has_generations = any(relation.kind == FOLLOWS for relation in graph.relations)
    order = _ORDER + _GENERATIONS * has_generations
    legend = "; ".join([*([] if answer.focus else [order]), *([_OUTSIDE] if has_outside else [])])
    content = Group(*_trees(list(lines), width), *([Text(""), wrap(legend, width, QUIET)] if legend else []))
    notes = [_TOO_LONG] if len(graph.relations) >= _MOST_LINES else []
    return Picture(render_to_text(content, width, color), tuple(notes))


def _around(graph: LineageGraph, focus: LineageNode, max_depth: int) -> Iterator[_Line]:
    """Yield a tree with a section for each kind of relation, then the trees of what is too deep."""
    deeper: list[_Line] = []
    yield _Line(0, [_label(focus, NAME)])
    for title, kind, direction in _SECTIONS:
        links = direction(graph, kind)
        if focus not in links:
            continue
        yield _Line(1, [Text(title, LABEL)])
        walked = walk_trees([focus], {focus: links[focus]} if kind == TAUGHT_BY else links)
        branches = list(islice(walked, _MOST_LINES))
        is_deeper = False
        for branch, mark in _marked(_split(branches, max_depth - 1))[1:]:
            is_deeper = is_deeper or branch.depth == 0
            label = Text.assemble(_label(branch.node), mark)
            if not is_deeper:
                yield _Line(branch.depth + 1, [label])
            else:
                section = [] if branch.depth else [Text.assemble("· ", (title, LABEL))]
                deeper.append(_Line(branch.depth, [label, *section]))
        if (kind, direction) == (BUILDS_ON, LineageGraph.upward):
            yield from _bases_of_models(graph, focus)
    if focus not in graph.upward(BUILDS_ON):
        yield from _bases_of_models(graph, focus)
    yield from deeper


def _bases_of_models(graph: LineageGraph, focus: LineageNode) -> Iterator[_Line]:
    """Yield what single models of a report build on, each with these models."""
    bases = graph.bases_of_models(focus)
    if bases:
        yield _Line(1, [Text("single models build on", LABEL)])
    for base, models in bases.items():
        names = [Text(escape_controls(model), QUIET) for model in models]
        yield _Line(
            2, [Text.assemble(_label(base), " ·"), *(Text.assemble(name, ",") for name in names[:-1]), names[-1]]
        )


def _forest(graph: LineageGraph, max_depth: int) -> Iterator[_Line]:
    """Yield all trees; each report has its teachers beside it."""
    teachers = graph.upward(TAUGHT_BY)
    for branch, mark in _marked(_split(list(islice(graph.forest(), _MOST_LINES)), max_depth)):
        parts = [Text.assemble(_label(branch.node, "" if branch.depth else NAME), mark)]
        if branch.node in teachers and not branch.is_repeat:
            parts += _teacher_list(teachers[branch.node])
        yield _Line(branch.depth, parts)


def _teacher_list(teachers: Sequence[LineageNode]) -> list[Text]:
    title = "teacher: " if len(teachers) == 1 else "teachers: "
    first, *others = [_label(teacher, gap=" ") for teacher in teachers]
    parts = [Text.assemble("· ", (title, LABEL), first), *others]
    return [*(Text.assemble(part, ",") for part in parts[:-1]), parts[-1]]


def _label(node: LineageNode, style: str = "", gap: str = "  ") -> Text:
    if node.date is None:
        return Text(escape_controls(node.name), QUIET)
    return Text.assemble((escape_controls(node.name), style), (f"{gap}{node.date.year}", QUIET))


def _split(branches: Sequence[Branch], max_depth: int) -> list[Branch]:
    """Return the branches; what is deeper than ``max_depth`` is cut off, and follows as a tree of its own."""
    trees: list[list[Branch]] = []
    path: list[list[Branch]] = []  # the tree of each level that the current branch is in
    next_depths = [*(branch.depth for branch in branches[1:]), 0]
    for branch, next_depth in zip(branches, next_depths, strict=True):
        level = max(0, branch.depth - 1) // max_depth
        depth = branch.depth - level * max_depth
        is_cut = depth == max_depth and next_depth > branch.depth
        if depth == 0:
            path = [[]]
            trees += path
        path[level].append(Branch(branch.node, depth, branch.is_repeat or is_cut))
        if is_cut:
            path[level + 1 :] = [[Branch(branch.node, 0)]]
            trees.append(path[-1])
    return [branch for tree in trees for branch in tree]


def _marked(branches: Sequence[Branch]) -> list[tuple[Branch, Text]]:
    """Return each branch with a mark that says of a repeat whether its own branches are above or below."""
    full = {branch.node: index for index, branch in enumerate(branches) if not branch.is_repeat}
    marks = (
        ("" if not branch.is_repeat else " (above)" if full[branch.node] < index else " (below)")
        for index, branch in enumerate(branches)
    )
    return [(branch, Text(mark, QUIET)) for branch, mark in zip(branches, marks, strict=True)]


def _trees(lines: Sequence[_Line], width: int) -> list[Tree]:
    """Return a tree for each line of depth 0, with the lines that follow as its branches."""
    trees: list[Tree] = []
    path: list[Tree] = []
    next_depths = [*(line.depth for line in lines[1:]), 0]
    for (depth, parts), next_depth in zip(lines, next_depths, strict=True):
        guide = Text(_PASSING if next_depth > depth else _BLANK, QUIET)
        first, *further = _wrap(parts, width - _INDENT * depth)
        label = Text("\n").join([first, *(Text.assemble(guide, line) for line in further)])
        del path[depth:]
        path.append(path[-1].add(label) if path else Tree(label, guide_style=QUIET))
        if depth == 0:
            trees.append(path[0])
    return trees


def _wrap(parts: Sequence[Text], width: int) -> list[Text]:
    """Return lines broken between the parts, and within a part only if it is longer than a line.

    Further lines are narrower by the indent that their caller puts before them.
    """
    lines: list[Text] = []
    for part in parts:
        joined = Text(" ").join([*lines[-1:], part])
        if joined.cell_len <= (width if len(lines) < 2 else width - _INDENT):
            lines[-1:] = [joined]
        else:
            pieces = part.wrap(_CONSOLE, width - _INDENT, overflow="fold")
            for piece in pieces:
                piece.rstrip()
            lines += pieces
    return lines
