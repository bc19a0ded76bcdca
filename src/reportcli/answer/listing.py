"""Reports, or their models, one after another: their columns, their order, and where each matches the query."""

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from reportcli.answer import Record
from reportcli.answer.details import full_record
from reportcli.errors import UnknownField, UnsuitableField
from reportcli.query.conditions import Query
from reportcli.query.explain import Match, explain
from reportcli.query.subject import FIELDS_BY_PATH, Hit, Hits
from reportcli.report.declare import FieldInfo
from reportcli.report.field_names import closest_field_names, field_named, join_field_names, short_name
from reportcli.report.fields import DATE, MAP, NUMBERS, TEXTS, Field, Report
from reportcli.report.json import to_record
from reportcli.text import natural_key

if TYPE_CHECKING:
    from reportcli.answer.table import Table

SortKeys = Sequence[tuple[Field, bool]]  # fields, each with whether it descends
DATE_FIELD = FIELDS_BY_PATH["date"]
WHY = Field("why", TEXTS, FieldInfo("where it matches the query"), lambda _report: ())


class Listing(NamedTuple):
    """Reports one after another, each as one of its models, or each model; with the columns to show.

    A record is a whole report, with the figures of the model under ``derived``, of a search with its score.
    """

    hits: Sequence[Hit]
    columns: tuple[Field, ...]
    notes: tuple[str, ...] = ()
    query: Query | None = None  # of a search
    chosen: bool = False  # whether the user named the columns
    date_field: Field = DATE_FIELD  # that they are ordered by
    sorted_by: tuple[Field, ...] = ()  # fields that the user named for it
    ascending: bool = False  # whether the user left the first of them so

    @property
    def header(self) -> tuple[str, ...]:
        return tuple(map(short_name, self.fields()))

    def fields(self, usual: Sequence[Field] = ()) -> tuple[Field, ...]:
        """Return the columns that the user chose, or else the usual ones, with the day that was asked for.

        Among ``usual`` ones for a reader there is also what the reports are sorted by, after the first.
        """
        if self.chosen:
            return self.columns
        fields = [self.date_field if field is DATE_FIELD else field for field in usual or self.columns]
        more = [field for field in self.sorted_by if field not in fields] if usual else []
        return (*fields[:1], *more, *fields[1:])

    @property
    def document_fields(self) -> tuple[Field, ...]:
        """The columns of a table in a document, where the id that a pipe has by default says nothing more."""
        return tuple(field for field in self.fields() if self.chosen or field.path != "id")

    def rows(self) -> Iterator[tuple[Any, ...]]:
        columns = self.fields()
        return (tuple(self.value(hit, column) for column in columns) for hit in self.hits)

    def value(self, hit: Hit, column: Field) -> Any:
        """Return what a hit has in a column."""
        if column is not WHY:
            return hit.value(column)
        return tuple(f"{match.label}: {match.text}" for match in self.why(hit))

    def records(self) -> Iterator[Record]:
        if self.chosen:
            yield from (dict(zip(self.header, map(to_record, row), strict=True)) for row in self.rows())
            return
        for hit in self.hits:
            why = {"score": round(hit.score, 6), "matches": to_record(self.why(hit))} if self.query else {}
            yield full_record(hit.report, hit.subject.model) | why

    @property
    def reports(self) -> Iterator[Report]:
        """The reports of the listing, each once, and read when it is reached."""
        passed = set[str]()
        for report in (hit.report for hit in self.hits):
            if report.id not in passed:
                passed.add(report.id)
                yield report

    def why(self, hit: Hit) -> tuple[Match, ...]:
        """Return where a report matches the query, the weightiest fields first; () without a query."""
        return explain(self.query, hit.subject) if self.query else ()

    def ids(self) -> Iterator[str]:
        return (report.id for report in self.reports)


