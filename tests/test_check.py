"""Checking files: which are looked at, what they are compared with, what cannot be read, and what is mended."""

import datetime
import json
import os
import subprocess
import sys
from pathlib import Path
from stat import S_IMODE

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conftest import Run
from makers import CANONICAL, ODD_FILES
from reportcli.answer.check import Finding
from reportcli.catalog.files import shipped_folder, user_folder
from reportcli.curate.check import _File, _written_anew, check
from reportcli.errors import CatalogUnreadable, EntryChanged, EntryUnwritable, PathNotFound
from reportcli.report.parse import parse_report
from reportcli.report.toml import to_toml
from synthetic import make_reports
from terminal import on_terminal

TODAY = datetime.date(2025, 6, 30)
TERM = '[{id}]\nname = "{name}"\nkind = "rl"\ndefinition = "d"\n'
QWEN = (shipped_folder() / "qwen3.toml").read_text(encoding="utf-8")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(path: str, name: str = "X", more: str = "") -> Path:
    file = Path(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(CANONICAL.format(name=name) + more, encoding="utf-8")
    return file


def write_vocabulary(folder: str, text: str) -> Path:
    file = Path(folder, "vocabulary", "techniques.toml")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


def said(*paths: str, given: tuple[str, ...] = (), fix: bool = False) -> list[str]:
    """Return what a check finds, as the text format has it."""
    found = check([Path(path) for path in paths], [Path(folder) for folder in given], fix=fix, today=TODAY)
    return [
        f"{one.file}:{one.line}: {'' if one.severity == 'problem' else 'remark: '}{one.key}: {one.problem}"
        for one in found.findings
    ]


# What is looked at.


def test_the_shipped_catalogue_has_no_problems() -> None:
    found = check()
    assert [one for one in found.findings if one.severity == "problem"] == []
    assert found.notes[0].startswith("36 entries, no problems")
    assert found.exit_code == 0


def test_every_problem_of_every_file_is_named_with_its_line_and_key() -> None:
    Path("c").mkdir()
    wrong = QWEN.replace("[pretraining]\ntokens = 36_000_000_000_000", '[pretraining]\ntokens = "36T"')
    Path("c/qwen3.toml").write_text(wrong.replace("layers = 94", "layers = -1").replace('"grpo"', '"grop"', 1))
    write("c/poor.toml", more="numbr = 1\n")
    lines = wrong.replace('"grpo"', '"grop"', 1).split("\n")
    places = [1 + lines.index(text) for text in ('    "grop",', "layers = 94", 'tokens = "36T"')]
    number = "expected a whole number from 0 to 2^63 - 1"
    assert said("c") == [
        "c/poor.toml:11: numbr: unknown key; did you mean number?",
        f'c/qwen3.toml:{places[0]}: techniques[16]: the vocabulary has no technique "grop"; did you mean grpo?',
        f"c/qwen3.toml:{places[1]}: architecture.layers: {number}, got -1",
        f'c/qwen3.toml:{places[2]}: pretraining.tokens: {number}, got "36T"',
    ]


def test_without_paths_the_folders_in_force_are_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    write("mine/bad.toml", more="x = 1\n")
    write("other/worse.toml", "Y", more="y = 1\n")
    assert said(given=("mine",)) == ["mine/bad.toml:11: x: unknown key"]
    monkeypatch.setenv("REPORTCLI_CATALOG", os.pathsep.join(["mine", "other"]))
    assert said() == ["mine/bad.toml:11: x: unknown key", "other/worse.toml:11: y: unknown key"]


def test_the_users_own_entries_are_checked_with_the_shipped_ones() -> None:
    own = write(str(user_folder() / "qwen-3.toml"), "Qwen 3")
    assert said() == [
        f'{shipped_folder() / "qwen3.toml"}:3: name: "Qwen3" is a name of qwen-3 too',
        f'{own}:1: name: "Qwen 3" is a name of qwen3 too',
    ]


def test_a_file_is_compared_with_the_catalogue_in_force_and_alone_spoken_of() -> None:
    write("new.toml", "Qwen 3", 'techniques = [\n    "grpo",\n]\n')
    assert (
        said("new.toml")
        == [
            'new.toml:1: name: "Qwen 3" is a name of qwen3 too',
            "new.toml:10: : expected here: techniques = [ (check --fix sets keys and layout right)",
        ][:1]
    )
    assert check([Path("new.toml")]).notes == ("1 entry, 1 problem",)


def test_a_file_of_the_catalogue_is_no_rival_of_itself() -> None:
    assert said(str(shipped_folder() / "qwen3.toml")) == []
    assert check([shipped_folder() / "qwen3.toml"]).notes == ("1 entry, no problems",)


def test_a_file_replaces_the_entry_of_the_same_id() -> None:
    write("qwen3.toml", "Qwen3")
    assert said("qwen3.toml") == []


def test_a_file_in_a_folder_with_a_vocabulary_is_compared_within_that_folder() -> None:
    write_vocabulary("clone", TERM.format(id="newest", name="Newest"))
    write("clone/a.toml", "Qwen3", 'techniques = [\n    "newest",\n    "grpo",\n]\n')
    write("clone/b.toml", "Other", "nonsense = 1\n")
    assert said("clone/a.toml") == [
        'clone/a.toml:13: techniques[1]: the vocabulary has no technique "grpo"',
    ]


def test_a_folder_is_a_catalogue_of_its_own() -> None:
    write("mine/qwen-3.toml", "Qwen 3")
    assert said("mine") == []
    assert said("mine", given=(str(shipped_folder()),)) == ['mine/qwen-3.toml:1: name: "Qwen 3" is a name of qwen3 too']


def test_the_same_id_in_a_later_folder_is_no_clash() -> None:
    write("low/a.toml", "One")
    write("high/a.toml", "One")
    write("high/b.toml", "Two")
    assert said(given=("low", "high")) == []
    write("high/a.toml", "Three")
    write("high/c.toml", "One")
    assert said(given=("low", "high")) == []


def test_names_that_two_entries_share_are_named_in_both() -> None:
    write("c/a.toml", "Tülu 3")
    write("c/b.toml", "B", "").write_text(
        CANONICAL.format(name="B").replace("organizations", 'aliases = [\n    "TULU-3",\n]\norganizations')
    )
    assert said("c") == [
        'c/a.toml:1: name: "Tülu 3" is a name of b too',
        'c/b.toml:4: aliases[0]: "TULU-3" is a name of a too',
    ]


def test_names_that_are_missing_are_not_shared() -> None:
    for id in ("a", "b"):
        write(f"c/{id}.toml", "-", "\n[[models]]\nparameters = 1\n")
    missing = [f"c/{id}.toml:12: models[0].name: required, but missing" for id in ("a", "b")]
    assert said("c") == missing
    for id in ("a", "b"):
        Path(f"c/{id}.toml").write_text("".join(Path(f"c/{id}.toml").read_text().splitlines(True)[1:]))
    assert [line for line in said("c") if "too" in line] == []


def test_remarks_stand_after_problems_and_do_not_fail() -> None:
    write("c/a.toml", "DeepSeek-V3", '\n[[models]]\nname = "M-7B"\n')
    write("c/b.toml", "B", 'based_on = [\n    "DeepSek-V3",\n]\n\n[[models]]\nname = "M 7B"\n')
    remarks = [
        'c/a.toml:13: remark: models[0].name: "M-7B" is a model of b too',
        'c/b.toml:12: remark: based_on[0]: "DeepSek-V3" is nearly "DeepSeek-V3", which the catalogue has',
        'c/b.toml:16: remark: models[0].name: "M 7B" is a model of a too',
    ]
    assert said("c") == remarks
    found = check([Path("c")], today=TODAY)
    assert (found.exit_code, found.notes) == (0, ("2 entries, no problems, 3 remarks",))
    write("c/c.toml", "C", "x = 1\n")
    assert said("c") == ["c/c.toml:11: x: unknown key", *remarks]
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
    assert said("c") == []


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
        "c/vocabulary/techniques.toml:1: x: \"x\" is a name of y too",
        "c/vocabulary/techniques.toml:7: y.definition: required, but missing",
        'c/vocabulary/techniques.toml:9: y.kind: "RL" is not in the list; did you mean rl?',
    ]  # fmt: skip
    assert said("c") == problems[1:]  # what is not a technique owns no name
    for path in (file, file.parent):
        assert said(str(path)) == problems[1:]
        assert check([path]).notes == ("1 vocabulary, 2 problems",)
    file.write_text(file.read_text() + 'definition = "d"\n')
    both = 'c/vocabulary/techniques.toml:7: y: "x" is a name of x too'
    assert said("c") == [problems[0], both, problems[2]]


