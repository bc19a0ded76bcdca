"""What follows from the figures of a report, checked by hand against the figures of the shipped catalogue."""

import tomllib
from dataclasses import fields, replace
from typing import Any

import pytest

from conftest import CATALOG
from makers import a_report
from reportcli.report.derived import DERIVED, Derived, as_model, derive, flagship_model
from reportcli.report.field_names import column_field, field_names, query_field
from reportcli.report.fields import FIELDS, Architecture, Field, Model, Pretraining, Report
from reportcli.report.parse import parse_report

B, T = 10**9, 10**12


def shipped(id: str) -> Report:
    report, problems = parse_report(id, tomllib.loads((CATALOG / f"{id}.toml").read_text(encoding="utf-8")))
    assert problems == []
    assert report is not None
    return report


def small(*models: Model, **values: Any) -> Report:
    return a_report(models=models, **values)


def named(report: Report, name: str) -> Model:
    [model] = [model for model in report.models if model.name == name]
    return model


@pytest.mark.parametrize(
    ("id", "source", "model", "parameters", "active", "tokens", "sparsity", "per_parameter", "per_active", "flops"),
    [
        ("qwen3", "arXiv:2505.09388 §2 Table 2, §3.1", "Qwen3-235B-A22B",
         235 * B, 22 * B, 36 * T, 0.0936170212766, 153.191489362, 1636.36363636, 4.752e24),
        ("deepseek-v3", "DeepSeek-V3 README §3, report §4.1", "DeepSeek-V3",
         671 * B, 37 * B, 14_800 * B, 0.0551415797317, 22.0566318927, 400.0, 3.2856e24),
        ("dots.llm1", "arXiv:2506.05767 §1, §4.2", "dots.llm1.inst",
         142 * B, 14 * B, 11_200 * B, 0.0985915492958, 78.8732394366, 800.0, 9.408e23),
        ("llama-3", "arXiv:2407.21783 Table 1, §1", "Llama 3.1 405B",
         405 * B, 405 * B, 15_600 * B, 1.0, 38.5185185185, 38.5185185185, 3.7908e25),
        ("gemma-3", "arXiv:2503.19786v1 Table 1, §2.2", "Gemma 3 27B",
         27_433_000_000, 27_433_000_000, 14 * T, 1.0, 510.334268946, 510.334268946, 2.304372e24),
        ("olmo-2", "arXiv:2501.00656v3 title page, §2.3", "OLMo-2-1124-13B",
         13 * B, 13 * B, 5_600 * B, 1.0, 430.769230769, 430.769230769, 4.368e23),
        ("olmo", "arXiv:2402.00838v4 Table 1", "OLMo-7B",
         7 * B, 7 * B, 2_460 * B, 1.0, 351.428571429, 351.428571429, 1.0332e23),
        ("mimo", "arXiv:2505.07608 §1, §2.1", "MiMo-7B-RL",
         7 * B, 7 * B, 25 * T, 1.0, 3571.42857143, 3571.42857143, 1.05e24),
        ("phi-4", "arXiv:2412.08905 §3", "phi-4",
         14 * B, 14 * B, 10 * T, 1.0, 714.285714286, 714.285714286, 8.4e23),
        ("phi-4-mini", "arXiv:2503.01743 abstract, §3.1.1", "Phi-4-Mini",
         3_800_000_000, 3_800_000_000, 5 * T, 1.0, 1315.78947368, 1315.78947368, 1.14e23),
        ("qwen2.5", "arXiv:2412.15115 Table 1, §3.1", "Qwen2.5-72B",
         72 * B, 72 * B, 18 * T, 1.0, 250.0, 250.0, 7.776e24),
        ("trillion-7b", "Trillion-7B-preview model card, arXiv:2504.15431 abstract", "Trillion-7B-preview",
         7_760_000_000, 7_760_000_000, 2 * T, 1.0, 257.731958763, 257.731958763, 9.312e22),
        ("seed1.5-thinking", "arXiv:2504.13914 abstract", "Seed1.5-Thinking",
         200 * B, 20 * B, None, 0.1, None, None, None),
        ("minimax-01", "arXiv:2501.08313v1 abstract", "MiniMax-Text-01",
         456 * B, 45_900_000_000, None, 0.100657894737, None, None, None),
    ],
)  # fmt: skip
def test_the_figures_of_a_shipped_report_are_those_computed_by_hand(
    id: str, source: str, model: str, parameters: int, active: int, tokens: int | None, sparsity: float,
    per_parameter: float | None, per_active: float | None, flops: float | None,
) -> None:  # fmt: skip
    report = shipped(id)
    found = derive(report)
    assert (found.model, found.parameters, found.active_parameters) == (model, parameters, active)
    assert report.pretraining.tokens == tokens, source
    assert found.sparsity == pytest.approx(sparsity, rel=1e-10)
    assert found.tokens_per_parameter == (per_parameter and pytest.approx(per_parameter, rel=1e-10))
    assert found.tokens_per_active_parameter == (per_active and pytest.approx(per_active, rel=1e-10))
    assert found.training_flops == (flops and pytest.approx(flops, rel=1e-12))


