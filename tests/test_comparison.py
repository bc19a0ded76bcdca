"""Reports side by side: which fields are compared, where they differ, how it looks."""

import dataclasses
import re
from typing import Any

import pytest

from makers import a_report, hits, shipped_reports
from pictures import draw, squeezed
from reportcli.answer.comparison import Comparison, compare_reports
from reportcli.answer.details import ReportDetails
from reportcli.answer.listing import Listing, parse_columns
from reportcli.query.names import ReportMatch
from reportcli.report.fields import Architecture, Model, Posttraining, Pretraining, Report, RLRun
from samples import text as text_of

SHIPPED = shipped_reports()
BIG = a_report(
    "big",
    license="MIT",
    techniques=("grpo", "moe"),
    models=(
        Model(name="Big-100B", parameters=100, active_parameters=10, context_length=131_072),
        Model(name="Big-1B", type="dense", parameters=1, context_length=4096),
    ),
    architecture=Architecture(type="moe", layers=40, attention=("GQA",), position="RoPE"),
    pretraining=Pretraining(tokens=2_000, stages=("one", "two"), optimizer="AdamW"),
    posttraining=Posttraining(rl_family=("grpo",), kl_penalty=False),
)


def comparison_of(report_id: str) -> Comparison:
    return side_by_side(SHIPPED[report_id])


def side_by_side(*reports: Report) -> Comparison:
    return compare_reports([ReportMatch(report) for report in reports])


def rows(comparison: Comparison) -> dict[str, tuple[tuple[Any, ...], bool | None]]:
    return {row.field.path: (row.values, row.differs) for row in comparison.field_rows}


def test_two_reports_stand_side_by_side_in_the_order_of_the_groups() -> None:
    other = a_report("other", license="MIT", techniques=("moe", "grpo"), organizations=("O", "P"))
    expected = {
        "organizations": ((("O",), ("O", "P")), True),
        "date": ((BIG.date, BIG.date), False),
        "tags": ((("math",), ("math",)), False),
        "license": (("MIT", "MIT"), False),
        "derived.parameters": ((100, None), None),
        "derived.active_parameters": ((10, None), None),
        "derived.context_length": ((131_072, None), None),
        "derived.sparsity": ((0.1, None), None),
        "architecture.type": (("moe", None), None),
        "architecture.attention": ((("GQA",), ()), None),
        "architecture.position": (("RoPE", None), None),
        "architecture.layers": ((40, None), None),
        "pretraining.tokens": ((2_000, None), None),
        "pretraining.stages": ((("one", "two"), ()), None),
        "pretraining.optimizer": (("AdamW", None), None),
        "derived.tokens_per_parameter": ((20.0, None), None),
        "derived.tokens_per_active_parameter": ((200.0, None), None),
        "derived.training_flops": ((120_000.0, None), None),
        "posttraining.rl_family": ((("grpo",), ()), None),
        "posttraining.kl_penalty": ((False, None), None),
        "techniques": ((("grpo", "moe"), ("moe", "grpo")), False),
    }
    comparison = side_by_side(BIG, other)
    assert rows(comparison) == expected
    assert len(comparison.field_rows) == len(expected)
    paths = [row.field.path for row in comparison.field_rows]
    assert paths[:4] == [
        "derived.parameters",
        "derived.active_parameters",
        "pretraining.tokens",
        "derived.context_length",
    ]
    assert paths[4:6] == ["posttraining.rl_family", "posttraining.kl_penalty"]
    assert paths[-1] == "tags"
    groups = [row.group for row in comparison.field_rows]
    order = ["", "size", "architecture", "pre-training", "post-training", "techniques", "identity"]
    assert groups == sorted(groups, key=order.index)


