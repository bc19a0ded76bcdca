"""Catalogue folders and the files in them: where they are, which entries they hold, reading them."""

import os
import re
import sys
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from stat import S_ISREG
from typing import Any, NamedTuple
from zlib import adler32, crc32

from reportcli.errors import CatalogUnreadable, EntryUnreadable, HomeUnknown
from reportcli.report.fields import Report
from reportcli.report.techniques import Vocabulary, parse_vocabulary

FOLDERS_VARIABLE = "REPORTCLI_CATALOG"
SCHEMA_FILE = "schema.json"
MAX_BYTES = 1_000_000  # of a file that is read or saved; the longest shipped entry has about 20,000
TOO_LONG = f"longer than {MAX_BYTES:,} bytes"
VOCABULARY_FOLDER, TECHNIQUES_FILE = "vocabulary", "techniques.toml"
_CLOCK_TICK, _SLOW_TICK = 20_000_000, 2_000_000_000  # nanoseconds; the latter where stamps are whole seconds


class EntryFile(NamedTuple):
    """A file of the catalogue; ``rank`` is the position of its folder, of which a later one overrides earlier ones."""

    path: str
    rank: int
    stamp: str  # times of modification and of change in ns, size in bytes, inode; "0 0 0 0" if it cannot be read

    @property
    def changed(self) -> int:
        """When the file was last changed in any way, in ns since the epoch; nobody can set this time."""
        return int(self.stamp.split()[1])

    @property
    def tick(self) -> int:
        """For how long a change leaves the same stamp, in ns: file systems stamp in steps of up to 10 ms, or of 2 s."""
        return _CLOCK_TICK if self.changed % 10**9 else _SLOW_TICK

    @property
    def id(self) -> str:
        """The id of the report: the name of the file without ``.toml``."""
        return _id_of(self.path)


def _id_of(path: str) -> str:
    return os.path.basename(path).removesuffix(".toml")


def shipped_folder() -> Path:
    """Return the folder of the shipped catalogue: in the installed package, or in the clone around it."""
    package = Path(__file__).parents[1]
    installed = package / "data"
    return installed if installed.is_dir() else package.parents[1] / "catalog"


def user_folder() -> Path:
    """Return the folder of the user's own entries, which may not exist. Raises HomeUnknown."""
    return _own_folder("XDG_DATA_HOME", ".local/share", "Library/Application Support") / "catalog"


def is_user_folder(folder: Path) -> bool:
    """Return whether a folder is that of the user's own entries."""
    with suppress(HomeUnknown):
        return folder == user_folder()
    return False


def cache_folder() -> Path | None:
    """Return the folder of the index, which need not exist; None without a home folder."""
    with suppress(HomeUnknown):
        return _own_folder("XDG_CACHE_HOME", ".cache", "Library/Caches")
    return None


def _own_folder(variable: str, place: str, place_on_macos: str) -> Path:
    """Return our folder in the one that a variable names, else at a place in the home folder. Raises HomeUnknown."""
    parent = folder_named_by(variable) or Path(_home(), place_on_macos if sys.platform == "darwin" else place)
    return parent / "reportcli"


def folder_named_by(variable: str) -> Path | None:
    """Return the folder that a variable of the environment names; None where it does not name an absolute one."""
    folder = Path(os.environ.get(variable, ""))
    return folder if folder.is_absolute() else None


def _home() -> str:
    home = os.environ.get("HOME", "")
    if not os.path.isabs(home):
        import pwd

        with suppress(KeyError):  # a user that the system does not know
            home = pwd.getpwuid(os.getuid()).pw_dir
    if not os.path.isabs(home):
        raise HomeUnknown()
    return home


def catalog_folders(given: Sequence[Path] = ()) -> tuple[Path, ...]:
    """Return the folders to read, of which later ones override earlier ones.

    These are the given ones, else those of ``REPORTCLI_CATALOG``, else the shipped one and the user's own.
    """
    if chosen := _chosen_folders(given):
        return tuple(folder.absolute() for folder in chosen)
    with suppress(HomeUnknown):
        if os.path.isdir(own := user_folder()):  # Path.is_dir may raise
            return shipped_folder(), own
    return (shipped_folder(),)


