"""TODO reportcli.render.terminal.check."""

from itertools import groupby

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from reportcli.answer.check import PROBLEM, CheckReport
from reportcli.render.terminal.screen import GAP, LABEL, NAME, QUIET, Picture, render_to_text
from reportcli.render.value import escape_controls, escape_path


def draw(answer: CheckReport, width: int, color: bool) -> Picture:
    """Draw what a check found under the name of each file, with the lines; remarks after problems."""
    parts: list[RenderableType] = []
    for file, findings in groupby(answer.findings, key=lambda finding: finding.file):
        grid = Table(box=None, show_header=False, pad_edge=False, padding=(0, GAP, 0, 0))
        grid.add_column(justify="right", no_wrap=True, style=LABEL)
        grid.add_column(overflow="fold")
        for one in findings:
            mark = "" if one.severity == PROBLEM else f"{one.severity}: "
            key = f"{escape_controls(one.key)}: " if one.key else ""
            place = ":".join(str(part) for part in (one.line, one.column) if part)
            grid.add_row(place, Text.assemble((mark, QUIET), (key, LABEL), escape_controls(one.problem)))
        parts += [Text(escape_path(file), style=NAME), Padding(grid, (0, 0, 0, 2))]
    return Picture(render_to_text(Group(*parts), width, color) if parts else "", ())
