"""The commands that change or check a catalogue: add, edit, remove, check, schema."""

import os
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from reportcli.answer.action import ActionResult
from reportcli.answer.check import CheckReport
from reportcli.catalog.files import MAX_BYTES, TOO_LONG, catalog_folders, new_entry_folder, read_report, read_text
from reportcli.cli import ASSIGNMENT, FILES, NAMES, output
from reportcli.cli.options import (
    Color,
    Folders,
    Header,
    Json,
    NoPager,
    Quiet,
    Width,
    answer_from_catalog,
    answer_with_entries,
    format_option,
)
from reportcli.curate.check import check, relative_path
from reportcli.curate.template import empty_template, template_from_paper, template_from_text
from reportcli.errors import ExitCode, UsageError
from reportcli.library import Library
from reportcli.render.formats import formats_for
from reportcli.report.json_schema import entry_schema, schema_text

if TYPE_CHECKING:
    from reportcli.curate.editor import Ask
    from reportcli.curate.template import Template


def _option(*names: str, **settings: Any) -> Any:
    return typer.Option(*names, show_default=False, **settings)


Name = Annotated[
    list[str],
    typer.Argument(metavar="NAME", show_default=False, help="A report, or the id of an entry that cannot be read."),
    NAMES,
]
From = Annotated[
    str | None,
    _option("--from", metavar="FILE", help="Start from an entry in TOML or JSON; - reads standard input."),
    FILES,
]
Arxiv = Annotated[
    str | None, _option("--arxiv", metavar="NUMBER", help="Start from arXiv metadata (an arXiv ID or URL).")
]
EntryId = Annotated[str | None, _option("--id", metavar="ID", help="Entry id (default: derived from the name).")]
NoEdit = Annotated[bool, _option("--no-edit", help="Don't open an editor; the entry must be complete.")]
Assignments = Annotated[
    list[str] | None,
    _option(
        "--set",
        metavar="FIELD=VALUE",
        help="Set a field without an editor; repeatable. FIELD= empties it; FIELD+=ITEM adds to a list, FIELD-=ITEM "
        "takes away; separate items with commas.",
    ),
    ASSIGNMENT,
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Remove it without asking.")]
Paths = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="[PATH...]",
        show_default=False,
        readable=False,
        help="Files, folders or reports (default: the whole catalogue).",
    ),
    FILES,
]
Fix = Annotated[
    bool, typer.Option("--fix", help="Reformat files whose only problem is layout; files with comments are skipped.")
]
Against = Annotated[
    str | None,
    _option(
        "--against",
        metavar="CONFIG",
        help="Compare one report or model with its config.json: a file, or an address on Hugging Face.",
    ),
    FILES,
]

ACTION, CHECK = formats_for("ActionResult"), formats_for("CheckReport")
ActionFormat = Annotated[str | None, format_option(ACTION), ACTION]
CheckFormat = Annotated[str | None, format_option(CHECK), CHECK]


def add(
    context: typer.Context,
    source: From = None,
    arxiv: Arxiv = None,
    entry_id: EntryId = None,
    no_edit: NoEdit = False,
    catalog: Folders = None,
    format_name: ActionFormat = None,
    json: Json = False,
    header: Header = None,
    width: Width = None,
    no_pager: NoPager = False,
    quiet: Quiet = False,
    color: Color = None,
) -> int:
    """Add a report to your own catalogue, or to the last folder that --catalog names.

    On a terminal your editor opens with a template that explains every key. The entry is checked before it is saved;
    when it is wrong, it stays in a draft, with which you can go on later.
    """
    settings = output.output_settings(context.obj, ACTION, format_name, json, header, width, no_pager, quiet, color)

    def answer(library: Library, folder: Path) -> ActionResult:
        from reportcli.curate import edit
        from reportcli.curate.editor import delete_draft

        by_hand = not no_edit and _is_terminal(sys.stdin) and _is_terminal(sys.stdout)
        start = _start(library, source, arxiv, by_hand)
        result = edit.add(library, folder, start, entry_id=entry_id or "", by_hand=by_hand, ask=_ask_on_terminal())
        if source not in (None, "-"):
            delete_draft(Path(source))
        return result._replace(notes=(*result.notes, f"`reportcli show {result.report}` shows it"))

    return answer_with_entries(answer, catalog, settings)


