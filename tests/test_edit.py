"""Adding and editing entries with real editors: what is saved, what is refused, and that nothing typed is lost."""

import io
import json
import os
import re
import stat
import subprocess
import sys
import threading
import tomllib
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from makers import CANONICAL, canonical
from reportcli.answer.details import full_record
from reportcli.catalog.files import read_report, read_text, shipped_folder, user_folder
from reportcli.curate import edit
from reportcli.curate.arxiv import API_VARIABLE
from reportcli.curate.editor import create_draft, draft_folder, draft_path, editor_command
from reportcli.curate.template import Template, empty_template, template_from_text
from reportcli.errors import DraftExists, EntryRejected, NothingToAdd
from reportcli.library import Library
from reportcli.report.toml_lines import split_schema_line
from terminal import on_terminal
from trials.runner import Answered, call

Cli = Callable[..., Answered]
Editor = Callable[[str], str]
WAIT = "note: a graphical editor must be told to wait, such as EDITOR='code --wait'\n"


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Run the program in this process, without a terminal."""

    def run(*arguments: str, stdin: str | bytes = "", **environment: str) -> Answered:
        for name in ("VISUAL", "EDITOR"):
            monkeypatch.delenv(name, raising=False)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        data = stdin if isinstance(stdin, bytes) else stdin.encode()
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
        return call(arguments)

    return run


@pytest.fixture
def editor(tmp_path: Path) -> Editor:
    """Make an editor: a shell script that gets the file as ``$1``."""

    def make(body: str) -> str:
        script = tmp_path / f"editor-{len(list(tmp_path.glob('editor-*')))}"
        script.write_text(f"#!/bin/sh\n{body}\n")
        script.chmod(0o755)
        return str(script)

    return make


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """A catalogue of one entry, X."""
    return write(tmp_path / "mine", "x", "X")


class Person:
    """Answers questions in order, and remembers them."""

    def __init__(self, *answers: bool) -> None:
        self.answers, self.messages, self.questions = list(answers), list[str](), list[str]()

    def __call__(self, message: str, question: str) -> bool:
        self.messages.append(message)
        self.questions.append(question)
        return self.answers.pop(0)


def write(folder: Path, entry_id: str, name: str, more: str = "") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{entry_id}.toml"
    path.write_text(canonical(name, more), encoding="utf-8")
    return path


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else []


def drafts() -> list[str]:
    """Return the drafts that there are, by the ids of their entries."""
    return [name.partition("-")[2].removesuffix(".toml") for name in files(draft_folder())]


def edit_in(path: Path, ask: Any = None) -> Any:
    """Edit the entry of a path in a catalogue of its folder alone."""
    with Library([path.parent], None) as library:
        return edit.edit(library, path.parent, path.stem, ask)


def shipped_text(entry_id: str) -> str:
    """Return the text of a shipped entry without the line that names its schema."""
    return split_schema_line(read_text(shipped_folder() / f"{entry_id}.toml"))[1]


# Editing.


def test_an_edited_entry_is_saved_and_its_path_printed(cli: Cli, mine: Path) -> None:
    result = cli("edit", "X", "--catalog", str(mine.parent), EDITOR="sed -i s/One/Another/")
    assert result == (0, f"{mine}\n", "note: summary: Another sentence. (was One sentence.)\n")
    assert mine.read_text() == CANONICAL.format(name="X").replace("One", "Another")
    assert (files(mine.parent), files(draft_folder())) == (["x.toml"], [])


def test_the_editor_gets_a_private_draft_that_it_knows_as_toml(
    cli: Cli, editor: Editor, mine: Path, tmp_path: Path
) -> None:
    before = os.umask(0)
    try:
        look = editor(f'stat -c "%n %a" "$1" "${{1%/*}}" >{tmp_path}/seen')
        cli("edit", "x", "--catalog", str(mine.parent), EDITOR=look)
    finally:
        os.umask(before)
    draft = draft_path(mine)
    assert re.fullmatch(r"[0-9a-f]{12}-x\.toml", draft.name)
    assert draft.parent == user_folder().parent / "drafts"
    assert (tmp_path / "seen").read_text().splitlines() == [f"{draft} 600", f"{draft.parent} 700"]
    assert draft_path(mine.parent.with_name("other") / "x.toml") != draft


def test_an_unchanged_entry_is_said_to_be_so(cli: Cli, mine: Path) -> None:
    before = mine.stat().st_mtime_ns, mine.stat().st_ino
    result = cli("edit", "x", "--catalog", str(mine.parent), EDITOR="true")
    assert result == (0, f"{mine}\n", f"note: nothing changed\n{WAIT}")
    assert (mine.stat().st_mtime_ns, mine.stat().st_ino) == before
    assert files(draft_folder()) == []


def test_a_wrong_text_is_refused_with_every_problem_and_stays_in_the_draft(
    cli: Cli, editor: Editor, mine: Path
) -> None:
    before = mine.read_bytes()
    wrong = editor("""sed -i 's/2025-01-02/"soon"/; s/"A title"/7/; s/^tags/nmae = 1\\n&/' "$1" """)
    result = cli("edit", "x", "--catalog", str(mine.parent), EDITOR=wrong)
    draft = draft_path(mine)
    assert result[:2] == (2, "")
    assert result.err == (
        "error: x was not saved: 3 problems\n"
        "  line 2: title: expected a string, got 7\n"
        '  line 6: date: expected a date such as 2025-06-18, without quotes, got "soon"\n'
        "  line 8: nmae: unknown key; did you mean name?\n"
        f"  your draft was saved to {draft}\n"
    )
    assert mine.read_bytes() == before
    assert "\nnmae = 1\n" in draft.read_text()
    result = cli("edit", "x", "--catalog", str(mine.parent), EDITOR="touch")
    assert result == (
        2,
        "",
        f"error: there is a draft of this entry: {draft}\n  close the editor that has it open, "
        "continue with it by running the command on a terminal, or delete it\n",
    )
    assert "\nnmae = 1\n" in draft.read_text()


def test_on_a_terminal_a_wrong_text_can_be_edited_again(
    editor: Editor, mine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDITOR", editor('grep -q nmae "$1" && sed -i /nmae/d "$1" || sed -i "1i nmae = 1 # X" "$1"'))
    person = Person(True, True, False)
    assert edit_in(mine, person).notes[0] == "nothing changed"
    assert (person.questions, drafts()) == (["edit again?"], [])
    message = "error: x was not saved: 1 problem\n  line 1: nmae: unknown key; did you mean name?"
    assert person.messages == [message]
    monkeypatch.setenv("EDITOR", editor('sed -i "1i nmae = 1" "$1"'))
    with pytest.raises(EntryRejected) as caught:
        edit_in(mine, person)
    assert person.messages[2].startswith("error: x was not saved: 1 problem\n  line 2: not TOML: ")
    assert (caught.value.message, caught.value.hint) == (
        "x was not saved", f"your draft was saved to {draft_path(mine)}"
    )  # fmt: skip


def test_who_interrupts_the_question_is_told_where_the_draft_is(
    editor: Editor, mine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDITOR", editor('sed -i "1i nmae = 1" "$1"'))

    def interrupt(*_: str) -> bool:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as caught:
        edit_in(mine, interrupt)
    assert caught.value.__notes__ == [f"your draft was saved to {draft_path(mine)}"]
    assert draft_path(mine).exists()


def test_the_next_edit_goes_on_with_the_draft_or_starts_afresh(mine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDITOR", "sed -i s/sentence/text/")
    for answer, summary, is_newer in ((True, "Typed text.", True), (False, "Newer text.", False)):
        mine.write_text(CANONICAL.format(name="X").replace("One", "Newer"))
        draft = create_draft(mine, CANONICAL.format(name="X").replace("One", "Typed"))
        os.utime(mine, (draft.stat().st_mtime + (5 if is_newer else -5),) * 2)
        person = Person(answer)
        edit_in(mine, person)
        note = "\nthe entry has changed since then; saving the draft replaces the newer text" if is_newer else ""
        assert person.messages == [f"there is a draft of this entry: {draft}{note}"]
        assert person.questions == ["continue with your draft (n discards it)?"]
        assert (read_report(str(mine)).summary, files(draft_folder())) == (summary, [])


def test_the_draft_of_an_editor_that_does_not_wait_stays(mine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    draft, person = draft_path(mine), Person(True)
    monkeypatch.setenv("EDITOR", "true")
    with Library([mine.parent], None) as library:
        notes = edit.edit(library, mine.parent, "x", person).notes
        assert notes[-1] == f"save there, and run this again to go on with {draft}"
        assert draft.read_text() == mine.read_text()
        draft.write_text(draft.read_text().replace("One", "Late"))
        edit.edit(library, mine.parent, "x", person)
        assert ("Late" in mine.read_text(), drafts()) == (True, [])
        with pytest.raises(NothingToAdd) as error:
            edit.add(library, mine.parent, empty_template(), by_hand=True, ask=person)
    assert error.value.hint.endswith(f"\n  your draft was saved to {draft_path(mine.with_name('new.toml'))}")


def test_two_editors_of_one_entry_do_not_share_a_draft(cli: Cli, editor: Editor, mine: Path) -> None:
    second = f"EDITOR='sed -i s/One/Second/' '{sys.executable}' -m reportcli edit x --catalog '{mine.parent}'"
    both = editor(f'{second} 2>{mine}.err; echo $? >{mine}.status; sed -i s/One/First/ "$1"')
    assert cli("edit", "x", "--catalog", str(mine.parent), EDITOR=both).code == 0
    assert (read_report(str(mine)).summary, Path(f"{mine}.status").read_text()) == ("First sentence.", "2\n")
    assert Path(f"{mine}.err").read_text().startswith(f"error: there is a draft of this entry: {draft_path(mine)}\n")


@pytest.mark.parametrize("typed", [r"\377\376", r'name = "caf\351"', r"\000\001"])
def test_what_is_no_text_stays_byte_by_byte(cli: Cli, editor: Editor, mine: Path, typed: str) -> None:
    result = cli("edit", "x", "--catalog", str(mine.parent), EDITOR=editor(f"printf '{typed}' >\"$1\""))
    assert result.code == 2
    assert draft_path(mine).read_bytes() == re.sub(
        rb"\\(\d{3})", lambda octal: bytes([int(octal[1], 8)]), typed.encode()
    )
    assert read_report(str(mine)).name == "X"


@pytest.mark.parametrize("body", ['rm "$1"', ': >"$1"', 'echo >"$1"', 'rm -r "${1%/*}"'])
def test_an_editor_that_leaves_no_text_changes_nothing(cli: Cli, editor: Editor, mine: Path, body: str) -> None:
    result = cli("edit", "x", "--catalog", str(mine.parent), EDITOR=editor(body))
    assert (result.code, "draft" in result.err) == (2, False)
    assert not draft_folder().exists() or list(draft_folder().iterdir()) == []
    assert (files(mine.parent), read_report(str(mine)).name) == (["x.toml"], "X")


def test_an_editor_may_move_a_new_file_in_place_and_what_it_leaves_stays(cli: Cli, editor: Editor, mine: Path) -> None:
    moves = editor('cp "$1" "$1~"; sed s/One/New/ "$1" >"$1.new"; mv "$1.new" "$1"')
    assert cli("edit", "x", "--catalog", str(mine.parent), EDITOR=moves).code == 0
    assert read_report(str(mine)).summary == "New sentence."
    assert files(draft_folder()) == [f"{draft_path(mine).name}~"]


def test_comments_of_the_person_stay_and_else_the_layout_is_set_right(cli: Cli, editor: Editor, mine: Path) -> None:
    here = ("--catalog", str(mine.parent))
    assert cli("edit", "x", *here, EDITOR="sed -i '1i # to do: figures'").code == 0
    assert mine.read_text() == "# to do: figures\n" + CANONICAL.format(name="X")
    untidy = editor("""sed -i '1clicense="MIT"' "$1"; printf '[pretraining]\ntokens=36000000' >>"$1" """)
    assert cli("edit", "x", *here, EDITOR=untidy).code == 0
    expected = canonical("X", 'license = "MIT"\n[pretraining]\ntokens = 36_000_000\n')
    assert mine.read_text() == expected


def test_every_rule_is_kept_and_remarks_are_notes(cli: Cli, editor: Editor, mine: Path) -> None:
    write(mine.parent, "y", "Some Model", '\n[[models]]\nname = "Some Model 7B"\n')
    more = (
        'techniques = ["grpo", "gpro"]\nflagship = "A"\nbased_on = ["Some Modl 7B"]\n'
        '[[models]]\nname = "B"\nparameters = 7\nactive_parameters = 8\n[links]\npage = ["ftp://a"]\nfax = 1\n'
    )
    (mine.parent / "more").write_text(more)
    appends = editor(f'sed -i "/^$/,\\$d" "$1"; cat {mine.parent}/more >>"$1"')
    result = cli("edit", "x", "--catalog", str(mine.parent), EDITOR=appends)
    assert result.code == 2
    assert [line.split(": ")[:2] for line in result.err.splitlines()[:-1]] == [
        ["error", "x was not saved"],
        ["  line 11", "techniques[1]"],
        ["  line 12", "flagship"],
        ["  line 17", "models[0].active_parameters"],
        ["  line 19", "links.page[0]"],
        ["  line 20", "links.fax"],
    ]
    draft_path(mine).unlink()
    (mine.parent / "more").write_text('based_on = ["Some Modl 7B"]\n[links]\npage = ["https://example.org/x"]\n')
    result = cli("edit", "x", "--catalog", str(mine.parent), EDITOR=appends)
    remark = 'line 11: based_on[0]: "Some Modl 7B" is not in the catalogue; did you mean "Some Model 7B"?'
    assert result == (0, f"{mine}\n", f"note: based_on: Some Modl 7B\nnote: {remark}\n")


def test_what_is_saved_in_the_users_folder_passes_the_check_and_names_the_schema(cli: Cli) -> None:
    cli("edit", "qwen3", EDITOR="sed -i 's/Apache-2.0/MIT/; s/ = /=/'")
    cli("add", "--from", "-", stdin=CANONICAL.format(name="X"))
    cli("add", "--from", "-", stdin="# mine\n" + CANONICAL.format(name="Y"))
    assert files(user_folder()) == ["qwen3.toml", "schema.json", "x.toml", "y.toml"]
    assert read_text(user_folder() / "x.toml") == f"#:schema ./schema.json\n{CANONICAL.format(name='X')}"
    assert read_text(user_folder() / "schema.json") == cli("schema").out
    assert cli("check", str(user_folder())).code == 0


@pytest.mark.parametrize("other", ["older", "theirs", "link", "folder", "no text"])
def test_only_a_schema_of_ours_is_renewed_and_none_stops_an_entry(cli: Cli, tmp_path: Path, other: str) -> None:
    user_folder().mkdir(parents=True)
    path, ours = user_folder() / "schema.json", cli("schema").out
    older = ours.replace("integer", "number").encode()
    if other == "folder":
        path.mkdir()
    elif other == "link":
        (tmp_path / "target").write_bytes(older)
        path.symlink_to(tmp_path / "target")
    else:
        path.write_bytes({"older": older, "theirs": b'{"mine": 1}', "no text": b"\xff"}[other])
    before = path.read_bytes() if path.is_file() else None
    with Library([tmp_path], None) as library:
        edit.add(library, user_folder(), Template(CANONICAL.format(name="X")))
    assert path.is_dir() if before is None else path.read_bytes() == (ours.encode() if other == "older" else before)


# Which file.


def test_a_shipped_entry_becomes_a_copy_in_the_users_folder_and_is_edited_there(cli: Cli) -> None:
    original = shipped_folder() / "qwen3.toml"
    before = original.read_bytes()
    copy = user_folder() / "qwen3.toml"
    result = cli("edit", "Qwen3-32B", EDITOR="sed -i s/Apache-2.0/MIT/")
    assert result == (0, f"{copy}\n", f"note: license: MIT (was Apache-2.0)\nnote: it now overrides {original}\n")
    assert original.read_bytes() == before
    assert cli("list", "--where", "id:qwen3", "--columns", "license").out == "MIT\n"
    assert [stat.S_IMODE(folder.stat().st_mode) for folder in (copy.parent, copy.parent.parent)] == [0o700, 0o700]
    assert cli("edit", "qwen3", EDITOR="sed -i s/MIT/BSD/") == (0, f"{copy}\n", "note: license: BSD (was MIT)\n")
    assert cli("list", "--where", "id:qwen3", "--columns", "license").out == "BSD\n"
    copy.write_text("= =")
    assert cli("edit", "qwen3", EDITOR=f"cp {original}").code == 0
    assert read_report(str(copy)).license == "Apache-2.0"
    copy.unlink()
    assert cli("show", "qwen3", "--format", "names").out == "qwen3\n"


def test_a_wrong_edit_of_a_shipped_entry_makes_no_copy(cli: Cli) -> None:
    assert cli("edit", "qwen3", EDITOR="sed -i '1i typed ='").code == 2
    assert (files(user_folder()), drafts()) == ([], ["qwen3"])
    assert draft_path(user_folder() / "qwen3.toml").read_text().startswith("typed =\n")


def test_a_folder_that_is_named_is_written_itself(cli: Cli, tmp_path: Path) -> None:
    low, high = write(tmp_path / "low", "x", "X"), write(tmp_path / "high", "y", "Y")
    folders = ("--catalog", str(low.parent), "--catalog", str(high.parent))
    assert cli("edit", "x", *folders, EDITOR="sed -i s/One/New/").out == f"{low}\n"
    joined = os.pathsep.join((str(low.parent), str(high.parent)))
    assert cli("edit", "y", REPORTCLI_CATALOG=joined, EDITOR="sed -i s/One/New/").out == f"{high}\n"
    assert (read_report(str(low)).summary, read_report(str(high)).summary) == ("New sentence.", "New sentence.")


def test_an_entry_that_cannot_be_read_is_mended_by_its_id(cli: Cli, tmp_path: Path) -> None:
    path = write(tmp_path / "mine", "broken", "Broken")
    path.write_text(path.read_text().replace("name =", "name = ="))
    write(path.parent, "broken-2", "Broken 2")
    result = cli("edit", "broken", "--catalog", str(path.parent), EDITOR="sed -i 's/= =/=/'")
    assert (result.code, result.out, read_report(str(path)).name) == (0, f"{path}\n", "Broken")


def test_an_entry_that_cannot_be_edited_is_refused_before_the_editor_opens(cli: Cli, mine: Path) -> None:
    here = ("--catalog", str(mine.parent))
    for name in ("nonsense", "../x", "/etc/passwd", "x.toml/", ""):
        result = cli("edit", name, *here, EDITOR="false")
        assert (result.code, result.out) == (2, "")
        assert "no report named" in result.err
    mine.write_bytes(b"\xff")
    result = cli("edit", "x", *here, EDITOR="false")
    assert (result.code, "not UTF-8 text" in result.err) == (3, True)
    mine.write_text(CANONICAL.format(name="X"))
    result = cli("edit", "x", *here, EDITOR="false", XDG_DATA_HOME="/proc/nowhere")
    assert result.code == 3
    assert result.err.startswith("error: cannot write /proc/nowhere/reportcli/drafts/")


def test_behind_a_link_the_file_itself_is_edited(cli: Cli, mine: Path) -> None:
    real = write(mine.parent.with_name("elsewhere"), "real", "X")
    mine.unlink()
    mine.symlink_to(real)
    assert cli("edit", "x", "--catalog", str(mine.parent), EDITOR="sed -i s/One/New/").code == 0
    assert (mine.is_symlink(), read_report(str(real)).summary) == (True, "New sentence.")


def test_other_hard_links_are_said_to_keep_the_former_text(cli: Cli, mine: Path) -> None:
    other = mine.parent.with_name("other.toml")
    other.hardlink_to(mine)
    result = cli("edit", "x", "--catalog", str(mine.parent), EDITOR="sed -i s/One/New/")
    assert result == (
        0,
        f"{mine}\n",
        "note: summary: New sentence. (was One sentence.)\nnote: its other hard links keep the former text\n",
    )
    assert ("New" in mine.read_text(), "New" in other.read_text()) == (True, False)


def test_an_entry_that_changed_under_the_editor_is_left_alone(cli: Cli, editor: Editor, mine: Path) -> None:
    here = ("--catalog", str(mine.parent))
    result = cli("edit", "x", *here, EDITOR=editor(f'sed -i s/One/Their/ {mine}; sed -i s/One/My/ "$1"'))
    assert (result.code, result.out) == (3, "")
    assert "it changed after it was read" in result.err
    assert result.err.endswith(f"  your draft was saved to {draft_path(mine)}\n")
    assert read_report(str(mine)).summary == "Their sentence."
    assert "My sentence." in draft_path(mine).read_text()
    draft_path(mine).unlink()
    result = cli("edit", "x", *here, EDITOR=editor(f'rm {mine}; mkfifo {mine}; echo "# mine" >>"$1"'))
    assert (result.code, "your draft was saved to" in result.err) == (3, True)


def test_an_entry_that_appeared_under_the_editor_is_left_alone(cli: Cli, editor: Editor) -> None:
    copy = user_folder() / "qwen3.toml"
    appears = editor(f'mkdir -p {copy.parent}; echo "theirs = 1" >{copy}; sed -i s/Apache-2.0/MIT/ "$1"')
    assert cli("edit", "qwen3", EDITOR=appears).code == 3
    assert copy.read_text() == "theirs = 1\n"
    assert '"MIT"' in draft_path(copy).read_text()


# Editors.


def test_arguments_of_an_editor_work_and_no_shell_reads_them(
    cli: Cli, editor: Editor, mine: Path, tmp_path: Path
) -> None:
    command = editor(f"printf '%s|' \"$@\" >{tmp_path}/seen") + " --wait 'two words' $(touch hurt) ';' *"
    assert cli("edit", "x", "--catalog", str(mine.parent), VISUAL=command, EDITOR="false").code == 0
    assert (tmp_path / "seen").read_text().split("|")[:-2] == ["--wait", "two words", "$(touch", "hurt)", ";", "*"]
    assert not Path("hurt").exists()


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({"EDITOR": "no-such-editor-anywhere --wait"},
         "cannot start the editor no-such-editor-anywhere --wait: No such file or directory"),
        ({"VISUAL": "/", "EDITOR": "true"}, "cannot start the editor /: Permission denied"),
        ({"EDITOR": "'unbalanced"}, "invalid EDITOR: No closing quotation"),
        ({"VISUAL": " ", "EDITOR": "false"}, "the editor false failed with status 1"),
        ({"PATH": "/nowhere"}, "no editor found"),
    ],
)  # fmt: skip
def test_an_editor_that_fails_ends_in_a_sentence(
    cli: Cli, mine: Path, environment: dict[str, str], message: str
) -> None:
    result = cli("edit", "x", "--catalog", str(mine.parent), **environment)
    hint = "set VISUAL or EDITOR to a command that waits until the file is closed"
    assert result == (2, "", f"error: {message}\n  {hint}\n")
    assert (files(mine.parent), files(draft_folder())) == (["x.toml"], [])


def test_what_an_editor_wrote_before_it_failed_stays(cli: Cli, editor: Editor, mine: Path) -> None:
    draft = draft_path(mine)
    result = cli("edit", "x", "--catalog", str(mine.parent), EDITOR=editor('sed -i s/One/Typed/ "$1"; kill -9 $$'))
    assert result.err.partition("\n  your draft")[2] == f" was saved to {draft}\n"
    assert (read_report(str(mine)).summary, "Typed sentence." in draft.read_text()) == ("One sentence.", True)


def test_the_default_editor_is_one_that_is_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("nano", "vi"):
        (tmp_path / name).touch(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("EDITOR", " ")
    assert editor_command() == ["nano"]


def test_without_a_terminal_no_editor_that_draws_on_one_is_started(
    cli: Cli, mine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reportcli.curate.editor._terminal", lambda: os.open(os.devnull, os.O_RDONLY))
    here = ("--catalog", str(mine.parent))
    assert cli("edit", "x", *here, EDITOR="/no/where/vim -p") == (
        2, "", "error: there is no terminal to open an editor on\n"
        f"  run `reportcli edit x --set FIELD=VALUE --catalog {mine.parent}`, or set EDITOR to one that needs none\n",
    )  # fmt: skip
    assert cli("edit", "x", *here, EDITOR="sed -i s/One/Another/").code == 0


def test_what_an_editor_prints_is_no_answer(
    cli: Cli, editor: Editor, mine: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert cli("edit", "x", "--catalog", str(mine.parent), EDITOR=editor("echo Hello")).out == f"{mine}\n"
    assert capfd.readouterr() == ("", "Hello\n")


def test_a_text_of_an_editor_has_an_end(cli: Cli, editor: Editor, mine: Path) -> None:
    long = editor('head -c 1000000 /dev/zero | tr "\\0" "#" >>"$1"')
    result = cli("edit", "x", "--catalog", str(mine.parent), EDITOR=long)
    assert (result.code, "  longer than 1,000,000 bytes\n" in result.err) == (2, True)
    assert draft_path(mine).stat().st_size > 1_000_000


def test_an_interruption_is_left_to_the_editor(editor: Editor, mine: Path) -> None:
    command = [sys.executable, "-m", "reportcli", "edit", "x", "--catalog", str(mine.parent)]
    environment = {**os.environ, "EDITOR": editor("""trap : INT; kill -INT 0; sed -i s/One/Typed/ "$1" """)}
    ended = subprocess.run(
        command, capture_output=True, text=True, env=environment, start_new_session=True, check=False
    )
    assert (ended.returncode, ended.stderr) == (0, "note: summary: Typed sentence. (was One sentence.)\n")
    assert read_report(str(mine)).summary == "Typed sentence."


def test_what_killed_writers_left_is_passed_over_and_removed_when_it_is_old(cli: Cli, mine: Path) -> None:
    names = (f".reportcli-{'0' * 16}", f".reportcli-{'1' * 16}", ".reportcli-notes")
    old, new, other = (mine.parent / name for name in names)
    for path in (old, new, other):
        path.write_text("half an ent")
    for path in (old, other):
        os.utime(path, (1_700_000_000, 1_700_000_000))
    assert cli("list", "--format", "names", "--catalog", str(mine.parent)).out == "x\n"
    assert cli("check", "--fix", str(mine.parent)).err == "note: 1 entry, no problems\n"
    assert (old.exists(), new.exists(), other.exists()) == (False, True, True)


# Adding.


def test_a_complete_entry_is_added_and_its_path_printed(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "entry").write_text(CANONICAL.format(name="Tülu 9.5 (new)"), encoding="utf-8")
    path = user_folder() / "tulu-9.5-new.toml"
    assert cli("add", "--from", str(tmp_path / "entry")) == (
        0, f"{path}\n", "note: `reportcli show tulu-9.5-new` shows it\n"
    )  # fmt: skip
    assert path.read_text(encoding="utf-8").endswith(CANONICAL.format(name="Tülu 9.5 (new)"))
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert cli("show", "Tulu 9.5 (new)").code == 0
    assert (tmp_path / "entry").exists()


def test_an_entry_goes_into_the_last_folder_that_is_named(cli: Cli, tmp_path: Path) -> None:
    for name in ("low", "high"):
        (tmp_path / name).mkdir()
    both = os.pathsep.join((str(tmp_path / "low"), str(tmp_path / "high")))
    text = "# to be checked\n" + CANONICAL.format(name="X")
    result = cli("add", "--from", "-", stdin=text, REPORTCLI_CATALOG=both)
    assert result.out == f"{tmp_path / 'high' / 'x.toml'}\n"
    assert (tmp_path / "high" / "x.toml").read_text() == text
    low = ("--catalog", str(tmp_path / "low"))
    cli("add", "--from", "-", "--id", "other", *low, stdin=CANONICAL.format(name="Y"))
    assert (files(tmp_path / "high"), files(tmp_path / "low")) == (["x.toml"], ["other.toml"])


def test_a_folder_that_is_named_is_made_unless_nothing_is_saved_in_it(cli: Cli, tmp_path: Path) -> None:
    new = tmp_path / "new"
    assert cli("add", "--from", "-", "--catalog", str(new), stdin='name = "X"').code == 2
    assert not new.exists()
    shows = f"note: `reportcli show x --catalog {new}` shows it\n"
    result = cli("add", "--from", "-", "--catalog", str(new), stdin=CANONICAL.format(name="X"))
    assert result == (0, f"{new}/x.toml\n", f"note: made the folder {new}\n{shows}")


def test_a_record_of_one_catalogue_is_an_entry_of_another(cli: Cli, tmp_path: Path) -> None:
    here = ("--catalog", str(tmp_path))
    for entry_id in ("qwen3", "dots.llm1", "kimi-vl"):
        record = json.dumps(full_record(read_report(str(shipped_folder() / f"{entry_id}.toml"))))
        path = tmp_path / f"{entry_id}.toml"
        result = cli("add", "--from", "-", *here, stdin=record)
        assert (result.code, result.out) == (0, f"{path}\n")
        assert path.read_text() == shipped_text(entry_id)


def test_what_is_not_complete_is_refused_with_every_problem(cli: Cli, tmp_path: Path) -> None:
    here = ("--catalog", str(tmp_path))
    (tmp_path / "source").write_text('name = "X"\ndate = "2025"\n')
    required = ("title", "organizations", "summary", "tags", "links")
    result = cli("add", "--from", str(tmp_path / "source"), *here)
    assert (result.code, result.out) == (2, "")
    assert result.err.splitlines()[0] == "error: x was not saved: 6 problems"
    for message in ("line 2: date: expected", *(f"{key}: required" for key in required)):
        assert message in result.err
    record = {"id": "x", "name": "X", "models": [{"name": "M", "parameters": "7B"}], "date": "someday", "derived": {}}
    result = cli("add", "--from", "-", *here, stdin=json.dumps(record))
    assert "  models[0].parameters: expected a whole number" in result.err
    assert '  date: expected a date such as 2025-06-18, without quotes, got "someday"' in result.err
    assert (files(tmp_path), files(draft_folder())) == (["source"], [])


def test_a_name_that_is_used_or_impossible_is_refused(cli: Cli, tmp_path: Path) -> None:
    used = "is already used by"
    alias = '"\nalias = "'
    write(tmp_path, "qwen3", "Qwen3").write_text(
        CANONICAL.format(name="Qwen3").replace("organizations", 'aliases = ["Queen"]\norganizations')
    )
    write(tmp_path, "broken", "Broken").write_text("= =")
    (tmp_path / "linked.toml").symlink_to("nowhere")
    for name, options, message in (
        ("QWEN 3", (), 'line 1: name: "QWEN 3" is also a name of qwen3'),
        ("Queen", (), 'name: "Queen" is also a name of qwen3'),
        ("Broken", (), f"error: 'broken' {used} broken\n"),
        ("Linked", (), f"error: 'linked' {used} linked\n"),
        (
            "X",
            ("--id", "qwen3"),
            f"error: 'qwen3' {used} qwen3\n  to change that entry, run `reportcli edit qwen3 --catalog ",
        ),
        ("X", ("--id", "queen"), f"error: 'queen' {used} qwen3\n"),
        ("X", ("--id", "Qwen 9"), "error: 'Qwen 9' is not a valid id\n"),
        ("X", ("--id", "../x"), "error: '../x' is not a valid id\n"),
        ("X", ("--id", ".x"), "error: '.x' is not a valid id\n"),
        ("通义", (), "error: cannot derive an id from the name '通义'\n  give one with --id\n"),
    ):
        result = cli("add", "--from", "-", *options, "--catalog", str(tmp_path), stdin=CANONICAL.format(name=name))
        assert (result.code, result.out) == (2, "")
        assert message in result.err
    assert files(tmp_path) == ["broken.toml", "qwen3.toml"]
    assert alias not in (tmp_path / "qwen3.toml").read_text()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ((), "error: nothing to add\n"),
        (("--no-edit",), "error: nothing to add\n"),
        (("--from", "/no/such/file"), "error: cannot read /no/such/file: No such file or directory\n"),
        (("--from", "/"), "error: cannot read /: Is a directory\n"),
        (("--from", "/dev/zero"), "error: /dev/zero is longer than 1,000,000 bytes\n"),
        (("--from", "-", "--arxiv", "2505.09388"), "error: --from and --arxiv cannot be used together\n"),
        (("--arxiv", "Qwen3"), "error: 'Qwen3' is not an arXiv ID\n"),
        (("--from", "-", "--catalog", "/proc/nowhere"), "error: cannot write /proc/nowhere: "),
    ],
)
def test_a_request_that_cannot_be_met_says_why(
    cli: Cli, tmp_path: Path, options: tuple[str, ...], message: str
) -> None:
    result = cli("add", *options, REPORTCLI_CATALOG=str(tmp_path))
    assert (result.code, result.out) == (3 if "/proc/nowhere" in options else 2, "")
    assert result.err.startswith(message)


def test_input_that_is_no_text_is_refused(cli: Cli, tmp_path: Path) -> None:
    here = ("--catalog", str(tmp_path))
    for data in (b"\xff\xfe", b'{"name": "\\ud800"}', b"\x00"):
        assert cli("add", "--from", "-", *here, stdin=data).code == 2
    command = f"'{sys.executable}' -m reportcli add --from - --catalog '{tmp_path}' <&-"
    ended = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert (ended.returncode, "Traceback" in ended.stderr) == (2, False)
    assert files(tmp_path) == []


# By hand.


def add_by_hand(folder: Path, start: Any = None, ask: Any = None) -> Any:
    with Library([folder], None) as library:
        return edit.add(library, folder, start or empty_template(), by_hand=True, ask=ask)


def test_a_template_that_is_left_as_it_was_or_emptied_adds_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for command in ("true", "sed -i d"):
        monkeypatch.setenv("EDITOR", command)
        with pytest.raises(NothingToAdd, match="nothing added: the template is unchanged") as caught:
            add_by_hand(tmp_path)
        assert (caught.value.exit_code, f"note: {caught.value.hint}\n") == (1, WAIT)
    assert (files(tmp_path), files(draft_folder())) == ([], [])


def test_a_template_that_is_filled_in_wrongly_stays_in_a_draft_that_can_be_added(
    cli: Cli, mine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDITOR", "sed -i '0,/^# name =/s//name =/'")
    with pytest.raises(EntryRejected, match="title: required, but missing") as caught:
        add_by_hand(mine.parent)
    draft = draft_path(mine.with_name("new.toml"))
    assert caught.value.hint == f"your draft was saved to {draft}"
    with pytest.raises(DraftExists):
        add_by_hand(mine.parent)
    typed = draft.read_text()
    person = Person(True, False)
    monkeypatch.setenv("EDITOR", "true")
    with pytest.raises(EntryRejected, match=r"was not saved\n"):
        add_by_hand(mine.parent, ask=person)
    assert (person.messages[0], draft.read_text()) == (f"there is a draft of this entry: {draft}", typed)
    keys, _, links = CANONICAL.format(name="New").partition("\n[links]")
    draft.write_text(re.sub('(?m)^name = "Qwen3"$', keys, typed.replace("[links]", f"[links]{links}", 1)))
    assert cli("add", "--from", str(draft), "--catalog", str(mine.parent)).code == 0
    assert (mine.parent / "new.toml").read_text() == CANONICAL.format(name="New")
    assert files(draft_folder()) == []


def test_a_record_is_edited_under_its_own_id(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record = full_record(read_report(str(shipped_folder() / "qwen3.toml")))
    monkeypatch.setenv("EDITOR", "true")
    add_by_hand(tmp_path, template_from_text(json.dumps(record), "x.json", explained=True))
    assert (tmp_path / "qwen3.toml").read_text() == shipped_text("qwen3")
    start = template_from_text(json.dumps(record | {"id": "q"}), "x.json", explained=True)
    with pytest.raises(EntryRejected, match=r'line .*: name: "Qwen3" is also a name of qwen3'):
        add_by_hand(tmp_path, start)
    assert (files(tmp_path), drafts()) == (["qwen3.toml"], [])


@pytest.mark.slow
def test_on_a_terminal_the_editor_opens_with_a_template(editor: Editor) -> None:
    fills = editor(
        'grep -q "## who wrote it; required" "$1" || exit 1\n'
        'for key in name title organizations date summary tags page; do sed -i "0,/^# $key /s//$key /" "$1"; done\n'
        'sed -i \'s/"Qwen3"/"Mine"/\' "$1"'
    )
    written, code = on_terminal("reportcli add -q", stdin=True, EDITOR=fills)
    path = user_folder() / "mine.toml"
    assert (written, code) == (f"{path}\n", 0)
    assert set(tomllib.loads(path.read_text())) == {
        "name", "title", "organizations", "date", "summary", "tags", "links",
    }  # fmt: skip
    assert "##" not in path.read_text()


@pytest.mark.slow
def test_on_a_terminal_questions_are_asked(editor: Editor, mine: Path) -> None:
    command = f"reportcli edit x --catalog {mine.parent}"
    typed = editor("""sed -i 's/"A title"/7/' "$1" """)
    written, _ = on_terminal(command, 200, stdin=b"\nn\n", EDITOR=typed)
    assert written.count("edit again? [Y/n]:") == 2
    written, code = on_terminal(command, 200, stdin=b"y\nn\n", EDITOR="true")
    draft = draft_path(mine)
    assert code == 2
    assert f"there is a draft of this entry: {draft}\n" in written
    assert "continue with your draft (n discards it)? [Y/n]:" in written
    assert written.endswith(f"error: x was not saved\n  your draft was saved to {draft}\n")
    written, code = on_terminal(command, 200, stdin=b"n\n", EDITOR="touch")
    assert (code, files(draft_folder())) == (0, [])
    assert "nothing changed" in written


@pytest.mark.slow
def test_no_editor_opens_where_it_is_not_wanted_and_what_was_typed_stays(tmp_path: Path) -> None:
    (tmp_path / "entry").write_text(CANONICAL.format(name="X"))
    written, code = on_terminal(
        f"reportcli add -q --no-edit --from {tmp_path / 'entry'}", 200, stdin=True, EDITOR="false"
    )
    assert (written, code) == (f"{user_folder() / 'x.toml'}\n", 0)
    written, code = on_terminal("reportcli add --no-edit --from -", 400, stdin=b'name = "Typed"\n\x04')
    draft = draft_path(user_folder() / "typed.toml")
    assert (code, draft.read_text()) == (2, 'name = "Typed"\n')
    assert f"your text was saved; once it is complete, run `reportcli add --from {draft}`" in written


def test_a_refused_text_that_cannot_be_kept_is_said_to_be_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", "/proc/nowhere")
    with Library([tmp_path], None) as library, pytest.raises(EntryRejected) as caught:
        edit.add(library, tmp_path, Template("typed = 1", unsaved=True))
    assert caught.value.hint.startswith("your text was not saved: cannot write /proc/nowhere/reportcli/drafts/")


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

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def _arxiv(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with HTTPServer(("127.0.0.1", 0), _Arxiv) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        monkeypatch.setenv(API_VARIABLE, f"http://127.0.0.1:{server.server_port}/")
        monkeypatch.setenv("no_proxy", "*")
        yield
        server.shutdown()
        thread.join()


@pytest.mark.slow
@pytest.mark.usefixtures("_arxiv")
def test_a_paper_is_added_once_a_person_has_said_the_rest() -> None:
    command = "sed -i 's/^# organizations/organizations/; s/^# tags/tags/'"
    written, code = on_terminal("reportcli add -q --arxiv arXiv:2505.01234v3", 200, stdin=True, EDITOR=command)
    path = user_folder() / "tale.toml"
    assert (written, code) == (f"{path}\n", 0)
    report = read_report(str(path))
    assert (report.name, report.title, report.summary) == ("Tale", "Tale: A Technical Report", "We tell a tale.")
    assert (report.arxiv_version, str(report.date), str(report.first_published)) == ("v3", "2025-06-01", "2025-05-14")
    assert (report.links.arxiv, report.links.pdf) == ("2505.01234", "https://arxiv.org/pdf/2505.01234v3")


@pytest.mark.usefixtures("_arxiv")
def test_a_paper_without_an_editor_is_kept_for_one(cli: Cli, tmp_path: Path) -> None:
    for names in (["tale"], ["tale", "tale-2"]):
        draft = draft_path(tmp_path / f"{names[-1]}.toml")
        command = f"`reportcli add --from {draft} --catalog {tmp_path}`"
        hint = f"your text was saved; once it is complete, run {command}"
        result = cli("add", "--arxiv", "2505.01234", "--catalog", str(tmp_path))
        assert (result.code, result.out, sorted(drafts())) == (2, "", names)
        assert result.err == (
            "error: tale was not saved: 2 problems\n"
            "  organizations: required, but missing\n"
            "  tags: required, but missing\n"
            f"  {hint}\n"
        )
    assert tomllib.loads(draft.read_text())["name"] == "Tale"


def test_a_paper_that_has_an_entry_is_not_asked_for_but_another_version_of_it_may_be(cli: Cli) -> None:
    unreachable = {"REPORTCLI_ARXIV_API": "http://127.0.0.1:9/", "no_proxy": "*"}
    for text in ("2505.09388", "arXiv:2505.09388v1", "https://arxiv.org/abs/2411.15124v5"):
        other = "tulu-3-2025" if "v5" in text else "qwen3"
        message = f"error: {text!r} is already used by {other}\n  to change that entry, run `reportcli edit {other}`\n"
        assert cli("add", "--arxiv", text, **unreachable) == (2, "", message)
    for text in ("2505.09388v2", "2505.01234"):
        result = cli("add", "--arxiv", text, **unreachable)
        assert (result.code, result.out) == (3, "")
        assert result.err.startswith("error: cannot query arXiv: no connection")
