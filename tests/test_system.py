"""Links in the browser, and what is read from where."""

import json
import os
import sys
from pathlib import Path

import pytest

from conftest import Run
from makers import a_report, write
from reportcli.answer.action import link_addresses
from reportcli.catalog.files import read_vocabularies, shipped_folder, user_folder, vocabulary_files
from reportcli.errors import LinkNotFound, UnsafeLink, UsageError
from reportcli.library import Library
from reportcli.report.fields import FIELDS, Links, Report
from terminal import on_terminal


def report(**links: object) -> Report:
    return a_report("x", links=Links(**links))  # type: ignore[arg-type]


# Which address.


def test_every_kind_of_link_can_be_asked_for() -> None:
    kinds = {field.key for field in FIELDS if field.path.startswith("links.")}
    everything = report(
        arxiv="2501.00001",
        pdf="https://a/1.pdf",
        huggingface=("https://h/1",),
        code=("https://c/1",),
        page=("https://p/1",),
    )
    for kind in kinds:
        assert link_addresses(everything, kind).lines


@pytest.mark.parametrize(
    ("links", "expected"),
    [
        ({"arxiv": "2501.00001", "pdf": "https://a/1.pdf"}, ["https://arxiv.org/abs/2501.00001"]),
        ({"pdf": "https://a/1.pdf", "page": ("https://p",)}, ["https://a/1.pdf"]),
        ({"code": ("https://c",), "page": ("https://p/1", "https://p/2")}, ["https://p/1", "https://p/2"]),
        ({"code": ("https://c",), "huggingface": ("https://h",)}, ["https://h"]),
        ({"code": ("HTTP://c?x#y",)}, ["HTTP://c?x#y"]),
    ],
)
def test_the_first_kind_that_a_report_has_is_opened(links: dict[str, object], expected: list[str]) -> None:
    assert list(link_addresses(report(**links)).lines) == expected


def test_a_report_without_the_link_names_the_links_that_it_has() -> None:
    with pytest.raises(LinkNotFound) as caught:
        link_addresses(report(pdf="https://a", page=("https://p",)), "code")
    assert (str(caught.value), caught.value.hint) == ("X has no code link", "available: pdf, page")
    with pytest.raises(LinkNotFound) as caught:
        link_addresses(report())
    assert (str(caught.value), caught.value.hint) == ("X has no links", "")


def test_an_unknown_kind_of_link_is_refused() -> None:
    with pytest.raises(UsageError) as caught:
        link_addresses(report(pdf="https://a"), "fax")
    assert caught.value.hint == "choose from arxiv, pdf, page, huggingface, code"


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd", "javascript:alert(1)", "ftp://a/b", "//a/b", "a.example", "", "-h", "https://", "https:///x",
        "https://a/\n--help", "https://a/\x1b[31m", "https://a/ b", "https://a\u202e/", "https://a\\@b/", "https://u@a/",
        " https://a",
    ],
)  # fmt: skip
def test_what_is_not_an_address_on_the_web_is_refused(address: str) -> None:
    with pytest.raises(UnsafeLink):
        link_addresses(report(page=("https://p", address)))


def test_a_strange_number_on_arxiv_is_refused() -> None:
    with pytest.raises(UnsafeLink):
        link_addresses(report(arxiv="2501.00001\n"))


# In the browser.


@pytest.fixture
def browser(tmp_path: Path) -> tuple[str, Path]:
    """A browser that notes what it is given, each argument on a line of its own."""
    seen, script = tmp_path / "seen", tmp_path / "browser"
    script.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >>"{seen}"\n')
    script.chmod(0o755)
    return str(script), seen


def test_the_browser_gets_the_address_and_nothing_is_printed(reportcli: Run, browser: tuple[str, Path]) -> None:
    command, seen = browser
    ended = reportcli("open", "Qwen3", BROWSER=command)
    assert (ended.returncode, ended.stdout) == (0, "")
    assert ended.stderr == "note: opened https://arxiv.org/abs/2505.09388\n"
    assert seen.read_text() == "https://arxiv.org/abs/2505.09388\n"


def test_an_entry_opens_the_version_that_it_describes(reportcli: Run, browser: tuple[str, Path]) -> None:
    command, seen = browser
    for name in ("tulu-3", "tulu-3-2025"):
        assert reportcli("open", name, BROWSER=command).returncode == 0
    assert seen.read_text().splitlines() == ["https://arxiv.org/abs/2411.15124v2", "https://arxiv.org/abs/2411.15124v5"]


def test_of_several_addresses_the_first_is_opened_and_the_others_are_counted(
    reportcli: Run, browser: tuple[str, Path], tmp_path: Path
) -> None:
    command, seen = browser
    write(tmp_path / "mine", "x", "X", '[links]\ncode = ["https://a/1", "https://a/2", "https://a/3"]\n')
    ended = reportcli("open", "x", "--catalog", str(tmp_path / "mine"), BROWSER=command)
    assert ended.stderr == "note: opened https://a/1\nnote: 2 more links; list them with --print\n"
    assert seen.read_text() == "https://a/1\n"


