"""Checking the files of a catalogue by the tables of rules, and reformatting those whose only problem is layout."""

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import date
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
    shipped_folder,
    take_snapshot,
    vocabulary_files,
)
from reportcli.catalog.write import hard_link_note, remove_stale_temp_files, write_entry
from reportcli.curate.catalog_rules import EntryNames, OtherEntries, broken_catalog_rules, names_of
from reportcli.curate.entry import ParsedEntry, latest_today, parse_entry
from reportcli.curate.entry_rules import broken_rules, layout
from reportcli.curate.technique_rules import TECHNIQUE_RULES, TechniqueFile
from reportcli.errors import EntryChanged, EntryUnreadable, PathNotFound
from reportcli.report.parse import Problem
from reportcli.report.techniques import Vocabulary, parse_vocabulary
from reportcli.report.toml import to_toml
from reportcli.report.toml_lines import closest_line, first_comment, key_lines, split_schema_line


class BrokenRule(NamedTuple):
    """A rule that a file breaks, and the finding that says how."""

    rule: Callable[..., Any]
    finding: Finding


def entry_findings(path: str, entry: ParsedEntry, others: OtherEntries) -> list[BrokenRule]:
    """Return all that the rules find in one entry: by itself, and beside the other entries of its catalogue."""
    return _locate(path, entry.text, broken_rules(entry) + broken_catalog_rules(names_of(entry.report), others))


def _locate(path: str, text: str, broken: Sequence[tuple[Callable[..., Any], str, Problem]]) -> list[BrokenRule]:
    """Return broken rules as findings, with the lines of their keys."""
    lines = key_lines(text) if broken else {}
    located = []
    for rule, severity, problem in broken:
        line = problem.line or closest_line(lines, problem.key) or None
        located.append(BrokenRule(rule, Finding(path, line, None, problem.key, problem.text, severity)))
    return located


def check(
    paths: Sequence[Path] = (), given: Sequence[Path] = (), *, fix: bool = False, today: date | None = None
) -> CheckReport:
    """Check files and folders; without any, the whole catalogue in use.

    A folder is checked as a catalogue of its own. A file is compared with the catalogue that it lies in, or else with
    the one in use, whose entry of the same id it replaces. ``given`` folders take the place of that catalogue. With
    ``fix``, files whose only problem is layout are reformatted; files with comments are skipped. ``today`` is the day
    after which dates are in the future. Raises PathNotFound, CatalogUnreadable or EntryUnwritable.
    """
    return _Check(_select(paths, given), fix, today or latest_today()).run()


class _File(NamedTuple):
    """A file of the catalogue; those that are not selected are only compared with."""

    path: Path
    selected: bool
    named: bool  # by itself, not with its folder

    @property
    def id(self) -> str:
        return self.path.name.removesuffix(".toml")


class _Selection(NamedTuple):
    """Entries and vocabularies, each in the order of their folders."""

    entries: Sequence[_File]
    vocabularies: Sequence[_File]


def _select(paths: Sequence[Path], given: Sequence[Path]) -> _Selection:
    for path in paths:
        if not os.path.lexists(path):
            raise PathNotFound(path)
    named = [(path / TECHNIQUES_FILE if path.name == VOCABULARY_FOLDER else path).absolute() for path in paths]
    files = [path for path in named if not path.is_dir()]
    folders = [path.absolute() for path in given] + [path for path in named if path.is_dir()]
    if not folders:
        folders = [_catalog_of(path) for path in files if (_catalog_of(path) / VOCABULARY_FOLDER).is_dir()]
    folders = list(dict.fromkeys(folders)) or list(catalog_folders())
    selected = set(named or folders)
    entries = sorted(take_snapshot(folders).entries(), key=lambda entry: (entry.rank, entry.path))
    entry_paths = dict.fromkeys(Path(entry.path) for entry in entries)
    vocabulary_paths = dict.fromkeys(Path(entry.path) for entry in vocabulary_files(folders))
    for path in files:
        (vocabulary_paths if _is_vocabulary(path) else entry_paths).setdefault(path)
    return _Selection(
        *(
            [_File(path, bool(selected & {path, _catalog_of(path)}), path in selected) for path in paths_of_kind]
            for paths_of_kind in (entry_paths, vocabulary_paths)
        )
    )


def _is_vocabulary(path: Path) -> bool:
    return path.parts[-2:] == (VOCABULARY_FOLDER, TECHNIQUES_FILE)


def _catalog_of(path: Path) -> Path:
    """Return the catalogue folder of a file."""
    return path.parent.parent if _is_vocabulary(path) else path.parent


