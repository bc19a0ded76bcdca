"""What the user asks: a frozen value that prints back as text, and says whether a report fits, and where it does.

An answer is True, False or None: unknown, because the catalogue does not say. It needs no catalogue and no index.
"""

import datetime
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, islice
from typing import Any, NamedTuple, Protocol

from reportcli.derived import DERIVED, Derived, derive
from reportcli.period import Period
from reportcli.report import FIELDS, MAP, TEXT, TEXTS, YES_NO, Field, Report
from reportcli.vocabulary import Vocabulary
from reportcli.words import fold_name, spaced, together

SEARCHED = tuple(field for field in FIELDS if field.about.weight)
CLOSED = tuple(f for f in FIELDS if f.kind == YES_NO or f.about.closed or f.about.vocabulary or f.path == "id")
TEXT_FIELDS = tuple(
    field
    for field in FIELDS + DERIVED
    if field.kind in (TEXT, TEXTS, MAP) and (field.about.weight or field not in CLOSED)
)
OPERATORS = ("and", "or", "not")
BY_PATH = {field.path: field for field in FIELDS + DERIVED}

NAMED = tuple(BY_PATH[path] for path in ("name", "id", "aliases", "models.name"))
EXACT = 10_000.0  # what a report scores that goes by exactly the words of a query

Sure = bool | None


class Subject:
    """One report as a query looks at it: its values by field, and its texts folded once."""

    def __init__(self, report: Report, vocabulary: Callable[[], Vocabulary]) -> None:
        self.report = report
        self._vocabulary = vocabulary
        self._spaced: dict[str, list[str]] = {}

    @cached_property
    def _derived(self) -> Derived:
        return derive(self.report)

    def raw(self, field: Field) -> Any:
        """Return the value of a field as the report holds it; of a field of models, one for each model."""
        return getattr(self._derived, field.key) if field.derived else field.get(self.report)

    def values(self, field: Field) -> tuple[Any, ...]:
        """Return the known values of a field; a list gives each of its items."""
        value = self.raw(field)
        if value is None:
            return ()
        if isinstance(value, tuple):
            return tuple(_flat(value)) if field.many else value
        return tuple(value.values()) if field.kind == MAP else (value,)

    def says(self, field: Field) -> bool:
        """Return whether the catalogue knows the field wholly: for every model, where it is a field of models."""
        return bool(self.values(field)) and not (field.many and None in self.raw(field))

    def texts(self, field: Field) -> list[str]:
        """Return the texts of a field; a technique goes by all its names."""
        values = self.values(field)
        if field.about.vocabulary:
            return [name for value in values for name in self._vocabulary().names(value)]
        return [str(value) for value in values]

    def spaced(self, field: Field) -> list[str]:
        """Return the texts of a field as folded words with a space around each."""
        known = self._spaced.get(field.path)
        if known is None:
            if field.about.vocabulary:
                known = [name for value in self.values(field) for name in self._vocabulary().spaced(value)]
            else:
                known = [spaced(text) for text in self.texts(field)]
            self._spaced[field.path] = known
        return known

    def together(self, field: Field) -> str:
        """Return the texts of a field as one: folded words, and ``=`` where one text ends."""
        if field.about.vocabulary:
            return "=".join(self.spaced(field))
        return together(self.texts(field))


def _flat(value: tuple[Any, ...]) -> Iterator[Any]:
    for item in value:
        if isinstance(item, tuple):
            yield from item
        elif item is not None:
            yield item


class Query(Protocol):
    """A question about one report."""

    def fits(self, subject: Subject) -> Sure:
        """Return whether the report fits; None when the catalogue does not say."""


class Hit(NamedTuple):
    """A report that was found; a higher score is a better match, 0 where no words were asked for."""

    subject: Subject
    score: float = 0.0

    @property
    def report(self) -> Report:
        return self.subject.report


