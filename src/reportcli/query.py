"""What the user asks: a frozen value that prints back as text, and says whether a report fits.

An answer is True, False or None: unknown, because the catalogue does not say. It needs no catalogue and no index.
"""

import datetime
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, Protocol

from reportcli.derived import DERIVED, Derived, derive, field_names, query_field
from reportcli.errors import BadPeriod, BadQuery
from reportcli.period import Period, parse_period
from reportcli.report import DATE, FIELDS, MAP, NUMBER, TEXT, TEXTS, YES_NO, Field, Report
from reportcli.vocabulary import Vocabulary
from reportcli.words import fold_name, nearest, spaced, together, words

SEARCHED = tuple(field for field in FIELDS if field.about.weight)
CLOSED = tuple(f for f in FIELDS if f.kind == YES_NO or f.about.closed or f.about.vocabulary or f.path == "id")
TEXT_FIELDS = tuple(
    field
    for field in FIELDS + DERIVED
    if field.kind in (TEXT, TEXTS, MAP) and (field.about.weight or field not in CLOSED)
)
OPERATORS = ("and", "or", "not")
BY_PATH = {field.path: field for field in FIELDS + DERIVED}

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

    ``weight`` is what the field adds to the score, once for each word and weight. Of a condition that asks for no
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
        if self.strictly:
            return f"{self.field}:{'>' if self.high is None else '<'}{self.low if self.high is None else self.high}"
        if self.low == self.high:
            return f"{self.field}:{self.low}"
        return f"{self.field}:{'' if self.low is None else self.low}..{'' if self.high is None else self.high}"


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
    """Join queries so that all must hold; nested ones become one."""
    flat = _flatten(And, parts)
    return flat[0] if len(flat) == 1 else And(flat)


def any_of(parts: Iterable[Query]) -> Query:
    """Join queries so that one must hold; nested ones become one."""
    flat = _flatten(Or, parts)
    return flat[0] if len(flat) == 1 else Or(flat)


def _flatten(kind: Any, parts: Iterable[Query]) -> tuple[Query, ...]:
    return tuple(inner for part in parts for inner in (part.parts if isinstance(part, kind) else (part,)))


def leaves(query: Query, negated: bool = False) -> Iterator[tuple[Query, bool]]:
    """Yield the conditions of a query, each with whether it stands under a ``not``."""
    if isinstance(query, Not):
        yield from leaves(query.part, not negated)
    elif isinstance(query, (And, Or)):
        for part in query.parts:
            yield from leaves(part, negated)
    else:
        yield query, negated


def explain(query: Query, subject: Subject) -> tuple[Match, ...]:
    """Return where a report holds what a query asks, one text a condition and field, the weightiest fields first."""
    found: dict[Match, None] = {}
    for leaf, negated in leaves(query):
        if isinstance(leaf, Words) and not negated:
            for field in leaf.fields:
                for text, spaced in zip(subject.texts(field), subject.spaced(field), strict=True):
                    if leaf.inside(spaced):
                        found[Match(field.path, text, leaf.marks, field.about.weight)] = None
                        break
        elif isinstance(leaf, (Is, Between, Within, Known)) and not negated and leaf.fits(subject):
            values = tuple(dict.fromkeys(value for value in subject.values(BY_PATH[leaf.field]) if leaf.holds(value)))
            found[Match(leaf.field, ", ".join(map(fact, values)), values=values)] = None
    return tuple(sorted(found, key=lambda match: -match.weight))


def fact(value: Any) -> str:
    """Return how a query writes a value of a closed or yes/no field."""
    return ("yes" if value else "no") if isinstance(value, bool) else str(value).lower()


def parse_query(text: str, vocabulary: Callable[[], Vocabulary] = Vocabulary) -> Query:
    """Read a query; raises BadQuery with the place. The vocabulary is asked only for a condition on techniques."""
    return _Parser(text, vocabulary).parse()


def parse_condition(field: Field, name: str, value: str, vocabulary: Callable[[], Vocabulary] = Vocabulary) -> Query:
    """Read what a query says of one field, ``name`` being what the field was called; raises BadQuery."""
    return _Parser(f"{name}:{value}", vocabulary).of_field(field, name, value, _Token(value, len(name) + 1))


