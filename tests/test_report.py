"""The list of fields, and the way from a TOML table to a report and back to plain values."""

import datetime
import json
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from conftest import CATALOG
from reportcli.report.fields import FIELDS, Architecture, Links, Model, Note, Posttraining, Pretraining, Report
from reportcli.report.json import pack, to_record, unpack
from reportcli.report.parse import parse_report

SHIPPED = sorted(CATALOG.glob("*.toml"))
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


def shipped(path: Path) -> Report:
    report, problems = parse_report(path.stem, tomllib.loads(path.read_text(encoding="utf-8")))
    assert problems == []
    assert report is not None
    return report


def test_the_least_entry_is_a_report_with_all_else_unknown() -> None:
    report, problems = parse_report("qwen3", tomllib.loads(LEAST))
    assert problems == []
    assert report == Report(
        id="qwen3", name="Qwen3", title="Qwen3 Technical Report", organizations=("Alibaba Qwen",),
        date=datetime.date(2025, 5, 14), summary="Eight language models.", tags=("language-model",),
        links=Links(), models=(), architecture=Architecture(), pretraining=Pretraining(),
        posttraining=Posttraining(), notes=(),
    )  # fmt: skip


def test_every_required_field_that_is_missing_is_named_at_once() -> None:
    assert problems_of("") == [
        "name: required, but missing",
        "title: required, but missing",
        "organizations: required, but missing",
        "date: required, but missing",
        "summary: required, but missing",
        "tags: required, but missing",
    ]


@pytest.mark.parametrize(
    ("added", "problem"),
    [
        ('number = "ten"', 'number: expected a whole number from 0 to 2^63 - 1, got "ten"'),
        ("number = 1.5", "number: expected a whole number from 0 to 2^63 - 1, got 1.5"),
        ("number = 10.0", "number: expected a whole number from 0 to 2^63 - 1, got 10.0"),
        ("number = true", "number: expected a whole number from 0 to 2^63 - 1, got true"),
        ("number = -1", "number: expected a whole number from 0 to 2^63 - 1, got -1"),
        (
            "number = 9_223_372_036_854_775_808",
            "number: expected a whole number from 0 to 2^63 - 1, got 9223372036854775808",
        ),
        ('aliases = "Qwen"', 'aliases: expected a list of texts, got "Qwen"'),
        ("aliases = [1]", "aliases: expected a list of texts, got a list"),
        ("license = false", "license: expected a text, got false"),
        ("license = 2", "license: expected a text, got 2"),
        ('license = ["MIT"]', "license: expected a text, got a list"),
        ('license = { name = "MIT" }', "license: expected a text, got a table"),
        (
            'first_published = "2025-05-13"',
            'first_published: expected a date such as 2025-06-18, without quotes, got "2025-05-13"',
        ),
        (
            "first_published = 2025-05-13T10:00:00",
            "first_published: expected a date such as 2025-06-18, without quotes, got 2025-05-13 10:00:00",
        ),
        (
            "first_published = 10:00:00",
            "first_published: expected a date such as 2025-06-18, without quotes, got 10:00:00",
        ),
        ("first_published = 2025", "first_published: expected a date such as 2025-06-18, without quotes, got 2025"),
        ('links = "arxiv"', 'links: expected a table, got "arxiv"'),
        ("links.arxiv = 2505.09388", "links.arxiv: expected a text, got 2505.09388"),
        ("models = 3", "models: expected an array of tables, got 3"),
        ('[models]\nname = "Qwen3"', "models: expected an array of tables, got a table"),
        ("models = [3]", "models[0]: expected a table, got 3"),
        ("[[models]]", "models[0].name: required, but missing"),
        (
            '[pretraining]\ntokens = "36T"',
            'pretraining.tokens: expected a whole number from 0 to 2^63 - 1, got "36T"',
        ),
        ('[posttraining]\nkl_penalty = "no"', 'posttraining.kl_penalty: expected true or false, got "no"'),
        ("[posttraining]\nkl_penalty = 0", "posttraining.kl_penalty: expected true or false, got 0"),
        ('[[notes]]\ntopic = "rl"', "notes[0].text: required, but missing"),
        ('[[notes]]\ntopic = 1\ntext = "x"', "notes[0].topic: expected a text, got 1"),
        (
            '[[notes]]\ntopic = "rl"\ntext = "x"\ndetail = "y"',
            'notes[0].detail: expected a list of texts, got "y"',
        ),
        ('sources = "arXiv"', 'sources: expected a table of texts, got "arXiv"'),
        ("[sources]\ntitle = 5", "sources: expected a table of texts, got a table"),
        (f'license = ["{"x" * 50}"]', "license: expected a text, got a list"),
        (f'number = "{"x" * 41}"', f'number: expected a whole number from 0 to 2^63 - 1, got "{"x" * 39}…"'),
    ],
)
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
        "name: expected a text, got 3",
        'organizations: expected a list of texts, got "Alibaba Qwen"',
        "summary: required, but missing",
        "models[1].name: required, but missing",
        'models[2].tokens: expected a whole number from 0 to 2^63 - 1, got "36T"',
        "models[2].context_length: expected a whole number from 0 to 2^63 - 1, got true",
        "pretraining.tokens: expected a whole number from 0 to 2^63 - 1, got -5",
        "notes[1].text: required, but missing",
    ]


