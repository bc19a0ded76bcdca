"""A word that no report holds becomes the word of the catalogue that is spelled like it."""

from collections.abc import Iterable

from rapidfuzz import process
from rapidfuzz.distance import OSA

from reportcli.query.conditions import And, Not, Or, Query, Words, all_of, any_of, conditions_of

_SHORTEST_CORRECTED, _LONG = 4, 8


def correct_spelling(query: Query, terms: Iterable[tuple[str, float, int]]) -> tuple[Query, dict[str, str]]:
    """Replace bare words that no report holds by words of the catalogue one slip away, and say which.

    ``terms`` are the catalogue's words, each with its greatest weight and its frequency. A word of four letters or
    more, without digits and not under ``not``, takes the nearest word within OSA distance 1 (2 from eight letters); of
    equally near ones techniques and names first, then the same length, then the more frequent.
    """
    asked = [
        word
        for leaf, negated in conditions_of(query)
        if isinstance(leaf, Words) and not (leaf.field or leaf.is_prefix or negated)
        for word in leaf.words
        if len(word) >= _SHORTEST_CORRECTED and word.isalpha()
    ]
    if not asked:
        return query, {}
    known = {term: (weight, count) for term, weight, count in terms}
    better = {word: _closest(word, known) for word in dict.fromkeys(asked) if word not in known}
    replaced = {word: term for word, term in better.items() if term}
    return _replaced(query, replaced) if replaced else query, replaced


def _closest(word: str, known: dict[str, tuple[float, int]]) -> str:
    most = 2 if len(word) >= _LONG else 1
    near = []
    for term, distance, _ in process.extract(word, known.keys(), scorer=OSA.distance, score_cutoff=most, limit=None):
        weight, count = known[term]
        near.append((distance, -min(weight, _NAME_WEIGHT), len(term) != len(word), -count, term))
    return min(near)[-1] if near else ""


_NAME_WEIGHT = 100.0  # names and techniques are alike here


def _replaced(query: Query, better: dict[str, str], negated: bool = False) -> Query:
    match query:
        case Not(part):
            return Not(_replaced(part, better, not negated))
        case And(parts):
            return all_of(_replaced(part, better, negated) for part in parts)
        case Or(parts):
            return any_of(_replaced(part, better, negated) for part in parts)
        case Words(found, "", False) if not negated:
            return Words(tuple(better.get(word, word) for word in found))
    return query