class _Token(NamedTuple):
    """A piece of the query text, and where it begins."""

    text: str
    start: int

    @property
    def operator(self) -> str:
        return self.text.lower() if self.text.lower() in OPERATORS else self.text if self.text in "()" else ""


_TOKEN = r'[()]|(?:"[^"]*"|[^\s()"])+|"'
_CONDITION = r"([A-Za-z_][\w.\-]*):(.*)"
_COMPARED = r"([A-Za-z_][\w.\-]*)\s*(<=|>=|!=|<|>|=)"
_JOINED = r"(?<=\w)(?:[|&]|,(?!\d)|(?<!\d),)(?=\w)"  # but 36,000 is a number
_MOST_NESTED = 50


class _Parser:
    """Recursive descent over the tokens of one query text: or, and, not, brackets, conditions."""

    def __init__(self, text: str, vocabulary: Callable[[], Vocabulary]) -> None:
        self.text = text
        plain = text.translate({0x201C: '"', 0x201D: '"'})
        self.tokens = [_Token(found.group(), found.start()) for found in re.finditer(_TOKEN, plain)]
        self.place = 0
        self.nested = 0
        self.vocabulary = vocabulary

    @cached_property
    def end(self) -> _Token:
        return _Token("", len(self.text.rstrip()))

    @property
    def token(self) -> _Token:
        return self.tokens[self.place] if self.place < len(self.tokens) else self.end

    def parse(self) -> Query:
        if not self.tokens:
            raise self.wrong(self.end, "the query is empty", "write words, such as GRPO, or conditions, such as kl:no")
        query = self.either()
        if self.place < len(self.tokens):
            raise self.wrong(self.token, "this bracket was never opened", "write (grpo or ppo) kl:no")
        return query

    def either(self) -> Query:
        parts = [self.both()]
        while self.token.operator == "or":
            self.place += 1
            parts.append(self.both())
        return any_of(parts)

    def both(self) -> Query:
        parts = [self.one()]
        while self.token.text and self.token.operator not in ("or", ")"):
            if self.token.operator == "and":
                self.place += 1
            parts.append(self.one())
        return all_of(parts)

    def one(self) -> Query:
        token = self.token
        if not token.text or token.operator in ("and", "or", ")"):
            where = f"after {self.tokens[self.place - 1].text}" if self.place else "here"
            advice = 'write words on both sides, such as grpo or ppo; in quotes, "or" is a word'
            raise self.wrong(token, f"something is missing {where}", advice)
        self.place += 1
        if token.operator not in ("not", "("):
            return self.condition(token)
        self.nested += 1
        if self.nested > _MOST_NESTED:
            raise self.wrong(token, "too deeply nested", f"use at most {_MOST_NESTED} brackets and nots")
        inner = Not(self.one()) if token.operator == "not" else self.brackets(token)
        self.nested -= 1
        return inner

    def brackets(self, opening: _Token) -> Query:
        inner = self.either()
        if self.token.operator != ")":
            raise self.wrong(opening, "this bracket is never closed", "write (grpo or ppo) kl:no")
        self.place += 1
        return inner

    def condition(self, token: _Token) -> Query:
        if '"' in re.sub(r'"[^"]*"', "", token.text):
            raise self.wrong(token, "this quote is never closed", 'write "clip higher"')
        if token.text.startswith(("-", "!", "~")):
            sign = "minus" if token.text[0] == "-" else f"{token.text[0]} sign"
            raise self.wrong(token, f"a {sign} does not exclude", f"write not {token.text.lstrip('-!~') or 'kl'}")
        if compared := re.match(_COMPARED, token.text):
            name, sign, value = *compared.groups(), token.text[compared.end() :] or "100B"
            right = {"!=": f"not {name}:{value}", "=": f"{name}:{value}"}.get(sign, f"{name}:{sign}{value}")
            raise self.wrong(token, "a comparison needs a colon", f"write {right}")
        named = re.fullmatch(_CONDITION, token.text, re.S)
        if joined := re.search(_JOINED, re.sub(r'"[^"]*"', "", token.text)):
            sides = [side for side in re.split(r"[|,&]", token.text.partition(":")[2] if named else token.text) if side]
            written = (" and " if joined[0] == "&" else " or ").join(f"{named[1]}:{s}" if named else s for s in sides)
            raise self.wrong(token, f"{joined[0]} does not join words", f"write {written}")
        if not named:
            return self.words(token, token.text, "")
        field = query_field(named[1])
        if field is None:
            advice = _did_you_mean(named[1], field_names()) or f'in quotes it is a phrase: "{token.text}"'
            raise self.wrong(token, f"there is no field {named[1]}", advice)
        return self.of_field(field, named[1], named[2], _Token(named[2], token.start + len(named[1]) + 1))

    def of_field(self, field: Field, name: str, value: str, place: _Token) -> Query:
        if not value.strip('"'):
            raise self.wrong(place, f"{name} needs a value", f"write {name}:{_example(field)} or {name}:unknown")
        if value.lower() in ("known", "unknown"):
            return Known(field.path, value.lower() == "known")
        if field.kind == NUMBER:
            return self.number(field, name, value, place)
        if field.kind == DATE:
            sign, period = re.fullmatch(r"([<>]=?|)=?(.*)", value.strip('"'), re.S).groups()  # type: ignore[union-attr]
            try:
                return Within(field.path, parse_period(period).compared(sign))
            except BadPeriod as error:
                raise self.wrong(place, error.problem, f"write {name}:2025-06 or {name}:2025-01..2025-06") from error
        if value[0] in "-!~":
            raise self.wrong(place, f"{value[0]} does not exclude", f"write not {name}:{value.lstrip('-!~') or 'word'}")
        allowed = self.allowed(field)
        return (
            self.words(place, value, field.path) if allowed is None else self.closed(field, name, value, place, allowed)
        )

    def allowed(self, field: Field) -> Sequence[str] | None:
        """Return the values of a closed field; an empty list allows any, None means that the field is not closed."""
        if field.kind == YES_NO:
            return ("yes", "no")
        if field.path == "id":
            return ()
        return tuple(self.vocabulary()) if field.about.vocabulary else field.about.closed or None

    def closed(self, field: Field, name: str, value: str, place: _Token, allowed: Sequence[str]) -> Query:
        plain = value.replace('"', "")
        exact = self.vocabulary().find(plain) if field.about.vocabulary else None
        by_name = {fold_name(one): one for one in allowed} | (
            {"true": "yes", "false": "no"} if field.kind == YES_NO else {}
        )
        found = exact or by_name.get(fold_name(plain), "" if allowed or field.about.vocabulary else plain.lower())
        if not found:
            names = (
                [one for id in allowed for one in self.vocabulary().names(id)] if field.about.vocabulary else allowed
            )
            advice = _did_you_mean(plain, names) or f"use one of: {', '.join((*allowed, 'unknown')[:20])}"
            raise self.wrong(place, f"{name} is never {plain}", advice)
        return Is(field.path, found)

    def words(self, token: _Token, text: str, field: str) -> Query:
        found = tuple(words(text))
        if not found:
            raise self.wrong(token, "there is no word in this", "a word has letters or digits")
        return Words(found, field, beginning=text.endswith("*"))

    def number(self, field: Field, name: str, text: str, place: _Token) -> Query:
        compared = re.fullmatch(r"(>=|<=|>|<|=?)(.+)", text.strip('"').replace(" ", ""), re.S)
        sign, rest = compared.groups() if compared else ("", "")
        first, dots, last = rest.partition("..")
        low, high = _number(first, field), _number(last, field)
        wrong = (first and not low) or (last and not high) or not (low or high) or (sign and dots)
        if wrong:
            raise self.wrong(
                place, f"{text} is not a number or a range", f"write {name}:{_example(field)} or {name}:1k..2M"
            )
        if dots:
            if low and high and low[0] > high[1]:
                raise self.wrong(place, "the range ends before it begins", f"write {name}:{last}..{first}")
            return Between(field.path, low and low[0], high and high[1])
        assert low is not None
        return _compare(field.path, sign, *low)

    def wrong(self, token: _Token, problem: str, advice: str) -> BadQuery:
        return BadQuery(self.text, token.start, problem, advice)


