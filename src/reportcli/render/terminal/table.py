"""TODO reportcli.render.terminal.table."""

from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from reportcli.answer.table import Table as Plain
from reportcli.render.terminal.listing import _LEAST_TEXT
from reportcli.render.terminal.screen import GAP, LABEL, RULE, Picture, render_to_text
from reportcli.render.value import escape_controls


def draw(answer: Plain, width: int, color: bool) -> Picture:
    """Draw a plain list of records: the first column whole, numbers to the right, the last one takes what is left."""
    keys = list(answer.screen or answer.keys)
    taken = {
        key: max([cell_len(key), *(cell_len(_plain(entry[key])) for entry in answer.entries)]) + GAP for key in keys
    }
    dropped: list[str] = []
    while len(keys) > 2 and width - sum(taken[key] for key in keys[:-1]) < min(_LEAST_TEXT, taken[keys[-1]]):
        dropped.insert(0, keys.pop(-2))
    table = Table(box=RULE, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0), header_style=LABEL)
    for place, key in enumerate(keys):
        right = all(isinstance(entry[key], (int, float)) for entry in answer.entries)
        table.add_column(key, justify="right" if right else "left", no_wrap=place == 0 or right, overflow="fold")
    for entry in answer.entries:
        table.add_row(*(Text(_plain(entry[key])) for key in keys))
    notes = (f"columns hidden (terminal too narrow): {', '.join(dropped)}",) if dropped and answer.entries else ()
    return Picture(render_to_text(table, width, color) if answer.entries else "", notes)


def _plain(value: object) -> str:
    if isinstance(value, list):
        return escape_controls(", ".join(value))
    return escape_controls(f"{value:g}" if isinstance(value, float) else str(value))
