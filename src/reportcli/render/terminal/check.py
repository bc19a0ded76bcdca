"""The findings of a check under the names of their files."""

from itertools import groupby

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from reportcli.answer.check import PROBLEM, CheckReport
from reportcli.render.terminal.screen import GAP, LABEL, NAME, QUIET, Picture, render_to_text
from reportcli.render.value import escape_controls, escape_path


def draw(answer: CheckReport, width: int, color: bool) -> Picture:
    """Draw the findings under the name of each file, with their lines; remarks after problems."""
    parts: list[RenderableType] = []
    for file, findings in groupby(answer.findings, key=lambda finding: finding.file):
        grid = Table(box=None, show_header=False, pad_edge=False, padding=(0, GAP, 0, 0))
        grid.add_column(justify="right", no_wrap=True, style=LABEL)
        grid.add_column(overflow="fold")
        for finding in findings:
            severity = "" if finding.severity == PROBLEM else f"{finding.severity}: "
            key = f"{escape_controls(finding.key)}: " if finding.key else ""
            position = ":".join(str(number) for number in (finding.line, finding.column) if number)
            grid.add_row(position, Text.assemble((severity, QUIET), (key, LABEL), escape_controls(finding.problem)))
        parts += [Text(escape_path(file), style=NAME), Padding(grid, (0, 0, 0, 2))]
    return Picture(render_to_text(Group(*parts), width, color) if parts else "", ())
