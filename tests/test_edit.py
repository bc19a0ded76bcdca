"""Adding and editing entries, with real editors: what is saved, what is refused, and that nothing typed is lost."""

import json
import os
import signal
import stat
import subprocess
import sys
import threading
import tomllib
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from conftest import Run
from makers import CANONICAL
from reportcli.answer.details import full_record
from reportcli.catalog.files import read_report, read_text, shipped_folder, user_folder
from reportcli.curate.arxiv import API_VARIABLE
from reportcli.curate.editor import _kept, _write_new
from reportcli.report.toml_lines import split_schema_line
from terminal import on_terminal


@pytest.fixture(autouse=True)
def no_editor_of_the_developer(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """No editor is set, and temporary files have a folder of their own."""
    for name in ("VISUAL", "EDITOR"):
        monkeypatch.delenv(name, raising=False)
    temporary = tmp_path_factory.mktemp("temporary")
    monkeypatch.setenv("TMPDIR", str(temporary))
    return temporary


@pytest.fixture
def editor(tmp_path: Path) -> Callable[..., str]:
    """Make an editor: a Python program that gets the file as ``path`` and its text as ``text``, and saves ``text``."""

    def make(body: str, *arguments: str) -> str:
        script = tmp_path / f"editor {len(list(tmp_path.glob('editor *')))}.py"
        script.write_text(
            "import os, re, sys\nfrom pathlib import Path\n"
            "path = Path(sys.argv[-1])\ntext = path.read_text(encoding='utf-8')\n"
            f"{body}\n"
            "path.write_text(text, encoding='utf-8')\n"
        )
        return f"'{sys.executable}' '{script}' {' '.join(arguments)}"

    return make


def write(folder: Path, id: str, name: str, more: str = "") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{id}.toml"
    path.write_text(CANONICAL.format(name=name) + more, encoding="utf-8")
    return path


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else []


def shipped(id: str) -> str:
    """Return the text of a shipped entry without the line that names its schema."""
    return split_schema_line(read_text(shipped_folder() / f"{id}.toml"))[1]


# Editing.


def test_an_edited_entry_is_saved_and_its_path_printed(
    reportcli: Run, editor: Callable[..., str], tmp_path: Path
) -> None:
    path = write(tmp_path / "mine", "x", "X")
    command = editor("text = text.replace('One sentence', 'Another sentence')")
    ended = reportcli("edit", "X", "--catalog", str(path.parent), EDITOR=command)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, f"{path}\n", "")
    assert path.read_text() == CANONICAL.format(name="X").replace("One", "Another")
    assert files(path.parent) == ["x.toml"]


def test_nothing_is_left_in_the_temporary_folder(
    reportcli: Run, editor: Callable[..., str], tmp_path: Path, no_editor_of_the_developer: Path
) -> None:
    path = write(tmp_path / "mine", "x", "X")
    for body in ("text += '# mine\\n'", "pass", "text = '= ='", "sys.exit(3)"):
        reportcli("edit", "x", "--catalog", str(path.parent), EDITOR=editor(body))
    assert files(no_editor_of_the_developer) == []
    assert list(no_editor_of_the_developer.iterdir()) == []


def test_the_editor_gets_a_private_copy_that_it_knows_as_toml(
    reportcli: Run, editor: Callable[..., str], tmp_path: Path, no_editor_of_the_developer: Path
) -> None:
    path = write(tmp_path / "mine", "x", "X")
    seen = tmp_path / "seen"
    body = f"Path({str(seen)!r}).write_text(f'{{path}} {{path.stat().st_mode:o}} {{path.parent.stat().st_mode:o}}')"
    reportcli("edit", "x", "--catalog", str(path.parent), EDITOR=editor(body))
    copy, mode, folder_mode = seen.read_text().split()
    assert Path(copy).name == "x.toml"
    assert Path(copy).parent.parent == no_editor_of_the_developer
    assert (mode, folder_mode) == ("100600", "40700")


def test_an_unchanged_entry_is_said_to_be_so(reportcli: Run, tmp_path: Path) -> None:
    path = write(tmp_path / "mine", "x", "X")
    before = path.stat().st_mtime_ns, path.stat().st_ino
    ended = reportcli("edit", "x", "--catalog", str(path.parent), EDITOR="true")
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, f"{path}\n", "note: nothing changed\n")
    assert (path.stat().st_mtime_ns, path.stat().st_ino) == before


def test_a_wrong_text_is_refused_with_every_problem_and_kept(
    reportcli: Run, editor: Callable[..., str], tmp_path: Path
) -> None:
    path = write(tmp_path / "mine", "x", "X")
    before = path.read_bytes()
    command = editor(
        "text = text.replace('2025-01-02', '\"soon\"').replace('title = \"A title\"', 'title = 7') + 'nmae = 1\\n'"
    )
    ended = reportcli("edit", "x", "--catalog", str(path.parent), EDITOR=command)
    side = path.with_name("x.toml.edited")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("error: x was not saved: ")
    assert "  line 2: title: expected a string, got 7\n" in ended.stderr
    assert "  line 6: date: expected a date such as 2025-06-18, without quotes" in ended.stderr
    assert ended.stderr.endswith(f"  your text was saved to {side}\n")
    assert path.read_bytes() == before
    assert side.read_text().endswith("nmae = 1\n")
    assert stat.S_IMODE(side.stat().st_mode) == 0o600


def test_a_syntax_error_is_named_with_its_line(reportcli: Run, editor: Callable[..., str], tmp_path: Path) -> None:
    path = write(tmp_path / "mine", "x", "X")
    ended = reportcli("edit", "x", "--catalog", str(path.parent), EDITOR=editor("text = 'a = 1\\nb = = 2\\n'"))
    assert ended.returncode == 2
    assert "line 2" in ended.stderr
    assert path.with_name("x.toml.edited").read_text() == "a = 1\nb = = 2\n"


