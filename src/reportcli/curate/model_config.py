"""A model's configuration in the format of Hugging Face (config.json) → the figures of an architecture in it.

Only what a configuration states, or what follows from it, is a figure; defaults of the code that reads it are not.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from reportcli.curate import config_layers
from reportcli.curate.config_keys import ConfigKeys, Fact, NotUnderstood, some
from reportcli.curate.config_layers import HIDDEN, POSITIONS

CONTEXT = "context_length"  # a field of models; the other figures are fields of the architecture
_VOCABULARY = ("vocab_size", "padded_vocab_size")
_EXPERTS = ("n_routed_experts", "num_local_experts", "num_experts", "moe_num_experts")
_ACTIVE = ("num_experts_per_tok", "num_experts_per_token", "experts_per_token", "top_k_experts", "moe_topk", "moe_k")
_SHARED = ("n_shared_experts", "num_shared_experts", "num_shared_expert", "moe_num_shared_experts")
_SHARED_WIDTH = ("shared_expert_intermediate_size", "shared_intermediate_size", "moe_shared_expert_intermediate_size")
_EXPERT_WIDTH = ("moe_intermediate_size", "expert_intermediate_size", "moe_ffn_hidden_size")
_DENSE_WIDTH = ("intermediate_size_mlp", "dense_intermediate_size")  # where intermediate_size is that of experts
_WIDTH = ("intermediate_size", "ffn_hidden_size", "n_inner")
_FIRST_DENSE = ("first_k_dense_replace", "moe_layer_start_index")
_MOE_INTERVAL = ("decoder_sparse_step", "interleave_moe_layer_step", "expert_layer_period", "moe_layer_freq")
_ROPE = ("rope_theta", "rotary_emb_base")
_WITHOUT_ROPE = ("nemotron_h", "jamba")  # model types whose code ignores rope_theta
KNOWN = config_layers.KNOWN.union(
    _VOCABULARY, _EXPERTS, _ACTIVE, _SHARED, _SHARED_WIDTH, _EXPERT_WIDTH, _DENSE_WIDTH, _WIDTH, _FIRST_DENSE,
    _MOE_INTERVAL, _ROPE, ("enable_moe_block", "mlp_only_layers", "mlp_layer_types", "rope_parameters"),
    ("position_embedding_type", "mla_use_nope"),
)  # fmt: skip


class ModelConfig(NamedTuple):
    """What a configuration says of an architecture."""

    facts: Mapping[str, Fact]  # by field of the architecture; and the context length
    left: Mapping[str, str]  # fields that were left alone, and why
    unknown: tuple[str, ...]  # names of keys that are not known


def read_config(config: Mapping[str, Any]) -> ModelConfig:
    """Return the figures in a configuration; it has none where it is not one of a language model."""
    keys = ConfigKeys(config, KNOWN)
    facts: dict[str, Fact] = {}
    left: dict[str, str] = {}
    for field, read in _READERS.items():
        try:
            if fact := read(keys):
                facts[field] = fact
        except NotUnderstood as error:
            left[field] = str(error)
    return ModelConfig(facts, left, tuple(keys.unknown()))


def _context(keys: ConfigKeys) -> Fact | None:
    positions = keys.number(POSITIONS)
    return positions and positions._replace(caveat="the positions that the configuration allows")


def _vocabulary(keys: ConfigKeys) -> Fact | None:
    rows = keys.number(_VOCABULARY)
    return rows and rows._replace(caveat="rows of the embedding, some of which may be padding")


def _experts(keys: ConfigKeys) -> Fact | None:
    """Return the routed experts of a layer; None in a dense model, or one whose layers could have them but do not."""
    experts = keys.number(_EXPERTS, least=0)
    return experts if experts and experts.value > 1 and keys.value("enable_moe_block") is not False else None


def _type(keys: ConfigKeys) -> Fact | None:
    """Return moe or dense. Raises NotUnderstood where a key that is not known is about experts."""
    if experts := _experts(keys):
        return keys.fact("moe", experts)
    if strange := keys.unknown("expert|moe"):
        raise NotUnderstood(f"{some(strange)} may be about experts")
    width = keys.number(_WIDTH)
    return keys.fact("dense", width) if width else None


def _active(keys: ConfigKeys) -> Fact | None:
    return keys.number(_ACTIVE) if _experts(keys) else None


def _shared(keys: ConfigKeys) -> Fact | None:
    """Return the shared experts of a layer: none where null; a width alone does not tell how many there are."""
    if not _experts(keys):
        return None
    width = keys.number(_SHARED_WIDTH, least=0)
    return keys.number(_SHARED, least=0, null=0) or (width if width and not width.value else None)


def _expert_width(keys: ConfigKeys) -> Fact | None:
    return (keys.number(_EXPERT_WIDTH) or keys.number(_WIDTH)) if _experts(keys) else None


def _feed_forward(keys: ConfigKeys) -> Fact | None:
    """Return the width of dense layers; None where there are only layers with experts, whatever a key says."""
    if not _experts(keys):
        return keys.number(_WIDTH)
    if not _has_dense_layers(keys):
        return None
    return keys.number(_DENSE_WIDTH) or (keys.number(_WIDTH) if keys.number(_EXPERT_WIDTH) else None)


def _has_dense_layers(keys: ConfigKeys) -> bool:
    """Return whether a mixture of experts also has dense layers, or a dense part in each layer."""
    first = keys.number(_FIRST_DENSE, least=0)
    kinds, intervals = keys.value("mlp_layer_types"), [keys.value(name) for name in _MOE_INTERVAL]
    return (
        bool(first and first.value)
        or bool(keys.value("mlp_only_layers"))
        or keys.value("enable_moe_block") is True
        or (isinstance(kinds, list) and "dense" in kinds)
        or any(0 in each if isinstance(each, list) else isinstance(each, int) and each > 1 for each in intervals)
    )


def _rope_base(keys: ConfigKeys) -> Fact | None:
    """Return the base of RoPE, of the layers with full attention where kinds of layers differ."""
    is_unused = keys.value("position_embedding_type") == "nope" or keys.value("mla_use_nope") is True
    if is_unused or keys.text("model_type") in _WITHOUT_ROPE:
        return None
    parameters = keys.value("rope_parameters")
    if not isinstance(parameters, Mapping) or keys.number(_ROPE):
        return keys.number(_ROPE)
    full = parameters.get("full_attention")
    base = ConfigKeys(full if isinstance(full, Mapping) else parameters, KNOWN).number(_ROPE)
    return keys.fact(base.value, "rope_parameters") if base else None


_READERS: Mapping[str, Callable[[ConfigKeys], Fact | None]] = {
    "type": _type,
    "experts_total": _experts,
    "experts_active": _active,
    "experts_shared": _shared,
    "layers": config_layers.layers,
    "hidden_size": lambda keys: keys.number(HIDDEN),
    "vocabulary": _vocabulary,
    "feed_forward_size": _feed_forward,
    "expert_size": _expert_width,
    "rope_base": _rope_base,
    "heads": config_layers.heads,
    "kv_heads": config_layers.kv_heads,
    "head_dimension": config_layers.head_dimension,
    "attention_layers": config_layers.attention_layers,
    CONTEXT: _context,
}
