"""Relations as graphs for other programs to draw: Graphviz and Mermaid. Every name stays a name, whatever it holds."""

from collections.abc import Iterator

from reportcli.answer.lineage import TAUGHT_BY, Lineage, LineageNode
from reportcli.render.value import escape_controls


def dot(answer: Lineage) -> Iterator[str]:
    """Yield a graph for Graphviz, from the older to the younger: teaching dashed, names of no catalogue grey."""
    yield "digraph lineage {\n    rankdir=LR;\n    node [shape=box, style=rounded];\n"
    nodes = _nodes(answer)
    for member, node in nodes.items():
        year = f"\\n{member.date.year}" if member.date else ""
        look = ', style="rounded,dashed", color=gray50, fontcolor=gray50' if member.id is None else ""
        bold = ", penwidth=3" if member == answer.focus else ""
        yield f'    {node} [label="{_dot_text(member.name)}{year}"{look}{bold}];\n'
    for report, kind, other in answer.graph.relations:
        backward = report.date and other.date and other.date > report.date  # must not turn the picture round
        look = f" [style=dashed{', constraint=false' if backward else ''}]" if kind == TAUGHT_BY else ""
        yield f"    {nodes[other]} -> {nodes[report]}{look};\n"
    yield "}\n"


def mermaid(answer: Lineage) -> Iterator[str]:
    """Yield a flowchart for Mermaid, from the older to the younger, with the same looks."""
    yield "flowchart LR\n"
    nodes = _nodes(answer)
    for member, node in nodes.items():
        year = f"<br/>{member.date.year}" if member.date else ""
        look = ":::outside" if member.id is None else ":::asked" if member == answer.focus else ""
        yield f'    {node}["{_mermaid_text(member.name)}{year}"]{look}\n'
    for report, kind, other in answer.graph.relations:
        yield f"    {nodes[other]} {'-.->' if kind == TAUGHT_BY else '-->'} {nodes[report]}\n"
    yield "    classDef outside color:gray,stroke:gray,stroke-dasharray:4\n    classDef asked stroke-width:3px\n"


def _nodes(answer: Lineage) -> dict[LineageNode, str]:
    return {member: f"n{number}" for number, member in enumerate(answer.graph.related(), 1)}


def _dot_text(text: str) -> str:
    return escape_controls(text).replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;")


def _mermaid_text(text: str) -> str:
    """Return a text in which every sign that may mean something to Mermaid is written as its entity."""
    return "".join(map(_mermaid_letter, escape_controls(text)))


def _mermaid_letter(letter: str) -> str:
    if letter.isalnum() or letter in " .,-+()" or not letter.isascii():
        return letter
    return f"#{_ENTITIES.get(letter, ord(letter))};"


_ENTITIES = {'"': "quot", "&": "amp", "<": "lt", ">": "gt"}
