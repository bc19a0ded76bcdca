"""The rules that the numbers of an entry keep among one another: sizes of models, attention layers, runs of RL."""

from collections.abc import Iterator, Sequence
from typing import Any

from reportcli.curate.entry import ParsedEntry, Problems, values_by_key
from reportcli.report.architecture import Architecture, AttentionLayers
from reportcli.report.choices import RL_FAMILIES
from reportcli.report.derived import flagship_model
from reportcli.report.fields import NUMBERS, Model
from reportcli.report.parse import Problem, quoted
from reportcli.text import fold_name


def limits(entry: ParsedEntry) -> Problems:
    """Numbers are within the limits of their field: a learning rate is not 3, a top-p not above 1."""
    for key, field, value in values_by_key(entry.report):
        if field.kind in NUMBERS and field.info.limits:
            least, most = field.info.limits
            if not least <= value <= most:
                yield Problem(key, f"{value!r} is not between {least:g} and {most:g}; {field.info.help}")


def active_parameters(entry: ParsedEntry) -> Problems:
    """No model has more active parameters than parameters."""
    for index, model in enumerate(entry.report.models):
        yield from _above(f"models[{index}].active_parameters", model.active_parameters, model.parameters)


def active_experts(entry: ParsedEntry) -> Problems:
    """No more experts are active than there are."""
    parts: list[tuple[str, Any]] = [("architecture", entry.report.architecture)]
    parts += [(f"models[{index}]", model) for index, model in enumerate(entry.report.models)]
    for path, part in parts:
        yield from _above(f"{path}.experts_active", part.experts_active, part.experts_total)


def _above(key: str, active: int | None, total: int | None) -> Problems:
    if total is not None and (active or 0) > total:
        yield Problem(key, f"{active:_} is more than the total of {total:_}")


def layers(entry: ParsedEntry) -> Problems:
    """The attention layers of an architecture, or of a model, sum up to its layers."""
    parts: list[tuple[str, Architecture | Model]] = [("architecture", entry.report.architecture)]
    parts += [(f"models[{index}]", model) for index, model in enumerate(entry.report.models)]
    for path, part in parts:
        counts = [group.layers for group in part.attention_layers]
        if part.layers is not None and counts and None not in counts:
            total = sum(count or 0 for count in counts)
            if total != part.layers:
                text = f"the attention layers are {total:_} together, but {path}.layers is {part.layers:_}"
                yield Problem(f"{path}.attention_layers", text)


def kl_penalty(entry: ParsedEntry) -> Problems:
    """``kl_penalty`` and the KL coefficients of the runs do not contradict each other."""
    stated, runs = entry.report.posttraining.kl_penalty, entry.report.posttraining.rl
    if stated is False:
        for index, run in enumerate(runs):
            if run.kl_coefficient:
                text = f"is {run.kl_coefficient!r}, but posttraining.kl_penalty is false"
                yield Problem(f"posttraining.rl[{index}].kl_coefficient", text)
    elif stated and runs and all(run.kl_coefficient == 0 for run in runs):
        yield Problem("posttraining.kl_penalty", "is true, but every run has a kl_coefficient of 0")


def models_without_rl(entry: ParsedEntry) -> Problems:
    """No run of RL trains a model that never went through RL; a run that names no model trains the flagship."""
    flagship, runs = flagship_model(entry.report), entry.report.posttraining.rl
    trained = {run.model or (flagship.name if flagship else "") for run in runs}
    for index, model in enumerate(entry.report.models):
        if model.reinforcement_learning is False and model.name in trained:
            text = f"is false, but a run of posttraining.rl trains {quoted(model.name)}"
            yield Problem(f"models[{index}].reinforcement_learning", text)


def families_of_runs(entry: ParsedEntry) -> Problems:
    """``rl_family`` has the family of every run whose algorithm is called like one."""
    family_by_name = {fold_name(family): family for family in RL_FAMILIES if family != "other"}
    stated = entry.report.posttraining.rl_family
    for index, run in enumerate(entry.report.posttraining.rl):
        family = family_by_name.get(fold_name(run.algorithm or ""))
        if family and family not in stated:
            text = f'the run uses {run.algorithm}, but "{family}" is not in posttraining.rl_family'
            yield Problem(f"posttraining.rl[{index}].algorithm", text)


