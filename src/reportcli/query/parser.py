"""The text of a query becomes a Query, or an error that shows the place and says what would be right.

The grammar: words and conditions; ``and`` (which may be left out) binds closer than ``or``, ``not`` closest of all.
"""

import re
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import NamedTuple

from reportcli.errors import InvalidPeriod, InvalidQuery, did_you_mean
from reportcli.query.conditions import OPERATORS, Between, Is, IsKnown, Not, Query, Within, Words, all_of, any_of
from reportcli.query.period import parse_period
from reportcli.report.field_names import field_names, query_field
from reportcli.report.fields import DATE, NUMBER, YES_NO, Field
from reportcli.report.techniques import Vocabulary
from reportcli.text import closest_spellings, fold_name, split_words


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
            raise self.wrong(self.token, "unmatched )", "write (grpo or ppo) kl:no")
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
            where = f"after {self.tokens[self.place - 1].text!r}" if self.place else "here"
            advice = 'write words on both sides, such as grpo or ppo; in quotes, "or" is a word'
            raise self.wrong(token, f"expected a term {where}", advice)
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
            raise self.wrong(opening, "missing )", "write (grpo or ppo) kl:no")
        self.place += 1
        return inner

    def condition(self, token: _Token) -> Query:
        if '"' in re.sub(r'"[^"]*"', "", token.text):
            raise self.wrong(token, "this quote is never closed", 'write "clip higher"')
        if token.text.startswith(("-", "!", "~")):
            raise self.wrong(
                token, f"{token.text[0]!r} does not negate", f"write not {token.text.lstrip('-!~') or 'kl'}"
            )
        if compared := re.match(_COMPARED, token.text):
            name, sign, value = *compared.groups(), token.text[compared.end() :] or "100B"
            right = {"!=": f"not {name}:{value}", "=": f"{name}:{value}"}.get(sign, f"{name}:{sign}{value}")
            raise self.wrong(token, "a comparison needs a colon", f"write {right}")
        named = re.fullmatch(_CONDITION, token.text, re.S)
        if joined := re.search(_JOINED, re.sub(r'"[^"]*"', "", token.text)):
            raise self.wrong(
                token, f"{joined[0]} does not join words", f"write {_rejoined(token.text, joined[0], named)}"
            )
        if not named:
            return self.words(token, token.text, "")
        field = query_field(named[1])
        if field is None:
            advice = (
                did_you_mean(closest_spellings(named[1], field_names())) or f'in quotes it is a phrase: "{token.text}"'
            )
            raise self.wrong(token, f"unknown field {named[1]}", advice)
        return self.of_field(field, named[1], named[2], _Token(named[2], token.start + len(named[1]) + 1))

    def of_field(self, field: Field, name: str, value: str, place: _Token) -> Query:
        if not value.strip('"'):
            raise self.wrong(place, f"{name} needs a value", f"write {name}:{_example(field)} or {name}:unknown")
        if value.lower() in ("known", "unknown"):
            return IsKnown(field.path, value.lower() == "known")
        if field.kind == NUMBER:
            return self.number(field, name, value, place)
        if field.kind == DATE:
            sign, period = re.fullmatch(r"([<>]=?|)=?(.*)", value.strip('"'), re.S).groups()  # type: ignore[union-attr]
            try:
                return Within(field.path, parse_period(period).compared(sign))
            except InvalidPeriod as error:
                raise self.wrong(place, error.problem, f"write {name}:2025-06 or {name}:2025-01..2025-06") from error
        if value[0] in "-!~":
            raise self.wrong(
                place, f"{value[0]!r} does not negate", f"write not {name}:{value.lstrip('-!~') or 'word'}"
            )
        allowed = self.allowed(field)
        return (
            self.words(place, value, field.path)
            if allowed is None
            else self.choices(field, name, value, place, allowed)
        )

    def allowed(self, field: Field) -> Sequence[str] | None:
        """Return the values of a closed field; an empty list allows any, None means that the field is not closed."""
        if field.kind == YES_NO:
            return ("yes", "no")
        if field.path == "id":
            return ()
        return tuple(self.vocabulary()) if field.info.vocabulary else field.info.choices or None

    def choices(self, field: Field, name: str, value: str, place: _Token, allowed: Sequence[str]) -> Query:
        plain = value.replace('"', "")
        exact = self.vocabulary().find(plain) if field.info.vocabulary else None
        by_name = {fold_name(one): one for one in allowed} | (
            {"true": "yes", "false": "no"} if field.kind == YES_NO else {}
        )
        found = exact or by_name.get(fold_name(plain), "" if allowed or field.info.vocabulary else plain.lower())
        if not found:
            names = [one for id in allowed for one in self.vocabulary().names(id)] if field.info.vocabulary else allowed
            every = "`term` lists them" if field.info.vocabulary else f"use one of: {', '.join((*allowed, 'unknown'))}"
            advice = did_you_mean(closest_spellings(plain, names)) or every
            raise self.wrong(place, f"invalid value for {name}: {plain}", advice)
        return Is(field.path, found)

    def words(self, token: _Token, text: str, field: str) -> Query:
        found = tuple(split_words(text))
        if not found:
            raise self.wrong(token, "there is no word in this", "a word has letters or digits")
        return Words(found, field, is_prefix=text.endswith("*"))

    def number(self, field: Field, name: str, text: str, place: _Token) -> Query:
        compared = re.fullmatch(r"(>=|<=|>|<|=?)(.+)", text.strip('"').replace(" ", ""), re.S)
        sign, rest = compared.groups() if compared else ("", "")
        first, dots, last = rest.partition("..")
        low, high = _number(first, field), _number(last, field)
        wrong = (first and not low) or (last and not high) or not (low or high) or (sign and dots)
        if wrong:
            right = f"{name}:{_example(field)}"
            raise self.wrong(place, f"{text} is not a number or a range", f"write {right} or {right}..")
        if dots:
            if low and high and low[0] > high[1]:
                raise self.wrong(place, "the range ends before it begins", f"write {name}:{last}..{first}")
            return Between(field.path, low and low[0], high and high[1])
        assert low is not None
        return _compare(field.path, sign, *low)

    def wrong(self, token: _Token, problem: str, advice: str) -> InvalidQuery:
        return InvalidQuery(self.text, token.start, problem, advice)