def test_no_shell_reads_an_address(reportcli: Run, browser: tuple[str, Path], tmp_path: Path) -> None:
    command, seen = browser
    address = "https://a/$(touch${IFS}hurt);touch`id`&'\\\"|x"
    write(tmp_path / "mine", "x", "X", f"[links]\npage = ['''{address}''']\n")
    ended = reportcli("open", "x", "--catalog", str(tmp_path / "mine"), BROWSER=command)
    assert ended.returncode == 0
    assert seen.read_text() == f"{address}\n"
    assert not (tmp_path / "hurt").exists()


@pytest.mark.parametrize("page", ["file:///etc/passwd", r"https://a/\nb", r"https://a/\u001b[2J"])
def test_a_dangerous_address_reaches_neither_browser_nor_terminal(
    reportcli: Run, browser: tuple[str, Path], tmp_path: Path, page: str
) -> None:
    command, seen = browser
    write(tmp_path / "mine", "x", "X", f'[links]\npage = ["{page}"]\n')
    for arguments in ((), ("--print",)):
        ended = reportcli("open", "x", *arguments, "--catalog", str(tmp_path / "mine"), BROWSER=command)
        assert (ended.returncode, ended.stdout) == (3, "")
        assert "not a web address" in ended.stderr
        assert "\x1b" not in ended.stderr
    assert not seen.exists()


def test_a_browser_that_fails_ends_with_the_address(reportcli: Run, tmp_path: Path) -> None:
    script = tmp_path / "browser"
    script.write_text("#!/bin/sh\nexit 1\n")
    script.chmod(0o755)
    ended = reportcli("open", "Qwen3", BROWSER=str(script), PATH=str(tmp_path))
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == (
        "error: no browser could open https://arxiv.org/abs/2505.09388\n  --print prints the URL instead\n"
    )


@pytest.mark.skipif(sys.platform in ("darwin", "win32"), reason="there is always a browser")
def test_without_a_browser_the_address_is_printed(reportcli: Run) -> None:
    ended = reportcli("open", "Qwen3", BROWSER="", DISPLAY="", WAYLAND_DISPLAY="")
    assert (ended.returncode, ended.stdout) == (0, "https://arxiv.org/abs/2505.09388\n")
    assert ended.stderr == "note: no browser found; open this URL\n"


def test_addresses_are_printed_one_a_line(reportcli: Run, browser: tuple[str, Path], tmp_path: Path) -> None:
    command, seen = browser
    write(tmp_path / "mine", "x", "X", '[links]\ncode = ["https://a/1", "https://a/2"]\n')
    arguments = ("open", "x", "--link", "code", "--print", "--catalog", str(tmp_path / "mine"))
    assert reportcli(*arguments, BROWSER=command).stdout == "https://a/1\nhttps://a/2\n"
    records = json.loads(reportcli(*arguments, "--json").stdout)
    assert records == [{"id": "x", "address": "https://a/1"}, {"id": "x", "address": "https://a/2"}]
    assert not seen.exists()


def test_a_long_address_stays_on_one_line_of_a_terminal(tmp_path: Path) -> None:
    address = f"https://a.example/{'x' * 300}"
    write(tmp_path / "mine", "x", "X", f'[links]\npage = ["{address}"]\n')
    written, code = on_terminal(f"reportcli open x --print --catalog {tmp_path / 'mine'}", 40)
    assert (written, code) == (f"{address}\n", 0)


def test_a_link_that_is_not_there_is_nothing_found(reportcli: Run) -> None:
    ended = reportcli("open", "Seed1.5-Thinking", "--link", "huggingface")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith("error: Seed1.5-Thinking has no huggingface link\n  available: arxiv, pdf")


# What is read from where.


def test_info_of_the_shipped_catalogue_is_one_object(reportcli: Run, own_home: Path) -> None:
    told = json.loads(reportcli("info", "--json").stdout)
    cache = own_home / ".cache" / "reportcli"
    assert told["catalogue"] == [{"folder": str(shipped_folder()), "entries": 36, "unreadable": 0, "problem": None}]
    assert told["hidden"] == []
    assert told["vocabulary"] == {
        "files": [str(shipped_folder() / "vocabulary" / "techniques.toml")],
        "techniques": len(read_vocabularies(vocabulary_files(()))),
    }
    assert told["cache"] == str(cache)
    assert told["new_entries"] == str(own_home / ".local" / "share" / "reportcli" / "catalog")
    assert Path(told["index"]["file"]).parent == cache
    assert Path(told["index"]["file"]).stat().st_size == told["index"]["bytes"]
    assert told["python"] == ".".join(map(str, sys.version_info[:3]))


def test_info_in_a_pipe_is_a_key_and_a_value_a_line(reportcli: Run, tmp_path: Path) -> None:
    write(tmp_path, "x", "X")
    lines = reportcli("info", "--catalog", str(tmp_path)).stdout.splitlines()
    assert [line.split("\t")[0] for line in lines] == [
        "version", "python", "system", "catalogue[0].folder", "catalogue[0].entries", "catalogue[0].unreadable",
        "vocabulary.files", "vocabulary.techniques", "index.file", "index.bytes", "cache", "new_entries",
    ]  # fmt: skip
    assert f"catalogue[0].folder\t{tmp_path}" in lines
    assert "catalogue[0].entries\t1" in lines


