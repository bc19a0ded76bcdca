"""The commands that draw the catalogue as a whole: lineage. Each turns options into one question to the library."""

from typing import Annotated

import typer

from reportcli.answer import Lineage, sort_keys
from reportcli.cli.options import Limit, Reverse, Sort, Span, Where
from reportcli.library import Library
from reportcli.query import all_of

Report = Annotated[
    list[str] | None, typer.Argument(metavar="[NAME]", show_default=False, help="A report, or one of its models.")
]


def lineage(
    library: Library,
    *,
    name: Report = None,
    where: Where = None,
    span: Span,
    sort: Sort = None,
    reverse: Reverse = False,
    limit: Limit = None,
) -> Lineage:
    """What a report builds on, what builds on it, who taught it and whom it taught; without a name, all reports.

    Example: reportcli lineage DeepSeek-R1
    """
    asked = all_of([*([] if where is None else [library.parse(where)]), span.query()])
    order = sort_keys(sort) if sort else ()
    return library.lineage(" ".join(name) if name else None, asked, sort=order, reverse=reverse, limit=limit)
