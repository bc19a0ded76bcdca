"""A typed name means one report, and the model where one is meant; nothing is guessed."""

import contextlib
import datetime
import tomllib
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import CATALOG
from reportcli.errors import AmbiguousName, UnknownName
from reportcli.query.names import ReportMatch, Spelling, complete_name, find_report, spellings_of
from reportcli.report.fields import Links, Model, Report
from reportcli.report.parse import parse_report


class Shelf:
    """Reports in memory, asked as the finder asks."""

    def __init__(self, reports: Iterable[Report]) -> None:
        self._reports = {report.id: report for report in reports}
        self._known = [known for report in self._reports.values() for known in spellings_of(report)]

    def spelled_as(self, folded: str) -> list[Spelling]:
        return [known for known in self._known if known.folded == folded]

    def starting_with(self, folded: str, kind: int = 0) -> list[Spelling]:
        return [one for one in self._known if one.folded.startswith(folded) and kind in (0, one.kind)]

    def spellings(self) -> list[Spelling]:
        return self._known

    def report(self, id: str) -> Report:
        return self._reports[id]


def small(
    id: str, name: str, *models: str, aliases: tuple[str, ...] = (), arxiv: str = "", version: str = ""
) -> Report:
    return Report(
        id=id, name=name, title=name, aliases=aliases, organizations=("Z",), date=datetime.date(2025, 1, 1),
        summary="S", tags=("moe",), arxiv_version=version or None, links=Links(arxiv=arxiv or None),
        models=tuple(Model(name=model) for model in models),
    )  # fmt: skip


@pytest.fixture(scope="module")
def shipped() -> Shelf:
    reports = []
    for path in sorted(CATALOG.glob("*.toml")):
        report, problems = parse_report(path.stem, tomllib.loads(path.read_text(encoding="utf-8")))
        assert problems == []
        assert report is not None
        reports.append(report)
    return Shelf(reports)


def meant(found: ReportMatch) -> tuple[str, str | None]:
    return found.report.id, found.model.name if found.model else None


@pytest.mark.parametrize(
    ("text", "id"),
    [
        ("qwen3", "qwen3"),
        ("QWEN3", "qwen3"),
        ("Qwen 3", "qwen3"),
        ("  qwen-3 ", "qwen3"),
        ("dots.llm1", "dots.llm1"),
        ("dots llm1", "dots.llm1"),
        ("dots1", "dots.llm1"),
        ("TULU 3", "tulu-3"),
        ("Tülu 3", "tulu-3"),
        ("tulu-3-2025", "tulu-3-2025"),
        ("Tulu 3 (2025 version)", "tulu-3-2025"),
        ("TULU 3 v5", "tulu-3-2025"),
        ("R1", "deepseek-r1"),
        ("k1.5", "kimi-k1.5"),
        ("Seed Thinking v1.5", "seed1.5-thinking"),
        ("Llama 3.1", "llama-3"),
    ],
)
def test_a_report_is_found_by_id_name_or_alias(shipped: Shelf, text: str, id: str) -> None:
    assert meant(find_report(text, shipped)) == (id, None)


def test_an_id_as_it_is_means_its_report_also_where_another_folds_to_the_same() -> None:
    shelf = Shelf([small("a b", "One"), small("a-b", "Two"), small("ab", "Three")])
    assert [meant(find_report(id, shelf))[0] for id in ("a b", "a-b", "ab")] == ["a b", "a-b", "ab"]
    with pytest.raises(AmbiguousName):
        find_report("A B", shelf)


@pytest.mark.parametrize(
    ("text", "id", "model"),
    [
        ("Qwen3-32B", "qwen3", "Qwen3-32B"),
        ("qwen3 32b", "qwen3", "Qwen3-32B"),
        ("Qwen3-Reranker-4B", "qwen3-embedding", "Qwen3-Reranker-4B"),
        ("LN-Super", "llama-nemotron", "LN-Super"),
        ("Gemma 3 1B", "gemma-3", "Gemma 3 1B"),
        ("OpenThinker2-32B", "openthoughts", "OpenThinker2-32B"),
        ("Llama-3.1-Tulu-3-405B", "tulu-3-2025", "Llama-3.1-Tulu-3-405B"),
    ],
)
def test_a_model_is_found_with_its_report(shipped: Shelf, text: str, id: str, model: str) -> None:
    assert meant(find_report(text, shipped)) == (id, model)