@pytest.mark.parametrize(
    ("id", "continued", "tokens", "parameters", "active", "sparsity"),
    [
        ("qwen2.5-vl", ("Qwen2.5",), 4_100 * B, 72 * B, 72 * B, 1.0),
        ("minimax-m1", ("MiniMax-01",), 7_500 * B, 456 * B, 45_900_000_000, 0.100657894737),
        ("kimi-vl", ("Moonlight",), 4_400 * B, 16 * B, 2_800_000_000, 0.175),
        ("kimi-audio", ("Qwen2.5",), 1_170 * B, 10 * B, 10 * B, 1.0),
        ("llama-nemotron", ("Llama 3.1", "Llama 3.3"), 153 * B, 253 * B, 253 * B, 1.0),
    ],
)
def test_a_report_that_continues_another_training_has_no_training_figures(
    id: str, continued: tuple[str, ...], tokens: int, parameters: int, active: int, sparsity: float
) -> None:
    report = shipped(id)
    assert (report.based_on, report.pretraining.tokens) == (continued, tokens)
    found = derive(report)
    assert (found.parameters, found.active_parameters) == (parameters, active)
    assert found.sparsity == pytest.approx(sparsity, rel=1e-10)
    assert (found.tokens_per_parameter, found.tokens_per_active_parameter, found.training_flops) == (None, None, None)


def test_where_the_parameters_are_unknown_what_needs_them_is_unknown() -> None:
    found = derive(shipped("gemini-2.5"))
    assert found == Derived(model="Gemini 2.5 Pro", context_length=1_048_576)


def test_where_only_the_total_is_unknown_the_rest_is_computed() -> None:
    found = derive(small(Model(name="m", active_parameters=2 * B), pretraining=Pretraining(tokens=3 * T)))
    assert found == Derived(
        model="m", active_parameters=2 * B, tokens_per_active_parameter=1500.0, training_flops=3.6e22
    )


def test_a_report_without_models_has_no_derived_figures() -> None:
    report = small(architecture=Architecture(type="dense"), pretraining=Pretraining(tokens=T))
    assert derive(report) == Derived()


@pytest.mark.parametrize("type", ["moe", "diffusion", "other", None])
def test_only_in_a_dense_model_are_all_parameters_active(type: str | None) -> None:
    report = small(Model(name="m", parameters=B), architecture=Architecture(type=type))
    assert derive(report) == Derived(model="m", parameters=B)


def test_the_type_of_the_model_goes_before_that_of_the_report() -> None:
    dense = small(Model(name="m", type="dense", parameters=B), architecture=Architecture(type="moe"))
    assert derive(dense) == Derived(model="m", parameters=B, active_parameters=B, sparsity=1.0)
    sparse = small(Model(name="m", type="moe", parameters=B), architecture=Architecture(type="dense"))
    assert derive(sparse) == Derived(model="m", parameters=B)


def test_tokens_that_only_the_model_states_count() -> None:
    report = small(Model(name="m", parameters=2 * B, tokens=4 * T), architecture=Architecture(type="dense"))
    assert derive(report).tokens_per_parameter == 2000.0


@pytest.mark.parametrize(
    ("models", "flagship", "expected"),
    [
        ([("a", 7), ("b", 70)], None, "b"),
        ([("a", 7), ("b", 70)], "a", "a"),
        ([("a", 70), ("b", 7)], None, "a"),
        ([("a", 7), ("b", 70), ("c", 70)], None, "b"),
        ([("a", None), ("b", 1)], None, "b"),
        ([("a", None), ("b", None)], None, "a"),
        ([("a", 0), ("b", None)], None, "a"),
        ([("a", 7), ("b", 70)], "elsewhere", "b"),
    ],
)
def test_the_speaker_is_the_flagship_or_the_largest_first_listed(
    models: list[tuple[str, int | None]], flagship: str | None, expected: str
) -> None:
    report = small(*(Model(name=name, parameters=size) for name, size in models), flagship=flagship)
    found = flagship_model(report)
    assert found is not None
    assert found.name == expected


