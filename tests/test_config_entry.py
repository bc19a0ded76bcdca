"""An entry beside a configuration: where they disagree, and what import adds to it."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from conftest import Run
from makers import canonical
from reportcli.catalog.files import read_report, shipped_folder, user_folder
from test_model_config import MOE, SMALL

LARGE, LITTLE = MOE | {"hidden_size": 128, "num_hidden_layers": 8}, SMALL  # of the models of the entry below
ENTRY = canonical(
    "Family",
    """\
flagship = "Large"
undisclosed = [
    "architecture.rope_base",
    "models.layers",
    "pretraining.tokens",
]

[[models]]
name = "Large"
parameters = 5_200_000
context_length = 8192

[[models]]
name = "Little"
type = "dense"
parameters = 1_000_000

[architecture]
type = "moe"
layers = 8
vocabulary = 995

[sources]
architecture = "arXiv:2501.00001 Table 1"
""",
)


@pytest.fixture
def entry(tmp_path: Path) -> Path:
    path = tmp_path / "catalog" / "family.toml"
    path.parent.mkdir()
    path.write_text(ENTRY)
    return path


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Write a configuration into the current folder, and return the name of its file."""
    monkeypatch.chdir(tmp_path)

    def write(values: Mapping[str, Any]) -> str:
        (tmp_path / "config.json").write_text(json.dumps(values))
        return "config.json"

    return write


# check --against


@pytest.mark.usefixtures("entry")
def test_disagreements_are_problems_and_figures_in_another_sense_remarks(cli: Run, config: Any) -> None:
    file = config(LARGE | {"vocab_size": 2000, "new_width": 1})
    ended = cli("check", "Family", "--against", file, "--catalog", "catalog")
    assert ended.stdout.splitlines() == [
        "catalog/family.toml:36: architecture.vocabulary: is 995, but 2_000 in the configuration (vocab_size)",
        "catalog/family.toml:26: remark: models[0].context_length: is 8_192; "
        "the configuration has 4_096 positions (max_position_embeddings)",
    ]
    assert ended.stderr.splitlines() == [
        "note: Large: 2 of 4 figures agree",
        "note: not in the entry: experts total, experts active, hidden size, expert size, RoPE base, heads, KV heads, "
        "head dimension, attention layers; `reportcli import config.json --into Large --catalog catalog` adds them",
        "note: unknown in the configuration: new_width",
    ]
    assert ended.returncode == 1
    ended = cli("check", "Family", "--against", config(SMALL), "--catalog", "catalog")
    assert "note: this may be the configuration of another model than Large" in ended.stderr
    assert "reportcli import" not in ended.stderr


def test_agreement_is_said_and_ends_well(cli: Run, entry: Path, config: Any) -> None:
    cases = (("Family", LARGE, "2 of 4"), ("little", LITTLE, "1 of 1"), (str(entry), LARGE, "2 of 4"))
    for name, values, agreed in cases:
        ended = cli("check", name, "--against", config(values), "--catalog", "catalog")
        assert ended.returncode == 0
        assert f"{agreed} figures agree" in ended.stderr


@pytest.mark.usefixtures("entry")
def test_findings_are_json_like_those_of_any_check(cli: Run, config: Any) -> None:
    ended = cli("check", "Family", "--against", config(SMALL), "--catalog", "catalog", "--json")
    first = json.loads(ended.stdout)[0]
    assert first == {
        "file": "catalog/family.toml", "line": 34, "column": None, "key": "architecture.type", "severity": "problem",
        "problem": "is moe, but dense in the configuration (intermediate_size)",
    }  # fmt: skip


def test_layers_are_compared_by_what_they_keep(cli: Run, entry: Path, config: Any) -> None:
    file = config(LARGE | {"sliding_window": 32, "sliding_window_pattern": 4})
    described = (
        '[[architecture.attention_layers]]\nkind = "full"\nlayers = 2\ncache_size = 64\n\n'
        '[[architecture.attention_layers]]\nkind = "window"\nlayers = 6\nkv_heads = 2\nhead_dimension = 16\n'
        "window = {}\n"
    )
    for window, code in ((32, 0), (64, 1)):
        entry.write_text(ENTRY.replace("[sources]", described.format(window) + "\n[sources]"))
        ended = cli("check", "Family", "--against", file, "--catalog", "catalog")
        assert ended.returncode == code
    assert (
        "architecture.attention_layers: is 2 full, 64 elements; 6 window (64 tokens), 2 KV heads of 16, but 6 window "
        "(32 tokens), 2 KV heads of 16; 2 full, 2 KV heads of 16 in the configuration (num_hidden_layers, "
        "sliding_window_pattern, num_key_value_heads, …)"
    ) in ended.stdout


