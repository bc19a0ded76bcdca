"""Every rule that an entry keeps by itself: one function a rule, all of them in a table. Reads no files."""

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
    """An entry as far as it can be read, and what its rules may know beside it."""

    file: str  # its name
    text: str
    table: Mapping[str, Any]
    report: Report  # what is right of it
    wrong: Sequence[Problem]  # what is not
    texts: Sequence[tuple[str, Field, str]]  # every text with its key
    vocabulary: Vocabulary | None  # None where it cannot be read
    today: date


def parse_entry(
    file: str, text: str, table: Mapping[str, Any], vocabulary: Vocabulary | None, today: date
) -> ParsedEntry:
    """Return what can be read of an entry."""
    report, wrong = parse_partial_report(file.removesuffix(".toml"), table)
    return ParsedEntry(file, text, table, report, wrong, list(_texts(report)), vocabulary, today)


def _texts(report: Report) -> Iterator[tuple[str, Field, str]]:
    for field in ENTRY_FIELDS:
        array, _, key = field.path.partition(".")
        values = enumerate(field.get(report)) if field.in_array else ()
        single = () if field.in_array else [(field.path, field.get(report))]
        for path, value in chain(((f"{array}[{place}].{key}", one) for place, one in values), single):
            if isinstance(value, str):
                yield path, field, value
            elif isinstance(value, tuple):
                yield from ((f"{path}[{place}]", field, item) for place, item in enumerate(value))
            elif isinstance(value, Mapping):
                yield from ((f"{path}.{name}", field, item) for name, item in value.items())


def suggestion(text: str, names: Iterable[str]) -> str:
    """Return the end of a sentence that asks for the nearest of some names; "" where none is near."""
    advice = did_you_mean(closest_spellings(text, names)[:1])
    return f"; {advice}" if advice else ""


def value_types(draft: ParsedEntry) -> Problems:
    """Every value has its type, and what is required is there."""
    yield from draft.wrong


def file_name(draft: ParsedEntry) -> Problems:
    """The name of the file is an id and .toml."""
    if not (draft.file.endswith(".toml") and re.fullmatch(ID_PATTERN, draft.report.id)):
        said = "is not named by an id: lower-case letters, digits, . and -, such as qwen3.toml"
        yield Problem("", f"{quoted(draft.file)} {said}")


def _keys_by_table() -> Mapping[str, Sequence[str]]:
    keys: dict[str, dict[str, None]] = {"": {}}
    for field in ENTRY_FIELDS:
        table, _, key = field.path.rpartition(".")
        keys[""][table or key] = None
        keys.setdefault(table, {})[key] = None
    return {table: tuple(inner) for table, inner in keys.items()}


_KEYS = _keys_by_table()  # the table of all stands under ""


def known_keys(draft: ParsedEntry) -> Problems:
    """Every key is one of the list of fields."""
    yield from _strangers("", "", draft.table)
    for table, value in draft.table.items():
        if table in _KEYS and isinstance(value, Mapping):
            yield from _strangers(table, f"{table}.", value)
        elif table in _KEYS and isinstance(value, list):
            for place, item in enumerate(value):
                if isinstance(item, Mapping):
                    yield from _strangers(table, f"{table}[{place}].", item)


def _strangers(table: str, path: str, values: Mapping[str, Any]) -> Problems:
    for key in values:
        if f"{path}{key}" == "id":
            yield Problem(key, "unknown key: the name of the file is the id")
        elif key not in _KEYS[table]:
            elsewhere = [field.path for field in ENTRY_FIELDS if field.path.endswith(f".{key}")]
            advice = f"; {did_you_mean(elsewhere)}" if elsewhere else suggestion(key, _KEYS[table])
            yield Problem(f"{path}{key}", f"unknown key{advice}")


def closed_lists(draft: ParsedEntry) -> Problems:
    """Values of closed lists are among them."""
    for key, field, text in draft.texts:
        if field.info.choices and text not in field.info.choices:
            advice = suggestion(text, field.info.choices) or f"; write one of: {', '.join(field.info.choices)}"
            yield Problem(key, f"{quoted(text)} is not in the list{advice}")


