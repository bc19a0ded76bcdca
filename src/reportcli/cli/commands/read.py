"""The commands that read: list, search, filter, show, compare. Each turns options into one question to the library."""

import sys
from collections.abc import Iterator
from typing import Annotated

import typer

from reportcli.answer.comparison import Comparison
from reportcli.answer.details import ReportDetails
from reportcli.answer.listing import Listing, explanation
from reportcli.answer.table import Table
from reportcli.answer.technique import TechniqueDetails
from reportcli.cli.options import NAMES, PERIOD, QUERY, TECHNIQUE, DateFilter, ListingOptions, Where, combined_query
from reportcli.errors import NoNamesGiven, UsageError
from reportcli.library import Library
from reportcli.query.conditions import EVERYTHING, Within, all_of
from reportcli.query.period import parse_period
from reportcli.report.fields import TOPICS

Names = Annotated[
    list[str],
    typer.Argument(
        metavar="NAME...", show_default=False, help="A report or a model; - reads names from standard input."
    ),
    NAMES,
]
SomeNames = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="NAME NAME...", show_default=False, help="Reports or models; - reads names from standard input."
    ),
    NAMES,
]
TermName = Annotated[
    list[str] | None,
    typer.Argument(metavar="[NAME]", show_default=False, help="A technique, by any of its names."),
    TECHNIQUE,
]
Explain = Annotated[
    bool, typer.Option("--explain", help="How the query is understood, and what each match adds to the score.")
]


def list_reports(library: Library, *, where: Where = None, span: DateFilter, arranged: ListingOptions) -> Listing:
    """Every report, newest first.

    Example: reportcli list --since 2025-06
    """
    return library.listing(combined_query(library, where, span), **arranged.arguments())


def search(
    library: Library,
    *,
    query: Annotated[
        list[str], typer.Argument(metavar="QUERY...", show_default=False, help="Words, phrases and conditions."), QUERY
    ],
    exact: Annotated[bool, typer.Option("--exact", help="Match words exactly; don't correct typos.")] = False,
    explain: Explain = False,
    span: DateFilter,
    arranged: ListingOptions,
) -> Listing | Table:
    """The reports that match a query, best first, and where they match.

    Example: reportcli search GRPO
    """
    asked = all_of([library.parse(" ".join(query)), span.query()])
    found = library.listing(asked, **arranged.arguments(), searched=True, exact=exact)
    return explanation(found) if explain else found


def filter_reports(
    library: Library,
    *,
    period: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[PERIOD...]", show_default=False, help="2025-06, 2025-Q2, 2025-01..2025-06, last 90 days."
        ),
        PERIOD,
    ] = None,
    where: Where = None,
    span: DateFilter,
    arranged: ListingOptions,
) -> Listing:
    """The reports of a period, newest first.

    Example: reportcli filter 2025-01..2025-03
    """
    within = [Within(span.date_field, parse_period(" ".join(period)))] if period else []
    return library.listing(all_of([combined_query(library, where, span), *within]), **arranged.arguments())


def show(
    library: Library,
    *,
    names: Names,
    sources: Annotated[bool, typer.Option("--sources", help="Cite a source for each figure.")] = False,
    notes: Annotated[
        str | None,
        typer.Option("--notes", metavar="TOPIC", help="Only the notes under a topic.", show_default=False),
        TOPICS,
    ] = None,
) -> ReportDetails:
    """Show everything known about a report.

    Example: reportcli show Qwen3 --notes rl
    """
    if notes is not None and notes not in TOPICS:
        raise UsageError(f"unknown topic {notes!r}", f"choose from {', '.join(TOPICS)}")
    return library.details(_names(names), sources=sources, topic=notes or "")


def compare(
    library: Library,
    *,
    names: SomeNames = None,
    differences: Annotated[bool, typer.Option("--differences", help="Only what differs.")] = False,
    models: Annotated[
        bool, typer.Option("--models", help="Every model of the reports, not only the flagships.")
    ] = False,
    where: Where = None,
    span: DateFilter,
    arranged: ListingOptions,
) -> Comparison:
    """Reports, or single models, side by side; --columns chooses the fields.

    Example: reportcli compare Qwen3 dots.llm1 --differences
    """
    given, asked = names or [], combined_query(library, where, span)
    if given and where is None and (asked != EVERYTHING or arranged._replace(columns=None) != ListingOptions()):
        raise UsageError(
            "these options require --where",
            "add --where QUERY, or drop --since, --until, --sort, --reverse and --limit",
        )
    if asked == EVERYTHING and given != ["-"] and len(given) < (1 if models else 2):
        raise UsageError(
            "compare needs two names",
            f"write reportcli compare {' '.join([*(given or ['NAME']), 'OTHER'])} or --where QUERY",
        )
    asked_for = None if asked == EVERYTHING else asked
    return library.comparison(_names(given), asked_for, differences=differences, models=models, **arranged.arguments())


def term(library: Library, *, name: TermName = None) -> TechniqueDetails | Table:
    """What a technique is, and the reports that use it; without a name, every technique.

    Example: reportcli term GRPO
    """
    return library.terms() if name is None else library.term(" ".join(name))


def _names(given: list[str]) -> Iterator[str]:
    for name in given:
        if name != "-":
            yield name
            continue
        read = [line.split("\t")[0].strip() for line in sys.stdin]
        if not any(read):
            raise NoNamesGiven()
        yield from filter(None, read)
