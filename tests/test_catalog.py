"""Folders and files: which entries there are, what hides what, and what is said of a file that cannot be read."""

import os
import subprocess
import sys
import threading
import tracemalloc
from contextlib import suppress
from pathlib import Path
from stat import S_IMODE

import pytest

from conftest import unmeasured
from makers import ODD_FILES, entry, write
from reportcli.catalog.files import (
    MAX_BYTES,
    catalog_folders,
    read_report,
    read_text,
    shipped_folder,
    take_snapshot,
    user_folder,
)
from reportcli.catalog.write import write_entry
from reportcli.errors import CatalogUnreadable, EntryChanged, EntryUnreadable, EntryUnwritable
from reportcli.library import Library
from reportcli.report.fields import Report


def names(*folders: Path) -> dict[str, str]:
    with Library(folders, None) as library:
        return {report.id: report.name for report in library.reports()}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home without entries of its own, and no folders named by the environment."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.delenv("REPORTCLI_CATALOG", raising=False)
    return tmp_path


# Which folders.


def test_without_options_the_shipped_catalogue_is_read(home: Path) -> None:
    assert catalog_folders() == (shipped_folder(),)
    assert (shipped_folder() / "qwen3.toml").is_file()


def test_the_users_own_folder_overlays_the_shipped_one_when_it_exists(home: Path) -> None:
    user_folder().mkdir(parents=True)
    assert user_folder() == home / "data" / "reportcli" / "catalog"
    assert catalog_folders() == (shipped_folder(), home / "data" / "reportcli" / "catalog")


