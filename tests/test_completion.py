"""What completes a command line, for every kind of value; asked as the shells ask."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import READING_LIST
from reportcli.cli.complete import shells
from reportcli.cli.complete.parameters import TABLE, read_table
from reportcli.cli.complete.signatures import declared_commands, table_text
from reportcli.cli.main import COMMANDS
from reportcli.report.choices import TAGS, TOPICS
from reportcli.report.derived import DERIVED
from reportcli.report.field_names import FIELDS_BY_NAME, field_named
from reportcli.report.fields import DATE, FIELDS, MAP, NUMBERS

Complete = Callable[[str], list[str]]


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch, shared_cache: Path) -> Complete:
    """Ask as fish does: with the line up to the cursor. The first line of the answer says what it is."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(shared_cache))

    def ask(line: str) -> list[str]:
        return shells.answer_shell("fish", [f"reportcli {line}"]).splitlines()

    return ask


@pytest.fixture
def offered(answer: Complete) -> Complete:
    """Return the values that would replace the last word."""

    def values(line: str) -> list[str]:
        kind, *lines = answer(line)
        assert kind == "words"
        return [line.split("\t")[0] for line in lines]

    return values


def test_commands_come_with_their_summary(answer: Complete) -> None:
    visible = {name: entry.summary for name, entry in COMMANDS.items() if entry.group}
    assert answer("") == ["words", *(f"{name}\t{line}" for name, line in visible.items())]


def test_commands_follow_options_of_the_program(offered: Complete) -> None:
    assert offered("-q --color never sear") == ["search"]
    assert offered("--color=auto sear") == ["search"]
    assert offered("nothing-like-this ") == []


def test_options_of_the_program_come_before_a_command(offered: Complete) -> None:
    options = ["--version", "--quiet", "--color", "--install-completion", "--show-completion", "--help"]
    assert offered("--") == options
    assert set(offered("-")) == {*options, "-q", "-h"}


def test_options_of_a_command_come_with_their_help(answer: Complete) -> None:
    assert answer("show --no") == [
        "words",
        "--notes\tShow only the notes on these topics.",
        "--no-header\tPrint a header row (TSV, CSV).",
        "--no-pager\tDon't use a pager.",
    ]


def test_options_come_where_nothing_else_can(offered: Complete) -> None:
    assert "--sort" in offered("list ")
    assert offered("list --json ") == offered("list ")
    assert offered("list for") == []


def test_a_hidden_command_completes_what_follows_it(offered: Complete) -> None:
    assert offered("filter-by-date 2025-0") == offered("filter 2025-0") != []
    assert offered("filter-b") == []


VALUES = {  # what completes a line, where it can be written without spaces
    "show deep": "deepseek-r1 deepseek-v3", "show Deep": "deepseek-r1 deepseek-v3", "show 'magi": "magistral",
    "show deepseek-v3 -q magi": "magistral", "compare qwen3 magi": "magistral", "lineage magi": "magistral",
    "show -- magi": "magistral", "show qwen3-3": "qwen3-30b-a3b qwen3-32b",
    "show magistral-": "magistral-1.0 magistral-medium magistral-small magistral-small-2506", "show dotsl": "dots.llm1",
    "show nothing-like-this": "", "help per": "periods", "help se": "search", "term grp": "grpo",
    "term group-rel": "group-relative-policy-optimization",
    "list --format j": "json jsonl", "list -f j": "json jsonl", "list -fj": "-fjson -fjsonl",
    "list --format=j": "--format=json --format=jsonl", "--color ": "auto always never", "list --color a": "auto always",
    "show --notes r": "release rl rewards", "list --date-field ": "date first_published", "list --sort layer": "layers",
    "list --sort date,-active": "date,-active_parameters", "list --sort sourc": "", "list --columns id,nam": "id,name",
    "list --columns name,nam": "", "list --columns org": "organizations", "list --columns para": "parameters",
    "list --columns params": "params", "list --columns models.par": "models.parameters", "list --columns hel": "help",
    "list --limit ": "", "search rl:gr": "rl:grpo", "search RL:GR": "RL:grpo", "search an": "and", "search grp": "grpo",
    "search kl:": "kl:unknown kl:known kl:undisclosed kl:yes kl:no", "search params:": "params:unknown params:known",
    "search type:d": "type:dense type:diffusion", "search tech:grp": "tech:grpo", "search nothing-like:": "",
    "search tech:group-rel": "tech:group-relative-policy-optimization", "search org:deep": "org:deepseek org:deepmind",
    "search id:deep": "id:deepseek-r1 id:deepseek-v3", "search param": "params:unknown params:known",
    "search '\"clip hi": "", "filter 2024-12..2025-06": "2024-12..2025-06", "list --since 2024-1": "2024-12",
    "filter 2025-0": "2025-01 2025-02 2025-03 2025-04 2025-05 2025-06", "search optimizer:mu": "optimizer:muon",
    "count techni": "techniques", "count sour": "", "count technique grp": "grpo",
    "count type moe d": "dense diffusion", "count nothing x": "", "count type --by ": "year quarter month",
    "plot fl": "flops", "plot date tokens t": "",
    "list --columns fl": "flagship flops", "list --sort training": "training_flops",
}  # fmt: skip
PHRASES = {
    "list --where 'rl:grpo kl:n": "rl:grpo kl:no", "list --where='rl:grpo kl:n": "--where=rl:grpo kl:no",
    "list --where rl:grpo\\ kl:n": "rl:grpo kl:no", "search '(grpo or rl:pp": "(grpo or rl:ppo",
    'search \'"clip higher" rl:pp': '"clip higher" rl:ppo',
    "search 'optimizer:muon org:moon": "optimizer:muon org:moonshot",
}  # fmt: skip


