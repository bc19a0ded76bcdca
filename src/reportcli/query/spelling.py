"""A word that no report contains → the nearest word of the catalogue."""

from collections.abc import Iterable

from rapidfuzz import process
from rapidfuzz.distance import OSA

from reportcli.query.conditions import And, Not, Or, Query, Words, all_of, any_of, conditions_of

_MIN_LENGTH, _LONG = 4, 8
_NAME_WEIGHT = 100.0  # at least the weight of names and techniques, which are alike here


def correct_spelling(query: Query, terms: Iterable[tuple[str, float, int]]) -> tuple[Query, dict[str, str]]:
    """Replace words that no report contains by similar words of the catalogue; return the query and the replacements.

    ``terms`` are the words of the catalogue, each with its greatest weight and its frequency. Only plain words are
    replaced: of four letters or more, without digits, outside a field and not negated. A word is replaced by the
    nearest term within OSA distance 1 (2 from eight letters); of equally near ones by a technique or name before
    others, then by one of the same length, then by the more frequent.
    """
    words = [
        word
        for condition, negated in conditions_of(query)
        if isinstance(condition, Words) and not (condition.field or condition.is_prefix or negated)
        for word in condition.words
        if len(word) >= _MIN_LENGTH and word.isalpha()
    ]
    if not words:
        return query, {}
    known_terms = {term: (weight, count) for term, weight, count in terms}
    closest = {word: _closest_term(word, known_terms) for word in dict.fromkeys(words) if word not in known_terms}
    replacements = {word: term for word, term in closest.items() if term}
    return _replace(query, replacements) if replacements else query, replacements


def _closest_term(word: str, terms: dict[str, tuple[float, int]]) -> str:
    max_distance = 2 if len(word) >= _LONG else 1
    near = process.extract(word, terms.keys(), scorer=OSA.distance, score_cutoff=max_distance, limit=None)
    ranked = []
    for term, distance, _ in near:
        weight, count = terms[term]
        ranked.append((distance, -min(weight, _NAME_WEIGHT), len(term) != len(word), -count, term))
    return min(ranked)[-1] if ranked else ""


def _replace(query: Query, replacements: dict[str, str], negated: bool = False) -> Query:
    match query:
        case Not(part):
            return Not(_replace(part, replacements, not negated))
        case And(parts):
            return all_of(_replace(part, replacements, negated) for part in parts)
        case Or(parts):
            return any_of(_replace(part, replacements, negated) for part in parts)
        case Words(words, "", False) if not negated:
            return Words(tuple(replacements.get(word, word) for word in words))
    return query
