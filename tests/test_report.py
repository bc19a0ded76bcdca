"""The list of fields, and the way from a TOML table to a report and back to plain values."""

import datetime
import json
import tomllib
from collections import Counter
from typing import Any

import pytest

from conftest import CATALOG
from makers import shipped_reports
from reportcli.catalog.files import read_report
from reportcli.report.choices import is_web_address
from reportcli.report.fields import FIELDS, Architecture, Links, Model, Note, Posttraining, Pretraining, Report, RLRun
from reportcli.report.json import pack, to_record, unpack
from reportcli.report.parse import parse_report

LEAST = """
name = "Qwen3"
title = "Qwen3 Technical Report"
organizations = ["Alibaba Qwen"]
date = 2025-05-14
summary = "Eight language models."
tags = ["language-model"]
"""


def problems_of(text: str) -> list[str]:
    report, problems = parse_report("qwen3", tomllib.loads(text))
    assert (report is None) == bool(problems)
    return [str(problem) for problem in problems]


def parsed(text: str) -> Report:
    report, problems = parse_report("qwen3", tomllib.loads(text))
    assert problems == []
    assert report is not None
    return report


def test_the_least_entry_is_a_report_with_all_else_unknown() -> None:
    assert parsed(LEAST) == Report(
        id="qwen3", name="Qwen3", title="Qwen3 Technical Report", organizations=("Alibaba Qwen",),
        date=datetime.date(2025, 5, 14), summary="Eight language models.", tags=("language-model",),
    )  # fmt: skip


def test_every_required_field_that_is_missing_is_named_at_once() -> None:
    required = ("name", "title", "organizations", "date")
    assert problems_of("") == [f"{key}: required, but missing" for key in required]


NUMBER, DAY = (
    "expected a whole number from 0 to 2^63 - 1, got",
    "expected a date such as 2025-06-18, without quotes, got",
)
DECIMAL = "expected a number from 0 to 1e300, got"
WRONG_VALUES = [
    ('number = "ten"', f'number: {NUMBER} "ten"'),
    ("number = 1.5", f"number: {NUMBER} 1.5"),
    ("number = inf", f"number: {NUMBER} inf"),
    ("[pretraining]\nlearning_rate = nan", f"pretraining.learning_rate: {DECIMAL} nan"),
    ("[pretraining]\nlearning_rate = inf", f"pretraining.learning_rate: {DECIMAL} inf"),
    ("[pretraining]\nlearning_rate = true", f"pretraining.learning_rate: {DECIMAL} true"),
    ("[[posttraining.rl]]\nrollouts = 1.5", f"posttraining.rl[0].rollouts: {NUMBER} 1.5"),
    ("[posttraining]\nrl = [{}, 3]", "posttraining.rl[1]: expected a table, got 3"),
    (
        "[architecture]\n[[architecture.attention_layers]]",
        "architecture.attention_layers[0].kind: required, but missing",
    ),
    ("number = true", f"number: {NUMBER} true"),
    ("number = -1", f"number: {NUMBER} -1"),
    ("number = 9_223_372_036_854_775_808", f"number: {NUMBER} 9223372036854775808"),
    (f'number = "{"x" * 41}"', f'number: {NUMBER} "{"x" * 39}…"'),
    ('aliases = "Qwen"', 'aliases: expected a list of strings, got "Qwen"'),
    ("aliases = [1]", "aliases: expected a list of strings, got a list"),
    ("license = false", "license: expected a string, got false"),
    ("license = 2", "license: expected a string, got 2"),
    (f'license = ["{"x" * 50}"]', "license: expected a string, got a list"),
    ('license = { name = "MIT" }', "license: expected a string, got a table"),
    ('first_published = "2025-05-13"', f'first_published: {DAY} "2025-05-13"'),
    ("first_published = 2025-05-13T10:00:00", f"first_published: {DAY} 2025-05-13 10:00:00"),
    ("first_published = 10:00:00", f"first_published: {DAY} 10:00:00"),
    ("first_published = 2025", f"first_published: {DAY} 2025"),
    ('links = "arxiv"', 'links: expected a table, got "arxiv"'),
    ("links.arxiv = 2505.09388", "links.arxiv: expected a string, got 2505.09388"),
    ("models = 3", "models: expected an array of tables, got 3"),
    ('[models]\nname = "Qwen3"', "models: expected an array of tables, got a table"),
    ("models = [3]", "models[0]: expected a table, got 3"),
    ("[[models]]", "models[0].name: required, but missing"),
    ('[pretraining]\ntokens = "36T"', f'pretraining.tokens: {NUMBER} "36T"'),
    ('[posttraining]\nkl_penalty = "no"', 'posttraining.kl_penalty: expected true or false, got "no"'),
    ("[posttraining]\nkl_penalty = 0", "posttraining.kl_penalty: expected true or false, got 0"),
    ('[[notes]]\ntopic = "rl"', "notes[0].text: required, but missing"),
    ('[[notes]]\ntopic = 1\ntext = "x"', "notes[0].topic: expected a string, got 1"),
    ('[[notes]]\ntopic = "rl"\ntext = "x"\ndetail = "y"', 'notes[0].detail: expected a list of strings, got "y"'),
    ('sources = "arXiv"', 'sources: expected a table of strings, got "arXiv"'),
    ("[sources]\ntitle = 5", "sources: expected a table of strings, got a table"),
]


