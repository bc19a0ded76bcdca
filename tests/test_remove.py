"""Removing entries: only the user's own, only when it is sure, and with a word on what shows now."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import Run
from makers import CANONICAL, ODD_FILES, write
from reportcli.catalog.files import shipped_folder, user_folder
from reportcli.curate.editor import create_draft
from reportcli.curate.remove import remove
from reportcli.errors import EntryChanged
from reportcli.library import Library


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    return write(tmp_path / "mine", "x", "X Two", 'aliases = ["X II"]\n[[models]]\nname = "X-7B"\n')


def test_an_own_entry_is_removed_and_what_shows_now_is_said(cli: Run) -> None:
    own = write(user_folder(), "x", "X Two")
    ended = cli("remove", "x", "two", "--yes")
    assert (ended.returncode, ended.stdout) == (0, f"{own}\n")
    assert ended.stderr == "note: x is no longer in the catalogue\n"
    assert not own.exists()
    assert cli("show", "x").returncode == 2


def test_behind_an_own_copy_the_shipped_entry_shows_again_and_is_not_removed(cli: Run) -> None:
    own, shipped = user_folder() / "qwen3.toml", shipped_folder() / "qwen3.toml"
    cli("edit", "qwen3", "--set", "license=MIT")
    draft = create_draft(own, "typed")
    ended = cli("remove", "Qwen3", "--yes", "--json")
    assert (ended.returncode, ended.stdout) == (0, f'[\n{{\n  "id": "qwen3",\n  "path": "{own}"\n}}\n]\n')
    assert ended.stderr == (f"note: the shipped entry shows again: {shipped}\nnote: its draft remains: {draft}\n")
    ended = cli("remove", "qwen3", "--yes")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == (
        "error: qwen3 is shipped with reportcli and cannot be removed\n  leave it out of an answer with "
        "--where 'not id:qwen3', or change your own copy: `reportcli edit qwen3`\n"
    )
    assert shipped.exists()


def test_without_a_terminal_nothing_is_removed_and_the_form_to_type_is_said(cli: Run, mine: Path) -> None:
    ended = cli("remove", "x", "--catalog", str(mine.parent))
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == (
        "error: nothing was removed: there is no terminal to ask on\n"
        f"  run `reportcli remove x --yes --catalog {mine.parent}`\n"
    )
    assert mine.exists()


@pytest.mark.parametrize("answer", [True, False])
def test_who_is_asked_decides(mine: Path, answer: bool) -> None:
    questions = list[tuple[str, str]]()

    def confirm(*question: str) -> bool:
        questions.append((question[0], question[1]))
        return answer

    with Library([mine.parent], None) as library:
        result = remove(library, mine.parent, "X II", confirm)
    assert questions == [("x", f"remove {mine}?")]
    assert (mine.exists(), result.lines) == ((False, (str(mine),)) if answer else (True, ()))
    assert result.notes == (("x is no longer in the catalogue",) if answer else ("nothing was removed",))


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("X-7B", "'X-7B' is a model of x\n  to remove that entry, name it: x"),
        ("X T", "'X T' is only a part of the name of x\n  to remove that entry, name it: x"),
        ("../x", "no report named '../x'"),
        ("Y", "no report named 'Y'"),
    ],
)
def test_what_is_removed_is_named_in_full(cli: Run, mine: Path, name: str, problem: str) -> None:
    ended = cli("remove", name, "--yes", "--catalog", str(mine.parent))
    assert (ended.returncode, ended.stderr.startswith(f"error: {problem}")) == (2, True)
    assert mine.exists()


def test_only_the_last_folder_loses_an_entry(cli: Run, mine: Path, tmp_path: Path) -> None:
    high = write(tmp_path / "high", "y", "Y")
    folders = ("--catalog", str(mine.parent), "--catalog", str(high.parent))
    ended = cli("remove", "x", "--yes", *folders)
    assert ended.stderr == (
        f"error: {mine} is not in the last folder of --catalog\n  run `reportcli remove x --catalog {mine.parent}`\n"
    )
    write(high.parent, "x", "X Two")
    ended = cli("remove", "x", "--yes", *folders)
    assert (ended.returncode, mine.exists()) == (0, True)
    assert ended.stderr == f"note: the entry shows again: {mine}\n"


def test_of_a_link_only_the_link_is_removed(cli: Run, mine: Path, tmp_path: Path) -> None:
    real = tmp_path / "real"
    mine.rename(real)
    mine.symlink_to(real)
    assert cli("remove", "x", "--yes", "--catalog", str(mine.parent)).returncode == 0
    assert (os.path.lexists(mine), real.read_text().startswith("name")) == (False, True)


@pytest.mark.parametrize(("make", "_problem"), ODD_FILES)
def test_what_cannot_be_read_is_removed_by_its_id(
    cli: Run, mine: Path, make: Callable[[Path], object], _problem: str
) -> None:
    mine.unlink()
    make(mine)
    is_folder = mine.is_dir()
    ended = cli("remove", "x", "--yes", "--catalog", str(mine.parent))
    assert (ended.returncode, os.path.lexists(mine)) == ((3, True) if is_folder else (0, False))
    if is_folder:
        hint = "an entry is a file: remove this folder yourself"
        assert ended.stderr == f"error: cannot remove {mine}: Is a directory\n  {hint}\n"
    else:  # and no warning of a file that is gone
        assert ended.stderr == "note: x is no longer in the catalogue\n"


def test_what_changed_after_the_question_stays(mine: Path) -> None:
    def confirm(*_: str) -> bool:
        mine.write_text(CANONICAL.format(name="Newer"))
        return True

    with Library([mine.parent], None) as library, pytest.raises(EntryChanged) as caught:
        remove(library, mine.parent, "x", confirm)
    assert caught.value.message == f"cannot remove {mine}: it changed after it was read"
    assert "Newer" in mine.read_text()
