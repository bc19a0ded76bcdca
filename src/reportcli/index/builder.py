"""Brings the tables up to the files: reads what has changed, adds it, and forgets what is gone."""

import json
import os
import sqlite3
import time
from collections.abc import Sequence
from itertools import chain

from reportcli.catalog.files import EntryFile, Progress, read_report, read_vocabularies
from reportcli.errors import EntryUnreadable
from reportcli.index.contents import contents_of
from reportcli.index.schema import COLUMN, MODEL_STEP, SCHEMA, stored_vocabulary
from reportcli.index.state import Seen, index_version, read_meta
from reportcli.query.names import related_spellings, spellings_of
from reportcli.query.subject import Subject
from reportcli.report.fields import Report
from reportcli.report.json import pack, unpack
from reportcli.report.techniques import Vocabulary

_SEEN_AT = " seen at "


def _no_progress(_done: int, _total: int) -> None:
    pass


class Builder:
    """Brings the tables up to the files that were seen."""

    def __init__(self, connection: sqlite3.Connection, progress: Progress | None) -> None:
        self.connection = connection
        self.progress = progress or _no_progress
        self.now = time.time_ns()
        self.is_final = True  # whether each file that was read need not be read again unless it changes
        self.vocabulary = Vocabulary()
        self.words = {"="}  # that are known to be in the table of words; "=" is none

    def update(self, seen: Seen) -> None:
        run = self.connection.execute
        if read_meta(self.connection, "version") != index_version(self.connection):
            self.start_anew()
        stamps = json.dumps({file.path: file.stamp for file in seen.vocabularies})
        if read_meta(self.connection, "vocabularies") == stamps:
            self.vocabulary = stored_vocabulary(read_meta(self.connection, "vocabulary") or "")
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
        self.set_meta("version", index_version(self.connection))

    def read_vocabularies(self, files: Sequence[EntryFile]) -> None:
        """Read the vocabulary; where it says anything new, the texts of all reports are to be made anew."""
        unreadable: list[tuple[EntryFile, EntryUnreadable]] = []
        self.vocabulary = read_vocabularies(files, lambda file, error: unreadable.append((file, error)))
        stored = json.dumps(list(self.vocabulary.values()), ensure_ascii=False)
        former = read_meta(self.connection, "vocabulary")
        if former not in (None, stored):
            self.start_anew()
        self.set_meta("vocabulary", stored)
        seen = dict(json.loads(read_meta(self.connection, "vocabularies") or "{}"))
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
