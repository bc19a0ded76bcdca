"""Small configurations of every kind of architecture: the figures in them, and what is left alone."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reportcli.curate.model_config import KNOWN, ModelConfig, read_config
from reportcli.report.architecture import Architecture, AttentionLayers
from reportcli.report.derived import kv_cache

SMALL = {
    "architectures": ["SomeForCausalLM"], "model_type": "llama", "num_hidden_layers": 4, "hidden_size": 64,
    "num_attention_heads": 8, "num_key_value_heads": 2, "head_dim": 16, "intermediate_size": 256, "vocab_size": 1000,
    "max_position_embeddings": 4096, "rope_theta": 10000.0, "tie_word_embeddings": True, "hidden_act": "silu",
    "bos_token_id": 1, "torch_dtype": "bfloat16",
}  # fmt: skip
MOE = SMALL | {"num_experts": 32, "num_experts_per_tok": 4, "moe_intermediate_size": 48}
MLA = MOE | {"kv_lora_rank": 40, "qk_rope_head_dim": 8, "qk_nope_head_dim": 16, "v_head_dim": 24, "q_lora_rank": 96}
WINDOWS = SMALL | {"sliding_window": 32}
NULL_HEADS = SMALL | {"num_key_value_heads": None}


def without(config: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in config.items() if key not in keys}


def figures(config: dict[str, Any], *fields: str) -> tuple[Any, ...]:
    facts = read_config(config).facts
    return tuple(facts[field].value if field in facts else None for field in fields)


def described(config: dict[str, Any]) -> list[dict[str, Any]] | str:
    """Return the attention layers without what is unknown, or why there are none."""
    read = read_config(config)
    if "attention_layers" in read.left:
        return read.left["attention_layers"]
    return [
        {key: value for key, value in vars(group).items() if value is not None}
        for group in read.facts["attention_layers"].value
    ]


def group(kind: str, layers: int, kv_heads: int = 2, **more: int) -> dict[str, Any]:
    return {"kind": kind, "layers": layers, "kv_heads": kv_heads, "head_dimension": 16} | more


def state(layers: int, kind: str = "linear") -> dict[str, Any]:
    return {"kind": kind, "layers": layers}


# Figures.


def test_a_dense_model_gives_every_figure_and_the_keys_that_it_follows_from() -> None:
    read = read_config(SMALL)
    assert {field: fact.value for field, fact in read.facts.items() if field != "attention_layers"} == {
        "type": "dense", "layers": 4, "hidden_size": 64, "vocabulary": 1000, "feed_forward_size": 256,
        "rope_base": 10_000, "heads": 8, "kv_heads": 2, "head_dimension": 16, "context_length": 4096,
    }  # fmt: skip
    assert described(SMALL) == [group("full", 4)]
    assert read.facts["attention_layers"].keys == ("num_hidden_layers", "num_key_value_heads", "head_dim")
    assert (read.left, read.unknown) == ({}, ())


@pytest.mark.parametrize(
    ("config", "kv_heads", "dimension"),
    [
        pytest.param(SMALL, 2, 16, id="grouped"),
        pytest.param(SMALL | {"num_key_value_heads": 8}, 8, 16, id="one each"),
        pytest.param(NULL_HEADS, 8, 16, id="null: one each"),
        pytest.param(without(SMALL, "num_key_value_heads") | {"multi_query": True}, 1, 16, id="multi-query"),
        pytest.param(without(SMALL, "num_key_value_heads"), None, 16, id="not stated"),
        pytest.param(without(SMALL, "head_dim"), 2, 8, id="heads fill the hidden size"),
        pytest.param(without(SMALL, "head_dim") | {"model_type": "gemma3_text"}, 2, None, id="a default of its own"),
        pytest.param(MLA, None, 24, id="latent"),
        pytest.param(SMALL | {"num_global_key_value_heads": 1, "global_head_dim": 32}, 1, 32, id="of global layers"),
    ],
)
def test_heads(config: dict[str, Any], kv_heads: int | None, dimension: int | None) -> None:
    assert figures(config, "kv_heads", "head_dimension") == (kv_heads, dimension)


EXPERTS = ("type", "experts_total", "experts_active", "experts_shared", "expert_size", "feed_forward_size")


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        pytest.param(MOE, ("moe", 32, 4, None, 48, None), id="only experts, whatever the dense width"),
        pytest.param(
            without(MOE, "num_experts", "moe_intermediate_size") | {"num_local_experts": 8},
            ("moe", 8, 4, None, 256, None), id="the width is that of experts",
        ),
        pytest.param(
            without(MOE, "num_experts") | {"n_routed_experts": 8, "n_shared_experts": 1, "first_k_dense_replace": 1},
            ("moe", 8, 4, 1, 48, 256), id="first layers dense",
        ),
        pytest.param(MOE | {"first_k_dense_replace": 0}, ("moe", 32, 4, None, 48, None), id="no first layers dense"),
        pytest.param(MOE | {"mlp_only_layers": [0, 3]}, ("moe", 32, 4, None, 48, 256), id="some layers dense"),
        pytest.param(MOE | {"moe_layer_freq": [0, 1, 1, 1]}, ("moe", 32, 4, None, 48, 256), id="dense by a list"),
        pytest.param(MOE | {"moe_layer_freq": 1}, ("moe", 32, 4, None, 48, None), id="every layer"),
        pytest.param(
            without(MOE, "moe_intermediate_size") | {"interleave_moe_layer_step": 2, "intermediate_size_mlp": 512},
            ("moe", 32, 4, None, 256, 512), id="every second layer",
        ),
        pytest.param(MOE | {"n_shared_experts": None}, ("moe", 32, 4, 0, 48, None), id="null: none shared"),
        pytest.param(MOE | {"shared_expert_intermediate_size": 0}, ("moe", 32, 4, 0, 48, None), id="of no width"),
        pytest.param(MOE | {"shared_expert_intermediate_size": 9}, ("moe", 32, 4, None, 48, None), id="who knows"),
        pytest.param(MOE | {"num_experts_per_tok": [4] * 4}, ("moe", 32, 4, None, 48, None), id="alike in all layers"),
        pytest.param(SMALL | {"num_experts": 0}, ("dense", None, None, None, None, 256), id="0 experts"),
        pytest.param(SMALL | {"num_experts": None}, ("dense", None, None, None, None, 256), id="null experts"),
        pytest.param(MOE | {"enable_moe_block": False}, ("dense", None, None, None, None, 256), id="turned off"),
        pytest.param(SMALL | {"expert_choice": "x"}, (None, None, None, None, None, 256), id="a key about experts"),
    ],
)  # fmt: skip
def test_experts(config: dict[str, Any], expected: tuple[Any, ...]) -> None:
    assert figures(config, *EXPERTS) == expected


@pytest.mark.parametrize(
    ("more", "base"),
    [
        ({"rope_theta": 1e6}, 1_000_000),
        ({"rope_theta": None, "rope_parameters": {"rope_theta": 5000, "rope_type": "yarn"}}, 5000),
        (
            {"rope_theta": None, "rope_parameters": {
                "full_attention": {"rope_theta": 1e6}, "sliding_attention": {"rope_theta": 1e4},
            }},
            1_000_000,
        ),
        ({"position_embedding_type": "nope"}, None),
        ({"mla_use_nope": True}, None),
        ({"model_type": "nemotron_h"}, None),
        ({"rope_theta": [10000.0, 5e6]}, None),
    ],
)  # fmt: skip
def test_the_base_of_rope_is_that_of_full_attention(more: dict[str, Any], base: int | None) -> None:
    assert figures(SMALL | more, "rope_base") == (base,)


@pytest.mark.parametrize("name", ["text_config", "llm_config"])
def test_of_a_multimodal_model_the_language_model_is_read(name: str) -> None:
    config = {"hidden_size": 1, "vision_config": {"num_hidden_layers": 9}, "vision_start_token_id": 3, name: SMALL}
    read = read_config(config)
    assert read.facts["layers"].value == 4
    assert read.facts["layers"].keys == (f"{name}.num_hidden_layers",)
    assert read_config({"thinker_config": config}).facts["layers"].keys == (f"thinker_config.{name}.num_hidden_layers",)
    assert read_config(SMALL | {name: {"model_type": "some_text"}}).facts["layers"].keys == ("num_hidden_layers",)


# Attention layers.

HYBRID = SMALL | {"mamba_num_heads": 4, "ssm_state_size": 128, "conv_kernel": 4}


@pytest.mark.parametrize(
    ("config", "layers"),
    [
        pytest.param(WINDOWS | {"layer_types": ["sliding_attention", "full_attention"] * 2},
                     [group("window", 2, window=32), group("full", 2)], id="names"),
        pytest.param(WINDOWS | {"num_hidden_layers": 7, "sliding_window_pattern": 3},
                     [group("window", 5, window=32), group("full", 2)], id="every third"),
        pytest.param(WINDOWS | {"sliding_window_pattern": "LLLG"},
                     [group("window", 3, window=32), group("full", 1)], id="letters"),
        pytest.param(WINDOWS | {"sliding_window": None, "sliding_window_pattern": 4}, [group("full", 4)], id="null"),
        pytest.param(WINDOWS | {"sliding_window": 0}, [group("full", 4)], id="0"),
        pytest.param(WINDOWS | {"use_sliding_window": False, "max_window_layers": 2}, [group("full", 4)], id="off"),
        pytest.param(WINDOWS | {"use_sliding_window": True, "max_window_layers": 3},
                     [group("full", 3), group("window", 1, window=32)], id="after the first"),
        pytest.param(WINDOWS | {"model_type": "mistral"}, [group("window", 4, window=32)], id="everywhere"),
        pytest.param(WINDOWS | {"model_type": "gemma2"},
                     [group("window", 2, window=32), group("full", 2)], id="every second"),
        pytest.param(WINDOWS | {"sliding_window": 4096}, [group("full", 4)], id="as long as any text"),
        pytest.param(
            WINDOWS | {"hybrid_layer_pattern": [0, 1, 1, 1], "v_head_dim": 8, "swa_num_key_value_heads": 4},
            [group("full", 1, value_dimension=8), group("window", 3, 4, value_dimension=8, window=32)], id="own heads",
        ),
        pytest.param(SMALL | {"attention_chunk_size": 64, "layer_types": ["chunked_attention", "full_attention"] * 2},
                     [group("window", 2, window=64), group("full", 2)], id="chunks"),
        pytest.param(MLA, [{"kind": "latent", "layers": 4, "cache_size": 48}], id="latent"),
        pytest.param(MLA | {"linear_attn_config": {"full_attn_layers": [4], "kda_layers": [1, 2, 3], "head_dim": 8}},
                     [state(3), {"kind": "latent", "layers": 1, "cache_size": 48}], id="latent and linear"),
        pytest.param(SMALL | {"full_attention_interval": 4, "linear_num_key_heads": 2},
                     [state(3), group("full", 1)], id="linear but every fourth"),
        pytest.param(HYBRID | {"hybrid_override_pattern": "M-*E"},
                     [state(1), state(2, "none"), group("full", 1)], id="Mamba by letters"),
        pytest.param(without(HYBRID, "num_hidden_layers") | {"layers_block_type": ["mamba", "mamba", "attention"]},
                     [state(2), group("full", 1)], id="as many layers as names"),
        pytest.param(SMALL | {"attn_type_list": [0, 0, 0, 1]}, [state(3), group("full", 1)], id="numbers"),
        pytest.param(HYBRID | {"attn_layer_period": 4, "attn_layer_offset": 2},
                     [state(3), group("full", 1)], id="offset"),
    ],
)  # fmt: skip
def test_layers_are_grouped_by_what_they_keep(config: dict[str, Any], layers: list[dict[str, Any]]) -> None:
    assert described(config) == layers


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        (WINDOWS, "sliding_window is stated, but not for which layers"),
        (HYBRID, "conv_kernel is stated, but not for which layers"),
        (SMALL | {"layer_types": ["full_attention"] * 5}, "layer_types has 5 items, but there are 4 layers"),
        (SMALL | {"layer_types": ["full_attention"] * 3 + ["new"]}, "layer_types has 'new'"),
        (SMALL | {"layer_types": 7}, "layer_types is 7, but there are 4 layers"),
        (SMALL | {"layer_types": [["full_attention"]] * 4}, "layer_types has a list of 1"),
        (SMALL | {"compress_ratios": [4, 128]}, "compress_ratios may change what is cached"),
        (NULL_HEADS | {"block_configs": [{}]}, "block_configs may change what is cached"),
        (without(SMALL, "num_key_value_heads"), "num_key_value_heads is not stated"),
        (without(MLA, "qk_rope_head_dim"), "qk_rope_head_dim is not stated"),
        (SMALL | {"num_hidden_layers": "4"}, "num_hidden_layers is '4'"),
        (SMALL | {"num_hidden_layers": 10**9}, "num_hidden_layers is 1000000000"),
    ],
)
def test_layers_that_are_not_understood_are_left_alone(config: dict[str, Any], reason: str) -> None:
    assert described(config) == reason


def test_the_keys_of_an_indexer_are_a_caveat() -> None:
    (caveat,) = {fact.caveat for fact in (read_config(MLA | {"index_head_dim": 128}).facts["attention_layers"],)}
    assert caveat == "the keys of the sparse-attention indexer, 128 elements per token and layer, come on top"


def test_the_cache_of_a_known_model_follows() -> None:
    """Gemma 3 27B: 62 GiB in BF16 at 128K without windows, by its layers alone."""
    config = SMALL | {
        "num_hidden_layers": 62, "num_key_value_heads": 16, "head_dim": 128, "sliding_window": 1024,
        "sliding_window_pattern": 6,
    }  # fmt: skip
    layers: tuple[AttentionLayers, ...] = read_config(config).facts["attention_layers"].value
    assert kv_cache(Architecture(attention_layers=layers)) == 2 * 10 * 16 * 256
    assert sum(group.layers or 0 for group in layers) * 2 * 16 * 256 * 131_072 / 2**30 == 62


# What is odd, and what is not known.


@pytest.mark.parametrize(
    ("odd", "described"),
    [
        ("8", "'8'"), ("8" * 99, f"'{'8' * 59}…"),
        (-1, "-1"), (0, "0"), (8.5, "8.5"), (True, "True"), ([], "a list of 0"),
        ([8, 4], "a list of 2"), ({}, "an object"), (float("inf"), "inf"), (float("nan"), "nan"), (2**60, str(2**60)),
    ],
)  # fmt: skip
def test_a_value_that_is_no_number_is_named_and_left_alone(odd: object, described: str) -> None:
    read = read_config(json.loads(json.dumps(SMALL | {"num_attention_heads": odd})))
    assert "heads" not in read.facts
    assert read.left["heads"] == f"num_attention_heads is {described}"
    assert read.facts["layers"].value == 4


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-9, 10**12)
    | st.floats()
    | st.sampled_from(["", "8", "full_attention", "M*", "LG"]),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.sampled_from(sorted(KNOWN)), inner, max_size=3),
)


@given(st.dictionaries(st.sampled_from([*sorted(KNOWN), "model_type", "text_config", "expert_x", "att_x"]), values))
@settings(max_examples=50)
def test_whatever_keys_say_is_read_or_left_alone(config: dict[str, Any]) -> None:
    for read in (read_config(config), read_config(SMALL | config)):
        assert not read.facts.keys() & read.left.keys()
        assert all(fact.value not in (None, ()) and fact.keys for fact in read.facts.values())


def test_two_keys_that_contradict_one_another_are_left_alone() -> None:
    read = read_config(SMALL | {"num_experts": 8, "num_local_experts": 16})
    assert read.left["experts_total"] == "num_local_experts is 16 but num_experts is 8"
    assert figures(SMALL | {"num_experts": 8, "num_local_experts": 8}, "experts_total") == (8,)


def test_unknown_keys_are_named_unless_they_say_that_there_is_none() -> None:
    more = {
        "new_width": 7,
        "new_list": [],
        "new_switch": False,
        "new_count": 0,
        "new_thing": None,
        "id2label": {"0": "x"},
    }
    assert read_config(SMALL | more).unknown == ("new_width",)


@pytest.mark.parametrize("config", [{}, {"model_type": "clip"}, {"text_config": {}}, {"text_config": []}])
def test_what_is_no_language_model_has_no_figures(config: dict[str, Any]) -> None:
    assert read_config(config) == ModelConfig({}, {}, ())
