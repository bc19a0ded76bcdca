"""What only a terminal gets: the pager, hyperlinks, the pages of help; and what it must never get."""

import html
import re
import subprocess
import sys
import tomllib
import xml.etree.ElementTree
from collections.abc import Callable
from pathlib import Path

import pytest

from reportcli.cli.main import COMMANDS
from terminal import on_terminal

Run = Callable[..., subprocess.CompletedProcess[str]]
LINK = re.compile(r"\x1b\]8;id=\d+;(.*?)\x1b\\(.*?)\x1b\]8;;\x1b\\")
COLOUR = re.compile(r"\x1b\[[\d;]*m")
PAGER = f"{sys.executable} -c 'import sys; print(\"paged\", len(sys.stdin.read().splitlines()))'"


def test_what_is_longer_than_the_screen_goes_through_the_pager() -> None:
    assert on_terminal("reportcli list", lines=20, PAGER=PAGER)[0].startswith("paged 38\n")
    assert "paged" not in on_terminal("reportcli list", lines=60, PAGER=PAGER)[0]
    assert "paged" not in on_terminal("reportcli list --no-pager", lines=20, PAGER=PAGER)[0]
    assert "paged" not in on_terminal("reportcli list --format tsv", lines=20, PAGER=PAGER)[0]
    assert "paged" not in on_terminal("reportcli list --format table | cat", lines=20, PAGER=PAGER)[0]


@pytest.mark.parametrize("pager", ["", "cat", "no-such-pager", "'unclosed", "/", "/etc/passwd"])
def test_without_a_pager_that_works_the_table_is_written(pager: str) -> None:
    written, code = on_terminal("reportcli list", lines=20, PAGER=pager)
    assert (code, len(written.splitlines()) >= 38, "Traceback" in written) == (0, True, False)


def test_the_own_variable_of_the_program_goes_before_the_common_one() -> None:
    assert on_terminal("reportcli list", lines=20, PAGER="false", REPORTCLI_PAGER=PAGER)[0].startswith("paged")
    assert "paged" not in on_terminal("reportcli list", lines=20, PAGER=PAGER, REPORTCLI_PAGER="")[0]


def test_a_pager_that_ends_early_ends_the_program_in_peace() -> None:
    written, code = on_terminal("reportcli show Qwen3 phi-4 olmo --sources", lines=20, PAGER="head -n 1")
    assert code == 0
    assert written.startswith("\x1b[1mQwen3\x1b[0m")
    assert len(written.splitlines()) == 1


@pytest.mark.parametrize(("less", "coloured"), [(None, True), ("FRX", True), ("-R", True), ("FX", False)])
def test_a_pager_that_would_show_escapes_gets_none(tmp_path: Path, less: str | None, coloured: bool) -> None:
    pager = tmp_path / "less"
    pager.write_text('#!/bin/sh\necho "LESS=$LESS"\ncat\n')
    pager.chmod(0o700)
    environment = {"PAGER": str(pager)} | ({"LESS": less} if less else {})
    written, _ = on_terminal("reportcli list", lines=20, **environment)
    assert written.startswith(f"LESS={less or 'FRX'}\n")
    assert bool(COLOUR.search(written)) is coloured


@pytest.mark.parametrize("width", [30, 50])
def test_a_note_breaks_between_words(width: int) -> None:
    shown, _ = on_terminal("reportcli count technique grpo dpo >/dev/null", columns=width, COLUMNS=str(width))
    lines = shown.splitlines()
    assert max(map(len, lines)) <= width
    assert lines[0].startswith("note: ")
    assert {line[:2] for line in lines[1:]} == {"  "}
    assert " ".join(map(str.strip, lines)) == (
        "note: a report may have several values: 23 reports are counted 25 times"
    )


def test_names_and_addresses_are_links_on_a_terminal() -> None:
    (address, text), *_ = LINK.findall(on_terminal("reportcli list --where id:qwen3")[0])
    assert (address, COLOUR.sub("", text)) == ("https://arxiv.org/abs/2505.09388", "Qwen3")
    addresses = {address for address, _ in LINK.findall(on_terminal("reportcli show qwen3")[0])}
    assert {"https://arxiv.org/pdf/2505.09388v1", "https://github.com/QwenLM/Qwen3"} <= addresses


@pytest.mark.parametrize(
    ("command", "environment"),
    [
        ("reportcli list", {"NO_COLOR": "1"}),
        ("reportcli list", {"TERM": "dumb"}),
        ("reportcli list", {"TERM": "linux"}),
        ("reportcli list --format table --color always | cat", {}),
        ("reportcli list --format svg", {}),
    ],
)
def test_there_are_no_links_where_they_cannot_be_followed(command: str, environment: dict[str, str]) -> None:
    assert "\x1b]8" not in on_terminal(command, **environment)[0]


def test_an_address_that_is_none_of_the_web_is_no_link(tmp_path: Path) -> None:
    entry = tomllib.loads(Path(__file__).parents[1].joinpath("catalog/olmo.toml").read_text(encoding="utf-8"))
    address = "javascript:alert(1)"
    text = (
        f'name = "X"\ntitle = "X"\norganizations = ["O"]\ndate = {entry["date"]}\nsummary = "s"\ntags = []\n'
        f'[links]\npdf = "{address}"\npage = ["https://a.example/\\u001b]8;;x", "file:///etc/passwd"]\n'
    )
    (tmp_path / "x.toml").write_text(text)
    written, _ = on_terminal(f"reportcli show x --catalog {tmp_path}")
    assert address in written
    assert LINK.findall(written) == []
    assert "\x1b]8" not in written


