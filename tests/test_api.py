"""The catalogue as a notebook or a script asks it: the answers are those of the command, as plain Python values."""

import copy
import doctest
import json
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError, replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

import reportcli
from conftest import READING_LIST, Run, unmeasured
from makers import write
from reportcli import Catalog, Report, ReportcliError, Results, open_catalog
from reportcli.api import catalog as catalog_module
from reportcli.catalog.files import shipped_folder
from reportcli.errors import (
    AmbiguousName,
    CatalogUnreadable,
    InvalidPeriod,
    InvalidQuery,
    SearchUnavailable,
    UnknownField,
    UnknownName,
    UnsuitableField,
    UsageError,
)
from reportcli.library import Library
from reportcli.render.html import MOST_ROWS
from test_recipe import TWO_RUNS


@pytest.fixture(scope="module")
def catalog() -> Iterator[Catalog]:
    with Catalog(Library([READING_LIST], None)) as opened:
        yield opened


# Opening.


def test_without_folders_the_shipped_catalogue_is_opened(own_home: Path) -> None:
    with open_catalog() as catalog:
        assert len(catalog) == 36
    assert len(list((own_home / ".cache" / "reportcli").glob("*.sqlite"))) == 1


def test_folders_may_be_texts_and_overlay_one_another(tmp_path: Path) -> None:
    write(tmp_path / "mine", "qwen3", "My Qwen")
    with open_catalog(str(shipped_folder()), str(tmp_path / "mine")) as catalog:
        assert (len(catalog), catalog["qwen3"].name) == (36, "My Qwen")


def test_a_folder_that_is_not_there_is_an_error_of_the_family(tmp_path: Path) -> None:
    with pytest.raises(CatalogUnreadable):
        open_catalog(tmp_path / "nowhere")
    assert issubclass(CatalogUnreadable, ReportcliError)


def test_a_python_without_sqlite_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "reportcli.index.build", None)
    with pytest.raises(SearchUnavailable, match="lacks SQLite"):
        open_catalog()


def test_a_relative_cache_variable_is_ignored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    with open_catalog(shipped_folder()) as catalog:
        assert len(catalog) == 36
    assert list((tmp_path / "here").iterdir()) == []


def test_a_catalogue_shows_what_it_holds(catalog: Catalog, tmp_path: Path) -> None:
    assert repr(catalog) == "<Catalog: 36 reports, 2024-07-07 to 2025-06-18>"
    write(tmp_path, "one", "One")
    bad = write(tmp_path, "two", "Two", "x")
    with open_catalog(tmp_path) as small:
        assert repr(small) == "<Catalog: 1 report, 2025-01-02 to 2025-01-02, 1 unreadable>"
        assert [line.partition(": ")[0] for line in small.unreadable()] == [f"{bad}:7"]
    (tmp_path / "empty").mkdir()
    with open_catalog(tmp_path / "empty") as empty:
        assert (repr(empty), list(empty)) == ("<Catalog: 0 reports>", [])


# Reports.


def test_reports_come_newest_first(catalog: Catalog) -> None:
    reports = list(catalog)
    assert len(reports) == len(catalog) == 36
    assert [report.id for report in reports[:2]] == ["acereason-nemotron-1.1", "ring-lite"]
    assert reports == list(catalog.listing())


def test_a_report_is_found_by_its_name(catalog: Catalog) -> None:
    assert catalog["qwen3"] == catalog["Qwen 3"] == catalog["2505.09388"]
    assert "qwen3" in catalog
    assert catalog["qwen3"] in catalog
    assert "2411.15124" not in catalog  # two reports have this number
    assert "xylophone" not in catalog
    assert 3 not in catalog


def test_what_is_no_name_is_a_key_error_with_the_hint(catalog: Catalog) -> None:
    with pytest.raises(KeyError) as unknown:
        catalog["magistrel"]
    assert (type(unknown.value), str(unknown.value)) == (
        UnknownName, "no report named 'magistrel'\n  did you mean Magistral or Magistral 1.0?",
    )  # fmt: skip
    with pytest.raises(KeyError) as ambiguous:
        catalog["2411.15124"]
    assert (type(ambiguous.value), str(ambiguous.value)) == (
        AmbiguousName, "'2411.15124' is ambiguous\n  use one of: tulu-3, tulu-3-2025",
    )  # fmt: skip


