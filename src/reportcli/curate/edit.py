"""Add and edit: text goes in, a checked report comes out, and the file is moved into place. It prints nothing."""

import os
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Protocol

from reportcli.answer.action import ActionResult
from reportcli.answer.check import PROBLEM
from reportcli.catalog.files import (
    SCHEMA_FILE,
    make_private_folder,
    parse_toml,
    read_text,
    schema_line,
    shipped_folder,
    user_folder,
)
from reportcli.catalog.write import remove_stale_temp_files, write_entry
from reportcli.curate.catalog_rules import CATALOG_RULES, EntryNames, OtherEntries, names_of
from reportcli.curate.editor import open_editor, private_copy
from reportcli.curate.entry_rules import broken_rules, layout, parse_entry
from reportcli.curate.template import Template, empty_template, strip_template
from reportcli.errors import (
    EntryRejected,
    EntryUnreadable,
    EntryUnwritable,
    NameInUse,
    NothingToAdd,
    UnknownName,
    UsageError,
)
from reportcli.query import names
from reportcli.query.names import (
    ARXIV_SPELLING,
    MODEL_SPELLING,
    NAME_SPELLING,
    ReportMatch,
    Spelling,
    parse_arxiv_number,
)
from reportcli.report.fields import ID_PATTERN, Report
from reportcli.report.json_schema import entry_schema, schema_text
from reportcli.report.parse import Problem
from reportcli.report.techniques import Vocabulary
from reportcli.report.toml import to_toml
from reportcli.report.toml_lines import closest_line, has_comments, key_lines, split_schema_line
from reportcli.text import fold, fold_name


class EditableCatalog(Protocol):
    """What is asked of a catalogue: its folders, its techniques, and what its reports are called."""

    folders: tuple[Path, ...]

    def find(self, name: str) -> ReportMatch: ...
    def spellings(self) -> Iterable[Spelling]: ...
    def techniques(self) -> Vocabulary: ...


def add(catalogue: EditableCatalog, own: Path, start: Template, *, id: str = "", by_hand: bool = False) -> ActionResult:
    """Save a new entry in a folder, after an editor has shown it where it is done by hand.

    Raises RefusedEntry with every problem, NothingAdded, NoEditor or UnwritableEntry; then nothing is written.
    """
    if id:
        _reject_used_id(catalogue, own, id)
    with private_copy(start.text, own / f"{id or start.id or 'new'}.toml", start.rare) as copy:
        if by_hand:
            open_editor(copy)
        text = _read(copy)
        if by_hand and text.strip() in ("", empty_template().text.strip()):
            raise NothingToAdd()
        report, remarks = _checked(catalogue, id or start.id, text, numbered=by_hand or not start.made)
        _reject_used_id(catalogue, own, report.id)
        path = own / f"{report.id}.toml"
        _save(path, text, report, None)
    return ActionResult(report.id, "path", (str(path),), remarks)


def reject_known_paper(catalogue: EditableCatalog, text: str) -> None:
    """Refuse a paper that an entry describes already; another version of it may be an entry of its own."""
    number, version = parse_arxiv_number(text) or ("", "")
    for known in catalogue.spellings():
        if known.kind == ARXIV_SPELLING and known.written == number:
            described = catalogue.find(known.report).report.arxiv_version or "v1"
            if version in ("", described):
                raise NameInUse(text, known.report)


def edit(catalogue: EditableCatalog, own: Path, name: str) -> ActionResult:
    """Let an editor change an entry; a shipped one becomes a copy in the user's own folder.

    Raises RefusedEntry with every problem, NoEditor or UnwritableEntry; then the file is as it was.
    """
    path = _file_of(catalogue, name)
    id = path.name.removesuffix(".toml")
    before = read_text(path)
    in_place = path.parent != shipped_folder() or own != user_folder()
    target = path if in_place else own / path.name
    with private_copy(before, target) as copy:
        open_editor(copy)
        text = _read(copy)
        if text == before:
            return ActionResult(id, "path", (str(path),), ("nothing changed",))
        report, remarks = _checked(catalogue, id, text)
        _save(target, text, report, before if in_place else None)
    return ActionResult(id, "path", (str(target),), remarks if in_place else (*remarks, f"it now overrides {path}"))


def _file_of(catalogue: EditableCatalog, name: str) -> Path:
    """Return the file of an entry, by its id, be it readable or not, or by a name of its report."""
    for id in _ids(catalogue, name):
        for folder in reversed(catalogue.folders):
            path = folder / f"{id}.toml"
            if os.path.lexists(path):
                return path
    raise UnknownName(name, ())


