"""The help pages, each on one screen. Reads no catalogue."""

import re
import sys
from collections.abc import Callable, Iterable
from typing import Annotated

import typer

from reportcli.answer.table import Table
from reportcli.cli import COMMAND
from reportcli.cli.options import Color, Header, Json, NoPager, Quiet, Width, format_option
from reportcli.cli.output import output_settings, use_color, write
from reportcli.errors import ExitCode, UnknownName
from reportcli.render.formats import FORMATS, formats_for
from reportcli.text import closest_spellings

_QUERIES = {
    "GRPO": "the word, in names, summary, techniques, models, training, notes",
    "grpo kl": "both words; also grpo and kl",
    "grpo or ppo": "either of them",
    "not kl": "without the word",
    "org:deepseek": "a text field contains the word",
    "technique:rope": "a field with a fixed list has this value, or a synonym of it",
    "rl:grpo": "this family alone; dapo, gspo, cispo … are others",
    "kl:no": "yes, no or unknown; no matches only reports that say so",
    "params:100B..": "at least this; ..10B at most, 10B..20B between",
    "context:128k": "128,000 or its power of two, 131,072",
    "date:2025-05": "a period, see help periods",
    "license:known": "the catalogue knows the field; or unknown, undisclosed",
    "'\"clip higher\"'": "in the shell's quotes: a phrase",
    "'clip*'": "in quotes: words that begin with it",
    "'params:>100B'": "in quotes: more than this; also >=, <, <=, 1B..<10B",
    "'(grpo or ppo) kl:no'": "in quotes: grouping",
}
_PERIODS = {
    "2025": "the whole year",
    "2025-06": "the whole month; also June 2025, 2025/06",
    "2025-Q2": "a quarter; also Q2 2025",
    "2025-W20": "a week, as ISO 8601 counts them",
    "2025-06-18": "a day; also 20250618; 06/18/2025, month first",
    "2025-01..2025-06": "from one to the other, both included",
    "2025-05..": "from this month onwards; also since 2025-05",
    "..2024": "up to and including this year; also until 2024",
    "last 90 days": "today is the last of them; also weeks, months, years",
    "90d": "the same; also 12w, 6m, 1y",
    "last month": "the whole month before this one; also week, quarter, year",
    "this year": "also yesterday, today, this month",
}
_CATALOG = {
    "ID.toml": "one file a report, named by its id: a-z, 0-9, . and -",
    "name, title, organizations, date": "required; summary and tags too, before an entry is shared",
    "[[models]]": "name, parameters, tokens, reinforcement_learning …",
    "[architecture]": "type, attention, layers, heads, experts_total …",
    "[pretraining]": "tokens, stages, hardware, gpu_hours …",
    "[posttraining]": "stages, rl_family, kl_penalty, teachers …",
    "[[posttraining.rl]]": "a table for each run: kl_coefficient, rollouts …",
    "[[notes]]": "topic, text, detail",
    "[sources]": "where a figure was read, by the path of its field",
    "[confidence]": "what is uncertain about it",
    "undisclosed": "fields that the report was read for and does not state",
    "#:schema ./schema.json": "first line, for editors; `reportcli schema` prints it",
}
_MAPPINGS = {
    "[columns]": "below it, a line for each column to take",
    'Model = "name"': "the field of a column, or several in a list",
    'Size = "models.parameters"': "of a model: a row is a model",
    'Link = "links"': "paper, code …, told by the address",
    'N = "confidence.models.parameters"': "what is uncertain of it; or sources.…",
    '{ field = "tags", separator = "," }': "cells with several items; in braces also:",
    "factor = 1e9, times = COLUMN": "numbers are multiplied",
    "values = { LLM = '…' }": "what cells stand for; others are left out",
    "where = COLUMN, contains = TEXT": "only rows with the text in another column",
    "before = COLUMN": "another column's cell before the text",
    'group = ["Link"]': "rows with the same value are one report",
    'header = ["Model"]': "columns by which a mapping is recognized",
    'source = "…"': "where figures come from",
}
_PYTHON = {
    "from reportcli import open_catalog": "loads nothing else yet",
    "catalog = open_catalog()": "your reports over the shipped ones",
    "len(catalog), list(catalog)": "every report, newest first",
    'report = catalog["qwen3"]': "by any name; KeyError says what is near",
    "report.parameters": "of its flagship; also .pretraining.tokens",
    "report.derived.kv_cache": "and what else follows from its figures",
    "report.to_dict()": "the JSON record",
    'found = catalog.search("rl:grpo")': "reports that match, best first",
    "found[:5].to_records()": "JSON records, for pandas.DataFrame",
    "found.notes": "what the command says beside its answer",
    'catalog.listing("year:2025")': "reports that match, or all, newest first",
    'catalog.count("rl", by="year")': "rows, as the command has them in JSON",
    'catalog.plot("params", "tokens")': "a row for each point",
    'catalog.compare("qwen3", found[:2])': "names, reports, results: a row for each field",
    'catalog.recipe("magistral")': "a row for each run of RL",
    'catalog.disclosure("steps")': "who states what",
    'catalog.lineage("r1")': "who builds on whom",
    "catalog.term(), catalog.fields()": "techniques, and fields",
}
_TOPICS = ("queries", "periods", "formats", "exit-codes", "catalogue", "mappings", "python")


