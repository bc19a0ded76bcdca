"""Nobody gets in: no shell, no strange code, no network but arXiv's, no way through links; what we make is private."""

import ast
import os
import re
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import ROOT, Ran
from makers import entry
from reportcli.catalog.files import read_report, user_folder
from reportcli.cli.complete.shells import install_completion
from reportcli.cli.main import COMMANDS
from terminal import BIN, on_terminal

Run = Callable[..., Ran]
PACKAGE = ROOT / "src" / "reportcli"
SOURCES = sorted(PACKAGE.rglob("*.py"))
EVERY_COMMAND = {
    "list": [["list"], ["list", "--json"]],
    "search": [["search", "GRPO"], ["search", "GPRO"]],
    "filter": [["filter", "2025-06"]],
    "filter-by-date": [["filter-by-date", "2025"]],
    "show": [["show", "Qwen3", "--sources"]],
    "term": [["term", "GRPO"], ["term"]],
    "compare": [["compare", "Qwen3", "dots.llm1"], ["compare", "Qwen3", "Qwen2.5", "--format", "svg"]],
    "count": [["count", "organizations", "--by", "year"]],
    "timeline": [["timeline", "--format", "table"]],
    "plot": [["plot", "parameters", "tokens", "--format", "table"]],
    "lineage": [["lineage", "Qwen3"]],
    "add": [["add", "--no-edit", "--from", "entry"], ["add", "--no-edit"]],
    "edit": [["edit", "Qwen3"]],
    "check": [["check"], ["check", "--fix", "."]],
    "schema": [["schema"]],
    "open": [["open", "Qwen3"], ["open", "Qwen3", "--print"]],
    "info": [["info"]],
    "help": [["help", "queries"], ["help"]],
}


