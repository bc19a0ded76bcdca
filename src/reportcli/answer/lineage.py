"""Who builds on whom, and who taught whom: the relations that reports name, and the trees that they make.

A name that no report goes by, or several, stays outside the catalogue: nothing is guessed. Nothing here calls itself,
so that a line of descent may be longer than Python's stack.
"""

import datetime
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter
from typing import Any, NamedTuple

from reportcli.answer import Record
from reportcli.query.names import NameRegister, ids_meant, without_remark
from reportcli.report.fields import Report
from reportcli.text import fold_name

BUILDS_ON, TAUGHT_BY = "builds_on", "taught_by"


class LineageNode(NamedTuple):
    """One of the family: a report, or a name that is in no catalogue, which has neither id nor date."""

    name: str
    id: str | None = None
    date: datetime.date | None = None


class Relation(NamedTuple):
    """A report builds on another, or was taught by it."""

    report: LineageNode
    kind: str
    other: LineageNode


class Branch(NamedTuple):
    """One line of a tree: who stands there, how deep, and whether its own branches stand elsewhere."""

    node: LineageNode
    depth: int
    is_repeat: bool = False


Neighbours = Mapping[LineageNode, Sequence[LineageNode]]
Wanted = Container[str | None] | None  # ids of reports; None is every one, and every name of no catalogue


@dataclass(frozen=True, slots=True)
class LineageGraph:
    """Reports, in their order, then the names that are in no catalogue; and every relation once, in the same order."""

    nodes: tuple[LineageNode, ...]
    relations: tuple[Relation, ...]

    def node(self, id: str) -> LineageNode:
        """Return the report with this id, which must be in the family."""
        return next(member for member in self.nodes if member.id == id)

    def related(self) -> list[LineageNode]:
        """Return those who have a relation."""
        some = {side for relation in self.relations for side in (relation.report, relation.other)}
        return [member for member in self.nodes if member in some]

    def alone(self) -> list[LineageNode]:
        """Return those who have none."""
        some = set(self.related())
        return [member for member in self.nodes if member not in some]

    def upward(self, kind: str) -> Neighbours:
        """Return what each report builds on, or who taught it."""
        return _links((report, other) for report, one, other in self.relations if one == kind)

    def downward(self, kind: str) -> Neighbours:
        """Return what builds on each member, or whom it taught."""
        return _links((other, report) for report, one, other in self.relations if one == kind)

    def around(self, member: LineageNode, wanted: Wanted = None) -> "LineageGraph":
        """Return all that a report builds on, all that builds on it, who taught it and whom it taught, nearest first.

        With ``wanted``, only the reports of these ids, and those that lead to one of them.
        """
        bases, heirs = self.upward(BUILDS_ON), self.downward(BUILDS_ON)
        up, down = _places(member, bases, heirs, wanted), _places(member, heirs, bases, wanted)

        def distance(relation: Relation) -> int | None:
            report, kind, other = relation
            if kind == TAUGHT_BY:
                taught = (report == member and _is_wanted(other, wanted)) or (
                    other == member and _is_wanted(report, wanted)
                )
                return 0 if taught else None
            ways = [up[report]] if report in up and other in up else []
            ways += [down[other]] if report in down and other in down else []
            return min(ways, default=None)  # in a circle a relation leads both ways

        near = ((distance(relation), relation) for relation in self.relations)
        kept = sorted(((far, one) for far, one in near if far is not None), key=itemgetter(0))
        return LineageGraph(self.nodes, tuple(one for _, one in kept))

    def narrowed(self, wanted: Wanted) -> "LineageGraph":
        """Return the relations of which one side is wanted."""
        kept = (one for one in self.relations if _is_wanted(one.report, wanted) or _is_wanted(one.other, wanted))
        return LineageGraph(self.nodes, tuple(kept))

    def forest(self) -> Iterator[Branch]:
        """Yield trees from what builds on nothing down to what builds on it; who was only taught stands alone."""
        bases, heirs = self.upward(BUILDS_ON), self.downward(BUILDS_ON)
        shown = {*bases, *heirs, *self.upward(TAUGHT_BY)}
        drawn = [member for member in self.nodes if member in shown]
        roots = [member for member in drawn if member not in bases]
        return walk_trees([*roots, *drawn], heirs)  # the latter for circles, which have no root


