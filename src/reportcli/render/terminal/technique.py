"""The page of a technique."""

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from reportcli.answer.technique import TechniqueDetails
from reportcli.render.terminal.screen import GAP, LABEL, NAME, QUIET, Picture, render_to_text
from reportcli.render.value import escape_controls
from reportcli.report.techniques import Technique

_MOST_RUNS = 3  # of a report that are named


def draw(answer: TechniqueDetails, width: int, color: bool) -> Picture:
    """Draw what a technique is, where to read about it, and which reports use it, in which runs of RL."""
    technique = answer.technique
    also = [name for name in technique.names if name not in (technique.id, technique.name)]
    facts = {"id": technique.id, "also": ", ".join(also), "kind": technique.kind, "read": _reference(technique)}
    grid = Table(box=None, show_header=False, pad_edge=False, padding=(0, GAP, 0, 0))
    for report in answer.reports:
        organizations = escape_controls(", ".join(report.organizations))
        stages = escape_controls(_few(answer.stages(report)))
        about = Text.assemble(organizations, (f" · {stages}" if stages else "", QUIET))
        grid.add_row(report.date.isoformat(), Text(escape_controls(report.name)), about)
    parts: list[RenderableType] = [
        Text(escape_controls(technique.name), style=NAME),
        Text(escape_controls(technique.definition)),
        Text(""),
        *(Text.assemble((f"{label:<6}", LABEL), escape_controls(text)) for label, text in facts.items() if text),
        Text(""),
        Text(f"Reports ({len(answer.reports)})", style=NAME),
        Padding(grid, (0, 0, 0, 2)),
    ]
    return Picture(render_to_text(Group(*parts), width, color), ())


def _few(stages: Sequence[str]) -> str:
    """Return the names of runs, each once; of many the first, and how many more there are."""
    names = list(dict.fromkeys(stages))
    shown = names if len(names) <= _MOST_RUNS else names[: _MOST_RUNS - 1]
    return ", ".join(shown) + (f" +{len(names) - len(shown)}" if len(shown) < len(names) else "")


def _reference(technique: Technique) -> str:
    """Return where to read about a technique: a paper on arXiv, or a report of the catalogue."""
    if not technique.reference:
        return ""
    is_arxiv = technique.reference[:1].isdigit()
    where = f"arXiv:{technique.reference}" if is_arxiv else f"reportcli show {technique.reference}"
    return f"{technique.reference_note} ({where})" if technique.reference_note else where
