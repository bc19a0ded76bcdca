"""Add and edit: text goes in, a checked report comes out, and the file is moved into place. It prints nothing."""

import os
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Protocol

from reportcli import names, neighbours, rules
from reportcli.answer.outcome import PROBLEM, Done
from reportcli.catalog import (
    SCHEMA,
    make_folder,
    parse,
    read_text,
    schema_line,
    shipped_folder,
    sweep,
    user_folder,
    write_entry,
)
from reportcli.editor import open_editor, private_copy
from reportcli.errors import (
    BadUse,
    NothingAdded,
    RefusedEntry,
    TakenName,
    UnknownName,
    UnreadableEntry,
    UnwritableEntry,
)
from reportcli.layout import after_schema_line, has_comments, lines_of, nearest_line, to_toml
from reportcli.names import Found, Known
from reportcli.reader import Problem
from reportcli.report import ID, Report
from reportcli.schema import entry_schema, to_json
from reportcli.template import Template, empty, without_template
from reportcli.vocabulary import Vocabulary
from reportcli.words import fold, fold_name


class Catalogue(Protocol):
    """What is asked of a catalogue: its folders, its techniques, and what its reports are called."""

    folders: tuple[Path, ...]

    def find(self, name: str) -> Found: ...
    def spellings(self) -> Iterable[Known]: ...
    def techniques(self) -> Vocabulary: ...


def add(catalogue: Catalogue, own: Path, start: Template, *, id: str = "", by_hand: bool = False) -> Done:
    """Save a new entry in a folder, after an editor has shown it where it is done by hand.

    Raises RefusedEntry with every problem, NothingAdded, NoEditor or UnwritableEntry; then nothing is written.
    """
    if id:
        _refuse_taken(catalogue, own, id)
    with private_copy(start.text, own / f"{id or start.id or 'new'}.toml", start.rare) as copy:
        if by_hand:
            open_editor(copy)
        text = _read(copy)
        if by_hand and text.strip() in ("", empty().text.strip()):
            raise NothingAdded()
        report, remarks = _checked(catalogue, id or start.id, text, numbered=by_hand or not start.made)
        _refuse_taken(catalogue, own, report.id)
        path = own / f"{report.id}.toml"
        _save(path, text, report, None)
    return Done(report.id, "path", (str(path),), remarks)


def refuse_known_paper(catalogue: Catalogue, text: str) -> None:
    """Refuse a paper that an entry describes already; another version of it may be an entry of its own."""
    number, version = names.arxiv_number(text) or ("", "")
    for known in catalogue.spellings():
        if known.kind == names.ARXIV and known.written == number:
            described = catalogue.find(known.report).report.arxiv_version or "v1"
            if version in ("", described):
                raise TakenName(text, known.report)


def edit(catalogue: Catalogue, own: Path, name: str) -> Done:
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
            return Done(id, "path", (str(path),), ("nothing changed",))
        report, remarks = _checked(catalogue, id, text)
        _save(target, text, report, before if in_place else None)
    return Done(id, "path", (str(target),), remarks if in_place else (*remarks, f"it now hides {path}"))


def _file_of(catalogue: Catalogue, name: str) -> Path:
    """Return the file of an entry, by its id, be it readable or not, or by a name of its report."""
    for id in _ids(catalogue, name):
        for folder in reversed(catalogue.folders):
            path = folder / f"{id}.toml"
            if os.path.lexists(path):
                return path
    raise UnknownName(name, ())


def _ids(catalogue: Catalogue, name: str) -> Iterator[str]:
    if re.fullmatch(ID, name):
        yield name
    yield catalogue.find(name).report.id


def _refuse_taken(catalogue: Catalogue, own: Path, id: str) -> None:
    """Refuse an id that cannot be one, or that an entry has already, be it readable or not."""
    if not re.fullmatch(ID, id):
        raise BadUse(f"{id!r} cannot be an id", "write lower-case letters, digits, dots and hyphens, such as qwen3")
    if any(os.path.lexists(folder / f"{id}.toml") for folder in (*catalogue.folders, own)):
        raise TakenName(id, id)
    for known in catalogue.spellings():
        if known.kind in (names.ID, names.NAME) and known.folded == fold_name(id):
            raise TakenName(id, known.report)


