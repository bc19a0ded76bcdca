"""Folders and files: where catalogues lie, which entries they hold, one read or put in place. Knows no index."""

import os
import time
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from stat import S_IMODE, S_ISREG
from typing import Any, NamedTuple
from zlib import adler32, crc32

from reportcli.errors import ChangedEntry, NoCatalogue, UnreadableEntry, UnwritableEntry
from reportcli.report import Report
from reportcli.vocabulary import Vocabulary, read_vocabulary

FOLDERS_VARIABLE = "REPORTCLI_CATALOG"
SCHEMA = "schema.json"
LARGEST = 1_000_000  # bytes of a file that is read or saved; the longest entry that is shipped has about 20,000
TOO_LONG = f"longer than {LARGEST:,} bytes"
VOCABULARY, TECHNIQUES = "vocabulary", "techniques.toml"


class Entry(NamedTuple):
    """A file of a catalogue as the file system shows it; ``rank`` counts folders, a higher one hides a lower one."""

    path: str
    rank: int
    stamp: str  # changes with the file

    def changed_in(self, nanoseconds: range) -> bool:
        """Return whether the file was last written or changed within this time; one from the future was not."""
        return any(int(time) in nanoseconds for time in self.stamp.split()[:2])

    @property
    def id(self) -> str:
        """The id of the report: the name of the file."""
        return os.path.basename(self.path)[: -len(".toml")]


def shipped_folder() -> Path:
    """Return the folder of the catalogue that comes with the program: in the package, or in the clone around it."""
    here = Path(__file__).parent
    inside = here / "catalog"
    return inside if inside.is_dir() else here.parents[1] / "catalog"


def user_folder() -> Path:
    """Return the folder of the user's own entries; it need not exist."""
    import platformdirs

    return platformdirs.user_data_path("reportcli", appauthor=False) / "catalog"


def catalogue_folders(given: Sequence[Path] = ()) -> tuple[Path, ...]:
    """Return the folders to read, a later one over an earlier one.

    These are the given ones, else those that ``REPORTCLI_CATALOG`` names, else the shipped one and the user's own.
    """
    if named := _named(given):
        return tuple(folder.absolute() for folder in named)
    own = user_folder()
    return (shipped_folder(), own) if os.path.isdir(own) else (shipped_folder(),)  # also where we may not even look


def own_folder(given: Sequence[Path] = ()) -> Path:
    """Return the folder that new entries go to: the last one that is named, else the user's own; it need not exist."""
    return catalogue_folders(given)[-1] if _named(given) else user_folder()


def _named(given: Sequence[Path]) -> Sequence[Path]:
    return given or [Path(part) for part in os.environ.get(FOLDERS_VARIABLE, "").split(os.pathsep) if part]


def make_folder(folder: Path) -> None:
    """Make a folder, and those above it that are missing, for the user alone."""
    for missing in reversed([one for one in (folder, *folder.parents) if not one.exists()]):
        missing.mkdir(mode=0o700, exist_ok=True)


class Snapshot(NamedTuple):
    """The files of some folders at one moment: for each folder its files' names and, four to a file, their stamps."""

    folders: tuple[tuple[str, list[str], "array[int]"], ...]

    @property
    def digest(self) -> str:
        """A text that changes with any of the files."""
        return " ".join(
            f"{digest(chr(0).join((folder, *names)))} {digest(stamps.tobytes())}"
            for folder, names, stamps in self.folders
        )

    @property
    def size(self) -> int:
        """How many files there are."""
        return sum(len(names) for _, names, _ in self.folders)

    def entries(self) -> Iterator[Entry]:
        """Yield each file as an entry."""
        for rank, (folder, names, stamps) in enumerate(self.folders):
            for place, name in enumerate(names):
                yield Entry(os.path.join(folder, name), rank, _written(stamps[4 * place : 4 * place + 4]))


def snapshot(folders: Sequence[Path]) -> Snapshot:
    """Look at every file named like an entry. Raises NoCatalogue for a folder that cannot be read.

    This is done at every call, for every file: it makes nothing that is not needed when all is as before.
    """
    seen = []
    for folder in folders:
        names: list[str] = []
        stamps: list[int] = []
        try:
            with os.scandir(folder) as files:
                for file in files:
                    name = file.name
                    if name.endswith(".toml") and name[0] != ".":
                        names.append(name)
                        stamps += _stamp(file)
        except OSError as error:
            raise NoCatalogue(folder, _reason(error)) from error
        seen.append((str(folder), names, _packed(stamps)))
    return Snapshot(tuple(seen))


def _packed(stamps: Sequence[int]) -> "array[int]":
    try:
        return array("q", stamps)
    except OverflowError:  # a file says that it changed before 1678 or after 2262
        return array("q", ((one + 2**63) % 2**64 - 2**63 for one in stamps))


def _stamp(file: "os.DirEntry[str] | Path") -> tuple[int, int, int, int]:
    try:
        status = file.stat()
    except OSError:
        return (0, 0, 0, 0)
    return (status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino % 2**63)


def _written(stamp: Iterable[int]) -> str:
    return " ".join(map(str, stamp))


