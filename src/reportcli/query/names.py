"""A typed name → one report, and the model if one is named.

Nothing is guessed: a name that fits no report or several is an error. The register knows which report has which
spelling, so that this module needs neither files nor the index.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import NamedTuple, Protocol

from reportcli.errors import AmbiguousName, UnknownName
from reportcli.report.fields import Model, Report
from reportcli.text import closest_names, fold_name

ID_SPELLING, NAME_SPELLING, MODEL_SPELLING, ARXIV_SPELLING = 1, 2, 3, 4
_ARXIV_HOSTS = (
    r"(?:www\.|export\.)?arxiv\.org/(?:abs|pdf|html)/", r"(?:www\.)?alphaxiv\.org/(?:abs|pdf|overview)/",
    r"(?:www\.)?huggingface\.co/papers/", r"(?:dx\.|www\.)?doi\.org/10\.48550/arxiv\.",
)  # fmt: skip
_ARXIV_PREFIXES = r"(?:arxiv:|(?:doi:)?10\.48550/arxiv\.)"
ARXIV_ADDRESS = (
    rf"(?:(?:https?://)?(?:{'|'.join(_ARXIV_HOSTS)})|{_ARXIV_PREFIXES})?"
    r"(\d{4}\.\d{4,5})(v\d+)?(?:\.pdf)?/?(?:[?#].*)?"
)
_MAX_NAME_WORDS = 8
ANY_LENGTH = 1 << 31  # letters


class Spelling(NamedTuple):
    """One spelling of a name of a report: folded, as written, of which kind, and the id of the report."""

    folded: str
    written: str
    kind: int
    report: str


class ReportMatch(NamedTuple):
    """The report that a name means, and the model if the name is that of a model."""

    report: Report
    model: Model | None = None
    origin: str = ""  # the file that it was read from; "" for a shipped one


class NameRegister(Protocol):
    """What looks up spellings, and reports by id."""

    def spelled_as(self, folded: str, /) -> Sequence[Spelling]:
        """Return the spellings that are equal to a folded name."""

    def starting_with(self, folded: str, kind: int = 0, /) -> Sequence[Spelling]:
        """Return the spellings that begin with a folded text, of one kind or (0) of all."""

    def ending_with(self, folded: str, /) -> Sequence[Spelling]:
        """Return the spellings that end with a folded text."""

    def names(self, least: int = 1, most: int = ANY_LENGTH, /) -> Mapping[str, str]:
        """Return the names of so many letters as they are written, by how they are folded; of equal ones a report's."""

    def report(self, report_id: str, /) -> Report:
        """Return a report by its id."""


def spellings_of(report: Report) -> Iterator[Spelling]:
    """Yield every spelling of the names of a report: id, name, aliases, models, arXiv number."""
    yield Spelling(fold_name(report.id), report.id, ID_SPELLING, report.id)
    for name in (report.name, *report.aliases):
        yield Spelling(fold_name(name), name, NAME_SPELLING, report.id)
    for model in report.models:
        yield Spelling(fold_name(model.name), model.name, MODEL_SPELLING, report.id)
    if report.links.arxiv:
        yield Spelling(report.links.arxiv, report.links.arxiv, ARXIV_SPELLING, report.id)


def find_report(text: str, register: NameRegister) -> ReportMatch:
    """Return the report that a typed name means, and the model if it is the name of one.

    The steps, of which the first that finds reports decides: id, name or alias, model, arXiv number or address,
    beginning of an id, name or alias, end of one after a space or hyphen, such an end of a model. A spelling as typed
    comes before folded ones. Raises UnknownName, or AmbiguousName where that step finds several.
    """
    text = text.encode("utf-8", "replace").decode()  # bytes of an argument that are not text become question marks
    ids, meant = ids_named(text, register), [fold_name(text)]
    if not ids:
        ids = [spelling.report for spelling in _begun(text, register)]
    if not ids:
        ended = _ended(text, register)
        ids, meant = [spelling.report for spelling in ended], [spelling.folded for spelling in ended]
    if not ids:
        raise UnknownName(text, _similar_names(text, register))
    report = register.report(_only_id(text, ids))
    return ReportMatch(report, next((model for model in report.models if fold_name(model.name) in meant), None))


def split_names(words: Sequence[str], register: NameRegister) -> list[str]:
    """Return the names that words are: from the left, the longest run of words that is a name is one.

    Exact steps of ``find_report`` come before beginnings and ends; a word that begins no name is a name by itself.
    """
    names, position = list[str](), 0
    if len(words) == 1:
        return list(words)
    while position < len(words):
        lengths = range(min(_MAX_NAME_WORDS, len(words) - position), 1, -1)
        runs = [(length, " ".join(words[position : position + length])) for length in lengths]
        runs.append((1, words[position]))
        length, name = next((run for run in runs if ids_named(run[1], register)), (0, ""))
        if not length:
            length, name = next((run for run in runs if _is_unique(run[1], register)), runs[-1])
        names.append(name)
        position += length
    return names


def _is_unique(text: str, register: NameRegister) -> bool:
    return len({spelling.report for spelling in _begun(text, register) or _ended(text, register)}) == 1


def ids_named(text: str, register: NameRegister) -> list[str]:
    """Return the ids of the reports with exactly this id, else name or alias, else model, else arXiv number."""
    return _ids_spelled_as(text, register) or _ids_on_arxiv(text, register)


def _ids_spelled_as(text: str, register: NameRegister) -> list[str]:
    folded = fold_name(text)
    spellings = _without_arxiv(register.spelled_as(folded)) if folded else []
    ranked = [(spelling.kind == MODEL_SPELLING, spelling.written != text, spelling.kind) for spelling in spellings]
    return [spelling.report for spelling, rank in zip(spellings, ranked, strict=True) if rank == min(ranked)]


