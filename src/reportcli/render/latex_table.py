"""A table in LaTeX: rules of booktabs, columns that fit a line, over several pages where one is too short."""

import re
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
    """A column: its heading in LaTeX, whether it holds figures, which are aligned to the right, and what is above."""

    heading: str
    right: bool = False
    above: str = ""


def table(columns: Sequence[Column], rows: Sequence[Row], notes: Iterable[str], above: Sequence[str] = ()) -> str:
    """Return a table with paragraphs of notes below it; ``above`` are lines above the headings.

    Where it is wider than a line, the columns with the longest texts are broken into lines.
    """
    cells = [[column.heading for column in columns], *(row for row in rows if not isinstance(row, str))]
    lengths = [max(map(_length, texts)) for texts in zip([column.above for column in columns], *cells, strict=True)]
    shares = _shares(lengths)
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
    width = sum(map(min, lengths, (share or length for share, length in zip(shares, lengths, strict=True))))
    is_wide = width + _GAP * (len(columns) - 1) > _LINE + 1
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
        yield "wider than most pages: choose fewer columns with -c, or turn it (sidewaystable of rotating)"
    if others := lacking(text):
        yield f"for XeLaTeX or LuaLaTeX, with a font that has {others}"


def _shares(lengths: Sequence[int]) -> list[float | None]:
    """Return how many characters a line of each column holds, so that all fit; None for a column as wide as it is.

    The shorter columns stay whole, and the others share what is left.
    """
    shares: list[float | None] = [None] * len(lengths)
    room = _LINE - _GAP * (len(lengths) - 1)
    for index, place in enumerate(sorted(range(len(lengths)), key=lengths.__getitem__)):
        others = len(lengths) - index - 1
        share = max(room / (others + 1), _LEAST)
        is_short = lengths[place] <= _SHORT and room - lengths[place] >= others * _LEAST
        if lengths[place] > share and not is_short:
            shares[place] = share
        room -= shares[place] or lengths[place]
    return shares


def _specification(column: Column, share: float | None) -> str:
    if share is None:
        return "r" if column.right else "l"
    side = "left" if column.right else "right"
    return f">{{\\ragged{side}\\arraybackslash}}p{{{share / _LINE:.2f}\\linewidth}}"


def _lines(cell: str, share: float | None) -> int:
    return ceil(_length(cell) / share) if share else 1


def _length(cell: str) -> int:
    """Return about how many characters of a cell are seen."""
    cell = re.sub(r"\\citep\{[^}]*\}", _CITED, re.sub(r"\\rlap\{.*?\}\}", "", cell))
    return len(re.sub(r"\\[a-zA-Z]+|[{}$^\\]", "", cell))


def _row(cells: Sequence[str], apart: str = "") -> str:
    """Return a line of cells; one that begins with what the end of the line before would take as its own is guarded."""
    line = " & ".join(cells)
    return ("{}" if line.startswith(("[", "*")) else "") + f"{line} \\\\{apart}\n"