def digest(data: str | bytes) -> str:
    """Return 64 bits that tell data apart; against accidents, not against malice."""
    if isinstance(data, str):
        data = data.encode("utf-8", "surrogateescape")
    return f"{crc32(data):08x}{adler32(data):08x}"


def vocabulary_entries(folders: Sequence[Path]) -> list[Entry]:
    """Return the vocabulary files to read: those of the folders, or else the shipped one."""
    files = [Path(folder, VOCABULARY, TECHNIQUES) for folder in folders]
    present = [file for file in files if os.path.lexists(file)] or [shipped_folder() / VOCABULARY / TECHNIQUES]
    return [Entry(str(path), rank, _written(_stamp(path))) for rank, path in enumerate(present)]


def read(path: str) -> Report:
    """Read one entry. Raises UnreadableEntry with the file, the line and what is wrong."""
    from reportcli.reader import read_table

    if not path.isprintable():
        raise UnreadableEntry(path, 0, "its name is not plain text")
    text = read_text(path)
    table = parse(path, text)
    report, problems = read_table(os.path.basename(path)[: -len(".toml")], table)
    if report is None:
        from reportcli.layout import line_of

        first = problems[0]
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise UnreadableEntry(path, line_of(text, first.key), f"{first}{more}")
    return report


def read_vocabularies(
    entries: Sequence[Entry], unreadable: Callable[[Entry, UnreadableEntry], None] | None = None
) -> Vocabulary:
    """Read vocabulary files, a later one over an earlier one.

    ``unreadable`` is told of each file that cannot be read; without it, UnreadableEntry is raised.
    """
    merged: dict[str, Any] = {}
    for entry in entries:
        try:
            merged |= parse(entry.path, read_text(entry.path))
        except UnreadableEntry as error:
            if unreadable is None:
                raise
            unreadable(entry, error)
    return read_vocabulary(merged)


def schema_line(folder: Path) -> str:
    """Return the line that tells editors the schema of an entry, where a schema file lies in its folder; else ""."""
    from reportcli.layout import SCHEMA_DIRECTIVE

    return f"{SCHEMA_DIRECTIVE}./{SCHEMA}\n" if (folder / SCHEMA).is_file() else ""


def read_text(path: str | Path) -> str:
    """Return the text of a file without a byte order mark, its lines ending in ``\\n``. Raises UnreadableEntry."""
    try:
        if not S_ISREG(os.stat(path).st_mode):
            raise UnreadableEntry(path, 0, "not a regular file")
        with open(path, "rb") as file:
            data = file.read(LARGEST + 1)
        if len(data) > LARGEST:
            raise UnreadableEntry(path, 0, TOO_LONG)
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise UnreadableEntry(path, 1 + error.object.count(b"\n", 0, error.start), "not UTF-8 text") from error
    except (OSError, ValueError) as error:
        raise UnreadableEntry(path, 0, _reason(error)) from error


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
        if len(data) > LARGEST:
            raise UnwritableEntry(path, TOO_LONG)
        _write_through(beside, data, target if was is not None else None)
        with _alone(target.parent):
            if was is None:
                _move_where_nothing_is(beside, target)
            elif read_text(target) == was:
                os.replace(beside, target)
            else:
                raise ChangedEntry(path, "it changed since it was read")
    except UnreadableEntry as error:
        raise ChangedEntry(path, error.problem) from error
    except FileExistsError as error:
        raise ChangedEntry(path, "it exists already") from error
    except (OSError, ValueError) as error:
        raise UnwritableEntry(path, _reason(error)) from error
    finally:
        with suppress(OSError):
            beside.unlink()
    _sync_folder(target.parent)


_BESIDE = ".reportcli-"
_ABANDONED = 3600  # seconds after which no writer is still at work


def sweep(folder: Path) -> None:
    """Delete what writers that were killed left beside the entries of a folder, an hour ago or longer."""
    with suppress(OSError):
        for left in folder.glob(_BESIDE + "[0-9a-f]" * 16):
            if left.lstat().st_mtime < time.time() - _ABANDONED:
                left.unlink()


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
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


def parse(path: str | Path, text: str) -> dict[str, Any]:
    """Return the table that the text of a file says. Raises UnreadableEntry with the place."""
    import tomli

    try:
        return tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        advice = next((advice for begins, advice in _ADVICE.items() if error.msg.startswith(begins)), "")
        problem = f"not TOML: {error.msg[:1].lower()}{error.msg[1:]}{advice}"
        raise UnreadableEntry(path, error.lineno, problem, error.colno) from error
    except RecursionError as error:
        raise UnreadableEntry(path, 0, "nested too deeply") from error
    except ValueError as error:  # Python reads no number of more than 4,300 digits
        raise UnreadableEntry(path, 0, "a number has too many digits") from error


_ADVICE = {  # to the commonest slips, by how the parser's sentence begins
    "Illegal character '\\n'": "; a text ends with the quotation mark that it begins with",
    "Invalid value": "; a text stands in quotation marks",
    "Expected newline or end of document": "; a text stands in quotation marks, a date is written 2025-06-18",
    "Unclosed array": "; a comma stands between the items of a list, ] at its end",
    "Cannot overwrite a value": "; a key stands only once",
    "Cannot declare": "; a table stands only once, several models or notes in double brackets",
}


def _reason(error: Exception) -> str:
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
