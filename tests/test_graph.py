"""Lineage as graphs for Graphviz and Mermaid, read back by a strict grammar, so that every name stays a name."""

import html
import re
import shutil
import subprocess
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reportcli.answer.lineage import BUILDS_ON, Lineage, LineageGraph, LineageNode, Relation, build_lineage
from reportcli.library import Library
from reportcli.render.value import escape_controls
from samples import text
from test_lineage import OLD, SMALL

DOT = """\
digraph lineage {
    rankdir=LR;
    node [shape=box, style=rounded];
    n1 [label="Old\\n2023"];
    n2 [label="New \\"7\\"\\n2024"];
    n3 [label="Young\\n2025"];
    n4 [label="Judge", style="rounded,dashed", color=gray50, fontcolor=gray50];
    n5 [label="Out &amp; about", style="rounded,dashed", color=gray50, fontcolor=gray50];
    n2 -> n1 [style=dashed, constraint=false];
    n1 -> n2;
    n5 -> n2;
    n1 -> n3;
    n2 -> n3;
    n4 -> n3 [style=dashed];
}
"""
MERMAID = """\
flowchart LR
    n1["Old<br/>2023"]
    n2["New #quot;7#quot;<br/>2024"]
    n3["Young<br/>2025"]
    n4["Judge"]:::outside
    n5["Out #amp; about"]:::outside
    n2 -.-> n1
    n1 --> n2
    n5 --> n2
    n1 --> n3
    n2 --> n3
    n4 -.-> n3
    classDef outside color:gray,stroke:gray,stroke-dasharray:4
    classDef asked stroke-width:3px
"""
HOSTILE = [
    'say "x"', "back\\", '\\"', "\\N \\G \\l", "two\nlines", "a --> b", "a]] b", '"]; n1 -> n2; x["', "<b>bold</b>",
    "&lt; &amp; &quot;", "</script>", '%%{init: {"theme": "dark"}}%%', "%% remark", "end", "style x:#f;",
    "`code` **bold**", "#quot; #35;", "深度求索", "\x1b[31mred", "\u202eevil", "/* a */ // b", "{a|b}", "$x$", "'",
]  # fmt: skip
DOT_LINE = re.compile(
    r"    (?:"
    r'(n\d+) \[label="((?:[^"\\\n]|\\["\\n])*)"(?:, style="rounded,dashed", color=gray50, fontcolor=gray50)?'
    r"(?:, penwidth=3)?\]"
    r"|(n\d+) -> (n\d+)(?: \[style=(?:bold|dashed(?:, constraint=false)?)\])?"
    r");"
)
MERMAID_LINE = re.compile(
    r"    (?:"
    r'(n\d+)\["((?:[^\x00-\x7f]|[A-Za-z0-9 .,+()-]|#(?:quot|amp|lt|gt|\d+);)*)(?:<br/>\d{1,4})?"\]'
    r"(?::::(?:outside|asked))?"
    r"|(n\d+) (?:-->|-\.->|==>) (n\d+)"
    r")"
)
ESCAPED = re.compile(r'\\(["\\n])')


def hostile(names: list[str]) -> Lineage:
    nodes = (OLD, *map(LineageNode, names))
    return Lineage(LineageGraph(nodes, tuple(Relation(OLD, BUILDS_ON, other) for other in nodes[1:])))


def labels_of_dot(written: str) -> Iterator[str]:
    """Read a graph by a strict grammar, and yield what Graphviz would show."""
    first, *body, last = written.splitlines()
    assert (first, last) == ("digraph lineage {", "}")
    for line in body[2:]:
        match = DOT_LINE.fullmatch(line)
        assert match, line
        if match[1]:
            yield html.unescape(ESCAPED.sub(lambda escape: escape[1].replace("n", "\n"), match[2]))


def labels_of_mermaid(written: str) -> Iterator[str]:
    """Read a flowchart by a strict grammar, and yield what Mermaid would show, without years."""
    first, *body = written.splitlines()
    assert first == "flowchart LR"
    for line in body[:-2]:
        match = MERMAID_LINE.fullmatch(line)
        assert match, line
        if match[1]:
            yield html.unescape(re.sub(r"#(\d+);", r"&#\1;", re.sub(r"#([a-z]+);", r"&\1;", match[2])))


def test_the_whole_text_of_a_graph() -> None:
    assert text(build_lineage(SMALL), "dot") == DOT
    assert text(build_lineage(SMALL), "mermaid") == MERMAID


def test_the_report_that_was_asked_for_stands_out_in_a_graph() -> None:
    answer = build_lineage(SMALL, "new")
    assert '    n2 [label="New \\"7\\"\\n2024", penwidth=3];\n' in text(answer, "dot")
    assert '    n2["New #quot;7#quot;<br/>2024"]:::asked\n' in text(answer, "mermaid")


def test_hostile_names_stay_names_in_a_graph() -> None:
    assert list(labels_of_dot(text(hostile(HOSTILE), "dot"))) == ["Old\n2023", *map(escape_controls, HOSTILE)]
    assert list(labels_of_mermaid(text(hostile(HOSTILE), "mermaid"))) == ["Old", *map(escape_controls, HOSTILE)]


@given(st.lists(st.text(min_size=1), min_size=1, max_size=4, unique=True))
def test_any_name_stays_a_name_in_a_graph(names: list[str]) -> None:
    shown = [escape_controls(name) for name in names]
    assert list(labels_of_dot(text(hostile(names), "dot")))[1:] == shown
    assert list(labels_of_mermaid(text(hostile(names), "mermaid")))[1:] == shown


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")
def test_graphviz_reads_the_graph(shipped: Library) -> None:
    for answer in (shipped.lineage(), shipped.lineage("DeepSeek-R1"), hostile(HOSTILE)):
        drawn = subprocess.run(
            ["dot", "-Tsvg"], input=text(answer, "dot"), capture_output=True, encoding="utf-8", check=True
        )
        assert drawn.stderr == ""
        assert drawn.stdout.count('class="edge"') == len(answer.graph.relations)
        labels = {html.unescape(label).strip() for label in re.findall(r"<text [^>]*>(.*?)</text>", drawn.stdout)}
        assert {escape_controls(node.name).strip() for node in answer.graph.related()} <= labels