def test_a_reference_may_be_an_entry_that_cannot_be_read() -> None:
    write("c/a.toml").write_text("= =")
    write_vocabulary("c", f'{TERM.format(id="x", name="X")}reference = "a"\n')
    assert said("c") == ["c/a.toml:1: : not TOML: invalid statement"]


def test_a_vocabulary_that_cannot_be_read_makes_no_technique_unknown() -> None:
    write("c/a.toml", more='techniques = [\n    "grpo",\n]\n').write_text(
        CANONICAL.format(name="X").replace("\ntags", '\ntags = ["moe"]\ntechniques = ["grpo"]\n#', 1)[:-1]
    )
    write_vocabulary("c", "[grpo")
    assert [line for line in said("c") if "technique" in line] == [
        "c/vocabulary/techniques.toml:1: : not TOML: expected ']' at the end of a table declaration"
    ]


def test_a_vocabulary_of_another_folder_is_not_spoken_of() -> None:
    write("c/a.toml")
    assert said("c") == []  # the shipped one would refer to reports that are not in this folder


# What cannot be read.


@pytest.mark.parametrize(
    ("content", "place", "problem"),
    [
        (b"= =", (1, 1), "not TOML: invalid statement"),
        (b'name = "x"\ntitle = = "y"\n', (2, 9), "not TOML: invalid value; strings must be quoted"),
        (b'name = "x"\nname = "y"\n', (2, 11), "not TOML: cannot overwrite a value; duplicate key"),
        (b"a = [\n", (2, 1), "not TOML: invalid value; strings must be quoted"),
        (b"caf\xe9 = 1\n", (1, None), "not UTF-8 text"),
        (CANONICAL.encode("utf-16"), (1, None), "not UTF-8 text"),
        (b'a = "\x00"\n', (1, 6), "not TOML: illegal character '\\x00'"),
        (b"a = " + b"[" * 3000 + b"]" * 3000, (None, None), "nested too deeply"),
        (b"a = " + b"{a=" * 3000, (None, None), "nested too deeply"),
    ],
)
def test_a_file_that_is_no_toml_is_named_with_line_and_column(
    content: bytes, place: tuple[int | None, int | None], problem: str
) -> None:
    write("c/good.toml", more="x = 1\n")
    Path("c/bad.toml").write_bytes(content)
    assert check([Path("c")], today=TODAY).findings == (
        Finding("c/bad.toml", *place, "", problem, "problem"),
        Finding("c/good.toml", 11, None, "x", "unknown key", "problem"),
    )


