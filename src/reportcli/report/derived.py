"""A report as one of its models, and the figures that follow: active share, tokens per parameter, FLOPs, KV cache.

Computed, never stored. Where an input is unknown, the value is None.
"""

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

from reportcli.report.architecture import Architecture, AttentionLayers
from reportcli.report.declare import Record, optional
from reportcli.report.fields import FIELDS, NUMBERS, YES_NO, Field, Model, Report, fields_of
from reportcli.report.training import Posttraining, Pretraining

FLOPS_FORMULA = "6 × active parameters × pre-training tokens (Kaplan et al. 2020, arXiv:2001.08361)"
CACHE_FORMULA = "2 × layers × KV heads × (key + value dimension), or 2 × layers × elements cached, in BF16"
LONG_TEXT = 131_072  # tokens


class Stated(float):
    """A figure that a report states, where others are estimated."""


class Derived(Record):
    """The figures of the model that is shown, the flagship unless another is meant, and what follows from them."""

    model: str | None = optional("model whose figures these are: the flagship unless another is meant")
    parameters: int | None = optional(
        "parameters of the model", "params", "parameters", group="size", rank=3, follows_from=("models.parameters",)
    )
    active_parameters: int | None = optional(
        "parameters used per token; all of them in a dense model", "active", "active_parameters",
        heading="active", group="size", rank=4, follows_from=("models.active_parameters",),
    )  # fmt: skip
    context_length: int | None = optional(
        "context length in tokens", "context", "context_length", heading="context", group="size", context=True, rank=7,
        follows_from=("models.context_length",),
    )  # fmt: skip
    sparsity: float | None = optional(
        "active parameters / parameters", label="active share", group="size", computed=True,
        follows_from=("models.parameters", "models.active_parameters"),
    )  # fmt: skip
    tokens_per_parameter: float | None = optional(
        "pre-training tokens / parameters", group="pretraining", computed=True,
        follows_from=("pretraining.tokens", "models.parameters"),
    )  # fmt: skip
    tokens_per_active_parameter: float | None = optional(
        "pre-training tokens / active parameters", group="pretraining", computed=True,
        follows_from=("pretraining.tokens", "models.active_parameters"),
    )  # fmt: skip
    training_flops: float | None = optional(
        f"FLOP of pre-training: what the report states, else ≈ {FLOPS_FORMULA}", "flops", "training_flops",
        label="training FLOPs", group="pretraining", computed=True, follows_from=("pretraining.training_flops",),
    )  # fmt: skip
    kv_cache: int | None = optional(
        f"bytes of KV cache per token: {CACHE_FORMULA}; windows and linear layers left out",
        label="KV cache per token", group="size", computed=True, in_bytes=True,
        follows_from=("architecture.attention_layers.layers",),
    )  # fmt: skip
    kv_cache_128k: int | None = optional(
        f"bytes of KV cache for {LONG_TEXT:,} tokens: {CACHE_FORMULA}; of windows their length, linear layers left out",
        label="KV cache at 128K", group="size", computed=True, in_bytes=True,
        follows_from=("architecture.attention_layers.layers",),
    )  # fmt: skip
    reinforcement_learning: bool | None = optional(
        "whether the model went through RL: no where only other models of the report did", "has_rl",
        "reinforcement_learning", label="RL", group="posttraining", follows_from=("models.reinforcement_learning",),
    )  # fmt: skip


def flagship_model(report: Report) -> Model | None:
    """Return the flagship of a report: the model it names, else the first of those with most parameters."""
    if len(report.models) < 2:
        return report.models[0] if report.models else None
    named = (model for model in report.models if model.name == report.flagship)
    return next(named, None) or max(report.models, key=lambda model: model.parameters or 0)


def models_in_order(report: Report) -> list[Model]:
    """Return the models of a report: the flagship first, then the others, the largest first."""
    flagship = flagship_model(report)
    return sorted(report.models, key=lambda model: (model is not flagship, -(model.parameters or 0)))


_TRAINING_TOTALS = ("pretraining.tokens", "pretraining.gpu_hours", "pretraining.training_flops")


def is_training_total(field: Field) -> bool:
    """Return whether a figure counts a whole training run; a report that continues another model has only a part."""
    return field.path in _TRAINING_TOTALS or (field.derived and field.group == "pretraining")


def as_model(report: Report, model: Model | None = None) -> Report:
    """Return the report with one of its models as the flagship; without one, with all that its flagship states.

    What is a word is inherited, the type unless the model states its own; numbers of the architecture and the
    pre-training are kept only for a model with as many parameters as the flagship, or where the model states them;
    figures of RL only for a model that went through it.
    """
    flagship, without_rl = flagship_model(report), is_without_rl(report, model)
    model = model or flagship
    if model is None:
        return report
    own = {key: value for key in _OWN_KEYS if (value := getattr(model, key)) not in (None, ())}
    architecture, pretraining, posttraining = report.architecture, report.pretraining, report.posttraining
    undisclosed, tokens = report.undisclosed, _tokens(report, model, flagship)
    if _is_same(model, flagship) and not (own or without_rl) and pretraining.tokens == tokens:
        return report
    if not _is_as_large(model, flagship):
        architecture = replace(architecture, **_NO_FIGURES["architecture"])
        pretraining = replace(pretraining, **_NO_FIGURES["pretraining"])
    if without_rl:
        posttraining = replace(posttraining, **_NO_FIGURES["posttraining"])
        undisclosed = tuple(path for path in undisclosed if path not in _OF_RL)
    return replace(
        report,
        flagship=model.name,
        undisclosed=undisclosed,
        architecture=replace(architecture, **own),
        pretraining=replace(pretraining, tokens=tokens),
        posttraining=posttraining,
    )


