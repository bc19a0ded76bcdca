"""Base models and teachers: what a name means, the graph and its trees, the picture, the command."""

import datetime
import json
import re
from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

import makers
from makers import MemoryRegister, shipped_reports
from pictures import draw, squeezed, too_wide
from reportcli.answer.lineage import (
    BUILDS_ON,
    FOLLOWS,
    TAUGHT_BY,
    Branch,
    LineageGraph,
    LineageNode,
    Relation,
    build_graph,
    build_lineage,
    walk_trees,
)
from reportcli.library import Library
from reportcli.query.names import without_remark
from reportcli.query.subject import Subject
from reportcli.report.fields import Links, Model, Posttraining, Report
from reportcli.report.techniques import Vocabulary
from samples import text
from synthetic import make_reports
from trials.runner import call

DAY = datetime.date(2025, 1, 2)


def day(year: int) -> datetime.date:
    return datetime.date(year, 6, 1)


def a_report(
    report_id: str,
    *,
    name: str = "",
    on: Iterable[str] = (),
    by: Iterable[str] = (),
    models: Iterable[str] = (),
    aliases: Iterable[str] = (),
    arxiv: str | None = None,
    version: str | None = None,
) -> Report:
    return makers.a_report(
        report_id, name=name or report_id.upper(), aliases=tuple(aliases), based_on=tuple(on),
        posttraining=Posttraining(teachers=tuple(by)), models=tuple(Model(name=model) for model in models),
        links=Links(arxiv=arxiv), arxiv_version=version,
    )  # fmt: skip


def graph_of(*reports: Report, catalogue: Iterable[Report] = ()) -> LineageGraph:
    return build_graph((Subject(report, Vocabulary) for report in reports), MemoryRegister(catalogue or reports))


def short(graph: LineageGraph) -> list[str]:
    """Return the relations in short, ``b builds_on a``; a name outside the catalogue stands in angle brackets."""
    return [f"{report.id} {kind} {other.id or f'<{other.name}>'}" for report, kind, other, _ in graph.relations]


def outline(branches: Iterable[Branch]) -> list[str]:
    return ["  " * branch.depth + branch.node.name + (" again" if branch.is_repeat else "") for branch in branches]


def chain(length: int) -> LineageGraph:
    """Return M0, on which M1 builds, on which M2 builds, and so on."""
    nodes = tuple(LineageNode(f"M{number}", f"m{number}", DAY) for number in range(length))
    return LineageGraph(nodes, tuple(Relation(child, BUILDS_ON, base) for base, child in pairwise(nodes)))


OLD, NEW = LineageNode("Old", "old", day(2023)), LineageNode('New "7"', "new", day(2024))
YOUNG, LONE = LineageNode("Young", "young", day(2025)), LineageNode("Lone", "lone", day(2025))
OUT, JUDGE = LineageNode("Out & about"), LineageNode("Judge")
SMALL = LineageGraph(
    (OLD, NEW, YOUNG, LONE, JUDGE, OUT),
    (
        Relation(OLD, TAUGHT_BY, NEW),
        Relation(NEW, BUILDS_ON, OLD),
        Relation(NEW, BUILDS_ON, OUT),
        Relation(YOUNG, BUILDS_ON, OLD),
        Relation(YOUNG, BUILDS_ON, NEW),
        Relation(YOUNG, TAUGHT_BY, JUDGE),
    ),
)


# What a name means.

