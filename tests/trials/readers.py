"""Strict readers of what the program writes: each yields what is wrong with a text, and nothing where all is right."""

import csv
import json
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from io import StringIO
from typing import Any
from xml.etree import ElementTree

import pybtex.database
import tomli

from latex_reader import read_table
from reportcli.report.parse import parse_report
from test_graph import labels_of_dot, labels_of_mermaid

SGR = re.compile(r"\x1b\[[\d;]*m")
LINK = re.compile(r"\x1b\]8;(?:id=\d+)?;(?:https?://[!#-;=?-\[\]_a-z~]+)?\x1b\\")  # no odd letter in the address
csv.field_size_limit(10**9)
_CONTROLS = ("Cc", "Cf", "Cs", "Zl", "Zp")
_JOINERS = "\u200c\u200d"
_SENTENCE = re.compile(r"(warning|note|error): |nothing found|  |Usage: ")

Complaints = Iterator[str]


def terminal(text: str, tabs: bool = False) -> Complaints:
    """Nothing but letters, line ends, colours and links to the web may reach a terminal; tabs only between values."""
    rest = SGR.sub("", LINK.sub("", text))
    if not rest.replace("\n", "").isprintable():
        for char in sorted(set(rest) - {"\n", *_JOINERS} - ({"\t"} if tabs else set())):
            if unicodedata.category(char) in _CONTROLS:
                position = rest.index(char)
                yield f"U+{ord(char):04X} reaches the terminal: {rest[max(position - 30, 0) : position + 30]!r}"


def notes(text: str) -> Complaints:
    """Standard error holds sentences that are ours: no text of an entry begins a line."""
    yield from terminal(text)
    for line in text.splitlines():
        if not _SENTENCE.match(line):
            yield f"a line of standard error that is not ours: {line[:80]!r}"


def _tsv(text: str, answer: Any) -> Complaints:
    rows, lines = sum(1 for _ in answer.rows()), text.split("\n")
    tabs = {line.count("\t") for line in lines[:-1]}
    if lines[-1] or len(lines) - 1 != rows or len(tabs) > 1:
        yield f"{len(lines) - 1} lines for {rows} rows, with {sorted(tabs)} tabs"


def _csv(text: str, answer: Any) -> Complaints:
    rows = list(csv.reader(StringIO(text), strict=True))
    if len(rows) - 1 != sum(1 for _ in answer.rows()) or {len(row) for row in rows} != {len(answer.header)}:
        yield f"{len(rows)} lines of {sorted({len(row) for row in rows})} values"


def _json(text: str, answer: Any) -> Complaints:
    records = json.loads(text, parse_constant=_no_number)
    if ([records] if getattr(answer, "single", False) else records) != list(answer.records()):
        yield "the records are not those of the answer"


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _jsonl(text: str, answer: Any) -> Complaints:
    if [json.loads(line, parse_constant=_no_number) for line in text.splitlines()] != list(answer.records()):
        yield "the records are not those of the answer"


def _names(text: str, answer: Any) -> Complaints:
    if text.count("\n") != sum(1 for _ in answer.ids()):
        yield f"{text.count(chr(10))} lines"


def _toml(text: str, answer: Any) -> Complaints:
    tables, reports = tomli.loads(text), {report.id: report for report in answer.reports}
    for report_id, report in reports.items():
        table = tables[report_id] if len(reports) > 1 or hasattr(answer, "hits") else tables
        if parse_report(report_id, table)[0] != report:
            yield f"{report_id!r} is another report when it is read back"


def _bibtex(text: str, answer: Any) -> Complaints:
    entries = pybtex.database.parse_string(text, "bibtex").entries
    if len(entries) != len({report.id for report in answer.reports}):
        yield f"{len(entries)} entries"
    known = {
        "title",
        "url",
        "year",
        "month",
        "eprint",
        "archiveprefix",
        "primaryclass",
        "institution",
        "organization",
        "note",
    }
    for key, entry in entries.items():
        if unknown := {name.lower() for name in entry.fields} - known:
            yield f"{key!r} has the fields {sorted(unknown)}"