@pytest.mark.parametrize(
    ("values", "differs"),
    [
        (("MIT", "MIT"), False),
        (("MIT", "BSD"), True),
        (("MIT", None), None),
        ((None, "MIT"), None),
        (("MIT", None, "MIT"), None),
        (("MIT", None, "BSD"), True),
        ((None, None, "MIT"), None),
        (("MIT", "MIT", "MIT"), False),
        (("MIT", "MIT", "BSD"), True),
        (("MIT",), False),
    ],
)
def test_unknown_is_not_a_difference(values: tuple[str | None, ...], differs: bool | None) -> None:
    sides = [a_report(f"r{number}", license=value) for number, value in enumerate(values)]
    assert rows(side_by_side(*sides))["license"] == (values, differs)


def test_zero_and_no_are_known() -> None:
    zero = a_report("zero", architecture=Architecture(experts_shared=0), posttraining=Posttraining(kl_penalty=False))
    one = a_report("one", architecture=Architecture(experts_shared=1), posttraining=Posttraining(kl_penalty=True))
    same = dataclasses.replace(zero, id="same")
    assert rows(side_by_side(zero, same))["architecture.experts_shared"] == ((0, 0), False)
    assert rows(side_by_side(zero, one))["architecture.experts_shared"] == ((0, 1), True)
    assert rows(side_by_side(zero, one))["posttraining.kl_penalty"] == ((False, True), True)
    assert rows(side_by_side(zero, same))["posttraining.kl_penalty"] == ((False, False), False)


@pytest.mark.parametrize(
    ("left", "right", "differs"),
    [((), (), None), (("a",), (), None), (("a", "b"), ("b", "a"), False), (("a",), ("a", "b"), True)],
)
def test_lists_differ_by_what_they_hold_not_by_their_order(
    left: tuple[str, ...], right: tuple[str, ...], differs: bool | None
) -> None:
    compared = rows(side_by_side(a_report("a", techniques=left), a_report("b", techniques=right)))
    assert compared.get("techniques") == (((left, right), differs) if left or right else None)


def test_runs_are_compared_by_what_they_state() -> None:
    one = a_report("one", posttraining=Posttraining(rl=(RLRun(temperature=1.0, rollouts=8),)))
    two = a_report("two", posttraining=Posttraining(rl=(RLRun(temperature=1.0), RLRun(rollouts=16))))
    rows = {row.field.key: row for row in compare_reports([ReportMatch(one), ReportMatch(two)]).field_rows}
    assert (rows["temperature"].values, rows["temperature"].differs) == (((1.0,), (1.0, None)), False)
    assert (rows["rollouts"].differs, "steps" in rows) == (True, False)
    assert "rollouts per prompt  8" in draw(compare_reports([ReportMatch(one), ReportMatch(two)]), 80).text


def test_what_no_side_knows_is_left_out() -> None:
    assert list(rows(side_by_side(a_report("a"), a_report("b")))) == ["organizations", "date", "tags"]


def test_a_model_has_figures_of_its_own() -> None:
    comparison = compare_reports([ReportMatch(BIG, BIG.models[1]), ReportMatch(BIG)])
    assert comparison.names == ("Big-1B", "big")
    assert comparison.header == ("field", "Big-1B", "big")
    compared = rows(comparison)
    assert compared["derived.parameters"] == ((1, 100), True)
    assert compared["derived.context_length"] == ((4096, 131_072), True)
    assert compared["architecture.type"] == (("dense", "moe"), True)
    assert compared["architecture.layers"] == ((None, 40), None)
    assert compared["architecture.position"] == (("RoPE", "RoPE"), False)
    assert compared["pretraining.tokens"] == ((None, 2_000), None)


def test_sides_of_the_same_name_are_told_apart() -> None:
    one, two = (a_report(report_id, models=(Model(name="Same-7B"),)) for report_id in ("one", "two"))
    comparison = compare_reports([ReportMatch(one, one.models[0]), ReportMatch(two, two.models[0]), ReportMatch(one)])
    assert comparison.names == ("Same-7B", "Same-7B (2)", "one")
    assert all(len(record["values"]) == 3 for record in comparison.records())
    models = (Model(name="A"), Model(name="A (2)"), Model(name="A"))
    reports = [a_report(f"r{number}", models=(model,)) for number, model in enumerate(models)]
    assert len(set(compare_reports([ReportMatch(report, report.models[0]) for report in reports]).names)) == 3


