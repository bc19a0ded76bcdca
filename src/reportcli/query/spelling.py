"""A word that no report contains → the words that it begins, else the nearest word or name of the catalogue."""

import re
from collections.abc import Iterable, Mapping
from typing import Protocol

from reportcli.query.conditions import Words
from reportcli.query.names import ARXIV_SPELLING, NameRegister
from reportcli.text import fold_name

_MIN_LENGTH, _LONG = 4, 8
_MIN_BEGINNING = 2
_NAME_WEIGHT = 100.0  # at least the weight of names and techniques, which are alike here
_MOST_CONTINUATIONS = 4  # that a note names


class WordRegister(Protocol):
    """What knows the words of all reports."""

    def beginning_with(self, prefix: str, /) -> Iterable[str]:
        """Return the words that begin with folded letters."""

    def of_length(self, least: int, most: int, /) -> Iterable[str]:
        """Return the words of so many letters."""

    def weights(self, words: Iterable[str], /) -> Mapping[str, tuple[float, int]]:
        """Return the greatest weight and the frequency of each word that reports have; others are left out."""


def replace_word(typed: Words, words: WordRegister, names: NameRegister) -> tuple[Words, str] | None:
    """Return what stands for a word that no report contains, and the note that says so; None without such a word.

    A word is replaced by the words or the name that it begins. Else, if it has four letters or more, by the nearest of
    all within OSA distance 1 (2 from eight letters) with the same digits; of equally near ones by a technique or name
    before others, then by one of the same length, then by the more frequent.
    """
    word = "".join(typed.words)
    if len(word) >= _MIN_BEGINNING:
        terms = words.weights(words.beginning_with(word))
        longer = sorted(terms, key=lambda term: (-terms[term][0], -terms[term][1], term))
        if longer:
            shown = ", ".join(longer[:_MOST_CONTINUATIONS]) + ", …" * (len(longer) > _MOST_CONTINUATIONS)
            note = f"no match for {str(typed)!r}; showing results for words that begin with it: {shown}"
            return Words((word,), is_prefix=True), note
    if len(word) < _MIN_LENGTH:
        return None
    spellings = (spelling for spelling in names.starting_with(word) if spelling.kind != ARXIV_SPELLING)
    begun = (spelling.folded for spelling in spellings if _begins(word, spelling.folded, spelling.written))
    nearest = min(begun, default="") or _closest_term(word, words, names)
    return (Words((nearest,)), f"no match for {str(typed)!r}; showing results for {nearest!r}") if nearest else None


def _closest_term(word: str, words: WordRegister, names: NameRegister) -> str:
    if sum(map(str.isalpha, word)) < _MIN_LENGTH:
        return ""
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    max_distance, digits = 2 if len(word) >= _LONG else 1, _digits(word)
    lengths = len(word) - max_distance, len(word) + max_distance
    of_names = names.names(max(lengths[0], _MIN_LENGTH), lengths[1]).keys()
    candidates = [*{*of_names, *words.of_length(*lengths)}]
    near = process.extract(word, candidates, scorer=OSA.distance, score_cutoff=max_distance, limit=None)
    distances = {term: distance for term, distance, _ in near if _digits(term) == digits}
    terms = {**dict.fromkeys(of_names & distances.keys(), (_NAME_WEIGHT, 1)), **words.weights(distances)}
    ranked = (
        (distances[term], -min(weight, _NAME_WEIGHT), len(term) != len(word), -count, term)
        for term, (weight, count) in terms.items()
    )
    return min(ranked)[-1] if terms else ""


def _begins(word: str, name: str, written: str) -> bool:
    """Return whether a word begins a name, and does not end within a number of it."""
    if not name.startswith(word):
        return False
    length = next((end for end in range(len(written)) if fold_name(written[:end]) == word), len(written))
    return not (word[-1].isdigit() and written[length : length + 1].isdigit())


def _digits(word: str) -> list[str]:
    return re.findall(r"\d", word)