def _rejoined(text: str, joint: str, named: re.Match[str] | None) -> str:
    """Return how what stands between commas, bars and ampersands is joined rightly; several conditions all hold."""
    sides = [side for side in re.split(r"[|,&]", text) if side]
    conditions = all(":" in side for side in sides)
    if named and not conditions:
        sides = [f"{named[1]}:{side}" for side in re.split(r"[|,&]", named[2]) if side]
    return (" and " if joint == "&" or (joint == "," and conditions and len(sides) > 1) else " or ").join(sides)


def _compare(field: str, sign: str, low: int | float, high: int | float) -> Query:
    match sign:
        case ">":
            return Between(field, high, None, exclusive=True)
        case "<":
            return Between(field, None, low, exclusive=True)
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
    if field.info.context and letter in _POWERS:
        return low, _scaled(digits * 2 ** _POWERS[letter], exponent)
    return low, low


def _scaled(digits: int, exponent: int) -> int | float:
    whole, rest = divmod(digits * 10 ** max(exponent, 0), 10 ** max(-exponent, 0))
    return float(f"{digits}e{exponent}") if rest else whole


def _example(field: Field) -> str:
    if field.kind == NUMBER:
        small = isinstance(field.info.example, int) and field.info.example < 10_000
        return "128k" if field.info.context else str(field.info.example) if small else "10B"
    if field.kind == DATE:
        return "2025-06"
    return "no" if field.kind == YES_NO else field.info.choices[0] if field.info.choices else "word"
