"""Checking files: which are looked at, what they are compared with, what cannot be read, and what is reformatted."""

import datetime
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from stat import S_IMODE
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conftest import CATALOG, READING_LIST, Run
from makers import CANONICAL, ODD_FILES, canonical
from reportcli.answer.check import Finding
from reportcli.catalog.files import shipped_folder, user_folder
from reportcli.curate.check import check
from reportcli.errors import CatalogUnreadable, EntryUnwritable, PathNotFound
from reportcli.report.choices import ID_ADVICE
from reportcli.report.toml import to_toml
from synthetic import make_reports, plain_toml
from terminal import on_terminal
from trials.runner import Answered, call

Cli = Callable[..., Answered]
TODAY = datetime.date(2025, 6, 30)
TERM = '[{id}]\nname = "{name}"\nkind = "rl"\ndefinition = "d"\n'
QWEN = (shipped_folder() / "qwen3.toml").read_text(encoding="utf-8")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def cli() -> Cli:
    """Run the program in this process."""
    return lambda *arguments: call(arguments)


def write(path: str, name: str = "X", more: str = "") -> Path:
    file = Path(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(canonical(name, more), encoding="utf-8")
    return file


def write_vocabulary(folder: str, text: str) -> Path:
    file = Path(folder, "vocabulary", "techniques.toml")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


def findings(*paths: str, given: tuple[str, ...] = (), fix: bool = False) -> list[str]:
    """Return what a check finds, a line for each finding."""
    report = check([Path(path) for path in paths], [Path(folder) for folder in given], fix=fix, today=TODAY)
    return [
        f"{file}:{line}: {'' if severity == 'problem' else 'remark: '}{key}: {problem}"
        for file, line, _, key, problem, severity in report.findings
    ]


# What is looked at.


def test_the_shipped_catalogue_has_no_problems() -> None:
    report = check()
    assert [finding for finding in report.findings if finding.severity == "problem"] == []
    assert report.notes[0].startswith("36 entries, no problems")
    assert report.exit_code == 0


def test_every_problem_of_every_file_is_named_with_its_line_and_key() -> None:
    Path("c").mkdir()
    wrong = QWEN.replace("[pretraining]\ntokens = 36_000_000_000_000", '[pretraining]\ntokens = "36T"')
    Path("c/qwen3.toml").write_text(wrong.replace("layers = 94", "layers = -1").replace('"grpo"', '"grop"', 1))
    write("c/poor.toml", more="numbr = 1\n")
    lines = wrong.replace('"grpo"', '"grop"', 1).split("\n")
    places = [1 + lines.index(text) for text in ('    "grop",', "layers = 94", 'tokens = "36T"')]
    number = "expected a whole number from 0 to 2^63 - 1"
    assert findings("c") == [
        "c/poor.toml:11: numbr: unknown key; did you mean number?",
        f'c/qwen3.toml:{places[0]}: techniques[16]: unknown technique "grop"; did you mean grpo?',
        f"c/qwen3.toml:{places[1]}: architecture.layers: {number}, got -1",
        f'c/qwen3.toml:{places[2]}: pretraining.tokens: {number}, got "36T"',
    ]


def test_without_paths_the_folders_in_force_are_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    write("mine/bad.toml", more="x = 1\n")
    write("other/worse.toml", "Y", more="y = 1\n")
    assert findings(given=("mine",)) == ["mine/bad.toml:11: x: unknown key"]
    monkeypatch.setenv("REPORTCLI_CATALOG", os.pathsep.join(["mine", "other"]))
    assert findings() == ["mine/bad.toml:11: x: unknown key", "other/worse.toml:11: y: unknown key"]


def test_the_users_own_entries_are_checked_with_the_shipped_ones() -> None:
    own = write(str(user_folder() / "qwen-3.toml"), "Qwen 3")
    assert findings() == [
        f'{own}:1: name: "Qwen 3" is also a name of qwen3',
        f'{shipped_folder() / "qwen3.toml"}:3: name: "Qwen3" is also a name of qwen-3',
    ]


def test_a_file_is_compared_with_the_catalogue_in_force_and_only_its_findings_are_shown() -> None:
    write("new.toml", "Qwen 3", 'techniques = [\n    "grpo",\n]\n')
    assert findings("new.toml") == ['new.toml:1: name: "Qwen 3" is also a name of qwen3']
    assert check([Path("new.toml")]).notes == ("1 entry, 1 problem",)


def test_a_file_of_the_catalogue_is_no_rival_of_itself() -> None:
    assert findings(str(shipped_folder() / "qwen3.toml")) == []
    assert check([shipped_folder() / "qwen3.toml"]).notes == ("1 entry, no problems",)


def test_a_file_replaces_the_entry_of_the_same_id() -> None:
    write("qwen3.toml", "Qwen3")
    assert findings("qwen3.toml") == []


def test_a_file_in_a_folder_with_a_vocabulary_is_compared_within_that_folder() -> None:
    write_vocabulary("clone", TERM.format(id="newest", name="Newest"))
    write("clone/a.toml", "Qwen3", 'techniques = [\n    "newest",\n    "grpo",\n]\n')
    write("clone/b.toml", "Other", "nonsense = 1\n")
    assert findings("clone/a.toml") == [
        'clone/a.toml:13: techniques[1]: unknown technique "grpo"',
    ]


def test_a_folder_is_a_catalogue_of_its_own() -> None:
    write("mine/qwen-3.toml", "Qwen 3")
    assert findings("mine") == []
    assert findings("mine", given=(str(shipped_folder()),)) == [
        'mine/qwen-3.toml:1: name: "Qwen 3" is also a name of qwen3'
    ]


def test_the_same_id_in_a_later_folder_is_no_clash() -> None:
    write("low/a.toml", "One")
    write("high/a.toml", "One")
    write("high/b.toml", "Two")
    assert findings(given=("low", "high")) == []
    write("high/a.toml", "Three")
    write("high/c.toml", "One")
    assert findings(given=("low", "high")) == []


def test_names_that_two_entries_share_are_named_in_both() -> None:
    write("c/a.toml", "Tülu 3")
    write("c/b.toml", "B", "").write_text(
        CANONICAL.format(name="B").replace("organizations", 'aliases = [\n    "TULU-3",\n]\norganizations')
    )
    assert findings("c") == [
        'c/a.toml:1: name: "Tülu 3" is also a name of b',
        'c/b.toml:4: aliases[0]: "TULU-3" is also a name of a',
    ]
    assert [line[:8] for line in findings("c", "c/b.toml")] == ["c/b.toml", "c/a.toml"]


def test_names_that_are_missing_are_not_shared() -> None:
    for entry_id in ("a", "b"):
        write(f"c/{entry_id}.toml", "-", "\n[[models]]\nparameters = 1\n")
    missing = [f"c/{entry_id}.toml:17: models[0].name: required, but missing" for entry_id in ("a", "b")]
    assert findings("c")[:2] == missing
    for entry_id in ("a", "b"):
        Path(f"c/{entry_id}.toml").write_text("".join(Path(f"c/{entry_id}.toml").read_text().splitlines(True)[1:]))
    assert [line for line in findings("c") if "also" in line] == []


def test_remarks_stand_after_problems_and_do_not_fail() -> None:
    write("c/a.toml", "DeepSeek-V3", '\n[[models]]\nname = "M-7B"\n')
    write("c/b.toml", "B", 'based_on = [\n    "DeepSek-V3",\n]\n\n[[models]]\nname = "M 7B"\n')
    remarks = [
        'c/a.toml:18: remark: models[0].name: "M-7B" is also a model of b',
        'c/b.toml:12: remark: based_on[0]: "DeepSek-V3" is not in the catalogue; did you mean "DeepSeek-V3"?',
        'c/b.toml:21: remark: models[0].name: "M 7B" is also a model of a',
    ]
    assert findings("c") == remarks
    report = check([Path("c")], today=TODAY)
    assert (report.exit_code, report.notes) == (0, ("2 entries, no problems, 3 remarks",))
    write("c/c.toml", "C", "x = 1\n")
    assert findings("c") == ["c/c.toml:11: x: unknown key", *remarks]
    assert check([Path("c")], today=TODAY).exit_code == 1


def test_today_can_be_any_day() -> None:
    path = write("c/a.toml")
    assert check([path], today=datetime.date(2025, 1, 2)).exit_code == 0
    (finding,) = check([path], today=datetime.date(2025, 1, 1)).findings
    assert finding == Finding(
        "c/a.toml", 6, None, "date", "2025-01-02 is in the future; today is 2025-01-01", "problem"
    )


def test_only_entries_of_a_folder_are_looked_at() -> None:
    write("c/a.toml")
    for other in (".hidden.toml", "README.md", "schema.json", "a.toml~"):
        Path("c", other).write_text("= nothing")
    assert findings("c") == []


def test_an_empty_folder_has_no_problems() -> None:
    Path("c").mkdir()
    assert check([Path("c")]).notes == ("0 entries, no problems",)


def test_what_is_not_there_is_a_wrong_request() -> None:
    with pytest.raises(PathNotFound, match="no such file or folder: nowhere"):
        check([Path("nowhere.toml")])
    with pytest.raises(CatalogUnreadable):
        check([], [Path("nowhere")])


# The vocabulary.


def test_the_vocabulary_of_a_folder_is_checked_with_it() -> None:
    write("c/a.toml")
    file = write_vocabulary("c", f'{TERM.format(id="x", name="X")}reference = "a"\n\n[y]\nname = "x"\nkind = "RL"\n')
    problems = [
        "c/vocabulary/techniques.toml:1: x: \"x\" is also a name of y",
        "c/vocabulary/techniques.toml:7: y.definition: required, but missing",
        'c/vocabulary/techniques.toml:9: y.kind: "RL" is not an allowed value; did you mean rl?',
    ]  # fmt: skip
    assert findings("c") == problems[1:]  # what is not a technique owns no name
    for path in (file, file.parent):
        assert findings(str(path)) == problems[1:]
        assert check([path]).notes == ("1 vocabulary, 2 problems",)
    file.write_text(file.read_text() + 'definition = "d"\n')
    both = 'c/vocabulary/techniques.toml:7: y: "x" is also a name of x'
    assert findings("c") == [problems[0], both, problems[2]]


def test_a_reference_may_be_an_entry_that_cannot_be_read() -> None:
    write("c/a.toml").write_text("= =")
    write_vocabulary("c", f'{TERM.format(id="x", name="X")}reference = "a"\n')
    assert findings("c") == ["c/a.toml:1: : not TOML: invalid statement"]


def test_a_vocabulary_that_cannot_be_read_makes_no_technique_unknown() -> None:
    write("c/a.toml", more='techniques = [\n    "grpo",\n]\n').write_text(
        CANONICAL.format(name="X").replace("\ntags", '\ntags = ["moe"]\ntechniques = ["grpo"]\n#', 1)[:-1]
    )
    write_vocabulary("c", "[grpo")
    assert [line for line in findings("c") if "technique" in line] == [
        "c/vocabulary/techniques.toml:1: : not TOML: expected ']' at the end of a table declaration"
    ]


def test_a_vocabulary_of_another_folder_is_not_spoken_of() -> None:
    write("c/a.toml")
    assert findings("c") == []  # the shipped one would refer to reports that are not in this folder


# What cannot be read.


def test_a_file_that_is_no_toml_is_named_with_line_and_column() -> None:
    write("c/good.toml", more="x = 1\n")
    for content, position, problem in (
        (b"= =", (1, 1), "not TOML: invalid statement"),
        (b'name = "x"\ntitle = = "y"\n', (2, 9), "not TOML: invalid value; strings must be quoted"),
        (
            b"a = 1\ndate = 2026-13-02 # ?\n",
            (2, 8),
            "not TOML: 2026-13-02 is not a date; dates are written 2025-06-18, year first",
        ),
        (b'name = "x"\nname = "y"\n', (2, 11), "not TOML: cannot overwrite a value; duplicate key"),
        (b"a = [\n", (2, 1), "not TOML: invalid value; strings must be quoted"),
        (b"caf\xe9 = 1\n", (1, None), "not UTF-8 text"),
        (CANONICAL.encode("utf-16"), (1, None), "not UTF-8 text"),
        (b'a = "\x00"\n', (1, 6), "not TOML: illegal character '\\x00'"),
        (b"a = " + b"[" * 3000 + b"]" * 3000, (None, None), "nested too deeply"),
        (b"a = " + b"{a=" * 3000, (None, None), "nested too deeply"),
    ):
        Path("c/bad.toml").write_bytes(content)
        assert check([Path("c")], today=TODAY).findings == (
            Finding("c/bad.toml", *position, "", problem, "problem"),
            Finding("c/good.toml", 11, None, "x", "unknown key", "problem"),
        )
    Path("notes.md").write_text("# Notes\n\nHello.\n")
    assert findings("notes.md") == ["notes.md:3: : not TOML: invalid initial character for a key part"]


@pytest.mark.parametrize(("make", "problem"), ODD_FILES)
def test_what_is_no_file_is_named(make: Any, problem: str) -> None:
    write("c/good.toml")
    make(Path("c/bad.toml"))
    assert findings("c") == [f"c/bad.toml:None: : {problem}"]
    if not Path("c/bad.toml").is_dir():
        assert findings("c/bad.toml") == [f"c/bad.toml:None: : {problem}"]


def test_how_windows_writes_files_is_no_problem_and_stays() -> None:
    path, text = write("c/a.toml"), TIDY.encode()
    mark, lines = b"\xef\xbb\xbf", text.replace(b"\n", b"\r\n")
    for content in (mark + text, lines, mark + b"#:schema x\r\n" + lines):
        path.write_bytes(content)
        assert findings("c", fix=True) == []
        assert path.read_bytes() == content


def test_names_and_texts_that_a_terminal_would_obey_are_spelled_out(cli: Cli) -> None:
    write("c/a\x1b[31m.toml", "X", '"\\u001b[2J" = 1\n[sources]\n"\\u202e" = "\\u0007"\n')
    for form in ("text", "github", "tsv", "csv", "json", "jsonl", "markdown", "table", "names"):
        result = cli("check", "c", "-f", form)
        assert result.code == 1
        assert {letter for letter in result.out if not letter.isprintable()} <= {"\n", "\t", *("\r" * (form == "csv"))}
    assert "\nc/a\\x1b[31m.toml:11: \\x1b[2J: unknown key\n" in cli("check", "c").out


def test_the_line_end_in_the_name_of_a_file_is_seen_where_a_person_reads(cli: Cli) -> None:
    write("c/a.toml").rename("c/a\nb.toml")
    for form, start in (("text", ""), ("github", "::error file="), ("table", "")):
        assert cli("check", "c", "-f", form).out.startswith(rf"{start}c/a\x0ab.toml")
    assert json.loads(cli("check", "c", "--json").out)[0]["file"] == "c/a\nb.toml"


def test_a_name_that_is_not_utf_8_is_a_problem_of_its_own(cli: Cli) -> None:
    Path("c").mkdir()
    try:
        with open(b"c/caf\xe9.toml", "wb") as file:
            file.write(CANONICAL.format(name="X").encode())
    except OSError:
        pytest.skip("this file system takes no such names")
    result = cli("check", "c")
    assert (result.code, "Traceback" in result.err) == (1, False)
    named = f"is not a valid file name; {ID_ADVICE}"
    assert result.out == f'c/caf\\xdce9.toml: "caf\\xdce9.toml" {named}\n'
    assert json.loads(cli("check", "c", "--json").out)[0]["file"] == "c/caf\udce9.toml"


SHIPPED = [path.read_bytes() for path in sorted(shipped_folder().glob("*.toml"))[:6]]
MUTATED = st.builds(
    lambda text, at, length, piece: text[: at % len(text)] + piece + text[at % len(text) + length :],
    st.sampled_from(SHIPPED),
    st.integers(0, 2**20),
    st.integers(0, 40),
    st.sampled_from([
        b"", b"\n", b'"', b"'''", b"[", b"]]", b"{", b"=", b"# ", b"\xff", b"\x00", b"\r", b"1979-05-27", b"-1", b"inf",
        b"\\u202e", b"x.y.z = 1\n", b"[a.b]\n", b"[[models]]\n", b"[[notes.x]]\n", b"[links]\n",
    ]),
)  # fmt: skip


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(MUTATED | st.binary(max_size=60))
def test_no_file_is_too_odd_to_be_checked(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.toml"
    path.write_bytes(content)
    text = content.decode("utf-8", "replace")
    for finding in check([path], [tmp_path], today=TODAY).findings:
        assert finding.line is None or 1 <= finding.line <= text.count("\n") + 1
        assert finding.problem
    path.unlink()


TOML = st.recursive(
    st.one_of(st.integers(-5, 5), st.booleans(), st.text("a\u202e\n", max_size=3), st.dates().map(str)).map(json.dumps),
    lambda inner: st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
    max_leaves=4,
)
KEYS = st.sampled_from(
    ["name", "date", "tags", "links", "models", "notes", "sources", "pretraining", "techniques", "odd"]
)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(KEYS, TOML, max_size=6))
def test_values_of_any_type_are_only_problems(tmp_path: Path, values: dict[str, str]) -> None:
    path = tmp_path / "x.toml"
    path.write_text("".join(f"{key} = {value}\n" for key, value in values.items()), encoding="utf-8")
    report = check([path], [tmp_path], today=TODAY)
    assert report.exit_code == 1
    assert {finding.key for finding in report.findings} >= {key for key in ("name", "date") if key not in values}


# Reformatting.

UNTIDY = CANONICAL.format(name="X").replace('tags = [\n    "language-model",\n]', "tags=['language-model']")
TIDY = CANONICAL.format(name="X")


def test_a_file_whose_only_problem_is_layout_is_reformatted(cli: Cli) -> None:
    path = write("c/a.toml")
    path.write_text(UNTIDY)
    path.chmod(0o640)
    assert findings("c") == ["c/a.toml:8: : layout: expected tags = [ here; `check --fix` reformats the file"]
    assert cli("check", "--fix", "c") == (0, "", "note: reformatted c/a.toml\nnote: 1 entry, no problems\n")
    assert path.read_text() == TIDY
    assert S_IMODE(path.stat().st_mode) == 0o640
    assert [file.name for file in Path("c").iterdir()] == ["a.toml"]


def test_annotations_name_files_from_the_folder_of_the_workflow(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    write("sub/c/a.toml").write_text(UNTIDY)
    here = os.getcwd()
    monkeypatch.chdir("sub")
    for workspace, path in (
        (here, "sub/c/a.toml"),
        (f"{here}/sub", "c/a.toml"),
        ("/nowhere", "c/a.toml"),
        ("", "c/a.toml"),
    ):
        monkeypatch.setenv("GITHUB_WORKSPACE", workspace)
        out = cli("check", "c", "-f", "github").out
        assert out.startswith(f"::error file={path},line=8::")


def test_other_hard_links_are_said_to_keep_the_former_layout(cli: Cli) -> None:
    write("c/a.toml").write_text(UNTIDY)
    Path("other.toml").hardlink_to("c/a.toml")
    note = "note: reformatted c/a.toml; its other hard links keep the former text\n"
    assert cli("check", "--fix", "c").err == f"{note}note: 1 entry, no problems\n"


def test_a_second_run_changes_nothing() -> None:
    path = write("c/a.toml")
    path.write_text(UNTIDY)
    Path("c/schema.json").write_text("{}")
    findings("c", fix=True)
    before = path.stat()
    assert path.read_text() == f"#:schema ./schema.json\n{TIDY}"
    assert check([Path("c")], fix=True, today=TODAY).notes == ("1 entry, no problems",)
    assert (path.stat().st_mtime_ns, path.stat().st_ino) == (before.st_mtime_ns, before.st_ino)


def test_the_schema_line_is_added_where_a_schema_lies_beside_and_another_is_kept() -> None:
    write("plain/a.toml")
    write("beside/a.toml")
    write("other/a.toml").write_text(f"#:schema https://example.org/s.json\n{UNTIDY}")
    for folder in ("beside", "other"):
        Path(folder, "schema.json").write_text("{}")
    assert findings("beside") == []
    for folder in ("plain", "beside", "other"):
        assert findings(folder, fix=True) == []
    assert Path("plain/a.toml").read_text() == TIDY
    assert Path("beside/a.toml").read_text() == f"#:schema ./schema.json\n{TIDY}"
    assert Path("other/a.toml").read_text() == f"#:schema https://example.org/s.json\n{TIDY}"


def test_a_file_with_comments_or_other_problems_is_skipped() -> None:
    path = write("c/a.toml")
    for text, reason in (
        (f"# mine\n{UNTIDY}", "it has a comment on line 1"),
        (UNTIDY.replace("'language-model']", "'language-model'] # yes"), "it has a comment on line 8"),
        (f"#:schema ./schema.json\n# mine\n{UNTIDY}", "it has a comment on line 2"),
        (UNTIDY.replace("2025-01-02", "2999-01-02"), "it has other problems"),
    ):
        path.write_text(text)
        before = findings("c")
        report = check([Path("c")], fix=True, today=TODAY)
        assert (report.notes[0], report.exit_code) == (f"skipped c/a.toml: {reason}", 1)
        assert (findings("c"), path.read_text()) == (before, text)
    path.write_text(UNTIDY)
    write("c/b.toml")  # has the same name
    assert check([Path("c")], fix=True, today=TODAY).notes[0] == "skipped c/a.toml: it has other problems"
    assert path.read_text() == UNTIDY


def test_the_layout_of_a_file_with_comments_is_left_to_the_person() -> None:
    write("c/a.toml").write_text(f"# mine\n{UNTIDY}")
    way = "reformat it yourself: `check --fix` leaves files with comments alone, and line 1 has one"
    assert findings("c") == [f"c/a.toml:9: : layout: expected tags = [ here; {way}"]


def test_nothing_is_said_of_a_file_whose_layout_is_not_the_matter() -> None:
    path = write("c/a.toml")
    Path("c/schema.json").write_text("{}")
    for text in (f"{UNTIDY}numbr = 1\n", UNTIDY.replace('"X"', "7"), "= =", f"# mine\n{TIDY}"):
        path.write_text(text)
        assert len(check([Path("c")], fix=True, today=TODAY).notes) == 1
        assert path.read_text() == text


def test_a_text_with_a_number_sign_has_no_comment() -> None:
    path = write("c/a.toml")
    path.write_text(UNTIDY.replace("One sentence.", "The # of '''sentences''' is \\\"1\\\"."))
    assert findings("c", fix=True) == []
    assert "tags = [\n" in path.read_text()


def test_a_link_is_followed_and_stays() -> None:
    real = write("elsewhere/real.toml")
    real.write_text(UNTIDY)
    Path("c").mkdir()
    Path("c/a.toml").symlink_to(real.absolute())
    assert findings("c", fix=True) == []
    assert Path("c/a.toml").is_symlink()
    assert real.read_text() == TIDY


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everything")
def test_a_file_that_may_not_be_written_ends_with_exit_code_3() -> None:
    path = write("c/a.toml")
    path.write_text(UNTIDY)
    path.chmod(0o444)
    with pytest.raises(EntryUnwritable, match="Permission denied"):
        check([Path("c")], fix=True)
    assert path.read_text() == UNTIDY


def test_whatever_is_reformatted_says_the_same_as_before() -> None:
    reports = make_reports(20, 7)
    Path("c").mkdir()
    for report in reports:
        Path("c", f"{report.id}.toml").write_text(plain_toml(report), encoding="utf-8")
    check([Path("c")], fix=True, today=datetime.date(2999, 1, 1))
    for report in reports:
        assert Path("c", f"{report.id}.toml").read_text(encoding="utf-8") == to_toml(report)


def test_remarks_on_a_reformatted_file_have_the_lines_of_the_new_text() -> None:
    write("c/a.toml").write_text(UNTIDY.replace("\n[links]", 'based_on = [\n    "DeepSek-V3",\n]\n\n[links]'))
    write("c/b.toml", "DeepSeek-V3")
    remark = 'remark: based_on[0]: "DeepSek-V3" is not in the catalogue; did you mean "DeepSeek-V3"?'
    assert findings("c")[1] == f"c/a.toml:10: {remark}"
    assert findings("c", fix=True) == findings("c") == [f"c/a.toml:12: {remark}"]


# The command.


def test_a_clean_check_ends_with_one_sentence(cli: Cli) -> None:
    result = cli("check")
    assert (result.code, result.out, result.err) == (0, "", "note: 36 entries, no problems\n")
    assert cli("check", "-q").err == ""
    assert cli("check", "--json").out == "[]\n"


def test_problems_end_with_exit_code_1(cli: Cli) -> None:
    write("c/a.toml", more='[pretraining]\ntokens = "36T"\n')
    result = cli("check", "c/a.toml")
    assert result.code == 1
    assert result.out == ('c/a.toml:18: pretraining.tokens: expected a whole number from 0 to 2^63 - 1, got "36T"\n')
    assert result.err == "note: 1 entry, 1 problem\n"
    assert cli("check", "c", "-f", "github").out == (
        '::error file=c/a.toml,line=18::pretraining.tokens: expected a whole number from 0 to 2^63 - 1, got "36T"\n'
    )
    assert cli("check", "--catalog", "c", "-f", "names").out == "c/a.toml\n"


def test_a_wrong_path_is_a_wrong_request(cli: Cli) -> None:
    result = cli("check", "nowhere.toml")
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("error: no such file or folder: nowhere.toml\n")
    assert cli("check", "--catalog", "nowhere").code == 3


@pytest.mark.slow
def test_on_a_terminal_a_finding_is_a_line_too() -> None:
    write("c/a.toml", more="numbr = 1\n")
    for columns in (60, 200):
        written, code = on_terminal("reportcli check c", columns)
        assert (code, written) == (
            1, "c/a.toml:11: numbr: unknown key; did you mean number?\nnote: 1 entry, 1 problem\n"
        )  # fmt: skip


def test_as_a_table_findings_stand_under_their_files(cli: Cli) -> None:
    file = write("c/a.toml", more="numbr = 1\n")
    pdf = "pdf = 'ftp://example.org/a-long-name-of-a-report.pdf'"
    file.write_text(file.read_text().replace("page =", f"{pdf}\npage ="))
    write("c/b.toml", "B").write_text("= =")
    assert (
        cli("check", "c", "-f", "table", "--width", "60").out
        == """\
c/a.toml
  11  numbr: unknown key; did you mean number?
  14  links.pdf: expected a value such as
      "https://arxiv.org/pdf/2505.09388v1" (address of the
      report as PDF), got
      "ftp://example.org/a-long-name-of-a-repo…"
c/b.toml
  1:1  not TOML: invalid statement
"""
    )


def test_the_schema_is_printed(cli: Cli) -> None:
    schema = (CATALOG / "schema.json").read_text(encoding="utf-8")
    assert cli("schema") == (0, schema, "")


@pytest.mark.slow
def test_the_schema_is_the_same_whatever_the_output_is(reportcli: Run) -> None:
    schema = (CATALOG / "schema.json").read_text(encoding="utf-8")
    assert on_terminal("reportcli schema", 60)[0] == schema
    assert reportcli("schema", PYTHONIOENCODING="ascii").stdout == schema


def test_checking_reads_no_index_and_loads_no_rich() -> None:
    code = (
        f"import sys\nfrom reportcli.cli.main import run\nrun(['check', '-q', {str(READING_LIST)!r}])\n"
        "print(sorted({'rich', 'jsonschema'} & {*sys.modules}))"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout == "[]\n"
    assert not list(Path.home().rglob("index-*.sqlite"))


def test_a_file_that_changes_during_the_check_is_not_reformatted(monkeypatch: pytest.MonkeyPatch) -> None:
    path = write("c/a.toml")
    newer = TIDY + "nmae = 1\n"
    monkeypatch.setattr("reportcli.curate.check.read_text", lambda _: UNTIDY)  # a moment ago
    path.write_text(newer)
    report = check([Path("c")], fix=True, today=TODAY)
    assert report.notes == ("skipped c/a.toml: it changed during the check", "1 entry, 1 problem")
    assert path.read_text() == newer


def test_a_report_is_checked_by_its_name(cli: Cli) -> None:
    for name in ("qwen3", "Qwen 3"):
        ended = cli("check", name)
        assert (ended.code, ended.err) == (0, "note: 1 entry, no problems\n")
    assert cli("check", "qwen99").err.startswith("error: no report named 'qwen99'\n")
    assert cli("check", "none.toml").err.startswith("error: no such file or folder: none.toml\n")


def test_what_only_newer_readers_of_toml_read_is_a_problem() -> None:
    path = write("c/a.toml")
    path.write_text(TIDY.replace('"X"', r'"\x58"', 1))
    assert check([path]).findings[0].problem.startswith(r"not TOML 1.0: unescaped '\' in a string")


def test_a_day_is_in_the_future_where_it_has_begun_nowhere() -> None:
    east = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=14))).date()
    for day, count in ((east, 0), (east + datetime.timedelta(days=1), 1)):
        path = write("c/a.toml")
        path.write_text(TIDY.replace("2025-01-02", str(day)))
        found = check([path])
        assert [finding.key for finding in found.findings] == ["date"] * count
