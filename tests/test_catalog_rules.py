"""Each rule of entries among one another, by what it refuses and by what it lets pass."""

import datetime
from typing import Any

import pytest

from reportcli.curate.catalog_rules import OtherEntries, broken_catalog_rules, names_of
from reportcli.report.parse import parse_partial_report

TODAY = datetime.date(2025, 6, 30)


def entry(entry_id: str, name: str, **more: Any) -> Any:
    table = {"name": name, "title": "T", "organizations": ["O"], "date": TODAY, "summary": "S", "tags": ["moe"], **more}
    report, problems = parse_partial_report(entry_id, table)
    assert problems == []
    return names_of(report)


def compared(*entries: Any) -> list[tuple[str, str, str]]:
    others = OtherEntries(entries)
    return [
        (names.id, problem.key, problem.text)
        for names in entries
        for _, _, problem in broken_catalog_rules(names, others)
    ]


def test_entries_of_different_names_break_no_rule() -> None:
    assert compared(entry("qwen3", "Qwen3"), entry("qwen2.5", "Qwen2.5", aliases=["Qwen2.5 LLM"])) == []


def test_names_are_shared_after_folding() -> None:
    entries = [
        entry("tulu-3", "Tülu 3"),
        entry("tulu", "Tulu", aliases=["TULU-3", "Tulu 3"]),
        entry("dots.llm1", "dots"),
        entry("dotsllm1", "Rednote"),
    ]
    assert compared(*entries) == [
        ("tulu-3", "name", '"Tülu 3" is also a name of tulu'),
        ("tulu", "aliases[0]", '"TULU-3" is also a name of tulu-3'),
        ("dots.llm1", "", '"dots.llm1" is also a name of dotsllm1'),
        ("dotsllm1", "", '"dotsllm1" is also a name of dots.llm1'),
    ]


def test_models_of_one_name_are_remarked_unless_they_are_of_two_versions_of_one_report() -> None:
    models = [{"name": "M-7B"}]
    other, again = entry("b", "B", models=models), entry("c", "C", models=models, links={"arxiv": "2501.00001"})
    assert compared(entry("a", "A", models=models), other) == [
        ("a", "models[0].name", '"M-7B" is also a model of b'),
        ("b", "models[0].name", '"M-7B" is also a model of a'),
    ]
    assert compared(entry("a", "A", models=models, links={"arxiv": "2501.00001"}), again) == []


@pytest.mark.parametrize("relation", ["based_on", "teachers"])
def test_a_name_that_is_nearly_one_of_the_catalogue_is_remarked(relation: str) -> None:
    catalog = [entry("deepseek-v3", "DeepSeek-V3"), entry("qwen3", "Qwen3", models=[{"name": "Qwen3-32B"}])]
    key = "based_on[0]" if relation == "based_on" else "posttraining.teachers[0]"
    for text in (*MISSPELLED, *OTHERS):
        more = {"based_on": [text]} if relation == "based_on" else {"posttraining": {"teachers": [text]}}
        remarks = [remark for remark in compared(*catalog, entry("x", "X", **more)) if remark[0] == "x"]
        expected = f'"{text}" is not in the catalogue; did you mean "DeepSeek-V3"?'
        assert remarks == ([("x", key, expected)] if text in MISSPELLED else []), text


MISSPELLED = (
    "DeepSek-V3", "DeepSeke-V3", "DeepSeeek-V3", "DeepSeak-V3 (a guess)", "deepseek_v3", "deepseek-ai/DeepSeek-V3",
)  # fmt: skip
OTHERS = (
    "Deep Seek V3", "DeepSeek-V3", "DeepSeek-V3 (for the data)", "DeepSeek-V2", "DeepSeek-V3.1", "Qwen3-3B",
    "DeepSeek-V3-Base", "GPT-4o", "",
)  # fmt: skip


def test_no_entry_is_proposed_as_a_base_of_itself() -> None:
    models = [{"name": "Omni-9B"}]
    assert compared(entry("o", "MiniCPM-o 4.5", models=models, based_on=["MiniCPM-V 4.5", "Omny-9B"])) == []


def test_a_name_that_is_far_too_long_is_compared_with_none() -> None:
    name = "A" + "字" * 20_000
    assert compared(entry("long", name), entry("x", "X", based_on=[name[:-1]])) == []
