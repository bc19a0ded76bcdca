"""The index opened, and brought up to the files: each opening looks at the folders and re-reads only what changed.

Where the copy cannot be written, or is not ours, or is broken, the same code works on one in memory and gives the same
answers. It answers no questions itself; ``tests/trials`` does its worst to the file.
"""

import json
import os
import sqlite3
import time
from collections.abc import Sequence
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

from reportcli.catalog.files import (
    EntryFile,
    Progress,
    checksum,
    read_report,
    read_vocabularies,
    take_snapshot,
    vocabulary_files,
)
from reportcli.errors import EntryUnreadable
from reportcli.index.cache import discard_index, file_identity, prepare_index_file
from reportcli.index.search import (
    CODE,
    COLUMN,
    INDEX_ERRORS,
    SAID,
    SCHEMA,
    SOME,
    Index,
    knowledge_token,
    stored_report,
    value_token,
)
from reportcli.query.conditions import value_text
from reportcli.query.names import spellings_of
from reportcli.query.subject import CLOSED_FIELDS, Subject
from reportcli.report.derived import DERIVED
from reportcli.report.fields import DATE, FIELDS, NUMBER, Report
from reportcli.report.json import pack
from reportcli.report.techniques import Technique, Vocabulary

_VERSION = checksum(repr((SCHEMA, Technique._fields, [(field.path, field.kind) for field in FIELDS + DERIVED])))
_CLOCK_TICK = 20_000_000  # nanoseconds; file systems stamp in steps of up to 10 ms
_CLOCK_ERROR = 3600 * 10**9  # nanoseconds that the clock of a file server may be ahead of ours
_LEAST_PATIENCE, _MOST_PATIENCE = 2_000, 8_000  # milliseconds that a call waits for another process
_FILE_PATIENCE = 4  # milliseconds for each file that it may be reading


def open_index(folders: Sequence[Path], file: Path | None, progress: Progress | None = None) -> Index:
    """Return the index of these folders, fresh. Without a file for it, or where that fails, it lives in memory.

    ``progress`` is called with the number of files read and to read. Raises NoCatalogue.
    """
    for _ in range(2 if file else 0):
        assert file is not None
        found = file_identity(file)
        try:
            return _fresh(_connected(file), folders, progress)
        except OSError:
            break
        except INDEX_ERRORS as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF in _NOT_ITS_FAULT:
                break
            with suppress(OSError):
                if file_identity(file) == found:  # else another process has made a new one meanwhile
                    discard_index(file)
    return _fresh(sqlite3.connect(":memory:", isolation_level=None), folders, progress)


_NOT_ITS_FAULT = (  # locked, read-only, full: such a file is left as it is
    sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_INTERRUPT,
)  # fmt: skip


def _connected(file: Path) -> sqlite3.Connection:
    prepare_index_file(file)
    return sqlite3.connect(file, isolation_level=None)


def _fresh(connection: sqlite3.Connection, folders: Sequence[Path], progress: Progress | None) -> Index:
    try:
        files, vocabularies = take_snapshot(folders), vocabulary_files(folders)
        seen = f"{files.checksum} {vocabularies}"
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

    def update(self, entries: Sequence[EntryFile], vocabularies: Sequence[EntryFile], seen: str) -> None:
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

    def start_anew(self, vocabularies: Sequence[EntryFile], terms: str) -> None:
        run = self.connection.execute
        for (name,) in run(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB 'search_*'"
        ).fetchall():
            run(f'DROP TABLE IF EXISTS "{name}"')
        for statement in filter(str.strip, SCHEMA.split(";")):
            run(statement)
        self.vocabulary = read_vocabularies(vocabularies, self._note_vocabulary)
        rows = [("version", _VERSION), ("terms", terms)]
        rows.append(("vocabulary", json.dumps(list(self.vocabulary.values()), ensure_ascii=False)))
        self.connection.executemany("INSERT INTO meta VALUES (?, ?)", rows)

    def read_changed(self, entries: Sequence[EntryFile]) -> bool:
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
                self.add(entry, read_report(entry.path))
            except EntryUnreadable as error:
                self.note_unreadable(entry, error)
        self.progress(len(changed), len(changed))
        return any(entry.changed_in(recent) for entry in changed)

    def add(self, entry: EntryFile, report: Report) -> None:
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
             ((one.folded, one.kind, number, one.written) for one in spellings_of(report)))  # fmt: skip

    def _note_vocabulary(self, entry: EntryFile, error: EntryUnreadable) -> None:
        self.note_unreadable(EntryFile(entry.path, -1, ""), error)

    def note_unreadable(self, entry: EntryFile, error: EntryUnreadable) -> None:
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
            run(_DELETE_TEXTS, [number, *_contents(Subject(stored_report(body, sum), lambda: self.vocabulary)).texts])
            for table, key in (("number", "report"), ("spelling", "report"), ("report", "number")):
                run(f"DELETE FROM {table} WHERE {key} = ?", [number])


_PLACES = ", ".join("?" * (len(COLUMN) + 2))
_NAMES = f"rowid, {', '.join(COLUMN.values())}, facts"
_INSERT_TEXTS = f"INSERT INTO search ({_NAMES}) VALUES ({_PLACES})"
_DELETE_TEXTS = f"INSERT INTO search (search, {_NAMES}) VALUES ('delete', {_PLACES})"


class _Contents(NamedTuple):
    """What the tables hold of one report: a text for each column of ``search``, and the figures by field."""

    texts: list[str]
    figures: list[tuple[int, int | float]]


def _contents(subject: Subject) -> _Contents:
    texts, figures, facts = [""] * (len(COLUMN) + 1), list[tuple[int, int | float]](), list[str]()
    for field, code, column, closed in _PLAN:
        values = subject.values(field)
        if not values:
            continue
        facts.append(knowledge_token(field.path, SOME))
        if not field.in_array or None not in subject.stored(field):
            facts.append(knowledge_token(field.path, SAID))
        if closed:
            facts += [value_token(field.path, value_text(value)) for value in values]
        if column is not None:
            texts[column] = subject.joined_texts(field)
        if field.kind == DATE:
            figures += [(code, value.toordinal()) for value in values]
        elif field.kind == NUMBER:
            figures += [(code, value) for value in values]
    texts[-1] = " ".join(facts)
    return _Contents(texts, figures)


_PLACE = {path: place for place, path in enumerate(COLUMN)}
_PLAN = tuple((field, CODE[field.path], _PLACE.get(field.path), field in CLOSED_FIELDS) for field in FIELDS + DERIVED)
