"""A query as it is meant: stop words are left out, names are joined, and what finds nothing is asked more loosely."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple, Protocol

from reportcli.query.conditions import And, MostOf, Not, Or, Query, Within, Words, all_of, any_of, conditions_of
from reportcli.query.names import ARXIV_SPELLING, NameRegister
from reportcli.query.spelling import WordRegister, replace_word
from reportcli.text import fold_name

STOP_WORDS = frozenset(
    (
        "which", "what", "who", "whose", "how", "do", "does", "are", "is", "the", "a", "an", "of", "in", "on", "for",
        "to", "by", "from", "with", "that", "use", "uses", "used", "using", "model", "models", "report", "reports",
    )
)  # fmt: skip
_MAX_NAME_WORDS = 6
_MIN_WORDS_FOR_MOST = 3


class Catalog(NameRegister, Protocol):
    """What knows how many reports fit a query, and the words and names of all."""

    @property
    def word_search(self) -> WordRegister:
        """The words of all reports."""

    def total(self, query: Query, /) -> tuple[int, int]:
        """Return how many reports fit, and of how many this is unknown."""


class Meant(NamedTuple):
    """The query that is asked in place of the one that was typed, and the notes that say what was changed."""

    query: Query
    notes: tuple[str, ...] = ()


def exact_words(query: Query) -> Query:
    """Return a query whose words are meant exactly as typed."""
    match query:
        case Not(part):
            return Not(exact_words(part))
        case And(parts):
            return all_of(map(exact_words, parts))
        case Or(parts):
            return any_of(map(exact_words, parts))
        case Words(words, field, False):
            return Words(words, field, is_exact=True)
    return query


def understand(query: Query, catalog: Catalog) -> Meant:
    """Return what a query means: without stop words, with adjacent words that spell a name as that name too.

    If it finds nothing, the words that no report holds are replaced; if all are held, but never together, most of them
    are enough.
    """
    query, dropped = _drop_stop_words(query)
    notes = (f"ignored common words: {' '.join(dropped)}; quote them to search for them",) if dropped else ()
    named = _join_names(query, catalog)
    if catalog.total(named)[0]:
        return Meant(named, notes)
    replaced = _replace_unknown(query, catalog)
    if replaced.notes:
        return Meant(_join_names(replaced.query, catalog), (*notes, *replaced.notes))
    most = _ask_for_most(query, catalog)
    return Meant(most.query if most.notes else named, (*notes, *most.notes))


def _is_plain(query: Query) -> bool:
    return isinstance(query, Words) and not (query.field or query.is_prefix or query.is_exact)


def _drop_stop_words(query: Query) -> tuple[Query, list[str]]:
    """Return a query without stop words, and those that were left out; they stay where nothing else was asked.

    What negates a stop word negates what follows it: ``without a reward`` is ``not reward``.
    """
    if isinstance(query, Or):
        alternatives = [_drop_stop_words(part) if isinstance(part, And) else (part, []) for part in query.parts]
        return any_of(part for part, _ in alternatives), [word for _, words in alternatives for word in words]
    if not isinstance(query, And):
        return query, []
    others, dropped, negation = list[Query](), list[str](), list[Query]()
    for part in query.parts:
        word = part.part if isinstance(part, Not) else part
        if isinstance(word, Words) and _is_stop_word(word):
            dropped += word.words
            negation = negation or [part] * isinstance(part, Not)
        else:
            inner, words = _drop_stop_words(part)
            others.append(Not(inner) if negation else inner)
            dropped += words
            negation = []
    if negation or all(isinstance(part, Within) for part in others):
        return query, []
    return all_of(others), dropped


def _is_stop_word(words: Words) -> bool:
    return _is_plain(words) and len(words.words) == 1 and words.words[0] in STOP_WORDS


def _join_names(query: Query, catalog: Catalog) -> Query:
    """Let adjacent words that spell a name, or its beginning, be met by that name in another spelling too."""
    if isinstance(query, Or):
        return any_of(_join_names(part, catalog) for part in query.parts)
    if not isinstance(query, And):
        return query
    parts, position = list[Query](), 0
    while position < len(query.parts):
        run = _named_run(query.parts[position:], catalog)
        if run:
            words = tuple(word for part in run if isinstance(part, Words) for word in part.words)
            parts.append(any_of([all_of(run), Words(words)]))
        else:
            parts.append(query.parts[position])
        position += len(run) or 1
    return all_of(parts)


def _named_run(parts: Sequence[Query], catalog: Catalog) -> Sequence[Query]:
    """Return the most parts, from the first on, that spell a name or its beginning; () if no two do."""
    plain = list[Words]()
    for part in parts[:_MAX_NAME_WORDS]:
        if not (isinstance(part, Words) and _is_plain(part)):
            break
        plain.append(part)
    for length in range(len(plain), 1, -1):
        folded = fold_name("".join(word for part in plain[:length] for word in part.words))
        if any(spelling.kind != ARXIV_SPELLING for spelling in catalog.starting_with(folded)):
            return plain[:length]
    return ()


def _replace_unknown(query: Query, catalog: Catalog) -> Meant:
    """Replace each word that no report contains, or none in its field, by what it begins or is spelled like."""
    typed = (part for part, negated in conditions_of(query) if isinstance(part, Words) and not negated)
    plain = (words for words in typed if not (words.is_prefix or words.is_exact))
    unknown = [words for words in dict.fromkeys(plain) if not catalog.total(words)[0]]
    if not unknown:
        return Meant(query)
    replacements = dict[Words, tuple[Words, str]]()
    for words in unknown:
        if pair := replace_word(words, catalog.word_search, catalog):
            meant, note = replace(pair[0], field=words.field), pair[1]
            if not words.field or catalog.total(meant)[0]:
                replacements[words] = meant, note
    notes = tuple(note for _, note in replacements.values())
    return Meant(_replace(query, {typed: words for typed, (words, _) in replacements.items()}), notes)


def _replace(query: Query, replacements: dict[Words, Words]) -> Query:
    match query:
        case And(parts):
            return all_of(_replace(part, replacements) for part in parts)
        case Or(parts):
            return any_of(_replace(part, replacements) for part in parts)
        case Words():
            return replacements.get(query, query)
    return query


def _ask_for_most(query: Query, catalog: Catalog) -> Meant:
    """Of three words or more that are held, but never together, ask for more than half."""
    parts = query.parts if isinstance(query, And) else ()
    words = tuple(part for part in parts if _is_plain(part))
    if len(words) < _MIN_WORDS_FOR_MOST or not all(catalog.total(word)[0] for word in words):
        return Meant(query)
    most = MostOf(words)
    loose = all_of([most, *(part for part in parts if part not in words)])
    if not catalog.total(loose)[0]:
        return Meant(query)
    return Meant(loose, (f"no report has all {len(words)} words; showing those with at least {most.least}",))
