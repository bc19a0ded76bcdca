"""Where a report matches a query: fields, texts and the words to highlight."""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any, NamedTuple

from reportcli.query.conditions import And, Between, Is, IsKnown, Query, Within, Words, conditions_of, value_text
from reportcli.query.subject import FIELDS_BY_PATH, Subject
from reportcli.text import fold_name

_NAME_FIELDS = tuple(FIELDS_BY_PATH[path] for path in ("name", "id", "aliases", "models.name"))
EXACT_NAME_SCORE = 10_000.0  # of a report that the query, or a word of it, names exactly
OTHER_FORM = 0.5  # the share of its weight that a field adds which has the word only in another form


class Match(NamedTuple):
    """Where a report fits a condition.

    For words: the text of the field that contains them, and the words to highlight (``clip*`` is the beginning of one).
    For other conditions: the values that fit, joined as ``text``. ``weight`` is what the field adds to the score; of
    fields of equal weight, one counts for each condition. A name that the query names exactly adds EXACT_NAME_SCORE.
    """

    field: str
    text: str
    words: tuple[str, ...] = ()
    weight: float = 0.0
    values: tuple[Any, ...] = ()
    condition: str = ""  # the part of the query

    @property
    def label(self) -> str:
        """The name of the field for a reader."""
        return FIELDS_BY_PATH[self.field].label


def plain_words(query: Query) -> tuple[str, ...]:
    """Return the words that a query requires in any field: together they may be the name of a report."""
    parts = query.parts if isinstance(query, And) else (query,)
    words = (part.words for part in parts if isinstance(part, Words) and not part.field and not part.is_prefix)
    return tuple(chain.from_iterable(words))


def possible_names(query: Query) -> dict[str, tuple[str, ...]]:
    """Return the folded texts that may name the report that is meant, each with its words: each word, and all of them.

    A word is a condition here: ``deepseek-v3`` is one.
    """
    conditions = (part for part, negated in conditions_of(query) if not negated and isinstance(part, Words))
    words = (part.words for part in conditions if not (part.field or part.is_prefix))
    names = {fold_name("".join(texts)): texts for texts in (plain_words(query), *words) if texts}
    return {name: texts for name, texts in names.items() if name}


def explain(query: Query, subject: Subject) -> tuple[Match, ...]:
    """Return where a report fits a query, one match for each condition and field, highest weight first."""
    matches = dict.fromkeys(_exact_name_match(query, subject))
    conditions = [condition for condition, negated in conditions_of(query) if not negated]
    words = [condition for condition in conditions if isinstance(condition, Words)]
    for condition in conditions:
        if isinstance(condition, Words) and (not condition.field or condition.evaluate(subject)):
            matches |= dict.fromkeys(_word_matches(condition, words, subject))
        elif isinstance(condition, (Is, Between, Within, IsKnown)) and condition.evaluate(subject):
            field = FIELDS_BY_PATH[condition.field]
            accepted = filter(condition.accepts, subject.values(field) or subject.values_of_all(field))
            values = tuple(dict.fromkeys(accepted))
            text = ", ".join(map(value_text, values))
            matches[Match(condition.field, text, values=values, condition=str(condition))] = None
    return tuple(sorted(matches, key=lambda match: -match.weight))


def _word_matches(condition: Words, words: Sequence[Words], subject: Subject) -> Iterator[Match]:
    """Yield a text of each field that contains a word: the first of those that contain most of the others too."""
    for field in condition.fields:
        matching: list[tuple[bool, int, int, str, tuple[str, ...]]] = []
        for text, padded_text in zip(subject.texts(field), subject.padded_texts(field), strict=True):
            if match := condition.match(padded_text):
                company = sum(other.match(padded_text) is not None for other in words) if len(words) > 1 else 0
                matching.append((not match[1], -company, len(matching), text, match[0]))
                if len(words) == 1 and match[1]:
                    break
        if matching:
            is_other_form, _, _, text, highlights = min(matching)
            weight = field.info.weight * (OTHER_FORM if is_other_form else 1)
            yield Match(field.path, text, highlights, weight, condition=str(condition))


def _exact_name_match(query: Query, subject: Subject) -> Iterator[Match]:
    """Yield the first name of a report, if any, that is exactly a word of a query, or all of its plain words."""
    possible = possible_names(query)
    names = ((field.path, text) for field in _NAME_FIELDS for text in subject.texts(field)) if possible else ()
    for path, text in names:
        if words := possible.get(fold_name(text)):
            yield Match(path, text, words, EXACT_NAME_SCORE, condition=" ".join(words))
            return
