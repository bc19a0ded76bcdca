"""Tables for papers: LaTeX with booktabs, names cited with the keys that ``bibtex`` prints, caveats as notes below."""

from collections.abc import Iterable, Iterator, Sequence
from string import ascii_lowercase

from reportcli.answer import Answer
from reportcli.answer.comparison import Comparison
from reportcli.answer.listing import Listing
from reportcli.answer.recipe import Recipe, ReportRun, heading
from reportcli.render.tex import escape as escape_latex
from reportcli.render.caveats import caveat
from reportcli.render.value import format_value, is_numeric
from reportcli.report.fields import Field, Report

_UNKNOWN, _NOT_DISCLOSED = "--", "n.d."
_HEAD = (
    "% needs \\usepackage{booktabs} and \\usepackage{url}; \\citep comes from natbib or biblatex,\n"
    "% the entries from --format bibtex\n"
)
_SIGNS = {
    "≈": "$\\approx$", "–": "--", "−": "$-$", "×": "$\\times$", "→": "$\\rightarrow$", "±": "$\\pm$", "…": "\\ldots{}",
    "≥": "$\\geq$", "≤": "$\\leq$", "λ": "$\\lambda$", "ε": "$\\varepsilon$", "μ": "$\\mu$", "γ": "$\\gamma$",
}  # fmt: skip


class _Notes:
    """The notes below a table, each with its letter."""

    def __init__(self) -> None:
        self._letters: dict[str, str] = {}

    def mark(self, sentence: str) -> str:
        """Return the letter of a sentence, raised; "" for no sentence."""
        if not sentence:
            return ""
        count = len(self._letters)
        letter = ascii_lowercase[count % 26] * (count // 26 + 1)
        return f"\\textsuperscript{{{self._letters.setdefault(sentence, letter)}}}"

    def lines(self, others: Sequence[str] = ()) -> Iterator[str]:
        """Yield the notes, and others without a letter, as one small paragraph."""
        marked = (f"\\textsuperscript{{{letter}}}~{_escape(text)}" for text, letter in self._letters.items())
        if sentences := [*marked, *map(_escape, others)]:
            yield "\n\\par\\smallskip\n{\\footnotesize " + ";\n".join(sentences) + ".\\par}\n"


def listing(answer: Listing) -> Iterator[str]:
    """Yield a table with a row for each report, its name with its citation."""
    columns = [column for column in answer.fields() if answer.chosen or column.path != "id"]
    notes = _Notes()
    rows = [
        [_cell(answer.value(hit, column), column, hit.report, notes, hit.name) for column in columns]
        for hit in answer.hits
    ]
    yield from _table([column.heading for column in columns], map(is_numeric, columns), rows)
    yield from notes.lines()


def _cell(value: object, column: Field, report: Report, notes: _Notes, name: str) -> str:
    if column.path == "name":
        return f"{_escape(name)}~\\citep{{{report.id}}}" + notes.mark(caveat(column, report))
    text = format_value(column, value)
    return _escape(text) + notes.mark(caveat(column, report)) if text else _UNKNOWN


def comparison(answer: Comparison) -> Iterator[str]:
    """Yield a table with a row for each field and a column for each side, which is cited."""
    notes = _Notes()
    sides = list(zip(answer.titles, answer.reports, strict=True))
    rows = []
    for row in answer.field_rows:
        texts = (format_value(row.field, value) for value in row.values)
        pairs = zip(texts, answer.reports, strict=True)
        cells = (_escape(text) + notes.mark(caveat(row.field, each)) if text else _UNKNOWN for text, each in pairs)
        rows.append([_escape(row.label), *cells])
    head = ["", *(f"{_escape(title)}~\\citep{{{report.id}}}" for title, report in sides)]
    yield from _table(head, [False] * len(head), rows, escaped=True)
    yield from notes.lines()


def recipe(answer: Recipe) -> Iterator[str]:
    """Yield a table with a row for each run; what is not disclosed is told from what is not stated here."""
    fields = [field for field in answer.fields if any(each.value(field) not in (None, ()) for each in answer.runs)]
    notes, rows = _Notes(), []
    for each in answer.runs:
        name = f"{_escape(each.report.name)}~\\citep{{{each.report.id}}}"
        rows.append([name, *(_run_cell(each, field, notes) for field in fields)])
    yield from _table(["report", *(heading(field) for field in fields)], [False, *map(is_numeric, fields)], rows)
    sources = dict.fromkeys(f"{each.report.name}: {each.source(field)}" for each in answer.runs for field in fields[:1])
    yield from notes.lines([f"{_NOT_DISCLOSED} not disclosed", *(text for text in sources if not text.endswith(": "))])


def _run_cell(each: ReportRun, field: Field, notes: _Notes) -> str:
    if text := format_value(field, each.value(field)):
        return _escape(text) + notes.mark(each.caveat(field))
    return _NOT_DISCLOSED if each.is_undisclosed(field) else _UNKNOWN


def table(answer: Answer) -> Iterator[str]:
    """Yield a plain table of the rows of an answer; a column of numbers is aligned to the right."""
    rows = [list(row) for row in answer.rows()]
    columns = range(len(answer.header))
    numeric = [all(isinstance(row[place], (int, float, type(None))) for row in rows) for place in columns]
    cells = [[_UNKNOWN if value in (None, ()) else _escape(_plain(value)) for value in row] for row in rows]
    yield from _table(answer.header, numeric, cells)


def _plain(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, (tuple, list)) else str(value)


def _table(
    head: Sequence[str], right: Iterable[bool], rows: Sequence[Sequence[str]], escaped: bool = False
) -> Iterator[str]:
    yield _HEAD
    yield f"\\begin{{tabular}}{{{''.join('r' if is_right else 'l' for is_right in right)}}}\n\\toprule\n"
    yield f"{' & '.join(head if escaped else map(_escape, head))} \\\\\n\\midrule\n"
    yield from (f"{' & '.join(row)} \\\\\n" for row in rows)
    yield "\\bottomrule\n\\end{tabular}\n"


def _escape(text: str) -> str:
    """Return a text as LaTeX shows it, with the signs that its usual fonts lack as mathematics."""
    return "".join(_SIGNS.get(char, char) for char in escape_latex(text))
