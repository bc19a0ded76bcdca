"""The rules that a vocabulary keeps: one function per rule, all of them in ``TECHNIQUE_RULES``. Reads no files."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from reportcli.curate.entry import Problems, suggestion
from reportcli.curate.entry_rules import EMPTY_TEXT, control_characters, not_a_choice
from reportcli.report.choices import ARXIV_PATTERN, ID_ADVICE, ID_PATTERN
from reportcli.report.parse import Problem, quoted
from reportcli.report.techniques import TECHNIQUE_KINDS, Technique, Vocabulary
from reportcli.text import fold_name


class TechniqueFile(NamedTuple):
    """A file of techniques, the vocabulary that it is part of, and the ids of all reports."""

    table: Mapping[str, Any]
    vocabulary: Vocabulary
    report_ids: frozenset[str]

    def texts(self) -> Iterator[tuple[str, str, str]]:
        """Yield every text of a technique: the id, the key in its table, the text."""
        for technique_id, table in self.table.items():
            for key, value in table.items() if isinstance(table, Mapping) else ():
                for index, text in enumerate(value if isinstance(value, list) else [value]):
                    if isinstance(text, str):
                        yield technique_id, f"{key}[{index}]" if isinstance(value, list) else key, text


_KEYS = Technique._fields[1:]  # the id is the name of the table
_REQUIRED = tuple(key for key in _KEYS if key not in Technique._field_defaults and key != "also")


def technique_keys(file: TechniqueFile) -> Problems:
    """Every technique is a table that has the keys of a technique, with values of the right types."""
    for technique_id, table in file.table.items():
        if not isinstance(table, Mapping):
            yield Problem(technique_id, f"expected a table, got {quoted(table)}")
            continue
        for key in _REQUIRED:
            if key not in table:
                yield Problem(f"{technique_id}.{key}", "required, but missing")
        for key, value in table.items():
            if key not in _KEYS:
                yield Problem(f"{technique_id}.{key}", f"unknown key{suggestion(key, _KEYS)}")
            elif key == "also" and not (isinstance(value, list) and all(isinstance(name, str) for name in value)):
                yield Problem(f"{technique_id}.{key}", f"expected a list of strings, got {quoted(value)}")
            elif key != "also" and not isinstance(value, str):
                yield Problem(f"{technique_id}.{key}", f"expected a string, got {quoted(value)}")


def technique_ids(file: TechniqueFile) -> Problems:
    """The name of a table is a valid id."""
    for technique_id in file.table:
        if not re.fullmatch(ID_PATTERN, technique_id):
            yield Problem(technique_id, f"{quoted(technique_id)} is not a valid id; {ID_ADVICE}")


def technique_kinds(file: TechniqueFile) -> Problems:
    """The kind of a technique is in the list of kinds."""
    for technique_id, key, text in file.texts():
        if key == "kind":
            yield from not_a_choice(f"{technique_id}.{key}", text, TECHNIQUE_KINDS)


def unique_technique_names(file: TechniqueFile) -> Problems:
    """No two techniques share a name."""
    owners: dict[str, set[str]] = defaultdict(set)
    for technique in file.vocabulary.values():
        for name in technique.names:
            owners[fold_name(name)].add(technique.id)
    for technique_id in file.table:
        names = file.vocabulary.names(technique_id) if technique_id in file.vocabulary else ()
        for name in dict.fromkeys(map(fold_name, names)):
            if others := sorted(owners[name] - {technique_id}):
                yield Problem(technique_id, f"{quoted(name)} is also a name of {', '.join(others)}")


def references(file: TechniqueFile) -> Problems:
    """A reference is an arXiv number or the id of a report."""
    for technique_id, key, text in file.texts():
        if key == "reference" and not re.fullmatch(ARXIV_PATTERN, text) and text not in file.report_ids:
            problem = f"expected an arXiv number or the id of a report, got {quoted(text)}"
            yield Problem(f"{technique_id}.{key}", problem + suggestion(text, file.report_ids))


def technique_texts(file: TechniqueFile) -> Problems:
    """Texts are not empty, and contain no character that a terminal would obey instead of showing it."""
    for technique_id, key, text in file.texts():
        yield from control_characters(f"{technique_id}.{key}", text)
        if not text.strip():
            yield Problem(f"{technique_id}.{key}", EMPTY_TEXT)


TECHNIQUE_RULES: tuple[Callable[[TechniqueFile], Problems], ...] = (
    technique_keys,
    technique_ids,
    technique_kinds,
    unique_technique_names,
    references,
    technique_texts,
)
