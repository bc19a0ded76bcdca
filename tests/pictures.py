"""What tests of pictures share: drawing an answer, and reading what a person would see."""

import re

from rich.cells import cell_len

from reportcli.answer import Answer
from reportcli.render import formats
from reportcli.render.terminal.screen import Picture

WIDTHS = (20, 40, 60, 70, 80, 120, 200)
_ESCAPES = re.compile(r"\x1b\[[\d;]*m|\x1b\]8;[^\x1b]*\x1b\\")


def draw(answer: Answer, width: int = 80, color: bool = False) -> Picture:
    return formats.draw(answer, width, color)


def without_color(text: str) -> str:
    """Return a text without colors and links."""
    return _ESCAPES.sub("", text)


def too_wide(picture: Picture, width: int) -> list[str]:
    return [line for line in without_color(picture.text).splitlines() if cell_len(line) > width]


def squeezed(text: str) -> str:
    """Return a text without the spaces, line ends, bullets and guides that drawing adds."""
    return re.sub(r"[\s•│├└─]", "", text)