def test_an_older_kept_text_is_never_written_over(reportcli: Run, editor: Callable[..., str], tmp_path: Path) -> None:
    path = write(tmp_path / "mine", "x", "X")
    target = tmp_path / "elsewhere"
    target.write_text("do not touch")
    path.with_name("x.toml.edited-2").symlink_to(target)
    for typed in ("first = ", "second = ", "third = "):
        reportcli("edit", "x", "--catalog", str(path.parent), EDITOR=editor(f"text = {typed!r}"))
    assert path.with_name("x.toml.edited").read_text() == "first = "
    assert path.with_name("x.toml.edited-3").read_text() == "second = "
    assert path.with_name("x.toml.edited-4").read_text() == "third = "
    assert target.read_text() == "do not touch"


@pytest.mark.parametrize("typed", [b"\xff\xfe", b'name = "caf\xe9"\n', b"\x00\x01"])
def test_what_is_no_text_is_kept_byte_by_byte(
    reportcli: Run, editor: Callable[..., str], tmp_path: Path, typed: bytes
) -> None:
    path = write(tmp_path / "mine", "x", "X")
    command = editor(f"path.write_bytes({typed!r}); sys.exit(0)")
    ended = reportcli("edit", "x", "--catalog", str(path.parent), EDITOR=command)
    assert ended.returncode == 2
    assert path.with_name("x.toml.edited").read_bytes() == typed
    assert read_report(str(path)).name == "X"


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("path.unlink(); sys.exit(0)", id="removed"),
        pytest.param("text = ''", id="emptied"),
        pytest.param("path.unlink(); path.mkdir(); sys.exit(0)", id="a folder"),
        pytest.param("path.unlink(); os.mkfifo(path); sys.exit(0)", id="a pipe"),
    ],
)
def test_an_editor_that_leaves_no_text_changes_nothing(
    reportcli: Run, editor: Callable[..., str], tmp_path: Path, body: str
) -> None:
    path = write(tmp_path / "mine", "x", "X")
    ended = reportcli("edit", "x", "--catalog", str(path.parent), EDITOR=editor(body))
    assert ended.returncode == 2
    assert "Traceback" not in ended.stderr
    assert files(path.parent) == ["x.toml"]
    assert read_report(str(path)).name == "X"


def test_an_editor_that_moves_a_new_file_in_place_is_understood(
    reportcli: Run, editor: Callable[..., str], tmp_path: Path
) -> None:
    path = write(tmp_path / "mine", "x", "X")
    body = "new = path.with_name('new'); new.write_text(text.replace('One', 'New')); new.replace(path); sys.exit(0)"
    assert reportcli("edit", "x", "--catalog", str(path.parent), EDITOR=editor(body)).returncode == 0
    assert read_report(str(path)).summary == "New sentence."


def test_comments_of_the_person_stay(reportcli: Run, editor: Callable[..., str], tmp_path: Path) -> None:
    path = write(tmp_path / "mine", "x", "X")
    reportcli("edit", "x", "--catalog", str(path.parent), EDITOR=editor("text = '# to do: figures\\n' + text"))
    assert path.read_text() == "# to do: figures\n" + CANONICAL.format(name="X")


def test_without_comments_the_layout_is_set_right(reportcli: Run, editor: Callable[..., str], tmp_path: Path) -> None:
    path = write(tmp_path / "mine", "x", "X")
    command = editor(
        "text = text.replace('[\\n    \"Someone\",\\n]', '[\"Someone\"]')\n"
        "text += 'license = \"MIT\"\\n[pretraining]\\ntokens=36000000'"
    )
    assert reportcli("edit", "x", "--catalog", str(path.parent), EDITOR=command).returncode == 0
    expected = CANONICAL.format(name="X") + 'license = "MIT"\n\n[pretraining]\ntokens = 36_000_000\n'
    assert path.read_text() == expected


def test_every_rule_is_kept_and_remarks_are_said(reportcli: Run, editor: Callable[..., str], tmp_path: Path) -> None:
    path = write(tmp_path / "mine", "x", "X")
    write(path.parent, "y", "Some Model", '\n[[models]]\nname = "Some Model 7B"\n')
    more = (
        'techniques = ["grpo", "gpro"]\nflagship = "A"\nbased_on = ["Some Modl 7B"]\n'
        '[[models]]\nname = "B"\nparameters = 7\nactive_parameters = 8\n[links]\npage = ["ftp://a"]\nfax = 1\n'
    )
    ended = reportcli("edit", "x", "--catalog", str(path.parent), EDITOR=editor(f"text += {more!r}"))
    assert ended.returncode == 2
    assert [line.split(": ")[:2] for line in ended.stderr.splitlines()] == [
        ["error", "x was not saved"],
        ["  line 11", "techniques[1]"],
        ["  line 12", "flagship"],
        ["  line 17", "models[0].active_parameters"],
        ["  line 19", "links.page[0]"],
        ["  line 20", "links.fax"],
        [f"  your text was saved to {path}.edited"],
    ]
    ended = reportcli(
        "edit", "x", "--catalog", str(path.parent), EDITOR=editor("text += 'based_on = [\"Some Modl 7B\"]'")
    )
    assert (ended.returncode, ended.stdout) == (0, f"{path}\n")
    assert ended.stderr == (
        'note: line 11: based_on[0]: "Some Modl 7B" is nearly "Some Model 7B", which the catalogue has\n'
    )


