"""The pages of help: what a query, a period, a format and an exit code is, each on one screen. Reads no catalogue."""

import re
import sys
from collections.abc import Callable, Iterable
from typing import Annotated

import typer

from reportcli.answer.table import Table
from reportcli.cli.options import COMMAND
from reportcli.cli.output import use_color
from reportcli.errors import ExitCode, UnknownName
from reportcli.render.formats import FORMATS
from reportcli.text import closest_spellings

_QUERIES = {
    "GRPO": "the word, in names, summary, techniques, models, training, notes",
    "grpo kl": "both words; also grpo and kl",
    "grpo or ppo": "either of them",
    "not kl": "without the word",
    "org:deepseek": "a text field holds the word",
    "technique:rope": "a closed field has the value, by any of its names",
    "kl:no": "yes, no or unknown; no finds only what is said",
    "params:100B..": "a number from here on; ..10B up to, 10B..20B between",
    "context:128k": "128,000 or its power of two, 131,072",
    "date:2025-05": "a period, see help periods",
    "license:known": "whether the catalogue knows the field; or unknown",
    "'\"clip higher\"'": "in the shell's quotes: words side by side",
    "'clip*'": "in quotes: a beginning",
    "'params:>100B'": "in quotes: more than; also >=, <, <=",
    "'(grpo or ppo) kl:no'": "in quotes: brackets",
}
_PERIODS = {
    "2025": "the whole year",
    "2025-06": "the whole month",
    "2025-Q2": "a quarter",
    "2025-W20": "a week, as ISO 8601 counts them",
    "2025-06-18": "a day; also 06/18/2025, month first",
    "2025-01..2025-06": "from the first to the last day, both included",
    "2025-05..": "from here on",
    "..2024": "up to the end of it",
    "last 90 days": "back from today; also weeks, months, years",
    "90d": "the same; also 12w, 6m, 1y",
}
_TOPICS = ("queries", "periods", "formats", "exit-codes")


def page(
    topic: Annotated[
        str,
        typer.Argument(metavar="TOPIC", show_default=False, help="queries, periods, formats or exit-codes."),
        _TOPICS,
        COMMAND,
    ],
) -> Table:
    """A page on queries, periods, formats or exit codes; or on a command.

    Example: reportcli help queries
    """
    if topic.lower() not in PAGES:
        raise UnknownName(topic, closest_spellings(topic, PAGES) or list(PAGES), "page of help")
    return PAGES[topic.lower()]()


def _pairs(left: str, right: str, pairs: Iterable[tuple[str | int, str]], *notes: str) -> Table:
    return Table((left, right), tuple({left: one, right: other} for one, other in pairs), notes)


def _queries() -> Table:
    return _pairs(
        "write",
        "means",
        _QUERIES.items(),
        "of several models, one must fit",
        "`--columns help` lists the fields, `term` the techniques",
    )


def _periods() -> Table:
    return _pairs("write", "means", _PERIODS.items(), "filter, --since, --until and date:… take them")


def _formats() -> Table:
    return _pairs("format", "writes", ((name, one.help) for name, one in FORMATS.items()))


def _exit_codes() -> Table:
    return _pairs("code", "means", ((code.value, code.meaning) for code in ExitCode))


def styled(text: str) -> str:
    """Return the help of a command with its headings and what can be typed in bold, where that is wanted."""
    if not (sys.stdout.isatty() and use_color()):
        return text
    return re.sub(_OUTSTANDING, "\x1b[1m\\g<0>\x1b[0m", text)


_OUTSTANDING = r"(?m)^\w[\w ]*:|(?<=^  )\S+(?: \S+)*(?=  )"

PAGES: dict[str, Callable[[], Table]] = dict(zip(_TOPICS, (_queries, _periods, _formats, _exit_codes), strict=True))
