"""Figures that follow from others, checked by hand against the figures of the shipped catalogue; names of fields."""

from dataclasses import fields, replace
from typing import Any

import pytest

from makers import a_report, shipped_reports
from reportcli.render.value import format_value
from reportcli.report.derived import DERIVED, Derived, as_model, derive, flagship_model
from reportcli.report.field_names import field_named, field_names
from reportcli.report.fields import FIELDS, Architecture, AttentionLayers, Model, Pretraining, Report

B, T = 10**9, 10**12


def with_models(*models: Model, **values: Any) -> Report:
    return a_report(models=models, **values)


def model_named(report: Report, name: str) -> Model:
    return next(model for model in report.models if model.name == name)


# id, source, model, parameters, active parameters, tokens, active share, tokens per parameter and per active one, FLOPs
BY_HAND = [
    ("qwen3", "arXiv:2505.09388 §2 Table 2, §3.1", "Qwen3-235B-A22B",
     235 * B, 22 * B, 36 * T, 0.0936170212766, 153.191489362, 1636.36363636, 4.752e24),
    ("deepseek-v3", "DeepSeek-V3 README §3, report §4.1", "DeepSeek-V3",
     671 * B, 37 * B, 14_800 * B, 0.0551415797317, 22.0566318927, 400.0, 3.2856e24),
    ("llama-3", "arXiv:2407.21783 Table 1, §1", "Llama 3.1 405B",
     405 * B, 405 * B, 15_600 * B, 1.0, 38.5185185185, 38.5185185185, 3.7908e25),
    ("gemma-3", "arXiv:2503.19786v1 Table 1, §2.2", "Gemma 3 27B",
     27_433_000_000, 27_433_000_000, 14 * T, 1.0, 510.334268946, 510.334268946, 2.304372e24),
    ("olmo", "arXiv:2402.00838v4 Table 1", "OLMo-7B",
     7 * B, 7 * B, 2_460 * B, 1.0, 351.428571429, 351.428571429, 1.0332e23),
    ("trillion-7b", "Trillion-7B-preview model card, arXiv:2504.15431 abstract", "Trillion-7B-preview",
     7_760_000_000, 7_760_000_000, 2 * T, 1.0, 257.731958763, 257.731958763, 9.312e22),
    ("seed1.5-thinking", "arXiv:2504.13914 abstract", "Seed1.5-Thinking",
     200 * B, 20 * B, None, 0.1, None, None, None),
    ("minimax-01", "arXiv:2501.08313v1 abstract", "MiniMax-Text-01",
     456 * B, 45_900_000_000, None, 0.100657894737, None, None, None),
]  # fmt: skip


@pytest.mark.parametrize("figures", BY_HAND, ids=lambda figures: figures[0])
def test_the_figures_of_a_shipped_report_are_those_computed_by_hand(figures: tuple[Any, ...]) -> None:
    report_id, source, model, parameters, active, tokens, *ratios = figures
    report = shipped_reports()[report_id]
    derived = derive(report)
    assert (derived.model, derived.parameters, derived.active_parameters) == (model, parameters, active)
    assert report.pretraining.tokens == tokens, source
    computed = (
        derived.sparsity, derived.tokens_per_parameter, derived.tokens_per_active_parameter, derived.training_flops,
    )  # fmt: skip
    assert computed == tuple(ratio and pytest.approx(ratio, rel=1e-10) for ratio in ratios)


def test_a_report_that_continues_another_training_has_no_training_figures() -> None:
    report = shipped_reports()["kimi-vl"]
    assert (report.based_on, report.pretraining.tokens) == (("Moonlight",), 4_400 * B)
    assert derive(report) == Derived(
        model="Kimi-VL-A3B-Instruct",
        parameters=16 * B,
        active_parameters=2_800_000_000,
        context_length=131_072,
        sparsity=0.175,
    )


def test_where_the_parameters_are_unknown_what_needs_them_is_unknown() -> None:
    derived = derive(shipped_reports()["gemini-2.5"])
    assert derived == Derived(model="Gemini 2.5 Pro", context_length=1_048_576)