class Match(NamedTuple):
    """Where a report holds what a condition asks: the field, the text, and the words to mark (``clip*`` may go on).

    ``weight`` is what the field adds to the score, once for each word and weight; a name that is exactly the words of
    the query adds EXACT. Of a condition that asks for no
    words, ``values`` are those that hold.
    """

    field: str
    text: str
    words: tuple[str, ...] = ()
    weight: float = 0.0
    values: tuple[Any, ...] = ()

    @property
    def label(self) -> str:
        return BY_PATH[self.field].label


@dataclass(frozen=True, slots=True)
class Words:
    """The words, side by side, in one text; of any searched field, or of the named one."""

    words: tuple[str, ...]
    field: str = ""
    beginning: bool = False  # the last word may go on

    @property
    def fields(self) -> tuple[Field, ...]:
        return (BY_PATH[self.field],) if self.field else SEARCHED

    @property
    def marks(self) -> tuple[str, ...]:
        """The words to mark where it matches; ``*`` ends one that may go on."""
        return (*self.words[:-1], self.words[-1] + "*") if self.beginning else self.words

    def fits(self, subject: Subject) -> Sure:
        if any(self.inside(text) for field in self.fields for text in subject.spaced(field)):
            return True
        return None if self.field and not subject.says(BY_PATH[self.field]) else False

    def inside(self, spaced: str) -> bool:
        return f" {' '.join(self.words)}{'' if self.beginning else ' '}" in spaced

    def __str__(self) -> str:
        plain = len(self.words) == 1 and self.words[0] not in (*OPERATORS, "known", "unknown")
        text = self.words[0] if plain else f'"{" ".join(self.words)}"'
        return (f"{self.field}:" if self.field else "") + text + ("*" if self.beginning else "")


@dataclass(frozen=True, slots=True)
class Is:
    """A closed field has this value as a whole."""

    field: str
    value: str

    def fits(self, subject: Subject) -> Sure:
        field = BY_PATH[self.field]
        if any(map(self.holds, subject.values(field))):
            return True
        return False if subject.says(field) else None

    def holds(self, value: Any) -> bool:
        return fact(value) == self.value

    def __str__(self) -> str:
        plain = re.fullmatch(r"[\w.\-]+", self.value) and self.value not in ("known", "unknown")
        return f"{self.field}:{self.value}" if plain else f'{self.field}:"{self.value}"'


