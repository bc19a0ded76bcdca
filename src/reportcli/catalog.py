"""Folders and files: where catalogues lie, which entries they hold, one entry read. Knows no queries, no index."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from stat import S_ISREG
from typing import Any, NamedTuple

from reportcli.errors import NoCatalogue, UnreadableEntry
from reportcli.report import Report, read_table
from reportcli.vocabulary import Vocabulary, read_vocabulary

FOLDERS_VARIABLE = "REPORTCLI_CATALOG"
_VOCABULARY = os.path.join("vocabulary", "techniques.toml")


class Entry(NamedTuple):
    """A file of a catalogue as the file system shows it; ``rank`` counts folders, a higher one hides a lower one."""

    path: str
    rank: int
    stamp: str  # changes with the file

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
    named = given or [Path(part) for part in os.environ.get(FOLDERS_VARIABLE, "").split(os.pathsep) if part]
    if named:
        return tuple(folder.absolute() for folder in named)
    own = user_folder()
    return (shipped_folder(), own) if own.is_dir() else (shipped_folder(),)


def scan(folders: Sequence[Path]) -> Iterator[Entry]:
    """Yield every file named like an entry, in no order. Raises NoCatalogue for a folder that cannot be read."""
    for rank, folder in enumerate(folders):
        try:
            with os.scandir(folder) as files:
                for file in files:
                    if file.name.endswith(".toml") and not file.name.startswith("."):
                        yield Entry(file.path, rank, _stamp(file))
        except OSError as error:
            raise NoCatalogue(folder, _reason(error)) from error


def _stamp(file: "os.DirEntry[str]") -> str:
    try:
        status = file.stat()
    except OSError:
        return ""
    return f"{status.st_mtime_ns} {status.st_size} {status.st_ino} {status.st_ctime_ns}"


def vocabulary_entries(folders: Sequence[Path]) -> list[Entry]:
    """Return the vocabulary files to read: those of the folders, or else the shipped one."""
    files = [os.path.join(folder, _VOCABULARY) for folder in folders]
    present = [file for file in files if os.path.isfile(file)] or [os.path.join(shipped_folder(), _VOCABULARY)]
    entries = []
    for rank, path in enumerate(present):
        status = os.stat(path)
        entries.append(Entry(path, rank, f"{status.st_mtime_ns} {status.st_size} {status.st_ino} {status.st_ctime_ns}"))
    return entries


def read(path: str) -> Report:
    """Read one entry. Raises UnreadableEntry with the file, the line and what is wrong."""
    text, table = _load(path)
    report, problems = read_table(os.path.basename(path)[: -len(".toml")], table)
    if report is None:
        from reportcli.layout import line_of

        first = problems[0]
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise UnreadableEntry(path, line_of(text, first.key), f"{first}{more}")
    return report


def read_vocabularies(entries: Sequence[Entry]) -> Vocabulary:
    """Read vocabulary files, a later one over an earlier one. Raises UnreadableEntry."""
    merged: dict[str, Any] = {}
    for entry in entries:
        merged |= _load(entry.path)[1]
    return read_vocabulary(merged)


def _load(path: str) -> tuple[str, dict[str, Any]]:
    import tomllib

    try:
        if not S_ISREG(os.stat(path).st_mode):
            raise UnreadableEntry(path, 0, "not a regular file")
        with open(path, encoding="utf-8-sig", newline="") as file:
            text = file.read().replace("\r\n", "\n")
        return text, tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        problem, line = _split_place(str(error))
        raise UnreadableEntry(path, line or 1 + text.count("\n"), problem) from error
    except UnicodeDecodeError as error:
        raise UnreadableEntry(path, 1 + error.object.count(b"\n", 0, error.start), "not UTF-8 text") from error
    except RecursionError as error:
        raise UnreadableEntry(path, 0, "nested too deeply") from error
    except (OSError, ValueError) as error:
        raise UnreadableEntry(path, 0, _reason(error)) from error


def _split_place(message: str) -> tuple[str, int]:
    problem, _, place = message.partition(" (at line ")
    digits = place.partition(",")[0]
    return problem, int(digits) if digits.isdigit() else 0


def _reason(error: Exception) -> str:
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