def _ids(catalogue: EditableCatalog, name: str) -> Iterator[str]:
    if re.fullmatch(ID_PATTERN, name):
        yield name
    yield catalogue.find(name).report.id


def _reject_used_id(catalogue: EditableCatalog, own: Path, id: str) -> None:
    """Refuse an id that cannot be one, or that an entry has already, be it readable or not."""
    if not re.fullmatch(ID_PATTERN, id):
        raise UsageError(f"{id!r} cannot be an id", "write lower-case letters, digits, dots and hyphens, such as qwen3")
    if any(os.path.lexists(folder / f"{id}.toml") for folder in (*catalogue.folders, own)):
        raise NameInUse(id, id)
    for known in catalogue.spellings():
        if known.kind in (names.ID_SPELLING, NAME_SPELLING) and known.folded == fold_name(id):
            raise NameInUse(id, known.report)


def _checked(catalogue: EditableCatalog, id: str, text: str, numbered: bool = True) -> tuple[Report, tuple[str, ...]]:
    """Return the report of a text, and what may be better. Raises RefusedEntry with every problem, by line.

    The id follows from the name where it is not given. The layout is no problem, since it is set right on saving.
    """
    try:
        table = parse_toml("", text)
    except EntryUnreadable as error:
        raise EntryRejected(id or "new", [_line(error.line, error.problem)]) from error
    name = table.get("name")
    id = id or (_id_of(name) if isinstance(name, str) else "new")
    draft = parse_entry(f"{id}.toml", text, table, catalogue.techniques() or None, date.today())
    entry, others = names_of(draft.report), _others(catalogue, draft.report)
    found = [one[1:] for one in broken_rules(draft) if one[0] is not layout]
    for compare, severity in CATALOG_RULES.items():
        found += [(severity, problem) for problem in compare(entry, others)]
    lines = key_lines(text) if numbered else {}
    said = sorted((closest_line(lines, problem.key), severity, problem) for severity, problem in found)
    problems = [_line(number, _said(problem)) for number, severity, problem in said if severity == PROBLEM]
    if problems:
        raise EntryRejected(id, problems)
    return draft.report, tuple(_line(number, _said(problem)) for number, _, problem in said)


def _line(number: int, said: str) -> str:
    return f"line {number}: {said}" if number else said


def _said(problem: Problem) -> str:
    return str(problem) if problem.key else problem.text


def _id_of(name: str) -> str:
    """Return the id that follows from a name: ``Tülu 3`` gives ``tulu-3``."""
    id = re.sub(r"[^a-z0-9.]+", "-", fold(name)).strip("-.")
    if not id:
        raise UsageError(f"no id follows from the name {name!r}", "give one with --id")
    return id


def _others(catalogue: EditableCatalog, report: Report) -> OtherEntries:
    """Return what the other entries are called, and this one."""
    written: dict[str, dict[int, list[tuple[str, str]]]] = defaultdict(lambda: defaultdict(list))
    for known in catalogue.spellings():
        written[known.report][known.kind].append(("", known.written))
    others = {
        id: EntryNames(
            id,
            by[names.ID_SPELLING] + by[NAME_SPELLING],
            by[MODEL_SPELLING],
            [],
            next((text for _, text in by[ARXIV_SPELLING]), None),
        )
        for id, by in written.items()
    }
    return OtherEntries((others | {report.id: names_of(report)}).values())


def _save(path: Path, text: str, report: Report, was: str | None) -> None:
    """Put an entry in place: in canonical layout, unless the person wrote comments. The user's folder gets a schema."""
    try:
        make_private_folder(path.parent)
    except OSError as error:
        raise EntryUnwritable(path, error.strerror or str(error)) from error
    remove_stale_temp_files(path.parent)
    if path.parent == user_folder():
        _put_schema(path.parent / SCHEMA_FILE)
    first, rest = split_schema_line(strip_template(text))
    write_entry(path, (first or schema_line(path.parent)) + (rest if has_comments(rest) else to_toml(report)), was)


def _put_schema(path: Path) -> None:
    """Write the schema of an entry, or a newer one over ours; another file of that name is left alone.

    The entry is worth more than its schema, and does not wait for it.
    """
    wanted = schema_text(entry_schema())
    with suppress(EntryUnreadable, EntryUnwritable):
        was = read_text(path) if path.is_file() else None
        ours = wanted.partition('"type"')[0]
        if not path.is_symlink() and was != wanted and (was is None or was.startswith(ours)):
            write_entry(path, wanted, was)


def _read(copy: Path) -> str:
    try:
        return read_text(copy)
    except EntryUnreadable as error:
        raise EntryRejected(copy.name, [error.problem]) from error
