"""The command that brings in many records at once, and the figures of a configuration: import."""

import sys
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from shlex import quote
from typing import Annotated

import typer

from reportcli.answer.imported import ImportReport
from reportcli.catalog.files import Progress
from reportcli.cli import FILES, NAMES, output
from reportcli.cli.options import (
    Color,
    Folders,
    Header,
    Json,
    NoPager,
    Quiet,
    Width,
    answer_with_entries,
    format_option,
)
from reportcli.curate.importing import REPLACE, UPDATE, import_records
from reportcli.curate.mapping import ColumnMapping, read_mapping
from reportcli.curate.records import CSV, JSON, TOML, Record, Source, folder_records, read_source, records_of
from reportcli.curate.refused import write_refused
from reportcli.curate.spreadsheet import notes_on, spreadsheet_records
from reportcli.errors import UsageError
from reportcli.library import Library
from reportcli.render.formats import formats_for

Sources = Annotated[
    list[str],
    typer.Argument(metavar="SOURCE...", show_default=False, help="Files, folders of entries, or - for standard input."),
    FILES,
]
Kind = Annotated[
    str | None,
    typer.Option("--as", metavar="KIND", show_default=False, help="Read the sources as json, toml or csv."),
    (JSON, TOML, CSV),
]
MappingFile = Annotated[
    str | None,
    typer.Option("--map", metavar="FILE", show_default=False, help="Say which column of a CSV is which field."),
    FILES,
]
Update = Annotated[bool, typer.Option("--update", help="Fill what is empty in entries that are known.")]
Replace = Annotated[bool, typer.Option("--replace", help="Overwrite what the source says of entries that are known.")]
Into = Annotated[
    str | None,
    typer.Option(
        "--into", metavar="NAME", show_default=False, help="Add what its config.json states of a report or model."
    ),
    NAMES,
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would happen, and change nothing.")]

IMPORT = formats_for("ImportReport")
ImportFormat = Annotated[str | None, format_option(IMPORT), IMPORT]


def import_entries(
    context: typer.Context,
    sources: Sources,
    kind: Kind = None,
    mapping: MappingFile = None,
    update: Update = False,
    replace: Replace = False,
    into: Into = None,
    dry_run: DryRun = False,
    catalog: Folders = None,
    format_name: ImportFormat = None,
    json: Json = False,
    header: Header = None,
    width: Width = None,
    no_pager: NoPager = False,
    quiet: Quiet = False,
    color: Color = None,
) -> int:
    """Import entries into your own catalogue, or into the last folder that --catalog names.

    Reads what -f json, jsonl and toml write, folders of entries, and CSV, whose columns are fields by their names or
    as --map says; the tables of Epoch AI are recognized. Entries that are known are skipped. A record with an error is
    refused, and saved with the reason in a file beside its source; one without a summary, tags or a link is saved, and
    marked as incomplete.
    With --into, SOURCE is the config.json of a model, a file or an address such as https://huggingface.co/Qwen/Qwen3-8B:
    what the entry does not state is added, with its source.
    """
    settings = output.output_settings(context.obj, IMPORT, format_name, json, header, width, no_pager, quiet, color)
    if into is not None:
        source = _one_config(sources, kind or mapping or update or replace)
        answer = partial(_import_figures, source, into, dry_run)
    else:
        known = _what_to_do_with_known(update, replace)
        read = [_read(name, _known_kind(kind)) for name in sources]
        columns = read_mapping(mapping) if mapping else None
        answer = partial(_import_records, read, columns, known, dry_run, output.progress(settings, "records read"))
    return answer_with_entries(answer, catalog, settings)


def _import_records(
    sources: Sequence[Source | Path],
    columns: ColumnMapping | None,
    known: str,
    dry_run: bool,
    progress: Progress | None,
    library: Library,
    own: Path,
) -> ImportReport:
    records = _records(sources, columns)
    report = import_records(library, own, records, known=known, dry_run=dry_run, progress=progress)
    saved = () if dry_run else write_refused(sources, report.refused)
    return report._replace(notes=(*_left_out(sources, columns), *saved, *report.notes))


def _import_figures(source: str, into: str, dry_run: bool, library: Library, own: Path) -> ImportReport:
    from reportcli.curate.config_import import import_config
    from reportcli.curate.config_source import read_config_source

    return import_config(library, own, library.find(into), read_config_source(source), dry_run=dry_run)


def _one_config(sources: Sequence[str], others: object) -> str:
    """Return the only source. Raises UsageError for more, and for options that say how to read others."""
    if len(sources) > 1 or sources[0] == "-" or others:
        raise UsageError(
            "--into takes one config.json, and only what the entry lacks is added",
            "write `reportcli import config.json --into NAME`, without --as, --map, --update and --replace",
        )
    return sources[0]


def _what_to_do_with_known(update: bool, replace: bool) -> str:
    if update and replace:
        raise UsageError("--update and --replace exclude each other", "give one of them")
    return UPDATE if update else REPLACE if replace else ""


def _known_kind(kind: str | None) -> str | None:
    if kind == "jsonl":
        return JSON
    if kind not in (None, JSON, TOML, CSV):
        raise UsageError(f"--as takes json, toml or csv, not {kind}", "leave it out to have it guessed")
    return kind


def _read(name: str, kind: str | None) -> Source | Path:
    """Return a source with its text, or a folder."""
    if "://" in name or (name.endswith("config.json") and kind is None):
        raise UsageError(f"which model is {name} of?", f"write `reportcli import {quote(name)} --into NAME`")
    if name != "-":
        return Path(name) if Path(name).is_dir() else read_source(name, kind)
    if sys.stdin is None or sys.stdin.isatty():
        raise UsageError("nothing is piped into standard input", "write `reportcli list -f json | reportcli import -`")
    return read_source(name, kind, sys.stdin.buffer.read())


def _records(sources: Sequence[Source | Path], columns: ColumnMapping | None) -> Iterator[Record]:
    for source in sources:
        if isinstance(source, Path):
            yield from folder_records(source)
        elif source.kind == CSV:
            yield from spreadsheet_records(source, columns)
        else:
            yield from records_of(source)


def _left_out(sources: Sequence[Source | Path], columns: ColumnMapping | None) -> list[str]:
    spreadsheets = [source for source in sources if isinstance(source, Source) and source.kind == CSV]
    return [note for source in spreadsheets for note in notes_on(source, columns)]