def test_the_variable_joins_folders_like_path_and_replaces_the_usual_pair(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    user_folder().mkdir(parents=True)
    monkeypatch.setenv("REPORTCLI_CATALOG", os.pathsep.join(["/one", "/two"]))
    assert catalog_folders() == (Path("/one"), Path("/two"))


@pytest.mark.parametrize("value", ["", os.pathsep])
def test_an_empty_variable_names_nothing(home: Path, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("REPORTCLI_CATALOG", value)
    assert catalog_folders() == (shipped_folder(),)


def test_empty_parts_of_the_variable_are_passed_over(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPORTCLI_CATALOG", os.pathsep.join(["", "/one", "", "/two", ""]))
    assert catalog_folders() == (Path("/one"), Path("/two"))


def test_given_folders_replace_the_variable_and_the_usual_pair(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPORTCLI_CATALOG", "/one")
    assert catalog_folders([Path("/three"), Path("/four")]) == (Path("/three"), Path("/four"))


def test_a_relative_folder_is_meant_from_where_the_user_stands(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(home)
    assert catalog_folders([Path("mine")]) == (home / "mine",)


# What overlays what.


def test_a_later_folder_replaces_the_same_id_and_adds_new_ones(tmp_path: Path) -> None:
    low, middle, high = (tmp_path / name for name in ("low", "middle", "high"))
    for folder in (low, middle, high):
        write(folder, "shared", f"Shared in {folder.name}")
        write(folder, f"only-{folder.name}", f"Only in {folder.name}")
    write(low, "lower-two", "Two in low")
    write(middle, "lower-two", "Two in middle")
    only = {"only-low": "Only in low", "only-middle": "Only in middle", "only-high": "Only in high"}
    assert names(low, middle, high) == only | {"shared": "Shared in high", "lower-two": "Two in middle"}
    assert names(high, middle, low) == only | {"shared": "Shared in low", "lower-two": "Two in low"}


def test_a_folder_given_twice_gives_its_entries_once(tmp_path: Path) -> None:
    write(tmp_path, "one", "One")
    assert names(tmp_path, tmp_path) == {"one": "One"}


def test_an_empty_folder_is_a_catalogue_without_reports(tmp_path: Path) -> None:
    assert names(tmp_path) == {}


@pytest.mark.parametrize("make", [lambda path: None, lambda path: path.write_text("")], ids=["missing", "a file"])
def test_a_folder_that_cannot_be_read_ends_with_exit_code_3(tmp_path: Path, make: object) -> None:
    make(tmp_path / "there")  # type: ignore[operator]
    with pytest.raises(CatalogUnreadable, match=r"cannot read the catalogue folder .*there: ") as caught:
        list(take_snapshot([tmp_path, tmp_path / "there"]).entries())
    assert caught.value.exit_code == 3
    with pytest.raises(CatalogUnreadable):
        Library([tmp_path, tmp_path / "there"], tmp_path / "cache")


def test_only_visible_files_named_toml_are_entries(tmp_path: Path) -> None:
    write(tmp_path, "one", "One")
    write(tmp_path, "dots.llm1", "With a dot")
    for other in (".hidden.toml", ".toml", "README.md", "one.toml~", "one.toml.bak", "notes.json", "toml"):
        (tmp_path / other).write_text("= nothing that could be read")
    write(tmp_path / "vocabulary", "techniques", "Not an entry")
    (tmp_path / "vocabulary" / "techniques.toml").write_text("")
    assert names(tmp_path) == {"one": "One", "dots.llm1": "With a dot"}
    with Library([tmp_path], None) as library:
        assert library.unreadable() == ()


# Files that can be read although they look odd.


@pytest.mark.parametrize(
    "encode",
    [
        pytest.param(lambda text: b"\xef\xbb\xbf" + text.encode(), id="byte order mark"),
        pytest.param(lambda text: text.replace("\n", "\r\n").encode(), id="CRLF"),
        pytest.param(lambda text: b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode(), id="both"),
        pytest.param(lambda text: b"# a comment\n\n" + text.encode(), id="comment"),
        pytest.param(lambda text: text.rstrip("\n").encode(), id="no newline at the end"),
        pytest.param(lambda text: text.encode() + b'unheard_of = 3\n[links]\nfax = "1"\n', id="unknown keys"),
    ],
)
def test_an_odd_but_right_file_is_read(tmp_path: Path, encode: object) -> None:
    path = tmp_path / "odd.toml"
    path.write_bytes(encode(entry("Tülu 3")))  # type: ignore[operator]
    report = read_report(str(path))
    assert isinstance(report, Report)
    assert (report.id, report.name, report.summary) == ("odd", "Tülu 3", "One sentence.")


def test_a_symbolic_link_to_an_entry_is_an_entry(tmp_path: Path) -> None:
    target = write(tmp_path / "elsewhere", "target", "Elsewhere")
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "linked.toml").symlink_to(target)
    assert names(tmp_path / "here") == {"linked": "Elsewhere"}


def test_an_edit_behind_a_symbolic_link_is_seen(tmp_path: Path) -> None:
    target = write(tmp_path / "elsewhere", "target", "Elsewhere")
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "linked.toml").symlink_to(target)
    for name in ("Elsewhere", "Somewhere"):
        write(tmp_path / "elsewhere", "target", name)
        with Library([tmp_path / "here"], tmp_path / "cache") as library:
            assert [report.name for report in library.reports()] == [name]


# Files that cannot be read.

GOOD = entry("Good")
UNREADABLE = [
    pytest.param(b'name = "x"\ntitle = = "y"\n', 2, "not TOML: invalid value", id="syntax error"),
    pytest.param(GOOD.encode() + b'[[models]]\nname = "M"\n[models]\n', 9, "", id="table declared twice"),
    pytest.param(GOOD.encode() + b'license = "MIT', 7, "", id="text that never ends"),
    pytest.param(GOOD.encode() + b"stages = [\n", 8, "", id="list that never ends"),
    pytest.param(GOOD.replace("2025-01-02", '"2025-01-02"').encode(), 4, "date: expected a date", id="date as text"),
    pytest.param(GOOD.replace("2025-01-02", "2025-01-02T10:00:00").encode(), 4, "date: expected a date", id="time"),
    pytest.param(GOOD.replace("2025-01-02", "2025-02-30").encode(), 4, "", id="a day that does not exist"),
    pytest.param(GOOD.replace('["Someone"]', '"Someone"').encode(), 3, "organizations: expected a list", id="no list"),
    pytest.param(GOOD.replace('["Someone"]', '["A", 1]').encode(), 3, "organizations: expected a list", id="mixed"),
    pytest.param(GOOD.replace('"A title"', "7").encode(), 2, "title: expected a text, got 7", id="number as text"),
    pytest.param(GOOD.encode() + b"number = true\n", 7, "number: expected a whole number", id="truth as number"),
    pytest.param(GOOD.encode() + b"number = 1.0\n", 7, "number: expected a whole number", id="fraction"),
    pytest.param(GOOD.encode() + b"number = -1\n", 7, "number: expected a whole number", id="below zero"),
    pytest.param(GOOD.encode() + b"number = 9223372036854775808\n", 7, "number: expected a whole number", id="2^63"),
    pytest.param(GOOD.encode() + b"links = 3\n", 7, "links: expected a table", id="number as table"),
    pytest.param(GOOD.encode() + b"models = 3\n", 7, "models: expected an array of tables", id="number as tables"),
    pytest.param(GOOD.encode() + b"models = [3]\n", 7, "models[0]: expected a table", id="array of numbers"),
    pytest.param(
        GOOD.encode() + b'[pretraining]\noptimizer = "AdamW"\ntokens = "36T"\n',
        9,
        'pretraining.tokens: expected a whole number from 0 to 2^63 - 1, got "36T"',
        id="figure as text",
    ),
    pytest.param(
        GOOD.encode() + b'[[models]]\nname = "A"\n\n[[models]]\nname = "B"\nparameters = "7B"\n',
        12,
        "models[1].parameters: expected a whole number",
        id="in the second model",
    ),
    pytest.param(GOOD.encode() + b"[[models]]\nparameters = 7\n", 7, "models[0].name: required", id="nameless model"),
    pytest.param(GOOD.encode() + b'[posttraining]\nkl_penalty = "no"\n', 8, "kl_penalty: expected true", id="yes/no"),
    pytest.param(GOOD.encode() + b"[sources]\ntitle = 3\n", 7, "sources: expected a table of texts", id="map"),
    pytest.param(GOOD.encode() + b'license = "caf\xe9"\n', 7, "not UTF-8", id="Latin-1"),
    pytest.param(GOOD.encode("utf-16"), 1, "not UTF-8", id="UTF-16"),
    pytest.param(GOOD.encode() + b'license = "a\x00b"\n', 7, "", id="NUL"),
    pytest.param(b"\x00" * 4096, 1, "", id="zeros"),
    pytest.param(GOOD.encode() + b"x = " + b"[" * 3000 + b"]" * 3000, 0, "nested too deeply", id="3,000 brackets"),
    pytest.param(GOOD.encode() + b"x = " + b"{a=" * 3000, 0, "nested too deeply", id="3,000 braces"),
    pytest.param(GOOD.encode() + b"x = " + b"9" * 5000 + b"\n", 0, "a number has too many digits", id="5,000 digits"),
    pytest.param(GOOD.encode() + b"number = 0x" + b"f" * 5000, 7, "got a huge number", id="5,000 digits of base 16"),
    pytest.param(GOOD.encode() + b"#" * MAX_BYTES, 0, "longer than 1,000,000 bytes", id="too long"),
    *(
        pytest.param(
            "".join(line for line in GOOD.splitlines(True) if not line.startswith(key)).encode(),
            0,
            f"{key}: required, but missing",
            id=f"without {key}",
        )
        for key in ("name", "title", "organizations", "date", "summary", "tags")
    ),
    pytest.param(b"", 0, "name: required, but missing (and 5 more)", id="empty"),
]


@pytest.mark.parametrize(("content", "line", "problem"), UNREADABLE)
def test_an_unreadable_file_is_named_with_its_line_and_never_hides_the_others(
    tmp_path: Path, content: bytes, line: int, problem: str
) -> None:
    write(tmp_path, "good", "Good")
    bad = tmp_path / "bad.toml"
    bad.write_bytes(content)
    with pytest.raises(EntryUnreadable) as caught:
        read_report(str(bad))
    assert caught.value.exit_code == 3
    assert caught.value.line == line
    assert problem in caught.value.problem
    assert str(caught.value) == f"{bad}:{line}: {caught.value.problem}" if line else f"{bad}: {caught.value.problem}"
    with Library([tmp_path], tmp_path / "cache") as library:
        assert [report.id for report in library.reports()] == ["good"]
        assert [tuple(one) for one in library.unreadable()] == [(str(bad), line, caught.value.problem)]


@pytest.mark.parametrize(("make", "problem"), ODD_FILES)
def test_what_is_not_a_file_is_named_and_never_hides_the_others(tmp_path: Path, make: object, problem: str) -> None:
    write(tmp_path, "good", "Good")
    make(tmp_path / "bad.toml")  # type: ignore[operator]
    with Library([tmp_path], tmp_path / "cache") as library:
        assert [report.id for report in library.reports()] == ["good"]
        assert [tuple(one) for one in library.unreadable()] == [(str(tmp_path / "bad.toml"), 0, problem)]


def test_a_file_of_100_megabytes_is_not_read_into_memory(tmp_path: Path) -> None:
    path = write(tmp_path, "huge", "Huge")
    os.truncate(path, 100_000_000)
    tracemalloc.start()
    with pytest.raises(EntryUnreadable, match="longer than 1,000,000 bytes"):
        read_text(path)
    assert tracemalloc.get_traced_memory()[1] < 2 * MAX_BYTES
    tracemalloc.stop()


@pytest.mark.parametrize("seconds", [-(2**34), 2**34])
def test_a_file_of_another_age_is_an_entry(tmp_path: Path, seconds: int) -> None:
    path = write(tmp_path, "old", "Old")
    os.utime(path, (seconds, seconds))
    assert names(tmp_path) == {"old": "Old"}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_named_and_never_hides_the_others(tmp_path: Path) -> None:
    write(tmp_path, "good", "Good")
    write(tmp_path, "bad", "Bad").chmod(0)
    with Library([tmp_path], None) as library:
        assert [report.id for report in library.reports()] == ["good"]
        assert [one.problem for one in library.unreadable()] == ["Permission denied"]


def test_a_name_that_is_not_utf_8_never_hides_the_others(tmp_path: Path) -> None:
    write(tmp_path, "good", "Good")
    odd = os.fsencode(tmp_path) + b"/caf\xe9.toml"
    try:
        with open(odd, "wb") as file:
            file.write(GOOD.encode())
    except OSError:
        pytest.skip("this file system takes no such names")
    with Library([tmp_path], tmp_path / "cache") as library:
        assert "good" in [report.id for report in library.reports()]


def test_an_unreadable_file_does_not_replace_the_entry_of_a_lower_folder(tmp_path: Path) -> None:
    write(tmp_path / "low", "shared", "From low")
    write(tmp_path / "high", "other", "Other")
    (tmp_path / "high" / "shared.toml").write_text("name = 3")
    assert names(tmp_path / "low", tmp_path / "high") == {"shared": "From low", "other": "Other"}


# The vocabulary.


def test_a_folder_without_vocabulary_uses_the_shipped_one(tmp_path: Path) -> None:
    path = write(tmp_path, "one", "One")
    path.write_text(path.read_text() + 'techniques = ["grpo"]\n')
    with Library([tmp_path], None) as library:
        assert [report.id for report in library.search('"group relative policy optimization"')] == ["one"]


def test_a_vocabulary_of_the_folder_replaces_the_shipped_one(tmp_path: Path) -> None:
    path = write(tmp_path, "one", "One")
    path.write_text(path.read_text() + 'techniques = ["grpo"]\n')
    (tmp_path / "vocabulary").mkdir()
    (tmp_path / "vocabulary" / "techniques.toml").write_text(
        '[grpo]\nname = "Gruppo"\nalso = ["the italian one"]\nkind = "rl"\ndefinition = "Mine."\n'
    )
    with Library([tmp_path], None) as library:
        assert [report.id for report in library.search('"italian one"')] == ["one"]
        assert library.search('"group relative policy optimization"') == ()


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"= =", id="syntax error"),
        pytest.param(b"grpo = 3", id="not a table"),
        pytest.param(b'[grpo]\nname = "G"\nkind = "rl"\ndefinition = "d"\nalso = "text"', id="other names as text"),
        pytest.param(b'[grpo]\nname = "G"\nkind = "rl"\ndefinition = "d"\nalso = [1]', id="other names as numbers"),
        pytest.param(b'[grpo]\nname = "G"\nkind = "rl"\ndefinition = "d"\nalso = 7', id="other names as a number"),
        pytest.param(b'[grpo]\nname = "G"\nkind = "rl"\ndefinition = "d"\nreference = 2024-01-01', id="a date"),
        pytest.param(b"\xff\xfe", id="not UTF-8"),
    ],
)
def test_a_broken_vocabulary_never_hides_the_reports(tmp_path: Path, content: bytes) -> None:
    path = write(tmp_path, "one", "One")
    path.write_text(path.read_text() + 'techniques = ["grpo"]\n')
    (tmp_path / "vocabulary").mkdir()
    (tmp_path / "vocabulary" / "techniques.toml").write_bytes(content)
    with Library([tmp_path], tmp_path / "cache") as library:
        assert [report.id for report in library.reports()] == ["one"]
        assert [report.id for report in library.search("grpo")] == ["one"]


