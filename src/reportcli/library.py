"""The whole road as one call: a query or names go in, finished answers come out."""

import os
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import TYPE_CHECKING

from reportcli.answer import left_out_note
from reportcli.answer.details import ReportDetails, as_selected_model
from reportcli.answer.listing import PIPE_COLUMNS, Listing, SortAndLimit, SortKeys, parse_columns, parse_sort_keys
from reportcli.catalog.files import shipped_folder
from reportcli.errors import UnknownField, UnknownName
from reportcli.index.reader import OpenCatalog
from reportcli.query.conditions import EVERYTHING, Is, IsKnown, Query, all_of, any_of
from reportcli.query.names import ReportMatch, ids_named, relatives
from reportcli.query.subject import FIELDS_BY_PATH, MODEL_FIELDS, RL_FIELDS, RUN_FIELDS, Hit, Hits
from reportcli.report.field_names import join_field_names
from reportcli.report.fields import Field, Report
from reportcli.text import closest_spellings

if TYPE_CHECKING:
    from reportcli.answer.action import ActionResult
    from reportcli.answer.comparison import Comparison
    from reportcli.answer.count import CountTable
    from reportcli.answer.disclosure import Disclosure
    from reportcli.answer.lineage import Lineage
    from reportcli.answer.plot import Plot
    from reportcli.answer.recipe import Recipe
    from reportcli.answer.table import Table
    from reportcli.answer.technique import TechniqueDetails
    from reportcli.answer.timeline import Timeline
    from reportcli.query.relax import Meant