@pytest.mark.parametrize(("make", "problem"), ODD_FILES)
def test_what_is_no_file_is_named(make: object, problem: str) -> None:
    write("c/good.toml")
    make(Path("c/bad.toml"))  # type: ignore[operator]
    assert said("c") == [f"c/bad.toml:None: : {problem}"]
    if not Path("c/bad.toml").is_dir():
        assert said("c/bad.toml") == [f"c/bad.toml:None: : {problem}"]


def test_a_file_of_another_kind_is_no_entry() -> None:
    Path("notes.md").write_text("# Notes\n\nHello.\n")
    assert said("notes.md") == ["notes.md:3: : not TOML: invalid initial character for a key part"]


@pytest.mark.parametrize(
    "encode",
    [
        pytest.param(lambda text: b"\xef\xbb\xbf" + text.encode(), id="byte order mark"),
        pytest.param(lambda text: text.replace("\n", "\r\n").encode(), id="CRLF"),
        pytest.param(lambda text: b"\xef\xbb\xbf#:schema x\r\n" + text.replace("\n", "\r\n").encode(), id="all"),
    ],
)
def test_how_windows_writes_files_is_no_problem_and_stays(encode: object) -> None:
    path = write("c/a.toml")
    path.write_bytes(encode(path.read_text()))  # type: ignore[operator]
    before = path.read_bytes()
    assert said("c", fix=True) == []
    assert path.read_bytes() == before


