"""Every rule that an entry keeps by itself: one function a rule, all of them in a table. Reads no files."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import chain, zip_longest
from typing import Any, NamedTuple

from reportcli.answer.outcome import PROBLEM, REMARK
from reportcli.errors import did_you_mean
from reportcli.layout import after_schema_line, bare_lines, parts_of, to_toml
from reportcli.names import ARXIV_ADDRESS
from reportcli.reader import Problem, read_part, shown
from reportcli.report import DATE, ID, KEYS, PLACES, Field, Report
from reportcli.vocabulary import Vocabulary
from reportcli.words import fold_name, is_shown, nearest

Problems = Iterator[Problem]


class Draft(NamedTuple):
    """An entry as far as it can be read, and what its rules may know beside it."""

    file: str  # its name
    text: str
    table: Mapping[str, Any]
    report: Report  # what is right of it
    wrong: Sequence[Problem]  # what is not
    texts: Sequence[tuple[str, Field, str]]  # every text with its key
    vocabulary: Vocabulary | None  # None where it cannot be read
    today: date


def draft_of(file: str, text: str, table: Mapping[str, Any], vocabulary: Vocabulary | None, today: date) -> Draft:
    """Return what can be read of an entry."""
    report, wrong = read_part(file.removesuffix(".toml"), table)
    return Draft(file, text, table, report, wrong, list(_texts(report)), vocabulary, today)


def _texts(report: Report) -> Iterator[tuple[str, Field, str]]:
    for field in KEYS:
        array, _, key = field.path.partition(".")
        values = enumerate(field.get(report)) if field.many else ()
        single = () if field.many else [(field.path, field.get(report))]
        for path, value in chain(((f"{array}[{place}].{key}", one) for place, one in values), single):
            if isinstance(value, str):
                yield path, field, value
            elif isinstance(value, tuple):
                yield from ((f"{path}[{place}]", field, item) for place, item in enumerate(value))
            elif isinstance(value, Mapping):
                yield from ((f"{path}.{name}", field, item) for name, item in value.items())


def near(text: str, names: Iterable[str]) -> str:
    """Return the end of a sentence that asks for the nearest of some names; "" where none is near."""
    advice = did_you_mean(nearest(text, names)[:1])
    return f"; {advice}" if advice else ""


def types(draft: Draft) -> Problems:
    """Every value has its type, and what is required is there."""
    yield from draft.wrong


def file_name(draft: Draft) -> Problems:
    """The name of the file is an id and .toml."""
    if not (draft.file.endswith(".toml") and re.fullmatch(ID, draft.report.id)):
        said = "is not named by an id: lower-case letters, digits, . and -, such as qwen3.toml"
        yield Problem("", f"{shown(draft.file)} {said}")


def _keys_by_table() -> Mapping[str, Sequence[str]]:
    keys: dict[str, dict[str, None]] = {"": {}}
    for field in KEYS:
        table, _, key = field.path.rpartition(".")
        keys[""][table or key] = None
        keys.setdefault(table, {})[key] = None
    return {table: tuple(inner) for table, inner in keys.items()}


_KEYS = _keys_by_table()  # the table of all stands under ""


def known_keys(draft: Draft) -> Problems:
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
            elsewhere = [field.path for field in KEYS if field.path.endswith(f".{key}")]
            advice = f"; {did_you_mean(elsewhere)}" if elsewhere else near(key, _KEYS[table])
            yield Problem(f"{path}{key}", f"unknown key{advice}")


def closed_lists(draft: Draft) -> Problems:
    """Values of closed lists are among them."""
    for key, field, text in draft.texts:
        if field.about.closed and text not in field.about.closed:
            advice = near(text, field.about.closed) or f"; write one of: {', '.join(field.about.closed)}"
            yield Problem(key, f"{shown(text)} is not in the list{advice}")


def techniques(draft: Draft) -> Problems:
    """Techniques are ids of the vocabulary."""
    known = draft.vocabulary
    for key, field, text in draft.texts:
        if field.about.vocabulary and known is not None and text not in known:
            id = known.find(text)
            advice = f"; write its id, {id}" if id else near(text, known)
            yield Problem(key, f"the vocabulary has no technique {shown(text)}{advice}")


def patterns(draft: Draft) -> Problems:
    """Numbers of arXiv, versions and addresses look as they must."""
    for key, field, text in draft.texts:
        about = field.about
        if about.pattern and not re.fullmatch(about.pattern, text):
            yield Problem(key, f'{shown(text)} does not look like "{about.example}" ({about.help})')


def arxiv_pdf(draft: Draft) -> Problems:
    """A PDF on arXiv is that of the number."""
    links = draft.report.links
    found = re.fullmatch(ARXIV_ADDRESS, links.pdf or "", re.I)
    if found and links.arxiv and found[1] != links.arxiv:
        yield Problem("links.pdf", f"it is arXiv:{found[1]}, but links.arxiv is {shown(links.arxiv)}")


def flagship(draft: Draft) -> Problems:
    """The flagship is one of the models."""
    names = [model.name for model in draft.report.models]
    if draft.report.flagship is not None and draft.report.flagship not in names:
        advice = near(draft.report.flagship, names)
        yield Problem("flagship", f"{shown(draft.report.flagship)} is none of the models{advice}")


def active_parameters(draft: Draft) -> Problems:
    """No model has more parameters at work than in total."""
    for place, model in enumerate(draft.report.models):
        if model.parameters is not None and (model.active_parameters or 0) > model.parameters:
            said = f"{model.active_parameters:_} is more than all {model.parameters:_} parameters"
            yield Problem(f"models[{place}].active_parameters", said)


def active_experts(draft: Draft) -> Problems:
    """No more experts work on a token than there are."""
    architecture = draft.report.architecture
    if architecture.experts_total is not None and (architecture.experts_active or 0) > architecture.experts_total:
        said = f"{architecture.experts_active:_} is more than all {architecture.experts_total:_} experts"
        yield Problem("architecture.experts_active", said)


def past_dates(draft: Draft) -> Problems:
    """No date is in the future."""
    for field in KEYS:
        if field.kind == DATE and (day := field.get(draft.report)) and day > draft.today:
            yield Problem(field.path, f"{day} is in the future; today is {draft.today}")


def order_of_dates(draft: Draft) -> Problems:
    """A date before the first publication is explained."""
    report = draft.report
    if report.first_published and report.date < report.first_published and "date" not in report.confidence:
        said = f"{report.date} is before first_published, {report.first_published}; confidence.date must say why"
        yield Problem("date", said)


def sources(draft: Draft) -> Problems:
    """Sources are of fields that the entry has."""
    for key in draft.report.sources:
        if key not in PLACES:
            yield Problem(f"sources.{key}", f"there is no field {shown(key)}{near(key, PLACES)}")
        elif not _has(draft.table, key):
            yield Problem(f"sources.{key}", f"the entry has no {key}; what is uncertain or absent is for [confidence]")


def _has(table: Mapping[str, Any], path: str) -> bool:
    """Return whether a field or a table stands in an entry, be it right or wrong."""
    name, _, key = path.partition(".")
    value = table.get(name)
    inside = value if isinstance(value, list) else [value]
    return any(isinstance(item, Mapping) and key in item for item in inside) if key else name in table


def doubts(draft: Draft) -> Problems:
    """What is uncertain is a field that an entry can have."""
    for key in draft.report.confidence:
        if key not in PLACES:
            yield Problem(f"confidence.{key}", f"there is no field {shown(key)}{near(key, PLACES)}")


def letters(draft: Draft) -> Problems:
    """Texts hold nothing that a terminal obeys instead of showing it."""
    for key, _, text in draft.texts:
        yield from hidden(key, text)


def hidden(key: str, text: str) -> Problems:
    """Yield each letter of a text that a terminal would obey instead of showing it."""
    if not text.isprintable():
        for letter in dict.fromkeys(letter for letter in text if not is_shown(letter)):
            name = unicodedata.name(letter, "a control character")
            yield Problem(key, f"holds U+{ord(letter):04X} ({name}), which is not shown")


def lengths(draft: Draft) -> Problems:
    """Texts are neither empty nor too long."""
    for key, field, text in draft.texts:
        if not text.strip():
            yield Problem(key, "empty; leave out what is not known")
        elif field.about.longest and len(text) > field.about.longest:
            yield Problem(key, f"{len(text)} characters, at most {field.about.longest} fit")
    for field in KEYS:
        if field.required and not field.many and field.get(draft.report) == ():
            yield Problem(field.path, "required, but empty")


def layout(draft: Draft) -> Problems:
    """Keys stand in the order of the fields, and values are written as ``to_toml`` writes them.

    This is asked only where all keys are known and all values right: it would say of them nothing new.
    """
    if draft.wrong or any(True for _ in known_keys(draft)):
        return
    expected = to_toml(draft.report)
    if after_schema_line(draft.text)[1] == expected:
        return
    lines = bare_lines(draft.text)
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


def tag_and_type(draft: Draft) -> Problems:
    """A tag that names a type is that of the architecture, or of a model."""
    report = draft.report
    said = {type for type in (report.architecture.type, *(model.type for model in report.models)) if type}
    if "moe" in report.tags and said and "moe" not in said:
        yield Problem(f"tags[{report.tags.index('moe')}]", f'"moe" is a tag, but the type is {", ".join(sorted(said))}')


def idle_aliases(draft: Draft) -> Problems:
    """An alias says what folding does not find anyway."""
    known = {fold_name(draft.report.id), fold_name(draft.report.name)}
    for place, alias in enumerate(draft.report.aliases):
        if fold_name(alias) in known:
            yield Problem(f"aliases[{place}]", f"{shown(alias)} is found without it")
        known.add(fold_name(alias))


Rule = Callable[[Draft], Problems]
RULES: Mapping[Rule, str] = {
    **dict.fromkeys(
        (
            types, file_name, known_keys, closed_lists, techniques, patterns, arxiv_pdf, flagship, active_parameters,
            active_experts, past_dates, order_of_dates, sources, doubts, letters, lengths, layout,
        ),
        PROBLEM,
    ),
    **dict.fromkeys((tag_and_type, idle_aliases), REMARK),
}  # fmt: skip


def broken(draft: Draft) -> list[tuple[Rule, str, Problem]]:
    """Return what each rule of one entry finds, with its severity; of a value of a wrong type nothing else is said."""
    wrong = {problem.key for problem in draft.wrong}
    return [
        (rule, severity, problem)
        for rule, severity in RULES.items()
        for problem in rule(draft)
        if rule is types or wrong.isdisjoint(parts_of(problem.key))
    ]