def test_what_is_saved_passes_the_check(reportcli: Run, editor: Callable[..., str]) -> None:
    reportcli("edit", "qwen3", EDITOR=editor("text = text.replace('Apache-2.0', 'MIT').replace(' = ', '=')"))
    reportcli("add", "--from", "-", stdin="# mine\n" + CANONICAL.format(name="X"))
    assert files(user_folder()) == ["qwen3.toml", "schema.json", "x.toml"]
    assert reportcli("check", str(user_folder())).returncode == 0


def test_entries_of_the_user_name_the_schema_beside_them(reportcli: Run) -> None:
    reportcli("add", "--from", "-", stdin=CANONICAL.format(name="X"))
    assert read_text(user_folder() / "x.toml") == f"#:schema ./schema.json\n{CANONICAL.format(name='X')}"
    assert read_text(user_folder() / "schema.json") == reportcli("schema").stdout


@pytest.mark.parametrize(
    ("there", "left"),
    [("older", False), ("theirs", True), ("link", True)],
)
def test_only_a_schema_of_ours_is_renewed(reportcli: Run, tmp_path: Path, there: str, left: bool) -> None:
    user_folder().mkdir(parents=True)
    path = user_folder() / "schema.json"
    ours = reportcli("schema").stdout
    if there == "link":
        (tmp_path / "target").write_text(ours.replace("integer", "number"))
        path.symlink_to(tmp_path / "target")
    else:
        path.write_text(ours.replace("integer", "number") if there == "older" else '{"mine": 1}')
    before = path.read_text()
    assert reportcli("add", "--from", "-", stdin=CANONICAL.format(name="X")).returncode == 0
    assert path.read_text() == (before if left else ours)


# Which file.


def test_a_shipped_entry_becomes_a_copy_in_the_users_folder(reportcli: Run, editor: Callable[..., str]) -> None:
    shipped = shipped_folder() / "qwen3.toml"
    before = shipped.read_bytes()
    mine = user_folder() / "qwen3.toml"
    command = editor("text = text.replace('Apache-2.0', 'MIT')")
    ended = reportcli("edit", "Qwen3-32B", EDITOR=command)
    assert (ended.returncode, ended.stdout) == (0, f"{mine}\n")
    assert ended.stderr == f"note: it now overrides {shipped}\n"
    assert shipped.read_bytes() == before
    assert reportcli("list", "--where", "id:qwen3", "--columns", "license").stdout == "MIT\n"
    assert stat.S_IMODE(mine.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(mine.parent.parent.stat().st_mode) == 0o700


def test_a_copy_is_edited_where_it_lies(reportcli: Run, editor: Callable[..., str]) -> None:
    reportcli("edit", "qwen3", EDITOR=editor("text = text.replace('Apache-2.0', 'MIT')"))
    ended = reportcli("edit", "qwen3", EDITOR=editor("text = text.replace('\"MIT\"', '\"BSD\"')"))
    assert (ended.returncode, ended.stderr) == (0, "")
    assert reportcli("list", "--where", "id:qwen3", "--columns", "license").stdout == "BSD\n"


def test_a_wrong_edit_of_a_shipped_entry_is_kept_in_the_users_folder(
    reportcli: Run, editor: Callable[..., str]
) -> None:
    before = files(shipped_folder())
    ended = reportcli("edit", "qwen3", EDITOR=editor("text = 'typed = '"))
    assert ended.returncode == 2
    assert files(user_folder()) == ["qwen3.toml.edited"]
    assert (user_folder() / "qwen3.toml.edited").read_text() == "typed = "
    assert files(shipped_folder()) == before


def test_a_shipped_folder_that_is_named_is_written_itself(
    reportcli: Run, editor: Callable[..., str], tmp_path: Path
) -> None:
    low, high = write(tmp_path / "low", "x", "X"), write(tmp_path / "high", "y", "Y")
    folders = ("--catalog", str(low.parent), "--catalog", str(high.parent))
    command = editor("text = text.replace('One', 'New')")
    assert reportcli("edit", "x", *folders, EDITOR=command).stdout == f"{low}\n"
    joined = os.pathsep.join((str(low.parent), str(high.parent)))
    assert reportcli("edit", "y", REPORTCLI_CATALOG=joined, EDITOR=command).stdout == f"{high}\n"
    assert (read_report(str(low)).summary, read_report(str(high)).summary) == ("New sentence.", "New sentence.")


def test_an_entry_that_cannot_be_read_is_mended_by_its_id(
    reportcli: Run, editor: Callable[..., str], tmp_path: Path
) -> None:
    path = write(tmp_path / "mine", "broken", "Broken")
    path.write_text(path.read_text().replace("name =", "name = ="))
    write(path.parent, "broken-2", "Broken 2")
    ended = reportcli("edit", "broken", "--catalog", str(path.parent), EDITOR=editor("text = text.replace('= =', '=')"))
    assert (ended.returncode, ended.stdout) == (0, f"{path}\n")
    assert read_report(str(path)).name == "Broken"


def test_the_broken_copy_of_a_shipped_entry_is_what_is_edited(reportcli: Run, editor: Callable[..., str]) -> None:
    mine = write(user_folder(), "qwen3", "Mine")
    mine.write_text("= =")
    assert reportcli("edit", "qwen3", EDITOR=editor(f"text = {CANONICAL.format(name='Mine')!r}")).returncode == 0
    assert read_report(str(mine)).name == "Mine"


def test_a_file_that_is_no_text_is_refused_before_the_editor_opens(reportcli: Run, tmp_path: Path) -> None:
    path = write(tmp_path / "mine", "x", "X")
    path.write_bytes(b"\xff")
    ended = reportcli("edit", "x", "--catalog", str(path.parent), EDITOR="false")
    assert ended.returncode == 3
    assert "not UTF-8 text" in ended.stderr


@pytest.mark.parametrize("name", ["nonsense", "../x", "/etc/passwd", "x.toml/", ""])
def test_an_unknown_name_is_refused_before_the_editor_opens(reportcli: Run, name: str) -> None:
    ended = reportcli("edit", name, EDITOR="false")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "no report is called" in ended.stderr


def test_behind_a_link_the_file_itself_is_edited(reportcli: Run, editor: Callable[..., str], tmp_path: Path) -> None:
    real = write(tmp_path / "elsewhere", "real", "X")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "x.toml").symlink_to(real)
    command = editor("text = text.replace('One', 'New')")
    assert reportcli("edit", "x", "--catalog", str(tmp_path / "mine"), EDITOR=command).returncode == 0
    assert (tmp_path / "mine" / "x.toml").is_symlink()
    assert read_report(str(real)).summary == "New sentence."