class Library(OpenCatalog):
    """The reports of some folders, and every answer about them. Close it, or use it with ``with``."""

    def search(self, text: str, limit: int | None = None) -> tuple[Report, ...]:
        """Return the reports that fit a query, best first: ``search("rl:grpo kl:no")``. Raises BadQuery."""
        return tuple(hit.report for hit in self.listing(self.parse(text), limit=limit, searched=True).hits)

    def reports(self) -> tuple[Report, ...]:
        """Return every report, newest first."""
        return tuple(hit.report for hit in self.listing().hits)

    def report(self, name: str) -> Report:
        """Return the report that a name stands for. Raises UnknownName or AmbiguousName."""
        return as_selected_model(self.find(name))

    def listing(
        self,
        query: Query = EVERYTHING,
        *,
        columns: Sequence[Field] = (),
        sort: SortKeys = (),
        reverse: bool = False,
        limit: int | None = None,
        searched: bool = False,
        exact: bool = False,
        models: bool = False,
        date_field: str = "date",
    ) -> Listing:
        """Answer with the reports that fit a query: newest first by a date field, or, of a search, best first.

        Each is shown as its flagship if that fits, else as its largest model that does; with ``models`` as every model
        that fits.
        A query of a search is asked as it is meant, unless ``exact``: stop words are left out, and what finds nothing
        is asked more loosely; notes say so.
        """
        query, notes = self._as_meant(query, exact) if searched else (query, ())
        matching = self._index.matching(query, ranked=searched, by_model=models)
        day = FIELDS_BY_PATH[date_field]
        hits = SortAndLimit(sort, reverse, limit, day).apply(matching)
        notes = (*notes, *self._notes(query, len(hits), models))
        shown, searched_for = tuple(columns) or PIPE_COLUMNS, query if searched else None
        sorted_by, ascending = tuple(key for key, _ in sort), not (reverse or any(descends for _, descends in sort[:1]))
        return Listing(hits, shown, notes, searched_for, bool(columns), day, sorted_by, ascending)

    def _as_meant(self, query: Query, exact: bool) -> "Meant":
        from reportcli.query.relax import Meant, exact_words, understand

        return Meant(exact_words(query)) if exact else understand(query, self._index)

    def details(
        self,
        names: Iterable[str],
        *,
        sources: bool = False,
        topics: Sequence[str] = (),
        sections: Sequence[str] = (),
    ) -> ReportDetails:
        """Answer with everything known about the named reports, or with what they say on topics or in sections."""
        matches = (self.find(name) for name in names)
        located = tuple(match._replace(origin=self._origin(match.report.id)) for match in matches)
        return ReportDetails(located, sources=sources, topics=tuple(topics), sections=tuple(sections))

    def _origin(self, report_id: str) -> str:
        path = self._index.path(report_id)
        return "" if os.path.dirname(path) == str(shipped_folder()) else path

    def links_to(self, name: str, kind: str | None = None) -> "ActionResult":
        """Answer with where a report can be read, or with its links of one kind."""
        from reportcli.answer.action import link_addresses

        return link_addresses(self.find(name).report, kind)

    def comparison(
        self,
        names: Iterable[str | ReportMatch],
        query: Query | None = None,
        *,
        columns: Sequence[Field] = (),
        differences: bool = False,
        models: bool = False,
        sort: SortKeys = (),
        reverse: bool = False,
        limit: int | None = None,
        date_field: str = "date",
    ) -> "Comparison":
        """Answer with the named reports, or models of theirs, and those that fit a query, side by side.

        The latter are sorted and limited as in a listing; ``columns`` are the fields to compare. With ``models`` every
        model of these reports is a side of its own; with ``differences`` equal fields are left out.
        """
        from reportcli.answer.comparison import compare_reports, models_of, notes_on_names

        others = Listing((), ())
        if query:
            others = self.listing(query, sort=sort, reverse=reverse, limit=limit, date_field=date_field)
        fitting = map(ReportMatch, others.reports) if models else map(_side, others.hits)
        named = self._matches(names)
        matches = chain.from_iterable(map(models_of, (*named, *fitting))) if models else (*named, *fitting)
        notes = (*notes_on_names(named), *others.notes)
        return compare_reports(matches, columns, differences=differences, notes=notes)

    def count(
        self,
        field: str,
        values: Sequence[str] = (),
        query: Query = EVERYTHING,
        *,
        by: str = "",
        date_field: str = "date",
        reverse: bool = False,
        limit: int | None = None,
    ) -> "CountTable":
        """Answer with how many of the reports that fit a query have each value of a field: ``count("rl", by="year")``.

        ``values`` are what a query would say of the field; only what fits one of them is counted then. ``by`` is year,
        quarter or month, and counts the dates so where it is the field; ``limit`` is a number of values. Raises
        UnknownField, UnsuitableField or InvalidQuery.
        """
        from reportcli.answer.count import build_count_table, count_values, require_countable
        from reportcli.query.parser import parse_condition
        from reportcli.query.period import PERIOD_STEPS

        step = next((step for step in PERIOD_STEPS if field.lower() in (step, f"{step}s")), "")
        if (meant := join_field_names([field, *values])[0]) != field:
            raise UnknownField(meant.replace("_", " "), [meant])
        counted = require_countable(*parse_columns([date_field if step else field]))
        conditions = [parse_condition(counted, field, value, self.techniques) for value in values]
        by_model, by_run, of_rl = (counted.path in paths for paths in (MODEL_FIELDS, RUN_FIELDS, RL_FIELDS))
        known, unknown = (all_of([query, IsKnown(counted.path, is_known)]) for is_known in (True, False))
        hits = self._index.matching(
            known if of_rl else query, ranked=False, by_model=by_model, by_run=by_run, with_rl=of_rl
        )
        without = self._index.matching(unknown, ranked=False) if of_rl else Hits.of(())  # also where no model had RL
        subjects = (hit.subject for hit in chain(hits.in_columns, without.in_columns))
        counts = count_values(subjects, counted, conditions, by or step, FIELDS_BY_PATH[date_field])
        return build_count_table(counts, self._notes_on(query), reverse, limit)

    def recipe(
        self,
        names: Iterable[str | ReportMatch] = (),
        query: Query = EVERYTHING,
        *,
        stage: str = "",
        columns: Sequence[Field] = (),
        sources: bool = False,
        sort: SortKeys = (),
        reverse: bool = False,
        limit: int | None = None,
        date_field: str = "date",
    ) -> "Recipe":
        """Answer with runs of RL that fit a query, of named reports or models, or of all: ``recipe(["DeepSeek-R1"])``.

        ``stage`` is a part of the name of a run, ``columns`` are the fields to show, ``limit`` a number of runs; sorted
        as in a listing, else as named, or newest first. Raises UnknownName or AmbiguousName.
        """
        from reportcli.answer.comparison import notes_on_names
        from reportcli.answer.recipe import build_recipe

        named = self._matches(names)
        asked = all_of([query, *([any_of(Is("id", match.report.id) for match in named)] if named else [])])
        hits = self._index.matching(asked, ranked=False, by_run=True)
        order = SortAndLimit(sort, reverse, limit, FIELDS_BY_PATH[date_field])
        recipe = build_recipe(hits, named, order, fields=columns, stage=stage)
        notes = (*notes_on_names(named), *recipe.notes, *self._notes_on(asked if query != EVERYTHING else EVERYTHING))
        return recipe._replace(named=bool(named) and query == EVERYTHING, sources=sources, notes=notes)

    def disclosure(
        self, fields: Sequence[str] = (), query: Query = EVERYTHING, *, by: str = "", limit: int | None = None
    ) -> "Disclosure":
        """Answer with how many of the reports that fit a query state fields: ``disclosure(["kl_coefficient"])``.

        Without fields they are those of the recipe; ``by`` is organization, year or quarter, ``limit`` how many of
        these.
        Raises UnknownField.
        """
        from reportcli.answer.disclosure import GROUPS, count_disclosures, recipe_fields, who_note

        def count(condition: Query) -> dict[str, int]:
            asked = all_of([query, condition])
            if not by:
                return {"": self._total(asked)}
            hits = self._index.matching(asked, ranked=False).in_columns
            return Counter(group for hit in hits for group in GROUPS[by](hit))

        counted = count_disclosures(count, parse_columns(fields) or recipe_fields(), by, limit)
        return counted._replace(notes=(*who_note(counted, query), *counted.notes, *self._notes_on(query)))

    def fields(self, name: str = "") -> "Table":
        """Answer with the fields and how many reports know them; with a name, with that one and its like.

        Raises UnknownField.
        """
        from reportcli.answer.fields import field_table, fields_like

        fields = fields_like(name)
        return field_table([(field, self._total(IsKnown(field.path))) for field in fields], bool(name))

    def timeline(
        self,
        query: Query = EVERYTHING,
        *,
        date_field: str = "date",
        reverse: bool = False,
        limit: int | None = None,
    ) -> "Timeline":
        """Answer with the reports that fit a query, along the days of a date field, newest first."""
        from reportcli.answer.timeline import Timeline

        field = FIELDS_BY_PATH[date_field]
        dated = all_of([query, IsKnown(date_field)])
        listing = self.listing(dated, date_field=date_field, reverse=reverse, limit=limit)
        undated = self._total(query) - self._total(dated)
        notes = (left_out_note(undated, f"without {field.label}"),) if undated else ()
        return Timeline(listing.hits, field, (*listing.notes, *notes))

    def plot(
        self, x: str, y: str, query: Query = EVERYTHING, *, limit: int | None = None, models: bool = False
    ) -> "Plot":
        """Answer with the reports that fit a query as points between two fields: ``plot("parameters", "tokens")``.

        With ``models`` every model that fits is a point; ``limit`` is a number of points, the newest first.
        Raises UnknownField, or UnsuitableField for what is no single number or day.
        """
        from reportcli.answer.plot import build_plot, locate_points, require_axis

        x_field, y_field = map(require_axis, parse_columns([x, y]))
        hits = self._index.matching(query, ranked=False, by_model=models).in_columns
        located = locate_points((hit.subject for hit in hits), x_field, y_field)
        return build_plot(located, self._notes_on(query, models), limit)

    def term(self, name: str) -> "TechniqueDetails | Table":
        """Answer with a technique and the reports that use it; else with the techniques whose name holds the words.

        Raises UnknownName with the nearest.
        """
        from reportcli.answer.technique import TechniqueDetails

        techniques, holding = self.techniques(), self.techniques_named(name)
        if len(holding) > 1:
            note = f"no technique named {name!r}; showing those with a name that contains it"
            return self.terms(holding)._replace(notes=(note,))
        if not holding:
            names = [name for technique in techniques.values() for name in technique.names]
            from shlex import quote

            is_report = ids_named(name, self._index)
            hint = f"for the report, write `reportcli show {quote(name)}`" if is_report else ""
            raise UnknownName(name, closest_spellings(name, names), "technique", hint)
        users = self._index.matching(Is("techniques", holding[0]), ranked=False)
        return TechniqueDetails(techniques[holding[0]], tuple(hit.report for hit in reversed(users)))

    def terms(self, technique_ids: Iterable[str] = ()) -> "Table":
        """Answer with every technique, or some, and the number of reports that use it."""
        from reportcli.answer.technique import technique_table

        techniques = self.techniques()
        counted = [(key, self._total(Is("techniques", key))) for key in technique_ids or techniques]
        return technique_table((techniques[key], count) for key, count in counted)

    def lineage(
        self,
        name: str | None = None,
        query: Query = EVERYTHING,
        *,
        sort: SortKeys = (),
        reverse: bool = False,
        limit: int | None = None,
        date_field: str = "date",
    ) -> "Lineage":
        """Answer with base models and teachers: around one report, or everywhere; oldest first.

        A query leaves the relations of which one side fits; around one report, the reports that fit, and those that
        lead to them.
        """
        from reportcli.answer.lineage import build_graph, build_lineage

        report_id = None if name is None else self.find(name).report.id
        order = SortAndLimit(sort or parse_sort_keys(f"{date_field},name"), reverse)
        if report_id is None:
            hits = order.apply(self._index.matching(EVERYTHING, ranked=False)).in_columns
        else:
            family = any_of(Is("id", each) for each in relatives(report_id, self._index))
            hits = order.apply(self._index.matching(family, ranked=False))
        graph = build_graph((hit.subject for hit in hits), self._index)
        fitting = None
        if query != EVERYTHING:
            fitting = {hit.value(FIELDS_BY_PATH["id"]) for hit in self._index.matching(query, ranked=False).in_columns}
        lineage = build_lineage(graph, report_id, fitting, limit)
        return lineage._replace(notes=(*lineage.notes, *self._notes_on(query)))

    def _matches(self, names: Iterable[str | ReportMatch]) -> tuple[ReportMatch, ...]:
        """Return what names mean; a match is what it is."""
        return tuple(name if isinstance(name, ReportMatch) else self.find(name) for name in names)

    def _notes(self, query: Query, shown: int, models: bool = False) -> list[str]:
        total, _ = self._index.total(query, by_model=models)
        limited = [f"{shown:,} of {total:,} {'model' if models else 'report'}s"] * (shown < total)
        return limited + self._notes_on(query, models)

    def _notes_on(self, query: Query, models: bool = False) -> list[str]:
        if query == EVERYTHING:
            return []
        from reportcli.answer.notes import notes_on

        return notes_on(query, self._index, models)


def _side(hit: Hit) -> ReportMatch:
    """Return a hit as a side of a comparison: the report, as the model that fits if that is not the flagship."""
    return ReportMatch(hit.report, None if hit.subject.is_flagship else hit.subject.model)
