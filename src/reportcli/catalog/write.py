"""Writing a file of the catalogue, whole or not at all."""

import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from stat import S_IMODE
from typing import NamedTuple, Self

from reportcli.catalog.files import MAX_BYTES, TOO_LONG, error_reason, make_private_folder, read_text
from reportcli.errors import EntryChanged, EntryUnreadable, EntryUnwritable, ReportcliError


def write_entry(path: Path, text: str, was: str | None) -> None:
    """Write the text of an entry, whole or not at all.

    ``was`` is what ``read_text`` returned before, and must still return; None means that the file must not exist. The
    text is written to a temporary file that replaces the entry, so that no reader sees half of it. Permissions are
    kept, on Linux extended attributes too, and a symbolic link still points to the file. Of two writers of this
    program, the second sees the text of the first; what another program writes in the microseconds between the last
    comparison and the replacement is lost. Raises EntryChanged or EntryUnwritable; then the file is as it was.
    """
    with EntryBatch() as batch:
        batch.add(path, text, was)
        for _, failure in batch.put_in_place():
            raise failure


class _Waiting(NamedTuple):
    """A text on disk that is to become an entry."""

    path: Path
    temporary: Path
    target: Path
    was: str | None


class EntryBatch:
    """Entries that are put in place together: all of them are on disk before the first replaces anything.

    At the end of its block what was not put in place leaves nothing behind.
    """

    def __init__(self) -> None:
        self._waiting: list[_Waiting] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for waiting in self._waiting:
            with suppress(OSError):
                waiting.temporary.unlink()

    def add(self, path: Path, text: str, was: str | None) -> None:
        """Write the text of an entry to disk, beside it; ``was`` as in ``write_entry``. Raises EntryUnwritable."""
        target = Path(os.path.realpath(path)) if was is not None else path
        temporary = target.parent / f"{_TEMP_PREFIX}{os.urandom(8).hex()}"
        self._waiting.append(_Waiting(path, temporary, target, was))
        try:
            data = text.encode()
            if len(data) > MAX_BYTES:
                raise EntryUnwritable(path, TOO_LONG)
            _write_to_disk(temporary, data, target if was is not None else None)
        except (OSError, ValueError) as error:
            raise EntryUnwritable(path, error_reason(error)) from error

    def put_in_place(self) -> list[tuple[Path, ReportcliError]]:
        """Move all texts to where they belong; return those that changed meanwhile, which stay as they are, and why.

        Raises EntryUnwritable where a folder cannot be locked; then nothing has changed.
        """
        failures: list[tuple[Path, ReportcliError]] = []
        folders = sorted({waiting.target.parent for waiting in self._waiting})
        with ExitStack() as locks:
            for folder in folders:
                try:
                    locks.enter_context(_folder_lock(folder))
                except OSError as error:
                    raise EntryUnwritable(folder, error_reason(error)) from error
            for waiting in self._waiting:
                try:
                    _put_in_place(waiting)
                except (EntryChanged, EntryUnwritable) as error:
                    failures.append((waiting.path, error))
        for folder in folders:
            _sync_folder(folder)
        return failures


def _put_in_place(waiting: _Waiting) -> None:
    path, temporary, target, was = waiting
    written: os.stat_result | None = None
    try:
        written = temporary.lstat()
        if was is None:
            _move_to_new(temporary, target)
        elif read_text(target) == was:
            os.replace(temporary, target)
        else:
            raise EntryChanged(path, "it changed after it was read")
    except EntryUnreadable as error:
        raise EntryChanged(path, error.problem) from error
    except (OSError, ValueError) as error:
        if _is_in_place(target, written):  # a fault may be reported of what was done, as over a network
            return
        if isinstance(error, FileExistsError):
            raise EntryChanged(path, "it already exists") from error
        raise EntryUnwritable(path, error_reason(error)) from error


def _is_in_place(target: Path, written: os.stat_result | None) -> bool:
    if written:
        with suppress(OSError, ValueError):
            return os.path.samestat(target.lstat(), written)
    return False


@contextmanager
def made_folder(folder: Path) -> Iterator[bool]:
    """Make a folder for the block, and give whether it is new; it is deleted at the end if it is new and still empty.

    Raises EntryUnwritable.
    """
    try:
        is_new = not folder.exists()
        make_private_folder(folder)
    except OSError as error:
        raise EntryUnwritable(folder, error_reason(error)) from error
    try:
        yield is_new
    finally:
        if is_new:
            with suppress(OSError):
                folder.rmdir()


def hard_link_note(path: Path) -> tuple[str, ...]:
    """Return what to say before a file is replaced that has other names, which keep the old file."""
    with suppress(OSError):
        if path.stat().st_nlink > 1:
            return ("its other hard links keep the former text",)
    return ()


def remove_entry(path: Path, was: os.stat_result) -> None:
    """Delete the file of an entry, if it is still the one whose ``os.lstat`` this was; of a link, the link alone.

    Raises EntryChanged or EntryUnwritable; then the file is as it was.
    """
    try:
        with _folder_lock(path.parent):
            now = os.lstat(path)
            if (now.st_ino, now.st_mtime_ns, now.st_size) != (was.st_ino, was.st_mtime_ns, was.st_size):
                raise EntryChanged(path, "it changed after it was read", verb="remove")
            path.unlink()
    except OSError as error:
        raise EntryUnwritable(path, error_reason(error), verb="remove") from error
    _sync_folder(path.parent)


_TEMP_PREFIX = ".reportcli-"
_STALE_SECONDS = 3600  # no writer takes as long


def remove_stale_temp_files(folder: Path) -> None:
    """Delete temporary files of killed writers from a folder, if they are more than an hour old."""
    with suppress(OSError):
        for path in folder.glob(_TEMP_PREFIX + "[0-9a-f]" * 16):
            if path.lstat().st_mtime < time.time() - _STALE_SECONDS:
                path.unlink()


_LOCK_PAUSE = 0.05  # seconds
_LOCK_TRIES = 200  # ten seconds


@contextmanager
def _folder_lock(folder: Path) -> Iterator[None]:
    """Hold a lock on a folder, so that one writer at a time compares and replaces files, if the system can lock it.

    Raises TimeoutError where another program keeps it.
    """
    handle = os.open(folder, os.O_RDONLY)
    try:
        _lock(handle)
        yield
    finally:
        with suppress(OSError):
            os.close(handle)


def _lock(handle: int) -> None:
    for _ in range(_LOCK_TRIES):
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            time.sleep(_LOCK_PAUSE)
        except OSError:  # a file system without locks
            return
    raise TimeoutError("another program has locked the folder")


def _write_to_disk(path: Path, data: bytes, model: Path | None) -> None:
    """Write a new file and flush it to disk.

    It has owner, permissions and extended attributes of a model, which must be writable.
    """
    if model:
        os.close(os.open(model, os.O_WRONLY | os.O_NONBLOCK))  # a pipe would wait for a reader
    with open(path, "xb") as file:
        if model:
            status = model.stat()
            with suppress(OSError):  # only root gives files away
                os.chown(path, status.st_uid, status.st_gid)
            os.chmod(path, S_IMODE(status.st_mode))
            with suppress(OSError):  # attributes that only the system may set
                shutil.copystat(model, path)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _move_to_new(source: Path, target: Path) -> None:
    """Move a file to a path that must not exist. Raises FileExistsError."""
    try:
        os.link(source, target)
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        if os.path.lexists(target):
            raise FileExistsError from None
        os.rename(source, target)


def _sync_folder(folder: Path) -> None:
    """Flush the names in a folder to disk, if the system can open folders; the file itself is on disk by now."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