def _ids_on_arxiv(text: str, register: NameRegister) -> list[str]:
    """Return the ids of the reports with an arXiv number; of several, those of the version that the text names."""
    parsed = parse_arxiv_number(text)
    if not parsed:
        return []
    number, version = parsed
    ids = [spelling.report for spelling in register.spelled_as(number) if spelling.kind == ARXIV_SPELLING]
    if len(ids) > 1 and version:
        return [report_id for report_id in ids if register.report(report_id).arxiv_version == version] or ids
    return ids


def parse_arxiv_number(text: str) -> tuple[str, str] | None:
    """Parse an arXiv number or address: return the number and the version (``v2``, or "" without one)."""
    match = re.fullmatch(ARXIV_ADDRESS, text.strip(), re.I)
    return (match[1], (match[2] or "").lower()) if match else None


def _begun(text: str, register: NameRegister) -> list[Spelling]:
    """Return the ids, names and aliases that begin with a text."""
    folded = fold_name(text)
    spellings = register.starting_with(folded) if folded else ()
    return [spelling for spelling in spellings if spelling.kind in (ID_SPELLING, NAME_SPELLING)]


def _ended(text: str, register: NameRegister) -> list[Spelling]:
    """Return the ids, names and aliases that end with a text after a space or hyphen; else such models."""
    folded = fold_name(text)
    spellings = _without_arxiv(register.ending_with(folded)) if folded else []
    ended = [spelling for spelling in spellings if folded in _ends_of(spelling.written)]
    return [spelling for spelling in ended if spelling.kind != MODEL_SPELLING] or ended


def _ends_of(name: str) -> set[str]:
    return {fold_name(name[gap.end() :]) for gap in re.finditer(_GAP, name)}


_GAP = r"[\s\-\u2010-\u2015]+"


def _only_id(text: str, ids: Sequence[str]) -> str:
    """Return the one id of a list, or the one that is the text itself. Raises AmbiguousName."""
    candidates = sorted(set(ids))
    if text in candidates:  # two ids may be equal when folded
        return text
    if len(candidates) > 1:
        raise AmbiguousName(text, candidates)
    return candidates[0]


def _similar_names(text: str, register: NameRegister) -> list[str]:
    """Return the names that are spelled most like a text; of equal spellings, names of reports come first."""
    return closest_names(fold_name(text), register.names(), 0.6)


def _without_arxiv(spellings: Iterable[Spelling]) -> list[Spelling]:
    return [spelling for spelling in spellings if spelling.kind != ARXIV_SPELLING]


def complete_name(text: str, register: NameRegister) -> list[Spelling]:
    """Return the names that begin with a text: ids, or every kind of name where no id continues the text.

    Names of every kind are also returned once an id is typed in full, as in ``qwen3-``. Each folded spelling is
    returned once.
    """
    folded = fold_name(text)
    ids = register.starting_with(folded, ID_SPELLING)
    if not folded or (ids and all(spelling.folded != folded for spelling in ids)):
        return sorted(ids)
    names = sorted(_without_arxiv(register.starting_with(folded)), key=lambda spelling: -spelling.kind)
    return sorted({spelling.folded: spelling for spelling in names}.values())  # of equal ones the last, best kind


_REMARK = r"(?s)\s*[(\[（].*"


_CHECKPOINT = r"(?i)(-(base|instruct|chat|it|thinking|preview|[0-9]{4}))+$"


def ids_meant(text: str, register: NameRegister) -> list[str]:
    """Return the ids of the reports that a base model or teacher may mean.

    It may have a remark in brackets, and be a checkpoint of a known model: DeepSeek-V3-0324 is one of DeepSeek-V3.
    """
    ids = (sorted(set(ids_named(spelling, register))) for spelling in _spellings_meant(text))
    return next(filter(None, ids), [])


def _spellings_meant(text: str) -> list[str]:
    name = without_remark(text)
    return list(dict.fromkeys((text, name, re.sub(_CHECKPOINT, "", name))))


def related_names(report: Report) -> set[str]:
    """Return what a report says of what it, or a model of it, starts from, follows and learns from."""
    of_models = chain.from_iterable(model.based_on for model in report.models)
    return {*report.based_on, *report.follows, *report.posttraining.teachers, *of_models}


def related_spellings(report: Report) -> set[str]:
    """Return how the names of the reports may be folded that it is related to; numbers on arXiv are as written."""
    spellings = {spelling for name in related_names(report) for spelling in _spellings_meant(name)}
    numbers = {parsed[0] for parsed in map(parse_arxiv_number, spellings) if parsed}
    return {*map(fold_name, spellings), *numbers}


class Relations(NameRegister, Protocol):
    """What also looks up who names a report."""

    def naming(self, folded: str, /) -> Iterable[str]:
        """Return the ids of the reports that may be related to what is spelled like this."""


def relatives(report_id: str, register: Relations) -> set[str]:
    """Return the ids of a report, of all that its relations lead to, and of all whose relations lead to it."""

    def named(report: Report) -> Iterator[str]:
        return chain.from_iterable(ids_meant(name, register) for name in related_names(report))

    def naming(report: Report) -> Iterator[str]:
        return chain.from_iterable(register.naming(spelling.folded) for spelling in spellings_of(report))

    ids = set[str]()
    for step in (named, naming):
        reached = dict.fromkeys([report_id])
        waiting = [report_id]
        for each in waiting:
            fresh = dict.fromkeys(other for other in step(register.report(each)) if other not in reached)
            reached |= fresh
            waiting += fresh
        ids |= reached.keys()
    return ids


def without_remark(text: str) -> str:
    """Return a name without a remark in brackets and what follows it."""
    return re.sub(_REMARK, "", text.strip()) or text.strip()