@pytest.mark.parametrize("make", [lambda path: path.symlink_to("nowhere"), lambda path: path.write_text("= =")])
def test_a_vocabulary_that_cannot_be_read_is_named_and_hides_no_other(tmp_path: Path, make: object) -> None:
    term = '[mine]\nname = "Mine"\nkind = "rl"\ndefinition = "D."\n'
    paths = [tmp_path / name / "vocabulary" / "techniques.toml" for name in ("low", "high")]
    for path in paths:
        path.parent.mkdir(parents=True)
    paths[0].write_text(term)
    make(paths[1])  # type: ignore[operator]
    with Library([tmp_path / "low", tmp_path / "high"], None) as library:
        assert list(library.techniques()) == ["mine"]
        assert [one.path for one in library.unreadable()] == [str(paths[1])]


# Writing.

OLD, NEW = entry("Old"), entry("New")


def test_a_new_entry_is_put_in_place(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    before = os.umask(0o027)
    try:
        write_entry(path, "Tülu\n", None)
    finally:
        os.umask(before)
    assert path.read_bytes() == "Tülu\n".encode()
    assert S_IMODE(path.stat().st_mode) == 0o640
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("mode", [0o644, 0o600, 0o755])
def test_a_changed_entry_keeps_its_permissions(tmp_path: Path, mode: int) -> None:
    path = write(tmp_path, "x", "Old")
    path.chmod(mode)
    write_entry(path, NEW, OLD)
    assert path.read_text() == NEW
    assert S_IMODE(path.stat().st_mode) == mode
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_with_other_line_ends_is_known_by_its_text(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_bytes(b"\xef\xbb\xbf" + OLD.replace("\n", "\r\n").encode())
    assert read_text(path) == OLD
    write_entry(path, NEW, OLD)
    assert path.read_bytes() == NEW.encode()


def test_behind_a_symbolic_link_the_file_itself_is_written(tmp_path: Path) -> None:
    real = write(tmp_path / "elsewhere", "real", "Old")
    links = tmp_path / "one.toml", tmp_path / "two.toml"
    links[0].symlink_to(links[1].name)
    links[1].symlink_to(real)
    write_entry(links[0], NEW, OLD)
    assert real.read_text() == NEW
    assert [link.is_symlink() for link in links] == [True, True]
    assert list(real.parent.iterdir()) == [real]


@pytest.mark.parametrize(
    ("change", "now"),
    [
        pytest.param(lambda path: path.write_text("changed"), b"changed", id="changed"),
        pytest.param(lambda path: path.write_bytes(b"\xff"), b"\xff", id="no text any more"),
    ],
)
def test_a_file_that_changed_since_it_was_read_is_left_alone(tmp_path: Path, change: object, now: bytes) -> None:
    path = write(tmp_path, "x", "Old")
    change(path)  # type: ignore[operator]
    with pytest.raises(EntryChanged, match=r"^cannot write .*x\.toml: ") as caught:
        write_entry(path, NEW, OLD)
    assert (caught.value.exit_code, caught.value.hint[:19]) == (3, "nothing was written")
    assert path.read_bytes() == now
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda path: path.write_text("there"), id="file"),
        pytest.param(lambda path: path.mkdir(), id="folder"),
        pytest.param(lambda path: path.symlink_to("nowhere"), id="broken link"),
    ],
)
def test_a_new_entry_never_replaces_what_is_there(tmp_path: Path, make: object) -> None:
    path = tmp_path / "x.toml"
    make(path)  # type: ignore[operator]
    with pytest.raises(EntryChanged, match="it already exists"):
        write_entry(path, NEW, None)
    assert list(tmp_path.iterdir()) == [path]
    assert not path.is_file() or path.read_text() == "there"


