"""A typed name becomes one report, and the model that is meant: by id, name, model, arXiv number, beginning.

Nothing is guessed: a name that fits none or several raises. It asks a register for what folded names stand for, so it
knows neither files nor the index.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, Protocol

from reportcli.errors import AmbiguousName, UnknownName
from reportcli.report.fields import Model, Report
from reportcli.text import closest_spellings, fold_name

ID_SPELLING, NAME_SPELLING, MODEL_SPELLING, ARXIV_SPELLING = 1, 2, 3, 4
ARXIV_ADDRESS = (
    r"(?:(?:https?://)?(?:www\.|export\.)?arxiv\.org/(?:abs|pdf|html)/|arxiv:)?(\d{4}\.\d{4,5})(v\d+)?(?:\.pdf)?/?"
)


class Spelling(NamedTuple):
    """One spelling that a report answers to: folded, as written, and of which kind."""

    folded: str
    written: str
    kind: int
    report: str


class ReportMatch(NamedTuple):
    """The report that a name stands for, and the model where one is meant."""

    report: Report
    model: Model | None = None
    origin: str = ""  # the file that it was read from, unless that is a shipped one


class NameRegister(Protocol):
    """What the finder asks: spellings, and whole reports by id."""

    def spelled_as(self, folded: str) -> Sequence[Spelling]: ...
    def starting_with(self, folded: str, kind: int = 0) -> Sequence[Spelling]: ...
    def spellings(self) -> Iterable[Spelling]: ...
    def report(self, id: str) -> Report: ...


def spellings_of(report: Report) -> Iterator[Spelling]:
    """Yield every spelling that finds a report by equality."""
    yield Spelling(fold_name(report.id), report.id, ID_SPELLING, report.id)
    for name in (report.name, *report.aliases):
        yield Spelling(fold_name(name), name, NAME_SPELLING, report.id)
    for model in report.models:
        yield Spelling(fold_name(model.name), model.name, MODEL_SPELLING, report.id)
    if report.links.arxiv:
        yield Spelling(report.links.arxiv, report.links.arxiv, ARXIV_SPELLING, report.id)


def parse_arxiv_number(text: str) -> tuple[str, str] | None:
    """Read a number on arXiv or an address there: the number, and the version (``v2``, or "" where none is named)."""
    found = re.fullmatch(ARXIV_ADDRESS, text.strip(), re.I)
    return (found[1], (found[2] or "").lower()) if found else None


def find_report(text: str, register: NameRegister) -> ReportMatch:
    """Return the report that a typed name stands for. Raises UnknownName or AmbiguousName."""
    text = text.encode("utf-8", "replace").decode()  # bytes of an argument that are not text become question marks
    folded = fold_name(text)
    id = _one(text, ids_named(text, register) or _by_beginning(folded, register))
    if id is None:
        known = sorted(register.spellings(), key=lambda spelling: spelling.kind != NAME_SPELLING)
        raise UnknownName(
            text, closest_spellings(text, (one.written for one in known if one.kind != ARXIV_SPELLING), 0.6)
        )
    report = register.report(id)
    return ReportMatch(report, next((model for model in report.models if fold_name(model.name) == folded), None))


def ids_named(text: str, register: NameRegister) -> list[str]:
    """Return the ids of the reports that go by a text: by id, else by name or alias, else by model, else on arXiv."""
    return _by_spelling(fold_name(text), register) or _by_arxiv(text, register)


def complete_name(text: str, register: NameRegister) -> list[Spelling]:
    """Return what a text may be the beginning of: ids of reports, and names of models where no id goes on from it.

    The latter join in, too, once an id is written out, as in ``qwen3-``. Each folded spelling stands in the list once.
    """
    folded = fold_name(text)
    ids = register.starting_with(folded, ID_SPELLING)
    if not folded or (ids and all(one.folded != folded for one in ids)):
        return sorted(ids)
    others = [one for one in register.starting_with(folded) if one.kind != ARXIV_SPELLING]
    best_last = sorted(others, key=lambda one: -one.kind)
    return sorted({one.folded: one for one in best_last}.values())


def _by_spelling(folded: str, register: NameRegister) -> list[str]:
    known = [spelling for spelling in register.spelled_as(folded) if spelling.kind != ARXIV_SPELLING] if folded else []
    best = min((spelling.kind for spelling in known), default=0)
    return [spelling.report for spelling in known if spelling.kind == best]


def _by_arxiv(text: str, register: NameRegister) -> list[str]:
    number = parse_arxiv_number(text)
    if not number:
        return []
    ids = [spelling.report for spelling in register.spelled_as(number[0]) if spelling.kind == ARXIV_SPELLING]
    if len(ids) > 1 and number[1]:
        return [id for id in ids if register.report(id).arxiv_version == number[1]] or ids
    return ids


def _by_beginning(folded: str, register: NameRegister) -> list[str]:
    return (
        [
            spelling.report
            for spelling in register.starting_with(folded)
            if spelling.kind in (ID_SPELLING, NAME_SPELLING)
        ]
        if folded
        else []
    )


def _one(text: str, ids: Sequence[str]) -> str | None:
    different = sorted(set(ids))
    if text in different:  # two files may be called alike
        return text
    if len(different) > 1:
        raise AmbiguousName(text, different)
    return different[0] if different else None


_REMARK = r"(?s)\s*[(\[（].*"


def ids_meant(text: str, register: NameRegister) -> list[str]:
    """Return the ids of the reports that a base or a teacher may mean; a remark in brackets does not matter."""
    spelled = dict.fromkeys((text, without_remark(text)))
    return next(filter(None, (sorted(set(ids_named(one, register))) for one in spelled)), [])


def without_remark(text: str) -> str:
    """Return a name without a remark in brackets and what follows it."""
    return re.sub(_REMARK, "", text.strip()) or text.strip()
