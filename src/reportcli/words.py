"""The one tokeniser and its folding: what counts as the same word, and as the same name, everywhere.

It knows no fields and no queries.
"""

import re
import unicodedata
from collections.abc import Iterable

_WORD = r"[^\W_]+"
_ASCII_WORD = r"[a-z0-9]+"
_NAME_NOISE = r"[\s.\-\u2010-\u2015]+"


def fold(text: str) -> str:
    """Return the text without differences of case, width and accents (``Tülu`` becomes ``tulu``)."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(letter for letter in plain if unicodedata.category(letter) != "Mn")


def words(text: str) -> list[str]:
    """Split into folded words: runs of Unicode letters and digits (``dots.llm1`` is ``dots``, ``llm1``)."""
    folded = fold(text)
    return re.findall(_ASCII_WORD if folded.isascii() else _WORD, folded)


def fold_name(text: str) -> str:
    """Return a name without case, spaces, hyphens, dots and accents: equal results are the same name."""
    return re.sub(_NAME_NOISE, "", fold(text))


def places(text: str) -> list[tuple[str, int, int]]:
    """Return each folded word with the start and end of its place in the text as written."""
    found = []
    for match in re.finditer(r"[^\W_](?:[^\W_]|[\u0300-\u036f])*", text):
        for word in words(match.group()):
            found.append((word, match.start(), match.end()))
    return found


def nearest(text: str, candidates: Iterable[str], least: float = 0.5) -> list[str]:
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
