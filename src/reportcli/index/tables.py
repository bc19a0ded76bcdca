"""Reads the tables of the index: files, reports, names, days, relations, the vocabulary. It knows no queries."""

import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from functools import cached_property
from typing import Any

from reportcli.catalog.files import CatalogFile, UnreadableFile
from reportcli.errors import IndexDamaged, SearchUnavailable
from reportcli.index.cache import READ_ERRORS, is_damage, lacks_search
from reportcli.index.schema import CODE, stored_vocabulary
from reportcli.index.sql import bindable, checked
from reportcli.index.words import AFTER_ALL_LETTERS
from reportcli.query.names import ANY_LENGTH, ARXIV_SPELLING, NAME_SPELLING, Spelling
from reportcli.report.fields import Report
from reportcli.report.json import unpack
from reportcli.report.techniques import Vocabulary


class Tables:
    """The tables, as one read transaction sees them.

    Every method raises IndexDamaged where SQLite, or what it holds, cannot be read.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.discard: Callable[[], None] = lambda: None  # deletes the file, if there is one
        self._connection = connection

    def close(self) -> None:
        """End the transaction."""
        self._connection.close()

    @cached_property
    def _techniques(self) -> Vocabulary:
        (text,) = self._row("SELECT value FROM meta WHERE key = 'vocabulary'")
        with self._readable():
            return stored_vocabulary(text)

    def techniques(self) -> Vocabulary:
        """Return the techniques that these folders know."""
        return self._techniques

    def unreadable(self) -> list[UnreadableFile]:
        """Return the files that could not be read, by path."""
        rows = self._rows("SELECT path, line, problem FROM file WHERE problem IS NOT NULL ORDER BY path")
        with self._readable():
            return [UnreadableFile(os.fsdecode(path), line, problem) for path, line, problem in rows]

    def files(self) -> list[CatalogFile]:
        """Return every file, by path."""
        rows = self._rows(
            "SELECT path, file.rank, hidden, problem FROM file LEFT JOIN report ON number = report ORDER BY path"
        )
        with self._readable():
            return [CatalogFile(os.fsdecode(path), rank, bool(hidden), problem) for path, rank, hidden, problem in rows]

    def path(self, report_id: str) -> str:
        """Return the file of a report by its id, which must exist."""
        (path,) = self._row(
            "SELECT path FROM file JOIN report ON number = report WHERE id = ? AND NOT hidden", [report_id]
        )
        with self._readable():
            return os.fsdecode(path)

    def report(self, report_id: str) -> Report:
        """Return one report by its id, which must exist."""
        return self._stored("id = ? AND NOT hidden", report_id)

    def _stored(self, where: str, value: int | str) -> Report:
        (body,) = self._row(f"SELECT body FROM report WHERE {where}", [value])
        with self._readable():
            return unpack(body)

    def spelled_as(self, folded: str) -> list[Spelling]:
        """Return the spellings that equal a folded name."""
        return self._spellings("folded = ?", folded)

    def starting_with(self, folded: str, kind: int = 0) -> list[Spelling]:
        """Return the spellings that begin with a folded name, of one kind or (0) of all."""
        return self._spellings(
            "folded >= ? AND folded < ? AND ? IN (kind, 0)", folded, folded + AFTER_ALL_LETTERS, kind
        )

    def ending_with(self, folded: str) -> list[Spelling]:
        """Return the spellings that end with a folded name."""
        return self._spellings("substr(folded, -length(?1)) = ?1", folded)

    def names(self, least: int = 1, most: int = ANY_LENGTH) -> dict[str, str]:
        """Return the names of so many letters, numbers aside, by how they are folded; of equal ones a report's."""
        rows = self._rows(
            "SELECT folded, written, min(kind <> ?) FROM spelling WHERE kind <> ? AND length(folded) BETWEEN ? AND ?"
            " AND report IN (SELECT number FROM report WHERE NOT hidden) GROUP BY folded",
            [NAME_SPELLING, ARXIV_SPELLING, least, most],
        )
        with self._readable():
            return dict(checked(row[:2], str, str) for row in rows)

    def _spellings(self, where: str, *values: str | int) -> list[Spelling]:
        rows = self._rows(
            "SELECT folded, written, kind, id FROM spelling JOIN report ON report = number"
            f" WHERE NOT hidden AND {where} ORDER BY folded, kind, id",
            values,
        )
        with self._readable():
            return [Spelling(*checked(row, str, str, int, str)) for row in rows]

    def naming(self, folded: str) -> set[str]:
        """Return the ids of the reports of which a relation may mean what is spelled like this."""
        sql = "SELECT id FROM relation JOIN report ON report = number WHERE folded = ? AND NOT hidden"
        return {report_id for (report_id,) in self._rows(sql, [folded])}

    def dates(self, field: str) -> dict[date, int]:
        """Return the days that a field holds, each with the number of its reports."""
        rows = self._rows(
            "SELECT value, count(*) FROM value JOIN report ON model = number"
            " WHERE field = ? AND NOT hidden GROUP BY value",
            [CODE[field]],
        )
        with self._readable():
            return {date.fromordinal(day): count for day, count in rows}

    def _rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with self._readable():
            return self._connection.execute(sql, [*map(bindable, values)]).fetchall()

    def _row(self, sql: str, values: Sequence[Any] = ()) -> tuple[Any, ...]:
        with self._readable():
            return self._rows(sql, values)[0]

    @contextmanager
    def _readable(self) -> Iterator[None]:
        """Take what cannot be read for a damaged index, which is discarded; not what the caller did wrong."""
        try:
            yield
        except sqlite3.ProgrammingError:  # it was closed
            raise
        except READ_ERRORS as error:
            if lacks_search(error):
                raise SearchUnavailable() from error
            if is_damage(error):
                self.discard()
            raise IndexDamaged() from error
