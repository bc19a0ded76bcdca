"""Find reports fast: a SQLite copy of the catalogue that may be deleted at any time.

Each opening looks at the folders and re-reads only changed files. Where the copy cannot be written, or is not ours,
or is broken, the same code works on one in memory and gives the same answers. It knows no formats and decides nothing
about what a query means: a property test holds its sets to ``Query.fits``; ``tests/fire`` does its worst to the file.
"""

import json
import os
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from functools import cache, cached_property, lru_cache
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple, overload
from zlib import crc32

from reportcli import catalog, query
from reportcli.cache import claim, discard, identity
from reportcli.catalog import Entry, digest
from reportcli.derived import DERIVED
from reportcli.errors import UnreadableEntry
from reportcli.names import ARXIV, Known, spellings
from reportcli.query import CLOSED, SEARCHED, TEXT_FIELDS, Between, Hit, Is, Subject, Within, Words, fact
from reportcli.record import pack, unpack
from reportcli.report import DATE, FIELDS, NUMBER, Report
from reportcli.vocabulary import Technique, Vocabulary
from reportcli.words import fold_name

Progress = Callable[[int, int], None]

_LAST = "\U0010ffff"  # after every letter

_COLUMN = {field.path: f"c{place}" for place, field in enumerate(TEXT_FIELDS)}
_CODE = {field.path: place for place, field in enumerate(FIELDS + DERIVED)}
_SEARCHED = tuple(_COLUMN[field.path] for field in SEARCHED)
_KINDS = tuple(
    (weight, tuple(_COLUMN[field.path] for field in SEARCHED if field.about.weight == weight))
    for weight in sorted({field.about.weight for field in SEARCHED}, reverse=True)
)

_SCHEMA = f"""
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
    {", ".join(_COLUMN.values())}, facts, content = '', tokenize = "ascii tokenchars '=.%-'"
);
CREATE VIRTUAL TABLE term USING fts5vocab(search, 'col');
"""


_VERSION = digest(repr((_SCHEMA, Technique._fields, [(field.path, field.kind) for field in FIELDS + DERIVED])))
_CLOCK_TICK = 20_000_000  # nanoseconds; file systems stamp in steps of up to 10 ms
_CLOCK_ERROR = 3600 * 10**9  # nanoseconds that the clock of a file server may be ahead of ours
_LEAST_PATIENCE, _MOST_PATIENCE = 2_000, 8_000  # milliseconds that a call waits for another process
_FILE_PATIENCE = 4  # milliseconds for each file that it may be reading


BROKEN = (sqlite3.DatabaseError, UnicodeDecodeError)  # what an index raises that must be made anew
_Sets = tuple[set[int], set[int]]  # reports that fit; reports that fit or do not say


class Unreadable(NamedTuple):
    """A file that is not an entry, and why."""

    path: str
    line: int
    problem: str