def test_without_one_entry_there_is_nothing_to_compare(cli: Run, config: Any) -> None:
    for arguments in ((), ("qwen3", "--fix")):
        ended = cli("check", *arguments, "--against", config(SMALL))
        assert (ended.returncode, ended.stderr.splitlines()) == (
            2, ["error: --against compares one entry", "  write `reportcli check NAME --against CONFIG`"]
        )  # fmt: skip


# import --into


def test_figures_of_the_flagship_are_added_with_their_source_and_what_is_stated_stays(
    cli: Run, entry: Path, config: Any
) -> None:
    ended = cli("import", config(LARGE), "--into", "Family", "--catalog", "catalog")
    assert (ended.returncode, ended.stdout) == (0, "family\tchanged\tconfig.json\t\n")
    assert ended.stderr.splitlines() == [
        "note: added to Large: experts total, experts active, hidden size, expert size, RoPE base, heads, KV heads, "
        "head dimension, attention layers",
        "note: kept: architecture.vocabulary is 995; the embedding of the configuration has 1_000 rows (vocab_size)",
        "note: kept: models[0].context_length is 8_192; "
        "the configuration has 4_096 positions (max_position_embeddings)",
        "note: saved in catalog/family.toml",
    ]
    report = read_report(str(entry))
    architecture = report.architecture
    assert (architecture.layers, architecture.vocabulary, architecture.hidden_size) == (8, 995, 128)
    assert [group.layers for group in architecture.attention_layers] == [8]
    assert report.sources["architecture"] == "arXiv:2501.00001 Table 1"
    assert report.sources["architecture.attention_layers"] == "config.json of Large"
    assert "architecture.layers" not in report.sources
    assert report.undisclosed == ("models.layers", "pretraining.tokens")
    assert cli("check", str(entry)).returncode == 0
    again = cli("import", "config.json", "--into", "Family", "--catalog", "catalog")
    assert (again.stdout, again.returncode) == ("family\tunchanged\tconfig.json\t\n", 0)
    assert "note: nothing to add to Large" in again.stderr


def test_figures_of_another_model_go_to_its_own_table(cli: Run, entry: Path, config: Any) -> None:
    entry.write_text(ENTRY.replace('type = "dense"\n', ""))
    ended = cli("import", config(LITTLE), "--into", "Little", "--catalog", "catalog")
    assert "note: left out, since the entry has no place for them: vocabulary, " in ended.stderr
    report = read_report(str(entry))
    little = report.models[1]
    assert (little.type, little.layers, little.hidden_size, little.kv_heads) == ("dense", 4, 64, 2)
    assert little.context_length == 4096
    assert report.models[0].layers is report.architecture.hidden_size is None
    assert report.sources["models.layers"] == "config.json of Little"
    assert report.confidence["models.context_length"] == "the positions that the configuration allows"
    assert report.undisclosed == ("architecture.rope_base", "pretraining.tokens")
    assert cli("check", str(entry)).returncode == 0


def test_a_table_that_is_new_has_one_source(cli: Run, entry: Path, config: Any) -> None:
    entry.write_text(ENTRY[: ENTRY.index("[architecture]")].replace("context_length = 8192\n", ""))
    ended = cli("check", "Family", "--against", config(LARGE), "--catalog", "catalog")
    assert "note: Large: no figure in common" in ended.stderr
    cli("import", config(LARGE), "--into", "Family", "--catalog", "catalog")
    assert read_report(str(entry)).sources == {
        "architecture": "config.json of Large",
        "models.context_length": "config.json of Large",
    }


