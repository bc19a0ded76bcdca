"""The shipped catalogue, which grows: it passes ``check``, and keeps what ``check`` does not ask for."""

import datetime
import re
import tomllib
from collections import Counter

from conftest import CATALOG, SHIPPED_FOLDER
from reportcli.catalog.files import read_report, read_vocabularies, vocabulary_files
from reportcli.curate.check import check
from reportcli.report.fields import FIELDS
from reportcli.text import fold_name

REPORTS = [read_report(str(path)) for path in sorted(SHIPPED_FOLDER.glob("*.toml"))]
VOCABULARY = read_vocabularies(vocabulary_files([SHIPPED_FOLDER]))

# As the reading list has them.
LIST = """\
1 Ring-lite 2025-06-18; 2 Gemini 2.5 2025-06-17; 3 AceReason-Nemotron 1.1 2025-06-18; 4 MiniMax-M1 2025-06-16;
5 Magistral 2025-06-12; 6 dots.llm1 2025-06-06; 7 Qwen3 Embedding 2025-06-05; 8 OpenThoughts 2025-06-05;
9 MiMo-VL 2025-06-04; 10 Qwen3 2025-05-14; 11 Llama-Nemotron 2025-05-14; 12 MiMo 2025-05-12; 13 Seed1.5-VL 2025-05-11;
14 Phi-4-reasoning 2025-04-30; 15 Seed1.5-Thinking 2025-04-29; 16 Kimi-Audio 2025-04-25; 17 Trillion-7B 2025-04-21;
18 Seedream 3.0 2025-04-16; 19 Kimi-VL 2025-04-15; 20 Tülu 3 (2025 version) 2025-04-14; 21 Qwen2.5-Omni 2025-03-26;
22 Gemma 3 2025-03-25; 23 Phi-4-Mini 2025-03-07; 24 Qwen2.5-VL 2025-02-19; 25 Janus-Pro 2025-01-29;
26 DeepSeek-R1 2025-01-20; 27 Kimi k1.5 2025-01-20; 28 MiniMax-01 2025-01-15; 29 Qwen2.5-Math-PRM 2025-01-13;
30 OLMo 2 2024-12-31; 31 DeepSeek-V3 2024-12-16; 32 Qwen2.5 2024-12-19; 33 Phi-4 2024-12-12; 34 Tülu 3 2024-12-06;
35 Llama 3 2024-08-15; 36 OLMo 2024-07-07;
"""


def test_the_folder_is_the_one_of_this_clone() -> None:
    assert SHIPPED_FOLDER.resolve() == CATALOG


def test_check_finds_no_problem() -> None:
    found = check([SHIPPED_FOLDER])
    assert [finding for finding in found.findings if finding.severity != "remark"] == []


def test_the_reading_list_is_here_number_by_number() -> None:
    listed = sorted((report for report in REPORTS if report.number), key=lambda report: report.number or 0)
    assert [f"{report.number} {report.name} {report.date}" for report in listed] == re.split(r";\s", LIST)[:-1]


def test_the_folder_holds_the_reports_the_schema_and_the_vocabulary() -> None:
    files = {path.relative_to(SHIPPED_FOLDER).as_posix() for path in SHIPPED_FOLDER.rglob("*.*")}
    assert files == {f"{report.id}.toml" for report in REPORTS} | {"schema.json", "vocabulary/techniques.toml"}


def test_the_two_versions_of_tulu_3_are_distinct() -> None:
    versions = (report for report in REPORTS if report.links.arxiv == "2411.15124")
    new, old = sorted(versions, key=lambda report: report.date, reverse=True)
    assert (old.number, old.name, old.date, old.arxiv_version) == (34, "Tülu 3", datetime.date(2024, 12, 6), "v2")
    assert (new.number, new.date, new.arxiv_version) == (20, datetime.date(2025, 4, 14), "v5")
    assert new.name == "Tülu 3 (2025 version)"
    assert old.first_published == new.first_published == datetime.date(2024, 11, 22)


def test_no_two_reports_share_a_name() -> None:
    owners = Counter(
        name for report in REPORTS for name in {fold_name(text) for text in (report.id, report.name, *report.aliases)}
    )
    assert [name for name, count in owners.items() if count > 1] == []


def test_no_list_repeats_a_value() -> None:
    for report in REPORTS:
        for field in FIELDS:
            values = field.get(report)
            if field.kind == "texts" and not field.in_array:
                assert len(set(values)) == len(values), (report.id, field.path)
        assert len({model.name for model in report.models}) == len(report.models), report.id


def test_every_technique_is_read_used_and_found_by_each_of_its_names() -> None:
    text = (SHIPPED_FOLDER / "vocabulary" / "techniques.toml").read_text(encoding="utf-8")
    assert list(tomllib.loads(text)) == list(VOCABULARY)
    assert len(VOCABULARY) > 100
    assert set(VOCABULARY) == {technique for report in REPORTS for technique in report.techniques}
    for technique_id in VOCABULARY:
        assert {VOCABULARY.find(name) for name in VOCABULARY.names(technique_id)} == {technique_id}
    usual = {"mixture of experts": "moe", "MRoPE": "mrope", "QK-Norm": "qk-norm", "4-D parallelism": "4d-parallelism"}
    assert {name: VOCABULARY.find(name) for name in usual} == usual
