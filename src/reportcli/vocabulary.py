"""Techniques and their names: which technique a text means, and what is known of it. Reads no files."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

from reportcli.words import fold_name

KINDS = (
    "architecture", "data", "pretraining", "posttraining", "rl", "reward", "distillation", "inference",
    "infrastructure", "multimodal",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Technique:
    """One technique; ``reference`` is a number on arXiv or the id of a report."""

    id: str
    name: str
    also: tuple[str, ...] = ()
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


def read_vocabulary(table: Mapping[str, Any]) -> Vocabulary:
    """Make a vocabulary of a parsed TOML table; an entry that is not a technique is passed over."""
    techniques: dict[str, Technique] = {}
    keys = {declared.name for declared in fields(Technique)} - {"id"}
    for id, entry in table.items():
        if isinstance(entry, dict) and all(isinstance(entry.get(key), str) for key in ("name", "kind", "definition")):
            known: dict[str, Any] = {
                key: tuple(value) if isinstance(value, list) else value for key, value in entry.items() if key in keys
            }
            techniques[id] = Technique(id=id, **known)
    return Vocabulary(techniques)