def order_of_models(entry: ParsedEntry) -> Problems:
    """Models stand largest first; one without stated parameters may stand anywhere."""
    smallest: Model | None = None
    for index, model in enumerate(entry.report.models):
        if smallest is not None and (model.parameters or 0) > (smallest.parameters or 0):
            text = f"stands after the smaller {smallest.name}; models stand largest first"
            yield Problem(f"models[{index}]", text)
            return
        smallest = smallest if model.parameters is None else model


def sources_of_figures(entry: ParsedEntry) -> Problems:
    """An entry with figures says where they come from."""
    figures = (field for _, field, _ in values_by_key(entry.report) if field.kind in NUMBERS and field.table)
    if not entry.report.sources and any(True for _ in figures):
        yield Problem(
            "sources", 'missing; say where each figure comes from, such as "pretraining.tokens" = "section 3"'
        )


_TOLERANCE = 0.1


def parameter_count(entry: ParsedEntry) -> Problems:
    """The parameters of the flagship are within 10 % of what its layers, widths and experts amount to.

    Counted are, per layer, the matrices of attention (queries and output: hidden size × heads × head dimension; keys
    and values: the same with KV heads; latent and linear layers as if every head had keys and values of its own) and
    of the feed-forward network (two, or three with a gate: hidden size × its width, of all routed experts and as many
    shared ones as there are), and the embeddings (vocabulary × hidden size, once or twice: they may be tied). In a
    mixture of experts every layer counts as one of experts. Not counted are norms, biases, routers, encoders and
    multi-token prediction. Without any of these numbers, with an encoder, or with layers without attention (whose
    feed-forward networks may be all there are), nothing is said.
    """
    model, architecture = flagship_model(entry.report), entry.report.architecture
    if model is None or not model.parameters or architecture.vision_encoder or architecture.audio_encoder:
        return
    counts = list(_parameter_counts(architecture))
    if not counts:
        return
    nearest = min(counts, key=lambda count: abs(count - (model.parameters or 0)))
    if abs(nearest / model.parameters - 1) > _TOLERANCE:
        index = entry.report.models.index(model)
        text = f"is {model.parameters:_}, but layers, widths and experts amount to about {nearest:.3g}"
        yield Problem(f"models[{index}].parameters", text)


def _parameter_counts(architecture: Architecture) -> Iterator[int]:
    """Yield what an architecture amounts to, with tied embeddings and without; nothing if a number is unknown."""
    hidden, vocabulary = architecture.hidden_size, architecture.vocabulary
    feed_forward = _feed_forward_parameters(architecture)
    attention = _attention_parameters(architecture, architecture.attention_layers)
    if hidden and vocabulary and architecture.layers and feed_forward and attention:
        for embeddings in (1, 2):
            yield hidden * vocabulary * embeddings + architecture.layers * feed_forward + attention


def _feed_forward_parameters(architecture: Architecture) -> int:
    """Return the parameters of a feed-forward network; 0 where a number is unknown."""
    width = architecture.feed_forward_size
    if architecture.experts_total:
        width = (architecture.experts_total + (architecture.experts_shared or 0)) * (architecture.expert_size or 0)
    matrices = 3 if "GLU" in (architecture.activation or "GLU") else 2
    return matrices * (architecture.hidden_size or 0) * (width or 0)


def _attention_parameters(architecture: Architecture, groups: Sequence[AttentionLayers]) -> int:
    """Return the parameters of all attention layers; 0 where a number is unknown."""
    hidden, heads = architecture.hidden_size or 0, architecture.heads or 0
    total = 0
    for group in groups:
        dimension = group.head_dimension or architecture.head_dimension
        kv_heads = group.kv_heads or architecture.kv_heads or heads
        if not (group.layers and dimension and heads) or group.kind == "none":
            return 0
        total += group.layers * 2 * hidden * dimension * (heads + kv_heads)
    return total
