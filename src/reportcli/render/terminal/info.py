"""TODO reportcli.render.terminal.info."""

from rich.table import Table
from rich.text import Text

from reportcli.answer import Record
from reportcli.answer.info import Info
from reportcli.render.terminal.screen import GAP, LABEL, Picture, render_to_text
from reportcli.render.value import escape_controls


def draw(answer: Info, width: int, color: bool) -> Picture:
    """Draw what is read from where: one line a key, one more for each folder and each hidden entry."""
    known = answer.info
    vocabulary, index = known["vocabulary"], known["index"]
    lines = {
        **{key: [known[key]] for key in ("version", "python", "system")},
        "catalogue": [_folder(one) for one in known["catalogue"]],
        "hidden": [f"{one['hides']}, by {one['shown']}" for one in known["hidden"]],
        "vocabulary": [*vocabulary["files"], f"{vocabulary['techniques']} techniques"],
        "index": [index["file"] + (f": {index['bytes']:,} bytes" if index["bytes"] else ": not there")],
        "cache": [known["cache"]],
        "new entries": [known["new_entries"]],
    }
    grid = Table(box=None, show_header=False, pad_edge=False, padding=(0, GAP, 0, 0))
    grid.add_column(style=LABEL, no_wrap=True)
    grid.add_column(overflow="fold")
    for label, texts in lines.items():
        for place, text in enumerate(texts):
            grid.add_row("" if place else label, Text(escape_controls(text)))
    return Picture(render_to_text(grid, width, color), ())


def _folder(one: Record) -> str:
    if one["problem"]:
        return f"{one['folder']}: cannot be read ({one['problem']})"
    unreadable = f", {one['unreadable']} unreadable" if one["unreadable"] else ""
    return f"{one['folder']}: {one['entries']} {'entry' if one['entries'] == 1 else 'entries'}{unreadable}"
