"""The page of a report: identity, models, labelled figures, notes by topic, corrections; on request every source."""

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from reportcli.answer.sheet import Sheets, spoken
from reportcli.answer.table import Term
from reportcli.derived import DERIVED, speaker
from reportcli.names import Found
from reportcli.render.cells import is_number, visible
from reportcli.render.outline import CONTINUES, by_topic, continues, dateline, heading, lines, models
from reportcli.render.screen import BULLET, GAP, LABEL, NAME, NARROW, QUIET, RULE, Picture, draw, linked, wrapped
from reportcli.report import Note, Report
from reportcli.vocabulary import Technique


def sheets(answer: Sheets, width: int, colour: bool) -> Picture:
    """Draw the page of each report, or only its notes under one topic."""
    pages = [
        _notes_page(one, answer.topic) if answer.topic else _page(one, answer.sources, width) for one in answer.told
    ]
    text = draw(Group(*(part for page in pages for part in page)), width, colour)
    return Picture(text.rstrip("\n") + "\n", ())


def term(answer: Term, width: int, colour: bool) -> Picture:
    """Draw what a technique is, where to read about it, and which reports use it."""
    technique = answer.technique
    also = [name for name in technique.names if name not in (technique.id, technique.name)]
    known = [("id", technique.id), ("also", ", ".join(also)), ("kind", technique.kind), ("read", _reference(technique))]
    parts: list[RenderableType] = [
        Text(visible(technique.name), style=NAME),
        Text(visible(technique.definition)),
        Text(""),
    ]
    parts += [Text.assemble((f"{label:<6}", LABEL), visible(text)) for label, text in known if text]
    parts += _heading(f"Reports ({len(answer.reports)})", [])
    grid = Table(box=None, show_header=False, pad_edge=False, padding=(0, GAP, 0, 0))
    for report in answer.reports:
        grid.add_row(
            report.date.isoformat(), Text(visible(report.name)), Text(visible(", ".join(report.organizations)))
        )
    return Picture(draw(Group(*parts, Padding(grid, (0, 0, 0, 2))), width, colour), ())


def _reference(technique: Technique) -> str:
    if not technique.reference:
        return ""
    where = (
        f"arXiv:{technique.reference}" if technique.reference[:1].isdigit() else f"reportcli show {technique.reference}"
    )
    return f"{technique.reference_note} ({where})" if technique.reference_note else where


def _notes_page(found: Found, topic: str) -> Iterator[RenderableType]:
    yield _title(found.report)
    yield Text("")
    yield from _notes([note for note in found.report.notes if note.topic == topic])
    yield Text("")


def _page(found: Found, sources: bool, width: int) -> Iterator[RenderableType]:
    report = spoken(found)
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
        yield from _heading("Corrections of the reading list", [])
        yield from (_item(text) for text in report.corrections)
    yield from about.rest()
    yield Text("")


def _title(report: Report) -> Text:
    title = "" if report.title == report.name else f"  {visible(report.title)}"
    return Text.assemble(linked(visible(report.name), report.links.front, NAME), title)


def _head(report: Report, found: Found) -> Iterator[RenderableType]:
    yield _title(report)
    yield Text(dateline(report))
    if found.origin:
        yield Text(f"from {visible(found.origin)}", style=QUIET)
    usual = speaker(found.report)
    if found.model and usual and found.model.name != usual.name:
        yield Text(f"Figures of {visible(found.model.name)}", style=LABEL)
    yield Text("")
    yield Text(visible(report.summary))


class _About:
    """The labelled figures of one report, with where they come from when that is wanted."""

    def __init__(self, report: Report, sources: bool) -> None:
        self.report = report
        self.sources = sources
        self._told: set[str] = set()

    def section(self, table: str, width: int) -> Iterator[RenderableType]:
        rows = list(lines(self.report, table))
        if not rows:
            return
        yield from _heading(heading(self.report, table), self.remarks(table))
        if continues(self.report, table):
            yield Padding(Text(CONTINUES, style=QUIET), (0, 0, 0, 2))
        grid = Table(box=None, show_header=False, pad_edge=False, padding=(0, GAP, 0, 0))
        labels = min(26, max(14, width // 4))
        grid.add_column(width=labels)
        grid.add_column(ratio=1, overflow="fold")
        for field, texts in rows:
            shown = [linked(text, self.report.links.front if field.key == "arxiv" else text) for text in texts]
            value = shown if len(shown) == 1 else map(_hanging, shown)
            grid.add_row(wrapped(field.label, labels, LABEL), Group(*value, *self.remarks(field.path)))
        yield Padding(grid, (0, 0, 0, 2))

    def remarks(self, path: str) -> list[Text]:
        """Return where a figure comes from and what is uncertain about it, if that is wanted."""
        if not self.sources or not path:
            return []
        self._told.add(path)
        found = [("from", self.report.sources.get(path)), ("but", self.report.confidence.get(path))]
        found += [("as", field.about.help) for field in DERIVED if field.path == path and field.about.computed]
        return [Text(f"{word}: {visible(text)}", style=QUIET) for word, text in found if text]

    def rest(self) -> Iterator[RenderableType]:
        """Yield what is said of fields that the page has no line for, such as the title or an unknown figure."""
        keys = dict.fromkeys(key for key in (*self.report.sources, *self.report.confidence) if key not in self._told)
        if self.sources and keys:
            yield from _heading("Further sources", [])
            for key in keys:
                yield Padding(Text(visible(key), style=LABEL), (0, 0, 0, 2))
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
    columns, rows = models(report)
    speaks = speaker(spoken)
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
        table.add_column(column.heading, justify="right" if is_number(column) else "left", no_wrap=True)
    for row, style in zip(rows, styles, strict=True):
        table.add_row(*map(Text, row), style=style)
    yield Padding(table, (0, 0, 0, 2))


def _techniques(report: Report, about: _About) -> Iterator[RenderableType]:
    if report.techniques:
        yield from _heading("Techniques", about.remarks("techniques"))
        yield Padding(Text(visible(", ".join(report.techniques))), (0, 0, 0, 2))


def _notes(notes: tuple[Note, ...] | list[Note]) -> Iterator[RenderableType]:
    for topic, group in by_topic(notes):
        yield Padding(Text(visible(topic), style=LABEL), (0, 0, 0, 2))
        for note in group:
            yield _item(note.text)
            for detail in note.detail:
                yield Padding(_hanging(Text(visible(detail)), "– "), (0, 0, 0, 4))


def _item(text: str) -> RenderableType:
    return Padding(_hanging(Text(visible(text))), (0, 0, 0, 2))


def _hanging(text: Text, mark: str = BULLET) -> Table:
    grid = Table(box=None, show_header=False, pad_edge=False, padding=0)
    grid.add_column(width=len(mark))
    grid.add_column(ratio=1, overflow="fold")
    grid.add_row(mark, text)
    return grid
