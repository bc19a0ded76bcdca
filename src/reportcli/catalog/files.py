"""Folders and files: where catalogues lie, which entries they hold, one read or put in place. Knows no index."""

import os
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from stat import S_ISREG
from typing import Any, NamedTuple
from zlib import adler32, crc32

from reportcli.errors import CatalogUnreadable, EntryUnreadable
from reportcli.report.fields import Report
from reportcli.report.techniques import Vocabulary, parse_vocabulary

FOLDERS_VARIABLE = "REPORTCLI_CATALOG"
SCHEMA_FILE = "schema.json"
MAX_BYTES = 1_000_000  # bytes of a file that is read or saved; the longest entry that is shipped has about 20,000
TOO_LONG = f"longer than {MAX_BYTES:,} bytes"
VOCABULARY_FOLDER, TECHNIQUES_FILE = "vocabulary", "techniques.toml"


class EntryFile(NamedTuple):
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
    package = Path(__file__).parents[1]
    inside = package / "data"
    return inside if inside.is_dir() else package.parents[1] / "catalog"


def user_folder() -> Path:
    """Return the folder of the user's own entries; it need not exist."""
    import platformdirs

    return platformdirs.user_data_path("reportcli", appauthor=False) / "catalog"


def catalog_folders(given: Sequence[Path] = ()) -> tuple[Path, ...]:
    """Return the folders to read, a later one over an earlier one.

    These are the given ones, else those that ``REPORTCLI_CATALOG`` names, else the shipped one and the user's own.
    """
    if named := _named(given):
        return tuple(folder.absolute() for folder in named)
    own = user_folder()
    return (shipped_folder(), own) if os.path.isdir(own) else (shipped_folder(),)  # also where we may not even look


def new_entry_folder(given: Sequence[Path] = ()) -> Path:
    """Return the folder that new entries go to: the last one that is named, else the user's own; it need not exist."""
    return catalog_folders(given)[-1] if _named(given) else user_folder()


def _named(given: Sequence[Path]) -> Sequence[Path]:
    return given or [Path(part) for part in os.environ.get(FOLDERS_VARIABLE, "").split(os.pathsep) if part]


def make_private_folder(folder: Path) -> None:
    """Make a folder, and those above it that are missing, for the user alone."""
    for missing in reversed([one for one in (folder, *folder.parents) if not one.exists()]):
        missing.mkdir(mode=0o700, exist_ok=True)


class Snapshot(NamedTuple):
    """The files of some folders at one moment: for each folder its files' names and, four to a file, their stamps."""

    folders: tuple[tuple[str, list[str], "array[int]"], ...]

    @property
    def checksum(self) -> str:
        """A text that changes with any of the files."""
        return " ".join(
            f"{checksum(chr(0).join((folder, *names)))} {checksum(stamps.tobytes())}"
            for folder, names, stamps in self.folders
        )

    @property
    def size(self) -> int:
        """How many files there are."""
        return sum(len(names) for _, names, _ in self.folders)

    def entries(self) -> Iterator[EntryFile]:
        """Yield each file as an entry."""
        for rank, (folder, names, stamps) in enumerate(self.folders):
            for place, name in enumerate(names):
                yield EntryFile(os.path.join(folder, name), rank, _written(stamps[4 * place : 4 * place + 4]))


def take_snapshot(folders: Sequence[Path]) -> Snapshot:
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
            raise CatalogUnreadable(folder, _reason(error)) from error
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


def checksum(data: str | bytes) -> str:
    """Return 64 bits that tell data apart; against accidents, not against malice."""
    if isinstance(data, str):
        data = data.encode("utf-8", "surrogateescape")
    return f"{crc32(data):08x}{adler32(data):08x}"


def vocabulary_files(folders: Sequence[Path]) -> list[EntryFile]:
    """Return the vocabulary files to read: those of the folders, or else the shipped one."""
    files = [Path(folder, VOCABULARY_FOLDER, TECHNIQUES_FILE) for folder in folders]
    present = [file for file in files if os.path.lexists(file)] or [
        shipped_folder() / VOCABULARY_FOLDER / TECHNIQUES_FILE
    ]
    return [EntryFile(str(path), rank, _written(_stamp(path))) for rank, path in enumerate(present)]