def _checked(catalogue: Catalogue, id: str, text: str, numbered: bool = True) -> tuple[Report, tuple[str, ...]]:
    """Return the report of a text, and what may be better. Raises RefusedEntry with every problem, by line.

    The id follows from the name where it is not given. The layout is no problem, since it is set right on saving.
    """
    try:
        table = parse("", text)
    except UnreadableEntry as error:
        raise RefusedEntry(id or "new", [_line(error.line, error.problem)]) from error
    name = table.get("name")
    id = id or (_id_of(name) if isinstance(name, str) else "new")
    draft = rules.draft_of(f"{id}.toml", text, table, catalogue.techniques() or None, date.today())
    entry, others = neighbours.named(draft.report), _others(catalogue, draft.report)
    found = [one[1:] for one in rules.broken(draft) if one[0] is not rules.layout]
    for compare, severity in neighbours.COMPARISONS.items():
        found += [(severity, problem) for problem in compare(entry, others)]
    lines = lines_of(text) if numbered else {}
    said = sorted((nearest_line(lines, problem.key), severity, problem) for severity, problem in found)
    problems = [_line(number, _said(problem)) for number, severity, problem in said if severity == PROBLEM]
    if problems:
        raise RefusedEntry(id, problems)
    return draft.report, tuple(_line(number, _said(problem)) for number, _, problem in said)


def _line(number: int, said: str) -> str:
    return f"line {number}: {said}" if number else said


def _said(problem: Problem) -> str:
    return str(problem) if problem.key else problem.text


def _id_of(name: str) -> str:
    """Return the id that follows from a name: ``Tülu 3`` gives ``tulu-3``."""
    id = re.sub(r"[^a-z0-9.]+", "-", fold(name)).strip("-.")
    if not id:
        raise BadUse(f"no id follows from the name {name!r}", "give one with --id")
    return id


def _others(catalogue: Catalogue, report: Report) -> neighbours.Neighbours:
    """Return what the other entries are called, and this one."""
    written: dict[str, dict[int, list[tuple[str, str]]]] = defaultdict(lambda: defaultdict(list))
    for known in catalogue.spellings():
        written[known.report][known.kind].append(("", known.written))
    others = {
        id: neighbours.Named(
            id, by[names.ID] + by[names.NAME], by[names.MODEL], [], next((text for _, text in by[names.ARXIV]), None)
        )
        for id, by in written.items()
    }
    return neighbours.Neighbours((others | {report.id: neighbours.named(report)}).values())


def _save(path: Path, text: str, report: Report, was: str | None) -> None:
    """Put an entry in place: in canonical layout, unless the person wrote comments. The user's folder gets a schema."""
    try:
        make_folder(path.parent)
    except OSError as error:
        raise UnwritableEntry(path, error.strerror or str(error)) from error
    sweep(path.parent)
    if path.parent == user_folder():
        _put_schema(path.parent / SCHEMA)
    first, rest = after_schema_line(without_template(text))
    write_entry(path, (first or schema_line(path.parent)) + (rest if has_comments(rest) else to_toml(report)), was)


def _put_schema(path: Path) -> None:
    """Write the schema of an entry, or a newer one over ours; another file of that name is left alone.

    The entry is worth more than its schema, and does not wait for it.
    """
    wanted = to_json(entry_schema())
    with suppress(UnreadableEntry, UnwritableEntry):
        was = read_text(path) if path.is_file() else None
        ours = wanted.partition('"type"')[0]
        if not path.is_symlink() and was != wanted and (was is None or was.startswith(ours)):
            write_entry(path, wanted, was)


def _read(copy: Path) -> str:
    try:
        return read_text(copy)
    except UnreadableEntry as error:
        raise RefusedEntry(copy.name, [error.problem]) from error
