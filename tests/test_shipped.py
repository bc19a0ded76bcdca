"""The shipped catalogue: 36 reports, and what every entry owes to its readers."""

import datetime
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from reportcli.catalog.files import read_report, read_vocabularies, shipped_folder, vocabulary_files
from reportcli.report.fields import FIELDS, ORIGINS, RL_FAMILIES, TAGS, TOPICS, TYPES, Report
from reportcli.report.techniques import TECHNIQUE_KINDS
from reportcli.text import fold_name

FILES = sorted(shipped_folder().glob("*.toml"))
REPORTS = [read_report(str(path)) for path in FILES]
VOCABULARY = read_vocabularies(vocabulary_files([shipped_folder()]))
each_report = pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.id)

# As the reading list has them.
LIST = """\
1 Ring-lite 2025-06-18
2 Gemini 2.5 2025-06-17
3 AceReason-Nemotron 1.1 2025-06-18
4 MiniMax-M1 2025-06-16
5 Magistral 2025-06-12
6 dots.llm1 2025-06-06
7 Qwen3 Embedding 2025-06-05
8 OpenThoughts 2025-06-05
9 MiMo-VL 2025-06-04
10 Qwen3 2025-05-14
11 Llama-Nemotron 2025-05-14
12 MiMo 2025-05-12
13 Seed1.5-VL 2025-05-11
14 Phi-4-reasoning 2025-04-30
15 Seed1.5-Thinking 2025-04-29
16 Kimi-Audio 2025-04-25
17 Trillion-7B 2025-04-21
18 Seedream 3.0 2025-04-16
19 Kimi-VL 2025-04-15
20 Tülu 3 (2025 version) 2025-04-14
21 Qwen2.5-Omni 2025-03-26
22 Gemma 3 2025-03-25
23 Phi-4-Mini 2025-03-07
24 Qwen2.5-VL 2025-02-19
25 Janus-Pro 2025-01-29
26 DeepSeek-R1 2025-01-20
27 Kimi k1.5 2025-01-20
28 MiniMax-01 2025-01-15
29 Qwen2.5-Math-PRM 2025-01-13
30 OLMo 2 2024-12-31
31 DeepSeek-V3 2024-12-16
32 Qwen2.5 2024-12-19
33 Phi-4 2024-12-12
34 Tülu 3 2024-12-06
35 Llama 3 2024-08-15
36 OLMo 2024-07-07
"""
IDS = """\
acereason-nemotron-1.1 deepseek-r1 deepseek-v3 dots.llm1 gemini-2.5 gemma-3 janus-pro kimi-audio kimi-k1.5 kimi-vl
llama-3 llama-nemotron magistral mimo mimo-vl minimax-01 minimax-m1 olmo olmo-2 openthoughts phi-4 phi-4-mini
phi-4-reasoning qwen2.5 qwen2.5-math-prm qwen2.5-omni qwen2.5-vl qwen3 qwen3-embedding ring-lite seed1.5-thinking
seed1.5-vl seedream-3.0 trillion-7b tulu-3 tulu-3-2025
"""


def raw(id: str) -> dict[str, Any]:
    with open(shipped_folder() / f"{id}.toml", "rb") as file:
        return tomllib.load(file)


def report_of(id: str) -> Report:
    return next(report for report in REPORTS if report.id == id)


def test_the_reading_list_is_here_number_by_number() -> None:
    listed = sorted(REPORTS, key=lambda report: report.number or 0)
    assert "".join(f"{report.number} {report.name} {report.date}\n" for report in listed) == LIST


def test_the_files_are_named_by_the_ids() -> None:
    assert sorted(report.id for report in REPORTS) == sorted(IDS.split())
    assert [report.id for report in REPORTS] == [path.stem for path in FILES]
    assert not [id for id in IDS.split() if set(id) - set("abcdefghijklmnopqrstuvwxyz0123456789.-")]


def test_nothing_else_lies_in_the_folder() -> None:
    others = sorted(path.name for path in shipped_folder().iterdir() if path not in FILES)
    assert others == ["schema.json", "vocabulary"]
    assert [path.name for path in (shipped_folder() / "vocabulary").iterdir()] == ["techniques.toml"]


def test_no_two_reports_share_a_name_after_folding() -> None:
    owners: dict[str, set[str]] = {}
    for report in REPORTS:
        for name in (report.id, report.name, *report.aliases):
            owners.setdefault(fold_name(name), set()).add(report.id)
    assert {name: ids for name, ids in owners.items() if len(ids) > 1} == {}


def test_no_alias_says_what_folding_finds_anyway() -> None:
    for report in REPORTS:
        folded = [fold_name(name) for name in (report.name, *report.aliases)]
        assert [name for name, count in Counter(folded).items() if count > 1] == [], report.id


