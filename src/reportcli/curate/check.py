"""Checks files: every problem of every one, by the tables of rules; mends their layout where it is asked to.

It changes no file in which anything but the layout is wrong, and none with comments.
"""

import os
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from reportcli.answer.check import PROBLEM, CheckReport, Finding
from reportcli.catalog.files import (
    TECHNIQUES_FILE,
    VOCABULARY_FOLDER,
    catalog_folders,
    parse_toml,
    read_text,
    schema_line,
    take_snapshot,
    vocabulary_files,
)
from reportcli.catalog.write import remove_stale_temp_files, write_entry
from reportcli.curate import catalog_rules as neighbours
from reportcli.curate import entry_rules as rules
from reportcli.curate.catalog_rules import CATALOG_RULES, EntryNames, OtherEntries
from reportcli.curate.entry_rules import ParsedEntry, layout, parse_entry
from reportcli.curate.technique_rules import TECHNIQUE_RULES, TechniqueFile
from reportcli.errors import EntryChanged, EntryUnreadable, PathNotFound
from reportcli.report.parse import Problem
from reportcli.report.techniques import parse_vocabulary
from reportcli.report.toml import to_toml
from reportcli.report.toml_lines import closest_line, has_comments, key_lines, split_schema_line


class _File(NamedTuple):
    """A file of the catalogue; one that is not chosen is only compared with."""

    path: Path
    chosen: bool

    @property
    def id(self) -> str:
        return self.path.name.removesuffix(".toml")


class _Scope(NamedTuple):
    """Entries and files of techniques, a later one over an earlier one of the same name."""

    entries: Sequence[_File]
    vocabularies: Sequence[_File]


class _Said(NamedTuple):
    """What a rule found in a file; without a rule the file cannot be read."""

    file: _File
    rule: Callable[..., Any] | None
    finding: Finding


def check(
    paths: Sequence[Path] = (), given: Sequence[Path] = (), *, fix: bool = False, today: date | None = None
) -> CheckReport:
    """Check files and folders, or without any the whole catalogue in force.

    A folder is a catalogue of its own; a file is compared with the catalogue that it lies in, else with the one in
    force, over which it lies. ``given`` folders are that catalogue instead. With ``fix``, files in which only the
    layout is wrong are written anew. Raises NoSuchFile, NoCatalogue, UnwritableEntry.
    """
    scope, day = _scope(paths, given), today or date.today()
    said, notes = list(_check(scope, day)), list[str]()
    if fix:
        notes = list(_mend(scope, said, day))
        said = list(_check(scope, day))
    order = {file: place for place, file in enumerate((*scope.entries, *scope.vocabularies))}
    said.sort(key=lambda one: (one.finding.severity != PROBLEM, order[one.file], one.finding.line or 0))
    findings = [one.finding for one in said]
    return CheckReport(tuple(findings), (*notes, _summary(scope, findings)))


def _scope(paths: Sequence[Path], given: Sequence[Path]) -> _Scope:
    for path in paths:
        if not os.path.lexists(path):
            raise PathNotFound(path)
    named = [(path / TECHNIQUES_FILE if path.name == VOCABULARY_FOLDER else path).absolute() for path in paths]
    files = [path for path in named if not path.is_dir()]
    folders = [path.absolute() for path in given] + [path for path in named if path.is_dir()]
    if not folders:
        folders = [_home(path) for path in files if (_home(path) / VOCABULARY_FOLDER).is_dir()]
    folders = list(dict.fromkeys(folders)) or list(catalog_folders())
    wanted = set(named or folders)
    entries = sorted(take_snapshot(folders).entries(), key=lambda entry: (entry.rank, entry.path))
    inside = dict.fromkeys(Path(entry.path) for entry in entries)
    vocabularies = dict.fromkeys(Path(entry.path) for entry in vocabulary_files(folders))
    for path in files:
        (vocabularies if _is_vocabulary(path) else inside).setdefault(path)
    chosen = [[_File(path, bool(wanted & {path, _home(path)})) for path in group] for group in (inside, vocabularies)]
    return _Scope(*chosen)


def _is_vocabulary(path: Path) -> bool:
    return path.parts[-2:] == (VOCABULARY_FOLDER, TECHNIQUES_FILE)


def _home(path: Path) -> Path:
    return path.parent.parent if _is_vocabulary(path) else path.parent


