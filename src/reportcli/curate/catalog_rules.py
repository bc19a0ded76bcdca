"""Every rule that entries keep among one another: one function a rule, all of them in a table. Reads no files."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from reportcli.answer.check import PROBLEM, REMARK
from reportcli.curate.entry_rules import Problems
from reportcli.query.names import without_remark
from reportcli.report.fields import Report
from reportcli.report.parse import Problem, quoted
from reportcli.text import fold, fold_name


class EntryNames(NamedTuple):
    """What is compared of an entry, texts with their keys; its id has none."""

    id: str
    names: Sequence[tuple[str, str]]
    models: Sequence[tuple[str, str]]
    others: Sequence[tuple[str, str]]  # models that it starts from, or learns from
    arxiv: str | None


def names_of(report: Report) -> EntryNames:
    """Return what is compared of an entry."""
    teachers = report.posttraining.teachers
    return EntryNames(
        report.id,
        [*_numbered("name", [report.name]), *_numbered("aliases[{}]", report.aliases), ("", report.id)],
        _numbered("models[{}].name", (model.name for model in report.models)),
        _numbered("based_on[{}]", report.based_on) + _numbered("posttraining.teachers[{}]", teachers),
        report.links.arxiv,
    )


def _numbered(key: str, texts: Iterable[str]) -> list[tuple[str, str]]:
    """Return texts with their keys; one that is missing, or says nothing, is nobody's."""
    return [(key.format(place), text) for place, text in enumerate(texts) if fold_name(text)]


class OtherEntries:
    """The entries of a catalogue, to compare each of them with the others."""

    def __init__(self, entries: Iterable[EntryNames]) -> None:
        self.names: dict[str, dict[str, EntryNames]] = defaultdict(dict)
        self.models: dict[str, dict[str, EntryNames]] = defaultdict(dict)
        self.written: dict[str, str] = {}
        for entry in entries:
            for owners, texts in ((self.names, entry.names), (self.models, entry.models)):
                for _, text in texts:
                    owners[fold_name(text)][entry.id] = entry
                    self.written.setdefault(_skeleton(text), text)

    @cached_property
    def _shortened(self) -> Mapping[str, Sequence[str]]:
        """The names by what is left of them without any one letter: names one slip apart share one of these."""
        names: dict[str, list[str]] = defaultdict(list)
        for name in self.written:
            for short in _shortened(name) if len(name) <= _LONGEST + 1 else ():
                names[short].append(name)
        return names

    def nearly(self, text: str) -> str | None:
        """Return the name that is meant by a text which finds none as it is spelled; numbers must be the same."""
        text = without_remark(text)
        name, folded = _skeleton(text), fold_name(text)
        if folded in self.names or folded in self.models or not _SHORTEST <= len(name) <= _LONGEST:
            return None
        if name in self.written:
            return self.written[name]
        alike = dict.fromkeys(near for short in _shortened(name) for near in self._shortened.get(short, ()))
        for near in alike:
            if _digits(near) == _digits(name) and _is_one_slip(near, name):
                return self.written[near]
        return None


def _is_one_slip(one: str, other: str) -> bool:
    from rapidfuzz.distance import OSA

    return OSA.distance(one, other) == 1


_SHORTEST, _LONGEST = 5, 100  # letters and digits of a name that can be nearly another


def _skeleton(name: str) -> str:
    """Return the letters and digits of a name, without an owner before it."""
    return re.sub(r"^[\w.-]+/|[\W_]+", "", fold(name))


def _shortened(name: str) -> set[str]:
    return {name, *(name[:place] + name[place + 1 :] for place in range(len(name)))}


def _digits(name: str) -> str:
    return "".join(filter(str.isdigit, name))


def unique_names(entry: EntryNames, neighbours: OtherEntries) -> Problems:
    """No other entry goes by a name of this one."""
    seen = set()
    for key, text in entry.names:
        folded = fold_name(text)
        others = sorted(neighbours.names[folded].keys() - {entry.id})
        if others and folded not in seen:
            yield Problem(key, f"{quoted(text)} is a name of {', '.join(others)} too")
        seen.add(folded)


def unique_models(entry: EntryNames, neighbours: OtherEntries) -> Problems:
    """No other report has a model of this name; two versions of one report on arXiv may."""
    for key, text in entry.models:
        others = [
            id
            for id, one in neighbours.models[fold_name(text)].items()
            if not (entry.arxiv and one.arxiv == entry.arxiv)
        ]
        if others := sorted({*others} - {entry.id}):
            yield Problem(key, f"{quoted(text)} is a model of {', '.join(others)} too")


def spelled_as_known(entry: EntryNames, neighbours: OtherEntries) -> Problems:
    """What an entry builds on, or learns from, is spelled as the catalogue spells it."""
    for key, text in entry.others:
        if near := neighbours.nearly(text):
            yield Problem(key, f"{quoted(text)} is nearly {quoted(near)}, which the catalogue has")


CatalogRule = Callable[[EntryNames, OtherEntries], Problems]
CATALOG_RULES: Mapping[CatalogRule, str] = {unique_names: PROBLEM, unique_models: REMARK, spelled_as_known: REMARK}
