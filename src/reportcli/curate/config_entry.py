"""An entry beside the configuration of one of its models: where they disagree, and what the entry lacks."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from reportcli.answer.check import PROBLEM, REMARK
from reportcli.curate.config_keys import Fact
from reportcli.curate.model_config import CONTEXT, ModelConfig
from reportcli.report.architecture import Architecture, AttentionLayers
from reportcli.report.derived import as_model, cached_elements, flagship_model
from reportcli.report.fields import Model, Report

_ROWS = 0.02  # an embedding may have as many more rows than the vocabulary has tokens, for padding or rounding


class Disagreement(NamedTuple):
    """A figure that the entry states otherwise than the configuration, or, as a remark, in another sense."""

    key: str  # in the entry: architecture.layers, models[2].layers
    problem: str
    severity: str


class Compared(NamedTuple):
    """What became of the figures of a configuration, by their fields."""

    agreed: tuple[str, ...]
    disagreements: Mapping[str, Disagreement]
    lacking: tuple[str, ...]  # of the entry


def compare_config(report: Report, model: Model | None, config: ModelConfig) -> Compared:
    """Compare the figures of a configuration with those of a model of the report, or of its flagship."""
    stated = _stated(report, model)
    agreed, disagreements, lacking = list[str](), dict[str, Disagreement](), list[str]()
    for field, fact in config.facts.items():
        value = stated.get(field)
        if value in (None, ()):
            lacking.append(field)
        elif _agree(field, value, fact.value, as_model(report, model).architecture):
            agreed.append(field)
        else:
            key = _key(report, model, field)
            disagreements[field] = Disagreement(key, _problem(field, value, fact), _severity(field, value, fact.value))
    return Compared(tuple(agreed), disagreements, tuple(lacking))


def _stated(report: Report, model: Model | None) -> Mapping[str, Any]:
    """Return what a report states of a model, or of its flagship: fields of the architecture, and the context."""
    shown = model or flagship_model(report)
    architecture = as_model(report, model).architecture
    context = shown.context_length if shown else None
    return {**vars(Architecture), **vars(architecture), CONTEXT: context}


def _key(report: Report, model: Model | None, field: str) -> str:
    shown = model or flagship_model(report)
    if shown and getattr(shown, field, None) not in (None, ()):
        return f"models[{report.models.index(shown)}].{field}"
    return f"architecture.{field}"


def _agree(field: str, stated: Any, configured: Any, architecture: Architecture) -> bool:
    if field == "attention_layers":
        return _caches(stated, architecture) == _caches(configured, architecture)
    return bool(stated == configured) or (field == "type" and stated not in ("moe", "dense"))


def _caches(groups: Sequence[AttentionLayers], architecture: Architecture) -> Mapping[Any, int]:
    """Return how many layers keep the same: as many elements of each token, of all text or of a window."""
    counts: Counter[Any] = Counter()
    for group in groups:
        is_cached = group.kind not in ("linear", "none")
        kept = (cached_elements(architecture, group), group.window) if is_cached else group.kind
        counts[kept] += group.layers or 0
    return counts


def _severity(field: str, stated: Any, configured: Any) -> str:
    is_rows = field == "vocabulary" and stated < configured <= stated * (1 + _ROWS)
    return REMARK if field == CONTEXT or is_rows else PROBLEM


def _problem(field: str, stated: Any, fact: Fact) -> str:
    keys = ", ".join(fact.keys)
    if field == CONTEXT:
        return f"is {stated:_}; the configuration has {fact.value:_} positions ({keys})"
    if _severity(field, stated, fact.value) == REMARK:
        return f"is {stated:_}; the embedding of the configuration has {fact.value:_} rows ({keys})"
    return f"is {_described(stated)}, but {_described(fact.value)} in the configuration ({keys})"


def _described(value: Any) -> str:
    if isinstance(value, tuple):
        return "; ".join(map(_described_layers, value))
    return f"{value:_}" if isinstance(value, int) else str(value)


def _described_layers(group: AttentionLayers) -> str:
    """Return a group of layers in words: ``10 full, 8 KV heads of 128``."""
    parts = [f"{group.layers} {group.kind}" + (f" of {group.window:_}" if group.window else "")]
    if group.cache_size is not None:
        parts.append(f"{group.cache_size:_} elements")
    elif group.kv_heads:
        width = f"{group.head_dimension}" + (f" and {group.value_dimension}" if group.value_dimension else "")
        parts.append(f"{group.kv_heads} KV heads of {width}")
    return ", ".join(parts)


class Filled(NamedTuple):
    """An entry to which the figures of a configuration were added where it stated none."""

    report: Report
    added: tuple[str, ...]  # fields, such as architecture.layers and models.layers
    without_place: tuple[str, ...]  # fields that only the flagship can have
    compared: Compared


def fill_from_config(report: Report, model: Model | None, config: ModelConfig, source: str) -> Filled:
    """Add the figures that a report does not state of a model, or of its flagship, each with its source.

    Those of another model than the flagship go to its own table. What is stated stays, whether it agrees or not.
    """
    compared = compare_config(report, model, config)
    shown = model or flagship_model(report)
    is_flagship = shown is None or shown is flagship_model(report)
    own: dict[str, Any] = {}
    shared: dict[str, Any] = {}
    without_place = []
    for field in _to_fill(shown, is_flagship, compared):
        value = config.facts[field].value
        if shown and (field == CONTEXT or (not is_flagship and hasattr(Model, field))):
            own[field] = value
        elif is_flagship and field != CONTEXT:
            shared[field] = value
        else:
            without_place.append(field)
    caveats = {field: fact.caveat for field, fact in config.facts.items()}
    added = {f"models.{field}": caveats[field] for field in own}
    added |= {f"architecture.{field}": caveats[field] for field in shared}
    models = tuple(replace(one, **own) if one is shown else one for one in report.models)
    filled = replace(
        report,
        models=models,
        architecture=replace(report.architecture, **shared),
        undisclosed=tuple(path for path in report.undisclosed if path not in added),
        sources={**report.sources, **{path: _joined(report.sources.get(path), source) for path in added}},
        confidence={**{path: caveat for path, caveat in added.items() if caveat}, **report.confidence},
    )
    return Filled(filled, tuple(added), tuple(without_place), compared)


def _to_fill(shown: Model | None, is_flagship: bool, compared: Compared) -> Sequence[str]:
    """Return the fields to add: attention layers only where the number of layers is not in doubt."""
    fields = [
        field for field in compared.lacking if field != "attention_layers" or "layers" not in compared.disagreements
    ]
    if not is_flagship and shown and shown.type is None and "type" in compared.disagreements:
        fields.append("type")  # what it inherits is no statement about this model
    return fields


def _joined(before: str | None, source: str) -> str:
    return source if before in (None, source) else f"{before}; {source}"
