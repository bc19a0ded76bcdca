"""TODO reportcli.render.terminal.action."""

from reportcli.answer.action import ActionResult
from reportcli.render.terminal.screen import Picture
from reportcli.render.value import escape_controls


def draw(answer: ActionResult, width: int, color: bool) -> Picture:
    """Return the lines as they are, so that a path or an address can be copied whole."""
    return Picture("".join(f"{escape_controls(line)}\n" for line in answer.lines), ())
