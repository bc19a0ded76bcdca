"""Ctrl-C and q: in the pager, and while the index is built. The terminal stays as it was."""

import signal
from pathlib import Path

import pytest

from conftest import Run
from interactive import PROMPT, Shell
from makers import write
from reportcli.cli import output
from terminal import BIN, TerminalText

CONTROL_C = "\x03"


def bash(lines: int = 30) -> Shell:
    setting = f"export PATH='{BIN}':$PATH PS1='{PROMPT}' INPUTRC=/dev/null TERM=xterm-256color"
    return Shell(["bash", "--rcfile", "/dev/null", "-c", f"{setting}; exec bash --norc --noprofile -i"], 100, lines)


@pytest.mark.slow
@pytest.mark.parametrize("pager", ["less", "cat | less"])
def test_an_interrupt_is_for_the_pager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pager: str) -> None:
    monkeypatch.chdir(tmp_path)  # what a pager or a shell makes of a key is not to lie in the clone
    monkeypatch.setenv("PAGER", pager)
    with bash() as shell:
        before = shell.run("stty -a")
        assert "2025-01-20" in shell.run("reportcli list --where id:deepseek-r1 -q")  # a short answer needs no pager
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


def test_an_interrupt_while_the_index_is_built_is_silent(
    cli: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted_write(stream: TerminalText, text: str) -> int:
        if "50 of 60 files indexed" in text:
            signal.raise_signal(signal.SIGINT)
        return super(TerminalText, stream).write(text)

    for number in range(60):
        write(tmp_path, f"x-{number}", f"X {number}")
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # in the background of a shell it is ignored
    with monkeypatch.context() as patch:
        patch.setattr(output, "_BAR_DELAY", 0)
        patch.setattr(TerminalText, "write", interrupted_write)
        ended = cli("list", "--catalog", str(tmp_path), terminal=True)
    signal.signal(signal.SIGINT, before)
    assert (ended.returncode, ended.stdout) == (130, "")
    assert ended.stderr.endswith("0 of 60 files indexed\n")
    assert len(cli("list", "--catalog", str(tmp_path)).stdout.splitlines()) == 60