def _check(scope: _Scope, today: date) -> Iterator[_Said]:
    """Yield all that is wrong. Of each entry only what is compared is kept, so that many need little room."""
    tables: dict[_File, Mapping[str, Any]] = {}
    for file in scope.vocabularies:
        try:
            tables[file] = parse_toml(file.path, read_text(file.path))
        except EntryUnreadable as error:
            yield from _unreadable(file, error)
    vocabulary = parse_vocabulary({id: entry for table in tables.values() for id, entry in table.items()})
    known = vocabulary if len(tables) == len(scope.vocabularies) else None
    entries: dict[str, tuple[_File, EntryNames]] = {}
    for file in scope.entries:
        try:
            text = read_text(file.path)
            draft = parse_entry(file.path.name, text, parse_toml(file.path, text), known, today)
        except EntryUnreadable as error:
            yield from _unreadable(file, error)
            continue
        yield from _of_entry(file, draft)
        entries[file.id] = file, neighbours.names_of(draft.report)
    yield from _of_neighbours(list(entries.values()))
    reports = frozenset(file.id for file in scope.entries)
    for file, table in tables.items():
        yield from _of_terms(file, TechniqueFile(table, vocabulary, reports))


def _unreadable(file: _File, error: EntryUnreadable) -> Iterator[_Said]:
    if file.chosen:
        place = error.line or None, error.column or None
        yield _Said(file, None, Finding(_shown(file.path), *place, "", error.problem, PROBLEM))


def _of_entry(file: _File, draft: ParsedEntry) -> Iterator[_Said]:
    yield from _placed(file, rules.broken_rules(draft) if file.chosen else [], lambda: draft.text)


def _of_neighbours(entries: Sequence[tuple[_File, EntryNames]]) -> Iterator[_Said]:
    others = OtherEntries(named for _, named in entries)
    for file, named in entries:
        found = [
            (rule, severity, problem)
            for rule, severity in (CATALOG_RULES.items() if file.chosen else ())
            for problem in rule(named, others)
        ]
        yield from _placed(file, found, partial(_text_of, file))


def _of_terms(file: _File, known: TechniqueFile) -> Iterator[_Said]:
    found = [(rule, PROBLEM, problem) for rule in (TECHNIQUE_RULES if file.chosen else ()) for problem in rule(known)]
    yield from _placed(file, found, partial(_text_of, file))


def _placed(
    file: _File, found: Sequence[tuple[Callable[..., Any], str, Problem]], text: Callable[[], str]
) -> Iterator[_Said]:
    lines = key_lines(text()) if found else {}
    for rule, severity, problem in found:
        line = problem.line or closest_line(lines, problem.key) or None
        yield _Said(file, rule, Finding(_shown(file.path), line, None, problem.key, problem.text, severity))


def _text_of(file: _File) -> str:
    try:
        return read_text(file.path)
    except EntryUnreadable:  # it was readable a moment ago
        return ""


def _shown(path: Path) -> str:
    """Return a path as short as it can be written from here."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def _mend(scope: _Scope, said: Sequence[_Said], today: date) -> Iterator[str]:
    """Write files anew in which only the layout is wrong, or the line that names a schema beside is missing."""
    broken: dict[_File, set[Any]] = defaultdict(set)
    for one in said:
        if one.finding.severity == PROBLEM:
            broken[one.file].add(one.rule)
    for folder in {file.path.parent for file in scope.entries if file.chosen}:
        remove_stale_temp_files(folder)
    for file in scope.entries:
        wrong = broken[file]
        if file.chosen and not wrong - {layout}:
            try:
                done = _written_anew(file, bool(wrong), today)
            except (EntryChanged, EntryUnreadable):
                done = f"skipped {_shown(file.path)}: it was changed meanwhile"
            yield from filter(None, [done])
        elif layout in wrong:
            yield f"skipped {_shown(file.path)}: it has other problems"


def _written_anew(file: _File, is_wrong: bool, today: date) -> str:
    """Mend the layout of a file, and return what was done; "" where there is nothing to do."""
    text = read_text(file.path)
    draft = parse_entry(file.path.name, text, parse_toml(file.path, text), None, today)
    line = split_schema_line(text)[0] or schema_line(file.path.parent)
    mended = line + to_toml(draft.report)
    if has_comments(text):
        return f"skipped {_shown(file.path)}: it has comments" if is_wrong else ""
    if mended == text:
        return ""
    found = {rule for rule, severity, _ in rules.broken_rules(draft) if severity == PROBLEM}
    if found - {layout}:  # it is not the text that was checked
        raise EntryChanged(file.path, "it was changed meanwhile")
    write_entry(file.path, mended, text)
    return f"reformatted {_shown(file.path)}"


def _summary(scope: _Scope, findings: Sequence[Finding]) -> str:
    entries, vocabularies = (sum(file.chosen for file in files) for files in scope)
    problems = sum(finding.severity == PROBLEM for finding in findings)
    remarks = len(findings) - problems
    some_terms = _counted(vocabularies, "vocabulary", "vocabularies") if vocabularies and not entries else ""
    said = [some_terms or _counted(entries, "entry", "entries")]
    said += [_counted(problems, "problem", "problems") if problems else "no problems"]
    said += [_counted(remarks, "remark", "remarks")] if remarks else []
    return ", ".join(said)


def _counted(count: int, one: str, in_array: str) -> str:
    return f"{count:,} {one if count == 1 else in_array}"
