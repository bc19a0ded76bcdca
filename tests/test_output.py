"""How an answer is written: to a terminal or a pipe, in color, through the pager, as a picture, in a poor encoding."""

import html
import json
import os
import re
import sqlite3
import subprocess
import sys
import tomllib
import xml.etree.ElementTree
from contextlib import closing
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest
from rich.cells import cell_len

from conftest import CATALOG, Run
from makers import shipped_reports, write
from reportcli.cli.main import run
from reportcli.cli.output import repeating_folders
from reportcli.cli.streams import prepare_streams
from reportcli.errors import UsageError
from terminal import on_terminal

LINK = re.compile(r"\x1b\]8;id=\d+;(.*?)\x1b\\(.*?)\x1b\]8;;\x1b\\")
COLOR = re.compile(r"\x1b\[[\d;]*m")
LIST_LINES = len(shipped_reports()) + 4  # of a list on 80 columns: with headings, and one line on the caveats


@pytest.fixture(autouse=True)
def _index_made_once(shared_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(shared_cache))


def test_commands_in_a_hint_name_the_folders_that_were_given() -> None:
    given = " --catalog 'my own' --catalog b"
    for hint, expected in {
        "`reportcli list` lists them": f"`reportcli list{given}` lists them",
        "`reportcli term`, or `reportcli fields`": f"`reportcli term{given}`, or `reportcli fields{given}`",
        "see `reportcli help queries`, or `check`": "see `reportcli help queries`, or `check`",
        "`reportcli edit x --catalog c`": "`reportcli edit x --catalog c`",
        "`reportcli list --help`, `reportcli list | cat`": "`reportcli list --help`, `reportcli list | cat`",
    }.items():
        with pytest.raises(UsageError) as caught, repeating_folders([Path("my own"), Path("b")]):
            raise UsageError("no", hint)
        assert caught.value.hint == expected


# Terminals.

SCREENS = (
    "list", "search GRPO", "filter 2025-06", "show Qwen3", "show DeepSeek-R1 --sources", "compare Qwen3 dots.llm1",
    "compare Qwen3 dots.llm1 DeepSeek-V3 acereason-nemotron-1.1", "list --columns help", "term", "term GRPO",
    "search rl:grpo kl:no", "search GRPO --explain", "count rl", "timeline", "plot", "lineage", "info",
)  # fmt: skip


def test_nothing_is_wider_than_the_screen(cli: Run) -> None:
    for command in SCREENS:
        for columns, most in (("1", 20), ("60", 60), ("80", 80), ("120", 120), ("9" * 20, 10_000)):
            ended = cli(*command.split(), terminal=True, COLUMNS=columns)
            plain = COLOR.sub("", LINK.sub(r"\2", ended.stdout))
            assert (ended.returncode, "\x1b" in plain) == (0, False)
            assert 0 < max(map(cell_len, plain.splitlines())) <= most, (command, columns)


def test_a_width_may_be_asked_for(cli: Run) -> None:
    for width in (20, 60, 80, 200, 10_000):
        table = cli("list", "--format", "table", "--width", str(width)).stdout
        assert max(map(len, table.splitlines())) <= width
        assert "AceReason-Nemotron 1.1" in re.sub(r"\s+", " ", table)


@pytest.mark.parametrize(
    ("environment", "options", "is_colored"),
    [
        ({}, "", True),
        ({"NO_COLOR": "1"}, "", False),
        ({"NO_COLOR": ""}, "", True),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, "", False),
        ({"NO_COLOR": "1"}, "--color always", True),
        ({"TERM": "dumb"}, "", False),
        ({"TERM": "dumb", "FORCE_COLOR": "1"}, "", True),
        ({"FORCE_COLOR": "0"}, "", False),
        ({}, "--color never", False),
    ],
)  # fmt: skip
def test_color_follows_option_then_variables_then_terminal(
    cli: Run, environment: dict[str, str], options: str, is_colored: bool
) -> None:
    shown = cli("list", *options.split(), terminal=True, **environment).stdout
    assert bool(COLOR.search(shown)) is is_colored


