"""Find reports fast: a SQLite copy of the catalogue that may be deleted at any time.

Each opening looks at the folders and re-reads only changed files. Where the copy cannot be written, or is not ours,
or is broken, the same code works on one in memory and gives the same answers. It knows no formats and decides nothing
about what a query means: ``narrow`` is held to ``Query.fits`` by a property test.
"""

import json
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple
from zlib import adler32, crc32

from reportcli import catalog, query
from reportcli.catalog import Entry
from reportcli.derived import DERIVED
from reportcli.errors import UnreadableEntry
from reportcli.names import Known, spellings
from reportcli.query import CLOSED, SEARCHED, TEXT_FIELDS, Between, Hit, Is, Subject, Within, Words, fact
from reportcli.report import DATE, FIELDS, NUMBER, Report, pack, unpack
from reportcli.vocabulary import Technique, Vocabulary

Progress = Callable[[int, int], None]

_COLUMN = {field.path: f"c{place}" for place, field in enumerate(TEXT_FIELDS)}
_NUMBERS = tuple(field for field in FIELDS + DERIVED if field.kind in (NUMBER, DATE))
_CODE = {field.path: place for place, field in enumerate(FIELDS + DERIVED)}
_SEARCHED = tuple(_COLUMN[field.path] for field in SEARCHED)
_KINDS = tuple(
    (weight, tuple(_COLUMN[field.path] for field in SEARCHED if field.about.weight == weight))
    for weight in sorted({field.about.weight for field in SEARCHED}, reverse=True)
)
_BETWEEN_TEXTS = " = "  # a token that no word equals: a phrase does not cross it

_SCHEMA = f"""
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE file (path TEXT PRIMARY KEY, rank INT, stamp TEXT, report INT, problem TEXT, line INT) WITHOUT ROWID;
CREATE TABLE report (
    number INTEGER PRIMARY KEY, id TEXT, rank INT, path TEXT, day INT, hidden INT DEFAULT 0, body TEXT, sum INT
);
CREATE INDEX report_id ON report (id, rank);
CREATE INDEX report_day ON report (day DESC, id) WHERE NOT hidden;
CREATE TABLE spelling (
    folded TEXT, kind INT, report INT, written TEXT, PRIMARY KEY (folded, kind, report)
) WITHOUT ROWID;
CREATE TABLE number (field INT, value, report INT, PRIMARY KEY (field, value, report)) WITHOUT ROWID;
CREATE VIRTUAL TABLE search USING fts5(
    {", ".join(_COLUMN.values())}, facts, content = '', tokenize = "ascii tokenchars '=.%-'"
);
CREATE VIRTUAL TABLE term USING fts5vocab(search, 'col');
"""


def _digest(text: str) -> str:
    """Return 64 bits that tell texts apart; against accidents, not against malice."""
    data = text.encode("utf-8", "surrogateescape")
    return f"{crc32(data):08x}{adler32(data):08x}"


_VERSION = _digest(_SCHEMA + " ".join(field.path + field.kind for field in FIELDS + DERIVED))


class Unreadable(NamedTuple):
    """A file that is not an entry, and why."""

    path: str
    line: int
    problem: str


