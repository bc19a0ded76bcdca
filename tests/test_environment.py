"""Strange surroundings: homes, folders, clocks, time zones, terminals, streams. Answers stay, or an error says why."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from importlib import metadata
from pathlib import Path
from zipfile import ZipFile

import pytest

import reportcli
from conftest import READING_LIST, SHIPPED_FOLDER, Ran, Run
from makers import canonical, write
from reportcli.catalog.files import user_folder
from reportcli.cli.complete.shells import install_completion
from reportcli.errors import UsageError
from terminal import BIN, on_terminal
from trials.writers import can_mount

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
def homeless(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither HOME nor the system says where the home folder is."""

    def unknown(user: int) -> None:
        raise KeyError(user)

    monkeypatch.delenv("HOME")
    monkeypatch.setattr("pwd.getpwuid", unknown)


# Folders.


COMMANDS = (
    "reportcli list | head -3; exit ${PIPESTATUS[0]}",
    "reportcli show qwen3 -f names",
    "reportcli search GRPO -f names",
    "reportcli --version",
    f"reportcli check -q {READING_LIST}",
    "_REPORTCLI_COMPLETE=bash reportcli 'reportcli show qwen3-e' qwen3-e",
)
UNSHARE = "unshare -U --map-user=12345"
AS_STRANGER = f'reportcli() {{ {UNSHARE} env -i PATH=$PATH _REPORTCLI_COMPLETE=$_REPORTCLI_COMPLETE $program "$@"; }}'
IS_NEW_YEAR = "! type -P faketime >/dev/null || reportcli() { faketime '2025-12-31 23:59:58' $program \"$@\"; }"
ENVIRONMENTS = {
    "no home": "unset HOME",
    "a home that is a file": "HOME=/dev/null",
    "a home that cannot be written": "HOME=/proc",
    "a home that is relative": "HOME=here",
    "a home that is empty": "HOME=",
    "a home with a long path": f"HOME={TOO_LONG}",
    "a home with a path too long for any system": f"HOME={FAR_TOO_LONG}",
    "folders that are relative": "export XDG_CACHE_HOME=here XDG_DATA_HOME=here",
    "folders that are empty": "export XDG_CACHE_HOME= XDG_DATA_HOME=",
    "folders that are files": "export XDG_CACHE_HOME=/etc/passwd XDG_DATA_HOME=/etc/passwd",
    "folders that are no folders of files": "export XDG_CACHE_HOME=/proc XDG_DATA_HOME=/proc",
    "folders with long paths": f"export XDG_CACHE_HOME={TOO_LONG} XDG_DATA_HOME={FAR_TOO_LONG}",
    "a cache that is a link": "ln -sfn nowhere ../link; export XDG_CACHE_HOME=$PWD/../link",
    "a user that the system does not know": AS_STRANGER,
    "a working folder that is gone": "mkdir -p ../gone; cd ../gone; rmdir ../gone",
    "no standard input": "exec <&-",
    "no standard output": "exec >&-",
    "no standard error": "exec 2>&-",
    "no standard stream": "exec <&- >&- 2>&-",
    "the locale C": "reportcli() { env LC_ALL=C $program \"$@\"; }",
    "a Turkish locale": "reportcli() { env LC_ALL=tr_TR.UTF-8 $program \"$@\"; }",
    "a Japanese locale": "reportcli() { env LC_ALL=ja_JP.SJIS $program \"$@\"; }",
    "a locale that is none": "reportcli() { env LC_ALL=garbage $program \"$@\"; }",
    "no UTF-8": "export PYTHONUTF8=0",
    "warnings that are errors": "export PYTHONWARNINGS=error",
    "an isolated Python": "reportcli() { $python -I -m reportcli \"$@\"; }",
    "no place for compiled modules": "export PYTHONPYCACHEPREFIX=/dev/null/nowhere",
    "no terminal type": "unset TERM",
    "a dumb terminal": "export TERM=dumb",
    "no columns": "export COLUMNS=0",
    "settings that are no text": "export PAGER=$'\\xff' EDITOR=\"'\" COLUMNS=$'\\xff' TMPDIR=/nowhere",
    "the first time zone at a change of year": f"export TZ=Pacific/Kiritimati; {IS_NEW_YEAR}",
    "the last time zone at a change of year": f"export TZ=Etc/GMT+12; {IS_NEW_YEAR}",
    "little memory": "ulimit -v 150000",
    "few files": "ulimit -n 5",
    "no room in files": "ulimit -f 0",
    "no metadata": "reportcli() { PYTHONPATH=../clone/src:../others $python -S -m reportcli \"$@\"; }",
    "a zip archive": "reportcli() { PYTHONPATH=../reportcli.zip:../others $python -S -m reportcli \"$@\"; }",
    "a SQLite without FTS5": "unset HOME; export PYTHONPATH=../without-fts5",
}  # fmt: skip
WITHOUT_CATALOG = ("a zip archive", "a SQLite without FTS5")  # an error says so in a sentence
WITHOUT_FTS5 = """\
import sqlite3
from functools import partial

class WithoutFTS5(sqlite3.Connection):
    def execute(self, sql, *values):
        return super().execute(sql.replace("USING fts5", "USING no_fts5"), *values)

sqlite3.connect = partial(sqlite3.connect, factory=WithoutFTS5)
"""


