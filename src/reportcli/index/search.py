"""Find reports fast: a SQLite copy of the catalogue that may be deleted at any time.

It reads no files, knows no formats, and decides nothing about what a query means: a property test holds its sets to
``Query.fits``.
"""

import json
import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from functools import cache, cached_property, lru_cache
from typing import Any, overload
from zlib import crc32

from reportcli.catalog.files import CatalogFile, UnreadableFile
from reportcli.query import conditions as query
from reportcli.query.conditions import And, Between, Is, Not, Or, Query, Within, Words, conditions_of
from reportcli.query.explain import EXACT_NAME_SCORE, plain_words
from reportcli.query.names import ARXIV_SPELLING, Spelling
from reportcli.query.subject import SEARCHED_FIELDS, TEXT_FIELDS, Hit, Subject
from reportcli.report.derived import DERIVED
from reportcli.report.fields import FIELDS, Report
from reportcli.report.json import unpack
from reportcli.report.techniques import Technique, Vocabulary
from reportcli.text import fold_name

_LAST = "\U0010ffff"  # after every letter

COLUMN = {field.path: f"c{place}" for place, field in enumerate(TEXT_FIELDS)}
CODE = {field.path: place for place, field in enumerate(FIELDS + DERIVED)}
_SEARCHED = tuple(COLUMN[field.path] for field in SEARCHED_FIELDS)
_KINDS = tuple(
    (weight, tuple(COLUMN[field.path] for field in SEARCHED_FIELDS if field.info.weight == weight))
    for weight in sorted({field.info.weight for field in SEARCHED_FIELDS}, reverse=True)
)

SCHEMA = f"""
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE file (path BLOB PRIMARY KEY, rank INT, stamp TEXT, report INT, problem TEXT, line INT) WITHOUT ROWID;
CREATE INDEX unreadable ON file (path) WHERE problem IS NOT NULL;
CREATE TABLE report (
    number INTEGER PRIMARY KEY, id TEXT, rank INT, day INT, hidden INT DEFAULT 0, body TEXT, sum INT
);
CREATE INDEX report_id ON report (id, rank);
CREATE INDEX report_day ON report (day DESC, id, sum) WHERE NOT hidden;
CREATE TABLE spelling (
    folded TEXT, kind INT, report INT, written TEXT, PRIMARY KEY (folded, kind, report)
) WITHOUT ROWID;
CREATE TABLE number (field INT, value, report INT, PRIMARY KEY (field, value, report)) WITHOUT ROWID;
CREATE VIRTUAL TABLE search USING fts5(
    {", ".join(COLUMN.values())}, facts, content = '', tokenize = "ascii tokenchars '=.%-'"
);
CREATE VIRTUAL TABLE term USING fts5vocab(search, 'col');
"""

INDEX_ERRORS = (sqlite3.DatabaseError, UnicodeDecodeError)  # what an index raises that must be made anew
_Sets = tuple[set[int], set[int]]  # reports that fit; reports that fit or do not say


class Hits(Sequence[Hit]):
    """Reports that were found, in their order. Each is read anew when it is looked at, so that many need no room."""

    def __init__(self, numbers: Sequence[int], read: Callable[[int], Hit]) -> None:
        self._numbers = numbers
        self._read = read

    def __len__(self) -> int:
        return len(self._numbers)

    @overload
    def __getitem__(self, place: int) -> Hit: ...
    @overload
    def __getitem__(self, place: slice) -> "Hits": ...
    def __getitem__(self, place: int | slice) -> "Hit | Hits":
        if isinstance(place, slice):
            return Hits(self._numbers[place], self._read)
        return self._read(self._numbers[place])


