"""Bringing in many records at once: each becomes a checked entry, and all are put in place together."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from reportcli.answer.check import PROBLEM
from reportcli.answer.imported import CHANGED, KNOWN, NEW, REFUSED, UNCHANGED, ImportReport, Outcome
from reportcli.catalog.files import SCHEMA_FILE, Progress, parse_toml, read_text
from reportcli.catalog.write import EntryBatch, remove_stale_temp_files
from reportcli.curate.catalog_rules import OtherEntries, entries_like, names_of, unique_names
from reportcli.curate.edit import EditableCatalog, id_from_name, shown_file, write_schema
from reportcli.curate.entry import latest_today, parse_entry
from reportcli.curate.entry_rules import broken_rules, completeness, layout, toml_version
from reportcli.curate.merge import merged
from reportcli.curate.records import Record
from reportcli.errors import EntryUnreadable, ReportcliError, UsageError
from reportcli.query.names import ARXIV_SPELLING, ID_SPELLING, NAME_SPELLING
from reportcli.report.fields import Report
from reportcli.report.toml import to_toml
from reportcli.report.toml_comments import keep_comments
from reportcli.report.toml_lines import SCHEMA_DIRECTIVE, split_schema_line
from reportcli.text import fold_name

UPDATE, REPLACE = "update", "replace"  # what is done with entries that are known; else nothing
_SCHEMA_LINE = f"{SCHEMA_DIRECTIVE}./{SCHEMA_FILE}\n"
_MOST_REASONS = 3  # for which a record is refused
_NOT_ASKED = (layout, toml_version, completeness)  # of a text that is written here, and which may be incomplete


def import_records(
    catalog: EditableCatalog,
    own: Path,
    records: Iterable[Record],
    *,
    known: str = "",
    dry_run: bool = False,
    progress: Progress | None = None,
) -> ImportReport:
    """Save records as entries in the folder ``own``, which must exist.

    Entries that are known are skipped, with ``known`` filled (UPDATE) or overwritten (REPLACE) by what a record says.
    What is wrong with a record refuses that record alone; nothing replaces anything before all is on disk. Raises
    EntryUnwritable; then nothing has changed.
    """
    outcomes: list[Outcome] = []
    with EntryBatch() as batch:
        importing = _Import(catalog, own, batch, known)
        for count, record in enumerate(records, 1):
            outcomes.append(importing.outcome(record))
            if progress:
                progress(count, max(count, round(count / record.share)) if record.share else count)
        if not dry_run and any(each.action in (NEW, CHANGED) for each in outcomes):
            remove_stale_temp_files(own)
            write_schema(own / SCHEMA_FILE)
            failures = {path.name.removesuffix(".toml"): error for path, error in batch.put_in_place()}
            outcomes = [_failed(each, failures.get(each.id)) for each in outcomes]
    report = ImportReport(tuple(outcomes))
    summary = f"would be: {report.summary}" if dry_run else report.summary
    return report._replace(notes=(*importing.note_on_incomplete(outcomes, dry_run), summary))


def _failed(outcome: Outcome, error: ReportcliError | None) -> Outcome:
    is_written = outcome.action in (NEW, CHANGED)
    return outcome._replace(action=REFUSED, reason=error.message) if error and is_written else outcome


class _Refused(ReportcliError):
    """A record cannot be saved, and why."""


class _Import:
    """One pass over records, which knows the names of those before."""

    def __init__(self, catalog: EditableCatalog, own: Path, batch: EntryBatch, known: str) -> None:
        self._catalog, self._own, self._batch, self._known = catalog, own, batch, known
        self._vocabulary, self._today = catalog.techniques() or None, latest_today()
        self._entries = OtherEntries(())  # those that share a name with one of the records
        self._places: dict[str, str] = {}  # of the records before, by their ids
        self._incomplete: set[str] = set()  # the ids of entries that lack what entries that are shared have

    def outcome(self, record: Record) -> Outcome:
        """Write the entry of a record to disk beside its place, and return what will become of it."""
        entry_id = record.id
        try:
            if record.problem:
                raise _Refused(record.problem)
            entry_id = self._id_of(record)
            action = self._import(entry_id, record)
        except (_Refused, UsageError) as error:
            return Outcome(record.place, entry_id, REFUSED, error.message, record.rows)
        self._places[entry_id] = record.place
        return Outcome(record.place, entry_id, action)

    def note_on_incomplete(self, outcomes: Iterable[Outcome], dry_run: bool) -> tuple[str, ...]:
        """Return a sentence that counts the new and changed entries without a summary, tags or a link."""
        count = sum(each.action in (NEW, CHANGED) and each.id in self._incomplete for each in outcomes)
        where = "" if dry_run else "; `reportcli check` names what is missing"
        return (f"{count:,} incomplete, without a summary, tags or a link{where}",) if count else ()

    def _id_of(self, record: Record) -> str:
        """Return the id of a record: its own, that of the entry it means, or the one that follows from its name."""
        name = record.values.get("name")
        if record.of_file and isinstance(name, str):
            known = self._known_as(fold_name(record.id), ID_SPELLING)
            return known or self._known_as(fold_name(name), ID_SPELLING, NAME_SPELLING) or record.id
        if record.id:
            return record.id
        links = record.values.get("links")
        paper = links.get("arxiv") if isinstance(links, Mapping) else None
        if isinstance(paper, str) and (known := self._known_as(paper, ARXIV_SPELLING)):
            return known
        if not isinstance(name, str) or not name.strip():
            raise _Refused("name: required, but missing")
        return self._known_as(fold_name(name), ID_SPELLING, NAME_SPELLING) or id_from_name(name)

    def _known_as(self, folded: str, *kinds: int) -> str:
        """Return the id of the first entry with a spelling of these kinds; "" where there is none."""
        spellings = self._catalog.spelled_as(folded)
        return next((spelling.report for spelling in spellings if spelling.kind in kinds), "")

    def _import(self, entry_id: str, record: Record) -> str:
        if entry_id in self._places:
            hint = "; `group` in a mapping makes one report of several rows" if record.names else ""
            raise _Refused(f"{entry_id} is also at {self._places[entry_id]}{hint}")
        path = shown_file((*self._catalog.folders, self._own), entry_id)
        if path and not self._known:
            return KNOWN
        target = self._own / f"{entry_id}.toml"
        before = self._text_of(path) if path else None
        values = _with_named_models(record, is_new=before is None)
        values = values if before is None else self._merged(before, values)
        report = self._checked(entry_id, values, record.names)
        text = to_toml(report)
        text = _SCHEMA_LINE + (text if before is None else keep_comments(split_schema_line(before)[1], text))
        if text == before:
            return UNCHANGED
        self._entries.add(names_of(report))
        self._incomplete |= {entry_id} if report.is_incomplete else set()
        self._batch.add(target, text, before if path == target else None)
        return CHANGED if path else NEW

    def _text_of(self, path: Path) -> str:
        try:
            return read_text(path)
        except EntryUnreadable as error:
            raise _Refused(error.message) from error

    def _merged(self, before: str, values: Mapping[str, Any]) -> Mapping[str, Any]:
        try:
            return merged(parse_toml("", before), values, overwrite=self._known == REPLACE)
        except EntryUnreadable as error:
            raise _Refused(f"the entry that is known cannot be read: {error.problem}") from error

    def _checked(self, entry_id: str, values: Mapping[str, Any], names: Mapping[str, str]) -> Report:
        """Return the report of some values. Raises _Refused with the first problems, and how many more there are."""
        entry = parse_entry(f"{entry_id}.toml", "", values, self._vocabulary, self._today)
        names_of_entry = names_of(entry.report)
        for other in entries_like(names_of_entry, self._catalog.spelled_as):
            self._entries.add(other)
        problems = [
            problem for _, severity, problem in broken_rules(entry, without=_NOT_ASKED) if severity == PROBLEM
        ] + list(unique_names(names_of_entry, self._entries))
        if problems:
            more = f" (and {len(problems) - _MOST_REASONS} more)" if len(problems) > _MOST_REASONS else ""
            told = ((names.get(re.sub(r"\[\d+\]", "", key), key), text) for key, text, _ in problems[:_MOST_REASONS])
            raise _Refused("; ".join(f"{name}: {text}" if name else text for name, text in told) + more)
        return entry.report


def _with_named_models(record: Record, is_new: bool) -> Mapping[str, Any]:
    """Return the values of a record; a model of a spreadsheet without a name has that of its report.

    Raises _Refused where the report is known, so that its models may have other names.
    """
    models = record.values.get("models", ()) if record.names else ()
    if all(model.get("name") for model in models):
        return record.values
    if not is_new:
        raise _Refused("the row does not say which model it is of; add a column called models.name")
    name = record.values.get("name")
    return {**record.values, "models": [{"name": name, **model} for model in models]}
