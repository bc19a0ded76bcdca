"""The folders and files in use."""

from rich.table import Table
from rich.text import Text

from reportcli.answer import Record
from reportcli.answer.info import Info
from reportcli.render.terminal.screen import GAP, LABEL, Picture, render_to_text
from reportcli.render.value import escape_controls


def draw(answer: Info, width: int, color: bool) -> Picture:
    """Draw a line for each fact, and further ones for each folder and each hidden entry."""
    facts = answer.facts
    vocabulary, index = facts["vocabulary"], facts["index"]
    texts_by_label = {
        **{key: [facts[key]] for key in ("version", "python", "system")},
        "catalogue": [_folder(folder) for folder in facts["catalogue"]],
        "hidden": [f"{entry['hides']}, by {entry['shown']}" for entry in facts["hidden"]],
        "vocabulary": [*vocabulary["files"], f"{vocabulary['techniques']} techniques"],
        "reports": [f"{facts['reports']:,}" + (f", the newest of {facts['newest']}" if facts["newest"] else "")],
        "index": [f"{index['file']}: {index['bytes'] or 0:,} bytes" if index["file"] else _NOWHERE],
        "cache": [facts["cache"] or _NOWHERE],
        "new entries": [facts["new_entries"] or _NOWHERE],
    }
    grid = Table(box=None, show_header=False, pad_edge=False, padding=(0, GAP, 0, 0))
    grid.add_column(style=LABEL, no_wrap=True)
    grid.add_column(overflow="fold")
    for label, texts in texts_by_label.items():
        for number, text in enumerate(texts):
            grid.add_row("" if number else label, Text(escape_controls(text)))
    return Picture(render_to_text(grid, width, color), ())


_NOWHERE = "none, without a home folder"


def _folder(folder: Record) -> str:
    if folder["problem"]:
        return f"{folder['folder']}: cannot be read ({folder['problem']})"
    unreadable = f", {folder['unreadable']} unreadable" if folder["unreadable"] else ""
    return f"{folder['folder']}: {folder['entries']} {'entry' if folder['entries'] == 1 else 'entries'}{unreadable}"
