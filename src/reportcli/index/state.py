"""What the index was made of: the files that it has seen, and the version of the program and of its tables."""

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from reportcli.catalog.files import EntryFile, checksum, take_snapshot, vocabulary_files
from reportcli.index.schema import SCHEMA
from reportcli.query.subject import MODEL_FIELDS, RUN_FIELDS
from reportcli.report.derived import DERIVED
from reportcli.report.fields import FIELDS
from reportcli.report.techniques import Technique

_FIELDS = [(field.path, field.kind, field.path in MODEL_FIELDS, field.path in RUN_FIELDS) for field in FIELDS + DERIVED]
_VERSION = checksum(repr((SCHEMA, Technique._fields, _FIELDS)))


class Seen(NamedTuple):
    """The files of the folders as they were seen at one moment, and a text that changes with any of them."""

    entries: Iterator[EntryFile]
    vocabularies: list[EntryFile]
    checksum: str


def look_at(folders: Sequence[Path]) -> Seen:
    """Look at the files of some folders, as they are now. Raises CatalogUnreadable."""
    snapshot, vocabularies = take_snapshot(folders), vocabulary_files(folders)
    return Seen(snapshot.entries(), vocabularies, f"{snapshot.checksum} {vocabularies}")


def is_current(connection: sqlite3.Connection, seen: Seen) -> bool:
    """Return whether the index was made of these very files, by this version."""
    made_of = read_meta(connection, "seen"), read_meta(connection, "version")
    return made_of == (seen.checksum, index_version(connection))


def index_version(connection: sqlite3.Connection) -> str:
    """Return the version that a sound index has: of this program, and of tables that nobody has changed since."""
    (schema_version,) = connection.execute("PRAGMA schema_version").fetchone()
    return f"{_VERSION} {schema_version}"


def read_meta(connection: sqlite3.Connection, key: str) -> str | None:
    """Return what the index notes about itself under a key; None without it, or in an empty file."""
    try:
        row = connection.execute("SELECT value FROM meta WHERE key = ?", [key]).fetchone()
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):
            return None
        raise
    return row[0] if row else None
