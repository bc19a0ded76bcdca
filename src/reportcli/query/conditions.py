"""What the user asks: a frozen value that prints back as text, and says whether a report fits, and where it does.

An answer is True, False or None: unknown, because the catalogue does not say. It needs no catalogue and no index.
"""

import datetime
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from reportcli.query.period import Period
from reportcli.query.subject import FIELDS_BY_PATH, SEARCHED_FIELDS, Subject
from reportcli.report.fields import Field

OPERATORS = ("and", "or", "not")


Truth = bool | None


class Query(Protocol):
    """A question about one report."""

    def evaluate(self, subject: Subject) -> Truth:
        """Return whether the report fits; None when the catalogue does not say."""


@dataclass(frozen=True, slots=True)
class Words:
    """The words, side by side, in one text; of any searched field, or of the named one."""

    words: tuple[str, ...]
    field: str = ""
    is_prefix: bool = False  # the last word may go on

    @property
    def fields(self) -> tuple[Field, ...]:
        return (FIELDS_BY_PATH[self.field],) if self.field else SEARCHED_FIELDS

    @property
    def highlights(self) -> tuple[str, ...]:
        """The words to mark where it matches; ``*`` ends one that may go on."""
        return (*self.words[:-1], self.words[-1] + "*") if self.is_prefix else self.words

    def evaluate(self, subject: Subject) -> Truth:
        if any(self.occurs_in(text) for field in self.fields for text in subject.padded_texts(field)):
            return True
        return None if self.field and not subject.knows_every(FIELDS_BY_PATH[self.field]) else False

    def occurs_in(self, spaced: str) -> bool:
        return f" {' '.join(self.words)}{'' if self.is_prefix else ' '}" in spaced

    def __str__(self) -> str:
        plain = len(self.words) == 1 and self.words[0] not in (*OPERATORS, "known", "unknown")
        text = self.words[0] if plain else f'"{" ".join(self.words)}"'
        return (f"{self.field}:" if self.field else "") + text + ("*" if self.is_prefix else "")


@dataclass(frozen=True, slots=True)
class Is:
    """A closed field has this value as a whole."""

    field: str
    value: str

    def evaluate(self, subject: Subject) -> Truth:
        field = FIELDS_BY_PATH[self.field]
        if any(map(self.accepts, subject.values(field))):
            return True
        return False if subject.knows_every(field) else None

    def accepts(self, value: Any) -> bool:
        return value_text(value) == self.value

    def __str__(self) -> str:
        plain = re.fullmatch(r"[\w.\-]+", self.value) and self.value not in ("known", "unknown")
        return f"{self.field}:{self.value}" if plain else f'{self.field}:"{self.value}"'