def test_names_and_texts_that_a_terminal_would_obey_are_spelled_out(reportcli: Run) -> None:
    write("c/a\x1b[31m.toml", "X", '"\\u001b[2J" = 1\n[sources]\n"\\u202e" = "\\u0007"\n')
    for format in ("text", "github", "tsv", "csv", "json", "jsonl", "markdown", "table", "names"):
        ended = reportcli("check", "c", "-f", format)
        assert ended.returncode == 1
        assert {letter for letter in ended.stdout if not letter.isprintable()} <= {"\n", "\t"}
    assert "\nc/a\\x1b[31m.toml:11: \\x1b[2J: unknown key\n" in reportcli("check", "c").stdout


def test_the_line_end_in_the_name_of_a_file_is_seen_where_a_person_reads(reportcli: Run) -> None:
    write("c/a.toml").rename("c/a\nb.toml")
    for format, start in (("text", ""), ("github", "::error file="), ("table", "")):
        assert reportcli("check", "c", "-f", format).stdout.startswith(rf"{start}c/a\x0ab.toml")
    assert json.loads(reportcli("check", "c", "--json").stdout)[0]["file"] == "c/a\nb.toml"


def test_a_name_that_is_not_utf_8_is_a_problem_of_its_own(reportcli: Run) -> None:
    Path("c").mkdir()
    try:
        with open(b"c/caf\xe9.toml", "wb") as file:
            file.write(CANONICAL.format(name="X").encode())
    except OSError:
        pytest.skip("this file system takes no such names")
    ended = reportcli("check", "c")
    assert (ended.returncode, "Traceback" in ended.stderr) == (1, False)
    named = "is not named by an id: lower-case letters, digits, . and -, such as qwen3.toml"
    assert ended.stdout == f'c/caf\\xdce9.toml: "caf\\xdce9.toml" {named}\n'
    assert json.loads(reportcli("check", "c", "--json").stdout)[0]["file"] == "c/caf\udce9.toml"


SHIPPED = [path.read_bytes() for path in sorted(shipped_folder().glob("*.toml"))[:6]]
MUTATED = st.builds(
    lambda text, place, length, piece: text[: place % len(text)] + piece + text[place % len(text) + length :],
    st.sampled_from(SHIPPED),
    st.integers(0, 2**20),
    st.integers(0, 40),
    st.sampled_from([
        b"", b"\n", b'"', b"'''", b"[", b"]]", b"{", b"=", b"# ", b"\xff", b"\x00", b"\r", b"1979-05-27", b"-1", b"inf",
        b"\\u202e", b"x.y.z = 1\n", b"[a.b]\n", b"[[models]]\n", b"[[notes.x]]\n", b"[links]\n",
    ]),
)  # fmt: skip


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(MUTATED | st.binary(max_size=60))
def test_no_file_is_too_odd_to_be_checked(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.toml"
    path.write_bytes(content)
    text = content.decode("utf-8", "replace")
    for one in check([path], [tmp_path], today=TODAY).findings:
        assert one.line is None or 1 <= one.line <= text.count("\n") + 1
        assert one.problem
    path.unlink()


TOML = st.recursive(
    st.one_of(st.integers(-5, 5), st.booleans(), st.text("a\u202e\n", max_size=3), st.dates().map(str)).map(json.dumps),
    lambda inner: st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
    max_leaves=4,
)
KEYS = st.sampled_from(
    ["name", "date", "tags", "links", "models", "notes", "sources", "pretraining", "techniques", "odd"]
)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(KEYS, TOML, max_size=6))
def test_values_of_any_type_are_only_problems(tmp_path: Path, values: dict[str, str]) -> None:
    path = tmp_path / "x.toml"
    path.write_text("".join(f"{key} = {value}\n" for key, value in values.items()), encoding="utf-8")
    found = check([path], [tmp_path], today=TODAY)
    assert found.exit_code == 1
    assert {one.key for one in found.findings} >= {key for key in ("name", "date") if key not in values}


# Mending.

UNTIDY = CANONICAL.format(name="X").replace('tags = [\n    "language-model",\n]', "tags=['language-model']")
TIDY = CANONICAL.format(name="X")


