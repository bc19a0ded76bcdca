"""A typed name becomes one report, and the model that is meant: by id, name, model, arXiv number, beginning.

Nothing is guessed: a name that fits none or several raises. It asks a register for what folded names stand for, so it
knows neither files nor the index.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, Protocol

from reportcli.errors import AmbiguousName, UnknownName
from reportcli.report import Model, Report
from reportcli.words import fold_name, nearest

ID, NAME, MODEL, ARXIV = 1, 2, 3, 4
ARXIV_ADDRESS = (
    r"(?:(?:https?://)?(?:www\.|export\.)?arxiv\.org/(?:abs|pdf|html)/|arxiv:)?(\d{4}\.\d{4,5})(v\d+)?(?:\.pdf)?/?"
)


class Known(NamedTuple):
    """One spelling that a report answers to: folded, as written, and of which kind."""

    folded: str
    written: str
    kind: int
    report: str


class Found(NamedTuple):
    """The report that a name stands for, and the model where one is meant."""

    report: Report
    model: Model | None = None
    origin: str = ""  # the file that it was read from, unless that is a shipped one


class Register(Protocol):
    """What the finder asks: spellings, and whole reports by id."""

    def spelled(self, folded: str) -> Sequence[Known]: ...
    def beginning(self, folded: str, kind: int = 0) -> Sequence[Known]: ...
    def spellings(self) -> Iterable[Known]: ...
    def report(self, id: str) -> Report: ...


def spellings(report: Report) -> Iterator[Known]:
    """Yield every spelling that finds a report by equality."""
    yield Known(fold_name(report.id), report.id, ID, report.id)
    for name in (report.name, *report.aliases):
        yield Known(fold_name(name), name, NAME, report.id)
    for model in report.models:
        yield Known(fold_name(model.name), model.name, MODEL, report.id)
    if report.links.arxiv:
        yield Known(report.links.arxiv, report.links.arxiv, ARXIV, report.id)


def arxiv_number(text: str) -> tuple[str, str] | None:
    """Read a number on arXiv or an address there: the number, and the version (``v2``, or "" where none is named)."""
    found = re.fullmatch(ARXIV_ADDRESS, text.strip(), re.I)
    return (found[1], (found[2] or "").lower()) if found else None


def find(text: str, register: Register) -> Found:
    """Return the report that a typed name stands for. Raises UnknownName or AmbiguousName."""
    text = text.encode("utf-8", "replace").decode()  # bytes of an argument that are not text become question marks
    folded = fold_name(text)
    id = _one(text, equal(text, register) or _by_beginning(folded, register))
    if id is None:
        known = sorted(register.spellings(), key=lambda spelling: spelling.kind != NAME)
        raise UnknownName(text, nearest(text, (one.written for one in known if one.kind != ARXIV), 0.6))
    report = register.report(id)
    return Found(report, next((model for model in report.models if fold_name(model.name) == folded), None))


def equal(text: str, register: Register) -> list[str]:
    """Return the ids of the reports that go by a text: by id, else by name or alias, else by model, else on arXiv."""
    return _by_spelling(fold_name(text), register) or _by_arxiv(text, register)


def begun(text: str, register: Register) -> list[Known]:
    """Return what a text may be the beginning of: ids of reports, and names of models where no id goes on from it.

    The latter join in, too, once an id is written out, as in ``qwen3-``. Each folded spelling stands in the list once.
    """
    folded = fold_name(text)
    ids = register.beginning(folded, ID)
    if not folded or (ids and all(one.folded != folded for one in ids)):
        return sorted(ids)
    others = [one for one in register.beginning(folded) if one.kind != ARXIV]
    best_last = sorted(others, key=lambda one: -one.kind)
    return sorted({one.folded: one for one in best_last}.values())


def _by_spelling(folded: str, register: Register) -> list[str]:
    known = [spelling for spelling in register.spelled(folded) if spelling.kind != ARXIV] if folded else []
    best = min((spelling.kind for spelling in known), default=0)
    return [spelling.report for spelling in known if spelling.kind == best]


def _by_arxiv(text: str, register: Register) -> list[str]:
    number = arxiv_number(text)
    if not number:
        return []
    ids = [spelling.report for spelling in register.spelled(number[0]) if spelling.kind == ARXIV]
    if len(ids) > 1 and number[1]:
        return [id for id in ids if register.report(id).arxiv_version == number[1]] or ids
    return ids


def _by_beginning(folded: str, register: Register) -> list[str]:
    return [spelling.report for spelling in register.beginning(folded) if spelling.kind in (ID, NAME)] if folded else []


def _one(text: str, ids: Sequence[str]) -> str | None:
    different = sorted(set(ids))
    if text in different:  # two files may be called alike
        return text
    if len(different) > 1:
        raise AmbiguousName(text, different)
    return different[0] if different else None
