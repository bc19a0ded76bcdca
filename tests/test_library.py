"""The catalogue as a Python call: what comes back, in which order, and with which notes."""

import datetime
import sys
import tracemalloc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from makers import shipped_reports, write
from reportcli.answer.listing import Listing, parse_sort_keys
from reportcli.catalog.files import shipped_folder
from reportcli.errors import (
    AmbiguousName,
    EntryUnreadable,
    InvalidQuery,
    UnknownName,
)
from reportcli.library import Library
from reportcli.report.field_names import FIELDS_BY_NAME
from reportcli.text import _stemmer, split_words, stem


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Library]:
    """Five reports, of which some hold little."""
    for name, day, more in (
        ("Alpha", "2025-01-05", 'license = "MIT"\n[pretraining]\ntokens = 5\n'),
        ("Beta", "2025-01-04", "[pretraining]\ntokens = 9\n"),
        ("Gamma", "2025-01-03", 'license = "Apache-2.0"\n'),
        ("Delta", "2025-01-02", 'license = "apache-1"\n[pretraining]\ntokens = 5\n'),
        ("Epsilon", "2025-01-01", '[posttraining]\nkl_penalty = false\nrl_family = ["ppo"]\n'),
    ):
        write(tmp_path / "small", name.lower(), name, more, date=day)
    with Library([tmp_path / "small"], None) as library:
        yield library


def ids(listing: Listing) -> list[str]:
    return [hit.report.id for hit in listing.hits]


# Opening and searching.


def test_threads_may_share_a_library(shipped: Library) -> None:
    queries = ["grpo", "rl:grpo kl:no", "not kl:no", "params:..10B"] * 5
    library = Library([shipped_folder()], None)
    stem.cache_clear()
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(library.search, queries))
        pool.submit(library.close).result()
    assert found == [shipped.search(query) for query in queries]


def test_threads_stem_words_one_at_a_time() -> None:
    words = sorted({word for report in shipped_reports().values() for word in split_words(report.title)})
    expected = [stem(word) for word in words]
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as pool:
            for _ in range(20):
                stem.cache_clear()
                _stemmer.cache_clear()
                assert all(stems == expected for stems in pool.map(lambda _: [stem(word) for word in words], range(4)))
    finally:
        sys.setswitchinterval(before)


def test_queries_leave_nothing_behind_in_memory(shipped: Library) -> None:
    def search(numbers: range) -> None:
        for number in numbers:
            shipped.search(f"not (params:..{number}B or tokens:{number}T..)")

    search(range(1, 30))
    tracemalloc.start()
    search(range(30, 330))
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 650_000  # bytes; what fits these queries takes 1,300,000


def test_a_wrong_query_is_an_error_with_its_place(shipped: Library) -> None:
    with pytest.raises(InvalidQuery) as caught:
        shipped.search("grpo kl:perhaps")
    assert (caught.value.exit_code, caught.value.position) == (2, 8)


def test_reports_come_newest_first(shipped: Library) -> None:
    reports = shipped.reports()
    assert len(reports) == 36
    assert [report.id for report in reports[:4]] == [
        "acereason-nemotron-1.1", "ring-lite", "gemini-2.5", "minimax-m1",
    ]  # fmt: skip
    assert reports[-1].id == "olmo"
    dates = [report.date for report in reports]
    assert dates == sorted(dates, reverse=True)


def test_a_search_ranks_and_a_limit_takes_the_best(shipped: Library) -> None:
    every = [report.id for report in shipped.search("qwen3")]
    assert every[:2] == ["qwen3", "qwen3-embedding"]
    assert len(every) > 3
    assert [report.id for report in shipped.search("qwen3", limit=2)] == every[:2]
    assert shipped.search("qwen3", limit=0) == ()


def test_an_abstract_pasted_as_a_query_is_answered(shipped: Library) -> None:
    report = shipped.report("qwen3")
    text = (
        " ".join(note.text for note in report.notes)
        .replace(":", " ")
        .replace("/", " ")
        .replace("'", " ")
        .replace("without", " ")
    )
    assert [match.id for match in shipped.search(" ".join(text.split()[:400]))] == ["qwen3"]


# Names.


