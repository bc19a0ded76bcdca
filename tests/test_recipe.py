"""Runs of RL in numbers: which are shown, in tables and as configurations of training frameworks."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from conftest import Run
from makers import write
from pictures import draw
from reportcli.errors import UnknownName, UnsuitableField
from reportcli.library import Library, open_catalog
from reportcli.render.formats import write as write_format

TWO_RUNS = """\
undisclosed = ["posttraining.rl.steps"]
[posttraining]
rl_family = ["grpo"]
[[posttraining.rl]]
stage = "math"
algorithm = "GRPO"
kl_coefficient = 0
learning_rate = 1e-6
rollouts = 8
prompts_per_step = 64
clip_low = 0.2
clip_high = 0.28
temperature = 1.0
max_response_tokens = 32_768
[[posttraining.rl]]
stage = "chat"
model = "Two-7B"
algorithm = "GRPO"
kl_coefficient = 0.001
[sources]
"posttraining.rl" = "§3.2"
"posttraining.rl.learning_rate" = "Table 9"
[confidence]
"posttraining.rl.rollouts" = "16 in the appendix"
"""
PPO_RUN = '[[posttraining.rl]]\nalgorithm = "PPO"\nkl_coefficient = 0.1\n'
# Of https://huggingface.co/docs/trl/grpo_trainer (1.16), class GRPOConfig.
TRL_OPTIONS = {
    "learning_rate", "beta", "num_generations", "epsilon", "epsilon_high", "temperature", "top_p",
    "max_completion_length", "max_steps", "generation_batch_size",
}  # fmt: skip
# Of https://verl.readthedocs.io/en/latest/examples/config.html (0.9), the options of a PPO trainer.
VERL_OPTIONS = {
    "algorithm.adv_estimator", "data.train_batch_size", "data.max_response_length", "actor_rollout_ref.actor.optim.lr",
    "actor_rollout_ref.actor.kl_loss_coef", "actor_rollout_ref.actor.use_kl_loss",
    "actor_rollout_ref.actor.clip_ratio_low", "actor_rollout_ref.actor.clip_ratio_high", "actor_rollout_ref.rollout.n",
    "actor_rollout_ref.rollout.temperature", "actor_rollout_ref.rollout.top_p", "trainer.total_training_steps",
}  # fmt: skip


@pytest.fixture
def runs(tmp_path: Path) -> Iterator[Library]:
    write(tmp_path, "two", "Two", TWO_RUNS, "2025-02-01")
    write(tmp_path, "ppo", "Old", PPO_RUN)
    write(tmp_path, "none", "None of it")
    with open_catalog(tmp_path) as catalog:
        yield catalog


def stages(library: Library, query: str = "", **options: str) -> list[str]:
    return [each.stage for each in library.recipe((), library.parse(query), **options).runs]  # type: ignore[arg-type]


def test_without_names_the_runs_that_fit_are_shown_newest_first(runs: Library) -> None:
    assert [each.stage for each in runs.recipe().runs] == ["math", "chat", "RL"]
    assert stages(runs, "kl_coefficient:..0.01") == ["math", "chat"]
    assert stages(runs, "kl_coefficient:0 rollouts:8") == ["math"]
    assert stages(runs, "rl:grpo", stage="CHA") == ["chat"]
    assert runs.recipe(limit=1).notes == ("1 of 3 runs",)


def test_named_reports_show_all_their_runs_and_a_note_names_those_without(runs: Library) -> None:
    answer = runs.recipe(["two", "none"])
    assert [each.name for each in answer.runs] == ["Two", "Two · Two-7B"]
    assert answer.notes == ("None of it has no runs of RL",)
    with pytest.raises(UnknownName):
        runs.recipe(["nothing"])
    with pytest.raises(UnsuitableField):
        runs.recipe(columns=["license"])


def test_a_record_has_every_field_and_the_nearest_source_of_each(runs: Library) -> None:
    record = next(runs.recipe(["two"]).records())
    assert (record["id"], record["kl_coefficient"], record["steps"], record["rewards"]) == ("two", 0.0, None, [])
    assert record["undisclosed"] == ["steps"]
    assert (record["sources"]["learning_rate"], record["sources"]["rollouts"]) == ("Table 9", "§3.2")
    assert "steps" not in record["sources"]


def test_runs_stand_beside_one_another_with_caveats_and_what_is_not_disclosed(runs: Library) -> None:
    lines = [" ".join(line.split()) for line in draw(runs.recipe(["two"], sources=True), 80).text.splitlines()]
    assert lines[:2] == ["Two Two · Two-7B", "math chat"]
    for line in (
        "KL coefficient 0 0.001", "rollouts per prompt 8*", "longest response 32K", "steps not disclosed not disclosed",
        "* Two, rollouts per prompt: 16 in the appendix", "source of Two, runs: §3.2",
        "source of Two, RL learning rate: Table 9",
    ):  # fmt: skip
        assert line in lines


def test_rows_name_a_report_once_and_hide_what_matters_least(runs: Library) -> None:
    wide = draw(runs.recipe(), 160)
    assert wide.text.split("\n")[0].split() == [
        "report", "stage", "algorithm", "KL", "lr", "rollouts", "prompts", "clip", "−", "clip", "+", "T", "longest",
        "steps",
    ]  # fmt: skip
    assert wide.text.count("Two") == 1
    assert "n.d. not disclosed" in wide.text
    narrow = draw(runs.recipe(), 40)
    assert {"report", "KL", "lr", "rollouts"} <= set(narrow.text.split("\n")[0].split())
    assert narrow.notes[0].startswith("columns hidden (terminal too narrow): algorithm, prompts")
    for width in (40, 60, 80, 120, 200):
        for answer in (runs.recipe(), runs.recipe(["two", "ppo"])):
            assert max(map(len, draw(answer, width).text.splitlines())) <= width


def test_a_configuration_of_trl_is_python_with_its_options_and_invents_nothing(runs: Library) -> None:
    text = "".join(write_format(runs.recipe(["two", "ppo"]), "trl"))
    tree = ast.parse(text)
    configs = {
        statement.targets[0].id: {keyword.arg: ast.literal_eval(keyword.value) for keyword in statement.value.keywords}
        for statement in tree.body
        if isinstance(statement, ast.Assign)
        and isinstance(statement.targets[0], ast.Name)
        and isinstance(statement.value, ast.Call)
    }
    assert configs == {
        "two_1": {
            "learning_rate": 1e-6, "beta": 0.0, "num_generations": 8, "epsilon": 0.2, "epsilon_high": 0.28,
            "temperature": 1.0, "max_completion_length": 32_768, "generation_batch_size": 512,
        },
        "two_2": {"beta": 0.001},
    }  # fmt: skip
    assert {name for config in configs.values() for name in config} <= TRL_OPTIONS
    for line in ("learning_rate=1e-06,  # Table 9", "# max_steps: not disclosed", "# TRL has no trainer for PPO"):
        assert line in text


def test_a_configuration_of_verl_is_yaml_with_its_options(runs: Library) -> None:
    first, second, third = yaml.safe_load_all("".join(write_format(runs.recipe(["two", "ppo"]), "verl")))
    assert first == {
        "algorithm": {"adv_estimator": "grpo"},
        "data": {"train_batch_size": 64, "max_response_length": 32_768},
        "actor_rollout_ref": {
            "actor": {
                "optim": {"lr": 1e-6}, "kl_loss_coef": 0.0, "clip_ratio_low": 0.2, "clip_ratio_high": 0.28,
                "use_kl_loss": False,
            },
            "rollout": {"n": 8, "temperature": 1.0},
        },
    }  # fmt: skip
    assert (second["actor_rollout_ref"]["actor"]["use_kl_loss"], third["algorithm"]) == (True, {"adv_estimator": "gae"})
    assert {path for document in (first, second, third) for path in paths(document)} <= VERL_OPTIONS


def paths(tree: dict[str, object], start: str = "") -> Iterator[str]:
    for name, value in tree.items():
        yield from paths(value, f"{start}{name}.") if isinstance(value, dict) else [f"{start}{name}"]


def test_names_of_several_words_and_names_from_a_pipe(cli: Run) -> None:
    assert cli("recipe", "-", "-f", "names", stdin="qwen3\n").returncode == 1  # the reading list states no runs
    assert cli("recipe", "deepseek", "r1", "qwen3").stderr.startswith("note: DeepSeek-R1 has no runs of RL\n")
