"""The page of a report: identity, models, labeled figures, notes by topic, corrections; with sources if asked for."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain

from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from reportcli.answer.details import ReportDetails, as_selected_model
from reportcli.query.names import ReportMatch
from reportcli.render.caveats import marked, of_fields
from reportcli.render.outline import (
    CONTINUES_NOTE,
    TECHNIQUES,
    by_topic,
    continues_training,
    dateline,
    head_fields,
    heading,
    model_table,
    outline_lines,
    run_table,
)
from reportcli.render.terminal.screen import (
    BULLET,
    GAP,
    LABEL,
    NAME,
    NARROW,
    QUIET,
    RULE,
    Picture,
    in_two_lines,
    linked_text,
    render_to_text,
    wrap,
)
from reportcli.render.value import escape_controls, is_numeric
from reportcli.report.derived import DERIVED, flagship_model
from reportcli.report.fields import Field, Note, Report


def draw(answer: ReportDetails, width: int, color: bool) -> Picture:
    """Draw the page of each report, or only its notes under some topics."""
    pages = [
        _notes_page(match, filter(answer.is_selected, match.report.notes))
        if answer.topics
        else _page(match, answer, width)
        for match in answer.with_contents
    ]
    text = render_to_text(Group(*(part for page in pages for part in page)), width, color)
    return Picture(text.rstrip("\n") + "\n" * bool(pages), ())


def _notes_page(match: ReportMatch, notes: Iterable[Note]) -> Iterator[RenderableType]:
    yield _title(match.report)
    yield Text("")
    yield from _notes(list(notes))
    yield Text("")


def _page(match: ReportMatch, answer: ReportDetails, width: int) -> Iterator[RenderableType]:
    report = as_selected_model(match)
    figures = _Figures(report, answer.sources)
    if answer.sections:
        yield _title(report)
    else:
        yield from _head(report, match, figures.caveats(head_fields(report), width, indent=0))
        yield from figures.section("", width)
    parts: dict[str, Callable[[], Iterable[RenderableType]]] = {
        "links": lambda: figures.section("links", width),
        "models": lambda: _models(match.report, report, width, figures),
        "architecture": lambda: figures.section("architecture", width),
        "pretraining": lambda: figures.section("pretraining", width),
        "posttraining": lambda: chain(figures.section("posttraining", width), _runs(report, width, figures)),
        "derived": lambda: figures.section("derived", width),
        "techniques": lambda: _techniques(report, width, figures),
        "notes": lambda: (
            chain(_heading("Notes", figures.remarks("notes")), _notes(report.notes)) if report.notes else ()
        ),
        "corrections": lambda: _corrections(report),
    }
    if "rl" in answer.sections and "posttraining" not in answer.sections:
        parts["posttraining"] = lambda: _runs(report, width, figures)
    for section, draw_section in parts.items():
        if answer.shows(section) or (section == "posttraining" and answer.shows("rl")):
            yield from draw_section()
    if not answer.sections:
        yield from figures.other_sources()
    yield Text("")


def _corrections(report: Report) -> Iterator[RenderableType]:
    if report.corrections:
        yield from _heading("Corrections to the reading list")
        yield from (_item(text) for text in report.corrections)


def _title(report: Report) -> Text:
    title = "" if report.title == report.name else f"  {escape_controls(report.title)}"
    return Text.assemble(linked_text(escape_controls(report.name), report.links.front, NAME), title)


def _head(report: Report, match: ReportMatch, caveats: Iterable[RenderableType]) -> Iterator[RenderableType]:
    yield _title(report)
    yield Text(dateline(report))
    yield from caveats
    if match.origin:
        yield Text(f"from {escape_controls(match.origin)}", style=QUIET)
    flagship = flagship_model(match.report)
    if match.model and flagship and match.model.name != flagship.name:
        yield Text(f"Figures of {escape_controls(match.model.name)}", style=LABEL)
    if report.summary:
        yield from (Text(""), Text(escape_controls(report.summary)))


class _Figures:
    """The labeled figures of one report, with their sources if asked for; remembers which sources it has shown."""

    def __init__(self, report: Report, with_sources: bool) -> None:
        self.report = report
        self.with_sources = with_sources
        self._shown: set[str] = set()
        self._told: set[str] = set()

    def section(self, table: str, width: int) -> Iterator[RenderableType]:
        """Yield the heading and the figures of a table of the report, if any is known."""
        lines = list(outline_lines(self.report, table))
        if not lines:
            return
        yield from _heading(heading(self.report, table), self.remarks(table))
        if continues_training(self.report, table):
            yield Padding(Text(CONTINUES_NOTE, style=QUIET), (0, 0, 0, 2))
        grid = Table(box=None, show_header=False, pad_edge=False, padding=(0, GAP, 0, 0))
        label_width = min(26, max(14, width // 4))
        grid.add_column(width=label_width)
        grid.add_column(ratio=1, overflow="fold")
        for field, texts in lines:
            links = [linked_text(text, self.report.links.front if field.key == "arxiv" else text) for text in texts]
            links[-1].append(marked(" ", field, self.report).strip())
            values = links if len(links) == 1 else map(_hanging, links)
            grid.add_row(wrap(field.label, label_width, LABEL), Group(*values, *self.remarks(field.path)))
        yield Padding(grid, (0, 0, 0, 2))
        yield from self.caveats([field for field, _ in lines], width)

    def caveats(self, fields: Iterable[Field], width: int, indent: int = 2) -> Iterator[RenderableType]:
        """Yield what is uncertain about values, each once; with sources it stands beside them already."""
        lines = [] if self.with_sources else [line for line in of_fields(fields, self.report) if line not in self._told]
        self._told.update(lines)
        yield from (Padding(wrap(line, width - indent, QUIET, "  "), (0, 0, 0, indent)) for line in lines)

    def remarks(self, path: str) -> list[Text]:
        """Return the source of a figure, its uncertainty and its formula, if sources are asked for."""
        if not self.with_sources or not path:
            return []
        self._shown.add(path)
        remarks = [("source", self.report.sources.get(path)), ("uncertain", self.report.confidence.get(path))]
        remarks += [("formula", field.info.help) for field in DERIVED if field.path == path and field.info.computed]
        return [Text(f"{kind}: {escape_controls(text)}", style=QUIET) for kind, text in remarks if text]

    def other_sources(self) -> Iterator[RenderableType]:
        """Yield the sources of fields without a line on the page, such as the title or an unknown figure."""
        keys = dict.fromkeys(key for key in (*self.report.sources, *self.report.confidence) if key not in self._shown)
        if self.with_sources and keys:
            yield from _heading("Other sources")
            for key in keys:
                yield Padding(Text(escape_controls(key), style=LABEL), (0, 0, 0, 2))
                yield from (Padding(remark, (0, 0, 0, 4)) for remark in self.remarks(key))


def _heading(text: str, remarks: Iterable[Text] = ()) -> Iterator[RenderableType]:
    yield Text("")
    if text:
        yield Text(text, style=NAME)
    yield from (Padding(remark, (0, 0, 0, 2)) for remark in remarks)


def _models(report: Report, selected: Report, width: int, figures: _Figures) -> Iterator[RenderableType]:
    """Yield the models of a report as a table, or as lines on a narrow terminal; the selected model is bold."""
    if not report.models:
        return
    yield from _heading("Models", figures.remarks("models"))
    for key in ("parameters", "context_length"):
        yield from (Padding(remark, (0, 0, 0, 2)) for remark in figures.remarks(f"models.{key}"))
    selected_model = flagship_model(selected)
    selected_name = escape_controls(selected_model.name) if selected_model else ""
    for title, of_sizes in (("", False), ("Sizes of the models", True)):
        columns, rows = model_table(report, of_sizes)
        if len(columns) > of_sizes:
            yield from _heading(title) if title else ()
            yield Padding(_model_grid(report, columns, rows, selected_name, width), (0, 0, 0, 2))
            yield from figures.caveats(columns, width)


def _model_grid(
    report: Report, columns: Sequence[Field], rows: Sequence[Sequence[str]], selected_name: str, width: int
) -> RenderableType:
    """Return models as a table, its headings in two lines if the width asks for it, or as lines if it is narrower."""
    styles = [NAME if name == selected_name else "" for name, *_ in rows]
    headings = [marked(column.heading, column, report) for column in columns]
    if _grid_width(headings, rows) > width:
        headings = list(map(in_two_lines, headings))
    if width < NARROW or _grid_width(headings, rows) > width:
        lines = []
        for (name, *values), style in zip(rows, styles, strict=True):
            pairs = zip(columns[1:], values, strict=True)
            facts = " · ".join(f"{column.heading} {marked(value, column, report)}" for column, value in pairs if value)
            lines.append(Text.assemble((name, style), "  ", facts))
        return Group(*lines)
    table = Table(box=RULE, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0), header_style=LABEL)
    for column, text in zip(columns, headings, strict=True):
        table.add_column(text, justify="right" if is_numeric(column) else "left", no_wrap=True)
    for row, style in zip(rows, styles, strict=True):
        table.add_row(*map(Text, row), style=style)
    return table


def _grid_width(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> int:
    """Return how many columns of the terminal a table takes, with its indent."""
    columns = ((*heading.split("\n"), *texts) for heading, *texts in zip(headings, *rows, strict=True))
    return sum(max(map(cell_len, texts)) + GAP for texts in columns)


_RUN_WIDTH = 18  # columns of a run, at least


def _runs(report: Report, width: int, figures: _Figures) -> Iterator[RenderableType]:
    """Yield the runs of RL side by side, as many in a table as the width has room for."""
    names, rows = run_table(report)
    if not rows:
        return
    yield from _heading("Runs of RL", figures.remarks("posttraining.rl"))
    label_width = min(26, max(14, width // 4))
    count = max(1, (width - label_width - 2) // _RUN_WIDTH)
    for start in range(0, len(names), count):
        part = slice(start, start + count)
        table = Table(box=RULE, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0), header_style=LABEL)
        table.add_column("", width=label_width, overflow="fold")
        for name in names[part]:
            table.add_column(Text(name), overflow="fold")
        for field, texts in rows:
            if any(texts[part]):
                table.add_row(wrap(field.label, label_width, LABEL), *map(Text, texts[part]))
        yield Padding(table, (0, 0, 0, 2))


def _techniques(report: Report, width: int, figures: _Figures) -> Iterator[RenderableType]:
    if report.techniques:
        yield from _heading("Techniques", figures.remarks("techniques"))
        names = escape_controls(", ".join(report.techniques))
        yield Padding(Text(marked(names, TECHNIQUES, report)), (0, 0, 0, 2))
        yield from figures.caveats([TECHNIQUES], width)


def _notes(notes: Sequence[Note]) -> Iterator[RenderableType]:
    for topic, group in by_topic(notes):
        yield Padding(Text(escape_controls(topic), style=LABEL), (0, 0, 0, 2))
        for note in group:
            yield _item(note.text)
            for detail in note.detail:
                yield Padding(_hanging(Text(escape_controls(detail)), "– "), (0, 0, 0, 4))


def _item(text: str) -> RenderableType:
    return Padding(_hanging(Text(escape_controls(text))), (0, 0, 0, 2))


def _hanging(text: Text, mark: str = BULLET) -> Table:
    """Return a text with a mark before it, its further lines indented as far as the first."""
    grid = Table(box=None, show_header=False, pad_edge=False, padding=0)
    grid.add_column(width=len(mark))
    grid.add_column(ratio=1, overflow="fold")
    grid.add_row(mark, text)
    return grid