def test_a_name_stands_for_one_report(shipped: Library) -> None:
    for name, report_id in (
        ("qwen3", "qwen3"),
        ("Qwen 3", "qwen3"),
        ("QWEN-3", "qwen3"),
        ("TULU 3", "tulu-3"),
        ("tülu 3", "tulu-3"),
        ("Qwen3-32B", "qwen3"),
        ("2505.09388", "qwen3"),
        ("https://arxiv.org/abs/2505.09388v1", "qwen3"),
        ("arXiv:2505.09388", "qwen3"),
        ("https://arxiv.org/pdf/2505.09388v1", "qwen3"),
        ("2411.15124v2", "tulu-3"),
        ("2411.15124v5", "tulu-3-2025"),
        ("magis", "magistral"),
        ("dots llm1", "dots.llm1"),
    ):
        assert shipped.report(name).id == report_id, name


def test_a_model_is_meant_when_its_name_is_typed(shipped: Library) -> None:
    model = shipped.report("Qwen3-32B")
    assert (model.flagship, model.pretraining.tokens) == ("Qwen3-32B", 36_000_000_000_000)
    architecture = model.architecture
    assert (architecture.type, architecture.layers, architecture.experts_total) == ("dense", None, None)
    assert shipped.report("qwen3").architecture.layers == 94


def test_a_name_that_fits_several_reports_names_them_all(shipped: Library) -> None:
    with pytest.raises(AmbiguousName) as caught:
        shipped.report("2411.15124")
    assert caught.value.did_you_mean == ("tulu-3", "tulu-3-2025")
    assert caught.value.exit_code == 2


def test_an_unknown_name_is_answered_with_the_nearest(shipped: Library) -> None:
    with pytest.raises(UnknownName) as caught:
        shipped.report("magistrel")
    assert caught.value.did_you_mean[0] == "Magistral"
    assert caught.value.exit_code == 2


def test_a_name_of_nothing_is_unknown(shipped: Library) -> None:
    for name in ("", " ", "-", ".", "\x00", "%", "_", "*", "'", '"', "\udcfc"):
        with pytest.raises(UnknownName):
            shipped.report(name)


def test_no_other_report_is_guessed_for_one_whose_file_cannot_be_read(tmp_path: Path) -> None:
    write(tmp_path, "qwen3-embedding", "Qwen3 Embedding")
    write(tmp_path, "qwen3", "Qwen3", "x")
    write(tmp_path, "other", "Qwen3 Next", "x")
    with Library([tmp_path], None) as library:
        for name in ("qwen3", "Qwen 3"):
            with pytest.raises(EntryUnreadable, match=r"qwen3\.toml:7: not TOML"):
                library.find(name)
        assert library.report("qwen3-e").id == "qwen3-embedding"


# Order and limits.


def test_unknown_values_come_last_in_both_directions_also_reversed(small: Library) -> None:
    for sort, expected in (
        ("tokens", "alpha delta beta gamma epsilon"),
        ("-tokens", "beta alpha delta gamma epsilon"),
        ("license", "delta gamma alpha beta epsilon"),
        ("-license", "alpha gamma delta beta epsilon"),
        ("tokens,-name", "delta alpha beta gamma epsilon"),
        ("-tokens,name", "beta alpha delta epsilon gamma"),
        ("kl,date", "epsilon delta gamma beta alpha"),
        ("rl", "epsilon alpha beta gamma delta"),
        ("date", "epsilon delta gamma beta alpha"),
        ("-date", "alpha beta gamma delta epsilon"),
    ):
        assert ids(small.listing(sort=parse_sort_keys(sort))) == expected.split(), sort
    for sort, expected in (
        ("", "epsilon delta gamma beta alpha"),
        ("tokens", "beta delta alpha epsilon gamma"),
        ("-tokens", "delta alpha beta epsilon gamma"),
        ("license", "alpha gamma delta epsilon beta"),
    ):
        assert ids(small.listing(sort=parse_sort_keys(sort), reverse=True)) == expected.split(), sort


def test_a_limit_takes_the_first_in_the_order_and_names_the_total(small: Library) -> None:
    assert ids(small.listing(limit=2)) == ["alpha", "beta"]
    assert small.listing(limit=2).notes == ("2 of 5 reports",)
    assert ids(small.listing(sort=parse_sort_keys("-tokens"), limit=2)) == ["beta", "alpha"]
    assert ids(small.listing(reverse=True, limit=2)) == ["epsilon", "delta"]
    assert ids(small.listing(limit=0)) == []

    for limit in (None, 5, 6, 10**12):
        listing = small.listing(limit=limit)
        assert (len(listing.hits), listing.notes) == (5, ())