def is_without_rl(report: Report, model: Model | None) -> bool:
    """Return whether a model never went through RL: its table says so, and no run names it."""
    if model is None or model.reinforcement_learning is not False:
        return False
    return all(run.model != model.name for run in report.posttraining.rl)


def _is_same(model: Model, flagship: Model | None) -> bool:
    return model is flagship or model == flagship


def _is_as_large(model: Model, flagship: Model | None) -> bool:
    is_known_size = flagship is not None and model.parameters and model.parameters == flagship.parameters
    return bool(is_known_size) or _is_same(model, flagship)


def _tokens(report: Report, model: Model, flagship: Model | None) -> int | None:
    """Return the pre-training tokens of a model: its own, or those of the report if it is as large as the flagship."""
    if flagship is None or _is_same(model, flagship):
        return report.pretraining.tokens or model.tokens
    return model.tokens or (report.pretraining.tokens if _is_as_large(model, flagship) else None)


def _declared(kind: Any) -> dict[str, Any]:
    return {declared.name: declared for declared in fields(kind)}


def _emptied(kind: Any, mark: str) -> dict[str, Any]:
    """Return what a table has in place of the figures that do not hold for another model, which bear a mark."""
    return {name: one.default for name, one in _declared(kind).items() if getattr(one.metadata["info"], mark)}


_NO_FIGURES = {
    "architecture": _emptied(Architecture, "of_flagship"), "pretraining": _emptied(Pretraining, "of_flagship"),
    "posttraining": _emptied(Posttraining, "of_rl"),
}  # fmt: skip
_OF_RL = frozenset(path for field in FIELDS if field.info.of_rl for path in field.with_tables[1:])
_OWN_KEYS = tuple(key for key in _declared(Model) if key in _declared(Architecture))  # its type, its sizes


def derive(report: Report, model: Model | None = None) -> Derived:
    """Compute the figures of a model of the report, or of the flagship.

    ``sparsity`` is active / total parameters. ``training_flops`` ≈ 6 · active parameters · pre-training tokens, in FLOP
    (Kaplan et al. 2020, arXiv:2001.08361). The three training figures are None for a report whose training continues
    another model's (``based_on``), since its tokens are only the last part of that training. ``kv_cache`` is in bytes
    per token, 2 · Σ layers · KV heads · (key + value dimension) or 2 · Σ layers · cache size in BF16.
    """
    flagship = flagship_model(report)
    model = model or flagship or Model(name="")
    is_dense = (model.type or report.architecture.type) == "dense"
    total = model.parameters
    active = model.active_parameters or (total if is_dense else None)
    view = report if model is flagship else as_model(report, model)
    is_new = not (report.based_on or model.based_on)
    tokens = _tokens(report, model, flagship) if is_new else None
    stated = view.pretraining.training_flops if is_new else None
    estimated = 6.0 * active * tokens if active and tokens else None
    return Derived(
        model=model.name or None,
        parameters=total,
        active_parameters=active,
        context_length=model.context_length,
        sparsity=_ratio(active, total),
        tokens_per_parameter=_ratio(tokens, total),
        tokens_per_active_parameter=_ratio(tokens, active),
        training_flops=estimated if stated is None else Stated(stated),
        kv_cache=kv_cache(view.architecture),
        kv_cache_128k=kv_cache(view.architecture, LONG_TEXT),
        reinforcement_learning=False if is_without_rl(report, model) else model.reinforcement_learning or None,
    )


def _ratio(part: int | None, whole: int | None) -> float | None:
    return part / whole if part and whole else None


def kv_cache(architecture: Architecture, length: int | None = None) -> int | None:
    """Return the bytes of KV cache of a text of so many tokens in BF16; without a length, those that a token adds.

    2 bytes · Σ layers · (KV heads · (key dimension + value dimension), or the cache size) · tokens kept: all of them in
    full attention, those in the window in windows, which a token of a long text does not add to. Linear layers keep a
    state of one size, which is left out. None where the cache of a layer is unknown, or not all layers are described.
    """
    groups, total = architecture.attention_layers, 0
    if not groups or architecture.layers not in (None, sum(group.layers or 0 for group in groups)):
        return None
    for group in groups:
        if group.kind in ("linear", "none") or (group.kind == "window" and length is None):
            continue
        elements, kept = cached_elements(architecture, group), length or 1
        if group.kind == "window":
            kept = min(kept, group.window or 0)
        if not (group.layers and elements and kept):
            return None
        total += 2 * group.layers * elements * kept
    return total


def cached_elements(architecture: Architecture, group: AttentionLayers) -> int | None:
    """Return the elements that a layer caches of a token; None where they are unknown."""
    if group.cache_size is not None or group.kind == "latent":
        return group.cache_size
    kv_heads = group.kv_heads or architecture.kv_heads
    keys = group.head_dimension or architecture.head_dimension
    return kv_heads * (keys + (group.value_dimension or keys)) if kv_heads and keys else None


def _derived_value(key: str) -> Callable[[Report], Any]:
    return lambda report: getattr(derive(report), key)


DERIVED: tuple[Field, ...] = tuple(
    Field("derived." + field.path, field.kind, field.info, _derived_value(field.path), derived=True)
    for field in fields_of(Derived)
)


def depends_on_model(field: Field) -> bool:
    """Return whether each model of a report has a value of its own; of other fields the report has, for all of them."""
    return field.derived or field.info.of_flagship or field.path == "architecture.type" or _is_of_models(field)


def _is_of_models(field: Field) -> bool:
    return field.path.startswith("models.") and (field.kind in (*NUMBERS, YES_NO) or bool(field.info.choices))