IN_CATALOG = {
    "DeepSeek-R1": "deepseek-r1",
    "DeepSeek-R1 (SFT responses)": "deepseek-r1",
    "DeepSeek-R1 (ablations)": "deepseek-r1",
    "DeepSeek-R1 (for the six distilled dense models)": "deepseek-r1",
    "DeepSeek-R1 (internal version, reasoning data)": "deepseek-r1",
    "DeepSeek-V3": "deepseek-v3",
    "DeepSeek-V3 (non-reasoning SFT data)": "deepseek-v3",
    "DeepSeek-V3-0324 (rewrites a small part of the open-source answers)": "deepseek-v3",
    "Kimi k1.5 (long-CoT data)": "kimi-k1.5",
    "Llama 3.1 405B (for the smaller models)": "llama-3",
    "Llama 3.1": "llama-3",
    "Magistral Medium (traces for Magistral Small)": "magistral",
    "MiMo": "mimo",
    "MiniMax-01": "minimax-01",
    "Phi-4": "phi-4",
    "Qwen2.5": "qwen2.5",
    "Qwen2.5-72B-Instruct (step-by-step judge)": "qwen2.5",
    "Qwen2.5-VL": "qwen2.5-vl",
    "Qwen3": "qwen3",
    "Qwen3-235B-A22B": "qwen3",
    "Qwen3-32B": "qwen3",
    "Qwen3-32B (writes the synthetic pairs)": "qwen3",
}
OUTSIDE = (
    "Claude 3.5 Sonnet", "DeepSeek LLM", "DeepSeek-V2.5", "GPT scores of UltraFeedback", "GPT-4o",
    "GPT-4t", "Ling-lite-1.5", "Llama 3.3", "Llama-3.1-Nemotron-70B-Instruct", "Llama-3.3-70B-Instruct",
    "Mistral Medium 3", "Mistral Small 3", "Moonlight", "Qwen2-Math-Instruct", "Qwen2.5-Math",
    "Qwen2.5-Math-7B-Instruct", "Qwen2.5-Math-72B-Instruct", "QwQ-32B", "Seedream 2.0", "Whisper-large-v3",
    "code and multilingual experts branched from pre-training", "earlier Llama 3 checkpoints",
    "in-house domain expert models", "large instruction-tuned model", "o3-mini",
    "pool of 20 permissively licensed models", "pool of 22 models",
)  # fmt: skip


def test_every_base_and_teacher_of_the_reading_list_means_what_it_should() -> None:
    reports = shipped_reports()
    numbered = [report for report in reports.values() if report.number is not None]
    named = {
        (report.id, kind, name)
        for report in numbered
        for kind, names in ((BUILDS_ON, report.based_on), (TAUGHT_BY, report.posttraining.teachers))
        for name in names
    }
    expected = {
        f"{report_id} {kind} {IN_CATALOG.get(name, f'<{without_remark(name)}>')}"
        for report_id, kind, name in named
        if IN_CATALOG.get(name) != report_id
    }
    assert set(short(graph_of(*numbered, catalogue=reports.values()))) == expected
    assert {without_remark(name) for _, _, name in named if name not in IN_CATALOG} == set(OUTSIDE)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("Big One", "big", id="name"),
        pytest.param("big", "big", id="id"),
        pytest.param("BIG-one", "big", id="folded"),
        pytest.param("Great", "big", id="alias"),
        pytest.param("Big-7B", "big", id="model"),
        pytest.param("arXiv:2501.00001v1", "big", id="number on arXiv"),
        pytest.param("Big-7B (thinking)", "big", id="remark"),
        pytest.param("Big-7B (thinking) and others", "big", id="what follows a remark"),
        pytest.param("Big-7B [thinking]", "big", id="square brackets"),
        pytest.param("Big-7B（深度）", "big", id="wide brackets"),
        pytest.param("Two (2025 version)", "second", id="a name with brackets of its own"),
        pytest.param("Two", "<Two>", id="not without them"),
        pytest.param("Big On", "<Big On>", id="the beginning of a name"),
        pytest.param("Big-7", "<Big-7>", id="the beginning of a model"),
        pytest.param("Shared-1B", "<Shared-1B>", id="a model of two reports"),
        pytest.param("(not named)", "<(not named)>", id="nothing but a remark"),
        pytest.param("...", "<...>", id="nothing but signs"),
    ],
)
def test_a_name_is_found_as_a_whole_or_stays_outside(name: str, expected: str) -> None:
    big = a_report("big", name="Big One", aliases=["Great"], models=["Big-7B", "Shared-1B"], arxiv="2501.00001")
    two = a_report("second", name="Two (2025 version)", models=["Shared-1B"])
    assert short(graph_of(big, two, a_report("x", on=[name]))) == [f"x builds_on {expected}"]