def new_entry_folder(given: Sequence[Path] = ()) -> Path:
    """Return the folder for new entries, which may not exist: the last one chosen, else the user's own.

    Raises HomeUnknown.
    """
    return catalog_folders(given)[-1] if _chosen_folders(given) else user_folder()


def _chosen_folders(given: Sequence[Path]) -> Sequence[Path]:
    chosen = given or [Path(part) for part in os.environ.get(FOLDERS_VARIABLE, "").split(os.pathsep) if part]
    return [Path(os.path.expanduser(folder)) for folder in chosen]  # Path.expanduser may raise


def make_private_folder(folder: Path) -> None:
    """Make a folder and its missing parents, accessible to the user only (mode 0700)."""
    for missing in reversed([path for path in (folder, *folder.parents) if not path.exists()]):
        missing.mkdir(mode=0o700, exist_ok=True)


class Snapshot(NamedTuple):
    """The files of some folders at one moment, as plain arrays, since it is taken at every call.

    ``folders`` has for each folder its path, the names of its files, and four numbers for each file: its stamp.
    """

    folders: tuple[tuple[str, list[str], "array[int]"], ...]

    @property
    def checksum(self) -> str:
        """A text that changes when any of the files does."""
        return " ".join(
            f"{checksum(chr(0).join((folder, *names)))} {checksum(stamps.tobytes())}"
            for folder, names, stamps in self.folders
        )

    @property
    def size(self) -> int:
        """The number of files."""
        return sum(len(names) for _, names, _ in self.folders)

    def entries(self) -> Iterator[EntryFile]:
        """Yield each file, folder by folder."""
        for rank, (folder, names, stamps) in enumerate(self.folders):
            for index, name in enumerate(names):
                yield EntryFile(os.path.join(folder, name), rank, _stamp_text(stamps[4 * index : 4 * index + 4]))


def take_snapshot(folders: Sequence[Path]) -> Snapshot:
    """Return the names and stamps of all visible files named ``*.toml``. Raises CatalogUnreadable.

    Every call does this for every file, so it makes no more objects than it needs to see that nothing changed.
    """
    contents = []
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
            raise CatalogUnreadable(folder, error_reason(error)) from error
        contents.append((str(folder), names, _to_array(stamps)))
    return Snapshot(tuple(contents))


def _to_array(numbers: Sequence[int]) -> "array[int]":
    try:
        return array("q", numbers)
    except OverflowError:  # the time of a file is before 1678 or after 2262
        return array("q", ((number + 2**63) % 2**64 - 2**63 for number in numbers))


def _stamp(file: "os.DirEntry[str] | Path") -> tuple[int, int, int, int]:
    try:
        status = file.stat()
    except OSError:
        return (0, 0, 0, 0)
    return (status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino % 2**63)


def _stamp_text(stamp: Iterable[int]) -> str:
    return " ".join(map(str, stamp))


def checksum(data: str | bytes) -> str:
    """Return 64 bits in hexadecimal that change with the data; they detect accidents, not malice."""
    if isinstance(data, str):
        data = data.encode("utf-8", "surrogateescape")
    return f"{crc32(data):08x}{adler32(data):08x}"


def vocabulary_files(folders: Sequence[Path]) -> list[EntryFile]:
    """Return the vocabulary files to read: those in the folders, or else the shipped one."""
    paths = [Path(folder, VOCABULARY_FOLDER, TECHNIQUES_FILE) for folder in folders]
    existing = [path for path in paths if os.path.lexists(path)]
    paths = existing or [shipped_folder() / VOCABULARY_FOLDER / TECHNIQUES_FILE]
    return [EntryFile(str(path), rank, _stamp_text(_stamp(path))) for rank, path in enumerate(paths)]


def read_report(path: str) -> Report:
    """Read one entry. Raises EntryUnreadable with the path, the line and the problem."""
    from reportcli.report.parse import parse_report

    if not path.isprintable():
        raise EntryUnreadable(path, 0, "the file name contains unprintable characters")
    text = read_text(path)
    table = parse_toml(path, text)
    report, problems = parse_report(_id_of(path), table)
    if report is None:
        from reportcli.report.toml_lines import line_of_key

        first = problems[0]
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise EntryUnreadable(path, line_of_key(text, first.key), f"{first}{more}")
    return report


