"""A small strict reader of LaTeX tables: it knows the commands that we write and no other."""

import re
from typing import NamedTuple

_COMMANDS = set(
    "begin end toprule midrule bottomrule endhead endfoot addlinespace cmidrule multicolumn citep emph textit rlap par "  # noqa: SIM905
    "smallskip small footnotesize noindent setlength tabcolsep raggedright raggedleft arraybackslash hspace linewidth "
    "allowbreak textsuperscript textsubscript "
    "textbackslash textbraceleft textbraceright textasciitilde textasciicircum textless textgreater textbar ldots "
    "S textperiodcentered textbullet textdegree ss ae AE oe OE o O l L i H r v u c d k".split()
)
_TOKEN = re.compile(r"\\[a-zA-Z]+|\\.|[{}$&%#~^_]|\n|[^\\{}$&%#~^_\n]+")
_MATH = re.compile(r"(?:\\[a-zA-Z]+(?![a-zA-Z])|\\\||[\w .,+*/=()^{}-])+")


class TableText(NamedTuple):
    """What a table says: how its columns are aligned, as l, r, p and q (p to the right), its rows, its notes."""

    alignment: str
    rows: list[list[str]]
    notes: str


def read_table(text: str) -> TableText:
    """Read the table of an answer; raise ValueError where LaTeX would stumble, or would obey a text of an entry."""
    remarks, text = re.fullmatch(r"((?:%[^\n]*\n)*)(.*)", text, re.DOTALL).groups()  # type: ignore[union-attr]
    if not remarks.startswith("% \\usepackage{booktabs"):
        raise ValueError("it does not say what it needs")
    for shown in (text, *re.findall(r"(?m)^(.*)\\\\(?: \\addlinespace\[2pt\])?$", text)):
        _check(shown)
    close = r"\{\\(?:small|footnotesize)\\setlength\{\\tabcolsep\}\{0\.5em\}\n"
    begin = r"(?:\\noindent\n)?\\begin\{(tabular|longtable)\}\{@\{\}(.+)@\{\}\}\n"
    match = re.fullmatch(rf"({close})?{begin}(.*)\\end\{{\2\}}\n(?(1)\}}\n)(.*)", text, re.DOTALL)
    if match is None:
        raise ValueError("it is no table")
    broken = r">\{\\ragged(left|right)\\arraybackslash(?:\\hspace\{0pt\})?\}p\{\d+\.\d\d\d\\linewidth\}"
    alignment = re.sub(broken, lambda column: "p" if column[1] == "right" else "q", match[3])
    lines = re.findall(
        r"(?m)^(?!\\(?:cmidrule|\w+rule$|end|addlinespace))(.*) \\\\(?: \\addlinespace\[2pt\])?$", match[4]
    )
    rows = [re.split(r" ?(?<!\\)& ?", line) for line in lines]
    for row in rows:
        spans = [int(span[1]) if (span := re.match(r"\\multicolumn\{(\d+)\}", cell)) else 1 for cell in row]
        if sum(spans) != len(alignment) or row[0].startswith(("[", "*")):
            raise ValueError(f"{len(alignment)} columns, and the row {row}")
    return TableText(alignment, rows, match[5])


def _check(text: str) -> None:
    depth = 0
    text = re.sub(r"\\citep\{[\w.:+/-]+\}", "", text)  # keys may have an underscore
    for token in _TOKEN.findall(re.sub(r"\$([^$]+)\$", _as_letter, text.replace("\\$", "S"))):
        if token[0] == "\\" and token[1:].isalpha() and token[1:] not in _COMMANDS:
            raise ValueError(f"the command {token}")
        if token in "$%#^_":
            raise ValueError(f"a bare {token}")
        depth += {"{": 1, "}": -1}.get(token, 0)
        if depth < 0:
            raise ValueError("unbalanced braces")
    if depth:
        raise ValueError("unbalanced braces")


def _as_letter(match: re.Match[str]) -> str:
    if not _MATH.fullmatch(match[1]) or match[1].count("{") != match[1].count("}"):
        raise ValueError(f"strange mathematics: {match[1]}")
    if re.search(r"\\(?:input|include|write|def|let|csname|catcode)\b", match[1]):
        raise ValueError(f"a dangerous command: {match[1]}")
    return "m"