Topic = Annotated[
    str,
    typer.Argument(
        metavar="TOPIC",
        show_default=False,
        help="queries, periods, formats, exit-codes, catalogue, mappings or python; or a command.",
    ),
    _TOPICS,
    COMMAND,
]
TABLE = formats_for("Table")
TableFormat = Annotated[str | None, format_option(TABLE), TABLE]


def page(
    context: typer.Context,
    topic: Topic,
    format_name: TableFormat = None,
    json: Json = False,
    header: Header = None,
    width: Width = None,
    no_pager: NoPager = False,
    quiet: Quiet = False,
    color: Color = None,
) -> int:
    """Help on queries, periods, formats, exit codes, the catalogue's files, Python, or a command."""
    settings = output_settings(context.obj, TABLE, format_name, json, header, width, no_pager, quiet, color)
    if topic.lower() not in PAGES:
        raise UnknownName(topic, closest_spellings(topic, PAGES) or list(PAGES), "help page")
    return write(PAGES[topic.lower()](), (), settings)


def _table(left: str, right: str, pairs: Iterable[tuple[str | int, str]], *notes: str) -> Table:
    return Table((left, right), tuple({left: first, right: second} for first, second in pairs), notes)


def _queries() -> Table:
    return _table(
        "write",
        "means",
        _QUERIES.items(),
        "one model of a report must match the whole query",
        "`reportcli fields` lists the fields, `reportcli term` the techniques",
    )


def _periods() -> Table:
    return _table("write", "means", _PERIODS.items(), "used by filter, --since, --until and date:…")


def _formats() -> Table:
    return _table("format", "writes", ((name, entry.help) for name, entry in FORMATS.items()))


def _exit_codes() -> Table:
    note = 'with --json, an error ends with a line {"error": {"message", "hint", "did_you_mean", "exit_code"}}'
    return _table("code", "means", ((code.value, code.meaning) for code in ExitCode), note)


def _catalog() -> Table:
    return _table(
        "write",
        "means",
        _CATALOG.items(),
        "`reportcli show qwen3 -f toml` is an example, `reportcli fields` lists every field",
        "`reportcli info` names the folders that are read; --catalog DIR and REPORTCLI_CATALOG replace them",
    )


def _mappings() -> Table:
    return _table("write", "means", _MAPPINGS.items(), "used by `reportcli import FILE.csv --map FILE.toml`")


def _python() -> Table:
    return _table(
        "write",
        "gives",
        _PYTHON.items(),
        "where=, columns=, sort=, limit= and models= are the options of the command",
    )


def styled(text: str) -> str:
    """Return the help of a command; on a terminal with color, headings and what can be typed are bold."""
    if not (sys.stdout.isatty() and use_color()):
        return text
    return re.sub(_BOLD, "\x1b[1m\\g<0>\x1b[0m", text)


_BOLD = r"(?m)^\w[\w ]*:|(?<=^  )\S+(?: \S+)*(?=  )"

PAGES: dict[str, Callable[[], Table]] = dict(
    zip(_TOPICS, (_queries, _periods, _formats, _exit_codes, _catalog, _mappings, _python), strict=True)
)
