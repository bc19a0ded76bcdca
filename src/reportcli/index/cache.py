"""The cache folder: where the index of some catalogue folders lies, and how it is made, kept few and thrown away."""

import os
import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from reportcli.catalog.files import checksum, make_private_folder

_MOST_FILES = 50


def index_path(cache: Path, folders: Sequence[Path]) -> Path:
    """Return the index file of these catalogue folders."""
    return cache / f"index-{checksum(os.pathsep.join(map(str, folders)))}.sqlite"


def prepare_cache(folder: Path) -> None:
    """Make the cache folder where it is missing, closed to others. Raises OSError where it cannot be made.

    Also raises OSError for a folder that is not the user's own or that others may write to: SQLite would follow their
    links.
    """
    make_private_folder(folder)
    status = folder.stat()
    if status.st_uid != os.geteuid() or status.st_mode & 0o022:
        raise PermissionError(f"{folder} is open to others")


def file_identity(path: Path) -> tuple[int, int] | None:
    """Return what tells a file from the next one of its name (device and inode); None where there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def ends_within_page(path: Path) -> bool:
    """Return whether an index was cut in its last page, which SQLite itself notices only when it reads that page."""
    with suppress(OSError):
        return path.stat().st_size % _SMALLEST_PAGE != 0
    return False


_SMALLEST_PAGE = 512  # bytes; the size of a page of SQLite is a multiple of it


def discard_index(path: Path) -> None:
    """Delete an index; the next call makes a new one. Its log goes first: SQLite would replay it into a new file."""
    for suffix in ("-wal", "-shm", "-journal", ""):
        Path(f"{path}{suffix}").unlink(missing_ok=True)


def discard_oldest(cache: Path) -> None:
    """Delete the indexes that have not been written for longest, where there are very many: folders come and go."""
    times = {path: path.stat().st_mtime for path in cache.glob("index-*.sqlite")}
    for path in sorted(times, key=lambda path: times[path])[:-_MOST_FILES]:
        discard_index(path)


READ_ERRORS = (sqlite3.Error, ValueError, TypeError, LookupError, OverflowError)  # of SQLite, or in what it holds
_NO_DAMAGE = (  # locked, read-only, full: such a file is left as it is
    sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_INTERRUPT,
    sqlite3.SQLITE_PROTOCOL,
)  # fmt: skip


def is_damage(error: Exception) -> bool:
    """Return whether an error of SQLite, or in reading what it holds, means that the file is damaged."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF not in _NO_DAMAGE


def lacks_search(error: BaseException) -> bool:
    """Return whether an error means that this SQLite lacks FTS5."""
    return isinstance(error, sqlite3.OperationalError) and str(error).endswith(("fts5", "fts5vocab"))