# Two writers.


def test_a_file_that_changed_under_the_editor_is_left_alone_and_the_text_kept(
    reportcli: Run, editor: Callable[..., str], tmp_path: Path
) -> None:
    path = write(tmp_path / "mine", "x", "X")
    command = editor(
        f"entry = Path({str(path)!r}); entry.write_text(entry.read_text().replace('One', 'Their'))\n"
        "text = text.replace('One', 'My')"
    )
    ended = reportcli("edit", "x", "--catalog", str(path.parent), EDITOR=command)
    assert (ended.returncode, ended.stdout) == (3, "")
    assert "it changed after it was read" in ended.stderr
    assert f"your text was saved to {path}.edited" in ended.stderr
    assert read_report(str(path)).summary == "Their sentence."
    assert "My sentence." in Path(f"{path}.edited").read_text()


def test_a_file_that_appeared_under_the_editor_is_left_alone_and_the_text_kept(
    reportcli: Run, editor: Callable[..., str]
) -> None:
    mine = user_folder() / "qwen3.toml"
    command = editor(
        f"entry = Path({str(mine)!r}); entry.parent.mkdir(parents=True); entry.write_text('theirs = 1')\n"
        "text = text.replace('Apache-2.0', 'MIT')"
    )
    ended = reportcli("edit", "qwen3", EDITOR=command)
    assert ended.returncode == 3
    assert mine.read_text() == "theirs = 1"
    assert '"MIT"' in Path(f"{mine}.edited").read_text()


def test_two_editors_at_once_lose_nothing(editor: Callable[..., str], tmp_path: Path) -> None:
    path = write(tmp_path / "mine", "x", "X")
    commands = [editor(f"import time\ntime.sleep(0.5)\ntext = text.replace('One', 'Writer {n}')") for n in range(4)]
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "reportcli", "edit", "x", "--catalog", str(path.parent)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, "EDITOR": command},
        )
        for command in commands
    ]  # fmt: skip
    codes = [process.wait() for process in running]
    everything = "".join(one.read_text() for one in path.parent.iterdir())
    assert codes.count(0) >= 1
    assert all(f"Writer {n} sentence." in everything for n in range(4))


# Editors.


def test_arguments_of_an_editor_work_and_no_shell_reads_them(
    reportcli: Run, editor: Callable[..., str], tmp_path: Path
) -> None:
    path = write(tmp_path / "mine", "x", "X")
    seen = tmp_path / "seen"
    command = editor(
        f"Path({str(seen)!r}).write_text(repr(sys.argv[1:-1]))", "--wait", "'two words'", "$(touch hurt)", "';'", "*"
    )
    assert reportcli("edit", "x", "--catalog", str(path.parent), VISUAL=command, EDITOR="false").returncode == 0
    assert seen.read_text() == "['--wait', 'two words', '$(touch', 'hurt)', ';', '*']"
    assert not Path("hurt").exists()


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        (
            {"EDITOR": "no-such-editor-anywhere --wait"},
            "the editor no-such-editor-anywhere --wait cannot be started: No such file or directory",
        ),
        ({"VISUAL": "/", "EDITOR": "true"}, "the editor / cannot be started: Permission denied"),
        ({"EDITOR": "'unbalanced"}, "EDITOR is not a command: No closing quotation"),
        ({"VISUAL": " ", "EDITOR": "false"}, "the editor false ended with 1"),
        ({"PATH": "/nowhere"}, "there is no editor"),
    ],
)
def test_an_editor_that_fails_ends_in_a_sentence(
    reportcli: Run, tmp_path: Path, environment: dict[str, str], said: str
) -> None:
    path = write(tmp_path / "mine", "x", "X")
    ended = reportcli("edit", "x", "--catalog", str(path.parent), **environment)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == (f"error: {said}\n  set VISUAL or EDITOR to a command that waits until the file is closed\n")
    assert files(path.parent) == ["x.toml"]


def test_an_editor_that_fails_after_it_wrote_leaves_the_text(
    reportcli: Run, editor: Callable[..., str], tmp_path: Path
) -> None:
    path = write(tmp_path / "mine", "x", "X")
    command = editor("path.write_text(text.replace('One', 'Typed')); os.kill(os.getpid(), 9)")
    ended = reportcli("edit", "x", "--catalog", str(path.parent), EDITOR=command)
    assert ended.returncode == 2
    assert f"your text was saved to {path}.edited" in ended.stderr
    assert read_report(str(path)).summary == "One sentence."
    assert "Typed sentence." in Path(f"{path}.edited").read_text()


def test_the_usual_editor_is_one_that_is_installed(reportcli: Run, tmp_path: Path) -> None:
    path = write(tmp_path / "mine", "x", "X")
    (tmp_path / "bin").mkdir()
    for name, word in (("nano", "Nano"), ("vi", "Vi")):
        script = tmp_path / "bin" / name
        script.write_text(f"#!/bin/sh\n/bin/sed -i 's/One/{word}/' \"$1\"\n")
        script.chmod(0o755)
    reportcli("edit", "x", "--catalog", str(path.parent), PATH=str(tmp_path / "bin"))
    assert read_report(str(path)).summary == "Nano sentence."


