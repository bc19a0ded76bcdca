"""Lineage as a graph for Graphviz and Mermaid. Every name is shown as it is, whatever characters it has."""

from collections.abc import Iterator

from reportcli.answer.lineage import FOLLOWS, TAUGHT_BY, Lineage, LineageNode
from reportcli.render.value import escape_controls


def dot(answer: Lineage) -> Iterator[str]:
    """Yield a graph for Graphviz, from older to younger: generations bold, teaching dashed, names outside gray."""
    yield "digraph lineage {\n    rankdir=LR;\n    node [shape=box, style=rounded];\n"
    keys = _node_keys(answer)
    for node, key in keys.items():
        year = f"\\n{node.date.year}" if node.date else ""
        outside = ', style="rounded,dashed", color=gray50, fontcolor=gray50' if node.id is None else ""
        bold = ", penwidth=3" if node == answer.focus else ""
        yield f'    {key} [label="{_dot_text(node.name)}{year}"{outside}{bold}];\n'
    for report, kind, other, _ in answer.graph.relations:
        is_backward = report.date and other.date and other.date > report.date  # must not reverse the whole picture
        style = f" [style=dashed{', constraint=false' if is_backward else ''}]" if kind == TAUGHT_BY else ""
        style = " [style=bold]" if kind == FOLLOWS else style
        yield f"    {keys[other]} -> {keys[report]}{style};\n"
    yield "}\n"


def mermaid(answer: Lineage) -> Iterator[str]:
    """Yield a flowchart for Mermaid, from older to younger, in the same styles."""
    yield "flowchart LR\n"
    keys = _node_keys(answer)
    for node, key in keys.items():
        year = f"<br/>{node.date.year}" if node.date else ""
        style = ":::outside" if node.id is None else ":::asked" if node == answer.focus else ""
        yield f'    {key}["{_mermaid_text(node.name)}{year}"]{style}\n'
    for report, kind, other, _ in answer.graph.relations:
        yield f"    {keys[other]} {_MERMAID_ARROWS.get(kind, '-->')} {keys[report]}\n"
    yield "    classDef outside color:gray,stroke:gray,stroke-dasharray:4\n    classDef asked stroke-width:3px\n"


_MERMAID_ARROWS = {TAUGHT_BY: "-.->", FOLLOWS: "==>"}


def _node_keys(answer: Lineage) -> dict[LineageNode, str]:
    return {node: f"n{number}" for number, node in enumerate(answer.graph.related(), 1)}


def _dot_text(text: str) -> str:
    return escape_controls(text).replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;")


def _mermaid_text(text: str) -> str:
    """Return a text in which every character that may mean something to Mermaid is written as its entity."""
    return "".join(map(_mermaid_char, escape_controls(text)))


def _mermaid_char(char: str) -> str:
    if char.isalnum() or char in " .,-+()" or not char.isascii():
        return char
    return f"#{_ENTITIES.get(char, ord(char))};"


_ENTITIES = {'"': "quot", "&": "amp", "<": "lt", ">": "gt"}