@pytest.mark.parametrize(
    "added",
    [
        'colour = "red"',
        "[future]\nkey = 1",
        "[pretraining]\nbatch_size = 1.5",
        '[[models]]\nname = "Qwen3"\nprecision = "fp8"',
        "[links]\nvideo = true",
    ],
)
def test_unknown_keys_are_passed_over(added: str) -> None:
    report, problems = parse_report("qwen3", tomllib.loads(LEAST + added))
    assert problems == []
    assert report is not None
    assert report.name == "Qwen3"


def test_the_id_is_the_name_of_the_file_whatever_the_file_says() -> None:
    report, problems = parse_report("qwen3", tomllib.loads(LEAST + 'id = "other"'))
    assert problems == []
    assert report is not None
    assert report.id == "qwen3"


@pytest.mark.parametrize("number", [0, 9_223_372_036_854_775_807])
def test_the_least_and_the_greatest_number_are_numbers(number: int) -> None:
    report, problems = parse_report("qwen3", tomllib.loads(LEAST + f"[pretraining]\ntokens = {number}"))
    assert problems == []
    assert report is not None
    assert report.pretraining.tokens == number


def test_a_report_cannot_be_changed() -> None:
    report = shipped(CATALOG / "qwen3.toml")
    with pytest.raises(AttributeError):
        report.name = "Qwen4"  # type: ignore[misc]
    with pytest.raises(TypeError):
        report.sources["title"] = "elsewhere"  # type: ignore[index]


def test_a_record_has_every_key_with_null_or_an_empty_list_where_unknown() -> None:
    report, _ = parse_report(
        "qwen3", tomllib.loads(LEAST + '[[models]]\nname = "Qwen3-8B"\n[[notes]]\ntopic = "rl"\ntext = "x"')
    )
    assert json.loads(json.dumps(to_record(report))) == {
        "id": "qwen3", "number": None, "name": "Qwen3", "title": "Qwen3 Technical Report", "aliases": [],
        "organizations": ["Alibaba Qwen"], "date": "2025-05-14", "first_published": None, "arxiv_version": None,
        "summary": "Eight language models.", "tags": ["language-model"], "license": None, "flagship": None,
        "based_on": [], "techniques": [], "corrections": [],
        "links": {"arxiv": None, "pdf": None, "huggingface": [], "code": [], "page": []},
        "models": [{
            "name": "Qwen3-8B", "type": None, "parameters": None, "active_parameters": None, "tokens": None,
            "context_length": None,
        }],
        "architecture": {
            "type": None, "description": None, "attention": [], "position": None, "normalization": None,
            "activation": None, "experts_total": None, "experts_active": None, "experts_shared": None,
            "layers": None, "hidden_size": None, "vocabulary": None, "vision_encoder": None, "audio_encoder": None,
        },
        "pretraining": {
            "tokens": None, "stages": [], "context_length": None, "optimizer": None, "hardware": None,
            "gpu_hours": None,
        },
        "posttraining": {
            "stages": [], "sft_examples": None, "preference_method": None, "rl_algorithm": None, "rl_family": [],
            "kl_penalty": None, "rewards": [], "teachers": [], "rl_framework": None,
        },
        "notes": [{"topic": "rl", "text": "x", "detail": [], "origin": "report"}],
        "sources": {}, "confidence": {},
    }  # fmt: skip


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_record_holds_what_the_file_says_and_no_key_less(path: Path) -> None:
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    written = json.loads(json.dumps(to_record(shipped(path))))
    assert said(written, table) == json.loads(json.dumps(table, default=datetime.date.isoformat))


