"""Catalogue folders and files: which entries there are, which override which, what cannot be read, and writing."""

import fcntl
import os
import resource
import threading
import tracemalloc
from contextlib import suppress
from pathlib import Path
from stat import S_IMODE
from typing import Any

import pytest

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
from trials.runner import in_time

TERM = '[{0}]\nname = "{1}"\nkind = "rl"\ndefinition = "D."\n'


def names(*folders: Path) -> dict[str, str]:
    with Library(folders, None) as library:
        return {report.id: report.name for report in library.reports()}


def write_vocabulary(folder: Path, content: bytes) -> Path:
    path = folder / "vocabulary" / "techniques.toml"
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    return path


ENDLESS = "/proc/kmsg"  # it says that it is a regular file, and whoever reads it waits for more

# Which folders.


def test_the_users_own_folder_overlays_the_shipped_one_if_it_exists(own_home: Path) -> None:
    assert catalog_folders() == (shipped_folder(),)
    assert (shipped_folder() / "qwen3.toml").is_file()
    user_folder().mkdir(parents=True)
    assert user_folder().is_relative_to(own_home)
    assert catalog_folders() == (shipped_folder(), user_folder())


def test_the_variable_joins_folders_like_path_and_replaces_the_usual_pair(monkeypatch: pytest.MonkeyPatch) -> None:
    user_folder().mkdir(parents=True)
    for parts in (["/one", "/two"], ["", "/one", "", "/two", ""]):
        monkeypatch.setenv("REPORTCLI_CATALOG", os.pathsep.join(parts))
        assert catalog_folders() == (Path("/one"), Path("/two"))
    for nothing in ("", os.pathsep):
        monkeypatch.setenv("REPORTCLI_CATALOG", nothing)
        assert catalog_folders() == (shipped_folder(), user_folder())


def test_given_folders_replace_the_variable_and_are_made_absolute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REPORTCLI_CATALOG", "/one")
    monkeypatch.chdir(tmp_path)
    assert catalog_folders([Path("/three"), Path("mine")]) == (Path("/three"), tmp_path / "mine")


# Which entry overrides which.


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


def test_a_folder_may_be_empty_or_given_twice(tmp_path: Path) -> None:
    assert names(tmp_path) == {}
    write(tmp_path, "one", "One")
    assert names(tmp_path, tmp_path) == {"one": "One"}


def test_a_folder_that_cannot_be_read_ends_with_exit_code_3(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for name in ("file", "missing"):
        with pytest.raises(CatalogUnreadable, match=rf"cannot read the catalogue folder .*{name}: ") as raised:
            take_snapshot([tmp_path, tmp_path / name])
        assert raised.value.exit_code == 3
        with pytest.raises(CatalogUnreadable):
            Library([tmp_path, tmp_path / name], None)


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


# Unusual files that can be read.


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"\xef\xbb\xbf" + entry("Tülu 3").encode(), id="byte order mark"),
        pytest.param(b"\xef\xbb\xbf" + entry("Tülu 3").replace("\n", "\r\n").encode(), id="CRLF"),
        pytest.param(b"# a comment\n\n" + entry("Tülu 3").encode(), id="comment"),
        pytest.param(entry("Tülu 3").rstrip("\n").encode(), id="no newline at the end"),
        pytest.param(entry("Tülu 3").encode() + b'unheard_of = 3\n[links]\nfax = "1"\n', id="unknown keys"),
    ],
)
def test_an_unusual_but_valid_file_is_read(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "odd.toml"
    path.write_bytes(content)
    report = read_report(str(path))
    assert (report.id, report.name, report.summary) == ("odd", "Tülu 3", "One sentence.")


def test_a_symbolic_link_to_an_entry_is_an_entry_and_follows_its_changes(tmp_path: Path) -> None:
    target = write(tmp_path / "elsewhere", "target", "Elsewhere")
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "linked.toml").symlink_to(target)
    for name in ("Elsewhere", "Somewhere"):
        write(tmp_path / "elsewhere", "target", name)
        with Library([tmp_path / "here"], tmp_path / "cache") as library:
            assert [(report.id, report.name) for report in library.reports()] == [("linked", name)]


