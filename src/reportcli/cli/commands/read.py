"""The commands that read reports: list, search, filter, show, compare. Each asks the library once."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from reportcli.answer.details import SECTIONS, ReportDetails
from reportcli.answer.listing import Listing, explanation
from reportcli.cli import NAMES, PERIOD, QUERY
from reportcli.cli.options import (
    Bom,
    Color,
    Columns,
    DateField,
    DateFilter,
    Excel,
    Folders,
    Header,
    Json,
    Limit,
    ListingOptions,
    Models,
    NoPager,
    Plain,
    Quiet,
    Reverse,
    Since,
    Sort,
    Theme,
    Until,
    Where,
    Width,
    answer_from_catalog,
    combined_query,
    format_option,
    listed,
)
from reportcli.cli.output import output_settings
from reportcli.cli.streams import read_names, without_separators
from reportcli.errors import UsageError
from reportcli.library import Library
from reportcli.query.conditions import EVERYTHING, Query, Within, all_of
from reportcli.query.period import parse_period
from reportcli.render.formats import formats_for
from reportcli.report.choices import TOPICS

if TYPE_CHECKING:
    from reportcli.answer.comparison import Comparison
    from reportcli.answer.table import Table

Words = Annotated[
    list[str], typer.Argument(metavar="QUERY...", show_default=False, help="Words, phrases and conditions."), QUERY
]
PeriodWords = Annotated[
    list[str] | None,
    typer.Argument(metavar="[PERIOD...]", show_default=False, help="2025-06, 2025-Q2, 2025-01..2025-06, last 90 days."),
    PERIOD,
]
Names = Annotated[
    list[str],
    typer.Argument(
        metavar="NAME...", show_default=False, help="A report or a model; - reads names from standard input."
    ),
    NAMES,
]
NamesToCompare = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="NAME NAME...", show_default=False, help="Reports or models; - reads names from standard input."
    ),
    NAMES,
]
Exact = Annotated[
    bool, typer.Option("--exact", help="Match words exactly (no stems, joins, beginnings, spelling, stop words).")
]
Explain = Annotated[
    bool, typer.Option("--explain", help="Show how the query is understood and what each match adds to the score.")
]
Sources = Annotated[bool, typer.Option("--sources", help="Cite a source for each figure.")]
Topics = Annotated[
    list[str] | None,
    typer.Option("--notes", metavar="TOPIC,TOPIC", help="Show only the notes on these topics.", show_default=False),
    TOPICS,
]
Section = Annotated[
    list[str] | None,
    typer.Option("--section", metavar="NAME,NAME", help="Show only these sections of the page.", show_default=False),
    tuple(SECTIONS),
]
Differences = Annotated[bool, typer.Option("--differences", help="Show only what differs.")]
EveryModel = Annotated[
    bool, typer.Option("--models", help="Compare every model of the reports, not only the flagships.")
]

LISTING, SEARCH = formats_for("Listing"), formats_for("Listing", "Table")
DETAILS, COMPARISON = formats_for("ReportDetails"), formats_for("Comparison")
ListingFormat = Annotated[str | None, format_option(LISTING), LISTING]
SearchFormat = Annotated[str | None, format_option(SEARCH), SEARCH]
DetailsFormat = Annotated[str | None, format_option(DETAILS), DETAILS]
ComparisonFormat = Annotated[str | None, format_option(COMPARISON), COMPARISON]


def list_reports(
    context: typer.Context,
    where: Where = None,
    since: Since = None,
    until: Until = None,
    date_field: DateField = "date",
    sort: Sort = None,
    reverse: Reverse = False,
    limit: Limit = None,
    columns: Columns = None,
    models: Models = False,
    format_name: ListingFormat = None,
    json: Json = False,
    header: Header = None,
    bom: Bom = False,
    excel: Excel = False,
    width: Width = None,
    theme: Theme = None,
    plain: Plain = False,
    no_pager: NoPager = False,
    quiet: Quiet = False,
    color: Color = None,
    catalog: Folders = None,
) -> int:
    """List every report, newest first."""
    settings = output_settings(
        context.obj, LISTING, format_name, json, header, width, no_pager, quiet, color, theme, plain, bom, excel
    )
    dates = DateFilter(since, until, date_field)
    listing = ListingOptions(sort, reverse, limit, columns, models, date_field)

    def ask(library: Library) -> Listing:
        return library.listing(combined_query(library, where, dates), **listing.arguments())

    return answer_from_catalog(ask, catalog, settings, columns)


def search(
    context: typer.Context,
    query: Words,
    exact: Exact = False,
    explain: Explain = False,
    since: Since = None,
    until: Until = None,
    date_field: DateField = "date",
    sort: Sort = None,
    reverse: Reverse = False,
    limit: Limit = None,
    columns: Columns = None,
    models: Models = False,
    format_name: SearchFormat = None,
    json: Json = False,
    header: Header = None,
    bom: Bom = False,
    excel: Excel = False,
    width: Width = None,
    theme: Theme = None,
    plain: Plain = False,
    no_pager: NoPager = False,
    quiet: Quiet = False,
    color: Color = None,
    catalog: Folders = None,
) -> int:
    """Search the reports, best match first, and show where they match."""
    settings = output_settings(
        context.obj, SEARCH, format_name, json, header, width, no_pager, quiet, color, theme, plain, bom, excel
    )
    dates = DateFilter(since, until, date_field)
    listing = ListingOptions(sort, reverse, limit, columns, models, date_field)

    def ask(library: Library) -> "Listing | Table":
        both = all_of([library.parse(" ".join(query)), dates.query()])
        matches = library.listing(both, **listing.arguments(searched=True), searched=True, exact=exact)
        return explanation(matches) if explain else matches

    return answer_from_catalog(ask, catalog, settings, columns)


def filter_reports(
    context: typer.Context,
    period: PeriodWords = None,
    where: Where = None,
    since: Since = None,
    until: Until = None,
    date_field: DateField = "date",
    sort: Sort = None,
    reverse: Reverse = False,
    limit: Limit = None,
    columns: Columns = None,
    models: Models = False,
    format_name: ListingFormat = None,
    json: Json = False,
    header: Header = None,
    bom: Bom = False,
    excel: Excel = False,
    width: Width = None,
    theme: Theme = None,
    plain: Plain = False,
    no_pager: NoPager = False,
    quiet: Quiet = False,
    color: Color = None,
    catalog: Folders = None,
) -> int:
    """List the reports of a period, newest first."""
    settings = output_settings(
        context.obj, LISTING, format_name, json, header, width, no_pager, quiet, color, theme, plain, bom, excel
    )
    dates = DateFilter(since, until, date_field)
    listing = ListingOptions(sort, reverse, limit, columns, models, date_field)

    def ask(library: Library) -> Listing:
        within = [Within(date_field, parse_period(" ".join(period)))] if period else []
        return library.listing(all_of([combined_query(library, where, dates), *within]), **listing.arguments())

    return answer_from_catalog(ask, catalog, settings, columns)


def show(
    context: typer.Context,
    names: Names,
    sources: Sources = False,
    notes: Topics = None,
    section: Section = None,
    format_name: DetailsFormat = None,
    json: Json = False,
    header: Header = None,
    bom: Bom = False,
    excel: Excel = False,
    width: Width = None,
    theme: Theme = None,
    plain: Plain = False,
    no_pager: NoPager = False,
    quiet: Quiet = False,
    color: Color = None,
    catalog: Folders = None,
) -> int:
    """Show everything known about a report."""
    settings = output_settings(
        context.obj, DETAILS, format_name, json, header, width, no_pager, quiet, color, theme, plain, bom, excel
    )
    topics, sections = listed("--notes", notes), listed("--section", section)
    for kind, given, allowed in (("topic", topics, TOPICS), ("section", sections, tuple(SECTIONS))):
        if unknown := [name for name in given if name not in allowed]:
            raise UsageError(f"unknown {kind} {unknown[0]!r}", f"choose from {', '.join(allowed)}")
    runs = list(read_names(names))

    def ask(library: Library) -> ReportDetails:
        return library.details(library.split_names(runs), sources=sources, topics=topics, sections=sections)

    return answer_from_catalog(ask, catalog, settings)


def compare(
    context: typer.Context,
    names: NamesToCompare = None,
    differences: Differences = False,
    models: EveryModel = False,
    where: Where = None,
    since: Since = None,
    until: Until = None,
    date_field: DateField = "date",
    sort: Sort = None,
    reverse: Reverse = False,
    limit: Limit = None,
    columns: Columns = None,
    format_name: ComparisonFormat = None,
    json: Json = False,
    header: Header = None,
    bom: Bom = False,
    excel: Excel = False,
    width: Width = None,
    theme: Theme = None,
    plain: Plain = False,
    no_pager: NoPager = False,
    quiet: Quiet = False,
    color: Color = None,
    catalog: Folders = None,
) -> int:
    """Compare reports or models side by side; --columns chooses the fields."""
    settings = output_settings(
        context.obj, COMPARISON, format_name, json, header, width, no_pager, quiet, color, theme, plain, bom, excel
    )
    dates = DateFilter(since, until, date_field)
    listing = ListingOptions(sort, reverse, limit, columns, models, date_field)
    runs = list(read_names(without_separators(names or [])))

    def ask(library: Library) -> "Comparison":
        query = _compared_query(names or [], combined_query(library, where, dates), where, models, listing)
        return library.comparison(library.split_names(runs), query, differences=differences, **listing.arguments())

    return answer_from_catalog(ask, catalog, settings, columns)


def _compared_query(
    names: list[str], query: Query, where: Sequence[str] | None, models: bool, listing: ListingOptions
) -> Query | None:
    """Return the query whose results are compared too; None where only names are. Raises UsageError."""
    if (
        names
        and not where
        and (query != EVERYTHING or listing._replace(columns=None, models=False) != ListingOptions())
    ):
        raise UsageError(
            "these options require --where",
            "add --where QUERY, or drop --since, --until, --date-field, --sort, --reverse and --limit",
        )
    if query == EVERYTHING and names != ["-"] and len(names) < (1 if models else 2):
        raise UsageError(
            "compare needs two names",
            f"write `reportcli compare {' '.join([*(names or ['NAME']), 'OTHER'])}`, or --where QUERY",
        )
    return None if query == EVERYTHING else query
