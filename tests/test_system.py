"""Links in the browser, and the folders and files in use."""

import json
import os
import sys
from pathlib import Path

import pytest

from conftest import CATALOG, Run
from makers import a_report, write
from reportcli.answer.action import LINKS, link_addresses
from reportcli.catalog.files import read_vocabularies, shipped_folder, user_folder, vocabulary_files
from reportcli.errors import LinkNotFound, UnsafeLink, UsageError
from reportcli.report.fields import FIELDS, Links, Report


def report(**links: object) -> Report:
    return a_report("x", links=Links(**links))  # type: ignore[arg-type]


# Which address.


def test_the_first_kind_that_a_report_has_is_opened_and_every_kind_can_be_asked_for() -> None:
    links: dict[str, object] = {
        "arxiv": "2501.00001", "pdf": "https://a/1.pdf", "page": ("https://p/1", "https://p/2"),
        "huggingface": ("https://h",), "code": ("HTTP://c?x#y",),
    }  # fmt: skip
    addresses = {"arxiv": ("https://arxiv.org/abs/2501.00001",), "pdf": ("https://a/1.pdf",)}
    assert set(LINKS) == set(links) == {field.key for field in FIELDS if field.path.startswith("links.")}
    for kind in LINKS:
        expected = addresses.get(kind, links[kind])
        assert link_addresses(report(**links), kind).lines == link_addresses(report(**links)).lines == expected
        del links[kind]


def test_a_report_without_the_link_names_the_links_that_it_has() -> None:
    with pytest.raises(LinkNotFound) as caught:
        link_addresses(report(pdf="https://a", page=("https://p",)), "code")
    assert (caught.value.message, caught.value.hint) == ("X has no code link", "available: pdf, page")
    with pytest.raises(LinkNotFound) as caught:
        link_addresses(report())
    assert (caught.value.message, caught.value.hint) == ("X has no links", "")
    with pytest.raises(UsageError) as unknown:
        link_addresses(report(pdf="https://a"), "fax")
    assert "arxiv, pdf, page, huggingface, code" in unknown.value.hint


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd", "javascript:alert(1)", "data:text/html,x", "ftp://a/b", "//a/b", "a.example", "", "-h",
        "--new-window", "https://", "https:///x", "https://a/\n--help", "https://a/\x1b[31m", "https://a/ b",
        "https://a\u202e/", "https://a\\@b/", "https://u@a/", " https://a",
    ],
)  # fmt: skip
def test_what_is_not_an_address_on_the_web_is_refused(address: str) -> None:
    with pytest.raises(UnsafeLink):
        link_addresses(report(page=("https://p", address)))


def test_a_strange_number_on_arxiv_is_refused() -> None:
    with pytest.raises(UnsafeLink):
        link_addresses(report(arxiv="2501.00001\n"))


# In the browser: each in a process of its own, since Python looks for browsers once.


@pytest.fixture
def browser(tmp_path: Path) -> tuple[str, Path]:
    """A browser that notes what it is given, each argument on a line of its own."""
    seen, script = tmp_path / "seen", tmp_path / "browser"
    script.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >>"{seen}"\n')
    script.chmod(0o755)
    return str(script), seen


def test_the_browser_gets_the_address_of_the_version_that_is_described(
    reportcli: Run, browser: tuple[str, Path]
) -> None:
    command, seen = browser
    ended = reportcli("open", "tulu-3", BROWSER=command)
    assert (ended.returncode, ended.stdout) == (0, "")
    assert ended.stderr == "note: opened https://arxiv.org/abs/2411.15124v2\n"
    assert seen.read_text() == "https://arxiv.org/abs/2411.15124v2\n"


def test_of_several_addresses_the_first_is_opened_and_no_shell_reads_it(
    reportcli: Run, browser: tuple[str, Path], tmp_path: Path
) -> None:
    command, seen = browser
    address = "https://a/$(touch${IFS}hurt);touch`id`&'\\\"|x"
    write(tmp_path / "mine", "x", "X", f"[links]\npage = ['''{address}''', 'https://a/2', 'https://a/3']\n")
    ended = reportcli("open", "x", "--catalog", str(tmp_path / "mine"), BROWSER=command)
    assert ended.stderr == f"note: opened {address}\nnote: 2 more links; list them with --print\n"
    assert seen.read_text() == f"{address}\n"
    assert not (tmp_path / "hurt").exists()