def test_a_file_system_without_links_gets_new_entries_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    write_entry(tmp_path / "x.toml", NEW, None)
    with pytest.raises(EntryChanged, match="it already exists"):
        write_entry(tmp_path / "x.toml", OLD, None)
    assert (tmp_path / "x.toml").read_text() == NEW
    assert list(tmp_path.iterdir()) == [tmp_path / "x.toml"]


@pytest.mark.parametrize(
    ("path", "text", "was", "problem"),
    [
        ("nowhere/x.toml", NEW, None, "No such file or directory"),
        ("gone.toml", NEW, OLD, "No such file or directory"),
        ("old.toml", "\ud800", OLD, "surrogates not allowed"),
        ("old.toml/x.toml", NEW, None, "Not a directory"),
        ("a\x00b.toml", NEW, None, "null (byte|character)"),
        ("old.toml", NEW + "#" * MAX_BYTES, OLD, "longer than 1,000,000 bytes"),
    ],
)
def test_what_cannot_be_written_leaves_everything_as_it_was(
    tmp_path: Path, path: str, text: str, was: str | None, problem: str
) -> None:
    old = write(tmp_path, "old", "Old")
    with pytest.raises(EntryUnwritable, match=problem) as caught:
        write_entry(tmp_path / path, text, was)
    assert caught.value.exit_code == 3
    assert list(tmp_path.iterdir()) == [old]
    assert old.read_text() == OLD


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everything")
def test_a_read_only_file_or_folder_is_respected(tmp_path: Path) -> None:
    path = write(tmp_path / "folder", "x", "Old")
    for one, mode in ((path, 0o444), (path.parent, 0o555)):
        one.chmod(mode)
        with pytest.raises(EntryUnwritable, match="Permission denied"):
            write_entry(path, NEW, OLD)
        one.chmod(0o755)
        assert path.read_text() == OLD
        assert list(path.parent.iterdir()) == [path]