def test_a_version_on_arxiv_picks_the_report() -> None:
    first, second = (a_report(f"v{number}", arxiv="2411.15124", version=f"v{number}") for number in (1, 5))
    asked = a_report("x", on=["2411.15124v5"], by=["2411.15124"])
    assert short(graph_of(first, second, asked)) == ["x builds_on v5", "x taught_by <2411.15124>"]


@pytest.mark.parametrize("own", ["a", "A", "A-7B", "A-7B (older)", "Shared-1B", "2501.00001"])
def test_a_report_is_never_its_own_relative(own: str) -> None:
    other = a_report("b", models=["Shared-1B"])
    assert (
        short(graph_of(a_report("a", models=["A-7B", "Shared-1B"], on=[own], by=[own], arxiv="2501.00001"), other))
        == []
    )


def test_a_name_outside_appears_once_however_it_is_spelled() -> None:
    graph = graph_of(
        a_report("a", on=["GPT 4o (judge)"]), a_report("b", by=["gpt-4O", "GPT4o"]), a_report("c", on=[" "])
    )
    assert short(graph) == ["a builds_on <GPT 4o>", "b taught_by <GPT 4o>"]
    assert [node.name for node in graph.related()] == ["A", "B", "GPT 4o"]
    assert [node.name for node in graph.unrelated()] == ["C"]


def test_two_models_of_one_report_are_one_relation() -> None:
    graph = graph_of(a_report("a", models=["A-1B", "A-2B"]), a_report("b", on=["A-1B", "A-2B"], by=["A", "A-1B"]))
    assert short(graph) == ["b builds_on a", "b taught_by a"]


def test_relations_stand_in_the_order_of_the_reports_and_bases_as_an_entry_names_them() -> None:
    reports = [a_report("c", by=["Z", "B"], on=["Y", "A", "B"]), a_report("a", on=["Y"]), a_report("b")]
    assert short(graph_of(*reports)) == [
        "c builds_on <Y>",
        "c builds_on a",
        "c builds_on b",
        "c taught_by <Z>",
        "c taught_by b",
        "a builds_on <Y>",
    ]


def test_generations_and_bases_of_single_models_are_relations_of_their_own() -> None:
    first, second, third = (makers.a_report(f"v{n}", f"202{n - 1}-01-01", name=f"V{n}") for n in (1, 2, 3))
    small = Model(name="V3-Small", based_on=("V1", "Elsewhere"))
    second = replace(second, follows=("V1",))
    third = replace(third, follows=("V2",), based_on=("V2",), models=(Model(name="V3"), small))
    graph = graph_of(first, second, third)
    assert [(each.report.id, each.kind, each.other.name, each.model) for each in graph.relations] == [
        ("v2", FOLLOWS, "V1", ""), ("v3", BUILDS_ON, "V2", ""), ("v3", BUILDS_ON, "V1", "V3-Small"),
        ("v3", BUILDS_ON, "Elsewhere", "V3-Small"), ("v3", FOLLOWS, "V2", ""),
    ]  # fmt: skip
    page = draw(build_lineage(graph, "v3"), 60).text
    assert page.splitlines()[:9] == [
        "V3  2022", "├── builds on", "│   └── V2  2021", "├── single models build on", "│   ├── V1  2020 · V3-Small",
        "│   └── Elsewhere · V3-Small", "└── earlier generations", "    └── V2  2021", "        └── V1  2020",
    ]  # fmt: skip
    assert draw(build_lineage(graph, "v1"), 60).text.splitlines()[1:4] == [
        "├── later generations", "│   └── V2  2021", "│       └── V3  2022",
    ]  # fmt: skip
    assert [branch.node.id for branch in graph.forest()][:3] == ["v1", "v2", "v3"]


