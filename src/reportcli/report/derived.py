"""A report as one of its models, and the figures that follow: active share, tokens per parameter, training FLOPs.

Computed, never stored. Where an input is unknown, the value is None.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from reportcli.report.fields import FIELDS, NUMBER, Field, Model, Report, fields_of, optional

FLOPS_FORMULA = "6 × active parameters × pre-training tokens (Kaplan et al. 2020, arXiv:2001.08361)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """The figures of the model that is shown, the flagship unless another is meant, and what follows from them."""

    model: str | None = optional("model whose figures these are: the flagship unless another is meant")
    parameters: int | None = optional("parameters of the model", "params", "parameters", group="size", rank=3)
    active_parameters: int | None = optional(
        "parameters used per token; all of them in a dense model", "active", "active_parameters",
        heading="active", group="size", rank=4,
    )  # fmt: skip
    context_length: int | None = optional(
        "context length in tokens", "context", "context_length", heading="context", group="size", context=True, rank=7
    )
    sparsity: float | None = optional(
        "active parameters / parameters", label="active share", group="size", computed=True
    )
    tokens_per_parameter: float | None = optional(
        "pre-training tokens / parameters", group="pretraining", computed=True
    )
    tokens_per_active_parameter: float | None = optional(
        "pre-training tokens / active parameters", group="pretraining", computed=True
    )
    training_flops: float | None = optional(
        f"FLOP of pre-training ≈ {FLOPS_FORMULA}", "flops", label="training FLOPs", group="pretraining", computed=True
    )


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


def is_training_total(field: Field) -> bool:
    """Return whether a figure counts a whole training run; a report that continues another model has only a part."""
    is_total = field.info.of_flagship and not field.info.context
    return field.group == "pretraining" and (is_total or field.info.computed)


def as_model(report: Report, model: Model | None = None) -> Report:
    """Return the report with one of its models as the flagship; without one, with all that its flagship states.

    What is a word is inherited, the type unless the model states its own; numbers of the architecture and the
    pre-training are kept only for a model with as many parameters as the flagship, or where the model states them.
    """
    flagship = flagship_model(report)
    model = model or flagship
    if model is None:
        return report
    architecture, pretraining = report.architecture, report.pretraining
    model_type, tokens = model.type or architecture.type, _tokens(report, model, flagship)
    if _is_same(model, flagship) and (architecture.type, pretraining.tokens) == (model_type, tokens):
        return report
    if not _is_as_large(model, flagship):
        architecture = replace(architecture, **_NO_FIGURES["architecture"])
        pretraining = replace(pretraining, **_NO_FIGURES["pretraining"])
    return replace(
        report,
        flagship=model.name,
        architecture=replace(architecture, type=model_type),
        pretraining=replace(pretraining, tokens=tokens),
    )


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


_NO_FIGURES: dict[str, dict[str, Any]] = {
    table: {field.key: None for field in FIELDS if field.path.startswith(f"{table}.") and field.info.of_flagship}
    for table in ("architecture", "pretraining")
}


def derive(report: Report, model: Model | None = None) -> Derived:
    """Compute the figures of a model of the report, or of the flagship.

    ``sparsity`` is active / total parameters. ``training_flops`` ≈ 6 · active parameters · pre-training tokens, in FLOP
    (Kaplan et al. 2020, arXiv:2001.08361). The three training figures are None for a report whose training continues
    another model's (``based_on``), since its tokens are only the last part of that training.
    """
    flagship = flagship_model(report)
    model = model or flagship or Model(name="")
    is_dense = (model.type or report.architecture.type) == "dense"
    total = model.parameters
    active = model.active_parameters or (total if is_dense else None)
    tokens = None if report.based_on else _tokens(report, model, flagship)
    return Derived(
        model=model.name or None,
        parameters=total,
        active_parameters=active,
        context_length=model.context_length,
        sparsity=_ratio(active, total),
        tokens_per_parameter=_ratio(tokens, total),
        tokens_per_active_parameter=_ratio(tokens, active),
        training_flops=6.0 * active * tokens if active and tokens else None,
    )


def _ratio(part: int | None, whole: int | None) -> float | None:
    return part / whole if part and whole else None


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
    return field.path.startswith("models.") and (field.kind == NUMBER or bool(field.info.choices))
