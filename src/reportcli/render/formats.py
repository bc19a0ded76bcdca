"""Answers for programs: one function a format. Stable, whole, without rich; each yields pieces of text."""

import json as _json
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

from reportcli.answer import Answer
from reportcli.answer.details import ReportDetails
from reportcli.answer.listing import Listing
from reportcli.render.value import escape_controls
from reportcli.report.json import to_record
from reportcli.text import is_displayable

if TYPE_CHECKING:
    from reportcli.render.terminal.screen import Picture


class Format(NamedTuple):
    """A format: one line of help, and the renderer (``module:function``) of each kind of answer that it can show."""

    help: str
    renderers: Mapping[str, str]  # by the name of the answer's class, since answers are loaded late; ANY is every one


def write(answer: Answer, name: str, header: bool | None = None) -> Iterator[str]:
    """Yield the text of an answer in a format other than a picture; ``header`` asks for names above columns."""
    renderer = _renderer(answer, name)
    pieces: Iterator[str] = renderer(answer, header) if name in _WITH_HEADER else renderer(answer)
    return pieces


def draw(answer: Answer, width: int, color: bool) -> "Picture":
    """Return an answer drawn for a terminal of this width, in columns."""
    picture: Picture = _renderer(answer, TABLE)(answer, width, color)
    return picture


def _renderer(answer: Answer, name: str) -> Callable[..., Any]:
    renderers = FORMATS[name].renderers
    module, _, function = (renderers.get(type(answer).__name__) or renderers[ANY]).partition(":")
    renderer: Callable[..., Any] = getattr(import_module(f"reportcli.render.{module}"), function)
    return renderer


def tsv(answer: Answer, header: bool | None) -> Iterator[str]:
    """Yield one record a line, values between tabs; names above them only where asked for."""
    if header:
        yield "\t".join(map(_text, answer.header)) + "\n"
    for row in answer.rows():
        yield "\t".join(map(_text, row)) + "\n"


def csv(answer: Answer, header: bool | None) -> Iterator[str]:
    """Yield comma-separated values as RFC 4180 has them, under their names unless these are not wanted."""
    import csv
    import io

    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    if header is not False:
        writer.writerow(map(_text, answer.header))
    for row in answer.rows():
        writer.writerow(map(_text, row))
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()


def json(answer: Answer) -> Iterator[str]:
    """Yield one JSON array of whole records; an answer that is a single record is that object alone."""
    if getattr(answer, "single", False):
        yield "".join(f"{_dumped(one, indent=2)}\n" for one in answer.records())
        return
    start = "["
    for one in answer.records():
        yield f"{start}\n{_dumped(one, indent=2)}"
        start = ","
    yield "[]\n" if start == "[" else "\n]\n"


def jsonl(answer: Answer) -> Iterator[str]:
    """Yield one whole JSON record a line."""
    for one in answer.records():
        yield _dumped(one) + "\n"


def names(answer: Answer) -> Iterator[str]:
    """Yield one id a line."""
    for id in answer.ids():
        yield escape_controls(id) + "\n"


def toml(answer: ReportDetails | Listing) -> Iterator[str]:
    """Yield a single sheet as a file of the catalogue; of a listing, or of several sheets, each under its id."""
    from reportcli.report.toml import to_toml

    reports = {report.id: report for report in answer.reports} if isinstance(answer, ReportDetails) else None
    under_id = reports is None or len(reports) > 1
    for place, report in enumerate(answer.reports if reports is None else reports.values()):
        yield ("\n" if place else "") + _escaped(to_toml(report, under_id), _toml_escape)


def _toml_escape(letter: str) -> str:
    return f"\\U{ord(letter):08X}"


def _dumped(value: Any, indent: int | None = None) -> str:
    """Return JSON in which every letter that a terminal would obey is written as an escape."""
    return _escaped(_json.dumps(value, ensure_ascii=False, indent=indent), lambda letter: _json.dumps(letter)[1:-1])


def _escaped(text: str, escape: Callable[[str], str]) -> str:
    if text.replace("\n", "").isprintable():
        return text
    return "".join(one if is_displayable(one) or one == "\n" else escape(one) for one in text)


def _text(value: Any) -> str:
    """Return a value on one line: "" unknown, yes or no, lists joined by a comma."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (tuple, list)):
        return ", ".join(filter(None, map(_text, value)))
    if isinstance(value, Mapping):
        return ", ".join(f"{escape_controls(key)}: {_text(item)}" for key, item in value.items())
    return escape_controls(str(to_record(value)))


TABLE, SVG, ANY = "table", "svg", ""
PICTURES = (TABLE, SVG)
_WITH_HEADER = ("tsv", "csv")
_REPORTS = ("Listing", "ReportDetails", "Comparison", "TechniqueDetails")
_DRAWN = {
    "Listing": "terminal.listing:draw",
    "Comparison": "terminal.comparison:draw",
    "ReportDetails": "terminal.details:draw",
    "Table": "terminal.table:draw",
    "TechniqueDetails": "terminal.technique:draw",
    "CountTable": "terminal.count:draw",
    "Timeline": "terminal.timeline:draw",
    "Plot": "terminal.plot:draw",
    "Lineage": "terminal.lineage:draw",
    "CheckReport": "terminal.check:draw",
    "ActionResult": "terminal.action:draw",
    "Info": "terminal.info:draw",
}
FORMATS: Mapping[str, Format] = {
    TABLE: Format("for the eye; on a terminal the usual one", _DRAWN),
    "tsv": Format(
        "one record a line, values between tabs; in a pipe the usual one; --header adds names", {ANY: "formats:tsv"}
    ),
    "csv": Format("comma-separated values under their names", {ANY: "formats:csv"}),
    "json": Format("one array of whole records, also as --json", {ANY: "formats:json"}),
    "jsonl": Format("one whole record a line", {ANY: "formats:jsonl"}),
    "names": Format("ids alone, one a line", {ANY: "formats:names"}),
    "toml": Format(
        "a report as a file of the catalogue; of list, each under its id",
        dict.fromkeys(("Listing", "ReportDetails"), "formats:toml"),
    ),
    "markdown": Format(
        "a table, or the page of a report",
        {
            ANY: "markdown:table",
            "Listing": "markdown:listing",
            "Comparison": "markdown:comparison",
            "ReportDetails": "markdown:pages",
        },
    ),
    "bibtex": Format("entries for a bibliography", dict.fromkeys(_REPORTS, "bibtex:bibliography")),
    "dot": Format("a graph for Graphviz", {"Lineage": "graph:dot"}),
    "mermaid": Format("a flowchart for Mermaid, as Markdown pages show it", {"Lineage": "graph:mermaid"}),
    "text": Format("of check: a line for each finding, with its file and line", {"CheckReport": "check:text"}),
    "github": Format("of check: commands that GitHub shows beside the lines", {"CheckReport": "check:github"}),
    SVG: Format("the picture of the table, as wide as --width", _DRAWN),
}


def formats_for(kinds: Sequence[type]) -> tuple[str, ...]:
    """Return the formats that one of these kinds of answers can be written in."""
    names = {ANY, *(kind.__name__ for kind in kinds)}
    return tuple(name for name, format in FORMATS.items() if names & format.renderers.keys())