def test_where_only_the_total_is_unknown_the_rest_is_computed() -> None:
    derived = derive(with_models(Model(name="m", active_parameters=2 * B), pretraining=Pretraining(tokens=3 * T)))
    assert derived == Derived(
        model="m", active_parameters=2 * B, tokens_per_active_parameter=1500.0, training_flops=3.6e22
    )


def test_a_report_without_models_has_no_derived_figures() -> None:
    report = with_models(architecture=Architecture(type="dense"), pretraining=Pretraining(tokens=T))
    assert derive(report) == Derived()


def test_only_in_a_dense_model_are_all_parameters_active() -> None:
    for kind in ("moe", "diffusion", "other", None):
        report = with_models(Model(name="m", parameters=B), architecture=Architecture(type=kind))
        assert derive(report) == Derived(model="m", parameters=B)


def test_the_type_of_the_model_goes_before_that_of_the_report() -> None:
    dense = with_models(Model(name="m", type="dense", parameters=B), architecture=Architecture(type="moe"))
    assert derive(dense) == Derived(model="m", parameters=B, active_parameters=B, sparsity=1.0)
    sparse = with_models(Model(name="m", type="moe", parameters=B), architecture=Architecture(type="dense"))
    assert derive(sparse) == Derived(model="m", parameters=B)


def test_tokens_that_only_the_model_states_count() -> None:
    report = with_models(Model(name="m", parameters=2 * B, tokens=4 * T), architecture=Architecture(type="dense"))
    assert derive(report).tokens_per_parameter == 2000.0


@pytest.mark.parametrize(
    ("sizes", "stated", "flagship"),
    [
        ({"a": 7, "b": 70}, None, "b"),
        ({"a": 7, "b": 70}, "a", "a"),
        ({"a": 7, "b": 70}, "elsewhere", "b"),
        ({"a": 70, "b": 7}, None, "a"),
        ({"a": 7, "b": 70, "c": 70}, None, "b"),
        ({"a": None, "b": 1}, None, "b"),
        ({"a": None, "b": None}, None, "a"),
        ({"a": 0, "b": None}, None, "a"),
        ({}, "a", None),
    ],
)
def test_the_flagship_is_the_stated_one_or_the_first_of_the_largest(
    sizes: dict[str, int | None], stated: str | None, flagship: str | None
) -> None:
    models = [Model(name=name, parameters=size) for name, size in sizes.items()]
    model = flagship_model(with_models(*models, flagship=stated))
    assert (model and model.name) == flagship


def test_qwen3_32b_is_dense_with_its_own_tokens_and_no_figures_of_the_flagship() -> None:
    report = shipped_reports()["qwen3"]
    view = as_model(report, model_named(report, "Qwen3-32B"))
    assert view.flagship == "Qwen3-32B"
    assert view.architecture == replace(
        report.architecture,
        type="dense", layers=None, hidden_size=None, experts_total=None, experts_active=None, experts_shared=None,
        vocabulary=None,
    )  # fmt: skip
    assert view.architecture.attention == ("GQA",)
    assert view.pretraining.tokens == 36 * T
    assert derive(view) == Derived(
        model="Qwen3-32B", parameters=32 * B, active_parameters=32 * B, context_length=131_072, sparsity=1.0,
        tokens_per_parameter=1125.0, tokens_per_active_parameter=1125.0, training_flops=6.912e24,
    )  # fmt: skip


def test_qwen3_30b_a3b_inherits_the_type_but_not_the_experts() -> None:
    report = shipped_reports()["qwen3"]
    view = as_model(report, model_named(report, "Qwen3-30B-A3B"))
    assert (view.architecture.type, view.architecture.experts_total, view.architecture.layers) == ("moe", None, None)
    assert derive(view) == Derived(
        model="Qwen3-30B-A3B", parameters=30 * B, active_parameters=3 * B, context_length=131_072, sparsity=0.1,
        tokens_per_parameter=1200.0, tokens_per_active_parameter=12_000.0, training_flops=6.48e23,
    )  # fmt: skip