def test_without_models_nobody_speaks() -> None:
    assert flagship_model(small(flagship="x")) is None


@pytest.mark.parametrize(
    ("id", "name"),
    [
        ("qwen3", "Qwen3-235B-A22B"),
        ("deepseek-r1", "DeepSeek-R1"),
        ("janus-pro", "Janus-Pro-7B"),
        ("phi-4-mini", "Phi-4-Mini"),
        ("tulu-3", "Llama-3.1-Tulu-3-70B"),
        ("tulu-3-2025", "Llama-3.1-Tulu-3-405B"),
        ("phi-4-reasoning", "Phi-4-reasoning"),
        ("qwen3-embedding", "Qwen3-Embedding-8B"),
        ("magistral", "Magistral Small"),
        ("olmo", "OLMo-7B"),
        ("seedream-3.0", "Seedream 3.0"),
    ],
)
def test_the_speaker_of_a_shipped_report(id: str, name: str) -> None:
    found = flagship_model(shipped(id))
    assert found is not None
    assert found.name == name


def test_qwen3_32b_is_dense_with_its_own_tokens_and_no_figures_of_the_flagship() -> None:
    report = shipped("qwen3")
    seen = as_model(report, named(report, "Qwen3-32B"))
    assert seen.flagship == "Qwen3-32B"
    assert seen.architecture == replace(
        report.architecture,
        type="dense", layers=None, hidden_size=None, experts_total=None, experts_active=None, experts_shared=None,
    )  # fmt: skip
    assert seen.architecture.attention == ("GQA",)
    assert seen.pretraining.tokens == 36 * T
    assert derive(seen) == Derived(
        model="Qwen3-32B", parameters=32 * B, active_parameters=32 * B, context_length=131_072, sparsity=1.0,
        tokens_per_parameter=1125.0, tokens_per_active_parameter=1125.0, training_flops=6.912e24,
    )  # fmt: skip


def test_qwen3_30b_a3b_inherits_the_type_but_not_the_experts() -> None:
    report = shipped("qwen3")
    seen = as_model(report, named(report, "Qwen3-30B-A3B"))
    assert (seen.architecture.type, seen.architecture.experts_total, seen.architecture.layers) == ("moe", None, None)
    assert derive(seen) == Derived(
        model="Qwen3-30B-A3B", parameters=30 * B, active_parameters=3 * B, context_length=131_072, sparsity=0.1,
        tokens_per_parameter=1200.0, tokens_per_active_parameter=12_000.0, training_flops=6.48e23,
    )  # fmt: skip


def test_phi_4_multimodal_has_neither_the_layers_nor_the_tokens_of_phi_4_mini() -> None:
    report = shipped("phi-4-mini")
    seen = as_model(report, named(report, "Phi-4-Multimodal"))
    assert (seen.architecture.type, seen.architecture.layers, seen.architecture.hidden_size) == ("dense", None, None)
    assert seen.pretraining.tokens is None
    assert derive(seen) == Derived(
        model="Phi-4-Multimodal",
        parameters=5_600_000_000,
        active_parameters=5_600_000_000,
        context_length=131_072,
        sparsity=1.0,
    )


def test_a_model_as_large_as_the_flagship_keeps_its_figures() -> None:
    report = shipped("dots.llm1")
    seen = as_model(report, named(report, "dots.llm1.base"))
    assert seen == replace(report, flagship="dots.llm1.base")
    assert (seen.architecture.layers, seen.architecture.experts_total, seen.architecture.hidden_size) == (62, 128, 4096)
    assert (seen.pretraining.tokens, seen.pretraining.gpu_hours) == (11_200 * B, 1_456_000)


def test_the_tokens_that_a_model_states_go_before_those_of_the_flagship() -> None:
    report = shipped("olmo")
    twin = as_model(report, named(report, "OLMo-7B-Twin-2T"))
    assert (twin.architecture.layers, twin.pretraining.tokens) == (32, 2 * T)
    little = as_model(report, named(report, "OLMo-1B"))
    assert (little.architecture.layers, little.pretraining.tokens) == (None, 2 * T)