def test_a_dangerous_address_reaches_neither_browser_nor_terminal(
    cli: Run, browser: tuple[str, Path], tmp_path: Path
) -> None:
    command, seen = browser
    for page in ("file:///etc/passwd", r"https://a/\nb", r"https://a/\u001b[2J"):
        write(tmp_path / "mine", "x", "X", f'[links]\npage = ["{page}"]\n')
        for arguments in ((), ("--print",)):
            ended = cli("open", "x", *arguments, "--catalog", str(tmp_path / "mine"), BROWSER=command)
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


@pytest.mark.skipif(sys.platform == "darwin", reason="there is always a browser")
def test_without_a_browser_the_address_is_printed(cli: Run) -> None:
    ended = cli("open", "Qwen3", BROWSER="", DISPLAY="", WAYLAND_DISPLAY="")
    assert (ended.returncode, ended.stdout) == (0, "https://arxiv.org/abs/2505.09388\n")
    assert ended.stderr == "note: no browser found; open this URL\n"


def test_addresses_are_printed_one_a_line_however_long(cli: Run, tmp_path: Path) -> None:
    long = f"https://a.example/{'x' * 300}"
    write(tmp_path / "mine", "x", "X", f'[links]\ncode = ["https://a/1", "{long}"]\n')
    arguments = ("open", "x", "--link", "code", "--print", "--catalog", str(tmp_path / "mine"))
    for terminal in (False, True):
        assert cli(*arguments, terminal=terminal, COLUMNS="40").stdout == f"https://a/1\n{long}\n"
    records = json.loads(cli(*arguments, "--json").stdout)
    assert records == [{"id": "x", "address": "https://a/1"}, {"id": "x", "address": long}]
    missing = cli("open", "Seed1.5-Thinking", "--link", "huggingface")
    assert (missing.returncode, missing.stdout) == (1, "")
    assert missing.stderr.startswith("error: Seed1.5-Thinking has no huggingface link\n  available: arxiv, pdf")


# Folders and files.


def test_info_of_the_shipped_catalogue_is_one_object(cli: Run, own_home: Path) -> None:
    info = json.loads(cli("info", "--json").stdout)
    cache = own_home / ".cache" / "reportcli"
    assert info["catalogue"] == [{"folder": str(shipped_folder()), "entries": 36, "unreadable": 0, "problem": None}]
    assert info["hidden"] == []
    assert info["vocabulary"] == {
        "files": [str(shipped_folder() / "vocabulary" / "techniques.toml")],
        "techniques": len(read_vocabularies(vocabulary_files(()))),
    }
    assert info["cache"] == str(cache)
    assert info["new_entries"] == str(own_home / ".local" / "share" / "reportcli" / "catalog")
    assert Path(info["index"]["file"]).parent == cache
    assert Path(info["index"]["file"]).stat().st_size == info["index"]["bytes"]
    assert info["python"] == ".".join(map(str, sys.version_info[:3]))


def test_info_in_a_pipe_is_a_key_and_a_value_a_line(cli: Run, tmp_path: Path) -> None:
    write(tmp_path, "x", "X")
    lines = cli("info", "--catalog", str(tmp_path)).stdout.splitlines()
    assert [line.split("\t")[0] for line in lines] == [
        "version", "python", "system", "catalogue[0].folder", "catalogue[0].entries", "catalogue[0].unreadable",
        "vocabulary.files", "vocabulary.techniques", "index.file", "index.bytes", "cache", "new_entries", "reports",
        "newest",
    ]  # fmt: skip
    assert {f"catalogue[0].folder\t{tmp_path}", "catalogue[0].entries\t1"} <= set(lines)