@pytest.mark.parametrize(
    ("text", "id", "model"),
    [
        ("Phi-4-Mini", "phi-4-mini", "Phi-4-Mini"),
        ("Phi-4-Multimodal", "phi-4-mini", "Phi-4-Multimodal"),
        ("phi 4 mini", "phi-4-mini", "Phi-4-Mini"),
        ("DeepSeek-R1", "deepseek-r1", "DeepSeek-R1"),
        ("DeepSeek-R1-Zero", "deepseek-r1", "DeepSeek-R1-Zero"),
        ("MiniMax-M1-40k", "minimax-m1", "MiniMax-M1-40k"),
        ("dots.llm1.base", "dots.llm1", "dots.llm1.base"),
        ("Phi-4", "phi-4", "phi-4"),
        ("Magistral Medium", "magistral", "Magistral Medium"),
    ],
)
def test_when_the_text_is_also_a_model_that_model_is_meant(shipped: Shelf, text: str, id: str, model: str) -> None:
    assert meant(find_report(text, shipped)) == (id, model)


@pytest.mark.parametrize(
    "text",
    [
        "2505.09388",
        " 2505.09388 ",
        "2505.09388v1",
        "2505.09388V1",
        "arXiv:2505.09388",
        "arxiv:2505.09388v1",
        "https://arxiv.org/abs/2505.09388",
        "https://arxiv.org/abs/2505.09388v1",
        "https://arxiv.org/abs/2505.09388/",
        "http://arxiv.org/abs/2505.09388",
        "HTTPS://arXiv.org/abs/2505.09388",
        "https://www.arxiv.org/abs/2505.09388",
        "https://export.arxiv.org/abs/2505.09388",
        "https://arxiv.org/pdf/2505.09388",
        "https://arxiv.org/pdf/2505.09388v1.pdf",
        "https://arxiv.org/html/2505.09388v1",
    ],
)
def test_a_report_is_found_by_its_number_or_address_on_arxiv(shipped: Shelf, text: str) -> None:
    assert meant(find_report(text, shipped)) == ("qwen3", None)


@pytest.mark.parametrize(
    ("text", "id"),
    [
        ("2411.15124v2", "tulu-3"),
        ("2411.15124v5", "tulu-3-2025"),
        ("https://arxiv.org/abs/2411.15124v5", "tulu-3-2025"),
        ("https://arxiv.org/pdf/2411.15124V2.pdf", "tulu-3"),
    ],
)
def test_a_version_picks_the_entry_with_that_version(shipped: Shelf, text: str, id: str) -> None:
    assert find_report(text, shipped).report.id == id


@pytest.mark.parametrize("text", ["2411.15124", "https://arxiv.org/abs/2411.15124", "2411.15124v3"])
def test_a_number_of_two_entries_without_a_deciding_version_is_ambiguous(shipped: Shelf, text: str) -> None:
    with pytest.raises(AmbiguousName) as caught:
        find_report(text, shipped)
    assert caught.value.candidates == ("tulu-3", "tulu-3-2025")


@pytest.mark.parametrize("text", ["2505.99999", "https://arxiv.org/abs/2505.99999", "https://example.org/2505.09388"])
def test_a_number_that_is_not_in_the_catalogue_is_unknown(shipped: Shelf, text: str) -> None:
    with pytest.raises(UnknownName):
        find_report(text, shipped)