@pytest.mark.parametrize(("added", "problem"), WRONG_VALUES)
def test_a_value_of_the_wrong_kind_is_a_problem_with_its_key(added: str, problem: str) -> None:
    assert problems_of(LEAST + added) == [problem]


def test_a_required_value_of_the_wrong_kind_is_one_problem() -> None:
    assert problems_of(LEAST.replace("2025-05-14", "2025-05-14 08:00:00")) == [
        "date: expected a date such as 2025-06-18, without quotes, got 2025-05-14 08:00:00"
    ]


def test_all_problems_of_an_entry_are_named_in_the_order_of_the_fields() -> None:
    text = """
    name = 3
    title = "Qwen3 Technical Report"
    organizations = "Alibaba Qwen"
    date = 2025-05-14
    tags = []
    notes = [{ topic = "rl", text = "one" }, { topic = "rl" }]
    models = [{ name = "a" }, { parameters = 1 }, { name = "c", tokens = "36T", context_length = true }]
    [pretraining]
    tokens = -5
    """
    assert problems_of(text) == [
        "name: expected a string, got 3",
        'organizations: expected a list of strings, got "Alibaba Qwen"',
        "models[1].name: required, but missing",
        'models[2].tokens: expected a whole number from 0 to 2^63 - 1, got "36T"',
        "models[2].context_length: expected a whole number from 0 to 2^63 - 1, got true",
        "pretraining.tokens: expected a whole number from 0 to 2^63 - 1, got -5",
        "notes[1].text: required, but missing",
    ]


def test_unknown_keys_are_ignored() -> None:
    tables = ("[future]\nkey = 1", "[pretraining]\nbatch_size = 1.5", '[[models]]\nname = "M"\nprecision = "fp8"')
    for added in ('color = "red"', "[links]\nvideo = true", *tables):
        assert parsed(LEAST + added).name == "Qwen3"


def test_the_id_is_the_name_of_the_file_whatever_the_file_says() -> None:
    assert parsed(LEAST + 'id = "other"').id == "qwen3"


def test_the_least_and_the_greatest_number_are_numbers() -> None:
    for number in (0, 9_223_372_036_854_775_807):
        assert parsed(LEAST + f"[pretraining]\ntokens = {number}").pretraining.tokens == number


def test_numbers_may_be_written_with_an_exponent_and_decimals_without_a_point() -> None:
    report = parsed(LEAST + "[pretraining]\ntokens = 7e3\nlearning_rate = 1\ntraining_flops = 3e24")
    assert repr(report.pretraining.tokens) == "7000"
    assert (repr(report.pretraining.learning_rate), report.pretraining.training_flops) == ("1.0", 3e24)