def test_a_model_whose_size_is_unknown_takes_no_figures_over() -> None:
    report = small(
        Model(name="Pro"), Model(name="Flash"), flagship="Pro",
        architecture=Architecture(type="moe", layers=10, position="RoPE"), pretraining=Pretraining(tokens=T),
    )  # fmt: skip
    seen = as_model(report, named(report, "Flash"))
    assert seen.architecture == Architecture(type="moe", position="RoPE")
    assert seen.pretraining == Pretraining()


def test_the_model_that_speaks_anyway_changes_nothing() -> None:
    report = shipped("qwen3")
    assert as_model(report, named(report, "Qwen3-235B-A22B")) == report


@pytest.mark.parametrize(
    ("name", "in_queries", "in_columns"),
    [
        ("org", "organizations", "organizations"),
        ("organization", "organizations", "organizations"),
        ("organizations", "organizations", "organizations"),
        ("tech", "techniques", "techniques"),
        ("technique", "techniques", "techniques"),
        ("techniques", "techniques", "techniques"),
        ("rl", "posttraining.rl_family", "posttraining.rl_family"),
        ("rl_family", "posttraining.rl_family", "posttraining.rl_family"),
        ("rl-family", "posttraining.rl_family", "posttraining.rl_family"),
        ("kl", "posttraining.kl_penalty", "posttraining.kl_penalty"),
        ("KL", "posttraining.kl_penalty", "posttraining.kl_penalty"),
        ("params", "models.parameters", "derived.parameters"),
        ("parameters", "models.parameters", "derived.parameters"),
        ("active", "models.active_parameters", "derived.active_parameters"),
        ("active_parameters", "models.active_parameters", "derived.active_parameters"),
        ("tokens", "pretraining.tokens", "pretraining.tokens"),
        ("token", "pretraining.tokens", "pretraining.tokens"),
        ("context", "models.context_length", "derived.context_length"),
        ("context_length", "models.context_length", "derived.context_length"),
        ("model", "models.name", "models.name"),
        ("models", "models.name", "models.name"),
        ("teacher", "posttraining.teachers", "posttraining.teachers"),
        ("teachers", "posttraining.teachers", "posttraining.teachers"),
        ("tag", "tags", "tags"),
        ("tags", "tags", "tags"),
        ("topic", "notes.topic", "notes.topic"),
        ("type", "architecture.type", "architecture.type"),
        ("experts", "architecture.experts_total", "architecture.experts_total"),
        ("name", "name", "name"),
        ("date", "date", "date"),
        ("first_published", "first_published", "first_published"),
        ("license", "license", "license"),
        ("sparsity", "derived.sparsity", "derived.sparsity"),
        ("flops", "derived.training_flops", "derived.training_flops"),
        ("pretraining.context_length", "pretraining.context_length", "pretraining.context_length"),
        ("models.tokens", "models.tokens", "models.tokens"),
        ("derived.parameters", "derived.parameters", "derived.parameters"),
    ],
)
def test_a_name_means_a_field_in_queries_and_in_columns(name: str, in_queries: str, in_columns: str) -> None:
    asked, shown = query_field(name), column_field(name)
    assert asked is not None
    assert shown is not None
    assert (asked.path, shown.path) == (in_queries, in_columns)


@pytest.mark.parametrize("name", ["", "colour", "s", "parms", "links.", "."])
def test_what_is_no_field_is_none(name: str) -> None:
    assert query_field(name) is None
    assert column_field(name) is None


@pytest.mark.parametrize("field", FIELDS + DERIVED, ids=[field.path for field in FIELDS + DERIVED])
def test_every_field_is_reached_by_its_path_and_by_each_short_name(field: Field) -> None:
    assert query_field(field.path) is field
    assert column_field(field.path) is field
    lost = [short for short in field.info.short_names if field not in (query_field(short), column_field(short))]
    assert lost == []


def test_the_names_of_fields_lead_to_fields() -> None:
    assert [name for name in field_names() if query_field(name) is None] == []


def test_the_derived_figures_are_fields_of_their_own() -> None:
    assert [field.path for field in DERIVED] == [f"derived.{declared.name}" for declared in fields(Derived)]
    report = shipped("dots.llm1")
    [flops] = [field.get(report) for field in DERIVED if field.key == "training_flops"]
    assert flops == pytest.approx(9.408e23)