@pytest.mark.parametrize(
    ("text", "id"),
    [
        ("magis", "magistral"),
        ("Acer", "acereason-nemotron-1.1"),
        ("dots", "dots.llm1"),
        ("phi-4-r", "phi-4-reasoning"),
        ("seed1.5-t", "seed1.5-thinking"),
        ("openth", "openthoughts"),
        ("ring", "ring-lite"),
        ("xiaomi mimo-", "mimo"),
    ],
)
def test_a_unique_beginning_of_a_name_is_enough(shipped: Shelf, text: str, id: str) -> None:
    assert meant(find_report(text, shipped)) == (id, None)


def test_a_beginning_of_several_names_is_ambiguous(shipped: Shelf) -> None:
    with pytest.raises(AmbiguousName) as caught:
        find_report("Kimi", shipped)
    assert caught.value.candidates == ("kimi-audio", "kimi-k1.5", "kimi-vl")
    assert str(caught.value) == "'Kimi' fits several reports"
    assert caught.value.hint == "write one of: kimi-audio, kimi-k1.5, kimi-vl"
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("text", ["Llama-3.1-Tulu-3-70B", "llama 3.1 tulu 3 8b"])
def test_a_model_of_two_reports_is_ambiguous_and_both_are_named(shipped: Shelf, text: str) -> None:
    with pytest.raises(AmbiguousName) as caught:
        find_report(text, shipped)
    assert caught.value.candidates == ("tulu-3", "tulu-3-2025")


@pytest.mark.parametrize(
    ("text", "first"),
    [("Quen3", "Qwen3"), ("deepsek-r1", "DeepSeek-R1"), ("Magistrall", "Magistral"), ("Qwen3-33B", "Qwen3-32B")],
)
def test_an_unknown_name_comes_with_the_nearest(shipped: Shelf, text: str, first: str) -> None:
    with pytest.raises(UnknownName) as caught:
        find_report(text, shipped)
    assert first in caught.value.nearest
    assert len(caught.value.nearest) <= 3
    assert str(caught.value) == f"no report is called {text!r}"
    assert caught.value.hint.startswith("did you mean ")
    assert first in caught.value.hint
    assert caught.value.exit_code == 2


def test_a_name_that_is_like_none_comes_without_a_guess(shipped: Shelf) -> None:
    with pytest.raises(UnknownName) as caught:
        find_report("zzzzzzzzzzzz", shipped)
    assert (caught.value.nearest, caught.value.hint) == ((), "")


@pytest.mark.parametrize("text", ["", " ", "-", " . - ", "\n"])
def test_an_empty_text_is_no_name(shipped: Shelf, text: str) -> None:
    with pytest.raises(UnknownName):
        find_report(text, shipped)


def test_an_id_goes_before_the_name_of_another_report() -> None:
    shelf = Shelf([small("alpha", "Beta"), small("beta", "Gamma")])
    assert meant(find_report("Beta", shelf)) == ("beta", None)


def test_a_name_or_alias_goes_before_the_model_of_another_report() -> None:
    shelf = Shelf([small("one", "First", "Alpha"), small("two", "Second", aliases=("alpha",))])
    assert meant(find_report("ALPHA", shelf)) == ("two", None)


def test_a_model_goes_before_the_beginning_of_a_name() -> None:
    shelf = Shelf([small("one", "First", "Alpha"), small("two", "Alphabet")])
    assert meant(find_report("alpha", shelf)) == ("one", "Alpha")


def test_a_name_that_looks_like_an_arxiv_number_goes_before_the_number() -> None:
    shelf = Shelf([small("one", "2505.09388"), small("two", "Second", arxiv="2505.09388")])
    assert meant(find_report("2505.09388", shelf)) == ("one", None)


def test_an_arxiv_number_goes_before_the_beginning_of_a_name() -> None:
    shelf = Shelf([small("one", "2505.09388 and more"), small("two", "Second", arxiv="2505.09388")])
    assert meant(find_report("2505.09388", shelf)) == ("two", None)


def test_the_beginning_of_an_arxiv_number_is_no_name() -> None:
    with pytest.raises(UnknownName):
        find_report("2505.0938", Shelf([small("two", "Second", arxiv="2505.09388")]))


