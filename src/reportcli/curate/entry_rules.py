"""The rules that one entry keeps: one function per rule, all of them in the table ``ENTRY_RULES``. Reads no files."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import chain, zip_longest
from typing import Any, NamedTuple

from reportcli.answer.check import PROBLEM, REMARK
from reportcli.errors import did_you_mean
from reportcli.query.names import ARXIV_ADDRESS
from reportcli.report.fields import DATE, ENTRY_FIELDS, ENTRY_PATHS, ID_PATTERN, Field, Report
from reportcli.report.parse import Problem, parse_partial_report, quoted
from reportcli.report.techniques import Vocabulary
from reportcli.report.toml import to_toml
from reportcli.report.toml_lines import ancestor_keys, lines_without_comments, split_schema_line
from reportcli.text import closest_spellings, fold_name, is_displayable

Problems = Iterator[Problem]


class ParsedEntry(NamedTuple):
    """An entry as far as it can be read, and what else its rules may look at."""

    file_name: str
    text: str
    table: Mapping[str, Any]
    report: Report  # made of the values of the right types
    type_problems: Sequence[Problem]
    texts: Sequence[tuple[str, Field, str]]  # dotted key, field and text of every text
    vocabulary: Vocabulary | None  # None where it cannot be read
    today: date


def parse_entry(
    file_name: str, text: str, table: Mapping[str, Any], vocabulary: Vocabulary | None, today: date
) -> ParsedEntry:
    """Return an entry as far as it can be read; ``table`` is what ``parse_toml`` made of the text."""
    report, problems = parse_partial_report(file_name.removesuffix(".toml"), table)
    return ParsedEntry(file_name, text, table, report, problems, list(_texts(report)), vocabulary, today)


def _texts(report: Report) -> Iterator[tuple[str, Field, str]]:
    for field in ENTRY_FIELDS:
        array, _, key = field.path.partition(".")
        values = enumerate(field.get(report)) if field.in_array else ()
        single = () if field.in_array else [(field.path, field.get(report))]
        for path, value in chain(((f"{array}[{index}].{key}", value) for index, value in values), single):
            if isinstance(value, str):
                yield path, field, value
            elif isinstance(value, tuple):
                yield from ((f"{path}[{index}]", field, item) for index, item in enumerate(value))
            elif isinstance(value, Mapping):
                yield from ((f"{path}.{name}", field, item) for name, item in value.items())


def suggestion(text: str, names: Iterable[str]) -> str:
    """Return "; did you mean …?" with the closest of some names; "" where none is close."""
    question = did_you_mean(closest_spellings(text, names)[:1])
    return f"; {question}" if question else ""


def value_types(entry: ParsedEntry) -> Problems:
    """Values have their types, and required keys are present."""
    yield from entry.type_problems


def file_name(entry: ParsedEntry) -> Problems:
    """The name of the file is an id and ``.toml``."""
    if not (entry.file_name.endswith(".toml") and re.fullmatch(ID_PATTERN, entry.report.id)):
        advice = "use an id of lower-case letters, digits, . and -, such as qwen3.toml"
        yield Problem("", f"{quoted(entry.file_name)} is not a valid file name; {advice}")


def _keys_by_table() -> Mapping[str, Sequence[str]]:
    keys: dict[str, dict[str, None]] = {"": {}}
    for field in ENTRY_FIELDS:
        table, _, key = field.path.rpartition(".")
        keys[""][table or key] = None
        keys.setdefault(table, {})[key] = None
    return {table: tuple(inner) for table, inner in keys.items()}


_KEYS = _keys_by_table()  # "" stands for the top level


def known_keys(entry: ParsedEntry) -> Problems:
    """Every key is that of a field."""
    yield from _unknown_keys("", "", entry.table)
    for table, value in entry.table.items():
        if table in _KEYS and isinstance(value, Mapping):
            yield from _unknown_keys(table, f"{table}.", value)
        elif table in _KEYS and isinstance(value, list):
            for index, item in enumerate(value):
                if isinstance(item, Mapping):
                    yield from _unknown_keys(table, f"{table}[{index}].", item)


def _unknown_keys(table: str, path: str, values: Mapping[str, Any]) -> Problems:
    for key in values:
        if f"{path}{key}" == "id":
            yield Problem(key, "unknown key; the id is the name of the file")
        elif key not in _KEYS[table]:
            in_other_tables = [field.path for field in ENTRY_FIELDS if field.path.endswith(f".{key}")]
            advice = f"; {did_you_mean(in_other_tables)}" if in_other_tables else suggestion(key, _KEYS[table])
            yield Problem(f"{path}{key}", f"unknown key{advice}")


def closed_lists(entry: ParsedEntry) -> Problems:
    """Values of fields with a closed list of choices are in that list."""
    for key, field, text in entry.texts:
        if field.info.choices:
            yield from not_a_choice(key, text, field.info.choices)


def not_a_choice(key: str, text: str, choices: Sequence[str]) -> Problems:
    """Yield a problem where a text is none of the choices."""
    if text not in choices:
        advice = suggestion(text, choices) or f"; choose from: {', '.join(choices)}"
        yield Problem(key, f"{quoted(text)} is not an allowed value{advice}")


def techniques(entry: ParsedEntry) -> Problems:
    """Techniques are ids of the vocabulary."""
    vocabulary = entry.vocabulary
    for key, field, text in entry.texts:
        if field.info.vocabulary and vocabulary is not None and text not in vocabulary:
            technique_id = vocabulary.find(text)
            advice = f"; use its id, {technique_id}" if technique_id else suggestion(text, vocabulary)
            yield Problem(key, f"unknown technique {quoted(text)}{advice}")


def patterns(entry: ParsedEntry) -> Problems:
    """Texts of a fixed form, such as arXiv numbers, versions and addresses, have that form."""
    for key, field, text in entry.texts:
        info = field.info
        if info.pattern and not re.fullmatch(info.pattern, text):
            yield Problem(key, f'expected a value such as "{info.example}" ({info.help}), got {quoted(text)}')


def arxiv_pdf(entry: ParsedEntry) -> Problems:
    """A PDF on arXiv has the number of ``links.arxiv``."""
    links = entry.report.links
    address = re.fullmatch(ARXIV_ADDRESS, links.pdf or "", re.I)
    if address and links.arxiv and address[1] != links.arxiv:
        yield Problem("links.pdf", f"leads to arXiv:{address[1]}, but links.arxiv is {quoted(links.arxiv)}")


def flagship(entry: ParsedEntry) -> Problems:
    """The flagship is one of the models."""
    names = [model.name for model in entry.report.models]
    if entry.report.flagship is not None and entry.report.flagship not in names:
        advice = suggestion(entry.report.flagship, names)
        yield Problem("flagship", f"{quoted(entry.report.flagship)} is not one of the models{advice}")


def active_parameters(entry: ParsedEntry) -> Problems:
    """No model has more active parameters than parameters."""
    for index, model in enumerate(entry.report.models):
        if model.parameters is not None and (model.active_parameters or 0) > model.parameters:
            text = f"{model.active_parameters:_} is more than the total of {model.parameters:_}"
            yield Problem(f"models[{index}].active_parameters", text)


def active_experts(entry: ParsedEntry) -> Problems:
    """No more experts are active than there are."""
    architecture = entry.report.architecture
    if architecture.experts_total is not None and (architecture.experts_active or 0) > architecture.experts_total:
        text = f"{architecture.experts_active:_} is more than the total of {architecture.experts_total:_}"
        yield Problem("architecture.experts_active", text)


def past_dates(entry: ParsedEntry) -> Problems:
    """No date is in the future."""
    for field in ENTRY_FIELDS:
        if field.kind == DATE and (day := field.get(entry.report)) and day > entry.today:
            yield Problem(field.path, f"{day} is in the future; today is {entry.today}")


def order_of_dates(entry: ParsedEntry) -> Problems:
    """A date before ``first_published`` is explained under ``confidence.date``."""
    report = entry.report
    if report.first_published and report.date < report.first_published and "date" not in report.confidence:
        text = f"{report.date} is before first_published, {report.first_published}; explain it in confidence.date"
        yield Problem("date", text)


def sources(entry: ParsedEntry) -> Problems:
    """Sources are given for fields that the entry has."""
    for key in entry.report.sources:
        if key not in ENTRY_PATHS:
            yield Problem(f"sources.{key}", f"unknown field {quoted(key)}{suggestion(key, ENTRY_PATHS)}")
        elif not _has(entry.table, key):
            yield Problem(f"sources.{key}", f"the entry has no {key}; explain what is missing in [confidence]")


def _has(table: Mapping[str, Any], path: str) -> bool:
    """Return whether an entry has a field or a table, with whatever value."""
    name, _, key = path.partition(".")
    value = table.get(name)
    inside = value if isinstance(value, list) else [value]
    return any(isinstance(item, Mapping) and key in item for item in inside) if key else name in table


def confidence_keys(entry: ParsedEntry) -> Problems:
    """Keys of ``confidence`` are fields."""
    for key in entry.report.confidence:
        if key not in ENTRY_PATHS:
            yield Problem(f"confidence.{key}", f"unknown field {quoted(key)}{suggestion(key, ENTRY_PATHS)}")


def displayable_texts(entry: ParsedEntry) -> Problems:
    """Texts contain no character that a terminal would obey instead of showing it."""
    for key, _, text in entry.texts:
        yield from control_characters(key, text)


def control_characters(key: str, text: str) -> Problems:
    """Yield a problem for each kind of character in a text that a terminal would obey instead of showing it."""
    if not text.isprintable():
        for char in dict.fromkeys(char for char in text if not is_displayable(char)):
            name = unicodedata.name(char, "a control character")
            yield Problem(key, f"contains U+{ord(char):04X} ({name}), which cannot be displayed")


EMPTY_TEXT = "empty; leave out what is unknown"


def lengths(entry: ParsedEntry) -> Problems:
    """Texts are neither empty nor too long."""
    for key, field, text in entry.texts:
        if not text.strip():
            yield Problem(key, EMPTY_TEXT)
        elif field.info.max_length and len(text) > field.info.max_length:
            yield Problem(key, f"{len(text)} characters, at most {field.info.max_length} are allowed")
    for field in ENTRY_FIELDS:
        if field.required and not field.in_array and field.get(entry.report) == ():
            yield Problem(field.path, "required, but empty")


def layout(entry: ParsedEntry) -> Problems:
    """Keys are in the order of the fields, and values are written as ``to_toml`` writes them.

    Names the first line that differs. Entries with unknown keys or wrong types are passed over: ``to_toml`` would
    leave those keys out.
    """
    if entry.type_problems or any(True for _ in known_keys(entry)):
        return
    expected = to_toml(entry.report)
    if split_schema_line(entry.text)[1] == expected:
        return
    lines = lines_without_comments(entry.text)
    end = entry.text.count("\n") + 1
    for line, expected_line in zip_longest(lines, expected.removesuffix("\n").split("\n")):
        number, actual_line = line or (end, None)
        if actual_line != expected_line:
            described = "nothing" if expected_line is None else _shortened(expected_line) or "an empty line"
            yield _layout_problem(described, number)
            return
    if not entry.text.endswith("\n"):
        yield _layout_problem("a line end", end)


def _layout_problem(expected: str, line: int) -> Problem:
    return Problem("", f"layout: expected {expected} here; `check --fix` reformats the file", line)


def _shortened(line: str) -> str:
    return line if len(line) <= _LONGEST_LINE else f"{line[: _LONGEST_LINE - 1]}…"


_LONGEST_LINE = 60  # characters of a line that a problem quotes


def tag_and_type(entry: ParsedEntry) -> Problems:
    """The tag ``moe`` agrees with the type of the architecture or of a model."""
    report = entry.report
    types = {report.architecture.type, *(model.type for model in report.models)} - {None}
    if "moe" in report.tags and types and "moe" not in types:
        text = f'"moe" is a tag, but the type is {", ".join(sorted(filter(None, types)))}'
        yield Problem(f"tags[{report.tags.index('moe')}]", text)


def redundant_aliases(entry: ParsedEntry) -> Problems:
    """An alias differs from the id, the name and other aliases by more than case, spaces and hyphens."""
    seen = {fold_name(entry.report.id), fold_name(entry.report.name)}
    for index, alias in enumerate(entry.report.aliases):
        if fold_name(alias) in seen:
            yield Problem(f"aliases[{index}]", f"{quoted(alias)} is redundant")
        seen.add(fold_name(alias))


Rule = Callable[[ParsedEntry], Problems]
ENTRY_RULES: Mapping[Rule, str] = {
    value_types: PROBLEM,
    file_name: PROBLEM,
    known_keys: PROBLEM,
    closed_lists: PROBLEM,
    techniques: PROBLEM,
    patterns: PROBLEM,
    arxiv_pdf: PROBLEM,
    flagship: PROBLEM,
    active_parameters: PROBLEM,
    active_experts: PROBLEM,
    past_dates: PROBLEM,
    order_of_dates: PROBLEM,
    sources: PROBLEM,
    confidence_keys: PROBLEM,
    displayable_texts: PROBLEM,
    lengths: PROBLEM,
    layout: PROBLEM,
    tag_and_type: REMARK,
    redundant_aliases: REMARK,
}


def broken_rules(entry: ParsedEntry) -> list[tuple[Rule, str, Problem]]:
    """Return the rules that an entry breaks, each with its severity and a problem.

    Of a value of a wrong type only that is reported.
    """
    wrong_types = {problem.key for problem in entry.type_problems}
    return [
        (rule, severity, problem)
        for rule, severity in ENTRY_RULES.items()
        for problem in rule(entry)
        if rule is value_types or wrong_types.isdisjoint(ancestor_keys(problem.key))
    ]
