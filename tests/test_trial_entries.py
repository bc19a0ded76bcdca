"""Short, seeded rounds of tests/trials/entries.py, and files of every odd kind at once."""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest.mock import patch

import pytest

from conftest import Ran
from makers import ODD_FILES, entry, write
from trials.entries import TRIALS, Ground, prepare
from trials.runner import complaints

pytestmark = pytest.mark.trial

Run = Callable[..., Ran]
ODD_CONTENTS = {
    "3,000 brackets": entry().encode() + b"x = " + b"[" * 3000,
    "not UTF-8": entry("caf\xe9").encode("latin-1"),
    "NUL": entry("a\0b").encode(),
    "half of a letter": entry().encode() + "# 字".encode()[:-1],
}
RIGHT_CONTENTS = {
    "byte order mark": b"\xef\xbb\xbf" + entry("A").encode(),
    "CRLF": entry("B").replace("\n", "\r\n").encode(),
    "größe 深度 👩": entry("C").encode(),
    "[bold]; $(id) %s": entry("D").encode(),
}
ODD_NAMES = {"two\nlines": r"two\x0alines", "\x1b[2J": r"\x1b[2J", "\u202eevil": r"\x202eevil", "\udce9": r"\xdce9"}


@pytest.fixture
def ground(tmp_path: Path) -> Iterator[Ground]:
    """A folder with a cache and a home of its own."""
    with patch.dict(os.environ):
        yield prepare(tmp_path)


def test_harmed_entries_break_nothing(ground: Ground) -> None:
    assert complaints(TRIALS, ground, 2, 20) == {"harmed": []}


def test_files_of_every_odd_kind_are_named_and_the_others_answer(reportcli: Run, tmp_path: Path) -> None:
    for name, content in (ODD_CONTENTS | RIGHT_CONTENTS).items():
        (tmp_path / f"{name}.toml").write_bytes(content)
    for name in ODD_NAMES:
        write(tmp_path, name, "X")
    write(tmp_path, "100 megabytes", "X")
    os.truncate(tmp_path / "100 megabytes.toml", 100_000_000)
    for kind in ODD_FILES:
        kind.values[0](tmp_path / f"{kind.id}.toml")  # type: ignore[operator]
    odd = {"100 megabytes", *ODD_CONTENTS, *ODD_NAMES.values(), *(str(kind.id) for kind in ODD_FILES)}
    for command in ("list", "search sentence", "show CRLF", "count type", "timeline", "plot", "lineage", "term"):
        ended = reportcli(*command.split(), "--catalog", str(tmp_path))
        warnings = [line for line in ended.stderr.splitlines() if line.startswith("warning: ")]
        assert {line.removeprefix(f"warning: {tmp_path}/").partition(".toml:")[0] for line in warnings} == odd
        assert len(warnings) == len(odd)
        assert all(line.isprintable() for line in ended.stderr.splitlines())
        assert "Traceback" not in ended.stderr
    assert {one["id"] for one in json.loads(reportcli("list", "--json", "--catalog", str(tmp_path)).stdout)} == {
        *RIGHT_CONTENTS
    }
    checked = reportcli("check", str(tmp_path), "--json")
    unreadable = {one["file"] for one in json.loads(checked.stdout) if not one["key"]}
    assert (checked.returncode, unreadable >= {str(tmp_path / f"{name}.toml") for name in ODD_CONTENTS}) == (1, True)
