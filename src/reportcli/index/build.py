"""Opens the index and brings it up to the files: each opening looks at the folders and reads only what changed.

Where the copy cannot be written, is not ours or is damaged, the same code works on one in memory and gives the same
answers.
"""

import json
import os
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from reportcli.catalog.files import (
    EntryFile,
    Progress,
    checksum,
    read_report,
    read_vocabularies,
    take_snapshot,
    vocabulary_files,
)
from reportcli.errors import EntryUnreadable, SearchUnavailable
from reportcli.index.cache import (
    READ_ERRORS,
    discard_index,
    discard_oldest,
    ends_within_page,
    file_identity,
    is_damage,
    lacks_search,
    prepare_cache,
)
from reportcli.index.contents import contents_of
from reportcli.index.schema import (
    COLUMN,
    MODEL_STEP,
    SCHEMA,
    stored_vocabulary,
)
from reportcli.index.search import Index
from reportcli.query.names import related_spellings, spellings_of
from reportcli.query.subject import MODEL_FIELDS, RUN_FIELDS, Subject
from reportcli.report.derived import DERIVED
from reportcli.report.fields import FIELDS, Report
from reportcli.report.json import pack, unpack
from reportcli.report.techniques import Technique, Vocabulary

_FIELDS = [(field.path, field.kind, field.path in MODEL_FIELDS, field.path in RUN_FIELDS) for field in FIELDS + DERIVED]
_VERSION = checksum(repr((SCHEMA, Technique._fields, _FIELDS)))
_BUILD_MEMORY = 16_000  # KiB of pages that are kept while reports are added: they belong to places all over the file
_PATIENCE = 5.0  # seconds to wait for another process that writes the index
_SEEN_AT = " seen at "


def open_index(folders: Sequence[Path], file: Path | None, progress: Progress | None = None) -> Index:
    """Return the index of these folders, as they are now. Without a file, or where it fails, it lives in memory.

    ``progress`` is called with the number of files read and to read. Raises CatalogUnreadable or SearchUnavailable.
    """
    if file is not None:
        with suppress(OSError, sqlite3.Error):
            return _open_file(file, folders, progress)
    return _up_to_date(_connect(":memory:"), folders, progress)


def _connect(file: Path | str) -> sqlite3.Connection:
    only_here = sqlite3.threadsafety < 3  # else SQLite itself lets threads take turns
    return sqlite3.connect(file, timeout=_PATIENCE, isolation_level=None, check_same_thread=only_here)


def _open_file(file: Path, folders: Sequence[Path], progress: Progress | None) -> Index:
    prepare_cache(file.parent)
    if not file.exists():
        discard_oldest(file.parent)
    connection = _connect(file)
    identity = file_identity(file)

    def discard() -> None:
        if file_identity(file) == identity:  # else another process has made a new one meanwhile
            with suppress(OSError):
                discard_index(file)

    try:
        if ends_within_page(file):
            raise sqlite3.DatabaseError("the index was cut")
        index = _up_to_date(connection, folders, progress)
    except READ_ERRORS as error:
        connection.close()
        if not is_damage(error):
            raise
        discard()
        raise sqlite3.DatabaseError("the index is damaged") from error
    index.discard = discard
    return index


def _up_to_date(connection: sqlite3.Connection, folders: Sequence[Path], progress: Progress | None) -> Index:
    """Return the index in a read transaction that shows the folders as they are, or later."""
    try:
        connection.execute("BEGIN")
        if not _is_current(connection, _look_at(folders)):
            connection.execute("ROLLBACK")
            _update(connection, folders, progress)
            connection.execute("BEGIN")
            _meta(connection, "seen")  # the transaction begins with its first read
        return Index(connection)
    except BaseException as error:
        connection.close()
        if lacks_search(error):
            raise SearchUnavailable() from error
        raise


class _Seen(NamedTuple):
    """The files of the folders as they were seen at one moment, and a text that changes with any of them."""

    entries: Iterator[EntryFile]
    vocabularies: list[EntryFile]
    checksum: str


def _look_at(folders: Sequence[Path]) -> _Seen:
    snapshot, vocabularies = take_snapshot(folders), vocabulary_files(folders)
    return _Seen(snapshot.entries(), vocabularies, f"{snapshot.checksum} {vocabularies}")


def _is_current(connection: sqlite3.Connection, seen: _Seen) -> bool:
    return (_meta(connection, "seen"), _meta(connection, "version")) == (seen.checksum, _version(connection))


