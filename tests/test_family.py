"""Who builds on whom and who taught whom: what a name stands for, what is drawn where, and that circles end."""

import datetime
from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

import makers
from reportcli.answer.lineage import (
    BUILDS_ON,
    TAUGHT_BY,
    Branch,
    LineageGraph,
    LineageNode,
    Relation,
    build_graph,
    walk_trees,
)
from reportcli.catalog.files import read_report, shipped_folder
from reportcli.report.fields import Links, Model, Posttraining, Report

SHIPPED = {path.stem: read_report(str(path)) for path in sorted(shipped_folder().glob("*.toml"))}
DAY = datetime.date(2025, 1, 2)


def a_report(
    id: str,
    *,
    name: str = "",
    on: Iterable[str] = (),
    by: Iterable[str] = (),
    models: Iterable[str] = (),
    aliases: Iterable[str] = (),
    date: datetime.date = DAY,
    arxiv: str | None = None,
    version: str | None = None,
) -> Report:
    return makers.a_report(
        id, name=name or id.upper(), aliases=tuple(aliases), date=date, tags=("data",), based_on=tuple(on),
        posttraining=Posttraining(teachers=tuple(by)), models=tuple(Model(name=one) for one in models),
        links=Links(arxiv=arxiv), arxiv_version=version,
    )  # fmt: skip


def kin(*reports: Report) -> LineageGraph:
    return build_graph(reports, makers.MemoryRegister(reports))


def told(found: LineageGraph) -> list[tuple[str | None, str, str]]:
    """Return the relations in short; a name that is in no catalogue stands in angle brackets."""
    return [(one.report.id, one.kind, one.other.id or f"<{one.other.name}>") for one in found.relations]


def drawn(branches: Iterable[Branch]) -> list[str]:
    return ["  " * one.depth + one.node.name + (" again" if one.is_repeat else "") for one in branches]


# What a name stands for.

MEANT = {
    "Claude 3.5 Sonnet (Python solutions)": "<Claude 3.5 Sonnet>",
    "DeepSeek LLM": "<DeepSeek LLM>",
    "DeepSeek-R1": "deepseek-r1",
    "DeepSeek-R1 (SFT responses)": "deepseek-r1",
    "DeepSeek-R1 (ablations)": "deepseek-r1",
    "DeepSeek-R1 (for the six distilled dense models)": "deepseek-r1",
    "DeepSeek-R1 (internal version, reasoning data)": "deepseek-r1",
    "DeepSeek-V2.5 (non-reasoning data)": "<DeepSeek-V2.5>",
    "DeepSeek-V3": "deepseek-v3",
    "DeepSeek-V3 (non-reasoning SFT data)": "deepseek-v3",
    "DeepSeek-V3-0324 (rewrites a small part of the open-source answers)": "<DeepSeek-V3-0324>",
    "GPT scores of UltraFeedback (preference pairs)": "<GPT scores of UltraFeedback>",
    "GPT-4o": "<GPT-4o>",
    "GPT-4o (preference judge)": "<GPT-4o>",
    "GPT-4o (synthetic prompts and answers, preference judge)": "<GPT-4o>",
    "GPT-4t (answers for the second DPO round)": "<GPT-4t>",
    "Kimi k1.5 (long-CoT data)": "kimi-k1.5",
    "Ling-lite-1.5": "<Ling-lite-1.5>",
    "Llama 3.1 405B (for the smaller models)": "llama-3",
    "Llama 3.1": "llama-3",
    "Llama 3.3": "<Llama 3.3>",
    "Llama-3.1-Nemotron-70B-Instruct": "<Llama-3.1-Nemotron-70B-Instruct>",
    "Llama-3.3-70B-Instruct": "<Llama-3.3-70B-Instruct>",
    "Magistral Medium (traces for Magistral Small)": "magistral",
    "MiMo": "mimo",
    "MiniMax-01": "minimax-01",
    "Mistral Medium 3": "<Mistral Medium 3>",
    "Mistral Small 3": "<Mistral Small 3>",
    "Moonlight": "<Moonlight>",
    "Phi-4": "phi-4",
    "Qwen2-Math-Instruct (responses)": "<Qwen2-Math-Instruct>",
    "Qwen2.5": "qwen2.5",
    "Qwen2.5-72B-Instruct (step-by-step judge)": "qwen2.5",
    "Qwen2.5-Math": "<Qwen2.5-Math>",
    "Qwen2.5-Math-7B-Instruct": "<Qwen2.5-Math-7B-Instruct>",
    "Qwen2.5-Math-7B-Instruct (responses and completions)": "<Qwen2.5-Math-7B-Instruct>",
    "Qwen2.5-Math-72B-Instruct (responses and completions)": "<Qwen2.5-Math-72B-Instruct>",
    "Qwen2.5-VL": "qwen2.5-vl",
    "Qwen3": "qwen3",
    "Qwen3-235B-A22B": "qwen3",
    "Qwen3-32B": "qwen3",
    "Qwen3-32B (writes the synthetic pairs)": "qwen3",
    "QwQ-32B": "<QwQ-32B>",
    "QwQ-32B (final dataset)": "<QwQ-32B>",
    "Seedream 2.0": "<Seedream 2.0>",
    "Whisper-large-v3": "<Whisper-large-v3>",
    "code and multilingual experts branched from pre-training":
        "<code and multilingual experts branched from pre-training>",
    "earlier Llama 3 checkpoints": "<earlier Llama 3 checkpoints>",
    "in-house domain expert models (rejection-sampled SFT data)": "<in-house domain expert models>",
    "large instruction-tuned model (not named)": "<large instruction-tuned model>",
    "o3-mini": "<o3-mini>",
    "pool of 20 permissively licensed models (responses for preference pairs)":
        "<pool of 20 permissively licensed models>",
    "pool of 22 models (responses for preference pairs)": "<pool of 22 models>",
}  # fmt: skip
TABLE = [
    (report.id, kind, name)
    for report in SHIPPED.values()
    if report.number is not None
    for kind, names in ((BUILDS_ON, report.based_on), (TAUGHT_BY, report.posttraining.teachers))
    for name in names
]