def test_info_says_what_hides_what_and_an_unreadable_entry_hides_nothing(cli: Run) -> None:
    mine = write(user_folder(), "qwen3", "My Qwen3")
    write(user_folder(), "other", "Other")
    info = json.loads(cli("info", "--json").stdout)
    assert [(folder["entries"], folder["unreadable"]) for folder in info["catalogue"]] == [(36, 0), (2, 0)]
    assert info["hidden"] == [{"id": "qwen3", "shown": str(mine), "hides": str(shipped_folder() / "qwen3.toml")}]
    mine.write_text("= =")
    info = json.loads(cli("info", "--json").stdout)
    assert [(folder["entries"], folder["unreadable"]) for folder in info["catalogue"]] == [(36, 0), (1, 1)]
    assert info["hidden"] == []


def test_a_folder_that_cannot_be_read_is_listed_with_the_reason(cli: Run, tmp_path: Path) -> None:
    write(tmp_path / "good", "x", "X")
    (tmp_path / "file").write_text("")
    folders = [str(tmp_path / name) for name in ("good", "missing", "file")]
    for ended in (
        cli("info", "--json", *(part for folder in folders for part in ("--catalog", folder))),
        cli("info", "--json", REPORTCLI_CATALOG=os.pathsep.join(folders)),
    ):
        assert (ended.returncode, ended.stderr) == (0, "")
        info = json.loads(ended.stdout)
        assert info["catalogue"] == [
            {"folder": folders[0], "entries": 1, "unreadable": 0, "problem": None},
            {"folder": folders[1], "entries": None, "unreadable": None, "problem": "No such file or directory"},
            {"folder": folders[2], "entries": None, "unreadable": None, "problem": "Not a directory"},
        ]
        assert (info["new_entries"], info["index"]["bytes"]) == (folders[2], None)
    assert cli("info", REPORTCLI_CATALOG="/nowhere").returncode == 0


def test_a_vocabulary_of_ones_own_is_named(cli: Run, tmp_path: Path) -> None:
    write(tmp_path, "x", "X")
    (tmp_path / "vocabulary").mkdir()
    mine = tmp_path / "vocabulary" / "techniques.toml"
    mine.write_text('[one]\nname = "One"\nkind = "rl"\ndefinition = "D."\n')
    info = json.loads(cli("info", "--json", "--catalog", str(tmp_path)).stdout)
    assert info["vocabulary"] == {"files": [str(mine)], "techniques": 1}


def test_a_cache_that_cannot_be_written_is_no_obstacle(cli: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    info = json.loads(cli("info", "--json", XDG_CACHE_HOME=str(tmp_path / "file")).stdout)
    assert info["index"]["bytes"] is None


def test_info_on_a_terminal_is_a_table(cli: Run) -> None:
    write(user_folder(), "qwen3", "My Qwen3")
    for columns in (60, 80, 120, 200):
        options = {"terminal": True, "COLUMNS": str(columns), "NO_COLOR": "1"}
        ended = cli("info", "--catalog", "/nowhere", "--catalog", str(CATALOG), **options)
        assert ended.returncode == 0
        assert ended.stdout.startswith("version ")
        assert "cannot be read" in ended.stdout
        assert max(map(len, ended.stdout.splitlines())) <= columns


# Where a report comes from.


def test_a_report_says_which_file_it_is_from_where_it_is_not_shipped(cli: Run, tmp_path: Path) -> None:
    low, high = write(tmp_path / "low", "x", "Low"), write(tmp_path / "high", "x", "High")
    screen = {"terminal": True, "COLUMNS": "200", "NO_COLOR": "1"}
    for folders, origin in (([low.parent, high.parent], high), ([high.parent, low.parent], low)):
        options = [f"--catalog={folder}" for folder in folders]
        assert f"from {origin}\n" in cli("show", "x", *options, **screen).stdout
        for format_name in ("json", "tsv"):
            assert str(tmp_path) not in cli("show", "x", *options, "-f", format_name).stdout
    assert "from /" not in cli("show", "deepseek-r1", **screen).stdout
