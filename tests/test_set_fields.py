"""Setting fields without an editor: what people type, which field it means, and what becomes of the file."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import Run
from makers import CANONICAL, canonical
from reportcli.catalog.files import read_report, read_text, shipped_folder, user_folder
from reportcli.curate.assign import assign
from reportcli.curate.editor import create_draft, draft_folder
from reportcli.curate.set_fields import set_fields
from reportcli.errors import ReportcliError
from reportcli.library import Library
from reportcli.report.techniques import Technique, Vocabulary
from reportcli.report.toml_comments import keep_comments
from reportcli.report.toml_lines import comments

VOCABULARY = Vocabulary({"grpo": Technique("grpo", "GRPO", ("Group Relative Policy Optimization",), "rl", "d")})
MODELS = (
    '[[models]]\nname = "A.1-70B"\nparameters = 70\n\n[[models]]\nname = "A-7B"\nparameters = 7\n'
    '\n[[posttraining.rl]]\nstage = "first"\n\n[[posttraining.rl]]\nstage = "second one"\n'
    '\n[sources]\nmodels = "Table 1"\n'
)


def table() -> dict[str, Any]:
    return {
        "models": [{"name": "A-7B", "parameters": 7}, {"name": "A.1-70B", "parameters": 70}],
        "posttraining": {"rl": [{"stage": "first"}, {"stage": "second one"}]},
        "license": "MIT",
        "undisclosed": ["pretraining.tokens", "pretraining.gpu_hours"],
    }


def changed(assignment: str, model: str = "") -> Any:
    """Return the changed top-level values of the table of an entry."""
    after = table()
    assign(after, assignment, VOCABULARY, model)
    return {key: after.get(key) for key in after.keys() | table().keys() if after.get(key) != table().get(key)}


@pytest.mark.parametrize(
    ("assignment", "expected"),
    [
        ("license=BSD", {"license": "BSD"}),
        ("licence = Apache 2.0 ", {"license": "Apache 2.0"}),
        ('license="a = b"', {"license": "a = b"}),
        ("license=", {"license": None}),
        ("first_published=", {}),
        ("tags=MoE, reasoning,", {"tags": ["moe", "reasoning"]}),
        ('org=["A, B", "C"]', {"organizations": ["A, B", "C"]}),
        ("techniques=group relative policy optimization,x", {"techniques": ["grpo", "x"]}),
        ("hf=https://hf.co/a,https://hf.co/b", {"links": {"huggingface": ["https://hf.co/a", "https://hf.co/b"]}}),
        ("layers=1,024", {"architecture": {"layers": 1024}}),
        ("type=MoE", {"architecture": {"type": "moe"}}),
        (
            "undisclosed+=kl",
            {"undisclosed": ["pretraining.tokens", "pretraining.gpu_hours", "posttraining.kl_penalty"]},
        ),
        ("undisclosed -= gpu_hours,tokens", {"undisclosed": None}),
        ("techniques+=GRPO,x,grpo", {"techniques": ["grpo", "x"]}),
        ("sources.tokens=Table 3", {"sources": {"pretraining.tokens": "Table 3"}}),
        ("undisclosed=gpu_hours,kl", {"undisclosed": ["pretraining.gpu_hours", "posttraining.kl_penalty"]}),
        ("confidence.models.parameters=unclear", {"confidence": {"models.parameters": "unclear"}}),
    ],
)
def test_a_field_has_the_names_it_has_in_a_query_and_values_are_typed_as_people_do(
    assignment: str, expected: dict[str, Any]
) -> None:
    assert changed(assignment) == expected


def test_what_is_stated_is_no_longer_undisclosed() -> None:
    assert changed("tokens=15T") == {
        "pretraining": {"tokens": 15 * 10**12}, "undisclosed": ["pretraining.gpu_hours"]
    }  # fmt: skip


@pytest.mark.parametrize(
    ("assignment", "model", "way", "value"),
    [
        ("params=8B", "", ("models", 1, "parameters"), 8 * 10**9),  # of the flagship
        ("params=8B", "A-7B", ("models", 0, "parameters"), 8 * 10**9),  # of the model that was named
        ("tokens=1T", "A-7B", ("models", 0, "tokens"), 10**12),
        ("models.A.1-70B.context=128k", "", ("models", 1, "context_length"), 131_072),
        ("models.a-7b.params=.5B", "", ("models", 0, "parameters"), 500_000_000),
        ("models[0].type=dense", "", ("models", 0, "type"), "dense"),
        ("rl[1].kl_coef=1e-3", "", ("posttraining", "rl", 1, "kl_coefficient"), 0.001),
        ("posttraining.rl.second one.lr=2e-6", "", ("posttraining", "rl", 1, "learning_rate"), 2e-6),
    ],
)
def test_a_field_of_one_of_several_tables(assignment: str, model: str, way: tuple[Any, ...], value: Any) -> None:
    after: Any = table()
    assign(after, assignment, VOCABULARY, model)
    for step in way:
        after = after[step]
    assert after == value


@pytest.mark.parametrize(
    ("assignment", "problem", "hint"),
    [
        ("license:MIT", "--set takes FIELD=VALUE, not 'license:MIT'", "write --set license=MIT"),
        ("=x", "--set takes FIELD=VALUE, not '=x'", "write --set license=MIT"),
        ("licens=x", "unknown field 'licens'", "did you mean license?"),
        ("id=x", "the id of an entry is the name of its file", "rename the file"),
        ("sparsity=1", "sparsity is computed",
         "set what it follows from: models.parameters, models.active_parameters"),
        ("tokens=much", "tokens: much is not a number", "write --set tokens=36000000000000"),
        ("tokens=1,5T", "tokens: 1,5T is not a number", "write --set tokens=1.5T"),
        ("kl=maybe", "kl is yes or no, not maybe", "write --set kl=yes"),
        ("date=2025-13-01", "date=2025-13-01: 2025-13-01 does not exist (the month comes first)",
         "write --set date=2025-06-18"),
        ("undisclosed=nonsense", "unknown field 'nonsense'", "`reportcli fields` lists them"),
        ("date=June 2025", "date is one day, not June 2025", "write --set date=2025-06-18"),
        ("tags=[moe]", "tags: [moe] is not a list of strings", """write --set 'tags=["one", "two"]'"""),
        ("tags=+moe", "tags=+moe: the sign stands before =", "write --set tags+=moe"),
        ("tags+=", "--set tags+= names no item", "write --set tags+=ITEM"),
        ("license+=MIT", "license is no list", "write --set license=VALUE"),
        ("undisclosed-=steps", "undisclosed has no item 'posttraining.rl.steps'",
         "did you mean pretraining.tokens?"),
        ("sources=x", "sources is a table", "name the field: --set sources.pretraining.tokens='Section 3.1'"),
        ("models=x", "models is a table",
         "write --set models.A-7B.experts_active=VALUE or models.A.1-70B.experts_active=VALUE"),
        ("models.A-8B.params=1", "nothing in models is named 'A-8B'", "did you mean A-7B?"),
        ("models[2].params=1", "there is no models[2]",
         "write --set models.A-7B.parameters=VALUE or models.A.1-70B.parameters=VALUE"),
        ("rollouts=8", "rollouts is a field of [[posttraining.rl]], of which this entry has 2",
         "write --set posttraining.rl.first.rollouts=VALUE or 'posttraining.rl.second one.rollouts=VALUE'"),
        ("topic=rl", "topic is a field of [[notes]], of which this entry has none",
         "add one in your editor, without --set"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_answered_with_a_form_that_works(assignment: str, problem: str, hint: str) -> None:
    after = table()
    with pytest.raises(ReportcliError) as caught:
        assign(after, assignment, VOCABULARY)
    assert (caught.value.message, caught.value.hint) == (problem, hint)
    assert after == table()


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """A catalogue of one entry, X, with two models and two runs."""
    path = tmp_path / "mine" / "x.toml"
    path.parent.mkdir()
    path.write_text(f"{CANONICAL.format(name='X')}\n{MODELS}")
    return path


def test_what_is_set_is_saved_and_said(cli: Run, mine: Path) -> None:
    ended = cli(
        "edit", "x", "--catalog", str(mine.parent), "--set", "license=MIT", "--set", "models.A-7B.context=128k",
        "--set", "tags=language-model,moe",
    )  # fmt: skip
    assert (ended.returncode, ended.stdout) == (0, f"{mine}\n")
    assert ended.stderr.splitlines() == [
        "note: tags: added moe",
        "note: license: MIT",
        "note: models.A-7B.context_length: 131,072",
        "note: 128k is read as 131,072; write 128000 if the report means that",
    ]
    assert cli("check", str(mine)).returncode == 0
    renamed = cli("edit", "x", "--catalog", str(mine.parent), "--set", "models.A-7B.name=B-7B")
    assert renamed.stderr == "note: models.B-7B.name: B-7B (was A-7B)\n"
    again = cli("edit", "x", "--catalog", str(mine.parent), "--set", "license=MIT", "--json")
    assert (again.returncode, again.stderr) == (0, "note: nothing changed\n")
    assert again.stdout == f'[\n{{\n  "id": "x",\n  "path": "{mine}"\n}}\n]\n'


def test_what_breaks_a_rule_is_not_saved(cli: Run, mine: Path) -> None:
    before = mine.read_bytes(), mine.stat().st_mtime_ns
    ended = cli(
        "edit", "x", "--catalog", str(mine.parent), "--set", "license=MIT", "--set", "layers=1.5", "--set", "title="
    )
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == (
        "error: x was not saved: 2 problems\n"
        "  title: required, but missing\n"
        "  architecture.layers: expected a whole number from 0 to 2^63 - 1, got 1.5\n"
        "  nothing was written; set what is missing as well, or use your editor, without --set\n"
    )
    assert (mine.read_bytes(), mine.stat().st_mtime_ns) == before
    assert not draft_folder().exists()
    assert cli("edit", "x", "license=MIT").stderr == (
        "error: a field is set with --set\n  write `reportcli edit x --set license=MIT`\n"
    )


def test_a_shipped_entry_is_set_in_a_copy_and_a_model_that_is_named_is_meant(cli: Run) -> None:
    copy = user_folder() / "qwen3.toml"
    ended = cli("edit", "Qwen3-4B", "--set", "context=64k")
    assert (ended.returncode, ended.stdout) == (0, f"{copy}\n")
    assert ended.stderr.splitlines()[0].startswith("note: models.Qwen3-4B.context_length: 65,536 (was ")
    assert ended.stderr.endswith(f"note: it now overrides {shipped_folder() / 'qwen3.toml'}\n")
    draft = create_draft(copy, "typed")
    ended = cli("edit", "qwen3", "--set", "license=MIT", "-q")
    assert (ended.returncode, ended.stderr, draft.read_text()) == (0, "", "typed")
    assert cli("edit", "qwen3", "--set", "license=BSD").stderr.splitlines()[-1] == (
        f"note: the draft of this entry does not have this change: {draft}"
    )


class _Busy(Library):
    """A catalogue in which another program changes the entry while it is read."""

    def techniques(self) -> Vocabulary:
        path = self.folders[0] / "x.toml"
        if "Another" not in (text := path.read_text()):
            path.write_text(text.replace("One", "Another"))
        return super().techniques()


def test_what_another_program_wrote_meanwhile_stays(mine: Path) -> None:
    with _Busy([mine.parent], None) as library:
        set_fields(library, mine.parent, "x", ["license=MIT"])
    report = read_report(str(mine))
    assert (report.license, report.summary) == ("MIT", "Another sentence.")


def test_an_entry_that_cannot_be_read_is_completed_or_left(cli: Run, mine: Path) -> None:
    mine.write_text('name = "X"\n')
    here = ("--catalog", str(mine.parent))
    fields = ("title=T", "org=A", "date=18 June 2025", "summary=S.", "tags=moe")
    ended = cli("edit", "x", *here, *(word for field in fields for word in ("--set", field)))
    assert (ended.returncode, ended.stderr.splitlines()[0]) == (0, "note: title: T")
    mine.write_text("name = X")
    ended = cli("edit", "x", *here, "--set", "name=X")
    assert (ended.returncode, ended.stderr) == (
        3,
        f"error: {mine}:1: not TOML: invalid value; strings must be quoted\n"
        "  correct it in your editor, without --set\n",
    )


def test_an_incomplete_entry_may_stay_so_and_what_it_lacks_is_said(cli: Run, mine: Path) -> None:
    mine.write_text('name = "X"\ntitle = "T"\norganizations = ["A"]\ndate = 2025-06-18\n')
    here = ("--catalog", str(mine.parent))
    assert cli("edit", "x", *here, "--set", "license=MIT").stderr == (
        "note: license: MIT\nnote: x is still incomplete: it lacks summary, tags, links\n"
    )
    ended = cli("edit", "x", *here, EDITOR="sed -i s/MIT/BSD/")
    assert ended.stderr == "note: license: BSD (was MIT)\nnote: x is still incomplete: it lacks summary, tags, links\n"
    ended = cli("edit", "x", *here, "--set", "summary=S.", "--set", "tags=moe", "--set", "arxiv=2506.00001")
    assert ended.stderr == "note: summary: S.\nnote: tags: moe\nnote: links.arxiv: 2506.00001\n"
    ended = cli("edit", "x", *here, "--set", "tags=")  # a whole one becomes none
    assert (ended.returncode, ended.stderr.splitlines()[1]) == (2, "  tags: required, but missing")


def test_comments_stay_beside_what_they_stood_by(cli: Run, mine: Path) -> None:
    mine.write_text(
        "# my notes\n\n" + canonical("X", "# free?\nlicense='MIT' # says the page\n")
        .replace('"A title"', '"A title"  # as printed')
        + "# the figures\n[pretraining]\n# hours\ngpu_hours = 5 # or 6\ntokens = 7_000_000\n# the end"
    )  # fmt: skip
    ended = cli("edit", "x", "--catalog", str(mine.parent), "--set", "license=BSD", "--set", "gpu_hours=")
    assert ended.returncode == 0
    assert mine.read_text() == (
        "# my notes\n" + canonical("X", '# free?\nlicense = "BSD"  # says the page')
        .replace('"A title"', '"A title"  # as printed')
        + "\n# the figures\n[pretraining]\n"
        "# hours\n# or 6\ntokens = 7_000_000\n# the end\n"
    )  # fmt: skip
    assert cli("check", str(mine)).returncode == 0


_COMMENTED = st.lists(
    st.tuples(
        st.sampled_from("abcd"),
        st.sampled_from(["1", '"# no comment"', '[\n  "x", # in it\n  "y",\n]', "'''a\n# no comment\n'''", '["x"]']),
        st.sampled_from(["", " # behind", "\n# below", "\n\n"]),
    ),
    unique_by=lambda line: line[0],
).map(lambda lines: "# top\n" + "\n".join(f"{key} = {value}{after}" for key, value, after in lines))
_PLAIN = st.dictionaries(st.sampled_from("abcd"), st.sampled_from(["1", '"# no comment"', '[\n    "x",\n]'])).map(
    lambda values: "".join(f"{key} = {value}\n" for key, value in values.items())
)


@given(before=_COMMENTED, after=_PLAIN)
def test_no_comment_is_lost_and_nothing_else_is_changed(before: str, after: str) -> None:
    merged = keep_comments(before, after)
    assert tomllib.loads(merged) == tomllib.loads(after)
    assert sorted(comments(merged).values()) == sorted(comments(before).values())


def test_what_has_no_comments_is_as_it_was() -> None:
    text = read_text(shipped_folder() / "qwen3.toml").partition("\n")[2]
    assert keep_comments(text, text) == text
