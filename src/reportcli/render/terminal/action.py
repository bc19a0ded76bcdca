"""The lines that a command printed, such as paths and addresses."""

from reportcli.answer.action import ActionResult
from reportcli.render.terminal.screen import Picture
from reportcli.render.value import escape_controls


def draw(answer: ActionResult, width: int, color: bool) -> Picture:  # noqa: ARG001 (as every picture)
    """Return the lines as they are, so that a path or an address can be copied whole."""
    return Picture("".join(f"{escape_controls(line)}\n" for line in answer.lines), ())
