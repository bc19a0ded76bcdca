"""What a new entry starts from: an empty template, a record in JSON, what arXiv says. It knows no files, no network.

In a template a line that explains begins with ``##``, and one that begins with ``# `` becomes a key when that is taken
away. Such lines, as they stand here, go when the entry is saved; other comments are the person's own.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from reportcli.errors import UsageError
from reportcli.report.fields import DATE, FIELDS, ID_PATTERN, MAP, TEXTS, YES_NO, Field
from reportcli.report.toml import to_toml_line
from reportcli.report.toml_lines import comments

if TYPE_CHECKING:
    from reportcli.curate.arxiv import Paper


class Template(NamedTuple):
    """The text that a new entry starts from, explained or not, and its id where that is known."""

    text: str
    id: str = ""
    made: bool = False  # of a record in another form, so that its lines mean nothing to the person
    rare: bool = False  # stands in no file yet, so that it is worth keeping also as it came


def empty_template() -> Template:
    """Return a template in which nothing is known."""
    return Template(write_template({}, _WELCOME))


def template_from_paper(paper: "Paper") -> Template:
    """Return a template with what arXiv says of a paper, dated by its first version unless another was asked for.

    The summary is only a beginning: a sentence of the abstract.
    """
    later = paper.chosen and paper.version > 1
    known = {
        "name": _short_name(paper.title),
        "title": paper.title,
        "date": paper.updated if later else paper.published,
        "first_published": paper.published if later else None,
        "arxiv_version": f"v{paper.version}" if later else None,
        "summary": _first_sentence(paper.abstract) or None,
        "links": {
            "arxiv": paper.number,
            "pdf": f"https://arxiv.org/pdf/{paper.number}{f'v{paper.version}' if paper.chosen else ''}",
        },
    }
    return Template(write_template(_said(known), (*_WELCOME, _OF_ARXIV)))


def _short_name(title: str) -> str:
    before = title.partition(":")[0].strip()
    return re.sub(r"\s+tech(nical)?\s+report$", "", before, flags=re.I) or title


def _first_sentence(text: str) -> str:
    """Return the first sentence of a text, cut at a word where it is longer than a summary may be."""
    longest = next(field.info.max_length for field in FIELDS if field.path == "summary")
    sentence = re.split(r"(?<=[.!?])(?<!\b[A-Za-z]\.)(?<!\bal\.)\s+(?=[A-Z0-9])", text, maxsplit=1)[0]
    if len(sentence) <= longest:
        return sentence
    return (sentence[:longest].rpartition(" ")[0] or sentence[: longest - 1]) + "…"


def template_from_text(text: str, source: str, explained: bool) -> Template:
    """Read an entry in TOML, or a record in JSON as ``--format json`` writes it, which may become a template.

    Keys of JSON that are computed, and those without a value, are left out. Raises BadUse.
    """
    if not re.match(r"\s*(\{|\[\s*[{\]])", text):
        return Template(text)
    try:
        record = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{source} is not JSON: {error}", "an entry is written in TOML or JSON") from error
    records = record if isinstance(record, list) else [record]
    if len(records) != 1 or not isinstance(records[0], dict):
        raise UsageError(f"{source} holds {len(records)} records", "give one")
    known = {key: value for key, value in _said(records[0]).items() if key not in _COMPUTED}
    for field in FIELDS:
        if field.kind == DATE and isinstance(known.get(field.path), str):
            with suppress(ValueError):
                known[field.path] = date.fromisoformat(known[field.path])
    id = str(known.pop("id", ""))
    written = write_template(known, _WELCOME if explained else None)
    try:
        written.encode()
    except UnicodeEncodeError as error:
        raise UsageError(f"{source} holds half a letter: {error.object[error.start]!r}") from error
    return Template(written, id if re.fullmatch(ID_PATTERN, id) else "", made=True)


_COMPUTED = ("derived", "score", "matches")


def _said(value: Any) -> Any:
    """Return a value without what stands for unknown: nulls, empty lists, empty tables."""
    if isinstance(value, Mapping):
        items = {key: _said(item) for key, item in value.items()}
        return {key: item for key, item in items.items() if item is not None and item != [] and item != {}}
    return [_said(item) for item in value if item is not None] if isinstance(value, list) else value


def write_template(known: Mapping[str, Any], remarks: Sequence[str] | None = None) -> str:
    """Write what is known of an entry, right or wrong: known keys in the order of the fields, then the others.

    With remarks it becomes a template: they stand above, and every other key is a comment with an example.
    """
    explained = remarks is not None
    tables = {key: value for key, value in known.items() if _fits(key, value)}
    parts = [f"## {remark}\n" for remark in remarks or ()]
    rest = {key: value for key, value in known.items() if key not in tables}
    later = {key: value for key, value in rest.items() if _has_header(key, value)}
    for table, section in _SECTIONS.items():
        header = f"[[{table}]]\n" if section[0].in_array else f"[{table}]\n"
        if not table:
            parts += _keys(table, section, {key: rest[key] for key in rest if key not in later}, explained)
        elif table in tables:
            for one in tables[table] if section[0].in_array else [tables[table]]:
                parts += ["\n", header, *_keys(table, section, one, explained and not section[0].in_array)]
        elif explained and table not in rest:
            parts += ["\n", f"# {header}" if section[0].in_array else header, *_keys(table, section, {}, explained)]
    parts += [f"\n{to_toml_line(key, value)}" for key, value in later.items()]
    return "".join(parts)


def _table_of(field: Field) -> str:
    table, dot, _ = field.path.partition(".")
    return table if dot or field.kind == MAP else ""


_SECTIONS = {table: tuple(section) for table, section in groupby(FIELDS[1:], key=_table_of)}  # without the id


def _fits(key: str, value: Any) -> bool:
    """Return whether a value has the shape of the table, or tables, that its key should name."""
    if not key or key not in _SECTIONS:
        return False
    if not _SECTIONS[key][0].in_array:
        return isinstance(value, Mapping)
    return isinstance(value, list) and all(isinstance(item, Mapping) for item in value)


def _has_header(key: str, value: Any) -> bool:
    return to_toml_line(key, value).startswith("[")


def _keys(table: str, section: Iterable[Field], values: Mapping[str, Any], explained: bool) -> Iterator[str]:
    """Yield the keys of a table: those that it should have, as comments those that are unknown, then any others."""
    others = dict(values)
    for field in section:
        if field.key in others and not _has_header(field.key, others[field.key]):
            yield to_toml_line(field.key, others.pop(field.key))
        elif explained and field.key not in others:
            yield f"## {_explanation(field)}\n# {_example(field)}"
    for key, value in sorted(others.items(), key=lambda item: _has_header(*item)):
        yield to_toml_line(table, {key: value}) if _has_header(key, value) else to_toml_line(key, value)


def _explanation(field: Field) -> str:
    about = field.info
    said = [about.help, "required" if field.required else ""]
    said.append(f"{'any' if field.kind == TEXTS else 'one'} of {', '.join(about.choices)}" if about.choices else "")
    said.append(f"at most {about.max_length} characters" if about.max_length else "")
    said.append("ids that `reportcli term` lists" if about.vocabulary else "")
    return "; ".join(filter(None, said))


def _example(field: Field) -> str:
    """Return a key with an example on one line."""
    value: Any = field.info.choices[0] if field.info.choices else field.info.example
    if field.kind == DATE:
        value = date.fromisoformat(value)
    elif field.kind == YES_NO:
        value = False
    key, _, written = to_toml_line(_SOURCED if field.kind == MAP else field.key, value).partition(" = ")
    return f"{key} = [{written[:-1]}]\n" if field.kind == TEXTS else f"{key} = {written}"


_SOURCED = "pretraining.tokens"  # the example of a key of sources and confidence
_WELCOME = (
    "A new entry. Say what the report says, in your own words, and leave out what it does not say.",
    "A line that begins with one # becomes a key when that is taken away; the others go when the entry is saved.",
)
_OF_ARXIV = "The summary is a sentence of the abstract: say it in your own words."
_TEMPLATE = frozenset(line for line in write_template({}, (*_WELCOME, _OF_ARXIV)).splitlines() if line.startswith("#"))


def strip_template(text: str) -> str:
    """Return a TOML text without the comments of a template, and without the gaps that they leave."""
    lines, gap, said = list[str](), True, comments(text)
    for number, line in enumerate(text.split("\n"), 1):
        if line in _TEMPLATE and said.get(number) == line:
            gap = True
        elif line or not (gap and lines[-1:] in ([], [""])):
            lines.append(line)
            gap = False
    return "\n".join(lines)
