"""What every test starts from: a home of its own, no settings of the user, and a catalogue that does not change.

In place of the shipped catalogue, which grows, tests in this process read the 36 entries of the reading list as they
were in release 1.0.0, in ``reading_list``. What is shipped is tested in ``test_shipped.py`` and in the README.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path

import pytest
from hypothesis import settings

from reportcli.catalog import files

ROOT = Path(__file__).parents[1]
CATALOG = ROOT / "catalog"
READING_LIST = ROOT / "tests" / "reading_list"
SHIPPED_FOLDER = files.shipped_folder()
files.shipped_folder = lambda: READING_LIST

from reportcli.library import Library  # noqa: E402  (with the folder above)
from terminal import TerminalText  # noqa: E402
from trials.runner import call  # noqa: E402

settings.register_profile("patient", settings(), deadline=None)  # a machine may be busy; in CI Hypothesis is repeatable
settings.load_profile("patient")
Ran = subprocess.CompletedProcess[str]
Run = Callable[..., Ran]


def unmeasured(**environment: str) -> dict[str, str]:
    """Return the environment of a process that is measured: coverage would load modules there, and write files."""
    return {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")} | environment


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path_factory.mktemp("home")
    for name in list(os.environ):
        if name.startswith(("XDG_", "REPORTCLI_")) or name in (
            "NO_COLOR",
            "FORCE_COLOR",
            "COLUMNS",
            "LINES",
            "LESS",
            "GITHUB_WORKSPACE",
        ):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("PAGER", "cat")
    monkeypatch.setenv("LESSSECURE", "1")  # a key that is pressed in less by mistake writes no file
    return home


@pytest.fixture(scope="session")
def shared_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache for tests that ask often and change no index."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def shipped() -> Iterator[Library]:
    """The reading list alone, its index in memory."""
    with Library([READING_LIST], None) as library:
        yield library


@pytest.fixture
def cli() -> Run:
    """Run the program in this process; ``terminal`` lets standard output and error say that they are one."""

    def run(*arguments: str, stdin: str = "", terminal: bool = False, **environment: str) -> Ran:
        with pytest.MonkeyPatch.context() as patch:
            for name, value in environment.items():
                patch.setenv(name, value)
            patch.setattr(sys, "stdin", TextIOWrapper(BytesIO(stdin.encode()), "utf-8"))
            answered = call(arguments, TerminalText if terminal else StringIO)
        return Ran(arguments, answered.code, answered.out, answered.err)

    return run


@pytest.fixture
def reportcli() -> Run:
    """Run the program in a process of its own, its output in a pipe."""

    def run(*arguments: str, stdin: str | None = None, **environment: str) -> Ran:
        return subprocess.run(
            [sys.executable, "-m", "reportcli", *arguments],
            input=stdin, capture_output=True, encoding="utf-8", timeout=60, env={**os.environ, **environment},
        )  # fmt: skip

    return run