def test_what_an_editor_prints_is_no_answer(reportcli: Run, editor: Callable[..., str], tmp_path: Path) -> None:
    path = write(tmp_path / "mine", "x", "X")
    ended = reportcli("edit", "x", "--catalog", str(path.parent), EDITOR=editor("print('Hello!')"))
    assert ended.stdout == f"{path}\n"
    assert "Hello!" in ended.stderr


def test_an_interruption_is_left_to_the_editor(editor: Callable[..., str], tmp_path: Path) -> None:
    path = write(tmp_path / "mine", "x", "X")
    command = editor(
        "import signal\nsignal.signal(signal.SIGINT, lambda *_: None)\nos.killpg(0, signal.SIGINT)\n"
        "text = text.replace('One', 'Typed')"
    )
    ended = subprocess.run(
        [sys.executable, "-m", "reportcli", "edit", "x", "--catalog", str(path.parent)],
        capture_output=True, text=True, env={**os.environ, "EDITOR": command}, start_new_session=True, check=False,
    )  # fmt: skip
    assert (ended.returncode, ended.stderr) == (0, "")
    assert read_report(str(path)).summary == "Typed sentence."


# A place to keep a text.


def test_a_text_is_kept_in_the_users_folder_where_the_entry_has_no_room(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "copy").write_text("typed")
    kept = _kept(tmp_path / "copy", tmp_path / "file" / "x.toml", b"")
    assert kept == user_folder() / "x.toml.edited"
    assert kept.read_bytes() == b"typed"


def test_where_no_folder_takes_a_text_its_copy_stays(
    reportcli: Run, editor: Callable[..., str], tmp_path: Path, no_editor_of_the_developer: Path
) -> None:
    path = write(tmp_path / "mine", "x", "X")
    mine, gone = str(path.parent), str(tmp_path / "gone")
    body = f"os.rename({mine!r}, {gone!r})\nPath({mine!r}).write_text('')\ntext = 'typed = '"
    ended = reportcli("edit", "x", "--catalog", str(path.parent), EDITOR=editor(body), XDG_DATA_HOME="/proc/nowhere")
    assert ended.returncode == 2
    (copy,) = no_editor_of_the_developer.glob("*/x.toml")
    assert copy.read_text() == "typed = "
    assert f"your text was saved to {copy}" in ended.stderr


def test_a_private_file_never_follows_a_link(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "target")
    with pytest.raises(FileExistsError):
        _write_new(tmp_path / "link", b"x")
    assert not (tmp_path / "target").exists()


# Adding.


def test_a_complete_entry_is_added_and_its_path_printed(reportcli: Run, tmp_path: Path) -> None:
    (tmp_path / "entry").write_text(CANONICAL.format(name="Tülu 9.5 (new)"), encoding="utf-8")
    ended = reportcli("add", "--from", str(tmp_path / "entry"))
    path = user_folder() / "tulu-9.5-new.toml"
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, f"{path}\n", "")
    assert path.read_text(encoding="utf-8").endswith(CANONICAL.format(name="Tülu 9.5 (new)"))
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert reportcli("show", "Tulu 9.5 (new)").returncode == 0


def test_an_entry_comes_from_standard_input_too(reportcli: Run, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    ended = reportcli("add", "--from", "-", "--catalog", str(tmp_path / "mine"), stdin=CANONICAL.format(name="X"))
    assert ended.stdout == f"{tmp_path / 'mine' / 'x.toml'}\n"
    assert (tmp_path / "mine" / "x.toml").read_text() == CANONICAL.format(name="X")


def test_it_goes_into_the_last_folder_that_is_named(reportcli: Run, tmp_path: Path) -> None:
    for name in ("low", "high"):
        (tmp_path / name).mkdir()
    both = os.pathsep.join((str(tmp_path / "low"), str(tmp_path / "high")))
    reportcli("add", "--from", "-", stdin=CANONICAL.format(name="X"), REPORTCLI_CATALOG=both)
    reportcli(
        "add", "--from", "-", "--id", "other", "--catalog", str(tmp_path / "low"), stdin=CANONICAL.format(name="Y")
    )
    assert (files(tmp_path / "high"), files(tmp_path / "low")) == (["x.toml"], ["other.toml"])


@pytest.mark.parametrize("id", ["qwen3", "dots.llm1", "kimi-vl"])
def test_a_record_of_one_catalogue_is_an_entry_of_another(reportcli: Run, tmp_path: Path, id: str) -> None:
    (tmp_path / "mine").mkdir()
    record = reportcli("show", id, "--json").stdout
    ended = reportcli("add", "--from", "-", "--catalog", str(tmp_path / "mine"), stdin=record)
    assert (ended.returncode, ended.stdout) == (0, f"{tmp_path / 'mine' / id}.toml\n")
    assert (tmp_path / "mine" / f"{id}.toml").read_text() == shipped(id)


def test_an_entry_that_is_not_complete_is_refused_with_every_problem(reportcli: Run, tmp_path: Path) -> None:
    entry = tmp_path / "entry.toml"
    entry.write_text('name = "X"\ndate = "2025"\n')
    ended = reportcli("add", "--from", str(entry))
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.splitlines()[0] == "error: x was not saved: 5 problems"
    for said in ("line 2: date: expected a date", "title: required", "organizations: required", "summary:", "tags:"):
        assert said in ended.stderr
    assert files(user_folder()) == []


def test_a_record_that_is_not_complete_is_refused_with_every_problem(reportcli: Run) -> None:
    record = {"id": "x", "name": "X", "models": [{"name": "M", "parameters": "7B"}], "date": "someday", "derived": {}}
    ended = reportcli("add", "--from", "-", stdin=json.dumps(record))
    assert ended.returncode == 2
    assert "models[0].parameters: expected a whole number" in ended.stderr
    assert 'date: expected a date such as 2025-06-18, without quotes, got "someday"' in ended.stderr
    assert files(user_folder()) == []


def test_comments_of_the_person_are_added_too(reportcli: Run) -> None:
    text = CANONICAL.format(name="X").replace("date", "# to be checked\ndate")
    assert reportcli("add", "--from", "-", stdin=text).returncode == 0
    assert read_text(user_folder() / "x.toml").endswith(text)


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("QWEN 3", (), 'line 1: name: "QWEN 3" is a name of qwen3 too'),
        (
            "X",
            ("--id", "qwen3"),
            "error: 'qwen3' is already used by qwen3\n  to change that entry, run `reportcli edit qwen3`\n",
        ),
        ("X", ("--id", "tulu3"), "error: 'tulu3' is already used by tulu-3\n"),
        ("X", ("--id", "Qwen 9"), "error: 'Qwen 9' cannot be an id\n"),
        ("X", ("--id", "../x"), "error: '../x' cannot be an id\n"),
        ("X", ("--id", ".x"), "error: '.x' cannot be an id\n"),
        ("通义", (), "error: no id follows from the name '通义'\n  give one with --id\n"),
    ],
)
def test_a_name_that_is_taken_or_impossible_is_refused(
    reportcli: Run, name: str, options: tuple[str, ...], said: str
) -> None:
    ended = reportcli("add", "--from", "-", *options, stdin=CANONICAL.format(name=name))
    assert (ended.returncode, ended.stdout) == (2, "")
    assert said in ended.stderr
    assert files(user_folder()) == []


