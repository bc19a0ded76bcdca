"""The commands that show the catalogue as a whole: term, count, timeline, plot, lineage. Each asks once."""

from typing import TYPE_CHECKING, Annotated

import typer

from reportcli.cli import FIELD, FIGURE, NAMES, TECHNIQUE, VALUE
from reportcli.cli.options import (
    Bom,
    Color,
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
)
from reportcli.cli.output import output_settings
from reportcli.errors import UsageError
from reportcli.library import Library
from reportcli.query.period import PERIOD_STEPS
from reportcli.render.formats import formats_for

if TYPE_CHECKING:
    from reportcli.answer.count import CountTable
    from reportcli.answer.lineage import Lineage
    from reportcli.answer.plot import Plot
    from reportcli.answer.table import Table
    from reportcli.answer.technique import TechniqueDetails
    from reportcli.answer.timeline import Timeline

CountedField = Annotated[str, typer.Argument(metavar="FIELD", show_default=False, help="The field to count."), FIELD]
Values = Annotated[
    list[str] | None,
    typer.Argument(metavar="[VALUE...]", show_default=False, help="Count only these values, written as in a query."),
    VALUE,
]
By = Annotated[
    str | None,
    typer.Option("--by", metavar="PERIOD", show_default=False, help="Group by year, quarter or month."),
    tuple(PERIOD_STEPS),
]
TechniqueName = Annotated[
    list[str] | None,
    typer.Argument(metavar="[NAME]", show_default=False, help="A technique, by any of its names."),
    TECHNIQUE,
]
XField = Annotated[str, typer.Argument(metavar="[X]", help="Field for the x axis: numbers or dates."), FIGURE]
YField = Annotated[str, typer.Argument(metavar="[Y]", help="Field for the y axis."), FIGURE]
Report = Annotated[
    list[str] | None,
    typer.Argument(metavar="[NAME]", show_default=False, help="A report, or one of its models."),
    NAMES,
]

COUNT, TIMELINE, PLOT, LINEAGE = map(formats_for, ("CountTable", "Timeline", "Plot", "Lineage"))
TERM = formats_for("TechniqueDetails", "Table")
CountFormat = Annotated[str | None, format_option(COUNT), COUNT]
TimelineFormat = Annotated[str | None, format_option(TIMELINE), TIMELINE]
PlotFormat = Annotated[str | None, format_option(PLOT), PLOT]
TermFormat = Annotated[str | None, format_option(TERM), TERM]
LineageFormat = Annotated[str | None, format_option(LINEAGE), LINEAGE]


def count(
    context: typer.Context,
    field: CountedField,
    values: Values = None,
    by: By = None,
    where: Where = None,
    since: Since = None,
    until: Until = None,
    date_field: DateField = "date",
    limit: Limit = None,
    reverse: Reverse = False,
    format_name: CountFormat = None,
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
    """Count the reports with each value of a field; with --by, in each period.

    Numbers are grouped by powers of ten, context lengths by value, dates by month or as --by says.
    """
    settings = output_settings(
        context.obj, COUNT, format_name, json, header, width, no_pager, quiet, color, theme, plain, bom, excel
    )
    step = _period_step(by)

    def ask(library: Library) -> "CountTable":
        query = combined_query(library, where, DateFilter(since, until, date_field))
        return library.count(field, values or (), query, by=step, date_field=date_field, reverse=reverse, limit=limit)

    return answer_from_catalog(ask, catalog, settings)


def _period_step(by: str | None) -> str:
    """Return the step that --by names, "" without one. Raises UsageError."""
    if by not in (None, *PERIOD_STEPS):
        raise UsageError(f"invalid value for --by: {by!r}", f"choose from {', '.join(PERIOD_STEPS)}")
    return by or ""


def timeline(
    context: typer.Context,
    where: Where = None,
    since: Since = None,
    until: Until = None,
    date_field: DateField = "date",
    limit: Limit = None,
    reverse: Reverse = False,
    format_name: TimelineFormat = None,
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
    """Show when reports came out, by month, newest first; --date-field first_published for the first version."""
    settings = output_settings(
        context.obj, TIMELINE, format_name, json, header, width, no_pager, quiet, color, theme, plain, bom, excel
    )

    def ask(library: Library) -> "Timeline":
        query = combined_query(library, where, DateFilter(since, until, date_field))
        return library.timeline(query, date_field=date_field, reverse=reverse, limit=limit)

    return answer_from_catalog(ask, catalog, settings)


def plot(
    context: typer.Context,
    x: XField = "parameters",
    y: YField = "tokens",
    where: Where = None,
    since: Since = None,
    until: Until = None,
    date_field: DateField = "date",
    limit: Limit = None,
    models: Models = False,
    format_name: PlotFormat = None,
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
    """Scatter-plot two fields of the reports; by default, parameters against training tokens."""
    settings = output_settings(
        context.obj, PLOT, format_name, json, header, width, no_pager, quiet, color, theme, plain, bom, excel
    )

    def ask(library: Library) -> "Plot":
        query = combined_query(library, where, DateFilter(since, until, date_field))
        return library.plot(x, y, query, limit=limit, models=models)

    return answer_from_catalog(ask, catalog, settings)


def lineage(
    context: typer.Context,
    name: Report = None,
    where: Where = None,
    since: Since = None,
    until: Until = None,
    date_field: DateField = "date",
    sort: Sort = None,
    reverse: Reverse = False,
    limit: Limit = None,
    format_name: LineageFormat = None,
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
    """Show what a report builds on, what builds on it, its teachers and students; without a name, of all reports."""
    settings = output_settings(
        context.obj, LINEAGE, format_name, json, header, width, no_pager, quiet, color, theme, plain, bom, excel
    )

    def ask(library: Library) -> "Lineage":
        query = combined_query(library, where, DateFilter(since, until, date_field))
        order = ListingOptions(sort, reverse, limit, date_field=date_field).order()
        return library.lineage(" ".join(name) if name else None, query, **order)

    return answer_from_catalog(ask, catalog, settings)


def term(
    context: typer.Context,
    name: TechniqueName = None,
    format_name: TermFormat = None,
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
    """Explain a technique and list the reports that use it; without a name, list every technique."""
    settings = output_settings(
        context.obj, TERM, format_name, json, header, width, no_pager, quiet, color, theme, plain, bom, excel
    )

    def ask(library: Library) -> "TechniqueDetails | Table":
        return library.terms() if name is None else library.term(" ".join(name))

    return answer_from_catalog(ask, catalog, settings)
