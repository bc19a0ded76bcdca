"""The whole road as a Python call: what comes back, in which order, and what is said beside it."""

import datetime
import doctest
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

import reportcli
from conftest import unmeasured
from makers import entry
from reportcli import library
from reportcli.answer.listing import Listing, parse_sort_keys
from reportcli.catalog.files import shipped_folder
from reportcli.errors import AmbiguousName, CatalogUnreadable, IndexDamaged, InvalidQuery, ReportcliError, UnknownName
from reportcli.library import Library, open_catalog
from reportcli.report.field_names import QUERY_NAMES
from reportcli.report.fields import Report
from synthetic import write_catalogue


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg-cache"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "xdg-data"))
    monkeypatch.delenv("REPORTCLI_CATALOG", raising=False)


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Library]:
    """Five reports, of which some say little."""
    folder = tmp_path / "small"
    folder.mkdir()
    for id, name, day, more in (
        ("alpha", "Alpha", "2025-01-05", 'license = "MIT"\n[pretraining]\ntokens = 5\n'),
        ("beta", "Beta", "2025-01-04", "[pretraining]\ntokens = 9\n"),
        ("gamma", "Gamma", "2025-01-03", 'license = "Apache-2.0"\n'),
        ("delta", "Delta", "2025-01-02", 'license = "apache-1"\n[pretraining]\ntokens = 5\n'),
        ("epsilon", "Epsilon", "2025-01-01", '[posttraining]\nkl_penalty = false\nrl_family = ["ppo"]\n'),
    ):
        (folder / f"{id}.toml").write_text(entry(name, day) + more)
    with Library([folder], None) as library:
        yield library


def ids(listing: Listing) -> list[str]:
    return [hit.report.id for hit in listing.hits]


# What the readme of a script would say.


def test_a_search_gives_frozen_reports() -> None:
    with open_catalog(shipped_folder()) as catalog:
        found = catalog.search("rl:grpo kl:no")
    assert [report.id for report in found] == ["acereason-nemotron-1.1", "magistral", "mimo-vl", "mimo"]
    assert all(isinstance(report, Report) for report in found)
    assert found[1].name == "Magistral"
    assert found[1].date == datetime.date(2025, 6, 12)
    with pytest.raises(FrozenInstanceError):
        found[0].name = "Another"  # type: ignore[misc]
    with pytest.raises(TypeError):
        found[0].sources["title"] = "me"  # type: ignore[index]


def test_without_folders_the_shipped_catalogue_is_opened(tmp_path: Path) -> None:
    with open_catalog() as catalog:
        assert len(catalog.reports()) == 36
        assert [report.id for report in catalog.search("rl:grpo kl:no org:mistral")] == ["magistral"]
    assert len(list((tmp_path / "xdg-cache" / "reportcli").glob("*.sqlite"))) == 1


def test_folders_may_be_texts_and_overlay_one_another(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "qwen3.toml").write_text(entry("My Qwen", "2025-01-01"))
    with open_catalog(str(shipped_folder()), str(tmp_path / "mine")) as catalog:
        assert len(catalog.reports()) == 36
        assert catalog.report("qwen3").name == "My Qwen"


def test_a_folder_that_is_not_there_is_an_error_of_the_family(tmp_path: Path) -> None:
    with pytest.raises(ReportcliError) as caught:
        open_catalog(tmp_path / "nowhere")
    assert isinstance(caught.value, CatalogUnreadable)


def test_a_relative_cache_variable_is_ignored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    with open_catalog(shipped_folder()) as catalog:
        assert len(catalog.reports()) == 36
    assert list((tmp_path / "here").iterdir()) == []


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
    assert [report.date for report in reports] == sorted((report.date for report in reports), reverse=True)


