"""A table in LaTeX: rules of booktabs, columns that fit a line, over several pages where one is too short."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import ceil
from typing import NamedTuple

from reportcli.render.tex import lacking

Row = Sequence[str] | str  # cells, or what stands between rows, such as a rule

_WIDTHS = {
    **dict.fromkeys("ijl.,:;'`!|", 0.6), **dict.fromkeys("frstI()[]- ~", 0.75), **dict.fromkeys("mwMW%&", 1.65),
    **dict.fromkeys("0123456789aceoz/", 1.0),
}  # fmt: skip
_CAPITAL, _LETTER = 1.42, 1.07  # of any other
_CLOSEST = 2.0  # digits between two columns
_LEAST = 12  # digits on a line of a column that is broken; longer words are hyphenated
_SHORT = 20  # digits of a column that stays whole, where that leaves enough to others
_FEW_LINES = (1, 2)  # of a row, for which the type may be smaller
_PAGE = 40  # lines of a table that fit on a page with notes


class Column(NamedTuple):
    """A column: its heading in LaTeX, whether it holds figures, which stand to the right, and what is above."""

    heading: str
    right: bool = False
    above: str = ""
    span: int = 1  # how many columns what is above spans


class _Type(NamedTuple):
    """A size of type: how to ask for it, and how many of its digits are a line of an article and between columns."""

    command: str
    line: int
    gap: float

    def room(self, columns: int) -> float:
        """Return how many digits a line has for so many columns."""
        return self.line - self.gap * (columns - 1)


class _Layout(NamedTuple):
    """How a table is set; of a column that is broken into lines, its share of a line."""

    type: _Type
    shares: Sequence[float | None]
    lines: int
    fits: bool


_CLOSE = "\\setlength{\\tabcolsep}{0.5em}"
_TYPES = (
    _Type("", 66, 2.4),  # of 10 to 12 pt
    _Type(f"\\small{_CLOSE}", 72, 2.0),
    _Type(f"\\footnotesize{_CLOSE}", 77, 2.0),
)


def table(
    columns: Sequence[Column],
    rows: Sequence[Row],
    notes: Iterable[str] = (),
    above: Sequence[str] = (),
    *,
    cited: Mapping[str, str] | None = None,
    remarks: Iterable[str] = (),
) -> str:
    """Return a table with paragraphs of notes below it; ``above`` are lines above the headings.

    Where it is wider than a line, headings and long texts are broken into lines, and where that is not enough the type
    is smaller. ``cited`` is what a key of \\citep looks like; ``remarks`` are for whoever pastes the table.
    """
    layout = _layout(columns, [row for row in rows if not isinstance(row, str)], cited or {})
    specification = "".join(map(_specification, columns, layout.shares))
    apart = " \\addlinespace[2pt]" if any(layout.shares) else ""  # below rows of several lines
    head = "".join([*(f"{line}\n" for line in above), _row([column.heading for column in columns])])
    body = "".join(row + "\n" if isinstance(row, str) else _row(row, apart) for row in rows)
    bottom = "\\bottomrule\n"
    if layout.lines > _PAGE:
        name, indent, body = "longtable", "", f"\\endhead\n{bottom}\\endfoot\n{body}"
    else:
        name, indent, body = "tabular", "\\noindent\n", f"{body}{bottom}"
    text = (
        f"{indent}\\begin{{{name}}}{{@{{}}{specification}@{{}}}}\n\\toprule\n{head}\\midrule\n{body}\\end{{{name}}}\n"
    )
    text = f"{{{layout.type.command}\n{text}}}\n" if layout.type.command else text
    text += "".join(f"\n\\par\\smallskip{{\\footnotesize\\raggedright\n{note}\\par}}\n" for note in notes)
    return "".join(f"% {line}\n" for line in (*_remarks(text, layout.fits), *remarks)) + text


def _remarks(text: str, fits: bool) -> Iterator[str]:
    """Yield what the text of a table needs."""
    needed = {"booktabs": "\\toprule", "array": "\\arraybackslash", "longtable": "{longtable}", "natbib": "\\citep{"}
    yield f"\\usepackage{{{','.join(package for package, command in needed.items() if command in text)}}}"
    if "\\citep{" in text:
        yield "the entries of \\citep: -f bibtex"
    if "{longtable}" in text:
        yield "goes on over pages: not for a float, nor for two columns"
    if not fits:
        turn = "landscape of pdflscape" if "{longtable}" in text else "sidewaystable of rotating"
        yield f"wider than a line: choose fewer columns, or turn it ({turn})"
    if others := lacking(text):
        yield f"for XeLaTeX or LuaLaTeX, with a font that has {others}"


def _layout(columns: Sequence[Column], rows: Sequence[Sequence[str]], cited: Mapping[str, str]) -> _Layout:
    """Return the largest type in which a table has a line a row, else two as a rule, else in which it fits a line."""
    shown = [[_shown(cell, cited) for cell in row] for row in rows]
    heads = [each._replace(heading=_shown(each.heading, cited), above=_shown(each.above, cited)) for each in columns]
    limits = [_limits(head, [row[place] for row in shown]) for place, head in enumerate(heads)]
    layouts = [_set_in(each, heads, shown, limits) for each in _TYPES]
    fitting = [each for each in layouts if each.fits] or layouts[-1:]
    short = (each for lines in _FEW_LINES for each in fitting if each.lines <= lines * len(rows))
    return next(short, fitting[0])


def _set_in(
    size: _Type, columns: Sequence[Column], rows: Sequence[Sequence[str]], limits: Sequence[tuple[float, float]]
) -> _Layout:
    """Return how a table is set in a type; its texts are as they are seen."""
    room = size.room(len(columns))
    widths = _widths(columns, limits, room)
    broken = [width if width < most else None for width, (_, most) in zip(widths, limits, strict=True)]
    lines = sum(max((_lines(*cell) for cell in zip(row, broken, strict=True)), default=1) for row in rows)
    shares = [width / size.line if width else None for width in broken]
    return _Layout(size, shares, lines, fits=sum(least for least, _ in limits) <= room)


def _limits(column: Column, cells: Sequence[str]) -> tuple[float, float]:
    """Return how many digits wide a column is at least and at most, as its texts are seen; figures stay whole."""
    share = (_width(column.above) - _CLOSEST * (column.span - 1)) / column.span
    most = max(share, *map(_width, [column.heading, *cells]))
    if column.right:
        least = [*map(_width, column.heading.split()), *map(_width, cells)]
    else:
        least = list(map(_unbroken, [column.heading, *cells]))
    least.append(_unbroken(column.above) if column.span == 1 else share)
    return min(max(least), most), most


def _unbroken(text: str) -> float:
    """Return how wide a text is at least: TeX breaks words with a hyphen only there, and others where they are long."""
    compounds = (part for word in text.split() if "-" in word for part in re.findall("[^-]+-?|-", word))
    return max([*(min(_width(word), _LEAST) for word in text.split()), *map(_width, compounds)], default=0)


def _widths(columns: Sequence[Column], limits: Sequence[tuple[float, float]], room: float) -> list[float]:
    """Return how many digits wide columns are, so that they fit a line: first texts have what they need.

    The narrow ones are whole, and the others alike; short texts stay whole where that leaves the others their least.
    """
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
    side = "\\raggedleft\\arraybackslash" if column.right else "\\raggedright\\arraybackslash\\hspace{0pt}"
    return f">{{{side}}}p{{{share:.3f}\\linewidth}}"


def _lines(shown: str, width: float | None) -> int:
    return ceil(_width(shown) / width) if width else 1


def _width(shown: str) -> float:
    """Return how wide a text is in Computer Modern, in digits."""
    return sum(_WIDTHS.get(char) or (_CAPITAL if char.isupper() else _LETTER) for char in shown)


def _shown(cell: str, cited: Mapping[str, str]) -> str:
    """Return about what is seen of a cell."""
    cell = re.sub(
        r"\\(?!text(?:it|super|sub)|emph|citep|rlap)[a-zA-Z]+", "xx", re.sub(r"\\rlap\{.*?\}\}", "", cell)
    )  # signs
    cell = re.sub(r"\\citep\{([^}]*)\}", lambda key: cited.get(key[1], key[1]), cell)
    return re.sub(r"\\[a-zA-Z]+|[{}$^\\]", "", cell)


def _row(cells: Sequence[str], apart: str = "") -> str:
    """Return a line of cells; one that begins with what the end of the line before would take as its own is guarded."""
    line = " & ".join(cells)
    return ("{}" if line.startswith(("[", "*")) else "") + f"{line} \\\\{apart}\n"
