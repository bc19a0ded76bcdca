"""The one tokenizer and its folding: when two texts are the same word, and when they are the same name.

It knows nothing of fields and queries.
"""

import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib.util import find_spec
from threading import Lock
from types import ModuleType
from typing import Any

_WORD = r"[^\W_]+"
_NON_WORD = r"[\W_]+"
_ASCII_WORDS = {code: " " for code in range(128) if not chr(code).isalnum()}  # a table is faster than a pattern
_TEXT_END = "\x1f"
_ASCII_WORDS_AND_ENDS = _ASCII_WORDS | {ord(_TEXT_END): "="}
_NON_ASCII = r"[^\x00-\x7f]+"
_JOINERS = "\u200c\u200d"  # Persian, Indic scripts and emoji need them
_LETTERS = str.maketrans(
    {
        "æ": "ae", "ǽ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ħ": "h",
        "ŧ": "t", "ŋ": "n", "ɓ": "b", "ɖ": "d", "ɗ": "d", "ƒ": "f", "ɠ": "g", "ɨ": "i", "ƙ": "k", "ƴ": "y", "ĸ": "k",
    }
)  # fmt: skip
_NAME_SEPARATORS = r"[\s.\-\u2010-\u2015]+"


def fold(text: str) -> str:
    """Return the text without differences of case, width and accents: ``Tülu`` becomes ``tulu``, ``Øre`` ``ore``."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return re.sub(_NON_ASCII, lambda match: "".join(filter(_is_not_accent, match[0])).translate(_LETTERS), decomposed)


def _is_not_accent(char: str) -> bool:
    return unicodedata.category(char) != "Mn"


def split_words(text: str) -> list[str]:
    """Split into folded words: runs of Unicode letters and digits (``dots.llm1`` is ``dots``, ``llm1``)."""
    return re.findall(_WORD, fold(text))


def padded_words(text: str) -> str:
    """Return the folded words of a text with a space around each, so that ``in`` finds a phrase."""
    folded = fold(text)
    if folded.isascii():
        return f" {' '.join(folded.translate(_ASCII_WORDS).split())} "
    return f" {re.sub(_NON_WORD, ' ', folded).strip()} "


def joined_words(texts: Sequence[str]) -> str:
    """Return the folded words of several texts, with ``=``, which is no word, between one text and the next."""
    joined = f" {_TEXT_END} ".join(texts)
    if joined.isascii() and joined.count(_TEXT_END) == len(texts) - 1:
        return joined.lower().translate(_ASCII_WORDS_AND_ENDS)
    return "=".join(map(padded_words, texts))


def natural_key(text: str) -> tuple[str | int, ...]:
    """Return what texts are sorted by: without case and accents, the numbers in them by value."""
    parts = re.split("([0-9]+)", fold(text))
    return tuple(int(part) if part.isdigit() else part for part in parts)


def fold_name(text: str) -> str:
    """Return a name without case, spaces, hyphens, dots and accents: equal results are the same name."""
    return re.sub(_NAME_SEPARATORS, "", fold(text))


@cache
def stem(word: str) -> str:
    """Return what the forms of a folded English word share (Porter2): ``distil`` of ``distilled``, ``distillation``.

    Short words, words with digits, and the few whose stem does not begin as they do (``dying``) are their own stem.
    """
    if len(word) < MIN_STEMMED or not (word.isascii() and word.isalpha()):
        return word
    with _stemming:
        stemmed: str = _stemmer().stemWord(word)
    return stemmed if word.startswith(stem_root(stemmed)) else word


MIN_STEMMED = 4
_stemming = Lock()  # a stemmer works on one word at a time, whatever threads a caller has


@cache
def _stemmer() -> Any:
    """Return the English stemmer: PyStemmer, which is compiled, where it is installed, else snowballstemmer's.

    The package snowballstemmer imports thirty languages, in 12 ms; its English module alone takes half a millisecond.
    """
    if find_spec("Stemmer"):
        from Stemmer import Stemmer

        return Stemmer("english")
    if "snowballstemmer" not in sys.modules and (package := find_spec("snowballstemmer")):
        bare = ModuleType("snowballstemmer")
        bare.__path__ = list(package.submodule_search_locations or ())
        sys.modules["snowballstemmer"] = bare
        try:
            from snowballstemmer.english_stemmer import EnglishStemmer
        finally:
            del sys.modules["snowballstemmer"]
    else:
        from snowballstemmer.english_stemmer import EnglishStemmer
    return EnglishStemmer()


def stem_root(stemmed: str) -> str:
    """Return the letters with which every word of a stem begins: Porter2 may change the last one."""
    return stemmed[:-1] if stemmed.endswith(("i", "e", "y", "bl")) else stemmed


def is_spaceless(word: str) -> bool:
    """Return whether a word is in a script that puts no spaces between words: it is found by any part of it."""
    return not word.isascii() and re.search(_SPACELESS, word) is not None


_SPACELESS = (
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)


def is_displayable(char: str) -> bool:
    """Return whether a character is safe to print: no control character, no mark that reorders text.

    The latter are described in https://www.unicode.org/reports/tr36/. The last two code points of each plane are not
    characters, and XML cannot contain them.
    """
    if char.isprintable() or char in _JOINERS:
        return True
    return unicodedata.category(char) in ("Zs", "Cn", "Co") and ord(char) & 0xFFFE != 0xFFFE


def word_spans(text: str) -> list[tuple[str, int, int]]:
    """Return each folded word with its start and end in the text as written."""
    spans = []
    for chunk in re.finditer(r"\S+", text):
        for start, end in _runs_of_letters(chunk[0]):
            for word in split_words(chunk[0][start:end]):
                spans.append((word, chunk.start() + start, chunk.start() + end))
    return spans


def _runs_of_letters(text: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of each run of characters that fold to letters or digits; accents do not end a run."""
    start = 0
    for position, char in enumerate(text):
        if not split_words(char) and _is_not_accent(char):
            yield start, position
            start = position + 1
    yield start, len(text)


def closest_spellings(text: str, candidates: Iterable[str], least: float = 0.5) -> list[str]:
    """Return up to three candidates that are spelled like a text, the most similar first.

    Similarity is 1 - OSA distance / length of the longer folded name, from 0 to 1; candidates below ``least`` are left
    out.
    """
    candidate_by_name: dict[str, str] = {}
    for candidate in candidates:
        candidate_by_name.setdefault(fold_name(candidate), candidate)
    return closest_names(fold_name(text), candidate_by_name, least)


def closest_names(folded: str, written: Mapping[str, str], least: float = 0.5) -> list[str]:
    """Return what is written for up to three folded names that are most like a folded text."""
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    near = process.extract(folded, written.keys(), scorer=OSA.normalized_similarity, score_cutoff=least, limit=None)
    best = sorted((-similarity, len(name), name) for name, similarity, _ in near)
    return [written[name] for _, _, name in best[:3]]