def test_a_terminal_without_a_type_gets_neither_color_nor_links(cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TERM")
    assert "\x1b" not in cli("list", terminal=True).stdout


def test_color_in_a_pipe_never_makes_a_table(cli: Run) -> None:
    assert cli("list", FORCE_COLOR="1").stdout == cli("list").stdout
    assert cli("list", "--color", "always").stdout == cli("list").stdout


def test_a_note_breaks_between_words(cli: Run) -> None:
    whole = cli("count", "technique", "grpo", "dpo").stderr.strip()
    for width in (30, 50):
        lines = cli("count", "technique", "grpo", "dpo", terminal=True, COLUMNS=str(width)).stderr.splitlines()
        assert max(map(len, lines)) <= width
        assert {line[:2] for line in lines[1:]} == {"  "}
        assert " ".join(map(str.strip, lines)) == whole


def test_names_and_addresses_are_links_on_a_terminal(cli: Run) -> None:
    (address, text), *_ = LINK.findall(cli("list", "--where", "id:qwen3", terminal=True).stdout)
    assert (address, COLOR.sub("", text)) == ("https://arxiv.org/abs/2505.09388", "Qwen3")
    addresses = {address for address, _ in LINK.findall(cli("show", "qwen3", terminal=True).stdout)}
    assert {"https://arxiv.org/pdf/2505.09388v1", "https://github.com/QwenLM/Qwen3"} <= addresses


def test_there_are_no_links_where_they_cannot_be_followed(cli: Run) -> None:
    for arguments, environment in (
        ("list", {"NO_COLOR": "1"}),
        ("list", {"TERM": "dumb"}),
        ("list", {"TERM": "linux"}),
        ("list --format svg", {}),
    ):
        assert "\x1b]8" not in cli(*arguments.split(), terminal=True, **environment).stdout
    assert "\x1b]8" not in cli("list", "--format", "table", "--color", "always").stdout


def test_an_address_that_is_none_of_the_web_is_no_link(cli: Run, tmp_path: Path) -> None:
    address = "javascript:alert(1)"
    links = f'[links]\npdf = "{address}"\npage = ["https://a.example/\\u001b]8;;x", "file:///etc/passwd"]\n'
    write(tmp_path, "x", "X", links)
    shown = cli("show", "x", "--catalog", str(tmp_path), terminal=True).stdout
    assert address in shown
    assert LINK.findall(shown) == []
    assert "\x1b]8" not in shown


# The pager.

PAGER = f"{sys.executable} -c 'import sys; print(\"paged\", len(sys.stdin.read().splitlines()))'"


def test_what_is_longer_than_the_screen_goes_through_the_pager(cli: Run, capfd: pytest.CaptureFixture[str]) -> None:
    long = {"terminal": True, "LINES": "20", "PAGER": "cat -n | sed s/^/X/"}
    assert cli("list", **long).stdout == ""
    paged = capfd.readouterr().out.splitlines()
    assert paged[-1].startswith(f"X {LIST_LINES:5}\t")
    for arguments, environment in (
        (("list",), {"LINES": "100"}),
        (("list", "--no-pager"), {}),
        (("list", "--format", "tsv"), {}),
        (("list", "--format", "table"), {"terminal": False}),
        (("list",), {"REPORTCLI_PAGER": ""}),
    ):
        assert len(cli(*arguments, **(long | environment)).stdout.splitlines()) >= 36
        assert capfd.readouterr().out == ""


@pytest.mark.parametrize("pager", ["", "cat", "no-such-pager", "cat | no-such-pager", "false", "'unclosed", "/"])
def test_without_a_pager_that_works_the_table_is_written(
    cli: Run, capfd: pytest.CaptureFixture[str], pager: str
) -> None:
    ended = cli("list", terminal=True, LINES="20", PAGER=pager)
    assert (ended.returncode, len(ended.stdout.splitlines())) == (0, LIST_LINES)
    assert capfd.readouterr().out == ""


def test_without_a_folder_for_the_text_of_the_pager_the_table_is_written(
    cli: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "missing"))
    assert len(cli("list", terminal=True, LINES="20", PAGER="less").stdout.splitlines()) == LIST_LINES


def test_a_pager_that_ends_early_ends_the_program_in_peace(cli: Run, capfd: pytest.CaptureFixture[str]) -> None:
    ended = cli("show", "Qwen3", "phi-4", "olmo", "--sources", terminal=True, LINES="20", PAGER="head -n 1; exit 3")
    assert (ended.returncode, ended.stdout) == (0, "")
    assert capfd.readouterr().out == "\x1b[1mQwen3\x1b[0m  Qwen3 Technical Report\n"


