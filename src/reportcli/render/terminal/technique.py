"""TODO reportcli.render.terminal.technique."""

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from reportcli.answer.technique import TechniqueDetails
from reportcli.render.terminal.details import _heading
from reportcli.render.terminal.screen import GAP, LABEL, NAME, Picture, render_to_text
from reportcli.render.value import escape_controls
from reportcli.report.techniques import Technique


def draw(answer: TechniqueDetails, width: int, color: bool) -> Picture:
    """Draw what a technique is, where to read about it, and which reports use it."""
    technique = answer.technique
    also = [name for name in technique.names if name not in (technique.id, technique.name)]
    known = [("id", technique.id), ("also", ", ".join(also)), ("kind", technique.kind), ("read", _reference(technique))]
    parts: list[RenderableType] = [
        Text(escape_controls(technique.name), style=NAME),
        Text(escape_controls(technique.definition)),
        Text(""),
    ]
    parts += [Text.assemble((f"{label:<6}", LABEL), escape_controls(text)) for label, text in known if text]
    parts += _heading(f"Reports ({len(answer.reports)})", [])
    grid = Table(box=None, show_header=False, pad_edge=False, padding=(0, GAP, 0, 0))
    for report in answer.reports:
        grid.add_row(
            report.date.isoformat(),
            Text(escape_controls(report.name)),
            Text(escape_controls(", ".join(report.organizations))),
        )
    return Picture(render_to_text(Group(*parts, Padding(grid, (0, 0, 0, 2))), width, color), ())


def _reference(technique: Technique) -> str:
    if not technique.reference:
        return ""
    where = (
        f"arXiv:{technique.reference}" if technique.reference[:1].isdigit() else f"reportcli show {technique.reference}"
    )
    return f"{technique.reference_note} ({where})" if technique.reference_note else where