def test_a_report_with_two_models_of_one_base_stands_once_below_it() -> None:
    models = tuple(Model(name=f"V2-{size}", based_on=("V1",)) for size in ("Small", "Large"))
    graph = graph_of(a_report("v1"), replace(a_report("v2"), models=models))
    assert draw(build_lineage(graph, "v1"), 60).text.count("V2") == 1


# The graph and its trees.

ABC = (
    a_report("a"),
    a_report("b", on=["A"]),
    a_report("c", on=["A", "B"], by=["A"]),
    a_report("d", on=["C", "Outside"]),
    a_report("e", by=["D"]),
    a_report("f"),
)


def test_a_forest_shows_each_report_once_in_full() -> None:
    assert outline(graph_of(*ABC).forest()) == [
        "A",
        "  B",
        "    C",
        "      D",
        "  C again",
        "E",
        "Outside",
        "  D again",
    ]


def test_around_a_report_stand_its_whole_descent_and_its_direct_teachers_and_students() -> None:
    graph = graph_of(*ABC)
    assert short(graph.around(graph.node("c"))) == [
        "c builds_on a",
        "c builds_on b",
        "c taught_by a",
        "d builds_on c",
        "b builds_on a",
    ]
    assert short(graph.around(graph.node("d"))) == [
        "d builds_on c",
        "d builds_on <Outside>",
        "e taught_by d",
        "c builds_on a",
        "c builds_on b",
        "b builds_on a",
    ]
    assert short(graph.around(graph.node("f"))) == []


def test_what_leads_to_a_selected_report_stays() -> None:
    graph = graph_of(*ABC)
    around = graph.around(graph.node("a"), {"d"})
    assert short(around) == ["b builds_on a", "c builds_on a", "c builds_on b", "d builds_on c"]
    assert short(graph.around(graph.node("d"), {"b"})) == ["d builds_on c", "c builds_on b"]
    assert short(graph.around(graph.node("d"), {"e"})) == ["e taught_by d"]
    assert short(graph.around(graph.node("c"), {"f"})) == []


def test_a_relation_is_selected_when_one_side_is() -> None:
    assert short(graph_of(*ABC).limited_to({"d"})) == ["d builds_on c", "d builds_on <Outside>", "e taught_by d"]


def test_a_cycle_is_drawn_from_its_first_report_on() -> None:
    graph = graph_of(a_report("a", on=["B"]), a_report("b", on=["A"], by=["C"]), a_report("c", on=["B"], by=["B"]))
    assert outline(graph.forest()) == ["A", "  B", "    A again", "    C"]
    assert short(graph.around(graph.node("c"))) == [
        "b taught_by c",
        "c builds_on b",
        "c taught_by b",
        "b builds_on a",
        "a builds_on b",
    ]


def test_a_line_of_descent_may_be_longer_than_the_stack() -> None:
    graph = chain(5_000)
    assert [branch.depth for branch in graph.forest()] == list(range(5_000))
    assert len(graph.around(graph.nodes[2_500]).relations) == 4_999
    assert len(graph.around(graph.nodes[0], {"m4999"}).relations) == 4_999


# Any graph.

NAMES = "ABCDEF"
a_name = st.sampled_from([*NAMES, *(f"{name} (remark)" for name in NAMES), "Out", "Further out"])
names = st.lists(a_name, max_size=4)
reports = st.lists(st.tuples(names, names), max_size=len(NAMES)).map(
    lambda given: [
        a_report(name.lower(), on=on, by=by) for name, (on, by) in zip(NAMES, given, strict=False)
    ]
)  # fmt: skip