def test_a_pager_that_would_show_escapes_gets_none(cli: Run, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    pager = tmp_path / "less"
    pager.write_text('#!/bin/sh\necho "LESS=$LESS"\ncat\n')
    pager.chmod(0o700)
    for less, is_colored in ((None, True), ("-R", True), ("FX", False)):
        environment = {"PAGER": f"cat | {pager}"} | ({"LESS": less} if less else {})
        cli("list", terminal=True, LINES="20", **environment)
        paged = capfd.readouterr().out
        assert paged.startswith(f"LESS={less or 'FRX'}\n")
        assert bool(COLOR.search(paged)) is is_colored
        assert LINK.findall(paged) == []


@pytest.mark.parametrize(("version", "shown"), [("590", "FRX"), ("608", "-FRX --header=2")])
def test_the_heading_stays_in_sight_where_less_can_hold_it(
    cli: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str],
    version: str, shown: str,
) -> None:  # fmt: skip
    pager = tmp_path / "less"
    pager.write_text(f'#!/bin/sh\n[ "$1" = --version ] && exec echo "less {version} (…)"\necho "$LESS"\ncat\n')
    pager.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    for command, options in (("list", shown), ("show Qwen3", "FRX"), ("recipe DeepSeek-R1", "FRX")):
        cli(*command.split(), "--catalog", str(CATALOG), terminal=True, LINES="5", COLUMNS="80", PAGER="less")
        assert capfd.readouterr().out.splitlines()[0] == options  # two tables below one another have two headings


@pytest.mark.slow
def test_the_pager_has_a_real_terminal() -> None:
    paged = re.match(r"paged (\d+)\n", on_terminal("reportcli -q list", lines=20, PAGER=PAGER)[0])
    assert paged
    assert int(paged[1]) > len(list(CATALOG.glob("*.toml")))
    assert re.match(r"\d{3}\n", on_terminal("reportcli -q list", lines=20, PAGER="test -t 1 && wc -l")[0])
    assert "paged" not in on_terminal("reportcli -q list | cat", lines=20, PAGER=PAGER)[0]


@pytest.mark.slow
def test_no_note_is_written_over_the_picture_of_another_program() -> None:
    noted = "stty {}; reportcli list -n 1 -f names | cat >/dev/null"
    assert "note: 1 of " in on_terminal(noted.format("icanon"), stdin=True)[0]
    assert on_terminal(noted.format("-icanon"), stdin=True)[0] == ""


# Formats.


def test_a_format_that_makes_no_sense_is_refused(cli: Run) -> None:
    for command in (("help", "formats"), ("term",), ("list", "--columns", "help")):
        ended = cli(*command, "--format", "toml")
        assert (ended.returncode, ended.stdout) == (2, "")
        assert "this command does not support the format 'toml'" in ended.stderr
        assert "table, tsv, csv, json" in ended.stderr


def drawn(picture: str) -> list[str]:
    """Return the lines of text that an svg picture shows, without spaces, which it does not draw."""
    lines: dict[float, list[tuple[float, str]]] = {}
    for x, y, text in re.findall(
        r'<text [^>]*class="reportcli-[0-9a-f]+-r\d+" x="([\d.]+)" y="([\d.]+)"[^>]*>(.*?)</text>', picture
    ):
        lines.setdefault(float(y), []).append((float(x), html.unescape(text)))
    return list(filter(None, ("".join("".join(text for _, text in sorted(lines[y])).split()) for y in sorted(lines))))


def test_a_picture_shows_what_the_terminal_shows(cli: Run) -> None:
    for command in ("list", "compare Qwen3 dots.llm1", "search GRPO --limit 3", "show Qwen3"):
        table = cli(*command.split(), "--format", "table", "--width", "90").stdout
        picture = cli(*command.split(), "--format", "svg", "--width", "90").stdout
        assert xml.etree.ElementTree.fromstring(picture).tag == "{http://www.w3.org/2000/svg}svg"
        assert drawn(picture) == ["".join(line.split()) for line in table.splitlines() if line.strip()]
        assert not re.search(r"url\((?!#)|@import|(href|src)=(?!.#)", picture)  # it loads nothing from elsewhere


def test_two_pictures_share_no_name_and_have_a_ground_that_can_be_chosen(cli: Run) -> None:
    commands = ("list --limit 3", "list --limit 3 --plain", "list --limit 3 --theme light", "compare Qwen3 dots.llm1")
    pictures = [cli(*command.split(), "--format", "svg").stdout for command in commands]
    names = [set(re.findall(r'(?:id|class)="([^"]+)"', picture)) for picture in pictures]
    assert all(names)
    assert sum(map(len, names)) == len(set().union(*names))
    usual, plain, light, _ = pictures
    assert "<circle" in usual
    assert "<circle" not in plain
    assert ('fill="#000000"' in usual, 'fill="#ffffff"' in light) == (True, True)
    assert drawn(plain) == drawn(usual) == drawn(light)
    height = [float(re.findall(r'viewBox="0 \d+ \S+ (\S+)"', picture)[0]) for picture in (usual, plain)]
    assert height[0] - height[1] == pytest.approx(32)
    assert cli("list", "--theme", "blue", "-f", "svg").stderr.startswith("error: invalid value for --theme: 'blue'")
    assert cli("list", "--plain", "-f", "tsv").returncode == 2


