"""Removing an entry of the user's own: which file goes, and what the catalogue shows afterwards. Prints nothing."""

import os
import shlex
from collections.abc import Callable
from pathlib import Path

from reportcli.answer.action import ActionResult
from reportcli.catalog.files import error_reason, shipped_folder
from reportcli.catalog.write import remove_entry
from reportcli.curate.edit import EditableCatalog, file_of, shown_file
from reportcli.curate.editor import existing_draft
from reportcli.errors import EntryUnwritable, ReportcliError, UsageError
from reportcli.query.names import parse_arxiv_number
from reportcli.text import fold_name


def remove(catalog: EditableCatalog, own: Path, name: str, confirm: Callable[[str, str], bool]) -> ActionResult:
    """Delete the file of an entry in the user's own folder ``own``, and nothing elsewhere.

    ``confirm`` gets the id and what would be removed, and returns whether to do it. The name must be that of the entry
    in full. Raises UnknownName, UsageError for an entry that is not in ``own``, EntryChanged or EntryUnwritable; then
    nothing is removed.
    """
    path = file_of(catalog, name)
    entry_id = path.name.removesuffix(".toml")
    _require_full_name(catalog, entry_id, name)
    if path.parent != own:
        raise _not_own(path, entry_id)
    try:
        before = os.lstat(path)
    except OSError as error:
        raise EntryUnwritable(path, error_reason(error), verb="remove") from error
    link = f"the link {path} ({os.path.realpath(path)} itself stays)" if path.is_symlink() else str(path)
    if not confirm(entry_id, f"remove {link}?"):
        return ActionResult(entry_id, "path", (), ("nothing was removed",))
    remove_entry(path, before)
    draft = existing_draft(path)
    left = (f"its draft remains: {draft}",) if draft else ()
    return ActionResult(entry_id, "path", (str(path),), (_shown_instead(catalog, path), *left))


def _require_full_name(catalog: EditableCatalog, entry_id: str, name: str) -> None:
    """Raise UsageError for the beginning of a name, and for a model: what is removed is to be named itself."""
    if name == entry_id:
        return
    match = catalog.find(name)
    names = {fold_name(spelling) for spelling in (entry_id, match.report.name, *match.report.aliases)}
    if fold_name(name) in names or (parse_arxiv_number(name) or ("",))[0] == match.report.links.arxiv:
        return
    what = f"a model of {entry_id}" if match.model else f"only a part of the name of {entry_id}"
    raise UsageError(f"{name!r} is {what}", f"to remove that entry, name it: {entry_id}")


def _not_own(path: Path, entry_id: str) -> ReportcliError:
    if path.parent == shipped_folder():
        return UsageError(
            f"{entry_id} is shipped with reportcli and cannot be removed",
            f"leave it out of an answer with --where 'not id:{entry_id}', or change your own copy: "
            f"`reportcli edit {entry_id}`",
        )
    folder = shlex.quote(str(path.parent))
    return UsageError(
        f"{path} is not in the last folder of --catalog", f"run `reportcli remove {entry_id} --catalog {folder}`"
    )


def _shown_instead(catalog: EditableCatalog, path: Path) -> str:
    """Return what the catalogue has now by the id of a file that is gone."""
    entry_id = path.name.removesuffix(".toml")
    if other := shown_file(catalog.folders, entry_id):
        return f"the {'shipped ' if other.parent == shipped_folder() else ''}entry shows again: {other}"
    return f"{entry_id} is no longer in the catalogue"
