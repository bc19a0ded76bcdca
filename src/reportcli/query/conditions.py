"""Queries as frozen values: a query evaluates a report as one of its models, and prints as text that parses to it.

It needs neither the catalogue nor the index.
"""

import datetime
import re
from collections.abc import Iterable, Iterator
from dataclasses import field as dataclass_field
from itertools import chain
from typing import Any, Protocol

from reportcli.query.forms import Forms, forms_of
from reportcli.query.period import Period
from reportcli.query.subject import FIELDS_BY_PATH, NAME_FIELDS, SEARCHED_FIELDS, UNDISCLOSED, Subject
from reportcli.report.declare import Record
from reportcli.report.field_names import short_name
from reportcli.report.fields import Field

OPERATORS = ("and", "or", "not")
NEGATIONS = ("not", "without")
KNOWLEDGE = ("known", "unknown", UNDISCLOSED)  # what a query can ask of every field

Truth = bool | None  # whether a report fits: yes, no, or unknown (None) because the catalogue does not record the field


class Query(Protocol):
    """A condition, or conditions joined by and, or and not."""

    def evaluate(self, subject: Subject) -> Truth:
        """Return whether the report fits, as one of its models: True, False, or None for unknown."""

    def __hash__(self) -> int:
        """Return what is alike for equal queries: an answer is kept with its query."""


class Words(Record, kw_only=False):
    """One text contains a word in any of its forms; where ``is_exact``, exactly these folded words side by side.

    Several words that are not exact were typed as one, with hyphens or dots: they are a word that may stand apart.
    """

    words: tuple[str, ...]
    field: str = ""  # its path; "" is any searched field
    is_prefix: bool = False  # the last word may be the beginning of a longer one; the others are exact
    is_exact: bool = False

    @property
    def fields(self) -> tuple[Field, ...]:
        """The fields in which the words may occur."""
        return (FIELDS_BY_PATH[self.field],) if self.field else SEARCHED_FIELDS

    @property
    def forms(self) -> Forms | None:
        """The forms of the word; None where only these words are meant."""
        return None if self.is_exact or self.is_prefix else forms_of(self.words, self.field in NAME_FIELDS)

    def evaluate(self, subject: Subject) -> Truth:
        if any(self.match(text) for field in self.fields for text in subject.padded_texts(field, bool(self.field))):
            return True
        return None if self.field and not subject.knows_every(FIELDS_BY_PATH[self.field]) else False

    def match(self, padded_text: str) -> tuple[tuple[str, ...], bool] | None:
        """Return the words of a text to highlight, and whether they are the very words; None if it has none.

        The text comes as folded words with a space around each; a trailing ``*`` marks the beginning of a word.
        """
        if forms := self.forms:
            return forms.match(padded_text)
        if f" {' '.join(self.words)}{'' if self.is_prefix else ' '}" not in padded_text:
            return None
        return (*self.words[:-1], self.words[-1] + "*") if self.is_prefix else self.words, True

    def __str__(self) -> str:
        reserved = KNOWLEDGE if self.field else (*OPERATORS, *NEGATIONS)
        is_reserved = len(self.words) == 1 and self.words[0] in reserved
        is_plain = len(self.words) == 1 if self.is_prefix else not self.is_exact
        text = "-".join(self.words) if is_plain and not is_reserved else f'"{" ".join(self.words)}"'
        return (f"{_field_name(self.field)}:" if self.field else "") + text + ("*" if self.is_prefix else "")


class Is(Record, kw_only=False):
    """A closed field has exactly this value."""

    field: str
    value: str

    def evaluate(self, subject: Subject) -> Truth:
        field = FIELDS_BY_PATH[self.field]
        if any(map(self.accepts, subject.values(field))):
            return True
        return False if subject.knows_every(field) else None

    def accepts(self, value: Any) -> bool:
        """Return whether a known value of the field fits."""
        return value_text(value) == self.value

    def __str__(self) -> str:
        needs_no_quotes = re.fullmatch(r"[\w.\-]+", self.value) and self.value not in KNOWLEDGE
        return f"{_field_name(self.field)}:" + (self.value if needs_no_quotes else f'"{self.value}"')


