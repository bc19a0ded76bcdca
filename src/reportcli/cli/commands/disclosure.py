"""The commands that say what is known: disclosure, fields. Each asks the library once."""

from typing import Annotated

import typer

from reportcli.answer.disclosure import GROUPS, Disclosure
from reportcli.cli import FIELD
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
    NoPager,
    Plain,
    Quiet,
    Since,
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
from reportcli.render.formats import formats_for

DISCLOSURE, FIELDS = formats_for("Disclosure"), formats_for("Table")
Fields = Annotated[
    list[str] | None,
    typer.Argument(metavar="[FIELD...]", show_default=False, help="Fields (default: those of the recipe)."),
    FIELD,
]
FieldName = Annotated[
    list[str] | None,
    typer.Argument(metavar="[FIELD]", show_default=False, help="A field, or a part of its name."),
    FIELD,
]
By = Annotated[
    str | None,
    typer.Option("--by", metavar="GROUP", show_default=False, help=f"One of: {', '.join(GROUPS)}."),
    tuple(GROUPS),
]
DisclosureFormat = Annotated[str | None, format_option(DISCLOSURE), DISCLOSURE]
FieldsFormat = Annotated[str | None, format_option(FIELDS), FIELDS]


def disclosure(
    context: typer.Context,
    fields: Fields = None,
    by: By = None,
    where: Where = None,
    since: Since = None,
    until: Until = None,
    date_field: DateField = "date",
    limit: Limit = None,
    format_name: DisclosureFormat = None,
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
    """Show how many reports state each figure of the recipe, do not disclose it, or have not been read for it.

    With --by, in each group: of those that were read for a figure, how many state it.
    """
    settings = output_settings(
        context.obj, DISCLOSURE, format_name, json, header, width, no_pager, quiet, color, theme, plain, bom, excel
    )
    if by not in (None, *GROUPS):
        raise UsageError(f"invalid value for --by: {by!r}", f"choose from {', '.join(GROUPS)}")

    def ask(library: Library) -> Disclosure:
        query = combined_query(library, where, DateFilter(since, until, date_field))
        return library.disclosure(fields or (), query, by=by or "", limit=limit)

    return answer_from_catalog(ask, catalog, settings)


def fields(
    context: typer.Context,
    field: FieldName = None,
    format_name: FieldsFormat = None,
    json: Json = False,
    header: Header = None,
    bom: Bom = False,
    excel: Excel = False,
    width: Width = None,
    no_pager: NoPager = False,
    quiet: Quiet = False,
    color: Color = None,
    catalog: Folders = None,
) -> int:
    """List the fields that queries, columns, orders and axes take, with how many reports know each."""
    settings = output_settings(
        context.obj, FIELDS, format_name, json, header, width, no_pager, quiet, color, bom=bom, excel=excel
    )
    return answer_from_catalog(lambda library: library.fields(" ".join(field or ())), catalog, settings)
