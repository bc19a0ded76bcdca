"""Query text → conditions, or an error that marks the place and says what would be right.

The grammar: words and conditions; ``not`` binds closest, then ``and`` (which may be left out), then ``or``.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import NamedTuple

from reportcli.errors import FIELDS_HINT, InvalidNumber, InvalidPeriod, InvalidQuery, did_you_mean
from reportcli.query.conditions import (
    NEGATIONS,
    OPERATORS,
    Is,
    IsKnown,
    IsUndisclosed,
    Not,
    Query,
    Within,
    Words,
    all_of,
    any_of,
)
from reportcli.query.numbers import parse_number_condition
from reportcli.query.period import parse_period
from reportcli.query.subject import UNDISCLOSED
from reportcli.report.field_names import closest_field_names, field_named
from reportcli.report.fields import DATE, NUMBERS, YES_NO, Field
from reportcli.report.techniques import Vocabulary
from reportcli.text import closest_spellings, fold_name, split_words


def parse_query(text: str, vocabulary: Callable[[], Vocabulary] = Vocabulary) -> Query:
    """Parse a query. The vocabulary is loaded only for a condition on techniques. Raises InvalidQuery."""
    return _Parser(text, vocabulary).parse()


def parse_condition(field: Field, name: str, value: str, vocabulary: Callable[[], Vocabulary] = Vocabulary) -> Query:
    """Parse the value of a condition on a field; ``name`` is what errors call the field. Raises InvalidQuery."""
    return _Parser(f"{name}:{value}", vocabulary).parse_value(field, name, _Token(value, len(name) + 1))


class _Token(NamedTuple):
    """A piece of the query text, and where it starts."""

    text: str
    start: int

    @property
    def operator(self) -> str:
        """The operator or bracket that the token is; "" for any other token."""
        text = self.text.lower()
        return "not" if text in NEGATIONS else text if text in OPERATORS or text in "()" else ""


_TOKEN = r'[()]|(?:"[^"]*"|[^\s()"])+|"'
_CONDITION = r"([A-Za-z_][\w.\-]*):(.*)"
_COMPARISON = r"([A-Za-z_][\w.\-]*)\s*(<=|>=|!=|<|>|=)"
_JOINER = r"(?<=\w)(?:\|\|?|&&?|,(?!\d)|(?<!\d),)(?=\w)"  # between words, but 36,000 is a number
_FOREIGN_OPERATORS = {"|": "or", "||": "or", "&": "and", "&&": "and"}
_FOLDED_SIGNS = {0x201C: '"', 0x201D: '"', 0x3000: " "} | {0xFEE0 + code: code for code in range(0x21, 0x7F)}
_NEGATING = "-!~"  # signs that other languages negate with
_MAX_NESTING = 50


class _Parser:
    """A recursive descent parser of one query text: or, and, not, brackets, conditions."""

    def __init__(self, text: str, vocabulary: Callable[[], Vocabulary]) -> None:
        self.text = text
        folded = text.translate(_FOLDED_SIGNS)
        self.tokens = [_Token(match.group(), match.start()) for match in re.finditer(_TOKEN, folded)]
        self.position = 0
        self.nesting = 0
        self.vocabulary = vocabulary

    @cached_property
    def end(self) -> _Token:
        return _Token("", len(self.text.rstrip()))

    @property
    def token(self) -> _Token:
        """The token to parse next; an empty one at the end."""
        return self.tokens[self.position] if self.position < len(self.tokens) else self.end

    def parse(self) -> Query:
        if not self.tokens:
            raise self.error(self.end, "the query is empty", "write words, such as GRPO, or conditions, such as kl:no")
        query = self.parse_or()
        if self.position < len(self.tokens):
            raise self.error(self.token, "unmatched )", "write (grpo or ppo) kl:no")
        return query

    def parse_or(self) -> Query:
        parts = [self.parse_and()]
        while self.token.operator == "or":
            self.position += 1
            parts.append(self.parse_and())
        return any_of(parts)

    def parse_and(self) -> Query:
        parts = [self.parse_term()]
        while self.token.text and self.token.operator not in ("or", ")"):
            if self.token.operator == "and":
                self.position += 1
            parts.append(self.parse_term())
        return all_of(parts)

    def parse_term(self) -> Query:
        token = self.token
        if not token.text or token.operator in ("and", "or", ")"):
            where = f"after {self.tokens[self.position - 1].text!r}" if self.position else "here"
            hint = 'write words on both sides, such as grpo or ppo; in quotes, "or" is a word'
            raise self.error(token, f"expected a term {where}", hint)
        self.position += 1
        if token.operator not in ("not", "("):
            return self.parse_word_or_condition(token)
        self.nesting += 1
        if self.nesting > _MAX_NESTING:
            raise self.error(token, "nested too deeply", f"use at most {_MAX_NESTING} brackets and nots")
        term = Not(self.parse_term()) if token.operator == "not" else self.parse_brackets(token)
        self.nesting -= 1
        return term

    def parse_brackets(self, opening: _Token) -> Query:
        query = self.parse_or()
        if self.token.operator != ")":
            raise self.error(opening, "missing )", "write (grpo or ppo) kl:no")
        self.position += 1
        return query

    def parse_word_or_condition(self, token: _Token) -> Query:
        condition = re.fullmatch(_CONDITION, token.text, re.S)
        self.refuse_foreign_syntax(token, condition)
        if not condition:
            return self.parse_words(token, "")
        name, value = condition.groups()
        field = field_named(name)
        if field is None:
            hint = f'{FIELDS_HINT}; in quotes it is a phrase: "{token.text}"'
            nearest = closest_field_names(name)
            raise self.error(token, f"unknown field {name}", did_you_mean(nearest) or hint, nearest)
        return self.parse_value(field, name, _Token(value, token.start + len(name) + 1))

    def refuse_foreign_syntax(self, token: _Token, condition: re.Match[str] | None) -> None:
        """Raise InvalidQuery for signs that mean something in other query languages."""
        unquoted = re.sub(r'"[^"]*"', "", token.text)
        if '"' in unquoted:
            raise self.error(token, "missing closing quote", 'write "clip higher"')
        if operator := _FOREIGN_OPERATORS.get(token.text):
            signs = re.compile(r" (?:\|\|?|&&?) ")
            whole = signs.sub(lambda sign: f" {_FOREIGN_OPERATORS[sign[0].strip()]} ", self.text)
            hint = f"write {whole if self.position > 1 and self.token.text else f'grpo {operator} ppo'}"
            raise self.error(token, f"{token.text} is not an operator", hint)
        if token.text[0] in _NEGATING:
            hint = f"write not {token.text.lstrip(_NEGATING) or 'kl'}"
            raise self.error(token, f"{token.text[0]!r} does not negate", hint)
        if comparison := re.match(_COMPARISON, token.text):
            name, sign = comparison.groups()
            value = token.text[comparison.end() :] or "100B"
            right = {"!=": f"not {name}:{value}", "=": f"{name}:{value}"}.get(sign, f"{name}:{sign}{value}")
            raise self.error(token, "a comparison needs a colon", f"write {right}")
        if joiner := re.search(_JOINER, unquoted):
            hint = f"write {_with_operators(token.text, joiner[0][0], condition)}"
            raise self.error(token, f"{joiner[0]} does not join words", hint)

    def parse_value(self, field: Field, name: str, value: _Token) -> Query:
        if not value.text.strip('"'):
            raise self.error(value, f"{name} needs a value", f"write {name}:{_example(field)} or {name}:unknown")
        if value.text.lower() in ("known", "unknown"):
            return IsKnown(field.path, value.text.lower() == "known")
        if value.text.lower() == UNDISCLOSED:
            return IsUndisclosed(field.path)
        if field.kind in NUMBERS:
            return self.parse_number(field, name, value)
        if field.kind == DATE:
            return self.parse_date(field, name, value)
        if value.text[0] in _NEGATING:
            hint = f"write not {name}:{value.text.lstrip(_NEGATING) or 'word'}"
            raise self.error(value, f"{value.text[0]!r} does not negate", hint)
        if field.info.vocabulary:
            return self.parse_technique(field, name, value)
        if field.kind == YES_NO or field.info.choices or field.path == "id":
            return self.parse_choice(field, name, value)
        return self.parse_words(value, field.path)

    def parse_words(self, token: _Token, field_path: str) -> Query:
        words = tuple(split_words(token.text))
        if not words:
            raise self.error(token, "there is no word in this", "a word has letters or digits")
        is_prefix = token.text.endswith("*")
        is_exact = '"' in token.text or (not field_path and words[0] in (*OPERATORS, *NEGATIONS) and len(words) == 1)
        return Words(words, field_path, is_prefix, is_exact and not is_prefix)

    def parse_technique(self, field: Field, name: str, value: _Token) -> Query:
        vocabulary, text = self.vocabulary(), value.text.replace('"', "")
        technique_id = vocabulary.find(text)
        if technique_id is None:
            names = (name for technique in vocabulary.values() for name in technique.names)
            raise self.invalid_value(name, value, names, "`reportcli term` lists them")
        return Is(field.path, technique_id)

    def parse_choice(self, field: Field, name: str, value: _Token) -> Query:
        text = value.text.replace('"', "")
        if field.path == "id":
            return Is(field.path, text.lower())
        choices = ("yes", "no") if field.kind == YES_NO else field.info.choices
        by_name = {fold_name(choice): choice for choice in choices}
        if field.kind == YES_NO:
            by_name |= {"true": "yes", "false": "no", "1": "yes", "0": "no"}
        choice = by_name.get(fold_name(text))
        if not choice:
            raise self.invalid_value(name, value, choices, f"use one of: {', '.join((*choices, 'unknown'))}")
        return Is(field.path, choice)

    def invalid_value(self, name: str, value: _Token, candidates: Iterable[str], hint: str) -> InvalidQuery:
        """Return the error for a value that the field never has; the hint is for a value that is like none."""
        text = value.text.replace('"', "")
        nearest = closest_spellings(text, candidates)
        return self.error(value, f"invalid value for {name}: {text}", did_you_mean(nearest) or hint, nearest)

    def parse_date(self, field: Field, name: str, value: _Token) -> Query:
        sign, period = re.fullmatch(r"([<>]=?|)=?(.*)", value.text.strip('"'), re.S).groups()  # type: ignore[union-attr]
        try:
            return Within(field.path, parse_period(period).compared(sign))
        except InvalidPeriod as error:
            meant = f'"{error.meant}"' if " " in error.meant else error.meant
            example = f"{name}:2025-06 or {name}:2025-01..2025-06"
            raise self.misread(value, error.problem, f"{name}:{meant}" if meant else "", example) from error

    def parse_number(self, field: Field, name: str, value: _Token) -> Query:
        try:
            return parse_number_condition(field, value.text.strip('"'))
        except InvalidNumber as error:
            example = f"{name}:{_example(field)} or {name}:{_example(field)}.."
            meant = f"{name}:{error.meant}" if error.meant else ""
            raise self.misread(value, error.problem, meant, example) from error

    def misread(self, value: _Token, problem: str, meant: str, example: str) -> InvalidQuery:
        """Return the error for a date or number; the hint is the condition that was meant, or else an example."""
        return self.error(value, problem, f"write {meant or example}", [meant] if meant else [])

    def error(self, token: _Token, problem: str, hint: str, nearest: Sequence[str] = ()) -> InvalidQuery:
        return InvalidQuery(self.text, token.start, problem, hint, nearest)


def _with_operators(text: str, joiner: str, condition: re.Match[str] | None) -> str:
    """Return a text with ``and`` or ``or`` in place of commas, bars and ampersands."""
    parts = [part for part in re.split(r"[|,&]", text) if part]
    are_conditions = all(":" in part for part in parts)
    if condition and not are_conditions:
        name, values = condition.groups()
        parts = [f"{name}:{value}" for value in re.split(r"[|,&]", values) if value]
    is_and = joiner == "&" or (joiner == "," and are_conditions and len(parts) > 1)
    return (" and " if is_and else " or ").join(parts)


def _example(field: Field) -> str:
    """Return a value for a hint that works when typed."""
    if field.kind in NUMBERS:
        if field.info.context or field.info.in_bytes:
            return "128k" if field.info.context else "100KiB"
        example = field.info.example
        is_short = isinstance(example, float) or (isinstance(example, int) and example < 10_000)
        return str(example) if is_short else "10B"
    if field.kind == DATE:
        return "2025-06"
    return "no" if field.kind == YES_NO else field.info.choices[0] if field.info.choices else "word"