def comparable(value: Any) -> Any:
    """Return a value as it is compared: a whole number of more than 64 bits as a decimal one, as it is also printed."""
    return float(value) if isinstance(value, int) and abs(value) >= 2**63 else value


class Between(Record, kw_only=False):
    """A number is in a range; None is an open end.

    Both ends belong to the range, unless it is ``exclusive`` (neither) or ``right_open`` (the lower one alone).
    ``note`` says how the range was read, where that is not as it was written.
    """

    field: str
    low: int | float | None = None
    high: int | float | None = None
    exclusive: bool = False
    right_open: bool = False
    note: str = dataclass_field(default="", compare=False)

    def evaluate(self, subject: Subject) -> Truth:
        field = FIELDS_BY_PATH[self.field]
        if any(map(self.accepts, subject.values(field))):
            return True
        return False if subject.knows_every(field) else None

    def accepts(self, value: int | float) -> bool:
        value, low, high = map(comparable, (value, self.low, self.high))
        is_above = low is None or (value > low if self.exclusive else value >= low)
        without_high = self.exclusive or self.right_open
        return is_above and (high is None or (value < high if without_high else value <= high))

    def __str__(self) -> str:
        name = _field_name(self.field)
        low, high = ("" if end is None else self._shortest_spelling(end) for end in (self.low, self.high))
        if self.exclusive:
            return f"{name}:{'<' if high else '>'}{low or high}"
        if self.right_open:
            return f"{name}:{low}..<{high}"
        return f"{name}:{low}" if low == high else f"{name}:{low}..{high}"

    def _shortest_spelling(self, number: int | float) -> str:
        """Return a number in its shortest spelling, but context lengths in digits, as their suffixes are ambiguous."""
        digits = str(number)
        exponent = len(digits) - 1
        if isinstance(number, float) or exponent < 6 or FIELDS_BY_PATH[self.field].info.context:
            return digits
        suffix, exponent = {2: ("M", 6), 3: ("B", 9), 4: ("T", 12)}.get(exponent // 3, (f"e{exponent}", exponent))
        whole, fraction = digits[:-exponent], digits[-exponent:].rstrip("0")
        return min(f"{whole}{'.' if fraction else ''}{fraction}{suffix}", digits, key=len)


class Within(Record, kw_only=False):
    """A date is in a period."""

    field: str
    period: Period

    def evaluate(self, subject: Subject) -> Truth:
        value: datetime.date | None = FIELDS_BY_PATH[self.field].get(subject.report)
        return None if value is None else self.accepts(value)

    def accepts(self, value: datetime.date) -> bool:
        first, last = self.period.span()
        return first <= value <= last

    def __str__(self) -> str:
        text = self.period.text
        return f"{_field_name(self.field)}:" + (f'"{text}"' if " " in text else text)


class IsKnown(Record, kw_only=False):
    """The catalogue knows the field of the model, or of the run; with ``known=False``, of none of the report."""

    field: str
    known: bool = True

    def evaluate(self, subject: Subject) -> Truth:
        field = FIELDS_BY_PATH[self.field]
        return bool(subject.values(field)) if self.known else not subject.values_of_all(field)

    def accepts(self, _value: Any) -> bool:
        return self.known

    def __str__(self) -> str:
        return f"{_field_name(self.field)}:{'known' if self.known else 'unknown'}"


class IsUndisclosed(Record, kw_only=False):
    """The report was read for the field and does not state it; of a field of runs, of none of them."""

    field: str

    def evaluate(self, subject: Subject) -> Truth:
        return subject.is_undisclosed(FIELDS_BY_PATH[self.field])

    def accepts(self, _value: Any) -> bool:
        return False

    def __str__(self) -> str:
        return f"{_field_name(self.field)}:{UNDISCLOSED}"


class Not(Record, kw_only=False):
    """The part does not hold; unknown stays unknown."""

    part: Query

    def evaluate(self, subject: Subject) -> Truth:
        truth = self.part.evaluate(subject)
        return None if truth is None else not truth

    def __str__(self) -> str:
        return f"not {_in_brackets(self.part, And, Or)}"


class And(Record, kw_only=False):
    """All parts hold; without parts, every report fits."""

    parts: tuple[Query, ...] = ()

    def evaluate(self, subject: Subject) -> Truth:
        return _combine(False, (part.evaluate(subject) for part in self.parts))

    def __str__(self) -> str:
        return " ".join(_in_brackets(part, Or) for part in self.parts)


class Or(Record, kw_only=False):
    """At least one of the parts holds."""

    parts: tuple[Query, ...]

    def evaluate(self, subject: Subject) -> Truth:
        return _combine(True, (part.evaluate(subject) for part in self.parts))

    def __str__(self) -> str:
        return " or ".join(str(part) for part in self.parts)


class MostOf(Record, kw_only=False):
    """More than half of the parts hold; a part that is unknown does not."""

    parts: tuple[Query, ...]

    @property
    def least(self) -> int:
        """How many parts must hold."""
        return len(self.parts) // 2 + 1

    def evaluate(self, subject: Subject) -> Truth:
        return sum(part.evaluate(subject) is True for part in self.parts) >= self.least

    def __str__(self) -> str:
        return f"at least {self.least} of: {', '.join(map(str, self.parts))}"


EVERYTHING = And()


def evaluate_report(query: Query, subjects: Iterable[Subject]) -> Truth:
    """Return whether a report, given as its models, fits: whether one of them does, as one of its runs of RL.

    It is unknown if that is so of one, and none fits.
    """
    return _combine(True, (query.evaluate(run) for subject in subjects for run in subject.of_each_run))


def _combine(decisive: bool, truths: Iterable[Truth]) -> Truth:
    """Return ``decisive`` if one of the truths is, else unknown if one of them is, else the opposite."""
    result: Truth = not decisive
    for truth in truths:
        if truth is decisive:
            return decisive
        if truth is None:
            result = None
    return result


def _field_name(path: str) -> str:
    return short_name(FIELDS_BY_PATH[path])


def _in_brackets(part: Query, *kinds: type) -> str:
    return f"({part})" if isinstance(part, kinds) else str(part)


def all_of(parts: Iterable[Query]) -> Query:
    """Join queries by and: nested ones are flattened, repeated ones dropped."""
    flat = _flatten(And, parts)
    return flat[0] if len(flat) == 1 else And(flat)


def any_of(parts: Iterable[Query]) -> Query:
    """Join queries by or: nested ones are flattened, repeated ones dropped."""
    flat = _flatten(Or, parts)
    return flat[0] if len(flat) == 1 else Or(flat)


def _flatten(kind: Any, parts: Iterable[Query]) -> tuple[Query, ...]:
    nested = (part.parts if isinstance(part, kind) else (part,) for part in parts)
    return tuple(dict.fromkeys(chain.from_iterable(nested)))


def conditions_of(query: Query, negated: bool = False) -> Iterator[tuple[Query, bool]]:
    """Yield the conditions of a query, each with whether it is negated."""
    if isinstance(query, Not):
        yield from conditions_of(query.part, not negated)
    elif isinstance(query, (And, Or, MostOf)):
        for part in query.parts:
            yield from conditions_of(part, negated)
    else:
        yield query, negated


def value_text(value: Any) -> str:
    """Return a value of a closed or yes/no field as a query writes it."""
    return ("yes" if value else "no") if isinstance(value, bool) else str(value).lower()
