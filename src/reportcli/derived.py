"""What follows from a report's figures: who speaks for it, sparsity, tokens per parameter, training FLOPs.

Computed, never stored. Where an input is unknown, the value is None.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from reportcli.report import FIELDS, Field, Model, Report, fields_of, key

FLOPS_FORMULA = "6 × active parameters × pre-training tokens (Kaplan et al. 2020, arXiv:2001.08361)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """The figures of the model that speaks for a report, and what they give."""

    model: str | None = key("model that speaks for the report")
    parameters: int | None = key("parameters of the model that speaks", "params", "parameters", group="size", rank=3)
    active_parameters: int | None = key(
        "parameters at work for each token; all of them in a dense model", "active", "active_parameters",
        heading="active", group="size", rank=4,
    )  # fmt: skip
    context_length: int | None = key(
        "context length in tokens", "context", "context_length", heading="context", group="size", context=True, rank=7
    )
    sparsity: float | None = key("active parameters / parameters", group="size", computed=True)
    tokens_per_parameter: float | None = key("pre-training tokens / parameters", group="pretraining", computed=True)
    tokens_per_active_parameter: float | None = key(
        "pre-training tokens / active parameters", group="pretraining", computed=True
    )
    training_flops: float | None = key(
        f"FLOP of pre-training ≈ {FLOPS_FORMULA}", "flops", label="training FLOPs", group="pretraining", computed=True
    )


def speaker(report: Report) -> Model | None:
    """Return the model that speaks for a report: its flagship, or else the one with most parameters, first listed."""
    for model in report.models:
        if model.name == report.flagship:
            return model
    return max(report.models, key=lambda model: model.parameters or 0, default=None)


def type_of(report: Report) -> str | None:
    """Return the type of the model that speaks for a report."""
    model = speaker(report)
    return (model.type if model else None) or report.architecture.type


def is_of_training(field: Field) -> bool:
    """Return whether a figure counts a training as a whole, of which a report that continues one knows only a part."""
    return field.group == "pretraining" and (field.about.of_flagship or field.about.computed)


def speak_as(report: Report, model: Model) -> Report:
    """Return the report as another of its models sees it.

    The type is inherited unless the model states its own; figures that depend on size (layers, experts, hidden size,
    tokens, GPU hours) hold only for a model with as many parameters as the flagship, or where the model states them.
    """
    usual = speaker(report)
    if usual is None or model.name == usual.name:
        return report
    architecture, pretraining = report.architecture, report.pretraining
    if not (model.parameters and model.parameters == usual.parameters):
        architecture = replace(architecture, **_unknown("architecture"))
        pretraining = replace(pretraining, **_unknown("pretraining"))
    return replace(
        report,
        flagship=model.name,
        architecture=replace(architecture, type=model.type or architecture.type),
        pretraining=replace(pretraining, tokens=model.tokens or pretraining.tokens),
    )


def _unknown(table: str) -> dict[str, Any]:
    return {field.key: None for field in FIELDS if field.path.startswith(table) and field.about.of_flagship}


def derive(report: Report) -> Derived:
    """Compute the figures of the model that speaks.

    ``sparsity`` is active / total parameters. ``training_flops`` ≈ 6 · active parameters · pre-training tokens, in FLOP
    (Kaplan et al. 2020, arXiv:2001.08361). The three training figures are None for a report whose training continues
    another model's (``based_on``), since its tokens are only the last part.
    """
    model = speaker(report) or Model(name="")
    type = model.type or report.architecture.type
    total = model.parameters
    active = model.active_parameters or (total if type == "dense" else None)
    tokens = None if report.based_on else report.pretraining.tokens or model.tokens
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


def _get(key: str) -> Callable[[Report], Any]:
    return lambda report: getattr(derive(report), key)


DERIVED: tuple[Field, ...] = tuple(
    Field("derived." + field.path, field.kind, field.about, _get(field.path), derived=True)
    for field in fields_of(Derived)
)


class Ratio(NamedTuple):
    """A ratio that figures are compared with: so much of ``y`` for each ``x``, and who says so."""

    x: str
    y: str
    value: float
    name: str
    source: str


RATIOS = (
    Ratio(
        "derived.parameters", "pretraining.tokens", 20, "20 tokens per parameter",
        "Hoffmann et al. 2022, arXiv:2203.15556",
    ),
)  # fmt: skip


def known_ratio(x: Field, y: Field) -> Ratio | None:
    """Return the ratio that two figures are compared with, where there is one."""
    return next((one for one in RATIOS if (one.x, one.y) == (x.path, y.path)), None)


def _names(among: tuple[Field, ...]) -> Mapping[str, Field]:
    """Return every name of some fields; one that several share means a path first, then a short name, then a key."""
    spellings: list[Callable[[Field], tuple[str, ...]]] = [
        lambda field: (field.path,), lambda field: field.about.short, lambda field: (field.key,),
    ]  # fmt: skip
    names: dict[str, Field] = {}
    for spelled in spellings:
        for field in among:
            for name in spelled(field):
                names.setdefault(name, field)
    return names


QUERY_NAMES = _names(FIELDS + DERIVED)
COLUMN_NAMES = _names(DERIVED + FIELDS)


def query_field(name: str) -> Field | None:
    """Return the field that a query means by a name: full path, short name or last part; those of the report first."""
    return _named(name, QUERY_NAMES)


def column_field(name: str) -> Field | None:
    """Return the field that a column means by a name; the figures of the model that speaks first."""
    return _named(name, COLUMN_NAMES)


def _named(name: str, names: Mapping[str, Field]) -> Field | None:
    wanted = name.lower().replace("-", "_")
    spellings = (wanted, wanted + "s", wanted.removesuffix("s"))
    return next((names[spelling] for spelling in spellings if spelling in names), None)


def short_name(field: Field) -> str:
    """Return the shorter of the key and the path by which a column means a field."""
    return field.key if column_field(field.key) is field else field.path


def field_names() -> list[str]:
    """Return every name that a field goes by."""
    return [name for field in FIELDS + DERIVED for name in (field.path, field.key, *field.about.short)]
