"""The house as it is drawn in CONTRIBUTING.md is the house as it is built."""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import unmeasured
from reportcli.cli import COMMANDS

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "reportcli"


def drawn_rooms() -> list[str]:
    """Return the rooms of the drawing, from the door down: ``cli/reading``, ``library``."""
    drawing = re.search(r"```\nsrc/reportcli/\n(.*?)```", (ROOT / "CONTRIBUTING.md").read_text(), re.S)
    assert drawing
    folder, rooms = "", []
    for line in drawing[1].splitlines():
        name = line.split()[0]
        indent = len(line) - len(line.lstrip())
        if indent == 2:
            folder = ""
        if name.endswith("/"):
            folder = name
        elif name.endswith(".py"):
            rooms.append(folder + name.removesuffix(".py"))
    return rooms


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).with_suffix("").as_posix()


def imported_rooms(path: Path) -> Iterator[str]:
    """Yield the rooms that a module imports, in functions too; imports for type checking alone do not count."""
    tree = ast.parse(path.read_text())
    unreal = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.ImportFrom)
            and node.module
            and node.module.startswith("reportcli")
            and node not in unreal
        ):
            inside = node.module.split(".")[1:]
            for alias in node.names:
                longer = PACKAGE.joinpath(*inside, alias.name)
                parts = [*inside, alias.name] if longer.with_suffix(".py").exists() or longer.is_dir() else inside
                if PACKAGE.joinpath(*parts).is_dir():
                    parts = [*parts, "__init__"]
                yield "/".join(parts)


def test_the_drawing_shows_every_room_and_no_other() -> None:
    built = sorted(room_of(path) for path in PACKAGE.rglob("*.py"))
    assert sorted(drawn_rooms()) == built


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=room_of)
def test_a_room_imports_only_rooms_below_it(path: Path) -> None:
    order = drawn_rooms()
    here = order.index(room_of(path))
    above = [other for other in imported_rooms(path) if order.index(other) <= here]
    assert above == []


def test_the_table_of_commands_leads_to_rooms_below_the_door() -> None:
    order = drawn_rooms()
    for command in COMMANDS.values():
        assert order.index(f"cli/{command.room}") > order.index("cli/__init__")


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=room_of)
def test_a_room_says_first_what_it_is_for(path: Path) -> None:
    docstring = ast.get_docstring(ast.parse(path.read_text()))
    assert docstring
    assert docstring.splitlines()[0].endswith((".", ":", ","))


def loaded_by(*arguments: str, **environment: str) -> set[str]:
    code = (
        "import json, sys\nfrom reportcli.cli import run\n"
        f"code = run({list(arguments)!r})\nprint(json.dumps(sorted(sys.modules)), file=sys.stderr)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=unmeasured(**environment)
    )
    return set(json.loads(ended.stderr.splitlines()[-1]))


UNUSED = {
    "rich", "rapidfuzz", "tomli_w", "tomllib", "tomli", "decimal", "hashlib", "csv", "importlib.metadata", "email",
}  # fmt: skip


@pytest.mark.parametrize(
    "arguments", [("list",), ("search", "GRPO"), ("show", "Qwen3"), ("compare", "Qwen3", "dots.llm1")]
)
def test_an_answer_in_a_pipe_loads_nothing_that_it_does_not_use(arguments: tuple[str, ...]) -> None:
    loaded_by(*arguments)  # the first run builds the index
    assert UNUSED & loaded_by(*arguments) == set()


@pytest.mark.parametrize("line", ["reportcli sho", "reportcli show q", "reportcli search tech:gr", "reportcli filter "])
def test_completion_loads_nothing_that_it_does_not_use(line: str) -> None:
    loaded_by("list")
    assert UNUSED & loaded_by(line, "", _REPORTCLI_COMPLETE="zsh") == set()


def test_own_modules_of_a_listing_in_a_pipe() -> None:
    loaded_by("list")
    own = {name for name in loaded_by("list") if name.split(".")[0] == "reportcli"}
    assert own == {
        "reportcli", "reportcli.answer", "reportcli.answer.comparison", "reportcli.answer.listing",
        "reportcli.answer.sheet", "reportcli.answer.table", "reportcli.cache", "reportcli.catalog", "reportcli.cli",
        "reportcli.cli.options", "reportcli.cli.output", "reportcli.cli.reading", "reportcli.cli.streams",
        "reportcli.derived", "reportcli.errors", "reportcli.index", "reportcli.library", "reportcli.names",
        "reportcli.period", "reportcli.query", "reportcli.record", "reportcli.render", "reportcli.render.cells",
        "reportcli.render.machine", "reportcli.report", "reportcli.upkeep", "reportcli.vocabulary", "reportcli.words",
    }  # fmt: skip


def test_the_package_itself_loads_nothing() -> None:
    code = "import sys, reportcli; print([name for name in sys.modules if name in ('typer', 'rich', 'sqlite3')])"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=unmeasured())
    assert ended.stdout == "[]\n"