def test_an_alias_that_is_taken_is_refused(reportcli: Run) -> None:
    text = CANONICAL.format(name="X").replace("organizations", 'aliases = [\n    "dots llm 1",\n]\norganizations')
    ended = reportcli("add", "--from", "-", stdin=text)
    assert ended.returncode == 2
    assert "dots.llm1" in ended.stderr


def test_the_id_of_a_file_that_cannot_be_read_is_taken(reportcli: Run) -> None:
    path = write(user_folder(), "x", "X")
    path.write_text("= =")
    ended = reportcli("add", "--from", "-", stdin=CANONICAL.format(name="X"))
    assert ended.returncode == 2
    assert "'x' is already used by x" in ended.stderr
    assert path.read_text() == "= ="


@pytest.mark.parametrize("target", ["nowhere", "/etc/passwd"])
def test_a_link_in_the_folder_is_never_followed_by_a_new_entry(reportcli: Run, tmp_path: Path, target: str) -> None:
    user_folder().mkdir(parents=True)
    (user_folder() / "x.toml").symlink_to(target)
    ended = reportcli("add", "--from", "-", stdin=CANONICAL.format(name="X"))
    assert ended.returncode == 2
    assert not (user_folder() / "nowhere").exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "error: there is nothing to add"),
        (("--no-edit",), "error: there is nothing to add"),
        (("--from", "/no/such/file"), "error: /no/such/file cannot be read: No such file or directory"),
        (("--from", "/"), "error: / cannot be read: Is a directory"),
        (("--from", "/dev/zero"), "error: /dev/zero is longer than 1,000,000 bytes"),
        (("--from", "-", "--arxiv", "2505.09388"), "error: --from and --arxiv contradict one another"),
        (("--arxiv", "Qwen3"), "error: 'Qwen3' is not a number on arXiv"),
        (("--from", "-", "--catalog", "/nowhere"), "error: cannot read the catalogue folder /nowhere"),
    ],
)
def test_a_request_that_cannot_be_met_says_why(reportcli: Run, options: tuple[str, ...], said: str) -> None:
    ended = reportcli("add", *options, stdin="")
    assert (ended.returncode, ended.stdout) == (3 if "/nowhere" in options else 2, "")
    assert ended.stderr.startswith(said)


@pytest.mark.parametrize("data", [b"\xff\xfe", b'{"name": "\\ud800"}', b"\x00"])
def test_input_that_is_no_text_is_refused(data: bytes) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "reportcli", "add", "--from", "-"], input=data, capture_output=True, check=False
    )
    assert ended.returncode == 2
    assert b"Traceback" not in ended.stderr
    assert files(user_folder()) == []


def test_closed_standard_input_holds_nothing(reportcli: Run) -> None:
    command = f"{sys.executable} -m reportcli add --from - <&-"
    ended = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert "Traceback" not in ended.stderr


# On a terminal.


def test_on_a_terminal_the_editor_opens_with_a_template(editor: Callable[..., str]) -> None:
    command = editor(
        "assert '## who wrote it; required' in text\n"
        "text = re.sub(r'(?m)^# (name|title|organizations|date|summary|tags) ', r'\\1 ', text, count=6)\n"
        "text = text.replace('\"Qwen3\"', '\"Mine\"')"
    )
    written, code = on_terminal("reportcli add", stdin=True, EDITOR=command)
    path = user_folder() / "mine.toml"
    assert (written, code) == (f"{path}\n", 0)
    table = tomllib.loads(path.read_text())
    assert set(table) == {"name", "title", "organizations", "date", "summary", "tags"}
    assert "##" not in path.read_text()


def test_a_template_that_is_left_as_it_was_adds_nothing() -> None:
    written, code = on_terminal("reportcli add", stdin=True, EDITOR="true")
    assert (written, code) == ("error: nothing added: the template is unchanged\n", 1)
    assert files(user_folder()) == []


def test_a_template_that_is_emptied_adds_nothing(editor: Callable[..., str]) -> None:
    written, code = on_terminal("reportcli add", stdin=True, EDITOR=editor("text = ''"))
    assert (written, code) == ("error: nothing added: the template is unchanged\n", 1)
    assert files(user_folder()) == []