@dataclass(frozen=True, slots=True)
class Between:
    """A number lies between two ends; None is open, and an end belongs to the range unless ``strictly``."""

    field: str
    low: int | float | None = None
    high: int | float | None = None
    strictly: bool = False

    def fits(self, subject: Subject) -> Sure:
        field = BY_PATH[self.field]
        if any(map(self.holds, subject.values(field))):
            return True
        return False if subject.says(field) else None

    def holds(self, value: int | float) -> bool:
        if self.strictly:
            return (self.low is None or value > self.low) and (self.high is None or value < self.high)
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)

    def __str__(self) -> str:
        low, high = ("" if end is None else self._spelled(end) for end in (self.low, self.high))
        if self.strictly:
            return f"{self.field}:{'<' if high else '>'}{low or high}"
        return f"{self.field}:{low}" if low == high else f"{self.field}:{low}..{high}"

    def _spelled(self, number: int | float) -> str:
        """Return a number as short as it can be typed; of a context length the letters do not say just one."""
        plain = str(number)
        power = len(plain) - 1
        if isinstance(number, float) or power < 6 or BY_PATH[self.field].about.context:
            return plain
        letter, power = {2: ("M", 6), 3: ("B", 9), 4: ("T", 12)}.get(power // 3, (f"e{power}", power))
        whole, fraction = plain[:-power], plain[-power:].rstrip("0")
        return min(f"{whole}{'.' if fraction else ''}{fraction}{letter}", plain, key=len)


@dataclass(frozen=True, slots=True)
class Within:
    """A date lies in a period."""

    field: str
    period: Period

    def fits(self, subject: Subject) -> Sure:
        value: datetime.date | None = BY_PATH[self.field].get(subject.report)
        return None if value is None else self.holds(value)

    def holds(self, value: datetime.date) -> bool:
        first, last = self.period.span()
        return first <= value <= last

    def __str__(self) -> str:
        return f"{self.field}:{self.period.text}"


@dataclass(frozen=True, slots=True)
class Known:
    """Whether the catalogue knows the field."""

    field: str
    known: bool = True

    def fits(self, subject: Subject) -> Sure:
        return bool(subject.values(BY_PATH[self.field])) is self.known

    def holds(self, value: Any) -> bool:
        return self.known

    def __str__(self) -> str:
        return f"{self.field}:{'known' if self.known else 'unknown'}"


@dataclass(frozen=True, slots=True)
class Not:
    """What does not fit ``part``; unknown stays unknown."""

    part: Query

    def fits(self, subject: Subject) -> Sure:
        answer = self.part.fits(subject)
        return None if answer is None else not answer

    def __str__(self) -> str:
        return f"not {_in_brackets(self.part, And, Or)}"


@dataclass(frozen=True, slots=True)
class And:
    """What fits all parts; without parts, every report."""

    parts: tuple[Query, ...] = ()

    def fits(self, subject: Subject) -> Sure:
        return _first(False, (part.fits(subject) for part in self.parts))

    def __str__(self) -> str:
        return " ".join(_in_brackets(part, Or) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Or:
    """What fits one of the parts."""

    parts: tuple[Query, ...]

    def fits(self, subject: Subject) -> Sure:
        return _first(True, (part.fits(subject) for part in self.parts))

    def __str__(self) -> str:
        return " or ".join(str(part) for part in self.parts)


EVERYTHING = And()


def _first(deciding: bool, answers: Iterable[Sure]) -> Sure:
    result: Sure = not deciding
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


def leaves(query: Query, negated: bool = False) -> Iterator[tuple[Query, bool]]:
    """Yield the conditions of a query, each with whether it stands under a ``not``."""
    if isinstance(query, Not):
        yield from leaves(query.part, not negated)
    elif isinstance(query, (And, Or)):
        for part in query.parts:
            yield from leaves(part, negated)
    else:
        yield query, negated


def plain_words(query: Query) -> tuple[str, ...]:
    """Return the words that must all be somewhere: together they may be a name."""
    parts = query.parts if isinstance(query, And) else (query,)
    plain = (part.words for part in parts if isinstance(part, Words) and not part.field and not part.beginning)
    return tuple(chain.from_iterable(plain))


def explain(query: Query, subject: Subject) -> tuple[Match, ...]:
    """Return where a report holds what a query asks, one text a condition and field, the weightiest fields first."""
    found = dict.fromkeys(_by_name(query, subject))
    for leaf, negated in leaves(query):
        if isinstance(leaf, Words) and not negated:
            for field in leaf.fields:
                place = next((place for place, text in enumerate(subject.spaced(field)) if leaf.inside(text)), None)
                if place is not None:
                    text = subject.texts(field)[place]
                    found[Match(field.path, text, leaf.marks, field.about.weight)] = None
        elif isinstance(leaf, (Is, Between, Within, Known)) and not negated and leaf.fits(subject):
            values = tuple(dict.fromkeys(value for value in subject.values(BY_PATH[leaf.field]) if leaf.holds(value)))
            found[Match(leaf.field, ", ".join(map(fact, values)), values=values)] = None
    return tuple(sorted(found, key=lambda match: -match.weight))


def _by_name(query: Query, subject: Subject) -> Iterator[Match]:
    """Yield the one match of a report that goes by exactly the plain words of a query."""
    words = plain_words(query)
    name = fold_name("".join(words))
    names = ((field.path, text) for field in NAMED for text in subject.texts(field)) if name else ()
    yield from islice((Match(path, text, words, EXACT) for path, text in names if fold_name(text) == name), 1)


def fact(value: Any) -> str:
    """Return how a query writes a value of a closed or yes/no field."""
    return ("yes" if value else "no") if isinstance(value, bool) else str(value).lower()