def test_a_record_is_made_of_known_names_and_all_that_are_required() -> None:
    with pytest.raises(TypeError, match=r"Model: missing or unknown: name, size$"):
        Model(size=7)  # type: ignore[call-arg]
    assert Model(name="M") == Model(name="M", parameters=None) != Model(name="N")
    assert repr(Note(topic="rl", text="t")) == "Note(topic='rl', text='t', detail=(), origin='report')"


def test_what_follows_from_the_runs_of_rl() -> None:
    def kl_penalty(*coefficients: float | None, stated: bool | None = None) -> bool | None:
        runs = tuple(RLRun(kl_coefficient=coefficient) for coefficient in coefficients)
        return Posttraining(kl_penalty=stated, rl=runs).has_kl_penalty

    assert [kl_penalty(), kl_penalty(0, None), kl_penalty(None)] == [None] * 3
    assert (kl_penalty(0, 0.001, None), kl_penalty(0, 0)) == (True, False)
    assert (kl_penalty(0, stated=True), kl_penalty(0.1, stated=False)) == (True, False)
    runs = (RLRun(rewards=("a", "b")), RLRun(rewards=("b", "c")))
    assert Posttraining(rewards=("b",), rl=runs).all_rewards == ("b", "a", "c")


def test_a_report_cannot_be_changed() -> None:
    report = shipped_reports()["qwen3"]
    with pytest.raises(AttributeError):
        report.name = "Qwen4"  # type: ignore[misc]
    with pytest.raises(TypeError):
        report.sources["title"] = "elsewhere"  # type: ignore[index]


def test_a_record_has_every_key_with_null_or_an_empty_list_where_unknown() -> None:
    report = parsed(LEAST + '[[models]]\nname = "Qwen3-8B"\n[[notes]]\ntopic = "rl"\ntext = "x"')
    assert json.loads(json.dumps(to_record(report))) == {
        "id": "qwen3", "number": None, "name": "Qwen3", "title": "Qwen3 Technical Report", "aliases": [],
        "organizations": ["Alibaba Qwen"], "authors": [], "date": "2025-05-14", "first_published": None,
        "arxiv_version": None, "arxiv_class": None, "summary": "Eight language models.",
        "tags": ["language-model"], "license": None,
        "flagship": None, "based_on": [], "follows": [], "techniques": [], "corrections": [], "undisclosed": [],
        "links": {"arxiv": None, "pdf": None, "huggingface": [], "code": [], "page": []},
        "models": [{
            "name": "Qwen3-8B", "type": None, "parameters": None, "active_parameters": None, "tokens": None,
            "context_length": None, "based_on": [], "reinforcement_learning": None, "layers": None,
            "hidden_size": None, "heads": None, "kv_heads": None, "head_dimension": None, "experts_total": None,
            "experts_active": None, "attention_layers": [],
        }],
        "architecture": {
            "type": None, "description": None, "attention": [], "position": None, "normalization": None,
            "activation": None, "experts_total": None, "experts_active": None, "experts_shared": None,
            "layers": None, "hidden_size": None, "vocabulary": None, "vision_encoder": None, "audio_encoder": None,
            "feed_forward_size": None, "expert_size": None, "rope_base": None, "heads": None, "kv_heads": None,
            "head_dimension": None, "attention_layers": [],
        },
        "pretraining": {
            "tokens": None, "stages": [], "context_length": None, "optimizer": None, "hardware": None,
            "gpu_hours": None, "batch_tokens": None, "learning_rate": None, "schedule": None, "precision": None,
            "training_flops": None,
        },
        "posttraining": {
            "stages": [], "sft_examples": None, "preference_method": None, "rl_algorithm": None, "rl_family": [],
            "kl_penalty": None, "rewards": [], "teachers": [], "rl_framework": None,
            "sft_learning_rate": None, "sft_epochs": None, "preference_pairs": None, "rl": [],
        },
        "notes": [{"topic": "rl", "text": "x", "detail": [], "origin": "report"}],
        "sources": {}, "confidence": {},
    }  # fmt: skip


