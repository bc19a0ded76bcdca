"""Answers for programs: one function a format. Stable, whole, without rich; each yields pieces of text."""

import json as _json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from reportcli.answer import Answer
from reportcli.answer.listing import Listing
from reportcli.answer.sheet import Sheets
from reportcli.record import record
from reportcli.render.cells import visible
from reportcli.words import is_shown

if TYPE_CHECKING:
    from reportcli.answer.comparison import Comparison
    from reportcli.answer.outcome import Checkup
    from reportcli.answer.overview import Lineage
    from reportcli.answer.table import Term


class Format(NamedTuple):
    """A format: what writes it, given an answer and whether names stand above columns; a line about it; for whom."""

    write: Callable[[Any, bool | None], Iterator[str]]
    line: str
    kinds: tuple[str, ...] = ()  # of answers, by name, since their rooms are loaded late; none: every answer


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


def json(answer: Answer, header: bool | None) -> Iterator[str]:
    """Yield one JSON array of whole records; an answer that is a single record is that object alone."""
    if getattr(answer, "single", False):
        yield "".join(f"{_dumped(one, indent=2)}\n" for one in answer.records())
        return
    start = "["
    for one in answer.records():
        yield f"{start}\n{_dumped(one, indent=2)}"
        start = ","
    yield "[]\n" if start == "[" else "\n]\n"


def jsonl(answer: Answer, header: bool | None) -> Iterator[str]:
    """Yield one whole JSON record a line."""
    for one in answer.records():
        yield _dumped(one) + "\n"


def names(answer: Answer, header: bool | None) -> Iterator[str]:
    """Yield one id a line."""
    for id in answer.ids():
        yield visible(id) + "\n"


def toml(answer: Sheets | Listing, header: bool | None) -> Iterator[str]:
    """Yield a single sheet as a file of the catalogue; of a listing, or of several sheets, each under its id."""
    from reportcli.layout import to_toml

    reports = {report.id: report for report in answer.reports} if isinstance(answer, Sheets) else None
    under_id = reports is None or len(reports) > 1
    for place, report in enumerate(answer.reports if reports is None else reports.values()):
        yield ("\n" if place else "") + _escaped(to_toml(report, under_id), _toml_escape)


def _toml_escape(letter: str) -> str:
    return f"\\U{ord(letter):08X}"


def markdown(answer: Answer, header: bool | None) -> Iterator[str]:
    """Yield a table for a reader; of sheets, a page for each."""
    from reportcli.render.markdown import pages, table

    return pages(answer) if isinstance(answer, Sheets) else table(answer)


def bibtex(answer: "Listing | Sheets | Comparison | Term", header: bool | None) -> Iterator[str]:
    """Yield one entry a report, under its id; on arXiv it is ``misc`` with an eprint, else ``techreport``."""
    from reportcli.render.bibtex import entry

    return map(entry, {report.id: report for report in answer.reports}.values())


def dot(answer: "Lineage", header: bool | None) -> Iterator[str]:
    """Yield the relations as a graph for Graphviz."""
    from reportcli.render.graphs import dot

    return dot(answer)


def mermaid(answer: "Lineage", header: bool | None) -> Iterator[str]:
    """Yield the relations as a flowchart for Mermaid."""
    from reportcli.render.graphs import mermaid

    return mermaid(answer)


def text(answer: "Checkup", header: bool | None) -> Iterator[str]:
    """Yield a line for each finding: the place, the key, what is wrong."""
    from reportcli.render.findings import text

    return text(answer)


def github(answer: "Checkup", header: bool | None) -> Iterator[str]:
    """Yield a workflow command for each finding, so that GitHub shows it beside the line."""
    from reportcli.render.findings import github

    return github(answer)


def _dumped(value: Any, indent: int | None = None) -> str:
    """Return JSON in which every letter that a terminal would obey is written as an escape."""
    return _escaped(_json.dumps(value, ensure_ascii=False, indent=indent), lambda letter: _json.dumps(letter)[1:-1])


def _escaped(text: str, escape: Callable[[str], str]) -> str:
    if text.replace("\n", "").isprintable():
        return text
    return "".join(one if is_shown(one) or one == "\n" else escape(one) for one in text)


def _text(value: Any) -> str:
    """Return a value on one line: "" unknown, yes or no, lists joined by a comma."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (tuple, list)):
        return ", ".join(filter(None, map(_text, value)))
    if isinstance(value, Mapping):
        return ", ".join(f"{visible(key)}: {_text(item)}" for key, item in value.items())
    return visible(str(record(value)))


FORMATS: Mapping[str, Format] = {
    "tsv": Format(tsv, "one record a line, values between tabs; in a pipe the usual one; --header adds names"),
    "csv": Format(csv, "comma-separated values under their names"),
    "json": Format(json, "one array of whole records, also as --json"),
    "jsonl": Format(jsonl, "one whole record a line"),
    "names": Format(names, "ids alone, one a line"),
    "toml": Format(toml, "a report as a file of the catalogue; of list, each under its id", ("Listing", "Sheets")),
    "markdown": Format(markdown, "a table, or the page of a report"),
    "bibtex": Format(bibtex, "entries for a bibliography", ("Listing", "Sheets", "Comparison", "Term")),
    "dot": Format(dot, "a graph for Graphviz", ("Lineage",)),
    "mermaid": Format(mermaid, "a flowchart for Mermaid, as Markdown pages show it", ("Lineage",)),
    "text": Format(text, "of check: a line for each finding, with its file and line", ("Checkup",)),
    "github": Format(github, "of check: commands that GitHub shows beside the lines", ("Checkup",)),
}


def offered(kinds: Sequence[type]) -> tuple[str, ...]:
    """Return the formats that one of these kinds of answers can be written in."""
    given = {kind.__name__ for kind in kinds}
    return tuple(name for name, format in FORMATS.items() if not format.kinds or given.intersection(format.kinds))
