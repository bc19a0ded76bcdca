"""The whole road as a Python call: a query or names go in, finished answers come out.

``open_catalog()`` is what a script imports, and what the command line itself uses.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, TypeVar

from reportcli.answer import left_out_note, unknown_note
from reportcli.answer.comparison import Comparison, compare_reports, models_of
from reportcli.answer.details import ReportDetails, as_selected_model
from reportcli.answer.listing import PIPE_COLUMNS, Listing, SortAndLimit, SortKeys, parse_columns, parse_sort_keys
from reportcli.answer.table import Table
from reportcli.answer.technique import TechniqueDetails, technique_table
from reportcli.catalog.files import CatalogFile, Progress, UnreadableFile, catalog_folders, shipped_folder
from reportcli.errors import EntryUnreadable, IndexDamaged, UnknownName
from reportcli.index.build import open_index
from reportcli.index.cache import discard_index, index_path
from reportcli.index.search import INDEX_ERRORS, Index
from reportcli.query import names
from reportcli.query.conditions import EVERYTHING, Is, IsKnown, Query, all_of
from reportcli.query.names import ReportMatch
from reportcli.query.subject import FIELDS_BY_PATH, Hit, Subject
from reportcli.report.fields import Field, Report
from reportcli.report.techniques import Vocabulary
from reportcli.text import closest_spellings, fold, fold_name

if TYPE_CHECKING:
    from reportcli.answer.action import ActionResult
    from reportcli.answer.count import CountTable
    from reportcli.answer.lineage import Lineage
    from reportcli.answer.plot import Plot
    from reportcli.answer.timeline import Timeline


_T = TypeVar("_T")
_AT_ONCE = 1_000  # reports that are read before the first is shown; of more, each is read when it is written


class Library:
    """The reports of some folders, as they are at the moment of opening. Close it, or use it with ``with``."""

    def __init__(self, folders: Sequence[Path], cache: Path | None, progress: Progress | None = None) -> None:
        self.folders = distinct_folders(folders)
        self._file = index_path(cache, self.folders) if cache else None
        self._progress = progress
        self._opened = [open_index(self.folders, self._file, progress)]

    def __enter__(self) -> "Library":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        broken = isinstance(error, INDEX_ERRORS)  # while an answer was being read: too late to ask again
        sound = broken and self._is_outdated()
        self.close()
        if broken:
            if self._file and not sound:
                discard_index(self._file)
            raise IndexDamaged from error

    def _is_outdated(self) -> bool:
        with suppress(*INDEX_ERRORS):
            return self._index.is_outdated()
        return False

    def close(self) -> None:
        """Let go of the index."""
        for index in self._opened:
            index.close()

    @property
    def _index(self) -> Index:
        return self._opened[-1]

    def parse(self, text: str) -> Query:
        """Read a query with the techniques of this catalogue. Raises BadQuery."""
        from reportcli.query.parser import parse_query

        return parse_query(text, self.techniques)

    def search(self, text: str, limit: int | None = None) -> tuple[Report, ...]:
        """Return the reports that fit a query, best first: ``search("rl:grpo kl:no")``. Raises BadQuery."""
        return tuple(hit.report for hit in self.listing(self.parse(text), limit=limit, searched=True).hits)

    def reports(self) -> tuple[Report, ...]:
        """Return every report, newest first."""
        return tuple(hit.report for hit in self.listing().hits)

    def report(self, name: str) -> Report:
        """Return the report that a name stands for. Raises UnknownName or AmbiguousName."""
        return as_selected_model(self.find(name))

    def find(self, name: str) -> ReportMatch:
        """Return the report that a name stands for, and the model where one is meant.

        Raises UnknownName, AmbiguousName, or UnreadableEntry where a file of this name cannot be read.
        """
        try:
            return self._ask(lambda index: names.find_report(name, index))
        except UnknownName:
            for one in self.unreadable():
                if fold_name(Path(one.path).stem) == fold_name(name):
                    raise EntryUnreadable(*one) from None
            raise

    def complete_name(self, text: str) -> list[names.Spelling]:
        """Return the names of reports and models that a text may be the beginning of."""
        return self._ask(lambda index: names.complete_name(text, index))

    def techniques(self) -> Vocabulary:
        """Return the techniques that the catalogue knows."""
        return self._ask(Index.techniques)

    def words(self, field: Field, beginning: str, most: int) -> list[str]:
        """Return the words of a text field that begin with a text, the most frequent first."""
        return self._ask(lambda index: index.words(field.path, fold(beginning), most))

    def dates(self, field: Field) -> dict[date, int]:
        """Return the days that a field of dates holds, each with the number of its reports."""
        return self._ask(lambda index: index.dates(field.path))

    def spellings(self) -> tuple[names.Spelling, ...]:
        """Return every id, name, model and number that a report is found by."""
        return tuple(self._ask(Index.spellings))

    def unreadable(self) -> tuple[UnreadableFile, ...]:
        """Return the files that could not be read."""
        return tuple(self._ask(Index.unreadable))

    def listing(
        self,
        asked: Query = EVERYTHING,
        *,
        columns: Sequence[Field] = (),
        sort: SortKeys = (),
        reverse: bool = False,
        limit: int | None = None,
        searched: bool = False,
        exact: bool = True,
    ) -> Listing:
        """Answer with the reports that fit a query: in the order of their dates, of a search by how well they match.

        Unless ``exact``, a word that no report holds may be replaced by one that is spelled like it; a note says so.
        """
        corrected, notes = (asked, ()) if exact else self._corrected(asked)
        order = SortAndLimit(sort, reverse, limit)
        hits, more = self._ask(lambda index: _found(index, corrected, order, searched))
        asked_for = corrected if searched else None
        return Listing(hits, tuple(columns) or PIPE_COLUMNS, (*notes, *more), asked_for, bool(columns))

    def _corrected(self, asked: Query) -> tuple[Query, tuple[str, ...]]:
        """Return a query that finds nothing with its words replaced by like ones, and the note that says so."""
        if self._total(asked):
            return asked, ()
        from reportcli.query.spelling import correct_spelling

        better, replaced = correct_spelling(asked, self._ask(Index.terms))
        said = "; ".join(f"no match for {typed!r}; showing results for {word!r}" for typed, word in replaced.items())
        return better, (said,) if replaced else ()

    def details(self, wanted: Iterable[str], *, sources: bool = False, topic: str = "") -> ReportDetails:
        """Answer with all that is known of the named reports."""
        found = tuple(one._replace(origin=self._origin(one.report.id)) for one in map(self.find, wanted))
        return ReportDetails(found, sources=sources, topic=topic)

    def _origin(self, id: str) -> str:
        path = self._ask(lambda index: index.path(id))
        return "" if os.path.dirname(path) == str(shipped_folder()) else path

    def links_to(self, name: str, kind: str | None = None) -> "ActionResult":
        """Answer with where a report can be read, or with its links of one kind."""
        from reportcli.answer.action import link_addresses

        return link_addresses(self.find(name).report, kind)

    def comparison(
        self,
        wanted: Iterable[str],
        asked: Query | None = None,
        *,
        columns: Sequence[Field] = (),
        differences: bool = False,
        models: bool = False,
        sort: SortKeys = (),
        reverse: bool = False,
        limit: int | None = None,
    ) -> Comparison:
        """Answer with the named reports, or models of theirs, and those that fit a query, side by side.

        The latter are sorted and limited as in a listing; ``columns`` are the fields to compare. With ``models`` every
        model of these reports is a side of its own; with ``differences`` equal fields are left out.
        """
        others = self.listing(asked, sort=sort, reverse=reverse, limit=limit) if asked else Listing((), ())
        found: Iterable[ReportMatch] = (*map(self.find, wanted), *map(ReportMatch, others.reports))
        if models:
            found = [each for one in found for each in models_of(one)]
        sides = {(one.report.id, one.model and one.model.name): one for one in found}
        return compare_reports(list(sides.values()), columns, differences=differences, notes=others.notes)

    def count(
        self,
        field: str,
        values: Sequence[str] = (),
        asked: Query = EVERYTHING,
        *,
        by: str = "",
        date_field: str = "date",
        reverse: bool = False,
        limit: int | None = None,
    ) -> "CountTable":
        """Answer with how many of the reports that fit a query have each value of a field: ``count("rl", by="year")``.

        ``values`` are what a query would say of the field; only what fits one of them is counted then. ``by`` is year,
        quarter or month, ``limit`` a number of values. Raises UnknownField, WrongField or BadQuery.
        """
        from reportcli.answer.count import build_count_table, count_values, require_countable
        from reportcli.query.parser import parse_condition

        counted = require_countable(*parse_columns([field]))
        wanted = [parse_condition(counted, field, value, self.techniques) for value in values]
        dated = FIELDS_BY_PATH[date_field]

        def found(index: Index) -> "CountTable":
            subjects, notes = _fitting(index, asked)
            return build_count_table(count_values(subjects, counted, wanted, by, dated), notes, reverse, limit)

        return self._ask(found)

    def timeline(
        self,
        asked: Query = EVERYTHING,
        *,
        date_field: str = "date",
        reverse: bool = False,
        limit: int | None = None,
    ) -> "Timeline":
        """Answer with the reports that fit a query, along the days of a date field, newest first."""
        from reportcli.answer.timeline import Timeline

        dated = FIELDS_BY_PATH[date_field]
        by_day = [(dated, True)] if date_field != "date" else []
        known = all_of([asked, IsKnown(date_field)])
        found = self.listing(known, sort=by_day, reverse=reverse, limit=limit)
        undated = self._total(asked) - self._total(known)
        missing = [left_out_note(undated, f"without {dated.label}")] if undated else []
        return Timeline(found.hits, dated, (*found.notes, *missing))

    def plot(self, x: str, y: str, asked: Query = EVERYTHING, *, limit: int | None = None) -> "Plot":
        """Answer with the reports that fit a query as points between two fields: ``plot("parameters", "tokens")``.

        Raises UnknownField, or WrongField for what is no single number or day.
        """
        from reportcli.answer.plot import build_plot, locate_points, require_axis

        across, upwards = map(require_axis, parse_columns([x, y]))

        def found(index: Index) -> "Plot":
            subjects, notes = _fitting(index, asked, limit)
            return build_plot(locate_points(subjects, across, upwards), notes)

        return self._ask(found)

    def term(self, name: str) -> TechniqueDetails:
        """Answer with a technique and the reports that use it. Raises UnknownName with the nearest."""
        known = self.techniques()
        id = known.find(name)
        if id is None:
            raise UnknownName(
                name, closest_spellings(name, [name for one in known.values() for name in one.names]), "technique"
            )
        using = self.listing(Is("techniques", id)).hits
        return TechniqueDetails(known[id], tuple(hit.report for hit in reversed(using)))

    def terms(self) -> Table:
        """Answer with every technique and the number of reports that use it."""
        known = self.techniques()
        return technique_table((one, self._total(Is("techniques", id))) for id, one in known.items())

    def lineage(
        self,
        name: str | None = None,
        asked: Query = EVERYTHING,
        *,
        sort: SortKeys = (),
        reverse: bool = False,
        limit: int | None = None,
    ) -> "Lineage":
        """Answer with who builds on whom, and who taught whom: around one report, or everywhere; oldest first.

        A query leaves the relations of which one side fits; around one report, the reports that fit, and those that
        lead to them.
        """
        id = None if name is None else self.find(name).report.id
        order = SortAndLimit(sort or parse_sort_keys("date,name"), reverse)
        return self._ask(lambda index: _lineage(index, id, asked, order, limit))

    def files(self) -> list[CatalogFile]:
        """Return every file of the catalogue and of its vocabulary."""
        return self._ask(Index.files)

    def _total(self, asked: Query) -> int:
        return self._ask(lambda index: index.total(asked)[0])

    def _ask(self, question: Callable[[Index], _T]) -> _T:
        """Ask the index of one moment; one that was changed meanwhile is opened again, a broken one made anew."""
        for is_broken in (False, True):
            try:
                with self._index.moment():
                    return question(self._index)
            except INDEX_ERRORS:
                if is_broken and self._file:
                    self._index.close()
                    with suppress(OSError):
                        discard_index(self._file)
                self._opened.append(open_index(self.folders, self._file, self._progress))
        return question(self._index)


def open_catalog(*folders: str | Path) -> Library:
    """Open the catalogue in the given folders; without any, the shipped one with the user's own entries over it.

    >>> with open_catalog() as catalog:
    ...     [report.name for report in catalog.search("rl:grpo kl:no org:mistral")]
    ['Magistral']
    """
    return Library(catalog_folders([Path(folder) for folder in folders]), cache_folder())


def distinct_folders(folders: Sequence[Path]) -> tuple[Path, ...]:
    """Return each folder once, where it stands last."""
    return tuple(reversed(dict.fromkeys(reversed(folders))))


def cache_folder() -> Path:
    """Return the folder of the index; it need not exist."""
    import platformdirs

    return platformdirs.user_cache_path("reportcli", appauthor=False)


def _found(index: Index, asked: Query, order: SortAndLimit, ranked: bool) -> tuple[Sequence[Hit], list[str]]:
    """Return the reports that fit a query, in their order, and what is to be said of the others."""
    total, silent = index.total(asked)
    hits = order.of(index.matching(asked, ranked=ranked))
    return hits if len(hits) > _AT_ONCE else tuple(hits), _notes(len(hits), total, silent)


def _fitting(index: Index, asked: Query, limit: int | None = None) -> tuple[Iterator[Subject], list[str]]:
    """Return the subjects of the reports that fit a query, newest first, and what is to be said of the others."""
    total, silent = index.total(asked)
    hits = index.matching(asked, limit, ranked=False)
    return (hit.subject for hit in hits), _notes(len(hits), total, silent)


def _lineage(index: Index, id: str | None, asked: Query, order: SortAndLimit, limit: int | None) -> "Lineage":
    from reportcli.answer.lineage import build_graph, build_lineage

    whole = build_graph((hit.report for hit in order.of(tuple(index.matching(EVERYTHING)))), index)
    wanted = None if asked == EVERYTHING else {hit.report.id for hit in index.matching(asked)}
    found = build_lineage(whole, id, wanted, limit)
    return found._replace(notes=(*found.notes, *_silent(index.total(asked)[1])))


def _notes(shown: int, total: int, silent: int) -> list[str]:
    cut = [f"{shown:,} of {total:,} reports"] if shown < total else []
    return cut + _silent(silent)


def _silent(count: int) -> list[str]:
    return [unknown_note(count)] if count else []