# Encodings and streams.


def encoded_output(monkeypatch: pytest.MonkeyPatch, encoding: str, errors: str, *arguments: str) -> str:
    """Run the program with standard output in an encoding, and return what was written."""
    written = BytesIO()
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", TextIOWrapper(written, encoding, errors))
        prepare_streams()
        assert run(arguments) == 0
        return written.getvalue().decode(encoding)


def test_a_character_that_the_encoding_lacks_is_escaped_as_the_format_has_it(
    monkeypatch: pytest.MonkeyPatch, cli: Run, tmp_path: Path
) -> None:
    write(tmp_path, "tulu-3", "Tülu 3 模型 😀")
    monkeypatch.setenv("REPORTCLI_CATALOG", str(tmp_path))
    usual = {name: cli("show", "tulu-3", "-f", name).stdout for name in ("json", "jsonl", "toml", "svg")}
    for encoding in ("ascii", "latin-1"):
        for errors in ("strict", "surrogateescape"):
            written = {
                name: encoded_output(monkeypatch, encoding, errors, "show", "tulu-3", "-f", name)
                for name in (*usual, "tsv")
            }
            assert json.loads(written["json"]) == json.loads(usual["json"])
            assert json.loads(written["jsonl"]) == json.loads(usual["jsonl"])
            assert tomllib.loads(written["toml"]) == tomllib.loads(usual["toml"])
            assert drawn(written["svg"]) == drawn(usual["svg"])
            name = "T\\xfclu 3" if encoding == "ascii" else "Tülu 3"
            assert f"tulu-3\tname\t{name} \\u6a21\\u578b \\U0001f600\n" in written["tsv"]


def test_the_user_may_say_what_becomes_of_a_character_that_the_encoding_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "T?lu 3" in encoded_output(monkeypatch, "ascii", "replace", "list")
    assert '"T\\u00fclu 3"' in encoded_output(monkeypatch, "ascii", "replace", "list", "--json")


@pytest.mark.parametrize(
    ("command", "code", "message"),
    [
        ("list >/dev/full", 3, "error: I/O error: No space left on device\n"),
        ("list >&-", 0, ""),
        ("show xyzzy >&-", 2, "error: no report named 'xyzzy'\n  `reportcli list` lists them\n"),
        ("show - <&-", 2, "error: no names on standard input\n  give one per line\n"),
        ("list --limit 1 2>&-", 0, ""),
        ("list --limit 1 2>/dev/full", 0, ""),
        ("show xyzzy 2>/dev/full", 2, ""),
        (r"show $'\xff'", 2, "error: no report named '?'\n  `reportcli list` lists them\n"),
    ],
)
def test_closed_and_full_streams_end_in_a_sentence(command: str, code: int, message: str) -> None:
    ended = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m reportcli {command}"], capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stderr) == (code, message)


# A damaged index.


def damage(cache: Path, where: str) -> None:
    """Let the texts of some reports in the only index of a cache be no reports."""
    (file,) = (cache / "reportcli").glob("*.sqlite")
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute(f"UPDATE report SET body = '[]' WHERE {where}")


def test_a_command_whose_index_proves_damaged_answers_from_memory(
    cli: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    for arguments in (("list",), ("show", "olmo", "-f", "json"), ("lineage", "olmo"), ("compare", "qwen3", "olmo")):
        right = cli(*arguments)
        damage(tmp_path, "id IN ('olmo', 'qwen3')")
        assert vars(cli(*arguments)) == vars(right)
        assert not list((tmp_path / "reportcli").glob("*"))


def test_an_answer_that_was_begun_says_that_it_is_incomplete(
    cli: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for number in range(1_001):
        write(tmp_path / "many", f"r{number:04}", f"R {number}")
    arguments = ("list", "--catalog", str(tmp_path / "many"))
    right = [cli(*arguments), cli(*arguments)][-1]  # the first call may find files so new that it is not final
    damage(tmp_path / "cache", "id = 'r1000'")
    ended = cli(*arguments)
    assert (ended.returncode, ended.stdout.splitlines()) == (3, right.stdout.splitlines()[:-1])
    assert ended.stderr == "error: the index was damaged; output is incomplete\n  run the command again\n"
    assert vars(cli(*arguments)) == vars(right)
