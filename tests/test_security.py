"""No shell but the pager's, no foreign code, no network but arXiv's, no way through links; what we make is private."""

import ast
import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import ROOT, Run
from makers import canonical
from reportcli.catalog.files import read_report, user_folder
from reportcli.cli.complete.shells import install_completion
from reportcli.cli.main import COMMANDS
from reportcli.curate.editor import draft_path
from terminal import BIN, on_terminal

SOURCES = sorted((ROOT / "src" / "reportcli").rglob("*.py"))
CALLS = (
    "list", "list --json", "search GRPO", "search GPRO", "filter 2025-06", "filter-by-date 2025", "show Qwen3",
    "show Qwen3 --sources", "term GRPO", "term", "compare Qwen3 dots.llm1", "compare Qwen3 Qwen2.5-VL --format svg",
    "timeline --format table", "count organizations --by year", "plot parameters tokens --format table", "info",
    "lineage Qwen3", "edit Qwen3", "check", "check --fix .", "add --no-edit --from entry", "add --no-edit", "schema",
    "open Qwen3", "open Qwen3 --print", "import entry", "import entry --into Qwen3", "check Qwen3 --against entry",
    "help queries", "help", "disclosure", "fields", "recipe Qwen3", "edit Qwen3 --set license=MIT",
    "remove Qwen3 --yes",
)  # fmt: skip