def test_the_table_holds_every_base_and_teacher_of_the_reading_list() -> None:
    assert {name for _, _, name in TABLE} == set(MEANT)


def test_every_base_and_teacher_of_the_reading_list_means_what_the_table_says() -> None:
    numbered = [report for report in SHIPPED.values() if report.number is not None]
    expected = {(id, kind, MEANT[name]) for id, kind, name in TABLE if MEANT[name] != id}
    assert set(told(build_graph(numbered, makers.MemoryRegister(SHIPPED.values())))) == expected


@pytest.mark.parametrize(
    ("text", "meant"),
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
def test_a_name_is_found_as_a_whole_or_stays_outside(text: str, meant: str) -> None:
    big = a_report("big", name="Big One", aliases=["Great"], models=["Big-7B", "Shared-1B"], arxiv="2501.00001")
    two = a_report("second", name="Two (2025 version)", models=["Shared-1B"])
    assert told(kin(big, two, a_report("x", on=[text]))) == [("x", BUILDS_ON, meant)]


def test_a_version_on_arxiv_picks_the_report() -> None:
    first, second = (a_report(f"v{one}", arxiv="2411.15124", version=f"v{one}") for one in (1, 5))
    asked = a_report("x", on=["2411.15124v5"], by=["2411.15124"])
    assert told(kin(first, second, asked)) == [("x", BUILDS_ON, "v5"), ("x", TAUGHT_BY, "<2411.15124>")]


@pytest.mark.parametrize("own", ["a", "A", "A-7B", "A-7B (older)", "Shared-1B", "2501.00001"])
def test_a_report_is_never_its_own_relative(own: str) -> None:
    other = a_report("b", models=["Shared-1B"])
    assert told(kin(a_report("a", models=["A-7B", "Shared-1B"], on=[own], by=[own], arxiv="2501.00001"), other)) == []


def test_a_name_outside_appears_once_however_it_is_spelled() -> None:
    found = kin(a_report("a", on=["GPT 4o (judge)"]), a_report("b", by=["gpt-4O", "GPT4o"]), a_report("c", on=[" "]))
    assert told(found) == [("a", BUILDS_ON, "<GPT 4o>"), ("b", TAUGHT_BY, "<GPT 4o>")]
    assert [member.name for member in found.related()] == ["A", "B", "GPT 4o"]
    assert [member.name for member in found.alone()] == ["C"]


def test_two_models_of_one_report_are_one_relation() -> None:
    found = kin(a_report("a", models=["A-1B", "A-2B"]), a_report("b", on=["A-1B", "A-2B"], by=["A", "A-1B"]))
    assert told(found) == [("b", BUILDS_ON, "a"), ("b", TAUGHT_BY, "a")]


def test_relations_stand_in_the_order_of_the_reports() -> None:
    reports = [a_report("c", by=["Z", "B"], on=["Y", "A", "B"]), a_report("a", on=["Y"]), a_report("b")]
    assert told(kin(*reports)) == [
        ("c", BUILDS_ON, "a"),
        ("c", BUILDS_ON, "b"),
        ("c", BUILDS_ON, "<Y>"),
        ("c", TAUGHT_BY, "b"),
        ("c", TAUGHT_BY, "<Z>"),
        ("a", BUILDS_ON, "<Y>"),
    ]


# What is drawn where.

ABC = (
    a_report("a"),
    a_report("b", on=["A"]),
    a_report("c", on=["A", "B"], by=["A"]),
    a_report("d", on=["C", "Outside"]),
    a_report("e", by=["D"]),
    a_report("f"),
)


def test_a_forest_shows_each_report_once_in_full() -> None:
    assert drawn(kin(*ABC).forest()) == ["A", "  B", "    C", "      D", "  C again", "E", "Outside", "  D again"]


def test_around_a_report_stand_its_whole_descent_and_its_direct_teachers_and_students() -> None:
    found = kin(*ABC)
    assert told(found.around(found.node("c"))) == [
        ("c", BUILDS_ON, "a"),
        ("c", BUILDS_ON, "b"),
        ("c", TAUGHT_BY, "a"),
        ("d", BUILDS_ON, "c"),
        ("b", BUILDS_ON, "a"),
    ]
    assert told(found.around(found.node("d"))) == [
        ("d", BUILDS_ON, "c"),
        ("d", BUILDS_ON, "<Outside>"),
        ("e", TAUGHT_BY, "d"),
        ("c", BUILDS_ON, "a"),
        ("c", BUILDS_ON, "b"),
        ("b", BUILDS_ON, "a"),
    ]
    assert told(found.around(found.node("f"))) == []


def test_what_leads_to_a_wanted_report_stays() -> None:
    found = kin(*ABC)
    around = found.around(found.node("a"), {"d"})
    assert told(around) == [("b", BUILDS_ON, "a"), ("c", BUILDS_ON, "a"), ("c", BUILDS_ON, "b"), ("d", BUILDS_ON, "c")]
    assert told(found.around(found.node("d"), {"b"})) == [("d", BUILDS_ON, "c"), ("c", BUILDS_ON, "b")]
    assert told(found.around(found.node("d"), {"e"})) == [("e", TAUGHT_BY, "d")]
    assert told(found.around(found.node("c"), {"f"})) == []


def test_a_relation_is_wanted_when_one_side_is() -> None:
    assert told(kin(*ABC).narrowed({"d"})) == [
        ("d", BUILDS_ON, "c"),
        ("d", BUILDS_ON, "<Outside>"),
        ("e", TAUGHT_BY, "d"),
    ]


def test_a_circle_is_drawn_from_its_first_report_on() -> None:
    found = kin(a_report("a", on=["B"]), a_report("b", on=["A"], by=["C"]), a_report("c", on=["B"], by=["B"]))
    assert drawn(found.forest()) == ["A", "  B", "    A again", "    C"]
    assert told(found.around(found.node("c"))) == [
        ("b", TAUGHT_BY, "c"),
        ("c", BUILDS_ON, "b"),
        ("c", TAUGHT_BY, "b"),
        ("b", BUILDS_ON, "a"),
        ("a", BUILDS_ON, "b"),
    ]


def test_a_line_of_descent_may_be_longer_than_the_stack() -> None:
    line = [LineageNode(f"M{place}", f"m{place}", DAY) for place in range(5_000)]
    found = LineageGraph(tuple(line), tuple(Relation(child, BUILDS_ON, base) for base, child in pairwise(line)))
    assert [branch.depth for branch in found.forest()] == list(range(5_000))
    assert len(found.around(line[2_500]).relations) == 4_999
    assert len(found.around(line[0], {"m4999"}).relations) == 4_999


# Any family.

NAMES = "ABCDEF"
a_name = st.sampled_from([*NAMES, *(f"{name} (remark)" for name in NAMES), "Out", "Further out"])
names = st.lists(a_name, max_size=4)
reports = st.lists(st.tuples(names, names), max_size=len(NAMES)).map(
    lambda given: [
        a_report(name.lower(), on=on, by=by) for name, (on, by) in zip(NAMES, given, strict=False)
    ]
)  # fmt: skip


def plainly(reports: list[Report]) -> set[tuple[str, str, str]]:
    """Return the relations of reports, written down in the simplest way."""
    ids = {report.name: report.id for report in reports}
    pairs = [(report, BUILDS_ON, name) for report in reports for name in report.based_on]
    pairs += [(report, TAUGHT_BY, name) for report in reports for name in report.posttraining.teachers]
    bare = [(report, kind, name.removesuffix(" (remark)")) for report, kind, name in pairs]
    return {(report.id, kind, ids.get(name, f"<{name}>")) for report, kind, name in bare if name != report.name}


def reachable(start: str, steps: set[tuple[str, str]]) -> set[str]:
    """Return what can be reached, by going on until nothing is added."""
    reached = {start}
    while more := {end for begin, end in steps if begin in reached} - reached:
        reached |= more
    return reached


@given(reports)
def test_any_family_holds_every_relation_once(reports: list[Report]) -> None:
    found = told(kin(*reports))
    assert len(found) == len(set(found))
    assert set(found) == plainly(reports)


@given(reports)
def test_any_forest_ends_and_shows_every_report_in_full_once_and_every_relation(reports: list[Report]) -> None:
    found = kin(*reports)
    branches = list(found.forest())
    bases = {(one.report, one.other) for one in found.relations if one.kind == BUILDS_ON}
    taught = {one.report for one in found.relations if one.kind == TAUGHT_BY}
    whole = [one.node for one in branches if not one.is_repeat]
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
    found = kin(*reports)
    asked = data.draw(st.sampled_from([report.id for report in reports]))
    every = plainly(reports)
    bases = {(report, other) for report, kind, other in every if kind == BUILDS_ON}
    up, down = reachable(asked, bases), reachable(asked, {(other, report) for report, other in bases})
    expected = {
        (report, kind, other)
        for report, kind, other in every
        if (kind == BUILDS_ON and ({report, other} <= up or {report, other} <= down))
        or (kind == TAUGHT_BY and asked in (report, other))
    }
    around = found.around(found.node(asked))
    assert set(told(around)) == expected
    assert len(around.relations) == len(expected)


def test_what_leads_both_ways_in_a_circle_is_as_near_as_its_nearer_way() -> None:
    found = kin(a_report("a", on=["B"]), a_report("b", on=["D"]), a_report("c", on=["B"]), a_report("d", on=["C"]))
    around = told(found.around(found.node("c")))
    assert around == [
        ("c", "builds_on", "b"),
        ("d", "builds_on", "c"),
        ("b", "builds_on", "d"),
        ("a", "builds_on", "b"),
    ]


@given(reports, st.integers(0, 12), st.data())
def test_the_nearest_relations_of_any_report_hang_together(
    reports: list[Report], count: int, data: st.DataObject
) -> None:
    if not reports:
        return
    found = kin(*reports)
    asked = found.node(data.draw(st.sampled_from([report.id for report in reports])))
    wanted = data.draw(st.none() | st.sets(st.sampled_from([report.id for report in reports])))
    near = LineageGraph(found.nodes, found.around(asked, wanted).relations[:count])
    shown = under(walk_trees([asked], near.upward(BUILDS_ON))) | {
        (low, high) for high, low in under(walk_trees([asked], near.downward(BUILDS_ON)))
    }
    assert shown == {(one.other, one.report) for one in near.relations if one.kind == BUILDS_ON}
