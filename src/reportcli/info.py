"""What is read from where: folders, files, vocabulary, index. For a bug report; it changes nothing."""

import os
import platform
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from reportcli.answer import Record
from reportcli.answer.outcome import Info
from reportcli.cache import index_file
from reportcli.catalog import snapshot, vocabulary_entries
from reportcli.errors import NoCatalogue
from reportcli.index import File
from reportcli.library import Library, distinct


def describe(folders: Sequence[Path], own: Path, cache: Path) -> Info:
    """Answer with what is read from where, and of a folder that cannot be read, why; new entries go to ``own``."""
    problems = {folder: problem for folder in folders if (problem := _problem(folder))}
    readable = [folder for folder in folders if folder not in problems]
    with Library(readable, None if problems else cache) as library:
        files, techniques = library.files(), len(library.techniques())
        ranks = {folder: rank for rank, folder in enumerate(library.folders)}
    shown = {file.id: file.path for file in files if file.is_entry and not file.hidden}
    index = index_file(cache, distinct(folders))
    known = {
        "version": version("reportcli"),
        "python": platform.python_version(),
        "system": platform.platform(),
        "catalogue": [_about_folder(folder, files, ranks.get(folder), problems.get(folder)) for folder in folders],
        "hidden": [{"id": file.id, "shown": shown[file.id], "hides": file.path} for file in files if file.hidden],
        "vocabulary": {"files": [entry.path for entry in vocabulary_entries(readable)], "techniques": techniques},
        "index": {"file": str(index), "bytes": index.stat().st_size if os.path.isfile(index) else None},
        "cache": str(cache),
        "new_entries": str(own),
    }
    return Info(known)


def _problem(folder: Path) -> str | None:
    try:
        snapshot([folder])
    except NoCatalogue as error:
        return error.problem
    return None


def _about_folder(folder: Path, files: Sequence[File], rank: int | None, problem: str | None) -> Record:
    here = [file.is_entry for file in files if file.rank == rank]
    counts = (None, None) if problem else (here.count(True), here.count(False))
    return {"folder": str(folder), "entries": counts[0], "unreadable": counts[1], "problem": problem}