def test_a_record_whose_name_is_taken_is_refused_by_an_editor_too(tmp_path: Path) -> None:
    (tmp_path / "record.json").write_text(
        json.dumps(full_record(read_report(str(shipped_folder() / "qwen3.toml"))) | {"id": "q"})
    )
    written, code = on_terminal(f"reportcli add --from {tmp_path / 'record.json'}", 200, stdin=True, EDITOR="true")
    assert code == 2
    assert 'name: "Qwen3" is a name of qwen3 too' in written
    assert files(user_folder()) == []


def test_a_template_that_is_filled_in_wrongly_is_kept(editor: Callable[..., str]) -> None:
    written, code = on_terminal(
        "reportcli add", 300, stdin=True, EDITOR=editor("text = text.replace('# name =', 'name =')")
    )
    assert code == 2
    assert "title: required, but missing" in written
    kept = user_folder() / "new.toml.edited"
    assert f"your text was saved to {kept}" in written
    assert 'name = "Qwen3"' in kept.read_text()


def test_a_kept_template_can_be_added_without_its_comments(reportcli: Run, editor: Callable[..., str]) -> None:
    on_terminal("reportcli add", stdin=True, EDITOR=editor("text = text.replace('# name =', 'name =', 1)"))
    kept = user_folder() / "new.toml.edited"
    kept.write_text(kept.read_text().replace('name = "Qwen3"', CANONICAL.format(name="Mine")))
    assert reportcli("add", "--from", str(kept)).returncode == 0
    assert read_text(user_folder() / "mine.toml").endswith(CANONICAL.format(name="Mine"))
    assert "##" not in read_text(user_folder() / "mine.toml")


def test_no_editor_opens_where_it_is_not_wanted(tmp_path: Path) -> None:
    (tmp_path / "entry").write_text(CANONICAL.format(name="X"))
    written, code = on_terminal(f"reportcli add --no-edit --from {tmp_path / 'entry'}", 200, stdin=True, EDITOR="false")
    assert (written, code) == (f"{user_folder() / 'x.toml'}\n", 0)


def test_a_complete_record_is_saved_as_the_editor_leaves_it(reportcli: Run, tmp_path: Path) -> None:
    (tmp_path / "record.json").write_text(json.dumps(full_record(read_report(str(shipped_folder() / "qwen3.toml")))))
    (tmp_path / "mine").mkdir()
    command = f"reportcli add --from {tmp_path / 'record.json'} --catalog {tmp_path / 'mine'}"
    written, code = on_terminal(command, 200, stdin=True, EDITOR="true")
    assert (written, code) == (f"{tmp_path / 'mine' / 'qwen3.toml'}\n", 0)
    assert (tmp_path / "mine" / "qwen3.toml").read_text() == shipped("qwen3")


def test_what_is_typed_at_the_terminal_itself_is_kept_when_it_is_refused() -> None:
    written, code = on_terminal("reportcli add --no-edit --from -", 200, stdin=b'name = "Typed"\n\x04')
    assert code == 2
    assert (user_folder() / "new.toml.edited").read_text() == 'name = "Typed"\n'
    assert f"your text was saved to {user_folder() / 'new.toml.edited'}" in written


# From arXiv.

ATOM = """\
<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
  <entry>
    <id>http://arxiv.org/abs/2505.01234v3</id>
    <title>Tale: A Technical Report</title>
    <updated>2025-06-01T08:15:00Z</updated>
    <published>2025-05-14T13:41:34Z</published>
    <summary>We tell a tale. It is long.</summary>
  </entry>
</feed>
"""