def test_a_model_is_not_found_by_its_beginning() -> None:
    with pytest.raises(UnknownName):
        find_report("Qwen3-23", Shelf([small("one", "First", "Qwen3-235B-A22B")]))


def test_one_report_that_fits_twice_is_not_ambiguous() -> None:
    shelf = Shelf([small("alpha", "Alpha", "Alpha", aliases=("ALPHA", "alpha one"))])
    assert meant(find_report("alpha", shelf)) == ("alpha", "Alpha")
    assert meant(find_report("alp", shelf)) == ("alpha", None)


def test_two_reports_of_one_name_are_ambiguous() -> None:
    with pytest.raises(AmbiguousName) as caught:
        find_report("qwen 3", Shelf([small("b", "Qwen3"), small("a", "Other", aliases=("QWEN-3",))]))
    assert caught.value.candidates == ("a", "b")


def test_the_only_entry_of_a_number_is_found_whatever_version_is_asked_for() -> None:
    shelf = Shelf([small("one", "First", arxiv="2505.09388", version="v2")])
    assert meant(find_report("2505.09388v7", shelf)) == ("one", None)


def test_a_report_answers_to_its_id_name_aliases_models_and_number() -> None:
    report = small("dots.llm1", "Dots", "dots.inst", aliases=("dots1",), arxiv="2506.05767")
    assert [(known.folded, known.written, known.report) for known in spellings_of(report)] == [
        ("dotsllm1", "dots.llm1", "dots.llm1"),
        ("dots", "Dots", "dots.llm1"),
        ("dots1", "dots1", "dots.llm1"),
        ("dotsinst", "dots.inst", "dots.llm1"),
        ("2506.05767", "2506.05767", "dots.llm1"),
    ]


def test_every_shipped_report_is_found_by_its_id_and_by_its_name(shipped: Shelf) -> None:
    lost = [path.stem for path in CATALOG.glob("*.toml") if find_report(path.stem, shipped).report.id != path.stem]
    assert lost == []
    names = {
        known.report: find_report(known.written, shipped).report.id for known in shipped.spellings() if known.kind == 2
    }
    assert [id for id, found in names.items() if id != found] == []


@given(st.text())
def test_any_text_is_found_or_refused(text: str) -> None:
    shelf = Shelf([small("qwen3", "Qwen3", "Qwen3-32B", arxiv="2505.09388"), small("tulu-3", "Tülu 3")])
    with contextlib.suppress(UnknownName, AmbiguousName):
        assert find_report(text, shelf).report.id in ("qwen3", "tulu-3")


def begins(text: str, *reports: Report) -> list[str]:
    return [one.written for one in complete_name(text, Shelf(reports))]


def test_a_beginning_goes_on_to_ids() -> None:
    shelf = small("qwen3", "Qwen3", "Qwen3-8B"), small("qwen2.5", "Qwen 2.5", aliases=("QW",)), small("mimo", "MiMo")
    assert begins("Qw", *shelf) == ["qwen2.5", "qwen3"]
    assert begins("", *shelf) == ["mimo", "qwen2.5", "qwen3"]
    assert begins("x", *shelf) == []


def test_other_names_join_in_where_an_id_stands_in_full_or_none_goes_on() -> None:
    shelf = (
        small("qwen3", "Qwen3", "Qwen3-8B", "Qwen3-32B", arxiv="2505.09388"),
        small("qwen3-embedding", "Qwen3 Embedding"),
        small("deepseek-r1", "DeepSeek-R1", aliases=("R1", "DeepSeek R1")),
    )
    assert begins("qwen3-", *shelf) == ["qwen3", "Qwen3-32B", "Qwen3-8B", "qwen3-embedding"]
    assert begins("qwen3-3", *shelf) == ["Qwen3-32B"]
    assert begins("r", *shelf) == ["R1"]
    assert begins("deepseek-r1", *shelf) == ["deepseek-r1"]
    assert begins("2505", *shelf) == []
