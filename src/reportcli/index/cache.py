"""The folder of index files: the user's own, and nobody else's to write. Knows nothing of what stands in them."""

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from stat import S_IMODE, S_ISREG

from reportcli.catalog.files import checksum, make_private_folder


def index_path(cache: Path, folders: Sequence[Path]) -> Path:
    """Return the file of the index of these folders."""
    return cache / f"index-{checksum(os.pathsep.join(map(str, folders)))}.sqlite"


def prepare_index_file(path: Path) -> None:
    """Make the folder and the file of an index where they are missing; see to it that they are the user's alone.

    Raises OSError where they cannot be. What is no plain file of the user's is put away, since SQLite would write
    through a link, to a file elsewhere, and wait at a pipe for ever.
    """
    make_private_folder(path.parent)
    status = os.stat(path.parent)
    if status.st_uid != _user(status):
        raise PermissionError(f"{path.parent} belongs to somebody else")
    if status.st_mode & 0o022:
        if path.parent.is_symlink():  # perhaps to a folder that is meant to be shared
            raise PermissionError(f"others may write to {path.parent}")
        path.parent.chmod(S_IMODE(status.st_mode) & ~0o022)
    for part in _parts(path):
        with suppress(FileNotFoundError):
            status = part.lstat()
            if not (S_ISREG(status.st_mode) and status.st_nlink == 1 and status.st_uid == _user(status)):
                part.unlink()
            elif status.st_mode & 0o077:
                part.chmod(0o600)
    if not path.exists():
        with suppress(FileExistsError, FileNotFoundError):  # another process was faster
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            _make_room(path)


def _user(status: os.stat_result) -> int:
    return os.geteuid() if hasattr(os, "geteuid") else status.st_uid


def file_identity(path: Path) -> tuple[int, int] | None:
    """Return what tells one file under a name from the next; None where there is none."""
    try:
        status = path.lstat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _parts(path: Path) -> list[Path]:
    """Return the files that SQLite may read or write for an index."""
    return [Path(f"{path}{suffix}") for suffix in ("", "-journal", "-wal", "-shm")]


_MOST_FILES = 50


def _make_room(path: Path) -> None:
    """Delete the indexes that have not been used for longest, where there are very many; folders come and go."""
    seen = {other: other.lstat() for other in path.parent.glob("index-*.sqlite")}
    for other in sorted(seen, key=lambda one: max(seen[one].st_atime, seen[one].st_mtime))[:-_MOST_FILES]:
        discard_index(other)


def discard_index(path: Path) -> None:
    """Delete an index that cannot be used; the next opening makes a new one."""
    for part in _parts(path):
        part.unlink(missing_ok=True)
