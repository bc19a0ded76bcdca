"""Adding and editing entries: a text becomes a checked report, and its file is put in place. Prints nothing."""

import os
import re
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import chain, count
from pathlib import Path
from typing import NamedTuple, Protocol

from reportcli.answer.action import ActionResult
from reportcli.answer.check import PROBLEM, Finding
from reportcli.catalog.files import (
    SCHEMA_FILE,
    is_user_folder,
    make_private_folder,
    parse_toml,
    read_text,
    schema_line,
    shipped_folder,
)
from reportcli.catalog.write import hard_link_note, remove_stale_temp_files, write_entry
from reportcli.curate.catalog_rules import OtherEntries, entries_like, names_of
from reportcli.curate.changes import changes
from reportcli.curate.check import entry_findings
from reportcli.curate.editor import Ask, Draft, add_hint, create_draft, open_draft
from reportcli.curate.entry import latest_today, parse_entry
from reportcli.curate.entry_rules import completeness, layout
from reportcli.curate.template import Template, empty_template, strip_template
from reportcli.errors import (
    EDITOR_MUST_WAIT,
    DraftExists,
    EntryRejected,
    EntryUnreadable,
    EntryUnwritable,
    NameInUse,
    NothingToAdd,
    ReportcliError,
    UnknownName,
    UsageError,
)
from reportcli.query.names import (
    ARXIV_SPELLING,
    ID_SPELLING,
    NAME_SPELLING,
    ReportMatch,
    Spelling,
    parse_arxiv_number,
)
from reportcli.report.choices import ID_ADVICE, ID_PATTERN
from reportcli.report.fields import Report
from reportcli.report.json_schema import entry_schema, schema_text
from reportcli.report.parse import parse_partial_report
from reportcli.report.techniques import Vocabulary
from reportcli.report.toml import to_toml
from reportcli.report.toml_lines import first_comment, split_schema_line
from reportcli.text import fold, fold_name


class EditableCatalog(Protocol):
    """What adding and editing need of a catalogue: its folders, its techniques, and the names of its reports."""

    folders: tuple[Path, ...]

    def find(self, name: str) -> ReportMatch: ...
    def spelled_as(self, folded: str) -> Iterable[Spelling]: ...
    def names(self) -> Mapping[str, str]: ...
    def techniques(self) -> Vocabulary: ...


Save = Callable[[str], ActionResult]  # checks a text and saves it as an entry


def add(
    catalog: EditableCatalog,
    own: Path,
    start: Template,
    *,
    entry_id: str = "",
    by_hand: bool = False,
    ask: Ask | None = None,
) -> ActionResult:
    """Save a new entry in the folder ``own``; ``by_hand`` lets the user's editor work on it first.

    ``ask`` puts questions to the user, and is None without a terminal. Raises EntryRejected with every problem,
    NothingToAdd, NameInUse, UsageError, DraftExists, EditorUnavailable or EntryUnwritable; then there is
    no entry, and what was typed is in a draft.
    """
    if entry_id:
        _reject_used_id(catalog, own, entry_id)
    entry_id = entry_id or start.id

    def save(text: str) -> ActionResult:
        if by_hand and text.strip() in ("", empty_template().text.strip()):
            raise NothingToAdd
        report, remarks = checked_report(catalog, entry_id, text, with_lines=by_hand or not start.made)
        _reject_used_id(catalog, own, report.id)
        path = own / f"{report.id}.toml"
        _write(path, text, report, None)
        return ActionResult(report.id, "path", (str(path),), remarks)

    draft_id = entry_id or _id_from_text(start.text) or "new"
    target = own / f"{draft_id}.toml"
    if by_hand:
        with open_draft(target, start.text, ask, unsaved=start.unsaved) as draft:
            return _edit_and_save(draft, draft_id, save, ask)
    try:
        return save(start.text)
    except ReportcliError as error:
        if start.unsaved:
            _save_as_draft(target, start.text, error)
        raise


def _save_as_draft(target: Path, text: str, error: ReportcliError) -> None:
    """Save a refused text as a draft of its entry, beside an older one, and say in the error where it is."""
    paths = chain([target], (target.with_stem(f"{target.stem}-{number}") for number in count(2)))
    draft = None
    while draft is None:
        try:
            with suppress(DraftExists):
                draft = create_draft(next(paths), text)
        except EntryUnwritable as failure:
            add_hint(error, f"your text was not saved: {failure}")
            return
    command = f"`reportcli add --from {shlex.quote(str(draft))}`"
    add_hint(error, f"your text was saved; once it is complete, run {command}")


