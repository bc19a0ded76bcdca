"""The page of a report: identity, models, labelled figures, notes by topic, corrections; on request every source."""

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from reportcli.answer.details import ReportDetails, as_selected_model
from reportcli.query.names import ReportMatch
from reportcli.render.outline import (
    CONTINUES_NOTE,
    by_topic,
    continues_training,
    dateline,
    heading,
    model_table,
    outline_lines,
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
    linked_text,
    render_to_text,
    wrap,
)
from reportcli.render.value import escape_controls, is_numeric
from reportcli.report.derived import DERIVED, flagship_model
from reportcli.report.fields import Note, Report


def draw(answer: ReportDetails, width: int, color: bool) -> Picture:
    """Draw the page of each report, or only its notes under one topic."""
    pages = [
        _notes_page(one, answer.topic) if answer.topic else _page(one, answer.sources, width)
        for one in answer.with_notes
    ]
    text = render_to_text(Group(*(part for page in pages for part in page)), width, color)
    return Picture(text.rstrip("\n") + "\n", ())


def _notes_page(found: ReportMatch, topic: str) -> Iterator[RenderableType]:
    yield _title(found.report)
    yield Text("")
    yield from _notes([note for note in found.report.notes if note.topic == topic])
    yield Text("")


def _page(found: ReportMatch, sources: bool, width: int) -> Iterator[RenderableType]:
    report = as_selected_model(found)
    yield from _head(report, found)
    about = _About(report, sources)
    for section in ("", "links"):
        yield from about.section(section, width)
    yield from _models(found.report, report, width, about)
    for section in ("architecture", "pretraining", "posttraining", "derived"):
        yield from about.section(section, width)
    yield from _techniques(report, about)
    if report.notes:
        yield from _heading("Notes", about.remarks("notes"))
        yield from _notes(report.notes)
    if report.corrections:
        yield from _heading("Corrections to the reading list", [])
        yield from (_item(text) for text in report.corrections)
    yield from about.rest()
    yield Text("")


def _title(report: Report) -> Text:
    title = "" if report.title == report.name else f"  {escape_controls(report.title)}"
    return Text.assemble(linked_text(escape_controls(report.name), report.links.front, NAME), title)


def _head(report: Report, found: ReportMatch) -> Iterator[RenderableType]:
    yield _title(report)
    yield Text(dateline(report))
    if found.origin:
        yield Text(f"from {escape_controls(found.origin)}", style=QUIET)
    usual = flagship_model(found.report)
    if found.model and usual and found.model.name != usual.name:
        yield Text(f"Figures of {escape_controls(found.model.name)}", style=LABEL)
    yield Text("")
    yield Text(escape_controls(report.summary))


class _About:
    """The labelled figures of one report, with where they come from when that is wanted."""

    def __init__(self, report: Report, sources: bool) -> None:
        self.report = report
        self.sources = sources
        self._told: set[str] = set()

    def section(self, table: str, width: int) -> Iterator[RenderableType]:
        rows = list(outline_lines(self.report, table))
        if not rows:
            return
        yield from _heading(heading(self.report, table), self.remarks(table))
        if continues_training(self.report, table):
            yield Padding(Text(CONTINUES_NOTE, style=QUIET), (0, 0, 0, 2))
        grid = Table(box=None, show_header=False, pad_edge=False, padding=(0, GAP, 0, 0))
        labels = min(26, max(14, width // 4))
        grid.add_column(width=labels)
        grid.add_column(ratio=1, overflow="fold")
        for field, texts in rows:
            shown = [linked_text(text, self.report.links.front if field.key == "arxiv" else text) for text in texts]
            value = shown if len(shown) == 1 else map(_hanging, shown)
            grid.add_row(wrap(field.label, labels, LABEL), Group(*value, *self.remarks(field.path)))
        yield Padding(grid, (0, 0, 0, 2))

    def remarks(self, path: str) -> list[Text]:
        """Return where a figure comes from and what is uncertain about it, if that is wanted."""
        if not self.sources or not path:
            return []
        self._told.add(path)
        found = [("from", self.report.sources.get(path)), ("but", self.report.confidence.get(path))]
        found += [("as", field.info.help) for field in DERIVED if field.path == path and field.info.computed]
        return [Text(f"{word}: {escape_controls(text)}", style=QUIET) for word, text in found if text]

    def rest(self) -> Iterator[RenderableType]:
        """Yield what is said of fields that the page has no line for, such as the title or an unknown figure."""
        keys = dict.fromkeys(key for key in (*self.report.sources, *self.report.confidence) if key not in self._told)
        if self.sources and keys:
            yield from _heading("Other sources", [])
            for key in keys:
                yield Padding(Text(escape_controls(key), style=LABEL), (0, 0, 0, 2))
                yield from (Padding(remark, (0, 0, 0, 4)) for remark in self.remarks(key))


def _heading(text: str, remarks: list[Text]) -> Iterator[RenderableType]:
    yield Text("")
    if text:
        yield Text(text, style=NAME)
    yield from (Padding(remark, (0, 0, 0, 2)) for remark in remarks)


def _models(report: Report, spoken: Report, width: int, about: _About) -> Iterator[RenderableType]:
    """Yield the models of a report; the one that speaks stands out."""
    if not report.models:
        return
    yield from _heading("Models", about.remarks("models"))
    for key in ("parameters", "context_length"):
        yield from (Padding(remark, (0, 0, 0, 2)) for remark in about.remarks(f"models.{key}"))
    columns, rows = model_table(report)
    speaks = flagship_model(spoken)
    styles = [NAME if model is speaks else "" for model in report.models]
    if width < NARROW:
        for (name, *values), style in zip(rows, styles, strict=True):
            said = " · ".join(
                f"{column.heading} {value}" for column, value in zip(columns[1:], values, strict=True) if value
            )
            yield Padding(Text.assemble((name, style), "  ", said), (0, 0, 0, 2))
        return
    table = Table(box=RULE, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0), header_style=LABEL)
    for column in columns:
        table.add_column(column.heading, justify="right" if is_numeric(column) else "left", no_wrap=True)
    for row, style in zip(rows, styles, strict=True):
        table.add_row(*map(Text, row), style=style)
    yield Padding(table, (0, 0, 0, 2))


def _techniques(report: Report, about: _About) -> Iterator[RenderableType]:
    if report.techniques:
        yield from _heading("Techniques", about.remarks("techniques"))
        yield Padding(Text(escape_controls(", ".join(report.techniques))), (0, 0, 0, 2))


def _notes(notes: tuple[Note, ...] | list[Note]) -> Iterator[RenderableType]:
    for topic, group in by_topic(notes):
        yield Padding(Text(escape_controls(topic), style=LABEL), (0, 0, 0, 2))
        for note in group:
            yield _item(note.text)
            for detail in note.detail:
                yield Padding(_hanging(Text(escape_controls(detail)), "– "), (0, 0, 0, 4))


def _item(text: str) -> RenderableType:
    return Padding(_hanging(Text(escape_controls(text))), (0, 0, 0, 2))


def _hanging(text: Text, mark: str = BULLET) -> Table:
    grid = Table(box=None, show_header=False, pad_edge=False, padding=0)
    grid.add_column(width=len(mark))
    grid.add_column(ratio=1, overflow="fold")
    grid.add_row(mark, text)
    return grid
