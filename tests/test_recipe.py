"""Runs of RL in numbers: which are shown, in tables and as configurations of training frameworks."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from conftest import Run
from makers import write
from pictures import draw
from reportcli.answer.listing import parse_columns, parse_sort_keys
from reportcli.errors import UnknownName
from reportcli.library import Library
from reportcli.render.formats import write as write_format

TWO_RUNS = """\
flagship = "Two-70B"
undisclosed = ["posttraining.rl.steps"]
[[models]]
name = "Two-70B"
[[models]]
name = "Two-7B"
[[models]]
name = "Two-1B"
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
# Classes GRPOConfig and RLOOConfig of https://huggingface.co/docs/trl/grpo_trainer and …/rloo_trainer (TRL 1.16.0).
RLOO_OPTIONS = {
    "learning_rate", "beta", "num_generations", "epsilon", "epsilon_high", "temperature", "top_p",
    "max_completion_length", "max_steps", "generation_batch_size", "num_iterations",
}  # fmt: skip
TRL_OPTIONS = {"RLOOConfig": RLOO_OPTIONS, "GRPOConfig": RLOO_OPTIONS | {"loss_type", "importance_sampling_level"}}
# https://verl.readthedocs.io/en/latest/examples/config.html (verl 0.9.1).
VERL_OPTIONS = {
    "algorithm.adv_estimator", "algorithm.use_kl_in_reward", "algorithm.kl_ctrl.kl_coef", "data.train_batch_size",
    "data.max_response_length", "actor_rollout_ref.actor.optim.lr", "actor_rollout_ref.actor.kl_loss_coef",
    "actor_rollout_ref.actor.use_kl_loss", "actor_rollout_ref.actor.clip_ratio_low",
    "actor_rollout_ref.actor.clip_ratio_high", "actor_rollout_ref.actor.policy_loss.loss_mode",
    "actor_rollout_ref.actor.ppo_mini_batch_size", "actor_rollout_ref.actor.ppo_epochs", "actor_rollout_ref.rollout.n",
    "actor_rollout_ref.rollout.temperature", "actor_rollout_ref.rollout.top_p", "trainer.total_training_steps",
}  # fmt: skip
NUMBERS = """kl_coefficient = 0.01
rollouts = 4
prompts_per_step = 8
clip_low = 0.1
clip_high = 0.3
steps = 9
"""


@pytest.fixture
def runs(tmp_path: Path) -> Iterator[Library]:
    write(tmp_path, "two", "Two", TWO_RUNS, "2025-02-01")
    write(tmp_path, "ppo", "Old", PPO_RUN)
    write(tmp_path, "none", "None of it")
    with Library([tmp_path], None) as catalog:
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


def test_a_named_model_shows_its_own_runs_and_a_query_those_that_fit(runs: Library) -> None:
    assert [each.stage for each in runs.recipe(["Two-7B"]).runs] == ["chat"]
    assert [each.stage for each in runs.recipe(["Two-70B"]).runs] == ["math"]
    other = runs.recipe(["Two-1B"])
    assert ([each.stage for each in other.runs], other.notes) == (
        ["math", "chat"], ("Two-1B has no runs of its own; showing the runs of Two",)
    )  # fmt: skip
    fitting = runs.recipe(["ppo", "two"], runs.parse("kl_coefficient:0.001.."))
    assert ([each.stage for each in fitting.runs], fitting.named) == (["RL", "chat"], False)
    assert [each.stage for each in runs.recipe(["two", "two"]).runs] == ["math", "chat"]


def test_runs_are_sorted_and_show_any_field(runs: Library) -> None:
    answer = runs.recipe(sort=parse_sort_keys("-kl_coefficient"), columns=parse_columns(["name", "stage", "kl_coef"]))
    assert (answer.header, list(answer.rows())) == (
        ("name", "stage", "kl_coefficient"), [("Old", None, 0.1), ("Two", "chat", 0.001), ("Two", "math", 0.0)]
    )  # fmt: skip
    assert next(answer.records()) == {"name": "Old", "stage": None, "kl_coefficient": 0.1}
    assert [each.stage for each in runs.recipe(reverse=True).runs] == ["RL", "chat", "math"]


def test_a_stage_that_no_run_has_is_answered_with_those_that_there_are(runs: Library) -> None:
    assert runs.recipe(["two"], stage="code").notes == ("no run is called like 'code': math, chat",)


