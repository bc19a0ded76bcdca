"""Ctrl-C and q at a real terminal, in the pager and while the index is built: the terminal stays as it was."""

from pathlib import Path

import pytest

from interactive import PROMPT, Shell
from synthetic import write_catalogue
from terminal import BIN

CONTROL_C = "\x03"


@pytest.fixture(autouse=True)
def folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # what a pager or a shell makes of a key is not to lie in the clone


def bash(lines: int = 30) -> Shell:
    setting = f"export PATH='{BIN}':$PATH PS1='{PROMPT}' INPUTRC=/dev/null TERM=xterm-256color"
    return Shell(["bash", "--rcfile", "/dev/null", "-c", f"{setting}; exec bash --norc --noprofile -i"], 100, lines)


def test_the_pager_survives_an_interrupt_and_ends_in_peace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGER", "less")
    with bash() as shell:
        before = shell.run("stty -a")
        shell.run("reportcli list --limit 1 --no-pager")  # the index is built
        shell.keys("reportcli show DeepSeek-R1\r")
        shell.wait_until(lambda: shell.line == ":")
        shell.keys("s")  # less would log what it shows to a file
        shell.wait_until(lambda: shell.line != ":")
        shell.insist("log\r", lambda: shell.line == ":")
        shell.keys(CONTROL_C)
        shell.insist("G", lambda: shell.line == "(END)")
        shell.insist("q", lambda: shell.line == PROMPT)
        assert "Traceback" not in shell.text
        assert shell.run("echo code $?").endswith("code 0")
        assert shell.run("stty -a") == before
    assert list(tmp_path.iterdir()) == []


def test_a_short_answer_leaves_the_pager_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGER", "less")
    with bash() as shell:
        assert shell.run("reportcli list --limit 3 -q").count("2025-06-1") == 3


def test_an_interrupt_while_the_index_is_built_is_silent(tmp_path: Path) -> None:
    write_catalogue(tmp_path / "many", 8_000, 1)
    command = f"reportcli list --limit 2 --catalog {tmp_path / 'many'}"
    with bash() as shell:
        shell.keys(command + "\r")
        shell.wait_until(lambda: "files indexed" in shell.text)
        shell.keys(CONTROL_C)
        shell.wait_until(lambda: shell.line == PROMPT)
        assert "Traceback" not in shell.text
        assert shell.run("echo code $?").endswith("code 130")
        shell.keys("\f" + command + " | wc -l\r")
        shell.wait_until(lambda: shell.line == PROMPT and "\n2\n" in shell.text)
