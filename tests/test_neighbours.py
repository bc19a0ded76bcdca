"""Each rule of entries among one another, by what it refuses and by what it lets pass."""

import datetime
from typing import Any

import pytest

from reportcli.curate.catalog_rules import CATALOG_RULES, OtherEntries, names_of
from reportcli.report.parse import parse_partial_report

TODAY = datetime.date(2025, 6, 30)


def entry(id: str, name: str, **more: Any) -> Any:
    table = {"name": name, "title": "T", "organizations": ["O"], "date": TODAY, "summary": "S", "tags": ["moe"], **more}
    report, problems = parse_partial_report(id, table)
    assert problems == []
    return names_of(report)


def compared(*entries: Any) -> list[tuple[str, str, str]]:
    neighbours = OtherEntries(entries)
    return [
        (one.id, problem.key, problem.text)
        for one in entries
        for rule in CATALOG_RULES
        for problem in rule(one, neighbours)
    ]


def test_entries_of_different_names_are_good_neighbours() -> None:
    assert compared(entry("qwen3", "Qwen3"), entry("qwen2.5", "Qwen2.5", aliases=["Qwen2.5 LLM"])) == []


def test_names_are_shared_after_folding() -> None:
    entries = [
        entry("tulu-3", "Tülu 3"),
        entry("tulu", "Tulu", aliases=["TULU-3", "Tulu 3"]),
        entry("dots.llm1", "dots"),
        entry("dotsllm1", "Rednote"),
    ]
    assert compared(*entries) == [
        ("tulu-3", "name", '"Tülu 3" is a name of tulu too'),
        ("tulu", "aliases[0]", '"TULU-3" is a name of tulu-3 too'),
        ("dots.llm1", "", '"dots.llm1" is a name of dotsllm1 too'),
        ("dotsllm1", "", '"dotsllm1" is a name of dots.llm1 too'),
    ]


def test_models_of_one_name_are_remarked_unless_they_are_of_two_versions_of_one_report() -> None:
    models = [{"name": "M-7B"}]
    other, again = entry("b", "B", models=models), entry("c", "C", models=models, links={"arxiv": "2501.00001"})
    assert compared(entry("a", "A", models=models), other) == [
        ("a", "models[0].name", '"M-7B" is a model of b too'),
        ("b", "models[0].name", '"M-7B" is a model of a too'),
    ]
    assert compared(entry("a", "A", models=models, links={"arxiv": "2501.00001"}), again) == []


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("DeepSek-V3", "DeepSeek-V3"),
        ("DeepSeke-V3", "DeepSeek-V3"),
        ("DeepSeeek-V3", "DeepSeek-V3"),
        ("DeepSeak-V3 (a guess)", "DeepSeek-V3"),
        ("deepseek_v3", "DeepSeek-V3"),
        ("deepseek-ai/DeepSeek-V3", "DeepSeek-V3"),
        ("Deep Seek V3", None),
        ("DeepSeek-V3", None),
        ("DeepSeek-V3 (for the data)", None),
        ("DeepSeek-V2", None),
        ("DeepSeek-V3.1", None),
        ("Qwen3-3B", None),
        ("DeepSeek-V3-Base", None),
        ("GPT-4o", None),
        ("", None),
    ],
)
def test_a_name_that_is_nearly_one_of_the_catalogue_is_remarked(text: str, near: str | None) -> None:
    there = [entry("deepseek-v3", "DeepSeek-V3"), entry("qwen3", "Qwen3", models=[{"name": "Qwen3-32B"}])]
    for key, more in (("based_on[0]", {"based_on": [text]}),
                      ("posttraining.teachers[0]", {"posttraining": {"teachers": [text]}})):  # fmt: skip
        said = [one for one in compared(*there, entry("x", "X", **more)) if one[0] == "x"]
        written = f'"{text}" is nearly "{near}", which the catalogue has'
        assert said == ([("x", key, written)] if near else [])


def test_a_name_that_is_far_too_long_is_compared_with_none() -> None:
    name = "A" + "字" * 20_000
    assert compared(entry("long", name), entry("x", "X", based_on=[name[:-1]])) == []