class Index:
    """The reports of some folders. Open it with ``open_index``; it is fresh as of that moment."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._vocabulary: Vocabulary | None = None

    def close(self) -> None:
        self._connection.close()

    def techniques(self) -> Vocabulary:
        """Return the techniques that these folders know."""
        if self._vocabulary is None:
            (text,) = self._row("SELECT value FROM meta WHERE key = 'vocabulary'")
            self._vocabulary = Vocabulary(
                {row["id"]: Technique(**(row | {"also": tuple(row["also"])})) for row in json.loads(text)}
            )
        return self._vocabulary

    def unreadable(self) -> list[Unreadable]:
        """Return the files that could not be read, by path."""
        rows = self._rows("SELECT path, line, problem FROM file WHERE problem IS NOT NULL ORDER BY path")
        return [Unreadable(*row) for row in rows]

    def count(self) -> int:
        """Return the number of reports."""
        return int(self._row("SELECT count(*) FROM report WHERE NOT hidden")[0])

    def matching(self, asked: query.Query, limit: int | None = None, ranked: bool = True) -> Iterator[Hit]:
        """Yield the reports that fit a query, where ranked the best first, then newest first."""
        where, values = _narrow(asked, False)
        ranking, weighed = _ranking(asked) if ranked else ("", [])
        score = "ifnull(score, 0.0)" if ranking else "0.0"
        rows = self._rows(
            f"SELECT body, sum, {score} FROM report {ranking} WHERE NOT hidden AND {where}"
            f" ORDER BY {'3 DESC, ' if ranking else ''}day DESC, id LIMIT ?",
            [*weighed, *values, -1 if limit is None else limit],
        )
        return (Hit(Subject(_report(body, sum), self.techniques), score) for body, sum, score in rows)

    def total(self, asked: query.Query) -> tuple[int, int]:
        """Return how many reports fit a query, and how many may fit but do not say."""
        fits, values = _narrow(asked, False)
        may, more = _narrow(asked, True)
        row = self._row(
            f"SELECT count(*) FILTER (WHERE {fits}), count(*) FILTER (WHERE {may}) FROM report WHERE NOT hidden",
            [*values, *more],
        )
        return row[0], row[1] - row[0]

    def report(self, id: str) -> Report:
        """Return one report by its id, which must exist."""
        return _report(*self._row("SELECT body, sum FROM report WHERE id = ? AND NOT hidden", [id]))

    def spelled(self, folded: str) -> list[Known]:
        """Return the spellings that equal a folded name."""
        return self._spellings("folded = ?", folded)

    def beginning(self, folded: str) -> list[Known]:
        """Return the spellings that begin with a folded name."""
        return self._spellings("folded >= ? AND folded < ?", folded, folded + "\U0010ffff")

    def spellings(self) -> list[Known]:
        """Return all spellings."""
        return self._spellings("true")

    def terms(self) -> Iterator[tuple[str, float, int]]:
        """Yield each word of the searched fields with the greatest weight that it is found with, and its frequency."""
        weights = {_COLUMN[field.path]: field.about.weight for field in SEARCHED}
        best: dict[str, tuple[float, int]] = {}
        for term, column, count in self._rows("SELECT term, col, doc FROM term"):
            if weight := weights.get(column):
                known = best.get(term, (0.0, 0))
                best[term] = max(weight, known[0]), known[1] + count
        return ((term, *found) for term, found in best.items())

    def _spellings(self, where: str, *values: str) -> list[Known]:
        rows = self._rows(
            "SELECT folded, written, kind, id FROM spelling JOIN report ON report = number"
            f" WHERE NOT hidden AND {where} ORDER BY folded, kind, id",
            values,
        )
        return [Known(*row) for row in rows]

    def _rows(self, sql: str, values: Sequence[Any] = ()) -> sqlite3.Cursor:
        return self._connection.execute(sql, values)

    def _row(self, sql: str, values: Sequence[Any] = ()) -> tuple[Any, ...]:
        row: tuple[Any, ...] | None = self._rows(sql, values).fetchone()
        if row is None:
            raise sqlite3.DatabaseError("a row is missing")
        return row


def _report(body: str, sum: int) -> Report:
    if crc32(body.encode()) != sum:
        raise sqlite3.DatabaseError("a stored report has changed")
    return unpack(json.loads(body))


# What a query narrows to. With ``may``, reports of which the catalogue does not say belong to it too.


def _narrow(asked: query.Query, may: bool) -> tuple[str, list[Any]]:
    match asked:
        case query.And(parts) | query.Or(parts):
            sides = [_narrow(part, may) for part in parts]
            joined = (" AND " if isinstance(asked, query.And) else " OR ").join(sql for sql, _ in sides)
            return f"({joined})" if sides else "true", list(chain.from_iterable(values for _, values in sides))
        case query.Not(part):
            sql, values = _narrow(part, not may)
            return f"NOT {sql}", values
        case query.Known(field, known):
            return f"number {'' if known else 'NOT '}IN {_SEARCH}", [_fact(field, "some")]
    sql, values = _leaf(asked)
    field = getattr(asked, "field", "")
    return (f"({sql} OR number NOT IN {_SEARCH})", [*values, _fact(field, "said")]) if may and field else (sql, values)


_SEARCH = "(SELECT rowid FROM search WHERE search MATCH ?)"


def _leaf(asked: query.Query) -> tuple[str, list[Any]]:
    match asked:
        case Words():
            return f"number IN {_SEARCH}", [_match(asked)]
        case Is(field, value):
            return f"number IN {_SEARCH}", [_fact(field, value)]
        case Between(field, low, high, strictly):
            ends = [(">" if strictly else ">=", low), ("<" if strictly else "<=", high)]
        case Within(field, period):
            ends = [(sign, day.toordinal()) for sign, day in zip((">=", "<="), period.span(), strict=True)]
    known = [(sign, _bindable(end)) for sign, end in ends if end is not None]
    compared = "".join(f" AND value {sign} ?" for sign, _ in known)
    return f"number IN (SELECT report FROM number WHERE field = ?{compared})", [
        _CODE[field],
        *(end for _, end in known),
    ]


def _bindable(number: int | float) -> int | float:
    return number if abs(number) < 2**63 else float(number)


def _ranking(asked: query.Query) -> tuple[str, list[Any]]:
    """Return a join that scores: each word counts the weight of every kind of field that holds it, once a kind."""
    matches = [
        (weight, _match(leaf, columns))
        for leaf, negated in query.leaves(asked)
        if isinstance(leaf, Words) and not negated
        for weight, columns in _KINDS
        if not leaf.field or _COLUMN[leaf.field] in columns
    ]
    if not matches:
        return "", []
    one = "SELECT rowid AS hit, ? AS weight FROM search WHERE search MATCH ?"
    union = " UNION ALL ".join([one] * len(matches))
    join = f"LEFT JOIN (SELECT hit, sum(weight) AS score FROM ({union}) GROUP BY hit) ON hit = number"
    return join, list(chain.from_iterable(matches))


def _match(asked: Words, columns: Sequence[str] = ()) -> str:
    columns = (_COLUMN[asked.field],) if asked.field else columns or _SEARCHED
    return f'{{{" ".join(columns)}}} : "{" ".join(asked.words)}"{" *" if asked.beginning else ""}'


def _fact(field: str, value: str) -> str:
    return f'facts : "{_token(field, value)}"'


def _token(field: str, value: str) -> str:
    plain = "".join(c if c.isascii() and (c.isalnum() or c in ".-") else f"%{ord(c):x}." for c in value.lower())
    return f"{_CODE[field]}={plain}"


# Building: what a report becomes in the tables.


def open_index(folders: Sequence[Path], file: Path | None, progress: Progress | None = None) -> Index:
    """Return the index of these folders, fresh. Without a file for it, or where that fails, it lives in memory.

    ``progress`` is called with the number of files read and to read. Raises NoCatalogue.
    """
    for _ in range(2 if file else 0):
        assert file is not None
        try:
            return _fresh(_connect(file), folders, progress)
        except (sqlite3.OperationalError, OSError):
            break  # locked, read-only, full: leave it as it is
        except sqlite3.DatabaseError:
            discard(file)
    return _fresh(sqlite3.connect(":memory:", isolation_level=None), folders, progress)


def index_file(cache: Path, folders: Sequence[Path]) -> Path:
    """Return the file of the index of these folders."""
    return cache / f"index-{_digest(os.pathsep.join(map(str, folders)))}.sqlite"


def _connect(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, mode=0o700, exist_ok=True)
    return sqlite3.connect(path, timeout=2, isolation_level=None)


def discard(path: Path) -> None:
    """Delete an index that cannot be used; the next opening makes a new one."""
    for suffix in ("", "-journal"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)


def _fresh(connection: sqlite3.Connection, folders: Sequence[Path], progress: Progress | None) -> Index:
    try:
        entries, vocabularies = list(catalog.scan(folders)), catalog.vocabulary_entries(folders)
        seen = _fingerprint(chain(entries, vocabularies))
        if _meta(connection, "seen") != seen or _meta(connection, "version") != _VERSION:
            _Builder(connection, progress).update(entries, vocabularies, seen)
    except BaseException:
        connection.close()
        raise
    return Index(connection)


def _fingerprint(entries: Iterable[Entry]) -> str:
    return _digest("\n".join(f"{entry.rank}\t{entry.stamp}\t{entry.path}" for entry in entries))


def _meta(connection: sqlite3.Connection, key: str) -> str | None:
    try:
        row = connection.execute("SELECT value FROM meta WHERE key = ?", [key]).fetchone()
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):
            return None
        raise
    return row[0] if row else None


class _Builder:
    """Brings the tables up to the files, in one transaction: an interruption leaves the former index."""

    def __init__(self, connection: sqlite3.Connection, progress: Progress | None) -> None:
        self.connection = connection
        self.progress = progress or (lambda done, total: None)
        self.vocabulary = Vocabulary()

    def update(self, entries: Sequence[Entry], vocabularies: Sequence[Entry], seen: str) -> None:
        run = self.connection.execute
        run("BEGIN IMMEDIATE")
        try:
            terms = _fingerprint(vocabularies)
            if _meta(self.connection, "version") != _VERSION or _meta(self.connection, "terms") != terms:
                self.start_anew(vocabularies, terms)
            else:
                self.vocabulary = Index(self.connection).techniques()
            self.read_changed(entries)
            higher = "SELECT 1 FROM report AS other WHERE other.id = report.id AND other.rank > report.rank"
            run(f"UPDATE report SET hidden = EXISTS ({higher})")
            run("REPLACE INTO meta VALUES ('seen', ?)", [seen])
            run("COMMIT")
        except BaseException:
            if self.connection.in_transaction:
                run("ROLLBACK")
            raise

    def start_anew(self, vocabularies: Sequence[Entry], terms: str) -> None:
        run = self.connection.execute
        for (name,) in run(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB 'search_*'"
        ).fetchall():
            run(f'DROP TABLE IF EXISTS "{name}"')
        for statement in filter(str.strip, _SCHEMA.split(";")):
            run(statement)
        try:
            self.vocabulary = catalog.read_vocabularies(vocabularies)
        except UnreadableEntry as error:
            self.note_unreadable(Entry(vocabularies[-1].path, 0, ""), error)
        rows = [("version", _VERSION), ("terms", terms)]
        rows.append(("vocabulary", json.dumps([asdict(one) for one in self.vocabulary.values()], ensure_ascii=False)))
        self.connection.executemany("INSERT INTO meta VALUES (?, ?)", rows)

    def read_changed(self, entries: Sequence[Entry]) -> None:
        known = {
            path: (rank, stamp) for path, rank, stamp in self.connection.execute("SELECT path, rank, stamp FROM file")
        }
        changed = [entry for entry in entries if known.get(entry.path) != (entry.rank, entry.stamp)]
        gone = known.keys() - {entry.path for entry in entries}
        for path in chain(gone, (entry.path for entry in changed if entry.path in known)):
            self.forget(path)
        for done, entry in enumerate(changed):
            self.progress(done, len(changed))
            try:
                self.add(entry, catalog.read(entry.path))
            except UnreadableEntry as error:
                self.note_unreadable(entry, error)
        self.progress(len(changed), len(changed))

    def add(self, entry: Entry, report: Report) -> None:
        run, subject = self.connection.execute, Subject(report, lambda: self.vocabulary)
        body = json.dumps(pack(report), ensure_ascii=False, separators=(",", ":"))
        number = run(
            "INSERT INTO report (id, rank, path, day, body, sum) VALUES (?, ?, ?, ?, ?, ?)",
            [report.id, entry.rank, entry.path, report.date.toordinal(), body, crc32(body.encode())],
        ).lastrowid
        run("INSERT INTO file VALUES (?, ?, ?, ?, NULL, 0)", [entry.path, entry.rank, entry.stamp, number])
        run(_INSERT_TEXTS, [number, *_texts(subject)])
        many = self.connection.executemany
        many(
            "INSERT OR IGNORE INTO number VALUES (?, ?, ?)",
            ((code, value, number) for code, value in _figures(subject)),
        )
        many("INSERT OR IGNORE INTO spelling VALUES (?, ?, ?, ?)",
             ((one.folded, one.kind, number, one.written) for one in spellings(report)))  # fmt: skip

    def note_unreadable(self, entry: Entry, error: UnreadableEntry) -> None:
        self.connection.execute(
            "INSERT INTO file VALUES (?, ?, ?, NULL, ?, ?)",
            [entry.path, entry.rank, entry.stamp, error.problem, error.line],
        )

    def forget(self, path: str) -> None:
        run = self.connection.execute
        row = run("SELECT number, body, sum FROM report WHERE path = ?", [path]).fetchone()
        run("DELETE FROM file WHERE path = ?", [path])
        if row:
            number, body, sum = row
            run(_DELETE_TEXTS, [number, *_texts(Subject(_report(body, sum), lambda: self.vocabulary))])
            for table, key in (("number", "report"), ("spelling", "report"), ("report", "number")):
                run(f"DELETE FROM {table} WHERE {key} = ?", [number])


_PLACES = ", ".join("?" * (len(_COLUMN) + 2))
_NAMES = f"rowid, {', '.join(_COLUMN.values())}, facts"
_INSERT_TEXTS = f"INSERT INTO search ({_NAMES}) VALUES ({_PLACES})"
_DELETE_TEXTS = f"INSERT INTO search (search, {_NAMES}) VALUES ('delete', {_PLACES})"


def _texts(subject: Subject) -> list[str]:
    said = [
        _token(field.path, answer)
        for field in FIELDS + DERIVED
        for answer in ("some",) * bool(subject.values(field)) + ("said",) * subject.says(field)
    ]
    facts = [_token(field.path, fact(value)) for field in CLOSED for value in subject.values(field)]
    return [
        *(_BETWEEN_TEXTS.join(map(str.strip, subject.spaced(field))) for field in TEXT_FIELDS),
        " ".join(said + facts),
    ]


def _figures(subject: Subject) -> Iterator[tuple[int, int | float]]:
    for field in _NUMBERS:
        for value in subject.values(field):
            yield _CODE[field.path], value.toordinal() if field.kind == DATE else value
