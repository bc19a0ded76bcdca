"""The command that brings figures into entries: import."""

from typing import Annotated, Any

import typer

from reportcli.answer.action import ActionResult
from reportcli.catalog.files import new_entry_folder
from reportcli.cli import output
from reportcli.cli.options import (
    FILES,
    NAMES,
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
from reportcli.library import Library
from reportcli.render.formats import formats_for


def _option(*names: str, **settings: Any) -> Any:
    return typer.Option(*names, show_default=False, **settings)


Source = Annotated[
    str,
    typer.Argument(
        metavar="CONFIG", show_default=False, help="A config.json: a file, or the address of a model on Hugging Face."
    ),
    FILES,
]
Into = Annotated[
    str, _option("--into", metavar="NAME", help="The report or model whose figures a config.json states."), NAMES
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be added; save nothing.")]
ACTION = formats_for([ActionResult])
Format = Annotated[str | None, format_option(ACTION), ACTION]


def import_figures(
    context: typer.Context,
    source: Source,
    into: Into,
    dry_run: DryRun = False,
    catalog: Folders = None,
    format_name: Format = None,
    json: Json = False,
    header: Header = None,
    width: Width = None,
    no_pager: NoPager = False,
    quiet: Quiet = False,
    color: Color = None,
) -> int:
    """Add the figures of a config.json to an entry, each with its source; what the entry states stays as it is.

    A shipped entry becomes a copy in your own catalogue.
    """
    settings = output.output_settings(context.obj, ACTION, format_name, json, header, width, no_pager, quiet, color)

    def answer(library: Library) -> ActionResult:
        from reportcli.curate.config_import import import_config
        from reportcli.curate.config_source import read_config_source

        match = library.find(into)
        return import_config(
            library, new_entry_folder(catalog or ()), match, read_config_source(source), dry_run=dry_run
        )

    return answer_from_catalog(answer, catalog, settings)