def test_the_record_of_a_shipped_report_holds_what_its_file_says() -> None:
    for path in CATALOG.glob("*.toml"):
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        record = json.loads(json.dumps(to_record(read_report(str(path)))))
        assert stated_part(record, table) == json.loads(json.dumps(table, default=datetime.date.isoformat))


def stated_part(record: Any, table: Any) -> Any:
    """Return the part of a record that a table has too."""
    if isinstance(table, dict):
        return {key: stated_part(record[key], value) for key, value in table.items()}
    if isinstance(table, list):
        return [stated_part(item, value) for item, value in zip(record, table, strict=True)]
    return record


def test_shipped_reports_survive_packing() -> None:
    assert {report_id: unpack(pack(report)) for report_id, report in shipped_reports().items()} == shipped_reports()


def test_a_report_with_every_field_survives_packing() -> None:
    report = Report(
        id="x", number=1, name="X", title="X", aliases=("Y",), organizations=("Z",), date=datetime.date(2025, 1, 1),
        first_published=datetime.date(2024, 12, 31), arxiv_version="v2", arxiv_class="cs.CL", summary="S",
        tags=("moe",), license="MIT", flagship="X-1B", based_on=("W",), techniques=("moe",), corrections=("c",),
        links=Links(arxiv="2501.00001", pdf="p", huggingface=("h",), code=("c",), page=("g",)),
        models=(Model(name="X-1B", type="moe", parameters=2, active_parameters=1, tokens=3, context_length=4),),
        architecture=Architecture(type="moe", description="d", attention=("GQA",), layers=5, vocabulary=6),
        pretraining=Pretraining(tokens=7, stages=("s",), context_length=8, gpu_hours=9),
        posttraining=Posttraining(
            stages=("RL",), rl_family=("grpo",), kl_penalty=False, teachers=("T",), rl=(RLRun(clip_low=0.2),),
        ),
        notes=(Note(topic="rl", text="t", detail=("d",), origin="list"),),
        sources={"title": "title page"}, confidence={"date": "sure"},
    )  # fmt: skip
    assert unpack(pack(report)) == report


def test_every_field_has_a_path_and_short_names_of_its_own_and_a_description() -> None:
    names = Counter(name for field in FIELDS for name in (field.path, *set(field.info.short_names) - {field.path}))
    assert [name for name, count in names.items() if count > 1] == []
    assert [field.path for field in FIELDS if not field.info.help] == []


def test_fields_of_models_give_one_value_for_each_model() -> None:
    field = next(field for field in FIELDS if field.path == "models.parameters")
    assert field.in_array
    assert field.get(shipped_reports()["qwen3-embedding"]) == (
        8_000_000_000, 8_000_000_000, 4_000_000_000, 4_000_000_000, 600_000_000, 600_000_000,
    )  # fmt: skip
    assert field.get(parsed(LEAST + '[[models]]\nname = "M"')) == (None,)


@pytest.mark.parametrize(
    ("path", "label", "heading", "key", "group"),
    [
        ("posttraining.kl_penalty", "KL penalty", "KL penalty", "kl_penalty", "posttraining"),
        ("models.active_parameters", "active parameters", "active", "active_parameters", ""),
        ("organizations", "organization", "organization", "organizations", "identity"),
        ("links.pdf", "PDF", "PDF", "pdf", ""),
    ],
)
def test_a_field_has_a_label_a_heading_a_key_and_a_group(
    path: str, label: str, heading: str, key: str, group: str
) -> None:
    field = next(field for field in FIELDS if field.path == path)
    assert (field.label, field.heading, field.key, field.group) == (label, heading, key, group)


def test_a_web_address_is_plain_http() -> None:
    assert all(map(is_web_address, ("https://arxiv.org/abs/2505.09388", "http://a.b/c?d=e#f")))
    for address in ("ftp://a.b", "javascript:alert(1)", "https://a b", "https://a\x1b", "https://ä.b", 'https://a"'):
        assert not is_web_address(address)