def test_a_report_has_the_figures_of_the_model_that_was_asked_for(catalog: Catalog) -> None:
    flagship, model = catalog["qwen3"], catalog["Qwen3-32B"]
    assert (flagship.parameters, flagship.derived.model, flagship.architecture.layers) == (
        235_000_000_000, "Qwen3-235B-A22B", 94,
    )  # fmt: skip
    assert (model.parameters, model.derived.model, model.architecture.experts_total) == (
        32_000_000_000, "Qwen3-32B", None,
    )  # fmt: skip
    assert (repr(flagship), repr(model)) == (
        "<Report qwen3: Qwen3-235B-A22B, 2025-05-14>", "<Report qwen3: Qwen3-32B, 2025-05-14>",
    )  # fmt: skip
    assert model != flagship
    assert len({flagship, model, catalog["qwen3"]}) == 2


def test_a_report_is_frozen(catalog: Catalog) -> None:
    report = catalog["magistral"]
    with pytest.raises(FrozenInstanceError):
        report.name = "Another"  # type: ignore[misc]
    with pytest.raises(TypeError):
        report.sources["title"] = "me"  # type: ignore[index]


def test_a_report_as_a_dict_is_the_json_record(catalog: Catalog, cli: Run) -> None:
    for name in ("qwen3", "Qwen3-32B", "Gemini 2.5", "tulu-3"):
        assert [catalog[name].to_dict()] == json.loads(cli("show", name, "--json").stdout)


# Questions.

QUESTIONS: dict[str, Callable[[Catalog], Results[object]]] = {
    "search rl:grpo kl:no": lambda catalog: catalog.search("rl:grpo kl:no"),
    "search the gpro -n 2 -c name,why,kl": lambda catalog: catalog.search("the gpro", columns="name, why,kl", limit=2),
    "search gpro --exact": lambda catalog: catalog.search("gpro", exact=True),
    "list": lambda catalog: catalog.listing(),
    "list --where params:..2B --models --sort -params,name": lambda catalog: catalog.listing(
        where="params:..2B", models=True, sort=["-params", "name"]
    ),
    "count rl": lambda catalog: catalog.count("rl"),
    "count rl grpo ppo --by year --where type:moe": lambda catalog: catalog.count(
        "rl", "grpo", "ppo", by="year", where="type:moe"
    ),
    "plot params tokens -n 9": lambda catalog: catalog.plot("params", "tokens", limit=9),
    "compare qwen3 R1": lambda catalog: catalog.compare("qwen3", "R1"),
    "compare qwen3 --where org:mistral -c params,layers --models": lambda catalog: catalog.compare(
        "qwen3", where="org:mistral", columns=["params", "layers"], models=True
    ),
    "recipe magistral": lambda catalog: catalog.recipe("magistral"),
    "recipe --where rl:grpo --stage rl --sort kl_coefficient": lambda catalog: catalog.recipe(
        where="rl:grpo", stage="rl", sort="kl_coefficient"
    ),
    "disclosure kl_coefficient tokens --by year": lambda catalog: catalog.disclosure(
        "kl_coefficient", "tokens", by="year"
    ),
    "lineage qwen3": lambda catalog: catalog.lineage("qwen3"),
    "lineage --where org:qwen": lambda catalog: catalog.lineage(where="org:qwen"),
    "term rope": lambda catalog: catalog.term("rope"),
    "term": lambda catalog: catalog.term(),
    "fields kl": lambda catalog: catalog.fields("kl"),
}


@pytest.mark.parametrize("command", QUESTIONS)
def test_an_answer_is_that_of_the_command(catalog: Catalog, cli: Run, command: str) -> None:
    results = QUESTIONS[command](catalog)
    ended = cli(*command.split(), "--json")
    told = json.loads(ended.stdout)
    records = json.loads(json.dumps(results.to_records()))
    assert records == (told if isinstance(told, list) else [told])
    assert len(results) == len(records)
    notes = [line.removeprefix("note: ") for line in ended.stderr.splitlines() if line != "nothing found"]
    assert list(results.notes) == notes


