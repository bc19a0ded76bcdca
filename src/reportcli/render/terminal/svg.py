"""What a terminal shows as a picture in SVG, which loads nothing from elsewhere and shares no name with another."""

import re
from hashlib import blake2s
from io import StringIO

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

DARK, LIGHT = "dark", "light"
_BLACK, _WHITE, _PALE, _INK = (0, 0, 0), (255, 255, 255), (217, 217, 217), (31, 31, 31)
_COLORS = [_BLACK] * 8  # of the 16 that a theme may change, pictures use none
_GROUNDS = {DARK: TerminalTheme(_BLACK, _PALE, _COLORS), LIGHT: TerminalTheme(_WHITE, _INK, _COLORS)}
_BORDERS = {DARK: "rgba(255,255,255,0.35)", LIGHT: "rgba(0,0,0,0.35)"}
_WINDOW_BAR = 32  # pixels above the text


def draw(text: str, width: int, theme: str = DARK, plain: bool = False) -> str:
    """Return a text with colors as a picture, in a window or, if it is to be plain, on its ground alone."""
    console = Console(file=StringIO(), width=width, record=True, force_terminal=True, color_system="256")
    console.print(Text.from_ansi(text), no_wrap=True, crop=False, end="")
    name = f"reportcli-{blake2s(f'{width} {theme} {plain} {text}'.encode(), digest_size=6).hexdigest()}"
    title = "" if plain else "reportcli"
    picture = console.export_svg(title=title, theme=_GROUNDS[theme], unique_id=name)
    picture = re.sub(r"@font-face \{.*?\}\s*", "", picture, flags=re.S)
    picture = picture.replace("<text ", '<text xml:space="preserve" ').replace(' class="rich-terminal"', "")
    picture = picture.replace(_BORDERS[DARK], _BORDERS[theme])
    return _without_window(picture) if plain else picture


def _without_window(picture: str) -> str:
    """Return the picture without buttons, border and the bar above the text."""
    picture = re.sub(r'<g transform="translate\(26,22\)">.*?</g>\s*', "", picture, count=1, flags=re.S)
    picture = re.sub(r' stroke="rgba[^"]*" stroke-width="1"', "", picture, count=1).replace(' rx="8"', "", 1)
    return re.sub(
        r'viewBox="0 0 ([\d.]+) ([\d.]+)"',
        lambda size: f'viewBox="0 {_WINDOW_BAR} {size[1]} {float(size[2]) - _WINDOW_BAR:g}"',
        picture,
        count=1,
    )