class _Arxiv(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(ATOM.encode())

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def arxiv(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with HTTPServer(("127.0.0.1", 0), _Arxiv) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        monkeypatch.setenv(API_VARIABLE, f"http://127.0.0.1:{server.server_port}/")
        monkeypatch.setenv("no_proxy", "*")
        yield
        server.shutdown()
        thread.join()


def test_a_paper_is_added_once_a_person_has_said_the_rest(arxiv: None, editor: Callable[..., str]) -> None:
    command = editor("text = text.replace('# organizations', 'organizations').replace('# tags', 'tags')")
    written, code = on_terminal("reportcli add --arxiv arXiv:2505.01234v3", 200, stdin=True, EDITOR=command)
    path = user_folder() / "tale.toml"
    assert (written, code) == (f"{path}\n", 0)
    report = read_report(str(path))
    assert (report.name, report.title, report.summary) == ("Tale", "Tale: A Technical Report", "We tell a tale.")
    assert (report.arxiv_version, str(report.date), str(report.first_published)) == ("v3", "2025-06-01", "2025-05-14")
    assert (report.links.arxiv, report.links.pdf) == ("2505.01234", "https://arxiv.org/pdf/2505.01234v3")


def test_a_paper_without_an_editor_is_kept_for_one(arxiv: None, reportcli: Run) -> None:
    ended = reportcli("add", "--arxiv", "2505.01234")
    kept = user_folder() / "new.toml.edited"
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == (
        "error: tale was not saved: 2 problems\n"
        "  organizations: required, but missing\n"
        "  tags: required, but missing\n"
        f"  your text was saved to {kept}\n"
    )
    assert tomllib.loads(kept.read_text())["name"] == "Tale"


@pytest.mark.parametrize("text", ["2505.09388", "arXiv:2505.09388v1", "https://arxiv.org/abs/2411.15124v5"])
def test_a_paper_that_is_described_already_is_not_asked_for(reportcli: Run, text: str) -> None:
    ended = reportcli("add", "--arxiv", text, REPORTCLI_ARXIV_API="http://127.0.0.1:9/", no_proxy="*")
    assert (ended.returncode, ended.stdout) == (2, "")
    other = "tulu-3-2025" if "v5" in text else "qwen3"
    assert (
        ended.stderr
        == f"error: {text!r} is already used by {other}\n  to change that entry, run `reportcli edit {other}`\n"
    )


def test_another_version_of_a_paper_may_be_added(reportcli: Run) -> None:
    ended = reportcli("add", "--arxiv", "2505.09388v2", REPORTCLI_ARXIV_API="http://127.0.0.1:9/", no_proxy="*")
    assert "cannot query arXiv" in ended.stderr


def test_no_network_is_no_traceback(reportcli: Run) -> None:
    ended = reportcli("add", "--arxiv", "2505.01234", REPORTCLI_ARXIV_API="http://127.0.0.1:9/", no_proxy="*")
    assert (ended.returncode, ended.stdout) == (3, "")
    assert ended.stderr.startswith("error: cannot query arXiv: no connection")


# What may come between.


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_to_end_while_the_editor_is_open_keeps_what_was_typed(
    editor: Callable[..., str], tmp_path: Path, no_editor_of_the_developer: Path, number: signal.Signals
) -> None:
    path = write(tmp_path / "mine", "x", "X")
    before = path.read_bytes()
    command = editor(f"import signal\npath.write_text('typed = ')\nos.kill(os.getppid(), {number:d})\nsys.exit(0)")
    ended = subprocess.run(
        [sys.executable, "-m", "reportcli", "edit", "x", "--catalog", str(path.parent)],
        capture_output=True, text=True, env={**os.environ, "EDITOR": command}, check=False,
    )  # fmt: skip
    assert (ended.returncode, ended.stdout) == (128 + number, "")
    assert ended.stderr == (
        f"error: terminated by signal {number:d}; nothing was saved\n  your text was saved to {path}.edited\n"
    )
    assert Path(f"{path}.edited").read_text() == "typed = "
    assert path.read_bytes() == before
    assert list(no_editor_of_the_developer.iterdir()) == []


def test_what_an_editor_that_failed_saved_by_itself_stays(
    reportcli: Run, editor: Callable[..., str], tmp_path: Path, no_editor_of_the_developer: Path
) -> None:
    path = write(tmp_path / "mine", "x", "X")
    command = editor("Path(f'{path}.save').write_text('not yet saved'); os.kill(os.getpid(), 9)")
    ended = reportcli("edit", "x", "--catalog", str(path.parent), EDITOR=command)
    (saved,) = no_editor_of_the_developer.glob("*/*")
    assert (saved.name, saved.read_text()) == ("x.toml.save", "not yet saved")
    assert ended.stderr.endswith(f"  what the editor itself saved, or still saves, is in {saved.parent}\n")


def test_a_folder_that_cannot_be_made_does_not_hide_where_the_text_is(
    reportcli: Run, editor: Callable[..., str], no_editor_of_the_developer: Path
) -> None:
    command = editor("text = text.replace('Apache-2.0', 'MIT')")
    ended = reportcli("edit", "qwen3", EDITOR=command, XDG_DATA_HOME="/proc/nowhere")
    (copy,) = no_editor_of_the_developer.glob("*/qwen3.toml")
    assert ended.returncode == 3
    assert ended.stderr.startswith("error: cannot write /proc/nowhere/reportcli/catalog/qwen3.toml: ")
    assert ended.stderr.endswith(f"  your text was saved to {copy}\n")


def test_a_text_of_an_editor_has_an_end(reportcli: Run, editor: Callable[..., str], tmp_path: Path) -> None:
    path = write(tmp_path / "mine", "x", "X")
    command = editor("text += '# ' + 'x' * 1_000_000")
    ended = reportcli("edit", "x", "--catalog", str(path.parent), EDITOR=command)
    assert ended.returncode == 2
    assert "  longer than 1,000,000 bytes\n" in ended.stderr
    assert Path(f"{path}.edited").stat().st_size > 1_000_000


@pytest.mark.parametrize("there", ["a folder", "no text"])
def test_a_schema_that_cannot_be_written_stops_no_entry(reportcli: Run, there: str) -> None:
    user_folder().mkdir(parents=True)
    path = user_folder() / "schema.json"
    path.mkdir() if there == "a folder" else path.write_bytes(b"\xff")
    ended = reportcli("add", "--from", "-", stdin=CANONICAL.format(name="X"))
    assert (ended.returncode, ended.stderr) == (0, "")


def test_a_pipe_in_the_place_of_an_entry_is_not_waited_for(
    reportcli: Run, editor: Callable[..., str], tmp_path: Path
) -> None:
    path = write(tmp_path / "mine", "x", "X")
    command = editor(f"os.unlink({str(path)!r}); os.mkfifo({str(path)!r}); text += '# mine'")
    ended = reportcli("edit", "x", "--catalog", str(path.parent), EDITOR=command)
    assert ended.returncode == 3
    assert f"your text was saved to {path}.edited" in ended.stderr


def test_what_killed_writers_left_is_passed_over_and_removed_when_it_is_old(reportcli: Run, tmp_path: Path) -> None:
    folder = write(tmp_path / "mine", "x", "X").parent
    old, new, other = (
        folder / name for name in (f".reportcli-{'0' * 16}", f".reportcli-{'1' * 16}", ".reportcli-notes")
    )
    for path in (old, new, other):
        path.write_text("half an ent")
    for path in (old, other):
        os.utime(path, (1_700_000_000, 1_700_000_000))
    assert reportcli("list", "--format", "names", "--catalog", str(folder)).stdout == "x\n"
    assert reportcli("check", "--fix", str(folder)).stderr == "note: 1 entry, no problems\n"
    assert (old.exists(), new.exists(), other.exists()) == (False, True, True)