def reject_known_paper(catalog: EditableCatalog, text: str) -> None:
    """Raise NameInUse for a paper that has an entry; another version of it may be an entry of its own."""
    number, version = parse_arxiv_number(text) or ("", "")
    for spelling in catalog.spelled_as(number) if number else ():
        if spelling.kind == ARXIV_SPELLING:
            entry_version = catalog.find(spelling.report).report.arxiv_version or "v1"
            if version in ("", entry_version):
                raise NameInUse(text, spelling.report)


def edit(catalog: EditableCatalog, own: Path, name: str, ask: Ask | None = None) -> ActionResult:
    """Let the user's editor change an entry; of a shipped one, a copy in the user's own folder ``own``.

    ``ask`` puts questions to the user, and is None without a terminal. Raises EntryRejected with every problem,
    UnknownName, DraftExists, EditorUnavailable or EntryUnwritable; then the entry is as it was, and what
    was typed is in its draft.
    """
    entry = entry_file(catalog, own, name)

    def save(text: str) -> ActionResult:
        if text == entry.before:
            stays = (f"save there, and run this again to go on with {draft.path}",) if draft.may_be_open else ()
            return ActionResult(entry.id, "path", (str(entry.path),), ("nothing changed", EDITOR_MUST_WAIT, *stays))
        before = entry.report()
        checked = checked_report(catalog, entry.id, text, may_be_incomplete=before is not None and before.is_incomplete)
        return save_changed(entry, text, *checked)

    with open_draft(entry.target, entry.before, ask, changed=entry.path.stat().st_mtime) as draft:
        return _edit_and_save(draft, entry.id, save, ask)


class EntryFile(NamedTuple):
    """An entry to change: its file and the text of it, and the file to write, which for a shipped one is a copy."""

    path: Path
    target: Path
    before: str

    @property
    def id(self) -> str:
        return self.path.name.removesuffix(".toml")

    def report(self) -> Report | None:
        """Return what the entry says before the change; None where it is not TOML."""
        with suppress(EntryUnreadable):
            return parse_partial_report(self.id, parse_toml(self.path, self.before))[0]
        return None


def entry_file(catalog: EditableCatalog, own: Path, name: str) -> EntryFile:
    """Return the file of an entry; of a shipped one, a copy in the user's own folder ``own`` is written."""
    path = file_of(catalog, name)
    in_place = path.parent != shipped_folder() or not is_user_folder(own)
    target = path if in_place else own / path.name
    if os.path.lexists(target):  # a copy that was not there yet when the catalogue was opened
        path = target
    try:
        return EntryFile(path, target, read_text(path))
    except EntryUnreadable as error:
        add_hint(error, "repair the file, or remove the entry")
        raise


def save_changed(entry: EntryFile, text: str, report: Report, remarks: tuple[str, ...]) -> ActionResult:
    """Put a changed entry in place; the result says what changed, and what it overrides."""
    in_place = entry.target == entry.path
    effects = hard_link_note(entry.path) if in_place else (f"it now overrides {entry.path}",)
    _write(entry.target, text, report, entry.before if in_place else None)
    before = entry.report()
    changed = changes(before, report) if before else ()
    return ActionResult(entry.id, "path", (str(entry.target),), (*changed, *remarks, *effects))


def _edit_and_save(draft: Draft, entry_id: str, save: Save, ask: Ask | None) -> ActionResult:
    """Open the editor, and save what it leaves; while that is wrong, ask whether to open it again."""
    while True:
        draft.edit(ask)
        try:
            return save(_text_of(draft.path, entry_id))
        except (EntryRejected, NameInUse, UsageError) as error:
            if ask is None:
                raise
            if not ask(f"error: {error}", "edit again?"):
                raise EntryRejected(entry_id) from error


def _text_of(draft: Path, entry_id: str) -> str:
    try:
        return read_text(draft)
    except EntryUnreadable as error:
        raise EntryRejected(entry_id, [error.problem]) from error


def file_of(catalog: EditableCatalog, name: str) -> Path:
    """Return the file of an entry, by its id, whether it can be read or not, or by a name of its report."""
    for entry_id in _possible_ids(catalog, name):
        if path := shown_file(catalog.folders, entry_id):
            return path
    raise UnknownName(name, ())


def shown_file(folders: Sequence[Path], entry_id: str) -> Path | None:
    """Return the file of an entry in the last of the folders that have one, which is shown; None where none has."""
    paths = (folder / f"{entry_id}.toml" for folder in reversed(folders))
    return next(filter(os.path.lexists, paths), None)


def _possible_ids(catalog: EditableCatalog, name: str) -> Iterator[str]:
    if re.fullmatch(ID_PATTERN, name):
        yield name
    yield catalog.find(name).report.id