class File(NamedTuple):
    """A file of the catalogue; ``rank`` counts its folders, -1 is a vocabulary that cannot be read."""

    path: str
    rank: int
    hidden: bool  # behind the entry of the same name in a later folder
    problem: str | None

    @property
    def id(self) -> str:
        """The id of the report: the name of the file."""
        return os.path.basename(self.path)[: -len(".toml")]

    @property
    def is_entry(self) -> bool:
        """Whether a report was read from it."""
        return self.rank >= 0 and self.problem is None


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
        self._asked: dict[query.Query, _Sets] = {}

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

    def unreadable(self) -> list[Unreadable]:
        """Return the files that could not be read, by path."""
        rows = self._rows("SELECT path, line, problem FROM file WHERE problem IS NOT NULL ORDER BY path")
        return [Unreadable(os.fsdecode(path), line, problem) for path, line, problem in rows]

    def files(self) -> list[File]:
        """Return every file, by path."""
        rows = self._rows(
            "SELECT path, file.rank, hidden, problem FROM file LEFT JOIN report ON number = report ORDER BY path"
        )
        return [File(os.fsdecode(path), rank, bool(hidden), problem) for path, rank, hidden, problem in rows]

    def path(self, id: str) -> str:
        """Return the file of a report by its id, which must exist."""
        (path,) = self._row("SELECT path FROM file JOIN report ON number = report WHERE id = ? AND NOT hidden", [id])
        return os.fsdecode(path)

    def matching(self, asked: query.Query, limit: int | None = None, ranked: bool = True) -> Hits:
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
        return Hit(Subject(_report(*row), self.techniques), score)

    def total(self, asked: query.Query) -> tuple[int, int]:
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

    def _sets(self, asked: query.Query) -> _Sets:
        """Return the numbers of the reports that fit a query, and of those that fit or do not say."""
        if asked not in self._asked:
            self._asked[asked] = self._compute(asked)
        return self._asked[asked]

    def _compute(self, asked: query.Query) -> _Sets:
        match asked:
            case query.And(parts):
                sides = [self._sets(part) for part in parts]
                return self._all.intersection(*(fits for fits, _ in sides)), self._all.intersection(
                    *(m for _, m in sides)
                )
            case query.Or(parts):
                sides = [self._sets(part) for part in parts]
                return set().union(*(fits for fits, _ in sides)), set().union(*(may for _, may in sides))
            case query.Not(part):
                fits, may = self._sets(part)
                return self._all - may, self._all - fits
            case query.Known(field, known):
                some = self._search(_marked(field, _SOME))
                chosen = some if known else self._all - some
                return chosen, chosen
        return self._of_leaf(asked)

    def _of_leaf(self, asked: query.Query) -> _Sets:
        match asked:
            case Words(_, ""):
                fits = self._search(_match(asked))
                return fits, fits
            case Words():
                fits = self._search(_match(asked))
            case Is(field, value):
                fits = self._search(f'facts : "{_token(field, value)}"')
            case Between(field, low, high, strictly):
                fits = self._numbers(field, (">" if strictly else ">=", low), ("<" if strictly else "<=", high))
            case Within(field, period):
                first, last = period.span()
                fits = self._numbers(field, (">=", first.toordinal()), ("<=", last.toordinal()))
            case _:
                raise TypeError(f"not a condition: {asked!r}")
        return fits, fits | (self._all - self._search(_marked(asked.field, _SAID)))

    def _search(self, match: str) -> set[int]:
        found = {number for (number,) in self._rows("SELECT rowid FROM search WHERE search MATCH ?", [match])}
        return found & self._all

    def _numbers(self, field: str, *ends: tuple[str, int | float | None]) -> set[int]:
        known = [(sign, _bindable(end)) for sign, end in ends if end is not None]
        compared = "".join(f" AND value {sign} ?" for sign, _ in known)
        rows = self._rows(
            f"SELECT report FROM number WHERE field = ?{compared}", [_CODE[field], *(end for _, end in known)]
        )
        return {number for (number,) in rows} & self._all

    def _scores(self, asked: query.Query) -> dict[int, float]:
        """Return what each report scores: a word adds the weight of every kind of field that holds it, once a kind.

        A report that goes by exactly the words comes before all others.
        """
        scores = dict.fromkeys(self._called(query.plain_words(asked)), query.EXACT)
        for leaf, negated in query.leaves(asked):
            if isinstance(leaf, Words) and not negated:
                for weight, columns in _KINDS:
                    if not leaf.field or _COLUMN[leaf.field] in columns:
                        for number in self._search(_match(leaf, columns)):
                            scores[number] = scores.get(number, 0.0) + weight
        return scores

    def _called(self, words: Sequence[str]) -> set[int]:
        named = [fold_name("".join(words)), ARXIV]
        rows = self._rows("SELECT report FROM spelling WHERE folded = ? AND kind <> ?", named)
        return {number for (number,) in rows}

    def report(self, id: str) -> Report:
        """Return one report by its id, which must exist."""
        return _report(*self._row("SELECT body, sum FROM report WHERE id = ? AND NOT hidden", [id]))

    def spelled(self, folded: str) -> list[Known]:
        """Return the spellings that equal a folded name."""
        return self._spellings("folded = ?", folded)

    def beginning(self, folded: str, kind: int = 0) -> list[Known]:
        """Return the spellings that begin with a folded name, where wanted of one kind only."""
        return self._spellings("folded >= ? AND folded < ? AND ? IN (kind, 0)", folded, folded + _LAST, kind)

    def spellings(self) -> list[Known]:
        """Return all spellings."""
        return self._spellings("true")

    def words(self, field: str, beginning: str, most: int) -> list[str]:
        """Return the words of a text field that begin with folded letters, numbers aside, the most frequent first."""
        rows = self._rows(
            "SELECT term FROM term WHERE col = ? AND term >= ? AND term < ? AND term GLOB '*[^0-9=]*'"
            " ORDER BY doc DESC LIMIT ?",
            [_COLUMN[field], beginning, beginning + _LAST, most],
        )
        return [term for (term,) in rows]

    def dates(self, field: str) -> dict[date, int]:
        """Return the days that a field holds, each with the number of its reports."""
        rows = self._rows(
            "SELECT value, count(*) FROM number AS one JOIN report ON one.report = report.number"
            " WHERE field = ? AND NOT hidden GROUP BY value",
            [_CODE[field]],
        )
        return {date.fromordinal(day): count for day, count in rows}

    def terms(self) -> Iterator[tuple[str, float, int]]:
        """Yield each word of the searched fields with the greatest weight that it is found with, and its frequency."""
        weights = {_COLUMN[field.path]: field.about.weight for field in SEARCHED}
        best: dict[str, tuple[float, int]] = {}
        for term, column, count in self._rows("SELECT term, col, doc FROM term"):
            if weight := weights.get(column):
                known = best.get(term, (0.0, 0))
                best[term] = max(weight, known[0]), known[1] + count
        return ((term, *found) for term, found in best.items())

    def _spellings(self, where: str, *values: str | int) -> list[Known]:
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
    columns = (_COLUMN[asked.field],) if asked.field else columns or _SEARCHED
    return f'{{{" ".join(columns)}}} : "{" ".join(asked.words)}"{" *" if asked.beginning else ""}'


