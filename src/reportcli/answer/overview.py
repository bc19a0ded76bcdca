"""Many reports at a glance: counted by value and period, along time, between two axes, by who builds on whom."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from reportcli.answer import Record, left_out, silence
from reportcli.derived import Ratio, derive, known_ratio
from reportcli.family import Family, Member, Wanted
from reportcli.query import Hit
from reportcli.record import record
from reportcli.report import NUMBER, Field, Report
from reportcli.tally import Counted, Counts, Point, Points


class Tally(NamedTuple):
    """How many reports have each value of a field; with periods, in each of them, those without any included."""

    field: Field
    lines: tuple[Counted, ...]
    periods: tuple[str, ...] | None = None
    notes: tuple[str, ...] = ()

    @property
    def header(self) -> tuple[str, ...]:
        return ("value", "count") if self.periods is None else ("value", "period", "count")

    def rows(self) -> Iterator[tuple[Any, ...]]:
        for line in self.lines:
            if self.periods is None:
                yield line.text, line.total
            else:
                yield from ((line.text, *cell) for cell in zip(self.periods, line.counts, strict=True))

    def records(self) -> Iterator[Record]:
        """Yield each row; ``value`` is null where the catalogue does not say, numbers have the ends of their bin."""
        for line in self.lines:
            bin = line.value if isinstance(line.value, tuple) else None
            known: Record = {"value": str(bin) if bin else line.value}
            if self.field.kind == NUMBER:
                known |= {"low": bin and bin.low, "high": bin and bin.high}
            for row in [(line.total,)] if self.periods is None else zip(self.periods, line.counts, strict=True):
                yield known | dict(zip(self.header[1:], row, strict=True))

    def ids(self) -> Iterator[str]:
        """Yield the values that some report has."""
        return (line.text for line in self.lines if line.total)


class Timeline(NamedTuple):
    """Reports along the days of a date field, newest first."""

    hits: Sequence[Hit]
    dated: Field
    notes: tuple[str, ...] = ()
    header: tuple[str, ...] = ("id", "date", "organizations", "name")

    def rows(self) -> Iterator[tuple[Any, ...]]:
        return map(self._row, self.reports)

    def _row(self, report: Report) -> tuple[Any, ...]:
        return report.id, self.dated.get(report), report.organizations, report.name

    def records(self) -> Iterator[Record]:
        for report in self.reports:
            known = dict(zip(self.header, map(record, self._row(report)), strict=True))
            yield known | {"parameters": derive(report).parameters}

    @property
    def reports(self) -> Iterator[Report]:
        return (hit.report for hit in self.hits)

    def ids(self) -> Iterator[str]:
        return (report.id for report in self.reports)


class Plot(NamedTuple):
    """Reports as points between two axes, and a ratio of them to compare with, where one is known."""

    x: Field
    y: Field
    points: tuple[Point, ...]
    notes: tuple[str, ...] = ()
    ratio: Ratio | None = None
    header: tuple[str, ...] = ("id", "x", "y")

    def rows(self) -> Iterator[tuple[Any, ...]]:
        return ((point.id, point.x, point.y) for point in self.points)

    def records(self) -> Iterator[Record]:
        return (record(point) for point in self.points)

    def ids(self) -> Iterator[str]:
        return (point.id for point in self.points)


class Lineage(NamedTuple):
    """Who builds on whom, and who taught whom: around the report that was asked for, or everywhere."""

    family: Family
    asked: Member | None = None
    notes: tuple[str, ...] = ()
    header: tuple[str, ...] = ("report", "relation", "other")

    def rows(self) -> Iterator[tuple[Any, ...]]:
        return ((report.id, kind, other.name) for report, kind, other in self.family.relations)

    def records(self) -> Iterator[Record]:
        for report, kind, other in self.family.relations:
            yield {"report": report.id, "relation": kind, "other": other.name, "other_id": other.id}

    def ids(self) -> Iterator[str]:
        return (member.id for member in self.family.related() if member.id)


def tally(found: Counts, notes: Sequence[str] = (), reverse: bool = False, limit: int | None = None) -> Tally:
    """Answer with what was counted; a value that is unknown stands last also where the others are turned round."""
    lines = found.lines
    if reverse:
        known = [line for line in lines if line.value is not None]
        lines = (*reversed(known), *lines[len(known) :])
    said = list(notes)
    if limit is not None and limit < len(lines):
        said.append(f"{limit:,} of {len(lines):,} values")
    if (sum_of_all := sum(line.total for line in lines)) > found.reports:
        said.append(f"a report may have several values: {found.reports:,} reports are counted {sum_of_all:,} times")
    if found.silent:
        said.append(silence(found.silent))
    if found.dated and found.undated:
        said.append(left_out(found.undated, f"without {found.dated.label}"))
    return Tally(found.field, lines[:limit], found.periods, tuple(said))


def plot(found: Points, notes: Sequence[str] = ()) -> Plot:
    """Answer with the reports that know both fields, as points; notes count the others."""
    x, y, said = found.x, found.y, list(notes)
    if found.continuing:
        said.append(left_out(found.continuing, "that started from another model's training"))
    if found.silent:
        said.append(left_out(found.silent, f"without {x.label} or {y.label}"))
    return Plot(x, y, found.points, tuple(said), known_ratio(x, y))


def lineage(family: Family, id: str | None = None, wanted: Wanted = None, limit: int | None = None) -> Lineage:
    """Answer with the relations around a report, or with all; with ``wanted``, what has to do with these ids."""
    asked = None if id is None else family.member(id)
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
