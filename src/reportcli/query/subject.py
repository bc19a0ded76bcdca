"""A report as conditions see it, as one of its models: its values by field, and its texts as folded words."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache, cached_property
from typing import Any, NamedTuple, overload

from reportcli.report.derived import (
    DERIVED,
    Derived,
    as_model,
    depends_on_model,
    derive,
    flagship_model,
    is_without_rl,
    models_in_order,
)
from reportcli.report.fields import FIELDS, MAP, TEXT, TEXTS, YES_NO, Field, Model, Report
from reportcli.report.techniques import Vocabulary
from reportcli.report.training import RLRun
from reportcli.text import joined_words, padded_words

SEARCHED_FIELDS = tuple(field for field in FIELDS if field.info.weight)
CLOSED_FIELDS = tuple(
    field
    for field in FIELDS + DERIVED
    if field.kind == YES_NO or field.info.choices or field.info.vocabulary or field.path == "id"
)
TEXT_FIELDS = tuple(
    field
    for field in FIELDS + DERIVED
    if field.kind in (TEXT, TEXTS, MAP) and (field.info.weight or field not in CLOSED_FIELDS)
)
NAME_FIELDS = frozenset(
    ("name", "aliases", "models.name", "flagship", "organizations", "posttraining.teachers", "based_on")
)  # in which a word may be the beginning of a longer one
FIELDS_BY_PATH = {field.path: field for field in FIELDS + DERIVED}
HAS_RL = FIELDS_BY_PATH["derived.reinforcement_learning"]
MODEL_FIELDS = frozenset(field.path for field in FIELDS + DERIVED if depends_on_model(field))  # a value a model
RUN_FIELDS = frozenset(field.path for field in FIELDS if field.table == "posttraining.rl")  # a value a run of RL
RL_FIELDS = frozenset(field.path for field in FIELDS if field.info.of_rl)  # RUN_FIELDS, and figures of RL as a whole
UNDISCLOSED = "undisclosed"  # what a query writes, and the index says, of a field that a report does not state


class Subject:
    """One report as one of its models, the flagship unless another is given; texts are folded once.

    Figures are those of the model; everything else is the report's and holds for all its models. As one of its runs of
    RL, what it has of runs is that run's; else it has the values of every run. A model without RL has neither runs nor
    figures of RL, and what is asked of them is false. The vocabulary is loaded when it is needed.
    """

    def __init__(
        self,
        report: Report,
        vocabulary: Callable[[], Vocabulary],
        model: Model | None = None,
        run: RLRun | None = None,
    ) -> None:
        self.report = report
        self._vocabulary = vocabulary
        self._model = model
        self.run = run  # of RL
        self._padded_texts: dict[str, list[str]] = {}

    @cached_property
    def model(self) -> Model | None:
        """The model; None for a report without any."""
        return self._model or flagship_model(self.report)

    @property
    def report_key(self) -> str | int:
        """What tells the report from the others."""
        return self.report.id

    @property
    def is_flagship(self) -> bool:
        """Whether the model is the flagship; of a report without models, too."""
        return self._model is None or self._model == flagship_model(self.report)

    @cached_property
    def view(self) -> Report:
        """The report with the figures of the model."""
        return as_model(self.report, self.model)

    @cached_property
    def derived(self) -> Derived:
        """The derived figures of the model."""
        return derive(self.report, self._model)

    @cached_property
    def of_each_model(self) -> "tuple[Subject, ...]":
        """The report as each of its models."""
        return subjects_of(self.report, self._vocabulary)

    @property
    def of_each_run(self) -> "tuple[Subject, ...]":
        """The same model as each of its runs of RL; itself where it has none."""
        return self.as_each_run if self.has_rl else (self,)

    @property
    def as_each_run(self) -> "tuple[Subject, ...]":
        """The same model as each run of RL of the report, also of other models; itself where the report has none."""
        runs = self.report.posttraining.rl
        subjects = tuple(Subject(self.report, self._vocabulary, self._model, run) for run in runs)
        for subject in subjects:
            subject._padded_texts = self._padded_texts
        return subjects or (self,)

    @property
    def has_rl(self) -> bool:
        """Whether the report's figures of RL hold for the model."""
        return not is_without_rl(self.report, self.model)

    @cached_property
    def _alone(self) -> Report:
        """The view, with the model as its only one."""
        return replace(self.view, models=(self.model,)) if self.model and len(self.report.models) > 1 else self.view

    def _is_of_run(self, field: Field) -> bool:
        return self.run is not None and field.path in RUN_FIELDS

    def _lacks(self, field: Field) -> bool:
        return field.path in RL_FIELDS and not self.has_rl

    def stored(self, field: Field) -> Any:
        """Return the value of a field, the figures of the model; of a field of models or notes, the value of each."""
        if field.derived:
            return getattr(self.derived, field.key)
        if self._is_of_run(field):
            return (getattr(self.run, field.key),)
        return field.get(self.view if field.path in MODEL_FIELDS or self._lacks(field) else self.report)

    def values(self, field: Field) -> tuple[Any, ...]:
        """Return the known values of a field: the items of a list, the texts of a mapping, the figure of the model."""
        if field.in_array and field.path in MODEL_FIELDS:
            return known_values(field, field.get(self._alone))
        return known_values(field, self.stored(field))

    def values_of_all(self, field: Field) -> tuple[Any, ...]:
        """Return the known values that a field has in any model, or any run, of the report."""
        if field.path not in MODEL_FIELDS:
            return known_values(field, field.get(self.report))
        return tuple(dict.fromkeys(value for subject in self.of_each_model for value in subject.values(field)))

    def is_known(self, field: Field) -> bool:
        """Return whether any model, or any run, of the report has a value of a field."""
        return bool(self.values_of_all(field))

    def knows_every(self, field: Field) -> bool:
        """Return whether the field is known, or that there is none; of a field of models or notes, for each."""
        if self._lacks(field):
            return True
        if field.path in MODEL_FIELDS or not field.in_array:
            return bool(self.values(field))
        return bool(self.values(field)) and None not in self.stored(field)

    def is_undisclosed(self, field: Field) -> bool:
        """Return whether the report was read for a field, or for what a derived figure follows from, in vain."""
        return names_undisclosed(self.report, field) and not self.values_of_all(field)

    def texts(self, field: Field) -> list[str]:
        """Return the texts of a field of the report, whatever the model; a technique gives each of its names."""
        values = self._values_of_report(field)
        if field.info.vocabulary:
            return [name for value in values for name in self._vocabulary().names(value)]
        return [str(value) for value in values]

    def padded_texts(self, field: Field, own: bool = False) -> list[str]:
        """Return the texts of a field as folded words with a space around each; of the report unless ``own``."""
        if own and (self._is_of_run(field) or self._lacks(field)):
            return [padded_words(text) for text in self.values(field)]
        texts = self._padded_texts.get(field.path)
        if texts is None:
            if field.info.vocabulary:
                texts = [
                    text for value in self._values_of_report(field) for text in self._vocabulary().padded_texts(value)
                ]
            else:
                texts = [padded_words(text) for text in self.texts(field)]
            self._padded_texts[field.path] = texts
        return texts

    def joined_texts(self, field: Field) -> str:
        """Return the texts of a field as one text of folded words, with ``=`` between them."""
        if field.info.vocabulary:
            return "=".join(self.padded_texts(field))
        return joined_words(self.texts(field))

    def _values_of_report(self, field: Field) -> tuple[Any, ...]:
        return self.values_of_all(field) if field.derived else known_values(field, field.get(self.report))


