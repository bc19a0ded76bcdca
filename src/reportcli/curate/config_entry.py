"""An entry beside the configuration of one of its models: where they disagree, and what the entry lacks."""

import shlex
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from reportcli.answer.check import PROBLEM, REMARK, CheckReport, Finding
from reportcli.curate.config_keys import Fact
from reportcli.curate.config_source import ConfigSource
from reportcli.curate.model_config import CONTEXT, ModelConfig
from reportcli.errors import UsageError
from reportcli.report.architecture import Architecture, AttentionLayers
from reportcli.report.derived import as_model, cached_elements, flagship_model
from reportcli.report.fields import Model, Report, fields_of
from reportcli.report.toml_lines import closest_line, key_lines

_ROWS = 0.02  # an embedding may have as many more rows than the vocabulary has tokens, for padding or rounding
_FEW, _MANY = 3, 20  # keys that are named
_TELLING = ("layers", "hidden_size")  # figures that tell models apart


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
    shown, architecture = model or flagship_model(report), as_model(report, model).architecture
    agreed, disagreements, lacking = list[str](), dict[str, Disagreement](), list[str]()
    for field, fact in config.facts.items():
        stated = (shown and shown.context_length) if field == CONTEXT else getattr(architecture, field)
        if stated in (None, ()):
            lacking.append(field)
        elif _agree(field, stated, fact.value, architecture):
            agreed.append(field)
        else:
            severity = _severity(field, stated, fact.value)
            disagreements[field] = Disagreement(_key(report, shown, field), _problem(field, stated, fact), severity)
    return Compared(tuple(agreed), disagreements, tuple(lacking))


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


def _severity(field: str, stated: Any, configured: Any) -> str:
    is_rows = field == "vocabulary" and stated < configured <= stated * (1 + _ROWS)
    return REMARK if field == CONTEXT or is_rows else PROBLEM


def _problem(field: str, stated: Any, fact: Fact) -> str:
    keys = ", ".join(fact.keys[:_FEW]) + (", …" if len(fact.keys) > _FEW else "")
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
    compared = compare_config(report, model, source.config)
    lines = key_lines(text)
    findings = [
        Finding(path, closest_line(lines, one.key) or None, None, one.key, one.problem, one.severity)
        for one in compared.disagreements.values()
    ]
    findings.sort(key=lambda finding: (finding.severity != PROBLEM, finding.line or 0))
    problems = sum(finding.severity == PROBLEM for finding in findings)
    shown = model or flagship_model(report)
    agreed = _counted(len(compared.agreed), "figure", "agrees", "agree")
    disagreed = _counted(problems, "figure", "disagrees", "disagree") if problems else "none disagrees"
    notes = [f"{shown.name if shown else report.name}: {agreed}, {disagreed}"]
    if any(field in compared.disagreements for field in _TELLING):
        notes.append(f"this may be the configuration of another model than {shown.name if shown else report.name}")
    elif lacking := _with_place(report, shown, compared.lacking):
        name = shlex.join((source.given, "--into", shown.name if shown else report.id))
        notes.append(f"not in the entry: {listed(lacking)}; to add them, run `reportcli import {name}`")
    return CheckReport(tuple(findings), (*notes, *config_notes(source.config)))


def config_notes(config: ModelConfig) -> list[str]:
    """Return what is to be said of a configuration that is not understood as a whole."""
    notes = [f"{_label(field)} left alone: {reason}" for field, reason in config.left.items()]
    if config.unknown:
        more = f" and {len(config.unknown) - _MANY:,} more" if len(config.unknown) > _MANY else ""
        notes.append(f"unknown in the configuration: {', '.join(config.unknown[:_MANY])}{more}")
    return notes


def _counted(count: int, noun: str, singular: str, plural: str) -> str:
    return f"{count} {noun} {singular}" if count == 1 else f"{count} {noun}s {plural}"


def listed(fields: Iterable[str]) -> str:
    """Return fields, such as layers or architecture.layers, by their names for a reader."""
    return ", ".join(map(_label, fields))


def _label(path: str) -> str:
    field = path.rpartition(".")[2]
    return _LABELS.get(field, field.replace("_", " "))


_LABELS = {field.key: field.label for field in fields_of(Architecture) if not field.in_array}


class Filled(NamedTuple):
    """An entry to which the figures of a configuration were added where it stated none."""

    report: Report
    added: tuple[str, ...]  # fields, such as architecture.layers and models.layers
    compared: Compared


def fill_from_config(report: Report, model: Model | None, config: ModelConfig, source: str) -> Filled:
    """Add the figures that a report does not state of a model, or of its flagship, each with its source.

    Those of another model than the flagship go to its own table. What is stated stays, whether it agrees or not.
    Raises UsageError for the configuration of another model.
    """
    compared = compare_config(report, model, config)
    shown = model or flagship_model(report)
    if other := [compared.disagreements[field] for field in _TELLING if field in compared.disagreements]:
        name = shown.name if shown else report.name
        raise UsageError(
            f"this is the configuration of another model than {name}", f"{other[0].key} {other[0].problem}"
        )
    fields = _to_fill(report, shown, compared)
    added = {f"{_table(report, shown, field)}.{field}": config.facts[field] for field in fields}
    caveats = {path: fact.caveat for path, fact in added.items() if fact.caveat and path not in report.confidence}
    filled = replace(
        report,
        models=tuple(replace(one, **_figures(added, "models.")) if one == shown else one for one in report.models),
        architecture=replace(report.architecture, **_figures(added, "architecture.")),
        undisclosed=tuple(path for path in report.undisclosed if path not in added),
        sources={**report.sources, **{path: _joined(report.sources.get(path), source) for path in added}},
        confidence={**report.confidence, **caveats},
    )
    return Filled(filled, tuple(added), compared)


def _figures(added: Mapping[str, Fact], table: str) -> Mapping[str, Any]:
    return {path.removeprefix(table): fact.value for path, fact in added.items() if path.startswith(table)}


def _to_fill(report: Report, shown: Model | None, compared: Compared) -> Sequence[str]:
    if shown and shown.type is None and shown != flagship_model(report) and "type" in compared.disagreements:
        return [*_with_place(report, shown, compared.lacking), "type"]  # what it inherits says nothing of this model
    return _with_place(report, shown, compared.lacking)


def _with_place(report: Report, shown: Model | None, fields: Sequence[str]) -> Sequence[str]:
    return [field for field in fields if _table(report, shown, field)]


def _table(report: Report, shown: Model | None, field: str) -> str:
    """Return the table for a figure: of the flagship the architecture, of others their own; "" where none has it."""
    if field == CONTEXT:
        return "models" if shown else ""
    if shown is None or shown == flagship_model(report):
        return "architecture"
    return "models" if hasattr(Model, field) else ""


def _joined(before: str | None, source: str) -> str:
    if before is None:
        return source
    return before if source in before.split("; ") else f"{before}; {source}"
