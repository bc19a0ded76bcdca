"""Adding the figures of a model's configuration to its entry."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reportcli.answer.imported import CHANGED, UNCHANGED, ImportReport, Outcome
from reportcli.curate.check import relative_path
from reportcli.curate.config_entry import Compared, compare_config, config_notes, listed, table_of
from reportcli.curate.config_keys import Fact
from reportcli.curate.config_source import ConfigSource
from reportcli.curate.edit import EditableCatalog, file_of
from reportcli.curate.importing import REPLACE, import_records
from reportcli.curate.records import Record, without_unknown
from reportcli.errors import UsageError
from reportcli.query.names import ReportMatch
from reportcli.report.architecture import Architecture
from reportcli.report.fields import Report


def import_config(
    catalog: EditableCatalog, own: Path, match: ReportMatch, source: ConfigSource, *, dry_run: bool = False
) -> ImportReport:
    """Save an entry in the folder ``own``, which must exist, with what only a configuration states of a model.

    What the entry states stays, whether it agrees or not. Raises UsageError for the configuration of another model.
    """
    compared, entry_id = compare_config(match.report, match.model, source.config), match.report.id
    if one := compared.telling:
        problem = f"this is the configuration of another model than {compared.name}"
        raise UsageError(problem, f"{one.key} {one.problem}")
    added, notes = _added(match.report, compared), _notes(match.report, compared)
    if not added:
        outcome = Outcome(source.given, entry_id, UNCHANGED)
        return ImportReport((outcome,), (f"nothing to add to {compared.name}", *notes))
    values = _values(match.report, compared, added, f"config.json of {source.repository or compared.name}")
    before, target = file_of(catalog, entry_id), own / f"{entry_id}.toml"
    record = Record(source.given, values, entry_id)
    report = import_records(catalog, own, [record], known=REPLACE, dry_run=dry_run)
    if report.outcomes[0].action == CHANGED:
        overrides = f", which now overrides {relative_path(before)}" if before != target else ""
        notes[:0] = [f"{'would add' if dry_run else 'added'} to {compared.name}: {listed(added)}"]
        notes += [] if dry_run else [f"saved in {relative_path(target)}{overrides}"]
    return report._replace(notes=tuple(notes))


def _added(report: Report, compared: Compared) -> dict[str, Fact]:
    """Return the figures that the entry lacks and has a place for, by paths such as architecture.layers."""
    tables = {field: table_of(report, compared, field) for field in compared.lacking}
    return {f"{table}.{field}": compared.config.facts[field] for field, table in tables.items() if table}


def _notes(report: Report, compared: Compared) -> list[str]:
    notes = [f"kept: {one.key} {one.problem}" for one in compared.disagreements.values()]
    if homeless := [field for field in compared.lacking if not table_of(report, compared, field)]:
        notes.append(f"left out, since the entry has no place for them: {listed(homeless)}")
    return notes + config_notes(compared.config)


def _values(report: Report, compared: Compared, added: Mapping[str, Fact], source: str) -> dict[str, Any]:
    """Return the figures as the values of a record, with their source and caveats."""
    tables: dict[str, dict[str, Any]] = {"models": {}, "architecture": {}}
    for path, fact in added.items():
        table, _, field = path.partition(".")
        tables[table][field] = [vars(each) for each in fact.value] if isinstance(fact.value, tuple) else fact.value
    caveats = {path: fact.caveat for path, fact in added.items() if path not in report.confidence}
    is_all_new = report.architecture == Architecture()
    paths = ["architecture" if is_all_new and path.startswith("architecture.") else path for path in added]
    sources = {path: _joined(report.sources.get(path, ""), source) for path in paths}
    models = [{"name": compared.model.name} | tables["models"]] if compared.model else []
    values = {"models": models, "architecture": tables["architecture"], "sources": sources}
    known: dict[str, Any] = without_unknown(
        values | {"confidence": {path: text for path, text in caveats.items() if text}}
    )
    return known


def _joined(before: str, source: str) -> str:
    return before if source in before.split("; ") else f"{before}; {source}" if before else source