def test_results_are_a_sequence(catalog: Catalog) -> None:
    results = catalog.search("qwen3")
    assert [report.id for report in results[:2]] == ["qwen3", "qwen3-embedding"]
    assert results[0] == catalog["qwen3"]
    assert catalog["qwen3"] in results
    assert isinstance(results[0], Report)
    assert repr(catalog.count("type", "moe")) == "Results([{'value': 'moe', 'count': 12}])"
    assert repr(catalog.listing()).endswith(f", … {36 - 5} more])")
    records = catalog.count("type").to_records()
    records[0]["value"] = "mine"
    assert catalog.count("type")[0] != records[0]


@pytest.mark.parametrize("command", QUESTIONS)
def test_a_slice_is_results_of_the_same_kind(catalog: Catalog, command: str) -> None:
    results = QUESTIONS[command](catalog)
    for whole in (results, pickle.loads(pickle.dumps(results))):
        part = whole[1:3]
        assert (list(part), part.notes) == (list(results)[1:3], results.notes)
        assert part.to_records() == results.to_records()[1:3]
        assert (len(cells(part)) > 1) is (len(part) > 0)
    hits = results[:1]._repr_html_() if isinstance(next(iter(results), None), Report) else ""
    assert hits.count("<tr>") == (2 if hits else 0)


def test_reports_and_results_stand_for_names(catalog: Catalog) -> None:
    found = catalog.search("qwen3")
    named = catalog.compare("qwen3", "qwen3-embedding", "Qwen3-32B", "r1")
    assert catalog.compare(found[:2], catalog["Qwen3-32B"], "r1").to_records() == named.to_records()
    small = catalog.search("params:..2B", models=True, limit=1)
    assert catalog.compare(*small)[0]["values"] == {small[0].derived.model: small[0].parameters}
    assert catalog.recipe(catalog["magistral"]).to_records() == catalog.recipe("magistral").to_records()
    assert catalog.lineage(catalog["qwen3"]).to_records() == catalog.lineage("qwen3").to_records()


@pytest.mark.parametrize(
    ("ask", "error", "text"),
    [
        (lambda catalog: catalog.search("grpo kl:perhaps"), InvalidQuery, "use one of: yes, no, unknown"),
        (lambda catalog: catalog.search(""), InvalidQuery, "the query is empty"),
        (lambda catalog: catalog.listing(sort="paramters"), UnknownField, "did you mean parameters"),
        (lambda catalog: catalog.listing(columns="why"), UnknownField, "unknown field 'why'"),
        (lambda catalog: catalog.listing("date:2025-13"), InvalidQuery, "write date:2025-06"),
        (lambda catalog: catalog.plot("params", "name"), UnsuitableField, "use one of: parameters"),
        (lambda catalog: catalog.count("rl", by="week"), UsageError, "choose from year, quarter, month"),
        (lambda catalog: catalog.disclosure(by="week"), UsageError, "choose from organization, year, quarter"),
        (lambda catalog: catalog.listing(limit=0), UsageError, "limit is a whole number from 1, not 0"),
        (lambda catalog: catalog.compare("qwen3", "xylophone"), UnknownName, "\n  catalog.listing() lists them"),
        (lambda catalog: catalog.listing(columns="xylophone"), UnknownField, "\n  catalog.fields() lists them"),
        (lambda catalog: catalog["GRPO"], UnknownName, "\n  for the technique, write catalog.term('GRPO')"),
        (lambda catalog: catalog.term("Qwen 3"), UnknownName, "\n  for the report, write catalog['Qwen 3']"),
        (lambda _: open_catalog("/no/where"), CatalogUnreadable, "choose another with open_catalog(DIR)"),
    ],
)
def test_a_wrong_question_is_an_error_with_its_hint(
    catalog: Catalog, ask: Callable[[Catalog], object], error: type[ReportcliError], text: str
) -> None:
    with pytest.raises(error) as caught:
        ask(catalog)
    assert text in str(caught.value)