class Index:
    """The reports of some folders. Open it with ``open_index``; it is fresh as of that moment."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._moment = self._now()
        self._vocabulary: Vocabulary | None = None
        self._asked: dict[Query, _Sets] = {}

    def close(self) -> None:
        self._connection.close()

    @contextmanager
    def moment(self) -> Iterator[None]:
        """Let nobody change the index while a question is answered. Raises where somebody has since it was opened."""
        self._rows("BEGIN")
        try:
            if self.is_outdated():
                raise sqlite3.DatabaseError("another process has changed the index")
            yield
        finally:
            if self._connection.in_transaction:
                self._rows("COMMIT")

    def is_outdated(self) -> bool:
        """Return whether another process has changed the index since it was opened."""
        return self._now() != self._moment

    def _now(self) -> int:
        (commits,) = self._row("PRAGMA data_version")
        return int(commits)

    def techniques(self) -> Vocabulary:
        """Return the techniques that these folders know."""
        if self._vocabulary is None:
            (text,) = self._row("SELECT value FROM meta WHERE key = 'vocabulary'")
            with _stored():
                known = (Technique._make([*row[:2], tuple(row[2]), *row[3:]]) for row in json.loads(text))
                self._vocabulary = Vocabulary({one.id: one for one in known})
        return self._vocabulary

    def unreadable(self) -> list[UnreadableFile]:
        """Return the files that could not be read, by path."""
        rows = self._rows("SELECT path, line, problem FROM file WHERE problem IS NOT NULL ORDER BY path")
        return [UnreadableFile(os.fsdecode(path), line, problem) for path, line, problem in rows]

    def files(self) -> list[CatalogFile]:
        """Return every file, by path."""
        rows = self._rows(
            "SELECT path, file.rank, hidden, problem FROM file LEFT JOIN report ON number = report ORDER BY path"
        )
        return [CatalogFile(os.fsdecode(path), rank, bool(hidden), problem) for path, rank, hidden, problem in rows]

    def path(self, id: str) -> str:
        """Return the file of a report by its id, which must exist."""
        (path,) = self._row("SELECT path FROM file JOIN report ON number = report WHERE id = ? AND NOT hidden", [id])
        return os.fsdecode(path)

    def matching(self, asked: Query, limit: int | None = None, ranked: bool = True) -> Hits:
        """Return the reports that fit a query, where ranked the best first, then newest first."""
        fits, _ = self._sets(asked)
        scores = self._scores(asked) if ranked else {}
        found = [number for number in self._newest if number in fits]
        if scores:
            found.sort(key=lambda number: -scores.get(number, 0.0))
        return Hits(found[:limit], lambda number: self._hit(number, scores.get(number, 0.0)))

    def _hit(self, number: int, score: float) -> Hit:
        found = [number, self._newest[number]]  # the number alone may by now be another report's
        row = self._row("SELECT body, sum FROM report WHERE number = ? AND sum = ?", found)
        return Hit(Subject(stored_report(*row), self.techniques), score)

    def total(self, asked: Query) -> tuple[int, int]:
        """Return how many reports fit a query, and how many may fit but do not say."""
        fits, may = self._sets(asked)
        return len(fits), len(may) - len(fits)

    @cached_property
    def _newest(self) -> dict[int, int]:
        """The numbers of all reports, newest first, with their checksums."""
        return dict(self._rows("SELECT number, sum FROM report WHERE NOT hidden ORDER BY day DESC, id"))

    @cached_property
    def _all(self) -> set[int]:
        return set(self._newest)

    def _sets(self, asked: Query) -> _Sets:
        """Return the numbers of the reports that fit a query, and of those that fit or do not say."""
        if asked not in self._asked:
            self._asked[asked] = self._compute(asked)
        return self._asked[asked]

    def _compute(self, asked: Query) -> _Sets:
        match asked:
            case And(parts):
                sides = [self._sets(part) for part in parts]
                return self._all.intersection(*(fits for fits, _ in sides)), self._all.intersection(
                    *(m for _, m in sides)
                )
            case Or(parts):
                sides = [self._sets(part) for part in parts]
                return set().union(*(fits for fits, _ in sides)), set().union(*(may for _, may in sides))
            case Not(part):
                fits, may = self._sets(part)
                return self._all - may, self._all - fits
            case query.IsKnown(field, known):
                some = self._search(_marked(field, SOME))
                chosen = some if known else self._all - some
                return chosen, chosen
        return self._of_leaf(asked)

    def _of_leaf(self, asked: Query) -> _Sets:
        match asked:
            case Words(_, ""):
                fits = self._search(_match(asked))
                return fits, fits
            case Words():
                fits = self._search(_match(asked))
            case Is(field, value):
                fits = self._search(f'facts : "{value_token(field, value)}"')
            case Between(field, low, high, strictly):
                fits = self._numbers(field, (">" if strictly else ">=", low), ("<" if strictly else "<=", high))
            case Within(field, period):
                first, last = period.span()
                fits = self._numbers(field, (">=", first.toordinal()), ("<=", last.toordinal()))
            case _:
                raise TypeError(f"not a condition: {asked!r}")
        return fits, fits | (self._all - self._search(_marked(asked.field, SAID)))

    def _search(self, match: str) -> set[int]:
        found = {number for (number,) in self._rows("SELECT rowid FROM search WHERE search MATCH ?", [match])}
        return found & self._all

    def _numbers(self, field: str, *ends: tuple[str, int | float | None]) -> set[int]:
        known = [(sign, _bindable(end)) for sign, end in ends if end is not None]
        compared = "".join(f" AND value {sign} ?" for sign, _ in known)
        rows = self._rows(
            f"SELECT report FROM number WHERE field = ?{compared}", [CODE[field], *(end for _, end in known)]
        )
        return {number for (number,) in rows} & self._all

    def _scores(self, asked: Query) -> dict[int, float]:
        """Return what each report scores: a word adds the weight of every kind of field that holds it, once a kind.

        A report that goes by exactly the words comes before all others.
        """
        scores = dict.fromkeys(self._called(plain_words(asked)), EXACT_NAME_SCORE)
        for leaf, negated in conditions_of(asked):
            if isinstance(leaf, Words) and not negated:
                for weight, columns in _KINDS:
                    if not leaf.field or COLUMN[leaf.field] in columns:
                        for number in self._search(_match(leaf, columns)):
                            scores[number] = scores.get(number, 0.0) + weight
        return scores

    def _called(self, words: Sequence[str]) -> set[int]:
        named = [fold_name("".join(words)), ARXIV_SPELLING]
        rows = self._rows("SELECT report FROM spelling WHERE folded = ? AND kind <> ?", named)
        return {number for (number,) in rows}

    def report(self, id: str) -> Report:
        """Return one report by its id, which must exist."""
        return stored_report(*self._row("SELECT body, sum FROM report WHERE id = ? AND NOT hidden", [id]))

    def spelled_as(self, folded: str) -> list[Spelling]:
        """Return the spellings that equal a folded name."""
        return self._spellings("folded = ?", folded)

    def starting_with(self, folded: str, kind: int = 0) -> list[Spelling]:
        """Return the spellings that begin with a folded name, where wanted of one kind only."""
        return self._spellings("folded >= ? AND folded < ? AND ? IN (kind, 0)", folded, folded + _LAST, kind)

    def spellings(self) -> list[Spelling]:
        """Return all spellings."""
        return self._spellings("true")

    def words(self, field: str, beginning: str, most: int) -> list[str]:
        """Return the words of a text field that begin with folded letters, numbers aside, the most frequent first."""
        rows = self._rows(
            "SELECT term FROM term WHERE col = ? AND term >= ? AND term < ? AND term GLOB '*[^0-9=]*'"
            " ORDER BY doc DESC LIMIT ?",
            [COLUMN[field], beginning, beginning + _LAST, most],
        )
        return [term for (term,) in rows]

    def dates(self, field: str) -> dict[date, int]:
        """Return the days that a field holds, each with the number of its reports."""
        rows = self._rows(
            "SELECT value, count(*) FROM number AS one JOIN report ON one.report = report.number"
            " WHERE field = ? AND NOT hidden GROUP BY value",
            [CODE[field]],
        )
        return {date.fromordinal(day): count for day, count in rows}

    def terms(self) -> Iterator[tuple[str, float, int]]:
        """Yield each word of the searched fields with the greatest weight that it is found with, and its frequency."""
        weights = {COLUMN[field.path]: field.info.weight for field in SEARCHED_FIELDS}
        best: dict[str, tuple[float, int]] = {}
        for term, column, count in self._rows("SELECT term, col, doc FROM term"):
            if weight := weights.get(column):
                known = best.get(term, (0.0, 0))
                best[term] = max(weight, known[0]), known[1] + count
        return ((term, *found) for term, found in best.items())

    def _spellings(self, where: str, *values: str | int) -> list[Spelling]:
        rows = self._rows(
            "SELECT folded, written, kind, id FROM spelling JOIN report ON report = number"
            f" WHERE NOT hidden AND {where} ORDER BY folded, kind, id",
            values,
        )
        return [Spelling(*row) for row in rows]

    def _rows(self, sql: str, values: Sequence[Any] = ()) -> sqlite3.Cursor:
        return self._connection.execute(sql, values)

    def _row(self, sql: str, values: Sequence[Any] = ()) -> tuple[Any, ...]:
        row: tuple[Any, ...] | None = self._rows(sql, values).fetchone()
        if row is None:
            raise sqlite3.DatabaseError("a row is missing")
        return row


def stored_report(body: str, sum: int) -> Report:
    """Return a report as it was stored. Raises DatabaseError where it has changed since."""
    if crc32(body.encode()) != sum:
        raise sqlite3.DatabaseError("a stored report has changed")
    with _stored():
        return unpack(body)


@contextmanager
def _stored() -> Iterator[None]:
    """Take what cannot be read back for a broken index."""
    try:
        yield
    except (ValueError, TypeError, LookupError) as error:
        raise sqlite3.DatabaseError("what is stored cannot be read back") from error


def _bindable(number: int | float) -> int | float:
    return number if abs(number) < 2**63 else float(number)


def _match(asked: Words, columns: Sequence[str] = ()) -> str:
    columns = (COLUMN[asked.field],) if asked.field else columns or _SEARCHED
    return f'{{{" ".join(columns)}}} : "{" ".join(asked.words)}"{" *" if asked.is_prefix else ""}'


def _marked(field: str, word: str) -> str:
    return f'facts : "{knowledge_token(field, word)}"'


@cache
def knowledge_token(field: str, word: str) -> str:
    """Return the fact that something is known of a field."""
    return f"{CODE[field]}=={word}"  # no token of a value has two signs


SOME, SAID = "some", "said"  # a value is known; all values are


@lru_cache(maxsize=4096)
def value_token(field: str, value: str) -> str:
    """Return the fact that a closed field has a value."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in ".-") else f"%{ord(c):x}." for c in value.lower())
    return f"{CODE[field]}={plain}"