@dataclass(frozen=True, slots=True)
class Between:
    """A number lies between two ends; None is open, and an end belongs to the range unless ``strictly``."""

    field: str
    low: int | float | None = None
    high: int | float | None = None
    exclusive: bool = False

    def evaluate(self, subject: Subject) -> Truth:
        field = FIELDS_BY_PATH[self.field]
        if any(map(self.accepts, subject.values(field))):
            return True
        return False if subject.knows_every(field) else None

    def accepts(self, value: int | float) -> bool:
        if self.exclusive:
            return (self.low is None or value > self.low) and (self.high is None or value < self.high)
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)

    def __str__(self) -> str:
        low, high = ("" if end is None else self._spelled(end) for end in (self.low, self.high))
        if self.exclusive:
            return f"{self.field}:{'<' if high else '>'}{low or high}"
        return f"{self.field}:{low}" if low == high else f"{self.field}:{low}..{high}"

    def _spelled(self, number: int | float) -> str:
        """Return a number as short as it can be typed; of a context length the letters do not say just one."""
        plain = str(number)
        power = len(plain) - 1
        if isinstance(number, float) or power < 6 or FIELDS_BY_PATH[self.field].info.context:
            return plain
        letter, power = {2: ("M", 6), 3: ("B", 9), 4: ("T", 12)}.get(power // 3, (f"e{power}", power))
        whole, fraction = plain[:-power], plain[-power:].rstrip("0")
        return min(f"{whole}{'.' if fraction else ''}{fraction}{letter}", plain, key=len)


@dataclass(frozen=True, slots=True)
class Within:
    """A date lies in a period."""

    field: str
    period: Period

    def evaluate(self, subject: Subject) -> Truth:
        value: datetime.date | None = FIELDS_BY_PATH[self.field].get(subject.report)
        return None if value is None else self.accepts(value)

    def accepts(self, value: datetime.date) -> bool:
        first, last = self.period.span()
        return first <= value <= last

    def __str__(self) -> str:
        return f"{self.field}:{self.period.text}"


@dataclass(frozen=True, slots=True)
class IsKnown:
    """Whether the catalogue knows the field."""

    field: str
    known: bool = True

    def evaluate(self, subject: Subject) -> Truth:
        return bool(subject.values(FIELDS_BY_PATH[self.field])) is self.known

    def accepts(self, value: Any) -> bool:
        return self.known

    def __str__(self) -> str:
        return f"{self.field}:{'known' if self.known else 'unknown'}"


@dataclass(frozen=True, slots=True)
class Not:
    """What does not fit ``part``; unknown stays unknown."""

    part: Query

    def evaluate(self, subject: Subject) -> Truth:
        answer = self.part.evaluate(subject)
        return None if answer is None else not answer

    def __str__(self) -> str:
        return f"not {_in_brackets(self.part, And, Or)}"


@dataclass(frozen=True, slots=True)
class And:
    """What fits all parts; without parts, every report."""

    parts: tuple[Query, ...] = ()

    def evaluate(self, subject: Subject) -> Truth:
        return _first(False, (part.evaluate(subject) for part in self.parts))

    def __str__(self) -> str:
        return " ".join(_in_brackets(part, Or) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Or:
    """What fits one of the parts."""

    parts: tuple[Query, ...]

    def evaluate(self, subject: Subject) -> Truth:
        return _first(True, (part.evaluate(subject) for part in self.parts))

    def __str__(self) -> str:
        return " or ".join(str(part) for part in self.parts)


EVERYTHING = And()


def _first(deciding: bool, answers: Iterable[Truth]) -> Truth:
    result: Truth = not deciding
    for answer in answers:
        if answer is deciding:
            return deciding
        if answer is None:
            result = None
    return result


def _in_brackets(part: Query, *kinds: type) -> str:
    return f"({part})" if isinstance(part, kinds) else str(part)


def all_of(parts: Iterable[Query]) -> Query:
    """Join queries so that all must hold; nested ones become one, and what is said twice counts once."""
    flat = _flatten(And, parts)
    return flat[0] if len(flat) == 1 else And(flat)


def any_of(parts: Iterable[Query]) -> Query:
    """Join queries so that one must hold; nested ones become one, and what is said twice counts once."""
    flat = _flatten(Or, parts)
    return flat[0] if len(flat) == 1 else Or(flat)


def _flatten(kind: Any, parts: Iterable[Query]) -> tuple[Query, ...]:
    return tuple(dict.fromkeys(one for part in parts for one in (part.parts if isinstance(part, kind) else (part,))))


def conditions_of(query: Query, negated: bool = False) -> Iterator[tuple[Query, bool]]:
    """Yield the conditions of a query, each with whether it stands under a ``not``."""
    if isinstance(query, Not):
        yield from conditions_of(query.part, not negated)
    elif isinstance(query, (And, Or)):
        for part in query.parts:
            yield from conditions_of(part, negated)
    else:
        yield query, negated


def value_text(value: Any) -> str:
    """Return how a query writes a value of a closed or yes/no field."""
    return ("yes" if value else "no") if isinstance(value, bool) else str(value).lower()