@pytest.mark.parametrize(
    ("ask", "text"),
    [
        (lambda catalog: catalog[0], "expected a text, got 0"),
        (lambda catalog: catalog.search(None), "expected a text, got None"),
        (lambda catalog: catalog.compare(["qwen3", "r1"]), r"expected a name or a report, got \['qwen3', 'r1'\]"),
        (lambda catalog: catalog.recipe(catalog.count("rl")), r"expected a name or a report, got {'value': "),
        (lambda catalog: catalog.search(catalog["qwen3"]), "expected a text, got <Report qwen3: "),
        (lambda catalog: catalog.listing(columns=["name", 3]), "expected a text, got 3"),
        (lambda catalog: catalog.listing(limit="3"), "'str' object cannot be interpreted as an integer"),
    ],
)
def test_what_is_no_text_or_number_is_a_type_error(
    catalog: Catalog, ask: Callable[[Catalog], object], text: str
) -> None:
    with pytest.raises(TypeError, match=text):
        ask(catalog)


# Tables for a notebook.


def cells(results: Results[object]) -> list[list[str]]:
    """Return the texts of a table, its head first; it must be well-formed."""
    page = ElementTree.fromstring(f"<div>{results._repr_html_()}</div>")
    return [["".join(cell.itertext()) for cell in row] for row in page.iter("tr")]


@pytest.mark.parametrize("command", QUESTIONS)
def test_every_answer_is_a_table(catalog: Catalog, command: str) -> None:
    results = QUESTIONS[command](catalog)
    head, *rows = cells(results)
    assert (len(rows) > 0) is (len(results) > 0)
    assert {len(row) for row in rows} <= {len(head)}


def test_a_table_is_for_a_reader(catalog: Catalog) -> None:
    assert cells(catalog.search("id:qwen3")) == [
        ["name", "date", "organization", "parameters", "active", "tokens"],
        ["Qwen3", "2025-05-14", "Alibaba Qwen", "235B", "22B", "36T"],
    ]
    assert cells(catalog.compare("qwen3", "Qwen3-32B", columns="params")) == [
        ["", "Qwen3", "Qwen3-32B"], ["parameters", "235B", "32B"],
    ]  # fmt: skip
    page = catalog.listing(columns="name,params")._repr_html_()
    for cell in ("<th {left}>name<", "<td {left}>Qwen3<", "<th {right}>parameters<", "<td {right}>235B<"):
        assert cell.format(left='style="text-align:left"', right='style="text-align:right"') in page
    assert cells(catalog.disclosure("layers", where="id:qwen3")) == [
        ["field", "stated", "undisclosed", "unknown"], ["architecture.layers", "1", "0", "0"],
    ]  # fmt: skip
    assert "<p>nothing found</p>" in catalog.search("xylophone")._repr_html_()
    assert "<p>2 of 36 reports</p>" in catalog.listing(limit=2)._repr_html_()
    assert f"<p>{len(catalog.term()) - MOST_ROWS:,} more rows</p>" in catalog.term()._repr_html_()


def test_runs_of_rl_are_rows_with_what_is_not_disclosed_and_what_is_uncertain(tmp_path: Path, cli: Run) -> None:
    write(tmp_path, "two", "Two", TWO_RUNS.replace('"posttraining.rl.steps"', '"posttraining.rl.top_p"'))
    with open_catalog(tmp_path) as catalog:
        results = catalog.recipe("two", columns="stage,kl_coefficient,rollouts,top_p")
        by_stage = catalog.recipe(where="rl:grpo", stage="chat", sort="rollouts")
        whole = catalog.recipe("two")
    assert cells(results)[:2] == [
        ["report", "stage", "KL", "rollouts", "top-p"], ["Two", "math", "0", "8*", "not disclosed"],
    ]  # fmt: skip
    assert 'title="16 in the appendix"' in results._repr_html_()
    assert [run["kl_coefficient"] for run in by_stage] == [0.001]
    assert whole.to_records() == json.loads(cli("recipe", "two", "--json", "--catalog", str(tmp_path)).stdout)
    assert pickle.loads(pickle.dumps(whole)).to_records() == whole.to_records()


