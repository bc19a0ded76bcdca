"""A typed word in all its forms: joined or apart, by its stem, and in names as a beginning."""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache, cached_property, lru_cache, partial
from itertools import pairwise

from reportcli.report.declare import Record
from reportcli.text import MIN_STEMMED, is_spaceless, stem, stem_root

_MAX_PARTS = 6  # words of a text that may be one typed word
_MAX_LETTERS = 60  # of a typed word that may stand apart


class Forms(Record, kw_only=False):
    """The letters of a typed word, and where they may stand apart.

    A text holds the word if adjacent words of it, put together, are the letters (``Llama 3`` for ``llama3``). The last
    of them may have another form of the same stem; where ``begins``, it may go on. Digits that were typed apart stay
    apart (``2.5`` is not ``25``); digits that were not stand apart only in a word that begins with a letter.
    """

    letters: str
    gaps: frozenset[int]
    begins: bool = False

    def match(self, padded_text: str) -> tuple[tuple[str, ...], bool] | None:
        """Return the first words of a text that are the word, and whether in the very form; the very form is preferred.

        The text comes as folded words with a space around each.
        """
        if not self.gaps and f" {self.letters} " in padded_text:
            return (self.letters,), True
        other: tuple[str, ...] | None = None
        for first in self._first_words.finditer(padded_text):
            words = self._match_at(padded_text, first)
            if words and "".join(words) == self.letters:
                return words, True
            other = other or words
        if not other and is_spaceless(self.letters):
            other = next(((word,) for word in padded_text.split() if self.letters in word), None)
        return (other, False) if other else None

    @cached_property
    def _first_words(self) -> re.Pattern[str]:
        return re.compile(f" ({re.escape(self.letters[0])}[^ ]*)")

    def _match_at(self, padded_text: str, first: re.Match[str]) -> tuple[str, ...] | None:
        words, position, end, word = list[str](), 0, first.end(), first[1]
        while True:
            if self.may_end(position) and self.ends_with(position, word):
                return (*words, word)
            words.append(word)
            position += len(word)
            if len(words) == _MAX_PARTS or not self.may_follow(position - len(word), position):
                return None
            if not self.letters.startswith(word, position - len(word)):
                return None
            end, start = padded_text.find(" ", end + 1), end + 1
            if end < start:
                return None
            word = padded_text[start:end]

    def may_end(self, position: int) -> bool:
        """Return whether the letters from a position on may be one word."""
        return not any(gap > position for gap in self.gaps)

    def may_follow(self, start: int, end: int) -> bool:
        """Return whether the letters from ``start`` to ``end`` may be one word that another one follows."""
        if end >= len(self.letters) or (len(self.letters) > _MAX_LETTERS and not self.gaps):
            return False
        if any(start < gap < end for gap in self.gaps):
            return False
        is_number = self.letters[end - 1].isdigit() and self.letters[end].isdigit()
        return not is_number or end in self.gaps or self.letters[0].isalpha()

    def ends_with(self, position: int, word: str) -> bool:
        """Return whether a word of a text is the letters from a position on: itself, by its stem, or as it goes on."""
        rest = self.letters[position:]
        if word == rest or (self.begins and word.startswith(rest)):
            return True
        if len(rest) < MIN_STEMMED:
            return word == f"{rest}s" and stem(word) == rest
        stemmed = stem(rest)
        return word.startswith(stem_root(stemmed)) and stem(word) == stemmed

    def phrases(
        self, known: Callable[[Iterable[str]], set[str]], beginning: Callable[[str], Iterable[str]]
    ) -> tuple[list[str], list[str]]:
        """Return the phrases of known words that are the word in its very form, and those in other forms.

        ``known`` returns those of some words that occur in the catalogue; ``beginning`` those that begin with a text.
        A ``*`` after a phrase stands for how it goes on.
        """
        exact, others = list[str](), list[str]()
        same_stem = cache(partial(_same_stem, known=known, beginning=beginning))
        for position, before in self._ways(known):
            if not self.may_end(position):
                continue
            rest = self.letters[position:]
            exact.append(_phrase(before, rest))
            if self.begins:
                others.append(f"{_phrase(before, rest)} *")
            others += [_phrase(before, word) for word in same_stem(rest)]
        return exact, others

    def _ways(self, known: Callable[[Iterable[str]], set[str]]) -> Iterator[tuple[int, tuple[str, ...]]]:
        """Yield each way of known words along the letters: where it has come to, and its words."""
        ways: list[tuple[int, tuple[str, ...]]] = [(0, ())]
        next_words: dict[int, list[str]] = {}
        for position, before in ways:
            yield position, before
            if len(before) == _MAX_PARTS - 1:
                continue
            if position not in next_words:
                ends = [end for end in range(position + 1, len(self.letters)) if self.may_follow(position, end)]
                parts = {self.letters[position:end] for end in ends}
                next_words[position] = sorted(known(parts)) if parts else []
            ways += [(position + len(word), (*before, word)) for word in next_words[position]]


def _same_stem(
    rest: str, known: Callable[[Iterable[str]], set[str]], beginning: Callable[[str], Iterable[str]]
) -> list[str]:
    """Return the other known words of the same stem; a short word has no other form but its plural."""
    stemmed = stem(rest)
    if not (stemmed.isascii() and stemmed.isalpha()):
        return []
    candidates = known([f"{rest}s"]) if len(rest) < MIN_STEMMED else beginning(stem_root(stemmed))
    return [word for word in candidates if word != rest and stem(word) == stemmed]


def _phrase(before: tuple[str, ...], last: str) -> str:
    return f'"{" ".join((*before, last))}"'


@lru_cache(maxsize=256)
def forms_of(words: tuple[str, ...], begins: bool = False) -> Forms:
    """Return the forms of a word that was typed joined, or apart with hyphens and the like."""
    gaps, position = set[int](), 0
    for left, right in pairwise(words):
        position += len(left)
        if left[-1].isdigit() and right[0].isdigit():
            gaps.add(position)
    return Forms("".join(words), frozenset(gaps), begins)