def expected_relations(reports: list[Report]) -> set[tuple[str, str, str]]:
    """Return the relations of reports, written down in the simplest way."""
    ids = {report.name: report.id for report in reports}
    pairs = [(report, BUILDS_ON, name) for report in reports for name in report.based_on]
    pairs += [(report, TAUGHT_BY, name) for report in reports for name in report.posttraining.teachers]
    without_remarks = [(report, kind, name.removesuffix(" (remark)")) for report, kind, name in pairs]
    return {
        (report.id, kind, ids.get(name, f"<{name}>")) for report, kind, name in without_remarks if name != report.name
    }


def reachable(start: str, steps: set[tuple[str, str]]) -> set[str]:
    """Return what can be reached, by going on until nothing is added."""
    reached = {start}
    while more := {end for begin, end in steps if begin in reached} - reached:
        reached |= more
    return reached


@given(reports)
def test_any_graph_holds_every_relation_once(reports: list[Report]) -> None:
    found = short(graph_of(*reports))
    assert len(found) == len(set(found))
    assert set(found) == set(map(" ".join, expected_relations(reports)))


@given(reports)
def test_any_forest_ends_and_shows_every_report_in_full_once_and_every_relation(reports: list[Report]) -> None:
    graph = graph_of(*reports)
    branches = list(graph.forest())
    bases = {(report, other) for report, kind, other, _ in graph.relations if kind == BUILDS_ON}
    taught = {each.report for each in graph.relations if each.kind == TAUGHT_BY}
    whole = [branch.node for branch in branches if not branch.is_repeat]
    assert len(whole) == len(set(whole))
    assert set(whole) == {side for pair in bases for side in pair} | taught
    assert under(branches) == bases


def under(branches: Iterable[Branch]) -> set[tuple[LineageNode, LineageNode]]:
    """Return who stands under whom; what is shown again must have nothing under it."""
    path: list[Branch] = []
    pairs = set()
    for branch in branches:
        assert branch.depth <= len(path)
        del path[branch.depth :]
        if path:
            assert not path[-1].is_repeat
            pairs.add((branch.node, path[-1].node))
        path.append(branch)
    return pairs


@given(reports, st.data())
def test_around_any_report_stands_all_that_can_be_reached(reports: list[Report], data: st.DataObject) -> None:
    if not reports:
        return
    graph = graph_of(*reports)
    focus_id = data.draw(st.sampled_from([report.id for report in reports]))
    every = expected_relations(reports)
    bases = {(report, other) for report, kind, other in every if kind == BUILDS_ON}
    up, down = reachable(focus_id, bases), reachable(focus_id, {(other, report) for report, other in bases})
    expected = {
        (report, kind, other)
        for report, kind, other in every
        if (kind == BUILDS_ON and ({report, other} <= up or {report, other} <= down))
        or (kind == TAUGHT_BY and focus_id in (report, other))
    }
    around = graph.around(graph.node(focus_id))
    assert set(short(around)) == set(map(" ".join, expected))
    assert len(around.relations) == len(expected)


def test_what_leads_both_ways_in_a_cycle_is_as_near_as_its_nearer_way() -> None:
    graph = graph_of(a_report("a", on=["B"]), a_report("b", on=["D"]), a_report("c", on=["B"]), a_report("d", on=["C"]))
    around = short(graph.around(graph.node("c")))
    assert around == ["c builds_on b", "d builds_on c", "b builds_on d", "a builds_on b"]


@given(reports, st.integers(0, 12), st.data())
def test_the_nearest_relations_of_any_report_hang_together(
    reports: list[Report], count: int, data: st.DataObject
) -> None:
    if not reports:
        return
    graph = graph_of(*reports)
    focus = graph.node(data.draw(st.sampled_from([report.id for report in reports])))
    selected = data.draw(st.none() | st.sets(st.sampled_from([report.id for report in reports])))
    near = LineageGraph(graph.nodes, graph.around(focus, selected).relations[:count])
    shown = under(walk_trees([focus], near.upward(BUILDS_ON))) | {
        (low, high) for high, low in under(walk_trees([focus], near.downward(BUILDS_ON)))
    }
    assert shown == {(other, report) for report, kind, other, _ in near.relations if kind == BUILDS_ON}


