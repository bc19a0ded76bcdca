"""The rules that one entry keeps: one function per rule, all of them in the table ``ENTRY_RULES``. Reads no files."""

import re
import unicodedata
from collections.abc import Callable, Container, Mapping, Sequence
from itertools import zip_longest
from typing import Any

from reportcli.answer.check import PROBLEM, REMARK
from reportcli.curate import recipe_rules
from reportcli.curate.entry import ParsedEntry, Problems, suggestion
from reportcli.errors import did_you_mean
from reportcli.query.names import ARXIV_ADDRESS
from reportcli.report.choices import ID_ADVICE, ID_PATTERN
from reportcli.report.fields import DATE, ENTRY_FIELDS, ENTRY_PATHS, Report, tables_of
from reportcli.report.parse import Problem, quoted
from reportcli.report.toml import to_toml
from reportcli.report.toml_lines import ancestor_keys, first_comment, lines_without_comments, split_schema_line
from reportcli.text import fold_name, is_displayable


def value_types(entry: ParsedEntry) -> Problems:
    """Values have their types, and required keys are present."""
    yield from entry.type_problems


def file_name(entry: ParsedEntry) -> Problems:
    """The name of the file is an id and ``.toml``."""
    if not (entry.file_name.endswith(".toml") and re.fullmatch(ID_PATTERN, entry.report.id)):
        yield Problem("", f"{quoted(entry.file_name)} is not a valid file name; {ID_ADVICE}")


def _keys_by_table() -> Mapping[str, Sequence[str]]:
    keys: dict[str, dict[str, None]] = {}
    for path in ENTRY_PATHS:
        table, _, key = path.rpartition(".")
        keys.setdefault(table, {})[key] = None
    return {table: tuple(inner) for table, inner in keys.items()}


_KEYS = _keys_by_table()  # "" stands for the top level


def known_keys(entry: ParsedEntry) -> Problems:
    """Every key is that of a field."""
    yield from _unknown_keys("", "", entry.table)


def _unknown_keys(table: str, path: str, values: Mapping[str, Any]) -> Problems:
    """Yield a problem for each unknown key of a table and of those in it; ``path`` has the places in arrays."""
    for key, value in values.items():
        inner_table, inner_path = f"{table}.{key}".lstrip("."), f"{path}.{key}".lstrip(".")
        if inner_path == "id":
            yield Problem(key, "unknown key; the id is the name of the file")
        elif key not in _KEYS[table]:
            in_other_tables = [field.path for field in ENTRY_FIELDS if field.path.endswith(f".{key}")]
            advice = f"; {did_you_mean(in_other_tables)}" if in_other_tables else suggestion(key, _KEYS[table])
            yield Problem(inner_path, f"unknown key{advice}")
        elif inner_table in _KEYS and isinstance(value, Mapping):
            yield from _unknown_keys(inner_table, inner_path, value)
        elif inner_table in _KEYS and isinstance(value, list):
            for index, item in enumerate(value):
                if isinstance(item, Mapping):
                    yield from _unknown_keys(inner_table, f"{inner_path}[{index}]", item)


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
            technique_id, near = vocabulary.find(text), did_you_mean(vocabulary.nearest(text))
            advice = f"use its id, {technique_id}" if technique_id else near
            yield Problem(key, f"unknown technique {quoted(text)}{advice and f'; {advice}'}")


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


def toml_version(entry: ParsedEntry) -> Problems:
    """The text is TOML 1.0, which every program reads."""
    import tomllib

    try:
        tomllib.loads(entry.text)
    except tomllib.TOMLDecodeError as error:
        yield Problem("", f"not TOML 1.0: {str(error)[:1].lower()}{str(error)[1:]}")


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
        elif not entry.has(key):
            yield Problem(f"sources.{key}", f"the entry has no {key}; explain what is missing in [confidence]")


def undisclosed(entry: ParsedEntry) -> Problems:
    """What is undisclosed is a field that an entry can have, and that this one has not: of runs, that no run has."""
    for index, path in enumerate(entry.report.undisclosed):
        key = f"undisclosed[{index}]"
        if path not in ENTRY_PATHS:
            yield Problem(key, f"unknown field {quoted(path)}{suggestion(path, ENTRY_PATHS)}")
        elif entry.has(path):
            yield Problem(key, f"the entry has {path}")


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
    if not entry.report.organizations and entry.has("organizations"):
        yield Problem("organizations", "required, but empty")