def test_a_side_whose_model_is_named_as_its_report_goes_by_its_id() -> None:
    one = a_report("kimi-k3", name="Kimi K3", models=(Model(name="Kimi-K3"), Model(name="Kimi-K3-mini")))
    assert compare_reports([ReportMatch(one, one.models[0])]).names == ("kimi-k3",)
    assert compare_reports([ReportMatch(one, one.models[1])]).names == ("Kimi-K3-mini",)


# Pictures.


def test_names_and_figures_stand_whole() -> None:
    for width, ids in (
        (60, ("qwen3", "dots.llm1")),
        (80, ("qwen3", "dots.llm1", "deepseek-v3", "minimax-m1")),
        (120, ("acereason-nemotron-1.1", "qwen2.5-math-prm", "seed1.5-thinking", "phi-4-reasoning")),
        (200, ("tulu-3", "tulu-3-2025", "llama-nemotron")),
    ):
        text = draw(side_by_side(*(SHIPPED[report_id] for report_id in ids)), width).text
        assert "…" not in text
        for report_id in ids:
            assert squeezed(SHIPPED[report_id].name) in squeezed(text)
    text = draw(side_by_side(SHIPPED["qwen3"], SHIPPED["deepseek-v3"])).text
    for figure in ("235B", "22B", "671B", "37B", "36T", "14.8T"):
        assert re.search(rf"(?<![\w.]){re.escape(figure)}(?![\w.])", text), figure


def test_sides_share_their_lines() -> None:
    for width, ids in ((60, ("qwen3", "dots.llm1")), (120, ("qwen3", "dots.llm1", "deepseek-v3"))):
        reports = [SHIPPED[report_id] for report_id in ids]
        lines = draw(side_by_side(*reports), width).text.splitlines()
        assert [line for line in lines if line.split() == [report.name for report in reports]]
        assert sum(all(str(report.date) in line for report in reports) for line in lines) == 1


def test_what_differs_and_what_a_side_does_not_say_have_a_mark_each() -> None:
    for license_name, expected in (
        ("MIT", ["license", "MIT", "MIT"]), ("BSD", ["≠", "license", "MIT", "BSD"]), (None, ["?", "license", "MIT"]),
    ):  # fmt: skip
        text = draw(side_by_side(a_report("a", license="MIT"), a_report("b", license=license_name))).text
        assert [line.split() for line in text.splitlines() if "license" in line] == [expected]
        legend = " ".join(text.split("\n\n")[-1].split())
        assert legend == {"≠": "≠ differs", "?": "? unknown on a side"}.get(expected[0], "≠ differs   ")[: len(legend)]


def test_only_what_is_known_to_be_the_same_is_left_out() -> None:
    sides = [SHIPPED["deepseek-v3"], SHIPPED["deepseek-r1"]]
    fields = parse_columns(["tokens", "kl", "rl", "context", "layers", "sft"])
    comparison = compare_reports([ReportMatch(report) for report in sides], fields, differences=True)
    differs = {row.field.key: row.differs for row in comparison.field_rows}
    assert differs == {"tokens": None, "layers": None, "sft_examples": True}
    assert comparison.notes == ("3 identical rows hidden",)


def test_no_two_rows_have_the_same_label() -> None:
    for columns in ((), ("context", "pretraining.context_length", "models.context_length", "params", "models.params")):
        fields = parse_columns([name.replace("models.params", "models.parameters") for name in columns])
        labels = [row.label for row in compare_reports([ReportMatch(SHIPPED["qwen3"])], fields).field_rows]
        assert len(labels) == len(set(labels))


