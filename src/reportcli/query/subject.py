"""A report as conditions see it: its values by field, and its texts as folded words."""

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any, NamedTuple

from reportcli.report.derived import DERIVED, Derived, derive
from reportcli.report.fields import FIELDS, MAP, TEXT, TEXTS, YES_NO, Field, Report
from reportcli.report.techniques import Vocabulary
from reportcli.text import joined_words, padded_words

SEARCHED_FIELDS = tuple(field for field in FIELDS if field.info.weight)
CLOSED_FIELDS = tuple(
    field
    for field in FIELDS
    if field.kind == YES_NO or field.info.choices or field.info.vocabulary or field.path == "id"
)
TEXT_FIELDS = tuple(
    field
    for field in FIELDS + DERIVED
    if field.kind in (TEXT, TEXTS, MAP) and (field.info.weight or field not in CLOSED_FIELDS)
)
FIELDS_BY_PATH = {field.path: field for field in FIELDS + DERIVED}


class Subject:
    """One report with what queries need of it; texts are folded once. The vocabulary is loaded when it is needed."""

    def __init__(self, report: Report, vocabulary: Callable[[], Vocabulary]) -> None:
        self.report = report
        self._vocabulary = vocabulary
        self._padded_texts: dict[str, list[str]] = {}

    @cached_property
    def _derived(self) -> Derived:
        return derive(self.report)

    def stored(self, field: Field) -> Any:
        """Return the value of a field as the report holds it; of a field of models, a tuple with one for each."""
        return getattr(self._derived, field.key) if field.derived else field.get(self.report)

    def values(self, field: Field) -> tuple[Any, ...]:
        """Return the known values of a field: the items of a list, the texts of a mapping."""
        value = self.stored(field)
        if value is None:
            return ()
        if isinstance(value, tuple):
            return tuple(_known_items(value)) if field.in_array else value
        return tuple(value.values()) if field.kind == MAP else (value,)

    def knows_every(self, field: Field) -> bool:
        """Return whether the field is known; a field of models, whether it is for every model."""
        return bool(self.values(field)) and not (field.in_array and None in self.stored(field))

    def texts(self, field: Field) -> list[str]:
        """Return the texts of a field; a technique gives each of its names."""
        values = self.values(field)
        if field.info.vocabulary:
            return [name for value in values for name in self._vocabulary().names(value)]
        return [str(value) for value in values]

    def padded_texts(self, field: Field) -> list[str]:
        """Return the texts of a field as folded words with a space around each."""
        texts = self._padded_texts.get(field.path)
        if texts is None:
            if field.info.vocabulary:
                texts = [text for value in self.values(field) for text in self._vocabulary().padded_texts(value)]
            else:
                texts = [padded_words(text) for text in self.texts(field)]
            self._padded_texts[field.path] = texts
        return texts

    def joined_texts(self, field: Field) -> str:
        """Return the texts of a field as one text of folded words, with ``=`` between them."""
        if field.info.vocabulary:
            return "=".join(self.padded_texts(field))
        return joined_words(self.texts(field))


def _known_items(value: tuple[Any, ...]) -> Iterator[Any]:
    for item in value:
        if isinstance(item, tuple):
            yield from item
        elif item is not None:
            yield item


class Hit(NamedTuple):
    """A report that fits a query; a higher score is a better match, 0 if the query has no words."""

    subject: Subject
    score: float = 0.0

    @property
    def report(self) -> Report:
        """The report itself."""
        return self.subject.report