def completeness(entry: ParsedEntry) -> Problems:
    """An entry is complete: it has what entries that are shared have."""
    for field in ENTRY_FIELDS:
        if field.info.expected and not field.get(entry.report):
            yield Problem(field.path, f"required, but {'empty' if entry.has(field.path) else 'missing'}")
    for table in _REQUIRED_TABLES:
        if not any(key.startswith(f"{table}.") for key, _, _ in entry.texts):
            yield Problem(table, f"required, but {'empty' if entry.has(table) else 'missing'}; give at least one")


_REQUIRED_TABLES = tuple(table.path for table in tables_of(Report) if table.required)


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
    comment = first_comment(entry.text)
    way = f"{_KEEPS_COMMENTS}, and line {comment} has one" if comment else _REFORMATS
    end = entry.text.count("\n") + 1
    for line, expected_line in zip_longest(lines, expected.removesuffix("\n").split("\n")):
        number, actual_line = line or (end, None)
        if actual_line != expected_line:
            described = "nothing" if expected_line is None else _shortened(expected_line) or "an empty line"
            yield Problem("", f"layout: expected {described} here; {way}", number)
            return
    if not entry.text.endswith("\n"):
        yield Problem("", f"layout: expected a line end here; {way}", end)


_REFORMATS = "`check --fix` reformats the file"
_KEEPS_COMMENTS = "reformat it yourself: `check --fix` leaves files with comments alone"


def _shortened(line: str) -> str:
    return line if len(line) <= _LONGEST_LINE else f"{line[: _LONGEST_LINE - 1]}…"


_LONGEST_LINE = 60  # characters of a line that a problem quotes


def tag_and_type(entry: ParsedEntry) -> Problems:
    """The tag ``moe`` agrees with the type of the architecture or of a model; other types than dense may be one."""
    report = entry.report
    types = {report.architecture.type, *(model.type for model in report.models)} - {None}
    if "moe" in report.tags and types == {"dense"}:
        text = '"moe" is a tag, but the type is dense'
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
    toml_version: PROBLEM,
    value_types: PROBLEM,
    file_name: PROBLEM,
    known_keys: PROBLEM,
    closed_lists: PROBLEM,
    techniques: PROBLEM,
    patterns: PROBLEM,
    arxiv_pdf: PROBLEM,
    flagship: PROBLEM,
    recipe_rules.limits: PROBLEM,
    recipe_rules.active_parameters: PROBLEM,
    recipe_rules.active_experts: PROBLEM,
    recipe_rules.layers: PROBLEM,
    recipe_rules.kl_penalty: PROBLEM,
    recipe_rules.models_without_rl: PROBLEM,
    recipe_rules.families_of_runs: PROBLEM,
    past_dates: PROBLEM,
    order_of_dates: PROBLEM,
    undisclosed: PROBLEM,
    sources: PROBLEM,
    confidence_keys: PROBLEM,
    displayable_texts: PROBLEM,
    lengths: PROBLEM,
    completeness: PROBLEM,
    layout: PROBLEM,
    tag_and_type: REMARK,
    redundant_aliases: REMARK,
    recipe_rules.order_of_models: REMARK,
    recipe_rules.sources_of_figures: REMARK,
    recipe_rules.parameter_count: REMARK,
}


def broken_rules(entry: ParsedEntry, without: Container[Rule] = ()) -> list[tuple[Rule, str, Problem]]:
    """Return the rules that an entry breaks, each with its severity and a problem; some need not be asked.

    Of a value of a wrong type only that is reported.
    """
    wrong_types = {problem.key for problem in entry.type_problems}
    return [
        (rule, severity, problem)
        for rule, severity in ENTRY_RULES.items()
        if rule not in without
        for problem in rule(entry)
        if rule is value_types or wrong_types.isdisjoint(ancestor_keys(problem.key))
    ]
