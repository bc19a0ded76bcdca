"""The commands with which a catalogue grows: check, schema."""

from pathlib import Path
from typing import Annotated

import typer

from reportcli.answer import Checkup
from reportcli.check import check
from reportcli.cli.options import FILES, Folders
from reportcli.schema import entry_schema, to_json


def check_files(
    *,
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[PATH...]",
            show_default=False,
            help="Entries, or folders of them; without any the whole catalogue.",
        ),
        FILES,
    ] = None,
    fix: Annotated[
        bool,
        typer.Option("--fix", help="Write files anew in which only the layout is wrong, unless they have comments."),
    ] = False,
    catalog: Folders = None,
) -> Checkup:
    """Every problem of every file of a catalogue, with its line and what would be right.

    Remarks are shown after the problems. The exit code is 1 where there are problems, else 0.

    Example: reportcli check --format github
    """
    return check(paths or (), catalog or (), fix=fix)


def print_schema() -> str:
    """The JSON Schema of an entry: with it beside a TOML file that begins #:schema ./schema.json, editors check it.

    Example: reportcli schema
    """
    return to_json(entry_schema())