def edit(
    context: typer.Context,
    name: Name,
    assignments: Assignments = None,
    catalog: Folders = None,
    format_name: ActionFormat = None,
    json: Json = False,
    header: Header = None,
    width: Width = None,
    no_pager: NoPager = False,
    quiet: Quiet = False,
    color: Color = None,
) -> int:
    """Edit an entry in your editor; a shipped one becomes a copy in your own catalogue.

    The text is checked when the editor closes. When it is wrong, the entry stays as it was and your text stays in a
    draft, with which the next edit of the entry goes on. With --set no editor opens, and nothing wrong is saved.
    """
    settings = output.output_settings(context.obj, ACTION, format_name, json, header, width, no_pager, quiet, color)

    def answer(library: Library) -> ActionResult:
        folder, words = new_entry_folder(catalog or ()), " ".join(name)
        if assignments:
            from reportcli.curate.set_fields import set_fields

            return set_fields(library, folder, words, assignments)
        _require_editor(name)
        from reportcli.curate import edit

        return edit.edit(library, folder, words, _ask_on_terminal())

    return answer_from_catalog(answer, catalog, settings)


def _require_editor(name: Sequence[str]) -> None:
    """Raise UsageError where an editor is not what is meant, or would wait on a terminal that is not there."""
    from reportcli.curate.editor import lacks_terminal

    if any("=" in word for word in name):
        fields = "".join(f" --set {shlex.quote(word)}" for word in name if "=" in word)
        named = " ".join(word for word in name if "=" not in word) or "NAME"
        raise UsageError("a field is set with --set", f"write `reportcli edit {named}{fields}`")
    if lacks_terminal():
        command = f"`reportcli edit {' '.join(map(shlex.quote, name))} --set FIELD=VALUE`"
        hint = f"run {command}, or set EDITOR to one that needs none"
        raise UsageError("there is no terminal to open an editor on", hint)


def remove(
    context: typer.Context,
    name: Name,
    yes: Yes = False,
    catalog: Folders = None,
    format_name: ActionFormat = None,
    json: Json = False,
    header: Header = None,
    width: Width = None,
    no_pager: NoPager = False,
    quiet: Quiet = False,
    color: Color = None,
) -> int:
    """Remove an entry from your own catalogue, or from the last folder that --catalog names.

    It asks first. When you remove your copy of a shipped entry, the shipped one shows again; shipped entries cannot be
    removed.
    """
    settings = output.output_settings(context.obj, ACTION, format_name, json, header, width, no_pager, quiet, color)

    def confirm(entry_id: str, question: str) -> bool:
        if yes:
            return True
        if (ask := _ask_on_terminal(default=False)) is None:
            hint = f"run `reportcli remove {entry_id} --yes`"
            raise UsageError("nothing was removed: there is no terminal to ask on", hint)
        return ask("", question)

    def answer(library: Library) -> ActionResult:
        from reportcli.curate.remove import remove

        return remove(library, new_entry_folder(catalog or ()), " ".join(name), confirm)

    return answer_from_catalog(answer, catalog, settings)


def check_files(
    context: typer.Context,
    paths: Paths = None,
    fix: Fix = False,
    against: Against = None,
    catalog: Folders = None,
    format_name: CheckFormat = None,
    json: Json = False,
    header: Header = None,
    width: Width = None,
    no_pager: NoPager = False,
    quiet: Quiet = False,
    color: Color = None,
) -> int:
    """Check a catalogue for errors: show every problem of every file, with its line and how to correct it.

    Remarks follow the problems. The exit code is 1 if there are problems, else 0. With --against, the figures of an
    entry are compared with those of a config.json as Hugging Face has it.
    """
    settings = output.output_settings(context.obj, CHECK, format_name, json, header, width, no_pager, quiet, color)
    if against is not None:
        if fix or not paths:
            raise UsageError("--against compares one entry", "write `reportcli check NAME --against CONFIG`")
        return answer_from_catalog(lambda library: _against(library, paths, against), catalog, settings)
    with output.repeating_folders(catalog or ()):
        files = [_file_to_check(path, catalog or ()) for path in paths or ()]
    return output.write(check(files, catalog or (), fix=fix), (), settings)


