"""A plain list of records as a table."""

from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from reportcli.answer.table import Table as PlainTable
from reportcli.render.terminal.screen import GAP, LABEL, MIN_TEXT, RULE, Picture, hidden_columns_note, render_to_text
from reportcli.render.value import escape_controls


def draw(answer: PlainTable, width: int, color: bool) -> Picture:
    """Draw a table: the first column stays whole if it fits, numbers are to the right, the last takes what is left.

    On a narrow terminal the columns before the last are hidden, from the right.
    """
    if not answer.entries:
        return Picture("", ())
    keys = list(answer.terminal_keys or answer.keys)
    widths = {key: max(cell_len(key), *(cell_len(_text(entry[key])) for entry in answer.entries)) + GAP for key in keys}
    hidden: list[str] = []
    while len(keys) > 2 and width - sum(widths[key] for key in keys[:-1]) < min(MIN_TEXT, widths[keys[-1]]):
        hidden.insert(0, keys.pop(-2))
    table = Table(box=RULE, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0), header_style=LABEL)
    is_first_whole = widths[keys[0]] + sum(cell_len(key) + GAP for key in keys[1:]) <= width
    for key in keys:
        is_number = all(isinstance(entry[key], (int, float)) for entry in answer.entries)
        no_wrap = is_number or (key == keys[0] and is_first_whole)
        table.add_column(key, justify="right" if is_number else "left", no_wrap=no_wrap, overflow="fold")
    for entry in answer.entries:
        table.add_row(*(Text(_text(entry[key])) for key in keys))
    return Picture(render_to_text(table, width, color), hidden_columns_note(hidden))


def _text(value: object) -> str:
    if isinstance(value, list):
        return escape_controls(", ".join(value))
    return escape_controls(f"{value:g}" if isinstance(value, float) else str(value))
