"""The one tokeniser and its folding: what counts as the same word, and as the same name, everywhere.

It knows no fields and no queries.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

_WORD = r"[^\W_]+"
_NO_WORD = r"[\W_]+"
_ASCII_WORDS = {code: " " for code in range(128) if not chr(code).isalnum()}  # a table is faster than a pattern
_END = "\x1f"
_ASCII_WORDS_AND_ENDS = _ASCII_WORDS | {ord(_END): "="}
_NOT_ASCII = r"[^\x00-\x7f]+"
_JOINERS = "\u200c\u200d"  # Persian, Indic scripts and emoji need them
_NAME_NOISE = r"[\s.\-\u2010-\u2015]+"


def fold(text: str) -> str:
    """Return the text without differences of case, width and accents (``Tülu`` becomes ``tulu``)."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return re.sub(_NOT_ASCII, lambda found: "".join(filter(_is_not_accent, found[0])), plain)


def _is_not_accent(letter: str) -> bool:
    return unicodedata.category(letter) != "Mn"


def split_words(text: str) -> list[str]:
    """Split into folded words: runs of Unicode letters and digits (``dots.llm1`` is ``dots``, ``llm1``)."""
    return re.findall(_WORD, fold(text))


def padded_words(text: str) -> str:
    """Return the folded words of a text with a space around each, so that a phrase is found by ``in``."""
    folded = fold(text)
    if folded.isascii():
        return f" {' '.join(folded.translate(_ASCII_WORDS).split())} "
    return f" {re.sub(_NO_WORD, ' ', folded).strip()} "


def joined_words(texts: Sequence[str]) -> str:
    """Return the folded words of several texts, with ``=``, which is no word, where one ends and the next begins."""
    joined = f" {_END} ".join(texts)
    if joined.isascii() and joined.count(_END) == len(texts) - 1:
        return joined.lower().translate(_ASCII_WORDS_AND_ENDS)
    return "=".join(map(padded_words, texts))


def fold_name(text: str) -> str:
    """Return a name without case, spaces, hyphens, dots and accents: equal results are the same name."""
    return re.sub(_NAME_NOISE, "", fold(text))


def is_displayable(letter: str) -> bool:
    """Return whether a terminal shows a letter; controls and marks that reorder text it obeys.

    See https://www.unicode.org/reports/tr36/ for the latter. The last two codes of a plane are no letters, and XML has
    no way to write them.
    """
    if letter.isprintable() or letter in _JOINERS:
        return True
    return unicodedata.category(letter) in ("Zs", "Cn", "Co") and ord(letter) & 0xFFFE != 0xFFFE


def word_spans(text: str) -> list[tuple[str, int, int]]:
    """Return each folded word with the start and end of its place in the text as written."""
    found = []
    for match in re.finditer(r"\S+", text):
        for start, end in _pieces(match[0]):
            for word in split_words(match[0][start:end]):
                found.append((word, match.start() + start, match.start() + end))
    return found


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    """Yield the stretches of letters that fold to words, broken where folding breaks them."""
    start = 0
    for place, letter in enumerate(text):
        if not split_words(letter) and _is_not_accent(letter):
            yield start, place
            start = place + 1
    yield start, len(text)


def closest_spellings(text: str, candidates: Iterable[str], least: float = 0.5) -> list[str]:
    """Return up to three candidates that are spelled most like a text, the most alike first.

    Likeness is 1 - OSA distance / longer length of the folded names; ``least`` is what it must reach.
    """
    from rapidfuzz.distance import OSA

    wanted = fold_name(text)
    spelled: dict[str, str] = {}
    for candidate in candidates:
        spelled.setdefault(fold_name(candidate), candidate)
    alike = {name: OSA.normalized_similarity(wanted, name, score_cutoff=least) for name in spelled}
    best = sorted((name for name in alike if alike[name]), key=lambda name: (-alike[name], len(name), name))
    return [spelled[name] for name in best[:3]]
