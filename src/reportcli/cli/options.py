"""The options that commands share, each declared once, and the way from a function to a command.

A command is a function from values to an answer. ``command`` reads its parameters: a group declared here is spread
into its options, ``Library`` opens the catalogue, and what the function returns is written as the options say; a text
is written as it is. Beside an option or argument stands what it takes, for completion: one of the kinds below, or the
words themselves.
"""

import inspect
from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, NamedTuple, get_args

import typer

from reportcli.answer.listing import parse_columns, parse_sort_keys
from reportcli.answer.table import field_table
from reportcli.catalog.files import catalog_folders
from reportcli.cli import output
from reportcli.errors import UsageError
from reportcli.library import Library, cache_folder
from reportcli.query.conditions import EVERYTHING, Query, Within, all_of
from reportcli.query.period import Period, parse_period
from reportcli.render.formats import formats_for
from reportcli.report.fields import DATE, FIELDS


def _option(*names: str, panel: str, **more: Any) -> Any:
    return typer.Option(*names, rich_help_panel=panel, show_default=False, **more)


NAMES, TECHNIQUE, QUERY, PERIOD = "names", "technique", "query", "period"
FIELD, FIGURE, VALUE, COLUMNS, SORT = "field", "figure", "value", "columns", "sort"
FILES, FOLDERS, COMMAND = "files", "folders", "command"
DATE_FIELDS = tuple(field.path for field in FIELDS if field.kind == DATE)

_PICK, _SHOW = "Which reports", "How to show them"

Where = Annotated[
    str | None,
    _option("--where", metavar="QUERY", panel=_PICK, help="Only reports that fit a query, such as 'rl:grpo kl:no'."),
    QUERY,
]
Since = Annotated[
    Period | None,
    _option(
        "--since", metavar="PERIOD", parser=parse_period, panel=_PICK, help="Only reports from this period onwards."
    ),
    PERIOD,
]
Until = Annotated[
    Period | None,
    _option(
        "--until",
        metavar="PERIOD",
        parser=parse_period,
        panel=_PICK,
        help="Only reports up to and including this period.",
    ),
    PERIOD,
]
DateField = Annotated[
    str, _option("--date-field", metavar="FIELD", panel=_PICK, help="date (default) or first_published."), DATE_FIELDS
]
Sort = Annotated[
    str | None,
    _option("--sort", metavar="FIELD,-FIELD", panel=_SHOW, help="Sort by these fields; prefix with - for descending."),
    SORT,
]
Reverse = Annotated[bool, _option("--reverse", panel=_SHOW, help="Reverse the order.")]
Limit = Annotated[int | None, _option("--limit", metavar="N", min=0, panel=_SHOW, help="Show at most N results.")]
Columns = Annotated[
    str | None,
    _option("--columns", metavar="A,B,C", panel=_SHOW, help="Exactly these columns; 'help' lists all fields."),
    COLUMNS,
]
Json = Annotated[bool, _option("--json", panel=_SHOW, help="The same as --format json.")]
Header = Annotated[bool | None, _option("--header/--no-header", panel=_SHOW, help="Print a header row (TSV, CSV).")]
Width = Annotated[
    int | None,
    _option("--width", metavar="N", min=20, max=10_000, panel=_SHOW, help="Columns of a table or an svg picture."),
]
NoPager = Annotated[bool, _option("--no-pager", panel=_SHOW, help="Don't use a pager.")]
Quiet = Annotated[bool, _option("--quiet", "-q", panel=_SHOW, help="Suppress notes and warnings.")]
Color = Annotated[
    str | None, _option("--color", metavar="WHEN", panel=_SHOW, help="auto, always or never."), output.COLOR
]
Folders = Annotated[
    list[Path] | None,
    _option(
        "--catalog",
        metavar="DIR",
        panel=_PICK,
        help="Read this folder instead; repeatable; later folders override earlier ones.",
    ),
    FOLDERS,
]


class DateFilter(NamedTuple):
    """Options that narrow by date."""

    since: Since = None
    until: Until = None
    date_field: DateField = "date"

    def query(self) -> Query:
        """Return what these options ask."""
        if self.date_field not in DATE_FIELDS:
            raise UsageError(
                f"invalid value for --date-field: {self.date_field!r}", f"write {' or '.join(DATE_FIELDS)}"
            )
        if self.since and self.until and self.since.span()[0] > self.until.span()[1]:
            raise UsageError("--since begins after --until ends", "swap them")
        ends = []
        if self.since:
            ends.append(Period(f"{self.since.span()[0]}..", first=self.since.span()[0]))
        if self.until:
            ends.append(Period(f"..{self.until.span()[1]}", last=self.until.span()[1]))
        return all_of(Within(self.date_field, end) for end in ends)


