"""A table in LaTeX: rules of booktabs, columns that fit a line, over several pages where one is too short."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from math import ceil
from typing import NamedTuple

from reportcli.render.tex import lacking

Row = Sequence[str] | str  # cells, or what stands between rows, such as a rule

_LINE, _GAP = 74, 2.5  # characters of 10 pt on a line of a usual article, and between two columns
_LEAST = 11.25  # characters on a line of a column that is broken
_SHORT = 20  # characters of a column that stays whole, where that leaves enough to others
_PAGE = 40  # lines of a table that fit on a page with notes
_CITED = "(Someone et al., 2025)"


class Column(NamedTuple):
    """A column: its heading in LaTeX, whether it holds figures, which stand to the right, and what is above."""

    heading: str
    right: bool = False
    above: str = ""
    span: int = 1  # how many columns what is above spans


def table(columns: Sequence[Column], rows: Sequence[Row], notes: Iterable[str], above: Sequence[str] = ()) -> str:
    """Return a table with paragraphs of notes below it; ``above`` are lines above the headings.

    Where it is wider than a line, headings and long texts are broken into lines.
    """
    cells = [row for row in rows if not isinstance(row, str)]
    limits = [_limits(column, [row[place] for row in cells]) for place, column in enumerate(columns)]
    widths = _widths(columns, limits)
    shares = [None if width == most else width for width, (_, most) in zip(widths, limits, strict=True)]
    apart = " \\addlinespace[2pt]" if any(shares) else ""  # below rows of several lines
    environment = "longtable" if sum(max(map(_lines, row, shares), default=1) for row in cells) > _PAGE else "tabular"
    specification = "".join(map(_specification, columns, shares))
    head = "".join([*(f"{line}\n" for line in above), _row([column.heading for column in columns])])
    body = "".join(row + "\n" if isinstance(row, str) else _row(row, apart) for row in rows)
    bottom = "\\bottomrule\n"
    text = f"\\begin{{{environment}}}{{@{{}}{specification}@{{}}}}\n\\toprule\n{head}\\midrule\n"
    text += f"{body}{bottom}" if environment == "tabular" else f"\\endhead\n{bottom}\\endfoot\n{body}"
    text += f"\\end{{{environment}}}\n"
    text += "".join(f"\n\\par\\smallskip{{\\footnotesize\\raggedright\n{note}\\par}}\n" for note in notes)
    is_wide = sum(widths) > _room(columns) + 1
    return "".join(f"% {line}\n" for line in _remarks(text, is_wide)) + text


def _remarks(text: str, is_wide: bool) -> Iterator[str]:
    """Yield what the text of a table needs."""
    needed = {"booktabs": "\\toprule", "array": "\\arraybackslash", "longtable": "{longtable}", "natbib": "\\citep{"}
    yield f"\\usepackage{{{','.join(package for package, command in needed.items() if command in text)}}}"
    if "\\citep{" in text:
        yield "the entries of \\citep: -f bibtex"
    if "{longtable}" in text:
        yield "goes on over pages: not for a float, nor for two columns"
    if is_wide:
        yield "wider than most pages: choose fewer columns, or turn it (sidewaystable of rotating)"
    if others := lacking(text):
        yield f"for XeLaTeX or LuaLaTeX, with a font that has {others}"


def _room(columns: Sequence[Column]) -> float:
    return _LINE - _GAP * (len(columns) - 1)


def _limits(column: Column, cells: Sequence[str]) -> tuple[float, float]:
    """Return how many characters wide a column is at least and at most; words and figures stay whole."""
    above = _shown(column.above)
    share = (len(above) - _GAP * (column.span - 1)) / column.span
    most = max(share, *map(_length, [column.heading, *cells]))
    whole = map(len, above.split()) if column.span == 1 else [share]
    figures = [*map(len, _shown(column.heading).split()), *map(_length, cells)] if column.right else [_LEAST]
    return min(max([*whole, *figures], default=0) + column.right, most), most


def _widths(columns: Sequence[Column], limits: Sequence[tuple[float, float]]) -> list[float]:
    """Return how many characters wide columns are, so that they fit a line: first texts have what they need.

    The narrow ones are whole, and the others alike; short texts stay whole where that leaves the others their least.
    """
    room = _room(columns)
    least = [least for least, _ in limits]
    short = [
        most if most <= _SHORT and not column.right else low
        for column, (low, most) in zip(columns, limits, strict=True)
    ]
    widths = short if sum(short) <= room else least
    for right in (False, True):
        caps = [
            most if column.right == right else width
            for column, width, (_, most) in zip(columns, widths, limits, strict=True)
        ]
        widths = _raised(widths, caps, room)
    return widths


def _raised(widths: Sequence[float], caps: Sequence[float], room: float) -> list[float]:
    """Return columns that are made wider alike, each up to its cap, as far as there is room."""

    def at(level: int) -> list[float]:
        return [max(width, min(level, cap)) for width, cap in zip(widths, caps, strict=True)]

    levels = range(ceil(max(caps, default=0)) + 1)
    return at(bisect_right(levels, room, key=lambda level: sum(at(level))) - 1)


def _specification(column: Column, share: float | None) -> str:
    if share is None:
        return "r" if column.right else "l"
    side = "left" if column.right else "right"
    return f">{{\\ragged{side}\\arraybackslash}}p{{{share / _LINE:.2f}\\linewidth}}"


def _lines(cell: str, share: float | None) -> int:
    return ceil(_length(cell) / share) if share else 1


def _length(cell: str) -> int:
    return len(_shown(cell))


def _shown(cell: str) -> str:
    """Return about what is seen of a cell."""
    cell = re.sub(r"\\citep\{[^}]*\}", _CITED, re.sub(r"\\rlap\{.*?\}\}", "", cell))
    cell = re.sub(r"\\(?!text(?:it|super|sub)|emph)[a-zA-Z]+", "x", cell)  # signs
    return re.sub(r"\\[a-zA-Z]+|[{}$^\\]", "", cell)


def _row(cells: Sequence[str], apart: str = "") -> str:
    """Return a line of cells; one that begins with what the end of the line before would take as its own is guarded."""
    line = " & ".join(cells)
    return ("{}" if line.startswith(("[", "*")) else "") + f"{line} \\\\{apart}\n"