# Notes.


def test_reports_of_which_the_answer_is_unknown_are_counted(shipped: Library) -> None:
    listing = shipped.listing(shipped.parse("rl:grpo kl:no"))
    assert (len(listing.hits), listing.notes) == (4, ("18 more reports don't record this",))


def test_one_such_report_is_counted_in_the_singular(small: Library) -> None:
    listing = small.listing(small.parse("tokens:9 or (tokens:..100 and id:gamma)"))
    assert (ids(listing), listing.notes) == (["beta"], ("2 more reports don't record this",))
    listing = small.listing(small.parse("tokens:9 id:beta or (tokens:..100 and id:gamma)"))
    assert (ids(listing), listing.notes) == (["beta"], ("1 more report doesn't record this",))


def test_a_condition_on_what_is_known_leaves_nothing_unknown(small: Library) -> None:
    listing = small.listing(small.parse("license:unknown"))
    assert (ids(listing), listing.notes) == (["beta", "epsilon"], ())


def test_both_notes_stand_together(shipped: Library) -> None:
    listing = shipped.listing(shipped.parse("rl:grpo"), limit=2, searched=True)
    assert listing.notes == ("2 of 12 reports", "15 more reports don't record this")


# Typos.


def test_a_word_that_no_report_contains_is_replaced_by_one_a_typo_away(shipped: Library) -> None:
    for typed, word in (("gpro", "grpo"), ("GPRO", "grpo"), ("magistrl", "magistral"), ("distillaton", "distillation")):
        listing = shipped.listing(shipped.parse(typed), searched=True, exact=False)
        assert ids(listing) == ids(shipped.listing(shipped.parse(word), searched=True)) != []
        assert listing.notes == (f"no match for {typed.lower()!r}; showing results for {word!r}",)
        assert str(listing.query) == word


def test_several_words_are_replaced_at_once(shipped: Library) -> None:
    listing = shipped.listing(shipped.parse("gpro mistrol"), searched=True, exact=False)
    assert listing.notes[:2] == (
        "no match for 'gpro'; showing results for 'grpo'",
        "no match for 'mistrol'; showing results for 'mistral'",
    )
    assert ids(listing) == ids(shipped.listing(shipped.parse("grpo mistral"), searched=True))


def test_nothing_is_replaced_when_exact(shipped: Library) -> None:
    listing = shipped.listing(shipped.parse("gpro"), searched=True, exact=True)
    assert (len(listing.hits), listing.notes) == (0, ('understood as: "gpro"',))


def test_nothing_is_replaced_when_the_query_finds_something(shipped: Library) -> None:
    listing = shipped.listing(shipped.parse("gpro or magistral"), searched=True, exact=False)
    assert listing.hits
    assert not any("showing results" in note for note in listing.notes)


def test_what_is_never_replaced(shipped: Library) -> None:
    for typed, reason in (
        ("gpr", "three letters"),
        ("qwen33", "with other digits"),
        ("grpo not gpro zzzzzz", "under not"),
        ("zzzzzzzz", "nothing near"),
        ("gpxx", "two typos in four letters"),
        ("gpro*", "a beginning"),
        ('"gpro"', "in quotes"),
    ):
        listing = shipped.listing(shipped.parse(typed), searched=True, exact=False)
        assert (len(listing.hits), any("showing results" in note for note in listing.notes)) == (0, False), reason


def test_what_may_be_typed_next_is_known(small: Library, shipped: Library) -> None:
    assert [spelling.written for spelling in shipped.complete_name("Qwen3-3")] == ["Qwen3-30B-A3B", "Qwen3-32B"]
    assert shipped.words(FIELDS_BY_NAME["org"], "Deep", 1) == ["deepseek"]
    assert shipped.words(FIELDS_BY_NAME["base"], "2", 9) == []
    assert shipped.dates(FIELDS_BY_NAME["date"])[datetime.date(2025, 5, 14)] == 2
    assert sum(small.dates(FIELDS_BY_NAME["date"]).values()) == len(small.reports())
    assert "grpo" in shipped.techniques()