def named_in(path: Path) -> set[str]:
    """Return what a module names, written out: ``os.system``, also where it is imported by itself, and ``shell=``."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, (ast.Attribute, ast.Name)):
            names.add(ast.unparse(node))
        elif isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.keyword):
            names.add(f"{node.arg}=")
        elif isinstance(node, ast.Constant) and node.value in ("sh", "bash"):
            names.add("shell=")
    return names


# Nothing is interpreted, and nothing of others is run.

_INTERPRETED = re.compile(
    r"shell=|(os|subprocess|pty|asyncio)\.(system|popen|getoutput|getstatusoutput|spawn\w*|exec\w+|startfile|\w+_shell)"
    r"|(builtins\.)?(eval|exec|compile|__import__)|(pickle|marshal|shelve|yaml)(\..*)?|tempfile\.mktemp"
)


def test_only_the_pager_is_run_by_a_shell_and_other_programs_are_started_in_three_modules() -> None:
    interpreted = {path.stem: set(filter(_INTERPRETED.fullmatch, named_in(path))) for path in SOURCES}
    interpreted["shells"] -= {"shell="}  # it names bash, and starts nothing
    assert {name: calls for name, calls in interpreted.items() if calls} == {"output": {"shell="}}
    starters = {path.stem for path in SOURCES if {"subprocess", "webbrowser"} & named_in(path)}
    assert starters == {"editor", "output", "system"}


@pytest.mark.slow
def test_the_command_of_an_editor_is_split_and_runs_no_shell(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text(canonical())
    for variable in ("EDITOR", "VISUAL"):
        for command in ("true ; touch {}", "true && touch {}", "true $(touch {})", "true `touch {}`", "true\ntouch {}"):
            settings = {variable: command.format(tmp_path / "hurt")}
            written, code = on_terminal(f"reportcli edit x --catalog {tmp_path}", 80, 10, **settings)
            assert (code, "Traceback" in written) == (0, False)
            assert [path.name for path in tmp_path.iterdir()] == ["x.toml"]


@pytest.mark.slow
def test_modules_in_the_current_folder_are_not_run(tmp_path: Path) -> None:
    hostile = f"open({str(tmp_path / 'hurt')!r}, 'a').write(__name__ + '\\n')\n"
    for name in ("typer", "sqlite3", "json", "tomli", "reportcli", "rapidfuzz", "sitecustomize"):
        (tmp_path / f"{name}.py").write_text(hostile)
    (tmp_path / "rich").mkdir()
    (tmp_path / "rich" / "__init__.py").write_text(hostile)
    (tmp_path / "entry").write_text(canonical())
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | {"EDITOR": "true"}
    for call in CALLS:
        ended = subprocess.run(
            [f"{BIN}/reportcli", *call.split()], cwd=tmp_path, env=environment, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert "Traceback" not in ended.stderr
    assert not (tmp_path / "hurt").exists()


# The network.

_connections: list[str] | None = None  # what is recorded, while something is to be


def _record(event: str, arguments: tuple[object, ...]) -> None:
    if _connections is not None and event.startswith("socket.") and event != "socket.__new__":
        _connections.append(f"{event} {arguments}")


def test_no_command_uses_the_network_but_those_that_are_given_an_address(
    cli: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert {call.split()[0] for call in CALLS} == set(COMMANDS)
    sys.addaudithook(_record)
    (tmp_path / "entry").write_text(canonical())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys.modules[__name__], "_connections", [])
    for call in CALLS:
        assert cli(*call.split(), EDITOR="true", BROWSER="").returncode in (0, 1, 2)
    assert _connections == []
    nowhere = {"REPORTCLI_ARXIV_API": "http://127.0.0.1:9/", "HF_ENDPOINT": "http://127.0.0.1:9", "no_proxy": "*"}
    address = "https://huggingface.co/Qwen/Qwen3-8B"
    for call in (
        "add --no-edit --arxiv 2501.00009",
        f"check Qwen3 --against {address}",
        f"import {address} --into Qwen3",
    ):
        assert cli(*call.split(), **nowhere).returncode == 3
        assert _connections
        _connections.clear()


# Links lead nowhere that we write.


def test_a_new_entry_and_its_schema_never_follow_links(cli: Run, tmp_path: Path) -> None:
    user_folder().mkdir(parents=True)
    (user_folder() / "schema.json").symlink_to(tmp_path / "target")
    assert cli("add", "--from", "-", stdin=canonical()).returncode == 0
    assert not (tmp_path / "target").exists()
    assert (user_folder() / "schema.json").is_symlink()


def test_a_linked_file_that_is_no_entry_stays_as_it_is(cli: Run, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    precious = tmp_path / "precious"
    precious.write_text("root:x:0:0\n")
    (tmp_path / "mine" / "x.toml").symlink_to(precious)
    folder = ("--catalog", str(tmp_path / "mine"))
    assert cli("check", "--fix", *folder).returncode == 1
    assert cli("edit", "x", *folder, EDITOR="sed -i s/root/evil/").returncode == 2
    assert cli("add", "--id", "x", "--from", "-", *folder, stdin=canonical()).returncode == 2
    assert precious.read_text() == "root:x:0:0\n"


def test_a_link_in_the_place_of_a_draft_is_not_followed(cli: Run, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    path = tmp_path / "mine" / "x.toml"
    path.write_text(canonical())
    draft = draft_path(path)
    draft.parent.mkdir(parents=True)
    draft.symlink_to(tmp_path / "target")
    ended = cli("edit", "x", "--catalog", str(tmp_path / "mine"), EDITOR="sed -i s/name/nmae/")
    assert (ended.returncode, str(draft) in ended.stderr) == (2, True)
    assert not (tmp_path / "target").exists()


def test_the_script_of_completion_is_not_written_through_a_link(own_home: Path, tmp_path: Path) -> None:
    folder = own_home / ".local" / "share" / "bash-completion" / "completions"
    folder.mkdir(parents=True)
    (folder / "reportcli.new").symlink_to(tmp_path / "target")
    install_completion("bash")
    assert not (tmp_path / "target").exists()
    assert sorted(path.name for path in folder.iterdir()) == ["reportcli"]


def test_a_folder_of_entries_may_be_a_link_of_the_user(cli: Run, tmp_path: Path) -> None:
    (tmp_path / "synchronized").mkdir()
    user_folder().parent.mkdir(parents=True)
    user_folder().symlink_to(tmp_path / "synchronized")
    assert cli("add", "--from", "-", stdin=canonical()).returncode == 0
    assert read_report(str(tmp_path / "synchronized" / "x.toml")).name == "X"


# What we make is the user's alone, and what decides is written down.


def test_the_cache_and_the_users_folder_are_private(cli: Run, own_home: Path) -> None:
    before = os.umask(0)
    try:
        assert cli("add", "--from", "-", stdin=canonical()).returncode == 0
    finally:
        os.umask(before)
    for folder in (user_folder(), user_folder().parent, own_home / ".cache" / "reportcli"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_every_variable_of_ours_is_explained_to_the_user() -> None:
    names = {name for path in SOURCES for name in re.findall(r"\bREPORTCLI_[A-Z_]+", path.read_text(encoding="utf-8"))}
    manual = (ROOT / "README.md").read_text(encoding="utf-8") + (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert names == {"REPORTCLI_CATALOG", "REPORTCLI_PAGER", "REPORTCLI_ARXIV_API"}
    assert [name for name in names if f"`{name}`" not in manual] == []
