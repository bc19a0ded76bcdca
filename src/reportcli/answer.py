"""What we tell the user: listings, sheets, comparisons, vocabularies, lineages — frozen values, each with its notes.

Every answer says itself in the same four ways (``header`` and ``rows``, ``records``, ``ids``), so that a format needs
to know none of them. Nothing here fetches, and nothing here knows a screen.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, runtime_checkable

from reportcli.derived import DERIVED, Ratio, column_field, derive, field_names, known_ratio, speak_as
from reportcli.errors import FOUND_PROBLEMS, BadAddress, BadUse, NoLink, UnknownField, WrongField
from reportcli.names import Found
from reportcli.query import Hit, Match, Query, Subject, explain
from reportcli.report import DATE, FIELDS, MAP, NUMBER, Field, Report, record
from reportcli.vocabulary import Technique
from reportcli.words import nearest

if TYPE_CHECKING:
    from reportcli.family import Family, Member, Wanted
    from reportcli.tally import Counted, Point

Record = dict[str, Any]
GROUPS = ("identity", "size", "architecture", "pretraining", "posttraining", "techniques")
PIPE_COLUMNS = ("id", "name", "date", "organizations", "parameters", "active_parameters", "tokens")


class Answer(Protocol):
    """What every answer can do; ``notes`` are sentences for standard error."""

    @property
    def notes(self) -> tuple[str, ...]: ...
    @property
    def header(self) -> tuple[str, ...]: ...
    def rows(self) -> Iterator[tuple[Any, ...]]: ...
    def records(self) -> Iterator[Record]: ...
    def ids(self) -> Iterator[str]: ...


@runtime_checkable
class Judgement(Answer, Protocol):
    """An answer that says itself how the program ends; of the others, this depends on whether there is an id."""

    @property
    def exit_code(self) -> int: ...


class Listing(NamedTuple):
    """Reports, one after another, with the columns to show of each."""

    hits: Sequence[Hit]
    columns: tuple[Field, ...]
    notes: tuple[str, ...] = ()
    query: Query | None = None  # of a search
    chosen: bool = False  # whether the user named the columns

    @property
    def header(self) -> tuple[str, ...]:
        return tuple(column.key if column_field(column.key) is column else column.path for column in self.columns)

    def rows(self) -> Iterator[tuple[Any, ...]]:
        return (tuple(column.get(hit.report) for column in self.columns) for hit in self.hits)

    def records(self) -> Iterator[Record]:
        for hit in self.hits:
            why = {"score": round(hit.score, 6), "matches": record(self.why(hit))} if self.query else {}
            yield whole(hit.report) | why

    @property
    def reports(self) -> Iterator[Report]:
        """The reports of the listing, each read when it is reached."""
        return (hit.report for hit in self.hits)

    def why(self, hit: Hit) -> tuple[Match, ...]:
        """Return where a hit holds what was asked, the weightiest fields first."""
        return explain(self.query, hit.subject) if self.query else ()

    def ids(self) -> Iterator[str]:
        return (hit.report.id for hit in self.hits)


class Sheets(NamedTuple):
    """All that is known of some reports."""

    found: tuple[Found, ...]
    sources: bool = False
    topic: str = ""
    notes: tuple[str, ...] = ()
    header: tuple[str, ...] = ("id", "field", "value")

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """Yield each known value; the field is its path in the JSON record, as jq writes it."""
        for report in self.reports:
            for path, value in _paths(whole(report)):
                if path != "id" and self._wanted(path):
                    yield report.id, path, value

    def _wanted(self, path: str) -> bool:
        if self.topic:
            return path.startswith("notes[")
        return self.sources or not path.startswith(("sources.", "confidence."))

    def records(self) -> Iterator[Record]:
        return map(whole, self.reports)

    @property
    def reports(self) -> Iterator[Report]:
        """The reports as the named models see them, with the notes that are wanted."""
        for report in map(spoken, self.found):
            yield replace(report, notes=tuple(note for note in report.notes if self.topic in ("", note.topic)))

    def ids(self) -> Iterator[str]:
        return (one.report.id for one in self.found)


class Row(NamedTuple):
    """One field of several reports; ``differs`` is None where a side does not say and the others agree."""

    field: Field
    values: tuple[Any, ...]
    differs: bool | None


class Comparison(NamedTuple):
    """Reports or single models side by side; ``names`` are their ids, a model's name where one was asked for."""

    names: tuple[str, ...]
    reports: tuple[Report, ...]
    lines: tuple[Row, ...]
    notes: tuple[str, ...] = ()
    chosen: bool = False  # whether the user named the fields

    @property
    def header(self) -> tuple[str, ...]:
        return ("field", *self.names)

    @property
    def titles(self) -> tuple[str, ...]:
        """The names for a reader: that of the report, or of the model that was asked for."""
        pairs = zip(self.names, self.reports, strict=True)
        return tuple(report.name if name == report.id else name for name, report in pairs)

    def rows(self) -> Iterator[tuple[Any, ...]]:
        return ((line.field.path, *line.values) for line in self.lines)

    def records(self) -> Iterator[Record]:
        for line in self.lines:
            values = dict(zip(self.names, map(record, line.values), strict=True))
            yield {"field": line.field.path, "values": values, "differs": line.differs}

    def ids(self) -> Iterator[str]:
        return (report.id for report in self.reports)


