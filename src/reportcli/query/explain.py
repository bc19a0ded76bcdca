"""TODO reportcli.query.explain."""

from collections.abc import Iterator
from itertools import chain, islice
from typing import Any, NamedTuple

from reportcli.query.conditions import And, Between, Is, IsKnown, Query, Within, Words, conditions_of, value_text
from reportcli.query.subject import FIELDS_BY_PATH, Subject
from reportcli.text import fold_name

NAME_FIELDS = tuple(FIELDS_BY_PATH[path] for path in ("name", "id", "aliases", "models.name"))
EXACT_NAME_SCORE = 10_000.0  # what a report scores that goes by exactly the words of a query


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
        return FIELDS_BY_PATH[self.field].label


def plain_words(query: Query) -> tuple[str, ...]:
    """Return the words that must all be somewhere: together they may be a name."""
    parts = query.parts if isinstance(query, And) else (query,)
    plain = (part.words for part in parts if isinstance(part, Words) and not part.field and not part.is_prefix)
    return tuple(chain.from_iterable(plain))


def explain(query: Query, subject: Subject) -> tuple[Match, ...]:
    """Return where a report holds what a query asks, one text a condition and field, the weightiest fields first."""
    found = dict.fromkeys(_by_name(query, subject))
    for leaf, negated in conditions_of(query):
        if isinstance(leaf, Words) and not negated:
            for field in leaf.fields:
                place = next(
                    (place for place, text in enumerate(subject.padded_texts(field)) if leaf.occurs_in(text)), None
                )
                if place is not None:
                    text = subject.texts(field)[place]
                    found[Match(field.path, text, leaf.highlights, field.info.weight)] = None
        elif isinstance(leaf, (Is, Between, Within, IsKnown)) and not negated and leaf.evaluate(subject):
            values = tuple(
                dict.fromkeys(value for value in subject.values(FIELDS_BY_PATH[leaf.field]) if leaf.accepts(value))
            )
            found[Match(leaf.field, ", ".join(map(value_text, values)), values=values)] = None
    return tuple(sorted(found, key=lambda match: -match.weight))


def _by_name(query: Query, subject: Subject) -> Iterator[Match]:
    """Yield the one match of a report that goes by exactly the plain words of a query."""
    words = plain_words(query)
    name = fold_name("".join(words))
    names = ((field.path, text) for field in NAME_FIELDS for text in subject.texts(field)) if name else ()
    yield from islice(
        (Match(path, text, words, EXACT_NAME_SCORE) for path, text in names if fold_name(text) == name), 1
    )