# Formats and pictures.

ROWS = """\
old	taught_by	New "7"
new	builds_on	Old
new	builds_on	Out & about
young	builds_on	Old
young	builds_on	New "7"
young	taught_by	Judge
"""
LINES = """\
{"report": "old", "relation": "taught_by", "other": "New \\"7\\"", "other_id": "new", "model": null}
{"report": "new", "relation": "builds_on", "other": "Old", "other_id": "old", "model": null}
{"report": "new", "relation": "builds_on", "other": "Out & about", "other_id": null, "model": null}
{"report": "young", "relation": "builds_on", "other": "Old", "other_id": "old", "model": null}
{"report": "young", "relation": "builds_on", "other": "New \\"7\\"", "other_id": "new", "model": null}
{"report": "young", "relation": "taught_by", "other": "Judge", "other_id": null, "model": null}
"""
AROUND = """\
New "7"  2024
├── builds on
│   ├── Old  2023
│   └── Out & about
├── basis of
│   └── Young  2025
└── students
    └── Old  2023

no year = not in the catalogue
"""
FOREST = """\
Old  2023 · teacher: New "7" 2024
├── New "7"  2024
│   └── Young  2025 · teacher: Judge
└── Young  2025 (above)
Out & about
└── New "7"  2024 (above)

each stands under what it builds on; no year = not in the catalogue
"""
DEEP = """\
M0  2025
└── M1  2025
    └── M2  2025
        └── M3  2025
            └── M4  2025
                └── M5  2025 (below)
M5  2025
└── M6  2025
    └── M7  2025
        └── M8  2025

each stands under what it builds on
"""
BROKEN = """\
Big  2024
│   · teachers: A teacher of many words
│   and a long name, Two, Three
└── Small  2025
    └── A-name-without-a-space-that-
        │   is-too-long  2025
        └── Tiny  2025

each stands under what it builds on; no
year = not in the catalogue
"""


def test_every_relation_in_the_machine_formats() -> None:
    answer = build_lineage(SMALL)
    assert text(answer, "tsv") == ROWS
    assert text(answer, "csv").splitlines()[:2] == ["report,relation,other", 'old,taught_by,"New ""7"""']
    assert text(answer, "jsonl") == LINES
    assert text(answer, "names") == "old\nnew\nyoung\n"


def test_a_report_without_relations_leaves_every_format_empty_but_whole() -> None:
    answer = build_lineage(SMALL, "lone")
    assert [text(answer, name) for name in ("tsv", "json", "jsonl", "names")] == ["", "[]\n", "", ""]
    assert "lone" not in (text(answer, "dot") + text(answer, "mermaid")).lower()
    assert list(answer.ids()) == []


def test_a_tree_around_a_report_names_each_kind_of_relation() -> None:
    assert draw(build_lineage(SMALL, "new")).text == AROUND


def test_a_forest_shows_a_report_once_in_full_and_says_where() -> None:
    assert draw(build_lineage(SMALL)).text == FOREST


def test_a_tree_that_is_too_deep_goes_on_below() -> None:
    assert draw(build_lineage(chain(9)), 40).text == DEEP
    assert draw(build_lineage(chain(9), "m8"), 40).text.splitlines()[5:8] == [
        "                └── M4  2025 (below)",
        "M4  2025 · builds on",
        "└── M3  2025",
    ]


def test_a_chain_longer_than_the_stack_is_drawn() -> None:
    for length, focus_id in ((1_200, None), (3_000, "m2999")):
        picture = draw(build_lineage(chain(length), focus_id), 60)
        assert too_wide(picture, 60) == []
        assert set(re.findall(r"M\d+", picture.text)) == {f"M{number}" for number in range(length)}


