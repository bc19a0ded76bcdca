"""Base models, generations and teachers: the relations that reports name, as a graph, and the trees of it.

A name that means no report, or several, stays outside the catalogue: nothing is guessed. Nothing here is recursive, so
that a chain of bases may be longer than Python's stack.
"""

import datetime
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter
from typing import Any, NamedTuple

from reportcli.answer import Record
from reportcli.query.names import NameRegister, ids_meant, without_remark
from reportcli.query.subject import FIELDS_BY_PATH, Subject
from reportcli.text import fold_name

BUILDS_ON, FOLLOWS, TAUGHT_BY = "builds_on", "follows", "taught_by"


class LineageNode(NamedTuple):
    """A report, or a name outside the catalogue, which has neither id nor date."""

    name: str
    id: str | None = None
    date: datetime.date | None = None


class Relation(NamedTuple):
    """A report builds on another, is the generation after it, or was taught by it: BUILDS_ON, FOLLOWS or TAUGHT_BY.

    ``model`` is the one that builds on it, where the report as a whole does not.
    """

    report: LineageNode
    kind: str
    other: LineageNode
    model: str = ""


class Branch(NamedTuple):
    """One line of a tree: a node, its depth, and whether it is a repeat, whose own branches stand elsewhere."""

    node: LineageNode
    depth: int
    is_repeat: bool = False


Neighbors = Mapping[LineageNode, Sequence[LineageNode]]
SelectedIds = Container[str | None] | None  # of reports; None selects every report, and every name outside


@dataclass(frozen=True, slots=True)
class LineageGraph:
    """Reports in their order, then the names outside the catalogue; each relation once, in the same order."""

    nodes: tuple[LineageNode, ...]
    relations: tuple[Relation, ...]

    def node(self, report_id: str) -> LineageNode:
        """Return the report with this id, which must be in the graph."""
        return next(node for node in self.nodes if node.id == report_id)

    def related(self) -> list[LineageNode]:
        """Return the nodes that have a relation."""
        sides = {side for relation in self.relations for side in (relation.report, relation.other)}
        return [node for node in self.nodes if node in sides]

    def unrelated(self) -> list[LineageNode]:
        """Return the nodes that have none."""
        related = set(self.related())
        return [node for node in self.nodes if node not in related]

    def upward(self, *kinds: str) -> Neighbors:
        """Return the bases of each report, its earlier generations, or its teachers; not bases of single models."""
        return _links((each.report, each.other) for each in self.relations if each.kind in kinds and not each.model)

    def downward(self, *kinds: str) -> Neighbors:
        """Return the reports that build on each node, its later generations, or its students."""
        return _links((each.other, each.report) for each in self.relations if each.kind in kinds)

    def bases_of_models(self, node: LineageNode) -> Mapping[LineageNode, Sequence[str]]:
        """Return what single models of a report build on, with their names."""
        models: dict[LineageNode, list[str]] = {}
        for each in self.relations:
            if each.report == node and each.model:
                models.setdefault(each.other, []).append(each.model)
        return models

    def around(self, node: LineageNode, selected: SelectedIds = None) -> "LineageGraph":
        """Return all bases of a node, all that builds on it, its teachers and its students, the nearest first.

        With ``selected``, only the reports with these ids, and those that lead to one of them.
        """
        ways = {kind: (self.upward(kind), self.downward(kind)) for kind in (BUILDS_ON, FOLLOWS)}
        up = {kind: _ranks(node, above, below, selected) for kind, (above, below) in ways.items()}
        down = {kind: _ranks(node, below, above, selected) for kind, (above, below) in ways.items()}

        def rank(relation: Relation) -> int | None:
            report, kind, other, model = relation
            if kind == TAUGHT_BY or (model and report == node):
                is_direct = (report == node and _is_selected(other, selected)) or (
                    other == node and _is_selected(report, selected)
                )
                return 0 if is_direct else None
            ranks = [up[kind][report]] if report in up[kind] and other in up[kind] else []
            ranks += [down[kind][other]] if report in down[kind] and other in down[kind] else []
            return min(ranks, default=None)  # in a cycle a relation leads both ways

        ranked = ((rank(relation), relation) for relation in self.relations)
        kept = sorted(((number, relation) for number, relation in ranked if number is not None), key=itemgetter(0))
        return LineageGraph(self.nodes, tuple(relation for _, relation in kept))

    def limited_to(self, selected: SelectedIds) -> "LineageGraph":
        """Return the relations with at least one selected side."""
        kept = (
            relation
            for relation in self.relations
            if _is_selected(relation.report, selected) or _is_selected(relation.other, selected)
        )
        return LineageGraph(self.nodes, tuple(kept))

    def forest(self) -> Iterator[Branch]:
        """Yield trees from nodes without a base or an earlier generation down to what builds on them or follows them.

        A report with only teachers is a tree.
        """
        bases, heirs = self.upward(BUILDS_ON, FOLLOWS), self.downward(FOLLOWS, BUILDS_ON)
        related = {*bases, *heirs, *self.upward(TAUGHT_BY)}
        nodes = [node for node in self.nodes if node in related]
        roots = [node for node in nodes if node not in bases]
        return walk_trees([*roots, *nodes], heirs)  # the latter for cycles, which have no root


_ID, _NAME, _DATE, _BASED_ON, _FOLLOWS, _TEACHERS, _MODELS, _BASES_OF_MODELS = (
    FIELDS_BY_PATH[path]
    for path in (
        "id", "name", "date", "based_on", "follows", "posttraining.teachers", "models.name", "models.based_on",
    )
)  # fmt: skip
_RELATIONS = ((BUILDS_ON, _BASED_ON), (FOLLOWS, _FOLLOWS), (TAUGHT_BY, _TEACHERS))


