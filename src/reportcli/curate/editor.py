"""The user's editor, on a private copy of a text. What a person typed is never lost, however the editor or we end.

A text that cannot be saved is kept in a file of its own. It knows nothing of what an entry says.
"""

import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from reportcli.catalog.files import make_private_folder, user_folder
from reportcli.errors import EditorUnavailable, EntryUnwritable, ReportcliError, Terminated

_USUAL_EDITORS = ("notepad",) if os.name == "nt" else ("sensible-editor", "nano", "vi")
_MANY = 1_000  # side files of one entry
_GRACE = 2  # seconds for an editor to save what it can; who closes a terminal tells it to end too


@contextmanager
def private_copy(text: str, target: Path, keep: bool = False) -> Iterator[Path]:
    """Give a private copy of a text to work on. When the work fails, what was typed is kept, and the error says where.

    ``keep`` says that the text is worth keeping also as it came. Until the end, an interruption is left to the editor,
    and a signal to end raises Ended. Raises UnwritableEntry where a copy has no room.
    """
    with _signals_in_hand():
        copy = _new_copy(text, target, keep)
        try:
            yield copy
        except BaseException as error:
            kept = _kept(copy, target, b"" if keep else text.encode())
            left = _clear(copy, kept, error)
            if isinstance(error, ReportcliError):
                _say_where(error, kept, left)
            raise
        else:
            shutil.rmtree(copy.parent, ignore_errors=True)


def _new_copy(text: str, target: Path, keep: bool) -> Path:
    try:
        folder = Path(tempfile.mkdtemp(prefix="reportcli-"))
        try:
            _write_new(folder / target.name, text.encode())
        except OSError:
            folder.rmdir()
            raise
    except OSError as error:
        failure = EntryUnwritable(target, f"there is no room for a copy to work on: {error.strerror or error}")
        _say_where(failure, _beside(target, text.encode()) if keep else None, None)
        raise failure from error
    return folder / target.name


def _say_where(error: ReportcliError, kept: Path | None, left: Path | None) -> None:
    said = [f"your text was saved to {kept}"] if kept else []
    said += [f"what the editor itself saved, or still saves, is in {left}"] if left else []
    error.hint = "\n  ".join(filter(None, (error.hint, *said)))


def _kept(copy: Path, target: Path, before: bytes) -> Path | None:
    """Return a new file with what was typed: beside the entry, or in the user's folder, or else the copy itself."""
    with suppress(OSError):
        typed = copy.read_bytes() if copy.is_file() else b""
        if not typed.strip() or typed == before:
            return None
        return _beside(target, typed) or copy
    return copy


def _beside(target: Path, typed: bytes) -> Path | None:
    for folder in (target.parent, user_folder()):
        with suppress(OSError):
            make_private_folder(folder)
            return _side_file(folder / f"{target.name}.edited", typed)
    return None


def _side_file(path: Path, data: bytes) -> Path:
    for place in range(1, _MANY):
        numbered = path if place == 1 else path.with_name(f"{path.name}-{place}")
        with suppress(FileExistsError):
            _write_new(numbered, data)
            return numbered
    raise FileExistsError(path)


def _write_new(path: Path, data: bytes) -> None:
    """Write a private file that did not exist, also not as a link, down to the disk."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        try:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        except BaseException:
            path.unlink()
            raise


def _clear(copy: Path, kept: Path | None, error: BaseException) -> Path | None:
    """Remove the folder of a copy; return it where it stays, since an editor that ended badly left something there."""
    if kept == copy:
        return None
    if isinstance(error, Terminated) and error.editor_runs:
        return copy.parent
    if isinstance(error, (Terminated, EditorUnavailable)):
        with suppress(OSError):
            copy.unlink(missing_ok=True)
        if any(copy.parent.iterdir()):
            return copy.parent
    shutil.rmtree(copy.parent, ignore_errors=True)
    return None


@contextmanager
def _signals_in_hand() -> Iterator[None]:
    """Let Ctrl-C reach the editor alone, and raise Ended at the first signal that tells us to end.

    A closed terminal often tells it twice. Handlers, unlike SIG_IGN, are not inherited by the editor.
    """
    told = False

    def end(number: int, frame: FrameType | None) -> None:
        nonlocal told
        if not told:
            told = True
            raise Terminated(number)

    fatal = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    ends = [number for number in fatal if signal.getsignal(number) == signal.SIG_DFL]
    before = {number: signal.signal(number, end) for number in ends}
    before[signal.SIGINT] = signal.signal(signal.SIGINT, lambda number, frame: None)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def open_editor(file: Path) -> None:
    """Run the user's editor on a file until it closes, without a shell. Raises NoEditor."""
    command = _editor()
    process = None
    try:
        process = subprocess.Popen([*command, str(file)], stdout=None if sys.stdout.isatty() else 2)
        code = process.wait()
    except Terminated as error:
        error.editor_runs = not (process and _ends(process))
        raise
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise EditorUnavailable(f"the editor {shlex.join(command)} cannot be started: {reason}") from error
    if code:
        raise EditorUnavailable(f"the editor {shlex.join(command)} ended with {code}")


def _ends(process: "subprocess.Popen[bytes]") -> bool:
    with suppress(subprocess.TimeoutExpired):
        process.wait(_GRACE)
    return process.returncode is not None


def _editor() -> list[str]:
    for variable in ("VISUAL", "EDITOR"):
        try:
            command = shlex.split(os.environ.get(variable, ""), posix=os.name != "nt")
        except ValueError as error:
            raise EditorUnavailable(f"{variable} is not a command: {error}") from error
        if command:
            return command
    for name in _USUAL_EDITORS:
        if shutil.which(name):
            return [name]
    raise EditorUnavailable("there is no editor")