def build_graph(reports: Iterable[Report], register: NameRegister) -> LineageGraph:
    """Return the family of some reports, in the order in which they are given; the register finds them by name."""
    named: list[tuple[str, str, str]] = []
    known: dict[str, LineageNode] = {}
    for report in reports:
        known[report.id] = LineageNode(report.name, report.id, report.date)
        named += ((report.id, BUILDS_ON, name) for name in report.based_on)
        named += ((report.id, TAUGHT_BY, name) for name in report.posttraining.teachers)
    strangers: dict[str, LineageNode] = {}
    relations: dict[Relation, None] = {}
    meant = {text: ids_meant(text, register) for text in {text for _, _, text in named}}
    for id, kind, text in named:
        if id in meant[text] or not text.strip():
            continue
        other = known.get(meant[text][0]) if len(meant[text]) == 1 else None
        if other is None:
            name = without_remark(text)
            other = strangers.setdefault(fold_name(name) or name, LineageNode(name))
        relations[Relation(known[id], kind, other)] = None
    members = (*known.values(), *(strangers[folded] for folded in sorted(strangers)))
    place = {member: number for number, member in enumerate(members)}
    ordered = sorted(relations, key=lambda one: (place[one.report], one.kind, place[one.other]))
    return LineageGraph(members, tuple(ordered))


def walk_trees(roots: Iterable[LineageNode], links: Neighbours) -> Iterator[Branch]:
    """Yield trees line by line; the branches of a member stand where it comes first, and a root comes only once."""
    seen: set[LineageNode] = set()
    for root in roots:
        waiting = [] if root in seen else [(root, 0)]
        while waiting:
            member, depth = waiting.pop()
            yield Branch(member, depth, member in seen)
            if member not in seen:
                seen.add(member)
                waiting += ((one, depth + 1) for one in reversed(links.get(member, ())))


def _links(pairs: Iterable[tuple[LineageNode, LineageNode]]) -> Neighbours:
    links: dict[LineageNode, list[LineageNode]] = {}
    for start, end in pairs:
        links.setdefault(start, []).append(end)
    return links


def _is_wanted(member: LineageNode, wanted: Wanted) -> bool:
    return wanted is None or member.id in wanted


def _places(member: LineageNode, onward: Neighbours, back: Neighbours, wanted: Wanted) -> dict[LineageNode, int]:
    """Return a member and whom the links lead to, numbered from near to far, if they are wanted or stand between."""
    reached = _reached([member], onward)
    if wanted is not None:
        ends = [one for one in reached if one != member and _is_wanted(one, wanted)]
        between = {*ends, *_reached(ends, back)}
        reached = [one for one in reached if one in between]
    return {one: place for place, one in enumerate(dict.fromkeys([member, *reached]))}


def _reached(start: Iterable[LineageNode], links: Neighbours) -> list[LineageNode]:
    """Return whom the links lead to, the nearest first."""
    reached: dict[LineageNode, None] = {}
    waiting = list(start)
    for member in waiting:
        fresh = [one for one in links.get(member, ()) if one not in reached]
        reached |= dict.fromkeys(fresh)
        waiting += fresh
    return list(reached)


class Lineage(NamedTuple):
    """Who builds on whom, and who taught whom: around the report that was asked for, or everywhere."""

    graph: LineageGraph
    focus: LineageNode | None = None
    notes: tuple[str, ...] = ()
    header: tuple[str, ...] = ("report", "relation", "other")

    def rows(self) -> Iterator[tuple[Any, ...]]:
        return ((report.id, kind, other.name) for report, kind, other in self.graph.relations)

    def records(self) -> Iterator[Record]:
        for report, kind, other in self.graph.relations:
            yield {"report": report.id, "relation": kind, "other": other.name, "other_id": other.id}

    def ids(self) -> Iterator[str]:
        return (member.id for member in self.graph.related() if member.id)


def build_lineage(
    family: LineageGraph, id: str | None = None, wanted: Wanted = None, limit: int | None = None
) -> Lineage:
    """Answer with the relations around a report, or with all; with ``wanted``, what has to do with these ids."""
    asked = None if id is None else family.node(id)
    shown = family.around(asked, wanted) if asked else family.narrowed(wanted)
    notes = []
    if limit is not None and limit < len(shown.relations):
        notes.append(f"{limit:,} of {len(shown.relations):,} relations")
        shown = replace(shown, relations=shown.relations[:limit])
    alone = [one for one in family.alone() if wanted is None or one.id in wanted]
    if asked and asked in family.alone():
        notes.append(f"{asked.name} has no relation to another")
    elif alone and not asked:
        notes.append(f"{len(alone):,} {'report has' if len(alone) == 1 else 'reports have'} no relation to another")
    return Lineage(shown, asked, tuple(notes))
