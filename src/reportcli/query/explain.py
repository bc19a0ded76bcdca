"""Where a report matches a query: fields, texts and the words to highlight."""

from collections.abc import Iterator
from itertools import chain, islice
from typing import Any, NamedTuple

from reportcli.query.conditions import And, Between, Is, IsKnown, Query, Within, Words, conditions_of, value_text
from reportcli.query.subject import FIELDS_BY_PATH, Subject
from reportcli.text import fold_name

_NAME_FIELDS = tuple(FIELDS_BY_PATH[path] for path in ("name", "id", "aliases", "models.name"))
EXACT_NAME_SCORE = 10_000.0  # of a report with exactly the words of the query as its name


class Match(NamedTuple):
    """Where a report fits a condition.

    For words: the text of the field that contains them, and the words to highlight (``clip*`` is the beginning of one).
    For other conditions: the values that fit, joined as ``text``. ``weight`` is what the field adds to the score; each
    weight counts once for each word. A name that is exactly the words of the query adds EXACT_NAME_SCORE.
    """

    field: str
    text: str
    words: tuple[str, ...] = ()
    weight: float = 0.0
    values: tuple[Any, ...] = ()

    @property
    def label(self) -> str:
        """The name of the field for a reader."""
        return FIELDS_BY_PATH[self.field].label


def plain_words(query: Query) -> tuple[str, ...]:
    """Return the words that a query requires in any field: together they may be the name of a report."""
    parts = query.parts if isinstance(query, And) else (query,)
    words = (part.words for part in parts if isinstance(part, Words) and not part.field and not part.is_prefix)
    return tuple(chain.from_iterable(words))


def explain(query: Query, subject: Subject) -> tuple[Match, ...]:
    """Return where a report fits a query, one match for each condition and field, highest weight first."""
    matches = dict.fromkeys(_exact_name_match(query, subject))
    for condition, negated in conditions_of(query):
        if negated:
            continue
        if isinstance(condition, Words):
            matches |= dict.fromkeys(_word_matches(condition, subject))
        elif isinstance(condition, (Is, Between, Within, IsKnown)) and condition.evaluate(subject):
            field = FIELDS_BY_PATH[condition.field]
            accepted = filter(condition.accepts, subject.values(field) or subject.values_of_all(field))
            values = tuple(dict.fromkeys(accepted))
            matches[Match(condition.field, ", ".join(map(value_text, values)), values=values)] = None
    return tuple(sorted(matches, key=lambda match: -match.weight))


def _word_matches(condition: Words, subject: Subject) -> Iterator[Match]:
    """Yield the first text of each field that contains the words."""
    for field in condition.fields:
        for index, padded_text in enumerate(subject.padded_texts(field)):
            if condition.occurs_in(padded_text):
                yield Match(field.path, subject.texts(field)[index], condition.highlights, field.info.weight)
                break


def _exact_name_match(query: Query, subject: Subject) -> Iterator[Match]:
    """Yield the first name of a report, if any, that is exactly the plain words of a query."""
    words = plain_words(query)
    folded = fold_name("".join(words))
    names = ((field.path, text) for field in _NAME_FIELDS for text in subject.texts(field)) if folded else ()
    matches = (Match(path, text, words, EXACT_NAME_SCORE) for path, text in names if fold_name(text) == folded)
    yield from islice(matches, 1)
