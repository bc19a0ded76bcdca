"""Techniques and their names: which technique a text means, and what is known of it. Reads no files."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, NamedTuple

from reportcli.text import fold_name, padded_words

TECHNIQUE_KINDS = (
    "architecture", "data", "pretraining", "posttraining", "rl", "reward", "distillation", "inference",
    "infrastructure", "multimodal",
)  # fmt: skip


class Technique(NamedTuple):
    """One technique; ``reference`` is a number on arXiv or the id of a report."""

    id: str
    name: str
    also: tuple[str, ...]
    kind: str
    definition: str
    reference: str | None = None
    reference_note: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Every name that it goes by, the id included."""
        return (self.id, self.name, *self.also)


class Vocabulary(Mapping[str, Technique]):
    """The techniques by id."""

    def __init__(self, techniques: Mapping[str, Technique] | None = None) -> None:
        self._techniques = dict(techniques or {})
        self._spaced: dict[str, tuple[str, ...]] = {}

    def __getitem__(self, id: str) -> Technique:
        return self._techniques[id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._techniques)

    def __len__(self) -> int:
        return len(self._techniques)

    @cached_property
    def _ids(self) -> dict[str, str]:
        ids: dict[str, str] = {}
        for technique in self._techniques.values():
            for name in technique.names:
                ids.setdefault(fold_name(name), technique.id)
        return ids | {fold_name(id): id for id in self._techniques}

    def find(self, name: str) -> str | None:
        """Return the id of the technique that goes by this name; case, spaces, hyphens and dots do not matter."""
        return self._ids.get(fold_name(name))

    def names(self, id: str) -> tuple[str, ...]:
        """Return every name of a technique; of an unknown one, its id."""
        return self._techniques[id].names if id in self._techniques else (id,)

    def padded_texts(self, id: str) -> tuple[str, ...]:
        """Return every name of a technique as folded words with a space around each."""
        if id not in self._spaced:
            self._spaced[id] = tuple(map(padded_words, self.names(id)))
        return self._spaced[id]


def parse_vocabulary(table: Mapping[str, Any]) -> Vocabulary:
    """Make a vocabulary of a parsed TOML table; what is not a technique, or not a text, is passed over."""
    techniques: dict[str, Technique] = {}
    for id, entry in table.items():
        if not isinstance(entry, dict):
            continue
        also = entry.get("also")
        names = tuple(name for name in also if isinstance(name, str)) if isinstance(also, list) else ()
        said = {key: entry[key] for key in Technique._fields[1:] if isinstance(entry.get(key), str)}
        if {"name", "kind", "definition"} <= said.keys():
            techniques[id] = Technique(**{**said, "id": id, "also": names})
    return Vocabulary(techniques)
