"""Every example in the README is run, on a terminal of 80 columns, and prints what the README says.

A line ``…`` stands for any number of lines. ``python tests/test_readme.py`` writes the outputs anew.
"""

import re
import sys
from pathlib import Path

import pytest

from reportcli.cli import COMMANDS
from terminal import on_terminal

README = Path(__file__).parents[1] / "README.md"
EXAMPLE = re.compile(r"```console\n(.*?)```", re.S)
CUT = "…"


def examples(text: str) -> list[tuple[str, str]]:
    """Return each command with the output that is written under it."""
    found = []
    for block in EXAMPLE.findall(text):
        for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
            command, _, output = part.partition("\n")
            found.append((command, output))
    return found


def shown(command: str) -> str:
    written, _ = on_terminal(command, NO_COLOR="1", PAGER="cat")
    return "".join(line.rstrip() + "\n" for line in written.splitlines())


@pytest.mark.parametrize(("command", "output"), examples(README.read_text()))
def test_an_example_prints_what_the_readme_says(command: str, output: str) -> None:
    shown("reportcli list")  # builds the index, so that no progress is drawn
    pattern = ".*".join(re.escape(part) for part in output.split(CUT + "\n"))
    written = shown(command)
    assert re.fullmatch(pattern, written, re.S), written


def test_there_are_examples_of_every_command() -> None:
    used = {command.split()[1] for command, _ in examples(README.read_text()) if command.startswith("reportcli")}
    assert set(COMMANDS) - {"filter-by-date"} <= used


def test_the_script_of_ci_runs_the_command_that_the_readme_gives() -> None:
    script = (README.parent / ".ci" / "run").read_text()
    given = re.search(r"^python3 -m venv .*pytest.*$", README.read_text(), re.M)
    assert given
    assert "grep -m1 '^python3 -m venv .*pytest' README.md" in script


def rewritten(text: str) -> str:
    """Return the README with the outputs of today; a cut output keeps as many lines before and after the cut."""
    for command, output in examples(text):
        lines = shown(command).splitlines(keepends=True)
        if CUT + "\n" in output:
            before, after = (part.count("\n") for part in output.split(CUT + "\n"))
            lines = [*lines[:before], CUT + "\n", *(lines[-after:] if after else [])]
        text = text.replace(f"$ {command}\n{output}", f"$ {command}\n{''.join(lines)}", 1)
    return text


if __name__ == "__main__":
    README.write_text(rewritten(README.read_text()))
    sys.exit()