def test_a_model_as_large_as_the_flagship_keeps_its_figures() -> None:
    report = shipped_reports()["dots.llm1"]
    view = as_model(report, model_named(report, "dots.llm1.base"))
    assert view == replace(report, flagship="dots.llm1.base")
    assert as_model(report, model_named(report, "dots.llm1.inst")) is report
    assert (view.architecture.layers, view.architecture.experts_total, view.architecture.hidden_size) == (62, 128, 4096)
    assert (view.pretraining.tokens, view.pretraining.gpu_hours) == (11_200 * B, 1_456_000)


def test_the_tokens_that_a_model_states_go_before_those_of_the_flagship() -> None:
    report = shipped_reports()["olmo"]
    twin = as_model(report, model_named(report, "OLMo-7B-Twin-2T"))
    assert (twin.architecture.layers, twin.pretraining.tokens) == (32, 2 * T)
    small = as_model(report, model_named(report, "OLMo-1B"))
    assert (small.architecture.layers, small.pretraining.tokens) == (None, 2 * T)


def test_a_model_of_another_or_an_unknown_size_has_no_figures_of_the_flagship() -> None:
    report = with_models(
        Model(name="Pro", parameters=2 * B), Model(name="Lite", parameters=B), Model(name="Flash"), flagship="Pro",
        architecture=Architecture(type="moe", layers=10, position="RoPE"), pretraining=Pretraining(tokens=T),
    )  # fmt: skip
    for model in report.models[1:]:
        view = as_model(report, model)
        assert view.architecture == Architecture(type="moe", position="RoPE")
        assert view.pretraining == Pretraining()


def with_layers(*groups: AttentionLayers, **sizes: Any) -> Report:
    return with_models(Model(name="m"), architecture=Architecture(attention_layers=groups, **sizes))


@pytest.mark.parametrize(
    ("groups", "token", "long"),
    [
        pytest.param([AttentionLayers(kind="latent", layers=61, cache_size=576)], 70_272, 70_272 * 131_072, id="V3"),
        pytest.param(
            [AttentionLayers(kind="full", layers=32, kv_heads=8, head_dimension=128)], 131_072, 2**34, id="Llama 3 8B"
        ),
        pytest.param(
            [AttentionLayers(kind="full", layers=62, kv_heads=16, head_dimension=128)], 507_904, 62 * 2**30,
            id="Gemma 3 27B without windows",
        ),
        pytest.param(
            [
                AttentionLayers(kind="window", layers=52, kv_heads=16, head_dimension=128, window=1024),
                AttentionLayers(kind="full", layers=10, kv_heads=16, head_dimension=128),
            ],
            81_920, 10 * 2**30 + 52 * 8192 * 1024, id="Gemma 3 27B: 10.4 GiB",
        ),
        pytest.param(
            [
                AttentionLayers(kind="full", layers=1, kv_heads=2, head_dimension=192, value_dimension=128),
                AttentionLayers(kind="linear", layers=3),
            ],
            1280, 1280 * 131_072, id="values narrower than keys, linear layers",
        ),
        pytest.param([AttentionLayers(kind="window", layers=1, kv_heads=1, head_dimension=1)], 0, None, id="no window"),
        pytest.param([AttentionLayers(kind="latent", layers=2)], None, None, id="latent of unknown size"),
        pytest.param([AttentionLayers(kind="full", layers=2, kv_heads=8)], None, None, id="unknown dimension"),
        pytest.param([], None, None, id="unknown layers"),
    ],
)  # fmt: skip
def test_the_kv_cache_is_that_of_published_figures(
    groups: list[AttentionLayers], token: int | None, long: int | None
) -> None:
    derived = derive(with_layers(*groups))
    assert (derived.kv_cache, derived.kv_cache_128k) == (token, long)


def test_layers_without_heads_of_their_own_have_those_of_the_architecture_if_all_are_described() -> None:
    full = AttentionLayers(kind="full", layers=2)
    assert derive(with_layers(full, layers=2, kv_heads=4, head_dimension=8)).kv_cache == 2 * 2 * 4 * 16
    assert derive(with_layers(full, layers=3, kv_heads=4, head_dimension=8)).kv_cache is None