def explanation(listing: Listing) -> "Table":
    """Answer with every place where a report matches the query, and what it adds to the score."""
    from reportcli.answer.table import Table

    entries = tuple(
        {"id": hit.report.id, "score": hit.score, "field": match.field, "weight": match.weight, "text": match.text}
        for hit in listing.hits
        for match in listing.why(hit)
    )
    understood = [f"understood as: {listing.query}"] if listing.query else []
    return Table(("id", "score", "field", "weight", "text"), entries, (*understood, *listing.notes))


def parse_columns(names: Sequence[str], searched: bool = False) -> tuple[Field, ...]:
    """Return the fields that column names mean; a search has the column ``why`` too.

    Raises UnknownField with the closest names.
    """
    return tuple(WHY if searched and name.lower() == WHY.path else _column(name, names) for name in names)


def _column(name: str, names: Sequence[str] = ()) -> Field:
    """Return the field that one of the names means. Raises UnknownField, of several words with the name they are."""
    field = field_named(name)
    if field is None:
        joined = [other for other in join_field_names(names) if name in other and other not in names]
        raise UnknownField(name, joined or closest_field_names(name))
    return field


class SortAndLimit(NamedTuple):
    """The order of reports, and how many of them: sorted by fields, reversed, the first ``limit``."""

    sort: SortKeys = ()
    reverse: bool = False
    limit: int | None = None
    date_field: Field = DATE_FIELD

    def apply(self, hits: Hits) -> Hits:
        """Return the hits in this order, or in their own without sort keys; unknown values come last in any case.

        Their own order is best first, then newest first by the date field.
        """
        if self.date_field is not DATE_FIELD:
            hits = sort_hits(hits, [(self.date_field, True)])
            scores = [-hit.score for hit in hits.in_columns]
            hits = hits.at(sorted(range(len(hits)), key=scores.__getitem__))
        ordered = hits[::-1] if self.reverse else hits
        keys = [(key, descends is not self.reverse) for key, descends in self.sort]
        return (sort_hits(ordered, keys) if keys else ordered)[: self.limit]


def parse_sort_keys(text: str) -> SortKeys:
    """Read ``date,-parameters``: fields, each with whether it descends. Raises UnknownField or UnsuitableField."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    for name in names:
        if meant := sort_key_meant(*re.split(r"[\s:]+", name)):
            raise UnknownField(name, [meant])
    keys = tuple((_column(name.lstrip("-")), name.startswith("-")) for name in names)
    for key, _ in keys:
        if key.kind == MAP:
            raise UnsuitableField(key.path, "for sorting", ("date", "name", "parameters"))
    return keys


def sort_key_meant(name: str, direction: str = "", *_: str) -> str:
    """Return how to write that a field ascends or descends, where it is said in words, as in ``tokens desc``; or ""."""
    words = re.fullmatch(r"(asc|desc)(ending)?", direction.lower())
    return f"{'-' * (words[1] == 'desc')}{name}" if words and field_named(name) else ""


def sort_hits(hits: Hits, keys: SortKeys) -> Hits:
    """Sort by several fields; unknown values come last in either direction, and equal ones keep their order."""
    order = list(range(len(hits)))
    for key, descends in reversed(keys):
        values = [_sort_value(key, hit) for hit in hits.in_columns]
        known = [position for position in order if values[position] is not None]
        known.sort(key=values.__getitem__, reverse=descends)
        order = known + [position for position in order if values[position] is None]
    return hits.at(order)


def _sort_value(key: Field, hit: Hit) -> Any:
    """Return what a hit is sorted by: of several texts the first, of several numbers or days the greatest."""
    value = hit.value(key)
    if isinstance(value, tuple):
        items = [item for item in value if item is not None and item != ()]
        value = items[0] if items and key.kind not in (*NUMBERS, DATE) else max(items, default=None)
    return natural_key(value) if isinstance(value, str) else value


PIPE_COLUMNS = parse_columns(("id", "name", "date", "organizations", "parameters", "active_parameters", "tokens"))