def test_info_says_what_hides_what(reportcli: Run) -> None:
    mine = write(user_folder(), "qwen3", "My Qwen3")
    write(user_folder(), "other", "Other")
    told = json.loads(reportcli("info", "--json").stdout)
    assert [(one["entries"], one["unreadable"]) for one in told["catalogue"]] == [(36, 0), (2, 0)]
    assert told["hidden"] == [{"id": "qwen3", "shown": str(mine), "hides": str(shipped_folder() / "qwen3.toml")}]


def test_an_unreadable_entry_is_counted_and_hides_nothing(reportcli: Run) -> None:
    write(user_folder(), "qwen3", "x").write_text("= =")
    told = json.loads(reportcli("info", "--json").stdout)
    assert [(one["entries"], one["unreadable"]) for one in told["catalogue"]] == [(36, 0), (0, 1)]
    assert told["hidden"] == []


def test_a_folder_that_cannot_be_read_is_listed_with_the_reason(reportcli: Run, tmp_path: Path) -> None:
    write(tmp_path / "good", "x", "X")
    (tmp_path / "file").write_text("")
    folders = [str(tmp_path / name) for name in ("good", "missing", "file")]
    for ended in (
        reportcli("info", "--json", *(part for folder in folders for part in ("--catalog", folder))),
        reportcli("info", "--json", REPORTCLI_CATALOG=os.pathsep.join(folders)),
    ):
        assert (ended.returncode, ended.stderr) == (0, "")
        told = json.loads(ended.stdout)
        assert told["catalogue"] == [
            {"folder": folders[0], "entries": 1, "unreadable": 0, "problem": None},
            {"folder": folders[1], "entries": None, "unreadable": None, "problem": "No such file or directory"},
            {"folder": folders[2], "entries": None, "unreadable": None, "problem": "Not a directory"},
        ]
        assert told["new_entries"] == folders[2]
        assert told["index"]["bytes"] is None


def test_info_without_any_readable_folder_still_answers(reportcli: Run) -> None:
    ended = reportcli("info", REPORTCLI_CATALOG="/nowhere")
    assert ended.returncode == 0
    assert "catalogue[0].problem\tNo such file or directory\n" in ended.stdout


def test_a_vocabulary_of_ones_own_is_named(reportcli: Run, tmp_path: Path) -> None:
    write(tmp_path, "x", "X")
    (tmp_path / "vocabulary").mkdir()
    mine = tmp_path / "vocabulary" / "techniques.toml"
    mine.write_text('[one]\nname = "One"\nkind = "rl"\ndefinition = "D."\n')
    told = json.loads(reportcli("info", "--json", "--catalog", str(tmp_path)).stdout)
    assert told["vocabulary"] == {"files": [str(mine)], "techniques": 1}


def test_a_cache_that_cannot_be_written_is_no_obstacle(reportcli: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    told = json.loads(reportcli("info", "--json", XDG_CACHE_HOME=str(tmp_path / "file")).stdout)
    assert told["index"]["bytes"] is None


@pytest.mark.parametrize("columns", [60, 80, 120, 200])
def test_info_on_a_terminal_is_a_table(tmp_path: Path, columns: int) -> None:
    write(user_folder(), "qwen3", "My Qwen3")
    written, code = on_terminal("reportcli info --catalog /nowhere --catalog catalog", columns, NO_COLOR="1")
    assert code == 0
    assert written.startswith("version      1.")
    assert "cannot be read" in written
    assert max(map(len, written.splitlines())) <= columns


# Where a report comes from.


def test_the_page_of_a_report_says_where_it_comes_from_when_it_is_not_shipped(tmp_path: Path) -> None:
    mine = write(user_folder(), "qwen3", "My Qwen3")
    written, _ = on_terminal("reportcli show qwen3", 200, NO_COLOR="1")
    assert f"from {mine}\n" in written
    shipped, _ = on_terminal("reportcli show deepseek-r1", 200, NO_COLOR="1")
    assert "from /" not in shipped


def test_records_say_nothing_of_files(reportcli: Run) -> None:
    write(user_folder(), "qwen3", "My Qwen3")
    ended = reportcli("show", "qwen3", "--json")
    assert str(user_folder()) not in ended.stdout + ended.stderr
    assert str(user_folder()) not in reportcli("show", "qwen3").stdout


def test_the_origin_is_the_file_that_is_shown(tmp_path: Path) -> None:
    low, high = write(tmp_path / "low", "x", "Low"), write(tmp_path / "high", "x", "High")
    for folders, expected in (([low.parent, high.parent], high), ([high.parent, low.parent], low)):
        with Library(folders, tmp_path / "cache") as library:
            assert library.details(["x"]).matches[0].origin == str(expected)
    with Library([shipped_folder()], None) as library:
        assert library.details(["qwen3"]).matches[0].origin == ""