def _version(connection: sqlite3.Connection) -> str:
    """Return the version that a sound index has: of this program, and of tables that nobody has changed since."""
    (schema_version,) = connection.execute("PRAGMA schema_version").fetchone()
    return f"{_VERSION} {schema_version}"


def _meta(connection: sqlite3.Connection, key: str) -> str | None:
    try:
        row = connection.execute("SELECT value FROM meta WHERE key = ?", [key]).fetchone()
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):
            return None
        raise
    return row[0] if row else None


def _update(connection: sqlite3.Connection, folders: Sequence[Path], progress: Progress | None) -> None:
    """Bring the tables up to the files, in one transaction: an interruption leaves the former index.

    The folders are looked at again once no other process writes, so that no older view replaces a newer one.
    """
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute(f"PRAGMA cache_size = {-_BUILD_MEMORY}")
    with _writing(connection):
        seen = _look_at(folders)
        if not _is_current(connection, seen):
            _Builder(connection, progress).update(seen)


@contextmanager
def _writing(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _no_progress(_done: int, _total: int) -> None:
    pass


class _Builder:
    """Brings the tables up to the files that were seen."""

    def __init__(self, connection: sqlite3.Connection, progress: Progress | None) -> None:
        self.connection = connection
        self.progress = progress or _no_progress
        self.now = time.time_ns()
        self.is_final = True  # whether each file that was read need not be read again unless it changes
        self.vocabulary = Vocabulary()
        self.words = {"="}  # that are known to be in the table of words; "=" is none

    def update(self, seen: _Seen) -> None:
        run = self.connection.execute
        if _meta(self.connection, "version") != _version(self.connection):
            self.start_anew()
        if _meta(self.connection, "vocabularies") == json.dumps({file.path: file.stamp for file in seen.vocabularies}):
            self.vocabulary = stored_vocabulary(_meta(self.connection, "vocabulary") or "")
        else:
            self.read_vocabularies(seen.vocabularies)
        self.read_changed(list(seen.entries))
        higher = "SELECT 1 FROM report AS other WHERE other.id = report.id AND other.rank > report.rank"
        run(f"UPDATE report SET hidden = NOT hidden WHERE hidden <> EXISTS ({higher})")
        self.set_meta("seen", seen.checksum if self.is_final else "")

    def start_anew(self) -> None:
        run = self.connection.execute
        tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB 'search_*'"
        for (name,) in run(tables).fetchall():
            run(f'DROP TABLE IF EXISTS "{name}"')
        for statement in filter(str.strip, SCHEMA.split(";")):
            run(statement)
        self.set_meta("version", _version(self.connection))

    def read_vocabularies(self, files: Sequence[EntryFile]) -> None:
        """Read the vocabulary; where it says anything new, the texts of all reports are to be made anew."""
        unreadable: list[tuple[EntryFile, EntryUnreadable]] = []
        self.vocabulary = read_vocabularies(files, lambda file, error: unreadable.append((file, error)))
        stored = json.dumps(list(self.vocabulary.values()), ensure_ascii=False)
        former = _meta(self.connection, "vocabulary")
        if former not in (None, stored):
            self.start_anew()
        self.set_meta("vocabulary", stored)
        seen = dict(json.loads(_meta(self.connection, "vocabularies") or "{}"))
        stamps = {file.path: self.stamp_of(file, seen.get(file.path, "")) for file in files}
        self.connection.execute("DELETE FROM file WHERE rank < 0")
        for file, error in unreadable:
            stamps[file.path] = self.note_unreadable(EntryFile(file.path, -1, stamps[file.path]), error)
        self.set_meta("vocabularies", json.dumps(stamps))

    def set_meta(self, key: str, value: str) -> None:
        self.connection.execute("REPLACE INTO meta VALUES (?, ?)", [key, value])

    def read_changed(self, entries: Sequence[EntryFile]) -> None:
        rows = self.connection.execute("SELECT path, rank, stamp FROM file WHERE rank >= 0")
        stamps = {os.fsdecode(path): (rank, stamp) for path, rank, stamp in rows}
        changed = [entry for entry in entries if stamps.get(entry.path) != (entry.rank, entry.stamp)]
        gone = stamps.keys() - {entry.path for entry in entries}
        for path in chain(gone, (entry.path for entry in changed if entry.path in stamps)):
            self.forget(path)
        for number, entry in enumerate(changed):
            self.progress(number, len(changed))
            _, former = stamps.get(entry.path, (0, ""))
            self.read(entry._replace(stamp=self.stamp_of(entry, former)))
        self.progress(len(changed), len(changed))

    def stamp_of(self, file: EntryFile, former: str) -> str:
        """Return the stamp to store of a file that is read now, of which this was stored before.

        Until a tick has passed since the file was changed, or since this stamp was first seen, it may change again with
        the same stamp. The time when it was first seen is then added, so that the file is read once more. A file server
        may be ahead of our clock, so its times alone are not enough.
        """
        stamp, _, first_seen = str(former).partition(_SEEN_AT)
        since = min(self.now, int(first_seen)) if stamp == file.stamp and first_seen else self.now
        if min(file.changed, since) + file.tick < self.now:
            return file.stamp
        self.is_final = False
        return f"{file.stamp}{_SEEN_AT}{since}"

    def read(self, entry: EntryFile) -> None:
        try:
            self.add(entry, read_report(entry.path))
        except EntryUnreadable as error:
            self.note_unreadable(entry, error)

    def add(self, entry: EntryFile, report: Report) -> None:
        run, many = self.connection.execute, self.connection.executemany
        number = run(
            "INSERT INTO report (id, rank, day, body) VALUES (?, ?, ?, ?)",
            [report.id, entry.rank, report.date.toordinal(), pack(report)],
        ).lastrowid
        run("INSERT INTO file VALUES (?, ?, ?, ?, NULL, 0)", [os.fsencode(entry.path), entry.rank, entry.stamp, number])
        contents = contents_of(Subject(report, lambda: self.vocabulary))
        run(_INSERT_TEXTS, [number, *contents.texts])
        assert number is not None
        rows = ((code, value, number + MODEL_STEP * place) for code, value, place in contents.values)
        many("INSERT OR IGNORE INTO value VALUES (?, ?, ?)", rows)
        many("INSERT INTO cell VALUES (?, ?, ?)", ((code, number, cell) for code, cell in contents.cells))
        new_words = set(" ".join(contents.texts[:-1]).split()) - self.words
        many("INSERT OR IGNORE INTO word VALUES (?)", zip(new_words, strict=True))
        self.words |= new_words
        spellings = ((name.folded, name.kind, number, name.written) for name in spellings_of(report))
        many("INSERT OR IGNORE INTO spelling VALUES (?, ?, ?, ?)", spellings)
        many("INSERT INTO relation VALUES (?, ?)", ((folded, number) for folded in related_spellings(report)))

    def note_unreadable(self, entry: EntryFile, error: EntryUnreadable) -> str:
        """Note a file that cannot be read, and return the stamp that is stored of it.

        Where the system did not let us, that is none, so that it is tried again at the next call.
        """
        if isinstance(error.__cause__, OSError):
            entry = entry._replace(stamp="")
            self.is_final = False
        self.connection.execute(
            "INSERT INTO file VALUES (?, ?, ?, NULL, ?, ?)",
            [os.fsencode(entry.path), entry.rank, entry.stamp, error.problem, error.line],
        )
        return entry.stamp

    def forget(self, path: str) -> None:
        run, key = self.connection.execute, [os.fsencode(path)]
        row = run("SELECT number, body FROM file JOIN report ON number = report WHERE path = ?", key).fetchone()
        run("DELETE FROM file WHERE path = ?", key)
        if row:
            number, body = row
            run(_DELETE_TEXTS, [number, *contents_of(Subject(unpack(body), lambda: self.vocabulary)).texts])
            for table, column in _COLUMNS_OF_NUMBERS:
                run(f"DELETE FROM {table} WHERE {column} = ?", [number])


_COLUMNS_OF_NUMBERS = (
    ("value", f"model % {MODEL_STEP}"), ("cell", "report"), ("spelling", "report"), ("relation", "report"),
    ("report", "number"),
)  # fmt: skip
_VALUES = ", ".join("?" * (len(COLUMN) + 2))
_NAMES = f"rowid, {', '.join(COLUMN.values())}, facts"
_INSERT_TEXTS = f"INSERT INTO search ({_NAMES}) VALUES ({_VALUES})"
_DELETE_TEXTS = f"INSERT INTO search (search, {_NAMES}) VALUES ('delete', {_VALUES})"