def _compare(field: str, sign: str, low: int | float, high: int | float) -> Query:
    match sign:
        case ">":
            return Between(field, high, None, strictly=True)
        case "<":
            return Between(field, None, low, strictly=True)
        case ">=":
            return Between(field, low, None)
        case "<=":
            return Between(field, None, high)
    return any_of(Between(field, value, value) for value in dict.fromkeys((low, high)))


_SCALES = {"": 0, "k": 3, "m": 6, "b": 9, "t": 12}
_POWERS = {"k": 10, "m": 20}
_LONGEST_NUMBER = 60  # digits


def _number(text: str, field: Field) -> tuple[int | float, int | float] | None:
    """Return the least and the greatest number that a text stands for: 128k contexts are 128,000 to 131,072."""
    found = re.fullmatch(r"(\d[\d_,]*)(?:\.(\d+))?(?:e([+-]?\d{1,3}))?([kmbt]?)", text, re.I | re.A)
    if not found or len(text) > _LONGEST_NUMBER:
        return None
    fraction, letter = found[2] or "", found[4].lower()
    digits = int(found[1].replace(",", "").replace("_", "") + fraction)
    exponent = int(found[3] or 0) - len(fraction)
    low = _scaled(digits, exponent + _SCALES[letter])
    if low >= 10**_LONGEST_NUMBER:
        return None
    if field.about.context and letter in _POWERS:
        return low, _scaled(digits * 2 ** _POWERS[letter], exponent)
    return low, low


