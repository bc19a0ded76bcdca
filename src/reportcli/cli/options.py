"""The options that commands share, each declared once: a command names them in its signature.

Beside an option or argument stands what it takes, for completion: one of the kinds in ``reportcli.cli``, or the words
themselves.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, TypeVar

import typer

from reportcli.answer import Answer
from reportcli.answer.listing import WHY, parse_columns, parse_sort_keys
from reportcli.catalog.files import cache_folder, catalog_folders, is_user_folder, new_entry_folder
from reportcli.cli import COLOR, COLUMNS, FOLDERS, PERIOD, QUERY, SORT, THEMES, output
from reportcli.errors import IndexDamaged, InvalidQuery, UnknownName, UsageError
from reportcli.library import Library
from reportcli.query.conditions import Query, Within, all_of
from reportcli.query.period import Period, parse_period
from reportcli.report.field_names import field_named
from reportcli.report.fields import DATE, FIELDS

if TYPE_CHECKING:
    from reportcli.answer.action import ActionResult
    from reportcli.answer.imported import ImportReport

Saved = TypeVar("Saved", "ActionResult", "ImportReport")

DATE_FIELDS = tuple(field.path for field in FIELDS if field.kind == DATE)

_WITHOUT_COLUMNS = ("names", "toml", "bibtex", "csl")
_FILTERS, _OUTPUT = "Which reports", "Output"


def _option(*names: str, panel: str, **settings: Any) -> Any:
    return typer.Option(*names, rich_help_panel=panel, show_default=False, **settings)


def _whole_number(option: str, least: int, most: int, example: int) -> Callable[[str], int]:
    """Return the function that reads the value of an option that is a whole number. It raises UsageError."""

    def read(text: str) -> int:
        if not (text.isdecimal() and len(text) < 20 and least <= int(text) <= most):
            raise UsageError(
                f"{option} is a whole number from {least} to {most:,}, not {text}", f"write {option} {example}"
            )
        return int(text)

    return read


def _folder(text: str) -> Path:
    """Return the folder that a value of --catalog names. Raises UsageError."""
    if not text:
        raise UsageError("--catalog is empty", "write --catalog DIR, or --catalog . for this folder")
    return Path(text)


def format_option(formats: Sequence[str]) -> Any:
    """Return the option that chooses one of these formats."""
    return _option("--format", "-f", metavar="FORMAT", panel=_OUTPUT, help=f"One of: {', '.join(formats)}.")


def _period_option(name: str, help_text: str) -> Any:
    return _option(name, metavar="PERIOD", parser=parse_period, panel=_FILTERS, help=help_text)


def _date_field(name: str) -> str:
    """Return the field of dates that a name means. Raises UsageError."""
    field = field_named(name)
    if field is None or field.path not in DATE_FIELDS:
        raise UsageError(f"invalid value for --date-field: {name!r}", f"choose from {', '.join(DATE_FIELDS)}")
    return field.path


Where = Annotated[
    list[str] | None,
    _option(
        "--where",
        metavar="QUERY",
        panel=_FILTERS,
        help="Only reports that match a query, e.g. 'rl:grpo kl:no'; repeatable: all must match.",
    ),
    QUERY,
]
Since = Annotated[Period | None, _period_option("--since", "Only reports from this period onwards."), PERIOD]
Until = Annotated[Period | None, _period_option("--until", "Only reports up to and including this period."), PERIOD]
DateField = Annotated[
    str,
    _option(
        "--date-field",
        metavar="FIELD",
        panel=_FILTERS,
        callback=_date_field,
        help="Filter and sort by date (default) or first_published.",
    ),
    DATE_FIELDS,
]
Sort = Annotated[
    list[str] | None,
    _option(
        "--sort",
        "-s",
        metavar="FIELD,-FIELD",
        panel=_OUTPUT,
        help="Sort by these fields; prefix with - for descending.",
    ),
    SORT,
]
Reverse = Annotated[bool, _option("--reverse", panel=_OUTPUT, help="Reverse the order.")]
Models = Annotated[bool, _option("--models", panel=_OUTPUT, help="Show each model that fits; its name: derived.model.")]
Limit = Annotated[
    int | None,
    _option(
        "--limit",
        "-n",
        metavar="N",
        panel=_OUTPUT,
        parser=_whole_number("--limit", 1, 10**9, 20),
        help="Show at most N results.",
    ),
]
Columns = Annotated[
    list[str] | None,
    _option(
        "--columns", "-c", metavar="A,B,C", panel=_OUTPUT, help="Show exactly these columns; 'help' lists all fields."
    ),
    COLUMNS,
]
Json = Annotated[bool, _option("--json", panel=_OUTPUT, help="Same as --format json.")]
Header = Annotated[bool | None, _option("--header/--no-header", panel=_OUTPUT, help="Print a header row (TSV, CSV).")]
Bom = Annotated[bool, _option("--bom", panel=_OUTPUT, help="Begin CSV with a byte order mark, for Excel.")]
Excel = Annotated[
    bool,
    _option("--excel", panel=_OUTPUT, help="Put ' before texts in CSV that begin with = + - @, which Excel computes."),
]
Width = Annotated[
    int | None,
    _option(
        "--width",
        "-w",
        metavar="N",
        panel=_OUTPUT,
        parser=_whole_number("--width", 20, 10_000, 100),
        help="Width in columns (table, SVG).",
    ),
]
Theme = Annotated[
    str | None,
    _option("--theme", metavar="THEME", panel=_OUTPUT, help="Ground of a picture (SVG): dark (default) or light."),
    THEMES,
]
Plain = Annotated[
    bool, _option("--plain", panel=_OUTPUT, help="Only the table: no window (SVG), no caveats and sources (LaTeX).")
]
NoPager = Annotated[bool, _option("--no-pager", panel=_OUTPUT, help="Don't use a pager.")]
Quiet = Annotated[bool, _option("--quiet", "-q", panel=_OUTPUT, help="Suppress notes and warnings.")]
Color = Annotated[
    str | None,
    _option("--color", metavar="WHEN", panel=_OUTPUT, help="Use color: auto, always or never."),
    COLOR,
]
Folders = Annotated[
    list[Path] | None,
    _option(
        "--catalog",
        metavar="DIR",
        panel=_FILTERS,
        parser=_folder,
        help="Use this catalogue folder instead of the default; repeatable; later folders override earlier ones.",
    ),
    FOLDERS,
]


class DateFilter(NamedTuple):
    """The options that narrow by date."""

    since: Period | None
    until: Period | None
    date_field: str

    def query(self) -> Query:
        """Return the query that these options ask. Raises UsageError."""
        if self.since and self.until and self.since.span()[0] > self.until.span()[1]:
            raise UsageError("--since begins after --until ends", "swap them")
        ends = []
        if self.since:
            ends.append(Period(f"{self.since.span()[0]}..", first=self.since.span()[0]))
        if self.until:
            ends.append(Period(f"..{self.until.span()[1]}", last=self.until.span()[1]))
        return all_of(Within(self.date_field, end) for end in ends)


class ListingOptions(NamedTuple):
    """The options for the order, amount and columns of a listing."""

    sort: Sequence[str] | None = None
    reverse: bool = False
    limit: int | None = None
    columns: Sequence[str] | None = None
    models: bool = False
    date_field: str = "date"

    def arguments(self, searched: bool = False) -> dict[str, Any]:
        """Return the keyword arguments of ``Library.listing``. Raises UnknownField or UsageError."""
        return self.columns_and_order(searched) | {"models": self.models}

    def columns_and_order(self, searched: bool = False) -> dict[str, Any]:
        """Return the arguments that choose columns and order. Raises UnknownField or UsageError."""
        columns = listed("--columns", self.columns)
        if WHY.path in columns and not searched:
            raise UsageError("only a search has the column why", "write `reportcli search QUERY --columns name,why`")
        return self.order() | {"columns": parse_columns(columns, searched)}

    def order(self) -> dict[str, Any]:
        """Return those of them that say in which order, and how many. Raises UnknownField or UsageError."""
        return {
            "sort": parse_sort_keys(",".join(listed("--sort", self.sort))),
            "reverse": self.reverse,
            "limit": self.limit,
            "date_field": self.date_field,
        }


def listed(option: str, values: Sequence[str] | None) -> list[str]:
    """Return the words of an option that takes a list and adds up. Raises UsageError where it is given without any."""
    words = [word.strip() for value in values or () for word in value.split(",") if word.strip()]
    if values and not words:
        raise UsageError(f"{option} is empty", "name at least one, or drop it")
    return words


def combined_query(library: Library, where: Sequence[str] | None, dates: DateFilter) -> Query:
    """Return what every --where and the date options ask together."""
    return all_of([*map(library.parse, where or ()), dates.query()])


def answer_from_catalog(
    ask: Callable[[Library], Answer],
    folders: Sequence[Path] | None,
    settings: output.OutputSettings,
    columns: Sequence[str] | None = None,
) -> int:
    """Open the catalogue, ask it, and write the answer; return the exit code.

    Where "help" is among the columns the answer is the list of fields instead. Where the index proves damaged before
    anything is written, all is done once more with an index in memory.
    """

    def attempt(cache: Path | None) -> int:
        with Library(catalog_folders(folders or ()), cache, output.progress(settings)) as library:
            names = listed("--columns", columns)
            if names and "help" not in names and settings.format in _WITHOUT_COLUMNS and not settings.quiet:
                output.write_note(f"note: --format {settings.format} has no columns to choose")
            try:
                answer = library.fields() if "help" in names else ask(library)
            except (UnknownName, InvalidQuery):
                output.write_notes(output.warnings(library.unreadable()), settings)  # which may be why
                raise
            touched = getattr(answer, "touched", ())  # which need not be as the index knows them
            unreadable = [file for file in library.unreadable() if file.path not in touched]
            return output.write(answer, unreadable, settings)

    settings = settings._replace(folders=folders or ())
    with output.repeating_folders(settings.folders):
        try:
            return attempt(cache_folder())
        except IndexDamaged:
            return attempt(None)


def answer_with_entries(
    ask: Callable[[Library, Path], Saved], folders: Sequence[Path] | None, settings: output.OutputSettings
) -> int:
    """Do the same where entries are saved: make the folder that they go into, which ``ask`` gets, and say so.

    Raises EntryUnwritable.
    """
    from reportcli.catalog.write import made_folder
    from reportcli.curate.check import relative_path

    folder = new_entry_folder(folders or ())
    with made_folder(folder) as is_new:

        def answer(library: Library) -> Saved:
            answered: Saved = ask(library, folder)
            if is_new and not is_user_folder(folder) and any(folder.glob("*.toml")):
                return answered._replace(notes=(f"made the folder {relative_path(folder)}", *answered.notes))
            return answered

        return answer_from_catalog(answer, folders, settings)
