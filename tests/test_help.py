"""Help: of the program, of each command, and the pages on queries, periods, formats and exit codes."""

import re
import shlex
import shutil
from pathlib import Path

import pytest

from conftest import READING_LIST, Run
from reportcli.cli.examples import EXAMPLES, PAGES, TOUR
from reportcli.cli.main import COMMANDS, command_function

WRITING = ("add", "import", "edit", "remove")
TOPICS = ("queries", "periods", "formats", "exit-codes", "catalogue", "mappings", "python")


@pytest.fixture(autouse=True)
def _index_made_once(shared_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(shared_cache))


def test_help_and_version_need_no_catalogue(cli: Run) -> None:
    for arguments in (("--help",), ("-h",), (), ("list", "-h"), ("search", "--help"), ("help", "queries"), ("help",)):
        ended = cli(*arguments, REPORTCLI_CATALOG="/nowhere")
        assert (ended.returncode, ended.stderr.count("error")) == (0, 0)
        assert ended.stdout.startswith("Usage: reportcli") or arguments == ("help", "queries")
    assert re.fullmatch(
        r"reportcli \d+\.\d+\.\d+\ncatalog of 2025-06-18, 36 reports\n",
        cli("--version", REPORTCLI_CATALOG="/nowhere").stdout,
    )


def test_help_lists_every_command_in_its_group(cli: Run) -> None:
    usage = cli().stdout
    assert cli("help").stdout == cli("-h").stdout == cli("--help").stdout == usage
    for name, entry in COMMANDS.items():
        if entry.group:
            assert re.search(rf"^{entry.group}:\n(?:  .*\n)*?  {name} +{re.escape(entry.summary)}", usage, re.M), name


def test_help_on_a_command_is_its_own_help(cli: Run) -> None:
    for command in COMMANDS.keys() - {"help"}:
        ended = cli("help", command)
        assert ended.returncode == 0
        assert ended.stdout == cli(command, "-h").stdout


def test_the_options_of_a_command_stand_in_groups(cli: Run) -> None:
    headings = re.findall(r"^\w.*:$", cli("search", "-h").stdout, re.M)
    assert headings == ["Arguments:", "Options:", "Which reports:", "Output:", "Examples:"]


def test_the_signature_of_a_command_is_its_own() -> None:
    for name in COMMANDS:
        function = command_function(name)
        assert not hasattr(function, "__signature__")
        assert not hasattr(function, "__wrapped__")


def test_the_help_of_a_command_ends_with_its_examples(cli: Run) -> None:
    assert EXAMPLES.keys() == COMMANDS.keys()
    for command, examples in EXAMPLES.items():
        shown = cli(command, "-h").stdout.partition("\nExamples:\n")[2]
        assert 3 <= len(examples) <= 5
        assert re.findall(r"^  (\S.*?)(?:  .*)?$", shown, re.M) == [each.line for each in examples]
        assert shown.rstrip().endswith(examples[-1].shows) or "\n\nSee also: reportcli help " in shown
    assert {page for pages in PAGES.values() for page in pages} <= set(TOPICS)


def test_the_tour_stands_above_the_commands(cli: Run) -> None:
    shown = cli(COLUMNS="80").stdout
    assert shown.index("Tour:") < shown.index("Browse:")
    assert all(re.search(rf"^  {re.escape(each.line)}  +{each.shows}$", shown, re.M) for each in TOUR)


def test_every_example_in_the_help_works(cli: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Those that only read; what others do is tested where their commands are."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "catalog").symlink_to(READING_LIST)
    shutil.copy(READING_LIST / "qwen3.toml", "entry.toml")
    (tmp_path / "config.json").write_text('{"num_hidden_layers": 94}')
    examples = [each for command, listed in EXAMPLES.items() for each in listed if command not in WRITING]
    for each in (*TOUR, *examples):
        words = shlex.split(re.sub(r" [|>] .*", "", each.line))
        ended = cli(*words[1:], *(["--print"] if words[1] == "open" and "--print" not in words else []))
        assert (ended.returncode, "error" in ended.stderr) in ((0, False), (1, False)), (each.line, ended.stderr)


def test_on_a_terminal_headings_and_what_can_be_typed_are_bold(cli: Run) -> None:
    for arguments in ((), ("compare", "-h")):
        shown = cli(*arguments, terminal=True, COLUMNS="80").stdout
        assert "\x1b[1mUsage:\x1b[0m reportcli" in shown
        assert "  \x1b[1m-h, --help\x1b[0m " in shown
        assert re.sub(r"\x1b\[[01]m", "", shown) == cli(*arguments, COLUMNS="80").stdout
    assert "\x1b" not in cli(terminal=True, NO_COLOR="1").stdout


def test_a_page_fits_on_one_screen(cli: Run) -> None:
    for topic in TOPICS:
        lines = cli("help", topic, terminal=True, COLUMNS="80", NO_COLOR="1").stdout.splitlines()
        assert 4 < len(lines) < 24
        assert max(map(len, lines)) <= 80


def test_an_unknown_topic_gets_the_nearest(cli: Run) -> None:
    ended = cli("help", "querys")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == "error: no help page named 'querys'\n  did you mean queries?\n"


def test_queries_in_help_are_queries(cli: Run) -> None:
    for line in cli("help", "queries").stdout.splitlines():
        query = line.split("\t")[0].strip("'")
        assert cli("list", "--where", query).returncode in (0, 1), query


def test_periods_in_help_are_periods(cli: Run) -> None:
    for line in cli("help", "periods").stdout.splitlines():
        assert cli("filter", *line.split("\t")[0].split()).returncode in (0, 1), line


def test_python_in_help_is_python(cli: Run) -> None:
    names: dict[str, object] = {}
    for line in cli("help", "python").stdout.splitlines():
        exec(line.split("\t")[0], names)
    exec("catalog.close()", names)
