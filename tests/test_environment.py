"""Strange surroundings: homes, folders, clocks, time zones, terminals, streams. Answers stay, or an error says why."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.cells import cell_len

from conftest import Ran
from trials.runner import call
from trials.writers import can_mount
from makers import write
from reportcli.catalog.files import user_folder
from reportcli.cli.complete.shells import install_completion
from reportcli.errors import UsageError
from terminal import BIN, on_terminal

PICTURES = (
    "list", "search GRPO", "show Qwen3", "compare Qwen3 dots.llm1", "term", "count rl", "timeline", "plot", "lineage",
    "info", "list --columns help",
)  # fmt: skip
TOO_LONG = "/" + "a" * 300
FAR_TOO_LONG = "/" + "a" * 5_000


def ran(command: str, folder: Path, **environment: str | None) -> Ran:
    """Run a line of the shell in a folder; None takes a variable away."""
    settings = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", **environment}
    return subprocess.run(
        ["bash", "-c", command], cwd=folder, capture_output=True, text=True, check=False, timeout=60,
        env={name: value for name, value in settings.items() if value is not None},
    )  # fmt: skip


@pytest.fixture
def usual(tmp_path: Path) -> Ran:
    """What a listing says on an ordinary day."""
    return ran("reportcli list", tmp_path)


# Folders.


@pytest.mark.parametrize(
    "environment",
    [
        {"HOME": "/dev/null"},
        {"HOME": TOO_LONG},
        {"HOME": FAR_TOO_LONG},
        {"HOME": None, "XDG_CACHE_HOME": "/dev/null", "XDG_DATA_HOME": "/dev/null"},
        {"HOME": "relative", "XDG_CACHE_HOME": "/dev/null", "XDG_DATA_HOME": "/dev/null"},
        {"XDG_CACHE_HOME": "relative", "XDG_DATA_HOME": "relative"},
        {"XDG_CACHE_HOME": "/etc/passwd", "XDG_DATA_HOME": "/etc/passwd"},
        {"XDG_CACHE_HOME": "/proc", "XDG_DATA_HOME": "/proc"},
        {"XDG_CACHE_HOME": TOO_LONG, "XDG_DATA_HOME": TOO_LONG},
        {"XDG_CACHE_HOME": FAR_TOO_LONG, "XDG_DATA_HOME": FAR_TOO_LONG},
        {"TERM": None},
        {"LC_ALL": "C"},
        {"LANG": "garbage"},
        {"PAGER": "\udcff", "EDITOR": "'", "COLUMNS": "\udcff", "TMPDIR": "/nowhere"},
    ],
    ids=lambda one: " ".join(f"{name}={(value or 'none')[:9]}" for name, value in one.items()),
)
def test_no_setting_changes_an_answer_or_leaves_files_about(
    usual: Ran, tmp_path: Path, environment: dict[str, str | None]
) -> None:
    ended = ran("reportcli list && reportcli info >/dev/null", tmp_path, **environment)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, usual.stdout, "")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("folder", [TOO_LONG, FAR_TOO_LONG, "/etc/passwd"])
def test_where_new_entries_cannot_go_an_error_says_so(tmp_path: Path, folder: str) -> None:
    new = write(tmp_path, "new", "Something New")
    ended = ran(f"reportcli add --no-edit --from '{new}'", tmp_path, XDG_DATA_HOME=folder)
    assert (ended.returncode, ended.stdout) == (3, "")
    assert ended.stderr.startswith(f"error: cannot write {folder}/reportcli/catalog/something-new.toml: ")


def test_without_a_home_completion_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "~nobody-here")  # as where HOME is not set, and the system has no name for us
    with pytest.raises(UsageError, match="there is no home folder"):
        install_completion("bash")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may look everywhere")
def test_a_folder_that_may_not_be_looked_at_is_none(usual: Ran, tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0)
    assert ran("reportcli list", tmp_path, HOME=str(closed)).stdout == usual.stdout


def test_a_current_folder_that_is_gone_stops_only_what_needs_it(usual: Ran, tmp_path: Path) -> None:
    gone = f"mkdir '{tmp_path}/gone' && cd '{tmp_path}/gone' && rmdir '{tmp_path}/gone' && reportcli"
    assert ran(f"{gone} list", tmp_path).stdout == usual.stdout
    for command in ("info", "show Qwen3", "edit qwen3", "list --format table"):
        ended = ran(f"{gone} {command}", tmp_path, EDITOR="true")
        assert (ended.returncode, "error" in ended.stderr) == (0, False)
    for command in ("check .", "list --catalog here", "edit qwen3 --catalog ."):
        ended = ran(f"{gone} {command}", tmp_path, EDITOR="true")
        assert (ended.returncode, ended.stdout) == (3, "")
        assert ended.stderr.startswith("error: ")


@pytest.fixture(params=[0, 4, 64, 300])
def small_disk(request: pytest.FixtureRequest, own_home: Path) -> Iterator[Path]:
    """A cache on a disk of its own, on which so many kilobytes are free."""
    folder = own_home / ".cache"
    folder.mkdir()
    if not can_mount(folder):
        pytest.skip("no small disk can be mounted here")
    options = f"size={request.param + 4}k,mode=0700"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], check=True)
    if not request.param:
        (folder / "filled").write_bytes(bytes(4096))
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_for_the_cache_changes_no_answer(small_disk: Path, tmp_path: Path) -> None:
    elsewhere = ran("reportcli list", tmp_path, XDG_CACHE_HOME=str(tmp_path / "cache"))
    for _ in range(2):
        ended = ran("reportcli list", tmp_path)
        assert (ended.returncode, ended.stdout, ended.stderr) == (0, elsewhere.stdout, "")


# Time.


@pytest.mark.parametrize("zone", ["garbage", "Pacific/Kiritimati", "X-99999999", "/etc/passwd", ":", "a" * 5_000])
def test_no_time_zone_is_too_strange(tmp_path: Path, zone: str) -> None:
    ended = ran("reportcli check && reportcli filter 30y --limit 1 -q", tmp_path, TZ=zone)
    assert (ended.returncode, "Traceback" in ended.stderr) == (0, False)


@pytest.mark.skipif(not shutil.which("faketime"), reason="faketime is not installed")
@pytest.mark.parametrize("day", ["1970-01-02", "2100-01-01"])
def test_with_a_clock_that_is_wrong_changes_are_seen_all_the_same(tmp_path: Path, day: str) -> None:
    for name in ("One", "Two", "Six"):
        path = write(tmp_path / "mine", "x", name)
        os.utime(path, (1_700_000_000,) * 2)
        ended = ran(f"faketime {day} reportcli list --columns name --catalog mine", tmp_path)
        assert (ended.returncode, ended.stdout, ended.stderr) == (0, f"{name}\n", "")


@pytest.mark.skipif(not shutil.which("faketime"), reason="faketime is not installed")
def test_a_period_is_counted_back_from_the_day_that_the_clock_says(tmp_path: Path) -> None:
    write(tmp_path / "mine", "x", "X", date="1999-12-25")
    for day, code in (("2000-01-01", 0), ("2000-02-01", 1), ("1970-01-01", 1)):
        assert ran(f"faketime {day} reportcli filter 30d --catalog mine", tmp_path).returncode == code


# Terminals.


@pytest.mark.parametrize("settings", ["COLUMNS=abc", "COLUMNS=0", "COLUMNS=-1 LINES=-1", "LINES=x", "COLUMNS= LINES=0"])
def test_a_size_that_is_none_is_passed_over(settings: str) -> None:
    written, code = on_terminal(f"{settings} reportcli list", 100, 50, NO_COLOR="1")
    assert (written, code) == on_terminal("reportcli list", 100, 50, NO_COLOR="1")


@pytest.mark.parametrize(("columns", "bound"), [("1", 20), ("20", 20), ("10000", 10_000), ("9" * 20, 10_000)])
def test_the_narrowest_and_the_widest_terminal_get_a_picture(
    monkeypatch: pytest.MonkeyPatch, columns: str, bound: int
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    for command in PICTURES:
        answered = call([*command.split(), "--format", "table"])
        assert answered.code == 0
        assert 0 < max(map(cell_len, answered.out.splitlines())) <= bound


# Streams.


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_end_nothing(tmp_path: Path, closed: str) -> None:
    for command, code in (("list", 0), ("show -", 2), ("add", 2), ("edit qwen3", 0), ("list -f svg", 0), ("--help", 0)):
        ended = ran(f"reportcli {command} {closed}", tmp_path, EDITOR="true")
        assert (ended.returncode, "Traceback" in ended.stderr) == (code, False)
    assert not user_folder().exists()
