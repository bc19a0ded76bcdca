"""Every example in the README is run on a terminal of 80 columns, and prints what the README says; so do its pictures.

A line ``…`` stands for any number of lines. ``python tests/test_readme.py`` writes outputs and pictures anew.
"""

import doctest
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import CATALOG, ROOT
from reportcli.cli.main import COMMANDS
from terminal import BIN, on_terminal
from test_output import COLOR, drawn

README = ROOT / "README.md"
TEXT = README.read_text(encoding="utf-8")
BLOCK = re.compile(r"```console\n(.*?)```", re.S)
FILE = re.compile(r"```toml (\S+)\n(.*?)```", re.S)
PICTURE = re.compile(r'<!-- (reportcli .*?) -->\n<picture>\n.* srcset="(.*?)">\n.* src="(.*?)" ')
SCOPE = re.compile(r"[\d,]+ reports, \d{4}-\d\d to \d{4}-\d\d")
MOST_LINES = 220
CUT = "…"
TOOLS = ("jq",)


def examples(block: str) -> list[tuple[str, str]]:
    """Return each command of a block with the output that is written under it."""
    parts = re.split(r"^\$ ", block, flags=re.M)[1:]
    return [(command, output) for command, _, output in (part.partition("\n") for part in parts)]


def missing_tools(block: str) -> list[str]:
    """Return the programs of others that a block uses and that are not installed."""
    path = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    return [tool for tool in TOOLS if re.search(rf"\| {tool}\b", block) and not shutil.which(tool, path=path)]


def run_examples(block: str, folder: Path) -> Iterator[tuple[str, str, str]]:
    """Run the commands of a block one after another in a folder with the files that the README shows."""
    for name, text in FILE.findall(TEXT):
        (folder / name).write_text(text, encoding="utf-8")
    on_terminal("reportcli list", PAGER="cat")  # builds the index, so that no progress is drawn
    for command, output in examples(block):
        written, _ = on_terminal(f"cd '{folder}'; {command}", NO_COLOR="1", PAGER="cat")
        plain = COLOR.sub("", written) if "| jq" in command else written  # jq knows no NO_COLOR before 1.7
        yield command, output, "".join(line.rstrip() + "\n" for line in plain.splitlines())


def pictures() -> Iterator[tuple[str, str, str]]:
    """Yield each command with a picture, its theme, and the path of the picture."""
    for command, dark, light in PICTURE.findall(TEXT):
        yield command, "dark", dark
        yield command, "light", light


def picture(command: str, theme: str) -> str:
    return on_terminal(f"{command} --format svg --plain --theme {theme} --width 100 --quiet | cat")[0]


def scope() -> str:
    """Return how many reports are shipped, and from when to when."""
    dates = on_terminal("reportcli list --columns date -q | cat")[0].split()
    return f"{len(dates):,} reports, {min(dates)[:7]} to {max(dates)[:7]}"


@pytest.mark.slow
@pytest.mark.parametrize("block", BLOCK.findall(TEXT))
def test_an_example_prints_what_the_readme_says(block: str, tmp_path: Path) -> None:
    if tools := missing_tools(block):
        pytest.skip(f"no {', '.join(tools)} here")
    for _, output, written in run_examples(block, tmp_path):
        pattern = ".*".join(re.escape(part) for part in output.split(CUT + "\n"))
        assert re.fullmatch(pattern, written, re.S), written


@pytest.mark.slow
@pytest.mark.parametrize(("command", "theme", "path"), [*pictures()])
def test_a_picture_shows_what_its_command_says(command: str, theme: str, path: str) -> None:
    assert drawn((ROOT / path).read_text(encoding="utf-8")) == drawn(picture(command, theme))


@pytest.mark.slow
def test_the_readme_says_how_many_reports_there_are() -> None:
    assert SCOPE.findall(TEXT) == [scope()]


def test_the_readme_is_short_and_has_its_picture_for_both_grounds() -> None:
    assert len(TEXT.splitlines()) <= MOST_LINES
    assert [theme for _, theme, _ in pictures()] == ["dark", "light"]


def test_every_command_is_mentioned() -> None:
    [table] = re.findall(r"^\| command \|.*\n((?:\|.*\n)+)", TEXT, re.M)
    named = {words.split()[0] for row in table.splitlines() for words in re.findall(r"`(.*?)`", row.split("|")[1])}
    assert named - {"---"} == set(COMMANDS) - {"filter-by-date"}


def test_the_script_of_ci_runs_the_command_that_the_readme_gives() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert re.search(r"^python3 -m venv .*pytest.*$", TEXT, re.M)
    assert "grep -m1 '^python3 -m venv .*pytest' README.md" in script


def test_what_it_says_of_python_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPORTCLI_CATALOG", str(CATALOG))
    [block] = re.findall(r"```python\n(.*?)```", TEXT, re.S)
    test = doctest.DocTestParser().get_doctest(block, {}, "README.md", None, None)
    assert test.examples
    assert doctest.DocTestRunner().run(test).failed == 0


def rewritten(block: str, folder: Path) -> str:
    """Return a block with the outputs of today; a cut output keeps as many lines before and after the cut."""
    lines: list[str] = []
    for command, output, written in run_examples(block, folder):
        output_lines = written.splitlines(keepends=True)
        if CUT + "\n" in output:
            before, after = (part.count("\n") for part in output.split(CUT + "\n"))
            end = output_lines[-after:] if after else []
            output_lines = [*output_lines[:before], CUT + "\n", *end]
        lines += [f"$ {command}\n", *output_lines]
    return f"```console\n{''.join(lines)}```"


def rewrite() -> None:
    """Write the outputs and the pictures of today, as someone without a catalogue of their own gets them."""
    text = TEXT
    for command, theme, path in pictures():
        (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / path).write_text(picture(command, theme), encoding="utf-8")
    text = SCOPE.sub(scope(), text)
    for block in BLOCK.findall(TEXT):
        with tempfile.TemporaryDirectory() as folder:
            os.environ["HOME"] = folder
            text = text.replace(f"```console\n{block}```", rewritten(block, Path(folder)), 1)
    README.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    rewrite()
    sys.exit()