def test_a_search_ranks_and_a_limit_takes_the_best(shipped: Library) -> None:
    every = [report.id for report in shipped.search("qwen3")]
    assert every[:2] == ["qwen3", "qwen3-embedding"]
    assert len(every) > 3
    assert [report.id for report in shipped.search("qwen3", limit=2)] == every[:2]
    assert shipped.search("qwen3", limit=0) == ()


def test_an_abstract_pasted_as_a_query_is_answered(shipped: Library) -> None:
    report = shipped.report("qwen3")
    text = " ".join(note.text for note in report.notes).replace(":", " ").replace("/", " ").replace("'", " ")
    assert [found.id for found in shipped.search(" ".join(text.split()[:400]))] == ["qwen3"]


# Names.


@pytest.mark.parametrize(
    ("name", "id"),
    [
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
    ],
)
def test_a_name_stands_for_one_report(shipped: Library, name: str, id: str) -> None:
    assert shipped.report(name).id == id


def test_a_model_is_meant_when_its_name_is_typed(shipped: Library) -> None:
    small = shipped.report("Qwen3-32B")
    assert small.flagship == "Qwen3-32B"
    assert (small.architecture.type, small.architecture.layers, small.architecture.experts_total) == (
        "dense",
        None,
        None,
    )
    assert small.pretraining.tokens == 36_000_000_000_000
    assert shipped.report("qwen3").architecture.layers == 94


def test_a_name_that_fits_several_reports_names_them_all(shipped: Library) -> None:
    with pytest.raises(AmbiguousName) as caught:
        shipped.report("2411.15124")
    assert caught.value.candidates == ("tulu-3", "tulu-3-2025")
    assert caught.value.exit_code == 2


def test_an_unknown_name_is_answered_with_the_nearest(shipped: Library) -> None:
    with pytest.raises(UnknownName) as caught:
        shipped.report("magistrel")
    assert caught.value.nearest[0] == "Magistral"
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("name", ["", " ", "-", ".", "\x00", "%", "_", "*", "'", '"'])
def test_a_name_of_nothing_is_unknown(shipped: Library, name: str) -> None:
    with pytest.raises(UnknownName):
        shipped.report(name)


# Order and limits.


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("tokens", ["alpha", "delta", "beta", "gamma", "epsilon"]),
        ("-tokens", ["beta", "alpha", "delta", "gamma", "epsilon"]),
        ("license", ["delta", "gamma", "alpha", "beta", "epsilon"]),
        ("-license", ["alpha", "gamma", "delta", "beta", "epsilon"]),
        ("tokens,-name", ["delta", "alpha", "beta", "gamma", "epsilon"]),
        ("-tokens,name", ["beta", "alpha", "delta", "epsilon", "gamma"]),
        ("kl,date", ["epsilon", "delta", "gamma", "beta", "alpha"]),
        ("rl", ["epsilon", "alpha", "beta", "gamma", "delta"]),
        ("date", ["epsilon", "delta", "gamma", "beta", "alpha"]),
        ("-date", ["alpha", "beta", "gamma", "delta", "epsilon"]),
    ],
)
def test_unknown_values_come_last_in_both_directions(small: Library, sort: str, order: list[str]) -> None:
    assert ids(small.listing(sort=parse_sort_keys(sort))) == order


def test_reverse_turns_the_order_around(small: Library) -> None:
    assert ids(small.listing(reverse=True)) == ["epsilon", "delta", "gamma", "beta", "alpha"]


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("tokens", ["beta", "delta", "alpha", "epsilon", "gamma"]),
        ("-tokens", ["delta", "alpha", "beta", "epsilon", "gamma"]),
        ("license", ["alpha", "gamma", "delta", "epsilon", "beta"]),
    ],
)
def test_unknown_values_come_last_also_when_the_order_is_turned_round(
    small: Library, sort: str, order: list[str]
) -> None:
    assert ids(small.listing(sort=parse_sort_keys(sort), reverse=True)) == order


