"""What a new entry starts from: templates that become entries, records of JSON, papers of arXiv."""

import datetime
import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reportcli.answer.details import full_record
from reportcli.catalog.files import read_report, read_text, shipped_folder
from reportcli.curate.arxiv import Paper
from reportcli.curate.template import (
    Template,
    empty_template,
    strip_template,
    template_from_paper,
    template_from_text,
    write_template,
)
from reportcli.errors import UsageError
from reportcli.report.fields import FIELDS, MAP
from reportcli.report.parse import parse_report
from reportcli.report.toml import to_toml
from reportcli.report.toml_lines import split_schema_line

SOME = [shipped_folder() / f"{name}.toml" for name in ("qwen3", "dots.llm1", "kimi-vl")]
PAPER = Paper(
    "2505.09388", 2, "Qwen3 Technical Report", "We present Qwen3. It thinks.", datetime.date(2025, 5, 14),
    datetime.date(2025, 6, 1), subject_class="cs.CL",
)  # fmt: skip


def text_of(path: Path) -> str:
    """Return the text of a shipped entry without the line that names its schema."""
    return split_schema_line(read_text(path))[1]


def keys(table: dict[str, Any]) -> set[str]:
    """Return the paths of a parsed entry, as the list of fields writes them."""
    found = set()
    for key, value in table.items():
        inner = value[0] if isinstance(value, list) and isinstance(value[0], dict) else value
        found |= {f"{key}.{name}" for name in keys(inner)} if isinstance(inner, dict) and key not in MAPS else {key}
    return found


MAPS = {field.path for field in FIELDS if field.kind == MAP}


# The template.


def test_a_template_explains_every_key_and_holds_none() -> None:
    text = empty_template().text
    lines = text.splitlines()
    assert tomllib.loads(text) == {
        "links": {},
        "architecture": {},
        "pretraining": {},
        "posttraining": {},
        "sources": {},
        "confidence": {},
    }
    for field in FIELDS[1:]:
        assert any(line.startswith(f"## {field.info.help}") for line in lines), field.path
    assert [line for line in lines if line.startswith("## short name")] == ["## short name; required"]
    assert "## one sentence; required; at most 180 characters" in lines
    assert "## kind of model; one of dense, moe, diffusion, other" in lines
    assert "## techniques it uses; ids that `reportcli term` lists" in lines


def test_every_key_of_a_template_is_right_as_soon_as_its_sign_is_taken_away() -> None:
    table = tomllib.loads(re.sub(r"(?m)^# ", "", empty_template().text))
    assert keys(table) == {field.path for field in FIELDS[1:]}
    report, problems = parse_report("x", table)
    assert problems == []
    assert report is not None


def test_an_untouched_template_leaves_nothing_but_headers() -> None:
    assert strip_template(empty_template().text).split() == [
        "[links]", "[architecture]", "[pretraining]", "[posttraining]", "[sources]", "[confidence]",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ('## short name; required\nname = "X"\n', 'name = "X"\n'),
        ('# mine\n## short name; required\nname = "X"  # mine too\n', '# mine\nname = "X"  # mine too\n'),
        ('a = """\n## short name; required\n"""\n', 'a = """\n## short name; required\n"""\n'),
        ("a = '''\n\n\n## short name; required\\'''\n# mine\n", "a = '''\n\n\n## short name; required\\'''\n# mine\n"),
        ('a = 1\n\n## short name; required\n# name = "Qwen3"\n\nb = 2\n', "a = 1\n\nb = 2\n"),
        ('a = 1\n\n\n\nb = 2\n', "a = 1\n\n\n\nb = 2\n"),
        ('# name = "Other"\n', '# name = "Other"\n'),
        ("", ""),
    ],
)  # fmt: skip
def test_only_the_comments_of_a_template_go(text: str, left: str) -> None:
    assert strip_template(text) == left


def test_an_entry_in_a_template_is_the_same_entry() -> None:
    for path in SOME:
        table = tomllib.loads(text_of(path))
        for remarks in (None, ("Look.",)):
            report, problems = parse_report(path.stem, tomllib.loads(write_template(table, remarks)))
            assert problems == []
            assert report is not None
            assert to_toml(report) == text_of(path)
        assert write_template(table) == text_of(path)


# JSON.


@pytest.mark.parametrize("shape", ["object", "array", "search"])
def test_a_record_is_the_entry_that_it_was_made_of(shape: str) -> None:
    for path in SOME:
        record = full_record(read_report(str(path)))
        if shape == "search":
            record |= {"score": 3.5, "matches": [{"field": "name", "weight": 1.0, "text": "x", "words": []}]}
        text = json.dumps([record] if shape == "array" else record, indent=2)
        assert template_from_text(text, "x.json", explained=False) == Template(text_of(path), path.stem, made=True)


def test_what_is_wrong_in_a_record_is_kept_for_the_check() -> None:
    record = {
        "id": "../x", "name": 7, "date": "2025-02-30", "nmae": "x", "links": "y", "models": [3], "derived": {"a": 1},
        "sources": [], "summary": None, "pretraining": {"tokens": "36T", "unheard": {"of": 1}}, "fax": {"a": 1},
    }  # fmt: skip
    text, entry_id, *_ = template_from_text(json.dumps(record), "x.json", explained=False)
    assert entry_id == ""
    assert tomllib.loads(text) == {
        "name": 7, "date": "2025-02-30", "nmae": "x", "links": "y", "models": [3],
        "pretraining": {"tokens": "36T", "unheard": {"of": 1}}, "fax": {"a": 1},
    }  # fmt: skip


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(st.characters(codec="utf-8")),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)
KEYS = st.sampled_from(sorted({part for field in FIELDS[1:] for part in field.path.split(".")})) | st.text(
    st.characters(codec="utf-8"), max_size=4
)


