"""An entry beside the configuration of one of its models: where they disagree, and what the entry lacks."""

import shlex
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from reportcli.answer.check import PROBLEM, REMARK, CheckReport, Finding
from reportcli.curate.config_keys import Fact, some
from reportcli.curate.config_source import ConfigSource
from reportcli.curate.model_config import CONTEXT, ModelConfig
from reportcli.report.architecture import Architecture, AttentionLayers
from reportcli.report.derived import as_model, cached_elements, flagship_model
from reportcli.report.fields import Model, Report, fields_of
from reportcli.report.toml_lines import closest_line, key_lines

_ROWS = 0.02  # an embedding may have as many more rows than the vocabulary has tokens, for padding or rounding
_FEW = 3  # keys that are named of a figure
_TELLING = ("layers", "hidden_size", "experts_total", "type")  # figures that tell models apart


class Disagreement(NamedTuple):
    """A figure that the entry states otherwise than the configuration, or, as a remark, in another sense."""

    key: str  # in the entry: architecture.layers, models[2].layers
    problem: str
    severity: str


class Compared(NamedTuple):
    """What became of the figures of a configuration, by their fields."""

    config: ModelConfig
    model: Model | None  # the flagship where no other is meant; None of a report that names no models
    name: str
    agreed: tuple[str, ...]
    disagreements: Mapping[str, Disagreement]
    lacking: tuple[str, ...]  # of the entry

    @property
    def telling(self) -> Disagreement | None:
        """A disagreement that tells that the configuration is that of another model."""
        return next((self.disagreements[field] for field in _TELLING if field in self.disagreements), None)


def compare_config(report: Report, model: Model | None, config: ModelConfig) -> Compared:
    """Compare the figures of a configuration with those of a model of the report, or of its flagship."""
    shown, architecture = model or flagship_model(report), as_model(report, model).architecture
    inherits_type = shown is not None and shown.type is None and shown != flagship_model(report)
    agreed, disagreements, lacking = list[str](), dict[str, Disagreement](), list[str]()
    for field, fact in config.facts.items():
        stated = (shown and shown.context_length) if field == CONTEXT else getattr(architecture, field)
        if stated not in (None, ()) and _agree(field, stated, fact.value, architecture):
            agreed.append(field)
        elif stated in (None, ()) or (field == "type" and inherits_type):
            lacking.append(field)
        else:
            disagreements[field] = _disagreement(_key(report, shown, field), field, stated, fact)
    name = shown.name if shown else report.name
    return Compared(config, shown, name, tuple(agreed), disagreements, tuple(lacking))


def table_of(report: Report, compared: Compared, field: str) -> str:
    """Return the table for a figure: of the flagship the architecture, of others their own; "" where none has it."""
    if field == CONTEXT:
        return "models" if compared.model else ""
    if compared.model in (None, flagship_model(report)):
        return "architecture"
    return "models" if hasattr(Model, field) else ""


def _key(report: Report, shown: Model | None, field: str) -> str:
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


def _disagreement(key: str, field: str, stated: Any, fact: Fact) -> Disagreement:
    keys = ", ".join(fact.keys[:_FEW]) + (", …" if len(fact.keys) > _FEW else "")
    if field == CONTEXT:
        return Disagreement(key, f"is {stated:_}; the configuration has {fact.value:_} positions ({keys})", REMARK)
    if field == "vocabulary" and stated < fact.value <= stated * (1 + _ROWS):
        problem = f"is {stated:_}; the embedding of the configuration has {fact.value:_} rows ({keys})"
        return Disagreement(key, problem, REMARK)
    problem = f"is {_described(stated)}, but {_described(fact.value)} in the configuration ({keys})"
    return Disagreement(key, problem, PROBLEM)


def _described(value: Any) -> str:
    if isinstance(value, tuple):
        return "; ".join(map(_described_layers, value))
    return f"{value:_}" if isinstance(value, int) else str(value)


def _described_layers(group: AttentionLayers) -> str:
    """Return a group of layers in words: ``52 window (1_024 tokens), 16 KV heads of 128``."""
    parts = [f"{group.layers} {group.kind}" + (f" ({group.window:_} tokens)" if group.window else "")]
    if group.cache_size is not None:
        parts.append(f"{group.cache_size:_} elements")
    elif group.kv_heads:
        width = f"{group.head_dimension}" + (f" and {group.value_dimension}" if group.value_dimension else "")
        parts.append(f"{group.kv_heads} KV heads of {width}")
    return ", ".join(parts)


def check_config(path: str, text: str, report: Report, model: Model | None, source: ConfigSource) -> CheckReport:
    """Answer with where an entry, of this path and text, disagrees with the configuration of one of its models."""
    compared, lines = compare_config(report, model, source.config), key_lines(text)
    findings = [
        Finding(path, closest_line(lines, one.key) or None, None, one.key, one.problem, one.severity)
        for one in compared.disagreements.values()
    ]
    findings.sort(key=lambda finding: (finding.severity != PROBLEM, finding.line or 0))
    agreed, common = len(compared.agreed), len(compared.agreed) + len(findings)
    notes = [f"{compared.name}: " + (f"{agreed} of {common} figures agree" if common else "no figure in common")]
    if compared.telling:
        notes.append(f"this may be the configuration of another model than {compared.name}")
    elif lacking := [field for field in compared.lacking if table_of(report, compared, field)]:
        name = shlex.join((source.given, "--into", compared.model.name if compared.model else report.id))
        notes.append(f"not in the entry: {listed(lacking)}; `reportcli import {name}` adds them")
    return CheckReport(tuple(findings), (*notes, *config_notes(source.config)))


def config_notes(config: ModelConfig) -> list[str]:
    """Return what is to be said of a configuration that is not understood as a whole."""
    notes = [f"{_label(field)} left alone: {reason}" for field, reason in config.left.items()]
    if config.unknown:
        notes.append(f"unknown in the configuration: {some(config.unknown)}")
    return notes


def listed(fields: Iterable[str]) -> str:
    """Return fields, such as layers or architecture.layers, by their names for a reader."""
    return ", ".join(map(_label, fields))


def _label(path: str) -> str:
    field = path.rpartition(".")[2]
    return _LABELS.get(field, field.replace("_", " "))


_LABELS = {field.key: field.label for field in fields_of(Architecture) if not field.in_array}
