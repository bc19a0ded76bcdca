"""The runs of a recipe as configurations: TRL's GRPOConfig in Python, verl's options in YAML.

What a report does not state is left out or stands as a comment; nothing is invented. The names are those of TRL 1.16
(https://huggingface.co/docs/trl/grpo_trainer) and of verl 0.9
(https://verl.readthedocs.io/en/latest/examples/config.html).
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from reportcli.answer.recipe import Recipe, ReportRun
from reportcli.query.subject import FIELDS_BY_PATH
from reportcli.render.value import escape_controls
from reportcli.report.fields import Field

_TRL = {
    "learning_rate": "learning_rate", "kl_coefficient": "beta", "rollouts": "num_generations",
    "clip_low": "epsilon", "clip_high": "epsilon_high", "temperature": "temperature", "top_p": "top_p",
    "max_response_tokens": "max_completion_length", "steps": "max_steps",
}  # fmt: skip
_ACTOR, _ROLLOUT = "actor_rollout_ref.actor", "actor_rollout_ref.rollout"
_VERL = {
    "prompts_per_step": "data.train_batch_size", "max_response_tokens": "data.max_response_length",
    "learning_rate": f"{_ACTOR}.optim.lr", "kl_coefficient": f"{_ACTOR}.kl_loss_coef",
    "clip_low": f"{_ACTOR}.clip_ratio_low", "clip_high": f"{_ACTOR}.clip_ratio_high",
    "rollouts": f"{_ROLLOUT}.n", "temperature": f"{_ROLLOUT}.temperature", "top_p": f"{_ROLLOUT}.top_p",
    "steps": "trainer.total_training_steps",
}  # fmt: skip
_WITHOUT_OPTION = ("algorithm", "model", "prompts_per_step", "updates_per_batch", "prompts", "loss", "rewards")


def trl(answer: Recipe) -> Iterator[str]:
    """Yield a GRPOConfig or RLOOConfig for each run, as Python; of a run for which TRL has neither, comments."""
    configs = [_trl_config(each) for each in answer.runs]
    if used := sorted(set(filter(None, configs))):
        yield f"from trl import {', '.join(used)}\n"
    for each, config, name in zip(answer.runs, configs, _distinct_names(answer), strict=True):
        yield f"\n# {_line(each.name)}, {_line(each.stage)}\n"
        if not config:
            yield f"# TRL has no trainer for {_line(each.run.algorithm or 'an algorithm that is not stated')}\n"
            yield from _comments(each, (*_WITHOUT_OPTION, *_TRL), "")
            continue
        yield f"{name} = {config}(\n"
        for field, option in _options(_TRL):
            yield from _option_line(each, field, f"    {option}=", ",", repr)
        batch, rollouts = each.run.prompts_per_step, each.run.rollouts
        if batch and rollouts:
            yield f"    generation_batch_size={batch * rollouts},  # {batch} prompts × {rollouts} rollouts\n"
        yield from _comments(each, _WITHOUT_OPTION, "    ")
        yield ")\n"


def _trl_config(each: ReportRun) -> str:
    """Return the class of TRL that configures a run; "" where none does."""
    return next((config for pattern, config in _TRL_CONFIGS if re.search(pattern, _algorithm(each))), "")


def _algorithm(each: ReportRun) -> str:
    """Return the algorithm of a run in the report's words, else the families that its report names."""
    return (each.run.algorithm or ", ".join(each.report.posttraining.rl_family)).lower()


_GROUPS, _LEAVE_ONE_OUT = "grpo|dapo|gspo|cispo|c3po|group", "rloo|leave-one-out"
_TRL_CONFIGS = ((_GROUPS, "GRPOConfig"), (_LEAVE_ONE_OUT, "RLOOConfig"))
_ESTIMATORS = ((_GROUPS, "grpo"), (_LEAVE_ONE_OUT, "rloo"), ("ppo", "gae"))