def test_a_label_is_broken_between_its_parts_and_goes_on_beside_the_guides() -> None:
    names = ("Big", "Small", "A-name-without-a-space-that-is-too-long", "Tiny")
    line = [LineageNode(name, name, day(2024 if name == "Big" else 2025)) for name in names]
    teachers = [LineageNode(name) for name in ("A teacher of many words and a long name", "Two", "Three")]
    relations = [Relation(line[0], TAUGHT_BY, teacher) for teacher in teachers]
    relations += [Relation(child, BUILDS_ON, base) for base, child in pairwise(line)]
    assert draw(build_lineage(LineageGraph((*line, *teachers), tuple(relations))), 40).text == BROKEN


def test_every_shipped_lineage_fits_a_narrow_screen_and_cuts_no_name(shipped: Library) -> None:
    for answer in [shipped.lineage(), *(shipped.lineage(report.id) for report in shipped.reports())]:
        picture = draw(answer, 24)
        assert too_wide(picture, 24) == []
        names = [squeezed(node.name) for node in answer.graph.related()]
        assert [name for name in names if name not in squeezed(picture.text)] == []
    lines = draw(shipped.lineage(), 60).text.splitlines()
    for name in ("Claude 3.5 Sonnet", "pool of 22 models", "Llama-3.1-Nemotron-70B-Instruct", "Qwen2.5-Math"):
        assert any(name in line for line in lines)


def test_names_outside_the_catalogue_are_dim_and_the_focus_is_bold() -> None:
    colored = draw(build_lineage(SMALL, "new"), color=True).text
    assert '\x1b[1mNew "7"\x1b[0m' in colored
    assert "\x1b[38;5;243mOut & about\x1b[0m" in colored
    assert "\x1b[0mYoung\x1b[38;5;243m  2025" in colored


# The command.


@pytest.mark.parametrize(
    ("arguments", "rows", "notes"),
    [
        ("MiMo-VL", "mimo-vl builds_on MiMo, mimo-vl builds_on Qwen2.5-VL, qwen2.5-vl builds_on Qwen2.5", ""),
        ("MiMo-VL-7B-RL --limit 1", "mimo-vl builds_on MiMo", "note: 1 of 3 relations\n"),
        ("MiMo VL --limit 2", "mimo-vl builds_on MiMo, mimo-vl builds_on Qwen2.5-VL", "note: 2 of 3 relations\n"),
        ("--where org:xiaomi", "mimo-vl builds_on MiMo, mimo-vl builds_on Qwen2.5-VL", ""),
        (
            "--since 2025-06-17",
            "acereason-nemotron-1.1 builds_on Qwen2.5-Math, acereason-nemotron-1.1 taught_by DeepSeek-R1, "
            "ring-lite builds_on Ling-lite-1.5",
            "note: 1 report has no recorded relations\n"
            "note: 1 of these reports was first published outside this period\n",
        ),
        (
            "Qwen2.5 --since 2025-06",
            "qwen2.5-vl builds_on Qwen2.5, openthoughts builds_on Qwen2.5, mimo-vl builds_on Qwen2.5-VL",
            "note: 1 of these reports was first published outside this period\n",
        ),
        ("MiMo-VL --sort name --limit 1", "mimo-vl builds_on MiMo", "note: 1 of 3 relations\n"),
        ("MiMo-VL --reverse --limit 1", "mimo-vl builds_on MiMo", "note: 1 of 3 relations\n"),
        ("Janus-Pro --where kl:no", "", "note: 21 more reports don't record this\nnothing found\n"),
        ("Gemini 2.5", "", "note: Gemini 2.5 has no recorded relations\nnothing found\n"),
        (
            "--until 1999",
            "",
            "note: ..1999-12-31 holds nothing; the nearest is OLMo (2024-07-07), the newest is AceReason-Nemotron 1.1 "
            "(2025-06-18)\nnothing found\n",
        ),
    ],
)
def test_rows_stand_nearest_first_and_options_narrow_and_order_them(arguments: str, rows: str, notes: str) -> None:
    code, out, err = call(["lineage", *arguments.split()])
    assert (", ".join(out.replace("\t", " ").splitlines()), err) == (rows, notes)
    assert code == (0 if rows else 1)


