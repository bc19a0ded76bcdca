"""The attention layers that a model's configuration describes: which layers keep what in the cache."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import cycle, islice
from typing import Any

from reportcli.curate.config_keys import ConfigKeys, Fact, NotUnderstood, shown, some
from reportcli.report.architecture import AttentionLayers

_FULL, _WINDOW, _LINEAR, _NONE = "full", "window", "linear", "none"
_NAMES = {
    "full_attention": _FULL, "attention": _FULL, "sliding_attention": _WINDOW, "chunked_attention": _WINDOW,
    "deepseek_sparse_attention": _FULL, "linear_attention": _LINEAR, "mamba": _LINEAR, "mamba2": _LINEAR,
    "conv": _LINEAR, "mlp": _NONE, "moe": _NONE,
}  # fmt: skip
_PATTERNS: Mapping[str, Mapping[Any, str]] = {  # keys that name the kind of each layer
    "layer_types": _NAMES,
    "layers_block_type": _NAMES,
    "hybrid_override_pattern": {"*": _FULL, "M": _LINEAR, "-": _NONE, "E": _NONE},
    "hybrid_layer_pattern": {0: _FULL, 1: _WINDOW},
    "attn_type_list": {1: _FULL, 0: _LINEAR},
}
_INTERVALS = {  # keys that say that every n-th layer has full attention, and what the others are
    "sliding_window_pattern": _WINDOW, "_sliding_window_pattern": _WINDOW, "full_attention_interval": _LINEAR,
}  # fmt: skip
_PERIOD, _OFFSET, _NUMBERED = "attn_layer_period", "attn_layer_offset", "linear_attn_config"
_FULL_EVERY = {  # model types whose code gives every n-th layer full attention where no pattern says so; 0 is none
    "gemma2": 2, "gemma3_text": 6, "mistral": 0, "mixtral": 0, "olmo3": 4, "phi3": 0,
}  # fmt: skip
# Model types whose heads fill the hidden size where no head dimension is stated; others have a default of their own.
_FILLED_BY_HEADS = frozenset((
    "apertus", "baichuan", "granite", "granitemoe", "granitemoehybrid", "internlm2", "llama", "mistral", "mixtral",
    "olmo", "olmo2", "olmo3", "olmoe", "phi3", "qwen2", "qwen2_5_vl", "qwen2_5_vl_text", "qwen2_moe", "qwen2_vl",
    "smollm3", "stablelm",
))  # fmt: skip
_LAYERS = ("num_hidden_layers", "num_layers", "n_layers", "n_layer")
HIDDEN = ("hidden_size", "d_model", "n_embd")
POSITIONS = ("max_position_embeddings", "max_sequence_length", "n_positions")
_HEADS = ("num_attention_heads", "num_heads", "n_heads", "n_head")
_KV_HEADS = ("num_key_value_heads", "num_kv_heads", "n_kv_heads", "multi_query_group_num")
_KV_HEADS_OF = {_FULL: ("num_global_key_value_heads",), _WINDOW: ("swa_num_key_value_heads",)}  # where kinds differ
_DIMENSION = ("head_dim", "attention_head_dim", "kv_channels")
_DIMENSION_OF = {_FULL: ("global_head_dim",), _WINDOW: ("swa_head_dim",)}
_VALUES = ("v_head_dim",)
_VALUES_OF = {_FULL: _VALUES, _WINDOW: ("swa_v_head_dim", *_VALUES)}
_LATENT = ("kv_lora_rank", "qk_rope_head_dim")
_WINDOWS, _CHUNKS = ("sliding_window", "sliding_window_size"), ("attention_chunk_size",)
_LINEAR_SIZES = frozenset((  # of the state of linear layers, which the catalogue does not record
    "mamba_num_heads", "mamba_head_dim", "mamba_d_state", "mamba_d_conv", "mamba_d_head", "mamba_expand", "conv_kernel",
    "mamba_n_heads", "mamba_n_groups", "mamba_chunk_size", "ssm_state_size", "linear_conv_kernel_dim",
    "linear_key_head_dim", "linear_num_key_heads", "linear_num_value_heads", "linear_value_head_dim",
))  # fmt: skip
KNOWN = _LINEAR_SIZES.union(
    _PATTERNS, _INTERVALS, (_PERIOD, _OFFSET, _NUMBERED), _LAYERS, HIDDEN, POSITIONS, _HEADS, _KV_HEADS, _DIMENSION,
    *_KV_HEADS_OF.values(), *_DIMENSION_OF.values(), *_VALUES_OF.values(), _LATENT, _WINDOWS, _CHUNKS,
    ("multi_query", "use_sliding_window", "max_window_layers", "swa_num_attention_heads", "use_mamba_kernels"),
    ("chunk_size", "expand", "n_groups", "time_step_rank", "time_step_min", "time_step_max", "time_step_floor"),
)  # fmt: skip
_MOST_LAYERS = 10_000
_MAY_CHANGE_THE_CACHE = (
    "^(?!.*(expert|moe|vocab)).*"
    "(att|kv|key|value|head|layer|block|window|swa|chunk|cache|pattern|rank|mamba|ssm|linear|conv|compress|sparse|share)"
)


def layers(keys: ConfigKeys) -> Fact | None:
    """Return the number of layers: what is stated, else as many as a list names."""
    lists = (name for name in _PATTERNS if isinstance(keys.value(name), list) and keys.value(name))
    name = next(lists, None)
    count = keys.number(_LAYERS) or (keys.fact(len(keys.value(name)), name) if name else None)
    if count and count.value > _MOST_LAYERS:
        raise NotUnderstood(f"{count.keys[0]} is {count.value}")
    return count


def heads(keys: ConfigKeys) -> Fact | None:
    """Return the query heads of a layer with full attention."""
    return keys.number(_HEADS)


def kv_heads(keys: ConfigKeys, kind: str = _FULL) -> Fact | None:
    """Return the key/value heads of a kind of layers: as many as heads where null, none of a latent cache."""
    if keys.value(_LATENT[0]):
        return None
    stated = keys.number(_KV_HEADS_OF[kind]) or keys.number(_KV_HEADS, null=0)
    if keys.value("multi_query") is True and not (stated and stated.value):
        return keys.fact(1, "multi_query")
    if stated and not stated.value and (every := heads(keys)):
        _reject_unknown(keys)
        return keys.fact(every.value, stated, every)
    return stated


def head_dimension(keys: ConfigKeys, kind: str = _FULL) -> Fact | None:
    """Return the width of a head of a kind of layers; that of the values where the cache is latent."""
    if keys.value(_LATENT[0]):
        return keys.number(_VALUES)
    stated = keys.number(_DIMENSION_OF[kind]) or keys.number(_DIMENSION)
    hidden, every = keys.number(HIDDEN), heads(keys)
    if stated or not (hidden and every) or keys.text("model_type") not in _FILLED_BY_HEADS:
        return stated
    return keys.fact(hidden.value // every.value, hidden, every) if hidden.value % every.value == 0 else None


def attention_layers(keys: ConfigKeys) -> Fact | None:
    """Return the groups of layers that keep the same in the cache, that of the first layer first.

    Raises NotUnderstood where a group cannot be described, or where a key that is not known may change what is kept.
    """
    count = layers(keys)
    if not count:
        return None
    kinds = _kinds(keys, count.value)
    _reject_unknown(keys)
    groups = [_group(keys, kind, number) for kind, number in Counter(kinds.value).items()]
    indexed = keys.number(("index_head_dim",), least=0)
    described = keys.fact(tuple(group.value for group in groups), count, kinds, *groups)
    if indexed and indexed.value:
        caveat = f"the keys of the sparse-attention indexer, {indexed.value} elements per token and layer, come on top"
        return described._replace(caveat=caveat)
    return described


def _reject_unknown(keys: ConfigKeys) -> None:
    if strange := keys.unknown(_MAY_CHANGE_THE_CACHE):
        raise NotUnderstood(f"{some(strange)} may change what is cached")


def _kinds(keys: ConfigKeys, count: int) -> Fact:
    """Return the kind of each layer. Raises NotUnderstood."""
    for name, kinds in _PATTERNS.items():
        if keys.value(name):
            return keys.fact(_spelled(name, keys.value(name), kinds, count), name)
    for name, others in _INTERVALS.items():
        if isinstance(pattern := keys.value(name), str):
            letters = "".join(islice(cycle(pattern), count))
            return keys.fact(_spelled(name, letters, {"L": others, "G": _FULL}, count), name)
        interval = keys.number((name,), least=0)
        if interval and interval.value and (others != _WINDOW or _window(keys)):
            return keys.fact(_every(interval.value, interval.value - 1, others, count), name)
    return _without_pattern(keys, count)


def _every(period: int, offset: int, others: str, count: int) -> list[str]:
    return [_FULL if layer % period == offset else others for layer in range(count)]


def _spelled(name: str, pattern: Any, kinds: Mapping[Any, str], count: int) -> list[str]:
    """Return the kinds that a pattern names. Raises NotUnderstood for another number of layers, or another name."""
    if not isinstance(pattern, Sequence) or len(pattern) != count:
        length = f"has {len(pattern)} items" if isinstance(pattern, Sequence) else f"is {shown(pattern)}"
        raise NotUnderstood(f"{name} {length}, but there are {count} layers")
    strange = [item for item in pattern if not isinstance(item, str | int) or item not in kinds]
    if strange:
        raise NotUnderstood(f"{name} has {shown(strange[0])}")
    return [kinds[item] for item in pattern]


def _without_pattern(keys: ConfigKeys, count: int) -> Fact:
    window, numbered, positions = _window(keys), keys.value(_NUMBERED), keys.number(POSITIONS)
    if isinstance(numbered, Mapping) and isinstance(full := numbered.get("full_attn_layers"), list):
        places = {layer for layer in full if isinstance(layer, int)}  # from 1
        return keys.fact([_FULL if layer in places else _LINEAR for layer in range(1, count + 1)], _NUMBERED)
    if period := keys.number((_PERIOD,)):
        offset = keys.number((_OFFSET,), least=0)
        return keys.fact(_every(period.value, offset.value if offset else 0, _LINEAR, count), period, offset)
    if linear := [name for name in sorted(_LINEAR_SIZES) if keys.value(name)]:
        raise NotUnderstood(f"{linear[0]} is stated, but not for which layers")
    if window is None or (positions and window.value >= positions.value):  # the longest text fits into the window
        return keys.fact([_FULL] * count)
    if keys.value("use_sliding_window") is True and (first := keys.number(("max_window_layers",), least=0)):
        full = min(first.value, count)
        return keys.fact([_FULL] * full + [_WINDOW] * (count - full), first)
    interval = _FULL_EVERY.get(keys.text("model_type"))
    if interval is not None:
        return keys.fact(
            _every(interval, interval - 1, _WINDOW, count) if interval else [_WINDOW] * count, "model_type"
        )
    raise NotUnderstood(f"{window.keys[0]} is stated, but not for which layers")


def _window(keys: ConfigKeys) -> Fact | None:
    """Return the tokens of a window, or else of a chunk; None where there is neither."""
    if keys.value("use_sliding_window") is False:
        return None
    stated = (keys.number(names, least=0) for names in (_WINDOWS, _CHUNKS))
    return next((window for window in stated if window and window.value), None)


def _group(keys: ConfigKeys, kind: str, count: int) -> Fact:
    """Return some layers of a kind, as an item of the catalogue. Raises NotUnderstood where their cache is unknown."""
    if kind in (_LINEAR, _NONE):
        return keys.fact(AttentionLayers(kind=kind, layers=count))
    if keys.value(_LATENT[0]):
        return _latent_group(keys, kind, count)
    kv = _needed(kv_heads(keys, kind), _KV_HEADS[0])
    dimension = _needed(head_dimension(keys, kind), _DIMENSION[0])
    window = _needed(_window(keys), _WINDOWS[0]) if kind == _WINDOW else None
    values = keys.number(_VALUES_OF[kind])
    group = AttentionLayers(
        kind=kind,
        layers=count,
        kv_heads=kv.value,
        head_dimension=dimension.value,
        value_dimension=values.value if values and values.value != dimension.value else None,
        window=window.value if window else None,
    )
    return keys.fact(group, kv, dimension, values, window)


def _needed(fact: Fact | None, name: str) -> Fact:
    if fact is None:
        raise NotUnderstood(f"{name} is not stated")
    return fact


def _latent_group(keys: ConfigKeys, kind: str, count: int) -> Fact:
    if kind != _FULL:
        raise NotUnderstood(f"{_LATENT[0]} and windows are both stated")
    rank, rotary = (_needed(keys.number((name,), least=0), name) for name in _LATENT)
    return keys.fact(AttentionLayers(kind="latent", layers=count, cache_size=rank.value + rotary.value), rank, rotary)