def _csl(text: str, answer: Any) -> Complaints:
    items = json.loads(text, parse_constant=_no_number)
    known = {"id", "type", "title", "author", "issued", "publisher", "archive", "number", "DOI", "genre", "URL", "note"}
    if len(items) != len({report.id for report in answer.reports}) or any(item.keys() - known for item in items):
        yield f"{len(items)} items with the keys {sorted(set().union(*items))}"


def _latex(text: str, _: Any) -> Complaints:
    if not read_table(text).rows:
        yield "a table without a head"


def _markdown(text: str, answer: Any) -> Complaints:
    table, *caveats = text.removesuffix("\n").split("\n\n")
    lines = table.split("\n")
    bars = [len(re.findall(r"(?<!\\)(?:\\\\)*\|", line)) for line in lines if line.startswith("|")]
    if not hasattr(answer, "matches") and (len(set(bars)) > 1 or len(bars) != len(lines)):
        yield f"a table of {len(lines)} lines, {len(bars)} of them rows with {sorted(set(bars))} bars"
    if not hasattr(answer, "matches") and (odd := [line for line in caveats if not line.startswith(r"\* ")]):
        yield f"below a table {odd[0]!r}"
    bare = re.sub(r"\]\(<https?://[!-;=?-~]+>\)", "]", re.sub(r"\\[!-/:-@\[-`{-~]", "", text))
    bare = re.sub(r"<https?://[\w!$%&'()*+,./:;=?@#~-]+>", "", bare, flags=re.ASCII)
    if markup := re.search(r"[<`*]|\]\(", re.sub(r"(?m)^ *- \*\*[\w -]+\*\*:", "", bare)):
        yield f"a text becomes markup: {bare[max(markup.start() - 30, 0) : markup.end() + 30]!r}"


def _svg(text: str, _: Any) -> Complaints:
    for element in ElementTree.fromstring(text).iter():
        for key, value in element.attrib.items():
            if key.startswith("on") or "href" in key or (element.tag.endswith("script")):
                yield f"the picture has {element.tag} {key}={value[:60]!r}"


def _dot(text: str, answer: Any) -> Complaints:
    yield from () if sum(1 for _ in labels_of_dot(text)) == len(answer.graph.related()) else ["members are missing"]


def _mermaid(text: str, answer: Any) -> Complaints:
    yield from (
        () if sum(1 for _ in labels_of_mermaid(text)) == len(answer.graph.related()) else ["members are missing"]
    )


def _text(text: str, answer: Any) -> Complaints:
    if text.count("\n") != len(answer.findings):
        yield f"{text.count(chr(10))} lines for {len(answer.findings)} findings"


def _github(text: str, answer: Any) -> Complaints:
    yield from _text(text, answer)
    for line in text.splitlines():
        if not re.match(r"::(error|warning) file=[^,:]*(,line=\d+)?(,col=\d+)?::", line):
            yield f"no command of GitHub: {line[:80]!r}"


READERS: Mapping[str, Callable[[str, Any], Complaints]] = {
    "tsv": _tsv, "csv": _csv, "json": _json, "jsonl": _jsonl, "names": _names, "toml": _toml, "bibtex": _bibtex,
    "csl": _csl, "latex": _latex, "markdown": _markdown, "svg": _svg, "dot": _dot, "mermaid": _mermaid, "text": _text,
    "github": _github,
}  # fmt: skip


def wrong(name: str, text: str, answer: Any) -> Complaints:
    """Yield what is wrong with an answer in a format."""
    yield from terminal(text.replace("\r\n", "\n") if name == "csv" else text, tabs=name == "tsv")
    try:
        yield from READERS[name](text, answer)
    except (
        ValueError,
        KeyError,
        AssertionError,
        csv.Error,
        ElementTree.ParseError,
        pybtex.database.PybtexError,
    ) as error:
        yield f"it cannot be read: {type(error).__name__}: {str(error)[:200]}"
