"""The command that shows runs of RL in numbers: recipe."""

from collections.abc import Sequence
from functools import partial
from typing import Annotated, Any

import typer

from reportcli.answer.recipe import Recipe
from reportcli.cli import NAMES
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
from reportcli.cli.streams import read_names, without_separators
from reportcli.library import Library
from reportcli.render.formats import formats_for

RECIPE = formats_for("Recipe")
Names = Annotated[
    list[str] | None,
    typer.Argument(metavar="[NAME...]", show_default=False, help="Reports or models; - reads standard input."),
    NAMES,
]
Stage = Annotated[
    str, typer.Option("--stage", metavar="TEXT", show_default=False, help="Only runs with this in their name.")
]
Sources = Annotated[bool, typer.Option("--sources", help="Show where each number was read.")]
RecipeFormat = Annotated[str | None, format_option(RECIPE), RECIPE]


def recipe(
    context: typer.Context,
    names: Names = None,
    stage: Stage = "",
    sources: Sources = False,
    where: Where = None,
    since: Since = None,
    until: Until = None,
    date_field: DateField = "date",
    sort: Sort = None,
    reverse: Reverse = False,
    limit: Limit = None,
    columns: Columns = None,
    format_name: RecipeFormat = None,
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
    """Show the numbers of RL runs: of named reports a column a run; else, or with --where, a row a run."""
    settings = output_settings(
        context.obj, RECIPE, format_name, json, header, width, no_pager, quiet, color, theme, plain, bom, excel
    )
    runs, dates = list(read_names(without_separators(names or []))), DateFilter(since, until, date_field)
    listing = ListingOptions(sort, reverse, limit, columns, date_field=date_field)
    ask = partial(_ask, runs, where, dates, listing, {"stage": stage, "sources": sources})
    return answer_from_catalog(ask, catalog, settings, columns)


def _ask(
    names: Sequence[Sequence[str]],
    where: Sequence[str] | None,
    dates: DateFilter,
    listing: ListingOptions,
    options: dict[str, Any],
    library: Library,
) -> Recipe:
    query = combined_query(library, where, dates)
    return library.recipe(library.split_names(names), query, **options, **listing.columns_and_order())