def _marked(field: str, word: str) -> str:
    return f'facts : "{_mark(field, word)}"'


@cache
def _mark(field: str, word: str) -> str:
    return f"{_CODE[field]}=={word}"  # no token of a value has two signs


_SOME, _SAID = "some", "said"  # a value is known; all values are


@lru_cache(maxsize=4096)
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
        found = identity(file)
        try:
            return _fresh(_connected(file), folders, progress)
        except OSError:
            break
        except BROKEN as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF in _NOT_ITS_FAULT:
                break
            with suppress(OSError):
                if identity(file) == found:  # else another process has made a new one meanwhile
                    discard(file)
    return _fresh(sqlite3.connect(":memory:", isolation_level=None), folders, progress)


_NOT_ITS_FAULT = (  # locked, read-only, full: such a file is left as it is
    sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_INTERRUPT,
)  # fmt: skip


def _connected(file: Path) -> sqlite3.Connection:
    claim(file)
    return sqlite3.connect(file, isolation_level=None)


def _fresh(connection: sqlite3.Connection, folders: Sequence[Path], progress: Progress | None) -> Index:
    try:
        files, vocabularies = catalog.snapshot(folders), catalog.vocabulary_entries(folders)
        seen = f"{files.digest} {vocabularies}"
        patience = min(max(_LEAST_PATIENCE, _FILE_PATIENCE * files.size), _MOST_PATIENCE)
        connection.execute(f"PRAGMA busy_timeout = {patience}")
        if not _is_current(connection, seen):
            _Builder(connection, progress, patience).update(list(files.entries()), vocabularies, seen)
        return Index(connection)
    except BaseException:
        connection.close()
        raise