class _Check:
    """One pass over the selected files: each is read once, checked, and with ``fix`` reformatted."""

    def __init__(self, selection: _Selection, fix: bool, today: date) -> None:
        self._selection, self._fix, self._today = selection, fix, today
        self._findings: list[Finding] = []
        self._notes: list[str] = []

    def run(self) -> CheckReport:
        """Check all files, and return what is still wrong with them, problems before remarks."""
        if self._fix:
            for folder in {file.path.parent for file in self._selection.entries if file.selected}:
                remove_stale_temp_files(folder)
        vocabularies = self._read_vocabularies()
        vocabulary = parse_vocabulary(
            {key: table for _, tables in vocabularies.values() for key, table in tables.items()}
        )
        complete = len(vocabularies) == len(self._selection.vocabularies)
        self._check_entries(vocabulary if complete else None)
        report_ids = frozenset(file.id for file in self._selection.entries)
        for file, (text, tables) in vocabularies.items():
            if file.selected:
                self._check_techniques(file, text, TechniqueFile(tables, vocabulary, report_ids))
        self._sort_findings()
        return CheckReport(tuple(self._findings), (*self._notes, self._summary()))

    def _read_vocabularies(self) -> dict[_File, tuple[str, Mapping[str, Any]]]:
        vocabularies: dict[_File, tuple[str, Mapping[str, Any]]] = {}
        for file in self._selection.vocabularies:
            try:
                text = read_text(file.path)
                vocabularies[file] = text, parse_toml(file.path, text)
            except EntryUnreadable as error:
                self._report_unreadable(file, error)
        return vocabularies

    def _check_entries(self, vocabulary: Vocabulary | None) -> None:
        """Read all entries, of which only names and texts are kept in memory; then check the selected ones."""
        texts: dict[_File, str] = {}
        visible: dict[str, tuple[_File, EntryNames]] = {}  # by id: an entry hides one of the same id in a folder before
        for file in self._selection.entries:
            try:
                text = read_text(file.path)
                entry = self._parse(file, text, vocabulary)
            except EntryUnreadable as error:
                self._report_unreadable(file, error)
                continue
            visible[file.id] = file, names_of(entry.report)
            if file.selected:
                texts[file] = text
        others = OtherEntries(names for _, names in visible.values())
        for file, text in texts.items():
            is_visible = visible[file.id][0] == file
            self._check_entry(file, self._parse(file, text, vocabulary), others if is_visible else OtherEntries(()))

    def _parse(self, file: _File, text: str, vocabulary: Vocabulary | None) -> ParsedEntry:
        return parse_entry(file.path.name, text, parse_toml(file.path, text), vocabulary, self._today)

    def _check_entry(self, file: _File, entry: ParsedEntry, others: OtherEntries) -> None:
        path = relative_path(file.path)
        broken = entry_findings(path, entry, others)
        if self._fix and (reformatted := self._reformat(file, entry, broken)):
            broken = entry_findings(path, entry._replace(text=reformatted), others)
        self._findings += [finding for _, finding in broken]

    def _reformat(self, file: _File, entry: ParsedEntry, broken: Sequence[BrokenRule]) -> str | None:
        """Write an entry in canonical layout, with the schema line where a schema lies beside; return the new text.

        Does nothing, and returns None, where it is so already, has comments or other problems, or changed meanwhile.
        """
        problems = {rule for rule, finding in broken if finding.severity == PROBLEM}
        schema = split_schema_line(entry.text)[0] or schema_line(file.path.parent)
        obstacle = ""
        if problems - {layout}:
            obstacle = "it has other problems"
        elif line := first_comment(entry.text):
            obstacle = f"it has a comment on line {line}"
        reformatted = entry.text if obstacle else schema + to_toml(entry.report)
        try:
            if reformatted != entry.text:
                effects = ("", *hard_link_note(file.path))
                write_entry(file.path, reformatted, entry.text)
                self._notes.append(f"reformatted {relative_path(file.path)}{'; '.join(effects)}")
                return reformatted
        except EntryChanged:
            obstacle = "it changed during the check"
        if obstacle and layout in problems:
            self._notes.append(f"skipped {relative_path(file.path)}: {obstacle}")
        return None

    def _check_techniques(self, file: _File, text: str, techniques: TechniqueFile) -> None:
        broken = [(rule, PROBLEM, problem) for rule in TECHNIQUE_RULES for problem in rule(techniques)]
        self._findings += [finding for _, finding in _locate(relative_path(file.path), text, broken)]

    def _report_unreadable(self, file: _File, error: EntryUnreadable) -> None:
        if file.selected:
            position = error.line or None, error.column or None
            self._findings.append(Finding(relative_path(file.path), *position, "", error.problem, PROBLEM))

    def _sort_findings(self) -> None:
        """Put problems before remarks, files that were asked for by name before folders, and shipped files last."""
        files = [*self._selection.entries, *self._selection.vocabularies]
        files.sort(key=lambda file: (not file.named, file.path.parent == shipped_folder()))
        order = {relative_path(file.path): position for position, file in enumerate(files)}
        self._findings.sort(key=lambda finding: (finding.severity != PROBLEM, order[finding.file], finding.line or 0))

    def _summary(self) -> str:
        entries, vocabularies = (sum(file.selected for file in files) for files in self._selection)
        problems = sum(finding.severity == PROBLEM for finding in self._findings)
        remarks = len(self._findings) - problems
        files = _counted(entries, "entry", "entries")
        if vocabularies and not entries:
            files = _counted(vocabularies, "vocabulary", "vocabularies")
        parts = [files, _counted(problems, "problem", "problems") if problems else "no problems"]
        return ", ".join(parts + ([_counted(remarks, "remark", "remarks")] if remarks else []))


def relative_path(path: Path) -> str:
    """Return a path relative to the current folder where it lies below it."""
    with suppress(FileNotFoundError):  # of a folder that has been deleted
        here = Path.cwd()
        return str(path.relative_to(here) if path.is_relative_to(here) else path)
    return str(path)


def _counted(count: int, singular: str, plural: str) -> str:
    return f"{count:,} {singular if count == 1 else plural}"