def test_no_text_of_an_entry_becomes_markup(tmp_path: Path) -> None:
    evil = "<script>alert('\\\"&')</script>\\u001b[31m"
    write(tmp_path, "evil", evil, f'license = "{evil}"\n[confidence]\nlicense = "{evil}"\n')
    with open_catalog(tmp_path) as catalog:
        for results in (catalog.listing(columns="name,license"), catalog.compare("evil"), catalog.count("license")):
            page = results._repr_html_()
            assert "<script" not in page
            assert "\x1b" not in page
            assert "&lt;script&gt;" in page
            assert any("<script>alert('\"&')</script>\\x1b[31m" in cell for row in cells(results) for cell in row)
        assert (
            ' title="&lt;script&gt;alert(&#x27;&quot;&amp;&#x27;)&lt;/script&gt;\\x1b[31m"'
            in catalog.listing(columns="license")._repr_html_()
        )


# Copies, threads, and the end.


@pytest.mark.parametrize("command", QUESTIONS)
def test_results_can_be_copied_and_pickled(catalog: Catalog, command: str) -> None:
    results = QUESTIONS[command](catalog)
    for twin in (copy.copy(results), copy.deepcopy(results), pickle.loads(pickle.dumps(results))):
        assert (list(twin), twin.notes) == (list(results), results.notes)
        assert (twin.to_records(), twin._repr_html_()) == (results.to_records(), results._repr_html_())
        twin.to_records().clear()
        assert twin.to_records() == results.to_records()


def test_a_report_can_be_copied_and_pickled(catalog: Catalog) -> None:
    for report in (catalog["qwen3"], catalog["Qwen3-32B"]):
        for twin in (copy.copy(report), copy.deepcopy(report), pickle.loads(pickle.dumps(report))):
            assert (twin, twin.to_dict()) == (report, report.to_dict())
            with pytest.raises(TypeError):
                twin.sources["title"] = "me"
    assert replace(catalog["qwen3"], name="Mine").to_dict() == catalog["qwen3"].to_dict() | {"name": "Mine"}


def test_a_copy_of_a_catalogue_is_opened_for_itself(tmp_path: Path) -> None:
    write(tmp_path, "one", "One")
    with open_catalog(tmp_path) as catalog:
        twins = (copy.copy(catalog), copy.deepcopy(catalog), pickle.loads(pickle.dumps(catalog)))
    for twin in twins:
        assert [report.id for report in twin] == ["one"]
        twin.close()
    with pytest.raises(ValueError, match="the catalogue is closed"):
        copy.copy(catalog)


def test_an_error_can_be_copied_and_pickled() -> None:
    for error in (
        UnknownName("qwn3", ["qwen3"]),
        InvalidQuery("kl:nn", 3, "no such value", "write kl:no"),
        InvalidPeriod("2025-13", "does not exist", "2025-12"),
    ):
        for twin in (copy.copy(error), pickle.loads(pickle.dumps(error))):
            assert (type(twin), str(twin), vars(twin)) == (type(error), str(error), vars(error))


def test_threads_may_share_a_catalogue(catalog: Catalog) -> None:
    queries = ["grpo", "rl:grpo kl:no", "not kl:no", "params:..10B"] * 5
    expected = [catalog.search(query).to_records() for query in queries]
    with Catalog(Library([READING_LIST], None)) as shared, ThreadPoolExecutor(4) as pool:
        assert [results.to_records() for results in pool.map(shared.search, queries)] == expected
        assert list(pool.map(len, [list(shared)] * 4)) == [36] * 4


def test_results_outlive_the_catalogue_and_questions_do_not() -> None:
    with open_catalog() as catalog:
        results = [ask(catalog) for ask in QUESTIONS.values()]
        rest = iter(catalog)
        assert next(rest).id == "acereason-nemotron-1.1"
    assert all(each.to_records() and each._repr_html_() for each in results if each)
    assert repr(catalog) == "<Catalog, closed>"
    questions: list[Callable[[], object]] = [
        lambda: len(catalog), lambda: catalog["qwen3"], lambda: "qwen3" in catalog, lambda: next(rest),
        lambda: catalog.search("grpo"), catalog.unreadable,
    ]  # fmt: skip
    for ask in questions:
        with pytest.raises(ValueError, match="the catalogue is closed"):
            ask()
    catalog.close()


# The package.

HEAVY = ("typer", "click", "rich", "rapidfuzz", "tomli", "tomli_w", "sqlite3", "importlib.metadata")


def loaded_by(code: str) -> set[str]:
    script = f"{code}\nimport sys\nprint(*sys.modules)"
    ended = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, encoding="utf-8", env=unmeasured()
    )
    return set(ended.stdout.split())


