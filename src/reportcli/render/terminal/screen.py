"""What all pictures on a terminal share: styles, rendering at a width, breaking lines."""

import re
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from typing import NamedTuple

from rich.box import Box
from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.text import Text

from reportcli.report.choices import is_web_address
from reportcli.text import word_spans

# Of the 256 colors of a terminal, which no theme changes, those with a contrast of at least 4.5 to black and to white.
GREEN, BLUE, VIOLET, BROWN, PINK, GRAY = (f"color({number})" for number in (29, 63, 98, 131, 163, 243))
LABEL, NAME, MARK, DIFFERENT, QUIET = GREEN, "bold", f"bold {PINK}", PINK, GRAY
TYPE_STYLES = {"dense": BLUE, "moe": PINK, "diffusion": GREEN, "other": GRAY}  # of models, in every picture
NARROW = 70  # columns; below it a table becomes blocks
MIN_TEXT = 36  # columns for a text that may take several lines
RULE = Box("    \n    \n ── \n    \n    \n    \n    \n    \n")
GAP = 2  # between columns: one of padding, one of the box
LEGEND_GAP = 3  # between the parts of a legend
BULLET = "• "
_PIECE = re.compile(r"[^\s/-]*[/-]+|[^\s/-]+|\s+")


class Picture(NamedTuple):
    """A text for a terminal, and notes for standard error."""

    text: str
    notes: tuple[str, ...]


def render_to_text(content: RenderableType, width: int, color: bool) -> str:
    """Return the content as rich renders it, with or without color."""
    console = Console(
        file=StringIO(), width=width, height=100, force_terminal=color, color_system="256" if color else None,
        legacy_windows=False, highlight=False, markup=False, emoji=False,
    )  # fmt: skip
    console.print(content)
    text = console.file.getvalue()  # type: ignore[attr-defined]
    return "\n".join(line.rstrip() for line in text.splitlines()) + "\n"


def linked_text(text: str, address: str | None, style: str = "") -> Text:
    """Return a text that is a link, on terminals that know links, if the address is one of the web."""
    result = Text(text, style=style)
    if address and is_web_address(address):
        result.stylize(f"link {address}")
    return result


def highlighted(text: str, words: Sequence[str]) -> Text:
    """Return the text with every one of the words marked; ``clip*`` marks all words with this prefix."""
    result = Text(text)
    prefixes = tuple(word[:-1] for word in words if word.endswith("*"))
    for word, start, end in word_spans(text):
        if word in words or word.startswith(prefixes):
            result.stylize(MARK, start, end)
    return result


def hidden_columns_note(names: Sequence[str]) -> tuple[str, ...]:
    """Return the note that names columns, or periods, for which the terminal is too narrow; () without any."""
    return (f"columns hidden (terminal too narrow): {', '.join(names)}",) if names else ()


def wrap(text: str, width: int, style: str = "", indent: str = "") -> Text:
    """Return the text in lines: broken at spaces, or after a hyphen or slash if a word is longer than the width.

    Further lines of a paragraph have the indent before them, or the width of its bullet.
    """
    lines: list[str] = []
    for paragraph in text.split("\n"):
        hang = BULLET if paragraph.startswith(BULLET) else indent
        line = hang if hang == BULLET else ""
        for piece in _pieces(paragraph.removeprefix(BULLET), width - len(hang)):
            if line.strip(" •") and cell_len(line + piece.rstrip()) > width:
                lines.append(line.rstrip())
                line = " " * len(hang)
                piece = piece.lstrip()
            line += piece
        lines.append(line.rstrip())
    return Text("\n".join(lines), style=style)


def in_two_lines(heading: str) -> str:
    """Return a heading in two lines of like length, if it has several words."""
    words = heading.split(" ")
    lines = [(" ".join(words[:count]), " ".join(words[count:])) for count in range(1, len(words))]
    return "\n".join(min(lines, key=lambda pair: max(map(cell_len, pair)))) if lines else heading


def _pieces(text: str, width: int) -> Iterator[str]:
    """Yield words with the spaces after them; a word longer than the width in the parts that it may break into."""
    for word in re.findall(r"\S+\s*|\s+", text):
        yield from [word] if cell_len(word.rstrip()) <= width else _PIECE.findall(word)


def legend(parts: Iterable[Text], width: int) -> Text:
    """Return the parts of a legend beside one another, in lines that break between them."""
    lines: list[Text] = []
    for part in parts:
        if lines and lines[-1].cell_len + LEGEND_GAP + part.cell_len <= width:
            lines[-1].append(" " * LEGEND_GAP).append_text(part)
        else:
            lines.append(part.copy())
    return Text("\n").join(lines)