def names_undisclosed(report: Report, field: Field) -> bool:
    """Return whether a report names a field, its table, or what it follows from, as read for in vain."""
    return not _names_of_undisclosed(field.path).isdisjoint(report.undisclosed)


@cache
def _names_of_undisclosed(path: str) -> frozenset[str]:
    """Return the names of fields and tables of which one is undisclosed where a report does not state a field."""
    stated = FIELDS_BY_PATH[path].info.follows_from or (path,)
    return frozenset(name for each in stated for name in FIELDS_BY_PATH[each].with_tables)


def subjects_of(report: Report, vocabulary: Callable[[], Vocabulary]) -> tuple[Subject, ...]:
    """Return a report as each of its models, the flagship first, then the largest first; without models, as itself."""
    first = Subject(report, vocabulary)
    others = [Subject(report, vocabulary, model) for model in models_in_order(report)[1:]]
    for subject in others:
        subject._padded_texts = first._padded_texts
    return (first, *others)


def known_values(field: Field, value: Any) -> tuple[Any, ...]:
    """Return what is known of the value of a field: a list flat, a mapping as its texts."""
    if value is None:
        return ()
    if isinstance(value, tuple):
        return tuple(_known_items(value)) if field.in_array else value
    return tuple(value.values()) if field.kind == MAP else (value,)


def _known_items(value: tuple[Any, ...]) -> Iterator[Any]:
    for item in value:
        if isinstance(item, tuple):
            yield from item
        elif item is not None:
            yield item


class Hit(NamedTuple):
    """A report that fits a query, as the model to show; a higher score is a better match, 0 if the query has no words.

    The model is the flagship if it fits, else the largest that fits.
    """

    subject: Subject
    score: float = 0.0

    @property
    def report(self) -> Report:
        """The report itself."""
        return self.subject.report

    @property
    def name(self) -> str:
        """The name for a reader: that of the report, and of the model if it is not the flagship."""
        model = None if self.subject.is_flagship else self.subject.model
        return f"{self.report.name} · {model.name}" if model else self.report.name

    def value(self, field: Field) -> Any:
        """Return the value of a column."""
        return self.subject.stored(field)


class Hits(Sequence[Hit]):
    """Reports in order. Each is read when it is reached, so that a long listing needs little memory.

    ``in_columns`` are the same reports for what asks few fields of many: those are looked up without the report.
    """

    def __init__(
        self, numbers: Sequence[int], read: Callable[[int], Hit], look_up: Callable[[int], Hit] | None = None
    ) -> None:
        self._numbers = numbers
        self._read = read
        self._look_up = look_up or read

    @classmethod
    def of(cls, hits: Sequence[Hit]) -> "Hits":
        """Return hits that are at hand already."""
        return cls(range(len(hits)), hits.__getitem__)

    @property
    def in_columns(self) -> "Hits":
        """The same hits, whose values are looked up field by field."""
        return Hits(self._numbers, self._look_up)

    def at(self, positions: Iterable[int]) -> "Hits":
        """Return the hits at these positions, in this order."""
        return Hits([self._numbers[position] for position in positions], self._read, self._look_up)

    def __len__(self) -> int:
        return len(self._numbers)

    def __iter__(self) -> Iterator[Hit]:
        return map(self._read, self._numbers)

    @overload
    def __getitem__(self, position: int) -> Hit: ...
    @overload
    def __getitem__(self, position: slice) -> "Hits": ...
    def __getitem__(self, position: int | slice) -> "Hit | Hits":
        if isinstance(position, slice):
            return Hits(self._numbers[position], self._read, self._look_up)
        return self._read(self._numbers[position])