class Table(NamedTuple):
    """A plain list of records: fields, techniques, explanations. ``keys`` are the columns of a pipe."""

    keys: tuple[str, ...]
    entries: tuple[Record, ...]
    notes: tuple[str, ...] = ()
    screen: tuple[str, ...] = ()  # the columns of a terminal, where they are others

    @property
    def header(self) -> tuple[str, ...]:
        return self.keys

    def rows(self) -> Iterator[tuple[Any, ...]]:
        return (tuple(entry[key] for key in self.keys) for entry in self.entries)

    def records(self) -> Iterator[Record]:
        return iter(self.entries)

    def ids(self) -> Iterator[str]:
        return (str(entry[self.keys[0]]) for entry in self.entries)


class Tally(NamedTuple):
    """How many reports have each value of a field; with periods, in each of them, those without any included."""

    field: Field
    lines: "tuple[Counted, ...]"
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
    points: "tuple[Point, ...]"
    notes: tuple[str, ...] = ()
    ratio: Ratio | None = None
    header: tuple[str, ...] = ("id", "x", "y")

    def rows(self) -> Iterator[tuple[Any, ...]]:
        return ((point.id, point.x, point.y) for point in self.points)

    def records(self) -> Iterator[Record]:
        return (record(point) for point in self.points)

    def ids(self) -> Iterator[str]:
        return (point.id for point in self.points)


class Term(NamedTuple):
    """A technique, and the reports that use it, oldest first."""

    technique: Technique
    reports: tuple[Report, ...]
    notes: tuple[str, ...] = ()
    header: tuple[str, ...] = ("id", "date")

    def rows(self) -> Iterator[tuple[Any, ...]]:
        return ((report.id, report.date) for report in self.reports)

    def records(self) -> Iterator[Record]:
        reports = [{"id": report.id, "date": report.date.isoformat()} for report in self.reports]
        yield about(self.technique) | {"reports": reports}

    def ids(self) -> Iterator[str]:
        return (report.id for report in self.reports)


class Lineage(NamedTuple):
    """Who builds on whom, and who taught whom: around the report that was asked for, or everywhere."""

    family: "Family"
    asked: "Member | None" = None
    notes: tuple[str, ...] = ()
    header: tuple[str, ...] = ("report", "relation", "other")

    def rows(self) -> Iterator[tuple[Any, ...]]:
        return ((report.id, kind, other.name) for report, kind, other in self.family.relations)

    def records(self) -> Iterator[Record]:
        for report, kind, other in self.family.relations:
            yield {"report": report.id, "relation": kind, "other": other.name, "other_id": other.id}

    def ids(self) -> Iterator[str]:
        return (member.id for member in self.family.related() if member.id)


PROBLEM, REMARK = "problem", "remark"


class Finding(NamedTuple):
    """What a check found in a file; ``line`` and ``column`` count from 1. A remark does not fail."""

    file: str
    line: int | None
    column: int | None
    key: str
    problem: str
    severity: str


class Checkup(NamedTuple):
    """All that a check found, problems before remarks."""

    findings: tuple[Finding, ...]
    notes: tuple[str, ...] = ()
    header: tuple[str, ...] = Finding._fields

    def rows(self) -> Iterator[tuple[Any, ...]]:
        return iter(self.findings)

    def records(self) -> Iterator[Record]:
        return (finding._asdict() for finding in self.findings)

    def ids(self) -> Iterator[str]:
        """Yield each file of which there is something to say."""
        return iter(dict.fromkeys(finding.file for finding in self.findings))

    @property
    def exit_code(self) -> int:
        return FOUND_PROBLEMS if any(finding.severity == PROBLEM for finding in self.findings) else 0


