"""One home from its first day on: a report comes in, is found, compared, counted, changed and taken out again."""

from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import Run
from reportcli.catalog.files import user_folder

Lines = Callable[..., list[str]]
TALE = """\
name = "Tale-9B"
title = "A Tall Tale"
organizations = ["Teller Lab"]
date = 2025-06-30
summary = "Open dense 9B language model that continues Qwen3-8B, trained with GRPO to tell tales."
tags = ["language-model", "reasoning"]
license = "MIT"
based_on = ["Qwen3-8B"]
techniques = ["grpo"]

[links]
page = ["https://example.org/tale"]

[[models]]
name = "Tale-9B"
parameters = 9_000_000_000
context_length = 131_072

[posttraining]
rl_algorithm = "GRPO"
rl_family = ["grpo"]
kl_penalty = false
teachers = ["DeepSeek-R1"]
"""


@pytest.fixture
def lines(cli: Run) -> Lines:
    """Run a command that must be done without a word on standard error, and return the lines of its answer."""

    def run(*arguments: str, **environment: str) -> list[str]:
        ended = cli(*arguments, **environment)
        assert (ended.returncode, ended.stderr) == (0, "")
        return ended.stdout.splitlines()

    return run


@pytest.fixture
def editor(tmp_path: Path) -> Callable[[str, str], str]:
    """Make an editor that replaces one text by another."""

    def make(before: str, after: str) -> str:
        script = tmp_path / "editor"
        script.write_text(f'#!/bin/sh\nsed \'s|{before}|{after}|\' "$1" >"$1.new" && mv "$1.new" "$1"\n')
        script.chmod(0o755)
        return str(script)

    return make


def test_a_new_report_is_an_entry_like_any_other(
    lines: Lines, cli: Run, editor: Callable[[str, str], str], tmp_path: Path
) -> None:
    def counted(field: str, value: str) -> int:
        return int(dict(line.split("\t") for line in lines("count", field, "-q"))[value])

    reports, with_grpo, dense = len(lines("list")), counted("rl", "grpo"), counted("type", "dense")
    (tmp_path / "tale.toml").write_text(TALE)
    path = user_folder() / "tale-9b.toml"
    assert lines("add", "--no-edit", "--from", str(tmp_path / "tale.toml"), "-q") == [str(path)]

    assert len(lines("list")) == reports + 1
    assert lines("search", "tales org:teller", "--format", "names") == ["tale-9b"]
    assert "tale-9b" in lines("search", "rl:grpo kl:no context:128k", "--format", "names", "-q")
    assert lines("filter", "2025-06-30..", "--format", "names") == ["tale-9b"]
    assert "tale-9b\tlicense\tMIT" in lines("show", "Tale 9B")
    assert "tale-9b\t2025-06-30" in lines("term", "GRPO")
    assert "organizations\tTeller Lab\tAlibaba Qwen" in lines("compare", "tale", "Qwen3")
    assert (counted("rl", "grpo"), counted("type", "dense")) == (with_grpo + 1, dense)
    assert lines("timeline", "--since", "2025-06-30") == ["tale-9b\t2025-06-30\tTeller Lab\tTale-9B"]
    assert "tale-9b\t2025-06-30\t9000000000" in lines("plot", "date", "parameters", "-q")
    assert lines("lineage", "Tale-9B", "-q")[:2] == ["tale-9b\tbuilds_on\tQwen3", "tale-9b\ttaught_by\tDeepSeek-R1"]

    assert lines("edit", "tale-9b", "-q", EDITOR=editor('"MIT"', '"Apache-2.0"')) == [str(path)]
    assert "tale-9b\tlicense\tApache-2.0" in lines("show", "tale-9b")
    assert lines("edit", "tale-9b", "--set", "license=BSD", "-q") == [str(path)]
    assert "tale-9b\tlicense\tBSD" in lines("show", "tale-9b")
    assert lines("remove", "tale-9b", "--yes", "-q") == [str(path)]
    assert len(lines("list")) == reports
    assert cli("show", "tale-9b").returncode == 2
