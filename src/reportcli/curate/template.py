"""What a new entry starts from: an empty template, a record in JSON, metadata of arXiv. Reads no files, no network.

In a template, lines that begin with ``##`` explain, and lines that begin with ``# `` become keys when that is deleted.
Both are removed when the entry is saved, unless they were changed; other comments are the person's own and stay.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from reportcli.curate.records import record_of, without_unknown
from reportcli.errors import UsageError
from reportcli.report.choices import ID_PATTERN
from reportcli.report.fields import DATE, FIELDS, MAP, TEXTS, YES_NO, Field, Report, tables_of
from reportcli.report.toml import to_toml_line
from reportcli.report.toml_lines import comments

if TYPE_CHECKING:
    from reportcli.curate.arxiv import Paper


class Template(NamedTuple):
    """The text that a new entry starts from, and its id where that is known."""

    text: str
    id: str = ""
    made: bool = False  # from a JSON record, so that its line numbers mean nothing to the person
    unsaved: bool = False  # it is in no file yet, so that it is kept in a draft even where nothing was changed


def empty_template() -> Template:
    """Return a template in which every key is a comment."""
    return Template(write_template({}, _WELCOME))


def template_from_paper(paper: "Paper") -> Template:
    """Return a template with the metadata of a paper, dated by its first version unless another was asked for.

    The summary is the first sentence of the abstract, to be replaced by the person's own words.
    """
    later = paper.chosen and paper.version > 1
    values = {
        "name": _short_name(paper.title),
        "title": paper.title,
        "date": paper.updated if later else paper.published,
        "first_published": paper.published if later else None,
        "arxiv_version": f"v{paper.version}" if later else None,
        "arxiv_class": paper.subject_class,
        "summary": first_sentence(paper.abstract) or None,
        "links": {
            "arxiv": paper.number,
            "pdf": f"https://arxiv.org/pdf/{paper.number}{f'v{paper.version}' if paper.chosen else ''}",
        },
    }
    return Template(write_template(without_unknown(values), (*_WELCOME, _ABOUT_ARXIV)))


def _short_name(title: str) -> str:
    """Return a title up to its colon, without "technical report"."""
    beginning = title.partition(":")[0].strip()
    return re.sub(r"\s+tech(nical)?\s+report$", "", beginning, flags=re.I) or title


def first_sentence(text: str) -> str:
    """Return the first sentence of a text, cut between words where it is longer than a summary may be."""
    longest = next(field.info.max_length for field in FIELDS if field.path == "summary")
    sentence = re.split(r"(?<=[.!?])(?<!\b[A-Za-z]\.)(?<!\bal\.)\s+(?=[A-Z0-9])", text, maxsplit=1)[0]
    if len(sentence) <= longest:
        return sentence
    return (sentence[:longest].rpartition(" ")[0] or sentence[: longest - 1]) + "…"


def template_from_text(text: str, source: str, explained: bool) -> Template:
    """Read an entry in TOML, or a record in JSON as ``--format json`` writes it; ``explained`` makes that a template.

    Computed keys of a record, and those without a value, are left out. ``source`` is what errors call the text. Raises
    UsageError.
    """
    if not re.match(r"\s*(\{|\[\s*[{\]])", text):
        return Template(text)
    try:
        record = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{source} is not JSON: {error}", "write entries in TOML or JSON") from error
    records = record if isinstance(record, list) else [record]
    if len(records) != 1 or not isinstance(records[0], dict):
        raise UsageError(f"{source} contains {len(records)} records", "give exactly one")
    read = record_of(records[0], source)
    template = write_template(read.values, _WELCOME if explained else None)
    try:
        template.encode()
    except UnicodeEncodeError as error:
        raise UsageError(f"{source} contains half a character: {error.object[error.start]!r}") from error
    return Template(template, read.id if re.fullmatch(ID_PATTERN, read.id) else "", made=True)


def write_template(values: Mapping[str, Any], remarks: Sequence[str] | None = None) -> str:
    """Write the values of an entry, right or wrong: keys of fields in the order of the fields, then the others.

    With remarks the text is a template: it begins with them, and every other key is a comment with an example.
    """
    explained = remarks is not None
    return "".join([*(f"## {remark}\n" for remark in remarks or ()), *_table_parts("", values, explained)])


def _table_parts(path: str, values: Mapping[str, Any], explained: bool) -> Iterator[str]:
    """Yield the lines of a table, and then the tables in it, one after another."""
    prefix = f"{path}." if path else ""
    tables = {key: value for key, value in values.items() if _has_shape_of_table(prefix + key, value)}
    rest = {key: value for key, value in values.items() if key not in tables}
    unknown_tables = {} if path else {key: value for key, value in rest.items() if _has_header(key, value)}
    lines = {key: value for key, value in rest.items() if key not in unknown_tables}
    yield from _key_lines(path, _SECTIONS[path], lines, explained)
    for table in (table for table in _SECTIONS if table and table.rpartition(".")[0] == path):
        key = table.removeprefix(prefix)
        in_array = _SECTIONS[table][0].in_array
        header = f"[[{table}]]\n" if in_array else f"[{table}]\n"
        for item in _items(tables, key, in_array):
            yield f"\n{header}"
            yield from _table_parts(table, item, explained and not in_array)
        if explained and key not in values:
            yield f"\n# {header}" if in_array else f"\n{header}"
            yield "## at least one is required\n" if table in _REQUIRED_TABLES else ""
            yield from _table_parts(table, {}, explained)
    yield from (f"\n{to_toml_line(key, value)}" for key, value in unknown_tables.items())


def _items(tables: Mapping[str, Any], key: str, in_array: bool) -> Iterable[Mapping[str, Any]]:
    return (tables[key] if in_array else [tables[key]]) if key in tables else ()


def _table_of(field: Field) -> str:
    return field.path if field.kind == MAP else field.table


_REQUIRED_TABLES = {table.path for table in tables_of(Report) if table.required}
_SECTIONS = {table: tuple(section) for table, section in groupby(FIELDS[1:], key=_table_of)}  # without the id


def _has_shape_of_table(path: str, value: Any) -> bool:
    """Return whether a path is that of a table, or of an array of tables, and its value has that shape."""
    if not path or path not in _SECTIONS:
        return False
    if not _SECTIONS[path][0].in_array:
        return isinstance(value, Mapping)
    return isinstance(value, list) and all(isinstance(item, Mapping) for item in value)


def _has_header(key: str, value: Any) -> bool:
    return to_toml_line(key, value).startswith("[")


def _key_lines(table: str, section: Iterable[Field], values: Mapping[str, Any], explained: bool) -> Iterator[str]:
    """Yield the lines of a table: its fields, those without a value as comments, and then any other keys."""
    others = dict(values)
    for field in section:
        if field.key in others and not _has_header(field.key, others[field.key]):
            yield to_toml_line(field.key, others.pop(field.key))
        elif explained and field.key not in others:
            yield f"## {_explanation(field)}\n# {_example(field)}"
    for key, value in sorted(others.items(), key=lambda item: _has_header(*item)):
        yield to_toml_line(table, {key: value}) if _has_header(key, value) else to_toml_line(key, value)


def _explanation(field: Field) -> str:
    info = field.info
    parts = [info.help, "required" if field.required else ""]
    parts.append(f"{'any' if field.kind == TEXTS else 'one'} of {', '.join(info.choices)}" if info.choices else "")
    parts.append(f"at most {info.max_length} characters" if info.max_length else "")
    parts.append("ids that `reportcli term` lists" if info.vocabulary else "")
    return "; ".join(filter(None, parts))


def _example(field: Field) -> str:
    """Return a key with an example value, on one line."""
    value: Any = field.info.choices[0] if field.info.choices else field.info.example
    if field.kind == DATE:
        value = date.fromisoformat(value)
    elif field.kind == YES_NO:
        value = False
    key, _, written = to_toml_line(_EXAMPLE_KEY if field.kind == MAP else field.key, value).partition(" = ")
    return f"{key} = [{written[:-1]}]\n" if field.kind == TEXTS else f"{key} = {written}"


_EXAMPLE_KEY = "pretraining.tokens"  # of sources and confidence, whose keys are fields
_WELCOME = (
    "A new entry. Say in your own words what the report says, and leave out what it does not say.",
    "Delete the # before a line to make it a key. Lines that you leave as they are go when the entry is saved.",
)
_ABOUT_ARXIV = "The summary is a sentence of the abstract: say it in your own words."
_TEMPLATE_LINES = frozenset(
    line for line in write_template({}, (*_WELCOME, _ABOUT_ARXIV)).splitlines() if line.startswith("#")
)


def strip_template(text: str) -> str:
    """Return a TOML text without the comments of a template, and without the empty lines that they leave."""
    lines, after_removed, comment_of_line = list[str](), True, comments(text)
    for number, line in enumerate(text.split("\n"), 1):
        if line in _TEMPLATE_LINES and comment_of_line.get(number) == line:
            after_removed = True
        elif line or not (after_removed and lines[-1:] in ([], [""])):
            lines.append(line)
            after_removed = False
    return "\n".join(lines)