class Done(NamedTuple):
    """What a command did with a report: a line to print for each file or address."""

    report: str
    kind: str  # of the lines: path, address
    lines: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @property
    def header(self) -> tuple[str, ...]:
        return (self.kind,)

    def rows(self) -> Iterator[tuple[Any, ...]]:
        return ((line,) for line in self.lines)

    def records(self) -> Iterator[Record]:
        return ({"id": self.report, self.kind: line} for line in self.lines)

    def ids(self) -> Iterator[str]:
        return iter((self.report,))


class Info(NamedTuple):
    """What is read from where: one record."""

    about: Record
    notes: tuple[str, ...] = ()
    header: tuple[str, ...] = ("key", "value")
    single: bool = True  # JSON is this one object, no array

    def rows(self) -> Iterator[tuple[Any, ...]]:
        return _paths(self.about)

    def records(self) -> Iterator[Record]:
        return iter((self.about,))

    def ids(self) -> Iterator[str]:
        return iter((str(self.about["version"]),))


LINKS = ("arxiv", "pdf", "page", "huggingface", "code")  # the first that a report has is the one to open
_ON_THE_WEB = r"https?://[^/?#@\s\\]+([/?#]\S*)?"


def addresses(report: Report, kind: str | None = None) -> Done:
    """Answer with where a report can be read, or with its links of one kind. Raises BadUse, NoLink or BadAddress."""
    if kind not in (None, *LINKS):
        raise BadUse(f"there is no link {kind!r}", f"write one of: {', '.join(LINKS)}")
    known = {link: found for link in LINKS if (found := getattr(report.links, link))}
    wanted = kind or next(iter(known), "")
    if wanted not in known:
        raise NoLink(report.name, wanted, tuple(known))
    found = known[wanted] if isinstance(known[wanted], tuple) else (known[wanted],)
    if wanted == "arxiv":
        found = (f"https://arxiv.org/abs/{found[0]}{report.arxiv_version or ''}",)
    for address in found:
        if not address.isprintable() or not re.fullmatch(_ON_THE_WEB, address, re.I):
            raise BadAddress(report.name, address)
    return Done(report.id, "address", found)


def about(technique: Technique) -> Record:
    """Return a technique as a JSON record."""
    return {**technique._asdict(), "also": list(technique.also)}


def vocabulary(counted: Iterable[tuple[Technique, int]]) -> Table:
    """Answer with every technique and the number of reports that use it."""
    entries = tuple(about(technique) | {"reports": count} for technique, count in counted)
    return Table(("id", "name", "kind", "reports"), entries, screen=("name", "reports", "kind", "definition"))


def field_list() -> Table:
    """Answer with the fields that columns, sorting and queries know."""
    entries = tuple(
        {"field": one.path, "kind": one.kind, "also": list(one.about.short), "meaning": one.about.help}
        for one in FIELDS + DERIVED
    )
    return Table(("field", "kind", "also", "meaning"), entries, screen=("field", "also", "meaning"))


def explained(listing: Listing) -> Table:
    """Answer with every place where a hit holds what was asked, and what it adds to the score."""
    entries = tuple(
        {"id": hit.report.id, "score": hit.score, "field": match.field, "weight": match.weight, "text": match.text}
        for hit in listing.hits
        for match in listing.why(hit)
    )
    understood = f"understood as: {listing.query}" if listing.query else ""
    return Table(("id", "score", "field", "weight", "text"), entries, (*filter(None, [understood]), *listing.notes))


def whole(report: Report) -> Record:
    """Return a report as a JSON record: every key, with the figures of the model that speaks under ``derived``."""
    shape: Record = record(report)
    return shape | {"derived": record(derive(report))}


def spoken(found: Found) -> Report:
    """Return the report as the model that was asked for sees it."""
    return speak_as(found.report, found.model) if found.model else found.report


