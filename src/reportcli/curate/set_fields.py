"""Setting fields of an entry without an editor: what is asked, checked as an edit is, and put in place."""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from reportcli.answer.action import ActionResult
from reportcli.catalog.files import parse_toml
from reportcli.curate.assign import assign
from reportcli.curate.edit import EditableCatalog, checked_report, entry_file, save_changed
from reportcli.curate.editor import add_hint, existing_draft
from reportcli.curate.template import write_template
from reportcli.errors import EntryChanged, EntryRejected, EntryUnreadable, ReportcliError
from reportcli.report.parse import parse_partial_report
from reportcli.report.toml import to_toml
from reportcli.report.toml_comments import keep_comments
from reportcli.report.toml_lines import split_schema_line


def set_fields(catalog: EditableCatalog, own: Path, name: str, assignments: Iterable[str]) -> ActionResult:
    """Set fields of an entry, each as ``FIELD=VALUE``; of a shipped one, in a copy in the user's own folder ``own``.

    The entry is laid out anew, and its comments stay. Where another program changes the entry meanwhile, the fields are
    set in what it wrote. Raises EntryRejected with every problem, UnknownName,
    UnknownField, UsageError, EntryUnreadable, EntryChanged or EntryUnwritable; then the entry is as it was.
    """
    given = tuple(assignments)
    for _ in range(_TRIES - 1):
        with suppress(EntryChanged):
            return _set_fields(catalog, own, name, given)
    return _set_fields(catalog, own, name, given)


_TRIES = 10


def _set_fields(catalog: EditableCatalog, own: Path, name: str, assignments: Iterable[str]) -> ActionResult:
    entry = entry_file(catalog, own, name)
    try:
        table = parse_toml(entry.path, entry.before)
    except EntryUnreadable as error:
        add_hint(error, "correct it in your editor, without --set")
        raise
    before, _ = parse_partial_report(entry.id, table)
    model, vocabulary = _named_model(catalog, name), catalog.techniques()
    said = [assign(table, assignment, vocabulary, model) for assignment in assignments]
    try:
        text = write_template(table)
        report, remarks = checked_report(
            catalog, entry.id, text, with_lines=False, may_be_incomplete=before.is_incomplete
        )
    except EntryRejected as error:
        add_hint(error, "nothing was written; set what is missing as well, or use your editor, without --set")
        raise
    if report == before:
        return ActionResult(entry.id, "path", (str(entry.path),), ("nothing changed",))
    schema, rest = split_schema_line(entry.before)
    text = schema + keep_comments(rest, to_toml(report))
    result = save_changed(entry, text, report, (*filter(None, said), *remarks))
    draft = existing_draft(entry.target)
    left = (f"the draft of this entry does not have this change: {draft}",) if draft else ()
    return result._replace(notes=result.notes + left)


def _named_model(catalog: EditableCatalog, name: str) -> str:
    """Return the name of the model that the name of an entry is; "" where it is none."""
    with suppress(ReportcliError):
        match = catalog.find(name)
        return match.model.name if match.model else ""
    return ""
