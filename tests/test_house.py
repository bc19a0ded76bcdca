"""The packages as CONTRIBUTING.md draws them are the packages as they are built, each above what it imports."""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from conftest import unmeasured
from reportcli.cli.main import COMMANDS
from reportcli.render.formats import FORMATS

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "reportcli"
FLAT = {"__init__.py", "__main__.py", "library.py", "text.py", "errors.py"}
LONGEST_MODULE, LONGEST_FUNCTION = 350, 40


def layers() -> list[str]:
    """Return the packages and modules of the drawing from the top down: ``cli``, ``library``."""
    drawing = re.search(r"```\nsrc/reportcli/\n(.*?)```", (ROOT / "CONTRIBUTING.md").read_text(), re.S)
    assert drawing
    lines = [line for line in drawing[1].splitlines() if re.match(r"  \S", line)]
    return [line.split()[0].removesuffix("/").removesuffix(".py") for line in lines]


def drawn_modules() -> set[str]:
    """Return every module of the drawing: ``cli/main.py``, ``cli/commands/read.py``."""
    drawing = re.search(r"```\nsrc/reportcli/\n(.*?)```", (ROOT / "CONTRIBUTING.md").read_text(), re.S)
    assert drawing
    folders: list[str] = []
    found = set()
    for line in drawing[1].splitlines():
        name = line.split()[0]
        depth = (len(line) - len(line.lstrip())) // 2 - 1
        folders = folders[:depth]
        if name.endswith("/"):
            folders.append(name)
        else:
            found.add("".join(folders) + name)
    return found


def layer_of(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def modules() -> list[Path]:
    return sorted(SOURCE.rglob("*.py"))


def imported_modules(path: Path) -> Iterator[str]:
    """Yield what a module imports of ours, inside functions too, but not for type checking alone."""
    tree = ast.parse(path.read_text())
    for_types = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node not in for_types and (node.module or "").startswith("reportcli."):
            assert node.module
            for alias in node.names:
                inside = SOURCE.joinpath(*node.module.split(".")[1:], f"{alias.name}.py")
                yield f"{node.module}.{alias.name}" if inside.is_file() else node.module


def test_a_package_imports_only_what_stands_below_it() -> None:
    order = layers()
    wrong = [
        f"{path.relative_to(SOURCE)} imports {module}"
        for path in modules()
        for module in imported_modules(path)
        if order.index(module.split(".")[1]) < order.index(layer_of(path))
    ]
    assert wrong == []


def test_no_imports_go_round_in_a_circle() -> None:
    links = {
        ".".join(("reportcli", *path.relative_to(SOURCE).with_suffix("").parts)): set(imported_modules(path))
        for path in modules()
    }
    while bottom := [module for module, needed in links.items() if not needed & links.keys()]:
        for module in bottom:
            del links[module]
    assert links == {}


def test_the_drawing_shows_every_module_and_no_other() -> None:
    built = {path.relative_to(SOURCE).as_posix() for path in modules() if path.name != "__init__.py"}
    assert drawn_modules() - {"__init__.py"} == built
    assert {path.name for path in SOURCE.glob("*.py")} == FLAT


def test_an_answer_and_its_picture_are_modules_of_the_same_name() -> None:
    answers, pictures = (
        {path.stem for path in (SOURCE / folder).glob("*.py")} for folder in ("answer", "render/terminal")
    )
    assert pictures - answers == {"axis", "screen", "snippet", "svg"}
    assert answers - pictures == {"fields", "notes"}


def test_modules_and_functions_are_short_enough_to_read() -> None:
    long = []
    for path in modules():
        text = path.read_text()
        if text.count("\n") > LONGEST_MODULE:
            long.append(str(path.relative_to(SOURCE)))
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno >= LONGEST_FUNCTION:
                long.append(f"{path.relative_to(SOURCE)}: {node.name}")
    assert long == []


def test_every_module_says_first_what_it_is_for() -> None:
    for path in modules():
        docstring = ast.get_docstring(ast.parse(path.read_text())) or ""
        assert docstring.partition("\n")[0].endswith((".", ":", ",")), path


def test_every_name_in_a_table_leads_somewhere() -> None:
    for command in COMMANDS.values():
        assert callable(getattr(import_module(f"reportcli.cli.commands.{command.module}"), command.function))
    for entry in FORMATS.values():
        for renderer in entry.renderers.values():
            module, _, function = renderer.partition(":")
            assert callable(getattr(import_module(f"reportcli.render.{module}"), function))


def loaded_by(*arguments: str) -> set[str]:
    return loaded_after(f"from reportcli.cli.main import run\nrun({list(arguments)!r})")


def loaded_after(code: str) -> set[str]:
    code += "\nimport json, sys\nprint(json.dumps(sorted(sys.modules)), file=sys.stderr)\n"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=unmeasured())
    return set(json.loads(ended.stderr.splitlines()[-1]))


UNUSED = {
    "rich", "rapidfuzz", "tomli_w", "tomllib", "tomli", "decimal", "hashlib", "csv", "importlib.metadata", "email",
    "tempfile",
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
    code = f"from reportcli.cli.complete.shells import answer_shell\nanswer_shell('zsh', [{line!r}, ''])"
    assert (UNUSED | {"typer"}) & loaded_after(code) == set()


def test_own_modules_of_a_listing_in_a_pipe() -> None:
    loaded_by("list")
    own = {name for name in loaded_by("list") if name.split(".")[0] == "reportcli"}
    assert own == {
        "reportcli",
        "reportcli.answer",
        "reportcli.answer.details",
        "reportcli.answer.listing",
        "reportcli.catalog",
        "reportcli.catalog.files",
        "reportcli.cli",
        "reportcli.cli.commands",
        "reportcli.cli.commands.read",
        "reportcli.cli.main",
        "reportcli.cli.options",
        "reportcli.cli.output",
        "reportcli.cli.streams",
        "reportcli.errors",
        "reportcli.index",
        "reportcli.index.build",
        "reportcli.index.cache",
        "reportcli.index.columns",
        "reportcli.index.reader",
        "reportcli.index.schema",
        "reportcli.index.search",
        "reportcli.index.sets",
        "reportcli.index.sql",
        "reportcli.index.state",
        "reportcli.index.tables",
        "reportcli.index.words",
        "reportcli.library",
        "reportcli.query",
        "reportcli.query.conditions",
        "reportcli.query.explain",
        "reportcli.query.forms",
        "reportcli.query.names",
        "reportcli.query.period",
        "reportcli.query.subject",
        "reportcli.render",
        "reportcli.render.formats",
        "reportcli.render.value",
        "reportcli.report",
        "reportcli.report.architecture",
        "reportcli.report.choices",
        "reportcli.report.declare",
        "reportcli.report.derived",
        "reportcli.report.field_names",
        "reportcli.report.fields",
        "reportcli.report.json",
        "reportcli.report.techniques",
        "reportcli.report.training",
        "reportcli.text",
    }


def test_the_package_itself_loads_nothing() -> None:
    code = "import sys, reportcli; print([name for name in sys.modules if name in ('typer', 'rich', 'sqlite3')])"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=unmeasured())
    assert ended.stdout == "[]\n"