def test_a_value_is_completed(offered: Complete) -> None:
    for line, values in VALUES.items():
        assert (line, offered(line)) == (line, values.split())
    for line, phrase in PHRASES.items():
        assert (line, offered(line)) == (line, [phrase])


def test_a_name_says_whose_it_is(answer: Complete) -> None:
    assert answer("show magi") == ["words", "magistral\tMagistral · Mistral AI · 2025-06-12"]
    assert answer("show qwen3-32") == ["words", "qwen3-32b\ta model of Qwen3"]
    assert answer("term grp") == ["words", "grpo\tGRPO, Group Relative Policy Optimization"]
    assert answer("filter 2024-0") == ["words", "2024-07\t1 report", "2024-08\t1 report"]


def test_without_a_beginning_every_report_is_offered_by_its_id(offered: Complete) -> None:
    assert offered("show ") == sorted(path.stem for path in READING_LIST.glob("*.toml"))


def test_closed_values_are_all_offered(offered: Complete) -> None:
    assert offered("show --notes ") == list(TOPICS)
    assert offered("search tag:") == [f"tag:{tag}" for tag in ("unknown", "known", *TAGS)]


def test_every_field_is_offered_once_by_a_name_that_means_it(offered: Complete) -> None:
    every = {field.path for field in FIELDS + DERIVED}
    columns = offered("list --columns ")
    assert columns.pop() == "help"
    fields = [field_named(name) for name in columns]
    assert sorted(field.path for field in fields if field) == sorted(every)
    conditions = offered("search ")
    assert {name[-1] for name in conditions} == {":"}
    fields = [field_named(name[:-1]) for name in conditions]
    assert sorted(field.path for field in fields if field) == sorted(every)
    assert {"org:", "tech:", "rl:", "kl:", "params:", "tokens:"} <= set(conditions)
    assert "flops:" in offered("search fl")


def test_an_axis_takes_single_figures_and_days(offered: Complete) -> None:
    axes = offered("plot ")
    assert offered("plot date ") == axes
    fields = [field_named(name) for name in axes]
    assert {field.kind for field in fields if field} == {*NUMBERS, DATE}
    assert {"date", "tokens", "parameters", "training_flops"} <= set(axes)
    assert "models.parameters" not in axes


def test_what_cannot_be_sorted_is_not_offered_for_it(offered: Complete) -> None:
    maps = {field.path for field in FIELDS if field.kind == MAP}
    assert set(offered("list --columns ")) - set(offered("list --sort ")) == {"help", *maps}


def test_each_name_of_a_field_goes_on_to_its_values(offered: Complete) -> None:
    for name in list(FIELDS_BY_NAME)[::3]:
        assert offered(f"search {name}:")[:2] == [f"{name}:unknown", f"{name}:known"]


def test_a_single_field_goes_straight_on_to_its_values(offered: Complete) -> None:
    assert offered("search optim") == offered("search optimizer:")


def test_a_field_to_set_goes_on_to_its_values(offered: Complete) -> None:
    assert offered("edit qwen3 --set lice") == ["license="]
    assert offered("edit qwen3 --set kl=") == ["kl=yes", "kl=no"]
    assert offered("edit qwen3 --set tags=math,lan") == ["tags=math,language-model"]
    assert offered("edit qwen3 --set tags+=math,lan") == ["tags+=math,language-model"]
    assert offered("edit qwen3 --set license=") == []
    assert "models.Qwen3-4B." in offered("edit qwen3 --set models.")
    assert offered("edit qwen3 --set models.Qwen3-4B.par") == ["models.Qwen3-4B.parameters="]
    assert "models.Qwen3-4B.type=dense" in offered("edit qwen3 --set models.Qwen3-4B.type=")
    assert offered("edit qwen3 --set sources.gpu_h") == ["sources.gpu_hours="]
    assert offered("edit nothing --set models.") == []