@pytest.fixture(scope="module")
def surroundings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the program in other forms: without its metadata, in an archive; and what takes FTS5 away."""
    folder, package = tmp_path_factory.mktemp("surroundings"), Path(reportcli.__file__).parent
    for name in ("clone/src", "others", "without-fts5", "here"):
        (folder / name).mkdir(parents=True)
    (folder / "clone" / "src" / "reportcli").symlink_to(package)
    (folder / "clone" / "catalog").symlink_to(SHIPPED_FOLDER)
    for path in Path(sysconfig.get_path("purelib")).iterdir():
        if "reportcli" not in path.name:
            (folder / "others" / path.name).symlink_to(path)
    with ZipFile(folder / "reportcli.zip", "w") as archive:
        for path in package.rglob("*.py"):
            archive.write(path, path.relative_to(package.parent))
    (folder / "without-fts5" / "sitecustomize.py").write_text(WITHOUT_FTS5)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS)
def test_no_environment_changes_an_answer_or_leaves_files_about(surroundings: Path, command: str) -> None:
    here, settings = surroundings / "here", {"program": f"{BIN}/reportcli", "python": sys.executable}
    usual = ran(command, here, **settings)
    assert (usual.returncode, usual.stderr) == (0, "")
    for name, around in ENVIRONMENTS.items():
        if around == AS_STRANGER and ran(f"{UNSHARE} true", here).returncode:
            continue  # a system that does not let everybody do so
        ended = ran(f"{around}\n{command}", here, **settings)
        answer = ended.stdout.replace("reportcli unknown\n", usual.stdout.partition("\n")[0] + "\n")
        if name in WITHOUT_CATALOG and ended.returncode:
            assert (ended.returncode, answer) == (3, ""), name
            assert re.fullmatch(r"error: .+\n(  .+\n)?", ended.stderr), name
        elif name in WITHOUT_CATALOG or around.startswith("exec"):
            assert (ended.returncode, usual.stdout.startswith(answer)) == (0, True), name
            assert "Traceback" not in ended.stderr, name
        else:
            assert (ended.returncode, answer, ended.stderr) == (0, usual.stdout, ""), name
        assert list(here.iterdir()) == [], name


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("list -n 1", 0),
        ("show qwen3 -f names", 0),
        ("info", 0),
        ("--version", 0),
        ("check qwen3", 0),
        ("edit qwen3", 3),
    ],
)
@pytest.mark.usefixtures("homeless")
def test_without_a_home_folder_only_writing_asks_for_one(cli: Run, command: str, code: int) -> None:
    ended = cli(*command.split())
    assert ended.returncode == code
    error = "error: there is no home folder to write to\n  set HOME, or name a folder with --catalog DIR\n"
    assert ended.stderr == (error if code else ended.stderr)


@pytest.mark.usefixtures("homeless")
def test_without_a_home_folder_an_entry_is_added_where_it_is_said(cli: Run, tmp_path: Path) -> None:
    source = tmp_path / "new.toml"
    source.write_text(canonical("Something New"))
    (tmp_path / "mine").mkdir()
    ended = cli("add", "--no-edit", "--from", str(source), "--catalog", str(tmp_path / "mine"))
    assert (ended.returncode, ended.stdout) == (0, f"{tmp_path}/mine/something-new.toml\n")


def test_where_memory_does_not_suffice_one_sentence_says_so(cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("reportcli.index.build._connect", refuse)
    ended = cli("list")
    assert (ended.returncode, ended.stdout, ended.stderr) == (3, "", "error: not enough memory\n")


def test_the_version_of_a_program_without_metadata_is_unknown(cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", missing)
    assert cli("--version").stdout == "reportcli unknown\ncatalog of 2025-06-18, 36 reports\n"


def test_a_tilde_is_the_home_folder_in_every_name_of_a_folder(cli: Run, own_home: Path) -> None:
    write(own_home / "mine", "one", "One")
    for arguments, environment in ((("--catalog=~/mine",), {}), ((), {"REPORTCLI_CATALOG": "~/mine"})):
        assert cli("list", "-f", "names", *arguments, **environment).stdout == "one\n"
    script = own_home / "ed"
    script.write_text('#!/bin/sh\nsed -i s/One/Two/ "$1"\n')
    script.chmod(0o755)
    assert cli("edit", "one", "--catalog=~/mine", EDITOR="~/ed").returncode == 0
    assert 'name = "Two"' in (own_home / "mine" / "one.toml").read_text()


def test_an_editor_reads_nothing_that_is_piped_to_the_program(reportcli: Run, own_home: Path) -> None:
    write(own_home / "mine", "one", "One")
    script, read = own_home / "ed", own_home / "read"
    script.write_text(f'#!/bin/sh\ntouch {read}; [ -t 0 ] || cat > {read}\nsed -i s/One/Two/ "$1"\n')
    script.chmod(0o755)
    ended = reportcli("edit", "one", "--catalog", str(own_home / "mine"), stdin="next\n", EDITOR=str(script))
    assert (ended.returncode, read.read_text()) == (0, "")


def test_an_empty_catalog_is_not_the_working_folder(cli: Run) -> None:
    ended = cli("list", "--catalog", "")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("error: --catalog is empty\n")


def test_where_new_entries_cannot_go_an_error_says_so(cli: Run, tmp_path: Path) -> None:
    new = tmp_path / "new.toml"
    new.write_text(canonical("Something New"))
    for folder in (TOO_LONG, FAR_TOO_LONG, "/etc/passwd"):
        ended = cli("add", "--no-edit", "--from", str(new), XDG_DATA_HOME=folder)
        assert (ended.returncode, ended.stdout) == (3, "")
        assert ended.stderr.startswith(f"error: cannot write {folder}/reportcli/catalog: ")


def test_without_a_home_completion_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "~nobody-here")  # as where HOME is not set, and the system does not know the user
    with pytest.raises(UsageError, match="there is no home folder"):
        install_completion("bash")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may look everywhere")
def test_a_home_that_may_not_be_looked_into_is_passed_over(cli: Run, tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0)
    assert cli("list", HOME=str(tmp_path / "closed")).stdout == cli("list").stdout


@pytest.mark.slow
def test_a_current_folder_that_is_gone_stops_only_what_needs_it(tmp_path: Path) -> None:
    gone = f"mkdir '{tmp_path}/gone' && cd '{tmp_path}/gone' && rmdir '{tmp_path}/gone' && reportcli"
    for command in ("list", "info", "show Qwen3", "edit qwen3", "list --format table"):
        ended = ran(f"{gone} {command}", tmp_path, EDITOR="true")
        assert (ended.returncode, "error" in ended.stderr) == (0, False)
    for command in ("check .", "list --catalog here", "edit qwen3 --catalog ."):
        ended = ran(f"{gone} {command}", tmp_path, EDITOR="true")
        assert (ended.returncode, ended.stdout, ended.stderr[:7]) == (3, "", "error: ")


@pytest.mark.slow
@pytest.mark.parametrize("kilobytes", [0, 4, 64, 300])
def test_a_full_disk_for_the_cache_changes_no_answer(own_home: Path, tmp_path: Path, kilobytes: int) -> None:
    disk = own_home / ".cache"
    disk.mkdir()
    if not can_mount(disk):
        pytest.skip("no small disk can be mounted here")
    elsewhere = ran("reportcli list", tmp_path, XDG_CACHE_HOME=str(tmp_path / "cache"))
    options = f"size={kilobytes + 4}k,mode=0700"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(disk)], check=True)
    try:
        if not kilobytes:
            (disk / "filled").write_bytes(bytes(4096))
        for _ in range(2):
            ended = ran("reportcli list", tmp_path)
            assert (ended.returncode, ended.stdout, ended.stderr) == (0, elsewhere.stdout, "")
    finally:
        subprocess.run(["umount", str(disk)], check=True)


# Time.


@pytest.mark.slow
def test_no_time_zone_is_too_strange(tmp_path: Path) -> None:
    for zone in ("garbage", "Pacific/Kiritimati", "X-99999999", "/etc/passwd", ":", "a" * 5_000):
        ended = ran("reportcli check && reportcli filter 30y --limit 1 -q", tmp_path, TZ=zone)
        assert (ended.returncode, "Traceback" in ended.stderr) == (0, False)


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("faketime"), reason="faketime is not installed")
def test_a_wrong_clock_is_followed_and_hides_no_change(tmp_path: Path) -> None:
    for day in ("1970-01-02", "2100-01-01"):
        for name in ("One", "Two", "Six"):
            path = write(tmp_path / "mine", "x", name)
            os.utime(path, (1_700_000_000,) * 2)
            ended = ran(f"faketime {day} reportcli list --columns name --catalog mine", tmp_path)
            assert (ended.returncode, ended.stdout, ended.stderr) == (0, f"{name}\n", "")
    write(tmp_path / "mine", "x", "X", date="1999-12-25")
    for day, code in (("2000-01-01", 0), ("2000-02-01", 1), ("1970-01-01", 1)):
        assert ran(f"faketime {day} reportcli filter 30d --catalog mine", tmp_path).returncode == code


# Terminals and streams.


@pytest.mark.slow
def test_a_size_that_is_none_is_passed_over() -> None:
    usual = on_terminal("reportcli -q list", 100, 50, NO_COLOR="1")
    for settings in ("COLUMNS=abc", "COLUMNS=0", "COLUMNS=-1 LINES=-1", "LINES=x", "COLUMNS= LINES=0"):
        assert on_terminal(f"{settings} reportcli -q list", 100, 50, NO_COLOR="1") == usual


@pytest.mark.slow
def test_closed_streams_end_nothing(tmp_path: Path) -> None:
    for closed in ("<&-", ">&-", "2>&-", "<&- >&- 2>&-"):
        for command, code in (("list", 0), ("show -", 2), ("add", 2), ("edit qwen3", 0), ("list -f svg", 0), ("-h", 0)):
            ended = ran(f"reportcli {command} {closed}", tmp_path, EDITOR="true")
            assert (ended.returncode, "Traceback" in ended.stderr) == (code, False)
    assert not user_folder().exists()