def read_vocabularies(
    entries: Sequence[EntryFile], unreadable: Callable[[EntryFile, EntryUnreadable], None] | None = None
) -> Vocabulary:
    """Read vocabulary files, of which later ones override earlier ones.

    ``unreadable`` is called for each file that cannot be read; without it, EntryUnreadable is raised.
    """
    merged: dict[str, Any] = {}
    for entry in entries:
        try:
            merged |= parse_toml(entry.path, read_text(entry.path))
        except EntryUnreadable as error:
            if unreadable is None:
                raise
            unreadable(entry, error)
    return parse_vocabulary(merged)


def schema_line(folder: Path) -> str:
    """Return the line that names the schema of an entry for editors; "" if there is no schema file in the folder."""
    from reportcli.report.toml_lines import SCHEMA_DIRECTIVE

    return f"{SCHEMA_DIRECTIVE}./{SCHEMA_FILE}\n" if (folder / SCHEMA_FILE).is_file() else ""


def read_text(path: str | Path) -> str:
    """Return the text of a file, without a byte order mark, with line ends ``\\n``. Raises EntryUnreadable.

    It waits for nothing: some files of the system say that they are regular, and have no end.
    """
    try:
        if not S_ISREG(os.stat(path).st_mode):
            raise EntryUnreadable(path, 0, "not a regular file")
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
            data: bytes | None = file.read(MAX_BYTES + 1)
        if data is None:  # it has to be waited for
            raise EntryUnreadable(path, 0, "not a regular file")
        if len(data) > MAX_BYTES:
            raise EntryUnreadable(path, 0, TOO_LONG)
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise EntryUnreadable(path, 1 + error.object.count(b"\n", 0, error.start), "not UTF-8 text") from error
    except (OSError, ValueError) as error:
        raise EntryUnreadable(path, 0, error_reason(error)) from error


def parse_toml(path: str | Path, text: str) -> dict[str, Any]:
    """Return the table of a TOML text; the path is for errors. Raises EntryUnreadable with line and column."""
    import tomli

    try:
        return tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        line = text.split("\n")[error.lineno - 1]
        if no_date := re.match(_NO_DATE, line):
            problem = f"not TOML: {no_date[1]} is not a date; dates are written 2025-06-18, year first"
            raise EntryUnreadable(path, error.lineno, problem, no_date.start(1) + 1) from error
        hint = next((hint for beginning, hint in _HINTS.items() if error.msg.startswith(beginning)), "")
        problem = f"not TOML: {error.msg[:1].lower()}{error.msg[1:]}{hint}"
        raise EntryUnreadable(path, error.lineno, problem, error.colno) from error
    except RecursionError as error:
        raise EntryUnreadable(path, 0, "nested too deeply") from error
    except ValueError as error:  # Python parses no number of more than 4,300 digits
        raise EntryUnreadable(path, 0, "a number has too many digits") from error


_NO_DATE = r"\s*[\w.\-]+\s*=\s*(\d+[-/.]\d+[-/.\dT:]*)\s*(#|$)"  # a line with what would be a date; numbers are valid
_HINTS = {  # for the most common mistakes, by the beginning of the parser's message
    "Illegal character '\\n'": "; missing closing quote",
    "Invalid value": "; strings must be quoted",
    "Expected newline or end of document": "; strings must be quoted",
    "Unclosed array": "; separate items with commas and end the list with ]",
    "Cannot overwrite a value": "; duplicate key",
    "Cannot declare": "; duplicate table (models and notes are written in double brackets)",
}


def error_reason(error: Exception) -> str:
    """Return what an error says, of one of the system without the path."""
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)


class UnreadableFile(NamedTuple):
    """A file that cannot be read as an entry, and why; ``line`` is 0 if unknown."""

    path: str
    line: int
    problem: str


class CatalogFile(NamedTuple):
    """A file of the catalogue; ``rank`` is the position of its folder, -1 for a vocabulary that cannot be read."""

    path: str
    rank: int
    hidden: bool  # overridden by a file of the same name in a later folder
    problem: str | None

    @property
    def id(self) -> str:
        """The id of the report: the name of the file without ``.toml``."""
        return _id_of(self.path)

    @property
    def is_entry(self) -> bool:
        """Whether a report was read from it."""
        return self.rank >= 0 and self.problem is None


Progress = Callable[[int, int], None]  # called with how much is done, and with how much there is