def techniques(draft: ParsedEntry) -> Problems:
    """Techniques are ids of the vocabulary."""
    known = draft.vocabulary
    for key, field, text in draft.texts:
        if field.info.vocabulary and known is not None and text not in known:
            id = known.find(text)
            advice = f"; write its id, {id}" if id else suggestion(text, known)
            yield Problem(key, f"the vocabulary has no technique {quoted(text)}{advice}")


def patterns(draft: ParsedEntry) -> Problems:
    """Numbers of arXiv, versions and addresses look as they must."""
    for key, field, text in draft.texts:
        about = field.info
        if about.pattern and not re.fullmatch(about.pattern, text):
            yield Problem(key, f'{quoted(text)} does not look like "{about.example}" ({about.help})')


def arxiv_pdf(draft: ParsedEntry) -> Problems:
    """A PDF on arXiv is that of the number."""
    links = draft.report.links
    found = re.fullmatch(ARXIV_ADDRESS, links.pdf or "", re.I)
    if found and links.arxiv and found[1] != links.arxiv:
        yield Problem("links.pdf", f"it is arXiv:{found[1]}, but links.arxiv is {quoted(links.arxiv)}")


def flagship(draft: ParsedEntry) -> Problems:
    """The flagship is one of the models."""
    names = [model.name for model in draft.report.models]
    if draft.report.flagship is not None and draft.report.flagship not in names:
        advice = suggestion(draft.report.flagship, names)
        yield Problem("flagship", f"{quoted(draft.report.flagship)} is none of the models{advice}")


def active_parameters(draft: ParsedEntry) -> Problems:
    """No model has more parameters at work than in total."""
    for place, model in enumerate(draft.report.models):
        if model.parameters is not None and (model.active_parameters or 0) > model.parameters:
            said = f"{model.active_parameters:_} is more than all {model.parameters:_} parameters"
            yield Problem(f"models[{place}].active_parameters", said)


def active_experts(draft: ParsedEntry) -> Problems:
    """No more experts work on a token than there are."""
    architecture = draft.report.architecture
    if architecture.experts_total is not None and (architecture.experts_active or 0) > architecture.experts_total:
        said = f"{architecture.experts_active:_} is more than all {architecture.experts_total:_} experts"
        yield Problem("architecture.experts_active", said)


def past_dates(draft: ParsedEntry) -> Problems:
    """No date is in the future."""
    for field in ENTRY_FIELDS:
        if field.kind == DATE and (day := field.get(draft.report)) and day > draft.today:
            yield Problem(field.path, f"{day} is in the future; today is {draft.today}")


def order_of_dates(draft: ParsedEntry) -> Problems:
    """A date before the first publication is explained."""
    report = draft.report
    if report.first_published and report.date < report.first_published and "date" not in report.confidence:
        said = f"{report.date} is before first_published, {report.first_published}; confidence.date must say why"
        yield Problem("date", said)


def sources(draft: ParsedEntry) -> Problems:
    """Sources are of fields that the entry has."""
    for key in draft.report.sources:
        if key not in ENTRY_PATHS:
            yield Problem(f"sources.{key}", f"unknown field {quoted(key)}{suggestion(key, ENTRY_PATHS)}")
        elif not _has(draft.table, key):
            yield Problem(f"sources.{key}", f"the entry has no {key}; what is uncertain or absent is for [confidence]")


def _has(table: Mapping[str, Any], path: str) -> bool:
    """Return whether a field or a table stands in an entry, be it right or wrong."""
    name, _, key = path.partition(".")
    value = table.get(name)
    inside = value if isinstance(value, list) else [value]
    return any(isinstance(item, Mapping) and key in item for item in inside) if key else name in table


def confidence_keys(draft: ParsedEntry) -> Problems:
    """What is uncertain is a field that an entry can have."""
    for key in draft.report.confidence:
        if key not in ENTRY_PATHS:
            yield Problem(f"confidence.{key}", f"unknown field {quoted(key)}{suggestion(key, ENTRY_PATHS)}")