def _scaled(digits: int, exponent: int) -> int | float:
    whole, rest = divmod(digits * 10 ** max(exponent, 0), 10 ** max(-exponent, 0))
    return float(f"{digits}e{exponent}") if rest else whole


def _example(field: Field) -> str:
    if field.kind == NUMBER:
        return "128k" if field.about.context else "10B"
    if field.kind == DATE:
        return "2025-06"
    return "no" if field.kind == YES_NO else field.about.closed[0] if field.about.closed else "word"


def _did_you_mean(text: str, names: Iterable[str]) -> str:
    best = nearest(text, names)
    return f"did you mean {' or '.join(best)}?" if best else ""


_SHORTEST_CORRECTED, _LONG = 4, 8


def correct(query: Query, terms: Iterable[tuple[str, float, int]]) -> tuple[Query, dict[str, str]]:
    """Replace bare words that no report holds by words of the catalogue one slip away, and say which.

    ``terms`` are the catalogue's words, each with its greatest weight and its frequency. A word of four letters or
    more, without digits and not under ``not``, takes the nearest word within OSA distance 1 (2 from eight letters); of
    equally near ones techniques and names first, then the same length, then the more frequent.
    """
    asked = [
        word
        for leaf, negated in leaves(query)
        if isinstance(leaf, Words) and not (leaf.field or leaf.beginning or negated)
        for word in leaf.words
        if len(word) >= _SHORTEST_CORRECTED and word.isalpha()
    ]
    if not asked:
        return query, {}
    known = {term: (weight, count) for term, weight, count in terms}
    better = {word: _closest(word, known) for word in asked if word not in known}
    replaced = {word: term for word, term in better.items() if term}
    return _replaced(query, replaced) if replaced else query, replaced


def _closest(word: str, known: dict[str, tuple[float, int]]) -> str:
    from rapidfuzz.distance import OSA

    most = 2 if len(word) >= _LONG else 1
    near = []
    for term, (weight, count) in known.items():
        distance = OSA.distance(word, term, score_cutoff=most)
        if distance <= most:
            near.append((distance, -min(weight, _NAME_WEIGHT), len(term) != len(word), -count, term))
    return min(near)[-1] if near else ""


_NAME_WEIGHT = 100.0  # names and techniques are alike here


def _replaced(query: Query, better: dict[str, str], negated: bool = False) -> Query:
    match query:
        case Not(part):
            return Not(_replaced(part, better, not negated))
        case And(parts):
            return And(tuple(_replaced(part, better, negated) for part in parts))
        case Or(parts):
            return Or(tuple(_replaced(part, better, negated) for part in parts))
        case Words(found, "", False) if not negated:
            return Words(tuple(better.get(word, word) for word in found))
    return query
