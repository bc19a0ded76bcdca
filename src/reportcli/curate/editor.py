"""The user's editor, and the drafts that it works on.

A draft is a file in the data folder. It exists while its entry is edited, and afterwards for as long as what was typed
is saved nowhere else.
"""

import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from reportcli.catalog.files import make_private_folder, read_text, user_folder
from reportcli.errors import (
    DraftExists,
    EditorUnavailable,
    EntryUnreadable,
    EntryUnwritable,
    HomeUnknown,
    ReportcliError,
)

Ask = Callable[[str, str], bool]  # shows a message and asks a question; returns whether the answer is yes


class Draft:
    """A file that the user's editor works on."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.may_be_open = False  # in an editor that did not wait until it was closed

    def edit(self, ask: Ask | None) -> None:
        """Run the user's editor on it until it closes; ``ask`` is None without a terminal. Raises EditorUnavailable."""
        start, before = time.monotonic(), self._stamp()
        run_editor(self.path)
        returned_at_once = time.monotonic() - start < _AT_ONCE
        self.may_be_open = ask is not None and returned_at_once and self._stamp() == before

    def _stamp(self) -> int:
        with suppress(OSError):
            return self.path.stat().st_mtime_ns
        return 0


_AT_ONCE = 1.0  # seconds; nobody closes an editor as soon


def draft_folder() -> Path:
    """Return the folder of drafts, beside the user's own catalogue; it need not exist."""
    return user_folder().parent / "drafts"


def draft_path(entry: Path) -> Path:
    """Return the draft of an entry: named by a hash of its folder, and its id."""
    from hashlib import sha256

    folder = sha256(os.fsencode(os.path.realpath(entry.parent))).hexdigest()[:12]
    return draft_folder() / f"{folder}-{entry.name}"


def existing_draft(entry: Path) -> Path | None:
    """Return the draft of an entry, if there is one."""
    with suppress(HomeUnknown):
        if os.path.lexists(path := draft_path(entry)):
            return path
    return None


def create_draft(entry: Path, text: str) -> Path:
    """Write a new draft that only the user can read, and return it. Raises DraftExists or EntryUnwritable."""
    path = draft_path(entry)
    try:
        make_private_folder(path.parent)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with open(handle, "wb") as file:
                file.write(text.encode())
        except OSError:
            path.unlink()
            raise
    except FileExistsError as error:
        raise DraftExists(path) from error
    except OSError as error:
        raise EntryUnwritable(path, error.strerror or str(error)) from error
    return path


@contextmanager
def open_draft(
    entry: Path, text: str, ask: Ask | None, *, changed: float = 0, unsaved: bool = False
) -> Iterator[Draft]:
    """Give a draft with this text, or the one that exists.

    ``ask`` asks whether to continue with an existing draft, and is None without a terminal; ``changed`` is when the
    entry was last modified. The draft is deleted at the end of the block, unless that raises an error and something
    was typed; ``unsaved`` says that the text itself was. The error then says where the draft is. A draft in which
    nothing was typed stays where an editor may still have it open. Raises DraftExists or EntryUnwritable.
    """
    path = draft_path(entry)
    try:
        create_draft(entry, text)
    except DraftExists:
        if ask is None:
            raise
        if not _continues(path, changed, ask):
            delete_draft(path)
            create_draft(entry, text)
    draft = Draft(path)
    try:
        yield draft
    except BaseException as error:
        if not draft.may_be_open and not _holds_text(path, "" if unsaved else text):
            delete_draft(path)
        elif isinstance(error, ReportcliError):
            add_hint(error, f"your draft was saved to {path}")
        else:
            error.add_note(f"your draft was saved to {path}")
        raise
    if not draft.may_be_open or _holds_text(path, text):
        delete_draft(path)


def _continues(path: Path, changed: float, ask: Ask) -> bool:
    message = f"there is a draft of this entry: {path}"
    with suppress(OSError):
        if changed > path.lstat().st_mtime:
            message += "\nthe entry has changed since then; saving the draft replaces the newer text"
    return ask(message, "continue with your draft (n discards it)?")


def _holds_text(path: Path, original: str) -> bool:
    """Return whether a draft has a text other than the original; what cannot be read as text may be one."""
    try:
        return read_text(path).strip() not in ("", original.strip())
    except EntryUnreadable:
        return os.path.lexists(path)


def delete_draft(path: Path) -> None:
    """Delete a draft, where it can be; a file outside the folder of drafts is left alone."""
    with suppress(OSError, HomeUnknown):
        if os.path.realpath(path.parent) == os.path.realpath(draft_folder()):
            path.unlink()


def add_hint(error: ReportcliError, hint: str) -> None:
    """Add a line to the hint of an error."""
    error.hint = "\n  ".join(filter(None, (error.hint, hint)))


def run_editor(file: Path) -> None:
    """Run the user's editor on a file until it closes, without a shell. Raises EditorUnavailable.

    Ctrl-C is left to the editor. What it prints goes to standard error where standard output is no terminal.
    """
    command = editor_command()
    keyboard = None if sys.stdin.isatty() else _terminal()
    before = signal.signal(signal.SIGINT, lambda *_: None)  # unlike SIG_IGN, a handler is not inherited
    try:
        status = subprocess.call([*command, str(file)], stdin=keyboard, stdout=None if sys.stdout.isatty() else 2)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise EditorUnavailable(f"cannot start the editor {shlex.join(command)}: {reason}") from error
    finally:
        signal.signal(signal.SIGINT, before)
        if keyboard is not None:
            os.close(keyboard)
    if status:
        raise EditorUnavailable(f"the editor {shlex.join(command)} failed with status {status}")


def lacks_terminal() -> bool:
    """Return whether the user's editor draws on a terminal, and there is none: it would wait for keys for ever."""
    if sys.stdin.isatty() or Path(editor_command()[0]).name not in _ON_TERMINALS:
        return False
    keyboard = _terminal()
    try:
        return not os.isatty(keyboard)
    finally:
        os.close(keyboard)


def _terminal() -> int:
    """Open the terminal for reading, or nothing: an editor reads no names or texts that are piped to this program."""
    try:
        return os.open("/dev/tty", os.O_RDONLY)
    except OSError:
        return os.open(os.devnull, os.O_RDONLY)


_DEFAULT_EDITORS = ("sensible-editor", "nano", "vi")
_ON_TERMINALS = (*_DEFAULT_EDITORS, "vim", "nvim", "pico", "micro", "hx")


def editor_command() -> list[str]:
    """Return the user's editor as words: VISUAL, EDITOR, or else one that is installed. Raises EditorUnavailable."""
    for variable in ("VISUAL", "EDITOR"):
        try:
            command = shlex.split(os.environ.get(variable, ""))
        except ValueError as error:
            raise EditorUnavailable(f"invalid {variable}: {error}") from error
        if command:
            return [os.path.expanduser(command[0]), *command[1:]]
    for name in _DEFAULT_EDITORS:
        if shutil.which(name):
            return [name]
    raise EditorUnavailable("no editor found")
