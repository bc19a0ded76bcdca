"""The table of formats, and the machine formats that every answer can be written in: stable, whole, without rich."""

import json as _json
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

from reportcli.answer import Answer, Record
from reportcli.answer.details import ReportDetails
from reportcli.answer.listing import Listing
from reportcli.render.value import escape_controls
from reportcli.report.json import to_record
from reportcli.text import is_displayable

if TYPE_CHECKING:
    from reportcli.render.terminal.screen import Picture

TABLE, SVG, LATEX, ANY = "table", "svg", "latex", "any answer"
PICTURES = (TABLE, SVG)
_FORMULAS = ("=", "+", "-", "@")  # how a cell begins that a spreadsheet computes


class Format(NamedTuple):
    """A format: a line of help, and the function that renders each kind of answer."""

    help: str
    renderers: Mapping[str, str]  # name of the answer's class, or ANY → "module:function" in this package


_TERMINAL = {
    "Listing": "terminal.listing:draw",
    "ReportDetails": "terminal.details:draw",
    "Comparison": "terminal.comparison:draw",
    "TechniqueDetails": "terminal.technique:draw",
    "Table": "terminal.table:draw",
    "CountTable": "terminal.count:draw",
    "Disclosure": "terminal.disclosure:draw",
    "Recipe": "terminal.recipe:draw",
    "Timeline": "terminal.timeline:draw",
    "Plot": "terminal.plot:draw",
    "Lineage": "terminal.lineage:draw",
    "CheckReport": "terminal.check:draw",
    "ActionResult": "terminal.action:draw",
    "ImportReport": "terminal.imported:draw",
    "Info": "terminal.info:draw",
}
_TOML = {
    "Listing": "formats:toml",
    "ReportDetails": "formats:toml",
}
_MARKDOWN = {
    "Listing": "markdown:listing",
    "ReportDetails": "markdown:pages",
    "Comparison": "markdown:comparison",
    "Recipe": "markdown:recipe",
    ANY: "markdown:table",
}
_LATEX = {
    "Listing": "latex:listing",
    "Comparison": "latex:comparison",
    "Recipe": "latex:recipe",
    "CountTable": "latex:count",
    "Disclosure": "latex:disclosure",
}
_ABOUT_REPORTS = ("Listing", "ReportDetails", "Comparison", "Recipe", "TechniqueDetails")
# The renderers are named, not imported, so that a listing in a pipe loads only its own.
FORMATS: Mapping[str, Format] = {
    TABLE: Format("for reading (default on a terminal)", _TERMINAL),
    "tsv": Format("tab-separated values, one record per line (default in a pipe)", {ANY: "formats:tsv"}),
    "csv": Format("comma-separated values with a header row; --bom and --excel for Excel", {ANY: "formats:csv"}),
    "json": Format("an array of whole records; also --json", {ANY: "formats:json"}),
    "jsonl": Format("one whole record a line", {ANY: "formats:jsonl"}),
    "names": Format("only ids, one a line", {ANY: "formats:names"}),
    "toml": Format("a report as a file of the catalogue; a listing has each under its id", _TOML),
    "markdown": Format("a table, or the page of a report", _MARKDOWN),
    LATEX: Format(
        "a table for a paper, with \\citep of the keys of bibtex, and notes, which --plain leaves out", _LATEX
    ),
    "bibtex": Format("entries for a bibliography in BibTeX", dict.fromkeys(_ABOUT_REPORTS, "bibtex:bibliography")),
    "csl": Format("the same as CSL-JSON, for Zotero and pandoc", dict.fromkeys(_ABOUT_REPORTS, "csl:bibliography")),
    "dot": Format("lineage as a graph for Graphviz", {"Lineage": "graph:dot"}),
    "mermaid": Format("lineage as a flowchart for Mermaid, which GitHub shows", {"Lineage": "graph:mermaid"}),
    "trl": Format("recipe: a GRPOConfig or RLOOConfig of TRL a run, in Python", {"Recipe": "trl:write"}),
    "verl": Format("recipe: the options of verl a run, in YAML", {"Recipe": "verl:write"}),
    "text": Format("check: one finding per line, with its file and line", {"CheckReport": "check:text"}),
    "github": Format("check: annotations for GitHub Actions", {"CheckReport": "check:github"}),
    SVG: Format("the table as a picture, as wide as --width", _TERMINAL),
}


def formats_for(*kinds: str) -> tuple[str, ...]:
    """Return the formats that at least one of these kinds of answers, named by their classes, can be written in."""
    return tuple(name for name, entry in FORMATS.items() if not entry.renderers.keys().isdisjoint((ANY, *kinds)))


