"""Importing: the round trip, spreadsheets, entries that are known, what is refused, and that nothing is half done."""

import csv
import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import READING_LIST, Run
from makers import entry, write
from reportcli.catalog.files import read_report, read_text
from reportcli.catalog.write import EntryBatch
from reportcli.curate.mapping import read_mapping
from reportcli.curate.merge import merged
from reportcli.curate.records import CSV, JSON, Source, records_of
from reportcli.curate.spreadsheet import SHIPPED, spreadsheet_records
from reportcli.errors import EntryUnwritable

HEADER = (
    "Model", "Organization", "Publication date", "Parameters", "Training compute (FLOP)",
    "Training dataset size (datapoints)", "Training hardware", "Hardware quantity", "Training time (hours)", "Link",
    "Reference", "Abstract", "Confidence", "Domain", "Parameters notes", "Country",
)  # fmt: skip


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is refused of standard input is saved in the current folder."""
    monkeypatch.chdir(tmp_path)


MADE = "note: made the folder new\n"


def spreadsheet(path: Path, *rows: dict[str, str]) -> Path:
    """Write a spreadsheet with the columns of Epoch AI's tables."""
    usual = {"Organization": "Toy Lab", "Publication date": "2024-02-03", "Domain": "Language"}
    with open(path, "w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, HEADER)
        writer.writeheader()
        writer.writerows(usual | row for row in rows)
    return path


def lines(text: str) -> list[list[str]]:
    return [line.split("\t") for line in text.splitlines()]


# The round trip.


@pytest.mark.parametrize("name", ["json", "jsonl", "toml"])
def test_what_list_writes_comes_back_byte_for_byte(cli: Run, tmp_path: Path, name: str) -> None:
    written = cli("list", "-f", name).stdout
    ended = cli("import", "-", "--catalog", f"{tmp_path}/new", stdin=written)
    assert (ended.returncode, ended.stderr) == (0, f"{MADE}note: 36 new\n")
    ids = {path.name for path in READING_LIST.glob("*.toml")}
    assert {path.name for path in (tmp_path / "new").iterdir()} == ids | {"schema.json"}
    assert [name for name in ids if read_text(READING_LIST / name) != read_text(tmp_path / "new" / name)] == []
    again = cli("import", "-", "--catalog", f"{tmp_path}/new", "--replace", stdin=written)
    assert again.stderr == "note: 36 unchanged\n"


def test_a_folder_and_single_entries_are_sources_too(cli: Run, tmp_path: Path) -> None:
    folder = write(tmp_path / "one", "a-1", "A 1").parent
    write(folder, "broken", "B", more="x")
    single = write(tmp_path, "b-2", "B 2")
    ended = cli("import", str(folder), str(single), "--catalog", f"{tmp_path}/new")
    assert [row[:2] for row in lines(ended.stdout)] == [["a-1", "new"], ["", "refused"], ["b-2", "new"]]
    assert "line 7: not TOML" in ended.stdout
    assert (ended.returncode, ended.stderr.splitlines()[-1]) == (1, "note: 2 new, 1 refused")


def test_a_file_of_any_name_is_the_entry_that_is_known_by_its_name(cli: Run, tmp_path: Path) -> None:
    (tmp_path / "q.toml").write_text(cli("show", "tulu-3-2025", "-f", "toml").stdout)
    ended = cli("import", f"{tmp_path}/q.toml", "--replace")
    assert lines(ended.stdout)[0][:2] == ["tulu-3-2025", "unchanged"]
    assert lines(cli("import", f"{tmp_path}/q.toml", "--catalog", f"{tmp_path}/new").stdout)[0][:2] == ["q", "new"]


def test_records_of_a_listing_have_more_keys_than_an_entry(cli: Run, tmp_path: Path) -> None:
    found = cli("search", "GRPO", "-f", "jsonl", "-n", "2").stdout
    assert {"derived", "score", "matches"} <= json.loads(found.splitlines()[0]).keys()
    assert cli("import", "-", "--catalog", f"{tmp_path}/new", stdin=found).stderr == f"{MADE}note: 2 new\n"


# Spreadsheets.


def test_rows_of_one_paper_are_models_of_one_report(cli: Run, tmp_path: Path) -> None:
    paper = {"Link": "https://arxiv.org/abs/2402.01234", "Reference": "Toyla: small models"}
    small = {
        "Model": "Toyla-7B", "Organization": "Toy Lab,Other Lab", "Parameters": "7e+09", "Confidence": "Likely",
        "Training dataset size (datapoints)": "2e12", "Training hardware": "H100", "Hardware quantity": "2048",
        "Training time (hours)": "100", "Abstract": "We present Toyla. It is small.",
        "Parameters notes": 'the "card"\nsays so',
    }  # fmt: skip
    path = spreadsheet(tmp_path / "e.csv", paper | small, paper | {"Model": "Toyla-70B", "Parameters": "7e10"})
    ended = cli("import", str(path), "--catalog", f"{tmp_path}/new")
    assert (ended.stdout, ended.returncode) == (f"toyla-7b\tnew\t{path}:3 and 4\t\n", 0)
    report = read_report(str(tmp_path / "new" / "toyla-7b.toml"))
    assert [(model.name, model.parameters) for model in report.models] == [
        ("Toyla-7B", 7 * 10**9),
        ("Toyla-70B", 7 * 10**10),
    ]
    assert (report.title, report.organizations) == ("Toyla: small models", ("Toy Lab", "Other Lab"))
    assert (report.links.arxiv, report.summary, report.tags) == ("2402.01234", "We present Toyla.", ("language-model",))
    figures = report.pretraining
    assert (figures.tokens, figures.gpu_hours, figures.hardware) == (2 * 10**12, 204_800, "2048 H100")
    assert report.sources["models"].startswith("Epoch AI")
    assert report.confidence["models.parameters"] == 'the "card" says so; Epoch AI: likely'
    assert "not our own words" in report.confidence["summary"]


NO_DAY = "Publication date: expected a day such as 2025-06-18, got"
REFUSED_ROWS = {
    "2024": ({"Publication date": "2024"}, f"{NO_DAY} '2024'"),
    "impossible": ({"Publication date": "2023-21-30"}, f"{NO_DAY} '2023-21-30'"),
    "no number": ({"Parameters": "7 billion-ish"}, "Parameters: 7 billion-ish is not a number"),
    "altered": ({"Training compute (FLOP)": "2.5e+34"}, "Training compute (FLOP): "),
    "no name": ({"Model": ""}, "name: required, but missing"),
    "letters": ({"Model": "模型"}, "cannot derive an id from the name '模型'"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED_ROWS)
def test_a_wrong_row_is_refused_with_its_column_and_value(cli: Run, tmp_path: Path, name: str) -> None:
    cells, reason = REFUSED_ROWS[name]
    good, bad = {"Model": "Good", "Link": "https://toy.example/good"}, {"Model": "Bad"} | cells
    path = spreadsheet(tmp_path / "e.csv", bad, good)
    ended = cli("import", str(path), "--catalog", f"{tmp_path}/new")
    refused, new = lines(ended.stdout)
    assert (refused[1:3], new[:2]) == (["refused", f"{path}:2"], ["good", "new"])
    assert refused[3].startswith(reason)
    assert f"note: the 1 refused records are in {tmp_path}/e.refused.csv, with their reasons" in ended.stderr
    with open(tmp_path / "e.refused.csv", encoding="utf-8", newline="") as file:
        [row] = csv.DictReader(file)
    assert row["reason"] == refused[3]
    assert cli("import", f"{tmp_path}/e.refused.csv", "--catalog", f"{tmp_path}/new").returncode == 1


def test_a_row_without_a_tag_that_fits_is_incomplete(cli: Run, tmp_path: Path) -> None:
    path = spreadsheet(tmp_path / "e.csv", {"Model": "GoBot", "Domain": "Games"})
    assert "columns left out: Country" in cli("import", str(path)).stderr
    assert "GoBot (incomplete)" in cli("list", "-n", "40", terminal=True).stdout
    assert " · incomplete\n" in cli("show", "gobot", terminal=True).stdout
    ended = cli("check", "gobot")
    assert (ended.returncode, ended.stdout.count("required, but missing")) == (1, 3)


def test_columns_may_be_called_as_fields_are(cli: Run, tmp_path: Path) -> None:
    written = cli("list", "--columns", "id,name,title,date,organizations,license", "-f", "csv", "-n", "3").stdout
    ended = cli("import", "-", "--catalog", f"{tmp_path}/new", stdin=written)
    assert ended.stderr.endswith("\nnote: 3 new\n")
    ids = [row[0] for row in lines(ended.stdout)]
    for entry_id in ids:
        copy, shipped = (read_report(str(folder / f"{entry_id}.toml")) for folder in (tmp_path / "new", READING_LIST))
        assert (copy.name, copy.title, copy.date, copy.license) == (
            shipped.name,
            shipped.title,
            shipped.date,
            shipped.license,
        )


def test_figures_of_a_model_without_a_name_are_those_of_one_named_as_its_report(cli: Run, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(
        "name,organizations,date,params,active_parameters,context,tokens\nToy,Lab,2025-01-01,3e9,1B,128k,2T\n"
    )
    call = ("import", f"{tmp_path}/t.csv", "--catalog", f"{tmp_path}/new")
    assert cli(*call).stderr.endswith("\nnote: 1 new\n")
    report = read_report(str(tmp_path / "new" / "toy.toml"))
    [model] = report.models
    assert (model.name, model.parameters, model.active_parameters, model.context_length, report.pretraining.tokens) == (
        "Toy", 3_000_000_000, 1_000_000_000, 131_072, 2_000_000_000_000,
    )  # fmt: skip
    [row] = lines(cli(*call, "--update").stdout)  # its models may have other names by now
    assert row[1:4:2] == ["refused", "the row does not say which model it is of; add a column called models.name"]


def test_a_mapping_says_which_column_is_which_field(cli: Run, tmp_path: Path) -> None:
    (tmp_path / "map.toml").write_text("""\
    [columns]
    Who = { field = "organizations", separator = "/" }
    What = ["name", "title"]
    When = "date"
    Billions = { field = "models.parameters", factor = 1e9 }
    Called = "models.name"
    Kind = { field = "tags", values = { LLM = "language-model" } }
    Hours = { field = "gpu_hours", times = "Cards" }
    """)
    (tmp_path / "t.tsv").write_text(
        "What\tWho\tWhen\tBillions\tCalled\tKind\tHue\nToy\tA/B\t2024-05-06\t1.5\tToy-1.5B\tllm\tred\n"
    )
    ended = cli("import", "t.tsv", "--map", f"{tmp_path}/map.toml", "--catalog", "new")
    assert ended.stderr.splitlines() == [
        "note: made the folder new",
        "note: columns left out: Hue",
        "note: no such columns in t.tsv: Hours, Cards",
        "note: 1 incomplete, without a summary, tags or a link; `reportcli check --catalog new` names what is missing",
        "note: 1 new",
    ]
    report = read_report(str(tmp_path / "new" / "toy.toml"))
    assert (report.organizations, report.models[0].parameters, report.tags) == (
        ("A", "B"),
        1_500_000_000,
        ("language-model",),
    )


@pytest.mark.parametrize(
    ("mapping", "message", "hint"),
    [
        ("x", "not TOML", "see `reportcli help mappings`"),
        ("a = 1", "unknown key 'a'", "use one of: columns, group, header, source"),
        ("group = []", "no table [columns]", "write [columns]"),
        ('[columns]\nA = "tokns"', "columns.A: unknown field 'tokns'", "did you mean tokens?"),
        ("[columns]\nA = 1", "columns.A: names no field", "write the path"),
        ('[columns]\nA = { field = "date", seperator = "," }', "unknown key 'seperator'", "did you mean separator?"),
        ('[columns]\nA = { field = "date", factor = "x" }', "factor has a value of the wrong kind", "write { field"),
        ('[columns]\nA = "posttraining.rl.steps"', "unknown field 'posttraining.rl.steps'", ""),
        ('[columns]\nA = "license"', "no column is the name of a report", "write a mapping such as"),
    ],
)
def test_a_wrong_mapping_gets_a_sentence(cli: Run, tmp_path: Path, mapping: str, message: str, hint: str) -> None:
    (tmp_path / "map.toml").write_text(mapping)
    (tmp_path / "t.csv").write_text("A,B\n1,2\n")
    ended = cli("import", f"{tmp_path}/t.csv", "--map", f"{tmp_path}/map.toml")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert message in ended.stderr
    assert hint in ended.stderr


def test_the_shipped_mappings_can_be_read() -> None:
    assert all(read_mapping(path).header for path in SHIPPED)


# Entries that are known.


def record(**values: object) -> str:
    return json.dumps({"id": "x", "name": "X", "title": "T", "organizations": ["O"], "date": "2025-01-02", **values})


@pytest.mark.parametrize(
    ("option", "action", "terms", "summary"),
    [
        ("", "known", None, "One sentence."),
        ("--update", "changed", "MIT", "One sentence."),
        ("--replace", "changed", "MIT", "Another."),
    ],
)
def test_known_entries_are_skipped_filled_or_overwritten(
    cli: Run, tmp_path: Path, option: str, action: str, terms: str | None, summary: str
) -> None:
    path = write(tmp_path, "x", "X", more='[links]\narxiv = "2501.00001"\n')
    given = record(license="MIT", summary="Another.")
    ended = cli("import", "-", *filter(None, [option]), "--catalog", str(tmp_path), stdin=given)
    assert (lines(ended.stdout)[0][:2], ended.stderr) == (["x", action], f"note: 1 {action}\n")
    report = read_report(str(path))
    assert (report.license, report.summary, report.links.arxiv) == (terms, summary, "2501.00001")


def test_a_record_without_an_id_means_the_entry_of_its_name_or_paper(cli: Run, tmp_path: Path) -> None:
    write(tmp_path, "x", "X One", more='[links]\narxiv = "2501.00001"\n')
    rows = {"Model": "X-One"}, {"Model": "Other", "Link": "https://arxiv.org/pdf/2501.00001v2"}
    for row in rows:
        path = spreadsheet(tmp_path / "e.csv", row)
        assert lines(cli("import", str(path), "--catalog", str(tmp_path)).stdout)[0][:2] == ["x", "known"]


def test_a_shipped_entry_is_copied_before_it_changes(cli: Run, own_home: Path) -> None:
    given = json.dumps({"id": "qwen3", "license": "Toy License"})
    assert cli("import", "-", "--replace", stdin=given).stderr == "note: 1 changed\n"
    [own] = own_home.rglob("qwen3.toml")
    assert read_report(str(own)).license == "Toy License"
    assert len(read_report(str(own)).models) == len(read_report(str(READING_LIST / "qwen3.toml")).models)


def test_comments_are_never_lost(cli: Run, tmp_path: Path) -> None:
    path = write(tmp_path, "x", "X", more='license = "BSD"  # says the page\n# mine\n')
    ended = cli("import", "-", "--replace", "--catalog", str(tmp_path), stdin=record(license="MIT"))
    assert (ended.returncode, ended.stderr.splitlines()[-1]) == (0, "note: 1 changed")
    assert path.read_text(encoding="utf-8").endswith('license = "MIT"  # says the page\n# mine\n')


def test_what_is_known_now_is_no_longer_undisclosed() -> None:
    known = {"name": "X", "undisclosed": ["pretraining.tokens", "license"], "pretraining": {"hardware": "H100"}}
    both = merged(known, {"pretraining": {"tokens": 1, "hardware": "A100"}}, overwrite=False)
    assert both["pretraining"] == {"hardware": "H100", "tokens": 1}
    assert both["undisclosed"] == ["license"]


_values = st.recursive(
    st.none() | st.integers() | st.text("ab", max_size=2), lambda inner: st.dictionaries(st.sampled_from("xyz"), inner)
)
_tables = st.dictionaries(st.sampled_from("xyz"), _values)


@given(_tables, _tables)
def test_filling_keeps_what_is_there_and_overwriting_what_is_given(
    first: dict[str, object], second: dict[str, object]
) -> None:
    assert merged(first, {}, overwrite=True) == first
    filled, overwritten = merged(first, second, overwrite=False), merged(first, second, overwrite=True)
    for key, value in first.items():
        if value not in (None, "", {}) and not isinstance(value, dict):
            assert filled[key] == value
    for key, value in second.items():
        if not isinstance(value, dict):
            assert overwritten[key] == value
    assert filled.keys() == overwritten.keys() == first.keys() | second.keys()


# Nothing is half done.


def test_a_dry_run_changes_nothing(cli: Run, tmp_path: Path) -> None:
    ended = cli("import", "-", "--dry-run", "--catalog", f"{tmp_path}/new", stdin=record() + "\n{}\n")
    assert [row[1] for row in lines(ended.stdout)] == ["new", "refused"]
    assert ended.stderr.splitlines() == [
        "note: 1 incomplete, without a summary, tags or a link", "note: would be: 1 new, 1 refused"
    ]  # fmt: skip
    assert not (tmp_path / "new").exists()


def test_records_that_are_wrong_are_refused_alone(cli: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    given = [record(), "3", "{oops", record(color="red"), record(id="y"), record(id="z", date="soon"), record()]
    ended = cli("import", "-", "--as", "json", "--catalog", "new", stdin="\n".join(given))
    assert [(row[1], row[3]) for row in lines(ended.stdout)] == [
        ("new", ""),
        ("refused", "not an object"),
        ("refused", "not JSON: Expecting property name enclosed in double quotes"),
        ("refused", "x is also at -: record 1"),
        ("refused", 'name: "X" is also a name of x'),
        (
            "refused",
            'date: expected a date such as 2025-06-18, without quotes, got "soon"; name: "X" is also a name of x',
        ),
        ("refused", "x is also at -: record 1"),
    ]
    refused = [json.loads(line) for line in (tmp_path / "import.refused.jsonl").read_text().splitlines()]
    assert [row["reason"] for row in refused] == [row[3] for row in lines(ended.stdout)[1:]]
    assert len(list((tmp_path / "new").glob("*.toml"))) == 1
    for _ in range(2):  # a file of other content is left alone, one of the same serves again
        cli("import", "-", "--as", "json", "--catalog", "new", stdin='"half \\ud83d"')
    assert [path.name for path in sorted(tmp_path.glob("*.jsonl"))] == [
        "import.refused-2.jsonl",
        "import.refused.jsonl",
    ]
    assert json.loads((tmp_path / "import.refused-2.jsonl").read_text())["record"] == "half \ud83d"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[{}", "ends within its array"), ("[{},", "ends within its array"), ("[{]", "1: not JSON"),
        ("[{" + '"a":[' * 100_000, "1: not JSON"), ('{"a":' * 100_000, "1: not JSON"), ("x = ", "not TOML"),
        ("a,b\n\"", "not CSV"), ("name,name\n", "two columns called 'name'"), ("a;b\n1;2\n", "no column is the name"),
    ],
)  # fmt: skip
def test_a_source_that_cannot_be_read_changes_nothing(cli: Run, tmp_path: Path, text: str, message: str) -> None:
    ended = cli("import", "-", "--catalog", f"{tmp_path}/new", stdin=text)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert message in ended.stderr
    assert not (tmp_path / "new").exists()


def test_other_faults_get_a_sentence(cli: Run, tmp_path: Path) -> None:
    (tmp_path / "latin.csv").write_bytes(b"name\nM\xfcnchen\n")
    for arguments, message in (
        (("import", f"{tmp_path}/none.json"), "no such file or folder"),
        (("import", f"{tmp_path}/latin.csv"), "latin.csv:2: not UTF-8 text"),
        (("import", "x", "--update", "--replace"), "--update and --replace exclude each other"),
        (("import", "-", "--as", "xml"), "--as takes json, toml or csv"),
        (("import", "x", "--map", f"{tmp_path}/none.toml"), "no such file or folder"),
    ):
        ended = cli(*arguments)
        assert (ended.returncode, ended.stdout) == (2, "")
        assert message in ended.stderr


def test_all_texts_are_on_disk_before_the_first_replaces_anything(tmp_path: Path) -> None:
    before = write(tmp_path, "a", "A").read_text(encoding="utf-8")
    with EntryBatch() as batch:
        batch.add(tmp_path / "a.toml", entry("B"), before)
        assert len(list(tmp_path.iterdir())) == 2
        with pytest.raises(EntryUnwritable):
            batch.add(tmp_path / "b.toml", "x" * 2_000_000, None)
    assert [path.name for path in tmp_path.iterdir()] == ["a.toml"]
    assert (tmp_path / "a.toml").read_text(encoding="utf-8") == before


def test_an_entry_that_appears_meanwhile_is_left_alone(tmp_path: Path) -> None:
    with EntryBatch() as batch:
        batch.add(tmp_path / "a.toml", entry("A"), None)
        batch.add(tmp_path / "b.toml", entry("B"), None)
        write(tmp_path, "a", "Theirs")
        [(path, error)] = batch.put_in_place()
    assert (path.name, "already exists" in str(error)) == ("a.toml", True)
    assert read_report(str(tmp_path / "a.toml")).name == "Theirs"
    assert sorted(os.listdir(tmp_path)) == ["a.toml", "b.toml"]


@given(st.text(st.sampled_from('[]{},:"\\ \n\tax1=é'), max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    from reportcli.errors import UsageError

    for kind, read in ((JSON, records_of), (CSV, spreadsheet_records)):
        try:
            records = list(read(Source("-", text, kind)))
        except UsageError:
            continue
        assert all(each.place.startswith("-:") for each in records)