def test_a_file_of_any_age_is_an_entry(tmp_path: Path) -> None:
    path = write(tmp_path, "old", "Old")
    for seconds in (-(2**34), 2**34):
        os.utime(path, (seconds, seconds))
        assert names(tmp_path) == {"old": "Old"}


# Files that cannot be read.

GOOD = entry("Good")
UNREADABLE = [
    pytest.param(b'name = "x"\ntitle = = "y"\n', 2, "invalid value; strings must be quoted", id="syntax error"),
    pytest.param(GOOD.encode() + b'[[models]]\nname = "M"\n[models]\n', 9, "duplicate table", id="two tables"),
    pytest.param(GOOD.encode() + b'name = "B"\n', 7, "; duplicate key", id="two keys"),
    pytest.param(GOOD.encode() + b'license = "MIT', 7, "not TOML: ", id="text that never ends"),
    pytest.param(GOOD.encode() + b'license = "MIT\n', 7, "; missing closing quote", id="text that ends with the line"),
    pytest.param(GOOD.encode() + b"stages = [\n", 8, "not TOML: ", id="list that never ends"),
    pytest.param(GOOD.encode() + b"stages = [1 2]\n", 7, "; separate items with commas", id="list without commas"),
    pytest.param(GOOD.replace("2025-01-02", "2025-02-30").encode(), 4, "not TOML: ", id="a day that does not exist"),
    pytest.param(GOOD.replace("2025-01-02", "2025-01-02T10:00:00").encode(), 4, "date: expected a date", id="time"),
    pytest.param(GOOD.replace('["Someone"]', '["A", 1]').encode(), 3, "organizations: expected a list", id="mixed"),
    pytest.param(
        GOOD.encode() + b'[pretraining]\noptimizer = "AdamW"\ntokens = "36T"\n', 9,
        'pretraining.tokens: expected a whole number from 0 to 2^63 - 1, got "36T"', id="number as text",
    ),
    pytest.param(
        GOOD.encode() + b'[[models]]\nname = "A"\n\n[[models]]\nname = "B"\nparameters = "7B"\n', 12,
        "models[1].parameters: expected a whole number", id="in the second model",
    ),
    pytest.param(GOOD.encode() + b'license = "caf\xe9"\n', 7, "not UTF-8", id="Latin-1"),
    pytest.param(GOOD.encode("utf-16"), 1, "not UTF-8", id="UTF-16"),
    pytest.param(GOOD.encode() + b'license = "a\x00b"\n', 7, "not TOML: ", id="NUL"),
    pytest.param(b"\x00" * 4096, 1, "not TOML: ", id="zeros"),
    pytest.param(GOOD.encode() + b"x = " + b"[" * 3000 + b"]" * 3000, 0, "nested too deeply", id="3,000 brackets"),
    pytest.param(GOOD.encode() + b"x = " + b"{a=" * 3000, 0, "nested too deeply", id="3,000 braces"),
    pytest.param(GOOD.encode() + b"x = " + b"9" * 5000 + b"\n", 0, "a number has too many digits", id="5,000 digits"),
    pytest.param(GOOD.encode() + b"number = 0x" + b"f" * 5000, 7, "got a huge number", id="5,000 digits of base 16"),
    pytest.param(GOOD.encode() + b"#" * MAX_BYTES, 0, "longer than 1,000,000 bytes", id="too long"),
    pytest.param(b"", 0, "name: required, but missing (and 3 more)", id="empty"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "line", "problem"), UNREADABLE)
def test_an_unreadable_file_is_reported_with_its_line(tmp_path: Path, content: bytes, line: int, problem: str) -> None:
    path = tmp_path / "bad.toml"
    path.write_bytes(content)
    with pytest.raises(EntryUnreadable) as raised:
        read_report(str(path))
    error = raised.value
    assert (error.exit_code, error.line) == (3, line)
    assert problem in error.problem
    assert str(error) == (f"{path}:{line}: {error.problem}" if line else f"{path}: {error.problem}")


