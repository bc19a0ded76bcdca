"""The commands that picture the catalogue as a whole: count, timeline, plot, lineage. Each asks the library once."""

from typing import Annotated

import typer

from reportcli.answer.count import CountTable
from reportcli.answer.lineage import Lineage
from reportcli.answer.listing import parse_sort_keys
from reportcli.answer.plot import Plot
from reportcli.answer.timeline import Timeline
from reportcli.cli.options import FIELD, FIGURE, NAMES, VALUE, DateFilter, Limit, Reverse, Sort, Where, combined_query
from reportcli.errors import UsageError
from reportcli.library import Library
from reportcli.query.period import PERIOD_STEPS

By = Annotated[
    str | None,
    typer.Option("--by", metavar="PERIOD", show_default=False, help="Group by year, quarter or month."),
    tuple(PERIOD_STEPS),
]

Report = Annotated[
    list[str] | None,
    typer.Argument(metavar="[NAME]", show_default=False, help="A report, or one of its models."),
    NAMES,
]


def count(
    library: Library,
    *,
    field: Annotated[str, typer.Argument(metavar="FIELD", show_default=False, help="What to count."), FIELD],
    values: Annotated[
        list[str] | None,
        typer.Argument(metavar="[VALUE...]", show_default=False, help="Only these values, as a query writes them."),
        VALUE,
    ] = None,
    by: By = None,
    where: Where = None,
    span: DateFilter,
    limit: Limit = None,
    reverse: Reverse = False,
) -> CountTable:
    """How many reports have each value of a field; with --by, in each period.

    Numbers are counted by powers of ten, context lengths by doublings, dates by month or as --by says.

    Example: reportcli count technique grpo dpo ppo --by quarter
    """
    if by not in (None, *PERIOD_STEPS):
        raise UsageError(f"--by cannot be {by!r}", f"write one of: {', '.join(PERIOD_STEPS)}")
    asked = combined_query(library, where, span)
    return library.count(
        field, values or (), asked, by=by or "", date_field=span.date_field, reverse=reverse, limit=limit
    )


def timeline(
    library: Library, *, where: Where = None, span: DateFilter, limit: Limit = None, reverse: Reverse = False
) -> Timeline:
    """When reports came out, month by month, newest first; --date-field first_published for the first version.

    Example: reportcli timeline --where tag:reasoning
    """
    asked = combined_query(library, where, span)
    return library.timeline(asked, date_field=span.date_field, reverse=reverse, limit=limit)


def plot(
    library: Library,
    *,
    x: Annotated[str, typer.Argument(metavar="[X]", help="A field of numbers or dates."), FIGURE] = "parameters",
    y: Annotated[str, typer.Argument(metavar="[Y]", help="Field for the y axis."), FIGURE] = "tokens",
    where: Where = None,
    span: DateFilter,
    limit: Limit = None,
) -> Plot:
    """Reports as points between two fields; alone, the parameters of models and the tokens that they were trained on.

    Example: reportcli plot date flops
    """
    return library.plot(x, y, combined_query(library, where, span), limit=limit)


def lineage(
    library: Library,
    *,
    name: Report = None,
    where: Where = None,
    span: DateFilter,
    sort: Sort = None,
    reverse: Reverse = False,
    limit: Limit = None,
) -> Lineage:
    """What a report builds on, what builds on it, who taught it and whom it taught; without a name, all reports.

    Example: reportcli lineage DeepSeek-R1
    """
    asked = combined_query(library, where, span)
    order = parse_sort_keys(sort) if sort else ()
    return library.lineage(" ".join(name) if name else None, asked, sort=order, reverse=reverse, limit=limit)