def named_in(path: Path) -> set[str]:
    """Return what a module names, written out: ``os.system``, also where it is imported by itself, and ``shell=``."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, (ast.Attribute, ast.Name)):
            found.add(ast.unparse(node))
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.keyword):
            found.add(f"{node.arg}=")
    return found


# Nothing is interpreted.

_INTERPRETED = re.compile(
    r"shell=|(os|subprocess|pty|asyncio)\.(system|popen|getoutput|getstatusoutput|spawn\w*|exec\w+|startfile|\w+_shell)"
    r"|(builtins\.)?(eval|exec|compile|__import__)|(pickle|marshal|shelve|yaml)(\..*)?|tempfile\.mktemp"
)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_no_room_knows_a_shell_or_an_interpreter(path: Path) -> None:
    assert list(filter(_INTERPRETED.fullmatch, named_in(path))) == []


def test_other_programs_are_started_in_two_rooms_only() -> None:
    starters = {path.stem for path in SOURCES if {"subprocess", "webbrowser"} & named_in(path)}
    assert starters == {"editor", "streams", "system"}


@pytest.mark.parametrize("variable", ["EDITOR", "VISUAL", "REPORTCLI_PAGER", "PAGER"])
def test_settings_of_the_user_are_split_and_run_no_shell(tmp_path: Path, variable: str) -> None:
    (tmp_path / "x.toml").write_text(entry("X"))
    asked = f"edit x --catalog {tmp_path}" if variable in ("EDITOR", "VISUAL") else "show Qwen3"
    for command in ("true ; touch {}", "true && touch {}", "true $(touch {})", "true `touch {}`", "true\ntouch {}"):
        settings = {variable: command.format(tmp_path / "hurt")}
        written, code = on_terminal(f"reportcli {asked}", 80, 10, **settings)
        assert (code, "Traceback" in written) == (0, False)
        assert [path.name for path in tmp_path.iterdir()] == ["x.toml"]


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "file:///etc/passwd",
        "--new-window",
        "-P",
        r"https://a/\n-P",
        "https://a/ -P",
        "data:text/html,x",
    ],
)
def test_only_addresses_on_the_web_are_opened(reportcli: Run, tmp_path: Path, address: str) -> None:
    (tmp_path / "x.toml").write_text(entry("X") + f'[links]\npage = ["{address}"]\npdf = "{address}"\n')
    seen, browser = tmp_path / "seen", tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$@" >>"{seen}"\n')
    browser.chmod(0o755)
    for kind in ("page", "pdf"):
        ended = reportcli("open", "x", "--link", kind, "--catalog", str(tmp_path), BROWSER=str(browser))
        assert (ended.returncode, ended.stdout) == (3, "")
        assert "not a web address" in ended.stderr
    assert not seen.exists()


# Nothing of others is run.


def test_modules_in_the_current_folder_are_not_run(tmp_path: Path) -> None:
    hostile = f"open({str(tmp_path / 'hurt')!r}, 'a').write(__name__ + '\\n')\n"
    for name in (
        "typer",
        "sqlite3",
        "json",
        "tomli",
        "platformdirs",
        "reportcli",
        "rapidfuzz",
        "sitecustomize",
        "plotext",
    ):
        (tmp_path / f"{name}.py").write_text(hostile)
    (tmp_path / "rich").mkdir()
    (tmp_path / "rich" / "__init__.py").write_text(hostile)
    (tmp_path / "entry").write_text(entry("X"))
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | {"EDITOR": "true"}
    for arguments in [one for calls in EVERY_COMMAND.values() for one in calls]:
        ended = subprocess.run(
            [f"{BIN}/reportcli", *arguments], cwd=tmp_path, env=environment, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert "Traceback" not in ended.stderr
    assert not (tmp_path / "hurt").exists()


# The network.


def test_every_command_is_among_those_tried() -> None:
    assert set(EVERY_COMMAND) == set(COMMANDS)


@pytest.mark.parametrize("name", EVERY_COMMAND)
def test_no_command_uses_the_network(
    reportcli: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    noted = tmp_path / "noted"
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\n"
        f"sys.addaudithook(lambda event, about: open({str(noted)!r}, 'a').write(f'{{event}} {{about}}\\n')"
        " if event.startswith('socket.') and event != 'socket.__new__' else None)\n"
    )
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "entry").write_text(entry("X"))
    monkeypatch.chdir(tmp_path / "folder")
    for arguments in EVERY_COMMAND[name]:
        ended = reportcli(*arguments, stdin="", PYTHONPATH=str(tmp_path), EDITOR="true")
        assert ended.returncode in (0, 2)
    assert not noted.exists()
    ended = reportcli("add", "--no-edit", "--arxiv", "2501.00009", PYTHONPATH=str(tmp_path),
                      REPORTCLI_ARXIV_API="http://127.0.0.1:9/", no_proxy="*")  # fmt: skip
    assert ended.returncode == 3
    assert "socket.connect" in noted.read_text()  # the trap works


# Links lead nowhere that we write.


def test_a_new_entry_and_its_schema_never_follow_links(reportcli: Run, tmp_path: Path) -> None:
    user_folder().mkdir(parents=True)
    for name in ("x.toml.edited", "new.toml.edited", "schema.json"):
        (user_folder() / name).symlink_to(tmp_path / "target")
    assert reportcli("add", "--from", "-", stdin=entry("X")).returncode == 0
    assert not (tmp_path / "target").exists()
    assert (user_folder() / "schema.json").is_symlink()


def test_a_linked_file_that_is_no_entry_stays_as_it_is(reportcli: Run, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    precious = tmp_path / "precious"
    precious.write_text("root:x:0:0\n")
    (tmp_path / "mine" / "x.toml").symlink_to(precious)
    folder = ("--catalog", str(tmp_path / "mine"))
    assert reportcli("check", "--fix", *folder).returncode == 1
    assert reportcli("edit", "x", *folder, EDITOR="sed -i s/root/evil/").returncode == 2
    assert reportcli("add", "--id", "x", "--from", "-", *folder, stdin=entry("X")).returncode == 2
    assert precious.read_text() == "root:x:0:0\n"


def test_a_link_in_the_place_of_a_text_to_be_kept_is_not_followed(reportcli: Run, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "x.toml").write_text(entry("X"))
    for name in ("x.toml.edited", "x.toml.edited-2"):
        (tmp_path / "mine" / name).symlink_to(tmp_path / "target")
    ended = reportcli("edit", "x", "--catalog", str(tmp_path / "mine"), EDITOR="sed -i s/name/nmae/")
    assert "x.toml.edited-3" in ended.stderr
    assert not (tmp_path / "target").exists()


def test_the_script_of_completion_is_not_written_through_a_link(own_home: Path, tmp_path: Path) -> None:
    folder = own_home / ".local" / "share" / "bash-completion" / "completions"
    folder.mkdir(parents=True)
    (folder / "reportcli.new").symlink_to(tmp_path / "target")
    install_completion("bash")
    assert not (tmp_path / "target").exists()
    assert sorted(path.name for path in folder.iterdir()) == ["reportcli"]


def test_a_folder_of_entries_may_be_a_link_of_the_user(reportcli: Run, tmp_path: Path) -> None:
    (tmp_path / "synchronized").mkdir()
    user_folder().parent.mkdir(parents=True)
    user_folder().symlink_to(tmp_path / "synchronized")
    assert reportcli("add", "--from", "-", stdin=entry("X")).returncode == 0
    assert read_report(str(tmp_path / "synchronized" / "x.toml")).name == "X"


# What we make is the user's alone.


def test_the_cache_and_the_users_folder_are_private(reportcli: Run, own_home: Path, tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        assert reportcli("add", "--from", "-", stdin=entry("X")).returncode == 0
    finally:
        os.umask(before)
    for folder in (user_folder(), user_folder().parent, own_home / ".cache" / "reportcli"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


# What decides without being typed is written down.


def test_every_variable_of_ours_is_explained_to_the_user() -> None:
    named = {name for path in SOURCES for name in re.findall(r"\bREPORTCLI_[A-Z_]+", path.read_text(encoding="utf-8"))}
    told = (ROOT / "README.md").read_text(encoding="utf-8") + (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert named == {"REPORTCLI_CATALOG", "REPORTCLI_PAGER", "REPORTCLI_ARXIV_API"}
    assert [name for name in named if f"`{name}`" not in told] == []
