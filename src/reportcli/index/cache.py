"""The cache folder: where the index of some catalogue folders lies, and how it is made, kept few and thrown away."""

import os
from collections.abc import Sequence
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
    user = os.geteuid() if hasattr(os, "geteuid") else status.st_uid
    if status.st_uid != user or (os.name != "nt" and status.st_mode & 0o022):
        raise PermissionError(f"{folder} is open to others")


def file_identity(path: Path) -> tuple[int, int] | None:
    """Return what tells a file from the next one of its name (device and inode); None where there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def discard_index(path: Path) -> None:
    """Delete an index; the next call makes a new one. Its log goes first: SQLite would replay it into a new file."""
    for suffix in ("-wal", "-shm", "-journal", ""):
        Path(f"{path}{suffix}").unlink(missing_ok=True)


def discard_oldest(cache: Path) -> None:
    """Delete the indexes that have not been used for longest, where there are very many: folders come and go."""
    times = {path: path.stat().st_mtime for path in cache.glob("index-*.sqlite")}
    for path in sorted(times, key=lambda path: times[path])[:-_MOST_FILES]:
        discard_index(path)