def test_the_configuration_of_another_model_is_refused(cli: Run, entry: Path, config: Any) -> None:
    ended = cli("import", config(SMALL), "--into", "Family", "--catalog", "catalog")
    assert ended.returncode == 2
    assert ended.stderr.splitlines() == [
        "error: this is the configuration of another model than Large",
        "  architecture.layers is 8, but 4 in the configuration (num_hidden_layers)",
    ]
    assert entry.read_text() == ENTRY


def test_an_entry_that_states_little_tells_another_model_by_its_type(cli: Run, entry: Path, config: Any) -> None:
    entry.write_text(ENTRY.replace("layers = 8\n", ""))
    ended = cli("import", config(SMALL), "--into", "Family", "--catalog", "catalog")
    assert (
        ended.stderr.splitlines()[1] == "  architecture.type is moe, but dense in the configuration (intermediate_size)"
    )


def test_what_is_not_understood_is_said_and_left_alone(cli: Run, entry: Path, config: Any) -> None:
    file = config(LARGE | {"sliding_window": 32, "compress_ratios": [4, 4]})
    ended = cli("import", file, "--into", "Family", "--catalog", "catalog")
    assert ended.stderr.splitlines()[-3:-1] == [
        "note: attention layers left alone: sliding_window is stated, but not for which layers",
        "note: unknown in the configuration: compress_ratios",
    ]
    assert read_report(str(entry)).architecture.attention_layers == ()


def test_a_dry_run_saves_nothing(cli: Run, entry: Path, config: Any) -> None:
    ended = cli("import", config(LARGE), "--into", "Family", "--catalog", "catalog", "--dry-run")
    assert ended.stderr.startswith("note: would add to Large: experts total, ")
    assert (entry.read_text(), list(entry.parent.iterdir())) == (ENTRY, [entry])


def test_comments_are_kept_and_an_entry_with_problems_stays_as_it_is(cli: Run, entry: Path, config: Any) -> None:
    entry.write_text(ENTRY.replace("flagship =", "# from the title\nflagship ="))
    assert cli("import", config(LARGE), "--into", "Family", "--catalog", "catalog").returncode == 0
    assert '# from the title\nflagship = "Large"' in entry.read_text()
    wrong = ENTRY.replace("parameters = 1_000_000", "parameters = 1_000_000\nactive_parameters = 2_000_000")
    entry.write_text(wrong)
    ended = cli("import", "config.json", "--into", "Family", "--catalog", "catalog")
    problem = "models[1].active_parameters: 2_000_000 is more than the total of 1_000_000"
    assert (ended.returncode, ended.stdout) == (1, f"family\trefused\tconfig.json\t{problem}\n")
    assert ("added" in ended.stderr, entry.read_text()) == (False, wrong)


def test_a_shipped_entry_becomes_a_copy(cli: Run, config: Any) -> None:
    qwen = {"num_hidden_layers": 94, "hidden_size": 4096, "head_dim": 128, "num_experts": 128}
    ended = cli("import", config(MOE | qwen), "--into", "Qwen3")
    copy = user_folder() / "qwen3.toml"
    shipped = shipped_folder() / "qwen3.toml"
    assert ended.stderr.splitlines()[-1] == f"note: saved in {copy}, which now overrides {shipped}"
    assert re.search(r'^"architecture.head_dimension" = "config.json of Qwen3-235B-A22B"$', copy.read_text(), re.M)


@pytest.mark.parametrize("more", [("config.json",), ("--update",), ("--replace",), ("--as", "json"), ("--map", "x")])
def test_one_configuration_is_read_into_one_entry(cli: Run, config: Any, more: tuple[str, ...]) -> None:
    ended = cli("import", config(SMALL), *more, "--into", "Qwen3")
    assert ended.returncode == 2
    assert ended.stderr.startswith("error: --into takes one config.json, and only what the entry lacks is added\n")


@pytest.mark.parametrize("name", ["config.json", "https://huggingface.co/Some-Lab/Model"])
def test_a_configuration_without_its_model_is_refused(cli: Run, config: Any, name: str) -> None:
    config(SMALL)
    ended = cli("import", name)
    assert (ended.returncode, ended.stderr.splitlines()) == (
        2, [f"error: which model is {name} of?", f"  write `reportcli import {name} --into NAME`"]
    )  # fmt: skip