def _is_current(connection: sqlite3.Connection, seen: str) -> bool:
    """Return whether the index says what the files say. Raises DatabaseError where something else has changed it."""
    with connection:
        connection.execute("BEGIN")
        (sealed,) = connection.execute("PRAGMA user_version").fetchone()
        if sealed and sealed != _sum(connection):
            raise sqlite3.DatabaseError("the index is not what was written")
        return _says(connection, seen)


def _says(connection: sqlite3.Connection, seen: str) -> bool:
    return (_meta(connection, "seen"), _meta(connection, "version")) == (seen, _VERSION)


_MOST_SUMMED = 200  # pages of 4 KiB, which cost each call a millisecond
_SUMMED = (slice(24), slice(28, 60), slice(64, 92), slice(100, None))  # neither counters of commits nor the sum itself


def _sum(connection: sqlite3.Connection) -> int:
    """Return 31 bits that change with every byte; 0 for an index that is too large to look at.

    The places are those of https://www.sqlite.org/fileformat.html#the_database_header.
    """
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    if pages > _MOST_SUMMED or not hasattr(connection, "serialize"):
        return 0
    content, sum = memoryview(connection.serialize()), 0  # to open the file once more would undo SQLite's locks
    for part in _SUMMED:
        sum = crc32(content[part], sum)
    return sum >> 1 or 1


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

    def __init__(self, connection: sqlite3.Connection, progress: Progress | None, patience: int) -> None:
        self.connection = connection
        self.progress = progress or (lambda done, total: None)
        self.patience = patience
        self.vocabulary = Vocabulary()

    def update(self, entries: Sequence[Entry], vocabularies: Sequence[Entry], seen: str) -> None:
        run = self.connection.execute
        run("BEGIN IMMEDIATE")
        try:
            if _says(self.connection, seen):  # another process was faster
                run("ROLLBACK")
                return
            run("PRAGMA busy_timeout = 0")  # else each page that finds no room in memory waits for those who read
            terms = repr(vocabularies)
            if _meta(self.connection, "version") != _VERSION or _meta(self.connection, "terms") != terms:
                self.start_anew(vocabularies, terms)
            else:
                self.vocabulary = Index(self.connection).techniques()
            fresh = self.read_changed(entries)
            higher = "SELECT 1 FROM report AS other WHERE other.id = report.id AND other.rank > report.rank"
            run(f"UPDATE report SET hidden = NOT hidden WHERE hidden <> EXISTS ({higher})")
            run("REPLACE INTO meta VALUES ('seen', ?)", ["" if fresh else seen])
            run("SAVEPOINT written")  # makes FTS5 write what it holds back, which else it does in COMMIT
            run(f"PRAGMA user_version = {_sum(self.connection)}")
            run(f"PRAGMA busy_timeout = {self.patience}")
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
        self.vocabulary = catalog.read_vocabularies(vocabularies, self._note_vocabulary)
        rows = [("version", _VERSION), ("terms", terms)]
        rows.append(("vocabulary", json.dumps(list(self.vocabulary.values()), ensure_ascii=False)))
        self.connection.executemany("INSERT INTO meta VALUES (?, ?)", rows)

    def read_changed(self, entries: Sequence[Entry]) -> bool:
        """Read the files that changed; return whether one is so new that it may change again under the same stamp."""
        now = time.time_ns()
        recent = range(now - _CLOCK_TICK, now + _CLOCK_ERROR)
        known = {
            os.fsdecode(path): (rank, stamp)
            for path, rank, stamp in self.connection.execute("SELECT path, rank, stamp FROM file WHERE rank >= 0")
        }
        changed = [entry for entry in entries if known.get(entry.path) != (entry.rank, entry.stamp)]
        gone = known.keys() - {entry.path for entry in entries}
        for path in chain(gone, (entry.path for entry in changed if entry.path in known)):
            self.forget(path)
        for done, entry in enumerate(changed):
            self.progress(done, len(changed))
            if entry.changed_in(recent):
                entry = entry._replace(stamp="")
            try:
                self.add(entry, catalog.read(entry.path))
            except UnreadableEntry as error:
                self.note_unreadable(entry, error)
        self.progress(len(changed), len(changed))
        return any(entry.changed_in(recent) for entry in changed)

    def add(self, entry: Entry, report: Report) -> None:
        run, subject = self.connection.execute, Subject(report, lambda: self.vocabulary)
        body = pack(report)
        number = run(
            "INSERT INTO report (id, rank, day, body, sum) VALUES (?, ?, ?, ?, ?)",
            [report.id, entry.rank, report.date.toordinal(), body, crc32(body.encode())],
        ).lastrowid
        run("INSERT INTO file VALUES (?, ?, ?, ?, NULL, 0)", [os.fsencode(entry.path), entry.rank, entry.stamp, number])
        contents = _contents(subject)
        run(_INSERT_TEXTS, [number, *contents.texts])
        many = self.connection.executemany
        many("INSERT OR IGNORE INTO number VALUES (?, ?, ?)", ((*figure, number) for figure in contents.figures))
        many("INSERT OR IGNORE INTO spelling VALUES (?, ?, ?, ?)",
             ((one.folded, one.kind, number, one.written) for one in spellings(report)))  # fmt: skip

    def _note_vocabulary(self, entry: Entry, error: UnreadableEntry) -> None:
        self.note_unreadable(Entry(entry.path, -1, ""), error)

    def note_unreadable(self, entry: Entry, error: UnreadableEntry) -> None:
        self.connection.execute(
            "INSERT INTO file VALUES (?, ?, ?, NULL, ?, ?)",
            [os.fsencode(entry.path), entry.rank, entry.stamp, error.problem, error.line],
        )

    def forget(self, path: str) -> None:
        run = self.connection.execute
        here = [os.fsencode(path)]
        joined = "SELECT number, body, sum FROM file JOIN report ON number = report WHERE path = ?"
        row = run(joined, here).fetchone()
        run("DELETE FROM file WHERE path = ?", here)
        if row:
            number, body, sum = row
            run(_DELETE_TEXTS, [number, *_contents(Subject(_report(body, sum), lambda: self.vocabulary)).texts])
            for table, key in (("number", "report"), ("spelling", "report"), ("report", "number")):
                run(f"DELETE FROM {table} WHERE {key} = ?", [number])


