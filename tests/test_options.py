"""No option is ignored: lists add up, of single values the last one holds, and dates are those that were asked for."""

import json
import re
from pathlib import Path

import pytest

from conftest import Run


@pytest.fixture(autouse=True)
def _index_made_once(shared_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(shared_cache))


def lines(cli: Run, *arguments: str) -> list[str]:
    return cli(*arguments).stdout.splitlines()


def test_several_where_are_one_question(cli: Run) -> None:
    both = lines(cli, "list", "--where", "org:deepseek or org:qwen", "--where", "type:moe", "-c", "id")
    assert both == lines(cli, "list", "--where", "(org:deepseek or org:qwen) type:moe", "-c", "id") != []
    assert cli("list", "--where", "params:..2B", "--where", "context:128k").returncode == 1  # of one model


def test_lists_add_up_and_of_single_values_the_last_one_holds(cli: Run) -> None:
    assert lines(cli, "list", "-c", "id,date", "--columns", "name", "-n", "1") == lines(
        cli, "list", "--limit", "3", "--limit", "1", "-c", "id,date,name"
    )
    assert lines(cli, "list", "-s", "type", "--sort=-params", "-c", "id") == lines(
        cli, "list", "-s", "type,-params", "-c", "id"
    )
    assert lines(cli, "list", "--where", "kl:no", "-f", "json", "-f", "names") == lines(
        cli, "list", "--where", "kl:no", "-c", "id"
    )
    both = cli("show", "qwen3", "k1.5", "--notes", "rl", "--notes", "rewards")
    assert both.stdout == cli("show", "qwen3", "k1.5", "--notes", "rl,rewards").stdout
    assert {line.split("\t")[2] for line in both.stdout.splitlines() if "topic" in line} == {"rl", "rewards"}
    assert both.stderr.startswith("note: Qwen3 has no notes on rewards; it has release, architecture, ")


def test_columns_with_json_are_the_keys_of_its_objects(cli: Run) -> None:
    [first, second] = json.loads(cli("list", "--json", "-c", "name,active,date", "-n", "2").stdout)
    assert list(first) == list(second) == ["name", "active_parameters", "date"]
    assert second == {"name": "Ring-lite", "active_parameters": 2_750_000_000, "date": "2025-06-18"}
    [line] = lines(cli, "list", "-f", "jsonl", "-c", "id,tags", "-n", "1", "--where", "id:magistral")
    assert json.loads(line) == {"id": "magistral", "tags": json.loads(line)["tags"]}


def test_the_reason_of_a_match_is_a_column(cli: Run) -> None:
    [line] = lines(cli, "search", "grpo", "kl:no", "-c", "id,why", "-n", "1")
    assert line.split("\t")[1].startswith("techniques: grpo, ")
    [record] = json.loads(cli("search", "grpo kl:no", "-c", "why", "-n", "1", "--json").stdout)
    assert record["why"][0] == "techniques: grpo"
    assert "write `reportcli search QUERY --columns name,why`" in cli("list", "-c", "why").stderr


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("search rl:grpo --limit 0", "--limit is a whole number from 1 to 1,000,000,000, not 0"),
        ("list -c ,", "--columns is empty"),
        ("list --sort ,", "--sort is empty"),
        ("show qwen3 --notes ,", "--notes is empty"),
        ("show qwen3 --notes rl,weather", "unknown topic 'weather'"),
        ("compare qwen3 r1 --date-field first_published", "these options require --where"),
        ("list --bom", "--bom is for CSV"),
        ("count rl -f json --excel", "--excel is for CSV"),
    ],
)
def test_an_option_that_does_not_fit_is_refused(cli: Run, command: str, message: str) -> None:
    ended = cli(*command.split())
    assert (ended.returncode, ended.stdout) == (2, "")
    assert message in ended.stderr


def test_a_format_without_columns_says_so(cli: Run) -> None:
    for name in ("names", "toml", "bibtex", "csl"):
        ended = cli("list", "-f", name, "-c", "name")
        assert ended.stdout == cli("list", "-f", name).stdout
        assert ended.stderr == f"note: --format {name} has no columns to choose\n"
        assert cli("list", "-f", name, "-c", "name", "-q").stderr == ""


def test_the_other_date_is_filter_order_and_column(cli: Run) -> None:
    arguments = ("--date-field", "first_published", "--until", "2025-02")
    assert lines(cli, "list", *arguments, "--header")[0].split("\t")[2] == "first_published"
    days = [line.split("\t")[2] for line in lines(cli, "list", *arguments)]
    assert days == sorted(days, reverse=True)
    assert days[-1] == "2024-02-01"
    assert cli("filter", "2024-02", "--date-field", "published").stdout.startswith("olmo\tOLMo\t2024-02-01\t")
    assert "first published" in cli("list", *arguments, "-f", "table", "-w", "120").stdout.splitlines()[0]
    assert "date" in lines(cli, "list", *arguments, "--header", "-c", "date")[0]


@pytest.mark.parametrize(
    ("command", "notes"),
    [
        (
            "filter 2024-02",
            "note: 2024-02 holds nothing; the nearest is OLMo (2024-07-07), the newest is AceReason-Nemotron 1.1 "
            "(2025-06-18)\nnote: 1 report was first published in this period\nnothing found\n",
        ),
        ("filter 2025-06", "note: 1 of these reports was first published outside this period\n"),
        (
            "filter 2024-07",
            "note: 1 more report was first published in this period\n"
            "note: it was first published outside this period\n",
        ),
        ("list --where date:2025-06", "note: 1 of these reports was first published outside this period\n"),
        ("list --where published:2025-06", "note: 1 more report doesn't record this\n"),
        ("filter 2025-06 --date-field first_published", "note: 1 more report doesn't record this\n"),
        (
            "count rl --since 2099-01",
            "note: 2099-01-01.. holds nothing; the newest is AceReason-Nemotron 1.1 (2025-06-18)\nnothing found\n",
        ),
    ],
)
def test_a_period_says_what_the_other_date_finds_and_what_is_nearest(cli: Run, command: str, notes: str) -> None:
    assert cli(*command.split(), "-f", "tsv").stderr == notes


def test_a_period_that_depends_on_today_is_named_by_its_days(cli: Run) -> None:
    notes = cli("filter", "last", "7", "days").stderr
    assert re.match(r"note: 20\d\d-\d\d-\d\d[.][.] holds nothing; the newest is AceReason-Nemotron 1.1 ", notes)