def _against(library: Library, words: Sequence[Path], source: str) -> CheckReport:
    """Compare the entry that words name, or a file, with a configuration."""
    from reportcli.curate.config_entry import check_config
    from reportcli.curate.config_source import read_config_source
    from reportcli.curate.edit import file_of

    if len(words) == 1 and words[0].suffix == ".toml":
        path, report, model = words[0], read_report(str(words[0])), None
    else:
        match = library.find(" ".join(map(str, words)))
        path, report, model = file_of(library, match.report.id), match.report, match.model
    return check_config(relative_path(path), read_text(path), report, model, read_config_source(source))


def _file_to_check(path: Path, folders: Sequence[Path]) -> Path:
    """Return a path, or the file of the entry that it names where there is no such path. Raises UnknownName."""
    if os.path.lexists(path) or path.suffix == ".toml" or len(path.parts) != 1:
        return path
    from reportcli.curate.edit import file_of

    with Library(catalog_folders(folders), None) as library:
        return file_of(library, str(path))


def print_schema() -> int:
    """Print the JSON Schema of an entry; TOML files that begin with #:schema ./schema.json are checked in editors."""
    output.write_text([schema_text(entry_schema())], output.OutputSettings(output.TEXT))
    return ExitCode.SUCCESS


def _is_terminal(stream: Any) -> bool:
    return stream is not None and stream.isatty()


def _ask_on_terminal(default: bool = True) -> "Ask | None":
    """Return what puts a question to the user, with the answer to an empty line; None where there is no terminal."""
    if not all(map(_is_terminal, (sys.stdin, sys.stdout, sys.stderr))):
        return None

    def ask(message: str, question: str) -> bool:
        if message:
            output.write_note(message)
        return typer.confirm(question, default=default, err=True)

    return ask


def _start(library: Library, source: str | None, arxiv: str | None, by_hand: bool) -> "Template":
    """Return what the entry starts from."""
    from reportcli.curate.edit import reject_known_paper

    if source is not None and arxiv is not None:
        raise UsageError("--from and --arxiv cannot be used together", "give one of them")
    if arxiv is not None:
        from reportcli.curate.arxiv import fetch_paper

        reject_known_paper(library, arxiv)
        return template_from_paper(fetch_paper(arxiv, waiting=_note_retry))._replace(unsaved=True)
    if source is not None:
        text = _text(source)
        typed = source == "-" and _is_terminal(sys.stdin)
        return template_from_text(text, source, explained=by_hand)._replace(unsaved=typed)
    if not by_hand:
        raise UsageError(
            "nothing to add",
            "give --from FILE or --arxiv NUMBER, or run it on a terminal without --no-edit to open your editor",
        )
    return empty_template()


def _text(source: str) -> str:
    """Return the text of a file, or of standard input for ``-``. Raises UsageError."""
    try:
        if source == "-":
            data = sys.stdin.buffer.read(MAX_BYTES + 1)
        else:
            with open(source, "rb") as file:
                data = file.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise UsageError(f"{source} is {TOO_LONG}", "an entry has a few thousand")
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise UsageError(f"{source} is not UTF-8 text") from error
    except (OSError, ValueError) as error:
        problem = f"cannot read {source}: {getattr(error, 'strerror', '') or error}"
        raise UsageError(problem, "give a file in TOML or JSON, or - for standard input") from error


def _note_retry(seconds: float) -> None:
    if _is_terminal(sys.stderr):
        output.write_note(f"arXiv is busy; retrying in {seconds:.0f} s")