def test_records_say_what_is_in_the_catalogue() -> None:
    records = json.loads(call(["lineage", "DeepSeek-R1", "--json"]).out)
    records = [{key: value for key, value in record.items() if key != "model"} for record in records]
    assert {
        "report": "deepseek-r1",
        "relation": "builds_on",
        "other": "Llama 3",
        "other_id": "llama-3",
    } in records
    assert {"report": "deepseek-r1", "relation": "builds_on", "other": "Qwen2.5-Math", "other_id": None} in records
    teaches = {"report": "deepseek-v3", "relation": "taught_by", "other": "DeepSeek-R1", "other_id": "deepseek-r1"}
    assert teaches in records


def test_all_relations_stand_oldest_first(shipped: Library) -> None:
    _, out, err = call(["lineage", "--header"])
    header, *rows = (line.split("\t") for line in out.splitlines())
    dates = {report.id: report.date for report in shipped.reports()}
    assert header == ["report", "relation", "other"]
    assert [dates[report] for report, _, _ in rows] == sorted(dates[report] for report, _, _ in rows)
    assert err == "note: 5 reports have no recorded relations\n"
    assert call(["lineage", "MiMo-VL", "-f", "names"]).out == "qwen2.5\nqwen2.5-vl\nmimo\nmimo-vl\n"


@pytest.mark.parametrize(
    ("arguments", "messages"),
    [
        ("lineage Qwne3", ["'Qwne3'", "did you mean Qwen3?"]),
        ("lineage 2411.15124", ["ambiguous", "tulu-3, tulu-3-2025"]),
        ("lineage --where kl:maybe", ["kl:maybe"]),
        ("lineage --sort weight", ["unknown field 'weight'"]),
        ("lineage --columns id", ["no such option"]),
        ("lineage --format bibtex", ["'bibtex'", "dot, mermaid"]),
        ("list --format dot", ["'dot'"]),
    ],
)
def test_a_wrong_request_says_why(arguments: str, messages: list[str]) -> None:
    code, out, err = call(arguments.split())
    assert (code, out) == (2, "")
    assert [message for message in messages if message not in err] == []


def test_the_same_question_from_python(shipped: Library) -> None:
    answer = shipped.lineage("MiMo-VL", shipped.parse("org:qwen"))
    assert answer.focus == LineageNode("MiMo-VL", "mimo-vl", datetime.date(2025, 6, 4))
    assert list(answer.rows()) == [("mimo-vl", BUILDS_ON, "Qwen2.5-VL"), ("qwen2.5-vl", BUILDS_ON, "Qwen2.5")]


def test_make_believe_reports_have_relations() -> None:
    graph = graph_of(*make_reports(300, 1))
    inside = sum(other.id is not None for _, _, other, _ in graph.relations)
    assert 0 < inside < len(graph.relations)
    assert too_wide(draw(build_lineage(graph), 60), 60) == []


def test_a_tree_without_end_ends_and_says_so() -> None:
    names = [f"M{number}" for number in range(80)]
    graph = graph_of(*(makers.a_report(name, name=name, based_on=tuple(names)) for name in names))
    for answer in (build_lineage(graph), build_lineage(graph, "M1")):
        picture = draw(answer)
        assert picture.notes == ("a tree ends after 5,000 lines; --format tsv has every relation",)
        assert len(picture.text.splitlines()) <= 10_100


def test_around_one_report_nothing_is_missing(shipped: Library) -> None:
    everything = shipped.lineage().graph
    for report in shipped.reports():
        assert shipped.lineage(report.id).graph.relations == build_lineage(everything, report.id).graph.relations