def test_the_two_versions_of_tulu_3_are_told_apart() -> None:
    old, new = report_of("tulu-3"), report_of("tulu-3-2025")
    assert (old.number, old.name, old.date, old.arxiv_version) == (34, "Tülu 3", datetime.date(2024, 12, 6), "v2")
    assert (new.number, new.date, new.arxiv_version) == (20, datetime.date(2025, 4, 14), "v5")
    assert new.name == "Tülu 3 (2025 version)"
    assert old.links.arxiv == new.links.arxiv == "2411.15124"
    assert old.first_published == new.first_published == datetime.date(2024, 11, 22)


def test_the_vocabulary_holds_techniques_of_known_kinds_with_names_of_their_own() -> None:
    assert len(VOCABULARY) > 100
    assert {technique.kind for technique in VOCABULARY.values()} <= set(TECHNIQUE_KINDS)
    owners: dict[str, set[str]] = {}
    for technique in VOCABULARY.values():
        for name in technique.names:
            owners.setdefault(fold_name(name), set()).add(technique.id)
    assert {name: ids for name, ids in owners.items() if len(ids) > 1} == {}


def test_every_entry_of_the_vocabulary_is_a_technique() -> None:
    with open(shipped_folder() / "vocabulary" / "techniques.toml", "rb") as file:
        assert list(tomllib.load(file)) == list(VOCABULARY)


def test_every_technique_is_used_by_a_report() -> None:
    used = {technique for report in REPORTS for technique in report.techniques}
    assert sorted(set(VOCABULARY) - used) == []


@each_report
def test_techniques_are_in_the_vocabulary(report: Report) -> None:
    assert [technique for technique in report.techniques if technique not in VOCABULARY] == []


@each_report
def test_closed_lists_hold(report: Report) -> None:
    assert set(report.tags) <= set(TAGS)
    assert report.tags
    assert {report.architecture.type, *(model.type for model in report.models)} <= {*TYPES, None}
    assert {note.topic for note in report.notes} <= set(TOPICS)
    assert {note.origin for note in report.notes} <= set(ORIGINS)
    assert set(report.posttraining.rl_family) <= set(RL_FAMILIES)


@each_report
def test_no_list_says_a_thing_twice(report: Report) -> None:
    for field in FIELDS:
        value = field.get(report)
        if field.kind == "texts" and not field.in_array:
            assert [item for item, count in Counter(value).items() if count > 1] == [], field.path


@each_report
def test_the_flagship_is_one_of_the_models(report: Report) -> None:
    assert report.flagship in {None, *(model.name for model in report.models)}
    assert len({model.name for model in report.models}) == len(report.models)


@each_report
def test_texts_keep_to_their_lengths(report: Report) -> None:
    assert len(report.summary) <= 180
    assert [note.text for note in report.notes if len(note.text) > 280] == []
    assert [detail for note in report.notes for detail in note.detail if len(detail) > 220] == []


@each_report
def test_figures_agree_with_one_another(report: Report) -> None:
    for model in report.models:
        if model.active_parameters and model.parameters:
            assert model.active_parameters <= model.parameters
    architecture = report.architecture
    if architecture.experts_active and architecture.experts_total:
        assert architecture.experts_active <= architecture.experts_total
    if report.first_published and report.first_published > report.date:
        assert "date" in report.confidence or "first_published" in report.confidence


@each_report
def test_no_text_holds_what_a_terminal_obeys(report: Report) -> None:
    text = (shipped_folder() / f"{report.id}.toml").read_text(encoding="utf-8")
    assert {letter for letter in text if not letter.isprintable()} == {"\n"}


@each_report
def test_links_are_addresses(report: Report) -> None:
    links = report.links
    addresses = [*links.huggingface, *links.code, *links.page, *filter(None, [links.pdf])]
    assert addresses
    assert [address for address in addresses if not address.startswith(("https://", "http://"))] == []
    assert links.arxiv is None or len(links.arxiv) == 10
    if links.arxiv and links.pdf and "arxiv.org" in links.pdf:
        assert links.arxiv in links.pdf


@each_report
def test_every_source_and_doubt_names_a_field_of_the_entry(report: Report) -> None:
    paths = {field.path for field in FIELDS}
    known = paths | {path.partition(".")[0] for path in paths}
    assert sorted(key for key in (*report.sources, *report.confidence) if key not in known) == []


@each_report
def test_every_key_of_the_file_is_a_field(report: Report) -> None:
    paths = {field.path for field in FIELDS}
    assert sorted(path for path in paths_of(raw(report.id)) if path not in paths) == []


def paths_of(table: dict[str, Any], before: str = "") -> set[str]:
    found: set[str] = set()
    for key, value in table.items():
        path = before + key
        inner = value if isinstance(value, list) else [value]
        if path in ("sources", "confidence") or not any(isinstance(item, dict) for item in inner):
            found.add(path)
        else:
            found = found.union(*(paths_of(item, path + ".") for item in inner))
    return found


def test_the_folder_is_the_one_of_this_clone() -> None:
    assert shipped_folder().resolve() == Path(__file__).parents[1] / "catalog"
