"""The fields of an architecture: sizes, and what its attention layers keep in the cache."""

from reportcli.report.choices import LAYER_KINDS, TYPES
from reportcli.report.declare import OTHER_WEIGHT, Record, optional, required, several


class AttentionLayers(Record):
    """The layers of a model that keep the same in the cache."""

    kind: str = required("what the layers attend to", label="attention kind", choices=LAYER_KINDS)
    layers: int | None = optional("number of these layers", label="layers of the kind", compared=False, example=61)
    kv_heads: int | None = optional("key/value heads", label="KV heads of the kind", compared=False, example=8)
    head_dimension: int | None = optional(
        "width of a key", label="head dimension of the kind", compared=False, example=128
    )
    value_dimension: int | None = optional(
        "width of a value, where it is not that of a key", compared=False, example=256
    )
    window: int | None = optional("window in tokens", label="attention window", example=4096)
    cache_size: int | None = optional("elements cached per token and layer, where heads do not say it", example=576)


class Architecture(Record):
    """The architecture of the flagship."""

    type: str | None = optional("kind of model", "type", choices=TYPES, weight=OTHER_WEIGHT, rank=6)
    description: str | None = optional(
        "what the type alone does not say", weight=OTHER_WEIGHT, example="hybrid of linear and softmax attention"
    )
    attention: tuple[str, ...] = several("kinds of attention", weight=OTHER_WEIGHT, example="GQA")
    position: str | None = optional("position encoding", weight=OTHER_WEIGHT, example="RoPE")
    normalization: str | None = optional("normalization", weight=OTHER_WEIGHT, example="pre-RMSNorm + QK-Norm")
    activation: str | None = optional("activation function", weight=OTHER_WEIGHT, example="SwiGLU")
    experts_total: int | None = optional("routed experts per layer", "experts", of_flagship=True, example=128)
    experts_active: int | None = optional("routed experts active per token", of_flagship=True, example=8)
    experts_shared: int | None = optional("shared experts, active for every token", of_flagship=True, example=0)
    layers: int | None = optional("number of layers", of_flagship=True, example=94)
    hidden_size: int | None = optional("width of the residual stream", of_flagship=True, example=4096)
    vocabulary: int | None = optional("entries of the token vocabulary", of_flagship=True, example=151_669)
    vision_encoder: str | None = optional("vision encoder", weight=OTHER_WEIGHT, example="MoonViT (SigLIP-SO-400M)")
    audio_encoder: str | None = optional("audio encoder", weight=OTHER_WEIGHT, example="Whisper large-v3")
    feed_forward_size: int | None = optional(
        "width of a dense feed-forward layer", label="feed-forward size", of_flagship=True, example=18_432
    )
    expert_size: int | None = optional("width of one expert", of_flagship=True, example=2048)
    rope_base: int | None = optional("base of RoPE after training", label="RoPE base", of_flagship=True, example=10_000)
    heads: int | None = optional("query heads of a full-attention layer", of_flagship=True, example=128)
    kv_heads: int | None = optional(
        "key/value heads; else those of the attention layers",
        label="KV heads",
        of_flagship=True,
        seen_as="all_kv_heads",
        example=8,
    )
    head_dimension: int | None = optional(
        "width of a head", of_flagship=True, seen_as="all_head_dimensions", example=128
    )
    attention_layers: tuple[AttentionLayers, ...] = several("what the layers keep in the cache", of_flagship=True)

    @property
    def all_kv_heads(self) -> int | tuple[int, ...] | None:
        """The key/value heads: those of the architecture, else of its attention layers; several if they differ."""
        return self.kv_heads if self.kv_heads is not None else self._of_layers("kv_heads")

    @property
    def all_head_dimensions(self) -> int | tuple[int, ...] | None:
        """The width of a head: that of the architecture, else of its attention layers; several if they differ."""
        return self.head_dimension if self.head_dimension is not None else self._of_layers("head_dimension")

    def _of_layers(self, key: str) -> int | tuple[int, ...] | None:
        values = [getattr(layers, key) for layers in self.attention_layers]
        distinct = tuple(dict.fromkeys(value for value in values if value is not None))
        return distinct if len(distinct) > 1 else next(iter(distinct), None)
