"""Every rule that a vocabulary keeps: one function a rule, all of them in a table. Reads no files."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from reportcli.curate.entry_rules import Problems, suggestion, undisplayable_letters
from reportcli.report.fields import ARXIV_PATTERN, ID_PATTERN
from reportcli.report.parse import Problem, quoted
from reportcli.report.techniques import TECHNIQUE_KINDS, Technique, Vocabulary
from reportcli.text import fold_name


class TechniqueFile(NamedTuple):
    """A file of techniques, the vocabulary that it is part of, and the reports that there are."""

    table: Mapping[str, Any]
    vocabulary: Vocabulary
    reports: frozenset[str]

    def texts(self) -> Iterator[tuple[str, str, str]]:
        """Yield every text of a technique: the id, the key in it, the text."""
        for id, entry in self.table.items():
            for key, value in entry.items() if isinstance(entry, Mapping) else ():
                for place, text in enumerate(value if isinstance(value, list) else [value]):
                    if isinstance(text, str):
                        yield id, f"{key}[{place}]" if isinstance(value, list) else key, text


_TERM = Technique._fields[1:]  # the id is the name of the table
_REQUIRED = tuple(key for key in _TERM if key not in Technique._field_defaults and key != "also")


def technique_keys(terms: TechniqueFile) -> Problems:
    """Every technique is a table with the keys of one, of the right types."""
    for id, entry in terms.table.items():
        if not isinstance(entry, Mapping):
            yield Problem(id, f"expected a table, got {quoted(entry)}")
            continue
        for key in _REQUIRED:
            if key not in entry:
                yield Problem(f"{id}.{key}", "required, but missing")
        for key, value in entry.items():
            if key not in _TERM:
                yield Problem(f"{id}.{key}", f"unknown key{suggestion(key, _TERM)}")
            elif key == "also" and not (isinstance(value, list) and all(isinstance(one, str) for one in value)):
                yield Problem(f"{id}.{key}", f"expected a list of strings, got {quoted(value)}")
            elif key != "also" and not isinstance(value, str):
                yield Problem(f"{id}.{key}", f"expected a string, got {quoted(value)}")


def technique_ids(terms: TechniqueFile) -> Problems:
    """The id of a technique is one."""
    for id in terms.table:
        if not re.fullmatch(ID_PATTERN, id):
            yield Problem(id, f"{quoted(id)} is no id: lower-case letters, digits, . and -, such as grpo")


def kinds(terms: TechniqueFile) -> Problems:
    """The kind of a technique is one of the list."""
    for id, key, text in terms.texts():
        if key == "kind" and text not in TECHNIQUE_KINDS:
            advice = suggestion(text, TECHNIQUE_KINDS) or f"; write one of: {', '.join(TECHNIQUE_KINDS)}"
            yield Problem(f"{id}.{key}", f"{quoted(text)} is not in the list{advice}")


def unique_technique_names(terms: TechniqueFile) -> Problems:
    """No two techniques share a name."""
    owners: dict[str, set[str]] = defaultdict(set)
    for technique in terms.vocabulary.values():
        for name in technique.names:
            owners[fold_name(name)].add(technique.id)
    for id in terms.table:
        for name in dict.fromkeys(map(fold_name, terms.vocabulary.names(id) if id in terms.vocabulary else ())):
            if others := sorted(owners[name] - {id}):
                yield Problem(id, f"{quoted(name)} is a name of {', '.join(others)} too")


def references(terms: TechniqueFile) -> Problems:
    """A reference is the number of a paper on arXiv, or the id of a report."""
    for id, key, text in terms.texts():
        if key == "reference" and not re.fullmatch(ARXIV_PATTERN, text) and text not in terms.reports:
            said = f"expected a number on arXiv or the id of a report, got {quoted(text)}"
            yield Problem(f"{id}.{key}", said + suggestion(text, terms.reports))


def technique_texts(terms: TechniqueFile) -> Problems:
    """Texts are not empty, and hold nothing that a terminal obeys instead of showing it."""
    for id, key, text in terms.texts():
        yield from undisplayable_letters(f"{id}.{key}", text)
        if not text.strip():
            yield Problem(f"{id}.{key}", "empty; leave out what is not known")


TECHNIQUE_RULES: tuple[Callable[[TechniqueFile], Problems], ...] = (
    technique_keys,
    technique_ids,
    kinds,
    unique_technique_names,
    references,
    technique_texts,
)
