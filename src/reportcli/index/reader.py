"""The reports of some folders, opened: what there is, which names they have, and which report a name means."""

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Self

from reportcli.catalog.files import CatalogFile, Progress, UnreadableFile
from reportcli.errors import EntryUnreadable, SearchUnavailable, UnknownName
from reportcli.query.conditions import Query, Words
from reportcli.query.names import ReportMatch, Spelling, complete_name, find_report, ids_named, split_names
from reportcli.report.fields import Field, Report
from reportcli.report.techniques import Vocabulary
from reportcli.text import fold, fold_name, split_words


class OpenCatalog:
    """The reports of some folders, as they are at the moment of opening. Close it, or use it with ``with``.

    What is listed is read when it is reached, so it must be looked at before that. Where the index proves damaged,
    IndexDamaged is raised, and the next opening makes a new one. Threads may share it.
    """

    def __init__(self, folders: Sequence[Path], cache: Path | None, progress: Progress | None = None) -> None:
        try:
            from reportcli.index.build import open_index
            from reportcli.index.cache import index_path
        except ModuleNotFoundError as error:  # some builds of Python have no sqlite3; help works there all the same
            raise SearchUnavailable() from error

        self.folders = distinct_folders(folders)
        self._index = open_index(self.folders, index_path(cache, self.folders) if cache else None, progress)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the index."""
        self._index.close()

    def parse(self, text: str) -> Query:
        """Read a query with the techniques of this catalogue. Raises BadQuery."""
        from reportcli.query.parser import parse_query

        return parse_query(text, self.techniques)

    def find(self, name: str) -> ReportMatch:
        """Return the report that a name stands for, and the model where one is meant.

        Raises UnknownName, AmbiguousName, or EntryUnreadable where a file of this name cannot be read: no other report
        is guessed for it.
        """
        if not ids_named(name, self._index):
            for file in self.unreadable():
                if fold_name(Path(file.path).stem) == fold_name(name):
                    raise EntryUnreadable(*file)
        try:
            return find_report(name, self._index)
        except UnknownName as error:
            if self.techniques().find(name) or (not error.did_you_mean and self.techniques_named(name)):
                from shlex import quote

                error.hint = f"for the technique, write `reportcli term {quote(name)}`"
            raise

    def with_id(self, report_id: str) -> Report:
        """Return the report with an id, which must exist."""
        return self._index.report(report_id)

    def split_names(self, runs: Iterable[Sequence[str]]) -> list[str]:
        """Return the names that runs of words on a command line are: ``kimi k1.5 qwen3`` are two."""
        return [name for words in runs for name in split_names(words, self._index)]

    def complete_name(self, text: str) -> list[Spelling]:
        """Return the names of reports and models that a text may be the beginning of."""
        return complete_name(text, self._index)

    def techniques(self) -> Vocabulary:
        """Return the techniques that the catalogue knows."""
        return self._index.techniques()

    def techniques_named(self, name: str) -> list[str]:
        """Return the id of the technique with a name, else those of the techniques of which a name has its words."""
        techniques, words = self.techniques(), tuple(split_words(name))
        exact = techniques.find(name)
        return [exact] if exact else techniques.holding(Words(words, "name").match) if words else []

    def words(self, field: Field, prefix: str, most: int) -> list[str]:
        """Return the words of a text field that begin with a prefix, the most frequent first."""
        return self._index.words(field.path, fold(prefix), most)

    def dates(self, field: Field) -> dict[date, int]:
        """Return the days that a field of dates holds, each with the number of its reports."""
        return self._index.dates(field.path)

    def spelled_as(self, folded: str) -> tuple[Spelling, ...]:
        """Return the ids, names, models and numbers that are folded alike."""
        return tuple(self._index.spelled_as(folded))

    def names(self) -> dict[str, str]:
        """Return every id, name and model as it is written, by how it is folded."""
        return self._index.names()

    def unreadable(self) -> tuple[UnreadableFile, ...]:
        """Return the files that could not be read."""
        return tuple(self._index.unreadable())

    def files(self) -> list[CatalogFile]:
        """Return every file of the catalogue and of its vocabulary."""
        return self._index.files()

    def _total(self, query: Query) -> int:
        return self._index.total(query)[0]


def distinct_folders(folders: Sequence[Path]) -> tuple[Path, ...]:
    """Return each folder once, where it stands last."""
    return tuple(reversed(dict.fromkeys(reversed(folders))))
