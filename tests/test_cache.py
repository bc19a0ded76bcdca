"""The cache folder: the user's alone or not used, and never full of indexes of long ago."""

import os
from collections.abc import Callable
from pathlib import Path
from stat import S_IMODE

import pytest

from makers import write
from reportcli.index.cache import discard_index, index_path, prepare_cache
from reportcli.library import Library


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A catalogue of one report."""
    write(tmp_path / "catalogue", "one", "One")
    return tmp_path / "catalogue"


def names(folder: Path, cache: Path) -> list[str]:
    with Library([folder], cache) as library:
        return [report.name for report in library.reports()]


def test_the_folder_is_made_for_the_user_alone(folder: Path, tmp_path: Path) -> None:
    former = os.umask(0)
    try:
        assert names(folder, tmp_path / "cache" / "reportcli") == ["One"]
    finally:
        os.umask(former)
    assert [S_IMODE((tmp_path / path).stat().st_mode) for path in ("cache", "cache/reportcli")] == [0o700, 0o700]


@pytest.mark.parametrize("mode", [0o777, 0o770, 0o1777, 0o702])
def test_a_folder_that_others_may_write_to_is_not_used(folder: Path, tmp_path: Path, mode: int) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(mode)
    (tmp_path / "cache").symlink_to("shared")
    assert names(folder, tmp_path / "cache") == ["One"]
    assert (S_IMODE(shared.stat().st_mode), list(shared.iterdir())) == (mode, [])


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a folder away")
def test_a_folder_of_somebody_else_is_not_used(folder: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    cache.mkdir(mode=0o700)
    os.chown(cache, 65534, -1)
    assert names(folder, cache) == ["One"]
    assert list(cache.iterdir()) == []


def _replace(folder: Path) -> None:
    folder.rmdir()
    folder.write_text("a file")


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda cache, _file: cache.write_text("a file"), id="the cache folder is a file"),
        pytest.param(lambda cache, _file: cache.symlink_to("nowhere/at/all"), id="the cache folder is a broken link"),
        pytest.param(lambda cache, _file: cache.symlink_to(cache.name), id="the cache folder is a circular link"),
        pytest.param(lambda cache, _file: _replace(cache.parent), id="a file stands above the cache folder"),
        pytest.param(lambda _cache, file: file.mkdir(parents=True), id="the index is a folder"),
    ],
)
def test_a_cache_that_cannot_be_used_changes_no_answer(
    folder: Path, tmp_path: Path, spoil: Callable[[Path, Path], object]
) -> None:
    cache = tmp_path / "above" / "cache"
    cache.parent.mkdir()
    spoil(cache, index_path(cache, [folder]))
    assert names(folder, cache) == ["One"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
@pytest.mark.parametrize("is_stale", [False, True])
def test_a_cache_that_may_only_be_read_changes_no_answer(folder: Path, tmp_path: Path, is_stale: bool) -> None:
    cache = tmp_path / "cache"
    assert names(folder, cache) == ["One"]
    if is_stale:
        write(folder, "one", "Two")
    index_path(cache, [folder]).chmod(0o400)
    cache.chmod(0o500)
    try:
        assert names(folder, cache) == ["Two" if is_stale else "One"]
    finally:
        cache.chmod(0o700)


def test_different_folders_have_different_index_files(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    files = {index_path(tmp_path, folders) for folders in ([one], [two], [one, two], [two, one])}
    assert len(files) == 4
    assert {file.parent for file in files} == {tmp_path}


def test_of_very_many_indexes_those_that_were_written_last_stay(folder: Path, tmp_path: Path) -> None:
    prepare_cache(tmp_path / "cache")
    for day in range(70):
        other = tmp_path / "cache" / f"index-{day:04}.sqlite"
        other.write_text("")
        os.utime(other, (day * 86_400, day * 86_400))
    file = index_path(tmp_path / "cache", [folder])
    assert names(folder, tmp_path / "cache") == ["One"]
    expected = {file.name, *(f"index-{day:04}.sqlite" for day in range(20, 70))}
    assert {path.name for path in file.parent.iterdir()} == expected


def test_discarding_takes_all_that_belongs_to_an_index_and_nothing_else(tmp_path: Path) -> None:
    index, others = tmp_path / "index-1.sqlite", [tmp_path / "index-1.sqlite.txt", tmp_path / "index-2.sqlite"]
    for path in (*others, *(Path(f"{index}{suffix}") for suffix in ("", "-journal", "-wal", "-shm"))):
        path.write_text("")
    discard_index(index)
    discard_index(index)
    assert sorted(tmp_path.iterdir()) == others


def test_an_index_that_was_cut_in_its_last_page_is_made_anew(folder: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    file = index_path(cache, [folder])
    assert names(folder, cache) == ["One"]
    whole = file.stat().st_size
    os.truncate(file, whole - 100)
    assert names(folder, cache) == ["One"]
    assert not file.exists()
    assert names(folder, cache) == ["One"]
    assert file.stat().st_size == whole
