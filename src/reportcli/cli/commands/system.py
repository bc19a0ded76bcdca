"""The commands around the catalogue: open a link, and say what is read from where."""

import os
import platform
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from reportcli.answer import Record
from reportcli.answer.action import LINKS, ActionResult
from reportcli.answer.info import Info
from reportcli.catalog.files import CatalogFile, catalog_folders, new_entry_folder, take_snapshot, vocabulary_files
from reportcli.cli.options import NAMES, Folders
from reportcli.errors import BrowserUnavailable, CatalogUnreadable
from reportcli.index.cache import index_path
from reportcli.library import Library, cache_folder, distinct_folders

Name = Annotated[str, typer.Argument(metavar="NAME", show_default=False, help="A report or a model."), NAMES]
Link = Annotated[
    str | None,
    typer.Option("--link", metavar="KIND", show_default=False, help=f"One of: {', '.join(LINKS)}."),
    LINKS,
]
Printed = Annotated[bool, typer.Option("--print", help="Print the address instead of opening it.")]


def open_link(library: Library, *, name: Name, link: Link = None, printed: Printed = False) -> ActionResult:
    """Open a report in the browser, or one of its links.

    Without --link, the first that there is of: the page on arXiv, the PDF, a page of the project, Hugging Face, code.

    Example: reportcli open Qwen3 --link code --print
    """
    found = library.links_to(name, link)
    return found if printed else _opened(found)


def info(*, catalog: Folders = None) -> Info:
    """What is read from where, for a bug report.

    Example: reportcli info
    """
    given = catalog or ()
    return describe(catalog_folders(given), new_entry_folder(given), cache_folder())


def _opened(found: ActionResult) -> ActionResult:
    """Show the first address in the browser; where there is none, the answer is the address itself."""
    import webbrowser

    address, *others = found.lines
    if sys.platform not in ("darwin", "win32") and not any(
        map(os.environ.get, ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY"))
    ):
        return found._replace(notes=("no browser found; open this URL",))
    try:
        opened = webbrowser.open(address)
    except (webbrowser.Error, OSError):
        opened = False
    if not opened:
        raise BrowserUnavailable(address)
    more = (f"{len(others)} more link{'s' * (len(others) > 1)}; list them with --print",) if others else ()
    return found._replace(lines=(), notes=(f"opened {address}", *more))


def describe(folders: Sequence[Path], own: Path, cache: Path) -> Info:
    """Answer with what is read from where, and of a folder that cannot be read, why; new entries go to ``own``."""
    problems = {folder: problem for folder in folders if (problem := _problem(folder))}
    readable = [folder for folder in folders if folder not in problems]
    with Library(readable, None if problems else cache) as library:
        files, techniques = library.files(), len(library.techniques())
        ranks = {folder: rank for rank, folder in enumerate(library.folders)}
    shown = {file.id: file.path for file in files if file.is_entry and not file.hidden}
    index = index_path(cache, distinct_folders(folders))
    known = {
        "version": version("reportcli"),
        "python": platform.python_version(),
        "system": platform.platform(),
        "catalogue": [_about_folder(folder, files, ranks.get(folder), problems.get(folder)) for folder in folders],
        "hidden": [{"id": file.id, "shown": shown[file.id], "hides": file.path} for file in files if file.hidden],
        "vocabulary": {"files": [entry.path for entry in vocabulary_files(readable)], "techniques": techniques},
        "index": {"file": str(index), "bytes": index.stat().st_size if os.path.isfile(index) else None},
        "cache": str(cache),
        "new_entries": str(own),
    }
    return Info(known)


def _problem(folder: Path) -> str | None:
    try:
        take_snapshot([folder])
    except CatalogUnreadable as error:
        return error.problem
    return None


def _about_folder(folder: Path, files: Sequence[CatalogFile], rank: int | None, problem: str | None) -> Record:
    here = [file.is_entry for file in files if file.rank == rank]
    counts = (None, None) if problem else (here.count(True), here.count(False))
    return {"folder": str(folder), "entries": counts[0], "unreadable": counts[1], "problem": problem}
