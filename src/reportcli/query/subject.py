"""TODO reportcli.query.subject."""

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any, NamedTuple

from reportcli.report.derived import DERIVED, Derived, derive
from reportcli.report.fields import FIELDS, MAP, TEXT, TEXTS, YES_NO, Field, Report
from reportcli.report.techniques import Vocabulary
from reportcli.text import joined_words, padded_words

SEARCHED_FIELDS = tuple(field for field in FIELDS if field.info.weight)
CLOSED_FIELDS = tuple(f for f in FIELDS if f.kind == YES_NO or f.info.choices or f.info.vocabulary or f.path == "id")
TEXT_FIELDS = tuple(
    field
    for field in FIELDS + DERIVED
    if field.kind in (TEXT, TEXTS, MAP) and (field.info.weight or field not in CLOSED_FIELDS)
)


FIELDS_BY_PATH = {field.path: field for field in FIELDS + DERIVED}


class Subject:
    """One report as a query looks at it: its values by field, and its texts folded once."""

    def __init__(self, report: Report, vocabulary: Callable[[], Vocabulary]) -> None:
        self.report = report
        self._vocabulary = vocabulary
        self._spaced: dict[str, list[str]] = {}

    @cached_property
    def _derived(self) -> Derived:
        return derive(self.report)

    def stored(self, field: Field) -> Any:
        """Return the value of a field as the report holds it; of a field of models, one for each model."""
        return getattr(self._derived, field.key) if field.derived else field.get(self.report)

    def values(self, field: Field) -> tuple[Any, ...]:
        """Return the known values of a field; a list gives each of its items."""
        value = self.stored(field)
        if value is None:
            return ()
        if isinstance(value, tuple):
            return tuple(_flat(value)) if field.in_array else value
        return tuple(value.values()) if field.kind == MAP else (value,)

    def knows_every(self, field: Field) -> bool:
        """Return whether the catalogue knows the field wholly: for every model, where it is a field of models."""
        return bool(self.values(field)) and not (field.in_array and None in self.stored(field))

    def texts(self, field: Field) -> list[str]:
        """Return the texts of a field; a technique goes by all its names."""
        values = self.values(field)
        if field.info.vocabulary:
            return [name for value in values for name in self._vocabulary().names(value)]
        return [str(value) for value in values]

    def padded_texts(self, field: Field) -> list[str]:
        """Return the texts of a field as folded words with a space around each."""
        known = self._spaced.get(field.path)
        if known is None:
            if field.info.vocabulary:
                known = [name for value in self.values(field) for name in self._vocabulary().padded_texts(value)]
            else:
                known = [padded_words(text) for text in self.texts(field)]
            self._spaced[field.path] = known
        return known

    def joined_texts(self, field: Field) -> str:
        """Return the texts of a field as one: folded words, and ``=`` where one text ends."""
        if field.info.vocabulary:
            return "=".join(self.padded_texts(field))
        return joined_words(self.texts(field))


def _flat(value: tuple[Any, ...]) -> Iterator[Any]:
    for item in value:
        if isinstance(item, tuple):
            yield from item
        elif item is not None:
            yield item


class Hit(NamedTuple):
    """A report that was found; a higher score is a better match, 0 where no words were asked for."""

    subject: Subject
    score: float = 0.0

    @property
    def report(self) -> Report:
        return self.subject.report