class ListingOptions(NamedTuple):
    """Options for the order, amount and columns of a listing."""

    sort: Sort = None
    reverse: Reverse = False
    limit: Limit = None
    columns: Columns = None

    def arguments(self) -> dict[str, Any]:
        """Return what ``Library.listing`` is to be told."""
        return {
            "sort": parse_sort_keys(self.sort) if self.sort else (),
            "reverse": self.reverse,
            "limit": self.limit,
            "columns": parse_columns([name.strip() for name in (self.columns or "").split(",") if name.strip()]),
        }


class OutputOptions(NamedTuple):
    """Options for the way an answer is written, beside its format, which each command names for itself."""

    json: Json = False
    header: Header = None
    width: Width = None
    no_pager: NoPager = False
    quiet: Quiet = False
    color: Color = None


_GROUPS = (DateFilter, ListingOptions)


def combined_query(library: Library, where: str | None, span: DateFilter) -> Query:
    """Return what --where and the options of dates ask together."""
    return all_of([EVERYTHING if where is None else library.parse(where), span.query()])


def command(function: Callable[..., Any]) -> Callable[..., int]:
    """Return a function from single options to an exit code, as Typer takes it."""
    signature = inspect.signature(function)
    if signature.return_annotation is str:
        return _written(function)
    wanted = signature.parameters.values()
    kinds = get_args(signature.return_annotation) or (signature.return_annotation,)
    reads = any(one.annotation is Library for one in wanted)
    spread = {one.name: one.annotation for one in wanted if one.annotation in _GROUPS}

    def run(context: typer.Context, **given: Any) -> int:
        shown = OutputOptions(**_taken(OutputOptions, given))
        shown = shown._replace(quiet=shown.quiet or context.obj.quiet, color=shown.color or context.obj.color)
        folders = catalog_folders(given["catalog"] or ()) if reads else ()
        if reads and "catalog" not in signature.parameters:
            del given["catalog"]
        arguments = {name: group(**_taken(group, given)) for name, group in spread.items()}
        printing = output.output_settings(kinds, format=given.pop("format"), **shown._asdict())
        if not reads:
            return output.write(function(**arguments, **given), (), printing)
        with Library(folders, cache_folder(), output.progress(printing)) as library:
            wants_fields = any(getattr(group, "columns", None) == "help" for group in arguments.values())
            answer = field_table() if wants_fields else function(library, **arguments, **given)
            return output.write(answer, library.unreadable(), printing)

    parameters = [inspect.Parameter("context", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)]
    parameters += [
        one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in wanted if one.annotation not in (*_GROUPS, Library)
    ]
    for group in spread.values():
        parameters += _parameters(group)
    parameters += [_parameter("format", None, _format(kinds)), *_parameters(OutputOptions)]
    parameters += [_parameter("catalog", None, Folders)] if reads and "catalog" not in signature.parameters else []
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {one.name: one.annotation for one in parameters}
    run.__name__, run.__doc__ = function.__name__, function.__doc__
    return run


def _written(function: Callable[..., Any]) -> Callable[..., int]:
    """Return a function whose text is written as it is: it has no formats and no options of its own."""

    @wraps(function)
    def run(**given: Any) -> int:
        output.write_text([function(**given)], output.OutputSettings(output.TEXT))
        return 0

    return run


def _format(kinds: Sequence[type]) -> Any:
    known = formats_for(kinds)
    help = f"One of: {', '.join(known)}."
    return Annotated[str | None, _option("--format", "-f", metavar="FORMAT", panel=_SHOW, help=help), known]


def _parameters(group: Any) -> list[inspect.Parameter]:
    kinds, defaults = group.__annotations__, group._field_defaults
    return [_parameter(name, defaults[name], kinds[name]) for name in group._fields]


def _parameter(name: str, default: Any, annotation: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _taken(group: Any, given: dict[str, Any]) -> dict[str, Any]:
    return {name: given.pop(name) for name in group._fields}
