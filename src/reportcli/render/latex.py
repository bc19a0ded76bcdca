"""Tables for papers: LaTeX with booktabs, names cited with the keys of ``bibtex``, caveats and sources as notes."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from string import ascii_lowercase

from reportcli.answer.comparison import RL_RUNS, Comparison, ComparisonRow, distinct_labels
from reportcli.answer.count import Bin, CountTable, ValueCount
from reportcli.answer.disclosure import Disclosure, Share
from reportcli.answer.listing import Listing
from reportcli.answer.recipe import RUNS, Recipe, ReportRun, heading
from reportcli.render.bibtex import citation_key, short_citation
from reportcli.render.caveats import caveat
from reportcli.render.latex_table import Column, Row, table
from reportcli.render.tex import escape
from reportcli.render.value import SHORT_NOT_DISCLOSED, format_value, is_numeric
from reportcli.report.fields import Field, Report

_UNKNOWN = "--"
_LEGEND = f"{SHORT_NOT_DISCLOSED}: the report was read for it and does not state it; {_UNKNOWN}: not recorded."
_WITHOUT_NOTES = "the table without the notes below it: --plain"
_FEW_FIELDS = 8  # that are columns where reports are compared
_ABBREVIATIONS = ("id", "lr")  # that a heading has in capitals


class _Notes:
    """What stands below a table: caveats with their letters, and where the figures of each report were read.

    Below a plain one stands nothing. It also knows how the reports are cited.
    """

    def __init__(self, plain: bool) -> None:
        self._plain = plain
        self._letters: dict[str, str] = {}
        self._sources: dict[str, dict[str, None]] = {}
        self._cited: dict[str, str] = {}

    def cite(self, name: str, report: Report) -> str:
        """Return the name of a report or model with its citation."""
        key = citation_key(report)
        self._cited[key] = f"({short_citation(report)})"
        return f"{escape(name)} \\citep{{{key}}}"

    def mark(self, sentence: str, is_figure: bool = False) -> str:
        """Return the letter of a sentence, raised, "" for no sentence; after a figure it takes no room."""
        if not sentence or self._plain:
            return ""
        letter = f"\\textsuperscript{{{self._letters.setdefault(sentence, _letter(len(self._letters)))}}}"
        return f"\\rlap{{{letter}}}" if is_figure else letter

    def cell(self, field: Field, value: object, report: Report, is_figure: bool) -> str:
        """Return a value with its caveat, and keep its source."""
        text = _value(field, value)
        if not text:
            return _UNKNOWN
        self.source(report, _source(field, report))
        return text + self.mark(caveat(field, report), is_figure)

    def source(self, report: Report, text: str) -> None:
        """Keep where something of a report was read."""
        self._sources.setdefault(report.name, {}).update(dict.fromkeys(filter(None, text.split("; "))))

    def table(self, columns: Sequence[Column], rows: Sequence[Row], above: Sequence[str] = (), legend: str = "") -> str:
        """Return a table with its notes; the legend of a plain one is a remark above it."""
        notes = () if self._plain else tuple(self._paragraphs(legend))
        remarks = [_WITHOUT_NOTES] if notes else [legend] if legend else []
        return table(columns, rows, notes, above, cited=self._cited, remarks=remarks)

    def _paragraphs(self, legend: str) -> Iterator[str]:
        """Yield a paragraph of caveats, and one of sources; each note is a line."""
        caveats = [f"\\textsuperscript{{{letter}}}~{_sentence(text)}" for text, letter in self._letters.items()]
        if lines := [*filter(None, [legend]), *caveats]:
            yield "\n".join(lines)
        sources = [_sentence(f"{name}: {_places(texts)}") for name, texts in self._sources.items() if texts]
        if sources:
            yield "\n".join([r"\emph{Sources.}", *sources])


def _letter(count: int) -> str:
    """Return a, b, … z, aa, ab …"""
    tens, ones = divmod(count, 26)
    return (_letter(tens - 1) if tens else "") + ascii_lowercase[ones]


def _sentence(text: str) -> str:
    """Return a text with a full stop, in which long addresses can be broken."""
    broken = re.sub(r"(?<=\w)/(?=\w)", r"/\\allowbreak{}", escape(text))
    return broken if broken.endswith((".", "!", "?")) else f"{broken}."


def _places(texts: Iterable[str]) -> str:
    """Return sources as one text, in which the number of a paper stands once, and each of its places once."""
    papers: dict[str, dict[str, None]] = {}
    for text in texts:
        paper, _, places = text.partition(" ")
        if paper.lower().startswith(("arxiv:", "doi:")):
            papers.setdefault(paper.rstrip(","), {}).update(dict.fromkeys(filter(None, places.split(", "))))
        else:
            papers[text] = {}
    return "; ".join(f"{paper} {', '.join(places)}".strip() for paper, places in papers.items())


def _source(field: Field, report: Report) -> str:
    """Return where the value of a field was read: the source of the field, else of the nearest table around it."""
    path = f"models.{field.key}" if field.derived and not field.info.computed else field.path
    while path and path not in report.sources:
        path = path.rpartition(".")[0]
    return report.sources.get(path, "")


def _value(field: Field, value: object) -> str:
    """Return a value as LaTeX, figures with powers of ten; "" where it is unknown."""
    text = escape(format_value(field, value))
    return re.sub(r"([\d.]+)e(-?\d+)", r"$\1\\times10^{\2}$", text.replace(" ", "~")) if is_numeric(field) else text


def _heading(name: str) -> str:
    """Return a name as a heading in LaTeX: with a capital, unless its first word has one already, as arXiv does."""
    first, space, rest = name.partition(" ")
    if first in _ABBREVIATIONS:
        first = first.upper()
    elif first.islower():
        first = first[0].upper() + first[1:]
    return escape(first + space + rest)


def listing(answer: Listing, plain: bool = False) -> Iterator[str]:
    """Yield a table with a row for each report, its name with its citation."""
    fields, notes, rows = answer.document_fields, _Notes(plain), []
    for hit in answer.hits:
        rows.append(
            [
                notes.cite(hit.name, hit.report) + notes.mark(caveat(field, hit.report))
                if field.path == "name"
                else notes.cell(field, answer.value(hit, field), hit.report, is_numeric(field))
                for field in fields
            ]
        )
    yield notes.table([_column(field.heading, field) for field in fields], rows)


def _column(name: str, field: Field) -> Column:
    return Column(_heading(name), is_numeric(field))


def comparison(answer: Comparison, plain: bool = False) -> Iterator[str]:
    """Yield a table with a row for each field and a column for each side; of few chosen fields, the other way round."""
    notes = _Notes(plain)
    legend = _LEGEND if any(any(row.undisclosed) for row in answer.field_rows) else ""
    names = [notes.cite(title, report) for title, report in zip(answer.titles, answer.reports, strict=True)]
    if answer.chosen and len(answer.field_rows) <= _FEW_FIELDS:
        texts = [_cells(row, answer, notes, is_numeric(row.field)) for row in answer.field_rows]
        columns = [Column(""), *(_column(row.label, row.field) for row in answer.field_rows)]
        yield notes.table(columns, [list(row) for row in zip(names, *texts, strict=True)], legend=legend)
        return
    rows: list[Row] = []
    group = ""
    is_figures = answer.chosen and all(is_numeric(row.field) for row in answer.field_rows)
    for row in answer.field_rows:
        if row.group != group and not answer.chosen:
            group = row.group
            counts = (_run_count(report, notes) if group == RL_RUNS else "" for report in answer.reports)
            rows += ["\\addlinespace", [f"\\textit{{{_heading(group)}}}", *counts]]
        rows.append([_heading(row.label), *_cells(row, answer, notes, is_figures)])
    yield notes.table([Column(""), *(Column(name, is_figures) for name in names)], rows, legend=legend)


def _cells(row: ComparisonRow, answer: Comparison, notes: _Notes, is_figure: bool) -> list[str]:
    sides = zip(row.values, answer.reports, row.undisclosed, strict=True)
    return [
        SHORT_NOT_DISCLOSED if is_undisclosed else notes.cell(row.field, value, report, is_figure)
        for value, report, is_undisclosed in sides
    ]


def _run_count(report: Report, notes: _Notes) -> str:
    count = len(report.posttraining.rl)
    return f"{count} run{'s' if count > 1 else ''}" + notes.mark(report.confidence.get(RUNS, "")) if count else ""


def recipe(answer: Recipe, plain: bool = False) -> Iterator[str]:
    """Yield a table with a column for each run of named reports, else with a row for each run."""
    stated = (field for field in answer.fields if answer.chosen or _is_stated(field, answer))
    fields = [field for field in stated if field.path not in ("name", f"{RUNS}.stage" if answer.named else "name")]
    notes = _Notes(plain)
    by_report = [list(runs) for _, runs in groupby(answer.runs, key=lambda each: each.report.id)]
    names = [_cited_runs(runs[0].report, notes) for runs in by_report]
    is_figures = all(map(is_numeric, fields))
    cells = [
        [_run_cell(each, field, notes, is_figures or not answer.named) for field in fields] for each in answer.runs
    ]
    legend = _LEGEND if any(SHORT_NOT_DISCLOSED in row for row in cells) else ""
    if answer.named:
        above = _spanning(names, list(map(len, by_report)))
        heads = ((name, each, len(runs)) for name, runs in zip(names, by_report, strict=True) for each in runs)
        columns = [Column(_heading(each.distinct_stage), is_figures, name, count) for name, each, count in heads]
        rows = [[_heading(field.label), *(row[place] for row in cells)] for place, field in enumerate(fields)]
        yield notes.table([Column(""), *columns], rows, above, legend)
    else:
        firsts = [text for name, runs in zip(names, by_report, strict=True) for text in (name, *[""] * (len(runs) - 1))]
        columns = [Column("Report"), *(_column(heading(field), field) for field in fields)]
        rows = [[name, *row] for name, row in zip(firsts, cells, strict=True)]
        yield notes.table(columns, rows, legend=legend)


def _is_stated(field: Field, answer: Recipe) -> bool:
    return any(each.value(field) not in (None, ()) for each in answer.runs)


def _cited_runs(report: Report, notes: _Notes) -> str:
    return notes.cite(report.name, report) + notes.mark(report.confidence.get(RUNS, ""))


def _spanning(names: Sequence[str], counts: Sequence[int]) -> list[str]:
    """Return a line of names, each above so many columns, and one of the rules below those that have several."""
    cells, rules, last = [""], "", 1
    for name, count in zip(names, counts, strict=True):
        cells.append(name if count == 1 else f"\\multicolumn{{{count}}}{{l}}{{{name}}}")
        rules += f"\\cmidrule(lr){{{last + 1}-{last + count}}}" if count > 1 else ""
        last += count
    return [" & ".join(cells) + r" \\", *filter(None, [rules])]


def _run_cell(each: ReportRun, field: Field, notes: _Notes, is_figure: bool) -> str:
    text = _value(field, each.distinct_stage if field.path == f"{RUNS}.stage" else each.value(field))
    if not text:
        return SHORT_NOT_DISCLOSED if each.is_undisclosed(field) else _UNKNOWN
    notes.source(each.report, each.source(field))
    return text + notes.mark(each.caveat(field), is_figure and is_numeric(field))


def count(answer: CountTable, _plain: bool = False) -> Iterator[str]:
    """Yield a table with a row for each value; with periods, a column for each, and the total."""
    head = [*(answer.periods or ()), "Total"] if answer.periods is not None else ["Reports"]
    rows = [[_counted(each), *(f"{count:,}" for count in _counts(each, len(head)))] for each in answer.value_counts]
    yield table([Column(_heading(answer.field.heading)), *(Column(name, True) for name in head)], rows)


def _counts(each: ValueCount, columns: int) -> tuple[int, ...]:
    return (*each.counts, each.total) if columns > 1 else (each.total,)


def _counted(each: ValueCount) -> str:
    """Return a value; of numbers, a range without its right end: 1B to <10B."""
    return escape(each.text.replace("..<", " to <") if isinstance(each.value, Bin) else each.text)


def disclosure(answer: Disclosure, _plain: bool = False) -> Iterator[str]:
    """Yield a table with a row for each field; of several groups, in how many of the reports read it is stated."""
    shares = {(share.field.path, share.group): share for share in answer.shares}
    labels = distinct_labels(answer.fields)
    if answer.groups == ("",):
        columns = [Column("Field"), *(Column(name, True) for name in ("Stated", "Not disclosed", "Not read for it"))]
        cells = [[f"{count:,}" for count in shares[field.path, ""][2:]] for field in answer.fields]
    else:
        columns = [Column("Stated / read"), *(Column(escape(group), True) for group in answer.groups)]
        cells = [[_fraction(shares[field.path, group]) for group in answer.groups] for field in answer.fields]
    yield table(columns, [[_heading(label), *row] for label, row in zip(labels, cells, strict=True)])


def _fraction(share: Share) -> str:
    return f"{share.stated:,}/{share.read:,}" if share.read else _UNKNOWN
