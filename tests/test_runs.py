"""Questions of runs of RL: which reports fit, what follows from the runs, and what a report does not disclose."""

from collections.abc import Iterator

import pytest

from makers import write
from reportcli.answer.listing import parse_columns
from reportcli.errors import UnsuitableField
from reportcli.library import Library
from samples import text

TWO_RUNS = """\
undisclosed = ["posttraining.rl.steps", "pretraining.gpu_hours"]
[[models]]
name = "Two-8B"
parameters = 8_000_000_000
[[models]]
name = "Two-70B"
parameters = 70_000_000_000
[architecture]
[[architecture.attention_layers]]
kind = "full"
kv_heads = 8
[[architecture.attention_layers]]
kind = "window"
kv_heads = 16
[posttraining]
rewards = ["format"]
[[posttraining.rl]]
stage = "reasoning RL"
model = "Two-8B"
algorithm = "GRPO (modified)"
kl_coefficient = 0
rollouts = 8
clip_high = 0.28
[[posttraining.rl]]
stage = "general RL"
kl_coefficient = 0.001
rollouts = 64
rewards = ["a reward model"]
"""
ONE_RUN = '[posttraining]\n[[posttraining.rl]]\nstage = "RL"\nkl_coefficient = 0\nrollouts = 16\nsteps = 100\n'


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("runs")
    write(folder, "two", "Two", TWO_RUNS, date="2025-03-01")
    write(folder, "one", "One", ONE_RUN, date="2025-02-01")
    write(folder, "none", "None", date="2025-01-01")
    with Library([folder], None) as library:
        yield library


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("rollouts:16..", "two one"),
        ("rollouts:8 kl_coefficient:0", "two"),
        ("rollouts:8 kl_coefficient:0.001", ""),
        ("rollouts:16 kl_coefficient:0", "one"),
        ("not rollouts:8", "two one"),
        ("not (rollouts:8 or rollouts:64)", "one"),
        ("rollouts:64 or steps:100", "two one"),
        ("posttraining.rl.stage:reasoning rollouts:64", ""),
        ("stage:general rollouts:64", "two"),
        ("algo:grpo clip_high:0.28", "two"),
        ("params:..10B rollouts:64", "two"),
        ("posttraining.rl.model:two-8b rollouts:8 params:70B", "two"),
        ("posttraining.rl.model:two-8b rollouts:64", ""),
        ("modified", "two"),
        ("reward:format", "two"),
        ("reward:model", "two"),
        ("kl:yes", "two"),
        ("kl:no", "one"),
        ("kv_heads:8 kv_heads:16", "two"),
        ("rollouts:known", "two one"),
        ("rollouts:unknown", "none"),
        ("steps:undisclosed", "two"),
        ("steps:unknown", "two none"),
        ("rollouts:undisclosed", ""),
        ("gpu_hours:undisclosed steps:undisclosed", "two"),
        ("not steps:undisclosed", "one none"),
    ],
)
def test_conditions_on_runs_hold_of_one_run_of_the_report(runs: Library, query: str, expected: str) -> None:
    assert text(runs.listing(runs.parse(query), columns=parse_columns(["id"])), "tsv").split() == expected.split()


def test_a_query_prints_as_it_is_typed(runs: Library) -> None:
    assert str(runs.parse("steps:undisclosed")) == "steps:undisclosed"
    assert str(runs.parse('stage:"undisclosed"')) == 'stage:"undisclosed"'


def test_a_note_tells_what_is_not_disclosed_from_what_nobody_has_read(runs: Library) -> None:
    def notes(query: str) -> tuple[str, ...]:
        return tuple(note for note in runs.listing(runs.parse(query)).notes if "more report" in note)

    assert notes("steps:1000..") == ("1 more report doesn't disclose this, 1 hasn't been read for it",)
    assert notes("gpu_hours:1.. rollouts:8..") == ("1 more report doesn't disclose this, 2 haven't been read for it",)
    assert notes("id:two steps:1000..") == ("1 more report doesn't disclose this",)
    assert notes("clip_high:0.5..") == ("3 more reports don't record this",)


def test_a_report_is_counted_in_each_bar_in_which_one_of_its_runs_falls(runs: Library) -> None:
    counted = runs.count("rollouts")
    assert [(row.text, row.total) for row in counted.value_counts] == [("8", 1), ("16", 1), ("64", 1), ("unknown", 1)]
    assert counted.notes[0] == "counts add up to 4 because reports can have several runs"
    few = runs.count("rollouts", query=runs.parse("kl_coefficient:0"))
    assert [(row.text, row.total) for row in few.value_counts] == [("8", 1), ("16", 1)]


def test_what_may_have_several_values_is_no_axis(runs: Library) -> None:
    for name in ("rollouts", "kv_heads"):
        with pytest.raises(UnsuitableField):
            runs.plot("params", name)


def test_a_column_has_the_values_of_every_run(runs: Library) -> None:
    listing = runs.listing(columns=parse_columns(["id", "rollouts", "kl", "rewards", "kv_heads"]))
    assert text(listing, "tsv") == "two\t8, 64\tyes\tformat, a reward model\t8, 16\none\t16\tno\t\t\nnone\t\t\t\t\n"
