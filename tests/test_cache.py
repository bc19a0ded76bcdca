"""The folder of index files: the user's alone, never a way to a file elsewhere, and never without an end."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from stat import S_IMODE
from subprocess import CompletedProcess

import pytest

from reportcli.index.cache import discard_index, index_path, prepare_index_file
from reportcli.library import Library
from synthetic import write_catalogue

Run = Callable[..., CompletedProcess[str]]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Where an index is to be made, in a folder that is there."""
    folder = tmp_path / "cache"
    folder.mkdir(mode=0o700)
    return folder / "index-1.sqlite"


def test_the_folder_and_the_file_are_made_for_the_user_alone(tmp_path: Path) -> None:
    former = os.umask(0)
    try:
        prepare_index_file(tmp_path / "a" / "b" / "index-1.sqlite")
    finally:
        os.umask(former)
    modes = [S_IMODE((tmp_path / path).stat().st_mode) for path in ("a", "a/b", "a/b/index-1.sqlite")]
    assert modes == [0o700, 0o700, 0o600]


def test_what_others_could_write_or_read_is_closed_to_them(place: Path) -> None:
    place.write_text("")
    place.chmod(0o666)
    place.parent.chmod(0o777)
    prepare_index_file(place)
    assert (S_IMODE(place.parent.stat().st_mode), S_IMODE(place.stat().st_mode)) == (0o755, 0o600)


def test_a_shared_folder_behind_a_link_is_neither_used_nor_closed(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared").chmod(0o1777)
    (tmp_path / "cache").symlink_to("shared")
    with pytest.raises(PermissionError, match="others may write to"):
        prepare_index_file(tmp_path / "cache" / "index-1.sqlite")
    assert S_IMODE((tmp_path / "shared").stat().st_mode) == 0o1777
    assert list((tmp_path / "shared").iterdir()) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a folder away")
def test_a_folder_of_somebody_else_is_not_used(place: Path) -> None:
    os.chown(place.parent, 65534, -1)
    with pytest.raises(PermissionError, match="belongs to somebody else"):
        prepare_index_file(place)
    assert list(place.parent.iterdir()) == []


@pytest.mark.parametrize("suffix", ["", "-journal", "-wal", "-shm"])
@pytest.mark.parametrize("make", ["symlink_to", "hardlink_to"])
def test_a_link_is_put_away_and_the_file_it_leads_to_stays(place: Path, suffix: str, make: str) -> None:
    thesis, link = place.parent.parent / "thesis", Path(f"{place}{suffix}")
    thesis.write_text("the only copy")
    thesis.chmod(0o644)
    getattr(link, make)(thesis)
    prepare_index_file(place)
    assert (thesis.read_text(), S_IMODE(thesis.stat().st_mode)) == ("the only copy", 0o644)
    assert [path.name for path in place.parent.iterdir()] == [place.name]
    assert (place.read_bytes(), place.is_symlink(), place.stat().st_nlink) == (b"", False, 1)


def test_a_link_that_leads_nowhere_makes_no_file_there(place: Path) -> None:
    elsewhere = place.parent.parent / "elsewhere"
    place.symlink_to(elsewhere)
    prepare_index_file(place)
    assert not elsewhere.exists()


@pytest.mark.parametrize("make", ["symlink_to", "hardlink_to"])
def test_no_database_elsewhere_is_ever_written(tmp_path: Path, make: str) -> None:
    folder, cache, precious = tmp_path / "catalogue", tmp_path / "cache", tmp_path / "precious"
    write_catalogue(folder, 2, seed=1)
    cache.mkdir(mode=0o700)
    with closing(sqlite3.connect(precious)) as connection:
        connection.execute("CREATE TABLE report (number INTEGER PRIMARY KEY, id TEXT)")
        connection.execute("INSERT INTO report VALUES (1, 'mine')")
        connection.commit()
    before = precious.read_bytes()
    getattr(index_path(cache, [folder]), make)(precious)
    with Library([folder], cache) as library:
        assert len(library.reports()) == 2
    assert precious.read_bytes() == before


@pytest.mark.parametrize("suffix", ["", "-journal", "-wal", "-shm"])
def test_nobody_waits_at_a_pipe(reportcli: Run, tmp_path: Path, suffix: str) -> None:
    environment = {"XDG_CACHE_HOME": str(tmp_path)}
    assert reportcli("list", **environment).returncode == 0
    (index,) = (tmp_path / "reportcli").iterdir()
    Path(f"{index}{suffix}").unlink(missing_ok=True)
    os.mkfifo(f"{index}{suffix}")
    ended = reportcli("list", **environment)
    assert (ended.returncode, len(ended.stdout.splitlines()), ended.stderr) == (0, 36, "")


def test_of_very_many_indexes_those_that_were_used_last_stay(place: Path) -> None:
    for day in range(70):
        other = place.with_name(f"index-{day:04}.sqlite")
        other.write_text("")
        os.utime(other, (day * 86_400, day * 86_400))
    prepare_index_file(place)
    left = sorted(path.name for path in place.parent.iterdir())
    assert left == [*(f"index-{day:04}.sqlite" for day in range(21, 70)), place.name]


def test_discarding_takes_all_that_belongs_to_an_index_and_nothing_else(place: Path) -> None:
    others = [place.with_name("index-2.sqlite"), place.with_name("index-1.sqlite.txt")]
    for path in (*others, *(Path(f"{place}{suffix}") for suffix in ("", "-journal", "-wal", "-shm"))):
        path.write_text("")
    discard_index(place)
    discard_index(place)
    assert sorted(place.parent.iterdir()) == sorted(others)