def _reject_used_id(catalog: EditableCatalog, own: Path, entry_id: str) -> None:
    """Raise UsageError for an id of a wrong form, and NameInUse for one that a file or a report has already."""
    if not re.fullmatch(ID_PATTERN, entry_id):
        raise UsageError(f"{entry_id!r} is not a valid id", ID_ADVICE)
    if shown_file((*catalog.folders, own), entry_id):
        raise NameInUse(entry_id, entry_id)
    for spelling in catalog.spelled_as(fold_name(entry_id)):
        if spelling.kind in (ID_SPELLING, NAME_SPELLING):
            raise NameInUse(entry_id, spelling.report)


def checked_report(
    catalog: EditableCatalog, entry_id: str, text: str, *, with_lines: bool = True, may_be_incomplete: bool = False
) -> tuple[Report, tuple[str, ...]]:
    """Return the report of a text, and the remarks on it. Raises EntryRejected with every problem.

    Without an id, it is derived from the name. Layout is no problem, since saving reformats the text, and what is
    missing is none where the entry may be incomplete.
    """
    try:
        table = parse_toml("", text)
    except EntryUnreadable as error:
        raise EntryRejected(entry_id or "new", [_at_line(error.line, error.problem)]) from error
    name = table.get("name")
    entry_id = entry_id or (id_from_name(name) if isinstance(name, str) else "new")
    entry = parse_entry(f"{entry_id}.toml", text, table, catalog.techniques() or None, latest_today())
    own = names_of(entry.report)
    others = OtherEntries([own, *entries_like(own, catalog.spelled_as)], catalog.names)
    broken = entry_findings("", entry, others)
    passed_over = (layout, completeness) if may_be_incomplete else (layout,)
    findings = sorted(
        (finding for rule, finding in broken if rule not in passed_over), key=lambda finding: finding.line or 0
    )
    lines = {
        severity: tuple(_described(finding, with_lines) for finding in findings if finding.severity == severity)
        for severity in {finding.severity for finding in findings}
    }
    if problems := lines.pop(PROBLEM, ()):
        raise EntryRejected(entry_id, problems)
    lacks = [finding.key for rule, finding in broken if rule is completeness]
    incomplete = (f"{entry_id} is still incomplete: it lacks {', '.join(lacks)}",) if lacks else ()
    return entry.report, sum(lines.values(), incomplete)


def _described(finding: Finding, with_line: bool) -> str:
    problem = f"{finding.key}: {finding.problem}" if finding.key else finding.problem
    return _at_line(finding.line or 0 if with_line else 0, problem)


def _at_line(line: int, problem: str) -> str:
    return f"line {line}: {problem}" if line else problem


def _id_from_text(text: str) -> str:
    """Return the id that follows from the name in a text; "" where there is none."""
    with suppress(EntryUnreadable, UsageError):
        name = parse_toml("", text).get("name")
        return id_from_name(name) if isinstance(name, str) else ""
    return ""


def id_from_name(name: str) -> str:
    """Return the id that follows from a name: ``Tülu 3`` gives ``tulu-3``. Raises UsageError where none does."""
    folded = fold(name)
    entry_id = re.sub(r"[^a-z0-9.]+", "-", folded).strip("-.")
    loses_letters = any(char.isalnum() and not char.isascii() for char in folded)
    if loses_letters or not re.fullmatch(ID_PATTERN, entry_id):
        raise UsageError(f"cannot derive an id from the name {name!r}", "give one with --id")
    return entry_id


def _write(path: Path, text: str, report: Report, before: str | None) -> None:
    """Put an entry in place, in canonical layout unless the person wrote comments; the user's folder gets a schema."""
    try:
        make_private_folder(path.parent)
    except OSError as error:
        raise EntryUnwritable(path, error.strerror or str(error)) from error
    remove_stale_temp_files(path.parent)
    if is_user_folder(path.parent):
        write_schema(path.parent / SCHEMA_FILE)
    schema, rest = split_schema_line(strip_template(text))
    write_entry(path, (schema or schema_line(path.parent)) + (rest if first_comment(rest) else to_toml(report)), before)


def write_schema(path: Path) -> None:
    """Write the schema of an entry, or replace an older one; a file that somebody else wrote is left alone.

    An entry is saved even where its schema cannot be.
    """
    schema = schema_text(entry_schema())
    with suppress(EntryUnreadable, EntryUnwritable):
        before = read_text(path) if path.is_file() else None
        beginning = schema.partition('"type"')[0]
        if not path.is_symlink() and before != schema and (before is None or before.startswith(beginning)):
            write_entry(path, schema, before)
