"""The commands around the catalogue: open a link, and show which folders and files are in use."""

import os
import platform
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from reportcli import __version__
from reportcli.answer import Record
from reportcli.answer.action import LINKS, ActionResult
from reportcli.answer.info import Info
from reportcli.answer.listing import DATE_FIELD
from reportcli.catalog.files import (
    CatalogFile,
    cache_folder,
    catalog_folders,
    new_entry_folder,
    take_snapshot,
    vocabulary_files,
)
from reportcli.cli import NAMES
from reportcli.cli.options import (
    Color,
    Folders,
    Header,
    Json,
    NoPager,
    Quiet,
    Width,
    answer_from_catalog,
    format_option,
)
from reportcli.cli.output import output_settings, write
from reportcli.errors import BrowserUnavailable, CatalogUnreadable, HomeUnknown
from reportcli.index.cache import index_path
from reportcli.index.reader import distinct_folders
from reportcli.library import Library
from reportcli.render.formats import formats_for

Name = Annotated[list[str], typer.Argument(metavar="NAME", show_default=False, help="A report or a model."), NAMES]
Link = Annotated[
    str | None,
    typer.Option("--link", metavar="KIND", show_default=False, help=f"One of: {', '.join(LINKS)}."),
    LINKS,
]
Print = Annotated[bool, typer.Option("--print", help="Print the URL instead of opening it.")]

ACTION, INFO = formats_for("ActionResult"), formats_for("Info")
ActionFormat = Annotated[str | None, format_option(ACTION), ACTION]
InfoFormat = Annotated[str | None, format_option(INFO), INFO]


def open_link(
    context: typer.Context,
    name: Name,
    link: Link = None,
    only_print: Print = False,
    format_name: ActionFormat = None,
    json: Json = False,
    header: Header = None,
    width: Width = None,
    no_pager: NoPager = False,
    quiet: Quiet = False,
    color: Color = None,
    catalog: Folders = None,
) -> int:
    """Open a report or one of its links in the browser.

    Without --link, the first of: arXiv page, PDF, project page, Hugging Face, code.
    """
    settings = output_settings(context.obj, ACTION, format_name, json, header, width, no_pager, quiet, color)

    def ask(library: Library) -> ActionResult:
        links = library.links_to(" ".join(name), link)
        return links if only_print else _open_in_browser(links)

    return answer_from_catalog(ask, catalog, settings)


def info(
    context: typer.Context,
    catalog: Folders = None,
    format_name: InfoFormat = None,
    json: Json = False,
    header: Header = None,
    width: Width = None,
    no_pager: NoPager = False,
    quiet: Quiet = False,
    color: Color = None,
) -> int:
    """Show the version, and the folders and files in use; for a bug report."""
    settings = output_settings(context.obj, INFO, format_name, json, header, width, no_pager, quiet, color)
    folders = catalog or ()
    own = None
    with suppress(HomeUnknown):
        own = new_entry_folder(folders)
    return write(describe(catalog_folders(folders), own, cache_folder()), (), settings)


def _open_in_browser(links: ActionResult) -> ActionResult:
    """Open the first link in the browser; where there is none, the answer is the link itself."""
    import webbrowser

    address, *others = links.lines
    if sys.platform != "darwin" and not any(map(os.environ.get, ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY"))):
        return links._replace(notes=("no browser found; open this URL",))
    try:
        has_opened = webbrowser.open(address)
    except (webbrowser.Error, OSError):
        has_opened = False
    if not has_opened:
        raise BrowserUnavailable(address)
    more = (f"{len(others)} more link{'s' * (len(others) > 1)}; list them with --print",) if others else ()
    return links._replace(lines=(), notes=(f"opened {address}", *more))


def describe(folders: Sequence[Path], own: Path | None, cache: Path | None) -> Info:
    """Return which folders and files are in use, and why a folder cannot be read; new entries go to ``own``.

    Without a home folder there is neither a folder for new entries nor a file of the index.
    """
    problems = {folder: problem for folder in folders if (problem := _problem(folder))}
    readable = [folder for folder in folders if folder not in problems]
    with Library(readable, None if problems else cache) as library:
        files, techniques, days = library.files(), len(library.techniques()), library.dates(DATE_FIELD)
        ranks = {folder: rank for rank, folder in enumerate(library.folders)}
    visible = {file.id: file.path for file in files if file.is_entry and not file.hidden}
    index = index_path(cache, distinct_folders(folders)) if cache else None
    size = index.stat().st_size if index and os.path.isfile(index) else None
    return Info(
        {
            "version": __version__,
            "python": platform.python_version(),
            "system": platform.platform(),
            "catalogue": [_folder_record(folder, files, ranks.get(folder), problems.get(folder)) for folder in folders],
            "hidden": [{"id": file.id, "shown": visible[file.id], "hides": file.path} for file in files if file.hidden],
            "vocabulary": {"files": [file.path for file in vocabulary_files(readable)], "techniques": techniques},
            "index": {"file": index and str(index), "bytes": size},
            "cache": cache and str(cache),
            "new_entries": own and str(own),
            "reports": sum(days.values()),
            "newest": str(max(days)) if days else None,
        }
    )


def _problem(folder: Path) -> str | None:
    try:
        take_snapshot([folder])
    except CatalogUnreadable as error:
        return error.problem
    return None


def _folder_record(folder: Path, files: Sequence[CatalogFile], rank: int | None, problem: str | None) -> Record:
    are_entries = [file.is_entry for file in files if file.rank == rank]
    counts = (None, None) if problem else (are_entries.count(True), are_entries.count(False))
    return {"folder": str(folder), "entries": counts[0], "unreadable": counts[1], "problem": problem}
