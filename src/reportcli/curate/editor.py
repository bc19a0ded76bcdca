"""The user's editor, and the drafts that it works on.

A draft is a file in the data folder. It is deleted when its entry is saved, or when nothing was changed in it; however
else the editor or this program ends, what was typed stays there, and the next edit of the entry goes on with it.
"""

import os
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from pathlib import Path
from stat import S_ISREG
from types import TracebackType

from reportcli.catalog.files import make_private_folder, read_text, user_folder
from reportcli.errors import (
    DraftExists,
    DraftInUse,
    EditorUnavailable,
    EntryRejected,
    EntryUnreadable,
    EntryUnwritable,
    ReportcliError,
)

Ask = Callable[[str, str], bool]  # shows a message and asks a question; returns whether the answer is yes


def draft_folder() -> Path:
    """Return the folder of drafts, beside the user's own catalogue; it need not exist."""
    return user_folder().parent / "drafts"


def draft_path(entry: Path, number: int = 1) -> Path:
    """Return the draft of an entry: named by a hash of its folder, and its id."""
    from hashlib import sha256

    folder = sha256(os.fsencode(os.path.realpath(entry.parent))).hexdigest()[:12]
    suffix = f"-{number}" if number > 1 else ""
    return draft_folder() / f"{folder}-{entry.name.removesuffix('.toml')}{suffix}.toml"


class Draft:
    """A text that the user's editor changes, until it is saved as an entry. Use it with ``with``.

    ``text`` is that of the entry now, or what a new one starts from. It is kept beside the draft, in a file that ends
    in ``.base``, so that a later edit can tell whether the entry changed meanwhile; that file is locked while the draft
    is in use. ``ask`` asks the user whether to go on with an older draft, and is None without a terminal; ``unsaved``
    says that the text exists nowhere else, so that the draft is kept unchanged too. Raises DraftExists, DraftInUse or
    EntryUnwritable. An error that leaves the block says in its hint where the draft is.
    """

    def __init__(self, entry: Path, text: str, ask: Ask | None, *, new: bool = False, unsaved: bool = False) -> None:
        self.path = draft_path(entry)
        self.entry_id = entry.name.removesuffix(".toml")
        self._base = self.path.with_suffix(".base")
        self._text = text.encode()
        self._ask, self._new, self._unsaved = ask, new, unsaved
        self._lock = -1

    def __enter__(self) -> "Draft":
        try:
            make_private_folder(self.path.parent)
            self._lock = _locked(self._base)
        except BlockingIOError as error:
            raise DraftInUse(self.path) from error
        except OSError as error:
            raise EntryUnwritable(self.path, error.strerror or str(error)) from error
        try:
            if not self._continues():
                _write_private(self.path, self._text)
            os.ftruncate(self._lock, 0)
            os.lseek(self._lock, 0, os.SEEK_SET)
            os.write(self._lock, self._text)
        except BaseException as error:
            self._close()
            if isinstance(error, OSError):
                raise EntryUnwritable(self.path, error.strerror or str(error)) from error
            raise
        return self

    def _continues(self) -> bool:
        """Return whether to go on with an older draft. Raises DraftExists where nobody can be asked."""
        base = self._base.read_bytes()
        if not self._is_changed(self._text, base):
            return False
        if self._ask is None:
            raise DraftExists(self.path)
        message = f"there is a draft from an earlier edit: {self.path}"
        if not self._new and base != self._text:
            message += "\nthe entry has changed since then; saving the draft replaces the newer text"
        return self._ask(message, "continue with the draft (no discards it)?")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        kept = error is not None and self._is_changed(b"" if self._unsaved else self._text)
        editor_files = self._editor_files()
        if isinstance(error, ReportcliError) and kept:
            add_hint(error, f"your draft was saved to {self.path}")
        if isinstance(error, EditorUnavailable) and editor_files:  # it may have saved there what was typed
            add_hint(error, f"your editor left {', '.join(map(str, editor_files))}")
            editor_files = []
        for path in () if kept else (self.path, *editor_files):
            with suppress(OSError):
                path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
        self._close()

    def _close(self) -> None:
        """Let go of the base, and delete it where there is no draft."""
        if not os.path.lexists(self.path):
            with suppress(OSError):
                self._base.unlink()
        os.close(self._lock)

    def read(self) -> str:
        """Return the text as the editor left it. Raises EntryRejected where it is none."""
        try:
            return read_text(self.path)
        except EntryUnreadable as error:
            raise EntryRejected(self.entry_id, [error.problem]) from error

    def _is_changed(self, *originals: bytes) -> bool:
        """Return whether the draft has a text other than these."""
        try:
            if not S_ISREG(os.stat(self.path).st_mode):
                return False
        except OSError:
            return False
        try:
            data = self.path.read_bytes()
        except OSError:  # it may not be read: somebody changed it
            return True
        return bool(data.strip()) and data not in originals

    def _editor_files(self) -> list[Path]:
        """Return backups and swap files that the editor left beside the draft."""
        names = tuple(f"{prefix}{self.path.name}" for prefix in ("", ".", "#", ".#"))
        beside = self.path.parent.glob("*")
        return [path for path in beside if path.name.startswith(names) and path.suffix != ".toml"]