def test_unreadable_files_never_hide_the_others(tmp_path: Path) -> None:
    write(tmp_path, "good", "Good")
    for number, (content, _, _) in enumerate(case.values for case in UNREADABLE):
        (tmp_path / f"bad-{number:02}.toml").write_bytes(content)
    for number, (make, _) in enumerate(case.values for case in ODD_FILES):
        make(tmp_path / f"odd-{number}.toml")
    expected = [(f"bad-{number:02}", case.values[1]) for number, case in enumerate(UNREADABLE)]
    expected += [(f"odd-{number}", 0) for number in range(len(ODD_FILES))]
    with Library([tmp_path], tmp_path / "cache") as library:
        assert [report.id for report in library.reports()] == ["good"]
        unreadable = library.unreadable()
    assert sorted((Path(file.path).stem, file.line) for file in unreadable) == expected
    problems = [file.problem for file in sorted(unreadable) if "odd-" in file.path]
    assert problems == [case.values[1] for case in ODD_FILES]


@pytest.mark.skipif(not os.access(ENDLESS, os.R_OK), reason="only root may read it, and only Linux has it")
def test_a_file_without_an_end_is_not_waited_for(tmp_path: Path) -> None:
    write(tmp_path, "x", "X")
    (tmp_path / "endless.toml").symlink_to(ENDLESS)
    with in_time(), Library([tmp_path], None) as library:
        assert [report.name for report in library.reports()] == ["X"]
        assert [Path(file.path).name for file in library.unreadable()] == ["endless.toml"]


def test_a_file_of_100_megabytes_is_not_read_into_memory(tmp_path: Path) -> None:
    path = write(tmp_path, "huge", "Huge")
    os.truncate(path, 100_000_000)
    tracemalloc.start()
    with pytest.raises(EntryUnreadable, match="longer than 1,000,000 bytes"):
        read_text(path)
    assert tracemalloc.get_traced_memory()[1] < 2 * MAX_BYTES
    tracemalloc.stop()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_reported_and_never_hides_the_others(tmp_path: Path) -> None:
    write(tmp_path, "good", "Good")
    write(tmp_path, "bad", "Bad").chmod(0)
    with Library([tmp_path], None) as library:
        assert [report.id for report in library.reports()] == ["good"]
        assert [file.problem for file in library.unreadable()] == ["Permission denied"]


def test_a_name_that_is_not_utf_8_never_hides_the_others(tmp_path: Path) -> None:
    write(tmp_path, "good", "Good")
    try:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.toml")).write_text(GOOD)
    except OSError:
        pytest.skip("this file system takes no such names")
    with Library([tmp_path], tmp_path / "cache") as library:
        assert "good" in [report.id for report in library.reports()]


def test_an_unreadable_file_does_not_override_the_entry_of_a_lower_folder(tmp_path: Path) -> None:
    write(tmp_path / "low", "shared", "From low")
    write(tmp_path / "high", "other", "Other")
    (tmp_path / "high" / "shared.toml").write_text("name = 3")
    assert names(tmp_path / "low", tmp_path / "high") == {"shared": "From low", "other": "Other"}


# The vocabulary.


def test_a_folder_without_vocabulary_uses_the_shipped_one(tmp_path: Path) -> None:
    write(tmp_path, "one", "One", 'techniques = ["grpo"]\n')
    with Library([tmp_path], None) as library:
        assert [report.id for report in library.search('"group relative policy optimization"')] == ["one"]