def displayable_letters(draft: ParsedEntry) -> Problems:
    """Texts hold nothing that a terminal obeys instead of showing it."""
    for key, _, text in draft.texts:
        yield from undisplayable_letters(key, text)


def undisplayable_letters(key: str, text: str) -> Problems:
    """Yield each letter of a text that a terminal would obey instead of showing it."""
    if not text.isprintable():
        for letter in dict.fromkeys(letter for letter in text if not is_displayable(letter)):
            name = unicodedata.name(letter, "a control character")
            yield Problem(key, f"holds U+{ord(letter):04X} ({name}), which is not shown")


def lengths(draft: ParsedEntry) -> Problems:
    """Texts are neither empty nor too long."""
    for key, field, text in draft.texts:
        if not text.strip():
            yield Problem(key, "empty; leave out what is not known")
        elif field.info.max_length and len(text) > field.info.max_length:
            yield Problem(key, f"{len(text)} characters, at most {field.info.max_length} fit")
    for field in ENTRY_FIELDS:
        if field.required and not field.in_array and field.get(draft.report) == ():
            yield Problem(field.path, "required, but empty")


def layout(draft: ParsedEntry) -> Problems:
    """Keys stand in the order of the fields, and values are written as ``to_toml`` writes them.

    This is asked only where all keys are known and all values right: it would say of them nothing new.
    """
    if draft.wrong or any(True for _ in known_keys(draft)):
        return
    expected = to_toml(draft.report)
    if split_schema_line(draft.text)[1] == expected:
        return
    lines = lines_without_comments(draft.text)
    end = draft.text.count("\n") + 1
    for line, wanted in zip_longest(lines, expected.removesuffix("\n").split("\n")):
        number, found = line or (end, None)
        if found != wanted:
            yield _misplaced("nothing" if wanted is None else _cut(wanted) or "an empty line", number)
            return
    if not draft.text.endswith("\n"):
        yield _misplaced("a line end", end)


def _misplaced(expected: str, line: int) -> Problem:
    return Problem("", f"expected here: {expected} (check --fix sets keys and layout right)", line)


def _cut(line: str) -> str:
    return line if len(line) <= _LONGEST_LINE else f"{line[: _LONGEST_LINE - 1]}…"


_LONGEST_LINE = 60  # in a sentence


def tag_and_type(draft: ParsedEntry) -> Problems:
    """A tag that names a type is that of the architecture, or of a model."""
    report = draft.report
    said = {type for type in (report.architecture.type, *(model.type for model in report.models)) if type}
    if "moe" in report.tags and said and "moe" not in said:
        yield Problem(f"tags[{report.tags.index('moe')}]", f'"moe" is a tag, but the type is {", ".join(sorted(said))}')


def redundant_aliases(draft: ParsedEntry) -> Problems:
    """An alias says what folding does not find anyway."""
    known = {fold_name(draft.report.id), fold_name(draft.report.name)}
    for place, alias in enumerate(draft.report.aliases):
        if fold_name(alias) in known:
            yield Problem(f"aliases[{place}]", f"{quoted(alias)} is redundant")
        known.add(fold_name(alias))


Rule = Callable[[ParsedEntry], Problems]
RULES: Mapping[Rule, str] = {
    **dict.fromkeys(
        (
            value_types, file_name, known_keys, closed_lists, techniques, patterns, arxiv_pdf, flagship, active_parameters,
            active_experts, past_dates, order_of_dates, sources, confidence_keys, displayable_letters, lengths, layout,
        ),
        PROBLEM,
    ),
    **dict.fromkeys((tag_and_type, redundant_aliases), REMARK),
}  # fmt: skip


def broken_rules(draft: ParsedEntry) -> list[tuple[Rule, str, Problem]]:
    """Return what each rule of one entry finds, with its severity; of a value of a wrong type nothing else is said."""
    wrong = {problem.key for problem in draft.wrong}
    return [
        (rule, severity, problem)
        for rule, severity in RULES.items()
        for problem in rule(draft)
        if rule is value_types or wrong.isdisjoint(ancestor_keys(problem.key))
    ]