def test_another_catalogue_is_asked_where_it_is_named(offered: Complete, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text((READING_LIST / "qwen3.toml").read_text().replace('"Qwen3"', '"Mine"'))
    assert offered(f"show --catalog {tmp_path} ") == ["mine"]
    assert offered(f"show --catalog={tmp_path} m") == ["mine"]


def test_a_home_folder_is_understood_in_the_name_of_a_catalogue(offered: Complete, own_home: Path) -> None:
    (own_home / "mine").mkdir()
    (own_home / "mine" / "mine.toml").write_text((READING_LIST / "qwen3.toml").read_text())
    assert offered("show --catalog ~/mine ") == ["mine"]


def test_folders_are_left_to_the_shell(answer: Complete) -> None:
    assert answer("list --catalog some/fol") == ["folders", "", "some/fol"]
    assert answer("list --catalog=some/fol") == ["folders", "--catalog=", "some/fol"]
    assert answer("list > some/fi") == ["files", "", "some/fi"]


def test_a_broken_catalogue_breaks_nothing(offered: Complete, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("entry/broken.toml", "words/vocabulary/techniques.toml"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text("= [")
    for folder in ("entry", "words", "missing", "entry/broken.toml/inside"):
        monkeypatch.setenv("REPORTCLI_CATALOG", str(tmp_path / folder))
        assert offered("sho") == ["show"]
        assert offered("show --not") == ["--notes"]
        assert offered("search rl:gr") == ["rl:grpo"]
        assert offered("search org:") == ["org:unknown", "org:known"]
        for line in ("show ", "filter ", "search date:2"):
            assert offered(line) == []


def test_a_broken_index_breaks_nothing(offered: Complete, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert offered("show magi") == ["magistral"]
    (index,) = tmp_path.rglob("index-*.sqlite")
    index.write_bytes(b"not a database" * 1000)
    assert offered("show magi") == ["magistral"]


def test_names_that_a_terminal_would_obey_are_shown_or_left_out(answer: Complete, tmp_path: Path) -> None:
    entry = (READING_LIST / "qwen3.toml").read_text().replace('name = "Qwen3"', r'name = "Q\u001b[31m\tw\nen"', 1)
    (tmp_path / "plain.toml").write_text(entry.replace('"Qwen3-32B"', r'"plain \u0007bell"'))
    assert answer(f"show --catalog {tmp_path} pl") == ["words", r"plain	Q\x1b[31m w en · Alibaba Qwen · 2025-05-14"]
    assert answer(f"show --catalog {tmp_path} plainb") == ["words"]


def test_every_parameter_that_takes_words_says_which() -> None:
    free = {"limit", "width", "arxiv", "entry_id", "stage"}  # numbers, and what the catalogue does not have yet
    for command in read_table().values():
        unknown = {option.name for option in command.parameters if not (option.takes or option.is_flag)}
        assert unknown <= free


def test_the_table_of_parameters_is_what_the_commands_declare() -> None:
    assert read_table() == declared_commands()
    assert TABLE.read_text() == table_text(), "run `python -m reportcli.cli.complete.signatures`"


def test_an_unknown_shell_is_answered_nothing() -> None:
    for line in ("reportcli show ", "reportcli", ""):
        assert shells.answer_shell("tcsh", [line]) == ""
    assert shells.answer_shell("fish", ["reportcli"]) == ""


def test_bytes_that_are_no_text_and_words_over_lines_are_answered_nothing(answer: Complete) -> None:
    for line in ("show \udcff", "search org:\udcff", "search '\udcff rl:gr", "search 'a\nrl:gr"):
        assert answer(line) == []


def test_the_home_of_nobody_is_a_folder_like_another(offered: Complete) -> None:
    assert offered("show --catalog ~nobody-by-this-name/x q") == []


@settings(max_examples=60)
@given(
    st.text(max_size=12), st.sampled_from(["", "show ", "search ", "search rl:", "list --sort ", "list --columns a,"])
)
def test_anything_may_be_typed(text: str, before: str) -> None:
    for shell in shells.SCRIPTS:
        lines = shells.answer_shell(shell, [f"reportcli {before}{text}", ""]).split("\n")
        assert lines[0] in ("words", "open", "files", "folders", "")
        assert lines[-1] == ""
