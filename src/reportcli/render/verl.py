"""Runs of RL as options of verl, a document of YAML a run."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

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

_ACTOR, _ROLLOUT = "actor_rollout_ref.actor", "actor_rollout_ref.rollout"
VERL = Framework(
    "verl",
    "0.9.1",
    "https://verl.readthedocs.io/en/latest/examples/config.html",
    {
        "prompts_per_step": "data.train_batch_size", "max_response_tokens": "data.max_response_length",
        "learning_rate": f"{_ACTOR}.optim.lr",
        "clip_low": f"{_ACTOR}.clip_ratio_low", "clip_high": f"{_ACTOR}.clip_ratio_high",
        "rollouts": f"{_ROLLOUT}.n", "temperature": f"{_ROLLOUT}.temperature", "top_p": f"{_ROLLOUT}.top_p",
        "steps": "trainer.total_training_steps",
    },
)  # fmt: skip
# Of each family: the estimator of advantages, and the mode of the loss where it has one of its own, as in
# https://github.com/verl-project/verl/blob/v0.9.1/verl/trainer/ppo/core_algos.py.
_ESTIMATORS = {
    "ppo": ("gae", ""), "grpo": ("grpo", ""), "dapo": ("grpo", ""), "cispo": ("grpo", "cispo"),
    "gspo": ("grpo", "gspo"), "sapo": ("grpo", "sapo"), "rloo": ("rloo", ""),
}  # fmt: skip
_OTHERS = ("algorithm", "model", "updates_per_batch", "prompts", "loss", "rewards")
_MINI_BATCH = f"{_ACTOR}.ppo_mini_batch_size"
_REMARKS = {
    "prompts_per_step": f"data.train_batch_size are those of a batch of rollouts, {_MINI_BATCH} those of an update",
    "updates_per_batch": f"data.train_batch_size / {_MINI_BATCH} × {_ACTOR}.ppo_epochs",
    "steps": "trainer.total_training_steps counts batches of rollouts",
}


def write(answer: Recipe) -> Iterator[str]:
    """Yield a document of options for each run, to be read over verl's defaults."""
    yield head(VERL)
    yield "# Save a document as a file, with `defaults: [ppo_trainer, _self_]` before it, for verl.trainer.main_ppo.\n"
    for each in answer.runs:
        yield "---\n"
        yield from title_lines(each)
        tree: dict[str, Any] = {}
        names = without_steps(each, VERL.options, ("prompts_per_step", "steps"))
        for option in (*_algorithm(each), *stated_options(each, names), *_kl(each), *_one_update(each)):
            _insert(tree, option)
        yield from _yaml(tree, "")
        yield from undisclosed_lines(each, names)
        others = [*(key for key in VERL.options if key not in names), *_others(each)]
        yield from other_lines(each, others, _REMARKS if has_several_updates(each) else {})


def _algorithm(each: ReportRun) -> Iterator[Option]:
    estimator, loss_mode = _ESTIMATORS.get(each.family, ("", ""))
    remark = f"{each.family.upper()} in verl"
    if estimator:
        yield Option("algorithm.adv_estimator", estimator, source(each, "algorithm", remark))
    if loss_mode:
        yield Option(f"{_ACTOR}.policy_loss.loss_mode", loss_mode, source(each, "algorithm", remark))


def _kl(each: ReportRun) -> Iterator[Option]:
    """Yield the penalty: in the loss of a group's estimator, in the reward of others, as verl documents it."""
    coefficient, (estimator, _) = each.run.kl_coefficient, _ESTIMATORS.get(each.family, ("", ""))
    is_in_loss, is_in_reward = estimator == "grpo", estimator in ("gae", "rloo")
    if coefficient == 0 or (coefficient is not None and is_in_loss):
        remark = "the KL term of GRPO is in the loss" if coefficient else ""
        yield Option(f"{_ACTOR}.use_kl_loss", bool(coefficient), source(each, "kl_coefficient", remark))
    if coefficient and is_in_loss:
        yield Option(f"{_ACTOR}.kl_loss_coef", coefficient, source(each, "kl_coefficient"))
    if coefficient == 0 or (coefficient is not None and is_in_reward):
        remark = f"the KL term of {each.family.upper()} is in the reward" if coefficient else ""
        yield Option("algorithm.use_kl_in_reward", bool(coefficient), source(each, "kl_coefficient", remark))
    if coefficient and is_in_reward:
        yield Option("algorithm.kl_ctrl.kl_coef", coefficient, source(each, "kl_coefficient"))


def _one_update(each: ReportRun) -> Iterator[Option]:
    """Yield what follows from one update a batch: the whole batch is its mini-batch."""
    if each.run.updates_per_batch == 1:
        if each.run.prompts_per_step:
            remark = "the whole batch, in one update"
            yield Option(_MINI_BATCH, each.run.prompts_per_step, source(each, "updates_per_batch", remark))
        yield Option(f"{_ACTOR}.ppo_epochs", 1, source(each, "updates_per_batch"))


def _others(each: ReportRun) -> Iterator[str]:
    """Yield the keys of what stands as a comment: a penalty too, where it is not known where it belongs."""
    if each.run.kl_coefficient is None or (each.run.kl_coefficient and each.family not in _ESTIMATORS):
        yield "kl_coefficient"
    yield from (key for key in _OTHERS if not (key == "updates_per_batch" and each.run.updates_per_batch == 1))


def _insert(tree: dict[str, Any], option: Option) -> None:
    *path, last = option.name.split(".")
    for name in path:
        tree = tree.setdefault(name, {})
    tree[last] = f"{_yaml_value(option.value)}" + (f"  # {option.comment}" if option.comment else "")


def _yaml_value(value: Any) -> str:
    """Return a number, or a word, as YAML 1.1 reads it: a decimal has a point."""
    if isinstance(value, str):
        return value
    text = json.dumps(value)
    return text.replace("e", ".0e", 1) if isinstance(value, float) and "e" in text and "." not in text else text


def _yaml(tree: Mapping[str, Any], indent: str) -> Iterator[str]:
    for name, inner in tree.items():
        if isinstance(inner, str):
            yield f"{indent}{name}: {inner}\n"
        else:
            yield f"{indent}{name}:\n"
            yield from _yaml(inner, f"{indent}  ")