def test_a_full_disk_leaves_everything_as_it_was(tmp_path: Path) -> None:
    path = write(tmp_path, "x", "Old")
    code = (
        "import resource, signal, sys\nfrom pathlib import Path\nfrom reportcli.catalog.write import write_entry\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\nresource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        "path = Path(sys.argv[1])\nwrite_entry(path, 'x' * 10_000, path.read_text())\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, env=unmeasured(), check=False
    )
    assert ended.stderr.splitlines()[-1].endswith(f"EntryUnwritable: cannot write {path}: File too large")
    assert path.read_text() == OLD
    assert list(tmp_path.iterdir()) == [path]


def test_no_writer_loses_what_another_wrote(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    write_entry(path, "", None)

    def add(writer: int) -> None:
        for turn in range(20):
            while True:
                before = read_text(path)
                with suppress(EntryChanged):
                    write_entry(path, f"{before}{writer}.{turn}\n", before)
                    break

    writers = [threading.Thread(target=add, args=[writer]) for writer in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert sorted(path.read_text().split()) == sorted(f"{writer}.{turn}" for writer in range(4) for turn in range(20))
    assert list(tmp_path.iterdir()) == [path]


def test_no_reader_ever_meets_half_a_file(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    texts = ["a" * 300_000, "b" * 200_000]
    write_entry(path, texts[0], None)
    seen: set[str] = set()
    done = threading.Event()

    def look() -> None:
        while not done.is_set():
            seen.add(path.read_text())

    reader = threading.Thread(target=look)
    reader.start()
    try:
        for turn in range(40):
            write_entry(path, texts[(turn + 1) % 2], texts[turn % 2])
    finally:
        done.set()
        reader.join()
    assert seen <= set(texts)
    assert seen
