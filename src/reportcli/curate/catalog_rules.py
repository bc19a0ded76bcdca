"""The rules that entries keep among one another: one function per rule, all in ``CATALOG_RULES``. Reads no files."""

import re
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain
from typing import NamedTuple, Protocol

from reportcli.answer.check import PROBLEM, REMARK
from reportcli.curate.entry import Problems
from reportcli.query.names import ARXIV_SPELLING, ID_SPELLING, MODEL_SPELLING, NAME_SPELLING, Spelling, without_remark
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


class SpelledAs(Protocol):
    """What looks up the spellings that equal a folded name."""

    def __call__(self, folded: str, /) -> Iterable[Spelling]: ...


def entries_like(entry: EntryNames, spelled_as: SpelledAs) -> Iterator[EntryNames]:
    """Yield what other entries have of the names of an entry, of its models, its paper and what it builds on."""
    texts = [text for _, text in (*entry.names, *entry.models)] + [without_remark(text) for _, text in entry.relatives]
    written: dict[str, dict[int, list[tuple[str, str]]]] = defaultdict(lambda: defaultdict(list))
    for folded in {*map(fold_name, texts), entry.arxiv or ""}:
        for spelling in spelled_as(folded):
            written[spelling.report][spelling.kind].append(("", spelling.written))
    for entry_id, kinds in written.items():
        if entry_id != entry.id:
            arxiv = next((text for _, text in kinds[ARXIV_SPELLING]), None)
            yield EntryNames(entry_id, kinds[ID_SPELLING] + kinds[NAME_SPELLING], kinds[MODEL_SPELLING], [], arxiv)


class OtherEntries:
    """The names of entries of a catalogue, to compare each entry with the others.

    Where these are not all entries, ``all_names`` returns every name of the catalogue by how it is folded.
    """

    def __init__(
        self, entries: Iterable[EntryNames], all_names: Callable[[], Mapping[str, str]] = dict[str, str]
    ) -> None:
        self.names: dict[str, dict[str, EntryNames]] = defaultdict(dict)
        self.models: dict[str, dict[str, EntryNames]] = defaultdict(dict)
        self._written: dict[str, str] = {}  # by how it is folded
        self._all_names = all_names
        for entry in entries:
            self.add(entry)

    def add(self, entry: EntryNames) -> None:
        """Add one more entry. Names that are near to it are found only if none was asked for before."""
        for owners, texts in ((self.names, entry.names), (self.models, entry.models)):
            for _, text in texts:
                folded = fold_name(text)
                owners[folded][entry.id] = entry
                self._written.setdefault(folded, text)

    @cached_property
    def _spellings(self) -> Mapping[str, str]:
        """The names by their skeletons."""
        spellings: dict[str, str] = {}
        for folded, text in {**self._written, **self._all_names()}.items():
            spellings.setdefault(folded if folded.isalnum() else _skeleton(text), text)
        return spellings

    @cached_property
    def _skeletons_by_length(self) -> Mapping[int, Sequence[str]]:
        skeletons: dict[int, list[str]] = defaultdict(list)
        for skeleton in self._spellings:
            skeletons[len(skeleton)].append(skeleton)
        return skeletons

    def closest_name(self, text: str, without: Container[str] = ()) -> str | None:
        """Return the name that a misspelled one stands for: at OSA distance 1, with the same digits; else None.

        ``without`` are folded names that it does not stand for.
        """
        text = without_remark(text)
        skeleton, folded = _skeleton(text), fold_name(text)
        if folded in self.names or folded in self.models or not _SHORTEST <= len(skeleton) <= _LONGEST:
            return None
        if skeleton in self._spellings and fold_name(self._spellings[skeleton]) not in without:
            return self._spellings[skeleton]
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        lengths = range(len(skeleton) - 1, len(skeleton) + 2)
        alike = [*chain.from_iterable(self._skeletons_by_length.get(length, ()) for length in lengths)]
        near = process.extract(skeleton, alike, scorer=OSA.distance, score_cutoff=1, limit=None)
        same = (self._spellings[candidate] for candidate, *_ in near if _digits(candidate) == _digits(skeleton))
        return next((name for name in same if fold_name(name) not in without), None)


_SHORTEST, _LONGEST = 5, 100  # letters and digits of a name that is compared with others


def _skeleton(name: str) -> str:
    """Return the letters and digits of a name, without an owner before it: ``deepseek-ai/DeepSeek-V3``."""
    return re.sub(r"^[\w.-]+/|[\W_]+", "", fold(name))


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
    """Base models and teachers are spelled as the catalogue spells them; no entry builds on itself."""
    own = {fold_name(text) for _, text in (*entry.names, *entry.models)}
    for key, text in entry.relatives:
        if name := others.closest_name(text, without=own):
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