def test_few_fields_of_many_sides_have_a_row_for_each_side() -> None:
    comparison = compare_reports(list(map(ReportMatch, SHIPPED.values())), parse_columns(["tokens", "kl", "params"]))
    lines = draw(comparison).text.splitlines()
    assert lines[0].split("  ")[-3:] == ["≠ tokens", "≠ KL penalty", "≠ parameters"]
    assert [line.split()[0] for line in lines[2:6]] == [report.name.split()[0] for report in list(SHIPPED.values())[:4]]


def test_what_is_not_disclosed_is_told_from_what_nobody_has_read() -> None:
    silent = a_report("silent", undisclosed=("pretraining.tokens", "posttraining.rl.rollouts"))
    read, unread = BIG, a_report("unread")
    sides, fields = [read, silent, unread], parse_columns(["tokens", "license", "rollouts"])
    answer = compare_reports(list(map(ReportMatch, sides)), fields)
    withheld = (False, True, False)
    assert [row.undisclosed for row in answer.field_rows] == [withheld, (False, False, False), withheld]
    assert re.search(r"\? tokens +2,000 +not disclosed\n", draw(answer, 80).text)
    many = compare_reports(list(map(ReportMatch, [*sides, *(a_report(str(number)) for number in range(9))])), fields)
    turned = draw(many, 80).text
    assert re.search(r"SILENT +n\.d\. +n\.d\.\n", turned)
    assert "n.d. not disclosed" in turned
    assert "tokens | 2,000 | not disclosed |  |" in text_of(answer, "markdown")
    assert "n.d.: the report was read" in text_of(answer, "latex")


def test_a_value_with_a_caveat_has_a_mark_and_the_sentence_below() -> None:
    text = draw(side_by_side(SHIPPED["qwen3"], SHIPPED["dots.llm1"])).text
    assert re.search(r"≠ experts active +8 +6\*", text)
    sentence = SHIPPED["dots.llm1"].confidence["architecture.experts_active"]
    assert squeezed(f"* dots.llm1, experts active: {sentence}") in squeezed(text)
    listed = draw(Listing(hits(SHIPPED["deepseek-v3"]), parse_columns(["name", "params"]), chosen=True)).text
    assert "671B*" in listed
    assert squeezed(SHIPPED["deepseek-v3"].confidence["models.parameters"]) in squeezed(listed)
    page = draw(ReportDetails((ReportMatch(SHIPPED["dots.llm1"]),))).text
    assert re.search(r"experts active +6\*", page)
    assert squeezed(f"* experts active: {sentence}") in squeezed(page)
    for answer in (comparison_of("dots.llm1"), ReportDetails((ReportMatch(SHIPPED["dots.llm1"]),))):
        markdown = text_of(answer, "markdown")
        assert re.search(r"experts active\W+6\\\*", markdown)
        assert sentence in markdown


def test_a_side_says_of_how_many_runs_it_has_values_and_what_is_uncertain_about_them() -> None:
    two = Posttraining(rl=(RLRun(rollouts=8), RLRun(rollouts=16)))
    unsure = a_report("unsure", posttraining=two, confidence={"posttraining.rl": "read off a figure"})
    sure = a_report("sure", posttraining=Posttraining(rl=(RLRun(rollouts=16),)))
    text = squeezed(draw(side_by_side(unsure, sure), 80).text)
    assert "RLruns2runs*1run≠rolloutsperprompt8,1616" in text
    assert text.endswith("*UNSURE,RLruns:readoffafigure")


def test_techniques_that_all_sides_share_stand_below() -> None:
    hostile = [dataclasses.replace(BIG, id=report_id, techniques=("\x1b[2J", "[b]x[/b]")) for report_id in ("a", "b")]
    assert "techniques of all: \\x1b[2J, [b]x[/b]" in draw(side_by_side(*hostile), 120).text
