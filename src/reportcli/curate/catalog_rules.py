"""The rules that entries keep among one another: one function per rule, all in ``CATALOG_RULES``. Reads no files."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from reportcli.answer.check import PROBLEM, REMARK
from reportcli.curate.entry import Problems
from reportcli.query.names import without_remark
from reportcli.report.fields import Report
from reportcli.report.parse import Problem, quoted
from reportcli.text import fold, fold_name


class EntryNames(NamedTuple):
    """The names of an entry that are compared with those of others, each with its dotted key; the id's key is ""."""

    id: str
    names: Sequence[tuple[str, str]]
    models: Sequence[tuple[str, str]]
    relatives: Sequence[tuple[str, str]]  # base models and teachers
    arxiv: str | None


def names_of(report: Report) -> EntryNames:
    """Return the names of a report that are compared with those of others."""
    teachers = report.posttraining.teachers
    return EntryNames(
        report.id,
        [*_with_keys("name", [report.name]), *_with_keys("aliases[{}]", report.aliases), ("", report.id)],
        _with_keys("models[{}].name", (model.name for model in report.models)),
        _with_keys("based_on[{}]", report.based_on) + _with_keys("posttraining.teachers[{}]", teachers),
        report.links.arxiv,
    )


def _with_keys(key: str, texts: Iterable[str]) -> list[tuple[str, str]]:
    """Return texts with their keys; one without a letter or digit is left out, since it names nothing."""
    return [(key.format(index), text) for index, text in enumerate(texts) if fold_name(text)]


class OtherEntries:
    """The names of all entries of a catalogue, to compare each entry with the others."""

    def __init__(self, entries: Iterable[EntryNames]) -> None:
        self.names: dict[str, dict[str, EntryNames]] = defaultdict(dict)
        self.models: dict[str, dict[str, EntryNames]] = defaultdict(dict)
        self._spellings: dict[str, str] = {}  # by skeleton
        for entry in entries:
            self.add(entry)

    def add(self, entry: EntryNames) -> None:
        """Add one more entry. Names that are near to it are found only if none was asked for before."""
        for owners, texts in ((self.names, entry.names), (self.models, entry.models)):
            for _, text in texts:
                owners[fold_name(text)][entry.id] = entry
                self._spellings.setdefault(_skeleton(text), text)

    @cached_property
    def _skeletons_by_deletion(self) -> Mapping[str, Sequence[str]]:
        """The skeletons by what is left without any one character: two at edit distance 1 share one of these."""
        skeletons: dict[str, list[str]] = defaultdict(list)
        for skeleton in self._spellings:
            for shorter in _deletions(skeleton) if len(skeleton) <= _LONGEST + 1 else ():
                skeletons[shorter].append(skeleton)
        return skeletons

    def closest_name(self, text: str) -> str | None:
        """Return the name that a misspelled one stands for: at edit distance 1, with the same digits; else None."""
        text = without_remark(text)
        skeleton, folded = _skeleton(text), fold_name(text)
        if folded in self.names or folded in self.models or not _SHORTEST <= len(skeleton) <= _LONGEST:
            return None
        if skeleton in self._spellings:
            return self._spellings[skeleton]
        candidates = dict.fromkeys(
            candidate for shorter in _deletions(skeleton) for candidate in self._skeletons_by_deletion.get(shorter, ())
        )
        for candidate in candidates:
            if _digits(candidate) == _digits(skeleton) and _edit_distance(candidate, skeleton) == 1:
                return self._spellings[candidate]
        return None


def _edit_distance(name: str, other: str) -> int:
    """Return the optimal string alignment distance: insertions, deletions, substitutions and transpositions."""
    from rapidfuzz.distance import OSA

    return OSA.distance(name, other)


_SHORTEST, _LONGEST = 5, 100  # letters and digits of a name that is compared with others


def _skeleton(name: str) -> str:
    """Return the letters and digits of a name, without an owner before it: ``deepseek-ai/DeepSeek-V3``."""
    return re.sub(r"^[\w.-]+/|[\W_]+", "", fold(name))


def _deletions(name: str) -> set[str]:
    return {name, *(name[:index] + name[index + 1 :] for index in range(len(name)))}


def _digits(name: str) -> str:
    return "".join(filter(str.isdigit, name))


def unique_names(entry: EntryNames, others: OtherEntries) -> Problems:
    """No other entry has the id, the name or an alias of this one."""
    seen = set()
    for key, text in entry.names:
        folded = fold_name(text)
        owners = sorted(others.names[folded].keys() - {entry.id})
        if owners and folded not in seen:
            yield Problem(key, f"{quoted(text)} is also a name of {', '.join(owners)}")
        seen.add(folded)


def unique_models(entry: EntryNames, others: OtherEntries) -> Problems:
    """No other report has a model of this name, except another version of the same paper."""
    for key, text in entry.models:
        owners = sorted(
            other.id
            for other in others.models[fold_name(text)].values()
            if other.id != entry.id and not (entry.arxiv and other.arxiv == entry.arxiv)
        )
        if owners:
            yield Problem(key, f"{quoted(text)} is also a model of {', '.join(owners)}")


def relatives_as_spelled(entry: EntryNames, others: OtherEntries) -> Problems:
    """Base models and teachers are spelled as the catalogue spells them."""
    for key, text in entry.relatives:
        if name := others.closest_name(text):
            yield Problem(key, f"{quoted(text)} is not in the catalogue; did you mean {quoted(name)}?")


CatalogRule = Callable[[EntryNames, OtherEntries], Problems]
CATALOG_RULES: Mapping[CatalogRule, str] = {
    unique_names: PROBLEM,
    unique_models: REMARK,
    relatives_as_spelled: REMARK,
}


def broken_catalog_rules(entry: EntryNames, others: OtherEntries) -> list[tuple[CatalogRule, str, Problem]]:
    """Return the rules that an entry breaks among the others, each with its severity and a problem."""
    return [(rule, severity, problem) for rule, severity in CATALOG_RULES.items() for problem in rule(entry, others)]