def test_a_vocabulary_of_the_folder_replaces_the_shipped_one(tmp_path: Path) -> None:
    write(tmp_path, "one", "One", 'techniques = ["grpo"]\n')
    write_vocabulary(tmp_path, TERM.format("grpo", "The Italian One").encode())
    with Library([tmp_path], None) as library:
        assert [report.id for report in library.search('"italian one"')] == ["one"]
        assert library.search('"group relative policy optimization"') == ()


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"= =", id="syntax error"),
        pytest.param(b"grpo = 3", id="not a table"),
        pytest.param(TERM.format("grpo", "G").encode() + b"also = [1]", id="names that are numbers"),
        pytest.param(b"\xff\xfe", id="not UTF-8"),
    ],
)
def test_a_broken_vocabulary_never_hides_the_reports(tmp_path: Path, content: bytes) -> None:
    write(tmp_path, "one", "One", 'techniques = ["grpo"]\n')
    write_vocabulary(tmp_path, content)
    with Library([tmp_path], None) as library:
        assert [report.id for report in library.reports()] == ["one"]
        assert [report.id for report in library.search("grpo")] == ["one"]


def test_a_vocabulary_that_cannot_be_read_is_reported_and_hides_no_other(tmp_path: Path) -> None:
    write_vocabulary(tmp_path / "low", TERM.format("mine", "Mine").encode())
    path = write_vocabulary(tmp_path / "high", b"= =")
    with Library([tmp_path / "low", tmp_path / "high"], None) as library:
        assert list(library.techniques()) == ["mine"]
        assert [file.path for file in library.unreadable()] == [str(path)]
    path.unlink()
    path.symlink_to("nowhere")
    with Library([tmp_path / "low", tmp_path / "high"], None) as library:
        assert [file.path for file in library.unreadable()] == [str(path)]


# Writing.

OLD, NEW = entry("Old"), entry("New")