def read_report(path: str) -> Report:
    """Read one entry. Raises UnreadableEntry with the file, the line and what is wrong."""
    from reportcli.report.parse import parse_report

    if not path.isprintable():
        raise EntryUnreadable(path, 0, "its name is not plain text")
    text = read_text(path)
    table = parse_toml(path, text)
    report, problems = parse_report(os.path.basename(path)[: -len(".toml")], table)
    if report is None:
        from reportcli.report.toml_lines import line_of_key

        first = problems[0]
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise EntryUnreadable(path, line_of_key(text, first.key), f"{first}{more}")
    return report


def read_vocabularies(
    entries: Sequence[EntryFile], unreadable: Callable[[EntryFile, EntryUnreadable], None] | None = None
) -> Vocabulary:
    """Read vocabulary files, a later one over an earlier one.

    ``unreadable`` is told of each file that cannot be read; without it, UnreadableEntry is raised.
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
    """Return the line that tells editors the schema of an entry, where a schema file lies in its folder; else ""."""
    from reportcli.report.toml_lines import SCHEMA_DIRECTIVE

    return f"{SCHEMA_DIRECTIVE}./{SCHEMA_FILE}\n" if (folder / SCHEMA_FILE).is_file() else ""


def read_text(path: str | Path) -> str:
    """Return the text of a file without a byte order mark, its lines ending in ``\\n``. Raises UnreadableEntry."""
    try:
        if not S_ISREG(os.stat(path).st_mode):
            raise EntryUnreadable(path, 0, "not a regular file")
        with open(path, "rb") as file:
            data = file.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise EntryUnreadable(path, 0, TOO_LONG)
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise EntryUnreadable(path, 1 + error.object.count(b"\n", 0, error.start), "not UTF-8 text") from error
    except (OSError, ValueError) as error:
        raise EntryUnreadable(path, 0, _reason(error)) from error


def parse_toml(path: str | Path, text: str) -> dict[str, Any]:
    """Return the table that the text of a file says. Raises UnreadableEntry with the place."""
    import tomli

    try:
        return tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        advice = next((advice for begins, advice in _ADVICE.items() if error.msg.startswith(begins)), "")
        problem = f"not TOML: {error.msg[:1].lower()}{error.msg[1:]}{advice}"
        raise EntryUnreadable(path, error.lineno, problem, error.colno) from error
    except RecursionError as error:
        raise EntryUnreadable(path, 0, "nested too deeply") from error
    except ValueError as error:  # Python reads no number of more than 4,300 digits
        raise EntryUnreadable(path, 0, "a number has too many digits") from error


_ADVICE = {  # to the commonest slips, by how the parser's sentence begins
    "Illegal character '\\n'": "; a text ends with the quotation mark that it begins with",
    "Invalid value": "; strings must be quoted",
    "Expected newline or end of document": "; strings must be quoted, a date is written 2025-06-18",
    "Unclosed array": "; a comma stands between the items of a list, ] at its end",
    "Cannot overwrite a value": "; duplicate key",
    "Cannot declare": "; a table stands only once, several models or notes in double brackets",
}


def _reason(error: Exception) -> str:
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)


class UnreadableFile(NamedTuple):
    """A file that is not an entry, and why."""

    path: str
    line: int
    problem: str


class CatalogFile(NamedTuple):
    """A file of the catalogue; ``rank`` counts its folders, -1 is a vocabulary that cannot be read."""

    path: str
    rank: int
    hidden: bool  # behind the entry of the same name in a later folder
    problem: str | None

    @property
    def id(self) -> str:
        """The id of the report: the name of the file."""
        return os.path.basename(self.path)[: -len(".toml")]

    @property
    def is_entry(self) -> bool:
        """Whether a report was read from it."""
        return self.rank >= 0 and self.problem is None


Progress = Callable[[int, int], None]