def verl(answer: Recipe) -> Iterator[str]:
    """Yield a document of options for each run, as YAML."""
    for each in answer.runs:
        yield f"---\n# {_line(each.name)}, {_line(each.stage)}\n"
        tree: dict[str, Any] = {}
        if estimator := next((name for pattern, name in _ESTIMATORS if re.search(pattern, _algorithm(each))), ""):
            _insert(
                tree, ["algorithm", "adv_estimator"], [f"adv_estimator: {estimator}  # {_line(_algorithm(each))}\n"]
            )
        for field, option in _options(_VERL):
            _insert(
                tree,
                option.split("."),
                [*_option_line(each, field, f"{option.rpartition('.')[2]}: ", "", _yaml_number)],
            )
        if each.run.kl_coefficient is not None:
            uses_kl = json.dumps(each.run.kl_coefficient > 0)
            _insert(tree, [*_ACTOR.split("."), "use_kl_loss"], [f"use_kl_loss: {uses_kl}\n"])
        yield from _yaml(tree, "")
        yield from _comments(each, [key for key in _WITHOUT_OPTION if key not in _VERL], "")


def _options(names: Mapping[str, str]) -> Iterator[tuple[Field, str]]:
    return ((FIELDS_BY_PATH[f"posttraining.rl.{key}"], option) for key, option in names.items())


def _option_line(each: ReportRun, field: Field, start: str, end: str, write: Callable[[Any], str]) -> Iterator[str]:
    """Yield the line of an option with its source, or the comment that the report does not disclose it."""
    value = each.value(field)
    if value is not None:
        source = each.source(field)
        yield f"{start}{write(value)}{end}" + (f"  # {_line(source)}" if source else "") + "\n"
    elif each.is_undisclosed(field):
        indent = re.match(" *", start)
        yield f"{indent[0] if indent else ''}# {start.strip(' =:')}: not disclosed\n"


def _comments(each: ReportRun, keys: Any, indent: str) -> Iterator[str]:
    """Yield what is stated of a run, but is no option, as comments."""
    for key in keys:
        field = FIELDS_BY_PATH[f"posttraining.rl.{key}"]
        value = each.value(field)
        if value not in (None, ()):
            text = ", ".join(value) if isinstance(value, tuple) else str(value)
            yield f"{indent}# {field.label}: {_line(text)}\n"
        elif each.is_undisclosed(field):
            yield f"{indent}# {field.label}: not disclosed\n"


def _yaml_number(value: Any) -> str:
    """Return a number that YAML 1.1 reads as one: a decimal has a point."""
    text = json.dumps(value)
    return text.replace("e", ".0e", 1) if "e" in text and "." not in text else text


def _insert(tree: dict[str, Any], path: list[str], lines: list[str]) -> None:
    for name in path[:-1]:
        tree = tree.setdefault(name, {})
    tree[path[-1]] = lines


def _yaml(tree: Mapping[str, Any], indent: str) -> Iterator[str]:
    for name, inner in tree.items():
        if isinstance(inner, list):
            yield from (indent + line for line in inner)
            continue
        lines = list(_yaml(inner, f"{indent}  "))
        if any(not line.lstrip().startswith("#") for line in lines):
            yield f"{indent}{name}:\n"
            yield from lines
        else:
            yield from (f"{indent}{line.lstrip()}" for line in lines)


def _distinct_names(answer: Recipe) -> list[str]:
    """Return a Python name for each run: of the report, with the place of the run where there are several."""
    names: list[str] = []
    for each in answer.runs:
        runs = each.report.posttraining.rl
        place = f"_{runs.index(each.run) + 1}" if len(runs) > 1 else ""
        name = re.sub(r"\W", "_", f"{each.report.id}{place}")
        names.append(name if name[0].isalpha() else f"run_{name}")
    return names


def _line(text: str) -> str:
    """Return a text as it can stand in a comment: on one line."""
    return escape_controls(text.replace("\n", " "))
