"""The vocabulary: techniques with their names and definitions. It reads no files."""

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any, NamedTuple

from reportcli.text import closest_spellings, fold_name, padded_words

TECHNIQUE_KINDS = (
    "architecture", "data", "pretraining", "posttraining", "rl", "reward", "distillation", "inference",
    "infrastructure", "multimodal",
)  # fmt: skip

_FEW = 3  # ids that an unknown name may stand for


class Technique(NamedTuple):
    """One technique; ``also`` are its other names, ``reference`` is an arXiv number or the id of a report."""

    id: str
    name: str
    also: tuple[str, ...]
    kind: str
    definition: str
    reference: str | None = None
    reference_note: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Every name of the technique, including its id."""
        return (self.id, self.name, *self.also)


class Vocabulary(Mapping[str, Technique]):
    """The techniques by id."""

    def __init__(self, techniques: Mapping[str, Technique] | None = None) -> None:
        self._techniques = dict(techniques or {})
        self._padded_texts: dict[str, tuple[str, ...]] = {}

    def __getitem__(self, technique_id: str) -> Technique:
        return self._techniques[technique_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._techniques)

    def __len__(self) -> int:
        return len(self._techniques)

    @cached_property
    def _ids_by_name(self) -> dict[str, str]:
        ids: dict[str, str] = {}
        for technique in self._techniques.values():
            for name in technique.names:
                ids.setdefault(fold_name(name), technique.id)
        return ids | {fold_name(technique_id): technique_id for technique_id in self._techniques}

    def find(self, name: str) -> str | None:
        """Return the id of the technique with this name; case, spaces, hyphens and dots do not matter."""
        return self._ids_by_name.get(fold_name(name))

    def holding(self, is_held: Callable[[str], object]) -> list[str]:
        """Return the ids of the techniques of which a name fits; it is asked as ``padded_texts`` gives it."""
        return [technique_id for technique_id in self if any(map(is_held, self.padded_texts(technique_id)))]

    def nearest(self, text: str) -> list[str]:
        """Return the ids that an unknown name may mean: those with a name that begins with it, else that has its words.

        Where there are none, or more than three, the one with a name that is spelled like it.
        """
        folded, words = fold_name(text), padded_words(text)
        begun = dict.fromkeys(key for name, key in self._ids_by_name.items() if name.startswith(folded))
        meant = [*begun] or self.holding(lambda name: words in name)
        if 1 <= len(meant) <= _FEW:
            return meant
        spelled = closest_spellings(text, (name for technique_id in self for name in self.names(technique_id)))
        return [self._ids_by_name[fold_name(name)] for name in spelled[:1]]

    def names(self, technique_id: str) -> tuple[str, ...]:
        """Return every name of a technique; of an unknown one, its id."""
        return self._techniques[technique_id].names if technique_id in self._techniques else (technique_id,)

    def padded_texts(self, technique_id: str) -> tuple[str, ...]:
        """Return every name of a technique as folded words with a space around each."""
        if technique_id not in self._padded_texts:
            self._padded_texts[technique_id] = tuple(map(padded_words, self.names(technique_id)))
        return self._padded_texts[technique_id]


def parse_vocabulary(table: Mapping[str, Any]) -> Vocabulary:
    """Return the vocabulary of a parsed TOML table; entries and values of the wrong type are ignored."""
    techniques: dict[str, Technique] = {}
    for technique_id, entry in table.items():
        if not isinstance(entry, dict):
            continue
        also = entry.get("also")
        other_names = tuple(name for name in also if isinstance(name, str)) if isinstance(also, list) else ()
        texts = {key: entry[key] for key in Technique._fields[1:] if isinstance(entry.get(key), str)}
        if {"name", "kind", "definition"} <= texts.keys():
            techniques[technique_id] = Technique(**{**texts, "id": technique_id, "also": other_names})
    return Vocabulary(techniques)