@given(
    st.dictionaries(
        KEYS,
        JSON | st.dictionaries(KEYS, JSON, max_size=4) | st.lists(st.dictionaries(KEYS, JSON, max_size=3), max_size=2),
        max_size=5,
    ),
    st.booleans(),
)
def test_any_record_becomes_toml(record: dict[str, Any], explained: bool) -> None:
    text, *_ = template_from_text(json.dumps(record), "x.json", explained)
    said = {key: value for key, value in without_unknown(record).items() if key not in COMPUTED}
    assert {key: value for key, value in tomllib.loads(text).items() if value != {}} == said


COMPUTED = ("id", "derived", "score", "matches")


def without_unknown(value: Any) -> Any:
    if isinstance(value, dict):
        items = {key: without_unknown(item) for key, item in value.items()}
        return {key: item for key, item in items.items() if item not in (None, [], {}) or item is False or item == 0}
    return [without_unknown(item) for item in value if item is not None] if isinstance(value, list) else value


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"name": ', "x.json is not JSON: "),
        ("[" + '{"a": [' * 100_000, "x.json is not JSON: "),
        ('{"a": 1} {"b": 2}', "x.json is not JSON: Extra data"),
        ("[]", "x.json contains 0 records"),
        ('[{"a": 1}, {"b": 2}]', "x.json contains 2 records"),
        (r'{"name": "\ud800"}', r"x.json contains half a character: '\ud800'"),
    ],
)
def test_json_that_is_no_record_is_refused(text: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        template_from_text(text, "x.json", explained=False)
    assert caught.value.message.startswith(said)


@pytest.mark.parametrize("text", ["", 'name = "X"\n', "[links]\n", "[[models]]\n", "# {\n", "nonsense", " [ links ]\n"])
def test_what_is_not_json_is_taken_as_it_is(text: str) -> None:
    assert template_from_text(text, "x.toml", explained=True) == Template(text)


# Papers.


def known(paper: Paper) -> dict[str, Any]:
    return {key: value for key, value in tomllib.loads(template_from_paper(paper).text).items() if value != {}}


def test_a_paper_gives_what_arxiv_knows_and_nothing_else() -> None:
    assert known(PAPER) == {
        "name": "Qwen3",
        "title": "Qwen3 Technical Report",
        "date": datetime.date(2025, 5, 14),
        "arxiv_class": "cs.CL",
        "summary": "We present Qwen3.",
        "links": {"arxiv": "2505.09388", "pdf": "https://arxiv.org/pdf/2505.09388"},
    }


def test_a_version_that_is_asked_for_gives_its_own_date() -> None:
    found = known(PAPER._replace(chosen=True))
    assert (found["arxiv_version"], found["date"], found["first_published"]) == (
        "v2", datetime.date(2025, 6, 1), datetime.date(2025, 5, 14),
    )  # fmt: skip
    assert found["links"]["pdf"] == "https://arxiv.org/pdf/2505.09388v2"
    first = known(PAPER._replace(chosen=True, version=1, updated=PAPER.published))
    assert "arxiv_version" not in first
    assert first["date"] == PAPER.published
    assert first["links"]["pdf"] == "https://arxiv.org/pdf/2505.09388v1"


def test_the_template_of_a_paper_names_what_a_person_must_say() -> None:
    lines = template_from_paper(PAPER).text.splitlines()
    assert "## who wrote it; required" in lines
    assert '# organizations = ["Alibaba Qwen"]' in lines
    assert '# tags = ["language-model"]' in lines
    assert any("say it in your own words" in line for line in lines)
    assert strip_template(template_from_paper(PAPER).text).count("#") == 0


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Qwen3 Technical Report", "Qwen3"),
        ("DeepSeek-R1: Incentivizing Reasoning Capability", "DeepSeek-R1"),
        ("Phi-4-Mini Technical Report: Compact yet Powerful", "Phi-4-Mini"),
        ("Gemma tech report", "Gemma"),
        ("The Llama 3 Herd of Models", "The Llama 3 Herd of Models"),
        ("Technical Report", "Technical Report"),
        (": a beginning", ": a beginning"),
    ],
)
def test_the_name_is_what_the_title_begins_with(title: str, name: str) -> None:
    assert known(PAPER._replace(title=title))["name"] == name


@pytest.mark.parametrize(
    ("abstract", "summary"),
    [
        ("One. Two.", "One."),
        ("2.5T tokens, e.g. The Pile, as Smith et al. Did. So.", "2.5T tokens, e.g. The Pile, as Smith et al. Did."),
        ("Is it? Yes! It is.", "Is it?"),
        ("no end", "no end"),
    ],
)  # fmt: skip
def test_the_summary_is_the_first_sentence(abstract: str, summary: str) -> None:
    assert known(PAPER._replace(abstract=abstract))["summary"] == summary


def test_an_abstract_that_is_empty_gives_no_summary() -> None:
    assert "summary" not in known(PAPER._replace(abstract=""))


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1))
def test_a_summary_is_never_too_long(abstract: str) -> None:
    abstract = " ".join(abstract.split())
    assert len(known(PAPER._replace(abstract=abstract)).get("summary", "")) <= 180
    assert len(known(PAPER._replace(abstract="word " * 100))["summary"]) <= 180


def test_a_long_sentence_is_cut_at_a_word() -> None:
    assert known(PAPER._replace(abstract="word " * 100))["summary"] == "word " * 35 + "word…"
    assert known(PAPER._replace(abstract="w" * 500))["summary"] == "w" * 179 + "…"