def test_a_record_has_every_field_and_the_nearest_source_of_each(runs: Library) -> None:
    record = next(runs.recipe(["two"]).records())
    assert (record["id"], record["kl_coefficient"], record["steps"], record["rewards"]) == ("two", 0.0, None, [])
    assert record["undisclosed"] == ["steps"]
    assert record["confidence"] == {"posttraining.rl.rollouts": "16 in the appendix"}
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
    assert wide.text.count("Two ") == 1
    assert "* Two, rollouts per prompt: 16 in the appendix" in wide.text
    assert "n.d. not disclosed" in wide.text
    narrow = draw(runs.recipe(), 70)
    assert {"report", "KL", "lr", "rollouts"} <= set(narrow.text.split("\n")[0].split())
    assert narrow.notes[0].startswith("columns hidden (terminal too narrow): algorithm, ")
    paragraphs = draw(runs.recipe(), 50)
    assert paragraphs.text.startswith("Two · math\n  algorithm GRPO · KL 0 · lr 1e-6 · rollouts 8*")
    assert paragraphs.notes == ()
    for width in (40, 60, 80, 120, 200):
        for answer in (runs.recipe(), runs.recipe(["two", "ppo"])):
            assert max(map(len, draw(answer, width).text.splitlines())) <= width


def test_what_was_asked_for_is_shown_also_where_no_run_has_it(runs: Library) -> None:
    columns = parse_columns(["top_p", "steps", "rollouts"])
    named, found = runs.recipe(["two"], columns=columns), runs.recipe(columns=columns)
    assert "\ntop-p\n" in draw(named, 80).text
    assert draw(found, 80).text.split("\n")[0].split() == ["report", "top-p", "steps", "rollouts"]
    assert "not disclosed: steps · unknown: top-p, rollouts" in draw(found, 60).text
    assert "| report | top-p | steps | rollouts |" in "".join(write_format(found, "markdown"))


def test_markdown_has_a_column_a_run_or_a_row_with_caveats_and_what_is_not_disclosed(runs: Library) -> None:
    columns = "".join(write_format(runs.recipe(["two"], sources=True), "markdown")).splitlines()
    rows = "".join(write_format(runs.recipe(limit=1), "markdown")).splitlines()
    assert columns[:3] == ["|  | Two | Two |", "| --- | --- | --- |", "| RL stage | math | chat |"]
    assert rows[0].startswith("| report | stage | algorithm | KL | lr | rollouts |")
    assert rows[2].startswith("| Two | math | GRPO | 0 | 1e-6 | 8\\* | 64 |")
    assert "| rollouts per prompt | 8\\* |  |" in columns
    assert "| steps | not disclosed | not disclosed |" in columns
    for lines in (columns, rows):
        assert "\\* Two, rollouts per prompt: 16 in the appendix" in lines
    assert columns[-2:] == ["- Two: §3.2", "- Two: Table 9"]


def configurations(text: str) -> dict[str, tuple[str, dict[str, object]]]:
    """Return the class and the options of each configuration of TRL, by its name."""
    found = {}
    for statement in ast.parse(text).body:
        if isinstance(statement, ast.Assign):
            (target,), call = statement.targets, statement.value
            assert isinstance(target, ast.Name)
            assert isinstance(call, ast.Call)
            assert isinstance(call.func, ast.Name)
            options = {str(keyword.arg): ast.literal_eval(keyword.value) for keyword in call.keywords}
            assert options.keys() <= TRL_OPTIONS[call.func.id]
            found[target.id] = (call.func.id, options)
    return found


def test_a_configuration_of_trl_is_python_with_its_options_and_invents_nothing(runs: Library) -> None:
    text = "".join(write_format(runs.recipe(["two", "ppo"]), "trl"))
    assert configurations(text) == {
        "two_1": ("GRPOConfig", {
            "learning_rate": 1e-6, "beta": 0.0, "num_generations": 8, "epsilon": 0.2, "epsilon_high": 0.28,
            "temperature": 1.0, "max_completion_length": 32_768, "generation_batch_size": 512,
        }),
        "two_2": ("GRPOConfig", {"beta": 0.001}),
    }  # fmt: skip
    for line in (
        "# caveat: rollouts per prompt: 16 in the appendix", "    learning_rate=1e-06,  # Table 9",
        "    # max_steps: not disclosed", "    generation_batch_size=512,  # 64 prompts × 8 responses; §3.2",
        "# TRL 1.16.0 has no trainer for PPO", "# KL coefficient: 0.1",
    ):  # fmt: skip
        assert line in text.splitlines()