def test_a_new_entry_is_written(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    before = os.umask(0o027)
    try:
        write_entry(path, "Tülu\n", None)
    finally:
        os.umask(before)
    assert path.read_bytes() == "Tülu\n".encode()
    assert S_IMODE(path.stat().st_mode) == 0o640
    assert list(tmp_path.iterdir()) == [path]


def test_a_changed_entry_keeps_its_permissions(tmp_path: Path) -> None:
    path = write(tmp_path, "x", "Old")
    for mode, (before, after) in zip((0o644, 0o600, 0o755), ((OLD, NEW), (NEW, OLD), (OLD, NEW)), strict=True):
        path.chmod(mode)
        write_entry(path, after, before)
        assert path.read_text() == after
        assert S_IMODE(path.stat().st_mode) == mode
        assert list(tmp_path.iterdir()) == [path]


def test_a_file_with_other_line_ends_is_compared_as_text(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_bytes(b"\xef\xbb\xbf" + OLD.replace("\n", "\r\n").encode())
    assert read_text(path) == OLD
    write_entry(path, NEW, OLD)
    assert path.read_bytes() == NEW.encode()


def test_the_target_of_a_symbolic_link_is_written(tmp_path: Path) -> None:
    real = write(tmp_path / "elsewhere", "real", "Old")
    links = tmp_path / "one.toml", tmp_path / "two.toml"
    links[0].symlink_to(links[1].name)
    links[1].symlink_to(real)
    write_entry(links[0], NEW, OLD)
    assert real.read_text() == NEW
    assert [link.is_symlink() for link in links] == [True, True]
    assert list(real.parent.iterdir()) == [real]


def test_a_writer_waits_for_another_for_some_seconds_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = write(tmp_path / "elsewhere", "real", "Old")
    (tmp_path / "x.toml").symlink_to(real)
    monkeypatch.setattr("reportcli.catalog.write._LOCK_PAUSE", 0)
    lock = os.open(real.parent, os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)
    with pytest.raises(EntryUnwritable, match="elsewhere: another program has locked the folder"):
        write_entry(tmp_path / "x.toml", NEW, OLD)
    assert (real.read_text(), os.listdir(real.parent)) == (OLD, ["real.toml"])
    os.close(lock)
    write_entry(tmp_path / "x.toml", NEW, OLD)
    assert real.read_text() == NEW


@pytest.mark.parametrize("content", [b"changed", b"\xff"], ids=["changed", "no longer text"])
def test_a_file_that_changed_after_it_was_read_is_not_replaced(tmp_path: Path, content: bytes) -> None:
    path = write(tmp_path, "x", "Old")
    path.write_bytes(content)
    with pytest.raises(EntryChanged, match=r"^cannot write .*x\.toml: ") as raised:
        write_entry(path, NEW, OLD)
    assert (raised.value.exit_code, raised.value.hint[:19]) == (3, "nothing was written")
    assert path.read_bytes() == content
    assert list(tmp_path.iterdir()) == [path]


def test_a_new_entry_never_replaces_anything(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    for make, remove in (
        (lambda: path.write_text("there"), path.unlink),
        (path.mkdir, path.rmdir),
        (lambda: path.symlink_to("nowhere"), path.unlink),
    ):
        make()
        with pytest.raises(EntryChanged, match="it already exists"):
            write_entry(path, NEW, None)
        assert list(tmp_path.iterdir()) == [path]
        assert not path.is_file() or path.read_text() == "there"
        remove()


@pytest.mark.parametrize("call", ["link", "replace", "close"])
def test_a_fault_that_is_reported_of_what_was_done_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    real = getattr(os, call)

    def do_and_refuse(*arguments: Any) -> None:
        real(*arguments)
        if call != "close" or path.read_text() == NEW:
            raise FileExistsError(17, "File exists") if call == "link" else OSError(5, "Input/output error")

    path = tmp_path / "x.toml"
    was = None if call == "link" else write(tmp_path, "x", "Old") and OLD
    with monkeypatch.context() as patch:
        patch.setattr(os, call, do_and_refuse)
        write_entry(path, NEW, was)
    assert path.read_text() == NEW
    assert list(tmp_path.iterdir()) == [path]


def test_extended_attributes_and_the_time_of_the_change_are_right(tmp_path: Path) -> None:
    path = write(tmp_path, "x", "Old")
    os.utime(path, (1_700_000_000,) * 2)
    try:
        os.setxattr(path, "user.note", b"mine")
    except (AttributeError, OSError):
        pytest.skip("no extended attributes here")
    write_entry(path, NEW, OLD)
    assert os.getxattr(path, "user.note") == b"mine"
    assert path.stat().st_mtime > 1_700_000_000


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
    with pytest.raises(EntryUnwritable, match=problem) as raised:
        write_entry(tmp_path / path, text, was)
    assert raised.value.exit_code == 3
    assert list(tmp_path.iterdir()) == [old]
    assert old.read_text() == OLD


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everything")
def test_a_read_only_file_or_folder_is_respected(tmp_path: Path) -> None:
    path = write(tmp_path / "folder", "x", "Old")
    for read_only, mode in ((path, 0o444), (path.parent, 0o555)):
        read_only.chmod(mode)
        with pytest.raises(EntryUnwritable, match="Permission denied"):
            write_entry(path, NEW, OLD)
        read_only.chmod(0o755)
        assert path.read_text() == OLD
        assert list(path.parent.iterdir()) == [path]


def test_a_full_disk_leaves_everything_as_it_was(tmp_path: Path) -> None:
    path = write(tmp_path, "x", "Old")
    soft_limit, hard_limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard_limit))
    try:
        with pytest.raises(EntryUnwritable, match=rf"^cannot write {path}: File too large$"):
            write_entry(path, "x" * 10_000, OLD)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft_limit, hard_limit))
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


def test_no_reader_ever_sees_half_a_file(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    texts = ["a" * 300_000, "b" * 200_000]
    write_entry(path, texts[0], None)
    contents: set[str] = set()
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            contents.add(path.read_text())

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for turn in range(40):
            write_entry(path, texts[(turn + 1) % 2], texts[turn % 2])
    finally:
        done.set()
        reader.join()
    assert contents <= set(texts)
    assert contents
