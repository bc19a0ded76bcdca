"""A typed word → the phrases of indexed words that it may stand for, and the reports that have one of them."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from reportcli.index.schema import COLUMN
from reportcli.query.conditions import Words
from reportcli.query.explain import OTHER_FORM
from reportcli.query.subject import SEARCHED_FIELDS
from reportcli.text import is_spaceless

AFTER_ALL_LETTERS = "\U0010ffff"


_SEARCHED_COLUMNS = tuple(COLUMN[field.path] for field in SEARCHED_FIELDS)
_COLUMNS_BY_WEIGHT = tuple(
    (weight, tuple(COLUMN[field.path] for field in SEARCHED_FIELDS if field.info.weight == weight))
    for weight in sorted({field.info.weight for field in SEARCHED_FIELDS}, reverse=True)
)


class WordSearch:
    """Finds the reports with a word, whose phrases are looked up once.

    ``rows`` asks the table of all words of the reports, ``search`` the index of the texts, for the numbers of reports.
    """

    def __init__(
        self, rows: Callable[[str, Sequence[Any]], list[tuple[Any, ...]]], search: Callable[[str], set[int]]
    ) -> None:
        self._rows = rows
        self._search = search
        self._latest: dict[Words, tuple[list[str], list[str]]] = {}

    def reports_with(self, words: Words) -> set[int]:
        """Return the reports that have a word in any form, in its field or in all that are searched."""
        exact, others = self._phrases(words)
        return self._find(words, exact + others, _SEARCHED_COLUMNS)

    def add_scores(self, words: Words, scores: dict[int, float]) -> None:
        """Add to the scores of reports: a word adds the weight of every kind of field that has it, once a kind.

        A kind of field that has it only in another form adds a share.
        """
        exact, others = self._phrases(words)
        for weight, columns in _COLUMNS_BY_WEIGHT:
            if words.field and COLUMN[words.field] not in columns:
                continue
            in_exact_form = self._find(words, exact, columns)
            in_other_form = self._find(words, others, columns) - in_exact_form
            for numbers, share in ((in_exact_form, 1.0), (in_other_form, OTHER_FORM)):
                for number in numbers:
                    scores[number] = scores.get(number, 0.0) + weight * share

    def beginning(self, field: str, prefix: str, most: int) -> list[str]:
        """Return the words of a text field that begin with folded letters, numbers aside, the most frequent first."""
        rows = self._rows(
            "SELECT term FROM term WHERE col = ? AND term >= ? AND term < ? AND term GLOB '*[^0-9=]*'"
            " ORDER BY doc DESC LIMIT ?",
            [COLUMN[field], prefix, prefix + AFTER_ALL_LETTERS, most],
        )
        return [word for (word,) in rows]

    def beginning_with(self, prefix: str) -> list[str]:
        """Return the words that begin with letters; some may be of former texts."""
        return self._words("word >= ? AND word < ?", prefix, prefix + AFTER_ALL_LETTERS)

    def of_length(self, least: int, most: int) -> list[str]:
        """Return the words of so many letters; some may be of former texts."""
        return self._words("length(word) BETWEEN ? AND ?", least, most)

    def weights(self, words: Iterable[str]) -> dict[str, tuple[float, int]]:
        """Return the greatest weight and the frequency of each word that searched fields have; others are left out."""
        weight_of = {COLUMN[field.path]: field.info.weight for field in SEARCHED_FIELDS}
        weights = {}
        for word in words:
            rows = self._rows("SELECT col, doc FROM term WHERE term = ?", [word])
            if fields := [(weight_of[column], count) for column, count in rows if column in weight_of]:
                weights[word] = max(weight for weight, _ in fields), sum(count for _, count in fields)
        return weights

    def _find(self, words: Words, phrases: Sequence[str], columns: Sequence[str]) -> set[int]:
        columns = (COLUMN[words.field],) if words.field else columns
        return self._search(f"{{{' '.join(columns)}}} : ({' OR '.join(phrases)})") if phrases else set()

    def _phrases(self, words: Words) -> tuple[list[str], list[str]]:
        """Return the phrases that are the words in their very form, and those in other forms."""
        if (phrases := self._latest.get(words)) is None:
            phrases = self._latest[words] = self._look_up(words)
        return phrases

    def _look_up(self, words: Words) -> tuple[list[str], list[str]]:
        forms = words.forms
        if forms is None:
            return [f'"{" ".join(words.words)}"{" *" if words.is_prefix else ""}'], []
        exact, others = map(self._without_vain, forms.phrases(self._known, self.beginning_with))
        if is_spaceless(forms.letters):
            others += [f'"{word}"' for word in self._words("instr(word, ?)", forms.letters)]
        return exact, others

    def _without_vain(self, phrases: list[str]) -> list[str]:
        """Return phrases without those of several words, of which there may be many, where no text has any of them."""
        apart = [phrase for phrase in phrases if " " in phrase]
        if not apart or self._search(" OR ".join(apart)):
            return phrases
        return [phrase for phrase in phrases if " " not in phrase]

    def _known(self, words: Iterable[str]) -> set[str]:
        values = [*words]
        return set(self._words(f"word IN ({', '.join('?' * len(values))})", *values))

    def _words(self, where: str, *values: str | int) -> list[str]:
        return [word for (word,) in self._rows(f"SELECT word FROM word WHERE {where}", values)]
