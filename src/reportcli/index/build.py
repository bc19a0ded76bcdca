"""Opens the index and brings it up to the files: each opening looks at the folders and reads only what changed.

Where the copy cannot be written, is not ours or is damaged, the same code works on one in memory and gives the same
answers.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from reportcli.catalog.files import Progress
from reportcli.errors import SearchUnavailable
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
from reportcli.index.search import Index
from reportcli.index.state import is_current, look_at, read_meta

_BUILD_MEMORY = 16_000  # KiB of pages that are kept while reports are added: they belong to places all over the file
_PATIENCE = 5.0  # seconds to wait for another process that writes the index


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
        if not is_current(connection, look_at(folders)):
            connection.execute("ROLLBACK")
            _update(connection, folders, progress)
            connection.execute("BEGIN")
            read_meta(connection, "seen")  # the transaction begins with its first read
        return Index(connection)
    except BaseException as error:
        connection.close()
        if lacks_search(error):
            raise SearchUnavailable() from error
        raise


def _update(connection: sqlite3.Connection, folders: Sequence[Path], progress: Progress | None) -> None:
    """Bring the tables up to the files, in one transaction: an interruption leaves the former index.

    The folders are looked at again once no other process writes, so that no older view replaces a newer one.
    """
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute(f"PRAGMA cache_size = {-_BUILD_MEMORY}")
    with _writing(connection):
        seen = look_at(folders)
        if not is_current(connection, seen):
            from reportcli.index.builder import Builder

            Builder(connection, progress).update(seen)


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
