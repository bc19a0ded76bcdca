"""TODO reportcli.catalog.write."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from stat import S_IMODE

from reportcli.catalog.files import MAX_BYTES, TOO_LONG, _reason, read_text
from reportcli.errors import EntryChanged, EntryUnreadable, EntryUnwritable


def write_entry(path: Path, text: str, was: str | None) -> None:
    """Put the text of an entry in place, whole or not at all.

    ``was`` is what ``read_text`` returned before, and must still return; None where there must be no file yet. The
    text is written beside and moved, so that no reader meets half of it. Permissions stay, and a symbolic link still
    leads to the file. Of two writers at once, one finds the other's text; of another program's, what it moves here
    in the microseconds between our last look and our move is lost. Raises ChangedEntry or UnwritableEntry; then
    the file is as it was.
    """
    target = Path(os.path.realpath(path)) if was is not None else path
    beside = target.parent / f"{_BESIDE}{os.urandom(8).hex()}"
    try:
        data = text.encode()
        if len(data) > MAX_BYTES:
            raise EntryUnwritable(path, TOO_LONG)
        _write_through(beside, data, target if was is not None else None)
        with _folder_lock(target.parent):
            if was is None:
                _move_where_nothing_is(beside, target)
            elif read_text(target) == was:
                os.replace(beside, target)
            else:
                raise EntryChanged(path, "it changed since it was read")
    except EntryUnreadable as error:
        raise EntryChanged(path, error.problem) from error
    except FileExistsError as error:
        raise EntryChanged(path, "it exists already") from error
    except (OSError, ValueError) as error:
        raise EntryUnwritable(path, _reason(error)) from error
    finally:
        with suppress(OSError):
            beside.unlink()
    _sync_folder(target.parent)


_BESIDE = ".reportcli-"
_ABANDONED = 3600  # seconds after which no writer is still at work


def remove_stale_temp_files(folder: Path) -> None:
    """Delete what writers that were killed left beside the entries of a folder, an hour ago or longer."""
    with suppress(OSError):
        for left in folder.glob(_BESIDE + "[0-9a-f]" * 16):
            if left.lstat().st_mtime < time.time() - _ABANDONED:
                left.unlink()


@contextmanager
def _folder_lock(folder: Path) -> Iterator[None]:
    """Let one writer at a time compare and move files of a folder, where the system can lock folders."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # a file system without locks
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _write_through(path: Path, data: bytes, like: Path | None) -> None:
    """Write a new file down to the disk, with the owner and the permissions of another, which must be writable."""
    if like:
        os.close(os.open(like, os.O_WRONLY | getattr(os, "O_NONBLOCK", 0)))  # a pipe would wait for a reader
    with open(path, "xb") as file:
        if like:
            status = like.stat()
            with suppress(OSError, AttributeError):  # only root gives files away, and not everywhere
                os.chown(path, status.st_uid, status.st_gid)
            os.chmod(path, S_IMODE(status.st_mode))
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _move_where_nothing_is(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        if os.path.lexists(target):
            raise FileExistsError from None
        os.rename(source, target)


def _sync_folder(folder: Path) -> None:
    """Make a move last, where the system can open folders; the file itself is safe by now."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