def test_a_limit_takes_the_first_in_the_order_and_names_the_total(small: Library) -> None:
    assert ids(small.listing(limit=2)) == ["alpha", "beta"]
    assert small.listing(limit=2).notes == ("2 of 5 reports",)
    assert ids(small.listing(sort=parse_sort_keys("-tokens"), limit=2)) == ["beta", "alpha"]
    assert ids(small.listing(reverse=True, limit=2)) == ["epsilon", "delta"]
    assert ids(small.listing(limit=0)) == []


@pytest.mark.parametrize("limit", [None, 5, 6, 10**12])
def test_a_limit_that_cuts_nothing_says_nothing(small: Library, limit: int | None) -> None:
    listing = small.listing(limit=limit)
    assert (len(listing.hits), listing.notes) == (5, ())


# What is said beside the answer.


def test_those_that_do_not_say_are_counted(shipped: Library) -> None:
    listing = shipped.listing(shipped.parse("rl:grpo kl:no"))
    assert (len(listing.hits), listing.notes) == (4, ("18 more reports don't record this",))


def test_one_that_does_not_say_is_counted_in_the_singular(small: Library) -> None:
    listing = small.listing(small.parse("tokens:9 or (tokens:..100 and id:gamma)"))
    assert (ids(listing), listing.notes) == (["beta"], ("2 more reports don't record this",))
    listing = small.listing(small.parse("tokens:9 id:beta or (tokens:..100 and id:gamma)"))
    assert (ids(listing), listing.notes) == (["beta"], ("1 more report doesn't record this",))


def test_a_condition_on_what_is_known_leaves_none_silent(small: Library) -> None:
    listing = small.listing(small.parse("license:unknown"))
    assert (ids(listing), listing.notes) == (["beta", "epsilon"], ())


def test_both_notes_stand_together(shipped: Library) -> None:
    listing = shipped.listing(shipped.parse("rl:grpo"), limit=2, searched=True)
    total = len(shipped.search("rl:grpo"))
    assert total == 12
    assert listing.notes == ("2 of 12 reports", "15 more reports don't record this")


# Slips of the keyboard.


@pytest.mark.parametrize(
    ("typed", "meant"), [("gpro", "grpo"), ("GPRO", "grpo"), ("magistrl", "magistral"), ("distilation", "distillation")]
)
def test_a_word_that_no_report_holds_is_replaced_by_one_a_slip_away(shipped: Library, typed: str, meant: str) -> None:
    listing = shipped.listing(shipped.parse(typed), searched=True, exact=False)
    assert ids(listing) == ids(shipped.listing(shipped.parse(meant), searched=True))
    assert ids(listing)
    assert listing.notes == (f"no report says {typed.lower()!r}, searched {meant!r} instead",)
    assert str(listing.query) == meant


def test_nothing_is_replaced_when_exact(shipped: Library) -> None:
    listing = shipped.listing(shipped.parse("gpro"), searched=True, exact=True)
    assert (listing.hits, listing.notes) == ((), ())


def test_the_python_search_replaces_nothing(shipped: Library) -> None:
    assert shipped.search("gpro") == ()


def test_nothing_is_replaced_when_the_query_finds_something(shipped: Library) -> None:
    listing = shipped.listing(shipped.parse("gpro or magistral"), searched=True, exact=False)
    assert listing.hits
    assert not any("instead" in note for note in listing.notes)


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param("grp", id="three letters"),
        pytest.param("qwem3", id="with a digit"),
        pytest.param("grpo not gpro zzzzzz", id="under not"),
        pytest.param("name:qwon", id="of a named field"),
        pytest.param("zzzzzzzz", id="nothing near"),
        pytest.param("gpxx", id="two slips in four letters"),
        pytest.param("gpro*", id="a beginning"),
    ],
)
def test_what_is_never_replaced(shipped: Library, typed: str) -> None:
    listing = shipped.listing(shipped.parse(typed), searched=True, exact=False)
    assert (listing.hits, [note for note in listing.notes if "instead" in note]) == ((), [])