@pytest.mark.parametrize("topic", ["queries", "periods", "formats", "exit-codes"])
def test_a_page_of_help_fits_on_one_screen(topic: str) -> None:
    written, code = on_terminal(f"reportcli help {topic}", columns=80, lines=24, NO_COLOR="1")
    assert code == 0
    assert 4 < len(written.splitlines()) < 24
    assert max(map(len, written.splitlines())) <= 80


@pytest.mark.parametrize("command", [name for name, entry in COMMANDS.items() if name != "help"])
def test_help_on_a_command_is_its_own_help(reportcli: Run, command: str) -> None:
    asked = reportcli("help", command)
    assert asked.returncode == 0
    assert asked.stdout == reportcli(command, "-h").stdout
    assert "Example: reportcli " in asked.stdout
    assert "\x1b" not in asked.stdout


def test_an_example_of_help_works(reportcli: Run) -> None:
    for command in COMMANDS:
        example = re.search(r"Example: reportcli (.*)", reportcli(command, "-h").stdout)
        assert example
        if command not in ("add", "edit", "open"):
            assert reportcli(*example[1].split()).returncode == 0, example[1]


def test_help_lists_every_command_in_its_group(reportcli: Run) -> None:
    alone = reportcli().stdout
    assert reportcli("help").stdout == reportcli("-h").stdout == reportcli("--help").stdout == alone
    for name, entry in COMMANDS.items():
        if entry.group:
            assert re.search(rf"^{entry.group}:\n(?:  .*\n)*?  {name} +{re.escape(entry.line[:20])}", alone, re.M), name


@pytest.mark.parametrize("arguments", [("--help",), ("--version",), ("help", "queries"), ("show", "--help"), ("help",)])
def test_a_broken_catalogue_breaks_no_help(reportcli: Run, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    ended = reportcli(*arguments, REPORTCLI_CATALOG=str(tmp_path / "missing"))
    assert (ended.returncode, ended.stderr.count("error")) == (0, 0)


def test_pages_of_help_say_what_exists(reportcli: Run) -> None:
    ended = reportcli("help", "querys")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "did you mean queries?" in ended.stderr


def test_queries_in_help_are_queries(reportcli: Run) -> None:
    for line in reportcli("help", "queries").stdout.splitlines():
        query = line.split("\t")[0].strip("'")
        assert reportcli("list", "--where", query).returncode in (0, 1), query


def test_periods_in_help_are_periods(reportcli: Run) -> None:
    for line in reportcli("help", "periods").stdout.splitlines():
        assert reportcli("filter", *line.split("\t")[0].split()).returncode in (0, 1), line


@pytest.mark.parametrize("format", ["toml", "bibtex"])
@pytest.mark.parametrize("command", [("help", "formats"), ("term",), ("list", "--columns", "help")])
def test_a_format_that_makes_no_sense_is_refused(reportcli: Run, command: tuple[str, ...], format: str) -> None:
    ended = reportcli(*command, "--format", format)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert f"this command does not support the format '{format}'" in ended.stderr
    assert "table, tsv, csv, json" in ended.stderr


def drawn(picture: str) -> list[str]:
    """Return the lines of text that an svg picture shows, without spaces, which it does not draw."""
    lines: dict[float, list[tuple[float, str]]] = {}
    for x, y, text in re.findall(
        r'<text [^>]*class="reportcli-r\d+" x="([\d.]+)" y="([\d.]+)"[^>]*>(.*?)</text>', picture
    ):
        lines.setdefault(float(y), []).append((float(x), html.unescape(text)))
    return list(filter(None, ("".join("".join(text for _, text in sorted(lines[y])).split()) for y in sorted(lines))))


@pytest.mark.parametrize("command", ["list", "compare Qwen3 dots.llm1", "search GRPO --limit 3", "show Qwen3"])
def test_a_picture_shows_what_the_terminal_shows(reportcli: Run, command: str) -> None:
    table = reportcli(*command.split(), "--format", "table", "--width", "90").stdout
    picture = reportcli(*command.split(), "--format", "svg", "--width", "90").stdout
    assert xml.etree.ElementTree.fromstring(picture).tag == "{http://www.w3.org/2000/svg}svg"
    assert drawn(picture) == ["".join(line.split()) for line in table.splitlines() if line.strip()]
    assert not re.search(r"url\((?!#)|@import|(href|src)=(?!.#)", picture)  # it loads nothing from elsewhere


@pytest.mark.parametrize("width", [20, 60, 80, 120, 200, 10_000])
def test_a_width_may_be_asked_for(reportcli: Run, width: int) -> None:
    table = reportcli("list", "--format", "table", "--width", str(width)).stdout
    assert max(map(len, table.splitlines())) <= width
    assert "AceReason-Nemotron 1.1" in re.sub(r"\s+", " ", table)