def said(written: Any, table: Any) -> Any:
    """Return the part of a record that the file has too."""
    if isinstance(table, dict):
        return {key: said(written[key], value) for key, value in table.items()}
    if isinstance(table, list):
        assert len(written) == len(table)
        return [said(one, value) for one, value in zip(written, table, strict=True)]
    return written


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_report_survives_packing(path: Path) -> None:
    report = shipped(path)
    assert unpack(pack(report)) == report


def test_the_catalogue_ships_36_reports() -> None:
    assert len(SHIPPED) == 36


def test_a_report_with_every_field_survives_packing() -> None:
    report = Report(
        id="x", number=1, name="X", title="X", aliases=("Y",), organizations=("Z",), date=datetime.date(2025, 1, 1),
        first_published=datetime.date(2024, 12, 31), arxiv_version="v2", summary="S", tags=("moe",), license="MIT",
        flagship="X-1B", based_on=("W",), techniques=("moe",), corrections=("c",),
        links=Links(arxiv="2501.00001", pdf="p", huggingface=("h",), code=("c",), page=("g",)),
        models=(Model(name="X-1B", type="moe", parameters=2, active_parameters=1, tokens=3, context_length=4),),
        architecture=Architecture(type="moe", description="d", attention=("GQA",), layers=5, vocabulary=6),
        pretraining=Pretraining(tokens=7, stages=("s",), context_length=8, gpu_hours=9),
        posttraining=Posttraining(stages=("RL",), rl_family=("grpo",), kl_penalty=False, teachers=("T",)),
        notes=(Note(topic="rl", text="t", detail=("d",), origin="list"),),
        sources={"title": "title page"}, confidence={"date": "sure"},
    )  # fmt: skip
    assert unpack(pack(report)) == report


def test_every_field_has_a_path_of_its_own() -> None:
    assert [path for path, count in Counter(field.path for field in FIELDS).items() if count > 1] == []


def test_every_short_name_belongs_to_one_field() -> None:
    shorts = Counter(short for field in FIELDS for short in field.info.short_names)
    assert [short for short, count in shorts.items() if count > 1] == []


def test_no_short_name_hides_the_path_of_another_field() -> None:
    paths = {field.path for field in FIELDS}
    hidden = [short for field in FIELDS for short in field.info.short_names if short in paths - {field.path}]
    assert hidden == []


def test_every_field_says_what_it_is() -> None:
    assert [field.path for field in FIELDS if not field.info.help] == []


def test_fields_of_models_give_one_value_for_each_model() -> None:
    report = shipped(CATALOG / "qwen3-embedding.toml")
    [parameters] = [field for field in FIELDS if field.path == "models.parameters"]
    [active] = [field for field in FIELDS if field.path == "models.active_parameters"]
    assert parameters.in_array
    assert parameters.get(report) == (
        600_000_000, 4_000_000_000, 8_000_000_000, 600_000_000, 4_000_000_000, 8_000_000_000,
    )  # fmt: skip
    assert active.get(report) == (None, None, None, None, None, None)


@pytest.mark.parametrize(
    ("path", "label", "heading", "key", "group"),
    [
        ("posttraining.kl_penalty", "KL penalty", "KL penalty", "kl_penalty", "posttraining"),
        ("models.active_parameters", "active parameters", "active", "active_parameters", ""),
        ("organizations", "organization", "organization", "organizations", "identity"),
        ("pretraining.gpu_hours", "GPU hours", "GPU hours", "gpu_hours", "pretraining"),
        ("links.pdf", "PDF", "PDF", "pdf", ""),
        ("techniques", "techniques", "techniques", "techniques", "techniques"),
    ],
)
def test_a_field_has_a_label_a_heading_a_key_and_a_group(
    path: str, label: str, heading: str, key: str, group: str
) -> None:
    [field] = [field for field in FIELDS if field.path == path]
    assert (field.label, field.heading, field.key, field.group) == (label, heading, key, group)
