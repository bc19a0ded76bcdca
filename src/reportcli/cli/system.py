"""The commands around the catalogue: open a link, and say what is read from where."""

import os
import sys
from typing import Annotated

import typer

from reportcli.answer.outcome import LINKS, Done, Info
from reportcli.catalog import catalogue_folders, own_folder
from reportcli.cli.options import NAMES, Folders
from reportcli.errors import NoBrowser
from reportcli.info import describe
from reportcli.library import Library, cache_folder

Name = Annotated[str, typer.Argument(metavar="NAME", show_default=False, help="A report or a model."), NAMES]
Link = Annotated[
    str | None,
    typer.Option("--link", metavar="KIND", show_default=False, help=f"One of: {', '.join(LINKS)}."),
    LINKS,
]
Printed = Annotated[bool, typer.Option("--print", help="Print the address instead of opening it.")]


def open_link(library: Library, *, name: Name, link: Link = None, printed: Printed = False) -> Done:
    """Open a report in the browser, or one of its links.

    Without --link, the first that there is of: the page on arXiv, the PDF, a page of the project, Hugging Face, code.

    Example: reportcli open Qwen3 --link code --print
    """
    found = library.addresses(name, link)
    return found if printed else _opened(found)


def info(*, catalog: Folders = None) -> Info:
    """What is read from where, for a bug report.

    Example: reportcli info
    """
    given = catalog or ()
    return describe(catalogue_folders(given), own_folder(given), cache_folder())


def _opened(found: Done) -> Done:
    """Show the first address in the browser; where there is none, the answer is the address itself."""
    import webbrowser

    address, *others = found.lines
    if sys.platform not in ("darwin", "win32") and not any(
        map(os.environ.get, ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY"))
    ):
        return found._replace(notes=("there is no browser here; this is the address",))
    try:
        opened = webbrowser.open(address)
    except (webbrowser.Error, OSError):
        opened = False
    if not opened:
        raise NoBrowser(address)
    more = (f"{len(others)} more with --print",) if others else ()
    return found._replace(lines=(), notes=(f"opened {address}", *more))