def test_several_words_are_replaced_at_once(shipped: Library) -> None:
    listing = shipped.listing(shipped.parse("gpro mistrall"), searched=True, exact=False)
    assert listing.notes[0] == (
        "no report says 'gpro', searched 'grpo' instead; no report says 'mistrall', searched 'mistral' instead"
    )
    assert ids(listing) == ids(shipped.listing(shipped.parse("grpo mistral"), searched=True))


# What importing costs.

HEAVY = ("typer", "click", "rich", "rapidfuzz", "tomli", "tomli_w", "sqlite3", "platformdirs", "importlib.metadata")


def loaded_by(code: str) -> set[str]:
    listing = f"{code}\nimport sys\nprint(*sys.modules)"
    return set(
        subprocess.run(
            [sys.executable, "-c", listing],
            check=True,
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            env=unmeasured(),
        ).stdout.split()
    )


def test_importing_the_package_loads_nothing_heavy() -> None:
    loaded = loaded_by("import reportcli")
    assert "reportcli" in loaded
    assert loaded.isdisjoint(HEAVY)


def test_searching_loads_neither_typer_nor_rich_nor_rapidfuzz_nor_tomli(tmp_path: Path) -> None:
    code = (
        "from pathlib import Path\nfrom reportcli import open_catalog\nfrom reportcli.catalog.files import shipped_folder\n"
        "with open_catalog(shipped_folder()) as catalog:\n    assert len(catalog.search('rl:grpo kl:no')) == 4"
    )
    assert "tomli" in loaded_by(code)
    loaded = loaded_by(code)
    assert "reportcli.library" in loaded
    assert loaded.isdisjoint({"typer", "click", "rich", "rapidfuzz", "tomli", "tomli_w"})


def test_every_public_name_is_there_and_no_other() -> None:
    assert {name: getattr(reportcli, name).__module__ for name in reportcli.__all__ if name != "__version__"} == {
        "Library": "reportcli.library",
        "Report": "reportcli.report.fields",
        "ReportcliError": "reportcli.errors",
        "open_catalog": "reportcli.library",
    }
    assert isinstance(reportcli.__version__, str)
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = reportcli.nothing


def test_a_long_answer_that_meets_a_damaged_index_says_so_and_the_next_is_right(tmp_path: Path) -> None:
    write_catalogue(tmp_path / "catalogue", 1_100, seed=1)
    time.sleep(0.05)  # files that are younger are read again at the next opening
    with Library([tmp_path / "catalogue"], tmp_path / "cache") as library:
        assert len(library.listing().hits) == 1_100
    (file,) = (tmp_path / "cache").glob("*.sqlite")
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE report SET sum = 0")
    with pytest.raises(IndexDamaged), Library([tmp_path / "catalogue"], tmp_path / "cache") as library:
        list(library.listing().ids())
    with Library([tmp_path / "catalogue"], tmp_path / "cache") as library:
        assert len(list(library.listing().ids())) == 1_100


def test_what_may_be_typed_next_is_known(small: Library, shipped: Library) -> None:
    assert [one.written for one in shipped.complete_name("Qwen3-3")] == ["Qwen3-30B-A3B", "Qwen3-32B"]
    assert shipped.words(QUERY_NAMES["org"], "Deep", 1) == ["deepseek"]
    assert shipped.words(QUERY_NAMES["base"], "2", 9) == []
    assert shipped.dates(QUERY_NAMES["date"])[datetime.date(2025, 5, 14)] == 2
    assert sum(small.dates(QUERY_NAMES["date"]).values()) == len(small.reports())
    assert "grpo" in shipped.techniques()


def test_the_examples_of_the_python_call_work() -> None:
    tried = doctest.testmod(library)
    assert (tried.failed, tried.attempted > 0) == (0, True)