def test_a_configuration_of_verl_is_yaml_with_its_options(runs: Library) -> None:
    first, second, third = documents("".join(write_format(runs.recipe(["two", "ppo"]), "verl")))
    assert first == {
        "algorithm.adv_estimator": "grpo", "data.train_batch_size": 64, "data.max_response_length": 32_768,
        "actor_rollout_ref.actor.optim.lr": 1e-6, "actor_rollout_ref.actor.use_kl_loss": False,
        "algorithm.use_kl_in_reward": False, "actor_rollout_ref.actor.clip_ratio_low": 0.2,
        "actor_rollout_ref.actor.clip_ratio_high": 0.28, "actor_rollout_ref.rollout.n": 8,
        "actor_rollout_ref.rollout.temperature": 1.0,
    }  # fmt: skip
    assert second == {
        "algorithm.adv_estimator": "grpo", "actor_rollout_ref.actor.use_kl_loss": True,
        "actor_rollout_ref.actor.kl_loss_coef": 0.001,
    }  # fmt: skip
    assert third == {
        "algorithm.adv_estimator": "gae", "algorithm.use_kl_in_reward": True, "algorithm.kl_ctrl.kl_coef": 0.1
    }  # fmt: skip


def documents(text: str) -> list[dict[str, object]]:
    """Return the options of each document of verl, by their whole names."""
    found = [dict(paths(document or {})) for document in yaml.safe_load_all(text)]
    assert all(options.keys() <= VERL_OPTIONS for options in found)
    return found


def paths(tree: dict[str, object], start: str = "") -> Iterator[tuple[str, object]]:
    for name, value in tree.items():
        yield from paths(value, f"{start}{name}.") if isinstance(value, dict) else [(f"{start}{name}", value)]


@pytest.mark.parametrize(
    ("algorithm", "config", "of_trl", "of_verl"),
    [
        ("GRPO (leave-one-out)", "GRPOConfig", {}, ("grpo", None)),
        ("CISPO, clipped above", "GRPOConfig", {"loss_type": "cispo"}, ("grpo", "cispo")),
        ("GSPO-style", "GRPOConfig", {"importance_sampling_level": "sequence", "loss_type": "grpo"}, ("grpo", "gspo")),
        ("RLOO", "RLOOConfig", {}, ("rloo", None)),
        ("PPO with techniques of DAPO", None, {}, ("gae", None)),
        ("clipped policy gradient with group-mean baseline", None, {}, (None, None)),
        ("MIS-PO", None, {}, (None, None)),
    ],
)
def test_a_configuration_is_of_the_algorithm_that_is_named_first(
    tmp_path: Path, algorithm: str, config: str | None, of_trl: dict[str, str], of_verl: tuple[str | None, str | None]
) -> None:
    write(tmp_path, "run", "Run", f'[[posttraining.rl]]\nalgorithm = "{algorithm}"\n{NUMBERS}')
    with Library([tmp_path], None) as catalog:
        answer = catalog.recipe(["run"])
    made = configurations("".join(write_format(answer, "trl")))
    assert ("run" in made) is bool(config)
    if config:
        name, options = made["run"]
        words = {key: value for key, value in options.items() if isinstance(value, str)}
        assert (name, words, "epsilon" in options) == (config, of_trl, algorithm[:5] != "CISPO")
    (options,) = documents("".join(write_format(answer, "verl")))
    loss_mode = options.get("actor_rollout_ref.actor.policy_loss.loss_mode")
    assert (options.get("algorithm.adv_estimator"), loss_mode) == of_verl


def test_steps_of_which_a_batch_serves_several_are_no_option(tmp_path: Path) -> None:
    for count in (1, 4):
        more = f'[[posttraining.rl]]\nalgorithm = "GRPO"\nupdates_per_batch = {count}\n{NUMBERS}'
        write(tmp_path, f"run{count}", f"Run {count}", more)
    with Library([tmp_path], None) as catalog:
        answer = catalog.recipe(["run1", "run4"])
    python, text = ("".join(write_format(answer, name)) for name in ("trl", "verl"))
    (_, one), (_, four) = configurations(python).values()
    assert one.items() >= {"max_steps": 9, "generation_batch_size": 32, "num_iterations": 1}.items()
    assert not four.keys() & {"max_steps", "generation_batch_size", "num_iterations"}
    one, four = documents(text)
    assert {name.rpartition(".")[2] for name in one.keys() - four.keys()} == {
        "train_batch_size", "ppo_mini_batch_size", "ppo_epochs", "total_training_steps"
    }  # fmt: skip
    assert "# steps: 9 (max_steps counts updates of the weights)" in python
    assert "# steps: 9 (trainer.total_training_steps counts batches of rollouts)" in text


def test_names_of_several_words_and_names_from_a_pipe(cli: Run) -> None:
    assert cli("recipe", "-", "-f", "names", stdin="qwen3\n").returncode == 1  # the reading list states no runs
    assert cli("recipe", "deepseek", "r1", "qwen3").stderr.startswith("note: DeepSeek-R1 has no runs of RL\n")