def build_graph(subjects: Iterable[Subject], register: NameRegister) -> LineageGraph:
    """Return the graph of some reports, in the given order; the register finds the reports that names mean."""
    named: list[tuple[str, str, str, str]] = []
    nodes: dict[str, LineageNode] = {}
    for subject in subjects:
        report_id = subject.stored(_ID)
        nodes[report_id] = LineageNode(subject.stored(_NAME), report_id, subject.stored(_DATE))
        for kind, field in _RELATIONS:
            named += [(report_id, kind, name, "") for name in subject.stored(field)]
        bases_of_models = subject.stored(_BASES_OF_MODELS)
        if any(bases_of_models):
            based_on = subject.stored(_BASED_ON)
            named += [
                (report_id, BUILDS_ON, name, model)
                for model, bases in zip(subject.stored(_MODELS), bases_of_models, strict=True)
                for name in bases
                if name not in based_on
            ]
    outside: dict[str, LineageNode] = {}
    relations: dict[Relation, None] = {}
    ids_by_name = {text: ids_meant(text, register) for text in {text for _, _, text, _ in named}}
    for report_id, kind, text, model in named:
        if report_id in ids_by_name[text] or not text.strip():
            continue
        other = nodes.get(ids_by_name[text][0]) if len(ids_by_name[text]) == 1 else None
        if other is None:
            name = without_remark(text)
            other = outside.setdefault(fold_name(name) or name, LineageNode(name))
        relations[Relation(nodes[report_id], kind, other, model)] = None
    ordered_nodes = (*nodes.values(), *(outside[folded] for folded in sorted(outside)))
    position = {node: index for index, node in enumerate(ordered_nodes)}
    ordered = sorted(relations, key=lambda each: (position[each.report], each.kind))  # the main base stays first
    return LineageGraph(ordered_nodes, tuple(ordered))


def walk_trees(roots: Iterable[LineageNode], links: Neighbors) -> Iterator[Branch]:
    """Yield trees line by line; the branches of a node stand where it comes first, and a root comes only once."""
    seen: set[LineageNode] = set()
    for root in roots:
        waiting = [] if root in seen else [(root, 0)]
        while waiting:
            node, depth = waiting.pop()
            yield Branch(node, depth, node in seen)
            if node not in seen:
                seen.add(node)
                waiting += ((other, depth + 1) for other in reversed(links.get(node, ())))


def _links(pairs: Iterable[tuple[LineageNode, LineageNode]]) -> Neighbors:
    links: dict[LineageNode, list[LineageNode]] = {}
    for start, end in dict.fromkeys(pairs):
        links.setdefault(start, []).append(end)
    return links


def _is_selected(node: LineageNode, selected: SelectedIds) -> bool:
    return selected is None or node.id in selected


def _ranks(node: LineageNode, onward: Neighbors, back: Neighbors, selected: SelectedIds) -> dict[LineageNode, int]:
    """Return a node and those that the links lead to, numbered from near to far, if selected or on the way there."""
    reached = _reachable([node], onward)
    if selected is not None:
        ends = [other for other in reached if other != node and _is_selected(other, selected)]
        on_the_way = {*ends, *_reachable(ends, back)}
        reached = [other for other in reached if other in on_the_way]
    return {other: rank for rank, other in enumerate(dict.fromkeys([node, *reached]))}


def _reachable(start: Iterable[LineageNode], links: Neighbors) -> list[LineageNode]:
    """Return the nodes that the links lead to, the nearest first."""
    reached: dict[LineageNode, None] = {}
    waiting = list(start)
    for node in waiting:
        fresh = [other for other in links.get(node, ()) if other not in reached]
        reached |= dict.fromkeys(fresh)
        waiting += fresh
    return list(reached)


class Lineage(NamedTuple):
    """Relations around the report that was asked for (``focus``), or all of them; a record is one relation.

    ``other_id`` is null for a name outside the catalogue.
    """

    graph: LineageGraph
    focus: LineageNode | None = None
    notes: tuple[str, ...] = ()
    header: tuple[str, ...] = ("report", "relation", "other")

    def rows(self) -> Iterator[tuple[Any, ...]]:
        return ((each.report.id, each.kind, each.other.name) for each in self.graph.relations)

    def records(self) -> Iterator[Record]:
        for report, kind, other, model in self.graph.relations:
            record = {"report": report.id, "relation": kind, "other": other.name, "other_id": other.id}
            yield record | {"model": model or None}

    def ids(self) -> Iterator[str]:
        return (node.id for node in self.graph.related() if node.id)


def build_lineage(
    graph: LineageGraph, report_id: str | None = None, selected: SelectedIds = None, limit: int | None = None
) -> Lineage:
    """Answer with the relations around a report, or with all; with ``selected``, those that concern these ids."""
    focus = None if report_id is None else graph.node(report_id)
    subgraph = graph.around(focus, selected) if focus else graph.limited_to(selected)
    notes = []
    if limit is not None and limit < len(subgraph.relations):
        notes.append(f"{limit:,} of {len(subgraph.relations):,} relations")
        subgraph = replace(subgraph, relations=subgraph.relations[:limit])
    unrelated = [node for node in graph.unrelated() if _is_selected(node, selected)]
    if focus and focus in graph.unrelated():
        notes.append(f"{focus.name} has no recorded relations")
    elif unrelated and not focus:
        notes.append(
            f"{len(unrelated):,} {'report has' if len(unrelated) == 1 else 'reports have'} no recorded relations"
        )
    return Lineage(subgraph, focus, tuple(notes))