def test_a_file_in_which_only_the_layout_is_wrong_is_written_anew() -> None:
    path = write("c/a.toml")
    path.write_text(UNTIDY)
    path.chmod(0o640)
    assert said("c") == ["c/a.toml:8: : expected here: tags = [ (check --fix sets keys and layout right)"]
    found = check([Path("c")], fix=True, today=TODAY)
    assert found.findings == ()
    assert found.notes == ("wrote c/a.toml anew", "1 entry, no problems")
    assert path.read_text() == TIDY
    assert S_IMODE(path.stat().st_mode) == 0o640
    assert [file.name for file in Path("c").iterdir()] == ["a.toml"]


def test_a_second_run_changes_nothing() -> None:
    path = write("c/a.toml")
    path.write_text(UNTIDY)
    Path("c/schema.json").write_text("{}")
    said("c", fix=True)
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
    assert said("beside") == []
    for folder in ("plain", "beside", "other"):
        assert said(folder, fix=True) == []
    assert Path("plain/a.toml").read_text() == TIDY
    assert Path("beside/a.toml").read_text() == f"#:schema ./schema.json\n{TIDY}"
    assert Path("other/a.toml").read_text() == f"#:schema https://example.org/s.json\n{TIDY}"


@pytest.mark.parametrize(
    ("text", "note"),
    [
        (f"# mine\n{UNTIDY}", "left c/a.toml alone: it has comments"),
        (UNTIDY.replace("'language-model']", "'language-model'] # yes"), "left c/a.toml alone: it has comments"),
        (f"#:schema ./schema.json\n# mine\n{UNTIDY}", "left c/a.toml alone: it has comments"),
        (UNTIDY.replace("2025-01-02", "2999-01-02"), "left c/a.toml alone: it has other problems"),
    ],
)
def test_a_file_with_comments_or_other_problems_is_left_alone(text: str, note: str) -> None:
    path = write("c/a.toml")
    path.write_text(text)
    before = said("c")
    found = check([Path("c")], fix=True, today=TODAY)
    assert found.notes[0] == note
    assert said("c") == before
    assert found.exit_code == 1
    assert path.read_text() == text


@pytest.mark.parametrize("text", [f"{UNTIDY}numbr = 1\n", UNTIDY.replace('"X"', "7"), "= =", f"# mine\n{TIDY}"])
def test_nothing_is_said_of_a_file_that_mending_does_not_concern(text: str) -> None:
    path = write("c/a.toml")
    path.write_text(text)
    Path("c/schema.json").write_text("{}")
    assert len(check([Path("c")], fix=True, today=TODAY).notes) == 1
    assert path.read_text() == text


def test_a_file_that_shares_a_name_is_left_alone() -> None:
    write("c/a.toml").write_text(UNTIDY)
    write("c/b.toml")
    assert check([Path("c")], fix=True, today=TODAY).notes[0] == "left c/a.toml alone: it has other problems"
    assert Path("c/a.toml").read_text() == UNTIDY


def test_a_text_with_a_number_sign_has_no_comment() -> None:
    path = write("c/a.toml")
    path.write_text(UNTIDY.replace("One sentence.", "The # of '''sentences''' is \\\"1\\\"."))
    assert said("c", fix=True) == []
    assert "tags = [\n" in path.read_text()


def test_a_link_is_followed_and_stays() -> None:
    real = write("elsewhere/real.toml")
    real.write_text(UNTIDY)
    Path("c").mkdir()
    Path("c/a.toml").symlink_to(real.absolute())
    assert said("c", fix=True) == []
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


@pytest.mark.parametrize("report", list(make_reports(20, 7)), ids=lambda report: report.id)
def test_whatever_is_mended_says_the_same_as_before(report: object) -> None:
    from synthetic import plain_toml

    path = Path("c", f"{report.id}.toml")  # type: ignore[attr-defined]
    path.parent.mkdir()
    path.write_text(plain_toml(report), encoding="utf-8")  # type: ignore[arg-type]
    check([Path("c")], fix=True, today=datetime.date(2999, 1, 1))
    assert path.read_text(encoding="utf-8") == to_toml(report)  # type: ignore[arg-type]


# The command.


def test_a_clean_check_ends_with_one_sentence(reportcli: Run) -> None:
    ended = reportcli("check")
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "note: 36 entries, no problems\n")
    assert reportcli("check", "-q").stderr == ""
    assert reportcli("check", "--json").stdout == "[]\n"


