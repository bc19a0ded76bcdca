"""Runs of RL as configurations of TRL, in Python."""

import re
from collections.abc import Iterator

from reportcli.answer.recipe import Recipe, ReportRun
from reportcli.render.configuration import (
    Framework,
    Option,
    has_several_updates,
    head,
    other_lines,
    source,
    stated_options,
    title_lines,
    undisclosed_lines,
    without_steps,
)

TRL = Framework(
    "TRL",
    "1.16.0",
    "https://huggingface.co/docs/trl/grpo_trainer and https://huggingface.co/docs/trl/rloo_trainer",
    {
        "learning_rate": "learning_rate", "kl_coefficient": "beta", "rollouts": "num_generations",
        "clip_low": "epsilon", "clip_high": "epsilon_high", "temperature": "temperature", "top_p": "top_p",
        "max_response_tokens": "max_completion_length", "steps": "max_steps",
    },
)  # fmt: skip
# Of each family: the class that configures it, and the options that tell its loss from others, as the page above and
# https://github.com/huggingface/trl/blob/v1.16.0/trl/trainer/grpo_trainer.py (for GSPO) say.
_CONFIGS: dict[str, tuple[str, dict[str, str]]] = {
    "grpo": ("GRPOConfig", {}),
    "dapo": ("GRPOConfig", {"loss_type": "dapo"}),
    "cispo": ("GRPOConfig", {"loss_type": "cispo"}),
    "sapo": ("GRPOConfig", {"loss_type": "sapo"}),
    "gspo": ("GRPOConfig", {"importance_sampling_level": "sequence", "loss_type": "grpo"}),
    "rloo": ("RLOOConfig", {}),
}
_CLIPS = ("clip_low", "clip_high")
_OTHERS = ("algorithm", "model", "prompts_per_step", "updates_per_batch", "prompts", "loss", "rewards")
_BOUND_ITSELF = "for CISPO, epsilon_high is the bound of the ratio itself"
_REMARKS = {
    "prompts_per_step": "of a batch of rollouts, or of an update?",
    "updates_per_batch": "num_iterations times the mini-batches of steps_per_generation",
    "steps": "max_steps counts updates of the weights",
}


def write(answer: Recipe) -> Iterator[str]:
    """Yield a GRPOConfig or RLOOConfig for each run; of a run for which TRL has neither, comments."""
    used = sorted({_CONFIGS[each.family][0] for each in answer.runs if each.family in _CONFIGS})
    yield head(TRL) + (f"from trl import {', '.join(used)}\n" if used else "")
    for each, name in zip(answer.runs, _distinct_names(answer), strict=True):
        yield "\n"
        yield from title_lines(each)
        if each.family not in _CONFIGS:
            yield f"# {_lacking(each)}\n"
            yield from other_lines(each, (*TRL.options, *_OTHERS), {})
            continue
        yield f"{name} = {_CONFIGS[each.family][0]}(\n"
        yield from (f"    {line}" for line in _lines(each))
        yield ")\n"


def _lacking(each: ReportRun) -> str:
    """Return why a run has no configuration."""
    if each.family:
        return f"{TRL.name} {TRL.version} has no trainer for {each.family.upper()}"
    return "no algorithm that TRL has is named" if each.run.algorithm else "the algorithm is not stated"


def _lines(each: ReportRun) -> Iterator[str]:
    names = without_steps(each, TRL.options, ("steps",))
    remarks = dict(_REMARKS) if has_several_updates(each) else {}
    if each.family == "cispo":
        names = {key: name for key, name in names.items() if key not in _CLIPS}
        remarks |= dict.fromkeys(_CLIPS, _BOUND_ITSELF)
    options = [*_options_of_family(each), *stated_options(each, names), *_batch(each)]
    for option in options:
        yield f"{option.name}={option.value!r}," + (f"  # {option.comment}" if option.comment else "") + "\n"
    yield from undisclosed_lines(each, names)
    is_batch_set = any(option.name == "generation_batch_size" for option in options)
    others = [*(key for key in TRL.options if key not in names), *_OTHERS]
    shown = (key for key in others if not (is_batch_set and key in ("prompts_per_step", "updates_per_batch")))
    yield from other_lines(each, shown, remarks)


def _options_of_family(each: ReportRun) -> Iterator[Option]:
    for name, value in _CONFIGS[each.family][1].items():
        yield Option(name, value, source(each, "algorithm", f"{each.family.upper()} in TRL"))


def _batch(each: ReportRun) -> Iterator[Option]:
    """Yield the size of a batch of rollouts, which TRL counts in responses, where it serves one update."""
    prompts, rollouts = each.run.prompts_per_step, each.run.rollouts
    if has_several_updates(each):
        return
    if prompts and rollouts:
        remark = f"{prompts} prompts × {rollouts} responses"
        yield Option("generation_batch_size", prompts * rollouts, source(each, "prompts_per_step", remark))
    if each.run.updates_per_batch == 1:
        yield Option("num_iterations", 1, source(each, "updates_per_batch"))


def _distinct_names(answer: Recipe) -> list[str]:
    """Return a Python name for each run: of the report, with the place of the run where there are several."""
    names: list[str] = []
    for each in answer.runs:
        runs = each.report.posttraining.rl
        place = f"_{runs.index(each.run) + 1}" if len(runs) > 1 else ""
        name = re.sub(r"\W", "_", f"{each.report.id}{place}")
        names.append(name if name[0].isalpha() else f"run_{name}")
    return names
