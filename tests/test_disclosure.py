"""Who states what, and the list of fields."""

import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import Run
from makers import write
from pictures import draw
from reportcli.errors import UnknownField
from reportcli.library import Library

RUN = '\n[[posttraining.rl]]\nstage = "RL"\n{}'


@pytest.fixture
def read(tmp_path: Path) -> Iterator[Library]:
    """A report that states the KL coefficient, one that does not disclose it, one that nobody read, one without RL."""
    write(tmp_path, "says", "Says", RUN.format("kl_coefficient = 0.001\nrollouts = 8\n"), "2025-02-01")
    write(
        tmp_path,
        "silent",
        "Silent",
        'undisclosed = ["posttraining.rl.kl_coefficient"]\n' + RUN.format("rollouts = 4\n"),
    )
    write(tmp_path, "unread", "Unread", RUN.format("rollouts = 4\n"), "2024-05-01")
    write(tmp_path, "base", "Base", "\n[pretraining]\ntokens = 1_000_000\n", "2024-06-01")
    with Library([tmp_path], None) as catalog:
        yield catalog


def test_each_report_states_a_field_or_does_not_disclose_it_or_is_unread(read: Library) -> None:
    counted = read.disclosure(["kl_coefficient", "rollouts", "pretraining.tokens"])
    assert [(row[0].rpartition(".")[2], *row[1:]) for row in counted.rows()] == [
        ("kl_coefficient", "", 1, 1, 1), ("rollouts", "", 3, 0, 0), ("tokens", "", 1, 0, 3),
    ]  # fmt: skip
    assert next(counted.records()) == {
        "field": "posttraining.rl.kl_coefficient", "group": "", "stated": 1, "undisclosed": 1, "unknown": 1,
    }  # fmt: skip
    assert counted.notes[1:3] == (
        "not disclosed: the version of the report that the entry names was read, and does not state it",
        "fields of RL runs are asked of reports with RL alone",
    )


def test_a_note_on_few_fields_finds_who_states_them(read: Library, cli: Run, tmp_path: Path) -> None:
    counted = read.disclosure(["kl_coefficient", "gpu_hours"], read.parse("says or unread"))
    note, *_ = counted.notes
    command = note.partition("reportcli ")[2].rstrip("`")
    assert command == "list --where '(says or unread) kl_coefficient:known' -c name,kl_coefficient"
    assert cli(*shlex.split(command), "--catalog", str(tmp_path)).stdout == "Says\t0.001\n"
    for fields in ([], ["gpu_hours"]):  # many, and one that nobody states
        assert not any("reportcli" in note for note in read.disclosure(fields).notes)


def test_groups_part_the_reports_and_a_query_chooses_them(read: Library) -> None:
    by_year = read.disclosure(["kl_coefficient"], by="year")
    assert [row[1:] for row in by_year.rows()] == [("2024", 0, 0, 1), ("2025", 1, 1, 0)]
    by_organization = read.disclosure(["kl_coefficient"], read.parse("rollouts:8"), by="organization")
    assert [row[1:] for row in by_organization.rows()] == [("Someone", 1, 0, 0)]
    assert read.disclosure(["kl_coefficient"], by="quarter", limit=1).notes[0] == "1 of 2 groups"


def test_the_bars_and_the_matrix_fit_and_say_the_same_without_color(read: Library) -> None:
    for width in (40, 60, 80, 120, 200):
        bars = draw(read.disclosure(), width).text
        assert max(map(len, bars.splitlines())) <= width
        matrix = draw(read.disclosure(["kl_coefficient"], by="year"), width).text
        assert matrix.splitlines()[-1].split() == ["KL", "coefficient", "·", "1/2"]
    [line] = [line for line in bars.splitlines() if line.startswith("KL coefficient")]
    assert line.split()[2:4] == ["1", "3"]
    assert [line.count(sign) for sign in "█▒·"] == [20, 20, 20]


def test_groups_are_rows_where_only_the_fields_fit_beside_one_another(read: Library) -> None:
    answer = read.disclosure(["kl_coefficient"], by="quarter")
    turned = draw(answer, 31)
    assert [line.split() for line in turned.text.splitlines()[2:]] == [["2024-Q2", "·"], ["2025-Q1", "1/2"]]
    assert turned.notes == ()
    narrow = draw(read.disclosure(["kl_coefficient", "gpu_hours"], by="quarter"), 31)
    assert narrow.text.splitlines()[-1].split() == ["GPU", "hours", "·"]
    assert narrow.notes == ("columns hidden (terminal too narrow): 2025-Q1",)


def test_the_list_of_fields_tells_how_many_reports_know_each(read: Library) -> None:
    rows = {row[0]: row[1:] for row in read.fields().rows()}
    assert rows["posttraining.rl.kl_coefficient"][:3] == (["kl_coef", "kl_coefficient"], "decimal", 1)
    assert rows["posttraining.rl.rollouts"][2] == 3


def test_a_part_of_a_name_finds_fields_the_meant_one_first(read: Library) -> None:
    table = read.fields("kl")
    assert [row[0] for row in table.rows()] == ["posttraining.kl_penalty", "posttraining.rl.kl_coefficient"]
    assert table.notes == ("`reportcli search kl_penalty:no`",)
    assert read.fields("type").notes[0].startswith("values: dense, moe")
    assert [row[0] for row in read.fields("gpu hours").rows()] == ["pretraining.gpu_hours"]
    with pytest.raises(UnknownField, match="unknown field 'zzz'"):
        read.fields("zzz")


def test_every_query_that_fields_suggests_can_be_asked(read: Library) -> None:
    for row in read.fields().rows():
        query = read.fields(row[0]).notes[-1].strip("`").removeprefix("reportcli search ")
        read.listing(read.parse(query))


@pytest.mark.parametrize(
    ("command", "start"),
    [
        (
            "disclosure --by month",
            "error: invalid value for --by: 'month'\n  choose from organization, year, quarter\n",
        ),
        ("disclosure nothing", "error: unknown field 'nothing'\n"),
        ("disclosure tokens gpu hours", "error: unknown field 'hours'\n  did you mean gpu_hours?\n"),
        ("count gpu hours", "error: unknown field 'gpu hours'\n  did you mean gpu_hours?\n"),
        ("count learning rate", "error: unknown field 'learning rate'\n  did you mean learning_rate?\n"),
        ("list --columns name,hours", "error: unknown field 'hours'\n  did you mean gpu_hours?\n"),
        ("list --columns zzzz", "error: unknown field 'zzzz'\n  `reportcli fields` lists them\n"),
    ],
)
def test_a_wrong_request_says_what_is_right(cli: Run, command: str, start: str) -> None:
    ended = cli(*command.split())
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith(start)
