"""A typed word → the phrases of words that the index holds, which are what it may stand for."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from reportcli.query.conditions import Words
from reportcli.text import is_spaceless

AFTER_ALL_LETTERS = "\U0010ffff"


class Phrases:
    """The phrases of words, each looked up once; ``rows`` asks the table of all words of the reports."""

    def __init__(self, rows: Callable[[str, Sequence[Any]], list[tuple[Any, ...]]]) -> None:
        self._rows = rows
        self._latest: dict[Words, tuple[list[str], list[str]]] = {}

    def of(self, words: Words) -> tuple[list[str], list[str]]:
        """Return the phrases that are the words in their very form, and those in other forms."""
        if (phrases := self._latest.get(words)) is None:
            phrases = self._latest[words] = self._look_up(words)
        return phrases

    def _look_up(self, words: Words) -> tuple[list[str], list[str]]:
        forms = words.forms
        if forms is None:
            return [f'"{" ".join(words.words)}"{" *" if words.is_prefix else ""}'], []
        exact, others = forms.phrases(self._known, self._beginning_with)
        if is_spaceless(forms.letters):
            others += [f'"{word}"' for word in self._words("instr(word, ?)", forms.letters)]
        return exact, others

    def _known(self, words: Iterable[str]) -> set[str]:
        values = [*words]
        return set(self._words(f"word IN ({', '.join('?' * len(values))})", *values))

    def _beginning_with(self, prefix: str) -> list[str]:
        return self._words("word >= ? AND word < ?", prefix, prefix + AFTER_ALL_LETTERS)

    def _words(self, where: str, *values: str) -> list[str]:
        return [word for (word,) in self._rows(f"SELECT word FROM word WHERE {where}", values)]