_PLACES = ", ".join("?" * (len(_COLUMN) + 2))
_NAMES = f"rowid, {', '.join(_COLUMN.values())}, facts"
_INSERT_TEXTS = f"INSERT INTO search ({_NAMES}) VALUES ({_PLACES})"
_DELETE_TEXTS = f"INSERT INTO search (search, {_NAMES}) VALUES ('delete', {_PLACES})"


class _Contents(NamedTuple):
    """What the tables hold of one report: a text for each column of ``search``, and the figures by field."""

    texts: list[str]
    figures: list[tuple[int, int | float]]


def _contents(subject: Subject) -> _Contents:
    texts, figures, facts = [""] * (len(_COLUMN) + 1), list[tuple[int, int | float]](), list[str]()
    for field, code, column, closed in _PLAN:
        values = subject.values(field)
        if not values:
            continue
        facts.append(_mark(field.path, _SOME))
        if not field.many or None not in subject.raw(field):
            facts.append(_mark(field.path, _SAID))
        if closed:
            facts += [_token(field.path, fact(value)) for value in values]
        if column is not None:
            texts[column] = subject.together(field)
        if field.kind == DATE:
            figures += [(code, value.toordinal()) for value in values]
        elif field.kind == NUMBER:
            figures += [(code, value) for value in values]
    texts[-1] = " ".join(facts)
    return _Contents(texts, figures)


_PLACE = {path: place for place, path in enumerate(_COLUMN)}
_PLAN = tuple((field, _CODE[field.path], _PLACE.get(field.path), field in CLOSED) for field in FIELDS + DERIVED)
