"""A typed name means one report, and a model if it is the name of one; nothing is guessed."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from makers import MemoryRegister, a_report, shipped_reports
from reportcli.errors import AmbiguousName, UnknownName
from reportcli.query.names import (
    NAME_SPELLING,
    complete_name,
    find_report,
    ids_meant,
    parse_arxiv_number,
    spellings_of,
    without_remark,
)
from reportcli.report.fields import Links, Model, Report

SHIPPED = MemoryRegister(shipped_reports().values())


def small(
    report_id: str, name: str, *models: str, aliases: tuple[str, ...] = (), arxiv: str = "", version: str = ""
) -> Report:
    return a_report(
        report_id, name=name, aliases=aliases, arxiv_version=version or None, links=Links(arxiv=arxiv or None),
        models=tuple(Model(name=model) for model in models),
    )  # fmt: skip


def look_up(text: str, *reports: Report) -> tuple[str, str | None]:
    """Return the id of the report and the name of the model that a text means, in the shipped catalogue by default."""
    match = find_report(text, MemoryRegister(reports) if reports else SHIPPED)
    return match.report.id, match.model and match.model.name


def candidates(text: str, *reports: Report) -> tuple[str, ...]:
    """Return the candidates of an ambiguous name."""
    with pytest.raises(AmbiguousName) as raised:
        look_up(text, *reports)
    return raised.value.did_you_mean


IDS_BY_NAME = {
    "qwen3": "qwen3", "QWEN3": "qwen3", "Qwen 3": "qwen3", "  qwen-3 ": "qwen3", "dots.llm1": "dots.llm1",
    "dots llm1": "dots.llm1", "dots1": "dots.llm1", "TULU 3": "tulu-3", "Tülu 3": "tulu-3",
    "tulu-3-2025": "tulu-3-2025", "Tulu 3 (2025 version)": "tulu-3-2025", "TULU 3 v5": "tulu-3-2025",
    "R1": "deepseek-r1", "k1.5": "kimi-k1.5", "Seed Thinking v1.5": "seed1.5-thinking", "Llama 3.1": "llama-3",
}  # fmt: skip
MODELS_BY_NAME = {
    "Qwen3-32B": ("qwen3", "Qwen3-32B"), "qwen3 32b": ("qwen3", "Qwen3-32B"),
    "Qwen3-Reranker-4B": ("qwen3-embedding", "Qwen3-Reranker-4B"), "LN-Super": ("llama-nemotron", "LN-Super"),
    "Llama-3.1-Tulu-3-405B": ("tulu-3-2025", "Llama-3.1-Tulu-3-405B"),
    # also the name of a report
    "Phi-4-Mini": ("phi-4-mini", "Phi-4-Mini"), "phi 4 mini": ("phi-4-mini", "Phi-4-Mini"),
    "Phi-4-Multimodal": ("phi-4-mini", "Phi-4-Multimodal"), "DeepSeek-R1": ("deepseek-r1", "DeepSeek-R1"),
    "DeepSeek-R1-Zero": ("deepseek-r1", "DeepSeek-R1-Zero"), "Phi-4": ("phi-4", "phi-4"),
}  # fmt: skip
QWEN3_ON_ARXIV = (
    "2505.09388", " 2505.09388 ", "2505.09388v1", "2505.09388V1", "arXiv:2505.09388", "arxiv:2505.09388v1",
    "https://arxiv.org/abs/2505.09388", "https://arxiv.org/abs/2505.09388v1", "https://arxiv.org/abs/2505.09388/",
    "http://arxiv.org/abs/2505.09388", "HTTPS://arXiv.org/abs/2505.09388", "https://www.arxiv.org/abs/2505.09388",
    "https://export.arxiv.org/abs/2505.09388", "https://arxiv.org/pdf/2505.09388",
    "https://arxiv.org/pdf/2505.09388v1.pdf", "https://arxiv.org/html/2505.09388v1",
)  # fmt: skip
IDS_BY_BEGINNING = {
    "magis": "magistral", "Acer": "acereason-nemotron-1.1", "dots": "dots.llm1", "phi-4-r": "phi-4-reasoning",
    "seed1.5-t": "seed1.5-thinking", "openth": "openthoughts", "ring": "ring-lite", "xiaomi mimo-": "mimo",
}  # fmt: skip


def test_a_report_is_found_by_id_name_alias_or_a_unique_beginning_of_one() -> None:
    expected = {text: (report_id, None) for text, report_id in (IDS_BY_NAME | IDS_BY_BEGINNING).items()}
    assert {text: look_up(text) for text in expected} == expected


def test_a_model_is_found_with_its_report() -> None:
    assert {text: look_up(text) for text in MODELS_BY_NAME} == MODELS_BY_NAME


def test_every_shipped_report_is_found_by_its_id_and_by_its_name() -> None:
    for spelling in SHIPPED.spellings():
        if spelling.kind <= NAME_SPELLING:
            assert look_up(spelling.written)[0] == spelling.report


def test_a_report_is_found_by_its_number_or_address_on_arxiv() -> None:
    assert {text: look_up(text) for text in QWEN3_ON_ARXIV} == dict.fromkeys(QWEN3_ON_ARXIV, ("qwen3", None))


def test_a_version_picks_the_entry_with_that_version() -> None:
    assert look_up("2411.15124v2") == look_up("https://arxiv.org/pdf/2411.15124V2.pdf") == ("tulu-3", None)
    assert look_up("2411.15124v5") == look_up("https://arxiv.org/abs/2411.15124v5") == ("tulu-3-2025", None)
    for text in ("2411.15124", "https://arxiv.org/abs/2411.15124", "2411.15124v3"):
        assert candidates(text) == ("tulu-3", "tulu-3-2025")
    assert look_up("2505.09388v7", small("one", "First", arxiv="2505.09388", version="v2")) == ("one", None)


@pytest.mark.parametrize(
    "text",
    [
        "2505.99999", "https://arxiv.org/abs/2505.99999", "https://example.org/2505.09388", "2505.0938", "Qwen3-23",
        "", " ", "-", " . - ", "\n",
    ],
)  # fmt: skip
def test_unknown_numbers_beginnings_of_numbers_and_models_and_empty_texts_are_no_names(text: str) -> None:
    with pytest.raises(UnknownName) as raised:
        look_up(text)
    assert len(raised.value.did_you_mean) <= 3


def test_a_beginning_of_several_names_is_ambiguous() -> None:
    with pytest.raises(AmbiguousName) as raised:
        look_up("Kimi")
    assert raised.value.did_you_mean == ("kimi-audio", "kimi-k1.5", "kimi-vl")
    assert raised.value.message == "'Kimi' is ambiguous"
    assert raised.value.hint == "use one of: kimi-audio, kimi-k1.5, kimi-vl"
    assert raised.value.exit_code == 2


def test_a_name_or_model_of_two_reports_is_ambiguous() -> None:
    assert candidates("llama 3.1 tulu 3 8b") == ("tulu-3", "tulu-3-2025")
    assert candidates("qwen 3", small("b", "Qwen3"), small("a", "Other", aliases=("QWEN-3",))) == ("a", "b")


def test_an_id_as_written_means_its_report_even_if_another_folds_to_the_same() -> None:
    reports = small("a b", "One"), small("a-b", "Two"), small("ab", "Three")
    assert [look_up(report.id, *reports)[0] for report in reports] == ["a b", "a-b", "ab"]
    assert candidates("A B", *reports) == ("a b", "a-b", "ab")


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("Quen3", "did you mean Qwen3?"),
        ("deepsek-r1", "did you mean DeepSeek-R1, DeepSeek-V3 or DeepSeek-R1-Zero?"),
        ("zzzzzzzzzzzz", "`reportcli list` lists them"),
    ],
)
def test_an_unknown_name_comes_with_the_nearest_if_any_is_near(text: str, hint: str) -> None:
    with pytest.raises(UnknownName) as raised:
        look_up(text)
    assert raised.value.message == f"no report named {text!r}"
    assert raised.value.hint == hint
    assert raised.value.exit_code == 2


FIRST, SECOND = small("one", "First", "Alpha"), small("two", "Second", aliases=("alpha",))
ON_ARXIV = small("two", "Second", arxiv="2505.09388")


@pytest.mark.parametrize(
    ("text", "reports", "expected"),
    [
        pytest.param("BETA", (small("a", "Beta"), small("beta", "B")), ("beta", None), id="id before name"),
        pytest.param("Beta", (small("a", "Beta"), small("beta", "B")), ("a", None), id="as written before folded"),
        pytest.param("ALPHA", (FIRST, SECOND), ("two", None), id="alias before model"),
        pytest.param("alpha", (FIRST, small("two", "Alphabet")), ("one", "Alpha"), id="model before beginning"),
        pytest.param("2505.09388", (small("one", "2505.09388"), ON_ARXIV), ("one", None), id="name before number"),
        pytest.param(
            "2505.09388", (small("one", "2505.09388 and more"), ON_ARXIV), ("two", None), id="number before beginning"
        ),
        pytest.param("alp", (small("a", "Alpha", "Alpha", aliases=("ALPHA",)),), ("a", None), id="twice the same"),
    ],
)
def test_the_first_step_that_finds_a_report_decides(
    text: str, reports: tuple[Report, ...], expected: tuple[str, str | None]
) -> None:
    assert look_up(text, *reports) == expected


def test_a_report_has_its_id_name_aliases_models_and_number_as_spellings() -> None:
    report = small("dots.llm1", "Dots", "dots.inst", aliases=("dots1",), arxiv="2506.05767")
    assert [(spelling.folded, spelling.written, spelling.report) for spelling in spellings_of(report)] == [
        ("dotsllm1", "dots.llm1", "dots.llm1"),
        ("dots", "Dots", "dots.llm1"),
        ("dots1", "dots1", "dots.llm1"),
        ("dotsinst", "dots.inst", "dots.llm1"),
        ("2506.05767", "2506.05767", "dots.llm1"),
    ]


@given(st.text())
def test_any_text_is_found_or_an_error(text: str) -> None:
    reports = small("qwen3", "Qwen3", "Qwen3-32B", arxiv="2505.09388"), small("tulu-3", "Tülu 3")
    with contextlib.suppress(UnknownName, AmbiguousName):
        assert look_up(text, *reports)[0] in ("qwen3", "tulu-3")
    number = parse_arxiv_number(text)
    assert number is None or number[0] in text


def test_a_base_model_is_found_without_a_remark_in_brackets() -> None:
    assert ids_meant("Qwen 3 (base, 4-bit)", SHIPPED) == ["qwen3"]
    assert ids_meant("Tulu 3 (2025 version)", SHIPPED) == ["tulu-3-2025"]
    assert ids_meant("Qwen3-32B-Instruct-2507 (judge)", SHIPPED) == ["qwen3"]
    assert ids_meant("DeepSeek-V3-0324", SHIPPED) == ["deepseek-v3"]
    assert ids_meant("Qwen 9", SHIPPED) == []
    assert [without_remark(name) for name in ("A (b) c", "A [b", "(b)")] == ["A", "A", "(b)"]


def completions(text: str, *reports: Report) -> list[str]:
    return [spelling.written for spelling in complete_name(text, MemoryRegister(reports))]


def test_a_beginning_is_completed_to_ids() -> None:
    reports = small("qwen3", "Qwen3", "Qwen3-8B"), small("qwen2.5", "Qwen 2.5", aliases=("QW",)), small("mimo", "MiMo")
    assert completions("Qw", *reports) == ["qwen2.5", "qwen3"]
    assert completions("", *reports) == ["mimo", "qwen2.5", "qwen3"]
    assert completions("x", *reports) == []


def test_a_beginning_is_completed_to_other_names_if_it_is_an_id_or_begins_none() -> None:
    reports = (
        small("qwen3", "Qwen3", "Qwen3-8B", "Qwen3-32B", arxiv="2505.09388"),
        small("qwen3-embedding", "Qwen3 Embedding"),
        small("deepseek-r1", "DeepSeek-R1", aliases=("R1", "DeepSeek R1")),
    )
    assert completions("qwen3-", *reports) == ["qwen3", "Qwen3-32B", "Qwen3-8B", "qwen3-embedding"]
    assert completions("qwen3-3", *reports) == ["Qwen3-32B"]
    assert completions("r", *reports) == ["R1"]
    assert completions("deepseek-r1", *reports) == ["deepseek-r1"]
    assert completions("2505", *reports) == []