def test_importing_the_package_loads_nothing_heavy() -> None:
    loaded = loaded_by("import reportcli")
    assert "reportcli" in loaded
    assert loaded.isdisjoint(HEAVY)


def test_searching_loads_neither_typer_nor_rich_nor_rapidfuzz_nor_tomli() -> None:
    code = (
        "from reportcli import open_catalog\nresults = open_catalog().search('rl:grpo kl:no')\n"
        "assert len(results) > 3 and results._repr_html_() and results.to_records()"
    )
    assert "tomli" in loaded_by(code)
    loaded = loaded_by(code)
    assert "reportcli.api.catalog" in loaded
    assert loaded.isdisjoint({"typer", "click", "rich", "rapidfuzz", "tomli", "tomli_w"})


def test_every_public_name_is_there_and_no_other() -> None:
    assert {name: getattr(reportcli, name).__module__ for name in reportcli.__all__ if name != "__version__"} == {
        "Catalog": "reportcli.api.catalog",
        "Report": "reportcli.api.results",
        "ReportcliError": "reportcli.errors",
        "Results": "reportcli.api.results",
        "open_catalog": "reportcli.api.catalog",
    }
    assert dir(reportcli) == sorted(reportcli.__all__)
    assert isinstance(reportcli.__version__, str)
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = reportcli.nothing  # type: ignore[attr-defined]


def test_the_examples_in_the_docstrings_work() -> None:
    result = doctest.testmod(catalog_module)
    assert (result.failed, result.attempted > 9) == (0, True)


TYPED = """
import datetime
from typing import Any, assert_type

from reportcli import Catalog, Report, ReportcliError, Results, open_catalog

with open_catalog("folder") as catalog:
    assert_type(catalog, Catalog)
    report = catalog["qwen3"]
    assert_type(report, Report)
    assert_type(report.date, datetime.date)
    assert_type(report.parameters, int | None)
    assert_type(report.pretraining.tokens, int | None)
    assert_type(report.derived.training_flops, float | None)
    assert_type(report.to_dict(), dict[str, Any])
    assert_type([model.name for model in report.models], list[str])
    assert_type(catalog.search("rl:grpo"), Results[Report])
    assert_type([each.id for each in catalog.search("rl:grpo", columns=["name"])], list[str])
    assert_type(catalog.count("rl")[0], dict[str, Any])
    assert_type(catalog.recipe("r1")[:2], Results[dict[str, Any]])
    assert_type(catalog.compare("r1", report, catalog.search("kl:no")[:2])[0], dict[str, Any])
try:
    catalog.search("x")
except ReportcliError as error:
    assert_type(error.did_you_mean, tuple[str, ...])
"""


@pytest.mark.slow
def test_the_types_are_complete(tmp_path: Path) -> None:
    (tmp_path / "example.py").write_text(TYPED)
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), "example.py"]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, encoding="utf-8", env=unmeasured())
    assert (ended.returncode, ended.stdout) == (0, "Success: no issues found in 1 source file\n"), ended.stdout
    (tmp_path / "example.py").write_text("from reportcli import nothing\n")
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, encoding="utf-8", env=unmeasured())
    assert 'has no attribute "nothing"' in ended.stdout


@pytest.mark.slow
def test_records_are_a_data_frame(catalog: Catalog) -> None:
    pandas = pytest.importorskip("pandas")
    reports = pandas.DataFrame(catalog.search("rl:grpo"))
    assert reports["id"].tolist() == [report.id for report in catalog.search("rl:grpo")]
    assert reports["links"][0]["arxiv"] == catalog.search("rl:grpo")[0].links.arxiv
    frame = pandas.DataFrame(catalog.search("rl:grpo").to_records())
    assert frame.loc[frame["id"] == "magistral", "name"].tolist() == ["Magistral"]
    assert len(frame) == len(catalog.search("rl:grpo"))
    table = pandas.DataFrame(catalog.listing(columns="id,params,date").to_records())
    assert table.columns.tolist() == ["id", "parameters", "date"]
    assert (
        pandas.DataFrame(catalog.count("rl", by="year").to_records())
        .pivot(index="value", columns="period", values="count")
        .loc["grpo"]
        .sum()
        == 12
    )
