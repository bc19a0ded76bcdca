"""A word that no report contains → the words that it begins, else the nearest word or name of the catalogue."""

import re
from collections.abc import Mapping

from rapidfuzz import process
from rapidfuzz.distance import OSA

from reportcli.query.conditions import Words
from reportcli.text import fold_name

_MIN_LENGTH, _LONG = 4, 8
_MIN_BEGINNING = 2
_NAME_WEIGHT = 100.0  # at least the weight of names and techniques, which are alike here
_MOST_CONTINUATIONS = 4  # that a note names

Terms = dict[str, tuple[float, int]]  # words and folded names, each with its greatest weight and its frequency


def replace_word(typed: Words, terms: Terms, names: Mapping[str, str]) -> tuple[Words, str] | None:
    """Return what stands for a word that no report contains, and the note that says so; None without such a word.

    ``terms`` are the words of the catalogue, ``names`` its names, by how they are folded. A word is replaced by the
    words or the name that it begins. Else, if it has four letters or more, by the nearest of all within OSA distance 1
    (2 from eight letters) with the same digits; of equally near ones by a technique or name before others, then by one
    of the same length, then by the more frequent.
    """
    word = "".join(typed.words)
    if len(word) >= _MIN_BEGINNING:
        longer = [term for term in terms if term.startswith(word)]
        longer.sort(key=lambda term: (-terms[term][0], -terms[term][1], term))
        if longer:
            shown = ", ".join(longer[:_MOST_CONTINUATIONS]) + ", …" * (len(longer) > _MOST_CONTINUATIONS)
            note = f"no match for {str(typed)!r}; showing results for words that begin with it: {shown}"
            return Words((word,), is_prefix=True), note
    begun = (name for name, written in names.items() if len(word) >= _MIN_LENGTH and _begins(word, name, written))
    beginning = min(begun, default="")
    known = {name: (_NAME_WEIGHT, 1) for name in names if len(name) >= _MIN_LENGTH} | terms
    nearest = beginning or _closest_term(word, known)
    return (Words((nearest,)), f"no match for {str(typed)!r}; showing results for {nearest!r}") if nearest else None


def _closest_term(word: str, terms: Terms) -> str:
    if sum(map(str.isalpha, word)) < _MIN_LENGTH:
        return ""
    max_distance, digits = 2 if len(word) >= _LONG else 1, _digits(word)
    near = process.extract(word, terms.keys(), scorer=OSA.distance, score_cutoff=max_distance, limit=None)
    ranked = []
    for term, distance, _ in near:
        weight, count = terms[term]
        if _digits(term) == digits:
            ranked.append((distance, -min(weight, _NAME_WEIGHT), len(term) != len(word), -count, term))
    return min(ranked)[-1] if ranked else ""


def _begins(word: str, name: str, written: str) -> bool:
    """Return whether a word begins a name, and does not end within a number of it."""
    if not name.startswith(word):
        return False
    length = next((end for end in range(len(written)) if fold_name(written[:end]) == word), len(written))
    return not (word[-1].isdigit() and written[length : length + 1].isdigit())


def _digits(word: str) -> list[str]:
    return re.findall(r"\d", word)