def write(
    answer: Answer,
    name: str,
    header: bool | None = None,
    *,
    bom: bool = False,
    excel: bool = False,
    plain: bool = False,
) -> Iterator[str]:
    """Yield the text of an answer in a format that is no picture; options are those of ``tsv``, ``csv``, ``latex``."""
    options = {"tsv": (header,), "csv": (header, bom, excel), LATEX: (plain,)}
    pieces: Iterator[str] = _renderer(answer, name)(answer, *options.get(name, ()))
    return pieces


def draw(answer: Answer, width: int, color: bool) -> "Picture":
    """Return an answer drawn for a terminal; ``width`` is in columns."""
    picture: Picture = _renderer(answer, TABLE)(answer, width, color)
    return picture


def _renderer(answer: Answer, name: str) -> Callable[..., Any]:
    renderers = FORMATS[name].renderers
    module, _, function = (renderers.get(type(answer).__name__) or renderers[ANY]).partition(":")
    renderer: Callable[..., Any] = getattr(import_module(f"reportcli.render.{module}"), function)
    return renderer


def tsv(answer: Answer, header: bool | None) -> Iterator[str]:
    """Yield a line for each row, its values separated by tabs; a header row only if asked for."""
    if header:
        yield "\t".join(map(_cell_text, answer.header)) + "\n"
    for row in answer.rows():
        yield "\t".join(map(_cell_text, row)) + "\n"


def csv(answer: Answer, header: bool | None, bom: bool = False, excel: bool = False) -> Iterator[str]:
    """Yield comma-separated values as in RFC 4180: lines end in CR LF, what needs quotes has them.

    A header row stands first unless it is declined; before it a byte order mark if asked for. With ``excel`` an
    apostrophe guards each text that begins like a formula.
    """
    import csv
    import io

    buffer = io.StringIO()
    writer = csv.writer(buffer)
    cell = _guarded_text if excel else _cell_text
    yield "\ufeff" if bom else ""
    if header is not False:
        writer.writerow(map(cell, answer.header))
    for row in answer.rows():
        writer.writerow(map(cell, row))
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()


def _guarded_text(value: Any) -> str:
    text = _cell_text(value)
    return f"'{text}" if text.startswith(_FORMULAS) and not isinstance(value, (int, float)) else text


def json(answer: Answer) -> Iterator[str]:
    """Yield one JSON array of whole records; an answer that is a single record is that object instead."""
    if getattr(answer, "single", False):
        yield "".join(f"{_to_json(record, indent=2)}\n" for record in answer.records())
        return
    yield from json_array(answer.records())


def json_array(records: Iterable[Record]) -> Iterator[str]:
    """Yield a JSON array of objects."""
    separator = "["
    for record in records:
        yield f"{separator}\n{_to_json(record, indent=2)}"
        separator = ","
    yield "[]\n" if separator == "[" else "\n]\n"


def jsonl(answer: Answer) -> Iterator[str]:
    """Yield one whole JSON record a line."""
    for record in answer.records():
        yield _to_json(record) + "\n"


def names(answer: Answer) -> Iterator[str]:
    """Yield one id per line."""
    for answer_id in answer.ids():
        yield escape_controls(answer_id) + "\n"


def toml(answer: ReportDetails | Listing) -> Iterator[str]:
    """Yield the page of one report as a file of the catalogue; of a listing or several pages, each under its id."""
    from reportcli.report.toml import to_toml

    reports = {report.id: report for report in answer.reports} if isinstance(answer, ReportDetails) else None
    under_id = reports is None or len(reports) > 1
    for index, report in enumerate(answer.reports if reports is None else reports.values()):
        yield ("\n" if index else "") + _escape(to_toml(report, under_id), _toml_escape)


def _toml_escape(char: str) -> str:
    return f"\\U{ord(char):08X}"


def _to_json(value: Any, indent: int | None = None) -> str:
    """Return JSON in which every character that a terminal would obey is escaped."""
    return _escape(_json.dumps(value, ensure_ascii=False, indent=indent), lambda char: _json.dumps(char)[1:-1])


def _escape(text: str, escape: Callable[[str], str]) -> str:
    if text.replace("\n", "").isprintable():
        return text
    return "".join(char if is_displayable(char) or char == "\n" else escape(char) for char in text)


def _cell_text(value: Any) -> str:
    """Return a value on one line: "" for unknown, yes or no, lists joined by a comma."""
    if isinstance(value, str):
        return escape_controls(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, (tuple, list)):
        return ", ".join(filter(None, map(_cell_text, value)))
    if isinstance(value, Mapping):
        return ", ".join(f"{escape_controls(key)}: {_cell_text(item)}" for key, item in value.items())
    return escape_controls(str(to_record(value)))