def save_draft(entry: Path, text: str) -> Path:
    """Save the text of a new entry that was refused in a draft of its own, and return it. Raises EntryUnwritable."""
    for number in count(1):
        path = draft_path(entry, number)
        try:
            make_private_folder(path.parent)
            if path.is_file() and path.read_bytes() == text.encode():
                return path
            if not os.path.lexists(path):
                _write_private(path, text.encode())
                return path
        except OSError as error:
            raise EntryUnwritable(path, error.strerror or str(error)) from error
    raise AssertionError("there is always another number")


def delete_draft(path: Path) -> None:
    """Delete a draft that was added from its file; another file is left alone."""
    if path.resolve().parent == draft_folder().resolve():
        for file in (path, path.with_suffix(".base")):
            with suppress(OSError):
                file.unlink()


def add_hint(error: ReportcliError, hint: str) -> None:
    """Add a line to the hint of an error."""
    error.hint = "\n  ".join(filter(None, (error.hint, hint)))


def _locked(path: Path) -> int:
    """Open a file that is locked until it is closed; it is made where it is missing. Raises BlockingIOError."""
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
        try:
            _lock(handle)
            if os.path.exists(path) and os.path.samestat(os.fstat(handle), os.stat(path)):
                return handle
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)  # its last owner deleted the file before we had the lock


def _lock(handle: int) -> None:
    """Lock an open file, where the system and the file system can. Raises BlockingIOError where another has it."""
    try:
        import fcntl
    except ImportError:
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise
    except OSError:  # a file system without locks
        return


def _write_private(path: Path, data: bytes) -> None:
    """Write a file for the user alone, whole or not at all, never through a link."""
    beside = path.with_suffix(".new")
    beside.unlink(missing_ok=True)
    try:
        with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if path.is_dir() and not path.is_symlink():
            path.rmdir()
        os.replace(beside, path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def open_editor(file: Path) -> None:
    """Run the user's editor on a file until it closes, without a shell. Raises EditorUnavailable."""
    command = _editor_command()
    try:
        status = _run([*command, str(file)])
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise EditorUnavailable(f"cannot start the editor {shlex.join(command)}: {reason}") from error
    if status:
        raise EditorUnavailable(f"the editor {shlex.join(command)} failed with status {status}")


def _run(command: list[str]) -> int:
    """Run a command, and return its status. Ctrl-C is left to it; what it prints is no answer of ours."""
    before = signal.signal(signal.SIGINT, lambda *_: None)  # unlike SIG_IGN, a handler is not inherited
    try:
        return subprocess.call(command, stdout=None if sys.stdout.isatty() else 2)
    finally:
        signal.signal(signal.SIGINT, before)


def _editor_command() -> list[str]:
    for variable in ("VISUAL", "EDITOR"):
        try:
            command = shlex.split(os.environ.get(variable, ""), posix=os.name != "nt")
        except ValueError as error:
            raise EditorUnavailable(f"invalid {variable}: {error}") from error
        if command:
            return command
    for name in ("notepad",) if os.name == "nt" else ("sensible-editor", "nano", "vi"):
        if shutil.which(name):
            return [name]
    raise EditorUnavailable("no editor found")
