"""Adding the figures of a model's configuration to its entry."""

from pathlib import Path

from reportcli.answer.action import ActionResult
from reportcli.curate.config_entry import Filled, config_notes, fill_from_config, listed
from reportcli.curate.config_source import ConfigSource
from reportcli.curate.edit import EditableCatalog, change, file_of
from reportcli.query.names import ReportMatch
from reportcli.report.derived import flagship_model
from reportcli.report.fields import Report


def import_config(
    catalog: EditableCatalog, own: Path, match: ReportMatch, source: ConfigSource, *, dry_run: bool = False
) -> ActionResult:
    """Save the entry of a report with what a configuration adds to it; of a shipped one, a copy in the folder ``own``.

    With ``dry_run`` nothing is saved, and the notes say what would be added. Raises UsageError for the configuration of
    another model, EntryRejected with every problem, EntryUnreadable or EntryUnwritable; then the entry is as it was.
    """

    def fill(report: Report) -> Filled:
        return fill_from_config(report, match.model, source.config, f"config.json of {source.repository or name}")

    shown = match.model or flagship_model(match.report)
    name = shown.name if shown else match.report.name
    filled, entry_id = fill(match.report), match.report.id
    notes = [f"kept: {one.key} {one.problem}" for one in filled.compared.disagreements.values()]
    notes += config_notes(source.config)
    if dry_run or not filled.added:
        added = f"would add to {name}: {listed(filled.added)}" if filled.added else f"nothing to add to {name}"
        return ActionResult(entry_id, "path", (str(file_of(catalog, entry_id)),), (added, *notes))
    saved = change(catalog, own, entry_id, lambda report: fill(report).report)
    return saved._replace(notes=(f"added to {name}: {listed(filled.added)}", *notes, *saved.notes))
