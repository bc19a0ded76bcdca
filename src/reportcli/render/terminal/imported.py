"""What an import did: a line for each record that was refused, with its reason."""

from rich.console import Group, RenderableType
from rich.text import Text

from reportcli.answer.imported import ImportReport
from reportcli.render.terminal.screen import NAME, Picture, render_to_text, wrap
from reportcli.render.value import escape_controls, escape_path

_MOST = 20  # refused records that are shown


def draw(answer: ImportReport, width: int, color: bool) -> Picture:
    """Draw the first records that were refused; how many there are of each kind is said in a note."""
    parts: list[RenderableType] = []
    for outcome in answer.refused[:_MOST]:
        parts += [Text(escape_path(outcome.place), style=NAME), wrap(f"  {escape_controls(outcome.reason)}", width)]
    more = len(answer.refused) - _MOST
    notes = (f"and {more:,} more were refused",) if more > 0 else ()
    return Picture(render_to_text(Group(*parts), width, color) if parts else "", notes)