def _paths(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _paths(item, f"{path}.{key}" if path else key)
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        for place, item in enumerate(value):
            yield from _paths(item, f"{path}[{place}]")
    elif value is not None and value != []:
        yield path, value


def columns(names: Sequence[str]) -> tuple[Field, ...]:
    """Return the fields that are meant by column names. Raises UnknownField with the nearest."""
    return tuple(map(_column, names))


def _column(name: str) -> Field:
    found = column_field(name)
    if found is None:
        raise UnknownField(name, nearest(name, field_names()))
    return found


def sort_keys(text: str) -> tuple[tuple[Field, bool], ...]:
    """Read ``date,-parameters``: fields, each with whether it descends."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    keys = tuple((_column(name.lstrip("-")), name.startswith("-")) for name in names)
    for key, _ in keys:
        if key.kind == MAP:
            raise WrongField(key.path, "for sorting", ("date", "name", "parameters"))
    return keys


def sorted_hits(hits: Sequence[Hit], keys: Sequence[tuple[Field, bool]]) -> list[Hit]:
    """Sort by several fields; unknown values come last in either direction, and equal ones keep their order."""
    result = list(hits)
    for key, descends in reversed(keys):
        known = [hit for hit in result if _sortable(key, hit.report) is not None]
        unknown = [hit for hit in result if _sortable(key, hit.report) is None]
        known.sort(key=lambda hit, key=key: _sortable(key, hit.report), reverse=descends)  # type: ignore[misc]
        result = known + unknown
    return result


def _sortable(key: Field, report: Report) -> Any:
    value = key.get(report)
    if isinstance(value, tuple):
        flat = [item for item in value if item is not None and item != ()]
        value = flat[0] if flat and key.kind not in (NUMBER, DATE) else max(flat, default=None)
    return value.casefold() if isinstance(value, str) else value


def tally(
    subjects: Iterable[Subject],
    notes: Sequence[str],
    field: Field,
    wanted: Sequence[Query] = (),
    *,
    step: str = "",
    dated: Field,
    reverse: bool = False,
    limit: int | None = None,
) -> Tally:
    """Answer with how many reports have each value of a field, or each of the wanted ones; unknown stands last."""
    from reportcli.tally import count

    found = count(subjects, field, wanted, step, dated)
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
    if found.undated:
        said.append(left_out(found.undated, f"without {dated.label}"))
    return Tally(field, lines[:limit], found.periods, tuple(said))


def silence(count: int) -> str:
    """Return the note that counts reports which may fit, but do not say."""
    return f"{count:,} more {'report does' if count == 1 else 'reports do'} not say"


def left_out(count: int, what: str) -> str:
    """Return the note that counts reports which an answer cannot show, and says why."""
    return f"left out: {count:,} {'report' if count == 1 else 'reports'} {what}"


def plot(subjects: Iterable[Subject], notes: Sequence[str], x: Field, y: Field) -> Plot:
    """Answer with the reports that know both fields, as points; notes count the others."""
    from reportcli.tally import locate

    found = locate(subjects, x, y)
    said = list(notes)
    if found.continuing:
        said.append(left_out(found.continuing, "that started from another model's training"))
    if found.silent:
        said.append(left_out(found.silent, f"without {x.label} or {y.label}"))
    return Plot(x, y, found.points, tuple(said), known_ratio(x, y))


def compare(
    found: Sequence[Found], fields: Sequence[Field] = (), *, differences: bool = False, notes: tuple[str, ...] = ()
) -> Comparison:
    """Set reports side by side, in the given fields, else in all that are compared and that one side knows at least.

    With ``differences`` only what differs is kept.
    """
    reports = tuple(map(spoken, found))
    names = _distinct(
        [one.model.name if one.model and one.model.name != one.report.name else one.report.id for one in found]
    )
    lines = [_line(one, reports) for one in fields or _COMPARED]
    known = [line for line in lines if fields or any(value is not None and value != () for value in line.values)]
    shown = [line for line in known if line.differs or not differences]
    if left_out := len(known) - len(shown):
        notes = (*notes, f"left out: {left_out} {'row' if left_out == 1 else 'rows'} without a difference")
    return Comparison(names, reports, tuple(shown), notes, bool(fields))


_COMPARED = tuple(one for group in GROUPS for one in FIELDS + DERIVED if one.group == group)


def _line(field: Field, reports: Sequence[Report]) -> Row:
    values = tuple(map(field.get, reports))
    return Row(field, values, _differs(values))


def each_model(found: Found) -> list[Found]:
    """Return every model of a report, the largest first; the report itself where it has none."""
    models = sorted(found.report.models, key=lambda model: -(model.parameters or 0))
    return [Found(found.report, model) for model in models] or [found]


def lineage(family: "Family", id: str | None = None, wanted: "Wanted" = None, limit: int | None = None) -> Lineage:
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


def _distinct(names: Sequence[str]) -> tuple[str, ...]:
    result: list[str] = []
    for name in names:
        numbered = (f"{name} ({place})" for place in range(2, len(names) + 2))
        result.append(name if name not in result else next(one for one in numbered if one not in [*result, *names]))
    return tuple(result)


def _differs(values: Sequence[Any]) -> bool | None:
    known = [
        frozenset(value) if isinstance(value, tuple) else value for value in values if value is not None and value != ()
    ]
    if any(value != known[0] for value in known):
        return True
    return None if len(known) < len(values) else False