def test_problems_end_with_exit_code_1(reportcli: Run) -> None:
    write("c/a.toml", more='[pretraining]\ntokens = "36T"\n')
    ended = reportcli("check", "c/a.toml")
    assert ended.returncode == 1
    assert ended.stdout == ('c/a.toml:12: pretraining.tokens: expected a whole number from 0 to 2^63 - 1, got "36T"\n')
    assert ended.stderr == "note: 1 entry, 1 problem\n"
    assert reportcli("check", "c", "-f", "github").stdout == (
        '::error file=c/a.toml,line=12::pretraining.tokens: expected a whole number from 0 to 2^63 - 1, got "36T"\n'
    )
    assert reportcli("check", "--catalog", "c", "-f", "names").stdout == "c/a.toml\n"


def test_a_wrong_path_is_a_wrong_request(reportcli: Run) -> None:
    ended = reportcli("check", "nowhere.toml")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("error: no such file or folder: nowhere.toml\n")
    assert reportcli("check", "--catalog", "nowhere").returncode == 3


def test_mending_says_what_it_did(reportcli: Run) -> None:
    write("c/a.toml").write_text(UNTIDY)
    ended = reportcli("check", "--fix", "c")
    assert (ended.returncode, ended.stdout) == (0, "")
    assert ended.stderr == "note: wrote c/a.toml anew\nnote: 1 entry, no problems\n"


@pytest.mark.parametrize("columns", [60, 200])
def test_on_a_terminal_a_finding_is_a_line_too(columns: int) -> None:
    write("c/a.toml", more="numbr = 1\n")
    written, code = on_terminal("reportcli check c", columns)
    assert (code, written) == (
        1, "c/a.toml:11: numbr: unknown key; did you mean number?\nnote: 1 entry, 1 problem\n"
    )  # fmt: skip


def test_as_a_table_findings_stand_under_their_files() -> None:
    write("c/a.toml", more="numbr = 1\n\n[links]\npdf = 'ftp://example.org/a-long-name-of-a-report.pdf'\n")
    write("c/b.toml", "B").write_text("= =")
    written, _ = on_terminal("reportcli check c -f table -q", 60, NO_COLOR="1")
    assert (
        written
        == """\
c/a.toml
  11  numbr: unknown key; did you mean number?
  14  links.pdf: "ftp://example.org/a-long-name-of-a-repo…"
      does not look like
      "https://arxiv.org/pdf/2505.09388v1" (address of the
      report as PDF)
c/b.toml
  1:1  not TOML: invalid statement
"""
    )


def test_the_schema_is_printed_whatever_the_output_is(reportcli: Run) -> None:
    shipped = (shipped_folder() / "schema.json").read_text(encoding="utf-8")
    ended = reportcli("schema")
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, shipped, "")
    assert on_terminal("reportcli schema", 60)[0] == shipped
    assert reportcli("schema", PYTHONIOENCODING="ascii").stdout == shipped


def test_a_reader_that_leaves_ends_silently() -> None:
    command = f"{sys.executable} -m reportcli schema | head -1; echo ${{PIPESTATUS[0]}}"
    ended = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert (ended.stdout, ended.stderr) == ("{\n0\n", "")


def test_checking_reads_no_index_and_loads_no_rich(reportcli: Run) -> None:
    code = (
        "import sys\nfrom reportcli.cli.main import run\nrun(['check', '-q'])\n"
        "print(sorted({'rich', 'rapidfuzz', 'jsonschema'} & {*sys.modules}))"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout == "[]\n"
    assert not list(Path.home().rglob("index-*.sqlite"))


def test_the_example_entry_of_these_tests_is_laid_out_as_it_must() -> None:
    import tomli

    report, problems = parse_report("x", tomli.loads(TIDY))
    assert problems == []
    assert report is not None
    assert to_toml(report) == TIDY


def test_a_text_that_came_after_the_check_is_not_mended_away() -> None:
    path = write("c/a.toml", more="nmae = 1\n")
    before = path.read_text()
    with pytest.raises(EntryChanged):
        _written_anew(_File(path, True), True, TODAY)
    assert path.read_text() == before