def test_the_sizes_that_a_model_states_take_the_place_of_those_of_the_flagship() -> None:
    full = AttentionLayers(kind="full", layers=80, kv_heads=8, head_dimension=128)
    small = Model(name="8B", parameters=8 * B, layers=32, kv_heads=4, attention_layers=(replace(full, layers=32),))
    report = with_models(
        Model(name="70B", parameters=70 * B), small, Model(name="3B", parameters=3 * B, layers=28),
        architecture=Architecture(layers=80, kv_heads=8, rope_base=500_000, position="RoPE", attention_layers=(full,)),
    )  # fmt: skip
    view = as_model(report, small).architecture
    assert view == Architecture(layers=32, kv_heads=4, position="RoPE", attention_layers=small.attention_layers)
    caches = [derive(report, model).kv_cache for model in report.models]
    assert caches == [2 * 80 * 8 * 256, 2 * 32 * 8 * 256, None]


def test_flops_that_the_report_states_are_told_from_an_estimate() -> None:
    estimated = with_models(
        Model(name="m", parameters=B), architecture=Architecture(type="dense"), pretraining=Pretraining(tokens=T)
    )
    stated = replace(estimated, pretraining=Pretraining(tokens=T, training_flops=7e21))
    [field] = [field for field in DERIVED if field.key == "training_flops"]
    assert [format_value(field, field.get(report)) for report in (estimated, stated)] == ["≈ 6e21", "7e21"]
    continued = replace(stated, models=(Model(name="m", parameters=B, based_on=("n",)),))
    assert derive(continued).training_flops is None


FIELD_BY_NAME = {
    "organizations": "org organization organizations", "techniques": "tech technique techniques",
    "posttraining.rl_family": "rl rl_family rl-family", "posttraining.kl_penalty": "kl KL",
    "pretraining.tokens": "tokens token", "models.name": "model models", "posttraining.teachers": "teacher teachers",
    "tags": "tag tags", "notes.topic": "topic", "architecture.type": "type", "architecture.experts_total": "experts",
    "name": "name", "date": "date", "derived.sparsity": "sparsity", "derived.training_flops": "flops training_flops",
    "posttraining.rl.learning_rate": "learning_rate lr", "pretraining.learning_rate": "pretraining_lr",
    "posttraining.sft_learning_rate": "sft_lr", "posttraining.rewards": "rewards reward", "authors": "author",
    "posttraining.rl.rollouts": "rollouts group_size", "posttraining.rl.kl_coefficient": "kl_coefficient",
    "posttraining.rl.max_response_tokens": "max_response_tokens", "architecture.kv_heads": "kv_heads",
    "architecture.layers": "layers", "architecture.attention_layers.window": "window", "based_on": "based_on base",
    "architecture.head_dimension": "head_dimension", "derived.kv_cache": "kv_cache",
    "pretraining.training_flops": "pretraining.training_flops",
    "pretraining.context_length": "pretraining.context_length", "models.tokens": "models.tokens",
    "derived.parameters": "params parameters derived.parameters", "models.parameters": "models.parameters",
    "derived.active_parameters": "active active_parameters", "derived.context_length": "context context_length",
}  # fmt: skip


def path_of(field: Any) -> str | None:
    return field and field.path


def test_a_name_means_one_field_everywhere() -> None:
    for path, names in FIELD_BY_NAME.items():
        assert [path_of(field_named(name)) for name in names.split()] == [path] * len(names.split())
    assert [field_named(name) for name in ("", "color", "s", "parms", "links.", ".")] == [None] * 6


def test_every_field_is_reached_by_its_path_and_by_each_short_name() -> None:
    for field in FIELDS + DERIVED:
        assert all(field_named(name) is field for name in (field.path, *field.info.short_names))


def test_the_names_of_fields_lead_to_fields() -> None:
    assert [name for name in field_names() if field_named(name) is None] == []


def test_the_derived_figures_are_fields_of_their_own() -> None:
    assert [field.path for field in DERIVED] == [f"derived.{declared.name}" for declared in fields(Derived)]
    report = shipped_reports()["dots.llm1"]
    [flops] = [field.get(report) for field in DERIVED if field.key == "training_flops"]
    assert flops == pytest.approx(9.408e23)
